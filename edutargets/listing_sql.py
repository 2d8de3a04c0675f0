"""The SQL that lists rows one by one: who falls short, and what was found as evidence; it runs as printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edutargets.entity_conditions import divides, split
from edutargets.expressions import Aggregate, Column, Node
from edutargets.goals import Verdict
from edutargets.listing_engines import listing_engine
from edutargets.sql_writing import identifier, render
from edutargets.statistics import Joins
from edutargets.targets import Milestone
from edutargets.totals_sql import PrintedStatement, conjuncts, in_years, judged_years, where_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from edutargets.attainment import Attainment
    from edutargets.bound_measures import Entities
    from edutargets.standards import Limits

__all__ = ["column_name", "columns_of", "listed_rows", "listing_of", "listing_statement"]

Cells = dict[str, object]


def listing_statement(attainment: Attainment) -> PrintedStatement | None:
    """Write the statement that lists everybody who falls short, or all evidence of a milestone.

    One of whom it is not known whether the goal is reached stands there too, with an empty value; and so
    does a piece of evidence that leaves something blank.
    """
    attainment = attainment.original
    measure = attainment.measure
    if measure is None or attainment.dictionary is None or attainment.verdict is Verdict.NOT_EVALUABLE:
        return None
    if isinstance(attainment.target, Milestone):
        return _evidence(attainment, attainment.target)
    if measure.entities is None or measure.entities.meets is None:
        return None
    return _falling_short(attainment, measure.entities, measure.entities.meets)


def listed_rows(attainment: Attainment, statement: PrintedStatement) -> tuple[Cells, ...]:
    """Run a listing on the admitted tables, as it is printed."""
    if attainment.basis is None:
        return ()
    engine = listing_engine(attainment.basis)
    names = [name for name, _ in statement.columns]
    return tuple(dict(zip(names, row, strict=True)) for row in engine.run(statement.sql))


def listing_of(
    attainment: Attainment, table: str, heads: Mapping[str, Node], kept: Sequence[Node], meets: Node | None
) -> PrintedStatement:
    """Write the statement that lists the rows of a table that fulfil some conditions, but not another one.

    Args:
        attainment: Of which the years are taken.
        table: The table.
        heads: What is listed beside the key.
        kept: What every row fulfils.
        meets: What it does not fulfil, or what is not known of it.
    """
    keys = _keys(attainment, table)
    return _listing(attainment, table, {**keys, **heads}, list(kept), (meets, identifier(next(iter(keys)))))


def _falling_short(attainment: Attainment, entities: Entities, meets: Node) -> PrintedStatement:
    table = entities.relation.table
    values = columns_of(entities)
    text = _order(values, entities)
    heads = {**_keys(attainment, table), **values}
    return _listing(attainment, table, heads, [*conjuncts(entities.where)], (meets, text))


def _order(values: Mapping[str, Node], entities: Entities) -> str:
    first = next(iter(values))
    if not divides(entities.value):
        return identifier(first)
    return "numerator * 1.0 / NULLIF(denominator, 0)"


def _evidence(attainment: Attainment, target: Milestone) -> PrintedStatement:
    """List the rows that are dated in time, those with incomplete evidence as well."""
    measure = attainment.measure
    assert measure is not None  # its caller looked
    (table,) = measure.tables
    names = dict.fromkeys([*_keys(attainment, table), *target.evidence, target.done_on])
    heads = {name: Column(table, name) for name in names}
    (found,) = measure.aggregates()[:1]
    conditions = conjuncts(found.where)
    own = conditions[:-1] if target.evidence else conditions
    return _listing(attainment, table, heads, list(own), (None, identifier(target.done_on)))


def _keys(attainment: Attainment, table: str) -> dict[str, Node]:
    assert attainment.dictionary is not None  # its caller looked
    declared = attainment.dictionary.tables[table]
    return {name: Column(table, name) for name in dict.fromkeys([declared.reports, *declared.key])}


def _listing(
    attainment: Attainment,
    table: str,
    heads: Mapping[str, Node],
    kept: list[Node],
    rule: tuple[Node | None, str],
) -> PrintedStatement:
    """Write the statement: its columns, the rows kept, what they do not fulfil, and their order."""
    dictionary = attainment.dictionary
    assert dictionary is not None  # its caller looked
    declared, (meets, order) = dictionary.tables[table], rule
    joins = Joins(table, dictionary)
    for node in (*heads.values(), *kept, *([meets] if meets is not None else [])):
        joins.add(Aggregate("count", table, node, None, declared.counts))
    conditions = [render(one, joins.names) for one in kept]
    conditions += in_years(table, declared.period, judged_years(attainment))
    if meets is not None:
        conditions.append(f"({render(meets, joins.names)}) IS NOT TRUE")
    keys = [f"{identifier(table)}.{identifier(name)}" for name in _keys(attainment, table)]
    lines = [
        "SELECT\n    " + ",\n    ".join(_head(table, name, node, joins) for name, node in heads.items()),
        f"FROM {identifier(table)}{joins.sql()}",
        *where_lines(conditions),
        f"ORDER BY {order}, {', '.join(keys)}",
    ]
    return PrintedStatement("listing", table, "\n".join(lines), columns=tuple(heads.items()))


def _head(table: str, name: str, node: Node, joins: Joins) -> str:
    text = render(node, joins.names)
    return text if node == Column(table, name) else f"{text} AS {identifier(name)}"


def columns_of(entities: Entities) -> dict[str, Node]:
    """Return what is listed of each: its value or both sides of it, and what decides about its limit."""
    if entities.standards:
        return _standard_columns(entities)
    deciding = {column_name(one, entities): one for one in _deciding([entities.limits])}
    if not divides(entities.value):
        return {"value": entities.value, **deciding}
    _, above, below = split(entities.value)
    assert below is not None  # it divides
    return {"numerator": above, "denominator": below, **deciding}


def column_name(column: Column, entities: Entities) -> str:
    """Name a column of a listing; one of another table brings that table's name along."""
    own = column.table == entities.relation.table
    return column.name if own else f"{column.table}_{column.name}"


def _deciding(limits: Iterable[Limits | None]) -> tuple[Column, ...]:
    """Return the columns that decide which limit holds."""
    found = [one.column for one in limits if one is not None and one.column is not None]
    return tuple(dict.fromkeys(found))


def _standard_columns(entities: Entities) -> dict[str, Node]:
    """Return how many standards each reaches, what decides about them, and both sides of each value."""
    deciding = _deciding(one.limits for one in entities.standards)
    found: dict[str, Node] = {"reached": entities.value}
    found |= {column_name(one, entities): one for one in deciding}
    for number, standard in enumerate(entities.standards, start=1):
        _, above, below = split(standard.value)
        for side, node in (("numerator", above), ("denominator", below)):
            if node is None or node in found.values():
                continue
            found[column_name(node, entities) if isinstance(node, Column) else f"{side}_{number}"] = node
    return found
