"""Numbers rounded so that a column still adds up to its printed total."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from edutargets.wording import decimal_text, rounded

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["adding_up", "signed"]


def adding_up(values: Sequence[Fraction], digits: int, total: Fraction | None = None) -> list[Fraction]:
    """Round numbers so that they add up to their printed total: each to one of its two neighbours.

    Those nearest to the next number up go up, until the total is reached (the largest remainder, which is
    how seats are given to parties). A number that needs no rounding stays as it is.

    Args:
        values: The exact numbers.
        digits: The decimals.
        total: The total as it is printed; rounded half up from the exact one where none is given.

    Raises:
        ValueError: If no such rounding adds up to that total.

    Examples:
        >>> from fractions import Fraction
        >>> [str(one) for one in adding_up([Fraction(1, 3)] * 3, 2)]
        ['17/50', '33/100', '33/100']
        >>> adding_up([Fraction(1, 4), Fraction(-1, 4)], 0)
        [Fraction(0, 1), Fraction(0, 1)]
    """
    steps = [value * 10**digits for value in values]
    wanted = (rounded(sum(values, Fraction(0)), digits) if total is None else total) * 10**digits
    low = [step.numerator // step.denominator for step in steps]
    open_ones = sorted(
        (at for at, step in enumerate(steps) if step.denominator != 1),
        key=lambda at: (low[at] - steps[at], at),
    )
    up = wanted - sum(low)
    if up.denominator != 1 or not 0 <= up <= len(open_ones):
        message = f"{len(values)} numbers in {digits} decimals cannot add up to {wanted / 10**digits}"
        raise ValueError(message)
    raised = set(open_ones[: int(up)])
    return [Fraction(floor + (at in raised), 10**digits) for at, floor in enumerate(low)]


def signed(value: Fraction, shown: Fraction, digits: int) -> str:
    """Write a rounded change with its sign; one that is not nothing keeps its sign even as a zero.

    Examples:
        >>> from fractions import Fraction
        >>> signed(Fraction(1, 1000), Fraction(0), 2), signed(Fraction(0), Fraction(0), 2)
        ('+0.00', '0')
    """
    if not value:
        return "0"
    return f"{'+' if value > 0 else '-'}{decimal_text(abs(shown), digits)}"
