"""A pack's rules held against the pack itself and against what was handed in for it; the samples."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from edutargets import plans
from edutargets.errors import DefinitionError, Fault, SubmissionError, near_names
from edutargets.gate import gate_submission
from edutargets.pack_files import PackFile, read_tables
from edutargets.plans import pack_folder, pack_names, shipped, suites_folder
from edutargets.submissions import read_submission
from edutargets.suites import read_suites
from edutargets.yaml_files import read_definition, read_yaml

if TYPE_CHECKING:
    from edutargets.gate import GateReport
    from edutargets.plans import Pack
    from edutargets.submissions import Submission

__all__ = ["SAMPLE", "check_pack", "check_submission", "read_data", "sample_data", "sample_names"]

SAMPLE = "sample:"
"""What a sample's name begins with where a folder could stand as well."""


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
        read_suites(suites, dictionary)
    except DefinitionError as error:
        return error.faults
    return ()


def check_submission(pack: Pack, submission: Submission) -> GateReport:
    """Put a submission before the gate of its pack: nothing that was not accepted can be evaluated.

    Args:
        pack: The pack whose data-quality rules hold.
        submission: What was handed in.

    Returns:
        The decision with every finding; its ``admit()`` gives the data that may be evaluated.

    Raises:
        SuiteError: If the rules themselves are at fault.
    """
    return gate_submission(submission, read_suites(pack.suites_folder, pack.dictionary))


def read_data(pack: Pack, data: str | Path) -> Submission:
    """Read what was handed in for a pack: a folder, or a sample as ``sample:<name>``.

    Raises:
        SubmissionError: If there is no such folder or sample, or a file cannot be understood.
    """
    text = str(data)
    folder = sample_data(text.removeprefix(SAMPLE)) if text.startswith(SAMPLE) else Path(data)
    return read_submission(folder, pack.dictionary)


def sample_data(name: str) -> Path:
    """Find a submission that comes with the package, to try things out on.

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
    return shipped("sample_data") / name


def sample_names() -> tuple[str, ...]:
    """Name the submissions that come with the package."""
    names: list[str] = []
    for pack in pack_names():
        folder = shipped("sample_data") / pack
        if folder.is_dir():
            inside = sorted(path.name for path in folder.iterdir() if path.is_dir())
            names += [f"{pack}/{name}" for name in inside] or [pack]
    return tuple(names)
