"""What an engine hands back: exact columns for each who reports, and the totals of some years of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING

from edutargets.row_lists import ListedRow, RowList, distinct_list

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from edutargets.expressions import Aggregate

__all__ = ["Cell", "Statistics", "TableColumns"]

_NOTHING = Fraction(0)
_DIGITS = 200
"""More digits than any sum of 38-digit decimals has, so that adding them never rounds."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What was found of one aggregate, for one who reports or for many together.

    Args:
        value: The count, sum, smallest or largest value; ``None`` where there was nothing.
        known: How many values it is made of.
        unsure: Rows of which it is not known whether they belong to it.
        blank: Rows that belong to it and have no value.
        step: The sum of the steps its values were rounded to; of an extreme, the largest of them.
    """

    value: Fraction | None = None
    known: int = 0
    unsure: int = 0
    blank: int = 0
    step: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class TableColumns:
    """The rows of one statement: who reports, the year, and a column for each thing counted or added.

    Args:
        reporters: Who reports, one for each row.
        years: The year of each row; ``None`` where the table has none.
        columns: Exact integers and decimals, by the name of their column.
    """

    reporters: Sequence[str]
    years: Sequence[int | None]
    columns: Mapping[str, Sequence[int | Decimal | None]]
    _chosen: dict[tuple[int, ...] | None, tuple[int, ...]] = field(default_factory=dict, repr=False)

    def at(self, years: Sequence[int] | None) -> tuple[int, ...]:
        """Return the positions of the rows of some years; rows without a year belong to all."""
        key = None if years is None else tuple(years)
        if key not in self._chosen:
            wanted = None if key is None else {*key, None}
            self._chosen[key] = tuple(
                position for position, year in enumerate(self.years) if wanted is None or year in wanted
            )
        return self._chosen[key]

    def column(self, name: str, rows: Sequence[int]) -> list[int | Decimal]:
        """Return what is known in some rows of a column; nothing for a column that was not needed."""
        if not name:
            return []
        column = self.columns[name]
        if len(rows) == 1:
            value = column[rows[0]]
            return [] if value is None else [value]
        return [value for value in (column[row] for row in rows) if value is not None]


@dataclass(frozen=True, slots=True)
class Statistics:
    """The exact columns of all tables.

    Args:
        tables: The columns that came back, by table.
        names: The columns of each aggregate: value, how many, unsure rows, blank cells, rounding step.
        lists: What was told row by row.
    """

    tables: Mapping[str, TableColumns]
    names: Mapping[Aggregate, tuple[str, ...]]
    lists: Mapping[RowList, tuple[ListedRow, ...]] = field(default_factory=lambda: MappingProxyType({}))
    _totals: dict[tuple[Aggregate, tuple[int, ...] | None], Cell] = field(
        default_factory=dict, repr=False, compare=False
    )
    _cells: dict[tuple[Aggregate, tuple[int, ...] | None], dict[str, Cell]] = field(
        default_factory=dict, repr=False, compare=False
    )

    def __contains__(self, aggregate: Aggregate) -> bool:
        if aggregate.kind == "distinct":
            return distinct_list(aggregate) in self.lists
        return aggregate in self.names

    def listed(self, rows: RowList, years: Sequence[int] | None) -> tuple[ListedRow, ...]:
        """Return the rows of some years; rows without a year belong to all."""
        found = self.lists.get(rows, ())
        return (
            found if years is None else tuple(one for one in found if one.year is None or one.year in years)
        )

    def years(self, table: str) -> tuple[int, ...] | None:
        """Return the years of which a table has rows; ``None`` where it has no years."""
        found = set(self.tables[table].years) if table in self.tables else set()
        if None in found:
            return None
        return tuple(sorted(year for year in found if year is not None))

    def reporters(self, table: str) -> tuple[str, ...]:
        """Return everybody who handed in rows of a table."""
        return tuple(sorted(set(self.tables[table].reporters))) if table in self.tables else ()

    def total(
        self, aggregate: Aggregate, years: Sequence[int] | None, reporters: frozenset[str] | None = None
    ) -> Cell:
        """Return an aggregate over some years, of everybody or of some who report."""
        if aggregate.kind == "distinct":
            found = self.listed(distinct_list(aggregate), years)
            return _once_each([one for one in found if reporters is None or one.reporter in reporters])
        if aggregate.table not in self.tables:
            return Cell()
        table = self.tables[aggregate.table]
        rows = table.at(years)
        if reporters is not None:
            own = tuple(row for row in rows if table.reporters[row] in reporters)
            return self._cell(aggregate, table, own)
        key = (aggregate, None if years is None else tuple(years))
        if key not in self._totals:
            self._totals[key] = self._cell(aggregate, table, rows)
        return self._totals[key]

    def is_open(self, aggregate: Aggregate) -> bool:
        """Whether something is unknown of a count, sum or mean, in any year."""
        if aggregate not in self.names or aggregate.table not in self.tables:
            return False
        _, _, unsure, blank, _ = self.names[aggregate]
        columns = self.tables[aggregate.table].columns
        return any(any(columns[name]) for name in (unsure, blank) if name)

    def by_reporter(self, aggregate: Aggregate, years: Sequence[int] | None) -> Mapping[str, Cell]:
        """Return an aggregate over some years, for each who reports; what is distinct may overlap."""
        key = (aggregate, None if years is None else tuple(years))
        if key not in self._cells:
            self._cells[key] = self._by_reporter(aggregate, years)
        return self._cells[key]

    def _by_reporter(self, aggregate: Aggregate, years: Sequence[int] | None) -> dict[str, Cell]:
        if aggregate.kind == "distinct":
            alike: dict[str, list[ListedRow]] = {}
            for one in self.listed(distinct_list(aggregate), years):
                alike.setdefault(one.reporter, []).append(one)
            return {reporter: _once_each(own) for reporter, own in alike.items()}
        if aggregate.table not in self.tables:
            return {}
        table, at = self.tables[aggregate.table], self.tables[aggregate.table].at(years)
        kind, names = aggregate.kind, self.names[aggregate]
        reporters = [table.reporters[row] for row in at]
        if len(set(reporters)) == len(reporters):
            return dict(zip(reporters, _single_cells(names, table, at), strict=True))
        rows: dict[str, list[int]] = {}
        for reporter, row in zip(reporters, at, strict=True):
            rows.setdefault(reporter, []).append(row)
        return {reporter: _cell(kind, names, table, own) for reporter, own in rows.items()}

    def _cell(self, aggregate: Aggregate, table: TableColumns, rows: Sequence[int]) -> Cell:
        return _cell(aggregate.kind, self.names[aggregate], table, rows)


def _single_cells(names: Sequence[str], table: TableColumns, at: Sequence[int]) -> Iterator[Cell]:
    """Yield what stands in single rows: nothing has to be added up."""
    blank: Sequence[None] = [None] * len(table.reporters)
    value, known, unsure, empty, step = (table.columns[name] if name else blank for name in names)
    for row in at:
        found, rounding = value[row], step[row]
        yield Cell(
            None if found is None else Fraction(found),
            int(known[row] or 0),
            int(unsure[row] or 0),
            int(empty[row] or 0),
            _NOTHING if rounding is None else Fraction(rounding),
        )


def _cell(kind: str, names: Sequence[str], table: TableColumns, rows: Sequence[int]) -> Cell:
    """Put some rows of a table's columns together."""
    value, known, unsure, blank, step = names
    found = table.column(value, rows)
    joined = {"min": _least, "max": _most}.get(kind, _added)(found) if found else None
    steps = table.column(step, rows)
    return Cell(
        joined,
        _counted(table.column(known, rows)),
        _counted(table.column(unsure, rows)),
        _counted(table.column(blank, rows)),
        _NOTHING if not steps else _most(steps) if kind in {"min", "max"} else _added(steps),
    )


def _once_each(rows: Sequence[ListedRow]) -> Cell:
    """Count each value once; a row without a value may be somebody new, or somebody already counted."""
    sure = {row.values[0] for row in rows if row.sure and row.values[0] is not None}
    unsure = {row.values[0] for row in rows if row.unsure and row.values[0] is not None} - sure
    blank = [row for row in rows if row.values[0] is None]
    number = Fraction(len(sure))
    return Cell(number, len(sure), len(unsure), sum(row.sure + row.unsure for row in blank))


def _added(values: Sequence[int | Decimal]) -> Fraction:
    if len(values) == 1:
        return Fraction(values[0])
    with localcontext() as context:
        context.prec = _DIGITS
        return Fraction(sum(values))


def _counted(values: Sequence[int | Decimal]) -> int:
    return int(values[0]) if len(values) == 1 else int(_added(values)) if values else 0


def _least(values: Sequence[int | Decimal]) -> Fraction:
    return Fraction(min(values))


def _most(values: Sequence[int | Decimal]) -> Fraction:
    return Fraction(max(values))
