"""Where a series would be in a later year: a straight line, compound growth, least squares over all years."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from edutargets.progress_un import compounded
from edutargets.sources import Bilingual

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edutargets.progress_terms import Number, Points

__all__ = ["Projection", "ProjectionMethod", "line_value", "project", "projections"]

ProjectionMethod = Literal["linear", "compound", "least_squares"]
_ENOUGH = 3


@dataclass(frozen=True, slots=True)
class Projection:
    """Where a series would be in a year, if it went on as it did.

    Args:
        method: ``linear`` and ``compound`` go by the first point and the last, ``least_squares`` by all.
        value: What it would be; exact but for a root that does not come out.
        reaches: Whether that is enough, decided without a root; ``None`` where there is no value.
        refused: Why there is none.
    """

    method: ProjectionMethod
    value: Number | None = None
    reaches: bool | None = None
    refused: Bilingual | None = None


def line_value(first: tuple[int, Fraction], last: tuple[int, Fraction], year: int) -> Fraction:
    """Return the value of a year on the straight line through two points, exactly.

    Examples:
        >>> line_value((2022, Fraction(70)), (2025, Fraction(85)), 2024)
        Fraction(80, 1)
    """
    (start, low), (end, high) = first, last
    return low + (high - low) * Fraction(year - start, end - start)


def projections(points: Points, year: int, limit: Fraction, sign: int) -> tuple[Projection, ...]:
    """Carry a series on to a year in three ways, side by side.

    Args:
        points: The series, from the base year on.
        year: The year to come.
        limit: What is enough.
        sign: 1 where more is better, -1 where less is.
    """
    methods: Sequence[ProjectionMethod] = ("linear", "compound", "least_squares")
    return tuple(project(method, points, year, limit, sign) for method in methods)


def project(method: ProjectionMethod, points: Points, year: int, limit: Fraction, sign: int) -> Projection:
    """Carry a series on to a year in one way, or say why not."""
    if len(points) < 2:  # noqa: PLR2004  # a line has two points
        return _refused(method, "two years with data are needed", "至少需要两个年度的数据")
    if method == "linear":
        value = line_value(points[0], points[-1], year)
        return Projection(method, value, sign * (value - limit) >= 0)
    if method == "compound":
        return _compound(points, year, limit, sign)
    if len(points) < _ENOUGH:
        return _refused(
            method, "least squares need three years with data", "最小二乘法至少需要三个年度的数据"
        )
    value = _least_squares(points, year)
    return Projection(method, value, sign * (value - limit) >= 0)


def _refused(method: ProjectionMethod, en: str, zh: str) -> Projection:
    return Projection(method, refused=Bilingual(en=en, zh=zh))


def _compound(points: Points, year: int, limit: Fraction, sign: int) -> Projection:
    (start, before), (end, after) = points[0], points[-1]
    if min(before, after) <= 0:
        return _refused(
            "compound", "a value is zero or below: no growth rate leads on", "数值为零或为负，没有增长率可循"
        )
    years, ahead = end - start, year - end
    try:
        value = compounded(before, after, years, ahead)
    except OverflowError:
        value = math.inf
    if not isinstance(value, Fraction) and not math.isfinite(value):
        return _refused("compound", "the growth is too steep for a number", "增速过大，无法推算")
    return Projection("compound", value, _reaches((before, after), (years, ahead), limit, sign))


def _reaches(values: tuple[Fraction, Fraction], spans: tuple[int, int], limit: Fraction, sign: int) -> bool:
    """Compare after · (after ÷ before)^(ahead ÷ years) with a limit, both raised so that no root is drawn."""
    (before, after), (years, ahead) = values, spans
    if limit <= 0:
        return sign > 0
    carried = after**years * (after / before) ** ahead
    return sign * (carried - limit**years) >= 0


def _least_squares(points: Points, year: int) -> Fraction:
    """Return the value of a year on the line of least squares, exactly."""
    count = len(points)
    middle = Fraction(sum(at for at, _ in points), count)
    mean = sum((value for _, value in points), Fraction(0)) / count
    spread = sum(((at - middle) ** 2 for at, _ in points), Fraction(0))
    slope = sum(((at - middle) * (value - mean) for at, value in points), Fraction(0)) / spread
    return mean + slope * (year - middle)
