"""Statements that tell the rows of which something is unknown: what stands in them and what they look up."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from edutargets.expressions import Aggregate, ChildValue, Column
from edutargets.row_values import Cell, cells_of
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
_Head = tuple[object, str]
"""What a column holds, and its SQL."""


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
        before: What stood in an empty cell the year before: the smallest and the largest.
        names: The columns by which they find other rows, or are found or named.
        year: Their year.
        reporter: Who hands them in, where that was asked.
        rows: How many there are.
    """

    cells: Mapping[Column, object]
    below: Mapping[ChildValue, tuple[Fraction | None, int]]
    before: Mapping[Column, tuple[Fraction, Fraction]]
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


@dataclass(frozen=True, slots=True)
class Asking:
    """How rows are told.

    Args:
        dictionary: The tables.
        marked: The tables from which rows were set aside.
        named: Whether each row is told with its key and who reports it; else those that are alike once.
        before: Whether it is told what stood in the row of the same name in the year before.
        most: No more rows than one above this are told.
    """

    dictionary: Dictionary
    marked: Collection[str]
    named: bool = False
    before: bool = False
    most: int = 50_000


def open_rows(
    aggregates: Sequence[Aggregate], asking: Asking, found_by: Mapping[str, Iterable[str]]
) -> OpenStatement | None:
    """Write the statement that tells the open rows of one table.

    Args:
        aggregates: What counts or adds up its rows, for any target.
        asking: How they are told.
        found_by: The columns by which rows of other tables find those of a table.
    """
    table, dictionary, marked = aggregates[0].table, asking.dictionary, asking.marked
    joins = Joins(table, dictionary)
    known = [guarded(one, marked) for one in aggregates]
    for one in known:
        joins.add(one)
    conditions = dict.fromkeys(text for one in known for text in _is_open(one, joins.names))
    if not conditions:
        return None
    cells = _cells(aggregates)
    own = [cell for cell in cells if isinstance(cell, Column)]
    own += [Column(name, ROW_ADMITTED) for name in dict.fromkeys([table, *joins.parents]) if name in marked]
    heads = [_year(table, dictionary), *((cell, render(cell, joins.names)) for cell in own)]
    reasons = _reasons(table, own, dictionary, found_by)
    for value in (cell for cell in cells if isinstance(cell, ChildValue)):
        kept = replace(value, aggregate=guarded(value.aggregate, marked))
        alias, number, blank = joins.names[kept]
        heads += [((value, "value"), f"{alias}.{number}"), ((value, "blank"), f"{alias}.{blank}")]
        for _, theirs in value.link:
            reasons.setdefault(theirs, []).append(f"{alias}.{blank} > 0")
    before, source = _before(table, own, asking)
    heads += [*before, *_names(table, reasons, asking)]
    return _statement(
        table, heads, f"{identifier(table)}{joins.sql()}{source}", conditions, joins.tables(), asking
    )


def _cells(aggregates: Iterable[Aggregate]) -> tuple[Cell, ...]:
    nodes = [part for one in aggregates for part in (one.operand, one.where) if part is not None]
    return tuple(dict.fromkeys(cell for node in nodes for cell in cells_of(node)))


def _year(table: str, dictionary: Dictionary) -> _Head:
    period = dictionary.tables[table].period
    return "year", f"{identifier(table)}.{identifier(period)}" if period else "NULL"


def _names(table: str, reasons: Mapping[str, Iterable[str]], asking: Asking) -> list[_Head]:
    """Tell the columns that name a row: all of them, or those that matter where they matter."""
    declared, home = asking.dictionary.tables[table], identifier(table)
    if asking.named:
        names = dict.fromkeys([*reasons, *declared.key, declared.reports])
        heads: list[_Head] = [(("name", name), f"{home}.{identifier(name)}") for name in names]
        return [*heads, ("reporter", f"{home}.{identifier(declared.reports)}")]
    found: list[_Head] = []
    for name, why in reasons.items():
        matters = " OR ".join(dict.fromkeys(why))
        found.append((("name", name), f"CASE WHEN {matters} THEN {home}.{identifier(name)} END"))
    return found


def _before(table: str, cells: Sequence[Column], asking: Asking) -> tuple[list[_Head], str]:
    """Tell what stood in empty cells the year before, in the row of the same name."""
    declared, home = asking.dictionary.tables[table], identifier(table)
    key = [name for name in declared.key if name != declared.period]
    numbers = [cell for cell in cells if cell.table == table and _is_number(cell, asking.dictionary)]
    if not asking.before or declared.period not in declared.key or not key or not numbers:
        return [], ""
    alias = f"{table}_before"
    while alias in asking.dictionary.tables:
        alias += "_"
    heads: list[_Head] = []
    told = [identifier(name) for name in key]
    told.append(f"{identifier(str(declared.period))} + 1 AS following")
    for number, cell in enumerate(numbers):
        own = identifier(cell.name)
        told += [f"MIN({own}) AS low_{number}", f"MAX({own}) AS high_{number}"]
        empty = f"CASE WHEN {home}.{own} IS NULL THEN {alias}."
        heads += [((end, cell), f"{empty}{end}_{number} END") for end in ("low", "high")]
    same = [f"{alias}.{identifier(name)} = {home}.{identifier(name)}" for name in key]
    same.append(f"{alias}.following = {home}.{identifier(str(declared.period))}")
    rows = f"SELECT {', '.join(told)} FROM {home} GROUP BY ALL"  # noqa: S608  # quoted names
    return heads, f"\nLEFT JOIN ({rows}) AS {identifier(alias)} ON {' AND '.join(same)}"


def _is_number(cell: Column, dictionary: Dictionary) -> bool:
    columns = dictionary.tables[cell.table].columns
    return cell.name in columns and columns[cell.name].is_number


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


def open_children(values: Sequence[ChildValue], asking: Asking) -> OpenStatement | None:
    """Write the statement that tells the open rows of a child table, with the parent each belongs to."""
    table, link = below_of(values[0])
    marked = asking.marked
    conditions: dict[str, None] = {}
    for value in values:
        conditions |= dict.fromkeys(_is_open(guarded(value.aggregate, marked), {}))
    if not conditions:
        return None
    own = [cell for cell in _cells(value.aggregate for value in values) if isinstance(cell, Column)]
    own += [Column(table, ROW_ADMITTED)] if table in marked else []
    heads = [_year(table, asking.dictionary), *((cell, render(cell, {})) for cell in own)]
    heads += _names(table, {mine: ["TRUE"] for mine, _ in link}, asking)
    return _statement(table, heads, identifier(table), conditions, (table,), asking)


def _statement(
    table: str,
    heads: Sequence[_Head],
    source: str,
    conditions: Iterable[str],
    tables: tuple[str, ...],
    asking: Asking,
) -> OpenStatement:
    lines = ",\n    ".join(f"{sql} AS h{number}" for number, (_, sql) in enumerate(heads))
    kept = "\n   OR ".join(conditions)
    told = f"SELECT\n    {lines},\n    COUNT(*) AS alike\nFROM {source}"
    sql = f"{told}\nWHERE {kept}\nGROUP BY ALL\nLIMIT {asking.most + 1}"
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
    before: dict[Column, list[Fraction]] = {}
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
        elif isinstance(head, tuple) and isinstance(head[1], Column):
            if found is not None:
                before.setdefault(head[1], []).append(Fraction(str(found)))
        elif isinstance(head, tuple):
            names[str(head[1])] = found
    values = {
        value: (None if one["value"] is None else Fraction(str(one["value"])), int(str(one["blank"] or 0)))
        for value, one in below.items()
    }
    ends = {cell: (min(found), max(found)) for cell, found in before.items()}
    return ToldRow(cells, values, ends, names, year, reporter, int(str(row[-1])))


def _exact(found: object) -> object:
    if isinstance(found, bool) or found is None or isinstance(found, date):
        return found
    return Fraction(found) if isinstance(found, int | Decimal) else str(found)
