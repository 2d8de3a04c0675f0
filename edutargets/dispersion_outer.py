"""A number surely below, and one surely above, every squared coefficient that many open rows can have.

With R = CV² + 1, P the weights, x the amounts and Q = Σ(x² ÷ P): √R = √(PQ) ÷ Σx is the least of
(tP + Q/t) ÷ 2Σx over all t > 0. For one t that is a sum over rows above and a sum over rows below: whatever
is largest for some t is not below any √R. To lie below every √R, a number must lie below it for all t;
these are covered piece by piece, each by a straight line below e^h. A number is taken only where the sums
clear zero by more than all roundings of their terms can amount to: what is computed in binary is proved.
"""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from math import exp, log, sqrt
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edutargets.bounds import Interval
    from edutargets.dispersion_completions import Completions

__all__ = ["largest_outer", "smallest_outer"]

_ROUNDING = 2.0**-49
_PIECES = 400
_HALVINGS = 60
_PRECISION = 1e-9
_GOLDEN = (sqrt(5) - 1) / 2
_WIDEST = 1.5

Floats = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


class _Rows:
    """Open rows in binary numbers, alike ones once; R does not change where all amounts are multiplied."""

    def __init__(self, found: Completions) -> None:
        alike = Counter(
            (*_ends(row.amount.bounds), *_ends(row.weight.bounds), row.optional) for row in found.open_rows
        )
        amounts, weights = found.totals()
        columns = list(zip(*alike, strict=True))
        self.low, self.high = (_scaled(columns[at], amounts.upper) for at in (0, 1))
        self.least, self.most = (_scaled(columns[at], weights.upper) for at in (2, 3))
        self.optional = np.array(columns[4], bool)
        self.number = np.array(list(alike.values()), float)
        self.amount, self.weight = float(found.amount / amounts.upper), float(found.weight / weights.upper)
        self.squares = float(found.squares * weights.upper / amounts.upper**2)
        self.margin = (len(alike) + 64) * _ROUNDING
        largest = np.maximum(abs(self.low), abs(self.high)) ** 2 / self.least
        squares = self.squares + float(self.number @ largest)
        lowest_amount, lowest_weight = (
            float(amounts.lower / amounts.upper),
            float(weights.lower / weights.upper),
        )
        self.spans = (lowest_amount * (1 - _PRECISION), sqrt(squares / lowest_weight) * (1 + _PRECISION))
        """Between what t = √(Q/P) lies: not below the mean, not above the root of the largest mean square."""
        self.most_root = sqrt(squares) / lowest_amount * (1 + _PRECISION)


def _ends(bounds: Interval) -> tuple[Fraction, Fraction]:
    return bounds.lower, bounds.upper


def _scaled(numbers: Sequence[Fraction], by: Fraction) -> Floats:
    return np.array([float(number / by) for number in numbers], float)


# below ---------------------------------------------------------------------------------------------


def smallest_outer(found: Completions) -> Fraction:
    """Return a number that no squared coefficient of some completions is below."""
    rows = _Rows(found)
    low, high = 1.0, max(rows.most_root, 1.0)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if high / low - 1 < _PRECISION:
            break
        low, high = (middle, high) if _clears(rows, middle) else (low, middle)
    return Fraction(low) ** 2 - 1


def _clears(rows: _Rows, root: float) -> bool:
    """Whether it is proved that no √R is below a number: whole pieces of t clear it, or are cut in two."""
    pieces = [rows.spans]
    for _ in range(_PIECES):
        if not pieces:
            return True
        low, high = pieces.pop()
        middle = sqrt(low * high)
        half = max(high / middle, middle / low) * (1 + 4 * _ROUNDING) - 1
        ends = (
            [(1 + sign * half) * middle for sign in (1, -1)],
            [(1 - sign * half) / middle for sign in (1, -1)],
        )
        if half < _WIDEST - 1 and all(
            _least_sum(rows, above, below, 2 * root) > 0 for above, below in zip(*ends, strict=True)
        ):
            continue
        if _least_sum(rows, middle, 1 / middle, 2 * root, margin=-1) < 0 or half < _PRECISION:
            return False
        pieces += [(low, middle), (middle, high)]
    return False


def _least_sum(rows: _Rows, by_weight: float, by_square: float, factor: float, *, margin: int = 1) -> float:
    """Return the least that by_weight·P + by_square·Q - factor·Σx can be, less what roundings amount to.

    One row's share is convex in amount and weight together, and is multiplied as they are: so it is least on
    the edge of its box, where one of the two is at an end and the other at its best.
    """
    slope = sqrt(by_square / by_weight)
    terms, sizes = [], []
    for weight in (rows.least, rows.most):
        amount = np.clip(factor * weight / (2 * by_square), rows.low, rows.high)
        terms.append(_terms(weight, amount, by_weight, by_square, factor))
    for amount in (rows.low, rows.high):
        weight = np.clip(abs(amount) * slope, rows.least, rows.most)
        terms.append(_terms(weight, amount, by_weight, by_square, factor))
    shares = np.min([share for share, _ in terms], axis=0)
    sizes = np.max([size for _, size in terms], axis=0)
    shares = np.where(rows.optional, np.minimum(shares, 0), shares)
    closed = by_weight * rows.weight + by_square * rows.squares
    total = closed - factor * rows.amount + float(rows.number @ shares)
    size = closed + factor * abs(rows.amount) + float(rows.number @ sizes)
    return total - margin * rows.margin * size


def _terms(
    weight: Floats, amount: Floats, by_weight: float, by_square: float, factor: float
) -> tuple[Floats, Floats]:
    """Return what rows add to the sum, and how large the terms are that it is made of."""
    plus = by_weight * weight + by_square * amount**2 / weight
    return plus - factor * amount, plus + factor * abs(amount)


# above ---------------------------------------------------------------------------------------------


def largest_outer(found: Completions) -> Fraction:
    """Return a number that no squared coefficient of some completions is above."""
    rows = _Rows(found)
    low, high = (log(end) for end in rows.spans)
    inner = [high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)]
    tried = [_largest_at(rows, exp(one)) for one in inner]
    for _ in range(_HALVINGS):
        if tried[0] < tried[1]:
            high = inner[1]
            inner = [high - _GOLDEN * (high - low), inner[0]]
            tried = [_largest_at(rows, exp(inner[0])), tried[0]]
        else:
            low = inner[0]
            inner = [inner[1], low + _GOLDEN * (high - low)]
            tried = [tried[1], _largest_at(rows, exp(inner[1]))]
    best = exp(inner[0] if tried[0] < tried[1] else inner[1])
    factor, over = min(tried), _PRECISION
    while True:
        above = factor * (1 + over)
        _, total, size = _largest_sum(rows, best, above)
        if total + rows.margin * size < 0:
            return (Fraction(above) / 2) ** 2 - 1
        over *= 10


def _largest_at(rows: _Rows, ratio: float) -> float:
    """Return the largest (tP + Q/t) ÷ Σx of one t: raised to what the best rows have until none is better."""
    factor = 0.0
    while True:
        found, _, _ = _largest_sum(rows, ratio, factor)
        if found <= factor * (1 + _PRECISION / 1000):
            return max(found, factor)
        factor = found


def _largest_sum(rows: _Rows, ratio: float, factor: float) -> tuple[float, float, float]:
    """Take of every row the end that makes tP + Q/t - factor·Σx largest.

    Returns:
        The quotient of what was taken, the sum, and how large the terms are that it is made of.
    """
    ends = [(amount, weight) for amount in (rows.low, rows.high) for weight in (rows.least, rows.most)]
    plus = np.array([ratio * weight + amount**2 / weight / ratio for amount, weight in ends])
    amounts = np.array([amount for amount, _ in ends])
    at = np.argmax(plus - factor * amounts, axis=0)[None]
    plus, amounts = (np.take_along_axis(one, at, axis=0)[0] for one in (plus, amounts))
    taken = ~rows.optional | (plus - factor * amounts > 0)
    plus, amounts = np.where(taken, plus, 0), np.where(taken, amounts, 0)
    above = ratio * rows.weight + rows.squares / ratio + float(rows.number @ plus)
    below = rows.amount + float(rows.number @ amounts)
    size = above + factor * (abs(rows.amount) + float(rows.number @ abs(amounts)))
    return above / below, above - factor * below, size
