"""From a row's position to what its sender sees: file, sheet, row, cell, school, key and value."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from itertools import groupby, repeat
from operator import attrgetter
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from edutargets.checks import Severity, Status
from edutargets.explained import mark_of
from edutargets.findings import Finding, Findings, masked, shown
from edutargets.shown_rows import ShownRows
from edutargets.sources import Bilingual

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from edutargets.checks import CheckOutcome
    from edutargets.submissions import TableRows

__all__ = ["RowFinder"]


class RowFinder:
    """Makes findings of one table: it knows where each row came from.

    Args:
        rows: The table as it was read.
    """

    def __init__(self, rows: TableRows) -> None:
        self._rows = rows
        self._faulty = self._positions_of_faults()
        self._absent = {(absent.column, absent.file, absent.sheet) for absent in rows.absent_columns}

    def _positions_of_faults(self) -> dict[tuple[str, str, int], int]:
        """Return the positions of the rows with cells that could not be read."""
        if not self._rows.faults:
            return {}
        numbers = pa.array(sorted({fault.row for fault in self._rows.faults}), pa.int64())
        near = pc.indices_nonzero(pc.is_in(self._rows.origin["row"], value_set=numbers))
        places = self._rows.origin.take(near).to_pylist()
        return {
            (str(place["file"]), str(place["sheet"] or ""), int(place["row"])): int(position)
            for place, position in zip(places, near.to_pylist(), strict=True)
        }

    def without_known(self, outcome: CheckOutcome) -> CheckOutcome:
        """Take away blanks that are none: cells that could not be read, and columns a file does not have.

        They are findings of their own already; without them a check for blanks may well have passed.
        """
        check = outcome.check
        if (
            outcome.status is not Status.FAILED
            or check.type != "expect_column_values_to_not_be_null"
            or not outcome.rows
        ):
            return outcome
        column = str(check.kwargs["column"])
        known = {
            self._faulty.get((fault.file, fault.sheet, fault.row))
            for fault in self._rows.faults
            if fault.column == column
        }
        if any(column == absent for absent, _, _ in self._absent):
            positions = [row for row in outcome.rows if row is not None]
            origin = self._rows.origin.take(pa.array(positions, pa.int64())).to_pylist()
            known |= {
                position
                for position, place in zip(positions, origin, strict=True)
                if (column, place["file"], place["sheet"] or "") in self._absent
            }
        left = tuple(row for row in outcome.rows if row not in known)
        return replace(outcome, rows=left) if left else replace(outcome, rows=(), status=Status.PASSED)

    def reading_faults(self) -> Iterator[Finding]:
        """Yield the cells that could not be read."""
        where = [self._faulty.get((fault.file, fault.sheet, fault.row)) for fault in self._rows.faults]
        known = [position for position in where if position is not None]
        rows = ShownRows(self._rows, np.array(known, np.int64))
        keys = dict(zip(known, (rows.keys[number] for number in rows.numbers_of(known)), strict=True))
        for fault, position in zip(self._rows.faults, where, strict=True):
            yield Finding(
                code=fault.rule,
                severity=Severity.CRITICAL,
                table=self._rows.name,
                says=Bilingual(zh=masked(fault.message.zh), en=masked(fault.message.en)),
                reporter=shown(fault.reporter),
                key=keys[position] if position is not None else (),
                position=position,
                file=fault.file,
                sheet=fault.sheet,
                row=fault.row,
                cell=fault.cell,
                column=fault.column,
                found=shown(fault.found),
            )

    def absent_columns(self) -> Iterator[Finding]:
        """Yield the columns that a file should have and does not."""
        for absent in self._rows.absent_columns:
            title = self._rows.table.columns[absent.column].title
            zh, en = title.in_language("zh") or absent.column, title.in_language("en") or absent.column
            yield Finding(
                code="absent-column",
                severity=Severity.CRITICAL,
                table=self._rows.name,
                says=Bilingual(zh=f"缺少“{zh}”一列", en=f"the column “{en}” is missing"),
                mend=Bilingual(zh=f"请补上标题为“{zh}”的一列", en=f"add a column with the heading “{en}”"),
                file=absent.file,
                sheet=absent.sheet,
                column=absent.column,
            )

    def reading_notes(self) -> Iterator[Finding]:
        """Yield the rows that were passed over, and what was read though a person does not see it."""
        for note in self._rows.notes:
            yield Finding(
                code=note.rule,
                severity=Severity.INFO,
                table=self._rows.name,
                says=note.message,
                file=note.file,
                sheet=note.sheet,
                row=note.row,
                cell=note.cell,
                found=shown(note.found),
            )

    def findings(self, outcomes: Sequence[CheckOutcome]) -> Findings:
        """Return all there is to say of the table, in the order of its files; made when somebody looks."""
        failed = [outcome for outcome in outcomes if outcome.status is Status.FAILED]
        faults, notes = len(self._rows.faults) + len(self._rows.absent_columns), len(self._rows.notes)
        severities = {outcome.check.severity for outcome in failed}
        severities |= {Severity.CRITICAL} if faults else set()
        severities |= {Severity.INFO} if notes else set()
        return Findings(
            partial(self._all, failed),
            faults + notes + sum(max(len(outcome.rows), 1) for outcome in failed),
            frozenset(severities),
        )

    def _all(self, failed: Sequence[CheckOutcome]) -> list[Finding]:
        with _nothing_to_collect():
            faults = [*self.reading_faults(), *self.absent_columns(), *self.reading_notes()]
            found = self.of_outcomes(failed)
            return sorted([*faults, *found], key=attrgetter("order")) if faults else found

    def of_outcomes(self, outcomes: Sequence[CheckOutcome]) -> list[Finding]:
        """Return a finding for each row that fails a check, or one for a table that fails as a whole."""
        failed = [outcome for outcome in outcomes if outcome.status is Status.FAILED]
        placed = [_positions(outcome) for outcome in failed]
        rows = ShownRows(self._rows, np.concatenate([np.empty(0, np.int64), *placed]))
        at_large = [finding for outcome in failed for finding in self._at_large(outcome)]
        found: list[Finding] = []
        ranks: list[NDArray[np.int64]] = []
        for outcome, positions in zip(failed, placed, strict=True):
            numbers = rows.numbers_of(positions)
            found += self._of_rows(outcome, numbers.tolist(), rows)
            ranks.append(rows.ranks[numbers])
        by_place = np.argsort(np.concatenate(ranks), kind="stable").tolist() if ranks else []
        in_order = _each_place_sorted([found[at] for at in by_place])
        return sorted([*at_large, *in_order], key=attrgetter("order")) if at_large else in_order

    def _of_rows(self, outcome: CheckOutcome, numbers: list[int], rows: ShownRows) -> Iterator[Finding]:
        """Yield the findings of a check in rows of the table, in the order of its outcome."""
        check, column = outcome.check, outcome.check.columns[0] if outcome.check.columns else ""
        notes = outcome.notes or repeat("")
        if not numbers:
            return
        found, cells, places = rows.found(check.columns), rows.cells(column), rows.places
        reporters, keys, positions = rows.reporters, rows.keys, outcome.rows
        for number, position, note in zip(numbers, positions, notes, strict=False):
            file, sheet, row = places[number]
            finding = Finding(
                code=check.code,
                severity=check.severity,
                table=self._rows.name,
                says=check.says,
                mend=check.mend,
                reporter=reporters[number],
                key=keys[number],
                position=position,
                file=file,
                sheet=sheet,
                row=row,
                cell=cells[number],
                column=column,
                found=shown(note) if note else found[number],
            )
            is_asked = check.severity is Severity.WARNING
            yield _marked(finding, rows.typed[number], note) if is_asked else finding

    def _at_large(self, outcome: CheckOutcome) -> Iterator[Finding]:
        """Yield what a check found that has no row in this table."""
        check = outcome.check
        notes = [note for row, note in zip(outcome.rows, outcome.notes, strict=False) if row is None]
        notes = notes or [""] * sum(row is None for row in outcome.rows)
        for note in notes if outcome.rows else [outcome.text]:
            finding = Finding(
                code=check.code,
                severity=check.severity,
                table=self._rows.name,
                says=check.says,
                mend=check.mend,
                column=check.columns[0] if check.columns else "",
                found=shown(note),
            )
            yield _marked(finding, {}, note) if check.severity is Severity.WARNING else finding


@contextmanager
def _nothing_to_collect() -> Iterator[None]:
    """Keep Python from looking for garbage again and again while nothing but findings are made."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _positions(outcome: CheckOutcome) -> NDArray[np.int64]:
    """Return the rows of an outcome that are in the table; those that are not come last in it."""
    return np.array([row for row in outcome.rows if row is not None], np.int64)


def _each_place_sorted(findings: list[Finding]) -> list[Finding]:
    """Sort what is found in one row by column and code; the rows are in order already."""
    by_row = groupby(findings, key=attrgetter("position"))
    groups = (list(group) for _, group in by_row)
    return [
        one
        for group in groups
        for one in (sorted(group, key=attrgetter("order")) if len(group) > 1 else group)
    ]


def _marked(finding: Finding, row: Mapping[str, object], note: str) -> Finding:
    """Give a warning its mark: what an explanation of it must carry."""
    key = ", ".join(f"{name}={value}" for name, value in finding.key)
    return replace(finding, mark=mark_of(finding.code, finding.table, finding.reporter, key, row, note))
