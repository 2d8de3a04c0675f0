from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from edutargets.errors import Fault, SubmissionError
from edutargets.submissions import Submission, read_grids, read_submission
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
                "columns": {
                    "school_id": {"type": "code", "title": {"en": "School code", "zh": "学校代码"}},
                    "year": {"type": "year", "title": {"en": "Year", "zh": "年度"}},
                    "name": {"type": "text", "title": {"zh": "学校名称"}, "optional_column": True},
                    "level": {
                        "type": "category",
                        "title": {"zh": "学段"},
                        "values": {"primary": {"zh": "小学"}, "all": {"zh": "合计"}},
                        "optional_column": True,
                    },
                    "enrolment": {"type": "integer", "unit": "student", "title": {"zh": "在校生数"}},
                    "girls": {
                        "type": "integer",
                        "unit": "student",
                        "title": {"zh": "在校生数女"},
                        "headings": ["女生数"],
                        "optional_column": True,
                    },
                    "women": {
                        "type": "integer",
                        "unit": "teacher",
                        "title": {"zh": "教师数女"},
                        "optional_column": True,
                    },
                    "teachers": {
                        "type": "integer",
                        "unit": "teacher",
                        "title": {"zh": "教师数"},
                        "optional_column": True,
                    },
                    "budget": {
                        "type": "decimal",
                        "scale": 2,
                        "unit": "CNY/year",
                        "title": {"zh": "经费"},
                        "heading_units": ["元", "万元"],
                        "optional_column": True,
                    },
                    "opened_on": {"type": "date", "title": {"zh": "设立日期"}, "optional_column": True},
                },
            },
        }
    }
)
HEADINGS = ("学校代码", "年度", "在校生数", "经费")
ROW = ("0101", 2024, 54, 10.5)

Record = Sequence[object]


def read(
    folder: Path, *records: Record, merged: Sequence[str] = (), name: str = "中小学校.xlsx"
) -> Submission:
    """Write rows from the first one on, as a person sees them, and read them back."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row, record in enumerate(records, start=1):
        for position, value in enumerate(record, start=1):
            sheet.cell(row, position, value)
    for cells in merged:
        sheet.merge_cells(cells)
    book.save(folder / name)
    return read_submission(folder, DICTIONARY)


def values(submission: Submission, *columns: str) -> list[tuple[object, ...]]:
    """Return some columns of the schools."""
    return [tuple(row[name] for name in columns) for row in submission.tables["schools"].rows.to_pylist()]


def refused(folder: Path, *records: Record, merged: Sequence[str] = ()) -> tuple[Fault, ...]:
    """Read a sheet that must be refused and return every reason."""
    with pytest.raises(SubmissionError) as caught:
        read(folder, *records, merged=merged)
    return caught.value.faults


# Where the headings are


def test_headings_are_found_below_a_title_a_rule_and_blank_rows(tmp_path: Path) -> None:
    """A form has a title and a rule above its table; addresses stay those that a person sees."""
    submission = read(
        tmp_path,
        (),
        ("2024年城湖区中小学校基本情况表",),
        ("填报单位：", "第一小学", "填报日期：", "2024-10-08"),
        ("请按学籍系统填写，不得留空。",),
        (),
        HEADINGS,
        ROW,
        ("0102", 2024, "many", 1),
        merged=["A2:D2", "A4:D4"],
    )
    assert values(submission, "school_id", "enrolment") == [("0101", 54), ("0102", None)]
    (fault,) = submission.faults
    assert (fault.cell, fault.row, fault.reporter) == ("C8", 8, "0102")


def test_a_form_saved_as_csv_is_read_with_its_title(tmp_path: Path) -> None:
    """A title of one cell makes no record of another width, and neither does a footnote."""
    text = "中小学校基本情况表\n\n学校代码,年度,在校生数\n0101,2024,54\n合计,,54\n注：含分校\n"
    (tmp_path / "schools.csv").write_text(text)
    submission = read_submission(tmp_path, DICTIONARY)
    assert values(submission, "school_id", "enrolment") == [("0101", 54)]
    assert [(note.rule, note.cell) for note in submission.notes] == [("total-row", "A5"), ("note-row", "A6")]


def test_a_record_above_the_headings_is_never_passed_over(tmp_path: Path) -> None:
    """A row of many cells above the headings may be data, so it is said instead of skipped."""
    (fault,) = refused(tmp_path, ROW, HEADINGS, ROW)
    assert (fault.code, fault.where) == ("row-above-headings", "中小学校.xlsx [Sheet]:1")


def test_the_first_of_two_rows_that_say_the_same_headings_counts(tmp_path: Path) -> None:
    """Headings printed again on each page are no records, and no other beginning of the table."""
    submission = read(tmp_path, HEADINGS, ROW, HEADINGS, ("0102", *ROW[1:]))
    assert values(submission, "school_id") == [("0101",), ("0102",)]
    assert [(note.rule, note.cell) for note in submission.notes] == [("repeated-headings", "A3")]


def test_headings_beyond_the_twentieth_row_are_not_looked_for(tmp_path: Path) -> None:
    """Whoever buries a table is asked to dig it out, with the first row as what was found."""
    faults = refused(tmp_path, *([("规则",)] * 20), HEADINGS, ROW)
    assert faults[0].code in {"unknown-heading", "no-heading", "width"}


# Units


def test_a_row_of_units_below_the_headings_gives_the_columns_their_units(tmp_path: Path) -> None:
    """10.5 below 万元 is exactly 105,000 yuan; words such as 代码 say what to write and no unit."""
    submission = read(tmp_path, ("学校情况",), HEADINGS, ("代码", "年", "人", "万元"), ROW)
    assert values(submission, "school_id", "enrolment", "budget") == [("0101", 54, Decimal("105000.00"))]
    assert submission.tables["schools"].origin["row"].to_pylist() == [4]


def test_a_unit_below_its_heading_in_brackets_is_read(tmp_path: Path) -> None:
    """（万元） and 单位：万元 below a heading mean 万元."""
    for unit in ("（万元）", "单位：万元", " 万元 "):
        assert values(read(tmp_path, HEADINGS, ("", "", "（人）", unit), ROW), "budget") == [
            (Decimal(105000),)
        ]


def test_an_unknown_unit_is_an_error_at_its_cell(tmp_path: Path) -> None:
    """千元 is none of the units of this column, so nothing is converted."""
    (fault,) = refused(tmp_path, HEADINGS, ("代码", "年", "人", "千元"), ROW)
    assert (fault.code, fault.where) == ("unknown-heading-unit", "中小学校.xlsx [Sheet]:2")
    assert "'千元' in D2" in fault.found


def test_two_units_for_one_column_are_refused(tmp_path: Path) -> None:
    """A heading in 万元 over a unit of 元 leaves open which one the writer had in mind."""
    (fault,) = refused(tmp_path, (*HEADINGS[:3], "经费(万元)"), ("代码", "年", "人", "元"), ROW)
    assert fault.code == "two-units"
    same = read(tmp_path, (*HEADINGS[:3], "经费(万元)"), ("代码", "年", "人", "万元"), ROW)
    assert values(same, "budget") == [(Decimal(105000),)]


@pytest.mark.parametrize(
    "said", ["单位：万元", "金额单位: 万元", "单位：人、万元", "教育经费表（万元）", "Unit: 万元"]
)
def test_a_unit_stated_above_the_table_is_refused_unless_the_heading_says_it(
    tmp_path: Path, said: str
) -> None:
    """单位：万元 in a corner would make every amount 10,000 times larger: flagged, never guessed."""
    (fault,) = refused(tmp_path, ("", "", "", said), HEADINGS, ROW)
    assert fault.code == "unit-above-headings"
    assert fault.example == "经费(万元)"
    clear = read(tmp_path, ("", "", "", said), (*HEADINGS[:3], "经费(万元)"), ROW)
    assert values(clear, "budget") == [(Decimal(105000),)]


@pytest.mark.parametrize("said", ["单位：元", "填报单位：第一小学", "单位：第一小学", "学校情况（2024年）"])
def test_what_stands_above_and_changes_no_number_is_passed_over(tmp_path: Path, said: str) -> None:
    """The column's own unit and a sender's name do no harm."""
    assert values(read(tmp_path, (said,), HEADINGS, ROW), "budget") == [(Decimal("10.50"),)]


def test_a_row_that_numbers_the_columns_is_no_record(tmp_path: Path) -> None:
    """甲 乙 1 2 below the headings is how statistical forms number their columns."""
    submission = read(tmp_path, HEADINGS, ("甲", "乙", 1, 2), ROW)
    assert values(submission, "school_id") == [("0101",)]


# Merged headings


def test_headings_merged_with_the_row_of_units_are_read(tmp_path: Path) -> None:
    """学校代码 over both rows, 经费 over 万元: each column has one heading and one unit."""
    submission = read(
        tmp_path,
        ("学校情况",),
        HEADINGS,
        ("", "", "人", "万元"),
        ROW,
        ("0102", 2024, "x", 1),
        merged=["A1:D1", "A2:A3", "B2:B3"],
    )
    assert values(submission, "school_id", "budget") == [
        ("0101", Decimal(105000)),
        ("0102", Decimal(10000)),
    ]
    assert [fault.cell for fault in submission.faults] == ["C5"]


def test_a_group_over_its_columns_names_them_together(tmp_path: Path) -> None:
    """在校生数 over 合计 and 其中：女 are two columns; 教师数 over 女 is another one."""
    submission = read(
        tmp_path,
        ("学校代码", "年度", "在校生数", None, "教师数", None, "经费(万元)"),
        (None, None, "合计", "其中：女", "合计", "女", None),
        ("0101", 2024, 54, 20, 9, 5, 1),
        merged=["A1:A2", "B1:B2", "C1:D1", "E1:F1", "G1:G2"],
    )
    assert values(submission, "enrolment", "girls", "teachers", "women", "budget") == [
        (54, 20, 9, 5, Decimal(10000))
    ]


def test_a_group_without_vertical_merges_reads_the_same(tmp_path: Path) -> None:
    """Many leave the cell beside a group's columns blank instead of merging it."""
    for records in (
        [("学校代码", "年度", "在校生数", None), (None, None, "合计", "女")],
        [(None, None, "在校生数", None), ("学校代码", "年度", "合计", "女")],
    ):
        top = 1
        submission = read(tmp_path, *records, ("0101", 2024, 54, 20), merged=[f"C{top}:D{top}"])
        assert values(submission, "school_id", "enrolment", "girls") == [("0101", 54, 20)]


def test_a_group_that_only_arranges_its_columns_changes_nothing(tmp_path: Path) -> None:
    """Where the lower heading alone names exactly one column, the group says nothing new."""
    submission = read(
        tmp_path,
        ("基本情况", None, "人数和经费", None),
        HEADINGS,
        ROW,
        merged=["A1:B1", "C1:D1"],
    )
    assert values(submission, "school_id", "enrolment", "budget") == [("0101", 54, Decimal("10.50"))]


def test_the_unit_of_a_group_is_the_unit_of_its_columns(tmp_path: Path) -> None:
    """投入(万元) over 经费: the unit is not lost, though 经费 alone names the column."""
    group = [("学校代码", "年度", "在校生数", "投入(万元)", None), (None, None, None, "经费", None)]
    submission = read(tmp_path, *group, (*ROW, None), merged=["D1:E1"])
    assert values(submission, "budget") == [(Decimal(105000),)]
    (fault,) = refused(tmp_path, *group, (*ROW, 1), merged=["D1:E1"])
    assert "column E has cells but no heading" in fault.found


def test_headings_that_name_no_single_column_together_are_refused_with_the_reason(tmp_path: Path) -> None:
    """男 under 在校生数 is no column of this table, and the total is not to be mistaken for it."""
    (fault,) = refused(
        tmp_path,
        ("学校代码", "年度", "在校生数", None),
        (None, None, "男", "女"),
        ("0101", 2024, 34, 20),
        merged=["A1:A2", "B1:B2", "C1:D1"],
    )
    assert fault.code == "merged-heading"
    assert "'在校生数 / 男' over column C" in fault.found


# Below the table


def test_totals_and_footnotes_below_a_table_never_become_records(tmp_path: Path) -> None:
    """A row of totals would count every pupil twice; what was passed over is told with its cell."""
    submission = read(
        tmp_path,
        HEADINGS,
        ROW,
        ("城北街道小计", None, 54, 10.5),
        ("0102", *ROW[1:]),
        ("合 计", "", 108, 21),
        ("注：1. 在校生数含随班就读。",),
        ("2. 经费为决算数。",),
        ("填表人：张三", "", "审核人：李四", "填报日期：2024年10月8日"),
        merged=["A6:D6", "A7:D7"],
    )
    assert values(submission, "school_id", "enrolment") == [("0101", 54), ("0102", 54)]
    assert not submission.faults
    assert [(note.rule, note.cell) for note in submission.notes] == [
        ("total-row", "A3"),
        ("total-row", "A5"),
        ("note-row", "A6"),
        ("note-row", "A7"),
        ("note-row", "A8"),
    ]
    assert "not read as a record" in str(submission.notes[0])


def test_a_total_beside_an_empty_key_is_a_total_and_a_value_of_a_vocabulary_is_none(tmp_path: Path) -> None:
    """合计 under 学校名称 with no code is a total; 合计 as a level of schooling is data."""
    submission = read(
        tmp_path,
        ("学段", "学校名称", "学校代码", "年度", "在校生数"),
        ("合计", "一小", "0101", 2024, 54),
        (None, "全区合计", None, None, 54),
        ("合计", None, None, 2024, 54),
    )
    assert values(submission, "school_id", "level") == [("0101", "all"), (None, "all")]
    assert [note.cell for note in submission.notes] == ["B3"]


def test_a_name_that_only_contains_the_word_is_a_record(tmp_path: Path) -> None:
    """设计学校 and 会计学校 are schools."""
    submission = read(
        tmp_path,
        ("学校名称", "学校代码", "年度", "在校生数"),
        ("会计", "0101", 2024, 54),
        ("设计合计学校", "0102", 2024, 5),
    )
    assert len(submission.tables["schools"]) == 2


# Grids for slips


def test_grids_give_the_cells_back_as_typed_with_their_addresses(tmp_path: Path) -> None:
    """Whoever writes a slip needs the rows as they were: with a dictionary below the right headings."""
    read(tmp_path, ("学校情况",), HEADINGS, ("0102", 2024, "约5", None))
    path = tmp_path / "中小学校.xlsx"
    (plain,) = read_grids(path, path.name)
    (known,) = read_grids(path, path.name, DICTIONARY)
    assert (plain.heading_row, known.heading_row) == (1, 2)
    assert known.headings == HEADINGS
    assert [column.to_pylist() for column in known.columns] == [["0102"], ["2024"], ["约5"], [""]]
    assert known.address(2, int(known.rows[0])) == "C3"
