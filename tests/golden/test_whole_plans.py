"""Both plans whole: every sentence and number is accounted for, and the second sample is judged."""

from __future__ import annotations

import warnings
from typing import Any

import pytest
import yaml

from edutargets.attainment import PlanAttainment, evaluate
from edutargets.checking import check_submission
from edutargets.coverage import coverage_of
from edutargets.gate import UncheckedDataWarning, admit_unchecked
from edutargets.plans import read_pack, shipped
from edutargets.submissions import read_submission

PLANS = ("chenghu-modernisation", "jieyang-district-2023")
CHENGHU = shipped("sample_data") / "chenghu-modernisation"
EXPECTED: dict[str, Any] = yaml.safe_load((CHENGHU / "expected_verdicts.yaml").read_text(encoding="utf-8"))[
    "targets"
]


@pytest.mark.parametrize("name", PLANS)
def test_every_sentence_and_number_of_a_plan_is_accounted_for(name: str) -> None:
    """Each is bound to a target or excluded with a reason, and no target could be deleted unnoticed."""
    found = coverage_of(read_pack(name))
    assert found.whole
    assert found.unnoticed == ()


@pytest.fixture(scope="module")
def chenghu() -> PlanAttainment:
    """Return the sample of the second plan, evaluated."""
    pack = read_pack("chenghu-modernisation")
    submission = read_submission(CHENGHU / "complete", pack.dictionary)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UncheckedDataWarning)
        return evaluate(pack, admit_unchecked(submission, reason="the gate is asked below"))


def test_the_second_sample_is_accepted_by_the_gate() -> None:
    """Its verdicts rest on checked data."""
    pack = read_pack("chenghu-modernisation")
    report = check_submission(pack, read_submission(CHENGHU / "complete", pack.dictionary))
    assert report.exit_code == 0


def test_every_target_of_the_second_plan_is_expected(chenghu: PlanAttainment) -> None:
    """A target without an expectation would never be found wrong."""
    assert set(chenghu) == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_a_verdict_of_the_second_plan_is_the_generators(name: str, chenghu: PlanAttainment) -> None:
    """The generator works it out in plain Python, beside the data it invents."""
    assert chenghu[name].verdict.value == EXPECTED[name]["verdict"]


def test_no_target_of_the_whole_district_plan_is_left_without_a_verdict_or_a_reason() -> None:
    """Nothing is not evaluable without saying why."""
    pack = read_pack("jieyang-district-2023")
    folder = shipped("sample_data") / "jieyang-district-2023" / "complete"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UncheckedDataWarning)
        admitted = admit_unchecked(read_submission(folder, pack.dictionary), reason="a test")
    found = evaluate(pack, admitted)
    assert [name for name, one in found.items() if one.verdict.value == "not_evaluable"] == []
