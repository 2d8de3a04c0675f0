"""From a row's position to what its sender sees: file, sheet, row, cell, school, key and value."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from edutargets.checks import Severity, Status
from edutargets.findings import Finding, masked, shown
from edutargets.sources import Bilingual

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from edutargets.checks import CheckOutcome
    from edutargets.submissions import TableRows

__all__ = ["RowFinder"]

_Row = dict[str, object]


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
        known = self._values([position for position in where if position is not None], ())
        for fault, position in zip(self._rows.faults, where, strict=True):
            yield Finding(
                code=fault.rule,
                severity=Severity.CRITICAL,
                table=self._rows.name,
                says=Bilingual(zh=masked(fault.message.zh), en=masked(fault.message.en)),
                reporter=shown(fault.reporter),
                key=self._key(known[position]) if position is not None else (),
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

    def of_outcomes(self, outcomes: Sequence[CheckOutcome]) -> Iterator[Finding]:
        """Yield one finding for each row that fails a check, or one for a table that fails as a whole."""
        failed = [outcome for outcome in outcomes if outcome.status is Status.FAILED]
        positions = {row for outcome in failed for row in outcome.rows if row is not None}
        columns = {name for outcome in failed for name in outcome.check.columns}
        values = self._values(sorted(positions), columns)
        for outcome in failed:
            notes = outcome.notes or ("",) * len(outcome.rows)
            for position, note in zip(outcome.rows, notes, strict=True):
                yield self._of_row(outcome, position, note, values)
            if not outcome.rows:
                yield self._of_row(outcome, None, outcome.text, values)

    def _of_row(
        self, outcome: CheckOutcome, position: int | None, note: str, values: dict[int, _Row]
    ) -> Finding:
        check = outcome.check
        whole = Finding(
            code=check.code,
            severity=check.severity,
            table=self._rows.name,
            says=check.says,
            mend=check.mend,
            column=check.columns[0] if check.columns else "",
            found=shown(note),
        )
        if position is None:
            return whole
        row = values[position]
        file, sheet = str(row[" file"] or ""), str(row[" sheet"] or "")
        number = row[" row"] if isinstance(row[" row"], int) else None
        several = [f"{name}={_plain(row[name])}" for name in check.columns]
        single = _plain(row[check.columns[0]]) if len(several) == 1 else ", ".join(several)
        return replace(
            whole,
            reporter=shown(row[self._rows.table.reports]),
            key=self._key(row),
            position=position,
            file=file,
            sheet=sheet,
            row=number,
            cell=self._cell(file, sheet, whole.column, number),
            found=shown(note or single),
        )

    def _cell(self, file: str, sheet: str, column: str, row: int | None) -> str:
        """Return the address of a cell, or nothing where its column has no letters."""
        letters = self._rows.columns_at.get((file, sheet), {}).get(column, "")
        return f"{letters}{row}" if letters and row is not None else ""

    def _key(self, row: _Row) -> tuple[tuple[str, str], ...]:
        return tuple((name, shown(row[name])) for name in self._rows.table.key)

    def _values(self, positions: Sequence[int], columns: Iterable[str]) -> dict[int, _Row]:
        """Return what is to be shown of some rows, fetched at once."""
        table = self._rows.table
        names = list(dict.fromkeys((*table.key, table.reports, *sorted(columns))))
        at = pa.array(positions, pa.int64())
        cells = self._rows.rows.select(names).take(at).to_pylist()
        places = self._rows.origin.take(at).to_pylist()
        return {
            position: {**row, **{f" {name}": value for name, value in place.items()}}
            for position, row, place in zip(positions, cells, places, strict=True)
        }


def _plain(value: object) -> object:
    return "" if value is None else value
