"""A report as Markdown, for a pull request or a review page."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from edutargets.explanation_writing import as_markdown
from edutargets.report_facts import (
    chapter_rows,
    figure_columns,
    figure_rows,
    gate_lines,
    gate_rules,
    made_from,
    range_text,
    said_again,
    short_title,
    target_columns,
    turn_groups,
    turn_lines,
    verdict_heads,
)
from edutargets.reproduced_words import agreement_count
from edutargets.result_rows import counts_text
from edutargets.text_tables import markdown_table, markdown_text
from edutargets.wording import chosen, verdict_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edutargets.attainment_reports import AttainmentReport, ReportTarget
    from edutargets.verdict_words import Language

__all__ = ["report_markdown"]

_AGAIN = frozenset({"clause", "reading", "same_as"})
_NUMBERS = frozenset({1, 2, 3, 4})


def report_markdown(report: AttainmentReport) -> str:
    """Write a report as Markdown; nothing that a plan or a school typed can become markup."""
    language = report.language
    lines = [f"# {markdown_text(report.title)}", "", *_summary(report)]
    for number, chapter in enumerate(report.chapters, start=1):
        lines += ["", f'<a id="chapter-{number}"></a>', "", f"## {markdown_text(chapter.title)}", ""]
        rows = [_cells(target, language) for target in chapter.targets]
        lines += markdown_table(target_columns(language), rows, frozenset({2}))
        for target in chapter.targets:
            lines += ["", f'<a id="t-{target.id}"></a>', "", _explained(target).rstrip()]
    lines += ["", f"## {chosen(language, 'Data quality, in short', '数据质量概要')}", ""]
    for line in gate_lines(report):
        lines += [markdown_text(line), ""]
    columns, found = gate_rules(report)
    lines += markdown_table(columns, found, frozenset({4, 5, 6})) if found else []
    if report.figures is not None:
        heading = chosen(language, "Published figures, computed again", "已发布数据的复算")
        lines += ["", f"## {heading}", "", markdown_text(agreement_count(report.figures, language)), ""]
        lines += markdown_table(figure_columns(language), list(figure_rows(report)), frozenset({2, 4}))
    lines += ["", f"## {chosen(language, 'What it is made from', '依据')}", ""]
    heads = (
        chosen(language, "input", "输入"),
        chosen(language, "sha256 or version", "校验码（sha256）或版本"),
    )
    return "\n".join([*lines, *markdown_table(heads, made_from(report))]) + "\n"


def _summary(report: AttainmentReport) -> Iterator[str]:
    language = report.language
    for caution in report.results.cautions(language):
        yield from (f"**⚠ {markdown_text(caution)}**", "")
    yield counts_text(report.results, language)
    yield ""
    heads = (chosen(language, "chapter", "章节"), *verdict_heads(language))
    rows = [
        (f"{'– ' * depth}{short_title(title)}", *(f"{count or '–'}" for count in counts.values()))
        for _, title, depth, counts in chapter_rows(report)
    ]
    yield from markdown_table(heads, rows, _NUMBERS)
    yield from ("", f"## {chosen(language, 'To do first', '首要事项')}", "")
    for number, one in enumerate(report.first, start=1):
        row, needs = one.target.row, one.needs[0] if one.needs else ""
        value = f"{row.number} {row.unit}".strip()
        said = f"{row.title} ({row.id}): {value}; {row.goal}; {needs}"
        yield f"{number}. {markdown_text(said)}"
    if report.undecided:
        heading = chosen(language, "Open for want of data: whom to ask first", "因数据未知而未决：先向谁核实")
        many, *asked = report.undecided
        yield from ("", f"## {heading}", "", markdown_text(many), "")
        yield from (f"{number}. {markdown_text(one)}" for number, one in enumerate(asked, start=1))
    if report.turns is not None:
        yield from ("", f"## {chosen(language, 'Turned since last time', '与上次相比的变化')}", "")
        for label, turns in turn_groups(report):
            yield from (f"**{markdown_text(label)}**", "")
            for turn in turns:
                title = report.targets[turn.id].row.title
                before, now = (verdict_text(verdict, language) for verdict in (turn.before, turn.now))
                yield f"- {markdown_text(f'{title} ({turn.id}): {before} → {now}')}"
            yield ""
        yield from (markdown_text(line) for line in turn_lines(report))
    again = said_again(report)
    yield from ("", markdown_text(again)) if again else ()


def _cells(target: ReportTarget, language: Language) -> tuple[str, ...]:
    row, between = target.row, range_text(target, language)
    number = f"{row.number} ({between})" if between else row.number
    named = f"{target.clause} {row.title} ({row.id})".strip()
    return row.verdict, named, number, row.unit, row.goal, row.period, row.short


def _explained(target: ReportTarget) -> str:
    """Write one explanation; what the data are, and the SQL, stand elsewhere."""
    kept = [one for one in target.explanation.sections if one.key != "data"]
    if target.same_as is not None:
        kept = [one for one in kept if one.key in _AGAIN]
    return as_markdown(replace(target.explanation, sections=tuple(kept), statements=()))
