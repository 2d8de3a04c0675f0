"""The typed targets: what they refuse before a single row is read."""

from typing import Any

import pytest

from edutargets.errors import DefinitionError
from edutargets.measures import bind
from edutargets.plans import Plan
from edutargets.tables import Dictionary
from edutargets.targets import TARGET_TYPES

RATIO = {
    "type": "ratio",
    "from": "staff",
    "numerator": "count(*) filter (where full_time)",
    "denominator": "count(*)",
}
COUNT = {"type": "count", "from": "staff", "count": "count(*)"}
HOURS = {"type": "training_hours", "each": "principals", "hours": "sum(training.hours)"}


def _bind(tables: Dictionary, fields: dict[str, Any]) -> None:
    for target in Plan.from_fields([{"id": "t.x", **fields}]):
        bind(target, tables, "plan.yaml:1: t.x")


@pytest.mark.parametrize(
    "fields",
    [
        {**RATIO, "at_least": "50 %", "in": 2024},
        {**RATIO, "at_least": "0.5", "in": 2024},
        {**COUNT, "at_least": 5, "in": 2024},
        {**COUNT, "at_least": "5 person/year", "every": "year", "during": [2023, 2024]},
        {**COUNT, "at_least": "5 person", "total_over": [2023, 2024]},
        {**HOURS, "at_least": "90 training_hour/year", "in": 2024},
        {
            "type": "per_student_amount",
            "from": "schools",
            "numerator": "sum(funds)",
            "denominator": "sum(enrolment)",
            "at_least": "7000 元/生/年",
            "in": 2024,
        },
        {
            "type": "amount",
            "from": "schools",
            "amount": "sum(funds)",
            "at_least": "12 亿元",
            "total_over": [2023, 2024],
        },
        {
            "type": "density",
            "numerator": "sum(schools.enrolment)",
            "denominator": "count(teachers.*)",
            "at_most": "20",
            "in": 2024,
        },
        {
            "type": "per_hundred",
            "numerator": "count(teachers.*)",
            "denominator": "sum(schools.enrolment)",
            "at_least": "4.2 teacher/百student",
            "in": 2024,
        },
        {
            "type": "growth",
            "from": "schools",
            "value": "sum(enrolment)",
            "at_least": "15 %/year",
            "every": "year",
            "during": [2023, 2024],
        },
        {
            "type": "coefficient",
            "from": "staff",
            "value": "sum(lessons) / sum(lessons)",
            "at_most": "0.5",
            "in": 2024,
        },
        {"type": "milestone", "from": "visits", "done_on": "held_on", "by": "2025-12-31"},
        {"type": "duty", "each": "staff", "amount": "lessons", "at_least": "8 lesson", "in": 2024},
        {
            "type": "comparison",
            "from": "staff",
            "value": "avg(pay)",
            "at_least": {"value": "avg(pay)", "from": "principals"},
            "in": 2024,
        },
    ],
    ids=lambda fields: f"{fields['type']}",
)
def test_a_sound_target_is_bound(tables: Dictionary, fields: dict[str, Any]) -> None:
    """What keeps its contract is accepted."""
    _bind(tables, fields)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        (
            {
                **RATIO,
                "numerator": "count(teachers.*)",
                "denominator": "sum(schools.enrolment)",
                "from": None,
                "at_least": "5 %",
            },
            "counts teacher over student",
        ),
        ({**RATIO, "numerator": "count(teachers.*)", "at_least": "5 %"}, "counts teacher over person"),
        ({**RATIO, "numerator": "sum(schools.funds)", "denominator": "sum(pay)", "at_least": "5 %"}, "CNY"),
        ({**RATIO, "at_least": "5 person"}, "the goal 5 person is in person"),
        ({**RATIO, "at_least": "5 percentage_point"}, "percentage_point"),
        ({**RATIO, "at_least": 83}, "83 %"),
        (
            {
                "type": "per_student_amount",
                "numerator": "sum(schools.funds)",
                "denominator": "count(teachers.*)",
                "at_least": "5 CNY",
            },
            "over teacher",
        ),
        (
            {
                "type": "density",
                "numerator": "count(teachers.*)",
                "denominator": "count(teachers.*)",
                "at_least": "5",
            },
            "over teacher",
        ),
        (
            {
                "type": "density",
                "numerator": "sum(schools.funds)",
                "denominator": "count(teachers.*)",
                "at_least": "5",
            },
            "counts CNY",
        ),
        ({**COUNT, "count": "sum(pay)", "at_least": "5 CNY"}, "counts CNY"),
        ({**COUNT, "at_least": "5 teacher"}, "teacher"),
        ({**COUNT, "at_least": "5 CNY"}, "CNY"),
        ({"type": "amount", "from": "staff", "amount": "count(*)", "at_least": "5 CNY"}, "counts person"),
        ({"type": "amount", "from": "staff", "amount": "sum(pay)", "at_least": "5"}, "has no unit"),
        ({"type": "coefficient", "from": "staff", "value": "avg(pay)", "at_most": "5"}, "counts CNY"),
        (
            {"type": "training_hours", "from": "training", "hours": "sum(hours)", "at_least": "5 学时"},
            "does not say who",
        ),
        ({**HOURS, "hours": "sum(visits.guests)", "each": "schools", "at_least": "5 学时"}, "counts person"),
        ({"type": "duty", "each": "schools", "amount": "sum(funds)", "at_least": "5 CNY"}, "counts CNY"),
        (
            {
                "type": "comparison",
                "from": "staff",
                "value": "avg(pay)",
                "at_least": {"value": "avg(lessons)"},
            },
            "compares CNY with lesson",
        ),
        ({"type": "growth", "from": "staff", "value": "count(*)", "at_least": "5 person"}, "person"),
    ],
)
def test_a_unit_that_breaks_the_contract_of_the_type_is_named(
    tables: Dictionary, fields: dict[str, Any], said: str
) -> None:
    """Teachers over students is no share, though both are numbers; the message says what was counted."""
    with pytest.raises(DefinitionError, match=said):
        _bind(tables, {"in": 2024, **{key: value for key, value in fields.items() if value is not None}})


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({**COUNT, "in": 2024}, "one goal is needed"),
        ({**COUNT, "in": 2024, "at_least": 1, "at_most": 2}, "one goal is needed"),
        ({**COUNT, "in": 2024, "about": 5}, "tolerance"),
        ({**COUNT, "in": 2024, "at_least": 5, "tolerance": "5 %"}, "tolerance"),
        ({**COUNT, "in": 2024, "about": 5, "tolerance": 5}, "between 0 % and 100 %"),
        ({**COUNT, "in": 2024, "about": 5, "tolerance": "5 person"}, "person"),
        ({**COUNT, "in": 2024, "between": [5, 3]}, "backwards"),
        ({**COUNT, "at_least": 1}, "no time is said"),
        ({**COUNT, "in": 2024, "at_least": 1, "where": "rol = 'teacher'"}, "did you mean role"),
        ({**COUNT, "in": 2024, "at_least": 1, "from": "staf"}, "did you mean staff"),
        (
            {"type": "count", "in": 2024, "count": "count(teachers.*)", "where": "full_time", "at_least": 1},
            "without `from`",
        ),
        ({**COUNT, "at_least": "136 person/year", "total_over": [2023, 2025]}, "for one year"),
        (
            {
                "type": "amount",
                "from": "schools",
                "amount": "sum(funds)",
                "at_least": "4 亿元/年",
                "total_over": [2023, 2025],
            },
            "for one year",
        ),
        (
            {**HOURS, "share_of": "staff", "share_at_least": "95 %", "at_least": "9 学时", "in": 2024},
            "one of each",
        ),
        ({**HOURS, "each": None, "share_of": "staff", "at_least": "9 学时", "in": 2024}, "belong together"),
        (
            {
                **HOURS,
                "each": None,
                "share_of": "staff",
                "share_at_least": 95,
                "at_least": "9 学时",
                "in": 2024,
            },
            "between 0 % and 100 %",
        ),
        ({**HOURS, "from": "training", "at_least": "9 学时", "in": 2024}, "`from` beside"),
        ({**HOURS, "at_least": "9 学时", "total_over": [2023, 2024]}, "total_over"),
        ({"type": "growth", "each": "staff", "value": "lessons", "at_least": "5 %", "in": 2024}, "growth"),
        (
            {
                "type": "growth",
                "from": "staff",
                "value": "count(*)",
                "at_least": "5 %",
                "total_over": [2023, 2024],
            },
            "year to year",
        ),
        ({"type": "trend", "from": "staff", "value": "count(*)"}, "never_decreasing"),
        (
            {
                "type": "trend",
                "from": "staff",
                "value": "count(*)",
                "never_decreasing": {"from": 2022},
                "at_least": 5,
            },
            "takes no at_least",
        ),
        (
            {
                "type": "trend",
                "from": "staff",
                "value": "sum(pay)",
                "never_decreasing": {"from": 2022, "basis": "real"},
            },
            "price index",
        ),
        (
            {
                "type": "growth",
                "from": "staff",
                "value": "count(*)",
                "at_least": "1 %",
                "basis": "real",
                "in": 2024,
            },
            "is no money",
        ),
        (
            {"type": "comparison", "from": "staff", "value": "avg(pay)", "exactly": "5 CNY", "in": 2024},
            "other side",
        ),
        ({"type": "comparison", "from": "staff", "value": "avg(pay)", "in": 2024}, "one goal"),
        ({"type": "composite"}, "all_of or any_of"),
        ({"type": "composite", "all_of": ["a.b"], "any_of": ["a.c"]}, "all_of or any_of"),
        ({"type": "composite", "all_of": ["a.b"], "each": "schools"}, "holds for the district"),
        ({"type": "milestone", "from": "visits", "done_on": "held_on"}, "by"),
        ({"type": "milestone", "from": "visits", "done_on": "guests", "by": "2025-12-31"}, "no date column"),
        (
            {
                "type": "milestone",
                "from": "visits",
                "done_on": "held_on",
                "by": "2025-12-31",
                "each": "schools",
            },
            "beside|district",
        ),
        (
            {"type": "count", "from": "heads", "count": "count(*)", "at_least": 1, "in": 2024},
            "no period column",
        ),
        (
            {
                "type": "count",
                "from": "figures",
                "count": "count(*) filter (where heads > 5)",
                "at_least": 1,
                "in": 2024,
            },
            "is rounded",
        ),
        (
            {"type": "count", "from": "figures", "count": "sum(2 * heads)", "at_least": 1, "in": 2024},
            "is rounded",
        ),
        (
            {"type": "duty", "each": "figures", "amount": "heads", "at_least": "5 student", "in": 2024},
            "is rounded",
        ),
        ({"type": "cuont"}, "did you mean count"),
        ({**COUNT, "id": "Has Space", "in": 2024, "at_least": 1}, r"targets\[0\].id"),
    ],
)
def test_a_target_that_cannot_mean_what_it_says_is_refused(
    tables: Dictionary, fields: dict[str, Any], said: str
) -> None:
    """Two goals, half a quantifier, a total against a yearly goal, a word that would be ignored."""
    with pytest.raises(DefinitionError, match=said):
        _bind(tables, {key: value for key, value in fields.items() if value is not None})


@pytest.mark.parametrize("kind", TARGET_TYPES, ids=lambda kind: str(kind.model_fields["type"].default))
def test_every_type_says_its_contract_and_refuses_unknown_fields(kind: Any) -> None:  # noqa: ANN401  # a class of targets
    """A misspelled field never silently does nothing."""
    name = kind.model_fields["type"].default
    assert kind.contract
    assert kind.__doc__
    with pytest.raises(DefinitionError, match="unknown field 'dedaline'"):
        Plan.from_fields([{"id": "a", "type": name, "dedaline": 1}])
