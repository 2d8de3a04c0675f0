"""A bound expression as SQL text, in the small subset that DuckDB and Spark read alike."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from edutargets.expressions import (
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
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from fractions import Fraction

__all__ = ["identifier", "render"]

_PLAIN = re.compile(r"[a-z_][a-z0-9_]*")
_RESERVED = frozenset(
    """
    all analyse analyze and anti any array as asc asof asymmetric at authorization between binary both
    by case cast check collate collation column columns concurrently constraint create cross default
    deferrable desc describe distinct do else end except exists false fetch filter for foreign freeze
    from full generated glob grant group having ilike in initially inner intersect into is isnull join
    lambda lateral leading left like limit map natural not notnull null offset on only or order outer
    over overlaps pivot pivot_longer pivot_wider placing positional primary qualify references returning
    right select semi show similar some struct summarize symmetric table tablesample then to trailing
    true try_cast tuple union unique unpack unpivot using values variadic verbose when where window with
    """.split()  # noqa: SIM905  # DuckDB's reserved words, which read best as words
)


def identifier(name: str) -> str:
    """Return a name as SQL writes it; quoted only where it must be.

    Examples:
        >>> identifier("enrolment"), identifier("order"), identifier('a"b')
        ('enrolment', '"order"', '"a""b"')
    """
    if _PLAIN.fullmatch(name) and name not in _RESERVED:
        return name
    return '"' + name.replace('"', '""') + '"'


def render(node: Node, children: Mapping[ChildValue, tuple[str, str, str]]) -> str:
    """Return an expression over single rows as SQL text.

    Args:
        node: The expression; it holds no aggregate but those of child tables.
        children: For each value from a child table, the alias and columns of its grouped rows.
    """
    match node:
        case Column(table=table, name=name):
            return f"{identifier(table)}.{identifier(name)}"
        case Number(value=value):
            return _number(value)
        case Text(value=text):
            return "'" + text.replace("'", "''") + "'"
        case Day(value=day):
            return f"DATE '{day.isoformat()}'"
        case Flag(value=flag):
            return "TRUE" if flag else "FALSE"
        case Arithmetic(operator=operator, left=left, right=right):
            return _arithmetic(operator, render(left, children), render(right, children))
        case Compare(operator=operator, left=left, right=right):
            return f"{render(left, children)} {operator} {render(right, children)}"
        case ChildValue():
            return _child(node, children)
        case Tally(items=items, unknown=unknown):
            return "\n        + ".join(
                f"COALESCE(CAST(({render(one, children)}) AS INTEGER), {unknown})" for one in items
            )
    return _condition(node, children)


def _condition(node: Node, children: Mapping[ChildValue, tuple[str, str, str]]) -> str:
    match node:
        case Logic(operator=operator, items=items):
            texts = [
                f"({render(item, children)})" if isinstance(item, Logic | Case) else render(item, children)
                for item in items
            ]
            before = "\n        " if any("\n" in text for text in texts) else " "
            return f"{before}{operator.upper()} ".join(texts)
        case Negated(item=item):
            return f"NOT ({render(item, children)})"
        case IsIn(item=item, values=values):
            if not values:
                return f"({render(item, children)} IS NULL AND NULL)"
            return f"{render(item, children)} IN ({', '.join(render(value, children) for value in values)})"
        case IsNull(item=item):
            text = render(item, children)
            return f"({text}) IS NULL" if isinstance(item, Logic | Compare | Negated) else f"{text} IS NULL"
        case Case(branches=branches, default=default):
            plain = default is None and _unknown_ends(branches)
            whens = " ".join(
                _branch(condition, value, children, plain=plain or (default is None and at == len(branches)))
                for at, (condition, value) in enumerate(branches, start=1)
            )
            tail = f" ELSE {render(default, children)}" if default is not None else ""
            return f"CASE {whens}{tail} END"
    message = f"{type(node).__name__} is no expression over a row"
    raise TypeError(message)


def _unknown_ends(branches: Sequence[tuple[Node, Node]]) -> bool:
    """Whether one column decides, so that its blank falls through every branch by itself."""
    sides = {one.left if isinstance(one, Compare) and one.operator == "=" else None for one, _ in branches}
    texts = all(isinstance(one.right, Text) for one, _ in branches if isinstance(one, Compare))
    return len(sides) == 1 and isinstance(next(iter(sides)), Column) and texts


def _branch(
    condition: Node, value: Node, children: Mapping[ChildValue, tuple[str, str, str]], *, plain: bool
) -> str:
    """Write one branch; where its condition is unknown the value is unknown, not that of a later branch."""
    text = render(condition, children)
    unknown = "" if plain or _is_known(condition) else f" WHEN ({text}) IS NULL THEN NULL"
    return f"WHEN {text} THEN {render(value, children)}{unknown}"


def _is_known(condition: Node) -> bool:
    """Whether a condition always holds or does not hold, whatever is blank."""
    tallied = isinstance(condition, Compare) and isinstance(condition.left, Tally)
    return tallied or isinstance(condition, IsNull | Flag)


def _number(value: Fraction) -> str:
    if value.denominator == 1:
        return str(value.numerator)
    scale = 0
    while (value * 10**scale).denominator != 1:
        scale += 1
        if scale > 18:  # noqa: PLR2004  # the digits a DECIMAL(38) leaves for the fraction
            message = f"{value} has no finite decimal form"
            raise ValueError(message)
    whole = f"{abs(value.numerator) * 10**scale // value.denominator:0{scale + 1}d}"
    return f"{'-' if value < 0 else ''}{whole[:-scale]}.{whole[-scale:]}"


_SIMPLE = re.compile(r"[\w.]+|COALESCE\([^()]*\)")


def _arithmetic(operator: str, left: str, right: str) -> str:
    if operator != "*":
        return f"({left} {operator} {right})"
    return " * ".join(
        side if _SIMPLE.fullmatch(side) or side.startswith("(") else f"({side})" for side in (left, right)
    )


def _child(node: ChildValue, children: Mapping[ChildValue, tuple[str, str, str]]) -> str:
    alias, value, blank = children[node]
    found = f"COALESCE({alias}.{value}, 0)" if node.absent_is_zero else f"{alias}.{value}"
    return f"CASE WHEN {alias}.{blank} > 0 THEN NULL ELSE {found} END"
