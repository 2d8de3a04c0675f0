"""What may be typed into a cell of a template, and the words that say so before and after it is typed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from edutargets.checks import Severity
from edutargets.headings import accepted_units
from edutargets.severity_words import SEVERITY_WORDS
from edutargets.sources import Bilingual
from edutargets.units import unit_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydantic import JsonValue

    from edutargets.checks import Check
    from edutargets.tables import Column

__all__ = [
    "Bound",
    "Entry",
    "TemplateLanguage",
    "about_column",
    "entry_of",
    "hint_of",
    "rule_line",
    "said",
    "stop_of",
    "unit_of",
]

TemplateLanguage = Literal["zh", "en", "both"]
LONGEST_CELL = 32767  # characters, in any spreadsheet
_NUMBER = 18  # characters of an identity number and of a unified social credit code
Bound = int | Decimal | date
Choice = str | int

_UNITLESS = {
    "code": Bilingual(zh="代码", en="code"),
    "text": Bilingual(zh="文本", en="text"),
    "category": Bilingual(zh="选项", en="choice"),
    "boolean": Bilingual(zh="是/否", en="yes/no"),
    "date": Bilingual(zh="日期", en="date"),
    "year": Bilingual(zh="年份", en="year"),
    "integer": Bilingual(zh="数字", en="number"),
    "decimal": Bilingual(zh="数字", en="number"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a cell takes.

    Args:
        kind: How it is typed; ``list`` is chosen from ``choices``.
        choices: What can be chosen.
        low: The smallest value, if there is one.
        high: The largest value, if there is one.
        length: For a code: the smallest and the largest number of characters.
        strict: Whether another value is refused; else it can be kept after a question.
    """

    kind: Literal["list", "integer", "decimal", "date", "text"]
    choices: tuple[Choice, ...] = ()
    low: Bound | None = None
    high: Bound | None = None
    length: tuple[int, int] | None = None
    strict: bool = True


def said(words: Bilingual, lang: TemplateLanguage, between: str = " / ") -> str:
    """Return a text in one language, or in both where both were asked for and differ.

    Examples:
        >>> said(Bilingual(zh="学校", en="School"), "both")
        '学校 / School'
    """
    if lang != "both":
        return words.in_language(lang)
    return between.join(dict.fromkeys(text for text in (words.zh, words.en) if text))


def unit_of(column: Column, lang: TemplateLanguage) -> str:
    """Return what stands below a heading: the unit of its numbers, or what kind of thing is written there.

    Numbers are asked for in the column's own unit, so nothing is converted on the way in.
    """
    language = "en" if lang == "en" else "zh"
    if not column.unit:
        return _UNITLESS[column.type].in_language(language)
    own = unit_text(column.pint_unit, language)
    named = [unit for unit, worth in accepted_units(column).items() if worth == 1 and unit in _plain(column)]
    return own if language == "en" or not named else named[0]


def _plain(column: Column) -> tuple[str, ...]:
    return tuple(unit for unit in column.heading_units if not unit.isascii())


def entry_of(column: Column, checks: Sequence[Check], name: str, lang: TemplateLanguage) -> Entry:
    """Say what may be typed into a column.

    What a critical check refuses the cell refuses too; a value outside a range that is only plausible can
    be kept after a question.

    Args:
        column: What the data dictionary says.
        checks: The checks of its table.
        name: The column's name.
        lang: The language of the choices.
    """
    if column.type in {"category", "boolean"}:
        return Entry(kind="list", choices=_choices(column, lang))
    if column.type in {"code", "text"}:
        length = (_NUMBER, _NUMBER) if column.checksum else _length(checks, name)
        return Entry(kind="text", length=length)
    kind: Literal["integer", "decimal", "date"] = (
        "integer" if column.type in {"integer", "year"} else "decimal" if column.type == "decimal" else "date"
    )
    for severity in (Severity.CRITICAL, Severity.WARNING):
        low, high = _between(checks, name, severity)
        if low is not None or high is not None:
            return Entry(kind=kind, low=low, high=high, strict=severity is Severity.CRITICAL)
    if column.range is not None:
        low, high = (_exact(str(Decimal(end.numerator) / end.denominator)) for end in column.range)
        return Entry(kind=kind, low=low, high=high, strict=False)
    return Entry(kind=kind)


def _choices(column: Column, lang: TemplateLanguage) -> tuple[str, ...]:
    language = "en" if lang == "en" else "zh"
    if column.type == "boolean":
        return ("yes", "no") if language == "en" else ("是", "否")
    return tuple(label.in_language(language) or key for key, label in column.values.items())


def _named(checks: Sequence[Check], kind: str, column: str) -> list[Check]:
    """Return the checks of a kind that hold in every row of a column."""
    return [
        check
        for check in checks
        if check.type == kind and check.kwargs.get("column") == column and "mostly" not in check.kwargs
    ]


def _between(checks: Sequence[Check], column: str, severity: Severity) -> tuple[Bound | None, Bound | None]:
    found = [
        check
        for check in _named(checks, "expect_column_values_to_be_between", column)
        if check.severity is severity
    ]
    lows = [_exact(check.kwargs.get("min_value")) for check in found]
    highs = [_exact(check.kwargs.get("max_value")) for check in found]
    return (
        max((low for low in lows if low is not None), default=None, key=_order),
        min((high for high in highs if high is not None), default=None, key=_order),
    )


def _order(bound: Bound) -> Decimal:
    return Decimal(bound.toordinal()) if isinstance(bound, date) else Decimal(bound)


def _exact(value: JsonValue) -> Bound | None:
    if value is None or isinstance(value, bool | list | dict):
        return None
    if isinstance(value, str) and value.count("-") == 2:  # noqa: PLR2004  # 2025-12-31
        return date.fromisoformat(value[:10])
    number = Decimal(str(value))
    return int(number) if number == number.to_integral_value() else number


def _length(checks: Sequence[Check], column: str) -> tuple[int, int] | None:
    for check in _named(checks, "expect_column_value_lengths_to_equal", column):
        if check.severity is Severity.CRITICAL:
            return (int(str(check.kwargs["value"])),) * 2
    for check in _named(checks, "expect_column_value_lengths_to_be_between", column):
        if check.severity is Severity.CRITICAL:
            low, high = check.kwargs.get("min_value"), check.kwargs.get("max_value")
            return int(str(low or 0)), int(str(high or LONGEST_CELL))
    return None


# words --------------------------------------------------------------------------------------------


def hint_of(column: Column, entry: Entry, lang: TemplateLanguage) -> str:
    """Return what a person reads who is about to fill in a cell."""
    ask = _ask(column, entry)
    blank = Bilingual() if column.required else Bilingual(zh="没有可不填。", en="Leave blank if none.")
    words = Bilingual(
        zh=f"{ask.zh}。{blank.zh}",
        en=f"{ask.en[:1].upper()}{ask.en[1:]}. {blank.en}".strip(),
    )
    return said(words, lang, "\n")


def stop_of(column: Column, entry: Entry, lang: TemplateLanguage) -> str:
    """Return what a person reads who typed something else."""
    ask = _ask(column, entry)
    after = (
        Bilingual() if entry.strict else Bilingual(zh="确认无误可以保留。", en=" Keep it if you are sure.")
    )
    words = Bilingual(zh=f"请改正：{ask.zh}。{after.zh}", en=f"Please correct: {ask.en}.{after.en}")
    return said(words, lang, "\n")


def _ask(column: Column, entry: Entry) -> Bilingual:
    """Say what to write into a cell."""
    if entry.kind == "list":
        return Bilingual(zh="请从下拉列表中选择", en="choose from the list")
    if column.type == "year":
        return _ranged(Bilingual(zh="填四位年份", en="a year of four digits"), entry, "")
    if entry.kind == "date":
        return _ranged(Bilingual(zh="填日期，如 2025-09-01", en="a date such as 2025-09-01"), entry)
    if column.type == "code":
        return _sized(Bilingual(zh="填代码，前面的0要保留", en="a code; keep its leading zeros"), entry)
    if entry.kind == "text":
        return _sized(Bilingual(zh="填文字", en="a text"), entry)
    zh, en = unit_of(column, "zh"), unit_text(column.pint_unit, plural=True)
    units = Bilingual(zh=f"，单位：{zh}", en=f" in {en}") if column.unit else Bilingual(zh="", en="")
    if entry.kind == "integer":
        return _ranged(Bilingual(zh=f"填整数{units.zh}", en=f"a whole number{units.en}"), entry)
    places = Bilingual(zh=f"，最多{column.scale}位小数", en=f", at most {column.scale} decimals")
    percent = (
        Bilingual(zh="，48.8% 填 48.8", en=", write 48.8 for 48.8 %")
        if zh == "%"
        else Bilingual(zh="", en="")
    )
    return _ranged(
        Bilingual(
            zh=f"填数字{units.zh}{places.zh}{percent.zh}", en=f"a number{units.en}{places.en}{percent.en}"
        ),
        entry,
    )


def _ranged(ask: Bilingual, entry: Entry, thousands: str = ",") -> Bilingual:
    low, high = (
        str(end) if end is None or isinstance(end, date) else f"{end:{thousands}}"
        for end in (entry.low, entry.high)
    )
    if entry.low is not None and entry.high is not None:
        return Bilingual(zh=f"{ask.zh}，{low} 至 {high}", en=f"{ask.en}, {low} to {high}")
    if entry.low is not None:
        return Bilingual(zh=f"{ask.zh}，不小于 {low}", en=f"{ask.en}, at least {low}")
    if entry.high is not None:
        return Bilingual(zh=f"{ask.zh}，不大于 {high}", en=f"{ask.en}, at most {high}")
    return ask


def _sized(ask: Bilingual, entry: Entry) -> Bilingual:
    if entry.length is None:
        return ask
    low, high = entry.length
    if low == high:
        return Bilingual(zh=f"{ask.zh}，{low} 位", en=f"{ask.en}, {low} characters")
    return Bilingual(zh=f"{ask.zh}，{low} 至 {high} 位", en=f"{ask.en}, {low} to {high} characters")


def about_column(
    name: str, column: Column, entry: Entry, checks: Sequence[Check], lang: TemplateLanguage
) -> str:
    """Return the comment on a heading: what it is, what to write, and the rules that will be checked."""
    title = Bilingual(zh=column.title.zh or name, en=column.title.en or name)
    duty = (
        Bilingual(zh="必填", en="required")
        if column.required
        else Bilingual(zh="选填", en="may be left blank")
    )
    ask = _ask(column, entry)
    first = said(title, "both")
    lines = [
        first,
        said(Bilingual(zh=f"{duty.zh}：{ask.zh}", en=f"{duty.en}: {ask.en}"), lang, "\n"),
        *(rule_line(check, lang) for check in checks if name in check.columns),
    ]
    return "\n".join(lines)


def rule_line(check: Check, lang: TemplateLanguage) -> str:
    """Return a rule as its reader sees it: what would be wrong, and what that means."""
    duty = SEVERITY_WORDS[check.severity]
    words = Bilingual(
        zh=f"{check.says.zh}（{duty.zh}）" if check.says.zh else "",
        en=f"{check.says.en} ({duty.en})" if check.says.en else "",
    )
    return f"[{check.code}] {said(words, lang)}"
