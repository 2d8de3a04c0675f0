"""Old .xls workbooks: read in Python alone, with formats, hidden rows and merged cells."""

from __future__ import annotations

import io
import struct
from datetime import date
from typing import TYPE_CHECKING

from edutargets.grids import Sheet, refuse
from edutargets.number_formats import seen_number
from edutargets.xlsx_files import filled_rows, refuse_stray_cells
from edutargets.zip_bounds import broken_workbook

if TYPE_CHECKING:
    import xlrd

__all__ = ["is_locked", "xls_sheets"]

_EPOCHS = (date(1899, 12, 30), date(1904, 1, 1))
# A broken file ends in whatever its records lead to.
_BROKEN = (
    *(ArithmeticError, AssertionError, AttributeError, LookupError, MemoryError, NameError),
    *(RuntimeError, TypeError, ValueError, struct.error),
)
_LOCKED = "EncryptedPackage".encode("utf-16-le")


def is_locked(data: bytes) -> bool:
    """Whether an old-style container holds an encrypted new-style workbook."""
    return _LOCKED in data


def xls_sheets(name: str, data: bytes) -> list[Sheet]:
    """Read every sheet that has cells.

    Args:
        name: The file's name, for messages.
        data: Its bytes.

    Raises:
        SubmissionError: If the file is no whole workbook, or is locked by a password.
    """
    import xlrd  # noqa: PLC0415  # only who sends .xls pays

    if is_locked(data):
        raise refuse(name, "locked by a password", "a workbook without a password", "password")
    try:
        _refuse_endless(name, xlrd.compdoc.CompDoc(data, logfile=io.StringIO()))
        book = xlrd.open_workbook(
            file_contents=data, formatting_info=True, ragged_rows=True, logfile=io.StringIO()
        )
        sheets = [_sheet(name, book, sheet) for sheet in book.sheets()]
    except (xlrd.XLRDError, xlrd.compdoc.CompDocError) as error:
        if "encrypted" in str(error).lower():
            raise refuse(name, "locked by a password", "a workbook without a password", "password") from error
        raise broken_workbook(name) from error
    except _BROKEN as error:
        raise broken_workbook(name) from error
    return [sheet for sheet in sheets if sheet]


def _refuse_endless(name: str, container: xlrd.compdoc.CompDoc) -> None:
    """Refuse a container whose short streams bite their own tail: they would be followed for ever."""
    for entry in container.dirlist:
        sector = entry.first_SID if 0 <= entry.tot_size < container.min_size_std_stream else -1
        steps = 0
        while 0 <= sector < len(container.SSAT):
            sector = container.SSAT[sector]
            steps += 1
            if steps > len(container.SSAT):
                raise broken_workbook(name)


def _sheet(name: str, book: xlrd.Book, sheet: xlrd.sheet.Sheet) -> Sheet | None:
    refuse_stray_cells(name, sheet.name, sheet.nrows, sheet.ncols)
    cells: list[list[object]] = []
    for row in range(sheet.nrows):
        record: list[object] = [_value(book, sheet, row, at) for at in range(sheet.row_len(row))]
        cells.append(record + [""] * (sheet.ncols - len(record)))
    records, numbers = filled_rows(cells)
    if not records:
        return None
    return Sheet(
        name,
        sheet.name,
        records,
        numbers,
        tuple((top, left, low - 1, right - 1) for top, low, left, right in sheet.merged_cells),
        sheet.visibility != 0,
        frozenset(row + 1 for row, about in sheet.rowinfo_map.items() if about.hidden),
        frozenset(at for at, about in sheet.colinfo_map.items() if about.hidden),
        _EPOCHS[book.datemode],
    )


def _value(book: xlrd.Book, sheet: xlrd.sheet.Sheet, row: int, column: int) -> object:
    """Return a cell's value as a person sees it."""
    from xlrd import biffh, xldate  # noqa: PLC0415  # as above

    value, kind = sheet.cell_value(row, column), sheet.cell_type(row, column)
    if kind == biffh.XL_CELL_NUMBER:
        style = book.xf_list[sheet.cell_xf_index(row, column)]
        return seen_number(value, book.format_map[style.format_key].format_str) or value
    if kind == biffh.XL_CELL_DATE:
        try:
            return xldate.xldate_as_datetime(value, book.datemode)
        except (xldate.XLDateError, OverflowError, ValueError):
            return value
    if kind == biffh.XL_CELL_BOOLEAN:
        return bool(value)
    if kind == biffh.XL_CELL_ERROR:
        return biffh.error_text_from_code.get(value, "#ERROR!")
    return value
