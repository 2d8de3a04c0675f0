"""OpenDocument spreadsheets (.ods): one pass over the content, with the texts that a person sees."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING
from xml.parsers import expat

from edutargets.cell_texts import cell_text
from edutargets.grids import Sheet, refuse
from edutargets.xlsx_files import MOST_CELLS, filled_rows, refuse_stray_cells
from edutargets.zip_bounds import Parts, broken_workbook, parsed

if TYPE_CHECKING:
    from edutargets.grids import Range

__all__ = ["ods_sheets"]

_CONTENT = "content.xml"
_UNSEEN = {"collapse", "filter"}
_PLAIN = re.compile(r"[-\u2212]?[0-9.,\s]*(?:E[+-]?[0-9]+)?|[¥￥$€]?\s*-?[0-9.,\s]+", re.IGNORECASE)
_ERROR = re.compile(r"#[A-Z/0-9]+[!?]|#N/A|Err:[0-9]+")
_MOST_COLUMNS, _MOST_ROWS = 16_384, 1_048_576


@dataclass(slots=True)
class _Table:
    """A sheet while it is read."""

    name: str
    style: str
    cells: list[list[object]] = field(default_factory=list)
    merged: list[Range] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    rows: int = 0
    columns: int = 0
    filled: int = 0


def ods_sheets(name: str, data: bytes) -> list[Sheet]:
    """Read every sheet that has cells.

    Args:
        name: The file's name, for messages.
        data: Its bytes.

    Raises:
        SubmissionError: If the file is no whole spreadsheet, is locked by a password, or is absurdly large.
    """
    parts = Parts(name, data)
    if "META-INF/manifest.xml" in parts and b"encryption-data" in parts.read("META-INF/manifest.xml"):
        raise refuse(name, "locked by a password", "a workbook without a password", "password")
    if _CONTENT not in parts:
        raise broken_workbook(name, "no spreadsheet in it")
    reader = _Reader(name)
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = reader.start, reader.end
    parser.CharacterDataHandler = reader.text
    parsed(name, _CONTENT, parts.xml(_CONTENT), parser)
    sheets = []
    for table in reader.tables:
        records, numbers = filled_rows(table.cells)
        width = max(map(len, records), default=0)
        if records:
            sheets.append(
                Sheet(
                    name,
                    table.name,
                    [record + [""] * (width - len(record)) for record in records],
                    numbers,
                    tuple(table.merged),
                    table.style in reader.hidden_styles,
                    frozenset(table.hidden_rows),
                    frozenset(table.hidden_columns),
                    reader.epoch,
                )
            )
    return sheets


class _Reader:
    """Follows tables, rows and cells; what is repeated counts as often as it says, within bounds."""

    def __init__(self, name: str) -> None:
        self.tables: list[_Table] = []
        self.hidden_styles: set[str] = set()
        self.epoch = date(1899, 12, 30)
        self._name = name
        self._inside: list[str] = []
        self._record: list[object] = []
        self._pending = 0
        self._attributes: dict[str, str] = {}
        self._row_repeat, self._row_unseen = 1, False
        self._paragraphs: list[str] = []
        self._style = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._inside.append(tag)
        if tag == "table:table" and "table:table" not in self._inside[:-1]:
            self.tables.append(
                _Table(attributes.get("table:name", ""), attributes.get("table:style-name", ""))
            )
        elif tag == "style:style":
            self._style = attributes.get("style:name", "")
        elif tag == "style:table-properties" and attributes.get("table:display") == "false":
            self.hidden_styles.add(self._style)
        elif tag == "table:null-date":
            self.epoch = _day_of(attributes.get("table:date-value", "")) or self.epoch
        elif self.tables:
            self._start_in_table(tag, attributes)

    def _start_in_table(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "table:table-column":
            self._columns(attributes)
        elif tag == "table:table-row":
            self._record, self._pending = [], 0
            self._row_repeat = self._count(attributes, "table:number-rows-repeated")
            self._row_unseen = attributes.get("table:visibility") in _UNSEEN
        elif tag in {"table:table-cell", "table:covered-table-cell"}:
            self._attributes, self._paragraphs = attributes, []
        elif tag == "text:p" and "office:annotation" not in self._inside:
            self._paragraphs.append("")
        elif self._paragraphs and tag in {"text:s", "text:line-break", "text:tab"}:
            blanks = {"text:line-break": "\n", "text:tab": "\t"}
            self._paragraphs[-1] += blanks.get(tag) or " " * min(self._count(attributes, "text:c"), 1000)

    def text(self, text: str) -> None:
        if self._paragraphs and "text:p" in self._inside and "office:annotation" not in self._inside:
            self._paragraphs[-1] += text

    def end(self, tag: str) -> None:
        self._inside.pop()
        if not self.tables:
            return
        if tag in {"table:table-cell", "table:covered-table-cell"}:
            self._end_cell(covered=tag == "table:covered-table-cell")
        elif tag == "table:table-row":
            self._end_row()

    def _count(self, attributes: dict[str, str], name: str) -> int:
        text = attributes.get(name, "1")
        if not text.isdecimal() or len(text) > 9 or int(text) < 1:  # noqa: PLR2004  # more than any sheet has
            raise broken_workbook(self._name, f"{name} is {text!r}")
        return int(text)

    def _columns(self, attributes: dict[str, str]) -> None:
        table, count = self.tables[-1], self._count(attributes, "table:number-columns-repeated")
        if attributes.get("table:visibility") in _UNSEEN:
            table.hidden_columns.update(range(table.columns, min(table.columns + count, _MOST_COLUMNS)))
        table.columns += count

    def _end_cell(self, *, covered: bool) -> None:
        repeat = self._count(self._attributes, "table:number-columns-repeated")
        value = "" if covered else _value(self._attributes, "\n".join(self._paragraphs))
        position = len(self._record) + self._pending
        self._merge(position)
        if value == "":
            self._pending += repeat
        else:
            if position + repeat > _MOST_COLUMNS:
                raise broken_workbook(self._name, f"a row of {position + repeat:,} columns")
            self._record += [""] * self._pending + [value] * repeat
            self._pending = 0
        self._attributes, self._paragraphs = {}, []

    def _merge(self, position: int) -> None:
        wide, high = (
            self._count(self._attributes, f"table:number-{way}-spanned") for way in ("columns", "rows")
        )
        if wide > 1 or high > 1:
            top = self.tables[-1].rows
            self.tables[-1].merged.append((top, position, top + high - 1, position + wide - 1))

    def _end_row(self) -> None:
        table = self.tables[-1]
        if self._record:
            table.filled += self._row_repeat * len(self._record)
            rows = table.rows + self._row_repeat
            if table.filled > MOST_CELLS or rows > _MOST_ROWS:
                refuse_stray_cells(self._name, table.name, max(rows, MOST_CELLS + 1), len(self._record))
            table.cells += [[] for _ in range(table.rows - len(table.cells))]
            table.cells += [list(self._record) for _ in range(self._row_repeat)]
            if self._row_unseen:
                table.hidden_rows.update(range(table.rows + 1, table.rows + self._row_repeat + 1))
        table.rows += self._row_repeat


def _value(attributes: dict[str, str], text: str) -> object:
    """Return a cell's value as a person sees it; a formula without a result says so."""
    kind = attributes.get("office:value-type", "")
    formula = attributes.get("table:formula", "")
    if formula and _ERROR.fullmatch(text.strip()):
        return text.strip() if text.strip().startswith("#") else "#ERROR!"
    if kind in {"float", "currency", "percentage"}:
        return _number(attributes.get("office:value", ""), text, percent=kind == "percentage")
    if kind == "date":
        return _day_of(attributes.get("office:date-value", "")) or text
    if kind == "boolean":
        return attributes.get("office:boolean-value") == "true"
    if formula and not kind and not text:
        return "=formula"
    return attributes.get("office:string-value", text)


def _number(value: str, text: str, *, percent: bool) -> object:
    """Return a number, or the text beside it where a person sees more than the number: 0101, 12万元."""
    try:
        number = Decimal(value)
    except InvalidOperation:
        return text or "#ERROR!"
    if not number.is_finite():
        return text or "#ERROR!"
    exact = cell_text(float(number)) or ""
    if percent:
        return f"{format((Decimal(exact) * 100).normalize(), 'f')}%"
    seen = text.strip()
    if _is_scaled(seen, Decimal(exact)):
        return f"#SHOWN! {exact}"
    if seen and (not _PLAIN.fullmatch(seen) or re.fullmatch("0[0-9]+", seen)):
        return seen
    return float(number)


def _is_scaled(seen: str, number: Decimal) -> bool:
    """Whether the number that is shown is not the one that is held, rounded."""
    plain = re.sub(r"[¥￥$€,\s]", "", seen).replace("\u2212", "-")
    if not re.fullmatch(r"-?[0-9]+(?:\.[0-9]+)?", plain):
        return False
    step = Decimal(1).scaleb(-len(plain.partition(".")[2]))
    return abs(Decimal(plain) - number) > step


def _day_of(text: str) -> date | datetime | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)  # noqa: PLR2004  # 2024-09-01
    except ValueError:
        return None
