"""The one door through which results show themselves in a notebook; ``display`` stands behind it."""

from __future__ import annotations

from functools import singledispatch

__all__ = ["Shown", "mimebundle"]


@singledispatch
def mimebundle(shown: object) -> dict[str, object]:
    """Return what a notebook shows of a result: text, HTML and records; ``display`` registers each type."""
    return {"text/plain": repr(shown)}


class Shown:
    """A result that a notebook shows as a table, and a terminal as text."""

    __slots__ = ()

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, object]:
        del include, exclude
        return mimebundle(self)
