"""Statements that tell the rows of which something is unknown: what stands in them and what they look up."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from edutargets.expressions import Aggregate, ChildValue, Column
from edutargets.row_values import cells_of
from edutargets.set_aside import ROW_ADMITTED
from edutargets.sql_writing import identifier, render
from edutargets.statistics import Joins
from edutargets.unsure_rows import guarded

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from edutargets.tables import Dictionary

__all__ = ["Below", "Link", "OpenStatement", "ToldRow", "ToldTable", "below_of", "open_children", "open_rows"]

Link = tuple[tuple[str, str], ...]
"""Pairs of (column of the child, column of the parent)."""
Below = tuple[str, Link]
"""The child table of a value, and how its rows find their parent."""


@dataclass(frozen=True, slots=True)
class OpenStatement:
    """One statement over the rows of a table of which something is unknown.

    Args:
        table: The table.
        sql: The statement.
        heads: What its columns hold, the number of rows that are alike apart.
        tables: Every table that must be there.
    """

    table: str
    sql: str
    heads: tuple[object, ...]
    tables: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ToldRow:
    """Rows that are alike in all that is looked at.

    Args:
        cells: What stands in them and in the rows they look up; ``None`` where nothing does.
        below: For each value of child rows, what is known of it and how many of the rows are open.
        names: The columns by which they find other rows, or are found or named.
        year: Their year.
        reporter: Who hands them in, where that was asked.
        rows: How many there are.
    """

    cells: Mapping[Column, object]
    below: Mapping[ChildValue, tuple[Fraction | None, int]]
    names: Mapping[str, object]
    year: int | None
    reporter: str
    rows: int


def below_of(value: ChildValue) -> Below:
    """Return where the rows of a value stand."""
    return value.aggregate.table, value.link


def _is_open(aggregate: Aggregate, names: Mapping[ChildValue, tuple[str, str, str]]) -> list[str]:
    """Say when a row leaves an aggregate open: it may belong to it, or belongs and has no value."""
    where = f"({render(aggregate.where, names)})" if aggregate.where is not None else ""
    found = [f"{where} IS NULL"] if where else []
    if aggregate.operand is not None and aggregate.kind != "count":
        blank = f"({render(aggregate.operand, names)}) IS NULL"
        found.append(f"({where} AND {blank})" if where else blank)
    return found


def open_rows(
    aggregates: Sequence[Aggregate],
    dictionary: Dictionary,
    marked: Collection[str],
    found_by: Mapping[str, Iterable[str]],
    *,
    named: bool,
    most: int,
) -> OpenStatement | None:
    """Write the statement that tells the open rows of one table.

    Args:
        aggregates: What counts or adds up its rows, for any target.
        dictionary: The tables.
        marked: The tables from which rows were set aside.
        found_by: The columns by which rows of other tables find those of a table.
        named: Whether each row is told with its key and who reports it; else those that are alike once.
        most: No more rows than one above this are told.
    """
    table = aggregates[0].table
    declared, home = dictionary.tables[table], identifier(table)
    joins = Joins(table, dictionary)
    known = [guarded(one, marked) for one in aggregates]
    for one in known:
        joins.add(one)
    conditions = dict.fromkeys(text for one in known for text in _is_open(one, joins.names))
    if not conditions:
        return None
    nodes = [part for one in aggregates for part in (one.operand, one.where) if part is not None]
    cells = dict.fromkeys(cell for node in nodes for cell in cells_of(node))
    own = [cell for cell in cells if isinstance(cell, Column)]
    own += [Column(name, ROW_ADMITTED) for name in dict.fromkeys([table, *joins.parents]) if name in marked]
    heads: list[tuple[object, str]] = [
        ("year", f"{home}.{identifier(declared.period)}" if declared.period else "NULL")
    ]
    heads += [(cell, render(cell, joins.names)) for cell in own]
    reasons = _reasons(table, own, dictionary, found_by)
    for value in (cell for cell in cells if isinstance(cell, ChildValue)):
        kept = replace(value, aggregate=guarded(value.aggregate, marked))
        alias, number, blank = joins.names[kept]
        heads += [((value, "value"), f"{alias}.{number}"), ((value, "blank"), f"{alias}.{blank}")]
        for _, theirs in value.link:
            reasons.setdefault(theirs, []).append(f"{alias}.{blank} > 0")
    if named:
        names = dict.fromkeys([*reasons, *declared.key, declared.reports])
        heads += [(("name", name), f"{home}.{identifier(name)}") for name in names]
        heads.append(("reporter", f"{home}.{identifier(declared.reports)}"))
    else:
        heads += [
            (
                ("name", name),
                f"CASE WHEN {' OR '.join(dict.fromkeys(why))} THEN {home}.{identifier(name)} END",
            )
            for name, why in reasons.items()
        ]
    return _statement(table, heads, f"{home}{joins.sql()}", conditions, joins.tables(), most)


def _reasons(
    table: str, cells: Sequence[Column], dictionary: Dictionary, found_by: Mapping[str, Iterable[str]]
) -> dict[str, list[str]]:
    """Say when the columns matter by which a row finds others, or is found: where a shared cell is empty."""
    found: dict[str, list[str]] = {}
    home = identifier(table)
    for cell in cells:
        empty = f"{identifier(cell.table)}.{identifier(cell.name)} IS NULL"
        if cell.table != table:
            for mine, _ in dictionary.parent(table, cell.table) or ():
                found.setdefault(mine, []).append(empty)
        elif cell.name != ROW_ADMITTED:
            for name in found_by.get(table, ()):
                found.setdefault(name, []).append(f"{home}.{identifier(cell.name)} IS NULL")
    return found


def open_children(
    values: Sequence[ChildValue], dictionary: Dictionary, marked: Collection[str], *, named: bool, most: int
) -> OpenStatement | None:
    """Write the statement that tells the open rows of a child table, with the parent each belongs to."""
    table, link = below_of(values[0])
    declared, home = dictionary.tables[table], identifier(table)
    conditions: dict[str, None] = {}
    for value in values:
        conditions |= dict.fromkeys(_is_open(guarded(value.aggregate, marked), {}))
    if not conditions:
        return None
    aggregates = [value.aggregate for value in values]
    nodes = [part for one in aggregates for part in (one.operand, one.where) if part is not None]
    own: list[Column] = [
        cell
        for cell in dict.fromkeys(c for node in nodes for c in cells_of(node))
        if isinstance(cell, Column)
    ]
    own += [Column(table, ROW_ADMITTED)] if table in marked else []
    heads: list[tuple[object, str]] = [
        ("year", f"{home}.{identifier(declared.period)}" if declared.period else "NULL")
    ]
    heads += [(cell, render(cell, {})) for cell in own]
    names = dict.fromkeys(mine for mine, _ in link)
    if named:
        names |= dict.fromkeys([*declared.key, declared.reports])
    heads += [(("name", name), f"{home}.{identifier(name)}") for name in names]
    if named:
        heads.append(("reporter", f"{home}.{identifier(declared.reports)}"))
    return _statement(table, heads, home, conditions, (table,), most)


def _statement(
    table: str,
    heads: Sequence[tuple[object, str]],
    source: str,
    conditions: Iterable[str],
    tables: tuple[str, ...],
    most: int,
) -> OpenStatement:
    lines = ",\n    ".join(f"{sql} AS h{number}" for number, (_, sql) in enumerate(heads))
    kept = "\n   OR ".join(conditions)
    told = f"SELECT\n    {lines},\n    COUNT(*) AS alike\nFROM {source}"
    sql = f"{told}\nWHERE {kept}\nGROUP BY ALL\nLIMIT {most + 1}"
    return OpenStatement(table, sql, tuple(head for head, _ in heads), tables)


@dataclass(frozen=True, slots=True)
class ToldTable:
    """The rows that a statement told, as they came back.

    Args:
        heads: What their columns hold; the last one holds how many rows are alike.
        rows: The rows.
    """

    heads: tuple[object, ...]
    rows: tuple[Sequence[object], ...]

    def at(self, head: object) -> int:
        """Return the position of a column."""
        return self.heads.index(head)

    def row(self, found: Sequence[object]) -> ToldRow:
        """Take one row as it is told: numbers exact, years and numbers of rows whole."""
        return _told(self.heads, found)


def _told(heads: Sequence[object], row: Sequence[object]) -> ToldRow:
    cells: dict[Column, object] = {}
    below: dict[ChildValue, dict[str, object]] = {}
    names: dict[str, object] = {}
    year: int | None = None
    reporter = ""
    for head, found in zip(heads, row, strict=False):
        if isinstance(head, Column):
            cells[head] = _exact(found)
        elif head == "year":
            year = None if found is None else int(str(found))
        elif head == "reporter":
            reporter = "" if found is None else str(found)
        elif isinstance(head, tuple) and isinstance(head[0], ChildValue):
            below.setdefault(head[0], {})[str(head[1])] = found
        elif isinstance(head, tuple):
            names[str(head[1])] = found
    values = {
        value: (None if one["value"] is None else Fraction(str(one["value"])), int(str(one["blank"] or 0)))
        for value, one in below.items()
    }
    return ToldRow(cells, values, names, year, reporter, int(str(row[-1])))


def _exact(found: object) -> object:
    if isinstance(found, bool) or found is None or isinstance(found, date):
        return found
    return Fraction(found) if isinstance(found, int | Decimal) else str(found)
