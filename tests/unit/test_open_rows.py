"""What is open of a result: who could settle it, with what, and what it would come to then."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from edutargets.attainment import PlanAttainment, evaluate
from edutargets.checks import Check, Suite
from edutargets.errors import DefinitionError
from edutargets.gate import gate_submission
from edutargets.goals import Verdict
from edutargets.open_results import OpenResult, open_result, settled
from edutargets.pack_files import GateRule, PackFile
from edutargets.plans import Pack, Plan, bind_all
from edutargets.submissions import read_submission
from edutargets.tables import Dictionary
from edutargets.yaml_files import parse_yaml, read_definition

TABLES = """
tables:
  schools:
    counts: school
    key: [school_id, year]
    period: year
    reports: school_id
    columns:
      school_id: {type: code}
      year: {type: year}
      location: {type: category, values: {rural: {}, urban: {}}}
      pupils: {type: integer, unit: student, range: [0, 100]}
      boarders: {type: integer, unit: student, range: [0, 100]}
  staff:
    counts: teacher
    key: [person_id, year]
    period: year
    reports: school_id
    columns:
      person_id: {type: code}
      school_id: {type: code, references: schools.school_id}
      year: {type: year}
  training:
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
"""
DICTIONARY = read_definition(parse_yaml(TABLES, "tables.yaml"), Dictionary)
ROWS = {
    "schools": "school_id,year,location,pupils,boarders\n"
    "A,2024,rural,50,10\nB,2024,urban,40,20\n"
    "A,2025,rural,50,10\nB,2025,urban,999,20\nC,2025,urban,30,30\n",
    "staff": "person_id,school_id,year\n" + "".join(f"P{at},{'AABBC'[at]},2025\n" for at in range(5)),
    "training": "record_id,person_id,school_id,year,hours\n"
    "R1,P0,A,2025,90\nR2,P0,A,2025,999\nR3,P1,A,2025,60\nR4,P1,A,2025,999\n",
}
IN = {"in": 2025}
SUM = {"type": "count", "from": "schools", "count": "sum(pupils)", "at_least": 150, **IN}
Given = Callable[..., PlanAttainment]


def _most(table: str, column: str) -> Suite:
    check = Check(
        code=f"{table}.most",
        type="expect_column_values_to_be_between",
        kwargs={"column": column, "max_value": 100},
    )
    return Suite(name=f"pack--{table}", table=table, checks=(check,))


@pytest.fixture
def given(tmp_path: Path) -> Given:
    """Return what judges targets on the rows of the district after its gate, which sets some aside."""

    def judge(*targets: dict[str, Any], **rule: str) -> PlanAttainment:
        for name, text in ROWS.items():
            (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
        written = GateRule(rejected_rows="set_aside", at_most="60 %", **rule)  # type: ignore[arg-type]  # read from text
        suites = {"schools": _most("schools", "pupils"), "training": _most("training", "hours")}
        report = gate_submission(read_submission(tmp_path, DICTIONARY), suites, rule=written)
        plan = Plan.from_fields([{"id": f"t.n{at}", **fields} for at, fields in enumerate(targets)])
        file = PackFile(id="tiny", gate=written)
        pack = Pack(tmp_path, file, DICTIONARY, plan, Plan(()), {}, bind_all(plan, DICTIONARY))
        return evaluate(pack, report.admit())

    return judge


def _open(found: PlanAttainment, name: str = "t.n0") -> OpenResult:
    told = open_result(found[name])
    assert told is not None
    return told


def test_the_row_to_ask_for_is_named_with_its_school_and_the_check_it_failed(given: Given) -> None:
    """School B handed in 999 pupils: that row is asked for, and nothing else."""
    (group,) = _open(given(SUM)).groups
    (source,) = group.sources
    assert (source.table, source.reporter, source.year) == ("schools", "B", 2025)
    assert (dict(source.key), source.columns) == ({"school_id": "B", "year": "2025"}, ("pupils",))
    assert (source.why, source.codes) == ("rejected", ("schools.most",))
    assert group.reporters == ("B",)


def test_a_total_settles_where_the_open_row_says_so(given: Given) -> None:
    """Eighty pupils are known of the 150 wanted: seventy at school B are enough, one less is not."""
    told = _open(given(SUM))
    assert (told.result.judged, told.result.sharpness) == (told.result.bounds, "sharp")
    (group,) = told.groups
    (row,) = group.rows
    for pupils, verdict in ((70, Verdict.MET), (69, Verdict.NOT_MET)):
        choice = replace(row.choices[0], adds=(Fraction(pupils),))
        known = replace(group, alternatives=((replace(row, choices=(choice,)),),))
        assert told.judged([known]).verdict is verdict


def test_each_outcome_settles_a_group(given: Given) -> None:
    """The ends of a range are outcomes; what is left out counts as it is known today."""
    told = _open(given(SUM))
    (group,) = told.groups
    found = {told.judged([settled(group, 0, [at])]).judged for at in range(len(group.rows[0].choices))}
    assert {one.upper for one in found if one is not None} == {80, 180}
    assert told.judged([]).judged == told.judged([settled(group, 0, [0])]).judged


def test_hours_that_are_enough_already_are_enough_whatever_another_record_says(given: Given) -> None:
    """Ninety hours and an unread record are ninety at least; sixty and an unread record may be enough."""
    hours = {"type": "training_hours", "share_of": "staff", "hours": "sum(training.hours)", **IN}
    found = given({**hours, "at_least": "90 training_hour", "share_at_least": "20 %"})["t.n0"]
    assert (found.verdict, found.lower, found.upper) == (Verdict.MET, Fraction(1, 5), Fraction(2, 5))
    told = open_result(found)
    assert told is not None
    (group,) = told.groups
    assert [dict(source.key) for source in group.sources] == [{"record_id": "R4"}]


def test_the_mean_of_a_group_has_a_range_where_a_record_is_unread(given: Given) -> None:
    """Two unread records of at most a hundred hours each, for five teachers with 150 hours known."""
    hours = {"type": "training_hours", "mean_of": "staff", "hours": "sum(training.hours)", **IN}
    found = given({**hours, "at_least": "90 training_hour"})["t.n0"]
    assert (found.verdict, found.lower, found.upper) == (Verdict.NOT_MET, 30, 70)


def test_rows_that_look_up_one_unknown_cell_share_it(given: Given) -> None:
    """Nobody knows where school B lies: both its teachers are rural, or neither is."""
    rural = "count(*) filter (where schools.location = 'rural')"
    urban = "count(*) filter (where schools.location = 'urban')"
    fields = {"type": "ratio", "from": "staff", "numerator": rural, "denominator": urban, "gross": True, **IN}
    found = given({**fields, "at_least": "50 %"})
    told = _open(found)
    (group,) = told.groups
    assert group.source is not None
    assert (group.source.table, group.source.reporter, group.source.why) == ("schools", "B", "rejected")
    assert sorted(dict(one)["schools.location"] for one in group.shared) == ["rural", "urban"]
    assert (found["t.n0"].lower, found["t.n0"].upper) == (Fraction(2, 3), 4)


def test_a_share_of_one_column_in_itself_is_sharp(given: Given) -> None:
    """Rural pupils of all pupils: what stands above the line stands below it, too."""
    rural = "sum(pupils) filter (where location = 'rural')"
    fields = {"type": "ratio", "from": "schools", "numerator": rural, "denominator": "sum(pupils)", **IN}
    found = given({**fields, "at_least": "50 %"})["t.n0"]
    assert (found.lower, found.upper) == (Fraction(50, 180), Fraction(150, 180))
    assert found.deciding is not None
    assert found.deciding.sharpness == "sharp"


def test_an_unknown_number_may_be_held_near_the_year_before(given: Given) -> None:
    """School B had 40 pupils in 2024: within 10 % it has 36 to 44, and the pack's choice is printed."""
    found = given(SUM, unknown_within="10 %")
    assert (found["t.n0"].lower, found["t.n0"].upper) == (80 + 36, 80 + 44)
    assert found["t.n0"].verdict is Verdict.NOT_MET
    for language in ("en", "zh"):
        assert any("10 %" in one for one in found.cautions(language))  # type: ignore[arg-type]
    assert not any("10 %" in one for one in given(SUM).cautions("en"))


@pytest.mark.parametrize("share", ["10 CNY", "-5 %"])
def test_how_near_is_a_share(share: str) -> None:
    """Anything else is refused where it is written."""
    with pytest.raises((DefinitionError, ValueError), match="unknown_within"):
        GateRule(rejected_rows="set_aside", at_most="5 %", unknown_within=share)  # type: ignore[arg-type]


def test_what_is_known_has_nothing_open(given: Given) -> None:
    """A target whose rows were all admitted is exact, and nobody is asked for anything."""
    found = given({**SUM, "count": "sum(pupils) filter (where school_id <> 'B')"})
    assert open_result(found["t.n0"]) is None
    assert [one.sharpness for one in found["t.n0"].results] == ["exact"]
