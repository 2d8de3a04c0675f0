"""Identity numbers are never shown whole, wherever they stand."""

from __future__ import annotations

import re

__all__ = ["masked", "masked_whole"]

# 15 and more digits in a row, single blanks and hyphens between them allowed: identity numbers of 15 or 18
# places, also behind the G of a pupil's number, bank cards. Full-width digits (`\d`) and X count too.
_IDENTITY = re.compile(r"(?<!\d)\d(?:[ -]?\d){13,}[ -]?[\dXx\uff38\uff58](?!\d)")
# A hash (MD5, SHA-1, SHA-256) is none, though so many digits may stand in a row in it.
_HASH = r"(?P<hash>(?<![0-9A-Za-z])(?=[0-9]*[a-f])(?:[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{32})(?![0-9A-Za-z]))"
_HASH_OR_IDENTITY = re.compile(f"{_HASH}|{_IDENTITY.pattern}")
_AHEAD, _BEHIND = 6, 2
_SHORT = 10


def masked(text: str) -> str:
    """Hide the middle of whatever looks like an identity number.

    Examples:
        >>> masked("id=110101199003070003, ok")
        'id=110101**********03, ok'
        >>> masked("926ddf8b476afe6fa01064745689450801df96cb44044dc0c9490457d2709a65")
        '926ddf8b476afe6fa01064745689450801df96cb44044dc0c9490457d2709a65'
    """
    return _HASH_OR_IDENTITY.sub(lambda match: match["hash"] or masked_whole(match[0]), text)


def masked_whole(text: str) -> str:
    """Hide the middle of a cell of a column of identity numbers, whatever it looks like.

    Examples:
        >>> masked_whole("11010119900307000"), masked_whole("1101")
        ('110101*********00', '****')
    """
    if len(text) < _SHORT:
        return "*" * len(text)
    return text[:_AHEAD] + "*" * (len(text) - _AHEAD - _BEHIND) + text[-_BEHIND:]
