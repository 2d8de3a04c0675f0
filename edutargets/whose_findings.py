"""Whom each finding concerns: the school that handed the row in, or the one that handed nothing in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from edutargets.errors import Fault, SubmissionError, near_names

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from edutargets.findings import Finding
    from edutargets.gate_facts import GateFacts
    from edutargets.submissions import Submission, TableRows

__all__ = [
    "facts_of_school",
    "file_owners",
    "findings_by_school",
    "names_on_roster",
    "reporters_of",
    "rows_by_school",
]


def reporters_of(rows: TableRows, owners: Mapping[str, str] | None = None) -> pa.ChunkedArray:
    """Return who handed in each row; empty where neither the row nor the owner of its file says it.

    Args:
        rows: The rows of one table.
        owners: The school to which all of a file belongs, by file.
    """
    who = pc.fill_null(pc.cast(rows.rows[rows.table.reports], pa.string()), "")
    if not owners:
        return who
    known = pc.index_in(rows.origin["file"], value_set=pa.array(list(owners), pa.string()))
    return pc.coalesce(pa.array(list(owners.values()), pa.string()).take(known), who)


def file_owners(
    submission: Submission, listed: Collection[str], school_of: Callable[[str], str] = lambda _: ""
) -> dict[str, str]:
    """Name the files that belong to one school as a whole, with its code.

    That is a school's own template, if nobody else on the roster stands in it; and a file whose rows, as far
    as they name anybody, name one and the same school.

    Args:
        submission: What was handed in.
        listed: The codes on the roster.
        school_of: Says for which school a file was prefilled; empty where it was not.
    """
    found: dict[str, set[str]] = {}
    for rows in submission.tables.values():
        pairs = pa.table({"file": rows.origin["file"], "who": reporters_of(rows)})
        for pair in pairs.group_by(["file", "who"]).aggregate([]).to_pylist():
            found.setdefault(pair["file"], set()).add(pair["who"])
    owners: dict[str, str] = {}
    for file, who in found.items():
        school = school_of(file)
        if school and not who & set(listed) - {school}:
            owners[file] = school
        elif len(who - {""}) == 1:
            owners[file] = (who - {""}).pop()
    return owners


def names_on_roster(submission: Submission) -> dict[str, str]:
    """Return the name of everybody on the roster, by code; nothing where there is no roster."""
    names: dict[str, str] = {}
    for rows in submission.tables.values():
        if not rows.table.roster:
            continue
        texts = [name for name, column in rows.table.columns.items() if column.type == "text"]
        named = "name" if "name" in rows.table.columns else next(iter(texts), rows.table.reports)
        for code, name in zip(reporters_of(rows).to_pylist(), rows.rows[named].to_pylist(), strict=True):
            names[code] = "" if name is None or named == rows.table.reports else str(name)
    names.pop("", None)
    return names


def rows_by_school(submission: Submission) -> dict[str, dict[str, int]]:
    """Count the rows of each school in each table."""
    counts: dict[str, dict[str, int]] = {}
    for name, rows in submission.tables.items():
        for pair in reporters_of(rows).value_counts().to_pylist():
            counts.setdefault(str(pair["values"]), {})[name] = int(pair["counts"])
    return counts


def findings_by_school(
    findings: Iterable[Finding], submission: Submission, owners: Mapping[str, str] | None = None
) -> dict[str, list[Finding]]:
    """Give each finding to whom it concerns, under its code; what concerns nobody in particular under "".

    A finding in a row concerns whoever handed that row in; a report that is missing, the school it names;
    a column that is missing, whoever filled the file.

    Args:
        findings: What was found.
        submission: In what.
        owners: The school to which all of a file belongs, by file; found out from its rows if not given.
    """
    names = names_on_roster(submission)
    owners = file_owners(submission, names) if owners is None else owners
    who = {name: reporters_of(rows, owners) for name, rows in submission.tables.items()}
    found: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.position is not None:
            reporter = str(who[finding.table][finding.position])
        else:
            named = _named(finding, submission, names)
            reporter = finding.reporter or named or owners.get(finding.file, "")
        found.setdefault(reporter, []).append(finding)
    return found


def _named(finding: Finding, submission: Submission, names: Mapping[str, str]) -> str:
    """Return who is on the roster and lacks a row: what was found names them."""
    reports = submission.dictionary.tables[finding.table].reports
    pairs = dict(part.split("=", 1) for part in finding.found.split(", ") if "=" in part)
    reporter = pairs.get(reports, "") if finding.row is None else ""
    return reporter if reporter in names else ""


def facts_of_school(facts: GateFacts, school: str) -> GateFacts:
    """Return what concerns one school alone, and what would be decided on it alone.

    Raises:
        SubmissionError: If no row and no roster names that school; near codes are given.
    """
    submission = facts.submission
    known = {*rows_by_school(submission), *names_on_roster(submission)} - {""}
    if school not in known:
        raise SubmissionError(
            Fault(
                "--school",
                f"nobody is called {school!r} here",
                near_names(school, known),
                code="unknown-school",
            )
        )
    findings = findings_by_school(facts.findings, submission).get(school, [])
    rows = {
        name: pc.indices_nonzero(pc.equal(reporters_of(one), school)).to_pylist()
        for name, one in submission.tables.items()
    }
    return facts.of_school(school, findings, rows)
