"""What every promise has: a name, a time, a goal, its words in the plan, and the reading taken."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003  # pydantic needs it when the models are built
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from edutargets.goals import GoalWords, QuantityText
from edutargets.periods import TimeWords
from edutargets.shown import Shown
from edutargets.sources import Bilingual, Cite
from edutargets.yaml_files import Definition

if TYPE_CHECKING:
    import pint

__all__ = ["Population", "Target", "Text"]

Text = Annotated[
    Bilingual,
    BeforeValidator(lambda value: {"en": value, "zh": value} if isinstance(value, str) else value),
    WithJsonSchema({"anyOf": [{"type": "string"}, Bilingual.model_json_schema()]}),
]


class Population(Definition):
    """How many there are at all, as it is written somewhere: 140 safe schools need 140 schools."""

    number: QuantityText
    cite: Cite | None = None


class Target(TimeWords, GoalWords, Shown):
    """What every promise has: a name, a time, a goal, its words in the plan, and the reading taken.

    Args:
        id: A short stable name, e.g. ``preschool.public-enrolment-share``.
        title: Its name in both languages.
        cite: Where it is written, word for word.
        reading: How an ambiguous text was read.
        from: The table or view that plain column names mean.
        where: A filter on that table.
        each: The promise holds for every row of this table or view.
        share_of: The promise holds for a share of them, ``share_at_least``.
        mean_of: The promise holds for their mean.
        lead: The departments that answer for it.
        part_of: The id of the target whose number this one's is a part of, e.g. the money for kindergartens.
        population: The table or view that a count cannot outgrow, or its number and where it is written.
    """

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+([.-][a-z0-9]+)*$")]
    type: str
    title: Bilingual = Bilingual()
    cite: Cite | None = None
    reading: Text | None = None
    from_: str | None = Field(default=None, alias="from")
    where: str | None = None
    each: str | None = None
    share_of: str | None = None
    share_at_least: QuantityText | None = None
    mean_of: str | None = None
    lead: tuple[str, ...] = ()
    part_of: str | None = None
    population: str | Population | None = None
    note: str | None = None

    parts: ClassVar[tuple[str, ...]] = ()
    """The fields that hold expressions, in the order they are shown."""
    contract: ClassVar[str] = ""
    """The units that the parts must have, in words."""

    @model_validator(mode="after")
    def _one_quantifier(self) -> Target:
        used = [word for word in ("each", "share_of", "mean_of") if getattr(self, word)]
        if len(used) > 1:
            message = f"one of each, share_of and mean_of is enough, found {' and '.join(used)}"
            raise ValueError(message)
        if (self.share_of is None) != (self.share_at_least is None):
            message = "`share_of` and `share_at_least` belong together, e.g. share_at_least: 95 %"
            raise ValueError(message)
        for word, share in (("share_at_least", self.share_at_least), ("tolerance", self.tolerance)):
            if share is not None and not 0 <= share.to("") <= 1:
                message = f"`{word}` is a share between 0 % and 100 %, found {share}"
                raise ValueError(message)
        if self.from_ and used:
            message = f"`from` beside `{used[0]}: {self.entities}`: plain columns already mean that table"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _one_goal(self) -> Target:
        if self.needs_goal and len(self.stated) != 1:
            found = " and ".join(self.stated) or "none"
            message = f"one goal is needed (at_least, at_most, exactly, between, about …), found {found}"
            raise ValueError(message)
        if self.type in {"milestone", "composite"} and self.entities:
            message = f"a {self.type} holds for the district, not for each of {self.entities}"
            raise ValueError(message)
        if not self.needs_goal and self.stated:
            message = f"{'an' if self.type[0] in 'aeiou' else 'a'} {self.type} takes no {self.stated[0]}"
            raise ValueError(message)
        if (self.about is None) != (self.tolerance is None):
            message = "`about` needs a `tolerance`, e.g. tolerance: 5 %"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _one_limit_for_each_value(self) -> Target:
        if (self.by_value is None) != (self.by_column is None):
            example = "at_most: {primary: 45 student, junior: 50 student}, by_column: stage"
            message = f"`by_column` and a limit for each of its values belong together, e.g. {example}"
            raise ValueError(message)
        if self.by_value is not None and not (self.each or self.share_of):
            message = f"limits by `{self.by_column}` hold for each of a group: `each:` or `share_of:`"
            raise ValueError(message)
        return self

    needs_goal: ClassVar[bool] = True

    @property
    def entities(self) -> str | None:
        """The table or view of those who must each fulfil the promise."""
        return self.each or self.share_of or self.mean_of

    def expressions(self) -> dict[str, str]:
        """Return the written expression of each part."""
        return {part: str(getattr(self, part)) for part in self.parts}

    def unit_faults(self, units: Mapping[str, pint.Unit]) -> list[str]:
        """Say what is wrong with the units of the parts; an empty list where the contract holds."""
        del units
        return []
