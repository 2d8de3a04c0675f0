"""Nominal and real: money of one year from a price index, both verdicts side by side, in fractions."""

import re
import warnings
from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest

from edutargets.attainment import PlanAttainment, evaluate
from edutargets.contributions import contributions
from edutargets.engine import DuckDB
from edutargets.errors import DefinitionError
from edutargets.explanations import explain
from edutargets.gate import UncheckedDataWarning, admit_unchecked
from edutargets.goals import Verdict
from edutargets.plans import Pack, PackFile, Plan, bind_all
from edutargets.price_words import nominal_and_real
from edutargets.rosters import Roster
from edutargets.submissions import Submission
from edutargets.tables import Dictionary

TABLES: dict[str, object] = {
    "schools": {
        "counts": "school",
        "period": "year",
        "key": ["school", "year"],
        "reports": "school",
        "columns": {
            "school": {"type": "code"},
            "year": {"type": "year"},
            "budget": {"type": "decimal", "scale": 2, "unit": "CNY/year"},
            "students": {"type": "integer", "unit": "student"},
        },
    },
    "prices": {
        "counts": "figure",
        "period": "year",
        "key": ["year"],
        "reports": "bulletin",
        "columns": {
            "year": {"type": "year"},
            "bulletin": {"type": "code"},
            "cpi": {"type": "decimal", "scale": 1, "range": [80, 150]},
        },
    },
}
BUDGETS = {2021: 9_700, 2022: 10_000, 2023: 10_200, 2024: 10_400}
INDICES = {2021: "100.9", 2022: "102.0", 2023: "103.0", 2024: "101.0"}  # invented, the year before = 100
REAL: dict[str, object] = {
    "id": "real",
    "type": "trend",
    "from": "schools",
    "value": "sum(budget)",
    "never_decreasing": {"from": 2022, "basis": "real"},
}
NOMINAL = {**REAL, "id": "nominal", "never_decreasing": {"from": 2022}}


def judged(
    form: str, *targets: dict[str, object], years: tuple[int, ...] = (2022, 2023, 2024)
) -> PlanAttainment:
    """Evaluate targets on two schools and a price index."""
    dictionary = Dictionary.model_validate(
        {"tables": TABLES, "price_index": {"table": "prices", "index": "cpi", "form": form}}
    )
    schools = [
        {"school": name, "year": year, "budget": BUDGETS[year] / 2, "students": 50}
        for year in years
        for name in ("A", "B")
    ]
    prices = [{"year": year, "bulletin": "X", "cpi": INDICES[year]} for year in INDICES]
    frames = {"schools": pd.DataFrame(schools, dtype=object), "prices": pd.DataFrame(prices, dtype=object)}
    submission = Submission.from_frames(frames, dictionary)
    plan = Plan.from_fields(list(targets))
    pack = Pack(
        Path(__file__).parent, PackFile(id="tiny"), dictionary, plan, Plan(()), {}, bind_all(plan, dictionary)
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UncheckedDataWarning)
        return evaluate(pack, admit_unchecked(submission, reason="a test"))


def test_an_index_against_the_year_before_is_chained() -> None:
    """上年=100: money of 2024 in prices of 2022 is divided by the rise of 2023 and that of 2024."""
    found = judged("previous_year", REAL)["real"]
    first, second = found.results
    assert first.value == Fraction(10_200) * 100 / 103
    assert second.value == Fraction(10_400) * 100 / 103 * 100 / 101
    assert (first.verdict, second.verdict) == (Verdict.NOT_MET, Verdict.MET)
    assert found.verdict is Verdict.NOT_MET


def test_a_level_is_divided_by_the_level_of_the_base_year() -> None:
    """With levels only the two years count."""
    found = judged("level", REAL)["real"]
    assert [one.value for one in found.results] == [
        Fraction(10_200) * 102 / 103,
        Fraction(10_400) * 102 / 101,
    ]


@pytest.mark.parametrize("target", [REAL, NOMINAL], ids=["real", "nominal"])
def test_both_are_shown_and_the_one_that_binds_is_named(target: dict[str, object]) -> None:
    """Whichever the promise is about, a reader sees both verdicts and where they part."""
    found = judged("previous_year", target)[str(target["id"])]
    told = nominal_and_real(found)
    assert told is not None
    assert (told.nominal, told.real) == (Verdict.MET, Verdict.NOT_MET)
    assert told.binds == target["id"]
    assert found.verdict is (told.real if told.binds == "real" else told.nominal)
    assert [one.nominal.value for one in told.years] == [10_000, 10_200, 10_400]
    english, chinese = (explain(found, one)["real"] for one in ("en", "zh"))
    assert english.lines[0] == "in money of the day (nominal): met; in prices of 2022 (real): not met"
    assert english.lines[2] == "the reading turns the verdict"
    assert chinese.label == "按 2022 年价格"
    assert ("实际数列" if told.binds == "real" else "名义数列") in chinese.lines[1]
    assert english.rows[1] == ("2023", "10,200", "103", "9,902.91")


def test_the_statement_of_the_index_is_printed_and_runs() -> None:
    """Whoever works it out again gets the index from the same tables."""
    found = judged("previous_year", REAL)["real"]
    assert found.basis is not None
    engine = DuckDB(found.basis.admitted.engine_tables())
    sql = next(one for one in explain(found).sql if '"prices"' in one or "FROM prices" in one)
    assert [float(str(row[1])) for row in engine.run(sql)] == [102.0, 103.0, 101.0]


def test_the_words_of_a_real_promise_name_the_year_of_the_prices() -> None:
    """A number in prices of another year must not pass for money of the day."""
    found = judged("previous_year", REAL)["real"]
    assert "in prices of 2022" in explain(found).headline
    assert "按 2022 年价格" in explain(found, "zh").headline


def test_parts_of_a_real_change_are_not_added_up_in_money_of_the_day() -> None:
    """Contributions in yuan of two years would add up to neither."""
    found = judged("previous_year", REAL)["real"]
    assert found.basis is not None
    assert contributions(found, Roster(found.basis.dictionary, None, "en"), "reporter") is None


def test_the_comparison_is_of_the_real_numbers() -> None:
    """A quotient is not multiplied out with the money of the day."""
    value = "sum(schools.budget) / sum(schools.students)"
    target = {name: field for name, field in REAL.items() if name != "from"} | {"value": value}
    found = judged("previous_year", target)["real"]
    said = explain(found)["comparison"].lines[0]
    left, right = re.split(" [<>=≥≤] ", said)
    assert (Fraction(left.replace(",", "")), Fraction(right.replace(",", ""))) == (
        Fraction(10_200, 103),
        Fraction(100),
    )


@pytest.mark.parametrize(
    ("index", "said"),
    [
        ({"table": "price", "index": "cpi"}, "did you mean prices"),
        ({"table": "prices", "index": "cpy"}, "did you mean cpi|there are: cpi"),
        ({"table": "schools", "index": "budget"}, "no number without a unit"),
        ({"table": "prices", "index": "cpi", "form": "monthly"}, "form"),
    ],
)
def test_a_price_index_that_is_not_there_is_a_fault(index: dict[str, str], said: str) -> None:
    """Near names are given, before any data are read."""
    with pytest.raises((DefinitionError, ValueError), match=said):
        Dictionary.model_validate({"tables": TABLES, "price_index": index})
