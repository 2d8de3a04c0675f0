"""The chapters of a report as tables of their targets, and what stands behind: gate, figures, provenance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edutargets.display_html import bullet
from edutargets.report_facts import (
    figure_columns,
    figure_rows,
    gate_lines,
    gate_rules,
    made_from,
    range_text,
    target_columns,
)
from edutargets.report_sections import anchor, chip, html_table, html_text, target_html
from edutargets.report_summary import said
from edutargets.reproduced_words import agreement_count
from edutargets.wording import verdict_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edutargets.attainment_reports import AttainmentReport, ReportChapter, ReportTarget
    from edutargets.report_places import Links
    from edutargets.verdict_words import Language

__all__ = ["behind_html", "chapter_html"]


def chapter_html(number: int, chapter: ReportChapter, links: Links) -> str:
    """Write a chapter: its counts and its targets; in a file with everything each of them in full.

    Args:
        number: Its place in the plan.
        chapter: What it holds.
        links: The addresses, as seen from the page.
    """
    language = links.language
    counts = " · ".join(
        f"{verdict_text(verdict, language)} {count}" for verdict, count in chapter.counts.items() if count
    )
    body = _overview(chapter, links)
    if links.here == "whole":
        body += "\n" + "".join(_in_full(chapter, links))
    return (
        f'<section class="chapter"><h2 id="chapter-{number}">{html_text(chapter.title)}</h2>\n'
        f"<p>{counts}</p>\n{body}</section>\n"
    )


def _overview(chapter: ReportChapter, links: Links) -> str:
    language = links.language
    heads = [html_text(name) for name in target_columns(language)]
    heads.insert(5, said(language, "value against goal", "与要求相比"))
    rows = [_overview_row(target, links) for target in chapter.targets]
    table = html_table(heads, rows, frozenset({2}), "list over")
    label = html_text(chapter.title)
    return f'<div class="scroll" tabindex="0" role="region" aria-label="{label}">{table}</div>'


def _overview_row(target: ReportTarget, links: Links) -> tuple[str, ...]:
    row, language = target.row, links.language
    own = f' id="{anchor(row.id)}"' if links.here == "report" else ""
    link = f'<a{own} href="{links.target(row.id)}">{html_text(row.title)}</a>'
    clause = f'<br><span class="soft">{html_text(target.clause)}</span>' if target.clause else ""
    between = range_text(target, language)
    number = html_text(row.number) + (
        f'<br><span class="soft">{html_text(between)}</span>' if between else ""
    )
    return (
        chip(target.attainment.verdict, language),
        link + clause,
        number,
        *(html_text(cell) for cell in (row.unit, row.goal)),
        bullet(target.attainment),
        *(html_text(cell) for cell in (row.period, row.short)),
    )


def _in_full(chapter: ReportChapter, links: Links) -> Iterator[str]:
    for part in chapter.parts:
        if part.title:
            yield f"<h3>{html_text(part.title)}</h3>\n"
        level = 4 if part.title else 3
        for target in part.targets:
            yield f"{target_html(target, links.language, links.target, level)}\n"


# behind the chapters -------------------------------------------------------------------------------


def behind_html(report: AttainmentReport) -> str:
    """Write what stands behind the chapters: the gate, the published figures, what all of it is made from."""
    return _gate(report) + _figures(report) + _provenance(report)


def _scrolled(table: str, label: str) -> str:
    return f'<div class="scroll" tabindex="0" role="region" aria-label="{label}">{table}</div>'


def _gate(report: AttainmentReport) -> str:
    lines = "".join(f"<p>{html_text(line)}</p>" for line in gate_lines(report))
    columns, rules = gate_rules(report)
    rows = [tuple(html_text(cell) for cell in row) for row in rules]
    heading = said(report.language, "Data quality, in short", "数据质量概要")
    table = html_table([html_text(name) for name in columns], rows, frozenset({4, 5, 6}), "list")
    found = _scrolled(table, heading) if rows else ""
    return f'<section class="appendix"><h2 id="gate">{heading}</h2>{lines}{found}</section>\n'


def _figures(report: AttainmentReport) -> str:
    if report.figures is None:
        return ""
    language: Language = report.language
    heading = said(language, "Published figures, computed again", "已发布数据的复算")
    count = html_text(agreement_count(report.figures, language))
    rows = [tuple(html_text(cell) for cell in row) for row in figure_rows(report)]
    columns = [html_text(name) for name in figure_columns(language)]
    table = html_table(columns, rows, frozenset({2, 4}), "list figures")
    body = f"<p>{count}</p>{_scrolled(table, heading)}"
    return f'<section class="appendix"><h2 id="figures">{heading}</h2>{body}</section>\n'


def _provenance(report: AttainmentReport) -> str:
    language = report.language
    rows = [
        (html_text(name), f'<span class="hash">{html_text(digest)}</span>')
        for name, digest in made_from(report)
    ]
    heading = said(language, "What it is made from", "依据")
    note = said(
        language,
        "The same plan, data, checks and versions give the same report, byte for byte.",
        "同样的规划、数据、检查规则与软件版本，得到逐字节相同的报告。",
    )
    heads = (said(language, "input", "输入"), said(language, "sha256 or version", "校验码（sha256）或版本"))
    return (
        f'<section><h2 id="provenance">{heading}</h2><p class="soft">{note}</p>'
        f"{html_table(heads, rows)}</section>"
    )
