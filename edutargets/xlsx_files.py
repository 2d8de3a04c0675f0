"""Spreadsheets: every sheet's cells at the addresses a person sees, and what only the file's inside tells."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np

from edutargets.cells import cell_text
from edutargets.errors import Fault, SubmissionError
from edutargets.grids import Grid, grid_of_rows, letters, place, refuse

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

__all__ = ["xlsx_grids"]

MOST_CELLS = 50_000_000
_SIZE = re.compile(rb'<(?:\w+:)?dimension ref="[A-Z]+[0-9]+:([A-Z]+)([0-9]+)"')
_ODD = re.compile(rb't="e"|<(?:\w+:)?f[ >/]')
_FORMATS = re.compile(rb'<(?:\w+:)?xf [^>]*numFmtId="(?:9|10)"|formatCode="(?:[^"]*%|00+")')
_ZEROS = re.compile("00+")
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
_OLD = b"\xd0\xcf\x11\xe0"

Spot = tuple[int, int]
Cells = list[list[object]]


def xlsx_grids(name: str, data: bytes) -> tuple[Grid, ...]:
    """Read every sheet that has cells.

    Args:
        name: The file's name, for messages.
        data: Its bytes.

    Raises:
        SubmissionError: If the file is no workbook, is locked by a password, or its headings are merged.
    """
    if data.startswith(_OLD):
        raise refuse(
            name,
            "locked by a password, or an old .xls under another name",
            "an .xlsx workbook without a password",
        )
    odd = _odd_cells(data) if _look_inside(name, data) else {}
    grids: list[Grid] = []
    faults: list[Fault] = []
    for sheet, hidden in _sheets(name, data):
        empty = Grid(name, sheet.name, (), 0, (), np.empty(0, np.int64), hidden=hidden)
        try:
            grid = _grid(empty, sheet, odd.get(sheet.name, {}))
        except SubmissionError as error:
            faults.extend(error.faults)
        else:
            grids.extend([grid] if grid else [])
    if faults:
        raise SubmissionError(*faults)
    return tuple(grids)


def _sheets(name: str, data: bytes) -> list[tuple[CalamineSheet, bool]]:
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
        raise refuse(
            name, f"not a readable workbook: {error}", "an .xlsx workbook that opens in a spreadsheet"
        ) from error
    return [(sheet, hidden) for sheet, hidden in sheets if sheet.start is not None]


def _look_inside(name: str, data: bytes) -> bool:
    """Say whether formulas, errors or percent formats are in the workbook; refuse sheets of absurd size."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as inside:
            names = inside.namelist()
            styles = inside.read("xl/styles.xml") if "xl/styles.xml" in names else b""
            odd = (
                _FORMATS.search(
                    styles.partition(b"<cellStyleXfs")[0] + styles.partition(b"</cellStyleXfs>")[2]
                )
                is not None
            )
            for part in filter(_SHEET.fullmatch, names):
                text = inside.read(part)
                odd = odd or _ODD.search(text) is not None
                size = _SIZE.search(text, 0, 4096)
                if size and int(size[2]) * _position(size[1].decode()) > MOST_CELLS:
                    found = f"a cell far outside the table, at {size[1].decode()}{size[2].decode()}"
                    raise refuse(
                        name,
                        found,
                        "a sheet without stray cells: delete the rows and columns beyond the table",
                    )
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise refuse(
            name,
            "not a readable workbook: broken or no .xlsx",
            "an .xlsx workbook that opens in a spreadsheet",
        ) from error
    return odd


def _position(text: str) -> int:
    number = 0
    for letter in text:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _odd_cells(data: bytes) -> dict[str, dict[Spot, str]]:
    """Find what the fast reader does not tell: errors, formulas without a value, telling formats."""
    from openpyxl import load_workbook  # noqa: PLC0415  # slow, and seldom needed

    found: dict[str, dict[Spot, str]] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        values = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        formulas = load_workbook(io.BytesIO(data), read_only=True, data_only=False)
        for shown, written in zip(values.worksheets, formulas.worksheets, strict=True):
            cells = found.setdefault(shown.title, {})
            for row, formula_row in zip(shown.iter_rows(), written.iter_rows(), strict=True):
                for cell, formula in zip(row, formula_row, strict=True):
                    if cell.value is None and formula.data_type != "f":
                        continue
                    text = _odd_text(cell.value, cell.data_type, cell.number_format, formula.value)
                    if text is not None:
                        cells[(formula.row or 1) - 1, (formula.column or 1) - 1] = text
    return found


def _odd_text(value: object, kind: str, number_format: str, formula: object) -> str | None:
    if value is None:
        text = str(formula) if isinstance(formula, str) else "=formula"
        return None if kind in {"s", "str"} else text  # a formula may well give an empty text
    if kind == "e":
        return str(value)
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    if _ZEROS.fullmatch(number_format) and value == int(value) >= 0:
        return f"{int(value):0{len(number_format)}d}"
    if "%" in number_format:
        return f"{format((Decimal(cell_text(value) or '0') * 100).normalize(), 'f')}%"
    return None


def _grid(empty: Grid, sheet: CalamineSheet, odd: dict[Spot, str]) -> Grid | None:
    """Take the first row that says anything as headings, and the rows below that say anything as records."""
    cells: Cells = [list(row) for row in sheet.to_python(skip_empty_area=False)]
    for (row, column), text in odd.items():
        if row < len(cells) and column < len(cells[row]):
            cells[row][column] = text
    kept = [
        row for row, values in enumerate(cells) if any(value != "" and str(value).strip() for value in values)
    ]
    if not kept:
        return None
    _split_merged(empty, sheet.merged_cell_ranges or [], cells, kept)
    return grid_of_rows(empty, [cells[row] for row in kept], [row + 1 for row in kept])


def _split_merged(empty: Grid, ranges: list[tuple[Spot, Spot]], cells: Cells, kept: list[int]) -> None:
    """Refuse merged headings; a merged cell below them says so in every row that it hides."""
    faults = []
    filled = set(kept)
    for (top, left), (bottom, right) in ranges:
        name = f"{letters(left)}{top + 1}:{letters(right)}{bottom + 1}"
        if top <= kept[0] <= bottom:
            where = place(empty.file, empty.sheet, kept[0] + 1)
            faults.append(
                Fault(
                    where,
                    f"merged headings {name}",
                    "one heading in one cell for each column",
                    code="merged-heading",
                )
            )
        elif top > kept[0]:
            for row in range(top, min(bottom + 1, len(cells))):
                for column in range(left, min(right + 1, len(cells[row]))):
                    if (row, column) != (top, left) and row in filled:
                        cells[row][column] = f"#MERGED! {name}"
    if faults:
        raise SubmissionError(*faults)
