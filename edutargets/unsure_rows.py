"""Conditions that stay true to what is not known of rows that were set aside.

A doubtful row belongs to nothing for sure and to everything perhaps. An empty cell of a row that was set
aside is not blank: what stands there is not known, so asking whether it is blank has no answer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from edutargets.expressions import (
    Aggregate,
    Arithmetic,
    Case,
    ChildValue,
    Column,
    Compare,
    Flag,
    IsIn,
    IsNull,
    Logic,
    Negated,
    Node,
    Tally,
    all_of,
    walk,
)
from edutargets.set_aside import ROW_ADMITTED

if TYPE_CHECKING:
    from collections.abc import Collection

    from edutargets.row_lists import RowList

__all__ = ["guarded", "guarded_list"]

_TRUE = Flag(value=True)


def guarded(aggregate: Aggregate, marked: Collection[str]) -> Aggregate:
    """Return an aggregate that knows which rows were set aside.

    Args:
        aggregate: As the target has it.
        marked: The tables that have such rows, and the column that marks them.
    """
    home = _Home(aggregate.table, marked)
    operand = None if aggregate.operand is None else home.known(aggregate.operand)
    where = None if aggregate.where is None else home.known(aggregate.where)
    if aggregate.kind == "count" and isinstance(operand, Column) and marked:
        filled = Negated(home.known(IsNull(operand)))
        return replace(aggregate, operand=None, where=all_of(where, filled, home.present()))
    return replace(aggregate, operand=operand, where=all_of(where, home.present()))


def guarded_list(rows: RowList, marked: Collection[str]) -> RowList:
    """Return a list of rows that knows which of them were set aside."""
    home = _Home(rows.table, marked)
    columns = tuple(
        (name, home.there() if node == _TRUE else home.known(node)) for name, node in rows.columns
    )
    where = None if rows.where is None else home.known(rows.where)
    return replace(rows, columns=columns, where=all_of(where, home.present()))


@dataclass(frozen=True, slots=True)
class _Home:
    """The table whose rows are looked at, one by one."""

    table: str
    marked: Collection[str]

    def present(self) -> Node | None:
        """Hold where there surely is such a row, and have no answer where that is not known."""
        mark = Column(self.table, ROW_ADMITTED)
        return Compare("=", mark, mark) if self.table in self.marked else None

    def there(self) -> Node:
        """Be true of a row that surely is there, and have no answer where that is not known."""
        here = self.present()
        return _TRUE if here is None else Case(((here, _TRUE),), None)

    def known(self, node: Node) -> Node:
        """Rebuild an expression; what it says of rows that were admitted stays as it is."""
        match node:
            case IsNull(item=item):
                return self._blank(item)
            case ChildValue(aggregate=aggregate):
                return self._of_children(replace(node, aggregate=guarded(aggregate, self.marked)))
            case Arithmetic(left=left, right=right):
                return replace(node, left=self.known(left), right=self.known(right))
            case Compare(left=left, right=right):
                return replace(node, left=self.known(left), right=self.known(right))
            case Logic(items=items):
                return replace(node, items=tuple(map(self.known, items)))
            case Tally(items=items):
                return replace(node, items=tuple(map(self.known, items)))
            case Negated(item=item):
                return Negated(self.known(item))
            case IsIn(item=item):
                return replace(node, item=self.known(item))
            case Case(branches=branches, default=default):
                whens = tuple((self.known(condition), self.known(value)) for condition, value in branches)
                return Case(whens, None if default is None else self.known(default))
        return node

    def _of_children(self, value: ChildValue) -> Node:
        """Take what child rows amount to; nobody knows which of them belong to a doubtful row."""
        here = self.present()
        return value if here is None else Case(((here, value),), None)

    def _blank(self, item: Node) -> Node:
        """Ask whether something is blank: no answer where an empty cell is of a row that was set aside."""
        known = self.known(item)
        below = [part for part in walk(item) if isinstance(part, ChildValue)]
        inside = {part for child in below for part in walk(child)}
        named = {part.table for part in walk(item) if isinstance(part, Column) and part not in inside}
        tables = sorted(named & set(self.marked))
        filled = (Negated(IsNull(known)), Flag(value=False))
        if below and self.marked:
            return Case((filled,), None)
        whole = all_of(*(Column(table, ROW_ADMITTED) for table in tables))
        return IsNull(known) if whole is None else Case((filled, (whole, Flag(value=True))), None)
