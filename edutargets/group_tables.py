"""What every town or school adds to a gap, as a table that adds up to all of it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from edutargets.decompositions import added
from edutargets.entities import ENTITY_BY_NAME
from edutargets.expressions import unit_of
from edutargets.goal_wording import ruler_of
from edutargets.judged_words import part_ruler, part_words
from edutargets.reported_totals import lines_of
from edutargets.rounded_sums import adding_up
from edutargets.targets import Comparison, Growth, Trend
from edutargets.units import factors_of
from edutargets.wording import Ruler, chosen, decimal_text, rounded, unit_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from edutargets.attainment import Attainment
    from edutargets.contributions import Contribution, Contributions
    from edutargets.wording import Language

__all__ = ["FEW", "MOST", "GroupTable", "group_table", "rises"]

MOST = 10
"""How many groups are told one by one."""
FEW = 30
"""A share of so few says little by itself: one of them is more than three percentage points of it."""
_STEPS = frozenset({"before", "after", "value", "against"})
_REST = {
    "gap": ("the other {} below it", "其余 {} 个未到目标水平"),
    "excess": ("the other {} above it", "其余 {} 个超过限值"),
    "failing": ("the other {}", "其余 {} 个"),
    "part": ("the other {}", "其余 {} 个"),
    "change": ("the other {}", "其余 {} 个"),
}
_OTHERS = {
    "gap": ("{} at or above it", "{} 个达到目标水平"),
    "excess": ("{} at or below it", "{} 个未超过限值"),
    "failing": ("{} where all reach it", "{} 个全部达到"),
    "part": ("{} without any", "{} 个没有"),
    "change": ("{} that did not", "{} 个没有"),
}
_ADDS = {
    "gap": ("lacks", "差额"),
    "excess": ("too many", "超出"),
    "failing": ("fall short", "未达到"),
    "part": ("has", "数量"),
    "change": ("fell by", "减少"),
}


def rises(attainment: Attainment) -> bool:
    """Whether what holds a target back is a rise."""
    return isinstance(attainment.target, Trend) and attainment.target.never_increasing is not None


@dataclass(frozen=True, slots=True)
class GroupTable:
    """A table of an explanation, and the sums it shows.

    Args:
        columns: Its headings.
        rows: Its cells.
        right: The columns of numbers.
        lacks: What those add up to who hold the target back, as it is printed.
        made_up: What others make up for, as it is printed.
        left: What is left of it, as it is printed.
        unit: The unit of these sums.
        counted: Of whom one is told to weigh much, one and several of them; empty if nobody.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: frozenset[int]
    lacks: str
    made_up: str
    left: str
    unit: str
    counted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Row:
    """A group, or several together."""

    label: str
    town: str
    parts: Mapping[str, Fraction]
    amount: Fraction
    alone: bool = True


def group_table(attainment: Attainment, found: Contributions, language: Language) -> GroupTable:
    """Tell the groups that add most, the rest, those who make up for them, and all together."""
    rows = _rows(found, language)
    rulers = {name: _part_ruler(attainment, found, name, language) for name in found.nodes}
    ruler = next(iter(rulers.values()))
    amounts, digits = _amounts([row.amount for row in rows], ruler)
    by_town = found.by == "town"
    named = not by_town and any(row.town for row in rows)
    columns: dict[str, list[str]] = {
        chosen(language, "town", "镇街") if by_town else chosen(language, "unit", "单位"): [
            row.label for row in rows
        ]
    }
    if named:
        columns[chosen(language, "town", "镇街")] = [row.town for row in rows]
    texts = len(columns)
    if found.kind != "part":
        for name in found.nodes:
            numbers = [rulers[name].number(row.parts[name]) for row in rows]
            columns[part_words(name, language)] = numbers
    columns |= _own_values(attainment, found, rows, language)
    last = _amount_head(attainment, found, ruler, language)
    columns[last] = [decimal_text(amount, digits) for amount in amounts]
    weights, counted = _weights(attainment, found, rows, language)
    columns |= weights
    named_sum, made_up = _sums(found, rows, amounts)
    lacks, offset, left = (
        decimal_text(abs(one), digits) for one in (named_sum, made_up, named_sum + made_up)
    )
    cells = tuple(zip(*columns.values(), strict=True))
    right = frozenset(range(texts, len(columns)))
    return GroupTable(tuple(columns), cells, right, lacks, offset, left, ruler.words(), counted)


# rows ----------------------------------------------------------------------------------------------


def _rows(found: Contributions, language: Language) -> list[_Row]:
    groups, others = found.groups, found.others
    rows = [_Row(_label(found, one, language), one.town, one.parts, one.amount) for one in groups[:MOST]]
    several = (
        (_REST[found.kind], groups[MOST:]),
        (_OTHERS[found.kind], tuple(one for one in others if one.known)),
        (("{} with a figure missing", "{} 个数据不全"), tuple(one for one in others if not one.known)),
    )
    for said, these in several:
        if these:
            label = chosen(language, *said).format(f"{len(these):,}")
            rows.append(_together(label, these, found))
    if len(rows) > 1:
        rows.append(_together(chosen(language, "all together", "合计"), found.everyone, found))
    return rows


def _together(label: str, groups: Sequence[Contribution], found: Contributions) -> _Row:
    parts = {name: added(one.parts[name] for one in groups) for name in found.nodes}
    return _Row(label, "", parts, added(one.amount for one in groups), alone=False)


def _label(found: Contributions, group: Contribution, language: Language) -> str:
    code = f" ({group.code})" if found.by == "reporter" and group.label != group.code else ""
    return (group.label or chosen(language, "not known", "未知")) + code


def _amounts(values: Sequence[Fraction], ruler: Ruler) -> tuple[list[Fraction], int]:
    """Round what each row adds so that the rows add up to the last one."""
    texts = ruler.column(values)
    digits = len(texts[0].partition(".")[2])
    if len(values) == 1:
        return [rounded(values[0], digits)], digits
    total = rounded(values[-1], digits)
    return [*adding_up(values[:-1], digits, total), total], digits


def _sums(
    found: Contributions, rows: Sequence[_Row], amounts: Sequence[Fraction]
) -> tuple[Fraction, Fraction]:
    """Return what those who hold it back add up to, and what the others make up for, as printed."""
    named = min(len(found.groups), MOST) + (len(found.groups) > MOST)
    made_up = amounts[named] if any(one.known for one in found.others) else Fraction(0)
    return sum(amounts[:named], Fraction(0)), made_up if len(rows) > named else Fraction(0)


# columns -------------------------------------------------------------------------------------------


def _part_ruler(attainment: Attainment, found: Contributions, name: str, language: Language) -> Ruler:
    """Return how a part of a group is written."""
    if name in _STEPS:
        return part_ruler(attainment, name, language)
    assert attainment.dictionary is not None  # there are contributions
    return Ruler(unit_of(found.nodes[name], attainment.dictionary), language)


def _amount_head(attainment: Attainment, found: Contributions, ruler: Ruler, language: Language) -> str:
    entity = ENTITY_BY_NAME.get(unit_words(ruler.unit, "en", Fraction(1)).replace(" ", "_"))
    unit = entity.zh if entity is not None and language == "zh" else unit_words(ruler.unit, language)
    said = ("rose by", "增加") if rises(attainment) else _ADDS[found.kind]
    head = chosen(language, *said)
    if not unit:
        return head
    return f"{head} ({unit})" if language == "en" else f"{head}（{unit}）"


def _value_ruler(attainment: Attainment, language: Language) -> Ruler:
    assert attainment.measure is not None  # there are contributions
    assert attainment.deciding is not None  # as above
    if isinstance(attainment.target, Comparison):
        return part_ruler(attainment, "value", language)
    return ruler_of(attainment.measure, language, attainment.deciding.goal)


def _own_values(
    attainment: Attainment, found: Contributions, rows: Sequence[_Row], language: Language
) -> dict[str, list[str]]:
    """Return the column of what each row would be by itself, as if it alone were judged."""
    if found.kind not in {"gap", "excess"} or "against" in found.nodes:
        return {}
    assert attainment.measure is not None  # there are contributions
    ruler = _value_ruler(attainment, language)
    lines = lines_of(attainment.measure)
    factor = lines[0] if lines is not None else Fraction(1)
    values = []
    for row in rows:
        first, second = row.parts.values()
        if isinstance(attainment.target, Growth):
            values.append(second / first - 1 if first > 0 else None)
        else:
            values.append(factor * first / second if second else None)
    texts = iter(ruler.aligned([value for value in values if value is not None]))
    percent = " %" if ruler.percent else ""
    unit = "" if ruler.percent else ruler.words()
    head = chosen(language, "value", "数值")
    if unit:
        head = chosen(language, f"{head} ({unit})", f"{head}（{unit}）")
    return {head: [f"{next(texts)}{percent}" if value is not None else "—" for value in values]}


def _weights(
    attainment: Attainment, found: Contributions, rows: Sequence[_Row], language: Language
) -> tuple[dict[str, list[str]], tuple[str, ...]]:
    """Return the column that says what one of a few weighs in a row's own share, where any has so few."""
    if found.kind not in {"gap", "excess"} or len(found.nodes) != 2 or _STEPS & set(found.nodes):  # noqa: PLR2004  # above and below
        return {}, ()
    below = list(found.nodes)[1]
    ruler, counted = _value_ruler(attainment, language), _part_ruler(attainment, found, below, language)
    money = counted.unit is not None and any(name.isupper() for name in factors_of(counted.unit))
    few = [row.alone and 0 < row.parts[below] <= FEW for row in rows]
    if not ruler.percent or money or not any(few) or counted.unit is None:
        return {}, ()
    texts = [
        ruler.difference().number(1 / row.parts[below]) if small else ""
        for row, small in zip(rows, few, strict=True)
    ]
    one = unit_words(counted.unit, language, Fraction(1))
    head = chosen(language, f"one {one} is (percentage points)", f"1 {one}相当于（个百分点）")
    return {head: texts}, (one, unit_words(counted.unit, language, Fraction(FEW)))
