"""What every school of the invented district has done and how it is rated; rooms for the disabled."""

# ruff: noqa: PLR2004  # a made-up district is made of made-up numbers

from __future__ import annotations

from typing import TYPE_CHECKING

from invented_district.roster import BUREAU, TOWNS, YEARS, Row, town_office

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

__all__ = ["COMPULSORY", "PLAN", "duty_rows", "is_due", "rating_rows", "schools_in", "special_schooling_rows"]

PLAN = YEARS[1:]
COMPULSORY = ("primary", "nine_year", "junior", "complete_secondary")
_DUTIES = (
    "party_leadership",
    "curriculum_ideology",
    "civilised_campus",
    "safe_campus",
    "ball_sports",
    "delivered_lessons",
    "master_lessons",
    "famous_school_lessons",
    "special_resource_centre",
    "post_competition",
    "after_school_service",
)
# The schools that never came to it, as positions among the schools that owe it.
_LEFT_OUT = {
    "civilised_campus": (17, 63, 118),
    "safe_campus": (88,),
    "famous_school_lessons": (4, 19, 33, 41, 60, 72),
    "special_resource_centre": (6, 23, 31, 47, 66, 70, 92, 101, 139),
}
_ONLY_PASS = {"campus_culture": (29, 104), "moral_education": ()}  # what they are rated in the last year


def schools_in(given: Mapping[str, list[Row]], year: int) -> list[Row]:
    """Return the schools on the roster of a year."""
    return [row for row in given["institutions"] if (row["year"], row["kind"]) == (year, "school")]


def is_due(duty: str, school: Row) -> bool:
    """Whether a school owes a duty."""
    if duty in {"party_leadership", "post_competition"}:
        return school["ownership"] == "public"
    if duty.endswith("_lessons"):
        return school["location"] == "rural"
    if duty == "after_school_service":
        return school["span"] in COMPULSORY
    return duty != "special_resource_centre" or school["span"] != "special"


def duty_rows(rng: Random, given: Mapping[str, list[Row]]) -> list[Row]:
    """Write for every year which duties each school has fulfilled, and the task forces of the towns."""
    rows: list[Row] = []
    for duty in _DUTIES:
        owing = [row for row in schools_in(given, PLAN[-1]) if is_due(duty, row)]
        left_out = {owing[position]["institution_id"] for position in _LEFT_OUT.get(duty, ())}
        for school in owing:
            code, opened = str(school["institution_id"]), str(school["opened_on"])
            done = None if code in left_out else _day(rng, max(PLAN[0], int(opened[:4])), opened)
            rows += _years(code, duty, done, int(opened[:4]))
    for office in (BUREAU, *map(town_office, TOWNS)):
        rows += _years(office, "task_force", f"2023-0{rng.randint(3, 6)}-{rng.randint(10, 28)}", PLAN[0])
    rows += _rotation_rows(given)
    return sorted(rows, key=lambda row: (str(row["year"]), str(row["institution_id"])))


def _rotation_rows(given: Mapping[str, list[Row]]) -> list[Row]:
    """Say of every head in post when he or she first took part in the rotation training since 2023."""
    first: dict[object, str] = {}
    for row in given["training_records"]:
        if row["programme"] == "rotation" and int(str(row["year"])) in PLAN:
            person, day = row["person_id"], str(row["started_on"])
            first[person] = min(day, first.get(person, day))
    heads = [row for row in given["staff"] if row["role"] in {"principal", "kindergarten_head"}]
    rows: list[Row] = []
    for row in heads:
        year, done = int(str(row["year"])), first.get(row["person_id"])
        if year in PLAN:
            in_time = done is not None and int(done[:4]) <= year
            named: Row = {"institution_id": row["institution_id"], "year": year, "duty": "head_rotation"}
            rows.append(
                named | {"fulfilled": in_time, "fulfilled_on": done if in_time else None, "note": None}
            )
    return rows


def _day(rng: Random, first: int, opened: str) -> str:
    """Draw the day of a duty's fulfilment, after the school has opened; most come early."""
    year = rng.choice([one for one in (2023, 2023, 2023, 2024, 2024, 2025) if one >= first])
    month = rng.randint(10 if opened[:4] == str(year) else 2, 11)
    return f"{year}-{month:02d}-{rng.randint(1, 28):02d}"


def _years(code: str, duty: str, done: str | None, opened: int) -> list[Row]:
    return [
        {
            "institution_id": code,
            "year": year,
            "duty": duty,
            "fulfilled": (fulfilled := done is not None and int(done[:4]) <= year),
            "fulfilled_on": done if fulfilled else None,
            "note": None,
        }
        for year in PLAN
        if year >= opened
    ]


def rating_rows(rng: Random, given: Mapping[str, list[Row]]) -> list[Row]:
    """Rate every school every year; many are just good in the last one, a few only pass."""
    rows: list[Row] = []
    for aspect, passes in _ONLY_PASS.items():
        for year in PLAN:
            weights = {2023: (0, 5, 4, 1), 2024: (0, 2, 6, 2), 2025: (0, 0, 7, 3)}[year]
            for position, school in enumerate(schools_in(given, year)):
                grade = rng.choices(("fail", "pass", "good", "excellent"), weights)[0]
                if year == PLAN[-1] and position in passes:
                    grade = "pass"
                code = school["institution_id"]
                rows.append({"institution_id": code, "year": year, "aspect": aspect, "grade": grade})
    return sorted(rows, key=lambda row: (str(row["year"]), str(row["institution_id"]), str(row["aspect"])))


def special_schooling_rows(given: Mapping[str, list[Row]]) -> list[Row]:
    """Write the ordinary schools with disabled pupils: a room where five are in ordinary classes.

    In the last year a school with a special class of five or more has no room, and two schools have only
    part-time resource teachers.
    """
    pupils: dict[tuple[int, str], dict[str, int]] = {}
    for row in given["special_finance"]:
        if row["placement"] in {"special_class", "mainstream"}:
            key = (int(str(row["year"])), str(row["institution_id"]))
            counted = pupils.setdefault(key, {"special_class": 0, "mainstream": 0})
            counted[str(row["placement"])] += int(str(row["pupils"]))
    rows: list[Row] = []
    for (year, code), counted in sorted(pupils.items()):
        total = sum(counted.values())
        if year in PLAN:
            late = (year, len(rows) % 7) in {(2023, 0), (2023, 3), (2024, 1)}
            room = (counted["mainstream"] >= 5 and not late) or counted["special_class"] >= 8
            part_time_only = total < 5 or late or (year == PLAN[-1] and len(rows) % 60 == 11)
            rows.append(
                {
                    "institution_id": code,
                    "year": year,
                    "disabled_pupils": total,
                    "mainstream_pupils": counted["mainstream"],
                    "resource_rooms": int(room),
                    "full_time_resource_teachers": int(not part_time_only),
                    "part_time_resource_teachers": int(part_time_only or total >= 9),
                }
            )
    return rows
