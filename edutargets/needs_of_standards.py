"""So many of several standards: for each school the fewest to lift, and of those the smallest amounts.

What is smallest: first the fewest standards whose value has to change, then the smallest sum of what is added
(or taken away), each amount measured against what its standard asks for, so that books and square metres
can be added up. Where no column serves two standards the choice is exact by itself; else an integer programme
(HiGHS, through scipy) finds it, and its plan is held against the standards in fractions.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import count
from typing import TYPE_CHECKING

from edutargets.entity_conditions import split
from edutargets.expressions import Number
from edutargets.needs import Need, NeededRow
from edutargets.needs_of_groups import chosen_rows, group_rows, still_wanted
from edutargets.targets import KOfN
from edutargets.whole_programs import Lever, Line, least_levers
from edutargets.whole_steps import ends_of, least_change, linear, step_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from edutargets.attainment import Attainment
    from edutargets.expressions import Node
    from edutargets.goals import Goal
    from edutargets.judging import Result
    from edutargets.needs import Optimality
    from edutargets.needs_of_groups import GroupRow
    from edutargets.standards import BoundStandard
    from edutargets.tables import Dictionary

__all__ = ["needs_of_standards"]

_ONE = Fraction(1)
Cost = tuple[int, Fraction]


@dataclass(frozen=True, slots=True)
class _Standard:
    """A standard taken apart: what can change above the line, and in which steps."""

    number: int
    bound: BoundStandard
    factor: Fraction
    above: Node
    below: Node | None
    terms: Mapping[Node, Fraction]
    steps: Mapping[Node, Fraction | None]
    step: Fraction | None


@dataclass(frozen=True, slots=True)
class _Gap:
    """What one school lacks of one standard: to reach it, and to stand on its floor; ``None``: not known."""

    standard: _Standard
    reached: bool | None
    near: bool | None
    full: Fraction | None
    floor: Fraction | None
    asked: Fraction
    has: Fraction


@dataclass(frozen=True, slots=True)
class _Plan:
    """What one school has to do: which standards change by how much, and how sure it is that less fails."""

    rows: tuple[NeededRow, ...]
    cost: Cost
    optimality: Optimality


def needs_of_standards(attainment: Attainment, result: Result) -> tuple[Need, ...]:
    """Return for each school that falls short, or for the cheapest of them, which standards to lift."""
    target, measure, dictionary = attainment.target, attainment.measure, attainment.dictionary
    if not isinstance(target, KOfN) or measure is None or measure.entities is None or dictionary is None:
        return ()
    standards = _taken_apart(measure.entities.standards, dictionary)
    if standards is None:
        return ()
    rows = [row for row in _rows(attainment, result, standards) if row.sure]
    plans = {}
    for at, row in enumerate(rows):
        gaps = [_gap(standard, row) for standard in standards]
        if _meets(gaps, target.enough) is False:
            plans[at] = _plan(row, gaps, target.enough)
    told = {at: plan for at, plan in plans.items() if plan is not None}
    wanted = still_wanted(result)
    marks = [(plan.cost, NeededRow(reporter=str(at), amount=_ONE)) for at, plan in told.items()]
    chosen, unknown = chosen_rows(marks, wanted, all_of=target.each is not None)
    if not chosen or (unknown and len(told) < len(plans)):
        return ()
    taken = [told[int(mark.reporter)] for mark in chosen]
    exact = all(plan.optimality == "exact" for plan in taken)
    bound = any(plan.optimality == "bound" for plan in taken)
    touched = Fraction(sum(plan.cost[0] for plan in taken))
    return (
        Need(
            kind="standards",
            part="meeting",
            unit=None,
            amount=touched,
            years=result.years,
            count=len(taken),
            of=len(rows),
            rows=tuple(row for plan in taken for row in plan.rows),
            unknown=unknown,
            known_only=not result.parts["meeting"].is_exact or not result.parts["all"].is_exact,
            optimality="exact" if exact else "bound" if bound else "proved",
            lower_bound=None if bound else touched,
        ),
    )


def _taken_apart(bound: Iterable[BoundStandard], dictionary: Dictionary) -> list[_Standard] | None:
    found = []
    for number, one in enumerate(bound, start=1):
        factor, above, below = split(one.value)
        terms = linear(above)
        if terms is None:
            return None
        own: dict[Node, Fraction] = {
            leaf: weight for leaf, weight in terms.items() if not isinstance(leaf, Number)
        }
        steps: dict[Node, Fraction | None] = {leaf: step_of(leaf, dictionary) for leaf in own}
        found.append(_Standard(number, one, factor, above, below, own, steps, step_of(above, dictionary)))
    return found


def _rows(attainment: Attainment, result: Result, standards: Sequence[_Standard]) -> tuple[GroupRow, ...]:
    nodes: dict[str, Node] = {}
    for one in standards:
        nodes[f"above_{one.number}"] = one.above
        if one.below is not None:
            nodes[f"below_{one.number}"] = one.below
        if len(one.terms) > 1 or _is_shared(one, standards):
            nodes |= {f"term_{one.number}_{at}": leaf for at, leaf in enumerate(one.terms)}
    columns = [one.bound.limits.column for one in standards]
    return group_rows(
        attainment, result, nodes, tuple(dict.fromkeys(one for one in columns if one is not None))
    )


def _is_shared(one: _Standard, standards: Sequence[_Standard]) -> bool:
    """Whether a column of a standard serves another one, too."""
    others = [other for other in standards if other is not one]
    below = {leaf for other in standards for leaf in (linear(other.below) if other.below else None) or ()}
    return any(leaf in other.terms for leaf in one.terms for other in others) or bool(below & set(one.terms))


# one school ----------------------------------------------------------------------------------------


def _gap(standard: _Standard, row: GroupRow) -> _Gap:
    top = row.numbers[f"above_{standard.number}"]
    bottom = row.numbers[f"below_{standard.number}"] if standard.below is not None else _ONE
    limits = standard.bound.limits
    by = row.texts[limits.column] if limits.column is not None else None
    goal = limits.goal_of(by)
    floor = standard.bound.floor.goal_of(by) if standard.bound.floor is not None else None
    has_floor = standard.bound.floor is not None
    if goal is None or top is None or bottom is None or bottom <= 0:
        return _Gap(standard, None, None if has_floor else True, None, None, Fraction(0), Fraction(0))
    low, high = ends_of(goal)
    asked = ((low if low is not None else high) or Fraction(0)) * bottom / standard.factor
    value = standard.factor * top / bottom
    reached = goal.shortfall(value) == 0
    near = floor is None or reached or floor.shortfall(value) == 0
    full = Fraction(0) if reached else _lacks(standard, goal, top, bottom)
    to_floor = Fraction(0) if near or floor is None else _lacks(standard, floor, top, bottom)
    return _Gap(standard, reached, near, full, to_floor, abs(asked), top)


def _lacks(standard: _Standard, goal: Goal, top: Fraction, bottom: Fraction) -> Fraction | None:
    low, high = ends_of(goal)
    number = bottom / standard.factor
    ends = (None if low is None else low * number, None if high is None else high * number)
    change = least_change(top, ends, standard.step, open_ended=goal.open_ended)
    return None if change is None or top + change < 0 else change


def _meets(gaps: Sequence[_Gap], enough: int) -> bool | None:
    """Whether a school meets it; ``None`` where a blank could turn it."""
    reached = [gap.reached for gap in gaps]
    near = [gap.near for gap in gaps]
    if False in near or len(gaps) - reached.count(False) < enough:
        return False
    return True if reached.count(True) >= enough and None not in near else None


def _plan(row: GroupRow, gaps: Sequence[_Gap], enough: int) -> _Plan | None:
    """Return the cheapest way for one school; ``None`` where what is blank keeps it from being known."""
    if None in [gap.near for gap in gaps]:
        return None
    standards = [gap.standard for gap in gaps]
    if any(_is_shared(one, standards) for one in standards):
        return _programme(row, gaps, enough)
    return _by_itself(row, gaps, enough)


def _cost(gap: _Gap, change: Fraction) -> Cost:
    """Say what a change costs: one standard, and its amount against what the standard asks for."""
    if not change:
        return 0, Fraction(0)
    return 1, abs(change) / gap.asked if gap.asked else abs(change)


def _by_itself(row: GroupRow, gaps: Sequence[_Gap], enough: int) -> _Plan | None:
    """Choose where no column serves two standards: exchanging any two choices makes it dearer."""
    lacking = enough - sum(1 for gap in gaps if gap.reached)
    changes: dict[int, Fraction] = {}
    offers = []
    for at, gap in enumerate(gaps):
        if gap.reached:
            continue
        if gap.near is False:
            if gap.floor is None:
                return None
            changes[at] = gap.floor
        if gap.full is not None:
            floor, full = _cost(gap, changes.get(at, Fraction(0))), _cost(gap, gap.full)
            offers.append(((full[0] - floor[0], full[1] - floor[1]), at, gap.full))
    if len(offers) < lacking:
        return None
    changes |= {at: full for _, at, full in sorted(offers)[: max(0, lacking)]}
    return _planned(row, gaps, changes, "exact")


def _planned(
    row: GroupRow, gaps: Sequence[_Gap], changes: Mapping[int, Fraction], optimality: Optimality
) -> _Plan:
    costs = [_cost(gaps[at], change) for at, change in changes.items()]
    rows = tuple(
        NeededRow(
            reporter=row.reporter,
            key=row.key,
            amount=change,
            has=gaps[at].has,
            standard=gaps[at].standard.number,
        )
        for at, change in sorted(changes.items())
        if change
    )
    total = sum((cost[1] for cost in costs), Fraction(0))
    return _Plan(rows, (sum(cost[0] for cost in costs), total), optimality)


# columns that serve several standards --------------------------------------------------------------


def _programme(row: GroupRow, gaps: Sequence[_Gap], enough: int) -> _Plan | None:
    """Choose by an integer programme: the fewest columns that change, then the smallest amounts."""
    levers: dict[Node, Lever] = {}
    names = count()
    below = {
        leaf
        for gap in gaps
        for leaf in (linear(gap.standard.below) if gap.standard.below is not None else None) or ()
    }
    lines = []
    for gap in gaps:
        if gap.reached is None:
            continue
        weights = _weights(row, gap, levers, below, names)
        if weights is None:
            return None
        lines.append(_line(row, gap, weights))
    solved = least_levers(tuple(levers.values()), tuple(lines), enough)
    if solved is None:
        return None
    changes, optimality = solved
    rows = tuple(
        NeededRow(
            reporter=row.reporter,
            key=row.key,
            amount=change,
            has=lever.has,
            standard=next(gap.standard.number for gap in gaps if leaf in gap.standard.terms),
            lever=leaf,
        )
        for (leaf, lever) in levers.items()
        if (change := changes[lever.name])
    )
    relative = sum((abs(changes[one.name]) / one.asked for one in levers.values()), Fraction(0))
    return _Plan(rows, (len(rows), relative), optimality)


def _weights(
    row: GroupRow, gap: _Gap, levers: dict[Node, Lever], below: set[Node], names: count[int]
) -> dict[str, Fraction] | None:
    """Name the columns that a standard can be lifted by; those that also divide stay as they are."""
    found = {}
    for at, (leaf, weight) in enumerate(gap.standard.terms.items()):
        has = row.numbers.get(f"term_{gap.standard.number}_{at}", gap.has)
        if leaf in below:
            continue
        step = gap.standard.steps[leaf]
        if has is None or step is None:
            return None
        if leaf not in levers:
            levers[leaf] = Lever(str(next(names)), has, step, max(gap.asked, step))
        found[levers[leaf].name] = weight
    return found


def _line(row: GroupRow, gap: _Gap, weights: Mapping[str, Fraction]) -> Line:
    limits, standard = gap.standard.bound.limits, gap.standard
    by = row.texts[limits.column] if limits.column is not None else None
    bottom = row.numbers[f"below_{standard.number}"] if standard.below is not None else _ONE
    assert bottom is not None  # the standard is known
    number = bottom / standard.factor
    goals = (limits.goal_of(by), standard.bound.floor.goal_of(by) if standard.bound.floor else None)
    full, floor = (
        (None, None)
        if goal is None
        else tuple(None if end is None else end * number for end in ends_of(goal))
        for goal in goals
    )
    return Line(weights, gap.has, (full[0], full[1]), (floor[0], floor[1]))
