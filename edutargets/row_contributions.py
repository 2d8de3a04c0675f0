"""What one row adds to totals, in every way of filling its unknown cells."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING

from edutargets.bounds import Interval, exactly
from edutargets.cell_choices import Domain, NoRangeError, Span, UncutError, completions
from edutargets.expressions import Aggregate, Arithmetic, Case, ChildValue, Column, Node, Number, walk
from edutargets.row_values import Cell, RowValues, value_in

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Filled", "OpenValues", "filled_in", "may_lack_an_answer"]

_MOST = 512
_NOTHING = (Fraction(0), Fraction(0))
Pair = tuple[Fraction, Fraction]
"""How many rows it counts as, and what it adds."""


_Outcomes = dict[tuple[Pair, ...], list[tuple[tuple[Cell, object], ...]]]
"""What a row adds, with every way of filling its cells that comes to it."""


@dataclass(slots=True)
class OpenValues:
    """A row of which something is unknown.

    Args:
        row: Its cells; ``None`` where unknown.
        domains: What each unknown cell may hold.
        there: Whether there surely is such a row.
        told: Its cells as the engine saw them, where some have been filled since.
    """

    row: RowValues
    domains: Mapping[Cell, Domain]
    there: bool = True
    told: RowValues | None = None


@dataclass(frozen=True, slots=True)
class Filled:
    """One outcome for a row.

    Args:
        adds: For each aggregate how many rows and how much it adds, beyond what is known of the row.
        cells: The unknown cells, filled so that it comes out like this.
        there: Whether there is such a row.
        alike: Other ways of filling them that come out alike.
    """

    adds: tuple[Pair, ...]
    cells: tuple[tuple[Cell, object], ...] = ()
    there: bool = True
    alike: tuple[tuple[tuple[Cell, object], ...], ...] = ()


def may_lack_an_answer(aggregate: Aggregate) -> bool:
    """Whether a condition may have no answer with every cell known: a school without pupils has no ratio."""
    nodes = [node for part in (aggregate.operand, aggregate.where) if part is not None for node in walk(part)]
    return any(isinstance(node, Case) and node.default is None for node in nodes)


def filled_in(aggregates: Sequence[Aggregate], found: OpenValues) -> tuple[tuple[Filled, ...], bool]:
    """Return every outcome that matters, and whether each of them is possible.

    Raises:
        NoRangeError: If something unknown is added up that nothing bounds.
        UncutError: If there are too many outcomes to tell.
    """
    known = [_known(one, found) for one in aggregates]
    outcomes: _Outcomes = {}
    conditions = [one.where for one in aggregates if one.where is not None]
    operands = [one.operand for one in aggregates if one.operand is not None]
    if not found.there:
        nowhere = tuple((-rows, -total) for rows, total in known)
        outcomes[nowhere] = []
    try:
        ways, sharp = completions(found.row, found.domains, conditions, operands)
        for way in ways:
            options = [_options(one, way.row) for one in aggregates]
            sharp = sharp and sum(len(one) > 1 for one in options) <= 1
            for adds in product(*options):
                _keep(outcomes, known, adds, way.filled)
    except UncutError:
        sharp = False
        boxes = [_box(one, found) for one in aggregates]
        for adds in product(*boxes):
            _keep(outcomes, known, adds, {})
    return tuple(_filled(adds, ways, found) for adds, ways in outcomes.items()), sharp


def _filled(
    adds: tuple[Pair, ...], ways: Sequence[tuple[tuple[Cell, object], ...]], found: OpenValues
) -> Filled:
    """Return one outcome with all ways of filling that come out alike; without any there is no such row."""
    cells, *alike = ways or [()]
    return Filled(adds, cells, found.there or bool(ways), tuple(dict.fromkeys(alike)))


def _keep(
    outcomes: _Outcomes,
    known: Sequence[Pair],
    adds: Sequence[Pair],
    cells: Mapping[Cell, object],
) -> None:
    beyond = tuple(
        (rows - sure, total - counted) for (rows, total), (sure, counted) in zip(adds, known, strict=True)
    )
    if beyond not in outcomes and len(outcomes) >= _MOST:
        raise UncutError
    outcomes.setdefault(beyond, []).append(tuple(cells.items()))


def _known(aggregate: Aggregate, found: OpenValues) -> Pair:
    """Return what the engine counted of the row already."""
    row = found.told or found.row
    if not found.there or (aggregate.where is not None and value_in(aggregate.where, row) is not True):
        return _NOTHING
    if aggregate.operand is None:
        return Fraction(1), Fraction(0)
    value = value_in(aggregate.operand, row)
    if value is None:
        return _NOTHING
    return Fraction(1), value if isinstance(value, Fraction) else Fraction(0)


def _options(aggregate: Aggregate, row: RowValues) -> tuple[Pair, ...]:
    """Return what a row adds with every cell filled; both, where even then nothing answers its condition."""
    truth = True if aggregate.where is None else value_in(aggregate.where, row)
    if truth is False:
        return (_NOTHING,)
    own = _own(aggregate, row)
    return (own,) if truth else (_NOTHING, own)


def _own(aggregate: Aggregate, row: RowValues) -> Pair:
    if aggregate.kind == "count":
        operand = aggregate.operand
        blank = isinstance(operand, Column) and row.blank.get(operand, False)
        return _NOTHING if blank else (Fraction(1), Fraction(0))
    assert aggregate.operand is not None  # a sum of something
    value = value_in(aggregate.operand, row)
    if not isinstance(value, Fraction):
        raise NoRangeError
    return Fraction(1), value


# where no few values stand for all ------------------------------------------------------------------


def _box(aggregate: Aggregate, found: OpenValues) -> tuple[Pair, ...]:
    """Return the corners between which a row adds to a total, whatever it adds to another."""
    truth = True if aggregate.where is None else value_in(aggregate.where, found.row)
    if truth is False:
        return (_NOTHING,)
    if aggregate.kind == "count":
        operand = aggregate.operand
        blank = isinstance(operand, Column) and found.row.blank.get(operand, False)
        if blank:
            return (_NOTHING,)
        one = (Fraction(1), Fraction(0))
        return (one,) if truth and blank is False else (_NOTHING, one)
    assert aggregate.operand is not None  # a sum of something
    range_ = _range(aggregate.operand, found)
    ends = tuple(dict.fromkeys(((Fraction(1), range_.lower), (Fraction(1), range_.upper))))
    return ends if truth else (_NOTHING, *ends)


def _range(node: Node, found: OpenValues) -> Interval:
    """Return between which numbers a value of the row lies."""
    match node:
        case Number(value=value):
            return exactly(value)
        case Column() | ChildValue():
            cell = found.row.values[node]
            if isinstance(cell, Fraction):
                return exactly(cell)
            span = found.domains.get(node)
            if isinstance(span, Span) and span.lower is not None and span.upper is not None:
                return Interval(span.lower, span.upper)
        case Arithmetic(operator=operator, left=left, right=right) if operator != "/":
            one, two = _range(left, found), _range(right, found)
            return one * two if operator == "*" else one + two if operator == "+" else one - two
        case Case(branches=branches, default=default) if default is not None:
            ranges = [_range(value, found) for value in (*(value for _, value in branches), default)]
            return Interval(min(one.lower for one in ranges), max(one.upper for one in ranges))
    raise NoRangeError
