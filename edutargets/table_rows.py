"""Cells into typed rows: each value in its column's own unit, each bad cell with its address and reason."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyarrow as pa

from edutargets.cell_texts import arrow_type, column_texts, type_fits
from edutargets.cells import read_cells
from edutargets.errors import Fault, SubmissionError
from edutargets.grids import Grid, letters, place
from edutargets.headings import Heading, match_headings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from edutargets.cells import BadCell
    from edutargets.grids import ReadingNote
    from edutargets.sources import Bilingual
    from edutargets.tables import Table

__all__ = ["AbsentColumn", "CellFault", "TableRows", "joined_rows", "typed_rows"]


@dataclass(frozen=True, slots=True)
class CellFault:
    """A cell that cannot be read, with all that its writer needs to mend it; its value counts as missing.

    Args:
        table: The table's name in the data dictionary.
        column: The column's name there.
        file: The file it stands in.
        sheet: The sheet, if the file has sheets.
        row: The row as a person sees it, from 1.
        cell: The address, such as ``C7``.
        found: What stands there, quoted, identity numbers masked, cut where it is long.
        rule: ``type``, ``vocabulary``, ``scale``, ``placeholder``, ``own-unit``, ``format``, ``formula``,
            ``merged`` or ``encoding``.
        message: What is wrong and what is accepted.
        reporter: Who handed the row in, if that can be read.
    """

    table: str
    column: str
    file: str
    sheet: str
    row: int
    cell: str
    found: str
    rule: str
    message: Bilingual
    reporter: str | None

    def __str__(self) -> str:
        return f"{place(self.file, self.sheet)} {self.cell}: {self.found}: {self.message.in_language('en')}"


@dataclass(frozen=True, slots=True)
class AbsentColumn:
    """A column that the data dictionary demands and a file does not have."""

    table: str
    column: str
    file: str
    sheet: str


@dataclass(frozen=True, slots=True, eq=False)
class TableRows:
    """All rows of one table, whichever files they came from.

    Args:
        name: The table's name in the data dictionary.
        table: What the data dictionary says about it.
        rows: The exact values in canonical units, in the dictionary's order of columns.
        origin: ``file``, ``sheet`` and ``row`` of each row.
        faults: The cells that could not be read.
        absent_columns: The demanded columns that some file does not have.
        columns_at: By file and sheet, the letters of each column; nothing where columns have no letters.
        notes: Rows that were passed over, and cells that were read though a person does not see them.
    """

    name: str
    table: Table
    rows: pa.Table
    origin: pa.Table
    faults: tuple[CellFault, ...] = ()
    absent_columns: tuple[AbsentColumn, ...] = ()
    columns_at: Mapping[tuple[str, str], Mapping[str, str]] = field(default_factory=dict)
    notes: tuple[ReadingNote, ...] = ()

    def __len__(self) -> int:
        return int(self.rows.num_rows)

    def __repr__(self) -> str:
        return f"TableRows({self.name}: {len(self):,} rows, {len(self.faults):,} cell faults)"


def typed_rows(grid: Grid, name: str, table: Table, year: int | None = None) -> TableRows:
    """Type the cells of one file or sheet.

    Args:
        grid: Its headings and cells.
        name: The table's name in the data dictionary.
        table: What the data dictionary says about it.
        year: What the file's name says, for a file without a column that dates its rows.

    Raises:
        SubmissionError: With every heading that cannot be understood.
    """
    headings = _headings(grid, table)
    columns: dict[str, pa.Array] = {}
    bad: list[tuple[Heading, BadCell]] = []
    for heading in headings:
        texts = column_texts(grid.columns[heading.position])
        columns[heading.column], cells = read_cells(texts, table.columns[heading.column], heading.factor)
        bad.extend((heading, cell) for cell in cells)
    absent: list[AbsentColumn] = []
    for column_name, column in table.columns.items():
        if column_name in columns:
            continue
        if column_name == table.period and column.type == "year" and year is not None:
            columns[column_name] = pa.repeat(pa.scalar(year, arrow_type(column)), len(grid.rows))
            continue
        columns[column_name] = pa.nulls(len(grid.rows), arrow_type(column))
        if not column.optional_column:
            absent.append(AbsentColumn(name, column_name, grid.file, grid.sheet))
    rows = pa.table({column_name: columns[column_name] for column_name in table.columns})
    faults = _faults(grid, name, rows[table.reports], bad)
    return TableRows(
        name, table, rows, _origin(grid), faults, tuple(absent), _columns_at(grid, headings), grid.notes
    )


def _columns_at(grid: Grid, headings: Sequence[Heading]) -> dict[tuple[str, str], dict[str, str]]:
    if not grid.lettered:
        return {}
    return {(grid.file, grid.sheet): {heading.column: letters(heading.position) for heading in headings}}


def _headings(grid: Grid, table: Table) -> tuple[Heading, ...]:
    """Understand the headings, and hold a typed file's types against the data dictionary."""
    where = place(grid.file, grid.sheet, grid.heading_row or None)
    headings, faults = match_headings(grid.headings, table, where)
    wrong = [
        Fault(
            where,
            f"{grid.headings[heading.position]!r} holds {grid.columns[heading.position].type} values",
            f"{table.columns[heading.column].type} values, or text",
            code="column-type",
        )
        for heading in headings
        if not type_fits(grid.columns[heading.position].type, table.columns[heading.column])
    ]
    if faults or wrong:
        raise SubmissionError(*faults, *wrong)
    return headings


def _origin(grid: Grid) -> pa.Table:
    count = len(grid.rows)
    arrays = [
        pa.repeat(pa.scalar(grid.file), count),
        pa.repeat(pa.scalar(grid.sheet), count),
        pa.array(grid.rows),
    ]
    return pa.table(arrays, names=["file", "sheet", "row"])


def _faults(
    grid: Grid, name: str, reporters: pa.ChunkedArray, bad: Sequence[tuple[Heading, BadCell]]
) -> tuple[CellFault, ...]:
    """Say of every bad cell where it stands and who handed it in, from top to bottom."""
    ordered = sorted(bad, key=lambda one: (one[1].position, one[0].position))
    who = reporters.take(pa.array([cell.position for _, cell in ordered], pa.int64())).to_pylist()
    faults = []
    for (heading, cell), reporter in zip(ordered, who, strict=True):
        row = int(grid.rows[cell.position])
        faults.append(
            CellFault(
                table=name,
                column=heading.column,
                file=grid.file,
                sheet=grid.sheet,
                row=row,
                cell=grid.address(heading.position, row),
                found=cell.found,
                rule=cell.problem.rule,
                message=cell.problem.message,
                reporter=None if reporter is None else str(reporter),
            )
        )
    return tuple(faults)


def joined_rows(parts: Sequence[TableRows]) -> TableRows:
    """Put the rows of one table together that came from several files."""
    first = parts[0]
    return TableRows(
        first.name,
        first.table,
        pa.concat_tables([part.rows for part in parts]).combine_chunks(),
        pa.concat_tables([part.origin for part in parts]).combine_chunks(),
        tuple(fault for part in parts for fault in part.faults),
        tuple(absent for part in parts for absent in part.absent_columns),
        {place: columns for part in parts for place, columns in part.columns_at.items()},
        tuple(note for part in parts for note in part.notes),
    )
