"""The one door through which results show themselves in a notebook; ``display`` stands behind it."""

from __future__ import annotations

from functools import singledispatch
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Shown", "before_first", "mimebundle"]

_waiting: list[Callable[[], object]] = []


def before_first(load: Callable[[], object]) -> None:
    """Have something loaded before the first result is shown: the pictures need not be there before."""
    _waiting.append(load)


@singledispatch
def mimebundle(shown: object) -> dict[str, object]:
    """Return what a notebook shows of a result: text, HTML and records; ``display`` registers each type."""
    return {"text/plain": repr(shown)}


class Shown:
    """A result that a notebook shows as a table, and a terminal as text."""

    __slots__ = ()

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, object]:
        del include, exclude
        while _waiting:
            _waiting.pop()()
        return mimebundle(self)
