"""Dispersions, frequencies, distinct counts: what is refused, what is said, and that the SQL agrees."""

from __future__ import annotations

import warnings
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from edutargets.attainment import PlanAttainment, evaluate
from edutargets.dispersions import root
from edutargets.engine import DuckDB
from edutargets.errors import DefinitionError
from edutargets.explanations import Explanation, explain
from edutargets.frequencies import organisers_of
from edutargets.gate import UncheckedDataWarning, admit_unchecked
from edutargets.goals import Verdict
from edutargets.plans import Pack, PackFile, Plan, bind_all
from edutargets.rates import Rate, whole_buckets
from edutargets.result_rows import record, row_of
from edutargets.row_sql import row_statement
from edutargets.submissions import Submission
from edutargets.tables import Dictionary
from edutargets.totals_sql import total_statements
from edutargets.yaml_files import parse_yaml, read_definition

TABLES = """
tables:
  schools:
    title: {en: Schools, zh: 学校}
    counts: school
    key: [school, year]
    period: year
    reports: school
    columns:
      school: {type: code}
      name: {type: text, required: false}
      year: {type: year}
      pupils: {type: integer, unit: student}
      books: {type: integer, unit: book}
      rounded: {type: integer, unit: book, rounded_to: step, required: false}
      step: {type: integer, unit: book, required: false}
  units:
    title: {en: Project units, zh: 项目单位}
    counts: institution
    key: [unit]
    reports: unit
    columns:
      unit: {type: code}
      starts: {type: date}
      ends: {type: date}
  meetings:
    counts: meeting
    key: [meeting]
    period: year
    reports: unit
    columns:
      meeting: {type: code}
      year: {type: year}
      unit: {type: code, references: units.unit, absent: zero}
      held_on: {type: date}
  offices:
    counts: institution
    key: [owed, year]
    period: year
    reports: owed
    columns: {owed: {type: code}, year: {type: year}}
  calls:
    counts: event
    key: [call]
    period: year
    reports: owed
    columns:
      call: {type: code}
      year: {type: year}
      owed: {type: code, references: offices.owed, absent: zero}
      day: {type: date}
  calendar:
    counts: record
    key: [calendar]
    reports: calendar
    columns: {calendar: {type: code}}
  prizes:
    counts: award
    key: [prize]
    period: year
    reports: school
    columns:
      prize: {type: code}
      year: {type: year}
      school: {type: code, references: schools.school}
      person: {type: code, title: {en: Person, zh: 获奖人}, required: false}
    views:
      winners: {where: "year >= 2020", counts: teacher}
"""
DICTIONARY = read_definition(parse_yaml(TABLES, "tables.yaml"), Dictionary)
Fields = dict[str, Any]

PUPILS, BOOKS = (45, 37, 89, 76, 55), (279, 137, 935, 160, 402)
SCHOOLS: list[Fields] = [
    {"school": code, "name": f"No. {code}", "year": 2025, "pupils": pupils, "books": books}
    for code, pupils, books in zip("ABCDE", PUPILS, BOOKS, strict=True)
]
SPREAD: Fields = {
    "type": "dispersion",
    "over": "schools",
    "value": "sum(books)",
    "weight": "sum(pupils)",
    "at_most": "0.50",
    "in": 2025,
}
WEEKLY: Fields = {
    "type": "frequency",
    "each": "units",
    "events": "count(meetings.*)",
    "dated_by": "meetings.held_on",
    "at_least": "1 per week",
    "during": [2024, 2025],
    "active": ["starts", "ends"],
}
CALLS: Fields = {
    "type": "frequency",
    "each": "offices",
    "events": "count(calls.*)",
    "dated_by": "day",
    "at_least": "1 per week",
    "during": [2024, 2025],
}
ONCE: Fields = {
    "type": "count",
    "from": "winners",
    "count": "count(distinct person)",
    "at_least": "3 teacher",
}


def bound(fields: Fields) -> None:
    """Hold one target against the tables."""
    bind_all(Plan.from_fields([{"id": "t", **fields}]), DICTIONARY)


def judged(fields: Fields, rows: dict[str, list[Fields]]) -> PlanAttainment:
    """Judge one target on rows."""
    submission = Submission.from_frames(
        {name: pd.DataFrame(found, dtype=object) for name, found in rows.items()}, DICTIONARY
    )
    assert not submission.faults
    plan = Plan.from_fields([{"id": "t", **fields}])
    assert Plan.from_yaml(plan.to_yaml()) == plan
    measures = bind_all(plan, DICTIONARY)
    pack = Pack(Path(__file__).parent, PackFile(id="tiny"), DICTIONARY, plan, Plan(()), {}, measures)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UncheckedDataWarning)
        return evaluate(pack, admit_unchecked(submission, reason="rows of a test"))


def ran(results: PlanAttainment, sql: str) -> list[tuple[object, ...]]:
    """Run a printed statement on the admitted tables."""
    return DuckDB({name: table.rows for name, table in results.admitted.tables.items()}).run(sql)


def told(results: PlanAttainment, language: str = "en") -> Explanation:
    """Explain the one target."""
    return explain(results["t"], "zh" if language == "zh" else "en")


def held(unit: str, *days: date, start: int = 0) -> list[Fields]:
    """Return meetings on some days."""
    return [
        {"meeting": f"{unit}{start + n}", "year": day.year, "unit": unit, "held_on": day}
        for n, day in enumerate(days)
    ]


# what is refused


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({**SPREAD, "at_most": "-0.5"}, "below zero"),
        ({**SPREAD, "at_most": "5 book"}, "in book"),
        ({**SPREAD, "weight": "sum(books) / sum(pupils)"}, "weighted by book/student"),
        ({**SPREAD, "value": "sum(books) / sum(pupils)"}, "a division for each row"),
        ({**SPREAD, "value": "rounded"}, "is rounded"),
        ({**SPREAD, "value": "name"}, "the value of a row is no number"),
        ({**SPREAD, "over": "skools"}, "unknown table 'skools'"),
        ({**SPREAD, "each": "schools"}, "takes no `each`"),
        ({**SPREAD, "from": "schools"}, "takes no `from`"),
        ({**SPREAD, "in": None, "total_over": [2024, 2025]}, "takes no `total_over`"),
        ({**SPREAD, "in": None}, "no time is said"),
        ({**SPREAD, "at_least": "0.1"}, "one goal is needed"),
        ({**WEEKLY, "at_least": "weekly"}, "does not say how often"),
        ({**WEEKLY, "at_least": "0 per week"}, "does not say how often"),
        ({**WEEKLY, "at_least": "1.5 per week"}, "does not say how often"),
        ({**WEEKLY, "at_least": "1 per fortnight"}, "does not say how often"),
        ({**WEEKLY, "at_least": "1 per week or so"}, "does not say how often"),
        ({**WEEKLY, "at_most": "3 meeting"}, "one goal is needed"),
        ({**WEEKLY, "each": None}, "does not say who"),
        ({**WEEKLY, "each": None, "mean_of": "units"}, "does not say who"),
        ({**WEEKLY, "every": "year"}, "not `every`"),
        ({**WEEKLY, "dated_by": "meetings.year"}, "no date column of 'meetings'"),
        ({**WEEKLY, "dated_by": "units.starts"}, "no date column of 'meetings'"),
        ({**WEEKLY, "active": ["starts", "end"]}, "did you mean ends"),
        ({**WEEKLY, "events": "count(*)"}, "counts no records of 'units'"),
        ({**WEEKLY, "events": "count(calls.*)"}, "does not reference 'units'"),
        ({**WEEKLY, "events": "count(meetings.*) + count(meetings.*)"}, "one count over the table"),
        ({**WEEKLY, "during": [2025, 2024]}, "runs backwards"),
        ({**WEEKLY, "during": None, "active": None}, "no span is said"),
        ({**ONCE, "count": "count(distinct person, school)", "in": 2025}, "count\\(distinct column\\)"),
        ({**ONCE, "count": "sum(distinct year)", "in": 2025}, "distinct"),
        ({**ONCE, "at_least": "3 award", "in": 2025}, "is in award"),
        (
            {
                "type": "duty",
                "each": "schools",
                "amount": "count(distinct prizes.person)",
                "at_least": "1 award",
            }
            | {"in": 2025},
            "uses distinct",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused(fields: Fields, said: str) -> None:
    """Each fault is found before any data are read, and says what is accepted."""
    with pytest.raises(DefinitionError, match=said):
        bound({name: value for name, value in fields.items() if value is not None})


def test_how_often_is_read_strictly_and_written_one_way() -> None:
    """`1 per week` and `1/week` are the same promise."""
    assert Rate.parse("1 per week") == Rate.parse("1/week") == Rate(1, "week")
    assert str(Rate.parse("2/quarter")) == "2 per quarter"


@pytest.mark.parametrize("every", ["week", "month", "quarter", "year"])
def test_the_buckets_of_a_span_follow_one_another_and_lie_inside_it(every: Any) -> None:  # noqa: ANN401  # one of four words
    """Weeks run from Monday to Sunday over the turn of a year."""
    first, last = date(2023, 5, 3), date(2026, 2, 10)
    starts = list(whole_buckets(first, last, every))
    assert starts == sorted(set(starts))
    assert all(start >= first for start in starts)
    assert len(starts) == {"week": 144, "month": 32, "quarter": 10, "year": 2}[every]


# dispersion


def test_the_printed_statements_of_a_dispersion_return_its_parts() -> None:
    """The totals, and the value and the weight of every school."""
    results = judged(SPREAD, {"schools": SCHOOLS})
    attainment = results["t"]
    (totals,), listing = total_statements(attainment), row_statement(attainment)
    assert listing is not None
    parts = attainment.results[0].parts
    assert ran(results, totals.sql) == [(2025, parts["total_value"].value, parts["total_weight"].value)]
    rows = [tuple(map(str, row)) for row in ran(results, listing.sql)]
    assert rows == [(*"ABCDE"[n], "2025", str(BOOKS[n]), str(PUPILS[n])) for n in range(5)]
    assert explain(attainment).sql == (totals.sql, listing.sql)


def test_mean_deviation_and_coefficient_are_those_of_the_worked_example() -> None:
    """6.33 books, a deviation of 3.26, a coefficient of 0.5153: too far apart for 0.50."""
    results = judged(SPREAD, {"schools": SCHOOLS})
    said = told(results)
    assert said.verdict is Verdict.NOT_MET
    assert "2025: 0.5153; goal: at most 0.5" in said.headline
    (line,) = said["arithmetic"].lines
    assert "mean 1,913 / 302 = 6.3344 books per student" in line
    assert "= 3.2639; S / mean = 0.5153" in line
    assert said["comparison"].lines == ("0.2655 > 0.5² = 0.25",)
    assert [row[0] for row in said["spread"].rows] == [f"No. {one} ({one})" for one in "CDBEA"]
    assert said["spread"].rows[0][-1] == "48.13 %"
    chinese = told(results, "zh")
    assert "差异系数 S / 均值 = 0.5153" in chinese["arithmetic"].lines[0]
    assert "对 S² 贡献最大的前 5 个（共 5 个）" in chinese["spread"].lines


def test_a_coefficient_never_looks_like_its_limit() -> None:
    """One book too many among a million shows as many decimals as it takes."""
    rows = [
        {"school": "A", "year": 2025, "pupils": 10**6, "books": 10**6},
        {"school": "B", "year": 2025, "pupils": 10**6, "books": 3 * 10**6 + 1},
    ]
    results = judged({**SPREAD, "at_most": "0.5"}, {"schools": rows})
    assert results["t"].verdict is Verdict.NOT_MET
    assert results["t"].value is not None
    assert results["t"].value > Fraction(1, 2)
    assert row_of(results["t"], "en").number == "0.5000001"
    assert told(results)["comparison"].lines == ("0.2500001 > 0.5² = 0.25",)


def test_schools_that_are_alike_are_told_so() -> None:
    """Where nothing lies apart, nobody is named."""
    rows = [{**row, "books": 2 * int(row["pupils"])} for row in SCHOOLS]
    said = told(judged(SPREAD, {"schools": rows}))
    assert said["spread"].lines == ("every row has the mean itself",)
    assert said["spread"].rows == ()


def test_a_root_is_exact_where_there_is_one() -> None:
    """A perfect square has no digits to cut."""
    assert root(Fraction(9, 16)) == Fraction(3, 4)
    assert root(Fraction(0)) == 0
    assert 0 < root(Fraction(2, 10**60)) < Fraction(1, 10**29)


def test_the_record_of_a_dispersion_holds_the_exact_square() -> None:
    """A program gets the number that decided."""
    found = record(judged(SPREAD, {"schools": SCHOOLS})["t"])
    assert isinstance(found["parts"], dict)
    square = Fraction(str(found["parts"]["square"]))
    weighted = sum(Fraction(books**2, pupils) for books, pupils in zip(BOOKS, PUPILS, strict=True))
    assert square == sum(PUPILS) * weighted / sum(BOOKS) ** 2 - 1


# frequency


def weeks(first: date, last: date) -> list[date]:
    """Return every seventh day."""
    return [first + timedelta(days=7 * number) for number in range((last - first).days // 7 + 1)]


def project_units() -> dict[str, list[Fields]]:
    """Return two units, of which one misses the week at the turn of the year."""
    every = weeks(date(2024, 1, 3), date(2025, 12, 31))
    units = [
        {"unit": "U1", "starts": date(2024, 6, 1), "ends": date(2025, 3, 31)},
        {"unit": "U2", "starts": date(2024, 1, 1), "ends": date(2026, 6, 30)},
        {"unit": "U3", "starts": date(2024, 1, 2), "ends": date(2024, 1, 8)},
    ]
    kept = [day for day in every if day != date(2025, 1, 1)]
    return {"units": units, "meetings": [*held("U1", *kept), *held("U2", *every)]}


def test_a_miss_is_named_with_its_week() -> None:
    """Who, how much was owed, and which week; one whose duty holds no whole week owes nothing."""
    results = judged(WEEKLY, project_units())
    said = told(results)
    assert "1 of 2 institutions (50 %); goal: each one at least 1 meeting a week" in said.headline
    assert said["missed"].rows == (("U1", "43", "1", "2025-W01 (from 2024-12-30)"),)
    assert said["missed"].lines == (
        "1 of 147 weeks owed has too few events on record",
        "1 owes nothing: no whole week lies in the span",
    )
    chinese = told(results, "zh")
    assert "目标：2024—2025 年履行期内每个对象每周不少于 1 次会议" in chinese.headline
    assert chinese["missed"].rows == (("U1", "43", "1", "2025 年第 1 周（2024-12-30 起）"),)


@pytest.mark.parametrize("every", ["week", "month", "quarter", "year"])
@pytest.mark.parametrize("kind", ["units", "offices"])
def test_the_printed_statement_lists_the_very_misses(every: str, kind: str) -> None:
    """Organiser and first day of everything missed, whatever the span and the tables are called."""
    rows = project_units()
    base = WEEKLY if kind == "units" else CALLS
    if kind == "offices":
        found = [(one["unit"], one["held_on"]) for one in rows["meetings"]]
        rows = {
            "offices": [
                {"owed": code, "year": year}
                for code, year in (("U1", 2024), ("U1", 2025), ("U2", 2024), ("U3", 2025))
            ],
            "calls": [
                {"call": n, "year": day.year, "owed": code, "day": day}
                for n, (code, day) in enumerate(found)
                if n % 9
            ],
        }
    results = judged({**base, "at_least": f"2 per {every}"}, rows)
    attainment, listing = results["t"], row_statement(results["t"])
    assert attainment.measure is not None
    assert attainment.statistics is not None
    assert listing is not None
    found_by_hand = organisers_of(attainment.measure, attainment.statistics, attainment.results[0].years)
    missed = [(one.code, first) for one in found_by_hand for first in one.missed]
    assert [row[:2] for row in ran(results, listing.sql)] == missed
    assert missed or every != "week"


def test_a_duty_that_outlasts_the_reported_years_is_judged_so_far() -> None:
    """Weeks that nobody has reported yet are no misses."""
    rows = project_units()
    rows["units"] = [{"unit": "U2", "starts": date(2024, 1, 1), "ends": date(9999, 12, 31)}]
    fields = {name: value for name, value in WEEKLY.items() if name != "during"}
    results = judged(fields, rows)
    assert results["t"].verdict is Verdict.MET
    assert told(results).headline.endswith("as long as its duty runs.")
    assert "目标：履行期内每个对象每周不少于 1 次会议" in told(results, "zh").headline


def test_a_duty_that_ends_before_it_begins_is_not_known() -> None:
    """A slip of the pen excuses nobody."""
    rows = project_units()
    rows["units"][0] = {"unit": "U1", "starts": date(2025, 3, 31), "ends": date(2024, 6, 1)}
    results = judged(WEEKLY, rows)
    assert results["t"].verdict is Verdict.UNDETERMINED
    assert "of 1 it is not known" in told(results)["missed"].lines[-1]
    assert "有 1 个对象无法确定" in told(results, "zh")["missed"].lines[-1]


# counted once


def prizes() -> dict[str, list[Fields]]:
    """Return a person whom two schools report, and a row without a name."""
    found = (("A", "P1", 2024), ("B", "P1", 2025), ("B", "P2", 2025), ("B", None, 2025))
    rows = [
        {"prize": n, "school": school, "person": person, "year": year}
        for n, (school, person, year) in enumerate(found)
    ]
    return {"prizes": rows, "schools": SCHOOLS}


def test_the_printed_statement_counts_each_once_and_the_units_may_overlap() -> None:
    """Two persons in all, three in the lists of the schools, and a row that may be somebody new."""
    results = judged({**ONCE, "total_over": [2024, 2025]}, prizes())
    attainment = results["t"]
    (totals,) = total_statements(attainment)
    assert "COUNT(DISTINCT prizes.person)" in totals.sql
    assert ran(results, totals.sql) == [(attainment.value,)] == [(2,)]
    said = told(results)
    assert said["reporters"].rows == (("No. B (B)", "2"), ("No. A (A)", "1"))
    assert said["reporters"].lines == (
        "each person counts once in the total; units may share one, and add up to 3",
        "1 row leaves person blank: somebody new, or somebody already counted",
    )
    assert told(results, "zh")["reporters"].lines[0] == (
        "合计中同一获奖人只计一次；各单位之间可能重复，各单位相加为 3"
    )
    assert attainment.verdict is Verdict.UNDETERMINED


def test_what_a_value_stands_for_is_what_it_points_to_or_what_the_view_says() -> None:
    """A person's code counts persons where it references them; a view may call them teachers."""
    bound({**ONCE, "in": 2025})
    bound({**ONCE, "from": "prizes", "count": "count(distinct school)", "at_least": "3 school", "in": 2025})
    bound({**ONCE, "from": "prizes", "count": "count(distinct person)", "at_least": "3 award", "in": 2025})
