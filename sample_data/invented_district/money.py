"""What is paid in the invented district: budgets, school funds, projects, pay."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from invented_district.roster import BUREAU, PAY_OFFICE, PURSE, TOWNS, YEARS, Institution, Row, town_office

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

__all__ = ["district_finance_rows", "institution_finance_rows", "pay_rows", "project_rows", "students_in"]

_FISCAL_TOTAL = {2022: 1_420_000_000, 2023: 1_500_000_000, 2024: 1_562_000_000, 2025: 1_608_000_000}
_PRESCHOOL_PER_THOUSAND = {2022: 48, 2023: 50, 2024: 53, 2025: 55}
_OTHER_FUNCTIONS = {"primary": 41, "junior": 26, "senior": 17, "vocational": 6, "special": 1}
# Invested 2023-2025, in fen, and the places that came of it.
_PRESCHOOL, _COMPULSORY, _SENIOR = 4_912_000_000, 58_600_000_000, 12_300_000_000
_EQUIPMENT, _ALL = 43_100_000_000, 119_999_999_999
_PLACES = {"preschool": 3560, "compulsory": 9870, "senior": 1800}
_MEAN_PAY = {
    2022: {"urban_teacher": 95_200, "rural_teacher": 94_100, "civil_servant": 96_000},
    2023: {"urban_teacher": 98_000, "rural_teacher": 98_000, "civil_servant": 97_500},
    2024: {"urban_teacher": 101_200, "rural_teacher": 102_300, "civil_servant": 101_000},
    2025: {"urban_teacher": 104_000, "rural_teacher": 105_100, "civil_servant": 104_900},
}


def students_in(enrolment: list[Row], year: int, stage: str) -> int:
    """Count the children of a stage in one year."""
    return sum(int(str(row["students"])) for row in enrolment if (row["year"], row["stage"]) == (year, stage))


def _yuan(fen: int) -> Decimal:
    return (Decimal(fen) / 100).quantize(Decimal("0.01"))


def district_finance_rows(enrolment: list[Row]) -> list[Row]:
    """Write the district's funds by function.

    The preschool share is exactly 5 % in the first year of the plan, and the preschool budget per child
    falls by less than a fen in the last.
    """
    rows: list[Row] = []
    before = Decimal(0)
    for year in YEARS:
        total = _FISCAL_TOTAL[year]
        funds = {"preschool": total * _PRESCHOOL_PER_THOUSAND[year] // 1000}
        funds |= {
            name: (total - funds["preschool"]) * share // 10_000 * 100
            for name, share in _OTHER_FUNCTIONS.items()
        }
        funds["other"] = total - sum(funds.values())
        for function, amount in funds.items():
            budget = Decimal(amount * 82 // 10_000 * 100)
            if function == "preschool":
                children = students_in(enrolment, year, "preschool")
                if year == YEARS[-1]:
                    budget = Decimal(int(before * children) // 100 * 100)
                before = budget / children
            rows.append(
                {
                    "institution_id": PURSE,
                    "year": year,
                    "function": function,
                    "fiscal_funds": Decimal(amount),
                    "general_budget": budget,
                }
            )
    return rows


def institution_finance_rows(rng: Random, enrolment: list[Row], staff: list[Row]) -> list[Row]:
    """Write the operating and personnel funds of every school and kindergarten, in whole hundreds of yuan."""
    pupils: dict[tuple[str, int], Decimal] = {}
    per_pupil = {"preschool": 900, "primary": 1250, "junior": 2050, "senior": 2300}
    for row in enrolment:
        key = (str(row["institution_id"]), int(str(row["year"])))
        pupils[key] = pupils.get(key, Decimal(0)) + int(str(row["students"])) * per_pupil[str(row["stage"])]
    posts: dict[tuple[str, int], int] = {}
    for row in staff:
        key = (str(row["institution_id"]), int(str(row["year"])))
        posts[key] = posts.get(key, 0) + 1
    return [
        {
            "institution_id": code,
            "year": year,
            "public_funds": Decimal(
                int(float(funds) * rng.uniform(0.85, 1.2) * (1 + 0.03 * (year - 2022))) // 100 * 100
            ),
            "personnel_funds": Decimal(int(posts[code, year] * rng.uniform(92_000, 118_000)) // 100 * 100),
        }
        for (code, year), funds in pupils.items()
    ]


def project_rows(rng: Random) -> list[Row]:
    """Write every project year by year: what was paid, and the places when it opened."""
    towns = list(TOWNS)
    plans = [
        (
            "preschool",
            ["new_build"] * 4 + ["rebuild"] * 2 + ["take_over"] * 5 + ["collective"] * 5,
            _PRESCHOOL,
        ),
        ("compulsory", ["new_build"] * 4 + ["rebuild"] * 7, _COMPULSORY),
        ("senior", ["rebuild"] * 6, _SENIOR),
        ("all", ["equipment"] * 13, _EQUIPMENT),
        ("all", ["training"] * 2, _ALL - _PRESCHOOL - _COMPULSORY - _SENIOR - _EQUIPMENT),
    ]
    rows: list[Row] = []
    for stage, kinds, total in plans:
        shares = _shares(rng, total, len(kinds))
        places = _shares(rng, _PLACES[stage], len(kinds)) if stage in _PLACES else [0] * len(kinds)
        for position, kind in enumerate(kinds):
            owner = town_office(towns[position % 12]) if stage == "preschool" else BUREAU
            code = f"X{len({row['project_id'] for row in rows}) + 1:03d}"
            named = {"project_id": code, "institution_id": owner, "stage": stage, "kind": kind}
            rows += _project_years(rng, named, shares[position], places[position])
    return sorted(rows, key=lambda row: (str(row["year"]), str(row["project_id"])))


def _project_years(rng: Random, named: Mapping[str, object], total: int, places: int) -> list[Row]:
    """Spread what a project costs over its years; its places come when it is completed."""
    opened = rng.choice((2023, 2024, 2025, 2025))
    runs_on = named["kind"] in {"equipment", "training"}
    years = list(range(2023, 2026)) if runs_on else list(range(max(2023, opened - 1), opened + 1))
    rows: list[Row] = []
    so_far = 0
    for year, paid in zip(years, _shares(rng, total, len(years)), strict=True):
        so_far += paid
        done = year == years[-1]
        day = f"{year}-0{rng.randint(7, 9)}-{rng.randint(1, 28):02d}"
        when = {"places": places if done else 0, "completed_on": day if done else None}
        invested = {"invested": _yuan(paid), "invested_so_far": _yuan(so_far)}
        rows.append({**named, "year": year, **invested, **when})
    return rows


def _shares(rng: Random, total: int, parts: int) -> list[int]:
    """Cut a total into uneven parts that add up to it exactly."""
    weights = [rng.uniform(0.6, 1.4) for _ in range(parts)]
    found = [int(total * weight / sum(weights)) for weight in weights]
    found[-1] += total - sum(found)
    return found


def pay_rows(rng: Random, institutions: list[Institution], staff: list[Row]) -> list[Row]:
    """Write pay by town and group; in the first year of the plan rural and urban means are exactly equal."""
    place = {
        one.code: (one.town, "rural_teacher" if one.location == "rural" else "urban_teacher")
        for one in institutions
    }
    schools = {one.code for one in institutions if one.kind == "school"}
    rows: list[Row] = []
    for year in YEARS:
        heads: dict[tuple[str, str], int] = {}
        for row in staff:
            if row["year"] == year and row["institution_id"] in schools:
                town, payee = place[str(row["institution_id"])]
                heads[town_office(town), payee] = heads.get((town_office(town), payee), 0) + 1
        for payee in ("urban_teacher", "rural_teacher", "civil_servant"):
            group = [(office, number) for (office, who), number in sorted(heads.items()) if who == payee]
            if payee == "civil_servant":
                group = [(PAY_OFFICE, 3100 + 20 * (year - 2022))]
            rows += _pay_of_group(rng, year, payee, group)
    return rows


def _pay_of_group(rng: Random, year: int, payee: str, group: list[tuple[str, int]]) -> list[Row]:
    """Pay the offices of a group around the mean, so that the group's mean is exactly the planned one."""
    mean = _MEAN_PAY[year][payee]
    totals = [number * (mean + rng.randint(-2400, 2400)) for _, number in group[:-1]]
    totals.append(mean * sum(number for _, number in group) - sum(totals))
    return [
        {
            "institution_id": office,
            "year": year,
            "payee": payee,
            "headcount": number,
            "total_pay": Decimal(total),
        }
        for (office, number), total in zip(group, totals, strict=True)
    ]
