"""A school's own workbook with our marks in it: its formats, lists and addresses stay as they were."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from typing import TYPE_CHECKING

from edutargets.grids import letters
from edutargets.slip_pages import comments_of, link_to
from edutargets.slip_rows import hidden_text
from edutargets.slip_styles import FILLS, STYLES, Style
from edutargets.slip_words import EXPLANATION_SHEET, SLIP_SHEET, safe_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from openpyxl import Workbook
    from openpyxl.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

    from edutargets.slip_pages import Page, PageCell
    from edutargets.slip_sheets import SlipSheet

__all__ = ["can_mark", "write_marked"]

_AUTHOR = "edutargets"
_LARGEST = 5_000_000  # bytes of a sheet; what is larger is copied, which is faster
# What openpyxl reads and writes again without loss.
_KEPT = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|docProps/[^/]+|xl/(?:workbook|styles|sharedStrings|calcChain)\.xml"
    r"|xl/_rels/workbook\.xml\.rels|xl/theme/[^/]+|xl/worksheets/sheet\d+\.xml"
    r"|xl/worksheets/_rels/sheet\d+\.xml\.rels|xl/(?:comments\d*|comments/comment\d+)\.xml"
    r"|xl/drawings/(?:vml|comments)Drawing\d+\.vml|xl/printerSettings/[^/]+|xl/tables/table\d+\.xml"
)
_LOST = re.compile(rb"<(?:\w+:)?(?:extLst|f[ >/]|oleObject|controls|picture|drawing[ >])")
_MARK = re.compile(r"\[[^\]\s]+\] ")  # what our comments begin with; the hints of a template do not
_DATES = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")
_LONG_AGO = (1980, 1, 1, 0, 0, 0)


def can_mark(data: bytes) -> bool:
    """Say whether a workbook can be marked and saved again without losing or running anything.

    A workbook with formulas is copied instead: what a sender typed must never be calculated by others.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as inside:
            parts = inside.infolist()
            if not all(_KEPT.fullmatch(part.filename) for part in parts):
                return False
            sheets = [part for part in parts if part.filename.startswith("xl/worksheets/sheet")]
            if sum(part.file_size for part in sheets) > _LARGEST:
                return False
            return not any(_LOST.search(inside.read(part)) for part in sheets)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError):
        return False


def write_marked(
    source: Path, path: Path, sheets: Sequence[SlipSheet], first: Page, ends: Iterable[Page]
) -> None:
    """Write a school's own workbook with our marks, our first page before and our last pages behind it.

    Args:
        source: The workbook as it was handed in.
        path: Where the marked one goes.
        sheets: The marks.
        first: The page that the school reads first.
        ends: Further pages.
    """
    from openpyxl import load_workbook  # noqa: PLC0415  # only who marks workbooks pays for it

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = load_workbook(source, rich_text=True)
    for name in (SLIP_SHEET, EXPLANATION_SHEET):
        if name in book.sheetnames:
            del book[name]
    for sheet in book.worksheets:
        _clean(sheet)
    for marked in sheets:
        _mark(book[marked.name], marked)
    _add_page(book, first, 0)
    for page in ends:
        if page.name in book.sheetnames:
            _mark_empty(book[page.name], page)
        else:
            _add_page(book, page, len(book.sheetnames))
    book.active = 0
    for sheet in book.worksheets:
        sheet.sheet_view.tabSelected = sheet.title == first.name
    buffer = io.BytesIO()
    book.save(buffer)
    path.write_bytes(_settled(buffer.getvalue()))


def _clean(sheet: Worksheet) -> None:
    """Take away our marks of an earlier round, links, and whatever looks like an identity number."""
    from openpyxl.cell import MergedCell  # noqa: PLC0415  # as above
    from openpyxl.styles import PatternFill  # noqa: PLC0415  # as above

    ours = {f"FF{fill}" for fill in FILLS.values()} | {f"00{fill}" for fill in FILLS.values()}
    for row in sheet.iter_rows():
        for cell in row:
            if isinstance(cell, MergedCell):
                continue
            cell.hyperlink = None
            if cell.fill.fill_type == "solid" and cell.fill.fgColor.rgb in ours:
                cell.fill = PatternFill()
            if cell.comment is not None and _MARK.match(cell.comment.text):
                cell.comment = None
            if isinstance(cell.value, str | int | float):
                text = str(cell.value)
                shown = hidden_text(text, None)
                if shown != text:
                    _write(cell, shown)


def _mark(sheet: Worksheet, marked: SlipSheet) -> None:
    from openpyxl.comments import Comment  # noqa: PLC0415  # as above
    from openpyxl.styles import PatternFill  # noqa: PLC0415  # as above

    texts = dict(zip(marked.numbers, marked.rows, strict=True))
    for row, position in sorted(marked.hidden):
        cell = _cell(sheet, row, position)
        _write(cell, safe_text(texts[row][position]))
        cell.fill = PatternFill("solid", fgColor=FILLS["hidden"])
    comments = comments_of(marked)
    for (row, position), mark in sorted(marked.marks.items(), key=lambda one: one[0]):
        cell = _cell(sheet, row, position)
        cell.fill = PatternFill("solid", fgColor=FILLS[mark.severity.value])
        said = [comments.get((row, position), ""), safe_text(cell.comment.text) if cell.comment else ""]
        text = "\n".join(part for part in said if part)
        if text:
            lines = sum(1 + len(line) // 30 for line in text.split("\n"))
            cell.comment = Comment(text, _AUTHOR, width=300, height=min(20 + 16 * lines, 400))


def _mark_empty(sheet: Worksheet, page: Page) -> None:
    """Say on a sheet of the workbook in which nothing was filled in that it has to be."""
    from openpyxl.comments import Comment  # noqa: PLC0415  # as above
    from openpyxl.styles import PatternFill  # noqa: PLC0415  # as above

    for position, content in enumerate(page.rows[0]):
        if content.comment:
            cell = _cell(sheet, 1, position)
            cell.fill = PatternFill("solid", fgColor=STYLES[content.style].fill)
            cell.comment = Comment(content.comment, _AUTHOR, width=300, height=160)


def _cell(sheet: Worksheet, row: int, position: int) -> Cell:
    """Return a cell; of a merged one that which a person sees."""
    from openpyxl.cell import Cell as PlainCell  # noqa: PLC0415  # as above

    cell = sheet.cell(row, position + 1)
    for merged in sheet.merged_cells.ranges if not isinstance(cell, PlainCell) else ():
        if cell.coordinate in merged:
            cell = sheet.cell(merged.min_row, merged.min_col)
    assert isinstance(cell, PlainCell)
    return cell


def _write(cell: Cell, text: str | int) -> None:
    """Write a text as a text, whatever it begins with."""
    cell.value = text
    if isinstance(text, str):
        cell.data_type = "s"
        cell.number_format = "@"


def _add_page(book: Workbook, page: Page, position: int) -> None:
    from openpyxl.worksheet.properties import PageSetupProperties  # noqa: PLC0415  # as above

    sheet: Worksheet = book.create_sheet(page.name, position)
    last = len(page.widths)
    for number, cells in enumerate(page.rows, 1):
        column = 1
        for cell in cells:
            _write_cell(_cell(sheet, number, column - 1), cell)
            column += cell.across
            if cell.across > 1:
                sheet.merge_cells(None, number, column - cell.across, number, column - 1)
        if number - 1 in page.heights:
            sheet.row_dimensions[number].height = page.heights[number - 1]
    for column, width in enumerate(page.widths):
        sheet.column_dimensions[letters(column)].width = width
    if page.heading == 0:
        sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A{page.heading + 1}:{letters(last - 1)}{max(len(page.rows), 1)}"
    sheet.print_title_rows = f"{page.heading + 1}:{page.heading + 1}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9  # A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _write_cell(cell: Cell, content: PageCell) -> None:
    from openpyxl.comments import Comment  # noqa: PLC0415  # as above
    from openpyxl.worksheet.hyperlink import Hyperlink  # noqa: PLC0415  # as above

    if content.text != "":
        _write(cell, content.text)
    _dress(cell, STYLES[content.style])
    if content.link:
        cell.hyperlink = Hyperlink(ref=cell.coordinate, location=link_to(*content.link))
    if content.comment:
        cell.comment = Comment(content.comment, _AUTHOR, width=300, height=160)


def _dress(cell: Cell, style: Style) -> None:
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side  # noqa: PLC0415  # as above

    cell.font = Font(
        name="Calibri",
        size=style.size,
        bold=style.bold,
        color=style.color,
        underline="single" if style.underlined else None,
    )
    cell.alignment = Alignment(horizontal=style.align, vertical=style.upright, wrap_text=style.wrapped)
    cell.protection = Protection(locked=not style.open)
    if style.fill:
        cell.fill = PatternFill("solid", fgColor=style.fill)
    if style.bordered:
        side = Side("thin", color="BFBFBF")
        cell.border = Border(left=side, right=side, top=side, bottom=side)


def _settled(data: bytes) -> bytes:
    """Write a workbook again without the time at which it was written: the same data give the same bytes."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as source,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for part in source.infolist():
            content = source.read(part)
            if part.filename == "docProps/core.xml":
                content = _DATES.sub(rb"\g<1>2000-01-01T00:00:00Z", content)
            settled = zipfile.ZipInfo(part.filename, _LONG_AGO)
            settled.compress_type = zipfile.ZIP_DEFLATED
            settled.external_attr = part.external_attr
            target.writestr(settled, content)
    return buffer.getvalue()
