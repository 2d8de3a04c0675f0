"""How results show themselves: tables for terminals and notebooks, DataFrames, Markdown, CSV and JSON."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Literal

from edutargets import judged_words
from edutargets.attainment import Attainment, PlanAttainment
from edutargets.display_html import framed, plan_html
from edutargets.errors import DefinitionError, Fault
from edutargets.explanation_section import Section
from edutargets.explanation_writing import as_html, as_text, section_html, section_text
from edutargets.explanations import Explanation, explain
from edutargets.gate import GateReport
from edutargets.gate_json import gate_records
from edutargets.goal_wording import goal_words
from edutargets.input_html import gate_html, plan_rows, plan_table_html, submission_html, submission_text
from edutargets.pace import Pace
from edutargets.pace_display import Told, told_pace, told_progress, told_within_year
from edutargets.pace_records import frequency_pace_record, pace_record, year_pace_record
from edutargets.plans import Plan
from edutargets.progress_terms import Progress
from edutargets.promises import Target
from edutargets.result_rows import Json, Row, counts_text, plan_record, record, row_of
from edutargets.shown import mimebundle
from edutargets.submissions import Submission
from edutargets.target_cards import card_of
from edutargets.text_tables import markdown_table, markdown_text, text_table
from edutargets.wording import Language, chosen
from edutargets.year_pace import FrequencyPace, YearPace

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from edutargets.provenance import Provenance

__all__ = [
    "PROVENANCE_TYPE",
    "RESULTS_TYPE",
    "agreement",
    "language",
    "results_table",
    "to_csv",
    "to_frame",
    "to_json",
    "to_markdown",
]

RESULTS_TYPE = "application/vnd.edutargets.results+json"
"""The media type under which results carry their exact records in a notebook, for reviews."""
PROVENANCE_TYPE = "application/vnd.edutargets.provenance+json"
"""The media type under which they carry the hashes of what they were made from."""
_FROM_ENVIRONMENT = "EDUTARGETS_LANGUAGE"
_RIGHT = frozenset({2})
_FRAME = (
    *("target", "title_en", "title_zh", "type", "period", "value", "exact", "lower", "upper", "unit"),
    *("goal", "verdict", "shortfall", "needed", "reason", "agreement"),
)
_CSV = (
    *("id", "verdict", "title", "period", "shown", "shown_unit", "goal", "short_by"),
    *("value", "lower", "upper", "unit", "shortfall", "needed", "reason"),
)
_settings: dict[str, Language] = {}


def language(choice: Language | None = None) -> Language:
    """Return the language in which results show themselves, or set it for the rest of the session.

    Args:
        choice: ``en`` or ``zh``; nothing leaves it as it is.

    Raises:
        DefinitionError: If another language is asked for, here or by EDUTARGETS_LANGUAGE.

    Examples:
        >>> language("zh"), language("en"), language()
        ('zh', 'en', 'en')
    """
    if choice is not None:
        _settings["language"] = _known(choice, "language")
    if "language" in _settings:
        return _settings["language"]
    return _known(os.environ.get(_FROM_ENVIRONMENT, "en"), _FROM_ENVIRONMENT)


def _known(name: str, where: str) -> Language:
    for known in ("en", "zh"):
        if name == known:
            return "zh" if known == "zh" else "en"
    raise DefinitionError(
        Fault(where, f"unknown language {name!r}", "en or zh", 'display.language("zh")', "language")
    )


# tables --------------------------------------------------------------------------------------------


def _columns(language: Language) -> tuple[str, ...]:
    return (
        chosen(language, "verdict", "结论"),
        chosen(language, "target", "目标"),
        chosen(language, "value", "数值"),
        chosen(language, "unit", "单位"),
        chosen(language, "goal", "要求"),
        chosen(language, "period", "年度"),
        chosen(language, "short by", "差距"),
        chosen(language, "id", "编号"),
    )


def _cells(row: Row) -> tuple[str, ...]:
    return row.verdict, row.title, row.number, row.unit, row.goal, row.period, row.short, row.id


def _rows(results: PlanAttainment, language: Language) -> list[tuple[str, ...]]:
    return [_cells(row_of(attainment, language)) for attainment in results.values()]


def _above(results: PlanAttainment, language: Language) -> list[str]:
    """Return what stands above a table: the plan, the counts, and what the gate did not let through."""
    title = results.pack.file.title.in_language(language) or results.pack.id
    lines = [title, counts_text(results, language)]
    return [*lines, *(f"⚠ {caution}" for caution in results.cautions(language))]


def results_table(results: PlanAttainment, language: Language = "en") -> str:
    """Return the results as a table for a terminal, the counts of the verdicts first."""
    table = text_table(_columns(language), _rows(results, language), _RIGHT)
    return "\n".join([*_above(results, language), "", *table]) + "\n"


def to_markdown(results: PlanAttainment, language: Language = "en") -> str:
    """Return the results as a Markdown table."""
    above = [f"{markdown_text(line)}  " for line in _above(results, language)]
    return "\n".join([*above, "", *markdown_table(_columns(language), _rows(results, language), _RIGHT), ""])


def to_csv(results: PlanAttainment, language: Language = "en") -> str:
    """Return the results as CSV: as they are shown, and exact beside it."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_CSV)
    for attainment in results.values():
        row, exact = row_of(attainment, language), record(attainment)
        own = [row.id, attainment.verdict.value, row.title, row.period, row.number, row.unit, row.goal]
        numbers = [exact[name] for name in ("value", "lower", "upper", "unit", "shortfall", "needed")]
        writer.writerow([*own, row.short, *(one or "" for one in numbers), exact[f"reason_{language}"] or ""])
    return text.getvalue()


def to_json(results: PlanAttainment) -> str:
    """Return the results as JSON with a versioned form: exact numbers as fractions, the plan's order."""
    return json.dumps(plan_record(results), ensure_ascii=False, indent=1) + "\n"


def to_frame(
    results: Mapping[str, Attainment] | Collection[Attainment] | Attainment | GateReport,
    language: Language = "en",
) -> pd.DataFrame:
    """Return results as a tidy DataFrame, one row for each target; of a gate's report one for each finding.

    ``value`` is the nearest float, for pictures; ``exact``, ``lower``, ``upper``, ``shortfall`` and
    ``needed`` are exact fractions as text.

    Args:
        results: What ``evaluate`` returned, any of its targets, or what the gate found.
        language: Of the columns ``goal`` and ``reason``; everything else is the same in each.

    Raises:
        DefinitionError: If it is none of these.
    """
    import pandas as pd  # noqa: PLC0415  # only needed here

    if isinstance(results, GateReport):
        return results.to_frame()
    rows = [_frame_row(attainment, language) for attainment in _attainments(results)]
    return pd.DataFrame(rows, columns=list(_FRAME)).astype({"value": "float64"})


def _attainments(results: object) -> list[Attainment]:
    """Return the attainments that were given in whatever way."""
    given = results.values() if isinstance(results, Mapping) else results
    found = [one for one in given if isinstance(one, Attainment)] if isinstance(given, Collection) else []
    if isinstance(given, Attainment):
        return [given]
    if not isinstance(given, Collection) or len(found) != len(given):
        said = f"was given a {type(results).__name__}"
        accepted = "what evaluate() returned, some of its targets, or a gate's report"
        example = "et.to_frame(et.evaluate(pack, report.admit()))"
        raise DefinitionError(Fault("to_frame", said, accepted, example, "no-results"))
    return found


def _frame_row(attainment: Attainment, language: Language) -> dict[str, object]:
    found: dict[str, object] = dict(record(attainment))
    target, value = attainment.original.target, attainment.value
    return {
        **{name: found[name] for name in _FRAME if name in found},
        "target": attainment.target.id,
        "value": float(value) if value is not None else None,
        "exact": found["value"],
        "goal": goal_words(target, attainment.original.measure, language),
        "reason": found[f"reason_{language}"],
    }


def agreement(figures: PlanAttainment) -> Mapping[Literal["rounding", "interval", "no"], tuple[str, ...]]:
    """Say which printed figures agree by plain rounding, which only within their rounding, which not.

    Args:
        figures: What ``reproduce`` returned.
    """
    found: dict[Literal["rounding", "interval", "no"], list[str]] = {
        "rounding": [],
        "interval": [],
        "no": [],
    }
    for name, attainment in figures.items():
        found[judged_words.agreement(attainment)].append(name)
    return {kind: tuple(names) for kind, names in found.items()}


# notebooks -----------------------------------------------------------------------------------------


def _bundle(text: str, html: str, name: str, records: Sequence[Mapping[str, Json]]) -> dict[str, object]:
    """Put together what a notebook keeps: text, HTML and the exact records that a review compares."""
    content = {"version": 1, "name": name, "key": "id", "records": [dict(one) for one in records]}
    return {"text/plain": text, "text/html": html, RESULTS_TYPE: content}


def _read_from(submission: Submission) -> dict[str, object]:
    data = {file.name: file.sha256 for file in submission.files}
    return {"version": 1, "data": dict(sorted(data.items()))}


def _made_from(made: Provenance | None) -> dict[str, object]:
    """Put in what a result was made from: contents' hashes and versions, no time and no path."""
    return {} if made is None else {PROVENANCE_TYPE: {"version": 1, **made.to_dict()}}


@mimebundle.register(PlanAttainment)
def _of_plan_attainment(results: PlanAttainment) -> dict[str, object]:
    tongue = language()
    records = [record(attainment) for attainment in results.values()]
    shown = _bundle(results_table(results, tongue), plan_html(results, tongue), results.pack.id, records)
    return {**shown, **_made_from(results.provenance)}


@mimebundle.register(Attainment)
def _of_attainment(attainment: Attainment) -> dict[str, object]:
    explanation = explain(attainment, language())
    shown = _bundle(explanation.to_text(), explanation.to_html(), attainment.target.id, [record(attainment)])
    return {**shown, **_made_from(explanation.provenance)}


@mimebundle.register(Explanation)
def _of_explanation(explanation: Explanation) -> dict[str, object]:
    said: dict[str, Json] = {
        section.key: [*section.lines, *(" | ".join(row) for row in section.rows)]
        for section in explanation.sections
    }
    content: dict[str, Json] = {"id": explanation.id, "verdict": explanation.verdict.value, **said}
    shown = _bundle(explanation.to_text(), explanation.to_html(), f"{explanation.id} explained", [content])
    return {**shown, **_made_from(explanation.provenance)}


@mimebundle.register(Section)
def _of_section(section: Section) -> dict[str, object]:
    return {"text/plain": section_text(section), "text/html": section_html(section)}


@mimebundle.register(Pace)
def _of_pace(found: Pace) -> dict[str, object]:
    if found.attainment is None:
        return {"text/plain": repr(found)}
    return _told(told_pace(found, language()), pace_record(found.attainment, found))


@mimebundle.register(YearPace)
def _of_year_pace(found: YearPace) -> dict[str, object]:
    return _told(told_within_year(found, language()), year_pace_record(found))


@mimebundle.register(FrequencyPace)
def _of_frequency_pace(found: FrequencyPace) -> dict[str, object]:
    return _told(told_within_year(found, language()), frequency_pace_record(found))


@mimebundle.register(Progress)
def _of_progress(found: Progress) -> dict[str, object]:
    return _told(told_progress(found, language()), found.to_dict())


def _told(told: Told, found: Mapping[str, object]) -> dict[str, object]:
    """Show a pace in words, with its exact numbers for a review."""
    name = f"{told.id} pace"
    content = {"version": 1, "name": name, "key": "id", "records": [{"id": told.id, **found}]}
    return {
        "text/plain": as_text(told),
        "text/html": as_html(told),
        RESULTS_TYPE: content,
    }


@mimebundle.register(GateReport)
def _of_gate_report(report: GateReport) -> dict[str, object]:
    tongue = language()
    html = framed(gate_html(report, tongue), tongue)
    shown = _bundle(report.to_text(tongue), html, "gate", gate_records(report.facts))
    pack, suites = report.rules or ("", "")
    return {**shown, PROVENANCE_TYPE: {**_read_from(report.submission), "pack": pack, "suites": suites}}


@mimebundle.register(Plan)
def _of_plan(plan: Plan) -> dict[str, object]:
    tongue = language()
    columns, rows = plan_rows(plan, tongue)
    targets = hashlib.sha256(plan.to_yaml().encode()).hexdigest()
    return {
        "text/plain": "\n".join(text_table(columns, rows)) + "\n",
        "text/html": framed(plan_table_html(plan, tongue), tongue),
        PROVENANCE_TYPE: {"version": 1, "targets": targets},
    }


@mimebundle.register(Target)
def _of_target(target: Target) -> dict[str, object]:
    card = card_of(target, language())
    written = hashlib.sha256(Plan((target,)).to_yaml().encode()).hexdigest()
    return {
        "text/plain": as_text(card),
        "text/html": as_html(card),
        PROVENANCE_TYPE: {"version": 1, "targets": written},
    }


@mimebundle.register(Submission)
def _of_submission(submission: Submission) -> dict[str, object]:
    tongue = language()
    return {
        "text/plain": submission_text(submission, tongue),
        "text/html": framed(submission_html(submission, tongue), tongue),
        PROVENANCE_TYPE: _read_from(submission),
    }
