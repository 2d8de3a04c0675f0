"""What everybody who reports adds to a total, in the exact columns that a verdict was made of."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from edutargets.entity_conditions import split
from edutargets.expressions import Aggregate, Arithmetic, Node, Number, aggregates_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from edutargets.exact_columns import Cell, Statistics
    from edutargets.measures import Measure

__all__ = [
    "adds_up",
    "lines_of",
    "mostly_shared",
    "not_known",
    "tables_of",
    "taken_apart",
    "totals_by_reporter",
]


def adds_up(node: Node) -> bool:
    """Whether the totals of groups add up to the total of all."""
    if isinstance(node, Aggregate):
        return node.kind in {"count", "sum"}
    if not isinstance(node, Arithmetic) or node.operator == "/":
        return False
    if node.operator == "*":
        return isinstance(node.left, Number) and adds_up(node.right)
    return adds_up(node.left) and adds_up(node.right)


def lines_of(measure: Measure) -> tuple[Fraction, Node, Node | None] | None:
    """Return a constant, what stands above and what stands below the line of a target, if both add up.

    What is a quotient by its type stands there as it is written; another value is taken apart.
    """
    if len(measure.parts) == 1:
        return taken_apart(measure.value)
    above, below = measure.parts.values()
    factor = Fraction(100 if measure.per_hundred else 1)
    return (factor, above, below) if adds_up(above) and adds_up(below) else None


def taken_apart(value: Node) -> tuple[Fraction, Node, Node | None] | None:
    """Take a value apart into a constant and what stands above and below the line, if both sides add up.

    A mean is a sum over a count; a value that is a total itself has nothing below the line.
    """
    factor, above, below = split(value)
    if isinstance(above, Aggregate) and above.kind == "avg" and below is None:
        return factor, _half(above, "sum"), _half(above, "count")
    sides = (above,) if below is None else (above, below)
    return (factor, above, below) if all(map(adds_up, sides)) else None


def _half(mean: Aggregate, kind: Literal["sum", "count"]) -> Aggregate:
    return Aggregate(kind, mean.table, mean.operand, mean.where, mean.counts)


def mostly_shared(first: Collection[str], second: Collection[str]) -> bool:
    """Whether at least half of each side stands on the other: money of one bureau is no school's money.

    Examples:
        >>> mostly_shared({"A", "B"}, {"A", "B", "C"}), mostly_shared({"bureau"}, {"A", "B", "C"})
        (True, False)
    """
    return 2 * len({*first} & {*second}) >= max(len(first), len(second))


def tables_of(*nodes: Node) -> tuple[str, ...]:
    """Return the tables whose rows are counted or added up."""
    return tuple(sorted({one.table for node in nodes for one in aggregates_of(node)}))


def totals_by_reporter(
    statistics: Statistics, node: Node, years: Sequence[int] | None
) -> dict[str, Fraction]:
    """Return what each who reports has of a total that adds up; who has no known value has none."""
    if isinstance(node, Aggregate):
        cells = _cells(statistics, node, years)
        return {
            reporter: Fraction(cell.known) if node.kind == "count" else cell.value or Fraction(0)
            for reporter, cell in cells.items()
        }
    assert isinstance(node, Arithmetic)  # adds_up has looked
    if isinstance(node.left, Number):
        right = totals_by_reporter(statistics, node.right, years)
        return {reporter: node.left.value * value for reporter, value in right.items()}
    left, right = (totals_by_reporter(statistics, side, years) for side in (node.left, node.right))
    sign = 1 if node.operator == "+" else -1
    everyone = sorted({*left, *right})
    return {one: left.get(one, Fraction(0)) + sign * right.get(one, Fraction(0)) for one in everyone}


def not_known(statistics: Statistics, node: Node, years: Sequence[int] | None) -> set[str]:
    """Return those of whom a figure is missing: what they add is not known either."""
    return {
        reporter
        for one in aggregates_of(node)
        for reporter, cell in _cells(statistics, one, years).items()
        if cell.blank or cell.unsure
    }


def _cells(statistics: Statistics, aggregate: Aggregate, years: Sequence[int] | None) -> Mapping[str, Cell]:
    """Return what each reports; the two halves of a mean were collected as one column pair."""
    if aggregate not in statistics:
        whole = Aggregate("avg", aggregate.table, aggregate.operand, aggregate.where, aggregate.counts)
        return statistics.by_reporter(whole, years)
    return statistics.by_reporter(aggregate, years)
