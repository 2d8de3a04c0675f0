"""Expressions: what is allowed, what each name means, and which conditions come along."""

import pytest

from edutargets.errors import DefinitionError, ExpressionError, UnitError
from edutargets.expressions import Aggregate, Node, aggregates_of
from edutargets.sql_reading import read_condition, read_measure
from edutargets.sql_writing import render
from edutargets.tables import Dictionary


def _measure(tables: Dictionary, text: str, scope: str | None = None, *, entity: bool = False) -> Node:
    relation = tables.relation(scope) if scope else None
    where = read_condition(relation.where, tables, relation) if relation and relation.where else None
    return read_measure(text, tables, relation, "plan.yaml:1", where=where, entity=entity)


def _sql(tables: Dictionary, text: str, scope: str | None = None) -> tuple[str, str, str]:
    """Return table, condition and counted thing of a single aggregate."""
    (found,) = aggregates_of(_measure(tables, text, scope))
    assert isinstance(found, Aggregate)
    return found.table, render(found.where, {}) if found.where else "", found.counts


def test_a_plain_name_means_the_table_of_from(tables: Dictionary) -> None:
    """`from` says what unqualified columns and count(*) mean."""
    assert _sql(tables, "count(*)", "staff") == ("staff", "", "person")
    assert _sql(tables, "sum(lessons)", "staff")[0] == "staff"


def test_a_view_brings_its_condition_and_its_counted_thing(tables: Dictionary) -> None:
    """Counting principals never counts teachers, however the view is named."""
    teacher = "staff.role = 'teacher'"
    assert _sql(tables, "count(*)", "teachers") == ("staff", teacher, "teacher")
    assert _sql(tables, "count(teachers.*)") == ("staff", teacher, "teacher")
    assert _sql(tables, "sum(teachers.lessons)") == ("staff", teacher, "teacher")
    assert _sql(tables, "sum(teachers.lessons)", "staff")[1] == teacher
    assert _sql(tables, "count(*) filter (where teachers.full_time)", "staff")[1].startswith(teacher)


def test_a_view_of_a_looked_up_table_brings_its_condition_too(tables: Dictionary) -> None:
    """Rural real schools leave rural kindergartens out, also where they are only looked up."""
    condition = _sql(tables, "count(*) filter (where real_schools.location = 'rural')", "staff")[1]
    assert "schools.kind = 'school'" in condition
    assert "schools.location = 'rural'" in condition


def test_a_view_named_in_a_row_filter_brings_its_condition(tables: Dictionary) -> None:
    """`where: teachers.degree = …` over all staff means the teachers among them."""
    condition = read_condition("teachers.degree = 'master'", tables, tables.relation("staff"))
    assert "staff.role = 'teacher'" in render(condition, {})


@pytest.mark.parametrize(
    ("text", "scope", "entity", "said"),
    [
        ("count(staff.*)", "teachers", False, "inside the view"),
        ("teachers.lessons", "staff", True, "another view"),
        ("sum(schools.enrolment) filter (where role = 'teacher')", "staff", False, "once for each row"),
        ("avg(schools.enrolment) filter (where staff.role = 'teacher')", None, False, "once for each row"),
        ("count(training.*)", "principals", False, "does not reach"),
        ("sum(staff.lessons * visits.guests)", None, False, "not linked"),
        ("count(staff.*) filter (where visits.guests > 1)", None, False, "does not reference"),
        ("sum(moved) filter (where schools.location = 'rural')", "transfers", False, "both reference"),
        (
            "sum(training.hours) filter (where schools.location = 'rural')",
            "staff",
            True,
            "filter on 'schools'",
        ),
        ("sum(training.hours) filter (where staff.role = 'teacher')", "staff", True, "filter on 'staff'"),
        ("sum(courses.hours)", "heads", True, "whatever the year"),
        ("sum(visits.guests)", "staff", True, "does not reference"),
        ("max(training.hours)", "staff", True, "sum or count"),
        ("sum(transfers.moved)", "schools", True, "both reference"),
    ],
)
def test_an_expression_that_would_count_the_wrong_rows_is_refused(
    tables: Dictionary, text: str, scope: str | None, said: str, *, entity: bool
) -> None:
    """A dropped filter, a row counted once per child or children of every year make wrong verdicts."""
    with pytest.raises(DefinitionError, match=said):
        _measure(tables, text, scope, entity=entity)


@pytest.mark.parametrize(
    "text",
    [
        "lessons",
        "1",
        "'a'",
        "null",
        "*",
        "count()",
        "sum(*)",
        "sum(null)",
        "sum(name)",
        "sum(full_time)",
        "sum(role)",
        "count(case when lessons > 1 then 1 end)",
        "count(distinct person_id)",
        "sum(distinct lessons)",
        "avg(avg(lessons))",
        "sum(lessons / 2)",
        "sum(lessons) over ()",
        "sum(lessons order by year)",
        "sum(lessons) as x",
        "sum(lessons) > 1",
        "case when sum(lessons) > 1 then 1 else 0 end",
        "sum(cast(lessons as double))",
        "sum(coalesce(lessons, 0))",
        "sum(lessons) filter (where lessons in (select 1))",
        "sum(lessons) filter (where name like 'a%')",
        "sum(lessons) filter (where name ~ 'a')",
        "sum(lessons) filter (where name > 'a')",
        "sum(lessons) filter (where lessons)",
        "sum(lessons) filter (where lessons = name)",
        "sum(lessons) filter (where lessons = 'a')",
        "sum(lessons) filter (where name = 5)",
        "sum(lessons) filter (where degree > wanted)",
        "sum(lessons) filter (where role >= 'teacher')",
        "sum(lessons) filter (where role = 'teachr')",
        "sum(lessons) filter (where role in ('teacher', 'x'))",
        "sum(lessons) filter (where lessons = null)",
        "sum(lessons) filter (where lessons in (1, null))",
        "sum(lessons) filter (where lessons between symmetric 9 and 1)",
        "sum(lessons) filter (where full_time > true)",
        "sum(lessons) filter (where lessons > pay)",
        "sum(lessons) + count(*)",
        "sum(lessons + pay)",
        "sum(lessons); sum(lessons)",
        "sum(lessons) -- note",
        "(select 1)",
        "main.staff.lessons",
        "sum(lessns)",
        "sum(schols.enrolment)",
    ],
)
def test_what_is_not_on_the_list_is_refused(tables: Dictionary, text: str) -> None:
    """Nothing that nests, casts, orders, guesses a unit or compares unlike things is read."""
    with pytest.raises(DefinitionError):
        _measure(tables, text, "staff")


@pytest.mark.parametrize(
    ("condition", "written"),
    [
        ("degree >= 'bachelor'", "staff.degree IN ('bachelor', 'master')"),
        ("degree > 'bachelor'", "staff.degree IN ('master')"),
        ("degree < 'bachelor'", "staff.degree IN ('college')"),
        ("'bachelor' >= degree", "staff.degree IN ('college', 'bachelor')"),
        ("degree > 'master'", "(staff.degree IS NULL AND NULL)"),
        (
            "degree between 'college' and 'bachelor'",
            "(staff.degree IN ('college', 'bachelor', 'master') AND staff.degree IN ('college', 'bachelor'))",
        ),
        ("5 < lessons", "staff.lessons > 5"),
        ("name = '学校“甲”''s'", "staff.name = '学校“甲”''s'"),
        ("name = 'a\\b'", "staff.name = 'a\\b'"),
        ("full_time", "staff.full_time"),
        ("not full_time or degree = 'master'", "NOT (staff.full_time) OR staff.degree = 'master'"),
        (
            "lessons * 2 > 3 and (full_time or name is not null)",
            "staff.lessons * 2 > 3 AND (staff.full_time OR NOT (staff.name IS NULL))",
        ),
    ],
)
def test_a_condition_is_written_as_it_is_meant(tables: Dictionary, condition: str, written: str) -> None:
    """The order of a vocabulary becomes a list, brackets and quotes are kept, and blank stays unknown."""
    found = render(read_condition(condition, tables, tables.relation("staff")), {})
    assert written in (found, f"({found})")


def test_a_unit_mismatch_names_both_units(tables: Dictionary) -> None:
    """Lessons and yuan cannot be added."""
    with pytest.raises(UnitError, match="adds lesson and CNY"):
        _measure(tables, "sum(lessons) + sum(pay)", "staff")


def test_a_plain_column_without_from_says_where_it_could_come_from(tables: Dictionary) -> None:
    """The message can be followed."""
    with pytest.raises(ExpressionError, match=r"from: staff"):
        _measure(tables, "sum(lessons)")
