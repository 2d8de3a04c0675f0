"""A gate's decision as JUnit XML: a test case for each rule of each table."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from edutargets.checks import Severity, Status
from edutargets.explained import is_open
from edutargets.gate_words import MOST, WORDS, sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edutargets.checks import CheckOutcome
    from edutargets.findings import Decision, Finding, Language
    from edutargets.gate_facts import GateFacts

__all__ = ["as_junit"]

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def as_junit(facts: GateFacts, language: Language = "en") -> str:
    """Return the report as JUnit XML: a test case for each check of each table, and each reading rule."""
    root = ET.Element("testsuites", name=f"edutargets gate: {facts.decision.value}")
    for table in facts.tables:
        suite = ET.SubElement(root, "testsuite", name=table.table)
        found: dict[str, list[Finding]] = {}
        for finding in table.findings:
            found.setdefault(finding.code, []).append(finding)
        for outcome in table.outcomes:
            case = ET.SubElement(suite, "testcase", classname=table.table, name=outcome.check.code)
            _add_result(case, outcome, found.pop(outcome.check.code, []), facts.decision, language)
        for code in sorted(found):
            case = ET.SubElement(suite, "testcase", classname=table.table, name=code)
            _add_failure(case, found[code], facts.decision, language)
        _count(suite)
    _count(root)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _add_result(
    case: ET.Element,
    outcome: CheckOutcome,
    findings: Sequence[Finding],
    decision: Decision,
    language: Language,
) -> None:
    if outcome.status is Status.COULD_NOT_RUN:
        ET.SubElement(case, "error", type=outcome.status.value, message=_xml(outcome.text))
    elif outcome.status is Status.FAILED:
        _add_failure(case, findings, decision, language)


def _add_failure(
    case: ET.Element, findings: Sequence[Finding], decision: Decision, language: Language
) -> None:
    """Add what was found: a failure if it keeps the gate shut, a note beside a passed case if it does not.

    Rows that were set aside are told as skipped: the submission was accepted without them.
    """
    text = "\n".join(_xml(sentence(finding, language)) for finding in findings[:MOST])
    if len(findings) > MOST:
        text += "\n" + WORDS[language]["more"].format(count=len(findings) - MOST)
    severity = findings[0].severity if findings else Severity.CRITICAL
    if severity is not Severity.CRITICAL and not any(map(is_open, findings)):
        ET.SubElement(case, "system-out").text = text
        return
    message = _xml(f"{len(findings)} × {findings[0].says.in_language(language) if findings else ''}")
    if severity is Severity.CRITICAL and decision.opens:
        ET.SubElement(case, "skipped", message=f"set aside: {message}").text = text
        return
    ET.SubElement(case, "failure", type=severity.value, message=message).text = text


def _count(element: ET.Element) -> None:
    element.set("tests", str(len(element.findall(".//testcase"))))
    element.set("failures", str(len(element.findall(".//failure"))))
    element.set("skipped", str(len(element.findall(".//skipped"))))
    element.set("errors", str(len(element.findall(".//error"))))


def _xml(text: str) -> str:
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
