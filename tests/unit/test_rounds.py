"""A reporting round: the latest admitted counts, everything is kept, and the list says who is late."""

import csv
import json
import shutil
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from edutargets import cli
from edutargets.checking import check_submission
from edutargets.errors import GateClosedError, SubmissionError
from edutargets.plans import Pack, read_pack
from edutargets.round_status import RoundStatus, SchoolStatus, State, status_of
from edutargets.round_submission import export_round, round_submission
from edutargets.round_words import status_csv, status_html, status_json, status_markdown, status_text
from edutargets.rounds import Receipt, Round, open_round, read_round
from edutargets.stored_entries import StoreError
from edutargets.submissions import read_submission
from edutargets.written_files import OutputError

TABLES = """\
tables:
  schools:
    title: {en: Schools, zh: 单位名录}
    counts: school
    period: year
    key: [school_id, year]
    reports: school_id
    roster: true
    columns:
      school_id: {type: code, title: {zh: 单位代码}}
      year: {type: year, title: {zh: 年度}}
      name: {type: text, title: {zh: 单位名称}}
      kind: {type: category, values: {school: {zh: 学校}, office: {zh: 机关}}, title: {zh: 类别}}
    views:
      teaching: {where: kind = 'school', counts: school}
  enrolment:
    title: {en: Enrolment, zh: 在校生}
    counts: record
    period: year
    key: [school_id, year, grade]
    reports: school_id
    expected_from: teaching
    columns:
      school_id: {type: code, title: {zh: 单位代码}, references: schools.school_id}
      year: {type: year, title: {zh: 年度}}
      grade: {type: integer, title: {zh: 年级}, range: [1, 9]}
      students: {type: integer, unit: student, title: {zh: 学生数}, range: [0, 3000]}
      girls: {type: integer, unit: student, title: {zh: 女生数}}
  staff:
    title: {en: Staff, zh: 教职工}
    counts: person
    key: [person_id]
    reports: school_id
    required: false
    columns:
      person_id: {type: code, title: {zh: 人员代码}}
      school_id: {type: code, title: {zh: 单位代码}, references: schools.school_id}
      mentor: {type: code, title: {zh: 导师代码}, required: false}
"""
PLAN = """\
targets:
- {id: a.students, type: count, from: enrolment, count: sum(students), at_least: 10 student, by: 2025-12-31,
   cite: {document: d, quote: 在校生达到10人}}
"""
Q = "expect_no_rows"
NO_MENTOR = (
    "SELECT b.row_id FROM {batch} b LEFT JOIN staff s ON s.person_id = b.mentor WHERE s.person_id IS NULL"
)
SUITES: Mapping[str, Sequence[tuple[str, str, str, Mapping[str, object]]]] = {
    "schools": [
        ("SC-1", "critical", "expect_column_values_to_not_be_null", {"column": "name"}),
        (
            "SC-2",
            "critical",
            Q,
            {"query": "SELECT b.row_id FROM {batch} b LEFT JOIN enrolment e ON e.school_id = b.school_id "
             "WHERE b.kind = 'school' AND e.school_id IS NULL"},
        ),
    ],
    "enrolment": [
        ("EN-1", "critical", "expect_rows", {"predicate": "girls <= students"}),
        ("EN-2", "warning", "expect_rows", {"predicate": "students < 1000"}),
        ("EN-3", "critical", "expect_table_row_count_to_be_between", {"min_value": 3}),
    ],
    "staff": [
        ("ST-1", "critical", Q, {"query": NO_MENTOR + " AND b.mentor IS NOT NULL"}),
        (
            "ST-2",
            "critical",
            Q,
            {"query": "SELECT b.row_id FROM {batch} b JOIN {batch} o ON o.mentor = b.mentor "
             "WHERE o.school_id <> b.school_id"},
        ),
    ],
}  # fmt: skip
ROSTER = """\
school_id,year,name,kind
A1,2024,Old name,school
A1,2025,第一小学,school
B2,2025,@SUM(1)<b>,school
C3,2025,<b>教育局</b>,office
"""
HEAD = "school_id,year,grade,students,girls\n"
GOOD = f"{HEAD}A1,2025,1,30,12\nA1,2025,2,31,14\n"
GOOD_B = f"{HEAD}B2,2025,1,40,20\nB2,2025,2,41,21\n"
START = datetime(2026, 1, 10, 1, 0, tzinfo=UTC)
Files = Mapping[str, str | bytes]


def written(folder: Path, files: Files) -> Path:
    """Write files into a new folder."""
    shutil.rmtree(folder, ignore_errors=True)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def suite(pack: str, table: str) -> str:
    """Return a suite as a file."""
    entries = [
        {
            "type": kind,
            "kwargs": kwargs,
            "severity": severity,
            "meta": {
                "code": code,
                "says": {"zh": f"{code}不对", "en": f"{code} is wrong"},
                "mend": {"zh": "改正", "en": "mend it"},
            },
        }
        for code, severity, kind, kwargs in SUITES[table]
    ]
    return json.dumps({"name": f"{pack}--{table}", "meta": {"table": table}, "expectations": entries})


@pytest.fixture(scope="session")
def folder_of_pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a pack with a roster, a table expected of every school, and one that is not."""
    return written(
        tmp_path_factory.mktemp("packs") / "tiny",
        {
            "pack.yaml": "id: tiny\ndocuments:\n  d: {title: {zh: 规划}, file: d.md}\n",
            "tables.yaml": TABLES,
            "plan.yaml": PLAN,
            "d.md": "在校生达到10人。\n",
            **{f"expectations/{table}.json": suite("tiny", table) for table in SUITES},
        },
    )


@pytest.fixture(scope="session")
def pack(folder_of_pack: Path) -> Pack:
    """Return the pack."""
    return read_pack(folder_of_pack)


class Bureau:
    """A bureau with a round: what schools send is gated and kept, day after day."""

    def __init__(self, folder: Path, pack: Pack) -> None:
        self.folder, self.pack, self.days = folder, pack, 0
        roster = written(folder / "roster", {"schools.csv": ROSTER})
        open_round(
            folder / "store", "2025", pack, roster, due=date(2026, 1, 15), utc_offset=480, received=START
        )

    @property
    def round(self) -> Round:
        """The round as it is on the disk."""
        return read_round(self.folder / "store", "2025")

    def submit(self, sender: str, files: Files, day: int = 10) -> Receipt:
        """Let somebody submit on a day of January."""
        received = START + timedelta(days=day - 10)
        data = written(self.folder / "data", files)
        return self.round.submit(self.pack, data, sender, by="张三", received=received)

    def status(self, day: int = 12) -> RoundStatus:
        """Return where the round stands on a day of January."""
        return status_of(self.round, date(2026, 1, day))

    def of(self, school: str, day: int = 12) -> SchoolStatus:
        """Return where one school stands."""
        return next(one for one in self.status(day).schools if one.school.id == school)


@pytest.fixture
def bureau(tmp_path: Path, pack: Pack) -> Bureau:
    """Return a bureau whose round has just been opened."""
    return Bureau(tmp_path, pack)


def codes(receipt: Receipt, severity: str = "critical") -> list[str]:
    """Return what was found in a submission."""
    assert receipt.report is not None
    return sorted(one.code for one in receipt.report.findings if one.severity.value == severity)


# who must report -----------------------------------------------------------------------------------------


def test_who_must_report_is_who_a_table_is_expected_from(bureau: Bureau) -> None:
    """The roster's rows of the round's own year count; the office need not report."""
    schools = bureau.round.facts.schools
    assert [(one.id, one.name, one.tables) for one in schools] == [
        ("A1", "第一小学", ("enrolment",)),
        ("B2", "@SUM(1)<b>", ("enrolment",)),
    ]


def test_a_roster_with_a_fault_opens_no_round(tmp_path: Path, pack: Pack) -> None:
    """Every school would be measured by it."""
    roster = written(tmp_path / "roster", {"schools.csv": ROSTER + "A1,2025,twice,school\n"})
    with pytest.raises(GateClosedError):
        open_round(tmp_path / "store", "2025", pack, roster)
    assert not (tmp_path / "store").exists()


def test_data_without_a_roster_open_no_round(tmp_path: Path, pack: Pack) -> None:
    """It must be known who is expected."""
    with pytest.raises(SubmissionError) as refused:
        open_round(tmp_path / "store", "2025", pack, written(tmp_path / "data", {"enrolment.csv": GOOD}))
    assert refused.value.faults[0].code == "no-roster"


def test_a_round_that_is_open_is_only_amended_on_purpose(bureau: Bureau, pack: Pack) -> None:
    """Otherwise a second `open` would change who must report, and by when."""
    store, roster = bureau.folder / "store", bureau.folder / "roster"
    with pytest.raises(StoreError) as refused:
        open_round(store, "2025", pack, roster)
    assert refused.value.faults[0].code == "round-open"
    amended = open_round(store, "2025", pack, roster, due=date(2026, 2, 1), amend=True, utc_offset=480)
    assert amended.opening.number == 2
    assert bureau.round.facts.due == date(2026, 2, 1)


@pytest.mark.parametrize("name", ["", "../up", "a/b", "第一轮", "x" * 41, "-a"])
def test_a_name_that_could_lead_elsewhere_names_no_round(tmp_path: Path, pack: Pack, name: str) -> None:
    """A round is a folder."""
    with pytest.raises(StoreError) as refused:
        open_round(tmp_path / "store", name, pack, written(tmp_path / "roster", {"schools.csv": ROSTER}))
    assert refused.value.faults[0].code == "round-name"


# one school's part ---------------------------------------------------------------------------------------


def test_a_school_is_not_returned_for_what_others_have_yet_to_send(bureau: Bureau) -> None:
    """Neither the schools that are still missing nor a count over the whole district is its fault."""
    receipt = bureau.submit("A1", {"在校生.csv": GOOD})
    assert receipt.facts.decision == "accepted"
    assert receipt.facts.tables == {"enrolment": "school_id"}
    assert bureau.of("A1").state is State.ADMITTED


def test_a_rule_that_others_rows_could_turn_is_put_as_a_question(bureau: Bureau) -> None:
    """The mentor may be on the staff list of a school that has not submitted yet."""
    staff = "person_id,school_id,mentor\nP1,A1,P2\n"
    receipt = bureau.submit("A1", {"enrolment.csv": GOOD, "staff.csv": staff})
    assert receipt.facts.decision == "accepted"
    assert codes(receipt, "info") == ["ST-1"]


def test_a_row_of_another_school_is_returned_at_that_row(bureau: Bureau) -> None:
    """A part holds its own rows; the finding stands at the cell with the code."""
    receipt = bureau.submit("A1", {"enrolment.csv": f"{GOOD}B2,2025,1,5,9\n"})
    assert receipt.report is not None
    found = [one for one in receipt.report.findings if one.severity.value == "critical"]
    assert [(one.code, one.cell, one.found) for one in found] == [("other-school", "A4", "B2")]
    assert receipt.facts.exit_code == 1


def test_a_table_that_is_expected_and_missing_is_returned(bureau: Bureau) -> None:
    """The school is told which."""
    receipt = bureau.submit("A1", {"staff.csv": "person_id,school_id,mentor\nP1,A1,\n"})
    assert "absent-table" in codes(receipt)
    assert bureau.of("A1").state is State.RETURNED


def test_a_table_that_is_not_expected_may_be_left_empty(bureau: Bureau) -> None:
    """A template has a sheet for everything."""
    receipt = bureau.submit("A1", {"enrolment.csv": GOOD, "staff.csv": "person_id,school_id,mentor\n"})
    assert receipt.facts.decision == "accepted"


def test_a_roster_that_came_back_as_it_was_is_no_fault(bureau: Bureau) -> None:
    """A template has the school's own row of the roster prefilled."""
    same = "school_id,year,name,kind\nA1,2025,第一小学,school\n"
    assert bureau.submit("A1", {"enrolment.csv": GOOD, "schools.csv": same}).facts.decision == "accepted"
    other = same.replace("第一", "第二")
    receipt = bureau.submit("A1", {"enrolment.csv": GOOD, "schools.csv": other})
    assert codes(receipt) == ["roster-differs"]


def test_a_submission_without_a_row_is_returned(bureau: Bureau) -> None:
    """It would pass every check."""
    receipt = bureau.submit("A1", {"schools.csv": ROSTER})
    assert receipt.facts.decision == "unreadable"
    assert receipt.faults[0].code == "no-rows"


def test_a_submission_that_cannot_be_read_is_kept_and_returned(bureau: Bureau) -> None:
    """The bureau can look into what it was sent."""
    receipt = bureau.submit("A1", {"enrolment.csv": "x,y\n1,2\n", "信.pdf": b"%PDF\x00"})
    assert (receipt.facts.decision, receipt.facts.exit_code) == ("unreadable", 2)
    assert receipt.entry.read("received/信.pdf") == b"%PDF\x00"
    school = bureau.of("A1")
    assert school.state is State.RETURNED
    assert any("pdf" in reason.place for reason in school.tally.reasons)


def test_somebody_who_is_not_on_the_roster_is_refused(bureau: Bureau) -> None:
    """Nothing is stored; the near codes are named."""
    with pytest.raises(StoreError, match="A1"):
        bureau.submit("A2", {"enrolment.csv": GOOD})
    assert len(bureau.round.entries) == 1


def test_a_pack_that_is_not_the_rounds_is_refused(bureau: Bureau) -> None:
    """The rules of another plan decide nothing here."""
    with pytest.raises(StoreError) as refused:
        bureau.round.submit(read_pack("china-education-bulletins"), bureau.folder / "roster", "A1")
    assert refused.value.faults[0].code == "other-pack"


# what counts ---------------------------------------------------------------------------------------------


def test_the_latest_admitted_counts_and_all_are_kept(bureau: Bureau) -> None:
    """A later one that is returned does not undo what was admitted."""
    bureau.submit("A1", {"enrolment.csv": GOOD.replace("30,12", "30,99")})
    first = bureau.of("A1")
    assert (first.state, first.tally.critical) == (State.RETURNED, 1)
    bureau.submit("A1", {"enrolment.csv": GOOD})
    bureau.submit("A1", {"enrolment.csv": GOOD.replace("31,14", "31,99")})
    now = bureau.of("A1")
    assert (now.state, now.number, now.newer, now.earlier) == (State.ADMITTED, 3, 4, 1)
    assert len(bureau.round.submissions) == 3
    assert bureau.round.store.verify("2025") == ()


def test_the_same_thing_again_is_not_stored_twice(bureau: Bureau) -> None:
    """A second click changes nothing and says so; after something else it is a submission again."""
    first = bureau.submit("A1", {"enrolment.csv": GOOD})
    again = bureau.submit("A1", {"enrolment.csv": GOOD})
    assert (again.is_new, again.entry.sha256) == (False, first.entry.sha256)
    assert bureau.submit("A1", {"enrolment.csv": GOOD.replace("30", "29")}).is_new
    assert bureau.submit("A1", {"enrolment.csv": GOOD}).is_new


def test_the_same_thing_is_gated_again_under_another_roster(bureau: Bureau, pack: Pack) -> None:
    """What was returned for a fault of the roster need not be changed by the school."""
    bureau.submit("A1", {"enrolment.csv": GOOD})
    roster = written(bureau.folder / "roster", {"schools.csv": ROSTER.replace("Old", "Older")})
    open_round(bureau.folder / "store", "2025", pack, roster, amend=True)
    assert bureau.submit("A1", {"enrolment.csv": GOOD}).is_new


def test_a_folder_of_the_whole_district_speaks_for_every_school_in_it(bureau: Bureau) -> None:
    """Until a school sends something newer by itself."""
    bureau.submit("A1", {"enrolment.csv": GOOD.replace("30", "13")})
    both = GOOD + GOOD_B.removeprefix(HEAD)
    bureau.submit("", {"enrolment.csv": both})
    assert [one.in_district for one in bureau.status().schools] == [True, True]
    bureau.submit("B2", {"enrolment.csv": GOOD_B.replace("40", "44")})
    joined = round_submission(bureau.round, bureau.pack.dictionary)
    assert joined.tables["enrolment"].rows["students"].to_pylist() == [30, 31, 44, 41]
    assert bureau.status().exit_code == 0


def test_a_returned_folder_of_the_district_says_whose_rows_are_wrong(bureau: Bureau) -> None:
    """The others read that it was not their fault."""
    bureau.submit("", {"enrolment.csv": GOOD + GOOD_B.removeprefix(HEAD).replace("40,20", "40,99")})
    assert (bureau.of("A1").state, bureau.of("A1").tally.critical) == (State.RETURNED, 0)
    assert bureau.of("B2").tally.critical == 1
    assert "returned for others" in status_text(bureau.status())


def test_what_was_sent_back_by_hand_no_longer_counts(bureau: Bureau) -> None:
    """The whole round may show what no part could; the reason is told until the school submits again."""
    bureau.submit("A1", {"enrolment.csv": GOOD})
    bureau.round.send_back("A1", "与B2的导师重复", received=START)
    school = bureau.of("A1")
    assert (school.state, school.tally.reasons[0].zh) == (State.RETURNED, "与B2的导师重复")
    with pytest.raises(StoreError):
        bureau.round.send_back("A1", "again", received=START)
    assert bureau.submit("A1", {"enrolment.csv": GOOD}).is_new
    assert bureau.of("A1").state is State.ADMITTED


# the whole round -----------------------------------------------------------------------------------------


def test_checks_between_schools_run_on_the_whole_round(bureau: Bureau) -> None:
    """Each part passed; together they do not, and the finding names the school's own file and cell."""
    for school, good in (("A1", GOOD), ("B2", GOOD_B)):
        staff = f"person_id,school_id,mentor\nP{school},{school},\nQ{school},{school},PA1\n"
        assert bureau.submit(school, {"enrolment.csv": good, "staff.csv": staff}).facts.opens
    joined = round_submission(bureau.round, bureau.pack.dictionary)
    report = check_submission(bureau.pack, joined)
    assert {one.code for one in report.findings if one.severity.value == "critical"} == {"ST-2"}
    assert {one.place for one in report.findings} == {"A1-000002/staff.csv:3", "B2-000003/staff.csv:3"}
    assert {file.name for file in joined.files} >= {"bureau-000001/schools.csv", "A1-000002/staff.csv"}


def test_an_exported_round_reads_back_as_the_same_rows(bureau: Bureau) -> None:
    """A folder for every other command, with a note of where each school's rows are from."""
    bureau.submit("A1", {"enrolment.csv": GOOD})
    bureau.submit("B2", {"enrolment.csv": GOOD_B})
    out = bureau.folder / "out"
    joined = export_round(bureau.round, bureau.pack.dictionary, out)
    back = read_submission(out, bureau.pack.dictionary)
    assert {name: rows.rows for name, rows in back.tables.items()} == {
        name: rows.rows for name, rows in joined.tables.items()
    }
    assert check_submission(bureau.pack, back).admit()
    assert "| A1 | 2 |" in (out / "README.md").read_text(encoding="utf-8")
    (out / "staff.parquet").write_bytes(b"")
    with pytest.raises(OutputError):
        export_round(bureau.round, bureau.pack.dictionary, out)


def test_rows_admitted_under_other_tables_are_refused_in_words(bureau: Bureau, folder_of_pack: Path) -> None:
    """A column that became a number since is no longer what was admitted."""
    bureau.submit("A1", {"enrolment.csv": GOOD})
    folder = bureau.folder / "tiny"
    shutil.copytree(folder_of_pack, folder)
    changed = TABLES.replace("grade: {type: integer", "grade: {type: decimal, scale: 1")
    (folder / "tables.yaml").write_text(changed, encoding="utf-8")
    with pytest.raises(SubmissionError) as refused:
        round_submission(bureau.round, read_pack(folder).dictionary)
    assert refused.value.faults[0].code == "other-tables"


def test_a_warning_waits_for_its_explanation_and_keeps_it_in_the_whole_round(bureau: Bureau) -> None:
    """Exit code 3 until it is explained; the explanation still holds when the round is gated as a whole."""
    large = GOOD.replace("30,12", "1200,12")
    receipt = bureau.submit("A1", {"enrolment.csv": large})
    assert (receipt.facts.exit_code, bureau.of("A1").state) == (3, State.EXPLANATIONS_NEEDED)
    assert bureau.of("A1").tally.unexplained == 1
    assert receipt.report is not None
    mark = receipt.report.unexplained[0].mark
    said = f"规则,单位代码,表,记录,校验码,说明\nEN-2,A1,enrolment,,{mark},合并办学\n"
    assert bureau.submit("A1", {"enrolment.csv": large, "数据说明.csv": said}).facts.exit_code == 0
    bureau.submit("B2", {"enrolment.csv": GOOD_B})
    report = check_submission(bureau.pack, round_submission(bureau.round, bureau.pack.dictionary))
    assert report.exit_code == 0
    assert [one.explained for one in report.findings] == ["合并办学"]


def test_rows_set_aside_stay_so_in_the_whole_round(bureau: Bureau, folder_of_pack: Path) -> None:
    """Where the pack admits a part, the cells that could not be read come along, and nobody else's rows."""
    folder = bureau.folder / "tiny"
    shutil.copytree(folder_of_pack, folder)
    rule = "gate: {rejected_rows: set_aside, at_most: 60 %}\n"
    (folder / "pack.yaml").write_text((folder / "pack.yaml").read_text() + rule, encoding="utf-8")
    bureau.pack = read_pack(folder)
    receipt = bureau.submit("A1", {"enrolment.csv": GOOD.replace("30,12", "约30,12")})
    assert (receipt.facts.decision, bureau.of("A1").state) == ("accepted_in_part", State.ADMITTED)
    joined = round_submission(bureau.round, bureau.pack.dictionary)
    assert [fault.file for fault in joined.faults] == ["A1-000002/enrolment.csv"]
    strange = bureau.submit("A1", {"enrolment.csv": f"{GOOD}B2,2025,1,5,3\n"})
    assert strange.facts.decision == "rejected"


# late ----------------------------------------------------------------------------------------------------


def test_nobody_is_late_on_the_last_day(bureau: Bureau) -> None:
    """The day runs to its end on the schools' clock: 15:59 UTC is 23:59 in Jieyang."""
    last = datetime(2026, 1, 15, 15, 59, tzinfo=UTC)
    data = written(bureau.folder / "data", {"enrolment.csv": GOOD})
    bureau.round.submit(bureau.pack, data, "A1", received=last)
    assert bureau.of("A1", 15).days_late == 0
    assert bureau.of("B2", 15).days_late == 0
    data = written(bureau.folder / "data", {"enrolment.csv": GOOD_B})
    bureau.round.submit(bureau.pack, data, "B2", received=last + timedelta(minutes=1))
    assert bureau.of("B2", 20).days_late == 1


def test_a_correction_after_the_last_day_does_not_make_a_school_late(bureau: Bureau) -> None:
    """The first admitted submission says whether it was in time."""
    bureau.submit("A1", {"enrolment.csv": GOOD}, day=14)
    bureau.submit("A1", {"enrolment.csv": GOOD.replace("30", "29")}, day=19)
    assert (bureau.of("A1", 20).number, bureau.of("A1", 20).days_late) == (3, 0)


def test_who_is_returned_or_silent_after_the_last_day_is_overdue(bureau: Bureau) -> None:
    """Days are counted until today."""
    bureau.submit("A1", {"enrolment.csv": GOOD.replace("30,12", "30,99")})
    assert [(one.school.id, one.days_late) for one in bureau.status(20).overdue] == [("A1", 5), ("B2", 5)]


# words ---------------------------------------------------------------------------------------------------


@pytest.fixture
def mixed(bureau: Bureau) -> RoundStatus:
    """Return a round with a school that was returned and one that is overdue."""
    bureau.submit("A1", {"enrolment.csv": GOOD.replace("30,12", "30,99").replace("31,14", "31,98")})
    return bureau.status(20)


def test_the_status_reads_in_both_languages(mixed: RoundStatus) -> None:
    """Counts first, then each school with its state, time and first reasons."""
    en, zh = status_text(mixed), status_text(mixed, "zh")
    head = "Round 2025 of tiny. 0 of 2 admitted; 1 returned, 1 not submitted. "
    assert en.splitlines()[0] == f"{head}Due 2026-01-15, today 2026-01-20, 2 overdue"
    assert "2026-01-10 09:00 (UTC+08:00)" in en
    assert "EN-1 is wrong [EN-1]" in en
    assert "应报 2 个单位，已通过 0；已退回 1、未报送 1。截止日期 2026-01-15" in zh
    assert "EN-1不对" in zh


def test_nothing_typed_by_a_sender_is_executed(mixed: RoundStatus) -> None:
    """Neither a formula in a spreadsheet nor markup on a page."""
    rows = list(csv.reader(status_csv(mixed).splitlines()))
    assert [row[1] for row in rows[1:]] == ["第一小学", "'@SUM(1)<b>"]
    assert "@SUM(1)&lt;b&gt;" in status_html(mixed)
    assert "<b>" not in status_html(mixed)
    assert "| B2 |" in status_markdown(mixed)


def test_the_json_of_a_state_is_always_the_same(mixed: RoundStatus) -> None:
    """A program may compare two of them."""
    said = json.loads(status_json(mixed))
    assert status_json(mixed) == status_json(mixed)
    assert (said["schema"], said["exit_code"], said["counts"]["overdue"]) == (
        "edutargets/round-status/1",
        1,
        2,
    )
    assert said["schools"][0]["reasons"][0]["code"] == "EN-1"
    assert said["schools"][0]["received"] == "2026-01-10T09:00:00+08:00"


# the store itself ----------------------------------------------------------------------------------------


def test_verify_says_what_was_altered(bureau: Bureau) -> None:
    """A byte of a file, a decision in a manifest, an entry taken away, a file laid beside."""
    for number in range(3):
        bureau.submit("A1", {"enrolment.csv": GOOD.replace("30", f"2{number}")})
    store, home = bureau.round.store, bureau.folder / "store" / "rounds" / "2025"
    entry = bureau.round.entries[1]
    file = home / "000002" / next(f.sha256 for f in entry.manifest.files if f.name.startswith("received/"))
    before = file.read_bytes()
    file.write_bytes(before.replace(b"31", b"91"))
    assert [fault.code for fault in store.verify("2025")] == ["altered"]
    with pytest.raises(StoreError):
        entry.read("received/enrolment.csv")
    file.write_bytes(before)
    (home / "000003" / "note.txt").write_text("x")
    assert [fault.code for fault in store.verify("2025")] == ["stranger"]
    (home / "000003" / "note.txt").unlink()
    manifest = home / "000003" / "manifest.json"
    manifest.write_text(manifest.read_text().replace("accepted", "rejected"))
    assert store.verify("2025")
    with pytest.raises(StoreError):
        read_round(bureau.folder / "store", "2025")
    shutil.rmtree(home / "000003")
    assert any("000003" in fault.found for fault in store.verify("2025"))


def test_a_store_of_a_newer_version_is_refused(bureau: Bureau) -> None:
    """What is not understood is not touched."""
    file = bureau.folder / "store" / "store.json"
    file.write_text(json.dumps({"format": "edutargets/submission-store", "version": 2}))
    with pytest.raises(StoreError) as refused:
        read_round(bureau.folder / "store", "2025")
    assert refused.value.faults[0].code == "newer-store"


def test_a_folder_with_other_things_becomes_no_store(tmp_path: Path, pack: Pack) -> None:
    """A slip of the finger must not fill somebody's documents."""
    written(tmp_path / "store", {"thesis.docx": "…"})
    with pytest.raises(StoreError, match=r"thesis\.docx"):
        open_round(tmp_path / "store", "2025", pack, written(tmp_path / "roster", {"schools.csv": ROSTER}))
    assert [path.name for path in (tmp_path / "store").iterdir()] == ["thesis.docx"]


def test_names_typed_by_senders_never_become_paths(bureau: Bureau) -> None:
    """Neither the school's file names nor its code are names in the store."""
    bureau.submit("A1", {"enrolment.csv": GOOD, "子目录/README.md": "x", "CON.txt": "y"})
    names = {path.name for path in (bureau.folder / "store").rglob("*")}
    assert not any("enrolment" in name or "CON" in name or "A1" in name for name in names)


def test_a_single_file_may_be_handed_in(bureau: Bureau) -> None:
    """A mended slip is one workbook."""
    path = written(bureau.folder / "data", {"enrolment.csv": GOOD}) / "enrolment.csv"
    assert bureau.round.submit(bureau.pack, path, "A1", received=START).facts.opens


# the commands --------------------------------------------------------------------------------------------


def test_the_commands_lead_through_a_round(
    bureau: Bureau, folder_of_pack: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Open, submit, look, correct, gate as a whole, export, verify: each with its exit code."""
    where = ["--store", str(bureau.folder / "new"), "--round", "2025"]
    bad = written(bureau.folder / "bad", {"enrolment.csv": GOOD.replace("30,12", "30,99")})
    good = written(bureau.folder / "good", {"enrolment.csv": GOOD})
    other = written(bureau.folder / "other", {"enrolment.csv": GOOD_B})
    pack, roster = str(folder_of_pack), str(bureau.folder / "roster")
    due = ["--due", "2099-01-15", "--utc-offset", "+08:00"]
    steps: list[tuple[list[str], int, str]] = [
        (["round", "open", pack, *where, "--roster", roster, *due], 0, "2 must report"),
        (["status", *where], 1, "2 not submitted"),
        (["submit", pack, str(bad), *where, "--from", "A1", "--by", "x"], 1, "submission 2 of round 2025"),
        (["status", *where, "--today", "2099-01-20", "--lang", "zh"], 1, "逾期 2"),
        (["submit", pack, str(good), *where, "--from", "A1"], 0, "receipt"),
        (["submit", pack, str(good), *where, "--from", "A1"], 0, "nothing was stored again"),
        (["submit", pack, str(other), *where, "--from", "B2", "--lang", "zh"], 0, "回执"),
        (["status", *where], 0, "2 of 2 admitted"),
        (["round", "gate", *where], 0, "Accepted"),
        (["round", "export", *where, "-o", str(bureau.folder / "out")], 0, ""),
        (["round", "verify", *where], 0, "4 entries"),
        (["round", "return", *where, "--from", "B2", "--reason", "please check"], 0, "entry 5"),
        (["status", *where], 1, "please check [sent-back]"),
        (["status", *where[:2], "--round", "2026"], 2, ""),
        (["status", *where, "--format", "html"], 1, "<!doctype html>"),
    ]  # fmt: skip
    for arguments, code, text in steps:
        with pytest.raises(SystemExit) as ended:
            cli.main(arguments)
        out = capsys.readouterr().out
        assert ended.value.code == code or (code == 0 and not ended.value.code), (arguments, out)
        assert text in out, arguments
