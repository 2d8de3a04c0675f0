"""What decides an open verdict, in words: which rows, of which school, and what they would have to say."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

from edutargets.contributions import Roster
from edutargets.explanation_section import Section
from edutargets.judged_words import plain
from edutargets.tipping_points import tipping_point
from edutargets.units import parse_unit
from edutargets.verdict_words import verdict_words
from edutargets.wording import Language, chosen, unit_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edutargets.attainment import Attainment
    from edutargets.open_rows import Source, Why
    from edutargets.settling_values import Condition
    from edutargets.tables import Column, Dictionary
    from edutargets.tipping_points import Asked, TippingPoint, Unknown

__all__ = ["condition_words", "source_words", "tipping"]

_MOST = 10
_WHY: dict[Why, tuple[str, str]] = {
    "rejected": ("rejected", "被剔除"),
    "missing": ("not handed in", "未报送"),
    "doubtful": ("it is not known whether there is such a row", "不能确定是否有此行"),
    "blank": ("blank", "空缺"),
    "not_found": ("what it points to is not there", "所引用的行不存在"),
}


def tipping(attainment: Attainment, language: Language) -> Section | None:
    """Say what decides a verdict that is open, who to ask first and what would settle it."""
    found = tipping_point(attainment)
    judged = attainment.original
    if found is None or judged.dictionary is None or judged.basis is None:
        return None
    words = _Words(judged.dictionary, Roster(judged.dictionary, judged.basis.admitted, language), language)
    label = chosen(language, "decided by", "取决于")
    rows = tuple(words.row(one, found) for one in found.asked[:_MOST])
    columns = (
        chosen(language, "who to ask", "应询问的单位"),
        chosen(language, "town", "镇街"),
        chosen(language, "rows", "行数"),
        chosen(language, "of what is open", "占未知部分"),
        chosen(language, "alone can make it", "单独可使其"),
    )
    told = rows if len(found.asked) > 1 else ()
    return Section("tipping", label, words.lines(found), columns if told else (), told, frozenset({2, 3}))


class _Words:
    """The names of rows, columns and those who report, in one language."""

    def __init__(self, dictionary: Dictionary, roster: Roster, language: Language) -> None:
        self.dictionary, self.roster, self.language = dictionary, roster, language

    def lines(self, found: TippingPoint) -> tuple[str, ...]:
        """Say how many rows decide it, and of each that can settle it alone what it would have to say."""
        if found.rows == 1:
            return (self._only(found.unknowns[0]),)
        said = [self._number(found)]
        for one in found.unknowns:
            said += self._alone(one)
        more = len(said) - 1 - _MOST
        if more > 0:
            said = said[: _MOST + 1]
            said.append(
                chosen(self.language, f"and {more:,} more rows alone", f"另有 {more:,} 行单独也可决定")
            )
        return tuple(said)

    def _number(self, found: TippingPoint) -> str:
        rows, needed, spare = f"{found.rows:,}", f"{found.needed:,}", f"{found.spare:,}"
        if found.needed == found.rows:
            en, zh = f"all {rows} unknown rows must turn out well", f"{rows} 行未知数据须全部为有利结果"
        else:
            en = f"at least {needed} of the {rows} unknown rows must turn out well"
            zh = f"{rows} 行未知数据中至少 {needed} 行须为有利结果"
        en, zh = f"{en} for it to be met", f"{zh}，才能达成"
        if found.spare:
            any_en = "any one of them" if found.spare == 1 else f"any {spare} of them"
            en = f"{en}; it is met even if {any_en} turn out as badly as can be"
            en = en.replace("any one of them turn out", "any one of them turns out")
            zh = f"{zh}；其中任意 {spare} 行为最不利结果时仍然达成"
        return chosen(self.language, en, zh)

    def _only(self, one: Unknown) -> str:
        row = source_words(one.sources, self.dictionary, self.language)
        met = one.met_if
        if met is None:
            return chosen(self.language, f"one unknown row: {row}", f"1 行未知数据：{row}")
        said = condition_words(met, self.dictionary, self.language)
        if met.word == "such_as":
            return chosen(
                self.language,
                f"one unknown row: {row}. It is met if that row is right for it, {said}",
                f"1 行未知数据：{row}。该行数据有利时即达成，{said}",
            )
        return chosen(
            self.language,
            f"one unknown row: {row}. If {said}, it is met; if not, it is not met",
            f"1 行未知数据：{row}。如{said}，则达成；否则未达成",
        )

    def _alone(self, one: Unknown) -> list[str]:
        """Say what a row would have to say to settle it whatever the others say."""
        row = source_words(one.sources, self.dictionary, self.language)
        said = []
        for condition, en, zh in (
            (one.met_if, "it is met", "即达成"),
            (one.not_met_if, "it is not met", "即未达成"),
        ):
            if condition is None:
                continue
            cells = condition_words(condition, self.dictionary, self.language)
            said.append(
                chosen(
                    self.language,
                    f"{row}: if {cells}, {en} whatever the others say",
                    f"{row}：如{cells}，则无论其他数据如何{zh}",
                )
            )
        return said

    def row(self, one: Asked, found: TippingPoint) -> tuple[str, ...]:
        """Return the cells of one who could tell."""
        name, town = one.reporter, ""
        for table in self.dictionary.tables:
            known = self.roster.of_table(table).get(one.reporter)
            if known:
                name, town = (f"{known[0]} ({one.reporter})" if known[0] else one.reporter), known[2]
                break
        del found
        percent = Fraction(one.weight * 100)
        part = f"{plain(Fraction(round(percent)))} %" if percent >= 1 else "< 1 %"
        settles = chosen(self.language, " or ", "或").join(
            verdict_words(v, self.language) for v in one.settles
        )
        return (
            name or chosen(self.language, "not known", "未知"),
            town,
            f"{one.rows:,}",
            part,
            settles or "—",
        )


def source_words(sources: Sequence[Source], dictionary: Dictionary, language: Language) -> str:
    """Name the row that is not known: its table, its key and why; of several the first with their number."""
    if not sources:
        return chosen(language, "a row", "一行数据")
    first = sources[0]
    table = dictionary.tables[first.table].title.in_language(language) or first.table
    key = "·".join(value for _, value in first.key)
    why = chosen(language, *_WHY[first.why])
    codes = ", ".join(first.codes)
    because = f"{why}: {codes}" if codes and language == "en" else f"{why}：{codes}" if codes else why
    more = len(sources) - 1
    others = chosen(language, f" and {more:,} more", f"等 {more + 1:,} 行") if more else ""
    return chosen(language, f"{table} {key} ({because}){others}", f"“{table}”{key}（{because}）{others}")


def condition_words(condition: Condition, dictionary: Dictionary, language: Language) -> str:
    """Say what a row would have to say."""
    whole = {
        "any": ("it says anything at all", "有任何数值"),
        "there": ("there is such a row", "确有此行"),
        "not_there": ("there is no such row", "并无此行"),
    }
    if condition.word in whole:
        return chosen(language, *whole[condition.word])
    said = [_cell(name, values, condition.word, dictionary, language) for name, values in condition.cells]
    joined = chosen(language, " and ", "且").join(said)
    return (
        chosen(language, f"for example {joined}", f"例如{joined}") if condition.word == "such_as" else joined
    )


def _cell(
    name: str, values: tuple[object, ...], word: str, dictionary: Dictionary, language: Language
) -> str:
    table, _, column_name = name.partition(".")
    column = dictionary.tables[table].columns.get(column_name)
    owner = column.title if column is not None else dictionary.tables[table].title
    title = owner.in_language(language) or name
    title = (
        title if language == "zh" else f"{title[:1].lower()}{title[1:]}" if title[1:2].islower() else title
    )
    shown = [_value(one, column, language) for one in values]
    said = chosen(language, ", ", "、").join(shown[:-1])
    listed = chosen(language, f"{said} or {shown[-1]}", f"{said}或{shown[-1]}") if said else shown[-1]
    if word == "at_least":
        return chosen(language, f"its {title} is at least {listed}", f"{title}不低于 {listed}")
    if word == "at_most":
        return chosen(language, f"its {title} is at most {listed}", f"{title}不高于 {listed}")
    return chosen(language, f"its {title} is {listed}", f"{title}为{listed}")


def _value(value: object, column: Column | None, language: Language) -> str:
    if isinstance(value, bool):
        return chosen(language, "yes" if value else "no", "是" if value else "否")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        label = column.values.get(value) if column is not None else None
        return (label.in_language(language) if label is not None else "") or value
    number = Fraction(str(value))
    unit = parse_unit(column.unit)[1] if column is not None and column.unit else None
    return (
        f"{plain(number)} {unit_words(unit, language, number)}".rstrip()
        if unit is not None
        else plain(number)
    )
