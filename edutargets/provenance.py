"""From what a result was made: hashes of plan, data and suites, and the versions that computed it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from edutargets.canonical_json import hash_of_content

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["VERSION", "Provenance", "hash_of_folder"]

VERSION = "0.1.0"
"""The version of this package; `pyproject.toml` reads it here."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """What a reviewer needs to get the same number: no time and no path, only contents.

    Args:
        pack: The pack's name.
        plan: Hash of the content of plan and tables: of every number and word, not of how they are laid out.
        suites: Hash of the suites that the gate ran; empty where data were not checked.
        data: Hash of each file of the submission.
        library: The version of this package.
        lock: Hash of the lock file, where a checkout is run that has one.
        packages: Hash of the versions of all packages that this one runs with.
        versions: Those of Python and of the packages that a number passes through.
    """

    pack: str
    plan: str
    suites: str
    data: Mapping[str, str]
    library: str
    lock: str = ""
    packages: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return it as plain values, for JSON."""
        return {
            "pack": self.pack,
            "plan": self.plan,
            "suites": self.suites,
            "data": dict(sorted(self.data.items())),
            "edutargets": self.library,
            "lock": self.lock,
            "packages": self.packages,
            "versions": dict(sorted(self.versions.items())),
        }

    @property
    def sha256(self) -> str:
        """One hash of all of it."""
        return hash_of_content(self.to_dict())


def hash_of_folder(folder: Path) -> str:
    """Return one hash of the places and contents of all files below a folder; hidden ones do not count."""
    total = hashlib.sha256()
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    for name in sorted(found):
        if not any(part.startswith((".", "__")) for part in name.split("/")):
            total.update(name.encode() + b"\0" + hashlib.sha256(found[name].read_bytes()).digest())
    return total.hexdigest()
