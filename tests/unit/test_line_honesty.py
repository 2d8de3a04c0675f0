"""At the line: what rounding would hide is said, how far the line is, and the exact value decides."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest

from edutargets.explanations import explain
from edutargets.goals import Verdict
from edutargets.line_honesty import near_the_line
from edutargets.tables import Dictionary
from edutargets.yaml_files import parse_yaml, read_definition

if TYPE_CHECKING:
    from collections.abc import Callable

    from edutargets.attainment import Attainment, PlanAttainment

    Judged = Callable[..., PlanAttainment]

TABLES = """
tables:
  schools:
    counts: school
    key: [school]
    reports: school
    columns:
      school: {type: code}
      pupils: {type: integer, unit: student, range: [0, 100000], required: false}
      graduates: {type: integer, unit: student, range: [0, 100000]}
      teachers: {type: integer, unit: teacher, range: [0, 100000]}
      money: {type: decimal, scale: 2, unit: CNY, range: [0, 10000000000]}
"""
DICTIONARY = read_definition(parse_yaml(TABLES, "tables.yaml"), Dictionary)
SHARE = {"type": "ratio", "from": "schools", "numerator": "sum(graduates)", "denominator": "sum(pupils)"}
SPREAD = {"type": "dispersion", "over": "schools", "value": "sum(graduates)", "weight": "sum(pupils)"}


def _one(judged: Judged, fields: dict[str, Any], *schools: tuple[int | None, int, int, str]) -> Attainment:
    rows = [
        {
            "school": f"S{number}",
            "pupils": pupils,
            "graduates": graduates,
            "teachers": teachers,
            "money": money,
        }
        for number, (pupils, graduates, teachers, money) in enumerate(schools)
    ]
    return judged({"schools": rows}, {**fields, "by": "2025-12-31"}, dictionary=DICTIONARY)["t.n0"]


def _lines(one: Attainment, language: Any = "en") -> tuple[str, ...]:  # noqa: ANN401  # one of two words
    told = explain(one, language)
    return told["at_the_line"].lines if "at_the_line" in told else ()


def test_a_share_that_rounds_to_its_goal_is_told_with_the_pupils_that_are_missing(judged: Judged) -> None:
    """82.96 % is not 83 %: one pupil of 2,500 is missing, and rounding would hide it."""
    one = _one(judged, {**SHARE, "at_least": "83 %"}, (2500, 2074, 1, "1"))
    found = near_the_line(one)
    assert found is not None
    assert (found.value, found.limit, found.step) == (
        Fraction(2074, 2500),
        Fraction(83, 100),
        Fraction(1, 100),
    )
    assert (found.printed, found.verdict, found.printed_verdict) == (
        Fraction(83, 100),
        Verdict.NOT_MET,
        Verdict.MET,
    )
    assert found.misleads
    assert (found.part, found.distance) == ("numerator", 1)
    assert _lines(one) == (
        (
            "rounded like the goal it would read 83 %, the limit itself, and look as if it were met; "
            "the exact value 82.96 % decides, below 83 %"
        ),
        "the line is 1 student away",
    )
    assert _lines(one, "zh") == (
        "按目标的位数四舍五入为 83 %，与限值相同，会显得已达成；判定以准确值 82.96 % 为准，低于 83 %",
        "距限值 1 名学生",
    )


@pytest.mark.parametrize(
    ("goal", "graduates", "near"),
    [
        ("83 %", 2062, False),  # 82.48 % reads 82 %
        ("83 %", 2063, True),  # 82.52 % reads 83 %
        ("83.0 %", 2063, False),  # the goal is written to a tenth: 82.5 %
        ("83.0 %", 2074, True),
        ("83.00 %", 2074, False),
    ],
)
def test_the_digits_of_the_goal_say_what_is_near(
    judged: Judged,
    goal: str,
    graduates: int,
    near: bool,  # noqa: FBT001  # a case
) -> None:
    """A goal of 83 % is held against whole percents, one of 83.0 % against tenths."""
    one = _one(judged, {**SHARE, "at_least": goal}, (2500, graduates, 1, "1"))
    assert (near_the_line(one) is not None) == near


@pytest.mark.parametrize(
    ("goal", "graduates", "near"), [("0.50", 101, True), ("0.50", 103, False), ("0.5", 103, True)]
)
def test_a_coefficient_within_rounding_of_the_standard_is_told(
    judged: Judged,
    goal: str,
    graduates: int,
    near: bool,  # noqa: FBT001  # a case
) -> None:
    """0.505 beside 0.50 is at the line; 0.515 only where the goal is written 0.5."""
    mean = 200
    schools = ((100, mean + graduates, 1, "1"), (100, mean - graduates, 1, "1"))
    one = _one(judged, {**SPREAD, "at_most": goal}, *schools)
    assert one.value == Fraction(graduates, mean)
    assert one.verdict is Verdict.NOT_MET
    found = near_the_line(one)
    assert (found is not None) == near
    if found is not None:
        assert found.distance is None
        assert len(_lines(one)) == 1


def test_the_limit_itself_is_told_where_it_is_not_enough(judged: Judged) -> None:
    """More than 50 % is not reached by 50 %: nobody has to look twice."""
    one = _one(judged, {**SHARE, "above": "50 %"}, (10, 5, 1, "1"))
    assert _lines(one) == ("exactly the limit, which is not enough",)
    met = _one(judged, {**SHARE, "at_least": "50.0 %"}, (10, 5, 1, "1"))
    assert _lines(met, "zh") == ("恰好等于限值，算达到",)
    assert near_the_line(met) is not None


def test_less_than_one_pupil_is_not_told_in_decimals(judged: Judged) -> None:
    """Nobody is short by 0.85 of a child."""
    one = _one(judged, {**SHARE, "at_least": "83 %"}, (1001, 830, 1, "1"))
    assert near_the_line(one) is not None
    assert _lines(one)[1] == "the line is less than 1 student away"


def test_money_is_near_by_the_multiple_it_is_written_in(judged: Judged) -> None:
    """11.96 亿 beside 12 亿 rounds to it; 1,196,000,000 beside 1,200,000,000 yuan does not."""
    amount = {"type": "amount", "from": "schools", "amount": "sum(money)"}
    written = _one(judged, {**amount, "at_least": "12 亿元"}, (1, 1, 1, "1196000000"))
    assert near_the_line(written) is not None
    assert _lines(written, "zh")[1] == "距限值 4,000,000 元"
    assert (
        near_the_line(_one(judged, {**amount, "at_least": "1200000000 元"}, (1, 1, 1, "1196000000"))) is None
    )


def test_a_whole_number_that_is_reached_needs_no_word(judged: Judged) -> None:
    """6 of 6 teachers, or all of them, is plain; the record still says that it is the limit."""
    one = _one(
        judged,
        {"type": "count", "from": "schools", "count": "sum(teachers)", "at_least": "6"},
        (1, 1, 6, "1"),
    )
    found = near_the_line(one)
    assert found is not None
    assert found.on_the_line
    assert _lines(one) == ()


def test_what_is_not_exactly_known_is_left_to_its_range(judged: Judged) -> None:
    """A blank cell makes a range; one number rounded would say too much."""
    one = _one(judged, {**SHARE, "at_least": "83 %"}, (2500, 2074, 1, "1"), (None, 0, 1, "1"))
    assert near_the_line(one) is None
