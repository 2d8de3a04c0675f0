"""The numbers of a plan's text: quantities with their counters, ranges, numerals in words, dates."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

__all__ = ["Day", "NumberKind", "NumberPhrase", "numbers_in"]

NumberKind = Literal["quantity", "range", "numeral", "date", "document", "ordinal"]
Day = tuple[int, int, int]
"""Year, month and day; 0 where the text does not say it."""

_DASH = r"\s*(?:[-~～—–－]{1,2}|至|到)\s*"
_DATE = r"(?:\d{4}年(?:\d{1,2}月(?:\d{1,2}日)?)?|\d{4}-\d{2}-\d{2}(?!\d))"
_YEAR = r"(?:19|20)\d\d"
_UNIT = (
    r"[%％‰]|个百分点|学时|课时|平方米|人次|"
    r"[个所名项期次年天节门元版级岁生间套台周月日份号条人件篇场支位处种类轮倍大]"
)
_NUMBER = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+(?:\.\d+)?)"
_SCALED = rf"{_NUMBER}\s*[百千万亿]*"
_NUMERAL = "[一二两三四五六七八九十百千万亿]"
_PHRASE = re.compile(
    rf"(?P<document>[〔\[(（]\d{{4}}[〕\])）]\s*第?\d+号)"
    rf"|(?P<span>(?:{_DATE}|{_YEAR}){_DASH}(?:{_DATE}|{_YEAR}年?|\d{{1,2}}月(?:\d{{1,2}}日)?)(?!\d))"
    rf"|(?P<date>{_DATE}|\d{{1,2}}月\d{{1,2}}日)"
    rf"|(?<![A-Za-z0-9.])(?:(?P<range>{_SCALED}[%％]?{_DASH}{_SCALED}(?:{_UNIT})?)"
    rf"|(?P<ordinal>第\d+(?:{_UNIT})?)"
    rf"|(?P<quantity>{_SCALED}(?:{_UNIT})?))(?![A-Za-z0-9])"
    rf"|(?P<percent>百分之{_NUMERAL}+)"
    rf"|(?<![第统同单唯专进一二两三四五六七八九十百千万亿])(?P<numeral>(?=[百千万亿]*[一二两三四五六七八九十]){_NUMERAL}+"
    r"[多余来]?(?:个|项|所|名|期|次|年|级|佳|类|门|处|种|支|位|份|届|场|轮|倍|(?<!一)(?<!党的二十)大))"
)
_LIST = re.compile(r"\s*(?:#+\s*)?(?:附件\s*[:：]?\s*)?(?:\d{1,2}[.、．](?!\d)\s*)?")
_DIGITS = {digit: value for value, digit in enumerate("一二三四五六七八九", start=1)} | {"两": 2}
_SCALES = {"十": 10, "百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}


@dataclass(frozen=True, slots=True)
class NumberPhrase:
    """A number as it stands in a text, with what it counts.

    Args:
        kind: What it is: dates and document numbers are no quantities.
        text: Its words.
        start: Where it begins in the text it was cut from.
        end: Where it ends.
        values: The numbers, multiples such as 万 included; those of a share in percent.
        days: The dates, both ends of a span.
    """

    kind: NumberKind
    text: str
    start: int
    end: int
    values: tuple[Fraction, ...] = ()
    days: tuple[Day, ...] = ()

    @property
    def years(self) -> frozenset[int]:
        """The years it names."""
        return frozenset(day[0] for day in self.days if day[0])


def numbers_in(line: str, start: int = 0) -> tuple[NumberPhrase, ...]:
    """Cut the numbers out of one line; its own number in a list is none, nor is a digit in a name (5G).

    Args:
        line: The line.
        start: Where it begins in its text.

    Examples:
        >>> [phrase.text for phrase in numbers_in("1.到2025年,全区规划投入近6亿元,每年开展1-2次、三个项目")]
        ['2025年', '6亿元', '1-2次', '三个']
    """
    listed = _LIST.match(line)
    begin = listed.end() if listed else 0
    return tuple(_phrase(match, start) for match in _PHRASE.finditer(line, begin))


def _phrase(match: re.Match[str], start: int) -> NumberPhrase:
    group = str(match.lastgroup)
    text = match[group]
    first, last = start + match.start(group), start + match.end(group)
    if group in {"span", "date"}:
        return NumberPhrase("date", text, first, last, days=_days(text))
    if group == "document":
        return NumberPhrase("document", text, first, last)
    if group in {"numeral", "percent"}:
        written = re.findall(f"{_NUMERAL}+", text.removeprefix("百分之"))
        return NumberPhrase("numeral", text, first, last, (_value_of_words(written[0]),))
    kind: NumberKind = "range" if group == "range" else "ordinal" if group == "ordinal" else "quantity"
    return NumberPhrase(kind, text, first, last, _values(text))


def _values(text: str) -> tuple[Fraction, ...]:
    found = [
        Fraction(match[1].replace(",", "")) * _scale(match[2])
        for match in re.finditer(rf"({_NUMBER})\s*([百千万亿]*)", text)
    ]
    return tuple(found)


def _scale(words: str) -> int:
    total = 1
    for word in words:
        total *= _SCALES[word]
    return total


def _value_of_words(words: str) -> Fraction:
    """Return the number that Chinese numerals say, e.g. 12 for 十二."""
    total, part, digit = 0, 0, 0
    for word in words:
        if word in _DIGITS:
            digit = _DIGITS[word]
        elif _SCALES[word] >= _SCALES["万"]:
            total, part, digit = (total + part + digit or 1) * _SCALES[word], 0, 0
        else:
            part, digit = part + (digit or 1) * _SCALES[word], 0
    return Fraction(total + part + digit)


def _days(text: str) -> tuple[Day, ...]:
    """Return the dates that a text names; the second of 2023年3月~6月 is of the same year."""
    days: list[Day] = []
    for match in re.finditer(
        r"(?P<iso>\d{4}-\d{2}-\d{2})|(?P<year>\d{4})年?(?:(?P<month>\d{1,2})月(?:(?P<day>\d{1,2})日)?)?"
        r"|(?P<later>\d{1,2})月(?:(?P<on>\d{1,2})日)?",
        text,
    ):
        if match["iso"]:
            year, month, day = (int(part) for part in match["iso"].split("-"))
        elif match["year"]:
            year, month, day = int(match["year"]), int(match["month"] or 0), int(match["day"] or 0)
        else:
            year = days[-1][0] if days else 0
            month, day = int(match["later"]), int(match["on"] or 0)
        days.append((year, month, day))
    return tuple(days)
