"""Everybody's records in a year up to a day: what is surely done, and what may come on top of it."""

from __future__ import annotations

import re
from collections.abc import Mapping  # noqa: TC003  # a field of a dataclass
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from edutargets.engine import DuckDB, collect
from edutargets.expressions import ChildValue, Column, Node
from edutargets.list_statements import list_statement
from edutargets.rates import first_day, last_day
from edutargets.row_lists import RowList
from edutargets.unsure_rows import guarded_list

if TYPE_CHECKING:
    from collections.abc import Iterable

    from edutargets.attainment import Basis
    from edutargets.bound_measures import Measure
    from edutargets.row_lists import ListedRow

__all__ = ["Dating", "Records", "dating_of", "listed", "most_of_one"]

_TWELVE = 12
_NUMBER = re.compile(r"\D*(\d{1,2})\D*")


@dataclass(frozen=True, slots=True)
class Dating:
    """How the records of a table say when they were.

    Args:
        kind: ``day`` by a date column, ``month`` by a column with its number, ``none`` where neither tells.
        column: The column.
        several: Whether there are several dates, so that none of them tells.
        months: The number of each month, by what it is called in it, where that is a vocabulary (m09).
    """

    kind: Literal["day", "month", "none"]
    column: str = ""
    several: bool = False
    months: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))


def dating_of(table: str, basis: Basis) -> Dating:
    """Find the one date column of a table, or else its ``month``: from 1 to 12, or a vocabulary of such."""
    columns = basis.dictionary.tables[table].columns
    dates = [name for name, column in columns.items() if column.type == "date"]
    if len(dates) == 1:
        return Dating("day", dates[0])
    month = columns.get("month")
    if month is not None and month.type == "integer":
        return Dating("month", "month")
    numbers = (
        {name: int(found[1]) for name in month.values if (found := _NUMBER.fullmatch(name))} if month else {}
    )
    in_year = all(1 <= number <= _TWELVE for number in numbers.values())
    if month is not None and numbers and in_year and len(set(numbers.values())) == len(month.values):
        return Dating("month", "month", months=MappingProxyType(numbers))
    return Dating("none", several=len(dates) > 1)


def most_of_one(value: ChildValue, basis: Basis) -> Fraction | None:
    """Return the most that one record can hold; 1 where records are counted, nothing where nobody says."""
    operand = value.aggregate.operand
    if value.aggregate.kind == "count":
        return Fraction(1)
    if not isinstance(operand, Column):
        return None
    found = basis.dictionary.tables[operand.table].columns[operand.name].range
    return None if found is None else Fraction(found[1])


def listed(
    measure: Measure, value: ChildValue, dating: Dating, basis: Basis
) -> tuple[tuple[ListedRow, ...], tuple[ListedRow, ...]]:
    """Return the rows of those who owe, and of their records: who, when (where that is told), how much."""
    entities, child = measure.entities, value.aggregate
    assert entities is not None  # its caller looked
    scope, period = entities.relation.table, basis.dictionary.tables[child.table].period
    mine, theirs = next(pair for pair in value.link if pair[0] != period)
    columns: list[tuple[str, Node]] = [("code", Column(child.table, mine))]
    columns += [("when", Column(child.table, dating.column))] if dating.column else []
    amount = (("amount", child.operand),) if child.kind == "sum" and child.operand is not None else ()
    wanted = (
        RowList(scope, (("code", Column(scope, theirs)),), entities.where),
        RowList(child.table, (*columns, *amount), child.where),
    )
    aside = basis.admitted.set_aside
    marked = frozenset(aside.marks) if aside is not None else frozenset[str]()
    tables = basis.admitted.engine_tables()
    asked = tuple(guarded_list(rows, marked) for rows in wanted)
    statements = [list_statement(rows, basis.dictionary) for rows in asked]
    told = collect((), DuckDB(tables), frozenset(tables), None, statements).lists
    return told[asked[0]], told[asked[1]]


class Records:
    """Everybody's records of a year, up to a day.

    Args:
        rows: The records.
        day: The day.
        dating: How they say when they were.
        most: The most that one of them can hold.
        sums: Whether amounts are added up, not records counted.
    """

    def __init__(
        self, rows: Iterable[ListedRow], day: date, dating: Dating, most: Fraction | None, *, sums: bool
    ) -> None:
        self.day, self.dating, self.most, self.sums = day, dating, most, sums
        self.sure: dict[str | None, Fraction] = {}
        self.more: dict[str | None, Fraction | None] = {}
        self.known: set[str | None] = set()
        self._months: list[tuple[str | None, date, Fraction]] = []
        for row in rows:
            if row.year in {None, day.year}:
                self._take(row)

    def _take(self, row: ListedRow) -> None:
        """Count a record that was surely done by the day, and remember one that perhaps was."""
        code = None if row.values[0] is None else str(row.values[0])
        self.known |= {code} if row.sure else set()
        span = self._span(row)
        if span[0] > self.day:
            return
        amount: Fraction | None = Fraction(1)
        if self.sums:
            amount = None if row.values[-1] is None else Fraction(str(row.values[-1]))
        sure = row.sure if span[1] <= self.day and amount is not None else 0
        if sure and amount is not None:
            self.sure[code] = self.sure.get(code, Fraction(0)) + sure * amount
            self._months.append((code, first_day(span[0], "month"), sure * amount))
        maybe = row.sure + row.unsure - sure
        if maybe:
            self._perhaps(code, maybe, amount)

    def _span(self, row: ListedRow) -> tuple[date, date]:
        """Return the first and the last day on which a record can have been."""
        told = row.values[1] if self.dating.column else None
        if isinstance(told, date):
            return told, told
        if isinstance(told, str):
            told = self.dating.months.get(told)
        if self.dating.kind == "month" and isinstance(told, int) and 1 <= told <= _TWELVE:
            first = date(self.day.year, told, 1)
            return first, last_day(first, "month")
        return date(self.day.year, 1, 1), date(self.day.year, 12, 31)

    def _perhaps(self, code: str | None, maybe: int, amount: Fraction | None) -> None:
        most = amount if amount is not None else self.most
        before = self.more.get(code, Fraction(0))
        self.more[code] = None if most is None or before is None else before + maybe * max(most, Fraction(0))

    def of(self, code: str) -> tuple[Fraction, tuple[Fraction, Fraction | None]]:
        """Return what one has done, and between what it lies: a record of nobody may be its own."""
        done = self.sure.get(code, Fraction(0))
        extra = [self.more.get(one, Fraction(0)) for one in (code, None)]
        extra.append(self.sure.get(None, Fraction(0)))
        known = [one for one in extra if one is not None]
        return done, (done, done + sum(known, Fraction(0)) if len(known) == len(extra) else None)

    def by_month(self, codes: set[str]) -> Mapping[date, Fraction]:
        """Return what those of a group surely did in each month."""
        found: dict[date, Fraction] = {}
        for code, month, amount in self._months:
            if code in codes:
                found[month] = found.get(month, Fraction(0)) + amount
        return found
