"""Files written whole or not at all: under another name first, then put in place."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from edutargets.errors import EduTargetsError, Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["OutputError", "check_place", "made_folder", "replaced", "write_text"]


class OutputError(EduTargetsError):
    """A result that cannot be put where it was asked for."""


def check_place(path: Path) -> None:
    """Say at once that a file cannot be written, before anything long is computed for it.

    Raises:
        OutputError: If its folder is not there, cannot be written to, or the name is a folder's.
    """
    folder = path.parent
    if not folder.is_dir():
        raise OutputError(
            Fault(
                str(path),
                f"there is no folder {str(folder)!r} to write to",
                "one that exists",
                code="no-folder",
            )
        )
    if path.is_dir():
        raise OutputError(
            Fault(str(path), "is a folder", "the name of a file", str(path / "report.txt"), "is-a-folder")
        )
    if not os.access(folder, os.W_OK):
        raise OutputError(
            Fault(
                str(path), f"the folder {str(folder)!r} takes no new file", "one of your own", code="no-right"
            )
        )


def made_folder(path: Path) -> Path:
    """Return a folder for several files, made if need be; the one above it must be there.

    Raises:
        OutputError: If it cannot be made, or the name is a file's.
    """
    if path.is_file():
        raise OutputError(Fault(str(path), "is a file", "the name of a folder", code="is-a-file"))
    if path.is_dir():
        check_place(path / "any file")
    else:
        check_place(path)
        path.mkdir()
    return path


@contextmanager
def replaced(path: Path) -> Iterator[Path]:
    """Give a name to write to; once the writer is done the file stands under its own name.

    Args:
        path: Where the file shall be in the end. If the writer fails, what stood there still stands there.

    Raises:
        OutputError: If the folder is not there.
    """
    check_place(path)
    with tempfile.TemporaryDirectory(prefix=".edutargets-", dir=path.parent) as folder:
        partial = Path(folder) / path.name
        yield partial
        partial.replace(path)


def write_text(text: str, path: Path) -> Path:
    """Write a text in UTF-8 with line feeds, whole or not at all.

    Raises:
        OutputError: If the folder is not there.
    """
    with replaced(path) as partial:
        partial.write_text(text, encoding="utf-8", newline="\n")
    return path
