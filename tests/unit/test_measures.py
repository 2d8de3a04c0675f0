"""Bound targets: what is computed, from which rows, in which unit."""

from fractions import Fraction
from typing import Any

import pytest

from edutargets.errors import DefinitionError
from edutargets.expressions import Aggregate, aggregates_of
from edutargets.measures import Measure, bind
from edutargets.plans import Plan
from edutargets.sql_writing import render
from edutargets.tables import Dictionary
from edutargets.units import unit_text


def _bound(tables: Dictionary, **fields: Any) -> Measure:  # noqa: ANN401  # fields as they stand in YAML
    plan = Plan.from_fields(
        [{"id": "t.x", "in": 2024, **{key.rstrip("_"): value for key, value in fields.items()}}]
    )
    return bind(plan["t.x"], tables, "plan.yaml:1: t.x")


def _filters(measure: Measure, part: str) -> str:
    (found,) = aggregates_of(measure.parts[part])
    assert isinstance(found, Aggregate)
    return render(found.where, {}) if found.where else ""


def test_where_filters_the_table_of_from_and_no_other(tables: Dictionary) -> None:
    """The denominator over another table keeps all of its rows."""
    measure = _bound(
        tables,
        type="per_hundred",
        from_="teachers",
        where="full_time",
        numerator="count(*)",
        denominator="sum(schools.enrolment)",
        at_least="4.2",
    )
    assert _filters(measure, "numerator") == "staff.role = 'teacher' AND staff.full_time"
    assert _filters(measure, "denominator") == ""


def test_the_other_side_of_a_comparison_has_its_own_filter(tables: Dictionary) -> None:
    """Teachers' pay is held against principals', each over its own view."""
    against = {"value": "avg(pay)", "from": "principals"}
    measure = _bound(tables, type="comparison", from_="teachers", value="avg(pay)", at_least=against)
    assert _filters(measure, "value") == "staff.role = 'teacher'"
    (other,) = aggregates_of(measure.against) if measure.against else ()
    assert render(other.where, {}) == "staff.role = 'principal'"  # type: ignore[arg-type]  # it has one


@pytest.mark.parametrize(
    ("fields", "unit"),
    [
        (
            {
                "type": "ratio",
                "from": "staff",
                "numerator": "count(*)",
                "denominator": "count(*)",
                "at_least": "5 %",
            },
            "",
        ),
        (
            {
                "type": "per_student_amount",
                "from": "schools",
                "numerator": "sum(funds)",
                "denominator": "sum(enrolment)",
                "at_least": "7000 CNY/student/year",
            },
            "CNY/student/year",
        ),
        ({"type": "duty", "mean_of": "staff", "amount": "lessons", "at_least": "5 lesson"}, "lesson/person"),
        ({"type": "duty", "each": "staff", "amount": "lessons", "at_least": "5 lesson"}, ""),
        ({"type": "count", "from": "principals", "count": "count(*)", "at_least": 6}, "principal"),
    ],
)
def test_the_unit_of_a_value_is_inferred(tables: Dictionary, fields: dict[str, Any], unit: str) -> None:
    """Units come from the columns; each of a group is judged as a share, their mean in its own unit."""
    assert unit_text(_bound(tables, **fields).unit) == unit


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("7000 CNY/student/year", 7000),
        ("7000 元/生/年", 7000),
        ("7000 CNY/student", 7000),
        ("0.7 万元/生/年", 7000),
        ("600 CNY/student/month", 7200),
    ],
)
def test_a_goal_is_brought_into_the_unit_of_its_measure(
    tables: Dictionary, written: str, number: int
) -> None:
    """However the plan writes its money, the number that decides is the same."""
    measure = _bound(
        tables,
        type="per_student_amount",
        from_="schools",
        numerator="sum(funds)",
        denominator="sum(enrolment)",
        at_least=written,
    )
    assert measure.goal is not None
    assert measure.goal.lower is not None
    assert measure.goal.lower.lower == number


@pytest.mark.parametrize(
    ("written", "number"),
    [("4.2", "4.2"), ("4.2 teacher/百student", "4.2"), ("0.042 teacher/student", "4.2")],
)
def test_a_goal_per_hundred_is_per_hundred(tables: Dictionary, written: str, number: str) -> None:
    """4.2 teachers for each hundred students is 0.042 for each."""
    measure = _bound(
        tables,
        type="per_hundred",
        numerator="count(teachers.*)",
        denominator="sum(schools.enrolment)",
        at_least=written,
    )
    assert measure.goal is not None
    assert measure.goal.lower is not None
    assert measure.goal.lower.lower == Fraction(number)


def test_a_measure_needs_its_looked_up_tables_and_its_links(tables: Dictionary) -> None:
    """Whatever is counted, looked up or joined by must be there; else there is no verdict."""
    measure = _bound(
        tables,
        type="duty",
        each="staff",
        amount="lessons",
        at_least="5 lesson",
        where="schools.location = 'rural'",
    )
    assert measure.tables == ("staff",)
    assert measure.needs()[0] == {"staff", "schools"}
    hours = _bound(
        tables, type="training_hours", each="staff", hours="sum(training.hours)", at_least="5 学时"
    )
    assert hours.tables == ("staff", "training")
    assert {("training", "person_id"), ("training", "year"), ("training", "hours")} <= hours.needs()[1]


def test_all_faults_of_a_target_are_told_at_once(tables: Dictionary) -> None:
    """A misspelled column above and below the line are both told, each with its field."""
    with pytest.raises(DefinitionError) as refused:
        _bound(
            tables,
            type="ratio",
            from_="staff",
            numerator="sum(lesons)",
            denominator="sum(pya)",
            at_least="5 %",
            where="rol = 'x'",
        )
    places = {fault.where for fault in refused.value.faults}
    assert {f"plan.yaml:1: t.x.{part}" for part in ("numerator", "denominator", "where")} <= places


@pytest.mark.parametrize("value", ["sum(lessons) / sum(guests) + 1", "sum(lessons) / (sum(guests) / 2)"])
def test_one_division_is_enough_for_each_of_a_group(tables: Dictionary, value: str) -> None:
    """What each must reach becomes a comparison of whole numbers, so a fraction of a fraction is refused."""
    with pytest.raises(DefinitionError, match="one division"):
        _bound(
            tables, type="coefficient", each="staff", value=value.replace("guests", "lessons"), at_least="5"
        )
