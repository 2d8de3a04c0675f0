"""The commands `report` and `chart`: what became of a plan, to be read, printed and put into a text."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from edutargets.command_options import Data, Lang, PackName, Unchecked, admit_data, gated, let_through
from edutargets.terminal import progress, warn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edutargets.findings import Language

__all__ = ["chart", "report"]

Languages = Annotated[
    Literal["en", "zh", "both"],
    typer.Option("--lang", envvar="EDUTARGETS_LANGUAGE", help="Language of the report, or both."),
]
Folder = Annotated[
    Path, typer.Option("-o", "--output", metavar="DIR", help="The folder; a new or an empty one.")
]
Previous = Annotated[
    Path | None,
    typer.Option(metavar="RESULTS", help="The results.json of last time; says what has turned since."),
]
Overwrite = Annotated[
    bool, typer.Option("--overwrite", help="Replace a report of an earlier run that nobody touched.")
]


def report(  # noqa: PLR0913  # each is an argument of the command
    pack: PackName,
    data: Data,
    *,
    output: Folder,
    lang: Languages = "en",
    previous: Previous = None,
    overwrite: Overwrite = False,
    unchecked: Unchecked = None,
) -> None:
    """Write what became of a plan as pages to read offline or print, with an annex as a workbook.

    The folder gets report.LANG.html (summary, chapters, gate, provenance), a page for each target below
    targets/, all.LANG.html (everything, to print), report.LANG.md, annex.LANG.xlsx and results.json. The
    same plan, data and versions give the same bytes.

    Exit code 0 whatever the verdicts; 1, 3 and 4 as `gate`.
    """
    from edutargets import attainment
    from edutargets.attainment_reports import report_of
    from edutargets.plans import read_pack
    from edutargets.previous_results import read_previous
    from edutargets.report_folders import REPORT, write_report
    from edutargets.written_folders import check_folder

    check_folder(output, REPORT, overwrite=overwrite)
    found = read_pack(pack)
    earlier = read_previous(previous, found.id) if previous is not None else None
    gate = gated(found, data) if unchecked is None else None
    admitted = let_through(gate) if gate is not None else admit_data(found, data, unchecked)
    with progress("evaluating") as notify:
        results = attainment.evaluate(found, admitted, notify=notify)
        figures = attainment.reproduce(found, admitted) if found.figures.targets else None
    asked: tuple[Language, ...] = ("zh", "en") if lang == "both" else (lang,)
    with progress("writing"):
        facts = gate.facts if gate is not None else None
        reports = [report_of(results, one, gate=facts, previous=earlier, figures=figures) for one in asked]
        names = write_report(reports, output, overwrite=overwrite)
    _tell(output, names)


def _tell(output: Path, names: Sequence[str]) -> None:
    pages = [name for name in names if "/" in name]
    told = [name for name in names if name not in pages] + [f"{len(pages):,} pages of targets"]
    warn(f"written: {output} ({', '.join(told)})")


ChartFile = Annotated[
    Path, typer.Option("-o", "--output", metavar="FILE", help="The file: FILE.png or FILE.svg.")
]
OneTarget = Annotated[
    str | None, typer.Option("--target", metavar="ID", help="One target, year by year; else the whole plan.")
]


def chart(  # each is an argument of the command
    pack: PackName,
    data: Data,
    *,
    output: ChartFile,
    target: OneTarget = None,
    lang: Lang = "en",
    unchecked: Unchecked = None,
) -> None:
    """Draw a target against its goal, or a whole plan, as a picture for a text or a slide.

    Its words are drawn from a font that comes with the package: Chinese needs no font on the machine.

    Exit code 0 whatever the verdict; 1, 3 and 4 as `gate`.
    """
    from edutargets import attainment
    from edutargets.charts import check_ending, write_chart
    from edutargets.plans import read_pack

    check_ending(output)
    found = read_pack(pack)
    if target is not None:
        found.plan[target]  # its name is known, or near names are told at once
    admitted = admit_data(found, data, unchecked)
    with progress("evaluating") as notify:
        results = attainment.evaluate(found, admitted, notify=notify)
    with progress("drawing"):
        write_chart(results if target is None else results[target], output, lang)
    warn(f"written: {output}")
