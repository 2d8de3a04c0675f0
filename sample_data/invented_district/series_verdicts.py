"""What series, comparisons and ledgers must come to in the invented district: plain Python, exact."""

# ruff: noqa: PLR2004  # the limits are the plan's own numbers

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from invented_district.expected import (
    Expected,
    Tables,
    all_of,
    exact,
    falling,
    group,
    once,
    rising,
    rows_with,
    total,
    verdict,
    yearly,
)
from invented_district.school_duties import COMPULSORY, PLAN

if TYPE_CHECKING:
    from collections.abc import Callable


__all__ = ["series_verdicts"]

_LAST = PLAN[-1]
_BACHELOR = ("bachelor", "master", "doctor")


def series_verdicts(tables: Tables) -> dict[str, Expected]:
    """Work out the series, the comparisons between groups, the ledgers and what is too large."""
    found = _staff(tables) | _ledgers(tables) | _partnerships(tables) | _surveys(tables)
    return found | _sizes(tables)


def _staff(tables: Tables) -> dict[str, Expected]:
    rows = tables["three_schools"]
    found = {
        "teachers.three-schools-backbone": rising(lambda year: total(rows, "backbone_teachers", year=year)),
        "teachers.three-schools-bachelor": rising(
            lambda year: total(rows, "bachelor_teachers", year=year, stage=("primary", "junior"))
        ),
        "teachers.three-schools-college": rising(
            lambda year: total(rows, "college_teachers", year=year, stage="preschool")
        ),
    }
    found["teachers.three-schools-allocation"] = all_of(found, tuple(found))
    city = {row["institution_id"] for row in rows_with(tables["institutions"], year=_LAST, location="urban")}
    parity = "teachers.three-schools-bachelor-parity"
    for stage in ("primary", "junior", "preschool"):
        own = rows_with(rows, year=_LAST, stage=stage)
        share = total(own, "bachelor_teachers") / total(own, "teachers")
        staff = rows_with(tables["staff"], year=_LAST, role="teacher", full_time=True, stage=stage)
        urban = [row for row in staff if row["institution_id"] in city]
        level = Fraction(len(rows_with(urban, degree=_BACHELOR)), len(urban))
        found[f"{parity}.{stage}"] = once(share, met=share >= level)
    found[parity] = all_of(found, [f"{parity}.{stage}" for stage in ("primary", "junior", "preschool")])
    return found


def _ledgers(tables: Tables) -> dict[str, Expected]:
    rows = tables["ledger_entries"]

    def still_open(ledger: str) -> Expected:
        number = sum(row["closed_on"] is None for row in rows_with(rows, ledger=ledger, year=PLAN))
        return once(Fraction(number), met=number == 0)

    def late(year: int, ledger: str) -> Fraction:
        own = rows_with(rows, ledger=ledger, year=year)
        return Fraction(
            sum(row["closed_on"] is None or str(row["closed_on"]) > str(row["due_on"]) for row in own)
        )

    return {
        "compulsory.conduct-standardised": still_open("school_conduct"),
        "compulsory.off-campus-training-regulated": still_open("off_campus_training"),
        "senior.enrolment-standardised": yearly(
            lambda year: Fraction(len(rows_with(rows, ledger="senior_admission", year=year))),
            lambda _, value: value == 0,
        ),
        "compulsory.dropout-ledger-zero": yearly(
            lambda year: late(year, "dropout"), lambda _, value: value == 0
        ),
        "management.supervision": yearly(lambda year: late(year, "supervision"), lambda _, value: value == 0),
    }


def _partnerships(tables: Tables) -> dict[str, Expected]:
    rows = tables["partnerships"]
    city = {
        row["institution_id"]
        for row in rows_with(tables["institutions"], year=_LAST, location="urban", ownership="public")
    }
    leads = rows_with(rows, year=_LAST, kind="community", role="lead")
    good = Fraction(len({row["institution_id"] for row in leads} & city))

    def institutions(**having: object) -> Fraction:
        return Fraction(len({row["institution_id"] for row in rows_with(rows, **having)}))

    def grown(value: Callable[[int], Fraction]) -> Expected:
        years = {year: value(year) / value(year - 1) - 1 for year in PLAN[1:]}
        return {
            "verdict": verdict(met=all(rate > 0 for rate in years.values())),
            "years": {
                year: {"verdict": verdict(met=rate > 0), "value": str(rate)} for year, rate in years.items()
            },
        }

    growing = "community.coverage-growing"
    found = {
        "community.lead-schools": once(good, met=good >= 6),
        "community.paired-assistance-increased": rising(lambda year: institutions(year=year, role="helped")),
        f"{growing}.members": grown(lambda year: institutions(year=year, kind="community")),
        f"{growing}.pupils": grown(lambda year: total(rows, "pupils", year=year, kind="community")),
    }
    found[growing] = all_of(found, (f"{growing}.members", f"{growing}.pupils"))
    return found


def _surveys(tables: Tables) -> dict[str, Expected]:
    rows = tables["group_indicators"]

    def mean(year: int, indicator: str, group: str = "all") -> Fraction:
        own = rows_with(rows, year=year, indicator=indicator, pupil_group=group)
        return total(own, "amount") / total(own, "pupils")

    def spread(year: int) -> Fraction:
        rates = [exact(row["rate"]) for row in rows_with(rows, year=year, indicator="equipment")]
        return max(rates) - min(rates)

    def behind(year: int, group: str) -> Fraction:
        return mean(year, "senior_progression", "other") - mean(year, "senior_progression", group)

    found = {
        "compulsory.burden-homework": falling(lambda year: mean(year, "homework_minutes")),
        "compulsory.burden-tutoring": falling(lambda year: mean(year, "tutoring_hours")),
        "compulsory.gap-region": _narrowed(spread),
    }
    gaps = "compulsory.gap-groups"
    groups = {"migrant": "migrant", "left-behind": "left_behind", "low-income": "low_income"}
    for name, own in groups.items():
        found[f"{gaps}.{name}"] = _narrowed(lambda year, own=own: behind(year, own))  # type: ignore[misc]  # each its own
    found[gaps] = all_of(found, [f"{gaps}.{name}" for name in groups])
    return found


def _narrowed(gap: Callable[[int], Fraction]) -> Expected:
    found = gap(_LAST) / gap(2022)
    return once(found, met=found < 1)


def _sizes(tables: Tables) -> dict[str, Expected]:
    large = [row for row in rows_with(tables["classes"], stage="senior") if exact(row["students"]) >= 56]
    general = {
        row["institution_id"]
        for row in rows_with(tables["institutions"], year=_LAST, span=("senior", "complete_secondary"))
    }
    pupils: dict[object, Fraction] = {}
    for row in rows_with(tables["enrolment"], year=_LAST, stage=("primary", "junior")):
        code = row["institution_id"]
        pupils[code] = pupils.get(code, Fraction(0)) + exact(row["students"])
    most = dict.fromkeys(COMPULSORY, 2000) | {"nine_year": 2500}
    return {
        "senior.zero-oversize-classes": yearly(
            lambda year: Fraction(
                sum(row["year"] == year and row["institution_id"] in general for row in large)
            ),
            lambda _, value: value == 0,
        ),
        "compulsory.zero-oversize-schools": group(
            {
                str(row["institution_id"]): pupils[row["institution_id"]] <= most[str(row["span"])]
                for row in rows_with(tables["institutions"], year=_LAST, kind="school")
                if row["span"] in COMPULSORY
            }
        ),
    }
