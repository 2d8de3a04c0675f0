"""A gate's decision as JSON for programs: a versioned form, with its JSON Schema."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from edutargets.checks import CheckOutcome, Severity, Status
from edutargets.findings import Decision
from edutargets.gate_facts import pieces_of
from edutargets.gate_failures import finding_record

if TYPE_CHECKING:
    from edutargets.findings import TableReport
    from edutargets.gate_facts import Doubted, GateFacts

__all__ = ["SCHEMA", "as_json", "gate_records", "report_schema"]

SCHEMA = "edutargets/gate-report/2"

_Zh = Annotated[str, Field(description="In Chinese.")]
_En = Annotated[str, Field(description="In English.")]
_Targets = Annotated[
    tuple[str, ...], Field(description="The targets whose verdicts rest on what it looks at.")
]


class _Form(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class FindingForm(_Form):
    """One thing that a school or an office has to mend, explain or know."""

    table: str
    reporter: Annotated[str, Field(description="Who handed the row in; empty where that is not known.")]
    key: Annotated[str, Field(description="What names the row: `column=value, …`.")]
    file: str
    sheet: Annotated[str, Field(description="The sheet of a workbook; empty for other files.")]
    row: Annotated[int | None, Field(description="The row as a spreadsheet counts it, from 1.")]
    cell: Annotated[str, Field(description="The cell's address where it is known, e.g. `C7`.")]
    position: Annotated[int | None, Field(description="The row's position in the table as read, from 0.")]
    column: Annotated[str, Field(description="Empty where the row or the table as a whole is meant.")]
    found: Annotated[str, Field(description="What stands there: cut, and identity numbers masked.")]
    code: Annotated[str, Field(description="The rule.")]
    severity: Severity
    says_zh: _Zh
    says_en: _En
    mend_zh: _Zh
    mend_en: _En
    rule_version: Annotated[str, Field(description="The edition of the suite, or of edutargets itself.")]
    targets: _Targets
    mark: Annotated[str, Field(pattern="^([0-9a-f]{12})?$", description="What an explanation must carry.")]
    explained: Annotated[str, Field(description="The explanation that was accepted; empty if none was.")]


class CheckForm(_Form):
    """One rule and how it ended."""

    code: str
    type: Annotated[str, Field(description="The kind of check.")]
    severity: Severity
    outcome: Status
    failed_rows: Annotated[int, Field(ge=0)]
    text: Annotated[str, Field(description="Why it could not run, or what was observed.")]
    says_zh: _Zh
    says_en: _En
    version: Annotated[str, Field(description="The edition of the suite, or of edutargets itself.")]
    targets: _Targets


class TableForm(_Form):
    """One table of the data dictionary."""

    table: str
    title_zh: _Zh
    title_en: _En
    rows: Annotated[int | None, Field(description="`null` if it was not handed in.")]
    checks: tuple[CheckForm, ...]
    findings: tuple[FindingForm, ...]


class DoubtedForm(_Form):
    """A target whose verdict rests on rows in which something was found, or on what could not be checked."""

    target: str
    critical: Annotated[int, Field(ge=0, description="Findings under it that must be corrected.")]
    open: Annotated[int, Field(ge=0, description="Findings under it to be corrected or explained.")]
    unchecked: Annotated[int, Field(ge=0, description="Checks under it that could not run.")]
    tables: tuple[str, ...]


class CountsForm(_Form):
    """How many findings there are of each sort."""

    critical: Annotated[int, Field(ge=0, description="Must be corrected.")]
    open: Annotated[int, Field(ge=0, description="Must be corrected or explained.")]
    explained: Annotated[int, Field(ge=0, description="Warnings that were explained.")]
    info: Annotated[int, Field(ge=0, description="For information.")]
    could_not_run: Annotated[int, Field(ge=0, description="Checks that could not run.")]


class SubmissionForm(_Form):
    """What was handed in."""

    name: Annotated[str, Field(description="What it is called, or the beginning of its hash.")]
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$", description="Of its files' names and contents.")]


class ReportForm(_Form):
    """What a gate decided on a submission, and everything it found."""

    form: Annotated[Literal["edutargets/gate-report/2"], Field(alias="schema")] = "edutargets/gate-report/2"
    decision: Decision
    exit_code: Literal[0, 1, 3, 4]
    school: Annotated[str, Field(description="The school of which alone it is told; empty for all.")]
    submission: SubmissionForm
    counts: CountsForm
    doubtful_targets: tuple[DoubtedForm, ...]
    tables: tuple[TableForm, ...]


def as_json(facts: GateFacts) -> str:
    """Return the report as JSON in its documented form; the same data give the same bytes."""
    content: dict[str, JsonValue] = {
        "schema": SCHEMA,
        "decision": facts.decision.value,
        "exit_code": facts.decision.exit_code,
        "school": facts.school,
        "submission": {"name": facts.called, "sha256": facts.sha256},
        "counts": {
            **pieces_of(facts.findings),
            "could_not_run": sum(table.count(Status.COULD_NOT_RUN) for table in facts.tables),
        },
        "doubtful_targets": [_doubted(one) for one in facts.doubted],
        "tables": [_table(table, facts) for table in facts.tables],
    }
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def gate_records(facts: GateFacts) -> list[dict[str, JsonValue]]:
    """Return what a review compares of a report: the decision, and how often each rule found something."""
    own: dict[str, JsonValue] = {"id": "gate", "decision": facts.decision.value, **pieces_of(facts.findings)}
    return [own, *(_counted(table) for table in facts.tables)]


def _counted(table: TableReport) -> dict[str, JsonValue]:
    found = Counter(finding.code for finding in table.findings)
    idle: list[JsonValue] = [o.check.code for o in table.outcomes if o.status is Status.COULD_NOT_RUN]
    return {
        "id": f"gate: {table.table}",
        "rows": table.rows,
        "checks": len(table.outcomes),
        "could_not_run": idle,
        "findings": dict(sorted(found.items())),
    }


def _doubted(one: Doubted) -> dict[str, JsonValue]:
    return {
        "target": one.target,
        "critical": one.critical,
        "open": one.open,
        "unchecked": one.unchecked,
        "tables": list(one.tables),
    }


def _table(table: TableReport, facts: GateFacts) -> dict[str, JsonValue]:
    return {
        "table": table.table,
        "title_zh": table.title.zh,
        "title_en": table.title.en,
        "rows": table.rows,
        "checks": [_outcome(outcome, table.table, facts) for outcome in table.outcomes],
        "findings": [
            {**finding_record(finding, facts), "targets": list(facts.targets_of(finding))}
            for finding in table.findings
        ],
    }


def _outcome(outcome: CheckOutcome, table: str, facts: GateFacts) -> dict[str, JsonValue]:
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
        "version": facts.rule_version(check, table),
        "targets": list(facts.targets_of_check(check, table)),
    }


def report_schema() -> dict[str, JsonValue]:
    """Return the JSON Schema of the report, for programs that read it."""
    return ReportForm.model_json_schema(by_alias=True, mode="serialization")
