"""How a verdict was reached, in words: the value, its parts, the exact comparison, the range."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from edutargets.bounds import exactly
from edutargets.entities import ENTITY_BY_NAME
from edutargets.expressions import unit_of
from edutargets.goal_wording import entity_ruler, limit_words, ruler_of
from edutargets.goals import Verdict
from edutargets.row_targets import Dispersion
from edutargets.targets import Comparison, Growth, Milestone, PerHundred, Trend
from edutargets.totals_sql import pieces_of
from edutargets.units import parse_unit
from edutargets.wording import Ruler, chosen, decimal_text, decimals_of, limits_of, rounded, unit_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edutargets.attainment import Attainment
    from edutargets.evaluation import Part
    from edutargets.goals import Goal
    from edutargets.judging import Result
    from edutargets.wording import Language

__all__ = [
    "agreement",
    "comparison_words",
    "deciding_parts",
    "is_exact",
    "part_ruler",
    "part_words",
    "plain",
    "value_words",
]

_PARTS = {
    "numerator": ("numerator", "分子"),
    "denominator": ("denominator", "分母"),
    "meeting": ("reach the goal", "达到数"),
    "all": ("all", "总数"),
    "lowest": ("lowest", "最低"),
    "highest": ("highest", "最高"),
    "total": ("total", "合计"),
    "total_value": ("all amounts", "数额合计"),
    "total_weight": ("all weights", "权重合计"),
    "square": ("coefficient squared", "差异系数的平方"),
    "count": ("count", "数量"),
    "amount": ("amount", "金额"),
    "value": ("value", "数值"),
    "against": ("held against", "对照值"),
    "before": ("the year before", "上年"),
    "after": ("the year itself", "本年"),
    "evidence": ("evidence", "佐证"),
    "incomplete": ("evidence incomplete", "佐证不全"),
}
_NESTED = re.compile(r"(value|against)((?:_(?:numerator|denominator|[0-9]+))+)")
_SIGNS = {-1: "<", 0: "=", 1: ">"}


def part_words(name: str, language: Language) -> str:
    """Say what a part of a target is.

    Examples:
        >>> part_words("value_numerator_1_denominator", "en")
        'value: denominator of term 1 of numerator'
        >>> part_words("value_numerator_1_denominator", "zh")
        '数值的分子第 1 项的分母'
    """
    if found := _NESTED.fullmatch(name):
        return _nested(found[1], found[2].strip("_").split("_"), language)
    en, zh = _PARTS.get(name, (name, name))
    return chosen(language, en, zh)


def _nested(side: str, steps: Sequence[str], language: Language) -> str:
    """Say what a piece of a side is: the numerator of the second term of its denominator, say."""
    if language == "zh":
        said = [f"第 {step} 项" if step.isdigit() else f"的{_PARTS[step][1]}" for step in steps]
        return f"{_PARTS[side][1]}{''.join(said)}"
    told = [f"term {step}" if step.isdigit() else step for step in reversed(steps)]
    return f"{_PARTS[side][0]}: {' of '.join(told)}"


def plain(value: Fraction) -> str:
    """Write a number in full; as a fraction where no decimal ends.

    Examples:
        >>> plain(Fraction(17710)), plain(Fraction(21, 5)), plain(Fraction(1, 3))
        ('17,710', '4.2', '1/3')
    """
    digits = decimals_of(value)
    return f"{value.numerator:,}/{value.denominator:,}" if digits is None else decimal_text(value, digits)


def part_ruler(attainment: Attainment, name: str, language: Language) -> Ruler:
    """Return how a part is written: in its own unit."""
    measure, dictionary = attainment.measure, attainment.dictionary
    assert measure is not None  # its callers look
    if name in {"lowest", "highest"}:
        return entity_ruler(measure, language)
    if name in {"before", "after", "value", "against"}:
        ruler = ruler_of(measure, language)
        return Ruler(measure.unit, language, percent=ruler.percent and not isinstance(measure.target, Growth))
    if measure.rows is not None and name in measure.rows.units:
        limits = _squares(measure.goal) if name == "square" else ()
        return Ruler(measure.rows.units[name], language, limits=limits)
    assert dictionary is not None  # its callers look
    return Ruler(unit_of({**measure.parts, **measure.extras}[name], dictionary), language)


def _squares(goal: Goal | None) -> tuple[Fraction, ...]:
    return tuple(limit**2 for limit in limits_of(goal))


# values --------------------------------------------------------------------------------------------


def value_words(attainment: Attainment, result: Result, language: Language) -> str:
    """Say the value of one year or span, in as many digits as its verdict needs."""
    attainment = attainment.original
    measure, target = attainment.measure, attainment.target
    if result.value is None or measure is None:
        return chosen(language, "no value", "无数值")
    if measure.entities is not None and target.mean_of is None:
        return _of_group(attainment, result, language)
    if isinstance(target, Trend | Comparison):
        return _beside(attainment, result, language)
    if isinstance(target, Milestone):
        return _evidence(attainment, result, language)
    ruler = ruler_of(measure, language, result.goal, [result.value])
    if result.bounds is not None and not result.bounds.is_exact:
        between = ruler.range(result.bounds)
        return f"{ruler.text(result.value)}{chosen(language, f' ({between})', f'（{between}）')}"
    return ruler.text(result.value)


def _of_group(attainment: Attainment, result: Result, language: Language) -> str:
    measure = attainment.measure
    assert measure is not None  # its caller looked
    assert measure.entities is not None  # its caller looked
    meeting, everyone = _from_to(result.parts["meeting"], language), _from_to(result.parts["all"], language)
    counts = measure.entities.relation.counts
    unit, counter = parse_unit(counts)[1], ENTITY_BY_NAME[counts].counter
    ruler = ruler_of(measure, language, result.goal)
    bounds = result.bounds if result.bounds is not None else exactly(result.value or Fraction(0))
    share = ruler.text(bounds.lower) if bounds.is_exact else ruler.range(bounds)
    if language == "zh":
        return f"{everyone} {unit_words(unit, 'zh')}中 {meeting} {counter}达到（{share}）"
    return f"{meeting} of {everyone} {unit_words(unit, 'en', result.parts['all'].bounds.upper)} ({share})"


def _from_to(part: Part, language: Language) -> str:
    """Write a whole number, or between which two it lies."""
    if part.is_exact:
        return plain(part.value)
    between = plain(part.bounds.lower), plain(part.bounds.upper)
    return chosen(language, " to ", "至").join(between)


def _beside(attainment: Attainment, result: Result, language: Language) -> str:
    """Say two values held against each other, in digits that keep them apart."""
    is_trend = isinstance(attainment.target, Trend)
    first, other = ("after", "before") if is_trend else ("value", "against")
    ruler = part_ruler(attainment, first, language)
    numbers = [result.parts[name].value for name in (first, other)]
    one, two = ruler.in_order(numbers)
    said = f"{one} {ruler.words(numbers[0])}".rstrip()
    if is_trend:
        year = result.years[0]
        return chosen(language, f"{said} after {two} in {year}", f"{said}（{year} 年 {two}）")
    return chosen(language, f"{said} against {two}", f"{said}（对照值 {two}）")


def _evidence(attainment: Attainment, result: Result, language: Language) -> str:
    found = result.parts["evidence"].value
    unit = part_ruler(attainment, "evidence", language).words(found)
    incomplete = result.parts["incomplete"].value if "incomplete" in result.parts else Fraction(0)
    if not found and incomplete:
        unit = part_ruler(attainment, "evidence", language).words(incomplete)
        return chosen(
            language,
            f"{plain(incomplete)} {unit} in time, but incomplete evidence",
            f"期限内有 {plain(incomplete)} {unit}，但佐证不全",
        )
    if not found:
        return chosen(language, "no evidence in time", "期限内没有佐证")
    return chosen(language, f"{plain(found)} {unit} in time", f"期限内有 {plain(found)} {unit}")


# the comparison ------------------------------------------------------------------------------------


def comparison_words(attainment: Attainment, language: Language) -> str:
    """Say how the verdict was decided, in whole or full numbers that anybody can work out again."""
    attainment = attainment.original
    result, measure = attainment.deciding, attainment.measure
    if result is None or measure is None or result.value is None or result.goal is None:
        return ""
    if result.goal.word == "printed":
        return _printed(attainment, result, language)
    if result.bounds is not None and not is_exact(attainment, result):
        return _of_range(attainment, result, language)
    if isinstance(attainment.target, Dispersion):
        return _of_squares(attainment, result)
    if isinstance(attainment.target, Trend | Comparison):
        first, other = ("after", "before") if isinstance(attainment.target, Trend) else ("value", "against")
        return _of_two(attainment, result, first, other)
    return "; ".join(_held(attainment, result, limit) for limit in _telling(result))


def _of_squares(attainment: Attainment, result: Result) -> str:
    """Hold the square of a coefficient against the square of its limit, so that no root decides."""
    square, said = result.parts["square"].value, []
    number = part_ruler(attainment, "square", "en").number(square)
    for limit in _telling(result):
        sign = _SIGNS[(square > limit**2) - (square < limit**2)]
        said.append(f"{number} {sign} {plain(limit)}² = {plain(limit**2)}")
    return "; ".join(said)


def _of_two(attainment: Attainment, result: Result, first: str, other: str) -> str:
    """Hold two values against each other; two means are multiplied out."""
    one, two = result.parts[first].value, result.parts[other].value
    sign = _SIGNS[(one > two) - (one < two)]
    pieces = {piece.name: piece for piece in pieces_of(attainment)}
    stem = other if other == "against" else "value"
    names = ("value_numerator", "value_denominator", f"{stem}_numerator", f"{stem}_denominator")
    real = attainment.measure is not None and attainment.measure.is_real
    if not set(names) <= set(pieces) or attainment.statistics is None or real:
        return f"{plain(one)} {sign} {plain(two)}"
    years = result.years or None
    mine, theirs = (years, years) if other == "against" else (result.years[-1:], result.years[:1])
    above, below = (pieces[name].value(attainment.statistics, mine) for name in names[:2])
    over, under = (pieces[name].value(attainment.statistics, theirs) for name in names[2:])
    if not (above and below and over and under):
        return f"{plain(one)} {sign} {plain(two)}"
    left, right = f"{plain(above)} × {plain(under)}", f"{plain(over)} × {plain(below)}"
    return f"{left} = {plain(above * under)} {sign} {right} = {plain(over * below)}"


def deciding_parts(attainment: Attainment, result: Result) -> tuple[str, ...]:
    """Name the totals that make the value, without what is only told beside it."""
    beside = attainment.measure.extras if attainment.measure is not None else {}
    return tuple(name for name in result.parts if name not in beside)


def is_exact(attainment: Attainment, result: Result) -> bool:
    """Whether nothing is unknown or rounded of what makes the value."""
    return all(result.parts[name].is_exact for name in deciding_parts(attainment, result))


def _telling(result: Result) -> tuple[Fraction, ...]:
    """Return the limits to be shown: the one that is broken, or all that hold."""
    goal, value = result.goal, result.value
    assert goal is not None  # its caller looked
    assert value is not None  # its caller looked
    low = goal.lower.lower if goal.lower is not None else None
    high = goal.upper.upper if goal.upper is not None else None
    if low is not None and value < low:
        return (low,)
    if high is not None and value > high:
        return (high,)
    return limits_of(goal)


def _held(attainment: Attainment, result: Result, limit: Fraction) -> str:
    """Write one comparison; a division is multiplied out, so that both sides are full numbers."""
    parts, value = result.parts, result.value or Fraction(0)
    names = deciding_parts(attainment, result)
    sign = _SIGNS[(value > limit) - (value < limit)]
    if isinstance(attainment.target, Growth) and {"before", "after"} <= set(parts):
        before, after = parts["before"].value, parts["after"].value
        factor = 1 + limit
        if factor == 1:
            return f"{plain(after)} {sign} {plain(before)}"
        return f"{plain(after)} {sign} {plain(before)} × {plain(factor)} = {plain(before * factor)}"
    if len(names) != 2:  # noqa: PLR2004  # a numerator and a denominator
        return f"{plain(value)} {sign} {plain(limit)}"
    if "meeting" in parts and limit == 1:
        return f"{plain(parts['meeting'].value)} {sign} {plain(parts['all'].value)}"
    above, below = (parts[name].value for name in names)
    assert attainment.measure is not None  # its caller looked
    hundred = (
        isinstance(attainment.target, PerHundred) or ruler_of(attainment.measure, "en", result.goal).percent
    )
    shown_limit = limit if isinstance(attainment.target, PerHundred) or not hundred else limit * 100
    left = f"{plain(above)} × 100 = {plain(above * 100)}" if hundred else plain(above)
    return f"{left} {sign} {plain(shown_limit)} × {plain(below)} = {plain(shown_limit * below)}"


def _of_range(attainment: Attainment, result: Result, language: Language) -> str:
    measure = attainment.measure
    assert measure is not None  # its caller looked
    assert result.goal is not None  # its caller looked
    if isinstance(attainment.target, Trend | Comparison):
        return _of_pair(attainment, result, language)
    assert result.bounds is not None  # its caller looked
    ruler = ruler_of(measure, language, result.goal)
    between, goal = ruler.range(result.bounds), limit_words(result.goal, ruler, attainment.target)
    en = {
        Verdict.MET: f"the whole range {between} is {goal}",
        Verdict.NOT_MET: f"no number in the range {between} is {goal}",
    }.get(every := result.goal.judge(result.bounds), f"part of the range {between} is {goal}, part is not")
    zh = {
        Verdict.MET: f"{between} 之间的每个数都{goal}",
        Verdict.NOT_MET: f"{between} 之间没有一个数{goal}",
    }.get(every, f"{between} 之间的数有的{goal}，有的不是")
    said = chosen(language, en, zh)
    if every is result.verdict or result.reason is None:
        return said
    return f"{said}{chosen(language, '; but ', '；但')}{result.reason.in_language(language)}"


def _of_pair(attainment: Attainment, result: Result, language: Language) -> str:
    is_trend = isinstance(attainment.target, Trend)
    first, other = ("after", "before") if is_trend else ("value", "against")
    ruler = part_ruler(attainment, first, language)
    one, two = (ruler.range(result.parts[name].bounds) for name in (first, other))
    return chosen(
        language,
        f"{one} against {two} {'the year before' if is_trend else 'on the other side'}",
        f"本年 {one}，上年 {two}" if is_trend else f"本项 {one}，对照值 {two}",
    )


# printed figures -----------------------------------------------------------------------------------


def agreement(attainment: Attainment) -> Literal["rounding", "interval", "no"]:
    """Say how a recomputed figure agrees with what was printed.

    Returns:
        ``rounding`` if the printed inputs, computed and rounded half up, give the printed figure;
        ``interval`` if they only do somewhere within their own rounding; ``no`` if they do not.
    """
    attainment = attainment.original
    result = attainment.deciding
    if result is None or result.goal is None or result.value is None or attainment.verdict is not Verdict.MET:
        return "no"
    step, figure = _step(result.goal)
    return "rounding" if _to_step(result.value, step) == figure else "interval"


def _step(goal: Goal) -> tuple[Fraction, Fraction]:
    """Return the step a printed figure was rounded to, and the figure."""
    ends = limits_of(goal)
    low, high = min(ends), max(ends)
    return high - low, (low + high) / 2


def _to_step(value: Fraction, step: Fraction) -> Fraction:
    return rounded(value / step, 0) * step if step else value


def _printed(attainment: Attainment, result: Result, language: Language) -> str:
    measure = attainment.measure
    assert measure is not None  # its caller looked
    assert result.goal is not None  # its caller looked
    assert result.value is not None  # its caller looked
    assert result.bounds is not None  # a value has a range
    ruler = ruler_of(measure, language, result.goal)
    step, figure = _step(result.goal)
    near, goal = ruler.goal_text(_to_step(result.value, step)), ruler.goal_text(figure)
    found = agreement(attainment)
    if found == "rounding":
        return chosen(
            language, f"it rounds to {near}, which is what was printed", f"四舍五入为 {near}，与印出的相同"
        )
    between = ruler.range(result.bounds if not result.bounds.is_exact else exactly(result.value))
    if found == "interval":
        return chosen(
            language,
            f"it rounds to {near}, not to the printed {goal}; but the printed inputs are rounded themselves, "
            f"so the value lies in the range {between}, and some of it rounds to {goal}",
            f"四舍五入为 {near}，与印出的 {goal} 不同；但所用的印出数本身经过取整，真值在 {between} 之间，"
            f"其中有的四舍五入后正是 {goal}",
        )
    return chosen(
        language,
        f"it rounds to {near}, and no value in the range {between} rounds to the printed {goal}",
        f"四舍五入为 {near}，{between} 之间没有一个值四舍五入后等于印出的 {goal}",
    )
