"""The commands that look at a plan's words: `check` and `coverage`."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path  # noqa: TC003  # typer needs it when the commands are built
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from edutargets.command_options import Lang, Output, PackName, Unchecked, admit_data, check_output
from edutargets.terminal import hand_over, progress, warn
from edutargets.written_files import check_place, write_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edutargets.attainment import PlanAttainment
    from edutargets.errors import Fault
    from edutargets.plan_findings import PlanFinding
    from edutargets.plans import Pack

__all__ = ["check", "coverage"]

TextFormat = Annotated[Literal["text", "json"], typer.Option("--format", help="How it is written.")]
KnownData = Annotated[
    str | None,
    typer.Option("--data", metavar="DATA", help="The folder handed in, or sample:NAME (see `packs`)."),
]


def check(
    pack: PackName,
    *,
    data: KnownData = None,
    output_format: TextFormat = "text",
    lang: Lang = "en",
    output: Output = None,
    unchecked: Unchecked = None,
) -> None:
    """Hold a pack's targets against its tables and its source text, and the plan against itself.

    Every fault at once, then what does not agree with itself in the plan (that is no fault; waivers stand in
    findings.yaml). With --data counts are held against the rows there are. Exit code 0 where the pack is
    sound, 2 otherwise.
    """
    from edutargets.checking import check_pack

    check_output(output)
    faults = check_pack(pack)
    findings = () if faults else _findings(pack, data, unchecked)
    if output_format == "json":
        record = {
            "faults": [asdict(fault) for fault in faults],
            "findings": [finding.to_dict() for finding in findings],
        }
        hand_over(json.dumps(record, ensure_ascii=False, indent=2), output)
    else:
        hand_over(_check_text(pack, faults, findings, lang), output)
    raise typer.Exit(2 if faults else 0)


def _findings(name: str, data: str | None, unchecked: str | None) -> tuple[PlanFinding, ...]:
    from edutargets.consistency import plan_findings, populations_of
    from edutargets.plans import read_pack

    pack = read_pack(name)
    if data is None:
        return plan_findings(pack)
    return plan_findings(pack, populations_of(pack, admit_data(pack, data, unchecked)))


def _check_text(pack: str, faults: Sequence[Fault], findings: Sequence[PlanFinding], lang: Lang) -> str:
    from edutargets.new_plans import waiting_stubs
    from edutargets.plan_findings import finding_text

    count = f"{len(faults)} fault{'s' if len(faults) != 1 else ''}" if faults else "no faults"
    if findings:
        waived = sum(finding.waived is not None for finding in findings)
        count += f", {len(findings)} finding{'s' if len(findings) != 1 else ''}"
        count += f" ({waived} waived)" if waived else ""
    said = [finding_text(finding, lang) for finding in findings]
    waiting = None if faults else waiting_stubs(pack)
    if waiting is not None:
        count += f", {waiting} stub{'s' if waiting != 1 else ''} waiting to become targets"
    return "\n".join([*map(str, faults), *said, f"{pack}: {count}"])


def coverage(  # noqa: PLR0913  # each is an argument of the command
    pack: PackName,
    *,
    html: Annotated[
        Path | None,
        typer.Option("--html", metavar="FILE", help="Write the text as a page, coloured by what binds it."),
    ] = None,
    data: KnownData = None,
    output_format: TextFormat = "text",
    lang: Lang = "en",
    output: Output = None,
    unchecked: Unchecked = None,
) -> None:
    """Say which sentences and numbers of a plan's text no target evaluates and no exclusion explains.

    Exit code 0 where all of them are accounted for, 1 otherwise. With --data the page of --html shows the
    verdicts.
    """
    from edutargets.coverage import coverage_of
    from edutargets.coverage_html import coverage_html
    from edutargets.coverage_words import coverage_json, coverage_text
    from edutargets.plans import read_pack

    check_output(output)
    if html is not None:
        check_place(html)
    found = read_pack(pack)
    covered = coverage_of(found)
    if html is not None:
        results = _results(found, data, unchecked) if data is not None else None
        write_text(coverage_html(covered, results, lang), html)
        warn(f"written: {html}")
    hand_over(coverage_json(covered) if output_format == "json" else coverage_text(covered, lang), output)
    raise typer.Exit(0 if covered.whole else 1)


def _results(pack: Pack, data: str, unchecked: str | None) -> PlanAttainment:
    from edutargets import attainment

    admitted = admit_data(pack, data, unchecked)
    with progress("evaluating") as notify:
        return attainment.evaluate(pack, admitted, notify=notify)
