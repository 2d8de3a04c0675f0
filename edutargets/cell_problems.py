"""Why a cell means nothing: each reason with the sentence that its writer reads, in both languages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from edutargets.sources import Bilingual

if TYPE_CHECKING:
    from edutargets.tables import Column

__all__ = ["PLACEHOLDERS", "Problem", "broken_cell", "narrowed", "no_number", "placeholder"]

_NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: " ", 0xA0: " ", 0x2212: "-"}
_CHINESE_NUMBER = re.compile("[〇零一二两三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟点]+")
_ABOUT = re.compile(
    r"(?:约|近|逾|超过?|大约|大概|将近|不足|不到|至少|至多|~|≈|≥|≤|>|<|±).*[0-9一二三四五六七八九十百千万亿].*"
    r"|.*[0-9百千万亿](?:余|多|几|左右|上下|以上|以下|\+).*"
)
_SPAN = re.compile(r"[0-9.]+\s*(?:[-~至到—–]+)\s*[0-9.]+\D*")
_WITH_UNIT = re.compile(
    r"(?P<digits>-?[0-9]+(?:,[0-9]{3})*(?:\.[0-9]+)?)\s*(?P<times>[十百千]?万|[十百千]?亿|[百千])?(?P<unit>[A-Za-z\u3400-\u9fff][^0-9.,%‰]{0,8})?"
)
_TIMES = {
    "": 0,
    "百": 2,
    "千": 3,
    "万": 4,
    "十万": 5,
    "百万": 6,
    "千万": 7,
    "亿": 8,
    "十亿": 9,
    "百亿": 10,
    "千亿": 11,
}
_COUNTERS = frozenset("人名位所个班生校台册次")
_MOST_SHOWN = 20

PLACEHOLDERS = frozenset(
    {"/", "\\", "-", "--", "---", "—", "——", "–", "*", "**", "...", "…", "……", "?", "??", "·", "x", "×"}
    | {"na", "n/a", "n.a.", "n/d", "null", "none", "nil", "nan", "tbd", "nd"}
    | {
        "无",
        "暂无",
        "没有",
        "缺",
        "空",
        "不详",
        "未知",
        "未统计",
        "无数据",
        "待定",
        "待填",
        "不适用",
        "同上",
        "〃",
    }
)


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a cell means nothing: the rule it breaks, and the sentence its writer reads."""

    rule: str
    message: Bilingual

    @classmethod
    def of(cls, rule: str, en: str, zh: str) -> Problem:
        """Make a problem from its sentence in both languages."""
        return cls(rule, Bilingual(en=en, zh=zh))


def narrowed(text: str) -> str:
    """Return a text with full-width characters made narrow: their width carries no meaning."""
    return text.translate(_NARROW).strip()


def placeholder(text: str, *, number: bool) -> Problem | None:
    """Say that a stroke or 无 is no value: it may mean none, not known, or not asked."""
    if narrowed(text).casefold() not in PLACEHOLDERS:
        return None
    zero = " and 0 if there are none" if number else ""
    return Problem.of(
        "placeholder",
        f"a placeholder, which may mean none or not known: leave the cell empty if there is nothing{zero}",
        f"占位符含义不明：没有数据请留空{'，确实为零请填 0' if number else ''}",
    )


def broken_cell(text: str) -> Problem:
    """Say what a spreadsheet, or a conversion before it, has done to a cell."""
    if "*" * 7 in text:
        return Problem.of(
            "hidden", "a hidden number: type it whole again", "号码已被遮盖：请重新填写完整的号码"
        )
    if text.startswith("#MERGED!"):
        return Problem.of(
            "merged", "a merged cell: write the value into every row", "合并单元格：请取消合并，逐行填写"
        )
    if text.startswith("#SHOWN!"):
        return Problem.of(
            "format",
            "its format shows another number than it holds: format it as a plain number",
            "单元格格式显示的数与实际数值不同：请改为常规数值格式并核对",
        )
    if text.startswith("#"):
        return Problem.of("formula", "the formula gives an error: write the value", "公式出错：请改填数值")
    if text.startswith("="):
        return Problem.of(
            "formula", "a formula that was never calculated: write the value", "公式未计算：请改填数值"
        )
    return Problem.of("encoding", "characters were lost in an earlier conversion", "乱码：请按原文重新填写")


def no_number(plain: str, column: Column, factor: Fraction) -> Problem:
    """Say why a text is no number, and what to write instead.

    Examples:
        >>> from edutargets.tables import Column
        >>> no_number("1.2万", Column(type="integer", unit="student"), Fraction(1)).message.en
        'it carries a unit of its own: write digits only, 12000 if that is what is meant'
    """
    if (stroke := placeholder(plain, number=True)) is not None:
        return stroke
    if _CHINESE_NUMBER.fullmatch(plain):
        return Problem.of(
            "type", "a number in words: write digits, such as 100", "不是数字：请填阿拉伯数字，如 100"
        )
    if _ABOUT.fullmatch(plain):
        return Problem.of("type", "an approximate figure: write the exact number", "约数：请填准确数字")
    if _SPAN.fullmatch(plain):
        return Problem.of("type", "a range: write one number", "填了范围：请填一个准确数字")
    if plain.endswith(("%", "‰")):
        return Problem.of(
            "type", "this column holds no percentages: write the number", "本列不填百分数：请填数值"
        )
    if (match := _WITH_UNIT.fullmatch(plain)) and (match["times"] or match["unit"]):
        return _own_unit(match, column, factor)
    example = "54.3" if column.type == "decimal" else "54"
    return Problem.of(
        "type",
        f"not a number: write digits only, such as {example}; leave the cell empty if there is none",
        f"不是数值：请只填数字，如 {example}；没有数据请留空",
    )


def _own_unit(match: re.Match[str], column: Column, factor: Fraction) -> Problem:
    """Refuse 12万元 in a cell: whether the heading's unit or the cell's is right, only its writer knows."""
    meant = _meant(match, column, factor)
    return Problem.of(
        "own-unit",
        "it carries a unit of its own: write digits only"
        + (f", {meant} if that is what is meant" if meant else ""),
        "单元格自带单位：请只填数字，单位以表头为准" + (f"；若即此意，请填 {meant}" if meant else ""),
    )


def _meant(match: re.Match[str], column: Column, factor: Fraction) -> str:
    """Write the number in the heading's unit, where the cell's own unit leaves no doubt."""
    unit = (match["unit"] or "").strip()
    money = (column.unit or "").partition("/")[0] == "CNY"
    if unit not in ({"", "元"} if money else _COUNTERS | {""}):
        return ""
    digits = Fraction(match["digits"].replace(",", ""))
    number = digits * 10 ** _TIMES[match["times"] or ""] / factor
    steps = number * 10 ** (9 if column.type == "decimal" else 0)
    if steps.denominator != 1:
        return ""
    text = format(Decimal(int(steps)).scaleb(-9 if column.type == "decimal" else 0), "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text if len(text) <= _MOST_SHOWN else ""
