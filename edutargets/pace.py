"""Before the deadline: where a target stands, what it still takes a year, where it would be if it went on."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from edutargets.errors import EvaluationError, Fault
from edutargets.pace_series import NoPathError, YearValue, limits_on_a_path, range_of, values_by_year
from edutargets.progress_methods import METHODS, method_named, progress
from edutargets.projections import Projection, line_value, project, projections
from edutargets.shown import Shown
from edutargets.sources import Bilingual

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from edutargets.attainment import Attainment
    from edutargets.bounds import Interval
    from edutargets.progress_terms import Progress

__all__ = ["BaseYear", "Pace", "Standing", "YearValue", "pace_of"]

Standing = Literal["ahead", "on_line", "behind", "open"]
_SHORT = 3


@dataclass(frozen=True, slots=True)
class BaseYear:
    """What would come out if progress were told from this year on.

    Args:
        year: The base year.
        linear: The straight line carried on to the deadline.
        compound: Compound growth carried on to the deadline.
        published: What each published method says, by its name.
    """

    year: int
    linear: Projection
    compound: Projection
    published: Mapping[str, Progress]


@dataclass(frozen=True, slots=True)
class Pace(Shown):
    """Where a target stands before its deadline; where no path leads to it, why, and no path.

    Args:
        id: The target's name.
        as_of: The day it is told for, if one was given; else the last reported year.
        due: The year in which it falls due.
        within: What the number cannot fall below, or pass: a share of a whole stays from 0 to 1.
        limit: What is enough, in the measure's unit.
        sign: 1 where more is wanted, -1 where less is.
        series: Each reported year from the base year on.
        base_reason: Why the path begins there.
        gap: How much is missing today, never below zero.
        gap_bounds: Between what it lies, given what is missing or rounded.
        needed: How much a year it takes from today to the deadline, exactly.
        so_far: How much a year it was since the base year.
        line: Where the path stands today.
        line_reason: Which path that is: the straight line, or the plan's own steps.
        standing: Whether today's value is ahead of it, on it, behind it, or open.
        projections: Where the series would be at the deadline, if it went on as it did.
        method: The published method of the grid.
        grid: What would come out of every other base year.
        caveats: What must be known of it.
        refused: Why there is no path.
        attainment: The judged target it is told of.
    """

    id: str
    as_of: date | None = None
    due: int | None = None
    within: tuple[Fraction | None, Fraction | None] = (None, None)
    limit: Fraction | None = None
    sign: int = 1
    series: tuple[YearValue, ...] = ()
    base_reason: Bilingual | None = None
    gap: Fraction | None = None
    gap_bounds: Interval | None = None
    needed: Fraction | None = None
    so_far: Fraction | None = None
    line: Fraction | None = None
    line_reason: Bilingual | None = None
    standing: Standing | None = None
    projections: tuple[Projection, ...] = ()
    method: str = "opensdg"
    grid: tuple[BaseYear, ...] = ()
    caveats: tuple[Bilingual, ...] = ()
    refused: Bilingual | None = None
    attainment: Attainment | None = field(default=None, repr=False, compare=False)

    @property
    def today(self) -> YearValue | None:
        """The last year that was reported."""
        return self.series[-1] if self.series else None

    @property
    def years_left(self) -> int | None:
        """How many years lie between the last reported one and the deadline."""
        return None if self.due is None or not self.series else self.due - self.series[-1].year

    @property
    def progress(self) -> Progress | None:
        """What the published method says from the base year on."""
        return self.grid[0].published[self.method] if self.grid else None


def pace_of(
    attainment: Attainment,
    *,
    as_of: date | None = None,
    base_year: int | None = None,
    method: str = "opensdg",
) -> Pace:
    """Tell where a target stands before its deadline.

    Args:
        attainment: The judged target.
        as_of: The day it is told for: only years that are over by then are looked at. No clock is read;
            without it the last reported year is today.
        base_year: Where the path begins; else the first reported year of the plan's window.
        method: The published method beside the projections.

    Raises:
        EvaluationError: If there is no such method, or the base year has no value.
    """
    attainment = attainment.original
    found = Pace(attainment.target.id, as_of, method=method_named(method), attainment=attainment)
    try:
        measure, limit = limits_on_a_path(attainment)
        series = values_by_year(attainment, measure, as_of)
        due, within = attainment.target.last_year, range_of(measure, series)
        found = replace(found, due=due, series=series, within=within)
        return _told(attainment, found, limit, base_year)
    except NoPathError as error:
        return replace(found, refused=error.reason)


# the path ------------------------------------------------------------------------------------------


def _told(
    attainment: Attainment,
    found: Pace,
    limits: tuple[Fraction | None, Fraction | None],
    base_year: int | None,
) -> Pace:
    due, target = found.due, attainment.target
    assert due is not None  # its caller looked
    today = found.series[-1]
    if today.year >= due or (found.as_of is not None and target.by is not None and found.as_of > target.by):
        raise NoPathError("the deadline is reached: the verdict says it all", "期限已到，以结论为准")
    series, reason = _from_base(attainment, found.series, base_year)
    limit, sign = _wanted(series[0].value, limits)
    far = max(Fraction(0), sign * (limit - today.value))
    ends = (sign * (limit - end) for end in (today.bounds.lower, today.bounds.upper))
    low, high = sorted(max(Fraction(0), end) for end in ends)
    found = replace(
        found,
        series=series,
        base_reason=reason,
        limit=limit,
        sign=sign,
        gap=far,
        gap_bounds=type(today.bounds)(low, high),
        needed=far / (due - today.year),
    )
    if series[0].year == today.year:
        alone = Bilingual(
            en="only one year has a value: no pace so far", zh="只有一个年度的数值，尚无进度可言"
        )
        return replace(found, caveats=(alone,))
    return _compared(attainment, found, today, limit)


def _compared(attainment: Attainment, found: Pace, today: YearValue, limit: Fraction) -> Pace:
    """Hold today's value against the path, and carry the series on."""
    assert found.due is not None  # its caller looked
    series, sign, due = found.series, found.sign, found.due
    start = series[0]
    line, why = _path(attainment, found, limit)
    kept = sign * (start.value - limit) >= 0
    points = tuple((one.year, one.value) for one in series)
    adds_up = attainment.target.sums_years
    carried = projections(points, due, limit, sign)
    if adds_up:
        carried = (carried[0],)
    return replace(
        found,
        so_far=(today.value - start.value) / (today.year - start.year),
        line=None if kept else line,
        line_reason=None if kept else why,
        standing=None if kept else _standing(today, line, sign),
        projections=carried,
        grid=() if adds_up else _grid(found, limit),
        caveats=_caveats(found, kept=kept, adds_up=adds_up),
    )


def _from_base(
    attainment: Attainment, series: tuple[YearValue, ...], asked: int | None
) -> tuple[tuple[YearValue, ...], Bilingual]:
    """Return the series from its base year on, and why that is it."""
    target, basis = attainment.target, attainment.basis
    years = [one.year for one in series]
    if target.total_over is not None and asked is None:
        first = target.total_over[0]
        zero = replace(series[0], year=first - 1, value=Fraction(0), bounds=_nothing(series[0]))
        return (zero, *series), Bilingual(
            en=f"the end of {first - 1}: nothing counts before {first}, where the span begins",
            zh=f"{first - 1} 年末，时期自 {first} 年开始，此前不计",
        )
    if asked is not None:
        if asked not in years:
            known = ", ".join(map(str, years))
            fault = f"{asked} has no value", f"one of {known}", str(years[0]), "base-year"
            raise EvaluationError(Fault("base year", *fault))
        reason = Bilingual(en=f"{asked}, as asked for", zh=f"{asked} 年，按要求")
        return tuple(one for one in series if one.year >= asked), reason
    window = basis.pack.file.window if basis is not None else None
    first = next((year for year in years if window is not None and year >= window.start.year), years[0])
    inside = window is not None and first >= window.start.year
    why = (
        Bilingual(en=f"{first}, the first reported year of the plan", zh=f"{first} 年，规划期内首个填报年度")
        if inside
        else Bilingual(en=f"{first}, the first reported year", zh=f"{first} 年，首个填报年度")
    )
    return tuple(one for one in series if one.year >= first), why


def _nothing(one: YearValue) -> Interval:
    return type(one.bounds)(Fraction(0), Fraction(0))


def _wanted(base: Fraction, limits: tuple[Fraction | None, Fraction | None]) -> tuple[Fraction, int]:
    """Return the limit that the series has to reach, and from which side."""
    low, high = limits
    if low is not None and (high is None or base < low):
        return low, 1
    assert high is not None  # a goal has one end at least
    if low is not None and base <= high:
        raise NoPathError("it began within its goal: it is to be kept", "起点已在目标范围内，重在保持")
    return high, -1


def _standing(today: YearValue, line: Fraction, sign: int) -> Standing:
    ends = {sign * (end - line) for end in (today.bounds.lower, today.bounds.upper)}
    if ends == {Fraction(0)}:
        return "on_line"
    if min(ends) >= 0:
        return "ahead"
    return "behind" if max(ends) < 0 else "open"


# the plan's own steps ------------------------------------------------------------------------------


def _path(attainment: Attainment, found: Pace, limit: Fraction) -> tuple[Fraction, Bilingual]:
    """Return where the path stands today: between the plan's own steps, or on the straight line."""
    assert found.due is not None  # its caller looked
    start, year = found.series[0], found.series[-1].year
    steps = _own_steps(attainment, found.sign)
    own = {at: step for at, step in steps.items() if start.year < at < found.due}
    corners = [(start.year, start.value), *sorted(own.items()), (found.due, limit)]
    before = max(corner for corner in corners if corner[0] <= year)
    after = min(corner for corner in corners if corner[0] > year)
    line = line_value(before, after, year)
    if own:
        listed = ", ".join(str(at) for at in sorted(own))
        return line, Bilingual(
            en=f"the plan's own steps ({listed}), straight between them",
            zh=f"规划自身的阶段目标（{listed} 年），其间取直线",
        )
    return line, Bilingual(
        en=f"the straight line from {start.year} to {found.due}",
        zh=f"自 {start.year} 年至 {found.due} 年的直线",
    )


def _own_steps(attainment: Attainment, sign: int) -> Mapping[int, Fraction]:
    """Return what the plan promises of the same measure for other years."""
    measure, basis = attainment.measure, attainment.basis
    assert measure is not None  # its caller looked
    assert basis is not None  # as above
    found = {}
    for name, other in basis.pack.measures.items():
        if name not in basis.pack.plan.ids or name == attainment.target.id or other.goal is None:
            continue
        same = (other.target.type, other.parts, other.unit, other.entities, other.target.total_over)
        if same != (
            measure.target.type,
            measure.parts,
            measure.unit,
            measure.entities,
            measure.target.total_over,
        ):
            continue
        side = other.goal.lower if sign > 0 else other.goal.upper
        if other.target.last_year is not None and side is not None and not other.target.every:
            found[other.target.last_year] = side.lower
    return found


# sensitivity ---------------------------------------------------------------------------------------


def _grid(found: Pace, limit: Fraction) -> tuple[BaseYear, ...]:
    """Tell from every possible base year what would come out."""
    assert found.due is not None  # its caller looked
    points, sign, due = tuple((one.year, one.value) for one in found.series), found.sign, found.due
    rows = []
    for at, (year, _) in enumerate(points[:-1]):
        rest = points[at:]
        settings = {
            "direction": "positive" if sign > 0 else "negative",
            "target": limit,
            "base_year": year,
            "target_year": due,
            "full_scale": 1,
        }
        rows.append(
            BaseYear(
                year,
                project("linear", rest, due, limit, sign),
                project("compound", rest, due, limit, sign),
                {name: progress(rest, settings, method=name) for name in METHODS},
            )
        )
    return tuple(rows)


def _caveats(found: Pace, *, kept: bool, adds_up: bool) -> tuple[Bilingual, ...]:
    said = []
    if len(found.series) < _SHORT and not adds_up:
        said.append(
            Bilingual(
                en="two years are no trend: a rate between two points is mostly noise",
                zh="两个年度构不成趋势，两点之间的增速多半是偶然波动",
            )
        )
    today = found.series[-1]
    if not today.bounds.is_exact:
        said.append(
            Bilingual(
                en="projections and published methods look at the values alone, not at their ranges",
                zh="推算和已公布的方法只看数值本身，不看其区间",
            )
        )
    if kept:
        said.append(
            Bilingual(
                en="the base year was enough already: it is to be kept, and no line leads there",
                zh="基年已经达标，重在保持，没有需要追赶的直线",
            )
        )
    return tuple(said)
