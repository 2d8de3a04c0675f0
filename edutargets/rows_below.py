"""Rows below the headings that are no records: totals, footnotes, headings printed again on each page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from edutargets.cell_texts import cell_text
from edutargets.grids import ReadingNote, letters
from edutargets.headings import folded
from edutargets.identity_masks import masked
from edutargets.sources import Bilingual

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from edutargets.grids import Sheet
    from edutargets.tables import Table

__all__ = ["OtherRows"]

_TOTAL = re.compile(
    r"(?:.{0,12}?(?:合\s*计|总\s*计|小\s*计|共\s*计)|(?:grand |sub-?)?totals?)"
    r"\s*[:：]?(?:[(（].{0,12}[)）])?",
    re.IGNORECASE,
)
_NOTE = re.compile(
    r"(?:附?注|备\s*注|说\s*明|填表说明|填报说明|notes?|remarks?|sources?|数据来源|资料来源"
    r"|(?:填[表报]|制表|审核|复核|经办|联系|负责|统计|分管|报送)?(?:单位|部门)?"
    r"(?:负责人|联系人|经办人|填表人|填报人|制表人|审核人|复核人|统计人|校长|园长)"
    r"|制表|审核|联系电话|电话|(?:填表|填报|制表|报送|上报)?(?:日期|时间)|(?:填报|报送)?单位(?:[(（]?盖?章[)）]?)?|盖章)"
    r"\s*(?:[(（].{0,8}[)）])?\s*\d*\s*[:：].*"
    r"|注\s*\d*\s*[.、．].*|[(（]?以下(?:空白|无正文|无内容)[)）]?.*|-+\s*以下空白\s*-+",
    re.IGNORECASE | re.DOTALL,
)
_NUMBERED = re.compile(r"\s*[(（]?[0-9一二三四五六七八九十]{1,2}[)）、.．]\s*\D.*", re.DOTALL)
_SUSPECT = re.compile(r"计|total|[:：]|注|note|以下", re.IGNORECASE)
_WATCHED = 5

_TOLD = {
    "total-row": Bilingual(
        en="a row of totals: it was not read as a record", zh="合计行：未作为一条记录读取"
    ),
    "note-row": Bilingual(en="a footnote: it was not read as a record", zh="表注或落款：未作为一条记录读取"),
    "repeated-headings": Bilingual(
        en="the headings again: not read as a record", zh="重复的表头：未作为一条记录读取"
    ),
}


@dataclass(frozen=True, slots=True)
class OtherRows:
    """Tells the rows of a table from what stands below and between them.

    Args:
        table: The table.
        columns: The column of each position that has a heading.
        headings: The text of each heading.
    """

    table: Table
    columns: Mapping[int, str]
    headings: Mapping[int, str]

    def found(self, sheet: Sheet, begin: int) -> dict[int, ReadingNote]:
        """Return the positions of the records that are none, with what to say about each.

        Args:
            sheet: The sheet.
            begin: The position of the first row below the headings; positions are counted from it.
        """
        records, numbers = sheet.records[begin:], sheet.numbers[begin:]
        odd = self._odd_texts(records)
        if not odd:
            return {}
        found: dict[int, ReadingNote] = {}
        for at, record in enumerate(records):
            if odd.isdisjoint(record) and not (at - 1 in found and found[at - 1].rule == "note-row"):
                continue
            rule, position = self._rule(record, follows=at - 1 in found and found[at - 1].rule == "note-row")
            if rule:
                text = masked(cell_text(record[position]) or "")
                cell = f"{letters(position)}{numbers[at]}"
                found[at] = ReadingNote(
                    rule, sheet.file, sheet.name, numbers[at], cell, repr(text)[:60], _TOLD[rule]
                )
        return found

    def _odd_texts(self, records: Sequence[Sequence[object]]) -> set[str]:
        """Return the texts of the leading and the key columns that may mean no record."""
        watched = {*sorted(self.columns)[:_WATCHED], *self._key_positions()}
        odd: set[str] = set()
        for position in watched:
            texts = {
                record[position]
                for record in records
                if position < len(record) and record[position].__class__ is str
            }
            odd |= {
                text
                for text in texts
                if isinstance(text, str) and (_SUSPECT.search(text) or text == self.headings.get(position))
            }
        return odd

    def _key_positions(self) -> list[int]:
        wanted = {*self.table.key, self.table.reports} - {self.table.period}
        return [position for position, name in self.columns.items() if name in wanted]

    def _rule(self, record: Sequence[object], *, follows: bool) -> tuple[str, int]:
        filled = {at: text for at, cell in enumerate(record) if (text := (cell_text(cell) or "").strip())}
        if not filled:
            return "", 0
        keys = [at for at in self._key_positions() if at in filled]
        first = min(filled)
        if keys and all(self._is_heading(filled[at], at) for at in keys):
            return "repeated-headings", keys[0]
        for at in dict.fromkeys([first, *keys]):
            if _TOTAL.fullmatch(filled[at]) and self._may_be_total(filled, at, keys):
                return "total-row", at
            if _NOTE.fullmatch(filled[at]) and (at in keys or not keys):
                return "note-row", at
        if follows and len(filled) == 1 and _NUMBERED.fullmatch(filled[first]):
            return "note-row", first
        return "", 0

    def _is_heading(self, text: str, position: int) -> bool:
        return folded(text) == folded(self.headings[position])

    def _may_be_total(self, filled: Mapping[int, str], at: int, keys: Sequence[int]) -> bool:
        """Whether 合计 stands where no value of a record may stand: in a key, or where no key is given."""
        name = self.columns.get(at)
        column = self.table.columns[name] if name else None
        if column is not None and column.type == "category":
            known = {
                folded(word) for key, label in column.values.items() for word in (key, label.zh, label.en)
            }
            if folded(filled[at]) in known:
                return False
        return at in keys or all(_TOTAL.fullmatch(filled[key]) for key in keys)
