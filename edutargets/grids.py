"""Rows of cells with headings, each cell with the address that a person sees."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from edutargets.cell_texts import cell_text
from edutargets.errors import Fault, SubmissionError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import pandas as pd

    from edutargets.sources import Bilingual

__all__ = [
    "Grid",
    "Range",
    "ReadingNote",
    "Sheet",
    "SubmissionFile",
    "frame_grid",
    "letters",
    "place",
    "plain_grid",
    "refuse",
    "text_columns",
    "typed_grid",
]

Range = tuple[int, int, int, int]

_INDEX = "__index_level_"  # what pandas calls an index that it writes to parquet


@dataclass(frozen=True, slots=True)
class SubmissionFile:
    """A file of a submission, named by its hash so that a reviewer knows it is the same one.

    Args:
        name: The path inside the submission's folder, with ``/``.
        sha256: The hash of its bytes.
        size: How many bytes it has.
        kind: ``csv``, ``xlsx``, ``xls``, ``ods``, ``parquet`` or ``frame``, whatever its name ends in.
        encoding: Of a CSV file: ``utf-8``, ``utf-8-sig``, ``utf-16`` or ``gb18030``.
    """

    name: str
    sha256: str
    size: int
    kind: str
    encoding: str = ""


@dataclass(frozen=True, slots=True)
class ReadingNote:
    """What a reader should know about how a sheet was read: rows passed over, rows that nobody saw.

    Args:
        rule: ``total-row``, ``note-row``, ``repeated-headings``; ``hidden-rows``, ``hidden-columns``,
            ``hidden-sheet``.
        file: The file.
        sheet: The sheet; empty where there are no sheets.
        row: The row, or the first of several.
        cell: The address of the cell that says so.
        found: What stands there, or which rows or columns they are.
        message: What was done with it, and what to do.
    """

    rule: str
    file: str
    sheet: str
    row: int
    cell: str
    found: str
    message: Bilingual

    def __str__(self) -> str:
        return f"{place(self.file, self.sheet)} {self.cell}: {self.found}: {self.message.in_language('en')}"


@dataclass(frozen=True, slots=True)
class Sheet:
    """The cells of a sheet or of a CSV file, before anybody knows where its headings are.

    Args:
        file: The file's path inside the submission.
        name: The sheet's name; empty where there are no sheets.
        records: The rows that say anything, from the first column on; those of a CSV may differ in width.
        numbers: The number of each of these rows as a person sees it, from 1.
        merged: Merged ranges: top, left, bottom, right, counted from 0.
        hidden: Whether the sheet is hidden.
        hidden_rows: The numbers of the rows that a person does not see, filtered ones among them.
        hidden_columns: The positions of the columns that a person does not see, from 0.
        epoch: The day that a workbook counts its days from; ``None`` where a number is no day.
    """

    file: str
    name: str
    records: list[list[object]] = field(repr=False)
    numbers: list[int] = field(repr=False)
    merged: tuple[Range, ...] = ()
    hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    epoch: date | None = None


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
        notes: What a reader should know about how it was read.
    """

    file: str
    sheet: str
    headings: tuple[str | None, ...]
    heading_row: int
    columns: tuple[pa.Array, ...] = field(repr=False)
    rows: np.ndarray[tuple[int], np.dtype[np.int64]] = field(repr=False)
    lettered: bool = True
    hidden: bool = False
    notes: tuple[ReadingNote, ...] = ()

    @property
    def where(self) -> str:
        """The file, and the sheet where there is one."""
        return place(self.file, self.sheet)

    @property
    def name(self) -> str:
        """The sheet's name, as a ``Sheet`` calls it."""
        return self.sheet

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


def text_columns(records: Sequence[Sequence[object]], width: int) -> tuple[pa.Array, ...]:
    """Turn records of one width into columns of texts as a person sees them."""
    if not records:
        return tuple(pa.array([], pa.string()) for _ in range(width))
    return tuple(
        pa.array([cell if cell.__class__ is str else cell_text(cell) for cell in column], pa.string())
        for column in zip(*records, strict=True)
    )


def plain_grid(sheet: Sheet) -> Grid:
    """Make a grid whose headings are the first row that says anything, for whoever knows no table."""
    width = max(map(len, sheet.records))
    headings, *records = ([*record, *[None] * (width - len(record))] for record in sheet.records)
    return Grid(
        sheet.file,
        sheet.name,
        tuple((cell_text(cell) or "").strip() or None for cell in headings),
        sheet.numbers[0],
        text_columns(records, width),
        np.asarray(sheet.numbers[1:], np.int64),
        hidden=sheet.hidden,
    )


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
