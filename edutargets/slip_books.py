"""Return slips as workbooks: one for each school, with red cells, their reasons and links to them."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import TYPE_CHECKING

from edutargets.errors import Fault
from edutargets.slip_marks import can_mark, write_marked
from edutargets.slip_names import book_names
from edutargets.slip_pages import Page, PageCell, data_page, explanation_page, first_page, link_to
from edutargets.slip_styles import STYLES, Style
from edutargets.slips import Slip, slips_of
from edutargets.submissions import read_grids
from edutargets.template_meta import template_meta
from edutargets.written_files import OutputError
from edutargets.written_folders import FolderKind, written_folder

if TYPE_CHECKING:
    from pathlib import Path

    import xlsxwriter
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from edutargets.gate import GateReport
    from edutargets.grids import Grid

__all__ = ["SLIPS", "write_slip", "write_slips"]

SLIPS = FolderKind(
    "slips",
    "holds files that are no slips, or that were changed since they were written",
    "holds the slips of an earlier run",
)

_AUTHOR = "edutargets"
_LONG_AGO = datetime(2000, 1, 1)  # noqa: DTZ001  # the same data give the same bytes
_MOST_LINKS = 60_000
_A4 = 9


def write_slips(report: GateReport, folder: Path, out: Path, *, overwrite: bool = False) -> tuple[Path, ...]:
    """Write what goes back to the schools: a workbook for each one in whose rows something was found.

    Args:
        report: What the gate found.
        folder: The folder that was handed in; its files are read once more, for what was typed.
        out: The folder of the slips; made if need be.
        overwrite: Whether slips of an earlier run that nobody has touched since may be replaced.

    Returns:
        The slips, the bureau's own first; nothing where nothing was found.

    Raises:
        OutputError: If ``out`` holds anything but untouched slips, or a file is no longer what was checked.
    """
    _refuse_changed(report, folder, out)
    dictionary = report.submission.dictionary

    def read(name: str) -> tuple[Grid, ...]:
        return read_grids(folder / name, name, dictionary)

    with written_folder(out, SLIPS, overwrite=overwrite) as partial:
        slips = slips_of(
            report,
            read,
            lambda name: can_mark((folder / name).read_bytes()),
            lambda name: _school_of(folder / name),
        )
        names = book_names({slip.reporter: slip.name for slip in slips})
        for slip in slips:
            write_slip(slip, folder, partial / names[slip.reporter])
    return tuple(out / names[slip.reporter] for slip in slips)


def _school_of(path: Path) -> str:
    """Return the school for which a workbook was prefilled."""
    meta = template_meta(path) if path.suffix.lower() == ".xlsx" else None
    return meta.school if meta else ""


def _refuse_changed(report: GateReport, folder: Path, out: Path) -> None:
    """Refuse to mark rows in files that are not those that were checked."""
    if out.resolve().is_relative_to(folder.resolve()):
        found = "lies inside the folder handed in, and would be read as part of it"
        raise OutputError(Fault(str(out), found, "a folder beside it", code="inside-data"))
    faults = []
    for file in report.submission.files:
        path = folder / file.name
        data = path.read_bytes() if path.is_file() else None
        if data is None or hashlib.sha256(data).hexdigest() != file.sha256:
            found = "is not there" if data is None else "has changed since it was checked"
            faults.append(Fault(str(path), found, "the files as they were checked", code="changed-file"))
    if faults:
        raise OutputError(*faults)


def write_slip(slip: Slip, folder: Path, path: Path) -> None:
    """Write one slip: the school's own workbook with marks, or its rows copied.

    Args:
        slip: What it says.
        folder: The folder that was handed in.
        path: Where it goes.
    """
    last = explanation_page(slip)
    if slip.own_file:
        own_pages = [data_page(sheet) for sheet in slip.sheets if not sheet.own]
        ends = [*own_pages, *([last] if last else [])]
        write_marked(
            folder / slip.own_file,
            path,
            [sheet for sheet in slip.sheets if sheet.own],
            first_page(slip),
            ends,
        )
        return
    pages = [first_page(slip), *(data_page(sheet) for sheet in slip.sheets), *([last] if last else [])]
    _write_book(pages, path)


def _write_book(pages: list[Page], path: Path) -> None:
    import xlsxwriter  # noqa: PLC0415  # only who sends slips pays for it

    settings = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "in_memory": True,
    }
    with xlsxwriter.Workbook(str(path), settings) as book:
        book.set_properties({"author": _AUTHOR, "created": _LONG_AGO})
        formats = _Formats(book)
        for page in pages:
            _write_page(page, book.add_worksheet(page.name), formats)


class _Formats:
    """Gives the formats of one workbook, each made once."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self._book = book
        self._made: dict[str, Format] = {}

    def __getitem__(self, name: str) -> Format:
        if name not in self._made:
            self._made[name] = self._book.add_format(_properties(STYLES[name]))
        return self._made[name]


def _properties(style: Style) -> dict[str, str | int | bool]:
    found: dict[str, str | int | bool] = {
        "num_format": "@",
        "font_size": style.size,
        "font_color": f"#{style.color}",
        "bold": style.bold,
        "text_wrap": style.wrapped,
        "align": style.align,
        "valign": "top" if style.upright == "top" else "vcenter",
        "locked": not style.open,
    }
    if style.underlined:
        found["underline"] = 1
    if style.bordered:
        found |= {"border": 1, "border_color": "#BFBFBF"}
    if style.fill:
        found["bg_color"] = f"#{style.fill}"
    return found


def _write_page(page: Page, sheet: Worksheet, formats: _Formats) -> None:
    _set_up(page, sheet)
    for number, cells in enumerate(page.rows):
        position = 0
        for cell in cells:
            _write_cell(sheet, number, position, cell, formats[cell.style])
            position += cell.across


def _write_cell(sheet: Worksheet, row: int, column: int, cell: PageCell, look: Format) -> None:
    if cell.across > 1:
        sheet.merge_range(row, column, row, column + cell.across - 1, "", look)
    if cell.link and row < _MOST_LINKS:
        sheet.write_url(row, column, f"internal:{link_to(*cell.link)}", look, str(cell.text))
    elif isinstance(cell.text, int):
        sheet.write_number(row, column, cell.text, look)
    elif cell.text:
        sheet.write_string(row, column, cell.text, look)
    else:
        sheet.write_blank(row, column, None, look)
    if cell.comment:
        sheet.write_comment(row, column, cell.comment, _comment_box(cell.comment))


def _comment_box(text: str) -> dict[str, str | int]:
    lines = sum(1 + len(line) // 30 for line in text.split("\n"))
    return {"author": _AUTHOR, "font_size": 9, "width": 300, "height": min(20 + 16 * lines, 400)}


def _set_up(page: Page, sheet: Worksheet) -> None:
    """Set what is seen and printed: A4 across, as wide as the paper, the headings on every page."""
    for position, width in enumerate(page.widths):
        sheet.set_column(position, position, width)
    for number, height in page.heights.items():
        sheet.set_row(number, height)
    if page.heading == 0:
        sheet.freeze_panes(1, 0)
    if len(page.rows) > page.heading + 1:
        sheet.autofilter(page.heading, 0, len(page.rows) - 1, len(page.widths) - 1)
    sheet.repeat_rows(page.heading)
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&L&A&R&P / &N")
    sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
