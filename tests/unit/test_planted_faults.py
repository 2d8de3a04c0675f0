"""The faults planted in the samples: each is found where it was planted, and few rules are never tripped."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from edutargets.checking import check_submission, read_data, sample_data
from edutargets.checks import Severity
from edutargets.demo import not_found, planted_faults
from edutargets.findings import Decision
from edutargets.plans import read_pack
from edutargets.suite_lints import untripped
from edutargets.suites import read_suites

if TYPE_CHECKING:
    from edutargets.gate import GateReport

DISTRICT, CAMPAIGN = "jieyang-district-2023", "chenghu-modernisation"
LISTS = {
    f"{DISTRICT}/faulty": "planted_faults.csv",
    f"{DISTRICT}/faulty_town": "planted_faults_town.csv",
    f"{CAMPAIGN}/faulty": "planted_faults.csv",
}
NEVER_TRIPPED = {DISTRICT: {"CL-08", "CL-09", "SP-07", "PO-08", "GI-08"}, CAMPAIGN: set()}
"""Heaps and copies that take more rows than a sample spoils; `test_check_kinds` holds their kinds."""


@pytest.fixture(scope="module")
def reports() -> dict[str, GateReport]:
    """Return what the gate says of each sample of the two invented plans."""
    names = (*LISTS, f"{DISTRICT}/complete", f"{CAMPAIGN}/complete")
    packs = {name: read_pack(name) for name in NEVER_TRIPPED}
    samples = {name: packs[name.partition("/")[0]] for name in names}
    return {name: check_submission(pack, read_data(pack, f"sample:{name}")) for name, pack in samples.items()}


@pytest.mark.parametrize("sample", LISTS)
def test_the_gate_finds_every_planted_fault_at_its_file_row_and_code(
    sample: str, reports: dict[str, GateReport]
) -> None:
    """What was spoilt is rejected, each fault is a finding of the rule it was planted for, in its row."""
    report = reports[sample]
    planted = planted_faults(sample_data(sample).parent / LISTS[sample])
    assert report.decision is Decision.REJECTED
    assert len(planted) >= 50
    assert not_found(planted, report) == []


@pytest.mark.parametrize("name", NEVER_TRIPPED)
def test_nearly_every_rule_is_tripped_by_a_sample(name: str, reports: dict[str, GateReport]) -> None:
    """A rule that no fault ever trips is a rule nobody has seen work."""
    pack = read_pack(name)
    rules = read_suites(pack.suites_folder, pack.dictionary, pack.plan.ids)
    own = [report for sample, report in reports.items() if sample.startswith(name)]
    assert {one.says.partition(":")[0] for one in untripped(rules, own)} == NEVER_TRIPPED[name]


def test_the_complete_district_is_accepted_because_it_explains_its_warnings(
    reports: dict[str, GateReport],
) -> None:
    """It has a few warnings with an explanation each, and nothing that must be corrected."""
    report = reports[f"{DISTRICT}/complete"]
    asked = [one for one in report.findings if one.severity is Severity.WARNING]
    assert report.decision is Decision.ACCEPTED
    assert {one.code for one in asked} == {"AT-09", "SR-11"}
    assert all(one.explained for one in asked)


@pytest.mark.parametrize("table", ["enrolment", "unit_commitments", "reward_pay", "population", "rotations"])
def test_a_table_that_everybody_owes_says_so_in_the_dictionary(table: str) -> None:
    """Who must hand it in is a view of the roster."""
    dictionary = read_pack(DISTRICT).dictionary
    roster = dictionary.tables[table].expected_from
    assert roster is not None
    assert dictionary.relation(roster).table == "institutions"


def test_credit_codes_of_the_invented_district_are_right_and_of_no_region() -> None:
    """Their check characters are right, and no region of the country has their six digits."""
    pack = read_pack(DISTRICT)
    rows = read_data(pack, f"sample:{DISTRICT}/complete").tables["institutions"].rows
    codes = rows["credit_code"].to_pylist()
    assert None not in codes
    assert {code[2:8] for code in codes} == {"449999"}
