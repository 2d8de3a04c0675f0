"""Plant one fault in a sheet, and write down where it is and which check must find it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from invented_district.files import Sheet

__all__ = ["Planted", "Planter", "number_in"]

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
        reporter = sheet.rows[position]["institution_id"]
        self.planted.append(
            {
                "fault": f"F{len(self.planted) + 1:02d}",
                "kind": kind,
                "table": table,
                "file": sheet.file,
                "sheet": sheet.form.sheet,
                "row": str(position + 2),
                "column": column,
                "cell": sheet.address(position, column),
                "code": code,
                "reporter": str(reporter),
                "says": says,
            }
        )
