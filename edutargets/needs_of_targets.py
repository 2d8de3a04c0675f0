"""What it would take to meet a target: exact numbers, each with the reading it belongs to.

A number needed is checked, not only computed: ``trials`` carries it out on the data and evaluates again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from edutargets.goals import Verdict
from edutargets.needs_of_groups import needs_of_groups
from edutargets.needs_of_records import needs_of_evidence, needs_of_frequency
from edutargets.needs_of_spread import needs_of_spread
from edutargets.needs_of_standards import needs_of_standards
from edutargets.needs_of_totals import needs_of_totals
from edutargets.row_targets import Dispersion, Frequency
from edutargets.targets import KOfN, Milestone

if TYPE_CHECKING:
    from fractions import Fraction

    from edutargets.attainment import Attainment
    from edutargets.judging import Result
    from edutargets.needs import Need

__all__ = ["needed", "numbers_needed"]


def numbers_needed(
    attainment: Attainment, result: Result | None = None, *, by_reporter: bool = True
) -> tuple[Need, ...]:
    """Return the ways to meet a target, what it asks for first; nothing where it is met or no number says it.

    Of a target that is open the needs say what the known data lack, as far as they lack anything: what is not
    known may already hold it.

    Args:
        attainment: The judged target.
        result: The year or span; the one that decides where none is given.
        by_reporter: Whether what each school would need by itself stands beside what all together need.
    """
    attainment = attainment.original
    result = attainment.deciding if result is None else result
    if result is None or result.value is None or attainment.measure is None:
        return ()
    if result.verdict not in {Verdict.NOT_MET, Verdict.UNDETERMINED}:
        return ()
    if result.goal is not None and result.goal.word == "printed":
        return ()
    target = attainment.target
    if isinstance(target, Milestone):
        return needs_of_evidence(attainment, result)
    if isinstance(target, Frequency):
        return needs_of_frequency(attainment, result)
    if isinstance(target, Dispersion):
        return needs_of_spread(attainment, result)
    if isinstance(target, KOfN):
        return needs_of_standards(attainment, result)
    if attainment.measure.entities is not None and target.mean_of is None:
        return needs_of_groups(attainment, result)
    return needs_of_totals(attainment, result, by_reporter=by_reporter)


def needed(attainment: Attainment) -> Fraction | None:
    """Return how much is needed in one number, exactly; below zero: how much less.

    Of a share it is how many of those already counted, of a group how many of its members must come to reach
    the goal, of a dispersion how much must be given in all. ``None`` where the target is met, or where no
    such number exists.
    """
    if attainment.original.verdict is not Verdict.NOT_MET:
        return None
    found = numbers_needed(attainment, by_reporter=False)
    if not found or isinstance(attainment.original.target, Milestone):
        return None
    first = found[0]
    if not first.count or first.kind == "spread":  # its count says among how many the amount is shared out
        return first.amount
    return type(first.amount)(first.count + first.unknown)
