"""From what a result was made: hashes of plan, data and suites, and the versions that computed it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

__all__ = ["Provenance", "hash_of_files", "library_version"]


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


def library_version() -> str:
    """Return the version of this package; ``0+checkout`` where it runs without being installed."""
    try:
        return version("edutargets")
    except PackageNotFoundError:
        return "0+checkout"


def hash_of_files(paths: Iterable[Path]) -> str:
    """Return one hash of the names and contents of files, whatever their order."""
    total = hashlib.sha256()
    for path in sorted(paths, key=lambda found: found.name):
        total.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()
