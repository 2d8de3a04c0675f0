"""Progress by Eurostat: the observed compound growth rate against the one the target needs, or by itself.

Source: Eurostat, "Sustainable development in the European Union – monitoring report", annex on the
assessment of indicator trends, with the score on a scale from -5 to 5; the thresholds are those of the
editions with five classes, as other statistical offices use them. Rates are roots, so the numbers are floats.
"""

from __future__ import annotations

import math
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from edutargets.progress_terms import Points, Progress, Settings, growth_rate, refusal
from edutargets.sources import Bilingual

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction

__all__ = ["eurostat", "no_rate"]

SHORT_TERM, TARGET_YEAR = 5, 2030
WITH_TARGET: Mapping[str, float] = MappingProxyType(
    {"significant": 0.95, "moderate": 0.6, "insufficient": 0.0}
)
WITHOUT_TARGET: Mapping[str, float] = MappingProxyType(
    {"significant": 0.01, "moderate": 0.001, "none": -0.001, "moderate_away": -0.01}
)
WORST, BEST = -5.0, 5.0


def eurostat(points: Points, settings: Settings) -> Progress:
    """Judge a series by its growth over the last years: five (short term) unless told otherwise.

    With a target the value is the ratio of the observed to the needed rate: 95 % and more is significant
    progress, 60 % moderate, above zero insufficient, below zero away from the target. Without one it is the
    rate itself in the wanted direction: more than 1 %, 0.1 %, -0.1 %, -1 % a year.
    """
    due = (settings.target_year or TARGET_YEAR) if settings.target is not None else None
    found = Progress("eurostat", target=settings.target, target_year=due)
    if not points:
        return refusal(found, "the series has no value", "序列没有任何数值")
    year, value = points[-1]
    asked = settings.base_year or year - (settings.window or SHORT_TERM)
    base = next(point for point in points if point[0] >= min(asked, year))
    levels = WITHOUT_TARGET if settings.target is None else WITH_TARGET
    found = replace(
        found,
        current_year=year,
        current_value=value,
        base_year=base[0],
        base_value=base[1],
        base_reason=_reason(base[0], asked, year),
        thresholds=levels,
        target_achieved=settings.target is not None and settings.sign * (value - settings.target) >= 0,
    )
    reason = no_rate(found, settings)
    if reason is not None:
        return refusal(found, reason.en, reason.zh)
    ratio = _ratio(found, settings)
    if not math.isfinite(ratio):
        return refusal(found, "the numbers are too far apart for a rate", "数值相差过大，无法计算增速")
    return replace(found, value=ratio, status=_status(ratio, settings), score=_score(ratio, settings))


def _reason(year: int, asked: int, last: int) -> Bilingual:
    if year == asked:
        back = last - asked
        return Bilingual(
            en=f"{asked}, {back} years before the last", zh=f"{asked} 年，即最新年度的 {back} 年前"
        )
    return Bilingual(
        en=f"{year}, the first year with data after {asked}",
        zh=f"{year} 年，{asked} 年之后第一个有数据的年度",
    )


def no_rate(found: Progress, settings: Settings) -> Bilingual | None:
    """Say why compound growth says nothing of a series, for the methods built on it; none where it does."""
    base, now, target = found.base_value, found.current_value, found.target
    if base is None or now is None or found.base_year == found.current_year:
        return Bilingual(
            en="only one year counts from the base year on; two are needed",
            zh="自基年起只有一个年度的数据，至少需要两个",
        )
    if settings.direction == "parity":
        return Bilingual(
            en="a target that must be neither missed nor passed has no wanted rate",
            zh="目标既不应不足也不应超过，没有期望的增速",
        )
    if min(base, now) <= 0:
        return Bilingual(
            en="a value is zero or below: the method asks for growth rates of positive numbers",
            zh="数值为零或为负：该方法只适用于正数的增长率",
        )
    if target is None:
        return None
    if target <= 0:
        return Bilingual(
            en="the target is zero or below: no rate leads there", zh="目标不为正，没有增速能达到"
        )
    if found.target_year is None or found.base_year is None or found.target_year <= found.base_year:
        return Bilingual(en="the target was due by the base year", zh="目标年不晚于基年")
    if settings.sign * (base - target) >= 0:
        return Bilingual(
            en="the base year met the target already: it was to be kept, and no rate measures that",
            zh="基年已经达标，承诺是保持而非增长，增速无法衡量",
        )
    return None


def _ratio(found: Progress, settings: Settings) -> float:
    """Return the observed rate towards what is wanted, against the needed one where there is a target."""
    base, now, years = _span(found)
    try:
        observed = growth_rate(base, now, years)
        if found.target is None or found.target_year is None or found.base_year is None:
            return settings.sign * observed
        needed = growth_rate(base, found.target, found.target_year - found.base_year)
        return observed / needed if needed else math.inf
    except OverflowError:
        return math.inf


def _span(found: Progress) -> tuple[Fraction, Fraction, int]:
    assert found.base_value is not None  # its callers looked
    assert found.current_value is not None  # as above
    assert found.base_year is not None  # as above
    assert found.current_year is not None  # as above
    return found.base_value, found.current_value, found.current_year - found.base_year


def _status(value: float, settings: Settings) -> str:
    if settings.target is not None:
        classes = ("significant_progress", "moderate_progress", "insufficient_progress")
        for (_, limit), name in zip(WITH_TARGET.items(), classes, strict=True):
            if value >= limit:
                return name
        return "movement_away"
    if value > WITHOUT_TARGET["significant"]:
        return "significant_progress"
    if value > WITHOUT_TARGET["moderate"]:
        return "moderate_progress"
    if value >= WITHOUT_TARGET["none"]:
        return "no_progress"
    return (
        "moderate_movement_away" if value >= WITHOUT_TARGET["moderate_away"] else "significant_movement_away"
    )


def _score(value: float, settings: Settings) -> float:
    """Return the score from -5 to 5: 2.5 a point of growth, or two straight lines that meet at 60 %."""
    if settings.target is None:
        found = 2.5 * value * 100
    elif value >= WITH_TARGET["moderate"]:
        found = 5 / 0.7 * (value - 0.6)
    else:
        found = 5 / 1.2 * (value + 0.6) - 5
    return min(max(found, WORST), BEST)
