"""Numbers needed in worked cases: fractions decide, and the shipped plan's numbers are tried on its data."""

import warnings
from fractions import Fraction
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from edutargets.attainment import PlanAttainment, evaluate
from edutargets.gate import UncheckedDataWarning, admit_unchecked
from edutargets.goals import Verdict
from edutargets.needs_of_targets import needed, numbers_needed
from edutargets.plans import Pack, PackFile, Plan, bind_all, read_pack, shipped
from edutargets.submissions import Submission, read_submission
from edutargets.tables import Dictionary
from edutargets.trials import tried

DISTRICT = "jieyang-district-2023"
COLUMNS = {
    "school": {"type": "code"},
    "students": {"type": "integer", "unit": "student"},
    "teachers": {"type": "decimal", "scale": 2, "unit": "teacher"},
}
TABLE = {"counts": "school", "key": ["school"], "reports": "school", "columns": COLUMNS}
DICTIONARY = Dictionary.model_validate({"tables": {"schools": TABLE}})
SIDES = {"numerator": "sum(students)", "denominator": "sum(teachers)", "at_most": "20"}


def judged(rows: list[tuple[str, int, str]], **target: object) -> PlanAttainment:
    """Judge one target on a few schools."""
    plan = Plan.from_fields([{"id": "t", "type": "density", **SIDES, **target}])
    frame = pd.DataFrame(rows, columns=["school", "students", "teachers"], dtype=object)
    submission = Submission.from_frames({"schools": frame}, DICTIONARY)
    pack = Pack(
        Path(__file__).parent, PackFile(id="tiny"), DICTIONARY, plan, Plan(()), {}, bind_all(plan, DICTIONARY)
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UncheckedDataWarning)
        return evaluate(pack, admit_unchecked(submission, reason="a test"))


@cache
def district() -> PlanAttainment:
    """Evaluate the shipped district plan on its shipped data."""
    pack = read_pack(DISTRICT)
    submission = read_submission(shipped("sample_data") / DISTRICT / "complete", pack.dictionary)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UncheckedDataWarning)
        return evaluate(pack, admit_unchecked(submission, reason="a test"))


def test_no_float_adds_a_teacher() -> None:
    """777 students and 36.85 teachers lack exactly 2 at 20 a teacher; as single floats they would lack 3."""
    first, *_ = numbers_needed(judged([("A", 777, "36.85")], **{"from": "schools"})["t"])
    assert (first.kind, first.amount) == ("below", 2)
    assert 777 / 20 - float(np.float32(36.85)) > 2


def test_the_total_and_every_school_need_different_numbers() -> None:
    """One school has teachers to spare: the district lacks one, two schools lack one each."""
    rows = [("A", 100, "6.5"), ("B", 60, "2"), ("C", 90, "3.5")]
    total, *_, other = numbers_needed(judged(rows, **{"from": "schools"})["t"])
    assert (total.kind, total.amount, total.asked) == ("below", 1, True)
    assert (other.kind, other.amount, other.asked, other.count) == ("each", 2, False, 2)
    each, whole = numbers_needed(judged(rows, each="schools")["t"])
    assert (each.kind, each.amount, each.asked) == ("each", 2, True)
    assert (whole.kind, whole.amount, whole.asked) == ("whole", 1, False)


@pytest.mark.parametrize(
    ("name", "amount"),
    [
        ("finance.total-investment", Fraction(1, 100)),
        ("teachers.junior-bachelor-share", Fraction(1)),
        ("principals.training-hours", Fraction(181, 2)),
        ("compulsory.gap-between-schools.junior", Fraction(348691481, 100)),
        ("management.weekly-meeting", Fraction(1)),
        ("evaluation.rural-school-measures", Fraction(1)),
    ],
)
def test_a_number_needed_is_tried_on_the_data(name: str, amount: Fraction) -> None:
    """Carried out on the shipped data the year that decided is met; with one step less it is not."""
    attainment = district()[name]
    need, *_ = numbers_needed(attainment)
    assert need.amount == amount
    assert attainment.deciding is not None
    years = attainment.deciding.years
    enough = {result.verdict for result in tried(attainment, need).results if set(years) <= set(result.years)}
    assert enough == {Verdict.MET}
    if need.kind != "record":
        short = tried(attainment, need, less=1).results
        assert {one.verdict for one in short if one.years == years} == {Verdict.NOT_MET}


def test_one_number_says_how_much_a_dispersion_lacks_and_how_many_of_a_group() -> None:
    """A table has room for one number: money for the gap between schools, heads for the promise to each."""
    assert needed(district()["compulsory.gap-between-schools.junior"]) == Fraction(348691481, 100)
    assert needed(district()["principals.training-hours"]) == 2


def test_another_reading_cannot_be_tried_by_the_targets_own_verdict() -> None:
    """What every school would need says nothing about the verdict of the total."""
    results = judged([("A", 100, "6.5"), ("B", 60, "2"), ("C", 90, "3.5")], **{"from": "schools"})
    *_, other = numbers_needed(results["t"])
    with pytest.raises(ValueError, match="not judged by this reading"):
        tried(results["t"], other)
