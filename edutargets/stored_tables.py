"""Typed tables as they were admitted, into parquet and back: exact values, and where each row came from."""

from __future__ import annotations

import io
import json
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

import pyarrow as pa

from edutargets.cell_texts import arrow_type
from edutargets.errors import Fault, SubmissionError
from edutargets.sources import Bilingual
from edutargets.submissions import AbsentColumn, CellFault, TableRows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from edutargets.tables import Dictionary

__all__ = ["packed", "parquet_bytes", "rows_of", "unpacked"]

_META = b"edutargets"
_ORIGIN = ("file", "sheet", "row")
_MARK = " "  # no column of a data dictionary begins with a blank


def parquet_bytes(table: pa.Table) -> bytes:
    """Return a table as the bytes of a parquet file."""
    import pyarrow.parquet as pq  # noqa: PLC0415  # only who stores tables pays for it

    stream = io.BytesIO()
    pq.write_table(table, stream, compression="zstd")
    return stream.getvalue()


def packed(rows: TableRows) -> bytes:
    """Return a table with all that is known of its rows, to be stored."""
    whole = rows.rows
    for name in _ORIGIN:
        whole = whole.append_column(f"{_MARK}{name}", rows.origin[name])
    said = {
        "absent": [asdict(absent) for absent in rows.absent_columns],
        "faults": [
            asdict(replace(fault, message=Bilingual())) | {"message": fault.message.model_dump()}
            for fault in rows.faults
        ],
        "columns_at": [[*place, dict(columns)] for place, columns in rows.columns_at.items()],
    }
    text = json.dumps(said, ensure_ascii=False).encode()
    return parquet_bytes(whole.replace_schema_metadata({_META: text}))


def rows_of(content: bytes) -> pa.Table:
    """Return the values of a stored table alone."""
    whole = _read(content)
    return whole.select([name for name in whole.column_names if not name.startswith(_MARK)])


def unpacked(content: bytes, name: str, dictionary: Dictionary, prefix: str = "") -> TableRows:
    """Return a stored table as it was read.

    Args:
        content: What :func:`packed` made.
        name: The table's name in the data dictionary.
        dictionary: The tables as they are now.
        prefix: What is put before the names of its files, to tell one sender's from another's.

    Raises:
        SubmissionError: If the data dictionary has changed so that the rows no longer fit.
    """
    whole = _read(content)
    said = json.loads((whole.schema.metadata or {})[_META])
    table = dictionary.tables[name]
    origin = pa.table({part: whole[f"{_MARK}{part}"] for part in _ORIGIN})
    files = pa.array([prefix + (file or "") for file in origin["file"].to_pylist()], pa.string())
    return TableRows(
        name,
        table,
        _fitted(whole, name, dictionary),
        origin.set_column(0, "file", files),
        tuple(_fault(fault, prefix) for fault in said["faults"]),
        tuple(AbsentColumn(**{**one, "file": prefix + one["file"]}) for one in said["absent"]),
        {(prefix + file, sheet): columns for file, sheet, columns in said["columns_at"]},
    )


def _read(content: bytes) -> pa.Table:
    import pyarrow.parquet as pq  # noqa: PLC0415  # as above

    return pq.ParquetFile(io.BytesIO(content)).read()


def _fault(fields: Mapping[str, object], prefix: str) -> CellFault:
    message = Bilingual.model_validate(fields["message"])
    return CellFault(**{**fields, "file": f"{prefix}{fields['file']}", "message": message})  # type: ignore[arg-type]  # as `packed` wrote them


def _fitted(whole: pa.Table, name: str, dictionary: Dictionary) -> pa.Table:
    """Return the rows under the data dictionary of today: what may be left out may have come since."""
    columns = dictionary.tables[name].columns
    stored = {one for one in whole.column_names if not one.startswith(_MARK)}
    changed = [
        *(one for one in stored if one not in columns),
        *(one for one in stored & set(columns) if whole.schema.field(one).type != arrow_type(columns[one])),
        *(one for one in columns if one not in stored and not columns[one].optional_column),
    ]
    if changed:
        found = (
            f"the data dictionary has changed since these rows were admitted: {', '.join(sorted(changed))}"
        )
        accepted = "the tables under which they were admitted, or a new submission"
        raise SubmissionError(Fault(name, found, accepted, code="other-tables"))
    return pa.table(
        {
            one: whole[one] if one in stored else pa.nulls(whole.num_rows, arrow_type(column))
            for one, column in columns.items()
        }
    )
