"""Templates as workbooks: locked headings, yellow cells, dropdowns, hints, ready to print on A4."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from edutargets.template_covers import write_cover
from edutargets.template_meta import LISTS_SHEET, META_SHEET
from edutargets.template_styles import Styles, header_text
from edutargets.text_tables import width_of
from edutargets.written_files import replaced

if TYPE_CHECKING:
    from pathlib import Path

    import xlsxwriter
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from edutargets.template_entries import Bound, Entry
    from edutargets.templates import Template, TemplateColumn, TemplateTable

__all__ = ["write_template"]

HEADING, UNITS, FIRST = 2, 3, 4  # rows, from 0
LAST = 4999  # a row further down is neither checked while typing nor unlocked
MADE = datetime(2000, 1, 1)  # noqa: DTZ001  # the same call gives the same bytes, so no time of day enters
NARROWEST, WIDEST = 9, 34
USUAL = 8  # how wide a column is that nobody set
LONGEST_TITLE, LONGEST_MESSAGE = 32, 255
FURTHEST = 999_999_999_999_999
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2100, 12, 31)
UNPROTECTED = {
    "format_columns": True,
    "format_rows": True,
    "sort": True,
    "autofilter": True,
    "select_locked_cells": True,
}


@dataclass
class _Lists:
    """What the dropdowns choose from, each list once in a hidden sheet under a name of its own."""

    book: xlsxwriter.Workbook
    sheet: Worksheet
    names: dict[tuple[str | int, ...], str] = field(default_factory=dict)

    def named(self, choices: tuple[str | int, ...], wanted: str) -> str:
        """Return the defined name of a list; it is written down when it is asked for first."""
        if choices not in self.names:
            column = len(self.names)
            name = re.sub(r"\W", "_", f"list_{wanted}")
            self.sheet.write_string(0, column, name)
            for row, choice in enumerate(choices, start=1):
                if isinstance(choice, int):
                    self.sheet.write_number(row, column, choice)
                else:
                    self.sheet.write_string(row, column, choice)
            letter = _letters(column)
            place = f"={LISTS_SHEET}!${letter}$2:${letter}${len(choices) + 1}"
            self.book.define_name(name, place)
            self.names[choices] = name
        return self.names[choices]


def write_template(template: Template, path: Path) -> Path:
    """Write a template as a workbook, whole or not at all; the same template gives the same bytes.

    Args:
        template: What it says.
        path: Where it goes; what stands there is replaced.

    Raises:
        OutputError: If it cannot be put there.
    """
    import xlsxwriter  # noqa: PLC0415  # only who writes workbooks pays for it

    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    with replaced(path) as partial, xlsxwriter.Workbook(str(partial), options) as book:
        book.set_properties({"title": template.title.in_language(_language(template)), "created": MADE})
        styles = Styles(book)
        write_cover(book, template, styles)
        sheets = [book.add_worksheet(table.sheet) for table in template.tables]
        hidden = book.add_worksheet(LISTS_SHEET)
        lists = _Lists(book, hidden)
        for sheet, table in zip(sheets, template.tables, strict=True):
            _Sheet(sheet, table, template, styles, lists).write()
        hidden.very_hidden()
        _write_meta(book.add_worksheet(META_SHEET), template)
    return path


def _language(template: Template) -> str:
    return "en" if template.lang == "en" else "zh"


def _write_meta(sheet: Worksheet, template: Template) -> None:
    for row, cells in enumerate(template.meta.rows()):
        for column, text in enumerate(cells):
            sheet.write_string(row, column, text)
    sheet.very_hidden()


@dataclass(frozen=True, slots=True)
class _Sheet:
    """One sheet being written."""

    sheet: Worksheet
    table: TemplateTable
    template: Template
    styles: Styles
    lists: _Lists

    @property
    def last(self) -> int:
        """The last row that may be filled in."""
        return LAST if self.table.room > 1 else FIRST + len(self.table.rows) + self.table.room - 1

    def write(self) -> None:
        self._head()
        for position, column in enumerate(self.table.columns):
            self._column(position, column)
        texts = [_letters(at) for at, column in enumerate(self.table.columns) if column.is_text]
        if texts:
            cells = " ".join(f"{letter}{FIRST + 1}:{letter}{self.last + 1}" for letter in texts)
            self.sheet.ignore_errors({"number_stored_as_text": cells})
        self._rows()
        self._page()

    def _head(self) -> None:
        """Write title, rule, headings and units; none of them can be changed."""
        styles, sheet, table = self.styles, self.sheet, self.table
        sheet.set_row(0, 26, styles.plain)
        sheet.set_row(1, 18, styles.plain)
        sheet.write_string(0, 0, table.title, styles.title)
        sheet.write_string(1, 0, table.rule.in_language(_language(self.template)), styles.rule)
        if self.template.lang == "both":
            _comment(sheet, 1, 0, table.rule.en)
        if table.about:
            _comment(sheet, 0, 0, table.about)
        widths = [self._width(position) for position in range(len(table.columns))]
        lines = max(
            -(-width_of(column.heading) // (width - 1))
            for column, width in zip(table.columns, widths, strict=True)
        )
        sheet.set_row(HEADING, 8 + 15 * lines, styles.plain)
        for position, column in enumerate(table.columns):
            sheet.write_string(HEADING, position, column.heading, styles.heading)
            sheet.write_string(UNITS, position, column.unit, styles.unit)
            _comment(sheet, HEADING, position, column.about)

    def _column(self, position: int, column: TemplateColumn) -> None:
        """Set the width of a column, what may be typed into it, and how what is typed is kept."""
        free = self.styles.free(column) if self.table.room > 1 else None
        self.sheet.set_column(position, position, self._width(position), free)
        self.sheet.data_validation(FIRST, position, self.last, position, self._validation(column))

    def _width(self, position: int) -> int:
        """Return how wide a column must be: its values in whole, its heading on two lines."""
        column = self.table.columns[position]
        known = [str(row[position]) for row in self.table.rows if row[position] is not None]
        choices = [str(choice) for choice in column.entry.choices]
        ends = [str(end) for end in (column.entry.low, column.entry.high) if end is not None]
        dated = ["2025-09-01"] if column.entry.kind == "date" else []
        wide = [width_of(text) for text in (*known, *choices, *ends, *dated, column.unit)]
        heading = -(-width_of(column.heading) // 2) + 1
        return min(max(NARROWEST, heading, *wide) + 3, WIDEST)

    def _validation(self, column: TemplateColumn) -> dict[str, object]:
        entry = column.entry
        hint = {
            "ignore_blank": True,
            "input_title": column.heading[:LONGEST_TITLE],
            "input_message": _cut(column.hint),
            "error_title": column.heading[:LONGEST_TITLE],
            "error_message": _cut(column.stop),
            "error_type": "stop" if entry.strict else "warning",
        }
        if entry.kind == "list":
            name = self.lists.named(entry.choices, f"{self.table.name}_{column.name}")
            return {"validate": "list", "source": f"={name}", **hint}
        if entry.kind == "text":
            if entry.length is None:
                return {"validate": "any", **hint}
            low, high = entry.length
            return {"validate": "length", "criteria": "between", "minimum": low, "maximum": high, **hint}
        return {"validate": entry.kind, **_between(entry), **hint}

    def _rows(self) -> None:
        """Lay out the rows: what is known beforehand in grey, what is asked for in yellow."""
        columns = self.table.columns
        blank = (None,) * len(columns)
        for at, row in enumerate((*self.table.rows, *(blank,) * self.table.room)):
            for position, (column, value) in enumerate(zip(columns, row, strict=True)):
                locked = column.locked and value is not None
                style = self.styles.known(column) if locked else self.styles.asked(column)
                _write(self.sheet, FIRST + at, position, value, style)
        if not self.template.member:
            self._names()

    def _names(self) -> None:
        """Say beside each code of the roster whose it is, where no column of the table does."""
        columns = [column for column in self.table.columns if column.locked and column.is_text]
        if len(columns) != 1:
            return
        position = self.table.columns.index(columns[0])
        for at, note in enumerate(self.table.notes):
            if note:
                _comment(self.sheet, FIRST + at, position, note)

    def _page(self) -> None:
        sheet, table, template = self.sheet, self.table, self.template
        locked = sum(column.locked for column in table.columns) if table.rows else 0
        sheet.freeze_panes(FIRST, min(locked, 3))
        sheet.protect("", UNPROTECTED)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(HEADING, UNITS)
        sheet.set_margins(left=0.4, right=0.4, top=0.75, bottom=0.7)
        sheet.set_header(
            f"&L{header_text(template.title.in_language(_language(template)))}&R{header_text(table.sheet)}"
        )
        sheet.set_footer(self.styles.footer(template))
        sheet.print_area(0, 0, FIRST + len(table.rows) + table.room - 1, self._last_printed())

    def _last_printed(self) -> int:
        """Return the last column on paper: beside a narrow table the title goes on to the right."""
        rule = self.table.rule.in_language(_language(self.template))
        wanted = max(width_of(rule), int(width_of(self.table.title) * 1.6))
        position = len(self.table.columns) - 1
        printed = sum(self._width(column) for column in range(position + 1))
        return position + max(0, -(-(wanted - printed) // USUAL))


def _write(sheet: Worksheet, row: int, column: int, value: object, style: Format) -> None:
    """Write a value as what it is; no text ever becomes a formula."""
    match value:
        case None:
            sheet.write_blank(row, column, None, style)
        case date():
            sheet.write_datetime(row, column, datetime(value.year, value.month, value.day), style)  # noqa: DTZ001  # a day has no zone
        case int() | Decimal():
            sheet.write_number(row, column, float(value), style)
        case _:
            sheet.write_string(row, column, str(value), style)


def _between(entry: Entry) -> dict[str, object]:
    """Return the two ends of what may be typed; a spreadsheet wants both."""
    ends: tuple[Bound, Bound] = (FIRST_DAY, LAST_DAY) if entry.kind == "date" else (-FURTHEST, FURTHEST)
    low, high = (
        end if end is not None else furthest
        for end, furthest in zip((entry.low, entry.high), ends, strict=True)
    )
    return {"criteria": "between", "minimum": _number(low), "maximum": _number(high)}


def _number(bound: Bound) -> int | float | date:
    return float(bound) if isinstance(bound, Decimal) else bound


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_MESSAGE else f"{text[: LONGEST_MESSAGE - 1]}…"


def _comment(sheet: Worksheet, row: int, column: int, text: str) -> None:
    """Write a comment that is large enough for its text."""
    lines = text.split("\n")
    width = min(max(width_of(line) for line in lines) + 2, 56)
    height = sum(-(-max(width_of(line), 1) // width) for line in lines) + 1
    size = {"width": max(120, width * 7), "height": height * 17, "font_size": 9, "author": "edutargets"}
    sheet.write_comment(row, column, text, size)


def _letters(position: int) -> str:
    from xlsxwriter.utility import xl_col_to_name  # noqa: PLC0415  # as above

    return str(xl_col_to_name(position))
