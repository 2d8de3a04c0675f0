"""A review: a notebook run again in a fresh kernel, and every number held against its baseline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from edutargets.baselines import Baseline, baseline_of, baseline_path, read_baseline, write_baseline
from edutargets.errors import EduTargetsError
from edutargets.installed_packages import LOCK
from edutargets.notebook_runs import (
    check_installed,
    check_there,
    read_notebook,
    run_notebook,
    with_parameters,
)
from edutargets.result_differences import input_changes, moved
from edutargets.written_files import check_place

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from edutargets.result_differences import Change, Moved

__all__ = ["Review", "accept_notebook", "compared", "lock_of", "review_notebook"]


@dataclass(frozen=True, slots=True)
class Review:
    """What came out of running something again.

    Args:
        name: The notebook or the saved result.
        count: How many records were held against each other.
        moved: The targets of which something differs.
        inputs: What they were made from that differs: data, plan, suites, cells, versions.
        failed: Why there is nothing to compare; the run failed.
    """

    name: str
    count: int = 0
    moved: tuple[Moved, ...] = ()
    inputs: tuple[Change, ...] = ()
    failed: str | None = None

    @property
    def exit_code(self) -> int:
        """What a program ends with: 0 same, 1 numbers differ, 2 failed, 3 only inputs or versions."""
        if self.failed is not None:
            return 2
        if self.moved:
            return 1
        return 3 if self.inputs else 0


def review_notebook(
    path: Path,
    parameters: Mapping[str, str] | None = None,
    baseline: Path | None = None,
    variables: Mapping[str, str] | None = None,
) -> Review:
    """Run a notebook again and hold what it shows against its baseline.

    Args:
        path: The notebook; it is run in its own folder and not changed.
        parameters: Values for names that the cell tagged ``parameters`` sets.
        baseline: Where the baseline lies, if not beside the notebook.
        variables: Further variables of the kernel's environment.

    Returns:
        What differs; a baseline that is missing or broken, and a run that fails, are in it as ``failed``.
    """
    try:
        check_there(path)
        known = read_baseline(baseline or baseline_path(path), f"edutargets review verify {path} --accept")
        return compared(path.name, known, _run(path, parameters or {}, variables or {}))
    except EduTargetsError as error:
        return Review(path.name, failed=str(error))


def accept_notebook(
    path: Path, parameters: Mapping[str, str] | None = None, baseline: Path | None = None
) -> Review:
    """Run a notebook and write what it shows as its baseline.

    Returns:
        What differs from the baseline that stood there before; nothing where there was none.

    Raises:
        EduTargetsError: If the run fails, or the baseline cannot be written.
    """
    place = baseline or baseline_path(path)
    check_there(path)
    check_place(place)
    found = _run(path, parameters or {}, {})
    try:
        known = read_baseline(place, "")
    except EduTargetsError:
        known = found
    write_baseline(found, place)
    return compared(path.name, known, found)


def compared(name: str, old: Baseline, new: Baseline) -> Review:
    """Hold one set of results against another."""
    count = sum(len(block) for block in new.results.values())
    return Review(name, count, moved(old, new), input_changes(old, new))


def _run(path: Path, parameters: Mapping[str, str], variables: Mapping[str, str]) -> Baseline:
    """Run a notebook and collect what it shows, in English unless it says otherwise itself."""
    check_installed(path.name)
    notebook = read_notebook(path)
    given = with_parameters(notebook, parameters, path.name)
    run_notebook(notebook, path.parent, path.name, {"EDUTARGETS_LANGUAGE": "en", **variables})
    try:
        return baseline_of(notebook, lock_of(path), given)
    except EduTargetsError as error:
        raise type(error)(*(fault.at(path.name) for fault in error.faults)) from error


def lock_of(path: Path) -> Path | None:
    """Find the lock file: beside the notebook, or in a folder above."""
    return next((one / LOCK for one in path.resolve().parents if (one / LOCK).is_file()), None)
