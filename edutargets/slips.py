"""What goes back to each school: what was found in its rows, and the rows themselves with their marks.

Here a slip is data; :mod:`edutargets.slip_books` writes it as a workbook.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from edutargets.checks import Severity
from edutargets.explained import is_open
from edutargets.findings import Decision
from edutargets.slip_rows import Wanted, row_blocks
from edutargets.slip_sheets import SlipSheet, SlipSheets
from edutargets.sources import Bilingual
from edutargets.whose_findings import file_owners, findings_by_school, names_on_roster

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from edutargets.findings import Finding
    from edutargets.gate import GateReport
    from edutargets.grids import Grid, SubmissionFile
    from edutargets.slip_rows import RowBlock
    from edutargets.submissions import Submission

__all__ = ["Slip", "SlipLine", "slips_of"]

_RANK = {severity: rank for rank, severity in enumerate((Severity.CRITICAL, Severity.WARNING, Severity.INFO))}


@dataclass(frozen=True, slots=True, kw_only=True)
class SlipLine:
    """One thing to mend, explain or know, as its school reads it.

    Args:
        number: Counted from 1, what must be corrected first.
        finding: What was found.
        table: The table's title.
        column: The column's title; empty where the row or table as a whole is meant.
        sheet: The sheet of the slip in which it is marked; empty where there is nothing to mark.
        cell: The marked cell.
    """

    number: int
    finding: Finding
    table: Bilingual
    column: Bilingual
    sheet: str = ""
    cell: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """What one school gets back.

    Args:
        reporter: Its code; empty for what concerns no school in particular.
        name: Its name on the roster.
        is_listed: Whether it is on the roster, or there is none.
        decision: What the gate decided about the submission as a whole.
        lines: Everything that was found, what must be corrected first.
        sheets: Its rows of every table in which something was found, with their marks.
        files: The files it was found in.
        own_file: The school's own workbook, if that is marked instead of its rows being copied.
    """

    reporter: str
    name: str
    is_listed: bool
    decision: Decision
    lines: tuple[SlipLine, ...]
    sheets: tuple[SlipSheet, ...] = field(repr=False)
    files: tuple[SubmissionFile, ...]
    own_file: str = ""

    @property
    def counts(self) -> Mapping[Severity, int]:
        """How many things were found, by severity."""
        found = Counter(line.finding.severity for line in self.lines)
        return {severity: found[severity] for severity in _RANK}

    @property
    def outcome(self) -> Decision:
        """What it means for this school alone, whatever others sent."""
        if self.counts[Severity.CRITICAL]:
            return Decision.REJECTED
        is_asked = any(is_open(line.finding) for line in self.lines)
        return Decision.NEEDS_EXPLANATION if is_asked else Decision.ACCEPTED

    @property
    def hidden(self) -> int:
        """How many cells hide an identity number."""
        return sum(len(sheet.hidden) for sheet in self.sheets)


def slips_of(
    report: GateReport,
    read: Callable[[str], tuple[Grid, ...]],
    can_mark: Callable[[str], bool] = lambda _: False,
    school_of: Callable[[str], str] = lambda _: "",
) -> tuple[Slip, ...]:
    """Make the slip of every school in whose rows something was found, the bureau's own first.

    Args:
        report: What the gate found.
        read: Gives a file's grids by its name in the submission.
        can_mark: Whether nothing is lost when a file, a school's own workbook, is marked and saved again.
        school_of: Says for which school a file was prefilled; empty where it was not.
    """
    names = names_on_roster(report.submission)
    owners = file_owners(report.submission, names, school_of)
    return _Slips(report, names, owners, can_mark).made(read)


class _Slips:
    """Gives every finding to the school it concerns, and every school its rows."""

    def __init__(
        self,
        report: GateReport,
        names: Mapping[str, str],
        owners: Mapping[str, str],
        can_mark: Callable[[str], bool],
    ) -> None:
        self._report = report
        self._submission: Submission = report.submission
        self._names = names
        self._owners = owners
        self._of = findings_by_school(report.findings, report.submission, owners)
        self._own = self._own_files(can_mark)
        self._alone = self._files_alone()

    def made(self, read: Callable[[str], tuple[Grid, ...]]) -> tuple[Slip, ...]:
        """Make the slips, with one look into each file."""
        blocks: dict[str, list[RowBlock]] = {}
        for block in row_blocks(self._submission, self._wanted(), self._loose(), read, self._owners):
            if block.file in self._alone.get(block.reporter, {block.file}):
                blocks.setdefault(block.reporter, []).append(block)
        return tuple(self._slip(reporter, blocks.get(reporter, [])) for reporter in sorted(self._of))

    def _own_files(self, can_mark: Callable[[str], bool]) -> dict[str, str]:
        """Say which schools get their own workbook back: what was found in it is all in this one file."""
        kinds = {file.name: file.kind for file in self._submission.files}
        own = {}
        for reporter, findings in self._of.items():
            files = {finding.file for finding in findings if finding.file}
            file = files.pop() if len(files) == 1 else ""
            whole = all(finding.code != "absent-column" for finding in findings)
            if (
                file
                and whole
                and kinds[file] == "xlsx"
                and self._owners.get(file) == reporter
                and can_mark(file)
            ):
                own[reporter] = file
        return own

    def _files_alone(self) -> dict[str, set[str]]:
        """Name the files of each school in which all is that was found of it: its slip takes their place.

        What others sent of it, such as the bureau's rows of earlier years, stays where it is.
        """
        alone = {}
        for reporter, findings in self._of.items():
            files = {finding.file for finding in findings if finding.file}
            if files and all(self._owners.get(file) == reporter for file in files):
                alone[reporter] = {file for file, owner in self._owners.items() if owner == reporter}
        return alone

    def _wanted(self) -> Wanted:
        wanted: Wanted = {}
        for reporter, findings in self._of.items():
            for table in {finding.table for finding in findings} if reporter else ():
                wanted.setdefault(table, set()).add(reporter)
        owned = {file: reporter for file, reporter in self._owners.items() if reporter in self._of}
        for name, rows in self._submission.tables.items():
            for file in rows.origin["file"].unique().to_pylist() if owned else ():
                if file in owned:  # the slip comes back in its place, so every sheet of it is in the slip
                    wanted.setdefault(name, set()).add(owned[file])
        return wanted

    def _loose(self) -> dict[str, set[int]]:
        loose: dict[str, set[int]] = {}
        for finding in self._of.get("", []):
            if finding.position is not None:
                loose.setdefault(finding.table, set()).add(finding.position)
        return loose

    def _slip(self, reporter: str, blocks: Sequence[RowBlock]) -> Slip:
        own = self._own.get(reporter, "")
        findings = sorted(self._of[reporter], key=self._order)
        sheets = SlipSheets(self._submission, blocks, findings, own, is_school=bool(reporter))
        names = {finding.file for finding in findings} | {block.file for block in blocks}
        return Slip(
            reporter=reporter,
            name=self._names.get(reporter, ""),
            is_listed=not reporter or not self._names or reporter in self._names,
            decision=self._report.decision,
            lines=tuple(
                self._line(number, finding, *sheets.spot(finding))
                for number, finding in enumerate(findings, 1)
            ),
            sheets=sheets.sheets,
            files=tuple(file for file in self._submission.files if not reporter or file.name in names),
            own_file=own,
        )

    def _order(self, finding: Finding) -> tuple[object, ...]:
        tables = list(self._submission.dictionary.tables)
        return (_RANK[finding.severity], tables.index(finding.table), finding.order)

    def _line(self, number: int, finding: Finding, sheet: str, cell: str) -> SlipLine:
        table = self._submission.dictionary.tables[finding.table]
        column = Bilingual()
        if finding.column:
            title = table.columns[finding.column].title
            column = title if title.zh or title.en else Bilingual(en=finding.column)
        title = table.title if table.title.zh or table.title.en else Bilingual(en=finding.table)
        return SlipLine(number=number, finding=finding, table=title, column=column, sheet=sheet, cell=cell)
