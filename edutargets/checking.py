"""A pack's rules held against the pack itself and against what was handed in for it; the samples."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from edutargets import plans
from edutargets.canonical_plans import hash_of_suites
from edutargets.errors import DefinitionError, Fault, SubmissionError, near_names
from edutargets.fed_targets import fed_targets
from edutargets.gate import gate_submission
from edutargets.grids import ReadingNote
from edutargets.pack_files import PackFile, read_tables
from edutargets.plans import pack_folder, pack_names, shipped, suites_folder
from edutargets.provenance import hash_of_folder
from edutargets.submissions import read_submission
from edutargets.suites import read_suites
from edutargets.template_meta import template_remarks
from edutargets.yaml_files import Definition, read_definition, read_yaml

if TYPE_CHECKING:
    from edutargets.gate import GateReport
    from edutargets.pack_files import GateRule
    from edutargets.plans import Pack
    from edutargets.submissions import Submission

__all__ = [
    "SAMPLE",
    "check_pack",
    "check_submission",
    "data_folder",
    "read_data",
    "sample_data",
    "sample_folders",
    "sample_names",
]

SAMPLE = "sample:"
"""What a sample's name begins with where a folder could stand as well."""
_NOTE = "sample.yaml"


class _SampleNote(Definition):
    """What stands in the ``sample.yaml`` of a sample that holds only what differs."""

    like: str


def check_pack(name: str | Path) -> tuple[Fault, ...]:
    """Say everything that is wrong with a pack, its targets, tables and data-quality rules, at once.

    Args:
        name: The name of a pack that comes with the package, or the folder of another one.

    Returns:
        Every fault with its file, line, target and clause; nothing where the pack is sound.

    Examples:
        >>> check_pack("china-education-bulletins")
        ()
    """
    return (*plans.check_pack(name), *_faults_of_suites(name))


def _faults_of_suites(name: str | Path) -> tuple[Fault, ...]:
    """Hold the suites against the tables, also where the plan has faults."""
    try:
        folder = pack_folder(name)
        file = read_definition(read_yaml(folder / "pack.yaml"), PackFile)
        dictionary = read_tables(folder, file)
    except DefinitionError:
        return ()
    suites = suites_folder(folder, file.id)
    if not suites.is_dir():
        return ()
    try:
        targets = plans.read_pack(name).plan.ids
    except DefinitionError:
        targets = None  # the plan's own faults are told already
    try:
        read_suites(suites, dictionary, targets)
    except DefinitionError as error:
        return error.faults
    return ()


def check_submission(pack: Pack, submission: Submission, *, rule: GateRule | None = None) -> GateReport:
    """Put a submission before the gate of its pack: nothing that was not accepted can be evaluated.

    Args:
        pack: The pack whose data-quality rules hold.
        submission: What was handed in.
        rule: What becomes of rows that fail a critical check; else what the pack says.

    Returns:
        The decision with every finding; its ``admit()`` gives the data that may be evaluated.

    Raises:
        SuiteError: If the rules themselves are at fault.
    """
    suites = read_suites(pack.suites_folder, pack.dictionary, pack.plan.ids)
    report = gate_submission(submission, suites, rule=rule or pack.file.gate)
    return replace(report, fed=fed_targets(pack), rules=(pack.id, hash_of_suites(pack)))


def read_data(pack: Pack, data: str | Path) -> Submission:
    """Read what was handed in for a pack: a folder, or a sample as ``sample:<name>``.

    A workbook that was filled in on an earlier template of the pack is read, and told of.

    Raises:
        SubmissionError: If there is no such folder or sample, a file cannot be understood, or the template
            of another pack was filled in.
    """
    folder = data_folder(data)
    submission = read_submission(folder, pack.dictionary)
    return submission.noting(
        ReadingNote("old-template", file, "", 1, "", "", said)
        for file, said in template_remarks(folder, pack.id, hash_of_folder(pack.folder))
    )


def data_folder(data: str | Path) -> Path:
    """Return the folder that was handed in, or that of a sample named ``sample:<name>``.

    Raises:
        SubmissionError: If there is no sample of that name; near names are given.
    """
    text = str(data)
    return sample_data(text.removeprefix(SAMPLE)) if text.startswith(SAMPLE) else Path(data)


def sample_data(name: str) -> Path:
    """Find a submission that comes with the package, to try things out on.

    A sample that holds only what differs from another one is laid out whole in a folder of its own.

    Args:
        name: Such as ``china-education-bulletins`` or ``jieyang-district-2023/faulty``.

    Raises:
        SubmissionError: If there is none of that name; near names are given.

    Examples:
        >>> (sample_data("china-education-bulletins") / "students.csv").is_file()
        True
    """
    if name not in sample_names():
        raise SubmissionError(
            Fault(name, "there is no such sample", near_names(name, sample_names()), code="unknown-sample")
        )
    parts = sample_folders(name)
    return parts[0] if len(parts) == 1 else _laid_out(*parts)


def sample_folders(name: str) -> tuple[Path, ...]:
    """Return the folder of a sample, behind it the one it is like, where it holds only what differs."""
    folder = shipped("sample_data") / name
    note = folder / _NOTE
    if not note.is_file():
        return (folder,)
    return folder, folder.parent / read_definition(read_yaml(note), _SampleNote).like


@cache
def _laid_out(own: Path, like: Path) -> Path:
    """Put the files of a sample that differ over those of the one it is like, until the program ends."""
    home = Path(tempfile.mkdtemp(prefix="edutargets-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    folder = home / own.parent.name / own.name
    for part in (like, own):
        shutil.copytree(part, folder, ignore=shutil.ignore_patterns(_NOTE), dirs_exist_ok=True)
    return folder


def sample_names() -> tuple[str, ...]:
    """Name the submissions that come with the package."""
    names: list[str] = []
    for pack in pack_names():
        folder = shipped("sample_data") / pack
        if folder.is_dir():
            inside = sorted(path.name for path in folder.iterdir() if path.is_dir())
            names += [f"{pack}/{name}" for name in inside] or [pack]
    return tuple(names)
