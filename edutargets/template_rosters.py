"""Who must report, as far as a template can know it beforehand: the rows of the roster, for one year."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyarrow as pa

from edutargets.errors import Fault, SubmissionError, near_names

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from decimal import Decimal

    from edutargets.submissions import Submission
    from edutargets.tables import Column, Dictionary, Table

__all__ = ["Member", "Roster", "roster_of"]


@dataclass(frozen=True, slots=True)
class Member:
    """One who must report.

    Args:
        code: The code that names it in every table.
        name: What it is called; empty where the roster does not say.
        values: Its row of the roster.
    """

    code: str
    name: str = ""
    values: Mapping[str, str | int | bool | Decimal | date | None] = field(
        default_factory=dict, compare=False
    )

    @property
    def label(self) -> str:
        """Code and name, as both are read."""
        return f"{self.code} {self.name}".strip()


@dataclass(frozen=True, slots=True)
class Roster:
    """Everybody who must report in a year.

    Args:
        name: The roster's name in the data dictionary.
        table: What the data dictionary says about it.
        year: The year of its rows; it can be an earlier one than the year asked for.
        members: In the order in which they were handed in.
        rows: Their rows.
    """

    name: str
    table: Table
    year: int | None
    members: tuple[Member, ...]
    rows: pa.Table = field(compare=False, repr=False)
    _views: dict[str, frozenset[str]] = field(default_factory=dict, compare=False, repr=False)

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes, in the same order."""
        return tuple(member.code for member in self.members)

    def member(self, school: str) -> Member:
        """Find one by its code or its name.

        Raises:
            SubmissionError: If there is none; near codes and names are given.
        """
        found = [member for member in self.members if school in (member.code, member.name)]
        if len(found) == 1:
            return found[0]
        if found:
            several = ", ".join(member.code for member in found)
            raise SubmissionError(
                Fault(f"--school {school}", f"{len(found)} are called so", f"one of the codes {several}")
            )
        wide = not school.isascii()
        known = [member.name if wide and member.name else member.code for member in self.members]
        raise SubmissionError(
            Fault(
                f"--school {school}",
                f"nobody on the roster{f' of {self.year}' if self.year else ''} has this code or name",
                near_names(school, known),
                code="unknown-school",
            )
        )

    def is_named_by(self, column: Column) -> bool:
        """Whether a column's values are codes of the roster."""
        return column.references == f"{self.name}.{self.table.reports}"

    def names_in(self, table: Table) -> tuple[str, ...]:
        """Return the columns of a table that repeat what the roster calls somebody."""
        return tuple(
            name
            for name in _naming(self.table)
            if name in table.columns and table.columns[name].title == self.table.columns[name].title
        )

    def codes_of(self, relation: str, dictionary: Dictionary) -> frozenset[str]:
        """Return the codes of those who belong to the roster or to one of its views.

        Raises:
            DefinitionError: If the view's condition cannot be read.
        """
        if relation not in self._views:
            self._views[relation] = self._codes_of(relation, dictionary)
        return self._views[relation]

    def _codes_of(self, relation: str, dictionary: Dictionary) -> frozenset[str]:
        import duckdb  # noqa: PLC0415  # only who asks for a view pays for it

        from edutargets.sql_reading import read_condition  # noqa: PLC0415  # sqlglot, as above
        from edutargets.sql_writing import identifier, render  # noqa: PLC0415  # as above

        meant = dictionary.relation(relation)
        if meant.table != self.name or meant.where is None:
            return frozenset(self.codes)
        condition = render(read_condition(meant.where, dictionary, meant, f"view {relation}"), {})
        with duckdb.connect() as connection:
            connection.register(self.name, self.rows)
            code, source = identifier(self.table.reports), identifier(self.name)
            found = connection.execute(f"SELECT {code} FROM {source} WHERE {condition}").fetchall()  # noqa: S608  # built from the pack's own words, quoted
        return frozenset(str(code) for (code,) in found)


def _naming(table: Table) -> tuple[str, ...]:
    """Return the columns of the roster that say what somebody is called: the first text, if there is one."""
    texts = [
        name for name, column in table.columns.items() if column.type == "text" and name != table.reports
    ]
    return tuple(texts[:1])


def roster_of(submission: Submission, year: int | None = None) -> Roster:
    """Take the roster out of what was handed in, for a year or the latest one before it.

    Args:
        submission: Anything that holds the roster.
        year: The year asked for; without it the latest one there is.

    Raises:
        SubmissionError: If the pack has no roster, or these data do not hold it for that year.
    """
    rosters = [name for name, table in submission.dictionary.tables.items() if table.roster]
    if not rosters:
        raise SubmissionError(
            Fault("--roster", "no table of this pack is a roster", "a template without --roster and --school")
        )
    name = rosters[0]
    table = submission.dictionary.tables[name]
    if name not in submission.tables:
        held = near_names("", submission.tables)
        found = f"the roster {table.title.in_language('en') or name!r} is not among these data"
        raise SubmissionError(
            Fault("--roster", found, f"data with the table {name}; {held}", code="no-roster")
        )
    rows = [row for row in submission.tables[name].rows.to_pylist() if row[table.reports]]
    latest = _latest(rows, table.period, year) if table.period else None
    rows = [row for row in rows if table.period is None or row[table.period] == latest]
    naming = _naming(table)
    members: dict[str, Member] = {}
    for row in rows:
        code = str(row[table.reports])
        called = str(row[naming[0]] or "") if naming else ""
        members.setdefault(code, Member(code, called, row))
    held = pa.Table.from_pylist(rows, schema=submission.tables[name].rows.schema)
    return Roster(name, table, latest, tuple(members.values()), held)


def _latest(rows: Sequence[Mapping[str, object]], period: str, year: int | None) -> int:
    """Return the year asked for, or the latest one before it that the roster has."""
    years = sorted({held for row in rows if isinstance(held := row[period], int)})
    known = [one for one in years if year is None or one <= year]
    if not known:
        found = "the roster begins later" if years else "the roster has no rows"
        accepted = f"a year from {years[0]} on" if years else "data with the roster"
        raise SubmissionError(
            Fault(f"--year {year}" if year else "--roster", found, accepted, code="no-roster")
        )
    return known[-1]
