"""The titles of the invented district: schools, kindergartens, people and works that were recognised."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from invented_district.registers import register_rows
from invented_district.roster import YEARS, Row

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["tables"]

_SEED = 20230311  # of its own, so that the other tables stay as they are
_PLAN = YEARS[1:]
_LEVELS = {"district": "区", "municipal": "市", "provincial": "省", "national": "国"}


class Granted(NamedTuple):
    """How many titles of a kind are granted, at district, municipal, provincial and national level.

    Args:
        kind: The title.
        to: Whose title it is.
        plan: How many in the three years of the plan.
        before: How many in the year before; they count under no promise of new ones.
        fields: The fields that are named with it.
    """

    kind: str
    to: str
    plan: tuple[int, int, int, int]
    before: tuple[int, int, int, int] = (0, 0, 0, 0)
    fields: tuple[str, ...] = ()


_SPORTS_AND_ARTS = ("sports", "arts", "labour", "defence", "tradition")
_SENIOR_FIELDS = ("humanities", "mathematics", "technology", "arts", "sports")
# Exactly at the line: 8 bases, 6 schools of moral education, 20 ideological lessons, 10 groups and 10 best
# lessons, 15 model schools of culture, 5 digital centres, 3 studios of principals, 4 of class teachers, 6
# communities, 30 district model kindergartens, 1 school of the new curriculum, 5 course bases. One short: 5
# famous principals (a sixth was recognised the year before), 19 class teachers, 4 characteristic schools, 2
# senior schools. Three short, and enough if kindergartens counted: safe campuses.
_GRANTS = (
    Granted("party_brand", "work", (31, 0, 0, 0), (4, 0, 0, 0)),
    Granted("moral_base", "work", (6, 2, 0, 0), (0, 1, 0, 0)),
    Granted("moral_school", "school", (3, 5, 1, 0), (0, 1, 0, 0)),
    Granted("civilised_campus", "school", (52, 29, 5, 0), (0, 6, 0, 0)),
    Granted("civilised_campus", "kindergarten", (0, 3, 0, 0)),
    Granted("safe_campus", "school", (13, 137, 0, 0)),
    Granted("safe_campus", "kindergarten", (0, 9, 0, 0)),
    Granted("ideological_course", "work", (17, 5, 0, 0)),
    Granted("ideological_lesson", "work", (14, 6, 0, 0), (2, 0, 0, 0)),
    Granted("research_group", "work", (10, 0, 0, 0)),
    Granted("fine_classroom", "work", (10, 0, 0, 0)),
    Granted("teaching_achievement", "work", (12, 0, 0, 0)),
    Granted("culture_school", "school", (27, 15, 0, 0), (3, 2, 0, 0)),
    Granted("feature_school", "school", (0, 7, 3, 1), (0, 0, 2, 0), _SPORTS_AND_ARTS),
    Granted("digital_centre", "school", (5, 0, 0, 0)),
    Granted("digital_project", "work", (4, 2, 0, 0)),
    Granted("famous_principal", "principal", (2, 4, 1, 0), (0, 1, 0, 0)),
    Granted("famous_kindergarten_head", "kindergarten_head", (0, 2, 0, 0)),
    Granted("famous_teacher", "teacher", (0, 18, 3, 0), (0, 3, 0, 0)),
    Granted("famous_class_teacher", "teacher", (6, 19, 0, 0), (0, 2, 0, 0)),
    Granted("subject_leader", "teacher", (41, 176, 7, 0), (0, 22, 0, 0)),
    Granted("backbone_teacher", "teacher", (212, 455, 8, 0), (61, 0, 0, 0)),
    Granted("principal_studio", "work", (0, 3, 0, 0), (0, 1, 0, 0)),
    Granted("teacher_studio", "work", (4, 8, 1, 0)),
    Granted("class_teacher_studio", "work", (0, 4, 0, 0)),
    Granted("education_community", "urban_school", (6, 0, 0, 0)),
    Granted("model_kindergarten", "kindergarten", (30, 11, 0, 0), (9, 3, 0, 0)),
    Granted("feature_senior", "senior", (3, 2, 0, 0), (0, 1, 0, 0), _SENIOR_FIELDS),
    Granted("new_curriculum_school", "senior", (0, 2, 1, 0)),
    Granted("course_base", "senior_work", (5, 0, 0, 0)),
    Granted("featured_course", "senior_work", (8, 0, 0, 0), (1, 0, 0, 0), _SENIOR_FIELDS),
)
_NAMES = {
    "party_brand": "“先锋引领·校园党旗红”品牌",
    "moral_base": "德育基地",
    "ideological_course": "思政课程",
    "ideological_lesson": "思政课例",
    "research_group": "教研组",
    "fine_classroom": "精品课堂",
    "teaching_achievement": "教学成果",
    "digital_project": "信息化融合项目",
    "principal_studio": "名校长工作室",
    "teacher_studio": "名教师工作室",
    "class_teacher_studio": "名班主任工作室",
    "course_base": "学科课程基地",
    "featured_course": "特色课程",
}


@dataclass(frozen=True)
class Roll:
    """Who can be given a title in a year: institutions by what they are, staff by what they do."""

    institutions: Mapping[tuple[str, int], list[str]]
    staff: Mapping[tuple[str, int], list[tuple[str, str]]]


def tables(given: Mapping[str, list[Row]]) -> dict[str, list[Row]]:
    """Make up what the counts of the plan are counted in, given the institutions and the staff."""
    rng = Random(_SEED)  # noqa: S311  # it must give the same registers every time
    return {"recognitions": _recognition_rows(rng, _roll(given)), **register_rows(rng, given)}


def _roll(given: Mapping[str, list[Row]]) -> Roll:
    institutions: dict[tuple[str, int], list[str]] = {}
    staff: dict[tuple[str, int], list[tuple[str, str]]] = {}
    for row in given["institutions"]:
        names = [str(row["kind"])]
        if row["kind"] == "school":
            names += ["urban_school"] * (row["location"] == "urban" and row["ownership"] == "public")
            names += ["senior"] * (row["span"] in {"complete_secondary", "senior"})
        for name in names:
            institutions.setdefault((name, int(str(row["year"]))), []).append(str(row["institution_id"]))
    for row in given["staff"]:
        place = staff.setdefault((str(row["role"]), int(str(row["year"]))), [])
        if row["role"] != "teacher" or row["full_time"]:
            place.append((str(row["person_id"]), str(row["institution_id"])))
    return Roll(institutions, staff)


def _recognition_rows(rng: Random, roll: Roll) -> list[Row]:
    """Write the register of titles; nobody has two of one kind, except for works, which have names."""
    holders: set[tuple[str, str]] = set()
    rows: list[Row] = []
    for grant in _GRANTS:
        dealt = [
            (YEARS[0], level)
            for level, number in zip(_LEVELS, grant.before, strict=True)
            for _ in range(number)
        ]
        for level, number in zip(_LEVELS, grant.plan, strict=True):
            dealt += [(rng.choice(_PLAN), level) for _ in range(number)]
        for position, (year, level) in enumerate(sorted(dealt)):
            rows.append(_recognition(rng, roll, grant, (year, level, position), holders))
    rows.sort(key=lambda row: (str(row["recognised_on"]), str(row["kind"])))
    return [{"recognition_id": f"R{number:05d}", **row} for number, row in enumerate(rows, start=1)]


def _recognition(
    rng: Random, roll: Roll, grant: Granted, granted: tuple[int, str, int], holders: set[tuple[str, str]]
) -> Row:
    """Grant one title to one that does not hold it yet."""
    year, level, position = granted
    person, institution = _holder(rng, roll, grant, year, holders)
    month = rng.randint(2, 12)
    return {
        "institution_id": institution,
        "year": year,
        "kind": grant.kind,
        "level": level,
        "field": grant.fields[position % len(grant.fields)] if grant.fields else None,
        "person_id": person,
        "name": f"{_NAMES[grant.kind]}{position + 1:02d}" if grant.kind in _NAMES else None,
        "document_no": f"{_LEVELS[level]}教〔{year}〕{month * 3}号",
        "recognised_on": f"{year}-{month:02d}-{rng.randint(1, 28):02d}",
    }


def _holder(
    rng: Random, roll: Roll, grant: Granted, year: int, holders: set[tuple[str, str]]
) -> tuple[str | None, str]:
    if grant.to in {"teacher", "principal", "kindergarten_head"}:
        open_to = [one for one in roll.staff[grant.to, year] if (grant.kind, one[0]) not in holders]
        found: tuple[str | None, str] = rng.choice(open_to)
    else:
        group = {"work": "school", "senior_work": "senior"}.get(grant.to, grant.to)
        named = grant.kind in _NAMES
        codes = [
            code for code in roll.institutions[group, year] if named or (grant.kind, code) not in holders
        ]
        found = None, rng.choice(codes)
    holders.add((grant.kind, found[0] or found[1]))
    return found
