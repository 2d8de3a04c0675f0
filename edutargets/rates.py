"""How often: so many times in every week, month, quarter or year, by the calendar and without a clock."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated, Literal, get_args

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Every", "Rate", "RateText", "bucket_name", "first_day", "last_day", "whole_buckets"]

Every = Literal["week", "month", "quarter", "year"]
_WRITTEN = re.compile(rf"([1-9]\d{{0,3}}) ?(?:per|/) ?({'|'.join(get_args(Every))})")
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_DECEMBER = 12


@dataclass(frozen=True, slots=True)
class Rate:
    """So many events in every week (Monday to Sunday), calendar month, quarter or year.

    Args:
        times: How many events are enough.
        every: In what they must lie.

    Examples:
        >>> Rate.parse("1 per week"), str(Rate.parse("2/quarter"))
        (Rate(times=1, every='week'), '2 per quarter')
    """

    times: int
    every: Every

    @classmethod
    def parse(cls, text: str) -> Rate:
        """Read ``1 per week`` or ``2/quarter``; nothing else passes.

        Raises:
            ValueError: If it is written otherwise.
        """
        found = _WRITTEN.fullmatch(text.strip())
        if found is None:
            accepted = "a whole number from 1 per week, month, quarter or year, e.g. 1 per week"
            message = f"{text!r} does not say how often; accepted: {accepted}"
            raise ValueError(message)
        every = next(name for name in get_args(Every) if name == found[2])
        return cls(int(found[1]), every)

    def __str__(self) -> str:
        return f"{self.times} per {self.every}"


RateText = Annotated[
    Rate,
    BeforeValidator(lambda value: value if isinstance(value, Rate) else Rate.parse(str(value))),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "examples": ["1 per week", "2/quarter"]}),
]


def first_day(day: date, every: Every) -> date:
    """Return the first day of the week, month, quarter or year in which a day lies.

    Examples:
        >>> first_day(date(2025, 1, 5), "week"), first_day(date(2025, 8, 9), "quarter")
        (datetime.date(2024, 12, 30), datetime.date(2025, 7, 1))
    """
    if every == "week":
        return day - timedelta(days=day.weekday())
    length = _MONTHS[every]
    return date(day.year, (day.month - 1) // length * length + 1, 1)


def last_day(first: date, every: Every) -> date:
    """Return the last day of the week, month, quarter or year that begins on a day.

    Examples:
        >>> last_day(date(2024, 12, 30), "week"), last_day(date(2024, 2, 1), "month")
        (datetime.date(2025, 1, 5), datetime.date(2024, 2, 29))
    """
    if every == "week":
        return first + timedelta(days=6)
    month = first.month + _MONTHS[every] - 1
    if month == _DECEMBER:
        return date(first.year, month, 31)
    return date(first.year, month + 1, 1) - timedelta(days=1)


def whole_buckets(first: date, last: date, every: Every) -> Iterator[date]:
    """Yield the first days of all weeks, months, quarters or years that lie wholly in a span.

    One that the span only touches owes nothing, and a span too short for one owes nothing at all.

    Examples:
        >>> [str(day) for day in whole_buckets(date(2024, 1, 15), date(2024, 4, 30), "month")]
        ['2024-02-01', '2024-03-01', '2024-04-01']
        >>> list(whole_buckets(date(2024, 1, 2), date(2024, 1, 13), "week"))
        []
    """
    start = first_day(first, every)
    while (end := last_day(start, every)) <= last:
        if start >= first:
            yield start
        start = end + timedelta(days=1)


def bucket_name(first: date, every: Every) -> str:
    """Name a week, month, quarter or year as the calendar standard does.

    Examples:
        >>> [bucket_name(date(2024, 12, 30), "week"), bucket_name(date(2024, 4, 1), "quarter")]
        ['2025-W01', '2024-Q2']
        >>> [bucket_name(date(2024, 4, 1), "month"), bucket_name(date(2024, 1, 1), "year")]
        ['2024-04', '2024']
    """
    if every == "week":
        year, week, _ = first.isocalendar()
        return f"{year}-W{week:02d}"
    if every == "month":
        return f"{first.year}-{first.month:02d}"
    return f"{first.year}-Q{(first.month + 2) // 3}" if every == "quarter" else str(first.year)
