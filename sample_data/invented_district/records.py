"""What else the invented district reports: special pupils, population, cohorts, fitness, rooms, papers."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from invented_district.money import students_in
from invented_district.roster import BUREAU, TOWNS, YEARS, Institution, Row, town_office

if TYPE_CHECKING:
    from random import Random

__all__ = [
    "activity_rows",
    "classroom_rows",
    "cohort_rows",
    "document_rows",
    "fitness_rows",
    "population_rows",
    "special_finance_rows",
    "special_pupil_rows",
]

_PLACEMENTS = ("special_school", "special_class", "mainstream", "home_teaching", "not_enrolled")
_COMPULSORY = {
    2022: (168, 60, 410, 92, 55),
    2023: (176, 64, 428, 88, 43),
    2024: (184, 70, 438, 82, 33),
    2025: (190, 74, 438, 78, 25),  # 780 of 805 enrolled: one short of 97 %; 78 of 780 at home: exactly 10 %
}
_PRESCHOOL = {
    2022: (18, 4, 92, 0, 38),
    2023: (20, 5, 96, 0, 31),
    2024: (22, 6, 99, 0, 24),
    2025: (24, 6, 102, 0, 18),
}
_PER_SPECIAL_PUPIL = {2022: 6000, 2023: 6150, 2024: 6300, 2025: 6500}
_GROSS_RATE = {2022: 0.972, 2023: 0.991, 2024: 1.013, 2025: 1.031}
_RETENTION = {2022: (1912, 2000), 2023: (1927, 2000), 2024: (24, 25), 2025: (1938, 2000)}
_FIT = {2022: 0.455, 2023: 0.481, 2024: 0.503, 2025: 0.524}
_CONNECTED = {2022: 0.912, 2023: 0.951, 2024: 0.984, 2025: 1.0}


def _number(value: object) -> int:
    return int(str(value))


def _spread(rng: Random, total: int, parts: int) -> list[int]:
    """Deal a total out over parts, one by one, so that it adds up exactly."""
    found = [0] * parts
    for _ in range(total):
        found[rng.randrange(parts)] += 1
    return found


def special_pupil_rows(rng: Random) -> list[Row]:
    """Write the disabled children of every town by where they learn."""
    rows: list[Row] = []
    for year in YEARS:
        for age_group, counts in (("preschool", _PRESCHOOL[year]), ("compulsory", _COMPULSORY[year])):
            dealt = [_spread(rng, count, len(TOWNS)) for count in counts]
            rows += [
                {
                    "institution_id": town_office(town),
                    "year": year,
                    "age_group": age_group,
                    "placement": placement,
                    "children": dealt[kind][position],
                }
                for position, town in enumerate(TOWNS)
                for kind, placement in enumerate(_PLACEMENTS)
            ]
    return rows


def special_finance_rows(rng: Random, institutions: list[Institution]) -> list[Row]:
    """Write what schools got for their disabled pupils; plainly less than 7000 yuan each."""
    special = next(one.code for one in institutions if one.span == "special")
    ordinary = [
        one.code
        for one in institutions
        if one.kind == "school" and one.span in {"primary", "nine_year", "junior"} and one.exists_in(YEARS[0])
    ]
    hosts = {
        "special_school": [special],
        "home_teaching": [special],
        "special_class": ordinary[:8],
        "mainstream": ordinary[8:98],
    }
    rows: list[Row] = []
    for year in YEARS:
        for placement, count in zip(_PLACEMENTS[:4], _COMPULSORY[year][:4], strict=True):
            for code, pupils in zip(
                hosts[placement], _spread(rng, count, len(hosts[placement])), strict=True
            ):
                rate = _PER_SPECIAL_PUPIL[year] + 10 * rng.randint(-12, 12)
                if pupils:
                    rows.append(
                        {
                            "institution_id": code,
                            "year": year,
                            "placement": placement,
                            "pupils": pupils,
                            "public_funds": Decimal(pupils * rate),
                        }
                    )
    return rows


def population_rows(rng: Random, enrolment: list[Row], institutions: list[Institution]) -> list[Row]:
    """Write the resident children of every town by age, from 3 to 17."""
    town_of = {one.code: one.town for one in institutions}
    rows: list[Row] = []
    for year in YEARS:
        size = dict.fromkeys(TOWNS, 0)
        for row in enrolment:
            if row["year"] == year:
                size[town_of[str(row["institution_id"])]] += _number(row["students"])
        one_age = students_in(enrolment, year, "preschool") / _GROSS_RATE[year] / 3
        for town, pupils in size.items():
            share = one_age * pupils / sum(size.values())
            rows += [
                {
                    "institution_id": town_office(town),
                    "year": year,
                    "age": age,
                    "residents": round(share * (1 + 0.035 * max(0, age - 5)) * rng.uniform(0.985, 1.015)),
                }
                for age in range(3, 18)
            ]
    return rows


def cohort_rows(rng: Random) -> list[Row]:
    """Write the cohort that left grade 9; exactly 96 % of it stayed to the end in the middle year."""
    rows: list[Row] = []
    for year in YEARS:
        above, below = _RETENTION[year]
        entrants = [rng.randint(600, 980) for _ in TOWNS]
        moves = [(rng.randint(20, 70), rng.randint(30, 90), rng.randint(0, 2)) for _ in TOWNS]
        adjusted = [
            start + came - left - died for start, (came, left, died) in zip(entrants, moves, strict=True)
        ]
        surplus = sum(adjusted) % 25
        entrants[-1] -= surplus
        adjusted[-1] -= surplus
        wanted = -(-sum(adjusted) * above // below)
        completers = [size * above // below for size in adjusted]
        for position in range(wanted - sum(completers)):
            completers[position % len(completers)] += 1
        rows += [
            {
                "institution_id": town_office(town),
                "year": year,
                "entrants": entrants[position],
                "transfers_in": moves[position][0],
                "transfers_out": moves[position][1],
                "deaths": moves[position][2],
                "completers": completers[position],
            }
            for position, town in enumerate(TOWNS)
        ]
    return rows


def fitness_rows(rng: Random, enrolment: list[Row]) -> list[Row]:
    """Write the fitness tests of every school and stage; the four bands add up to the tested."""
    sizes: dict[tuple[str, int, str], int] = {}
    for row in enrolment:
        if row["stage"] != "preschool":
            key = (str(row["institution_id"]), _number(row["year"]), str(row["stage"]))
            sizes[key] = sizes.get(key, 0) + _number(row["students"])
    rows: list[Row] = []
    for (code, year, stage), students in sizes.items():
        tested = round(students * rng.uniform(0.95, 0.995))
        fit = round(tested * _FIT[year] * rng.uniform(0.85, 1.15))
        excellent = round(fit * rng.uniform(0.12, 0.22))
        failed = round((tested - fit) * rng.uniform(0.08, 0.2))
        rows.append(
            {
                "institution_id": code,
                "year": year,
                "stage": stage,
                "tested": tested,
                "excellent": excellent,
                "good": fit - excellent,
                "passed": tested - fit - failed,
                "failed": failed,
            }
        )
    return rows


def classroom_rows(rng: Random, classes: list[Row], institutions: list[Institution]) -> list[Row]:
    """Write the rooms of every school; in the last year a single multimedia classroom is not connected."""
    schools = [one.code for one in institutions if one.kind == "school"]
    number: dict[tuple[int, str], int] = {}
    for row in classes:
        key = (_number(row["year"]), str(row["institution_id"]))
        number[key] = number.get(key, 0) + 1
    rows: list[Row] = []
    for (year, code), count in number.items():
        if code in schools:
            rooms = count + rng.randint(1, 2 + count // 6)
            multimedia = round(rooms * rng.uniform(0.82, 0.97))
            connected = (
                multimedia
                if year == YEARS[-1]
                else round(multimedia * min(1, _CONNECTED[year] * rng.uniform(0.96, 1.03)))
            )
            if (year, code) == (YEARS[-1], schools[74]):
                connected -= 1
            rows.append(
                {
                    "institution_id": code,
                    "year": year,
                    "rooms": rooms,
                    "multimedia": multimedia,
                    "connected": connected,
                }
            )
    return rows


def document_rows() -> list[Row]:
    """Write the documents issued, drafts among them."""
    papers = [
        (
            "retention_plan",
            "××区加强防流控辍提高义务教育巩固水平工作实施方案(征求意见稿)",
            "draft",
            "2023-05-12",
        ),
        ("retention_plan", "××区加强防流控辍提高义务教育巩固水平工作实施方案", "final", "2023-10-18"),
        ("homework_guideline", "××区义务教育阶段作业设计与实施工作指导意见(试行)", "trial", "2023-09-04"),
        ("inspection_work_plan", "××区学前教育普及普惠督导评估实施工作计划", "final", "2023-06-20"),
        ("inspection_work_plan", "××区义务教育优质均衡发展督导评估实施工作计划", "final", "2024-03-15"),
        ("community_action", "××区城乡教育共同体建设专项行动", "final", "2023-11-30"),
        ("evaluation_measures", "××区面向乡村驻地学校质量评价办法(征求意见稿)", "draft", None),
        ("evaluation_measures", "××义务教育质量评价办法", "final", "2025-04-22"),
    ]
    return [
        {
            "document_id": f"D{position:03d}",
            "institution_id": BUREAU,
            "year": int((issued or "2025")[:4]),
            "kind": kind,
            "title": title,
            "status": status,
            "issued_on": issued,
        }
        for position, (kind, title, status, issued) in enumerate(papers, start=1)
    ]


def activity_rows(rng: Random) -> list[Row]:
    """Write the meetings, reports, inspections and exchanges of every year."""
    held: list[tuple[int, str, int]] = []
    for year, inspections, exchanges in ((2022, 1, 1), (2023, 1, 2), (2024, 2, 1), (2025, 2, 2)):
        held += [(year, "homework_inspection", 4 + 6 * number) for number in range(inspections)]
        held += [(year, "homework_exchange", 5 + 6 * number) for number in range(exchanges)]
        if year > YEARS[0]:
            held += [(year, "dispatch_meeting", month) for month in range(1, 13)]
            held += [(year, "progress_report", month) for month in (3, 6, 9, 12)]
    return [
        {
            "activity_id": f"A{position:04d}",
            "institution_id": BUREAU,
            "year": year,
            "kind": kind,
            "held_on": f"{year}-{month:02d}-{rng.randint(1, 28):02d}",
        }
        for position, (year, kind, month) in enumerate(held, start=1)
    ]
