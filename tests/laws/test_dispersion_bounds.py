"""Between what a dispersion lies: every completion of small tables, tried one by one in plain fractions."""

from __future__ import annotations

import random
from collections import Counter
from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest

from edutargets.bounds import Interval
from edutargets.dispersion_completions import Completions, OpenRow, Plausible
from edutargets.dispersion_extremes import largest, smallest
from edutargets.dispersion_outer import largest_outer, smallest_outer
from edutargets.goals import Verdict
from edutargets.tables import Dictionary
from edutargets.yaml_files import parse_yaml, read_definition

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from edutargets.attainment import PlanAttainment

    Judged = Callable[..., PlanAttainment]

TABLES = """
tables:
  schools:
    counts: school
    key: [school]
    reports: school
    columns:
      school: {type: code}
      location: {type: category, values: {rural: {}, urban: {}}, required: false}
      pupils: {type: integer, unit: student, required: false, range: [LEAST, 6]}
      books: {type: integer, unit: book, required: false, range: [0, 8]}
"""
MOST_COMPLETIONS = 4000
Pair = tuple[Fraction, Fraction]


def _square(rows: list[Pair]) -> Fraction | None:
    """Return CV² by its definition; nothing where it has none."""
    if any(weight == 0 and amount for amount, weight in rows):
        return None
    amounts, weights = sum(amount for amount, _ in rows), sum(weight for _, weight in rows)
    if not amounts or not weights:
        return None
    mean = Fraction(amounts) / weights
    terms = [weight * (amount / weight - mean) ** 2 for amount, weight in rows if weight]
    return sum(terms, Fraction(0)) / weights / mean**2


# the arithmetic ------------------------------------------------------------------------------------


def _cell(draw: random.Random, least: int, most: int) -> Plausible:
    low = draw.randint(least, most)
    return Plausible(
        Interval(Fraction(low), Fraction(draw.choice([low, draw.randint(low, most)]))), Fraction(1)
    )


def _every(cell: Plausible) -> list[Fraction]:
    return [Fraction(number) for number in range(int(cell.bounds.lower), int(cell.bounds.upper) + 1)]


def _completions(draw: random.Random) -> tuple[list[Pair], tuple[OpenRow, ...]]:
    known = [(Fraction(draw.randint(0, 9)), Fraction(draw.randint(1, 6))) for _ in range(draw.randint(1, 3))]
    least = -1 if draw.random() < 0.2 else 0
    rows = [
        OpenRow(_cell(draw, least, 9), _cell(draw, 1, 6), draw.random() < 0.3)
        for _ in range(draw.randint(1, 3))
    ]
    return known, tuple(rows)


def _all_of(rows: tuple[OpenRow, ...]) -> Iterator[list[Pair]]:
    """Yield the open rows in every way they can be."""
    choices: list[list[Pair | None]] = [
        [*product(_every(row.amount), _every(row.weight)), *([None] if row.optional else [])] for row in rows
    ]
    for chosen in product(*choices):
        yield [one for one in chosen if one is not None]


def _number_of(rows: tuple[OpenRow, ...]) -> int:
    number = 1
    for row in rows:
        number *= len(_every(row.amount)) * len(_every(row.weight)) + row.optional
    return number


def _held(seed: int, ratios: Counter[str]) -> None:
    """Hold the ends of one small table against every completion of it."""
    draw = random.Random(seed)
    known, rows = _completions(draw)
    amount, weight = sum(one for one, _ in known), sum(one for _, one in known)
    squares = sum((one**2 / each for one, each in known), Fraction(0))
    found = Completions(Fraction(weight), Fraction(amount), squares, rows, valueless=False)
    if found.totals()[0].lower <= 0 or _number_of(rows) > MOST_COMPLETIONS:
        return
    true = [square for chosen in _all_of(rows) if (square := _square([*known, *chosen])) is not None]
    low, high = smallest(found), largest(found)
    assert low.square == min(true) if low.attained else low.square <= min(true), (seed, found)
    assert high.square == max(true), (seed, found)
    assert high.attained
    outer = smallest_outer(found), largest_outer(found)
    assert outer[0] <= min(true) <= max(true) <= outer[1], (seed, found)
    ratios["cases"] += 1
    ratios["sharp"] += low.attained
    ratios["width"] += int(10**6 * (outer[1] - outer[0]))
    ratios["true width"] += int(10**6 * (max(true) - min(true)))


def test_the_ends_of_a_dispersion_are_those_of_its_completions() -> None:
    """What is called attained is the least or the most of all; the outer range is a tenth wider at most."""
    ratios: Counter[str] = Counter()
    for seed in range(60):
        _held(seed, ratios)
    assert ratios["cases"] > 50
    assert ratios["sharp"] > ratios["cases"] / 3
    assert ratios["width"] <= Fraction(11, 10) * ratios["true width"]


@pytest.mark.slow
def test_the_ends_of_a_dispersion_are_those_of_its_completions_in_thousands_of_cases() -> None:
    """The same on 3,500 tables."""
    ratios: Counter[str] = Counter()
    for seed in range(1000, 4700):
        _held(seed, ratios)
    assert ratios["cases"] > 3000
    assert ratios["width"] <= Fraction(11, 10) * ratios["true width"]


def test_many_open_rows_have_a_range_no_wider_than_a_search_needs() -> None:
    """With 60 open schools among 300, exchanging ends comes within a part in ten thousand of the most."""
    draw = random.Random(3)
    pupils = [draw.randint(100, 2000) for _ in range(300)]
    known = [(Fraction(draw.randint(1200, 3000) * number), Fraction(number)) for number in pupils]
    money = Plausible(Interval(Fraction(50_000), Fraction(5_000_000)), Fraction(1))
    size = Plausible(Interval(Fraction(10), Fraction(5000)), Fraction(1))
    rows = tuple(OpenRow(money, size, optional=False) for _ in range(60))
    sums = [sum((one[at] for one in known), Fraction(0)) for at in (0, 1)]
    squares = sum((one**2 / each for one, each in known), Fraction(0))
    found = Completions(sums[1], sums[0], squares, rows, valueless=False)
    ends = [(amount, weight) for amount in _ends(money) for weight in _ends(size)]
    best = Fraction(0)
    for split in range(61):
        for one, other in product(ends, repeat=2):
            square = _square([*known, *[one] * split, *[other] * (60 - split)])
            best = max(best, square or best)
    assert best <= largest_outer(found) <= best + Fraction(1, 10**4) * (best + 1)
    even = [(amount * 20, amount / 95) for amount in (money.bounds.lower,)] * 60
    square = _square([*known, *even])
    assert square is not None
    assert smallest_outer(found) <= square


def _ends(cell: Plausible) -> tuple[Fraction, Fraction]:
    return cell.bounds.lower, cell.bounds.upper


# whole targets -------------------------------------------------------------------------------------


def _table(draw: random.Random, least: int) -> list[dict[str, Any]]:
    rows = [
        {
            "school": f"S{number}",
            "location": draw.choice(["rural", "rural", "urban"]),
            "pupils": draw.randint(max(least, 1), 6),
            "books": draw.randint(0, 8),
        }
        for number in range(draw.randint(2, 5))
    ]
    for _ in range(draw.randint(1, 2)):
        draw.choice(rows)[draw.choice(["location", "pupils", "books", "books"])] = None
    return rows


def _truths(rows: list[dict[str, Any]], least: int) -> Iterator[list[dict[str, Any]]]:
    every = {"location": ["rural", "urban"], "pupils": [*range(least, 7)], "books": [*range(9)]}
    for chosen in product(
        *(every[name] if row[name] is None else [row[name]] for row in rows for name in every)
    ):
        cells = iter(chosen)
        yield [{name: next(cells) for name in every} for _ in rows]


@pytest.mark.parametrize("least", [0, 1])
def test_no_completion_turns_the_verdict_of_a_dispersion(judged: Judged, least: int) -> None:
    """Met and not met stand whatever the blank cells hold; the range holds every coefficient."""
    dictionary = read_definition(parse_yaml(TABLES.replace("LEAST", str(least)), "tables.yaml"), Dictionary)
    seen: Counter[str] = Counter()
    for seed in range(25):
        draw = random.Random(seed)
        rows, limit, word = _table(draw, least), Fraction(draw.randint(1, 12), 10), draw.choice(WORDS)
        fields = {"type": "dispersion", "over": "schools", "value": "sum(books)", "weight": "sum(pupils)"}
        fields |= {word: str(float(limit)), "where": "location = 'rural'", "by": "2025-12-31"}
        one = judged({"schools": rows}, fields, dictionary=dictionary)["t.n0"]
        squares = [
            _square(
                [
                    (Fraction(row["books"]), Fraction(row["pupils"]))
                    for row in truth
                    if row["location"] == "rural"
                ]
            )
            for truth in _truths(rows, least)
        ]
        seen[one.verdict.value] += 1
        if one.verdict is Verdict.NOT_EVALUABLE:
            continue
        bounds = one.results[0].parts["square"].bounds
        told = [square for square in squares if square is not None]
        assert bounds.lower <= min(told) <= max(told) <= bounds.upper, (seed, rows)
        assert bounds.upper == max(told)
        enough = {None if square is None else _holds(word, square, limit) for square in squares}
        if one.verdict is not Verdict.UNDETERMINED:
            assert enough == {one.verdict is Verdict.MET}, (seed, rows)
        if one.results[0].sharpness == "sharp":
            assert bounds.lower == min(told), (seed, rows)
    assert seen["undetermined"] > 4
    assert seen["met"] + seen["not_met"] > 2
    assert seen["not_evaluable"] < 12


WORDS = ("at_most", "below", "at_least", "above")


def _holds(word: str, square: Fraction, limit: Fraction) -> bool:
    return {
        "at_most": square <= limit**2,
        "below": square < limit**2,
        "at_least": square >= limit**2,
        "above": square > limit**2,
    }[word]
