"""What the invented district did of what its plan commits it to: dated, proven, late, planned or left out."""

from __future__ import annotations

import hashlib
from random import Random
from typing import TYPE_CHECKING

from invented_district.roster import BUREAU, CENTRE, PAY_OFFICE, PURSE, YEARS, Row

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from invented_district.files import Columns

__all__ = ["action_tables"]

_SEED = 20230310  # of its own, so that the other tables stay as they are
_PLAN = YEARS[1:]

# What is done once, by the form it takes.
_ONCE = {
    "document": """
        governance_replicable_model special_per_pupil_standard_extended_preschool
        special_per_pupil_standard_extended_senior schedule_stage_3_complete culture_consolidation_year_2025
        teachers_county_managed_school_employed preschool_inclusive_private_support
        senior_characteristic_overall_design senior_county_school_plan special_allocation_system_preschool
        special_allocation_system_senior duty_education_plan duty_midterm_plan
        land_school_layout_in_urban_construction governance_plan_published
    """,
    "recognition": """
        goal_preschool_universal_district goal_compulsory_balanced_district special_standard_schools
    """,
    "system": """
        digital_shared_resource_network preschool_cost_sharing_mechanism compulsory_left_behind_care_system
        compulsory_training_and_research_system equipment_renewal_mechanism principals_selection_mechanism
        principals_reserve_pool researchers_all_staff_training_system researchers_three_year_cycle
        pay_linked_guarantee_mechanism pay_distribution_incentive_mechanism
        preschool_funding_guarantee_mechanism preschool_primary_transition_mechanism
        preschool_quality_evaluation_system preschool_quality_evaluation_system community_creation_mechanism
        compulsory_dropout_joint_mechanism special_support_system governance_factor_guarantee_mechanism
        governance_parallel_approval duty_finance_guarantee
    """,
    "programme": """
        schedule_stage_1_preparation moral_three_all_pilot research_innovation_special_action
        culture_improvement_special_action digital_textbook_demonstration_zone
        digital_national_platform_promoted digital_capability_project_2
        community_district_wide_management_mode preschool_autonomous_play_pilot compulsory_weak_link_project
        evaluation_junior_comprehensive_assessment evaluation_pe_health_exam
        evaluation_senior_admission_reform
    """,
    "event": """
        schedule_apply_preschool_evaluation schedule_apply_compulsory_evaluation
        research_young_teacher_contest evaluation_diagnosis_and_supervision
    """,
    "body": "party_education_work_committee governance_leading_group_office",
}
# What has several parts; a part that stands twice was done twice and is still one part.
_COMMUNITIES = "lead_junior_1 lead_experimental lead_primary_1 lead_primary_2 lead_kindergarten_1"
_IN_PARTS = {
    "governance_framework_three_combinations": ("document", "province_pilot city_plan local_reality"),
    "community_composition": ("document", f"{_COMMUNITIES} lead_special lead_primary_1"),
    "finance_sources": ("document", "superior_funds district_match donations self_raised superior_funds"),
    "research_three_level_subject_mechanism": ("system", "subject_researchers subject_bases linked_schools"),
    "teachers_township_training_channels": (
        "event",
        "advanced_study special_programme studio_training topic_research",
    ),
    "teachers_ethics_mechanism": (
        "system",
        "ethics_education ethics_publicity ethics_assessment ethics_supervision ethics_rewards",
    ),
    "teachers_unified_management": (
        "document",
        "recruitment_transfer staff_training staff_appraisal incentives",
    ),
    "community_internal_coordination_mechanism": ("system", f"{_COMMUNITIES} lead_primary_2"),
    "community_systems_connected": (
        "system",
        "resource_sharing teaching_management research_training appraisal_rewards funding",
    ),
    "senior_support_systems": ("system", "teaching_organisation pupil_guidance conditions"),
    "evaluation_five_reforms": (
        "document",
        "party_government school_evaluation teacher_evaluation pupil_evaluation school_evaluation",
    ),
    "governance_leading_group": (
        "body",
        """
        head deputy_head seat_education seat_establishment seat_development seat_finance seat_personnel
        seat_land seat_housing
        """,
    ),
    "governance_three_year_task_documents": ("document", "tasks path timetable roadmap duties"),
}
# What is done each year: the form, the parts, and the year or the part of a year that was left out.
_YEARLY = {
    "culture_improvement_years_2023_2024": ("document", "", (2025, "")),
    "teachers_assistance_dongguan": ("event", "", None),
    "teachers_assistance_hanshan": ("event", "", (2025, "")),
    "teachers_assistance_gdut": ("event", "", None),
    "teachers_ethics_campaigns": (
        "event",
        "topic_education special_governance",
        (2024, "special_governance"),
    ),
    "duty_development_plan": ("document", "", None),
    "duty_annual_budget": ("document", "", None),
    "duty_recruitment": ("document", "teacher_recruitment post_totals", None),
    "duty_construction_support": ("document", "", (2023, "")),
    "management_progress_bulletin": ("document", "to_district to_towns", None),
    "management_problem_judgement": ("event", "", None),
    "management_publicity": ("event", "", None),
}
_DONE_ON = {
    "goal_preschool_universal_district": "2025-12-26",
    "schedule_stage_1_preparation": "2022-12-31",  # on the last day
    "schedule_apply_preschool_evaluation": "2025-11-30",  # on the last day
    "schedule_apply_compulsory_evaluation": "2025-12-12",  # twelve days late
    "schedule_stage_3_complete": "2025-12-31",
    "governance_replicable_model": "2025-12-24",
    "culture_consolidation_year_2025": "2025-02-20",
    "evaluation_junior_comprehensive_assessment": "2022-09-01",
    "evaluation_pe_health_exam": "2023-02-20",  # seven weeks late
    "evaluation_senior_admission_reform": "2023-12-29",
    "duty_education_plan": "2023-03-09",
    "governance_plan_published": "2023-08-23",
    "governance_leading_group": "2023-04-03",
}
_PLANNED = frozenset(
    {
        ("goal_compulsory_balanced_district", ""),
        ("digital_textbook_demonstration_zone", ""),
        ("special_per_pupil_standard_extended_senior", ""),
        ("special_allocation_system_senior", ""),
        ("senior_characteristic_overall_design", ""),
        ("pay_distribution_incentive_mechanism", ""),
        ("governance_parallel_approval", ""),
        ("community_systems_connected", "funding"),
    }
)
_WITHOUT_PAPER = frozenset(
    {
        ("moral_three_all_pilot", ""),
        ("equipment_renewal_mechanism", ""),
        ("teachers_ethics_mechanism", "ethics_supervision"),
    }
)
_WITHOUT_FILE = frozenset({("digital_national_platform_promoted", "")})
_FIRST_UNPROVEN = "preschool_quality_evaluation_system"  # it was done again a year later, with its paper
_UNNUMBERED = frozenset({"event", "programme"})
_LEADS = {
    "finance": """
        preschool_cost_sharing_mechanism preschool_funding_guarantee_mechanism
        preschool_inclusive_private_support
        special_per_pupil_standard_extended_preschool special_per_pupil_standard_extended_senior
        special_allocation_system_preschool special_allocation_system_senior finance_sources
        duty_finance_guarantee duty_midterm_plan duty_annual_budget
    """,
    "personnel": "pay_linked_guarantee_mechanism pay_distribution_incentive_mechanism duty_recruitment",
    "development": "duty_development_plan",
    "land": "land_school_layout_in_urban_construction",
    "housing": "duty_construction_support",
    "government": """
        governance_leading_group governance_factor_guarantee_mechanism governance_parallel_approval
    """,
    "party": "party_education_work_committee",
}
_LEAD_OF = {kind: lead for lead, kinds in _LEADS.items() for kind in kinds.split()}
_SENDER = {"finance": PURSE, "personnel": PAY_OFFICE}
_WORDING = {
    "document": ("印发“{}”", "关于印发《××区{}》的通知"),
    "system": ("建立{}", "关于建立{}的通知"),
    "body": ("成立{}", "关于成立{}的通知"),
    "programme": ("启动{}", "{}工作报告"),
    "event": ("开展{}", "{}纪要"),
    "recognition": ("完成{}", "关于{}结果的通知"),
}


def action_tables(institutions: list[Row], columns: Columns) -> dict[str, list[Row]]:
    """Make up the register of actions and the register of what each unit owes."""
    rng = Random(_SEED)  # noqa: S311  # it must give the same district every time
    rows = sorted(_actions(rng, columns["actions"]), key=lambda row: (str(row["year"]), str(row["done_on"])))
    for number, row in enumerate(rows, start=1):
        row["action_id"] = f"R{number:03d}"
    return {"actions": rows, "unit_commitments": _unit_rows(rng, institutions)}


# the district -------------------------------------------------------------------------------------


def _actions(rng: Random, columns: Mapping[str, Mapping[str, object]]) -> Iterator[Row]:
    for form, kinds in _ONCE.items():
        seen: set[str] = set()
        for kind in kinds.split():
            day = _DONE_ON.get(kind) or _some_day(rng, rng.choice(_PLAN))
            if kind == _FIRST_UNPROVEN:
                day = _some_day(rng, 2024 if kind in seen else 2023)
            proven = kind != _FIRST_UNPROVEN or kind in seen
            seen.add(kind)
            yield _action(columns, (kind, "", form), day, proven=proven)
    for kind, (form, parts) in _IN_PARTS.items():
        for part in parts.split():
            day = _DONE_ON.get(kind) or _some_day(rng, rng.choice(_PLAN))
            yield _action(columns, (kind, part, form), day)
    for kind, (form, parts, left_out) in _YEARLY.items():
        for year in _PLAN:
            for part in parts.split() or [""]:
                day = _some_day(rng, year)
                if (year, part) != left_out:
                    yield _action(columns, (kind, part, form), day)


def _some_day(rng: Random, year: int) -> str:
    return f"{year}-{rng.randint(3, 11):02d}-{rng.randint(1, 28):02d}"


def _action(
    columns: Mapping[str, Mapping[str, object]], named: tuple[str, str, str], day: str, *, proven: bool = True
) -> Row:
    """Write one action; a planned one has no date and no paper."""
    kind, part, form = named
    at = kind, part
    lead = _LEAD_OF.get(kind, "education")
    says = _label(columns["kind"], kind) + (f"({_label(columns['part'], part)})" if part else "")
    title, paper = (pattern.format(says) for pattern in _WORDING[form])
    done = at not in _PLANNED
    shown = done and proven and at not in _WITHOUT_PAPER
    filed = shown and at not in _WITHOUT_FILE
    number = f"×府〔{day[:4]}〕{1 + int(day[5:7]) * int(day[8:]) % 97}号"
    return {
        "action_id": "",
        "institution_id": _SENDER.get(lead, BUREAU),
        "year": int(day[:4]) if done else YEARS[-1],
        "kind": kind,
        "part": part or None,
        "form": form,
        "lead": lead,
        "title": title,
        "done_on": day if done else None,
        "evidence_title": paper if shown else None,
        "evidence_number": number if shown and form not in _UNNUMBERED else None,
        "file_sha256": hashlib.sha256(f"{day} {paper}".encode()).hexdigest() if filed else None,
    }


def _label(column: Mapping[str, object], value: str) -> str:
    values = column["values"]
    assert isinstance(values, dict)  # it is a category
    return str(values[value]["zh"])


# the units ----------------------------------------------------------------------------------------


def _unit_rows(rng: Random, institutions: list[Row]) -> list[Row]:
    """Write for every year what each unit has done by then of each matter that it owes."""
    done: dict[tuple[str, str], str] = {}
    exempt = set(rng.sample(sorted(_codes(institutions, YEARS[0], "school")), 9))
    rows: list[Row] = []
    for year in _PLAN:
        for matter, codes in _owed(institutions, year).items():
            for code in codes:
                day = done.setdefault((matter, code), _day_of(rng, matter, year))
                if matter == "performance_appraisal":
                    day = _some_day(rng, year)
                free = matter == "land_certificate" and code in exempt
                rows.append(
                    {
                        "institution_id": code,
                        "year": year,
                        "matter": matter,
                        "done_on": day if day[:4] <= str(year) and not free else None,
                        "exempt": free,
                    }
                )
    _leave_open(rows)
    return rows


def _owed(institutions: list[Row], year: int) -> dict[str, list[str]]:
    """Say who owes what in a year."""
    schools = _codes(institutions, year, "school")
    kindergartens = _codes(institutions, year, "kindergarten")
    public = _codes(institutions, year, "kindergarten", "public")
    offices = _codes(institutions, year, "office")
    towns = [code for code in offices if code >= "JY9100"]
    return {
        "research_group": [CENTRE, *towns, *schools, *kindergartens],
        "research_network": kindergartens,
        "performance_appraisal": towns,
        "top_leader": offices,
        "approved_posts": public,
        "land_certificate": schools,
    }


def _codes(institutions: list[Row], year: int, kind: str, ownership: str = "") -> list[str]:
    return [
        str(row["institution_id"])
        for row in institutions
        if (row["year"], row["kind"]) == (year, kind) and ownership in {"", row["ownership"]}
    ]


def _day_of(rng: Random, matter: str, first: int) -> str:
    """Choose when a unit does a matter that it owes since a year: mostly soon, always in the plan."""
    if matter == "top_leader":
        return f"{first}-{rng.randint(3, 6):02d}-{rng.randint(1, 28):02d}"
    return _some_day(rng, min(YEARS[-1], first + rng.choice((0, 0, 1, 1, 2))))


def _leave_open(rows: list[Row]) -> None:
    """Leave two research groups and three kindergartens' posts open to the end."""
    left = {"research_group": ("JY1052", "JY2017"), "approved_posts": ("JY2002", "JY2009", "JY2024")}
    for row in rows:
        if row["institution_id"] in left.get(str(row["matter"]), ()):
            row["done_on"] = None
