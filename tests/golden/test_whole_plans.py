"""Both plans whole: every sentence and number is accounted for, and their samples pass the gate."""

from __future__ import annotations

import pytest

from edutargets.checking import check_submission
from edutargets.coverage import coverage_of
from edutargets.plans import read_pack, shipped
from edutargets.submissions import read_submission

PLANS = ("chenghu-modernisation", "jieyang-district-2023")


@pytest.mark.parametrize("name", PLANS)
def test_every_sentence_and_number_of_a_plan_is_accounted_for(name: str) -> None:
    """Each is bound to a target or excluded with a reason, and no target could be deleted unnoticed."""
    found = coverage_of(read_pack(name))
    assert found.whole
    assert found.unnoticed == ()


@pytest.mark.parametrize("name", PLANS)
def test_a_complete_sample_is_accepted_by_the_gate(name: str) -> None:
    """Its verdicts rest on checked data."""
    pack = read_pack(name)
    report = check_submission(
        pack, read_submission(shipped("sample_data") / name / "complete", pack.dictionary)
    )
    assert report.exit_code == 0
