"""One text of a cell into one exact value: what is written, never what may have been meant."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING

from edutargets.cell_problems import Problem, narrowed, no_number, placeholder
from edutargets.cell_texts import DIGITS
from edutargets.errors import near_names

if TYPE_CHECKING:
    from collections.abc import Callable

    from edutargets.tables import Column

__all__ = ["Plain", "reader_of"]

_NUMBER = re.compile(r"-?(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.[0-9]+)?")
_DAY = re.compile(
    r"(?P<year>[0-9]{4})(?:-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})|/([0-9]{1,2})/([0-9]{1,2})"
    r"|\.([0-9]{1,2})\.([0-9]{1,2})|([0-9]{2})([0-9]{2})|年([0-9]{1,2})月([0-9]{1,2})[日号])"
    r"(?:[ T]0{1,2}:00(?::00(?:\.0+)?)?)?"
)
_SERIAL = re.compile(r"[0-9]{4,5}(?:\.[0-9]+)?")
_MONTH = re.compile(r"[0-9]{4}(?:[-/.][0-9]{1,2}|[0-9]{2}|年[0-9]{1,2}月)")
_YEAR = re.compile(r"((?:19|20|21)[0-9]{2})(?:\.0)?\s*(?:学?年度?)?")
_TWO_YEARS = re.compile(r"[0-9]{4}\s*[-~/至—–]+\s*(?:[0-9]{4}|[0-9]{2})\s*(?:学?年度?)?")
_BENT_CODE = re.compile(r"-?\d(\.\d+)?E\+\d\d+|\d{4}-\d\d-\d\d( 00:00:00)?", re.IGNORECASE)
_HIDDEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060\ufeff]")
_TRUE = ("true", "是", "1", "yes")
_FALSE = ("false", "否", "0", "no")
_OF_HUNDRED = Fraction(1, 100)

Plain = str | int | bool | Decimal | date


def reader_of(column: Column, factor: Fraction) -> Callable[[str], Plain | Problem]:
    """Return what reads the cells of a column.

    Args:
        column: What the data dictionary says about it.
        factor: What one unit of the heading is worth in the column's unit.
    """
    if column.type in {"integer", "decimal"}:
        return partial(_number, column=column, factor=factor)
    if column.type == "category":
        return partial(_category, known=_vocabulary(column), column=column)
    return {"boolean": _boolean, "date": _day, "year": _year, "code": _code}[column.type]


def _number(text: str, column: Column, factor: Fraction) -> Plain | Problem:
    plain, worth = narrowed(text), factor
    of_hundred = _worth_of_percent(column, factor)
    if of_hundred is not None and plain.endswith("%"):
        plain, worth = plain[:-1].rstrip(), of_hundred
    if not _NUMBER.fullmatch(plain):
        return no_number(plain, column, factor)
    scale = column.scale or 0
    steps = Fraction(plain.replace(",", "")) * worth * 10**scale
    if steps.denominator != 1:
        if column.type == "integer":
            return Problem.of("type", "not a whole number", "应为整数")
        return Problem.of(
            "scale", f"finer than the {scale} decimals of this column", f"小数位数超过规定的{scale}位"
        )
    if abs(steps) >= 10**DIGITS:
        return Problem.of("type", "too large a number", "数值过大")
    return Decimal(int(steps)).scaleb(-scale) if column.type == "decimal" else int(steps)


def _worth_of_percent(column: Column, factor: Fraction) -> Fraction | None:
    """Return what 1 % is worth in a column of percent or of shares; nothing anywhere else.

    A share is a decimal without a unit that lies between 0 and 1: 48.8 % of it is 0.488, whatever was typed.
    """
    if column.unit == "percent":
        return Fraction(1) if factor == 1 else None
    share = (
        column.type == "decimal"
        and not column.unit
        and column.range
        and 0 <= column.range[0] <= column.range[1] <= 1
    )
    return _OF_HUNDRED if share and factor in {1, _OF_HUNDRED} else None


def _code(text: str) -> Plain | Problem:
    plain = narrowed(text)
    if _HIDDEN.search(plain):
        return Problem.of("type", "an invisible character stands in the code", "代码中含有不可见字符")
    if _BENT_CODE.fullmatch(plain):
        return Problem.of(
            "type",
            "a spreadsheet has rewritten this code: format the column as text and enter it again",
            "代码已被电子表格改写：请将该列设为文本格式后重新填写",
        )
    return placeholder(plain, number=False) or plain


def _named(text: str) -> str:
    return re.sub(r"\s+", "", narrowed(text)).casefold()


def _labels(column: Column) -> list[tuple[str, str, str]]:
    """List the vocabulary: key, English label, Chinese label."""
    vocabulary = column.values
    return [
        (key, label.in_language("en") or key, label.in_language("zh") or key)
        for key, label in vocabulary.items()
    ]


def _vocabulary(column: Column) -> dict[str, str]:
    """Return every spelling of a value with its key; a key wins over a label that reads the same."""
    labels = _labels(column)
    spelled = {_named(label): key for key, *both in labels for label in both}
    return spelled | {_named(key): key for key, _, _ in labels}


def _category(text: str, known: dict[str, str], column: Column) -> Plain | Problem:
    key = known.get(_named(text))
    if key is not None:
        return key
    if (stroke := placeholder(text, number=False)) is not None:
        return stroke
    labels = _labels(column)
    wanted = near_names(
        text,
        [spelling for one in labels for spelling in one[:2] if text.isascii()] or [one[2] for one in labels],
    )
    choice = "、".join(one[2] for one in labels)
    return Problem.of(
        "vocabulary", f"not a value of this column; {wanted}", f"不在可填范围内；可填：{choice}"
    )


def _boolean(text: str) -> Plain | Problem:
    plain = _named(text)
    if plain in _TRUE or plain in _FALSE:
        return plain in _TRUE
    return Problem.of("type", "neither yes nor no: write true or false", "应填“是”或“否”")


def _day(text: str) -> Plain | Problem:
    plain = narrowed(text)
    match = _DAY.fullmatch(re.sub(r"(?<=[年月/.-])\s+(?=[0-9])|\s+(?=[年月日号])", "", plain))
    if match is None:
        return placeholder(plain, number=False) or _no_day(plain)
    year, month, day = (int(part) for part in match.groups() if part)
    try:
        return date(year, month, day)
    except ValueError:
        return Problem.of("type", "a day that no calendar has", "日历上没有这一天")


def _no_day(plain: str) -> Problem:
    if _SERIAL.fullmatch(plain):
        return Problem.of(
            "type",
            "a spreadsheet's number of a day, not a date: write it as 2024-09-01",
            "是电子表格的日期序号，不是日期：请按 2024-09-01 的格式填写",
        )
    if _MONTH.fullmatch(plain):
        return Problem.of("type", "no day: write it as 2024-09-01", "缺少日：请按 2024-09-01 的格式填写")
    return Problem.of(
        "type",
        "not a date: write it as 2024-09-01, year first",
        "不是日期：请按 2024-09-01 的格式填写，年在前",
    )


def _year(text: str) -> Plain | Problem:
    plain = narrowed(text)
    match = _YEAR.fullmatch(plain)
    if match:
        return int(match[1])
    if _TWO_YEARS.fullmatch(plain):
        return Problem.of(
            "type",
            "two years: write the one that the instructions name, in four digits, such as 2024",
            "跨两个年份：请按填报说明只填一个四位年份，如 2024",
        )
    return placeholder(plain, number=False) or Problem.of(
        "type", "not a year: write four digits, such as 2024", "不是年份：请填四位数字，如 2024"
    )
