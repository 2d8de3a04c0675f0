"""The files of a submission as they arrive, copied aside so that what is checked is what is kept."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from edutargets.checking import SAMPLE, sample_data
from edutargets.errors import Fault, SubmissionError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["files_below", "hashes_of", "staged"]


@contextmanager
def staged(data: str | Path) -> Iterator[Path]:
    """Copy a submission into a folder of its own for as long as it is looked at.

    Args:
        data: A folder, a single file, or a sample as ``sample:<name>``.

    Yields:
        The folder with the copies, under names that are texts.

    Raises:
        SubmissionError: If there is nothing there, or it cannot be read.
    """
    text = str(data)
    source = sample_data(text.removeprefix(SAMPLE)) if text.startswith(SAMPLE) else Path(data)
    if not source.exists():
        found, accepted = "no such folder or file", "the folder or the file that was handed in"
        raise SubmissionError(Fault(text, found, accepted, code="missing-folder"))
    files = {source.name: source} if source.is_file() else files_below(source)
    with tempfile.TemporaryDirectory(prefix="edutargets-") as name:
        folder = Path(name) / "received"
        folder.mkdir()
        for inside, path in files.items():
            target = folder / _as_text(inside)
            while target.exists():  # two names that read the same
                target = target.with_name(f"2-{target.name}")
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                shutil.copyfile(path, target)
            except OSError as error:
                found = f"cannot be read: {error.strerror or error}"
                raise SubmissionError(
                    Fault(_as_text(inside), found, "a readable file", code="unreadable")
                ) from error
        yield folder


def files_below(folder: Path) -> dict[str, Path]:
    """List the files of a folder by their place in it; what hides itself, and links, are not handed in."""
    found = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*"))}
    return {
        name: path
        for name, path in found.items()
        if path.is_file()
        and not path.is_symlink()
        and not any(part.startswith((".", "~$")) for part in name.split("/"))
    }


def hashes_of(folder: Path) -> dict[str, str]:
    """Return the hash of each file of a folder."""
    hashes = {}
    for name, path in files_below(folder).items():
        with path.open("rb") as stream:
            hashes[name] = hashlib.file_digest(stream, "sha256").hexdigest()
    return hashes


def _as_text(name: str) -> str:
    """Return a file's name as text also where an old archive wrote it in another encoding."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return os.fsencode(name).decode("gb18030", "backslashreplace").replace("\\", "_")
    return name
