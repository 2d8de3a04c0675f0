"""The admitted tables once something was changed in them: cells raised, rows added or taken away.

Nothing here touches what was handed in: a trial works on a copy, and says so when it is evaluated.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING

import pyarrow as pa

from edutargets.engine import DuckDB
from edutargets.errors import EvaluationError, Fault
from edutargets.expressions import (
    Case,
    Column,
    Compare,
    Day,
    Flag,
    IsIn,
    IsNull,
    Logic,
    Negated,
    Node,
    Number,
    Text,
    walk,
)
from edutargets.list_statements import list_statement
from edutargets.row_lists import RowList
from edutargets.set_aside import ROW_ADMITTED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from edutargets.gate import AdmittedSubmission
    from edutargets.tables import Dictionary

__all__ = ["FILLED", "CannotTryError", "TrialTables", "fulfilling", "sample_of"]

_POSITION = "row_position"
FILLED = object()
"""Stands for any value: the condition only asks that there is one."""
Cells = dict[str, object]


class CannotTryError(EvaluationError):
    """A need that cannot be carried out by itself, e.g. as no row shows what a new one looks like."""

    def __init__(self, found: str) -> None:
        super().__init__(
            Fault("trial", found, "a need that changes rows which the data show", "", "no-trial")
        )


class TrialTables:
    """A copy of the admitted tables that can be changed.

    Rows keep their position: those added stand behind the others, those taken away leave with ``changed``.

    Args:
        admitted: What the gate let through.
        dictionary: The tables there are.
    """

    def __init__(self, admitted: AdmittedSubmission, dictionary: Dictionary) -> None:
        self.admitted, self.dictionary = admitted, dictionary
        self._cells: dict[str, dict[int, Cells]] = {}
        self._added: dict[str, list[Cells]] = {}
        self._gone: dict[str, set[int]] = {}
        self._keys: dict[tuple[str, tuple[str, ...]], dict[tuple[str, ...], int]] = {}
        self._engine: DuckDB | None = None

    def size(self, table: str) -> int:
        """Return how many rows of a table were admitted."""
        return len(self._base(table))

    def _base(self, table: str) -> pa.Table:
        if table not in self.admitted.tables:
            message = f"the table {table} was not handed in"
            raise CannotTryError(message)
        return self.admitted.tables[table].rows

    def where(
        self, table: str, condition: Node | None, years: Iterable[int] | None = None, *, holds: bool = True
    ) -> list[int]:
        """Return where rows stand for which a condition surely held, or surely did not, before any change."""
        if condition is None and not holds:
            return []
        node = condition if holds or condition is None else Negated(condition)
        told = RowList(table, ((_POSITION, Column(table, _POSITION)),), node)
        sql = list_statement(told, self.dictionary).sql
        period = self.dictionary.tables[table].period
        wanted = None if years is None or period is None else frozenset(years)
        return sorted(
            int(str(position))
            for _, year, position, sure, _ in self._run(sql)
            if sure and (wanted is None or year is None or int(str(year)) in wanted)
        )

    def _run(self, sql: str) -> list[tuple[object, ...]]:
        if self._engine is None:
            numbered = {
                name: one.rows.append_column(_POSITION, pa.array(range(len(one.rows)), pa.int64()))
                for name, one in self.admitted.tables.items()
            }
            self._engine = DuckDB(numbered)
        return self._engine.run(sql)

    # cells

    def value(self, table: str, position: int, column: str) -> object:
        """Return a cell as it stands now."""
        base = self._base(table)
        if position >= len(base):
            return self._added[table][position - len(base)][column]
        changed = self._cells.get(table, {}).get(position, {})
        return changed[column] if column in changed else base[column][position].as_py()

    def number(self, table: str, position: int, column: str) -> Fraction | None:
        """Return a number of a row; ``None`` where it is blank."""
        found = self.value(table, position, column)
        return Fraction(found) if isinstance(found, int | Decimal) else None

    def put(self, table: str, position: int, cells: Mapping[str, object]) -> None:
        """Write cells into a row; a fraction becomes what its column holds."""
        columns = self.dictionary.tables[table].columns
        typed = {
            name: _typed(cell, whole=columns[name].type == "integer") if isinstance(cell, Fraction) else cell
            for name, cell in cells.items()
        }
        size = self.size(table)
        if position >= size:
            self._added[table][position - size] |= typed
        else:
            self._cells.setdefault(table, {}).setdefault(position, {}).update(typed)

    # rows

    def position_of(self, table: str, key: Sequence[tuple[str, object]]) -> int:
        """Return the row with some values, held against each other as text."""
        names = tuple(name for name, _ in key)
        if (table, names) not in self._keys:
            columns = [map(str, self._base(table)[name].to_pylist()) for name in names]
            self._keys[table, names] = {one: at for at, one in enumerate(zip(*columns, strict=True))}
        found = self._keys[table, names].get(tuple(str(value) for _, value in key))
        if found is None:
            message = f"{table} has no row {dict(key)}"
            raise CannotTryError(message)
        return found

    def add_like(self, table: str, position: int, cells: Mapping[str, object]) -> int:
        """Add a copy of a row with other cells and a key of its own; return where it stands."""
        declared, added = self.dictionary.tables[table], self._added.setdefault(table, [])
        names = self._base(table).column_names
        row = {**{name: self.value(table, position, name) for name in names}, **cells}
        own = (name for name in declared.key if name not in cells and name != declared.period)
        free = [name for name in own if declared.columns[name].type in {"code", "text"}]
        if free:
            row[free[0]] = f"trial-{len(added) + 1}"
        added.append(row)
        return self.size(table) + len(added) - 1

    def take(self, table: str, positions: Iterable[int]) -> None:
        """Take rows away."""
        self._gone.setdefault(table, set()).update(positions)

    def gone(self, table: str) -> frozenset[int]:
        """Return where rows stood that were taken away."""
        return frozenset(self._gone.get(table, ()))

    def fulfil(self, table: str, position: int, condition: Node | None, model: int | None) -> None:
        """Change the cells of a row so that a condition holds: as they are in another row, or as it says."""
        if condition is None:
            return
        if model is not None:
            names = [one.name for one in walk(condition) if isinstance(one, Column) and one.table == table]
            self.put(table, position, {name: self.value(table, model, name) for name in names})
            return
        found = fulfilling(condition, table)
        if found is None:
            message = f"no row of {table} shows how one fulfils what is counted"
            raise CannotTryError(message)
        blank = [name for name, cell in found.items() if cell is FILLED]
        self.put(table, position, found | {name: self._filled(table, position, name) for name in blank})

    def _filled(self, table: str, position: int, column: str) -> object:
        """Return what stands in a cell, or in the first cell of its column that is not blank."""
        own = self.value(table, position, column)
        known = self._base(table)[column].drop_null()
        if own is None and not len(known):
            message = f"{table}.{column} is blank in every row"
            raise CannotTryError(message)
        return known[0].as_py() if own is None else own

    # back

    def changed(self) -> AdmittedSubmission:
        """Return the data with all changes, for evaluation."""
        names = {*self._cells, *self._added, *self._gone}
        if not names:
            return self.admitted
        own = dict(self.admitted.tables)
        for name in names:
            own[name] = replace(own[name], rows=self._rows(name))
        tables = MappingProxyType(own)
        submission, aside = self.admitted.submission, self.admitted.set_aside
        if aside is None:
            return replace(self.admitted, submission=replace(submission, tables=tables))
        marks = {name: self._marks(name, one) for name, one in aside.marks.items()}
        return replace(self.admitted, set_aside=replace(aside, tables=tables, marks=marks))

    def _rows(self, table: str) -> pa.Table:
        rows = self._base(table)
        cells = self._cells.get(table, {})
        for name in sorted({name for one in cells.values() for name in one}):
            values = rows[name].to_pylist()
            for at, one in cells.items():
                values[at] = one.get(name, values[at])
            at_column = rows.column_names.index(name)
            rows = rows.set_column(
                at_column, rows.schema.field(name), pa.array(values, rows.schema.field(name).type)
            )
        if table in self._gone:
            gone = self._gone[table]
            rows = rows.take(pa.array([at for at in range(len(rows)) if at not in gone], pa.int64()))
        added = [
            row
            for at, row in enumerate(self._added.get(table, ()), self.size(table))
            if at not in self.gone(table)
        ]
        return pa.concat_tables([rows, pa.Table.from_pylist(added, schema=rows.schema)]) if added else rows

    def _marks(self, table: str, marks: pa.Array) -> pa.Array:
        """Return which rows were admitted as they are: a new one is."""
        gone, new = self.gone(table), len(self._added.get(table, ()))
        known = [mark for at, mark in enumerate(marks.to_pylist()) if at not in gone]
        return pa.array([*known, *([True] * new)], pa.bool_())


def _typed(value: Fraction, *, whole: bool) -> int | Decimal:
    return int(value) if whole else Decimal(value.numerator) / Decimal(value.denominator)


def fulfilling(condition: Node, table: str) -> Cells | None:
    """Return cells with which a row fulfils a simple condition; ``None`` where it is not simple."""
    match condition:
        case Logic(operator=operator, items=items):
            ways = [fulfilling(item, table) for item in items]
            known = [way for way in ways if way is not None]
            if operator == "or":
                return known[0] if known else None
            return _joined(known) if known == ways else None
        case Case(branches=((first, Flag(value=True)), *_)):
            return fulfilling(first, table)
        case Compare(operator=sign, left=Column(table=home, name=name), right=right) if home == table:
            value = _value(sign, right)
            return None if value is None else {name: value}
        case Column(table=home, name=name) if home == table and name != ROW_ADMITTED:
            return {name: True}
    return _plainly(condition, table)


def _joined(ways: Sequence[Cells]) -> Cells:
    """Put the cells together; one that may be anything takes the value another condition asks for."""
    found: Cells = {}
    for name, cell in (pair for way in ways for pair in way.items()):
        if cell is not FILLED or name not in found:
            found[name] = cell
    return found


def _plainly(condition: Node, table: str) -> Cells | None:
    """Return the cell with which a row fulfils a condition on one column."""
    match condition:
        case IsIn(item=Column(table=home, name=name), values=(Text(value=value), *_)) if home == table:
            return {name: value}
        case IsNull(item=Column(table=home, name=name)) if home == table:
            return {name: None}
        case Negated(item=IsNull(item=Column(table=home, name=name))) if home == table:
            return {name: FILLED}
        case Negated(item=Column(table=home, name=name)) if home == table:
            return {name: False}
    return None


def _value(operator: str, right: Node) -> object:
    """Return a value that stands on the right side of another one."""
    match right:
        case Text(value=text) if operator == "=":
            return text
        case Flag(value=flag) if operator == "=":
            return flag
        case Day(value=day):
            return _later(day, {">": 1, "<": -1}.get(operator, 0))
        case Number(value=number) if number.denominator == 1:
            return int(number) + {">": 1, "<": -1}.get(operator, 0)
    return None


def _later(day: date, days: int) -> date:
    return day + timedelta(days=days)


def sample_of(kind: str, day: date) -> object:
    """Return what may stand in a cell of a type, for evidence that only has to be there."""
    return {"date": day, "integer": 1, "decimal": 1, "boolean": True, "year": day.year}.get(kind, "trial")
