"""What every report of a gate is written from: the findings, harmless to show, and what rests on them."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from edutargets.checks import Severity, Status
from edutargets.explained import FOR_NOTHING, has_open, is_open
from edutargets.findings import Decision, masked
from edutargets.plain_texts import one_line, visible
from edutargets.provenance import VERSION
from edutargets.sources import Bilingual

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from edutargets.checks import Check, CheckOutcome
    from edutargets.fed_targets import FedTargets
    from edutargets.findings import Finding, Language, TableReport
    from edutargets.submissions import Submission

__all__ = ["Doubted", "GateFacts", "by_weight", "decided", "harmless", "kind_of", "pieces_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubted:
    """A target whose verdict rests on rows in which something was found, or on what nobody could check.

    Args:
        target: The target.
        critical: How many findings under it must be corrected.
        open: How many are still to be corrected or explained.
        unchecked: How many checks under it could not run.
        tables: The tables they are in.
    """

    target: str
    critical: int
    open: int
    unchecked: int
    tables: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GateFacts:
    """A gate's decision with everything that is told of it.

    Args:
        decision: What was decided.
        tables: What was found in each table, harmless to show.
        submission: What was handed in.
        versions: The edition of the rules of each table.
        fed: Which targets rest on what; none where the gate stood alone, without a plan.
        name: What the submission is called.
        school: The school of which alone it is told; empty for all.
    """

    decision: Decision
    tables: tuple[TableReport, ...]
    submission: Submission = field(repr=False)
    versions: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    fed: FedTargets | None = field(default=None, repr=False)
    name: str = ""
    school: str = ""
    _known: dict[tuple[str, str, str], tuple[str, ...]] = field(
        default_factory=dict, repr=False, compare=False
    )
    _checks: dict[str, Mapping[str, Check]] = field(default_factory=dict, repr=False, compare=False)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Everything that was found, in the order of the tables and files."""
        return tuple(finding for table in self.tables for finding in table.findings)

    @property
    def sha256(self) -> str:
        """One hash of all that was handed in: the names and contents of its files."""
        files = sorted((file.name, file.sha256) for file in self.submission.files)
        return hashlib.sha256(repr(files).encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def called(self) -> str:
        """What the submission is called, or the beginning of its hash."""
        return masked(one_line(self.name)) or self.sha256[:12]

    @property
    def doubted(self) -> tuple[Doubted, ...]:
        """The targets whose verdicts rest on something doubtful, in the order of the plan."""
        if self.fed is None:
            return ()
        found: dict[str, Counter[tuple[str, str]]] = {}
        for (kind, table, targets), count in Counter(self._doubts()).items():
            for target in targets:
                found.setdefault(target, Counter())[kind, table] += count
        return tuple(_doubted(name, found[name]) for name in self.fed.pack.plan.ids if name in found)

    def _doubts(self) -> Iterator[tuple[str, str, tuple[str, ...]]]:
        for table in self.tables:
            for finding in table.findings:
                if (kind := kind_of(finding)) in {"critical", "open"}:
                    yield kind, table.table, self.targets_of(finding)
            for outcome in table.outcomes:
                if outcome.status is Status.COULD_NOT_RUN:
                    yield "unchecked", table.table, self.targets_of_check(outcome.check, table.table)

    def targets_of(self, finding: Finding) -> tuple[str, ...]:
        """Return the targets whose verdict rests on what a finding casts doubt on."""
        if self.fed is None or finding.code == FOR_NOTHING:
            return ()
        spot = finding.table, finding.code, finding.column
        if spot not in self._known:
            check = self.checks(finding.table).get(finding.code)
            if check is not None:
                self._known[spot] = self.targets_of_check(check, finding.table)
            else:
                self._known[spot] = self.fed.of_columns(finding.table, (finding.column,))
        return self._known[spot]

    def targets_of_check(self, check: Check, table: str) -> tuple[str, ...]:
        """Return the targets whose verdict rests on what a check looks at."""
        if self.fed is None:
            return ()
        spot = table, check.code, ""
        if spot not in self._known:
            self._known[spot] = self.fed.of_check(check, table)
        return self._known[spot]

    @property
    def target_count(self) -> int:
        """How many targets the plan has."""
        return len(self.fed.pack.plan) if self.fed is not None else 0

    def target_titles(self, language: Language) -> Mapping[str, str]:
        """Return the titles of the plan's targets."""
        plan = self.fed.pack.plan if self.fed is not None else ()
        return {one.id: one.title.in_language(language) for one in plan}

    def checks(self, table: str) -> Mapping[str, Check]:
        """Return the checks of a table by code."""
        if table not in self._checks:
            own = (one for one in self.tables if one.table == table)
            self._checks[table] = {
                outcome.check.code: outcome.check for one in own for outcome in one.outcomes
            }
        return self._checks[table]

    def version(self, finding: Finding) -> str:
        """Return the edition of the rule that found it: of its suite, or of this package."""
        check = self.checks(finding.table).get(finding.code)
        return self.rule_version(check, finding.table)

    def rule_version(self, check: Check | None, table: str) -> str:
        """Return the edition of a rule of a table."""
        own = f"edutargets {VERSION}"
        return self.versions.get(table, "") if check is not None and check.where else own

    def of_school(
        self, school: str, findings: Iterable[Finding], rows: Mapping[str, Sequence[int]]
    ) -> GateFacts:
        """Return what concerns one school alone.

        Args:
            school: Its code.
            findings: What was found in its rows, as this object holds it.
            rows: The positions of its rows, by table.
        """
        kept: dict[str, list[Finding]] = {}
        for finding in findings:
            kept.setdefault(finding.table, []).append(finding)
        tables = tuple(
            _narrowed(table, kept.get(table.table, []), frozenset(rows.get(table.table, ())))
            for table in self.tables
            if table.table in kept or rows.get(table.table)
        )
        decision = decided(tables, in_part=self.decision is Decision.ACCEPTED_IN_PART)
        return replace(self, tables=tables, decision=decision, school=school, _checks={})


def decided(tables: Sequence[TableReport], *, in_part: bool) -> Decision:
    """Say what follows from what was found.

    Something critical counts first, then what could not run, then open warnings.

    Args:
        tables: What was found.
        in_part: Whether rows with something critical are set aside, and the others admitted without them.
    """
    rejected = any(table.is_rejected for table in tables)
    if rejected and not in_part:
        return Decision.REJECTED
    if any(table.count(Status.COULD_NOT_RUN) for table in tables):
        return Decision.COULD_NOT_RUN
    if any(map(has_open, tables)):
        return Decision.NEEDS_EXPLANATION
    return Decision.ACCEPTED_IN_PART if rejected else Decision.ACCEPTED


def _doubted(target: str, counts: Counter[tuple[str, str]]) -> Doubted:
    kinds: Counter[str] = Counter()
    for (kind, _), count in counts.items():
        kinds[kind] += count
    return Doubted(
        target=target,
        critical=kinds["critical"],
        open=kinds["open"],
        unchecked=kinds["unchecked"],
        tables=tuple(dict.fromkeys(table for _, table in counts)),
    )


def _narrowed(table: TableReport, findings: Sequence[Finding], rows: frozenset[int]) -> TableReport:
    codes = {finding.code for finding in findings}

    def own(outcome: CheckOutcome) -> CheckOutcome:
        if outcome.status is not Status.FAILED:
            return outcome
        if outcome.check.code not in codes:
            return replace(outcome, status=Status.PASSED, rows=(), notes=(), text="")
        kept = [at for at, row in enumerate(outcome.rows) if row in rows]
        notes = tuple(outcome.notes[at] for at in kept) if outcome.notes else ()
        return replace(outcome, rows=tuple(outcome.rows[at] for at in kept), notes=notes)

    return replace(table, rows=len(rows), findings=tuple(findings), outcomes=tuple(map(own, table.outcomes)))


def harmless(table: TableReport) -> TableReport:
    """Return a table's report with nothing in it that a terminal, a page or a reader's eye obeys."""
    return replace(
        table,
        findings=tuple(_harmless(finding) for finding in table.findings),
        outcomes=tuple(
            replace(outcome, text=visible(outcome.text)) if outcome.text else outcome
            for outcome in table.outcomes
        ),
    )


def _harmless(finding: Finding) -> Finding:
    says, mend = finding.says, finding.mend
    typed = "\n".join(
        (
            *(finding.file, finding.sheet, finding.found, finding.reporter, finding.explained),
            *(says.zh, says.en, mend.zh, mend.en),
            *(value for _, value in finding.key),
        )
    )
    if visible(typed) == typed and "\n" not in finding.file + finding.sheet:
        return finding
    return replace(
        finding,
        file=one_line(finding.file),
        sheet=one_line(finding.sheet),
        found=one_line(finding.found),
        reporter=one_line(finding.reporter),
        explained=one_line(finding.explained),
        says=Bilingual(zh=one_line(says.zh), en=one_line(says.en)),
        mend=Bilingual(zh=one_line(mend.zh), en=one_line(mend.en)),
        key=tuple((name, one_line(value)) for name, value in finding.key),
    )


def pieces_of(findings: Iterable[Finding]) -> Mapping[str, int]:
    """Count findings by what they ask for: ``critical``, ``open``, ``explained``, ``info``."""
    counts = dict.fromkeys(("critical", "open", "explained", "info"), 0)
    for finding in findings:
        counts[kind_of(finding)] += 1
    return counts


def kind_of(finding: Finding) -> str:
    """Say what a finding asks for; a warning is open until it is explained."""
    if finding.severity is Severity.WARNING:
        return "open" if is_open(finding) else "explained"
    return finding.severity.value


def by_weight(findings: Iterable[Finding]) -> list[Finding]:
    """Put what must be corrected first, and what is open before what has been explained."""
    order = ("critical", "open", "explained", "info")
    return sorted(findings, key=lambda one: (order.index(kind_of(one)), one.table, one.order))
