"""What several commands share: their arguments, and the data let through the gate."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edutargets.findings import Language
from edutargets.terminal import progress, warn
from edutargets.written_files import check_place

if TYPE_CHECKING:
    from edutargets.gate import AdmittedSubmission, GateReport
    from edutargets.pack_files import GateRule
    from edutargets.plans import Pack

__all__ = [
    "Data",
    "Lang",
    "Output",
    "PackName",
    "RejectedRows",
    "Unchecked",
    "admit_data",
    "check_output",
    "gated",
    "let_through",
]

PackName = Annotated[str, typer.Argument(metavar="PACK", help="A pack's name (see `packs`) or its folder.")]
Data = Annotated[
    str, typer.Argument(metavar="DATA", help="The folder handed in, or sample:NAME (see `packs`).")
]
Lang = Annotated[
    Language, typer.Option("--lang", envvar="EDUTARGETS_LANGUAGE", help="Language of what is printed.")
]
Output = Annotated[
    Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write there instead of printing.")
]
Unchecked = Annotated[
    str | None,
    typer.Option(metavar="REASON", help="Skip the gate; the reason is printed with every result."),
]

RejectedRows = Annotated[
    str | None,
    typer.Option(
        "--set-aside",
        metavar="SHARE",
        help="Set rejected rows aside, up to this share of a table (e.g. 1%), whatever the pack says.",
    ),
]


def check_output(output: Path | None) -> None:
    """Refuse a place that nothing can be written to, before anything is computed for it."""
    if output is not None:
        check_place(output)


def gated(pack: Pack, data: str, rule: GateRule | None = None) -> GateReport:
    """Put the data before the gate of their pack."""
    from edutargets.checking import check_submission, read_data

    with progress("checking"):
        return check_submission(pack, read_data(pack, data), rule=rule)


def admit_data(
    pack: Pack, data: str, unchecked: str | None, set_aside: str | None = None
) -> AdmittedSubmission:
    """Let the data through the gate, or end with its reasons and its exit code."""
    from edutargets.checking import read_data
    from edutargets.gate import UncheckedDataWarning, admit_unchecked

    if unchecked is not None:
        if not unchecked.strip():
            raise typer.BadParameter("say why in a few words", param_hint="--unchecked")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UncheckedDataWarning)
            warn(f"these data passed no gate: {unchecked.strip()}")
            return admit_unchecked(read_data(pack, data), reason=unchecked)
    return let_through(gated(pack, data, _rule(set_aside)))


def _rule(share: str | None) -> GateRule | None:
    """Read which share of rows may be set aside."""
    from pydantic import ValidationError

    from edutargets.pack_files import GateRule

    if share is None:
        return None
    try:
        return GateRule.model_validate({"rejected_rows": "set_aside", "at_most": share})
    except ValidationError as error:
        reason = str(error.errors()[0]["msg"]).removeprefix("Value error, ")
        raise typer.BadParameter(f"{reason}, e.g. --set-aside 1%", param_hint="--set-aside") from error


def let_through(report: GateReport) -> AdmittedSubmission:
    """Let what was checked through the gate, or end with its reasons and its exit code."""
    from edutargets.errors import GateClosedError

    try:
        admitted = report.admit()
    except GateClosedError as error:
        warn(str(error))
        raise typer.Exit(report.exit_code) from error
    if admitted.set_aside is not None:
        warn(admitted.set_aside.sentence("en"))
    return admitted
