"""What the gate found: which cell of which school, what stands there, why it is wrong, how to mend it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

from edutargets.checks import Severity, Status
from edutargets.sources import Bilingual

if TYPE_CHECKING:
    from edutargets.checks import CheckOutcome

__all__ = ["Decision", "Finding", "Language", "TableReport", "masked", "shown"]

Language = Literal["zh", "en"]
_LONGEST = 60
# 15 and more digits in a row, single blanks and hyphens between them allowed: identity numbers of 15 or 18
# places, also behind the G of a pupil's number, bank cards. Full-width digits (`\d`) and X count too.
_IDENTITY = re.compile(r"(?<!\d)\d(?:[ -]?\d){13,}[ -]?[\dXx\uff38\uff58](?!\d)")


class Decision(StrEnum):
    """What the gate decided; only an accepted submission may be evaluated."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    COULD_NOT_RUN = "could_not_run"

    @property
    def exit_code(self) -> int:
        """What a program ends with: 0 accepted, 1 rejected, 4 a check could not run."""
        return {"accepted": 0, "rejected": 1}.get(self.value, 4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that a school or an office has to mend, explain or know.

    Args:
        code: The check's code; ``absent-table``, ``empty-table``, ``absent-column``; the rule of a cell that
            could not be read (``type``, ``vocabulary``, …).
        severity: ``critical`` rejects the submission.
        table: The table of the data dictionary.
        says: What is wrong.
        mend: What to do.
        reporter: Who handed the row in; empty where that is not known.
        key: The columns that name the row with their values.
        position: The row's position in the table as it was read, from 0.
        file: The file.
        sheet: The sheet of a workbook.
        row: The row in the file as a spreadsheet counts it.
        cell: The cell's address where it is known, e.g. ``C7``.
        column: The column; empty where the row as a whole is meant.
        found: What stands there; cut, and identity numbers masked.
    """

    code: str
    severity: Severity
    table: str
    says: Bilingual
    mend: Bilingual = field(default_factory=Bilingual)
    reporter: str = ""
    key: tuple[tuple[str, str], ...] = ()
    position: int | None = None
    file: str = ""
    sheet: str = ""
    row: int | None = None
    cell: str = ""
    column: str = ""
    found: str = ""

    @property
    def place(self) -> str:
        """Where it stands, as one would look for it: ``schools.xlsx[2024]!C7``, ``schools.csv:7``."""
        sheet = f"[{self.sheet}]" if self.sheet else ""
        spot = f"!{self.cell}" if self.cell else f":{self.row}" if self.row is not None else ""
        return f"{self.file}{sheet}{spot}"

    @property
    def order(self) -> tuple[object, ...]:
        """What findings of a table are sorted by: where they stand, then their code."""
        return (self.file, self.sheet, self.row or 0, self.position or 0, self.column, self.code, self.found)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableReport:
    """What the gate did with one table.

    Args:
        table: The table of the data dictionary.
        title: Its title.
        rows: How many rows were checked; none if the table was not handed in.
        outcomes: How every check ended, in the order of the suite.
        findings: What was found, in the order of the files.
    """

    table: str
    title: Bilingual
    rows: int | None
    outcomes: tuple[CheckOutcome, ...] = ()
    findings: tuple[Finding, ...] = ()

    def count(self, status: Status) -> int:
        """Return how many checks ended so."""
        return sum(outcome.status is status for outcome in self.outcomes)

    @property
    def is_rejected(self) -> bool:
        """Whether something critical was found; a failed check counts also where it names no row."""
        return any(finding.severity is Severity.CRITICAL for finding in self.findings)

    def headline(self, language: Language) -> str:
        """Name the table in both ways a reader may know it."""
        title = self.title.in_language(language)
        return f"{title} ({self.table})" if title and title != self.table else self.table


def masked(text: str) -> str:
    """Hide the middle of whatever looks like an identity number.

    Examples:
        >>> masked("id=110101199003070003, ok")
        'id=110101**********03, ok'
    """
    return _IDENTITY.sub(lambda match: f"{match[0][:6]}{'*' * (len(match[0]) - 8)}{match[0][-2:]}", text)


def shown(value: object) -> str:
    """Write a value for a report: masked, on one line, cut. What is empty stays empty.

    Examples:
        >>> shown("a  b"), shown(None), shown(True)
        ('a b', '', 'true')
    """
    if value is None:
        return ""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    plain = masked(" ".join(text.split()))
    return plain if len(plain) <= _LONGEST else plain[: _LONGEST - 1] + "…"
