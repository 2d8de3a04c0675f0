"""Words as outlines, in a font that comes with the package: a chart reads the same on every machine."""

from __future__ import annotations

import io
import re
import warnings
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from edutargets.errors import EduTargetsError, Fault

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["HOW_TO_GET", "Anchor", "MissingGlyphWarning", "outline", "shortened", "width_in", "wrapped"]

FONT = Path(__file__).parent / "chart_font" / "edutargets-sans-sc.otf"
HOW_TO_GET = "pip install 'edutargets[charts]'"
Anchor = Literal["start", "middle", "end"]
_NEEDED = ("fontTools", "resvg_py")
_EM = 1000
_SIGNS = {
    "✔": "M60 330L190 430L350 190Q520 560 840 800L890 750Q600 440 420 -60L290 -60Q200 150 60 330Z",
    "✘": "M120 660L250 770L450 480Q620 670 800 790L860 730Q680 590 530 400L760 70L640 -30L440 270"
    "Q310 90 220 -60L90 0Q210 200 360 380Z",
}
"""The two signs of a verdict that the font does not have."""
_WORD = re.compile(r"[（「《“]*[^!-⿿\s][，。；：、）」》！？”]*|[!-⿿]+[，。；：、）」》！？]*\s*|\s")
_MORE = "…"


class MissingGlyphWarning(UserWarning):
    """A character that the charts' font does not have; a box stands in its place."""


class _Face:
    """The font, read once: how wide a character is, and how it is drawn."""

    def __init__(self) -> None:
        from fontTools.ttLib import TTFont  # noqa: PLC0415  # only a chart needs it

        self._font = TTFont(io.BytesIO(FONT.read_bytes()), lazy=True)
        self._names: dict[int, str] = self._font.getBestCmap()
        self._glyphs = self._font.getGlyphSet()
        self._drawn: dict[str, tuple[int, str]] = {
            sign: (_EM - 60, outline_) for sign, outline_ in _SIGNS.items()
        }

    def glyph(self, character: str) -> tuple[int, str]:
        """Return the width of a character and its outline, in thousandths of its size, upwards."""
        if character not in self._drawn:
            name = self._names.get(ord(character))
            if name is None:
                said = f"no glyph for {character!r} (U+{ord(character):04X}): a box stands in its place"
                warnings.warn(said, MissingGlyphWarning, stacklevel=2)
            self._drawn[character] = self._draw(name or ".notdef")
        return self._drawn[character]

    def _draw(self, name: str) -> tuple[int, str]:
        from fontTools.pens.svgPathPen import SVGPathPen  # noqa: PLC0415  # only a chart needs it

        pen = SVGPathPen(self._glyphs)
        self._glyphs[name].draw(pen)
        return round(self._glyphs[name].width), pen.getCommands()


@cache
def _face() -> _Face:
    """Read the font.

    Raises:
        EduTargetsError: If what draws charts is not installed: it is an extra, not needed for any number.
    """
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        found = f"what draws charts is not installed ({', '.join(missing)})"
        raise EduTargetsError(Fault("chart", found, HOW_TO_GET, code="no-charts"))
    return _Face()


def width_in(text: str, size: float) -> float:
    """Return how wide a text is at a size, in pixels."""
    return sum(_face().glyph(one)[0] for one in text) * size / _EM


def outline(text: str, place: tuple[float, float], size: float, anchor: Anchor = "start") -> str:
    """Return a text as the outlines of its characters, to be put into an SVG.

    Args:
        text: One line.
        place: Where its base line begins, has its middle or ends, in pixels.
        size: Its size in pixels.
        anchor: Which of these three the place is.
    """
    face, scale = _face(), size / _EM
    x, y = place
    x -= width_in(text, size) * {"start": 0.0, "middle": 0.5, "end": 1.0}[anchor]
    found = []
    for one in text:
        width, drawn = face.glyph(one)
        if drawn:
            matrix = f"matrix({scale:.4g} 0 0 {-scale:.4g} {x:.6g} {y:.6g})"
            found.append(f'<path transform="{matrix}" d="{drawn}"/>')
        x += width * scale
    return "".join(found)


def wrapped(text: str, size: float, width: float) -> list[str]:
    """Break a text into lines: between words, and between Chinese characters, never before a full stop."""
    lines = [""]
    for word in _words(text):
        if lines[-1] and width_in((lines[-1] + word).rstrip(), size) > width:
            lines.append("")
        lines[-1] += word
    return [line.rstrip() for line in lines]


def _words(text: str) -> Iterable[str]:
    return _WORD.findall(" ".join(text.split()))


def shortened(text: str, size: float, width: float) -> str:
    """Cut a text that is too wide, and say so with three dots."""
    if width_in(text, size) <= width:
        return text
    kept: Sequence[str] = text
    while kept and width_in("".join(kept) + _MORE, size) > width:
        kept = kept[:-1]
    return "".join(kept).rstrip() + _MORE
