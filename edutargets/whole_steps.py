"""Totals that change in whole steps: by one teacher, by one fen; and the least change that is enough."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, gcd, lcm
from typing import TYPE_CHECKING

from edutargets.entities import ENTITIES
from edutargets.expressions import Aggregate, Arithmetic, Case, ChildValue, Column, Node, Number

if TYPE_CHECKING:
    from collections.abc import Iterable

    from edutargets.goals import Goal
    from edutargets.tables import Dictionary

__all__ = ["Ends", "ends_of", "least_change", "linear", "step_of"]

Ends = tuple[Fraction | None, Fraction | None]
_ONE = Fraction(1)
_WHOLE = frozenset(entity.name for entity in ENTITIES) - {"training_hour", "work_day", "lesson"}


def step_of(node: Node, dictionary: Dictionary) -> Fraction | None:
    """Return the smallest step by which a number can change; ``None`` where none is known.

    People and things come whole, even where their table has posts of half a teacher; hours and days do not.

    Examples:
        >>> from edutargets.tables import Dictionary
        >>> pay = {"type": "decimal", "scale": 2, "unit": "CNY"}
        >>> table = {"counts": "teacher", "key": ["id"], "reports": "id"}
        >>> columns = {"id": {"type": "code"}, "pay": pay}
        >>> tables = Dictionary.model_validate({"tables": {"staff": {**table, "columns": columns}}})
        >>> step_of(Aggregate("sum", "staff", Column("staff", "pay"), None, "teacher"), tables)
        Fraction(1, 100)
    """
    match node:
        case Column(table=table, name=name):
            column = dictionary.tables[table].columns[name]
            if column.type == "integer" or (column.is_number and column.unit in _WHOLE):
                return _ONE
            return Fraction(1, 10 ** (column.scale or 0)) if column.type == "decimal" else None
        case Aggregate(kind="count" | "distinct"):
            return _ONE
        case Aggregate(kind="sum", operand=operand) if operand is not None:
            return step_of(operand, dictionary)
        case ChildValue(aggregate=aggregate):
            return step_of(aggregate, dictionary)
        case Case(branches=branches, default=default):
            values = [*(value for _, value in branches), *([default] if default is not None else [])]
            return _common(values, dictionary)
        case Arithmetic(operator="+" | "-", left=left, right=right):
            return _common((left, right), dictionary)
        case (
            Arithmetic(operator="*", left=Number(value=number), right=other)
            | Arithmetic(operator="*", left=other, right=Number(value=number))
        ):
            step = step_of(other, dictionary)
            return step * abs(number) if step and number else None
    return None


def _common(nodes: Iterable[Node], dictionary: Dictionary) -> Fraction | None:
    """Return the largest step that all steps are whole numbers of; written numbers do not change."""
    steps = [step_of(node, dictionary) for node in nodes if not isinstance(node, Number)]
    found = [step for step in steps if step is not None]
    if not found or len(found) < len(steps):
        return None
    below = lcm(*(step.denominator for step in found))
    return Fraction(gcd(*(step.numerator * (below // step.denominator) for step in found)), below)


def linear(node: Node) -> dict[Node, Fraction] | None:
    """Take a sum apart into what it adds up, each with its factor; ``None`` where it is no such sum.

    Written numbers stand under ``Number(1)``.
    """
    match node:
        case Number(value=value):
            return {Number(_ONE): value}
        case Aggregate(kind=kind):
            return {node: _ONE} if kind in {"count", "sum", "distinct"} else None
        case Column() | ChildValue() | Case():
            return {node: _ONE}
        case Arithmetic(operator="+" | "-" as operator, left=left, right=right):
            one, other = linear(left), linear(right)
            if one is None or other is None:
                return None
            sign = 1 if operator == "+" else -1
            return {
                leaf: one.get(leaf, Fraction(0)) + sign * other.get(leaf, Fraction(0))
                for leaf in dict.fromkeys((*one, *other))
            }
        case (
            Arithmetic(operator="*", left=Number(value=number), right=other_side)
            | Arithmetic(operator="*", left=other_side, right=Number(value=number))
        ):
            found = linear(other_side)
            return None if found is None else {leaf: number * factor for leaf, factor in found.items()}
    return None


# the least change ----------------------------------------------------------------------------------


def ends_of(goal: Goal) -> Ends:
    """Return the smallest and the largest number that is enough."""
    low = goal.lower.lower if goal.lower is not None else None
    high = goal.upper.upper if goal.upper is not None else None
    return low, high


def least_change(
    has: Fraction, ends: Ends, step: Fraction | None, *, open_ended: bool = False
) -> Fraction | None:
    """Return the smallest change in whole steps after which a number is enough.

    Args:
        has: The number today.
        ends: The smallest and the largest number that is enough.
        step: The step it changes by; without one it changes by any amount.
        open_ended: Whether the ends themselves are not enough.

    Returns:
        Zero where it is enough already; ``None`` where no whole number of steps leads there.

    Examples:
        >>> one = Fraction(1)
        >>> least_change(Fraction(145), (Fraction(299, 2), None), one)
        Fraction(5, 1)
        >>> least_change(Fraction(10), (None, Fraction(10)), one, open_ended=True)
        Fraction(-1, 1)
        >>> least_change(Fraction(3), (Fraction(31, 10), Fraction(39, 10)), one) is None
        True
    """
    low, high = ends
    change = Fraction(0)
    if low is not None and (has < low or (open_ended and has == low)):
        change = _up(low - has, step, open_ended=open_ended)
    elif high is not None and (has > high or (open_ended and has == high)):
        change = -_up(has - high, step, open_ended=open_ended)
    after = has + change
    enough = (low is None or after > low or (after == low and not open_ended)) and (
        high is None or after < high or (after == high and not open_ended)
    )
    return change if enough else None


def _up(gap: Fraction, step: Fraction | None, *, open_ended: bool) -> Fraction:
    if step is None:
        return gap
    steps = ceil(gap / step)
    return step * (steps + 1 if open_ended and steps * step == gap else steps)
