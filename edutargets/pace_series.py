"""What a path leads to before a deadline, and the value of every year on the way; else why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from edutargets.judging import Judge
from edutargets.sources import Bilingual
from edutargets.targets import (
    Alias,
    Amount,
    Coefficient,
    Comparison,
    Composite,
    Count,
    Dispersion,
    Frequency,
    Growth,
    Milestone,
    Ratio,
    Trend,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from edutargets.attainment import Attainment
    from edutargets.bounds import Interval
    from edutargets.judging import Result
    from edutargets.measures import Measure
    from edutargets.targets import Target

__all__ = ["NoPathError", "YearValue", "limits_on_a_path", "range_of", "values_by_year"]


@dataclass(frozen=True, slots=True)
class YearValue:
    """One year of a target.

    Args:
        year: The year.
        value: The number on what is known; of a total over a span all that has come together by then.
        bounds: The range in which it must lie.
    """

    year: int
    value: Fraction
    bounds: Interval


class NoPathError(Exception):
    """There is no path, and this is why."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.reason = Bilingual(en=en, zh=zh)


_NO_PATH: tuple[tuple[type[Target], str, str], ...] = (
    (Milestone, "a milestone is done or not: no pace leads to it", "节点任务只有完成与否，没有进度可言"),
    (
        Composite,
        "a bundle has no number of its own: see its targets",
        "组合目标没有自己的数值，请看其各项目标",
    ),
    (Trend, "what must never turn is judged from year to year", "“只增不减”逐年判断，没有通向期限的路径"),
    (Growth, "growth is judged in each year by itself", "增长率逐年单独判断"),
    (Comparison, "the other side moves as well", "对照值本身也在变化"),
    (Frequency, "how often is judged by the calendar", "频次按日历判断"),
)


def limits_on_a_path(attainment: Attainment) -> tuple[Measure, tuple[Fraction | None, Fraction | None]]:
    """Return the measure and its limits (least, most), or say why no path leads to the deadline."""
    target, measure = attainment.target, attainment.measure
    for kind, en, zh in _NO_PATH:
        if isinstance(target, kind):
            raise NoPathError(en, zh)
    assert not isinstance(target, Alias)  # it was followed
    if measure is None or measure.goal is None or attainment.basis is None:
        raise NoPathError("nothing is computed for it", "没有可计算的数值")
    if not attainment.results and attainment.reason is not None:
        raise NoPathError(attainment.reason.en, attainment.reason.zh)
    goal = measure.goal
    low, high = (None if side is None else side.lower for side in (goal.lower, goal.upper))
    if goal.word == "printed":
        raise NoPathError("it is a published figure, no promise", "这是已公布的数字，不是承诺")
    if high == 0 and low in {None, Fraction(0)}:
        raise NoPathError(
            "it must be zero whenever it is looked at: no pace leads there",
            "任何时点都必须为零，没有进度可言",
        )
    if target.every or target.at_every:
        raise NoPathError("it must hold in each year: each is judged by itself", "每年都须达到，逐年单独判断")
    if target.last_year is None:
        raise NoPathError("it names no deadline", "没有规定期限")
    if target.sums_years and (not isinstance(target, Count | Amount) or low is None):
        raise NoPathError(
            "the span is judged as a whole: its years do not add up towards the goal",
            "该目标按整个时期判断，各年数值不能累加",
        )
    return measure, (low, high)


def range_of(measure: Measure, series: Sequence[YearValue]) -> tuple[Fraction | None, Fraction | None]:
    """Return what a number cannot fall below, or pass, whatever its line does."""
    target = measure.target
    if isinstance(target, Coefficient) or min(one.value for one in series) < 0:
        return None, None
    of_group = target.entities is not None and target.mean_of is None and not isinstance(target, Dispersion)
    is_share = of_group or (isinstance(target, Ratio) and not target.gross)
    within = max(one.value for one in series) <= 1  # a ratio may be gross without saying so
    return Fraction(0), Fraction(1) if is_share and within else None


def values_by_year(attainment: Attainment, measure: Measure, as_of: date | None) -> tuple[YearValue, ...]:
    """Return the value of every reported year; of a total over a span what has come together by then."""
    basis, target = attainment.basis, attainment.target
    assert basis is not None  # its caller looked
    judge = Judge(measure, basis.statistics, basis.dictionary)
    if judge.undated:
        raise NoPathError("its tables have no years", "所用的表没有年度")
    due = target.last_year or max(judge.reported, default=0)
    years = [year for year in judge.reported if year <= due and _is_over(year, as_of)]
    found: list[YearValue] = []
    if target.total_over is not None:
        first = target.total_over[0]
        years = [year for year in years if year >= first]
        results = [judge.of_years(tuple(range(first, year + 1))) for year in years]
    else:
        results = [judge.of_years((year,)) for year in years]
    for year, result in zip(years, results, strict=True):
        found += _valued(year, result)
    if not found:
        raise NoPathError("no year has a value yet", "尚无任何年度的数值")
    return tuple(found)


def _is_over(year: int, as_of: date | None) -> bool:
    """Whether a year has ended by a day: what stands in its tables was not known before."""
    return as_of is None or year < as_of.year or ((as_of.month, as_of.day) == (12, 31) and year == as_of.year)


def _valued(year: int, result: Result) -> list[YearValue]:
    if result.value is None or result.bounds is None:
        return []
    return [YearValue(year, result.value, result.bounds)]
