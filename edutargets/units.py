"""What a number counts: one registry of units, read and printed in Chinese and English."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING

from edutargets.entities import (
    CURRENCIES,
    ENTITIES,
    ENTITY_BY_NAME,
    LEARNERS,
    OTHER_UNITS,
    PERSONS,
    SPELLINGS,
    ZH_NAMES,
    Entity,
)
from edutargets.errors import Fault, UnitError, near_names

if TYPE_CHECKING:
    import pint

__all__ = [
    "CURRENCIES",
    "ENTITIES",
    "LEARNERS",
    "PERSONS",
    "Entity",
    "Quantity",
    "factors_of",
    "is_currency",
    "parse_unit",
    "registry",
    "split_number",
    "unit_text",
]


_SCALES = {"百": 100, "千": 1000, "万": 10_000, "百万": 1_000_000, "千万": 10_000_000, "亿": 100_000_000}
_NUMBER = re.compile(
    r"(?P<number>[+-]?(?:\d{1,3}(?:,\d{3})+(?!\d)|\d[\d_]*)?(?:\.\d+)?)\s*(?P<unit>.*)", re.DOTALL
)


@cache
def registry() -> pint.UnitRegistry[Fraction]:
    """Return the one registry of units, in which every conversion is an exact fraction."""
    import pint  # noqa: PLC0415  # half of the package's import time; only needed once a unit is compared

    found: pint.UnitRegistry[Fraction] = pint.UnitRegistry(None, non_int_type=Fraction, cache_folder=None)
    for entity in ENTITIES:
        found.define(f"{entity.name} = [{entity.name}]")
    for code in CURRENCIES:
        found.define(f"{code} = [{code}]")
    for definition in OTHER_UNITS:
        found.define(definition)
    return found


@cache
def _names() -> dict[str, str]:
    """Return every accepted spelling of a single unit with its name, multiples of money apart."""
    names = {entity.name: entity.name for entity in ENTITIES}
    names |= {entity.plural.replace(" ", "_"): entity.name for entity in ENTITIES}
    names |= {entity.plural: entity.name for entity in ENTITIES}
    names |= {entity.zh: entity.name for entity in ENTITIES if entity.zh}
    names |= {entity.counter + entity.zh: entity.name for entity in ENTITIES if entity.counter}
    names |= {zh: name for name, zh in ZH_NAMES.items()}
    names |= {code: code for code in CURRENCIES}
    for plain in (
        "year",
        "month",
        "quarter",
        "square_metre",
        "percent",
        "percentage_point",
        "permille",
        "hundred",
    ):
        names |= {plain: plain, f"{plain}s": plain}
    return names | SPELLINGS


def parse_unit(text: str, where: str = "") -> tuple[Fraction, pint.Unit]:
    """Read a unit in Chinese or English; multiples of ten thousand come out as a factor.

    Args:
        text: Such as ``CNY/student/year``, ``元/生/年``, ``万元``, ``%``; empty for a pure number.
        where: Where it stands, for the message.

    Returns:
        The exact factor and the unit it multiplies.

    Raises:
        UnitError: If a part is no known unit; the near names are given.

    Examples:
        >>> parse_unit("万元")
        (Fraction(10000, 1), <Unit('CNY')>)
        >>> unit_text(parse_unit("元/生/年")[1])
        'CNY/student/year'
    """
    units = registry()
    factor = Fraction(1)
    unit = units.Unit("")
    plain = unicodedata.normalize("NFKC", text.replace("㎡", "square_metre")).replace(" per ", "/").strip()
    if not plain:
        return factor, unit
    for position, part in enumerate(plain.split("/")):
        for piece in part.split("*"):
            scale, name = _single(piece.strip(), text, where)
            step = units.Unit(name)
            factor = factor * scale if position == 0 else factor / scale
            unit = unit * step if position == 0 else unit / step
    return factor, unit


def _single(piece: str, text: str, where: str) -> tuple[int, str]:
    names = _names()
    if piece in names:
        return 1, names[piece]
    for scale in sorted(_SCALES, key=len, reverse=True):
        if piece.startswith(scale) and piece[len(scale) :] in names:
            return _SCALES[scale], names[piece[len(scale) :]]
    raise UnitError(
        Fault(
            where,
            f"unknown unit {piece or '(nothing)'!r} in {text!r}",
            near_names(piece, [name for name in names if name.isascii() == piece.isascii()]),
            "7000 CNY/student/year, 7000 元/生/年, 83 %, 90 training_hour/year",
            "unknown-unit",
        )
    )


def factors_of(unit: pint.Unit) -> dict[str, int]:
    """Return the single units of a unit with their powers, e.g. ``{'CNY': 1, 'student': -1}``."""
    return {str(name): int(str(power)) for name, power in dict(unit._units).items()}  # noqa: SLF001  # pint has no public way


def is_currency(name: str) -> bool:
    """Whether a single unit is money."""
    return name in CURRENCIES


_ORDER = {"hundred": 0, "year": 2, "quarter": 2, "month": 2}


def unit_text(unit: pint.Unit, language: str = "en", *, plural: bool = False) -> str:
    """Write a unit the way its readers do.

    Examples:
        >>> unit_text(parse_unit("CNY/student/year")[1], "zh")
        '元/生/年'
        >>> unit_text(parse_unit("teacher")[1], "zh")
        '名教师'
        >>> unit_text(parse_unit("teacher")[1], plural=True)
        'teachers'
    """
    powers = sorted(
        factors_of(unit).items(), key=lambda item: (_ORDER.get(item[0], 1), not is_currency(item[0]), item[0])
    )
    above = [
        _word(name, language, above=True, plural=plural)
        for name, power in powers
        for _ in range(max(power, 0))
    ]
    below = [
        _word(name, language, above=False, plural=False)
        for name, power in powers
        for _ in range(max(-power, 0))
    ]
    if below and not above and language == "en":
        return "per " + "/".join(below)
    return "/".join(["·".join(above), *below]) if above or below else ""


def _word(name: str, language: str, *, above: bool, plural: bool) -> str:
    entity = ENTITY_BY_NAME.get(name)
    if language == "zh":
        if entity is None:
            return ZH_NAMES.get(name, name)
        return f"{entity.counter}{entity.zh}" if above else (entity.below or entity.zh)
    if entity is None:
        return "%" if name == "percent" else name
    return entity.plural if above and plural else name


@dataclass(frozen=True, slots=True)
class Quantity:
    """An exact number with its unit, as a plan writes it down: ``83 %``, ``7000 元/生/年``.

    Args:
        number: The number as written, scale words included (4800万 is 48,000,000).
        unit: The unit as written; empty for a bare number.
        written: The text it was read from.

    Examples:
        >>> Quantity.parse("4800万元").to("CNY")
        Fraction(48000000, 1)
        >>> Quantity.parse("83 %").to("")
        Fraction(83, 100)
        >>> Quantity.parse("83 %") >= Quantity.parse("7000 CNY")
        Traceback (most recent call last):
        ...
        edutargets.errors.UnitError: 83 % and 7000 CNY do not count the same thing
            accepted: two numbers of one unit; found % and CNY
    """

    number: Fraction
    unit: str
    written: str = field(default="", compare=False)

    @classmethod
    def parse(cls, text: str) -> Quantity:
        """Read a number with its unit.

        Raises:
            UnitError: If there is no number, or the unit is unknown.
        """
        digits, unit, scale = split_number(text)
        parse_unit(unit)
        return cls(Fraction(digits) * scale, unit, text)

    @property
    def pint_unit(self) -> pint.Unit:
        """The unit without multiples such as 万."""
        return parse_unit(self.unit)[1]

    def to(self, unit: str | pint.Unit) -> Fraction:
        """Return the exact number in another unit of the same kind.

        Raises:
            UnitError: If both do not count the same thing.
        """
        factor, own = parse_unit(self.unit)
        goal_factor, goal = parse_unit(unit) if isinstance(unit, str) else (Fraction(1), unit)
        if own.dimensionality != goal.dimensionality:
            mine, theirs = unit_text(own) or "a pure number", unit_text(goal) or "a pure number"
            raise UnitError(
                Fault(
                    "",
                    f"{self} is not in {theirs}",
                    f"a quantity in {theirs}; found {mine}",
                    code="unit-mismatch",
                )
            )
        converted = registry().Quantity(self.number * factor, own).to(goal).magnitude
        return Fraction(converted) / goal_factor

    def _same(self, other: Quantity) -> Fraction:
        """Return the other's number in this unit, or say that the two cannot be held together."""
        if self.pint_unit.dimensionality != other.pint_unit.dimensionality:
            units = " and ".join(unit_text(one.pint_unit) or "a pure number" for one in (self, other))
            raise UnitError(
                Fault(
                    "",
                    f"{self} and {other} do not count the same thing",
                    f"two numbers of one unit; found {units}",
                    code="unit-mismatch",
                )
            )
        return other.to(self.unit)

    def __add__(self, other: Quantity) -> Quantity:
        return Quantity(self.number + self._same(other), self.unit)

    def __sub__(self, other: Quantity) -> Quantity:
        return Quantity(self.number - self._same(other), self.unit)

    def __lt__(self, other: Quantity) -> bool:
        return self.number < self._same(other)

    def __le__(self, other: Quantity) -> bool:
        return self.number <= self._same(other)

    def __gt__(self, other: Quantity) -> bool:
        return self.number > self._same(other)

    def __ge__(self, other: Quantity) -> bool:
        return self.number >= self._same(other)

    def __str__(self) -> str:
        if self.written:
            return self.written
        scale = next((d for d in range(1, 19) if (self.number * 10**d).denominator == 1), 0)
        if self.number.denominator == 1 or not scale:
            return f"{self.number} {self.unit}".strip()
        digits = f"{(abs(self.number) * 10**scale).numerator:0{scale + 1}d}"
        return f"{'-' if self.number < 0 else ''}{digits[:-scale]}.{digits[-scale:]} {self.unit}".strip()


def split_number(text: str) -> tuple[str, str, int]:
    """Return the digits, the unit and the multiple (万, 亿) of a written quantity.

    Raises:
        UnitError: If there is no number.

    Examples:
        >>> split_number("1.08 亿学生")
        ('1.08', '学生', 100000000)
    """
    plain = unicodedata.normalize("NFKC", text.replace("㎡", "square_metre")).strip()
    match = _NUMBER.fullmatch(plain)
    digits = match["number"].replace(",", "").replace("_", "") if match else ""
    if not match or not any(character.isdigit() for character in digits):
        example = "83 %, 7000 CNY/student/year"
        raise UnitError(
            Fault("", f"{text!r} is not a number with a unit", "a number, then its unit", example, "quantity")
        )
    scale, unit = _leading_scale(match["unit"].strip())
    return digits, unit, scale


def _leading_scale(unit: str) -> tuple[int, str]:
    """Take 万, 亿 and their like off the front where they multiply the number: 1.2万学位, 12亿元."""
    if unit in _names():
        return 1, unit
    for scale in sorted(_SCALES, key=len, reverse=True):
        rest = unit[len(scale) :].strip()
        if unit.startswith(scale) and (not rest or rest.split("/")[0] in _names()):
            return _SCALES[scale], rest
    return 1, unit
