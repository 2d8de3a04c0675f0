"""Plant one fault in a sheet, and write down where it is and which check must find it."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from invented_district.files import Sheet

__all__ = ["Planted", "Planter", "number_in", "write_planted"]

Planted = dict[str, str]


def number_in(value: object) -> int:
    """Return the whole number that a cell holds."""
    return int(str(value))


@dataclass
class Planter:
    """Spoil cells and add rows, and write down what was done."""

    sheets: dict[str, Sheet]
    planted: list[Planted]

    def find(self, table: str, nth: int = 0, **wanted: object) -> int:
        """Return the position of the nth row with these values, as they are written."""
        rows = self.sheets[table].rows
        return [
            position
            for position, row in enumerate(rows)
            if all(row[key] == value for key, value in wanted.items())
        ][nth]

    def spoil(  # noqa: PLR0913  # a fault is these facts
        self, table: str, position: int, column: str, value: object, *, kind: str, code: str, says: str
    ) -> None:
        """Write something wrong into one cell."""
        self.sheets[table].rows[position][column] = value
        self.note(table, position, column, kind=kind, code=code, says=says)

    def add(  # noqa: PLR0913  # a fault is these facts
        self,
        table: str,
        like: int,
        column: str,
        changes: dict[str, object],
        *,
        kind: str,
        code: str,
        says: str,
    ) -> None:
        """Append a row that is like another one but for a few cells."""
        sheet = self.sheets[table]
        sheet.rows.append(sheet.rows[like] | changes)
        self.note(table, len(sheet.rows) - 1, column, kind=kind, code=code, says=says)

    def note(self, table: str, position: int, column: str, *, kind: str, code: str, says: str) -> None:
        """Write a fault down with its address."""
        sheet = self.sheets[table]
        place = {
            "file": sheet.file,
            "sheet": sheet.form.sheet,
            "row": str(position + 2),
            "column": column,
            "cell": sheet.address(position, column),
        }
        self._write(table, place, sheet.rows[position], kind=kind, code=code, says=says)

    def note_missing(self, table: str, row: Mapping[str, object], *, kind: str, code: str, says: str) -> None:
        """Write down that a row is missing: it has no address."""
        place = dict.fromkeys(("file", "sheet", "row", "column", "cell"), "")
        self._write(table, place, row, kind=kind, code=code, says=says)

    def _write(  # a fault is these facts
        self,
        table: str,
        place: Planted,
        row: Mapping[str, object],
        *,
        kind: str,
        code: str,
        says: str,
    ) -> None:
        number = f"F{len(self.planted) + 1:02d}"
        named = {"fault": number, "kind": kind, "table": table}
        who = str(row["institution_id"])
        self.planted.append({**named, **place, "code": code, "reporter": who, "says": says})


def write_planted(path: Path, planted: list[Planted]) -> None:
    """Write the list of the faults planted in a submission."""
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(planted[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(planted)
