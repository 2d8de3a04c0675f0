"""Rows of which something is unknown, each with the few outcomes that matter and what it adds in each.

Every open row is independent of all others, but rows that look up one row with unknown cells share them: for
these the cells that are looked up are chosen first, and each row chooses for itself what is left. So the
smallest and largest a total can be is the sum of each row's smallest and largest, and so it is for a quotient
of totals at its own line (Dinkelbach).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from fractions import Fraction

    from edutargets.linear_forms import Term

__all__ = ["Choice", "OpenGroup", "OpenRow", "Source", "Why"]

Why = Literal["rejected", "missing", "doubtful", "blank", "not_found"]
"""Why something is unknown: the row was rejected or never handed in, it is doubtful whether there is such a
row, a cell was left blank, or what it points to is not there."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where something unknown should stand: the row to ask for.

    Args:
        table: The table of the data dictionary.
        key: The columns that name the row with their values, as far as they are known.
        reporter: Who hands it in; empty where that is not known.
        year: Its year; ``None`` where the table has none.
        columns: The cells that are not known.
        why: Why they are not.
        codes: The checks it failed, where it was set aside or is missing.
    """

    table: str
    key: tuple[tuple[str, str], ...]
    reporter: str
    year: int | None
    columns: tuple[str, ...]
    why: Why
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """One outcome of an open row.

    Args:
        adds: What it adds to each total, on top of what is known: one number for each term.
        cells: The unknown cells with values that bring it about, by ``table.column``; a value of child rows
            (the hours of a person) stands under the table of these rows.
        there: Whether there is such a row at all.
        alike: Other values of these cells that come out alike, where the rows are told one by one.
    """

    adds: tuple[Fraction, ...]
    cells: tuple[tuple[str, object], ...] = ()
    there: bool = True
    alike: tuple[tuple[tuple[str, object], ...], ...] = ()


@dataclass(frozen=True, slots=True)
class OpenRow:
    """A row of which something is unknown, or several that are alike.

    Args:
        table: The table whose rows are counted or added up.
        year: Its year; ``None`` where the table has none.
        choices: The outcomes that matter.
        rows: How many such rows there are.
        key: The columns that name it, where each row is told by itself.
        reporter: Who hands it in, where each row is told by itself.
        sources: Where the unknown cells should stand: in itself, in a row it looks up, in its child rows.
        sharp: Whether each outcome is possible; else they are a safe outer range of what is.
    """

    table: str
    year: int | None
    choices: tuple[Choice, ...]
    rows: int = 1
    key: tuple[tuple[str, str], ...] = ()
    reporter: str = ""
    sources: tuple[Source, ...] = ()
    sharp: bool = True


@dataclass(frozen=True, slots=True)
class OpenGroup:
    """What can be chosen without regard to anything else: one row, or all rows that share an unknown cell.

    Args:
        alternatives: For each way of filling the shared cells the open rows with what is left to each; one
            way with one row where nothing is shared.
        shared: The shared cells in each of these ways, by ``table.column``.
        source: The row in which the shared cells should stand; ``None`` where nothing is shared.
    """

    alternatives: tuple[tuple[OpenRow, ...], ...]
    shared: tuple[tuple[tuple[str, object], ...], ...] = ()
    source: Source | None = None

    @property
    def rows(self) -> tuple[OpenRow, ...]:
        """The open rows, with the outcomes of the first way of filling shared cells."""
        return self.alternatives[0] if self.alternatives else ()

    @property
    def is_certain(self) -> bool:
        """Whether there is nothing to choose."""
        return len(self.alternatives) == 1 and all(len(row.choices) == 1 for row in self.rows)

    @property
    def sources(self) -> tuple[Source, ...]:
        """Every row to ask for, each once."""
        found = [self.source] if self.source is not None else []
        found += [source for way in self.alternatives for row in way for source in row.sources]
        return tuple(dict.fromkeys(found))

    @property
    def reporters(self) -> tuple[str, ...]:
        """Everybody who could tell, each once."""
        return tuple(dict.fromkeys(source.reporter for source in self.sources if source.reporter))


@dataclass(frozen=True, slots=True)
class OpenTarget:
    """All that is open of a target.

    Args:
        terms: The totals; the numbers of each choice stand in this order.
        groups: What can be chosen independently.
        sharp: Whether whatever is chosen is possible; else only a safe outer range follows.
        certain: Rows with something unknown that add the same whatever it is: a person whose hours are enough
            without the record that nobody could read.
    """

    terms: tuple[Term, ...]
    groups: tuple[OpenGroup, ...] = field(repr=False)
    sharp: bool = True
    certain: tuple[OpenGroup, ...] = field(default=(), repr=False)

    def only(self, groups: tuple[OpenGroup, ...]) -> OpenTarget:
        """Return the same with some of its groups: the others count as they are known."""
        return replace(self, groups=groups)
