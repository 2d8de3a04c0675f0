"""A value taken apart: one sum of totals over another, where nothing else is in it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from edutargets.expressions import Aggregate, Arithmetic, Node, Number

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Linear", "Quotient", "Term", "quotient_of", "terms_of"]


@dataclass(frozen=True, slots=True)
class Term:
    """A total to which each row adds something, or nothing.

    Args:
        aggregate: The count, sum or mean.
        of: Whether its rows are counted or their values added up; a mean is one over the other.
        years: The years whose rows count; ``None`` takes all.
    """

    aggregate: Aggregate
    of: Literal["rows", "sum"]
    years: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class Linear:
    """Totals times constants, added up.

    Args:
        weights: The constant of each total.
        constant: What is added to that.
    """

    weights: Mapping[Term, Fraction]
    constant: Fraction = Fraction(0)

    @property
    def is_constant(self) -> bool:
        """Whether no total is in it."""
        return not self.weights

    def __add__(self, other: Linear) -> Linear:
        found = dict(self.weights)
        for term, weight in other.weights.items():
            found[term] = found.get(term, Fraction(0)) + weight
        return Linear(
            {term: weight for term, weight in found.items() if weight}, self.constant + other.constant
        )

    def times(self, factor: Fraction) -> Linear:
        """Return all of it times a constant."""
        weights = {term: weight * factor for term, weight in self.weights.items() if factor}
        return Linear(weights, self.constant * factor)


_ONE = Linear({}, Fraction(1))


@dataclass(frozen=True, slots=True)
class Quotient:
    """One sum of totals over another."""

    above: Linear
    below: Linear = _ONE

    def terms(self) -> tuple[Term, ...]:
        """Return the totals it is made of, each once."""
        return tuple(dict.fromkeys((*self.above.weights, *self.below.weights)))


def quotient_of(node: Node, years: tuple[int, ...] | None) -> Quotient | None:
    """Take a value apart into one sum of totals over another; ``None`` where it is something else.

    Args:
        node: The value, as a measure has it.
        years: The years whose rows count.
    """
    match node:
        case Number(value=value):
            return Quotient(Linear({}, value))
        case Aggregate(kind="count"):
            return Quotient(Linear({Term(node, "rows", years): Fraction(1)}))
        case Aggregate(kind="sum"):
            return Quotient(Linear({Term(node, "sum", years): Fraction(1)}))
        case Aggregate(kind="avg"):
            return Quotient(
                Linear({Term(node, "sum", years): Fraction(1)}),
                Linear({Term(node, "rows", years): Fraction(1)}),
            )
        case Arithmetic(operator=operator, left=left, right=right):
            one, two = quotient_of(left, years), quotient_of(right, years)
            return None if one is None or two is None else _combined(operator, one, two)
    return None


def _combined(operator: str, one: Quotient, two: Quotient) -> Quotient | None:
    if operator in {"+", "-"}:
        sign = Fraction(1 if operator == "+" else -1)
        return _added(one, Quotient(two.above.times(sign), two.below))
    if operator == "/":
        if two.above.is_constant and two.above.constant == 0:
            return None
        two = Quotient(two.below, two.above)
    above, below = _product(one.above, two.above), _product(one.below, two.below)
    return None if above is None or below is None else Quotient(above, below)


def _added(one: Quotient, two: Quotient) -> Quotient | None:
    if one.below == two.below:
        return Quotient(one.above + two.above, one.below)
    for left, right in ((one, two), (two, one)):
        if right.below.is_constant and right.above.is_constant:
            return Quotient(
                left.above + left.below.times(right.above.constant / right.below.constant), left.below
            )
    if one.below.is_constant and two.below.is_constant:
        return Quotient(one.above.times(1 / one.below.constant) + two.above.times(1 / two.below.constant))
    return None


def _product(one: Linear, two: Linear) -> Linear | None:
    if one.is_constant:
        return two.times(one.constant)
    return one.times(two.constant) if two.is_constant else None


def terms_of(aggregates: Sequence[Aggregate]) -> tuple[Term, ...]:
    """Return the totals of some aggregates: a mean is a sum and a number of rows."""
    found: dict[Term, None] = {}
    for one in aggregates:
        if one.kind in {"sum", "avg"}:
            found[Term(one, "sum")] = None
        if one.kind in {"count", "avg"}:
            found[Term(one, "rows")] = None
    return tuple(found)
