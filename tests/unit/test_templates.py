"""Templates: what a school gets to fill in, and that what it filled in is read as it was meant."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import openpyxl
import pytest

from edutargets import cli
from edutargets.checking import read_data
from edutargets.checks import Check, Severity, Suite
from edutargets.errors import SubmissionError
from edutargets.grids import letters
from edutargets.headings import match_headings, table_named
from edutargets.pack_files import PackFile
from edutargets.plans import Pack, Plan, pack_names, read_pack
from edutargets.sources import Bilingual
from edutargets.submissions import read_submission
from edutargets.suites import read_suites
from edutargets.tables import Dictionary
from edutargets.template_books import FIRST, HEADING, LAST, UNITS, write_template
from edutargets.template_meta import EDITION, template_meta, template_remark, template_remarks
from edutargets.template_rosters import Roster, roster_of
from edutargets.templates import Template, Wanted, template_of
from edutargets.yaml_files import parse_yaml, read_definition

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from openpyxl.worksheet.datavalidation import DataValidation
    from openpyxl.worksheet.worksheet import Worksheet

    from edutargets.submissions import Submission
    from edutargets.tables import Column
    from edutargets.template_entries import TemplateLanguage

TABLES = """
tables:
  schools:
    title: {en: Schools, zh: 学校名录}
    counts: school
    key: [school_id, year]
    period: year
    reports: school_id
    roster: true
    columns:
      school_id: {type: code, title: {en: School code, zh: 学校代码}}
      year: {type: year, title: {en: Year, zh: 年度}}
      name: {type: text, title: {en: Name, zh: 学校名称}}
      kind:
        type: category
        title: {en: Kind, zh: 类别}
        values: {school: {en: School, zh: 中小学}, kindergarten: {en: Kindergarten, zh: 幼儿园}}
    views:
      real_schools: {where: "kind = 'school'", counts: school, title: {en: Schools proper, zh: 中小学校}}
  rooms:
    title: {en: Rooms, zh: 教室/场地}
    counts: record
    key: [school_id, year]
    period: year
    reports: school_id
    expected_from: real_schools
    columns:
      school_id: {type: code, title: {en: School code, zh: 学校代码}, references: schools.school_id}
      year: {type: year, title: {en: Year, zh: 年度}}
      rooms: {type: integer, unit: classroom, title: {en: Rooms, zh: 教室数}, range: [0, 90]}
      pupils: {type: integer, unit: student, title: {en: Pupils, zh: 学生数}, range: [0, 9000]}
      spent:
        type: decimal
        scale: 2
        unit: CNY/year
        heading_units: [元, 万元]
        title: {en: Spent, zh: 支出}
      checked_on: {type: date, required: false, title: {en: Checked on, zh: 检查日期}}
  staff:
    title: {en: Staff, zh: 教职工}
    counts: teacher
    key: [person_id, year]
    period: year
    reports: school_id
    expected_from: schools
    columns:
      person_id: {type: code, title: {en: Person code, zh: 人员代码}}
      school_id: {type: code, title: {en: School code, zh: 学校代码}, references: schools.school_id}
      year: {type: year, title: {en: Year, zh: 年度}}
      full_time: {type: boolean, title: {en: Full-time, zh: 是否专任}}
      note: {type: text, required: false, title: {en: Note, zh: 备注}}
  prizes:
    title: {en: Prizes, zh: 获奖}
    counts: award
    key: [prize_id]
    period: year
    reports: school_id
    required: false
    columns:
      prize_id: {type: code, title: {en: Prize code, zh: 奖项编号}}
      school_id: {type: code, title: {en: School code, zh: 学校代码}, references: schools.school_id}
      year: {type: year, title: {en: Year, zh: 年度}}
"""
SCHOOLS = """学校代码,年度,学校名称,类别
0101,2024,第一小学,中小学
0101,2025,第一小学,中小学
0102,2025,=第二小学,中小学
0201,2025,中心幼儿园,幼儿园
"""
needs_office = pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")


def check(code: str, kind: str, severity: Severity = Severity.CRITICAL, **kwargs: object) -> Check:
    """Make a rule with a sentence."""
    words = Bilingual(zh=f"{code}不对", en=f"{code} is wrong")
    return Check(code=code, type=kind, kwargs=kwargs, severity=severity, says=words)  # type: ignore[arg-type]


def suite(table: str, *checks: Check) -> dict[str, Suite]:
    """Make the rules of one table."""
    return {table: Suite(name=f"tiny--{table}", table=table, checks=checks)}


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    """Four tables and a roster."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    (folder / "tables.yaml").write_text(TABLES, encoding="utf-8")
    dictionary = read_definition(parse_yaml(TABLES, "tables.yaml"), Dictionary)
    file = PackFile(id="tiny", title=Bilingual(zh="小方案 & 试点", en="A tiny plan & pilot"))
    return Pack(folder, file, dictionary, Plan(()), Plan(()), {}, {})


@pytest.fixture
def roster(pack: Pack, tmp_path: Path) -> Roster:
    """Two schools and a kindergarten."""
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "schools.csv").write_text(SCHOOLS, encoding="utf-8")
    return roster_of(read_data(pack, folder))


def book_of(template: Template, path: Path) -> openpyxl.Workbook:
    """Write a template and open it."""
    return openpyxl.load_workbook(write_template(template, path / "template.xlsx"))


def headings_of(sheet: Worksheet) -> dict[str, int]:
    """Return the column of each heading, from 1."""
    return {str(cell.value): cell.column for cell in sheet[HEADING + 1] if cell.value}


def validation_of(sheet: Worksheet, heading: str) -> DataValidation:
    """Return what holds in the first cell below a heading."""
    cell = f"{letters(headings_of(sheet)[heading] - 1)}{FIRST + 1}"
    return next(one for one in sheet.data_validations.dataValidation if cell in one.sqref)


# what stands in a sheet ---------------------------------------------------------------------------


def test_a_sheet_has_title_rule_headings_units_and_room(pack: Pack, tmp_path: Path) -> None:
    """Row 1 says what it is, row 2 how, row 3 has the headings, row 4 the units; then one writes."""
    sheet = book_of(template_of(pack, {}, None, Wanted(year=2025)), tmp_path)["教室／场地"]
    assert sheet["A1"].value == "教室/场地（2025年） · Rooms, 2025"
    assert "学校代码、年度相同的只能有一行" in sheet["A2"].value
    assert [cell.value for cell in sheet[3]][:6] == [
        "年度",
        "学校代码",
        "教室数",
        "学生数",
        "支出",
        "检查日期",
    ]
    assert [cell.value for cell in sheet[4]][:6] == ["年份", "代码", "间教室", "名学生", "元", "日期"]
    assert [cell.value for cell in sheet[5]][:6] == [None] * 6


def test_headings_are_locked_and_the_cells_below_are_not(pack: Pack, tmp_path: Path) -> None:
    """Who fills in cannot spoil what the reader needs, and can write wherever a row may go."""
    sheet = book_of(template_of(pack, {}, None, Wanted()), tmp_path)["教职工"]
    assert sheet.protection.sheet
    assert all(sheet.cell(row, 1).protection.locked for row in (1, 2, 3, 4))
    assert not sheet.cell(FIRST + 1, 1).protection.locked
    assert not sheet.column_dimensions["A"].protection.locked
    assert sheet.row_dimensions[1].s  # the row's own format, so that nothing beside the title is open


def test_a_sheet_is_ready_to_print(pack: Pack, tmp_path: Path) -> None:
    """A4 landscape, one page wide, headings and units again on every page, pack and page at the foot."""
    sheet = book_of(template_of(pack, {}, None, Wanted()), tmp_path)["教职工"]
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert sheet.page_setup.fitToWidth in {None, 1}  # None is 1
    assert sheet.page_setup.fitToHeight == 0
    assert sheet.print_title_rows == f"${HEADING + 1}:${UNITS + 1}"
    assert sheet.freeze_panes == f"A{FIRST + 1}"
    assert "tiny" in str(sheet.oddFooter.left.text)
    assert "&P" in str(sheet.oddFooter.center.text)
    assert f"模板 {EDITION}" in str(sheet.oddFooter.right.text)


def test_codes_keep_their_leading_zeros(pack: Pack, roster: Roster, tmp_path: Path) -> None:
    """A code cell holds text, filled in beforehand or not."""
    sheet = book_of(template_of(pack, {}, roster, Wanted(school="0101")), tmp_path)["教职工"]
    at = headings_of(sheet)
    assert sheet.cell(FIRST + 1, at["学校代码"]).value == "0101"
    assert {sheet.cell(row, at["人员代码"]).number_format for row in (FIRST + 1, FIRST + 9)} == {"@"}


def test_a_heading_says_what_it_is_and_which_rules_hold(pack: Pack, tmp_path: Path) -> None:
    """The comment has both languages, the range and each rule with its code and its weight."""
    rules = suite(
        "rooms",
        check("R-1", "expect_column_values_to_be_between", column="pupils", min_value=1, max_value=3000),
        check("R-2", "expect_column_mean_to_be_between", Severity.WARNING, column="pupils", max_value=90),
    )
    sheet = book_of(template_of(pack, rules, None, Wanted()), tmp_path)["教室／场地"]
    said = sheet.cell(HEADING + 1, headings_of(sheet)["学生数"]).comment.text
    assert "学生数 / Pupils" in said
    assert "1 至 3,000" in said
    assert "[R-1] R-1不对（必须改正） / R-1 is wrong (must be corrected)" in said
    assert "[R-2] R-2不对（改正或说明）" in said


# what may be typed --------------------------------------------------------------------------------


def test_a_vocabulary_is_chosen_from_a_named_list(pack: Pack, tmp_path: Path) -> None:
    """However long it is: a list in the cell itself ends at 255 characters."""
    book = book_of(template_of(pack, {}, None, Wanted()), tmp_path)
    rule = validation_of(book["学校名录"], "类别")
    assert (rule.type, rule.formula1) == ("list", "list_schools_kind")
    sheet, place = next(book.defined_names["list_schools_kind"].destinations)
    assert sheet == "_lists"
    assert [row[0].value for row in book[sheet][place.replace("$", "")]] == ["中小学", "幼儿园"]
    assert {book["_lists"].sheet_state, book["_meta"].sheet_state} == {"veryHidden"}


def test_what_a_critical_rule_refuses_the_cell_refuses_too(pack: Pack, tmp_path: Path) -> None:
    """Told while typing it costs a second; told by the gate it costs a week."""
    rules = suite(
        "rooms",
        check("R-1", "expect_column_values_to_be_between", column="pupils", min_value=1, max_value=3000),
    )
    rule = validation_of(book_of(template_of(pack, rules, None, Wanted()), tmp_path)["教室／场地"], "学生数")
    assert (rule.type, rule.formula1, rule.formula2) == ("whole", "1", "3000")
    assert rule.errorStyle in {None, "stop"}
    assert "请改正：填整数，单位：名学生，1 至 3,000。" in rule.error
    assert "A whole number in students, 1 to 3,000." in rule.prompt


def test_a_range_that_is_only_plausible_can_be_left_after_a_question(pack: Pack, tmp_path: Path) -> None:
    """The largest school of the province must be able to write down its number."""
    rule = validation_of(book_of(template_of(pack, {}, None, Wanted()), tmp_path)["教室／场地"], "学生数")
    assert (rule.errorStyle, rule.formula1, rule.formula2) == ("warning", "0", "9000")
    assert "确认无误可以保留" in rule.error


def test_a_rule_that_need_not_hold_everywhere_stops_nobody(pack: Pack, tmp_path: Path) -> None:
    """`mostly` allows some rows, so no single cell is refused."""
    rules = suite(
        "rooms",
        check("R-1", "expect_column_values_to_be_between", column="spent", min_value=5, mostly=0.9),
    )
    rule = validation_of(book_of(template_of(pack, rules, None, Wanted()), tmp_path)["教室／场地"], "支出")
    assert (rule.type, float(rule.formula1) < -(10**14)) == ("decimal", True)


def test_the_length_of_a_code_is_told_while_typing(pack: Pack, tmp_path: Path) -> None:
    """A place too few is the commonest fault of a code."""
    rules = suite("staff", check("S-1", "expect_column_value_lengths_to_equal", column="person_id", value=7))
    rule = validation_of(book_of(template_of(pack, rules, None, Wanted()), tmp_path)["教职工"], "人员代码")
    assert (rule.type, rule.formula1, rule.formula2) == ("textLength", "7", "7")


@pytest.mark.parametrize("name", pack_names())
def test_no_message_is_longer_than_a_spreadsheet_shows(name: str, tmp_path: Path) -> None:
    """Titles end at 32 characters, messages at 255, names of sheets at 31: a longer one opens as damaged."""
    pack = read_pack(name)
    suites = read_suites(pack.suites_folder, pack.dictionary)
    for sheet in book_of(template_of(pack, suites, None, Wanted()), tmp_path).worksheets:
        assert len(sheet.title) <= 31
        for rule in sheet.data_validations.dataValidation:
            assert all(len(text) <= 32 for text in (rule.promptTitle, rule.errorTitle))
            assert all(0 < len(text) <= 255 for text in (rule.prompt, rule.error))


# what is known beforehand -------------------------------------------------------------------------


def test_a_school_finds_its_code_its_name_and_the_year_filled_in(
    pack: Pack, roster: Roster, tmp_path: Path
) -> None:
    """What is known is grey and locked; what is asked for is yellow and open."""
    book = book_of(template_of(pack, {}, roster, Wanted(school="0101")), tmp_path)
    for name, known in {
        "学校名录": {"学校代码": "0101", "年度": 2025, "学校名称": "第一小学"},
        "教室／场地": {"学校代码": "0101", "年度": 2025},
        "教职工": {"学校代码": "0101", "年度": 2025},
    }.items():
        sheet, at = book[name], headings_of(book[name])
        cells = {heading: sheet.cell(FIRST + 1, at[heading]) for heading in known}
        assert {heading: cell.value for heading, cell in cells.items()} == known
        assert all(cell.protection.locked for cell in cells.values())
    kind = book["学校名录"].cell(FIRST + 1, headings_of(book["学校名录"])["类别"])
    assert (kind.value, kind.protection.locked) == ("中小学", False)
    assert "第一小学" in book["教职工"]["A1"].value


def test_further_rows_of_a_school_take_its_own_code_only(pack: Pack, roster: Roster, tmp_path: Path) -> None:
    """A row under another school's code would be counted there."""
    book = book_of(template_of(pack, {}, roster, Wanted(school="0101")), tmp_path)
    rule = validation_of(book["教职工"], "学校代码")
    sheet, place = next(book.defined_names[rule.formula1].destinations)
    cells = book[sheet][place.replace("$", "")]
    assert [row[0].value for row in cells] == ["0101"]
    column = letters(headings_of(book["教职工"])["学校代码"] - 1)
    assert f"{column}{LAST + 1}" in rule.sqref


def test_a_school_is_asked_only_for_what_it_must_or_may_report(pack: Pack, roster: Roster) -> None:
    """A kindergarten is not asked for what is expected from schools; prizes it may have."""
    template = template_of(pack, {}, roster, Wanted(school="0201"))
    assert {table.name: table.must for table in template.tables} == {
        "schools": True,
        "staff": True,
        "prizes": False,
    }
    assert {table.name: len(table.rows) for table in template.tables} == {
        "schools": 1,
        "staff": 1,
        "prizes": 0,
    }


def test_without_a_school_everybody_expected_has_a_row(pack: Pack, roster: Roster, tmp_path: Path) -> None:
    """One template for all: a row for each who must report once, none for lists of persons."""
    template = template_of(pack, {}, roster, Wanted())
    rows = {table.name: [row[:2] for row in table.rows] for table in template.tables}
    assert rows["rooms"] == [("0101", 2025), ("0102", 2025)]
    assert [code for code, _ in rows["schools"]] == ["0101", "0102", "0201"]
    assert rows["staff"] == []
    sheet = book_of(template, tmp_path)["教室／场地"]
    assert sheet.cell(FIRST + 1, 1).comment.text.strip() == "第一小学"


def test_the_year_asked_about_takes_the_latest_roster_before_it(pack: Pack, roster: Roster) -> None:
    """Next year's template is sent out before next year's roster is drawn up."""
    template = template_of(pack, {}, roster, Wanted(year=2026, school="0101"))
    assert (template.year, template.roster_year) == (2026, 2025)
    assert template.tables[0].rows[0][:2] == ("0101", 2026)


def test_a_table_whose_rules_begin_later_is_left_out(pack: Pack, roster: Roster) -> None:
    """Rows of that year would all be refused."""
    rules = suite(
        "rooms",
        check("R-1", "expect_column_values_to_be_between", column="year", min_value=2026, max_value=2027),
    )
    assert "rooms" not in {table.name for table in template_of(pack, rules, roster, Wanted()).tables}


def test_what_stands_on_the_roster_never_becomes_a_formula(
    pack: Pack, roster: Roster, tmp_path: Path
) -> None:
    """A name that begins with = is shown as it is."""
    sheet = book_of(template_of(pack, {}, roster, Wanted(school="0102")), tmp_path)["学校名录"]
    cell = sheet.cell(FIRST + 1, headings_of(sheet)["学校名称"])
    assert (cell.data_type, cell.value) == ("s", "=第二小学")


def test_a_pack_without_a_roster_says_what_is_required_all_the_same() -> None:
    """Nobody in particular is asked, so the data dictionary decides."""
    pack = read_pack("china-education-bulletins")
    must = {table.name: table.must for table in template_of(pack, {}, None, Wanted()).tables}
    assert must == {name: table.required for name, table in pack.dictionary.tables.items()}


# what is refused ----------------------------------------------------------------------------------


def test_a_misspelt_school_is_met_with_near_names(pack: Pack, roster: Roster) -> None:
    """By its code or by its name."""
    with pytest.raises(SubmissionError, match="did you mean 0101"):
        template_of(pack, {}, roster, Wanted(school="101"))
    with pytest.raises(SubmissionError, match="did you mean 第一小学"):
        template_of(pack, {}, roster, Wanted(school="第1小学"))
    assert template_of(pack, {}, roster, Wanted(school="第一小学")).meta.school == "0101"


def test_every_unknown_table_is_named_at_once(pack: Pack) -> None:
    """Two slips of the pen are mended in one go."""
    with pytest.raises(SubmissionError) as caught:
        template_of(pack, {}, None, Wanted(tables=("stuff", "教职", "rooms")))
    assert [fault.found for fault in caught.value.faults] == ["unknown table 'stuff'", "unknown table '教职'"]
    assert "did you mean staff?" in str(caught.value)


def test_a_school_without_a_roster_is_refused(pack: Pack) -> None:
    """Nobody else knows its name."""
    with pytest.raises(SubmissionError, match="--roster"):
        template_of(pack, {}, None, Wanted(school="0101"))


# bytes and files ----------------------------------------------------------------------------------


def test_the_same_call_gives_the_same_bytes(pack: Pack, roster: Roster, tmp_path: Path) -> None:
    """A reviewer sees whether a template was changed; no time of day is in it."""
    template = template_of(pack, {}, roster, Wanted(school="0101", deadline=date(2025, 10, 31)))
    first, second = (
        hashlib.sha256(write_template(template, tmp_path / name).read_bytes()).hexdigest()
        for name in ("a.xlsx", "b.xlsx")
    )
    assert first == second


def test_a_template_knows_where_it_comes_from(pack: Pack, roster: Roster, tmp_path: Path) -> None:
    """What was handed in can be held against the edition and the pack it was made for."""
    template = template_of(pack, {}, roster, Wanted(school="0101"))
    path = write_template(template, tmp_path / "t.xlsx")
    meta = template_meta(path)
    assert meta == template.meta == template_meta(path.read_bytes())
    assert meta is not None
    assert meta.sheets["教室／场地"] == "rooms"
    assert (meta.school, meta.year) == ("0101", "2025")


def test_an_older_template_is_told_and_another_packs_is_refused(
    pack: Pack, roster: Roster, tmp_path: Path
) -> None:
    """Headings that still fit do no harm; another pack asks about something else."""
    template = template_of(pack, {}, roster, Wanted())
    write_template(template, tmp_path / "t.xlsx")
    meta = template.meta
    assert template_remark(meta, "tiny", meta.plan, "a.xlsx") is None
    for old in (replace(meta, plan="0" * 64), replace(meta, edition="0")):
        told = template_remark(old, "tiny", meta.plan, "a.xlsx")
        assert told is not None
        assert told.zh
        assert told.en
    assert [name for name, _ in template_remarks(tmp_path, "tiny", "0" * 64)] == ["t.xlsx"]
    with pytest.raises(SubmissionError, match=r"^t\.xlsx"):
        template_remarks(tmp_path, "other", meta.plan)
    with pytest.raises(SubmissionError, match=r"a\.xlsx: filled in on the template of another pack, 'tiny'"):
        template_remark(meta, "other", meta.plan, "a.xlsx")


def test_a_workbook_of_no_template_says_nothing(tmp_path: Path) -> None:
    """Most of what arrives was typed into something else."""
    book = openpyxl.Workbook()
    book.save(tmp_path / "own.xlsx")
    assert template_meta(tmp_path / "own.xlsx") is None
    assert template_meta(b"no workbook at all") is None


# the command --------------------------------------------------------------------------------------


def test_the_command_names_files_after_the_school_and_keeps_what_is_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What somebody may have filled in already is replaced only if asked for."""
    call = ["template", "chenghu-modernisation", "-o", str(tmp_path / "out"), "--tables", "enrolment,budget"]
    with pytest.raises(SystemExit) as ended:
        cli.main([*call, "--year", "2024"])
    assert ended.value.code in {0, None}
    path = tmp_path / "out" / "chenghu-modernisation-2024.xlsx"
    before = path.read_bytes()
    with pytest.raises(SystemExit) as ended:
        cli.main([*call, "--year", "2024", "--lang", "en"])
    assert ended.value.code == 2
    assert "--overwrite" in capsys.readouterr().err
    assert path.read_bytes() == before
    with pytest.raises(SystemExit) as ended:
        cli.main([*call, "--year", "2024", "--lang", "en", "--overwrite"])
    assert ended.value.code in {0, None}
    assert openpyxl.load_workbook(path).sheetnames == [
        "Notes",
        "Enrolment",
        "Education spending",
        "_lists",
        "_meta",
    ]


def test_each_table_can_have_a_workbook_of_its_own(tmp_path: Path) -> None:
    """Offices that fill in one table each get one file each."""
    with pytest.raises(SystemExit):
        cli.main(
            [
                "template",
                "chenghu-modernisation",
                "-o",
                str(tmp_path),
                "--tables",
                "enrolment,budget",
                "--one-per-table",
            ]
        )
    assert sorted(path.name for path in tmp_path.glob("*.xlsx")) == [
        "chenghu-modernisation-在校学生情况.xlsx",
        "chenghu-modernisation-教育经费支出.xlsx",
    ]


# back again ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["zh", "en", "both"])
@pytest.mark.parametrize("name", pack_names())
def test_every_heading_and_every_sheet_is_one_the_reader_knows(name: str, lang: TemplateLanguage) -> None:
    """What the package sends out it must take back, in every pack and language."""
    pack = read_pack(name)
    for table in template_of(pack, {}, None, Wanted(lang=lang)).tables:
        described = pack.dictionary.tables[table.name]
        assert table_named(table.sheet, pack.dictionary).table == table.name
        found, faults = match_headings([column.heading for column in table.columns], described, table.sheet)
        assert faults == ()
        assert [heading.column for heading in found] == [column.name for column in table.columns]


ROWS: Mapping[str, list[dict[str, object]]] = {
    "rooms": [{"rooms": 12, "pupils": 540, "spent": Decimal("123456.78"), "checked_on": date(2025, 9, 1)}],
    "staff": [
        {"person_id": "007", "full_time": "是", "note": "约5年"},
        {"person_id": "0012", "full_time": "否", "note": None},
    ],
}


def fill_in(path: Path, pack: Pack) -> None:
    """Write rows into the yellow cells, as a person would."""
    book = openpyxl.load_workbook(path)
    for name, rows in ROWS.items():
        table = pack.dictionary.tables[name]
        sheet = book[{"rooms": "教室／场地", "staff": "教职工"}[name]]
        at = headings_of(sheet)
        for row, values in enumerate(rows, start=FIRST + 1):
            for column, value in {"school_id": "0101", "year": 2025, **values}.items():
                cell = sheet.cell(row, at[table.columns[column].title.zh])
                if cell.value is None:
                    assert not cell.protection.locked
                    cell.value = value
    book.save(path)


def assert_read(submission: Submission) -> None:
    """Hold what was read against what was filled in."""
    assert submission.faults == ()
    assert getattr(submission, "notes", ()) == ()
    assert submission.absent_columns == {}
    rooms, staff, schools = (
        submission.tables[name].rows.to_pylist() for name in ("rooms", "staff", "schools")
    )
    assert rooms == [{"school_id": "0101", "year": 2025, **ROWS["rooms"][0]}]
    assert [
        (one["person_id"], one["school_id"], one["year"], one["full_time"], one["note"]) for one in staff
    ] == [
        ("007", "0101", 2025, True, "约5年"),
        ("0012", "0101", 2025, False, None),
    ]
    assert schools == [{"school_id": "0101", "year": 2025, "name": "第一小学", "kind": "school"}]
    assert set(submission.tables) == {"rooms", "staff", "schools"}


def filled(pack: Pack, roster: Roster, folder: Path) -> Path:
    """Make the template of a school and fill it in."""
    folder.mkdir()
    wanted = Wanted(school="0101", tables=("schools", "rooms", "staff"))
    path = write_template(template_of(pack, {}, roster, wanted), folder / "0101.xlsx")
    fill_in(path, pack)
    return path


def test_a_template_that_was_filled_in_is_read_as_it_was_meant(
    pack: Pack, roster: Roster, tmp_path: Path
) -> None:
    """Codes with their zeros, amounts to the cent, days, yes and no; hidden sheets are passed over."""
    filled(pack, roster, tmp_path / "in")
    assert_read(read_submission(tmp_path / "in", pack.dictionary))


def through_libreoffice(path: Path, folder: Path) -> Path:
    """Open a workbook in LibreOffice and save it again into another folder."""
    profile = (folder / "profile").absolute().as_uri()
    call = [str(shutil.which("soffice")), f"-env:UserInstallation={profile}", "--headless"]
    call += ["--convert-to", "xlsx", "--outdir", str(folder / "out"), str(path)]
    subprocess.run(call, check=True, capture_output=True, timeout=180)
    return folder / "out" / path.name


@needs_office
def test_a_template_survives_libreoffice(pack: Pack, roster: Roster, tmp_path: Path) -> None:
    """Saved again by LibreOffice it is read the same, keeps its checks and still says where it comes from."""
    path = filled(pack, roster, tmp_path / "in")
    again = through_libreoffice(path, tmp_path)
    assert_read(read_submission(again.parent, pack.dictionary))
    assert template_meta(again) == template_meta(path)
    sheet = openpyxl.load_workbook(again)["教室／场地"]
    assert sheet.protection.sheet
    assert validation_of(sheet, "学生数").type == "whole"


def written(value: object, column: Column) -> object:
    """Return a value as a person chooses or types it."""
    if isinstance(value, bool):
        return "是" if value else "否"
    return column.values[str(value)].zh if column.type == "category" and value is not None else value


@needs_office
@pytest.mark.slow
def test_all_that_a_real_school_hands_in_comes_back_through_libreoffice(tmp_path: Path) -> None:
    """Every table of the district's sample, one school, one year: the same typed rows as in its own files."""
    pack = read_pack("jieyang-district-2023")
    data = read_data(pack, "sample:jieyang-district-2023/complete")
    suites = read_suites(pack.suites_folder, pack.dictionary)
    template = template_of(pack, suites, roster_of(data, 2025), Wanted(school="JY1001", year=2025))
    (tmp_path / "in").mkdir()
    path = write_template(template, tmp_path / "in" / "JY1001.xlsx")
    book = openpyxl.load_workbook(path)
    handed_in = {}
    for table in template.tables:
        described = pack.dictionary.tables[table.name]
        own = [
            row
            for row in (data.tables[table.name].rows.to_pylist() if table.name in data.tables else [])
            if row[described.reports] == "JY1001" and described.period and row[described.period] == 2025
        ]
        sheet, at = book[table.sheet], headings_of(book[table.sheet])
        for number in range(max(len(own), len(table.rows))):
            for name, column in described.columns.items():
                value = written(own[number][name], column) if number < len(own) else None
                sheet.cell(FIRST + 1 + number, at[column.title.zh or name]).value = value
        handed_in |= {table.name: own} if own else {}
    book.save(path)
    assert len(handed_in) > 10
    for folder in (path.parent, through_libreoffice(path, tmp_path).parent):
        back = read_submission(folder, pack.dictionary)
        assert back.faults == ()
        assert getattr(back, "notes", ()) == ()
        assert {name: rows.rows.to_pylist() for name, rows in back.tables.items() if len(rows)} == handed_in


def test_the_data_of_an_earlier_template_are_read_and_told_of(
    pack: Pack, roster: Roster, tmp_path: Path
) -> None:
    """Its sheets that nobody needs to fill in stay empty without harm; another pack's template is refused."""
    filled(pack, roster, tmp_path / "in")
    assert [note.rule for note in read_data(pack, tmp_path / "in").notes] == []
    (pack.folder / "more.md").write_text("a word more\n", encoding="utf-8")
    (note,) = read_data(pack, tmp_path / "in").notes
    assert (note.rule, note.file) == ("old-template", "0101.xlsx")
    other = replace(pack, file=pack.file.model_copy(update={"id": "other"}))
    with pytest.raises(SubmissionError, match="the template of another pack"):
        read_data(other, tmp_path / "in")


def test_an_untouched_sheet_that_need_not_be_filled_in_is_nothing_handed_in(
    pack: Pack, roster: Roster, tmp_path: Path
) -> None:
    """An empty table would be sent back; a template has a sheet for every table."""
    wanted = Wanted(school="0101")
    (tmp_path / "in").mkdir()
    write_template(template_of(pack, {}, roster, wanted), tmp_path / "in" / "0101.xlsx")
    submission = read_data(pack, tmp_path / "in")
    optional = {name for name, table in pack.dictionary.tables.items() if not table.required}
    assert optional
    assert not optional & set(submission.tables)
