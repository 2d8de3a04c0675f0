"""Between which exact numbers a value lies: rounding, missing cells and rejected rows all end here."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Interval", "exactly"]


@dataclass(frozen=True, slots=True)
class Interval:
    """The closed range in which a number must lie, exact at both ends.

    The arithmetic is the safe outer one: the true value is always inside, but where one column stands
    on both sides of a fraction the range may be wider than it could be.

    Args:
        lower: The smallest value it can have.
        upper: The largest value it can have.

    Examples:
        >>> Interval(Fraction(3), Fraction(4)) / Interval(Fraction(8), Fraction(8))
        Interval(3/8 … 1/2)
        >>> exactly(5) + exactly(7)
        Interval(12)
    """

    lower: Fraction
    upper: Fraction

    def __post_init__(self) -> None:
        if self.lower > self.upper:
            message = f"an interval runs upwards, found {self.lower} … {self.upper}"
            raise ValueError(message)

    @property
    def is_exact(self) -> bool:
        """Whether only one value is possible."""
        return self.lower == self.upper

    def __add__(self, other: Interval) -> Interval:
        return Interval(self.lower + other.lower, self.upper + other.upper)

    def __sub__(self, other: Interval) -> Interval:
        return Interval(self.lower - other.upper, self.upper - other.lower)

    def __mul__(self, other: Interval) -> Interval:
        return _hull(a * b for a in (self.lower, self.upper) for b in (other.lower, other.upper))

    def __truediv__(self, other: Interval) -> Interval:
        if other.lower <= 0 <= other.upper:
            message = "the denominator can be zero"
            raise ZeroDivisionError(message)
        return _hull(a / b for a in (self.lower, self.upper) for b in (other.lower, other.upper))

    def __neg__(self) -> Interval:
        return Interval(-self.upper, -self.lower)

    def meets(self, other: Interval) -> bool:
        """Whether both ranges have a number in common: two roundings of one figure do."""
        return self.lower <= other.upper and other.lower <= self.upper

    def __repr__(self) -> str:
        return f"Interval({self.lower})" if self.is_exact else f"Interval({self.lower} … {self.upper})"


def exactly(number: Fraction | int) -> Interval:
    """Take a number that is known without doubt as a range of one."""
    value = Fraction(number)
    return Interval(value, value)


def _hull(corners: Iterable[Fraction]) -> Interval:
    values = list(corners)
    return Interval(min(values), max(values))
