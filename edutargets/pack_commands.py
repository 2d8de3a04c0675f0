"""The commands for those who write plans down: `new-plan`, `diff` and `catalogue`."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003  # typer needs it when the commands are built
from typing import Annotated, Literal

import typer

from edutargets.command_options import Lang, Output, PackName, check_output
from edutargets.terminal import hand_over, say

__all__ = ["catalogue", "diff", "new_plan"]


def new_plan(
    text: Annotated[
        Path, typer.Argument(metavar="TEXT", help="The plan's text: .md or .txt, UTF-8 or GB18030.")
    ],
    *,
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="FOLDER", help="The pack's folder; not there yet.")
    ],
    name: Annotated[
        str | None, typer.Option("--id", metavar="ID", help="The pack's name; else made from the folder's.")
    ] = None,
) -> None:
    """Start a pack from a plan's text: a commented stub for every clause that names a number.

    Goal words, types, units and times are guessed; what has to be decided stands beside them. The folder
    passes `check` at once. Exit code 0, or 2 where the text cannot be read or the folder is there already.
    """
    from edutargets.new_plans import start_pack

    made = start_pack(text, output, name)
    stubs = f"{made.stubs} stub{'s' if made.stubs != 1 else ''}"
    say(f"{made.folder}: {made.title}\n    {stubs} in plan.yaml; next: edutargets check {made.folder}")


def diff(
    before: Annotated[str, typer.Argument(metavar="PACK_A", help="The earlier pack: its name or folder.")],
    after: Annotated[str, typer.Argument(metavar="PACK_B", help="The later pack: its name or folder.")],
    *,
    output_format: Annotated[Literal["text", "json", "markdown"], typer.Option("--format")] = "text",
    lang: Lang = "en",
    output: Output = None,
) -> None:
    """Say which targets were added, dropped, loosened, tightened, moved in time, reworded or re-read.

    Targets are held against each other by their ids. Loosened and tightened are said only where it is
    certain; what is computed otherwise is `measured differently`. Exit code 0 the same, 1 differences.
    """
    from edutargets.plan_diff_words import diff_json, diff_markdown, diff_text
    from edutargets.plan_diffs import diff_packs
    from edutargets.plans import read_pack

    check_output(output)
    found = diff_packs(read_pack(before), read_pack(after))
    written = {
        "text": lambda: diff_text(found, lang),
        "json": lambda: diff_json(found),
        "markdown": lambda: diff_markdown(found, lang),
    }
    hand_over(written[output_format](), output)
    raise typer.Exit(0 if found.same else 1)


def catalogue(
    pack: PackName,
    *,
    output_format: Annotated[
        Literal["markdown", "html"] | None,
        typer.Option("--format", help="How it is written; else html where -o ends in .html."),
    ] = None,
    lang: Lang = "en",
    output: Output = None,
) -> None:
    """Document a plan: clause, reading, type, unit, goal, measure in words and SQL, and the data needed.

    Contents by the chapters of the text; published figures behind the targets. The page opens offline.
    """
    from edutargets.catalogue import catalogue_of
    from edutargets.catalogue_pages import catalogue_html, catalogue_markdown
    from edutargets.plans import read_pack

    check_output(output)
    found = catalogue_of(read_pack(pack), lang)
    page = output is not None and output.suffix.lower() in {".html", ".htm"}
    chosen = output_format or ("html" if page else "markdown")
    hand_over(catalogue_html(found) if chosen == "html" else catalogue_markdown(found), output)
