"""The least that is enough, against every smaller number and every other choice tried by hand."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import combinations, product
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edutargets.needs import NeededRow
from edutargets.needs_of_groups import chosen_rows
from edutargets.needs_of_spread import least_addition
from edutargets.whole_programs import Lever, Line, least_levers
from edutargets.whole_steps import least_change

if TYPE_CHECKING:
    from collections.abc import Iterator

ZERO = Fraction(0)
numbers = st.fractions(min_value=-30, max_value=30, max_denominator=12)
steps = st.sampled_from([Fraction(1), Fraction(1, 2), Fraction(1, 10), Fraction(3), Fraction(7, 4)])


# one number ----------------------------------------------------------------------------------------


@given(numbers, numbers, st.fractions(0, 9, max_denominator=6), steps, st.booleans(), st.booleans())
def test_the_least_change_is_the_first_whole_number_of_steps_that_is_enough(
    has: Fraction,
    low: Fraction,
    width: Fraction,
    step: Fraction,
    open_ended: bool,  # noqa: FBT001  # drawn
    capped: bool,  # noqa: FBT001  # drawn
) -> None:
    """Steps are tried one by one, up or down, until the number lies where it should."""
    high = low + width if capped else None

    def enough(number: Fraction) -> bool:
        if open_ended:
            return number > low and (high is None or number < high)
        return number >= low and (high is None or number <= high)

    tries = sorted(range(-700, 701), key=abs)
    found = next((step * number for number in tries if enough(has + step * number)), None)
    assert least_change(has, (low, high), step, open_ended=open_ended) == found


# the cheapest of a group ---------------------------------------------------------------------------


@given(st.lists(st.integers(0, 30), min_size=1, max_size=7), st.integers(1, 7))
def test_no_other_choice_of_so_many_costs_less(costs: list[int], wanted: int) -> None:
    """The sum of those chosen is the smallest sum over all sets of that size."""
    told = [(cost, NeededRow(reporter=str(at), amount=Fraction(cost))) for at, cost in enumerate(costs)]
    chosen, unknown = chosen_rows(told, wanted, all_of=False)
    size = min(wanted, len(costs))
    assert (len(chosen), unknown) == (size, wanted - size)
    assert sum(row.amount for row in chosen) == min(map(sum, combinations(costs, size)))


# dispersions ---------------------------------------------------------------------------------------


def square(units: list[int], weights: list[Fraction]) -> Fraction:
    """Return CV² by the formula of the national standard: deviations from the mean, weighted."""
    everyone = sum(weights)
    mean = Fraction(sum(units)) / everyone
    spread = sum(
        weight / everyone * (has / weight - mean) ** 2 for has, weight in zip(units, weights, strict=True)
    )
    return spread / mean**2


def given_out(units: int, schools: int) -> Iterator[tuple[int, ...]]:
    """Yield every way to give so many units to so many schools."""
    if schools == 1:
        yield (units,)
        return
    for first in range(units + 1):
        yield from ((first, *rest) for rest in given_out(units - first, schools - 1))


def least_by_hand(units: list[int], weights: list[Fraction], goal: Fraction, most: int) -> int | None:
    """Return the fewest units with which some way to give them is enough, all ways tried."""
    for number in range(most):
        for more in given_out(number, len(units)):
            after = [has + extra for has, extra in zip(units, more, strict=True)]
            if sum(after) and square(after, weights) <= goal**2:
                return number
    return None


def check_additions(wanted: int, seed: str) -> None:
    """Compare the smallest addition with all ways to add fewer units."""
    rng, checked = random.Random(seed), 0
    while checked < wanted:
        schools = rng.randint(2, 4)
        weights = [Fraction(rng.choice((1, 2, 3, 5, 7, 10))) for _ in range(schools)]
        units = [rng.randint(0, 8) for _ in range(schools)]
        goal = rng.choice((Fraction(1, 100), Fraction(1, 10), Fraction(3, 10), Fraction(1, 2)))
        if not sum(units) or square(units, weights) <= goal**2:
            continue
        least = least_by_hand(units, weights, goal, 14 if schools == 4 else 30)
        if least is None:
            continue
        found = least_addition(list(zip(units, weights, strict=True)), (ZERO, goal**2))
        assert found is not None
        more, surely = found
        after = [has + extra for has, extra in zip(units, more, strict=True)]
        assert (sum(more), surely) == (least, least), (units, weights, goal)
        assert square(after, weights) <= goal**2
        checked += 1


def test_no_smaller_addition_brings_schools_close_enough() -> None:
    """All ways to give fewer units were tried, and none is enough."""
    check_additions(60, "few")


@pytest.mark.slow
def test_no_smaller_addition_in_a_thousand_districts() -> None:
    """The same rule on a thousand small districts."""
    check_additions(1000, "many")


# integer programmes --------------------------------------------------------------------------------

Case = tuple[list[Lever], list[Line], int]


def drawn_programme(rng: random.Random) -> Case:
    """Draw two or three columns, and rules over one or two of them."""
    levers = [
        Lever(str(at), Fraction(rng.randint(0, 5)), Fraction(1), Fraction(rng.randint(1, 9)))
        for at in range(rng.randint(1, 3))
    ]
    lines = []
    for _ in range(rng.randint(1, 4)):
        used = rng.sample(levers, rng.randint(1, min(2, len(levers))))
        weights = {lever.name: Fraction(rng.choice((1, 1, 2)), rng.choice((1, 3))) for lever in used}
        has = sum((weights[lever.name] * lever.has for lever in used), ZERO)
        limit = has + Fraction(rng.randint(-6, 9), 3)
        floor = limit * Fraction(1, 2) if limit > 0 and rng.random() < 0.5 else None
        ends = (limit, None) if rng.random() < 0.8 else (None, max(limit, ZERO))
        lines.append(Line(weights, has, ends, (floor, None) if ends[0] is not None else (None, None)))
    return levers, lines, rng.randint(1, len(lines))


def inside(number: Fraction, ends: tuple[Fraction | None, Fraction | None]) -> bool:
    """Whether a number lies between two ends."""
    return (ends[0] is None or number >= ends[0]) and (ends[1] is None or number <= ends[1])


def cheapest(levers: list[Lever], lines: list[Line], enough: int) -> tuple[int, Fraction] | None:
    """Try every change of every column and return the smallest cost: columns that move, then amounts."""
    best = None
    for moves in product(range(-5, 16), repeat=len(levers)):
        changes = {lever.name: Fraction(move) for lever, move in zip(levers, moves, strict=True)}
        if any(lever.has + changes[lever.name] < 0 for lever in levers):
            continue
        sums = [line.after(changes) for line in lines]
        if not all(inside(number, line.floor) for number, line in zip(sums, lines, strict=True)):
            continue
        if sum(inside(number, line.full) for number, line in zip(sums, lines, strict=True)) >= enough:
            cost = price(levers, changes)
            best = cost if best is None else min(best, cost)
    return best


def price(levers: list[Lever], changes: dict[str, Fraction]) -> tuple[int, Fraction]:
    """Say what changes cost."""
    amounts = sum((abs(changes[lever.name]) / lever.asked for lever in levers), ZERO)
    return sum(1 for change in changes.values() if change), amounts


def check_programmes(wanted: int, seed: str) -> None:
    """Compare the solver's plans with every plan there is."""
    rng = random.Random(seed)
    for _ in range(wanted):
        levers, lines, enough = drawn_programme(rng)
        best, found = cheapest(levers, lines, enough), least_levers(levers, lines, enough)
        if best is None:
            assert found is None or price(levers, found[0])[1] > 0
            continue
        assert found is not None, (levers, lines, enough)
        assert found[1] == "proved"
        assert price(levers, found[0]) == best, (levers, lines, enough)


def test_a_plan_called_proved_is_the_cheapest_of_all_plans() -> None:
    """Every change of every column was tried, and none is cheaper."""
    check_programmes(25, "few")


@pytest.mark.slow
def test_a_thousand_plans_called_proved_are_the_cheapest() -> None:
    """The same rule on a thousand small programmes."""
    check_programmes(1000, "many")
