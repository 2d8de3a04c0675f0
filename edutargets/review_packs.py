"""A review for others: a zip of a notebook with all it was made from, which verifies by itself."""

from __future__ import annotations

import hashlib
import json
import re
import stat
import tempfile
import zipfile
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from edutargets.baselines import baseline_path, read_baseline
from edutargets.checking import SAMPLE, sample_folders, sample_names
from edutargets.errors import EduTargetsError, Fault
from edutargets.notebook_runs import check_installed, read_notebook
from edutargets.plans import SHIPPED_FROM, pack_names, shipped
from edutargets.reviews import LOCK, Review, lock_of, review_notebook
from edutargets.written_files import check_place, replaced

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["pack_review", "review_zip", "unpack_review"]

SCHEMA = "edutargets/packed-review/1"
MANIFEST = "review.json"
HOME, SHIPPED = "notebook", "shipped"
_MOST_FILES, _MOST_BYTES = 10_000, 500_000_000
_QUOTED = re.compile(r"""(['"])([^'"\n\\]{1,200})\1""")
_EPOCH = (1980, 1, 1, 0, 0, 0)
_DRIVE = re.compile(r"[\\:\x00-\x1f]")


def pack_review(notebook: Path, out: Path, include: Sequence[Path] = ()) -> tuple[str, ...]:
    """Pack a notebook with its baseline, its data, pack and suites, and verify the zip from itself.

    What the notebook reads is found by the names that stand in its cells: files beside it or below, packs
    and samples that come with the package. The same files give the same bytes.

    Args:
        notebook: With its baseline beside it.
        out: The zip; it is put in place whole or not at all.
        include: Further files and folders beside the notebook.

    Returns:
        The names of the files in the zip.

    Raises:
        EduTargetsError: If there is no baseline, or the zip does not verify from itself.
    """
    check_installed(notebook.name)
    check_place(out)
    files = _files(notebook, include)
    with replaced(out) as partial:
        _write(files, notebook.name, partial)
        review = review_zip(partial)
        foreign = [one.field for one in review.inputs if not one.field.startswith(("version ", "lock"))]
        if review.failed is not None:
            raise EduTargetsError(Fault(notebook.name, f"the zip does not verify: {review.failed}", _ADVICE))
        if review.moved or foreign:
            which = ", ".join([*(one.id for one in review.moved), *foreign][:5])
            found = f"the zip does not verify: {which} differ from the baseline"
            raise EduTargetsError(Fault(notebook.name, found, "edutargets review verify --accept first"))
    return tuple(sorted(files))


_ADVICE = "what a notebook reads must lie in its folder (see --include) or come with the package"


def _files(notebook: Path, include: Sequence[Path]) -> dict[str, Path]:
    """Return what goes into the zip, by its name there."""
    text = "\n".join(cell.source for cell in read_notebook(notebook).cells if cell.cell_type == "code")
    baseline = baseline_path(notebook)
    known = read_baseline(baseline, f"edutargets review verify {notebook} --accept")
    names = {match[2] for match in _QUOTED.finditer(text)}
    home = notebook.resolve().parent
    packs = {name.removeprefix("plan ") for name in known.inputs if name.startswith("plan ")} | names
    found = {f"{HOME}/{one.name}": one for one in (notebook, baseline)}
    lock = lock_of(notebook)
    if lock is not None:
        found[LOCK] = lock
    for path in [*(home / name for name in sorted(names)), *(one.resolve() for one in include)]:
        found.update(_below(path.resolve(), home, HOME))
    for pack in sorted(packs & set(pack_names())):
        for kind in ("packs", "expectations"):
            found.update(_below(shipped(kind) / pack, shipped(kind), f"{SHIPPED}/{kind}"))
    for sample in sorted({name.removeprefix(SAMPLE) for name in names} & set(sample_names())):
        data = shipped("sample_data")
        for folder in sample_folders(sample):
            found.update(_below(folder, data, f"{SHIPPED}/sample_data"))
    return found


def _below(path: Path, base: Path, name: str) -> Iterator[tuple[str, Path]]:
    """Yield a file, or the files below a folder, unless it lies elsewhere; hidden ones do not count."""
    if path == base or base not in path.parents:
        return
    for one in [path] if path.is_file() else sorted(path.rglob("*")):
        parts = one.relative_to(base).parts
        if one.is_file() and not one.is_symlink() and not any(part.startswith((".", "__")) for part in parts):
            yield f"{name}/{'/'.join(parts)}", one


def _write(files: Mapping[str, Path], notebook: str, out: Path) -> None:
    hashes = {name: hashlib.sha256(files[name].read_bytes()).hexdigest() for name in sorted(files)}
    manifest = {"schema": SCHEMA, "notebook": f"{HOME}/{notebook}", "files": hashes}
    with zipfile.ZipFile(out, "w") as packed:
        text = json.dumps(manifest, ensure_ascii=False, indent=1) + "\n"
        packed.writestr(_entry(MANIFEST), text.encode(), zipfile.ZIP_DEFLATED)
        for name in hashes:
            packed.writestr(_entry(name), files[name].read_bytes(), zipfile.ZIP_DEFLATED)


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.create_system = 3
    entry.external_attr = 0o100644 << 16
    return entry


# what others do with it ----------------------------------------------------------------------------


def review_zip(path: Path) -> Review:
    """Unpack a review into a folder of its own, run its notebook there on what it brings, and compare."""
    with tempfile.TemporaryDirectory(prefix="edt-review-") as folder:
        try:
            notebook = unpack_review(path, Path(folder))
        except EduTargetsError as error:
            return Review(path.name, failed=str(error))
        own = Path(folder) / SHIPPED
        return review_notebook(notebook, variables={SHIPPED_FROM: str(own)} if own.is_dir() else {})


def unpack_review(path: Path, folder: Path) -> Path:
    """Unpack a review; nothing is written outside the folder, and nothing that is not what was packed.

    Args:
        path: The zip.
        folder: An empty folder.

    Returns:
        The notebook.

    Raises:
        EduTargetsError: If it is no packed review, a name leaves the folder, or a file was changed.
    """
    if not path.is_file():
        raise EduTargetsError(Fault(str(path), "there is no such file", "a zip made by `review pack`"))
    try:
        with zipfile.ZipFile(path) as packed:
            _refuse_foreign(path.name, packed.infolist())
            content = {one.filename: packed.read(one) for one in packed.infolist() if not one.is_dir()}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError) as error:
        raise _no_review(path.name, f"cannot be unpacked ({error})") from error
    notebook = _refuse_changed(path.name, content)
    try:
        for name, data in content.items():
            place = folder.joinpath(*PurePosixPath(name).parts)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
    except OSError as error:
        raise _no_review(path.name, f"cannot be unpacked ({error.strerror})") from error
    return folder.joinpath(*PurePosixPath(notebook).parts)


def _no_review(name: str, found: str) -> EduTargetsError:
    return EduTargetsError(Fault(name, found, "a zip made by `edutargets review pack`", code="packed-review"))


def _refuse_foreign(name: str, entries: Sequence[zipfile.ZipInfo]) -> None:
    """Refuse names that leave the folder, links, one name twice, and absurd sizes."""
    for entry in entries:
        parts = entry.filename.rstrip("/").split("/")
        leaves = any(part in {"", ".", ".."} for part in parts) or _DRIVE.search(entry.filename)
        if leaves or stat.S_ISLNK(entry.external_attr >> 16):
            raise _no_review(name, f"the entry {entry.filename!r} would leave the folder")
    folded = {entry.filename.casefold() for entry in entries}
    if len(folded) != len(entries):
        raise _no_review(name, "an entry stands in it twice")
    if len(entries) > _MOST_FILES or sum(entry.file_size for entry in entries) > _MOST_BYTES:
        raise _no_review(name, "it would unpack to absurdly much")


def _refuse_changed(name: str, content: dict[str, bytes]) -> str:
    """Hold every file against the list of what was packed; return which is the notebook."""
    try:
        manifest = json.loads(content.pop(MANIFEST))
        files, notebook, schema = manifest["files"], manifest["notebook"], manifest["schema"]
    except (KeyError, TypeError, ValueError) as error:
        raise _no_review(name, f"has no {MANIFEST}") from error
    if schema != SCHEMA or not isinstance(files, dict) or str(notebook) not in content:
        raise _no_review(name, f"its {MANIFEST} is of another form")
    found = {one: hashlib.sha256(data).hexdigest() for one, data in content.items()}
    changed = sorted(one for one in {*found, *files} if found.get(one) != files.get(one))
    if changed:
        raise _no_review(name, f"not what was packed: {', '.join(changed[:5])}")
    return str(notebook)
