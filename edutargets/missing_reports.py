"""Reports that are missing: who is on the roster and has not handed in a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from edutargets.checks import Check
    from edutargets.doubts import Doubt
    from edutargets.findings import Finding
    from edutargets.submissions import Submission, TableRows
    from edutargets.tables import Relation, Table

__all__ = ["Missing", "is_missing_report", "missing_from"]

_KIND = "expect_everyone_to_report"
_Report = tuple[str | None, int | None]


@dataclass(frozen=True, slots=True)
class Missing:
    """What one table lacks.

    Args:
        rows: Who lacks a row of which year, where everyone has one row in each year.
        possible: Rows that may be missing: it is not known whether they are due.
        unplaced: Who lacks reports of which nobody knows how many rows they have.
        codes: The checks that found it.
    """

    rows: tuple[tuple[str, int | None], ...] = ()
    possible: tuple[_Report, ...] = ()
    unplaced: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()


def is_missing_report(finding: Finding, checks: Mapping[str, Check]) -> bool:
    """Whether a finding says that somebody on a roster has handed in nothing."""
    return finding.code in checks and checks[finding.code].type == _KIND


def missing_from(
    submission: Submission,
    doubts: Mapping[str, Mapping[int, Doubt]],
    lost: Sequence[Finding],
    checks: Mapping[str, Check],
) -> dict[str, Missing]:
    """Say of every table which reports are missing, or may be.

    Args:
        submission: What was handed in.
        doubts: The rows that are set aside, by table and position.
        lost: What the gate found missing.
        checks: The checks by code.
    """
    found: dict[str, Missing] = {}
    for name, rows in submission.tables.items():
        own = [one for one in lost if one.table == name]
        codes = tuple(dict.fromkeys(one.code for one in own))
        other = [one.found or one.code for one in own if not _is_declared(checks[one.code], rows.table)]
        due, possible = _due(name, submission, doubts, told=all(one.found for one in own))
        if set(rows.table.key) <= {rows.table.reports, rows.table.period}:
            found[name] = Missing(tuple(due), tuple(possible), tuple(other), codes or ("missing-report",))
        else:
            who = [str(reporter) for reporter, _ in due] + [str(reporter or "?") for reporter, _ in possible]
            found[name] = Missing((), (), tuple(dict.fromkeys([*who, *other])), codes)
    return found


def _is_declared(check: Check, table: Table) -> bool:
    """Whether a check asks for just what the data dictionary declares."""
    return check.kwargs.get("roster") == table.expected_from and set(check.kwargs) <= {
        "roster",
        "exactly_one",
    }


def _due(
    name: str, submission: Submission, doubts: Mapping[str, Mapping[int, Doubt]], *, told: bool
) -> tuple[list[tuple[str, int | None]], list[_Report]]:
    """Return who surely lacks a row of a table, and who may lack one.

    Where the gate told of every missing report which it is, those surely on the roster owe nothing of years
    of which nobody has handed in rows, as a table may begin later than its roster. A finding that does not
    say which may be of any year, and nobody was asked about a place on the roster that is in doubt.
    """
    table, dictionary = submission.dictionary.tables[name], submission.dictionary
    if table.expected_from is None:
        return [], []
    relation = dictionary.relation(table.expected_from)
    if relation.table not in submission.tables:
        return [], []
    years = _years(submission.tables[name])
    both = table.period is not None and dictionary.tables[relation.table].period is not None
    reported = _reported(submission.tables[name], doubts.get(name, {}), dated=table.period is not None)
    due: dict[tuple[str, int | None], None] = {}
    possible: list[_Report] = []
    for reporter, year, surely in _members(name, relation, submission, doubts.get(relation.table, {})):
        when: Sequence[int | None] = years if table.period is not None else [None]
        if both:
            when = [] if told and surely and year not in {None, *years} else [year]
        for one in when:
            if (reporter, one) in reported:
                continue
            if surely and reporter is not None:
                due[reporter, one] = None
            else:
                possible.append((None, one))
    return list(due), possible


def _years(rows: TableRows) -> list[int | None]:
    period = rows.table.period
    return sorted({year for year in rows.rows[period].to_pylist() if year is not None}) if period else []


def _reported(rows: TableRows, doubts: Mapping[int, Doubt], *, dated: bool) -> set[_Report]:
    """Return who surely has a row, of which year."""
    table = rows.table
    who = rows.rows[table.reports].to_pylist()
    when = rows.rows[table.period].to_pylist() if dated and table.period else [None] * len(who)
    return {
        pair
        for position, pair in enumerate(zip(who, when, strict=True))
        if position not in doubts or doubts[position].there
    }


def _members(
    name: str, relation: Relation, submission: Submission, doubts: Mapping[int, Doubt]
) -> Iterator[tuple[str | None, int | None, bool]]:
    """Yield everybody on the roster, with the year, and whether it is known that they are on it."""
    rows, dictionary = submission.tables[relation.table], submission.dictionary
    column = dictionary.reporter_on(name, relation.name) or rows.table.reports
    who = rows.rows[column].to_pylist()
    when = rows.rows[rows.table.period].to_pylist() if rows.table.period else [None] * len(who)
    for position, member in enumerate(_truths(rows, relation)):
        doubt = doubts.get(position)
        if doubt is None:
            if member is not False:
                yield who[position], when[position], member is True
            continue
        period = rows.table.period
        year = None if period in doubt.columns else when[position]
        yield who[position] if doubt.there else None, year, doubt.there and relation.where is None


def _truths(rows: TableRows, relation: Relation) -> list[bool | None]:
    """Say of every row of a roster's table whether it is in the view; ``None`` where that is not known."""
    if relation.where is None:
        return [True] * len(rows)
    import duckdb  # noqa: PLC0415  # only a roster that is a view needs it

    with duckdb.connect(":memory:") as connection:
        connection.register(relation.table, rows.rows)
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        statement = f'SELECT ({relation.where}) FROM "{relation.table}"'  # noqa: S608  # the pack's own condition
        return [truth for (truth,) in connection.execute(statement).fetchall()]
