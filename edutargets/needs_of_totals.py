"""What a total or a quotient of totals lacks: in the district as a whole, and at every school for itself."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from edutargets.expressions import Aggregate, Node, aggregates_of, unit_of
from edutargets.needs import Need
from edutargets.needs_of_reporters import needs_of_reporters
from edutargets.targets import Amount, Coefficient, Comparison, Count, Density, Growth, Ratio, Trend
from edutargets.totals_sql import Piece, conjuncts
from edutargets.two_sides import Held, sides_of, wider
from edutargets.units import factors_of
from edutargets.whole_steps import Ends, ends_of, least_change, step_of

if TYPE_CHECKING:
    from edutargets.attainment import Attainment
    from edutargets.bound_measures import Measure
    from edutargets.goals import Goal
    from edutargets.judging import Result

__all__ = ["needs_of_totals"]

_ONE = Fraction(1)


def needs_of_totals(attainment: Attainment, result: Result, *, by_reporter: bool) -> tuple[Need, ...]:
    """Return the ways to meet a target that is judged on totals, what it asks for first."""
    held = _held(attainment, result)
    if held is None or attainment.dictionary is None:
        return ()
    ways: list[Need] = []
    if isinstance(attainment.target, Density) and held.is_too_much:
        ways += _below(attainment, held)
    if isinstance(attainment.target, Ratio) and not attainment.target.gross:
        ways += _of_a_part(attainment, held)
    else:
        ways += _alone(attainment, held)
        ways += _other_side(attainment, held)
    several = isinstance(attainment.target, Trend | Growth | Comparison | Coefficient)
    if by_reporter and ways and not several and attainment.target.mean_of is None:
        ways += needs_of_reporters(attainment, held, ways[0])
    return tuple(ways)


# the sides -----------------------------------------------------------------------------------------


def _held(attainment: Attainment, result: Result) -> Held | None:
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
    if measure.is_real and result.parts["after"].value:  # in the money of the year it would be spent in
        index = sides.factor * top / bottom / result.parts["after"].value
        ends = tuple(None if end is None else end * index for end in ends)  # type: ignore[assignment]  # two ends
    known_only = any(not part.is_exact for part in result.parts.values())
    return Held(sides, (parts[0], parts[1]), years, top, bottom, ends, goal.open_ended, known_only)


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


def _need(attainment: Attainment, held: Held, kind: str, amount: Fraction, **more: object) -> Need:
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


def _alone(attainment: Attainment, held: Held) -> list[Need]:
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


def _other_side(attainment: Attainment, held: Held) -> list[Need]:
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


def _shared(attainment: Attainment, held: Held) -> Fraction:
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


def _of_a_part(attainment: Attainment, held: Held) -> list[Need]:
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
        kind = "others" if held.is_too_much else "added"
        stays = held.top if kind == "others" else held.bottom - held.top
        found.append(_need(attainment, held, kind, new, stays=stays))
    return found


def _new_ones(held: Held, step: Fraction | None) -> Fraction | None:
    """Return how many new ones are enough: (n + x) / (d + x), or n / (d + x) where the share is too large."""
    (low, high), factor = held.ends, held.sides.factor
    if held.is_too_much:
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
    above, below = (held.top, held.bottom + new) if held.is_too_much else (held.top + new, held.bottom + new)
    return new if replace(held, top=above, bottom=below).is_enough else None


def _below(attainment: Attainment, held: Held) -> list[Need]:
    """Enlarge the lower side alone: more teachers for the same students."""
    assert attainment.dictionary is not None  # its callers look
    change = wider(held, attainment.dictionary)
    return [] if not change else [_need(attainment, held, "below", change, stays=held.top)]
