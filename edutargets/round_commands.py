"""The commands of a reporting round: `submit`, `status`, `round open | return | gate | export | verify`."""

from __future__ import annotations

import getpass
import re
from datetime import datetime  # noqa: TC003  # typer needs it when the commands are built
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from edutargets.command_options import Data, Lang, Output, PackName, check_output
from edutargets.terminal import hand_over, progress, say, warn

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from edutargets.plans import Pack
    from edutargets.rounds import Round

__all__ = ["app", "status", "submit"]

Store = Annotated[Path, typer.Option("--store", metavar="DIR", help="The folder that keeps the submissions.")]
RoundName = Annotated[
    str, typer.Option("--round", metavar="NAME", help="The round, e.g. 2025 or 2025-spring.")
]
By = Annotated[str | None, typer.Option("--by", metavar="NAME", help="Who brings it; else who is logged in.")]
OtherPack = Annotated[
    str | None,
    typer.Option("--pack", metavar="PACK", help="The pack, where it has moved since `round open`."),
]

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Open a reporting round, send back, gate, export and verify what was submitted.",
)


@app.command("open")
def open_(  # noqa: PLR0913  # each is an argument of the command
    pack: PackName,
    *,
    store: Store,
    name: RoundName,
    roster: Annotated[
        str, typer.Option("--roster", metavar="DATA", help="The bureau's own tables, the roster among them.")
    ],
    due: Annotated[
        datetime | None, typer.Option("--due", formats=["%Y-%m-%d"], help="The last day in time.")
    ] = None,
    utc_offset: Annotated[
        str | None,
        typer.Option("--utc-offset", metavar="+08:00", help="The schools' clock; else this machine's."),
    ] = None,
    amend: Annotated[bool, typer.Option("--amend", help="Correct a round that is open.")] = False,
    by: By = None,
) -> None:
    """Open a round: who must report (the roster), by when. A new or empty folder becomes the store.

    Exit code 0, 1 where the bureau's own tables do not pass, 2 wrong use.
    """
    from edutargets.plans import read_pack
    from edutargets.rounds import open_round

    with progress("opening"):
        opened = open_round(
            store,
            name,
            read_pack(pack),
            roster,
            due=_day(due),
            utc_offset=_minutes(utc_offset) if utc_offset else None,
            amend=amend,
            by=_who(by),
        )
    last = f", due {opened.facts.due}" if opened.facts.due else ""
    say(f"{opened.name}: {len(opened.facts.schools)} must report{last}; entry {opened.opening.number}")


def submit(  # noqa: PLR0913  # each is an argument of the command
    pack: PackName,
    data: Data,
    *,
    store: Store,
    name: RoundName,
    sender: Annotated[
        str,
        typer.Option(
            "--from", metavar="CODE", help="The school; left out for one folder of the whole district."
        ),
    ] = "",
    by: By = None,
    lang: Lang = "en",
    output: Output = None,
) -> None:
    """Gate what a school handed in and keep it in the store, whatever the decision.

    Exit code 0 accepted, 1 rejected, 2 unreadable, 3 explanations needed, 4 a check could not run.
    """
    from edutargets.plans import read_pack
    from edutargets.round_words import receipt_text
    from edutargets.rounds import read_round

    check_output(output)
    found = read_round(store, name)
    with progress("checking"):
        receipt = found.submit(read_pack(pack), data, sender, by=_who(by))
    for fault in receipt.faults:
        warn(str(fault))
    if receipt.report is not None:
        hand_over(receipt.report.to_text(lang), output)
    say(receipt_text(receipt, found, lang))
    raise typer.Exit(receipt.facts.exit_code)


def status(
    *,
    store: Store,
    name: RoundName,
    output_format: Annotated[
        Literal["text", "json", "markdown", "html", "csv"], typer.Option("--format")
    ] = "text",
    today: Annotated[
        datetime | None, typer.Option("--today", formats=["%Y-%m-%d"], help="The day to say it for.")
    ] = None,
    lang: Lang = "en",
    output: Output = None,
) -> None:
    """Say who has submitted, who was returned and why, who is late.

    Exit code 0 where everyone is admitted, 1 where somebody is not, 2 wrong use.
    """
    from edutargets import round_words
    from edutargets.round_status import status_of
    from edutargets.rounds import read_round

    check_output(output)
    found = status_of(read_round(store, name), _day(today))
    written = {
        "text": lambda: round_words.status_text(found, lang),
        "json": lambda: round_words.status_json(found),
        "markdown": lambda: round_words.status_markdown(found, lang),
        "html": lambda: round_words.status_html(found, lang),
        "csv": lambda: round_words.status_csv(found, lang),
    }
    hand_over(written[output_format](), output)
    raise typer.Exit(found.exit_code)


@app.command("return")
def return_(
    *,
    store: Store,
    name: RoundName,
    reason: Annotated[str, typer.Option("--reason", help="Why, in words the school will understand.")],
    sender: Annotated[
        str, typer.Option("--from", metavar="CODE", help="The school; left out for all schools.")
    ] = "",
    by: By = None,
) -> None:
    """Send back by hand what was admitted: it stays in the store and no longer counts."""
    from edutargets.rounds import read_round

    entry = read_round(store, name).send_back(sender, reason, by=_who(by))
    say(f"{sender or 'the whole district'}: sent back; entry {entry.number}")


@app.command("gate")
def gate_(
    *,
    store: Store,
    name: RoundName,
    pack: OtherPack = None,
    output_format: Annotated[Literal["text", "json", "markdown", "junit"], typer.Option("--format")] = "text",
    lang: Lang = "en",
    output: Output = None,
) -> None:
    """Gate the round as a whole, the latest admitted of every school: here the checks between schools run.

    Exit codes as `gate`.
    """
    from edutargets.checking import check_submission
    from edutargets.round_submission import round_submission

    check_output(output)
    found, rules = _round_and_pack(store, name, pack)
    with progress("checking"):
        report = check_submission(rules, round_submission(found, rules.dictionary))
    written: dict[str, Callable[[], str]] = {
        "text": lambda: report.to_text(lang),
        "json": report.to_json,
        "markdown": lambda: report.to_markdown(lang),
        "junit": lambda: report.to_junit(lang),
    }
    hand_over(written[output_format](), output)
    raise typer.Exit(report.exit_code)


@app.command("export")
def export_(
    *,
    store: Store,
    name: RoundName,
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FOLDER", help="A new or empty folder.")],
    pack: OtherPack = None,
) -> None:
    """Write the latest admitted of every school as one folder, ready for `gate` and `evaluate`."""
    from edutargets.round_submission import export_round

    found, rules = _round_and_pack(store, name, pack)
    with progress("writing"):
        joined = export_round(found, rules.dictionary, output)
    rows = sum(len(table) for table in joined.tables.values())
    admitted = f"{len(found.counting())} of {len(found.facts.schools)} admitted"
    warn(f"written: {output} ({len(joined.tables)} tables, {rows:,} rows, {admitted})")


@app.command("verify")
def verify_(*, store: Store, name: RoundName) -> None:
    """Recompute every hash of a round and say what was altered.

    Exit code 0 where everything is as it was stored, 1 where something is not.
    """
    from edutargets.submission_store import SubmissionStore

    kept = SubmissionStore(store)
    faults = kept.verify(name)
    for fault in faults:
        warn(str(fault))
    if faults:
        raise typer.Exit(1)
    entries = kept.entries(name)
    say(f"{name}: {len(entries)} entries as they were stored; the last one is {entries[-1].sha256}")


def _round_and_pack(store: Path, name: str, pack: str | None) -> tuple[Round, Pack]:
    from edutargets.plans import read_pack
    from edutargets.rounds import read_round

    found = read_round(store, name)
    rules = read_pack(pack or found.facts.pack_place)
    found.check_pack(rules)
    return found, rules


def _who(by: str | None) -> str:
    """Return who brings something: as said, or as logged in, or nobody known."""
    if by is not None:
        return by.strip()
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""


def _minutes(text: str) -> int:
    """Read ``+08:00`` as minutes."""
    match = re.fullmatch(r"([+-]?)(\d{1,2}):?([0-5]\d)", text.strip())
    if match is None or int(match[2]) > 14:  # noqa: PLR2004  # no clock is further ahead
        raise typer.BadParameter("write it like +08:00", param_hint="--utc-offset")
    minutes = 60 * int(match[2]) + int(match[3])
    return -minutes if match[1] == "-" else minutes


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment is not None else None
