"""How unequal schools are: the student-weighted coefficient of variation, exact as a square."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import isqrt
from typing import TYPE_CHECKING

from edutargets.bounds import Interval
from edutargets.evaluation import NoValueError
from edutargets.goals import Goal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from edutargets.row_lists import ListedRow

__all__ = ["Share", "Spread", "coefficient", "root", "spread_of", "squared_goal"]

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


@dataclass(frozen=True, slots=True)
class Spread:
    """All rows of a dispersion, and how far they lie apart.

    Args:
        value: The total of the amounts.
        weight: The total of the weights.
        shares: The rows, those that add most first; rows without weight and amount are left out.
    """

    value: Fraction
    weight: Fraction
    shares: tuple[Share, ...]

    @property
    def mean(self) -> Fraction:
        """The total over the total, never a mean of schools' means."""
        return self.value / self.weight

    @property
    def variance(self) -> Fraction:
        """The square of the weighted deviation."""
        return sum((share.square for share in self.shares), Fraction(0))

    @property
    def square(self) -> Fraction:
        """The square of the coefficient of variation: what is held against the square of the goal."""
        return self.variance / self.mean**2


def spread_of(rows: Sequence[ListedRow]) -> Spread:
    """Compute how far rows lie apart; the last two columns are amount and weight, the others name the row.

    Raises:
        NoValueError: If a row is not known in full, or has an amount and no weight, or the mean is not
            above zero.
    """
    _check_known(rows)
    found = [
        (row, Fraction(str(row.values[-2])), Fraction(str(row.values[-1])))
        for row in rows
        for _ in range(row.sure)
    ]
    if not found:
        raise NoValueError(
            "there is no row to compare: none is not zero", "没有可供比较的行(没有数据不等于零)"
        )
    _check_weights(found)
    total = sum((value for _, value, _ in found), Fraction(0))
    weights = sum((weight for _, _, weight in found), Fraction(0))
    if not weights:
        raise NoValueError("the weights add up to zero", "权重合计为零")
    if total <= 0:
        raise NoValueError(
            "the mean is not above zero, so nothing can be held against it", "均值不为正,差异系数无意义"
        )
    mean = total / weights
    shares = [
        Share(
            row.reporter,
            tuple(str(one) for one in row.values[:-2]),
            value,
            weight,
            weight / weights * (value / weight - mean) ** 2,
        )
        for row, value, weight in found
        if weight
    ]
    return Spread(total, weights, tuple(sorted(shares, key=lambda share: (-share.square, share.key))))


def _check_weights(found: Sequence[tuple[ListedRow, Fraction, Fraction]]) -> None:
    for row, value, weight in found:
        if weight < 0 or (weight == 0 and value):
            raise NoValueError(
                f"{_named(row)} has an amount and no weight, so it has no value of its own",
                f"{_named(row)} 有数额而权重(如学生数)为零,无法计算其均值",
            )


def _named(row: ListedRow) -> str:
    return " · ".join(str(one) for one in row.values[:-2])


def _check_known(rows: Sequence[ListedRow]) -> None:
    """Refuse what is not known in full: one blank cell moves mean and deviation at once."""
    unsure = sum(row.unsure for row in rows)
    if unsure:
        raise NoValueError(
            f"of {unsure} rows it is not known whether they belong to it", f"有 {unsure} 行无法确定是否计入"
        )
    blank = [row for row in rows if None in row.values[-2:]]
    if blank:
        count, first = sum(row.sure for row in blank), _named(blank[0])
        raise NoValueError(
            f"{count} {'rows lack' if count > 1 else 'row lacks'} its amount or its weight, e.g. {first}",
            f"有 {count} 行缺少数额或权重,例如 {first}",
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


def _side(value: Fraction, limit: Fraction) -> int:
    return (value > limit) - (value < limit)
