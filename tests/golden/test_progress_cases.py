"""Published methods of progress against worked cases: the same number to nine decimals."""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from edutargets.progress_methods import indicator, progress
from edutargets.progress_terms import Progress

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "progress_cases.json").read_text(encoding="utf-8")
)["cases"]
NUMBERS = {
    "value": "progress_value",
    "score": "score",
    "base_value": "base_value",
    "current_value": "current_value",
    "target": "target_used",
    "coefficient": "coefficient",
}
UP: Mapping[str, object] = {"direction": "positive"}


def told(found: Progress) -> dict[str, object]:
    """Return what a case expects, of what came out."""
    return {
        "status": found.status,
        "target_achieved": found.target_achieved,
        "base_year": found.base_year,
        "current_year": found.current_year,
        "thresholds": pytest.approx(dict(found.thresholds), abs=1e-9),
        **{theirs: _close(getattr(found, ours)) for ours, theirs in NUMBERS.items()},
    }


def _close(number: Any) -> Any:  # noqa: ANN401  # a matcher of pytest, or nothing
    return None if number is None else pytest.approx(float(number), abs=1e-9)


@pytest.mark.parametrize("as_published", [False, True])
@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_a_worked_case_comes_out_as_published(
    case: dict[str, Any],
    as_published: bool,  # noqa: FBT001  # a parameter of the test
) -> None:
    """Status, value, score, base year, thresholds and limit factor are those of the published code."""
    found = told(progress(case["series"], case["config"], as_published=as_published))
    assert {name: case["expected"][name] for name in found} == found


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_the_version_of_2023_gives_the_status_it_gave(case: dict[str, Any]) -> None:
    """Its thresholds were alike, but it knew no limit and turned negative values round."""
    found = progress(case["series"], case["config"], method="opensdg_2023", as_published=True)
    assert found.status == case["older_version_2023_06_status"]
    assert found.score is None


@pytest.mark.parametrize(
    ("series", "settings", "value", "status", "score", "reason"),
    [
        # 95.5 against "keep at least 96", base on the target: the code divides by a needed rate of zero
        (
            [(2015, 96), (2023, 95.5)],
            {**UP, "target": 96},
            -math.inf,
            "deterioration",
            -5.0,
            "was to be kept",
        ),
        # a target of zero is taken as 0.001: the rate of 8 years against that of 15
        (
            [(2015, 4), (2023, 2)],
            {"target": 0},
            (1 - 0.5 ** (1 / 8)) / (1 - 0.00025 ** (1 / 15)),
            "limited_progress",
            4.1667 * (1 - 0.5 ** (1 / 8)) / (1 - 0.00025 ** (1 / 15)) - 2.5,
            "target is zero",
        ),
        # from nothing to nothing: the base counts as 0.001, so that it "fell" by 100 %
        ([(2015, 0), (2023, 0)], UP, -1.0, "deterioration", -5.0, "base value is zero"),
        # a target of the other sign: the size of a complex root
        (
            [(2015, 10), (2023, 8)],
            {"target": -5},
            (1 - 0.8 ** (1 / 8)) / abs((-0.5) ** (1 / 15) - 1),
            "limited_progress",
            4.1667 * (1 - 0.8 ** (1 / 8)) / abs((-0.5) ** (1 / 15) - 1) - 2.5,
            "other sign",
        ),
    ],
    ids=["keep at least", "target zero", "base zero", "target of another sign"],
)
def test_where_the_method_means_nothing_it_is_refused_unless_asked_for(
    series: list[tuple[int, float]],
    settings: dict[str, object],
    value: float,
    status: str,
    score: float,
    reason: str,
) -> None:
    """The default gives a reason and no number; `as_published` gives the number of the published code."""
    refused = progress(series, settings)
    assert (refused.value, refused.score, refused.status) == (None, None, "not_available")
    assert refused.refused is not None
    assert reason in refused.refused.en
    assert refused.refused.zh
    published = progress(series, settings, as_published=True)
    assert published.value == pytest.approx(value)
    assert published.status == status
    assert published.score == pytest.approx(score, abs=1e-9)


@pytest.mark.parametrize(
    ("series", "settings", "reason"),
    [
        ([(2005, 10), (2012, 20)], UP, "before the base year"),
        ([(2023, 20)], UP, "only one year"),
        ([(2015, -2), (2023, 3)], UP, "changes its sign"),
        ([], UP, "no value"),
    ],
)
def test_what_the_published_code_cannot_say_is_refused_in_both_ways(
    series: list[tuple[int, float]], settings: dict[str, object], reason: str
) -> None:
    """A build that stops, or a status `not_available`, is a reason here."""
    for as_published in (False, True):
        found = progress(series, settings, as_published=as_published)
        assert (found.value, found.status) == (None, "not_available")
        assert found.refused is not None
        assert reason in found.refused.en


def test_thresholds_of_ones_own_change_the_status_and_are_told() -> None:
    """The published score keeps the formulas of the published thresholds: that is said, not hidden."""
    series, own = [(2015, 50), (2023, 52)], {"high": 0.004, "med": 0.002}
    found = progress(series, {**UP, "progress_thresholds": own})
    assert (found.status, progress(series, UP).status) == ("substantial_progress", "limited_progress")
    assert "thresholds" in found.caveats[0].en


def test_no_change_is_told_where_it_is_called_progress() -> None:
    """The method's word for standing still is “limited progress”."""
    found = progress([(2015, 50), (2023, 50)], UP)
    assert (found.value, found.status, found.score) == (0.0, "limited_progress", -2.5)
    assert "nothing has changed" in found.caveats[0].en


def test_a_mean_of_series_names_what_it_hides() -> None:
    """A series without a score leaves the mean, and one that got worse drowns in it: both are told."""
    good = progress([(2015, 50), (2023, 90)], {**UP, "target": 80})
    bad = progress([(2015, 50), (2023, 48)], UP)
    lost = progress([(2023, 48)], UP)
    found = indicator([good, bad, lost])
    assert bad.score is not None
    assert found.score == pytest.approx((5 + bad.score) / 2)
    assert not found.target_achieved
    assert [caveat.en[:1] for caveat in found.caveats] == ["1", "1"]
    grouped = indicator([good, [bad, bad]])
    assert grouped.score == pytest.approx((5 + bad.score) / 2)
    assert indicator([lost]).refused is not None


# the other methods, by hand ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("series", "settings", "value", "status", "score"),
    [
        # 1 % a year wanted, 1.1^(1/5)-1 = 1.92 % a year had
        ([(2018, 100), (2023, 110)], UP, 1.1**0.2 - 1, "significant_progress", 250 * (1.1**0.2 - 1)),
        ([(2018, 100), (2023, 100)], UP, 0.0, "no_progress", 0.0),
        ([(2018, 100), (2023, 98)], UP, 0.98**0.2 - 1, "moderate_movement_away", 250 * (0.98**0.2 - 1)),
        ([(2018, 100), (2023, 80)], UP, 0.8**0.2 - 1, "significant_movement_away", -5.0),
        # half the growth that is needed
        (
            [(2018, 100), (2023, 110)],
            {**UP, "target": 146.41, "target_year": 2028},
            (1.1**0.2 - 1) / (1.4641**0.1 - 1),
            "insufficient_progress",
            5 / 1.2 * ((1.1**0.2 - 1) / (1.4641**0.1 - 1) + 0.6) - 5,
        ),
        (
            [(2018, 100), (2023, 121)],
            {**UP, "target": 146.41, "target_year": 2028},
            1.0,
            "significant_progress",
            5 / 0.7 * 0.4,
        ),
    ],
)
def test_eurostat_by_hand(
    series: list[tuple[int, float]], settings: dict[str, object], value: float, status: str, score: float
) -> None:
    """Five years back; the ratio of rates where there is a target, else the rate, with five classes."""
    found = progress(series, settings, method="eurostat")
    assert found.value == pytest.approx(value, abs=1e-9)
    assert found.status == status
    assert found.score == pytest.approx(score, abs=1e-9)


@pytest.mark.parametrize(
    ("series", "settings", "value", "status"),
    [
        # 50 → 55 in five years; carried on to 2025: 60.5, of the way from 50 to 60: 105 %
        ([(2015, 50), (2020, 55)], {**UP, "target": 60, "target_year": 2025}, 1.05, "on_track"),
        ([(2015, 50), (2020, 51)], {**UP, "target": 60, "target_year": 2025}, 0.202, "some_progress"),
        (
            [(2015, 50), (2020, 50)],
            {**UP, "target": 60, "target_year": 2025},
            0.0,
            "stagnation_or_regression",
        ),
        ([(2015, 50), (2020, 40)], UP, 0.8**0.2 - 1, "stagnation_or_regression"),
        ([(2015, 50), (2020, 40)], {}, 1 - 0.8**0.2, "on_track"),
        # within a hundredth of the scale of 0 or 100 %
        ([(2015, 90), (2020, 99.2)], {**UP, "target": 100, "target_year": 2025}, None, "target_achieved"),
        # no year from 2015 on leaves two: the last one before it does
        ([(2010, 50), (2013, 60), (2016, 62)], {**UP, "base_year": 2016}, None, "some_progress"),
    ],
)
def test_the_un_progress_chart_by_hand(
    series: list[tuple[int, float]], settings: dict[str, object], value: float | None, status: str
) -> None:
    """The share of the way that the growth so far would go by the target year."""
    found = progress(series, settings, method="un2023")
    assert found.status == status
    if value is not None:
        assert found.value is not None
        assert float(found.value) == pytest.approx(value, abs=1e-9)


@pytest.mark.parametrize(
    ("series", "settings", "value", "status"),
    [
        ([(2015, 50), (2020, 56)], {**UP, "target": 80}, "2", "progress"),
        ([(2015, 50), (2020, 41)], {**UP, "target": 80}, "-3", "regression"),
        ([(2015, 20), (2020, 17)], {"target": 5}, "2", "progress"),
        ([(2015, 1.2), (2020, 0.9)], {"direction": "parity", "target": 1}, "5", "progress"),
        ([(2015, 50), (2020, 90)], {**UP, "target": 80}, "40/3", "target_achieved"),
    ],
)
def test_the_current_status_index_is_exact(
    series: list[tuple[int, float]], settings: dict[str, object], value: str, status: str
) -> None:
    """Ten times the share of the way, in fractions."""
    found = progress(series, settings, method="escap")
    assert (str(found.value), found.status) == (value, status)


@pytest.mark.parametrize("method", ["opensdg", "eurostat", "un2023", "escap"])
def test_a_promise_to_keep_is_refused_by_every_method(method: str) -> None:
    """From 97 to 95 where 96 was to be kept: a ratio would be finite, and mean nothing."""
    found = progress([(2018, 97), (2023, 95)], {**UP, "target": 96}, method=method)
    assert (found.value, found.status) == (None, "not_available")
    assert found.refused is not None
    assert "already" in found.refused.en


@pytest.mark.parametrize("method", ["opensdg", "eurostat", "un2023"])
def test_a_fall_is_never_progress_where_more_is_wanted(method: str) -> None:
    """A published chart once took the size of the growth rate, so that a fall counted as progress."""
    rose, fell = (progress([(2018, 50), (2023, now)], UP, method=method) for now in (60, 40))
    assert rose.value is not None
    assert fell.value is not None
    assert rose.value > 0 > fell.value
    assert fell.status in {"deterioration", "significant_movement_away", "stagnation_or_regression"}


@pytest.mark.parametrize("method", ["opensdg", "eurostat", "un2023", "escap"])
def test_a_year_without_data_is_no_zero(method: str) -> None:
    """A blank last year neither becomes zero nor the current year."""
    settings = {**UP, "target": 80, "base_year": 2018}
    with_blank = progress([(2018, 50), (2022, 60), (2023, None)], settings, method=method)
    assert with_blank == progress([(2018, 50), (2022, 60)], settings, method=method)
    assert with_blank.current_year == 2022


def test_the_base_is_the_first_year_asked_for_and_the_current_one_the_last_whatever_their_order() -> None:
    """A cap once took the larger of two years where it meant the smaller."""
    series = [(2024, 60), (2013, 10), (2016, 50), (2020, 55)]
    found = progress(series, UP)
    assert (found.base_year, found.current_year) == (2016, 2024)
    assert found.value == pytest.approx(1.2 ** (1 / 8) - 1)
