"""One pass over a sheet's XML for what the fast reader does not tell: formats, formulas, errors, hidden."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from xml.parsers import expat

from edutargets.zip_bounds import broken_workbook, parsed, refuse_two_texts

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["SheetMarks", "Spot", "position_of", "sheet_marks"]

Spot = tuple[int, int]
_DIGITS = "0123456789"
_SPACES = (
    b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    b"http://purl.oclc.org/ooxml/spreadsheetml/main",
)
_ON = {"1", "true", "on"}


@dataclass(slots=True)
class SheetMarks:
    """What a sheet's XML says beyond its values.

    Args:
        texts: What a person sees in the cells with errors and never calculated formulas.
        formats: The number formats of cells under which a number looks different.
        hidden_rows: The numbers of hidden rows.
        hidden_columns: The positions of hidden columns.
        rows: The last row's number.
        columns: How many columns there are.
    """

    texts: dict[Spot, str] = field(default_factory=dict)
    formats: dict[Spot, str] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    rows: int = 0
    columns: int = 0


def position_of(letters: str) -> int:
    """Return a column's position from its letters, counted from 0.

    Examples:
        >>> position_of("A"), position_of("AA")
        (0, 26)
    """
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def sheet_marks(name: str, part: str, text: bytes, styles: Mapping[str, str], *, stale: bool) -> SheetMarks:
    """Read the marks of a sheet.

    Args:
        name: The file's name, for messages.
        part: The part's name, for messages.
        text: Its XML.
        styles: The format of each cell style, by its number, if a number looks different under it.
        stale: Whether the values of formulas are no results: whoever wrote the file asks for a calculation.

    Raises:
        SubmissionError: If the XML is torn, or cells do not stand in the order in which a reader takes them.
    """
    reader = _Reader(name, part, styles, stale=stale)
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = None
    reader.parser = parser
    parsed(name, part, text, parser)
    if not any(space in text[:5000] for space in _SPACES):
        raise broken_workbook(name, f"its part {part} is no sheet")
    if b"inlineStr" in text:
        refuse_two_texts(name, part, text)
    reader.close()
    return reader.marks


class _Reader:
    """Follows rows and cells; it looks at values only where it must."""

    def __init__(self, name: str, part: str, styles: Mapping[str, str], *, stale: bool) -> None:
        self.parser: expat.XMLParserType = expat.ParserCreate()
        self.marks = SheetMarks()
        self._name, self._part, self._styles, self._stale = name, part, styles, stale
        self._row, self._column, self._row_text = 0, -1, "0"
        self._positions: dict[str, int] = {}
        self._kind, self._text_result, self._valued = "", False, False
        self._formula: list[str] | None = None
        self._value: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if ":" in tag:
            tag = tag.rpartition(":")[2]
        if tag == "c":
            self._cell(attributes)
        elif tag == "row":
            self._begin_row(attributes)
        elif tag == "f":
            self._formula, self._value = [], []
            self.parser.CharacterDataHandler = self._formula.append
            self.parser.EndElementHandler = self._end
        elif tag in {"v", "is"}:
            self._begin_value()
        elif tag == "col":
            self._hide_columns(attributes)

    def _begin_value(self) -> None:
        if self._valued:
            raise broken_workbook(self._name, f"a cell of its part {self._part} has two values")
        self._valued = True
        if self._formula is not None or self._kind == "e":
            self._value = []
            self.parser.CharacterDataHandler = self._value.append
            self.parser.EndElementHandler = self._end

    def _end(self, tag: str) -> None:
        self.parser.CharacterDataHandler = None
        if tag.rpartition(":")[2] == "c":
            self.parser.EndElementHandler = None

    def _begin_row(self, attributes: dict[str, str]) -> None:
        self.close()
        text = attributes.get("r", "")
        number = int(text) if text.isdecimal() else self._row + 1
        if number <= self._row:
            raise broken_workbook(self._name, f"row {number} of its part {self._part} stands out of order")
        self._row, self._column, self._row_text = number, -1, str(number)
        self.marks.rows = number
        if attributes.get("hidden") in _ON or attributes.get("ht") == "0":
            self.marks.hidden_rows.add(number)

    def _cell(self, attributes: dict[str, str]) -> None:
        if self._formula is not None or self._kind:
            self.close()
        address = attributes.get("r")
        column = self._column + 1
        if address:
            letters = address.rstrip(_DIGITS)
            known = self._positions.get(letters)
            if known is None:
                known = self._positions[letters] = (
                    position_of(letters) if letters.isalpha() and letters.isupper() else -1
                )
            if known < column or address[len(letters) :] != self._row_text:
                raise broken_workbook(
                    self._name, f"cell {address} of its part {self._part} stands out of order"
                )
            column = known
        self._column, self._valued = column, False
        if column >= self.marks.columns:
            self.marks.columns = column + 1
        kind = attributes.get("t", "")
        style = attributes.get("s", "0")
        if (code := self._styles.get(style)) and kind in {"", "n"}:
            self.marks.formats[self._row - 1, column] = code
        elif code is None and style != "0":
            raise broken_workbook(self._name, f"cell {address} of its part {self._part} has no style")
        self._kind = kind if kind == "e" else ""
        self._text_result = kind == "str"

    def close(self) -> None:
        """Note what the last cell turned out to be."""
        spot = (self._row - 1, self._column)
        value = "".join(self._value)
        if self._formula is not None and (self._stale or not (value or self._text_result)):
            self.marks.texts[spot] = "=" + ("".join(self._formula) or "formula")
        elif self._kind == "e":
            self.marks.texts[spot] = value if value.startswith("#") else "#ERROR!"
        self._kind, self._formula, self._value = "", None, []

    def _hide_columns(self, attributes: dict[str, str]) -> None:
        if attributes.get("hidden") in _ON or attributes.get("width") == "0":
            first, last = (attributes.get(end, "0") for end in ("min", "max"))
            if first.isdecimal() and last.isdecimal():
                self.marks.hidden_columns.update(range(int(first) - 1, min(int(last), 16384)))
