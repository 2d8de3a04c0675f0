"""A folder of slips, put in place as a whole; nobody's corrections are ever written over."""

from __future__ import annotations

import hashlib
import json
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from edutargets.errors import Fault
from edutargets.written_files import OutputError, check_place

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["check_slips_folder", "slips_folder"]

_LIST = ".slips.json"  # hidden, so that a folder of mended slips can be handed in as it is


@contextmanager
def slips_folder(out: Path, *, overwrite: bool = False) -> Iterator[Path]:
    """Give a folder to write slips to; once all are written it stands under its own name.

    Args:
        out: Where the slips shall be in the end. If the writer fails, what stood there still stands there.
        overwrite: Whether slips that nobody has touched since they were written may be replaced.

    Raises:
        OutputError: If something else is there, or slips that somebody has begun to mend.
    """
    check_slips_folder(out, overwrite=overwrite)
    with tempfile.TemporaryDirectory(prefix=".edutargets-", dir=out.parent) as place:
        partial, earlier = Path(place) / "slips", Path(place) / "earlier"
        partial.mkdir()
        yield partial
        hashes = {path.name: _hash(path) for path in sorted(partial.iterdir())}
        text = json.dumps({"slips": hashes}, ensure_ascii=False, indent=1) + "\n"
        (partial / _LIST).write_text(text, encoding="utf-8", newline="\n")
        if out.is_dir():
            out.rename(earlier)
        try:
            partial.rename(out)
        except OSError:
            if earlier.is_dir():
                earlier.rename(out)
            raise


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def check_slips_folder(out: Path, *, overwrite: bool = False) -> None:
    """Say at once that slips cannot be written to a folder, before anything long is computed for them.

    Raises:
        OutputError: If something else is there, or slips that somebody has begun to mend.
    """
    check_place(out.parent / f"{out.name}.slips")
    if out.exists() and not out.is_dir():
        raise OutputError(Fault(str(out), "is a file", "the name of a folder", code="is-a-file"))
    if not out.is_dir() or not any(out.iterdir()):
        return
    known = _listed(out)
    touched = sorted(
        path.name
        for path in out.iterdir()
        if path.name != _LIST and (not path.is_file() or known.get(path.name) != _hash(path))
    )
    if not known or touched:
        names = ", ".join(touched[:5]) + (f", … ({len(touched) - 5} more)" if len(touched) > 5 else "")  # noqa: PLR2004  # a line
        raise OutputError(
            Fault(
                str(out),
                f"holds files that are no slips, or that were changed since they were written: {names}",
                "a new or an empty folder",
                code="folder-in-use",
            )
        )
    if not overwrite:
        raise OutputError(
            Fault(
                str(out),
                "holds the slips of an earlier run",
                "another folder, or --overwrite",
                code="folder-in-use",
            )
        )


def _listed(out: Path) -> dict[str, str]:
    """Read which slips were written here, with their hashes; nothing where the list is no list of ours."""
    try:
        content = json.loads((out / _LIST).read_text(encoding="utf-8"))
        slips = content["slips"]
        return {str(name): str(sha256) for name, sha256 in slips.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
