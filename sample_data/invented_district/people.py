"""Who works in the invented district: teachers, heads and researchers, their degrees and their training."""

# ruff: noqa: PLR2004  # a made-up district is made of made-up numbers

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil
from typing import TYPE_CHECKING, NamedTuple

from invented_district.roster import CENTRE, YEARS, Classes, Institution, Row

if TYPE_CHECKING:
    from random import Random

__all__ = ["Person", "guidance_rows", "people_of", "recruit_rows", "staff_rows", "training_rows"]

DEGREES = ("below_college", "college", "bachelor", "master", "doctor")
_PUPILS_PER_TEACHER = {"preschool": 14.6, "primary": 17.4, "junior": 13.4, "senior": 13.2}
_FIRST_DEGREES = {
    "preschool": (30, 58, 12, 0, 0),
    "primary": (3, 27, 69, 1, 0),
    "junior": (0, 14, 84, 2, 0),
    "senior": (0, 2, 91, 7, 0),
}
_NEW_DEGREES = {
    "preschool": (8, 66, 26, 0, 0),
    "primary": (0, 12, 82, 6, 0),
    "junior": (0, 3, 85, 12, 0),
    "senior": (0, 0, 76, 23, 1),
}
# In the last year: the degree that counts, the share of teachers who hold it, and how many fewer than that.
_LAST_YEAR = {
    "preschool": ("college", 846, 0),
    "primary": ("bachelor", 830, 0),
    "junior": ("bachelor", 920, 1),
    "senior": ("master", 124, 0),
}
_BACKBONE_SHARE = {2022: 0.055, 2023: 0.075, 2024: 0.09, 2025: 0.1}
_SHORT_OF_BACKBONE = {"JY1017": 1, "JY1046": 1, "JY1083": 99}
_PLANNED_HALF_HOURS = {
    (2024, 61): 0,
    (2024, 118): 179,
    (2025, 7): 176,
    (2025, 203): 120,
}  # (year, head): half hours
_PERSONS = "P{:06d}"


@dataclass
class Person:
    """One coded person in one post; no names, no identity numbers."""

    code: str
    institution: str
    role: str
    stage: str
    full_time: bool
    hired_on: str
    last_year: int = YEARS[-1]
    degrees: dict[int, str] = field(default_factory=dict)
    backbone: set[int] = field(default_factory=set)

    def works_in(self, year: int) -> bool:
        """Whether the person is on the roll at the statistics of that year."""
        return int(self.hired_on[:4]) <= year <= self.last_year

    def holds(self, degree: str, year: int) -> bool:
        """Whether the person holds this qualification or a higher one."""
        return DEGREES.index(self.degrees[year]) >= DEGREES.index(degree)


class Post(NamedTuple):
    """A post that somebody always fills."""

    institution: Institution
    role: str
    stage: str
    full_time: bool


def people_of(rng: Random, institutions: list[Institution], classes: Classes) -> list[Person]:
    """Staff every institution for every year, then bring the degrees to the shares that were planned."""
    people: list[Person] = []
    for institution, stage, number in _teaching_posts(institutions, classes):
        for position in range(number):
            _fill(rng, people, Post(institution, "teacher", stage, position < number - number // 45))
    for institution in institutions:
        role = {"school": "principal", "kindergarten": "kindergarten_head"}.get(institution.kind)
        if role:
            _fill(rng, people, Post(institution, role, institution.stages[-1], full_time=False))
    stages = ("preschool", "primary", "primary", "junior", "junior", "senior")
    for institution in institutions:
        posts = 28 if institution.code == CENTRE else 1 if institution.code.startswith("JY91") else 0
        role = "researcher" if institution.code == CENTRE else "town_researcher"
        for position in range(posts):
            _fill(rng, people, Post(institution, role, stages[position % 6], full_time=True))
    _reach_planned_shares(rng, people)
    _name_backbone_teachers(people, institutions)
    return people


def _teaching_posts(institutions: list[Institution], classes: Classes) -> list[tuple[Institution, str, int]]:
    """Say how many teachers each institution has in each stage; the full-time ones come to whole hundreds."""
    grade_stage = {"k": "preschool", "g01": "primary", "g02": "primary", "g03": "primary"}
    sizes: dict[tuple[str, str], int] = {}
    for (code, grade, year), pupils in classes.items():
        if year == YEARS[-1]:
            number = int(grade[1:])
            stage = (
                grade_stage["k"]
                if grade[0] == "k"
                else ("primary", "junior", "senior")[(number > 6) + (number > 9)]
            )
            sizes[code, stage] = sizes.get((code, stage), 0) + sum(pupils)
    posts: list[tuple[Institution, str, int]] = []
    for one in institutions:
        for stage in one.stages:
            ratio = 3.0 if one.span == "special" else _PUPILS_PER_TEACHER[stage]
            posts.append((one, stage, max(2, ceil(sizes[one.code, stage] / ratio))))
    for stage in ("primary", "junior"):
        full_time = sum(number - number // 45 for _, where, number in posts if where == stage)
        open_to_more = [
            index for index, (_, where, number) in enumerate(posts) if where == stage and number % 45 < 35
        ]
        for turn in range(-full_time % 100):
            one, where, number = posts[open_to_more[turn % len(open_to_more)]]
            posts[open_to_more[turn % len(open_to_more)]] = (one, where, number + 1)
    return posts


def _fill(rng: Random, people: list[Person], post: Post) -> None:
    """Fill one post for all years: whoever leaves is replaced in the same August."""
    opened_on = post.institution.opened_on
    opened = int(opened_on[:4])
    first = max(opened, rng.randint(1990, 2021))
    month = opened_on[5:7] if first == opened else "09"
    person = _hire(rng, people, post, f"{first}-{month}-{rng.randint(1, 28):02d}")
    for year in YEARS:
        if year > first and rng.random() < 0.03:
            person.last_year = year - 1
            person = _hire(rng, people, post, f"{year}-08-{rng.randint(1, 28):02d}")


def _hire(rng: Random, people: list[Person], post: Post, hired_on: str) -> Person:
    """Put a new person into a post, with a degree that may rise over the years."""
    code, institution = _PERSONS.format(len(people) + 1), post.institution.code
    person = Person(code, institution, post.role, post.stage, full_time=post.full_time, hired_on=hired_on)
    weights = (_NEW_DEGREES if int(hired_on[:4]) >= YEARS[0] else _FIRST_DEGREES)[post.stage]
    rank = rng.choices(range(5), weights)[0]
    if post.role != "teacher":
        rank = max(rank, 2)
    for year in YEARS:
        ceiling, chance = (3, 0.006) if post.stage == "senior" else (2, 0.03)
        if rank < ceiling and rng.random() < chance:
            rank += 1
        person.degrees[year] = DEGREES[rank]
    people.append(person)
    return person


def _reach_planned_shares(rng: Random, people: list[Person]) -> None:
    """Let single teachers graduate in the last year, or not yet, until the planned shares are reached."""
    last = YEARS[-1]
    for stage, (degree, per_thousand, fewer) in _LAST_YEAR.items():
        counted = [
            one
            for one in people
            if (one.role, one.stage) == ("teacher", stage) and one.full_time and one.works_in(last)
        ]
        wanted = ceil(len(counted) * per_thousand / 1000) - fewer
        rng.shuffle(counted)
        held = sum(one.holds(degree, last) for one in counted)
        below = DEGREES[DEGREES.index(degree) - 1]
        for one in counted:
            if held < wanted and one.degrees[last] == below:
                one.degrees[last] = degree
                held += 1
            elif held > wanted and one.degrees[last] == degree and not one.holds(degree, last - 1):
                one.degrees[last] = below
                held -= 1
        if held != wanted:
            raise ValueError(
                f"{stage}: {held} teachers hold {degree}, {wanted} were planned; change the first degrees"
            )


def _name_backbone_teachers(people: list[Person], institutions: list[Institution]) -> None:
    """Name each school's backbone teachers: one in ten of them in the last year, except in three schools."""
    by_school: dict[str, list[Person]] = {one.code: [] for one in institutions if one.kind == "school"}
    for one in people:
        if one.role == "teacher" and one.full_time and one.institution in by_school:
            by_school[one.institution].append(one)
    for code, teachers in by_school.items():
        for year in YEARS:
            present = [one for one in teachers if one.works_in(year)]
            wanted = ceil(len(present) * round(_BACKBONE_SHARE[year] * 1000) / 1000)
            if year == YEARS[-1]:
                wanted = max(0, wanted - _SHORT_OF_BACKBONE.get(code, 0))
            for one in present[:wanted]:
                one.backbone.add(year)


def staff_rows(people: list[Person]) -> list[Row]:
    """Write the staff of every year."""
    return [
        {
            "person_id": one.code,
            "year": year,
            "institution_id": one.institution,
            "role": one.role,
            "stage": one.stage,
            "degree": one.degrees[year],
            "full_time": one.full_time,
            "school_backbone": year in one.backbone,
            "hired_on": one.hired_on,
        }
        for year in YEARS
        for one in people
        if one.works_in(year)
    ]


def recruit_rows(rng: Random, people: list[Person], institutions: list[Institution]) -> list[Row]:
    """Write who was recruited: in the second year of the plan exactly the 136 that it asks for."""
    public = {one.code for one in institutions if one.ownership[YEARS[-1]] == "public"}
    rows: list[Row] = []
    for year, wanted in zip(YEARS, (121, 141, 136, 138), strict=True):
        hired = [
            one
            for one in people
            if one.role == "teacher" and one.institution in public and one.hired_on[:4] == str(year)
        ]
        if len(hired) < wanted:
            raise ValueError(
                f"{year}: only {len(hired)} hired, {wanted} were planned; raise the share of leavers"
            )
        best = sorted(hired, key=lambda one: (-DEGREES.index(one.degrees[year]), one.code))[:wanted]
        for one in hired:
            category = "ordinary"
            if one in best:
                category = "high_level" if one.holds("master", year) else "shortage_subject"
            rows.append(
                {
                    "person_id": one.code,
                    "institution_id": one.institution,
                    "year": year,
                    "category": category,
                    "degree": one.degrees[year],
                    "hired_on": one.hired_on,
                }
            )
    rng.shuffle(rows)
    return sorted(rows, key=lambda row: str(row["year"]))


def training_rows(rng: Random, people: list[Person]) -> list[Row]:
    """Write the training of heads and researchers: several records a year, one head without any."""
    rows: list[Row] = []
    for year in YEARS:
        heads = [
            one for one in people if one.role in {"principal", "kindergarten_head"} and one.works_in(year)
        ]
        researchers = [
            one for one in people if one.role in {"researcher", "town_researcher"} and one.works_in(year)
        ]
        for position, one in enumerate([*heads, *researchers]):
            halves = _PLANNED_HALF_HOURS.get((year, position), _half_hours(rng, year))
            rows += _records(rng, one, year, halves, len(rows))
    return rows


def _half_hours(rng: Random, year: int) -> int:
    """Draw one year's training in half hours; exactly 90 hours is common where 90 is the duty."""
    if year == 2022:
        return rng.randint(90, 220)
    return rng.choice((180, 180, 180, 184, 190, 192, 200, 208, 216, 240, rng.randint(181, 260)))


def _records(rng: Random, one: Person, year: int, halves: int, before: int) -> list[Row]:
    if not halves:
        return []
    pieces = rng.randint(2, 6)
    cuts = sorted(rng.sample(range(1, halves), pieces - 1))
    sizes = [end - start for start, end in zip([0, *cuts], [*cuts, halves], strict=True)]
    kinds = (
        ("research", "online", "ability")
        if "researcher" in one.role
        else ("rotation", "ability", "advanced", "online", "qualification")
    )
    months = rng.sample(range(1, 13), pieces)
    return [
        {
            "record_id": f"T{year}{before + position:05d}",
            "person_id": one.code,
            "institution_id": one.institution,
            "year": year,
            "programme": rng.choice(kinds),
            "started_on": f"{year}-{months[position]:02d}-{rng.randint(1, 28):02d}",
            "hours": f"{size // 2}.{'5' if size % 2 else '0'}",
        }
        for position, size in enumerate(sizes)
    ]


def guidance_rows(rng: Random, people: list[Person]) -> list[Row]:
    """Write the months of guidance of every researcher; one is half a day short in the last year."""
    rows: list[Row] = []
    months = ("m02", "m03", "m04", "m05", "m06", "m09", "m10", "m11", "m12")
    for year in YEARS:
        researchers = [one for one in people if "researcher" in one.role and one.works_in(year)]
        for position, one in enumerate(researchers):
            low = 120 if year == 2022 else 160
            half_days = (
                159
                if (year, position) == (2025, 11)
                else rng.choice((low, low + 4, low + rng.randint(0, 40)))
            )
            lessons = rng.choice((low // 2, low // 2 + rng.randint(0, 30)))
            for month, days, heard in zip(
                months, _spread(rng, half_days), _spread(rng, lessons), strict=True
            ):
                rows.append(
                    {
                        "person_id": one.code,
                        "institution_id": one.institution,
                        "year": year,
                        "month": month,
                        "days": f"{days // 2}.{'5' if days % 2 else '0'}",
                        "lessons": heard,
                    }
                )
    return rows


def _spread(rng: Random, total: int) -> list[int]:
    """Spread a year's work over its nine teaching months."""
    share = [total // 9] * 9
    for position in rng.sample(range(9), total % 9):
        share[position] += 1
    for _ in range(4):
        giver, taker = rng.sample(range(9), 2)
        if share[giver] > 1 and share[taker] < 40:
            share[giver] -= 1
            share[taker] += 1
    return share
