"""What a target asks for in words: the goal, the time, who must reach it, and the ruler of its numbers."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from edutargets.targets import (
    Comparison,
    Composite,
    Growth,
    Milestone,
    PerHundred,
    Ratio,
    Target,
    Trend,
)
from edutargets.units import factors_of, parse_unit
from edutargets.wording import Language, Ruler, chosen, decimal_text, decimals_of, limits_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pint

    from edutargets.goals import Goal
    from edutargets.measures import Measure
    from edutargets.tables import Dictionary

__all__ = [
    "entity_ruler",
    "goal_words",
    "limit_words",
    "ruler_of",
    "time_words",
    "type_words",
    "who_words",
]

_TYPES = {
    "ratio": ("share", "占比"),
    "per_student_amount": ("amount per student", "生均经费"),
    "density": ("ratio of two counts", "配比"),
    "per_hundred": ("for each hundred", "每百名"),
    "training_hours": ("training hours", "培训学时"),
    "duty": ("duty", "履职量"),
    "count": ("count", "数量"),
    "amount": ("amount of money", "金额"),
    "growth": ("growth", "增长率"),
    "trend": ("trend", "走势"),
    "comparison": ("comparison", "比较"),
    "coefficient": ("coefficient or rate", "系数或比率"),
    "milestone": ("milestone", "节点任务"),
    "composite": ("bundle", "组合目标"),
}
_GOALS = {
    "at_least": ("at least {}", "不低于 {}"),
    "at_most": ("at most {}", "不超过 {}"),
    "above": ("more than {}", "高于 {}"),
    "below": ("less than {}", "低于 {}"),
    "exactly": ("exactly {}", "等于 {}"),
    "printed": ("as printed: {}", "与印出的 {} 相符"),
}


def type_words(target: Target, language: Language = "en") -> str:
    """Say what kind of promise it is."""
    en, zh = _TYPES.get(target.type, (target.type, target.type))
    return chosen(language, en, zh)


# rulers --------------------------------------------------------------------------------------------


def ruler_of(
    measure: Measure, language: Language = "en", goal: Goal | None = None, values: Iterable[Fraction] = ()
) -> Ruler:
    """Return how the numbers of a target are written, all of them in one unit.

    Args:
        measure: What is computed.
        language: ``en`` or ``zh``.
        goal: What is enough; the measure's own where none is given.
        values: The values that will be shown, so that money gets a multiple that suits them all.
    """
    target = measure.target
    decided = goal or measure.goal
    limits = () if isinstance(target, Trend | Comparison) else limits_of(decided)
    whole_group = target.each is not None or target.share_of is not None
    percent = whole_group or isinstance(target, Ratio | Growth) or _in_percent(target, measure.unit)
    unit = parse_unit("")[1] if whole_group or isinstance(target, Growth) else measure.unit
    ruler = Ruler(unit, language, percent, limits, hundred=isinstance(target, PerHundred))
    return ruler.fitted(values)


def entity_ruler(measure: Measure, language: Language = "en") -> Ruler:
    """Return how the numbers of each one of a group are written."""
    entities = measure.entities
    assert entities is not None  # its callers ask only where there is a group
    percent = isinstance(measure.target, Ratio) or _in_percent(measure.target, entities.unit)
    hundred = isinstance(measure.target, PerHundred)
    return Ruler(entities.unit, language, percent, limits_of(entities.goal), hundred=hundred)


def _in_percent(target: Target, unit: pint.Unit) -> bool:
    """Whether a pure number is written in percent because its goal is."""
    if factors_of(unit) or isinstance(target, Comparison):
        return False
    written = (target.at_least, target.at_most, target.above, target.below, target.exactly, target.about)
    ends = [*written, target.printed, *(target.between or ())]
    return any(end is not None and end.unit in {"%", "percent"} for end in ends)


# goals ---------------------------------------------------------------------------------------------


def limit_words(goal: Goal, ruler: Ruler, target: Target) -> str:
    """Say the numbers that are enough: ``at least 83 %``, ``不低于 83 %``.

    Examples:
        >>> from edutargets.bounds import exactly
        >>> from edutargets.goals import Goal
        >>> from edutargets.targets import Count
        >>> target = Count(id="a", count="count(*)", at_least="136 teacher/year")
        >>> goal = Goal("at_least", lower=exactly(136))
        >>> limit_words(goal, Ruler(parse_unit("teacher")[1], "zh"), target)
        '不低于 136 名教师'
    """
    language = ruler.language
    low = goal.lower.lower if goal.lower is not None else None
    high = goal.upper.upper if goal.upper is not None else None
    if low is not None and high is not None and goal.word != "exactly":
        if goal.word == "between":
            return chosen(
                language,
                f"between {ruler.full(low)} and {ruler.goal_text(high)}",
                f"{ruler.full(low)} ～ {ruler.goal_text(high)}",
            )
        middle = (low + high) / 2
        if goal.word == "about":
            margin = _tolerance(target)
            return chosen(
                language,
                f"about {ruler.goal_text(middle)} (±{margin})",
                f"约 {ruler.goal_text(middle)}（±{margin}）",
            )
        return _filled(language, "printed", ruler.goal_text(middle))
    limit = low if low is not None else high
    assert limit is not None  # a goal has one end at least
    return _filled(language, goal.word, ruler.goal_text(limit))


def _filled(language: Language, word: str, limit: str) -> str:
    en, zh = _GOALS[word]
    return chosen(language, en.format(limit), zh.format(limit))


def _tolerance(target: Target) -> str:
    share = target.tolerance.to("") * 100 if target.tolerance is not None else Fraction(0)
    return f"{decimal_text(share, decimals_of(share) or 0)} %"


def goal_words(
    target: Target, measure: Measure | None, language: Language = "en", values: Sequence[Fraction] = ()
) -> str:
    """Say what is enough, for every type of promise.

    Args:
        target: The promise.
        measure: What is computed; not needed where the goal has no number.
        language: ``en`` or ``zh``.
        values: The values shown beside it, so that money stands in one and the same multiple.
    """
    if isinstance(target, Composite):
        return _of_members(target, language)
    if isinstance(target, Milestone):
        return chosen(language, f"done by {target.by}", f"{target.by} 前完成")
    if isinstance(target, Trend):
        since = target.direction.from_
        if target.never_decreasing is not None:
            return chosen(language, f"never decreasing since {since}", f"自 {since} 年起只增不减")
        return chosen(language, f"never increasing since {since}", f"自 {since} 年起只减不增")
    if isinstance(target, Comparison):
        if target.at_least is not None:
            return chosen(language, "at least the other side", "不低于对照值")
        return chosen(language, "at most the other side", "不高于对照值")
    if measure is None or measure.goal is None:
        return ""
    if measure.entities is not None:
        each = limit_words(measure.entities.goal, entity_ruler(measure, language), target)
        return _of_group(target, each, measure, language)
    words = limit_words(measure.goal, ruler_of(measure, language, None, values), target)
    grows = isinstance(target, Growth) and measure.goal.word != "printed"
    return chosen(language, f"growth of {words}", f"增长{words}") if grows else words


def _of_group(target: Target, each: str, measure: Measure, language: Language) -> str:
    if target.mean_of is not None:
        return chosen(language, f"on average {each}", f"平均{each}")
    if target.share_of is not None:
        share = ruler_of(measure, language).goal_text(limits_of(measure.goal)[0])
        return chosen(language, f"{each}, for at least {share} of them", f"至少 {share} 的对象{each}")
    return chosen(language, f"each one {each}", f"逐一{each}")


def _of_members(target: Composite, language: Language) -> str:
    count = len(target.members)
    if target.all_of:
        return chosen(language, f"all {count} of its targets", f"{count} 项目标全部达成")
    return chosen(language, f"any of its {count} targets", f"{count} 项目标达成其一")


def time_words(target: Target, language: Language = "en") -> str:
    """Say when a promise is judged.

    Examples:
        >>> from edutargets.goals import Goal
        >>> from edutargets.targets import Count
        >>> target = Count(id="a", count="count(*)", at_least="1", every="year", during=(2023, 2025))
        >>> time_words(target), time_words(target, "zh")
        ('in each year 2023–2025', '2023—2025 年逐年')
    """
    if target.total_over is not None:
        first, last = target.total_over
        return chosen(language, f"in total {first}–{last}", f"{first}—{last} 年合计")
    if target.during is not None:
        first, last = target.during
        return chosen(language, f"in each year {first}–{last}", f"{first}—{last} 年逐年")
    if target.in_ is not None:
        return chosen(language, f"in {target.in_}", f"{target.in_} 年")
    if target.at_every is not None:
        return chosen(language, "in every year reported", "每个填报年度")
    if target.by is not None:
        return chosen(language, f"by {target.by}", f"截至 {target.by} ")
    return ""


def who_words(measure: Measure, dictionary: Dictionary, language: Language = "en") -> str:
    """Name the group of whom each must reach the goal, as the data dictionary calls it."""
    assert measure.entities is not None  # its callers ask only where there is a group
    relation = measure.entities.relation
    table = dictionary.tables[relation.table]
    title = table.views[relation.name].title if relation.name in table.views else table.title
    return title.in_language(language) or relation.name
