"""What it would take to meet a target, as data: how much, of whom, and how sure it is that less fails."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import date

    import pint

    from edutargets.expressions import Node

__all__ = ["Kind", "Need", "NeededRow", "Optimality"]

Kind = Literal[
    "alone",
    "converted",
    "added",
    "others",
    "below",
    "other",
    "each",
    "whole",
    "some",
    "standards",
    "spread",
    "gaps",
    "record",
]
Optimality = Literal["exact", "proved", "bound"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NeededRow:
    """What one school, person or row must gain (above zero) or lose (below zero).

    Args:
        reporter: Who reports the row.
        key: The columns that name the row, with their values; empty where all of a reporter is meant.
        amount: How much, in the unit of the need.
        has: What it has today, in the unit of ``amount``.
        standard: Which standard is lifted, counted from 1; of several standards only.
        days: The first days of the weeks, months, quarters or years that lack events; of a frequency only.
        lacking: How many events each of these lacks.
        lever: The column or records that change, where it is one.
    """

    reporter: str
    key: tuple[tuple[str, object], ...] = ()
    amount: Fraction
    has: Fraction = Fraction(0)
    standard: int = 0
    days: tuple[date, ...] = ()
    lacking: tuple[int, ...] = ()
    lever: Node | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One way to meet a target, everything else staying as it is.

    Args:
        kind: What changes. ``alone``: the total, or the upper side of a quotient by itself. ``converted``: so
            many of those already counted below become part of the upper side. ``added``: new ones, counted
            above and below. ``others``: new ones, counted below only. ``below``: the lower side by itself.
            ``other``: the other side of a comparison. ``each``: every one of a group, or everybody who
            reports, for itself. ``whole``: the total of a group whose every member must reach the goal.
            ``some``: the cheapest part of a group.
            ``standards``: for each school some of several standards. ``spread``: additions to the lowest.
            ``gaps``: events for what was missed. ``record``: evidence of a milestone.
        part: The part of the target that changes.
        unit: What ``amount`` counts; ``None`` where rows count different things.
        amount: How much in all: more above zero, less below zero.
        step: The smallest step it can change by; ``None`` where no step is known.
        stays: What stays as it is while it changes: the lower side, the upper side or the other side.
        asked: Whether this is what the target asks; else it is told beside it, as another reading.
        along: Whether the other side of a comparison moves along, as it counts the same rows, too.
        years: The years whose data change.
        count: How many of a group must come to reach the goal, or are changed.
        of: How many there are in the group.
        rows: Who, those with the least to do first where some are enough, else those with the most.
        unknown: How many more of the group must reach it of whom it is not known how much they lack.
        known_only: Whether something is blank or in doubt: the number rests on what is known.
        optimality: ``exact``: no smaller number is enough, in exact arithmetic. ``proved``: a solver proved
            it and the plan was checked in exact arithmetic. ``bound``: the plan is enough, and what is surely
            needed is ``lower_bound``.
        lower_bound: What is surely needed, in the unit of ``amount``.
    """

    kind: Kind
    part: str
    unit: pint.Unit | None
    amount: Fraction
    step: Fraction | None = None
    stays: Fraction | None = None
    asked: bool = True
    along: bool = False
    years: tuple[int, ...] = ()
    count: int = 0
    of: int = 0
    rows: tuple[NeededRow, ...] = field(default=(), repr=False)
    unknown: int = 0
    known_only: bool = False
    optimality: Optimality = "exact"
    lower_bound: Fraction | None = None

    @property
    def longest(self) -> Fraction:
        """The most that a single row must gain or lose."""
        return max((row.amount for row in self.rows), key=abs, default=Fraction(0))

    @property
    def by_reporter(self) -> dict[str, Fraction]:
        """What everybody who reports must gain, those with the most first."""
        found: dict[str, Fraction] = {}
        for row in self.rows:
            found[row.reporter] = found.get(row.reporter, Fraction(0)) + row.amount
        return dict(sorted(found.items(), key=lambda one: (-abs(one[1]), one[0])))
