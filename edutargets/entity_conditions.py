"""What each of a group must reach, as a condition on whole numbers: no engine ever divides."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from edutargets.expressions import Arithmetic, Case, Compare, Node, Number, all_of, walk

if TYPE_CHECKING:
    from edutargets.goals import Goal

__all__ = ["condition_of", "divides", "split"]


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
    if (
        isinstance(value, Arithmetic)
        and value.operator == "*"
        and isinstance(value.left, Number)
        and value.left.value > 0
    ):
        factor, above, below = split(value.right)
        return factor * value.left.value, above, below
    if isinstance(value, Arithmetic) and value.operator == "/":
        return Fraction(1), value.left, value.right
    return Fraction(1), value, None


def divides(value: Node) -> bool:
    """Whether a division stands anywhere in a value."""
    return any(isinstance(node, Arithmetic) and node.operator == "/" for node in walk(value))
