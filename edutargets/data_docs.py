"""Great Expectations' Data Docs of a gate's report, for those who know them; identity numbers stay masked.

They are not the bureau's page: opened, they load styles and scripts from other sites, and they show values.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import escape
from typing import TYPE_CHECKING

import pyarrow as pa

from edutargets.checks import Status
from edutargets.findings import shown
from edutargets.identity_masks import masked_whole
from edutargets.plain_texts import one_line
from edutargets.written_folders import FolderKind, written_folder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from edutargets.checks import Check, CheckOutcome
    from edutargets.gate import GateReport
    from edutargets.submissions import TableRows

    Shown = dict[str, object]

__all__ = ["DOCS", "write_data_docs"]

DOCS = FolderKind(
    "docs",
    "holds files that are no Data Docs, or that were changed since they were written",
    "holds the Data Docs of an earlier run",
)

_SHOWN = 20
_LONGEST = 60


def write_data_docs(report: GateReport, out: Path, *, name: str = "", overwrite: bool = False) -> Path:
    """Write Great Expectations' own pages of what the gate found, whole or not at all.

    Args:
        report: What the gate found.
        out: The folder of the pages; made if need be.
        name: What the submission is called.
        overwrite: Whether pages of an earlier run may be replaced.

    Returns:
        The index of the pages.

    Raises:
        OutputError: If ``out`` holds anything else, or cannot be written to.
    """
    from edutargets._gx_data_docs import write_site  # noqa: PLC0415  # Great Expectations takes seconds

    results = {
        table.table: [_told(outcome, report.submission.tables[table.table]) for outcome in table.outcomes]
        for table in report.tables
        if table.outcomes and table.table in report.submission.tables
    }
    with written_folder(out, DOCS, overwrite=overwrite) as partial:
        write_site(results, partial, submission=_file_name(name), moment=datetime.now(UTC))
    return out / "index.html"


def _file_name(name: str) -> str:
    """Return a name of which Great Expectations can make a folder."""
    return re.sub(r"[^\w.-]+", "-", name).strip("-.")[:_LONGEST] or "submission"


def _told(outcome: CheckOutcome, rows: TableRows) -> tuple[Check, bool, Shown, str]:
    check = outcome.check
    error = one_line(outcome.text) if outcome.status is Status.COULD_NOT_RUN else ""
    return check, outcome.status is Status.PASSED, _result(outcome, rows), error


def _result(outcome: CheckOutcome, rows: TableRows) -> Shown:
    """Fill the form in which Great Expectations shows how a check ended.

    It writes unexpected values as they are, so they are escaped here; notes and errors it escapes.
    """
    if outcome.status is Status.COULD_NOT_RUN:
        return {}
    count, columns = len(outcome.rows), outcome.check.columns
    if outcome.text and not count:
        return {"observed_value": escape(one_line(outcome.text).removeprefix("observed: "))}
    result: Shown = {"element_count": len(rows), "unexpected_count": count}
    result["unexpected_percent"] = 100 * count / len(rows) if len(rows) else 0
    if len(columns) == 1 and columns[0] in rows.table.columns:
        result["missing_count"] = rows.rows[columns[0]].null_count
    first = outcome.rows[:_SHOWN]
    if outcome.check.is_own:
        notes = [one_line(shown(note)) for note in outcome.notes[:_SHOWN]]
        return {**result, "unexpected_index_list": list(first), "details": {"notes": notes}}
    values = _values([row for row in first if row is not None], columns, rows)
    return {**result, "partial_unexpected_list": values}


def _values(positions: Sequence[int], columns: Sequence[str], rows: TableRows) -> list[str]:
    """Return what stands in some cells, harmless: masked, cut, and no markup."""
    names = [name for name in columns if name in rows.table.columns]
    at = pa.array(positions, pa.int64())
    texts = []
    for row in rows.rows.select(names).take(at).to_pylist():
        parts = [
            _cell(row[name], is_identity=rows.table.columns[name].checksum == "gb11643") for name in names
        ]
        texts.append(escape(", ".join(parts)))
    return texts


def _cell(value: object, *, is_identity: bool) -> str:
    if value is not None and is_identity:
        return masked_whole(str(value))
    return one_line(shown(value))
