"""A warning is corrected or explained; an explanation holds for the very data it was written for."""

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pandas as pd
import pytest
import xlsxwriter

from edutargets.checks import Check, Severity, Suite
from edutargets.errors import SubmissionError
from edutargets.explained import FOR_NOTHING, with_explanation
from edutargets.findings import Decision
from edutargets.gate import GateReport, gate_submission
from edutargets.sources import Bilingual
from edutargets.submissions import Submission, read_submission
from edutargets.tables import Dictionary

DICTIONARY = Dictionary.model_validate(
    {
        "tables": {
            "schools": {
                "title": {"zh": "学校", "en": "Schools"},
                "counts": "school",
                "key": ["school_id", "year"],
                "period": "year",
                "reports": "school_id",
                "columns": {
                    "school_id": {"type": "code"},
                    "year": {"type": "year"},
                    "students": {"type": "integer", "unit": "student"},
                    "remark": {"type": "text", "required": False, "optional_column": True},
                },
            }
        }
    }
)
MANY = Check(
    code="SC-01",
    type="expect_rows",
    kwargs={"predicate": "students < 1000"},
    severity=Severity.WARNING,
    says=Bilingual(zh="学生数偏多", en="very many students"),
    mend=Bilingual(zh="请核对", en="look again"),
    about=("students",),
)
WHOLE = Check(
    code="SC-02",
    type="expect_column_mean_to_be_between",
    kwargs={"column": "students", "max_value": 500},
    severity=Severity.WARNING,
    says=Bilingual(zh="平均学生数偏多", en="many students on average"),
)
BOUND = Check(
    code="SC-03",
    type="expect_rows",
    kwargs={"predicate": "students > 0"},
    says=Bilingual(zh="学生数须为正数", en="there must be students"),
    about=("students",),
)
DATA = "school_id,year,students\nA1,2024,1200\nA2,2024,40\n"
HEADINGS = "规则,单位代码,表,记录,校验码,说明\n"
Gate = Callable[..., GateReport]


@pytest.fixture
def gate(tmp_path: Path) -> Gate:
    """Return a gate for a schools file and for what explains it."""

    def gate(explained: str = "", *checks: Check, data: str = DATA, name: str = "数据说明.csv") -> GateReport:
        (tmp_path / "schools.csv").write_text(data, encoding="utf-8")
        if explained:
            (tmp_path / name).write_text(explained, encoding="utf-8")
        suite = Suite(name="pack--schools", table="schools", checks=checks or (MANY,))
        return gate_submission(read_submission(tmp_path, DICTIONARY), {"schools": suite})

    return gate


def _line(report: GateReport, text: str, **other: str) -> str:
    """Write the explanation of the first finding, as its school would."""
    finding = report.findings[0]
    key = ", ".join(f"{name}={value}" for name, value in finding.key)
    cells = {
        "rule": finding.code,
        "reporter": finding.reporter,
        "table": "学校",
        "key": key,
        "mark": finding.mark,
    }
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow([*{**cells, **other}.values(), text])
    return out.getvalue()


def test_a_warning_without_an_explanation_keeps_the_gate_shut(gate: Gate) -> None:
    """It asks for a correction or an explanation, under a mark of twelve hexadecimal digits."""
    report = gate()
    (finding,) = report.findings
    assert (report.decision, report.exit_code) == (Decision.NEEDS_EXPLANATION, 3)
    assert len(finding.mark) == 12
    assert int(finding.mark, 16) >= 0
    assert (finding.explained, report.unexplained) == ("", (finding,))


@pytest.mark.parametrize("name", ["数据说明.csv", "explanations.csv", "2024/Explanations.csv"])
def test_an_explained_warning_opens_the_gate_and_stays_in_every_report(
    gate: Gate, tmp_path: Path, name: str
) -> None:
    """Whoever reads the report sees what was asked and what was said to it."""
    (tmp_path / "2024").mkdir()
    report = gate(HEADINGS + _line(gate(), "两校合并，已核实"), name=name)
    (finding,) = report.findings
    assert (report.decision, report.exit_code) == (Decision.ACCEPTED, 0)
    assert (finding.code, finding.explained) == ("SC-01", "两校合并，已核实")
    for text in (report.to_text("zh"), report.to_markdown("en"), report.to_json(), report.to_junit()):
        assert "两校合并" in text
        assert finding.mark in text
    assert report.to_frame().loc[0, "explained"] == "两校合并，已核实"
    assert report.admit().gate is report


def test_an_analyst_explains_a_warning_without_a_file(gate: Gate) -> None:
    """The same as a row of 数据说明: it opens the gate, and expires with the data."""
    report = gate()
    suite = Suite(name="pack--schools", table="schools", checks=(MANY,))
    explained = with_explanation(report.submission, report.unexplained[0], "两校合并，已核实")
    assert gate_submission(explained, {"schools": suite}).decision is Decision.ACCEPTED
    changed = gate(data=DATA.replace("1200", "1300")).submission
    again = with_explanation(changed, report.unexplained[0], "两校合并，已核实")
    (finding,) = gate_submission(again, {"schools": suite}).unexplained
    assert "has expired" in finding.says.en


def test_english_headings_and_only_what_is_needed_are_enough(gate: Gate) -> None:
    """The rule, the mark and the explanation say it all."""
    finding = gate().findings[0]
    report = gate(f"rule,mark,explanation\nSC-01,{finding.mark.upper()},two schools were merged\n")
    assert report.findings[0].explained == "two schools were merged"


def test_a_sheet_of_a_workbook_explains_as_well(tmp_path: Path) -> None:
    """It may stand below a title, in the workbook that holds the table."""
    rows = [["school_id", "year", "students"], ["A1", 2024, 1200]]

    def write(*notes: list[str]) -> GateReport:
        with xlsxwriter.Workbook(tmp_path / "schools.xlsx") as book:
            for name, cells in (("schools", rows), *((("数据说明", notes),) if notes else ())):
                sheet = book.add_worksheet(name)
                for number, row in enumerate(cells):
                    sheet.write_row(number, 0, row)
        suite = Suite(name="pack--schools", table="schools", checks=(MANY,))
        return gate_submission(read_submission(tmp_path, DICTIONARY), {"schools": suite})

    mark = write().findings[0].mark
    titled = write(
        ["请在黄色列说明"], ["规则 rule", "校验码 mark", "说明 explanation"], ["SC-01", mark, "两校合并"]
    )
    assert (titled.decision, titled.findings[0].explained) == (Decision.ACCEPTED, "两校合并")


def test_an_explanation_expires_when_the_data_change(gate: Gate) -> None:
    """Any cell of the row asks the question again, and the earlier explanation is quoted."""
    line = HEADINGS + _line(gate(), "两校合并，已核实")
    for changed in (
        DATA.replace("1200", "1300"),
        DATA.replace("students\nA1,2024,1200", "students,remark\nA1,2024,1200,x").replace("40\n", "40,\n"),
    ):
        report = gate(line, data=changed)
        (finding,) = report.findings
        assert report.decision is Decision.NEEDS_EXPLANATION
        assert "已失效" in finding.says.zh
        assert "“两校合并，已核实” has expired" in finding.says.en
        assert "已失效" in report.to_text("zh")


def test_other_rows_and_their_order_leave_an_explanation_standing(gate: Gate) -> None:
    """It is about one row: what others hand in does not touch it."""
    line = HEADINGS + _line(gate(), "两校合并，已核实")
    moved = "school_id,year,students\nA3,2024,7\nA2,2024,41\nA1,2024,1200\n"
    assert gate(line, data=moved).decision is Decision.ACCEPTED


@pytest.mark.parametrize("text", ["", " ", "x", "。。。", "是"])
def test_saying_nothing_explains_nothing(gate: Gate, text: str) -> None:
    """A blank is still to be filled in; one character, or none that is a letter, does not count."""
    report = gate(HEADINGS + _line(gate(), text))
    assert report.decision is Decision.NEEDS_EXPLANATION
    assert ("过短" in report.findings[0].says.zh) is bool(text.strip())


def test_what_is_critical_cannot_be_explained_away(gate: Gate) -> None:
    """The explanation is refused, with the reason, and the submission stays rejected."""
    data = DATA.replace("40", "0")
    report = gate(HEADINGS + _line(gate("", BOUND, data=data), "今年停办"), BOUND, data=data)
    (finding,) = report.findings
    assert report.decision is Decision.REJECTED
    assert "“今年停办” is not accepted: this must be corrected" in finding.says.en
    assert finding.explained == ""


def test_an_explanation_for_nothing_is_told_with_its_place(gate: Gate) -> None:
    """It may have been mended, or copied wrongly: that is worth knowing, and rejects nobody."""
    report = gate(HEADINGS + _line(gate(), "已核实", reporter="A9"), data=DATA.replace("1200", "12"))
    (finding,) = report.findings
    assert (finding.code, finding.severity, finding.place) == (FOR_NOTHING, Severity.INFO, "数据说明.csv:2")
    assert report.decision is Decision.ACCEPTED


def test_the_mark_of_another_finding_explains_nothing(gate: Gate) -> None:
    """Rule, school and key must be those of the mark."""
    report = gate(HEADINGS + _line(gate(), "已核实", reporter="A2"))
    assert report.decision is Decision.NEEDS_EXPLANATION
    assert [one.code for one in report.findings if not one.mark] == [FOR_NOTHING]


def test_a_table_as_a_whole_can_be_explained(gate: Gate) -> None:
    """Nobody reported it and no row is meant, so reporter and key are empty."""
    first = gate("", WHOLE)
    assert (first.findings[0].reporter, first.findings[0].key, first.findings[0].position) == ("", (), None)
    assert gate(HEADINGS + _line(first, "只有两所学校"), WHOLE).decision is Decision.ACCEPTED
    changed = gate(HEADINGS + _line(first, "只有两所学校"), WHOLE, data=DATA.replace("40", "41"))
    assert changed.decision is Decision.NEEDS_EXPLANATION


def test_hostile_text_stays_text(gate: Gate) -> None:
    """Formulas, markup and identity numbers in an explanation are shown as what they are."""
    wild = '=HYPERLINK("http://x")<script>alert(1)</script>|[a](b) 11010119900307003X'
    report = gate(HEADINGS + _line(gate(), wild))
    assert report.findings[0].explained.startswith('=HYPERLINK("http://x")<script>')
    assert "<script>" not in report.to_markdown()
    assert "11010119900307003X" not in report.to_json() + report.to_text()
    assert json.loads(report.to_json())["decision"] == "accepted"
    ET.fromstring(report.to_junit())  # noqa: S314  # our own text


def test_two_people_of_one_hidden_number_are_told_apart_by_their_marks() -> None:
    """Marks rest on what was handed in, keys in reports may be hidden."""
    people = DICTIONARY.model_copy(deep=True)
    ids = ["110101199003070011", "110101199003071911"]
    frame = pd.DataFrame({"school_id": ids, "year": [2024, 2024], "students": [1200, 1300]}, dtype=object)
    suite = Suite(name="pack--schools", table="schools", checks=(MANY,))
    first, second = gate_submission(
        Submission.from_frames({"schools": frame}, people), {"schools": suite}
    ).findings
    assert first.key == second.key
    assert first.mark != second.mark
    notes = pd.DataFrame({"规则": ["SC-01"], "校验码": [second.mark], "说明": ["已核实"]})
    told = gate_submission(
        Submission.from_frames({"schools": frame, "数据说明": notes}, people), {"schools": suite}
    )
    assert [one.explained for one in told.findings] == ["", "已核实"]


def test_a_file_of_explanations_without_headings_is_refused(gate: Gate) -> None:
    """Nothing of it could be understood, and dropping it in silence would lose what a school said."""
    with pytest.raises(SubmissionError, match="no row of headings for explanations"):
        gate("这里是说明\n一些文字\n")


def test_the_gravest_reason_names_the_decision(gate: Gate) -> None:
    """Rejected goes before could not run, and that before explanations needed."""
    broken = Check(code="X", type="expect_rows", kwargs={"predicate": "nowhere > 1"})
    assert gate("", MANY, broken).exit_code == 4
    assert gate("", MANY, broken, replace(MANY, code="C", severity=Severity.CRITICAL)).exit_code == 1
