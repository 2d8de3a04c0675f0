"""Notebooks run in a fresh kernel: this very Python, the notebook's own folder, nothing of the user's."""

from __future__ import annotations

import ast
import json
import os
import re
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edutargets.errors import DefinitionError, EduTargetsError, EvaluationError, Fault, near_names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbclient import NotebookClient
    from nbformat import NotebookNode

__all__ = [
    "HOW_TO_GET",
    "INJECTED",
    "check_installed",
    "check_there",
    "missing_modules",
    "not_installed",
    "parameters_of",
    "read_notebook",
    "run_notebook",
    "with_parameters",
]

HOW_TO_GET = "pip install 'edutargets[notebooks]'"
PARAMETERS = "parameters"
INJECTED = "injected-parameters"
_BROKEN = (ValueError, KeyError, TypeError, AttributeError, OSError, RecursionError)
_SECONDS = 600
_LONGEST_SOCKET = 80
_ESCAPES = re.compile(r"\x1b\[[0-9;]*m")

Literal = str | int | float | bool | None


def check_installed(name: str) -> None:
    """Refuse to go on where what runs notebooks is not installed: it is an extra.

    Args:
        name: The notebook's name, for the message.

    Raises:
        EduTargetsError: If a module is missing.
    """
    if not all(find_spec(module) for module in ("ipykernel", "nbclient", "nbformat")):
        raise not_installed(name)


def not_installed(name: str) -> EduTargetsError:
    """Make the error that says how to get what runs notebooks."""
    found = "what runs notebooks is not installed"
    return EduTargetsError(Fault(name, found, HOW_TO_GET, code="no-notebooks"))


def check_there(path: Path) -> None:
    """Refuse to go on where there is no such notebook: nothing else that is said of it would be true.

    Raises:
        EduTargetsError: If there is none; near names are given.
    """
    if not path.is_file():
        beside = sorted(one.name for one in path.parent.glob("*.ipynb")) if path.parent.is_dir() else []
        raise EduTargetsError(
            Fault(str(path), "there is no such notebook", near_names(path.name, beside), code="no-file")
        )


def missing_modules(notebook: NotebookNode) -> tuple[str, ...]:
    """Name the packages that a notebook imports and that are not installed; cells with magics say nothing."""
    names: set[str] = set()
    for cell in notebook.cells:
        try:
            nodes = list(ast.walk(ast.parse(cell.source))) if cell.cell_type == "code" else []
        except SyntaxError:
            continue
        for node in nodes:
            if isinstance(node, ast.Import):
                names.update(one.name.partition(".")[0] for one in node.names)
            if isinstance(node, ast.ImportFrom) and not node.level:
                names.add((node.module or "").partition(".")[0])
    return tuple(sorted(name for name in names if find_spec(name) is None))


def read_notebook(path: Path) -> NotebookNode:
    """Read a notebook.

    Raises:
        EduTargetsError: If there is no such file, or it is no notebook; near names are given.
    """
    import nbformat  # noqa: PLC0415  # an extra

    check_there(path)
    try:
        content = _with_ids(json.loads(path.read_text(encoding="utf-8")))
        found: NotebookNode = nbformat.reads(json.dumps(content), as_version=4)  # type: ignore[no-untyped-call]  # untyped
        nbformat.validate(found)
    except (*_BROKEN, nbformat.ValidationError) as error:
        said = (str(error).splitlines() or [type(error).__name__])[0][:100]
        raise EduTargetsError(Fault(path.name, f"is no notebook: {said}", "an .ipynb file")) from error
    return found


def _with_ids(content: dict[str, Any]) -> dict[str, Any]:
    """Name cells without an id by their place: a reader that makes up ids makes up others each time."""
    if content["nbformat"] == 4:  # noqa: PLR2004  # the form that has ids
        content["nbformat_minor"] = max(content["nbformat_minor"], 5)
        for number, cell in enumerate(content["cells"], 1):
            cell.setdefault("id", f"cell-{number}")
    return content


def run_notebook(
    notebook: NotebookNode, folder: Path, name: str, variables: Mapping[str, str] | None = None
) -> NotebookNode:
    """Run a notebook's cells in a fresh kernel; the notebook then holds what they showed.

    Args:
        notebook: What is run, in place.
        folder: Where its cells run: what they read is found from there.
        name: What it is called, for messages.
        variables: Further variables of the kernel's environment.

    Raises:
        EvaluationError: If a cell fails; the cell and its error are named.
    """
    from nbclient.exceptions import (  # noqa: PLC0415  # an extra
        CellExecutionError,
        CellTimeoutError,
        DeadKernelError,
    )

    with tempfile.TemporaryDirectory(prefix="edt-") as private:
        try:
            _client(notebook, folder, Path(private)).execute(
                env={**os.environ, "IPYTHONDIR": private, "JUPYTER_RUNTIME_DIR": private, **(variables or {})}
            )
        except CellExecutionError as error:
            said = _ESCAPES.sub("", f"{error.ename}: {error.evalue}".strip())
            found = f"{_failed(notebook)} failed: {_short(said)}"
            raise EvaluationError(Fault(name, found, code="notebook")) from error
        except (CellTimeoutError, DeadKernelError) as error:
            said = str(error).strip().splitlines()[0]
            raise EvaluationError(Fault(name, f"a cell failed: {said}", code="notebook")) from error
    return notebook


def _failed(notebook: NotebookNode) -> str:
    """Name the cell that raised what ended the run: the last one with an error."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for number, cell in reversed(list(enumerate(cells, 1))):
        if any(output.output_type == "error" for output in cell.outputs):
            return f"cell {cell.get('id', '')!r} (code cell {number})"
    return "a cell"


def _short(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return "; ".join(lines[:3])[:400]


def _client(notebook: NotebookNode, folder: Path, private: Path) -> NotebookClient:
    """Return what runs the cells: this very Python, whatever kernels a user has, and no open port."""
    from nbclient import NotebookClient  # noqa: PLC0415  # an extra
    from traitlets.config import Config  # noqa: PLC0415  # an extra

    settings = Config()
    settings.KernelSpecManager.kernel_dirs = []
    settings.KernelManager.connection_file = str(private / "kernel.json")
    if os.name == "posix" and len(str(private)) < _LONGEST_SOCKET:
        settings.KernelManager.transport = "ipc"
    resources = {"metadata": {"path": str(folder)}}
    return NotebookClient(
        notebook,
        config=settings,
        timeout=_SECONDS,
        kernel_name="python3",
        resources=resources,
        coalesce_streams=True,  # a busy machine hands a printed line over in two pieces
    )


# parameters ----------------------------------------------------------------------------------------


def parameters_of(notebook: NotebookNode) -> dict[str, Literal]:
    """Return the names that the cell tagged ``parameters`` sets, with their values where they are plain."""
    cell = _tagged(notebook, PARAMETERS)
    if cell is None:
        return {}
    found: dict[str, Literal] = {}
    try:
        statements = ast.parse(cell.source).body
    except SyntaxError:
        return {}
    for one in statements:
        targets = one.targets if isinstance(one, ast.Assign) else []
        if isinstance(one, ast.AnnAssign) and one.value is not None:
            targets = [one.target]
        for target in targets:
            if isinstance(target, ast.Name) and isinstance(one, ast.Assign | ast.AnnAssign):
                value = one.value.value if isinstance(one.value, ast.Constant) else None
                found[target.id] = value if isinstance(value, str | int | float) else None
    return found


def with_parameters(notebook: NotebookNode, given: Mapping[str, str], name: str) -> dict[str, Literal]:
    """Set parameters as papermill does: in a cell of its own, behind the one tagged ``parameters``.

    The cell's id is always the same. A cell that papermill has put there is replaced.

    Args:
        notebook: Changed in place.
        given: The parameters as they were written; each is read as what stands in the notebook is.
        name: What the notebook is called, for messages.

    Returns:
        The parameters with their values.

    Raises:
        DefinitionError: If the notebook has no such parameter; near names are given.
    """
    if not given:
        return {}
    known = parameters_of(notebook)
    place = _tagged(notebook, PARAMETERS)
    if place is None:
        raise DefinitionError(
            Fault(name, "it has no parameters", f"a cell tagged {PARAMETERS!r}", code="no-parameters")
        )
    faults = [
        Fault(f"{name}: -p {one}", "it has no such parameter", near_names(one, known), code="parameter")
        for one in given
        if one not in known
    ]
    if faults:
        raise DefinitionError(*faults)
    values = {one: _read(text, known[one]) for one, text in given.items()}
    _inject(notebook, values)
    return values


def _inject(notebook: NotebookNode, values: Mapping[str, Literal]) -> None:
    from nbformat.v4 import new_code_cell  # noqa: PLC0415  # an extra

    lines = ["# Parameters", *(f"{one} = {value!r}" for one, value in values.items())]
    cell = new_code_cell("\n".join(lines))  # type: ignore[no-untyped-call]  # untyped
    cell["id"] = INJECTED
    cell.metadata["tags"] = [INJECTED]
    old, place = _tagged(notebook, INJECTED), _tagged(notebook, PARAMETERS)
    kept = [one for one in notebook.cells if one is not old]
    at = next(number for number, one in enumerate(kept) if one is place)
    notebook.cells = [*kept[: at + 1], cell, *kept[at + 1 :]]


def _tagged(notebook: NotebookNode, tag: str) -> NotebookNode | None:
    """Return the first code cell with a tag."""
    cells: list[NotebookNode] = notebook.cells
    for cell in cells:
        if cell.cell_type == "code" and tag in cell.metadata.get("tags", []):
            return cell
    return None


def _read(text: str, default: Literal) -> Literal:
    """Read a value: a text where the notebook has a text, else a number, a truth value or nothing.

    Examples:
        >>> _read("2025", 2024), _read("2025", "2024"), _read("true", None), _read("0.5", None)
        (2025, '2025', True, 0.5)
    """
    if isinstance(default, str):
        return text
    words: dict[str, Literal] = {"true": True, "false": False, "none": None, "null": None}
    if text.lower() in words:
        return words[text.lower()]
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
