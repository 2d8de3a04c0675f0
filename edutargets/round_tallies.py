"""What was found, counted for each school it concerns."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from edutargets.checks import Severity
from edutargets.findings import shown
from edutargets.round_facts import Reason, Tally

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from edutargets.findings import Finding
    from edutargets.submissions import TableRows

__all__ = ["tallies"]

_FIRST = 5


def tallies(
    findings: Sequence[Finding], faults: Sequence[Reason], own: Sequence[str], tables: Mapping[str, TableRows]
) -> tuple[dict[str, Tally], Tally]:
    """Count what must be corrected or explained, by school.

    Args:
        findings: What the gate found.
        faults: Why nothing could be read.
        own: The school that sent it; then everything is its own. None for the whole district.
        tables: The tables handed in.

    Returns:
        What was found of each school that the tables hold rows of, and what is no one school's.
    """
    rows: Counter[str] = Counter()
    for one in tables.values():
        counts = one.rows[one.table.reports].value_counts().to_pylist()
        rows.update(
            {str(count["values"]): count["counts"] for count in counts if count["values"] is not None}
        )
    if own:
        return {own[0]: _tally(findings, faults, rows[own[0]])}, Tally()
    known = {shown(code): code for code in rows}
    of: dict[str, list[Finding]] = {code: [] for code in sorted(rows)}
    at_large: list[Finding] = []
    for finding in findings:
        of.get(known.get(finding.reporter, ""), at_large).append(finding)
    return {code: _tally(found, [], rows[code]) for code, found in of.items()}, _tally(at_large, faults, 0)


def _tally(findings: Sequence[Finding], faults: Sequence[Reason], rows: int) -> Tally:
    critical = [finding for finding in findings if finding.severity is Severity.CRITICAL]
    open_ones = [one for one in findings if one.severity is Severity.WARNING and not one.explained]
    first = [*faults, *(Reason.of(finding) for finding in [*critical, *open_ones][:_FIRST])][:_FIRST]
    return Tally(
        rows=rows, critical=len(critical) + len(faults), unexplained=len(open_ones), reasons=tuple(first)
    )
