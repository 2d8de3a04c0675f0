"""A report as HTML: the leader's page with its chapters, a page for each target, all in one; offline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edutargets.report_chapters import behind_html, chapter_html
from edutargets.report_facts import short_title
from edutargets.report_places import TARGETS, Links, report_name, target_name, whole_name
from edutargets.report_sections import anchor, html_text, target_html
from edutargets.report_style import STYLE
from edutargets.report_summary import cautions_html, said, summary_html
from edutargets.wording import chosen

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from edutargets.attainment_reports import AttainmentReport, ReportTarget
    from edutargets.verdict_words import Language

__all__ = ["report_pages"]

_NAMES = {"en": "English", "zh": "中文"}


def report_pages(report: AttainmentReport, others: Sequence[str] = ()) -> Iterator[tuple[str, str]]:
    """Yield the pages of a report with the names of their files: the leader's first.

    Args:
        report: What it says.
        others: The languages in which it is written beside this one.
    """
    language = report.language
    yield report_name(language), _report(report, Links(language, "report"), others)
    yield from _targets(report, others)
    yield whole_name(language), _report(report, Links(language, "whole"), others)


def _report(report: AttainmentReport, links: Links, others: Sequence[str]) -> str:
    """Write the summary, the chapters and what stands behind them; targets in full where all is one file."""
    chapters = (chapter_html(at, one, links) for at, one in enumerate(report.chapters, start=1))
    body = (summary_html(report, links, others), *chapters, behind_html(report))
    return _page(report.language, report.title, "".join(body), links.here)


def _page(language: Language, title: str, body: str, kind: str) -> str:
    tongue = chosen(language, "en", "zh-CN")
    return (
        f'<!doctype html>\n<html lang="{tongue}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html_text(title)}</title>\n<style>{STYLE}</style>\n</head>\n"
        f'<body class="{kind}">\n<main>\n{body}\n</main>\n</body>\n</html>\n'
    )


# a page for each target ----------------------------------------------------------------------------


def _targets(report: AttainmentReport, others: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the page of each target, in the order of the plan."""
    targets = list(report.targets.values())
    links = Links(report.language, "target")
    places = {
        target.id: (number, chapter.title)
        for number, chapter in enumerate(report.chapters, start=1)
        for target in chapter.targets
    }
    for at, target in enumerate(targets):
        before, after = targets[at - 1] if at else None, targets[at + 1] if at + 1 < len(targets) else None
        above = _way_back(target, links, places[target.id])
        beside = _beside(before, after, links, target, others)
        body = target_html(target, report.language, links.target, 1)
        inside = f"<nav>{above}<br>{beside}</nav>\n{cautions_html(report)}{body}\n{_made(report, links)}"
        title = f"{target.row.title} · {report.title}"
        yield (
            f"{TARGETS}/{target_name(target.id, report.language)}",
            _page(report.language, title, inside, "target"),
        )


def _way_back(target: ReportTarget, links: Links, place: tuple[int, str]) -> str:
    """Lead back to the summary, to the chapter and to the row of the target in it."""
    language, (number, chapter) = links.language, place
    summary = f'<a href="{links.file(report_name(language))}">{said(language, "summary", "摘要")}</a>'
    to_chapter = f'<a href="{links.place(f"chapter-{number}")}">{html_text(short_title(chapter))}</a>'
    row = said(language, "in the table", "在表中查看")
    return f'↑ {summary} / {to_chapter} / <a href="{links.place(anchor(target.id))}">{row}</a>'


def _beside(
    before: ReportTarget | None,
    after: ReportTarget | None,
    links: Links,
    target: ReportTarget,
    others: Sequence[str],
) -> str:
    """Lead to the target before, to the next one, and to the same one in another language."""
    found = []
    if before is not None:
        found.append(f'<a rel="prev" href="{links.target(before.id)}">← {html_text(before.row.title)}</a>')
    if after is not None:
        found.append(f'<a rel="next" href="{links.target(after.id)}">{html_text(after.row.title)} →</a>')
    found += [
        f'<a href="{target_name(target.id, one)}" lang="{"zh-CN" if one == "zh" else one}">{_NAMES[one]}</a>'
        for one in others
    ]
    return " · ".join(found)


def _made(report: AttainmentReport, links: Links) -> str:
    """Say on each page from what its numbers come: it may be read alone."""
    made, language = report.results.provenance, report.language
    words = said(language, "What it is made from", "依据")
    everything = said(language, "everything together", "全部依据")
    return (
        f'<footer class="soft">{html_text(report.title)} · edutargets {html_text(made.library)} · '
        f'<a href="{links.place("provenance")}">{words}</a> · '
        f'{everything} <span class="hash">{made.sha256}</span></footer>'
    )
