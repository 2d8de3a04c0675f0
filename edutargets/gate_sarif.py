"""A gate's decision as SARIF 2.1.0: what code scanning shows beside the files of a submission."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from typing import TYPE_CHECKING
from urllib.parse import quote

from edutargets.checks import Severity, Status
from edutargets.explained import is_open
from edutargets.gate_facts import by_weight
from edutargets.gate_words import WORDS, extent
from edutargets.provenance import VERSION

if TYPE_CHECKING:
    from pydantic import JsonValue

    from edutargets.findings import Finding, Language
    from edutargets.gate_facts import GateFacts
    from edutargets.sources import Bilingual

    Json = dict[str, JsonValue]

__all__ = ["MOST_RESULTS", "MOST_SHOWN", "as_sarif"]

MOST_RESULTS = 25_000
"""As many results as GitHub takes in one run; the gravest come first."""
MOST_SHOWN = 5_000
"""As many of them as GitHub shows."""
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Severity.CRITICAL: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_MORE = {
    "en": "{count:,} results; {kept:,} are written here and GitHub shows {shown:,}, the gravest first. "
    "The whole list: edutargets gate … --failures FILE.csv",
    "zh": "共 {count:,} 条结果；此处写出 {kept:,} 条，GitHub 显示 {shown:,} 条，重者在前。"
    "完整清单：edutargets gate … --failures FILE.csv",
}


def as_sarif(facts: GateFacts, language: Language = "en", base: str = "") -> str:
    """Return the report as SARIF 2.1.0.

    Args:
        facts: What was found.
        language: Of the messages; what a rule says is there in both.
        base: Where the submission lies as seen from the repository, e.g. ``data/2024``.
    """
    log = _Log(facts, language, base.strip("/"))
    content: Json = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [log.run()]}
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


class _Log:
    """One run of the gate: its rules, its results, what could not run."""

    def __init__(self, facts: GateFacts, language: Language, base: str) -> None:
        self._facts, self._language, self._base = facts, language, base
        self._rules: dict[str, Json] = {}
        self._index: dict[str, int] = {}
        self._seen: Counter[str] = Counter()
        for table in facts.tables:
            for outcome in table.outcomes:
                check = outcome.check
                targets = facts.targets_of_check(check, table.table)
                self._add_rule(
                    self._rule_id(check.code, table.table), check.severity, check.says, check.mend, targets
                )
        for finding in facts.findings:
            rule = self._rule_id(finding.code, finding.table)
            if rule not in self._rules:
                says, mend = finding.says, finding.mend
                self._add_rule(rule, finding.severity, says, mend, facts.targets_of(finding))

    def run(self) -> Json:
        findings = by_weight(self._facts.findings)
        kept = findings[:MOST_RESULTS]
        results: list[JsonValue] = [self._result(finding) for finding in kept]
        driver: Json = {
            "name": "edutargets gate",
            "version": VERSION,
            "semanticVersion": VERSION,
            "rules": list(self._rules.values()),
        }
        notes = self._could_not_run()
        if len(findings) > MOST_SHOWN:
            text = _MORE[self._language].format(count=len(findings), kept=len(kept), shown=MOST_SHOWN)
            notes.append({"level": "warning", "message": {"text": text}})
        invocation: Json = {
            "executionSuccessful": not any(one["level"] == "error" for one in notes),
            "exitCode": self._facts.decision.exit_code,
            "toolExecutionNotifications": list(notes),
        }
        properties: Json = {
            "decision": self._facts.decision.value,
            "submission": self._facts.called,
            "submissionSha256": self._facts.sha256,
            "doubtfulTargets": [one.target for one in self._facts.doubted],
        }
        return {
            "tool": {"driver": driver},
            "automationDetails": {"id": "edutargets-gate/"},
            "columnKind": "unicodeCodePoints",
            "invocations": [invocation],
            "results": results,
            "properties": properties,
        }

    # rules

    def _rule_id(self, code: str, table: str) -> str:
        """Name a rule: those of the suites are unique, this package's own stand in many tables."""
        check = self._facts.checks(table).get(code)
        return code if check is not None and check.where else f"{code}/{table}"

    def _add_rule(
        self, rule: str, severity: Severity, says: Bilingual, mend: Bilingual, targets: tuple[str, ...]
    ) -> None:
        short = says.in_language(self._language) or rule
        both = "\n".join(text for text in dict.fromkeys((says.zh, mend.zh, says.en, mend.en)) if text)
        self._index[rule] = len(self._rules)
        self._rules[rule] = {
            "id": rule,
            "name": rule,
            "shortDescription": {"text": short},
            "fullDescription": {
                "text": " / ".join(dict.fromkeys(t for t in (says.zh, says.en) if t)) or rule
            },
            "help": {"text": both or rule},
            "defaultConfiguration": {"level": _LEVELS[severity]},
            "properties": {"tags": ["data-quality", severity.value], "targets": list(targets)},
        }

    def _could_not_run(self) -> list[Json]:
        notes: list[Json] = []
        for table in self._facts.tables:
            for outcome in table.outcomes:
                if outcome.status is Status.COULD_NOT_RUN:
                    rule = self._rule_id(outcome.check.code, table.table)
                    words = f"{WORDS[self._language]['could not run']}: {extent(outcome, self._language)}"
                    descriptor: Json = {"id": rule, "index": self._index[rule]}
                    notes.append({"level": "error", "message": {"text": words}, "associatedRule": descriptor})
        return notes

    # results

    def _result(self, finding: Finding) -> Json:
        rule = self._rule_id(finding.code, finding.table)
        is_explained = finding.severity is Severity.WARNING and not is_open(finding)
        result: Json = {
            "ruleId": rule,
            "ruleIndex": self._index[rule],
            "level": "note" if is_explained else _LEVELS[finding.severity],
            "message": {"text": self._message(finding)},
            "locations": [self._location(finding)],
            "partialFingerprints": {"edutargetsMark/v1": self._mark(finding)},
            "properties": {
                "reporter": finding.reporter,
                "key": ", ".join(f"{name}={value}" for name, value in finding.key),
                "column": finding.column,
            },
        }
        if is_explained:
            result["suppressions"] = [
                {"kind": "external", "status": "accepted", "justification": finding.explained}
            ]
        return result

    def _message(self, finding: Finding) -> str:
        where = " ".join(part for part in (finding.place or finding.table, finding.column) if part)
        found = f" ({finding.found})" if finding.found else ""
        said = (one.in_language(self._language) for one in (finding.says, finding.mend))
        return _unlinked(
            f"{where}{found}: " + ("；" if self._language == "zh" else "; ").join(t for t in said if t)
        )

    def _location(self, finding: Finding) -> Json:
        name = f"{finding.file}[{finding.sheet}]" if finding.sheet else finding.file
        spot = f"{name}!{finding.cell}" if finding.cell else name
        logical: Json = {
            "name": finding.sheet or finding.table,
            "fullyQualifiedName": spot or finding.table,
            "kind": "sheet" if finding.sheet else "table",
        }
        location: Json = {"logicalLocations": [logical]}
        file = finding.file or self._file_of(finding.table)
        if file:
            uri = quote(f"{self._base}/{file}" if self._base else file, safe="/")
            location["physicalLocation"] = {
                "artifactLocation": {"uri": uri},
                "region": {"startLine": max(finding.row or 1, 1)},
            }
        return location

    def _file_of(self, table: str) -> str:
        """Name a file for what stands in none: the first one of its table, or else of the submission."""
        rows = self._facts.submission.tables.get(table)
        files = rows.origin["file"].unique().to_pylist() if rows is not None else []
        names = sorted(str(name) for name in files if name) or sorted(
            file.name for file in self._facts.submission.files
        )
        return names[0] if names else ""

    def _mark(self, finding: Finding) -> str:
        """Return what tells a finding from others and is the same tomorrow: its mark, if it has one."""
        parts = (finding.code, finding.table, finding.reporter, finding.key, finding.column, finding.found)
        if not finding.key:
            parts = (*parts, finding.file, finding.sheet, finding.row)  # type: ignore[assignment]  # the place tells it then
        own = finding.mark or hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()[:12]
        self._seen[own] += 1
        return f"{own}:{self._seen[own]}"


def _unlinked(text: str) -> str:
    """Take brackets before a parenthesis their meaning: in a message they would be a link."""
    return text.replace("](", "] (")
