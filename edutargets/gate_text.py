"""A gate's decision for a terminal: table by table, school by school."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edutargets.gate_words import (
    MOST,
    WORDS,
    by_reporter,
    doubted_line,
    extent,
    headline,
    remarkable,
    sentence,
    table_line,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edutargets.findings import Language, TableReport
    from edutargets.gate_facts import GateFacts

__all__ = ["as_text"]


def as_text(facts: GateFacts, language: Language = "en") -> str:
    """Write the decision for a terminal: each table, then each school of it, at most ten places each."""
    doubted = doubted_line(facts, language)
    lines = [headline(facts, language), *([doubted] if doubted else [])]
    for table in facts.tables:
        lines += ["", table_line(table, language)]
        lines += [f"  {line}" for line in _check_lines(table, language)]
        for reporter, findings in by_reporter(table.findings):
            lines += [f"  {reporter or WORDS[language]['no one']}"]
            lines += [f"    {sentence(finding, language)}" for finding in findings[:MOST]]
            if len(findings) > MOST:
                lines += [f"    {WORDS[language]['more'].format(count=len(findings) - MOST)}"]
    return "\n".join(lines) + "\n"


def _check_lines(table: TableReport, language: Language) -> Iterator[str]:
    for outcome in remarkable(table):
        status = WORDS[language][outcome.status.value.replace("_", " ")]
        says = outcome.check.says.in_language(language)
        yield f"{status}  {outcome.check.code}  {says}  {extent(outcome, language)}".rstrip()
