"""What decides an open verdict, held against every way of filling what is unknown, one by one."""

from __future__ import annotations

import random
import warnings
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import combinations, product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from edutargets.attainment import Attainment, evaluate
from edutargets.gate import UncheckedDataWarning, admit_unchecked
from edutargets.goals import Verdict
from edutargets.plans import Pack, PackFile, Plan, bind_all
from edutargets.submissions import Submission
from edutargets.tables import Dictionary
from edutargets.tipping_points import TippingPoint, tipping_point

if TYPE_CHECKING:
    from edutargets.settling_values import Condition

TOP = 4
DICTIONARY = Dictionary.model_validate(
    {
        "tables": {
            "schools": {
                "title": {"en": "Schools", "zh": "学校"},
                "counts": "school",
                "key": ["school", "year"],
                "period": "year",
                "reports": "bureau",
                "columns": {
                    "school": {"type": "code"},
                    "bureau": {"type": "code"},
                    "year": {"type": "year"},
                    "place": {"type": "category", "values": {"r": {}, "u": {}}},
                    "pupils": {"type": "integer", "unit": "student", "range": [0, TOP]},
                },
            }
        }
    }
)
Row = dict[str, Any]
Met = Callable[[list[Row]], bool | None]
LESS = {"at_least": False, "at_most": True}


def _share(rows: list[Row], year: int) -> tuple[int, int]:
    """Return pupils in the country and all pupils of a year."""
    own = [row for row in rows if row["year"] == year]
    return sum(row["pupils"] for row in own if row["place"] == "r"), sum(row["pupils"] for row in own)


def _targets(draw: random.Random) -> tuple[dict[str, Any], Met]:
    """Return a promise and, in plain Python, whether it is met on rows without a gap."""
    word, by = draw.choice(["at_least", "at_most"]), {"from": "schools", "by": "2025-12-31"}

    def held(value: Fraction | None, limit: Fraction) -> bool | None:
        if value is None:
            return None
        return value <= limit if LESS[word] else value >= limit

    kind = draw.choice(["count", "ratio", "share", "growth", "trend"])
    if kind == "count":
        limit = draw.randint(1, 14)
        fields = {
            "type": "count",
            "count": "sum(pupils) filter (where place = 'r')",
            word: f"{limit} student",
        }
        return {**by, **fields}, lambda rows: held(Fraction(_share(rows, 2025)[0]), Fraction(limit))
    if kind == "ratio":
        percent = draw.choice([25, 40, 50, 60, 75])
        sides = {"numerator": "sum(pupils) filter (where place = 'r')", "denominator": "sum(pupils)"}

        def ratio(rows: list[Row]) -> bool | None:
            above, below = _share(rows, 2025)
            return held(Fraction(above, below) if below else None, Fraction(percent, 100))

        return {**by, "type": "ratio", **sides, word: f"{percent} %"}, ratio
    if kind == "share":
        percent, line = draw.choice([34, 50, 67]), draw.randint(1, TOP)
        each = {"share_of": "schools", "amount": "pupils", "at_least": f"{line} student"}

        def share(rows: list[Row]) -> bool | None:
            own = [row for row in rows if row["year"] == 2025]
            return sum(row["pupils"] >= line for row in own) * 100 >= percent * len(own)

        fields = {"type": "duty", "by": "2025-12-31", **each, "share_at_least": f"{percent} %"}
        return fields, share
    if kind == "growth":
        percent = draw.choice([0, 10, 50])

        def growth(rows: list[Row]) -> bool | None:
            before, after = (_share(rows, year)[1] for year in (2024, 2025))
            return held(Fraction(after, before) - 1 if before else None, Fraction(percent, 100))

        series = {"from": "schools", "every": "year", "during": [2025, 2025]}
        return {**series, "type": "growth", "value": "sum(pupils)", word: f"{percent} %"}, growth
    series = {"from": "schools", "every": "year", "during": [2025, 2025]}
    never = {"never_decreasing": {"from": 2024}}
    return {
        **series,
        "type": "trend",
        "value": "sum(pupils)",
        **never,
    }, lambda rows: _share(rows, 2025)[1] >= _share(rows, 2024)[1]


def _rows(draw: random.Random) -> list[Row]:
    """Return a few schools in two years; in the second some cells are blank."""
    rows = [
        {
            "school": f"S{number}",
            "bureau": f"B{number % 2}",
            "year": year,
            "place": draw.choice("ru"),
            "pupils": draw.randint(1, TOP),
        }
        for year in (2024, 2025)
        for number in range(draw.randint(3, 5))
    ]
    for row in draw.sample([one for one in rows if one["year"] == 2025], draw.randint(1, 3)):
        for column in draw.choice([("pupils",), ("place",), ("pupils", "place")]):
            row[column] = None
    return rows


def _judged(fields: dict[str, Any], rows: list[Row]) -> Attainment:
    plan = Plan.from_fields([{"id": "t", **fields}])
    submission = Submission.from_frames({"schools": pd.DataFrame(rows, dtype=object)}, DICTIONARY)
    measures = bind_all(plan, DICTIONARY)
    pack = Pack(Path(__file__).parent, PackFile(id="tiny"), DICTIONARY, plan, Plan(()), {}, measures)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UncheckedDataWarning)
        return evaluate(pack, admit_unchecked(submission, reason="a law"))["t"]


def _fillings(row: Row) -> list[Row]:
    """Return every row that a row with gaps can be."""
    pupils = range(TOP + 1) if row["pupils"] is None else [row["pupils"]]
    places = "ru" if row["place"] is None else [row["place"]]
    return [{**row, "pupils": one, "place": other} for one, other in product(pupils, places)]


class _Truth:
    """Every way of filling the gaps, with what comes of it."""

    def __init__(self, rows: list[Row], met: Met) -> None:
        self.open = [row for row in rows if None in row.values()]
        known = [row for row in rows if None not in row.values()]
        self.fillings = [_fillings(row) for row in self.open]
        self.ends = {
            chosen: met([*known, *(own[at] for own, at in zip(self.fillings, chosen, strict=True))])
            for chosen in product(*(range(len(own)) for own in self.fillings))
        }

    def secures(self, some: tuple[int, ...], *, verdict: bool) -> bool:
        """Whether some rows can bring a verdict about whatever the others say."""
        lost: dict[tuple[int, ...], bool] = {}
        for chosen, met in self.ends.items():
            key = tuple(chosen[at] for at in some)
            lost[key] = lost.get(key, False) or met is not verdict
        return not all(lost.values())

    def settles(self, at: int, verdict: bool) -> list[Row]:  # noqa: FBT001  # as above
        """Return what one row may say to bring a verdict about whatever the others say."""
        return [
            filled
            for number, filled in enumerate(self.fillings[at])
            if all(met is verdict for chosen, met in self.ends.items() if chosen[at] == number)
        ]


def _agrees(condition: Condition, filled: Row) -> bool:
    """Whether a row says what a condition asks."""
    for name, values in condition.cells:
        found = filled[name.partition(".")[2]]
        good = {
            "at_least": lambda: found >= values[0],  # noqa: B023  # used at once
            "at_most": lambda: found <= values[0],  # noqa: B023  # used at once
        }.get(condition.word, lambda: found in values)  # noqa: B023  # used at once
        if not good():
            return False
    return True


def _cases(seeds: range) -> Iterator[tuple[int, TippingPoint, _Truth]]:
    """Yield open verdicts with what decides them and with every way they can end."""
    for seed in seeds:
        draw = random.Random(seed)
        fields, met = _targets(draw)
        rows = _rows(draw)
        truth = _Truth(rows, met)
        if None in truth.ends.values() or len(set(truth.ends.values())) < 2:
            continue  # a denominator can be zero, or the verdict stands
        attainment = _judged(fields, rows)
        if attainment.verdict is Verdict.NOT_EVALUABLE:
            continue  # every cell of a total is blank: there is no value
        assert attainment.verdict is Verdict.UNDETERMINED, (seed, fields, rows)
        found = tipping_point(attainment)
        assert found is not None, (seed, fields, rows)
        yield seed, found, truth


def _held(seeds: range) -> int:
    checked = 0
    for seed, found, truth in _cases(seeds):
        everyone = range(len(truth.open))
        fewest = min(
            size
            for size in range(len(truth.open) + 1)
            if any(truth.secures(one, verdict=True) for one in combinations(everyone, size))
        )
        assert found.needed == fewest, seed
        harmless = max(
            size
            for size in range(len(truth.open) + 1)
            if not any(truth.secures(one, verdict=False) for one in combinations(everyone, size))
        )
        assert min(harmless, found.rows) == found.spare, seed
        for one in found.unknowns:
            key = dict(one.sources[0].key)
            at = next(
                number
                for number, row in enumerate(truth.open)
                if row["school"] == key["school"] and str(row["year"]) == key["year"]
            )
            for condition, verdict in ((one.met_if, True), (one.not_met_if, False)):
                good = truth.settles(at, verdict)
                if condition is None:
                    assert not good, (seed, verdict)
                elif condition.word == "such_as":
                    named = [row for row in truth.fillings[at] if _agrees(condition, row)]
                    assert named, (seed, condition)
                    assert all(row in good for row in named), (seed, condition)
                else:
                    assert [row for row in truth.fillings[at] if _agrees(condition, row)] == good, (
                        seed,
                        condition,
                    )
        for asked in found.asked:
            own = tuple(at for at in everyone if truth.open[at]["bureau"] == asked.reporter)
            for verdict, name in ((True, Verdict.MET), (False, Verdict.NOT_MET)):
                assert truth.secures(own, verdict=verdict) == (name in asked.settles), (seed, asked)
        assert sum(one.weight for one in found.asked) == 1
        checked += 1
    return checked


def test_what_is_said_to_decide_a_verdict_does_and_nothing_less() -> None:
    """The fewest rows, what each would have to say, and who can settle it alone: tried in every way."""
    assert _held(range(120)) > 40


@pytest.mark.slow
def test_what_is_said_to_decide_a_verdict_does_on_many_more() -> None:
    """The same on some thousand tables."""
    assert _held(range(1000, 4000)) > 1000
