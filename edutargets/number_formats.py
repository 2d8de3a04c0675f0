"""What a number format makes a person see: 0101 for 101, 48.8 % for 0.488, 12万元 for 12."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from edutargets.cell_texts import cell_text

__all__ = ["is_telling", "seen_number"]

_TOKENS = re.compile(
    r'"(?P<quoted>[^"]*)"|[\\!](?P<escaped>.)|_.|\*.|\[(?P<bracket>[^\]]*)\]|(?P<section>;)|(?P<raw>.)',
    re.DOTALL,
)
_LONGEST = 1e15  # beyond it a spreadsheet has lost digits
_SCALED = re.compile(r"[0#?](,+)(?![0#?,])")
_DATED = re.compile(r"[ymdhs]|上午|下午", re.IGNORECASE)
_TELLING = re.compile(r"[^\W\d_]|[%‰]")
_CURRENCY = re.compile(r"[$¥￥€£]|CNY|RMB|USD", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Shape:
    """One section of a format: what stands before and behind the digits, and what it does to them."""

    before: str
    behind: str
    zeros: int
    percent: bool
    scaled: bool


def is_telling(number_format: str) -> bool:
    """Whether a person sees something else under this format than the plain number."""
    return any(shape is not None for shape in _shapes(number_format))


def seen_number(value: float, number_format: str) -> str | None:
    """Return what a person sees in a cell; ``None`` where it is the plain number.

    Examples:
        >>> seen_number(101, "0000"), seen_number(0.488, "0.0%"), seen_number(12, '0.0"万元"')
        ('0101', '48.8%', '12万元')
        >>> seen_number(12345, "0,"), seen_number(48.8, '0.0"%"'), seen_number(7, "#,##0.00")
        ('#SHOWN! 12345', '48.8%', None)
    """
    shapes = _shapes(number_format)
    if not abs(value) < _LONGEST:
        return None
    shape = shapes[1] if value < 0 and len(shapes) > 1 else shapes[0]
    if shape is None:
        return None
    number = cell_text(value) or ""
    if shape.scaled:
        return f"#SHOWN! {number}"
    if shape.percent:
        number = f"{format((Decimal(number) * 100).normalize(), 'f')}%"
    elif shape.zeros and value == int(value) >= 0:
        number = f"{int(value):0{shape.zeros}d}"
    return f"{shape.before}{number}{shape.behind}"


@lru_cache(maxsize=1000)
def _shapes(number_format: str) -> tuple[_Shape | None, ...]:
    sections: list[list[re.Match[str]]] = [[]]
    for token in _TOKENS.finditer(number_format):
        if token["section"]:
            sections.append([])
        else:
            sections[-1].append(token)
    return tuple(_shape(section) for section in sections)


def _shape(tokens: list[re.Match[str]]) -> _Shape | None:
    raw = "".join(token["raw"] or "" for token in tokens)
    if raw.strip().lower() in {"general", "@", "g/通用格式", ""} or _DATED.search(raw.replace("E+", "")):
        return None
    before = behind = ""
    digits = False
    for token in tokens:
        text = token["quoted"] or token["escaped"] or ""
        character = token["raw"] or ""
        digits = digits or character in {"0", "#", "?"} if character else digits
        if character and _TELLING.match(character) and character not in "%eE":
            text = character
        before, behind = (before, behind + text) if digits else (before + text, behind)
    before, behind = (text if _says(text) else "" for text in (before, behind))
    zeros = len(raw) if re.fullmatch("00+", raw.strip()) else 0
    scaled = bool(_SCALED.search(raw))
    shape = _Shape(before.strip(), behind.strip(), zeros, "%" in raw, scaled)
    return shape if shape != _Shape("", "", 0, percent=False, scaled=False) else None


def _says(text: str) -> bool:
    return bool(_TELLING.search(_CURRENCY.sub("", text)))
