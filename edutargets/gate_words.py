"""A gate's decision in sentences, in both languages: what its text, Markdown and JUnit reports share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edutargets.checks import Severity, Status
from edutargets.explained import is_open
from edutargets.severity_words import severity_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from edutargets.checks import CheckOutcome
    from edutargets.findings import Decision, Finding, Language, TableReport
    from edutargets.gate_facts import GateFacts

__all__ = [
    "MOST",
    "WORDS",
    "by_reporter",
    "decided_words",
    "doubted_line",
    "extent",
    "headline",
    "mark_words",
    "remarkable",
    "sentence",
    "table_line",
]

MOST = 10
"""How many places of one school, or targets, a short list names."""

WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "accepted": "Accepted",
        "accepted_in_part": "ACCEPTED IN PART: {aside} SET ASIDE, counted as unknown",
        "needs_explanation": "Not accepted yet: {open} to be corrected or explained",
        "rejected": "Rejected",
        "could_not_run": "Not decided: a check could not run",
        "passed": "passed",
        "failed": "failed",
        "could not run": "could not run",
        "mark": "mark",
        "explained": "explained",
        "summary": "{tables} {noun}, {rows:,} rows; "
        "{passed} of {checks} checks passed, {failed} failed, {unrun} could not run",
        "table": "{rows:,} rows; {passed} of {checks} checks passed",
        "absent": "not handed in",
        "rows": "{count:,} rows",
        "no one": "the table as a whole",
        "mend": "to do",
        "more": "… and {count:,} more",
        "empty": "empty",
        "what to mend": "What was found",
        "doubted": "{count} of {all} verdicts rest on doubtful rows: {targets}",
        "and others": " and {count} more",
        "of school": "Of {school} alone: ",
        "columns": "Check | Result | Severity | Rows | What it says",
        "finding columns": "School or office | Place | Column | Found | What is wrong | Code | "
        "Mark, explanation",
    },
    "zh": {
        "accepted": "通过",
        "accepted_in_part": "部分通过：剔除 {aside}，按未知处理",
        "needs_explanation": "暂未通过：{open}有待改正或说明",
        "rejected": "退回",
        "could_not_run": "无法判定：有检查未能运行",
        "passed": "通过",
        "failed": "未通过",
        "could not run": "未能运行",
        "mark": "校验码",
        "explained": "已说明",
        "summary": "共 {tables} 张表、{rows:,} 行；"
        "{checks} 项检查中 {passed} 项通过、{failed} 项未通过、{unrun} 项未能运行",
        "table": "{rows:,} 行；{checks} 项检查中 {passed} 项通过",
        "absent": "未报送",
        "rows": "{count:,} 行",
        "no one": "整张表",
        "mend": "请",
        "more": "……另有 {count:,} 处",
        "empty": "空",
        "what to mend": "发现的问题",
        "doubted": "{all} 项目标中有 {count} 项的结论依据存疑的数据：{targets}",
        "and others": "，另有 {count} 项",
        "of school": "仅就 {school}：",
        "columns": "检查 | 结果 | 程度 | 行数 | 说明",
        "finding columns": "单位 | 位置 | 列 | 填写内容 | 问题 | 代码 | 校验码与说明",
    },
}


_COUNTED: dict[Language, dict[str, tuple[str, str]]] = {
    "en": {
        "set aside": ("{count:,} row", "{count:,} rows"),
        "open": ("{count:,} warning is", "{count:,} warnings are"),
    },
    "zh": {"set aside": ("{count:,} 行", "{count:,} 行"), "open": ("{count:,} 处", "{count:,} 处")},
}


def headline(facts: GateFacts, language: Language) -> str:
    """Say what was decided, and how much was checked."""
    words, tables = WORDS[language], facts.tables
    counts = {status: sum(table.count(status) for table in tables) for status in Status}
    handed = sum(table.rows is not None for table in tables)
    summary = words["summary"].format(
        tables=handed,
        noun="table" if handed == 1 else "tables",
        rows=sum(table.rows or 0 for table in tables),
        checks=sum(counts.values()),
        passed=counts[Status.PASSED],
        failed=counts[Status.FAILED],
        unrun=counts[Status.COULD_NOT_RUN],
    )
    said = decided_words(facts.decision, tables, language)
    of_school = words["of school"].format(school=facts.school) if facts.school else ""
    return f"{of_school}{said}. {summary}" if language == "en" else f"{of_school}{said}。{summary}"


def decided_words(decision: Decision, tables: Sequence[TableReport], language: Language) -> str:
    """Say what was decided, with how much of it is open or set aside."""
    found = [finding for table in tables for finding in table.findings]
    rejected = [one for one in found if one.severity is Severity.CRITICAL]
    aside = {(one.table, at if one.position is None else one.position) for at, one in enumerate(rejected)}
    counts = {"aside": ("set aside", len(aside)), "open": ("open", sum(map(is_open, found)))}
    said = {
        name: _COUNTED[language][word][number != 1].format(count=number)
        for name, (word, number) in counts.items()
    }
    return WORDS[language][decision.value].format(**said)


def table_line(table: TableReport, language: Language) -> str:
    """Say how a table fared."""
    words = WORDS[language]
    if table.rows is None:
        return f"{table.headline(language)}: {words['absent']}"
    counts = {"passed": table.count(Status.PASSED), "checks": len(table.outcomes)}
    return f"{table.headline(language)}: {words['table'].format(rows=table.rows, **counts)}"


def remarkable(table: TableReport) -> Iterator[CheckOutcome]:
    """Yield the checks that did not pass."""
    return (outcome for outcome in table.outcomes if outcome.status is not Status.PASSED)


def extent(outcome: CheckOutcome, language: Language) -> str:
    """Say how many rows fail, or what was observed of the table as a whole."""
    if outcome.status is Status.COULD_NOT_RUN or not outcome.rows:
        return outcome.text
    return WORDS[language]["rows"].format(count=len(outcome.rows))


def by_reporter(findings: Sequence[Finding]) -> list[tuple[str, list[Finding]]]:
    """Put together what one school has to mend; what concerns nobody in particular comes first."""
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(finding.reporter, []).append(finding)
    return sorted(groups.items())


def doubted_line(facts: GateFacts, language: Language) -> str:
    """Say which verdicts rest on doubtful rows; nothing where none does."""
    words, names = WORDS[language], [one.target for one in facts.doubted]
    if not names:
        return ""
    listed = ("、" if language == "zh" else ", ").join(names[:MOST])
    if len(names) > MOST:
        listed += words["and others"].format(count=len(names) - MOST)
    return words["doubted"].format(count=len(names), all=facts.target_count, targets=listed)


def sentence(finding: Finding, language: Language) -> str:
    """Say all of a finding: where, what stands there, what is wrong, what to do, which rule."""
    words = WORDS[language]
    where = " ".join(part for part in (finding.place, finding.column) if part)
    known = finding.found or (words["empty"] if finding.column and finding.position is not None else "")
    found = f" ({known})" if known else ""
    mend = finding.mend.in_language(language)
    todo = f"; {words['mend']}: {mend}" if mend and language == "en" else f"；{mend}" if mend else ""
    weight = severity_words(finding.severity, language)
    note = "".join(f", {part}" for part in mark_words(finding, language))
    said = f"{where}{found}: {finding.says.in_language(language)}{todo} [{finding.code}, {weight}{note}]"
    return said.lstrip(": ")


def mark_words(finding: Finding, language: Language) -> list[str]:
    """Say with which mark a warning is explained, and how it was."""
    words = WORDS[language]
    said = [f"{words['mark']} {finding.mark}"] if finding.mark else []
    return [*said, *([f"{words['explained']}: {finding.explained}"] if finding.explained else [])]
