"""What the gate may ask of one school's tables alone, and what has to wait until all have submitted.

A school is returned only for what is certainly wrong in its own rows. A rule that the rows of others could
turn is put as a question; it is asked again, in earnest, when the round is gated as a whole.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

import pyarrow as pa
import pyarrow.compute as pc

from edutargets.checks import Check, CheckOutcome, Severity, Status
from edutargets.part_queries import is_certain, tables_of
from edutargets.sources import Bilingual

if TYPE_CHECKING:
    from collections.abc import Iterable

    from edutargets.submissions import TableRows
    from edutargets.tables import Dictionary

__all__ = ["OTHER_SCHOOL", "BureauPart", "Part", "SchoolPart", "differing_rows", "foreign_rows"]

OTHER_SCHOOL = Check(
    code="other-school",
    type="own_part",
    says=Bilingual(zh="这一行属于别的单位", en="this row belongs to another school"),
    mend=Bilingual(
        zh="请只报送本单位的数据，并核对单位代码", en="hand in your own rows only, and check the code"
    ),
)
_DIFFERS = Check(
    code="roster-differs",
    type="own_part",
    says=Bilingual(zh="与主管部门掌握的名录不一致", en="this is not what the bureau's own table says"),
    mend=Bilingual(
        zh="本表由主管部门维护：请按名录改正，或向主管部门申请更正名录",
        en="the bureau keeps this table: write what it says there, or ask the bureau to correct it",
    ),
)
_WAITS = Bilingual(zh="（待全部单位报送后再核定）", en=" (to be settled once all have submitted)")
_OF_THE_WHOLE = re.compile(
    r"expect_(table_row_count|column_(mean|median|sum|stdev|unique_value_count|proportion)|"
    r"column_distinct_values_to_(contain|equal))\w*"
)
_OVER_TABLES = frozenset(
    {"expect_no_rows", "expect_everyone_to_report", "expect_column_to_match_child_rows"},
)
_AMONG_PEERS = frozenset({"expect_column_values_in_usual_unit", "expect_no_heaping"})


class Part(Protocol):
    """A part of a round that is gated before the others are there."""

    def asked(self, table: str, checks: Iterable[Check]) -> tuple[Check, ...]:
        """Return the checks that this part can be asked, some of them as mere questions."""

    def own(self, rows: TableRows, outcome: CheckOutcome) -> CheckOutcome:
        """Return what of an outcome concerns this part."""


@dataclass(frozen=True, slots=True)
class BureauPart:
    """The bureau's own tables, before any school has submitted: only what they say by themselves is asked.

    Args:
        dictionary: The tables there are.
        given: The bureau's tables.
    """

    dictionary: Dictionary
    given: frozenset[str]

    def asked(self, table: str, checks: Iterable[Check]) -> tuple[Check, ...]:
        """Return the checks that look into no table of the schools."""
        return tuple(check for check in checks if self._tables(table, check) <= self.given)

    def own(self, rows: TableRows, outcome: CheckOutcome) -> CheckOutcome:
        """Return the outcome as it is."""
        del rows
        return outcome

    def _tables(self, table: str, check: Check) -> frozenset[str]:
        if check.type == "expect_no_rows":
            return tables_of(str(check.kwargs["query"]))
        if check.type == "expect_references_to_exist":
            return frozenset({_referenced(self.dictionary, table, check)})
        others = {str(check.kwargs[name]) for name in ("child", "roster") if name in check.kwargs}
        return frozenset(self.dictionary.relation(name).table for name in others)


@dataclass(frozen=True, slots=True)
class SchoolPart:
    """One school's tables, gated together with the bureau's.

    Args:
        reporter: The school's code.
        dictionary: The tables there are.
        given: The bureau's tables, which are there as a whole.
    """

    reporter: str
    dictionary: Dictionary
    given: frozenset[str]

    def asked(self, table: str, checks: Iterable[Check]) -> tuple[Check, ...]:
        """Return the checks of a table: those of others' rows as questions, those of totals not at all.

        The bureau's tables have been checked before; of them only what concerns several tables is asked.
        """
        kept = [check for check in checks if not _OF_THE_WHOLE.fullmatch(check.type)]
        if table in self.given:
            kept = [check for check in kept if check.type in _OVER_TABLES]
        return tuple(check if self._is_certain(table, check) else _question(check) for check in kept)

    def own(self, rows: TableRows, outcome: CheckOutcome) -> CheckOutcome:
        """Return what of an outcome is about this school; nothing else is its to mend."""
        if outcome.status is not Status.FAILED:
            return outcome
        given = rows.name in self.given
        if not outcome.rows:
            return replace(outcome, status=Status.PASSED, text="") if given else outcome
        notes = outcome.notes or ("",) * len(outcome.rows)
        places = [row for row in outcome.rows if row is not None]
        who = rows.rows[rows.table.reports].take(pa.array(places, pa.int64())).to_pylist()
        reporter = dict(zip(places, who, strict=True))
        kept = [
            (row, note)
            for row, note in zip(outcome.rows, notes, strict=True)
            if self._is_own(rows, reporter.get(row) if row is not None else self._noted(rows, note))
        ]
        if not kept:
            return replace(outcome, rows=(), notes=(), status=Status.PASSED)
        return replace(
            outcome,
            rows=tuple(row for row, _ in kept),
            notes=tuple(note for _, note in kept) if outcome.notes else (),
        )

    def _is_own(self, rows: TableRows, reporter: str | None) -> bool:
        """Whether something is this school's; a row of its own file that names nobody is."""
        return rows.name not in self.given if reporter is None else str(reporter) == self.reporter

    def _noted(self, rows: TableRows, note: str) -> str | None:
        """Return whom a note names, for what has no row."""
        columns = {rows.table.reports, *(self.dictionary.tables[name].reports for name in self.given)}
        found = re.search(rf"(?:^|, )(?:{'|'.join(map(re.escape, sorted(columns)))})=([^,]*)", note)
        return found[1] if found else None

    def _is_certain(self, table: str, check: Check) -> bool:
        """Whether what a check finds in this part would be found among all rows too."""
        kwargs = check.kwargs
        if check.severity is Severity.INFO:
            return True
        if kwargs.get("mostly") not in {None, 1} or check.type in _AMONG_PEERS:
            return False
        if check.type == "expect_no_rows":
            reporters = {name: one.reports for name, one in self.dictionary.tables.items()}
            return is_certain(str(kwargs["query"]), table, reporters, self.given)
        if check.type == "expect_rows":
            return "select" not in str(kwargs["predicate"]).lower()
        if check.type == "expect_references_to_exist":
            return _referenced(self.dictionary, table, check) in self.given
        if check.type == "expect_column_to_match_child_rows":
            return self._joined_by_school(table, check)
        return True

    def _joined_by_school(self, table: str, check: Check) -> bool:
        """Whether rows are held against the same school's rows of another table."""
        child = self.dictionary.relation(str(check.kwargs["child"])).table
        mine, theirs = self.dictionary.tables[table].reports, self.dictionary.tables[child].reports
        on = check.kwargs.get("on")
        if not isinstance(on, list):
            return (theirs, mine) in (self.dictionary.parent(child, table) or ())
        links = [str(link).partition("=") for link in on]
        return (mine, theirs) in {(left.strip(), right.strip() or left.strip()) for left, _, right in links}


def _referenced(dictionary: Dictionary, table: str, check: Check) -> str:
    """Return the table that a column points to."""
    column = dictionary.tables[table].columns[str(check.kwargs["column"])]
    written = str(check.kwargs.get("references") or column.references or "")
    return dictionary.relation(written.partition(".")[0]).table


def _question(check: Check) -> Check:
    """Put a check as a question, which returns nobody."""
    says = Bilingual(zh=f"{check.says.zh}{_WAITS.zh}", en=f"{check.says.en}{_WAITS.en}")
    return replace(check, severity=Severity.INFO, says=says)


def foreign_rows(rows: TableRows, reporter: str) -> CheckOutcome:
    """Find the rows of a school's file that belong to another school."""
    column = rows.rows[rows.table.reports]
    foreign = pc.indices_nonzero(
        pc.fill_null(pc.not_equal(column, pa.scalar(reporter, column.type)), pa.scalar(value=False))
    )
    check = replace(OTHER_SCHOOL, about=(rows.table.reports,))
    places = tuple(foreign.to_pylist())
    return CheckOutcome(check, Status.FAILED if places else Status.PASSED, places)


def differing_rows(rows: TableRows, given: TableRows) -> CheckOutcome:
    """Find the rows of a bureau's table that came back otherwise than the bureau has them."""
    names = [name for name in rows.rows.column_names if rows.rows[name].null_count < len(rows)]
    known = {tuple(row.values()) for row in given.rows.select(names).to_pylist()}
    found = rows.rows.select(names).to_pylist()
    places = tuple(at for at, row in enumerate(found) if tuple(row.values()) not in known)
    check = replace(_DIFFERS, about=rows.table.key)
    return CheckOutcome(check, Status.FAILED if places else Status.PASSED, places)
