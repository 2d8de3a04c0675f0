"""Faults planted in the figures of the invented district: money, towns, schools, papers."""

# ruff: noqa: PLR2004  # where a fault is planted is as arbitrary as where people make one

from __future__ import annotations

from typing import TYPE_CHECKING

from invented_district.planting import number_in

if TYPE_CHECKING:
    from invented_district.planting import Planter

__all__ = ["SPOIL_FIGURES"]


def _money(planter: Planter) -> None:
    """Spoil amounts: a part above its whole, units mixed up, too many decimals, a month for a year."""
    rows = planter.sheets["district_finance"].rows
    at = planter.find("district_finance", function="初中教育")
    more = float(str(rows[at]["fiscal_funds"])) + 1000
    says = "the public budget is more than all fiscal funds"
    planter.spoil(
        "district_finance", at, "general_budget", more, kind="part above whole", code="DF-04", says=says
    )
    rows = planter.sheets["institution_finance"].rows
    at = planter.find("institution_finance", institution_id="JY1081")
    yuan = float(str(rows[at]["public_funds"])) * 10_000
    says = "yuan typed below a heading in 万元: ten thousand times too much"
    planter.spoil(
        "institution_finance", at, "public_funds", yuan, kind="万元 and 元", code="IF-04", says=says
    )
    rows = planter.sheets["special_finance"].rows
    funds = round(float(str(rows[9]["public_funds"])) / 10_000, 2)
    says = "万元 typed below a heading in yuan: ten thousand times too little"
    planter.spoil("special_finance", 9, "public_funds", funds, kind="万元 and 元", code="SF-04", says=says)
    says = "a thousandth of a yuan"
    planter.spoil(
        "special_finance", 20, "public_funds", 13012.345, kind="too many decimals", code="scale", says=says
    )
    rows = planter.sheets["pay"].rows
    at = planter.find("pay", institution_id="JY9104", payee="农村中小学教师")
    month = round(float(str(rows[at]["total_pay"])) / 12, 2)
    planter.spoil(
        "pay",
        at,
        "total_pay",
        month,
        kind="month for year",
        code="PA-03",
        says="one month's pay for the year's",
    )


def _projects(planter: Planter) -> None:
    """Spoil the projects: a sign, a broken formula, a date left out."""
    planter.spoil(
        "projects", 3, "invested", -120_000, kind="negative amount", code="PJ-02", says="an amount below zero"
    )
    planter.spoil(
        "projects",
        6,
        "invested",
        "#DIV/0!",
        kind="broken formula",
        code="formula",
        says="a formula that failed",
    )
    at = next(
        position
        for position, row in enumerate(planter.sheets["projects"].rows)
        if number_in(row["places"]) > 0 and position > 6
    )
    planter.spoil(
        "projects",
        at,
        "completed_on",
        None,
        kind="missing date",
        code="PJ-04",
        says="places added but no date of completion",
    )


def _towns(planter: Planter) -> None:
    """Spoil the towns' figures: half a child, words for a number, more leavers than entrants."""
    planter.spoil(
        "special_pupils",
        17,
        "children",
        3.5,
        kind="not a whole number",
        code="type",
        says="three and a half children",
    )
    at = planter.find("population", 4, institution_id="JY9110")
    planter.spoil(
        "population", at, "residents", "约1200", kind="text in number column", code="type", says="about 1200"
    )
    rows = planter.sheets["cohorts"].rows
    more = number_in(rows[5]["entrants"]) + number_in(rows[5]["transfers_in"]) + 1
    planter.spoil(
        "cohorts",
        5,
        "completers",
        more,
        kind="part above whole",
        code="CO-04",
        says="more leave than ever entered",
    )


def _schools(planter: Planter) -> None:
    """Spoil the schools' figures: signs, sums, rows sent twice, dates."""
    rows = planter.sheets["fitness"].rows
    planter.spoil("fitness", 8, "good", -3, kind="negative count", code="FI-02", says="a count below zero")
    fewer = number_in(rows[22]["tested"]) - 11
    planter.spoil(
        "fitness",
        22,
        "tested",
        fewer,
        kind="sum of parts",
        code="FI-03",
        says="the bands add up to more than were tested",
    )
    changes: dict[str, object] = {
        "tested": number_in(rows[31]["tested"]) - 4,
        "good": number_in(rows[31]["good"]) - 4,
    }
    says = "the school sent its rows again with other numbers"
    planter.add("fitness", 31, "institution_id", changes, kind="resubmitted rows", code="FI-01", says=says)
    more = number_in(planter.sheets["classrooms"].rows[44]["multimedia"]) + 2
    says = "more connected than there are multimedia classrooms"
    planter.spoil("classrooms", 44, "connected", more, kind="part above whole", code="CR-03", says=says)


def _recruits(planter: Planter) -> None:
    """Spoil the dates of hiring."""
    planter.spoil(
        "recruits",
        15,
        "hired_on",
        "2025-02-30",
        kind="bad date",
        code="type",
        says="February has no 30th day",
    )
    planter.spoil(
        "recruits",
        28,
        "hired_on",
        "2023-08-17",
        kind="date outside year",
        code="RE-03",
        says="hired two years before",
    )


def _papers(planter: Planter) -> None:
    """Spoil the lists of documents and activities: dates that are missing or of another year."""
    at = planter.find("documents", status="正式印发")
    planter.spoil(
        "documents",
        at,
        "issued_on",
        None,
        kind="missing date",
        code="DO-03",
        says="in force but without a date",
    )
    planter.spoil(
        "activities",
        6,
        "held_on",
        "2024-12-30",
        kind="date outside year",
        code="AC-02",
        says="held in another year",
    )


SPOIL_FIGURES = (_money, _projects, _towns, _schools, _recruits, _papers)
