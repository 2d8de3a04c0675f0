"""The targets that stand on other targets of the plan: bundles of them, and those said a second time."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import model_validator

from edutargets.promises import Target

__all__ = ["Alias", "Composite"]


class Composite(Target):
    """All of, or any of, other targets: “5085”."""

    type: Literal["composite"] = "composite"
    all_of: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()
    contract: ClassVar[str] = "ids of other targets of the plan"
    needs_goal: ClassVar[bool] = False

    @model_validator(mode="after")
    def _one_list(self) -> Composite:
        if bool(self.all_of) == bool(self.any_of):
            message = "a composite needs all_of or any_of, e.g. all_of: [a.b, a.c]"
            raise ValueError(message)
        return self

    @property
    def members(self) -> tuple[str, ...]:
        """The ids it is made of."""
        return self.all_of or self.any_of


class Alias(Target):
    """A promise that the text makes a second time: it takes the verdict of the first.

    An alias is shown, and counted as no target of its own.

    Args:
        same_as: The id of the target whose verdict it takes.
    """

    type: Literal["alias"] = "alias"
    same_as: str
    contract: ClassVar[str] = "the id of another target of the plan"
    needs_goal: ClassVar[bool] = False
    own: ClassVar[frozenset[str]] = frozenset(
        {"id", "type", "same_as", "title", "cite", "reading", "lead", "note"}
    )

    @model_validator(mode="after")
    def _nothing_of_its_own(self) -> Alias:
        own = [name for name in type(self).model_fields if getattr(self, name) and name not in self.own]
        if own:
            said = " and ".join(f"`{name.rstrip('_')}`" for name in own)
            message = f"an alias takes everything from {self.same_as}; {said} belongs there"
            raise ValueError(message)
        return self

    @property
    def members(self) -> tuple[str, ...]:
        """The id whose verdict it takes."""
        return (self.same_as,)
