"""What decides an open verdict: how many unknown rows must turn out well, whom to ask, what would settle it.

Held against its goal, a quotient of totals is a sum: what is known, and what each unknown row adds to it or
takes away. So the smallest number of rows that can bring it to the goal are those that add most, and one row
settles it by itself where what it adds outweighs whatever all others may say.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from edutargets.goals import Verdict
from edutargets.linear_forms import Quotient, quotient_of
from edutargets.open_results import open_result
from edutargets.settling_values import Condition, condition_for
from edutargets.targets import Growth, Trend

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from edutargets.attainment import Attainment
    from edutargets.goals import Goal
    from edutargets.linear_forms import Linear
    from edutargets.open_results import OpenResult
    from edutargets.open_rows import Choice, OpenGroup, OpenRow, Source

__all__ = ["Asked", "TippingPoint", "Unknown", "tipping_point"]


@dataclass(frozen=True, slots=True)
class Unknown:
    """Something unknown that can turn out by itself: a row, or rows that share an unknown cell.

    Args:
        sources: Where it should stand: the rows to ask for.
        reporter: Who could tell; empty where nobody is known.
        rows: How many rows it stands for.
        weight: Its part in all that is open, between 0 and 1.
        met_if: What it would have to say for the target to be met whatever the others say.
        not_met_if: What it would have to say for the target to be missed whatever the others say.
    """

    sources: tuple[Source, ...]
    reporter: str
    rows: int
    weight: Fraction
    met_if: Condition | None = None
    not_met_if: Condition | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """One who could tell, with all that is unknown of theirs.

    Args:
        reporter: Who hands it in; empty for what nobody is known to hand in.
        rows: How many unknown rows are theirs.
        weight: Their part in all that is open, between 0 and 1: by so much their data narrow the range.
        settles: The verdicts that theirs alone can bring about, whatever the others say.
    """

    reporter: str
    rows: int
    weight: Fraction
    settles: tuple[Verdict, ...]


@dataclass(frozen=True, slots=True)
class TippingPoint:
    """What decides a verdict that is open.

    Args:
        rows: How many unknown rows there are that matter.
        needed: The fewest of them that must turn out well for the target to be met.
        spare: So many of them may turn out as badly as can be, whichever they are, and it is still met.
        unknowns: What is unknown, what weighs most first.
        asked: Who to ask, those first whose data narrow the range most.
    """

    rows: int
    needed: int
    spare: int
    unknowns: tuple[Unknown, ...]
    asked: tuple[Asked, ...]


def tipping_point(attainment: Attainment) -> TippingPoint | None:
    """Say what decides a verdict that is open; ``None`` where it is not, or where no sum can say it.

    Args:
        attainment: The judged target.
    """
    judged = attainment.original
    result = judged.deciding
    if judged.verdict is not Verdict.UNDETERMINED or result is None or result.goal is None:
        return None
    if judged.measure is None or judged.measure.is_real:
        return None  # money of two years, each with an index of its own
    found = open_result(judged, result)
    line = None if found is None else _line(found)
    if found is None or line is None:
        return None
    balances = [
        balance
        for end in ("lower", "upper")
        if (balance := _balance(found, *line, "lower" if end == "lower" else "upper")) is not None
    ]
    return _told(balances[0], judged) if len(balances) == 1 else None


# the sum -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Totals:
    """What is known of sums of totals, and what each outcome of an open row adds to them."""

    found: OpenResult

    def known(self, side: Linear) -> Fraction | None:
        """Return what is known of a sum; ``None`` where a total has nothing known at all, or is rounded."""
        value = side.constant
        for term, weight in side.weights.items():
            cell = self.found.basis.statistics.total(term.aggregate, term.years)
            if cell.step or (term.of == "sum" and cell.value is None):
                return None
            value += weight * (Fraction(cell.known) if term.of == "rows" else cell.value or Fraction(0))
        return value

    def added(self, row: OpenRow, choice: Choice, side: Linear) -> Fraction:
        """Return what an outcome adds to a sum."""
        adds = zip(self.found.target.terms, choice.adds, strict=True)
        here = {(term.aggregate, term.of): number for term, number in adds}
        return sum(
            (
                weight * here.get((term.aggregate, term.of), Fraction(0))
                for term, weight in side.weights.items()
                if term.years is None or row.year is None or row.year in term.years
            ),
            Fraction(0),
        )

    def fixed(self, value: Quotient) -> Fraction | None:
        """Return a value that nothing unknown moves; ``None`` where something does, or there is none."""
        sides = (value.above, value.below)
        moved = any(
            self.added(row, choice, side)
            for group in self.found.groups
            for way in group.alternatives
            for row in way
            for choice in row.choices
            for side in sides
        )
        above, below = map(self.known, sides)
        return None if moved or above is None or not below else above / below


def _line(found: OpenResult) -> tuple[Quotient, Goal] | None:
    """Return the quotient of totals that is held against a goal; ``None`` where it is no such thing."""
    measure, result, goal = found.measure, found.result, found.result.goal
    assert goal is not None  # its caller looked
    if isinstance(measure.target, Growth | Trend):
        before, after = result.years
        new, old = quotient_of(measure.value, (after,)), quotient_of(measure.value, (before,))
        growing = isinstance(measure.target, Growth)
    else:
        years = result.years or None
        new = quotient_of(measure.value, years)
        if measure.against is None:
            return None if new is None else (new, goal)
        old, growing = quotient_of(measure.against, years), False
    if new is None or old is None:
        return None
    held = _of_two(new, old, _Totals(found), growing=growing)
    return None if held is None else (held, goal)


def _of_two(new: Quotient, old: Quotient, totals: _Totals, *, growing: bool) -> Quotient | None:
    """Bring a growth or a difference of two values to one quotient: one of them is known, or both sums."""
    fixed = totals.fixed(old)
    if fixed is not None:
        lifted = new.above + new.below.times(-fixed)
        return Quotient(lifted, new.below.times(fixed) if growing else new.below)
    fixed = totals.fixed(new)
    if fixed is not None and not growing:
        return Quotient(old.below.times(fixed) + old.above.times(Fraction(-1)), old.below)
    if not (new.below.is_constant and old.below.is_constant):
        return None
    one, two = (side.above.times(1 / side.below.constant) for side in (new, old))
    apart = one + two.times(Fraction(-1))
    return Quotient(apart, two) if growing else Quotient(apart)


@dataclass(frozen=True, slots=True)
class _Unit:
    """One independent unknown: the least and the most it adds, and its outcomes where it is one row."""

    group: OpenGroup
    row: OpenRow | None
    least: Fraction
    most: Fraction
    times: int = 1

    @property
    def width(self) -> Fraction:
        return self.most - self.least


@dataclass(frozen=True, slots=True)
class _Balance:
    """How far above the goal the known part stands, and what each unknown adds; zero is the line."""

    known: Fraction
    units: tuple[_Unit, ...]
    score: Callable[[OpenRow, Choice], Fraction]
    strict: bool

    @property
    def least(self) -> Fraction:
        return self.known + sum((unit.least * unit.times for unit in self.units), Fraction(0))

    @property
    def most(self) -> Fraction:
        return self.known + sum((unit.most * unit.times for unit in self.units), Fraction(0))

    def holds(self, total: Fraction) -> bool:
        """Whether a total is on the good side of the line."""
        return total > 0 if self.strict else total >= 0


def _balance(
    found: OpenResult, value: Quotient, goal: Goal, end: Literal["lower", "upper"]
) -> _Balance | None:
    """Hold a quotient against one end of a goal; ``None`` where that end is not what is open."""
    limit, totals = goal.lower if end == "lower" else goal.upper, _Totals(found)
    below = totals.known(value.below)
    if limit is None or not limit.is_exact or not below:
        return None
    sign = Fraction(1 if (end == "lower") == (below > 0) else -1)
    side = (value.above + value.below.times(-limit.lower)).times(sign)
    known = totals.known(side)
    if known is None:
        return None

    def score(row: OpenRow, choice: Choice) -> Fraction:
        return totals.added(row, choice, side)

    units = [unit for group in found.groups for unit in _units(group, score)]
    known += sum((unit.least * unit.times for unit in units if not unit.width), Fraction(0))
    balance = _Balance(known, tuple(unit for unit in units if unit.width), score, goal.open_ended)
    return balance if balance.holds(balance.most) and not balance.holds(balance.least) else None


def _units(group: OpenGroup, score: Callable[[OpenRow, Choice], Fraction]) -> list[_Unit]:
    """Take a group apart into what can turn out by itself."""
    ends = [
        [
            (min(found), max(found))
            for row in way
            for found in [[score(row, choice) for choice in row.choices]]
        ]
        for way in group.alternatives
    ]
    if len(group.alternatives) == 1:
        return [
            _Unit(group, row, least, most, row.rows)
            for row, (least, most) in zip(group.alternatives[0], ends[0], strict=True)
        ]
    counted = [
        [(least * row.rows, most * row.rows) for row, (least, most) in zip(way, found, strict=True)]
        for way, found in zip(group.alternatives, ends, strict=True)
    ]
    sums = [
        tuple(sum(side, Fraction(0)) for side in zip(*way, strict=True)) or (Fraction(0),) * 2
        for way in counted
    ]
    return [_Unit(group, None, min(one[0] for one in sums), max(one[1] for one in sums))]


# what is told --------------------------------------------------------------------------------------


def _told(balance: _Balance, attainment: Attainment) -> TippingPoint:
    widths = sorted((unit.width for unit in balance.units for _ in range(unit.times)), reverse=True)
    every = sum(widths, Fraction(0))
    needed, total = 0, balance.least
    while not balance.holds(total):
        total, needed = total + widths[needed], needed + 1
    spare, total = 0, balance.most
    while spare < len(widths) and balance.holds(total - widths[spare]):
        total, spare = total - widths[spare], spare + 1
    unknowns = [_unknown(unit, balance, every, attainment) for unit in balance.units]
    unknowns.sort(key=lambda one: (-one.weight, one.reporter, str(one.sources)))
    return TippingPoint(len(widths), needed, spare, tuple(unknowns), _asked(balance, unknowns, every))


def _unknown(unit: _Unit, balance: _Balance, every: Fraction, attainment: Attainment) -> Unknown:
    sources = _sources(unit)
    reporters = dict.fromkeys(one.reporter for one in sources if one.reporter)
    told = Unknown(
        sources,
        next(iter(reporters)) if len(reporters) == 1 else "",
        unit.times,
        unit.width * unit.times / every,
    )
    if unit.row is None or unit.times > 1 or attainment.dictionary is None:
        return told
    outcomes: Mapping[Choice, Fraction] = {
        choice: balance.score(unit.row, choice) for choice in unit.row.choices
    }
    others = balance.least - unit.least, balance.most - unit.most
    return Unknown(
        told.sources,
        told.reporter,
        told.rows,
        told.weight,
        condition_for(outcomes, lambda score: balance.holds(score + others[0]), attainment.dictionary),
        condition_for(outcomes, lambda score: not balance.holds(score + others[1]), attainment.dictionary),
    )


def _sources(unit: _Unit) -> tuple[Source, ...]:
    return unit.group.sources if unit.row is None or unit.group.source is not None else unit.row.sources


def _asked(balance: _Balance, unknowns: Sequence[Unknown], every: Fraction) -> tuple[Asked, ...]:
    """Say of everybody who could tell how much theirs narrow the range, and what they alone can settle."""
    rows: dict[str, int] = defaultdict(int)
    weights: dict[str, Fraction] = defaultdict(Fraction)
    for one in unknowns:
        rows[one.reporter] += one.rows
        weights[one.reporter] += one.weight
    found = []
    for reporter, weight in weights.items():
        settles = []
        if balance.holds(balance.least + weight * every):
            settles.append(Verdict.MET)
        if not balance.holds(balance.most - weight * every):
            settles.append(Verdict.NOT_MET)
        found.append(Asked(reporter, rows[reporter], weight, tuple(settles)))
    return tuple(sorted(found, key=lambda one: (-one.weight, one.reporter)))
