"""The aggregates of all targets, as one SQL statement per table: exact columns for each who reports."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003  # a field of a dataclass
from dataclasses import dataclass
from typing import TYPE_CHECKING

from edutargets.expressions import Aggregate, ChildValue, Column, Node, walk
from edutargets.sql_writing import identifier, render

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from edutargets.tables import Dictionary

__all__ = ["Statement", "statement_for", "statements"]


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement over one table: a row for each who reports and each year.

    Args:
        table: The table whose rows are taken.
        sql: Runs as printed in DuckDB on the admitted tables.
        columns: The columns of each aggregate: value, how many, unsure rows, blank cells, rounding step.
        selected: The names of all columns, in order, behind the reporter and the year.
        parents: The tables looked up, whose keys must be unique, with the columns of the key.
        tables: Every table that must be there.
    """

    table: str
    sql: str
    columns: Mapping[Aggregate, tuple[str, ...]]
    selected: tuple[str, ...]
    parents: tuple[tuple[str, tuple[str, ...]], ...]
    tables: tuple[str, ...]


def statements(aggregates: Iterable[Aggregate], dictionary: Dictionary) -> tuple[Statement, ...]:
    """Write one statement for each table, whatever the number of targets."""
    by_table: dict[str, dict[Aggregate, None]] = {}
    for aggregate in aggregates:
        if aggregate.kind != "distinct":
            by_table.setdefault(aggregate.table, {})[aggregate] = None
    return tuple(statement_for(table, tuple(found), dictionary) for table, found in sorted(by_table.items()))


def statement_for(table: str, aggregates: Sequence[Aggregate], dictionary: Dictionary) -> Statement:
    """Write the statement over one table that yields the exact columns of these aggregates."""
    declared = dictionary.tables[table]
    joins = Joins(table, dictionary)
    for aggregate in aggregates:
        joins.add(aggregate)
    selected: dict[str, str] = {"COUNT(*)": "table_rows"}
    columns = {aggregate: _columns(aggregate, selected, joins, dictionary) for aggregate in aggregates}
    groups = [f"{identifier(table)}.{identifier(declared.reports)}"]
    heads = [f"{groups[0]} AS reporter"]
    if declared.period:
        groups.append(f"{identifier(table)}.{identifier(declared.period)}")
        heads.append(f"{groups[1]} AS period")
    else:
        heads.append("NULL AS period")
    lines = ",\n    ".join([*heads, *(f"{sql} AS {name}" for sql, name in selected.items())])
    ordered = ", ".join(groups)
    sql = (
        f"SELECT\n    {lines}\nFROM {identifier(table)}{joins.sql()}\nGROUP BY {ordered}\nORDER BY {ordered}"
    )
    return Statement(table, sql, columns, tuple(selected.values()), joins.parent_keys(), joins.tables())


def _columns(
    aggregate: Aggregate, selected: dict[str, str], joins: Joins, dictionary: Dictionary
) -> tuple[str, ...]:
    """Select the value of an aggregate and what is unknown of it; a column needed twice is selected once."""

    def select(sql: str) -> str:
        return selected.setdefault(sql, f"s{len(selected)}")

    where = render(aggregate.where, joins.names) if aggregate.where is not None else ""
    operand = render(aggregate.operand, joins.names) if aggregate.operand is not None else ""
    condition = f"({where})" if where else ""
    function = "SUM" if aggregate.kind == "avg" else aggregate.kind.upper()
    value = select(_aggregated(function, condition, operand or "1"))
    known = select(_aggregated("COUNT", condition, operand or "1"))
    unsure = select(f"COUNT(CASE WHEN {condition} IS NULL THEN 1 END)") if condition else ""
    blank_condition = " AND ".join(part for part in (condition, f"({operand}) IS NULL") if part)
    blank = select(f"COUNT(CASE WHEN {blank_condition} THEN 1 END)") if operand else ""
    step = ""
    if isinstance(aggregate.operand, Column):
        rounded = dictionary.tables[aggregate.operand.table].columns[aggregate.operand.name].rounded_to
        step = (
            select(
                _aggregated(
                    "MAX" if aggregate.kind in {"min", "max"} else "SUM",
                    condition,
                    render(Column(aggregate.operand.table, rounded), joins.names),
                )
            )
            if rounded
            else ""
        )
    return value, known, unsure, blank, step


def _aggregated(function: str, condition: str, operand: str) -> str:
    if not condition:
        return f"{function}(*)" if (function, operand) == ("COUNT", "1") else f"{function}({operand})"
    return f"{function}(CASE WHEN {condition} THEN {operand} END)"


class Joins:
    """The look-ups of one statement: each keeps the number of rows."""

    def __init__(self, table: str, dictionary: Dictionary) -> None:
        self.table, self.dictionary = table, dictionary
        self.parents: dict[str, None] = {}
        self.names: dict[ChildValue, tuple[str, str, str]] = {}
        self._aliases: dict[tuple[str, tuple[tuple[str, str], ...]], str] = {}

    def add(self, aggregate: Aggregate) -> None:
        """Note what an aggregate looks up, in other tables and in child rows."""
        for part in (aggregate.operand, aggregate.where):
            if part is not None:
                self._add(part)

    def _add(self, root: Node) -> None:
        if isinstance(root, ChildValue):
            key = (root.aggregate.table, root.link)
            alias = self._aliases.setdefault(key, f"{root.aggregate.table}_{len(self._aliases) + 1}")
            number = 1 + sum(1 for known in self.names.values() if known[0] == alias)
            self.names.setdefault(root, (alias, f"value_{number}", f"blank_{number}"))
            return
        for node in walk(root):
            if isinstance(node, ChildValue):
                self._add(node)
            elif isinstance(node, Column) and node.table != self.table and not self._below_child(root, node):
                self.parents[node.table] = None

    def _below_child(self, root: Node, column: Column) -> bool:
        """Whether a column stands only inside the rows of a child table."""
        inside = {node for found in walk(root) if isinstance(found, ChildValue) for node in walk(found)}
        return column in inside

    def tables(self) -> tuple[str, ...]:
        return tuple(sorted({self.table, *self.parents, *(child for child, _ in self._aliases)}))

    def parent_keys(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        links = [(parent, self._link(parent)) for parent in self.parents]
        links += [(self.table, link) for _, link in self._aliases]
        return tuple(dict.fromkeys((table, tuple(theirs for _, theirs in link)) for table, link in links))

    def _link(self, parent: str) -> tuple[tuple[str, str], ...]:
        link = self.dictionary.parent(self.table, parent)
        assert link is not None
        return link

    def sql(self) -> str:
        """Return the joins as text."""
        text = ""
        for parent in self.parents:
            link = [(theirs, mine) for mine, theirs in self._link(parent)]
            text += f"\nLEFT JOIN {identifier(parent)} ON {_on(parent, self.table, link)}"
        for (child, pairs), alias in self._aliases.items():
            grouped = self._grouped(child, pairs, alias)
            text += f"\nLEFT JOIN (\n{grouped}\n) AS {alias} ON {_on(alias, self.table, pairs)}"
        return text

    def _grouped(self, child: str, link: tuple[tuple[str, str], ...], alias: str) -> str:
        keys = [f"{identifier(child)}.{identifier(mine)}" for mine, _ in link]
        selected = list(keys)
        for value, (known, name, blank) in self.names.items():
            if known != alias:
                continue
            where = (
                f"({render(value.aggregate.where, self.names)})" if value.aggregate.where is not None else ""
            )
            operand = (
                render(value.aggregate.operand, self.names) if value.aggregate.operand is not None else "1"
            )
            unknown = [f"{where} IS NULL"] if where else []
            unknown += (
                [" AND ".join(part for part in (where, f"({operand}) IS NULL") if part)]
                if operand != "1"
                else []
            )
            selected.append(f"{_aggregated(value.aggregate.kind.upper(), where, operand)} AS {name}")
            selected.append(f"COUNT(CASE WHEN {' OR '.join(unknown) or 'FALSE'} THEN 1 END) AS {blank}")
        lines = ",\n        ".join(selected)
        return f"    SELECT\n        {lines}\n    FROM {identifier(child)}\n    GROUP BY {', '.join(keys)}"


def _on(left: str, right: str, pairs: Iterable[tuple[str, str]]) -> str:
    return " AND ".join(
        f"{identifier(left)}.{identifier(mine)} = {identifier(right)}.{identifier(theirs)}"
        for mine, theirs in pairs
    )
