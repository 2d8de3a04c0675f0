"""What was handed in: a folder of tables, read exactly, with each row's address and each file's hash."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from edutargets.csv_files import bytes_of, csv_grid
from edutargets.errors import Fault, SubmissionError, near_names
from edutargets.grids import Grid, SubmissionFile, frame_grid, refuse, typed_grid
from edutargets.headings import NamedTable, table_named, table_names
from edutargets.shown import Shown
from edutargets.table_rows import AbsentColumn, CellFault, TableRows, joined_rows, typed_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from edutargets.tables import Dictionary

__all__ = ["AbsentColumn", "CellFault", "Submission", "SubmissionFile", "TableRows", "read_submission"]

KINDS = (".csv", ".parquet", ".xlsx")
_NOTES = (".md", ".txt")
_NOTE_SHEETS = frozenset({"readme", "notes", "说明", "填报说明", "填表说明"})
_SYSTEM = frozenset({"desktop.ini", "thumbs.db", "__macosx"})

Piece = TableRows | SubmissionFile | Fault


@dataclass(frozen=True, slots=True, eq=False)
class Submission(Shown):
    """What was handed in, as it is: not yet accepted by any gate.

    Args:
        dictionary: The tables that a submission may have.
        tables: The tables that this one has, in the dictionary's order.
        files: Every file that was read, by name.
        periods: The years of its rows.
    """

    dictionary: Dictionary = field(repr=False)
    tables: Mapping[str, TableRows]
    files: tuple[SubmissionFile, ...]
    periods: tuple[int, ...]

    @classmethod
    def from_frames(cls, frames: Mapping[str, pd.DataFrame], dictionary: Dictionary) -> Submission:
        """Take the tables from DataFrames, with the dictionary's column names or any accepted heading.

        Args:
            frames: A DataFrame for each table, under the table's name or title.
            dictionary: The tables there are.

        Raises:
            SubmissionError: With everything that cannot be understood.
        """
        return _submission(
            dictionary,
            (piece for name, frame in frames.items() for piece in _of_frame(name, frame, dictionary)),
        )

    @property
    def faults(self) -> tuple[CellFault, ...]:
        """Every cell that could not be read."""
        return tuple(fault for rows in self.tables.values() for fault in rows.faults)

    @property
    def absent_columns(self) -> Mapping[str, tuple[AbsentColumn, ...]]:
        """The demanded columns that are not there, by table."""
        return {name: rows.absent_columns for name, rows in self.tables.items() if rows.absent_columns}

    def frame(self, table: str) -> pd.DataFrame:
        """Return one table as a DataFrame whose decimals stay decimals.

        Raises:
            SubmissionError: If it was not handed in; near names are given.
        """
        if table not in self.tables:
            raise refuse(
                "", f"no table {table!r} in this submission", near_names(table, self.tables), "unknown-table"
            )
        frame: pd.DataFrame = self.tables[table].rows.to_pandas(types_mapper=pd.ArrowDtype)
        return frame

    def __repr__(self) -> str:
        rows = sum(len(table) for table in self.tables.values())
        years = f", {self.periods[0]}-{self.periods[-1]}" if self.periods else ""
        return (
            f"Submission({len(self.tables)} tables, {rows:,} rows{years}, {len(self.faults):,} cell faults)"
        )


def read_submission(folder: str | Path, dictionary: Dictionary) -> Submission:
    """Read everything a folder holds: CSV, xlsx and parquet, of one year or several.

    A file or a sheet is named after its table, in either language; a year in the name of the file or of
    its folder dates the rows of a file that has no column for it.

    Args:
        folder: The folder; subfolders are read too.
        dictionary: The tables that may be in it.

    Returns:
        The submission as it is; cells that cannot be read are in its ``faults``.

    Raises:
        SubmissionError: If a file cannot be read or understood, with every reason in every file.
    """
    root = Path(folder)
    if not root.is_dir():
        found = "is a file, not a folder" if root.exists() else "no such folder"
        raise refuse(str(folder), found, f"a folder with {', '.join(KINDS)} files", "missing-folder")
    submission = _submission(
        dictionary, (piece for path in _files_in(root) for piece in _of_file(path, root, dictionary))
    )
    if not submission.tables:
        raise refuse(
            str(folder), "no tables in this folder", f"files ending in {', '.join(KINDS)}", "no-tables"
        )
    return submission


def _submission(dictionary: Dictionary, pieces: Iterable[Piece]) -> Submission:
    """Put the tables together, or raise everything that cannot be understood."""
    parts: dict[str, list[TableRows]] = {}
    files: list[SubmissionFile] = []
    faults: list[Fault] = []
    for piece in pieces:
        if isinstance(piece, TableRows):
            parts.setdefault(piece.name, []).append(piece)
        elif isinstance(piece, SubmissionFile):
            files.append(piece)
        else:
            faults.append(piece)
    if faults:
        raise SubmissionError(*faults)
    tables = {name: joined_rows(parts[name]) for name in dictionary.tables if name in parts}
    return Submission(
        dictionary, MappingProxyType(tables), tuple(sorted(files, key=lambda file: file.name)), _years(tables)
    )


def _years(tables: Mapping[str, TableRows]) -> tuple[int, ...]:
    years: set[int] = set()
    for rows in tables.values():
        if rows.table.period and pa.types.is_integer(rows.rows.schema.field(rows.table.period).type):
            years |= set(pc.unique(rows.rows[rows.table.period]).drop_null().to_pylist())
    return tuple(sorted(years))


def _files_in(root: Path) -> list[Path]:
    """List the files that should hold tables: all but notes, hidden files and what a system leaves behind."""
    found = []
    for path in root.rglob("*"):
        inside = path.relative_to(root).parts
        left_behind = any(part.startswith((".", "~$")) or part.lower() in _SYSTEM for part in inside)
        note = path.suffix.lower() in _NOTES or path.name.upper().startswith("README")
        if not left_behind and not note and path.is_file():
            found.append(path)
    return sorted(found, key=lambda path: path.relative_to(root).as_posix())


def _of_file(path: Path, root: Path, dictionary: Dictionary) -> Iterator[Piece]:
    """Yield a file's hash and the rows of its tables, or what is wrong with it."""
    name = path.relative_to(root).as_posix()
    if path.suffix.lower() not in KINDS:
        again = (
            "; save it again as .xlsx"
            if path.suffix.lower() in {".xls", ".et", ".ods", ".xlsm", ".xlsb"}
            else ""
        )
        yield Fault(
            name,
            f"files ending in {path.suffix or 'nothing'} are not read",
            ", ".join(KINDS) + again,
            code="unknown-kind",
        )
        return
    try:
        grids, file = _grids(path, name)
    except SubmissionError as error:
        yield from error.faults
        return
    except OSError as error:
        yield Fault(
            name, f"cannot be opened: {error.strerror or error}", "a readable file", code="unreadable"
        )
        return
    yield file
    for grid in grids:
        yield from _of_grid(grid, _meant(grid, grids, dictionary), dictionary)


def _grids(path: Path, name: str) -> tuple[tuple[Grid, ...], SubmissionFile]:
    kind = path.suffix.lower().removeprefix(".")
    data, digest = bytes_of(path, name, lines=kind == "csv")
    encoding = ""
    if not data.strip():
        raise refuse(name, "the file is empty", "a row of headings and one row for each record", "empty-file")
    if kind == "csv":
        grid, encoding = csv_grid(name, data)
        grids: tuple[Grid, ...] = (grid,)
    elif kind == "xlsx":
        from edutargets.xlsx_files import xlsx_grids  # noqa: PLC0415  # loads the spreadsheet reader

        grids = xlsx_grids(name, data)
    else:
        grids = (_parquet_grid(name, data),)
    if not grids:
        raise refuse(
            name,
            "no sheet of this workbook has cells",
            "a row of headings and one row for each record",
            "empty-file",
        )
    return grids, SubmissionFile(name, digest, len(data), kind, encoding)


def _parquet_grid(name: str, data: bytes) -> Grid:
    import pyarrow.parquet as pq  # noqa: PLC0415  # only who sends parquet pays for it

    try:
        table = pq.ParquetFile(io.BytesIO(data)).read()
    except (pa.ArrowException, OSError) as error:
        raise refuse(
            name, "not a readable parquet file", "a parquet file that was written to its end"
        ) from error
    return typed_grid(name, table)


def _meant(grid: Grid, grids: tuple[Grid, ...], dictionary: Dictionary) -> NamedTable | None:
    """Say which table and year a file or a sheet means; ``None`` for a sheet of notes."""
    path = PurePosixPath(grid.file)
    stem = table_named(path.stem, dictionary)
    folders = [table_named(folder, dictionary).year for folder in reversed(path.parts[:-1])]
    year = next((found for found in (stem.year, *folders) if found is not None), None)
    if not grid.sheet:
        return NamedTable(stem.table, year)
    own = table_named(grid.sheet, dictionary)
    tables = [other for other in grids if not _is_note(other, dictionary)]
    if own.table is None and _is_note(grid, dictionary):
        return None
    alone = len(tables) == 1
    return NamedTable(own.table or (stem.table if alone else None), own.year or year)


def _is_note(grid: Grid, dictionary: Dictionary) -> bool:
    """Whether a sheet explains rather than reports: it is named so, or hidden and no table."""
    noted = grid.hidden or grid.sheet.startswith("_") or grid.sheet.strip().lower() in _NOTE_SHEETS
    return noted and table_named(grid.sheet, dictionary).table is None


def _of_grid(grid: Grid, named: NamedTable | None, dictionary: Dictionary) -> Iterator[Piece]:
    if named is None:
        return
    if named.table is None:
        yield _unknown(grid, dictionary)
        return
    try:
        yield typed_rows(grid, named.table, dictionary.tables[named.table], named.year)
    except SubmissionError as error:
        yield from error.faults


def _unknown(grid: Grid, dictionary: Dictionary) -> Fault:
    name = grid.sheet or PurePosixPath(grid.file).stem
    spellings = [spelling for names in table_names(dictionary).values() for spelling in names]
    names = [spelling for spelling in spellings if spelling.isascii() == name.isascii()]
    kind = "sheet" if grid.sheet else "file"
    return Fault(grid.file, f"unknown {kind} {name!r}", near_names(name, names), code="unknown-table")


def _of_frame(name: str, frame: pd.DataFrame, dictionary: Dictionary) -> Iterator[Piece]:
    grid, file = frame_grid(name, frame)
    yield file
    yield from _of_grid(grid, table_named(name, dictionary), dictionary)
