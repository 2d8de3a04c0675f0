"""What each of a group lacks: missing hours person by person, the cheapest ones where a share is enough."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING, Literal

from edutargets.engine import DuckDB
from edutargets.entity_conditions import split
from edutargets.expressions import Column, Node, unit_of
from edutargets.list_statements import list_statement
from edutargets.needs import Need, NeededRow
from edutargets.row_lists import RowList
from edutargets.targets import Density
from edutargets.unsure_rows import guarded_list
from edutargets.whole_steps import Ends, ends_of, least_change, linear, step_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from edutargets.attainment import Attainment
    from edutargets.bound_measures import Entities
    from edutargets.goals import Goal
    from edutargets.judging import Result

__all__ = ["GroupRow", "chosen_rows", "group_rows", "needs_of_groups", "still_wanted"]

_ONE = Fraction(1)


@dataclass(frozen=True, slots=True)
class GroupRow:
    """One of a group, with the numbers that decide about it.

    Args:
        reporter: Who reports it.
        key: The columns that name it, with their values.
        numbers: Its numbers by name; ``None`` where one is not known.
        texts: What decides about its limits, by column.
        sure: Whether it surely belongs to the group.
    """

    reporter: str
    key: tuple[tuple[str, object], ...]
    numbers: Mapping[str, Fraction | None]
    texts: Mapping[Column, object]
    sure: bool


def group_rows(
    attainment: Attainment, result: Result, nodes: Mapping[str, Node], columns: Sequence[Column] = ()
) -> tuple[GroupRow, ...]:
    """List everybody of a group in the years of a result, with some numbers of each.

    Args:
        attainment: The judged target.
        result: The year or span.
        nodes: The numbers that are wanted, by name.
        columns: The columns that decide about limits.
    """
    measure, basis, dictionary = attainment.measure, attainment.basis, attainment.dictionary
    if measure is None or measure.entities is None or basis is None or dictionary is None:
        return ()
    entities, aside = measure.entities, basis.admitted.set_aside
    table = entities.relation.table
    declared = dictionary.tables[table]
    keys = tuple(dict.fromkeys((declared.reports, *declared.key)))
    own = tuple((name, Column(table, name)) for name in keys)
    told = RowList(
        table, (*own, *nodes.items(), *((f"by_{at}", one) for at, one in enumerate(columns))), entities.where
    )
    marked = frozenset(aside.marks) if aside is not None else frozenset()
    statement = list_statement(guarded_list(told, marked), dictionary)
    engine = DuckDB(basis.admitted.engine_tables())
    found = []
    for who, year, *values, sure, unsure in engine.run(statement.sql):
        if result.years and year is not None and int(str(year)) not in result.years:
            continue
        key = tuple(zip(keys, values[: len(keys)], strict=True))
        numbers = dict(zip(nodes, map(_number, values[len(keys) : len(keys) + len(nodes)]), strict=True))
        texts = dict(zip(columns, values[len(keys) + len(nodes) :], strict=True))
        reporter = "?" if who is None else str(who)
        one = [GroupRow(reporter, key, numbers, texts, sure=True)] * int(str(sure))
        found += one + [GroupRow(reporter, key, numbers, texts, sure=False)] * int(str(unsure))
    return tuple(sorted(found, key=lambda row: (row.reporter, str(row.key))))


def _number(value: object) -> Fraction | None:
    assert value is None or isinstance(value, int | Decimal)  # a number of the engine
    return None if value is None else Fraction(value)


# each of a group -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Way:
    """Which side of each one's value changes, and in which steps."""

    entities: Entities
    factor: Fraction
    above: Node
    below: Node | None
    side: Literal["above", "below"]
    step: Fraction | None

    @property
    def changing(self) -> Node:
        node = self.above if self.side == "above" else self.below
        assert node is not None  # what changes is there
        return node

    def goal_of(self, row: GroupRow) -> Goal | None:
        limits = self.entities.limits
        if limits is None:
            return self.entities.goal
        return limits.goal_of(None if limits.column is None else row.texts[limits.column])

    def meets(self, row: GroupRow) -> bool | None:
        """Whether one reaches the goal; ``None`` where that is not known."""
        goal, top, bottom = self.goal_of(row), row.numbers["above"], row.numbers.get("below", _ONE)
        if goal is None or top is None or bottom is None or bottom <= 0:
            return None
        return least_change(self.factor * top / bottom, ends_of(goal), None, open_ended=goal.open_ended) == 0

    def change(self, row: GroupRow) -> Fraction | None:
        """Return the least that is enough for one that falls short; ``None`` where no step leads there."""
        goal, top, bottom = self.goal_of(row), row.numbers["above"], row.numbers.get("below", _ONE)
        assert goal is not None  # it is known to fall short
        assert top is not None  # as above
        assert bottom is not None  # as above
        low, high = ends_of(goal)
        if self.side == "above":
            return least_change(
                top, _times((low, high), bottom / self.factor), self.step, open_ended=goal.open_ended
            )
        if not high:
            return None
        wanted = top * self.factor / high
        change = least_change(bottom, (wanted, None), self.step, open_ended=goal.open_ended)
        if change is None or low is None or top * self.factor / (bottom + change) >= low:
            return change
        return None


def _times(ends: Ends, number: Fraction) -> Ends:
    low, high = ends
    return (None if low is None else low * number, None if high is None else high * number)


def needs_of_groups(attainment: Attainment, result: Result) -> tuple[Need, ...]:
    """Return what each of a group lacks, and beside it what the group as a whole lacks."""
    way = _way(attainment)
    if way is None or attainment.dictionary is None:
        return ()
    nodes = {"above": way.above} | ({} if way.below is None else {"below": way.below})
    limits = way.entities.limits
    columns = (limits.column,) if limits is not None and limits.column is not None else ()
    rows = [row for row in group_rows(attainment, result, nodes, columns) if row.sure]
    short = [row for row in rows if way.meets(row) is False]
    told = [
        (abs(change), NeededRow(reporter=row.reporter, key=row.key, amount=change, has=_has(row, way)))
        for row in short
        if (change := way.change(row)) is not None
    ]
    wanted = still_wanted(result)
    chosen, unknown = chosen_rows(told, wanted, all_of=attainment.target.each is not None)
    if not chosen or len(chosen) + unknown < wanted or (unknown and len(told) < len(short)):
        return ()
    amount = _in_all([row.amount for row in chosen])
    exact = all(part.is_exact for part in result.parts.values())
    own = Need(
        kind="each" if attainment.target.each is not None else "some",
        part=way.side,
        unit=unit_of(way.changing, attainment.dictionary),
        amount=amount,
        step=way.step,
        years=result.years,
        count=len(chosen),
        of=len(rows),
        rows=tuple(chosen),
        unknown=unknown,
        known_only=not exact,
        lower_bound=amount,
    )
    return (own, *_whole(way, rows, own))


def still_wanted(result: Result) -> int:
    """Return how many more of a group must reach the goal."""
    assert result.goal is not None  # it was judged
    assert result.goal.lower is not None  # so many at least
    share, everyone = result.goal.lower.lower, result.parts["all"].value
    return max(0, ceil(share * everyone) - int(result.parts["meeting"].value))


def chosen_rows(
    told: Sequence[tuple[object, NeededRow]], wanted: int, *, all_of: bool
) -> tuple[list[NeededRow], int]:
    """Choose the cheapest rows where some are enough; the sum of the smallest is the smallest sum.

    Args:
        told: Each one that falls short, with what it costs.
        wanted: How many must be chosen.
        all_of: Whether all of them are wanted.

    Returns:
        Those chosen, and how many more must come from those of whom it is not known what they lack.
    """
    ordered = sorted(told, key=lambda one: (one[0], one[1].reporter, str(one[1].key)))
    if all_of:
        ordered.reverse()
    chosen = [row for _, row in (ordered if all_of else ordered[:wanted])]
    return chosen, max(0, wanted - len(chosen))


def _in_all(amounts: Sequence[Fraction]) -> Fraction:
    """Add up what changes; where some must gain and others lose, how much changes at all."""
    mixed = any(one > 0 for one in amounts) and any(one < 0 for one in amounts)
    return sum((abs(one) if mixed else one for one in amounts), Fraction(0))


def _way(attainment: Attainment) -> _Way | None:
    """Say what changes of each one: too many students for each teacher ask for teachers."""
    measure, dictionary = attainment.measure, attainment.dictionary
    if measure is None or measure.entities is None or dictionary is None:
        return None
    entities = measure.entities
    factor, above, below = split(entities.value)
    high = entities.goal.upper is not None and entities.goal.lower is None
    side: Literal["above", "below"] = (
        "below" if high and below is not None and isinstance(attainment.target, Density) else "above"
    )
    changing = below if side == "below" and below is not None else above
    if linear(changing) is None:
        return None
    return _Way(entities, factor, above, below, side, step_of(changing, dictionary))


def _has(row: GroupRow, way: _Way) -> Fraction:
    return row.numbers[way.side] or Fraction(0)


def _whole(way: _Way, rows: Sequence[GroupRow], own: Need) -> list[Need]:
    """Say what the group lacks as a whole, where each has a quotient and one goal holds for all."""
    if way.below is None or way.entities.limits is not None or own.unknown:
        return []
    sides = [(row.numbers["above"], row.numbers["below"]) for row in rows]
    known = [(top, bottom) for top, bottom in sides if top is not None and bottom is not None]
    if len(known) < len(sides):
        return []
    numbers = {
        "above": sum((top for top, _ in known), Fraction(0)),
        "below": sum((bottom for _, bottom in known), Fraction(0)),
    }
    together = GroupRow("", (), numbers, {}, sure=True)
    if way.meets(together) is None:
        return []
    change = Fraction(0) if way.meets(together) else way.change(together)
    if change is None:
        return []
    stays = numbers["below" if way.side == "above" else "above"]
    return [
        Need(
            kind="whole",
            part=own.part,
            unit=own.unit,
            amount=change,
            step=way.step,
            stays=stays,
            asked=False,
            years=own.years,
            of=len(rows),
            known_only=own.known_only,
            lower_bound=change,
        )
    ]
