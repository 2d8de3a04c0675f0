"""What the plan's targets must come to in the invented district: plain Python, no engine, exact fractions."""

# ruff: noqa: PLR2004  # the limits are the plan's own numbers

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from invented_district.action_verdicts import bundle_verdicts, commitment_verdicts
from invented_district.count_verdicts import composite_verdicts, count_verdicts
from invented_district.resource_verdicts import aliases, resource_verdicts
from invented_district.roster import Row
from invented_district.school_verdicts import school_verdicts
from invented_district.series_verdicts import series_verdicts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["Expected", "expected_verdicts"]

Tables = dict[str, list[Row]]
Expected = dict[str, object]
_PLAN = (2023, 2024, 2025)
_LAST = 2025
_BACHELOR = ("bachelor", "master", "doctor")


def _exact(value: object) -> Fraction:
    return Fraction(value if isinstance(value, int | Decimal) else str(value))


def _sum(rows: Iterable[Row], *columns: str, **wanted: object) -> Fraction:
    """Add columns up over the rows that have these values; a tuple means any of them."""
    return sum((_exact(row[name]) for row in rows if _has(row, wanted) for name in columns), Fraction(0))


def _number(rows: Iterable[Row], **wanted: object) -> Fraction:
    return Fraction(sum(_has(row, wanted) for row in rows))


def _has(row: Row, wanted: dict[str, object]) -> bool:
    return all(
        row[name] in value if isinstance(value, tuple) else row[name] == value
        for name, value in wanted.items()
    )


def _verdict(met: bool) -> str:  # noqa: FBT001  # it is the one thing it takes
    return "met" if met else "not_met"


def _once(value: Fraction, met: bool) -> Expected:  # noqa: FBT001  # the comparison is made where it is read
    return {"verdict": _verdict(met), "value": str(value)}


def _yearly(
    value: Callable[[int], Fraction], enough: Callable[[int, Fraction], bool], years: Iterable[int] = _PLAN
) -> Expected:
    values = {year: value(year) for year in years}
    verdicts = {year: _verdict(enough(year, found)) for year, found in values.items()}
    return {
        "verdict": _verdict(set(verdicts.values()) == {"met"}),
        "years": {year: {"verdict": verdicts[year], "value": str(found)} for year, found in values.items()},
    }


def expected_verdicts(tables: Tables) -> dict[str, Expected]:
    """Work out every target of the plan."""
    found = _compulsory(tables) | _investments(tables) | _staff(tables) | _persons(tables) | _pay(tables)
    found |= _preschool(tables) | _special(tables)
    members = ("preschool.public-enrolment-share", "preschool.inclusive-enrolment-share")
    found["preschool.5085"] = {"verdict": _verdict(all(found[one]["verdict"] == "met" for one in members))}
    found |= count_verdicts(tables) | commitment_verdicts(tables)
    found |= school_verdicts(tables) | series_verdicts(tables) | resource_verdicts(tables)
    found |= aliases(found)
    found |= bundle_verdicts(found)
    return found | composite_verdicts(found)


def _compulsory(tables: Tables) -> dict[str, Expected]:
    stages = ("primary", "junior")
    enrolment, cohorts, fitness, rooms = (
        tables[name] for name in ("enrolment", "cohorts", "fitness", "classrooms")
    )
    migrants = {"year": _LAST, "stage": stages}
    placed = _sum(enrolment, "migrant_public_places", **migrants) / _sum(
        enrolment, "migrant_students", **migrants
    )
    fit = _sum(fitness, "excellent", "good", year=_LAST) / _sum(fitness, "tested", year=_LAST)
    connected = _sum(rooms, "connected", year=_LAST) / _sum(rooms, "multimedia", year=_LAST)
    large = Fraction(
        sum(_has(row, migrants) and int(str(row["students"])) >= 56 for row in tables["classes"])
    )

    def kept(year: int) -> Fraction:
        cohort = _sum(cohorts, "entrants", "transfers_in", year=year) - _sum(
            cohorts, "transfers_out", "deaths", year=year
        )
        return _sum(cohorts, "completers", year=year) / cohort

    def inspections(year: int) -> Fraction:
        return _number(tables["activities"], year=year, kind="homework_inspection")

    plan_issued = [
        row for row in tables["documents"] if (row["kind"], row["status"]) == ("retention_plan", "final")
    ]
    return {
        "compulsory.migrant-public-share": _once(placed, placed >= Fraction(85, 100)),
        "compulsory.nine-year-retention": _yearly(kept, lambda _, value: value >= Fraction(96, 100)),
        "pe.fitness-good-rate": _once(fit, fit >= Fraction(55, 100)),
        "digital.multimedia-classroom-connected": _once(connected, connected == 1),
        "compulsory.zero-oversize-classes": _once(large, large == 0),
        "compulsory.homework-inspections": _yearly(inspections, lambda _, value: 1 <= value <= 2),
        "compulsory.retention-plan": {
            "verdict": _verdict(any(row["issued_on"] for row in plan_issued)),
            "done_on": str(plan_issued[0]["issued_on"]),
        },
    }


def _investments(tables: Tables) -> dict[str, Expected]:
    projects = [row for row in tables["projects"] if row["year"] in _PLAN]
    built = ("new_build", "rebuild", "take_over", "collective")
    invested = {
        "finance.total-investment": (_sum(projects, "invested"), 1_200_000_000),
        "finance.preschool-investment": (
            _sum(projects, "invested", stage="preschool", kind=built),
            48_000_000,
        ),
        "finance.senior-investment": (_sum(projects, "invested", stage="senior", kind=built), 123_000_000),
        "finance.equipment-investment": (_sum(projects, "invested", kind="equipment"), 450_000_000),
        "places.preschool-public": (_sum(projects, "places", stage="preschool"), 3500),
        "places.compulsory-public": (_sum(projects, "places", stage="compulsory"), 11_000),
        "places.senior-public": (_sum(projects, "places", stage="senior"), 1800),
    }
    found = {name: _once(value, value >= limit) for name, (value, limit) in invested.items()}
    compulsory = _sum(projects, "invested", stage="compulsory", kind=built[:2])
    found["finance.compulsory-investment"] = _once(compulsory, 570_000_000 <= compulsory <= 630_000_000)
    return found


def _staff(tables: Tables) -> dict[str, Expected]:
    staff = [
        row
        for row in tables["staff"]
        if (row["year"], row["role"], row["full_time"]) == (_LAST, "teacher", True)
    ]
    shares = {
        "teachers.preschool-college-share": ("preschool", ("college", *_BACHELOR), 83),
        "teachers.primary-bachelor-share": ("primary", _BACHELOR, 83),
        "teachers.junior-bachelor-share": ("junior", _BACHELOR, 92),
        "teachers.senior-postgraduate-share": ("senior", ("master", "doctor"), 14),
    }
    found: dict[str, Expected] = {}
    for name, (stage, degrees, percent) in shares.items():
        value = _number(staff, stage=stage, degree=degrees) / _number(staff, stage=stage)
        found[name] = _once(value, value >= Fraction(percent, 100))
    schools = [
        str(row["institution_id"])
        for row in tables["institutions"]
        if (row["year"], row["kind"]) == (_LAST, "school")
    ]
    teachers: dict[str, list[Row]] = {code: [] for code in schools}
    for row in staff:
        teachers.get(str(row["institution_id"]), []).append(row)
    short = [code for code, own in teachers.items() if _number(own, school_backbone=True) * 10 < len(own)]
    found["teachers.school-backbone-share"] = {
        "verdict": _verdict(not short),
        "entities": len(schools),
        "not_met_by": short,
    }

    def recruited(year: int) -> Fraction:
        return _number(tables["recruits"], year=year, category=("high_level", "shortage_subject"))

    found["teachers.high-level-recruits-per-year"] = _yearly(recruited, lambda _, value: value >= 136)
    return found


def _persons(tables: Tables) -> dict[str, Expected]:
    heads, researchers = ("principal", "kindergarten_head"), ("researcher", "town_researcher")
    duties = {
        "principals.training-hours": (heads, "training_records", "hours", 90),
        "researchers.training-hours": (researchers, "training_records", "hours", 90),
        "researchers.school-guidance-days": (("researcher",), "guidance_records", "days", 80),
        "researchers.lesson-observations": (("researcher",), "guidance_records", "lessons", 80),
    }
    return {name: _each(tables, *duty) for name, duty in duties.items()}


def _each(tables: Tables, roles: tuple[str, ...], records: str, column: str, limit: int) -> Expected:
    """Work out a duty of every person; no record is zero."""
    years: dict[int, Expected] = {}
    for year in _PLAN:
        done = {
            str(row["person_id"]): Fraction(0)
            for row in tables["staff"]
            if row["year"] == year and row["role"] in roles
        }
        for row in tables[records]:
            if row["year"] == year and row["person_id"] in done:
                done[str(row["person_id"])] += _exact(row[column])
        short = {person: str(value) for person, value in done.items() if value < limit}
        least = str(min(done.values()))
        years[year] = {
            "verdict": _verdict(not short),
            "entities": len(done),
            "least": least,
            "not_met_by": short,
        }
    return {"verdict": _verdict(all(one["verdict"] == "met" for one in years.values())), "years": years}


def _pay(tables: Tables) -> dict[str, Expected]:
    pay = tables["pay"]

    def mean(year: int, *payees: str) -> Fraction:
        return _sum(pay, "total_pay", year=year, payee=payees) / _sum(
            pay, "headcount", year=year, payee=payees
        )

    def teachers(year: int) -> Fraction:
        return mean(year, "urban_teacher", "rural_teacher")

    return {
        "pay.teachers-vs-civil-servants": _yearly(
            teachers, lambda year, value: value >= mean(year, "civil_servant")
        ),
        "pay.rural-vs-urban": _yearly(
            lambda year: mean(year, "rural_teacher"), lambda year, value: value >= mean(year, "urban_teacher")
        ),
    }


def _preschool(tables: Tables) -> dict[str, Expected]:
    finance, children = (
        tables["district_finance"],
        [row for row in tables["enrolment"] if row["stage"] == "preschool"],
    )
    owner = {
        row["institution_id"]: row["ownership"] for row in tables["institutions"] if row["year"] == _LAST
    }
    everybody = _sum(children, "students", year=_LAST)
    public = _sum(
        (row for row in children if owner.get(row["institution_id"]) == "public"), "students", year=_LAST
    )
    private = _sum(
        (row for row in children if owner.get(row["institution_id"]) == "private"), "students", year=_LAST
    )
    residents = _sum(tables["population"], "residents", year=_LAST, age=(3, 4, 5))

    def share(year: int) -> Fraction:
        return _sum(finance, "fiscal_funds", year=year, function="preschool") / _sum(
            finance, "fiscal_funds", year=year
        )

    def per_child(year: int) -> Fraction:
        budget = _sum(finance, "general_budget", year=year, function="preschool")
        return budget / _sum(children, "students", year=year)

    return {
        "preschool.public-enrolment-share": _once(public / everybody, public / everybody >= Fraction(1, 2)),
        "preschool.inclusive-enrolment-share": _once(
            1 - private / everybody, 1 - private / everybody >= Fraction(85, 100)
        ),
        "preschool.gross-enrolment-rate": _once(everybody / residents, everybody >= residents),
        "preschool.per-child-budget-not-falling": _yearly(
            per_child, lambda year, value: value >= per_child(year - 1)
        ),
        "preschool.fiscal-share": _yearly(share, lambda _, value: value >= Fraction(5, 100)),
    }


def _special(tables: Tables) -> dict[str, Expected]:
    pupils = [row for row in tables["special_pupils"] if row["year"] == _LAST]
    funds = [row for row in tables["special_finance"] if row["year"] == _LAST]
    shares: dict[str, Fraction] = {}
    for age_group in ("preschool", "compulsory"):
        away = _sum(pupils, "children", age_group=age_group, placement="not_enrolled")
        shares[age_group] = 1 - away / _sum(pupils, "children", age_group=age_group)
    enrolled = _sum(pupils, "children", age_group="compulsory") - _sum(
        pupils, "children", age_group="compulsory", placement="not_enrolled"
    )
    at_home = _sum(pupils, "children", age_group="compulsory", placement="home_teaching") / enrolled
    each = _sum(funds, "public_funds") / _sum(funds, "pupils")
    return {
        "special.home-teaching-cap": _once(at_home, at_home <= Fraction(10, 100)),
        "special.compulsory-enrolment": _once(
            shares["compulsory"], shares["compulsory"] >= Fraction(97, 100)
        ),
        "special.preschool-enrolment": _once(shares["preschool"], shares["preschool"] >= Fraction(85, 100)),
        "special.per-pupil-amount": _once(each, each >= 7000),
    }
