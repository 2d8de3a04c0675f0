"""Ranges: the true value is always inside, and the ends are exact."""

from fractions import Fraction
from itertools import product

import pytest

from edutargets.bounds import Interval, exactly


def test_a_range_that_runs_backwards_is_refused() -> None:
    """A lower end above the upper one is a mistake, not an empty range."""
    with pytest.raises(ValueError, match="upwards"):
        Interval(Fraction(2), Fraction(1))


@pytest.mark.parametrize("operator", ["+", "-", "*", "/"])
def test_whatever_the_parts_are_the_result_lies_in_the_range(operator: str) -> None:
    """Each pair of points of two ranges, signs mixed, gives a point of the result; its ends are reached."""
    ends = [(-3, -1), (-2, 5), (0, 0), (0, 4), (1, 7)]
    for (a, b), (c, d) in product(ends, repeat=2):
        left, right = Interval(Fraction(a), Fraction(b)), Interval(Fraction(c), Fraction(d))
        if operator == "/" and c <= 0 <= d:
            with pytest.raises(ZeroDivisionError):
                left / right
            continue
        found = {"+": left.__add__, "-": left.__sub__, "*": left.__mul__, "/": left.__truediv__}[operator](
            right
        )
        values = [
            {"+": x + y, "-": x - y, "*": x * y, "/": x / y if y else Fraction(0)}[operator]
            for x, y in product(map(Fraction, range(a, b + 1)), map(Fraction, range(c, d + 1)))
        ]
        assert (min(values), max(values)) == (found.lower, found.upper)


def test_two_roundings_that_touch_can_be_one_figure() -> None:
    """A common end is a common number."""
    one, other = Interval(Fraction(1), Fraction(2)), Interval(Fraction(2), Fraction(3))
    assert one.meets(other)
    assert other.meets(one)
    assert not one.meets(exactly(3))


def test_the_opposite_of_a_range_swaps_its_ends() -> None:
    """What is most becomes least."""
    assert -Interval(Fraction(-1), Fraction(4)) == Interval(Fraction(-4), Fraction(1))
    assert exactly(3).is_exact
    assert not Interval(Fraction(-1), Fraction(4)).is_exact
