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


def rate_and_mix(members: Mapping[Key, Periods], whole: Periods | None = None) -> dict[Key, Effects]:
    """Split the change of a total over a total by group: own rate, share, coming and going.

    With r the rate of a group (above ÷ below), w its share of everything below the line, R the rate of the
    whole and a bar for the mean of both periods: rate effect w̄ · Δr and mix effect Δw · (r̄ - R̄) of a group
    that is there both times, w · (r - R̄) of one that comes, -w · (r - R̄) of one that goes. All add up to ΔR.
    Without coming and going that is Kitagawa (1955), "Components of a difference between two rates"; with it
    Griliches and Regev (1995), "Firm productivity in Israeli industry 1979-1988".

    A group without anything below the line in one of the periods has no rate there: it counts as coming and
    going, with (above - R̄ · below) ÷ all below, which is the same where it has a rate.

    Args:
        members: The groups.
        whole: All of them together, where that is already known.

    Raises:
        ZeroDivisionError: If there is nothing below the line in one of the periods.

    Examples:
        >>> small, large = Sides(Fraction(8), Fraction(10)), Sides(Fraction(20), Fraction(40))
        >>> grown = Sides(Fraction(24), Fraction(30))
        >>> found = rate_and_mix({"a": Periods(small, grown), "b": Periods(large, large)})
        >>> found["a"].rate, found["a"].mix, sum(one.total for one in found.values())
        (Fraction(0, 1), Fraction(288, 6125), Fraction(12, 175))
    """
    whole = together(members.values()) if whole is None else whole
    middle = (whole.before.rate + whole.after.rate) / 2
    return {key: _effects(one, whole, middle) for key, one in members.items()}


def together(members: Iterable[Periods]) -> Periods:
    """Return several groups as one."""
    found = list(members)
    return Periods(
        Sides(added(one.before.above for one in found), added(one.before.below for one in found)),
        Sides(added(one.after.above for one in found), added(one.after.below for one in found)),
    )


def _effects(one: Periods, whole: Periods, middle: Fraction) -> Effects:
    before, after = one.before, one.after
    if not one.comparable:
        return Effects(
            entry=(after.above - middle * after.below) / whole.after.below,
            exit=(middle * before.below - before.above) / whole.before.below,
        )
    old, new = before.below / whole.before.below, after.below / whole.after.below
    return Effects(
        rate=(old + new) * _HALF * (after.rate - before.rate),
        mix=(new - old) * ((before.rate + after.rate) * _HALF - middle),
    )


@dataclass(frozen=True, slots=True)
class Nested(Generic[Group, Key]):
    """A change split twice: between groups, and inside each of them.

    Args:
        groups: The groups held against the whole; their mix effects are what lies between groups.
        members: The members held against their own group, so weighted that they add up to what their group
            adds beside its mix effect.
    """

    groups: Mapping[Group, Effects]
    members: Mapping[Group, Mapping[Key, Effects]]


def nested(groups: Mapping[Group, Mapping[Key, Periods]], whole: Periods | None = None) -> Nested[Group, Key]:
    """Split the change of a rate between groups and then, by the same rule, within each of them.

    Whatever its members do adds up to the rate effect of a group; the members of a group that comes or goes
    as a whole add up to that. So the mix effects of the groups and everything of the members are the change.

    Raises:
        ZeroDivisionError: If there is nothing below the line in one of the periods.

    Examples:
        >>> one, two = Sides(Fraction(1), Fraction(4)), Sides(Fraction(3), Fraction(4))
        >>> found = nested({"north": {"A": Periods(one, two)}, "south": {"B": Periods(two, two)}})
        >>> found.members["north"]["A"].rate == found.groups["north"].rate == Fraction(1, 4)
        True
    """
    sums = {group: together(members.values()) for group, members in groups.items()}
    whole = together(sums.values()) if whole is None else whole
    middle = (whole.before.rate + whole.after.rate) / 2
    inside: dict[Group, Mapping[Key, Effects]] = {}
    for group, members in groups.items():
        if not sums[group].comparable:
            inside[group] = {key: _apart(one, whole, middle) for key, one in members.items()}
            continue
        own = sums[group]
        weight = (own.before.below / whole.before.below + own.after.below / whole.after.below) * _HALF
        inside[group] = {key: one.times(weight) for key, one in rate_and_mix(members, own).items()}
    return Nested({group: _effects(one, whole, middle) for group, one in sums.items()}, inside)


def _apart(one: Periods, whole: Periods, middle: Fraction) -> Effects:
    """Take one as coming and going, whatever it has."""
    return Effects(
        entry=(one.after.above - middle * one.after.below) / whole.after.below,
        exit=(middle * one.before.below - one.before.above) / whole.before.below,
    )


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
