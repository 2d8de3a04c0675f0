"""Who there is in the invented district: its institutions, their classes and the children in them."""

# ruff: noqa: PLR2004  # a made-up district is made of made-up numbers

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from invented_district.credit_codes import credit_code

if TYPE_CHECKING:
    from random import Random

__all__ = [
    "BUREAU",
    "CENTRE",
    "GRADES",
    "PAY_OFFICE",
    "PURSE",
    "SPAN_STAGES",
    "TOWNS",
    "YEARS",
    "Classes",
    "Institution",
    "Row",
    "classes_of",
    "enrolment_of",
    "institutions_of",
    "roster_rows",
    "town_office",
]

Row = dict[str, object]
Classes = dict[tuple[str, str, int], list[int]]  # (institution, grade, year): pupils of each class

YEARS = (2022, 2023, 2024, 2025)
TOWNS = {
    "t01": "城东街道",
    "t02": "城西街道",
    "t03": "临江镇",
    "t04": "青石镇",
    "t05": "梅林镇",
    "t06": "白沙镇",
    "t07": "平湖镇",
    "t08": "石桥镇",
    "t09": "南田镇",
    "t10": "云山镇",
    "t11": "东溪镇",
    "t12": "桂岭镇",
}
GRADES = {
    "preschool": ("k1", "k2", "k3"),
    "primary": ("g01", "g02", "g03", "g04", "g05", "g06"),
    "junior": ("g07", "g08", "g09"),
    "senior": ("g10", "g11", "g12"),
}
SPAN_STAGES = {
    "kindergarten": ("preschool",),
    "primary": ("primary",),
    "nine_year": ("primary", "junior"),
    "junior": ("junior",),
    "complete_secondary": ("junior", "senior"),
    "senior": ("senior",),
    "vocational": ("senior",),
    "special": ("primary", "junior"),
    "none": (),
}
SPAN_NAMES = {
    "primary": "小学",
    "nine_year": "九年一贯制学校",
    "junior": "初级中学",
    "complete_secondary": "中学",
    "senior": "高级中学",
    "vocational": "职业技术学校",
    "special": "特殊教育学校",
}
CENTRE, BUREAU, PURSE, PAY_OFFICE = "JY9001", "JY9002", "JY9003", "JY9004"

_SCHOOLS = {
    "primary": 98,
    "nine_year": 12,
    "junior": 22,
    "complete_secondary": 8,
    "senior": 6,
    "vocational": 3,
    "special": 1,
}
_PRIVATE_SCHOOLS = {"primary": 7, "nine_year": 5, "complete_secondary": 2}
_CLASS_SIZE = {
    "preschool": (27, 3, 15, 35),
    "primary": (40, 4, 22, 60),
    "junior": (46, 4, 30, 60),
    "senior": (48, 3, 30, 55),
}
_LARGEST_CLASS = {2022: 60, 2023: 58, 2024: 56, 2025: 55}
_CLASSES_PER_GRADE = {
    "primary": (1, 5),
    "nine_year": (2, 4),
    "junior": (5, 9),
    "complete_secondary": (4, 7),
    "senior": (8, 11),
}
_PUBLIC_SHARE_LATER_ADDED = 16  # kindergartens built, taken over or founded by villages under the plan
_INCLUSIVE_SHARE = (86, 100)


@dataclass
class Institution:
    """A school, a kindergarten or an office, as the roster knows it."""

    code: str
    name: str
    kind: str
    span: str
    town: str
    location: str
    opened_on: str
    ownership: dict[int, str] = field(default_factory=dict)
    classes_per_grade: int = 0

    @property
    def stages(self) -> tuple[str, ...]:
        """The stages it teaches."""
        return SPAN_STAGES[self.span]

    def exists_in(self, year: int) -> bool:
        """Whether it had opened by the statistics of that year."""
        return int(self.opened_on[:4]) <= year


def town_office(town: str) -> str:
    """Return the code of a town's education office, which reports for the town."""
    return f"JY91{town[1:]}"


def institutions_of(rng: Random) -> list[Institution]:
    """Make up 150 schools, 120 kindergartens and the offices that report for the rest."""
    return [*_schools(rng), *_kindergartens(rng), *_offices()]


def _location(rng: Random, town: str) -> str:
    if town in {"t01", "t02"}:
        return "urban"
    return "town" if rng.random() < 0.35 else "rural"


def _schools(rng: Random) -> list[Institution]:
    found: list[Institution] = []
    for span, number in _SCHOOLS.items():
        for position in range(number):
            towns = 2 if span in {"senior", "vocational", "special"} else 12
            town = f"t{position % towns + 1:02d}"
            new = position >= number - {"primary": 3, "junior": 1}.get(span, 0)
            private = position < _PRIVATE_SCHOOLS.get(span, 0)
            low, high = _CLASSES_PER_GRADE.get(span, (1, 1) if span == "special" else (6, 8))
            year = rng.choice((2023, 2024, 2025)) if new else rng.randint(1952, 2012)
            school = Institution(
                code=f"JY1{len(found) + 1:03d}",
                name=f"{TOWNS[town]}第{position // towns + 1}{SPAN_NAMES[span]}",
                kind="school",
                span=span,
                town=town,
                location=_location(rng, town),
                opened_on=f"{year}-08-{rng.randint(10, 28)}",
                ownership=dict.fromkeys(YEARS, "private" if private else "public"),
                classes_per_grade=rng.randint(low, high),
            )
            found.append(school)
    return found


def _kindergartens(rng: Random) -> list[Institution]:
    found: list[Institution] = []
    opening = [2023] * 5 + [2024] * 5 + [2025] * 6
    for position in range(120):
        town = f"t{position % 12 + 1:02d}"
        added = position - (120 - _PUBLIC_SHARE_LATER_ADDED)
        year = opening[added] if added >= 0 else rng.randint(1985, 2018)
        kindergarten = Institution(
            code=f"JY2{position + 1:03d}",
            name=f"{TOWNS[town]}{'中心' if position < 12 else f'第{position // 12 + 1}'}幼儿园",
            kind="kindergarten",
            span="kindergarten",
            town=town,
            location=_location(rng, town),
            opened_on=f"{year}-08-{rng.randint(10, 28)}",
            classes_per_grade=rng.choice((1, 2, 2, 2, 3, 3)),
        )
        found.append(kindergarten)
    return found


def _offices() -> list[Institution]:
    named = [
        (CENTRE, "区教师发展中心", "research_institution", "t01"),
        (BUREAU, "区教育局", "office", "t01"),
        (PURSE, "区财政局", "office", "t01"),
        (PAY_OFFICE, "区人力资源和社会保障局", "office", "t01"),
        *((town_office(town), f"{name}教育组", "office", town) for town, name in TOWNS.items()),
    ]
    return [
        Institution(code, name, kind, "none", town, "urban", "1988-01-01", dict.fromkeys(YEARS, "public"))
        for code, name, kind, town in named
    ]


def classes_of(rng: Random, institutions: list[Institution]) -> Classes:
    """Make up every class of every year; a cohort keeps its classes as it moves up the grades.

    Then set who owns the kindergartens, and move single children until exactly half of all children are
    in public kindergartens in the last year.
    """
    classes: Classes = {}
    for institution in institutions:
        for stage in institution.stages:
            _cohorts(rng, institution, stage, classes)
    _set_ownership(rng, institutions, classes)
    _make_half_public(institutions, classes)
    return classes


def _cohorts(rng: Random, institution: Institution, stage: str, classes: Classes) -> None:
    grades = GRADES[stage]
    mean, spread, low, high = _CLASS_SIZE[stage]
    if institution.span == "special":
        mean, spread, low, high = 9, 2, 5, 14
    for entry in range(YEARS[0] - len(grades) + 1, YEARS[-1] + 1):
        sizes = [
            min(high, max(low, round(rng.gauss(mean, spread)))) for _ in range(institution.classes_per_grade)
        ]
        for year in YEARS:
            if 0 <= year - entry < len(grades) and institution.exists_in(year):
                sizes = [
                    min(high, _LARGEST_CLASS[year], max(low, size + rng.choice((-1, 0, 0, 1))))
                    for size in sizes
                ]
                classes[institution.code, grades[year - entry], year] = sizes


def _total(classes: Classes, code: str, year: int) -> int:
    return sum(sum(sizes) for (owner, _, when), sizes in classes.items() if (owner, when) == (code, year))


def _set_ownership(rng: Random, institutions: list[Institution], classes: Classes) -> None:
    """Give out ownership: new ones and town centres are public, others until the shares are reached."""
    kindergartens = [one for one in institutions if one.kind == "kindergarten"]
    children = {one.code: _total(classes, one.code, YEARS[-1]) for one in kindergartens}
    first = [one for one in kindergartens if one.name.endswith("中心幼儿园") or not one.exists_in(2022)]
    rest = [one for one in kindergartens if one not in first]
    rng.shuffle(rest)
    everybody, so_far = sum(children.values()), 0
    for one in [*first, *rest]:
        if so_far * 2 < everybody:
            owner = "public"
        elif so_far * _INCLUSIVE_SHARE[1] < everybody * _INCLUSIVE_SHARE[0]:
            owner = "inclusive_private"
        else:
            owner = "private"
        so_far += children[one.code]
        recognised = 2022 if owner != "inclusive_private" else rng.choice((2022, 2022, 2022, 2023, 2024))
        one.ownership = {year: owner if year >= recognised else "private" for year in YEARS}


def _make_half_public(institutions: list[Institution], classes: Classes) -> None:
    """Move single children in or out of public kindergartens until they hold exactly one half."""
    last = YEARS[-1]
    public = {
        one.code for one in institutions if one.kind == "kindergarten" and one.ownership[last] == "public"
    }
    spots = [
        (key, number)
        for key, sizes in classes.items()
        for number in range(len(sizes))
        if key[2] == last and key[0] in public
    ]
    kindergartens = [one for one in institutions if one.kind == "kindergarten"]
    difference = sum(
        (1 if one.code in public else -1) * _total(classes, one.code, last) for one in kindergartens
    )
    while difference:
        for key, number in spots:
            step = -1 if difference > 0 else 1
            if difference and 12 < classes[key][number] + step <= 35:
                classes[key][number] += step
                difference += step


def roster_rows(institutions: list[Institution]) -> list[Row]:
    """Write the roster: who exists in which year, and what they are."""
    return [
        {
            "institution_id": one.code,
            "year": year,
            "name": one.name,
            "kind": one.kind,
            "span": one.span,
            "town": one.town,
            "location": one.location,
            "ownership": one.ownership[year],
            "opened_on": one.opened_on,
            "credit_code": credit_code(one, YEARS[-1]),
        }
        for year in YEARS
        for one in institutions
        if one.exists_in(year)
    ]


def enrolment_of(
    rng: Random, institutions: list[Institution], classes: Classes
) -> tuple[list[Row], list[Row]]:
    """Write the classes, and the enrolment by grade that is their sum."""
    by_code = {one.code: one for one in institutions}
    stage_of = {grade: stage for stage, grades in GRADES.items() for grade in grades}
    enrolment: list[Row] = []
    single: list[Row] = []
    for (code, grade, year), sizes in sorted(
        classes.items(), key=lambda item: (item[0][2], item[0][0], item[0][1])
    ):
        one, stage, students = by_code[code], stage_of[grade], sum(sizes)
        base = {"institution_id": code, "year": year, "stage": stage, "grade": grade}
        migrants = _migrants(rng, one, stage, students, year)
        placed = (
            migrants if one.ownership[year] == "public" else round(migrants * (0.25 + 0.06 * (year - 2022)))
        )
        girls = round(students * rng.uniform(0.44, 0.50))
        enrolment.append(
            {
                **base,
                "students": students,
                "girls": girls,
                "migrant_students": migrants,
                "migrant_public_places": placed,
            }
        )
        single += [
            {
                "institution_id": code,
                "class_id": f"{code}-{grade}-{number:02d}",
                "year": year,
                "stage": stage,
                "grade": grade,
                "students": size,
            }
            for number, size in enumerate(sizes, start=1)
        ]
    return enrolment, single


def _migrants(rng: Random, one: Institution, stage: str, students: int, year: int) -> int:
    if stage not in {"primary", "junior"} or one.span == "special":
        return 0
    share = {"urban": 0.11, "town": 0.06, "rural": 0.02}[one.location]
    if one.ownership[year] != "public":
        share += 0.03
    return round(students * share * rng.uniform(0.7, 1.3))
