"""Charts as files: one target or a whole plan as SVG or PNG, the same on a machine without any font.

They are the bar of the tables and the drawing of the reports, with every word drawn from the font that comes
with the package: what they are put into needs no Chinese font, and every machine writes the same bytes.
"""

from __future__ import annotations

import re
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from edutargets.attainment import Attainment, PlanAttainment
from edutargets.chart_glyphs import outline, shortened, width_in, wrapped
from edutargets.display_html import COLOURS, MARK, bar_parts
from edutargets.errors import Fault
from edutargets.explanations import explain
from edutargets.goals import Verdict
from edutargets.plain_texts import one_line
from edutargets.report_drawings import trajectory
from edutargets.result_rows import counts_text, row_of
from edutargets.written_files import OutputError, check_place, replaced, write_text

if TYPE_CHECKING:
    from edutargets.chart_glyphs import Anchor
    from edutargets.result_rows import Row
    from edutargets.verdict_words import Language

__all__ = ["chart_png", "chart_svg", "check_ending", "write_chart"]

_INK, _SOFT, _LINE, _PAPER = "#1c2024", "#5d656e", "#d5d9de", "#ffffff"
_STROKES = {
    "goal": f'stroke="{_SOFT}" stroke-dasharray="5 4"',
    "goal mark": f'stroke="{_SOFT}" stroke-width="3"',
    "range": f'stroke="{COLOURS[Verdict.UNDETERMINED][0]}" stroke-width="1.5"',
    "way": 'stroke="#1d5fae" stroke-dasharray="2 4"',
    "value": f'stroke="{_INK}"',
    "due": f'stroke="{_LINE}"',
}
_POINTS = {f"p-{verdict.value}": f'fill="{colours[0]}" stroke="none"' for verdict, colours in COLOURS.items()}
_POINTS["p-unjudged"] = f'fill="{_PAPER}" stroke="{_INK}"'
_RGBA = re.compile(r"rgba\((\d+),(\d+),(\d+),([\d.]+)\)")
_SVG = "{http://www.w3.org/2000/svg}"
_EDGE = 24
_WIDTH, _SCALE = 680, 1.35
_PLAN_WIDTH, _ROW = 1040, 30
_TITLE, _VALUE, _BAR, _GOAL = 130, 560, 640, 800
"""Where the columns of a plan begin; the value ends at its place."""


def chart_svg(shown: Attainment | PlanAttainment, language: Language = "en") -> str:
    """Draw a target against its goal, year by year where it has years, or a plan target by target.

    Args:
        shown: What became of a target or of a plan.
        language: The language of the words.

    Returns:
        An SVG whose words are outlines; those who listen hear them from its title.

    Raises:
        EduTargetsError: If what draws charts is not installed (the extra ``charts``).
    """
    sheet = _Sheet()
    if isinstance(shown, Attainment):
        _draw_target(sheet, shown, language)
        return sheet.svg(_WIDTH)
    _draw_plan(sheet, shown, language)
    return sheet.svg(_PLAN_WIDTH)


def chart_png(shown: Attainment | PlanAttainment, language: Language = "en", *, zoom: int = 2) -> bytes:
    """Draw the same as a PNG on white, ``zoom`` pixels for each pixel of the SVG."""
    svg = chart_svg(shown, language)
    import resvg_py  # noqa: PLC0415  # an extra; that it is there was seen above

    return bytes(resvg_py.svg_to_bytes(svg_string=svg, zoom=zoom, skip_system_fonts=True))


def write_chart(shown: Attainment | PlanAttainment, path: Path | str, language: Language = "en") -> Path:
    """Write a chart to a file; its ending says which kind: ``.svg`` or ``.png``.

    Raises:
        OutputError: If the file ends otherwise, or nothing can be written there.
        EduTargetsError: If what draws charts is not installed (the extra ``charts``).
    """
    path = Path(path)
    check_ending(path)
    if path.suffix.lower() == ".svg":
        return write_text(chart_svg(shown, language), path)
    picture = chart_png(shown, language)
    with replaced(path) as waiting:
        waiting.write_bytes(picture)
    return path


def check_ending(path: Path) -> None:
    """Say at once that a chart cannot be written under this name.

    Raises:
        OutputError: As said.
    """
    if path.suffix.lower() not in {".svg", ".png"}:
        found = f"ends in {path.suffix!r}" if path.suffix else "has no ending"
        example = str(path.with_suffix(".png"))
        raise OutputError(Fault(str(path), found, "a chart is .svg or .png", example, "chart-ending"))
    check_place(path)


class _Sheet:
    """What is drawn so far, from top to bottom; ``y`` is where there is room."""

    def __init__(self) -> None:
        self.y = float(_EDGE)
        self.said: list[str] = []
        self._drawn: list[str] = []

    def text(
        self, text: str, x: float, size: float, *, colour: str = _INK, anchor: Anchor = "start", y: float = 0
    ) -> None:
        """Write one line at a place; without ``y`` below what is there."""
        text = one_line(text)
        self.add(f'<g fill="{colour}">{outline(text, (x, y or self.y), size, anchor)}</g>')

    def lines(self, text: str, size: float, *, colour: str = _INK, width: float) -> None:
        """Write a text in as many lines as it takes, and go below it."""
        self.said.append(one_line(text))
        for line in wrapped(one_line(text), size, width):
            self.y += size * 1.1
            self.text(line, _EDGE, size, colour=colour)
            self.y += size * 0.4

    def bar(self, attainment: Attainment, x: int, width: int, height: int) -> None:
        """Draw the bar of the tables: a dashed line where there is no value."""
        parts = bar_parts(attainment, width)
        if not parts:
            middle = self.y + height / 2
            self.add(
                f'<path d="M{x:g} {middle:g}h{width:g}" stroke="{MARK}" stroke-width="2" '
                'stroke-dasharray="6 4"/>'
            )
        for colour, start, end in parts:
            if colour != "transparent":
                place = f'x="{x + start}" y="{self.y:g}" width="{end - start}"'
                self.add(f'<rect {place} height="{height:g}" fill="{_opaque(colour)}"/>')

    def add(self, drawn: str) -> None:
        """Put a piece of SVG on the sheet."""
        self._drawn.append(drawn)

    def svg(self, width: int) -> str:
        """Return the whole, as high as it became."""
        height = round(self.y) + _EDGE
        said = escape("; ".join(self.said))
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{width}" height="{height}" '
            f'viewBox="0 0 {width} {height}" fill="none"><title>{said}</title>'
            f'<rect width="{width}" height="{height}" fill="{_PAPER}"/>{"".join(self._drawn)}</svg>\n'
        )


def _opaque(colour: str) -> str:
    """Return a colour as it is seen on white: word processors know no transparent one."""
    found = _RGBA.fullmatch(colour)
    if found is None:
        return colour
    share = float(found[4])
    return "#" + "".join(f"{round(int(one) * share + 255 * (1 - share)):02x}" for one in found.groups()[:3])


# one target ----------------------------------------------------------------------------------------


def _draw_target(sheet: _Sheet, attainment: Attainment, language: Language) -> None:
    row = row_of(attainment, language)
    width = _WIDTH - 2 * _EDGE
    sheet.lines(row.title, 19, width=width)
    sheet.y += 2
    sheet.lines(explain(attainment, language).headline, 14, width=width)
    sheet.y += 10
    years = trajectory(attainment, language)
    if years:
        _redraw(sheet, years)
    else:
        _draw_bar(sheet, attainment, row)
    cite = attainment.target.cite
    if cite is not None:
        quoted = f"「{cite.quote}」" if "“" in cite.quote else f"“{cite.quote}”"
        sheet.lines(f"{cite.clause} {quoted}".strip(), 11.5, colour=_SOFT, width=width)
    sheet.y -= 8


def _draw_bar(sheet: _Sheet, attainment: Attainment, row: Row) -> None:
    """Draw one large bar, the value above it and the goal below its mark."""
    width = _WIDTH - 2 * _EDGE
    colour = COLOURS[attainment.verdict][0]
    value = f"{row.verdict.partition(' ')[0]} {row.number} {row.unit}".strip()
    sheet.y += 16
    sheet.text(value, _EDGE, 15, colour=colour)
    sheet.y += 8
    sheet.bar(attainment, _EDGE, width, 26)
    sheet.y += 26 + 17
    marks = [start for found, start, _ in bar_parts(attainment, width) if found == MARK]
    half = width_in(row.goal, 13) / 2
    place = _EDGE + marks[-1] if marks else _EDGE + half
    place = max(min(place, _EDGE + width - half), _EDGE + half)
    sheet.text(row.goal, place, 13, colour=_SOFT, anchor="middle")
    sheet.y += 16


def _redraw(sheet: _Sheet, drawing: str) -> None:
    """Put the drawing of a report on the sheet, its classes as colours, its words as outlines."""
    root = ET.fromstring(drawing)  # noqa: S314  # our own drawing
    sheet.said.append(root.findtext("title") or "")
    sheet.add(f'<g transform="translate({_EDGE} {sheet.y:g}) scale({_SCALE})" stroke-width="2">')
    for one in root:
        look, kind = one.attrib, one.attrib.get("class", "")
        if one.tag == "path":
            sheet.add(f'<path {_STROKES[kind]} d="{look["d"]}"/>')
        elif one.tag == "circle":
            sheet.add(f'<circle {_POINTS[kind]} cx="{look["cx"]}" cy="{look["cy"]}" r="{look["r"]}"/>')
        elif one.tag == "text":
            sheet.add(_halo(one))
            for below in one:  # the goal's number, under its word
                at = {**look, "x": below.attrib["x"], "y": str(float(look["y"]) + float(below.attrib["dy"]))}
                line = ET.Element("text", at)
                line.text = below.text
                sheet.add(_halo(line))
    sheet.add("</g>")
    sheet.y += float(root.attrib["height"]) * _SCALE + 6


def _halo(text: ET.Element) -> str:
    """Draw a label with paper around it, so that no line runs through it."""
    look = text.attrib
    soft = look.get("class") == "soft"
    place, size = (float(look["x"]), float(look["y"])), 11 if soft else 12
    anchor: Anchor = "middle" if look.get("text-anchor") == "middle" else "start"
    drawn = outline(text.text or "", place, size, anchor)
    thick = 3000 // size
    around = f'stroke="{_PAPER}" stroke-width="{thick}" stroke-linejoin="round"'
    return f'<g {around}>{drawn}</g><g fill="{_SOFT if soft else _INK}">{drawn}</g>'


# a plan --------------------------------------------------------------------------------------------


def _draw_plan(sheet: _Sheet, results: PlanAttainment, language: Language) -> None:
    title = results.pack.file.title.in_language(language) or results.pack.id
    width = _PLAN_WIDTH - 2 * _EDGE
    sheet.lines(title, 19, width=width)
    sheet.lines(counts_text(results, language), 14, width=width)
    for caution in results.cautions(language):
        sheet.lines(f"! {caution}", 13, width=width)
    sheet.y += 10
    for attainment in results.values():
        _draw_row(sheet, attainment, row_of(attainment, language))


def _draw_row(sheet: _Sheet, attainment: Attainment, row: Row) -> None:
    """Draw one target: verdict, title, value, bar, goal."""
    colour, base = COLOURS[attainment.verdict][0], sheet.y + 20
    sheet.add(f'<path d="M{_EDGE} {sheet.y:g}H{_PLAN_WIDTH - _EDGE}" stroke="{_LINE}"/>')
    sheet.add(f'<rect x="{_EDGE}" y="{sheet.y + 3:g}" width="4" height="{_ROW - 6}" fill="{colour}"/>')
    value = f"{row.number} {row.unit}".strip()
    room = _VALUE - _TITLE - 16
    taken = min(width_in(value, 13), room / 2)
    sheet.text(row.verdict, _EDGE + 12, 13, y=base)
    sheet.text(shortened(one_line(row.title), 13, room - taken), _TITLE, 13, y=base)
    sheet.text(shortened(one_line(value), 13, room / 2 + 60), _BAR - 16, 13, anchor="end", y=base)
    goal = shortened(one_line(row.goal), 13, _PLAN_WIDTH - _EDGE - _GOAL)
    sheet.text(goal, _GOAL, 13, colour=_SOFT, y=base)
    top, sheet.y = sheet.y, sheet.y + 10
    sheet.bar(attainment, _BAR, _GOAL - _BAR - 16, 10)
    sheet.y = top + _ROW
