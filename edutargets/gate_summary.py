"""What a bureau wants to see of a gate at a glance: whose data of which table are wrong, what rests on it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from edutargets.findings import shown
from edutargets.gate_facts import by_weight, pieces_of
from edutargets.plain_texts import one_line
from edutargets.sources import Bilingual
from edutargets.whose_findings import findings_by_school, names_on_roster, rows_by_school

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from edutargets.findings import Finding, TableReport
    from edutargets.gate_facts import GateFacts

__all__ = ["BrokenRule", "NotHandedIn", "Summary", "SummaryCell", "SummarySchool", "summary_of"]

_OF_NOTHING = frozenset({"absent-table", "empty-table", "absent-column", "missing-report"})
_EVERYONE = "expect_everyone_to_report"


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryCell:
    """What one school has in one table.

    Args:
        rows: How many rows it handed in.
        findings: What was found in them, what must be corrected first.
        is_missing: Whether the table, or what is due from this school, was not handed in.
    """

    rows: int
    findings: tuple[Finding, ...] = ()
    is_missing: bool = False

    @property
    def counts(self) -> Mapping[str, int]:
        """How many findings there are: critical, open, explained, info."""
        return pieces_of(self.findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class SummarySchool:
    """One school, or what concerns none in particular.

    Args:
        code: Its code, as it may be shown; empty for the submission as a whole.
        name: Its name on the roster.
        cells: What it has in each table in which it has anything.
    """

    code: str
    name: str
    cells: Mapping[str, SummaryCell]

    @property
    def counts(self) -> Mapping[str, int]:
        """How many findings there are: critical, open, explained, info."""
        return pieces_of(finding for cell in self.cells.values() for finding in cell.findings)

    @property
    def is_quiet(self) -> bool:
        """Whether nothing was found."""
        return not any(cell.findings for cell in self.cells.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenRule:
    """A rule that was broken, and how often.

    Args:
        code: The rule.
        table: The table it was broken in.
        severity: How grave it is.
        says: What is wrong.
        findings: How often.
        schools: By how many.
        targets: The targets whose verdicts rest on what it looks at.
    """

    code: str
    table: str
    severity: str
    says: Bilingual
    findings: int
    schools: int
    targets: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotHandedIn:
    """Something that was not handed in.

    Args:
        table: The table it belongs to.
        says: What is missing.
        whom: Those it is due from, or the file it is missing in; "" for everybody.
    """

    table: str
    says: Bilingual
    whom: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """All that the bureau's page shows.

    Args:
        facts: What was found.
        schools: Those with most to correct first.
        rules: The rules that were broken, those most often broken first.
        missing: What was not handed in, and by whom.
    """

    facts: GateFacts = field(repr=False)
    schools: tuple[SummarySchool, ...]
    rules: tuple[BrokenRule, ...]
    missing: tuple[NotHandedIn, ...]

    @property
    def tables(self) -> tuple[TableReport, ...]:
        """The tables, in the order of the dictionary."""
        return self.facts.tables

    @property
    def quiet_tables(self) -> frozenset[str]:
        """The tables in which nothing was found."""
        return frozenset(table.table for table in self.tables if not table.findings)


def summary_of(facts: GateFacts) -> Summary:
    """Put together, school by school and table by table, what a gate found.

    Args:
        facts: What was found.
    """
    found = findings_by_school(facts.findings, facts.submission)
    rows, names = rows_by_school(facts.submission), names_on_roster(facts.submission)
    codes = {*found, *rows, *names} if not facts.school else {facts.school}
    told = {table.table for table in facts.tables}
    schools = [
        SummarySchool(
            code=one_line(shown(code)),
            name=one_line(shown(names.get(code, ""))),
            cells=_cells(
                found.get(code, []), {k: n for k, n in rows.get(code, {}).items() if k in told}, facts
            ),
        )
        for code in codes
        if code or code in found
    ]
    return Summary(
        facts=facts,
        schools=tuple(sorted(schools, key=_weight)),
        rules=_rules(found, facts),
        missing=_missing(found, names, facts),
    )


def _weight(school: SummarySchool) -> tuple[object, ...]:
    counts = school.counts
    return (
        bool(school.code),
        *(-counts[kind] for kind in ("critical", "open", "explained", "info")),
        school.code,
    )


def _cells(findings: Iterable[Finding], rows: Mapping[str, int], facts: GateFacts) -> dict[str, SummaryCell]:
    of_table: dict[str, list[Finding]] = {table: [] for table in rows}
    for finding in findings:
        of_table.setdefault(finding.table, []).append(finding)
    return {
        table: SummaryCell(
            rows=rows.get(table, 0),
            findings=tuple(by_weight(found)),
            is_missing=any(is_missing(finding, facts) and not finding.column for finding in found)
            or any(_is_due(finding, facts) for finding in found),
        )
        for table, found in of_table.items()
    }


def is_missing(finding: Finding, facts: GateFacts) -> bool:
    """Whether a finding says that something was not handed in."""
    return finding.code in _OF_NOTHING or _is_due(finding, facts)


def _is_due(finding: Finding, facts: GateFacts) -> bool:
    check = facts.checks(finding.table).get(finding.code)
    return check is not None and check.type == _EVERYONE


def _rules(found: Mapping[str, Iterable[Finding]], facts: GateFacts) -> tuple[BrokenRule, ...]:
    counts: Counter[tuple[str, str]] = Counter()
    schools: dict[tuple[str, str], set[str]] = {}
    first: dict[tuple[str, str], Finding] = {}
    for school, findings in found.items():
        for finding in findings:
            rule = finding.table, finding.code
            counts[rule] += 1
            schools.setdefault(rule, set()).add(school)
            first.setdefault(rule, finding)
    broken = []
    for (table, code), count in counts.items():
        finding = first[table, code]
        check = facts.checks(table).get(code)
        broken.append(
            BrokenRule(
                code=code,
                table=table,
                severity=finding.severity.value,
                says=check.says if check is not None else finding.says,
                findings=count,
                schools=len(schools[table, code] - {""}),
                targets=facts.targets_of(finding),
            )
        )
    return tuple(sorted(broken, key=lambda rule: (-rule.findings, -rule.schools, rule.table, rule.code)))


def _missing(
    found: Mapping[str, Iterable[Finding]], names: Mapping[str, str], facts: GateFacts
) -> tuple[NotHandedIn, ...]:
    whom: dict[tuple[str, str, str], list[str]] = {}
    for school in sorted(found):
        for finding in found[school]:
            if is_missing(finding, facts):
                who = one_line(shown(f"{school} {names.get(school, '')}".strip())) or finding.place
                whom.setdefault((finding.table, finding.says.zh, finding.says.en), []).append(who)
    order = [table.table for table in facts.tables]
    return tuple(
        NotHandedIn(table=table, says=Bilingual(zh=zh, en=en), whom=tuple(dict.fromkeys(whom[table, zh, en])))
        for table, zh, en in sorted(whom, key=lambda one: (order.index(one[0]), one))
    )
