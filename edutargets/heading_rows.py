"""Where a table begins on a sheet: its headings below titles and rules, its units, its first record."""

from __future__ import annotations

import re
from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from edutargets.cell_texts import cell_text
from edutargets.errors import Fault, SubmissionError
from edutargets.grids import Grid, ReadingNote, letters, place, text_columns
from edutargets.heading_blocks import HINTS, HeadingBlock, bare_unit, is_unit_or_hint, record_text
from edutargets.headings import (
    Heading,
    accepted_units,
    column_names,
    folded,
    match_headings,
    plain_unit,
    unit_worth,
    without_unit,
)
from edutargets.rows_below import OtherRows
from edutargets.sources import Bilingual

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from edutargets.grids import Sheet
    from edutargets.tables import Table

__all__ = ["grid_under_headings"]

MOST_ROWS_ABOVE = 20
MOST_NAMED = 20
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_STATED = re.compile(
    r"(?<![\u4e00-\u9fff])(?:计量|金额|货币|统计)?单位\s*[:：]\s*(?P<stated>[^\s:：;；。)）]{1,20})"
    r"|[(（](?P<bracketed>[^()（）]{1,12})[)）]|\bunits?\s*:\s*(?P<english>[^\s;]{1,20})",
    re.IGNORECASE,
)
_FIRST_SERIAL, _LAST_SERIAL = 9_000, 73_050  # 1924 to 2099 where days are counted from 1899


def grid_under_headings(sheet: Sheet, table: Table) -> Grid:
    """Find the headings of a table on a sheet, and take what stands below them as its records.

    The headings are the first of the first 20 rows that hold anything which names most of the table's
    columns; titles and rules above are passed over, and a row of units right below becomes part of them.

    Raises:
        SubmissionError: With everything that makes it unsure what a column or its unit is.
    """
    at = _heading_row(sheet, table)
    block = HeadingBlock.around(sheet, table, at)
    texts, faults = block.texts()
    where = place(sheet.file, sheet.name, sheet.numbers[block.last])
    begin, unit_faults = _with_units(sheet, table, texts, block.last + 1)
    matched, _ = match_headings(texts, table, where)
    faults += [
        *unit_faults,
        *_records_above(sheet, block.first, texts),
        *_units_above(sheet, table, matched, block),
    ]
    if faults:
        raise SubmissionError(*faults)
    columns = {heading.position: heading.column for heading in matched}
    records, numbers = sheet.records[begin:], sheet.numbers[begin:]
    other = OtherRows(table, columns, {at: texts[at] or "" for at in columns}).found(sheet, begin)
    kept = [position for position in range(len(records)) if position not in other]
    records, numbers = [records[at] for at in kept], [numbers[at] for at in kept]
    records = _of_one_width(sheet, records, numbers, len(texts))
    _refuse_nameless(texts, records, where)
    records = _with_days(sheet.epoch, table, columns, _without_merged(sheet, records, numbers))
    return Grid(
        sheet.file,
        sheet.name,
        tuple(texts),
        sheet.numbers[block.last],
        text_columns(records, len(texts)),
        np.asarray(numbers, np.int64),
        hidden=sheet.hidden,
        notes=(*other.values(), *_unseen(sheet, columns, numbers)),
    )


def _heading_row(sheet: Sheet, table: Table) -> int:
    names = column_names(table)

    def known(at: int) -> int:
        texts = (record_text(sheet, at, position) for position in range(len(sheet.records[at])))
        return len(
            {names.get(folded(text)) or names.get(folded(without_unit(text)[0])) for text in texts if text}
            - {None}
        )

    rows = range(min(MOST_ROWS_ABOVE, len(sheet.records)))
    return max(rows, key=lambda at: (known(at), -at))


def _records_above(sheet: Sheet, first: int, texts: Sequence[str | None]) -> Iterator[Fault]:
    """Refuse a row above the headings that may be a record: passing over it would lose it silently."""
    wide = max(3, (sum(text is not None for text in texts) + 1) // 2)
    for at in range(first):
        filled = [
            text for position in range(len(sheet.records[at])) if (text := record_text(sheet, at, position))
        ]
        if len(filled) >= wide and not any(text.endswith((":", "：")) for text in filled):
            yield Fault(
                place(sheet.file, sheet.name, sheet.numbers[at]),
                f"a row with {len(filled)} cells stands above the headings in row {sheet.numbers[first]}",
                "titles and rules above the headings, records below them",
                code="row-above-headings",
            )


def _units_above(
    sheet: Sheet, table: Table, matched: Sequence[Heading], block: HeadingBlock
) -> Iterator[Fault]:
    """Refuse 单位：万元 above a table whose headings do not say it: nobody knows which columns it is for."""
    for at in range(block.last + 1):
        for position in range(len(sheet.records[at])):
            text = record_text(sheet, at, position)
            for stated in _stated(text, bracketed=at < block.first):
                bare = [
                    heading.column
                    for heading in matched
                    if not heading.unit
                    and unit_worth(stated, table.columns[heading.column]) not in {None, Fraction(1)}
                ]
                if bare:
                    title = table.columns[bare[0]].title.zh or bare[0]
                    yield Fault(
                        place(sheet.file, sheet.name, sheet.numbers[at]),
                        f"{letters(position)}{sheet.numbers[at]} says the unit {stated!r}, no heading does",
                        f"the unit in the heading of each column it is meant for: {', '.join(bare)}",
                        f"{title}({stated})",
                        "unit-above-headings",
                    )


def _stated(text: str, *, bracketed: bool) -> list[str]:
    found = [
        match["stated"] or match["english"] or (match["bracketed"] if bracketed else "")
        for match in _STATED.finditer(text)
    ]
    return [part for unit in found for part in re.split("[、，,/和]", unit or "") if part]


def _with_units(sheet: Sheet, table: Table, texts: list[str | None], begin: int) -> tuple[int, list[Fault]]:
    """Take the rows of units and of column numbers below the headings; units go into the headings.

    Returns:
        The position of the first record, and what is wrong with the units.
    """
    faults: list[Fault] = []
    taken = False
    while begin < len(sheet.records):
        matched, _ = match_headings(texts, table, "")
        if not taken and _is_unit_row(sheet, table, matched, begin):
            taken = True
            for heading in matched:
                faults += _take_unit(sheet, table, texts, heading, begin)
        elif not _is_numbering(sheet, begin):
            break
        begin += 1
    return begin, faults


def _is_unit_row(sheet: Sheet, table: Table, matched: Sequence[Heading], at: int) -> bool:
    """Whether every filled cell is a unit or a hint, but for units of numbers that nobody knows."""
    known = 0
    for position in range(len(sheet.records[at])):
        text = record_text(sheet, at, position)
        if not text:
            continue
        name = next((heading.column for heading in matched if heading.position == position), None)
        if name and is_unit_or_hint(text, name, table):
            known += 1
        elif name is None or not table.columns[name].is_number or re.search(r"\d", text):
            return False
    return known > 0


def _take_unit(
    sheet: Sheet, table: Table, texts: list[str | None], heading: Heading, at: int
) -> Iterator[Fault]:
    column = table.columns[heading.column]
    text = bare_unit(record_text(sheet, at, heading.position))
    where = place(sheet.file, sheet.name, sheet.numbers[at])
    address = f"{letters(heading.position)}{sheet.numbers[at]}"
    units = accepted_units(column)
    if not text or not column.is_number or folded(text) in HINTS:
        return
    if plain_unit(text) not in units:
        accepted = f"the units {', '.join(units)}" if units else "no unit: this column counts nothing"
        yield Fault(where, f"unknown unit {text!r} in {address}", accepted, code="unknown-heading-unit")
    elif heading.unit and units[plain_unit(text)] != heading.factor:
        yield Fault(
            where,
            f"{address} says {text!r}, its heading says {heading.unit!r}",
            "one unit for each column",
            code="two-units",
        )
    elif not heading.unit:
        texts[heading.position] = f"{texts[heading.position]}({text})"


def _is_numbering(sheet: Sheet, at: int) -> bool:
    """Whether a row only numbers the columns, as statistical forms do: 甲 乙 1 2 3."""
    width = len(sheet.records[at])
    filled = [text.strip("()（）") for p in range(width) if (text := record_text(sheet, at, p))]
    if filled and filled[0] in {"栏次", "列次"}:
        filled = filled[1:]
    stems = 0
    while stems < len(filled) and filled[stems] == _STEMS[stems : stems + 1]:
        stems += 1
    rest = [str(number) for number in range(1, len(filled) - stems + 1)]
    return stems > 0 and len(filled) > 1 and filled[stems:] == rest


def _of_one_width(
    sheet: Sheet, records: Sequence[list[object]], numbers: Sequence[int], width: int
) -> list[list[object]]:
    """Refuse records with more or fewer cells than there are headings; blanks at the end are nothing."""
    faults: list[Fault] = []
    even: list[list[object]] = []
    for record, number in zip(records, numbers, strict=True):
        if len(record) > width and not any(str(cell).strip() for cell in record[width:]):
            even.append(record[:width])
            continue
        even.append(record)
        if len(record) != width:
            faults.append(
                Fault(
                    place(sheet.file, sheet.name, number),
                    f"{len(record)} cells",
                    f"{width} cells, as many as headings",
                    code="width",
                )
            )
    if faults:
        more = len(faults) - MOST_NAMED
        extra = (Fault(sheet.file, f"{more} more such rows", code="width"),) if more > 0 else ()
        raise SubmissionError(*faults[:MOST_NAMED], *extra)
    return even


def _refuse_nameless(texts: Sequence[str | None], records: Sequence[Sequence[object]], where: str) -> None:
    """Refuse cells under no heading."""
    faults = [
        Fault(
            where,
            f"column {letters(position)} has cells but no heading",
            "a heading for each column",
            code="no-heading",
        )
        for position, text in enumerate(texts)
        if text is None and any((cell_text(record[position]) or "").strip() for record in records)
    ]
    if faults:
        raise SubmissionError(*faults)


def _without_merged(sheet: Sheet, records: list[list[object]], numbers: Sequence[int]) -> list[list[object]]:
    """Say in every cell that a merged one hides that it does: nobody knows for which rows it was meant."""
    at = {number - 1: position for position, number in enumerate(numbers)}
    for top, left, bottom, right in sheet.merged:
        name = f"{letters(left)}{top + 1}:{letters(right)}{bottom + 1}"
        for row in (
            range(top, bottom + 1) if bottom - top < len(at) else [r for r in at if top <= r <= bottom]
        ):
            if row not in at:
                continue
            record = records[at[row]] = [*records[at[row]]]
            for position in range(left, min(right + 1, len(record))):
                if (row, position) != (top, left):
                    record[position] = f"#MERGED! {name}"
    return records


def _with_days(
    epoch: date | None, table: Table, columns: Mapping[int, str], records: list[list[object]]
) -> list[list[object]]:
    """Turn the numbers of a workbook's date columns into the days that the workbook itself means by them."""
    dated = [position for position, name in columns.items() if table.columns[name].type == "date"]
    if epoch is None or not dated:
        return records
    for record in records:
        for position in dated:
            number = record[position]
            if (
                isinstance(number, int | float)
                and not isinstance(number, bool)
                and _FIRST_SERIAL <= number <= _LAST_SERIAL
                and number == int(number)
            ):
                record[position] = epoch + timedelta(int(number))
    return records


_UNSEEN = {
    "hidden-rows": Bilingual(
        en="hidden or filtered rows were read: show them, and delete those not meant",
        zh="隐藏或被筛选掉的行也已读取：请取消隐藏和筛选，并删除不报的行",
    ),
    "hidden-sheet": Bilingual(
        en="a hidden sheet was read: show it, and check what stands there",
        zh="隐藏的工作表也已读取：请取消隐藏并核对",
    ),
    "hidden-columns": Bilingual(
        en="hidden columns were read: show them, and check what stands there",
        zh="隐藏的列也已读取：请取消隐藏并核对",
    ),
}


def _unseen(sheet: Sheet, columns: Mapping[int, str], numbers: Sequence[int]) -> Iterator[ReadingNote]:
    """Say which records and columns a person does not see; they are read all the same."""

    def note(rule: str, row: int, column: str, found: str) -> ReadingNote:
        return ReadingNote(rule, sheet.file, sheet.name, row, f"{column}{row}", found, _UNSEEN[rule])

    rows = sorted(sheet.hidden_rows.intersection(numbers))
    if rows:
        yield note("hidden-rows", rows[0], "A", _runs(rows))
    if sheet.hidden and numbers:
        yield note("hidden-sheet", numbers[0], "A", sheet.name)
    hidden = [letters(position) for position in sorted(sheet.hidden_columns.intersection(columns))]
    if hidden and numbers:
        yield note("hidden-columns", numbers[0], hidden[0], ", ".join(hidden))


def _runs(rows: Sequence[int]) -> str:
    """Write row numbers shortly: 5-9, 12."""
    runs: list[list[int]] = []
    for row in rows:
        if runs and row == runs[-1][1] + 1:
            runs[-1][1] = row
        else:
            runs.append([row, row])
    shown = [str(first) if first == last else f"{first}-{last}" for first, last in runs[:MOST_NAMED]]
    return ", ".join(shown) + (", …" if len(runs) > MOST_NAMED else "")
