"""What comes back from the gate for programs: JSON, failures, JUnit, SARIF, Markdown; harmless and masked."""

import csv
import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pyarrow.parquet as pq
import pytest

from edutargets import gate_sarif
from edutargets.checking import check_submission, read_data, sample_names
from edutargets.checks import Check, Severity, Suite
from edutargets.errors import SubmissionError
from edutargets.findings import Decision
from edutargets.gate import GateReport, gate_submission
from edutargets.gate_failures import COLUMNS, write_failures
from edutargets.gate_json import as_json
from edutargets.gate_markdown import LONGEST
from edutargets.plain_texts import visible
from edutargets.plans import read_pack
from edutargets.schemas import schema_for
from edutargets.sources import Bilingual
from edutargets.submissions import read_submission
from edutargets.tables import Dictionary
from edutargets.whose_findings import facts_of_school
from edutargets.written_files import OutputError

Gate = Callable[..., GateReport]
NUMBER = "110101199003070003"
DICTIONARY = Dictionary.model_validate(
    {
        "tables": {
            "schools": {
                "title": {"en": "Schools", "zh": "学校"},
                "counts": "school",
                "key": ["school_id"],
                "reports": "school_id",
                "roster": True,
                "columns": {
                    "school_id": {"type": "code", "title": {"en": "School code", "zh": "学校代码"}},
                    "name": {"type": "text", "required": False, "title": {"en": "Name", "zh": "名称"}},
                    "students": {"type": "integer", "unit": "student", "title": {"zh": "学生数"}},
                },
            },
            "staff": {
                "title": {"en": "Staff", "zh": "教职工"},
                "counts": "person",
                "required": False,
                "key": ["person_id"],
                "reports": "school_id",
                "columns": {
                    "person_id": {"type": "code", "checksum": "gb11643", "title": {"zh": "身份证号"}},
                    "school_id": {"type": "code", "title": {"zh": "学校代码"}},
                },
            },
        }
    }
)
POSITIVE = Check(
    code="SC-01",
    type="expect_column_values_to_be_between",
    kwargs={"column": "students", "min_value": 1},
    says=Bilingual(zh="学生数应为正数", en="the number of students is not positive"),
    mend=Bilingual(zh="请核对", en="look again"),
    where="schools.json:3",
)
SMALL = Check(
    code="SC-02",
    type="expect_rows",
    kwargs={"predicate": "students < 1000"},
    severity=Severity.WARNING,
    says=Bilingual(zh="学生数过多", en="very many students"),
    about=("students",),
    where="schools.json:9",
)
NAMED = Check(
    code="SC-03",
    type="expect_rows",
    kwargs={"predicate": "name NOT LIKE '%a%'"},
    severity=Severity.INFO,
    says=Bilingual(zh="名称含字母", en="the name has a letter"),
    about=("name",),
    where="schools.json:15",
)
HEAD = "学校代码,名称,学生数\n"


@pytest.fixture
def gate(tmp_path: Path) -> Gate:
    """Gate two small tables."""

    def run(schools: str, *checks: Check, staff: str = "") -> GateReport:
        folder = tmp_path / "in"
        folder.mkdir(exist_ok=True)
        (folder / "schools.csv").write_text(HEAD + schools, encoding="utf-8")
        if staff:
            (folder / "staff.csv").write_text("身份证号,学校代码\n" + staff, encoding="utf-8")
        suite = Suite(name="t--schools", table="schools", checks=checks, version="2024.1")
        return gate_submission(read_submission(folder, DICTIONARY), {"schools": suite} if checks else {})

    return run


def sarif(report: GateReport, base: str = "") -> dict[str, Any]:
    """Return the one run of a SARIF log."""
    log = json.loads(report.to_sarif(base=base))
    assert (log["version"], len(log["runs"])) == ("2.1.0", 1)
    run: dict[str, Any] = log["runs"][0]
    return run


# JSON ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sample", sample_names())
def test_every_sample_s_report_keeps_to_the_published_schema(sample: str) -> None:
    """Programs that read the report can rely on its JSON Schema."""
    pack = read_pack(sample.partition("/")[0])
    report = check_submission(pack, read_data(pack, f"sample:{sample}"))
    schema = schema_for("gate-report")
    jsonschema.Draft202012Validator.check_schema(schema)
    content = json.loads(report.to_json())
    jsonschema.Draft202012Validator(schema).validate(content)
    assert content["schema"] == "edutargets/gate-report/2"
    assert sum(len(table["findings"]) for table in content["tables"]) == len(report.findings)


def test_a_field_that_the_schema_does_not_know_is_refused(gate: Gate) -> None:
    """The form is closed: what is new comes under a new number."""
    content = json.loads(gate("A1,x,5\n", POSITIVE).to_json())
    validator = jsonschema.Draft202012Validator(schema_for("gate-report"))
    assert validator.is_valid(content)
    assert not validator.is_valid({**content, "more": 1})
    assert not validator.is_valid({**content, "exit_code": 7})


def test_each_rule_names_the_targets_it_feeds_and_the_report_the_doubtful_verdicts() -> None:
    """A planner sees which verdicts rest on doubtful rows."""
    pack = read_pack("jieyang-district-2023")
    report = check_submission(pack, read_data(pack, "sample:jieyang-district-2023/faulty"))
    content = json.loads(report.to_json())
    doubted = {one["target"]: one for one in content["doubtful_targets"]}
    assert set(doubted) <= set(pack.plan.ids)
    touched = {
        target
        for table in content["tables"]
        for finding in table["findings"]
        if finding["severity"] == "critical"
        or (finding["severity"] == "warning" and not finding["explained"])
        for target in finding["targets"]
    }
    assert touched == {name for name, one in doubted.items() if one["critical"] or one["open"]}
    assert f"{len(doubted)} of {len(pack.plan)} verdicts rest on doubtful rows: " in report.to_text()
    assert f"{len(pack.plan)} 项目标中有 {len(doubted)} 项的结论依据存疑的数据：" in report.to_text("zh")


def test_a_sound_submission_casts_no_doubt_and_says_nothing_of_it(gate: Gate) -> None:
    """Without a plan, or without findings, the line is not there."""
    report = gate("A1,x,5\n", POSITIVE)
    assert "doubtful" not in report.to_text()
    assert report.facts.doubted == ()


# the failure table ---------------------------------------------------------------------------------------


def test_the_failure_table_is_the_same_in_csv_and_parquet_but_for_formulas(
    gate: Gate, tmp_path: Path
) -> None:
    """A leading = + - @ gets a quote in CSV, where a spreadsheet would run it."""
    report = gate('A1,"=HYPERLINK(""http://a"",1)a",-5\n@B,+a,-3\n', POSITIVE, NAMED)
    facts = replace(report.facts, name="=cmd")
    write_failures(facts, tmp_path / "f.csv")
    write_failures(facts, tmp_path / "f.parquet")
    text = (tmp_path / "f.csv").read_bytes()
    assert text.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"))))
    stored = pq.read_table(tmp_path / "f.parquet").to_pylist()
    assert tuple(rows[0]) == COLUMNS
    assert [row["found"] for row in rows if row["code"] == "SC-01"] == ["'-5", "'-3"]
    assert [row["found"] for row in stored if row["code"] == "SC-01"] == ["-5", "-3"]
    assert {row["submission"] for row in rows} == {"'=cmd"}
    assert {row["reporter"] for row in rows} == {"A1", "'@B"}
    assert not any(cell[:1] in {"=", "+", "-", "@"} for row in rows for cell in row.values())
    assert {row["rule_version"] for row in rows if row["code"] == "SC-01"} == {"2024.1"}


def test_the_failure_table_has_the_same_bytes_for_the_same_data(gate: Gate, tmp_path: Path) -> None:
    """Two bureaus can compare their tables by hash."""
    for name in ("f.csv", "f.parquet"):
        files = []
        for _ in range(2):
            write_failures(gate("A1,x,0\nA2,y,-1\n", POSITIVE, SMALL).facts, tmp_path / name)
            files.append((tmp_path / name).read_bytes())
        assert files[0] == files[1]


def test_the_failure_table_of_a_sound_submission_has_its_columns_and_no_row(
    gate: Gate, tmp_path: Path
) -> None:
    """A program that adds tables up needs no exception."""
    write_failures(gate("A1,x,5\n", POSITIVE).facts, tmp_path / "f.parquet")
    table = pq.read_table(tmp_path / "f.parquet")
    assert (tuple(table.column_names), table.num_rows) == (COLUMNS, 0)


def test_another_ending_than_csv_or_parquet_is_refused(gate: Gate, tmp_path: Path) -> None:
    """The name says in which form the table is written."""
    with pytest.raises(OutputError, match=r"\.csv or \.parquet"):
        write_failures(gate("A1,x,5\n").facts, tmp_path / "f.xlsx")


# JUnit and SARIF ---------------------------------------------------------------------------------------


def test_junit_has_one_case_for_each_rule_of_each_table(gate: Gate) -> None:
    """Also for the data dictionary's own rules, under the name of their table."""
    report = gate("A1,x,0\n", POSITIVE, SMALL)
    root = ET.fromstring(report.to_junit("zh"))  # noqa: S314  # our own text
    cases = [(case.get("classname"), case.get("name")) for case in root.iter("testcase")]
    rules = [(table.table, outcome.check.code) for table in report.tables for outcome in table.outcomes]
    assert sorted(cases) == sorted(rules)
    assert len(set(cases)) == len(cases)
    failure = root.find(".//failure")
    assert failure is not None
    assert "学生数应为正数" in str(failure.get("message"))


def test_sarif_points_each_result_at_its_rule_file_and_row(gate: Gate) -> None:
    """Code scanning shows the finding beside the row, with what it means and how to mend it."""
    run = sarif(gate("A1,x,0\nA2,y,5000\nA3,abc,9\n", POSITIVE, SMALL, NAMED), base="data/2024 一")
    rules = run["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    assert [result["level"] for result in run["results"]] == ["error", "warning", "note"]
    for result in run["results"]:
        rule = rules[result["ruleIndex"]]
        assert rule["id"] == result["ruleId"]
        assert rule["help"]["text"].splitlines()[0] == rule["fullDescription"]["text"].split(" / ")[0]
        place = result["locations"][0]["physicalLocation"]
        assert place["artifactLocation"]["uri"] == "data/2024%20%E4%B8%80/schools.csv"
    assert [one["locations"][0]["physicalLocation"]["region"]["startLine"] for one in run["results"]] == [
        2,
        3,
        4,
    ]
    assert run["invocations"][0] == {
        "executionSuccessful": True, "exitCode": 1, "toolExecutionNotifications": []
    }  # fmt: skip


def test_sarif_fingerprints_stay_when_rows_move_and_carry_the_mark_of_a_warning(gate: Gate) -> None:
    """What was seen yesterday is not new today because a row was put before it."""

    def prints(report: GateReport) -> dict[str, str]:
        results = sarif(report)["results"]
        return {one["ruleId"]: one["partialFingerprints"]["edutargetsMark/v1"] for one in results}

    before = gate("A1,x,0\nA2,y,5000\n", POSITIVE, SMALL)
    after = gate("A0,z,7\nA1,x,0\nA2,y,5000\n", POSITIVE, SMALL)
    assert prints(before) == prints(after)
    assert prints(before)["SC-02"] == f"{before.unexplained[0].mark}:1"


def test_sarif_is_cut_to_what_github_takes_the_gravest_first(
    gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No upload is refused for its length, and what is cut is counted."""
    monkeypatch.setattr(gate_sarif, "MOST_RESULTS", 3)
    monkeypatch.setattr(gate_sarif, "MOST_SHOWN", 2)
    run = sarif(gate("A1,x,5000\nA2,x,0\nA3,x,0\nA4,x,0\n", POSITIVE, SMALL))
    assert [result["level"] for result in run["results"]] == ["error"] * 3
    (note,) = run["invocations"][0]["toolExecutionNotifications"]
    assert note["message"]["text"].startswith("4 results; 3 are written here and GitHub shows 2")


def test_a_check_that_could_not_run_is_an_error_of_the_run_not_a_result(gate: Gate) -> None:
    """Bad data and a broken rule are told apart."""
    broken = Check(code="X", type="expect_rows", kwargs={"predicate": "nowhere > 1"}, where="schools.json:9")
    run = sarif(gate("A1,x,5\n", broken))
    (note,) = run["invocations"][0]["toolExecutionNotifications"]
    assert (run["results"], note["level"], run["invocations"][0]["executionSuccessful"]) == (
        [],
        "error",
        False,
    )
    assert run["tool"]["driver"]["rules"][note["associatedRule"]["index"]]["id"] == "X"


def test_what_stands_in_no_file_is_placed_in_one_all_the_same(gate: Gate) -> None:
    """GitHub shows nothing without a file: a missing table is told at the first file there is."""
    run = sarif(gate("", POSITIVE))
    (result,) = run["results"]
    place = result["locations"][0]["physicalLocation"]
    assert (result["ruleId"], place["artifactLocation"]["uri"]) == ("empty-table/schools", "schools.csv")
    assert place["region"] == {"startLine": 1}


# Markdown ---------------------------------------------------------------------------------------------


def test_markdown_is_never_longer_than_a_comment_and_counts_what_it_cuts() -> None:
    """A pull request's comment holds 65,536 characters."""
    pack = read_pack("jieyang-district-2023")
    report = check_submission(pack, read_data(pack, "sample:jieyang-district-2023/faulty"))
    facts = report.facts
    many = tuple(
        replace(table, findings=tuple(table.findings) * 100, table=f"t{at}") if table.findings else table
        for at, table in enumerate(facts.tables * 4)
    )
    from edutargets.gate_markdown import as_markdown  # noqa: PLC0415  # beside what it is held against

    text = as_markdown(replace(facts, tables=many), "zh")
    assert len(text) <= LONGEST
    assert "完整清单见问题明细表" in text.splitlines()[-1]
    assert len(as_markdown(facts, "en")) <= LONGEST


# harmless ---------------------------------------------------------------------------------------------

WILD = "\x1b]0;owned\x07\x1b[2J<script>alert(1)</script>[a](http://b.example)\u202egnp.exe"


def test_nothing_typed_steers_a_terminal_or_turns_a_line_around(gate: Gate) -> None:
    """An escape or a right-to-left mark in a name shows as a mark of its own, in every form."""
    report = gate(f'"{WILD}a","{WILD}a",0\n', POSITIVE, NAMED)
    forms = (
        report.to_text(),
        report.to_text("zh"),
        report.to_markdown(),
        report.to_junit(),
        report.to_sarif(),
    )
    for text in (*forms, report.to_json(), report.to_frame().to_csv()):
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e]", text.replace("\r", ""))
        assert "\\u001b" not in text
        assert "\N{REPLACEMENT CHARACTER}" in text
    assert "](http" not in report.to_sarif()
    assert "<script" not in report.to_markdown() + report.to_junit()


def test_a_file_s_name_cannot_forge_a_line_of_the_report(tmp_path: Path) -> None:
    """A line feed in a file's name is a blank in the report."""
    (tmp_path / "schools\n  passed  SC-01.csv").write_text(HEAD + "A1,x,0\n", encoding="utf-8")
    suite = Suite(name="t--schools", table="schools", checks=(POSITIVE,))
    try:
        submission = read_submission(tmp_path, DICTIONARY)
    except SubmissionError:
        return  # refused at the door
    text = gate_submission(submission, {"schools": suite}).to_text()
    assert "\n  passed" not in text


def test_identity_numbers_are_masked_in_every_form(gate: Gate, tmp_path: Path) -> None:
    """Not as a value, not as a key, not in a table for a program."""
    report = gate(f"A1,{NUMBER}a,0\n", POSITIVE, NAMED, staff=f"{NUMBER},A1\n{NUMBER},A1\n")
    forms = [
        report.to_text("zh"),
        report.to_markdown(),
        report.to_json(),
        report.to_junit(),
        report.to_sarif(),
    ]
    for name in ("f.csv", "f.parquet"):
        write_failures(report.facts, tmp_path / name)
    forms += [
        (tmp_path / "f.csv").read_text("utf-8-sig"),
        str(pq.read_table(tmp_path / "f.parquet").to_pylist()),
    ]
    for text in forms:
        assert NUMBER not in text
        assert "110101**********03" in text.replace("\\", "")


def test_what_is_seen_is_what_is_there() -> None:
    """Ordinary Chinese, accents and emoji pass; what steers does not."""
    assert visible("城北小学 é 🙂\n\t") == "城北小学 é 🙂\n\t"
    assert visible("a\u200bb\u2066c\ufeff\udc80") == "a\ufffdb\ufffdc\ufffd\ufffd"


# one school -------------------------------------------------------------------------------------------


def test_one_school_is_told_what_concerns_it_and_judged_alone(gate: Gate) -> None:
    """Its findings, its rows and the decision on them; the others' faults are not its own."""
    facts = gate("A1,x,0\nA2,y,5\nA3,z,5000\n", POSITIVE, SMALL).facts
    decisions = {school: facts_of_school(facts, school).decision for school in ("A1", "A2", "A3")}
    assert decisions == {
        "A1": Decision.REJECTED,
        "A2": Decision.ACCEPTED,
        "A3": Decision.NEEDS_EXPLANATION,
    }
    content = json.loads(as_json(facts_of_school(facts, "A3")))
    assert (content["school"], content["exit_code"], content["tables"][0]["rows"]) == ("A3", 3, 1)
    assert [finding["code"] for finding in content["tables"][0]["findings"]] == ["SC-02"]


def test_an_unknown_school_is_refused_with_near_codes(gate: Gate) -> None:
    """A slip of the finger must not look like a sound school."""
    with pytest.raises(SubmissionError, match="A1"):
        facts_of_school(gate("A1,x,0\n", POSITIVE).facts, "A11")
