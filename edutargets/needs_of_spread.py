"""What would bring schools close enough: the smallest total addition to those that have least.

Of all ways to add so many units, giving each next unit where it costs the sum of squares least is the best
one (the sum is convex and falls apart by schools), and no way to add fewer units than the smallest continuous
amount is enough. The first whole number of units from there on whose best way is enough is therefore the
smallest, in exact arithmetic; nothing is left to a solver.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from heapq import heapify, heappop, heappush
from math import ceil
from typing import TYPE_CHECKING

from edutargets.dispersions import spread_of
from edutargets.evaluation import NoValueError
from edutargets.needs import Need, NeededRow
from edutargets.row_targets import Dispersion
from edutargets.whole_steps import step_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edutargets.attainment import Attainment
    from edutargets.dispersions import Share
    from edutargets.judging import Result

__all__ = ["least_addition", "needs_of_spread"]

_SEARCHED, _FEWEST, _DOUBLINGS = 20_000, 20, 24
Pair = tuple[int, Fraction]


def needs_of_spread(attainment: Attainment, result: Result) -> tuple[Need, ...]:
    """Return the smallest addition that brings the coefficient of variation down to its goal."""
    measure, statistics, goal = attainment.measure, attainment.statistics, result.goal
    if not isinstance(attainment.target, Dispersion) or measure is None or measure.rows is None:
        return ()
    if statistics is None or attainment.dictionary is None or goal is None or goal.upper is None:
        return ()
    rows = measure.rows.lists["rows"]
    (_, value), _ = rows.columns[-2:]
    step = step_of(value, attainment.dictionary)
    if step is None or result.value is None or result.value < goal.upper.upper:
        return ()
    try:
        shares = spread_of(statistics.listed(rows, result.years or None)).shares
    except NoValueError:
        return ()
    whole = [_whole(share, step) for share in shares]
    lowest = goal.lower.lower if goal.lower is not None else Fraction(0)
    ends = (lowest**2, goal.upper.upper**2)
    found = least_addition(whole, ends, open_ended=goal.open_ended)
    if found is None:
        return ()
    units, surely = found
    told = _told(shares, units, step, tuple(name for name, _ in rows.columns[:-2]))
    amount = step * sum(units)
    return (
        Need(
            kind="spread",
            part="total_value",
            unit=measure.rows.units["total_value"],
            amount=amount,
            step=step,
            years=result.years,
            count=len(told),
            of=len(shares),
            rows=told,
            optimality="exact" if surely == sum(units) else "bound",
            lower_bound=step * surely,
        ),
    )


def _told(
    shares: Sequence[Share], units: Sequence[int], step: Fraction, names: tuple[str, ...]
) -> tuple[NeededRow, ...]:
    """Say who gets what, those with the most first."""
    told = [
        NeededRow(
            reporter=share.reporter,
            key=tuple(zip(names, share.key, strict=True)),
            amount=step * number,
            has=share.value,
        )
        for share, number in zip(shares, units, strict=True)
        if number
    ]
    return tuple(sorted(told, key=lambda row: (-row.amount, row.reporter, str(row.key))))


def _whole(share: Share, step: Fraction) -> Pair:
    """Return an amount in whole steps, and its weight."""
    return int(share.value / step), share.weight


@dataclass(slots=True)
class _Schools:
    """Amounts in whole steps with their weights, and sums over them: CV² = ΣP · Σ(x² ÷ P) ÷ (Σx)² - 1."""

    pairs: Sequence[Pair]
    weight: Fraction

    def is_enough(self, total: int, squares: Fraction, end: Fraction, *, open_ended: bool) -> bool:
        """Whether a total and a sum of squares ÷ weights bring the square down to its end."""
        left, right = self.weight * squares, (1 + end) * total**2
        return left < right if open_ended else left <= right


def least_addition(
    pairs: Sequence[Pair], ends: tuple[Fraction, Fraction], *, open_ended: bool = False
) -> tuple[list[int], int] | None:
    """Return how many units to give to each, as few in all as bring CV² down to its end.

    Args:
        pairs: The whole units that each has, and its weight.
        ends: The smallest and the largest CV² that is enough.
        open_ended: Whether the ends themselves are not enough.

    Returns:
        The units for each, and how many units are surely needed in all: as many as are given, unless the
        search for the smallest number was cut short. ``None`` where whole units lead nowhere near.

    Examples:
        >>> least_addition([(10, Fraction(1)), (0, Fraction(1))], (Fraction(0), Fraction(1, 9)))
        ([0, 5], 5)
    """
    schools = _Schools(pairs, sum((weight for _, weight in pairs), Fraction(0)))
    first = _continuous(schools, ends[1], open_ended=open_ended)
    searched = max(_FEWEST, _SEARCHED // len(pairs))
    steps = [*range(searched), *(searched + 2**power for power in range(_DOUBLINGS))]
    for at in steps:
        given = _best(pairs, first + at)
        total = sum(has + more for (has, _), more in zip(pairs, given, strict=True))
        squares = _squares(pairs, given)
        if schools.is_enough(total, squares, ends[1], open_ended=open_ended):
            square = schools.weight * squares / total**2 - 1
            too_even = square < ends[0] or (square == ends[0] and open_ended)
            return None if too_even else (given, first + min(at, searched))
    return None


def _squares(pairs: Sequence[Pair], given: Sequence[int]) -> Fraction:
    return sum(
        ((has + more) ** 2 / weight for (has, weight), more in zip(pairs, given, strict=True)), Fraction(0)
    )


def _continuous(schools: _Schools, end: Fraction, *, open_ended: bool) -> int:
    """Return the fewest units that would be enough if units could be divided: nothing less is enough.

    Raising the lowest to one common level is then the best way; the more is given, the smaller CV² gets.
    """
    ordered = sorted(schools.pairs, key=lambda pair: pair[0] / pair[1])
    highest = ordered[-1][0] / ordered[-1][1]
    below = 0
    above = ceil(sum((weight * highest - has for has, weight in ordered), Fraction(0)))
    has = sum(one for one, _ in ordered)
    sums = _running(ordered)
    while below < above:
        middle = (below + above) // 2
        squares = _level_squares(ordered, sums, middle)
        if schools.is_enough(has + middle, squares, end, open_ended=open_ended):
            above = middle
        else:
            below = middle + 1
    return below


Sums = list[tuple[int, Fraction, Fraction]]


def _running(ordered: Sequence[Pair]) -> Sums:
    """Return for the lowest so many their units, their weights and their squares ÷ weights."""
    units, weights, squares = 0, Fraction(0), Fraction(0)
    found = [(units, weights, squares)]
    for has, weight in ordered:
        units, weights, squares = units + has, weights + weight, squares + has**2 / weight
        found.append((units, weights, squares))
    return found


def _level_squares(ordered: Sequence[Pair], sums: Sums, given: int) -> Fraction:
    """Return Σ(x² ÷ P) once so many units, divided as finely as one likes, went to the lowest."""
    low, high = 1, len(ordered)
    while low < high:  # the fewest that, raised together, do not reach the next one
        middle = (low + high) // 2
        units, weights, _ = sums[middle]
        has, weight = ordered[middle]
        if (units + given) * weight <= has * weights:
            high = middle
        else:
            low = middle + 1
    units, weights, squares = sums[low]
    return (units + given) ** 2 / weights + sums[-1][2] - squares


def _best(pairs: Sequence[Pair], units: int) -> list[int]:
    """Give units so that Σ(x² ÷ P) is smallest: each next unit where it adds least.

    One more unit adds (2x + 1) ÷ P. Nobody can give a unit to another one without making the sum larger.
    """
    given = _rounded_level(pairs, units)

    def adds(at: int, more: int) -> Fraction:
        """Say what the unit after so many adds."""
        has, weight = pairs[at]
        return (2 * (has + more) + 1) / weight

    heap = [(adds(at, more), at) for at, more in enumerate(given)]
    heapify(heap)
    for _ in range(units - sum(given)):
        _, at = heappop(heap)
        given[at] += 1
        heappush(heap, (adds(at, given[at]), at))
    while True:  # the level rounded down is all but the best already
        cost, giver = max(
            ((adds(at, more - 1), at) for at, more in enumerate(given) if more), default=(None, 0)
        )
        if cost is None or cost <= heap[0][0]:
            return given
        _, taker = heappop(heap)
        given[giver], given[taker] = given[giver] - 1, given[taker] + 1
        heap = [(adds(at, more), at) for at, more in enumerate(given)]
        heapify(heap)


def _rounded_level(pairs: Sequence[Pair], units: int) -> list[int]:
    """Raise the lowest to one common level, each rounded down to whole units."""
    order = sorted(range(len(pairs)), key=lambda at: pairs[at][0] / pairs[at][1])
    held, weights, level = 0, Fraction(0), Fraction(0)
    for place, at in enumerate(order):
        held, weights = held + pairs[at][0], weights + pairs[at][1]
        level = (held + units) / weights
        if place + 1 == len(order) or level <= pairs[order[place + 1]][0] / pairs[order[place + 1]][1]:
            break
    return [max(0, int(level * weight) - has) for has, weight in pairs]
