"""A gate's decision in Markdown: for a comment on a pull request, a step's summary, a review page."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

from edutargets.gate_facts import by_weight
from edutargets.gate_words import (
    MOST,
    WORDS,
    doubted_line,
    extent,
    headline,
    mark_words,
    remarkable,
    table_line,
)
from edutargets.severity_words import severity_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from edutargets.checks import CheckOutcome
    from edutargets.findings import Finding, Language, TableReport
    from edutargets.gate_facts import GateFacts

__all__ = ["LONGEST", "as_markdown"]

LONGEST = 65_536
"""As many characters as GitHub takes for a comment."""
_MARKDOWN = re.compile(r"([\\`*_\[\]|~#])")
_CUT = {
    "en": "… and {count:,} more lines; the whole list is in the failure table (`--failures`)",
    "zh": "……另有 {count:,} 行；完整清单见问题明细表（`--failures`）",
}


def as_markdown(facts: GateFacts, language: Language = "en") -> str:
    """Write the decision for a pull request or a review page; nothing a sender typed can become markup.

    It is never longer than a comment may be: what must be corrected comes first, and what is cut is counted.
    """
    lines = [f"# {headline(facts, language)}"]
    doubted = doubted_line(facts, language)
    lines += ["", _plain(doubted)] if doubted else []
    for table in facts.tables:
        lines += _table_lines(table, language)
    return _bounded(lines, language)


def _table_lines(table: TableReport, language: Language) -> Iterator[str]:
    words = WORDS[language]
    yield from ("", f"## {_plain(table_line(table, language))}")
    outcomes = [_outcome_cells(outcome, language) for outcome in remarkable(table)]
    if outcomes:
        yield from ("", *_markdown_table(words["columns"], outcomes))
    if table.findings:
        first = by_weight(table.findings)[: MOST * MOST]
        cells = [_finding_cells(finding, language) for finding in first]
        heading = f"### {words['what to mend']}"
        yield from ("", heading, "", *_markdown_table(words["finding columns"], cells))
    if len(table.findings) > MOST * MOST:
        yield from ("", words["more"].format(count=len(table.findings) - MOST * MOST))


def _bounded(lines: Sequence[str], language: Language) -> str:
    """Cut between two lines: each row of a table is one, so what is left is whole."""
    text = "\n".join(lines) + "\n"
    if len(text) <= LONGEST:
        return text
    room, kept = LONGEST - len(_CUT[language]) - 20, 0
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            break
        kept += 1
    note = _CUT[language].format(count=len(lines) - kept)
    return "\n".join([*lines[:kept], "", note]) + "\n"


def _outcome_cells(outcome: CheckOutcome, language: Language) -> list[str]:
    words = WORDS[language]
    says = outcome.check.says.in_language(language)
    status = words[outcome.status.value.replace("_", " ")]
    return [
        outcome.check.code,
        status,
        severity_words(outcome.check.severity, language),
        extent(outcome, language),
        says,
    ]


def _finding_cells(finding: Finding, language: Language) -> list[str]:
    says = finding.says.in_language(language)
    mend = finding.mend.in_language(language)
    sentence = says + (("; " if language == "en" else "；") + mend if mend else "")
    marked = " · ".join([*([finding.mark] if finding.mark else []), *mark_words(finding, language)[1:]])
    return [finding.reporter, finding.place, finding.column, finding.found, sentence, finding.code, marked]


def _markdown_table(head: str, rows: Sequence[Sequence[str]]) -> list[str]:
    titles = head.split(" | ")
    body = [f"| {' | '.join(_plain(cell) for cell in row)} |" for row in rows]
    return [f"| {' | '.join(titles)} |", f"|{' --- |' * len(titles)}", *body]


def _plain(text: str) -> str:
    """Take every meaning but its own from a text in Markdown."""
    return _MARKDOWN.sub(r"\\\1", escape(" ".join(text.split()), quote=False)).replace("://", ":&#8203;//")
