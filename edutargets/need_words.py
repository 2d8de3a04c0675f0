"""What is missing and what it would take, in exact whole numbers; and what one student or school weighs."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from edutargets.goal_wording import entity_ruler, ruler_of
from edutargets.goals import Verdict
from edutargets.judged_words import part_ruler, plain
from edutargets.needs_of_targets import needed, numbers_needed
from edutargets.row_targets import Dispersion
from edutargets.targets import Comparison, Composite, Milestone, Trend
from edutargets.two_sides import sides_of
from edutargets.units import factors_of, parse_unit
from edutargets.way_words import size_words, way_words
from edutargets.wording import chosen, period_words, unit_words

if TYPE_CHECKING:
    from edutargets.attainment import Attainment
    from edutargets.judging import Result
    from edutargets.needs import Need
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
    ruler = ruler.difference().fitted([result.shortfall])
    return ruler.goal_text(result.shortfall) if ruler.scale > 1 else ruler.text(result.shortfall)


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


def need_words(
    attainment: Attainment, language: Language, needs: tuple[Need, ...] | None = None
) -> tuple[str, ...]:
    """Say what it would take to meet the goal, all else staying as it is, or why no number says it.

    Args:
        attainment: The judged target.
        language: ``en`` or ``zh``.
        needs: The numbers needed, where they are known already.
    """
    attainment = attainment.original
    target, result = attainment.target, attainment.deciding
    if attainment.verdict not in {Verdict.NOT_MET, Verdict.UNDETERMINED}:
        return ()
    if isinstance(target, Composite):
        return _members_wanted(attainment, language)
    needs = numbers_needed(attainment) if needs is None else needs
    if isinstance(target, Milestone):
        return _evidence_wanted(target, language) if attainment.verdict is Verdict.NOT_MET else ()
    if result is None or (result.goal is not None and result.goal.word == "printed"):
        return ()
    if not needs:
        return _no_number(attainment, language) if attainment.verdict is Verdict.NOT_MET else ()
    prices = _of_the_year(attainment, result, language)
    lines = [f"{line}{prices}" for need in needs for line in way_words(attainment, need, needs[0], language)]
    if any(need.known_only for need in needs) or attainment.verdict is Verdict.UNDETERMINED:
        lines.insert(0, _known_words(attainment, language))
    return (*lines, *_other_years(attainment, result, language), *_how_sure(needs[0], language))


def of_prices(attainment: Attainment, language: Language) -> str:
    """Say in whose prices an amount is, where that is not the money of the day."""
    measure = attainment.measure
    if measure is None or not measure.is_real or not attainment.results:
        return ""
    base = attainment.results[0].years[0]
    return chosen(language, f" (prices of {base})", f"（{base} 年价格）")


def _of_the_year(attainment: Attainment, result: Result, language: Language) -> str:
    """Say in whose prices what is needed is: in those of the year in which it would be spent."""
    if attainment.measure is None or not attainment.measure.is_real:
        return ""
    year = result.years[-1]
    return chosen(language, f" (prices of {year})", f"（{year} 年价格）")


def _evidence_wanted(target: Milestone, language: Language) -> tuple[str, ...]:
    return (
        chosen(language, f"one dated record of it, by {target.by}", f"须在 {target.by} 前有一条带日期的佐证"),
    )


def _members_wanted(attainment: Attainment, language: Language) -> tuple[str, ...]:
    if attainment.verdict is not Verdict.NOT_MET:
        return ()
    open_ones = [member for member in attainment.members if member.verdict is not Verdict.MET]
    titles = [member.target.title.in_language(language) or member.target.id for member in open_ones]
    return (chosen(language, "still to be met: ", "尚须达成：") + chosen(language, "; ", "；").join(titles),)


def _no_number(attainment: Attainment, language: Language) -> tuple[str, ...]:
    """Say why no number can be named."""
    measure = attainment.measure
    assert measure is not None  # it has a value
    if measure.entities is not None and attainment.target.mean_of is None:
        en = "how much each lacks cannot be said: its value is no sum that could be raised, or is blank"
        return (chosen(language, en, "各对象的缺口无法计算：其数值不是可以逐项增减的合计，或数据空缺"),)
    if sides_of(measure.value) is not None and not isinstance(attainment.target, Dispersion):
        return (chosen(language, "no whole number lies within the goal", "目标范围内没有可取的整数"),)
    en = "no number of people and no sum of money can be named: the value is no sum of parts"
    return (chosen(language, en, "该数值不是各部分之和，无法换算为须增减的数量"),)


def _known_words(attainment: Attainment, language: Language) -> str:
    if attainment.verdict is Verdict.UNDETERMINED:
        en = "counted on the known data alone, and what is not known may already hold it:"
        return chosen(language, en, "仅按已知数据计算（未知数据可能已含所需）：")
    return chosen(language, "counted on the known data alone:", "仅按已知数据计算：")


def _other_years(attainment: Attainment, result: Result, language: Language) -> tuple[str, ...]:
    """Say what other years lack that are not met either."""
    others = [one for one in attainment.results if one.verdict is Verdict.NOT_MET and one is not result]
    lines = []
    for one in others if attainment.verdict is Verdict.NOT_MET else ():
        needs = numbers_needed(attainment, one, by_reporter=False)
        if needs:
            said = way_words(attainment, needs[0], needs[0], language)[0]
            period = period_words(one.period, language)
            lines.append(chosen(language, f"also in {period}: {said}", f"{period}另外：{said}"))
    return tuple(lines)


def _how_sure(need: Need, language: Language) -> tuple[str, ...]:
    """Say how sure it is that less would not do; of a plain total its arithmetic says so itself."""
    if need.optimality == "bound":
        least = "" if need.lower_bound is None else size_words(need.unit, need.lower_bound, language)
        en = f"this is enough; surely needed: {least or 'some of it'}"
        return (chosen(language, en, f"这样足够；至少需要 {least}" if least else "这样足够，但未证明为最少"),)
    if need.optimality == "proved":
        en = "nothing less is enough: proved by an integer programme (HiGHS) and checked in exact arithmetic"
        return (chosen(language, en, "再少则不够：由整数规划（HiGHS）证明，并经精确核算"),)
    if need.kind in {"some", "spread", "standards"} and not need.known_only:
        return (chosen(language, "nothing less is enough, in exact arithmetic", "再少则不够（精确计算）"),)
    return ()


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
