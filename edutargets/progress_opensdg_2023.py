"""Progress as Open SDG computed it until 2023: the same thresholds, no score, no limit, no regard to signs.

Source: the build library of Open SDG (sdg-build), June 2023. Sites that have not moved on still show it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from edutargets.progress_opensdg import opensdg, status_of_value
from edutargets.progress_terms import Points, Progress, Settings, growth_rate, refusal
from edutargets.sources import Bilingual

if TYPE_CHECKING:
    from fractions import Fraction

__all__ = ["opensdg_2023"]


def opensdg_2023(points: Points, settings: Settings, *, as_published: bool = False) -> Progress:
    """Judge a series as Open SDG did in June 2023: the ratio of the two growth rates, whatever their signs.

    Args:
        points: The series, by year.
        settings: As for ``opensdg``; a limit was not known yet.
        as_published: Whether also to give the numbers where they mean nothing, e.g. of negative values,
            whose growth it turns round.
    """
    known = replace(settings, limit=None)
    found = opensdg(points, known, as_published=as_published)
    found = replace(found, method="opensdg_2023", score=None, value=None, caveats=())
    if found.target_achieved:
        return refusal(
            found, "the target is reached: this version computes no rate then", "已达标，该版本不再计算增速"
        )
    if found.refused is not None:
        return found
    assert found.base_value is not None  # it would have been refused
    assert found.current_value is not None  # as above
    if found.base_value < 0 and not as_published:
        return refusal(
            replace(found, status="not_available"),
            "the values are negative, and this version turned their growth round",
            "数值为负，该版本会把升降弄反",
        )
    value = _rate(found, found.base_value, found.current_value, settings)
    if value is None:
        why = Bilingual(en="the rates give no real number", zh="增速没有实数结果")
        return refusal(replace(found, status="not_available"), why.en, why.zh)
    found = replace(found, value=value)
    return replace(found, status=status_of_value(found))


def _rate(found: Progress, base: Fraction, now: Fraction, settings: Settings) -> float | None:
    """Return the observed rate in the wanted direction, or its ratio to the needed one, signs and all."""
    assert found.base_year is not None  # its caller looked
    assert found.current_year is not None  # as above
    observed = growth_rate(base, now, found.current_year - found.base_year)
    if found.target is None or found.target_year is None:
        return -observed if settings.direction == "negative" else observed
    if found.target * base <= 0 or found.target == base:
        return None
    return observed / growth_rate(base, found.target, found.target_year - found.base_year)
