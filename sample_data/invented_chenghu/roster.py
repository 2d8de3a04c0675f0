"""Who there is in the invented Chenghu: offices, sub-districts, schools and kindergartens, their children."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

    from invented_district.roster import Row

__all__ = ["OFFICE", "YEARS", "enrolment_rows", "institution_rows", "of_kind"]

YEARS = (2022, 2023, 2024)
OFFICE = "CH0001"

_DEPARTMENTS = (
    "区纪委监察局",
    "区教育体育局",
    "区委教育工委",
    "区政府教育督导室",
    "区委区府办",
    "区委宣传部",
    "区文化局",
    "区委区府办综合科",
    "区财政局",
    "区审计局",
    "区建设局",
    "区采购中心",
    "区国库支付管理中心",
    "区人事局",
    "区委组织部",
    "区监察局",
)
_SUB_DISTRICTS = ("东澄街道", "西澄街道", "湖滨街道", "望湖街道", "南堤街道", "白鹭街道")
_SCHOOLS = {  # how many, and which of them are private
    "primary": ("小学", 14, ()),
    "nine_year": ("学校", 3, (2,)),
    "junior": ("初级中学", 5, ()),
    "complete_secondary": ("中学", 1, ()),
    "general_senior": ("高级中学", 3, ()),
    "vocational": ("职业技术学校", 3, (2,)),
    "special": ("启智学校", 1, ()),
}
_KINDERGARTENS, _PUBLIC_KINDERGARTENS = 16, 6
_NAMES = "晨曦松涛明湖翠堤锦绣文澜启航博雅向阳清荷弘毅致远春晖金穗云帆秋实"
_STAGES = {
    "kindergarten": ("preschool",),
    "primary": ("primary",),
    "nine_year": ("primary", "junior"),
    "junior": ("junior",),
    "complete_secondary": ("junior", "general_senior"),
    "general_senior": ("general_senior",),
    "vocational": ("vocational",),
    "special": ("primary",),
}
_SIZE = {  # students on the roll of one school, least and most
    "preschool": (150, 360),
    "primary": (700, 1500),
    "junior": (600, 1200),
    "general_senior": (1100, 1700),
}
_GRADES = {"preschool": 3, "primary": 6, "junior": 3, "general_senior": 3, "vocational": 3}
# 4000 students, then 15 % more to the last one, then ten too few: 5280 instead of 5290.
_VOCATIONAL = {2022: (1800, 1400, 800), 2023: (2070, 1610, 920), 2024: (2400, 1850, 1030)}


def _institution(code: str, name: str, kind: str, span: str = "none", *, private: bool = False) -> Row:
    ownership = "private" if private else "public"
    return {"institution_id": code, "name": name, "kind": kind, "span": span, "ownership": ownership}


def institution_rows() -> list[Row]:
    """List everybody who takes part; the departments are those that the plan names."""
    rows = [_institution(OFFICE, "创建办", "creation_office")]
    rows += [_institution(f"CH1{n:03}", name, "department") for n, name in enumerate(_DEPARTMENTS, 1)]
    rows += [_institution(f"CH2{n:03}", name, "sub_district") for n, name in enumerate(_SUB_DISTRICTS, 1)]
    number = 0
    for span, (kind, how_many, private) in _SCHOOLS.items():
        for index in range(how_many):
            number += 1
            name = _NAMES[2 * (number % 16) : 2 * (number % 16) + 2] + kind
            rows.append(_institution(f"CH3{number:03}", name, "school", span, private=index in private))
    for index in range(_KINDERGARTENS):
        name = _NAMES[2 * index : 2 * index + 2] + "幼儿园"
        is_private = index >= _PUBLIC_KINDERGARTENS
        code = f"CH4{index + 1:03}"
        rows.append(_institution(code, name, "kindergarten", "kindergarten", private=is_private))
    rows.append(_institution("CH5001", "澄湖社区学院", "community_college"))
    return rows


def of_kind(institutions: list[Row], *kinds: str) -> list[str]:
    """Return the codes of the institutions of these kinds, in the order of the roster."""
    return [str(row["institution_id"]) for row in institutions if row["kind"] in kinds]


def enrolment_rows(rng: Random, institutions: list[Row]) -> list[Row]:
    """Count the students of every school and kindergarten, each stage by itself."""
    rows: list[Row] = []
    vocational = [row["institution_id"] for row in institutions if row["span"] == "vocational"]
    for one in institutions:
        for stage in _STAGES.get(str(one["span"]), ()):
            base = rng.randint(*_SIZE[stage]) if stage in _SIZE else 0
            if one["span"] == "special":
                base = 96
            for year in YEARS:
                students = base + rng.randint(-4, 4)
                if stage == "vocational":
                    students = _VOCATIONAL[year][vocational.index(one["institution_id"])]
                rows.append(
                    {
                        "institution_id": one["institution_id"],
                        "year": year,
                        "stage": stage,
                        "students": students,
                        "entrants": students // _GRADES[stage],
                    }
                )
    return rows
