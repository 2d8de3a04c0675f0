"""A round as one submission: the latest admitted of every school, with the bureau's own tables."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from edutargets.errors import Fault
from edutargets.explanation_files import Explanation
from edutargets.rounds import EXPLANATIONS, RECEIVED, TABLES
from edutargets.stored_tables import parquet_bytes, unpacked
from edutargets.submissions import Submission, SubmissionFile
from edutargets.table_rows import joined_rows
from edutargets.written_files import OutputError, made_folder, replaced

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from edutargets.rounds import Round
    from edutargets.stored_entries import Entry
    from edutargets.submissions import TableRows
    from edutargets.tables import Dictionary

__all__ = ["export_round", "round_submission"]


def round_submission(found: Round, dictionary: Dictionary) -> Submission:
    """Return the round as one submission, ready for the gate: there the checks between schools run.

    Args:
        found: The round.
        dictionary: The tables there are.

    Returns:
        All rows that count; the names of their files begin with who sent them and the number of the entry.

    Raises:
        SubmissionError: If the data dictionary has changed so that stored rows no longer fit.
        StoreError: If a stored file is not what was stored.
    """
    speaks_for = _speaks_for(found)
    parts: dict[str, list[TableRows]] = {}
    for entry, schools in [(found.opening, None), *speaks_for]:
        for name in (name.removeprefix(TABLES) for name in entry.names(TABLES)):
            rows = unpacked(entry.read(TABLES + name), name, dictionary, _prefix(entry))
            parts.setdefault(name, []).append(rows if schools is None else _of_schools(rows, schools, entry))
    tables = {name: joined_rows(parts[name]) for name in dictionary.tables if name in parts}
    files = [file for entry in [found.opening, *(entry for entry, _ in speaks_for)] for file in _files(entry)]
    return Submission(
        dictionary,
        MappingProxyType(tables),
        tuple(sorted(files, key=lambda file: file.name)),
        tuple(sorted({year for rows in tables.values() for year in _years(rows)})),
        explanations=tuple(one for entry, schools in speaks_for for one in _explanations(entry, schools)),
    )


def _speaks_for(found: Round) -> list[tuple[Entry, set[str]]]:
    """Return the entries that count, each with those for whom it speaks, in the order in which they came."""
    speaks: dict[int, set[str]] = {}
    entries: dict[int, Entry] = {}
    for school, entry in found.counting().items():
        entries[entry.number] = entry
        speaks.setdefault(entry.number, set()).add(school)
    return [(entries[number], speaks[number]) for number in sorted(entries)]


def _prefix(entry: Entry) -> str:
    sender = entry.manifest.sender or {"round": "bureau"}.get(entry.manifest.kind, "district")
    return f"{sender}-{entry.number:06d}/"


def _of_schools(rows: TableRows, schools: Collection[str], entry: Entry) -> TableRows:
    """Keep the rows of those for whom an entry speaks; a row of nobody belongs to whoever sent it."""
    who = rows.rows[rows.table.reports]
    mask = pc.is_in(who, value_set=pa.array(sorted(schools), who.type))
    nobody = pc.is_null(who)
    mask = pc.or_(mask, nobody) if entry.manifest.sender else mask
    known = {None, *schools} if entry.manifest.sender else set(schools)
    return replace(
        rows,
        rows=rows.rows.filter(mask),
        origin=rows.origin.filter(mask),
        faults=tuple(fault for fault in rows.faults if fault.reporter in known),
    )


def _files(entry: Entry) -> Iterator[SubmissionFile]:
    for file in entry.manifest.files:
        if file.name.startswith(RECEIVED):
            name = file.name.removeprefix(RECEIVED)
            kind = PurePosixPath(name).suffix.lower().removeprefix(".")
            yield SubmissionFile(_prefix(entry) + name, file.sha256, file.bytes, kind)


def _explanations(entry: Entry, schools: Collection[str]) -> Iterator[Explanation]:
    """Yield what those for whom an entry speaks have explained."""
    for name in entry.names(EXPLANATIONS):
        for fields in json.loads(entry.read(name)):
            one = Explanation(**fields)
            if one.reporter in schools or not one.reporter or entry.manifest.sender:
                yield replace(one, file=_prefix(entry) + one.file)


def _years(rows: TableRows) -> set[int]:
    period = rows.table.period
    return {int(year) for year in pc.unique(rows.rows[period]).drop_null().to_pylist()} if period else set()


def export_round(found: Round, dictionary: Dictionary, folder: Path) -> Submission:
    """Write a round as a folder that every other command takes as DATA.

    Args:
        found: The round.
        dictionary: The tables there are.
        folder: Where to: a parquet file for each table, and a note of which submission counts for whom.

    Returns:
        What was written.

    Raises:
        OutputError: If the folder holds other files, or cannot be written.
    """
    joined = round_submission(found, dictionary)
    made_folder(folder)
    _check_own(folder, joined)
    for name, rows in joined.tables.items():
        with replaced(folder / f"{name}.parquet") as partial:
            partial.write_bytes(parquet_bytes(rows.rows))
    with replaced(folder / "README.md") as partial:
        partial.write_text(_note(found), encoding="utf-8", newline="\n")
    return joined


def _check_own(folder: Path, joined: Submission) -> None:
    """Refuse a folder in which other tables lie: they would be taken for a part of the round."""
    own = {"README.md", *(f"{name}.parquet" for name in joined.tables)}
    others = sorted(path.name for path in folder.iterdir() if path.name not in own)
    if others:
        found = f"holds other files: {', '.join(others[:3])}"
        raise OutputError(Fault(str(folder), found, "a new or an empty folder", code="not-empty"))


def _note(found: Round) -> str:
    """Say from which submission the rows of each school are."""
    lines = [
        f"# Round {found.name} of {found.facts.pack}",
        "",
        f"The latest admitted submission of each; the bureau's own tables: entry {found.opening.number}.",
        "",
        "| school | submission | receipt |",
        "| --- | ---: | --- |",
    ]
    counting = found.counting()
    return (
        "\n".join(
            [
                *lines,
                *(
                    f"| {school} | {entry.number} | {entry.sha256} |"
                    for school, entry in sorted(counting.items())
                ),
            ]
        )
        + "\n"
    )
