"""One sheet of a template: its columns, its words, and the rows that are known beforehand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from edutargets.checks import checks_of_dictionary
from edutargets.entities import ENTITY_BY_NAME
from edutargets.errors import Fault, SubmissionError
from edutargets.sources import Bilingual
from edutargets.template_entries import (
    Entry,
    TemplateLanguage,
    about_column,
    entry_of,
    hint_of,
    rule_line,
    said,
    stop_of,
    unit_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from edutargets.checks import Check, Suite
    from edutargets.plans import Pack
    from edutargets.tables import Column, Table
    from edutargets.template_rosters import Member, Roster

__all__ = ["SheetWriter", "TemplateColumn", "TemplateTable"]

ROOM = 50
_LONGEST_SHEET = 31
_WIDE = {ord(sign): ord(sign) + 0xFEE0 for sign in "[]:*?/\\"}  # not allowed in names of sheets; read alike
Plain = str | int | bool | Decimal | date


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateColumn:
    """A column to be filled in.

    Args:
        name: Its name in the data dictionary.
        heading: What stands above it.
        unit: What stands below the heading.
        about: The comment on the heading.
        hint: What is shown beside a cell that is about to be filled in.
        stop: What is shown when something else was typed.
        entry: What a cell takes.
        required: Whether it may not be left blank.
        locked: Whether a value known beforehand may not be changed.
        is_text: Whether its cells hold text, so that leading zeros survive.
    """

    name: str
    heading: str
    unit: str
    about: str
    hint: str
    stop: str
    entry: Entry
    required: bool
    locked: bool
    is_text: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateTable:
    """A sheet to be filled in.

    Args:
        name: The table's name in the data dictionary.
        sheet: The name of the sheet.
        title: What stands above everything.
        rule: How to fill it in, in a line.
        about: The rules that concern the table as a whole; the comment on the title.
        who: Who fills it in.
        row_is: What a row is.
        must: Whether it has to be filled in, as far as that is known.
        columns: From left to right.
        rows: What is known beforehand, one value for each column; ``None`` is to be filled in.
        room: How many further rows are laid out.
        notes: Behind each of ``rows``: who that is.
    """

    name: str
    sheet: str
    title: str
    rule: Bilingual
    about: str
    who: Bilingual
    row_is: Bilingual
    must: bool
    columns: tuple[TemplateColumn, ...]
    rows: tuple[tuple[Plain | None, ...], ...]
    room: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SheetWriter:
    """One table on its way to a sheet."""

    pack: Pack
    name: str
    suites: Mapping[str, Suite]
    roster: Roster | None
    member: Member | None
    year: int | None
    lang: TemplateLanguage

    @property
    def described(self) -> Table:
        """What the data dictionary says about the table."""
        return self.pack.dictionary.tables[self.name]

    @property
    def checks(self) -> Sequence[Check]:
        """The rules of its suite, and those of the dictionary but for blanks, which the colours say."""
        suite = self.suites.get(self.name)
        declared = suite.checks if suite else ()
        own = checks_of_dictionary(self.described, declared)
        return (*declared, *(check for check in own if not check.code.startswith("empty-cell.")))

    @property
    def of_roster(self) -> bool:
        """Whether its rows are handed in by those on the roster."""
        reference = self.described.columns[self.described.reports].references or ""
        rosters = [name for name, table in self.pack.dictionary.tables.items() if table.roster]
        return self.described.roster or reference.partition(".")[0] in rosters

    @property
    def must(self) -> bool:
        """Whether everybody it asks has to fill it in."""
        if self.described.roster or self.described.expected_from:
            return True
        declared = any(table.expected_from for table in self.pack.dictionary.tables.values())
        return self.described.required and not (declared and self.of_roster)

    @property
    def asked(self) -> tuple[Member, ...]:
        """Everybody on the roster who has to fill it in."""
        if self.roster is None or not self.must or not self.of_roster:
            return ()
        members = self.roster.members
        if self.described.expected_from and not self.described.roster:
            codes = self.roster.codes_of(self.described.expected_from, self.pack.dictionary)
            members = tuple(member for member in members if member.code in codes)
        return members if self.member is None else tuple(m for m in members if m == self.member)

    @property
    def concerns(self) -> bool:
        """Whether the one it is for has anything to do with it."""
        if self.member is None:
            return True
        return self.of_roster and (not self.must or bool(self.asked))

    @property
    def once(self) -> bool:
        """Whether everybody hands in one row a year and no more."""
        return set(self.described.key) <= {self.described.reports, self.described.period}

    def table(self) -> TemplateTable:
        """Return the sheet."""
        title = self._both(self.described.title, self.name)
        shown = (
            title
            if self.year is None
            else Bilingual(zh=f"{title.zh}（{self.year}年）", en=f"{title.en}, {self.year}")
        )
        who = f"　{self.member.label}" if self.member else ""
        columns = self._columns()
        rows, notes = self._rows(columns)
        single = self.once and self.of_roster and self.member is not None
        room = 0 if self.once and rows else 1 if single else ROOM
        return TemplateTable(
            name=self.name,
            sheet=self._sheet(),
            title=f"{said(shown, self.lang, ' · ')}{who}",
            rule=self._rule(),
            about="\n".join(
                rule_line(check, self.lang)
                for check in self.checks
                if not set(check.columns) & set(self.described.columns)
            ),
            who=self._who(),
            row_is=self._row_is(),
            must=self.must,
            columns=columns,
            rows=rows,
            room=room,
            notes=notes,
        )

    def _sheet(self) -> str:
        """Find a name for the sheet that a spreadsheet takes and the reader knows."""
        titles = self.described.title
        named: tuple[str, ...] = (
            (titles.en, self.name) if self.lang == "en" else (titles.zh, titles.en, self.name)
        )
        for text in (*named, *self.described.files):
            name = text.translate(_WIDE)
            if name and len(name) <= _LONGEST_SHEET and not name.startswith("'") and not name.endswith("'"):
                return name
        found = f"no name of the table {self.name!r} fits on a sheet"
        raise SubmissionError(Fault(self.pack.id, found, f"a title of at most {_LONGEST_SHEET} characters"))

    def _columns(self) -> tuple[TemplateColumn, ...]:
        """Return the columns, those known beforehand first."""
        made = [self._column(name, column) for name, column in self.described.columns.items()]
        return tuple(sorted(made, key=lambda column: not column.locked))

    def _column(self, name: str, column: Column) -> TemplateColumn:
        entry = self._entry(name, column)
        title = Bilingual(zh=column.title.zh or name, en=column.title.en or name)
        return TemplateColumn(
            name=name,
            heading=title.in_language("en" if self.lang == "en" else "zh"),
            unit=unit_of(column, self.lang),
            about=about_column(name, column, entry, self.checks, self.lang),
            hint=hint_of(column, entry, self.lang),
            stop=stop_of(column, entry, self.lang),
            entry=entry,
            required=column.required and not column.optional_column,
            locked=name in self._known,
            is_text=column.type in {"code", "text"},
        )

    def _entry(self, name: str, column: Column) -> Entry:
        entry = entry_of(column, self.checks, name, self.lang)
        if name == self.described.period and self.year is not None:
            return replace(entry, kind="list", choices=(self.year,))
        if self.roster is None or self.described.roster or not self.roster.is_named_by(column):
            return entry
        if self.member is not None and name == self.described.reports:
            return replace(entry, kind="list", choices=(self.member.code,))
        return replace(entry, kind="list", choices=self.roster.codes)

    @property
    def _known(self) -> frozenset[str]:
        """The columns that the roster and the year fill in: code, name, year."""
        table = self.described
        known: set[str] = {table.period} if self.year is not None and table.period else set()
        if self.roster is not None and self.of_roster:
            known |= {table.reports, *self.roster.names_in(table)}
        return frozenset(known)

    def _rows(
        self, columns: Sequence[TemplateColumn]
    ) -> tuple[tuple[tuple[Plain | None, ...], ...], tuple[str, ...]]:
        """Return a row for everybody who must fill one in; the roster's own with all that is known."""
        if self.member is None and not self.once:
            return (), ()
        rows = tuple(tuple(self._value(member, column) for column in columns) for member in self.asked)
        return rows, tuple(member.name for member in self.asked)

    def _value(self, member: Member, column: TemplateColumn) -> Plain | None:
        if column.name == self.described.period:
            return self.year
        if not column.locked and not self.described.roster:
            return None
        if column.name == self.described.reports:
            return member.code
        value = member.values.get(column.name)
        described = self.described.columns[column.name]
        if described.type == "category" and isinstance(value, str):
            label = described.values[value].in_language("en" if self.lang == "en" else "zh")
            return label or value
        if isinstance(value, bool):
            return ("yes" if value else "no") if self.lang == "en" else ("是" if value else "否")
        return value

    # words

    def _both(self, words: Bilingual, name: str) -> Bilingual:
        return Bilingual(zh=words.zh or words.en or name, en=words.en or words.zh or name)

    def _row_is(self) -> Bilingual:
        entity = ENTITY_BY_NAME[self.described.counts]
        each = Bilingual(zh="每个单位一行", en="one row each")
        several = Bilingual(
            zh=f"每行填一{entity.counter}{entity.zh}", en=f"a row for each {entity.name.replace('_', ' ')}"
        )
        return each if self.once and self.of_roster else several

    def _who(self) -> Bilingual:
        if self.described.expected_from:
            relation = self.pack.dictionary.relation(self.described.expected_from)
            table = self.pack.dictionary.tables[relation.table]
            words = table.views[relation.name].title if relation.name in table.views else table.title
            title = self._both(words, relation.name)
            return Bilingual(zh=f"必填：{title.zh}", en=f"required from: {title.en}")
        if self.must:
            return Bilingual(zh="必填", en="required")
        return Bilingual(zh="有则填，无则空", en="where there is anything to report")

    def _rule(self) -> Bilingual:
        keys = [self._both(self.described.columns[key].title, key) for key in self.described.key]
        is_one = self._row_is()
        zh, en = "、".join(key.zh for key in keys), ", ".join(key.en for key in keys)
        only = Bilingual(zh="只填黄色格", en="fill in the yellow cells only")
        return Bilingual(
            zh=f"{is_one.zh}；{zh}相同的只能有一行；{only.zh}。",
            en=f"{is_one.en[:1].upper()}{is_one.en[1:]}; no two rows with the same {en}; {only.en}.",
        )
