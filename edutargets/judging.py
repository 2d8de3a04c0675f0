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
from edutargets.evaluation import NoValueError, Part, part_of
from edutargets.expressions import Arithmetic
from edutargets.frequencies import is_sharp, lent_events, organisers_of, parts_of_organisers
from edutargets.goals import Goal, Verdict
from edutargets.k_of_n import KOfN
from edutargets.k_of_n_ranges import met_share
from edutargets.prices import in_prices_of
from edutargets.row_targets import Dispersion, Frequency
from edutargets.sources import Bilingual
from edutargets.targets import Growth, Trend

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from edutargets.exact_columns import Statistics
    from edutargets.expressions import Node
    from edutargets.measures import Measure
    from edutargets.sharp_bounds import SharpBounds
    from edutargets.tables import Dictionary

    _Side = tuple[Node, tuple[int, ...] | None]

__all__ = ["Judge", "Result", "Sharpness"]

_ONE = Fraction(1)
_ZERO = Interval(Fraction(0), Fraction(0))

_WEIGHTLESS = Bilingual(
    en="what is not known could be an amount without any weight: there would be no coefficient",
    zh="未知的数据可能有数额而权重为零，届时差异系数无意义",
)
Sharpness = Literal["exact", "sharp", "outer"]
"""How a range was found: nothing is unknown; some way of filling what is unknown reaches each end; or every
way lies inside, but the range may be wider than it could be."""


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
        sharpness: Whether the range is exact, sharp or a safe outer one.
        judged: The range that was held against the goal: how far both sides of a comparison lie apart, by how
            much a trend changed; else the range of the number itself.
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
    judged: Interval | None = None


class Judge:
    """Judge one bound target on exact columns.

    Args:
        measure: The target, bound to the tables.
        statistics: The exact columns.
        dictionary: The tables, with the plausible range of each column.
        closer: The sharp ranges of its totals, where something of them is unknown.
    """

    def __init__(
        self,
        measure: Measure,
        statistics: Statistics,
        dictionary: Dictionary,
        closer: SharpBounds | None = None,
    ) -> None:
        self.measure, self.statistics, self.dictionary = measure, statistics, dictionary
        self.closer = closer
        years = [statistics.years(table) for table in measure.tables]
        dated = [set(found) for found in years if found is not None]
        self.undated = not dated
        together = set.union if measure.target.at_every else set.intersection
        self.reported = tuple(sorted(together(*dated))) if dated else ()
        self.price_year: int | None = None

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

    def of_years(self, years: tuple[int, ...]) -> Result:
        """Return what one year, or some years added up, would be judged as, whenever they are due."""
        missing = (found for year in years if (found := self._not_reported(year)) is not None)
        return next(missing, None) or self._judged(_span(years), years)

    def again(self, result: Result) -> Result:
        """Return the result of one period once more, e.g. with other ranges."""
        if isinstance(self.measure.target, Growth | Trend):
            return self._step(*result.years)
        return self._judged(result.period, result.years)

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
            parts = {name: self._part(node, chosen) for name, node in measure.parts.items()}
            found = self._part(measure.value, chosen)
            parts |= self._extras(chosen)
            if isinstance(measure.target, KOfN):
                return self._several(period, years, parts)
            judged, sharpness = found, self._sharpness(found, (measure.value, chosen))
            if measure.against is not None:
                against = self._part(measure.against, chosen)
                parts |= {"value": found, "against": against}
                judged, sharpness = self._between(found, against, chosen)
        except NoValueError as error:
            return self._none(period, years, error.en, error.zh)
        assert measure.goal is not None
        result = _result(period, years, found, judged, parts, measure.goal)
        return _with_evidence(replace(result, sharpness=sharpness))

    # ranges

    def _part(self, node: Node, years: tuple[int, ...] | None) -> Part:
        """Compute a number of some years, with the closest range there is."""
        closer = self.closer
        ranges = None if closer is None else lambda one: closer.range_of(one, years)
        return part_of(node, lambda one: self.statistics.total(one, years), self.dictionary, ranges)

    def _sharpness(self, part: Part, *sides: _Side) -> Sharpness:
        """Say how the range of something was found that is made of one number, or of two that move apart."""
        if part.is_exact:
            return "exact"
        if self.closer is None or not all(self.closer.is_sharp(*side) for side in sides):
            return "outer"
        return "sharp" if len(sides) == 1 or self.closer.are_apart(*sides) else "outer"

    def _between(self, found: Part, against: Part, years: tuple[int, ...] | None) -> tuple[Part, Sharpness]:
        """Return how far both sides of a comparison lie apart; joint where one sum of totals says it."""
        assert self.measure.against is not None  # its caller looked
        apart = Arithmetic("-", self.measure.value, self.measure.against)
        joint = self.closer.range_of(apart, years) if self.closer is not None else None
        bounds = joint or found.bounds - against.bounds
        judged = Part(found.value - against.value, bounds)
        if joint is not None:
            return judged, self._sharpness(judged, (apart, years))
        return judged, self._sharpness(judged, (self.measure.value, years), (self.measure.against, years))

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
                found[name] = self._part(node, years)
        return found

    # series

    def _series(self, years: tuple[int, ...]) -> tuple[Result, ...]:
        """Judge each step from one year to the next."""
        since = years if isinstance(self.measure.target, Growth) else years[1:]
        self.price_year = since[0] - 1 if since else None
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
        found = self._part(self.measure.value, (year,))
        if not self.measure.is_real or self.price_year is None:
            return found
        assert self.measure.prices is not None  # what is real has an index
        years = year, self.price_year
        return in_prices_of(found, self.measure.prices, years, self.statistics, self.dictionary)

    def _grown(self, period: str, years: tuple[int, ...], old: Part, new: Part) -> Result:
        if old.bounds.lower <= 0:
            raise NoValueError(
                "the year before is zero or below, so there is no growth rate",
                "上年数值不为正,无法计算增长率",
            )
        if old.value <= 0:
            raise NoValueError(
                "what is known of the year before comes to zero, so there is no growth rate yet",
                "上年已知数据合计为零,暂无法计算增长率",
            )
        one = Interval(_ONE, _ONE)
        found = Part(new.value / old.value - 1, new.bounds / old.bounds - one)
        assert self.measure.goal is not None
        result = _result(period, years, found, found, {"before": old, "after": new}, self.measure.goal)
        return replace(result, sharpness=self._of_steps(found, years))

    def _fallen(self, period: str, years: tuple[int, ...], old: Part, new: Part) -> Result:
        target = self.measure.target
        assert isinstance(target, Trend)
        change = Part(new.value - old.value, new.bounds - old.bounds)
        goal = Goal("never_decreasing", lower=_ZERO)
        if target.never_increasing:
            goal = Goal("never_increasing", upper=_ZERO)
        result = _result(period, years, new, change, {"before": old, "after": new}, goal)
        return replace(result, sharpness=self._of_steps(change, years))

    def _of_steps(self, change: Part, years: tuple[int, ...]) -> Sharpness:
        if self.measure.is_real:
            return "exact" if change.is_exact else "outer"  # the index may be open as well
        return self._sharpness(change, *((self.measure.value, (year,)) for year in years))


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
        "exact" if judged.is_exact else "outer",
        judged.bounds,
    )


def _span(years: Sequence[int]) -> str:
    if not years:
        return ""
    return str(years[0]) if len(years) == 1 else f"{years[0]}–{years[-1]}"
