"""Folders put in place whole or not at all; what somebody has changed in them is never written over."""

from __future__ import annotations

import hashlib
import json
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from edutargets.errors import Fault
from edutargets.written_files import OutputError, check_place

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["FolderKind", "check_folder", "written_folder"]

_MOST = 5


@dataclass(frozen=True, slots=True)
class FolderKind:
    """What is written to a folder, and what its files are called when one of them is in the way.

    Args:
        name: The word under which the hidden list ``.NAME.json`` holds the hash of each file.
        foreign: What is said of files that are not ours, or were changed: the names follow.
        earlier: What is said of a folder that an earlier run has written and nobody has touched.
    """

    name: str
    foreign: str
    earlier: str

    @property
    def list_name(self) -> str:
        """The file with the hashes; hidden, so that a folder of mended slips can be handed in as it is."""
        return f".{self.name}.json"


@contextmanager
def written_folder(out: Path, kind: FolderKind, *, overwrite: bool = False) -> Iterator[Path]:
    """Give a folder to write to; once all is written it stands under its own name.

    Args:
        out: Where it shall be in the end. If the writer fails, what stood there still stands there.
        kind: What is written.
        overwrite: Whether files that nobody has touched since they were written may be replaced.

    Raises:
        OutputError: If something else is there, or files that somebody has changed.
    """
    check_folder(out, kind, overwrite=overwrite)
    with tempfile.TemporaryDirectory(prefix=".edutargets-", dir=out.parent) as place:
        partial, earlier = Path(place) / kind.name, Path(place) / "earlier"
        partial.mkdir()
        yield partial
        hashes = {path.relative_to(partial).as_posix(): _hash(path) for path in sorted(_files(partial))}
        text = json.dumps({kind.name: hashes}, ensure_ascii=False, indent=1) + "\n"
        (partial / kind.list_name).write_text(text, encoding="utf-8", newline="\n")
        _put(partial, out, earlier)


def _put(partial: Path, out: Path, earlier: Path) -> None:
    """Put a folder in the place of another; that one comes back if it cannot be done."""
    try:
        if out.is_dir():
            out.rename(earlier)
        partial.rename(out)
    except BaseException as error:
        if earlier.is_dir() and not out.exists():
            earlier.rename(out)
        if isinstance(error, OSError):
            found = f"cannot be replaced ({error.strerror})"
            raise OutputError(Fault(str(out), found, "another folder", code="folder-in-use")) from error
        raise


def check_folder(out: Path, kind: FolderKind, *, overwrite: bool = False) -> None:
    """Say at once that nothing can be written to a folder, before anything long is computed for it.

    Raises:
        OutputError: If something else is there, or files that somebody has changed.
    """
    check_place(out.parent / f"{out.name}.{kind.name}")
    if out.exists() and not out.is_dir():
        raise OutputError(Fault(str(out), "is a file", "the name of a folder", code="is-a-file"))
    if not out.is_dir() or not any(out.iterdir()):
        return
    known = _listed(out, kind)
    touched = _touched(out, kind, known or {})
    if known is None or touched:
        more = f", … ({len(touched) - _MOST} more)" if len(touched) > _MOST else ""
        found = f"{kind.foreign}: {', '.join(touched[:_MOST])}{more}"
        raise OutputError(Fault(str(out), found, "a new or an empty folder", code="folder-in-use"))
    if not overwrite:
        accepted = "another folder, or --overwrite"
        raise OutputError(Fault(str(out), kind.earlier, accepted, code="folder-in-use"))


def _touched(out: Path, kind: FolderKind, known: Mapping[str, str]) -> list[str]:
    """Name what is not as it was written; a folder of which nothing was written is one thing."""
    ours = {parent.as_posix() for name in known for parent in Path(name).parents}
    found = []
    for path in sorted(out.rglob("*")):
        name = path.relative_to(out).as_posix()
        if path.parent != out and path.parent.relative_to(out).as_posix() not in ours:
            continue  # the folder itself is named
        is_ours = name in ours and path.is_dir() and not path.is_symlink()
        if is_ours or name == kind.list_name:
            continue
        if name not in known or known[name] != _hash(path):
            found.append(name)
    return found


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())


def _hash(path: Path) -> str | None:
    """Return the hash of a file; a folder has none."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None


def _listed(out: Path, kind: FolderKind) -> dict[str, str] | None:
    """Read which files were written here, with their hashes; nothing where it is no list of ours."""
    try:
        content = json.loads((out / kind.list_name).read_text(encoding="utf-8"))
        return {str(name): str(digest) for name, digest in content[kind.name].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
