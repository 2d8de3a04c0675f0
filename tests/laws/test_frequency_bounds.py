"""How many did something often enough: the range is that of every way to fill blank days and organisers."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date
from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest

from edutargets.goals import Verdict
from edutargets.tables import Dictionary
from edutargets.yaml_files import parse_yaml, read_definition

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from edutargets.attainment import PlanAttainment

    Judged = Callable[..., PlanAttainment]

TABLES = """
tables:
  units:
    counts: project
    key: [unit]
    reports: unit
    columns:
      unit: {type: code}
      starts: {type: date, required: false}
      ends: {type: date, required: false}
  meetings:
    counts: meeting
    key: [meeting]
    reports: meeting
    columns:
      meeting: {type: code}
      unit: {type: code, references: units.unit, absent: zero, required: false}
      held_on: {type: date, required: false}
"""
DICTIONARY = read_definition(parse_yaml(TABLES, "tables.yaml"), Dictionary)
MONTHS = (1, 2, 3)
STARTS = [date(2025, month, 1) for month in (1, 2, 3, 4)]
ENDS = [date(2025, 1, 31), date(2025, 2, 28), date(2025, 3, 31)]
MOST_COMPLETIONS = 6000
Row = dict[str, Any]


def _rows(draw: random.Random) -> tuple[list[Row], list[Row]]:
    units = []
    for at in range(draw.randint(1, 4)):
        first = draw.choice([0, 0, 1, 2])
        units.append({"unit": f"U{at}", "starts": STARTS[first], "ends": ENDS[draw.randint(first, 2)]})
    if draw.random() < 0.3:
        draw.choice(units)[draw.choice(["starts", "ends"])] = None
    meetings = [
        {
            "meeting": f"M{at}",
            "unit": draw.choice(units)["unit"],
            "held_on": date(2025, draw.choice(MONTHS), draw.randint(1, 28)),
        }
        for at in range(draw.randint(1, 8))
    ]
    for _ in range(draw.randint(1, 3)):
        draw.choice(meetings)[draw.choice(["unit", "held_on"])] = None
    return units, meetings


def _truths(units: list[Row], meetings: list[Row]) -> Iterator[tuple[list[Row], list[Row]]]:
    """Yield every way to fill what is blank: any day of the three months or after, anybody or nobody here."""
    days = [date(2025, month, 5) for month in MONTHS] + [date(2025, 12, 5)]
    fills: list[list[Any]] = []
    for row in units:
        fills.append(STARTS if row["starts"] is None else [row["starts"]])
        fills.append(ENDS if row["ends"] is None else [row["ends"]])
    for row in meetings:
        fills.append([*(one["unit"] for one in units), "elsewhere"] if row["unit"] is None else [row["unit"]])
        fills.append(days if row["held_on"] is None else [row["held_on"]])
    for chosen in product(*fills):
        cells = iter(chosen)
        yield (
            [{"unit": row["unit"], "starts": next(cells), "ends": next(cells)} for row in units],
            [{"unit": next(cells), "held_on": next(cells)} for _ in meetings],
        )


def _number(units: list[Row], meetings: list[Row]) -> int:
    number = 1
    for row in [*units, *meetings]:
        number *= 4 ** sum(row[name] is None for name in row) * (len(units) + 1) ** (row.get("unit") is None)
    return number


def _share(units: list[Row], meetings: list[Row], times: int) -> Fraction | None:
    """Return the share of those who missed no whole month of their duty, day by day."""
    met = owing = 0
    for unit in units:
        owed = [
            month
            for month in MONTHS
            if unit["starts"] <= date(2025, month, 1) and unit["ends"] >= ENDS[month - 1]
        ]
        held = Counter(row["held_on"].month for row in meetings if row["unit"] == unit["unit"])
        owing += bool(owed)
        met += bool(owed) and all(held[month] >= times for month in owed)
    return Fraction(met, owing) if owing else None


def _held(judged: Judged, seed: int, counted: Counter[str]) -> None:
    draw = random.Random(seed)
    units, meetings = _rows(draw)
    if _number(units, meetings) > MOST_COMPLETIONS:
        return
    times = draw.choice([1, 1, 2])
    fields = {
        "type": "frequency",
        "share_of": "units",
        "share_at_least": "50 %",
        "active": ["starts", "ends"],
    }
    fields |= {"events": "count(meetings.*)", "dated_by": "held_on", "at_least": f"{times} per month"}
    fields |= {"during": [2025, 2025]}
    found = judged({"units": units, "meetings": meetings}, fields, dictionary=DICTIONARY)["t.n0"]
    counted["cases"] += 1
    if found.verdict is Verdict.NOT_EVALUABLE:
        counted["none"] += 1
        return
    shares = {_share(*truth, times) for truth in _truths(units, meetings)}
    told = [share for share in shares if share is not None]
    (result,) = found.results
    assert result.bounds is not None
    assert result.bounds.lower <= min(told) <= max(told) <= result.bounds.upper, (
        seed,
        units,
        meetings,
        times,
    )
    counted[result.sharpness] += 1
    if result.sharpness != "outer":
        assert (result.bounds.lower, result.bounds.upper) == (min(told), max(told)), (seed, units, meetings)
    if found.verdict is not Verdict.UNDETERMINED:
        met = {share is not None and share >= Fraction(1, 2) for share in shares}
        assert met == {found.verdict is Verdict.MET}, (seed, units, meetings)


def test_who_did_it_often_enough_is_what_every_filling_of_the_blanks_says(judged: Judged) -> None:
    """A record without a day fills any one gap, one without an organiser helps one of them, and no more."""
    counted: Counter[str] = Counter()
    for seed in range(80):
        _held(judged, seed, counted)
    assert counted["cases"] > 40
    assert counted["sharp"] > counted["outer"] > 0


@pytest.mark.slow
def test_who_did_it_often_enough_is_what_every_filling_says_in_thousands_of_cases(judged: Judged) -> None:
    """The same for 3,000 tables and more."""
    counted: Counter[str] = Counter()
    for seed in range(1000, 5600):
        _held(judged, seed, counted)
    assert counted["cases"] > 3000
