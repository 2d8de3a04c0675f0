"""What must be there in the invented district and what is: buildings, equipment, posts, requests."""

# ruff: noqa: PLR2004  # a made-up district is made of made-up numbers

from __future__ import annotations

from typing import TYPE_CHECKING

from invented_district.roster import BUREAU, CENTRE, TOWNS, Row, town_office
from invented_district.school_duties import PLAN, schools_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from random import Random

__all__ = ["provision_rows", "three_school_roles"]

_SHARE = {2023: 0.72, 2024: 0.89, 2025: 1.0}
_SUBJECTS = (
    "语文",
    "数学",
    "英语",
    "物理",
    "化学",
    "生物学",
    "道德与法治",
    "历史",
    "地理",
    "音乐",
    "体育与健康",
    "美术",
    "信息科技",
    "劳动",
)
_FIXED = (  # (item, detail, due and there in each year of the plan)
    ("special_centre", "区特殊教育资源中心", ((1, 0), (1, 1), (1, 1))),
    ("teaching_establishment", "小学", ((4310, 4296), (4340, 4338), (4360, 4349))),
    ("teaching_establishment", "初中", ((2870, 2861), (2890, 2894), (2920, 2917))),
    ("teaching_establishment", "高中阶段", ((1640, 1622), (1655, 1653), (1660, 1660))),
    ("major_plan_education", "公办幼儿园、中小学建设项目", ((9, 9), (7, 7), (8, 8))),
    ("land_education", "学校(幼儿园)用地", ((12, 10), (12, 11), (9, 9))),
    ("land_other", "其他用地", ((36, 30), (35, 28), (31, 25))),
    ("reused_land_education", "学校建设项目", ((2, 2), (4, 3), (3, 3))),
    ("bond_education", "教育重点项目", ((4, 3), (5, 4), (6, 5))),
    ("bond_other", "其他重点项目", ((10, 8), (12, 9), (11, 9))),
)
# How many are missing in the last year, by item and position among those who owe it.
_SHORT = {
    "village_kindergarten": {6: 1},
    "upgraded_classroom": {40: 1, 97: 3},
    "digital_equipment": {5: 14, 38: 3, 77: 1, 121: 9},
    "teaching_equipment": {38: 22, 52: 6, 90: 2, 133: 40},
    "county_high_standard": {8: 1},
    "small_school_standard": {3: 2},
    "subject_teacher_post": {9: 1, 14: 2},
    "subject_researcher": {13: 1},
    "campus_feature": {66: 1},
}


def provision_rows(rng: Random, given: Mapping[str, list[Row]]) -> list[Row]:
    """Write what is due and what is there, for every year of the plan."""
    rows: list[Row] = []
    for year in PLAN:
        rows += _of_towns(rng, year)
        rows += _of_schools(rng, given, year)
        rows += _of_some_schools(rng, given, year)
        rows += _of_three_schools(rng, given, year)
        rows += _of_offices(year)
    return rows


def _row(code: object, year: int, item: str, detail: str, due: int, there: int) -> Row:
    return {
        "institution_id": code,
        "year": year,
        "item": item,
        "detail": detail,
        "required": due,
        "present": there,
    }


def _filled(
    rng: Random, year: int, item: str, detail: str, owing: Iterable[tuple[object, int]]
) -> Iterator[Row]:
    """Fill an item up over the years; in the last one only those that are planned to be short are."""
    for position, (code, due) in enumerate(owing):
        there = min(due, round(due * min(1.0, _SHARE[year] * rng.uniform(0.9, 1.12))))
        if year == PLAN[-1]:
            there = due - _SHORT.get(item, {}).get(position, 0)
        yield _row(code, year, item, detail, due, max(0, there))


def _of_towns(rng: Random, year: int) -> Iterator[Row]:
    towns = [(town_office(town), position) for position, town in enumerate(TOWNS)]
    estates = [(code, 2 if position < 2 else 1) for code, position in towns if position in {0, 1, 2, 5, 8}]
    villages = [(code, 3 + position * 5 % 7) for code, position in towns if position > 1]
    yield from _filled(rng, year, "estate_kindergarten", "全镇(街道)", estates)
    yield from _filled(rng, year, "centre_kindergarten", "全镇(街道)", [(code, 1) for code, _ in towns])
    yield from _filled(rng, year, "village_kindergarten", "全镇(街道)", villages)
    for code, position in towns:
        plans = (position + year) % 4
        if plans:
            heard = plans - ((year, position) == (2024, 5))
            yield _row(code, year, "plan_consultation", "国土空间规划和控制性详细规划", plans, heard)


def _of_schools(rng: Random, given: Mapping[str, list[Row]], year: int) -> Iterator[Row]:
    schools = [str(row["institution_id"]) for row in schools_in(given, year)]
    rooms = {
        str(row["institution_id"]): int(str(row["multimedia"]))
        for row in given["classrooms"]
        if row["year"] == year
    }
    yield from _filled(
        rng, year, "upgraded_classroom", "多媒体教室", [(code, rooms[code]) for code in schools]
    )
    terminals = [(code, rooms[code] * 2 + 12) for code in schools]
    yield from _filled(rng, year, "upgraded_terminal", "信息化终端", terminals)
    norms = [(code, rooms[code] * 6 + 40) for code in schools]
    yield from _filled(rng, year, "digital_equipment", "按学段装备标准", norms)
    norms = [(code, rooms[code] * 55 + 300) for code in schools]
    yield from _filled(rng, year, "teaching_equipment", "按学段装备标准", norms)
    for position, code in enumerate(schools):
        yield _row(code, year, "campus_brand", "区认定", 1, int(rng.random() < _SHARE[year]))
        several = rng.choice((1, 1, 1, 2, 3)) if rng.random() < _SHARE[year] else 0
        missing = year == PLAN[-1] and position in _SHORT["campus_feature"]
        yield _row(code, year, "campus_feature", "区认定", 1, 0 if missing else several)


def _of_some_schools(rng: Random, given: Mapping[str, list[Row]], year: int) -> Iterator[Row]:
    schools = schools_in(given, year)
    seniors = [row for row in schools if row["span"] in {"senior", "complete_secondary"}]
    for row in seniors:
        groups = rng.choice((1, 1, 2)) + (year - PLAN[0])
        yield _row(row["institution_id"], year, "course_group", "区认定", 1, groups)
    public = [(row["institution_id"], 20) for row in seniors if row["ownership"] == "public"]
    yield from _filled(rng, year, "county_high_standard", "省定指标", public)
    roles = three_school_roles(given)
    boarding = [(code, 24) for code, role in roles.items() if role == "boarding_school"]
    yield from _filled(rng, year, "boarding_standard", "建设标准指标", boarding)
    yield from _filled(
        rng, year, "small_school_standard", "建设标准指标", [(code, 18) for code in _small(given)]
    )
    weak = [
        row["institution_id"]
        for row in given["institutions"]
        if (row["year"], row["kind"], row["location"]) == (PLAN[0], "kindergarten", "rural")
        and row["ownership"] == "private"
    ]
    yield from _filled(rng, year, "play_materials", "配备目录品种", [(code, 36) for code in weak[:10]])


def _small(given: Mapping[str, list[Row]]) -> list[str]:
    """Return the village primary schools with fewest pupils: the list of small schools."""
    pupils: dict[str, int] = {}
    for row in given["enrolment"]:
        if row["year"] == PLAN[0]:
            code = str(row["institution_id"])
            pupils[code] = pupils.get(code, 0) + int(str(row["students"]))
    villages = [
        str(row["institution_id"])
        for row in schools_in(given, PLAN[0])
        if (row["span"], row["location"], row["ownership"]) == ("primary", "rural", "public")
    ]
    return sorted(sorted(villages, key=lambda code: (pupils[code], code))[:14])


def three_school_roles(given: Mapping[str, list[Row]]) -> dict[str, str]:
    """Say which are the three schools of the ten towns: kindergarten, primary and boarding schools."""
    rows = [
        row
        for row in given["institutions"]
        if row["year"] == 2022 and row["ownership"] == "public" and str(row["town"]) > "t02"
    ]
    found: dict[str, str] = {}
    centres: set[object] = set()
    for row in rows:
        code = str(row["institution_id"])
        if row["span"] == "primary" and row["town"] not in centres:
            centres.add(row["town"])
            found[code] = "centre_primary"
        elif row["span"] in {"nine_year", "complete_secondary"}:
            found[code] = "boarding_school"
        elif row["kind"] == "kindergarten" and str(row["name"]).endswith("中心幼儿园"):
            found[code] = "centre_kindergarten"
    return found


def _of_three_schools(rng: Random, given: Mapping[str, list[Row]], year: int) -> Iterator[Row]:
    roles = three_school_roles(given)
    yield from _filled(rng, year, "head_post", "校(园)长", [(code, 1) for code in roles])
    classes: dict[str, int] = {}
    for row in given["classes"]:
        if row["year"] == year and row["institution_id"] in roles:
            code = str(row["institution_id"])
            classes[code] = classes.get(code, 0) + 1
    posts = [(code, 2 * classes[code]) for code in roles]
    yield from _filled(rng, year, "subject_teacher_post", "学科教师", posts)


def _of_offices(year: int) -> Iterator[Row]:
    for item, detail, years in _FIXED:
        due, there = years[year - PLAN[0]]
        yield _row(BUREAU, year, item, detail, due, there)
    for position, subject in enumerate(_SUBJECTS):
        there = 0 if position in _SHORT["subject_researcher"] else 1 + (position < 3)
        yield _row(CENTRE, year, "subject_researcher", subject, 1, there)
    yield _row(CENTRE, year, "preschool_researcher", "学前教育", 1, 1)
    yield _row(CENTRE, year, "special_researcher", "特殊教育", 1, int(year > PLAN[0]))
