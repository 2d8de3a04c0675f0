"""How the cells of a slip look, for whichever library writes them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["FILLS", "STYLES", "Style"]

FILLS: Final[Mapping[str, str]] = MappingProxyType(
    {"critical": "FFC7CE", "warning": "FFC266", "info": "DDEBF7", "hidden": "E4DFEC"}
)
_DARK: Mapping[str, str] = {"critical": "9C0006", "warning": "7F3F00", "info": "1F4E78", "hidden": "5F497A"}


@dataclass(frozen=True, slots=True)
class Style:
    """How a cell looks.

    Args:
        fill: Its colour; none if empty.
        color: Of its text.
        bold: Whether its text is bold.
        size: Of its text, in points.
        underlined: Whether its text is underlined.
        bordered: Whether it has thin borders.
        wrapped: Whether long text goes on in a further line.
        align: Where its text begins.
        upright: Where its text stands between top and bottom.
        open: Whether it can be typed into on a protected sheet.
    """

    fill: str = ""
    color: str = "000000"
    bold: bool = False
    size: int = 10
    underlined: bool = False
    bordered: bool = True
    wrapped: bool = True
    align: Literal["left", "center"] = "left"
    upright: Literal["top", "center"] = "top"
    open: bool = False


_CELL = Style()
_CENTRED = Style(align="center")
_HEADING = Style(bold=True, fill="D9E1F2", align="center", upright="center")
_DATA = Style(wrapped=False, upright="center", open=True)
_KINDS: Mapping[str, Style] = {"heading": _HEADING, "data": _DATA}

STYLES: Final[Mapping[str, Style]] = MappingProxyType(
    {
        "plain": Style(bordered=False),
        "title": Style(bold=True, size=16, bordered=False, upright="center"),
        "label": Style(bold=True, bordered=False, color="44546A"),
        "text": Style(bordered=False),
        "head": Style(bold=True, fill="1F4E78", color="FFFFFF", align="center", upright="center"),
        "cell": _CELL,
        "number": _CENTRED,
        "code": _CENTRED,
        "link": Style(color="0563C1", underlined=True),
        "fixed": Style(fill="F2F2F2"),
        "answer": Style(fill="FFFF99", open=True),
        **_KINDS,
        **{
            severity: replace(_CENTRED, fill=fill, color=_DARK[severity], bold=True)
            for severity, fill in FILLS.items()
        },
        **{
            f"{name} {severity}": replace(style, fill=fill, color=_DARK[severity])
            for name, style in _KINDS.items()
            for severity, fill in FILLS.items()
        },
    }
)
