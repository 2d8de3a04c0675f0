"""Rules that hold a plan's targets against each other: sums, repetitions, deadlines, shares, populations."""

from __future__ import annotations

import json
from collections import defaultdict
from fractions import Fraction
from typing import TYPE_CHECKING

from edutargets.bounds import Interval
from edutargets.entities import ENTITY_BY_NAME
from edutargets.expressions import Aggregate, Column, Compare, IsIn, Logic
from edutargets.plan_findings import PlanFinding, PlanPlace, place_of
from edutargets.plans import written
from edutargets.promises import Population
from edutargets.sources import Bilingual
from edutargets.targets import Alias, Ratio
from edutargets.wording import Language, Ruler, chosen, decimal_text, decimals_of, unit_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from edutargets.expressions import Node
    from edutargets.goals import Goal
    from edutargets.measures import Measure
    from edutargets.plan_remarks import Severity
    from edutargets.plans import Pack
    from edutargets.promises import Target
    from edutargets.tables import Dictionary

__all__ = ["target_findings"]

_NOT_THE_MEASURE = frozenset(
    {
        "id",
        "title",
        "cite",
        "reading",
        "lead",
        "note",
        "part_of",
        "population",
        "gross",
        "evidence",
        "tolerance",
    }
)
_GOAL_WORDS = ("at_least", "at_most", "above", "below", "exactly", "between", "about", "printed")
_BELOW = frozenset({"at_most", "below"})
_ABOVE = frozenset({"at_least", "above"})


def target_findings(pack: Pack, populations: Mapping[str, int]) -> Iterator[PlanFinding]:
    """Yield what the targets of a plan say against each other.

    Args:
        pack: The pack.
        populations: How many rows each table or view has, as far as data are known.
    """
    yield from _parts_against_totals(pack)
    yield from _said_twice(pack)
    for target in pack.plan:
        yield from _before_the_data(pack, target)
        yield from _share_above_100(pack, target)
        yield from _larger_than_population(pack, target, populations)
        yield from _several_rows(pack, target)


# sums -------------------------------------------------------------------------------------------


def _parts_against_totals(pack: Pack) -> Iterator[PlanFinding]:
    """Add the parts of each total up; what is approximate adds up to a range."""
    parts: dict[str, list[Target]] = defaultdict(list)
    for target in pack.plan:
        if target.part_of is not None:
            parts[target.part_of].append(target)
    for name, members in parts.items():
        whole = pack.measures.get(name)
        numbers = [_number_of(pack.measures[one.id]) for one in members if one.id in pack.measures]
        known = [number for number in numbers if number is not None]
        total = _number_of(whole) if whole is not None else None
        if whole is None or total is None or not known or len(known) < len(members):
            continue
        added = Interval(
            sum((one.lower for one in known), Fraction(0)), sum((one.upper for one in known), Fraction(0))
        )
        if added == total:
            continue
        apart = added.upper < total.lower or added.lower > total.upper
        en, zh = (_sum_words(whole, added, total, language) for language in ("en", "zh"))
        places = tuple(place_of(pack, one) for one in (whole.target, *members))
        severity: Severity = "warning" if apart else "info"
        yield PlanFinding("parts-against-total", severity, Bilingual(en=en, zh=zh), places)


def _sum_words(measure: Measure, added: Interval, total: Interval, language: Language) -> str:
    """Say what the parts make together; where some are approximate, also the middle of their range."""

    def said(value: Interval) -> str:
        low, high = _quantity(measure, value.lower, language), _quantity(measure, value.upper, language)
        return low if low == high else f"{low} {chosen(language, 'to', '至')} {high}"

    apart = added.upper < total.lower or added.lower > total.upper
    printed = _quantity(measure, (added.lower + added.upper) / 2, language)
    if language == "zh":
        middle = "" if added.lower == added.upper else f"（中值{printed}）"
        end = "两者不符" if apart else "是否相符取决于约数"
        return f"各部分相加为{said(added)}{middle}，总数为{said(total)}：{end}"
    middle = "" if added.lower == added.upper else f" ({printed} in the middle)"
    end = "they disagree" if apart else "whether they agree hangs on the approximate numbers"
    return f"the parts add up to {said(added)}{middle}, the total is {said(total)}: {end}"


def _quantity(measure: Measure, value: Fraction, language: Language) -> str:
    if decimals_of(value) is None:
        return f"{value} {unit_words(measure.unit, language)}"
    return Ruler(measure.unit, language).fitted([value]).goal_text(value)


def _number_of(measure: Measure) -> Interval | None:
    """Return the number that a goal is about, a range where it is approximate."""
    goal = measure.goal if measure.entities is None else None
    ends = [] if goal is None else [end for end in (goal.lower, goal.upper) if end is not None]
    return Interval(ends[0].lower, ends[-1].upper) if ends else None


# repetitions ------------------------------------------------------------------------------------


def _said_twice(pack: Pack) -> Iterator[PlanFinding]:
    """Find targets that measure the same thing at the same time, with the same or another goal."""
    same: dict[str, list[Target]] = defaultdict(list)
    for target in pack.plan:
        if isinstance(target, Alias):
            continue  # it says so itself; `quote_rules` holds the two places against each other
        fields = {key: value for key, value in written(target).items() if key not in _NOT_THE_MEASURE}
        goal = {word: fields.pop(word, None) for word in (*_GOAL_WORDS, "share_at_least")}
        side = "below" if any(goal[word] for word in _BELOW) else "above"
        key = " ".join(json.dumps([fields, side], sort_keys=True, ensure_ascii=False).split())
        same[key].append(target)
    for targets in same.values():
        if len(targets) == 1:
            continue
        goals = {_goal_text(target) for target in targets}
        places = tuple(place_of(pack, target) for target in targets)
        if len(goals) == 1:
            says = Bilingual(
                en="one promise stands here several times: one target and `type: alias` for the others",
                zh="同一承诺多次出现：宜保留一个目标，其余用 `type: alias`",
            )
            yield PlanFinding("same-promise-twice", "info", says, places)
        else:
            said = "; ".join(sorted(goals))
            says = Bilingual(
                en=f"the same thing is promised several times, and differently: {said}",
                zh=f"同一事项多次承诺，要求却不同：{said}",
            )
            yield PlanFinding("same-promise-twice", "warning", says, places)


def _goal_text(target: Target) -> str:
    """Write a goal so that two that say the same are the same text."""
    said = [f"{word} {getattr(target, word)}" for word in target.stated if word != "between"]
    if target.between is not None:
        said.append(f"between {target.between[0]} and {target.between[1]}")
    if target.share_at_least is not None:
        said.append(f"for {target.share_at_least} of them")
    direction = [getattr(target, word, None) for word in ("never_decreasing", "never_increasing")]
    return ", ".join([*said, *(str(one) for one in direction if one is not None)])


# time, shares, populations ------------------------------------------------------------------------


def _before_the_data(pack: Pack, target: Target) -> Iterator[PlanFinding]:
    window = pack.file.window
    due = target.last_year
    if window is None or due is None:
        return
    early = target.by < window.start if target.by is not None else due < window.start.year
    if early:
        day = target.by or due
        says = Bilingual(
            en=f"falls due {day}, before the first day that data can tell about ({window.start})",
            zh=f"期限为{day}，早于数据所能反映的起点（{window.start}）",
        )
        yield PlanFinding("deadline-before-data", "warning", says, (place_of(pack, target),))


def _share_above_100(pack: Pack, target: Target) -> Iterator[PlanFinding]:
    """Find shares of a whole that shall be more than the whole; a gross rate may be."""
    if not isinstance(target, Ratio) or target.gross or target.id not in pack.measures:
        return
    measure = pack.measures[target.id]
    goal: Goal | None = measure.entities.goal if measure.entities is not None else measure.goal
    limit = None if goal is None else goal.lower or goal.upper
    above = limit is not None and (
        limit.upper > 1
        or (limit.upper == 1 and goal is not None and goal.open_ended and goal.lower is not None)
    )
    if limit is None or not above:
        return
    number = decimal_text(limit.upper * 100, decimals_of(limit.upper * 100) or 0)
    says = Bilingual(
        en=f"a part of a whole cannot pass 100 %, found {number} %; for a gross rate write `gross: true`",
        zh=f"部分不能超过整体的100%，这里为{number}%；毛入学率一类请写 `gross: true`",
    )
    severity: Severity = "critical" if goal is not None and goal.lower is not None else "warning"
    yield PlanFinding("share-above-100", severity, says, (place_of(pack, target),))


def _larger_than_population(
    pack: Pack, target: Target, populations: Mapping[str, int]
) -> Iterator[PlanFinding]:
    population, measure = target.population, pack.measures.get(target.id)
    number = _number_of(measure) if measure is not None else None
    if population is None or measure is None or number is None:
        return
    places = [place_of(pack, target)]
    if isinstance(population, Population):
        there = population.number.to(measure.unit)
        if population.cite is not None:
            cite = population.cite
            places.append(PlanPlace(cite.document, cite.clause, 0, cite.quote))
    elif population in populations:
        there = Fraction(populations[population])
    else:
        return
    if number.lower <= there:
        return
    wanted, found = decimal_text(number.lower, 0), decimal_text(there, 0)
    says = Bilingual(
        en=f"{wanted} are promised, of only {found} that there are",
        zh=f"承诺{wanted}，而总共只有{found}",
    )
    yield PlanFinding("count-larger-than-population", "critical", says, tuple(places))


# rows and what they are of --------------------------------------------------------------------------


def _several_rows(pack: Pack, target: Target) -> Iterator[PlanFinding]:
    """Find counts of rows where one of what is counted can stand in several rows of the table."""
    measure = pack.measures.get(target.id)
    if measure is None:
        return
    told: set[tuple[str, str]] = set()
    for one in measure.aggregates():
        if one.kind != "count" or one.operand is not None:
            continue
        for column, more in _apart(one, pack.dictionary, summed=target.sums_years):
            if (one.table, column) in told:
                continue
            told.add((one.table, column))
            says = _several_words(one, column, more, pack.dictionary, each=measure.entities is not None)
            yield PlanFinding("one-in-several-rows", "warning", says, (place_of(pack, target),))


def _several_words(
    count: Aggregate, column: str, more: tuple[str, ...], dictionary: Dictionary, *, each: bool
) -> Bilingual:
    table, entity = dictionary.tables[count.table], ENTITY_BY_NAME[count.counts]
    title = table.title.in_language("zh") or count.table
    apart = "、".join(table.columns[name].title.in_language("zh") or name for name in more)
    once = f"count(distinct {column})"
    en = "is every row to be judged by itself?" if each else f"{once}?"
    zh = "是否应逐行判定？" if each else f"是否应为 {once}？"
    return Bilingual(
        en=f"rows of {count.table} are counted, and one {entity.name} can stand in several, "
        f"which differ by {', '.join(more)}: {en}",
        zh=f"按表“{title}”的行计数，而同一{entity.zh}可有多行（{apart}不同）：{zh}",
    )


def _apart(
    count: Aggregate, dictionary: Dictionary, *, summed: bool
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the column that names what is counted, with the key's columns in which its rows may differ.

    Args:
        count: A count of rows.
        dictionary: All tables.
        summed: Whether the rows of several years are counted together.
    """
    table = dictionary.tables[count.table]
    fixed = {*_fixed(count.where, count.table), *(() if summed or table.period is None else (table.period,))}
    for column in table.key:
        home, _, named = (table.columns[column].references or "").partition(".")
        if home in {"", count.table}:
            continue
        parent = dictionary.tables[home]
        kinds = {parent.counts, *(view.counts for view in parent.views.values())}
        more = tuple(name for name in table.key if name != column and name not in fixed)
        if count.counts in kinds and set(parent.key) <= {named, parent.period} and more:
            yield column, more


def _fixed(condition: Node | None, table: str) -> Iterator[str]:
    """Yield the columns of which a condition lets only one value through."""
    match condition:
        case Logic(operator="and", items=items):
            for item in items:
                yield from _fixed(item, table)
        case Compare(operator="=", left=Column(table=home, name=name), right=other) if home == table:
            if not isinstance(other, Column):
                yield name
        case IsIn(item=Column(table=home, name=name), values=(_,)) if home == table:
            yield name
