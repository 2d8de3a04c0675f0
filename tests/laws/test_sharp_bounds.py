"""Sharp bounds against brute force: every way of filling what is unknown in small random tables, by hand."""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from itertools import product
from math import prod
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from edutargets.attainment import evaluate
from edutargets.gate import AdmittedSubmission
from edutargets.plans import Pack, PackFile, Plan, bind_all
from edutargets.set_aside import SetAside
from edutargets.submissions import Submission
from edutargets.tables import Dictionary
from edutargets.yaml_files import parse_yaml, read_definition

TABLES = """
tables:
  towns:
    counts: town
    key: [town_id]
    reports: town_id
    columns:
      town_id: {type: code}
      kind: {type: category, required: false, values: {old: {}, new: {}}}
  schools:
    counts: school
    key: [school_id, year]
    period: year
    reports: school_id
    columns:
      school_id: {type: code}
      town_id: {type: code, references: towns.town_id}
      year: {type: year}
      location: {type: category, required: false, values: {rural: {}, urban: {}}}
      pupils: {type: integer, unit: student, range: [1, 3], required: false}
      places: {type: integer, unit: place, range: [0, 2], required: false}
      seats: {type: integer, unit: student, range: [1, 2], required: false}
      norm: {type: integer, range: [1, 2], required: false}
      grants: {type: decimal, scale: 1, unit: CNY, range: [-0.1, 0.2], required: false}
  staff:
    counts: teacher
    key: [person_id, year]
    period: year
    reports: school_id
    columns:
      person_id: {type: code}
      school_id: {type: code, references: schools.school_id}
      year: {type: year}
      degree: {type: category, ordered: true, required: false, values: {low: {}, mid: {}, top: {}}}
      full_time: {type: boolean, required: false}
      lessons: {type: integer, unit: lesson, range: [0, 3], required: false}
      extra: {type: integer, unit: lesson, range: [0, 2], required: false}
      score: {type: integer, range: [1, 3], required: false}
      wage: {type: decimal, scale: 1, unit: CNY, range: [0.1, 0.3], required: false}
  training:
    counts: record
    key: [record_id]
    period: year
    reports: person_id
    columns:
      record_id: {type: code}
      person_id: {type: code, references: staff.person_id, absent: zero}
      year: {type: year}
      topic: {type: category, required: false, values: {safety: {}, other: {}}}
      hours: {type: decimal, scale: 1, unit: training_hour, range: [0, 0.3], required: false}
  deeds:
    counts: document
    key: [deed_id]
    period: year
    reports: deed_id
    columns:
      deed_id: {type: code}
      year: {type: year}
      issued: {type: date, required: false}
"""
DICTIONARY = read_definition(parse_yaml(TABLES, "tables.yaml"), Dictionary)
YEARS = (2024, 2025)
VALUES: dict[str, tuple[Any, ...]] = {
    "kind": ("old", "new"),
    "location": ("rural", "urban"),
    "pupils": (1, 2, 3),
    "places": (0, 1, 2),
    "seats": (1, 2),
    "norm": (1, 2),
    "extra": (0, 1, 2),
    "grants": tuple(Fraction(one, 10) for one in (-1, 0, 1, 2)),
    "degree": ("low", "mid", "top"),
    "full_time": (True, False),
    "lessons": (0, 1, 2, 3),
    "score": (1, 2, 3),
    "wage": tuple(Fraction(one, 10) for one in (1, 2, 3)),
    "topic": ("safety", "other"),
    "hours": tuple(Fraction(one, 10) for one in (0, 1, 2, 3)),
    "issued": (date(2024, 12, 30), date(2024, 12, 31), date(2025, 1, 1)),
}
LINKS = {"schools": {"person_id"}, "staff": {"person_id"}, "towns": {"town_id"}}
FOUND_BY = {"schools": ("school_id",), "staff": ("person_id",), "towns": ("town_id",)}
MOST = 1500

Row = dict[str, Any]


# a world with open rows ------------------------------------------------------------------------------


@dataclass
class World:
    """Small tables; each row says in `state` whether it was admitted, set aside or is doubtful."""

    tables: dict[str, list[Row]] = field(default_factory=dict)

    def sure(self, table: str) -> list[Row]:
        """Return the rows that are surely there."""
        return [row for row in self.tables[table] if row["state"] != "doubtful"]


def random_world(draw: random.Random) -> World:
    """Draw small tables, of which a few cells and rows are not known."""
    world = World({name: [] for name in DICTIONARY.tables})
    for town in ("T1", "T2"):
        _add(draw, world, "towns", town_id=town)
    for year in YEARS:
        for school in ("A", "B", "C")[: draw.choice([2, 3])]:
            _add(draw, world, "schools", school_id=school, town_id=draw.choice(["T1", "T2"]), year=year)
        for person in range(draw.randint(2, 5)):
            _add(draw, world, "staff", person_id=f"P{person}", school_id=draw.choice("ABC"), year=year)
        for record in range(draw.randint(1, 4)):
            named = {"record_id": f"{year}{record}", "person_id": f"P{draw.randint(0, 5)}", "year": year}
            _add(draw, world, "training", **named)
        for deed in range(draw.randint(1, 2)):
            _add(draw, world, "deeds", deed_id=f"{year}{deed}", year=year)
    rows = [(name, row) for name, own in world.tables.items() for row in own]
    for name, row in draw.sample(rows, draw.choice([2, 4, 6])):
        _damage(draw, name, row)
    return world


def _add(draw: random.Random, world: World, table: str, **named: Any) -> None:  # noqa: ANN401  # as in a file
    columns = DICTIONARY.tables[table].columns
    values = {name: draw.choice(VALUES[name]) for name in columns if name in VALUES}
    world.tables[table].append({**values, **named, "state": "admitted"})


def _damage(draw: random.Random, table: str, row: Row) -> None:
    cells = [name for name in row if name in VALUES]
    kind = draw.choice(["blank", "blank", "aside", "aside", "doubtful"])
    if kind == "blank":
        for name in draw.sample(cells, min(len(cells), draw.choice([1, 1, 2]))):
            row[name] = None
        return
    row.update(dict.fromkeys(cells), state=kind)
    if kind == "doubtful":
        row.update(dict.fromkeys(FOUND_BY.get(table, ())))


def admitted(world: World) -> AdmittedSubmission:
    """Hand the world in as a gate would that set these rows aside."""
    frames = {
        name: pd.DataFrame(
            [{column: _written(row[column]) for column in table.columns} for row in world.tables[name]],
            columns=list(table.columns),
            dtype=object,
        )
        for name, table in DICTIONARY.tables.items()
    }
    submission = Submission.from_frames(frames, DICTIONARY)
    assert not submission.faults
    tables, marks, doubtful = {}, {}, {}
    for name, found in submission.tables.items():
        states = [row["state"] for row in world.tables[name]]
        there = pa.array([state != "doubtful" for state in states])
        tables[name] = found
        if set(states) == {"admitted"}:
            continue
        tables[name] = found.__class__(**{**_fields(found), "rows": found.rows.filter(there)})
        marks[name] = pa.array([state == "admitted" for state in states if state != "doubtful"], pa.bool_())
        doubtful[name] = found.rows.filter(pa.array([state == "doubtful" for state in states]))
    aside = SetAside((), tables, marks, doubtful, {})
    return AdmittedSubmission(submission, set_aside=aside if marks else None)


def _fields(found: Any) -> dict[str, Any]:  # noqa: ANN401  # whatever a table is made of
    return {name: getattr(found, name) for name in found.__dataclass_fields__}


def _written(value: object) -> object:
    return f"{float(value):.1f}" if isinstance(value, Fraction) else value


# promises, as YAML and by hand -----------------------------------------------------------------------


Truth = Callable[[Row, "Filled"], bool]
Value = Callable[["Filled", tuple[int, ...]], Fraction]


class NoValueError(Exception):
    """Nothing to divide by."""


@dataclass
class Filled:
    """A world with nothing unknown: the rows that are there, with what they look up."""

    tables: dict[str, list[Row]]
    unanswered: bool = False

    def rows(self, table: str, years: tuple[int, ...]) -> Iterator[Row]:
        """Yield the rows of some years."""
        return (row for row in self.tables[table] if row.get("year") is None or row["year"] in years)


@dataclass(frozen=True)
class Piece:
    """A condition or a total as SQL, and the same by hand."""

    sql: str
    of: Callable[..., Any]


STAFF = [
    Piece("degree = 'mid'", lambda r: r["degree"] == "mid"),
    Piece("degree >= 'mid'", lambda r: r["degree"] != "low"),
    Piece("degree in ('low', 'top')", lambda r: r["degree"] != "mid"),
    Piece("degree is null", lambda r: r["?degree"]),
    Piece("full_time", lambda r: r["full_time"]),
    Piece("not full_time", lambda r: not r["full_time"]),
    Piece("lessons >= 2", lambda r: r["lessons"] >= 2),
    Piece("lessons between 1 and 2", lambda r: 1 <= r["lessons"] <= 2),
    Piece("lessons <> 1", lambda r: r["lessons"] != 1),
    Piece("lessons > extra", lambda r: r["lessons"] > r["extra"]),
    Piece("2 * lessons <= 3 * extra", lambda r: 2 * r["lessons"] <= 3 * r["extra"]),
    Piece("wage < 0.25", lambda r: r["wage"] < Fraction(1, 4)),
    Piece("schools.location = 'rural'", lambda r: r["schools"]["location"] == "rural"),
    Piece("schools.pupils >= 2", lambda r: r["schools"]["pupils"] >= 2),
    Piece("score <= schools.norm", lambda r: r["score"] <= r["schools"]["norm"]),
]
SCHOOLS = [
    Piece("location = 'rural'", lambda r: r["location"] == "rural"),
    Piece("towns.kind = 'old'", lambda r: r["towns"]["kind"] == "old"),
    Piece("pupils > 1", lambda r: r["pupils"] > 1),
    Piece("seats >= pupils", lambda r: r["seats"] >= r["pupils"]),
    Piece("grants is not null", lambda r: not r["?grants"]),
    Piece("grants > 0", lambda r: r["grants"] > 0),
]


def condition(draw: random.Random, pieces: list[Piece], depth: int = 1) -> Piece:
    """Draw a condition."""
    if depth == 0 or draw.random() < 0.55:
        return draw.choice(pieces)
    one, two = condition(draw, pieces, depth - 1), condition(draw, pieces, depth - 1)
    return draw.choice(
        [
            Piece(f"(({one.sql}) and ({two.sql}))", lambda r: one.of(r) and two.of(r)),
            Piece(f"(({one.sql}) or ({two.sql}))", lambda r: one.of(r) or two.of(r)),
            Piece(f"(not ({one.sql}))", lambda r: not one.of(r)),
        ]
    )


def total(draw: random.Random, table: str, kind: str, column: str = "") -> Piece:
    """Draw a count, a sum or a mean over a table."""
    asked = condition(draw, STAFF if table == "staff" else SCHOOLS) if draw.random() < 0.7 else None
    text = f" filter (where {asked.sql})" if asked else ""
    operand = (
        draw.choice([column, column, f"case when {asked.sql} then {column} else 0 end"])
        if asked and column
        else column
    )

    def chosen(filled: Filled, years: tuple[int, ...]) -> list[Row]:
        return [row for row in filled.rows(table, years) if asked is None or asked.of(row)]

    def compute(filled: Filled, years: tuple[int, ...]) -> Fraction:
        rows = chosen(filled, years)
        if kind == "count":
            return Fraction(len(rows))
        found = sum((Fraction(row[column]) for row in rows), Fraction(0))
        if kind == "avg" and not rows:
            raise NoValueError
        return found / len(rows) if kind == "avg" else found

    if kind == "sum" and operand != column:
        return Piece(f"sum({operand}){text}", compute)
    return Piece(f"count(*){text}" if kind == "count" else f"{kind}({column}){text}", compute)


def divided(above: Piece, below: Piece, factor: int = 1) -> Value:
    """Divide one total by another."""

    def compute(filled: Filled, years: tuple[int, ...]) -> Fraction:
        under = below.of(filled, years)
        if under == 0:
            raise NoValueError
        return factor * Fraction(above.of(filled, years)) / under

    return compute


def pair(draw: random.Random, table: str, kind: str, column: str = "") -> tuple[Piece, Piece]:
    """Draw what stands above and below a line, often over the same rows."""
    below = total(draw, table, kind, column)
    return total(draw, table, kind, column), below


@dataclass(frozen=True)
class Promise:
    """A target as YAML fields, and its value by hand; of a comparison how far both sides lie apart."""

    kind: str
    fields: dict[str, Any]
    value: Value
    judged: Value | None = None


def promises(draw: random.Random) -> list[Promise]:
    """Draw one or more targets of each type."""
    found = [
        *_totals(draw),
        *_quotients(draw),
        *_series(draw),
        *_each(draw),
    ]
    return [
        Promise(one.kind, {"id": f"t.n{at}", **one.fields}, one.value, one.judged)
        for at, one in enumerate(found)
    ]


def _totals(draw: random.Random) -> list[Promise]:
    when = draw.choice(
        [{"by": "2025-12-31"}, {"in": 2024}, {"at_every": "snapshot"}, {"total_over": [2024, 2025]}]
    )
    found = []
    for table in ("staff", "schools"):
        one = total(draw, table, "count")
        found.append(
            Promise(
                "count", {"type": "count", "from": table, "count": one.sql, "at_least": 3, **when}, one.of
            )
        )
    money = total(draw, "schools", "sum", "grants")
    found.append(
        Promise(
            "amount",
            {"type": "amount", "from": "schools", "amount": money.sql, "at_least": "0.3 CNY", **when},
            money.of,
        )
    )
    wages = total(draw, "staff", draw.choice(["sum", "avg"]), "wage")
    found.append(
        Promise(
            "amount",
            {"type": "amount", "from": "staff", "amount": wages.sql, "at_most": "1 CNY", **when},
            wages.of,
        )
    )
    for mean in (total(draw, "staff", "avg", "score") for _ in range(2)):
        fields = {"type": "coefficient", "from": "staff", "value": mean.sql, "at_least": "2", **when}
        found.append(Promise("coefficient", fields, mean.of))
    by = draw.choice(["2024-12-31", "2024-12-30"])
    last = date.fromisoformat(by)

    def proofs(filled: Filled, _: tuple[int, ...]) -> Fraction:
        return Fraction(sum(row["issued"] <= last for row in filled.tables["deeds"]))

    found.append(
        Promise("milestone", {"type": "milestone", "from": "deeds", "done_on": "issued", "by": by}, proofs)
    )
    return found


def _quotients(draw: random.Random) -> list[Promise]:
    by = draw.choice([{"by": "2025-12-31"}, {"at_every": "snapshot"}])
    found = []
    for table, kind, column in (
        ("staff", "count", ""),
        ("schools", "sum", "pupils"),
        ("staff", "sum", "wage"),
    ):
        above, below = pair(draw, table, kind, column)
        fields = {"type": "ratio", "from": table, "numerator": above.sql, "denominator": below.sql}
        found.append(
            Promise("ratio", {**fields, "gross": True, "at_least": "50 %", **by}, divided(above, below))
        )
    plain = Piece(
        "sum(schools.pupils)",
        lambda f, ys: sum((Fraction(r["pupils"]) for r in f.rows("schools", ys)), Fraction(0)),
    )
    for below in (plain, plain, total(draw, "schools", "sum", "pupils")):
        kind, above = "per_student_amount", total(draw, "schools", "sum", "grants")
        fields = {"type": kind, "from": "schools", "numerator": above.sql, "denominator": below.sql}
        found.append(Promise(kind, {**fields, "at_least": "0.1 CNY/student", **by}, divided(above, below)))
    teachers = total(draw, "staff", "count")
    everyone = Piece("count(staff.*)", lambda f, ys: Fraction(len(list(f.rows("staff", ys)))))
    rural = Piece(
        "count(staff.*) filter (where schools.location = 'rural')",
        lambda f, ys: Fraction(sum(r["schools"]["location"] == "rural" for r in f.rows("staff", ys))),
    )
    there = Piece(
        "sum(schools.pupils) filter (where schools.location = 'rural')",
        lambda f, ys: sum(
            (Fraction(r["pupils"]) for r in f.rows("schools", ys) if r["location"] == "rural"), Fraction(0)
        ),
    )
    for one, two in ((everyone, plain), (rural, draw.choice([plain, there]))):
        fields = {"type": "per_hundred", "numerator": one.sql, "denominator": two.sql}
        found.append(Promise("per_hundred", {**fields, "at_least": "80", **by}, divided(one, two, 100)))
    fields = {"type": "density", "numerator": plain.sql, "denominator": rural.sql}
    found.append(Promise("density", {**fields, "at_most": "2", **by}, divided(plain, rural)))
    lessons = total(draw, "staff", "sum", "lessons")
    fields = {"type": "density", "from": "staff", "numerator": lessons.sql, "denominator": teachers.sql}
    found.append(Promise("density", {**fields, "at_most": "2", **by}, divided(lessons, teachers)))
    return [*found, *(_compared(draw, by) for _ in range(2))]


def _compared(draw: random.Random, by: dict[str, Any]) -> Promise:
    mine, theirs = (total(draw, "staff", draw.choice(["avg", "sum"]), "wage") for _ in range(2))
    fields = {"type": "comparison", "from": "staff", "value": mine.sql, "at_least": {"value": theirs.sql}}
    return Promise("comparison", {**fields, **by}, mine.of, lambda f, ys: mine.of(f, ys) - theirs.of(f, ys))


def _series(draw: random.Random) -> list[Promise]:
    found = []
    for table, column in (("schools", "pupils"), ("staff", "lessons")):
        one = total(draw, table, "sum", column)

        def grown(filled: Filled, years: tuple[int, ...], one: Piece = one) -> Fraction:
            before, after = (one.of(filled, (year,)) for year in years)
            if before == 0:
                raise NoValueError
            return Fraction(after) / before - 1

        fields = {"from": table, "value": one.sql}
        span = {"every": "year", "during": [2025, 2025]}
        found.append(Promise("growth", {"type": "growth", **fields, "at_least": "5 %", **span}, grown))

        def latest(filled: Filled, years: tuple[int, ...], one: Piece = one) -> Fraction:
            return Fraction(one.of(filled, years[1:]))

        def change(filled: Filled, years: tuple[int, ...], one: Piece = one) -> Fraction:
            return Fraction(one.of(filled, years[1:])) - one.of(filled, years[:1])

        never = {"never_decreasing": {"from": 2024, "basis": "nominal"}}
        found.append(Promise("trend", {"type": "trend", **fields, **never}, latest, change))
    return found


def _hours(row: Row) -> Fraction:
    return sum((Fraction(one["hours"]) for one in row["training"]), Fraction(0))


def _safe(row: Row) -> Fraction:
    return sum((Fraction(one["hours"]) for one in row["training"] if one["topic"] == "safety"), Fraction(0))


def _records(row: Row) -> Fraction:
    return Fraction(sum(one["hours"] >= Fraction(1, 10) for one in row["training"]))


def _each(draw: random.Random) -> list[Promise]:
    by = draw.choice([{"by": "2025-12-31"}, {"at_every": "snapshot"}])
    hours = [
        Piece("sum(training.hours)", _hours),
        Piece("sum(training.hours) filter (where training.topic = 'safety')", _safe),
    ]
    found = []
    for quantifier in ("each", "share_of", "mean_of"):
        one, where = draw.choice(hours), condition(draw, STAFF) if draw.random() < 0.3 else None
        limit = Fraction(draw.randint(1, 5), 10)
        word = draw.choice(["at_least", "at_most", "above", "between"])
        fields = {"type": "training_hours", quantifier: "staff", "hours": one.sql}
        found.append(
            _quantified("training_hours", fields, one, (word, limit, "training_hour"), where, "staff")
        )
        own = draw.choice(
            [
                (
                    Piece("sum(lessons)", lambda r: Fraction(r["lessons"])),
                    Fraction(draw.randint(1, 3)),
                    "lesson",
                ),
                (
                    Piece("count(training.*) filter (where training.hours >= 0.1)", _records),
                    Fraction(draw.randint(1, 2)),
                    "record",
                ),
            ]
        )
        fields = {"type": "duty", quantifier: "staff", "amount": own[0].sql}
        found.append(_quantified("duty", fields, own[0], (word, *own[1:]), where, "staff"))
    places = Piece("sum(places)", lambda r: Fraction(r["places"]))
    heads = Piece("sum(pupils)", lambda r: Fraction(r["pupils"]))
    limit = Fraction(draw.randint(1, 4), 2)

    def dense(row: Row) -> Fraction | None:
        return heads.of(row) / places.of(row) if row["places"] else None

    fields = {"type": "density", "share_of": "schools", "numerator": heads.sql, "denominator": places.sql}
    found.append(_quantified("density", fields, Piece("", dense), ("at_most", limit, ""), None, "schools"))
    return [Promise(one.kind, {**one.fields, **by}, one.value) for one in found]


def _quantified(
    kind: str,
    fields: dict[str, Any],
    own: Piece,
    goal: tuple[str, Fraction, str],
    where: Piece | None,
    table: str,
) -> Promise:
    word, limit, unit = goal
    text = f"{float(limit):g} {unit}".strip()
    upper = limit + Fraction(1, 10) if unit == "training_hour" else limit + 1
    fields[word] = [text, f"{float(upper):g} {unit}"] if word == "between" else text
    fields |= {"where": where.sql} if where else {}
    fields |= {"share_at_least": "60 %"} if "share_of" in fields else {}
    reached: Callable[[Fraction], bool] = {
        "at_least": lambda v: v >= limit,
        "at_most": lambda v: v <= limit,
        "above": lambda v: v > limit,
        "between": lambda v: limit <= v <= upper,
    }[word]

    def value(filled: Filled, years: tuple[int, ...]) -> Fraction:
        rows = [row for row in filled.rows(table, years) if where is None or where.of(row)]
        if not rows:
            raise NoValueError
        if "mean_of" in fields:
            return sum((own.of(row) for row in rows), Fraction(0)) / len(rows)
        found = [own.of(row) for row in rows]
        met = [filled.unanswered if one is None else reached(one) for one in found]
        return Fraction(sum(met), len(rows))

    return Promise(kind, fields, value)


# every way of filling it -----------------------------------------------------------------------------


def open_cells(
    world: World, text: str
) -> tuple[dict[tuple[str, int, str], list[tuple[Any, bool]]], list[tuple[str, int]]]:
    """Return the unknown cells that a target looks at, with what may stand there, and the doubtful rows."""
    words = set(re.findall(r"\w+", text))
    cells: dict[tuple[str, int, str], list[tuple[Any, bool]]] = {}
    doubtful = []
    for table, rows in world.tables.items():
        marked = any(row["state"] != "admitted" for row in rows)
        for at, row in enumerate(rows):
            if row["state"] == "doubtful" and not row.get("phantom"):
                doubtful.append((table, at))
            for name in (name for name in row if name in VALUES and row[name] is None and name in words):
                asked = f"{name} is" in text
                aside = row["state"] != "admitted" or (row.get("phantom") and marked)
                blank = [False, True] if aside and asked else [not aside]
                cells[table, at, name] = list(product(VALUES[name], blank))
    return cells, doubtful


def with_phantoms(world: World) -> World:
    """Add the rows that are looked up and are not there: nothing is known of them, and nobody counts them."""
    found = World({name: list(rows) for name, rows in world.tables.items()})
    for child, parent, key in (
        ("staff", "schools", ("school_id", "year")),
        ("schools", "towns", ("town_id",)),
    ):
        known = {tuple(row[name] for name in key) for row in world.sure(parent)}
        for row in world.tables[child]:
            wanted = tuple(row[name] for name in key)
            if wanted not in known:
                known.add(wanted)
                blank = {name: None for name in DICTIONARY.tables[parent].columns if name in VALUES}
                found.tables[parent].append(
                    {**blank, **dict(zip(key, wanted, strict=True)), "state": "admitted", "phantom": True}
                )
    return found


def fillings(world: World, text: str, tables: set[str]) -> Iterator[Filled] | None:
    """Yield every way of filling what a target looks at; none where they are too many."""
    whole = with_phantoms(world)
    cells, doubtful = open_cells(whole, text)
    doubtful = [one for one in doubtful if one[0] in tables]
    cells = {at: ways for at, ways in cells.items() if at[0] in tables}
    if prod(len(ways) for ways in cells.values()) * 2 ** len(doubtful) > MOST:
        return None
    return _filled(whole, cells, doubtful)


def _filled(
    world: World, cells: dict[tuple[str, int, str], list[tuple[Any, bool]]], doubtful: list[tuple[str, int]]
) -> Iterator[Filled]:
    """Yield the same tables again and again, filled otherwise each time; no answer may mean either."""
    tables: dict[str, list[Row]] = {
        table: [{**row, **{f"?{name}": row[name] is None for name in row if name in VALUES}} for row in rows]
        for table, rows in world.tables.items()
    }
    for there in product([False, True], repeat=len(doubtful)):
        absent = {at for at, one in zip(doubtful, there, strict=True) if not one}
        present = {
            table: [row for at, row in enumerate(rows) if (table, at) not in absent]
            for table, rows in tables.items()
        }
        _linked(present)
        counted = {table: [row for row in rows if not row.get("phantom")] for table, rows in present.items()}
        for chosen in product(*cells.values()):
            for (table, at, name), (value, blank) in zip(cells, chosen, strict=True):
                tables[table][at][name] = value
                tables[table][at][f"?{name}"] = blank
            yield Filled(counted)
            yield Filled(counted, unanswered=True)


def _linked(tables: dict[str, list[Row]]) -> None:
    schools = {
        (row["school_id"], row["year"]): row for row in tables["schools"] if row["state"] != "doubtful"
    }
    towns = {row["town_id"]: row for row in tables["towns"] if row["state"] != "doubtful"}
    for row in tables["schools"]:
        row["towns"] = towns.get(row.get("town_id"))
    for row in tables["staff"]:
        row["schools"] = schools[row["school_id"], row["year"]]
        mine = row["person_id"], row["year"]
        row["training"] = [one for one in tables["training"] if (one["person_id"], one["year"]) == mine]


# both compared ---------------------------------------------------------------------------------------


@dataclass
class Tally:
    """What was compared, by type."""

    found: Counter[tuple[str, str]] = field(default_factory=Counter)
    widths: dict[str, list[Fraction]] = field(default_factory=lambda: defaultdict(list))

    def said(self) -> str:
        """Say how many of each were sharp and outer, and how much wider the outer ones are."""
        lines = []
        for kind in sorted({kind for kind, _ in self.found}):
            counts = {one: self.found[kind, one] for one in ("exact", "sharp", "outer", "refused")}
            widths = self.widths[kind]
            mean = f"{float(sum(widths) / len(widths)):.2f}" if widths else "-"
            lines.append(f"{kind}: {counts}, outer width / true width: {mean} ({len(widths)})")
        return "\n".join(lines)


def compare(seed: int, tally: Tally) -> None:
    """Hold each target of one world against every way of filling what it leaves open."""
    draw = random.Random(seed)
    world = random_world(draw)
    asked = promises(draw)
    plan = Plan.from_fields([one.fields for one in asked])
    pack = Pack(
        Path(__file__).parent, PackFile(id="tiny"), DICTIONARY, plan, Plan(()), {}, bind_all(plan, DICTIONARY)
    )
    told = evaluate(pack, admitted(world))
    for one in asked:
        text = str(one.fields) + (" issued" if one.kind == "milestone" else "")
        for result in told[one.fields["id"]].results:
            tally.found[one.kind, "refused"] += result.bounds is None
            _hold(one, result, world, text, tally, seed)


def _hold(one: Promise, result: Any, world: World, text: str, tally: Tally, seed: int) -> None:  # noqa: ANN401  # a result of any type
    measure_tables = {"staff", "schools", "towns", "training", "deeds"}
    used = {name for name in measure_tables if _uses(one, name)}
    ways = fillings(world, text, used)
    if ways is None:
        return
    years = result.years or YEARS
    judged = one.judged or one.value
    try:
        values = [(one.value(filled, years), judged(filled, years)) for filled in ways]
    except NoValueError:
        assert result.bounds is None, (seed, one.fields, "a value that may have no denominator")
        return
    if result.bounds is None:
        could = result.reason.en if result.reason else ""
        assert "could be zero" not in could, (seed, one.fields, result.period, "it never is")
        return
    tally.found[one.kind, result.sharpness] += 1
    for found, ways_out in ((result.bounds, [v for v, _ in values]), (result.judged, [v for _, v in values])):
        least, most = min(ways_out), max(ways_out)
        where = (seed, one.fields, result.period, result.sharpness, found, (least, most))
        assert found.lower <= least, where
        assert most <= found.upper, where
        if result.sharpness != "outer":
            assert (found.lower, found.upper) == (least, most), where
    if result.sharpness == "outer" and most > least:
        tally.widths[one.kind].append((found.upper - found.lower) / (most - least))


def _uses(one: Promise, table: str) -> bool:
    text = str(one.fields)
    home = str(
        one.fields.get(
            "from", one.fields.get("each", one.fields.get("share_of", one.fields.get("mean_of", "")))
        )
    )
    if one.kind == "milestone":
        return table == "deeds"
    return table == home or f"{table}." in text


def test_sharp_bounds_are_those_of_brute_force(record_property: Callable[[str, object], None]) -> None:
    """Each sharp range is exactly that of all completions, and each outer one holds them."""
    tally = Tally()
    for seed in range(25):
        compare(seed, tally)
    record_property("bounds", tally.said())
    sharp = {kind for kind, sharpness in tally.found if sharpness == "sharp"}
    assert sharp == {kind for kind, _ in tally.found}


@pytest.mark.slow
def test_sharp_bounds_are_those_of_thousands_of_completions(
    record_property: Callable[[str, object], None],
) -> None:
    """The same in thousands of cases of each type, at least a thousand of them open."""
    tally = Tally()
    for seed in range(1000, 4500):
        compare(seed, tally)
    record_property("bounds", tally.said())
    for kind in {kind for kind, _ in tally.found}:
        sharp, outer = (tally.found[kind, one] for one in ("sharp", "outer"))
        assert tally.found[kind, "exact"] + sharp + outer >= 3000, tally.said()
        assert sharp + outer >= 1000, tally.said()
