"""Runs the statements: nothing else in the package knows which engine does it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from edutargets.errors import EvaluationError, Fault
from edutargets.exact_columns import Statistics, TableColumns
from edutargets.row_lists import ListedRow
from edutargets.sql_writing import identifier

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    import duckdb
    import pyarrow as pa

    from edutargets.expressions import Aggregate
    from edutargets.list_statements import ListStatement
    from edutargets.row_lists import RowList
    from edutargets.statistics import Statement

__all__ = ["DuckDB", "Engine", "collect"]

Row = tuple[object, ...]


class Engine(Protocol):
    """What a statement needs: the admitted tables under their names, and exact rows back."""

    def run(self, sql: str) -> Sequence[Row]:
        """Run one statement; counts come back as integers, sums as integers or decimals."""


class DuckDB:
    """The embedded engine, over the admitted tables in place; it can reach no file and no network.

    Args:
        tables: The admitted rows, by the name of their table.

    Examples:
        >>> import pyarrow as pa
        >>> DuckDB({"schools": pa.table({"enrolment": [3, 4]})}).run("SELECT SUM(enrolment) FROM schools")
        [(7,)]
    """

    def __init__(self, tables: Mapping[str, pa.Table]) -> None:
        self._tables = dict(tables)
        self._connection: duckdb.DuckDBPyConnection | None = None

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """The open connection, with every table registered: SQL runs here as it was printed."""
        if self._connection is None:
            import duckdb  # noqa: PLC0415  # a sixth of the package's import time; only needed to evaluate

            self._connection = duckdb.connect(":memory:")
            for name, table in self._tables.items():
                self._connection.register(name, table)
            self._connection.execute("SET enable_external_access = false")
            self._connection.execute("SET lock_configuration = true")
        return self._connection

    def run(self, sql: str) -> list[Row]:
        """Run one statement and fetch all of it.

        Raises:
            EvaluationError: If the engine refuses it, e.g. because a sum leaves 38 digits.
        """
        import duckdb  # noqa: PLC0415  # see above

        try:
            return self.connection.execute(sql).fetchall()
        except duckdb.Error as error:
            raise EvaluationError(
                Fault("DuckDB", f"{str(error).splitlines()[0]} in\n{sql}", code="engine")
            ) from error


def collect(
    statements: Iterable[Statement],
    engine: Engine,
    present: frozenset[str],
    notify: Callable[[str], None] | None = None,
    lists: Iterable[ListStatement] = (),
) -> Statistics:
    """Run the statements whose tables are all there and read their exact columns.

    Args:
        statements: One for each table.
        engine: Runs them.
        present: The tables that were admitted.
        notify: Told the table before each statement, e.g. for a progress bar.
        lists: What is told row by row.
    """
    tables: dict[str, TableColumns] = {}
    names: dict[Aggregate, tuple[str, ...]] = {}
    for statement in statements:
        if notify is not None:
            notify(statement.table)
        if not set(statement.tables) <= present:
            continue
        _check_parents(statement, engine)
        tables[statement.table] = _columns(statement, engine.run(statement.sql))
        names |= statement.columns
    told: dict[RowList, tuple[ListedRow, ...]] = {}
    for one in lists:
        if set(one.tables) <= present:
            _check_parents(one, engine)
            told[one.rows] = _rows(engine.run(one.sql))
    return Statistics(tables, names, told)


def _rows(rows: Sequence[Row]) -> tuple[ListedRow, ...]:
    """Take rows as they are told; who reports is text, years and numbers of rows are whole numbers."""
    return tuple(
        ListedRow(
            _who(reporter),
            None if year is None else int(str(year)),
            tuple(values),
            int(str(sure)),
            int(str(open_)),
        )
        for reporter, year, *values, sure, open_ in rows
    )


def _who(reporter: object) -> str:
    """Return who reports as text; of a row that was set aside that may not be known."""
    return "?" if reporter is None else str(reporter)


def _check_parents(statement: Statement | ListStatement, engine: Engine) -> None:
    """A looked-up key that stands twice would count rows twice: refuse it. Nothing finds a blank one."""
    for parent, key in statement.parents:
        columns = ", ".join(identifier(column) for column in key)
        filled = " AND ".join(f"{identifier(column)} IS NOT NULL" for column in key)
        source = f"FROM {identifier(parent)} WHERE {filled} GROUP BY {columns}"
        twice = engine.run(f"SELECT {columns}, COUNT(*) {source} HAVING COUNT(*) > 1 LIMIT 1")
        if twice:
            found = ", ".join(f"{column} {value!r}" for column, value in zip(key, twice[0], strict=False))
            raise EvaluationError(
                Fault(
                    parent,
                    f"{found} stands {twice[0][-1]} times, so rows of {statement.table} would count twice",
                    "one row for each key",
                    code="duplicate-key",
                )
            )


def _columns(statement: Statement, rows: Sequence[Row]) -> TableColumns:
    """Turn rows into columns: who reports is text, a year a whole number, whatever the engine says."""
    width = 2 + len(statement.selected)
    reporters, years, *columns = list(zip(*rows, strict=True)) or [()] * width
    return TableColumns(
        [_who(reporter) for reporter in reporters],
        [None if year is None else int(str(year)) for year in years],
        dict(zip(statement.selected, columns, strict=True)),
    )
