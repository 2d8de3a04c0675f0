"""The sample district against verdicts that its generator worked out on its own, without the engine."""

from __future__ import annotations

import warnings
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from edutargets.attainment import Attainment, PlanAttainment, evaluate
from edutargets.gate import UncheckedDataWarning, admit_unchecked
from edutargets.plans import read_pack, shipped
from edutargets.submissions import read_submission
from edutargets.targets import Milestone

if TYPE_CHECKING:
    from edutargets.judging import Result

FOLDER = shipped("sample_data") / "jieyang-district-2023"
EXPECTED: dict[str, Any] = yaml.safe_load((FOLDER / "expected_verdicts.yaml").read_text(encoding="utf-8"))[
    "targets"
]


@pytest.fixture(scope="module")
def district() -> PlanAttainment:
    """Return the sample district, evaluated."""
    pack = read_pack("jieyang-district-2023")
    submission = read_submission(FOLDER / "complete", pack.dictionary)
    assert not submission.faults
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UncheckedDataWarning)
        return evaluate(pack, admit_unchecked(submission, reason="the gate has tests of its own"))


def _of_year(attainment: Attainment, year: int) -> Result:
    """Return the result of a year; a series is labelled by its steps."""
    (found,) = [one for one in attainment.results if one.period in {str(year), f"{year - 1}→{year}"}]
    return found


def _numbers(result: Result, expected: dict[str, Any]) -> dict[str, object]:
    """Return of a result what the generator says of it."""
    found: dict[str, object] = {"verdict": result.verdict.value}
    if "value" in expected:
        found["value"] = result.value
    if "entities" in expected:
        found["entities"] = result.parts["all"].value
        found["not met by"] = result.parts["all"].value - result.parts["meeting"].value
    if "least" in expected:
        found["least"] = result.parts["lowest"].value
    return found


def _expected(expected: dict[str, Any]) -> dict[str, object]:
    found: dict[str, object] = {"verdict": expected["verdict"]}
    found |= {name: Fraction(expected[name]) for name in ("value", "entities", "least") if name in expected}
    if "entities" in expected:
        found["not met by"] = len(expected["not_met_by"])
    return found


def test_every_target_has_its_expected_verdict(district: PlanAttainment) -> None:
    """No target is missing on either side, and every verdict is the generator's."""
    assert set(district) == set(EXPECTED)
    found = {name: attainment.verdict.value for name, attainment in district.items()}
    assert found == {name: expected["verdict"] for name, expected in EXPECTED.items()}


@pytest.mark.parametrize("name", EXPECTED)
def test_every_number_is_the_generators_own(district: PlanAttainment, name: str) -> None:
    """Each value is that exact fraction, each year; each group has as many who missed and the same lowest."""
    expected, attainment = EXPECTED[name], district[name]
    if "years" in expected:
        assert len(attainment.results) == len(expected["years"])
        for year, of_year in expected["years"].items():
            assert _numbers(_of_year(attainment, int(year)), of_year) == _expected(of_year), year
    elif attainment.results:
        assert attainment.deciding is not None
        assert _numbers(attainment.deciding, expected) == _expected(expected)
    if "value" in expected:
        assert attainment.value == Fraction(expected["value"])


def test_the_sample_reaches_what_a_plan_can_come_to() -> None:
    """Targets met and missed, exactly at the line and just below it, are all among the samples."""
    verdicts = [expected["verdict"] for expected in EXPECTED.values()]
    assert {"met", "not_met"} <= set(verdicts)
    assert EXPECTED["preschool.public-enrolment-share"]["value"] == "1/2"
    assert EXPECTED["finance.total-investment"]["value"] == "119999999999/100"


def test_every_value_is_exact(district: PlanAttainment) -> None:
    """Nothing is blank or rounded in the complete sample, so nothing is left open."""
    for attainment in district.values():
        if isinstance(attainment.original.target, Milestone):
            continue  # done, and not yet evidenced: that is what a milestone's range says
        for result in attainment.results:
            assert result.bounds is not None
            assert result.bounds.is_exact
