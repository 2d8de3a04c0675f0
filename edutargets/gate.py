"""The gate: whether a submission may be used at all, and what has to be mended first.

A submission is accepted, as a whole or without the rows that were set aside; rejected; or open, because a
check could not run or a warning has not been explained. Something critical that was found rejects it whatever
else happened, unless the pack's rule sets such rows aside; otherwise one check that could not run, of any
severity, keeps the gate shut.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

import pyarrow as pa

from edutargets import gate_failures, gate_json, gate_junit, gate_markdown, gate_sarif, gate_text
from edutargets.cell_texts import arrow_type
from edutargets.checks import CheckOutcome, Severity, Status, Suite, checks_of_dictionary
from edutargets.errors import Fault, GateClosedError, SuiteError, near_names
from edutargets.explained import explained_reports, is_open
from edutargets.finding_places import RowFinder
from edutargets.findings import Decision, Finding, TableReport
from edutargets.gate_facts import GateFacts, decided, harmless
from edutargets.set_aside import set_aside
from edutargets.shown import Shown
from edutargets.sources import Bilingual

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from edutargets._gx import SuiteRunner
    from edutargets.fed_targets import FedTargets
    from edutargets.findings import Language
    from edutargets.pack_files import GateRule
    from edutargets.parts import Part
    from edutargets.set_aside import RejectedRow, SetAside
    from edutargets.submissions import Submission, TableRows
    from edutargets.tables import Table

__all__ = ["AdmittedSubmission", "GateReport", "UncheckedDataWarning", "admit_unchecked", "gate_submission"]

_FIRST = 5


class UncheckedDataWarning(UserWarning):
    """Data are used that no gate has checked; the reason given is printed with every result."""


@dataclass(frozen=True, slots=True, eq=False)
class AdmittedSubmission:
    """Data that may be evaluated: accepted by the gate, or let in unchecked with a reason.

    Args:
        submission: What was handed in.
        gate: The report that accepted it; none if it was let in unchecked.
        unchecked_reason: Why it was let in without a gate.
        set_aside: The rows that were not admitted, if it was accepted in part.
    """

    submission: Submission
    gate: GateReport | None = None
    unchecked_reason: str | None = None
    set_aside: SetAside | None = None

    @property
    def tables(self) -> Mapping[str, TableRows]:
        """The admitted rows of every table; what is not known of a row that was set aside is empty."""
        return self.submission.tables if self.set_aside is None else self.set_aside.tables

    @property
    def rejected_rows(self) -> tuple[RejectedRow, ...]:
        """The rows that were set aside and the reports that are missing, each with its reasons."""
        return () if self.set_aside is None else self.set_aside.rows

    def engine_tables(self) -> dict[str, pa.Table]:
        """Return what an engine must hold to evaluate them: rows that may be there are marked as such."""
        if self.set_aside is not None:
            return self.set_aside.engine_tables()
        return {name: table.rows for name, table in self.submission.tables.items()}


@dataclass(frozen=True, slots=True, eq=False)
class GateReport(Shown):
    """What the gate decided and why, table by table and school by school.

    Args:
        submission: What was handed in.
        tables: One report for each table of the data dictionary that was handed in or is required.
        set_aside: The rows with critical findings, where the pack's rule admits the others without them.
        versions: The edition of the rules of each table.
        fed: Which targets rest on what; none where the gate stood alone, without a plan.
        rules: The pack whose rules were asked, and the hash of their content; nothing where it stood alone.
    """

    submission: Submission = field(repr=False)
    tables: tuple[TableReport, ...]
    set_aside: SetAside | None = field(default=None, repr=False)
    versions: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    fed: FedTargets | None = field(default=None, repr=False)
    rules: tuple[str, str] | None = field(default=None, repr=False)

    @property
    def decision(self) -> Decision:
        """What was decided; something critical counts first, then what could not run, then open warnings."""
        return decided(self.tables, in_part=self.set_aside is not None and self.set_aside.covers(self.tables))

    @property
    def exit_code(self) -> int:
        """What a program ends with: 0 accepted, 1 rejected, 3 to be explained, 4 a check could not run."""
        return self.decision.exit_code

    @property
    def unexplained(self) -> tuple[Finding, ...]:
        """The warnings that have neither been corrected nor explained."""
        warned = (table for table in self.tables if Severity.WARNING in table.severities)
        return tuple(finding for table in warned for finding in table.findings if is_open(finding))

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Everything that was found, in the order of the tables and files."""
        return tuple(finding for table in self.tables for finding in table.findings)

    @property
    def could_not_run(self) -> tuple[CheckOutcome, ...]:
        """The checks that could not run."""
        return tuple(o for table in self.tables for o in table.outcomes if o.status is Status.COULD_NOT_RUN)

    @property
    def rejected_rows(self) -> Mapping[str, tuple[int, ...]]:
        """Positions of the rows in which something critical was found, by table."""
        found: dict[str, set[int]] = {}
        for finding in self.findings:
            if finding.severity is Severity.CRITICAL and finding.position is not None:
                found.setdefault(finding.table, set()).add(finding.position)
        return MappingProxyType({table: tuple(sorted(rows)) for table, rows in found.items()})

    def admit(self) -> AdmittedSubmission:
        """Let the data through to evaluation.

        Raises:
            GateClosedError: If the submission was not accepted; the first reasons are named.
        """
        if self.decision.opens:
            return AdmittedSubmission(self.submission, gate=self, set_aside=self.set_aside)
        raise GateClosedError(*_reasons(self))

    @property
    def facts(self) -> GateFacts:
        """What all reports are written from: what was found, and which verdicts rest on it."""
        return GateFacts(
            decision=self.decision,
            tables=tuple(harmless(table) for table in self.tables),
            submission=self.submission,
            versions=self.versions,
            fed=self.fed,
        )

    def to_text(self, language: Language = "en") -> str:
        """Return the report for a terminal."""
        return gate_text.as_text(self.facts, language)

    def to_markdown(self, language: Language = "en") -> str:
        """Return the report for a pull request or a review page; never longer than a comment may be."""
        return gate_markdown.as_markdown(self.facts, language)

    def to_json(self) -> str:
        """Return the report for a program; ``edutargets schema --for gate-report`` describes its form."""
        return gate_json.as_json(self.facts)

    def to_junit(self, language: Language = "en") -> str:
        """Return the report for continuous integration."""
        return gate_junit.as_junit(self.facts, language)

    def to_sarif(self, language: Language = "en", base: str = "") -> str:
        """Return the report for code scanning (SARIF 2.1.0).

        Args:
            language: Of the messages.
            base: Where the submission lies as seen from the repository.
        """
        return gate_sarif.as_sarif(self.facts, language, base)

    def to_frame(self) -> pd.DataFrame:
        """Return all findings as one tidy table."""
        return gate_failures.as_frame(self.facts)

    def __str__(self) -> str:
        return self.to_text()


def _reasons(report: GateReport) -> list[Fault]:
    critical = [finding for finding in report.findings if finding.severity is Severity.CRITICAL]
    if report.decision is Decision.NEEDS_EXPLANATION:
        critical = list(report.unexplained)
    faults = [
        Fault(
            f.place or f.table,
            f"{f.column}: {f.says.in_language('en')}".lstrip(": "),
            f"{f.mend.in_language('en')}{_or_explain(f)}",
            code=f.code,
        )
        for f in critical[:_FIRST]
    ]
    faults += [
        Fault(outcome.check.code, f"the check could not run: {outcome.text}", code="could-not-run")
        for outcome in report.could_not_run[: _FIRST - len(faults)]
    ]
    more = len(critical) + len(report.could_not_run) - len(faults)
    return [*faults, *([Fault("", f"… and {more:,} more", "see the gate's report")] if more else [])]


def _or_explain(finding: Finding) -> str:
    """Say with which mark a warning is explained."""
    if not is_open(finding):
        return ""
    return f"{'; or ' if finding.mend.en else ''}an explanation with the mark {finding.mark}"


def admit_unchecked(submission: Submission, *, reason: str) -> AdmittedSubmission:
    """Let data in without a gate, to explore them; the reason is printed with every result.

    Args:
        submission: What was handed in.
        reason: Why, in words a reader of the results will understand.

    Raises:
        GateClosedError: If no reason is given.
    """
    if not reason.strip():
        raise GateClosedError(
            Fault("admit_unchecked", "no reason is given", "a sentence", 'reason="a first look"')
        )
    warnings.warn(f"these data passed no gate: {reason.strip()}", UncheckedDataWarning, stacklevel=2)
    return AdmittedSubmission(submission, unchecked_reason=reason.strip())


def gate_submission(
    submission: Submission,
    suites: Mapping[str, Suite],
    part: Part | None = None,
    rule: GateRule | None = None,
) -> GateReport:
    """Check a submission and decide whether it may be used.

    What the data dictionary demands is checked too where a suite does not say it: no required cell is empty,
    no key stands twice. A required table that is missing, and a table without a single row, reject.

    Args:
        submission: What was handed in.
        suites: The rules by table, see :func:`edutargets.suites.read_suites`.
        part: What may be asked of it, where others have yet to submit.
        rule: What becomes of rejected rows; without it they reject the submission.

    Raises:
        SuiteError: If a suite is for a table the data dictionary does not have.
    """
    from edutargets._gx import SuiteRunner  # noqa: PLC0415  # Great Expectations takes seconds to import

    known = submission.dictionary.tables
    unknown = [name for name in suites if name not in known]
    if unknown:
        raise SuiteError(
            *(Fault(name, "no such table", near_names(name, known), code="unknown-table") for name in unknown)
        )
    with SuiteRunner(_tables_to_check(submission), submission.dictionary) as runner:
        reports = [
            _report(name, table, submission.tables.get(name), suites.get(name), runner, part)
            for name, table in known.items()
            if table.required or name in submission.tables
        ]
    tables = explained_reports(reports, submission.explanations, submission.dictionary)
    versions = MappingProxyType({name: suite.version for name, suite in suites.items()})
    return GateReport(submission, tables, _set_aside(submission, tables, rule), versions)


def _set_aside(
    submission: Submission, tables: tuple[TableReport, ...], rule: GateRule | None
) -> SetAside | None:
    """Set rejected rows aside, where the pack's rule admits the others without them."""
    if rule is None or rule.rejected_rows == "refuse" or not any(table.is_rejected for table in tables):
        return None
    return set_aside(submission, tables, rule.share)


def _tables_to_check(submission: Submission) -> dict[str, pa.Table]:
    """Return the rows without the columns that nobody handed in; an optional table left out has no rows."""
    tables: dict[str, pa.Table] = {}
    for name, table in submission.dictionary.tables.items():
        if name in submission.tables:
            handed_in = submission.tables[name]
            tables[name] = handed_in.rows.drop_columns(sorted(_missing(handed_in)))
        elif not table.required:
            tables[name] = _no_rows(table)
    return tables


def _no_rows(table: Table) -> pa.Table:
    schema = pa.schema([(name, arrow_type(column)) for name, column in table.columns.items()])
    return schema.empty_table()


def _missing(rows: TableRows) -> set[str]:
    """Return the columns that no file has; one that only some files have stays."""
    return {
        absent.column for absent in rows.absent_columns if rows.rows[absent.column].null_count == len(rows)
    }


def _left_out(rows: TableRows) -> set[str]:
    """Return the columns that may be left out as a whole and were."""
    optional = {name for name, column in rows.table.columns.items() if column.optional_column}
    return {name for name in optional if rows.rows[name].null_count == len(rows)}


def _report(
    name: str,
    table: Table,
    rows: TableRows | None,
    suite: Suite | None,
    runner: SuiteRunner,
    part: Part | None = None,
) -> TableReport:
    declared = suite.checks if suite else ()
    if rows is None or not len(rows):
        return _report_of_nothing(name, table, rows, suite)
    left_out = _left_out(rows)
    checks = (*declared, *checks_of_dictionary(table, declared, {*_missing(rows), *left_out}))
    if part is not None:
        checks = part.asked(name, checks)
    idle = {check.code for check in checks if left_out & set(check.named_columns)}
    ran = {o.check.code: o for o in runner.run(name, [check for check in checks if check.code not in idle])}
    finder = RowFinder(rows)
    outcomes = tuple(
        finder.without_known(ran[check.code])
        if check.code in ran
        else CheckOutcome(check, Status.PASSED, text=_NOT_ASKED)
        for check in checks
    )
    if part is not None:
        outcomes = tuple(part.own(rows, outcome) for outcome in outcomes)
    return TableReport(
        table=name,
        title=table.title,
        rows=len(rows),
        outcomes=outcomes,
        findings=finder.findings(outcomes),
    )


_NOT_ASKED = "the column was left out, which is allowed"


def _report_of_nothing(name: str, table: Table, rows: TableRows | None, suite: Suite | None) -> TableReport:
    """Say that there is nothing to check: an empty table would pass nearly every check."""
    zh, en = table.title.in_language("zh") or name, table.title.in_language("en") or name
    code, says = "absent-table", Bilingual(zh=f"没有报送“{zh}”", en=f"“{en}” was not handed in")
    mend = Bilingual(zh=f"请补报“{zh}”", en=f"hand in “{en}”")
    if rows is not None:
        code, says = "empty-table", Bilingual(zh=f"“{zh}”没有一行数据", en=f"“{en}” has no rows")
    finding = Finding(code=code, severity=Severity.CRITICAL, table=name, says=says, mend=mend)
    return TableReport(
        table=name,
        title=table.title,
        rows=None if rows is None else 0,
        outcomes=tuple(
            CheckOutcome(c, Status.COULD_NOT_RUN, text=says.en) for c in (suite.checks if suite else ())
        ),
        findings=(finding,) if table.required or suite else (),
    )
