"""Whatever rejected and missing rows hold in truth: no verdict turns, every value lies in its range."""

from __future__ import annotations

import random
import warnings
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from edutargets.attainment import PlanAttainment, evaluate
from edutargets.checks import Check, CheckOutcome, Severity, Status
from edutargets.findings import Finding, TableReport
from edutargets.gate import AdmittedSubmission, UncheckedDataWarning, admit_unchecked
from edutargets.goals import Verdict
from edutargets.plans import Pack, PackFile, Plan, bind_all
from edutargets.set_aside import set_aside
from edutargets.submissions import Submission
from edutargets.tables import Dictionary
from edutargets.yaml_files import parse_yaml, read_definition

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
      location: {type: category, values: {rural: {}, urban: {}}}
      stage: {type: category, values: {primary: {}, junior: {}}}
      enrolment: {type: integer, unit: student, range: [0, 9]}
      places: {type: integer, unit: place, range: [1, 9]}
      books: {type: integer, unit: book, range: [0, 90]}
      opened: {type: date, required: false}
    views:
      rural_schools: {where: "location = 'rural'", counts: school}
  staff:
    counts: person
    key: [person_id, year]
    period: year
    reports: school_id
    columns:
      person_id: {type: code}
      school_id: {type: code, references: schools.school_id}
      year: {type: year}
      role: {type: category, values: {teacher: {}, principal: {}}}
      degree: {type: category, ordered: true, values: {college: {}, bachelor: {}, master: {}}}
      lessons: {type: integer, unit: lesson, range: [-2, 9]}
    views:
      teachers: {where: "role = 'teacher'", counts: teacher}
      principals: {where: "role = 'principal'", counts: principal}
  training:
    counts: record
    key: [record_id]
    period: year
    reports: school_id
    columns:
      record_id: {type: code}
      person_id: {type: code, references: staff.person_id, absent: zero}
      school_id: {type: code, references: schools.school_id}
      year: {type: year}
      topic: {type: category, values: {safety: {}, teaching: {}}}
      hours: {type: decimal, scale: 1, unit: training_hour, range: [0, 9]}
  returns:
    counts: document
    key: [school_id, year]
    period: year
    reports: school_id
    expected_from: schools
    columns:
      school_id: {type: code, references: schools.school_id}
      year: {type: year}
      money: {type: decimal, scale: 2, unit: CNY, range: [-5, 20]}
      done_on: {type: date, required: false}
      proof: {type: text, required: false}
  rural_returns:
    counts: document
    key: [school_id, year]
    period: year
    reports: school_id
    expected_from: rural_schools
    columns:
      school_id: {type: code, references: schools.school_id}
      year: {type: year}
      pupils: {type: integer, unit: student, range: [1, 20]}
  meetings:
    counts: event
    key: [meeting_id]
    period: year
    reports: school_id
    columns:
      meeting_id: {type: code}
      school_id: {type: code, references: schools.school_id}
      year: {type: year}
      held_on: {type: date}
"""
YEARS = (2024, 2025)
DICTIONARY = read_definition(parse_yaml(TABLES, "tables.yaml"), Dictionary)
Row = dict[str, Any]
Rows = dict[str, list[Row]]


def _targets(draw: random.Random) -> list[dict[str, Any]]:
    """Return promises of every kind, with goals near what the tables may say."""
    by = {"by": "2025-12-31"}
    share = f"{draw.choice([30, 50, 60, 75, 90])} %"
    number = draw.randint(1, 30)
    person_hours = "sum(training.hours)"
    safety = "sum(training.hours) filter (where training.topic = 'safety')"
    return [
        {"type": "count", "from": "schools", "count": "count(*)", "at_least": draw.randint(1, 5), **by},
        {"type": "count", "from": "rural_schools", "count": "count(*)", "at_most": draw.randint(0, 4), **by},
        {"type": "count", "from": "schools", "count": "count(opened)", "at_least": draw.randint(0, 4), **by},
        {
            "type": "count",
            "from": "schools",
            "where": "opened is null",
            "count": "count(*)",
            "at_least": draw.randint(0, 3),
            **by,
        },
        {
            "type": "count",
            "from": "schools",
            "where": "not (opened is null or stage = 'junior')",
            "count": "count(*)",
            "at_least": draw.randint(0, 3),
            **by,
        },
        {
            "type": "count",
            "from": "schools",
            "count": "sum(enrolment)",
            "at_least": number,
            "every": "year",
            "during": [2024, 2025],
        },
        {
            "type": "count",
            "from": "staff",
            "count": "count(distinct person_id)",
            "at_least": draw.randint(1, 8),
            "total_over": [2024, 2025],
        },
        {
            "type": "count",
            "from": "staff",
            "count": "count(distinct school_id)",
            "at_least": draw.randint(1, 4),
            **by,
        },
        {
            "type": "count",
            "from": "teachers",
            "where": "schools.location = 'rural'",
            "count": "count(*)",
            "at_least": draw.randint(1, 6),
            **by,
        },
        {
            "type": "count",
            "from": "teachers",
            "where": "schools.opened is null",
            "count": "count(*)",
            "at_most": draw.randint(1, 6),
            **by,
        },
        {
            "type": "ratio",
            "from": "staff",
            "numerator": "count(*) filter (where degree >= 'bachelor')",
            "denominator": "count(*)",
            "at_least": share,
            **by,
        },
        {
            "type": "ratio",
            "from": "schools",
            "numerator": "sum(enrolment) filter (where stage = 'primary')",
            "denominator": "sum(enrolment)",
            "at_least": share,
            **by,
        },
        {
            "type": "density",
            "numerator": "sum(schools.enrolment)",
            "denominator": "count(teachers.*)",
            "at_most": draw.randint(1, 9),
            **by,
        },
        {
            "type": "count",
            "from": "staff",
            "count": "sum(lessons)",
            "at_least": f"{number} lesson",
            "total_over": [2024, 2025],
        },
        {"type": "amount", "from": "returns", "amount": "sum(money)", "at_least": f"{number} CNY", **by},
        {
            "type": "amount",
            "from": "returns",
            "amount": "min(money)",
            "at_least": f"{draw.randint(-5, 3)} CNY",
            **by,
        },
        {
            "type": "growth",
            "from": "schools",
            "value": "sum(enrolment)",
            "at_least": "5 %",
            "every": "year",
            "during": [2025, 2025],
        },
        {
            "type": "trend",
            "from": "returns",
            "value": "sum(money)",
            "never_decreasing": {"from": 2024, "basis": "nominal"},
        },
        {
            "type": "training_hours",
            "each": "principals",
            "hours": person_hours,
            "at_least": "4 training_hour",
            **by,
        },
        {
            "type": "training_hours",
            "share_of": "staff",
            "hours": person_hours,
            "at_least": f"{draw.randint(1, 9)} training_hour",
            "share_at_least": share,
            **by,
        },
        {
            "type": "training_hours",
            "share_of": "teachers",
            "hours": safety,
            "at_least": f"{draw.randint(1, 4)} training_hour",
            "share_at_least": share,
            **by,
        },
        {
            "type": "training_hours",
            "mean_of": "staff",
            "hours": person_hours,
            "at_least": f"{draw.randint(1, 6)} training_hour",
            **by,
        },
        {
            "type": "density",
            "each": "schools",
            "numerator": "sum(enrolment)",
            "denominator": "sum(places)",
            "at_most": draw.randint(1, 3),
            **by,
        },
        {
            "type": "density",
            "share_of": "schools",
            "numerator": "sum(enrolment)",
            "denominator": "count(teachers.*)",
            "at_most": draw.randint(1, 9),
            "share_at_least": share,
            **by,
        },
        {
            "type": "k_of_n",
            "share_of": "schools",
            "share_at_least": share,
            "at_least": 2,
            "others_at_least": "85 %",
            **by,
            "conditions": [
                {
                    "name": "books",
                    "value": "sum(books) / sum(enrolment)",
                    "at_least": f"{draw.randint(1, 12)} book/student",
                },
                {"name": "places", "value": "sum(places)", "at_least": "4 place"},
                {"name": "staff", "value": "count(staff.*)", "at_least": f"{draw.randint(1, 3)} person"},
            ],
        },
        {
            "type": "dispersion",
            "over": "schools",
            "value": "sum(books)",
            "weight": "sum(enrolment)",
            "at_most": "0.5",
            **by,
        },
        {
            "type": "frequency",
            "share_of": "schools",
            "events": "count(meetings.*)",
            "dated_by": "held_on",
            "at_least": "1 per year",
            "share_at_least": share,
            "during": [2024, 2025],
        },
        {
            "type": "milestone",
            "from": "returns",
            "where": "school_id = 'S1'",
            "done_on": "done_on",
            "evidence": ["proof"],
            **by,
        },
        {"type": "milestone", "from": "returns", "done_on": "done_on", "by": "2024-12-31"},
        {"type": "count", "from": "rural_returns", "count": "count(*)", "at_least": draw.randint(0, 4), **by},
        {"type": "count", "from": "rural_returns", "count": "sum(pupils)", "at_least": number, **by},
    ]


# a district as it is ------------------------------------------------------------------------------


def _value(draw: random.Random, table: str, column: str) -> Any:  # noqa: ANN401  # as it stands in a file
    """Return any plausible value of a column; a blank now and then, where one is allowed."""
    declared = DICTIONARY.tables[table].columns[column]
    if not declared.required and draw.random() < 0.3:
        return None
    if declared.type == "category":
        return draw.choice(list(declared.values))
    if declared.type == "date":
        return date(draw.choice(YEARS), 1, 1) + timedelta(days=draw.randrange(365))
    if declared.type == "text":
        return draw.choice(["deed", "photo"])
    assert declared.range is not None  # a number
    low, high = (int(end * 10 ** (declared.scale or 0)) for end in declared.range)
    return Decimal(draw.choice([low, high, draw.randint(low, high)])).scaleb(-(declared.scale or 0))


def _row(draw: random.Random, table: str, **named: Any) -> Row:  # noqa: ANN401  # as they stand in a file
    columns = DICTIONARY.tables[table].columns
    return {name: named[name] if name in named else _value(draw, table, name) for name in columns}


def _again(draw: random.Random, table: str, row: Row) -> Row:
    """Return a row of the same name with other values."""
    declared = DICTIONARY.tables[table]
    names = {*declared.key, declared.reports, declared.period}
    names |= {name for name, column in declared.columns.items() if column.references}
    return _row(draw, table, **{name: row[name] for name in names if name is not None})


def _district(draw: random.Random) -> Rows:
    schools = [f"S{number}" for number in range(1, draw.randint(2, 5))]
    found: Rows = {name: [] for name in DICTIONARY.tables}
    for year in YEARS:
        for school in schools:
            found["schools"].append(_row(draw, "schools", school_id=school, year=year))
            if found["schools"][-1]["location"] == "rural":
                found["rural_returns"].append(_row(draw, "rural_returns", school_id=school, year=year))
            found["returns"].append(_row(draw, "returns", school_id=school, year=year))
            for number in range(draw.randint(0, 2)):
                found["meetings"].append(
                    _row(draw, "meetings", meeting_id=f"M{school}{year}{number}", school_id=school, year=year)
                )
            for number in range(draw.randint(1, 3)):
                person = f"P{school}{number}"
                found["staff"].append(_row(draw, "staff", person_id=person, school_id=school, year=year))
                for record in range(draw.randint(0, 2)):
                    named = {"person_id": person, "school_id": school, "year": year}
                    found["training"].append(
                        _row(draw, "training", record_id=f"R{person}{year}{record}", **named)
                    )
    return found


# what arrives of it --------------------------------------------------------------------------------


Truth = Callable[[random.Random, Rows], list[Row]]


class _Damage:
    """A district with faults: what arrived, what the gate finds in it, and what may be true instead."""

    def __init__(self, draw: random.Random) -> None:
        self.draw = draw
        self.sound = _district(draw)
        self.arrived: Rows = {name: [] for name in self.sound}
        self.found: dict[str, list[tuple[int | None, Check]]] = {name: [] for name in self.sound}
        self.truths: list[tuple[str, Truth]] = []
        self.faults = Counter[str]()
        names = [(name, at) for name, rows in self.sound.items() for at in range(len(rows))]
        damaged = set(draw.sample(names, min(len(names), draw.choice([1, 1, 2, 3]))))
        kept: Rows = {name: [] for name in self.sound}
        for name, rows in self.sound.items():
            for at, row in enumerate(rows):
                if (name, at) in damaged:
                    self._damage(name, row)
                else:
                    kept[name].append(row)
                    self.arrived[name].append(row)
        self.sound = kept

    def _damage(self, table: str, row: Row) -> None:
        links = [name for name, one in DICTIONARY.tables[table].columns.items() if one.references]
        kinds = ["cell", "cell", "twice", "nobody", *(["nowhere"] if links else [])]
        due = DICTIONARY.tables[table].expected_from is not None
        kind = "missing" if due and self.draw.random() < 0.6 else self.draw.choice(kinds)
        self.faults[f"{kind} {table}"] += 1
        getattr(self, f"_{kind}")(table, row)

    def _arrives(self, table: str, row: Row, check: Check) -> None:
        self.found[table].append((len(self.arrived[table]), check))
        self.arrived[table].append(row)

    def _cell(self, table: str, row: Row) -> None:
        """A value that cannot be: what names the row is right, nothing else need be."""
        naming = set(_again(self.draw, table, row)) - set(_values(table))
        column = self.draw.choice(_values(table)) if _values(table) else self.draw.choice(sorted(naming))
        self._arrives(
            table, row, _check(f"range.{column}", "expect_column_values_to_be_between", column=column)
        )
        self.truths.append((table, lambda draw, _: [_again(draw, table, row)]))

    def _twice(self, table: str, row: Row) -> None:
        """Two rows of one key: both may be right under another key, or one of them, or none."""
        unique = _check(
            "repeated-key",
            "expect_compound_columns_to_be_unique",
            column_list=[*DICTIONARY.tables[table].key],
        )
        for one in (row, _again(self.draw, table, row)):
            self._arrives(table, one, unique)

        def truth(draw: random.Random, _: Rows) -> list[Row]:
            other = _again(draw, table, row)
            other[_name(table)] = f"Z{draw.randrange(10**6)}"
            return draw.choice([[_again(draw, table, row)], [_again(draw, table, row), other], [other], []])

        self.truths.append((table, truth))

    def _nobody(self, table: str, row: Row) -> None:
        """No name in it: it may be a row of anybody, or none."""
        column = _name(table)
        empty = _check(f"empty-cell.{column}", "expect_column_values_to_not_be_null", column=column)
        self._arrives(table, {**row, column: None}, empty)

        def truth(draw: random.Random, _: Rows) -> list[Row]:
            named = (
                _again(draw, table, row)
                if draw.random() < 0.5
                else {**_again(draw, table, row), column: f"Z{draw.randrange(10**6)}"}
            )
            return draw.choice([[named], []])

        self.truths.append((table, truth))

    def _nowhere(self, table: str, row: Row) -> None:
        """It points to nothing: it may belong to anybody who is there, or to nobody."""
        links = {
            name: one.references for name, one in DICTIONARY.tables[table].columns.items() if one.references
        }
        column = self.draw.choice(sorted(links))
        parent, _, key = str(links[column]).partition(".")
        lost = _check(f"unknown-reference.{column}", "expect_references_to_exist", column=column)
        self._arrives(table, {**row, column: "nowhere"}, lost)

        def truth(draw: random.Random, rows: Rows) -> list[Row]:
            there = [one[key] for one in rows[parent] if one["year"] == row["year"]]
            return (
                draw.choice([[{**_again(draw, table, row), column: draw.choice(there)}], []]) if there else []
            )

        self.truths.append((table, truth))

    def _missing(self, table: str, row: Row) -> None:
        """Nothing arrived of somebody who is on the roster."""
        self.found[table].append(
            (
                None,
                _check(
                    "missing-report",
                    "expect_everyone_to_report",
                    roster=DICTIONARY.tables[table].expected_from,
                ),
            )
        )
        self.truths.append((table, lambda draw, _: [_again(draw, table, row)]))

    def truth(self, draw: random.Random) -> Rows:
        """Return a district of which all this may have arrived."""
        rows = {name: list(sound) for name, sound in self.sound.items()}
        order = list(DICTIONARY.tables)
        for table, truth in sorted(self.truths, key=lambda one: order.index(one[0])):
            rows[table] += truth(draw, rows)
        for table, places in (("returns", {"rural", "urban"}), ("rural_returns", {"rural"})):
            there = {(one["school_id"], one["year"]) for one in rows[table]}
            due = {(one["school_id"], one["year"]) for one in rows["schools"] if one["location"] in places}
            for school, year in sorted(due - there):
                rows[table].append(_row(draw, table, school_id=school, year=year))
        for table, found in rows.items():
            keys: dict[tuple[object, ...], Row] = {}
            for one in found:
                keys.setdefault(tuple(one[name] for name in DICTIONARY.tables[table].key), one)
            rows[table] = list(keys.values())
        return rows


def _values(table: str) -> list[str]:
    declared = DICTIONARY.tables[table]
    naming = {*declared.key, declared.reports, declared.period}
    return [name for name, one in declared.columns.items() if name not in naming and not one.references]


def _name(table: str) -> str:
    return next(name for name in DICTIONARY.tables[table].key if name != "year")


def _check(code: str, kind: str, **kwargs: Any) -> Check:  # noqa: ANN401  # settings of a check
    return Check(code=code, type=kind, kwargs=kwargs)


# both judged ---------------------------------------------------------------------------------------


def _submission(rows: Rows) -> Submission:
    frames = {
        name: pd.DataFrame(found, columns=list(DICTIONARY.tables[name].columns), dtype=object)
        for name, found in rows.items()
    }
    submission = Submission.from_frames(frames, DICTIONARY)
    assert not submission.faults
    return submission


def _in_part(damage: _Damage) -> AdmittedSubmission:
    submission = _submission(damage.arrived)
    reports = []
    for table, found in damage.found.items():
        checks = {check.code: check for _, check in found}
        findings = tuple(
            Finding(
                code=check.code, severity=Severity.CRITICAL, table=table, says=check.says, position=position
            )
            for position, check in found
        )
        outcomes = tuple(CheckOutcome(check, Status.FAILED) for check in checks.values())
        reports.append(
            TableReport(
                table=table,
                title=DICTIONARY.tables[table].title,
                rows=len(damage.arrived[table]),
                outcomes=outcomes,
                findings=findings,
            )
        )
    aside = set_aside(submission, reports, Fraction(1))
    assert aside is not None
    return AdmittedSubmission(submission, set_aside=aside)


def _pack(targets: list[dict[str, Any]]) -> Pack:
    plan = Plan.from_fields([{"id": f"t.n{number}", **fields} for number, fields in enumerate(targets)])
    measures = bind_all(plan, DICTIONARY)
    return Pack(Path(__file__).parent, PackFile(id="tiny"), DICTIONARY, plan, Plan(()), {}, measures)


def _judged(pack: Pack, rows: Rows) -> PlanAttainment:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UncheckedDataWarning)
        return evaluate(pack, admit_unchecked(_submission(rows), reason="the truth"))


def _turned(told: PlanAttainment, true: PlanAttainment) -> list[str]:
    """Name the verdicts that the truth turns, and the ranges that do not hold it."""
    wrong = []
    for name, one in told.items():
        other = true[name]
        if one.verdict in {Verdict.MET, Verdict.NOT_MET} and other.verdict is not one.verdict:
            wrong.append(f"{name} {one.verdict} is {other.verdict} ({other.reason})")
        periods = {result.period: result for result in other.results}
        for result in one.results:
            same = periods.get(result.period)
            if result.bounds is None or same is None or same.bounds is None:
                continue
            if not (result.bounds.lower <= same.bounds.lower and same.bounds.upper <= result.bounds.upper):
                wrong.append(f"{name} {result.period} {result.bounds} does not hold {same.bounds}")
    return wrong


def _held(seed: int, truths: int) -> Counter[str]:
    """Hold one damaged district against what may be true of it."""
    draw = random.Random(seed)
    damage = _Damage(draw)
    targets = _targets(draw)
    pack = _pack(targets)
    told = evaluate(pack, _in_part(damage))
    for _ in range(truths):
        rows = damage.truth(draw)
        wrong = _turned(told, _judged(pack, rows))
        assert not wrong, (seed, damage.faults, wrong, [targets[int(one.split(" ")[0][3:])] for one in wrong])
    return Counter(one.verdict.value for one in told.values())


def test_no_truth_of_rejected_rows_turns_a_verdict() -> None:
    """What was rejected or is missing may be anything plausible: what was said without it stands."""
    verdicts = sum((_held(seed, truths=2) for seed in range(30)), Counter[str]())
    assert verdicts["met"] + verdicts["not_met"] > verdicts["not_evaluable"]
    assert verdicts["undetermined"] > 0


@pytest.mark.slow
def test_no_truth_of_rejected_rows_turns_a_verdict_in_a_thousand_cases() -> None:
    """The same in many more districts."""
    for seed in range(1000, 1500):
        _held(seed, truths=3)
