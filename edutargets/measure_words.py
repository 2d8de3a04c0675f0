"""What a target computes, in words: its totals and conditions as the data dictionary calls them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edutargets.entities import ENTITY_BY_NAME
from edutargets.expressions import (
    Aggregate,
    Arithmetic,
    Case,
    ChildValue,
    Column,
    Compare,
    Day,
    Flag,
    IsIn,
    IsNull,
    Logic,
    Negated,
    Node,
    Number,
    Tally,
    Text,
    all_of,
)
from edutargets.judged_words import part_words, plain
from edutargets.measure_sql import evidence_rows
from edutargets.targets import Dispersion, Frequency, Milestone
from edutargets.totals_sql import conjuncts
from edutargets.wording import chosen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from edutargets.bound_measures import Measure
    from edutargets.tables import Dictionary
    from edutargets.verdict_words import Language

__all__ = ["measure_lines", "node_words", "table_words"]

_SIGNS = {"=": "=", "<>": "≠", "<": "<", "<=": "≤", ">": ">", ">=": "≥"}
_DEEDS = {"+": "+", "-": "-", "*": "×", "/": "÷"}
_TOTALS = {
    "sum": ("sum of {}", "{}合计"),
    "avg": ("mean of {}", "{}平均值"),
    "min": ("smallest {}", "{}最小值"),
    "max": ("largest {}", "{}最大值"),
    "distinct": ("{}, each counted once", "{}去重计数"),
}


def measure_lines(measure: Measure, dictionary: Dictionary, language: Language = "en") -> tuple[str, ...]:
    """Say what a target computes, a line for each of its parts.

    Args:
        measure: The target, bound to the tables.
        dictionary: What tables, columns and values are called.
        language: ``en`` or ``zh``.
    """
    return tuple(_lines(measure, dictionary, language))


def _lines(measure: Measure, dictionary: Dictionary, language: Language) -> Iterator[str]:
    target, group = measure.target, measure.entities

    def line(label: str, node: Node) -> str:
        return f"{label}{_colon(language)}{node_words(node, dictionary, language)}"

    if isinstance(target, Dispersion) and measure.rows is not None:
        rows = measure.rows.lists["rows"]
        yield _group(target.over, rows.where, dictionary, language)
        for (_, node), word in zip(rows.columns[-2:], (("amount", "数额"), ("weight", "权重")), strict=True):
            yield line(chosen(language, *word), node)
    elif isinstance(target, Milestone):
        yield from _evidence(target, measure, dictionary, language)
    elif group is not None:
        yield _group(group.relation.name, group.where, dictionary, language)
        for at, standard in enumerate(group.standards, start=1):
            yield line(f"{at}. {standard.name.in_language(language)}", standard.value)
        if not group.standards:
            yield line(chosen(language, "value", "数值"), group.value)
        if isinstance(target, Frequency) and measure.rows is not None:
            yield line(chosen(language, "dated by", "日期依据"), measure.rows.lists["events"].columns[1][1])
    else:
        against = {"against": measure.against} if measure.against is not None else {}
        for name, node in {**measure.parts, **against}.items():
            yield line(part_words(name, language), node)


def _evidence(
    target: Milestone, measure: Measure, dictionary: Dictionary, language: Language
) -> Iterator[str]:
    table, kept = evidence_rows(measure)
    said = f"{table_words(table, dictionary, language)}{_only(all_of(*kept), dictionary, language)}"
    yield f"{chosen(language, 'evidence', '佐证')}{_colon(language)}{said}"
    for label, names in (
        (("dated by", "日期依据"), (target.done_on,)),
        (("must be filled in", "须填写"), target.evidence),
    ):
        titles = [_column(Column(table, name), dictionary, language) for name in names]
        if titles:
            yield f"{chosen(language, *label)}{_colon(language)}{chosen(language, ', ', '、').join(titles)}"


def _colon(language: Language) -> str:
    return chosen(language, ": ", "：")


def _group(name: str, where: Node | None, dictionary: Dictionary, language: Language) -> str:
    """Say of whom each has a value of its own."""
    label = f"{chosen(language, 'of each of', '逐一计算')}{_colon(language)}"
    return f"{label}{table_words(name, dictionary, language)}{_only(where, dictionary, language)}"


def table_words(name: str, dictionary: Dictionary, language: Language) -> str:
    """Call a table or a view by its title."""
    relation = dictionary.relation(name)
    table = dictionary.tables[relation.table]
    title = table.views[name].title if name in table.views else table.title
    return title.in_language(language) or name


def node_words(node: Node, dictionary: Dictionary, language: Language = "en") -> str:
    """Say an expression in words, with the titles of its tables, columns and values."""

    def told(part: Node) -> str:
        return node_words(part, dictionary, language)

    match node:
        case Column() | Number() | Text() | Day() | Flag():
            return _leaf(node, dictionary, language)
        case Aggregate():
            return _total(node, dictionary, language)
        case ChildValue(aggregate=aggregate):
            return _total(aggregate, dictionary, language)
        case Arithmetic(operator=operator, left=left, right=right):
            sides = (_bracketed(one, told(one)) for one in (left, right))
            return f" {_DEEDS[operator]} ".join(sides)
        case Case(branches=branches, default=default):
            whens = [
                chosen(language, f"{told(value)} if {told(condition)}", f"{told(condition)}时取{told(value)}")
                for condition, value in branches
            ]
            rest = [chosen(language, f"else {told(default)}", f"否则取{told(default)}")] if default else []
            return chosen(language, ", ", "，").join([*whens, *rest])
        case Tally(items=items):
            return chosen(language, f"how many of {len(items)} hold", f"{len(items)} 项中成立的项数")
    return _condition(node, dictionary, language)


def _leaf(node: Column | Number | Text | Day | Flag, dictionary: Dictionary, language: Language) -> str:
    match node:
        case Column():
            return _column(node, dictionary, language)
        case Number(value=value):
            return plain(value)
        case Text(value=text):
            return text
        case Day(value=day):
            return day.isoformat()
        case Flag(value=flag):
            return chosen(language, "yes" if flag else "no", "是" if flag else "否")


def _condition(node: Node, dictionary: Dictionary, language: Language) -> str:
    def told(part: Node) -> str:
        return node_words(part, dictionary, language)

    match node:
        case Compare(operator=operator, left=left, right=right):
            return f"{told(left)} {_SIGNS[operator]} {_value(left, right, dictionary, language)}"
        case IsIn(item=item, values=values):
            said = [_value(item, value, dictionary, language) for value in values]
            if len(said) == 1:
                return f"{told(item)} = {said[0]}"
            first = chosen(language, ", ", "、").join(said[:-1])
            return f"{told(item)} = {chosen(language, f'{first} or {said[-1]}', f'{first}或{said[-1]}')}"
        case IsNull(item=item):
            return chosen(language, f"{told(item)} is blank", f"{told(item)}空缺")
        case Negated(item=IsNull(item=item)):
            return chosen(language, f"{told(item)} is filled in", f"{told(item)}已填写")
        case Negated(item=item):
            return chosen(language, f"not ({_truth(item, told)})", f"非（{_truth(item, told)}）")
        case Logic(operator=operator, items=items):
            word = {"and": (" and ", "且"), "or": (" or ", "或")}[operator]
            flat = conjuncts(node) if operator == "and" else items
            parts = [
                f"({_truth(one, told)})" if isinstance(one, Logic) else _truth(one, told) for one in flat
            ]
            return chosen(language, *word).join(parts)
    return chosen(language, "a condition", "一个条件")


def _truth(node: Node, told: Callable[[Node], str]) -> str:
    """Say a condition; a column that is itself yes or no is asked for its yes."""
    return told(Compare("=", node, Flag(value=True))) if isinstance(node, Column) else told(node)


def _total(node: Aggregate, dictionary: Dictionary, language: Language) -> str:
    only = _only(node.where, dictionary, language)
    if node.operand is None:
        table = table_words(node.table, dictionary, language)
        counted = ENTITY_BY_NAME[node.counts].zh if language == "zh" else ENTITY_BY_NAME[node.counts].plural
        return chosen(language, f"number of {counted} in “{table}”", f"“{table}”中的{counted}数") + only
    en, zh = _TOTALS.get(node.kind, ("number of {}", "{}的个数"))
    operand = node_words(node.operand, dictionary, language)
    return chosen(language, en.format(operand), zh.format(operand)) + only


def _only(where: Node | None, dictionary: Dictionary, language: Language) -> str:
    if where is None:
        return ""
    said = _truth(where, lambda node: node_words(node, dictionary, language))
    return chosen(language, f", only where {said}", f"（仅限{said}）")


def _column(column: Column, dictionary: Dictionary, language: Language) -> str:
    declared = dictionary.tables[column.table].columns[column.name]
    return declared.title.in_language(language) or column.name


def _value(left: Node, right: Node, dictionary: Dictionary, language: Language) -> str:
    """Call a value by its label in the vocabulary of the column it is held against."""
    if isinstance(left, Column) and isinstance(right, Text):
        labels = dictionary.tables[left.table].columns[left.name].values
        if right.value in labels:
            return labels[right.value].in_language(language) or right.value
    return node_words(right, dictionary, language)


def _bracketed(node: Node, words: str) -> str:
    plain = isinstance(node, Column | Number) or (isinstance(node, Aggregate) and node.where is None)
    return words if plain else f"({words})"
