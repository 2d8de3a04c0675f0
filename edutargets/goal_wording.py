"""What a target asks for in words: the goal, the time, who must reach it, and the ruler of its numbers."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from edutargets.row_targets import Frequency
from edutargets.targets import (
    Alias,
    Amount,
    Comparison,
    Composite,
    Count,
    Growth,
    KOfN,
    Milestone,
    PerHundred,
    Ratio,
    Target,
    Trend,
)
from edutargets.units import factors_of, parse_unit
from edutargets.wording import Language, Ruler, chosen, decimal_text, decimals_of, limits_of, unit_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pint

    from edutargets.goals import Goal
    from edutargets.measures import Measure
    from edutargets.standards import Limits
    from edutargets.tables import Dictionary

__all__ = [
    "entity_ruler",
    "goal_words",
    "k_of_n_words",
    "limit_words",
    "limits_words",
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
    "dispersion": ("coefficient of variation", "差异系数"),
    "frequency": ("how often", "频次"),
    "k_of_n": ("so many of several standards", "多项标准达标"),
    "milestone": ("milestone", "节点任务"),
    "composite": ("bundle", "组合目标"),
    "alias": ("said again", "重复表述"),
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
    limits = limits_of(entities.goal) if entities.limits is None else entities.limits.numbers
    return Ruler(entities.unit, language, percent, limits, hundred=hundred)


def _in_percent(target: Target, unit: pint.Unit) -> bool:
    """Whether a pure number is written in percent because its goal is."""
    if factors_of(unit) or isinstance(target, Comparison):
        return False
    return any(end.unit in {"%", "percent"} for end in target.quantities)


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


def limits_words(limits: Limits, ruler: Ruler) -> str:
    """Say what is enough where a column decides: ``at most 45 (Primary) or 50 (Junior) students``."""
    language, each = ruler.language, list(limits.goals.items())
    word, unit = each[0][1].word, "" if ruler.percent else ruler.words()
    if limits.column is None:
        return _filled(language, word, ruler.goal_text(limits.numbers[0]))
    numbers = []
    for value, goal in each:
        (limit,) = limits_of(goal)
        number = ruler.goal_text(limit) if ruler.percent else ruler.full(limit)
        label = limits.labels[value].in_language(language) if value in limits.labels else ""
        numbers.append(chosen(language, f"{number} ({label or value})", f"{number}（{label or value}）"))
    first = ", ".join(numbers[:-1])
    en = f"{first} or {numbers[-1]} {unit}" if first else f"{numbers[-1]} {unit}"
    return _filled(language, word, chosen(language, en.rstrip(), "、".join(numbers) + unit))


def k_of_n_words(target: KOfN, language: Language) -> str:
    """Say how many of several standards are enough, and what the others must still have."""
    enough, count = target.enough, len(target.conditions)
    if enough == count:
        return chosen(language, f"all {count} standards", f"达到全部 {count} 项标准")
    share = target.others_at_least
    floor = f"{decimal_text(share.to('') * 100, decimals_of(share.to('') * 100) or 0)} %" if share else ""
    others_en = f", the others at least {floor} of theirs" if share else ""
    others_zh = f"，其余各项不低于标准的 {floor}" if share else ""
    return chosen(
        language,
        f"at least {enough} of {count} standards{others_en}",
        f"达到 {count} 项标准中的至少 {enough} 项{others_zh}",
    )


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
    if isinstance(target, Alias):
        return chosen(language, f"the same as {target.same_as}", f"与 {target.same_as} 相同")
    if isinstance(target, Milestone):
        return chosen(language, f"done by {target.by}", f"{target.by} 前完成")
    if isinstance(target, Trend):
        return _of_trend(target, language)
    if isinstance(target, Comparison):
        if target.at_least is not None:
            return chosen(language, "at least the other side", "不低于对照值")
        return chosen(language, "at most the other side", "不高于对照值")
    if measure is None or measure.goal is None:
        return ""
    if measure.entities is not None:
        each = _of_one(target, measure, language)
        return _of_group(target, each, measure, language)
    words = limit_words(measure.goal, ruler_of(measure, language, None, values), target)
    return _of_growth(target, words, language) if isinstance(target, Growth) else words


def _of_trend(target: Trend, language: Language) -> str:
    since, real = target.direction.from_, target.basis == "real"
    en, zh = (f" in prices of {since}", f"按 {since} 年价格，") if real else ("", "")
    if target.never_decreasing is not None:
        return chosen(language, f"never decreasing since {since}{en}", f"{zh}自 {since} 年起只增不减")
    return chosen(language, f"never increasing since {since}{en}", f"{zh}自 {since} 年起只减不增")


def _of_growth(target: Growth, words: str, language: Language) -> str:
    if target.printed is not None:
        return words
    if target.basis == "real":
        return chosen(language, f"growth of {words} above prices", f"扣除价格因素后增长{words}")
    return chosen(language, f"growth of {words}", f"增长{words}")


def _of_one(target: Target, measure: Measure, language: Language) -> str:
    """Say what each of a group must reach."""
    entities = measure.entities
    assert entities is not None  # its caller looked
    if isinstance(target, KOfN):
        return k_of_n_words(target, language)
    if isinstance(target, Frequency):
        return _rate_words(target, entities.unit, language)
    if entities.limits is not None:
        return limits_words(entities.limits, entity_ruler(measure, language))
    return limit_words(entities.goal, entity_ruler(measure, language), target)


def _of_group(target: Target, each: str, measure: Measure, language: Language) -> str:
    if target.mean_of is not None:
        return chosen(language, f"on average {each}", f"平均{each}")
    if isinstance(target, Frequency) and target.each is not None:
        return chosen(language, f"each one {each}", f"每个对象{each}")
    if target.share_of is not None:
        share = ruler_of(measure, language).goal_text(limits_of(measure.goal)[0])
        return chosen(language, f"{each}, for at least {share} of them", f"至少 {share} 的对象{each}")
    return chosen(language, f"each one {each}", f"逐一{each}")


def _rate_words(target: Frequency, unit: pint.Unit, language: Language) -> str:
    """Say how often: at least 1 meeting a week, 每周不少于 1 次会议."""
    rate = target.at_least
    zh = {"week": "每周", "month": "每月", "quarter": "每季度", "year": "每年"}[rate.every]
    events = unit_words(unit, language, Fraction(rate.times))
    return chosen(
        language, f"at least {rate.times} {events} a {rate.every}", f"{zh}不少于 {rate.times} {events}"
    )


def _of_members(target: Composite, language: Language) -> str:
    count = len(target.members)
    if target.all_of:
        every = "both" if count == 2 else f"all {count}"  # noqa: PLR2004  # a pair
        return chosen(language, f"{every} of its targets", f"{count} 项目标全部达成")
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
    if isinstance(target, Frequency):
        return _span_words(target, language)
    if target.total_over is not None:
        first, last = target.total_over
        if isinstance(target, Count | Amount):
            return chosen(language, f"in total {first}–{last}", f"{first}—{last} 年合计")
        return chosen(language, f"over {first}–{last} as a whole", f"{first}—{last} 年整体")
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


def _span_words(target: Frequency, language: Language) -> str:
    """Say in which years, and whether only as long as the duty of each one runs."""
    said = [f"in {target.during[0]}–{target.during[1]}"] if target.during else []
    said += ["as long as its duty runs"] if target.active else []
    said += [f"until {target.by}"] if target.by else []
    years = f"{target.during[0]}—{target.during[1]} 年" if target.during else ""
    until = f"截至 {target.by} ，" if target.by else ""
    zh = (
        f"{until}{years}履行期内" if target.active else f"{until}{years}期间" if years else until.rstrip("，")
    )
    return chosen(language, ", ".join(said), zh)


def who_words(measure: Measure, dictionary: Dictionary, language: Language = "en") -> str:
    """Name the group of whom each must reach the goal, as the data dictionary calls it."""
    assert measure.entities is not None  # its callers ask only where there is a group
    relation = measure.entities.relation
    table = dictionary.tables[relation.table]
    title = table.views[relation.name].title if relation.name in table.views else table.title
    return title.in_language(language) or relation.name
