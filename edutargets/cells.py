"""What a cell says: text, as a person sees it, into exact typed values, or the reason why not."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, SupportsFloat

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from edutargets.errors import near_names
from edutargets.sources import Bilingual

if TYPE_CHECKING:
    from collections.abc import Callable

    from edutargets.tables import Column

__all__ = ["BadCell", "Problem", "arrow_type", "cell_text", "column_texts", "read_cells", "type_fits"]

DIGITS = 18  # an unscaled number of 18 digits fits into 64 bits
SEEN_DIGITS = 15  # what a spreadsheet keeps of a number, and shows
FOUND_LENGTH = 60
_NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: " ", 0xA0: " ", 0x2212: "-"}
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[ T]00:00(?::00(?:\.0+)?)?)?")
_YEAR = re.compile(r"((?:19|20|21)[0-9]{2})(?:\.0)?")
_IDLE_ZEROS = r"^(-?[0-9]+)(?:\.0+|(\.[0-9]*[1-9])0+)$"
_PLAIN_CODE = r"^[A-Za-z0-9]{1,64}$"
_BENT_CODE = re.compile(r"-?\d(\.\d+)?E\+\d\d+|\d{4}-\d\d-\d\d( 00:00:00)?", re.IGNORECASE)
_HIDDEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060\ufeff]")
_BROKEN = r"^(?:#[A-Z/0-9]+[!?]|#N/A|#N/D|=[A-Za-z0-9+(@-].*|#MERGED! .*)$|\x{FFFD}|锟斤拷"
_TRUE = ("true", "是", "1", "yes")
_FALSE = ("false", "否", "0", "no")

Plain = str | int | bool | Decimal | date


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a cell means nothing: the rule it breaks, and the sentence its writer reads."""

    rule: str
    message: Bilingual

    @classmethod
    def of(cls, rule: str, en: str, zh: str) -> Problem:
        """Make a problem from its sentence in both languages."""
        return cls(rule, Bilingual(en=en, zh=zh))


@dataclass(frozen=True, slots=True)
class BadCell:
    """A cell of one column that cannot be read: its row position, what stands there, and why not."""

    position: int
    found: str
    problem: Problem


def arrow_type(column: Column) -> pa.DataType:
    """Return how the values of a column are held: money is decimal, never binary fractions."""
    if column.type == "decimal":
        return pa.decimal128(DIGITS, column.scale or 0)
    types = {"integer": pa.int64(), "year": pa.int64(), "boolean": pa.bool_(), "date": pa.date32()}
    return types.get(column.type, pa.string())


def type_fits(found: pa.DataType, column: Column) -> bool:
    """Whether a typed file's column can hold what the data dictionary says: text always can."""
    if isinstance(found, pa.DictionaryType):
        found = found.value_type
    kinds = pa.types
    if (
        kinds.is_string(found)
        or kinds.is_large_string(found)
        or kinds.is_string_view(found)
        or kinds.is_null(found)
    ):
        return True
    number = kinds.is_integer(found) or kinds.is_floating(found) or kinds.is_decimal(found)
    if column.type == "boolean":
        return bool(kinds.is_boolean(found) or kinds.is_integer(found))
    if column.type == "date":
        return bool(kinds.is_date(found) or kinds.is_timestamp(found))
    return bool(number)


def cell_text(value: object) -> str | None:
    """Write a cell's value as a person sees it; ``None`` for an empty one.

    A number keeps the fifteen digits that a spreadsheet keeps, so 0.1 + 0.2 is 0.3.

    Examples:
        >>> cell_text(54.0), cell_text(0.1 + 0.2), cell_text(True), cell_text(0.00001)
        ('54', '0.3', 'true', '0.00001')
    """
    if value is None or value is pd.NaT or value is pd.NA:
        return None
    if isinstance(value, float | np.floating | Decimal):
        return _number_text(value)
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, datetime) and value.time() == time():
        value = value.date()
    return str(value)


def _number_text(number: SupportsFloat) -> str | None:
    if isinstance(number, Decimal):
        return None if number.is_nan() else format(number, "f")
    if math.isnan(number):
        return None
    text = f"{float(number):.{SEEN_DIGITS}g}"
    return format(Decimal(text), "f") if "e-" in text else text


def column_texts(values: pa.Array) -> pa.Array:
    """Write a whole column of a typed file as a person sees it."""
    if isinstance(values.type, pa.DictionaryType):
        values = values.dictionary_decode()
    kinds = pa.types
    by_hand = kinds.is_float64(values.type) or (kinds.is_decimal(values.type) and values.type.scale > 6)  # noqa: PLR2004  # then Arrow writes 1E-7
    if by_hand:
        return pa.array([cell_text(value) for value in values.to_pylist()], pa.string())
    texts = pc.cast(values, pa.string())
    return pc.if_else(pc.equal(texts, "nan"), None, texts) if kinds.is_floating(values.type) else texts


def read_cells(
    texts: pa.Array, column: Column, factor: Fraction = Fraction(1)
) -> tuple[pa.Array, list[BadCell]]:
    """Turn the texts of one column into exact values of its type.

    Args:
        texts: What stands in the cells, ``None`` where nothing does.
        column: What the data dictionary says about them.
        factor: What one unit of the heading is worth in the column's unit.

    Returns:
        The values, NULL where a cell is empty or bad, and the bad cells.

    Examples:
        >>> from edutargets.tables import Column
        >>> values, bad = read_cells(
        ...     pa.array(["0.1", " ", "many"]), Column(type="decimal", scale=2), Fraction(10000)
        ... )
        >>> values.to_pylist(), [(cell.position, cell.found) for cell in bad]
        ([Decimal('1000.00'), None, None], [(2, "'many'")])
    """
    trimmed = pc.utf8_trim_whitespace(texts)
    trimmed = pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)
    broken = _matches(trimmed, _BROKEN)
    wrong: dict[str, Problem] = {}
    if pc.any(broken).as_py():
        wrong = {text: _broken(text) for text in pc.unique(trimmed.filter(broken)).to_pylist()}
        trimmed = pc.if_else(broken, pa.scalar(None, pa.string()), trimmed)
    if column.type == "text":
        kept = pc.if_else(pc.is_valid(trimmed), texts, pa.scalar(None, pa.string()))
        return kept, _located(texts, wrong)
    values, problems = _typed(trimmed, column, factor)
    return values, _located(texts, wrong | problems)


def _located(texts: pa.Array, wrong: dict[str, Problem]) -> list[BadCell]:
    """Find where the texts that mean nothing stand."""
    if not wrong:
        return []
    trimmed = pc.utf8_trim_whitespace(texts)
    positions = np.flatnonzero(
        pc.is_in(trimmed, value_set=pa.array(list(wrong), pa.string())).to_numpy(zero_copy_only=False)
    )
    bad = zip(
        positions.tolist(),
        texts.take(positions).to_pylist(),
        trimmed.take(positions).to_pylist(),
        strict=True,
    )
    return [BadCell(position, _shown(text), wrong[key]) for position, text, key in bad]


def _shown(text: str) -> str:
    shown = repr(text)
    return shown if len(shown) <= FOUND_LENGTH else f"{shown[: FOUND_LENGTH - 1]}…"


def _broken(text: str) -> Problem:
    if text.startswith("#MERGED!"):
        return Problem.of(
            "merged", "a merged cell: write the value into every row", "合并单元格：请取消合并，逐行填写"
        )
    if text.startswith("#"):
        return Problem.of("formula", "the formula gives an error: write the value", "公式出错：请改填数值")
    if text.startswith("="):
        return Problem.of(
            "formula", "a formula that was never calculated: write the value", "公式未计算：请改填数值"
        )
    return Problem.of("encoding", "characters were lost in an earlier conversion", "乱码：请按原文重新填写")


def _typed(texts: pa.Array, column: Column, factor: Fraction) -> tuple[pa.Array, dict[str, Problem]]:
    kind = arrow_type(column)
    if column.type in {"integer", "decimal"}:
        return _numbers(texts, column, factor)
    if column.type == "code":
        clean = _matches(texts, _PLAIN_CODE)
        fast = pc.if_else(clean, texts, pa.scalar(None, pa.string()))
        return _fast_or_slow(fast, clean, texts, _code, kind)
    reader: Callable[[str], Plain | Problem]
    if column.type == "category":
        reader = partial(_category, known=_vocabulary(column), column=column)
    else:
        reader = {"boolean": _boolean, "date": _day, "year": _year}[column.type]
    return _by_unique(texts, reader, kind)


def _by_unique(
    texts: pa.Array, reader: Callable[[str], Plain | Problem], kind: pa.DataType
) -> tuple[pa.Array, dict[str, Problem]]:
    """Read each different text once."""
    encoded = texts.dictionary_encode()
    read = [(text, reader(text)) for text in encoded.dictionary.to_pylist()]
    values = pa.array([None if isinstance(value, Problem) else value for _, value in read], kind)
    problems = {text: value for text, value in read if isinstance(value, Problem)}
    return values.take(encoded.indices), problems


def _fast_or_slow(
    fast: pa.Array,
    clean: pa.Array,
    texts: pa.Array,
    reader: Callable[[str], Plain | Problem],
    kind: pa.DataType,
) -> tuple[pa.Array, dict[str, Problem]]:
    """Keep what was read in one go because it is clean, and look at the rest text by text."""
    rest = pc.if_else(clean, pa.scalar(None, pa.string()), texts)
    if rest.null_count == len(rest):
        return fast, {}
    slow, problems = _by_unique(rest, reader, kind)
    return pc.coalesce(fast, slow), problems


def _matches(texts: pa.Array, pattern: str) -> pa.Array:
    return pc.fill_null(pc.match_substring_regex(texts, pattern), fill_value=False)


def _numbers(texts: pa.Array, column: Column, factor: Fraction) -> tuple[pa.Array, dict[str, Problem]]:
    kind, scale = arrow_type(column), column.scale or 0
    places = _places(factor, scale)
    reader = partial(_number, column=column, factor=factor)
    if places is None:
        return _by_unique(texts, reader, kind)
    decimals = rf"(?:\.[0-9]{{1,{places}}})?" if places else ""
    pattern = rf"^-?[0-9]{{1,{DIGITS - places}}}{decimals}$"
    plain, clean = texts, _matches(texts, pattern)
    if pc.sum(clean).as_py() != len(texts) - texts.null_count:
        plain = pc.replace_substring_regex(texts, _IDLE_ZEROS, r"\1\2")
        clean = _matches(plain, pattern)
    plain = pc.if_else(clean, plain, pa.scalar(None, pa.string()))
    if column.type == "integer" and not places:
        return _fast_or_slow(pc.cast(plain, kind), clean, texts, reader, kind)
    raw = pc.cast(plain, pa.decimal128(38, places))
    moved = pa.Array.from_buffers(
        pa.decimal128(DIGITS, scale), len(raw), raw.buffers(), raw.null_count, raw.offset
    )
    return _fast_or_slow(pc.cast(moved, kind), clean, texts, reader, kind)


def _places(factor: Fraction, scale: int) -> int | None:
    """Return how many decimals a heading's numbers may have if its unit only moves the point."""
    for power in range(-9, 13):
        if factor == Fraction(10) ** power:
            places = scale + power
            return places if 0 <= places < DIGITS else None
    return None


def _number(text: str, column: Column, factor: Fraction) -> Plain | Problem:
    plain = text.translate(_NARROW).strip()
    if column.unit == "percent" and factor == 1:
        plain = plain.removesuffix("%").rstrip()
    if not _NUMBER.fullmatch(plain):
        example = "54.3" if column.type == "decimal" else "54"
        return Problem.of(
            "type",
            f"not a number: write digits only, such as {example}; leave the cell empty if there is none",
            f"不是数值：请只填数字，如 {example}；没有数据请留空",
        )
    scale = column.scale or 0
    steps = Fraction(plain) * factor * 10**scale
    if steps.denominator != 1:
        if column.type == "integer":
            return Problem.of("type", "not a whole number", "应为整数")
        return Problem.of(
            "scale", f"finer than the {scale} decimals of this column", f"小数位数超过规定的{scale}位"
        )
    if abs(steps) >= 10**DIGITS:
        return Problem.of("type", "too large a number", "数值过大")
    return Decimal(int(steps)).scaleb(-scale) if column.type == "decimal" else int(steps)


def _code(text: str) -> Plain | Problem:
    plain = text.translate(_NARROW).strip()
    if _HIDDEN.search(plain):
        return Problem.of("type", "an invisible character stands in the code", "代码中含有不可见字符")
    if _BENT_CODE.fullmatch(plain):
        return Problem.of(
            "type",
            "a spreadsheet has rewritten this code: format the column as text and enter it again",
            "代码已被电子表格改写：请将该列设为文本格式后重新填写",
        )
    return plain


def _named(text: str) -> str:
    return re.sub(r"\s+", "", text.translate(_NARROW)).casefold()


def _labels(column: Column) -> list[tuple[str, str, str]]:
    """List the vocabulary: key, English label, Chinese label."""
    vocabulary = column.values  # noqa: PD011  # no DataFrame
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
    match = _DAY.fullmatch(text.translate(_NARROW))
    try:
        return date.fromisoformat(match[1]) if match else _NO_DAY
    except ValueError:
        return _NO_DAY


def _year(text: str) -> Plain | Problem:
    match = _YEAR.fullmatch(text.translate(_NARROW))
    return int(match[1]) if match else _NO_YEAR


_NO_DAY = Problem.of("type", "not a date: write it as 2024-09-01", "不是日期：请按 2024-09-01 的格式填写")
_NO_YEAR = Problem.of(
    "type", "not a year: write four digits, such as 2024", "不是年份：请填四位数字，如 2024"
)
