"""The engine against a few lines of plain Python over fractions, on random tables and random targets."""

from __future__ import annotations

import random
import warnings
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edutargets.attainment import evaluate
from edutargets.gate import UncheckedDataWarning, admit_unchecked
from edutargets.goals import Verdict
from edutargets.plans import Pack, PackFile, Plan, bind_all
from edutargets.submissions import Submission
from edutargets.tables import Dictionary
from edutargets.yaml_files import parse_yaml, read_definition

if TYPE_CHECKING:
    from collections.abc import Callable

TABLES = """
tables:
  schools:
    counts: school
    key: [school_id, year]
    period: year
    reports: school_id
    columns:
      school_id: {type: code}
      year: {type: year}
      location: {type: category, values: {rural: {}, urban: {}}, required: false}
      enrolment: {type: integer, unit: student, range: [0, 90], required: false}
  staff:
    counts: teacher
    key: [person_id, year]
    period: year
    reports: school_id
    columns:
      person_id: {type: code}
      school_id: {type: code, references: schools.school_id}
      year: {type: year}
      degree:
        {type: category, ordered: true, required: false, values: {college: {}, bachelor: {}, master: {}}}
      lessons: {type: integer, unit: lesson, range: [0, 12], required: false}
      pay: {type: decimal, scale: 2, unit: CNY, range: [0, 20], required: false}
  training:
    counts: record
    key: [record_id]
    period: year
    reports: person_id
    columns:
      record_id: {type: code}
      person_id: {type: code, references: staff.person_id, absent: zero}
      year: {type: year}
      hours: {type: decimal, scale: 1, unit: training_hour, range: [0, 9], required: false}
"""
DICTIONARY = read_definition(parse_yaml(TABLES), Dictionary)
DEGREES = ("college", "bachelor", "master")
YEARS = (2023, 2024, 2025)

Row = dict[str, object]
Truth = bool | None


# three-valued logic, by hand


def both(left: Truth, right: Truth) -> Truth:
    """Both must hold; one that does not settles it."""
    if left is False or right is False:
        return False
    return None if left is None or right is None else True


def either(left: Truth, right: Truth) -> Truth:
    """One is enough; unknown unless one holds or neither does."""
    if left is True or right is True:
        return True
    return None if left is None or right is None else False


def opposite(item: Truth) -> Truth:
    """The opposite of unknown is unknown."""
    return None if item is None else not item


def at_least(value: object, limit: Fraction | int) -> Truth:
    """Hold a cell against a number."""
    return None if value is None else Fraction(str(value)) >= limit


@dataclass(frozen=True)
class Condition:
    """A condition as SQL, and the same by hand."""

    sql: str
    holds: Callable[[Row, World], Truth]


@dataclass(frozen=True)
class World:
    """The three tables."""

    schools: tuple[Row, ...]
    staff: tuple[Row, ...]
    training: tuple[Row, ...]

    def location(self, row: Row) -> object:
        """Look up the school of a row in its year."""
        for school in self.schools:
            if (school["school_id"], school["year"]) == (row["school_id"], row["year"]):
                return school["location"]
        return None

    def hours(self, row: Row) -> Fraction | None:
        """Add up a person's records of the year; unknown where one is blank."""
        mine = [
            t["hours"]
            for t in self.training
            if (t["person_id"], t["year"]) == (row["person_id"], row["year"])
        ]
        return None if None in mine else sum((Fraction(str(h)) for h in mine), Fraction(0))


def random_condition(rng: random.Random, depth: int = 2) -> Condition:
    """Draw a condition, and the same by hand."""

    def leaf() -> Condition:
        degree, number = rng.choice(DEGREES), rng.randint(0, 12)
        at = DEGREES.index(degree)
        return rng.choice(
            [
                Condition(
                    f"degree = '{degree}'",
                    lambda r, _: None if r["degree"] is None else r["degree"] == degree,
                ),
                Condition(
                    f"degree <> '{degree}'",
                    lambda r, _: None if r["degree"] is None else r["degree"] != degree,
                ),
                Condition(
                    f"degree >= '{degree}'",
                    lambda r, _: None if r["degree"] is None else DEGREES.index(str(r["degree"])) >= at,
                ),
                Condition(
                    f"degree > '{degree}'",
                    lambda r, _: None if r["degree"] is None else DEGREES.index(str(r["degree"])) > at,
                ),
                Condition(
                    "degree in ('college', 'master')",
                    lambda r, _: None if r["degree"] is None else r["degree"] != "bachelor",
                ),
                Condition("degree is null", lambda r, _: r["degree"] is None),
                Condition(f"lessons >= {number}", lambda r, _: at_least(r["lessons"], number)),
                Condition(f"{number} > lessons", lambda r, _: opposite(at_least(r["lessons"], number))),
                Condition(
                    "lessons between 3 and 7",
                    lambda r, _: both(at_least(r["lessons"], 3), opposite(at_least(r["lessons"], 8))),
                ),
                Condition("pay < 7.35", lambda r, _: opposite(at_least(r["pay"], Fraction("7.35")))),
                Condition(
                    "schools.location = 'rural'",
                    lambda r, w: None if w.location(r) is None else w.location(r) == "rural",
                ),
            ]
        )

    if depth == 0 or rng.random() < 0.5:
        return leaf()
    one, two = random_condition(rng, depth - 1), random_condition(rng, depth - 1)
    return rng.choice(
        [
            Condition(f"({one.sql}) and ({two.sql})", lambda r, w: both(one.holds(r, w), two.holds(r, w))),
            Condition(f"({one.sql}) or ({two.sql})", lambda r, w: either(one.holds(r, w), two.holds(r, w))),
            Condition(f"not ({one.sql})", lambda r, w: opposite(one.holds(r, w))),
        ]
    )


class NoValueError(Exception):
    """Nothing to compute."""


@dataclass(frozen=True)
class Value:
    """An aggregate as SQL, and the same by hand over the staff of some years."""

    sql: str
    of: Callable[[World, tuple[int, ...]], Fraction]


def chosen(world: World, years: tuple[int, ...], condition: Condition | None) -> list[Row]:
    """Return the staff of some years for whom a condition holds."""
    rows = [row for row in world.staff if row["year"] in years]
    return rows if condition is None else [row for row in rows if condition.holds(row, world) is True]


def random_aggregate(rng: random.Random, kind: str, column: str) -> Value:
    """Draw an aggregate, and the same by hand."""
    condition = random_condition(rng) if rng.random() < 0.7 else None
    text = f" filter (where {condition.sql})" if condition else ""
    if kind == "count":
        return Value(f"count(*){text}", lambda w, ys: Fraction(len(chosen(w, ys, condition))))

    def compute(world: World, years: tuple[int, ...]) -> Fraction:
        found = [
            Fraction(str(row[column])) for row in chosen(world, years, condition) if row[column] is not None
        ]
        if not found:
            raise NoValueError
        return {"sum": sum, "min": min, "max": max, "avg": lambda values: sum(values) / len(values)}[kind](
            found
        )

    return Value(f"{kind}({column}){text}", compute)


def quotient(above: Value, below: Value) -> Value:
    """Divide one value by another."""

    def compute(world: World, years: tuple[int, ...]) -> Fraction:
        top, bottom = above.of(world, years), below.of(world, years)
        if bottom == 0:
            raise NoValueError
        return top / bottom

    return Value("", compute)


# targets


@dataclass(frozen=True)
class Promise:
    """A target as YAML fields, and how to compute and judge it by hand."""

    fields: dict[str, object]
    value: Callable[[World, tuple[int, ...]], Fraction]
    enough: Callable[[Fraction], bool]


def random_promise(rng: random.Random, number: int) -> Promise:
    """Draw a target, and the same by hand."""
    kind = rng.choice(["ratio", "count", "amount", "density", "each", "share_of", "hours", "mean", "case"])
    limit, word = (
        Fraction(rng.randint(0, 200), rng.choice([1, 2, 4, 5, 10])),
        rng.choice(["at_least", "at_most", "above", "below", "exactly"]),
    )
    fields: dict[str, object] = {"id": f"t.n{number}", "from": "staff"}
    if kind in {"ratio", "density", "count", "amount", "case"}:
        return _total(rng, kind, fields, limit, word)
    return _for_each(rng, kind, fields, limit, word)


def compared(word: str, limit: Fraction) -> Callable[[Fraction], bool]:
    """Return the test of a goal word."""
    return {
        "at_least": lambda v: v >= limit,
        "at_most": lambda v: v <= limit,
        "above": lambda v: v > limit,
        "below": lambda v: v < limit,
        "exactly": lambda v: v == limit,
    }[word]


def decimal(value: Fraction) -> str:
    """Write a number as YAML has it."""
    return str(float(value)) if value.denominator != 1 else str(value.numerator)


def _total(rng: random.Random, kind: str, fields: dict[str, object], limit: Fraction, word: str) -> Promise:
    if kind == "ratio":
        pair = rng.choice([("count", ""), ("sum", "lessons"), ("sum", "pay")])
        above, below = random_aggregate(rng, *pair), random_aggregate(rng, *pair)
        limit = rng.choice([limit / 100, Fraction(1, 2), Fraction(1), Fraction(1, 4)])
        goal = f"{decimal(limit * 100)} %"
        found = {"type": "ratio", "numerator": above.sql, "denominator": below.sql, word: goal}
        value = quotient(above, below)
    elif kind == "density":
        above, below = random_aggregate(rng, "sum", "lessons"), random_aggregate(rng, "count", "")
        limit /= 10
        found = {"type": "density", "numerator": above.sql, "denominator": below.sql, word: decimal(limit)}
        value = quotient(above, below)
    elif kind == "count":
        value = random_aggregate(rng, "count", "")
        limit = Fraction(int(limit / 20))
        found = {"type": "count", "count": value.sql, word: decimal(limit)}
    elif kind == "case":
        condition = random_condition(rng)
        value = Value(
            "", lambda w, ys: Fraction(sum(_weighted(condition, row, w) for row in chosen(w, ys, None)))
        )
        limit = Fraction(int(limit / 10))
        found = {
            "type": "count",
            "count": f"sum(case when {condition.sql} then 2 * lessons - lessons else 0 end)",
            word: decimal(limit),
        }
    else:
        value = random_aggregate(rng, rng.choice(["sum", "avg", "min", "max"]), "pay")
        found = {"type": "amount", "amount": value.sql, word: f"{decimal(limit)} CNY"}
    return Promise({**fields, **found, **_time(rng)}, value.of, compared(word, limit))


def _weighted(condition: Condition, row: Row, world: World) -> int:
    if condition.holds(row, world) is not True:
        return 0
    return 0 if row["lessons"] is None else int(str(row["lessons"]))


def _for_each(
    rng: random.Random, kind: str, fields: dict[str, object], limit: Fraction, word: str
) -> Promise:
    hours = kind == "hours"
    unit, text = ("training_hour", "sum(training.hours)") if hours else ("lesson", "lessons")
    limit = limit / 10
    own = compared(word, limit)
    share = Fraction(rng.choice([0, 1, 2, 3, 4]), 4) if kind == "share_of" else Fraction(1)

    def each(world: World, row: Row) -> Fraction | None:
        return (
            world.hours(row) if hours else (None if row["lessons"] is None else Fraction(str(row["lessons"])))
        )

    def value(world: World, years: tuple[int, ...]) -> Fraction:
        rows = chosen(world, years, None)
        found = [each(world, row) for row in rows]
        if not rows or (kind == "mean" and not [one for one in found if one is not None]):
            raise NoValueError
        if kind == "mean":
            return sum((one for one in found if one is not None), Fraction(0)) / len(rows)
        return Fraction(sum(1 for one in found if one is not None and own(one)), len(rows))

    quantifier = {
        "share_of": {"share_of": "staff", "share_at_least": f"{share * 100} %"},
        "mean": {"mean_of": "staff"},
    }.get(kind, {"each": "staff"})
    body = {"type": "training_hours", "hours": text} if hours else {"type": "duty", "amount": text}
    fields = {
        "id": fields["id"],
        **quantifier,
        **body,
        word: f"{decimal(limit)} {unit}",
        **_time(rng, spans=False),
    }
    return Promise(fields, value, own if kind == "mean" else (lambda v: v >= share))


def _time(rng: random.Random, *, spans: bool = True) -> dict[str, object]:
    words: list[dict[str, object]] = [
        {"by": "2025-12-31"},
        {"in": "2024"},
        {"every": "year", "during": ["2023", "2025"]},
        {"at_every": "snapshot"},
    ]
    return rng.choice([*words, {"total_over": ["2023", "2024"]}] if spans else words)


# worlds


def random_world(rng: random.Random, blanks: float) -> World:
    """Draw three tables; a share of the cells is blank."""

    def maybe(value: object) -> object:
        return None if rng.random() < blanks else value

    schools: list[Row] = []
    staff: list[Row] = []
    training: list[Row] = []
    for year in YEARS:
        schools += [
            {
                "school_id": school,
                "year": year,
                "location": maybe(rng.choice(["rural", "urban"])),
                "enrolment": maybe(rng.randint(0, 90)),
            }
            for school in "ABC"
            if not blanks or rng.random() < 0.9
        ]
        staff += [
            {
                "person_id": f"P{person}",
                "school_id": rng.choice("ABC"),
                "year": year,
                "degree": maybe(rng.choice(DEGREES)),
                "lessons": maybe(rng.randint(0, 12)),
                "pay": maybe(f"{rng.randint(0, 2000) / 100:.2f}"),
            }
            for person in range(rng.choice([0, 1, 2, 4, 7]) if rng.random() < 0.3 else rng.randint(1, 9))
        ]
        training += [
            {
                "record_id": f"{year}-{record}",
                "person_id": f"P{rng.randint(0, 9)}",
                "year": year,
                "hours": maybe(f"{rng.randint(0, 90) / 10:.1f}"),
            }
            for record in range(rng.randint(1, 8))
        ]
    return World(tuple(schools), tuple(staff), tuple(training))


def completed(world: World, rng: random.Random) -> World:
    """Fill every blank with something its column allows."""

    def filled(row: Row) -> Row:
        values = {
            "location": rng.choice(["rural", "urban"]),
            "enrolment": rng.choice([0, 90, 17]),
            "degree": rng.choice(DEGREES),
            "lessons": rng.choice([0, 12, rng.randint(0, 12)]),
            "pay": rng.choice(["0.00", "20.00", "7.35"]),
            "hours": rng.choice(["0.0", "9.0", "4.5"]),
        }
        return {name: values[name] if value is None else value for name, value in row.items()}

    return World(
        *(tuple(filled(row) for row in table) for table in (world.schools, world.staff, world.training))
    )


def evaluated(world: World, promises: list[Promise]) -> dict[str, object]:
    """Evaluate the promises with the engine."""
    frames = {
        name: pd.DataFrame(list(rows), columns=list(DICTIONARY.tables[name].columns), dtype=object)
        for name, rows in (("schools", world.schools), ("staff", world.staff), ("training", world.training))
    }
    submission = Submission.from_frames(frames, DICTIONARY)
    assert not submission.faults
    plan = Plan.from_fields([promise.fields for promise in promises])
    file = PackFile(id="oracle")
    pack = Pack(Path(__file__).parent, file, DICTIONARY, plan, Plan(()), {}, bind_all(plan, DICTIONARY))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UncheckedDataWarning)
        return dict(evaluate(pack, admit_unchecked(submission, reason="random tables of a test")))


def by_hand(promise: Promise, world: World, years: tuple[int, ...]) -> tuple[Fraction | None, Verdict]:
    """Evaluate one promise with plain fractions."""
    try:
        value = promise.value(world, years)
    except NoValueError:
        return None, Verdict.NOT_EVALUABLE
    return value, Verdict.MET if promise.enough(value) else Verdict.NOT_MET


@settings(max_examples=260, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32))
def test_the_engine_equals_plain_fractions_where_nothing_is_blank(seed: int) -> None:
    """Each value and each verdict is exactly that of a few lines of Python: 260 worlds of 10 targets."""
    rng = random.Random(seed)
    world, promises = random_world(rng, 0.0), [random_promise(rng, number) for number in range(10)]
    found = evaluated(world, promises)
    for promise in promises:
        for result in found[str(promise.fields["id"])].results:
            if result.reason is not None and (
                "no rows for" in result.reason.en or "no year" in result.reason.en
            ):
                asked = result.years or YEARS
                assert any(not [row for row in world.staff if row["year"] == year] for year in asked)
                continue
            expected, verdict = by_hand(promise, world, result.years)
            assert (result.value, result.verdict) == (expected, verdict), (promise.fields, result)


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32))
def test_no_way_of_filling_the_blanks_turns_a_verdict(seed: int) -> None:
    """Where cells are blank, met and not met hold for every completion, and the value stays in its range."""
    rng = random.Random(seed)
    world, promises = random_world(rng, 0.12), [random_promise(rng, number) for number in range(10)]
    found = evaluated(world, promises)
    asked = [
        promise for promise in promises if "is null" not in str(promise.fields)
    ]  # it asks for blanks themselves
    for promise in asked:
        for result in found[str(promise.fields["id"])].results:
            if result.bounds is None:
                continue
            for _ in range(6):
                expected, verdict = by_hand(promise, completed(world, rng), result.years)
                if expected is None:
                    continue
                assert result.bounds.lower <= expected <= result.bounds.upper, (promise.fields, result)
                assert result.verdict in {verdict, Verdict.UNDETERMINED}, (promise.fields, result)


@pytest.mark.parametrize("blanks", [0.0, 0.5])
def test_the_oracle_itself_sees_every_verdict(blanks: float) -> None:
    """A test that never met a miss could not fail: the random promises reach every verdict."""
    rng = random.Random(7)
    seen = set()
    for _ in range(30):
        world, promises = random_world(rng, blanks), [random_promise(rng, number) for number in range(10)]
        seen |= {result.verdict for one in evaluated(world, promises).values() for result in one.results}
    assert seen >= {Verdict.MET, Verdict.NOT_MET, Verdict.NOT_EVALUABLE}
    assert (Verdict.UNDETERMINED in seen) == (blanks > 0)
