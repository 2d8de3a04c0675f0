"""A report as HTML: a leader's page, the chapters, the gate, the provenance; it loads nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edutargets.display_html import bullet
from edutargets.goals import Verdict
from edutargets.report_facts import (
    chapter_rows,
    gate_lines,
    gate_rules,
    made_from,
    said_again,
    short_title,
    target_columns,
    turn_groups,
    turn_lines,
    verdict_heads,
)
from edutargets.report_sections import anchor, chip, html_table, html_text, target_html
from edutargets.report_style import STYLE
from edutargets.wording import chosen, verdict_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from edutargets.attainment_reports import AttainmentReport, ReportChapter, ReportTarget, ToDo
    from edutargets.previous_results import Turn

__all__ = ["LARGEST", "page_name", "report_pages"]

LARGEST = 3_000_000
"""How many bytes one page may have; a longer report has a page for each chapter."""
_STACK = {
    Verdict.MET: "#12876a",
    Verdict.NOT_MET: "#d13f34",
    Verdict.UNDETERMINED: "#b26a00",
    Verdict.NOT_EVALUABLE: "#7d8590",
}
_SHARE = 10_000
_MOST_TURNS = 6


def page_name(language: str, chapter: int = 0) -> str:
    """Name a page of a report.

    Examples:
        >>> page_name("zh"), page_name("en", 3)
        ('report.zh.html', 'report.en.3.html')
    """
    return f"report.{language}.{chapter}.html" if chapter else f"report.{language}.html"


def report_pages(report: AttainmentReport, others: tuple[str, ...] = ()) -> dict[str, str]:
    """Write a report as pages, by the names of their files.

    Args:
        report: What it says.
        others: The languages in which it is written beside this one.
    """
    whole = _Pages(report, others, split=False).written()
    if all(len(page.encode()) <= LARGEST for page in whole.values()):
        return whole
    return _Pages(report, others, split=True).written()


class _Pages:
    """The pages of one report."""

    def __init__(self, report: AttainmentReport, others: tuple[str, ...], *, split: bool) -> None:
        self.report, self.others, self.split = report, others, split
        self.language = report.language
        chapters = enumerate(report.chapters, start=1)
        self.chapter_of = {target.id: at for at, chapter in chapters for target in chapter.targets}

    def _said(self, en: str, zh: str) -> str:
        return html_text(chosen(self.language, en, zh))

    def _link(self, name: str) -> str:
        page = page_name(self.language, self.chapter_of[name]) if self.split else ""
        return f"{page}#{anchor(name)}"

    def _to_chapter(self, number: int) -> str:
        return page_name(self.language, number) if self.split else f"#chapter-{number}"

    def written(self) -> dict[str, str]:
        """Return the pages by the names of their files."""
        chapters = [self._chapter(at, one) for at, one in enumerate(self.report.chapters, start=1)]
        summary, behind = self._summary(), self._gate() + self._provenance()
        first = page_name(self.language)
        if not self.split:
            return {first: self._page(self.report.title, summary + "".join(chapters) + behind)}
        back = f'<nav><a href="{first}">← {self._said("summary", "摘要")}</a></nav>'
        back += f"<h1>{html_text(self.report.title)}</h1>"
        pages = {first: self._page(self.report.title, summary + behind)}
        for number, (chapter, body) in enumerate(zip(self.report.chapters, chapters, strict=True), start=1):
            title = f"{chapter.title} · {self.report.title}"
            pages[page_name(self.language, number)] = self._page(title, back + body)
        return pages

    def _page(self, title: str, body: str) -> str:
        tongue = chosen(self.language, "en", "zh-CN")
        return (
            f'<!doctype html>\n<html lang="{tongue}">\n<head>\n<meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>{html_text(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
            f"<main>\n{body}\n</main>\n</body>\n</html>\n"
        )

    # the leader's page

    def _summary(self) -> str:
        results = self.report.results
        cautions = "".join(
            f'<p class="caution">⚠ {html_text(one)}</p>' for one in results.cautions(self.language)
        )
        tiles = "".join(
            f'<li class="{verdict.value}"><b>{count}</b>{verdict_text(verdict, self.language)}</li>'
            for verdict, count in results.verdicts.items()
        )
        kind = self._said("Report on a plan", "规划目标达成情况报告")
        own = sum(results.verdicts.values())
        again = said_again(self.report)
        count = self._said(f"{own} target{'s' if own != 1 else ''}", f"共 {own} 项目标")
        line = (
            f"{count}; {again}"
            if again and self.language == "en"
            else "；".join(filter(None, (count, again)))
        )
        return (
            f'<header>{self._links()}<p class="soft">{kind}</p>'
            f"<h1>{html_text(self.report.title)}</h1></header>\n{cautions}"
            f'<ul class="tiles">{tiles}</ul>\n<p class="soft">{line}</p>\n'
            f'<div class="cols"><div>{self._chapters_table()}</div><div>{self._first()}{self._turns()}</div>'
            f"</div>\n"
        )

    def _links(self) -> str:
        names = {"en": "English", "zh": "中文"}
        links = [
            f'<a href="{page_name(one)}" lang="{"zh-CN" if one == "zh" else one}">{names[one]}</a>'
            for one in self.others
        ]
        places = (("gate", "data quality", "数据质量"), ("provenance", "what it is made from", "依据"))
        links += [f'<a href="#{name}">{self._said(en, zh)}</a>' for name, en, zh in places]
        return f'<nav class="soft">{" · ".join(links)}</nav>'

    def _chapters_table(self) -> str:
        heads = "".join(
            f'<th scope="col"><span class="{one.value} v">{head.replace(" ", "<br>", 1)}</span></th>'
            for one, head in zip(Verdict, verdict_heads(self.language), strict=True)
        )
        rows = "\n".join(self._chapter_row(*row) for row in chapter_rows(self.report))
        totals = "".join(f"<td>{count or '–'}</td>" for count in self.report.results.verdicts.values())
        return (
            f"<h2>{self._said('By chapter of the plan', '按规划章节')}</h2>"
            f'<table class="chapters"><thead><tr><th scope="col">{self._said("chapter", "章节")}</th>{heads}'
            f"</tr></thead><tbody>{rows}</tbody><tfoot><tr>"
            f'<th scope="row">{self._said("all", "合计")}</th>{totals}</tr></tfoot></table>'
        )

    def _chapter_row(self, number: int, title: str, depth: int, counts: Mapping[Verdict, int]) -> str:
        cells = "".join(f'<td class="num">{count or "–"}</td>' for count in counts.values())
        words = html_text(short_title(title))
        name = f'<a href="{self._to_chapter(number)}">{words}</a>' if not depth else words
        look = ' class="part"' if depth else ""
        return f'<tr{look}><th scope="row">{name}{_stack(counts)}</th>{cells}</tr>'

    def _first(self) -> str:
        heading = self._said("To do first: not met, and nearest to it", "首要事项：未达成而最接近达成的目标")
        if not self.report.first:
            none = self._said(
                "No target that is not met can be told by its distance.", "没有可按差距排序的未达成目标。"
            )
            return f"<h2>{heading}</h2><p>{none}</p>"
        items = "".join(f"<li>{self._todo(one)}</li>" for one in self.report.first)
        return f'<h2>{heading}</h2><ol class="first">{items}</ol>'

    def _todo(self, one: ToDo) -> str:
        row, colon = one.target.row, chosen(self.language, ": ", "：")
        title = f'<a href="{self._link(row.id)}">{html_text(row.title)}</a>'
        value = html_text(f"{row.number} {row.unit}".strip())
        goal = f"{self._said('goal', '要求')}{colon}{html_text(row.goal)}"
        short = f"{self._said('short by', '差距')}{colon}{html_text(one.short)}" if one.short else ""
        needs = chosen(self.language, "; ", "；").join(one.needs)
        facts = " · ".join(part for part in (value, goal, short) if part)
        need = f"<p>→ {html_text(needs)}</p>" if needs else ""
        return f'{title} <span class="soft">{html_text(one.target.clause)}</span><p>{facts}</p>{need}'

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
        return f'<li><a href="{self._link(one.id)}">{title}</a> {before} → {now}</li>'

    # the chapters

    def _chapter(self, number: int, chapter: ReportChapter) -> str:
        counts = " · ".join(
            f"{verdict_text(verdict, self.language)} {count}"
            for verdict, count in chapter.counts.items()
            if count
        )
        return (
            f'<section class="chapter"><h2 id="chapter-{number}">{html_text(chapter.title)}</h2>\n'
            f"<p>{counts}</p>\n{self._overview(chapter)}\n{''.join(self._parts(chapter))}</section>\n"
        )

    def _overview(self, chapter: ReportChapter) -> str:
        heads = [html_text(name) for name in target_columns(self.language)]
        heads.insert(5, self._said("value against goal", "与要求相比"))
        rows = [self._overview_row(target) for target in chapter.targets]
        table = html_table(heads, rows, frozenset({2}), "list over")
        label = html_text(chapter.title)
        return f'<div class="scroll" tabindex="0" role="region" aria-label="{label}">{table}</div>'

    def _overview_row(self, target: ReportTarget) -> tuple[str, ...]:
        row = target.row
        link = f'<a href="#{anchor(row.id)}">{html_text(row.title)}</a>'
        clause = f'<br><span class="soft">{html_text(target.clause)}</span>' if target.clause else ""
        return (
            chip(target.attainment.verdict, self.language),
            link + clause,
            *(html_text(cell) for cell in (row.number, row.unit, row.goal)),
            bullet(target.attainment),
            *(html_text(cell) for cell in (row.period, row.short)),
        )

    def _parts(self, chapter: ReportChapter) -> Iterator[str]:
        for part in chapter.parts:
            if part.title:
                yield f"<h3>{html_text(part.title)}</h3>\n"
            level = 4 if part.title else 3
            for target in part.targets:
                yield f"{target_html(target, self.language, self._link, level)}\n"

    # behind the chapters

    def _gate(self) -> str:
        lines = "".join(f"<p>{html_text(line)}</p>" for line in gate_lines(self.report))
        columns, rules = gate_rules(self.report)
        rows = [tuple(html_text(cell) for cell in row) for row in rules]
        table = html_table([html_text(name) for name in columns], rows, frozenset({4, 5, 6}), "list")
        found = f'<div class="scroll">{table}</div>' if rows else ""
        heading = self._said("Data quality, in short", "数据质量概要")
        return f'<section class="appendix"><h2 id="gate">{heading}</h2>{lines}{found}</section>\n'

    def _provenance(self) -> str:
        rows = [
            (html_text(name), f'<span class="hash">{html_text(said)}</span>')
            for name, said in made_from(self.report)
        ]
        heading = self._said("What it is made from", "依据")
        note = self._said(
            "The same plan, data, checks and version give the same report, byte for byte.",
            "同样的规划、数据、检查规则与软件版本，得到逐字节相同的报告。",
        )
        table = html_table((self._said("input", "输入"), "sha256"), rows)
        return f'<section><h2 id="provenance">{heading}</h2><p class="soft">{note}</p>{table}</section>'


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
