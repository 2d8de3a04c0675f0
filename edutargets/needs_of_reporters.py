"""What it takes that everybody who reports reaches a goal for itself that the plan sets for the total."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from edutargets.expressions import Aggregate, Node, Number, aggregates_of
from edutargets.needs import Need, NeededRow
from edutargets.two_sides import Held, wider
from edutargets.whole_steps import least_change, linear

if TYPE_CHECKING:
    from edutargets.attainment import Attainment
    from edutargets.exact_columns import Cell, Statistics
    from edutargets.tables import Dictionary

__all__ = ["needs_of_reporters"]

_FEWEST = 2


def needs_of_reporters(attainment: Attainment, held: Held, way: Need) -> list[Need]:
    """Say what it takes that everybody who reports reaches the goal for itself, by the same way."""
    statistics, dictionary, below = attainment.statistics, attainment.dictionary, held.sides.below
    if below is None or statistics is None or dictionary is None:
        return []
    told = _own_sides(held, below, statistics, may_be_none=way.kind == "below")
    if len(told) < _FEWEST:
        return []
    changes = {who: _own_change(one, way, dictionary) for who, one in told.items()}
    rows = [
        NeededRow(reporter=who, amount=change, has=_has(told[who], way))
        for who, change in changes.items()
        if change
    ]
    if not rows or None in changes.values() or len({row.amount > 0 for row in rows}) > 1:
        return []
    amount = sum((row.amount for row in rows), Fraction(0))
    rows.sort(key=lambda row: (-abs(row.amount), row.reporter))
    return [
        replace(
            way,
            kind="each",
            amount=amount,
            lower_bound=amount,
            stays=None,
            asked=False,
            count=len(rows),
            of=len(told),
            rows=tuple(rows),
        )
    ]


def _own_sides(held: Held, below: Node, statistics: Statistics, *, may_be_none: bool) -> dict[str, Held]:
    """Return both sides of everybody who reports; nothing where something of them is not known.

    Args:
        held: Both sides of the total.
        below: The lower side.
        statistics: The exact columns.
        may_be_none: Whether the lower side may be nothing today, as it is to grow.
    """
    nodes = (held.sides.above, below)
    if len({one.table for node in nodes for one in aggregates_of(node)}) != 1:
        return {}
    tops, bottoms = (_by_reporter(node, statistics, held.years) for node in nodes)
    if tops is None or bottoms is None:
        return {}
    own = {
        who: replace(held, top=tops.get(who, Fraction(0)), bottom=bottoms.get(who, Fraction(0)))
        for who in sorted({*tops, *bottoms})
    }
    return {who: one for who, one in own.items() if one.bottom > 0 or (may_be_none and one.top > 0)}


def _has(held: Held, way: Need) -> Fraction:
    return held.bottom if way.kind == "below" else held.top


def _own_change(held: Held, way: Need, dictionary: Dictionary) -> Fraction | None:
    if way.kind == "below":
        if held.bottom == 0:
            high = held.ends[1]
            assert high  # too much is too much of something
            wanted = held.top * held.sides.factor / high
            return least_change(held.bottom, (wanted, None), way.step, open_ended=held.open_ended)
        return wider(held, dictionary) if held.is_too_much else Fraction(0)
    change = least_change(
        held.top, held.scaled(held.bottom / held.sides.factor), way.step, open_ended=held.open_ended
    )
    if change is None or (way.kind == "converted" and held.top + change > held.bottom):
        return None
    return change


def _by_reporter(
    node: Node, statistics: Statistics, years: tuple[int, ...] | None
) -> dict[str, Fraction] | None:
    """Return what everybody who reports has of a sum; ``None`` where something of it is not known."""
    terms = linear(node)
    if terms is None:
        return None
    found: dict[str, Fraction] = {}
    for leaf, factor in terms.items():
        if isinstance(leaf, Number):
            return None
        assert isinstance(leaf, Aggregate)  # a total is made of aggregates
        if leaf not in statistics or leaf.kind == "distinct":
            return None
        cells = statistics.by_reporter(leaf, years)
        if any(cell.blank or cell.unsure for cell in cells.values()):
            return None
        for who, cell in cells.items():
            found[who] = found.get(who, Fraction(0)) + factor * _number(leaf, cell)
    return found


def _number(leaf: Aggregate, cell: Cell) -> Fraction:
    return Fraction(cell.known) if leaf.kind == "count" else cell.value or Fraction(0)
