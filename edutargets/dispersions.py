"""How unequal schools are: the student-weighted coefficient of variation, exact as a square."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from math import isqrt
from typing import TYPE_CHECKING

from edutargets.bounds import Interval
from edutargets.evaluation import NoValueError
from edutargets.goals import Goal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from edutargets.row_lists import ListedRow

__all__ = [
    "Share",
    "Spread",
    "coefficient",
    "exact_cell",
    "known_rows",
    "root",
    "root_range",
    "spread_of",
    "squared_goal",
]

_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Share:
    """One row of a dispersion.

    Args:
        reporter: Who reports it.
        key: What names it.
        value: Its amount.
        weight: Its students.
        square: What it adds to the square of the deviation: weight ÷ all weights · (own mean - mean)².
    """

    reporter: str
    key: tuple[str, ...]
    value: Fraction
    weight: Fraction
    square: Fraction


KnownRow = tuple["ListedRow", Fraction, Fraction]


@dataclass(frozen=True)
class Spread:
    """All known rows of a dispersion, and how far they lie apart.

    Args:
        value: The total of the amounts.
        weight: The total of the weights.
        squares: The total of amount² ÷ weight.
        rows: The rows, each with its amount and its weight.
    """

    value: Fraction
    weight: Fraction
    squares: Fraction
    rows: tuple[KnownRow, ...]

    @property
    def mean(self) -> Fraction:
        """The total over the total, never a mean of schools' means."""
        return self.value / self.weight

    @property
    def variance(self) -> Fraction:
        """The square of the weighted deviation."""
        return self.square * self.mean**2

    @property
    def square(self) -> Fraction:
        """The square of the coefficient of variation: what is held against the square of the goal."""
        return self.weight * self.squares / self.value**2 - 1

    @cached_property
    def shares(self) -> tuple[Share, ...]:
        """What each row adds, those that add most first; rows without weight and amount are left out."""
        mean, weights = self.mean, self.weight
        found = [
            Share(
                row.reporter,
                tuple(map(str, row.values[:-2])),
                value,
                weight,
                (value - mean * weight) ** 2 / (weight * weights),
            )
            for row, value, weight in self.rows
            if weight
        ]
        return tuple(sorted(found, key=lambda share: (-float(share.square), -share.square, share.key)))


def spread_of(rows: Sequence[ListedRow]) -> Spread:
    """Compute how far rows lie apart; the last two columns are amount and weight, the others name the row.

    Rows of which something is not known are left out: they widen the range, which is worked out elsewhere.

    Raises:
        NoValueError: If no row is known, or one has an amount and no weight, or the mean is not above zero.
    """
    found = known_rows(rows)
    total = sum((value for _, value, _ in found), Fraction(0))
    weights = sum((weight for _, _, weight in found), Fraction(0))
    if not weights:
        raise NoValueError("the weights add up to zero", "权重合计为零")
    if total <= 0:
        raise NoValueError(
            "the mean is not above zero, so nothing can be held against it", "均值不为正,差异系数无意义"
        )
    by_weight: dict[Fraction, Fraction] = {}
    for _, value, weight in found:
        by_weight[weight] = by_weight.get(weight, Fraction(0)) + value**2
    squares = sum((square / weight for weight, square in by_weight.items() if weight), Fraction(0))
    return Spread(total, weights, squares, tuple(found))


def known_rows(rows: Sequence[ListedRow]) -> list[KnownRow]:
    """Return the rows that surely count, each with its amount and its weight, where both are known.

    Raises:
        NoValueError: If there is none, or one has an amount and no weight.
    """
    found = [
        (row, exact_cell(row.values[-2]), exact_cell(row.values[-1]))
        for row in rows
        if None not in row.values[-2:]
        for _ in range(row.sure)
    ]
    if not found:
        if rows:
            raise NoValueError("no row is known in full", "没有一行数据是完整已知的")
        raise NoValueError(
            "there is no row to compare: none is not zero", "没有可供比较的行(没有数据不等于零)"
        )
    _check_weights(found)
    return found


def exact_cell(cell: object) -> Fraction:
    """Return the number that an engine handed back, exactly."""
    return Fraction(cell) if isinstance(cell, int | Decimal) else Fraction(str(cell))


def _check_weights(found: Sequence[KnownRow]) -> None:
    for row, value, weight in found:
        if weight < 0 or (weight == 0 and value):
            name = " · ".join(str(one) for one in row.values[:-2])
            raise NoValueError(
                f"{name} has an amount and no weight, so it has no value of its own",
                f"{name} 有数额而权重(如学生数)为零,无法计算其均值",
            )


def squared_goal(goal: Goal) -> Goal:
    """Return the goal that a square must reach, so that no root decides."""

    def square(end: Interval | None) -> Interval | None:
        return None if end is None else Interval(max(end.lower, Fraction(0)) ** 2, end.upper**2)

    return Goal(goal.word, square(goal.lower), square(goal.upper), goal.open_ended)


def coefficient(spread: Spread, goal: Goal) -> Fraction:
    """Return the coefficient itself, in as many decimals as keep it on its side of the goal."""
    ends = [end for end in (goal.lower, goal.upper) if end is not None]
    return root(spread.square, [number for end in ends for number in (end.lower, end.upper)])


def root(square: Fraction, limits: Iterable[Fraction] = ()) -> Fraction:
    """Return a root exactly, or cut after twelve decimals, or later where a limit lies in between.

    Args:
        square: A number not below zero.
        limits: Numbers that the cut root must lie on the same side of as the true one.

    Examples:
        >>> root(Fraction(1, 4)), root(Fraction(2))
        (Fraction(1, 2), Fraction(1414213562373, 1000000000000))
        >>> root(Fraction(1, 4) + Fraction(1, 10**40), [Fraction(1, 2)]) > Fraction(1, 2)
        True
    """
    above, below = isqrt(square.numerator), isqrt(square.denominator)
    if (above**2, below**2) == (square.numerator, square.denominator):
        return Fraction(above, below)
    wanted, digits = [Fraction(0), *limits], _DIGITS
    while True:
        scale = 10**digits
        found = Fraction(isqrt(square.numerator * scale**2 // square.denominator), scale)
        if all(_side(found, limit) == _side(square, limit * abs(limit)) for limit in wanted):
            return found
        digits += _DIGITS


def root_range(squares: Interval, goal: Goal) -> Interval:
    """Return between what a coefficient lies whose square lies in a range: outwards, each end on its side.

    Examples:
        >>> root_range(
        ...     Interval(Fraction(1, 4), Fraction(9, 16)),
        ...     Goal("at_most", upper=Interval(Fraction(1), Fraction(1))),
        ... )
        Interval(1/2 … 3/4)
    """
    ends = [end for end in (goal.lower, goal.upper) if end is not None]
    limits = [number for end in ends for number in (end.lower, end.upper)]
    low = root(squares.lower, limits)
    high, digits = root(squares.upper, limits), _DIGITS
    while high**2 < squares.upper:
        scale = 10**digits
        above = Fraction(isqrt(squares.upper.numerator * scale**2 // squares.upper.denominator) + 1, scale)
        if all(_side(above, limit) == _side(squares.upper, limit * abs(limit)) for limit in limits):
            high = above
        digits += _DIGITS
    return Interval(low, high)


def _side(value: Fraction, limit: Fraction) -> int:
    return (value > limit) - (value < limit)
