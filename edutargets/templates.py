"""What a template asks of whom: tables, columns, rows known beforehand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from edutargets.errors import Fault, SubmissionError, near_names
from edutargets.headings import table_named
from edutargets.provenance import hash_of_folder
from edutargets.suites import read_suites
from edutargets.template_entries import (
    TemplateLanguage,
    entry_of,
)
from edutargets.template_meta import EDITION, TemplateMeta
from edutargets.template_rosters import roster_of
from edutargets.template_sheets import SheetWriter, TemplateColumn, TemplateTable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from edutargets.checks import Suite
    from edutargets.plans import Pack
    from edutargets.sources import Bilingual
    from edutargets.submissions import Submission
    from edutargets.tables import Table
    from edutargets.template_rosters import Member, Roster

__all__ = ["Template", "TemplateColumn", "TemplateTable", "Wanted", "template_for", "template_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which template is asked for.

    Args:
        tables: Names or titles of the tables; all of them where empty.
        school: The code of the one school it is for; everybody's without it.
        year: The year it asks about; else the latest one of the roster.
        lang: The language of headings, hints and the cover.
        deadline: The day by which it must be back.
    """

    tables: tuple[str, ...] = ()
    school: str | None = None
    year: int | None = None
    lang: TemplateLanguage = "both"
    deadline: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """Everything a template says, before it is a workbook.

    Args:
        title: The pack's title.
        lang: The language it is written in.
        meta: From what it was made.
        member: The school it is for; nobody in particular without it.
        year: The year it asks about, if that is known.
        deadline: The day by which it must be back.
        tables: The sheets.
        roster_year: The year of the roster that was used; it can be older than ``year``.
    """

    title: Bilingual
    lang: TemplateLanguage
    meta: TemplateMeta
    member: Member | None
    year: int | None
    deadline: date | None
    tables: tuple[TemplateTable, ...]
    roster_year: int | None = None

    def only(self, name: str) -> Template:
        """Return the template of one of its tables."""
        tables = tuple(table for table in self.tables if table.name == name)
        sheets = {sheet: table for sheet, table in self.meta.sheets.items() if table == name}
        return replace(self, tables=tables, meta=replace(self.meta, sheets=sheets))


def template_for(
    pack: Pack,
    roster: Submission | None = None,
    *,
    school: str | None = None,
    year: int | None = None,
    tables: Sequence[str] = (),
    deadline: date | None = None,
) -> Template:
    """Say what a school, or everybody, is asked to fill in; :func:`write_template` makes the workbook of it.

    Args:
        pack: The pack whose tables are asked for.
        roster: Data that hold the roster: whom to ask, and what is known of them already.
        school: The code or the name of the one school it is for; everybody without it.
        year: The year it asks about; else the latest one of the roster.
        tables: Names or titles of the tables; all of them where empty.
        deadline: The day by which it must be back.

    Raises:
        SubmissionError: If a table or a school is unknown, with near names, or nothing is left to fill in.

    Examples:
        >>> from edutargets.plans import read_pack
        >>> made = template_for(read_pack("chenghu-modernisation"), tables=["在校学生情况"], year=2024)
        >>> [column.heading for column in made.tables[0].columns]
        ['年度', '单位代码', '学段', '在校生数', '招生数']
    """
    suites = read_suites(pack.suites_folder, pack.dictionary) if pack.suites_folder.is_dir() else {}
    members = roster_of(roster, year) if roster is not None else None
    wanted = Wanted(tables=tuple(tables), school=school, year=year, deadline=deadline)
    return template_of(pack, suites, members, wanted)


def template_of(pack: Pack, suites: Mapping[str, Suite], roster: Roster | None, wanted: Wanted) -> Template:
    """Say what a template asks for.

    Args:
        pack: The pack whose tables are asked for.
        suites: Its checks, by table.
        roster: Who must report, if that is known.
        wanted: Which template is asked for.

    Raises:
        SubmissionError: If a table or a school is unknown, with near names, or nothing is left to fill in.
    """
    member = _member(roster, wanted.school)
    year = wanted.year or (roster.year if roster else None)
    names = _tables(pack, wanted.tables)
    writers = [
        SheetWriter(pack, name, suites, roster, member, year, wanted.lang)
        for name in names
        if _is_due(suites.get(name), pack.dictionary.tables[name], year)
    ]
    tables = tuple(writer.table() for writer in writers if writer.concerns)
    if not tables:
        asked = f"{member.code} in {year}" if member else str(year or "")
        raise SubmissionError(
            Fault(pack.id, f"no table is to be filled in by {asked}", "another year, school or table")
        )
    return Template(
        title=pack.file.title,
        lang=wanted.lang,
        meta=_meta(pack, member, year, tables),
        member=member,
        year=year,
        deadline=wanted.deadline,
        tables=tables,
        roster_year=roster.year if roster else None,
    )


def _meta(
    pack: Pack, member: Member | None, year: int | None, tables: Sequence[TemplateTable]
) -> TemplateMeta:
    return TemplateMeta(
        edition=EDITION,
        pack=pack.id,
        plan=hash_of_folder(pack.folder),
        school=member.code if member else "",
        year=str(year or ""),
        sheets={table.sheet: table.name for table in tables},
    )


def _member(roster: Roster | None, school: str | None) -> Member | None:
    if school is None:
        return None
    if roster is None:
        raise SubmissionError(
            Fault(
                f"--school {school}",
                "nobody says which schools there are",
                "the data that hold the roster",
                "--roster sample:jieyang-district-2023/complete",
                "no-roster",
            )
        )
    return roster.member(school)


def _tables(pack: Pack, asked: Sequence[str]) -> list[str]:
    """Find the tables that were asked for, by their names or titles; all of them where none was."""
    if not asked:
        return list(pack.dictionary.tables)
    known = {name: table_named(name, pack.dictionary).table for name in asked}
    titles = [title for table in pack.dictionary.tables.values() for title in (table.title.zh,) if title]
    faults = [
        Fault(
            "--tables",
            f"unknown table {name!r}",
            near_names(name, pack.dictionary.tables if name.isascii() else titles),
            code="unknown-table",
        )
        for name, table in known.items()
        if table is None
    ]
    if faults:
        raise SubmissionError(*faults)
    found = set(known.values())
    return [name for name in pack.dictionary.tables if name in found]


def _is_due(suite: Suite | None, table: Table, year: int | None) -> bool:
    """Whether a table may have rows of a year at all: the rules of some begin later."""
    if year is None or table.period is None or suite is None:
        return True
    entry = entry_of(table.columns[table.period], suite.checks, table.period, "en")
    low, high = entry.low, entry.high
    return not (isinstance(low, int) and year < low) and not (isinstance(high, int) and year > high)
