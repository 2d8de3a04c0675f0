"""The years of a promise as points: what each one reached, what is enough, and the straight line to it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from edutargets.bounds import exactly
from edutargets.goal_wording import ruler_of
from edutargets.goals import Verdict
from edutargets.judged_words import part_ruler
from edutargets.judging import Judge
from edutargets.row_targets import Frequency
from edutargets.targets import Comparison, Growth, Milestone, Trend
from edutargets.wording import limits_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edutargets.attainment import Attainment
    from edutargets.bounds import Interval
    from edutargets.judging import Result
    from edutargets.measures import Measure
    from edutargets.verdict_words import Language
    from edutargets.wording import Ruler

__all__ = ["Point", "Trajectory", "trajectory_of"]

_FEWEST = 2
Line = tuple[tuple[int, Fraction], tuple[int, Fraction]]
"""Two years, each with a number."""


@dataclass(frozen=True, slots=True)
class Point:
    """One year: what it reached and what is enough; nothing where it is open.

    Args:
        year: The year.
        value: What it reached, in the measure's unit.
        words: The same with its unit.
        verdict: What was said of it; nothing where the promise does not judge this year.
        limits: What is enough in this year.
        bounds: Between what the value lies, where it is not exact.
        ends: The same in words.
    """

    year: int
    value: Fraction | None
    words: str = ""
    verdict: Verdict | None = None
    limits: tuple[Fraction, ...] = ()
    bounds: Interval | None = None
    ends: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Trajectory:
    """The way of a number to its deadline.

    Args:
        points: Each year, the first one first.
        due: The year in which the promise ends, if it names one.
        goal: What is enough at the deadline, in words; nothing where each year has its own.
        way: The straight line to what is enough at the deadline: two years, each with a number.
    """

    points: tuple[Point, ...]
    due: int | None = None
    goal: str = ""
    way: Line | None = None


def trajectory_of(attainment: Attainment, language: Language = "en") -> Trajectory | None:
    """Return the years of a promise; nothing where there is no number, or no second year to draw.

    A promise that falls due once has every year that was reported before, and the line from the first of
    them to the goal; a total has what had been added up by each year, and its line begins with nothing.

    Args:
        attainment: What became of the promise.
        language: Of the words.
    """
    attainment = attainment.original
    target, measure = attainment.target, attainment.measure
    if isinstance(target, Milestone | Frequency) or measure is None:
        return None
    if any(not result.years for result in attainment.results):
        return None
    is_each_year = bool(target.every or target.at_every) or isinstance(target, Growth | Trend)
    found = _of_each_year(attainment, language) if is_each_year else _of_deadline(attainment, language)
    known = [point.year for point in found.points if point.value is not None]
    if not known or (len(known) < _FEWEST and (found.due is None or found.due <= known[0])):
        return None
    return found


# each year has its own verdict ---------------------------------------------------------------------


def _of_each_year(attainment: Attainment, language: Language) -> Trajectory:
    results, due = attainment.results, attainment.target.last_year
    points = _points(attainment, results, language)
    if isinstance(attainment.target, Trend) and results:
        points = (*_year_before(attainment, results[0], language), *points)
    known = [point for point in points if point.value is not None]
    limits = [point.limits for point in points if point.limits]
    way = None
    if known and limits and due is not None and known[-1].year < due:
        way = _way(known[-1].year, known[-1].value or Fraction(0), due, limits[-1])
    return Trajectory(points, due, way=way)


def _year_before(attainment: Attainment, first: Result, language: Language) -> tuple[Point, ...]:
    """Return the year against which a trend is first held."""
    if "before" not in first.parts:
        return ()
    part, ruler = first.parts["before"], part_ruler(attainment, "before", language)
    ordered = ruler.in_order([first.parts[name].value for name in ("after", "before")])
    words = f"{ordered[1]} {ruler.words(part.value)}".rstrip()
    return (_point(first.years[0], part.value, words, ruler, part.bounds),)


# one deadline for all ------------------------------------------------------------------------------


def _of_deadline(attainment: Attainment, language: Language) -> Trajectory:
    results, target = _reported(attainment), attainment.target
    points = _points(attainment, results, language)
    judged = attainment.deciding
    points = tuple(
        point if result is judged else _unjudged(point) for point, result in zip(points, results, strict=True)
    )
    goal, due = (judged.goal if judged is not None else None), target.last_year
    if goal is None or due is None or isinstance(target, Comparison):
        return Trajectory(points, due)
    known = [point for point in points if point.value is not None]
    begin = (target.total_over[0] - 1, Fraction(0)) if target.total_over is not None else None
    if begin is None and known and known[0].value is not None:
        begin = (known[0].year, known[0].value)
    way = None
    if begin is not None and begin[0] < due and goal.judge(exactly(begin[1])) is not Verdict.MET:
        way = _way(*begin, due, limits_of(goal))
    limits = limits_of(goal)
    said = _ruler(attainment, results, language).goal_text(limits[0]) if len(limits) == 1 else ""
    points = (*points, Point(due, None, limits=limits)) if _open(points, due) else points
    return Trajectory(points, due, said, way)


def _open(points: Sequence[Point], due: int) -> bool:
    return all(point.year != due for point in points)


def _unjudged(point: Point) -> Point:
    """Return a year that the promise does not judge: no verdict, and nothing that must be enough in it."""
    return Point(point.year, point.value, point.words, None, (), point.bounds, point.ends)


def _reported(attainment: Attainment) -> tuple[Result, ...]:
    """Return the number of each reported year up to the one that decides; of a total what it was by then."""
    judged, basis, measure = attainment.deciding, attainment.basis, attainment.measure
    if judged is None or basis is None or measure is None or judged.value is None:
        return attainment.results
    judge = Judge(measure, basis.statistics, basis.dictionary)
    if attainment.target.total_over is not None:
        earlier = tuple(judge.of_years(judged.years[:count]) for count in range(1, len(judged.years)))
    else:
        before = (year for year in judge.reported if year < judged.years[-1])
        earlier = tuple(judge.of_years((year,)) for year in before)
    return (*(one for one in earlier if one.value is not None), judged)


# points --------------------------------------------------------------------------------------------


def _points(attainment: Attainment, results: Sequence[Result], language: Language) -> tuple[Point, ...]:
    if isinstance(attainment.target, Trend | Comparison):
        return tuple(_of_two(attainment, result, language) for result in results)
    ruler = _ruler(attainment, results, language)
    return tuple(
        _point(
            result.years[-1],
            result.value,
            ruler.text(result.value) if result.value is not None else "",
            ruler,
            result.bounds,
            (result.verdict, limits_of(result.goal)),
        )
        for result in results
    )


def _ruler(attainment: Attainment, results: Sequence[Result], language: Language) -> Ruler:
    """Return how all the years are written, in one and the same unit."""
    measure: Measure | None = attainment.measure
    assert measure is not None  # its callers looked
    values = [result.value for result in results if result.value is not None]
    return ruler_of(measure, language, results[-1].goal if results else None, values)


def _of_two(attainment: Attainment, result: Result, language: Language) -> Point:
    """Return a year of a promise that compares: the value, and the other side as what is enough."""
    is_trend = isinstance(attainment.target, Trend)
    first, other = ("after", "before") if is_trend else ("value", "against")
    if first not in result.parts or other not in result.parts:
        return Point(result.years[-1], None, verdict=result.verdict)
    part, beside = result.parts[first], result.parts[other]
    ruler = part_ruler(attainment, first, language)
    words = f"{ruler.in_order([part.value, beside.value])[0]} {ruler.words(part.value)}".rstrip()
    limits = () if is_trend else (beside.value,)
    return _point(result.years[-1], part.value, words, ruler, part.bounds, (result.verdict, limits))


def _point(
    year: int,
    value: Fraction | None,
    words: str,
    ruler: Ruler,
    bounds: Interval | None,
    judged: tuple[Verdict | None, tuple[Fraction, ...]] = (None, ()),
) -> Point:
    unsure = bounds if bounds is not None and not bounds.is_exact and value is not None else None
    ends = ruler.ends(unsure) if unsure is not None else None
    return Point(year, value, words, *judged, unsure, ends)


def _way(year: int, value: Fraction, due: int, limits: Sequence[Fraction]) -> Line:
    """Return the straight line to the nearest of what is enough."""
    return (year, value), (due, min(limits, key=lambda one: abs(one - value)))
