"""Pace, real money and who is behind within a year, against plain fractions on random tables."""

from __future__ import annotations

import itertools
import random
import warnings
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from edutargets.attainment import PlanAttainment, evaluate
from edutargets.gate import UncheckedDataWarning, admit_unchecked
from edutargets.goals import Verdict
from edutargets.pace import pace_of
from edutargets.plans import Pack, PackFile, Plan, bind_all
from edutargets.price_words import nominal_and_real
from edutargets.submissions import Submission
from edutargets.tables import Dictionary
from edutargets.year_pace import due_by, year_pace_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Row = dict[str, object]
CODE, YEAR = {"type": "code"}, {"type": "year"}
OPTIONAL = {"required": False}
MOST = 40


def _table(counts: str, key: list[str], columns: Row) -> Row:
    whole = {"year": YEAR, "school": CODE, **columns}
    return {"counts": counts, "period": "year", "key": key, "reports": "school", "columns": whole}


DICTIONARY = Dictionary.model_validate(
    {
        "price_index": {"table": "prices", "index": "level"},
        "tables": {
            "schools": _table(
                "school",
                ["school", "year"],
                {
                    "students": {"type": "integer", "unit": "student"},
                    "girls": {"type": "integer", "unit": "student"},
                    "budget": {"type": "decimal", "scale": 2, "unit": "CNY/year"},
                },
            ),
            "prices": _table("figure", ["year"], {"level": {"type": "decimal", "scale": 3}}),
            "persons": _table("principal", ["person", "year"], {"person": CODE}),
            "records": _table(
                "record",
                ["record"],
                {
                    "record": CODE,
                    "person": {**CODE, **OPTIONAL, "references": "persons.person", "absent": "zero"},
                    "held_on": {"type": "date", **OPTIONAL},
                    "hours": {
                        "type": "integer",
                        "unit": "training_hour",
                        "range": [0, MOST],
                        **OPTIONAL,
                    },
                },
            ),
        },
    }
)


def judged(targets: list[Row], frames: Mapping[str, list[Row]]) -> PlanAttainment:
    """Evaluate targets on rows."""
    told = {name: pd.DataFrame(rows, dtype=object) for name, rows in frames.items() if rows}
    plan = Plan.from_fields(targets)
    measures = bind_all(plan, DICTIONARY)
    pack = Pack(Path(__file__).parent, PackFile(id="law"), DICTIONARY, plan, Plan(()), {}, measures)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UncheckedDataWarning)
        return evaluate(pack, admit_unchecked(Submission.from_frames(told, DICTIONARY), reason="a law"))


@pytest.mark.parametrize("seed", range(25))
def test_gap_pace_and_line_are_those_of_plain_fractions(seed: int) -> None:
    """Two schools, two to five years, a share or a cap, with or without a step of the plan's own."""
    rng = random.Random(seed)
    years = sorted(rng.sample(range(2018, 2024), rng.randint(2, 5)))
    rows: list[Row] = []
    for year, school in itertools.product(years, "AB"):
        students = rng.randint(10, 99)
        rows.append(
            {
                "school": school,
                "year": year,
                "students": students,
                "girls": rng.randint(1, students),
                "budget": 1,
            }
        )
    share = {
        year: sum((Fraction(int(str(row["girls"]))) for row in rows if row["year"] == year), Fraction(0))
        / sum(int(str(row["students"])) for row in rows if row["year"] == year)
        for year in years
    }
    sign, limit, due = rng.choice([1, -1]), Fraction(rng.randint(1, 99), 100), rng.randint(2024, 2030)
    target: Row = {
        "id": "share",
        "type": "ratio",
        "from": "schools",
        "numerator": "sum(girls)",
        "denominator": "sum(students)",
        "at_least" if sign > 0 else "at_most": f"{limit * 100} %",
        "by": f"{due}-12-31",
    }
    found = pace_of(judged([target], {"schools": rows})["share"])
    first, last = years[0], years[-1]
    assert found.gap == max(Fraction(0), sign * (limit - share[last]))
    assert found.needed == found.gap / (due - last)
    assert found.so_far == (share[last] - share[first]) / (last - first)
    if sign * (share[first] - limit) >= 0:
        assert found.line is None
    else:
        line = share[first] + (limit - share[first]) * Fraction(last - first, due - first)
        side = sign * (share[last] - line)
        assert found.line == line
        assert found.standing == ("on_line" if side == 0 else "ahead" if side > 0 else "behind")
    carried = share[last] + (share[last] - share[first]) * Fraction(due - last, last - first)
    assert (found.projections[0].value, found.projections[0].reaches) == (
        carried,
        sign * (carried - limit) >= 0,
    )
    assert [one.year for one in found.grid] == years[:-1]


@pytest.mark.parametrize("seed", range(25))
def test_nominal_and_real_are_judged_as_plain_fractions_are(seed: int) -> None:
    """A budget and a price level, both wandering: each basis by its own series, step by step."""
    rng = random.Random(seed)
    years = range(2020, 2020 + rng.randint(2, 5))
    money = {year: Fraction(rng.randint(90, 115) * 100) for year in years}
    level = {year: Fraction(rng.randint(900, 1150), 1000) for year in years}
    rows: list[Row] = [
        {"school": "A", "year": year, "students": 1, "girls": 1, "budget": float(money[year])}
        for year in years
    ]
    prices: list[Row] = [{"school": "X", "year": year, "level": float(level[year])} for year in years]
    basis, word = rng.choice(["nominal", "real"]), rng.choice(["never_decreasing", "never_increasing"])
    target: Row = {
        "id": "it",
        "type": "trend",
        "from": "schools",
        "value": "sum(budget)",
        word: {"from": 2020, "basis": basis},
    }
    found = judged([target], {"schools": rows, "prices": prices})["it"]
    real = {year: money[year] * level[2020] / level[year] for year in years}
    sign = 1 if word == "never_decreasing" else -1
    steps = list(itertools.pairwise(years))
    held = {
        "nominal": all(sign * (money[after] - money[before]) >= 0 for before, after in steps),
        "real": all(sign * (real[after] - real[before]) >= 0 for before, after in steps),
    }
    told = nominal_and_real(found)
    assert told is not None
    assert (told.nominal is Verdict.MET, told.real is Verdict.MET) == (held["nominal"], held["real"])
    assert (found.verdict is Verdict.MET) == held[basis]
    assert [one.real.value for one in told.years if one.real] == [real[year] for year in years]


Record = tuple[str | None, date | None, int | None]


def _completions(
    records: list[Record], persons: list[str], day: date
) -> Iterator[list[tuple[str, bool, int]]]:
    """Yield every way to fill in who, whether by the day, and how much."""
    ways = [
        [
            (code, by, much)
            for code in ([who] if who else [*persons, "somebody else"])
            for by in ([when <= day] if when else [True, False])
            for much in ([hours] if hours is not None else [0, MOST])
        ]
        for who, when, hours in records
    ]
    for one in itertools.product(*ways):
        yield list(one)


@pytest.mark.parametrize("seed", range(40))
def test_who_is_behind_is_what_every_completion_says(seed: int) -> None:
    """Behind in all completions, in none, or open: exactly that."""
    rng = random.Random(seed)
    persons, day = ["P1", "P2", "P3"], date(2025, rng.randint(1, 12), 28)
    owed = rng.randint(10, 90)
    records: list[Record] = [
        (
            rng.choice([*persons, None]),
            rng.choice([None, date(2025, rng.randint(1, 12), rng.randint(1, 28))]),
            rng.choice([None, rng.randint(0, MOST)]),
        )
        for _ in range(rng.randint(1, 4))
    ]
    rows: list[Row] = [
        {"record": f"R{at}", "year": 2025, "school": "A", "person": who, "held_on": when, "hours": hours}
        for at, (who, when, hours) in enumerate(records)
    ]
    people: list[Row] = [{"person": one, "year": 2025, "school": "A"} for one in persons]
    target: Row = {
        "id": "hours",
        "type": "training_hours",
        "each": "persons",
        "hours": "sum(records.hours)",
        "at_least": f"{owed} training_hour/year",
        "every": "year",
        "during": [2025, 2025],
    }
    found = year_pace_of(judged([target], {"persons": people, "records": rows})["hours"], as_of=day)
    due = due_by(Fraction(owed), day)
    for one in found.persons:
        seen = {
            sum(much for who, by, much in ways if who == one.code and by) < due
            for ways in _completions(records, persons, day)
        }
        assert one.behind is (seen.pop() if len(seen) == 1 else None), (one, records, due)
