"""The commands of those who review: `review verify`, `review pack`, and `verify` for a saved result."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from edutargets.command_options import Data, Lang  # noqa: TC001  # typer needs them
from edutargets.errors import DefinitionError, Fault
from edutargets.terminal import progress, say, warn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edutargets.findings import Language
    from edutargets.reviews import Review

__all__ = ["app", "verify"]

Format = Annotated[Literal["text", "json"], typer.Option("--format", help="How it is written.")]
Parameters = Annotated[
    list[str] | None,
    typer.Option("-p", "--parameter", metavar="NAME=VALUE", help="Set a parameter; may be repeated."),
]
BaselineFile = Annotated[
    Path | None,
    typer.Option("--baseline", metavar="FILE", help="The baseline; else NAME.results.json beside it."),
]

app = typer.Typer(
    help="Run notebooks again and compare every number; pack a review for others.", no_args_is_help=True
)


@app.command("verify")
def review_verify(
    notebooks: Annotated[
        list[Path], typer.Argument(metavar="NB...", help="Notebooks, or reviews packed as .zip.")
    ],
    *,
    accept: Annotated[bool, typer.Option("--accept", help="Write what it shows as the baseline.")] = False,
    parameters: Parameters = None,
    baseline: BaselineFile = None,
    output_format: Format = "text",
    lang: Lang = "en",
) -> None:
    """Run notebooks in a fresh kernel and say which target's number moved, from what to what.

    Exit code 0 the same · 1 numbers differ · 2 a run failed · 3 only inputs or versions differ. A notebook
    is a program: verify only what you would run.
    """
    from edutargets.review_packs import review_zip
    from edutargets.reviews import accept_notebook, review_notebook

    if baseline is not None and len(notebooks) > 1:
        raise typer.BadParameter("it is for one notebook only", param_hint="--baseline")
    given = _parameters(parameters or [])
    found: list[Review] = []
    for path in notebooks:
        with progress(f"running {path.name}"):
            if path.suffix == ".zip" and not accept:
                found.append(review_zip(path))
            elif accept:
                found.append(accept_notebook(path, given, baseline))
            else:
                found.append(review_notebook(path, given, baseline))
        if accept:
            warn(f"written: {path.name} is the baseline now" if baseline is None else f"written: {baseline}")
    _told(found, output_format, lang)
    raise typer.Exit(0 if accept else _worst(found))


@app.command("pack")
def review_pack(
    notebook: Annotated[
        Path, typer.Argument(metavar="NB", help="The notebook, with its baseline beside it.")
    ],
    *,
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="The .zip to write.")],
    include: Annotated[
        list[Path] | None,
        typer.Option("--include", metavar="PATH", help="A further file or folder beside the notebook."),
    ] = None,
) -> None:
    """Pack a notebook with its baseline, pack, suites and data, so that others can verify it.

    The zip is verified from itself before it is written. Others run `python3 run.py verify FILE` in a
    checkout, or `edutargets review verify FILE`. Exit code 0, or 2 where it does not verify.
    """
    from edutargets.review_packs import pack_review

    with progress("packing and verifying"):
        names = pack_review(notebook, output, include or [])
    warn(f"written: {output} ({len(names)} files); verify it: edutargets review verify {output.name}")


def verify(
    result: Annotated[Path, typer.Argument(metavar="RESULT", help="From `evaluate --format json`.")],
    data: Data,
    *,
    pack: Annotated[
        str | None, typer.Option("--pack", metavar="PACK", help="The pack's folder, if it is not shipped.")
    ] = None,
    output_format: Format = "text",
    lang: Lang = "en",
) -> None:
    """Recompute a saved result from its data, and point to the first difference.

    Exit code 0 the same · 1 numbers differ · 2 it could not be computed · 3 only inputs or versions differ.
    """
    from edutargets.saved_results import review_result

    with progress("recomputing"):
        found = review_result(result, data, pack)
    _told([found], output_format, lang)
    raise typer.Exit(found.exit_code)


def _parameters(given: Sequence[str]) -> dict[str, str]:
    """Read NAME=VALUE; every one that is none is told at once."""
    faults = [
        Fault(f"-p {one}", "has no name or no value", "NAME=VALUE", "-p year=2025", "parameter")
        for one in given
        if "=" not in one or not one.partition("=")[0].isidentifier()
    ]
    if faults:
        raise DefinitionError(*faults)
    return {name: value for name, _, value in (one.partition("=") for one in given)}


def _told(found: Sequence[Review], output_format: str, lang: Language) -> None:
    from edutargets.review_words import review_json, review_text

    if output_format == "json":
        say(review_json(found))
        return
    for review in found:
        if review.failed is not None:
            warn(review.failed)
        else:
            say(review_text(review, lang))


def _worst(found: Sequence[Review]) -> int:
    """Return how all of it ends: a run that failed outweighs numbers, these outweigh inputs."""
    codes = {review.exit_code for review in found}
    return next((code for code in (2, 1, 3) if code in codes), 0)
