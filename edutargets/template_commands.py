"""The command for those who ask for data: `template` writes the workbooks that schools fill in."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime  # typer needs it when the commands are built
from pathlib import Path  # as above
from typing import TYPE_CHECKING, Annotated

import typer

from edutargets.command_options import PackName  # noqa: TC001  # as above
from edutargets.errors import Fault, SubmissionError
from edutargets.template_entries import TemplateLanguage  # as above
from edutargets.terminal import progress, say, warn
from edutargets.written_files import OutputError, made_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from edutargets.template_rosters import Roster
    from edutargets.templates import Template

__all__ = ["template"]

_UNFIT = re.compile(r'[\\/:*?"<>|\x00-\x1f]+')
Folder = Annotated[Path, typer.Option("-o", "--output", metavar="DIR", help="Where the workbooks go.")]
Schools = Annotated[
    list[str] | None,
    typer.Option(metavar="ID", help="Code or name of the school it is for; may be repeated."),
]
EachSchool = Annotated[bool, typer.Option("--each-school", help="One for everybody on the roster.")]
RosterData = Annotated[
    str | None,
    typer.Option(metavar="DATA", help="Who must report: a folder with the roster, or sample:NAME."),
]
Tables = Annotated[str, typer.Option(metavar="A,B", help="Names or titles of the tables; else all of them.")]
Year = Annotated[
    int | None, typer.Option(min=1900, max=2100, help="The year asked about; else the roster's latest.")
]
Deadline = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="The day by which it must be back."),
]
TemplateLang = Annotated[
    TemplateLanguage, typer.Option(help="Chinese headings with both languages beside them, or one only.")
]
OneWorkbook = Annotated[
    bool, typer.Option("--one-workbook/--one-per-table", help="All sheets in one file, or each in its own.")
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace files that are there.")]


def template(  # noqa: PLR0913  # each is an argument of the command
    pack: PackName,
    *,
    output: Folder,
    school: Schools = None,
    each_school: EachSchool = False,
    roster: RosterData = None,
    tables: Tables = "",
    year: Year = None,
    deadline: Deadline = None,
    lang: TemplateLang = "both",
    one_workbook: OneWorkbook = True,
    overwrite: Overwrite = False,
) -> None:
    """Write the workbooks that schools fill in: dropdowns, ranges, hints, what is known filled in.

    Exit code 0, or 2 where a table or school is unknown or a file is there already.
    """
    from edutargets.checking import read_data
    from edutargets.plans import read_pack
    from edutargets.suites import read_suites
    from edutargets.template_rosters import roster_of
    from edutargets.templates import Wanted, template_of

    found = read_pack(pack)
    suites = read_suites(found.suites_folder, found.dictionary) if found.suites_folder.is_dir() else {}
    with progress("reading the roster"):
        members = roster_of(read_data(found, roster), year) if roster is not None else None
    schools: tuple[str | None, ...] = (*(school or ()), *(_everybody(members) if each_school else ()))
    wanted = Wanted(
        tables=tuple(name.strip() for name in tables.split(",") if name.strip()),
        year=year,
        lang=lang,
        deadline=deadline.date() if deadline else None,
    )
    made = [template_of(found, suites, members, replace(wanted, school=one)) for one in schools or (None,)]
    books = _books(made, made_folder(output), whole=one_workbook)
    _check_free(books, overwrite=overwrite)
    _write(books)
    _tell_roster(made[0])


def _tell_roster(made: Template) -> None:
    """Say that the roster is an older one than the year asked about."""
    if made.year is not None and made.roster_year not in {None, made.year}:
        warn(f"the roster is that of {made.roster_year}: there is none of {made.year}")


def _write(books: Mapping[Path, Template]) -> None:
    from edutargets.template_books import write_template

    with progress("writing") as notify:
        for path, book in books.items():
            notify(path.name)
            write_template(book, path)
            say(f"{path}: {len(book.tables)} sheet{'s' if len(book.tables) != 1 else ''}")


def _everybody(roster: Roster | None) -> tuple[str, ...]:
    if roster is None:
        raise SubmissionError(
            Fault("--each-school", "nobody says which schools there are", "--roster DATA", code="no-roster")
        )
    return roster.codes


def _books(made: Iterable[Template], folder: Path, *, whole: bool) -> dict[Path, Template]:
    return {folder / f"{name}.xlsx": book for one in made for name, book in _named(one, whole=whole)}


def _named(template: Template, *, whole: bool) -> Iterator[tuple[str, Template]]:
    """Name the workbooks of a template: after the school or the pack, the year, and the table."""
    member, year = template.member, template.year
    called = f"{member.code}-{member.name}" if member and member.name else template.meta.school
    stem = "-".join(part for part in (called or template.meta.pack, str(year or "")) if part)
    if whole:
        yield _UNFIT.sub("_", stem), template
        return
    for table in template.tables:
        yield _UNFIT.sub("_", f"{stem}-{table.sheet}"), template.only(table.name)


def _check_free(paths: Iterable[Path], *, overwrite: bool) -> None:
    """Refuse to replace what somebody may have filled in already."""
    there = [] if overwrite else [path for path in paths if path.exists()]
    if there:
        accepted = "another folder, or --overwrite to replace it"
        raise OutputError(*(Fault(str(path), "is there already", accepted, code="exists") for path in there))
