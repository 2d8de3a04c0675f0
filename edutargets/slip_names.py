"""What a return slip and its sheets are called: names typed by senders, made safe for every system."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import TYPE_CHECKING

from edutargets.findings import masked

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["BUREAU", "SheetNames", "book_names"]

BUREAU = "_bureau"
"""The name of the slip with what concerns no school in particular."""
_CODE_BYTES, _NAME_BYTES = 80, 120  # of the 255 bytes that a file's name may have
_FORBIDDEN = re.compile(r'[<>:"/\\|?*%\x00-\x1f.]')
_START = " .-_~$=+@'`!^"
_NOTE = re.compile(r"readme", re.IGNORECASE)
_RESERVED = re.compile(
    r"(?:CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(?:COM|LPT)[0-9\u00b9\u00b2\u00b3])", re.IGNORECASE
)
_SHEET_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_SHEET_LONGEST = 31


def _plain(text: str) -> str:
    """Keep of a text what every file system takes and nobody can be misled by."""
    seen = "".join(
        c for c in masked(unicodedata.normalize("NFKC", text)) if unicodedata.category(c)[0] != "C"
    )
    words = " ".join(_FORBIDDEN.sub("_", seen).split())
    return words.lstrip(_START).rstrip(" _")


def _stem(code: str, name: str) -> str:
    """Write code and name as a file's name; whatever was changed in the code leaves a trace of its hash."""
    plain = _plain(code)
    short = _cut(plain, _CODE_BYTES)
    stem = "-".join(part for part in (short, _cut(_plain(name), _NAME_BYTES)) if part)
    if short != code or _RESERVED.fullmatch(stem) or _NOTE.match(stem):
        stem = f"{'' if short and not _NOTE.match(stem) else 'school-'}{stem}".rstrip("-")
        return f"{stem}-{_trace(code)}"
    return stem


def _cut(text: str, most: int) -> str:
    return text.encode()[:most].decode("utf-8", "ignore").rstrip(" _")


def _trace(code: str) -> str:
    return hashlib.sha256(code.encode("utf-8", "replace")).hexdigest()[:6]


def book_names(schools: Mapping[str, str]) -> dict[str, str]:
    """Name the slip of each school ``<code>-<name>.xlsx``, so that no two schools meet in one file.

    Args:
        schools: The name of each school by its code, both as somebody typed them; the empty code is the
            bureau's own slip.

    Examples:
        >>> book_names({"JY1009": "城北小学", "": ""})
        {'JY1009': 'JY1009-城北小学.xlsx', '': '_bureau.xlsx'}
    """
    stems = {code: _stem(code, name) if code else BUREAU for code, name in schools.items()}
    often: dict[str, int] = {}
    for stem in stems.values():
        often[stem.casefold()] = often.get(stem.casefold(), 0) + 1
    return {
        code: f"{stem}-{_trace(code)}.xlsx" if often[stem.casefold()] > 1 else f"{stem}.xlsx"
        for code, stem in stems.items()
    }


class SheetNames:
    """Gives the sheets of one workbook names by which they are known when they come back.

    Args:
        taken: Names that other sheets of the workbook have.
    """

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = {name.casefold() for name in taken}

    def named(self, spellings: Iterable[str], year: int | None) -> str:
        """Return the first spelling of a table that is free; with the year where only the name says it."""
        ending = "" if year is None else f"_{year}"
        names = [f"{spelling}{ending}" for spelling in spellings]
        fitting = [name for name in names if _fits_sheet(name)]
        free = [name for name in fitting if name.casefold() not in self._taken]
        name = free[0] if free else self._numbered(fitting or names)
        self._taken.add(name.casefold())
        return name

    def _numbered(self, names: list[str]) -> str:
        """Cut and number a name that no longer says which table it is: the reader will ask."""
        base = _SHEET_FORBIDDEN.sub("_", names[0]).strip("'")[: _SHEET_LONGEST - 5]
        number = 2
        while f"{base} ({number})".casefold() in self._taken:
            number += 1
        return f"{base} ({number})"


def _fits_sheet(name: str) -> bool:
    quoted = name.startswith("'") or name.endswith("'") or name.casefold() == "history"
    return bool(name) and len(name) <= _SHEET_LONGEST and not quoted and not _SHEET_FORBIDDEN.search(name)
