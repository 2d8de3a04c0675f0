"""Pace within a year: hours done against hours due by a day, month by month, and who has missed a week."""

import warnings
from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest

from edutargets.attainment import Attainment, PlanAttainment, evaluate
from edutargets.gate import UncheckedDataWarning, admit_unchecked
from edutargets.plans import Pack, PackFile, Plan, bind_all, read_pack, shipped
from edutargets.row_targets import Frequency
from edutargets.submissions import Submission, read_submission
from edutargets.tables import Dictionary
from edutargets.year_pace import due_by, frequency_pace_of, year_pace_of
from edutargets.year_pace_words import frequency_pace_lines, year_pace_lines

PERSONS: dict[str, object] = {
    "counts": "principal",
    "period": "year",
    "key": ["person", "year"],
    "reports": "school",
    "columns": {
        "person": {"type": "code"},
        "year": {"type": "year"},
        "school": {"type": "code"},
    },
}
TARGET: dict[str, object] = {
    "id": "hours",
    "type": "training_hours",
    "each": "persons",
    "hours": "sum(records.hours)",
    "at_least": "73 training_hour/year",
    "every": "year",
    "during": [2025, 2025],
}
DAY = {"held_on": {"type": "date", "required": False}}
MONTH = {"month": {"type": "category", "values": {"m01": {}, "m02": {}, "m03": {}, "m12": {}}}}


def tables(when: Mapping[str, object], *, absent: bool = True) -> Dictionary:
    """Return persons and their records, dated in one way or another."""
    person = {"type": "code", "references": "persons.person", "required": False}
    records: dict[str, object] = {
        "counts": "record",
        "period": "year",
        "key": ["record"],
        "reports": "school",
        "columns": {
            "record": {"type": "code"},
            "year": {"type": "year"},
            "school": {"type": "code"},
            "person": {**person, **({"absent": "zero"} if absent else {})},
            "hours": {
                "type": "decimal",
                "scale": 1,
                "unit": "training_hour",
                "range": [0, 40],
                "required": False,
            },
            **when,
        },
    }
    return Dictionary.model_validate({"tables": {"persons": PERSONS, "records": records}})


def hours(
    rows: Sequence[tuple[str | None, str | None, float | None]],
    *,
    column: str = "held_on",
    dictionary: Dictionary | None = None,
) -> Attainment:
    """Evaluate the hours of P1 to P3 on records of who, when, how much."""
    known = dictionary or tables(DAY)
    persons = [{"person": name, "year": 2025, "school": "A"} for name in ("P1", "P2", "P3")]
    records = [
        {"record": f"R{at}", "year": 2025, "school": "A", "person": who, "hours": much}
        | ({column: when} if column else {})
        for at, (who, when, much) in enumerate(rows)
    ]
    frames = {"persons": pd.DataFrame(persons, dtype=object), "records": pd.DataFrame(records, dtype=object)}
    plan = Plan.from_fields([TARGET])
    pack = Pack(Path(__file__).parent, PackFile(id="tiny"), known, plan, Plan(()), {}, bind_all(plan, known))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UncheckedDataWarning)
        return evaluate(pack, admit_unchecked(Submission.from_frames(frames, known), reason="a test"))[
            "hours"
        ]


def states(found: Attainment, day: date) -> list[bool | None]:
    """Return whether each is behind, by code."""
    return [one.behind for one in year_pace_of(found, as_of=day).persons]


def test_as_much_of_the_duty_is_due_as_of_the_year_has_passed() -> None:
    """73 hours in 365 days are a fifth of an hour a day, exactly; a leap year has 366."""
    assert due_by(Fraction(73), date(2025, 1, 1)) == Fraction(1, 5)
    assert due_by(Fraction(73), date(2025, 12, 31)) == 73
    assert due_by(Fraction(366), date(2024, 2, 29)) == 60


def test_what_is_done_by_a_day_is_held_against_what_is_due_by_it() -> None:
    """10 hours are due by 19 February: exactly 10 are enough, 9.9 are not; March is still to come."""
    found = hours([("P1", "2025-02-19", 10), ("P2", "2025-01-10", 9.9), ("P3", "2025-03-01", 40)])
    pace = year_pace_of(found, as_of=date(2025, 2, 19))
    assert pace.due == 10
    assert [one.behind for one in pace.persons] == [False, True, True]
    assert (pace.behind, pace.open, pace.done) == (2, 0, Fraction("19.9"))
    assert pace.due_in_all == 30
    assert pace.share_behind is not None
    assert (pace.share_behind.lower, pace.share_behind.upper) == (Fraction(2, 3), Fraction(2, 3))
    assert pace.months == ((date(2025, 1, 1), Fraction("9.9")), (date(2025, 2, 1), Fraction(10)))


@pytest.mark.parametrize(
    ("row", "behind"),
    [
        (("P1", None, 20.0), None),  # on which day, nobody knows
        (("P1", None, 5.0), True),  # on whichever day, it is not enough
        (("P1", "2025-01-05", None), None),  # how much, nobody knows: up to 40
        ((None, "2025-01-05", 20.0), None),  # whose, nobody knows
    ],
)
def test_what_is_not_known_is_neither_behind_nor_on_time(
    row: tuple[str | None, str | None, float | None],
    behind: bool | None,  # noqa: FBT001  # a parameter of the test
) -> None:
    """A record without a day, an amount or a name may help, and is not taken to."""
    assert states(hours([row]), date(2025, 2, 19))[0] is behind


def test_a_month_is_done_when_it_is_over() -> None:
    """By 19 February the hours of January are done, those of February perhaps, those of March are not."""
    found = hours(
        [("P1", "m01", 10), ("P2", "m02", 10), ("P3", "m03", 10)], column="month", dictionary=tables(MONTH)
    )
    assert states(found, date(2025, 2, 19)) == [False, None, True]
    assert states(found, date(2025, 2, 28)) == [True, True, True]


def test_records_without_a_date_leave_it_open_until_the_year_is_over() -> None:
    """Whether 80 hours were done by June nobody can tell; that 5 hours are too few can be told."""
    found = hours([("P1", None, 40), ("P1", None, 40), ("P2", None, 5)], column="", dictionary=tables({}))
    assert states(found, date(2025, 6, 30)) == [None, True, True]
    assert "no date" in year_pace_of(found, as_of=date(2025, 6, 30)).caveats[0].en
    assert states(found, date(2025, 12, 31)) == [False, True, True]


def test_no_record_is_no_zero_where_the_tables_do_not_say_so() -> None:
    """Without `absent: zero` one without a record is not known to be behind."""
    found = hours([("P1", "2025-01-10", 80)], dictionary=tables(DAY, absent=False))
    assert states(found, date(2025, 12, 31)) == [False, None, None]


def test_a_year_that_was_not_reported_is_refused() -> None:
    """Nothing on record for 2026 is no year of idleness."""
    pace = year_pace_of(hours([("P1", "2025-01-10", 80)]), as_of=date(2026, 6, 30))
    assert pace.refused is not None
    assert pace.persons == ()


# on the sample of the district ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def district() -> PlanAttainment:
    """Evaluate the sample district."""
    pack = read_pack("jieyang-district-2023")
    folder = shipped("sample_data") / "jieyang-district-2023" / "complete"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UncheckedDataWarning)
        return evaluate(pack, admit_unchecked(read_submission(folder, pack.dictionary), reason="a test"))


@pytest.mark.parametrize(
    "name", ["principals.training-hours", "researchers.training-hours", "researchers.school-guidance-days"]
)
def test_at_the_end_of_the_year_pace_and_verdict_agree(district: PlanAttainment, name: str) -> None:
    """Whoever is not behind on 31 December has met the duty, in every year."""
    for result in district[name].results:
        pace = year_pace_of(district[name], as_of=date(result.years[0], 12, 31))
        assert len(pace.persons) == result.parts["all"].value
        assert len(pace.persons) - pace.behind == result.parts["meeting"].value


def test_at_the_end_of_the_span_meetings_and_verdict_agree(district: PlanAttainment) -> None:
    """Whoever has missed a week by the last day has not met the target."""
    often = [one for one in district.values() if isinstance(one.target, Frequency)]
    assert len(often) >= 3
    for one in often:
        pace, (result,) = frequency_pace_of(one), one.results
        assert len(pace.owing) - pace.behind == result.parts["meeting"].value
        half = frequency_pace_of(one, as_of=date(2024, 6, 30))
        assert half.owed < pace.owed
        assert half.missed <= pace.missed


def test_who_is_behind_is_named_in_both_languages(district: PlanAttainment) -> None:
    """With numbers that keep each of them below what was due."""
    heads, day = district["principals.training-hours"], date(2024, 6, 30)
    english, chinese = (
        "\n".join(year_pace_lines(heads, year_pace_of(heads, as_of=day), one)) for one in ("en", "zh")
    )
    assert "112 of 263 principals are behind (42.59 %)" in english
    assert "263 名校长中 112 名滞后（42.59 %）" in chinese
    assert "逐月：1 月 2,335" in chinese
    weekly = district["management.weekly-meeting"]
    said = ["\n".join(frequency_pace_lines(weekly, frequency_pace_of(weekly), one)) for one in ("en", "zh")]
    assert "1 of 257 weeks owed have too little on record" in said[0]
    assert "按周计应履行 257 次，其中 1 次记录不足" in said[1]


def test_what_is_no_yearly_duty_is_refused(district: PlanAttainment) -> None:
    """A share, and a duty that is owed once, have no pace within the year."""
    for name in ("teachers.junior-bachelor-share", "special.resource-centre-school"):
        refused = year_pace_of(district[name]).refused
        assert refused is not None
        assert refused.zh
    assert frequency_pace_of(district["teachers.junior-bachelor-share"]).refused is not None


def test_a_pace_within_a_year_shows_itself_in_a_notebook(district: PlanAttainment) -> None:
    """Heads with their hours, meetings with their weeks, and a reason where there is neither."""
    heads = year_pace_of(district["principals.training-hours"], as_of=date(2024, 6, 30))
    assert "112 of 263" in str(heads._repr_mimebundle_()["text/plain"])
    assert "2730/61" in str(heads._repr_mimebundle_())
    weekly = frequency_pace_of(district["management.weekly-meeting"])._repr_mimebundle_()
    assert "1 of 257 weeks" in str(weekly["text/html"])
    none = year_pace_of(district["special.resource-centre-school"])._repr_mimebundle_()
    assert "not owed in each year" in str(none["text/plain"])
