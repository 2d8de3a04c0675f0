"""Published methods of progress by name: each with its own table, refusing where it does not apply."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from edutargets.errors import EvaluationError, Fault, near_names
from edutargets.progress_eurostat import eurostat
from edutargets.progress_opensdg import indicator, opensdg
from edutargets.progress_opensdg_2023 import opensdg_2023
from edutargets.progress_terms import Points, Progress, Series, Settings, points_of
from edutargets.progress_un import escap, un2023
from edutargets.sources import Bilingual

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "METHODS",
    "Method",
    "MethodName",
    "Progress",
    "indicator",
    "method_named",
    "progress",
    "status_words",
]

MethodName = Literal["opensdg", "opensdg_2023", "eurostat", "un2023", "escap"]


@dataclass(frozen=True, slots=True)
class Method:
    """A published method.

    Args:
        name: How it is asked for.
        title: What it is.
        source: Where it is published.
        needs_target: Whether it says nothing without a target.
    """

    name: MethodName
    title: Bilingual
    source: str
    needs_target: bool = False


METHODS: Mapping[str, Method] = {
    one.name: one
    for one in (
        Method(
            "opensdg",
            Bilingual(en="Open SDG 2.4 (Statistics Canada)", zh="Open SDG 2.4（加拿大统计局）"),
            "Open SDG documentation, Progress Measurement Methodology",
        ),
        Method(
            "opensdg_2023",
            Bilingual(en="Open SDG as of June 2023", zh="Open SDG（2023 年 6 月版）"),
            "Open SDG build library (sdg-build), June 2023",
        ),
        Method(
            "eurostat",
            Bilingual(en="Eurostat", zh="欧盟统计局"),
            "Eurostat, Sustainable development in the European Union, annex on indicator trends",
        ),
        Method(
            "un2023",
            Bilingual(en="UN progress chart 2023", zh="联合国 2023 年进展图"),
            "UN Statistics Division, Progress Chart Technical Note 2023",
        ),
        Method(
            "escap",
            Bilingual(en="ESCAP Current Status Index", zh="亚太经社会现状指数"),
            "ESCAP, Asia and the Pacific SDG Progress Report, technical notes",
            needs_target=True,
        ),
    )
}
_OF_OPENSDG = {"opensdg": opensdg, "opensdg_2023": opensdg_2023}
_OTHER_NAMES = {"opensdg_statcan_2_4": "opensdg", "escap_csi": "escap"}
_STATUSES = {
    "target_achieved": ("target achieved", "已达标"),
    "substantial_progress": ("substantial progress (on track)", "进展显著（符合预期）"),
    "moderate_progress": ("moderate progress", "进展中等"),
    "limited_progress": ("limited progress", "进展有限"),
    "deterioration": ("deterioration", "恶化"),
    "significant_progress": ("significant progress", "进展显著"),
    "insufficient_progress": ("insufficient progress", "进展不足"),
    "no_progress": ("no progress", "没有进展"),
    "movement_away": ("movement away from the target", "偏离目标"),
    "moderate_movement_away": ("moderate movement away", "中等程度偏离"),
    "significant_movement_away": ("significant movement away", "显著偏离"),
    "on_track": ("on track", "符合预期"),
    "some_progress": ("some progress, too slow", "有进展但需加快"),
    "stagnation_or_regression": ("stagnation or regression", "停滞或倒退"),
    "progress": ("progress", "有进展"),
    "regression": ("regression", "倒退"),
    "no_change": ("no change", "没有变化"),
    "not_available": ("no status", "无法评定"),
}


def progress(
    series: Series,
    settings: Settings | Mapping[str, object] | None = None,
    *,
    method: str = "opensdg",
    as_published: bool = False,
    **named: object,
) -> Progress:
    """Judge a series of years by a published method.

    Args:
        series: Years and values; a year without a value is left out.
        settings: ``direction``, ``target``, ``base_year``, ``target_year``, ``limit`` and the like, named
            as in an Open SDG configuration.
        method: ``opensdg``, ``opensdg_2023``, ``eurostat``, ``un2023`` or ``escap``.
        as_published: Whether those of Open SDG also gives the numbers that its published code gives where the
            method means nothing, e.g. for a target of zero.
        named: Single settings by their names, before those of ``settings``.

    Raises:
        EvaluationError: If there is no such method, or a setting or a value cannot be read.

    Examples:
        >>> found = progress({2015: 50, 2023: 55}, direction="positive", target=80)
        >>> found.status, round(found.value, 4), round(found.score, 4)
        ('limited_progress', 0.3765, -0.9311)
        >>> print(progress({2015: 97, 2023: 95}, {"direction": "positive", "target": 96}).refused.en)
        the base year met the target already: it was to be kept, and no rate measures that
    """
    name = method_named(method)
    points: Points = points_of(series)
    if isinstance(settings, Settings):
        told = settings.changed(named)
    else:
        told = Settings.read({**(settings or {}), **named})
    if name in _OF_OPENSDG:
        return _OF_OPENSDG[name](points, told, as_published=as_published)
    return {"eurostat": eurostat, "un2023": un2023, "escap": escap}[name](points, told)


def method_named(name: str) -> str:
    """Return the name of a published method, also where it is called by an older one.

    Raises:
        EvaluationError: If there is none.

    Examples:
        >>> method_named("opensdg_statcan_2_4")
        'opensdg'
    """
    known = _OTHER_NAMES.get(name, name)
    if known not in METHODS:
        found = f"there is no method {name!r}"
        near = near_names(name, METHODS)
        raise EvaluationError(Fault("method", found, near, "opensdg", "unknown-method"))
    return known


def status_words(status: str, language: Literal["en", "zh"]) -> str:
    """Say a status of a method.

    Examples:
        >>> status_words("on_track", "zh")
        '符合预期'
    """
    return _STATUSES[status][0 if language == "en" else 1]
