"""What a target computes once it is bound: its totals, its rows, its unit and its exact goal."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from edutargets.expressions import Aggregate, ChildValue, Column, Node, aggregates_of, walk
from edutargets.row_lists import distinct_list
from edutargets.targets import PerHundred, Target

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pint

    from edutargets.goals import Goal
    from edutargets.price_measures import PriceMeasure
    from edutargets.row_lists import RowList, RowMeasure
    from edutargets.standards import BoundStandard, Limits
    from edutargets.tables import Relation

__all__ = ["Entities", "Measure"]


@dataclass(frozen=True, slots=True)
class Entities:
    """Those who must each fulfil a promise.

    Args:
        relation: The table or view they are rows of.
        where: Which of its rows they are.
        value: What each of them has.
        meets: The condition that each must hold; ``None`` where their mean is judged.
        unit: The unit of each one's value.
        goal: What each must reach; where a column decides, the first of ``limits``.
        limits: What each must reach where a column decides.
        standards: The several standards of which so many are enough.
    """

    relation: Relation
    where: Node | None
    value: Node
    meets: Node | None
    unit: pint.Unit
    goal: Goal
    limits: Limits | None = None
    standards: tuple[BoundStandard, ...] = ()


@dataclass(frozen=True, slots=True)
class Measure:
    """What a target computes, ready for any engine.

    Args:
        target: The target it belongs to.
        parts: The named totals, in the order they are shown.
        value: How the totals make the value.
        unit: The unit of the value.
        goal: What is enough, in that unit; ``None`` where the rule needs no number (a trend).
        against: The other side of a comparison.
        entities: Those who must each fulfil it.
        tables: All tables that must have reported.
        extras: What is told beside the verdict, such as the lowest value of all.
        rows: What it is computed from row by row, where no total says it.
        prices: The price index by which a series of money is told in prices of one year.
    """

    target: Target
    parts: Mapping[str, Node]
    value: Node
    unit: pint.Unit
    goal: Goal | None
    tables: tuple[str, ...]
    against: Node | None = None
    entities: Entities | None = None
    extras: Mapping[str, Node] = field(default_factory=lambda: MappingProxyType({}))
    rows: RowMeasure | None = None
    prices: PriceMeasure | None = None

    @property
    def is_real(self) -> bool:
        """Whether money of one year decides, not money of the day."""
        return self.prices is not None and self.prices.binds

    @property
    def per_hundred(self) -> bool:
        """Whether the value is for each hundred of what stands below."""
        return isinstance(self.target, PerHundred)

    def aggregates(self) -> tuple[Aggregate, ...]:
        """Return everything an engine must count or add up for it."""
        nodes = [
            *self.parts.values(),
            self.value,
            *([self.against] if self.against else []),
            *self.extras.values(),
            *([self.prices.index] if self.prices else []),
        ]
        return tuple(dict.fromkeys(aggregate for node in nodes for aggregate in aggregates_of(node)))

    def row_lists(self) -> tuple[RowList, ...]:
        """Return everything an engine must tell row by row for it."""
        own = tuple(self.rows.lists.values()) if self.rows is not None else ()
        once = (distinct_list(one) for one in self.aggregates() if one.kind == "distinct")
        return tuple(dict.fromkeys((*own, *once)))

    def needs(self) -> tuple[frozenset[str], frozenset[tuple[str, str]]]:
        """Return the tables and the columns that must be there, those only looked up included."""
        told = self.prices.index if self.prices is not None and not self.prices.binds else None
        nodes = [node for aggregate in self.aggregates() if aggregate != told for node in walk(aggregate)]
        columns = frozenset((node.table, node.name) for node in nodes if isinstance(node, Column))
        children = [node for node in nodes if isinstance(node, ChildValue)]
        columns |= {(child.aggregate.table, mine) for child in children for mine, _ in child.link}
        tables = frozenset(node.table for node in nodes if isinstance(node, Column | Aggregate))
        for wanted in (one.needs() for one in self.row_lists()):
            tables, columns = tables | wanted[0], columns | wanted[1]
        return tables, columns
