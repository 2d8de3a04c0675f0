"""What the resources of schools, their spread and the meetings must come to: plain Python, exact."""

# ruff: noqa: PLR2004  # the limits are the standard's own numbers

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import TYPE_CHECKING

from invented_district.expected import Expected, Tables, exact, verdict
from invented_district.school_duties import PLAN

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from invented_district.roster import Row

__all__ = ["aliases", "resource_verdicts"]

# The seven standards of a school: column, for each hundred pupils or each pupil, primary and junior.
_STANDARDS = {
    "qualified_teachers": (100, "4.2", "5.3"),
    "backbone_teachers": (100, "1", "1"),
    "arts_teachers": (100, "0.9", "0.9"),
    "teaching_area": (1, "4.5", "5.8"),
    "sports_area": (1, "7.5", "10.2"),
    "equipment": (1, "2000", "2500"),
    "multimedia_rooms": (100, "2.3", "2.4"),
}
_ALIASES = {
    "compulsory.school-conditions-goal": "compulsory.school-conditions-met",
    "compulsory.zero-oversize-classes-goal": "compulsory.zero-oversize-classes",
    "compulsory.zero-oversize-schools-goal": "compulsory.zero-oversize-schools",
    "senior.county-schools-standardised-goal": "senior.county-schools-standardised",
    "special.compulsory-universal": "special.compulsory-enrolment",
}


def aliases(found: Mapping[str, Expected]) -> dict[str, Expected]:
    """Repeat the verdict of a promise that the text makes twice."""
    return {name: {"verdict": found[other]["verdict"]} for name, other in _ALIASES.items()}


def resource_verdicts(tables: Tables) -> dict[str, Expected]:
    """Work out the standards of the schools, how unequal they are, and who met too seldom."""
    parts = [row for row in tables["school_parts"] if exact(row["pupils"]) >= 50]
    last = [row for row in parts if row["year"] == PLAN[-1]]
    short = [f"{row['institution_id']} {row['stage']}" for row in last if not _is_enough(row)]
    found: dict[str, Expected] = {
        "compulsory.school-conditions-met": {
            "verdict": verdict(met=not short),
            "entities": len(last),
            "not_met_by": short,
        }
    }
    gap = "compulsory.gap-between-schools"
    for stage, limit in (("primary", Fraction(1, 2)), ("junior", Fraction(45, 100))):
        square = _square_of_variation([row for row in last if row["stage"] == stage])
        found[f"{gap}.{stage}"] = {"verdict": verdict(met=square <= limit**2)}
    both = [found[f"{gap}.{stage}"]["verdict"] for stage in ("primary", "junior")]
    found[gap] = {"verdict": verdict(met=set(both) == {"met"})}
    equipment = {year: _lead_of_the_city(tables, year) for year in (2022, PLAN[-1])}
    narrowed = equipment[PLAN[-1]] / equipment[2022]
    found["compulsory.gap-urban-rural"] = {"verdict": verdict(met=narrowed < 1), "value": str(narrowed)}
    return found | _meetings(tables)


def _is_enough(row: Row) -> bool:
    """At least six of the seven standards, and no less than 85 % of the other."""
    shares = []
    for column, (factor, primary, junior) in _STANDARDS.items():
        limit = Fraction(primary if row["stage"] == "primary" else junior)
        shares.append(exact(row[column]) * factor / exact(row["pupils"]) / limit)
    return sum(share >= 1 for share in shares) >= 6 and min(shares) >= Fraction(85, 100)


def _square_of_variation(rows: list[Row]) -> Fraction:
    """Return the square of the student-weighted coefficient of variation of equipment."""
    pupils = sum((exact(row["pupils"]) for row in rows), Fraction(0))
    mean = sum((exact(row["equipment"]) for row in rows), Fraction(0)) / pupils
    spread = (
        exact(row["pupils"]) / pupils * (exact(row["equipment"]) / exact(row["pupils"]) - mean) ** 2
        for row in rows
    )
    return sum(spread, Fraction(0)) / mean**2


def _lead_of_the_city(tables: Tables, year: int) -> Fraction:
    def each(location: str) -> Fraction:
        own = {
            row["institution_id"]
            for row in tables["institutions"]
            if (row["year"], row["location"]) == (year, location)
        }
        parts = [
            row for row in tables["school_parts"] if row["year"] == year and row["institution_id"] in own
        ]
        amount = sum((exact(row["equipment"]) for row in parts), Fraction(0))
        return amount / sum((exact(row["pupils"]) for row in parts), Fraction(0))

    return each("urban") - each("rural")


def _meetings(tables: Tables) -> dict[str, Expected]:
    months = [(year, month) for year in PLAN for month in range(1, 13)]
    quarters = [(year, quarter) for year in PLAN for quarter in range(1, 5)]
    offices = [row for row in tables["project_units"] if row["kind"] == "education_department"]
    units = [row for row in tables["project_units"] if row["kind"] == "project_unit"]

    def held(unit: object, kind: str) -> list[dt.date]:
        return [
            dt.date.fromisoformat(str(row["held_on"]))
            for row in tables["meetings"]
            if (row["unit_id"], row["kind"]) == (unit, kind)
        ]

    def monthly(unit: object, kind: str) -> bool:
        return {(day.year, day.month) for day in held(unit, kind)} >= set(months)

    def quarterly(unit: object) -> bool:
        days = held(unit, "special_report")
        return {(day.year, (day.month + 2) // 3) for day in days} >= set(quarters)

    def weekly(row: Row) -> bool:
        weeks = {day - dt.timedelta(days=day.weekday()) for day in held(row["unit_id"], "progress_meeting")}
        return weeks >= set(_weeks(str(row["active_from"]), str(row["active_to"])))

    return {
        "management.progress-report": _all(monthly(row["unit_id"], "progress_report") for row in offices),
        "management.weekly-meeting": _all(weekly(row) for row in units),
        "management.monthly-dispatch": _all(monthly(row["unit_id"], "dispatch_meeting") for row in offices),
        "management.quarterly-report": _all(quarterly(row["unit_id"]) for row in offices),
    }


def _all(met: Iterable[bool]) -> Expected:
    return {"verdict": verdict(met=all(met))}


def _weeks(first: str, last: str) -> list[dt.date]:
    """Return the Mondays of the weeks that lie wholly inside a span."""
    start, end = dt.date.fromisoformat(first), dt.date.fromisoformat(last)
    monday = start + dt.timedelta(days=-start.weekday() % 7)
    return [monday + dt.timedelta(days=7 * week) for week in range(((end - monday).days + 1) // 7)]
