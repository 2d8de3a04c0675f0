"""The admitted tables in DuckDB, open or as a file: every printed statement runs there as it was printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edutargets.engine import DuckDB
from edutargets.written_files import replaced

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

    from edutargets.gate import AdmittedSubmission

__all__ = ["connect", "write_duckdb"]


def connect(admitted: AdmittedSubmission) -> duckdb.DuckDBPyConnection:
    """Open the admitted tables for SQL: a printed statement gives the printed numbers again.

    Args:
        admitted: What the gate let through.

    Returns:
        A connection that reaches these tables and nothing else, no file and no network.
    """
    return DuckDB({name: table.rows for name, table in admitted.tables.items()}).connection


def write_duckdb(admitted: AdmittedSubmission, path: Path) -> Path:
    """Keep what the gate let through, so that a reviewer can run the printed SQL with any DuckDB client.

    Args:
        admitted: What the gate let through; one that no gate saw, or of which rows were set
            aside, is marked so in the file.
        path: Where the file shall be; one that is there already is replaced once the new one is whole.

    Raises:
        OutputError: If the folder is not there.
    """
    import duckdb  # noqa: PLC0415  # only who writes such a file pays for it

    with replaced(path) as partial, duckdb.connect(str(partial)) as connection:
        for name, table in admitted.tables.items():
            quoted = '"' + name.replace('"', '""') + '"'
            connection.register("rows of one table", table.rows)
            connection.execute(f'CREATE TABLE {quoted} AS SELECT * FROM "rows of one table"')  # noqa: S608  # quoted above
            connection.unregister("rows of one table")
            said = f"passed no gate: {admitted.unchecked_reason}" if admitted.unchecked_reason else ""
            if admitted.set_aside is not None:
                said = admitted.set_aside.sentence("en")
            if said:
                comment = said.replace("'", "''")
                connection.execute(f"COMMENT ON TABLE {quoted} IS '{comment}'")
    return path
