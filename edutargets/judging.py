"""One target judged on exact columns: each year, span or step with its parts, range, verdict and reason."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from edutargets.bounds import Interval, exactly
from edutargets.dispersion_extremes import square_range
from edutargets.dispersions import coefficient, root_range, spread_of
from edutargets.evaluation import NoValueError, Part, part_of, parts_of
from edutargets.frequencies import is_sharp, lent_events, organisers_of, parts_of_organisers
from edutargets.goals import Goal, Verdict
from edutargets.k_of_n import KOfN
from edutargets.k_of_n_ranges import met_share
from edutargets.row_targets import Dispersion, Frequency
from edutargets.sources import Bilingual
from edutargets.targets import Growth, Trend

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from edutargets.exact_columns import Statistics
    from edutargets.measures import Measure
    from edutargets.tables import Dictionary

__all__ = ["Judge", "Result"]

_ONE = Fraction(1)
_WEIGHTLESS = Bilingual(
    en="what is not known could be an amount without any weight: there would be no coefficient",
    zh="未知的数据可能有数额而权重为零，届时差异系数无意义",
)
Sharpness = Literal["exact", "sharp", "outer"]


@dataclass(frozen=True, slots=True)
class Result:
    """A target judged once: for a year, or for a span whose years are added up.

    Args:
        period: The year or span, as it is shown.
        years: The years it is made of.
        verdict: What can be said.
        value: The number on what is known, in the measure's unit; ``None`` where there is none.
        bounds: The range in which the number must lie.
        parts: The totals it is made of, by name.
        goal: What is enough.
        shortfall: How much is missing to it, never below zero.
        reason: Why there is no verdict, or what must be known about it.
        sharpness: ``exact`` where nothing is open; ``sharp`` where some completion of what is open has either
            end of the range; ``outer`` where the range holds all of them and may be wider.
    """

    period: str
    years: tuple[int, ...]
    verdict: Verdict
    value: Fraction | None = None
    bounds: Interval | None = None
    parts: Mapping[str, Part] = field(default_factory=lambda: MappingProxyType({}))
    goal: Goal | None = None
    shortfall: Fraction | None = None
    reason: Bilingual | None = None
    sharpness: Sharpness = "exact"


class Judge:
    """Judge one bound target on exact columns."""

    def __init__(self, measure: Measure, statistics: Statistics, dictionary: Dictionary) -> None:
        self.measure, self.statistics, self.dictionary = measure, statistics, dictionary
        years = [statistics.years(table) for table in measure.tables]
        dated = [set(found) for found in years if found is not None]
        self.undated = not dated
        together = set.union if measure.target.at_every else set.intersection
        self.reported = tuple(sorted(together(*dated))) if dated else ()

    def results(self) -> tuple[Result, ...]:
        """Return every year, span or step that the target is judged on."""
        target = self.measure.target
        if isinstance(target, Frequency):
            return (self._often(target),)
        if self.undated:
            return (self._judged("", ()),)
        years = target.years(self.reported)
        if isinstance(target, Growth | Trend):
            return self._series(years)
        if target.sums_years:
            return (self._span(years),)
        if not years:
            return (
                self._none(
                    "", (), "no year up to the deadline was reported", "截止日期之前没有任何年度的数据"
                ),
            )
        return tuple(self._year(year) for year in years)

    def _none(self, period: str, years: tuple[int, ...], en: str, zh: str) -> Result:
        return Result(
            period, years, Verdict.NOT_EVALUABLE, goal=self.measure.goal, reason=Bilingual(en=en, zh=zh)
        )

    def _not_reported(self, year: int) -> Result | None:
        """Say which table has no rows for a year, if one has none."""
        for table in self.measure.tables:
            found = self.statistics.years(table)
            if found is not None and year not in found:
                title = self.dictionary.tables[table].title.in_language("zh") or table
                return self._none(
                    str(year), (year,), f"{table} has no rows for {year}", f"表“{title}”没有 {year} 年的数据"
                )
        return None

    def _year(self, year: int) -> Result:
        return self._not_reported(year) or self._judged(str(year), (year,))

    def _span(self, years: tuple[int, ...]) -> Result:
        """Judge the sum of a span; years still to come leave the verdict of today standing."""
        last = max(self.reported, default=0)
        due = tuple(year for year in years if year <= last)
        for year in due:
            missing = self._not_reported(year)
            if missing is not None:
                return replace(missing, period=_span(years), years=years)
        if not due:
            return self._none(
                _span(years), years, "no year of the span was reported", "该时期没有任何年度的数据"
            )
        judged = self._judged(_span(due), due)
        if due == years or judged.verdict not in self._may_turn():
            return judged
        until = Bilingual(
            en=f"so far: {years[-1]} has not been reported", zh=f"截至目前:{years[-1]} 年尚未报送"
        )
        return replace(judged, reason=until)

    def _may_turn(self) -> frozenset[Verdict]:
        """Return the verdicts that years still to come can turn: below a floor, or within a cap."""
        goal = self.measure.goal
        turning = {Verdict.NOT_MET} if goal is not None and goal.lower is not None else set()
        return frozenset(turning | ({Verdict.MET} if goal is not None and goal.upper is not None else set()))

    def _judged(self, period: str, years: tuple[int, ...]) -> Result:
        measure = self.measure
        chosen = years or None
        if isinstance(measure.target, Dispersion):
            return self._apart(period, years)
        try:
            parts = dict(
                parts_of(measure.parts, lambda one: self.statistics.total(one, chosen), self.dictionary)
            )
            found = part_of(measure.value, lambda one: self.statistics.total(one, chosen), self.dictionary)
            parts |= self._extras(chosen)
            judged = found
            if isinstance(measure.target, KOfN):
                return self._several(period, years, parts)
            if measure.against is not None:
                against = part_of(
                    measure.against, lambda one: self.statistics.total(one, chosen), self.dictionary
                )
                parts |= {"value": found, "against": against}
                judged = Part(found.value - against.value, found.bounds - against.bounds)
        except NoValueError as error:
            return self._none(period, years, error.en, error.zh)
        assert measure.goal is not None
        return _with_evidence(_result(period, years, found, judged, parts, measure.goal))

    # rows

    def _several(self, period: str, years: tuple[int, ...], parts: dict[str, Part]) -> Result:
        """Judge how many meet so many of several standards, each by all that its open cells can be."""
        assert self.measure.goal is not None  # bound so
        found = met_share(self.measure, self.statistics, years or None, self.dictionary)
        judged = _result(period, years, found.share, found.share, {**parts, **found.parts}, self.measure.goal)
        return replace(judged, sharpness=found.sharpness)

    def _apart(self, period: str, years: tuple[int, ...]) -> Result:
        """Judge how far rows lie apart: the square of the coefficient against the square of the goal."""
        rows, goal = self.measure.rows, self.measure.goal
        assert rows is not None  # bound so
        assert goal is not None  # bound so
        told = self.statistics.listed(rows.lists["rows"], years or None)
        try:
            found = spread_of(told)
            squares = square_range(told, rows.lists["rows"], self.dictionary, found)
        except NoValueError as error:
            return self._none(period, years, error.en, error.zh)
        value = coefficient(found, goal)
        bounds = root_range(squares.bounds, goal) if squares.sharpness != "exact" else exactly(value)
        ranges = {"total_value": squares.amounts, "total_weight": squares.weights, "square": squares.bounds}
        numbers = {"total_value": found.value, "total_weight": found.weight, "square": found.square}
        parts = {name: Part(number, ranges[name]) for name, number in numbers.items()}
        judged = _result(period, years, Part(value, bounds), Part(value, bounds), parts, goal)
        judged = replace(judged, sharpness=squares.sharpness)
        if squares.valueless and judged.verdict in {Verdict.MET, Verdict.NOT_MET}:
            possible = min(max(value, bounds.lower), bounds.upper)
            short = goal.shortfall(possible)
            return replace(judged, verdict=Verdict.UNDETERMINED, shortfall=short, reason=_WEIGHTLESS)
        return judged

    def _often(self, target: Frequency) -> Result:
        """Judge the whole span at once; a year that was not reported leaves it open, a miss settles it."""
        years = target.years(self.reported)
        missing = [found for year in years if (found := self._not_reported(year)) is not None]
        due = tuple(year for year in years if year not in {one.years[0] for one in missing})
        if not due:
            none = "no year of the span was reported", "该时期没有任何年度的数据"
            return self._none(_span(years), years, *none)
        try:
            everyone = organisers_of(self.measure, self.statistics, due)
            lent = lent_events(self.measure, self.statistics)
            share, parts = parts_of_organisers(everyone, lent)
        except NoValueError as error:
            return self._none(_span(due), due, error.en, error.zh)
        assert self.measure.goal is not None  # bound so
        judged = _result(_span(due), due, share, share, parts, self.measure.goal)
        if not share.is_exact:
            judged = replace(judged, sharpness="sharp" if is_sharp(everyone, lent) else "outer")
        if missing and judged.verdict is not Verdict.NOT_MET:
            return replace(missing[0], period=_span(years), years=years)
        return judged

    def _extras(self, years: tuple[int, ...] | None) -> dict[str, Part]:
        """Return what is told beside the verdict, such as the lowest value of all, where it is known."""
        found = {}
        for name, node in self.measure.extras.items():
            with suppress(NoValueError):
                found[name] = part_of(node, lambda one: self.statistics.total(one, years), self.dictionary)
        return found

    # series

    def _series(self, years: tuple[int, ...]) -> tuple[Result, ...]:
        """Judge each step from one year to the next."""
        since = years if isinstance(self.measure.target, Growth) else years[1:]
        return tuple(self._step(year - 1, year) for year in since)

    def _step(self, before: int, after: int) -> Result:
        period, years = f"{before}→{after}", (before, after)
        for year in years:
            missing = self._not_reported(year)
            if missing is not None:
                return replace(missing, period=period, years=years)
        try:
            old, new = (self._total(year) for year in years)
            if isinstance(self.measure.target, Trend):
                return self._fallen(period, years, old, new)
            return self._grown(period, years, old, new)
        except NoValueError as error:
            return self._none(period, years, error.en, error.zh)

    def _total(self, year: int) -> Part:
        return part_of(self.measure.value, lambda one: self.statistics.total(one, (year,)), self.dictionary)

    def _grown(self, period: str, years: tuple[int, ...], old: Part, new: Part) -> Result:
        if old.bounds.lower <= 0:
            raise NoValueError(
                "the year before is zero or below, so there is no growth rate",
                "上年数值不为正,无法计算增长率",
            )
        one = Interval(_ONE, _ONE)
        found = Part(new.value / old.value - 1, new.bounds / old.bounds - one)
        assert self.measure.goal is not None
        return _result(period, years, found, found, {"before": old, "after": new}, self.measure.goal)

    def _fallen(self, period: str, years: tuple[int, ...], old: Part, new: Part) -> Result:
        target = self.measure.target
        assert isinstance(target, Trend)
        change = Part(new.value - old.value, new.bounds - old.bounds)
        zero = Interval(Fraction(0), Fraction(0))
        goal = Goal("never_decreasing", lower=zero)
        if target.never_increasing:
            goal = Goal("never_increasing", upper=zero)
        return _result(period, years, new, change, {"before": old, "after": new}, goal)


def _with_evidence(result: Result) -> Result:
    """Say of a milestone that is open that its evidence is incomplete, where that is why."""
    incomplete = result.parts.get("incomplete")
    if result.verdict is not Verdict.UNDETERMINED or incomplete is None or not incomplete.value:
        return result
    reason = Bilingual(en="the row exists but its evidence is incomplete", zh="已有记录，但佐证不全")
    return replace(result, reason=reason)


def _result(
    period: str, years: tuple[int, ...], found: Part, judged: Part, parts: Mapping[str, Part], goal: Goal
) -> Result:
    verdict = goal.judge(judged.bounds)
    reason = None
    if verdict is Verdict.UNDETERMINED:
        reason = Bilingual(
            en="what is missing, rounded or without a denominator could turn it",
            zh="缺失、取整或缺少分母的数据可能改变结论",
        )
    possible = min(max(judged.value, judged.bounds.lower), judged.bounds.upper)
    shortfall = Fraction(0) if verdict is Verdict.MET else goal.shortfall(possible)
    return Result(
        period,
        years,
        verdict,
        found.value,
        found.bounds,
        MappingProxyType(dict(parts)),
        goal,
        shortfall,
        reason,
    )


def _span(years: Sequence[int]) -> str:
    if not years:
        return ""
    return str(years[0]) if len(years) == 1 else f"{years[0]}–{years[-1]}"
