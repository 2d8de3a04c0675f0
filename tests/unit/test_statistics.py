"""The statements: one for each table, whatever the number of targets, and they run as they are printed."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from edutargets.attainment import PlanAttainment
from edutargets.engine import DuckDB
from edutargets.errors import EvaluationError
from edutargets.sql_writing import identifier

Judged = Callable[..., PlanAttainment]


class _Recorder:
    """An engine that keeps every statement it runs."""

    def __init__(self, tables: dict[str, pa.Table]) -> None:
        self.engine, self.ran = DuckDB(tables), list[str]()

    def run(self, sql: str) -> Sequence[tuple[object, ...]]:
        self.ran.append(sql)
        return self.engine.run(sql)


def _schools(*rows: tuple[str, int, str, int]) -> list[dict[str, object]]:
    return [dict(zip(("school_id", "year", "location", "enrolment"), row, strict=True)) for row in rows]


SCHOOLS = _schools(("A", 2023, "rural", 10), ("A", 2024, "rural", 20), ("B", 2024, "urban", 30))
ARROW = pa.table(
    {
        "school_id": ["A", "A", "B"],
        "year": [2023, 2024, 2024],
        "kind": pa.nulls(3, pa.string()),
        "location": ["rural", "rural", "urban"],
        "enrolment": [10, 20, 30],
        "funds": pa.nulls(3, pa.decimal128(18, 2)),
        "note": pa.nulls(3, pa.string()),
    }
)


@pytest.mark.parametrize("many", [1, 5, 60])
def test_one_statement_per_table_whatever_the_number_of_targets(judged: Judged, many: int) -> None:
    """Sixty targets scan the table as often as one: once."""
    targets = [
        {
            "type": "count",
            "from": "schools",
            "count": f"sum(enrolment) filter (where enrolment > {number})",
            "at_least": 1,
            "in": 2024,
        }
        for number in range(many)
    ]
    engine = _Recorder({"schools": ARROW})
    judged({"schools": SCHOOLS}, *targets, engine=engine)
    assert len([sql for sql in engine.ran if "AS reporter" in sql]) == 1
    assert len(engine.ran) == 1


def test_an_aggregate_that_two_targets_share_is_computed_once(judged: Judged) -> None:
    """The same words in two targets are one column."""
    engine = _Recorder({"schools": ARROW})
    target = {"type": "count", "from": "schools", "count": "sum(enrolment)", "at_least": 1, "in": 2024}
    judged({"schools": SCHOOLS}, target, {**target, "at_least": 2}, engine=engine)
    assert engine.ran[0].count("SUM(schools.enrolment)") == 1


def test_the_parts_of_all_who_report_add_up_to_the_total(judged: Judged) -> None:
    """Nothing is lost or counted twice between the schools and the district."""
    target = {"type": "count", "from": "schools", "count": "sum(enrolment)", "at_least": 1, "in": 2024}
    found = judged({"schools": SCHOOLS}, target)["t.n0"]
    assert found.measure is not None
    assert found.statistics is not None
    (aggregate,) = found.measure.aggregates()
    parts = found.statistics.by_reporter(aggregate, (2024,))
    assert {name: part.value for name, part in parts.items()} == {"A": 20, "B": 30}
    assert found.statistics.total(aggregate, (2024,)).value == 50
    assert found.statistics.total(aggregate, None).value == 60
    assert found.statistics.total(aggregate, (2024,), frozenset({"B"})).value == 30
    assert found.statistics.reporters("schools") == ("A", "B")
    assert found.statistics.years("schools") == (2023, 2024)


def test_a_parent_that_stands_twice_is_refused(judged: Judged) -> None:
    """A teacher whose school stands twice would count twice."""
    staff = [{"person_id": "P", "school_id": "A", "year": 2024, "role": "teacher"}]
    target = {
        "type": "count",
        "from": "staff",
        "count": "count(*) filter (where schools.location = 'rural')",
        "at_least": 1,
        "in": 2024,
    }
    twice = _schools(("A", 2024, "rural", 20), ("A", 2024, "rural", 20))
    with pytest.raises(EvaluationError, match="stands 2 times") as refused:
        judged({"schools": twice, "staff": staff}, target)
    assert "school_id 'A'" in str(refused.value)
    assert judged({"schools": twice[:1], "staff": staff}, target)["t.n0"].value == 1


def test_a_person_who_stands_twice_is_refused_where_records_are_added_up(judged: Judged) -> None:
    """Somebody on two rolls would have the hours of one on each."""
    staff = [{"person_id": "P", "school_id": school, "year": 2024, "role": "teacher"} for school in "AB"]
    training = [{"record_id": "1", "person_id": "P", "year": 2024, "hours": "9.0"}]
    target = {
        "type": "training_hours",
        "each": "staff",
        "hours": "sum(training.hours)",
        "at_least": "9 学时",
        "in": 2024,
    }
    with pytest.raises(EvaluationError, match="person_id 'P'"):
        judged({"staff": staff, "training": training}, target)


def test_a_school_of_another_year_is_not_looked_up(judged: Judged) -> None:
    """A school that was rural last year is looked up as it is this year."""
    staff = [{"person_id": "P", "school_id": "A", "year": year, "role": "teacher"} for year in (2023, 2024)]
    schools = _schools(("A", 2023, "rural", 20), ("A", 2024, "urban", 20))
    target = {
        "type": "count",
        "from": "staff",
        "count": "count(*) filter (where schools.location = 'rural')",
        "exactly": 0,
    }
    found = judged({"schools": schools, "staff": staff}, {**target, "in": 2023}, {**target, "in": 2024})
    assert [one.value for one in found.values()] == [1, 0]


def test_the_hours_of_another_year_do_not_count(judged: Judged) -> None:
    """Ninety hours last year are none this year."""
    staff = [{"person_id": "P", "school_id": "A", "year": year, "role": "teacher"} for year in (2023, 2024)]
    training = [
        {"record_id": "1", "person_id": "P", "year": 2023, "hours": "90"},
        {"record_id": "2", "person_id": "Q", "year": 2024, "hours": "90"},
    ]
    target = {
        "type": "training_hours",
        "mean_of": "staff",
        "hours": "sum(training.hours)",
        "at_least": "90 学时",
    }
    found = judged({"staff": staff, "training": training}, {**target, "in": 2023}, {**target, "in": 2024})
    assert [one.value for one in found.values()] == [90, 0]


def test_two_values_of_one_child_table_stay_apart(judged: Judged) -> None:
    """A sum with a filter and one without, of the same records, are two columns of one join."""
    staff = [{"person_id": "P", "school_id": "A", "year": 2024, "role": "teacher"}]
    training = [
        {"record_id": str(n), "person_id": "P", "year": 2024, "hours": hours}
        for n, hours in enumerate(("2", "3.5"))
    ]
    target = {"type": "training_hours", "mean_of": "staff", "at_least": "1 学时", "in": 2024}
    found = judged(
        {"staff": staff, "training": training},
        {**target, "hours": "sum(training.hours)"},
        {**target, "hours": "sum(training.hours) filter (where training.hours > 3)"},
        {**target, "hours": "sum(training.hours) - sum(training.hours) filter (where training.hours > 3)"},
    )
    assert [one.value for one in found.values()] == [Fraction(11, 2), Fraction(7, 2), 2]


def test_a_filter_that_no_child_row_passes_is_zero_where_absence_is(judged: Judged) -> None:
    """A person with other records has zero of the kind that is asked for."""
    staff = [{"person_id": "P", "school_id": "A", "year": 2024, "role": "teacher"}]
    training = [{"record_id": "1", "person_id": "P", "year": 2024, "hours": "2"}]
    hours = "sum(training.hours) filter (where training.hours > 3)"
    target = {"type": "training_hours", "each": "staff", "hours": hours, "at_least": "1 学时", "in": 2024}
    (found,) = judged({"staff": staff, "training": training}, target).values()
    assert (found.verdict, found.value) == ("not_met", 0)


def test_every_reserved_word_of_the_engine_can_be_a_name() -> None:
    """A column called `only` or `show` is quoted, so that the printed statement runs."""
    connection = duckdb.connect()
    words: list[Any] = connection.execute("SELECT keyword_name FROM duckdb_keywords()").fetchall()
    for (word,) in words:
        name = identifier(word)
        connection.execute(f'CREATE OR REPLACE TABLE "{word}" ("{word}" INTEGER)')
        select = f"SELECT {name}.{name}, COUNT(*) FROM {name} GROUP BY {name}.{name}"  # noqa: S608  # DuckDB's own words
        connection.execute(select)
        connection.execute(f'DROP TABLE "{word}"')
