"""What a notebook showed, as a file beside it: each number by target and field, and what it came from."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from edutargets.display import PROVENANCE_TYPE, RESULTS_TYPE
from edutargets.errors import DefinitionError, Fault
from edutargets.installed_packages import DIRECT, EXTRAS, installed
from edutargets.installed_packages import versions as versions_that_matter
from edutargets.json_files import read_json
from edutargets.notebook_runs import INJECTED
from edutargets.provenance import VERSION
from edutargets.written_files import write_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from nbformat import NotebookNode

    from edutargets.result_rows import Json

__all__ = [
    "Baseline",
    "Fields",
    "baseline_of",
    "baseline_path",
    "fields_of",
    "hashes_of",
    "read_baseline",
    "versions",
    "write_baseline",
]

SCHEMA = "edutargets/baseline/1"
EXPLAINED, SHOWN = " explained", ": shown"
NOT_COMPARED = "not-compared"
"""The tag of a cell whose text is different each time, e.g. how long something took."""
_MOST_LINES = 60
_ADDRESS = re.compile(r"0x[0-9a-f]{6,}")
_UNSAID = frozenset({"id", "title_en", "title_zh", "data"})  # titles are the plan's; `data` holds a hash

Fields = Mapping[str, "str | int | float | bool"]
"""One record, flat: ``parts.numerator``, ``years.2024.value``."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """What a run of a notebook showed; no time and no path, so that any two can be compared.

    Args:
        results: By block (the cell and what it showed) the records, by the target's id, each flat.
        inputs: By its kind and name the hash of everything it was made from.
        versions: Of this package and of those that a number passes through.
        parameters: What the notebook was run with, other than what stands in it.
    """

    results: Mapping[str, Mapping[str, Fields]]
    inputs: Mapping[str, str]
    versions: Mapping[str, str]
    parameters: Mapping[str, Json] = field(default_factory=dict)

    def to_json(self) -> str:
        """Return it as JSON: sorted, one field a line, so that a change reads well in a version control."""
        content = {
            "schema": SCHEMA,
            "parameters": dict(self.parameters),
            "inputs": dict(self.inputs),
            "versions": dict(self.versions),
            "results": {
                block: {name: dict(one) for name, one in found.items()}
                for block, found in self.results.items()
            },
        }
        return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def baseline_path(notebook: Path) -> Path:
    """Return where the baseline of a notebook lies: beside it.

    Examples:
        >>> from pathlib import Path
        >>> baseline_path(Path("notebooks/01_quickstart.ipynb")).as_posix()
        'notebooks/01_quickstart.results.json'
    """
    return notebook.with_name(f"{notebook.stem}.results.json")


def write_baseline(baseline: Baseline, path: Path) -> None:
    """Write a baseline, whole or not at all."""
    write_text(baseline.to_json(), path)


def read_baseline(path: Path, accept: str) -> Baseline:
    """Read a baseline.

    Args:
        path: Where it lies.
        accept: The command that makes it, for the message.

    Raises:
        DefinitionError: If it is not there, or not of the form that ``--accept`` writes.
    """
    if not path.is_file():
        raise DefinitionError(
            Fault(str(path), "there is no baseline", "one made by --accept", accept, "no-baseline")
        )
    content = cast("object", read_json(path).value)
    broken = Fault(path.name, "is not a baseline", f"the schema {SCHEMA}, as --accept writes it", accept)
    if not isinstance(content, dict) or content.get("schema") != SCHEMA:
        raise DefinitionError(broken)
    parts = [content.get(name) for name in ("results", "inputs", "versions", "parameters")]
    if not all(isinstance(part, dict) for part in parts) or not _is_sound(content["results"]):
        raise DefinitionError(broken)
    return Baseline(
        *cast("tuple[dict[str, dict[str, Fields]], dict[str, str], dict[str, str]]", parts[:3]),
        parts[3] or {},
    )


def _is_sound(results: Mapping[str, object]) -> bool:
    """Whether every block holds records, and every record plain values."""
    blocks = list(results.values())
    if not all(isinstance(block, dict) for block in blocks):
        return False
    records = [record for block in cast("list[dict[str, object]]", blocks) for record in block.values()]
    if not all(isinstance(record, dict) for record in records):
        return False
    values = [one for record in cast("list[dict[str, object]]", records) for one in record.values()]
    return all(isinstance(value, str | int | float | bool) for value in values)


# what a run showed ---------------------------------------------------------------------------------


def baseline_of(notebook: NotebookNode, lock: Path | None, parameters: Mapping[str, Json]) -> Baseline:
    """Collect what the outputs of a notebook that was run carry.

    Args:
        notebook: With its outputs.
        lock: The lock file of the environment, if there is one.
        parameters: What it was run with.

    Raises:
        DefinitionError: If it shows no result: there would be nothing to compare.
    """
    results: dict[str, dict[str, Fields]] = {}
    inputs: dict[str, set[str]] = {}
    seen: Counter[str] = Counter()
    for cell, kind, content in _typed(notebook):
        if kind == RESULTS_TYPE:
            name = f"{cell}: {content['name']}"
            seen[name] += 1
            records = cast("Sequence[Mapping[str, Json]]", content["records"])
            block = {str(record["id"]): fields_of(record) for record in records}
            results[name if seen[name] == 1 else f"{name} ({seen[name]})"] = block
        else:
            for one, hashed in hashes_of(content):
                inputs.setdefault(one, set()).add(hashed)
    if not any(results.values()):
        raise DefinitionError(
            Fault(
                "notebook",
                "it shows no result, so there is nothing to compare",
                "a cell that ends in one",
                "results",
            )
        )
    results.update(_shown(notebook))
    if lock is not None:
        inputs["lock"] = {hashlib.sha256(lock.read_bytes()).hexdigest()}
    joined = {name: ", ".join(sorted(found)) for name, found in inputs.items()}
    return Baseline(results, {**joined, **_cells(notebook)}, versions(), parameters)


def _typed(notebook: NotebookNode) -> Iterator[tuple[str, str, Mapping[str, Json]]]:
    """Yield what each cell published for programs: the cell's id, the media type, the content."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            for kind in (RESULTS_TYPE, PROVENANCE_TYPE):
                if kind in data:
                    yield str(cell.get("id", "")), kind, data[kind]


def _shown(notebook: NotebookNode) -> Iterator[tuple[str, dict[str, Fields]]]:
    """Yield what cells show that carry no records: the lines of what they print, or of a table."""
    for cell in notebook.cells:
        outputs = [] if NOT_COMPARED in cell.metadata.get("tags", []) else cell.get("outputs", [])
        lines = [line for output in outputs for line in _lines(output)]
        if lines:
            name = f"{cell.get('id', '')}{SHOWN}"
            rest = (
                {"rest": hashlib.sha256("\n".join(lines).encode()).hexdigest()} if lines[_MOST_LINES:] else {}
            )
            numbered = {f"line {number:02}": line for number, line in enumerate(lines[:_MOST_LINES], 1)}
            yield name, {f"cell {cell.get('id', '')}": {**numbered, **rest}}


def _lines(output: NotebookNode) -> list[str]:
    """Return the text of an output: not of what has records, and no error or warning."""
    data = output.get("data", {})
    if RESULTS_TYPE in data or PROVENANCE_TYPE in data:
        return []
    printed = output.get("text", "") if output.get("name") == "stdout" else ""
    lines = [line.rstrip() for line in str(data.get("text/plain", printed)).splitlines()]
    return [_ADDRESS.sub("0x…", line) for line in lines if line]


def hashes_of(content: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    """Yield what a result was made from, each with its hash: plan, suites, and every file."""
    pack = str(content.get("pack", ""))
    for name in ("plan", "suites"):
        if content.get(name):
            yield f"{name} {pack}", str(content[name])
    if content.get("lock"):
        yield "lock", str(content["lock"])
    if content.get("targets"):
        yield "targets", str(content["targets"])
    data = content.get("data")
    for file, hashed in data.items() if isinstance(data, dict) else ():
        yield f"data {file}", str(hashed)


def _cells(notebook: NotebookNode) -> dict[str, str]:
    """Return a hash of the source of each cell; the cell that parameters were put into is none of its own."""
    own = [cell for cell in notebook.cells if INJECTED not in cell.metadata.get("tags", [])]
    return {
        f"cell {cell.get('id', '')}": hashlib.sha256(f"{cell.cell_type}\n{cell.source}".encode()).hexdigest()
        for cell in own
    }


def versions() -> dict[str, str]:
    """Return the versions of all that a notebook runs with: of what a number passes through, and the rest."""
    return {"edutargets": VERSION, **installed(DIRECT + EXTRAS), **versions_that_matter()}


def fields_of(record: Mapping[str, Json]) -> Fields:
    """Flatten a record: nothing that is empty, no title, and no range that is the value itself.

    Examples:
        >>> sorted(
        ...     fields_of(
        ...         {"id": "a", "value": "1/2", "lower": "1/2", "parts": {"n": "3"}, "reason_en": None}
        ...     ).items()
        ... )
        [('parts.n', '3'), ('value', '1/2')]
    """
    found: dict[str, str | int | float | bool] = {}
    for name, value in _telling(record).items():
        alone = name == "years" and isinstance(value, list) and len(value) == 1  # it is the record itself
        if name not in _UNSAID and not alone:
            found.update(_flat(name, value))
    return found


def _telling(record: Mapping[str, Json]) -> dict[str, Json]:
    """Leave out a range that is the value itself."""
    value = record.get("value")
    return {name: one for name, one in record.items() if name not in {"lower", "upper"} or one != value}


def _flat(name: str, value: Json) -> Iterator[tuple[str, str | int | float | bool]]:
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _flat(f"{name}.{key}", one)
    elif isinstance(value, list):
        for number, one in enumerate(value, 1):
            key = str(one.get("period", number)) if isinstance(one, dict) else str(number)
            rest: Json = (
                {k: v for k, v in _telling(one).items() if k != "period"} if isinstance(one, dict) else one
            )
            yield from _flat(f"{name}.{key}", rest)
    elif value is not None and value != "":
        yield name, value
