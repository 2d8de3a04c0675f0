"""Between what the share of those who meet so many of several standards lies, one open row after the other.

A row is open where it is not known whether it belongs, or whether it meets the promise. What its unknown
cells can be is held against every standard by their plausible ranges: so it is known which outcomes are
possible at most. Its cells are also put at the ends of their ranges, and unknown categories at each of their
values: an outcome found so is possible for sure. Where both agree for every row, the range of the share is
sharp. What is looked up in another table, or may be blank in truth, is taken as not known at all.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING, Literal, NamedTuple

from edutargets.bounds import Interval, exactly
from edutargets.entity_conditions import split
from edutargets.evaluation import Part
from edutargets.expressions import Arithmetic, Column, Number
from edutargets.goals import Verdict
from edutargets.row_truths import Cells, truth_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from edutargets.bound_measures import Entities, Measure
    from edutargets.exact_columns import Statistics
    from edutargets.expressions import Node
    from edutargets.goals import Goal
    from edutargets.row_lists import ListedRow
    from edutargets.standards import BoundStandard, Limits
    from edutargets.tables import Dictionary

__all__ = ["MetShare", "met_share"]

Truth = bool | None
_BOTH = frozenset({True, False})
_TRIES = 512
_MOST_TRIED = 200


class MetShare(NamedTuple):
    """The share of those who meet it.

    Args:
        share: The share, and its range.
        parts: How many meet it, and how many there are.
        sharpness: ``exact``, ``sharp`` where some completion has either end, or ``outer``.
    """

    share: Part
    parts: dict[str, Part]
    sharpness: Literal["exact", "sharp", "outer"]


@dataclass(frozen=True, slots=True)
class _Outcomes:
    """What may be true of some rows that are alike.

    Args:
        number: How many they are.
        belongs: Whether they surely belong.
        can: Whether they may meet it, and may not, as far as ranges tell.
        found: Whether all that is claimed was found to be possible.
    """

    number: int
    belongs: bool
    can: frozenset[bool]
    found: bool


def met_share(
    measure: Measure, statistics: Statistics, years: Sequence[int] | None, dictionary: Dictionary
) -> MetShare:
    """Return the share of those who meet so many standards.

    Args:
        measure: The bound target; somebody surely belongs, or its share would have no value.
        statistics: What the engine handed back.
        years: The years it is judged on.
        dictionary: The tables, with the plausible range of every column.
    """
    entities, rows = measure.entities, measure.rows
    assert entities is not None  # bound so
    assert rows is not None  # bound so
    met, everyone = (statistics.total(one, years).known for one in measure.aggregates()[:2])
    names = rows.lists["open"].columns
    told = statistics.listed(rows.lists["open"], years)
    alike: dict[tuple[object, ...], _Outcomes] = {}
    found = []
    for row in told:
        if row.values not in alike:
            alike[row.values] = _outcomes(row, names, entities, dictionary, tries=len(alike) < _MOST_TRIED)
        found.append(replace(alike[row.values], number=row.sure + row.unsure))
    value = Fraction(met, everyone)
    closed = everyone - sum(one.number for one in found if one.belongs)
    low, high = [met, closed], [met, closed]
    for one in found:
        best, worst = int(True in one.can), int(False not in one.can)
        low = _with(low, worst, one.number, counts=one.belongs or not worst)
        high = _with(high, best, one.number, counts=one.belongs or bool(best))
    maybe = sum(one.number for one in found if not one.belongs)
    least = met + sum(one.number for one in found if one.belongs and False not in one.can)
    parts = {
        "meeting": Part(Fraction(met), Interval(Fraction(least), Fraction(high[0]))),
        "all": Part(Fraction(everyone), Interval(Fraction(everyone), Fraction(everyone + maybe))),
    }
    sharp = "sharp" if all(one.found for one in found) else "outer"
    share = Part(value, Interval(Fraction(*low), Fraction(*high)))
    return MetShare(share, parts, "exact" if not found else sharp)  # type: ignore[arg-type]  # one of three


def _with(counted: Sequence[int], met: int, number: int, *, counts: bool) -> list[int]:
    return [counted[0] + met * number, counted[1] + number] if counts else list(counted)


# one row -------------------------------------------------------------------------------------------


def _outcomes(
    row: ListedRow,
    names: Sequence[tuple[str, Node]],
    entities: Entities,
    dictionary: Dictionary,
    *,
    tries: bool,
) -> _Outcomes:
    """Say which outcomes a row has at most, and try whether it has them."""
    told = dict(zip((name for name, _ in names), row.values, strict=True))
    cells = {node: told[name] for name, node in names if name.startswith("cell_")}
    there = bool(told["there"])
    belongs = there and bool(told["belongs"])
    known: list[tuple[Truth, Truth]] = [
        (_flag(told[f"meets_{at}"]), _flag(told.get(f"near_{at}", True)))
        for at, _ in enumerate(entities.standards, start=1)
    ]
    enough = _enough(entities)
    can = _possible(known, entities, cells, dictionary)
    wanted: set[tuple[bool, bool]] = {(True, outcome) for outcome in can}
    if not belongs and there:
        wanted.add((False, False))
    for one in _tried(entities, cells, dictionary, enough, belongs=_flag(told["belongs"])) if tries else ():
        wanted.discard(one)
        if not wanted:
            break
    return _Outcomes(row.sure + row.unsure, belongs, can, not wanted)


def _flag(cell: object) -> Truth:
    return None if cell is None else bool(cell)


def _enough(entities: Entities) -> int:
    assert entities.goal.lower is not None  # so many of them
    return int(entities.goal.lower.lower)


def _possible(
    known: Sequence[tuple[Truth, Truth]],
    entities: Entities,
    cells: Cells,
    dictionary: Dictionary,
) -> frozenset[bool]:
    """Return whether a row may meet it and may not, each standard by the range of its own value."""
    enough, home = _enough(entities), entities.relation.table
    reached, near = [], []
    for (meets, close), standard in zip(known, entities.standards, strict=True):
        value = _value(standard, cells, dictionary, home) if None in {meets, close} else None
        reached.append(
            frozenset({meets})
            if meets is not None
            else _held(standard.limits, value, cells, dictionary, home)
        )
        floor = standard.floor
        near.append(
            frozenset({close})
            if close is not None or floor is None
            else _held(floor, value, cells, dictionary, home)
        )
    may = sum(True in one for one in reached) >= enough and all(True in one for one in near)
    must = sum(one == {True} for one in reached) >= enough and all(one == {True} for one in near)
    return frozenset({True} if must else _BOTH if may else {False})


def _held(
    limits: Limits, value: Interval | None, cells: Cells, dictionary: Dictionary, home: str
) -> frozenset[bool]:
    """Return whether a value may be enough and may not; both where nothing says what it can be."""
    goals = _goals(limits, cells, dictionary, home)
    if value is None or goals is None:
        return _BOTH
    said = {goal.judge(value) for goal in goals}
    return frozenset({True} if said == {Verdict.MET} else {False} if said == {Verdict.NOT_MET} else _BOTH)


def _goals(limits: Limits, cells: Cells, dictionary: Dictionary, home: str) -> tuple[Goal, ...] | None:
    """Return what may be enough for a row; ``None`` where a value of the column has no limit."""
    column = limits.column
    if column is None or cells[column] is not None:
        goal = limits.goal_of(cells[column] if column is not None else None)
        return None if goal is None else (goal,)
    declared = dictionary.tables[column.table].columns[column.name]
    if column.table != home or not declared.required or set(declared.values) - set(limits.goals):
        return None
    return tuple(limits.goals.values())


def _value(standard: BoundStandard, cells: Cells, dictionary: Dictionary, home: str) -> Interval | None:
    """Return between what the value of a standard lies; ``None`` where that is not said."""
    factor, above, below = split(standard.value)
    top = _range(above, cells, dictionary, home)
    bottom = _range(below, cells, dictionary, home) if below is not None else exactly(1)
    if top is None or bottom is None or bottom.lower <= 0:
        return None
    return exactly(factor) * top / bottom


def _range(node: Node, cells: Cells, dictionary: Dictionary, home: str) -> Interval | None:
    match node:
        case Number(value=value):
            return exactly(value)
        case Arithmetic(operator=operator, left=left, right=right):
            one, other = (_range(side, cells, dictionary, home) for side in (left, right))
            if one is None or other is None:
                return None
            return {"+": one.__add__, "-": one.__sub__, "*": one.__mul__}[operator](other)
    found = cells.get(node)
    if isinstance(found, int | Decimal):
        return exactly(Fraction(found))
    if not isinstance(node, Column) or node.table != home:
        return None
    declared = dictionary.tables[node.table].columns[node.name]
    if declared.range is None or not declared.required:
        return None
    return Interval(*map(Fraction, declared.range))


# trying --------------------------------------------------------------------------------------------


def _tried(
    entities: Entities, cells: Cells, dictionary: Dictionary, enough: int, *, belongs: Truth
) -> Iterator[tuple[bool, bool]]:
    """Yield whether a row belongs and whether it meets it, its unknown cells at some of what they can be.

    What is still unknown, as a value without denominator is, stands for both.
    """
    standards = [(one.meets, one.near) for one in entities.standards]
    choices = {node: _choices(node, entities, dictionary) for node, cell in cells.items() if cell is None}
    number = 1
    for each in choices.values():
        number *= len(each)
    if number > _TRIES:
        return
    for chosen in product(*choices.values()):
        whole = {**cells, **dict(zip(choices, chosen, strict=True))}
        member = belongs if belongs is not None or entities.where is None else truth_of(entities.where, whole)
        truths = [truth_of(meets, whole) for meets, _ in standards]
        close = [True if near is None else truth_of(near, whole) for _, near in standards]
        met: Truth = None
        if truths.count(True) >= enough and False not in close:
            met = None if None in close else True
        elif truths.count(True) + truths.count(None) < enough or False in close:
            met = False
        for one in _BOTH if member is None else {member}:
            for outcome in _BOTH if met is None else {met}:
                yield (one, outcome and one)


def _choices(node: Node, entities: Entities, dictionary: Dictionary) -> tuple[object, ...]:
    """Return some of what an unknown cell can be; nothing where others share it."""
    if not isinstance(node, Column) or node.table != entities.relation.table:
        return ()
    declared = dictionary.tables[node.table].columns[node.name]
    found: list[object] = [] if declared.required else [None]
    if declared.is_number and declared.range is not None:
        found += [Fraction(end) for end in declared.range]
    elif declared.type == "category":
        found += list(declared.values)
    elif declared.type == "boolean":
        found += [True, False]
    return tuple(found)
