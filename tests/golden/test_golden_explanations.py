"""Explanations as a reader gets them, word for word, in both languages."""

import re
import warnings
from functools import cache
from pathlib import Path

import pytest

from edutargets.attainment import PlanAttainment, evaluate, reproduce
from edutargets.checking import check_submission, read_data
from edutargets.explanations import explain
from edutargets.gate import UncheckedDataWarning, admit_unchecked
from edutargets.pack_files import GateRule
from edutargets.plans import read_pack, shipped
from edutargets.submissions import read_submission

HERE = Path(__file__).parent
NATION, DISTRICT = "china-education-bulletins", "jieyang-district-2023"
ONE_ROW = f"{DISTRICT}/one_row"
FOLDERS = {NATION: NATION, DISTRICT: f"{DISTRICT}/complete"}
RULE = GateRule(rejected_rows="set_aside", at_most="1 %")
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
    (DISTRICT, "compulsory.gap-groups.low-income"): "pieces of a coefficient are told by what they are",
    (DISTRICT, "researchers.school-guidance-days"): "of a duty it is told who lacks how much of it",
    (DISTRICT, "preschool.public-kindergartens-added-each-year"): "of every year the worst one decides",
    (DISTRICT, "community.coverage-growing.pupils"): "a growth names both years and who stayed behind",
    (DISTRICT, "teachers.three-schools-bachelor-parity.junior"): "either side can close the gap",
    (DISTRICT, "compulsory.gap-between-schools.junior"): "of a spread it is told who lies furthest apart",
    (DISTRICT, "compulsory.school-conditions-met"): "which school misses which standard, and what mends it",
    (DISTRICT, "management.weekly-meeting"): "the one week without a meeting is named",
    (DISTRICT, "moral.three-all-pilot"): "evidence that is not complete leaves a milestone open",
    (DISTRICT, "governance.framework-two-core-tasks"): "of a bundle it is told what is still to be met",
    (DISTRICT, "governance.framework-12345-guiding"): "what repeats another target says the same",
    (ONE_ROW, "teachers.high-level-recruits-per-year"): "one row set aside can turn it, so it is left open",
}


@cache
def results(pack_name: str, figures: bool) -> PlanAttainment:  # noqa: FBT001  # cached by it
    """Evaluate a shipped pack on its shipped data."""
    pack = read_pack(pack_name.partition("/")[0])
    if pack_name == ONE_ROW:
        return evaluate(pack, check_submission(pack, read_data(pack, f"sample:{ONE_ROW}"), rule=RULE).admit())
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
