"""What those who report are called and where they are: the roster, as it stands and as it stood in a year."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pyarrow as pa

    from edutargets.attainment import Attainment, Basis
    from edutargets.gate import AdmittedSubmission
    from edutargets.tables import Dictionary, Table
    from edutargets.wording import Language

__all__ = ["Roster", "roster_of"]

_NAMES = ("name", "title", "school_name")
_TOWN = "town"


class Roster:
    """What those who report are called and where they are, as far as the submission says.

    Args:
        dictionary: The tables there are.
        admitted: The data; without them only codes are known.
    """

    def __init__(
        self, dictionary: Dictionary, admitted: AdmittedSubmission | None, language: Language
    ) -> None:
        self.dictionary, self.admitted, self.language = dictionary, admitted, language
        self._known: dict[str, dict[str, tuple[str, str, str]]] = {}
        self._homes: dict[str, str | None] = {}
        self._places: dict[tuple[str, int | None], Mapping[str, tuple[str, str, str]]] = {}
        self._yearly: dict[str, dict[object, dict[str, tuple[str, str, str]]]] = {}

    def of_table(self, table: str) -> Mapping[str, tuple[str, str, str]]:
        """Return name, town key and town label of everybody who reports a table."""
        home = self._home(table)
        if home is None:
            return {}
        if home not in self._known:
            self._known[home] = self._read(*home.split("."))
        return self._known[home]

    def of_year(self, table: str, year: int) -> Mapping[str, tuple[str, str, str]] | None:
        """Return the same as it stood in one year; ``None`` where the roster has no years."""
        home = self._home(table)
        if home is None or self.dictionary.tables[home.split(".")[0]].period is None:
            return None
        self.of_table(table)
        return self._yearly[home].get(year, {})

    def places(self, table: str, year: int | None) -> Mapping[str, tuple[str, str, str]]:
        """Return the same as it stood in a year, and of those not listed then what is known of them."""
        if (table, year) not in self._places:
            then = self.of_year(table, year) if year is not None else None
            known = self.of_table(table)
            self._places[table, year] = {**known, **then} if then else known
        return self._places[table, year]

    def place(self, table: str, reporter: str, year: int | None) -> tuple[str, str, str] | None:
        """Return name, town key and town label of one who reports, in a year if the roster tells."""
        return self.places(table, year).get(reporter)

    def alike(self, tables: Iterable[str]) -> bool:
        """Whether those who report one table are those who report the others."""
        found = set(tables)
        homes = {self._home(table) for table in found}
        return len(found) == 1 or (len(homes) == 1 and None not in homes)

    def has_towns(self, table: str) -> bool:
        """Whether a table's rows can be laid at a town's door."""
        home = self._home(table)
        return home is not None and self._town(self.dictionary.tables[home.split(".")[0]]) is not None

    def _home(self, table: str) -> str | None:
        """Return the table and column that say more about who reports: the one referenced, or itself."""
        if table not in self._homes:
            self._homes[table] = self._found_home(table)
        return self._homes[table]

    def _found_home(self, table: str) -> str | None:
        declared = self.dictionary.tables[table]
        reference = declared.columns[declared.reports].references
        for home in (reference, f"{table}.{declared.reports}"):
            if home and (
                self._town(self.dictionary.tables[home.split(".")[0]])
                or self._name(self.dictionary.tables[home.split(".")[0]])
            ):
                return home
        return None

    def _town(self, table: Table) -> str | None:
        return _TOWN if _TOWN in table.columns and table.columns[_TOWN].type == "category" else None

    def _name(self, table: Table) -> str | None:
        return next((name for name in _NAMES if name in table.columns), None)

    def _read(self, table: str, code: str) -> dict[str, tuple[str, str, str]]:
        """Read the roster once; the latest year's name counts, and every year's is kept."""
        yearly = self._yearly[f"{table}.{code}"] = {}
        if self.admitted is None or table not in self.admitted.tables:
            return {}
        declared = self.dictionary.tables[table]
        name, town = self._name(declared), self._town(declared)
        rows: pa.Table = self.admitted.tables[table].rows
        if declared.period:
            columns = list(dict.fromkeys(one for one in (code, name, town, declared.period) if one))
            rows = rows.select(columns).sort_by(declared.period)
        blank = [None] * len(rows)
        cells = (rows[one].to_pylist() if one else blank for one in (code, name, town, declared.period))
        labels: dict[object, str] = {}
        found = {}
        for own, called, place, year in zip(*cells, strict=True):
            if place not in labels:
                labels[place] = self._label(declared, town, str(place or ""))
            entry = (self._label(declared, name, str(called or "")), str(place or ""), labels[place])
            found[str(own)] = entry
            if declared.period:
                yearly.setdefault(year, {})[str(own)] = entry
        return found

    def _label(self, table: Table, column: str | None, value: str) -> str:
        if column is None or value not in table.columns[column].values:
            return value
        label = table.columns[column].values[value]
        return label.in_language(self.language) or value


_ROSTERS: WeakKeyDictionary[Basis, dict[Language, Roster]] = WeakKeyDictionary()


def roster_of(attainment: Attainment, language: Language) -> Roster | None:
    """Return the names and towns of those who report; read once for all targets of a plan."""
    basis = attainment.basis
    if basis is None:
        return None
    known = _ROSTERS.setdefault(basis, {})
    if language not in known:
        known[language] = Roster(basis.pack.dictionary, basis.admitted, language)
    return known[language]
