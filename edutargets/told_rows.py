"""The open rows of all targets, told by the engine: one statement for each table, whatever the targets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from edutargets.child_ranges import Told, ToldChildren, found_by
from edutargets.expressions import ChildValue, aggregates_of
from edutargets.k_of_n import KOfN
from edutargets.open_row_choices import LINEAR, open_target
from edutargets.open_statements import Asking, ToldTable, below_of, open_children, open_rows
from edutargets.row_targets import Dispersion, Frequency
from edutargets.row_values import cells_of
from edutargets.sharp_bounds import SharpBounds

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction

    from edutargets.bound_measures import Measure
    from edutargets.engine import Engine
    from edutargets.exact_columns import Statistics
    from edutargets.expressions import Aggregate
    from edutargets.open_statements import Below
    from edutargets.tables import Dictionary

__all__ = ["Known", "are_open", "judged_aggregates", "sharp_bounds", "told_rows"]


@dataclass(frozen=True, slots=True)
class Known:
    """The tables that totals come from.

    Args:
        dictionary: The tables as the pack has them.
        ranges: The same with ranges that hold all that was admitted.
        marked: Those from which rows were set aside.
        present: All that were admitted.
        within: How far an unknown number may lie from the year before; ``None``: as far as its column goes.
    """

    dictionary: Dictionary
    ranges: Dictionary
    marked: frozenset[str]
    present: frozenset[str]
    within: Fraction | None = None


def judged_aggregates(measure: Measure) -> tuple[Aggregate, ...]:
    """Return the counts, sums and means that a target's verdict is made of."""
    if isinstance(measure.target, Dispersion | Frequency | KOfN):
        return ()
    nodes = [measure.value, *measure.parts.values(), *([measure.against] if measure.against else [])]
    nodes += [node for node in measure.extras.values() if _is_linear(node)]
    found = dict.fromkeys(one for node in nodes for one in aggregates_of(node))
    return tuple(one for one in found if one.kind in LINEAR)


def _is_linear(node: object) -> bool:
    return all(one.kind in LINEAR for one in aggregates_of(node))  # type: ignore[arg-type]


def are_open(aggregates: Sequence[Aggregate], statistics: Statistics) -> bool:
    """Whether something is unknown of some totals."""
    return any(statistics.is_open(one) for one in aggregates)


def sharp_bounds(
    measures: Sequence[Measure], statistics: Statistics, engine: Engine, known: Known
) -> dict[str, SharpBounds]:
    """Find the sharp ranges of targets of which something is unknown; open rows are told once for all.

    Args:
        measures: The targets.
        statistics: What is known of them.
        engine: Runs the statements.
        known: The tables they come from.
    """
    wanted = {one.target.id: judged_aggregates(one) for one in measures}
    wanted = {name: found for name, found in wanted.items() if are_open(found, statistics)}
    if not wanted:
        return {}
    every = tuple(dict.fromkeys(one for found in wanted.values() for one in found))
    told = told_rows(every, engine, known)
    targets = {name: open_target(found, told) for name, found in wanted.items()}
    return {name: SharpBounds(found, statistics) for name, found in targets.items() if found is not None}


def told_rows(wanted: Sequence[Aggregate], engine: Engine, known: Known, *, named: bool = False) -> Told:
    """Ask for the open rows of some totals.

    Args:
        wanted: The totals of all targets of which something is unknown.
        engine: Runs the statements.
        known: The tables they come from.
        named: Whether each row is told by itself, with its key and who reports it.
    """
    asking = Asking(known.dictionary, known.marked, named, known.within is not None)
    rows: dict[str, ToldTable] = {}
    by_table: dict[str, dict[Aggregate, None]] = {}
    for one in wanted:
        by_table.setdefault(one.table, {})[one] = None
    keys = {
        table: sorted({name for names in links for name in names})
        for table, links in found_by(wanted, known.dictionary).items()
    }
    values: dict[Below, dict[ChildValue, None]] = {}
    for table, aggregates in by_table.items():
        statement = open_rows(tuple(aggregates), asking, keys)
        if statement is None:
            rows[table] = ToldTable((), ())
        elif set(statement.tables) <= set(known.present):
            found = tuple(engine.run(statement.sql))
            if len(found) <= asking.most:
                rows[table] = ToldTable(statement.heads, found)
        for one in aggregates:
            for part in (one.operand, one.where):
                for cell in cells_of(part) if part is not None else ():
                    if isinstance(cell, ChildValue):
                        values.setdefault(below_of(cell), {})[cell] = None
    below = {
        at: found_below
        for at, own in values.items()
        if (found_below := _children(at, tuple(own), engine, asking)) is not None
    }
    return Told(rows, below, known.ranges, known.marked, known.within)


def _children(at: Below, values: Sequence[ChildValue], engine: Engine, asking: Asking) -> ToldChildren | None:
    """Tell the open rows of a child table by the parent they belong to; none where they are too many."""
    statement = open_children(values, asking)
    if statement is None:
        return ToldChildren(ToldTable((), ()), {})
    table = ToldTable(statement.heads, tuple(engine.run(statement.sql)))
    if len(table.rows) > asking.most:
        return None
    names = [table.at(("name", mine)) for mine, _ in at[1]]
    found: dict[tuple[object, ...], list[Sequence[object]]] = {}
    for row in table.rows:
        found.setdefault(tuple(row[one] for one in names), []).append(row)
    return ToldChildren(table, found)
