"""The folder in which a bureau keeps what was handed in: nothing lost, nothing changed, nothing half there.

    store/store.json               which form of store this is
    store/rounds/<round>/000007/   one entry: `manifest.json`, `seal`, and each file under its own hash
    store/tmp/                     what is being written; leftovers of a crash are swept by the next writer

An entry is written aside and put in place by one renaming; it is never changed afterwards. Each manifest
holds the hashes of its files and of the manifest before it. Names that senders chose stand in manifests only.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import shutil
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from edutargets.errors import Fault, near_names
from edutargets.stored_entries import (
    Entry,
    Manifest,
    StoredFile,
    StoreError,
    altered,
    entry_chain,
    entry_numbers,
)

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime
    from typing import BinaryIO

    from pydantic import JsonValue

__all__ = ["Draft", "Entry", "Kept", "StoreError", "SubmissionStore", "round_name"]

_FORMAT = "edutargets/submission-store"
_VERSION = 1
_BLOCK = 1 << 20
_ROUND = re.compile(r"[0-9a-z][0-9a-z_-]{0,39}")
_OWN = frozenset({"tmp", "lock"})
_PREFIX = "writing-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What is to be put into the store; the fields are those of :class:`Manifest`.

    Args:
        kind: See there.
        received: With its time zone.
        sender: See there.
        identity: See there; empty for what is always an entry of its own.
        facts: See there.
        files: The contents, or where they lie, by name.
    """

    kind: Literal["round", "submission", "return"]
    received: datetime
    sender: str = ""
    identity: str = ""
    facts: dict[str, JsonValue] = field(default_factory=dict)
    files: Mapping[str, bytes | Path] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Kept:
    """An entry, and whether it is new: the same thing is not kept twice in a row."""

    entry: Entry
    is_new: bool


class SubmissionStore:
    """A store that is there already.

    Args:
        folder: Where it is.

    Raises:
        StoreError: If there is none, or a newer version of this package wrote it.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        _check_format(self.folder)

    @classmethod
    def made(cls, folder: str | Path) -> SubmissionStore:
        """Return the store in a folder; an empty or new folder becomes one.

        Raises:
            StoreError: If the folder holds something else, or cannot be made.
        """
        path = Path(folder)
        if not (path / "store.json").exists():
            with _told(path):
                _found(path)
        return cls(path)

    @property
    def rounds(self) -> tuple[str, ...]:
        """The rounds that were opened."""
        folders = sorted((self.folder / "rounds").glob("*"))
        return tuple(path.name for path in folders if _ROUND.fullmatch(path.name) and entry_numbers(path))

    def entries(self, name: str) -> tuple[Entry, ...]:
        """Return all entries of a round in the order in which they came.

        Raises:
            StoreError: If there is no such round, or a manifest is not the one that was written.
        """
        name = round_name(name)
        if name not in self.rounds:
            found = f"there is no round {name!r} in this store"
            raise StoreError(Fault(str(self.folder), found, near_names(name, self.rounds), code="no-round"))
        found_entries, faults = entry_chain(self.folder / "rounds" / name)
        if faults:
            raise StoreError(*faults)
        return found_entries

    def add(self, name: str, draft: Draft) -> Kept:
        """Put something into a round, whole or not at all.

        Args:
            name: The round; the first entry opens it.
            draft: What to put there. If the latest entry of its kind and sender has the same identity,
                nothing is written and that entry is returned.

        Raises:
            StoreError: If it cannot be written (the store then is as it was), or the round is damaged.
        """
        home = self.folder / "rounds" / round_name(name)
        with _told(self.folder), _locked(self.folder / "lock"):
            _sweep(self.folder / "tmp")
            entries, faults = entry_chain(home)
            if faults:
                raise StoreError(*faults)
            same = _latest_like(draft, entries)
            if same is not None:
                return Kept(same, is_new=False)
            with tempfile.TemporaryDirectory(
                prefix=_PREFIX, dir=_made(self.folder / "tmp"), ignore_cleanup_errors=True
            ) as scratch:
                return Kept(_published(draft, Path(scratch) / "entry", _made(home), entries), is_new=True)

    def verify(self, name: str) -> tuple[Fault, ...]:
        """Say everything in a round that is not as it was stored: altered, missing or put there by others."""
        home = self.folder / "rounds" / round_name(name)
        entries, faults = entry_chain(home)
        found = list(faults)
        for entry in entries:
            found += filter(None, (altered(entry, file) for file in entry.manifest.files))
            known = {"manifest.json", "seal", *(file.sha256 for file in entry.manifest.files)}
            found += [
                Fault(str(path), "was not put there by this store", "nothing else", code="stranger")
                for path in sorted(entry.folder.iterdir())
                if path.name not in known
            ]
        return tuple(found)


def round_name(text: str) -> str:
    """Return the name of a round as the store writes it.

    Raises:
        StoreError: If it could not be a folder's name everywhere.

    Examples:
        >>> round_name("2025-Spring")
        '2025-spring'
    """
    name = text.strip().lower()
    if not _ROUND.fullmatch(name):
        accepted = "up to 40 letters a-z, digits, - and _, beginning with a letter or a digit"
        raise StoreError(
            Fault("--round", f"{text!r} cannot name a round", accepted, "2025-spring", "round-name")
        )
    return name


# reading ---------------------------------------------------------------------------------------------


def _check_format(folder: Path) -> None:
    file = folder / "store.json"
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        found = "is no submission store" if folder.is_dir() else "no such folder"
        accepted = "a store that `edutargets round open` made"
        raise StoreError(Fault(str(folder), found, accepted, code="no-store")) from error
    except (OSError, ValueError) as error:
        raise StoreError(Fault(str(file), f"cannot be read ({error})", code="no-store")) from error
    version = content.get("version") if isinstance(content, dict) else None
    if not isinstance(version, int) or content.get("format") != _FORMAT:
        raise StoreError(Fault(str(file), "does not say that this is a submission store", code="no-store"))
    if version > _VERSION:
        found = f"a newer edutargets wrote this store (its version is {version})"
        raise StoreError(
            Fault(str(file), found, f"version {_VERSION}; update edutargets", code="newer-store")
        )


# writing ---------------------------------------------------------------------------------------------


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    """Say in words that something could not be written; nothing of it is in place then."""
    try:
        yield
    except OSError as error:
        found = f"cannot be written: {error.strerror or error}"
        accepted = "room on the disk and the right to write there; the store is as it was before"
        raise StoreError(Fault(str(folder), found, accepted, code="not-written")) from error


def _found(folder: Path) -> None:
    """Make an empty folder a store."""
    folder.mkdir(exist_ok=True)
    others = sorted({path.name for path in folder.iterdir()} - _OWN)
    if others and not (folder / "store.json").exists():
        found = f"holds other things already ({', '.join(others[:3])})"
        raise StoreError(Fault(str(folder), found, "a new or an empty folder", code="no-store"))
    with _locked(folder / "lock"):
        scratch = _made(folder / "tmp") / f"{_PREFIX}{os.getpid()}"
        content = json.dumps({"format": _FORMAT, "version": _VERSION}) + "\n"
        _write(scratch, [content.encode()])
        scratch.replace(folder / "store.json")
    _settle(folder)


def _latest_like(draft: Draft, entries: Sequence[Entry]) -> Entry | None:
    """Return the latest entry of the same kind and sender, if it is the same thing again."""
    if not draft.identity:
        return None
    mine = [entry for entry in entries if entry.manifest.sender == draft.sender]
    last = next((entry for entry in reversed(mine) if entry.manifest.kind in {draft.kind, "return"}), None)
    return last if last is not None and last.manifest.identity == draft.identity else None


def _published(draft: Draft, scratch: Path, home: Path, entries: Sequence[Entry]) -> Entry:
    """Write an entry aside and put it in place under the next free number, whoever else writes."""
    scratch.mkdir()
    files = tuple(_stored(name, content, scratch) for name, content in draft.files.items())
    while True:
        manifest = Manifest(
            number=len(entries) + 1,
            previous=entries[-1].sha256 if entries else "",
            kind=draft.kind,
            sender=draft.sender,
            identity=draft.identity,
            received=draft.received.astimezone(UTC),
            facts=draft.facts,
            files=files,
        )
        text = json.dumps(manifest.model_dump(mode="json"), ensure_ascii=False, indent=1) + "\n"
        digest = hashlib.sha256(text.encode()).hexdigest()
        _write(scratch / "manifest.json", [text.encode()])
        _write(scratch / "seal", [f"{digest}\n".encode()])
        _settle(scratch)
        target = home / f"{manifest.number:06d}"
        try:
            scratch.rename(target)  # never replaces one that is there: an entry is never empty
        except OSError:
            if not target.exists():
                raise
            entries, faults = entry_chain(home)  # a writer that did not see the lock was faster
            if faults:
                raise StoreError(*faults) from None
            continue
        _settle(home)
        return Entry(target, manifest, digest)


def _stored(name: str, content: bytes | Path, scratch: Path) -> StoredFile:
    """Write one file under its own hash, which is taken of what is written."""
    digest = hashlib.sha256()
    incoming = scratch / "incoming"
    with io.BytesIO(content) if isinstance(content, bytes) else content.open("rb") as source:
        size = _write(incoming, _hashed(source, digest))
    incoming.replace(scratch / digest.hexdigest())
    return StoredFile(name=name, sha256=digest.hexdigest(), bytes=size)


def _hashed(source: BinaryIO, digest: hashlib._Hash) -> Iterator[bytes]:
    while block := source.read(_BLOCK):
        digest.update(block)
        yield block


def _write(path: Path, blocks: Iterable[bytes]) -> int:
    """Write a file and wait until it is on the disk; return its size."""
    with path.open("wb") as stream:
        for block in blocks:
            stream.write(block)
        stream.flush()
        os.fsync(stream.fileno())
        return stream.tell()


def _made(folder: Path) -> Path:
    """Return a folder that is there, and whose being there will survive a power cut."""
    missing = [path for path in (folder, *folder.parents) if not path.is_dir()]
    folder.mkdir(parents=True, exist_ok=True)
    for path in missing:
        _settle(path.parent)
    return folder


def _settle(folder: Path) -> None:
    """Wait until the names in a folder are on the disk; Windows does so by itself."""
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sweep(scratch: Path) -> None:
    """Take away what crashed writers left: who holds the lock is the only writer, so nobody is using it."""
    if not scratch.is_dir():
        return
    for path in scratch.iterdir():
        if path.name.startswith(_PREFIX):
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Let one writer at a time; the system gives the lock back when a writer dies."""
    with path.open("a+b") as stream:
        _take(stream)
        yield


def _take(stream: BinaryIO) -> None:
    if sys.platform == "win32":
        stream.seek(0)
        msvcrt.locking(stream.fileno(), msvcrt.LK_LOCK, 1)
    else:
        fcntl.flock(stream, fcntl.LOCK_EX)
