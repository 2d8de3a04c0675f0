"""The SQL of a target before any data are there: what each table is asked, and the rows of a group."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edutargets.entity_conditions import all_filled
from edutargets.expressions import Aggregate, Column, Compare, Day, Logic, aggregates_of, all_of
from edutargets.listing_sql import columns_of
from edutargets.sql_writing import identifier, render
from edutargets.statistics import Joins
from edutargets.targets import KOfN, Milestone
from edutargets.totals_sql import conjuncts, where_lines

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from edutargets.bound_measures import Entities, Measure
    from edutargets.expressions import Node
    from edutargets.row_lists import RowList
    from edutargets.tables import Dictionary

__all__ = ["evidence_rows", "measure_sql"]


def measure_sql(measure: Measure, dictionary: Dictionary) -> tuple[str, ...]:
    """Write the statements that return what a target is computed from; each runs on the admitted tables.

    Totals stand in one row for each year that was reported; whoever must reach a goal one by one, and the
    evidence of a milestone, in one row each. Nothing is divided but a mean: that is done later, exactly.
    """
    if isinstance(measure.target, Milestone):
        return (_evidence(measure.target, measure, dictionary),)
    if measure.rows is not None and not isinstance(measure.target, KOfN):
        return tuple(_rows(rows, dictionary) for rows in measure.rows.lists.values())
    if measure.entities is not None:
        return (_of_each(measure.entities, dictionary),)
    named = {**measure.parts, **({"against": measure.against} if measure.against is not None else {})}
    by_table: dict[str, dict[str, Aggregate]] = {}
    for name, node in named.items():
        found = aggregates_of(node)
        for at, aggregate in enumerate(found, start=1):
            column = name if len(found) == 1 else f"{name}_{at}"
            by_table.setdefault(aggregate.table, {})[column] = aggregate
    return tuple(_totals(table, columns, dictionary) for table, columns in sorted(by_table.items()))


def _totals(table: str, columns: Mapping[str, Aggregate], dictionary: Dictionary) -> str:
    joins = Joins(table, dictionary)
    for aggregate in columns.values():
        joins.add(aggregate)
    period = dictionary.tables[table].period
    shared = [
        one
        for one in conjuncts(next(iter(columns.values())).where)
        if all(one in conjuncts(other.where) for other in columns.values())
    ]
    heads = [f"{identifier(table)}.{identifier(period)} AS period"] if period else []
    heads += [f"{_total(one, shared, joins)} AS {identifier(name)}" for name, one in columns.items()]
    lines = [
        "SELECT\n    " + ",\n    ".join(heads),
        f"FROM {identifier(table)}{joins.sql()}",
        *where_lines(render(one, joins.names) for one in shared),
        *(["GROUP BY period", "ORDER BY period"] if period else []),
    ]
    return "\n".join(lines)


def _total(aggregate: Aggregate, shared: Sequence[Node], joins: Joins) -> str:
    operand = render(aggregate.operand, joins.names) if aggregate.operand is not None else "*"
    own = [render(one, joins.names) for one in conjuncts(aggregate.where) if one not in shared]
    condition = " AND ".join(f"({one})" if " OR " in one else one for one in own)
    kept = f" FILTER (WHERE {condition})" if condition else ""
    once = "DISTINCT " if aggregate.kind == "distinct" else ""
    name = "COUNT" if aggregate.kind == "distinct" else aggregate.kind.upper()
    return f"{name}({once}{operand}){kept}"


def _of_each(group: Entities, dictionary: Dictionary) -> str:
    table = group.relation.table
    return _listing(table, {**_keys(table, dictionary), **columns_of(group)}, group.where, dictionary)


def evidence_rows(measure: Measure) -> tuple[str, tuple[Node, ...]]:
    """Return the table of evidence of a milestone, and which of its rows are looked at, whenever dated."""
    target, (found,) = measure.target, measure.parts.values()
    assert isinstance(target, Milestone)  # its callers looked
    assert isinstance(found, Aggregate)  # bound so
    items = found.where.items if isinstance(found.where, Logic) else (found.where,)
    proves = all_filled(tuple(Column(found.table, name) for name in target.evidence))
    left_out = {_in_time(target, found.table), proves, None}
    return found.table, tuple(part for one in items if one not in left_out for part in conjuncts(one))


def _in_time(target: Milestone, table: str) -> Node:
    return Compare("<=", Column(table, target.done_on), Day(target.by))


def _evidence(target: Milestone, measure: Measure, dictionary: Dictionary) -> str:
    table, kept = evidence_rows(measure)
    names = dict.fromkeys([*_keys(table, dictionary), *target.evidence, target.done_on])
    columns: dict[str, Node] = {name: Column(table, name) for name in names}
    return _listing(table, columns, all_of(*kept, _in_time(target, table)), dictionary)


def _rows(rows: RowList, dictionary: Dictionary) -> str:
    named = {**_keys(rows.table, dictionary), **dict(rows.columns)}
    return _listing(rows.table, named, rows.where, dictionary)


def _keys(table: str, dictionary: Dictionary) -> dict[str, Node]:
    return {name: Column(table, name) for name in dictionary.tables[table].key}


def _listing(table: str, columns: Mapping[str, Node], where: Node | None, dictionary: Dictionary) -> str:
    joins = Joins(table, dictionary)
    kept = conjuncts(where)
    for node in (*columns.values(), *kept):
        joins.add(Aggregate("count", table, node, None, dictionary.tables[table].counts))
    heads = []
    for name, node in columns.items():
        text = render(node, joins.names)
        heads.append(text if node == Column(table, name) else f"{text} AS {identifier(name)}")
    keys = [f"{identifier(table)}.{identifier(name)}" for name in dictionary.tables[table].key]
    lines = [
        "SELECT\n    " + ",\n    ".join(heads),
        f"FROM {identifier(table)}{joins.sql()}",
        *where_lines(render(one, joins.names) for one in kept),
        f"ORDER BY {', '.join(keys)}",
    ]
    return "\n".join(lines)
