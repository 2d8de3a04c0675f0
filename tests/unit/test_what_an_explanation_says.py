"""An explanation as one sentence and as data, and what it says should be checked first."""

import json
from fractions import Fraction
from pathlib import Path

import pytest

from edutargets.attainment import Attainment, evaluate
from edutargets.bounds import Interval
from edutargets.check_first import check_first, doubts
from edutargets.checks import Check, Severity, Suite
from edutargets.exact_records import exact_record
from edutargets.explained import with_explanation
from edutargets.explanations import Explanation, explain
from edutargets.fed_targets import fed_targets
from edutargets.gate import GateReport, gate_submission
from edutargets.goals import Verdict
from edutargets.pack_files import GateRule, PackFile
from edutargets.plans import Pack, Plan, bind_all
from edutargets.sources import Bilingual
from edutargets.submissions import Submission, read_submission
from edutargets.tables import Dictionary

DICTIONARY = Dictionary.model_validate(
    {
        "tables": {
            "schools": {
                "title": {"en": "Schools", "zh": "学校"},
                "counts": "school",
                "key": ["school", "year"],
                "period": "year",
                "reports": "school",
                "columns": {
                    "school": {"type": "code"},
                    "name": {"type": "text"},
                    "year": {"type": "year"},
                    "town": {
                        "type": "category",
                        "values": {"n": {"en": "North", "zh": "北镇"}, "s": {"en": "South", "zh": "南镇"}},
                    },
                    "pupils": {"type": "integer", "unit": "student", "range": [0, 1000]},
                    "girls": {"type": "integer", "unit": "student", "range": [0, 1000]},
                },
            }
        }
    }
)
HEAD = "school,name,year,town,pupils,girls\n"
ROWS = "A,One,2025,n,100,50\nB,Two,2025,s,200,40\nC,Three,2025,s,100,48\nD,Four,2025,n,100,60\n"
GIRLS = {
    "id": "girls",
    "title": {"en": "Girls", "zh": "女生比例"},
    "type": "ratio",
    "from": "schools",
    "numerator": "sum(girls)",
    "denominator": "sum(pupils)",
    "at_least": "50 %",
    "by": "2025-12-31",
}
PUPILS = {
    "id": "pupils",
    "title": {"en": "Pupils", "zh": "学生数"},
    "type": "count",
    "from": "schools",
    "count": "sum(pupils)",
    "at_least": "10 student",
    "by": "2025-12-31",
}
AGAIN = {
    "id": "again",
    "title": {"en": "Girls, once more", "zh": "女生比例(再述)"},
    "type": "alias",
    "same_as": "girls",
}
TOO_MANY = Check(
    code="R-1", type="expect_column_values_to_be_between", kwargs={"column": "pupils", "max_value": 1000}
)
ODD = Check(
    code="W-1",
    type="expect_rows",
    kwargs={"predicate": "girls <= 55"},
    severity=Severity.WARNING,
    says=Bilingual(en="unusually many girls", zh="女生偏多"),
)


def pack() -> Pack:
    """Bind the promises of this module."""
    plan = Plan.from_fields([GIRLS, PUPILS, AGAIN])
    return Pack(
        Path(__file__).parent, PackFile(id="tiny"), DICTIONARY, plan, Plan(()), {}, bind_all(plan, DICTIONARY)
    )


def gated(submission: Submission, *checks: Check) -> GateReport:
    """Put what was handed in before the gate."""
    suites = {"schools": Suite(name="tiny--schools", table="schools", checks=checks)}
    return gate_submission(submission, suites, rule=GateRule(rejected_rows="set_aside", at_most="30 %"))


def read(folder: Path, rows: str = ROWS) -> Submission:
    """Read rows from a file, as a school hands them in."""
    (folder / "schools.csv").write_text(HEAD + rows, encoding="utf-8")
    return read_submission(folder, DICTIONARY)


def found(folder: Path, name: str = "girls", rows: str = ROWS) -> Attainment:
    """Judge one promise on rows that break no rule."""
    return evaluate(pack(), gated(read(folder, rows), TOO_MANY).admit())[name]


def told(folder: Path, language: str, name: str = "girls", rows: str = ROWS) -> Explanation:
    """Explain it."""
    return explain(found(folder, name, rows), "zh" if language == "zh" else "en")


# one sentence --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "start", "end"),
    [
        ("en", "Girls: not met; 2025: 39.6 %; goal: at least 50 %, by 2025-12-31; to meet it: ", "South."),
        ("zh", "女生比例：未达成；2025 年：39.6 %；目标：截至 2025-12-31 不低于 50 %；达成所需：", "南镇。"),
    ],
)
def test_a_briefing_gets_one_sentence(tmp_path: Path, language: str, start: str, end: str) -> None:
    """Verdict, value, goal, what it would take and where most is lacking; no sign, no line break."""
    said = told(tmp_path, language).brief
    assert said.startswith(start)
    assert said.endswith(end)
    assert "\n" not in said


def test_what_is_met_needs_nothing_in_a_briefing(tmp_path: Path) -> None:
    """A sentence about a promise that is kept ends with the goal."""
    assert told(tmp_path, "en", "pupils").brief == (
        "Pupils: met; 2025: 500 students; goal: at least 10 students, by 2025-12-31."
    )


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_promise_said_twice_is_briefed_as_the_promise_itself(tmp_path: Path, language: str) -> None:
    """The second time adds nothing that a briefing needs."""
    assert told(tmp_path, language, "again").brief == told(tmp_path, language).brief


def test_towns_that_lack_alike_are_not_told_apart(tmp_path: Path) -> None:
    """Where two lack the same, neither has the largest gap."""
    alike = "A,One,2025,n,100,40\nB,Two,2025,s,100,40\nC,Three,2025,s,100,50\n"
    assert "largest" not in told(tmp_path, "en", rows=alike).brief


# data ----------------------------------------------------------------------------------------------


def test_an_explanation_is_data_with_exact_numbers(tmp_path: Path) -> None:
    """A program reads the result, the parts and who adds what, as fractions."""
    explanation = told(tmp_path, "zh")
    said = json.loads(explanation.to_json())
    assert said["schema"] == "edutargets/explanation/1"
    assert said["brief"] == explanation.brief
    assert [one["key"] for one in said["sections"]] == [one.key for one in explanation.sections]
    assert said["facts"]["result"]["value"] == "99/250"
    south, north = said["facts"]["towns"]["everyone"]
    assert (south["code"], Fraction(south["amount"])) == ("s", Fraction(62))
    assert Fraction(south["amount"]) + Fraction(north["amount"]) == 52
    assert {"need", "reporters", "check_first"} <= set(said["facts"])


def test_what_cannot_be_written_exactly_is_refused() -> None:
    """Nothing is turned into a text that a program would read as something else."""
    assert exact_record({"a": (Fraction(1, 3), Interval(Fraction(0), Fraction(1)), Verdict.MET)}) == {
        "a": ["1/3", ["0", "1"], "met"]
    }
    for odd in (object(), float("nan"), float("inf"), b"bytes"):
        with pytest.raises(TypeError, match="exact record"):
            exact_record([odd])


# what to check first -------------------------------------------------------------------------------


def test_the_one_school_that_has_most_of_the_gap_is_to_be_checked(tmp_path: Path) -> None:
    """60 of the 62 that are lacking in all below the goal are lacking at one school."""
    (doubt,) = doubts(found(tmp_path))
    assert (doubt.kind, doubt.says.en) == (
        "one_unit",
        "Two (B) alone makes up 96 % of what is lacking: hold its rows against its own records",
    )
    assert doubt.says.zh == "仅 Two (B) 一家就占差额的 96 %：先将其数据与原始记录核对"


def test_a_promise_that_is_kept_asks_for_no_school_to_be_checked(tmp_path: Path) -> None:
    """Nothing stands out, so nothing is said."""
    assert check_first(found(tmp_path, "pupils"), "en") is None


def test_a_figure_explained_instead_of_corrected_is_to_be_checked(tmp_path: Path) -> None:
    """The verdict rests on it, so its reader learns what the school wrote, and where it stands."""
    submission = read(tmp_path)
    report = gated(submission, TOO_MANY, ODD)
    accepted = gated(with_explanation(submission, report.unexplained[0], "合并了女子班"), TOO_MANY, ODD)
    results = evaluate(pack(), accepted.admit())
    first = doubts(results["girls"])[0]
    assert (first.kind, first.count, first.place) == ("explained", 1, "schools.csv:5")
    assert first.says.en == (
        "1 figure in columns it is computed from was explained, not corrected, "
        "first schools.csv:5 W-1: “合并了女子班”"
    )
    assert "所用的列中有 1 处数据是经说明后保留的，首先是 schools.csv:5 W-1：“合并了女子班”" in first.says.zh
    assert [one.kind for one in doubts(results["pupils"])] == []
    assert "girls" in fed_targets(pack()).of_check(ODD, "schools")


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("en", "1 row of “Schools” set aside, first D·2025 (R-1)"),
        ("zh", "“学校”有 1 行被剔除，首先是 D·2025（R-1）"),
    ],
)
def test_rows_set_aside_come_first(tmp_path: Path, language: str, says: str) -> None:
    """What keeps a value from being exact is the first thing to mend."""
    rows = ROWS.replace("D,Four,2025,n,100,60", "D,Four,2025,n,5000,60")
    section = check_first(found(tmp_path, "girls", rows), "zh" if language == "zh" else "en")
    assert section is not None
    assert section.lines[0] == says
