"""What the schools of the invented district have, who works together, and how groups of pupils fare."""

# ruff: noqa: PLR2004  # a made-up district is made of made-up numbers

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from invented_district.roster import TOWNS, YEARS, Row, town_office
from invented_district.school_duties import COMPULSORY, PLAN, schools_in
from invented_district.school_provisions import three_school_roles

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

__all__ = ["group_indicator_rows", "partnership_rows", "school_part_rows", "three_school_rows"]

# The standards of a school for each hundred pupils or each pupil, primary and junior.
_AREAS = {"teaching_area": (450, 580), "sports_area": (750, 1020), "equipment": (200_000, 250_000)}
_COUNTS = {"backbone_teachers": (100, 100), "arts_teachers": (90, 90), "multimedia_rooms": (230, 240)}
_ENOUGH_DEGREE = {
    "primary": ("college", "bachelor", "master", "doctor"),
    "junior": ("bachelor", "master", "doctor"),
}
_LEAD = {"urban": (1.55, 1.49, 1.44, 1.40), "town": (1.25,) * 4, "rural": (1.12, 1.15, 1.18, 1.20)}
# In the last year, position among the parts: what they have of the standard, in thousandths.
_PLANNED = {
    4: {"sports_area": 850},
    21: {"sports_area": 849},
    37: {"teaching_area": 930, "sports_area": 960},
    58: {"equipment": 1000, "sports_area": 1000},
    90: {"multimedia_rooms": 600},
    130: {"teaching_area": 1000, "equipment": 2300},
    133: {"equipment": 3500},
    141: {"equipment": 3800},
    147: {"equipment": 4200},
}
_LEADS = ("junior", "junior", "primary", "primary", "kindergarten", "special")
_HELPED = {2022: 14, 2023: 16, 2024: 16, 2025: 20}
_SURVEYED = {  # pupils asked, and what they said in all, for each town
    "homework_minutes": {2022: (200, 18_400), 2023: (200, 17_600), 2024: (250, 22_000), 2025: (240, 19_440)},
    "tutoring_hours": {2022: (200, 640), 2023: (200, 580), 2024: (250, 740), 2025: (240, 650)},
}
_WENT_ON = {  # leavers of a town by group, and the share that went on, in thousandths
    "other": (420, (935, 941, 946, 950)),
    "migrant": (60, (868, 881, 897, 912)),
    "left_behind": (90, (884, 890, 887, 899)),
    "low_income": (40, (860, 868, 871, 874)),
}


def _teachers(given: Mapping[str, list[Row]]) -> dict[tuple[object, object, object], list[Row]]:
    """Sort the full-time teachers by year, institution and stage."""
    found: dict[tuple[object, object, object], list[Row]] = {}
    for row in given["staff"]:
        if row["role"] == "teacher" and row["full_time"]:
            found.setdefault((row["year"], row["institution_id"], row["stage"]), []).append(row)
    return found


def _pupils(given: Mapping[str, list[Row]]) -> dict[tuple[object, object, object], int]:
    found: dict[tuple[object, object, object], int] = {}
    for row in given["enrolment"]:
        key = (row["year"], row["institution_id"], row["stage"])
        found[key] = found.get(key, 0) + int(str(row["students"]))
    return found


def school_part_rows(rng: Random, given: Mapping[str, list[Row]]) -> list[Row]:
    """Write the seven amounts of every primary and junior part; in the last year a few miss a standard."""
    teachers, pupils = _teachers(given), _pupils(given)
    own = {row["institution_id"]: rng.uniform(0.94, 1.12) for row in given["institutions"]}
    rows: list[Row] = []
    for year in YEARS:
        schools = [row for row in schools_in(given, year) if row["span"] in COMPULSORY]
        parts = [(row, stage) for row in schools for stage in ("primary", "junior")]
        parts = [(row, stage) for row, stage in parts if (year, row["institution_id"], stage) in pupils]
        for position, (school, stage) in enumerate(parts):
            code = school["institution_id"]
            planned = _PLANNED.get(position, {}) if year == PLAN[-1] else {}
            lead = _LEAD[str(school["location"])][year - YEARS[0]] * own[code]
            staff = teachers.get((year, code, stage), [])
            qualified = sum(row["degree"] in _ENOUGH_DEGREE[stage] for row in staff)
            named: Row = {"institution_id": code, "year": year, "stage": stage}
            named |= {"pupils": pupils[year, code, stage], "qualified_teachers": qualified}
            rows.append(named | _amounts(rng, pupils[year, code, stage], stage, lead, planned))
    return rows


def _amounts(rng: Random, pupils: int, stage: str, lead: float, planned: Mapping[str, int]) -> Row:
    at = 0 if stage == "primary" else 1
    found: Row = {}
    for name, standards in (_COUNTS | _AREAS).items():
        hundred = pupils * standards[at]
        share = planned.get(name, round(1000 * lead * rng.uniform(0.97, 1.05)))
        exact = Decimal(hundred * share) / (100_000 if name in _AREAS else 10_000_000)
        amount = exact if name in planned and share >= 850 else exact.to_integral_value("ROUND_CEILING")
        whole = int(amount.to_integral_value("ROUND_CEILING"))
        found[name] = Decimal(whole) if name == "equipment" else whole
    order = (
        "backbone_teachers",
        "arts_teachers",
        "teaching_area",
        "sports_area",
        "equipment",
        "multimedia_rooms",
    )
    return {name: found[name] for name in order}


def three_school_rows(given: Mapping[str, list[Row]]) -> list[Row]:
    """Write the teachers of the three schools of every town, as the staff list has them."""
    roles, rows = three_school_roles(given), []
    stages = {"centre_kindergarten": ("preschool",), "centre_primary": ("primary",)}
    teachers = _teachers(given)
    for year in YEARS:
        for code, role in roles.items():
            for stage in stages.get(role, ("primary", "junior")):
                staff = teachers.get((year, code, stage), [])
                if staff:
                    rows.append(
                        {
                            "institution_id": code,
                            "year": year,
                            "role": role,
                            "stage": stage,
                            "teachers": len(staff),
                            "backbone_teachers": sum(bool(row["school_backbone"]) for row in staff),
                            "college_teachers": sum(
                                row["degree"] in _ENOUGH_DEGREE["primary"] for row in staff
                            ),
                            "bachelor_teachers": sum(
                                row["degree"] in _ENOUGH_DEGREE["junior"] for row in staff
                            ),
                        }
                    )
    return rows


def group_indicator_rows(rng: Random, given: Mapping[str, list[Row]], parts: list[Row]) -> list[Row]:
    """Write the yearly survey, the groups of leavers and the equipment of every town."""
    town_of = {row["institution_id"]: str(row["town"]) for row in given["institutions"]}
    rows: list[Row] = []
    for year in YEARS:
        for position, town in enumerate(TOWNS):
            office, step = town_office(town), year - YEARS[0]
            for indicator, years in _SURVEYED.items():
                asked, said = years[year]
                shift = (position % 4 - 1.5) * asked / 20  # adds up to nothing over the twelve towns
                rows.append(_indicator(office, year, indicator, "all", asked, said + round(shift, 1)))
            for group, (leavers, shares) in _WENT_ON.items():
                count = leavers + rng.randint(-8, 8)
                rows.append(
                    _indicator(
                        office, year, "senior_progression", group, count, round(count * shares[step] / 1000)
                    )
                )
            own = [one for one in parts if one["year"] == year and town_of[one["institution_id"]] == town]
            pupils = sum(int(str(one["pupils"])) for one in own)
            value = sum(Decimal(str(one["equipment"])) for one in own)
            rows.append(_indicator(office, year, "equipment", "all", pupils, value))
    return rows


def _indicator(
    office: str, year: int, indicator: str, group: str, pupils: int, amount: float | Decimal
) -> Row:
    total = Decimal(str(amount)).quantize(Decimal("0.1"))
    rate = (total / pupils).quantize(Decimal("0.0001"))
    named: Row = {"institution_id": office, "year": year, "indicator": indicator, "pupil_group": group}
    return named | {"pupils": pupils, "amount": total, "rate": rate}


def partnership_rows(given: Mapping[str, list[Row]]) -> list[Row]:
    """Write the six communities, which grow, and the pairs, which stay as many in the second year."""
    pupils: dict[tuple[object, object], int] = {}
    for (year, code, _), count in _pupils(given).items():
        pupils[year, code] = pupils.get((year, code), 0) + count
    leads, members, helpers = _partners(given)
    rows: list[Row] = []
    for year in YEARS:
        if year in PLAN:
            size = 5 + 2 * (year - PLAN[0])
            for number, lead in enumerate(leads):
                group = f"C{number + 1}"
                rows.append(_partner(lead, year, group, "lead", pupils))
                own = members[number * 9 : number * 9 + size]
                rows += [_partner(code, year, group, "member", pupils) for code in own]
        helped = list(reversed(members))[: _HELPED[year]]
        for number, code in enumerate(helped):
            rows.append(_partner(helpers[number], year, f"P{number + 1:02d}", "helper", pupils))
            rows.append(_partner(code, year, f"P{number + 1:02d}", "helped", pupils))
    return rows


def _partner(code: str, year: int, group: str, role: str, pupils: Mapping[tuple[object, object], int]) -> Row:
    kind = "community" if role in {"lead", "member"} else "paired_assistance"
    return {
        "institution_id": code,
        "year": year,
        "group_id": group,
        "kind": kind,
        "role": role,
        "pupils": pupils[year, code],
    }


def _partners(given: Mapping[str, list[Row]]) -> tuple[list[str], list[str], list[str]]:
    """Choose six public schools of the city that lead, village schools that are members, and helpers."""
    public = [row for row in given["institutions"] if row["year"] == 2022 and row["ownership"] == "public"]
    city = [row for row in public if row["location"] == "urban" and row["span"] != "none"]
    leads: list[str] = []
    for span in _LEADS:
        leads.append(
            next(
                str(one["institution_id"])
                for one in city
                if one["span"] == span and one["institution_id"] not in leads
            )
        )
    villages = [str(row["institution_id"]) for row in public if row["location"] == "rural"]
    helpers = [str(row["institution_id"]) for row in public if row["location"] in {"urban", "town"}]
    helpers = [code for code in helpers if code < "JY9"]
    return leads, _spread_out(villages), helpers


def _spread_out(codes: list[str]) -> list[str]:
    """Take every third, so that neighbours do not all stand in one community."""
    return [code for start in range(3) for code in codes[start::3]]
