"""When: which years judge a promise."""

import pytest
from pydantic import ValidationError

from edutargets.periods import TimeWords

REPORTED = (2022, 2023, 2025, 2026)


@pytest.mark.parametrize(
    ("words", "years"),
    [
        ({"by": "2025-12-31"}, (2025,)),
        ({"by": "2024-12-31"}, (2023,)),
        ({"by": "2021-12-31"}, ()),
        ({"every": "year", "during": ["2023", "2025"]}, (2023, 2024, 2025)),
        ({"every": "year", "during": ["2023", "2023"]}, (2023,)),
        ({"total_over": ["2023", "2025"]}, (2023, 2024, 2025)),
        ({"total_over": ["2023", "2025"], "by": "2025-12-31"}, (2023, 2024, 2025)),
        ({"in": "2020"}, (2020,)),
        ({"at_every": "snapshot"}, REPORTED),
        ({"at_every": "snapshot", "by": "2025-12-31"}, (2022, 2023, 2025)),
        ({}, (2026,)),
    ],
)
def test_each_time_word_picks_its_years(words: dict[str, object], years: tuple[int, ...]) -> None:
    """`by` takes the latest year up to the date; `every` and `total_over` need each year, reported or not."""
    assert TimeWords.model_validate(words).years(REPORTED) == years


def test_the_order_in_which_years_were_reported_does_not_matter() -> None:
    """The latest year is the latest, wherever it stands."""
    assert TimeWords(by="2025-12-31").years((2025, 2022, 2023)) == (2025,)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"every": "year"}, "during"),
        ({"during": ["2023", "2025"]}, "every"),
        ({"every": "year", "during": ["2025", "2023"]}, "backwards"),
        ({"total_over": ["2025", "2023"]}, "backwards"),
        ({"in": "2023", "at_every": "snapshot"}, "one time word"),
        ({"total_over": ["2023", "2025"], "every": "year", "during": ["2023", "2025"]}, "one time word"),
        ({"total_over": ["2023", "2025"], "by": "2022-12-31"}, "deadline"),
        ({"every": "year", "during": ["2023", "2025"], "by": "2022-12-31"}, "deadline"),
        ({"in": "23"}, "1900"),
        ({"by": "31.12.2025"}, "date"),
        ({"by": "2025-02-29"}, "date"),
    ],
)
def test_times_that_cannot_be_meant_are_refused(words: dict[str, object], said: str) -> None:
    """Half a time, two times, a span that runs backwards or a deadline before its start are refused."""
    with pytest.raises(ValidationError, match=said):
        TimeWords.model_validate(words)


def test_the_year_a_promise_falls_due_is_the_end_of_what_it_names() -> None:
    """A deadline goes before the end of a span; a snapshot promise never falls due."""
    assert TimeWords(by="2024-06-30").last_year == 2024
    assert TimeWords.model_validate({"total_over": [2023, 2025]}).last_year == 2025
    assert TimeWords.model_validate({"in": 2020}).last_year == 2020
    assert TimeWords(at_every="snapshot").last_year is None
