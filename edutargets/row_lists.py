"""What must be known row by row, as no sum can say it: who was counted, how much each has, on which day."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from edutargets.expressions import Aggregate, ChildValue, Column, Node, walk

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pint

__all__ = ["ListedRow", "RowList", "RowMeasure", "distinct_list"]


@dataclass(frozen=True, slots=True)
class RowList:
    """Some columns of the rows of one table; rows that are alike are told once, with their number.

    Args:
        table: The table whose rows are told.
        columns: The name and the value of each column.
        where: Which rows are told; a row of which that is not known is told as unsure.
    """

    table: str
    columns: tuple[tuple[str, Node], ...]
    where: Node | None = None

    def nodes(self) -> tuple[Node, ...]:
        """Return everything that is looked at in a row."""
        own = tuple(node for _, node in self.columns)
        return own if self.where is None else (*own, self.where)

    def needs(self) -> tuple[frozenset[str], frozenset[tuple[str, str]]]:
        """Return the tables and the columns that must be there."""
        found = [node for root in self.nodes() for node in walk(root)]
        columns = {(node.table, node.name) for node in found if isinstance(node, Column)}
        below = [node for node in found if isinstance(node, ChildValue)]
        columns |= {(child.aggregate.table, mine) for child in below for mine, _ in child.link}
        tables = {self.table, *(node.table for node in found if isinstance(node, Column | Aggregate))}
        return frozenset(tables), frozenset(columns)


@dataclass(frozen=True, slots=True)
class ListedRow:
    """Rows of a table that are alike.

    Args:
        reporter: Who reports them.
        year: Their year; ``None`` where the table has none.
        values: Their columns, as the engine hands them back.
        sure: How many of them belong to it.
        unsure: Of how many that is not known.
    """

    reporter: str
    year: int | None
    values: tuple[object, ...]
    sure: int
    unsure: int


@dataclass(frozen=True, slots=True)
class RowMeasure:
    """What a target is computed from row by row.

    Args:
        lists: The rows, by the name they have in the rule.
        units: The units of the parts that come from them.
        zero_if_absent: Whether one without any record at all is known to have none.
    """

    lists: Mapping[str, RowList]
    units: Mapping[str, pint.Unit] = field(default_factory=lambda: MappingProxyType({}))
    zero_if_absent: bool = True


def distinct_list(aggregate: Aggregate) -> RowList:
    """Return the rows that ``count(distinct column)`` is made of."""
    assert aggregate.operand is not None  # read so
    return RowList(aggregate.table, (("value", aggregate.operand),), aggregate.where)
