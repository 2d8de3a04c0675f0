"""The one tidy table of everything a gate found: a row for each finding, for Excel, pandas or a database."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pyarrow as pa

from edutargets.errors import Fault
from edutargets.plain_texts import csv_cell
from edutargets.written_files import OutputError, replaced, write_text

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from edutargets.findings import Finding
    from edutargets.gate_facts import GateFacts

__all__ = ["COLUMNS", "as_csv", "as_frame", "check_failures_name", "finding_record", "write_failures"]

_NUMBERS = ("row", "position")
_OF_ALL = ("submission", "submission_sha256")
COLUMNS = (
    *_OF_ALL,
    *("table", "reporter", "key", "file", "sheet", "row", "cell", "position", "column", "found"),
    *("code", "severity", "says_zh", "says_en", "mend_zh", "mend_en", "rule_version", "targets"),
    *("mark", "explained"),
)
"""The columns, in their order; a documented form that stays."""
_KINDS = (".csv", ".parquet")


def finding_record(finding: Finding, facts: GateFacts) -> dict[str, str | int | None]:
    """Return a finding as plain values, under the names of the columns."""
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
        "rule_version": facts.version(finding),
        "targets": " ".join(facts.targets_of(finding)),
        "mark": finding.mark,
        "explained": finding.explained,
    }


def _table(facts: GateFacts) -> pa.Table:
    """Return the findings as typed columns, in the order of the tables and files."""
    records = [finding_record(finding, facts) for finding in facts.findings]
    count = len(records)
    of_all = {"submission": facts.called, "submission_sha256": facts.sha256}
    columns = {
        name: [of_all[name]] * count if name in of_all else [record[name] for record in records]
        for name in COLUMNS
    }
    fields = [pa.field(name, pa.int64() if name in _NUMBERS else pa.string()) for name in COLUMNS]
    return pa.table(columns, schema=pa.schema(fields))


def as_frame(facts: GateFacts) -> pd.DataFrame:
    """Return all findings as one tidy table, one row each; a number that is not known is ``<NA>``."""
    frame: pd.DataFrame = _table(facts).to_pandas()
    return frame.astype({name: "Int64" if name in _NUMBERS else object for name in COLUMNS})


def as_csv(facts: GateFacts) -> str:
    """Return all findings as CSV.

    A text that begins like a formula (``= + - @``, a tab) gets a single quote before it: a spreadsheet would
    run it. Parquet has the texts as they are.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    of_all = [csv_cell(facts.called), facts.sha256]
    for finding in facts.findings:
        record = finding_record(finding, facts)
        cells = (record[name] for name in COLUMNS if name not in _OF_ALL)
        writer.writerow([*of_all, *(csv_cell(cell) if isinstance(cell, str) else cell for cell in cells)])
    return text.getvalue()


def check_failures_name(path: Path) -> None:
    """Refuse a name that does not say in which form the table is to be written.

    Raises:
        OutputError: If it ends neither with ``.csv`` nor with ``.parquet``.
    """
    if path.suffix.lower() not in _KINDS:
        found = f"the name ends with {path.suffix!r}" if path.suffix else "the name has no ending"
        raise OutputError(
            Fault(str(path), found, " or ".join(_KINDS), str(path.with_suffix(".csv")), "unknown-format")
        )


def write_failures(facts: GateFacts, path: Path) -> Path:
    """Write the table of everything that was found, whole or not at all; the same data give the same bytes.

    Args:
        facts: What was found.
        path: A ``.csv`` file (with a byte order mark, by which Excel reads Chinese) or a ``.parquet`` file.

    Raises:
        OutputError: If the name ends otherwise, or the file cannot be written.
    """
    check_failures_name(path)
    if path.suffix.lower() == ".csv":
        return write_text("\N{BYTE ORDER MARK}" + as_csv(facts), path)
    import pyarrow.parquet as pq  # noqa: PLC0415  # only who writes parquet pays for it

    with replaced(path) as partial:
        pq.write_table(_table(facts), partial)
    return path
