"""The command `pace`: where targets stand before their deadlines, and who is behind within a year."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime  # typer needs it when the commands are built
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from edutargets.command_options import Data, Lang, Output, PackName, Unchecked, admit_data, check_output
from edutargets.terminal import hand_over, progress

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from edutargets.attainment import Attainment, PlanAttainment
    from edutargets.findings import Language
    from edutargets.pace import Pace
    from edutargets.plans import Pack
    from edutargets.year_pace import FrequencyPace, YearPace

__all__ = ["pace"]

TextFormat = Annotated[Literal["text", "json"], typer.Option("--format", help="How it is written.")]
Targets = Annotated[
    list[str] | None, typer.Option("--target", metavar="ID", help="Only this target; may be repeated.")
]
AsOf = Annotated[
    datetime | None,
    typer.Option(
        formats=["%Y-%m-%d"],
        metavar="DAY",
        help="The day it is told for, e.g. 2024-06-30; without it the last reported year. No clock is read.",
    ),
]


def pace(  # noqa: PLR0913  # each is an argument of the command
    pack: PackName,
    data: Data,
    *,
    target: Targets = None,
    method: Annotated[
        str, typer.Option(help="A published method: opensdg, opensdg_2023, eurostat, un2023, escap.")
    ] = "opensdg",
    as_of: AsOf = None,
    base_year: Annotated[
        int | None, typer.Option(help="The year from which progress is counted; needs --target.")
    ] = None,
    output_format: TextFormat = "text",
    lang: Lang = "en",
    output: Output = None,
    unchecked: Unchecked = None,
) -> None:
    """Say where targets stand before their deadlines: what is missing, what it takes, where it leads.

    Without --target a table of all that have a path to their deadline, and why the others have none. Duties
    of a year and meetings are told by the day: who is behind. Exit code 0 whatever comes out; 1, 4 as `gate`.
    """
    from edutargets import attainment
    from edutargets.plans import read_pack

    check_output(output)
    found = read_pack(pack)
    _check_wanted(found, target, base_year, method)
    admitted = admit_data(found, data, unchecked)
    with progress("evaluating") as notify:
        results = attainment.evaluate(found, admitted, notify=notify)
    day = as_of.date() if as_of is not None else None
    told = {
        name: _Told(results[name], day, base_year, method) for name in (target or tuple(results.attainments))
    }
    if output_format == "json":
        records = [one.record() for one in told.values()]
        hand_over(json.dumps(records, ensure_ascii=False, indent=1), output)
        return
    hand_over(_each(told, lang) if target else _table(results, told, lang), output)


def _check_wanted(pack: Pack, targets: Sequence[str] | None, base_year: int | None, method: str) -> None:
    """Refuse what the plan does not have, or nobody published, before anything is computed for it."""
    from edutargets import progress_methods

    progress_methods.method_named(method)
    if base_year is not None and not targets:
        raise typer.BadParameter("say of which target with --target", param_hint="--base-year")
    for name in targets or ():
        _ = pack.plan[name]


class _Told:
    """What is told of one target: its path to the deadline, and the pace within the year."""

    def __init__(self, attainment: Attainment, day: date | None, base_year: int | None, method: str) -> None:
        from edutargets.pace import pace_of
        from edutargets.row_targets import Frequency
        from edutargets.targets import Duty, TrainingHours
        from edutargets.year_pace import frequency_pace_of, year_pace_of

        self.attainment, kind = attainment, attainment.original.target
        self.pace: Pace = pace_of(attainment, as_of=day, base_year=base_year, method=method)
        self.year: YearPace | None = None
        self.often: FrequencyPace | None = None
        if isinstance(kind, TrainingHours | Duty):
            within = year_pace_of(attainment, as_of=day)
            self.year = within if within.refused is None else None
        if isinstance(kind, Frequency):
            often = frequency_pace_of(attainment, as_of=day)
            self.often = often if often.refused is None else None

    def record(self) -> dict[str, object]:
        """Return it for JSON."""
        from edutargets.pace_records import frequency_pace_record, pace_record, year_pace_record

        told = pace_record(self.attainment, self.pace)
        told["target"] = self.attainment.target.id
        told["within_year"] = year_pace_record(self.year) if self.year is not None else None
        told["so_far_held"] = frequency_pace_record(self.often) if self.often is not None else None
        return told

    def lines(self, lang: Language) -> tuple[str, ...]:
        """Return the sentences, with the table of the base years below them."""
        from edutargets.pace_words import pace_section
        from edutargets.text_tables import text_table
        from edutargets.year_pace_words import frequency_pace_lines, year_pace_lines

        section, said = pace_section(self.attainment, self.pace, lang), []
        if section is not None:
            said += [*section.lines, *text_table(section.columns, section.rows, section.right)]
        if self.year is not None:
            said += year_pace_lines(self.attainment, self.year, lang)
        if self.often is not None:
            said += frequency_pace_lines(self.attainment, self.often, lang)
        if not said and self.pace.refused is not None:
            said.append(self.pace.refused.in_language(lang))
        return tuple(said)


def _title(attainment: Attainment, lang: Language) -> str:
    title = attainment.target.title.in_language(lang)
    return f"{title} ({attainment.target.id})" if title else attainment.target.id


def _each(told: Mapping[str, _Told], lang: Language) -> str:
    blocks = []
    for one in told.values():
        lines = "".join(f"\n  {line}" for line in one.lines(lang))
        blocks.append(f"{_title(one.attainment, lang)}{lines}\n")
    return "\n".join(blocks)


def _table(results: PlanAttainment, told: Mapping[str, _Told], lang: Language) -> str:
    """Write a line for each target with a path, who is behind within the year, and why others have none."""
    from edutargets.pace_words import PACE_COLUMNS, pace_row
    from edutargets.targets import Alias
    from edutargets.text_tables import text_table

    own = [one for one in told.values() if not isinstance(one.attainment.target, Alias)]
    on_path = [one for one in own if one.pace.refused is None]
    rows = [pace_row(one.attainment, one.pace, lang) for one in on_path]
    columns = [column[0 if lang == "en" else 1] for column in PACE_COLUMNS]
    lines = text_table(columns, rows) if rows else []
    for one in own:
        if one.year is not None or one.often is not None:
            lines += ["", _title(one.attainment, lang), *(f"  {line}" for line in one.lines(lang))]
    return "\n".join([*results.cautions(lang), *lines, "", *_without(own, lang)])


def _without(own: Sequence[_Told], lang: Language) -> list[str]:
    """Count the targets that no path leads to, by the reason."""
    reasons = Counter(
        one.pace.refused.in_language(lang)
        for one in own
        if one.pace.refused is not None and one.year is None and one.often is None
    )
    head = "no path" if lang == "en" else "没有路径"
    return [f"{head}: {number:>3}  {reason}" for reason, number in reasons.most_common()]
