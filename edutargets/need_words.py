"""What is missing and what it would take, in exact whole numbers; and what one student or school weighs."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor
from typing import TYPE_CHECKING

from edutargets.entities import ENTITY_BY_NAME
from edutargets.expressions import unit_of
from edutargets.goal_wording import entity_ruler, ruler_of
from edutargets.goals import Verdict
from edutargets.judged_words import deciding_parts, part_ruler, plain
from edutargets.targets import (
    Amount,
    Comparison,
    Composite,
    Count,
    Density,
    Growth,
    Milestone,
    PerHundred,
    PerStudentAmount,
    Ratio,
    Trend,
)
from edutargets.totals_sql import pieces_of
from edutargets.units import factors_of, parse_unit
from edutargets.wording import Ruler, chosen, unit_words

if TYPE_CHECKING:
    from edutargets.attainment import Attainment
    from edutargets.goals import Goal
    from edutargets.judging import Result
    from edutargets.wording import Language

__all__ = ["need_words", "needed", "of_prices", "shortfall_words", "small_count_words"]

_SMALL = 5000


def shortfall_words(attainment: Attainment, language: Language, *, brief: bool = False) -> str:
    """Say how much is missing to the goal, in the measure's unit; nothing where nothing is.

    Args:
        attainment: The judged target.
        language: ``en`` or ``zh``.
        brief: Whether the worst of a group is left out, as in a table.
    """
    attainment = attainment.original
    result, measure = attainment.deciding, attainment.measure
    if attainment.verdict is not Verdict.NOT_MET or result is None or measure is None:
        return ""
    if isinstance(attainment.target, Milestone):
        return ""
    if result.goal is not None and result.goal.word == "printed":
        return ""
    if not result.shortfall:
        at = chosen(language, "nothing: the limit itself is not enough", "差额为零，但恰好等于限值不算达到")
        return "" if result.shortfall is None else at
    if measure.entities is not None and attainment.target.mean_of is None:
        return _of_group(attainment, result, language, brief=brief)
    if isinstance(attainment.target, Trend | Comparison):
        ruler = part_ruler(attainment, "value", language)
    else:
        ruler = ruler_of(measure, language, result.goal)
    return ruler.difference().fitted([result.shortfall]).text(result.shortfall)


def _of_group(attainment: Attainment, result: Result, language: Language, *, brief: bool) -> str:
    """Say how many of a group fall short, and the worst value where it is known."""
    measure = attainment.measure
    assert measure is not None  # its caller looked
    assert measure.entities is not None  # its caller looked
    short = result.parts["all"].value - result.parts["meeting"].value
    unit = parse_unit(measure.entities.relation.counts)[1]
    said = f"{plain(short)} {unit_words(unit, language, short)}"
    goal = measure.entities.goal
    name = "lowest" if goal.lower is not None else "highest"
    if name not in result.parts or brief:
        return said
    worst = entity_ruler(measure, language).text(result.parts[name].value)
    return chosen(
        language,
        f"{said}; the {name} has {worst}",
        f"{said}；{'最低' if name == 'lowest' else '最高'}为 {worst}",
    )


# what it takes -------------------------------------------------------------------------------------


def needed(attainment: Attainment) -> Fraction | None:
    """Return how much more is needed in the numerator, exactly; below zero: how much less.

    Whole for whatever is counted. ``None`` where the target is met, or where no such number exists.
    """
    attainment = attainment.original
    result = attainment.deciding
    if attainment.verdict is not Verdict.NOT_MET or result is None or result.value is None:
        return None
    if attainment.measure is None:
        return None  # an alias: the target it repeats says it
    target, goal = attainment.target, result.goal
    if goal is None or goal.word == "printed":
        return None
    limit, sign = _broken(goal, result.value)
    parts = {name: part.value for name, part in result.parts.items()}
    if isinstance(target, Trend):
        return parts["before"] - parts["after"]
    if isinstance(target, Comparison):
        return parts["against"] - parts["value"]
    if isinstance(target, Growth):
        gap = parts["before"] * (1 + limit) - parts["after"]
        return _whole(gap, sign, goal, attainment, "after")
    names = deciding_parts(attainment, result)
    if len(names) == 1 and isinstance(target, Count | Amount):
        return _whole(limit - result.value, sign, goal, attainment, names[0])
    if len(names) == 2 and isinstance(target, Ratio | PerStudentAmount | Density):  # noqa: PLR2004  # both sides
        hundred = 100 if isinstance(target, PerHundred) else 1
        gap = limit / hundred * parts[names[1]] - parts[names[0]]
        return _whole(gap, sign, goal, attainment, names[0])
    if set(names) in ({"meeting", "all"}, {"total", "all"}):
        return _whole(limit * parts["all"] - parts[names[0]], sign, goal, attainment, names[0])
    return None


def _broken(goal: Goal, value: Fraction) -> tuple[Fraction, int]:
    """Return the limit that is not reached, and whether more (1) or less (-1) is wanted."""
    if goal.lower is not None and (value < goal.lower.lower or goal.upper is None):
        return goal.lower.lower, 1
    assert goal.upper is not None  # a goal has one end at least
    return goal.upper.upper, -1


def _whole(gap: Fraction, sign: int, goal: Goal, attainment: Attainment, part: str) -> Fraction:
    """Round what is counted to the next whole one that is enough; money stays as it is."""
    unit = part_ruler(attainment, part, "en").unit
    counted = unit is not None and not any(name.isupper() for name in factors_of(unit))
    if not counted or attainment.target.mean_of is not None:
        return gap
    whole = ceil(gap) if sign > 0 else floor(gap)
    return Fraction(whole + sign if goal.open_ended and whole == gap else whole)


def need_words(attainment: Attainment, language: Language) -> tuple[str, ...]:
    """Say what it would take to meet the goal, all else staying as it is, or why no number says it."""
    attainment = attainment.original
    target, result = attainment.target, attainment.deciding
    if attainment.verdict is not Verdict.NOT_MET:
        return ()
    if isinstance(target, Composite):
        return _members_wanted(attainment, language)
    if isinstance(target, Milestone):
        return (
            chosen(
                language, f"one dated record of it, by {target.by}", f"须在 {target.by} 前有一条带日期的佐证"
            ),
        )
    if result is not None and result.goal is not None and result.goal.word == "printed":
        return ()
    gap = needed(attainment)
    if result is None or gap is None:
        return (
            chosen(
                language,
                "no number of people and no sum of money can be named: the value is no sum of parts",
                "该数值不是各部分之和，无法换算为须增减的数量",
            ),
        )
    if isinstance(target, Trend | Comparison | Growth):
        return _against_other(attainment, result, gap, language)
    return _of_numerator(attainment, result, gap, language)


def _members_wanted(attainment: Attainment, language: Language) -> tuple[str, ...]:
    open_ones = [member for member in attainment.members if member.verdict is not Verdict.MET]
    titles = [member.target.title.in_language(language) or member.target.id for member in open_ones]
    return (chosen(language, "still to be met: ", "尚须达成：") + chosen(language, "; ", "；").join(titles),)


def _of_numerator(
    attainment: Attainment, result: Result, gap: Fraction, language: Language
) -> tuple[str, ...]:
    names = deciding_parts(attainment, result)
    said = _amount(part_ruler(attainment, names[0], language), gap, language)
    if len(names) == 1:
        return (said,)
    below = part_ruler(attainment, names[1], language).text(result.parts[names[1]].value)
    if set(names) == {"meeting", "all"}:
        counter = ENTITY_BY_NAME[_counts(attainment)].counter
        more = chosen(
            language,
            f"{plain(gap)} more of the {below} must reach it",
            f"{below}中须再有 {plain(gap)} {counter}达到",
        )
        return (more,)
    stays = chosen(
        language,
        f"{said} in the numerator, the denominator staying at {below}",
        f"分母 {below}不变时，分子须{said}",
    )
    return (stays, *_other_way(attainment, result, language))


def _counts(attainment: Attainment) -> str:
    measure = attainment.measure
    assert measure is not None  # its caller looked
    assert measure.entities is not None  # its caller looked
    return measure.entities.relation.counts


def _amount(ruler: Ruler, gap: Fraction, language: Language) -> str:
    """Say so many more or fewer."""
    size = abs(gap)
    fitted = Ruler(ruler.unit, language, limits=(Fraction(0),)).fitted([size])
    text = fitted.text(size)
    counted = ruler.unit is not None and not any(name.isupper() for name in factors_of(ruler.unit))
    if language == "zh":
        return f"{'再增加' if gap > 0 else '减少'} {text}"
    if not counted:
        return f"{text} {'more' if gap > 0 else 'less'}"
    number, _, unit = text.partition(" ")
    return f"{number} {'more' if gap > 0 else 'fewer'} {unit}".rstrip()


def _other_way(attainment: Attainment, result: Result, language: Language) -> tuple[str, ...]:
    """Say for a density that is too high how much the denominator would have to grow instead."""
    target, goal = attainment.target, result.goal
    if not isinstance(target, Density) or goal is None or result.value is None:
        return ()
    limit, sign = _broken(goal, result.value)
    above, below = (result.parts[name].value for name in ("numerator", "denominator"))
    if sign > 0 or not limit:
        return ()
    hundred = 100 if isinstance(target, PerHundred) else 1
    gap = ceil(above * hundred / limit) - below
    said = _amount(part_ruler(attainment, "denominator", language), Fraction(gap), language)
    kept = part_ruler(attainment, "numerator", language).text(above)
    return (chosen(language, f"or {said}, at {kept}", f"或者分子 {kept}不变时，分母{said}"),)


def _against_other(
    attainment: Attainment, result: Result, gap: Fraction, language: Language
) -> tuple[str, ...]:
    """Say what is missing to the year before, or to the other side; in all, where the value is a mean."""
    is_comparison = isinstance(attainment.target, Comparison)
    name = "value" if is_comparison else "after"
    said = _amount(part_ruler(attainment, name, language), gap, language)
    pieces = {piece.name: piece for piece in pieces_of(attainment)}
    years = (result.years[-1],) if result.years else None
    lines = [said]
    if "value_denominator" in pieces and attainment.statistics is not None:
        over = pieces["value_denominator"].value(attainment.statistics, years)
        dictionary = attainment.dictionary
        assert dictionary is not None  # there are statistics
        if over:
            unit = unit_of(pieces["value_denominator"].node, dictionary)
            top = unit_of(pieces["value_numerator"].node, dictionary)
            whole = Ruler(top, language, limits=(Fraction(0),)).fitted([gap * over]).text(gap * over)
            group = f"{plain(over)} {unit_words(unit, language, over)}"
            lines.append(chosen(language, f"in all {whole} for {group}", f"按 {group}计，合计 {whole}"))
    return tuple(f"{line}{of_prices(attainment, language)}" for line in lines)


def of_prices(attainment: Attainment, language: Language) -> str:
    """Say in whose prices an amount is, where that is not the money of the day."""
    measure = attainment.measure
    if measure is None or not measure.is_real or not attainment.results:
        return ""
    base = attainment.results[0].years[0]
    return chosen(language, f" (prices of {base})", f"（{base} 年价格）")


# small counts --------------------------------------------------------------------------------------


def small_count_words(attainment: Attainment, language: Language) -> str:
    """Say what one teacher, or one school, weighs in a share; nothing where the numbers are large."""
    attainment = attainment.original
    result, measure = attainment.deciding, attainment.measure
    if result is None or measure is None or result.value is None or result.goal is None:
        return ""
    names = [name for name in result.parts if name in {"denominator", "all"}]
    if not names or attainment.target.mean_of is not None:
        return ""
    ruler = ruler_of(measure, language, result.goal)
    counted = part_ruler(attainment, names[0], language)
    below = result.parts[names[0]].value
    money = counted.unit is not None and any(name.isupper() for name in factors_of(counted.unit))
    if not ruler.percent or money or not 0 < below <= _SMALL:
        return ""
    one = unit_words(counted.unit, language, Fraction(1))
    weight = ruler.difference().text(1 / below)
    return chosen(language, f"one {one} is {weight}", f"1 {one}相当于 {weight}")
