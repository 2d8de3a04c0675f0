"""How small and how large a squared coefficient of variation can be, found exactly where few rows are open.

Written R = CV² + 1 = ΣP · Σ(x² ÷ P) ÷ (Σx)². In the weight of one row R is convex, in its amount it falls
and then rises: so R is largest where every open cell is at an end of its range, and those ends are tried.
Where only amounts are open, 1 - 1/R is the least of Σ P(1 - s·x/P)² ÷ ΣP over one number s, convex in s: the
smallest R is found by looking through the places where an amount reaches an end, then by branching to amounts
that a column can hold. All of it is in whole numbers; `dispersion_outer` bounds what is too much to try.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from heapq import heappop, heappush
from itertools import combinations_with_replacement, count, product
from math import comb, lcm, prod
from typing import TYPE_CHECKING, Literal, NamedTuple

from edutargets.bounds import Interval, exactly
from edutargets.dispersion_completions import completions_of
from edutargets.dispersion_outer import largest_outer, smallest_outer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from edutargets.dispersion_completions import Completions, OpenRow
    from edutargets.dispersions import Spread
    from edutargets.row_lists import ListedRow, RowList
    from edutargets.tables import Dictionary

__all__ = ["Extreme", "SquareRange", "largest", "smallest", "square_range"]

_TRIES = 20_000
_OPTIONAL = 5
_BRANCHES = 300
_LAST_OPEN = 12


class Extreme(NamedTuple):
    """An end of the range of the squared coefficient, and whether some completion has it."""

    square: Fraction
    attained: bool


class SquareRange(NamedTuple):
    """Between what a squared coefficient and the totals it is made of lie.

    Args:
        bounds: The range of the square.
        sharpness: ``exact``, ``sharp`` where completions have both ends, or ``outer``.
        amounts: The range of the total of the amounts.
        weights: The range of the total of the weights.
        valueless: Whether some completion has no coefficient at all.
    """

    bounds: Interval
    sharpness: Literal["exact", "sharp", "outer"]
    amounts: Interval
    weights: Interval
    valueless: bool


def square_range(
    rows: Sequence[ListedRow], listed: RowList, dictionary: Dictionary, known: Spread
) -> SquareRange:
    """Return between what the squared coefficient of some rows lies, whatever is true of the open ones.

    Args:
        rows: The rows; their last two columns are amount and weight.
        listed: What they were told by.
        dictionary: The tables, with the plausible range of every column.
        known: How far the known rows lie apart.

    Raises:
        NoValueError: If there is no range.
    """
    found = completions_of(rows, listed, dictionary, known)
    amounts, weights = found.totals()
    if not found.open_rows:
        return SquareRange(exactly(known.square), "exact", amounts, weights, found.valueless)
    low, high = smallest(found), largest(found)
    sharp = low.attained and high.attained
    bounds = Interval(max(low.square, Fraction(0)), high.square)
    return SquareRange(bounds, "sharp" if sharp else "outer", amounts, weights, found.valueless)


class _Row(NamedTuple):
    """An open row in whole numbers."""

    low: int
    high: int
    weight_low: int
    weight_high: int
    step: int  # of the amount; 0 where it has none
    weight_step: int
    optional: bool


@dataclass(frozen=True, slots=True)
class _Whole:
    """Completions in whole numbers: amounts and weights in units of their own, squares in 1/unit.

    R does not change where all amounts, or all weights, are multiplied.
    """

    amount: int
    weight: int
    squares: int
    unit: int
    rows: tuple[_Row, ...]

    def ratio(self, amount: int, weight: int, squares: int) -> Fraction:
        """Return R - 1 of totals."""
        return Fraction(weight * squares, amount**2 * self.unit) - 1


def _whole(found: Completions) -> _Whole:
    """Multiply amounts and weights until all of them are whole."""
    amounts = [found.amount, *(one for row in found.open_rows for one in _numbers(row, "amount"))]
    weights = [found.weight, *(one for row in found.open_rows for one in _numbers(row, "weight"))]
    of_amount, of_weight = (lcm(*(one.denominator for one in every)) for every in (amounts, weights))
    rows = tuple(_whole_row(row, of_amount, of_weight) for row in found.open_rows)
    squares = found.squares * Fraction(of_amount**2, of_weight)
    unit = lcm(squares.denominator, *(end for row in rows for end in (row.weight_low, row.weight_high)))
    return _Whole(
        int(found.amount * of_amount), int(found.weight * of_weight), int(squares * unit), unit, rows
    )


def _numbers(row: OpenRow, name: str) -> tuple[Fraction, ...]:
    cell = row.amount if name == "amount" else row.weight
    return (cell.bounds.lower, cell.bounds.upper, cell.step or Fraction(1))


def _whole_row(row: OpenRow, of_amount: int, of_weight: int) -> _Row:
    low, high, step = (int(one * of_amount) for one in _numbers(row, "amount"))
    least, most, each = (int(one * of_weight) for one in _numbers(row, "weight"))
    return _Row(
        low, high, least, most, step if row.amount.step else 0, each if row.weight.step else 0, row.optional
    )


def _on_steps(rows: Sequence[_Row]) -> bool:
    """Whether every end of every open cell is a number that a column can hold."""
    return all(
        (row.step or row.low == row.high) and (row.weight_step or row.weight_low == row.weight_high)
        for row in rows
    )


# the largest ---------------------------------------------------------------------------------------


def largest(found: Completions) -> Extreme:
    """Return the largest squared coefficient, or a number above it where there is too much to try."""
    whole = _whole(found)
    alike = Counter(whole.rows)
    ends = {row: _ends(row, whole.unit) for row in alike}
    if prod(comb(number + len(ends[row]) - 1, number) for row, number in alike.items()) > _TRIES:
        return Extreme(largest_outer(found), attained=False)
    sums = [
        [_added(chosen) for chosen in combinations_with_replacement(ends[row], number)]
        for row, number in alike.items()
    ]
    best = (0, 1)
    for one in product(*sums):
        amount, weight, squares = _added([(whole.amount, whole.weight, whole.squares), *one])
        tried = (weight * squares, amount**2)
        if tried[0] * best[1] > best[0] * tried[1]:
            best = tried
    return Extreme(Fraction(best[0], best[1] * whole.unit) - 1, _on_steps(whole.rows))


Total = tuple[int, int, int]


def _ends(row: _Row, unit: int) -> tuple[Total, ...]:
    """Return amount, weight and square of a row at every end of its cells; zeros where it may not count."""
    found = {
        (amount, weight, amount**2 * (unit // weight))
        for amount in (row.low, row.high)
        for weight in (row.weight_low, row.weight_high)
    }
    return tuple(sorted(found | ({(0, 0, 0)} if row.optional else set())))


def _added(found: Sequence[Total]) -> Total:
    return sum(one[0] for one in found), sum(one[1] for one in found), sum(one[2] for one in found)


# the smallest --------------------------------------------------------------------------------------


def smallest(found: Completions) -> Extreme:
    """Return the smallest squared coefficient, or a number below it where there is too much to try."""
    whole = _whole(found)
    open_weights = [row for row in whole.rows if row.weight_low < row.weight_high]
    optional = sum(row.optional for row in whole.rows)
    single = len(whole.rows) == 1 and whole.rows[0].low == whole.rows[0].high and whole.rows[0].weight_step
    if (open_weights and not single) or optional > _OPTIONAL:
        return Extreme(smallest_outer(found), attained=False)
    every = [
        _of_weight(whole, rows[0]) if rows and single else _of_amounts(whole, rows) for rows in _there(whole)
    ]
    least = min(one.square for one in every)
    return Extreme(least, any(one.attained for one in every if one.square == least))


def _there(whole: _Whole) -> Iterator[tuple[_Row, ...]]:
    """Yield the open rows that count, in every way."""
    sure = tuple(row for row in whole.rows if not row.optional)
    alike = Counter(row for row in whole.rows if row.optional)
    for numbers in product(*(range(number + 1) for number in alike.values())):
        maybe = tuple(row for row, number in zip(alike, numbers, strict=True) for _ in range(number))
        yield (*sure, *maybe)


def _of_weight(whole: _Whole, row: _Row) -> Extreme:
    """Find the one open weight that is best: R is convex in it, so a rise is looked for by halving."""
    low, high = 0, (row.weight_high - row.weight_low) // row.weight_step

    def tried(steps: int) -> Fraction:
        weight = row.weight_low + steps * row.weight_step
        squares = whole.squares * weight + row.low**2 * whole.unit
        above = (whole.weight + weight) * squares
        return Fraction(above, weight * (whole.amount + row.low) ** 2 * whole.unit) - 1

    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if tried(middle + 1) >= tried(middle) else (middle + 1, high)
    return Extreme(tried(low), attained=True)


def _of_amounts(whole: _Whole, rows: tuple[_Row, ...]) -> Extreme:
    """Find the open amounts that are best, those first that need be on no step; then branch to the steps."""
    first = _relaxed(whole, rows)
    if first.between is None or len(rows) > _LAST_OPEN or not all(row.step for row in rows):
        return Extreme(first.square, first.between is None and _on_steps(rows))
    order, best = count(), None
    heap: list[tuple[Fraction, int, _Relaxed, tuple[_Row, ...]]] = [(first.square, next(order), first, rows)]
    for _ in range(_BRANCHES):
        square, _, relaxed, boxes = heappop(heap)
        if relaxed.between is None:
            return Extreme(square, attained=True)  # the least of all that is left, and a completion has it
        at, low = relaxed.between
        for changed in (boxes[at]._replace(high=low), boxes[at]._replace(low=low + boxes[at].step)):
            inside = (*boxes[:at], changed, *boxes[at + 1 :])
            found = _relaxed(whole, inside)
            heappush(heap, (found.square, next(order), found, inside))
    best = heap[0][0]
    return Extreme(best, heap[0][2].between is None)


class _Relaxed(NamedTuple):
    """The least R of amounts that need be on no step.

    Args:
        square: R - 1.
        between: A row whose amount lies between two steps, and the lower of them; ``None`` where none does.
    """

    square: Fraction
    between: tuple[int, int] | None


def _relaxed(whole: _Whole, rows: tuple[_Row, ...]) -> _Relaxed:
    """Find the least R where every amount may be anything in its range.

    The amounts are P ÷ s, or the end of the range next to it; as s grows, a row leaves its upper end at
    s = P ÷ end and stays at its lower end from s = P ÷ end on. The sum is least where Σ P(1 - s·x/P)² has no
    slope: s = Σx ÷ Σ(x² ÷ P) over the rows that are known or at an end.
    """
    unit = whole.unit
    amount, weight, squares = whole.amount, whole.weight, whole.squares
    events: list[tuple[Fraction, int, int]] = []
    at_end = [True] * len(rows)
    for at, row in enumerate(rows):
        amount, weight, squares = (
            amount + row.high,
            weight + row.weight_low,
            squares + row.high**2 * (unit // row.weight_low),
        )
        events += [(Fraction(row.weight_low, row.high), 0, at)] if row.high > 0 else []
        events += [(Fraction(row.weight_low, row.low), 1, at)] if row.low > 0 else []
    everything, start = weight, Fraction(1)
    for end_at, lower, at in sorted(events):
        if end_at.numerator * squares >= end_at.denominator * amount * unit:
            break
        row, sign = rows[at], 1 if lower else -1
        end = row.low if lower else row.high
        amount, weight = amount + sign * end, weight + sign * row.weight_low
        squares += sign * end**2 * (unit // row.weight_low)
        at_end[at], start = bool(lower), end_at
    inner = everything - weight
    above = everything * squares if squares else everything
    below = inner * squares + amount**2 * unit if squares else inner
    slope = Fraction(amount * unit, squares) if squares else start
    return _Relaxed(Fraction(above, below) - 1, _between(rows, at_end, slope))


def _between(rows: Sequence[_Row], at_end: Sequence[bool], slope: Fraction) -> tuple[int, int] | None:
    """Return the first row whose amount P ÷ s is on no step, with the step below it."""
    for at, row in enumerate(rows):
        if at_end[at] or row.low == row.high:
            continue
        best, step = row.weight_low / slope, row.step or 1
        if best.denominator != 1 or (best.numerator - row.low) % step or not row.step:
            return at, row.low + (best - row.low) // step * step
    return None
