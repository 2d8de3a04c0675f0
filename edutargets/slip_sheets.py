"""The sheets of a slip: a school's rows of one table, with the marks on what was found in them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from edutargets.checks import Severity
from edutargets.grids import letters
from edutargets.headings import accepted_units, table_names
from edutargets.slip_names import SheetNames
from edutargets.slip_words import ABSENT_COLUMN, EXPLANATION_SHEET, SLIP_SHEET, both_ways

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from edutargets.findings import Finding
    from edutargets.slip_rows import RowBlock
    from edutargets.submissions import Submission
    from edutargets.tables import Column

__all__ = ["Mark", "SlipSheet", "SlipSheets"]

Place = tuple[str, str, int]  # file, sheet and row, as they were handed in
_RANK = {Severity.CRITICAL: 0, Severity.WARNING: 1, Severity.INFO: 2}


@dataclass(slots=True)
class Mark:
    """Why a cell is coloured: the gravest of what was found in it, and every reason.

    Args:
        severity: What its colour says.
        comments: What its comment says, one after the other.
    """

    severity: Severity
    comments: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SlipSheet:
    """One sheet of a slip.

    Args:
        name: The table's title, by which the sheet is known when it comes back.
        table: The table of the data dictionary.
        headings: As they were typed; after them those that the file lacks.
        columns: The position of each column of the dictionary among them.
        numbers: The row in which each record stands, counted from 1.
        rows: The texts of the records.
        hidden: The cells of which only the ends are left, by row and position of the column.
        marks: What is coloured, by row and position of the column.
        own: Whether it is a sheet of the school's own workbook, in which nothing moves.
    """

    name: str
    table: str
    headings: tuple[str, ...]
    columns: Mapping[str, int]
    numbers: tuple[int, ...] = ()
    rows: tuple[tuple[str, ...], ...] = field(default=(), repr=False)
    hidden: frozenset[tuple[int, int]] = field(default=frozenset(), repr=False)
    marks: dict[tuple[int, int], Mark] = field(default_factory=dict, repr=False)
    own: bool = False

    def mark(self, row: int, position: int, severity: Severity, comment: str = "") -> None:
        """Colour a cell, and say why."""
        mark = self.marks.setdefault((row, position), Mark(severity))
        mark.severity = min(mark.severity, severity, key=_RANK.__getitem__)
        if comment and comment not in mark.comments:
            mark.comments.append(comment)


class SlipSheets:
    """All sheets of one slip; it knows where each finding stands in them.

    Args:
        submission: What was handed in.
        blocks: The school's rows.
        findings: What was found in them, or about them.
        own: The school's own workbook, whose sheets and rows stay where they are.
        is_school: Whether an empty sheet is added for each table that was not sent at all.
    """

    def __init__(
        self,
        submission: Submission,
        blocks: Iterable[RowBlock],
        findings: Sequence[Finding],
        own: str = "",
        *,
        is_school: bool = True,
    ) -> None:
        self._tables = submission.dictionary.tables
        self._spellings = table_names(submission.dictionary)
        self._lacking = _absent_columns(submission)
        self._names = SheetNames((SLIP_SHEET, EXPLANATION_SHEET))
        self._sheets: list[SlipSheet] = []
        self._places: dict[Place, tuple[SlipSheet, int]] = {}
        if own:
            for block in blocks:
                if block.file == own:
                    self._keep(block)
        else:
            self._lay_out(blocks)
        if is_school:
            self._add_missing(findings)
        for finding in findings:
            self._mark(finding)

    @property
    def sheets(self) -> tuple[SlipSheet, ...]:
        """The sheets in the dictionary's order of tables."""
        order = list(self._tables)
        return tuple(sorted(self._sheets, key=lambda sheet: order.index(sheet.table)))

    def spot(self, finding: Finding) -> tuple[str, str]:
        """Return the sheet and the cell in which a finding is marked; empty where there is none."""
        if finding.row is None:
            new = [sheet for sheet in self._sheets if sheet.table == finding.table and not sheet.rows]
            return (new[0].name, "A1") if new else ("", "")
        sheet, row = self._places.get((finding.file, finding.sheet, finding.row), (None, 0))
        if sheet is None:
            return "", ""
        return sheet.name, f"{letters(self._positions(sheet, finding)[0])}{row}"

    def _keep(self, block: RowBlock) -> None:
        """Take a sheet of the school's own workbook as it is."""
        sheet = SlipSheet(
            name=block.sheet,
            table=block.table,
            headings=block.headings,
            columns=block.columns,
            numbers=block.numbers,
            rows=block.rows,
            hidden=frozenset((block.numbers[row], position) for row, position in block.hidden),
            own=True,
        )
        self._sheets.append(sheet)
        for number in block.numbers:
            self._places[block.file, block.sheet, number] = sheet, number

    def _lay_out(self, blocks: Iterable[RowBlock]) -> None:
        """Put the rows of one table under one another where their files have the same headings."""
        alike: dict[tuple[object, ...], list[RowBlock]] = defaultdict(list)
        for block in blocks:
            lacking = tuple(self._lacking[block.file, block.sheet, block.table])
            alike[block.table, block.headings, block.year, lacking].append(block)
        for parts in alike.values():
            self._add(parts, parts[0])

    def _add(self, parts: Sequence[RowBlock], first: RowBlock) -> None:
        lacking = self._lacking[first.file, first.sheet, first.table]
        table = self._tables[first.table]
        added = [_heading(table.columns[column], column) for column in lacking]
        rows = [(part, index) for part in parts for index in range(len(part.rows))]
        sheet = SlipSheet(
            name=self._names.named(self._spelled(first.table), first.year),
            table=first.table,
            headings=(*first.headings, *added),
            columns={**first.columns, **{c: len(first.headings) + n for n, c in enumerate(lacking)}},
            numbers=tuple(range(2, len(rows) + 2)),
            rows=tuple((*part.rows[index], *("" for _ in added)) for part, index in rows),
            hidden=frozenset(
                (number, position)
                for number, (part, index) in enumerate(rows, 2)
                for position in range(len(first.headings))
                if (index, position) in part.hidden
            ),
        )
        self._sheets.append(sheet)
        for number, (part, index) in enumerate(rows, 2):
            self._places[part.file, part.sheet, part.numbers[index]] = sheet, number
        for column, heading in zip(lacking, added, strict=True):
            sheet.mark(1, sheet.columns[column], Severity.CRITICAL, ABSENT_COLUMN.format(heading))
            for number in sheet.numbers:
                sheet.mark(number, sheet.columns[column], Severity.CRITICAL)

    def _add_missing(self, findings: Iterable[Finding]) -> None:
        """Add an empty sheet for a table that the school has not sent a row of."""
        known = {sheet.table for sheet in self._sheets}
        missing = [one for one in findings if one.row is None and one.table not in known]
        for name in dict.fromkeys(finding.table for finding in missing):
            columns = {
                c: column for c, column in self._tables[name].columns.items() if not column.optional_column
            }
            sheet = SlipSheet(
                name=self._names.named(self._spelled(name), None),
                table=name,
                headings=tuple(_heading(column, c) for c, column in columns.items()),
                columns={column: position for position, column in enumerate(columns)},
            )
            self._sheets.append(sheet)
            for finding in missing:
                if finding.table == name:
                    comment = both_ways(finding.code, finding.says, finding.mend)
                    sheet.mark(1, 0, finding.severity, comment)

    def _spelled(self, table: str) -> list[str]:
        title = self._tables[table].title
        return list(dict.fromkeys([*(text for text in (title.zh, table) if text), *self._spellings[table]]))

    def _positions(self, sheet: SlipSheet, finding: Finding) -> list[int]:
        """Return the columns that a finding colours: its own, or the key of the row that is meant."""
        if finding.column in sheet.columns:
            return [sheet.columns[finding.column]]
        return [sheet.columns[name] for name in self._tables[sheet.table].key if name in sheet.columns] or [0]

    def _mark(self, finding: Finding) -> None:
        if finding.row is None:
            return
        sheet, row = self._places.get((finding.file, finding.sheet, finding.row), (None, 0))
        if sheet is not None:
            comment = both_ways(finding.code, finding.says, finding.mend)
            for position in self._positions(sheet, finding):
                sheet.mark(row, position, finding.severity, comment)
                comment = ""  # once is enough


def _absent_columns(submission: Submission) -> defaultdict[tuple[str, str, str], list[str]]:
    """List the demanded columns that each file or sheet lacks."""
    lacking: defaultdict[tuple[str, str, str], list[str]] = defaultdict(list)
    for name, rows in submission.tables.items():
        for absent in rows.absent_columns:
            lacking[absent.file, absent.sheet or "", name].append(absent.column)
    return lacking


def _heading(column: Column, name: str) -> str:
    """Write the heading of a column that was not handed in; money says that it is in yuan."""
    title = column.title.zh or column.title.en or name
    return f"{title}(元)" if "元" in accepted_units(column) else title
