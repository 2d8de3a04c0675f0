"""Pace: where a target stands before its deadline, in exact numbers, and where there is no path to it."""

import warnings
from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest

from edutargets.attainment import PlanAttainment, evaluate
from edutargets.display import RESULTS_TYPE
from edutargets.errors import EvaluationError
from edutargets.explanations import explain
from edutargets.gate import UncheckedDataWarning, admit_unchecked
from edutargets.pace import pace_of
from edutargets.pace_words import pace_lines, pace_section
from edutargets.plans import Pack, PackFile, Plan, bind_all
from edutargets.progress_methods import progress
from edutargets.submissions import Submission
from edutargets.tables import Dictionary

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
                    "year": {"type": "year"},
                    "students": {"type": "integer", "unit": "student"},
                    "girls": {"type": "integer", "unit": "student", "range": [0, 100], "required": False},
                    "places": {"type": "integer", "unit": "place"},
                    "budget": {"type": "decimal", "scale": 2, "unit": "CNY/year"},
                },
            }
        }
    }
)
SHARE: dict[str, object] = {
    "id": "share",
    "type": "ratio",
    "from": "schools",
    "numerator": "sum(girls)",
    "denominator": "sum(students)",
    "at_least": "85 %",
    "by": "2025-12-31",
}
PLACES: dict[str, object] = {
    "id": "places",
    "type": "count",
    "from": "schools",
    "count": "sum(places)",
    "at_least": "60 place",
    "total_over": [2022, 2025],
}


def judged(
    targets: Iterable[dict[str, object]], girls: dict[int, int | None], places: int = 10
) -> PlanAttainment:
    """Evaluate targets on one school of a hundred pupils."""
    rows = [
        {"school": "A", "year": year, "students": 100, "girls": number, "places": places, "budget": 100}
        for year, number in girls.items()
    ]
    submission = Submission.from_frames({"schools": pd.DataFrame(rows, dtype=object)}, DICTIONARY)
    plan = Plan.from_fields(list(targets))
    pack = Pack(
        Path(__file__).parent, PackFile(id="tiny"), DICTIONARY, plan, Plan(()), {}, bind_all(plan, DICTIONARY)
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UncheckedDataWarning)
        return evaluate(pack, admit_unchecked(submission, reason="a test"))


def test_the_numbers_of_a_path_are_exact() -> None:
    """From 70 % in 2022 to 85 % in 2025: 74 % in 2023 is behind, and 11 points are left."""
    found = pace_of(judged([SHARE], {2022: 70, 2023: 74})["share"])
    assert (found.due, found.limit, found.sign, found.years_left) == (2025, Fraction(17, 20), 1, 2)
    assert (found.gap, found.needed, found.so_far) == (Fraction(11, 100), Fraction(11, 200), Fraction(1, 25))
    assert (found.line, found.standing) == (Fraction(3, 4), "behind")
    linear, compound, squares = found.projections
    assert (linear.value, linear.reaches) == (Fraction(82, 100), False)
    assert (compound.value, compound.reaches) == (Fraction(74, 100) * Fraction(74, 70) ** 2, False)
    assert squares.refused is not None


def test_least_squares_look_at_every_year() -> None:
    """60, 70, 74: the slope is 7 a year around the mean of 68, so 2025 would be 82."""
    found = pace_of(judged([SHARE], {2021: 60, 2022: 70, 2023: 74})["share"])
    assert found.projections[2].value == Fraction(68, 100) + 3 * Fraction(7, 100)


@pytest.mark.parametrize(
    ("now", "standing"), [(75, "on_line"), (76, "ahead"), (74, "behind")], ids=["on", "ahead", "behind"]
)
def test_a_value_is_held_against_the_line_without_rounding(now: int, standing: str) -> None:
    """One pupil in a hundred is enough to be behind."""
    found = pace_of(judged([SHARE], {2022: 70, 2023: now})["share"])
    assert found.standing == standing


def test_what_is_not_known_leaves_the_standing_open() -> None:
    """A blank cell may be anything from 0 to 100: nobody knows on which side of the line that is."""
    results = judged([SHARE], {2022: 70, 2023: 74})
    rows = [
        {"school": "A", "year": 2022, "students": 100, "girls": 70, "places": 1, "budget": 1},
        {"school": "A", "year": 2023, "students": 100, "girls": 74, "places": 1, "budget": 1},
        {"school": "B", "year": 2023, "students": 10, "girls": None, "places": 1, "budget": 1},
    ]
    submission = Submission.from_frames({"schools": pd.DataFrame(rows, dtype=object)}, DICTIONARY)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UncheckedDataWarning)
        admitted = admit_unchecked(submission, reason="a test")
    found = pace_of(evaluate(results.pack, admitted)["share"])
    assert found.standing == "open"
    assert found.gap_bounds is not None
    assert not found.gap_bounds.is_exact
    assert any("not at their ranges" in one.en for one in found.caveats)
    rows[2]["students"] = 1  # 74 of 101 and one blank cell of up to 100
    cap = {name: field for name, field in SHARE.items() if name != "at_least"} | {"at_most": "75 %"}
    pack = judged([cap], {2022: 70}).pack
    frame = {"schools": pd.DataFrame(rows, dtype=object)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UncheckedDataWarning)
        perhaps = evaluate(pack, admit_unchecked(Submission.from_frames(frame, DICTIONARY), reason="a test"))
    told = pace_of(perhaps["share"])
    assert told.gap == 0
    assert told.gap_bounds is not None
    assert told.gap_bounds.upper > 0
    assert "may be missing" in pace_lines(perhaps["share"], told, "en")[0]
    assert "仍可能差" in pace_lines(perhaps["share"], told, "zh")[0]


def test_the_plans_own_steps_come_before_the_straight_line() -> None:
    """A plan that promises 72 % for 2023 is on its path with 72 %, though the straight line is at 75 %."""
    step = {**SHARE, "id": "step", "at_least": "72 %", "by": "2023-12-31"}
    found = pace_of(judged([SHARE, step], {2022: 70, 2023: 72})["share"])
    assert (found.line, found.standing) == (Fraction(72, 100), "on_line")
    assert found.line_reason is not None
    assert "own steps (2023)" in found.line_reason.en


def test_a_total_over_a_span_begins_with_nothing() -> None:
    """20 of 60 places after two of four years: the line is at 30; a heap does not compound."""
    found = pace_of(judged([PLACES], {2022: 1, 2023: 1})["places"])
    assert [one.value for one in found.series] == [0, 10, 20]
    assert (found.line, found.needed) == (Fraction(30), Fraction(20))
    assert found.standing == "behind"
    assert [(one.method, one.value) for one in found.projections] == [("linear", 40)]
    assert found.base_reason is not None
    assert "2022" in found.base_reason.en


def test_no_year_that_is_not_over_is_looked_at() -> None:
    """On a day in 2023 nobody knows the figures of 2023, whatever stands in the tables by now."""
    share = judged([SHARE], {2021: 60, 2022: 70, 2023: 80, 2024: 90})["share"]
    assert pace_of(share, as_of=date(2023, 6, 30)).series[-1].year == 2022
    assert pace_of(share, as_of=date(2023, 12, 31)).series[-1].year == 2023
    assert pace_of(share).series[-1].year == 2024


def test_without_a_day_no_clock_is_read() -> None:
    """The same data give the same words in any year."""
    share = judged([SHARE], {2021: 60, 2022: 70})["share"]
    found = pace_of(share)
    assert found.as_of is None
    assert found.today is not None
    assert found.today.year == 2022


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"by": None, "every": "year", "during": [2022, 2025]}, "each is judged by itself"),
        ({"by": None, "at_every": "snapshot"}, "each is judged by itself"),
        ({"at_least": None, "exactly": "0 %"}, "must be zero"),
        ({"at_least": None, "at_most": "0 %"}, "must be zero"),
        ({"at_least": None, "between": ["60 %", "80 %"]}, "began within its goal"),
        ({"by": "2023-12-31"}, "deadline is reached"),
    ],
)
def test_where_no_path_leads_there_is_a_reason_and_no_number(fields: dict[str, object], reason: str) -> None:
    """Keep, always zero, each year by itself: a needed pace would be nonsense."""
    target = {name: field for name, field in {**SHARE, **fields}.items() if field is not None}
    share = judged([target], {2022: 70, 2023: 74})["share"]
    found = pace_of(share)
    assert found.refused is not None
    assert reason in found.refused.en
    assert found.refused.zh
    assert (found.gap, found.needed, found.line, found.projections) == (None, None, None, ())
    assert "pace" not in explain(share)


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ({"type": "trend", "value": "sum(budget)", "never_decreasing": {"from": 2022}}, "never turn"),
        ({"type": "growth", "value": "sum(budget)", "at_least": "5 %", "by": "2025-12-31"}, "growth"),
        (
            {
                "type": "comparison",
                "value": "sum(girls)",
                "at_least": {"value": "sum(students)"},
                "by": "2025-12-31",
            },
            "other side",
        ),
    ],
)
def test_a_series_that_is_judged_year_by_year_has_no_path(target: dict[str, object], reason: str) -> None:
    """What must never fall has no line to be behind of."""
    found = pace_of(judged([{"id": "it", "from": "schools", **target}], {2022: 70, 2023: 74})["it"])
    assert found.refused is not None
    assert reason in found.refused.en


def test_what_was_enough_at_the_start_is_to_be_kept() -> None:
    """From 90 % to 88 % where 85 % is wanted: no line leads there, and the fall is told."""
    share = judged([SHARE], {2022: 90, 2023: 88})["share"]
    found = pace_of(share)
    assert (found.line, found.standing) == (None, None)
    assert found.gap == 0
    said = "\n".join(pace_lines(share, found, "en"))
    assert "to be kept until 2025" in said
    assert "away from it" in said


def test_every_base_year_is_told_and_whether_it_decides() -> None:
    """From 2021 the line falls short, from 2022 it reaches: one colour would hide that."""
    share = judged([SHARE], {2021: 76, 2022: 74, 2023: 78})["share"]
    found = pace_of(share)
    assert [(one.year, one.linear.reaches) for one in found.grid] == [(2021, False), (2022, True)]
    english, chinese = (pace_section(share, found, one) for one in ("en", "zh"))
    assert english is not None
    assert chinese is not None
    assert any("hangs on the base year" in line for line in english.lines)
    assert [row[0] for row in chinese.rows] == ["2021 年", "2022 年"]
    assert english.rows[1][1] == "86 % (enough)"


def test_too_much_is_told_as_too_much() -> None:
    """A cap of 10 % is not fallen short of: 14 % is 4 points above it, 2 less each year."""
    cap = {name: field for name, field in SHARE.items() if name != "at_least"} | {"at_most": "10 %"}
    share = judged([cap], {2022: 16, 2023: 14})["share"]
    found = pace_of(share)
    assert (found.sign, found.gap, found.needed) == (-1, Fraction(4, 100), Fraction(2, 100))
    english, chinese = (pace_lines(share, found, one)[0] for one in ("en", "zh"))
    assert english.startswith("14 % in 2023: 4 percentage points above 10 %; until 2025 that takes")
    assert english.endswith("2 percentage points less each year")
    assert chinese == "2023 年为 14 %，比 10 % 高出 4 个百分点；到 2025 年须每年降低 2 个百分点"
    assert (found.line, found.standing) == (Fraction(14, 100), "on_line")


def test_two_years_are_told_to_be_no_trend() -> None:
    """A rate between two points is noise, and that stands beside it."""
    found = pace_of(judged([SHARE], {2022: 70, 2023: 74})["share"])
    assert "no trend" in found.caveats[0].en
    assert pace_of(judged([SHARE], {2021: 66, 2022: 70, 2023: 74})["share"]).caveats == ()


def test_a_share_does_not_pass_the_whole() -> None:
    """80 %, 90 %, 100 %, 110 %: the line is told to be at 100 % before then."""
    share = judged([SHARE | {"at_least": "95 %"}], {2021: 60, 2022: 75, 2023: 90})["share"]
    said = "\n".join(pace_lines(share, pace_of(share), "en"))
    assert "100 % before then (enough)" in said
    assert "120" not in said


def test_one_year_alone_has_a_gap_and_no_pace() -> None:
    """Nothing is carried on from one point."""
    found = pace_of(judged([SHARE], {2023: 70})["share"])
    assert (found.gap, found.so_far, found.projections) == (Fraction(15, 100), None, ())
    assert "only one year" in found.caveats[0].en


def test_a_base_year_without_a_value_is_refused_with_those_there_are() -> None:
    """A wrong year must not become the nearest one silently."""
    share = judged([SHARE], {2022: 70, 2023: 74})["share"]
    assert pace_of(share, base_year=2022).base_reason is not None
    with pytest.raises(EvaluationError, match="2022, 2023"):
        pace_of(share, base_year=2020)
    with pytest.raises(EvaluationError, match="did you mean opensdg"):
        pace_of(share, method="opensgd")


def test_the_pace_is_a_part_of_an_explanation_in_both_languages() -> None:
    """A reader finds it beside the shortfall."""
    share = judged([SHARE], {2021: 66, 2022: 70, 2023: 74})["share"]
    assert explain(share)["pace"].lines[0].startswith("74 % in 2023: 11 percentage points short of 85 %")
    assert explain(share, "zh")["pace"].lines[0].startswith("2023 年为 74 %，距 85 % 还差 11 个百分点")


@pytest.mark.parametrize("tongue", ["en", "zh"])
def test_a_pace_shows_itself_in_a_notebook(tongue: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sentences as text and HTML, the exact numbers beside them; a refusal is the headline."""
    monkeypatch.setenv("EDUTARGETS_LANGUAGE", tongue)
    share = judged([SHARE], {2021: 66, 2022: 70, 2023: 74})["share"]
    shown = pace_of(share)._repr_mimebundle_()
    short = {"en": "11 percentage points short of 85 %", "zh": "距 85 % 还差 11 个百分点"}[tongue]
    assert short in str(shown["text/plain"])
    assert short in str(shown["text/html"])
    assert "11/100" in str(shown[RESULTS_TYPE])
    over = pace_of(judged([SHARE | {"by": "2023-12-31"}], {2022: 70, 2023: 74})["share"])
    assert {"en": "deadline is reached", "zh": "期限已到"}[tongue] in str(
        over._repr_mimebundle_()["text/plain"]
    )
    method = progress({2015: 50, 2023: 55}, {"direction": "positive", "target": 80})
    assert {"en": "limited progress", "zh": "进展有限"}[tongue] in str(
        method._repr_mimebundle_()["text/html"]
    )
