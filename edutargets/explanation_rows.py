"""Parts of an explanation told row by row: the standards a school misses, the evidence that was found."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from edutargets.entities import ENTITY_BY_NAME
from edutargets.entity_conditions import split
from edutargets.explanation_section import Section
from edutargets.expressions import Column, Node, Number
from edutargets.goal_wording import limits_words
from edutargets.goals import Verdict
from edutargets.judged_words import plain
from edutargets.listing_sql import listed_rows, listing_statement
from edutargets.rosters import roster_of
from edutargets.targets import KOfN, Milestone
from edutargets.units import factors_of, parse_unit
from edutargets.wording import Language, Ruler, chosen, decimals_of, unit_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from edutargets.attainment import Attainment
    from edutargets.bound_measures import Entities
    from edutargets.goals import Goal
    from edutargets.standards import BoundStandard

__all__ = ["evidence", "falling_short", "shown_cell", "standards"]

_MOST = 10
_HASH = re.compile(r"[0-9a-f]{32,}")


# standards -----------------------------------------------------------------------------------------


def standards(attainment: Attainment, language: Language) -> Section | None:
    """Say how many miss each standard, those that are missed most often first."""
    result, entities = attainment.deciding, _entities(attainment)
    if entities is None or result is None or not result.parts:
        return None
    told = []
    for number, standard in enumerate(entities.standards, start=1):
        part = result.parts[f"missed_{number}"]
        required = limits_words(standard.limits, _ruler(standard, language))
        open_ones = part.bounds.upper - part.value
        name = standard.name.in_language(language)
        told.append((-part.value, number, (name, required, plain(part.value), plain(open_ones))))
    rows = tuple(row for _, _, row in sorted(told))
    columns = (
        chosen(language, "standard", "标准"),
        chosen(language, "required", "要求"),
        chosen(language, "missed by", "未达到数"),
        chosen(language, "not known", "无法判断"),
    )
    line = _most_missed(attainment, entities, language)
    label = chosen(language, "standards", "各项标准")
    return Section("standards", label, (line,), columns, rows, frozenset({2, 3}))


def _most_missed(attainment: Attainment, entities: Entities, language: Language) -> str:
    result = attainment.deciding
    assert result is not None  # its caller looked
    missed = [result.parts[f"missed_{at}"].value for at in range(1, len(entities.standards) + 1)]
    most = max(missed)
    if not most:
        return chosen(language, "none is known to miss any of them", "没有发现未达到的项目")
    names = [
        one.name.in_language(language)
        for one, count in zip(entities.standards, missed, strict=True)
        if count == most
    ]
    everyone = result.parts["all"].value
    unit = unit_words(parse_unit(entities.relation.counts)[1], language, everyone)
    counter = ENTITY_BY_NAME[entities.relation.counts].counter
    return chosen(
        language,
        f"missed most often: {', '.join(names)} ({plain(most)} of {plain(everyone)} {unit})",
        f"未达到最多的是{'、'.join(names)}（{plain(everyone)} {unit}中有 {plain(most)} {counter}）",
    )


def _entities(attainment: Attainment) -> Entities | None:
    measure = attainment.measure
    if not isinstance(attainment.target, KOfN) or measure is None or attainment.dictionary is None:
        return None
    return measure.entities


def _in_percent(standard: BoundStandard) -> bool:
    return standard.hundred and not factors_of(standard.unit)


def _ruler(standard: BoundStandard, language: Language) -> Ruler:
    """Return how the values of a standard are written; what is in percent already stays as it is.

    A floor such as 45 / 85 % has no end as a decimal: no number of digits would tell it from itself.
    """
    hundred = standard.hundred and bool(factors_of(standard.unit))
    unit = parse_unit("%")[1] if _in_percent(standard) else standard.unit
    ends = standard.floor.numbers if standard.floor is not None else ()
    floor = tuple(end for end in ends if decimals_of(end) is not None)
    return Ruler(unit, language, limits=(*standard.limits.numbers, *floor), hundred=hundred)


# those who fall short ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Held:
    """What one row has of one standard."""

    standard: BoundStandard
    value: Fraction | None
    goal: Goal | None
    floor: Goal | None


def falling_short(attainment: Attainment, language: Language) -> Section | None:
    """Name those who do not meet it, or are not known to, with the standards they miss."""
    entities, statement, result = _entities(attainment), listing_statement(attainment), attainment.deciding
    if entities is None or statement is None or result is None or attainment.dictionary is None:
        return None
    table = attainment.dictionary.tables[entities.relation.table]
    rows = listed_rows(attainment, statement)
    if table.period in {name for name, _ in statement.columns}:
        rows = tuple(row for row in rows if row[str(table.period)] in result.years)
    if not rows:
        return None
    names = {node: name for name, node in statement.columns}
    cells = tuple(_row(attainment, entities, row, names, language) for row in rows[:_MOST])
    columns = (
        chosen(language, "unit", "单位"),
        *_others(attainment, entities, language),
        chosen(language, "reached", "达到项数"),
        chosen(language, "misses", "未达到的项目"),
    )
    first = chosen(language, f"; the first {_MOST}", f"，列出前 {_MOST} 个") if len(rows) > _MOST else ""
    sure = attainment.verdict is not Verdict.UNDETERMINED and result.parts["meeting"].is_exact
    en = "fall short" if sure else "are not known to meet it"
    zh = "未达到" if sure else "未确认达到"
    unit = unit_words(parse_unit(entities.relation.counts)[1], language, Fraction(len(rows)))
    line = chosen(language, f"{len(rows):,} {unit} {en}{first}", f"{len(rows):,} {unit}{zh}{first}")
    label = chosen(language, "who", "各单位")
    return Section("falling_short", label, (line,), columns, cells, frozenset({len(columns) - 2}))


def _other_keys(attainment: Attainment, entities: Entities) -> list[str]:
    """Name the columns of the key that tell apart the rows of one who reports, e.g. the stage."""
    assert attainment.dictionary is not None  # its callers looked
    table = attainment.dictionary.tables[entities.relation.table]
    return [name for name in table.key if name not in {table.reports, table.period}]


def _others(attainment: Attainment, entities: Entities, language: Language) -> tuple[str, ...]:
    assert attainment.dictionary is not None  # its callers looked
    columns = attainment.dictionary.tables[entities.relation.table].columns
    return tuple(
        columns[name].title.in_language(language) or name for name in _other_keys(attainment, entities)
    )


def _row(
    attainment: Attainment,
    entities: Entities,
    row: Mapping[str, object],
    names: Mapping[Node, str],
    language: Language,
) -> tuple[str, ...]:
    assert attainment.dictionary is not None  # its callers looked
    table = attainment.dictionary.tables[entities.relation.table]
    code = str(row[table.reports])
    roster = roster_of(attainment, language)
    known = roster.of_table(entities.relation.table).get(code) if roster is not None else None
    name = known[0] if known is not None else ""
    others = []
    for key in _other_keys(attainment, entities):
        labels, value = table.columns[key].values, str(row[key])
        others.append((labels[value].in_language(language) if value in labels else "") or value)
    said = [_missed(_held(one, row, names), language) for one in entities.standards]
    return (
        f"{name} ({code})" if name and name != code else code,
        *others,
        f"{row['reached']} / {len(entities.standards)}",
        chosen(language, "; ", "；").join(one for one in said if one),
    )


def _held(standard: BoundStandard, row: Mapping[str, object], names: Mapping[Node, str]) -> _Held:
    """Work out what a row has, from the very numbers that were listed."""
    factor, above, below = split(standard.value)
    top, bottom = _number(above, row, names), _number(below, row, names) if below is not None else Fraction(1)
    value = factor * top / bottom if top is not None and bottom is not None and bottom > 0 else None
    column = standard.limits.column
    by = row[names[column]] if column is not None else None
    floor = standard.floor.goal_of(by) if standard.floor is not None else None
    return _Held(standard, value, standard.limits.goal_of(by), floor)


def _number(node: Node, row: Mapping[str, object], names: Mapping[Node, str]) -> Fraction | None:
    if isinstance(node, Number) and node not in names:
        return node.value
    found = row[names[node]]
    assert found is None or isinstance(found, int | Decimal)  # a number of the engine
    return None if found is None else Fraction(found)


def _missed(held: _Held, language: Language) -> str:
    """Say of one standard that it is missed, or not known; nothing where it is reached."""
    name = held.standard.name.in_language(language)
    if held.value is None or held.goal is None:
        return chosen(language, f"{name} not known", f"{name}数据不全")
    if held.goal.shortfall(held.value) == 0:
        return ""
    ruler = _ruler(held.standard, language)
    sign = "<" if held.goal.lower is not None else ">"
    numbers = f"{ruler.number(held.value)} {sign} {ruler.full(_end(held.goal))}"
    if held.floor is not None and held.floor.shortfall(held.value) > 0:
        side = ("below", "低于") if held.floor.lower is not None else ("above", "高于")
        bound = ruler.number(_end(held.floor))
        return chosen(
            language,
            f"{name} ({numbers}, {side[0]} even {bound})",
            f"{name}（{numbers}，{side[1]}底线 {bound}）",
        )
    return chosen(language, f"{name} ({numbers})", f"{name}（{numbers}）")


def _end(goal: Goal) -> Fraction:
    end = goal.lower or goal.upper
    assert end is not None  # a goal has one end at least
    return end.lower


# evidence ------------------------------------------------------------------------------------------


def evidence(attainment: Attainment, language: Language) -> Section | None:
    """List the evidence of a milestone: what the plan wants to see of each, and its date."""
    target, statement = attainment.target, listing_statement(attainment)
    if not isinstance(target, Milestone) or statement is None or attainment.dictionary is None:
        return None
    rows = listed_rows(attainment, statement)
    if not rows:
        return None
    columns = attainment.dictionary.tables[statement.table].columns
    names = list(dict.fromkeys([*_named(statement.columns, target), *target.evidence, target.done_on]))
    heads = tuple(columns[name].title.in_language(language) or name for name in names)
    cells = tuple(tuple(shown_cell(row[name], language) for name in names) for row in rows[:_MOST])
    more = chosen(language, f"the first {_MOST} of {len(rows):,}", f"共 {len(rows):,} 条，列出前 {_MOST} 条")
    label = chosen(language, "evidence", "佐证")
    return Section("evidence", label, (more,) if len(rows) > _MOST else (), heads, cells)


def _named(columns: Sequence[tuple[str, Node]], target: Milestone) -> list[str]:
    """Return the columns that name a row where the plan does not say what it wants to see of it."""
    return [] if target.evidence else [name for name, node in columns if isinstance(node, Column)]


def shown_cell(value: object, language: Language) -> str:
    """Write a cell of a listed row: what is blank says so, a checksum is cut."""
    if value is None:
        return chosen(language, "(blank)", "（空）")
    text = str(value)
    return f"{text[:12]}…" if _HASH.fullmatch(text) else text
