"""A check's settings as pieces of SQL: names in quotes, exact numbers, the rows that are asked about."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING

from edutargets.errors import Fault, SuiteError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pydantic import JsonValue

    from edutargets.tables import Column, Dictionary, Table

__all__ = ["Asked", "first_of", "literal", "masked_sql", "others_of", "quoted", "text_literal"]

_WIDEST = 38
IDENTITY = "gb11643"
SHOWN = 5
"""How many others a note names: whoever was copied by a hundred reads five of them."""


def quoted(name: str) -> str:
    """Write a name so that it means itself, whatever it is called."""
    return '"' + name.replace('"', '""') + '"'


def literal(number: float | str) -> str:
    """Write a number of a suite exactly as it stands there: 0.1 is a tenth.

    Examples:
        >>> literal(0.1), literal(20), literal(1e-7)
        ('0.1', '20', '0.0000001')
    """
    return format(Decimal(str(number)), "f")


def text_literal(text: str) -> str:
    """Write a text as SQL has it."""
    return "'" + text.replace("'", "''") + "'"


@dataclass(frozen=True)
class Asked:
    """One check of this package on its table.

    Args:
        settings: What the suite says.
        name: The table.
        dictionary: All tables.
    """

    settings: Mapping[str, JsonValue]
    name: str
    dictionary: Dictionary

    @cached_property
    def table(self) -> Table:
        """The table as the data dictionary describes it."""
        return self.dictionary.tables[self.name]

    def text(self, setting: str, default: str = "") -> str:
        """Return a setting that is a word."""
        return str(self.settings.get(setting) or default)

    def names(self, setting: str) -> tuple[str, ...]:
        """Return a setting that is a list of names; nothing where it is left out."""
        found = self.settings.get(setting) or ()
        return tuple(str(name) for name in found) if isinstance(found, list | tuple) else ()

    def number(self, setting: str, default: float = 0) -> str:
        """Return a setting that is a number, as SQL."""
        found = self.settings.get(setting, default)
        return literal(found if isinstance(found, int | float) else default)

    def whole(self, setting: str, default: int) -> int:
        """Return a setting that is a whole number."""
        found = self.settings.get(setting, default)
        return found if isinstance(found, int) else default

    def flag(self, setting: str) -> bool:
        """Return a setting that is true or false; false where it is left out."""
        return self.settings.get(setting) is True

    @property
    def rows(self) -> str:
        """The rows that are asked about, as something to select from."""
        return _filtered("{batch}", self.text("where"))

    def relation(self, name: str, *conditions: str) -> str:
        """Return the rows of another table or view that fulfil conditions, as something to select from."""
        found = self.dictionary.relation(name, self.name)
        return _filtered(quoted(found.table), found.where or "", *conditions)

    @property
    def series(self) -> tuple[str, ...]:
        """The columns whose rows follow each other from period to period: those said, or the key."""
        return self.names("by") or tuple(name for name in self.table.key if name != self.table.period)

    @property
    def period(self) -> tuple[str, ...]:
        """The column that dates a row, as a list of none or one."""
        return (self.table.period,) if self.table.period else ()

    def links(self, setting: str, default: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
        """Return pairs of (column here, column there): ``"year"`` or ``"year = school_year"``."""
        written = [name.partition("=") for name in self.names(setting)]
        pairs = [(mine.strip(), theirs.strip() or mine.strip()) for mine, _, theirs in written]
        found = tuple(pairs) or tuple(default)
        if not found:
            raise SuiteError(Fault(self.name, f"`{setting}` does not say how the tables belong together"))
        return found

    def exact(self, column: str, among: Iterable[str] = (), table: str = "") -> str:
        """Return a number wide enough to be added up without rounding.

        Args:
            column: A column of numbers.
            among: Further columns with which it is compared, so that all have the same decimal places.
            table: The table of the column; this one if nothing is said.
        """
        described = self.dictionary.tables[table or self.name].columns
        scale = max((described[name].scale or 0 for name in (column, *among)), default=0)
        return f"CAST({quoted(column)} AS DECIMAL({_WIDEST}, {scale}))"

    def shown(self, column: str, prefix: str = "") -> str:
        """Return a value as it may stand in a note: of an identity number only its ends."""
        described: Column | None = self.table.columns.get(column)
        name = f"{prefix}{quoted(column)}"
        return masked_sql(name) if described is not None and described.checksum == IDENTITY else name


def masked_sql(text: str) -> str:
    """Return SQL that hides the middle of a number, whatever its length."""
    return (
        f"CASE WHEN length({text}) > 10 THEN left({text}, 6) || repeat('*', length({text}) - 8) || "
        f"right({text}, 2) ELSE repeat('*', length({text})) END"
    )


def first_of(value: str) -> str:
    """Return SQL for the first few different values of a group, in order: one more than is ever shown."""
    return f"list(DISTINCT {value} ORDER BY {value})[1:{SHOWN + 1}]"


def others_of(values: str, own: str) -> str:
    """Return SQL for what stands in a list beside a row's own value, as a text."""
    return f"array_to_string(list_filter({values}, lambda other: other <> {own})[1:{SHOWN}], ' ')"


def _filtered(source: str, *conditions: str) -> str:
    given = [f"(\n{condition}\n)" for condition in conditions if condition]
    # The conditions are the pack's own SQL; the connection that runs them reaches no file and no network.
    return f"(SELECT * FROM {source} WHERE {' AND '.join(given)})" if given else source  # noqa: S608
