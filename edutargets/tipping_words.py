"""What decides an open verdict, in words: which rows, of which school, and what they would have to say."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

from edutargets.explanation_section import Section
from edutargets.goals import Verdict
from edutargets.judged_words import plain
from edutargets.rosters import Roster
from edutargets.tipping_points import tipping_point
from edutargets.units import parse_unit
from edutargets.verdict_words import verdict_words
from edutargets.wording import Language, chosen, unit_words

if TYPE_CHECKING:
    from edutargets.attainment import Attainment
    from edutargets.findings import Finding
    from edutargets.open_rows import Source, Why
    from edutargets.settling_values import Condition
    from edutargets.tables import Column, Dictionary
    from edutargets.tipping_points import Asked, TippingPoint, Unknown

__all__ = ["condition_words", "tipping"]

_MOST = 10
_MOST_NAMED = 3
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
    if found is None:
        return None
    words = _Words(attainment.original, language)
    label = chosen(language, "decided by", "取决于")
    rows = tuple(words.asked(one) for one in found.asked[:_MOST])
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

    def __init__(self, attainment: Attainment, language: Language) -> None:
        basis = attainment.basis
        assert basis is not None  # its caller looked
        self.basis, self.dictionary, self.language = basis, basis.pack.dictionary, language
        self.roster = Roster(self.dictionary, basis.admitted, language)

    def lines(self, found: TippingPoint) -> tuple[str, ...]:
        """Say how many rows decide it, and of those that can settle it alone what they would have to say."""
        if found.rows == 1:
            return (self._only(found.unknowns[0]),)
        said = [self._number(found)]
        for (condition, verdict), rows in self._alone(found).items():
            named = chosen(self.language, "; ", "；").join(rows[:_MOST_NAMED])
            more = len(rows) - _MOST_NAMED
            if more > 0:
                named += chosen(self.language, f"; and {more:,} more", f"；等 {len(rows):,} 行")
            said.append(self._settled(condition, verdict, named, several=len(rows) > 1))
        return tuple(said)

    def _alone(self, found: TippingPoint) -> dict[tuple[Condition, Verdict], list[str]]:
        """Return what would settle it alone, with the rows of which it would."""
        told: dict[tuple[Condition, Verdict], list[str]] = {}
        for one in found.unknowns:
            for condition, verdict in ((one.met_if, Verdict.MET), (one.not_met_if, Verdict.NOT_MET)):
                if condition is not None:
                    told.setdefault((condition, verdict), []).append(self._row(one))
        return told

    def _settled(self, condition: Condition, verdict: Verdict, rows: str, *, several: bool) -> str:
        """Say what one row, or any one of several, would have to say to settle it alone."""
        clause = condition_words(condition, self.dictionary, self.language)
        makes = verdict_words(verdict, self.language)
        comma = ", " if condition.word == "such_as" else " "
        if several:
            en = f"any one of these rows alone makes it {makes}{comma}{clause}: {rows}"
            zh = f"下列任一行{clause}，单独即可使其{makes}：{rows}"
        else:
            en, zh = f"{rows} alone makes it {makes}{comma}{clause}", f"{rows}：{clause}，单独即可使其{makes}"
        return chosen(self.language, en, zh)

    def _number(self, found: TippingPoint) -> str:
        rows, needed, spare = f"{found.rows:,}", f"{found.needed:,}", f"{found.spare:,}"
        if found.needed == found.rows:
            en, zh = f"all {rows} unknown rows must turn out well", f"{rows} 行未知数据须全部为有利结果"
        else:
            en = f"at least {needed} of the {rows} unknown rows must turn out well"
            zh = f"{rows} 行未知数据中至少 {needed} 行须为有利结果"
        en, zh = f"{en} for it to be met", f"{zh}，才能达成"
        if found.spare:
            several = "any one of them turns" if found.spare == 1 else f"any {spare} of them turn"
            en = f"{en}; it is met even if {several} out as badly as can be"
            zh = f"{zh}；其中任意 {spare} 行为最不利结果时仍然达成"
        return chosen(self.language, en, zh)

    def _only(self, one: Unknown) -> str:
        row, met = self._row(one), one.met_if
        if met is None:
            return chosen(self.language, f"one unknown row: {row}", f"1 行未知数据：{row}")
        clause = condition_words(met, self.dictionary, self.language)
        sentence = f"{clause[:1].upper()}{clause[1:]}"
        if met.word != "such_as":
            return chosen(
                self.language,
                f"one unknown row: {row}. {sentence}, it is met; if not, it is not met",
                f"1 行未知数据：{row}。{clause}，则达成；否则未达成",
            )
        missed = one.not_met_if
        other = condition_words(missed, self.dictionary, self.language) if missed is not None else ""
        return chosen(
            self.language,
            f"one unknown row: {row}. {sentence}, it is met{f'; {other}, it is not met' if other else ''}",
            f"1 行未知数据：{row}。{clause}，则达成{f'；{other}，则未达成' if other else ''}",
        )

    def _row(self, one: Unknown) -> str:
        """Name the row that is not known and say why; of several the first with their number."""
        if not one.sources:
            return chosen(self.language, f"{one.rows:,} rows", f"{one.rows:,} 行")
        first = one.sources[0]
        table = self.dictionary.tables[first.table].title.in_language(self.language) or first.table
        key = "·".join(value for _, value in first.key)
        because = self._why(first)
        others = len(one.sources) - 1
        more = chosen(self.language, f" and {others:,} more", f"等 {others + 1:,} 行") if others else ""
        whose, _ = self._called(first.reporter)
        return chosen(
            self.language,
            f"{table} {key}{f' of {whose}' if whose else ''} ({because}){more}",
            f"{whose}“{table}”{key}（{because}）{more}",
        )

    def _called(self, reporter: str) -> tuple[str, str]:
        """Return the name with the code of one who reports, and the town, as far as they are known."""
        for table in self.dictionary.tables if reporter else ():
            known = self.roster.of_table(table).get(reporter)
            if known:
                return (f"{known[0]} ({reporter})" if known[0] else reporter), known[2]
        return reporter, ""

    def _why(self, source: Source) -> str:
        """Say why a row is not known: what the gate found in it and where, or what is blank."""
        why = chosen(self.language, *_WHY[source.why])
        colon = chosen(self.language, ": ", "：")
        finding = self._finding(source)
        if finding is not None:
            says = finding.says.in_language(self.language)
            place = f"{finding.place}{chosen(self.language, ', ', '，')}" if finding.place else ""
            return f"{place}{why}{colon}{says}".rstrip(".。")
        if source.why == "blank":
            names = [self._title(source.table, name) for name in source.columns]
            return f"{why}{colon}{chosen(self.language, ', ', '、').join(names)}" if names else why
        codes = ", ".join(source.codes)
        return f"{why}{colon}{codes}" if codes else why

    def _title(self, table: str, column: str) -> str:
        return self.dictionary.tables[table].columns[column].title.in_language(self.language) or column

    def _finding(self, source: Source) -> Finding | None:
        gate = self.basis.admitted.gate
        if gate is None or not source.codes:
            return None
        report = next((one for one in gate.tables if one.table == source.table), None)
        found = report.findings if report is not None else ()
        return next(
            (one for one in found if one.code in source.codes and set(source.key) <= set(one.key)), None
        )

    def asked(self, one: Asked) -> tuple[str, ...]:
        """Return the cells of one who could tell."""
        name, town = self._called(one.reporter)
        percent = one.weight * 100
        part = f"{plain(Fraction(round(percent)))} %" if percent >= 1 else "< 1 %"
        settles = chosen(self.language, " or ", "或").join(
            verdict_words(verdict, self.language) for verdict in one.settles
        )
        return (
            name or chosen(self.language, "not known", "未知"),
            town,
            f"{one.rows:,}",
            part,
            settles or "—",
        )


def condition_words(condition: Condition, dictionary: Dictionary, language: Language) -> str:
    """Say what a row would have to say, as a clause: ``if its degree is …``, ``如学历为……``."""
    whole = {
        "any": ("if it says anything at all", "如有任何数值"),
        "there": ("if there is such a row", "如确有此行"),
        "not_there": ("if there is no such row", "如并无此行"),
    }
    if condition.word in whole:
        return chosen(language, *whole[condition.word])
    if condition.word == "filled":
        titles = [_titled(name, dictionary, language) for name, _ in condition.cells]
        are = "are" if len(titles) > 1 else "is"
        both = "均已" if len(titles) > 1 else "已"
        en = " and ".join(titles)
        return chosen(language, f"if {en} {are} filled in", f"如{'、'.join(titles)}{both}填写")
    said = [_cell(name, values, condition.word, dictionary, language) for name, values in condition.cells]
    joined = chosen(language, " and ", "，").join(said)
    if condition.word == "such_as":
        return chosen(language, f"for example if {joined}", f"例如{joined}")
    return chosen(language, f"if {joined}", f"如{joined}")


def _titled(name: str, dictionary: Dictionary, language: Language) -> str:
    """Return the title of a cell in quotes, of child rows that of their table."""
    table, _, column_name = name.partition(".")
    column = dictionary.tables[table].columns.get(column_name)
    owner = column.title if column is not None else dictionary.tables[table].title
    title = owner.in_language(language) or name
    return f"“{title}”"


def _cell(
    name: str, values: tuple[object, ...], word: str, dictionary: Dictionary, language: Language
) -> str:
    table, _, column_name = name.partition(".")
    column = dictionary.tables[table].columns.get(column_name)
    title = _titled(name, dictionary, language)
    shown = [_value(one, column, language) for one in values]
    said = chosen(language, ", ", "、").join(shown[:-1])
    listed = chosen(language, f"{said} or {shown[-1]}", f"{said}或{shown[-1]}") if said else shown[-1]
    verb = "is" if column is not None else "come to"
    if word == "at_least":
        return chosen(language, f"{title} {verb} at least {listed}", f"{title}不低于 {listed}")
    if word == "at_most":
        return chosen(language, f"{title} {verb} at most {listed}", f"{title}不高于 {listed}")
    return chosen(language, f"{title} {verb} {listed}", f"{title}为{listed}")


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
