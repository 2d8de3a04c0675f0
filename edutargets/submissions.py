"""What was handed in: a folder of tables, read exactly, with each row's address and each file's hash."""

from __future__ import annotations

import io
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from edutargets.csv_files import bytes_of, csv_sheet
from edutargets.errors import Fault, SubmissionError, near_names
from edutargets.explanation_files import EXPLANATIONS, Explanation, plain, read_explanations
from edutargets.grids import Grid, Sheet, SubmissionFile, frame_grid, plain_grid, refuse, typed_grid
from edutargets.heading_rows import grid_under_headings
from edutargets.headings import NamedTable, table_named, table_names
from edutargets.shown import Shown
from edutargets.table_rows import AbsentColumn, CellFault, TableRows, joined_rows, typed_rows
from edutargets.workbook_files import other_kind, workbook_sheets

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from edutargets.grids import ReadingNote
    from edutargets.tables import Dictionary

__all__ = [
    "AbsentColumn",
    "CellFault",
    "Submission",
    "SubmissionFile",
    "TableRows",
    "read_grids",
    "read_submission",
]

KINDS = (".csv", ".ods", ".parquet", ".xls", ".xlsx")
_NOTES = (".md", ".txt")
_NOTE_SHEETS = frozenset(
    {
        "readme",
        "notes",
        "cover",
        "contents",
        "说明",
        "填报说明",
        "填表说明",
        "填写说明",
        "填报须知",
        "封面",
        "目录",
    }
    | {"退回单"}  # a slip that was mended comes back as it is
)
_SYSTEM = frozenset({"desktop.ini", "thumbs.db", "__macosx"})

Piece = TableRows | SubmissionFile | Explanation | Fault


@dataclass(frozen=True, slots=True, eq=False)
class Submission(Shown):
    """What was handed in, as it is: not yet accepted by any gate.

    Args:
        dictionary: The tables that a submission may have.
        tables: The tables that this one has, in the dictionary's order.
        files: Every file that was read, by name.
        periods: The years of its rows.
        explanations: What was written to explain warnings of the gate.
    """

    dictionary: Dictionary = field(repr=False)
    tables: Mapping[str, TableRows]
    files: tuple[SubmissionFile, ...]
    periods: tuple[int, ...]
    explanations: tuple[Explanation, ...] = field(default=(), repr=False)

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
    def notes(self) -> tuple[ReadingNote, ...]:
        """Every row that was passed over, and what was read though a person does not see it."""
        return tuple(note for rows in self.tables.values() for note in rows.notes)

    @property
    def absent_columns(self) -> Mapping[str, tuple[AbsentColumn, ...]]:
        """The demanded columns that are not there, by table."""
        return {name: rows.absent_columns for name, rows in self.tables.items() if rows.absent_columns}

    def noting(self, notes: Iterable[ReadingNote]) -> Submission:
        """Return the same submission with more notes, each told with the first table of its file."""
        tables = dict(self.tables)
        for note in notes:
            for name, rows in tables.items():
                if note.file in rows.origin["file"].unique().to_pylist():
                    tables[name] = replace(rows, notes=(note, *rows.notes))
                    break
        return replace(self, tables=MappingProxyType(tables))

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
    """Read everything a folder holds: CSV, workbooks and parquet, of one year or several.

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


def read_grids(path: Path, name: str, dictionary: Dictionary | None = None) -> tuple[Grid, ...]:
    """Read a file's cells as a person sees them, before anything is understood.

    Args:
        path: The file.
        name: Its path inside the submission, with ``/``.
        dictionary: Finds the row of headings below titles; without it the first row that says anything is it.

    Returns:
        A grid for each sheet that has cells; a single one for CSV and parquet.

    Raises:
        SubmissionError: If the file cannot be read.
    """
    sheets, _ = _sheets(path, name)
    return tuple(_grid(sheet, sheets, dictionary) for sheet in sheets)


def _grid(sheet: Sheet | Grid, sheets: tuple[Sheet | Grid, ...], dictionary: Dictionary | None) -> Grid:
    if isinstance(sheet, Grid):
        return sheet
    named = _meant(sheet, sheets, dictionary) if dictionary else None
    if dictionary is None or named is None or named.table is None:
        return plain_grid(sheet)
    try:
        return grid_under_headings(sheet, dictionary.tables[named.table])
    except SubmissionError:
        return plain_grid(sheet)


def _submission(dictionary: Dictionary, pieces: Iterable[Piece]) -> Submission:
    """Put the tables together, or raise everything that cannot be understood."""
    parts: dict[str, list[TableRows]] = {}
    files: list[SubmissionFile] = []
    faults: list[Fault] = []
    explanations: list[Explanation] = []
    for piece in pieces:
        if isinstance(piece, Explanation):
            explanations.append(piece)
        elif isinstance(piece, TableRows):
            parts.setdefault(piece.name, []).append(piece)
        elif isinstance(piece, SubmissionFile):
            files.append(piece)
        else:
            faults.append(piece)
    if faults:
        raise SubmissionError(*faults)
    tables = {name: joined_rows(parts[name]) for name in dictionary.tables if name in parts}
    return Submission(
        dictionary,
        MappingProxyType(tables),
        tuple(sorted(files, key=lambda file: file.name)),
        _years(tables),
        tuple(explanations),
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
        yield other_kind(name, path.suffix, KINDS)
        return
    try:
        sheets, file = _sheets(path, name)
    except SubmissionError as error:
        yield from error.faults
        return
    except OSError as error:
        yield Fault(
            name, f"cannot be opened: {error.strerror or error}", "a readable file", code="unreadable"
        )
        return
    yield file
    for sheet in sheets:
        yield from _of_sheet(sheet, _meant(sheet, sheets, dictionary), dictionary)


def _sheets(path: Path, name: str) -> tuple[tuple[Sheet | Grid, ...], SubmissionFile]:
    kind = path.suffix.lower().removeprefix(".")
    data, digest = bytes_of(path, name, lines=kind == "csv")
    encoding = ""
    if not data.strip():
        raise refuse(name, "the file is empty", "a row of headings and one row for each record", "empty-file")
    sheets: list[Sheet | Grid] = []
    if kind == "csv":
        sheet, encoding = csv_sheet(name, data)
        sheets = [sheet]
    elif kind == "parquet":
        sheets = [_parquet_grid(name, data)]
    else:
        found, kind = workbook_sheets(name, data)
        sheets = [*found]
    if not sheets:
        raise refuse(
            name,
            "no sheet of this workbook has cells",
            "a row of headings and one row for each record",
            "empty-file",
        )
    return tuple(sheets), SubmissionFile(name, digest, len(data), kind, encoding)


def _parquet_grid(name: str, data: bytes) -> Grid:
    import pyarrow.parquet as pq  # noqa: PLC0415  # only who sends parquet pays for it

    try:
        table = pq.ParquetFile(io.BytesIO(data)).read()
        table.validate(full=True)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise refuse(
            name, "not a readable parquet file", "a parquet file that was written to its end"
        ) from error
    return typed_grid(name, table)


def _meant(
    sheet: Sheet | Grid, sheets: tuple[Sheet | Grid, ...], dictionary: Dictionary
) -> NamedTable | None:
    """Say which table and year a file or a sheet means; ``None`` for a sheet of notes."""
    path = PurePosixPath(sheet.file)
    stem = table_named(path.stem, dictionary)
    folders = [table_named(folder, dictionary).year for folder in reversed(path.parts[:-1])]
    year = next((found for found in (stem.year, *folders) if found is not None), None)
    if not sheet.name:
        return NamedTable(stem.table, year)
    own = table_named(sheet.name, dictionary)
    tables = [other for other in sheets if not _is_note(other, dictionary) and not _explains(other)]
    if own.table is None and _is_note(sheet, dictionary):
        return None
    alone = len(tables) == 1
    return NamedTable(own.table or (stem.table if alone else None), own.year or year)


def _is_note(sheet: Sheet | Grid, dictionary: Dictionary) -> bool:
    """Whether a sheet tells rather than reports: it is named so, or hidden and no table."""
    noted = sheet.hidden or sheet.name.startswith("_") or sheet.name.strip().lower() in _NOTE_SHEETS
    return noted and table_named(sheet.name, dictionary).table is None


def _explains(sheet: Sheet | Grid) -> bool:
    """Whether a sheet or a file holds the explanations that a sender gives for doubtful figures."""
    return plain(sheet.name or PurePosixPath(sheet.file).stem).casefold() in EXPLANATIONS


def _of_sheet(sheet: Sheet | Grid, named: NamedTable | None, dictionary: Dictionary) -> Iterator[Piece]:
    if _explains(sheet):
        yield from _explanations(sheet)
        return
    if named is None:
        return
    if named.table is None:
        yield _unknown(sheet, dictionary)
        return
    table = dictionary.tables[named.table]
    try:
        grid = sheet if isinstance(sheet, Grid) else grid_under_headings(sheet, table)
        rows = typed_rows(grid, named.table, table, named.year)
        if len(rows) or table.required or not sheet.name:
            yield rows  # an untouched sheet of a template, for a table that need not be there, is nothing
    except SubmissionError as error:
        yield from error.faults


def _explanations(sheet: Sheet | Grid) -> Iterator[Piece]:
    try:
        yield from read_explanations(sheet if isinstance(sheet, Grid) else plain_grid(sheet))
    except SubmissionError as error:
        yield from error.faults


def _unknown(sheet: Sheet | Grid, dictionary: Dictionary) -> Fault:
    name = sheet.name or PurePosixPath(sheet.file).stem
    spellings = [spelling for names in table_names(dictionary).values() for spelling in names]
    names = [spelling for spelling in spellings if spelling.isascii() == name.isascii()]
    kind = "sheet" if sheet.name else "file"
    return Fault(sheet.file, f"unknown {kind} {name!r}", near_names(name, names), code="unknown-table")


def _of_frame(name: str, frame: pd.DataFrame, dictionary: Dictionary) -> Iterator[Piece]:
    grid, file = frame_grid(name, frame)
    yield file
    yield from _of_sheet(grid, table_named(name, dictionary), dictionary)
