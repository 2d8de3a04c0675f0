"""Credit codes of the invented district: right in every character, of a region that does not exist."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from invented_district.roster import Institution

__all__ = ["credit_code"]

NOWHERE = "449999"
"""Guangdong has no such region; a real one could make an invented code somebody's."""

_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100-2015: without I, O, S, V, Z
_BODY_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)  # GB 11714-1997


def credit_code(one: Institution, last_year: int) -> str:
    """Return the code of an institution: who registered it, the region, its own code, the check character."""
    run = "12" if one.ownership[last_year] == "public" else "52"
    registered = "11" if one.kind == "office" else run
    body = f"MB{one.code}"
    first = f"{registered}{NOWHERE}{body}{_body_check(body)}"
    total = sum(_CHARACTERS.index(character) * pow(3, at, 31) for at, character in enumerate(first))
    return first + _CHARACTERS[-total % 31]


def _body_check(body: str) -> str:
    total = sum(int(character, 36) * weight for character, weight in zip(body, _BODY_WEIGHTS, strict=True))
    return "0123456789X0"[11 - total % 11]
