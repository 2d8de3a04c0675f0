"""Explanations as a school writes them: a file or a sheet of its submission, one row for each warning."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from edutargets.cell_texts import column_texts
from edutargets.errors import Fault, SubmissionError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from edutargets.grids import Grid

__all__ = ["EXPLANATIONS", "Explanation", "means_explanations", "read_explanations"]

EXPLANATIONS = ("explanations", "数据说明")
"""What the file or the sheet is called."""

_HEADINGS: Mapping[str, tuple[str, ...]] = {
    "rule": ("规则", "rule", "code", "规则代码"),
    "reporter": ("单位代码", "reporter", "单位"),
    "table": ("表", "table", "表名"),
    "key": ("记录", "key", "record"),
    "mark": ("校验码", "mark"),
    "text": ("说明", "explanation", "情况说明"),
}
_NEEDED = ("rule", "mark", "text")
_DEEPEST = 20  # rows in which the headings are looked for, below titles


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why a figure that was asked about is right, in the words of whoever handed it in.

    Args:
        rule: The code of the check.
        mark: The mark of the finding that is explained; it changes with the data.
        text: The explanation, on one line.
        reporter: Who handed the row in; empty where the table as a whole is meant.
        table: The table, as it was written: its name or its title.
        key: What names the row, as the report writes it.
        file: The file it stands in.
        sheet: The sheet, if the file has sheets.
        row: The row in the file.
    """

    rule: str
    mark: str
    text: str
    reporter: str = ""
    table: str = ""
    key: str = ""
    file: str = ""
    sheet: str = ""
    row: int | None = None


def means_explanations(grid: Grid) -> bool:
    """Whether a sheet, or a file without sheets, holds explanations rather than a table.

    Examples:
        >>> from edutargets.grids import Grid
        >>> means_explanations(Grid("2024/数据说明.csv", "", (), 1, (), ()))
        True
    """
    return plain(grid.sheet or PurePosixPath(grid.file).stem).casefold() in EXPLANATIONS


def plain(text: str) -> str:
    """Return a text without what nobody sees: width, and blanks beside each other or around it."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def read_explanations(grid: Grid) -> tuple[Explanation, ...]:
    """Read the rows that say something; a row whose explanation is blank is one still to be filled in.

    Raises:
        SubmissionError: If the headings for the rule, the mark and the explanation are not there.
    """
    records = [[cell or "" for cell in record] for record in _records(grid)]
    numbers = [grid.heading_row, *(int(number) for number in grid.rows)]
    for at, record in enumerate(records[: _DEEPEST + 1]):
        found = _positions(record)
        if all(name in found for name in _NEEDED):
            rows = zip(records[at + 1 :], numbers[at + 1 :], strict=True)
            return tuple(
                _explanation(grid, found, cells, row) for cells, row in rows if cells[found["text"]].strip()
            )
    accepted = "、".join(names[0] for names in _HEADINGS.values())
    english = ", ".join(names[1] for names in _HEADINGS.values())
    raise SubmissionError(
        Fault(grid.where, "no row of headings for explanations", f"{accepted} ({english})", code="no-heading")
    )


def _records(grid: Grid) -> list[Sequence[str | None]]:
    """Return all rows as texts, that of the headings first."""
    columns = [column_texts(column).to_pylist() for column in grid.columns]
    return [list(grid.headings), *(list(record) for record in zip(*columns, strict=True))]


def _positions(record: Sequence[str]) -> dict[str, int]:
    """Find the headings in a row; each may carry both languages, such as 规则 rule."""
    found: dict[str, int] = {}
    for position, cell in enumerate(record):
        words = plain(cell).casefold()
        for name, spellings in _HEADINGS.items():
            if words in spellings or words.split(" ")[0] in spellings:
                found.setdefault(name, position)
    return found


def _explanation(grid: Grid, found: Mapping[str, int], cells: Sequence[str], row: int) -> Explanation:
    said = {name: plain(cells[position]) for name, position in found.items() if name != "text"}
    text = " ".join(cells[found["text"]].split())
    return Explanation(**said, text=text, file=grid.file, sheet=grid.sheet, row=row)
