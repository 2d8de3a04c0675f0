"""The command that looks at data-quality rules themselves: `suites lint`."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from edutargets.command_options import Output, PackName, check_output
from edutargets.terminal import hand_over, progress

if TYPE_CHECKING:
    from collections.abc import Mapping

    from edutargets.checks import Suite
    from edutargets.gate import GateReport
    from edutargets.plans import Pack
    from edutargets.suite_lints import SuiteLint

__all__ = ["suites"]

suites = typer.Typer(help="Data-quality rules: whether they can do what they seem to.", no_args_is_help=True)


@suites.callback()
def _several() -> None:
    """Data-quality rules: whether they can do what they seem to."""


@suites.command()
def lint(
    pack: PackName,
    *,
    fixture: Annotated[
        list[str] | None,
        typer.Option(
            metavar="DATA", help="Data that rules should trip over; may be repeated. Else the pack's samples."
        ),
    ] = None,
    fixtures: Annotated[
        bool, typer.Option("--fixtures/--no-fixtures", help="Whether to ask which rules nothing trips.")
    ] = True,
    output_format: Annotated[Literal["text", "json"], typer.Option("--format")] = "text",
    output: Output = None,
) -> None:
    """Hold the rules of a pack against each other: what contradicts, repeats, or never applies.

    Exit code 0 where nothing but information is told, 1 warnings, 2 a suite that cannot be read.
    """
    from edutargets.plans import read_pack
    from edutargets.suite_lints import lint_suites, untripped
    from edutargets.suites import read_suites

    check_output(output)
    found = read_pack(pack)
    rules = read_suites(found.suites_folder, found.dictionary, found.plan.ids)
    lints = lint_suites(rules, found.dictionary)
    if fixtures:
        lints += untripped(rules, _reports(found, fixture or _samples(found.id)))
    warned = any(one.weight == "warning" for one in lints)
    hand_over(_json(lints) if output_format == "json" else _text(pack, lints, rules), output)
    raise typer.Exit(1 if warned else 0)


def _samples(pack: str) -> list[str]:
    from edutargets.checking import SAMPLE, sample_names

    return [f"{SAMPLE}{name}" for name in sample_names() if name.partition("/")[0] == pack]


def _reports(pack: Pack, data: list[str]) -> list[GateReport]:
    from edutargets.checking import check_submission, read_data

    with progress("checking fixtures"):
        return [check_submission(pack, read_data(pack, one)) for one in data]


def _text(pack: str, lints: tuple[SuiteLint, ...], rules: Mapping[str, Suite]) -> str:
    count = sum(len(suite.checks) for suite in rules.values())
    warnings = sum(one.weight == "warning" for one in lints)
    said = (
        f"{pack}: {count} rules in {len(rules)} suites, {warnings} warnings, {len(lints) - warnings} remarks"
    )
    return "\n".join([*map(str, lints), said])


def _json(lints: tuple[SuiteLint, ...]) -> str:
    return json.dumps([asdict(one) for one in lints], ensure_ascii=False, indent=2)
