"""The gate decides, says why in the words of a school, and never opens by accident."""

import json
import pickle
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pandas as pd
import pytest

from edutargets.checks import Check, Severity, Status, Suite
from edutargets.errors import GateClosedError, SuiteError
from edutargets.findings import Decision, Finding, masked, shown
from edutargets.gate import (
    AdmittedSubmission,
    GateReport,
    UncheckedDataWarning,
    admit_unchecked,
    gate_submission,
)
from edutargets.provenance import VERSION
from edutargets.sources import Bilingual
from edutargets.submissions import Submission, read_submission
from edutargets.tables import Dictionary

Gate = Callable[..., GateReport]
COLUMNS: dict[str, Any] = {
    "school_id": {"type": "code", "title": {"en": "School code", "zh": "学校代码"}},
    "year": {"type": "year", "title": {"en": "Year", "zh": "年度"}},
    "kind": {
        "type": "category",
        "title": {"en": "Kind", "zh": "类别"},
        "values": {"primary": {"zh": "小学"}, "junior": {"zh": "初中"}},
    },
    "students": {"type": "integer", "unit": "student", "title": {"en": "Students", "zh": "学生数"}},
    "girls": {
        "type": "integer",
        "unit": "student",
        "required": False,
        "title": {"en": "Girls", "zh": "女生数"},
    },
    "remark": {
        "type": "text",
        "required": False,
        "optional_column": True,
        "title": {"en": "Remark", "zh": "备注"},
    },
}
STAFF = {"person_id": {"type": "code"}, "school_id": {"type": "code"}}
DICTIONARY = Dictionary.model_validate(
    {
        "tables": {
            "schools": {
                "title": {"en": "Schools", "zh": "学校"},
                "counts": "school",
                "period": "year",
                "key": ["school_id", "year"],
                "reports": "school_id",
                "columns": COLUMNS,
            },
            "staff": {
                "counts": "person",
                "required": False,
                "key": ["person_id"],
                "reports": "school_id",
                "columns": STAFF,
            },
        }
    }
)
GOOD = "学校代码,年度,类别,学生数,女生数\nA1,2024,小学,100,40\nA2,2024,初中,200,90\nA3,2024,小学,50,\n"
RANGE = Check(
    code="SC-01",
    type="expect_column_values_to_be_between",
    kwargs={"column": "students", "min_value": 1, "max_value": 8000},
    says=Bilingual(zh="学生数不在合理范围内", en="the number of students is out of range"),
    mend=Bilingual(zh="请核对学生数", en="look at the number again"),
)
GIRLS = Check(
    code="SC-02",
    type="expect_rows",
    kwargs={"predicate": "girls <= students"},
    says=Bilingual(zh="女生数多于学生数", en="there are more girls than students"),
    about=("girls", "students"),
)
STAFFED = Check(
    code="SC-03",
    type="expect_no_rows",
    kwargs={"query": "SELECT row_id FROM {batch} WHERE school_id NOT IN (SELECT school_id FROM staff)"},
    severity=Severity.WARNING,
    says=Bilingual(zh="没有教职工", en="nobody works there"),
    about=("school_id",),
)


def suites(*checks: Check, table: str = "schools") -> Mapping[str, Suite]:
    """Make the rules of a pack that has one suite."""
    return {table: Suite(name=f"pack--{table}", table=table, checks=checks)}


@pytest.fixture
def gate(tmp_path: Path) -> Gate:
    """Return a gate for the text of a schools file, as it would be handed in."""

    def gate(text: str, *checks: Check, staff: str | None = None) -> GateReport:
        (tmp_path / "schools.csv").write_text(text, encoding="utf-8")
        if staff is not None:
            (tmp_path / "staff.csv").write_text(staff, encoding="utf-8")
        return gate_submission(read_submission(tmp_path, DICTIONARY), suites(*checks) if checks else {})

    return gate


def codes(report: GateReport) -> list[tuple[str, int | None]]:
    """Return code and row of every finding."""
    return [(finding.code, finding.row) for finding in report.findings]


def test_a_good_submission_is_accepted_and_admitted(gate: Gate) -> None:
    """Every check passed, the decision is accepted, and what is admitted knows its report."""
    report = gate(GOOD, RANGE, GIRLS)
    assert (report.decision, report.exit_code, report.findings) == (Decision.ACCEPTED, 0, ())
    admitted = report.admit()
    assert isinstance(admitted, AdmittedSubmission)
    assert (admitted.gate, admitted.unchecked_reason) == (report, None)
    assert admitted.tables is admitted.submission.tables
    assert {outcome.status for table in report.tables for outcome in table.outcomes} == {Status.PASSED}


def test_a_finding_names_school_key_file_row_column_value_and_reason(gate: Gate) -> None:
    """Whoever typed it finds the cell and learns what to do, in Chinese or English."""
    report = gate(GOOD.replace("200", "20000"), RANGE)
    (finding,) = report.findings
    assert (finding.code, finding.severity, finding.table) == ("SC-01", Severity.CRITICAL, "schools")
    assert finding.reporter == "A2"
    assert finding.key == (("school_id", "A2"), ("year", "2024"))
    assert (finding.file, finding.row, finding.cell, finding.position) == ("schools.csv", 3, "D3", 1)
    assert (finding.column, finding.found) == ("students", "20000")
    assert finding.says.in_language("zh") == "学生数不在合理范围内"
    assert finding.mend.in_language("en") == "look at the number again"
    assert report.exit_code == 1
    assert report.rejected_rows == {"schools": (1,)}


def test_a_rejected_submission_is_not_admitted_and_the_error_says_why(gate: Gate) -> None:
    """Nothing of it reaches an evaluation; the first reasons stand in the error."""
    report = gate(GOOD.replace("40\n", "400\n").replace("200", "20000"), RANGE, GIRLS)
    with pytest.raises(GateClosedError, match="more girls than students") as caught:
        report.admit()
    assert [fault.code for fault in caught.value.faults] == ["SC-02", "SC-01"]
    assert caught.value.exit_code == 1


def test_a_warning_must_be_corrected_or_explained(gate: Gate) -> None:
    """Severity decides what a failed check does: the gate waits for an explanation."""
    report = gate(GOOD, STAFFED, staff="person_id,school_id\np1,A1\np2,A2\n")
    assert [(finding.code, finding.reporter) for finding in report.findings] == [("SC-03", "A3")]
    assert (report.decision, report.exit_code) == (Decision.NEEDS_EXPLANATION, 3)
    assert report.rejected_rows == {}
    with pytest.raises(GateClosedError, match=f"an explanation with the mark {report.findings[0].mark}"):
        report.admit()


def test_what_is_only_told_is_admitted(gate: Gate) -> None:
    """Information asks for nothing."""
    report = gate(GOOD, replace(STAFFED, severity=Severity.INFO), staff="person_id,school_id\np1,A1\np2,A2\n")
    assert report.decision is Decision.ACCEPTED
    assert report.admit().gate is report


def test_a_check_that_could_not_run_keeps_the_gate_shut(gate: Gate) -> None:
    """It is neither good nor bad data, whatever its severity."""
    broken = Check(code="X", type="expect_rows", kwargs={"predicate": "nowhere > 1"}, severity=Severity.INFO)
    report = gate(GOOD, RANGE, broken)
    assert (report.decision, report.exit_code, report.findings) == (Decision.COULD_NOT_RUN, 4, ())
    with pytest.raises(GateClosedError, match="X: the check could not run"):
        report.admit()


def test_bad_data_reject_even_where_another_check_could_not_run(gate: Gate) -> None:
    """No outcome of the other check could save the submission, so the sender is told now."""
    broken = Check(code="X", type="expect_rows", kwargs={"predicate": "nowhere > 1"})
    report = gate(GOOD.replace("100", "0"), RANGE, broken)
    assert report.decision is Decision.REJECTED
    assert [outcome.check.code for outcome in report.could_not_run] == ["X"]


def test_a_cell_that_cannot_be_read_is_one_finding_not_two(gate: Gate) -> None:
    """Its value counts as missing, but its writer did fill it in."""
    report = gate(GOOD.replace("100", "一百").replace("初中", "中学"), RANGE)
    assert [(f.code, f.cell, f.reporter) for f in report.findings] == [
        ("type", "D2", "A1"),
        ("vocabulary", "C3", "A2"),
    ]
    assert report.findings[0].key == (("school_id", "A1"), ("year", "2024"))
    assert report.decision is Decision.REJECTED
    assert report.rejected_rows == {"schools": (0, 1)}


def test_a_required_cell_left_empty_is_found_without_a_suite(gate: Gate) -> None:
    """What the data dictionary demands is checked whether or not somebody wrote a rule for it."""
    assert codes(gate(GOOD.replace(",100,", ",,"))) == [("empty-cell.students", 2)]
    assert gate(GOOD).decision is Decision.ACCEPTED


def test_two_rows_with_one_key_are_found_without_a_suite(gate: Gate) -> None:
    """Counts and sums would take the school twice."""
    report = gate(GOOD + "A1,2024,小学,100,40\n")
    assert codes(report) == [("repeated-key", 2), ("repeated-key", 5)]
    assert report.findings[0].found == "school_id=A1, year=2024"


def test_a_missing_column_is_one_finding_and_its_checks_could_not_run(gate: Gate) -> None:
    """Not one finding for each row, and not a pass for the checks on it."""
    report = gate("学校代码,年度,类别\nA1,2024,小学\nA2,2024,初中\n", RANGE, GIRLS)
    assert [(f.code, f.column) for f in report.findings] == [
        ("absent-column", "girls"),
        ("absent-column", "students"),
    ]
    assert [o.check.code for o in report.could_not_run] == ["SC-01", "SC-02"]
    assert report.decision is Decision.REJECTED


def test_a_column_missing_in_one_of_two_files_spares_the_rows_of_the_other(tmp_path: Path) -> None:
    """The finding names the file; its rows are not reported cell by cell."""
    (tmp_path / "schools_2023.csv").write_text(GOOD.replace("2024", "2023"), encoding="utf-8")
    (tmp_path / "schools_2024.csv").write_text(
        "学校代码,年度,类别,女生数\nA1,2024,小学,7\n", encoding="utf-8"
    )
    report = gate_submission(read_submission(tmp_path, DICTIONARY), suites(RANGE))
    assert [(f.code, f.file) for f in report.findings] == [("absent-column", "schools_2024.csv")]
    assert {outcome.status for outcome in report.tables[0].outcomes} == {Status.PASSED}


def test_a_column_that_may_be_left_out_does_not_shut_the_gate(gate: Gate) -> None:
    """A rule for remarks has nothing to say where nobody writes remarks."""
    remark = Check(code="R", type="expect_column_values_to_not_be_null", kwargs={"column": "remark"})
    report = gate(GOOD, remark)
    assert report.decision is Decision.ACCEPTED
    assert report.tables[0].outcomes[0].text == "the column was left out, which is allowed"


def test_a_required_table_that_is_missing_rejects(tmp_path: Path) -> None:
    """Its checks could not run, and somebody has to hand it in."""
    (tmp_path / "staff.csv").write_text("person_id,school_id\np1,A1\n", encoding="utf-8")
    report = gate_submission(read_submission(tmp_path, DICTIONARY), suites(RANGE))
    assert codes(report) == [("absent-table", None)]
    assert [outcome.text for outcome in report.could_not_run] == ["“Schools” was not handed in"]
    assert report.exit_code == 1


def test_an_optional_table_that_is_missing_has_no_rows_for_other_checks(gate: Gate) -> None:
    """The check over both tables runs: nobody is on the staff."""
    report = gate(GOOD, STAFFED)
    assert [finding.reporter for finding in report.findings] == ["A1", "A2", "A3"]
    assert report.decision is Decision.NEEDS_EXPLANATION


def test_a_table_without_rows_never_passes() -> None:
    """Nearly every check passes on an empty table, so none is run."""
    frame = pd.DataFrame({name: pd.Series([], dtype=object) for name in COLUMNS})
    report = gate_submission(Submission.from_frames({"schools": frame}, DICTIONARY), suites(RANGE))
    assert codes(report) == [("empty-table", None)]
    assert (report.tables[0].rows, report.tables[0].outcomes[0].status) == (0, Status.COULD_NOT_RUN)
    assert report.exit_code == 1


def test_an_optional_table_without_rows_says_that_there_is_nothing(gate: Gate) -> None:
    """Where no suite asks for it, headings alone mean none this year."""
    assert gate(GOOD, RANGE, staff="person_id,school_id\n").decision is Decision.ACCEPTED


def test_a_suite_for_a_table_that_is_not_in_the_dictionary_is_an_error(gate: Gate) -> None:
    """Its checks would silently never run."""
    submission = gate(GOOD).submission
    with pytest.raises(SuiteError, match="did you mean schools"):
        gate_submission(submission, suites(RANGE, table="school"))


def test_what_a_table_as_a_whole_fails_names_no_row(gate: Gate) -> None:
    """A total or a number of rows belongs to nobody in particular."""
    count = Check(code="N", type="expect_table_row_count_to_be_between", kwargs={"min_value": 10})
    (finding,) = gate(GOOD, count).findings
    assert (finding.row, finding.reporter, finding.found) == (None, "", "observed: 3")


def test_unchecked_data_need_a_reason_and_warn(gate: Gate) -> None:
    """Exploring is allowed; forgetting that it was exploring is not."""
    submission = gate(GOOD).submission
    with pytest.warns(UncheckedDataWarning, match="a first look"):
        admitted = admit_unchecked(submission, reason=" a first look ")
    assert (admitted.unchecked_reason, admitted.gate) == ("a first look", None)
    with pytest.raises(GateClosedError, match="no reason"):
        admit_unchecked(submission, reason=" ")


def test_the_same_data_give_the_same_bytes(gate: Gate) -> None:
    """Reports are compared by machines; nothing in them depends on time or on chance."""
    bad = GOOD.replace("100", "0").replace("90", "900") + "A1,2024,小学,x,40\n"
    first, second = gate(bad, RANGE, GIRLS), gate(bad, RANGE, GIRLS)
    for render in ("to_text", "to_markdown", "to_json", "to_junit"):
        assert getattr(first, render)() == getattr(second, render)()
    pd.testing.assert_frame_equal(first.to_frame(), second.to_frame())


def test_the_text_groups_by_table_and_school_in_both_languages(gate: Gate) -> None:
    """A school finds its own lines under its own name."""
    report = gate(GOOD.replace("40\n", "400\n"), RANGE, GIRLS)
    english, chinese = report.to_text(), report.to_text("zh")
    assert english.startswith("Rejected. 1 table, 3 rows; 6 of 7 checks passed, 1 failed, 0 could not run")
    assert "Schools (schools): 3 rows; 6 of 7 checks passed" in english
    assert "  A1\n    schools.csv" in english
    assert (
        "girls (girls=400, students=100): there are more girls than students [SC-02, must be corrected]"
        in english
    )
    assert chinese.startswith("退回。共 1 张表、3 行；")
    assert "女生数多于学生数 [SC-02, 必须改正]" in chinese
    assert str(report) == english


def test_a_long_list_is_cut_and_says_so(gate: Gate) -> None:
    """Ten places of one school, then the number of the others."""
    rows = "".join(f"A1,{year},小学,0,0\n" for year in range(2000, 2015))
    text = gate(GOOD.splitlines()[0] + "\n" + rows, RANGE).to_text()
    assert text.count("out of range; to do") == 10
    assert "… and 5 more" in text


def test_the_json_says_everything_under_a_versioned_schema(gate: Gate) -> None:
    """Programs read it without guessing."""
    content = json.loads(gate(GOOD.replace("100", "0"), RANGE).to_json())
    assert (content["schema"], content["decision"], content["exit_code"]) == (
        "edutargets/gate-report/2",
        "rejected",
        1,
    )
    (table,) = content["tables"]
    assert (table["table"], table["rows"]) == ("schools", 3)
    assert table["checks"][0] == {
        "code": "SC-01",
        "type": "expect_column_values_to_be_between",
        "severity": "critical",
        "outcome": "failed",
        "failed_rows": 1,
        "text": "",
        "says_zh": "学生数不在合理范围内",
        "says_en": "the number of students is out of range",
        "version": f"edutargets {VERSION}",
        "targets": [],
    }
    assert table["findings"][0]["key"] == "school_id=A1, year=2024"


def test_the_frame_has_one_row_for_each_finding_and_its_columns_always(gate: Gate) -> None:
    """A tidy table, also where nothing was found."""
    bad, good = gate(GOOD.replace("100", "0"), RANGE).to_frame(), gate(GOOD, RANGE).to_frame()
    assert list(bad.columns) == list(good.columns)
    assert (len(bad), len(good)) == (1, 0)
    assert bad.loc[0, ["table", "reporter", "row", "code"]].tolist() == ["schools", "A1", 2, "SC-01"]


def test_junit_counts_failures_errors_and_passes(gate: Gate) -> None:
    """Each check of each table is a test case; what could not run is an error; an open warning fails too."""
    broken = Check(code="X", type="expect_rows", kwargs={"predicate": "nowhere > 1"})
    report = gate(GOOD.replace("100", "0").replace("初中", "高中"), RANGE, STAFFED, broken)
    root = ET.fromstring(report.to_junit())  # noqa: S314  # our own text
    assert root.attrib["failures"] == "3"
    assert root.attrib["errors"] == "1"
    cases = {case.attrib["name"]: [child.tag for child in case] for case in root.iter("testcase")}
    assert cases["SC-01"] == ["failure"]
    assert cases["SC-03"] == ["failure"]
    assert cases["X"] == ["error"]
    assert cases["vocabulary"] == ["failure"]
    assert cases["repeated-key"] == []


def test_nothing_a_sender_typed_becomes_markup(gate: Gate) -> None:
    """Names may hold HTML, Markdown, links or control characters; they are shown, not run."""
    wild = "<img src=x onerror=alert(1)>|[a](http://b)`*_#"
    kind = Check(code="K", type="expect_rows", kwargs={"predicate": "remark IS NULL"}, about=("remark",))
    report = gate(f'学校代码,年度,类别,学生数,女生数,备注\nA1,2024,小学,100,40,"{wild}"\n', kind)
    markdown = report.to_markdown()
    assert "<img" not in markdown
    assert "&lt;img" in markdown
    assert r"\|\[a\](http:&#8203;//b)\`\*\_\#" in markdown
    assert ET.fromstring(report.to_junit()).find(".//failure") is not None  # noqa: S314  # our own text
    assert "\x00" not in shown("a") + report.to_junit()


def test_an_identity_number_is_never_shown_whole(gate: Gate) -> None:
    """Not as a value, not as a key, not behind a pupil's G, not in full width, not in any rendering."""
    number = "110101199003070003"
    about = Check(code="K", type="expect_rows", kwargs={"predicate": "remark IS NULL"}, about=("remark",))
    report = gate(f"学校代码,年度,类别,学生数,女生数,备注\n{number},2024,小学,100,40,身份证{number}\n", about)
    for rendered in (report.to_text("zh"), report.to_markdown(), report.to_json(), report.to_junit()):
        assert number not in rendered
        assert "110101**********03" in rendered.replace("\\", "")
    assert not report.to_frame().astype(str).apply(lambda column: column.str.contains(number)).any().any()


@pytest.mark.parametrize(
    "text",
    [
        "110101199003070003",
        "11010119900307000X",
        "11010119900307000x",
        "110101900307000",
        "110101 19900307 0003",
        "110101-19900307-0003",
        "G110101199003070003",
        "\N{FULLWIDTH DIGIT ONE}" * 18,
        "6222020200112233445",
    ],
)
def test_what_looks_like_an_identity_number_is_masked(text: str) -> None:
    """Of 15 or 18 places, with X, with blanks or hyphens, behind a letter, in full-width digits."""
    assert "****" in masked(f"张三{text}。")


@pytest.mark.parametrize("text", ["2024", "JY1005", "100000000.00", "2025-12-31", "53640000MJX173680A"])
def test_codes_amounts_and_dates_are_not_masked(text: str) -> None:
    """What is needed to find the row stays readable."""
    assert masked(text) == text


def test_a_long_value_is_cut_after_it_was_masked() -> None:
    """Cutting first would leave half an identity number readable."""
    text = shown("字" * 50 + "110101199003070003")
    assert len(text) == 60
    assert text.endswith("110101***…")


def test_a_place_reads_as_one_would_look_for_it() -> None:
    """File, sheet, and the cell or the row."""
    finding = Finding(
        code="c", severity=Severity.INFO, table="t", says=Bilingual(), file="a.xlsx", sheet="学校", row=7
    )
    assert finding.place == "a.xlsx[学校]:7"
    assert (
        Finding(code="c", severity=Severity.INFO, table="t", says=Bilingual(), file="a.csv", cell="C7").place
        == "a.csv!C7"
    )


def test_the_error_of_a_closed_gate_survives_pickling(gate: Gate) -> None:
    """It may cross processes."""
    with pytest.raises(GateClosedError) as caught:
        gate(GOOD.replace("100", "0"), RANGE).admit()
    assert pickle.loads(pickle.dumps(caught.value)).faults == caught.value.faults  # noqa: S301  # our own bytes
