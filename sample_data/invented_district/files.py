"""How the invented district hands its tables in: CSV in three encodings, workbooks, a parquet file."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import zipfile
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

import openpyxl
import pyarrow as pa  # type: ignore[import-untyped]  # it has no types
import pyarrow.parquet as pq  # type: ignore[import-untyped]  # it has no types
import yaml
from openpyxl.utils import get_column_letter

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from invented_district.roster import Row

__all__ = ["COMPLETE", "FAULTY", "Form", "Sheet", "read_columns", "sheets_of", "write_submission"]

TableColumns = dict[str, dict[str, object]]  # a column as the data dictionary has it
Columns = dict[str, TableColumns]

_WRITTEN_ON = dt.datetime(2026, 1, 15, 9, 0, 0)  # noqa: DTZ001  # workbooks know no time zone
_ZIP_TIME = (2026, 1, 15, 9, 0, 0)
_TEN_THOUSAND = 10_000


@dataclass(frozen=True)
class Form:
    """In which file and shape a table is handed in.

    Args:
        file: The file's name; ``{year}`` makes one file for each year, without a year column.
        sheet: The sheet, in a workbook.
        chinese: Whether headings and categories are written in Chinese.
        encoding: Of a CSV file.
        units: Units that the form prints behind a heading; 万元 divides the amount.
    """

    file: str
    sheet: str = ""
    chinese: bool = True
    encoding: str = "utf-8"
    units: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Sheet:
    """One table as it is handed in: cells as written, below one row of headings."""

    table: str
    form: Form
    file: str
    columns: list[str]
    headings: list[str]
    rows: list[dict[str, object]]

    def address(self, position: int, column: str) -> str:
        """Return the address of a cell as a spreadsheet shows it, e.g. ``C7``."""
        return f"{get_column_letter(self.columns.index(column) + 1)}{position + 2}"


COMPLETE = {
    "institutions": Form("单位名录.csv", encoding="utf-8-sig"),
    "enrolment": Form("在校生情况.csv", encoding="gb18030", units={"students": "人", "girls": "人"}),
    "classes": Form("classes.csv", chinese=False),
    "staff": Form("staff.parquet", chinese=False),
    "training_records": Form("training_records.csv", chinese=False),
    "guidance_records": Form("教研员入校指导记录.csv"),
    "district_finance": Form(
        "区级教育经费.xlsx", "区级教育经费", units={"fiscal_funds": "万元", "general_budget": "万元"}
    ),
    "institution_finance": Form(
        "学校经费情况.xlsx", "学校经费情况", units={"public_funds": "万元", "personnel_funds": "万元"}
    ),
    "special_pupils": Form("特殊教育.xlsx", "残疾儿童少年安置情况", units={"children": "人"}),
    "special_finance": Form(
        "特殊教育.xlsx", "特殊教育公用经费", units={"pupils": "人", "public_funds": "元"}
    ),
    "population": Form("population.csv", chinese=False),
    "cohorts": Form("九年义务教育学生巩固情况.csv"),
    "fitness": Form("学生体质健康测试.csv"),
    "classrooms": Form("classrooms.csv", chinese=False),
    "projects": Form(
        "建设项目.xlsx", "建设项目", units={"invested": "元", "invested_so_far": "元", "places": "个"}
    ),
    "recruits": Form("引进教师名册_{year}.csv"),
    "pay": Form("工资收入情况.xlsx", "工资收入情况", units={"total_pay": "元"}),
    "documents": Form("文件印发情况.csv"),
    "activities": Form("activities.csv", chinese=False),
    "actions": Form("重点任务落实台账.csv"),
    "unit_commitments": Form("unit_commitments.csv", chinese=False),
    "recognitions": Form("荣誉认定.csv", encoding="utf-8-sig"),
    "research_topics": Form("教育科研课题.csv", encoding="gb18030"),
    "training_courses": Form("培训班开办情况.xlsx", "培训班开办情况", units={"participants": "人"}),
    "head_selections": Form("head_selections.csv", chinese=False),
    "rotations": Form("交流轮岗情况.csv"),
    "exam_sites": Form("学业水平考试考点.xlsx", "学业水平考试考点"),
    "institution_duties": Form("institution_duties.csv", chinese=False),
    "institution_ratings": Form("学校工作水平评定.csv", encoding="gb18030"),
    "provisions": Form("provisions.csv", chinese=False),
    "entitlements": Form("entitlements.csv", chinese=False),
    "earmarked_funds": Form("专项资金.xlsx", "专项资金收支", units={"total": "元", "provided": "元"}),
    "reward_pay": Form("专项资金.xlsx", "奖励性绩效工资分配", units={"performance_pay": "元"}),
    "special_schooling": Form("普通学校接收残疾学生情况.csv"),
    "three_schools": Form("三所学校情况.csv"),
    "school_parts": Form("school_parts.csv", chinese=False),
    "group_indicators": Form("分群体指标.csv", encoding="utf-8-sig"),
    "partnerships": Form("partnerships.csv", chinese=False),
    "ledger_entries": Form("整改台账.csv"),
    "project_units": Form("会议和报告责任单位.csv"),
    "meetings": Form("meetings.csv", chinese=False),
}
FAULTY = COMPLETE | {
    "staff": Form("教职工情况.csv"),
    "training_records": Form("培训学时记录.csv", encoding="gb18030", units={"hours": "学时"}),
    "classes": Form("班级情况.xlsx", "班级情况", units={"students": "人"}),
    "population": Form("分年龄常住学龄人口.csv"),
}


def read_columns(pack: Path) -> Columns:
    """Read the headings and the vocabularies from the files of the pack's data dictionary."""
    found: dict[str, TableColumns] = {}
    for file in sorted(pack.glob("tables*.yaml")):
        read = yaml.safe_load(file.read_text(encoding="utf-8"))["tables"]
        found |= {name: table["columns"] for name, table in read.items()}
    return found


def sheets_of(tables: Mapping[str, list[Row]], forms: Mapping[str, Form], columns: Columns) -> list[Sheet]:
    """Lay every table out on its form."""
    found: list[Sheet] = []
    for table, rows in tables.items():
        form = forms[table]
        years = sorted({int(str(row["year"])) for row in rows}) if "{year}" in form.file else [None]
        found += [_sheet(table, form, rows, columns[table], year) for year in years]
    return found


def _sheet(table: str, form: Form, rows: list[Row], columns: TableColumns, year: int | None) -> Sheet:
    """Lay a table out, or one year of it: then the year stands in the file's name only."""
    file, names = form.file, list(columns)
    if year is not None:
        file, rows = form.file.format(year=year), [row for row in rows if row["year"] == year]
        names.remove("year")
    headings = [_heading(columns[name], name, form) for name in names]
    cells = [{name: _written(row[name], columns[name], name, form) for name in names} for row in rows]
    return Sheet(table, form, file, names, headings, cells)


def _heading(column: Mapping[str, object], name: str, form: Form) -> str:
    title = column["title"]
    if not form.chinese or not isinstance(title, dict):
        return name
    unit = form.units.get(name)
    return f"{title['zh']}({unit})" if unit else str(title["zh"])


def _written(value: object, column: Mapping[str, object], name: str, form: Form) -> object:
    """Write a value as the form asks for it."""
    values = column.get("values")
    if form.units.get(name) == "万元" and isinstance(value, Decimal):
        return value / _TEN_THOUSAND
    if not form.chinese:
        return value
    if isinstance(values, dict) and value is not None:
        return values[value]["zh"]
    if isinstance(value, bool):
        return "是" if value else "否"
    return value


def write_submission(folder: Path, sheets: list[Sheet]) -> None:
    """Write a submission's files, byte for byte the same every time."""
    folder.mkdir(parents=True, exist_ok=True)
    by_file: dict[str, list[Sheet]] = {}
    for sheet in sheets:
        by_file.setdefault(sheet.file, []).append(sheet)
    for file, parts in by_file.items():
        path = folder / file
        if path.suffix == ".csv":
            path.write_bytes(_csv(parts[0]).encode(parts[0].form.encoding))
        elif path.suffix == ".parquet":
            _write_parquet(path, parts[0])
        else:
            path.write_bytes(_workbook(parts))


def _csv(sheet: Sheet) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n" if sheet.form.chinese else "\n")
    writer.writerow(sheet.headings)
    writer.writerows([_text(row[name]) for name in sheet.columns] for row in sheet.rows)
    return text.getvalue()


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def _write_parquet(path: Path, sheet: Sheet) -> None:
    columns: dict[str, pa.Array] = {}
    for name in sheet.columns:
        values = [row[name] for row in sheet.rows]
        if name.endswith("_on"):
            values = [dt.date.fromisoformat(str(value)) for value in values]
        columns[name] = pa.array(values)
    pq.write_table(pa.table(columns), path, compression="zstd")


def _workbook(sheets: list[Sheet]) -> bytes:
    book = openpyxl.Workbook()
    for page in book.worksheets:
        book.remove(page)
    book.properties.creator = "edutargets"
    book.properties.created = _WRITTEN_ON
    for sheet in sheets:
        page = book.create_sheet(sheet.form.sheet)
        page.append(sheet.headings)
        for row in sheet.rows:
            page.append([_cell(row[name], name) for name in sheet.columns])
        page.freeze_panes = "A2"
    raw = io.BytesIO()
    book.save(raw)
    return _without_clock(raw.getvalue())


def _cell(value: object, name: str) -> object:
    """Write dates as dates and amounts as numbers, as people do in a workbook."""
    if name.endswith("_on") and isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        return dt.date.fromisoformat(value)
    return float(value) if isinstance(value, Decimal) else value


def _without_clock(raw: bytes) -> bytes:
    """Give every part of a workbook one fixed time, so that its bytes do not depend on the clock."""
    stamp = f"{_WRITTEN_ON:%Y-%m-%dT%H:%M:%SZ}"
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                pattern = rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*"
                content = re.sub(pattern, lambda match: match[1] + stamp.encode(), content)
            new.writestr(zipfile.ZipInfo(name, _ZIP_TIME), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()
