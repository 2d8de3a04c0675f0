"""Headings over several rows: merged cells, a group over its columns, units below names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from edutargets.cell_texts import cell_text
from edutargets.errors import Fault
from edutargets.grids import letters, place
from edutargets.headings import accepted_units, column_names, folded, plain_unit, unit_worth, without_unit

if TYPE_CHECKING:
    from edutargets.grids import Range, Sheet
    from edutargets.tables import Table

__all__ = ["HINTS", "HeadingBlock", "bare_unit", "is_unit_or_hint", "record_text"]

HINTS = frozenset(
    folded(word)
    for word in (
        "代码",
        "编码",
        "编号",
        "文本",
        "文字",
        "字符",
        "文本型",
        "日期",
        "年",
        "年份",
        "年度",
        "年月日",
        "单位",
        "计量单位",
        "是/否",
        "是或否",
        "选项",
        "选择",
        "下拉选择",
        "下拉",
        "多选",
        "单选",
        "整数",
        "小数",
        "数字",
        "数值",
        "数字型",
        "必填",
        "选填",
        "名称",
        "学年",
        "yyyy",
        "yyyy-mm-dd",
        "code",
        "text",
        "date",
        "year",
        "unit",
        "number",
        "integer",
        "decimal",
        "yes/no",
        "list",
        "choice",
        "required",
        "optional",
    )
)
_TOTAL = frozenset({"合计", "总计", "小计", "计", "总数", "共计", "total"})
_AMONG = re.compile(r"^其中\s*[:：]?\s*")
_MOST_ROWS = 5


def record_text(sheet: Sheet, at: int, position: int) -> str:
    """Return the trimmed text of a cell of a record."""
    record = sheet.records[at]
    return (cell_text(record[position]) or "").strip() if position < len(record) else ""


def is_unit_or_hint(text: str, name: str, table: Table) -> bool:
    """Whether a text below a heading says its unit or what to write: 万元, (人), 文本, 日期."""
    plain = bare_unit(text)
    return folded(plain) in HINTS or plain_unit(plain) in accepted_units(table.columns[name])


def bare_unit(text: str) -> str:
    """Return a unit without the brackets or the 单位： that it stands in."""
    plain = re.sub(r"^单位\s*[:：]\s*", "", text.strip())
    return plain[1:-1].strip() if re.fullmatch(r"[(（\[【].*[)）\]】]", plain) else plain


@dataclass(frozen=True, slots=True)
class HeadingBlock:
    """The rows of a sheet that hold its headings, as positions among its records.

    Args:
        sheet: The sheet.
        table: The table it means.
        first: The uppermost of them.
        last: The lowest.
    """

    sheet: Sheet
    table: Table
    first: int
    last: int

    @classmethod
    def around(cls, sheet: Sheet, table: Table, at: int) -> HeadingBlock:
        """Find all rows that belong to the headings, from the row that has most of them.

        Merged cells tie rows together; a group heading also ties its columns to the row below.
        """
        numbers, first, last = sheet.numbers, at, at
        grown = True
        while grown and last - first < _MOST_ROWS:
            grown = False
            for top, left, bottom, right in sheet.merged:
                if (
                    bottom > top
                    and top < numbers[last]
                    and bottom + 1 >= numbers[first]
                    and right - left < len(sheet.records[at]) - 1
                ):
                    upper = min((i for i in range(first + 1) if numbers[i] > top), default=first)
                    lower = max(
                        (
                            i
                            for i in range(last, min(last + _MOST_ROWS, len(numbers)))
                            if numbers[i] <= bottom + 1
                        ),
                        default=last,
                    )
                    grown = grown or upper < first or lower > last
                    first, last = min(first, upper), max(last, lower)
        block = cls(sheet, table, first, last)
        if block._has_children():
            block = cls(sheet, table, first, last + 1)
        if block._has_parents():
            block = cls(sheet, table, first - 1, block.last)
        return block

    def texts(self) -> tuple[list[str | None], list[Fault]]:
        """Return one heading for each column, with its unit, or say which cannot be told.

        A column below a group is named by group and heading together, or by its heading alone, if exactly
        one column is called so.
        """
        width = max(len(self.sheet.records[at]) for at in range(self.first, self.last + 1))
        found: list[str | None] = []
        faults: list[Fault] = []
        for position in range(width):
            parts = self._parts(position)
            text = self._heading(parts) if parts else None
            if parts and text is None:
                faults.append(self._fault(parts, position))
            found.append(text)
        return found, faults + self._torn()

    def _parts(self, position: int) -> list[str]:
        """Return what stands over a column from top to bottom; a merged cell stands over all it covers."""
        parts: list[str] = []
        seen: set[Range] = set()
        own = False  # a group alone is no heading of the columns beside its first one
        for at in range(self.first, self.last + 1):
            covering = self._range(at, position)
            if covering is None:
                text = record_text(self.sheet, at, position)
            elif covering in seen:
                continue
            else:
                seen.add(covering)
                top = (
                    self.sheet.numbers.index(covering[0] + 1) if covering[0] + 1 in self.sheet.numbers else at
                )
                text = record_text(self.sheet, top, covering[1])
            if text:
                parts.append(text)
                own = own or covering is None or covering[1] == position
        return parts if own else []

    def _range(self, at: int, position: int) -> Range | None:
        row = self.sheet.numbers[at] - 1
        for one in self.sheet.merged:
            if one[0] <= row <= one[2] and one[1] <= position <= one[3]:
                return one
        return None

    def _heading(self, parts: list[str]) -> str | None:
        """Return the one heading that the parts mean together; a lone part is left to be matched as it is."""
        if len(parts) == 1:
            return parts[0]
        *above, last = parts
        names, units = column_names(self.table), [unit for part in parts if (unit := self._unit(part))]
        group = self._heading(above)
        column = _named(group, names) if group else None
        if column and group:
            if folded(bare_unit(last)) in HINTS:
                return group
            if (
                is_unit_or_hint(last, column, self.table)
                or unit_worth(bare_unit(last), self.table.columns[column]) is not None
            ):
                return group if without_unit(group)[1] == bare_unit(last) else f"{group}({bare_unit(last)})"
        own = _AMONG.sub("", without_unit(last)[0]) if self._unit(last) else _AMONG.sub("", last)
        over = [without_unit(part)[0] if self._unit(part) else part for part in above]
        spelled = {
            own,
            "".join([*over, own]),
            f"{''.join(over)}({own})",
            f"{over[-1]}{own}",
            f"{over[-1]}({own})",
        }
        meant = {names[folded(text)]: text for text in sorted(spelled) if folded(text) in names}
        if not meant and column and group and folded(own) in _TOTAL:
            meant = {column: without_unit(group)[0] if units else group}
        if len(meant) != 1 or len(set(units)) > 1:
            return None
        return next(iter(meant.values())) + (f"({units[0]})" if units else "")

    def _unit(self, part: str) -> str:
        """Return the unit in brackets behind a part, if it is one of any column."""
        unit = without_unit(part)[1]
        known = unit and any(
            unit_worth(unit, column) is not None for column in self.table.columns.values() if column.unit
        )
        return unit if known else ""

    def _fault(self, parts: list[str], position: int) -> Fault:
        said = " / ".join(parts)
        return Fault(
            place(self.sheet.file, self.sheet.name, self.sheet.numbers[self.last]),
            f"the headings {said!r} over column {letters(position)} do not name exactly one column together",
            "one heading in one cell for each column",
            code="merged-heading",
        )

    def _torn(self) -> list[Fault]:
        """Find headings that are merged over several columns with nothing below that tells them apart."""
        bottom = self.sheet.numbers[self.last] - 1
        return [
            Fault(
                place(self.sheet.file, self.sheet.name, bottom + 1),
                f"merged headings {letters(left)}{top + 1}:{letters(right)}{low + 1}",
                "one heading in one cell for each column",
                code="merged-heading",
            )
            for top, left, low, right in self.sheet.merged
            if top <= bottom <= low and right > left
        ]

    def _wide(self, at: int) -> list[Range]:
        """Return the ranges of a row that lie over several, but not all, of the columns."""
        row, width = self.sheet.numbers[at] - 1, len(self.sheet.records[at])
        return [
            one for one in self.sheet.merged if one[0] <= row <= one[2] and 0 < one[3] - one[1] < width - 1
        ]

    def _has_children(self) -> bool:
        """Whether the row below holds nothing but headings below groups, and units."""
        groups, below = self._wide(self.last), self.last + 1
        if not groups or below >= len(self.sheet.records):
            return False
        names = column_names(self.table)
        for position in range(len(self.sheet.records[below])):
            text = record_text(self.sheet, below, position)
            if not text or any(left <= position <= right for _, left, _, right in groups):
                continue
            name = _named((self._parts(position) or [""])[-1], names)
            if name is None or not is_unit_or_hint(text, name, self.table):
                return False
        return True

    def _has_parents(self) -> bool:
        """Whether the row above holds groups over some of the columns."""
        above = self.first - 1
        return (
            above >= 0
            and self.sheet.numbers[above] + 1 == self.sheet.numbers[self.first]
            and bool(self._wide(above))
        )


def _named(text: str, names: dict[str, str]) -> str | None:
    return names.get(folded(text)) or names.get(folded(without_unit(text)[0]))
