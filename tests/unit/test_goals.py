"""What is enough: every goal word at its limit, just below and just above."""

from fractions import Fraction

import pytest

from edutargets.bounds import Interval, exactly
from edutargets.errors import UnitError
from edutargets.goals import Goal, GoalWords, Verdict, goal_of, rounding_step
from edutargets.units import Quantity

HAIR = Fraction(1, 10**30)
MET, NOT, OPEN = Verdict.MET, Verdict.NOT_MET, Verdict.UNDETERMINED


def _goal(**words: object) -> Goal:
    return goal_of(GoalWords.model_validate(words), lambda quantity: quantity.to(""))


@pytest.mark.parametrize(
    ("words", "limit", "below", "at", "above"),
    [
        ({"at_least": "50 %"}, Fraction(1, 2), NOT, MET, MET),
        ({"above": "50 %"}, Fraction(1, 2), NOT, NOT, MET),
        ({"at_most": "50 %"}, Fraction(1, 2), MET, MET, NOT),
        ({"below": "50 %"}, Fraction(1, 2), MET, NOT, NOT),
        ({"exactly": "100 %"}, Fraction(1), NOT, MET, NOT),
        ({"exactly": "0"}, Fraction(0), NOT, MET, NOT),
        ({"between": ["1", "2"]}, Fraction(1), NOT, MET, MET),
        ({"between": ["1", "2"]}, Fraction(2), MET, MET, NOT),
        ({"between": ["2", "2"]}, Fraction(2), NOT, MET, NOT),
        ({"about": "100", "tolerance": "5 %"}, Fraction(95), NOT, MET, MET),
        ({"about": "100", "tolerance": "5 %"}, Fraction(105), MET, MET, NOT),
        ({"about": "-100", "tolerance": "5 %"}, Fraction(-105), NOT, MET, MET),
        ({"about": "100", "tolerance": "0 %"}, Fraction(100), NOT, MET, NOT),
        ({"printed": "80.24 %"}, Fraction(80235, 100000), NOT, MET, MET),
        ({"printed": "80.24 %"}, Fraction(80245, 100000), MET, MET, NOT),
        ({"at_least": "-5 %"}, Fraction(-5, 100), NOT, MET, MET),
    ],
)
def test_every_goal_word_is_decided_at_its_limit_and_a_hair_beside_it(
    words: dict[str, object], limit: Fraction, below: Verdict, at: Verdict, above: Verdict
) -> None:
    """The limit itself is enough (以上 includes it) except for above and below; nothing is rounded."""
    goal = _goal(**words)
    found = [goal.judge(exactly(value)) for value in (limit - HAIR, limit, limit + HAIR)]
    assert found == [below, at, above]


@pytest.mark.parametrize("word", ["at_least", "at_most", "exactly"])
@pytest.mark.parametrize("value", [Fraction(-1), Fraction(0), Fraction(1, 3), Fraction(1, 2), Fraction(2)])
def test_a_closed_goal_is_met_where_nothing_is_missing_to_it(word: str, value: Fraction) -> None:
    """The shortfall is zero exactly where the goal is met, and never below zero."""
    goal = _goal(**{word: "50 %"})
    assert (goal.judge(exactly(value)) is MET) == (goal.shortfall(value) == 0)
    assert goal.shortfall(value) >= 0


@pytest.mark.parametrize(
    ("words", "low", "high", "verdict"),
    [
        ({"at_least": "50 %"}, "1/2", "1", MET),
        ({"at_least": "50 %"}, "49/100", "1/2", OPEN),
        ({"at_least": "50 %"}, "0", "49/100", NOT),
        ({"above": "50 %"}, "1/2", "1", OPEN),
        ({"above": "50 %"}, "0", "1/2", NOT),
        ({"below": "50 %"}, "1/2", "1", NOT),
        ({"below": "50 %"}, "0", "1/2", OPEN),
        ({"at_most": "50 %"}, "0", "1/2", MET),
        ({"at_most": "50 %"}, "1/2", "1", OPEN),
        ({"exactly": "1"}, "0", "2", OPEN),
        ({"exactly": "1"}, "0", "99/100", NOT),
        ({"between": ["1", "2"]}, "1", "2", MET),
        ({"between": ["1", "2"]}, "0", "3", OPEN),
        ({"between": ["1", "2"]}, "3/2", "3", OPEN),
        ({"between": ["1", "2"]}, "3", "4", NOT),
        ({"printed": "0.5"}, "0", "9/20", MET),
        ({"printed": "0.5"}, "0", "44/100", NOT),
        ({"printed": "0.5"}, "0", "1", MET),
    ],
)
def test_a_range_decides_only_where_all_of_it_agrees(
    words: dict[str, object], low: str, high: str, verdict: Verdict
) -> None:
    """What is missing or rounded leaves a verdict open; a printed figure agrees where both roundings meet."""
    assert _goal(**words).judge(Interval(Fraction(low), Fraction(high))) is verdict


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("80.24 %", "1/100"),
        ("83.00 %", "1/100"),
        ("80 %", "1"),
        ("-3.5 %", "1/10"),
        ("1.08 亿student", "1000000"),
        ("2.10万人", "100"),
        ("0.00 万元", "100"),
        ("1,234 人", "1"),
        ("3.5 m2", "1/10"),
        ("3.5 m²", "1/10"),
        ("\uff11.\uff12 亿元", "10000000"),
        ("16.97 student/teacher", "1/100"),
    ],
)
def test_the_rounding_of_a_printed_figure_is_that_of_its_last_digit(text: str, step: str) -> None:
    """Trailing zeros count, digits of the unit do not."""
    assert rounding_step(Quantity.parse(text)) == Fraction(step)


def test_the_rounding_of_a_figure_made_in_python_is_that_of_its_digits() -> None:
    """A figure need not come from a file."""
    assert rounding_step(Quantity(Fraction(8024, 100), "%")) == Fraction(1, 100)


def test_a_span_of_values_runs_upwards() -> None:
    """between: [5, 3] could never be met."""
    with pytest.raises(UnitError, match="backwards"):
        _goal(between=["5", "3"])


def test_the_shortfall_is_the_way_to_the_nearest_limit() -> None:
    """Too little and too much are both measured."""
    goal = _goal(between=["1", "2"])
    assert [goal.shortfall(Fraction(value)) for value in ("1/2", "1", "3/2", "2", "7/2")] == [
        Fraction(1, 2),
        0,
        0,
        0,
        Fraction(3, 2),
    ]
