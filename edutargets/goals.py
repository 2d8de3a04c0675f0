"""What is enough: at least, at most, exactly, between, about, never decreasing, as printed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema

from edutargets.bounds import Interval, exactly
from edutargets.errors import Fault, UnitError
from edutargets.units import Quantity, split_number
from edutargets.yaml_files import Definition

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic.config import JsonDict

__all__ = [
    "ByValue",
    "Goal",
    "GoalWords",
    "LimitText",
    "NeverChanging",
    "QuantityText",
    "Verdict",
    "goal_of",
    "limit_goal",
    "rounding_step",
]

COLUMN_NAME = r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)?$"


class Verdict(StrEnum):
    """What can be said of a promise; there is no score and no average of verdicts."""

    MET = "met"
    NOT_MET = "not_met"
    UNDETERMINED = "undetermined"
    NOT_EVALUABLE = "not_evaluable"


def _quantity(value: object) -> Quantity:
    if isinstance(value, Quantity):
        return value
    try:
        return Quantity.parse(str(value))
    except UnitError as error:
        raise ValueError(str(error)) from error


_ONE_LIMIT: JsonDict = {
    "type": ["string", "number"],
    "description": "a number with its unit",
    "examples": ["83 %", "7000 CNY/student/year", "12亿元"],
}
QuantityText = Annotated[
    Quantity,
    BeforeValidator(_quantity),
    PlainSerializer(str, return_type=str),
    WithJsonSchema(_ONE_LIMIT),
]


@dataclass(frozen=True, slots=True)
class ByValue:
    """A limit for each value of a column, e.g. for each stage.

    Args:
        limits: Pairs of a value of the column and its limit, in the order they are written.
    """

    limits: tuple[tuple[str, Quantity], ...]

    def __str__(self) -> str:
        return ", ".join(f"{value}: {limit}" for value, limit in self.limits)


def _limit(value: object) -> Quantity | ByValue:
    if isinstance(value, ByValue):
        return value
    if not isinstance(value, Mapping):
        return _quantity(value)
    limits, wrong = [], [] if value else ["no value has a limit, e.g. {primary: 45 student}"]
    for key, written in value.items():
        try:
            limits.append((str(key), _quantity(written)))
        except ValueError as error:
            wrong.append(f"{key}: {error}")
    if wrong:
        raise ValueError("; ".join(wrong))
    return ByValue(tuple(limits))


def _written_limit(limit: Quantity | ByValue) -> str | dict[str, str]:
    return {value: str(one) for value, one in limit.limits} if isinstance(limit, ByValue) else str(limit)


LimitText = Annotated[
    Quantity | ByValue,
    BeforeValidator(_limit),
    PlainSerializer(_written_limit),
    WithJsonSchema(
        {
            "anyOf": [
                _ONE_LIMIT,
                {
                    "type": "object",
                    "description": "a limit for each value of `by_column`",
                    "additionalProperties": {"type": ["string", "number"]},
                    "minProperties": 1,
                },
            ]
        }
    ),
]


class NeverChanging(Definition):
    """Never falling (or rising) from a year on, in money of the day (nominal) or of one year (real)."""

    from_: Annotated[int, Field(ge=1900, le=2200, alias="from")]
    basis: Literal["nominal", "real"] = "nominal"


class GoalWords(Definition):
    """The goal as it is written: the limit itself is enough (以上 includes it), ``above`` leaves it out.

    A limit may depend on a column: ``at_most: {primary: 45 student, junior: 50 student}`` beside
    ``by_column: stage``.
    """

    at_least: LimitText | None = None
    at_most: LimitText | None = None
    above: LimitText | None = None
    below: LimitText | None = None
    exactly: LimitText | None = None
    by_column: Annotated[str, Field(pattern=COLUMN_NAME)] | None = None
    between: tuple[QuantityText, QuantityText] | None = None
    about: QuantityText | None = None
    tolerance: QuantityText | None = None
    printed: QuantityText | None = None

    @property
    def stated(self) -> tuple[str, ...]:
        """The goal words that are used."""
        words = ("at_least", "at_most", "above", "below", "exactly", "between", "about", "printed")
        return tuple(word for word in words if getattr(self, word) is not None)

    @property
    def by_value(self) -> ByValue | None:
        """The limits, where a column decides which one holds."""
        found = [getattr(self, word) for word in self.stated]
        return next((one for one in found if isinstance(one, ByValue)), None)

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """Every number with its unit that the goal is written in."""
        found: list[Quantity] = []
        for word in self.stated:
            limit = getattr(self, word)
            ends = [one for _, one in limit.limits] if isinstance(limit, ByValue) else [limit]
            ends = list(limit) if word == "between" else ends
            found += [end for end in ends if isinstance(end, Quantity)]
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Goal:
    """The numbers that are enough, in the measure's own unit.

    Args:
        word: How the plan says it.
        lower: The smallest number that is enough; ``None`` where nothing is too little.
        upper: The largest number that is enough; ``None`` where nothing is too much.
        open_ended: Whether the limit itself is not enough.

    Examples:
        >>> at_least = Goal("at_least", lower=exactly(Fraction(1, 2)))
        >>> at_least.judge(exactly(Fraction(1, 2)))
        <Verdict.MET: 'met'>
        >>> at_least.judge(Interval(Fraction(49, 100), Fraction(51, 100)))
        <Verdict.UNDETERMINED: 'undetermined'>
        >>> at_least.shortfall(Fraction(2, 5))
        Fraction(1, 10)
    """

    word: str
    lower: Interval | None = None
    upper: Interval | None = None
    open_ended: bool = False

    def judge(self, value: Interval) -> Verdict:
        """Say whether the value is enough; ``undetermined`` where its whole range does not agree."""
        if self.word == "printed":
            assert self.lower is not None
            assert self.upper is not None
            return (
                Verdict.MET if value.meets(Interval(self.lower.lower, self.upper.upper)) else Verdict.NOT_MET
            )
        sides = []
        if self.lower is not None:
            sides.append(self._side(value.lower, value.upper, self.lower.lower, self.lower.upper))
        if self.upper is not None:
            sides.append(self._side(-value.upper, -value.lower, -self.upper.upper, -self.upper.lower))
        if Verdict.NOT_MET in sides:
            return Verdict.NOT_MET
        return Verdict.UNDETERMINED if Verdict.UNDETERMINED in sides else Verdict.MET

    def _side(self, least: Fraction, most: Fraction, limit_least: Fraction, limit_most: Fraction) -> Verdict:
        if least > limit_most or (least == limit_most and not self.open_ended):
            return Verdict.MET
        if most < limit_least or (most == limit_least and self.open_ended):
            return Verdict.NOT_MET
        return Verdict.UNDETERMINED

    def shortfall(self, value: Fraction) -> Fraction:
        """Return how much is missing to the nearest limit, never below zero, in the measure's unit."""
        below = self.lower.lower - value if self.lower is not None else Fraction(0)
        above = value - self.upper.upper if self.upper is not None else Fraction(0)
        return max(below, above, Fraction(0))


def goal_of(words: GoalWords, convert: Callable[[Quantity], Fraction]) -> Goal:
    """Turn the written goal into numbers of the measure's unit.

    Args:
        words: The goal as written; exactly one word is used.
        convert: Brings a written quantity into the measure's unit, or raises.
    """
    word = words.stated[0]
    if word == "between":
        assert words.between is not None
        low, high = (exactly(convert(end)) for end in words.between)
        if low.lower > high.upper:
            ends = " to ".join(map(str, words.between))
            raise UnitError(Fault("", f"between {ends} runs backwards", "the smaller first", code="goal"))
        return Goal(word, low, high)
    quantity: Quantity = getattr(words, word)
    assert isinstance(quantity, Quantity)  # limits that hang on a column are turned one by one
    limit = convert(quantity)
    if word == "about":
        share = words.tolerance.to("") if words.tolerance else Fraction(0)
        return Goal(word, exactly(limit - abs(limit) * share), exactly(limit + abs(limit) * share))
    if word == "printed":
        half = convert(Quantity(rounding_step(quantity), quantity.unit)) / 2
        return Goal(word, exactly(limit - half), exactly(limit + half))
    return limit_goal(word, limit)


def limit_goal(word: str, limit: Fraction) -> Goal:
    """Turn at least, at most, above, below or exactly a number into the numbers that are enough."""
    lower = exactly(limit) if word in {"at_least", "above", "exactly"} else None
    upper = exactly(limit) if word in {"at_most", "below", "exactly"} else None
    return Goal(word, lower, upper, open_ended=word in {"above", "below"})


def rounding_step(printed: Quantity) -> Fraction:
    """Return the step a printed figure was rounded to, from the digits that were printed.

    Examples:
        >>> rounding_step(Quantity.parse("80.24 %"))
        Fraction(1, 100)
        >>> rounding_step(Quantity.parse("1.08 亿 student"))
        Fraction(1000000, 1)
    """
    digits, _, scale = split_number(str(printed))
    return Fraction(scale) / Fraction(10) ** len(digits.partition(".")[2])
