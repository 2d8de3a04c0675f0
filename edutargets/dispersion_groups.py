"""Which towns and schools make a dispersion: shares of its square that add up, and who moves it most."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from edutargets.decompositions import added

if TYPE_CHECKING:
    from collections.abc import Callable

    from edutargets.dispersions import Share, Spread

__all__ = ["GroupSpread", "by_group", "moves_most", "square_without"]

_STEPS = 10**40


@dataclass(frozen=True, slots=True)
class GroupSpread:
    """What the rows of one group, e.g. of a town, add to the square of the deviation.

    Args:
        group: The group.
        value: The total of its amounts.
        weight: The total of its weights.
        between: As its own mean lies apart from the mean of all: weight ÷ all weights · (own mean - mean)².
        within: As its rows lie apart from its own mean, weighted in the same way.
        rows: How many rows it has.
    """

    group: str
    value: Fraction
    weight: Fraction
    between: Fraction
    within: Fraction
    rows: int

    @property
    def square(self) -> Fraction:
        """All that its rows add."""
        return self.between + self.within


def by_group(spread: Spread, group_of: Callable[[Share], str]) -> tuple[GroupSpread, ...]:
    """Split the square of the deviation between groups and within them; all parts add up to it exactly.

    This is the analysis of variance of weighted means: Σ w(x - m)² = Σ W(M - m)² + ΣΣ w(x - M)², with M and W
    the mean and the weight of each group.

    Args:
        spread: The rows.
        group_of: The group of a row.
    """
    members: dict[str, list[Share]] = {}
    for share in spread.shares:
        members.setdefault(group_of(share), []).append(share)
    found = []
    for group, shares in members.items():
        value, weight = added(one.value for one in shares), added(one.weight for one in shares)
        between = weight / spread.weight * (value / weight - spread.mean) ** 2
        within = added(one.square for one in shares) - between
        found.append(GroupSpread(group, value, weight, between, within, len(shares)))
    return tuple(sorted(found, key=lambda one: (-one.square, one.group)))


def square_without(spread: Spread, share: Share) -> Fraction | None:
    """Return the square of the coefficient that the other rows have; ``None`` where they have none."""
    value, weight = spread.value - share.value, spread.weight - share.weight
    if value <= 0 or not weight:
        return None
    squares = (spread.square + 1) * spread.value**2 / spread.weight - share.value**2 / share.weight
    return weight * squares / value**2 - 1


def moves_most(spread: Spread) -> tuple[Share, Fraction] | None:
    """Return the row without which the coefficient would be another by most, and its square without it.

    ``None`` where one row is all there is, or no row moves it.
    """
    squares = (spread.square + 1) * spread.value**2 / spread.weight
    scaled = squares.numerator * _STEPS // squares.denominator
    found = []
    for at, share in enumerate(spread.shares):
        value, weight = spread.value - share.value, spread.weight - share.weight
        if value > 0 and weight > 0:
            own = share.value**2 / share.weight
            left = scaled - own.numerator * _STEPS // own.denominator
            factor = weight / value**2
            found.append((left * factor.numerator // factor.denominator, -at, share))
    if not found:
        return None
    base = spread.square
    ends = (min(found, key=lambda one: (one[0], -one[1])), max(found))
    low, high = ((share, square_without(spread, share) or Fraction(0)) for _, _, share in ends)
    chosen = low if _farther(base, low[1], high[1]) else high
    return chosen if chosen[1] != base else None


def _farther(base: Fraction, low: Fraction, high: Fraction) -> bool:
    """Whether the root of one square lies farther below that of the base than another's lies above it."""
    if high <= base:
        return True
    if low >= base:
        return False
    room = 4 * base - low - high
    return room >= 0 and room**2 >= 4 * low * high
