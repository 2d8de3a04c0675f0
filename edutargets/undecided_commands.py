"""The command of those who follow up: which verdicts wait for data, and whom to ask first."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from edutargets.command_options import (  # typer needs them
    Data,
    Lang,
    Output,
    PackName,
    RejectedRows,
    Unchecked,
    admit_data,
    check_output,
)
from edutargets.terminal import hand_over, progress

__all__ = ["undecided"]


def undecided(  # noqa: PLR0913  # the options of a command
    pack: PackName,
    data: Data,
    *,
    output_format: Annotated[
        Literal["text", "markdown", "json"], typer.Option("--format", help="How it is written.")
    ] = "text",
    lang: Lang = "en",
    output: Output = None,
    unchecked: Unchecked = None,
    set_aside: RejectedRows = None,
) -> None:
    """Say which verdicts are open for want of data, what would settle each, and whom to ask first.

    Exit code 0, also where verdicts are open; 1 where the gate rejects the data.
    """
    from edutargets import attainment, undecided_words
    from edutargets.plans import read_pack
    from edutargets.whom_to_ask import undecided as undecided_of

    check_output(output)
    found = read_pack(pack)
    admitted = admit_data(found, data, unchecked, set_aside)
    with progress("evaluating") as notify:
        results = attainment.evaluate(found, admitted, notify=notify)
        open_ones = undecided_of(results, lang)
    written = {
        "text": lambda: undecided_words.undecided_text(open_ones, results, lang),
        "markdown": lambda: undecided_words.undecided_markdown(open_ones, results, lang),
        "json": lambda: undecided_words.undecided_json(open_ones),
    }
    hand_over(written[output_format](), output)
