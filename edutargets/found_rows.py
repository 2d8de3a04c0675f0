"""Which rows of a table break a rule written in SQL: all conditions in one scan, queries one by one.

Rules are data that travel, so the connection reads the submission and nothing else. A condition that is NULL
does not apply to its row. Where one condition breaks the common scan, each is asked by itself, so that the
others still answer. Rows come back in ascending order whatever DuckDB's threads did; of several answers about
one row the least is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import repeat
from typing import TYPE_CHECKING, cast, overload

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["NOTED", "FoundRows", "RuleTables"]

NOTED = 100_000
"""How many rows of one query keep what was computed beside them; with more, nobody reads it."""

_BATCH = "rows under check"
_ANSWER = "rows that were found"


class _SeveralAnswersError(Exception):
    """A condition made several rows out of one, which would shift the answers of all others."""


@dataclass(frozen=True, slots=True, eq=False)
class FoundRows(Sequence[tuple[int | None, str]]):
    """What a rule found: positions in ascending order, each with what was computed beside it.

    Args:
        rows: Positions; at the end none for each thing that has no row in this table.
        notes: As many as rows, or none at all.
    """

    rows: tuple[int | None, ...]
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[tuple[int | None, str]]:
        return zip(self.rows, self.notes or repeat(""), strict=False)

    @overload
    def __getitem__(self, at: int) -> tuple[int | None, str]: ...
    @overload
    def __getitem__(self, at: slice) -> FoundRows: ...
    def __getitem__(self, at: int | slice) -> tuple[int | None, str] | FoundRows:
        if isinstance(at, slice):
            return FoundRows(self.rows[at], self.notes[at])
        return self.rows[at], self.notes[at] if self.notes else ""


class RuleTables:
    """The tables of one submission, open to rules and to nothing else.

    Args:
        tables: The typed rows of every table.
    """

    def __init__(self, tables: Mapping[str, pa.Table]) -> None:
        self._connection = duckdb.connect(":memory:")
        for name, rows in tables.items():
            self._connection.register(name, rows)
        self._connection.execute("SET enable_external_access = false")
        self._connection.execute("SET python_enable_replacements = false")
        self._connection.execute("SET lock_configuration = true")
        self._count = 0

    def close(self) -> None:
        """Let the tables go."""
        self._connection.close()

    @contextmanager
    def checking(self, rows: pa.Table) -> Iterator[None]:
        """Make a table the one whose rows are checked: it gets a column `row_id` and the name `{batch}`."""
        self._count = rows.num_rows
        ids = pa.array(np.arange(self._count, dtype=np.int64))
        self._connection.register(_BATCH, rows.append_column("row_id", ids))
        try:
            yield
        finally:
            self._connection.unregister(_BATCH)

    def failing(self, conditions: Mapping[str, str]) -> dict[str, FoundRows | Exception]:
        """Find the rows in which conditions are true, all of them in one scan.

        Args:
            conditions: By code, what a row fails by.

        Returns:
            By code the rows, or what went wrong with this one condition.
        """
        if not conditions:
            return {}
        try:
            return self._fused(conditions)
        except (duckdb.Error, _SeveralAnswersError):  # some condition broke it: each by itself shows which
            return {code: self.found(_alone(condition)) for code, condition in conditions.items()}

    def _fused(self, conditions: Mapping[str, str]) -> dict[str, FoundRows | Exception]:
        listed = [f'CAST((\n{text}\n) AS BOOLEAN) AS " {at}"' for at, text in enumerate(conditions.values())]
        # The conditions are the suite author's own SQL; their connection reaches no file and no network.
        answer = self._arrow(f"SELECT row_id, {', '.join(listed)} FROM {{batch}}")  # noqa: S608
        ids = answer.column(0).to_numpy()
        if len(ids) != self._count:
            raise _SeveralAnswersError
        sort = bool((ids[1:] < ids[:-1]).any())
        found: dict[str, FoundRows | Exception] = {}
        for at, code in enumerate(conditions, start=1):
            hit = ids[pc.fill_null(answer.column(at), False).to_numpy()]  # noqa: FBT003  # Arrow's own signature
            found[code] = FoundRows(tuple((np.sort(hit) if sort else hit).tolist()))
        return found

    def found(self, query: str) -> FoundRows | Exception:
        """Ask one query for rows by their `row_id` (none: it has no row here), with notes from its columns.

        Args:
            query: It may name all tables of the submission, and `{batch}`.

        Returns:
            Each row once, or what went wrong.
        """
        try:
            return self._found(query)
        except (duckdb.Error, ValueError) as error:  # this rule could not run; the others can
            return error

    def _found(self, query: str) -> FoundRows:
        answer = self._arrow(query)
        names = [str(name).lower() for name in answer.column_names]
        if "row_id" not in names:
            raise ValueError("the query does not return row_id")
        if not answer.num_rows:
            return FoundRows(())
        at = names.index("row_id")
        beside = [name for number, name in enumerate(names) if number != at]
        once = self._each_row_once(answer, at)
        homeless = once.column(0).null_count
        rows = once.column(0).slice(0, len(once) - homeless).to_numpy()
        if len(rows) and not 0 <= rows[0] <= rows[-1] < self._count:
            raise ValueError("the query returns a row_id that is no row of this table")
        notes = _notes(once, beside, homeless) if beside else ()
        return FoundRows((*rows.tolist(), *[None] * homeless), notes)

    def _each_row_once(self, answer: pa.Table, at: int) -> pa.Table:
        """Keep one answer a row, the least, and every answer that has no row."""
        columns = [f"c{number}" for number in range(answer.num_columns)]
        fields = ", ".join(f"{name} := {name}" for name in columns if name != columns[at])
        note = f"struct_pack({fields})" if fields else "NULL"
        self._connection.register(_ANSWER, answer.rename_columns(columns))
        try:
            return self._arrow(
                f"SELECT CAST(c{at} AS BIGINT) AS row_id, min({note}) AS note"  # noqa: S608  # names made here
                f' FROM "{_ANSWER}" GROUP BY c{at}, CASE WHEN c{at} IS NULL THEN {note} END'
                " ORDER BY row_id NULLS LAST, note"
            )
        finally:
            self._connection.unregister(_ANSWER)

    def _arrow(self, query: str) -> pa.Table:
        statement = query.replace("{batch}", f'"{_BATCH}"')
        asked = cast("duckdb.DuckDBPyRelation | None", self._connection.sql(statement))
        return pa.table({}) if asked is None else asked.to_arrow_table()


def _alone(condition: str) -> str:
    """Ask for one condition alone, in the form it has in the common scan: it means the same in both."""
    inner = f"SELECT row_id, CAST((\n{condition}\n) AS BOOLEAN) AS fails FROM {{batch}}"  # noqa: S608  # as there
    return f"SELECT row_id FROM ({inner}) WHERE fails"  # noqa: S608  # as there


def _notes(answer: pa.Table, names: Sequence[str], homeless: int) -> tuple[str, ...]:
    """Write what was computed beside the first rows, and beside all that has no row."""
    housed = len(answer) - homeless
    noted = min(housed, NOTED)
    column = answer.column("note")
    wanted = [*column.slice(0, noted).to_pylist(), *column.slice(housed).to_pylist()]
    texts = [
        ", ".join(f"{name}={value}" for name, value in zip(names, note.values(), strict=True))
        for note in wanted
    ]
    return (*texts[:noted], *[""] * (housed - noted), *texts[noted:])
