"""Texts that others typed, made harmless: they steer no terminal, turn no line around, become no formula."""

from __future__ import annotations

import re

__all__ = ["csv_cell", "one_line", "visible"]

# Control characters (an escape moves a terminal's cursor), marks that turn the direction of writing around
# (a name can pose as another one), the byte order mark, halves of characters.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
_LOST = "\N{REPLACEMENT CHARACTER}"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "\uff20")


def visible(text: str) -> str:
    r"""Put a visible mark where a text holds a character that is not seen but obeyed.

    Examples:
        >>> visible("a\x1b[31mb\u202e") == "a\ufffd[31mb\ufffd"
        True
    """
    return _UNSEEN.sub(_LOST, text)


def one_line(text: str) -> str:
    r"""Write a text on one line, with nothing unseen in it.

    Examples:
        >>> one_line("a\n  b")
        'a b'
    """
    return visible(" ".join(text.split()))


def csv_cell(text: str) -> str:
    """Put a quote before a text that a spreadsheet would take for a formula.

    Examples:
        >>> csv_cell("=1+1"), csv_cell("-5"), csv_cell("a=1")
        ("'=1+1", "'-5", 'a=1')
    """
    return f"'{text}" if text.startswith(_FORMULA) else text
