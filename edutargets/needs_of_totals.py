"""What a total or a quotient of totals lacks: in the district as a whole, and at every school for itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from edutargets.entity_conditions import split
from edutargets.expressions import Aggregate, Node, Number, aggregates_of, unit_of
from edutargets.needs import Need, NeededRow
from edutargets.targets import Amount, Coefficient, Comparison, Count, Density, Growth, Ratio, Trend
from edutargets.totals_sql import Piece, conjuncts
from edutargets.units import factors_of
from edutargets.whole_steps import Ends, ends_of, least_change, linear, step_of

if TYPE_CHECKING:
    from edutargets.attainment import Attainment
    from edutargets.bound_measures import Measure
    from edutargets.exact_columns import Cell, Statistics
    from edutargets.goals import Goal
    from edutargets.judging import Result
    from edutargets.tables import Dictionary

__all__ = ["Sides", "needs_of_totals", "sides_of"]

_ONE = Fraction(1)
_FEWEST = 2


@dataclass(frozen=True, slots=True)
class Sides:
    """A value as a factor, what stands above the line and what stands below; both are sums of totals.

    Args:
        factor: By what the quotient is multiplied, e.g. 100.
        above: The upper side.
        below: The lower side; ``None`` where nothing is divided.
    """

    factor: Fraction
    above: Node
    below: Node | None


def sides_of(node: Node) -> Sides | None:
    """Take a value apart; a mean is its sum over its count. ``None`` where its sides do not add up."""
    factor, above, below = split(node)
    if below is None and isinstance(above, Aggregate) and above.kind == "avg":
        total = replace(above, kind="sum")
        above, below = total, replace(above, kind="count")
    if linear(above) is None or (below is not None and linear(below) is None):
        return None
    if not aggregates_of(above):
        return None
    return Sides(factor, above, below)


@dataclass(frozen=True, slots=True)
class _Held:
    """The two sides of a value as they are, and between which ends the value must lie.

    Args:
        sides: The value.
        parts: What the sides are called.
        years: The years that can still change.
        top: The upper side today.
        bottom: The lower side today; one where there is none.
        ends: What is enough, in the value's unit.
        open_ended: Whether the ends themselves are not enough.
        known_only: Whether something about it is not known.
    """

    sides: Sides
    parts: tuple[str, str]
    years: tuple[int, ...] | None
    top: Fraction
    bottom: Fraction
    ends: Ends
    open_ended: bool
    known_only: bool

    @property
    def value(self) -> Fraction:
        return self.sides.factor * self.top / self.bottom

    def scaled(self, number: Fraction) -> Ends:
        """Return what is enough, multiplied."""
        low, high = self.ends
        return (None if low is None else low * number, None if high is None else high * number)


def needs_of_totals(attainment: Attainment, result: Result) -> tuple[Need, ...]:
    """Return the ways to meet a target that is judged on totals, what it asks for first."""
    held = _held(attainment, result)
    if held is None or attainment.dictionary is None:
        return ()
    ways: list[Need] = []
    if isinstance(attainment.target, Density) and _too_much(held):
        ways += _below(attainment, held)
    if isinstance(attainment.target, Ratio) and not attainment.target.gross:
        ways += _of_a_part(attainment, held)
    else:
        ways += _alone(attainment, held)
        ways += _other_side(attainment, held)
    several = isinstance(attainment.target, Trend | Growth | Comparison | Coefficient)
    if ways and not several and attainment.target.mean_of is None:
        ways += _each_reporter(attainment, held, ways[0])
    return tuple(ways)


def _too_much(held: _Held) -> bool:
    high = held.ends[1]
    return high is not None and (held.value > high or (held.open_ended and held.value == high))


# the sides -----------------------------------------------------------------------------------------


def _held(attainment: Attainment, result: Result) -> _Held | None:
    """Return the sides of the value that decides, with what is enough."""
    measure, goal = attainment.measure, result.goal
    if measure is None or goal is None or result.value is None or attainment.statistics is None:
        return None
    years, parts, ends = _asked(attainment, result, goal)
    sides = sides_of(measure.value)
    if sides is None or len(parts) != 2 or _is_mean_of_rates(measure):  # noqa: PLR2004  # two sides
        return None
    top = Piece("", sides.above).value(attainment.statistics, years)
    bottom = _ONE if sides.below is None else Piece("", sides.below).value(attainment.statistics, years)
    if top is None or not bottom or bottom < 0:
        return None
    known_only = any(not part.is_exact for part in result.parts.values())
    return _Held(sides, (parts[0], parts[1]), years, top, bottom, ends, goal.open_ended, known_only)


def _asked(
    attainment: Attainment, result: Result, goal: Goal
) -> tuple[tuple[int, ...] | None, tuple[str, ...], Ends]:
    """Return the years that can still change, the names of both sides, and what is enough."""
    target, low_high = attainment.target, ends_of(goal)
    assert attainment.measure is not None  # its caller looked
    parts = tuple(attainment.measure.parts)
    if isinstance(target, Trend | Growth):
        before = result.parts["before"].value
        grown = [Fraction(0) if isinstance(target, Trend) or end is None else end for end in low_high]
        low, high = (
            None if end is None else before * (1 + rate) for end, rate in zip(low_high, grown, strict=True)
        )
        return result.years[-1:], ("after", "after"), (low, high)
    if isinstance(target, Comparison):
        other = result.parts["against"].value
        ends: Ends = (other, None) if goal.lower is not None else (None, other)
        return result.years or None, ("value", "value"), ends
    if isinstance(target, Count | Amount | Coefficient) and len(parts) == 1:
        parts = (parts[0], parts[0])
    return result.years or None, parts, low_high


def _is_mean_of_rates(measure: Measure) -> bool:
    """Whether a mean of numbers that count nothing is judged: no sum of them means anything."""
    return any(one.kind == "avg" and not factors_of(measure.unit) for one in aggregates_of(measure.value))


def _need(attainment: Attainment, held: _Held, kind: str, amount: Fraction, **more: object) -> Need:
    assert attainment.dictionary is not None  # its callers look
    node = held.sides.below if kind in {"below", "others"} else held.sides.above
    assert node is not None  # there is something below the line
    fields: dict[str, object] = {
        "kind": kind,
        "part": held.parts[1 if kind in {"below", "others"} else 0],
        "unit": unit_of(node, attainment.dictionary),
        "amount": amount,
        "step": step_of(node, attainment.dictionary),
        "years": held.years or (),
        "known_only": held.known_only,
        "lower_bound": amount,
    }
    return Need(**{**fields, **more})  # type: ignore[arg-type]  # the fields of a need


# the total -----------------------------------------------------------------------------------------


def _alone(attainment: Attainment, held: _Held) -> list[Need]:
    """Change the upper side alone; where the other side of a comparison holds the same rows, both change."""
    assert attainment.dictionary is not None  # its callers look
    step = step_of(held.sides.above, attainment.dictionary)
    shared = _shared(attainment, held)
    weight = held.sides.factor / held.bottom - shared
    if weight <= 0:
        return []
    gaps = tuple(None if end is None else held.top + (end - held.value) / weight for end in held.ends)
    change = least_change(held.top, (gaps[0], gaps[1]), step, open_ended=held.open_ended)
    if not change:
        return []
    stays = held.bottom if held.sides.below is not None else None
    return [_need(attainment, held, "alone", change, stays=stays, along=shared > 0)]


def _other_side(attainment: Attainment, held: _Held) -> list[Need]:
    """Change the other side of a comparison, this one staying as it is."""
    measure, dictionary, statistics = attainment.measure, attainment.dictionary, attainment.statistics
    if measure is None or measure.against is None or dictionary is None or statistics is None:
        return []
    other = sides_of(measure.against)
    if other is None or _shared(attainment, held):
        return []
    top = Piece("", other.above).value(statistics, held.years)
    bottom = _ONE if other.below is None else Piece("", other.below).value(statistics, held.years)
    if top is None or not bottom:
        return []
    wanted = held.value * bottom / other.factor
    ends = (None, wanted) if held.ends[0] is not None else (wanted, None)
    change = least_change(top, ends, step_of(other.above, dictionary))
    if not change or top + change < 0:
        return []
    stays = bottom if other.below is not None else None
    parts, turned = ("against", "against"), replace(held, sides=other)
    turned = replace(turned, parts=parts)
    return [_need(attainment, turned, "other", change, stays=stays, asked=False)]


def _shared(attainment: Attainment, held: _Held) -> Fraction:
    """Return by how much the other side of a comparison moves with every one more on this side."""
    measure = attainment.measure
    if measure is None or measure.against is None or attainment.statistics is None:
        return Fraction(0)
    other = sides_of(measure.against)
    if other is None or not all(_holds(one, held.sides.above) for one in aggregates_of(other.above)):
        return Fraction(0)
    bottom = _ONE if other.below is None else Piece("", other.below).value(attainment.statistics, held.years)
    return other.factor / bottom if bottom else Fraction(0)


def _holds(wider: Aggregate, narrower: Node) -> bool:
    """Whether all rows of a total are rows of another one, as far as their conditions say so."""
    return all(
        (one.kind, one.table, one.operand) == (wider.kind, wider.table, wider.operand)
        and set(conjuncts(wider.where)) <= set(conjuncts(one.where))
        for one in aggregates_of(narrower)
    )


def _of_a_part(attainment: Attainment, held: _Held) -> list[Need]:
    """Change a share: of those there are so many more, or so many new ones."""
    assert attainment.dictionary is not None  # its callers look
    step = step_of(held.sides.above, attainment.dictionary)
    part = least_change(
        held.top, held.scaled(held.bottom / held.sides.factor), step, open_ended=held.open_ended
    )
    found: list[Need] = []
    if part and held.top + part <= held.bottom:
        found.append(_need(attainment, held, "converted", part, stays=held.bottom))
    new = _new_ones(held, step)
    if new is not None:
        kind = "others" if _too_much(held) else "added"
        stays = held.top if kind == "others" else held.bottom - held.top
        found.append(_need(attainment, held, kind, new, stays=stays))
    return found


def _new_ones(held: _Held, step: Fraction | None) -> Fraction | None:
    """Return how many new ones are enough: (n + x) / (d + x), or n / (d + x) where the share is too large."""
    (low, high), factor = held.ends, held.sides.factor
    if _too_much(held):
        assert high is not None  # the share lies above it
        if high <= 0:
            return None
        new = least_change(held.bottom, (held.top * factor / high, None), step, open_ended=held.open_ended)
    else:
        if low is None or low >= factor:
            return None
        wanted = (low * held.bottom - factor * held.top) / (factor - low)
        new = least_change(Fraction(0), (wanted, None), step, open_ended=held.open_ended)
    if not new:
        return None
    above, below = (held.top, held.bottom + new) if _too_much(held) else (held.top + new, held.bottom + new)
    return new if _enough(replace(held, top=above, bottom=below)) else None


def _enough(held: _Held) -> bool:
    return least_change(held.value, held.ends, None, open_ended=held.open_ended) == 0


def _below(attainment: Attainment, held: _Held) -> list[Need]:
    """Enlarge the lower side alone: more teachers for the same students."""
    assert attainment.dictionary is not None  # its callers look
    change = _wider(held, attainment.dictionary)
    return [] if not change else [_need(attainment, held, "below", change, stays=held.top)]


def _wider(held: _Held, dictionary: Dictionary) -> Fraction | None:
    high = held.ends[1]
    if not high or held.sides.below is None:
        return None
    wanted = held.top * held.sides.factor / high
    step = step_of(held.sides.below, dictionary)
    change = least_change(held.bottom, (wanted, None), step, open_ended=held.open_ended)
    if change is None or held.bottom + change <= 0:
        return None
    return change if _enough(replace(held, bottom=held.bottom + change)) else None


# every school --------------------------------------------------------------------------------------


def _each_reporter(attainment: Attainment, held: _Held, way: Need) -> list[Need]:
    """Say what it takes that everybody who reports reaches the goal for itself, by the same way."""
    statistics, dictionary, below = attainment.statistics, attainment.dictionary, held.sides.below
    if below is None or statistics is None or dictionary is None:
        return []
    told = _own_sides(held, below, statistics, wider=way.kind == "below")
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


def _own_sides(held: _Held, below: Node, statistics: Statistics, *, wider: bool) -> dict[str, _Held]:
    """Return both sides of everybody who reports; nothing where something of them is not known.

    Args:
        held: Both sides of the total.
        below: The lower side.
        statistics: The exact columns.
        wider: Whether the lower side is to grow, so that it may be nothing today.
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
    return {who: one for who, one in own.items() if one.bottom > 0 or (wider and one.top > 0)}


def _has(held: _Held, way: Need) -> Fraction:
    return held.bottom if way.kind == "below" else held.top


def _own_change(held: _Held, way: Need, dictionary: Dictionary) -> Fraction | None:
    if way.kind == "below":
        if held.bottom == 0:
            high = held.ends[1]
            assert high  # too much is too much of something
            wanted = held.top * held.sides.factor / high
            return least_change(held.bottom, (wanted, None), way.step, open_ended=held.open_ended)
        return _wider(held, dictionary) if _too_much(held) else Fraction(0)
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
