"""Tables as plain text and as Markdown, aligned also where Chinese characters take two columns."""

from __future__ import annotations

import re
import unicodedata
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["markdown_table", "markdown_text", "padded", "text_table", "width_of"]

_WIDE = frozenset("WF")
_NONE = frozenset({"Mn", "Me", "Cf"})
"""What takes no column: marks above and below a letter, signs that are not seen."""
_MARKDOWN = re.compile(r"([\\`*_\[\]|~#])")


def width_of(text: str) -> int:
    r"""Return how many columns of a terminal a text takes.

    Examples:
        >>> width_of("abc"), width_of("目标 a"), width_of("e\u0301")
        (3, 6, 1)
    """
    return sum(
        0 if unicodedata.category(one) in _NONE else 2 if unicodedata.east_asian_width(one) in _WIDE else 1
        for one in text
    )


def padded(text: str, width: int, *, right: bool = False) -> str:
    """Fill a text with blanks to so many columns."""
    blanks = " " * max(0, width - width_of(text))
    return blanks + text if right else text + blanks


def text_table(
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    right: frozenset[int] = frozenset(),
    gap: str = "  ",
) -> list[str]:
    """Return the lines of a table, each column as wide as its widest cell.

    Args:
        columns: The headings; all empty for a table without.
        rows: The cells.
        right: The positions of the columns that are aligned to the right.
        gap: What stands between two columns.
    """
    whole = [*([columns] if any(columns) else []), *rows]
    if not whole:
        return []
    widths = [max(width_of(row[at]) for row in whole) for at in range(len(whole[0]))]
    lines = [
        gap.join(padded(cell, widths[at], right=at in right) for at, cell in enumerate(row)).rstrip()
        for row in whole
    ]
    if any(columns):
        lines.insert(1, gap.join("─" * width for width in widths))
    return lines


def markdown_text(text: str) -> str:
    """Take every meaning but its own from a text in Markdown."""
    plain = escape(" ".join(text.split()), quote=False)
    return _MARKDOWN.sub(r"\\\1", plain).replace("://", ":&#8203;//")


def markdown_table(
    columns: Sequence[str], rows: Sequence[Sequence[str]], right: frozenset[int] = frozenset()
) -> list[str]:
    """Return the lines of a Markdown table; nothing in a cell can become markup."""
    rule = "".join(" ---: |" if at in right else " --- |" for at in range(len(columns)))
    body = [f"| {' | '.join(markdown_text(cell) for cell in row)} |" for row in rows]
    return [f"| {' | '.join(markdown_text(name) for name in columns)} |", f"|{rule}", *body]
