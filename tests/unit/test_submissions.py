import csv
import datetime as dt
import hashlib
import io
import time
import tracemalloc
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from edutargets.errors import Fault, SubmissionError
from edutargets.submissions import Submission, read_submission
from edutargets.tables import Dictionary

DICTIONARY = Dictionary.model_validate(
    {
        "tables": {
            "schools": {
                "title": {"en": "Schools", "zh": "中小学校"},
                "counts": "school",
                "period": "year",
                "key": ["school_id", "year"],
                "reports": "school_id",
                "files": ["学校(机构)基本情况"],
                "columns": {
                    "school_id": {"type": "code", "title": {"en": "School code", "zh": "学校代码"}},
                    "year": {"type": "year", "title": {"en": "Year", "zh": "年度"}},
                    "town": {
                        "type": "category",
                        "title": {"en": "Town", "zh": "所属镇(街道)"},
                        "values": {
                            "t01": {"en": "Chengbei", "zh": "城北街道"},
                            "t02": {"en": "Linjiang", "zh": "临江镇"},
                        },
                    },
                    "enrolment": {
                        "type": "integer",
                        "unit": "student",
                        "title": {"en": "Enrolment", "zh": "在校生数"},
                    },
                    "budget": {
                        "type": "decimal",
                        "scale": 2,
                        "unit": "CNY/year",
                        "title": {"en": "Budget", "zh": "经费"},
                        "heading_units": ["元", "万元"],
                    },
                    "boarding": {
                        "type": "boolean",
                        "title": {"en": "Boarding", "zh": "寄宿制"},
                        "required": False,
                    },
                    "opened_on": {
                        "type": "date",
                        "title": {"en": "Opened on", "zh": "设立日期"},
                        "optional_column": True,
                    },
                    "remark": {
                        "type": "text",
                        "title": {"en": "Remark", "zh": "备注"},
                        "required": False,
                        "optional_column": True,
                    },
                    "share": {
                        "type": "decimal",
                        "scale": 2,
                        "unit": "percent",
                        "title": {"en": "Share", "zh": "占比"},
                        "required": False,
                        "optional_column": True,
                    },
                },
            },
            "staff": {
                "title": {"en": "Staff", "zh": "教职工"},
                "counts": "person",
                "key": ["person_id"],
                "reports": "school_id",
                "columns": {
                    "person_id": {"type": "code", "title": {"zh": "人员编号"}},
                    "school_id": {"type": "code", "title": {"zh": "学校代码"}},
                },
            },
        }
    }
)
HEADINGS = ("学校代码", "年度", "所属镇(街道)", "在校生数", "经费", "寄宿制")
ROW = ("0101", "2024", "城北街道", "54", "10.50", "是")
CLEAN = {
    "school_id": "0101",
    "year": 2024,
    "town": "t01",
    "enrolment": 54,
    "budget": Decimal("10.50"),
    "boarding": True,
    "opened_on": None,
    "remark": None,
    "share": None,
}


def csv_text(*records: Sequence[object]) -> str:
    """Write records as CSV."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(records)
    return out.getvalue()


def wide(text: str) -> str:
    """Return a text in full-width characters, as a Chinese keyboard may write it."""
    return "".join(chr(ord(character) + 0xFEE0) for character in text)


def put(folder: Path, name: str, text: str, encoding: str = "utf-8") -> Path:
    """Write a file into a folder that need not be there yet."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode(encoding))
    return path


def put_xlsx(folder: Path, name: str, sheets: dict[str, Iterable[Sequence[object]]]) -> openpyxl.Workbook:
    """Write a workbook with one sheet for each entry, and hand it back for further mischief."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, records in sheets.items():
        sheet = book.create_sheet(title)
        for record in records:
            sheet.append(list(record))
    book.save(folder / name)
    return book


def rows_of(submission: Submission, table: str = "schools") -> list[dict[str, object]]:
    """Return the typed rows of a table."""
    rows: list[dict[str, object]] = submission.tables[table].rows.to_pylist()
    return rows


def faults_of(folder: Path) -> tuple[Fault, ...]:
    """Read a folder that must be refused and return every reason."""
    with pytest.raises(SubmissionError) as caught:
        read_submission(folder, DICTIONARY)
    assert caught.value.exit_code == 2
    return caught.value.faults


def column(folder: Path, heading: str, *cells: object, name: str) -> list[object]:
    """Read one column of a CSV whose other cells are right."""
    position = HEADINGS.index(heading.partition("(")[0] if heading not in HEADINGS else heading)
    headings = [heading if at == position else text for at, text in enumerate(HEADINGS)]
    records = [[cell if at == position else text for at, text in enumerate(ROW)] for cell in cells]
    put(folder, "schools.csv", csv_text(headings, *records))
    return [row[name] for row in rows_of(read_submission(folder, DICTIONARY))]


# Encodings


@pytest.mark.parametrize(
    ("encoding", "named"), [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("gb18030", "gb18030")]
)
def test_a_csv_reads_the_same_in_every_encoding_schools_use(
    tmp_path: Path, encoding: str, named: str
) -> None:
    """UTF-8 with and without BOM and GB18030 mean the same rows."""
    put(tmp_path, "中小学校.csv", csv_text(HEADINGS, ROW), encoding)
    submission = read_submission(tmp_path, DICTIONARY)
    assert rows_of(submission) == [CLEAN]
    assert [file.encoding for file in submission.files] == [named]


def test_a_character_outside_gbk_is_read(tmp_path: Path) -> None:
    """GB18030 is more than GBK: rare names stay whole."""
    put(tmp_path, "schools.csv", csv_text((*HEADINGS, "备注"), (*ROW, "㐀𠀀")), "gb18030")
    assert rows_of(read_submission(tmp_path, DICTIONARY))[0]["remark"] == "㐀𠀀"


@pytest.mark.parametrize(
    ("data", "found", "line"),
    [
        (csv_text(HEADINGS, ROW).encode("utf-16")[:-1], "UTF-16", None),
        (csv_text(HEADINGS, (*ROW[:5], "\ufffd")).encode(), "lost", 2),
        (csv_text(HEADINGS, (*ROW[:2], "锟斤拷", *ROW[3:])).encode(), "锟斤拷", 2),
        (csv_text(HEADINGS, ROW).encode().replace("街".encode(), "街".encode()[:2]), "damaged", 1),
        (csv_text(HEADINGS, ROW).encode("gb18030").decode("latin-1").encode(), "学校代码", 1),
        (csv_text(HEADINGS, ROW).encode().decode("latin-1").encode(), "学校代码", 1),
        (b"school_id,year\n\xff\xff\xff,2024\n", "neither UTF-8 nor GB18030", 2),
        (b"school_id\0,year\n", "NUL", 1),
    ],
)
def test_text_that_was_damaged_before_is_refused(
    tmp_path: Path, data: bytes, found: str, line: int | None
) -> None:
    """Mojibake is never taken for names: the message says the line and what it was meant to be."""
    (tmp_path / "schools.csv").write_bytes(data)
    (fault,) = faults_of(tmp_path)
    assert found in fault.found
    assert fault.where == "schools.csv" + (f":{line}" if line else "")


# Headings and units


@pytest.mark.parametrize(
    ("heading", "cell", "value"),
    [
        ("经费", "0.1", "0.10"),
        ("经费(元)", "0.1", "0.10"),
        ("经费(万元)", "0.1", "1000.00"),
        ("经费（万元）", "0.000001", "0.01"),
        ("经费 [万元]", "-12345.678901", "-123456789.01"),
        ("Budget (CNY)", "1000", "1000.00"),
        ("budget", "1000.500", "1000.50"),
        ("经\n费\n（ 万元 ）", "99999999999", "999999999990000.00"),
    ],
)
def test_a_heading_with_a_unit_converts_exactly(tmp_path: Path, heading: str, cell: str, value: str) -> None:
    """0.1 万元 is 1000.00 CNY to the last digit; no binary fraction stands in between."""
    put(tmp_path, "schools.csv", csv_text((*HEADINGS[:4], heading, "寄宿制"), (*ROW[:4], cell, "是")))
    assert rows_of(read_submission(tmp_path, DICTIONARY))[0]["budget"] == Decimal(value)


def test_a_count_may_say_what_it_counts(tmp_path: Path) -> None:
    """在校生数(人) is how forms are printed; it changes no number."""
    assert column(tmp_path, "在校生数(人)", "54", name="enrolment") == [54]


def test_an_unknown_unit_in_a_heading_is_refused_with_the_accepted_ones(tmp_path: Path) -> None:
    """千元 is not among the units of this column, so nothing is guessed."""
    put(tmp_path, "schools.csv", csv_text(("学校代码", "经费(千元)", "年度(吨)"), ("0101", "1", "2024")))
    money, year = faults_of(tmp_path)
    assert "'千元'" in money.found
    assert "经费(千元)" in money.found
    assert "万元" in money.accepted
    assert money.where == "schools.csv:1"
    assert money.example == "经费(万元)"
    assert "counts nothing" in year.accepted


def test_an_unknown_heading_is_refused_with_near_names(tmp_path: Path) -> None:
    """A misspelled heading would lose a column silently."""
    put(tmp_path, "schools.csv", csv_text(("school_id", "enrolement", "学校代号"), ("0101", "1", "x")))
    assert [fault.accepted for fault in faults_of(tmp_path)] == [
        "did you mean enrolment or Enrolment?",
        "did you mean 学校代码?",
    ]


def test_a_repeated_heading_is_refused(tmp_path: Path) -> None:
    """Two columns of one meaning cannot both be right, also under two spellings."""
    put(tmp_path, "schools.csv", csv_text(("经费", "经费(万元)", "年度", "年度"), ("1", "1", "2024", "2024")))
    assert [fault.code for fault in faults_of(tmp_path)] == ["repeated-heading"] * 2


def test_cells_under_no_heading_are_refused_and_an_empty_column_is_nothing(tmp_path: Path) -> None:
    """A column without a heading says nothing, so it may hold nothing."""
    put(tmp_path, "schools.csv", csv_text((*HEADINGS, "", ""), (*ROW, " ", "")))
    assert rows_of(read_submission(tmp_path, DICTIONARY)) == [CLEAN]
    put(tmp_path, "schools.csv", csv_text((*HEADINGS, "", ""), (*ROW, "", "5")))
    (fault,) = faults_of(tmp_path)
    assert "column H has cells but no heading" in fault.found


def test_a_missing_column_is_kept_for_the_gate_unless_it_may_be_left_out(tmp_path: Path) -> None:
    """The reader does not judge; it remembers which file lacks which demanded column."""
    put(tmp_path, "schools.csv", csv_text(HEADINGS[:4], ROW[:4]))
    submission = read_submission(tmp_path, DICTIONARY)
    assert [(absent.column, absent.file) for absent in submission.absent_columns["schools"]] == [
        ("budget", "schools.csv"),
        ("boarding", "schools.csv"),
    ]
    assert rows_of(submission)[0]["budget"] is None


# Files, sheets and years


def test_several_years_come_from_columns_stems_and_folders(tmp_path: Path) -> None:
    """A file without a year column is dated by its own name, else by the nearest folder."""
    bare = (HEADINGS[0], *HEADINGS[2:])
    put(tmp_path, "2022/schools.csv", csv_text(bare, (ROW[0], *ROW[2:])))
    put(tmp_path, "all/2022/学校(机构)基本情况_2023年.csv", csv_text(bare, (ROW[0], *ROW[2:])))
    put(tmp_path, "schools.csv", csv_text(HEADINGS, ROW))
    put_xlsx(tmp_path, "2025.xlsx", {"Schools": [bare, (ROW[0], *ROW[2:])]})
    submission = read_submission(tmp_path, DICTIONARY)
    assert submission.periods == (2022, 2023, 2024, 2025)
    origin = submission.tables["schools"].origin.to_pylist()
    years = {place["file"]: row["year"] for place, row in zip(origin, rows_of(submission), strict=True)}
    assert years == {
        "2022/schools.csv": 2022,
        "2025.xlsx": 2025,
        "all/2022/学校(机构)基本情况_2023年.csv": 2023,
        "schools.csv": 2024,
    }


def test_the_folder_of_the_whole_submission_dates_nothing(tmp_path: Path) -> None:
    """Only folders inside a submission are part of it."""
    folder = tmp_path / "2021"
    put(folder, "schools.csv", csv_text(("school_id",), ("0101",)))
    assert "year" in {
        absent.column for absent in read_submission(folder, DICTIONARY).absent_columns["schools"]
    }


def test_every_sheet_is_a_table_and_a_lone_sheet_may_be_named_by_its_file(tmp_path: Path) -> None:
    """A school sends one workbook with all tables, or one workbook per table with a sheet called Sheet1."""
    staff = [("人员编号", "学校代码"), ("p1", "0101")]
    put_xlsx(
        tmp_path, "第一小学.xlsx", {"填报说明": [("请填写",)], "中小学校": [HEADINGS, ROW], "staff": staff}
    )
    put_xlsx(tmp_path, "staff_2024.xlsx", {"Sheet1": staff, "Sheet2": []})
    submission = read_submission(tmp_path, DICTIONARY)
    assert rows_of(submission) == [CLEAN]
    assert submission.tables["staff"].origin.to_pylist() == [
        {"file": "staff_2024.xlsx", "sheet": "Sheet1", "row": 2},
        {"file": "第一小学.xlsx", "sheet": "staff", "row": 2},
    ]


def test_notes_and_hidden_files_are_ignored_and_anything_else_is_refused(tmp_path: Path) -> None:
    """A file that nobody reads is no submission, so it is said; notes are expected."""
    put(tmp_path, "schools.csv", csv_text(HEADINGS, ROW))
    for name in (
        "README.csv",
        "notes.md",
        "a.txt",
        ".hidden.csv",
        "~$schools.xlsx",
        ".git/schools.csv",
        "Thumbs.db",
    ):
        put(tmp_path, name, "whatever")
    assert rows_of(read_submission(tmp_path, DICTIONARY)) == [CLEAN]
    put(tmp_path, "shcools.csv", csv_text(HEADINGS, ROW))
    put(tmp_path, "old.et", "x")
    put(tmp_path, "scan.pdf", "x")
    put_xlsx(tmp_path, "two.xlsx", {"schools": [HEADINGS, ROW], "Other": [("x",), (1,)]})
    old, scan, misspelled, sheet = faults_of(tmp_path)
    assert "另存为 .xlsx" in old.accepted
    assert ".csv, .ods, .parquet, .xls, .xlsx" in scan.accepted
    assert misspelled.accepted == "did you mean schools or Schools?"
    assert (sheet.where, sheet.found) == ("two.xlsx", "unknown sheet 'Other'")


def test_every_problem_of_every_file_is_said_at_once(tmp_path: Path) -> None:
    """Nobody wants to mend one file at a time."""
    put(tmp_path, "staff.csv", 'a,b\n"x')
    put(tmp_path, "schools.csv", csv_text(("nothing", "经费(两)"), (1, 2)))
    put(tmp_path, "schools_2023.xlsx", "no workbook")
    put(tmp_path, "schools_2022.parquet", "no parquet")
    assert len(faults_of(tmp_path)) == 5


def test_files_are_named_by_the_hash_of_their_bytes(tmp_path: Path) -> None:
    """A reviewer can hold the files in hand against the ones that were read."""
    second = put(tmp_path, "b/schools.csv", csv_text(HEADINGS, ROW))
    put_xlsx(tmp_path, "a.xlsx", {"schools": [HEADINGS, ROW]})
    files = read_submission(tmp_path, DICTIONARY).files
    assert [(file.name, file.kind) for file in files] == [("a.xlsx", "xlsx"), ("b/schools.csv", "csv")]
    assert files[1].sha256 == hashlib.sha256(second.read_bytes()).hexdigest()
    assert files[1].size == second.stat().st_size


# Files that cannot be read


@pytest.mark.parametrize("text", ["", "\n\n", " \n,,\n"])
def test_an_empty_file_is_refused(tmp_path: Path, text: str) -> None:
    """A file without headings says nothing, not even that there is nothing."""
    put(tmp_path, "schools.csv", text)
    (fault,) = faults_of(tmp_path)
    assert (fault.where, fault.code) == ("schools.csv", "empty-file")


def test_a_file_with_headings_only_has_no_rows(tmp_path: Path) -> None:
    """Whether no rows are enough is the gate's decision."""
    put(tmp_path, "schools.csv", csv_text(HEADINGS))
    put_xlsx(tmp_path, "x.xlsx", {"staff": [("人员编号", "学校代码")]})
    submission = read_submission(tmp_path, DICTIONARY)
    assert [len(rows) for rows in submission.tables.values()] == [0, 0]
    assert submission.tables["schools"].rows.schema.field("budget").type == pa.decimal128(18, 2)


def test_a_missing_folder_a_file_and_an_empty_folder_are_refused(tmp_path: Path) -> None:
    """The three ways of pointing at nothing are told apart."""
    file = put(tmp_path, "folder/README.md", "x")
    for path, found in (
        (tmp_path / "none", "no such folder"),
        (file, "is a file"),
        (file.parent, "no tables"),
    ):
        (fault,) = faults_of(path)
        assert found in fault.found


def test_a_torn_quote_is_refused_with_the_line_it_opens_on(tmp_path: Path) -> None:
    """A torn quote swallows rows; the message names the record in which it opens, not the end of the file."""
    put(
        tmp_path,
        "schools.csv",
        csv_text(HEADINGS, ROW, ROW) + '0102,2024,"城北街道,5,1,是\n' + csv_text(ROW, ROW),
    )
    (fault,) = faults_of(tmp_path)
    assert (fault.where, fault.code) == ("schools.csv:4", "torn-quote")


def test_rows_with_too_many_or_too_few_cells_are_refused_with_their_lines(tmp_path: Path) -> None:
    """A shifted row would put right numbers into wrong columns; idle commas at the end are harmless."""
    put(tmp_path, "schools.csv", csv_text(HEADINGS, (*ROW, "", ""), ROW[:-1], (*ROW, "x")))
    assert [(fault.where, fault.found) for fault in faults_of(tmp_path)] == [
        ("schools.csv:3", "5 cells"),
        ("schools.csv:4", "7 cells"),
    ]


def test_thousands_of_shifted_rows_are_summed_up(tmp_path: Path) -> None:
    """The first twenty tell the story."""
    put(tmp_path, "schools.csv", csv_text(HEADINGS, *([ROW[:-1]] * 1000)))
    faults = faults_of(tmp_path)
    assert len(faults) == 21
    assert faults[-1].found == "980 more such rows"


def test_a_line_of_200_megabytes_is_refused_quickly_and_in_little_memory(tmp_path: Path) -> None:
    """The file is read in blocks, and reading stops at the block in which the line has become absurd."""
    path = put(tmp_path, "schools.csv", csv_text(HEADINGS))
    with path.open("ab") as stream:
        for _ in range(200):
            stream.write(b"x" * 1_000_000)
    tracemalloc.start()
    start = time.perf_counter()
    (fault,) = faults_of(tmp_path)
    seconds = time.perf_counter() - start
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert fault.where == "schools.csv:2"
    assert "more than 1,000,000 bytes" in fault.found
    assert seconds < 1
    assert peak < 20_000_000


def test_a_long_line_is_found_wherever_it_lies_among_the_blocks(tmp_path: Path) -> None:
    """Short lines before and after do not hide it, and many short lines are no long one."""
    put(
        tmp_path,
        "schools.csv",
        csv_text(HEADINGS, *([ROW] * 30_000)) + "y" * 1_000_001 + "\n" + csv_text(ROW),
    )
    (fault,) = faults_of(tmp_path)
    assert fault.where == "schools.csv:30002"


@pytest.mark.parametrize(
    "data", [b"PK\x03\x04 broken", b"not a workbook", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600]
)
def test_a_broken_workbook_is_refused(tmp_path: Path, data: bytes) -> None:
    """A workbook that cannot be opened is said to be so, never an empty table."""
    (tmp_path / "schools.xlsx").write_bytes(data)
    (fault,) = faults_of(tmp_path)
    assert fault.where == "schools.xlsx"
    assert "not a readable workbook" in fault.found


def test_merged_headings_are_refused_with_their_range(tmp_path: Path) -> None:
    """A merged heading belongs to two columns, which nobody may guess apart."""
    book = put_xlsx(
        tmp_path, "x.xlsx", {"schools": [(), ("School code", "Year", "Enrolment", None), ("1", 2024, 5, 6)]}
    )
    book["schools"].merge_cells("C2:D2")
    book.save(tmp_path / "x.xlsx")
    (fault,) = faults_of(tmp_path)
    assert (fault.where, fault.found) == ("x.xlsx [schools]:2", "merged headings C2:D2")


def test_a_cell_at_the_far_corner_of_a_sheet_does_not_eat_the_memory(tmp_path: Path) -> None:
    """A stray cell would make a sheet of seventeen billion cells; its address is said instead."""
    book = put_xlsx(tmp_path, "x.xlsx", {"schools": [HEADINGS, ROW]})
    book["schools"]["XFD1048576"] = "stray"
    book.save(tmp_path / "x.xlsx")
    (fault,) = faults_of(tmp_path)
    assert "XFD1048576" in fault.found


# Cells


@pytest.mark.parametrize(
    ("heading", "cell", "rule"),
    [
        ("在校生数", "many", "type"),
        ("在校生数", "NA", "placeholder"),
        ("在校生数", "54.5", "type"),
        ("在校生数", "12,34", "type"),
        ("在校生数", "10²", "type"),
        ("在校生数", "五十", "type"),
        ("在校生数", "1e3", "type"),
        ("经费(万元)", "99999999999999", "type"),
        ("在校生数", "#DIV/0!", "formula"),
        ("在校生数", "=SUM(A1)", "formula"),
        ("经费", "1.005", "scale"),
        ("经费(万元)", "0.0000001", "scale"),
        ("经费", "inf", "type"),
        ("年度", "24", "type"),
        ("年度", "2023-2024学年", "type"),
        ("寄宿制", "maybe", "type"),
        ("所属镇(街道)", "城南街道", "vocabulary"),
        ("学校代码", "4.45E+11", "type"),
        ("学校代码", "01\u200b01", "type"),
    ],
)
def test_a_cell_that_cannot_be_read_is_missing_and_says_why(
    tmp_path: Path, heading: str, cell: str, rule: str
) -> None:
    """Nothing is guessed: the value is NULL; the fault knows table, address, text, rule and reporter."""
    at = HEADINGS.index("经费" if heading.startswith("经费") else heading)
    headings = [heading if place == at else text for place, text in enumerate(HEADINGS)]
    bad = [cell if place == at else text for place, text in enumerate(ROW)]
    put(tmp_path, "schools.csv", csv_text(headings, ROW, bad))
    submission = read_submission(tmp_path, DICTIONARY)
    (fault,) = submission.faults
    name = list(CLEAN)[at]
    assert (fault.table, fault.column, fault.file, fault.sheet) == ("schools", name, "schools.csv", "")
    assert (fault.row, fault.cell, fault.rule) == (3, f"{'ABCDEF'[at]}3", rule)
    assert fault.found == repr(cell)
    assert fault.reporter == (None if heading == "学校代码" else "0101")
    assert fault.message.en
    assert fault.message.zh
    assert rows_of(submission)[1][name] is None


def test_a_vocabulary_fault_gives_near_names(tmp_path: Path) -> None:
    """The writer sees what may be written, in the language of what was written."""
    put(
        tmp_path,
        "schools.csv",
        csv_text(HEADINGS, (*ROW[:2], "城北", *ROW[3:]), (*ROW[:2], "Chengbay", *ROW[3:])),
    )
    zh, en = read_submission(tmp_path, DICTIONARY).faults
    assert "城北街道、临江镇" in zh.message.zh
    assert "did you mean 城北街道?" in zh.message.en
    assert "did you mean Chengbei?" in en.message.en


def test_a_long_text_is_cut_where_it_is_shown(tmp_path: Path) -> None:
    """A message is one line; sixty characters show what is meant."""
    put(tmp_path, "schools.csv", csv_text(HEADINGS, (*ROW[:3], "x" * 1000, *ROW[4:])))
    (fault,) = read_submission(tmp_path, DICTIONARY).faults
    assert len(fault.found) == 60
    assert fault.found.endswith("…")


@pytest.mark.parametrize(
    ("heading", "cells", "name", "values"),
    [
        (
            "在校生数",
            ["54", wide("54"), " 54 ", "54.0", "-3", "", " \u3000", "007"],
            "enrolment",
            [54, 54, 54, 54, -3, None, None, 7],
        ),
        (
            "寄宿制",
            ["true", "否", "1", "0", "YES", "no", "是", ""],
            "boarding",
            [True, False, True, False, True, False, True, None],
        ),
        (
            "所属镇(街道)",
            ["t01", "城北街道", "chengbei", " 临江镇 ", wide("T02")],
            "town",
            ["t01", "t01", "t01", "t02", "t02"],
        ),
        ("学校代码", ["007", "0101 ", wide("0101"), "A-1"], "school_id", ["007", "0101", "0101", "A-1"]),
        ("年度", ["2024", wide("2024")], "year", [2024, 2024]),
    ],
)
def test_what_can_only_mean_one_thing_is_read(
    tmp_path: Path, heading: str, cells: list[str], name: str, values: list[object]
) -> None:
    """Width and surrounding blanks carry no meaning; leading zeros of a code do; a blank is missing."""
    assert column(tmp_path, heading, *cells, name=name) == values


def test_a_cell_over_several_lines_keeps_the_line_its_record_begins_on(tmp_path: Path) -> None:
    """The row of a fault is the line a person finds in an editor, also below a cell with line breaks."""
    records = csv_text(
        (*HEADINGS, "备注"), (*ROW, "one\ntwo\n\nthree"), (*ROW, ""), (*ROW[:3], "x", *ROW[4:], "")
    )
    put(tmp_path, "schools.csv", "\n" + records)
    submission = read_submission(tmp_path, DICTIONARY)
    assert submission.tables["schools"].origin["row"].to_pylist() == [3, 7, 8]
    assert submission.faults[0].cell == "D8"
    assert rows_of(submission)[0]["remark"] == "one\ntwo\n\nthree"


# Spreadsheets


def test_a_spreadsheet_with_blank_rows_and_columns_keeps_its_addresses(tmp_path: Path) -> None:
    """The address is the cell a person sees, whatever lies empty before it."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "schools"
    for row, record in (
        (4, HEADINGS),
        (6, (101, 2024.0, "Chengbei", 54.0, 10.5, True)),
        (9, (*ROW[:3], 54.5, 0.1 + 0.2, "否")),
    ):
        for at, value in enumerate(record):
            sheet.cell(row, 3 + at, value)
    book.save(tmp_path / "x.xlsx")
    submission = read_submission(tmp_path, DICTIONARY)
    assert submission.tables["schools"].origin["row"].to_pylist() == [6, 9]
    first, second = rows_of(submission)
    assert first == CLEAN | {"school_id": "101"}
    assert second["budget"] == Decimal("0.30")
    (fault,) = submission.faults
    assert (fault.cell, fault.row, fault.sheet, fault.found, fault.reporter) == (
        "F9",
        9,
        "schools",
        "'54.5'",
        "0101",
    )


def test_dates_are_read_from_cells_and_from_text(tmp_path: Path) -> None:
    """A date cell, an ISO text and a workbook's own number of a day mean the same one."""
    days = [dt.date(2024, 9, 1), "2024-09-01", dt.datetime(2024, 9, 1), 45536, "2024-02-30"]  # noqa: DTZ001  # as Excel has it
    put_xlsx(tmp_path, "x.xlsx", {"schools": [(*HEADINGS, "设立日期"), *((*ROW, day) for day in days)]})
    submission = read_submission(tmp_path, DICTIONARY)
    day = dt.date(2024, 9, 1)
    assert [row["opened_on"] for row in rows_of(submission)] == [day, day, day, day, None]
    assert [fault.cell for fault in submission.faults] == ["G6"]


def test_errors_uncalculated_formulas_merged_and_long_codes_are_not_blanks(tmp_path: Path) -> None:
    """What a spreadsheet hides is a fault: silence would turn a wrong cell into a missing one."""
    book = put_xlsx(tmp_path, "x.xlsx", {"schools": [HEADINGS, ROW, ROW, ROW, ROW]})
    sheet = book["schools"]
    sheet["D2"] = "#DIV/0!"
    sheet["D2"].data_type = "e"
    sheet["E3"] = "=1+1"
    sheet.merge_cells("C3:C4")
    sheet["A5"] = 445203001123456789
    book.save(tmp_path / "x.xlsx")
    faults = read_submission(tmp_path, DICTIONARY).faults
    assert [(fault.cell, fault.rule) for fault in faults] == [
        ("D2", "formula"),
        ("E3", "formula"),
        ("C4", "merged"),
        ("A5", "type"),
    ]


def test_a_percent_cell_is_what_a_person_sees(tmp_path: Path) -> None:
    """48.8 % is stored as 0.488; in a column of percent it is 48.8, anywhere else it is a fault."""
    book = put_xlsx(
        tmp_path, "x.xlsx", {"schools": [(*HEADINGS, "占比"), (*ROW, 0.488), (*ROW[:4], 0.5, "是", "48.8")]}
    )
    for address in ("G2", "E3"):
        book["schools"][address].number_format = "0.0%"
    book.save(tmp_path / "x.xlsx")
    submission = read_submission(tmp_path, DICTIONARY)
    assert [row["share"] for row in rows_of(submission)] == [Decimal("48.80"), Decimal("48.80")]
    assert [(fault.cell, fault.found) for fault in submission.faults] == [("E3", "'50%'")]


def test_a_code_with_a_number_format_of_zeros_keeps_them(tmp_path: Path) -> None:
    """Where a sheet shows 0101, the code is 0101, though the file holds 101."""
    book = put_xlsx(tmp_path, "x.xlsx", {"schools": [HEADINGS, (101, *ROW[1:])]})
    book["schools"]["A2"].number_format = "0000"
    book.save(tmp_path / "x.xlsx")
    assert rows_of(read_submission(tmp_path, DICTIONARY)) == [CLEAN]


def test_hidden_sheets_that_are_no_tables_are_passed_over(tmp_path: Path) -> None:
    """A template keeps its version and its lists in hidden sheets; a hidden table is a table all the same."""
    book = put_xlsx(tmp_path, "x.xlsx", {"_meta": [("v", 1)], "lists": [("a",)], "schools": [HEADINGS, ROW]})
    book["lists"].sheet_state = "veryHidden"
    book.save(tmp_path / "x.xlsx")
    assert rows_of(read_submission(tmp_path, DICTIONARY)) == [CLEAN]


# Parquet and DataFrames


def test_parquet_is_read_exactly_and_its_rows_are_counted(tmp_path: Path) -> None:
    """Decimals, integers and binary fractions that stand for a decimal come out to the last digit."""
    table = pa.table(
        {
            "school_id": pa.array([101, 102, 103]),
            "year": pa.array([2024, 2024, 2024], pa.int16()),
            "town": pa.array(["t01", "临江镇", "t09"]).dictionary_encode(),
            "enrolment": pa.array([1.0, None, 2.5]),
            "经费(万元)": pa.array([0.1, 1234.567891, 0.12345678]),
            "boarding": pa.array([True, False, None]),
            "opened_on": pa.array([dt.date(2024, 9, 1)] * 3),
            "__index_level_0__": pa.array([1, 2, 3]),
        }
    )
    pq.write_table(table, tmp_path / "schools.parquet")
    submission = read_submission(tmp_path, DICTIONARY)
    rows = rows_of(submission)
    assert [row["budget"] for row in rows] == [Decimal("1000.00"), Decimal("12345678.91"), None]
    assert [row["school_id"] for row in rows] == ["101", "102", "103"]
    assert [row["enrolment"] for row in rows] == [1, None, None]
    assert [(fault.cell, fault.reporter) for fault in submission.faults] == [
        ("town[3]", "103"),
        ("enrolment[3]", "103"),
        ("经费(万元)[3]", "103"),
    ]


def test_a_typed_column_of_the_wrong_kind_is_refused(tmp_path: Path) -> None:
    """Truth values are no counts, and dates no codes."""
    table = pa.table({"school_id": pa.array([dt.date(2024, 9, 1)]), "enrolment": pa.array([True])})
    pq.write_table(table, tmp_path / "schools.parquet")
    assert [fault.code for fault in faults_of(tmp_path)] == ["column-type"] * 2


def test_an_analyst_hands_in_data_frames() -> None:
    """The same typing, without files: canonical names or headings, and a hash all the same."""
    frame = pd.DataFrame(
        {
            "school_id": ["0101", "0102"],
            "year": [2024, 2024],
            "所属镇(街道)": pd.Categorical(["城北街道", "t02"]),
            "enrolment": [54, None],
            "经费(万元)": [Decimal("0.1"), Decimal(7)],
            "boarding": [True, "x"],
        }
    )
    submission = Submission.from_frames({"中小学校": frame}, DICTIONARY)
    assert [row["budget"] for row in rows_of(submission)] == [Decimal("1000.00"), Decimal("70000.00")]
    assert [row["enrolment"] for row in rows_of(submission)] == [54, None]
    assert [(fault.cell, fault.reporter) for fault in submission.faults] == [("boarding[2]", "0102")]
    assert [(file.name, file.kind, len(file.sha256)) for file in submission.files] == [
        ("中小学校", "frame", 64)
    ]
    with pytest.raises(SubmissionError, match="did you mean schools"):
        Submission.from_frames({"shools": frame}, DICTIONARY)


def test_a_submission_shows_itself_shortly_and_gives_exact_frames(tmp_path: Path) -> None:
    """A notebook shows one line; a frame keeps decimals as decimals and knows near names."""
    put(tmp_path, "schools.csv", csv_text(HEADINGS, ROW))
    submission = read_submission(str(tmp_path), DICTIONARY)
    assert repr(submission) == "Submission(1 tables, 1 rows, 2024-2024, 0 cell faults)"
    assert submission.frame("schools")["budget"].tolist() == [Decimal("10.50")]
    with pytest.raises(SubmissionError, match="did you mean schools"):
        submission.frame("school")
    with pytest.raises(AttributeError):
        submission.periods = ()  # type: ignore[misc]
