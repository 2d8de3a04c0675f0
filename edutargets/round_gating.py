"""One school's part of a round before the gate: with the bureau's own tables, and only with its own rows."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from edutargets.checks import Severity, Status
from edutargets.errors import DefinitionError, Fault, SubmissionError
from edutargets.fed_targets import fed_targets
from edutargets.finding_places import RowFinder
from edutargets.findings import Decision, TableReport
from edutargets.gate import gate_submission
from edutargets.parts import OTHER_SCHOOL, BureauPart, SchoolPart, differing_rows, foreign_rows
from edutargets.round_facts import School
from edutargets.set_aside import set_aside
from edutargets.suites import read_suites

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from edutargets.checks import CheckOutcome
    from edutargets.gate import GateReport
    from edutargets.pack_files import GateRule
    from edutargets.plans import Pack
    from edutargets.submissions import Submission, TableRows
    from edutargets.tables import Dictionary, Table

__all__ = ["gate_bureau", "gate_district", "gate_school", "schools_of"]

_Tables = dict[str, "TableRows"]


def gate_bureau(pack: Pack, submission: Submission) -> None:
    """Hold the bureau's own tables against their rules, before any school is asked for anything.

    Raises:
        GateClosedError: If something critical is wrong with them, or a check could not run.
    """
    given = frozenset(submission.tables)
    report = _gated(pack, replace(submission, dictionary=_asking(pack.dictionary, given)), given)
    if report.decision in {Decision.REJECTED, Decision.COULD_NOT_RUN}:
        report.admit()


def _gated(
    pack: Pack, submission: Submission, given: frozenset[str], reporter: str | None = None
) -> GateReport:
    suites = read_suites(pack.suites_folder, pack.dictionary, pack.plan.ids)
    bureau = BureauPart(pack.dictionary, given)
    part = bureau if reporter is None else SchoolPart(reporter, pack.dictionary, given)
    return replace(gate_submission(submission, suites, part), fed=fed_targets(pack))


def _asking(dictionary: Dictionary, required: Collection[str]) -> Dictionary:
    """Return the data dictionary of those who need not hand in every table."""
    tables = {
        name: table.model_copy(update={"required": name in required})
        for name, table in dictionary.tables.items()
    }
    return dictionary.model_copy(update={"tables": tables})


def gate_school(
    pack: Pack, submission: Submission, bureau: Mapping[str, TableRows], school: School
) -> GateReport:
    """Gate what one school handed in, together with the bureau's tables.

    Args:
        pack: The pack whose rules hold.
        submission: What the school handed in.
        bureau: The bureau's tables.
        school: Who it is, and which tables are expected from it.

    Raises:
        SubmissionError: If there is no row to check: that would pass every check.
    """
    own = _own_tables(submission, bureau, school.tables)
    dictionary = _asking(pack.dictionary, school.tables)
    joined = _with(submission, dictionary, {**bureau, **own})
    report = _gated(pack, joined, frozenset(bureau), school.id)
    extra = {name: foreign_rows(rows, school.id) for name, rows in own.items() if len(rows)}
    found = _with_findings(_without_bureau(report, bureau), _differences(submission, bureau), extra, own)
    return _partly_admitted(found, pack.file.gate, own)


def gate_district(pack: Pack, submission: Submission, bureau: Mapping[str, TableRows]) -> GateReport:
    """Gate what was handed in for all schools at once: every rule holds, and so does the bureau's roster.

    Raises:
        SubmissionError: If there is no row to check.
    """
    own = _own_tables(submission, bureau, pack.dictionary.tables)
    joined = _with(submission, pack.dictionary, {**bureau, **own})
    suites = read_suites(pack.suites_folder, pack.dictionary, pack.plan.ids)
    report = replace(gate_submission(joined, suites, rule=pack.file.gate), fed=fed_targets(pack))
    return _with_findings(report, _differences(submission, bureau), {}, own)


def _own_tables(
    submission: Submission, bureau: Mapping[str, TableRows], expected: Collection[str]
) -> _Tables:
    """Return the tables handed in that are not the bureau's; an empty one that nobody expects is none."""
    own = {
        name: rows
        for name, rows in submission.tables.items()
        if name not in bureau and (len(rows) or name in expected or rows.faults)
    }
    if not any(len(rows) for rows in own.values()):
        found = "there is not one row in it besides the bureau's own tables"
        raise SubmissionError(Fault("", found, "at least one table with rows", code="no-rows"))
    return own


def _with(submission: Submission, dictionary: Dictionary, tables: _Tables) -> Submission:
    ordered = {name: tables[name] for name in dictionary.tables if name in tables}
    return replace(submission, dictionary=dictionary, tables=MappingProxyType(ordered))


def _without_bureau(report: GateReport, bureau: Mapping[str, TableRows]) -> GateReport:
    """Leave out the bureau's tables where they have nothing to say to the school."""
    kept = [
        table
        for table in report.tables
        if table.table not in bureau or table.findings or table.count(Status.COULD_NOT_RUN)
    ]
    return replace(report, tables=tuple(kept))


def _partly_admitted(report: GateReport, rule: GateRule, own: Mapping[str, TableRows]) -> GateReport:
    """Set a school's faulty rows aside where the pack's rule does; what others lack is not its matter.

    Rows of others, a missing table and what the roster shows are no slip of the pen: they reject.
    """
    critical = [one for one in report.findings if one.severity is Severity.CRITICAL]
    grave = [
        one
        for one in critical
        if one.position is None or one.table not in own or one.code == OTHER_SCHOOL.code
    ]
    if rule.rejected_rows == "refuse" or not critical or grave:
        return report
    dictionary = report.submission.dictionary
    tables = {name: one.model_copy(update={"expected_from": None}) for name, one in dictionary.tables.items()}
    alone = replace(report.submission, dictionary=dictionary.model_copy(update={"tables": tables}))
    return replace(report, set_aside=set_aside(alone, report.tables, rule.share))


def _differences(
    submission: Submission, bureau: Mapping[str, TableRows]
) -> list[tuple[TableRows, CheckOutcome]]:
    """Hold a bureau's table that came back with a submission against the bureau's own."""
    both = [name for name in submission.tables if name in bureau and len(submission.tables[name])]
    return [(submission.tables[name], differing_rows(submission.tables[name], bureau[name])) for name in both]


def _with_findings(
    report: GateReport,
    differences: Sequence[tuple[TableRows, CheckOutcome]],
    extra: Mapping[str, CheckOutcome],
    own: Mapping[str, TableRows],
) -> GateReport:
    """Add what only a round asks: rows of other schools, and a roster that says otherwise."""
    tables = {table.table: table for table in report.tables}
    for rows, outcome in differences:
        if outcome.status is Status.FAILED:
            # These rows are no part of what was gated, so they have a place in a file but no position.
            findings = [replace(one, position=None) for one in RowFinder(rows).of_outcomes((outcome,))]
            before = tables.get(
                rows.name, TableReport(table=rows.name, title=rows.table.title, rows=len(rows))
            )
            outcomes, found = (*before.outcomes, outcome), (*before.findings, *findings)
            tables[rows.name] = replace(before, outcomes=outcomes, findings=found)
    for name, outcome in extra.items():
        before = tables[name]
        found = (*before.findings, *RowFinder(own[name]).of_outcomes((outcome,)))
        tables[name] = replace(
            before,
            outcomes=(*before.outcomes, outcome),
            findings=tuple(sorted(found, key=lambda one: one.order)),
        )
    order = list(report.submission.dictionary.tables)
    ordered = tuple(sorted(tables.values(), key=lambda table: order.index(table.table)))
    strange = any(outcome.rows for _, outcome in differences)
    return replace(report, tables=ordered, set_aside=None if strange else report.set_aside)


# who must report -------------------------------------------------------------------------------------


def schools_of(dictionary: Dictionary, bureau: Mapping[str, TableRows], name: str) -> tuple[School, ...]:
    """Say who must report in a round, and what: everyone on the roster from whom some table is expected.

    Where no table says from whom it is expected, everyone on the roster must report something.

    Args:
        dictionary: The tables there are.
        bureau: The bureau's tables, the roster among them.
        name: The round; if it begins with a year of the roster, that year's rows count, else the latest.

    Raises:
        SubmissionError: If the bureau's tables hold no roster.
    """
    rosters = [table for table, rows in bureau.items() if rows.table.roster and len(rows)]
    if not rosters:
        known = ", ".join(table for table, one in dictionary.tables.items() if one.roster)
        accepted = f"the table of those who must report: {known}" if known else "a table with `roster: true`"
        raise SubmissionError(
            Fault("--roster", "there is no roster among these tables", accepted, code="no-roster")
        )
    names: dict[str, str] = {}
    for table in rosters:
        names |= _names(bureau[table].table, _of_round(bureau[table], name))
    expected: dict[str, list[str]] = {}
    says = [table for table, one in dictionary.tables.items() if one.expected_from and table not in bureau]
    for table in says:
        for reporter in _expected_from(dictionary, bureau, table, name):
            expected.setdefault(reporter, []).append(table)
    who = [reporter for reporter in names if reporter in expected or not says]
    return tuple(School(id=one, name=names[one], tables=tuple(expected.get(one, ()))) for one in who)


def _of_round(rows: TableRows, name: str) -> pa.Table:
    """Return the rows of a roster that count in a round."""
    period = rows.table.period
    if period is None:
        return rows.rows
    years = {int(year) for year in pc.unique(rows.rows[period]).drop_null().to_pylist()}
    said = int(name[:4]) if name[:4].isdigit() else None
    return rows.rows.filter(pc.equal(rows.rows[period], said if said in years else max(years)))


def _names(table: Table, rows: pa.Table) -> dict[str, str]:
    """Return who is on a roster, each with the name it goes by."""
    texts = [name for name, column in table.columns.items() if column.type == "text"]
    called = "name" if "name" in table.columns else next(iter(texts), table.reports)
    codes, names = rows[table.reports].to_pylist(), rows[called].to_pylist()
    return {str(code): str(text or code) for code, text in zip(codes, names, strict=True) if code is not None}


def _expected_from(
    dictionary: Dictionary, bureau: Mapping[str, TableRows], table: str, name: str
) -> list[str]:
    """Return those from whom a table is expected in a round."""
    import duckdb  # noqa: PLC0415  # only who opens a round pays for it

    roster = str(dictionary.tables[table].expected_from)
    relation, reporter = dictionary.relation(roster), dictionary.reporter_on(table, roster)
    if relation.table not in bureau or reporter is None:
        return []
    with duckdb.connect(":memory:") as connection:
        connection.register("roster", _of_round(bureau[relation.table], name))
        # The condition is the pack author's own SQL; this connection reaches no file and no network.
        connection.execute("SET enable_external_access = false")
        where = f"WHERE ({relation.where})" if relation.where else ""
        query = f'SELECT DISTINCT "{reporter}" FROM roster {where} ORDER BY 1'  # noqa: S608  # as above
        try:
            return [str(code) for (code,) in connection.execute(query).fetchall() if code is not None]
        except duckdb.Error as error:
            found = f"the condition of {roster!r} cannot be asked of the roster: {error}"
            raise DefinitionError(Fault(table, found, "a condition on columns of the roster")) from error
