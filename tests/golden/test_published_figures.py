"""81 published figures recomputed by hand: plain fractions over the CSV files, without the engine."""

from __future__ import annotations

import csv
import re
import warnings
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any

import pytest
import yaml

from edutargets.attainment import PlanAttainment, reproduce
from edutargets.gate import UncheckedDataWarning, admit_unchecked
from edutargets.goals import Verdict
from edutargets.plans import read_pack, shipped
from edutargets.submissions import read_submission

PACK = "china-education-bulletins"
FOLDER = shipped("sample_data") / PACK
FIGURES: dict[str, dict[str, Any]] = {
    figure["id"]: figure
    for figure in yaml.safe_load((read_pack(PACK).folder / "figures.yaml").read_text(encoding="utf-8"))[
        "figures"
    ]
}
SUM = re.compile(r"(sum|avg)\((?:(\w+)\.)?(\w+)\)(?: filter \(where (.*?)\))?")
SIDE = re.compile(r"(?:\w+\.)?(\w+) (?:= '(\w+)'|in \((.*?)\))")
SCALES = {"万": 10**4, "亿": 10**8}


@dataclass(frozen=True)
class _Range:
    """A value on the printed counts, and the range their rounding leaves."""

    value: Fraction
    low: Fraction
    high: Fraction

    def __sub__(self, other: _Range) -> _Range:
        return _Range(self.value - other.value, self.low - other.high, self.high - other.low)

    def __truediv__(self, other: _Range) -> _Range:
        assert other.low > 0
        ends = [a / b for a in (self.low, self.high) for b in (other.low, other.high)]
        return _Range(self.value / other.value, min(ends), max(ends))


@cache
def _rows(table: str) -> list[dict[str, str]]:
    with (FOLDER / f"{table}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _passes(row: dict[str, str], condition: str | None) -> bool:
    for part in (condition or "").split(" and "):
        if not part.strip():
            continue
        match = SIDE.fullmatch(part.strip())
        assert match, part
        column, single, several = match.groups()
        if row[column] not in ([single] if single else re.findall(r"'(\w+)'", several)):
            return False
    return True


def _added(text: str, figure: dict[str, Any], year: int | None) -> _Range:
    """Add up one `sum(column) filter (where …)` of the printed counts of a year."""
    match = SUM.fullmatch(text.strip())
    assert match, text
    kind, table, column, condition = match.groups()
    mine = table in {None, figure.get("from")}
    rows = [
        row
        for row in _rows(table or figure["from"])
        if (year is None or row["year"] == str(year))
        and (not mine or _passes(row, figure.get("where")))
        and _passes(row, condition)
    ]
    assert rows, text
    value = sum((Fraction(row[column]) for row in rows), Fraction(0))
    half = sum((Fraction(row["rounded_to"]) for row in rows), Fraction(0)) / 2
    count = len(rows) if kind == "avg" else 1
    return _Range(value / count, (value - half) / count, (value + half) / count)


def _expression(text: str, figure: dict[str, Any], year: int | None) -> _Range:
    first, *others = [_added(part, figure, year) for part in text.split(" - ")]
    for other in others:
        first -= other
    return first


def _recomputed(figure: dict[str, Any]) -> _Range:
    year = figure.get("in")
    if "numerator" in figure:
        above, below = (_expression(figure[part], figure, year) for part in ("numerator", "denominator"))
        return above / below
    if figure["type"] == "growth":
        new, old = (_expression(figure["value"], figure, at) for at in (year, year - 1))
        return new / old - _Range(Fraction(1), Fraction(1), Fraction(1))
    return _expression(figure.get("value") or figure["count"], figure, year)


def _printed(figure: dict[str, Any]) -> tuple[Fraction, Fraction]:
    """Return the printed number and the step of its last digit, both in the measure's unit."""
    match = re.fullmatch(r"(-?[\d.]+)\s*([万亿]?)(%?).*", str(figure["printed"]))
    assert match
    digits, scale, percent = match.groups()
    unit = Fraction(SCALES.get(scale, 1)) / (100 if percent else 1)
    return Fraction(digits) * unit, unit / 10 ** len(digits.partition(".")[2])


def _half_up(value: Fraction, step: Fraction) -> Fraction:
    whole = abs(value) / step + Fraction(1, 2)
    return (whole.numerator // whole.denominator) * step * (1 if value >= 0 else -1)


@pytest.fixture(scope="module")
def reproduced() -> PlanAttainment:
    """Return every figure as the engine computes it."""
    pack = read_pack(PACK)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UncheckedDataWarning)
        return reproduce(
            pack, admit_unchecked(read_submission(FOLDER, pack.dictionary), reason="held against CSV")
        )


def test_all_81_figures_agree_with_what_was_printed(reproduced: PlanAttainment) -> None:
    """Every published figure is reproduced within the rounding of its inputs."""
    assert len(reproduced) == 81
    assert reproduced.verdicts[Verdict.MET] == 81


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_recomputed_by_hand_is_what_the_engine_says(reproduced: PlanAttainment, name: str) -> None:
    """The same fraction and the same range, straight from the CSV files."""
    by_hand, found = _recomputed(FIGURES[name]), reproduced[name]
    assert (by_hand.value, by_hand.low, by_hand.high) == (found.value, found.lower, found.upper)
    printed, step = _printed(FIGURES[name])
    assert by_hand.low <= printed + step / 2
    assert by_hand.high >= printed - step / 2


def test_70_figures_agree_by_rounding_and_11_only_within_the_rounding_of_their_inputs(
    reproduced: PlanAttainment,
) -> None:
    """Interval arithmetic is not an excuse: it is needed for eleven figures, and each of them says so."""
    plainly = {
        name
        for name, figure in FIGURES.items()
        if _half_up(_recomputed(figure).value, _printed(figure)[1]) == _printed(figure)[0]
    }
    only_so = set(FIGURES) - plainly
    assert (len(plainly), len(only_so)) == (70, 11)
    assert all(FIGURES[name].get("reading") for name in only_so)
    by_engine = {
        name
        for name, one in reproduced.items()
        if one.value is not None
        and _half_up(one.value, _printed(FIGURES[name])[1]) == _printed(FIGURES[name])[0]
    }
    assert by_engine == plainly
