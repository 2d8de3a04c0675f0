"""Whether a promise asks less or more than before: decided exactly, or not at all."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor
from typing import TYPE_CHECKING, Literal

from edutargets.expressions import Aggregate
from edutargets.row_targets import Frequency
from edutargets.targets import Alias, Comparison, Composite, Growth, KOfN, Milestone, Trend
from edutargets.units import factors_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pint

    from edutargets.bound_measures import Measure
    from edutargets.goals import Goal
    from edutargets.promises import Target
    from edutargets.standards import BoundStandard, Limits

__all__ = ["Direction", "goal_direction", "time_direction", "together", "who_direction"]

Direction = Literal["same", "loosened", "tightened", "changed"]
"""``changed``: neither side asks for more in every case, or the two cannot be held against each other."""
End = tuple[Fraction, bool] | None
"""How far an end goes, the larger the stricter, and whether it is itself left out."""
Sides = tuple["Target", "Measure | None"]


def together(directions: Iterable[Direction]) -> Direction:
    """Put several directions together: they must agree.

    Examples:
        >>> together(["same", "loosened"]), together(["tightened", "loosened"])
        ('loosened', 'changed')
    """
    found = set(directions) - {"same"}
    if not found:
        return "same"
    return found.pop() if len(found) == 1 else "changed"


def _grown(before: Fraction | int, after: Fraction | int, more: Direction, less: Direction) -> Direction:
    return "same" if before == after else more if after > before else less


def _within(before: frozenset[str], after: frozenset[str], more: Direction, less: Direction) -> Direction:
    """Say what it means that a set grew or shrank; where it did neither, nothing can be said."""
    if before == after:
        return "same"
    return more if before < after else less if after < before else "changed"


# what is enough ------------------------------------------------------------------------------------


def goal_direction(before: Sides, after: Sides) -> Direction:
    """Say whether the goal of one and the same measure became easier or harder to reach.

    Args:
        before: The target as it was, and what it is bound to.
        after: The target as it is; its type is the same.
    """
    match before[0], after[0]:
        case Composite() as old, Composite() as new:
            return _of_members(old, new)
        case Alias() as old, Alias() as new:
            return "same" if old.same_as == new.same_as else "changed"
        case Milestone() as old, Milestone() as new:
            return _within(frozenset(old.evidence), frozenset(new.evidence), "tightened", "loosened")
        case Trend() as old, Trend() as new:
            return _of_trend(old, new)
        case Comparison() as old, Comparison() as new:
            return "same" if old.stated == new.stated else "changed"
        case Frequency() as old, Frequency() as new:
            if old.at_least.every != new.at_least.every:
                return "changed"
            return _grown(old.at_least.times, new.at_least.times, "tightened", "loosened")
    if before[0].type != after[0].type or before[1] is None or after[1] is None:
        return "changed"
    return _of_numbers(before[1], after[1])


def _of_members(old: Composite, new: Composite) -> Direction:
    if bool(old.all_of) == bool(new.all_of):
        more: Direction = "tightened" if old.all_of else "loosened"
        less: Direction = "loosened" if old.all_of else "tightened"
        return _within(frozenset(old.members), frozenset(new.members), more, less)
    if set(old.members) != set(new.members):
        return "changed"
    return "loosened" if old.all_of else "tightened"


def _of_trend(old: Trend, new: Trend) -> Direction:
    if (old.never_decreasing is None) != (new.never_decreasing is None) or old.basis != new.basis:
        return "changed"
    return _grown(old.direction.from_, new.direction.from_, "loosened", "tightened")


def _of_numbers(before: Measure, after: Measure) -> Direction:
    old, new = before.entities, after.entities
    if (old is None) != (new is None):
        return "changed"
    if old is None or new is None:
        same_unit = isinstance(before.target, Growth) or _alike(before.unit, after.unit)
        if before.is_real != after.is_real:
            return "changed"
        return _of_goals(before.goal, after.goal, whole=_counts(before)) if same_unit else "changed"
    if isinstance(before.target, KOfN) and isinstance(after.target, KOfN):
        enough = _grown(before.target.enough, after.target.enough, "tightened", "loosened")
        floors = _of_floors(before.target, after.target)
        return together([enough, floors, _of_standards(old.standards, new.standards)])
    if not _alike(old.unit, new.unit):
        return "changed"
    if old.limits is None and new.limits is None:
        return _of_goals(old.goal, new.goal, whole=False)
    return _of_limits(old.limits, new.limits)


def _alike(one: pint.Unit, other: pint.Unit) -> bool:
    return factors_of(one) == factors_of(other)


def _counts(measure: Measure) -> bool:
    """Whether its value is a whole number, so that more than 5 is the same as at least 6."""
    return isinstance(measure.value, Aggregate) and measure.value.kind in {"count", "distinct"}


def _of_goals(old: Goal | None, new: Goal | None, *, whole: bool) -> Direction:
    """Compare the numbers that are enough: fewer of them is tighter."""
    if old is None or new is None:
        return "same" if old is new else "changed"
    sides = zip(_ends(old, whole=whole), _ends(new, whole=whole), strict=True)
    return together(_of_ends(before, after) for before, after in sides)


def _ends(goal: Goal, *, whole: bool) -> tuple[End, End]:
    low = None if goal.lower is None else (goal.lower.lower, goal.open_ended)
    high = None if goal.upper is None else (-goal.upper.upper, goal.open_ended)
    return (_whole(low), _whole(high)) if whole else (low, high)


def _whole(end: End) -> End:
    if end is None:
        return None
    number, is_open = end
    return (Fraction(floor(number) + 1 if is_open else ceil(number)), False)


def _of_ends(before: End, after: End) -> Direction:
    if before == after:
        return "same"
    if before is None or after is None:
        return "tightened" if before is None else "loosened"
    return "tightened" if after > before else "loosened"


def _of_limits(old: Limits | None, new: Limits | None) -> Direction:
    if old is None or new is None:
        return "same" if old is new else "changed"
    if old.column != new.column or set(old.goals) != set(new.goals):
        return "changed"
    return together(_of_goals(goal, new.goals[value], whole=False) for value, goal in old.goals.items())


def _of_standards(old: tuple[BoundStandard, ...], new: tuple[BoundStandard, ...]) -> Direction:
    if [one.value for one in old] != [one.value for one in new]:
        return "changed"
    return together(_of_limits(one.limits, other.limits) for one, other in zip(old, new, strict=True))


def _of_floors(old: KOfN, new: KOfN) -> Direction:
    """Compare what a missed standard must still have; without it the others do not matter."""
    before, after = (one.others_at_least.to("") if one.others_at_least else Fraction(0) for one in (old, new))
    return _grown(before, after, "tightened", "loosened")


# of whom -------------------------------------------------------------------------------------------


def who_direction(before: Target, after: Target) -> Direction:
    """Say whether more or fewer of one and the same group must reach the goal.

    If each one reaches it their mean does, and any share of them; a share says nothing about the mean.
    """
    old, new = _demand(before), _demand(after)
    if old == new:
        return "same"
    if isinstance(old, Fraction) and isinstance(new, Fraction):
        return _grown(old, new, "tightened", "loosened")
    if old == 1 and new == "mean":
        return "loosened"
    return "tightened" if old == "mean" and new == 1 else "changed"


def _demand(target: Target) -> Fraction | str:
    if target.each is not None:
        return Fraction(1)
    if target.share_at_least is not None:
        return target.share_at_least.to("")
    return "mean" if target.mean_of is not None else "all together"


# when ----------------------------------------------------------------------------------------------


def time_direction(before: Target, after: Target) -> Direction:
    """Say whether a promise has more time, or holds in fewer years.

    A later deadline is looser, as is a promise for one day instead of every year; fewer years of those that
    each count are looser. A total over another span is another number, unless only its end moves and the
    total shall not fall below something.
    """
    old, new = _when(before), _when(after)
    if old != new:
        if new == "by" and old in {"each", "snapshot"}:
            return "loosened" if _falls_within(after, before) else "changed"
        if old == "by" and new in {"each", "snapshot"}:
            return "tightened" if _falls_within(before, after) else "changed"
        return "changed"
    due = _later(before, after)
    if old == "each":
        return together([due, _of_spans(before.during, after.during)])
    if old == "total":
        assert before.total_over is not None  # said so
        assert after.total_over is not None  # as above
        if before.total_over[0] != after.total_over[0]:
            return "changed"
        ends = _grown(before.total_over[1], after.total_over[1], "loosened", "tightened")
        at_least = set(before.stated) | set(after.stated) <= {"at_least", "above"}
        return together([due, ends]) if at_least or ends == "same" else "changed"
    if old == "by":
        return due
    return "same" if (before.in_, due) == (after.in_, "same") else "changed"


def _when(target: Target) -> Literal["each", "total", "in", "snapshot", "by", "open"]:
    if target.total_over is not None:
        return "total"
    if target.during is not None:
        return "each"
    if target.in_ is not None:
        return "in"
    if target.at_every is not None:
        return "snapshot"
    return "by" if target.by is not None else "open"


def _falls_within(dated: Target, yearly: Target) -> bool:
    """Whether a day lies in the years that each counted, or after them: then it asks for less."""
    assert dated.by is not None  # its caller looked
    return yearly.during is None or dated.by.year >= yearly.during[0]


def _later(before: Target, after: Target) -> Direction:
    if before.by == after.by:
        return "same"
    if before.by is None or after.by is None:
        return "changed"
    return "loosened" if after.by > before.by else "tightened"


def _of_spans(before: tuple[int, int] | None, after: tuple[int, int] | None) -> Direction:
    assert before is not None  # its caller looked
    assert after is not None  # as above
    starts = _grown(before[0], after[0], "loosened", "tightened")
    ends = _grown(before[1], after[1], "tightened", "loosened")
    return together([starts, ends])
