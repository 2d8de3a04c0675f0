"""The page of a report that a leader reads: counts, chapters, what to do first, what turned; one screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edutargets.goals import Verdict
from edutargets.report_facts import (
    chapter_rows,
    said_again,
    short_title,
    turn_groups,
    turn_lines,
    verdict_heads,
)
from edutargets.report_places import report_name, whole_name
from edutargets.report_sections import html_text
from edutargets.wording import chosen, verdict_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from edutargets.attainment_reports import AttainmentReport, ToDo
    from edutargets.previous_results import Turn
    from edutargets.report_places import Links
    from edutargets.verdict_words import Language

__all__ = ["cautions_html", "said", "summary_html"]

_STACK = {
    Verdict.MET: "#12876a",
    Verdict.NOT_MET: "#d13f34",
    Verdict.UNDETERMINED: "#b26a00",
    Verdict.NOT_EVALUABLE: "#7d8590",
}
_SHARE = 10_000
_MOST_TURNS = 6


def said(language: Language, en: str, zh: str) -> str:
    """Return a piece of HTML that says something in the language of a page."""
    return html_text(chosen(language, en, zh))


def cautions_html(report: AttainmentReport) -> str:
    """Say what must stand beside every number, on whatever page it is."""
    found = report.results.cautions(report.language)
    return "".join(f'<p class="caution">⚠ {html_text(one)}</p>' for one in found)


def summary_html(report: AttainmentReport, links: Links, others: Sequence[str] = ()) -> str:
    """Write what a leader reads.

    Args:
        report: What the report says.
        links: The addresses, as seen from the page.
        others: The languages in which the same page is there, too.
    """
    return _Summary(report, links).written(others)


class _Summary:
    """The leader's page."""

    def __init__(self, report: AttainmentReport, links: Links) -> None:
        self.report, self.links, self.language = report, links, report.language

    def _said(self, en: str, zh: str) -> str:
        return said(self.language, en, zh)

    def written(self, others: Sequence[str]) -> str:
        """Return the page's inside."""
        tiles = "".join(
            f'<li class="{verdict.value}"><b>{count}</b>{verdict_text(verdict, self.language)}</li>'
            for verdict, count in self.report.results.verdicts.items()
        )
        kind = self._said("Report on a plan", "规划目标达成情况报告")
        return (
            f'<header>{self._links(others)}<p class="soft">{kind}</p>'
            f"<h1>{html_text(self.report.title)}</h1></header>\n{cautions_html(self.report)}"
            f'<ul class="tiles">{tiles}</ul>\n<p class="soft">{self._count()}</p>\n'
            f'<div class="cols"><div>{self._chapters()}</div>'
            f"<div>{self._first()}{self._open()}{self._turns()}</div></div>\n"
        )

    def _count(self) -> str:
        own, again = sum(self.report.results.verdicts.values()), said_again(self.report)
        count = self._said(f"{own} target{'s' if own != 1 else ''}", f"共 {own} 项目标")
        return chosen(self.language, "; ", "；").join(filter(None, (count, html_text(again))))

    def _links(self, others: Sequence[str]) -> str:
        names = {"en": "English", "zh": "中文"}
        name = report_name if self.links.here == "report" else whole_name
        found = [
            f'<a href="{name(one)}" lang="{"zh-CN" if one == "zh" else one}">{names[one]}</a>'
            for one in others
        ]
        places = [("gate", "data quality", "数据质量"), ("provenance", "what it is made from", "依据")]
        if self.report.figures is not None:
            places.insert(1, ("figures", "published figures", "已发布数据"))
        found += [f'<a href="{self.links.place(at)}">{self._said(en, zh)}</a>' for at, en, zh in places]
        if self.links.here == "report":
            whole = self._said("everything on one page, to print", "全部内容（一页，便于打印）")
            found.append(f'<a href="{whole_name(self.language)}">{whole}</a>')
        return f'<nav class="soft">{" · ".join(found)}</nav>'

    # chapters

    def _chapters(self) -> str:
        heads = "".join(
            f'<th scope="col"><span class="{one.value} v">{head.replace(" ", "<br>", 1)}</span></th>'
            for one, head in zip(Verdict, verdict_heads(self.language), strict=True)
        )
        rows = "\n".join(self._chapter(*row) for row in chapter_rows(self.report))
        totals = "".join(f"<td>{count or '–'}</td>" for count in self.report.results.verdicts.values())
        return (
            f"<h2>{self._said('By chapter of the plan', '按规划章节')}</h2>"
            f'<table class="chapters"><thead><tr><th scope="col">{self._said("chapter", "章节")}</th>{heads}'
            f"</tr></thead><tbody>{rows}</tbody><tfoot><tr>"
            f'<th scope="row">{self._said("all", "合计")}</th>{totals}</tr></tfoot></table>'
        )

    def _chapter(self, number: int, title: str, depth: int, counts: Mapping[Verdict, int]) -> str:
        cells = "".join(f'<td class="num">{count or "–"}</td>' for count in counts.values())
        words = html_text(short_title(title))
        name = f'<a href="{self.links.place(f"chapter-{number}")}">{words}</a>' if not depth else words
        look = ' class="part"' if depth else ""
        return f'<tr{look}><th scope="row">{name}{_stack(counts)}</th>{cells}</tr>'

    # what to do first

    def _first(self) -> str:
        heading = self._said("To do first: not met, and nearest to it", "首要事项：未达成而最接近达成的目标")
        if not self.report.first:
            none = self._said(
                "No target that is not met can be told by its distance.", "没有可按差距排序的未达成目标。"
            )
            return f"<h2>{heading}</h2><p>{none}</p>"
        items = "".join(f"<li>{self._todo(one)}</li>" for one in self.report.first)
        return f'<h2>{heading}</h2><ol class="first">{items}</ol>'

    def _open(self) -> str:
        """Say which verdicts wait for data, and whom to ask first."""
        if not self.report.undecided:
            return ""
        heading = self._said("Open for want of data: whom to ask first", "因数据未知而未决：先向谁核实")
        many, *asked = self.report.undecided
        items = "".join(f"<li>{html_text(one)}</li>" for one in asked)
        listed = f'<ol class="first">{items}</ol>' if items else ""
        return f'<h2>{heading}</h2><p class="soft">{html_text(many)}</p>{listed}'

    def _todo(self, one: ToDo) -> str:
        row, colon = one.target.row, chosen(self.language, ": ", "：")
        title = f'<a href="{self.links.target(row.id)}">{html_text(row.title)}</a>'
        value = html_text(f"{row.number} {row.unit}".strip())
        goal = f"{self._said('goal', '要求')}{colon}{html_text(row.goal)}"
        short = f"{self._said('short by', '差距')}{colon}{html_text(one.short)}" if one.short else ""
        needs = one.needs[0] if one.needs else ""  # its page has the other ways
        facts = " · ".join(part for part in (value, goal, short) if part)
        need = f"<p>→ {html_text(needs)}</p>" if needs else ""
        return f'{title} <span class="soft">{html_text(one.target.clause)}</span><p>{facts}</p>{need}'

    # what turned

    def _turns(self) -> str:
        if self.report.turns is None:
            return ""
        heading = self._said("Turned since last time", "与上次相比的变化")
        groups = "".join(
            f"<p><b>{html_text(label)}</b></p><ul>{''.join(self._listed(turns))}</ul>"
            for label, turns in turn_groups(self.report)
        )
        lines = "".join(f'<p class="soft">{html_text(line)}</p>' for line in turn_lines(self.report))
        return f'<div class="turns"><h2>{heading}</h2>{groups}{lines}</div>'

    def _listed(self, turns: Sequence[Turn]) -> Iterator[str]:
        """Yield as many as a leader reads; the annex and the Markdown have all."""
        yield from (self._turn(one) for one in turns[:_MOST_TURNS])
        left = len(turns) - _MOST_TURNS
        if left > 0:
            yield f"<li>{self._said(f'and {left} more: see the annex', f'另有 {left} 项，见附表')}</li>"

    def _turn(self, one: Turn) -> str:
        title = html_text(self.report.targets[one.id].row.title)
        before, now = (html_text(verdict_text(verdict, self.language)) for verdict in (one.before, one.now))
        return f'<li><a href="{self.links.target(one.id)}">{title}</a> {before} → {now}</li>'


def _stack(counts: Mapping[Verdict, int]) -> str:
    """Draw the verdicts of a chapter as one bar; the numbers stand beside it."""
    whole = sum(counts.values())
    if not whole:
        return ""
    stops, at = [], 0
    for verdict, count in counts.items():
        if count:
            end = at + count
            stops.append(f"{_STACK[verdict]} {_percent(at, whole)} {_percent(end, whole)}")
            at = end
    return f'<span class="stack" style="background:linear-gradient(90deg,{",".join(stops)})"></span>'


def _percent(part: int, whole: int) -> str:
    hundredths = part * _SHARE // whole
    return f"{hundredths // 100}.{hundredths % 100:02d}%"
