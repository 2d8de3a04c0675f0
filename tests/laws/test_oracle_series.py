"""Growth, trend, comparison and total over a span, against plain fractions on random published figures."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edutargets.attainment import PlanAttainment
from edutargets.goals import Verdict

if TYPE_CHECKING:
    from edutargets.judging import Result

Judged = Callable[..., PlanAttainment]
Row = dict[str, Any]
YEARS = tuple(range(2021, 2026))
MET, NOT, NONE = Verdict.MET, Verdict.NOT_MET, Verdict.NOT_EVALUABLE
STEPS = (1, 2, 10)


@dataclass(frozen=True)
class _Promise:
    """A target as YAML fields, its periods, and how to compute and judge one of them by hand.

    The hand computes what is told and what is judged; ``None`` where there is nothing to say.
    """

    fields: Row
    periods: Callable[[list[Row]], list[tuple[int, ...]]]
    computed: Callable[[list[Row], tuple[int, ...]], tuple[Fraction, Fraction] | None]
    enough: Callable[[Fraction], bool]


def _sum(rows: list[Row], years: tuple[int, ...], what: str) -> Fraction | None:
    found = [Fraction(row["heads"]) for row in rows if row["year"] in years and row["what"].startswith(what)]
    return sum(found, Fraction(0)) if found else None


def _reported(rows: list[Row]) -> set[int]:
    return {row["year"] for row in rows}


def _text(what: str) -> str:
    names = ", ".join(f"'{what}{part}'" for part in range(3))
    return f"sum(heads) filter (where what in ({names}))"


def _limit(rng: random.Random, low: int, high: int) -> tuple[str, Fraction, Callable[[Fraction], bool]]:
    word, limit = (
        rng.choice(["at_least", "at_most", "above", "below", "exactly"]),
        Fraction(rng.randint(low, high)),
    )
    tests: dict[str, Callable[[Fraction, Fraction], bool]] = {
        "at_least": lambda value, at: value >= at,
        "at_most": lambda value, at: value <= at,
        "above": lambda value, at: value > at,
        "below": lambda value, at: value < at,
        "exactly": lambda value, at: value == at,
    }
    return word, limit, lambda value: tests[word](value, limit)


def _growth(rng: random.Random) -> _Promise:
    word, limit, enough = _limit(rng, -3, 4)
    first = rng.randint(2022, 2024)
    span = (first, rng.randint(first, 2025))

    def computed(rows: list[Row], years: tuple[int, ...]) -> tuple[Fraction, Fraction] | None:
        old, new = (_sum(rows, (year,), "a") for year in years)
        if not old or new is None or old < 0:
            return None
        return new / old - 1, new / old - 1

    fields = {
        "type": "growth",
        "from": "figures",
        "value": _text("a"),
        word: f"{limit * 25} %",
        "every": "year",
        "during": span,
    }
    return _Promise(
        fields, lambda _: [(y - 1, y) for y in range(span[0], span[1] + 1)], computed, lambda v: enough(v * 4)
    )


def _trend(rng: random.Random) -> _Promise:
    start, falls = rng.randint(2021, 2024), rng.random() < 0.5
    until = rng.choice([None, 2023, 2024])

    def periods(rows: list[Row]) -> list[tuple[int, ...]]:
        last = max((year for year in _reported(rows) if start <= year <= (until or 9999)), default=start)
        return [(year - 1, year) for year in range(start + 1, max(last, start + 1) + 1)]

    def computed(rows: list[Row], years: tuple[int, ...]) -> tuple[Fraction, Fraction] | None:
        old, new = (_sum(rows, (year,), "a") for year in years)
        return None if old is None or new is None else (new, new - old)

    word = "never_increasing" if falls else "never_decreasing"
    fields = {"type": "trend", "from": "figures", "value": _text("a"), word: {"from": start}}
    if until:
        fields["by"] = f"{until}-12-31"
    return _Promise(fields, periods, computed, lambda v: v <= 0 if falls else v >= 0)


def _comparison(rng: random.Random) -> _Promise:
    most, span = rng.random() < 0.5, (rng.randint(2021, 2023), rng.randint(2023, 2025))

    def computed(rows: list[Row], years: tuple[int, ...]) -> tuple[Fraction, Fraction] | None:
        mine, other = (_sum(rows, years, what) for what in "ab")
        return None if mine is None or other is None else (mine, mine - other)

    against = {"value": _text("b")}
    fields = {
        "type": "comparison",
        "from": "figures",
        "value": _text("a"),
        "at_most" if most else "at_least": against,
        "every": "year",
        "during": span,
    }
    return _Promise(
        fields,
        lambda _: [(year,) for year in range(span[0], span[1] + 1)],
        computed,
        lambda v: v <= 0 if most else v >= 0,
    )


def _total(rng: random.Random) -> _Promise:
    word, limit, enough = _limit(rng, 0, 60)
    span = (rng.randint(2021, 2023), rng.randint(2023, 2025))

    def periods(rows: list[Row]) -> list[tuple[int, ...]]:
        whole = tuple(range(span[0], span[1] + 1))
        due = tuple(year for year in whole if year <= max(_reported(rows)))
        return [due if due and set(due) <= _reported(rows) else whole]

    def computed(rows: list[Row], years: tuple[int, ...]) -> tuple[Fraction, Fraction] | None:
        found = _sum(rows, years, "a") if set(years) <= _reported(rows) else None
        return None if found is None else (found, found)

    fields = {
        "type": "count",
        "from": "figures",
        "count": _text("a"),
        word: f"{limit} student",
        "total_over": span,
    }
    return _Promise(fields, periods, computed, enough)


def _world(rng: random.Random, *, rounded: bool) -> list[Row]:
    years = [year for year in YEARS if rng.random() < 0.9] or [2023]
    rows = [
        {
            "year": year,
            "what": f"{what}{part}",
            "heads": rng.randint(0, 9),
            "step": rng.choice(STEPS) if rounded else 0,
        }
        for year in years
        for what in "ab"
        for part in range(3)
        if rng.random() < 0.8
    ]
    return rows or [{"year": 2023, "what": "a0", "heads": 3, "step": 0}]


def _unrounded(rng: random.Random, rows: list[Row]) -> list[Row]:
    """Return numbers that would have been rounded to these, ends included."""
    return [
        {
            **row,
            "heads": row["heads"]
            + Fraction(row["step"]) * rng.choice([-1, 1, Fraction(rng.randint(-9, 9), 10)]) / 2,
        }
        for row in rows
    ]


def _promises(rng: random.Random) -> list[_Promise]:
    return [rng.choice([_growth, _trend, _comparison, _total])(rng) for _ in range(10)]


def _label(years: tuple[int, ...], promise: _Promise) -> str:
    if promise.fields["type"] in {"growth", "trend"}:
        return f"{years[0]}→{years[-1]}"
    return str(years[0]) if len(years) == 1 else f"{years[0]}–{years[-1]}"


def _matched(
    promise: _Promise, rows: list[Row], results: tuple[Result, ...]
) -> list[tuple[tuple[int, ...], Result]]:
    """Hold the periods against each other, and return each with its result."""
    periods = promise.periods(rows)
    assert [result.period for result in results] == [_label(years, promise) for years in periods], (
        promise.fields
    )
    return list(zip(periods, results, strict=True))


def _together(verdicts: list[Verdict]) -> Verdict:
    return next(one for one in (NOT, NONE, Verdict.UNDETERMINED, MET) if one in verdicts)


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32))
def test_series_and_spans_equal_plain_fractions(judged: Judged, seed: int) -> None:
    """Every step, span and year has the very value and verdict of a computation by hand: 1,200 targets."""
    rng = random.Random(seed)  # no secret
    rows, promises = _world(rng, rounded=False), _promises(rng)
    found = judged({"figures": rows}, *(promise.fields for promise in promises))
    for number, promise in enumerate(promises):
        one, verdicts = found[f"t.n{number}"], []
        for years, result in _matched(promise, rows, one.results):
            expected = promise.computed(rows, years)
            verdict = NONE if expected is None else MET if promise.enough(expected[1]) else NOT
            verdicts.append(verdict)
            assert (result.value, result.verdict) == (expected and expected[0], verdict), (
                promise.fields,
                rows,
            )
            closed = not {"above", "below"} & set(promise.fields)
            assert expected is None or not closed or (result.shortfall == 0) == (verdict is MET)
        assert one.verdict is _together(verdicts), (promise.fields, rows)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32))
def test_whatever_was_rounded_away_the_verdict_stands(judged: Judged, seed: int) -> None:
    """Whatever rounds to the printed numbers lies in the range, and met and not met hold: 600 targets."""
    rng = random.Random(seed)  # no secret
    rows, promises = _world(rng, rounded=True), _promises(rng)
    found = judged({"figures": rows}, *(promise.fields for promise in promises))
    for number, promise in enumerate(promises):
        for years, result in _matched(promise, rows, found[f"t.n{number}"].results):
            for _ in range(8):
                expected = promise.computed(_unrounded(rng, rows), years)
                if expected is None or result.bounds is None:
                    continue
                assert result.bounds.lower <= expected[0] <= result.bounds.upper, (promise.fields, rows)
                verdict = MET if promise.enough(expected[1]) else NOT
                assert result.verdict in {verdict, Verdict.UNDETERMINED}, (promise.fields, rows)


@pytest.mark.parametrize("rounded", [False, True])
def test_the_random_promises_reach_every_verdict(judged: Judged, *, rounded: bool) -> None:
    """A test that never met a miss could not fail."""
    rng, seen = random.Random(3), set[Verdict]()  # no secret
    for _ in range(20):
        promises = _promises(rng)
        found = judged({"figures": _world(rng, rounded=rounded)}, *(promise.fields for promise in promises))
        seen |= {result.verdict for one in found.values() for result in one.results}
    assert seen == {MET, NOT, NONE} | ({Verdict.UNDETERMINED} if rounded else set())
