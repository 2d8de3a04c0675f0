"""What the plan's commitments must come to in the invented district: plain Python, without the engine."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from invented_district.roster import Row

__all__ = ["bundle_verdicts", "commitment_verdicts"]

Expected = dict[str, object]
_PLAN = (2023, 2024, 2025)
_END = "2025-12-31"

_ONCE = """
    governance.replicable-model goal.preschool-universal-district goal.compulsory-balanced-district
    digital.shared-resource-network preschool.cost-sharing-mechanism compulsory.left-behind-care-system
    compulsory.training-and-research-system special.per-pupil-standard-extended-preschool
    special.per-pupil-standard-extended-senior schedule.stage-1-preparation
    schedule.apply-preschool-evaluation schedule.apply-compulsory-evaluation schedule.stage-3-complete
    party.education-work-committee moral.three-all-pilot research.innovation-special-action
    research.young-teacher-contest culture.improvement-special-action culture.consolidation-year-2025
    culture.work-norms digital.textbook-demonstration-zone digital.national-platform-promoted
    digital.capability-project-2 equipment.renewal-mechanism principals.selection-mechanism
    principals.reserve-pool researchers.all-staff-training-system researchers.three-year-cycle
    teachers.county-managed-school-employed pay.linked-guarantee-mechanism
    pay.distribution-incentive-mechanism community.district-wide-management-mode
    preschool.funding-guarantee-mechanism preschool.autonomous-play-pilot
    preschool.primary-transition-mechanism preschool.quality-evaluation-system
    preschool.inclusive-private-support compulsory.weak-link-project community.creation-mechanism
    compulsory.dropout-joint-mechanism senior.characteristic-overall-design senior.county-school-plan
    special.allocation-system-preschool special.allocation-system-senior special.standard-schools
    special.support-system evaluation.junior-comprehensive-assessment evaluation.pe-health-exam
    evaluation.senior-admission-reform evaluation.diagnosis-and-supervision
    evaluation.teacher-incentive-system governance.leading-group-office
    governance.factor-guarantee-mechanism governance.parallel-approval duty.education-plan
    duty.finance-guarantee duty.midterm-plan land.school-layout-in-urban-construction
    governance.plan-published
"""
_EARLIER = {
    "schedule.stage-1-preparation": "2022-12-31",
    "schedule.apply-preschool-evaluation": "2025-11-30",
    "schedule.apply-compulsory-evaluation": "2025-11-30",
    "evaluation.junior-comprehensive-assessment": "2022-12-31",
    "evaluation.pe-health-exam": "2022-12-31",
    "evaluation.senior-admission-reform": "2023-12-31",
    "governance.plan-published": "2023-12-31",
}
# The document of that title must be in force; a trial will do where the title says that it is one.
_DOCUMENTS = {
    "preschool.inspection-work-plan": "××区学前教育普及普惠督导评估实施工作计划",
    "compulsory.inspection-work-plan": "××区义务教育优质均衡发展督导评估实施工作计划",
    "compulsory.homework-guideline": "××区义务教育阶段作业设计与实施工作指导意见(试行)",
    "community.special-action-issued": "××区城乡教育共同体建设专项行动",
    "evaluation.senior-quality-measures": "××普通高中质量评价办法",
    "evaluation.compulsory-quality-measures": "××义务教育质量评价办法",
    "evaluation.rural-school-measures": "××区面向乡村驻地学校质量评价办法",
}
# How many parts, and whether in each year of the plan.
_IN_PARTS = {
    "governance.framework-three-combinations": (3, False),
    "community.composition": (6, False),
    "finance.sources": (4, False),
    "research.three-level-subject-mechanism": (3, False),
    "teachers.township-training-channels": (4, False),
    "teachers.ethics-mechanism": (5, False),
    "teachers.ethics-campaigns": (2, True),
    "teachers.unified-management": (4, False),
    "community.internal-coordination-mechanism": (6, False),
    "community.systems-connected": (5, False),
    "senior.support-systems": (3, False),
    "evaluation.five-reforms": (5, False),
    "governance.leading-group": (9, False),
    "governance.three-year-task-documents": (5, False),
    "duty.recruitment": (2, True),
    "management.progress-bulletin": (2, True),
}
_EACH_YEAR = {
    "culture.improvement-years-2023-2024": _PLAN[:2],
    "teachers.assistance-dongguan": _PLAN,
    "teachers.assistance-hanshan": _PLAN,
    "teachers.assistance-gdut": _PLAN,
    "duty.development-plan": _PLAN,
    "duty.annual-budget": _PLAN,
    "duty.construction-support": _PLAN,
    "management.problem-judgement": _PLAN,
    "management.publicity": _PLAN,
}
_OF_UNITS = {
    "research.four-tier-system": ("research_group", _PLAN[-1:]),
    "preschool.research-network": ("research_network", _PLAN[-1:]),
    "governance.performance-appraisal-content": ("performance_appraisal", _PLAN),
    "governance.top-leader-responsibility": ("top_leader", _PLAN[-1:]),
    "duty.establishment": ("approved_posts", _PLAN[-1:]),
    "duty.land-registration": ("land_certificate", _PLAN[-1:]),
}
_SAID_AGAIN = {
    "governance.framework-12345-guiding": "governance.framework-12345",
    "community.three-schools-definition-goal": "community.three-schools-definition",
    "preschool.funding-guarantee-mechanism-goal": "preschool.funding-guarantee-mechanism",
    "preschool.5085-goal": "preschool.5085",
    "preschool.quality-evaluation-system-goal": "preschool.quality-evaluation-system",
    "compulsory.staffing-standard-researchers": "researchers.centre-and-office-staffed",
    "special.school-meets-standard": "special.standard-schools",
    "research.four-tier-system-measure": "research.four-tier-system",
}
_BUNDLES = {
    "governance.framework-12345": """
        governance.framework-one-system governance.framework-two-core-tasks
        governance.framework-three-combinations governance.framework-four-projects
        governance.framework-five-reforms
    """,
    "governance.framework-one-system": """
        preschool.5085 goal.compulsory-balanced-district management.six-systems
    """,
    "governance.framework-two-core-tasks": """
        goal.preschool-universal-district goal.compulsory-balanced-district
    """,
    "governance.framework-four-projects": """
        governance.project-moral governance.project-places governance.project-teachers
        governance.project-reforms
    """,
    "governance.framework-five-reforms": """
        community.count preschool.5085 compulsory.migrant-public-share compulsory.nine-year-retention
        compulsory.zero-oversize-classes compulsory.zero-oversize-schools senior.zero-oversize-classes
        senior.county-schools-standardised special.compulsory-enrolment special.home-teaching-cap
        special.resource-room
    """,
    "community.three-schools-definition": """
        teachers.three-schools-staff-complete teachers.three-schools-allocation
        teachers.three-schools-bachelor-parity
    """,
    "preschool.universal-indicators-met": """
        preschool.public-enrolment-share preschool.inclusive-enrolment-share
        preschool.gross-enrolment-rate preschool.fiscal-share preschool.weak-kindergartens-equipped
    """,
    "compulsory.balanced-indicators-met": """
        compulsory.school-conditions-met compulsory.gap-between-schools compulsory.zero-oversize-classes
        compulsory.zero-oversize-schools compulsory.migrant-public-share compulsory.nine-year-retention
        special.compulsory-enrolment pay.teachers-vs-civil-servants teachers.rotation-principals
        teachers.rotation-teachers moral.all-schools-good culture.all-schools-good
    """,
    "compulsory.double-reduction": """
        compulsory.homework-guideline compulsory.homework-inspections compulsory.homework-exchanges
        compulsory.off-campus-training-regulated compulsory.burden-homework compulsory.burden-tutoring
        compulsory.after-school-schools compulsory.after-school-pupils
    """,
    "compulsory.after-school-meets-needs": """
        compulsory.after-school-schools compulsory.after-school-pupils
    """,
    "compulsory.dropout-control-mechanism-goal": """
        compulsory.retention-plan compulsory.dropout-joint-mechanism compulsory.dropout-ledger-zero
    """,
    "schedule.stage-2-reform-practice": """
        duty.education-plan schedule.apply-preschool-evaluation schedule.apply-compulsory-evaluation
    """,
    "moral.five-education": """
        moral.all-schools-good research.ten-fine-classrooms pe.fitness-good-rate
        culture.characteristic-schools-provincial
    """,
    "research.six-levers": """
        research.ten-model-groups research.capacity-project research.ten-fine-classrooms
        research.ten-teaching-achievements research.young-teacher-contest
    """,
    "research.capacity-project": """
        research.provincial-topics research.municipal-topics
    """,
    "equipment.standardisation": """
        equipment.fully-equipped equipment.exam-sites equipment.science-labs
    """,
    "principals.pilot-project": """
        principals.famous-municipal principals.studios
    """,
    "teachers.qualification-project": """
        teachers.preschool-college-share teachers.primary-bachelor-share teachers.junior-bachelor-share
        teachers.senior-postgraduate-share
    """,
    "researchers.centre-and-office-staffed": """
        researchers.full-time-each-subject researchers.preschool researchers.special
    """,
    "preschool.public-service-system": """
        preschool.gross-enrolment-rate preschool.5085 preschool.fiscal-share
        preschool.quality-evaluation-system
    """,
    "management.six-systems": """
        management.progress-report management.dispatch-meetings management.progress-bulletin
        management.problem-judgement management.supervision management.publicity
    """,
    "management.on-schedule": """
        schedule.stage-1-preparation schedule.stage-2-reform-practice schedule.stage-3-complete
    """,
    "management.dispatch-meetings": """
        management.weekly-meeting management.monthly-dispatch management.quarterly-report
    """,
    "governance.project-moral": """
        party.school-brands moral.demonstration-bases moral.research-topics moral.characteristic-schools
        moral.civilised-campus-municipal moral.fine-ideological-courses moral.fine-ideological-lessons
        moral.safe-campus-municipal pe.one-skill-each-pupil pe.fitness-good-rate
        research.three-level-subject-mechanism research.ten-model-groups research.provincial-topics
        research.municipal-topics research.ten-fine-classrooms research.ten-teaching-achievements
        culture.one-school-one-brand culture.model-schools-municipal culture.model-schools-district
        culture.characteristic-schools-provincial
    """,
    "governance.project-places": """
        finance.preschool-investment places.public-kindergartens-built
        places.estate-kindergartens-taken-over places.collective-kindergartens-added
        places.preschool-public finance.compulsory-investment places.compulsory-schools-built
        places.compulsory-public finance.senior-investment places.senior-schools-rebuilt
        places.senior-public digital.multimedia-classroom-connected digital.centre-schools
        digital.integration-projects finance.equipment-investment equipment.exam-sites
        equipment.science-labs
    """,
    "governance.project-teachers": """
        principals.openly-recruited principals.reserve-pool-size teachers.high-level-recruits-per-year
        principals.training-hours principals.ability-project-per-year principals.advanced-study-per-year
        principals.qualification-training principals.famous-head-training principals.backbone-training
        principals.famous-municipal principals.studios teachers.preschool-college-share
        teachers.primary-bachelor-share teachers.junior-bachelor-share teachers.senior-postgraduate-share
        teachers.backbone-subject-courses teachers.famous-teachers teachers.famous-class-teachers
        teachers.subject-leaders teachers.backbone-teachers teachers.famous-teacher-studios
        teachers.class-teacher-studios teachers.school-backbone-share researchers.three-year-cycle
        researchers.training-hours researchers.ability-courses researchers.school-guidance-days
        researchers.lesson-observations
    """,
    "governance.project-reforms": """
        community.count preschool.public-enrolment-share preschool.inclusive-enrolment-share
        preschool.gross-enrolment-rate preschool.fiscal-share preschool.model-municipal
        preschool.model-district compulsory.homework-inspections compulsory.homework-exchanges
        senior.course-groups senior.provincial-new-curriculum senior.municipal-characteristic
        senior.course-bases senior.featured-courses special.compulsory-enrolment
        special.preschool-enrolment special.per-pupil-amount
    """,
}


def commitment_verdicts(tables: dict[str, list[Row]]) -> dict[str, Expected]:
    """Work out every commitment that stands by itself."""
    actions = tables["actions"]
    found = {name: _once(actions, name, _EARLIER.get(name, _END)) for name in _ONCE.split()}
    found |= {name: _issued(tables["documents"], title) for name, title in _DOCUMENTS.items()}
    for name, (least, yearly) in _IN_PARTS.items():
        years = [(year,) for year in _PLAN] if yearly else [_PLAN]
        found[name] = _counted({each: _parts(actions, name, each) for each in years}, least)
    for name, of_years in _EACH_YEAR.items():
        found[name] = _counted({(year,): _number(actions, name, (year,)) for year in of_years}, 1)
    for name, (matter, of_years) in _OF_UNITS.items():
        found[name] = _shares({(year,): _share(tables, matter, year) for year in of_years})
    found["finance.use-earmarks"] = _earmarks(tables["projects"])
    return found


def bundle_verdicts(known: dict[str, Expected]) -> dict[str, Expected]:
    """Work out what is made of other targets, or says one of them again; it needs the verdicts of all."""
    found: dict[str, Expected] = {}
    waiting = {name: members.split() for name, members in _BUNDLES.items()}
    waiting |= {name: [same] for name, same in _SAID_AGAIN.items()}
    while waiting:
        verdicts = {name: one["verdict"] for name, one in (known | found).items()}
        ready = [name for name, members in waiting.items() if set(members) <= set(verdicts)]
        if not ready:  # some of their members are not in the plan
            break
        for name in ready:
            own = {verdicts[member] for member in waiting.pop(name)}
            worst = next((one for one in ("not_met", "undetermined") if one in own), "met")
            found[name] = {"verdict": worst}
    return found


def _verdict(met: bool) -> str:  # noqa: FBT001  # it is the one thing it takes
    return "met" if met else "not_met"


def _done(actions: Iterable[Row], name: str) -> list[Row]:
    """Return the actions of a target that have a date."""
    kind = re.sub(r"[.-]", "_", name)
    return [row for row in actions if row["kind"] == kind and row["done_on"]]


def _proven(actions: Iterable[Row], name: str) -> list[Row]:
    """Return those that were laid before with their paper and its file."""
    return [row for row in _done(actions, name) if row["evidence_title"] and row["file_sha256"]]


def _once(actions: list[Row], name: str, by: str) -> Expected:
    """Judge what is done once; what was done in time, but is not proven yet, stays open."""
    days = sorted(str(row["done_on"]) for row in _proven(actions, name))
    if days and days[0] <= by:
        return {"verdict": "met", "done_on": days[0]}
    if any(str(row["done_on"]) <= by for row in _done(actions, name)):
        return {"verdict": "undetermined"}
    return {"verdict": "not_met", **({"done_on": days[0]} if days else {})}


def _issued(documents: list[Row], title: str) -> Expected:
    enough = {"trial", "final"} if title.endswith("(试行)") else {"final"}
    days = [str(row["issued_on"]) for row in documents if row["title"] == title and row["status"] in enough]
    return {"verdict": _verdict(bool(days) and min(days) <= _END), **({"done_on": min(days)} if days else {})}


def _number(actions: list[Row], name: str, years: tuple[int, ...]) -> int:
    return sum(row["year"] in years for row in _proven(actions, name))


def _parts(actions: list[Row], name: str, years: tuple[int, ...]) -> int:
    return len({row["part"] for row in _proven(actions, name) if row["year"] in years})


def _counted(numbers: dict[tuple[int, ...], int], least: int) -> Expected:
    """Judge the number of a span, or of each year."""
    judged = {
        span: {"verdict": _verdict(found >= least), "value": str(found)} for span, found in numbers.items()
    }
    if _PLAN in judged:
        return dict(judged[_PLAN])
    return {
        "verdict": _verdict(min(numbers.values()) >= least),
        "years": {span[0]: one for span, one in judged.items()},
    }


def _share(tables: dict[str, list[Row]], matter: str, year: int) -> Fraction:
    """Divide the units that did it by those that owe it; a school with an inherited title owes nothing."""
    owed = [
        row
        for row in tables["unit_commitments"]
        if (row["matter"], row["year"]) == (matter, year) and not row["exempt"]
    ]
    return Fraction(sum(bool(row["done_on"]) for row in owed), len(owed))


def _shares(found: dict[tuple[int, ...], Fraction]) -> Expected:
    judged = {
        span[0]: {"verdict": _verdict(value == 1), "value": str(value)} for span, value in found.items()
    }
    if len(judged) == 1:
        return dict(judged[_PLAN[-1]])
    return {"verdict": _verdict(all(value == 1 for value in found.values())), "years": judged}


def _earmarks(projects: list[Row]) -> Expected:
    """Divide what went into places, equipment and training by all that was paid under the plan."""
    paid = [row for row in projects if row["year"] in _PLAN]
    building = {"new_build", "rebuild", "take_over", "collective"}
    uses = [
        Decimal(str(row["invested"])) for row in paid if row["kind"] in building | {"equipment", "training"}
    ]
    value = Fraction(sum(uses)) / Fraction(sum(Decimal(str(row["invested"])) for row in paid))
    return {"verdict": _verdict(value > Fraction(1, 2)), "value": str(value)}
