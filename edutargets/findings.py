"""What the gate found: which cell of which school, what stands there, why it is wrong, how to mend it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Literal, overload

from edutargets.checks import Severity, Status
from edutargets.identity_masks import masked
from edutargets.sources import Bilingual

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from edutargets.checks import CheckOutcome

__all__ = ["Decision", "Finding", "Findings", "Language", "TableReport", "masked", "shown"]

Language = Literal["zh", "en"]
_LONGEST = 60
_SHORT = 15


class Decision(StrEnum):
    """What the gate decided; only what was accepted, as a whole or in part, may be evaluated."""

    ACCEPTED = "accepted"
    ACCEPTED_IN_PART = "accepted_in_part"
    NEEDS_EXPLANATION = "needs_explanation"
    REJECTED = "rejected"
    COULD_NOT_RUN = "could_not_run"

    @property
    def exit_code(self) -> int:
        """What a program ends with: 0 accepted, 1 rejected, 3 to be explained, 4 a check could not run."""
        return {"accepted": 0, "accepted_in_part": 0, "rejected": 1, "needs_explanation": 3}.get(
            self.value, 4
        )

    @property
    def opens(self) -> bool:
        """Whether the data may be evaluated."""
        return self in {Decision.ACCEPTED, Decision.ACCEPTED_IN_PART}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that a school or an office has to mend, explain or know.

    Args:
        code: The check's code; ``absent-table``, ``empty-table``, ``absent-column``; the rule of a cell that
            could not be read (``type``, ``vocabulary``, …).
        severity: ``critical`` must be corrected, ``warning`` corrected or explained, ``info`` is shown.
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
        mark: Of a warning: what its explanation must carry; another one as soon as the data change.
        explained: The explanation that was accepted for it.
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
    mark: str = ""
    explained: str = ""

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


class Findings(Sequence[Finding]):
    """Findings that are made when somebody looks at them; how many and how grave they are is known before.

    Args:
        make: Makes them, in the order of the files.
        count: How many there are.
        severities: Every weight that occurs among them.
    """

    def __init__(
        self, make: Callable[[], Sequence[Finding]], count: int, severities: frozenset[Severity]
    ) -> None:
        self._make = make
        self._made: tuple[Finding, ...] | None = None
        self._count = count
        self.severities = severities

    def _all(self) -> tuple[Finding, ...]:
        if self._made is None:
            self._made = tuple(self._make())
        return self._made

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Finding]:
        return iter(self._all())

    @overload
    def __getitem__(self, at: int) -> Finding: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Finding, ...]: ...
    def __getitem__(self, at: int | slice) -> Finding | tuple[Finding, ...]:
        return self._all()[at]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self._all() == tuple(other)

    __hash__ = None  # type: ignore[assignment]  # as lists: what equals tuples would have to hash like them

    def __repr__(self) -> str:
        return f"Findings({self._count:,})"


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
    findings: Sequence[Finding] = ()

    def count(self, status: Status) -> int:
        """Return how many checks ended so."""
        return sum(outcome.status is status for outcome in self.outcomes)

    @property
    def severities(self) -> frozenset[Severity]:
        """Every weight that occurs among its findings."""
        if isinstance(self.findings, Findings):
            return self.findings.severities
        return frozenset(finding.severity for finding in self.findings)

    @property
    def is_rejected(self) -> bool:
        """Whether something critical was found; a failed check counts also where it names no row."""
        return Severity.CRITICAL in self.severities

    def headline(self, language: Language) -> str:
        """Name the table in both ways a reader may know it."""
        title = self.title.in_language(language)
        return f"{title} ({self.table})" if title and title != self.table else self.table


def shown(value: object) -> str:
    """Write a value for a report: masked, on one line, cut. What is empty stays empty.

    Examples:
        >>> shown("a  b"), shown(None), shown(True)
        ('a b', '', 'true')
    """
    if value is None:
        return ""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if len(text) < _SHORT and " " not in text and text.isprintable():
        return text  # too short for an identity number, and on one line
    plain = masked(" ".join(text.split()))
    return plain if len(plain) <= _LONGEST else plain[: _LONGEST - 1] + "…"
