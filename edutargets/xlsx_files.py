"""xlsx workbooks: every sheet's cells at the addresses a person sees, and as a person sees them."""

from __future__ import annotations

import io
import posixpath
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET  # after expat has refused what declares entities

from edutargets.grids import Sheet, letters, refuse
from edutargets.number_formats import is_telling, seen_number
from edutargets.xlsx_cells import SheetMarks, Spot, sheet_marks
from edutargets.zip_bounds import Parts, broken_workbook, parsed, refuse_two_texts

if TYPE_CHECKING:
    from collections.abc import Collection

    from python_calamine import CalamineSheet

__all__ = ["MOST_CELLS", "filled_rows", "refuse_stray_cells", "xlsx_sheets"]

MOST_CELLS = 50_000_000
_EPOCHS = {False: date(1899, 12, 30), True: date(1904, 1, 1)}
_PERCENT = {"9": "0%", "10": "0.00%"}
_ON = {"1", "true", "on"}
Cells = list[list[object]]


@dataclass(frozen=True, slots=True)
class _Book:
    """What a workbook says of its sheets: the part of each, and how its numbers are shown."""

    parts: dict[str, str] = field(default_factory=dict)
    styles: dict[str, str] = field(default_factory=dict)
    epoch: date = _EPOCHS[False]
    stale: bool = False


def xlsx_sheets(name: str, data: bytes) -> list[Sheet]:
    """Read every sheet that has cells.

    Args:
        name: The file's name, for messages.
        data: Its bytes.

    Raises:
        SubmissionError: If the file is no whole workbook, is locked, or would unpack to too much.
    """
    parts = Parts(name, data)
    book = _book(name, parts)
    marks = {
        sheet: sheet_marks(name, part, parts.xml(part), book.styles, stale=book.stale)
        for sheet, part in book.parts.items()
    }
    for sheet, mark in marks.items():
        refuse_stray_cells(name, sheet, mark.rows, mark.columns)
    return [
        read
        for sheet, hidden in _opened(name, data)
        if (read := _sheet(name, sheet, marks.get(sheet.name, SheetMarks()), book, hidden=hidden))
    ]


def refuse_stray_cells(name: str, sheet: str, rows: int, columns: int) -> None:
    """Refuse a sheet of absurd size, which a single stray cell can make."""
    if rows * columns > MOST_CELLS:
        raise refuse(
            name,
            f"a cell far outside the table, at {letters(columns - 1)}{rows} of sheet {sheet!r}",
            "a sheet without stray cells: delete the rows and columns beyond the table",
            "too-large",
        )


def filled_rows(cells: Cells) -> tuple[Cells, list[int]]:
    """Return the rows that say anything, with their numbers."""
    kept = [
        at
        for at, row in enumerate(cells)
        if any(value is not None and value != "" and str(value).strip() for value in row)
    ]
    return [cells[at] for at in kept], [at + 1 for at in kept]


def _book(name: str, parts: Parts) -> _Book:
    """Read the workbook's own list of sheets, and which styles make numbers look different."""
    if "xl/workbook.xml" not in parts:
        why = "a .xlsb workbook" if "xl/workbook.bin" in parts else "no workbook in it"
        raise broken_workbook(name, why)
    tree = _tree(name, parts, "xl/workbook.xml")
    targets = {
        link.get("Id", ""): posixpath.normpath(posixpath.join("/xl", link.get("Target", ""))).lstrip("/")
        for link in _tree(name, parts, "xl/_rels/workbook.xml.rels").iterfind(".//{*}Relationship")
    }
    found = {}
    for sheet in tree.iterfind(".//{*}sheets/{*}sheet"):
        link = next((value for key, value in sheet.items() if key.endswith("}id")), "")
        part = targets.get(link, "")
        if part.startswith(("xl/chartsheets/", "xl/dialogsheets/", "xl/macrosheets/")):
            continue
        if part not in parts or sheet.get("name", "") in found:
            raise broken_workbook(name, f"its sheet {sheet.get('name')!r} is not in it")
        found[sheet.get("name", "")] = part
    _refuse_torn_texts(name, parts)
    about, calculation = tree.find(".//{*}workbookPr"), tree.find(".//{*}calcPr")
    late = about is not None and about.get("date1904", "0") in _ON
    stale = calculation is not None and calculation.get("fullCalcOnLoad", "0") in _ON
    return _Book(found, _styles(name, parts), _EPOCHS[late], stale)


def _refuse_torn_texts(name: str, parts: Parts) -> None:
    """Refuse shared texts that are not well-formed, or two in the place of one: readers differ on them."""
    part = "xl/sharedStrings.xml"
    if part in parts:
        text = parts.xml(part)
        parsed(name, part, text)
        refuse_two_texts(name, part, text)


def _tree(name: str, parts: Parts, part: str) -> ET.Element:
    if part not in parts:
        raise broken_workbook(name, f"its part {part} is missing")
    text = parts.xml(part)
    parsed(name, part, text)
    return ET.fromstring(text)  # noqa: S314  # document types were refused a line above


def _styles(name: str, parts: Parts) -> dict[str, str]:
    """Return every style, with its format if a number looks different under it."""
    if "xl/styles.xml" not in parts:
        return {}
    tree = _tree(name, parts, "xl/styles.xml")
    formats = _PERCENT | {
        one.get("numFmtId", ""): one.get("formatCode", "") for one in tree.iterfind("{*}numFmts/{*}numFmt")
    }
    styles = enumerate(tree.iterfind("{*}cellXfs/{*}xf"))
    used = {str(at): formats.get(style.get("numFmtId", "0"), "") for at, style in styles}
    return {at: code if is_telling(code) else "" for at, code in used.items()}


def _opened(name: str, data: bytes) -> list[tuple[CalamineSheet, bool]]:
    """Open every sheet that has cells, and say whether it is hidden."""
    from python_calamine import (  # noqa: PLC0415  # only who sends xlsx pays
        CalamineError,
        CalamineWorkbook,
        SheetTypeEnum,
        SheetVisibleEnum,
    )

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = [
            (book.get_sheet_by_name(about.name), about.visible != SheetVisibleEnum.Visible)
            for about in book.sheets_metadata
            if about.typ == SheetTypeEnum.WorkSheet
        ]
    except CalamineError as error:
        raise broken_workbook(name, str(error)) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # how Rust says that it met what cannot be
            raise
        raise broken_workbook(name) from error
    return [(sheet, hidden) for sheet, hidden in sheets if sheet.start is not None]


def _sheet(name: str, sheet: CalamineSheet, marks: SheetMarks, book: _Book, *, hidden: bool) -> Sheet | None:
    """Take the rows that say anything, with what a person sees in the cells that hold something else."""
    cells: Cells = [list(row) for row in sheet.to_python(skip_empty_area=False)]
    for (row, column), code in marks.formats.items():
        if row < len(cells) and column < len(cells[row]):
            value = cells[row][column]
            if isinstance(value, int | float) and not isinstance(value, bool):
                cells[row][column] = seen_number(value, code) or value
            elif isinstance(value, str) and value.strip():  # a number that is written like none
                cells[row][column] = "#ERROR!"
    _widened(cells, marks.texts)
    for (row, column), text in marks.texts.items():
        cells[row][column] = text
    records, numbers = filled_rows(cells)
    if not records:
        return None
    merged = tuple((*first, *last) for first, last in sheet.merged_cell_ranges or [])
    return Sheet(
        name,
        sheet.name,
        records,
        numbers,
        merged,
        hidden,
        frozenset(marks.hidden_rows),
        frozenset(marks.hidden_columns),
        book.epoch,
    )


def _widened(cells: Cells, spots: Collection[Spot]) -> None:
    """Make room for cells below or beside where the fast reader saw the end of the sheet."""
    rows = max((row + 1 for row, _ in spots), default=0)
    width = max((column + 1 for _, column in spots), default=0)
    if cells and rows <= len(cells) and width <= len(cells[0]):
        return
    width = max(width, len(cells[0]) if cells else 0)
    cells.extend([] for _ in range(rows - len(cells)))
    for record in cells:
        record.extend([""] * (width - len(record)))
