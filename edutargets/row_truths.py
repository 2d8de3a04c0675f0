"""Whether a condition holds for one row whose cells are known: true, false, or not known, as SQL has it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from edutargets.expressions import (
    Arithmetic,
    Case,
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
    from collections.abc import Sequence

__all__ = ["Cells", "truth_of", "value_of"]

Cells = Mapping[Node, object]
"""What stands in the cells of a row: columns, and what child rows amount to; ``None`` where that is blank."""


def truth_of(node: Node, cells: Cells) -> bool | None:
    """Say whether a condition holds.

    Examples:
        >>> from edutargets.expressions import Column
        >>> books = Column("schools", "books")
        >>> truth_of(Compare(">=", books, Number(Fraction(3))), {books: 4})
        True
        >>> truth_of(Logic("or", (Flag(True), IsNull(books))), {books: None})
        True
    """
    found = value_of(node, cells)
    return None if found is None else bool(found)


def value_of(node: Node, cells: Cells) -> object:
    """Return what an expression is for a row; ``None`` where that is not known."""
    if node in cells:
        return _exact(cells[node])
    match node:
        case Number(value=value) | Text(value=value) | Day(value=value) | Flag(value=value):
            return value
        case Arithmetic(operator=operator, left=left, right=right):
            return _computed(operator, value_of(left, cells), value_of(right, cells))
        case Case(branches=branches, default=default):
            return _of_branches(branches, default, cells)
    return _condition(node, cells)


def _condition(node: Node, cells: Cells) -> object:
    match node:
        case Compare(operator=operator, left=left, right=right):
            return _compared(operator, value_of(left, cells), value_of(right, cells))
        case Logic(operator=operator, items=items):
            return _joined(operator, [truth_of(item, cells) for item in items])
        case Negated(item=item):
            found = truth_of(item, cells)
            return None if found is None else not found
        case IsNull(item=item):
            return value_of(item, cells) is None
        case IsIn(item=item, values=values):
            one = value_of(item, cells)
            return _joined("or", [_compared("=", one, value_of(value, cells)) for value in values])
        case Tally(items=items, unknown=unknown):
            truths = [truth_of(item, cells) for item in items]
            return Fraction(truths.count(True) + unknown * truths.count(None))
    message = f"{type(node).__name__} is no expression over a row"
    raise TypeError(message)


def _exact(cell: object) -> object:
    return Fraction(cell) if isinstance(cell, int | Decimal) and not isinstance(cell, bool) else cell


def _computed(operator: str, left: object, right: object) -> object:
    if not isinstance(left, Fraction) or not isinstance(right, Fraction):
        return None
    return {"+": left + right, "-": left - right, "*": left * right}[operator]


def _compared(operator: str, left: object, right: object) -> bool | None:
    if left is None or right is None:
        return None
    below, same = bool(left < right), left == right  # type: ignore[operator]  # of a kind, or it was not bound
    return {
        "=": same,
        "<>": not same,
        "<": below,
        "<=": below or same,
        ">": not (below or same),
        ">=": not below,
    }[operator]


def _joined(operator: str, truths: Sequence[bool | None]) -> bool | None:
    settled = operator == "or"
    if settled in truths:
        return settled
    return None if None in truths else not settled


def _of_branches(branches: Sequence[tuple[Node, Node]], default: Node | None, cells: Cells) -> object:
    """Return the value of the first branch that holds; where one is unknown, so is the value."""
    for condition, value in branches:
        found = truth_of(condition, cells)
        if found is None:
            return None
        if found:
            return value_of(value, cells)
    return None if default is None else value_of(default, cells)
