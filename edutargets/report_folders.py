"""A report put in place as a folder, whole or not at all; nobody's own files are ever written over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edutargets.display import to_json
from edutargets.errors import EvaluationError, Fault
from edutargets.report import external_references
from edutargets.report_markdown import report_markdown
from edutargets.report_pages import report_pages
from edutargets.report_places import TARGETS
from edutargets.report_sheets import write_report_sheets
from edutargets.written_files import write_text
from edutargets.written_folders import FolderKind, written_folder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from edutargets.attainment_reports import AttainmentReport

__all__ = ["REPORT", "RESULTS", "write_report"]

RESULTS = "results.json"
"""The exact results; they are what `--previous` takes next time."""
REPORT = FolderKind(
    "report",
    "holds files that are no report, or that were changed since it was written",
    "holds a report written earlier",
)


def write_report(
    reports: Sequence[AttainmentReport], out: Path, *, overwrite: bool = False
) -> tuple[str, ...]:
    """Write a report as pages, Markdown, annex and exact results, and return the names of the files.

    Args:
        reports: The same results, once in each language.
        out: The folder; if the writer fails, what stood there still stands there.
        overwrite: Whether a report that nobody has touched since it was written may be replaced.

    Raises:
        OutputError: If something else is there, or a report that somebody has changed.
        EvaluationError: If a page would load something from elsewhere.
    """
    with written_folder(out, REPORT, overwrite=overwrite) as folder:
        for report in reports:
            others = tuple(one.language for one in reports if one is not report)
            (folder / TARGETS).mkdir(exist_ok=True)
            for name, page in report_pages(report, others):
                loaded = external_references(page)
                if loaded:
                    found = f"the page would load {', '.join(loaded[:3])}"
                    raise EvaluationError(Fault(name, found, "a page that is whole in itself"))
                (folder / name).write_text(page, encoding="utf-8", newline="\n")
            write_text(report_markdown(report), folder / f"report.{report.language}.md")
            write_report_sheets(report, folder / f"annex.{report.language}.xlsx")
        write_text(to_json(reports[0].results).rstrip("\n") + "\n", folder / RESULTS)
        return tuple(sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.*")))
