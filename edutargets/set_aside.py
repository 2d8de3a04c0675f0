"""Rejected rows and missing reports on their way to the evaluation: as unknown, never as zero.

Of a row that was set aside, what names it stays: its key, who reports it, its period and what it points to,
as far as no critical check doubts them; every other cell counts as not known. Where one of those is in doubt,
or the row stands twice, it is not even known whether there is such a row: it is `doubtful`, and whatever is
counted may hold it or not.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from edutargets.checks import Severity
from edutargets.doubts import Doubt, doubts_of, links_of, naming_columns
from edutargets.missing_reports import Missing, is_missing_report, missing_from

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from fractions import Fraction

    from edutargets.findings import Finding, Language, TableReport
    from edutargets.submissions import Submission, TableRows
    from edutargets.tables import Dictionary, Table

__all__ = ["ROW_ADMITTED", "RejectedRow", "SetAside", "set_aside"]

ROW_ADMITTED = "row_admitted"
"""The hidden column of a table with such rows: false where one was set aside, empty where it is doubtful."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedRow:
    """A row that was set aside, or a report that is missing.

    Args:
        table: The table of the data dictionary.
        key: The columns that name the row with their values, as far as they could be read.
        reporter: Who handed it in, or should have; empty where that is not known.
        codes: The checks it fails.
        position: Its position in the table as it was read; none for a report that is missing.
        there: Whether it is known that there is such a row.
    """

    table: str
    key: tuple[tuple[str, str], ...]
    reporter: str
    codes: tuple[str, ...]
    position: int | None = None
    there: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class SetAside:
    """All that was set aside, and the tables without it.

    Args:
        rows: The rows, and the reports that are missing.
        tables: The rows that are surely there, by table; the cells of those set aside are empty.
        marks: For each of these rows whether it was admitted as it is, for the tables it concerns.
        doubtful: The rows of which it is not known whether there are such rows.
        incomplete: Who has not handed in a table, where no row can stand for what is missing.
        missed: The checks that found reports missing.
        titles: What the tables are called.
    """

    rows: tuple[RejectedRow, ...]
    tables: Mapping[str, TableRows] = field(repr=False)
    marks: Mapping[str, pa.Array] = field(repr=False)
    doubtful: Mapping[str, pa.Table] = field(repr=False)
    incomplete: Mapping[str, tuple[str, ...]]
    missed: frozenset[str] = frozenset()
    titles: Mapping[str, Mapping[str, str]] = field(repr=False, default_factory=dict)

    def covers(self, reports: Sequence[TableReport]) -> bool:
        """Whether everything critical in some reports was set aside; what was found later is not."""
        rows = {(row.table, row.position) for row in self.rows}
        grave = (report for report in reports if report.is_rejected)
        critical = (one for report in grave for one in report.findings if one.severity is Severity.CRITICAL)
        return all(
            one.code in self.missed if one.position is None else (one.table, one.position) in rows
            for one in critical
        )

    def engine_tables(self) -> dict[str, pa.Table]:
        """Return the rows as an engine counts them, doubtful ones too, with a column that marks them."""
        found = {name: table.rows for name, table in self.tables.items()}
        for name, marks in self.marks.items():
            sure = found[name].append_column(ROW_ADMITTED, marks)
            open_ones = self.doubtful[name]
            nobody = pa.nulls(len(open_ones), pa.bool_())
            found[name] = pa.concat_tables([sure, open_ones.append_column(ROW_ADMITTED, nobody)])
        return {name: rows.combine_chunks() for name, rows in found.items()}

    def sentence(self, language: Language) -> str:
        """Say how many rows were set aside, and of which tables."""
        rejected = [row.table for row in self.rows if row.position is not None]
        missing = [row.table for row in self.rows if row.position is None]
        missing += [name for name, who in self.incomplete.items() for _ in who]
        parts = []
        if rejected:
            zh, en = f"已剔除 {len(rejected):,} 行", f"{len(rejected):,} {_rows(len(rejected))} set aside"
            parts.append(f"{zh if language == 'zh' else en}{self._by_table(rejected, language)}")
        if missing:
            zh, en = f"缺报 {len(missing):,} 份", f"{len(missing):,} {_reports(len(missing))} missing"
            parts.append(f"{zh if language == 'zh' else en}{self._by_table(missing, language)}")
        if language == "zh":
            return f"{'，'.join(parts)}：按未知处理，可能因此改变结论的目标不作判定"
        return f"{' and '.join(parts)}: counted as unknown; no verdict where that could turn it"

    def _by_table(self, names: Sequence[str], language: Language) -> str:
        counts = {name: names.count(name) for name in dict.fromkeys(names)}
        told = [f"{self._title(name, language)} {count:,}" for name, count in counts.items()]
        return f"（{'、'.join(told)}）" if language == "zh" else f" ({', '.join(told)})"

    def _title(self, name: str, language: Language) -> str:
        return self.titles.get(name, {}).get(language) or name


def _rows(count: int) -> str:
    return "row" if count == 1 else "rows"


def _reports(count: int) -> str:
    return "report" if count == 1 else "reports"


def set_aside(submission: Submission, reports: Sequence[TableReport], share: Fraction) -> SetAside | None:
    """Set rows with critical findings aside; ``None`` where the submission has to go back as a whole.

    Args:
        submission: What was handed in.
        reports: What the gate found.
        share: Which share of a table's rows may be set aside.
    """
    critical = [one for report in reports for one in report.findings if one.severity is Severity.CRITICAL]
    checks = {outcome.check.code: outcome.check for report in reports for outcome in report.outcomes}
    lost = [one for one in critical if one.position is None]
    if not all(is_missing_report(one, checks) for one in lost):
        return None
    dictionary = submission.dictionary
    doubts = {
        report.table: doubts_of(report, submission.tables[report.table], dictionary, checks)
        for report in reports
        if report.table in submission.tables
    }
    missing = missing_from(submission, doubts, lost, checks)
    for name, rows in submission.tables.items():
        absent = len(missing[name].rows) + len(missing[name].unplaced)
        if len(doubts.get(name, ())) + absent > share * (len(rows) + absent):
            return None
    return _apart(submission, doubts, missing, critical)


def _apart(
    submission: Submission,
    doubts: Mapping[str, Mapping[int, Doubt]],
    missing: Mapping[str, Missing],
    critical: Sequence[Finding],
) -> SetAside:
    tables: dict[str, TableRows] = {}
    marks: dict[str, pa.Array] = {}
    doubtful: dict[str, pa.Table] = {}
    for name, rows in submission.tables.items():
        own, lacking = doubts.get(name, {}), missing[name]
        if not own and not lacking.rows and not lacking.possible:
            tables[name] = rows
            continue
        blanked = _blanked(rows, own, submission.dictionary)
        sure = np.array([position not in own or own[position].there for position in range(len(rows))], bool)
        whole = np.array([position not in own for position in range(len(rows))], bool)
        tables[name] = _with_missing(replace(rows, rows=blanked.filter(pa.array(sure))), sure, lacking)
        marks[name] = pa.array([*whole[sure].tolist(), *([False] * len(lacking.rows))], pa.bool_())
        possible = _standing(rows.table, blanked.schema, lacking.possible)
        doubtful[name] = pa.concat_tables([blanked.filter(pa.array(~sure)), possible])
    titles = {
        name: {"zh": table.title.in_language("zh"), "en": table.title.in_language("en")}
        for name, table in submission.dictionary.tables.items()
    }
    return SetAside(
        _rejected(submission, doubts, missing, critical),
        MappingProxyType(tables),
        MappingProxyType(marks),
        MappingProxyType(doubtful),
        MappingProxyType({name: one.unplaced for name, one in missing.items() if one.unplaced}),
        frozenset(one.code for one in critical if one.position is None),
        MappingProxyType(titles),
    )


def _rejected(
    submission: Submission,
    doubts: Mapping[str, Mapping[int, Doubt]],
    missing: Mapping[str, Missing],
    critical: Sequence[Finding],
) -> tuple[RejectedRow, ...]:
    found: dict[tuple[str, int], list[Finding]] = {}
    for one in critical:
        if one.position is not None:
            found.setdefault((one.table, one.position), []).append(one)
    rows = [
        RejectedRow(
            table=table,
            key=findings[0].key,
            reporter=findings[0].reporter,
            codes=tuple(dict.fromkeys(one.code for one in findings)),
            position=position,
            there=doubts[table][position].there,
        )
        for (table, position), findings in found.items()
    ]
    for name, lacking in missing.items():
        table = submission.dictionary.tables[name]
        for reporter, period in lacking.rows:
            dated = ((table.period, str(period)),) if table.period else ()
            key = ((table.reports, reporter), *dated)
            rows.append(RejectedRow(table=name, key=key, reporter=reporter, codes=lacking.codes))
    return tuple(rows)


# cells ---------------------------------------------------------------------------------------------


def _blanked(rows: TableRows, doubts: Mapping[int, Doubt], dictionary: Dictionary) -> pa.Table:
    """Empty the cells that are not known; a doubtful row is no longer found by what points to it."""
    kept = naming_columns(rows.table)
    looked_up = _looked_up(rows.name, dictionary)
    known = rows.rows
    for at, name in enumerate(known.column_names):
        blank = np.zeros(len(rows), bool)
        for position, doubt in doubts.items():
            stays = kept if doubt.there else kept - looked_up - doubt.columns - _only_key(rows.table)
            blank[position] = name not in stays
        if blank.any():
            empty = pa.scalar(None, known.schema.field(name).type)
            known = known.set_column(at, name, pc.if_else(pa.array(blank), empty, known.column(name)))
    return known


def _only_key(table: Table) -> frozenset[str]:
    """Return the columns of the key that say neither who, nor when, nor what a row points to."""
    return frozenset(table.key) - {table.reports, table.period} - links_of(table)


def _looked_up(name: str, dictionary: Dictionary) -> frozenset[str]:
    """Return the columns by which other tables find rows of this one."""
    references = [
        column.references.partition(".")
        for table in dictionary.tables.values()
        for column in table.columns.values()
        if column.references
    ]
    return frozenset(column for table, _, column in references if table == name)


# reports that are missing --------------------------------------------------------------------------


def _with_missing(
    rows: TableRows, sure: np.ndarray[tuple[int], np.dtype[np.bool_]], lacking: Missing
) -> TableRows:
    """Put a row of empty cells for each report that is missing."""
    origin = rows.origin.filter(pa.array(sure))
    if not lacking.rows:
        return replace(rows, origin=origin)
    nowhere = pa.table(
        {name: pa.nulls(len(lacking.rows), origin.schema.field(name).type) for name in origin.column_names}
    )
    standing = _standing(rows.table, rows.rows.schema, lacking.rows)
    return replace(
        rows,
        rows=pa.concat_tables([rows.rows, standing]).combine_chunks(),
        origin=pa.concat_tables([origin, nowhere]).combine_chunks(),
    )


def _standing(table: Table, schema: pa.Schema, missing: Sequence[tuple[str | None, int | None]]) -> pa.Table:
    """Return rows of which nothing is known but who should have reported, and when."""
    columns = {one.name: pa.nulls(len(missing), one.type) for one in schema}
    columns[table.reports] = pa.array([who for who, _ in missing], schema.field(table.reports).type)
    if table.period:
        columns[table.period] = pa.array([when for _, when in missing], schema.field(table.period).type)
    return pa.table(columns, schema=schema)
