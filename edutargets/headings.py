"""Which table a file is, which column a heading is, and in which unit its numbers are written."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from edutargets.errors import Fault, UnitError, near_names
from edutargets.units import ENTITIES, PERSONS, Quantity, factors_of, parse_unit, unit_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from edutargets.tables import Column, Dictionary, Table

__all__ = [
    "Heading",
    "NamedTable",
    "accepted_units",
    "column_names",
    "folded",
    "match_headings",
    "plain_unit",
    "table_named",
    "table_names",
    "unit_worth",
    "without_unit",
]

_YEAR = re.compile(r"(?<!\d)((?:19|20|21)\d\d)(?!\d)(?:\s*(?:学年度|学年|年度|年))?")
_UNIT = re.compile(r"(?P<name>.*?)\s*[(\[【](?P<unit>[^()\[\]【】]*)[)\]】]", re.DOTALL)
_PART = re.compile(
    r"(?:[\s_-]+part[\s_-]*\d{1,3}|[\s_-]*\(\s*\d{1,3}\s*\)|[_-]\s*\d{1,2}"
    r"|[\s_-]*第?[\d一二三四五六七八九十]{1,3}(?:部分|分册|份|册))\s*$",
    re.IGNORECASE,
)
_PEOPLE = ("人", "名", "位")


@dataclass(frozen=True, slots=True)
class NamedTable:
    """What the name of a file, a sheet or a folder says: a table, a year, both or neither."""

    table: str | None
    year: int | None


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading that was understood.

    Args:
        column: The column of the data dictionary.
        position: Where it stands in its row, from 0.
        factor: What one unit of the heading is worth in the column's own unit: 10,000 for 万元.
        unit: The unit that the heading says; empty where it says none.
    """

    column: str
    position: int
    factor: Fraction
    unit: str = ""


def folded(text: str) -> str:
    """Return a name without what does not tell two names apart: width, case, blanks, underscores."""
    return re.sub(r"[\s_\-·]+", "", unicodedata.normalize("NFKC", text)).casefold()


def _spellings(name: str, titles: Sequence[str]) -> list[str]:
    return [name, *(title for title in titles if title)]


def table_names(dictionary: Dictionary) -> dict[str, list[str]]:
    """List what a file or a sheet of each table may be called."""
    return {
        name: _spellings(name, (table.title.zh, table.title.en, *table.files))
        for name, table in dictionary.tables.items()
    }


def table_named(name: str, dictionary: Dictionary) -> NamedTable:
    """Read the name of a file, a sheet or a folder: ``schools_2024``, ``2024年中小学校``, ``schools_part2``.

    Args:
        name: The name without its extension.
        dictionary: The tables there are.
    """
    known = {
        folded(spelling): table for table, names in table_names(dictionary).items() for spelling in names
    }
    if folded(name) in known:
        return NamedTable(known[folded(name)], None)
    plain = unicodedata.normalize("NFKC", name)
    years = {int(match[1]) for match in _YEAR.finditer(plain)}
    rest = re.sub(r"[(\[【]\s*[)\]】]", "", _YEAR.sub("", plain))
    table = known.get(folded(rest)) or known.get(folded(_PART.sub("", rest)))
    return NamedTable(table, years.pop() if len(years) == 1 else None)


def accepted_units(column: Column) -> dict[str, Fraction]:
    """Return the units that a heading of this column may carry, each with its worth in the column's unit.

    Examples:
        >>> from edutargets.tables import Column
        >>> money = Column(type="decimal", scale=2, unit="CNY/year", heading_units=("元", "万元"))
        >>> sorted((unit, int(worth)) for unit, worth in accepted_units(money).items())
        [('CNY', 1), ('CNY/year', 1), ('万元', 10000), ('元', 1), ('元/年', 1)]
    """
    units = {plain_unit(text): _worth(text, column) for text in column.heading_units}
    if column.unit:
        units = dict.fromkeys(_own_spellings(column), Fraction(1)) | units
    return units


def plain_unit(text: str) -> str:
    """Return a unit without what does not tell two units apart."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def _own_spellings(column: Column) -> Iterator[str]:
    """Yield how the column's own unit may be written: 元/年 and 元, 名学生 and 人."""
    unit = column.pint_unit
    yield from (
        plain_unit(text) for text in (column.unit or "", unit_text(unit), unit_text(unit, "zh")) if text
    )
    powers = factors_of(unit)
    kinds = [name for name, power in powers.items() if power == 1 and name not in {"year", "month"}]
    if len(kinds) != 1 or set(powers) - {*kinds, "year", "month"}:
        return
    yield from (plain_unit(text) for text in (kinds[0], unit_text(parse_unit(kinds[0])[1], "zh")))
    for entity in ENTITIES:
        if entity.name == kinds[0]:
            words = (entity.plural, entity.zh, entity.counter, entity.below)
            yield from (word for word in (*words, *(_PEOPLE if entity.name in PERSONS else ())) if word)


def _worth(text: str, column: Column) -> Fraction:
    """Say what one of a declared heading unit is worth in the column's unit; 万人 of students is 10,000."""
    worth = unit_worth(text, column)
    return parse_unit(text)[0] if worth is None else worth


def unit_worth(text: str, column: Column) -> Fraction | None:
    """Say what one of any unit is worth in a column's unit; nothing if they count different things."""
    if not column.is_number:
        return None
    for spelling in (text, f"{text}/year"):
        try:
            return Quantity(Fraction(1), spelling).to(column.unit or "")
        except UnitError:
            continue
    return None


def column_names(table: Table) -> dict[str, str]:
    """Return every spelling of a heading, folded, with its column."""
    return {
        folded(spelling): name
        for name, column in reversed(list(table.columns.items()))
        for spelling in _spellings(name, (column.title.zh, column.title.en, *column.headings))
    }


def without_unit(text: str) -> tuple[str, str]:
    """Part a heading from the unit in brackets behind it: 经费(万元) is 经费 and 万元."""
    plain = unicodedata.normalize("NFKC", text).strip()
    match = _UNIT.fullmatch(plain)
    return (match["name"], match["unit"].strip()) if match else (plain, "")


def match_headings(
    texts: Sequence[str | None], table: Table, where: str
) -> tuple[tuple[Heading, ...], tuple[Fault, ...]]:
    """Understand a row of headings, or say everything that is wrong with it.

    Args:
        texts: The headings from left to right; ``None`` for a column to leave out.
        table: The table they belong to.
        where: File, sheet and row, for the messages.
    """
    names = column_names(table)
    found: list[Heading] = []
    faults: list[Fault] = []
    first: dict[str, str] = {}
    for position, text in enumerate(texts):
        if text is None:
            continue
        heading = _heading(text, position, table, names)
        if isinstance(heading, Fault):
            faults.append(heading.at(where))
        elif heading.column in first:
            faults.append(_repeated(text, first[heading.column], heading.column, where))
        else:
            first[heading.column] = text
            found.append(heading)
    return tuple(found), tuple(faults)


def _repeated(text: str, earlier: str, column: str, where: str) -> Fault:
    said = "twice" if text == earlier else f"beside {earlier!r}"
    return Fault(
        where, f"heading {text!r} stands {said}", f"one heading for {column}", code="repeated-heading"
    )


def _heading(text: str, position: int, table: Table, names: dict[str, str]) -> Heading | Fault:
    if folded(text) in names:
        return Heading(names[folded(text)], position, Fraction(1))
    match = _UNIT.fullmatch(unicodedata.normalize("NFKC", text).strip())
    name = names.get(folded(match["name"])) if match else None
    if match is None or name is None:
        spelled = [
            spelling
            for key, column in table.columns.items()
            for spelling in (key, column.title.zh, column.title.en)
            if spelling and spelling.isascii() == text.isascii()
        ]
        return Fault(
            "", f"unknown heading {text!r}", near_names(text.strip(), spelled), code="unknown-heading"
        )
    column = table.columns[name]
    units = accepted_units(column)
    if plain_unit(match["unit"]) in units:
        return Heading(name, position, units[plain_unit(match["unit"])], match["unit"])
    title = column.title.zh or name
    accepted = f"the units {', '.join(units)}" if units else "no unit: this column counts nothing"
    example = (
        f"{title}({column.heading_units[-1] if column.heading_units else next(iter(units))})"
        if units
        else title
    )
    found = f"unknown unit {match['unit']!r} in the heading {text!r}"
    return Fault("", found, accepted, example, "unknown-heading-unit")
