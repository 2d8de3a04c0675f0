"""One row of one school at fault in the invented district: one target is left open by it, and only by it."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from edutargets.attainment import evaluate
from edutargets.checking import check_submission, read_data, sample_data, sample_folders
from edutargets.demo import not_found, planted_faults
from edutargets.findings import Decision
from edutargets.goals import Verdict
from edutargets.pack_files import GateRule
from edutargets.plans import read_pack, shipped

if TYPE_CHECKING:
    from edutargets.attainment import PlanAttainment
    from edutargets.gate import GateReport
    from edutargets.plans import Pack

NAME = "jieyang-district-2023"
TARGET = "teachers.high-level-recruits-per-year"
RULE = GateRule(rejected_rows="set_aside", at_most="1 %")


@pytest.fixture(scope="module")
def pack() -> Pack:
    """Return the district's plan and tables."""
    return read_pack(NAME)


@pytest.fixture(scope="module")
def report(pack: Pack) -> GateReport:
    """Return what the gate says, where rejected rows may be set aside."""
    return check_submission(pack, read_data(pack, f"sample:{NAME}/one_row"), rule=RULE)


@pytest.fixture(scope="module")
def in_part(pack: Pack, report: GateReport) -> PlanAttainment:
    """Return the verdicts without that row."""
    return evaluate(pack, report.admit())


@pytest.fixture(scope="module")
def complete(pack: Pack) -> PlanAttainment:
    """Return the verdicts of the district as it truly is."""
    return evaluate(pack, check_submission(pack, read_data(pack, f"sample:{NAME}/complete")).admit())


def test_the_one_fault_is_found_and_its_row_alone_is_set_aside(report: GateReport) -> None:
    """A high-level teacher with a bachelor's degree: the row says who and where, the rest is admitted."""
    (planted,) = planted_faults(shipped("sample_data") / NAME / "planted_faults_one_row.csv")
    assert not_found([planted], report) == []
    assert report.decision is Decision.ACCEPTED_IN_PART
    (row,) = report.admit().rejected_rows
    assert (row.table, row.key, row.reporter, row.codes, row.there) == (
        "recruits",
        (("person_id", "P003435"),),
        "JY1074",
        ("RE-05",),
        True,
    )
    assert (planted["code"], planted["reporter"]) == (*row.codes, row.reporter)


def test_without_a_rule_the_one_row_sends_everything_back(pack: Pack) -> None:
    """The pack itself sets nothing aside."""
    report = check_submission(pack, read_data(pack, f"sample:{NAME}/one_row"))
    assert report.decision is Decision.REJECTED


def test_one_target_is_left_open_by_that_row_and_every_other_is_as_before(
    in_part: PlanAttainment, complete: PlanAttainment
) -> None:
    """136 recruits are promised for 2024 and 136 there were: without the row it is 135 or 136."""
    moved = [
        name
        for name in complete
        if (in_part[name].verdict, in_part[name].value, in_part[name].lower, in_part[name].upper)
        != (complete[name].verdict, complete[name].value, complete[name].lower, complete[name].upper)
    ]
    assert moved == [TARGET]
    open_one, known = in_part[TARGET], complete[TARGET]
    assert (known.verdict, open_one.verdict) == (Verdict.MET, Verdict.UNDETERMINED)
    years = {result.period: (result.value, result.bounds) for result in open_one.results}
    value, bounds = years["2024"]
    assert bounds is not None
    assert (value, bounds.lower, bounds.upper) == (Fraction(135), Fraction(135), Fraction(136))
    before = {result.period: result.value for result in known.results}
    assert before["2024"] == 136
    assert {year: value for year, (value, _) in years.items() if year != "2024"} == {
        year: value for year, value in before.items() if year != "2024"
    }


def test_a_sample_that_holds_only_what_differs_is_laid_out_whole() -> None:
    """Only one file stands in it; the others are those of the complete one, byte for byte."""
    own, like = sample_folders(f"{NAME}/one_row")
    whole = sample_data(f"{NAME}/one_row")
    assert whole == sample_data(f"{NAME}/one_row")
    names = {path.name for path in like.iterdir()}
    assert {path.name for path in whole.iterdir()} == names
    (different,) = {path.name for path in own.iterdir()} - {"sample.yaml"}
    assert {name for name in names if (whole / name).read_bytes() != (like / name).read_bytes()} == {
        different
    }
    assert (whole / different).read_bytes() == (own / different).read_bytes()
    assert sample_folders(f"{NAME}/complete") == (like,)
