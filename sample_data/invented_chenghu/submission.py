"""The invented Chenghu handed in: every table on its form, and what the plan must come to in it."""

from __future__ import annotations

import shutil
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import yaml
from invented_district.files import Form, read_columns, sheets_of, write_submission
from invented_district.listed_faults import plant_listed
from invented_district.planting import Planter, write_planted

from invented_chenghu import campaign, figures, roster, scheme, verdicts

if TYPE_CHECKING:
    from invented_district.files import Columns

__all__ = ["PACK", "SEED", "invent", "write"]

PACK = "chenghu-modernisation"
SEED = 20231121
FORMS = {
    "institutions": Form("单位名录.csv", encoding="utf-8-sig"),
    "actions": Form("创建工作台账.xlsx", "创建工作台账"),
    "seats": Form("创建工作台账.xlsx", "机构成员名单"),
    "gap_reports": Form("对照检查和整改情况报告.csv"),
    "problems": Form("问题整改台账.csv", encoding="gb18030"),
    "indicators": Form("indicators.csv", chinese=False),
    "self_checks": Form("自查情况.csv"),
    "staff": Form("高中阶段教师名册_{year}.csv"),
    "enrolment": Form("在校学生情况.csv", encoding="gb18030", units={"students": "人", "entrants": "人"}),
    "teacher_development": Form("teacher_development.csv", chinese=False),
    "school_age": Form("适龄儿童入学情况.csv", units={"children": "人", "enrolled": "人"}),
    "budget": Form("教育经费支出.xlsx", "教育经费支出", units={"spent": "万元"}),
}


def invent() -> verdicts.Tables:
    """Make up every table; the figures are of 2022-2024."""
    rng = Random(SEED)  # noqa: S311  # it must give the same district every time
    institutions = roster.institution_rows()
    return {
        "institutions": institutions,
        "actions": campaign.action_rows(rng, institutions),
        "seats": campaign.seat_rows(),
        "gap_reports": campaign.gap_report_rows(rng, institutions),
        "problems": campaign.problem_rows(rng, institutions),
        "indicators": scheme.indicator_rows(rng),
        "self_checks": scheme.self_check_rows(rng),
        "staff": figures.staff_rows(rng, institutions),
        "enrolment": roster.enrolment_rows(rng, institutions),
        "teacher_development": figures.teacher_development_rows(rng, institutions),
        "school_age": figures.school_age_rows(institutions),
        "budget": figures.budget_rows(),
    }


def write(packs: Path, samples: Path) -> None:
    """Write the complete submission, the faulty one and the expected verdicts.

    Args:
        packs: Where the packs lie, with the headings and vocabularies of their tables.
        samples: Where the samples lie.
    """
    target = samples / PACK
    for name in ("complete", "faulty"):
        shutil.rmtree(target / name, ignore_errors=True)
    tables, columns = invent(), read_columns(packs / PACK)
    write_submission(target / "complete", sheets_of(tables, FORMS, columns))
    _write_faulty(target, tables, columns)
    expected = {"seed": SEED, "submission": "complete", "targets": verdicts.expected_verdicts(tables)}
    text = yaml.safe_dump(expected, allow_unicode=True, sort_keys=False, width=110)
    (target / "expected_verdicts.yaml").write_text(text, encoding="utf-8", newline="\n")


def _write_faulty(target: Path, tables: verdicts.Tables, columns: Columns) -> None:
    """Write everything once more, as an information system writes it, with faults planted in it."""
    forms = {name: Form(f"{name}.csv", chinese=False) for name in tables}
    planter = Planter({sheet.table: sheet for sheet in sheets_of(tables, forms, columns)}, [])
    plant_listed(planter, Path(__file__).with_name("faults.yaml"))
    write_submission(target / "faulty", list(planter.sheets.values()))
    write_planted(target / "planted_faults.csv", planter.planted)
