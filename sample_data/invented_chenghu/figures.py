"""The yearly figures of the invented Chenghu: teachers, their training, children of school age, spending."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from invented_chenghu.roster import YEARS, of_kind

if TYPE_CHECKING:
    from random import Random

    from invented_district.roster import Row

__all__ = ["budget_rows", "school_age_rows", "staff_rows", "teacher_development_rows"]

_FINANCE = "CH1009"
_TEACHERS = {"complete_secondary": (45,), "general_senior": (80, 75, 70), "vocational": (80, 60, 40)}
_PART_TIME = 18
# Of 450 full-time teachers in 2023, 81 hold a master's or its equivalent: 18 % to the last one.
_DEGREES = {
    2022: {("doctor", "none"): 1, ("master", "none"): 44, ("bachelor", "course_completed"): 12},
    2023: {
        ("doctor", "none"): 1,
        ("master", "none"): 52,
        ("bachelor", "equivalent"): 8,
        ("bachelor", "course_completed"): 20,
        ("bachelor", "course_enrolled"): 15,
        ("below_bachelor", "none"): 9,
    },
}
# Percent of teachers trained and rewarded in a year, public and private.
_TRAINED = {2022: (84, 71), 2023: (88, 80), 2024: (90, 93)}
_REWARDED = {2022: (5, 5), 2023: (5, 8), 2024: (6, 9)}
# In 2023, 199 of 200 children with special needs and 23,880 of all 24,000 were in school: the same 99.5 %.
_CHILDREN = {
    2022: ((5150, 4580, 4310, 3850, 3420, 2590), 24, (41, 37, 36, 31, 30, 23), (1, 0, 1, 1, 0, 0)),
    2023: ((5200, 4600, 4300, 3900, 3400, 2600), 20, (40, 38, 36, 32, 30, 24), (0, 0, 1, 0, 0, 0)),
    2024: ((5230, 4610, 4260, 3940, 3380, 2620), 17, (42, 38, 35, 33, 29, 24), (0, 0, 0, 0, 0, 0)),
}
_SPENT = {  # hundred yuan
    "preschool": (962_300, 1_014_800, 1_041_200),
    "primary": (3_254_000, 3_391_500, 3_466_700),
    "junior": (2_118_600, 2_187_300, 2_240_900),
    "general_senior": (1_420_500, 1_466_200, 1_471_800),
    "vocational": (688_400, 781_900, 864_300),
    "special": (62_000, 65_800, 65_800),  # no more in the last year than before, and no less
    "other": (415_700, 408_200, 411_600),
}


def staff_rows(rng: Random, institutions: list[Row]) -> list[Row]:
    """Make up the teachers of the senior stage in 2022 and 2023, part-time ones after the full-time ones."""
    seats: list[tuple[object, str]] = []
    for span, sizes in _TEACHERS.items():
        codes = [row["institution_id"] for row in institutions if row["span"] == span]
        stage = "vocational" if span == "vocational" else "general_senior"
        seats += [(code, stage) for code, size in zip(codes, sizes, strict=True) for _ in range(size)]
    rows: list[Row] = []
    for year, degrees in _DEGREES.items():
        held = [key for key, how_many in degrees.items() for _ in range(how_many)]
        held += [("bachelor", "none")] * (len(seats) - len(held))
        rng.shuffle(held)
        full_time = [(*seat, True, *one) for seat, one in zip(seats, held, strict=True)]
        part_time = [(*seat, False, "master", "none") for seat in seats[:: len(seats) // _PART_TIME]]
        for number, (code, stage, full, degree, study) in enumerate([*full_time, *part_time], 1):
            rows.append(
                {
                    "person_id": f"CT{number:04}",
                    "year": year,
                    "institution_id": code,
                    "stage": stage,
                    "full_time": full,
                    "degree": degree,
                    "further_study": study,
                }
            )
    return rows


def teacher_development_rows(rng: Random, institutions: list[Row]) -> list[Row]:
    """Count the teachers trained and rewarded in every school and kindergarten."""
    rows: list[Row] = []
    for one in institutions:
        if one["kind"] not in {"school", "kindergarten"}:
            continue
        teachers = rng.randint(14, 30) if one["kind"] == "kindergarten" else rng.randint(40, 110)
        private = one["ownership"] == "private"
        for year in YEARS:
            trained, rewarded = (share[year][private] * teachers for share in (_TRAINED, _REWARDED))
            row = {"institution_id": one["institution_id"], "year": year, "teachers": teachers}
            rows.append(row | {"trained": round(trained / 100), "rewarded": round(rewarded / 100)})
    return rows


def school_age_rows(institutions: list[Row]) -> list[Row]:
    """Count the children of compulsory age of each sub-district, and those with special needs among them."""
    rows: list[Row] = []
    for year, (everybody, away, special, special_away) in _CHILDREN.items():
        for index, code in enumerate(of_kind(institutions, "sub_district")):
            counted = (("all", everybody[index], away), ("special", special[index], special_away[index]))
            for group, children, missing in counted:
                rows.append(
                    {
                        "institution_id": code,
                        "year": year,
                        "child_group": group,
                        "children": children,
                        "enrolled": children - missing,
                    }
                )
    return rows


def budget_rows() -> list[Row]:
    """Enter what was spent on education, by function."""
    return [
        {
            "institution_id": _FINANCE,
            "year": year,
            "function": function,
            "spent": Decimal(100 * amounts[index]),
        }
        for index, year in enumerate(YEARS)
        for function, amounts in _SPENT.items()
    ]
