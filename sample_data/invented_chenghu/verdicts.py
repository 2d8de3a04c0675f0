"""What the plan's targets must come to in the invented Chenghu: plain Python, no engine, exact fractions."""

# ruff: noqa: PLR2004  # the limits are the plan's own numbers

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from invented_district.roster import Row

__all__ = ["Expected", "Tables", "expected_verdicts"]

Tables = dict[str, list["Row"]]
Expected = dict[str, object]
_YEARS = (2023, 2024)
_LEADERS = ("CH1001", "CH1002", "CH1003", "CH1004")
_GROUPS = {  # body: who must sit in it, besides its head
    "secretariat": {
        ("lead", "CH1005"),
        ("assisting", "CH1006"),
        ("assisting", "CH1002"),
        ("assisting", "CH1007"),
    },
    "materials": {("lead", "CH1002"), ("assisting", "CH1004"), ("assisting", "CH1008")},
    "finance": {
        ("lead", "CH1009"),
        ("assisting", "CH1010"),
        ("assisting", "CH1011"),
        ("assisting", "CH1002"),
        ("assisting", "CH1012"),
        ("assisting", "CH1013"),
    },
    "personnel": {("lead", "CH1014"), ("assisting", "CH1015"), ("assisting", "CH1002")},
    "quality": {("lead", "CH1002"), ("lead", "CH1004"), ("assisting", "CH1016")},
}
_MILESTONES = {  # target: kind of action, deadline
    "modernisation.launch-2023": ("launch", "2023-12-31"),
    "modernisation.leading-group": ("leading_group", "2023-03-31"),
    "modernisation.creation-office": ("creation_office", "2023-03-31"),
    "modernisation.masters-class-opened": ("masters_class", "2023-11-30"),
    "modernisation.big-education-system": ("community_link", "2023-11-30"),
    "modernisation.step-1-1-plan": ("plan_issued", "2023-03-31"),
    "modernisation.mobilisation-meeting": ("mobilisation_meeting", "2023-06-30"),
    "modernisation.media-publicity": ("publicity", "2023-06-30"),
    "modernisation.apply-evaluation": ("evaluation_applied", "2023-08-31"),
    "modernisation.expert-visit": ("expert_visit", "2023-08-31"),
    "modernisation.evaluation-undergone": ("evaluation", "2023-11-30"),
    "modernisation.advanced-district": ("recognition", "2024-12-31"),
}
_COMPOSITES = {  # in an order in which the members of each are known
    "modernisation.indicator-system": (
        "modernisation.indicators-level-1",
        "modernisation.indicators-level-2",
        "modernisation.indicators-observation-points",
    ),
    "modernisation.private-public-equal-opportunity": (
        "modernisation.private-public-rewards",
        "modernisation.private-public-training",
    ),
    "modernisation.step-1-1": (
        "modernisation.leading-group",
        "modernisation.creation-office",
        "modernisation.step-1-1-plan",
        "modernisation.step-1-1-duties",
        "modernisation.unit-gap-check-rectify",
    ),
    "modernisation.step-1-2": ("modernisation.mobilisation-meeting", "modernisation.media-publicity"),
    "modernisation.step-1-3": (
        "modernisation.self-inspection",
        "modernisation.self-inspection-rectify",
        "modernisation.materials-complete",
    ),
    "modernisation.stage-1": (
        "modernisation.step-1-1",
        "modernisation.step-1-2",
        "modernisation.step-1-3",
    ),
    "modernisation.step-2-1": ("modernisation.apply-evaluation", "modernisation.expert-visit"),
    "modernisation.step-2-2": ("modernisation.opinions-rectified", "modernisation.materials-rechecked"),
    "modernisation.step-2-3": ("modernisation.evaluation-undergone",),
    "modernisation.stage-2": (
        "modernisation.step-2-1",
        "modernisation.step-2-2",
        "modernisation.step-2-3",
    ),
    "modernisation.two-stages": ("modernisation.stage-1", "modernisation.stage-2"),
}


def expected_verdicts(tables: Tables) -> dict[str, Expected]:
    """Work out every target of the plan."""
    found = _milestones(tables) | _bodies(tables) | _everybody(tables) | _rectified(tables)
    found |= _scheme(tables) | _growth(tables) | _shares(tables)
    for name, members in _COMPOSITES.items():
        found[name] = {"verdict": _verdict(all(found[one]["verdict"] == "met" for one in members))}
    found["modernisation.step-1-1-group"] = dict(found["modernisation.leading-group"])
    return found


def _verdict(met: bool) -> str:  # noqa: FBT001  # it is the one thing it takes
    return "met" if met else "not_met"


def _once(value: Fraction | int, met: bool) -> Expected:  # noqa: FBT001  # the comparison is made where it is read
    return {"verdict": _verdict(met), "value": str(value)}


def _number(row: Row, column: str) -> Fraction:
    return Fraction(str(row[column]))


def _sum(rows: Iterable[Row], column: str) -> Fraction:
    return sum((_number(row, column) for row in rows), Fraction(0))


def _in_time(day: object, deadline: str) -> bool:
    """Whether a date is there and not after the deadline; ISO dates sort as text."""
    return day is not None and str(day) <= deadline


def _milestones(tables: Tables) -> dict[str, Expected]:
    found: dict[str, Expected] = {}
    for name, (kind, deadline) in _MILESTONES.items():
        days = sorted(str(row["done_on"]) for row in tables["actions"] if row["kind"] == kind)
        if name.endswith("launch-2023"):
            days = [day for day in days if day >= "2023-01-01"]
        kept = [day for day in days if day <= deadline]
        found[name] = {"verdict": _verdict(bool(kept))}
        if kept:
            found[name]["done_on"] = kept[0]
    return found


def _bodies(tables: Tables) -> dict[str, Expected]:
    seats = [row for row in tables["seats"] if str(row["appointed_on"]) <= "2023-03-31"]

    def seated(body: str, wanted: set[tuple[str, str]], offices: tuple[str, ...]) -> Expected:
        mine = [(row["role"], row["institution_id"]) for row in seats if row["body"] == body]
        filled = sum(role in offices or (role, code) in wanted for role, code in mine)
        needed = len(wanted) + len(offices)
        return _once(filled, filled >= needed)

    members = {("member", code) for code in _LEADERS}
    found = {
        f"modernisation.group-{body}": seated(body, wanted, ("head",)) for body, wanted in _GROUPS.items()
    }
    found["modernisation.leading-group-members"] = seated("leading_group", members, ("head", "deputy"))
    found["modernisation.creation-office-members"] = seated("creation_office", members, ("head", "deputy"))
    groups = sum(
        row["kind"] == "working_group" and str(row["done_on"]) <= "2023-03-31" for row in tables["actions"]
    )
    found["modernisation.five-working-groups"] = _once(groups, groups == 5)
    return found


def _everybody(tables: Tables) -> dict[str, Expected]:
    """Work out what each office or each participant owes."""
    everybody = [row["institution_id"] for row in tables["institutions"] if row["kind"] != "creation_office"]
    offices = [
        row["institution_id"]
        for row in tables["institutions"]
        if row["kind"] in {"department", "sub_district"}
    ]

    def done(kind: str, first: str, last: str) -> list[object]:
        rows = [row for row in tables["actions"] if row["kind"] == kind]
        return [row["institution_id"] for row in rows if first <= str(row["done_on"]) <= last]

    parts = ("gaps_listed", "measures_set", "responsibility_set", "head_named", "contact_named")
    reported = [
        row["institution_id"]
        for row in tables["gap_reports"]
        if all(row[part] for part in parts) and str(row["submitted_on"]) <= "2023-03-31"
    ]
    return {
        "modernisation.important-work-2023": _each(
            offices, done("work_plan_listed", "2023-01-01", "2023-12-31")
        ),
        "modernisation.every-unit-organisation": _each(everybody, done("unit_body", "", "2023-03-31")),
        "modernisation.step-1-1-duties": _each(offices, done("duties_set", "", "2023-03-31")),
        "modernisation.unit-gap-check-rectify": _each(everybody, reported),
        "modernisation.self-inspection": _self_inspection(tables),
    }


def _each(who: list[object], done: list[object]) -> Expected:
    missing = [str(code) for code in who if code not in done]
    least = min(done.count(code) for code in who)
    return {"verdict": _verdict(not missing), "entities": len(who), "least": least, "not_met_by": missing}


def _self_inspection(tables: Tables) -> Expected:
    departments = [row["institution_id"] for row in tables["institutions"] if row["kind"] == "department"]
    open_checks = {
        row["institution_id"]
        for row in tables["self_checks"]
        if not _in_time(row["checked_on"], "2023-06-30")
    }
    missing = [str(code) for code in departments if code in open_checks]
    return {"verdict": _verdict(not missing), "entities": len(departments), "not_met_by": missing}


def _share(rows: list[Row], kept: Callable[[Row], bool], least: Fraction = Fraction(1)) -> Expected:
    value = Fraction(sum(map(kept, rows)), len(rows))
    return _once(value, value >= least)


def _rectified(tables: Tables) -> dict[str, Expected]:
    def of(source: str, deadline: str) -> Expected:
        rows = [row for row in tables["problems"] if row["source"] == source]
        return _share(
            rows, lambda row: row["reported_on"] is not None and _in_time(row["rectified_on"], deadline)
        )

    return {
        "modernisation.self-inspection-rectify": of("self_inspection", "2023-06-30"),
        "modernisation.opinions-rectified": of("study_visit", "2023-10-31"),
        "modernisation.post-evaluation-rectify": of("evaluation", "2024-12-31"),
    }


def _scheme(tables: Tables) -> dict[str, Expected]:
    points = [row for row in tables["indicators"] if row["level"] == "point"]
    levels = [row["level"] for row in tables["indicators"]]
    grades = [row["evaluated_grade"] for row in points]
    graded_a, graded_c, open_grades = (grades.count(grade) for grade in ("A", "C", None))
    none_c = "not_met" if graded_c else "undetermined" if open_grades else "met"
    many_a = "met" if graded_a >= 34 else "undetermined" if graded_a + open_grades >= 34 else "not_met"
    return {
        "modernisation.indicators-level-1": _once(levels.count("first"), levels.count("first") == 3),
        "modernisation.indicators-level-2": _once(levels.count("second"), levels.count("second") == 14),
        "modernisation.indicators-observation-points": _once(len(points), len(points) == 43),
        "modernisation.evaluation-items-a": {"verdict": many_a, "value": str(graded_a)},
        "modernisation.evaluation-items-c": {"verdict": none_c, "value": str(graded_c)},
        "modernisation.materials-complete": _share(
            points, lambda row: _in_time(row["file_completed_on"], "2023-06-30")
        ),
        "modernisation.materials-rechecked": _share(
            points, lambda row: _in_time(row["rechecked_on"], "2023-10-31")
        ),
    }


def _yearly(value: Callable[[int], Fraction], enough: Callable[[int, Fraction], bool]) -> Expected:
    years = {year: _once(value(year), enough(year, value(year))) for year in _YEARS}
    return {"verdict": _verdict(all(one["verdict"] == "met" for one in years.values())), "years": years}


def _growth(tables: Tables) -> dict[str, Expected]:
    spent = tables["budget"]
    special = [row for row in spent if row["function"] == "special"]
    vocational = [row for row in tables["enrolment"] if row["stage"] == "vocational"]

    def grown(rows: list[Row], column: str) -> Callable[[int], Fraction]:
        def total(year: int) -> Fraction:
            return _sum((row for row in rows if row["year"] == year), column)

        return lambda year: total(year) / total(year - 1) - 1

    return {
        "modernisation.group-finance-increase-input": _yearly(
            grown(spent, "spent"), lambda _, rate: rate > 0
        ),
        "modernisation.special-investment-increased": _yearly(
            grown(special, "spent"), lambda _, rate: rate > 0
        ),
        "modernisation.vocational-growth": _yearly(
            grown(vocational, "students"), lambda _, rate: rate >= Fraction(15, 100)
        ),
    }


def _shares(tables: Tables) -> dict[str, Expected]:
    teachers = [row for row in tables["staff"] if row["year"] == 2023 and row["full_time"]]
    masters = _share(
        teachers,
        lambda row: (
            row["degree"] in {"master", "doctor"}
            or row["further_study"] in {"equivalent", "course_completed"}
        ),
        Fraction(18, 100),
    )

    def enrolled(group: str) -> Fraction:
        rows = [row for row in tables["school_age"] if (row["year"], row["child_group"]) == (2023, group)]
        return _sum(rows, "enrolled") / _sum(rows, "children")

    owner = {row["institution_id"]: row["ownership"] for row in tables["institutions"]}

    def share(column: str, ownership: str, year: int) -> Fraction:
        rows = [
            row
            for row in tables["teacher_development"]
            if row["year"] == year and owner[row["institution_id"]] == ownership
        ]
        return _sum(rows, column) / _sum(rows, "teachers")

    def compared(column: str) -> Expected:
        return _yearly(
            lambda year: share(column, "private", year),
            lambda year, value: value >= share(column, "public", year),
        )

    return {
        "modernisation.masters-share-senior": masters,
        "modernisation.special-equal-opportunity": _once(
            enrolled("special"), enrolled("special") >= enrolled("all")
        ),
        "modernisation.private-public-rewards": compared("rewarded"),
        "modernisation.private-public-training": compared("trained"),
    }
