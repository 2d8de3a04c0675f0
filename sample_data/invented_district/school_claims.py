"""What people are owed in the invented district and get, and the money that is set aside for it."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from invented_district.roster import PURSE, TOWNS, YEARS, Row, town_office
from invented_district.school_duties import COMPULSORY, PLAN, schools_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from random import Random

__all__ = ["earmarked_fund_rows", "entitlement_rows", "reward_pay_rows"]

_SKILLED = {2023: 0.81, 2024: 0.93, 2025: 0.985}
_SERVED = {2023: 0.94, 2024: 0.975, 2025: 1.0}
_ADMITTED = {
    2022: (66, 41),
    2023: (71, 46),
    2024: (70, 47),
    2025: (78, 55),
}  # disabled leavers, those admitted
_SURCHARGES = {
    "education_surcharge": ((86_400_000, 0), (88_150_000, 0), (90_020_000, 0)),
    "local_education_surcharge": ((57_600_000, 0), (58_766_600, -1), (60_013_300, 240_000)),
    "after_school_pay": ((21_300_000, 500_000), (24_100_000, 150_000), (25_700_000, 0)),
}  # the total, and how much more (or less) was provided
_PERFORMANCE_PAY = {2022: 318_000_000, 2023: 326_500_000, 2024: 333_000_000, 2025: 333_000_000}


def _pupils(given: Mapping[str, list[Row]], year: int) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in given["enrolment"]:
        if row["year"] == year and row["stage"] != "preschool":
            code = str(row["institution_id"])
            found[code] = found.get(code, 0) + int(str(row["students"]))
    return found


def entitlement_rows(rng: Random, given: Mapping[str, list[Row]]) -> list[Row]:
    """Write who is owed what and who got it."""
    rows: list[Row] = []
    for year in YEARS:
        if year in PLAN:
            rows += _of_schools(rng, given, year)
        rows += _of_towns(rng, year)
    return rows


def _row(code: object, year: int, entitlement: str, entitled: int, served: int) -> Row:
    return {
        "institution_id": code,
        "year": year,
        "entitlement": entitlement,
        "entitled": entitled,
        "served": served,
    }


def _of_schools(rng: Random, given: Mapping[str, list[Row]], year: int) -> Iterator[Row]:
    pupils = _pupils(given, year)
    for school in schools_in(given, year):
        code, last = str(school["institution_id"]), year == PLAN[-1]
        able = pupils[code] - rng.randint(0, 3)
        skilled = min(able, round(able * _SKILLED[year] * rng.uniform(0.985, 1.02)))
        yield _row(code, year, "sport_skill", able, skilled)
        if school["span"] in COMPULSORY:
            wanting = round(pupils[code] * rng.uniform(0.62, 0.88))
            got = wanting if last else min(wanting, round(wanting * _SERVED[year] * rng.uniform(0.97, 1.05)))
            yield _row(code, year, "after_school", wanting, got)
        if school["ownership"] == "public":
            appointed = rng.randint(3, 16)
            yield _row(code, year, "competed_post_pay", appointed, appointed)


def _of_towns(rng: Random, year: int) -> Iterator[Row]:
    offices = [town_office(town) for town in TOWNS]
    leavers, admitted = (_dealt(rng, total, len(offices)) for total in _ADMITTED[year])
    for position, office in enumerate(offices):
        yield _row(office, year, "disabled_senior_place", leavers[position], admitted[position])
        if year in PLAN:
            fit = 20 + (position * 7 + year) % 19
            yield _row(office, year, "mainstream_place", fit, fit - ((year, position) == (2024, 3)))
            yield _row(office, year, "near_school", fit + 11, fit + 11)


def _dealt(rng: Random, total: int, parts: int) -> list[int]:
    found = [total // parts] * parts
    for position in rng.sample(range(parts), total % parts):
        found[position] += 1
    return found


def earmarked_fund_rows(rng: Random) -> list[Row]:
    """Write the surcharges, the after-school pay and the towns' funds; one town is at exactly one half."""
    rows: list[Row] = []
    for year in PLAN:
        for fund, years in _SURCHARGES.items():
            total, more = years[year - PLAN[0]]
            rows.append(_fund(PURSE, year, fund, total, total + more))
        for position, town in enumerate(TOWNS):
            total = 1000 * rng.randint(2_400, 9_800) * 2
            share = rng.randint(560, 830)
            half = (year, position) == (2024, 8)
            rows.append(
                _fund(
                    town_office(town),
                    year,
                    "town_input",
                    total,
                    total // 2 if half else total * share // 1000,
                )
            )
    return rows


def _fund(code: str, year: int, fund: str, total: int, provided: int) -> Row:
    return {
        "institution_id": code,
        "year": year,
        "fund": fund,
        "total": Decimal(total),
        "provided": Decimal(provided),
    }


def reward_pay_rows(rng: Random, given: Mapping[str, list[Row]]) -> list[Row]:
    """Write the reward pay of every public school; in one, class teachers get just what the others get.

    Performance pay in all stays what it was in the last year, which is no fall.
    """
    rows: list[Row] = []
    for year in YEARS:
        of_year: list[Row] = []
        for position, school in enumerate(
            row for row in schools_in(given, year) if row["ownership"] == "public"
        ):
            others, mean = rng.randint(8, 60), 100 * rng.randint(88, 140)
            overloaded, classes = rng.randint(3, 20), rng.randint(4, 36)
            tilt = 0 if (year, position) == (2024, 57) else 100 * rng.randint(6, 40)
            of_year.append(
                {
                    "institution_id": school["institution_id"],
                    "year": year,
                    "overloaded_teachers": overloaded,
                    "overloaded_pay": Decimal(overloaded * (mean + 100 * rng.randint(3, 30))),
                    "class_teachers": classes,
                    "class_teacher_pay": Decimal(classes * (mean + tilt)),
                    "other_teachers": others,
                    "other_pay": Decimal(others * mean),
                    "performance_pay": Decimal((others + overloaded + classes) * 37_000 // 100 * 100),
                }
            )
        _raise_to(of_year, _PERFORMANCE_PAY[year])
        rows += of_year
    return rows


def _raise_to(rows: list[Row], total: int) -> None:
    """Bring performance pay to its total, in whole hundreds; the last school takes what is left over."""
    now = sum(int(str(row["performance_pay"])) for row in rows)
    for row in rows:
        row["performance_pay"] = Decimal(int(str(row["performance_pay"])) * total // now // 100 * 100)
    rows[-1]["performance_pay"] = Decimal(total - sum(int(str(row["performance_pay"])) for row in rows[:-1]))
