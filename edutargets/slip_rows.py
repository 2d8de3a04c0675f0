"""The rows that a school handed in, as they were typed, gathered in one pass over each file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from edutargets.cell_texts import column_texts
from edutargets.headings import match_headings
from edutargets.identity_masks import masked, masked_whole
from edutargets.whose_findings import reporters_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from edutargets.grids import Grid
    from edutargets.submissions import Submission, TableRows
    from edutargets.tables import Column, Table

__all__ = ["RowBlock", "Wanted", "hidden_text", "row_blocks"]

Wanted = dict[str, set[str]]
"""The reporters whose rows are wanted, by table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowBlock:
    """What one school handed in for one table in one file or sheet.

    Args:
        reporter: Its code; empty for rows that name nobody.
        table: The table of the data dictionary.
        file: The file.
        sheet: The sheet, where there are sheets.
        headings: The headings as they were typed.
        columns: The position of each column of the dictionary among them.
        year: What the name of the file says, where no column does.
        numbers: The number of each row in the file.
        rows: The texts of each row as a person saw them.
        hidden: Position of row and column of the identity numbers, of which only the ends are left.
    """

    reporter: str
    table: str
    file: str
    sheet: str
    headings: tuple[str, ...]
    columns: Mapping[str, int]
    year: int | None
    numbers: tuple[int, ...]
    rows: tuple[tuple[str, ...], ...] = field(repr=False)
    hidden: frozenset[tuple[int, int]]


def row_blocks(
    submission: Submission,
    wanted: Wanted,
    loose: Mapping[str, Collection[int]],
    read: Callable[[str], tuple[Grid, ...]],
    owners: Mapping[str, str],
) -> Iterator[RowBlock]:
    """Yield the rows of some schools, file by file; each file is read once.

    Args:
        submission: What was handed in.
        wanted: Whose rows are wanted, by table.
        loose: Positions of rows that name nobody and are wanted all the same, by table.
        read: Gives a file's grids by its name in the submission.
        owners: The school to which all of a file belongs, by file.
    """
    names = [name for name in submission.tables if wanted.get(name) or loose.get(name)]
    asked = {
        name: _asked(submission.tables[name], wanted.get(name, set()), loose.get(name, ()), owners)
        for name in names
    }
    files = sorted({file for frame in asked.values() for file in frame["file"].unique()})
    for file in files:
        grids = {grid.sheet: grid for grid in read(file)}
        for name, frame in asked.items():
            here = frame[frame["file"] == file]
            for sheet, part in here.groupby("sheet", sort=False):
                yield from _of_grid(grids[str(sheet)], name, submission.tables[name].table, part)


def _asked(
    rows: TableRows, reporters: set[str], loose: Collection[int], owners: Mapping[str, str]
) -> pd.DataFrame:
    """Return place, reporter and year of the wanted rows of one table."""
    who = reporters_of(rows, owners)
    ours = pc.is_in(who, value_set=pa.array(sorted(reporters), pa.string()))
    positions = np.union1d(np.flatnonzero(ours.to_numpy()), np.fromiter(loose, np.int64, len(loose)))
    at = pa.array(positions, pa.int64())
    frame: pd.DataFrame = rows.origin.take(at).to_pandas()
    frame["sheet"] = frame["sheet"].fillna("")
    frame["reporter"] = who.take(at).to_pandas().to_numpy()
    period = rows.table.period
    frame["year"] = rows.rows[period].take(at).to_pandas().to_numpy() if period else None
    return frame


def _of_grid(grid: Grid, name: str, table: Table, part: pd.DataFrame) -> Iterator[RowBlock]:
    """Yield the rows of each school in one file or sheet."""
    at = np.searchsorted(grid.rows, part["row"].to_numpy())
    texts = [column_texts(column.take(pa.array(at))).fill_null("").to_pylist() for column in grid.columns]
    positions = {heading.column: heading.position for heading in match_headings(grid.headings, table, "")[0]}
    meant = {position: table.columns[column] for column, position in positions.items()}
    spots = {
        (row, position) for position, cells in enumerate(texts) for row in _hide(cells, meant.get(position))
    }
    records = list(zip(*texts, strict=True))
    for reporter, indices in part.groupby("reporter", sort=True).indices.items():
        places = np.asarray(indices)
        year = part["year"].iloc[int(places[0])] if table.period and table.period not in positions else None
        yield RowBlock(
            reporter=str(reporter),
            table=name,
            file=grid.file,
            sheet=grid.sheet,
            headings=tuple(heading or "" for heading in grid.headings),
            columns=positions,
            year=None if year is None or pd.isna(year) else int(year),
            numbers=tuple(part["row"].iloc[places].tolist()),
            rows=tuple(records[place] for place in places),
            hidden=frozenset(
                (row, column)
                for row, place in enumerate(places.tolist())
                for column in range(len(texts))
                if (place, column) in spots
            ),
        )


def _hide(cells: list[str], column: Column | None) -> Iterator[int]:
    """Take the middle out of the identity numbers of a column, and yield the rows where that was done."""
    for row, text in enumerate(cells):
        shown = hidden_text(text, column)
        if shown != text:
            cells[row] = shown
            yield row


def hidden_text(text: str, column: Column | None) -> str:
    """Take the middle out of an identity number; a school's own code (GB 32100) is none.

    Examples:
        >>> from edutargets.tables import Column
        >>> hidden_text("110101199003070003", None)
        '110101**********03'
        >>> hidden_text("1101011990", Column(type="code", checksum="gb11643"))
        '110101**90'
    """
    if column is not None and column.checksum == "gb32100":
        return text
    if column is not None and column.checksum == "gb11643":
        return masked_whole(text.strip()) if text.strip() else text
    return masked(text) if len(text) >= _SHORTEST else text


_SHORTEST = 15  # digits of the shortest identity number
