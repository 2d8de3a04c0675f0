"""When: the years that a promise is about, in the words plans use."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field, model_validator

from edutargets.yaml_files import Definition

__all__ = ["Span", "TimeWords", "Years"]


def _forwards(span: tuple[int, int]) -> tuple[int, int]:
    if span[0] > span[1]:
        message = f"the span runs backwards: {span[0]} to {span[1]}; write the first year first"
        raise ValueError(message)
    return span


Year = Annotated[int, Field(ge=1900, le=2200)]
Span = Annotated[tuple[Year, Year], AfterValidator(_forwards)]
Years = tuple[int, ...]


class TimeWords(Definition):
    """The time of a promise: by a date, in every year, over a span, in one year, at every snapshot.

    ``by`` is judged on the latest year up to that date; ``every: year`` with ``during`` needs each year;
    ``total_over`` adds the years of the span up; ``in`` is one year; ``at_every: snapshot`` is every year
    that was reported. ``by`` may stand beside ``total_over`` as its deadline.

    Examples:
        >>> TimeWords(by="2025-12-31").years((2022, 2023, 2024))
        (2024,)
        >>> TimeWords(every="year", during=(2023, 2025)).years((2022, 2023))
        (2023, 2024, 2025)
    """

    by: date | None = None
    every: Literal["year"] | None = None
    during: Span | None = None
    total_over: Span | None = None
    in_: Year | None = Field(default=None, alias="in")
    at_every: Literal["snapshot"] | None = None

    during_needs_every: ClassVar[bool] = True
    """Whether a span of years is judged year by year."""

    @model_validator(mode="after")
    def _one_time_word(self) -> TimeWords:
        words = [
            name
            for name, value in (
                ("every", self.every),
                ("total_over", self.total_over),
                ("in", self.in_),
                ("at_every", self.at_every),
            )
            if value is not None
        ]
        if len(words) > 1:
            message = f"one time word is enough, found {' and '.join(words)}"
            raise ValueError(message)
        if self.during_needs_every and (self.every is None) != (self.during is None):
            message = "`every: year` needs `during: [first, last]`, and the other way round"
            raise ValueError(message)
        if self.by is not None and self.total_over is not None and self.by.year < self.total_over[0]:
            message = f"the deadline {self.by} lies before the start {self.total_over[0]}"
            raise ValueError(message)
        if self.by is not None and self.during is not None and self.by.year < self.during[0]:
            message = f"the deadline {self.by} lies before the start {self.during[0]}"
            raise ValueError(message)
        return self

    @property
    def sums_years(self) -> bool:
        """Whether the years of the span are added up to one value."""
        return self.total_over is not None

    @property
    def last_year(self) -> int | None:
        """The year in which the promise falls due, if it names one."""
        if self.by is not None:
            return self.by.year
        span = self.during or self.total_over
        return span[1] if span else self.in_

    def years(self, reported: Years) -> Years:
        """Return the years that judge the promise, given the years that were reported."""
        span = self.during or self.total_over
        if span is not None:
            return tuple(range(span[0], span[1] + 1))
        if self.in_ is not None:
            return (self.in_,)
        known = tuple(sorted(reported))
        if self.by is not None:
            known = tuple(year for year in known if year <= self.by.year)
        return known if self.at_every is not None else known[-1:]
