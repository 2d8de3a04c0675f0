"""Which row to ask for: where something unknown should stand, who hands it in, and why it is not known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edutargets.open_rows import Source, Why
from edutargets.set_aside import ROW_ADMITTED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from edutargets.expressions import Column
    from edutargets.open_statements import ToldRow
    from edutargets.set_aside import RejectedRow, SetAside
    from edutargets.tables import Dictionary

__all__ = ["Sources"]

_Named = tuple[tuple[str, str], ...]


class Sources:
    """Find the rows in which unknown cells should stand.

    Args:
        dictionary: The tables.
        aside: What was set aside or is missing, if anything.
    """

    def __init__(self, dictionary: Dictionary, aside: SetAside | None) -> None:
        self.dictionary = dictionary
        self.rejected: dict[str, list[RejectedRow]] = {}
        self.by_key: dict[tuple[str, _Named], RejectedRow] = {}
        for row in aside.rows if aside is not None else ():
            self.rejected.setdefault(row.table, []).append(row)
            self.by_key.setdefault((row.table, tuple(sorted(row.key))), row)
        self.marked = frozenset(aside.marks) if aside is not None else frozenset[str]()

    def of_row(self, table: str, told: ToldRow, columns: Sequence[str]) -> Source:
        """Return the row that was told itself.

        Args:
            table: Its table.
            told: What stands in it.
            columns: Its cells that are not known.
        """
        key = self.key(table, told.names)
        mark = self._mark(table, told)
        if mark:
            return Source(table, key, told.reporter, told.year, tuple(columns), "blank")
        found = self._rejected(table, key, told.reporter, there=mark is not None)
        why: Why = (
            "doubtful" if mark is None else "missing" if found and found.position is None else "rejected"
        )
        named = found.key if found is not None and len(found.key) > len(key) else key
        codes = found.codes if found is not None else ()
        return Source(table, named, told.reporter, told.year, tuple(columns), why, codes)

    def of_parent(self, cells: Sequence[Column], told: ToldRow, key: _Named) -> Source:
        """Return a row that is looked up.

        Args:
            cells: Its cells that are not known.
            told: The row that looks it up.
            key: The columns by which it is found, with their values.
        """
        table = cells[0].table
        declared = self.dictionary.tables[table]
        columns, known = tuple(cell.name for cell in cells), dict(key)
        found = self.by_key.get((table, key)) or self._rejected(table, key, "", there=True)
        year = int(known[declared.period]) if declared.period in known else None
        who = known.get(declared.reports, found.reporter if found is not None else "")
        mark = self._mark(table, told)
        why: Why = "blank" if mark else "not_found"
        if found is not None and not mark:
            why = "missing" if found.position is None else "rejected" if found.there else "doubtful"
        return Source(table, key, who, year, columns, why, found.codes if found is not None else ())

    def key(self, table: str, names: Mapping[str, object]) -> _Named:
        """Return the columns of a key with their values, as far as they are known."""
        found = ((name, names.get(name)) for name in self.dictionary.tables[table].key)
        return tuple((name, str(value)) for name, value in found if value is not None)

    def _mark(self, table: str, told: ToldRow) -> object:
        marks = (
            value for cell, value in told.cells.items() if (cell.table, cell.name) == (table, ROW_ADMITTED)
        )
        return next(marks, None) if table in self.marked else True

    def _rejected(self, table: str, key: _Named, reporter: str, *, there: bool) -> RejectedRow | None:
        """Return the row that was set aside under this name, or the only one that may be it."""
        exact = self.by_key.get((table, tuple(sorted(key))))
        if exact is not None:
            return exact
        possible = [
            row
            for row in self.rejected.get(table, ())
            if row.there == there
            and (not reporter or row.reporter == reporter)
            and all(dict(row.key).get(name, value) == value for name, value in key)
        ]
        return possible[0] if len(possible) == 1 else None
