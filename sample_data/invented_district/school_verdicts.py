"""What the promises to every school must come to in the invented district: plain Python, exact fractions."""

# the limits are the plan's own numbers

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from invented_district.expected import (
    Expected,
    Tables,
    all_of,
    exact,
    group,
    groups,
    once,
    rising,
    rows_with,
    total,
    yearly,
)
from invented_district.school_duties import PLAN, is_due

if TYPE_CHECKING:
    from collections.abc import Iterable

    from invented_district.roster import Row

__all__ = ["school_verdicts"]

_LAST = PLAN[-1]
# Duties of every school that owes them, by target.
_DUTIES = {
    "special.resource-centre-school": "special_resource_centre",
    "party.principal-under-party-leadership": "party_leadership",
    "moral.ideological-course-coverage": "curriculum_ideology",
    "moral.civilised-campus-district": "civilised_campus",
    "moral.safe-campus-district": "safe_campus",
    "pe.ball-sports-popularised": "ball_sports",
    "pay.post-competition": "post_competition",
    "compulsory.after-school-schools": "after_school_service",
}
# Rows of `provisions` that must each be complete by the end of the plan.
_COMPLETE = {
    "preschool.three-kinds-of-kindergarten-built": (
        "estate_kindergarten",
        "centre_kindergarten",
        "village_kindergarten",
    ),
    "digital.ipv6-5g-upgrade": ("upgraded_classroom", "upgraded_terminal"),
    "equipment.fully-equipped": ("digital_equipment", "teaching_equipment"),
    "teachers.three-schools-staff-complete": ("head_post", "subject_teacher_post"),
    "researchers.full-time-each-subject": ("subject_researcher",),
    "preschool.weak-kindergartens-equipped": ("play_materials",),
    "compulsory.two-types-boarding": ("boarding_standard",),
    "compulsory.two-types-small": ("small_school_standard",),
    "senior.county-schools-standardised": ("county_high_standard",),
}


def school_verdicts(tables: Tables) -> dict[str, Expected]:
    """Work out what every school must do, have and give, and what is asked for it."""
    found = _duties(tables) | _ratings(tables) | _provisions(tables) | _requests(tables)
    found |= _entitlements(tables) | _funds(tables) | _reward_pay(tables) | _disabled(tables)
    return found


def _schools(tables: Tables) -> list[Row]:
    return rows_with(tables["institutions"], year=_LAST, kind="school")


def _duties(tables: Tables) -> dict[str, Expected]:
    done = {
        (row["institution_id"], row["duty"])
        for row in rows_with(tables["institution_duties"], year=_LAST)
        if row["fulfilled"]
    }

    def each(duty: str) -> Expected:
        owing = [row["institution_id"] for row in _schools(tables) if is_due(duty, row)]
        return group({str(code): (code, duty) in done for code in owing})

    found = {target: each(duty) for target, duty in _DUTIES.items()}
    lessons = ("delivered_lessons", "master_lessons", "famous_school_lessons")
    villages = [row["institution_id"] for row in rows_with(_schools(tables), location="rural")]
    found["digital.three-classrooms-rural"] = group(
        {str(code): all((code, kind) in done for kind in lessons) for code in villages}
    )
    with_heads = rows_with(tables["institutions"], year=_LAST, kind=("school", "kindergarten"))
    codes = [row["institution_id"] for row in with_heads]
    found["principals.all-trained"] = group({str(code): (code, "head_rotation") in done for code in codes})
    forces = rows_with(tables["institution_duties"], year=_LAST, duty="task_force")
    share = Fraction(sum(bool(row["fulfilled"]) for row in forces), len(forces))
    found["governance.task-forces"] = once(share, met=share == 1)
    return found


def _ratings(tables: Tables) -> dict[str, Expected]:
    def each(aspect: str) -> Expected:
        grades = {
            row["institution_id"]: row["grade"]
            for row in rows_with(tables["institution_ratings"], year=_LAST, aspect=aspect)
        }
        return group(
            {
                str(row["institution_id"]): grades[row["institution_id"]] in {"good", "excellent"}
                for row in _schools(tables)
            }
        )

    return {
        "moral.all-schools-good": each("moral_education"),
        "culture.all-schools-good": each("campus_culture"),
    }


def _complete(rows: Iterable[Row]) -> dict[str, bool]:
    return {
        f"{row['institution_id']} {row['item']} {row['detail']}": exact(row["present"])
        >= exact(row["required"])
        for row in rows
    }


def _provisions(tables: Tables) -> dict[str, Expected]:
    rows = tables["provisions"]
    found = {
        target: group(_complete(rows_with(rows, year=_LAST, item=items)))
        for target, items in _COMPLETE.items()
    }
    found["land.planning-consultation"] = groups(
        {year: _complete(rows_with(rows, year=year, item="plan_consultation")) for year in PLAN}
    )
    for target, item in (
        ("special.resource-centre-district", "special_centre"),
        ("researchers.preschool", "preschool_researcher"),
        ("researchers.special", "special_researcher"),
    ):
        number = total(rows, "present", year=_LAST, item=item)
        found[target] = once(number, met=number >= 1)
    schools = [row["institution_id"] for row in _schools(tables)]
    for target, item in (
        ("culture.school-brand", "campus_brand"),
        ("culture.school-characteristic", "campus_feature"),
    ):
        number_of = {
            row["institution_id"]: exact(row["present"]) for row in rows_with(rows, year=_LAST, item=item)
        }
        found[target] = group({str(code): number_of[code] >= 1 for code in schools})
    parts = ("culture.school-brand", "culture.school-characteristic")
    found["culture.one-school-one-brand"] = all_of(found, parts)
    seniors = rows_with(
        tables["institutions"], year=2023, kind="school", span=("senior", "complete_secondary")
    )
    offered = {
        row["institution_id"]: exact(row["present"])
        for row in rows_with(rows, year=2023, item="course_group")
    }
    found["senior.course-groups"] = group(
        {str(row["institution_id"]): offered[row["institution_id"]] >= 1 for row in seniors}
    )
    sites = rows_with(tables["exam_sites"], year=_LAST)
    for target, column in (
        ("equipment.exam-rooms-video", "monitored_rooms"),
        ("equipment.exam-rooms-aircon", "conditioned_rooms"),
    ):
        share = total(sites, column) / total(sites, "exam_rooms")
        found[target] = once(share, met=share == 1)
    return found


def _requests(tables: Tables) -> dict[str, Expected]:
    rows = tables["provisions"]

    def share(year: int, item: str) -> Fraction:
        return total(rows, "present", year=year, item=item) / total(rows, "required", year=year, item=item)

    posts = "teaching_establishment"
    return {
        "teachers.within-approved-establishment": yearly(
            lambda year: total(rows, "present", year=year, item=posts),
            lambda year, value: value <= total(rows, "required", year=year, item=posts),
        ),
        "duty.project-priority": yearly(
            lambda year: share(year, "major_plan_education"), lambda _, value: value >= 1
        ),
        "land.reused-land-priority": yearly(
            lambda year: share(year, "reused_land_education"), lambda _, value: value >= 1
        ),
        "duty.land-priority": yearly(
            lambda year: share(year, "land_education"), lambda year, value: value >= share(year, "land_other")
        ),
        "finance.bond-priority": yearly(
            lambda year: share(year, "bond_education"), lambda year, value: value >= share(year, "bond_other")
        ),
    }


def _entitlements(tables: Tables) -> dict[str, Expected]:
    rows = tables["entitlements"]

    def share(year: int, entitlement: str) -> Fraction:
        own = rows_with(rows, year=year, entitlement=entitlement)
        return total(own, "served") / total(own, "entitled")

    found = {
        target: once(share(_LAST, name), met=share(_LAST, name) >= 1)
        for target, name in (
            ("pe.one-skill-each-pupil", "sport_skill"),
            ("compulsory.after-school-pupils", "after_school"),
        )
    }
    for target, name in (
        ("pay.competed-post-pay-on-time", "competed_post_pay"),
        ("special.mainstream-due", "mainstream_place"),
        ("special.mainstream-near", "near_school"),
    ):
        found[target] = yearly(lambda year, name=name: share(year, name), lambda _, value: value >= 1)  # type: ignore[misc]  # each its own name
    risen = share(_LAST, "disabled_senior_place") / share(2022, "disabled_senior_place")
    found["special.senior-opportunity"] = once(risen, met=risen > 1)
    return found


def _funds(tables: Tables) -> dict[str, Expected]:
    rows, special = tables["earmarked_funds"], tables["special_finance"]

    def share(year: int, fund: str) -> Fraction:
        return total(rows, "provided", year=year, fund=fund) / total(rows, "total", year=year, fund=fund)

    def per_pupil(year: int) -> Fraction:
        return total(special, "public_funds", year=year) / total(special, "pupils", year=year)

    def spent(year: int) -> Fraction:
        return total(tables["district_finance"], "fiscal_funds", year=year, function="special")

    found = {
        target: yearly(lambda year, fund=fund: share(year, fund), lambda _, value: value >= 1)  # type: ignore[misc]  # each its own fund
        for target, fund in (
            ("finance.surcharge-to-education", "education_surcharge"),
            ("finance.local-surcharge-to-education", "local_education_surcharge"),
            ("pay.after-school-in-budget", "after_school_pay"),
        )
    }
    found["finance.town-input-mechanism"] = groups(
        {
            year: {
                str(row["institution_id"]): exact(row["provided"]) * 2 > exact(row["total"])
                for row in rows_with(rows, year=year, fund="town_input")
            }
            for year in PLAN
        }
    )
    found["special.per-pupil-standard-raised"] = rising(per_pupil)
    found["special.funding-increased"] = rising(spent)
    return found


def _reward_pay(tables: Tables) -> dict[str, Expected]:
    rows = tables["reward_pay"]

    def tilted(year: int, pay: str, heads: str) -> dict[str, bool]:
        return {
            str(row["institution_id"]): exact(row[pay]) / exact(row[heads])
            > exact(row["other_pay"]) / exact(row["other_teachers"])
            for row in rows_with(rows, year=year)
        }

    return {
        "pay.reward-tilt-overloaded": groups(
            {year: tilted(year, "overloaded_pay", "overloaded_teachers") for year in PLAN}
        ),
        "pay.reward-tilt-class-teachers": groups(
            {year: tilted(year, "class_teacher_pay", "class_teachers") for year in PLAN}
        ),
        "pay.after-school-uplift": rising(lambda year: total(rows, "performance_pay", year=year)),
    }


def _disabled(tables: Tables) -> dict[str, Expected]:
    schools = rows_with(tables["special_schooling"], year=_LAST)

    def each(pupils: str, least: int, *columns: str) -> Expected:
        return group(
            {
                str(row["institution_id"]): sum(exact(row[column]) for column in columns) >= 1
                for row in schools
                if exact(row[pupils]) >= least
            }
        )

    full, part = "full_time_resource_teachers", "part_time_resource_teachers"
    others = ("special_school", "special_class", "home_teaching")
    placed = rows_with(tables["special_pupils"], age_group="compulsory")
    return {
        "special.resource-room-goal": each("disabled_pupils", 5, "resource_rooms"),
        "special.resource-room": each("mainstream_pupils", 5, "resource_rooms"),
        "special.resource-teacher-full-time": each("disabled_pupils", 5, full),
        "special.resource-teacher-all": each("disabled_pupils", 1, full, part),
        "special.mainstream-priority": yearly(
            lambda year: total(placed, "children", year=year, placement="mainstream"),
            lambda year, value: value >= total(placed, "children", year=year, placement=others),
        ),
    }
