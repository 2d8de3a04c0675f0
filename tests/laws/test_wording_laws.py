"""No number that is shown contradicts the verdict beside it, whatever the value, the goal and the unit."""

import re
from datetime import date
from fractions import Fraction
from types import MappingProxyType, SimpleNamespace
from typing import cast

from hypothesis import given, settings
from hypothesis import strategies as st

from edutargets.attainment import Attainment, Basis
from edutargets.bounds import Interval, exactly
from edutargets.evaluation import Part
from edutargets.expressions import Aggregate, Arithmetic, Column
from edutargets.goals import Goal
from edutargets.judging import Result
from edutargets.line_honesty import at_the_line, near_the_line
from edutargets.measures import Measure
from edutargets.tables import Dictionary
from edutargets.targets import Ratio
from edutargets.units import parse_unit
from edutargets.wording import Language, Ruler, decimal_text, decimals_of, limits_of, rounded
from edutargets.yaml_files import parse_yaml, read_definition

TABLES = """
tables:
  t:
    counts: school
    key: [s]
    reports: s
    columns: {s: {type: code}, a: {type: integer, unit: student}, b: {type: integer, unit: student}}
"""
DICTIONARY = read_definition(parse_yaml(TABLES, "tables.yaml"), Dictionary)
SETTINGS = settings(max_examples=400, deadline=None)
WORDS = ("at_least", "at_most", "above", "below", "exactly", "between", "printed")
LIMITS = st.builds(Fraction, st.integers(-(10**10), 10**10), st.sampled_from([1, 2, 10, 100, 1000, 10**4]))
NUDGES = st.just(Fraction(0)) | st.builds(
    Fraction, st.integers(-50, 50), st.sampled_from([1, 3, 7, 10**3, 10**6, 6411, 10**11 + 3, 10**20])
)
UNITS = st.sampled_from(["", "teacher", "CNY", "CNY/year", "CNY/student/year", "student/teacher"])
LANGUAGES: st.SearchStrategy[Language] = st.sampled_from(["en", "zh"])


@st.composite
def goals(draw: st.DrawFn) -> Goal:
    """Draw a goal as a plan may say it: its limits have an end as decimals."""
    word = draw(st.sampled_from(WORDS))
    limit = draw(LIMITS)
    other = limit + abs(draw(LIMITS))
    if word in {"between", "printed"}:
        return Goal(word, exactly(limit), exactly(other))
    lower = exactly(limit) if word in {"at_least", "above", "exactly"} else None
    upper = exactly(limit) if word in {"at_most", "below", "exactly"} else None
    return Goal(word, lower, upper, open_ended=word in {"above", "below"})


@st.composite
def values(draw: st.DrawFn, goal: Goal) -> Fraction:
    """Draw a value at, beside or far from a limit of the goal."""
    near = draw(st.sampled_from(limits_of(goal)))
    return draw(st.builds(lambda nudge: near + nudge, NUDGES) | LIMITS)


@st.composite
def cases(draw: st.DrawFn) -> tuple[Goal, Interval, Ruler]:
    """Draw a goal, a value with its range, and the ruler that shows them."""
    goal = draw(goals())
    low, high = sorted((draw(values(goal)), draw(values(goal))))
    unit = parse_unit(draw(UNITS))[1]
    percent = unit == parse_unit("")[1] and draw(st.booleans())
    ruler = Ruler(unit, draw(LANGUAGES), percent, limits_of(goal)).fitted([low])
    return goal, Interval(low, high), ruler


def read(text: str, ruler: Ruler) -> Fraction:
    """Read a shown number back, as a reader does."""
    number = Fraction(text.replace(",", ""))
    return number / 100 if ruler.percent else number * ruler.scale


@SETTINGS
@given(cases())
def test_a_shown_value_has_the_verdict_of_the_exact_one(case: tuple[Goal, Interval, Ruler]) -> None:
    """89.97 % stands beside “not met” of 90 %, never 90.0 %."""
    goal, bounds, ruler = case
    seen = read(ruler.number(bounds.lower), ruler)
    assert goal.judge(exactly(seen)) is goal.judge(exactly(bounds.lower))


@SETTINGS
@given(cases())
def test_a_shown_range_has_the_verdict_of_the_exact_one_and_holds_it(
    case: tuple[Goal, Interval, Ruler],
) -> None:
    """A range is rounded outwards, and neither end crosses a limit by it."""
    goal, bounds, ruler = case
    low, high = (read(text, ruler) for text in ruler.ends(bounds))
    assert low <= bounds.lower <= bounds.upper <= high
    assert goal.judge(Interval(low, high)) is goal.judge(bounds)


@SETTINGS
@given(cases())
def test_a_goal_is_shown_in_full(case: tuple[Goal, Interval, Ruler]) -> None:
    """What a reader compares with is the goal itself, not a rounding of it."""
    goal, _, ruler = case
    for limit in limits_of(goal):
        assert read(ruler.full(limit), ruler) == limit


@SETTINGS
@given(cases())
def test_a_shortfall_that_is_something_is_not_shown_as_nothing(case: tuple[Goal, Interval, Ruler]) -> None:
    """Short by 0.00 beside “not met” would be a riddle."""
    goal, bounds, ruler = case
    short = goal.shortfall(bounds.lower)
    seen = ruler.difference().fitted([short]).number(short)
    assert (Fraction(seen.replace(",", "")) == 0) == (short == 0)


@SETTINGS
@given(st.lists(LIMITS | NUDGES, min_size=2, max_size=5), LANGUAGES, st.booleans())
def test_values_side_by_side_keep_their_order(
    numbers: list[Fraction],
    language: Language,
    percent: bool,  # noqa: FBT001  # drawn
) -> None:
    """A year that fell by a hundredth of a fen does not look like the year before."""
    ruler = Ruler(None, language, percent)
    seen = [read(text, ruler) for text in ruler.in_order(numbers)]
    for one, shown_one in zip(numbers, seen, strict=True):
        for other, shown_other in zip(numbers, seen, strict=True):
            assert (one > other) == (shown_one > shown_other)


@SETTINGS
@given(cases())
def test_a_column_keeps_every_value_on_its_side(case: tuple[Goal, Interval, Ruler]) -> None:
    """Padding a column to one number of decimals moves nothing across a limit."""
    goal, bounds, ruler = case
    numbers = [bounds.lower, bounds.upper]
    for number, text in zip(numbers, ruler.aligned(numbers), strict=True):
        assert goal.judge(exactly(read(text, ruler))) is goal.judge(exactly(number))


@SETTINGS
@given(cases())
def test_chinese_multiples_of_money_lose_no_digit(case: tuple[Goal, Interval, Ruler]) -> None:
    """万 and 亿 are used only where every number shown together stays exact."""
    goal, bounds, ruler = case
    if ruler.scale == 1:
        return
    for number in (bounds.lower, *limits_of(goal)):
        digits = decimals_of(number / ruler.scale)
        assert digits is not None
        assert digits <= 4


@st.composite
def judged_shares(draw: st.DrawFn) -> tuple[str, int, Fraction, Fraction]:
    """Draw a goal as a plan writes it, with its digits, and a share near it."""
    digits = draw(st.integers(0, 3))
    limit = Fraction(draw(st.integers(1, 100 * 10**digits)), 10**digits)
    below = draw(st.integers(1, 5000))
    near = round(limit / 100 * below) + draw(st.integers(-2, 2))
    return (
        draw(st.sampled_from(["at_least", "at_most", "above", "below"])),
        digits,
        limit,
        Fraction(max(near, 0), below),
    )


@SETTINGS
@given(judged_shares(), LANGUAGES)
def test_what_is_said_at_the_line_agrees_with_the_verdict(
    case: tuple[str, int, Fraction, Fraction], language: Language
) -> None:
    """Whatever rounds to its goal is told so, with the side it lies on; nothing else is called near."""
    word, digits, limit, value = case
    written = decimal_text(limit, digits).replace(",", "")
    target = Ratio(
        id="t", numerator="sum(a)", denominator="sum(b)", by=date(2025, 12, 31), **{word: f"{written} %"}
    )
    one, goal = _attained(target, value, limit / 100)
    found = near_the_line(one)
    step = Fraction(1, 100 * 10**digits)
    assert (found is not None) == (abs(value - limit / 100) <= min(step / 2, limit / 2000))
    section = at_the_line(one, language)
    if found is None or section is None:
        assert section is None
        return
    assert found.misleads == (goal.judge(exactly(rounded(value / step, 0) * step)) is not one.verdict)
    text = section.lines[0]
    assert found.on_the_line or (("below" if value < limit / 100 else "above") in text) == (language == "en")
    shown = re.findall(r"[\d.,]+(?= %)", text)
    seen = [Fraction(number.replace(",", "")) / 100 for number in shown]
    assert all(goal.judge(exactly(number)) in {one.verdict, found.printed_verdict} for number in seen)
    if len(seen) == 3:  # the rounded value, the exact one as shown, the limit
        assert goal.judge(exactly(seen[1])) is one.verdict
        assert (seen[0], seen[2]) == (found.printed, limit / 100)


def _attained(target: Ratio, value: Fraction, limit: Fraction) -> tuple[Attainment, Goal]:
    """Judge a share as if its totals had come from tables."""
    lower = exactly(limit) if target.stated[0] in {"at_least", "above"} else None
    goal = Goal(
        target.stated[0],
        lower,
        exactly(limit) if lower is None else None,
        target.stated[0] in {"above", "below"},
    )
    parts = {"numerator": Part(Fraction(value.numerator), exactly(value.numerator))}
    parts["denominator"] = Part(Fraction(value.denominator), exactly(value.denominator))
    sums = [Aggregate("sum", "t", Column("t", name), None, "student") for name in ("a", "b")]
    nodes = MappingProxyType(dict(zip(parts, sums, strict=True)))
    measure = Measure(target, nodes, Arithmetic("/", *sums), parse_unit("")[1], goal, ("t",), None)
    result = Result(
        "2025", (2025,), goal.judge(exactly(value)), value, exactly(value), parts, goal, goal.shortfall(value)
    )
    basis = cast("Basis", SimpleNamespace(pack=SimpleNamespace(dictionary=DICTIONARY), statistics=None))
    return Attainment(target, (result,), result.verdict, measure, basis=basis), goal
