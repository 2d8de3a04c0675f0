"""One target of a report as a piece of its page: clause, reading, verdict, explanation."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from edutargets.display_html import bullet
from edutargets.plain_texts import visible
from edutargets.report_drawings import trajectory
from edutargets.wording import chosen, verdict_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from edutargets.attainment_reports import ReportTarget
    from edutargets.explanation_section import Section
    from edutargets.goals import Verdict
    from edutargets.verdict_words import Language

__all__ = ["anchor", "chip", "html_table", "html_text", "target_html", "target_sections"]

_HEAD = 'th scope="col"'
_NO_HEAD = '<th scope="col"></th>'  # read aloud it would be a heading that says nothing
_ELSEWHERE = frozenset({"clause", "reading", "same_as", "data"})


def html_text(text: str) -> str:
    """Write a text so that no part of it is markup, steers the writing or looks like something to load."""
    return escape(visible(text)).replace("://", "&#58;//")


def anchor(name: str) -> str:
    """Return the name of the place of a target."""
    return f"t-{html_text(name)}"


def chip(verdict: Verdict, language: Language) -> str:
    """Show a verdict with its sign and word; the colour says nothing more."""
    glyph, _, word = verdict_text(verdict, language).partition(" ")
    return f'<span class="v {verdict.value}"><b>{glyph}</b> {html_text(word)}</span>'


def html_table(
    columns: Sequence[str], rows: Sequence[Sequence[str]], right: frozenset[int] = frozenset(), css: str = ""
) -> str:
    """Write a table whose cells are HTML already; its head comes again on every printed page."""

    def cells(row: Sequence[str], tag: str) -> Iterator[str]:
        for at, text in enumerate(row):
            look = ' class="num"' if at in right else ""
            yield f"<{tag}{look}>{text}</{tag.partition(' ')[0]}>"

    heads = "".join(cells(columns, _HEAD)).replace(_NO_HEAD, "<td></td>")
    head = f"<thead><tr>{heads}</tr></thead>" if any(columns) else ""
    body = "\n".join(f"<tr>{''.join(cells(row, 'td'))}</tr>" for row in rows)
    look = f' class="{css}"' if css else ""
    return f"<table{look}>{head}<tbody>{body}</tbody></table>"


def target_sections(target: ReportTarget) -> tuple[Section, ...]:
    """Return what is said of a target below its clause and reading; of a repetition nothing.

    What the data are is said once for the whole report.
    """
    if target.same_as is not None:
        return ()
    return tuple(one for one in target.explanation.sections if one.key not in _ELSEWHERE)


def target_html(target: ReportTarget, language: Language, link: Callable[[str], str], level: int = 4) -> str:
    """Write one target.

    Args:
        target: The target.
        language: The language of the page.
        link: Returns the address of a target's place.
        level: Of its heading: one below the heading above it.
    """
    attainment, explanation = target.attainment, target.explanation
    verdict = chip(attainment.verdict, language)
    head = f"{verdict} {html_text(explanation.title)} <code>{html_text(target.id)}</code>"
    parts = [f"<h{level}>{head}</h{level}>", *_written(target), f"<p>{html_text(explanation.headline)}</p>"]
    if target.same_as is not None:
        said = chosen(language, "The same as", "与此相同：")
        same = html_text(attainment.original.target.title.in_language(language) or target.same_as)
        parts.append(f'<p>→ {said} <a href="{link(target.same_as)}">{same}</a></p>')
        return f'<section class="t again" id="{anchor(target.id)}">{"".join(parts)}</section>'
    parts.append(f"<p>{bullet(attainment)}</p>")
    parts.append(trajectory(attainment, language))
    rows = "".join(_row(section, target, link) for section in target_sections(target))
    parts.append(f'<div class="scroll"><table class="x"><tbody>{rows}</tbody></table></div>' if rows else "")
    parts.append(_statements(target, language))
    return f'<section class="t" id="{anchor(target.id)}">{"".join(parts)}</section>'


def _written(target: ReportTarget) -> Iterator[str]:
    """Quote the clause, and say how it is read."""
    for section in target.explanation.sections:
        if section.key == "clause":
            quote, *place = (html_text(line) for line in section.lines)
            yield f"<blockquote>{quote}<cite>{'<br>'.join(place)}</cite></blockquote>"
        if section.key == "reading":
            said = " ".join(section.lines)
            yield f'<p><span class="soft">{html_text(section.label)}</span> {html_text(said)}</p>'


def _row(section: Section, target: ReportTarget, link: Callable[[str], str]) -> str:
    lines = "".join(f"<div>{html_text(line)}</div>" for line in section.lines)
    rows = [[html_text(text) for text in row] for row in section.rows]
    if section.key == "members":
        for row, member in zip(rows, target.attainment.members, strict=True):
            row[1] = f'<a href="{link(member.target.id)}">{row[1]}</a>'
    columns = [html_text(name) for name in section.columns]
    table = html_table(columns, rows, section.right) if rows else ""
    return f'<tr><th scope="row">{html_text(section.label)}</th><td>{lines}{table}</td></tr>'


def _statements(target: ReportTarget, language: Language) -> str:
    """Fold the SQL away; a printed page leaves it out."""
    statements = "".join(f"<pre>{html_text(sql)}</pre>" for sql in target.explanation.sql)
    label = chosen(language, "the SQL", "所用 SQL")
    return f"<details><summary>{label}</summary>{statements}</details>" if statements else ""
