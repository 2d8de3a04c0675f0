"""Who holds a target back: the exact contribution of every town and of everybody who reports."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import lcm
from operator import itemgetter
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal
from weakref import WeakKeyDictionary

from edutargets.expressions import Node, aggregates_of
from edutargets.reported_totals import (
    adds_up,
    lines_of,
    mostly_shared,
    not_known,
    tables_of,
    totals_by_reporter,
)
from edutargets.rosters import roster_of
from edutargets.row_targets import Dispersion, Frequency
from edutargets.targets import Amount, Comparison, Count, Growth, Milestone, Trend

if TYPE_CHECKING:
    from edutargets.attainment import Attainment, Basis
    from edutargets.goals import Goal
    from edutargets.judging import Result
    from edutargets.measures import Measure
    from edutargets.rosters import Roster
    from edutargets.wording import Language

__all__ = ["Contribution", "Contributions", "contributions", "contributions_of"]

Kind = Literal["gap", "excess", "failing", "part", "change"]


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one town, school or office adds to the gap.

    Args:
        code: Its code, or the key of the town.
        label: What it is called.
        parts: Its own totals.
        amount: What it adds: above zero holds the target back, below zero makes up for others (for ``part``:
            its share of the total).
        town: The town a school belongs to, where that is known.
        known: Whether all its figures are known; else the amount is that of what is known.
    """

    code: str
    label: str
    parts: Mapping[str, Fraction]
    amount: Fraction
    town: str = ""
    known: bool = True


@dataclass(frozen=True, slots=True)
class Contributions:
    """The groups of a target, those that matter most first.

    Args:
        by: ``town`` or ``reporter``.
        kind: ``gap`` to the goal or ``excess`` over it, in the numerator's unit, ``failing`` entities,
            ``part`` of a total, ``change`` from the year before.
        everyone: All groups that have anything, sorted; their amounts add up to the whole.
        nodes: What their parts are made of.
    """

    by: Literal["town", "reporter"]
    kind: Kind
    everyone: tuple[Contribution, ...]
    nodes: Mapping[str, Node] = field(repr=False)

    @property
    def groups(self) -> tuple[Contribution, ...]:
        """The groups that are known to hold the target back, or that have a part in the total."""
        compares = self.kind in {"gap", "excess", "change"}
        return tuple(one for one in self.everyone if one.amount > 0 and (one.known or not compares))

    @property
    def others(self) -> tuple[Contribution, ...]:
        """The groups that add nothing or make up for others, and those of which a figure is not known."""
        named = {one.code for one in self.groups}
        return tuple(one for one in self.everyone if one.code not in named)

    @property
    def whole(self) -> Fraction:
        """What all groups add up to, e.g. the whole gap to the goal."""
        return sum((one.amount for one in self.everyone), Fraction(0))

    @property
    def of(self) -> int:
        """How many groups there are in all."""
        return len(self.everyone)


# contributions -------------------------------------------------------------------------------------


_FOUND: WeakKeyDictionary[Basis, dict[tuple[str, Language, str], Contributions | None]] = WeakKeyDictionary()


def contributions_of(
    attainment: Attainment, language: Language, by: Literal["town", "reporter"]
) -> Contributions | None:
    """Return who adds what, with their names; worked out once, as several parts of an explanation tell it.

    Args:
        attainment: The judged target.
        language: Of the names.
        by: Whether towns or those who report are told.
    """
    roster = roster_of(attainment, language)
    if roster is None or attainment.basis is None:
        return None
    known, key = _FOUND.setdefault(attainment.basis, {}), (attainment.target.id, language, by)
    if key not in known:
        for other in [one for one in known if one[0] != key[0]]:
            del known[other]  # one target at a time: a plan has hundreds
        known[key] = contributions(attainment, roster, by)
    return known[key]


def contributions(
    attainment: Attainment, roster: Roster, by: Literal["town", "reporter"]
) -> Contributions | None:
    """Say what every town, or everybody who reports, adds to the gap; ``None`` where nothing adds up.

    Args:
        attainment: The judged target.
        roster: Names and towns.
        by: Whether towns or those who report are told.
    """
    attainment = attainment.original
    result = attainment.deciding
    if result is None or result.value is None or attainment.statistics is None:
        return None
    found = _kind_of(attainment, result)
    if found is None:
        return None
    kind, nodes, amount = found
    tables = tables_of(*nodes.values())
    if not (all(map(roster.has_towns, tables)) if by == "town" else len(tables) == 1):
        return None
    cells = _cells(attainment, result, nodes, roster, by)
    sides = [{code for code, parts in cells.items() if name in parts} for name in nodes]
    if not mostly_shared(sides[0], sides[-1]):
        return None
    open_ones = _open_ones(attainment, result, nodes, roster, by)
    called = _names(cells, roster, tables, by, result)
    groups = []
    for code, parts in cells.items():
        whole = {name: parts.get(name, Fraction(0)) for name in nodes}
        label, town = called.get(code, (code, ""))
        groups.append(Contribution(code, label, whole, amount(whole), town, code not in open_ones))
    told = [group for group in groups if any(group.parts.values()) or not group.known]
    if sum(1 for group in told if any(group.parts.values())) < 2:  # noqa: PLR2004  # one alone is the whole
        return None
    order = zip(_whole([-group.amount for group in told]), (group.code for group in told), strict=True)
    everyone = tuple(group for _, group in sorted(zip(order, told, strict=True), key=itemgetter(0)))
    return Contributions(by, kind, everyone, MappingProxyType(nodes))


def _whole(amounts: Sequence[Fraction]) -> list[int]:
    """Multiply amounts until all are whole, so that they are sorted fast."""
    unit = lcm(*{amount.denominator for amount in amounts})
    return [amount.numerator * (unit // amount.denominator) for amount in amounts]


def _names(
    codes: Iterable[str], roster: Roster, tables: Iterable[str], by: str, result: Result
) -> dict[str, tuple[str, str]]:
    """Return the label of every group, and the town of a school."""
    found: dict[str, tuple[str, str]] = {}
    for table in tables:
        if by == "town":
            for _, place, town in roster.of_table(table).values():
                found.setdefault(place, (town, ""))
            continue
        places = roster.places(table, _last(result.years))
        for code in codes:
            known = places.get(code)
            if known is not None:
                found.setdefault(code, (known[0] or code, known[2]))
    return found


def _last(years: Sequence[int] | None) -> int | None:
    return years[-1] if years else None


def _cells(
    attainment: Attainment, result: Result, nodes: Mapping[str, Node], roster: Roster, by: str
) -> dict[str, dict[str, Fraction]]:
    """Return the parts of every group, in the exact columns the verdict was made of."""
    assert attainment.statistics is not None  # its caller looked
    found: dict[str, dict[str, Fraction]] = {}
    for name, node in nodes.items():
        years, table = _years_of(name, result), aggregates_of(node)[0].table
        places = roster.places(table, _last(years)) if by == "town" else {}
        for reporter, value in totals_by_reporter(attainment.statistics, node, years).items():
            place = places.get(reporter)
            code = (place[1] if place else "") if by == "town" else reporter
            group = found.setdefault(code, {})
            group[name] = group.get(name, Fraction(0)) + value
    return found


def _open_ones(
    attainment: Attainment, result: Result, nodes: Mapping[str, Node], roster: Roster, by: str
) -> set[str]:
    """Return the groups of which a figure is not known: what they add is not known either."""
    assert attainment.statistics is not None  # its caller looked
    found: set[str] = set()
    for name, node in nodes.items():
        years, table = _years_of(name, result), aggregates_of(node)[0].table
        places = roster.places(table, _last(years)) if by == "town" else {}
        for reporter in not_known(attainment.statistics, node, years):
            place = places.get(reporter)
            found.add((place[1] if place else "") if by == "town" else reporter)
    return found


def _years_of(name: str, result: Result) -> tuple[int, ...] | None:
    if name in {"before", "after"}:
        return (result.years[0 if name == "before" else -1],)
    return result.years or None


Amounts = Callable[[Mapping[str, Fraction]], Fraction]


def _kind_of(attainment: Attainment, result: Result) -> tuple[Kind, dict[str, Node], Amounts] | None:
    measure, target = attainment.measure, attainment.target
    if measure is None or result.goal is None or result.goal.word == "printed":
        return None
    if isinstance(target, Milestone | Dispersion | Frequency):
        return None
    if isinstance(target, Growth | Trend):
        if measure.is_real:
            return None  # money of two years: it adds up in prices of neither
        return _of_step(measure, result) if adds_up(measure.value) else None
    if measure.entities is not None and target.mean_of is None:
        return "failing", dict(measure.parts), lambda one: one["all"] - one["meeting"]
    if isinstance(target, Count | Amount):
        (name,) = measure.parts
        parts = dict(measure.parts)
        return ("part", parts, lambda one: one[name]) if adds_up(parts[name]) else None
    return _of_quotient(measure, result)


def _of_step(measure: Measure, result: Result) -> tuple[Kind, dict[str, Node], Amounts]:
    """Hold the later year of a group against the earlier one, or against what the growth asks of it."""
    nodes = {"before": measure.value, "after": measure.value}
    assert result.goal is not None  # its caller looked
    if isinstance(measure.target, Trend):
        sign = -1 if measure.target.never_increasing is not None else 1
        return "change", nodes, lambda one: sign * (one["before"] - one["after"])
    limit, sign = _side(result.goal, result.value or Fraction(0))
    kind: Kind = "gap" if sign > 0 else "excess"
    return kind, nodes, lambda one: sign * ((1 + limit) * one["before"] - one["after"])


def _of_quotient(measure: Measure, result: Result) -> tuple[Kind, dict[str, Node], Amounts] | None:
    """Hold what stands above the line against what the limit asks for what stands below it."""
    lines = lines_of(measure)
    if lines is None or result.goal is None:
        return None
    factor, above, below = lines
    if isinstance(measure.target, Comparison):
        limit = result.parts["against"].value
        sign = 1 if result.goal.lower is not None else -1
    else:
        limit, sign = _side(result.goal, result.value or Fraction(0))
    kind: Kind = "gap" if sign > 0 else "excess"
    if below is not None:
        names = tuple(measure.parts) if len(measure.parts) > 1 else ("numerator", "denominator")
        nodes = dict(zip(names, (above, below), strict=True))
        top, bottom = names
        return kind, nodes, lambda one: sign * (limit / factor * one[bottom] - one[top])
    if measure.against is not None and adds_up(measure.value) and adds_up(measure.against):
        sides = {"value": measure.value, "against": measure.against}
        return kind, sides, lambda one: sign * (one["against"] - one["value"])
    return None


def _side(goal: Goal, value: Fraction) -> tuple[Fraction, int]:
    """Return the limit that matters and on which side it lies: too little (1) or too much (-1)."""
    if goal.upper is not None and (goal.lower is None or value > goal.upper.upper):
        return goal.upper.upper, -1
    assert goal.lower is not None  # a goal has one end at least
    return goal.lower.lower, 1
