"""One entry of a submission store, as it lies on the disk: read, and held against its hashes."""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass, field
from datetime import datetime  # pydantic needs it when the model is built
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from edutargets.errors import EduTargetsError, Fault

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "Entry",
    "Manifest",
    "StoreError",
    "StoredFile",
    "altered",
    "entry_chain",
    "entry_numbers",
]

_ENTRY = re.compile(r"[0-9]{6,9}")


class StoreError(EduTargetsError):
    """A store that cannot be read as it is, or that cannot take what was brought."""


class StoredFile(BaseModel):
    """One file of an entry: the name it came under, its hash and its size."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str
    sha256: str
    bytes: int


class Manifest(BaseModel):
    """What an entry says of itself.

    Args:
        number: Its place in the round, from 1.
        previous: The hash of the manifest before it.
        kind: The round's own data (``round``), something handed in, or a ``return`` by hand.
        sender: Who sent it; empty for the bureau's own and for the district as a whole.
        identity: What makes two entries of one sender the same.
        received: When it came, in UTC.
        facts: What those who use the store need to know of it.
        files: Its files.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    number: int
    previous: str
    kind: Literal["round", "submission", "return"]
    sender: str
    identity: str
    received: datetime
    facts: dict[str, JsonValue]
    files: tuple[StoredFile, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as it was put into the store.

    Args:
        folder: Where its files lie.
        manifest: What it says of itself.
        sha256: The hash of the manifest; whoever keeps it as a receipt can prove what was handed in.
    """

    folder: Path = field(repr=False)
    manifest: Manifest
    sha256: str

    @property
    def number(self) -> int:
        """Its place in the round, from 1."""
        return self.manifest.number

    def names(self, group: str) -> tuple[str, ...]:
        """Name its files of one group, such as ``received/``."""
        return tuple(file.name for file in self.manifest.files if file.name.startswith(group))

    def read(self, name: str) -> bytes:
        """Return one of its files.

        Raises:
            StoreError: If the file is not what was stored.
        """
        file = next(file for file in self.manifest.files if file.name == name)
        fault = altered(self, file)
        if fault is not None:
            raise StoreError(fault)
        return (self.folder / file.sha256).read_bytes()


def entry_numbers(home: Path) -> list[int]:
    """Return the numbers of the entries that are in place."""
    if not home.is_dir():
        return []
    return sorted(int(name) for name in os.listdir(home) if _ENTRY.fullmatch(name))  # noqa: PTH208  # names suffice


def entry_chain(home: Path) -> tuple[tuple[Entry, ...], tuple[Fault, ...]]:
    """Read all manifests of a round; each must be sealed, and known to the next one."""
    entries: list[Entry] = []
    faults: list[Fault] = []
    before: str | None = ""
    due = 1
    for number in entry_numbers(home):
        folder = home / f"{number:06d}"
        if number != due:
            faults.append(_fault(folder, f"the entry before it, {due:06d}, is missing"))
            before = None
        entry = _entry(folder)
        if isinstance(entry, Fault):
            faults.append(entry)
        else:
            entries.append(entry)
            if entry.number != number or before not in {None, entry.manifest.previous}:
                faults.append(_fault(folder, "does not follow the entry before it"))
        before = entry.sha256 if isinstance(entry, Entry) else None
        due = number + 1
    return tuple(entries), tuple(faults)


def _entry(folder: Path) -> Entry | Fault:
    file = folder / "manifest.json"
    try:
        content = file.read_bytes()
        seal = (folder / "seal").read_text(encoding="ascii").strip()
        digest = hashlib.sha256(content).hexdigest()
        if seal != digest:
            return _fault(file, "was altered: its hash is not the sealed one")
        return Entry(folder, Manifest.model_validate_json(content), digest)
    except (OSError, UnicodeDecodeError, ValidationError) as error:
        return _fault(file, f"cannot be read ({type(error).__name__})")


def altered(entry: Entry, file: StoredFile) -> Fault | None:
    """Say whether a file of an entry is still what was stored, by its hash."""
    path = entry.folder / file.sha256
    where = f"{path} ({file.name})"
    try:
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        return _fault(where, f"cannot be read: {error.strerror or error}")
    return (
        None
        if digest == file.sha256
        else _fault(where, "was altered: its hash is not the one that was stored")
    )


def _fault(where: str | Path, found: str) -> Fault:
    accepted = "the store as it was written; bring the folder back from a copy"
    return Fault(str(where), found, accepted, "edutargets round verify --store DIR --round 2025", "altered")
