"""The gate: whether a submission may be used at all, and what has to be mended first.

A submission is accepted, rejected, or not decided because a check could not run. Something critical that was
found rejects it whatever else happened; otherwise one check that could not run, of any severity, keeps the
gate shut.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

import pyarrow as pa

from edutargets import gate_report
from edutargets.cells import arrow_type
from edutargets.checks import CheckOutcome, Severity, Status, Suite, checks_of_dictionary
from edutargets.errors import Fault, GateClosedError, SuiteError, near_names
from edutargets.finding_places import RowFinder
from edutargets.findings import Decision, Finding, TableReport
from edutargets.shown import Shown
from edutargets.sources import Bilingual

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from edutargets._gx import SuiteRunner
    from edutargets.findings import Language
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
        rejected_rows: Positions of rows that were set aside, by table; so far a submission is admitted
            as a whole or not at all, so there are none.
    """

    submission: Submission
    gate: GateReport | None = None
    unchecked_reason: str | None = None
    rejected_rows: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    @property
    def tables(self) -> Mapping[str, TableRows]:
        """The admitted rows of every table."""
        return self.submission.tables


@dataclass(frozen=True, slots=True, eq=False)
class GateReport(Shown):
    """What the gate decided and why, table by table and school by school.

    Args:
        submission: What was handed in.
        tables: One report for each table of the data dictionary that was handed in or is required.
    """

    submission: Submission = field(repr=False)
    tables: tuple[TableReport, ...]

    @property
    def decision(self) -> Decision:
        """Accepted, rejected, or not decided because a check could not run."""
        if any(table.is_rejected for table in self.tables):
            return Decision.REJECTED
        undecided = any(table.count(Status.COULD_NOT_RUN) for table in self.tables)
        return Decision.COULD_NOT_RUN if undecided else Decision.ACCEPTED

    @property
    def exit_code(self) -> int:
        """What a program ends with: 0 accepted, 1 rejected, 4 a check could not run."""
        return self.decision.exit_code

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
        if self.decision is Decision.ACCEPTED:
            return AdmittedSubmission(self.submission, gate=self)
        raise GateClosedError(*_reasons(self))

    def to_text(self, language: Language = "en") -> str:
        """Return the report for a terminal."""
        return gate_report.as_text(self.decision, self.tables, language)

    def to_markdown(self, language: Language = "en") -> str:
        """Return the report for a pull request or a review page."""
        return gate_report.as_markdown(self.decision, self.tables, language)

    def to_json(self) -> str:
        """Return the report for a program; its form is versioned."""
        return gate_report.as_json(self.decision, self.tables)

    def to_junit(self) -> str:
        """Return the report for continuous integration."""
        return gate_report.as_junit(self.decision, self.tables)

    def to_frame(self) -> pd.DataFrame:
        """Return all findings as one tidy table."""
        return gate_report.as_frame(self.tables)

    def __str__(self) -> str:
        return self.to_text()


def _reasons(report: GateReport) -> list[Fault]:
    critical = [finding for finding in report.findings if finding.severity is Severity.CRITICAL]
    faults = [
        Fault(
            f.place or f.table,
            f"{f.column}: {f.says.in_language('en')}".lstrip(": "),
            f.mend.in_language("en"),
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


def gate_submission(submission: Submission, suites: Mapping[str, Suite]) -> GateReport:
    """Check a submission and decide whether it may be used.

    What the data dictionary demands is checked too where a suite does not say it: no required cell is empty,
    no key stands twice. A required table that is missing, and a table without a single row, reject.

    Args:
        submission: What was handed in.
        suites: The rules by table, see :func:`edutargets.suites.read_suites`.

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
    with SuiteRunner(_tables_to_check(submission)) as runner:
        reports = [
            _report(name, table, submission.tables.get(name), suites.get(name), runner)
            for name, table in known.items()
            if table.required or name in submission.tables
        ]
    return GateReport(submission, tuple(reports))


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
    name: str, table: Table, rows: TableRows | None, suite: Suite | None, runner: SuiteRunner
) -> TableReport:
    declared = suite.checks if suite else ()
    if rows is None or not len(rows):
        return _report_of_nothing(name, table, rows, suite)
    left_out = _left_out(rows)
    checks = (*declared, *checks_of_dictionary(table, declared, {*_missing(rows), *left_out}))
    idle = {check.code for check in checks if left_out & set(check.named_columns)}
    ran = {o.check.code: o for o in runner.run(name, [check for check in checks if check.code not in idle])}
    finder = RowFinder(rows)
    outcomes = tuple(
        finder.without_known(ran[check.code])
        if check.code in ran
        else CheckOutcome(check, Status.PASSED, text=_NOT_ASKED)
        for check in checks
    )
    findings = [*finder.reading_faults(), *finder.absent_columns(), *finder.of_outcomes(outcomes)]
    return TableReport(
        table=name,
        title=table.title,
        rows=len(rows),
        outcomes=outcomes,
        findings=tuple(sorted(findings, key=lambda finding: finding.order)),
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
