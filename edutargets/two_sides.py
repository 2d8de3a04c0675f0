"""The two sides of a value that is judged on totals, and between which ends it must lie."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from edutargets.entity_conditions import split
from edutargets.expressions import Aggregate, Node, aggregates_of
from edutargets.whole_steps import Ends, least_change, linear, step_of

if TYPE_CHECKING:
    from fractions import Fraction

    from edutargets.tables import Dictionary

__all__ = ["Held", "Sides", "sides_of", "wider"]


@dataclass(frozen=True, slots=True)
class Sides:
    """A value as a factor, what stands above the line and what stands below; both are sums of totals.

    Args:
        factor: By what the quotient is multiplied, e.g. 100.
        above: The upper side.
        below: The lower side; ``None`` where nothing is divided.
    """

    factor: Fraction
    above: Node
    below: Node | None


def sides_of(node: Node) -> Sides | None:
    """Take a value apart; a mean is its sum over its count. ``None`` where its sides do not add up."""
    factor, above, below = split(node)
    if below is None and isinstance(above, Aggregate) and above.kind == "avg":
        total = replace(above, kind="sum")
        above, below = total, replace(above, kind="count")
    if linear(above) is None or (below is not None and linear(below) is None):
        return None
    if not aggregates_of(above):
        return None
    return Sides(factor, above, below)


@dataclass(frozen=True, slots=True)
class Held:
    """The two sides of a value as they are, and between which ends the value must lie.

    Args:
        sides: The value.
        parts: What the sides are called.
        years: The years that can still change.
        top: The upper side today.
        bottom: The lower side today; one where there is none.
        ends: What is enough, in the value's unit.
        open_ended: Whether the ends themselves are not enough.
        known_only: Whether something about it is not known.
    """

    sides: Sides
    parts: tuple[str, str]
    years: tuple[int, ...] | None
    top: Fraction
    bottom: Fraction
    ends: Ends
    open_ended: bool
    known_only: bool

    @property
    def value(self) -> Fraction:
        """The value today."""
        return self.sides.factor * self.top / self.bottom

    def scaled(self, number: Fraction) -> Ends:
        """Return what is enough, multiplied."""
        low, high = self.ends
        return (None if low is None else low * number, None if high is None else high * number)

    @property
    def is_too_much(self) -> bool:
        """Whether the value lies above what is enough."""
        high = self.ends[1]
        return high is not None and (self.value > high or (self.open_ended and self.value == high))

    @property
    def is_enough(self) -> bool:
        """Whether the value is enough."""
        return least_change(self.value, self.ends, None, open_ended=self.open_ended) == 0


def wider(held: Held, dictionary: Dictionary) -> Fraction | None:
    """Return by how much the lower side must grow so that the value is no longer too much."""
    high = held.ends[1]
    if not high or held.sides.below is None:
        return None
    wanted = held.top * held.sides.factor / high
    step = step_of(held.sides.below, dictionary)
    change = least_change(held.bottom, (wanted, None), step, open_ended=held.open_ended)
    if change is None or held.bottom + change <= 0:
        return None
    return change if replace(held, bottom=held.bottom + change).is_enough else None
