"""What the entries of a round say: who must report, what the gate said of each school, who was sent back."""

from __future__ import annotations

from datetime import date  # pydantic needs it when the models are built
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    from edutargets.findings import Finding

__all__ = ["UNREADABLE", "Reason", "ReturnFacts", "RoundFacts", "School", "SubmissionFacts", "Tally"]

UNREADABLE = "unreadable"
"""The decision on files that could not be read at all; the others are those of the gate."""


class _Facts(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class School(_Facts):
    """Who must report.

    Args:
        id: The code, as the roster has it.
        name: The name it goes by.
        tables: The tables that are expected from it; none where the data dictionary does not say.
    """

    id: str
    name: str
    tables: tuple[str, ...] = ()


class RoundFacts(_Facts):
    """What was said when a round was opened, or amended.

    Args:
        pack: The pack's name.
        pack_place: Its name or folder, as it was given.
        due: The last day in time.
        utc_offset: Minutes by which the clock of those who report is ahead of UTC.
        schools: Who must report.
        tables: The bureau's own tables.
        by: Who opened it.
    """

    pack: str
    pack_place: str
    due: date | None = None
    utc_offset: int = 0
    schools: tuple[School, ...] = ()
    tables: tuple[str, ...] = ()
    by: str = ""


class Reason(_Facts):
    """One thing that was found, in the words of a school."""

    code: str
    place: str = ""
    severity: str = "critical"
    zh: str = ""
    en: str = ""

    def in_language(self, language: str) -> str:
        """Return it in ``zh`` or ``en``, with its place."""
        text = (self.zh or self.en) if language == "zh" else (self.en or self.zh)
        return f"{self.place}: {text}" if self.place else text

    @classmethod
    def of(cls, finding: Finding) -> Reason:
        """Keep of a finding what is shown in a list of schools."""
        column = f" {finding.column}" if finding.column else ""
        return cls(
            code=finding.code,
            place=f"{finding.place or finding.table}{column}",
            severity=finding.severity.value,
            zh=finding.says.in_language("zh"),
            en=finding.says.in_language("en"),
        )


class Tally(_Facts):
    """What was found of one school.

    Args:
        rows: Its rows.
        critical: How many things must be corrected.
        unexplained: How many must be corrected or explained.
        reasons: The first of them.
    """

    rows: int = 0
    critical: int = 0
    unexplained: int = 0
    reasons: tuple[Reason, ...] = ()


class SubmissionFacts(_Facts):
    """What became of something that was handed in.

    Args:
        decision: That of the gate, or ``unreadable``.
        exit_code: What the gate ended with.
        opens: Whether it was admitted.
        by: Who handed it in.
        bureau: The number of the entry with the bureau's tables it was gated with.
        rules: The hash of the rules it was gated by.
        schools: What was found, by school; it speaks for nobody else.
        at_large: What was found that is no one school's.
        tables: Its tables, each with the column that names who reports a row.
    """

    decision: str
    exit_code: int
    opens: bool
    by: str = ""
    bureau: int = 1
    rules: str = ""
    schools: dict[str, Tally] = Field(default_factory=dict)
    at_large: Tally = Tally()
    tables: dict[str, str] = Field(default_factory=dict)


class ReturnFacts(_Facts):
    """Why something that was admitted was sent back by hand."""

    reason: str
    by: str = ""
