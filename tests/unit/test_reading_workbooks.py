import datetime as dt
import io
import shutil
import subprocess
import time
import zipfile
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from edutargets.errors import Fault, SubmissionError
from edutargets.submissions import Submission, read_submission
from edutargets.tables import Dictionary

DICTIONARY = Dictionary.model_validate(
    {
        "tables": {
            "schools": {
                "title": {"en": "Schools", "zh": "中小学校"},
                "counts": "school",
                "key": ["school_id"],
                "reports": "school_id",
                "columns": {
                    "school_id": {"type": "code", "title": {"zh": "学校代码"}},
                    "enrolment": {"type": "integer", "unit": "student", "title": {"zh": "在校生数"}},
                    "share": {"type": "decimal", "scale": 2, "unit": "percent", "title": {"zh": "占比"}},
                    "budget": {"type": "decimal", "scale": 2, "unit": "CNY", "title": {"zh": "经费"}},
                    "opened_on": {"type": "date", "title": {"zh": "设立日期"}},
                    "boarding": {"type": "boolean", "title": {"zh": "寄宿制"}},
                    "remark": {"type": "text", "title": {"zh": "备注"}},
                },
            }
        }
    }
)
HEADINGS = ("学校代码", "在校生数", "占比", "经费", "设立日期", "寄宿制", "备注")
DAY = dt.datetime(2025, 12, 31)  # noqa: DTZ001  # as a spreadsheet has it
TYPED = {
    "school_id": "0101",
    "enrolment": 54,
    "share": Decimal("48.80"),
    "budget": Decimal("1234.57"),
    "opened_on": dt.date(2025, 12, 31),
    "boarding": True,
    "remark": "一二",
}

needs_soffice = pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
Formats = dict[str, xlsxwriter.format.Format]


def book(
    path: Path, fill: Callable[[xlsxwriter.Workbook, xlsxwriter.worksheet.Worksheet], None], **options: object
) -> Path:
    """Write a workbook with one sheet of schools."""
    with xlsxwriter.Workbook(path, options) as made:
        sheet = made.add_worksheet("中小学校")
        sheet.write_row(0, 0, HEADINGS)
        fill(made, sheet)
    return path


def write_typed(made: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
    """Write one school as a person types it into formatted cells."""
    day = made.add_format({"num_format": 'yyyy"年"m"月"d"日"'})
    sheet.write_number(1, 0, 101, made.add_format({"num_format": "0000"}))
    sheet.write_string(1, 1, "\uff15\uff14")
    sheet.write_number(1, 2, 0.488, made.add_format({"num_format": "0.0%"}))
    sheet.write_number(1, 3, 1234.57, made.add_format({"num_format": "¥#,##0.00"}))
    sheet.write_datetime(1, 4, DAY, day)
    sheet.write(1, 5, bool(1))
    sheet.write_string(1, 6, "一二")


def write_formula(made: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
    """Write the number of pupils as a formula whose value nobody worked out."""
    write_typed(made, sheet)
    sheet.write_formula(1, 1, "=50+4", None, 0)


def write_far(made: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
    """Write a stray cell in the far corner."""
    write_typed(made, sheet)
    sheet.write(1_048_575, 16_383, 1)


def converted(path: Path, kind: str) -> Path:
    """Save a workbook again as another kind, as somebody's LibreOffice does."""
    home = f"-env:UserInstallation={(path.parent / 'home').as_uri()}"
    command = [
        shutil.which("soffice") or "",
        home,
        "--headless",
        "--convert-to",
        kind,
        "--outdir",
        str(path.parent / kind),
        str(path),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return path.parent / kind / f"{path.stem}.{kind}"


def rows_of(folder: Path) -> list[dict[str, object]]:
    """Read a folder and return the typed rows."""
    rows: list[dict[str, object]] = read_submission(folder, DICTIONARY).tables["schools"].rows.to_pylist()
    return rows


def cell_faults(submission: Submission) -> list[tuple[str, str]]:
    """Return address and rule of every bad cell."""
    return [(fault.cell, fault.rule) for fault in submission.faults]


def refused(folder: Path) -> Fault:
    """Read a folder that must be refused for one reason."""
    with pytest.raises(SubmissionError) as caught:
        read_submission(folder, DICTIONARY)
    (fault,) = caught.value.faults
    return fault


# Kinds


def test_an_xlsx_is_read_as_a_person_sees_it(tmp_path: Path) -> None:
    """0101 shown by a format, 48.8 % in a percent cell, a date in Chinese, full-width digits as text."""
    book(tmp_path / "a.xlsx", write_typed)
    assert rows_of(tmp_path) == [TYPED]


@needs_soffice
@pytest.mark.parametrize("kind", ["xls", "ods", "xlsx"])
def test_xls_and_ods_say_the_same_as_the_xlsx_they_were_made_from(tmp_path: Path, kind: str) -> None:
    """The kind of workbook carries no meaning, down to percent formats and leading zeros."""
    (tmp_path / "made").mkdir()
    path = converted(
        book(tmp_path / "made" / "a.xlsx", write_typed),
        kind,
    )
    submission = read_submission(path.parent, DICTIONARY)
    assert submission.tables["schools"].rows.to_pylist() == [TYPED]
    assert [file.kind for file in submission.files] == [kind]


@needs_soffice
@pytest.mark.parametrize("kind", ["xls", "ods", "xlsx"])
def test_hidden_rows_columns_and_sheets_are_read_and_told(tmp_path: Path, kind: str) -> None:
    """A filter left on hides schools from their writer, not from the bureau: read, and to be shown."""

    def fill(made: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        for row in range(1, 6):
            sheet.write_row(row, 0, [f"010{row}", 5, 1, 1, "2025-12-31", "是", "x"])
        sheet.autofilter(0, 0, 5, 6)
        sheet.filter_column(0, "x == 0101")
        for row in (2, 3, 5):
            sheet.set_row(row, options={"hidden": True})
        sheet.set_column(3, 3, options={"hidden": True})
        made.add_worksheet("_lists").hide()

    (tmp_path / "made").mkdir()
    path = converted(book(tmp_path / "made" / "a.xlsx", fill), kind)
    submission = read_submission(path.parent, DICTIONARY)
    assert len(submission.tables["schools"]) == 5
    assert [(note.rule, note.cell, note.found) for note in submission.notes] == [
        ("hidden-rows", "A3", "3-4, 6"),
        ("hidden-columns", "D2", "D"),
    ]


def test_a_hidden_sheet_that_is_a_table_is_read_and_told(tmp_path: Path) -> None:
    """A hidden sheet of last year's figures must not slip in unseen."""

    def fill(made: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        write_typed(made, sheet)
        made.add_worksheet("封面").activate()
        sheet.hide()

    book(tmp_path / "a.xlsx", fill)
    submission = read_submission(tmp_path, DICTIONARY)
    assert [note.rule for note in submission.notes] == ["hidden-sheet"]
    assert len(submission.tables["schools"]) == 1


def test_an_old_workbook_under_a_new_name_is_read_by_what_is_in_it(tmp_path: Path) -> None:
    """Renaming a file changes nothing in it: the content says what it is."""
    book(tmp_path / "a.xlsx", write_typed).rename(tmp_path / "a.xls")
    assert rows_of(tmp_path) == [TYPED]


@pytest.mark.parametrize("kind", ["xlsm", "xlsb", "et", "wps", "zip", "pdf"])
def test_other_kinds_are_refused_with_what_to_do(tmp_path: Path, kind: str) -> None:
    """A macro workbook, a WPS file, an archive, a scan: each with the way out, in Chinese too."""
    (tmp_path / f"schools.{kind}").write_bytes(b"x")
    assert "请" in refused(tmp_path).accepted


def test_a_web_page_under_the_name_of_a_workbook_is_refused(tmp_path: Path) -> None:
    """Many systems export HTML as .xls, which spreadsheets open with a warning."""
    (tmp_path / "schools.xls").write_text("<html><table><tr><td>1</td></tr></table></html>")
    assert "web page" in refused(tmp_path).found


def test_a_workbook_with_a_password_is_refused_as_such(tmp_path: Path) -> None:
    """A locked workbook is an old-style container around an encrypted package."""
    locked = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504 + "EncryptedPackage".encode("utf-16-le")
    (tmp_path / "schools.xlsx").write_bytes(locked)
    assert (refused(tmp_path).code, "password" in refused(tmp_path).found) == ("password", True)


# Cells


@pytest.mark.parametrize(
    ("number_format", "value", "column", "found"),
    [
        ("0.00%;[Red]-0.00%", 0.488, "C", None),
        ('0.0"%"', 48.8, "C", None),
        ("0.0\\%", 48.8, "C", None),
        ("_ * #,##0.00_ ", 48.8, "C", None),
        ('#,##0.00"元"', 5, "D", "'5元'"),
        ('0.0"万元"', 12, "D", "'12万元'"),
        ('0!.0,"万"', 123456, "D", "'#SHOWN! 123456'"),
        ("#,##0,", 12345, "D", "'#SHOWN! 12345'"),
        ("[$¥-804]#,##0.00", 5, "D", None),
        ("0.00E+00", 12345, "D", None),
        ("[>100]0;0", 12345, "D", None),
    ],
)
def test_a_number_format_that_shows_something_else_is_never_overlooked(
    tmp_path: Path, number_format: str, value: float, column: str, found: str | None
) -> None:
    """What a person sees is 12万元: that the cell holds 12 is a question to them, not an answer."""

    def fill(made: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        write_typed(made, sheet)
        sheet.write_number(1, "ABCD".index(column), value, made.add_format({"num_format": number_format}))

    book(tmp_path / "a.xlsx", fill)
    submission = read_submission(tmp_path, DICTIONARY)
    assert [(fault.cell, fault.found) for fault in submission.faults] == (
        [(f"{column}2", found)] if found else []
    )
    if not found:
        assert rows_of(tmp_path)[0]["share" if column == "C" else "budget"] == Decimal(
            "48.80" if column == "C" else value
        )


@pytest.mark.parametrize("late", [False, True])
def test_days_are_read_in_both_date_systems(tmp_path: Path, late: bool) -> None:  # noqa: FBT001
    """A workbook that counts its days from 1904 means the same ones, formatted or not."""
    serial = (DAY - dt.datetime(1904, 1, 1) if late else DAY - dt.datetime(1899, 12, 30)).days  # noqa: DTZ001  # as above

    def fill(made: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        write_typed(made, sheet)
        sheet.write_row(2, 0, ["0102", 5, 1, 1, serial, "是"])

    book(tmp_path / "a.xlsx", fill, date_1904=late)
    assert [row["opened_on"] for row in rows_of(tmp_path)] == [dt.date(2025, 12, 31)] * 2


def test_a_number_that_is_no_day_of_our_time_is_no_date(tmp_path: Path) -> None:
    """2025 in a column of dates is a year, and 7 is nothing."""

    def fill(_: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        for row, number in enumerate((2025, 7, 45000.5, 200_000), start=1):
            sheet.write_row(row, 0, [f"010{row}", 5, 1, 1, number, "是", "x"])

    book(tmp_path / "a.xlsx", fill)
    assert [cell for cell, _ in cell_faults(read_submission(tmp_path, DICTIONARY))] == [
        "E2",
        "E3",
        "E4",
        "E5",
    ]


def test_formulas_without_a_result_are_faults_and_those_with_one_are_read(tmp_path: Path) -> None:
    """A library that writes formulas leaves zeros behind and asks for a calculation: those are no results."""
    path = book(
        tmp_path / "a.xlsx",
        write_formula,
    )
    assert cell_faults(read_submission(tmp_path, DICTIONARY)) == [("B2", "formula")]
    text = path.read_bytes()
    path.write_bytes(edited(text, "xl/workbook.xml", b' fullCalcOnLoad="1"', b""))
    assert [row["enrolment"] for row in rows_of(tmp_path)] == [0]


@needs_soffice
def test_a_formula_calculated_by_a_spreadsheet_is_its_value(tmp_path: Path) -> None:
    """Saved by a spreadsheet, 50+4 is 54."""
    (tmp_path / "made").mkdir()
    path = book(tmp_path / "made" / "a.xlsx", write_typed)
    made = openpyxl.load_workbook(path)
    made["中小学校"]["B2"] = "=50+4"
    made.save(path)
    assert rows_of(converted(path, "xlsx").parent) == [TYPED]


# Files that are not what they seem


def edited(data: bytes, part: str, old: bytes, new: bytes) -> bytes:
    """Replace something in one part of a workbook."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            text = source.read(name)
            if name == part:
                assert old in text
                text = text.replace(old, new, 1)
            target.writestr(name, text)
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize(
    ("part", "old", "new", "why"),
    [
        (SHEET, b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet', "entities"),
        (SHEET, b"</sheetData>", b"", "torn"),
        (SHEET, b'<row r="2"', b'<row r="1"', "out of order"),
        (SHEET, b'r="C2"', b'r="A2"', "out of order"),
        (SHEET, b'r="C2"', b'r="C3"', "out of order"),
        (SHEET, b'encoding="UTF-8"', b'encoding="GBK"', "UTF-8"),
        ("xl/sharedStrings.xml", b"</si>", b"", "torn"),
        ("xl/workbook.xml", b'r:id="rId1"', b'r:id="rId9"', "is not in it"),
        ("xl/_rels/workbook.xml.rels", b"worksheets/sheet1", b"worksheets/sheet7", "is not in it"),
    ],
)
def test_xml_that_no_spreadsheet_writes_is_refused(
    tmp_path: Path, part: str, old: bytes, new: bytes, why: str
) -> None:
    """Two readers could understand it differently, so nobody reads it."""
    path = book(tmp_path / "a.xlsx", write_typed)
    path.write_bytes(edited(path.read_bytes(), part, old, new))
    assert why in refused(tmp_path).found


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    """Two gigabytes of blanks pack into two megabytes; the file's own list of sizes is enough to refuse."""
    path = book(tmp_path / "a.xlsx", write_typed)
    with (
        zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as target,
        target.open("xl/x.xml", "w", force_zip64=True) as out,
    ):
        for _ in range(200):
            out.write(b" " * 1_000_000)
    start = time.perf_counter()
    fault = refused(tmp_path)
    assert (fault.code, time.perf_counter() - start < 1) == ("too-large", True)


def test_a_part_that_holds_more_than_it_says_is_refused(tmp_path: Path) -> None:
    """A forged size would let a bomb through; unpacking stops at what the list says."""
    path = book(tmp_path / "a.xlsx", write_typed)
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as inside:
        size = inside.getinfo(SHEET).file_size
    at = data.rindex(b"PK\x01\x02", 0, data.rindex(SHEET.encode()))
    assert int.from_bytes(data[at + 24 : at + 28], "little") == size
    data[at + 24 : at + 28] = (10).to_bytes(4, "little")
    path.write_bytes(data)
    assert "not a readable workbook" in refused(tmp_path).found


def test_a_sheet_that_lies_about_its_size_does_not_eat_the_memory(tmp_path: Path) -> None:
    """The cells themselves are counted, not what the sheet says of itself."""
    path = book(
        tmp_path / "a.xlsx",
        write_far,
    )
    path.write_bytes(
        edited(path.read_bytes(), SHEET, b'<dimension ref="A1:XFD1048576"', b'<dimension ref="A1:G2"')
    )
    fault = refused(tmp_path)
    assert (fault.code, "XFD1048576" in fault.found) == ("too-large", True)


def ods(path: Path, *rows: str) -> None:
    """Write an OpenDocument spreadsheet from the XML of its rows."""
    names = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{long}:1.0"'
        for short, long in (("office", "office"), ("table", "table"), ("text", "text"), ("style", "style"))
    )
    heads = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>'
        for text in HEADINGS
    )
    body = f"<table:table-row>{heads}</table:table-row>" + "".join(rows)
    with zipfile.ZipFile(path, "w") as out:
        out.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        out.writestr(
            "content.xml",
            f"<office:document-content {names}><office:body><office:spreadsheet>"
            '<table:table table:name="中小学校">'
            f"{body}</table:table></office:spreadsheet></office:body></office:document-content>",
        )


ONE = '<table:table-cell table:number-columns-repeated="{}" office:value-type="float" office:value="1"/>'


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (
            f'<table:table-row table:number-rows-repeated="1048575">{ONE.format(16384)}</table:table-row>',
            "too-large",
        ),
        (f"<table:table-row>{ONE.format(999999999)}</table:table-row>", "unreadable"),
        ('<table:table-row table:number-rows-repeated="-1"/>', "unreadable"),
        ('<table:table-row table:number-rows-repeated="99999999999"/>', "unreadable"),
    ],
)
def test_an_ods_that_repeats_absurdly_is_refused(tmp_path: Path, row: str, code: str) -> None:
    """Seventeen billion cells are one line of XML."""
    ods(tmp_path / "a.ods", row)
    assert refused(tmp_path).code == code


def test_an_ods_whose_last_row_repeats_blanks_to_the_end_is_read(tmp_path: Path) -> None:
    """Every LibreOffice file ends with a million blank rows."""
    cells = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>'
        for text in ("0101", "54", "48.8", "1234.57", "2025-12-31", "是", "一二")
    )
    blank = (
        '<table:table-row table:number-rows-repeated="1048574">'
        '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    )
    ods(tmp_path / "a.ods", f"<table:table-row>{cells}</table:table-row>", blank)
    assert rows_of(tmp_path) == [TYPED]


# Names and texts


@pytest.mark.parametrize(
    "name",
    [
        "schools_part2.csv",
        "schools-part-2.csv",
        "中小学校 (2).csv",
        "中小学校（2）.csv",
        "schools_2.csv",
        "中小学校第二部分.csv",
        "schools_2024_part3.csv",
    ],
)
def test_a_table_in_several_files_is_one_table(tmp_path: Path, name: str) -> None:
    """A part's number and a browser's (2) are no part of the name; repeated records are the gate's matter."""
    for file in ("schools.csv", name):
        (tmp_path / file).write_text("学校代码,在校生数\n0101,54\n")
    assert len(read_submission(tmp_path, DICTIONARY).tables["schools"]) == 2


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("comma", [",", "\t"])
def test_texts_that_spreadsheets_save_are_read(tmp_path: Path, encoding: str, comma: str) -> None:
    """What Excel calls Unicode text is UTF-16 with tabs."""
    text = f"学校代码{comma}在校生数\n0101{comma}54\n"
    (tmp_path / "schools.csv").write_bytes(text.encode(encoding))
    assert rows_of(tmp_path)[0]["enrolment"] == 54


def test_a_slip_can_be_handed_in_again_as_it_is(tmp_path: Path) -> None:
    """The sheet 退回单 is a note; the sheet of explanations is kept for the gate."""

    def fill(made: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        write_typed(made, sheet)
        made.add_worksheet("退回单").write(0, 0, "请更正后再报")
        made.add_worksheet("数据说明").write_row(0, 0, ["规则", "校验码", "说明"])

    book(tmp_path / "a.xlsx", fill)
    assert rows_of(tmp_path) == [TYPED]


def test_every_record_keeps_its_address_through_a_real_workbook(tmp_path: Path) -> None:
    """Rows and columns left blank, a title, hidden rows: the address is always the cell a person sees."""
    made = openpyxl.Workbook()
    sheet = made.worksheets[0]
    sheet.title = "中小学校"
    sheet["C2"] = "基本情况表"
    sheet.merge_cells("C2:I2")
    records: list[tuple[int, Sequence[object]]] = [(5, HEADINGS), (7, ["0101", "x"]), (9, ["0102", "y"])]
    for row, record in records:
        for at, value in enumerate(record):
            sheet.cell(row, 3 + at, value)
    sheet.row_dimensions[9].hidden = True
    made.save(tmp_path / "a.xlsx")
    submission = read_submission(tmp_path, DICTIONARY)
    assert [(fault.cell, fault.found) for fault in submission.faults] == [("D7", "'x'"), ("D9", "'y'")]
    assert submission.notes[0].cell == "A9"
