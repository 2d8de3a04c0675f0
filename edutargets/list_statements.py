"""Rows as a statement: each column as it stands, rows that are alike once with their number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from edutargets.expressions import Aggregate, Flag, Number
from edutargets.sql_writing import identifier, render
from edutargets.statistics import Joins

if TYPE_CHECKING:
    from edutargets.row_lists import RowList
    from edutargets.tables import Dictionary

__all__ = ["ListStatement", "list_statement"]


@dataclass(frozen=True, slots=True)
class ListStatement:
    """One statement that tells rows instead of totals.

    Args:
        rows: What it tells.
        sql: Who reports, the year, the columns, how many rows are sure, of how many it is not known.
        parents: The tables looked up, whose keys must be unique, with the columns of the key.
        tables: Every table that must be there.
    """

    rows: RowList
    sql: str
    parents: tuple[tuple[str, tuple[str, ...]], ...]
    tables: tuple[str, ...]

    @property
    def table(self) -> str:
        """The table whose rows are told."""
        return self.rows.table


def list_statement(rows: RowList, dictionary: Dictionary) -> ListStatement:
    """Write the statement that tells these rows."""
    declared, table = dictionary.tables[rows.table], identifier(rows.table)
    joins = Joins(rows.table, dictionary)
    for node in rows.nodes():
        joins.add(Aggregate("count", rows.table, node, None, declared.counts))
    reporter = f"{table}.{identifier(declared.reports)}"
    period = f"{table}.{identifier(declared.period)}" if declared.period else "NULL"
    columns = [(render(node, joins.names), f"c{number}") for number, (_, node) in enumerate(rows.columns)]
    condition = f"({render(rows.where, joins.names)})" if rows.where is not None else ""
    heads = [f"{reporter} AS reporter", f"{period} AS period", *(f"{sql} AS {name}" for sql, name in columns)]
    heads += (
        [
            f"COUNT(CASE WHEN {condition} THEN 1 END) AS sure",
            f"COUNT(CASE WHEN {condition} IS NULL THEN 1 END) AS unsure",
        ]
        if condition
        else ["COUNT(*) AS sure", "0 AS unsure"]
    )
    constant = {
        sql
        for (sql, _), (_, node) in zip(columns, rows.columns, strict=True)
        if isinstance(node, Number | Flag)
    }
    keys = [reporter, *([period] if declared.period else []), *(sql for sql, _ in columns)]
    groups = ", ".join(key for key in dict.fromkeys(keys) if key not in constant)
    kept = f"\nWHERE {condition} IS NOT FALSE" if condition else ""
    lines = ",\n    ".join(heads)
    sql = f"SELECT\n    {lines}\nFROM {table}{joins.sql()}{kept}\nGROUP BY {groups}"
    return ListStatement(rows, sql, joins.parent_keys(), joins.tables())
