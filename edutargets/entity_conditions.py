"""What each of a group must reach, as a condition on whole numbers: no engine ever divides."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from edutargets.expressions import (
    Arithmetic,
    Case,
    Compare,
    Flag,
    IsNull,
    Logic,
    Negated,
    Node,
    Number,
    all_of,
    walk,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edutargets.expressions import Column
    from edutargets.goals import Goal

__all__ = ["all_filled", "condition_of", "divides", "one_blank", "split"]


def condition_of(goal: Goal, value: Node) -> Node | None:
    """Turn what each must reach into a condition on whole numbers, so that no engine ever divides."""
    conditions: list[Node | None] = []
    if goal.lower is not None:
        conditions.append(_held(">" if goal.open_ended else ">=", value, goal.lower.lower))
    if goal.upper is not None:
        conditions.append(_held("<" if goal.open_ended else "<=", value, goal.upper.upper))
    return all_of(*conditions)


def _held(operator: str, value: Node, limit: Fraction) -> Node:
    factor, divided, below = split(value)
    limit = limit / factor
    left: Node = (
        Arithmetic("*", divided, Number(Fraction(limit.denominator))) if limit.denominator != 1 else divided
    )
    right: Node = Number(Fraction(limit.numerator))
    if below is None:
        return Compare(operator, left, right)  # type: ignore[arg-type]  # one of the six operators
    compared = Compare(operator, left, Arithmetic("*", below, right))  # type: ignore[arg-type]  # one of the six operators
    return Case(((Compare(">", below, Number(Fraction(0))), compared),), None)


def split(value: Node) -> tuple[Fraction, Node, Node | None]:
    """Take a value apart into a constant, what stands above and what stands below the line."""
    if not isinstance(value, Arithmetic) or value.operator not in {"*", "/"}:
        return Fraction(1), value, None
    left, right = value.left, value.right
    if value.operator == "/":
        first, above, within = split(left)
        second, under, beneath = split(right)
        if within is None and beneath is None:
            return first / second, above, under
        return Fraction(1), left, right
    for number, other in ((left, right), (right, left)):
        if isinstance(number, Number) and number.value > 0:
            factor, above, below = split(other)
            return factor * number.value, above, below
    return Fraction(1), value, None


def divides(value: Node) -> bool:
    """Whether a division stands anywhere in a value."""
    return any(isinstance(node, Arithmetic) and node.operator == "/" for node in walk(value))


def all_filled(columns: Sequence[Column]) -> Node | None:
    """Say that a row leaves none of these columns blank; where it leaves one, nobody knows what it proves."""
    if not columns:
        return None
    filled = tuple(Negated(IsNull(column)) for column in columns)
    return Case(((filled[0] if len(filled) == 1 else Logic("and", filled), Flag(value=True)),), None)


def one_blank(columns: Sequence[Column]) -> Node | None:
    """Say that a row leaves one of these columns blank."""
    blank = tuple(IsNull(column) for column in columns)
    if not blank:
        return None
    return blank[0] if len(blank) == 1 else Logic("or", blank)
