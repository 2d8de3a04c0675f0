"""Progress by Open SDG 2.4, the growth-rate method of Statistics Canada.

Source: Open SDG documentation, "Progress Measurement Methodology for the Sustainable Development Goals", and
the behaviour of its build library (sdg-build) in the 2.4 line. Rates are roots, so the numbers are floats.
"""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING

from edutargets.progress_terms import Points, Progress, Settings, growth_rate, refusal
from edutargets.sources import Bilingual

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["indicator", "opensdg", "status_of_score", "status_of_value"]

BASE_YEAR, TARGET_YEAR = 2015, 2030
WITHOUT_TARGET: Mapping[str, float] = MappingProxyType({"high": 0.015, "med": 0.005, "low": 0.0})
WITH_TARGET: Mapping[str, float] = MappingProxyType({"high": 0.95, "med": 0.6, "low": 0.0})
NEAR_LIMIT = 4.44
NOT_ZERO = Fraction(1, 1000)
"""What the published code puts in the place of a base or a target of zero."""
WORST, BEST = -5.0, 5.0
STATUSES = ("substantial_progress", "moderate_progress", "limited_progress", "deterioration")

_FELL = Bilingual(
    en="the base year met the target already, so the ratio to a needed rate has no meaning: judge it as a "
    "promise to keep the level",
    zh="基年已经达标，与所需增速之比没有意义：应按“保持水平”的承诺来判断",
)
_STILL = Bilingual(
    en="nothing has changed since the base year, and the method calls that limited progress",
    zh="自基年以来没有变化，而该方法称之为“进展有限”",
)
_ZERO = Bilingual(
    en="the last value is zero, which counts as a fall of 100 % a year however long it took",
    zh="最新数值为零，不论历时多久都按每年下降 100 % 计算",
)
_OWN_THRESHOLDS = Bilingual(
    en="thresholds of one's own decide the status; the score keeps the formulas of the published ones",
    zh="自定阈值只决定状态，得分仍按公布的公式计算",
)


def opensdg(points: Points, settings: Settings, *, as_published: bool = False) -> Progress:
    """Judge a series by compound growth since the base year, against the growth the target needs.

    Args:
        points: The series, by year.
        settings: Direction, target, years, limit and thresholds as Open SDG names them.
        as_published: Whether also to give the numbers the published code gives where the method means
            nothing: zero becomes 0.001, a needed rate of zero divides to infinity, and a root of a negative
            number is taken by its absolute value.
    """
    target = NOT_ZERO if as_published and settings.target == 0 else settings.target
    due = settings.target_year or TARGET_YEAR
    found = Progress("opensdg", target=target, target_year=due if target is not None else None)
    if not points:
        return refusal(found, "the series has no value", "序列没有任何数值")
    if settings.direction == "parity":
        return refusal(
            found, "the method knows only more or less, no parity", "该方法只区分升与降，不适用于均等目标"
        )
    year, value = points[-1]
    found = replace(found, current_year=year, current_value=value)
    asked = settings.base_year or BASE_YEAR
    base = next((point for point in points if point[0] >= asked), None)
    if base is None:
        return refusal(
            found, f"all data lie before the base year {asked}", f"全部数据都早于基年 {asked}，无从比较"
        )
    found = replace(found, base_year=base[0], base_value=base[1], base_reason=_reason(base[0], asked))
    found = _with_thresholds(found, settings)
    achieved = target is not None and settings.sign * (value - target) >= 0
    found = replace(found, target_achieved=achieved)
    rated = _rated(found, settings, as_published=as_published)
    status = status_of_value(rated)
    return replace(rated, status=status, score=_score(rated), caveats=_caveats(rated, settings))


def _reason(year: int, asked: int) -> Bilingual:
    if year == asked:
        return Bilingual(en=f"{asked}, as the method asks", zh=f"{asked} 年，按方法规定")
    return Bilingual(
        en=f"{year}, the first year with data after {asked}",
        zh=f"{year} 年，{asked} 年之后第一个有数据的年度",
    )


# thresholds ----------------------------------------------------------------------------------------


def _with_thresholds(found: Progress, settings: Settings) -> Progress:
    """Give the thresholds; near a limit those of a series without a target are lowered."""
    usual = WITHOUT_TARGET if found.target is None else WITH_TARGET
    levels = {**usual, **settings.progress_thresholds}
    if found.target is not None or settings.limit is None:
        return replace(found, thresholds=MappingProxyType(levels))
    assert found.base_value is not None  # its caller looked
    share = _near_limit(abs(float(found.base_value)), abs(float(settings.limit)))
    lowered = {name: level * share for name, level in levels.items()}
    return replace(found, thresholds=MappingProxyType(lowered), coefficient=float(share))


def _near_limit(base: float, limit: float) -> float:
    """Return by what the thresholds are multiplied: 1 far from the limit, 0 on it."""
    if base >= 2 * limit:
        return 1.0
    near = base / limit if base <= limit else (2 * limit - base) / limit
    return 1 - math.pow(near, NEAR_LIMIT)


# the rate ------------------------------------------------------------------------------------------


def _rated(found: Progress, settings: Settings, *, as_published: bool) -> Progress:
    """Compute the rate, or its ratio to the needed one, or say why there is none."""
    assert found.base_value is not None  # its caller looked
    assert found.current_value is not None  # as above
    turned = -1 if found.base_value < 0 else 1
    if found.base_value == 0:
        if not as_published:
            return refusal(
                found, "the base value is zero: no rate grows from it", "基年数值为零，无增长率可言"
            )
        found = replace(found, base_value=NOT_ZERO)
    reason = _no_rate(found) or (None if as_published else _no_meaning(found, settings))
    if reason is not None:
        return refusal(found, reason.en, reason.zh)
    try:
        value = turned * settings.sign * _ratio(found)
    except OverflowError:
        value = math.nan
    if math.isnan(value) or (not as_published and not math.isfinite(value)):
        return refusal(found, "the numbers are too far apart for a rate", "数值相差过大，无法计算增速")
    return replace(found, value=value)


def _no_rate(found: Progress) -> Bilingual | None:
    """Say why even the published code gives no number."""
    assert found.base_value is not None  # its callers look
    assert found.current_value is not None  # as above
    if found.base_year == found.current_year:
        return Bilingual(
            en="only one year counts from the base year on; two are needed",
            zh="自基年起只有一个年度的数据，至少需要两个",
        )
    if found.base_value * found.current_value < 0:
        return Bilingual(
            en="the series changes its sign, and no growth rate passes through zero",
            zh="序列正负号发生变化，增长率不能跨越零",
        )
    if found.target is not None and found.target_year == found.base_year:
        return Bilingual(en="the target is due in the base year itself", zh="目标年与基年相同")
    return None


def _no_meaning(found: Progress, settings: Settings) -> Bilingual | None:
    """Say why the method does not apply, although the published code gives a number."""
    base, target = found.base_value, found.target
    assert base is not None  # its caller looked
    if target is None:
        return None
    if target == 0:
        return Bilingual(en="the target is zero: no growth rate leads there", zh="目标为零，没有增速能达到零")
    if target * base < 0:
        return Bilingual(en="the target has the other sign than the base", zh="目标与基年数值正负号相反")
    if found.target_year is not None and found.base_year is not None and found.target_year < found.base_year:
        return Bilingual(en="the target was due before the base year", zh="目标年早于基年")
    kept = settings.sign * (base - target) >= 0
    if kept and (base == target or not found.target_achieved):
        return Bilingual(
            en="the base year met the target already: it was to be kept, and no rate measures that",
            zh="基年已经达标，承诺是保持而非增长，增速无法衡量",
        )
    return None


def _ratio(found: Progress) -> float:
    """Return the observed rate, and where there is a target its ratio to the size of the needed one."""
    assert found.base_value is not None  # its caller looked
    assert found.current_value is not None  # as above
    assert found.base_year is not None  # as above
    assert found.current_year is not None  # as above
    observed = growth_rate(found.base_value, found.current_value, found.current_year - found.base_year)
    if found.target is None or found.target_year is None:
        return observed
    years, quotient = found.target_year - found.base_year, float(found.target) / float(found.base_value)
    needed = abs(quotient ** (1 / years) - 1)  # of a negative number the root is complex, as published
    if needed == 0:
        return math.copysign(math.inf, observed) if observed else math.nan
    return float(observed / needed)


# status and score ----------------------------------------------------------------------------------


def status_of_value(found: Progress) -> str:
    """Return the status that a value has among its thresholds."""
    if found.target_achieved:
        return "target_achieved"
    if found.value is None:
        return "not_available"
    reached = (found.value >= found.thresholds[level] for level in ("high", "med", "low"))
    return next((name for name, is_so in zip(STATUSES, reached, strict=False) if is_so), STATUSES[-1])


def _score(found: Progress) -> float | None:
    """Return the score from -5 to 5; its formulas hold the published thresholds."""
    if found.target_achieved:
        return BEST
    if found.value is None:
        return None
    value, high, med = float(found.value), found.thresholds["high"], found.thresholds["med"]
    if found.target is not None:
        if value >= high or value >= med:
            return min(7.1429 * value - 4.2857, BEST)
        return max(4.1667 * value - 2.5, WORST)
    share = 1.0 if found.coefficient is None else found.coefficient
    if value < found.thresholds["low"]:
        return max(125 * value - 2.5, WORST)
    if share == 0:
        return BEST
    if value >= high:
        return min(500 * value / share - 5, BEST)
    return 250 * value / share - 1.25 if value >= med else 500 * value / share - 2.5


def _caveats(found: Progress, settings: Settings) -> tuple[Bilingual, ...]:
    said = []
    if found.target is not None and found.base_value is not None and found.value is not None:
        said += [_FELL] if settings.sign * (found.base_value - found.target) >= 0 else []
    said += [_STILL] if found.value == 0 and not found.target_achieved else []
    said += [_ZERO] if found.value is not None and found.current_value == 0 else []
    said += [_OWN_THRESHOLDS] if settings.progress_thresholds else []
    return tuple(said)


# an indicator of several series --------------------------------------------------------------------


def status_of_score(score: float | None, *, achieved: bool = False) -> str:
    """Return the status that a mean of scores has.

    Examples:
        >>> status_of_score(2.4), status_of_score(None), status_of_score(1.0, achieved=True)
        ('moderate_progress', 'not_available', 'target_achieved')
    """
    if achieved:
        return "target_achieved"
    if score is None:
        return "not_available"
    reached = (score >= limit for limit in (2.5, 0, -2.5))
    return next((name for name, is_so in zip(STATUSES, reached, strict=False) if is_so), STATUSES[-1])


def indicator(members: Sequence[Progress | Sequence[Progress]]) -> Progress:
    """Join several series to one indicator: the mean of their scores, a group of series counting once.

    The target counts as achieved only if that of each series is. Series without a score leave the mean, as
    published; here they are named in the caveats, and so is a series that got worse.

    Args:
        members: Results of ``opensdg``, or groups of them.
    """
    groups = [(one,) if isinstance(one, Progress) else tuple(one) for one in members]
    scored = [[one for one in group if one.score is not None] for group in groups]
    scored = [group for group in scored if group]
    means = [sum(float(one.score or 0) for one in group) / len(group) for group in scored]
    score = sum(means) / len(means) if means else None
    achieved = bool(scored) and all(one.target_achieved for group in scored for one in group)
    lost = sum(one.score is None for group in groups for one in group)
    worse = sum(one.status == "deterioration" for group in groups for one in group)
    caveats = [
        Bilingual(
            en=f"{lost} of its series have no score and leave the mean",
            zh=f"{lost} 个序列没有得分，未计入平均",
        ),
        Bilingual(
            en=f"{worse} of its series got worse, which a mean can hide",
            zh=f"{worse} 个序列在恶化，平均数会掩盖这一点",
        ),
    ]
    said = tuple(caveat for caveat, number in zip(caveats, (lost, worse), strict=True) if number)
    found = Progress(
        "opensdg",
        status_of_score(score, achieved=achieved),
        score=score,
        target_achieved=achieved,
        caveats=said,
    )
    if score is None:
        return refusal(found, "no series of it has a score", "没有一个序列有得分")
    return found
