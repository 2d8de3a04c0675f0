"""Verdicts and periods in words, in Chinese and in English."""

from __future__ import annotations

import re
from typing import Literal

from edutargets.goals import Verdict

__all__ = ["Language", "chosen", "period_words", "verdict_glyph", "verdict_text", "verdict_words"]

Language = Literal["en", "zh"]
_BLANK = re.compile(r"(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])")
_VERDICTS: dict[Verdict, tuple[str, str, str]] = {
    Verdict.MET: ("✔", "met", "达成"),
    Verdict.NOT_MET: ("✘", "not met", "未达成"),
    Verdict.UNDETERMINED: ("◐", "undetermined", "尚不能判定"),
    Verdict.NOT_EVALUABLE: ("∅", "not evaluable", "无法评价"),
}


def chosen(language: Language, en: str, zh: str) -> str:
    """Return one of two texts that say the same; Chinese words that met across a blank are joined.

    Examples:
        >>> chosen("zh", "3 schools are missing", "缺 3 所学校 的数据")
        '缺 3 所学校的数据'
    """
    return _BLANK.sub("", zh) if language == "zh" else en


# verdicts and periods -----------------------------------------------------------------------------


def verdict_glyph(verdict: Verdict) -> str:
    """Return the sign of a verdict; it never stands without its word."""
    return _VERDICTS[verdict][0]


def verdict_words(verdict: Verdict, language: Language = "en") -> str:
    """Say a verdict.

    Examples:
        >>> verdict_words(Verdict.NOT_MET), verdict_words(Verdict.UNDETERMINED, "zh")
        ('not met', '尚不能判定')
    """
    return _VERDICTS[verdict][2 if language == "zh" else 1]


def verdict_text(verdict: Verdict, language: Language = "en") -> str:
    """Say a verdict with its sign.

    Examples:
        >>> verdict_text(Verdict.MET, "zh")
        '✔ 达成'
    """
    return f"{verdict_glyph(verdict)} {verdict_words(verdict, language)}"


def period_words(period: str, language: Language = "en") -> str:
    """Say a year, a span or a step from one year to the next.

    Examples:
        >>> period_words("2023–2025", "zh"), period_words("2024→2025", "zh"), period_words("2025")
        ('2023—2025 年', '2024→2025 年', '2025')
    """
    if not period or language == "en":
        return period
    return f"{period.replace('–', '—')} 年"
