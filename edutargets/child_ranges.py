"""Between which numbers lies what child rows amount to, such as the hours of one with an unread record."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from operator import itemgetter
from typing import TYPE_CHECKING

from edutargets.cell_choices import Domain, NoRangeError, Span, UncutError, domain_of
from edutargets.expressions import ChildValue, Column, Number
from edutargets.open_statements import below_of
from edutargets.row_contributions import Filled, OpenValues, filled_in
from edutargets.row_values import Cell, RowValues, cells_of
from edutargets.set_aside import ROW_ADMITTED

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from edutargets.expressions import Aggregate
    from edutargets.open_statements import Below, ToldRow, ToldTable
    from edutargets.tables import Dictionary

__all__ = ["ChildRanges", "Outcomes", "Told", "ToldChildren", "cells_in", "found_by", "mark_of"]

_FINE = Fraction(1, 10**27)


@dataclass(frozen=True, slots=True)
class ToldChildren:
    """The open rows of a child table.

    Args:
        table: How they were told.
        of: The rows by the names of the parent they belong to.
    """

    table: ToldTable
    of: Mapping[tuple[object, ...], Sequence[Sequence[object]]]


@dataclass(frozen=True, slots=True)
class Told:
    """What was told of the tables.

    Args:
        rows: The open rows of each table; none for a table that has too many to tell.
        below: The open rows of each child table, by the names of the parent they belong to.
        dictionary: The tables, with ranges that hold all that was admitted.
        marked: The tables from which rows were set aside.
        within: How far an unknown number may lie from the year before, if that is said.
    """

    rows: Mapping[str, ToldTable]
    below: Mapping[Below, ToldChildren]
    dictionary: Dictionary
    marked: Collection[str]
    within: Fraction | None = None


def mark_of(told: ToldRow, table: str, marked: Collection[str]) -> object:
    """Return whether a row was admitted as it is; ``None`` where it is not known that there is such a row."""
    return told.cells[Column(table, ROW_ADMITTED)] if table in marked else True


def cells_in(aggregate: Aggregate) -> tuple[Cell, ...]:
    """Return the cells an aggregate looks at, each once."""
    nodes = [part for part in (aggregate.operand, aggregate.where) if part is not None]
    return tuple(dict.fromkeys(cell for node in nodes for cell in cells_of(node)))


def found_by(
    aggregates: Sequence[Aggregate], dictionary: Dictionary
) -> dict[str, dict[tuple[str, ...], set[str]]]:
    """Return for each table that is looked up the columns by which it is found, and those looked at there."""
    found: dict[str, dict[tuple[str, ...], set[str]]] = {}
    for one in aggregates:
        for cell in cells_in(one):
            if isinstance(cell, Column) and cell.table != one.table:
                link = dictionary.parent(one.table, cell.table) or ()
                theirs = tuple(sorted(name for _, name in link))
                found.setdefault(cell.table, {}).setdefault(theirs, set()).add(cell.name)
    return found


@dataclass
class Outcomes:
    """What rows add, computed once for all that are alike."""

    _memo: dict[object, tuple[tuple[Filled, ...], bool]] = field(default_factory=dict)

    def of(self, aggregates: Sequence[Aggregate], values: OpenValues) -> tuple[tuple[Filled, ...], bool]:
        """Return every outcome of a row that matters, and whether each of them is possible."""
        known = None if values.told is None else tuple(values.told.values.values())
        key = (
            id(aggregates),
            tuple(values.row.values.values()),
            tuple(values.row.blank.values()),
            tuple(cell in values.domains for cell, value in values.row.values.items() if value is None),
            tuple(values.domains.values()),
            values.there,
            known,
        )
        if key not in self._memo:
            self._memo[key] = filled_in(aggregates, values)
        return self._memo[key]


@dataclass
class ChildRanges:
    """The ranges of values of child rows.

    Args:
        told: The open rows.
        outcomes: What rows add.
    """

    told: Told
    outcomes: Outcomes
    _alone: dict[ChildValue, tuple[Aggregate]] = field(default_factory=dict)

    def told_apart(self, value: ChildValue) -> Callable[[tuple[object, ...]], object]:
        """Return what tells the open child rows of a row, found by its names, apart from those of another."""
        children = self.told.below[below_of(value)]
        table, own = children.table, frozenset(cells_in(value.aggregate))
        heads = [head for head in table.heads if isinstance(head, Column)]
        looked_at = [table.at(head) for head in heads if head in own or head.name == ROW_ADMITTED]
        get = itemgetter(*looked_at, -1)
        return lambda names: tuple(map(get, children.of.get(names, ())))

    def span(self, value: ChildValue, told: ToldRow) -> Span | None:
        """Return what child rows may amount to for a row; ``None`` where nobody can say."""
        children = self.told.below[below_of(value)]
        names = tuple(told.names[theirs] for _, theirs in value.link)
        number = told.below[value][0]
        low = high = number if number is not None else Fraction(0)
        surely = number is not None or value.absent_is_zero
        whole, step = True, Fraction(1)
        for found in children.of.get(names, ()):
            child = children.table.row(found)
            values = self._of_child(value, child)
            try:
                outcomes, _ = self.outcomes.of(self._alone.setdefault(value, (value.aggregate,)), values)
            except (NoRangeError, UncutError):
                return None
            adds = [one.adds[0][value.aggregate.kind != "count"] for one in outcomes]
            low, high = low + min(adds) * child.rows, high + max(adds) * child.rows
            rows = [one.adds[0][0] for one in outcomes]
            surely = surely or min(rows) > 0
            step_here = self._unbroken(value.aggregate, values, (min(adds), max(adds)), sure=min(rows) > 0)
            whole, step = whole and step_here is not None, step_here or step
        if not surely:
            return None
        return Span(low, high, step if whole else _FINE, whole)

    def _of_child(self, value: ChildValue, child: ToldRow) -> OpenValues:
        mark = mark_of(child, value.aggregate.table, self.told.marked)
        cells = [cell for cell in cells_in(value.aggregate) if isinstance(cell, Column)]
        values: dict[Cell, object] = {cell: child.cells[cell] for cell in cells}
        empty = [cell for cell in cells if values[cell] is None]
        blank: dict[Column, bool | None] = dict.fromkeys(empty, True if mark is True else None)
        domains: dict[Cell, Domain] = {cell: domain_of(cell, self.told.dictionary) for cell in empty}
        return OpenValues(RowValues(values, blank), domains, mark is not None)

    def _unbroken(
        self, aggregate: Aggregate, values: OpenValues, ends: tuple[Fraction, Fraction], *, sure: bool
    ) -> Fraction | None:
        """Return the step in which a child row may add all between two ends; ``None`` where it may not."""
        if aggregate.kind == "count" or aggregate.operand is None:
            return Fraction(1)
        operand, where = aggregate.operand, aggregate.where
        if isinstance(operand, Number):
            return operand.value if operand.value > 0 else None
        if not isinstance(operand, Column):
            return None
        step = Fraction(
            1, 10 ** (self.told.dictionary.tables[operand.table].columns[operand.name].scale or 0)
        )
        if operand in values.domains:
            if where is not None and operand in cells_of(where):
                return None
            span = values.domains[operand]
            touches = isinstance(span, Span) and span.holds(Fraction(0))
            return step if sure or touches else None
        return step if ends[1] - ends[0] <= step else None
