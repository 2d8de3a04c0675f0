"""What a failed critical check casts doubt on: cells of a row, its name, or that there is such a row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from edutargets.checks import Severity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from edutargets.checks import Check
    from edutargets.findings import TableReport
    from edutargets.submissions import TableRows
    from edutargets.tables import Dictionary, Table

__all__ = ["Doubt", "doubts_of", "links_of", "naming_columns"]

# These say that a row stands twice; what its cells say may well be right.
_REPEATS = frozenset({"expect_column_values_to_be_unique", "expect_compound_columns_to_be_unique"})
# Of this package's own kinds these speak of values in a row. All others, such as a query written by hand, may
# say that there should be no such row, so nobody knows whether there is one.
_OF_VALUES = frozenset(
    {
        "expect_rows",
        "expect_column_values_to_pass_checksum",
        "expect_readable_text",
        "expect_columns_to_add_up",
        "expect_column_to_match_child_rows",
        "expect_column_changes_to_stay_within",
        "expect_column_to_never_fall",
        "expect_column_to_never_change",
    }
)
_SETTINGS = ("column", "column_A", "column_B", "column_list", "total", "parts")


@dataclass(frozen=True, slots=True)
class Doubt:
    """What is in doubt of one row.

    Args:
        columns: The columns that critical checks name; a row of which one names it, may be another one.
        there: Whether it is known that there is such a row.
    """

    columns: frozenset[str]
    there: bool


def doubts_of(
    report: TableReport, rows: TableRows, dictionary: Dictionary, checks: Mapping[str, Check]
) -> dict[int, Doubt]:
    """Say what is in doubt of the rows in which something critical was found, by position.

    Args:
        report: What the gate found in the table.
        rows: The table as it was read.
        dictionary: All tables.
        checks: The checks by code.
    """
    named: dict[int, set[str]] = {}
    unsure: set[int] = set()
    known: dict[str, tuple[frozenset[str], bool]] = {}
    for finding in report.findings:
        if finding.severity is not Severity.CRITICAL or finding.position is None:
            continue
        columns, there = frozenset({finding.column}), True
        if finding.code in checks:
            if finding.code not in known:
                known[finding.code] = _of_check(checks[finding.code], report.table, dictionary)
            columns, there = known[finding.code]
        named.setdefault(finding.position, set()).update(columns)
        if not there:
            unsure.add(finding.position)
    naming = naming_columns(rows.table)
    blank = _blank_names(rows, named)
    return {
        position: Doubt(frozenset(columns), not (position in unsure or columns & naming or position in blank))
        for position, columns in sorted(named.items())
    }


def _of_check(check: Check, table: str, dictionary: Dictionary) -> tuple[frozenset[str], bool]:
    """Return the columns a failure casts doubt on, and whether there surely is such a row."""
    if check.type in _REPEATS:
        return frozenset(), False
    if check.is_own and check.type not in _OF_VALUES:
        return frozenset(check.columns or dictionary.tables[table].columns), False
    if check.type == "expect_rows":
        from edutargets.rule_columns import columns_of  # noqa: PLC0415  # sqlglot: see measures

        found = columns_of(check, table, dictionary)
        columns = frozenset(name for home, name in found if home == table)
        return columns or frozenset(dictionary.tables[table].columns), True
    written = [check.kwargs[name] for name in _SETTINGS if name in check.kwargs]
    names = [name for one in written for name in (one if isinstance(one, list) else [one])]
    own = {str(name).partition("=")[0].strip() for name in names}
    return frozenset({*check.about, *own}), True


def naming_columns(table: Table) -> frozenset[str]:
    """Return the columns that say which row it is: its key, who reports it, when, what it points to."""
    return frozenset(
        {*table.key, table.reports, *((table.period,) if table.period else ()), *links_of(table)}
    )


def links_of(table: Table) -> frozenset[str]:
    """Return the columns by which a row points to rows of other tables."""
    return frozenset(name for name, column in table.columns.items() if column.references)


def _blank_names(rows: TableRows, named: Mapping[int, set[str]]) -> frozenset[int]:
    """Return those of some rows of which the key, the reporter or the period is blank."""
    table = rows.table
    names = dict.fromkeys([*table.key, table.reports, *([table.period] if table.period else [])])
    cells = rows.rows.select(list(names)).take(sorted(named)).to_pylist() if named else []
    return frozenset(at for at, row in zip(sorted(named), cells, strict=True) if None in row.values())
