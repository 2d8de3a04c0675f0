"""What an expression says of one row: true, false or unknown, exactly as the engine would say it."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from operator import eq, ge, gt, le, lt, ne
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
    children,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = ["Cell", "RowValues", "cells_of", "value_in"]

Cell = Column | ChildValue
"""What stands in a row or is looked up for it; what its child rows amount to is one, too."""

_COMPARED: Mapping[str, Callable[..., bool]] = {
    "=": eq,
    "<>": ne,
    "<": lt,
    "<=": le,
    ">": gt,
    ">=": ge,
}


@dataclass(slots=True)
class RowValues:
    """The cells of one row.

    Args:
        values: What each cell says; ``None`` where that is not known.
        blank: Whether a cell was left blank; ``None`` where that is not known.
    """

    values: Mapping[Cell, object]
    blank: Mapping[Column, bool | None] = field(default_factory=dict)


def cells_of(node: Node) -> Iterator[Cell]:
    """Yield the cells an expression looks at; what stands inside child rows is theirs."""
    if isinstance(node, Column | ChildValue):
        yield node
        return
    for part in children(node):
        yield from cells_of(part)


def value_in(node: Node, row: RowValues) -> object:  # noqa: C901  # one case for each kind of node
    """Return the number, text, date or truth an expression has in a row; ``None`` where it is unknown.

    Examples:
        >>> age = Column("staff", "age")
        >>> above = Compare(">", age, Number(Fraction(50)))
        >>> value_in(above, RowValues({age: Fraction(51)})), value_in(above, RowValues({age: None}))
        (True, None)
    """
    match node:
        case Column() | ChildValue():
            return row.values[node]
        case Number(value=value) | Text(value=value) | Day(value=value) | Flag(value=value):
            return value
        case Arithmetic():
            return _computed(node, row)
        case Compare(operator=operator, left=left, right=right):
            one, two = value_in(left, row), value_in(right, row)
            return None if one is None or two is None else _COMPARED[operator](one, two)
        case Logic(operator=operator, items=items):
            return _joined(operator == "or", items, row)
        case Negated(item=item):
            truth = value_in(item, row)
            return None if truth is None else not truth
        case IsIn(item=item, values=values):
            return _among(value_in(item, row), [value_in(one, row) for one in values])
        case IsNull(item=item):
            return _is_blank(item, row)
        case Case():
            return _first_true(node, row)
        case Tally(items=items, unknown=unknown):
            truths = [value_in(one, row) for one in items]
            return Fraction(sum(unknown if truth is None else bool(truth) for truth in truths))
    message = f"{type(node).__name__} is no expression over a row"
    raise TypeError(message)


def _computed(node: Arithmetic, row: RowValues) -> Fraction | None:
    left, right = value_in(node.left, row), value_in(node.right, row)
    if not isinstance(left, Fraction) or not isinstance(right, Fraction):
        return None
    if node.operator == "*":
        return left * right
    assert node.operator != "/"  # no row is ever divided
    return left + right if node.operator == "+" else left - right


def _joined(settles: bool, items: tuple[Node, ...], row: RowValues) -> bool | None:  # noqa: FBT001  # the truth that settles it
    found: bool | None = not settles
    for item in items:
        truth = value_in(item, row)
        if truth is settles:
            return settles
        if truth is None:
            found = None
    return found


def _among(item: object, values: list[object]) -> bool | None:
    if item is None:
        return None
    if item in [value for value in values if value is not None]:
        return True
    return None if None in values else False


def _is_blank(item: Node, row: RowValues) -> bool | None:
    """Whether something is blank: a cell as it was handed in, or anything that is made of one."""
    if isinstance(item, Column):
        return row.blank.get(item, False)
    if isinstance(item, ChildValue):
        return None if row.values[item] is None else False
    found: bool | None = False
    for cell in cells_of(item):
        blank = _is_blank(cell, row)
        if blank:
            return True
        found = None if blank is None else found
    return found


def _first_true(node: Case, row: RowValues) -> object:
    for condition, value in node.branches:
        truth = value_in(condition, row)
        if truth is None:
            return None
        if truth:
            return value_in(value, row)
    return None if node.default is None else value_in(node.default, row)
