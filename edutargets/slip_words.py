"""The words of a return slip, Chinese first and English beside or below."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from edutargets.sources import Bilingual

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "ABSENT_COLUMN",
    "DECISIONS",
    "EXPLANATION_HEADINGS",
    "EXPLANATION_SHEET",
    "HEADINGS",
    "LABELS",
    "LONGEST",
    "SLIP_SHEET",
    "STEPS",
    "below",
    "beside",
    "both_ways",
    "safe_text",
]

SLIP_SHEET: Final = "退回单"
EXPLANATION_SHEET: Final = "数据说明"
LONGEST: Final = 32_767  # what a cell of a spreadsheet holds
_NOT_XML = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LOST = "\N{REPLACEMENT CHARACTER}"

DECISIONS: Mapping[str, Bilingual] = MappingProxyType(
    {
        "accepted": Bilingual(zh="通过", en="accepted"),
        "rejected": Bilingual(zh="退回改正", en="returned to be corrected"),
        "accepted_in_part": Bilingual(zh="部分通过", en="accepted in part"),
        "needs_explanation": Bilingual(zh="需要改正或说明", en="to be corrected or explained"),
        "could_not_run": Bilingual(zh="无法判定：有检查未能运行", en="not decided: a check could not run"),
    }
)
LABELS: Mapping[str, Bilingual] = MappingProxyType(
    {
        "slip": Bilingual(zh="退回单", en="Return slip"),
        "school": Bilingual(zh="单位", en="School or office"),
        "bureau": Bilingual(
            zh="汇总单位：不属于某一所学校的问题", en="the bureau: what concerns no single school"
        ),
        "not on the roster": Bilingual(zh="名录中没有这个代码", en="this code is not on the roster"),
        "own": Bilingual(zh="本单位结论", en="This school"),
        "whole": Bilingual(zh="整批结论", en="Whole submission"),
        "counts": Bilingual(zh="问题数", en="What was found"),
        "files": Bilingual(zh="报送文件", en="Files handed in"),
        "steps": Bilingual(zh="怎样改正", en="What to do"),
        "whole table": Bilingual(zh="整张表", en="the whole table"),
        "empty": Bilingual(zh="（空）", en="(empty)"),
        "hand in": Bilingual(zh="请补报", en="hand it in"),
    }
)
ABSENT_COLUMN: Final = (
    "[absent-column] 原文件缺少“{0}”一列，请补填\nthe file lacked the column “{0}”: fill it in"
)

HEADINGS: tuple[Bilingual, ...] = (
    Bilingual(zh="序号", en="No."),
    Bilingual(zh="程度", en="Severity"),
    Bilingual(zh="本单位置（点击跳转）", en="Cell in this slip (click)"),
    Bilingual(zh="原文件位置", en="Place in the file handed in"),
    Bilingual(zh="列", en="Column"),
    Bilingual(zh="填写内容", en="What was found"),
    Bilingual(zh="问题", en="What is wrong"),
    Bilingual(zh="改正办法", en="How to mend it"),
    Bilingual(zh="规则", en="Rule"),
)
EXPLANATION_HEADINGS: tuple[str, ...] = (
    "规则 rule",
    "单位代码 reporter",
    "表 table",
    "记录 key",
    "校验码 mark",
    "问题 question",
    "说明 explanation",
)
STEPS: Mapping[str, Bilingual] = MappingProxyType(
    {
        "correct": Bilingual(
            zh="红色单元格必须改正：直接在本单各表中改，批注里写明原因和改法。",
            en="Red cells must be corrected, in the sheets of this slip; their comments say why and how.",
        ),
        "explain": Bilingual(
            zh=f"橙色单元格请改正；数据确实无误的，在“{EXPLANATION_SHEET}”表的黄色列写明原因。",
            en=f"Correct orange cells, or say in the yellow column of the sheet {EXPLANATION_SHEET} "
            "why they are right.",
        ),
        "look": Bilingual(
            zh="蓝色单元格请核对，可以不改。", en="Please look at blue cells; they may stay as they are."
        ),
        "missing": Bilingual(
            zh="没有“本单位置”的，是整张表、整列或整条记录缺少或有误：请按“改正办法”补报。",
            en="Lines without a cell in this slip are about a table, column or record as a whole: "
            "hand in what is named.",
        ),
        "return": Bilingual(
            zh="改好后将本文件原样交回；“退回单”这一页不会被读取，表名、表头请勿改动。",
            en="Then hand in this very file; this page is not read. Leave the names of sheets and the "
            "headings alone.",
        ),
        "hidden": Bilingual(
            zh="紫色单元格是遮盖的身份证号等号码：本单不回传原号码，遮盖的号码不能报送。"
            "请重新完整填写；号码多的，请按“原文件位置”在自己的原文件中改正后报送原文件。",
            en="Lilac cells hide identity numbers, which never travel back and cannot be handed in hidden: "
            "type them again in full or, where they are many, correct the file you sent at the places named "
            "and send that.",
        ),
        "lost": Bilingual(
            zh="出现 \N{REPLACEMENT CHARACTER} 的单元格含有无法显示的字符，请重新填写。",
            en="Cells with \N{REPLACEMENT CHARACTER} held what no spreadsheet can show: type it again.",
        ),
    }
)


def beside(words: Bilingual) -> str:
    """Write both languages on one line.

    Examples:
        >>> beside(Bilingual(zh="退回单", en="Return slip"))
        '退回单 Return slip'
    """
    return " ".join(dict.fromkeys(text for text in (words.zh, words.en) if text))


def below(words: Bilingual) -> str:
    """Write English below Chinese."""
    return "\n".join(dict.fromkeys(text for text in (words.zh, words.en) if text))


def both_ways(code: str, says: Bilingual, mend: Bilingual) -> str:
    r"""Write a cell's comment: ``[code] reason / how to mend``, in both languages.

    Examples:
        >>> both_ways("SC-01", Bilingual(zh="过大", en="too large"), Bilingual(zh="请核对", en="look again"))
        '[SC-01] 过大 / 请核对\ntoo large / look again'
    """
    lines = (
        " / ".join(text for text in (one.in_language(language) for one in (says, mend)) if text)
        for language in ("zh", "en")
    )
    return f"[{code}] " + "\n".join(dict.fromkeys(line for line in lines if line))


def safe_text(text: str) -> str:
    r"""Write a text so that a workbook can hold it; what it cannot hold shows as U+FFFD.

    Examples:
        >>> safe_text("a\x08b") == "a\ufffdb"
        True
    """
    plain = _NOT_XML.sub(_LOST, text.replace("\r\n", "\n"))
    return plain if len(plain) <= LONGEST else plain[: LONGEST - 1] + _LOST
