"""How an expected verdict is written down: once, for each year, for each of a group; exact fractions."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from invented_district.roster import Row
from invented_district.school_duties import PLAN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

__all__ = [
    "Expected",
    "Tables",
    "all_of",
    "exact",
    "falling",
    "group",
    "groups",
    "once",
    "rising",
    "rows_with",
    "total",
    "verdict",
    "yearly",
]

Tables = dict[str, list[Row]]
Expected = dict[str, object]


def exact(value: object) -> Fraction:
    """Return a number as an exact fraction."""
    return Fraction(str(value))


def rows_with(rows: Iterable[Row], **wanted: object) -> list[Row]:
    """Return the rows that have these values; a tuple means any of them."""
    return [
        row
        for row in rows
        if all(row[k] in v if isinstance(v, tuple) else row[k] == v for k, v in wanted.items())
    ]


def total(rows: Iterable[Row], column: str, **wanted: object) -> Fraction:
    """Add a column up over the rows that have these values."""
    return sum((exact(row[column]) for row in rows_with(rows, **wanted)), Fraction(0))


def verdict(*, met: bool) -> str:
    """Say whether a promise was kept."""
    return "met" if met else "not_met"


def once(value: Fraction, *, met: bool) -> Expected:
    """Write down a promise judged once."""
    return {"verdict": verdict(met=met), "value": str(value)}


def yearly(value: Callable[[int], Fraction], enough: Callable[[int, Fraction], bool]) -> Expected:
    """Write down a promise judged in each year of the plan."""
    values = {year: value(year) for year in PLAN}
    years = {
        year: {"verdict": verdict(met=enough(year, found)), "value": str(found)}
        for year, found in values.items()
    }
    return {"verdict": verdict(met=all(one["verdict"] == "met" for one in years.values())), "years": years}


def group(met: Mapping[str, bool]) -> Expected:
    """Say who of a group falls short."""
    short = [name for name, reached in met.items() if not reached]
    return {"verdict": verdict(met=not short), "entities": len(met), "not_met_by": short}


def groups(years: Mapping[int, Mapping[str, bool]]) -> Expected:
    """Write down who of a group falls short in each year."""
    found = {year: group(met) for year, met in years.items()}
    return {"verdict": verdict(met=all(one["verdict"] == "met" for one in found.values())), "years": found}


def all_of(found: Mapping[str, Expected], members: Iterable[str]) -> Expected:
    """Write down a promise that is kept if all of others are."""
    return {"verdict": verdict(met=all(found[name]["verdict"] == "met" for name in members))}


def rising(value: Callable[[int], Fraction]) -> Expected:
    """Write down a series that never falls."""
    return yearly(value, lambda year, found: found >= value(year - 1))


def falling(value: Callable[[int], Fraction]) -> Expected:
    """Write down a series that never rises."""
    return yearly(value, lambda year, found: found <= value(year - 1))
