"""Open verdicts: which row of which school decides them, what it would have to say, and whom to ask first."""

import json
from fractions import Fraction
from functools import cache
from typing import Literal

import pytest
from typer.testing import CliRunner

from edutargets.attainment import PlanAttainment, evaluate
from edutargets.checking import check_submission, read_data
from edutargets.cli import app
from edutargets.explanations import explain
from edutargets.goals import Verdict
from edutargets.open_rows import Choice
from edutargets.pack_files import GateRule
from edutargets.plans import read_pack
from edutargets.settling_values import Condition, condition_for
from edutargets.tables import Dictionary
from edutargets.tipping_points import tipping_point
from edutargets.tipping_words import condition_words
from edutargets.undecided_words import undecided_json, undecided_markdown, undecided_text
from edutargets.whom_to_ask import undecided

PACK = "jieyang-district-2023"
ONE_ROW = f"sample:{PACK}/one_row"
RECRUITS = "teachers.high-level-recruits-per-year"
DICTIONARY = Dictionary.model_validate(
    {
        "tables": {
            "schools": {
                "title": {"en": "Schools", "zh": "学校"},
                "counts": "school",
                "key": ["school"],
                "reports": "school",
                "columns": {
                    "school": {"type": "code"},
                    "pupils": {
                        "type": "integer",
                        "unit": "student",
                        "title": {"en": "Pupils", "zh": "学生数"},
                        "range": [0, 1000],
                    },
                    "money": {"type": "decimal", "scale": 2, "unit": "CNY", "range": [0, 10]},
                    "kind": {
                        "type": "category",
                        "title": {"en": "Kind", "zh": "类别"},
                        "values": {
                            "a": {"en": "Alpha", "zh": "甲"},
                            "b": {"en": "Beta", "zh": "乙"},
                            "c": {},
                        },
                    },
                    "proof": {"type": "text", "title": {"en": "Proof", "zh": "佐证"}},
                },
            }
        }
    }
)
PUPILS, MONEY, KIND = "schools.pupils", "schools.money", "schools.kind"


@cache
def one_row() -> PlanAttainment:
    """Evaluate the sample district of which one row of one school is rejected."""
    pack = read_pack(PACK)
    rule = GateRule.model_validate({"rejected_rows": "set_aside", "at_most": "1 %"})
    return evaluate(pack, check_submission(pack, read_data(pack, ONE_ROW), rule=rule).admit())


def outcomes(*choices: tuple[str, object, int]) -> dict[Choice, Fraction]:
    """Return outcomes of a row of which one cell is unknown, with what each adds."""
    return {Choice((Fraction(adds),), ((name, value),)): Fraction(adds) for name, value, adds in choices}


# one row -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "If “Category” is High-level or Shortage subject, it is met; if not, it is not met"),
        ("zh", "如“引进类别”为高层次或急需紧缺专业，则达成；否则未达成"),
    ],
)
def test_the_one_row_that_decides_is_named_with_what_would_settle_it(
    language: Literal["en", "zh"], said: str
) -> None:
    """School, file, cell, what is wrong with it, and the values with which the promise is kept."""
    (line,) = explain(one_row()[RECRUITS], language)["tipping"].lines
    assert line.endswith(said)
    for named in ("P003435", "JY1074", "引进教师名册_2024.csv!"):
        assert named in line
    brief = explain(one_row()[RECRUITS], language).brief
    assert brief.count(said) == 1
    assert brief.endswith(
        {"en": "may already hold it: 1 more teacher.", "zh": "）：再增加 1 名教师。"}[language]
    )


def test_one_row_decides_and_its_school_alone_can_tell() -> None:
    """One unknown, one needed, and the school settles it either way."""
    found = tipping_point(one_row()[RECRUITS])
    assert found is not None
    assert (found.rows, found.needed, found.spare) == (1, 1, 0)
    (asked,) = found.asked
    assert (asked.reporter, asked.weight, asked.settles) == ("JY1074", 1, (Verdict.MET, Verdict.NOT_MET))


def test_a_verdict_that_stands_has_no_tipping_point() -> None:
    """What is met or not met with every completion is decided already."""
    assert tipping_point(one_row()["principals.training-hours"]) is None


# the plan ------------------------------------------------------------------------------------------


def test_whom_to_ask_first_is_who_settles_most() -> None:
    """The bureau has three proofs to hand in, the school one row: the bureau comes first."""
    found = undecided(one_row())
    assert [(one.reporter, len(one.settles), one.rows) for one in found.asking] == [
        ("JY9002", 3, 3),
        ("JY1074", 1, 1),
    ]
    assert found.others == ()
    assert RECRUITS in dict(found.points)


def test_open_verdicts_are_told_in_every_form() -> None:
    """Text, Markdown and JSON name the same targets, in the order of the plan."""
    results = one_row()
    found = undecided(results)
    told = json.loads(undecided_json(found))
    assert list(told["targets"]) == [name for name, _ in found.points]
    assert told["asking"][1]["weight"] == "1"
    for text in (undecided_text(found, results, "zh"), undecided_markdown(found, results, "zh")):
        places = [text.index(name.replace("-", "\\-") if "\\-" in text else name) for name, _ in found.points]
        assert places == sorted(places)
        assert "先向谁核实" in text


def test_the_command_says_what_is_open_and_takes_rows_aside() -> None:
    """A reviewer may look at a submission that the pack returns as a whole."""
    run = CliRunner()
    refused = run.invoke(app, ["undecided", PACK, ONE_ROW])
    assert refused.exit_code == 1
    found = run.invoke(app, ["undecided", PACK, ONE_ROW, "--set-aside", "1%"])
    assert found.exit_code == 0
    assert "4 verdicts are open for want of data." in found.output
    assert RECRUITS in found.output
    for share, said in (
        ("much", "is not a number with a unit"),
        ("200%", "is a share from 0 % to below 100 %"),
    ):
        wrong = run.invoke(app, ["undecided", PACK, ONE_ROW, "--set-aside", share])
        assert wrong.exit_code == 2
        assert said in " ".join(wrong.output.replace("│", " ").split())


# what would settle it ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "needed", "condition"),
    [
        (
            outcomes((PUPILS, 0, 0), (PUPILS, 1000, 1000)),
            313,
            Condition("at_least", ((PUPILS, (Fraction(313),)),)),
        ),
        (
            outcomes((PUPILS, 0, 0), (PUPILS, 1000, -1000)),
            -20,
            Condition("at_most", ((PUPILS, (Fraction(20),)),)),
        ),
        (
            outcomes((MONEY, Fraction(0), 0), (MONEY, Fraction(10), 30)),
            1,
            Condition("at_least", ((MONEY, (Fraction(34, 100),)),)),
        ),
        (
            outcomes((KIND, "a", 1), (KIND, "b", 1), (KIND, "c", 0)),
            1,
            Condition("one_of", ((KIND, ("a", "b")),)),
        ),
        (outcomes((PUPILS, 0, 5), (PUPILS, 1000, 9)), 5, Condition("any")),
        (outcomes((PUPILS, 0, 0), (PUPILS, 1000, 9)), 10, None),
        (
            {
                **outcomes((PUPILS, 0, 0), (PUPILS, 1000, 1000)),
                Choice((Fraction(1),), ((PUPILS, 0),)): Fraction(0),
                Choice((Fraction(1),), ((PUPILS, 1000),)): Fraction(1000),
            },
            313,
            Condition("at_least", ((PUPILS, (Fraction(313),)),)),
        ),
        (
            {**outcomes((PUPILS, 7, 0)), Choice((Fraction(1),), ((PUPILS, 7),)): Fraction(9)},
            9,
            None,
        ),
    ],
)
def test_what_a_row_would_have_to_say_is_exact(
    told: dict[Choice, Fraction], needed: int, condition: Condition | None
) -> None:
    """The first number on the column's own grid that is enough, or just the values that are."""
    assert condition_for(told, lambda score: score >= needed, DICTIONARY) == condition


@pytest.mark.parametrize(
    ("condition", "en", "zh"),
    [
        (
            Condition("at_least", ((PUPILS, (Fraction(1313),)),)),
            "if “Pupils” is at least 1,313 students",
            "如“学生数”不低于 1,313 名学生",
        ),
        (
            Condition("one_of", ((KIND, ("a", "b", "c")),)),
            "if “Kind” is Alpha, Beta or c",
            "如“类别”为甲、乙或c",
        ),
        (Condition("filled", (("schools.proof", ()),)), "if “Proof” is filled in", "如“佐证”已填写"),
        (Condition("there"), "if there is such a row", "如确有此行"),
        (
            Condition("such_as", ((KIND, ("a",)), (PUPILS, (Fraction(1),)))),
            "for example if “Kind” is Alpha and “Pupils” is 1 student",
            "例如“类别”为甲，“学生数”为1 名学生",
        ),
    ],
)
def test_what_would_settle_it_is_said_in_both_languages(condition: Condition, en: str, zh: str) -> None:
    """Columns and values by their titles, numbers with their unit."""
    assert condition_words(condition, DICTIONARY, "en") == en
    assert condition_words(condition, DICTIONARY, "zh") == zh
