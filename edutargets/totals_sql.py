"""The SQL that made one target's numbers, short enough to read: it runs as printed on the admitted tables."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from edutargets.expressions import Aggregate, Arithmetic, Logic, Node, Number, aggregates_of, all_of
from edutargets.sql_writing import identifier, render
from edutargets.statistics import Joins

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from edutargets.attainment import Attainment
    from edutargets.exact_columns import Cell, Statistics

__all__ = [
    "Piece",
    "PrintedStatement",
    "conjuncts",
    "formula_of",
    "in_years",
    "judged_years",
    "pieces_of",
    "total_statements",
    "where_lines",
]


@dataclass(frozen=True, slots=True)
class Piece:
    """A total that one column of a statement returns.

    Args:
        name: The column's name: the part's own, or the part's with an ending where a part is made of several.
        node: What is counted or added up in one table; nothing is divided in it.
    """

    name: str
    node: Node

    @property
    def table(self) -> str:
        """The table whose rows are taken."""
        return aggregates_of(self.node)[0].table

    def value(self, statistics: Statistics, years: Sequence[int] | None) -> Fraction | None:
        """Return the exact total of some years, from the columns the verdict was made of."""
        return _total(self.node, statistics, years)


@dataclass(frozen=True, slots=True)
class PrintedStatement:
    """A statement to be read and run.

    Args:
        kind: ``totals`` of a table, or the ``listing`` of those who fall short.
        table: The table whose rows are taken.
        sql: The statement.
        pieces: What its columns hold, the period and the columns of a listing apart.
        dated: Whether its first column is the period.
        columns: What the columns of a listing hold, each with its name.
    """

    kind: Literal["totals", "listing"]
    table: str
    sql: str
    pieces: tuple[Piece, ...] = ()
    dated: bool = False
    columns: tuple[tuple[str, Node], ...] = ()


# pieces --------------------------------------------------------------------------------------------


def pieces_of(attainment: Attainment) -> tuple[Piece, ...]:
    """Return the totals of a target's parts; one that divides is taken apart, for engines do not divide."""
    return tuple(piece for name, node in _nodes(attainment).items() for piece in _taken_apart(name, node))


def formula_of(attainment: Attainment, part: str) -> str:
    """Say how a part is made of its pieces, e.g. ``value_sum / value_count``; just its name if it is one."""
    node = _nodes(attainment).get(part)
    return part if node is None else _formula(part, node)


def _nodes(attainment: Attainment) -> dict[str, Node]:
    measure = attainment.measure
    if measure is None:
        return {}
    against = {"against": measure.against} if measure.against is not None else {}
    prices: dict[str, Node] = {}
    if measure.prices is not None and attainment.statistics and measure.prices.index in attainment.statistics:
        prices = {"price_index": measure.prices.index}
    return {**measure.parts, **against, **measure.extras, **prices}


def _is_one(node: Node) -> bool:
    found = aggregates_of(node)
    return (
        not _divides_outside(node)
        and all(aggregate.kind != "avg" for aggregate in found)
        and len({aggregate.table for aggregate in found}) == 1
    )


def _divides_outside(node: Node) -> bool:
    return isinstance(node, Arithmetic) and (
        node.operator == "/" or _divides_outside(node.left) or _divides_outside(node.right)
    )


def _endings(node: Node) -> tuple[str, str]:
    divides = isinstance(node, Arithmetic) and node.operator == "/"
    return ("numerator", "denominator") if divides else ("1", "2")


def _taken_apart(name: str, node: Node) -> list[Piece]:
    if isinstance(node, Number):
        return []
    if _is_one(node):
        return [Piece(name, node)]
    if isinstance(node, Aggregate):
        total = Aggregate("sum", node.table, node.operand, node.where, node.counts)
        count = Aggregate("count", node.table, node.operand, node.where, node.counts)
        return [Piece(f"{name}_sum", total), Piece(f"{name}_count", count)]
    assert isinstance(node, Arithmetic)  # nothing else stands above aggregates
    sides = zip(_endings(node), (node.left, node.right), strict=True)
    return [piece for ending, side in sides for piece in _taken_apart(f"{name}_{ending}", side)]


def _formula(name: str, node: Node) -> str:
    if isinstance(node, Number):
        return str(node.value)
    if _is_one(node):
        return name
    if isinstance(node, Aggregate):
        return f"{name}_sum / {name}_count"
    assert isinstance(node, Arithmetic)  # nothing else stands above aggregates
    left, right = (
        _formula(f"{name}_{ending}", side)
        for ending, side in zip(_endings(node), (node.left, node.right), strict=True)
    )
    return f"{_bracketed(left)} {node.operator} {_bracketed(right)}"


def _bracketed(text: str) -> str:
    return f"({text})" if " " in text else text


def _total(node: Node, statistics: Statistics, years: Sequence[int] | None) -> Fraction | None:
    if isinstance(node, Number):
        return node.value
    if isinstance(node, Aggregate):
        return _of_cell(node, statistics, years)
    assert isinstance(node, Arithmetic)  # nothing else stands above aggregates
    left, right = (_total(side, statistics, years) for side in (node.left, node.right))
    if left is None or right is None:
        return None
    return {"+": left + right, "-": left - right, "*": left * right}[node.operator]


def _of_cell(aggregate: Aggregate, statistics: Statistics, years: Sequence[int] | None) -> Fraction | None:
    """Return a total; the two halves of a mean were collected as one column pair."""
    if aggregate in statistics:
        cell: Cell = statistics.total(aggregate, years)
        return Fraction(cell.known) if aggregate.kind == "count" else cell.value
    mean = Aggregate("avg", aggregate.table, aggregate.operand, aggregate.where, aggregate.counts)
    cell = statistics.total(mean, years)
    return Fraction(cell.known) if aggregate.kind == "count" else cell.value


# totals --------------------------------------------------------------------------------------------


def total_statements(attainment: Attainment) -> tuple[PrintedStatement, ...]:
    """Write for each table the statement that returns the parts of this target alone.

    A row for each year that was judged; one row where the years are added up.
    """
    attainment = attainment.original
    if attainment.measure is None or attainment.statistics is None or attainment.dictionary is None:
        return ()
    if all(result.value is None for result in attainment.results):
        return ()
    by_table: dict[str, list[Piece]] = {}
    for piece in pieces_of(attainment):
        by_table.setdefault(piece.table, []).append(piece)
    return tuple(_totals(attainment, table, tuple(pieces)) for table, pieces in sorted(by_table.items()))


def judged_years(attainment: Attainment) -> tuple[int, ...]:
    """Return the years that a verdict was made of."""
    judged = [result for result in attainment.results if result.value is not None]
    return tuple(sorted({year for result in judged for year in result.years}))


def _totals(attainment: Attainment, table: str, pieces: tuple[Piece, ...]) -> PrintedStatement:
    dictionary, statistics = attainment.dictionary, attainment.statistics
    assert dictionary is not None  # its caller looked
    assert statistics is not None  # its caller looked
    joins = Joins(table, dictionary)
    for piece in pieces:
        for aggregate in aggregates_of(piece.node):
            joins.add(aggregate)
    years = judged_years(attainment)
    period = dictionary.tables[table].period if years else None
    summed = attainment.target.sums_years
    dated = period is not None and not summed
    groups = [years] if summed else [(year,) for year in years]
    dense = all(any(piece.value(statistics, group) for piece in pieces) for group in groups or [None])
    shared = _shared([piece.node for piece in pieces]) if dense else ()
    heads = [f"{_dated(table, period)} AS period"] if dated and period else []
    heads += [f"{_over(piece.node, shared, joins)} AS {identifier(piece.name)}" for piece in pieces]
    lines = [
        "SELECT\n    " + ",\n    ".join(heads),
        f"FROM {identifier(table)}{joins.sql()}",
        *where_lines([*(render(one, joins.names) for one in shared), *in_years(table, period, years)]),
        *(["GROUP BY period", "ORDER BY period"] if dated else []),
    ]
    return PrintedStatement("totals", table, "\n".join(lines), pieces, dated)


def _dated(table: str, period: str) -> str:
    return f"{identifier(table)}.{identifier(period)}"


def in_years(table: str, period: str | None, years: Sequence[int]) -> list[str]:
    """Write the condition that keeps some years of a table; none where it has no years."""
    if period is None or not years:
        return []
    if len(years) == 1:
        return [f"{_dated(table, period)} = {years[0]}"]
    return [f"{_dated(table, period)} IN ({', '.join(str(year) for year in years)})"]


def where_lines(conditions: Iterable[str]) -> list[str]:
    """Write conditions below one WHERE, each on a line of its own."""
    found = [f"({one})" if " OR " in one else one for one in conditions]
    return ["WHERE " + "\n  AND ".join(found)] if found else []


def conjuncts(condition: Node | None) -> tuple[Node, ...]:
    """Return the conditions that must all hold."""
    if condition is None:
        return ()
    if isinstance(condition, Logic) and condition.operator == "and":
        return tuple(part for item in condition.items for part in conjuncts(item))
    return (condition,)


def _shared(nodes: Sequence[Node]) -> tuple[Node, ...]:
    """Return the conditions that every total carries: they are written once, below WHERE."""
    conditions = [conjuncts(aggregate.where) for node in nodes for aggregate in aggregates_of(node)]
    return tuple(dict.fromkeys(one for one in conditions[0] if all(one in other for other in conditions)))


def _over(node: Node, shared: tuple[Node, ...], joins: Joins) -> str:
    """Write a total; what it asks beyond the shared conditions stands in its FILTER."""
    if isinstance(node, Number):
        return render(node, joins.names)
    if isinstance(node, Arithmetic):
        left, right = (_over(side, shared, joins) for side in (node.left, node.right))
        if node.operator == "*":
            left, right = _bracketed(left), _bracketed(right)
        elif isinstance(node.right, Arithmetic):
            right = _bracketed(right)
        return f"{left} {node.operator} {right}"
    assert isinstance(node, Aggregate)  # nothing else stands in a total
    operand = render(node.operand, joins.names) if node.operand is not None else "*"
    own = all_of(*(one for one in conjuncts(node.where) if one not in shared))
    condition = f" FILTER (WHERE {render(own, joins.names)})" if own is not None else ""
    if node.kind == "distinct":
        return f"COUNT(DISTINCT {operand}){condition}"
    return f"{node.kind.upper()}({operand}){condition}"
