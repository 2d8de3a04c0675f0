"""Numbers and units in words, so that nothing that is shown contradicts its verdict."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from edutargets.entities import CURRENCIES, ENTITIES
from edutargets.units import factors_of, is_currency, unit_text
from edutargets.verdict_words import (
    Language,
    chosen,
    period_words,
    verdict_glyph,
    verdict_text,
    verdict_words,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pint

    from edutargets.bounds import Interval
    from edutargets.goals import Goal

__all__ = [
    "Language",
    "Ruler",
    "chosen",
    "decimal_text",
    "decimals_of",
    "limits_of",
    "period_words",
    "rounded",
    "shown",
    "unit_words",
    "verdict_glyph",
    "verdict_text",
    "verdict_words",
]

Rounding = Literal["half", "down", "up"]

_MOST_DECIMALS = 12
_SINGULAR = {entity.name: entity.name.replace("_", " ") for entity in ENTITIES} | {"work_day": "day"}
_PLURAL = {entity.name: entity.plural for entity in ENTITIES}
_CHINESE = {entity.name: f"{entity.counter}{entity.zh}" for entity in ENTITIES}
_TIMES = frozenset({"year", "quarter", "month"})
_SCALES = ((100_000_000, "亿", 4), (10_000, "万", 4))
"""Multiples of money in Chinese, each with the most decimals that still read better."""


# numbers ------------------------------------------------------------------------------------------


def rounded(value: Fraction, digits: int, rounding: Rounding = "half") -> Fraction:
    """Round to some decimals: half away from zero, or down, or up.

    Examples:
        >>> rounded(Fraction(1, 8), 2), rounded(Fraction(-1, 8), 2), rounded(Fraction(1, 8), 2, "down")
        (Fraction(13, 100), Fraction(-13, 100), Fraction(3, 25))
    """
    step = Fraction(1, 10**digits)
    steps = value / step
    if rounding == "down":
        return (steps.numerator // steps.denominator) * step
    if rounding == "up":
        return -(-steps.numerator // steps.denominator) * step
    whole = (2 * abs(steps) + 1) // 2
    return (whole if value >= 0 else -whole) * step


def decimals_of(value: Fraction) -> int | None:
    """Return how many decimals write the number in full; ``None`` where none do, or too many.

    Examples:
        >>> decimals_of(Fraction(1, 8)), decimals_of(Fraction(1, 3))
        (3, None)
    """
    for digits in range(_MOST_DECIMALS + 1):
        if (value * 10**digits).denominator == 1:
            return digits
    return None


def decimal_text(value: Fraction, digits: int) -> str:
    """Write a number that has so many decimals, with thousands separated.

    Examples:
        >>> decimal_text(Fraction(12345678, 100), 2), decimal_text(Fraction(-7), 0)
        ('123,456.78', '-7')
    """
    scaled = abs(value) * 10**digits
    whole, rest = divmod(scaled.numerator // scaled.denominator, 10**digits)
    sign = "-" if value < 0 else ""
    return f"{sign}{whole:,}.{rest:0{digits}d}" if digits else f"{sign}{whole:,}"


def _side(value: Fraction, limit: Fraction) -> int:
    return (value > limit) - (value < limit)


# units --------------------------------------------------------------------------------------------


def unit_words(
    unit: pint.Unit | None,
    language: Language = "en",
    number: Fraction | None = None,
    *,
    hundred: bool = False,
) -> str:
    """Say what is counted, as it stands behind a number.

    Args:
        unit: The unit; none for a pure number.
        language: ``en`` or ``zh``.
        number: The number before it; English needs it for the plural, which is taken where none is given.
        hundred: Whether the number is for each hundred of what stands below the line.

    Examples:
        >>> from edutargets.units import parse_unit
        >>> unit_words(parse_unit("teacher")[1], number=Fraction(1))
        'teacher'
        >>> unit_words(parse_unit("student/teacher")[1]), unit_words(parse_unit("CNY/student/year")[1])
        ('students per teacher', 'CNY/student/year')
        >>> unit_words(parse_unit("teacher/student")[1], "zh", hundred=True)
        '名教师/百名学生'
    """
    factors = factors_of(unit) if unit is not None else {}
    if unit is None or not factors:
        return ""
    below = [name for name, power in factors.items() if power < 0 and name not in _TIMES]
    if language == "zh":
        words = unit_text(unit, "zh")
        return f"{words.partition('/')[0]}/百{_CHINESE[below[0]]}" if hundred and below else words
    above = [name for name, power in factors.items() if power > 0]
    if len(above) != 1 or any(abs(power) != 1 for power in factors.values()):
        return unit_text(unit, "en", plural=number != 1)
    times = [name for name, power in factors.items() if power < 0 and name in _TIMES]
    return _fraction_words(above[0], below, times, number, hundred=hundred)


def _fraction_words(
    above: str, below: Sequence[str], times: Sequence[str], number: Fraction | None, *, hundred: bool
) -> str:
    """Say CNY/student/year, and students per teacher."""
    if is_currency(above) or above not in _SINGULAR:
        return "/".join(_english(name, 1) for name in (above, *below, *times))
    head = _english(above, number)
    if below:
        said = " and ".join(_english(name, 100 if hundred else 1) for name in below)
        head = f"{head} per {'100 ' if hundred else ''}{said}"
    return "/".join([head, *(_english(name, 1) for name in times)])


def _english(name: str, number: Fraction | int | None) -> str:
    if name in _SINGULAR:
        return _SINGULAR[name] if number == 1 else _PLURAL[name]
    return {
        "percent": "%",
        "percentage_point": "percentage points",
        "permille": "‰",
        "square_metre": "m²",
    }.get(name, name.replace("_", " "))


# the ruler ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ruler:
    """How the numbers of one target are written, its goal and its values with one and the same unit.

    A value gets as many digits as it takes to stand on the same side of every limit as the exact one.

    Args:
        unit: What is counted; none for a pure number.
        language: ``en`` or ``zh``.
        percent: Whether a share is written in percent.
        limits: The numbers that decide, in the measure's unit.
        scale: By what money is divided to be read more easily (Chinese only).
        hundred: Whether the number is for each hundred.
        points: Whether differences of shares are written, in percentage points.

    Examples:
        >>> ruler = Ruler(None, "en", percent=True, limits=(Fraction(9, 10),))
        >>> ruler.text(Fraction(89996, 100000)), ruler.text(Fraction(9, 10)), ruler.text(Fraction(2, 3))
        ('89.996 %', '90 %', '66.67 %')
    """

    unit: pint.Unit | None
    language: Language = "en"
    percent: bool = False
    limits: tuple[Fraction, ...] = ()
    scale: int = 1
    hundred: bool = False
    points: bool = False

    def _scaled(self, value: Fraction) -> Fraction:
        return value * 100 if self.percent else value / self.scale

    @property
    def _fewest(self) -> int:
        """Two decimals, four for a pure number, and never fewer than the goal itself has."""
        own = 2 if self.percent or (self.unit is not None and factors_of(self.unit)) else 4
        return max([own, *(decimals_of(self._scaled(limit)) or 0 for limit in self.limits)])

    def _digits(self, value: Fraction, fewest: int, rounding: Rounding = "half") -> int:
        digits = fewest
        limits = [self._scaled(limit) for limit in self.limits]
        limits = [limit for limit in limits if limit != value or decimals_of(limit) is not None]
        while any(_side(rounded(value, digits, rounding), limit) != _side(value, limit) for limit in limits):
            digits += 1
        if self.limits == (Fraction(0),) and digits > fewest:
            while 0 < abs(value) * 10**digits < 10:  # noqa: PLR2004  # two digits that say something
                digits += 1
        return digits

    def number(self, value: Fraction) -> str:
        """Write a number without its unit."""
        scaled = self._scaled(value)
        needed = decimals_of(scaled)
        if needed is not None and needed <= self._fewest:
            return decimal_text(scaled, needed)
        digits = self._digits(scaled, self._fewest)
        return decimal_text(rounded(scaled, digits), digits)

    def full(self, value: Fraction) -> str:
        """Write a number with all its decimals where it has an end, e.g. a goal; else like any other."""
        needed = decimals_of(self._scaled(value))
        return self.number(value) if needed is None else decimal_text(self._scaled(value), needed)

    def words(self, value: Fraction | None = None) -> str:
        """Say the unit that stands behind a number."""
        if self.points:
            one = value is not None and abs(value) * 100 == 1
            return chosen(self.language, "percentage point" if one else "percentage points", "个百分点")
        if self.percent:
            return "%"
        words = unit_words(self.unit, self.language, value, hundred=self.hundred)
        return next((name for step, name, _ in _SCALES if step == self.scale), "") + words

    def text(self, value: Fraction) -> str:
        """Write a number with its unit."""
        return f"{self.number(value)} {self.words(value)}".rstrip()

    def goal_text(self, value: Fraction) -> str:
        """Write a limit in full, with its unit."""
        return f"{self.full(value)} {self.words(value)}".rstrip()

    def range(self, bounds: Interval) -> str:
        """Write between which numbers a value lies, rounded outwards; both keep their side of every limit.

        Examples:
            >>> from edutargets.bounds import Interval
            >>> Ruler(None, percent=True, limits=(Fraction(92, 100),)).range(
            ...     Interval(Fraction(91995, 100000), Fraction(92005, 100000))
            ... )
            '91.995 % – 92.005 %'
        """
        low, high = self.ends(bounds)
        dash = chosen(self.language, " – ", " ～ ")
        unit = self.words()
        return f"{low} {unit}{dash}{high} {unit}" if unit == "%" else f"{low}{dash}{high} {unit}".rstrip()

    def ends(self, bounds: Interval) -> tuple[str, str]:
        """Write the smallest and the largest possible number, without the unit."""
        width = self._scaled(bounds.upper - bounds.lower)
        digits = 0
        while width and Fraction(1, 10**digits) > width / 2:
            digits += 1
        return self._end(bounds.lower, digits, "down"), self._end(bounds.upper, digits, "up")

    def _end(self, value: Fraction, fewest: int, rounding: Rounding) -> str:
        scaled = self._scaled(value)
        needed = decimals_of(scaled)
        if needed is not None and needed <= fewest:
            return decimal_text(scaled, needed)
        digits = self._digits(scaled, fewest, rounding)
        return decimal_text(rounded(scaled, digits, rounding), digits)

    def in_order(self, values: Sequence[Fraction]) -> list[str]:
        """Write several numbers, without the unit, so that none looks as large as a larger one.

        Examples:
            >>> Ruler(None, percent=True).in_order([Fraction(89996, 100000), Fraction(89998, 100000)])
            ['89.996', '89.998']
        """
        scaled = [self._scaled(value) for value in values]
        needed = [decimals_of(one) for one in scaled]
        digits = max(self._fewest if found is None else min(found, self._fewest) for found in needed)
        while any(
            _side(rounded(one, digits), rounded(other, digits)) != _side(one, other)
            for one in scaled
            for other in scaled
        ):
            digits += 1
        return [decimal_text(rounded(one, digits), digits) for one in scaled]

    def column(self, values: Sequence[Fraction]) -> list[str]:
        """Write the numbers of a column with one number of decimals; only nothing looks like nothing."""
        scaled = [self._scaled(value) for value in values]
        digits = 0 if all(one.denominator == 1 for one in scaled) else 2
        while any(one and not rounded(one, digits) for one in scaled):
            digits += 1
        return [decimal_text(rounded(one, digits), digits) for one in scaled]

    def aligned(self, values: Sequence[Fraction]) -> list[str]:
        """Write the numbers of a column with one number of decimals, each on its side of every limit."""
        texts = [self.number(value) for value in values]
        digits = max((len(text.partition(".")[2]) for text in texts), default=0)
        return [decimal_text(rounded(self._scaled(value), digits), digits) for value in values]

    def difference(self) -> Ruler:
        """Return the ruler for what is missing: percentage points for shares, never a zero that is none."""
        return replace(self, limits=(Fraction(0),), points=self.percent)

    def fitted(self, values: Iterable[Fraction]) -> Ruler:
        """Return the ruler in 亿 or 万 where every number that is shown together stays exact in it."""
        factors = factors_of(self.unit) if self.unit is not None else {}
        money = [name for name in factors if name in CURRENCIES and factors[name] == 1]
        if self.language != "zh" or not money or set(factors) - {money[0], "year"}:
            return self
        shown_numbers = [abs(value) for value in (*values, *self.limits) if value]
        for scale, _, most in _SCALES:
            needed = [decimals_of(value / scale) for value in shown_numbers]
            if (
                shown_numbers
                and max(shown_numbers) >= scale
                and all(found is not None and found <= most for found in needed)
            ):
                return replace(self, scale=scale)
        return replace(self, scale=1)


def limits_of(goal: Goal | None) -> tuple[Fraction, ...]:
    """Return the numbers that decide about a goal."""
    ends = [end for end in (goal.lower, goal.upper) if end is not None] if goal is not None else []
    return tuple(dict.fromkeys(number for end in ends for number in (end.lower, end.upper)))


def shown(
    value: Fraction,
    unit: pint.Unit | None,
    goal: Goal | None = None,
    language: Language = "en",
    *,
    percent: bool | None = None,
) -> str:
    """Write one exact number with its unit, in as few digits as stand on its side of the goal.

    Args:
        value: The exact number, in the unit.
        unit: What it counts; none for a pure number.
        goal: What is enough; the digits are chosen by it.
        language: ``en`` or ``zh``.
        percent: Whether a pure number is a share; so taken where nothing else is said.

    Examples:
        >>> from edutargets.bounds import exactly
        >>> from edutargets.goals import Goal
        >>> from edutargets.units import parse_unit
        >>> goal = Goal("at_least", lower=exactly(Fraction(9, 10)))
        >>> shown(Fraction(8997, 10000), None, goal), shown(Fraction(899999, 1000000), None, goal)
        ('89.97 %', '89.9999 %')
        >>> shown(Fraction(123000000), parse_unit("CNY")[1], language="zh")
        '1.23 亿元'
    """
    pure = unit is None or not factors_of(unit)
    ruler = Ruler(unit, language, pure if percent is None else percent, limits_of(goal))
    return ruler.fitted([value]).text(value)
