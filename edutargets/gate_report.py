"""A gate's decision in words: for a school, for a reviewer, for a program."""

from __future__ import annotations

import json
import re
from html import escape
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pandas as pd

from edutargets.checks import Severity, Status

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from edutargets.checks import CheckOutcome
    from edutargets.findings import Decision, Finding, Language, TableReport

__all__ = ["as_frame", "as_json", "as_junit", "as_markdown", "as_text"]

SCHEMA = "edutargets/gate-report/1"
_MOST = 10
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MARKDOWN = re.compile(r"([\\`*_\[\]|~#])")

_WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "accepted": "Accepted",
        "rejected": "Rejected",
        "could_not_run": "Not decided: a check could not run",
        "passed": "passed",
        "failed": "failed",
        "could not run": "could not run",
        "critical": "must be mended",
        "warning": "please look at",
        "info": "for your information",
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
        "columns": "Check | Result | Severity | Rows | What it says",
        "finding columns": "School or office | Place | Column | Found | What is wrong | Code",
    },
    "zh": {
        "accepted": "通过",
        "rejected": "退回",
        "could_not_run": "无法判定：有检查未能运行",
        "passed": "通过",
        "failed": "未通过",
        "could not run": "未能运行",
        "critical": "必须改正",
        "warning": "请核实",
        "info": "提示",
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
        "columns": "检查 | 结果 | 程度 | 行数 | 说明",
        "finding columns": "单位 | 位置 | 列 | 填写内容 | 问题 | 代码",
    },
}


def _headline(decision: Decision, tables: Sequence[TableReport], language: Language) -> str:
    words = _WORDS[language]
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
    return (
        f"{words[decision.value]}. {summary}" if language == "en" else f"{words[decision.value]}。{summary}"
    )


def _table_line(table: TableReport, language: Language) -> str:
    words = _WORDS[language]
    if table.rows is None:
        return f"{table.headline(language)}: {words['absent']}"
    counts = {"passed": table.count(Status.PASSED), "checks": len(table.outcomes)}
    return f"{table.headline(language)}: {words['table'].format(rows=table.rows, **counts)}"


def _remarkable(table: TableReport) -> Iterator[CheckOutcome]:
    return (outcome for outcome in table.outcomes if outcome.status is not Status.PASSED)


def _extent(outcome: CheckOutcome, language: Language) -> str:
    if outcome.status is Status.COULD_NOT_RUN or not outcome.rows:
        return outcome.text
    return _WORDS[language]["rows"].format(count=len(outcome.rows))


def _by_reporter(findings: Sequence[Finding]) -> list[tuple[str, list[Finding]]]:
    """Put together what one school has to mend; what concerns nobody in particular comes first."""
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(finding.reporter, []).append(finding)
    return sorted(groups.items())


def as_text(decision: Decision, tables: Sequence[TableReport], language: Language = "en") -> str:
    """Write the decision for a terminal: each table, then each school of it, at most ten places each."""
    lines = [_headline(decision, tables, language)]
    for table in tables:
        lines += ["", _table_line(table, language)]
        lines += [f"  {line}" for line in _check_lines(table, language)]
        for reporter, findings in _by_reporter(table.findings):
            lines += [f"  {reporter or _WORDS[language]['no one']}"]
            lines += [f"    {_sentence(finding, language)}" for finding in findings[:_MOST]]
            if len(findings) > _MOST:
                lines += [f"    {_WORDS[language]['more'].format(count=len(findings) - _MOST)}"]
    return "\n".join(lines) + "\n"


def _check_lines(table: TableReport, language: Language) -> Iterator[str]:
    for outcome in _remarkable(table):
        status = _WORDS[language][outcome.status.value.replace("_", " ")]
        says = outcome.check.says.in_language(language)
        yield f"{status}  {outcome.check.code}  {says}  {_extent(outcome, language)}".rstrip()


def _sentence(finding: Finding, language: Language) -> str:
    words = _WORDS[language]
    where = " ".join(part for part in (finding.place, finding.column) if part)
    known = finding.found or (words["empty"] if finding.column and finding.position is not None else "")
    found = f" ({known})" if known else ""
    mend = finding.mend.in_language(language)
    todo = f"; {words['mend']}: {mend}" if mend and language == "en" else f"；{mend}" if mend else ""
    weight = words[finding.severity.value]
    return f"{where}{found}: {finding.says.in_language(language)}{todo} [{finding.code}, {weight}]".lstrip(
        ": "
    )


def as_markdown(decision: Decision, tables: Sequence[TableReport], language: Language = "en") -> str:
    """Write the decision for a pull request or a review page; nothing a sender typed can become markup."""
    words = _WORDS[language]
    lines = [f"# {_headline(decision, tables, language)}"]
    for table in tables:
        lines += ["", f"## {_plain(_table_line(table, language))}"]
        remarkable = [_outcome_cells(outcome, language) for outcome in _remarkable(table)]
        if remarkable:
            lines += ["", *_markdown_table(words["columns"], remarkable)]
        if table.findings:
            cells = [_finding_cells(finding, language) for finding in table.findings[: _MOST * _MOST]]
            lines += [
                "",
                f"### {words['what to mend']}",
                "",
                *_markdown_table(words["finding columns"], cells),
            ]
        if len(table.findings) > _MOST * _MOST:
            lines += ["", words["more"].format(count=len(table.findings) - _MOST * _MOST)]
    return "\n".join(lines) + "\n"


def _outcome_cells(outcome: CheckOutcome, language: Language) -> list[str]:
    words = _WORDS[language]
    says = outcome.check.says.in_language(language)
    status = words[outcome.status.value.replace("_", " ")]
    return [outcome.check.code, status, words[outcome.check.severity.value], _extent(outcome, language), says]


def _finding_cells(finding: Finding, language: Language) -> list[str]:
    says = finding.says.in_language(language)
    mend = finding.mend.in_language(language)
    sentence = says + (("; " if language == "en" else "；") + mend if mend else "")
    return [finding.reporter, finding.place, finding.column, finding.found, sentence, finding.code]


def _markdown_table(head: str, rows: Sequence[Sequence[str]]) -> list[str]:
    titles = head.split(" | ")
    body = [f"| {' | '.join(_plain(cell) for cell in row)} |" for row in rows]
    return [f"| {' | '.join(titles)} |", f"|{' --- |' * len(titles)}", *body]


def _plain(text: str) -> str:
    """Take every meaning but its own from a text in Markdown."""
    return _MARKDOWN.sub(r"\\\1", escape(" ".join(text.split()), quote=False)).replace("://", ":&#8203;//")


def as_frame(tables: Sequence[TableReport]) -> pd.DataFrame:
    """Return all findings as one tidy table, one row each."""
    records = [_record(finding) for table in tables for finding in table.findings]
    return pd.DataFrame(records, columns=list(_COLUMNS)).astype({"position": "Int64", "row": "Int64"})


_COLUMNS = (
    *("table", "reporter", "key", "file", "sheet", "row", "cell", "position", "column", "found"),
    *("code", "severity", "says_zh", "says_en", "mend_zh", "mend_en"),
)


def _record(finding: Finding) -> dict[str, str | int | None]:
    return {
        "table": finding.table,
        "reporter": finding.reporter,
        "key": ", ".join(f"{name}={value}" for name, value in finding.key),
        "file": finding.file,
        "sheet": finding.sheet,
        "row": finding.row,
        "cell": finding.cell,
        "position": finding.position,
        "column": finding.column,
        "found": finding.found,
        "code": finding.code,
        "severity": finding.severity.value,
        "says_zh": finding.says.zh,
        "says_en": finding.says.en,
        "mend_zh": finding.mend.zh,
        "mend_en": finding.mend.en,
    }


def as_json(decision: Decision, tables: Sequence[TableReport]) -> str:
    """Return the report as JSON with a fixed, versioned form; the same data give the same bytes."""
    content = {
        "schema": SCHEMA,
        "decision": decision.value,
        "exit_code": decision.exit_code,
        "tables": [
            {
                "table": table.table,
                "rows": table.rows,
                "checks": [_outcome_record(outcome) for outcome in table.outcomes],
                "findings": [_record(finding) for finding in table.findings],
            }
            for table in tables
        ],
    }
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _outcome_record(outcome: CheckOutcome) -> dict[str, str | int]:
    check = outcome.check
    return {
        "code": check.code,
        "type": check.type,
        "severity": check.severity.value,
        "outcome": outcome.status.value,
        "failed_rows": len(outcome.rows),
        "text": outcome.text,
        "says_zh": check.says.zh,
        "says_en": check.says.en,
    }


def as_junit(decision: Decision, tables: Sequence[TableReport]) -> str:
    """Return the report as JUnit XML: a test case for each check of each table, and each reading rule."""
    root = ET.Element("testsuites", name=f"edutargets gate: {decision.value}")
    for table in tables:
        suite = ET.SubElement(root, "testsuite", name=table.table)
        checked = {outcome.check.code for outcome in table.outcomes}
        for outcome in table.outcomes:
            case = ET.SubElement(suite, "testcase", classname=table.table, name=outcome.check.code)
            _add_result(case, outcome, [one for one in table.findings if one.code == outcome.check.code])
        for code in sorted({one.code for one in table.findings} - checked):
            case = ET.SubElement(suite, "testcase", classname=table.table, name=code)
            _add_failure(case, [one for one in table.findings if one.code == code])
        _count(suite)
    _count(root)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _add_result(case: ET.Element, outcome: CheckOutcome, findings: Sequence[Finding]) -> None:
    if outcome.status is Status.COULD_NOT_RUN:
        ET.SubElement(case, "error", type=outcome.status.value, message=_xml(outcome.text))
    elif outcome.status is Status.FAILED:
        _add_failure(case, findings)


def _add_failure(case: ET.Element, findings: Sequence[Finding]) -> None:
    """Add what was found: a failure if it rejects, a note beside a passed case if it does not."""
    text = "\n".join(_xml(_sentence(finding, "en")) for finding in findings[:_MOST])
    if len(findings) > _MOST:
        text += "\n" + _WORDS["en"]["more"].format(count=len(findings) - _MOST)
    if findings and findings[0].severity is not Severity.CRITICAL:
        ET.SubElement(case, "system-out").text = text
        return
    says = findings[0].says.en if findings else ""
    failure = ET.SubElement(case, "failure", type="critical", message=_xml(f"{len(findings)} × {says}"))
    failure.text = text


def _count(element: ET.Element) -> None:
    element.set("tests", str(len(element.findall(".//testcase"))))
    element.set("failures", str(len(element.findall(".//failure"))))
    element.set("errors", str(len(element.findall(".//error"))))


def _xml(text: str) -> str:
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
