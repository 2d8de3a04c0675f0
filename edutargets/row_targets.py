"""The targets that no total can judge: how unequal schools are, whether something happens often enough."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import model_validator

from edutargets.promises import Target
from edutargets.rates import RateText  # pydantic needs it when the models are built
from edutargets.units import ENTITIES, factors_of, unit_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pint

    from edutargets.periods import Years

__all__ = ["Dispersion", "Frequency"]

_ENTITIES = frozenset(entity.name for entity in ENTITIES)


class Dispersion(Target):
    """How unequal the schools are: the student-weighted coefficient of variation (差异系数).

    With x the amount and P the students of each school, the mean is the total over the total, S the
    student-weighted population deviation around it, and the coefficient S over the mean. Written without
    a root: CV² = ΣP · Σ(x² ÷ P) ÷ (Σx)² - 1. The verdict compares CV² with the square of the goal.

    Args:
        over: The table or view whose rows are the schools.
        value: The amount of each row, e.g. ``sum(equipment)``; a plain column will do.
        weight: The students of each row, e.g. ``sum(pupils)``.
    """

    type: Literal["dispersion"] = "dispersion"
    over: str
    value: str
    weight: str
    parts: ClassVar[tuple[str, ...]] = ("value", "weight")
    contract: ClassVar[str] = "any amount over a counted thing, for each row of a table or view"

    @property
    def entities(self) -> str:
        """The table or view whose rows lie apart."""
        return self.over

    @model_validator(mode="after")
    def _over_rows(self) -> Dispersion:
        said = [word for word in ("each", "share_of", "mean_of") if getattr(self, word)]
        said += [word for word, value in (("from", self.from_), ("total_over", self.total_over)) if value]
        if said:
            message = f"a dispersion runs over the rows of `over`, year by year; it takes no `{said[0]}`"
            raise ValueError(message)
        return self

    def unit_faults(self, units: Mapping[str, pint.Unit]) -> list[str]:
        """Refuse a weight that counts nothing."""
        found = factors_of(units["weight"])
        if len(found) == 1 and set(found) <= _ENTITIES and set(found.values()) == {1}:
            return []
        return [f"is weighted by {unit_text(units['weight']) or 'a pure number'}"]


class Frequency(Target):
    """Something happens often enough: every project unit meets once a week, as long as its project runs.

    A week (Monday to Sunday), calendar month, quarter or year is owed if it lies wholly inside the span:
    inside the calendar years of ``during``, inside ``active``, and, where the organisers' table has a year,
    inside years in which the organiser stands there. A span too short for one owes nothing. Everyone must
    have enough events in everything owed; a week without a meeting is a miss.

    Args:
        events: What is counted of each organiser's records, e.g. ``count(meetings.*) filter (where …)``.
        dated_by: The date column of those records, e.g. ``meetings.held_on``.
        at_least: How often, e.g. ``1 per week``.
        active: Two date columns of the organiser: the first and the last day of its duty.
    """

    type: Literal["frequency"] = "frequency"
    events: str
    dated_by: str
    at_least: RateText  # type: ignore[assignment]  # how often, not how much
    active: tuple[str, str] | None = None
    parts: ClassVar[tuple[str, ...]] = ("events",)
    contract: ClassVar[str] = "a count of dated records, for each row of a table or view"
    during_needs_every: ClassVar[bool] = False

    @model_validator(mode="after")
    def _said_how_often(self) -> Frequency:
        if not (self.each or self.share_of):
            message = "a frequency does not say who: `each: project_units` or `share_of:`"
            raise ValueError(message)
        times = {
            "every": self.every,
            "total_over": self.total_over,
            "in": self.in_,
            "at_every": self.at_every,
        }
        wrong = next((word for word, value in times.items() if value is not None), None)
        if wrong is not None:
            message = f"a frequency runs over `during: [first, last]` or `active: [from, to]`, not `{wrong}`"
            raise ValueError(message)
        return self

    def years(self, reported: Years) -> Years:
        """Return the years of the span; all that were reported where only the organisers tell it."""
        last = self.by.year if self.by is not None else None
        if self.during is None:
            return tuple(year for year in sorted(reported) if year <= (last or year))
        end = min(self.during[1], last or self.during[1])
        return tuple(range(self.during[0], end + 1))
