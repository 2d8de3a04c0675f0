"""A working folder for JupyterLab: notebooks and samples are copied in, nothing is ever overwritten."""

from __future__ import annotations

import filecmp
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from edutargets.errors import Fault
from edutargets.plans import pack_names, shipped
from edutargets.written_files import OutputError, made_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["LabFolder", "fill_folder"]

SAMPLES = "sample_data"


@dataclass(frozen=True, slots=True)
class LabFolder:
    """What became of a working folder.

    Args:
        folder: Where it is.
        copied: What was put there.
        kept: What was there already and is not what would have been copied: somebody's own work.
        unchanged: How many files were there already, just as they would have been copied.
    """

    folder: Path
    copied: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    unchanged: int = 0


def fill_folder(folder: Path) -> LabFolder:
    """Copy the notebooks, their baselines and the samples into a folder; what is there stays as it is.

    Args:
        folder: The working folder; it is made if need be, the one above it must be there.

    Returns:
        What was copied and what was kept.

    Raises:
        OutputError: If nothing can be written there, or a file stands where a folder belongs.
    """
    made_folder(folder)
    copied, kept, unchanged = [], [], 0
    for source, name in _shipped_files():
        target = folder / name
        if _copied(source, target):
            copied.append(name)
        elif target.is_file() and filecmp.cmp(source, target, shallow=False):
            unchanged += 1
        else:
            kept.append(name)
    return LabFolder(folder, tuple(copied), tuple(kept), unchanged)


def _shipped_files() -> Iterator[tuple[Path, str]]:
    """Name what a working folder begins with: where it comes from, and its place in the folder."""
    notebooks, samples = shipped("notebooks"), shipped(SAMPLES)
    for pattern in ("*.ipynb", "*.results.json"):
        yield from ((path, path.name) for path in sorted(notebooks.glob(pattern)))
    for pack in pack_names():
        for path in sorted((samples / pack).rglob("*")):
            place = path.relative_to(samples)
            if path.is_file() and not any(part.startswith((".", "__")) for part in place.parts):
                yield path, f"{SAMPLES}/{place.as_posix()}"


def _copied(source: Path, target: Path) -> bool:
    """Copy a file unless something of that name is there, be it a link that leads nowhere."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as new:
            try:
                new.write(source.read_bytes())
            except OSError:
                target.unlink()  # half a file would be taken for somebody's own work
                raise
    except FileExistsError as error:
        if not target.parent.is_dir():
            raise OutputError(_in_the_way(target.parent)) from error
        return False
    except NotADirectoryError as error:
        raise OutputError(_in_the_way(target.parent)) from error
    shutil.copymode(source, target)
    return True


def _in_the_way(path: Path) -> Fault:
    return Fault(str(path), "is a file where a folder belongs", "another folder to work in", code="is-a-file")
