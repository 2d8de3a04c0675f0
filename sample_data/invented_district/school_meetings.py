"""What had to be put right in the invented district, and who met and reported how often."""

# ruff: noqa: PLR2004  # a made-up district is made of made-up numbers

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from invented_district.roster import BUREAU, TOWNS, Row, town_office
from invented_district.school_duties import PLAN, schools_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from random import Random

__all__ = ["ledger_rows", "meeting_rows", "unit_rows"]

# Entries of each year of the plan; what stayed open, or was closed late, is planned below.
_ENTRIES = {
    "school_conduct": (9, 6, 4),
    "senior_admission": (0, 1, 0),
    "off_campus_training": (14, 11, 8),
    "dropout": (31, 24, 17),
    "supervision": (12, 10, 9),
}
_OPEN = {("off_campus_training", 2024, 3), ("off_campus_training", 2025, 1)}
_LATE = {("supervision", 2025, 5), ("school_conduct", 2023, 2)}
_DAYS_LEFT = {"dropout": 30, "supervision": 15}
# Project units: town, first Monday and last Sunday of the project, weeks without a meeting.
_UNITS = (
    ("t03", "2023-03-13", "2024-08-25", ()),
    ("t05", "2023-09-04", "2024-12-29", ("2024-02-12",)),
    ("t08", "2024-03-04", "2025-06-29", ()),
    ("t11", "2025-02-03", "2025-11-30", ()),
)
_MISSED_QUARTER = ("t07", 2024, 3)


def ledger_rows(rng: Random, given: Mapping[str, list[Row]]) -> list[Row]:
    """Write the ledgers: children come back on the very last day, one problem is put right a day late."""
    rows: list[Row] = []
    for ledger, years in _ENTRIES.items():
        for year, number in zip(PLAN, years, strict=True):
            schools = [str(row["institution_id"]) for row in schools_in(given, year)]
            for position in range(number):
                opened = dt.date(year, rng.randint(1, 10), rng.randint(1, 28))
                due = opened + dt.timedelta(days=_DAYS_LEFT.get(ledger, 45))
                closed = due - dt.timedelta(days=0 if position % 8 == 7 else rng.randint(1, 13))
                late = (ledger, year, position) in _LATE
                office = town_office(rng.choice(list(TOWNS)))
                rows.append(
                    {
                        "entry_id": f"L{year}{len(rows) + 1:04d}",
                        "institution_id": office if ledger == "off_campus_training" else rng.choice(schools),
                        "year": year,
                        "ledger": ledger,
                        "opened_on": str(opened),
                        "due_on": str(due),
                        "closed_on": None
                        if (ledger, year, position) in _OPEN
                        else str(due + dt.timedelta(days=1) if late else closed),
                    }
                )
    return sorted(rows, key=lambda row: (str(row["year"]), str(row["entry_id"])))


def unit_rows() -> list[Row]:
    """Write who must meet and report: four project units, the district and its towns."""
    rows = [
        _unit(f"U{number:02d}", town_office(town), "project_unit", first, last)
        for number, (town, first, last, _) in enumerate(_UNITS, start=1)
    ]
    offices = [BUREAU, *map(town_office, TOWNS)]
    return rows + [
        _unit(f"E{number:02d}", office, "education_department", "2023-01-01", "2025-12-31")
        for number, office in enumerate(offices)
    ]


def _unit(unit: str, office: str, kind: str, first: str, last: str) -> Row:
    return {
        "unit_id": unit,
        "institution_id": office,
        "kind": kind,
        "active_from": first,
        "active_to": last,
    }


def meeting_rows(rng: Random) -> list[Row]:
    """Write every meeting and report: a week of the Spring Festival and a quarter of one town are missed."""
    held: list[tuple[str, str, str, dt.date]] = []
    for number, (town, first, last, missed) in enumerate(_UNITS, start=1):
        for monday in _mondays(first, last):
            if str(monday) not in missed:
                day = monday + dt.timedelta(days=rng.choice((0, 1, 2, 3, 4, 4, 6)))
                held.append((f"U{number:02d}", town_office(town), "progress_meeting", day))
    for number, office in enumerate([BUREAU, *map(town_office, TOWNS)]):
        unit = f"E{number:02d}"
        for year in PLAN:
            for month in range(1, 13):
                held += [
                    (unit, office, kind, dt.date(year, month, rng.randint(1, 28)))
                    for kind in ("dispatch_meeting", "progress_report")
                ]
            held += [
                (unit, office, "special_report", dt.date(year, 3 * quarter - rng.randint(0, 2), 28))
                for quarter in (1, 2, 3, 4)
                if (office, year, quarter) != (town_office(_MISSED_QUARTER[0]), *_MISSED_QUARTER[1:])
            ]
    held.sort(key=lambda one: (one[3], one[0], one[2]))
    return [
        {
            "meeting_id": f"M{position:05d}",
            "unit_id": unit,
            "institution_id": office,
            "year": day.year,
            "kind": kind,
            "held_on": str(day),
        }
        for position, (unit, office, kind, day) in enumerate(held, start=1)
    ]


def _mondays(first: str, last: str) -> Iterator[dt.date]:
    day = dt.date.fromisoformat(first)
    while str(day) <= last:
        yield day
        day += dt.timedelta(days=7)
