"""Between which numbers a value lies, in words: why it is not exact, and how close the range is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edutargets.goal_wording import ruler_of
from edutargets.judged_words import is_exact, part_ruler
from edutargets.targets import Coefficient, Comparison, Composite, Trend
from edutargets.wording import chosen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edutargets.attainment import Attainment
    from edutargets.exact_columns import Cell
    from edutargets.judging import Result
    from edutargets.wording import Language

__all__ = ["range_words"]

_HOW_CLOSE = {
    "sharp": (
        "both ends are possible: some way of filling what is unknown reaches each",
        "两端均可能出现：未知数据确有取值可达到",
    ),
    "outer": (
        "a safe range: whatever is unknown, the value lies inside; the true ends may be closer together",
        "安全区间：未知数据无论如何取值都在其内，实际范围可能更窄",
    ),
}


def range_words(attainment: Attainment, language: Language) -> tuple[str, ...]:
    """Say between which numbers the value lies and what keeps it from being exact; nothing if it is."""
    attainment = attainment.original
    result, measure, statistics = attainment.deciding, attainment.measure, attainment.statistics
    if result is None or measure is None or statistics is None or result.bounds is None:
        return ()
    if is_exact(attainment, result) or isinstance(attainment.target, Composite):
        return ()
    ruler = ruler_of(measure, language, result.goal)
    if isinstance(attainment.target, Trend | Comparison | Coefficient):
        ruler = part_ruler(attainment, "value", language) if not ruler.percent else ruler
    between = ruler.range(result.bounds)
    cells = [statistics.total(one, result.years or None) for one in measure.aggregates()]
    told = [(f"somewhere in the range {between}", f"在 {between} 之间"), *_reasons(cells)]
    if any(cell.blank or cell.unsure for cell in cells) or not cells:  # rounding alone needs no word
        told += _how_close(result)
    return tuple(chosen(language, en, zh) for en, zh in told)


def _reasons(cells: list[Cell]) -> Iterator[tuple[str, str]]:
    if any(cell.step for cell in cells):
        yield (
            "the published figures it is made of are rounded, each to half a unit of its last digit",
            "所用公布数经过取整，每个数的误差不超过末位的半个单位",
        )
    blank = max((cell.blank for cell in cells), default=0)
    unsure = max((cell.unsure for cell in cells), default=0)
    if blank:
        are = "cells are" if blank > 1 else "cell is"
        yield (
            f"{blank:,} {are} blank and may be anything that is plausible",
            f"有 {blank:,} 个单元格空缺，按合理范围取值",
        )
    if unsure:
        yield (
            f"of {unsure:,} {'rows' if unsure > 1 else 'row'} it is not known whether to count it",
            f"有 {unsure:,} 行无法确定是否计入",
        )


def _how_close(result: Result) -> Iterator[tuple[str, str]]:
    """Say whether the range is as narrow as it can be."""
    if result.bounds is not None and not result.bounds.is_exact and result.sharpness in _HOW_CLOSE:
        yield _HOW_CLOSE[result.sharpness]
