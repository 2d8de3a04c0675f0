"""So many of several standards for each of a group, the others not far below: 七项指标至少六项达标."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from edutargets.goals import COLUMN_NAME, ByValue, LimitText, QuantityText
from edutargets.promises import Target, Text
from edutargets.yaml_files import Definition

if TYPE_CHECKING:
    from edutargets.units import Quantity

__all__ = ["KOfN", "Standard"]

_EXAMPLE = "{name: {en: …, zh: …}, value: sum(backbone) * 100 / sum(pupils), at_least: 1}"


class Standard(Definition):
    """One of several standards that a school is held against.

    Args:
        name: What it is called.
        value: What a row has, e.g. ``sum(backbone) * 100 / sum(pupils)``.
        at_least: What is enough; or for each value of a column what is enough there.
        at_most: What is still enough.
        by_column: The column whose value says which limit holds.
    """

    name: Text
    value: str
    at_least: LimitText | None = None
    at_most: LimitText | None = None
    by_column: Annotated[str, Field(pattern=COLUMN_NAME)] | None = None

    @model_validator(mode="after")
    def _one_limit(self) -> Standard:
        if (self.at_least is None) == (self.at_most is None):
            message = "a condition needs at_least or at_most, and not both, e.g. at_least: 4.2"
            raise ValueError(message)
        if isinstance(self.limit, ByValue) != (self.by_column is not None):
            example = "at_least: {primary: 4.2, junior: 5.3}, by_column: stage"
            message = f"`by_column` and a limit for each of its values belong together, e.g. {example}"
            raise ValueError(message)
        return self

    @property
    def word(self) -> Literal["at_least", "at_most"]:
        """On which side of the limit it is enough."""
        return "at_most" if self.at_least is None else "at_least"

    @property
    def limit(self) -> Quantity | ByValue:
        """What is enough, as it is written."""
        found = self.at_most if self.at_least is None else self.at_least
        assert found is not None  # one of both, or it would not have been read
        return found


class KOfN(Target):
    """At least so many of several standards for each school, the others not below a share of theirs.

    A standard of which the value is blank is neither reached nor missed: whether the school meets the
    promise is then open, unless the standards that are known settle it.

    Args:
        conditions: The standards.
        at_least: How many of them each must reach.
        others_at_least: What share of its standard a missed one must still have; where less is better,
            the standard divided by that share. Without it the others do not matter.
    """

    type: Literal["k_of_n"] = "k_of_n"
    conditions: Annotated[tuple[Standard, ...], Field(min_length=1)]
    others_at_least: QuantityText | None = None
    contract: ClassVar[str] = "for each standard its own unit; `at_least` is a whole number of them"

    @model_validator(mode="after")
    def _so_many(self) -> KOfN:
        if not (self.each or self.share_of):
            message = "a k_of_n does not say who: `each: schools` or `share_of:`"
            raise ValueError(message)
        count, limit = len(self.conditions), self.at_least
        numbers = range(1, count + 1)
        if limit is None or isinstance(limit, ByValue) or limit.unit or limit.number not in numbers:
            message = f"`at_least` says how many of the {count} conditions are enough, e.g. at_least: {count}"
            raise ValueError(message)
        share = self.others_at_least
        if share is not None and not 0 < share.to("") <= 1:
            message = f"`others_at_least` is a share above 0 % and up to 100 %, found {share}"
            raise ValueError(message)
        names = [condition.name for condition in self.conditions]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            message = f"two conditions are called {twice.in_language('en')!r}"
            raise ValueError(message)
        return self

    @property
    def enough(self) -> int:
        """How many standards each must reach."""
        assert self.at_least is not None  # it would not have been read without
        assert not isinstance(self.at_least, ByValue)  # as above
        return int(self.at_least.number)

    def expressions(self) -> dict[str, str]:
        """Return the written expression of each standard."""
        return {f"condition_{number}": one.value for number, one in enumerate(self.conditions, start=1)}
