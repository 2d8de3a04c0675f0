"""Rows of cells with headings, each cell with the address that a person sees."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from edutargets.cells import cell_text
from edutargets.errors import Fault, SubmissionError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

__all__ = ["Grid", "SubmissionFile", "frame_grid", "grid_of_rows", "letters", "place", "refuse", "typed_grid"]

_INDEX = "__index_level_"  # what pandas calls an index that it writes to parquet


@dataclass(frozen=True, slots=True)
class SubmissionFile:
    """A file of a submission, named by its hash so that a reviewer knows it is the same one.

    Args:
        name: The path inside the submission's folder, with ``/``.
        sha256: The hash of its bytes.
        size: How many bytes it has.
        kind: ``csv``, ``xlsx``, ``parquet`` or ``frame``.
        encoding: Of a CSV file: ``utf-8``, ``utf-8-sig`` or ``gb18030``.
    """

    name: str
    sha256: str
    size: int
    kind: str
    encoding: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """A rectangle of cells with one row of headings, before anybody knows what they mean.

    Args:
        file: The file's path inside the submission.
        sheet: The sheet's name; empty where there are no sheets.
        headings: From left to right; ``None`` where a column is empty altogether.
        heading_row: The row they stand in, counted from 1.
        columns: The cells below each heading.
        rows: The row number of each record as a person sees it.
        lettered: Whether a person sees columns as letters.
        hidden: Whether the sheet is hidden.
    """

    file: str
    sheet: str
    headings: tuple[str | None, ...]
    heading_row: int
    columns: tuple[pa.Array, ...] = field(repr=False)
    rows: np.ndarray[tuple[int], np.dtype[np.int64]] = field(repr=False)
    lettered: bool = True
    hidden: bool = False

    @property
    def where(self) -> str:
        """The file, and the sheet where there is one."""
        return place(self.file, self.sheet)

    def address(self, position: int, row: int) -> str:
        """Name a cell: ``C7``, or ``enrolment[7]`` where columns have no letters."""
        return f"{letters(position)}{row}" if self.lettered else f"{self.headings[position]}[{row}]"


def place(file: str, sheet: str = "", row: int | None = None) -> str:
    """Write where something stands: ``2024/schools.xlsx [学校]:3``."""
    return file + (f" [{sheet}]" if sheet else "") + (f":{row}" if row is not None else "")


def letters(position: int) -> str:
    """Return the letters of a spreadsheet's column, counted from 0.

    Examples:
        >>> letters(0), letters(25), letters(26), letters(16383)
        ('A', 'Z', 'AA', 'XFD')
    """
    text = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def refuse(where: str, found: str, accepted: str = "", code: str = "unreadable") -> SubmissionError:
    """Make the error for a file that cannot be read."""
    return SubmissionError(Fault(where, found, accepted, code=code))


def grid_of_rows(empty: Grid, records: Sequence[Sequence[object]], numbers: Sequence[int]) -> Grid:
    """Make a grid of records of one width, the first of which holds the headings.

    Raises:
        SubmissionError: If cells stand under an empty heading.
    """
    columns = [pa.array(column, pa.string()) for column in _texts(records)]
    headings: list[str | None] = []
    faults = []
    for position, text in enumerate(cell_text(cell) or "" for cell in records[0]):
        values = columns[position]
        headings.append(text.strip() or None)
        if headings[-1] is None and any((value or "").strip() for value in values.to_pylist()):
            faults.append(
                Fault(
                    place(empty.file, empty.sheet, numbers[0]),
                    f"column {letters(position)} has cells but no heading",
                    "a heading for each column",
                    code="no-heading",
                )
            )
    if faults:
        raise SubmissionError(*faults)
    rows = np.asarray(numbers[1:], np.int64)
    return replace(empty, headings=tuple(headings), heading_row=numbers[0], columns=tuple(columns), rows=rows)


def _texts(records: Sequence[Sequence[object]]) -> list[list[str | None]]:
    if len(records) == 1:
        return [[] for _ in records[0]]
    return [
        [cell if cell.__class__ is str else cell_text(cell) for cell in column]
        for column in zip(*records[1:], strict=True)
    ]


def typed_grid(name: str, table: pa.Table) -> Grid:
    """Make a grid of a typed table, whose rows are counted from 1."""
    columns = tuple(
        pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
        for column in table.columns
    )
    headings = tuple(None if name.startswith(_INDEX) else name.strip() for name in table.column_names)
    return Grid(
        name, "", headings, 0, columns, np.arange(1, table.num_rows + 1, dtype=np.int64), lettered=False
    )


def frame_grid(name: str, frame: pd.DataFrame) -> tuple[Grid, SubmissionFile]:
    """Make a grid of an analyst's DataFrame; its hash is that of its cells as texts."""
    digest = hashlib.sha256()
    size = 0
    arrays = []
    for position, heading in enumerate(frame.columns):
        values = frame.iloc[:, position]
        try:
            array = pa.array(values, from_pandas=True)
        except pa.ArrowException:
            array = pa.array([cell_text(value) for value in values], pa.string())
        arrays.append(array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array)
        texts = [str(heading), *(cell_text(value) or "" for value in arrays[-1].to_pylist())]
        data = "\x1f".join(texts).encode() + b"\x1e"
        digest.update(data)
        size += len(data)
    grid = typed_grid(name, pa.Table.from_arrays(arrays, names=[str(heading) for heading in frame.columns]))
    return grid, SubmissionFile(name, digest.hexdigest(), size, "frame")
