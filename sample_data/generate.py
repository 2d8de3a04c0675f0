"""Make up the sample district again: `python sample_data/generate.py` writes the same bytes every time."""

# ruff: noqa: INP001  # a program to be run, not a package

from __future__ import annotations

import csv
import shutil
from pathlib import Path
from random import Random

import yaml
from invented_chenghu import submission as chenghu
from invented_district import (
    actions,
    faults,
    files,
    money,
    one_row,
    people,
    recognitions,
    records,
    roster,
    school_promises,
    town_faults,
    verdicts,
)
from invented_district.planting import write_planted

SEED = 20230309
HERE = Path(__file__).resolve().parent
PACK = HERE.parent / "edutargets" / "packs" / "jieyang-district-2023"
TARGET = HERE / "jieyang-district-2023"
REASONS = {  # by rule: why the figure that was asked about is right
    "AT-09": "事项确已完成，佐证材料正在归档，暂不能报送；评价时按无佐证处理",
    "SR-11": "2025年9月起东侧教学楼加固停用，年底尚未恢复，停用的802平方米未计入；完工后恢复计入",
}


def invent(columns: files.Columns) -> verdicts.Tables:
    """Make up every table of the district for 2022-2025."""
    rng = Random(SEED)  # noqa: S311  # it must give the same district every time
    institutions = roster.institutions_of(rng)
    classes = roster.classes_of(rng, institutions)
    enrolment, single_classes = roster.enrolment_of(rng, institutions, classes)
    staff_of = people.people_of(rng, institutions, classes)
    staff = people.staff_rows(staff_of)
    tables = {
        "institutions": roster.roster_rows(institutions),
        "enrolment": enrolment,
        "classes": single_classes,
        "staff": staff,
        "training_records": people.training_rows(rng, staff_of),
        "guidance_records": people.guidance_rows(rng, staff_of),
        "district_finance": money.district_finance_rows(enrolment),
        "institution_finance": money.institution_finance_rows(rng, enrolment, staff),
        "special_pupils": records.special_pupil_rows(rng),
        "special_finance": records.special_finance_rows(rng, institutions),
        "population": records.population_rows(rng, enrolment, institutions),
        "cohorts": records.cohort_rows(rng),
        "fitness": records.fitness_rows(rng, enrolment),
        "classrooms": records.classroom_rows(rng, single_classes, institutions),
        "projects": money.project_rows(rng),
        "recruits": people.recruit_rows(rng, staff_of, institutions),
        "pay": money.pay_rows(rng, institutions, staff),
        "documents": records.document_rows(),
        "activities": records.activity_rows(rng),
    }
    tables |= recognitions.tables(tables)
    tables |= school_promises.school_tables(tables)
    return tables | actions.action_tables(tables["institutions"], columns)


def write_faulty(tables: verdicts.Tables, columns: files.Columns) -> None:
    """Write the last year once more, and two years of one town, with faults planted in them and listed."""
    year = roster.YEARS[-1]
    last = {name: [row for row in rows if row.get("year", year) == year] for name, rows in tables.items()}
    sheets = files.sheets_of(last, files.FAULTY, columns)
    planted = faults.plant(sheets)
    files.write_submission(TARGET / "faulty", sheets)
    write_planted(TARGET / "planted_faults.csv", planted)
    sheets, planted = town_faults.town_sheets(tables, columns)
    files.write_submission(TARGET / "faulty_town", sheets)
    write_planted(TARGET / "planted_faults_town.csv", planted)


def write_one_row(tables: verdicts.Tables, columns: files.Columns) -> None:
    """Write the one file in which a sample differs from the complete one."""
    sheet, planted = one_row.one_row(tables, columns)
    files.write_submission(TARGET / "one_row", [sheet])
    (TARGET / "one_row" / "sample.yaml").write_text(one_row.ONLY_WHAT_DIFFERS, encoding="utf-8", newline="\n")
    write_planted(TARGET / "planted_faults_one_row.csv", planted)


def write_explanations(folder: Path) -> None:
    """Write what the district says to the warnings of the gate; without it the submission stays open."""
    from edutargets.checking import check_submission, read_data  # noqa: PLC0415  # it takes seconds to import
    from edutargets.plans import read_pack  # noqa: PLC0415  # as above

    pack = read_pack(PACK.name)
    found = check_submission(pack, read_data(pack, folder)).unexplained
    with (folder / "数据说明.csv").open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow(["规则", "单位代码", "表", "记录", "校验码", "说明"])
        for one in found:
            title = pack.dictionary.tables[one.table].title.zh
            key = ", ".join(f"{name}={value}" for name, value in one.key)
            writer.writerow([one.code, one.reporter, title, key, one.mark, REASONS[one.code]])


def main() -> None:
    """Write the complete submission, the faulty one, the list of its faults and the expected verdicts."""
    for name in ("complete", "faulty", "faulty_town", "one_row"):
        shutil.rmtree(TARGET / name, ignore_errors=True)
    columns = files.read_columns(PACK)
    tables = invent(columns)
    files.write_submission(TARGET / "complete", files.sheets_of(tables, files.COMPLETE, columns))
    write_explanations(TARGET / "complete")
    expected = {"seed": SEED, "submission": "complete", "targets": verdicts.expected_verdicts(tables)}
    text = yaml.safe_dump(expected, allow_unicode=True, sort_keys=False, width=110)
    (TARGET / "expected_verdicts.yaml").write_text(text, encoding="utf-8", newline="\n")
    write_faulty(tables, columns)
    write_one_row(tables, columns)
    chenghu.write(PACK.parent, HERE)


if __name__ == "__main__":
    main()
