"""What a number counts: one registry of units, read and printed in Chinese and English."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING

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
    "unit_text",
]


@dataclass(frozen=True, slots=True)
class Entity:
    """A thing that is counted: never added to, or divided away by, another kind of thing.

    Args:
        name: The unit's name in expressions and YAML.
        plural: The English plural.
        zh: The Chinese noun.
        counter: The Chinese measure word that stands between number and noun.
        below: How Chinese writes it below a fraction line (元/生).
    """

    name: str
    plural: str
    zh: str
    counter: str
    below: str = ""


ENTITIES: tuple[Entity, ...] = (
    Entity("student", "students", "学生", "名", "生"),
    Entity("child", "children", "幼儿", "名", "生"),
    Entity("teacher", "teachers", "教师", "名"),
    Entity("principal", "principals", "校长", "名"),
    Entity("researcher", "researchers", "教研员", "名"),
    Entity("civil_servant", "civil servants", "公务员", "名"),
    Entity("person", "persons", "人", "", "人"),
    Entity("school", "schools", "学校", "所", "校"),
    Entity("kindergarten", "kindergartens", "幼儿园", "所", "园"),
    Entity("institution", "institutions", "机构", "个"),
    Entity("class", "classes", "班级", "个", "班"),
    Entity("classroom", "classrooms", "教室", "间"),
    Entity("place", "places", "学位", "个"),
    Entity("project", "projects", "项目", "个"),
    Entity("post", "posts", "岗位", "个"),
    Entity("course", "courses", "课程", "门"),
    Entity("training_session", "training sessions", "培训", "期"),
    Entity("event", "events", "活动", "次"),
    Entity("meeting", "meetings", "会议", "次"),
    Entity("document", "documents", "文件", "份"),
    Entity("record", "records", "记录", "条"),
    Entity("award", "awards", "认定", "项"),
    Entity("research_topic", "research topics", "课题", "项"),
    Entity("studio", "studios", "工作室", "个"),
    Entity("base", "bases", "基地", "个"),
    Entity("community", "communities", "共同体", "个"),
    Entity("town", "towns", "镇街", "个"),
    Entity("district", "districts", "区县", "个"),
    Entity("figure", "figures", "数据", "项"),
    Entity("indicator", "indicators", "指标", "项"),
    Entity("survey_response", "survey responses", "问卷", "份"),
    Entity("training_hour", "training hours", "学时", "", "学时"),
    Entity("lesson", "lessons", "课", "节", "课时"),
    Entity("work_day", "days", "天", "", "天"),
    Entity("book", "books", "图书", "册"),
    Entity("computer", "computers", "计算机", "台"),
)
PERSONS = frozenset({"student", "child", "teacher", "principal", "researcher", "civil_servant", "person"})
LEARNERS = frozenset({"student", "child"})
CURRENCIES = {"CNY": "元", "USD": "美元", "EUR": "欧元", "GBP": "英镑", "HKD": "港元"}

_ENTITY = {entity.name: entity for entity in ENTITIES}
_OTHER = (
    "year = [time]",
    "month = year / 12",
    "quarter = year / 4",
    "square_metre = [area]",
    "percentage_point = [percentage_point]",
    "percent = 1 / 100",
    "permille = 1 / 1000",
    "hundred = 100",
)
_ALIASES = {
    "%": "percent",
    "‰": "permille",
    "百分点": "percentage_point",
    "pp": "percentage_point",
    "元": "CNY",
    "人民币元": "CNY",
    "yuan": "CNY",
    "RMB": "CNY",
    "生": "student",
    "学生": "student",
    "pupil": "student",
    "幼儿": "child",
    "名": "person",
    "人": "person",
    "people": "person",
    "所": "school",
    "校": "school",
    "园": "kindergarten",
    "班": "class",
    "百": "hundred",
    "年": "year",
    "学年": "year",
    "月": "month",
    "季度": "quarter",
    "学时": "training_hour",
    "课时": "lesson",
    "节": "lesson",
    "天": "work_day",
    "日": "work_day",
    "day": "work_day",
    "学位": "place",
    "平方米": "square_metre",
    "㎡": "square_metre",
    "m2": "square_metre",
    "册": "book",
    "台": "computer",
    "美元": "USD",
    "欧元": "EUR",
    "英镑": "GBP",
    "港元": "HKD",
}
_ZH = {
    **CURRENCIES,
    "year": "年",
    "month": "个月",
    "quarter": "个季度",
    "square_metre": "平方米",
    "percent": "%",
    "percentage_point": "个百分点",
    "permille": "‰",
    "hundred": "百",
}
_SCALES = {"百": 100, "千": 1000, "万": 10_000, "百万": 1_000_000, "千万": 10_000_000, "亿": 100_000_000}
_NUMBER = re.compile(r"(?P<number>[+-]?(?:\d[\d,_]*)?(?:\.\d+)?)\s*(?P<unit>.*)", re.DOTALL)


@cache
def registry() -> pint.UnitRegistry[Fraction]:
    """Return the one registry of units, in which every conversion is an exact fraction."""
    import pint  # noqa: PLC0415  # half of the package's import time; only needed once a unit is compared

    found: pint.UnitRegistry[Fraction] = pint.UnitRegistry(None, non_int_type=Fraction, cache_folder=None)
    for entity in ENTITIES:
        found.define(f"{entity.name} = [{entity.name}]")
    for code in CURRENCIES:
        found.define(f"{code} = [{code}]")
    for definition in _OTHER:
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
    return names | _ALIASES


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
    return {str(name): int(power) for name, power in dict(unit._units).items()}  # noqa: SLF001  # pint has no public way


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
    entity = _ENTITY.get(name)
    if language == "zh":
        if entity is None:
            return _ZH.get(name, name)
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
        plain = unicodedata.normalize("NFKC", text.replace("㎡", "square_metre")).strip()
        match = _NUMBER.fullmatch(plain)
        digits = match["number"].replace(",", "").replace("_", "") if match else ""
        if not match or not any(character.isdigit() for character in digits):
            raise UnitError(
                Fault(
                    "",
                    f"{text!r} is not a number with a unit",
                    "a number, then its unit",
                    "83 %, 7000 CNY/student/year",
                    "quantity",
                )
            )
        scale, unit = _leading_scale(match["unit"].strip())
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
        return self.written or f"{self.number} {self.unit}".strip()


def _leading_scale(unit: str) -> tuple[int, str]:
    """Take 万, 亿 and their like off the front where they multiply the number: 1.2万学位, 12亿元."""
    if unit in _names():
        return 1, unit
    for scale in sorted(_SCALES, key=len, reverse=True):
        rest = unit[len(scale) :].strip()
        if unit.startswith(scale) and (not rest or rest.split("/")[0] in _names()):
            return _SCALES[scale], rest
    return 1, unit
