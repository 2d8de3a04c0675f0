"""Other registers of the invented district: topics, courses, heads selected, rotation, examination sites."""

# ruff: noqa: PLR2004  # a made-up district is made of made-up numbers

from __future__ import annotations

from typing import TYPE_CHECKING

from invented_district.roster import CENTRE, YEARS, Row

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from random import Random

__all__ = ["register_rows"]

_PLAN = YEARS[1:]
_HEADS = ("principal", "kindergarten_head")
# (field, level): approved before the plan, approved in it, of these reported, of these concluded.
_TOPICS = {
    ("moral", "district"): (5, 33, 31, 29),
    ("moral", "municipal"): (1, 6, 5, 4),
    ("teaching", "district"): (12, 40, 30, 28),
    ("teaching", "municipal"): (8, 52, 48, 41),
    ("teaching", "provincial"): (4, 38, 33, 26),
    ("teaching", "national"): (0, 3, 2, 1),
    ("management", "district"): (3, 12, 10, 9),
}
# Courses a year from 2022 on; of those for future famous heads, how many a partner helped with.
_COURSES = {
    "head_qualification": (1, 1, 1, 1),
    "famous_head": (1, 3, 3, 3),
    "backbone_head": (4, 6, 7, 6),
    "backbone_teacher": (6, 8, 9, 8),
    "researcher": (2, 2, 2, 2),
}
_ASSISTED = (0, 3, 2, 3)
_PARTNERS = ("dongguan", "hanshan_normal", "gdut")
_POOL = dict(zip(YEARS, (0, 418, 537, 600), strict=True))
_SENT = {
    "ability_project": dict(zip(YEARS, (41, 63, 60, 60), strict=True)),
    "advanced_study": dict(zip(YEARS, (6, 10, 9, 11), strict=True)),
}
_ROTATION = {2022: (0.078, 0.088), 2023: (0.104, 0.116), 2024: (0.111, 0.14), 2025: (0.1, 0.1)}
_COMPULSORY = ("primary", "nine_year", "junior", "complete_secondary")


def register_rows(rng: Random, given: Mapping[str, list[Row]]) -> dict[str, list[Row]]:
    """Make the registers up, given the institutions and the staff."""
    return {
        "research_topics": _topic_rows(rng, given["institutions"]),
        "training_courses": _course_rows(rng),
        "head_selections": _selection_rows(rng, given["staff"]),
        "rotations": _rotation_rows(rng, given),
        "exam_sites": _exam_site_rows(rng, given["institutions"]),
    }


def _topic_rows(rng: Random, institutions: list[Row]) -> list[Row]:
    """Write the research topics: whoever concluded had reported, whoever reported was approved."""
    schools = [
        str(row["institution_id"])
        for row in institutions
        if (row["year"], row["kind"]) == (YEARS[0], "school")
    ]
    rows: list[Row] = []
    for (field, level), (before, approved, reported, concluded) in _TOPICS.items():
        rows += [_topic(rng, schools, (field, level, YEARS[0]), 1 + number % 2) for number in range(before)]
        for number in range(approved):
            year = rng.choice(_PLAN[:2] if number < reported else _PLAN)
            rows.append(
                _topic(rng, schools, (field, level, year), (number < reported) + (number < concluded))
            )
    rows.sort(key=lambda row: str(row["approved_on"]))
    return [{"topic_id": f"K{number:04d}", **row} for number, row in enumerate(rows, start=1)]


def _topic(rng: Random, schools: list[str], named: tuple[str, str, int], steps: int) -> Row:
    field, level, year = named
    reported = year + rng.randint(0, 1)
    day = f"{rng.randint(1, 28):02d}"
    return {
        "institution_id": rng.choice(schools),
        "year": year,
        "field": field,
        "level": level,
        "approved_on": f"{year}-{rng.randint(1, 5):02d}-{day}",
        "report_filed_on": f"{reported}-{rng.randint(6, 10):02d}-{day}" if steps else None,
        "concluded_on": f"{reported}-{rng.randint(11, 12)}-{day}" if steps > 1 else None,
    }


def _course_rows(rng: Random) -> list[Row]:
    """Write the courses; in the second year of the plan a partner helps with two of three."""
    rows: list[Row] = []
    for at, year in enumerate(YEARS):
        for kind, numbers in _COURSES.items():
            for position in range(numbers[at]):
                assisted = kind == "famous_head" and position < _ASSISTED[at]
                month, first = rng.randint(3, 11), rng.randint(1, 20)
                rows.append(
                    {
                        "course_id": f"C{year}{len(rows) + 1:03d}",
                        "institution_id": CENTRE,
                        "year": year,
                        "kind": kind,
                        "partner": rng.choice(_PARTNERS) if assisted else "none",
                        "participants": rng.randint(28, 60),
                        "started_on": f"{year}-{month:02d}-{first:02d}",
                        "ended_on": f"{year}-{month:02d}-{first + rng.randint(2, 8):02d}",
                    }
                )
    return rows


# heads ---------------------------------------------------------------------------------------------


def _selection_rows(rng: Random, staff: list[Row]) -> list[Row]:
    """Write who was appointed and how, who was sent, and who is in the reserve pool."""
    rows: list[Row] = []
    for year in YEARS:
        heads = _at_work(staff, year, _HEADS)
        for route, numbers in _SENT.items():
            sent = sorted(rng.sample(heads, numbers[year]))
            rows += [_selection(one, year, route, f"{year}-{rng.randint(3, 11):02d}-15") for one in sent]
        rows += _appointed(rng, staff, year)
    return sorted([*rows, *_pool_rows(rng, staff)], key=lambda row: (str(row["year"]), str(row["route"])))


def _at_work(staff: list[Row], year: int, roles: tuple[str, ...]) -> list[tuple[str, str]]:
    return [
        (str(row["person_id"]), str(row["institution_id"]))
        for row in staff
        if row["year"] == year and row["role"] in roles
    ]


def _selection(person: tuple[str, str], year: int, route: str, since: str) -> Row:
    return {"person_id": person[0], "institution_id": person[1], "year": year, "route": route, "since": since}


def _appointed(rng: Random, staff: list[Row], year: int) -> Iterable[Row]:
    """Write the heads who came new that year; most of them by open selection, but not all."""
    routes = ("open_selection", "open_selection", "open_selection", "open_recruitment", "transfer")
    for row in staff:
        new = str(row["hired_on"])[:4] == str(year) == str(row["year"])
        if new and row["role"] in _HEADS:
            one = str(row["person_id"]), str(row["institution_id"])
            yield _selection(one, year, rng.choice(routes), str(row["hired_on"]))


def _pool_rows(rng: Random, staff: list[Row]) -> list[Row]:
    """Keep the reserve pool at its planned size: who leaves the staff leaves it, others enter."""
    rows: list[Row] = []
    since: dict[str, str] = {}
    for year in YEARS:
        teachers = dict(_at_work(staff, year, ("teacher",)))
        since = {person: day for person, day in since.items() if person in teachers}
        open_to = sorted(person for person in teachers if person not in since)
        for person in rng.sample(open_to, max(0, _POOL[year] - len(since))):
            since[person] = f"{year}-{rng.randint(3, 12):02d}-{rng.randint(1, 28):02d}"
        rows += [_selection((one, teachers[one]), year, "reserve_pool", since[one]) for one in sorted(since)]
    return rows


def _rotation_rows(rng: Random, given: Mapping[str, list[Row]]) -> list[Row]:
    """Write rotation: in the last year exactly a tenth of the teachers due to rotate did."""
    teachers: dict[tuple[object, object], int] = {}
    for row in given["staff"]:
        if row["role"] == "teacher" and row["full_time"] and row["stage"] in {"primary", "junior"}:
            key = row["institution_id"], row["year"]
            teachers[key] = teachers.get(key, 0) + 1
    rows: list[Row] = []
    for year in YEARS:
        schools = [
            str(row["institution_id"])
            for row in given["institutions"]
            if (row["year"], row["ownership"]) == (year, "public") and row["span"] in _COMPULSORY
        ]
        eligible = [int(teachers[code, year] * rng.uniform(0.35, 0.5)) for code in schools]
        eligible[0] += -sum(eligible) % 10
        wanted = [round(sum(eligible) * _ROTATION[year][0]), round(len(schools) * 0.4 * _ROTATION[year][1])]
        due = set(rng.sample(schools, round(len(schools) * 0.4)))
        moved = set(rng.sample(sorted(due), wanted[1]))
        for code, number, away in zip(schools, eligible, _dealt(rng, wanted[0], eligible), strict=True):
            rows.append(
                {
                    "institution_id": code,
                    "year": year,
                    "eligible_teachers": number,
                    "rotated_teachers": away,
                    "rotated_backbone": away // 4 + (away > 1 and rng.random() < 0.3),
                    "eligible_heads": int(code in due),
                    "rotated_heads": int(code in moved),
                }
            )
    return rows


def _dealt(rng: Random, total: int, most: list[int]) -> list[int]:
    """Deal a total out, to nobody more than the most."""
    found = [0] * len(most)
    while total:
        at = rng.randrange(len(most))
        if found[at] < most[at] // 3:
            found[at] += 1
            total -= 1
    return found


def _exam_site_rows(rng: Random, institutions: list[Row]) -> list[Row]:
    """Write the fifteen sites: all laboratories but one are there in the end, and one site has a spare."""
    rows: list[Row] = []
    codes = [
        str(row["institution_id"])
        for row in institutions
        if row["year"] == YEARS[0] and row["span"] in {"junior", "complete_secondary"}
    ][:15]
    rooms = {code: rng.randint(24, 36) for code in codes}
    for year in YEARS:
        for position, code in enumerate(codes):
            ready = position < 3 + 4 * (year - YEARS[0])
            rows.append(
                {
                    "institution_id": code,
                    "year": year,
                    "physics_labs": (2 if position in {0, 4} else 1) if ready else 0,
                    "chemistry_labs": int(ready),
                    "biology_labs": int(ready and position != 9),
                    "exam_rooms": rooms[code],
                    "monitored_rooms": rooms[code] if ready else rooms[code] - rng.randint(2, 12),
                    "conditioned_rooms": rooms[code] if ready and position != 11 else rooms[code] - 6,
                }
            )
    return rows
