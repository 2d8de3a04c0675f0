"""Laws of the published methods: finite numbers or a reason, the same whatever the unit."""

import json
import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edutargets.progress_methods import METHODS, progress

NUMBERS = st.one_of(
    st.fractions(min_value=-1000, max_value=1000, max_denominator=1000),
    st.sampled_from([Fraction(0), Fraction(1, 10**9), Fraction(10**12), Fraction(10**140)]),
)
SERIES = st.dictionaries(st.integers(2005, 2030), st.one_of(st.none(), NUMBERS), max_size=6)
SETTINGS = st.fixed_dictionaries(
    {"direction": st.sampled_from(["positive", "negative", "parity"])},
    optional={
        "target": NUMBERS,
        "base_year": st.integers(2005, 2030),
        "target_year": st.integers(2005, 2040),
        "limit": NUMBERS,
    },
)


@pytest.mark.parametrize("method", METHODS)
@given(series=SERIES, settings=SETTINGS)
def test_a_method_gives_a_finite_number_or_a_reason(
    method: str, series: dict[object, object], settings: dict[str, object]
) -> None:
    """Whatever the numbers, there is no NaN and no infinity, and no silence."""
    found = progress(series, settings, method=method)
    assert (found.value is None) == (found.refused is not None)
    for number in (found.value, found.score):
        assert number is None or math.isfinite(number)
    assert "NaN" not in json.dumps(found.to_dict())
    if found.value is None:
        assert found.status in {"not_available", "target_achieved"}


@pytest.mark.parametrize("method", METHODS)
@given(
    values=st.lists(st.fractions(min_value=1, max_value=1000, max_denominator=100), min_size=2, max_size=6),
    target=st.fractions(min_value=1, max_value=1000, max_denominator=100),
    scale=st.integers(1, 10_000),
    direction=st.sampled_from(["positive", "negative"]),
)
def test_the_unit_of_the_numbers_changes_nothing(
    method: str, values: list[Fraction], target: Fraction, scale: int, direction: str
) -> None:
    """Yuan or 万元, the method says the same."""
    told = []
    for unit in (1, scale):
        series = {2018 + at: value * unit for at, value in enumerate(values)}
        settings = {"direction": direction, "target": target * unit, "target_year": 2030, "full_scale": 10**9}
        found = progress(series, settings, method=method)
        told.append((found.status, found.value is None, float(found.value or 0)))
    assert told[0][1:2] == told[1][1:2]
    assert told[0][2] == pytest.approx(told[1][2], rel=1e-6, abs=1e-6)


@given(
    before=st.fractions(min_value=1, max_value=1000, max_denominator=100),
    after=st.fractions(min_value=1, max_value=1000, max_denominator=100),
)
def test_more_wanted_and_less_wanted_are_mirror_images(before: Fraction, after: Fraction) -> None:
    """What is progress one way is the same step away the other way."""
    series = {2018: before, 2023: after}
    for method in ("opensdg", "eurostat", "un2023"):
        up, down = (
            progress(series, {"direction": way}, method=method).value for way in ("positive", "negative")
        )
        assert up is not None
        assert down is not None
        assert up == -down
