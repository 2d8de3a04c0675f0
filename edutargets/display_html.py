"""Results as HTML that stays right when sanitised, in light and dark, without style sheet or script."""

from __future__ import annotations

from fractions import Fraction
from html import escape
from typing import TYPE_CHECKING

from edutargets.goal_wording import goal_words
from edutargets.goals import Verdict
from edutargets.judged_words import comparison_words, value_words
from edutargets.result_rows import counts_text, row_of
from edutargets.targets import Comparison, Composite, Milestone, Trend
from edutargets.text_tables import width_of
from edutargets.wording import Language, chosen, limits_of, period_words, verdict_glyph

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from edutargets.attainment import Attainment, PlanAttainment

__all__ = ["BAR", "COLOURS", "MARK", "bar_parts", "bullet", "cell", "framed", "html_table", "plan_html"]

_FONT = '"PingFang SC","Microsoft YaHei","Noto Sans CJK SC","Noto Sans SC",sans-serif'
_BOX = f"style='font-family:{_FONT};line-height:1.45'"
_TABLE = "border-collapse:collapse;table-layout:auto;width:auto;max-width:none;margin:.4em 0;color:inherit"
_CELL = "padding:.28em .7em .28em 0;vertical-align:top"
_ROW = 'style="background:none;border-bottom:1px solid rgba(128,128,128,.35)"'
COLOURS = {
    Verdict.MET: ("#12876a", "rgba(18,135,106,.45)"),
    Verdict.NOT_MET: ("#d13f34", "rgba(209,63,52,.45)"),
    Verdict.UNDETERMINED: ("#b26a00", "rgba(178,106,0,.45)"),
    Verdict.NOT_EVALUABLE: ("#7d8590", "rgba(125,133,144,.45)"),
}
MARK = "#7d8590"
_TRACK = "rgba(128,128,128,.22)"
BAR = 120
_GAP = 2
_SHORT = 18


def framed(body: str, language: Language) -> str:
    """Put a piece of HTML into a box that says its language and brings a font for Chinese."""
    tongue = chosen(language, "en", "zh-CN")
    return f'<div lang="{tongue}" dir="ltr" {_BOX}>{body}</div>'


def cell(content: str, *, head: str = "", right: bool = False, style: str = "") -> str:
    """Return one cell; ``head`` is ``col`` or ``row`` for a heading. The content is HTML already."""
    side = "right" if right else "left"
    numbers = ";font-variant-numeric:tabular-nums;white-space:nowrap" if right else ""
    weight = ";font-weight:600" if head else ""
    look = f'style="{_CELL};text-align:{side}{numbers}{weight}{style}"'
    return f'<th scope="{head}" {look}>{content}</th>' if head else f"<td {look}>{content}</td>"


def html_table(columns: Sequence[str], rows: Sequence[str], caption: str = "") -> str:
    """Return a table from headings and finished rows of cells."""
    above = (
        f'<caption style="caption-side:top;text-align:left;color:inherit;padding:.2em 0">{caption}</caption>'
        if caption
        else ""
    )
    head = f"<thead><tr {_ROW}>{''.join(columns)}</tr></thead>" if columns else ""
    body = "".join(f"<tr {_ROW}>{row}</tr>" for row in rows)
    return f'<table style="{_TABLE}">{above}{head}<tbody>{body}</tbody></table>'


# bullets -------------------------------------------------------------------------------------------


def bullet(attainment: Attainment) -> str:
    """Draw value and goal as one bar with a mark; a dashed line where there is no value.

    The bar never touches the mark from the wrong side, however near the value is to the goal.
    """
    box = f"display:inline-block;vertical-align:middle;width:{BAR}px;max-width:none"
    parts = bar_parts(attainment)
    if not parts:
        return f'<span style="{box};height:0;border-top:2px dashed {MARK}"></span>'
    stops = ",".join(f"{colour} {start}px {end}px" for colour, start, end in parts)
    return (
        f'<span style="{box};height:.8em;background:linear-gradient(90deg,{stops});'
        'print-color-adjust:exact"></span>'
    )


def bar_parts(attainment: Attainment, width: int = BAR) -> list[tuple[str, int, int]]:
    """Return the colours of the bar from left to right, each with its first and last pixel of ``width``.

    The sure part, the unsure part, the track, and the marks on top; nothing where there is no value.
    """
    numbers = _numbers(attainment)
    if numbers is None:
        return []
    low, high, marks = numbers
    largest = max(high, *marks, Fraction(0)) * Fraction(112, 100) or Fraction(1)
    solid, faint = COLOURS[attainment.verdict]
    places = {mark: _pixel(mark / largest, width) for mark in marks}
    ends = [_beside(_pixel(value / largest, width), value, places, width) for value in (low, high)]
    return _stretches(ends, sorted(places.values()), (solid, faint), width)


def _numbers(attainment: Attainment) -> tuple[Fraction, Fraction, list[Fraction]] | None:
    """Return the range of the value and the limits, on one scale."""
    attainment = attainment.original
    target, result = attainment.target, attainment.deciding
    if isinstance(target, Composite):
        met = sum(member.verdict is Verdict.MET for member in attainment.members)
        whole = len(attainment.members) if target.all_of else 1
        return Fraction(met), Fraction(met), [Fraction(whole)]
    if attainment.verdict is Verdict.NOT_EVALUABLE or result is None or result.value is None:
        return None
    if isinstance(target, Trend | Comparison):
        first, other = ("after", "before") if isinstance(target, Trend) else ("value", "against")
        bounds = result.parts[first].bounds
        return bounds.lower, bounds.upper, [result.parts[other].value]
    if isinstance(target, Milestone):
        done = min(result.value, Fraction(1))
        return done, done, [Fraction(1)]
    assert result.bounds is not None  # a value has a range
    limits = list(limits_of(result.goal))
    if result.goal is not None and result.goal.word == "printed":
        return result.bounds.lower, result.bounds.upper, [sum(limits, Fraction(0)) / len(limits)]
    return result.bounds.lower, result.bounds.upper, limits


def _pixel(share: Fraction, width: int) -> int:
    return int(min(max(share * width, Fraction(0)), Fraction(width)))


def _beside(pixel: int, value: Fraction, places: Mapping[Fraction, int], width: int) -> int:
    """Move an end away from a mark that it is not on."""
    for mark, place in places.items():
        if value < mark:
            pixel = min(pixel, max(place - _GAP - 1, 0))
        elif value > mark:
            pixel = max(pixel, min(place + 2 * _GAP + 1, width))
        else:
            pixel = place
    return pixel


def _stretches(
    ends: Sequence[int], places: Sequence[int], sure: tuple[str, str], width: int
) -> list[tuple[str, int, int]]:
    low, high, (solid, faint) = min(ends), max(ends), sure
    colours = [solid if at < low else faint if at < high else _TRACK for at in range(width)]
    for place in places:
        first = min(place, width - _GAP)
        for at in range(max(first - 1, 0), min(first + _GAP + 1, width)):
            colours[at] = MARK if first <= at < first + _GAP else "transparent"
    found, start = [], 0
    for at in range(1, width + 1):
        if at == width or colours[at] != colours[start]:
            found.append((colours[start], start, at))
            start = at
    return found


# the plan ------------------------------------------------------------------------------------------


def plan_html(results: PlanAttainment, language: Language) -> str:
    """Return the table of a plan: the counts first, then every target, then how it was judged."""
    title = results.pack.file.title.in_language(language) or results.pack.id
    unchecked = "".join(
        f"<div><strong>⚠ {escape(caution)}</strong></div>" for caution in results.cautions(language)
    )
    caption = f"<strong>{escape(title)}</strong><br>{escape(counts_text(results, language))}{unchecked}"
    heads = _heads(language)
    columns = [cell(escape(name), head="col", right=right) for name, right in heads]
    rows = [_plan_row(attainment, language) for attainment in results.values()]
    return framed(html_table(columns, rows, caption) + _details(results, language), language)


def _heads(language: Language) -> list[tuple[str, bool]]:
    return [
        (chosen(language, "verdict", "结论"), False),
        (chosen(language, "target", "目标"), False),
        (chosen(language, "value", "数值"), True),
        (chosen(language, "unit", "单位"), False),
        (chosen(language, "goal", "要求"), False),
        (chosen(language, "value against goal", "与要求相比"), False),
        (chosen(language, "period", "年度"), False),
        (chosen(language, "short by", "差距"), False),
    ]


def _plan_row(attainment: Attainment, language: Language) -> str:
    row = row_of(attainment, language)
    colour = COLOURS[attainment.verdict][0]
    glyph, _, word = row.verdict.partition(" ")
    edge = f";border-left:4px solid {colour};padding-left:.5em;white-space:nowrap"
    name = f'<code style="font-size:.8em;background:none;padding:0">{escape(row.id)}</code>'
    title = f"{escape(row.title)}<br>{name}"
    return "".join(
        (
            cell(f"<strong>{escape(glyph)}</strong> {escape(word)}", style=edge),
            cell(title, head="row", style=";font-weight:400;max-width:26em"),
            cell(escape(row.number), right=True),
            cell(escape(row.unit), style=";white-space:nowrap"),
            cell(escape(row.goal), style=_wraps(row.goal)),
            cell(bullet(attainment)),
            cell(escape(row.period), style=";white-space:nowrap"),
            cell(escape(row.short), style=";max-width:14em"),
        )
    )


def _wraps(text: str) -> str:
    """Keep a short goal on one line: a number is not parted from its unit."""
    return ";white-space:nowrap" if width_of(text) <= _SHORT else ";max-width:18em"


def _details(results: PlanAttainment, language: Language) -> str:
    """Say below the table how every target was judged: the clause, the comparison, the years, the reading."""
    names = (
        chosen(language, "target", "目标"),
        chosen(language, "the plan says", "原文"),
        chosen(language, "compared", "比较"),
        chosen(language, "read as", "理解"),
    )
    columns = [cell(escape(name), head="col") for name in names]
    rows = [_details_row(attainment, language) for attainment in results.values()]
    summary = chosen(language, "How it was judged", "判定依据")
    return f"<details><summary>{escape(summary)}</summary>{html_table(columns, rows)}</details>"


def _details_row(attainment: Attainment, language: Language) -> str:
    target = attainment.target
    quote = target.cite.quote if target.cite is not None else ""
    clause = target.cite.clause if target.cite is not None else ""
    reading = target.reading.in_language(language) if target.reading is not None else ""
    judged = attainment.original
    compared = [comparison_words(judged, language)]
    if judged is not attainment:
        compared.insert(0, goal_words(target, None, language))
    if len(attainment.results) > 1:
        compared += [
            f"{period_words(one.period, language)} {verdict_glyph(one.verdict)} "
            f"{value_words(judged, one, language)}"
            for one in attainment.results
        ]
    if attainment.reason is not None:
        compared.append(attainment.reason.in_language(language))
    wide = ";max-width:26em"
    return "".join(
        (
            cell(f"<code>{escape(target.id)}</code>", head="row", style=";font-weight:400"),
            cell(escape(f"{clause} “{quote}”".strip()) if quote else "", style=wide),
            cell("<br>".join(escape(line) for line in compared if line), style=wide),
            cell(escape(reading), style=wide),
        )
    )
