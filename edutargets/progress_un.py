"""Progress by the United Nations: the 2023 progress chart, and the Current Status Index of ESCAP.

Sources: UN Statistics Division, "Progress Chart Technical Note", 2023 (the Basque statistical office, Eustat,
publishes the same rules); ESCAP, "Tracking progress towards the SDGs" (working paper SD/WP/05, 2017), and
"Asia and the Pacific SDG Progress Report", technical notes. ESCAP's Anticipated Progress Index is left
out: the weights of its regression are not printed there.
"""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING

from edutargets.progress_eurostat import no_rate
from edutargets.progress_terms import Number, Points, Progress, Settings, growth_rate, refusal
from edutargets.sources import Bilingual

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["compounded", "escap", "un2023"]

BASE_YEAR, TARGET_YEAR = 2015, 2030
WITH_TARGET: Mapping[str, float] = MappingProxyType({"on_track": 0.95, "some_progress": 0.10})
WITHOUT_TARGET: Mapping[str, float] = MappingProxyType({"on_track": 0.02, "some_progress": 0.005})
NEAR = Fraction(1, 100)
"""How near to 0 or 100 % counts as there, where that is the target."""
SCORES = {"target_achieved": 3, "on_track": 3, "some_progress": 2, "stagnation_or_regression": 1}
TEN = 10


def compounded(before: Fraction, after: Fraction, years: int, ahead: int) -> Number:
    """Carry the compound growth of some years on; exact where the root comes out, a float where it does not.

    Examples:
        >>> compounded(Fraction(50), Fraction(55), 1, 2)
        Fraction(1331, 20)
        >>> round(compounded(Fraction(50), Fraction(55), 8, 7), 4)
        59.7835
    """
    if ahead % years == 0:
        return after * (after / before) ** (ahead // years)
    return float(after) * (1 + growth_rate(before, after, years)) ** ahead


# 2023 progress chart -------------------------------------------------------------------------------


def un2023(points: Points, settings: Settings) -> Progress:
    """Judge a series by where its growth would lead by the target year: the share of the way it would go.

    A value that meets the target, or comes within a hundredth of the scale where that is 0 or 100 %, is
    there whatever the trend.
    """
    due = (settings.target_year or TARGET_YEAR) if settings.target is not None else None
    found = Progress("un2023", target=settings.target, target_year=due)
    if not points:
        return refusal(found, "the series has no value", "序列没有任何数值")
    base, reason = _base(points, settings.base_year or BASE_YEAR)
    found = replace(
        found,
        current_year=points[-1][0],
        current_value=points[-1][1],
        base_year=base[0],
        base_value=base[1],
        base_reason=reason,
        thresholds=WITHOUT_TARGET if settings.target is None else WITH_TARGET,
    )
    if _is_there(found, settings):
        found = replace(
            found, target_achieved=True, status="target_achieved", score=SCORES["target_achieved"]
        )
    why = no_rate(found, settings)
    if why is not None:
        return refusal(found, why.en, why.zh)
    value = _way(found, settings)
    if value is None:
        return refusal(found, "the numbers are too far apart for a rate", "数值相差过大，无法计算增速")
    if found.target_achieved:
        return replace(found, value=value)
    status = next(
        (name for name, limit in found.thresholds.items() if value >= limit), "stagnation_or_regression"
    )
    return replace(found, value=value, status=status, score=SCORES[status])


def _base(points: Points, asked: int) -> tuple[tuple[int, Fraction], Bilingual]:
    """Return the first year from the one asked for, or the last one before it, that leaves two years."""
    later = [point for point in points[:-1] if point[0] >= asked]
    earlier = [point for point in points[:-1] if point[0] < asked]
    base = (later[:1] or earlier[-1:] or points[-1:])[0]
    year = base[0]
    if year == asked:
        return base, Bilingual(en=f"{asked}, as the method asks", zh=f"{asked} 年，按方法规定")
    side = ("after", "之后") if year > asked else ("before", "之前")
    return base, Bilingual(
        en=f"{year}, the nearest year {side[0]} {asked} that leaves two years with data",
        zh=f"{year} 年，{asked} 年{side[1]}最近且能留下两个年度数据的年份",
    )


def _is_there(found: Progress, settings: Settings) -> bool:
    target, now = found.target, found.current_value
    if target is None or now is None:
        return False
    if settings.direction == "parity":
        return now == target
    ends = {Fraction(0), settings.full_scale}
    near = abs(now - target) <= NEAR * settings.full_scale
    return settings.sign * (now - target) >= 0 or (target in ends and near)


def _way(found: Progress, settings: Settings) -> Number | None:
    """Return the share of the way to the target, or the growth rate in the wanted direction."""
    base, now = found.base_value, found.current_value
    assert base is not None  # its caller looked
    assert now is not None  # as above
    assert found.base_year is not None  # as above
    assert found.current_year is not None  # as above
    years = found.current_year - found.base_year
    if found.target is None or found.target_year is None:
        return settings.sign * growth_rate(base, now, years)
    ahead = found.target_year - found.current_year
    try:
        expected = compounded(base, now, years, ahead)
        way = found.target - base
        share = (
            (expected - base) / way
            if isinstance(expected, Fraction)
            else (expected - float(base)) / float(way)
        )
    except OverflowError:
        return None
    return share if math.isfinite(share) else None


# ESCAP ---------------------------------------------------------------------------------------------


def escap(points: Points, settings: Settings) -> Progress:
    """Give the Current Status Index: how far a series has come since the base year, 10 being the target.

    Progress runs from 0 to 10, the other way from 0 to -10 and below; for parity it is 10 less ten times
    the share of the gap that is left. It is exact: no root is drawn.
    """
    found = Progress("escap", target=settings.target)
    if not points:
        return refusal(found, "the series has no value", "序列没有任何数值")
    base, reason = _base(points, settings.base_year or BASE_YEAR)
    year, now = points[-1]
    found = replace(
        found, current_year=year, current_value=now, base_year=base[0], base_value=base[1], base_reason=reason
    )
    target = settings.target
    if target is None:
        return refusal(found, "the index needs a target", "该指数需要目标值")
    met = now == target if settings.direction == "parity" else settings.sign * (now - target) >= 0
    found = replace(found, target_achieved=met, status="target_achieved" if met else "not_available")
    if base[0] == year:
        return refusal(found, "only one year has data; two are needed", "只有一个年度的数据，至少需要两个")
    if base[1] == target or (settings.direction != "parity" and settings.sign * (base[1] - target) > 0):
        return refusal(
            found,
            "the base year met the target already: there is no way to it left to measure",
            "基年已经达标，没有剩余的路程可以衡量",
        )
    return _indexed(found, settings, base[1], now, target)


def _indexed(
    found: Progress, settings: Settings, base: Fraction, now: Fraction, target: Fraction
) -> Progress:
    way = abs(target - base)
    if settings.direction == "parity":
        value = TEN - TEN * abs(target - now) / way
    else:
        value = TEN * settings.sign * (now - base) / way
    status = "progress" if value > 0 else "regression" if value < 0 else "no_change"
    return replace(
        found, value=value, score=value, status="target_achieved" if found.target_achieved else status
    )
