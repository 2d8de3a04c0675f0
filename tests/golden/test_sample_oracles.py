"""Both samples against verdicts that their generators worked out on their own, without the engine."""

from __future__ import annotations

import warnings
from fractions import Fraction
from functools import cache
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

PACKS = ("jieyang-district-2023", "chenghu-modernisation")
EXPECTED: dict[str, dict[str, Any]] = {
    pack: yaml.safe_load((shipped("sample_data") / pack / "expected_verdicts.yaml").read_text("utf-8"))[
        "targets"
    ]
    for pack in PACKS
}
TARGETS = [(pack, name) for pack, targets in EXPECTED.items() for name in targets]


@cache
def evaluated(name: str) -> PlanAttainment:
    """Return a complete sample, evaluated."""
    pack = read_pack(name)
    submission = read_submission(shipped("sample_data") / name / "complete", pack.dictionary)
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


@pytest.mark.parametrize("pack", PACKS)
def test_every_target_has_its_expected_verdict(pack: str) -> None:
    """No target is missing on either side, and every verdict is the generator's."""
    found = {name: attainment.verdict.value for name, attainment in evaluated(pack).items()}
    assert found == {name: expected["verdict"] for name, expected in EXPECTED[pack].items()}


@pytest.mark.parametrize(("pack", "name"), TARGETS)
def test_every_number_is_the_generators_own(pack: str, name: str) -> None:
    """Each value is that exact fraction, each year; each group has as many who missed and the same lowest."""
    expected, attainment = EXPECTED[pack][name], evaluated(pack)[name]
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
    district = EXPECTED["jieyang-district-2023"]
    assert {"met", "not_met", "undetermined"} <= {expected["verdict"] for expected in district.values()}
    assert district["preschool.public-enrolment-share"]["value"] == "1/2"
    assert district["finance.total-investment"]["value"] == "119999999999/100"


def test_every_value_of_the_district_is_exact() -> None:
    """Nothing is blank or rounded in the complete district, so nothing is left open."""
    for attainment in evaluated("jieyang-district-2023").values():
        if isinstance(attainment.original.target, Milestone):
            continue  # done, and not yet evidenced: that is what a milestone's range says
        for result in attainment.results:
            assert result.bounds is not None
            assert result.bounds.is_exact


@pytest.mark.parametrize("pack", PACKS)
def test_no_target_is_left_without_a_verdict(pack: str) -> None:
    """Nothing of a complete sample is not evaluable."""
    assert [name for name, one in evaluated(pack).items() if one.verdict.value == "not_evaluable"] == []
