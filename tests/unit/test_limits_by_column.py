"""Limits that hang on a column: 45 children in a primary class, 50 in a junior one."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from edutargets.attainment import PlanAttainment
from edutargets.display import results_table
from edutargets.errors import DefinitionError
from edutargets.explanations import explain
from edutargets.goals import ByValue, Verdict
from edutargets.input_html import plan_rows
from edutargets.plans import Plan, bind_all
from edutargets.tables import Dictionary
from edutargets.units import Quantity

BY_KIND = {"at_most": {"school": "45 student", "kindergarten": "30 student"}, "by_column": "kind"}
SIZE = {"type": "duty", "each": "schools", "amount": "enrolment", "in": 2024, **BY_KIND}
Judge = Callable[..., PlanAttainment]


def _rows(*rows: tuple[str | None, int | None]) -> dict[str, list[dict[str, Any]]]:
    fields = ({"year": 2024, "kind": kind, "enrolment": enrolment} for kind, enrolment in rows)
    return {"schools": [{"school_id": f"S{number}", **one} for number, one in enumerate(fields)]}


def _refused(tables: Dictionary, **fields: Any) -> str:  # noqa: ANN401  # fields of YAML
    with pytest.raises(DefinitionError) as caught:
        bind_all(Plan.from_fields([{"id": "t", **SIZE, **fields}]), tables)
    return str(caught.value)


def test_each_kind_is_held_against_its_own_limit(judged: Judge) -> None:
    """The limit itself is enough; one more is not."""
    rows = _rows(("school", 45), ("kindergarten", 30), ("school", 46), ("kindergarten", 31))
    assert judged(rows, SIZE)["t.n0"].value == Fraction(1, 2)


def test_a_blank_kind_leaves_open_which_limit_holds(judged: Judge) -> None:
    """Forty are enough for a school and too many for a kindergarten."""
    found = judged(_rows(("school", 45), (None, 40)), SIZE)["t.n0"]
    assert (found.verdict, found.lower, found.upper) == (Verdict.UNDETERMINED, Fraction(1, 2), Fraction(1))


def test_what_is_within_every_limit_is_met_whatever_the_kind(judged: Judge) -> None:
    """Ten are below the limit of each kind in the vocabulary, and seventy above: nobody need say which."""
    found = judged(_rows(("school", 45), (None, 10)), SIZE)["t.n0"]
    assert (found.verdict, found.lower, found.upper) == (Verdict.MET, Fraction(1), Fraction(1))
    found = judged(_rows(("school", 45), (None, 70)), SIZE)["t.n0"]
    assert (found.verdict, found.lower, found.upper) == (Verdict.NOT_MET, Fraction(1, 2), Fraction(1, 2))


def test_a_kind_without_a_limit_is_open(judged: Judge) -> None:
    """A vocabulary may hold more values than the plan speaks of; `where` leaves them out."""
    only = {**SIZE, "at_most": {"school": "45 student"}}
    rows = _rows(("school", 45), ("kindergarten", 10))
    assert judged(rows, only)["t.n0"].verdict is Verdict.UNDETERMINED
    assert judged(rows, {**only, "where": "kind = 'school'"})["t.n0"].verdict is Verdict.MET


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"by_column": None}, "belong together"),
        ({"at_most": "45 student"}, "belong together"),
        ({"at_most": {}}, "no value has a limit"),
        ({"at_most": {"school": "many", "kindergarten": "3 yaun"}}, "kindergarten: unknown unit"),
        ({"each": None, "mean_of": "schools"}, "hold for each of a group"),
        ({"by_column": "knd"}, "did you mean kind"),
        ({"by_column": "enrolment"}, "compares a number with a text"),
        ({"at_most": {"shool": "45 student", "garden": "30 student"}}, "did you mean school"),
        (
            {"at_most": {"school": "45 student", "kindergarten": "30 CNY"}},
            "kindergarten: the goal 30 CNY is in CNY",
        ),
        ({"between": {"school": "45 student"}, "at_most": None}, "between"),
    ],
)
def test_limits_that_cannot_be_held_are_refused(
    tables: Dictionary, fields: dict[str, Any], said: str
) -> None:
    """Unknown columns and values, wrong units, and a group that is not judged one by one."""
    assert said in _refused(tables, **fields)


def test_a_district_total_has_one_limit(tables: Dictionary) -> None:
    """Only each one of a group can have a kind."""
    with pytest.raises(DefinitionError, match="hold for each of a group"):
        bind_all(
            Plan.from_fields(
                [{"id": "t", "type": "count", "from": "schools", "count": "count(*)", "in": 2024, **BY_KIND}]
            ),
            tables,
        )


def test_a_plan_keeps_its_limits_when_written_and_read(tables: Dictionary) -> None:
    """In Python they are pairs of a value and a quantity."""
    plan = Plan.from_fields([{"id": "t", **SIZE}])
    assert Plan.from_yaml(plan.to_yaml()) == plan
    limit = plan["t"].at_most
    assert isinstance(limit, ByValue)
    assert limit.limits[0] == ("school", Quantity.parse("45 student"))
    assert bind_all(plan, tables)["t"].entities is not None
    assert "kindergarten: 30 student" in str(limit)


def test_the_words_name_every_limit(judged: Judge) -> None:
    """In the table of results, in the explanation and in the plan itself."""
    results = judged(_rows(("school", 46), ("kindergarten", 30)), SIZE)
    assert "each one at most 45 (school) or 30 (kindergarten) students" in results_table(results)
    assert "逐一不超过 45（school）、30（kindergarten）名学生" in results_table(results, "zh")
    explanation = explain(results["t.n0"])
    assert explanation["shortfall"].lines == ("1 school",)
    assert "schools.kind" in explanation.statements[1].sql
    _, rows = plan_rows(results.pack.plan, "en")
    assert rows[0][2] == "each one at most 45 students (school) or 30 students (kindergarten)"
    _, rows = plan_rows(results.pack.plan, "zh")
    assert rows[0][2] == "逐一不超过 45 名学生（school）、30 名学生（kindergarten）"


def test_shares_by_kind_stand_in_percent(judged: Judge) -> None:
    """Half of the enrolment here, a third there."""
    ratio = {
        "type": "ratio",
        "each": "schools",
        "numerator": "sum(enrolment)",
        "denominator": "sum(enrolment)",
        "at_least": {"school": "50 %", "kindergarten": "33.3 %"},
        "by_column": "kind",
        "in": 2024,
    }
    results = judged(_rows(("school", 46)), ratio)
    assert results["t.n0"].verdict is Verdict.MET
    assert "at least 50 % (school) or 33.3 % (kindergarten)" in explain(results["t.n0"]).headline
