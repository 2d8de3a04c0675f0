"""What the plan's counts must come to in the invented district: plain Python, no engine, exact fractions."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from invented_district.roster import Row

__all__ = ["composite_verdicts", "count_verdicts"]

Tables = dict[str, list["Row"]]
Expected = dict[str, object]
_PLAN = (2023, 2024, 2025)
_LAST = 2025
_ANY = ("district", "municipal", "provincial", "national")
_MUNICIPAL, _PROVINCIAL = _ANY[1:], _ANY[2:]
# Titles new in the three years: the kind, the levels that count, how many are promised.
_TITLES = {
    "party.school-brands": ("party_brand", _ANY, 30),
    "moral.demonstration-bases": ("moral_base", _ANY, 8),
    "moral.characteristic-schools": ("moral_school", _MUNICIPAL, 6),
    "moral.civilised-campus-municipal": ("civilised_campus", _MUNICIPAL, 30),
    "moral.fine-ideological-courses": ("ideological_course", _ANY, 20),
    "moral.fine-ideological-lessons": ("ideological_lesson", _ANY, 20),
    "moral.safe-campus-municipal": ("safe_campus", _MUNICIPAL, 140),
    "research.ten-model-groups": ("research_group", _ANY, 10),
    "research.ten-fine-classrooms": ("fine_classroom", _ANY, 10),
    "research.ten-teaching-achievements": ("teaching_achievement", _ANY, 10),
    "culture.model-schools-municipal": ("culture_school", _MUNICIPAL, 15),
    "culture.model-schools-district": ("culture_school", _ANY[:1], 30),
    "culture.characteristic-schools-provincial": ("feature_school", _PROVINCIAL, 5),
    "digital.centre-schools": ("digital_centre", _ANY, 5),
    "digital.integration-projects": ("digital_project", _ANY, 4),
    "principals.famous-municipal": ("famous_principal", _MUNICIPAL, 6),
    "principals.studios": ("principal_studio", _MUNICIPAL, 3),
    "teachers.famous-teachers": ("famous_teacher", _MUNICIPAL, 20),
    "teachers.famous-class-teachers": ("famous_class_teacher", _MUNICIPAL, 20),
    "teachers.subject-leaders": ("subject_leader", _MUNICIPAL, 180),
    "teachers.backbone-teachers": ("backbone_teacher", _MUNICIPAL, 600),
    "teachers.famous-teacher-studios": ("teacher_studio", _MUNICIPAL, 8),
    "teachers.class-teacher-studios": ("class_teacher_studio", _MUNICIPAL, 4),
    "community.count": ("education_community", _ANY, 6),
    "preschool.model-municipal": ("model_kindergarten", _MUNICIPAL, 10),
    "preschool.model-district": ("model_kindergarten", _ANY[:1], 30),
    "senior.characteristic-model-schools": ("feature_senior", _ANY, 1),
    "senior.provincial-new-curriculum": ("new_curriculum_school", _PROVINCIAL, 1),
    "senior.municipal-characteristic": ("feature_senior", _MUNICIPAL, 3),
    "senior.course-bases": ("course_base", _ANY, 5),
    "senior.featured-courses": ("featured_course", _ANY, 10),
}
_OF_SCHOOLS_ALONE = frozenset({"civilised_campus", "safe_campus"})
# Buildings finished in the three years: the stage, the kinds of project, how many are promised.
_BUILT = {
    "places.public-kindergartens-built": ("preschool", ("new_build", "rebuild"), 6),
    "places.estate-kindergartens-taken-over": ("preschool", ("take_over",), 5),
    "places.collective-kindergartens-added": ("preschool", ("collective",), 5),
    "places.compulsory-schools-built": ("compulsory", ("new_build", "rebuild"), 11),
    "places.senior-schools-rebuilt": ("senior", ("rebuild",), 6),
}
# Rows in every year: the table, what marks them, how many are promised.
_YEARLY: Mapping[str, tuple[str, Mapping[str, object], int]] = {
    "principals.ability-project-per-year": ("head_selections", {"route": "ability_project"}, 60),
    "principals.advanced-study-per-year": ("head_selections", {"route": "advanced_study"}, 10),
    "principals.qualification-training": ("training_courses", {"kind": "head_qualification"}, 1),
    "principals.famous-head-training": ("training_courses", {"kind": "famous_head"}, 3),
    "principals.backbone-training": ("training_courses", {"kind": "backbone_head"}, 6),
    "teachers.famous-head-course-assisted": (
        "training_courses",
        {"kind": "famous_head", "partner": ("dongguan", "hanshan_normal", "gdut")},
        3,
    ),
    "teachers.backbone-subject-courses": ("training_courses", {"kind": "backbone_teacher"}, 8),
    "researchers.ability-courses": ("training_courses", {"kind": "researcher"}, 2),
}
_STAGES = ("schedule.stage-1-preparation", "schedule.stage-2-reform-practice", "schedule.stage-3-complete")


def _has(row: Row, wanted: Mapping[str, object]) -> bool:
    return all(
        row[key] in value if isinstance(value, tuple) else row[key] == value for key, value in wanted.items()
    )


def _number(rows: Iterable[Row], **wanted: object) -> Fraction:
    return Fraction(sum(_has(row, wanted) for row in rows))


def _sum(rows: Iterable[Row], *columns: str, **wanted: object) -> Fraction:
    return Fraction(sum(int(str(row[name])) for row in rows if _has(row, wanted) for name in columns))


def _verdict(*, met: bool) -> str:
    return "met" if met else "not_met"


def _enough(value: Fraction, limit: int) -> Expected:
    return {"verdict": _verdict(met=value >= limit), "value": str(value)}


def _yearly(value: Callable[[int], Fraction], enough: Callable[[int, Fraction], bool]) -> Expected:
    values = {year: value(year) for year in _PLAN}
    years = {
        year: {"verdict": _verdict(met=enough(year, found)), "value": str(found)}
        for year, found in values.items()
    }
    return {"verdict": _verdict(met=all(one["verdict"] == "met" for one in years.values())), "years": years}


def _each_year(rows: list[Row], wanted: Mapping[str, object], limit: int) -> Expected:
    return _yearly(lambda year: _number(rows, year=year, **wanted), lambda _, value: value >= limit)


def count_verdicts(tables: Tables) -> dict[str, Expected]:
    """Work out the counts, and the shares that stand beside them."""
    found = _titles(tables) | _topics(tables) | _places(tables) | _heads(tables) | _shares(tables)
    for name, (table, wanted, limit) in _YEARLY.items():
        found[name] = _each_year(tables[table], wanted, limit)
    exchanges = tables["activities"]
    found["compulsory.homework-exchanges"] = _yearly(
        lambda year: _number(exchanges, year=year, kind="homework_exchange"), lambda _, value: value in {1, 2}
    )
    same = {
        "community.count-goal": found["community.count"],
        "special.compulsory-enrolment-goal": _disabled_enrolled(tables),
    }
    return found | same


def composite_verdicts(found: Mapping[str, Expected]) -> dict[str, Expected]:
    """Work out the cycle of three years from its three stages, where these have verdicts."""
    stages = [found[name]["verdict"] for name in _STAGES if name in found]
    if len(stages) < len(_STAGES):
        return {}
    return {"schedule.cycle-three-years": {"verdict": _verdict(met=set(stages) == {"met"})}}


def _titles(tables: Tables) -> dict[str, Expected]:
    schools = {row["institution_id"] for row in tables["institutions"] if row["kind"] == "school"}
    found: dict[str, Expected] = {}
    for name, (kind, levels, limit) in _TITLES.items():
        rows = [row for row in tables["recognitions"] if row["kind"] == kind]
        if kind in _OF_SCHOOLS_ALONE:
            rows = [row for row in rows if row["institution_id"] in schools]
        found[name] = _enough(_number(rows, year=_PLAN, level=levels), limit)
    return found


def _topics(tables: Tables) -> dict[str, Expected]:
    topics = [row for row in tables["research_topics"] if row["year"] in _PLAN]
    moral = [row for row in topics if row["field"] == "moral" and row["concluded_on"] is not None]
    reported = [row for row in topics if row["report_filed_on"] is not None]
    return {
        "moral.research-topics": _enough(_number(moral, level="district"), 30),
        "research.provincial-topics": _enough(_number(reported, level=_PROVINCIAL), 36),
        "research.municipal-topics": _enough(_number(reported, level="municipal"), 50),
    }


def _places(tables: Tables) -> dict[str, Expected]:
    finished = [row for row in tables["projects"] if row["completed_on"] is not None]
    found = {
        name: _enough(_number(finished, year=_PLAN, stage=stage, kind=kinds), limit)
        for name, (stage, kinds, limit) in _BUILT.items()
    }
    found["preschool.public-kindergartens-added-each-year"] = _yearly(
        lambda year: _number(finished, year=year, stage="preschool", kind=("new_build", "rebuild")),
        lambda _, value: value >= 1,
    )
    sites = [row for row in tables["exam_sites"] if row["year"] == _LAST]
    subjects = ("physics_labs", "chemistry_labs", "biology_labs")
    whole = [row for row in sites if all(int(str(row[name])) >= 1 for name in subjects)]
    found["equipment.exam-sites"] = _enough(Fraction(len(whole)), 15)
    found["equipment.science-labs"] = _enough(_sum(sites, *subjects), 45)
    return found


def _heads(tables: Tables) -> dict[str, Expected]:
    rows = tables["head_selections"]
    openly = ("open_selection", "open_recruitment")
    heads = {row["person_id"] for row in rows if _has(row, {"year": _PLAN, "route": openly})}
    return {
        "principals.openly-recruited": _enough(Fraction(len(heads)), 60),
        "principals.reserve-pool-size": _enough(_number(rows, year=_LAST, route="reserve_pool"), 600),
    }


def _shares(tables: Tables) -> dict[str, Expected]:
    moves, enrolment = tables["rotations"], tables["enrolment"]
    public = {
        (row["institution_id"], row["year"]) for row in tables["institutions"] if row["ownership"] == "public"
    }

    def rotated(year: int, who: str) -> Fraction:
        return _sum(moves, f"rotated_{who}", year=year) / _sum(moves, f"eligible_{who}", year=year)

    def in_public_places(year: int) -> Fraction:
        rows = [row for row in enrolment if _has(row, {"year": year, "stage": ("primary", "junior")})]
        own = [row for row in rows if (row["institution_id"], year) in public]
        bought = [row for row in rows if (row["institution_id"], year) not in public]
        return (_sum(own, "students") + _sum(bought, "migrant_public_places")) / _sum(rows, "students")

    return {
        "teachers.rotation-teachers": _yearly(
            lambda year: rotated(year, "teachers"), lambda _, value: value >= Fraction(1, 10)
        ),
        "teachers.rotation-principals": _yearly(
            lambda year: rotated(year, "heads"), lambda year, value: value >= rotated(year - 1, "heads")
        ),
        "compulsory.public-places-share": _yearly(
            in_public_places, lambda year, value: value >= in_public_places(year - 1)
        ),
    }


def _disabled_enrolled(tables: Tables) -> Expected:
    """Work out what the restated promise restates."""
    children = [
        row for row in tables["special_pupils"] if _has(row, {"year": _LAST, "age_group": "compulsory"})
    ]
    away = _sum(children, "children", placement="not_enrolled")
    share = 1 - away / _sum(children, "children")
    return {"verdict": _verdict(met=share >= Fraction(97, 100)), "value": str(share)}
