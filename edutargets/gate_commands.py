"""The command that puts a submission before the gate, and everything that comes back from it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from edutargets.command_options import Data, Lang, Output, PackName, check_output, gated
from edutargets.terminal import hand_over, progress, warn
from edutargets.written_files import check_place, write_text

if TYPE_CHECKING:
    from edutargets.findings import Language
    from edutargets.gate import GateReport
    from edutargets.gate_facts import GateFacts

__all__ = ["gate"]

Format = Literal["text", "json", "markdown", "junit", "sarif", "csv", "html"]
FormatOption = Annotated[
    Format,
    typer.Option(
        "--format",
        help="How the report is written: text for a person, json for a program (`schema --for gate-report`), "
        "markdown, junit and sarif for CI, csv as --failures, html as --summary.",
    ),
]
Failures = Annotated[
    Path | None,
    typer.Option(
        "--failures", metavar="FILE.csv|.parquet", help="Also write the one tidy table of all that was found."
    ),
]
SummaryPage = Annotated[
    Path | None,
    typer.Option(
        "--summary", metavar="FILE.html", help="Also write the bureau's page: schools by tables, offline."
    ),
]
SlipsFolder = Annotated[
    Path | None,
    typer.Option(
        "--slips", metavar="DIR", help="Also write what goes back: for each school a workbook with red cells."
    ),
]
DataDocs = Annotated[
    Path | None,
    typer.Option(
        "--data-docs",
        metavar="DIR",
        help="Also write Great Expectations' own Data Docs. They load styles and scripts from other sites "
        "when opened, and show values; identity numbers are masked.",
    ),
]
School = Annotated[
    str | None,
    typer.Option(
        "--school",
        metavar="CODE",
        help="Tell only what concerns one school, and end as if it stood there alone; slips and Data Docs "
        "stay whole.",
    ),
]
Overwrite = Annotated[
    bool,
    typer.Option("--overwrite", help="Replace slips or Data Docs of an earlier run that nobody touched."),
]


def gate(  # noqa: PLR0913  # each is an argument of the command
    pack: PackName,
    data: Data,
    *,
    output_format: FormatOption = "text",
    lang: Lang = "en",
    output: Output = None,
    failures: Failures = None,
    summary: SummaryPage = None,
    slips: SlipsFolder = None,
    data_docs: DataDocs = None,
    school: School = None,
    overwrite: Overwrite = False,
) -> None:
    """Decide whether a submission may be used, and say what has to be mended.

    Exit code 0 accepted, 1 rejected, 2 wrong use or unreadable, 3 warnings to be corrected or explained, 4 a
    check could not run.
    """
    from dataclasses import replace

    from edutargets.plans import read_pack
    from edutargets.whose_findings import facts_of_school

    _check_files(output, failures, summary)
    _check_folders(slips, data_docs, overwrite=overwrite)
    report = gated(read_pack(pack), data)
    facts = replace(report.facts, name=_name(data))
    if school is not None:
        facts = facts_of_school(facts, school)
    if failures is not None:
        _write_failures(facts, failures)
    if summary is not None:
        _write_summary(facts, summary, lang)
    if slips is not None:
        _write_slips(report, data, slips, overwrite=overwrite)
    if data_docs is not None:
        _write_data_docs(report, facts.name, data_docs, overwrite=overwrite)
    _hand_over(facts, data, output_format, lang, output)
    raise typer.Exit(facts.decision.exit_code)


def _check_folders(slips: Path | None, data_docs: Path | None, *, overwrite: bool) -> None:
    """Refuse folders that hold something else, before anything is computed for them."""
    from edutargets.data_docs import DOCS
    from edutargets.slip_books import SLIPS
    from edutargets.written_folders import check_folder

    if slips is not None:
        check_folder(slips, SLIPS, overwrite=overwrite)
    if data_docs is not None:
        check_folder(data_docs, DOCS, overwrite=overwrite)


def _check_files(output: Path | None, failures: Path | None, summary: Path | None) -> None:
    """Refuse files that cannot be written, before anything is computed for them."""
    from edutargets.gate_failures import check_failures_name

    check_output(output)
    for path in (failures, summary):
        if path is not None:
            check_place(path)
    if failures is not None:
        check_failures_name(failures)


def _name(data: str) -> str:
    """Call a submission as its folder or sample is called."""
    from edutargets.checking import SAMPLE

    return data.removeprefix(SAMPLE) if data.startswith(SAMPLE) else Path(data).resolve().name


def _base(data: str) -> str:
    """Say where a submission lies as seen from the folder one stands in, which in CI is the repository."""
    from edutargets.checking import data_folder

    folder, here = data_folder(data).resolve(), Path.cwd().resolve()
    return folder.relative_to(here).as_posix() if folder.is_relative_to(here) and folder != here else ""


def _hand_over(facts: GateFacts, data: str, form: Format, lang: Language, output: Path | None) -> None:
    """Write the report itself in the form that was asked for."""
    from edutargets import (
        gate_failures,
        gate_json,
        gate_junit,
        gate_markdown,
        gate_sarif,
        gate_summary_html,
        gate_text,
    )

    if form == "csv" and output is not None:
        write_text("\N{BYTE ORDER MARK}" + gate_failures.as_csv(facts), output)
        warn(f"written: {output}")
        return
    written = {
        "text": lambda: gate_text.as_text(facts, lang),
        "json": lambda: gate_json.as_json(facts),
        "markdown": lambda: gate_markdown.as_markdown(facts, lang),
        "junit": lambda: gate_junit.as_junit(facts, lang),
        "sarif": lambda: gate_sarif.as_sarif(facts, lang, _base(data)),
        "csv": lambda: gate_failures.as_csv(facts),
        "html": lambda: gate_summary_html.as_html(facts, lang),
    }
    hand_over(written[form](), output)


def _write_failures(facts: GateFacts, path: Path) -> None:
    from edutargets.gate_failures import write_failures

    write_failures(facts, path)
    warn(f"written: {path} ({len(facts.findings):,} rows)")


def _write_summary(facts: GateFacts, path: Path, lang: Language) -> None:
    from edutargets.gate_summary_html import as_html

    write_text(as_html(facts, lang), path)
    warn(f"written: {path}")


def _write_slips(report: GateReport, data: str, folder: Path, *, overwrite: bool) -> None:
    from edutargets.checking import data_folder
    from edutargets.slip_books import write_slips

    with progress("writing slips"):
        slips = write_slips(report, data_folder(data), folder, overwrite=overwrite)
    warn(f"written: {folder} ({len(slips):,} slips)")


def _write_data_docs(report: GateReport, name: str, folder: Path, *, overwrite: bool) -> None:
    from edutargets.data_docs import write_data_docs

    with progress("writing Data Docs"):
        page = write_data_docs(report, folder, name=name, overwrite=overwrite)
    warn(f"written: {page}")
    warn("these pages load styles and scripts from other sites when they are opened, and show values")
