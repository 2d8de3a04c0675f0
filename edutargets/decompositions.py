"""What a change or a square is made of: parts that add up to the whole exactly, in fractions."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping

__all__ = [
    "Effects",
    "Nested",
    "Periods",
    "Sides",
    "added",
    "nested",
    "rate_and_mix",
    "side_effects",
    "together",
]

Key = TypeVar("Key", bound="Hashable")
Group = TypeVar("Group", bound="Hashable")
_ZERO, _HALF = Fraction(0), Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class Sides:
    """What stands above and below the line in one period, for one group or for all.

    Args:
        above: The numerator.
        below: The denominator; of a total, 1.
    """

    above: Fraction = _ZERO
    below: Fraction = _ZERO

    def __add__(self, other: Sides) -> Sides:
        return Sides(self.above + other.above, self.below + other.below)

    @property
    def rate(self) -> Fraction:
        """The one over the other."""
        return self.above / self.below


@dataclass(frozen=True, slots=True)
class Periods:
    """One group in two periods; nothing above and below the line is the same as not being there.

    Args:
        before: The earlier period.
        after: The later one.
    """

    before: Sides = Sides()
    after: Sides = Sides()

    def __add__(self, other: Periods) -> Periods:
        return Periods(self.before + other.before, self.after + other.after)

    @property
    def comparable(self) -> bool:
        """Whether it has a rate in both periods."""
        return bool(self.before.below and self.after.below)

    @property
    def is_empty(self) -> bool:
        """Whether it has nothing in either period."""
        return Sides() == self.before == self.after


@dataclass(frozen=True, slots=True)
class Effects:
    """What one group adds to a change of the whole.

    Args:
        rate: Because its own rate changed, at its mean share.
        mix: Because its share changed, at what its mean rate lies above or below that of the whole.
        entry: Because it has a rate in the later period only.
        exit: Because it had a rate in the earlier period only.
    """

    rate: Fraction = _ZERO
    mix: Fraction = _ZERO
    entry: Fraction = _ZERO
    exit: Fraction = _ZERO

    @property
    def total(self) -> Fraction:
        """All of it."""
        return self.rate + self.mix + self.entry + self.exit

    def times(self, factor: Fraction) -> Effects:
        """Return every effect multiplied."""
        return Effects(self.rate * factor, self.mix * factor, self.entry * factor, self.exit * factor)


# rates ---------------------------------------------------------------------------------------------


def rate_and_mix(members: Mapping[Key, Periods]) -> dict[Key, Effects]:
    """Split the change of a total over a total by group: own rate, share, coming and going.

    With r the rate of a group (above ÷ below), w its share of everything below the line, R the rate of the
    whole and a bar for the mean of both periods: rate effect w̄ · Δr and mix effect Δw · (r̄ - R̄) of a group
    that is there both times, w · (r - R̄) of one that comes, -w · (r - R̄) of one that goes. All add up to ΔR.
    Without coming and going that is Kitagawa (1955), "Components of a difference between two rates"; with it
    Griliches and Regev (1995), "Firm productivity in Israeli industry 1979-1988".

    A group without anything below the line in one of the periods has no rate there: it counts as coming and
    going, with (above - R̄ · below) ÷ all below, which is the same where it has a rate.

    Raises:
        ZeroDivisionError: If there is nothing below the line in one of the periods.

    Examples:
        >>> small, large = Sides(Fraction(8), Fraction(10)), Sides(Fraction(20), Fraction(40))
        >>> grown = Sides(Fraction(24), Fraction(30))
        >>> found = rate_and_mix({"a": Periods(small, grown), "b": Periods(large, large)})
        >>> found["a"].rate, found["a"].mix, sum(one.total for one in found.values())
        (Fraction(0, 1), Fraction(288, 6125), Fraction(12, 175))
    """
    frame = Frame.of(together(members.values()))
    return {key: frame.effects(one) for key, one in members.items()}


def together(members: Iterable[Periods]) -> Periods:
    """Return several groups as one."""
    found = list(members)
    return Periods(
        Sides(added(one.before.above for one in found), added(one.before.below for one in found)),
        Sides(added(one.after.above for one in found), added(one.after.below for one in found)),
    )


@dataclass(frozen=True, slots=True)
class Frame:
    """What groups are held against: a whole, and how much the whole weighs.

    Args:
        whole: All of them together.
        middle: The mean of the rate of the whole in both periods.
        weight: By what every effect is multiplied.
        apart: Whether every group counts as coming and going, as the whole has no rate in one of the periods.
    """

    whole: Periods
    middle: Fraction
    weight: Fraction = Fraction(1)
    apart: bool = False

    @classmethod
    def of(cls, whole: Periods, weight: Fraction = Fraction(1)) -> Frame:
        """Return the frame of a whole.

        Raises:
            ZeroDivisionError: If there is nothing below the line in one of the periods.
        """
        return cls(whole, (whole.before.rate + whole.after.rate) / 2, weight)

    def within(self, own: Periods) -> Frame:
        """Return the frame of the members of one of the groups: they add up to its rate effect."""
        if not own.comparable:
            return Frame(self.whole, self.middle, self.weight, apart=True)
        old, new = (one.below / all_.below for one, all_ in _pairs(own, self.whole))
        return Frame.of(own, self.weight * (old + new) * _HALF)

    def effects(self, one: Periods) -> Effects:
        """Return what one group adds."""
        if self.apart or not one.comparable:
            coming, going = self._there(one.after, 1), self._there(one.before, 0)
            return Effects(entry=self.weight * coming, exit=-self.weight * going)
        old, new = (own.below / all_.below for own, all_ in _pairs(one, self.whole))
        rates = (one.before.rate + one.after.rate) * _HALF
        return Effects(
            rate=self.weight * (old + new) * _HALF * (one.after.rate - one.before.rate),
            mix=self.weight * (new - old) * (rates - self.middle),
        )

    def _there(self, one: Sides, period: int) -> Fraction:
        whole = (self.whole.before, self.whole.after)[period]
        return (one.above - self.middle * one.below) / whole.below

    def total(self, one: Periods) -> Fraction:
        """Return all that one group adds: the same whichever way it is split."""
        return self.weight * (self._there(one.after, 1) - self._there(one.before, 0))

    @property
    def slopes(self) -> tuple[Fraction, Fraction, Fraction, Fraction]:
        """By what the later numerator and denominator count in a total, then the earlier ones.

        A group adds the first · above - the second · below - the third · above + the fourth · below.
        """
        later, earlier = (self.weight / one.below for one in (self.whole.after, self.whole.before))
        return later, later * self.middle, earlier, earlier * self.middle

    def sums(self, members: Iterable[Periods]) -> Effects:
        """Return what many groups add together; groups with the same below the line are added first."""
        both: list[Periods] = []
        alone: list[Periods] = []
        for one in members:
            (alone if self.apart or not one.comparable else both).append(one)
        rest, there = together(alone), together(both)
        crossed = _quotients((one.before.below, one.after) for one in both)
        back = _quotients((one.after.below, one.before) for one in both)
        old, new = self.whole.before.below, self.whole.after.below
        rate = ((crossed - there.before.above) / old + (there.after.above - back) / new) * _HALF * self.weight
        return Effects(
            rate=rate,
            mix=self.total(there) - rate,
            entry=self.weight * self._there(rest.after, 1),
            exit=-self.weight * self._there(rest.before, 0),
        )


def _quotients(terms: Iterable[tuple[Fraction, Sides]]) -> Fraction:
    """Add up factor · rate; what has the same denominator is added before anything is cancelled."""
    alike: dict[int, int] = {}
    for factor, side in terms:
        above, below = side.above, side.below
        over = factor.numerator * above.numerator * below.denominator
        under = factor.denominator * above.denominator * below.numerator
        alike[under] = alike.get(under, 0) + over
    return added(Fraction(over, under) for under, over in alike.items())


def _pairs(one: Periods, other: Periods) -> tuple[tuple[Sides, Sides], tuple[Sides, Sides]]:
    return (one.before, other.before), (one.after, other.after)


@dataclass(frozen=True, slots=True)
class Nested(Generic[Group]):
    """A change split twice: between groups, and inside each of them.

    Args:
        outer: What the groups are held against; their mix effects are what lies between groups.
        inner: What the members of each group are held against: so weighted that they add up to what their
            group adds beside its mix effect.
        sums: Every group by itself.
    """

    outer: Frame
    inner: Mapping[Group, Frame]
    sums: Mapping[Group, Periods]


def nested(groups: Mapping[Group, Mapping[Key, Periods]]) -> Nested[Group]:
    """Split the change of a rate between groups and then, by the same rule, within each of them.

    Whatever its members do adds up to the rate effect of a group; the members of a group that comes or goes
    as a whole add up to that. So the mix effects of the groups and everything of the members are the change.

    Raises:
        ZeroDivisionError: If there is nothing below the line in one of the periods.

    Examples:
        >>> one, two = Sides(Fraction(1), Fraction(4)), Sides(Fraction(3), Fraction(4))
        >>> rose, stayed = Periods(one, two), Periods(two, two)
        >>> found = nested({"north": {"A": rose}, "south": {"B": stayed}})
        >>> found.inner["north"].effects(rose).rate == found.outer.effects(rose).rate == Fraction(1, 4)
        True
    """
    sums = {group: together(members.values()) for group, members in groups.items()}
    outer = Frame.of(together(sums.values()))
    return Nested(outer, {group: outer.within(one) for group, one in sums.items()}, sums)


def side_effects(one: Periods, whole: Periods) -> tuple[Fraction, Fraction]:
    """Split what a group adds to the change of a total over a total by the side of the line it stands on.

    With N over D for the whole and n over d for the group: Δn · ½(1/D₀ + 1/D₁) above the line and
    -½(N₀ + N₁) · Δd ÷ (D₀ · D₁) below it. Over all groups these add up to what the numerator alone and the
    denominator alone would have changed, each taken first and last and averaged: the Shapley value of two
    factors, which for two is Das Gupta (1993), "Standardization and decomposition of rates". It is exact
    where the logarithmic mean of Ang (2004) needs roots and logarithms.

    Raises:
        ZeroDivisionError: If there is nothing below the line in one of the periods.

    Examples:
        >>> all_of_it = Periods(Sides(Fraction(100), Fraction(10)), Sides(Fraction(180), Fraction(12)))
        >>> side_effects(all_of_it, all_of_it)
        (Fraction(22, 3), Fraction(-7, 3))
    """
    old, new = whole.before, whole.after
    above = (one.after.above - one.before.above) * (1 / old.below + 1 / new.below) * _HALF
    below = (old.above + new.above) * _HALF * (one.before.below - one.after.below) / (old.below * new.below)
    return above, below


def added(values: Iterable[Fraction]) -> Fraction:
    """Add fractions in pairs, so that many different denominators stay cheap.

    Examples:
        >>> added(Fraction(1, number * (number + 1)) for number in range(1, 100))
        Fraction(99, 100)
    """
    alike: dict[int, int] = {}
    for value in values:
        alike[value.denominator] = alike.get(value.denominator, 0) + value.numerator
    left = [Fraction(above, below) for below, above in sorted(alike.items())]
    while len(left) > 1:
        left = [sum(left[at : at + 2], _ZERO) for at in range(0, len(left), 2)]
    return left[0] if left else _ZERO
