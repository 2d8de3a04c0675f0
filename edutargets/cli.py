"""The command line: `edutargets COMMAND --help` says what each command takes and how it ends.

Exit codes: 0 done · 1 the gate rejected the data, words of the plan are unbound, two packs or the numbers
of a review differ · 2 wrong use or input that cannot be read · 3 a verdict that `--fail-on` names, or only
the inputs or versions of a review differ · 4 a check of the gate could not run.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from edutargets import (
    gate_commands,
    lab_commands,
    pace_commands,
    pack_commands,
    plan_commands,
    report_commands,
    review_commands,
    round_commands,
    suite_commands,
    template_commands,
    undecided_commands,
)
from edutargets.command_options import (
    Data,
    Lang,
    Output,
    PackName,
    RejectedRows,
    Unchecked,
    admit_data,
    check_output,
)
from edutargets.errors import (
    EduTargetsError,
    EvaluationError,
    Fault,
    SubmissionError,
    UnknownTargetError,
    near_names,
)
from edutargets.goals import Verdict
from edutargets.terminal import hand_over, progress, say, speak_utf8, warn
from edutargets.written_files import check_place, made_folder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edutargets.attainment import PlanAttainment
    from edutargets.findings import Language
    from edutargets.plans import Pack

__all__ = ["app", "main"]

TableFormat = Literal["table", "json", "markdown", "csv"]
TableFormatOption = Annotated[TableFormat, typer.Option("--format", help="How it is written.")]
FailOn = Annotated[
    list[Verdict] | None,
    typer.Option("--fail-on", help="End with exit code 3 where a target has this verdict; may be repeated."),
]

app = typer.Typer(
    add_completion=False,
    help="Say whether an education plan's targets are met, from gated data, and show why.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback(invoke_without_command=True)
def _version(
    *, version: Annotated[bool, typer.Option("--version", help="Print the version and end.")] = False
) -> None:
    if version:
        from edutargets.provenance import VERSION

        say(f"edutargets {VERSION}")
        raise typer.Exit


@app.command()
def packs(*, lang: Lang = "en") -> None:
    """List the packs that come with the package, and the samples to try them on."""
    from edutargets.checking import SAMPLE, sample_names
    from edutargets.plans import pack_names, read_pack

    for name in pack_names():
        try:
            pack = read_pack(name)
        except EduTargetsError as error:
            say(f"{name}\n    faulty: {len(error.faults)} faults, see `edutargets check {name}`")
            continue
        figures = f", {len(pack.figures)} published figures" if len(pack.figures) else ""
        say(f"{name}\n    {pack.file.title.in_language(lang)}\n    {len(pack.plan)} targets{figures}")
        samples = [sample for sample in sample_names() if sample.partition("/")[0] == name]
        say("".join(f"    {SAMPLE}{sample}\n" for sample in samples).rstrip())


app.command()(plan_commands.check)
app.command()(plan_commands.coverage)
app.command("new-plan")(pack_commands.new_plan)
app.command()(pack_commands.diff)
app.command()(pack_commands.catalogue)
app.add_typer(suite_commands.suites, name="suites")
app.add_typer(round_commands.app, name="round")
app.command()(round_commands.submit)
app.command()(round_commands.status)
app.command()(template_commands.template)
app.command()(gate_commands.gate)
app.command(context_settings=lab_commands.PASSED_ON)(lab_commands.lab)
app.command()(report_commands.report)
app.command()(pace_commands.pace)
app.command()(report_commands.chart)
app.add_typer(review_commands.app, name="review")
app.command()(review_commands.verify)
app.command()(undecided_commands.undecided)


@app.command()
def schema(
    *,
    file: Annotated[
        Literal["plan", "tables", "pack", "suite", "exclusions", "findings", "gate-report"] | None,
        typer.Option("--for", help="Which kind of file; without it that of plan.yaml, or all with -o."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="PATH", help="A file with --for, else a folder for all."),
    ] = None,
) -> None:
    """Print the JSON Schema with which an editor completes and checks a pack's files."""
    from edutargets.schemas import FILES, schema_text

    if file is not None or output is None:
        hand_over(schema_text(file or "plan"), output)
        return
    made_folder(output)
    for kind in FILES:
        hand_over(schema_text(kind), output / f"{kind}.schema.json")


@app.command()
def evaluate(  # noqa: PLR0913  # each is an argument of the command
    pack: PackName,
    data: Data,
    *,
    output_format: TableFormatOption = "table",
    lang: Lang = "en",
    output: Output = None,
    unchecked: Unchecked = None,
    set_aside: RejectedRows = None,
    fail_on: FailOn = None,
) -> None:
    """Say of every target of a plan whether it is met; the gate comes first.

    Exit code 0 whatever the verdicts, unless --fail-on names one (3); 1 and 4 as `gate`.
    """
    from edutargets import attainment
    from edutargets.plans import read_pack

    check_output(output)
    found = read_pack(pack)
    admitted = admit_data(found, data, unchecked, set_aside)
    with progress("evaluating") as notify:
        results = attainment.evaluate(found, admitted, notify=notify)
    hand_over(_written(results, output_format, lang), output)
    _end(results, fail_on)


def _check_known(pack: Pack, name: str, target: str) -> None:
    known = {*pack.plan.ids, *pack.figures.ids}
    if target not in known:
        near = near_names(target, known)
        raise UnknownTargetError(Fault(name, f"there is no target {target!r}", near, code="unknown-target"))


def _no_value_of(data: str, target: str, since: int) -> SubmissionError:
    found = f"{target} has no value of {since} to hold against its own"
    accepted = "an earlier year of its tables; without --since it is the one before"
    return SubmissionError(Fault(data, found, accepted, "--since 2024", "since"))


@app.command()
def explain(  # noqa: PLR0913  # as above
    pack: PackName,
    data: Data,
    target: Annotated[str, typer.Argument(metavar="TARGET", help="The target's or figure's id.")],
    *,
    output_format: Annotated[
        Literal["text", "brief", "markdown", "html", "json"],
        typer.Option("--format", help="`brief` is one sentence; `json` has every number exact."),
    ] = "text",
    lang: Lang = "en",
    output: Output = None,
    unchecked: Unchecked = None,
    set_aside: RejectedRows = None,
    sql: Annotated[bool, typer.Option("--sql", help="Print only the SQL that made it.")] = False,
    since: Annotated[
        int | None,
        typer.Option(metavar="YEAR", help="Tell what changed since this year, not since the last."),
    ] = None,
) -> None:
    """Explain one target: the clause, the arithmetic, what is missing, who holds it back, the SQL."""
    from edutargets import attainment, explanations
    from edutargets.plans import read_pack

    check_output(output)
    found = read_pack(pack)
    _check_known(found, pack, target)
    admitted = admit_data(found, data, unchecked, set_aside)
    with progress("evaluating"):
        judge = attainment.evaluate if target in found.plan.ids else attainment.reproduce
        explanation = explanations.explain(judge(found, admitted)[target], lang, since=since)
    if since is not None and "changed" not in explanation:
        raise _no_value_of(str(data), target, since)
    written = {
        "text": explanation.to_text,
        "brief": lambda: explanation.brief,
        "markdown": explanation.to_markdown,
        "html": explanation.to_html,
        "json": explanation.to_json,
    }
    hand_over(explanation.script if sql else written[output_format](), output)


@app.command()
def reproduce(  # noqa: PLR0913  # as above
    pack: PackName,
    data: Data,
    *,
    output_format: TableFormatOption = "table",
    lang: Lang = "en",
    output: Output = None,
    unchecked: Unchecked = None,
    fail_on: FailOn = None,
) -> None:
    """Recompute every published figure of a pack: how many agree, and which only within their rounding.

    Exit code 0, unless --fail-on names a verdict that a figure has (3); 1 and 4 as `gate`.
    """
    from edutargets import attainment, reproduced_words
    from edutargets.plans import read_pack

    check_output(output)
    found = read_pack(pack)
    if not len(found.figures):
        raise EvaluationError(Fault(pack, "this pack has no published figures", "`figures:` in pack.yaml"))
    admitted = admit_data(found, data, unchecked)
    with progress("recomputing"):
        figures = attainment.reproduce(found, admitted)
    shown = _written(figures, output_format, lang)
    said = reproduced_words.agreement_text(figures, lang)
    hand_over(f"{shown}\n{said}" if output_format in {"table", "markdown"} else shown, output)
    _end(figures, fail_on)


@app.command()
def admit(
    pack: PackName,
    data: Data,
    *,
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="The DuckDB file to write.")],
    unchecked: Unchecked = None,
) -> None:
    """Write the admitted tables as a DuckDB file, in which the printed SQL runs as it was printed."""
    from edutargets.duckdb_files import write_duckdb
    from edutargets.plans import read_pack

    check_place(output)
    admitted = admit_data(read_pack(pack), data, unchecked)
    with progress("writing"):
        write_duckdb(admitted, output)
    rows = sum(len(table) for table in admitted.tables.values())
    warn(f"written: {output} ({len(admitted.tables)} tables, {rows:,} rows)")


@app.command()
def demo(
    *,
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="DIR", help="Where the HTML reports go.")
    ] = Path("edutargets-demo"),
    lang: Lang = "en",
) -> None:
    """Gate the samples, judge both plans, reproduce every published figure, run the notebooks.

    Exit code 0 only if everything came out as expected.
    """
    from edutargets.demo import show

    raise typer.Exit(show(output, lang))


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command; what this package refuses is told on stderr, without a traceback."""
    speak_utf8()
    try:
        app(args=None if arguments is None else list(arguments), prog_name="edutargets")
    except EduTargetsError as error:
        warn(str(error))
        sys.exit(error.exit_code)


# what the commands share ---------------------------------------------------------------------------


def _written(results: PlanAttainment, output_format: TableFormat, lang: Language) -> str:
    from edutargets import display

    if output_format == "json":
        return display.to_json(results)
    write = {"table": display.results_table, "markdown": display.to_markdown, "csv": display.to_csv}
    return write[output_format](results, lang)


def _end(results: PlanAttainment, fail_on: Sequence[Verdict] | None) -> None:
    """End with exit code 3 where somebody asked for it."""
    if any(results.verdicts[verdict] for verdict in fail_on or ()):
        raise typer.Exit(3)
