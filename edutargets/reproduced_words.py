"""How many of the published figures come out as printed, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edutargets.display import agreement
from edutargets.wording import chosen

if TYPE_CHECKING:
    from edutargets.attainment import PlanAttainment
    from edutargets.wording import Language

__all__ = ["agreement_count", "agreement_text"]


def agreement_count(figures: PlanAttainment, language: Language = "en") -> str:
    """Say in one sentence how many figures agree, and which way.

    Args:
        figures: What ``reproduce`` returned.
        language: ``en`` or ``zh``.
    """
    found = agreement(figures)
    rounding, interval = len(found["rounding"]), len(found["interval"])
    return chosen(
        language,
        f"{rounding + interval} of {len(figures)} printed figures agree: {rounding} by rounding, "
        f"{interval} only within the rounding of what they are computed from",
        f"{len(figures)} 项已发布数据中 {rounding + interval} 项一致：{rounding} 项四舍五入即一致，"
        f"{interval} 项仅在计入原始数据的舍入后一致",
    )


def agreement_text(figures: PlanAttainment, language: Language = "en") -> str:
    """Say how many figures agree, and name those that need the rounding of their inputs or do not agree."""
    found = agreement(figures)
    lines = [agreement_count(figures, language)]
    if found["interval"]:
        said = chosen(language, "only within the rounding of their inputs", "仅在计入舍入后一致")
        lines += [f"{said}:", *(f"  {name}" for name in found["interval"])]
    if found["no"]:
        lines += [f"{chosen(language, 'not as printed', '不一致')}:", *(f"  {name}" for name in found["no"])]
    return "\n".join(lines) + "\n"
