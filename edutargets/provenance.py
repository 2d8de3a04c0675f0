"""From what a result was made: hashes of plan, data and suites, and the versions that computed it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

__all__ = ["VERSION", "Provenance", "hash_of_files", "hash_of_folder"]

VERSION = "0.1.0"
"""The version of this package; `pyproject.toml` reads it here."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """What a reviewer needs to get the same number: no time and no path, only contents.

    Args:
        pack: The pack's name.
        plan: Hash of the files of the pack.
        suites: Hash of the suites that the gate ran; empty where data were not checked.
        data: Hash of each file of the submission.
        library: The version of this package.
    """

    pack: str
    plan: str
    suites: str
    data: Mapping[str, str]
    library: str

    def to_dict(self) -> dict[str, object]:
        """Return it as plain values, for JSON."""
        return {
            "pack": self.pack,
            "plan": self.plan,
            "suites": self.suites,
            "data": dict(sorted(self.data.items())),
            "edutargets": self.library,
        }

    @property
    def sha256(self) -> str:
        """One hash of all of it."""
        return hashlib.sha256(json.dumps(self.to_dict(), sort_keys=True).encode()).hexdigest()


def hash_of_files(paths: Iterable[Path]) -> str:
    """Return one hash of the names and contents of files, whatever their order."""
    total = hashlib.sha256()
    for path in sorted(paths, key=lambda found: found.name):
        total.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def hash_of_folder(folder: Path) -> str:
    """Return one hash of the places and contents of all files below a folder; hidden ones do not count."""
    total = hashlib.sha256()
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    for name in sorted(found):
        if not any(part.startswith((".", "__")) for part in name.split("/")):
            total.update(name.encode() + b"\0" + hashlib.sha256(found[name].read_bytes()).digest())
    return total.hexdigest()
