"""What an unknown cell would have to say to settle a verdict: a number or more, or one of some values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from edutargets.open_rows import Choice
    from edutargets.tables import Dictionary

__all__ = ["Condition", "condition_for"]

Word = Literal["any", "at_least", "at_most", "one_of", "filled", "there", "not_there", "such_as"]


_ANY_TEXT = "?"
"""How an outcome writes a text of which nothing is asked but that it is there."""


@dataclass(frozen=True, slots=True)
class Condition:
    """What a row would have to say.

    Args:
        word: ``any`` value will do; ``at_least`` or ``at_most`` a number or a date; ``one_of`` some values;
            that cells are ``filled`` with whatever is right; that the row is ``there``, or is not;
            ``such_as`` where several cells decide together: an example.
        cells: The cells by ``table.column`` with what they would have to hold.
    """

    word: Word
    cells: tuple[tuple[str, tuple[object, ...]], ...] = ()


def condition_for(
    outcomes: Mapping[Choice, Fraction], settles: Callable[[Fraction], bool], dictionary: Dictionary
) -> Condition | None:
    """Say what a row would have to say for something to be settled; ``None`` where nothing it can say does.

    Args:
        outcomes: Every outcome that matters with what it adds.
        settles: Whether adding so much settles it; if some amount does, all beyond it do as well.
        dictionary: The tables, with the step of each column.
    """
    good = [choice for choice, score in outcomes.items() if settles(score)]
    if not good:
        return None
    if len(good) == len(outcomes):
        return Condition("any")
    if {choice.there for choice in good} != {True, False} and len({choice.there for choice in outcomes}) > 1:
        bad = [choice for choice in outcomes if choice not in good]
        if {choice.there for choice in bad}.isdisjoint({choice.there for choice in good}):
            return Condition("there" if good[0].there else "not_there")
    if all(value == _ANY_TEXT for choice in good for _, value in choice.cells) and good[0].cells:
        return Condition("filled", tuple((name, ()) for name, _ in good[0].cells))
    present = {choice: score for choice, score in outcomes.items() if choice.there}
    names = {name for choice in present for name, _ in choice.cells}
    if len(names) == 1 and len({choice.there for choice in outcomes}) == 1:
        (name,) = names
        values = [
            (way[0][1], score)
            for choice, score in present.items()
            for way in (choice.cells, *choice.alike)
            if way
        ]
        if all(_number(value) is not None for value, _ in values):
            return _threshold(name, values, settles, dictionary)
        return Condition("one_of", ((name, tuple(value for value, score in values if settles(score))),))
    return _example(good, outcomes)


def _example(good: Sequence[Choice], outcomes: Mapping[Choice, Fraction]) -> Condition:
    """Give the outcome that settles it most clearly, where several cells decide together."""
    best = max(good, key=lambda choice: abs(outcomes[choice]))
    if not best.there:
        return Condition("not_there")
    return Condition("such_as", tuple((name, (value,)) for name, value in best.cells))


# numbers -------------------------------------------------------------------------------------------


def _number(value: object) -> Fraction | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, date):
        return Fraction(value.toordinal())
    return Fraction(value) if isinstance(value, int | Decimal | Fraction) else None


def _threshold(
    name: str,
    values: Sequence[tuple[object, Fraction]],
    settles: Callable[[Fraction], bool],
    dictionary: Dictionary,
) -> Condition | None:
    """Find the numbers that settle it: from a number on, up to a number, or between some."""
    told: dict[Fraction, Fraction] = {}
    for value, score in values:
        number = _number(value) or Fraction(0)
        if number not in told or not settles(score):  # a number settles it if it always does
            told[number] = score
    points = sorted(told.items())
    dated = isinstance(values[0][0], date)
    step = _step(name, dictionary)
    spans: list[list[Fraction]] = []
    for (low, left), (high, right) in pairwise(points):
        found = _part(low, high, left, right, settles, step)
        if found is None:
            continue
        if spans and spans[-1][1] >= found[0]:
            spans[-1][1] = max(spans[-1][1], found[1])
        else:
            spans.append(list(found))
    if not spans:
        return None
    written = [tuple(_as(one, dated=dated) for one in span) for span in spans]
    if len(spans) == 1 and spans[0][1] == points[-1][0]:
        return Condition("at_least", ((name, (written[0][0],)),))
    if len(spans) == 1 and spans[0][0] == points[0][0]:
        return Condition("at_most", ((name, (written[0][1],)),))
    return Condition("such_as", ((name, (written[0][0],)),))


def _as(number: Fraction, *, dated: bool) -> object:
    return date.min + timedelta(days=int(number) - 1) if dated else number


def _part(
    low: Fraction,
    high: Fraction,
    left: Fraction,
    right: Fraction,
    settles: Callable[[Fraction], bool],
    step: Fraction,
) -> tuple[Fraction, Fraction] | None:
    """Return which numbers between two neighbouring outcomes settle it: a straight line lies between them."""

    def at(number: Fraction) -> bool:
        return settles(left + (right - left) * (number - low) / (high - low))

    first, last = ceil(low / step) * step, floor(high / step) * step
    ends = at(low), at(high)
    if high - low <= step or ends[0] == ends[1]:
        inside = [number for number, good in ((low, ends[0]), (high, ends[1])) if good]
        return (inside[0], inside[-1]) if inside else None
    count = int((last - first) / step)
    below, above = 0, count  # the numbers of steps; one end settles it, the other does not
    while above - below > 1:
        middle = (below + above) // 2
        if at(first + middle * step) == ends[0]:
            below = middle
        else:
            above = middle
    return (low, first + below * step) if ends[0] else (first + above * step, high)


def _step(name: str, dictionary: Dictionary) -> Fraction:
    """Return how far two neighbouring values of a cell lie apart."""
    table, _, column = name.partition(".")
    declared = dictionary.tables[table].columns.get(column) if table in dictionary.tables else None
    if declared is None or not declared.scale:
        return Fraction(1)
    return Fraction(1, 10**declared.scale)
