"""What an explanation is made of: parts with sentences, and perhaps a table below them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from edutargets.shown import Shown

if TYPE_CHECKING:
    from edutargets.verdict_words import Language

__all__ = ["Explained", "Section"]


@dataclass(frozen=True, slots=True)
class Section(Shown):
    """One part of an explanation: sentences, and perhaps a table below them.

    Args:
        key: Its name in programs.
        label: Its name for readers.
        lines: Its sentences.
        columns: The headings of its table.
        rows: The cells of its table.
        right: The columns of numbers, aligned to the right.
    """

    key: str
    label: str
    lines: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    right: frozenset[int] = frozenset()


class Explained(Protocol):
    """What is written down of an explanation, whatever else it knows."""

    @property
    def id(self) -> str:
        """The target's name."""

    @property
    def language(self) -> Language:
        """The language it is in."""

    @property
    def title(self) -> str:
        """What the target is called."""

    @property
    def headline(self) -> str:
        """The verdict in one line."""

    @property
    def sections(self) -> tuple[Section, ...]:
        """Its parts."""

    @property
    def sql(self) -> tuple[str, ...]:
        """The statements that made its numbers."""
