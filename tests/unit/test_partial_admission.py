"""Rejected rows are set aside where the pack's rule says so, and count as unknown: never as zero."""

import warnings
from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from edutargets.attainment import Attainment, evaluate
from edutargets.checks import Check, Severity, Suite
from edutargets.display import results_table, to_json, to_markdown
from edutargets.display_html import plan_html
from edutargets.duckdb_files import connect, write_duckdb
from edutargets.errors import DefinitionError, GateClosedError
from edutargets.explanations import explain
from edutargets.findings import Decision
from edutargets.gate import GateReport, gate_submission
from edutargets.goals import Verdict
from edutargets.pack_files import GateRule, PackFile
from edutargets.plans import Pack, Plan, bind_all
from edutargets.submissions import read_submission
from edutargets.tables import Dictionary
from edutargets.yaml_files import parse_yaml, read_definition

TABLES = """
tables:
  schools:
    title: {en: Schools, zh: 学校}
    counts: school
    key: [school_id, year]
    period: year
    reports: school_id
    roster: true
    columns:
      school_id: {type: code}
      year: {type: year}
      location: {type: category, values: {rural: {}, urban: {}}}
      enrolment: {type: integer, unit: student, range: [0, 100]}
      funds: {type: decimal, scale: 2, unit: CNY}
  returns:
    title: {en: Returns, zh: 报表}
    counts: document
    key: [school_id, year]
    period: year
    reports: school_id
    required: false
    expected_from: schools
    columns:
      school_id: {type: code, references: schools.school_id}
      year: {type: year}
      books: {type: integer, unit: book, range: [0, 50]}
  staff:
    title: {en: Staff, zh: 教职工}
    counts: person
    key: [person_id, year]
    period: year
    reports: school_id
    required: false
    columns:
      person_id: {type: code}
      school_id: {type: code, references: schools.school_id}
      year: {type: year}
  training:
    title: {en: Training, zh: 培训}
    counts: record
    key: [record_id]
    period: year
    reports: school_id
    required: false
    columns:
      record_id: {type: code}
      person_id: {type: code, references: staff.person_id, absent: zero}
      school_id: {type: code}
      year: {type: year}
      hours: {type: integer, unit: training_hour, range: [0, 100]}
  classes:
    title: {en: Classes, zh: 班级}
    counts: class
    key: [class_id, year]
    period: year
    reports: school_id
    required: false
    expected_from: schools
    columns:
      class_id: {type: code}
      school_id: {type: code, references: schools.school_id}
      year: {type: year}
"""
DICTIONARY = read_definition(parse_yaml(TABLES, "tables.yaml"), Dictionary)
SCHOOLS = "school_id,year,location,enrolment,funds\n" + "".join(
    f"S{number},2025,{'rural' if number < 4 else 'urban'},50,100.00\n" for number in range(10)
)
RANGE = Check(
    code="R", type="expect_column_values_to_be_between", kwargs={"column": "enrolment", "max_value": 100}
)
MANY = Check(code="W", type="expect_rows", kwargs={"predicate": "enrolment < 60"}, severity=Severity.WARNING)
COUNT = {"type": "count", "from": "schools", "by": "2025-12-31"}
FIFTH = GateRule(rejected_rows="set_aside", at_most="20 %")
OPEN, NONE = Verdict.UNDETERMINED, Verdict.NOT_EVALUABLE
Gate = Callable[..., GateReport]


@pytest.fixture
def gate(tmp_path: Path) -> Gate:
    """Return a gate for files, given by their tables."""

    def gate(*checks: Check, rule: GateRule = FIFTH, schools: str = SCHOOLS, **tables: str) -> GateReport:
        for name, text in {"schools": schools, **tables}.items():
            (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
        suites = {"schools": Suite(name="pack--schools", table="schools", checks=checks)} if checks else {}
        return gate_submission(read_submission(tmp_path, DICTIONARY), suites, rule=rule)

    return gate


def _pack(*targets: Mapping[str, Any]) -> Pack:
    plan = Plan.from_fields([{"id": f"t.n{number}", **fields} for number, fields in enumerate(targets)])
    measures = bind_all(plan, DICTIONARY)
    return Pack(Path(__file__).parent, PackFile(id="tiny"), DICTIONARY, plan, Plan(()), {}, measures)


def _found(report: GateReport, target: Mapping[str, Any]) -> Attainment:
    return evaluate(_pack(target), report.admit())["t.n0"]


def _range(found: Attainment) -> tuple[Fraction | None, Fraction | None]:
    return found.lower, found.upper


# the decision --------------------------------------------------------------------------------------


def test_without_a_rule_rejected_rows_reject_everything(gate: Gate) -> None:
    """A pack that says nothing returns the whole submission."""
    report = gate(RANGE, rule=GateRule(), schools=SCHOOLS.replace("S0,2025,rural,50", "S0,2025,rural,500"))
    assert (report.decision, report.set_aside) == (Decision.REJECTED, None)


def test_a_few_rejected_rows_are_set_aside_with_their_reasons(gate: Gate) -> None:
    """The rest is admitted, the exit code is 0, and every report says so loudly."""
    report = gate(RANGE, schools=SCHOOLS.replace("S0,2025,rural,50", "S0,2025,rural,500"))
    assert (report.decision, report.exit_code) == (Decision.ACCEPTED_IN_PART, 0)
    (row,) = report.admit().rejected_rows
    assert (row.table, row.position, row.reporter, row.codes, row.there) == ("schools", 0, "S0", ("R",), True)
    assert row.key == (("school_id", "S0"), ("year", "2025"))
    assert report.to_text().startswith("ACCEPTED IN PART: 1 row SET ASIDE, counted as unknown.")
    assert report.to_markdown("zh").startswith("# 部分通过：剔除 1 行，按未知处理。")
    assert '"decision": "accepted_in_part"' in report.to_json()
    assert 'failures="0"' in report.to_junit()
    assert "<skipped" in report.to_junit()


def test_more_rows_than_the_rule_allows_reject_everything(gate: Gate) -> None:
    """The share is that of each table by itself."""
    bad = SCHOOLS.replace("rural,50", "rural,500", 2)
    assert gate(RANGE, schools=bad).decision is Decision.ACCEPTED_IN_PART
    assert gate(RANGE, schools=bad.replace("rural,50,", "rural,500,", 1)).decision is Decision.REJECTED
    tenth = GateRule(rejected_rows="set_aside", at_most="10 %")
    assert gate(RANGE, schools=bad, rule=tenth).decision is Decision.REJECTED


@pytest.mark.parametrize(
    "schools",
    [
        SCHOOLS.replace(",funds", "").replace(",100.00", ""),
        SCHOOLS.splitlines()[0] + "\n",
    ],
)
def test_what_is_no_row_is_never_set_aside(gate: Gate, schools: str) -> None:
    """A column that is missing, or a table without rows, returns the submission."""
    assert gate(schools=schools).decision is Decision.REJECTED


def test_a_table_that_fails_as_a_whole_is_never_set_aside(gate: Gate) -> None:
    """Nobody knows which of its rows are wrong."""
    mean = Check(
        code="M", type="expect_column_mean_to_be_between", kwargs={"column": "enrolment", "max_value": 1}
    )
    assert gate(mean).decision is Decision.REJECTED


def test_warnings_and_checks_that_could_not_run_go_first(gate: Gate) -> None:
    """Accepted in part is accepted: nothing else may be open."""
    bad = SCHOOLS.replace("S0,2025,rural,50", "S0,2025,rural,500").replace(
        "S1,2025,rural,50", "S1,2025,rural,70"
    )
    broken = Check(code="X", type="expect_rows", kwargs={"predicate": "nowhere > 1"}, severity=Severity.INFO)
    assert gate(RANGE, MANY, schools=bad).exit_code == 3
    assert gate(RANGE, MANY, broken, schools=bad).exit_code == 4
    with pytest.raises(GateClosedError):
        gate(RANGE, MANY, schools=bad).admit()


@pytest.mark.parametrize(
    "rule",
    [
        "{rejected_rows: set_aside}",
        "{at_most: 5 %}",
        "{rejected_rows: keep}",
        "{rejected_rows: set_aside, at_most: 120 %}",
        "{rejected_rows: set_aside, at_most: 5 student}",
    ],
)
def test_a_rule_that_says_half_is_refused(rule: str) -> None:
    """Setting rows aside is a choice, with a limit, written down in pack.yaml."""
    with pytest.raises(DefinitionError):
        read_definition(parse_yaml(f"id: tiny\ngate: {rule}\n", "pack.yaml"), PackFile)


def test_the_rule_is_read_from_the_pack() -> None:
    """A percent sign and a share."""
    file = read_definition(
        parse_yaml("id: tiny\ngate: {rejected_rows: set_aside, at_most: 5 %}\n", "pack.yaml"), PackFile
    )
    assert (file.gate.rejected_rows, file.gate.share) == ("set_aside", Fraction(1, 20))
    assert PackFile(id="tiny").gate == GateRule()


def test_what_is_found_after_rows_were_set_aside_rejects(gate: Gate) -> None:
    """A round adds findings of its own to a report: only those that were set aside may open the gate."""
    report = gate(RANGE, schools=SCHOOLS.replace("S0,2025,rural,50", "S0,2025,rural,500"))
    (table,) = report.tables
    for position in (None, 5):
        late = replace(report.findings[0], code="late", position=position)
        more = replace(report, tables=(replace(table, findings=(*table.findings, late)),))
        assert more.decision is Decision.REJECTED


# the evaluation ------------------------------------------------------------------------------------


def test_a_verdict_that_the_row_could_turn_is_undetermined(gate: Gate) -> None:
    """Nine schools have 450 pupils; the tenth may have from none to a hundred."""
    report = gate(RANGE, schools=SCHOOLS.replace("S0,2025,rural,50", "S0,2025,rural,500"))
    pupils = {**COUNT, "count": "sum(enrolment)"}
    found = _found(report, {**pupils, "at_least": 500})
    assert (found.verdict, found.value, _range(found)) == (OPEN, 450, (450, 550))
    assert _found(report, {**pupils, "at_least": 450}).verdict is Verdict.MET
    assert _found(report, {**pupils, "at_least": 551}).verdict is Verdict.NOT_MET


def test_what_names_a_row_is_still_known(gate: Gate) -> None:
    """There are ten schools, whatever stands in a cell of one; only where it lies is not known any more."""
    report = gate(RANGE, schools=SCHOOLS.replace("S0,2025,rural,50", "S0,2025,rural,500"))
    assert _found(report, {**COUNT, "count": "count(*)", "at_least": 10}).verdict is Verdict.MET
    rural = _found(report, {**COUNT, "where": "location = 'rural'", "count": "count(*)", "at_least": 4})
    assert (rural.verdict, _range(rural)) == (OPEN, (3, 4))
    blank = _found(report, {**COUNT, "where": "location is null", "count": "count(*)", "at_least": 1})
    assert (blank.verdict, _range(blank)) == (OPEN, (0, 1))


def test_a_cell_that_cannot_be_read_is_unknown(gate: Gate) -> None:
    """A reading fault sets its row aside like any other."""
    report = gate(schools=SCHOOLS.replace("S0,2025,rural,50", "S0,2025,rural,约50人"))
    assert report.decision is Decision.ACCEPTED_IN_PART
    assert _found(report, {**COUNT, "count": "sum(enrolment)", "at_least": 500}).verdict is OPEN


def test_without_a_plausible_range_there_is_no_verdict(gate: Gate) -> None:
    """Nothing says how much money a school may have."""
    report = gate(RANGE, schools=SCHOOLS.replace("S0,2025,rural,50", "S0,2025,rural,500"))
    found = _found(
        report,
        {
            "type": "amount",
            "from": "schools",
            "amount": "sum(funds)",
            "at_least": "1 CNY",
            "by": "2025-12-31",
        },
    )
    assert found.verdict is NONE
    assert found.reason is not None
    assert "no plausible range" in found.reason.en


def test_of_two_rows_of_one_key_nobody_knows_whether_they_are_there(gate: Gate) -> None:
    """Nine schools are sure; the two rows may be one school, two, or none."""
    report = gate(schools=SCHOOLS + "S0,2025,urban,60,1.00\n")
    assert [row.there for row in report.admit().rejected_rows] == [False, False]
    found = _found(report, {**COUNT, "count": "count(*)", "at_least": 10})
    assert (found.verdict, _range(found)) == (OPEN, (9, 11))
    assert _found(report, {**COUNT, "count": "count(*)", "at_least": 9}).verdict is Verdict.MET


def test_a_row_that_could_be_of_any_year_leaves_no_verdict(gate: Gate) -> None:
    """No range can say what belongs to a year."""
    found = _found(
        gate(schools=SCHOOLS.replace("S0,2025", "S0,前年")), {**COUNT, "count": "count(*)", "at_least": 1}
    )
    assert (found.verdict, found.reason is not None and found.reason.zh) == (
        NONE,
        "表“学校”有 1 行被剔除，可能属于任何年度",
    )


def test_a_row_that_points_to_nothing_may_be_anybodys_or_nobodys(gate: Gate) -> None:
    """The others are counted, it may be or not."""
    staff = "person_id,school_id,year\n" + "".join(f"P{number},S{number},2025\n" for number in range(9))
    report = gate(staff=staff + "P9,S99,2025\n")
    found = _found(
        report, {"type": "count", "from": "staff", "count": "count(*)", "at_least": 10, "by": "2025-12-31"}
    )
    assert (found.verdict, _range(found)) == (OPEN, (9, 10))


STAFF = "person_id,school_id,year\n" + "".join(f"P{number},S{number},2025\n" for number in range(10))
HOURS = "record_id,person_id,school_id,year,hours\n" + "".join(
    f"R{number},P{number},S{number},2025,{100 if number else 80}\n" for number in range(10)
)
EACH = {
    "type": "training_hours",
    "share_of": "staff",
    "hours": "sum(training.hours)",
    "at_least": "90 training_hour",
    "by": "2025-12-31",
}


def test_a_doubtful_record_leaves_only_its_own_person_open(gate: Gate) -> None:
    """Eight people surely have their hours, the one whose record stands twice is open."""
    report = gate(staff=STAFF, training=HOURS + "R1,P1,S1,2025,100\n")
    assert report.decision is Decision.ACCEPTED_IN_PART
    found = _found(report, {**EACH, "share_at_least": "80 %"})
    assert (found.verdict, _range(found)) == (Verdict.MET, (Fraction(8, 10), Fraction(9, 10)))
    assert _found(report, {**EACH, "share_at_least": "90 %"}).verdict is OPEN


def test_a_record_of_nobody_in_particular_leaves_no_verdict(gate: Gate) -> None:
    """It could be anybody's, so nobody is known to lack hours."""
    found = _found(
        gate(staff=STAFF, training=HOURS.replace("R0,P0,", "R0,,")), {**EACH, "share_at_least": "90 %"}
    )
    assert found.verdict is NONE
    assert found.reason is not None
    assert found.reason.en == "1 rows of training were set aside and could be anybody's"


def test_somebody_on_the_staff_twice_does_not_count_as_without_hours(gate: Gate) -> None:
    """Nobody knows which records belong to a row that may not be there."""
    report = gate(staff=STAFF + "P0,S0,2025\n", training=HOURS.replace("80\n", "100\n"))
    found = _found(report, {**EACH, "share_at_least": "95 %"})
    assert (found.verdict, found.value) == (OPEN, 1)


RETURNS = "school_id,year,books\n" + "".join(f"S{number},2025,10\n" for number in range(1, 10))


def test_a_missing_report_is_a_row_of_which_nothing_is_known(gate: Gate) -> None:
    """Nine returns hold 90 books; the one that is missing may hold from none to fifty."""
    report = gate(returns=RETURNS)
    assert report.decision is Decision.ACCEPTED_IN_PART
    (row,) = report.admit().rejected_rows
    assert (row.position, row.reporter, row.codes) == (None, "S0", ("missing-report",))
    found = _found(
        report,
        {
            "type": "count",
            "from": "returns",
            "count": "sum(books)",
            "at_least": "100 book",
            "by": "2025-12-31",
        },
    )
    assert (found.verdict, _range(found)) == (OPEN, (90, 140))
    everybody = {"type": "count", "from": "returns", "count": "count(*)", "at_least": 10, "by": "2025-12-31"}
    assert _found(report, everybody).verdict is Verdict.MET


def test_a_table_that_begins_later_than_its_roster_lacks_nothing(gate: Gate) -> None:
    """Of a year of which nobody has handed in returns none are due, of the others each that is missing is."""
    earlier = SCHOOLS + SCHOOLS.partition("\n")[2].replace("2025", "2024")
    bad = earlier.replace("S0,2025,rural,50", "S0,2025,rural,500")
    report = gate(RANGE, schools=bad, returns=RETURNS + "S0,2025,10\n")
    assert [row.table for row in report.admit().rejected_rows] == ["schools"]
    report = gate(RANGE, schools=bad, returns=RETURNS)
    assert [(row.table, dict(row.key)["year"]) for row in report.admit().rejected_rows] == [
        ("schools", "2025"),
        ("returns", "2025"),
    ]


def test_a_missing_report_of_many_rows_names_the_school(gate: Gate) -> None:
    """Nobody knows how many classes it has."""
    classes = "class_id,school_id,year\n" + "".join(f"C{number},S{number},2025\n" for number in range(1, 10))
    found = _found(
        gate(classes=classes),
        {"type": "count", "from": "classes", "count": "count(*)", "at_least": 1, "by": "2025-12-31"},
    )
    assert (found.verdict, found.reason is not None and found.reason.zh) == (
        NONE,
        "下列单位没有报送表“班级”：S0",
    )


def test_a_value_beyond_the_range_that_was_admitted_widens_it(gate: Gate) -> None:
    """What is unknown may be as odd as what is known: ranges hold what the gate let through."""
    bad = SCHOOLS.replace("S0,2025,rural,50", "S0,2025,?,50").replace("S1,2025,rural,50", "S1,2025,rural,300")
    found = _found(gate(schools=bad), {**COUNT, "count": "sum(enrolment)", "at_least": 750})
    assert (found.verdict, _range(found)) == (OPEN, (700, 1000))


# what a reader sees --------------------------------------------------------------------------------


def test_every_output_says_what_was_set_aside(gate: Gate, tmp_path: Path) -> None:
    """Beside every number, in both languages, on every page."""
    admitted = gate(
        RANGE, schools=SCHOOLS.replace("S0,2025,rural,50", "S0,2025,rural,500"), returns=RETURNS
    ).admit()
    results = evaluate(_pack({**COUNT, "count": "count(*)", "at_least": 10}), admitted)
    said = "1 row set aside (Schools 1) and 1 report missing (Returns 1): counted as unknown"
    for text in (
        results_table(results),
        to_markdown(results),
        plan_html(results, "en"),
        str(explain(results["t.n0"])),
    ):
        assert said in text
    assert "已剔除 1 行（学校 1），缺报 1 份（报表 1）：按未知处理" in results_table(results, "zh")
    assert '"codes": [' in to_json(results)
    path = write_duckdb(admitted, tmp_path / "admitted.duckdb")
    assert path.is_file()
    with connect(admitted) as connection:
        assert connection.execute("SELECT COUNT(*), SUM(enrolment) FROM schools").fetchall() == [(10, 450)]


def test_nothing_changes_where_nothing_was_set_aside(gate: Gate) -> None:
    """The rule alone leaves a good submission as it is."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        report = gate(RANGE)
        results = evaluate(_pack({**COUNT, "count": "sum(enrolment)", "at_least": 500}), report.admit())
    assert (report.decision, results["t.n0"].verdict, results.cautions("en")) == (
        Decision.ACCEPTED,
        Verdict.MET,
        (),
    )
