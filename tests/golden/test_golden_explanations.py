"""Explanations as a reader gets them, word for word, in both languages."""

import re
import warnings
from functools import cache
from pathlib import Path

import pytest

from edutargets.attainment import PlanAttainment, evaluate, reproduce
from edutargets.explanations import explain
from edutargets.gate import UncheckedDataWarning, admit_unchecked
from edutargets.plans import read_pack, shipped
from edutargets.submissions import read_submission

HERE = Path(__file__).parent
NATION, DISTRICT = "china-education-bulletins", "jieyang-district-2023"
FOLDERS = {NATION: NATION, DISTRICT: f"{DISTRICT}/complete"}
RULES = {
    (NATION, "senior.gross-enrolment"): "a printed rate at its limit is not decided, and the range says why",
    (NATION, "pk-inst-2020"): "a printed figure that agrees only within rounding says so",
    (
        DISTRICT,
        "teachers.junior-bachelor-share",
    ): "one teacher is missing, and that is said in whole numbers",
    (DISTRICT, "principals.training-hours"): "every one means every one; the worst is told, and where",
    (DISTRICT, "special.per-pupil-amount"): "money lacking is goal × pupils - money, exactly",
    (DISTRICT, "preschool.per-child-budget-not-falling"): "a fall of less than a fen is still seen",
    (DISTRICT, "finance.total-investment"): "a fen below 12 亿 is not met and not rounded away",
}


@cache
def results(pack_name: str, figures: bool) -> PlanAttainment:  # noqa: FBT001  # cached by it
    """Evaluate a shipped pack on its shipped data."""
    pack = read_pack(pack_name)
    submission = read_submission(shipped("sample_data") / FOLDERS[pack_name], pack.dictionary)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UncheckedDataWarning)
        admitted = admit_unchecked(submission, reason="a golden text")
    return reproduce(pack, admitted) if figures else evaluate(pack, admitted)


def steady(text: str) -> str:
    """Take out what changes with every edit of a pack or release: the version and the hash."""
    return re.sub(r"edutargets \S+?([,，]).*? [0-9a-f]{12}\n", r"edutargets …\1 …\n", text)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(("pack", "name"), RULES, ids=[name for _, name in RULES])
def test_an_explanation_reads_as_it_was_read(
    pack: str,
    name: str,
    language: str,
    force_regen: bool,  # noqa: FBT001  # a fixture
) -> None:
    """What an explanation says changes only when somebody has read the new words."""
    found = results(pack, figures=name == "pk-inst-2020")
    said = steady(explain(found[name], "zh" if language == "zh" else "en").to_text())
    head = f"# test_an_explanation_reads_as_it_was_read: {RULES[pack, name]}\n\n"
    path = HERE / f"{name}.{language}.txt"
    if force_regen:
        path.write_text(head + said, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == head + said
