"""A number needed, tried: the change is made in a copy of the data, and the target is evaluated again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from edutargets.attainment import evaluate
from edutargets.entity_conditions import split
from edutargets.expressions import Aggregate, ChildValue, Column, Node, Number
from edutargets.plans import Plan
from edutargets.rates import last_day
from edutargets.row_targets import Frequency
from edutargets.targets import Milestone
from edutargets.totals_sql import conjuncts
from edutargets.trial_tables import FILLED, CannotTryError, TrialTables, fulfilling, sample_of
from edutargets.two_sides import sides_of
from edutargets.whole_steps import linear, step_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from edutargets.attainment import Attainment
    from edutargets.bound_measures import Measure
    from edutargets.needs import Need, NeededRow
    from edutargets.two_sides import Sides

__all__ = ["CannotTryError", "carry_out", "tried"]


def tried(attainment: Attainment, need: Need, *, less: int = 0) -> Attainment:
    """Carry out a number needed on a copy of the data, and evaluate the target again.

    Args:
        attainment: The judged target.
        need: What it would take.
        less: How many steps less are done: with one step less the target must not be met.

    Raises:
        CannotTryError: If the tables do not show what a new row looks like.
        ValueError: If the need is a reading that the target does not ask for.
    """
    attainment = attainment.original
    basis, dictionary = attainment.basis, attainment.dictionary
    if basis is None or attainment.measure is None or dictionary is None:
        message = f"{attainment.target.id} was not evaluated on data"
        raise CannotTryError(message)
    tables = TrialTables(basis.admitted, dictionary)
    carry_out(attainment, need, tables, less=less)
    pack = replace(basis.pack, plan=Plan((attainment.target,)))
    return evaluate(pack, tables.changed())[attainment.target.id]


def carry_out(attainment: Attainment, need: Need, tables: TrialTables, *, less: int = 0) -> None:
    """Change the tables as a need says.

    Args:
        attainment: The judged target.
        need: What it would take.
        tables: A copy of the data it was judged on.
        less: How many steps less are done.

    Raises:
        CannotTryError: If the tables do not show what a new row looks like.
        ValueError: If the need is a reading that the target does not ask for.
    """
    _Trial(attainment.original, need, tables).carry_out(less)


class _Trial:
    """One need and the tables it is carried out on."""

    def __init__(self, attainment: Attainment, need: Need, tables: TrialTables) -> None:
        assert attainment.measure is not None  # its caller looked
        self.attainment, self.need, self.tables = attainment, need, tables
        self.measure: Measure = attainment.measure
        self.years = need.years or None
        self._found: dict[tuple[str, Node | None], list[int]] = {}

    def carry_out(self, less: int) -> None:
        """Change the tables, by so many steps less than the need says."""
        need, measure = self.need, self.measure
        if need.kind == "record":
            self._evidence()
        elif need.kind in {"alone", "converted", "added", "others", "below", "other"}:
            sides = sides_of(measure.against if need.kind == "other" and measure.against else measure.value)
            assert sides is not None  # the need rests on it
            self._total(sides, _shorter(need.amount, less * (need.step or 0)))
        elif need.kind == "whole" or (need.kind == "each" and not need.asked):
            message = f"{self.attainment.target.id} is not judged by this reading"
            raise ValueError(message)
        else:
            self._rows(less)

    # totals

    def _total(self, sides: Sides, amount: Fraction) -> None:
        kind = self.need.kind
        if kind in {"alone", "converted", "other"} and sides.below is not None:
            self._convert(sides, amount)  # the lower side stays as it is
        elif kind == "added" and sides.below is not None:
            if not _same_rows(sides):
                self._change(sides.below, amount)
            self._change(sides.above, amount)
        elif kind == "others" and sides.below is not None:
            self._others(sides, amount)
        else:
            node = sides.below if kind == "below" else sides.above
            assert node is not None  # what changes is there
            self._change(node, amount)

    def _change(self, node: Node, amount: Fraction, without: Node | None = None) -> None:
        """Change a sum by an amount; in rows of which another condition does not hold, where one is given."""
        leaf, factor = _leaf(node)
        change = amount / factor
        assert isinstance(leaf, Aggregate)  # a total is made of aggregates
        rows = self.tables.where(leaf.table, leaf.where, self.years)
        if without is not None:
            outside = set(self.tables.where(leaf.table, without, self.years, holds=False))
            rows = [row for row in rows if row in outside]
        if leaf.kind == "sum":
            assert leaf.operand is not None  # it adds something up
            self._spread(leaf.operand, rows, change)
        elif change < 0:
            if len(rows) < -change:
                raise CannotTryError(f"{leaf.table} has too few rows to take away")
            self.tables.take(leaf.table, rows[: int(-change)])
        else:
            self._add_rows(leaf, rows, int(change))

    def _spread(self, operand: Node, rows: Sequence[int], change: Fraction) -> None:
        """Raise the first cell, or lower as many cells as it takes; none falls below zero."""
        leaf, factor = _leaf(operand)
        if isinstance(leaf, ChildValue):
            if not rows:
                raise CannotTryError("nobody is there whose records could change")
            self._child(leaf, rows[0], change / factor)
            return
        if not isinstance(leaf, Column):
            raise CannotTryError("what is added up is no column")
        rest = change / factor
        for row in rows:
            held = self.tables.number(leaf.table, row, leaf.name)
            if held is None:
                continue
            step = rest if rest > 0 else max(rest, -held)
            self.tables.put(leaf.table, row, {leaf.name: held + step})
            rest -= step
            if not rest:
                return
        if rest:
            raise CannotTryError(f"no row of {leaf.table} can take the change")

    def _add_rows(self, leaf: Aggregate, rows: Sequence[int], number: int) -> None:
        """Add rows that are counted: like one that is, or like any other with what the condition asks for."""
        alike = rows[0] if rows else None
        model = (
            alike if alike is not None else next(iter(self.tables.where(leaf.table, None, self.years)), None)
        )
        if model is None:
            raise CannotTryError(f"{leaf.table} has no row to add others like it")
        for at in range(number):
            cells: dict[str, object] = {}
            if leaf.kind == "distinct" and isinstance(leaf.operand, Column):
                cells = {leaf.operand.name: f"trial value {at}"}
            added = self.tables.add_like(leaf.table, model, cells)
            if alike is None:
                self.tables.fulfil(leaf.table, added, leaf.where, None)

    def _convert(self, sides: Sides, amount: Fraction) -> None:
        """Move some of those counted below into, or out of, the upper side."""
        assert sides.below is not None  # its caller looked
        above, factor = _leaf(sides.above)
        below, _ = _leaf(sides.below)
        assert isinstance(above, Aggregate)  # a total is made of aggregates
        assert isinstance(below, Aggregate)  # as above
        if not _same_rows(sides):
            self._change(sides.above, amount)
            return
        inside = self.tables.where(above.table, above.where, self.years)
        without = set(self.tables.where(above.table, above.where, self.years, holds=False))
        counted = self.tables.where(below.table, below.where, self.years)
        outside = [row for row in counted if row in without]
        change = amount / factor
        source, target = (outside, inside) if change > 0 else (inside, outside)
        if above.kind == "sum":
            assert above.operand is not None  # it adds something up
            self._spread(above.operand, target, abs(change))
            self._spread(above.operand, source, -abs(change))
            return
        if len(source) < abs(change) or (change < 0 and not target):
            raise CannotTryError(f"{above.table} has too few rows of the other kind")
        for row in source[: int(abs(change))]:
            self.tables.fulfil(above.table, row, above.where, target[0] if target else None)

    def _others(self, sides: Sides, amount: Fraction) -> None:
        """Add to the lower side what the upper one does not count."""
        assert sides.below is not None  # its caller looked
        above, _ = _leaf(sides.above)
        assert isinstance(above, Aggregate)  # a total is made of aggregates
        self._change(sides.below, amount, above.where if _same_rows(sides) else None)

    # rows

    def _rows(self, less: int) -> None:
        """Change row by row; what is done less is left out at the last row."""
        step = self.need.step or Fraction(0)
        for at, row in enumerate(self.need.rows):
            short = less if at == len(self.need.rows) - 1 else 0
            if self.need.kind == "gaps":
                self._events(row, short)
                continue
            table, node = self._lever(row)
            leaf, factor = _leaf(node)
            amount = _shorter(row.amount, short * (step or self._own_step(leaf)))
            position = self.tables.position_of(table, row.key)
            change = amount / factor if row.lever is None else amount
            inside = self._part_of_children(node)
            if inside is not None:
                self._convert_children(inside, position, change)
            elif isinstance(leaf, ChildValue):
                self._child(leaf, position, change)
            else:
                self._spread(leaf, [position], change)

    def _part_of_children(self, node: Node) -> tuple[ChildValue, ChildValue] | None:
        """Return both sides where the upper one counts some of the records that the lower one counts."""
        entities = self.measure.entities
        if entities is None or entities.standards:
            return None
        _, above, below = split(entities.value)
        if below is None or node is not above:
            return None
        one, other = _leaf(above)[0], _leaf(below)[0]
        if not isinstance(one, ChildValue) or not isinstance(other, ChildValue):
            return None
        sides = [(leaf.aggregate.kind, leaf.aggregate.table, leaf.aggregate.operand) for leaf in (one, other)]
        return (one, other) if sides[0] == sides[1] else None

    def _convert_children(
        self, sides: tuple[ChildValue, ChildValue], position: int, change: Fraction
    ) -> None:
        """Move some of one row's records into, or out of, what the upper side counts."""
        above, below = (leaf.aggregate for leaf in sides)
        home = _parent_table(self.measure)
        linked = {mine: self.tables.value(home, position, theirs) for mine, theirs in sides[0].link}
        inside = set(self.tables.where(above.table, above.where))
        own = [at for at in self._counted(below) if self._is_linked(below.table, at, linked)]
        others = [at for at in own if at not in inside]
        source, target = (others, [at for at in own if at in inside])[:: 1 if change > 0 else -1]
        if above.kind == "sum":
            assert above.operand is not None  # it adds something up
            self._spread(above.operand, target, abs(change))
            self._spread(above.operand, source, -abs(change))
            return
        if len(source) < abs(change):
            raise CannotTryError(f"{above.table} has too few records of the other kind")
        model = next(iter(target), next(iter(inside), None))
        for row in source[: int(abs(change))]:
            self.tables.fulfil(above.table, row, above.where, model)

    def _own_step(self, leaf: Node) -> Fraction:
        return step_of(leaf, self.tables.dictionary) or Fraction(1)

    def _lever(self, row: NeededRow) -> tuple[str, Node]:
        """Return the table and the number that changes."""
        measure = self.measure
        if measure.rows is not None and "rows" in measure.rows.lists:
            rows = measure.rows.lists["rows"]
            return rows.table, dict(rows.columns)["value"]
        assert measure.entities is not None  # rows are of a group
        table = measure.entities.relation.table
        if row.standard:
            _, above, _ = split(measure.entities.standards[row.standard - 1].value)
            return table, above if row.lever is None else row.lever
        _, above, below = split(measure.entities.value)
        return table, below if self.need.part == "below" and below is not None else above

    def _child(self, leaf: ChildValue, position: int, change: Fraction) -> None:
        """Change what the child rows of one row add up to: add a record, or lower those there are."""
        child = leaf.aggregate
        home = _parent_table(self.measure)
        linked = {mine: self.tables.value(home, position, theirs) for mine, theirs in leaf.link}
        own = [at for at in self._counted(child) if self._is_linked(child.table, at, linked)]
        if change < 0:
            if child.kind == "count":
                self.tables.take(child.table, own[: int(-change)])
            else:
                assert child.operand is not None  # it adds something up
                self._spread(child.operand, own, change)
            return
        self._add_records(child, linked, own, change)

    def _counted(self, child: Aggregate) -> list[int]:
        """Return the records that were counted before anything changed."""
        key = (child.table, child.where)
        if key not in self._found:
            self._found[key] = self.tables.where(child.table, child.where)
        gone = self.tables.gone(child.table)
        return [at for at in self._found[key] if at not in gone]

    def _is_linked(self, table: str, position: int, linked: Mapping[str, object]) -> bool:
        return all(self.tables.value(table, position, mine) == value for mine, value in linked.items())

    def _add_records(
        self, child: Aggregate, linked: dict[str, object], own: Sequence[int], change: Fraction
    ) -> None:
        """Add records of one row: like one of its own, or like anybody's."""
        counted = self._counted(child)
        model = next(iter([*own, *counted, *range(self.tables.size(child.table))]), None)
        if model is None:
            raise CannotTryError(f"{child.table} has no row to add others like it")
        for _ in range(int(change) if child.kind == "count" else 1):
            cells = dict(linked)
            added = self.tables.add_like(child.table, model, cells)
            if model not in counted:
                self.tables.fulfil(child.table, added, child.where, None)
            if child.kind == "sum":
                assert child.operand is not None  # it adds something up
                column, factor = _leaf(child.operand)
                if not isinstance(column, Column):
                    raise CannotTryError("what is added up is no column")
                self.tables.put(child.table, added, {column.name: change / factor})

    def _events(self, row: NeededRow, less: int) -> None:
        """Add the events that an organiser lacks, on the first day of what it missed."""
        assert self.measure.rows is not None  # it is a frequency
        assert isinstance(self.attainment.target, Frequency)  # as above
        events = self.measure.rows.lists["events"]
        (_, code), (_, day) = events.columns
        assert isinstance(code, Column)  # bound so
        assert isinstance(day, Column)  # bound so
        counted = self.tables.where(events.table, events.where)
        model = next(iter([*counted, *range(self.tables.size(events.table))]), None)
        if model is None:
            raise CannotTryError(f"{events.table} has no row to add others like it")
        period = self.tables.dictionary.tables[events.table].period
        wanted = [first for first, lacks in zip(row.days, row.lacking, strict=True) for _ in range(lacks)]
        for at, first in enumerate(wanted[: len(wanted) - less]):
            last = last_day(first, self.attainment.target.at_least.every)
            held = min(first + timedelta(days=at % 5), last)
            cells: dict[str, object] = {code.name: dict(row.key)["code"], day.name: held}
            cells |= {} if period is None else {period: held.year}
            added = self.tables.add_like(events.table, model, cells)
            if model not in counted:
                self.tables.fulfil(events.table, added, events.where, None)

    # evidence

    def _evidence(self) -> None:
        """Add the record of a milestone, dated on its last day, with all its evidence."""
        target = self.attainment.target
        assert isinstance(target, Milestone)  # its kind says so
        (table,) = self.measure.tables
        if not self.tables.size(table):
            raise CannotTryError(f"{table} has no row to add others like it")
        declared = self.tables.dictionary.tables[table]
        cells: dict[str, object] = {target.done_on: target.by}
        cells |= {name: sample_of(declared.columns[name].type, target.by) for name in target.evidence}
        (found,) = self.measure.aggregates()[:1]
        asked = [fulfilling(one, table) for one in conjuncts(found.where)]
        wanted = {
            name: cell
            for one in asked
            if one is not None
            for name, cell in one.items()
            if cell is not FILLED or name not in cells
        }
        self.tables.add_like(table, 0, {**cells, **wanted})


def _shorter(amount: Fraction, less: Fraction | int) -> Fraction:
    return amount - less if amount > 0 else amount + less


def _leaf(node: Node) -> tuple[Node, Fraction]:
    """Return one thing that a sum is made of and that can grow, with its factor."""
    terms = (linear(node) or {}).items()
    grown = [(leaf, factor) for leaf, factor in terms if not isinstance(leaf, Number)]
    if not grown:
        raise CannotTryError("what is counted is no sum")
    return min(grown, key=lambda one: (one[1] < 0, abs(one[1] - 1)))


def _same_rows(sides: Sides) -> bool:
    """Whether both sides count the same rows or add up the same column."""
    assert sides.below is not None  # its callers look
    above, below = _leaf(sides.above)[0], _leaf(sides.below)[0]
    assert isinstance(above, Aggregate)  # a total is made of aggregates
    assert isinstance(below, Aggregate)  # as above
    return (above.kind, above.table, above.operand) == (below.kind, below.table, below.operand)


def _parent_table(measure: Measure) -> str:
    if measure.entities is not None:
        return measure.entities.relation.table
    assert measure.rows is not None  # else nobody has records
    return measure.rows.lists["rows"].table
