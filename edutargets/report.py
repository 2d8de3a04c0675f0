"""Notebooks as reports: run in a fresh kernel, written as one HTML page that asks nothing of any network."""

from __future__ import annotations

import os
import re
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from edutargets.errors import EduTargetsError, EvaluationError, Fault
from edutargets.written_files import check_place, write_text

if TYPE_CHECKING:
    from nbclient import NotebookClient
    from nbformat import NotebookNode

__all__ = ["HOW_TO_GET", "can_render", "external_references", "render_notebook"]

HOW_TO_GET = "pip install 'edutargets[notebooks]'"
TEMPLATE = Path(__file__).parent / "report_template"
_SECONDS = 600
_LONGEST_SOCKET = 80
_ESCAPES = re.compile(r"\x1b\[[0-9;]*m")
_LOADED = re.compile(
    r"""<(?!a\b)[a-z][^<>]*?\s(?:src|href|data|poster|srcset)\s*=\s*["']?\s*(?:https?:)?//[^\s"'<>]+"""
    r"""|\bimport\s*\(?\s*["'`]https?://[^"'`]+"""
    r"""|@import\s+(?:url\()?\s*["']?https?://[^"')]+"""
    r"""|\burl\(\s*["']?https?://[^"')]+""",
    re.IGNORECASE,
)


def can_render() -> bool:
    """Whether what runs notebooks is installed: it is an extra, not needed for any number."""
    return all(find_spec(name) for name in ("ipykernel", "nbclient", "nbconvert"))


def render_notebook(path: Path, out: Path, *, language: str = "en") -> Path:
    """Run a notebook in a fresh kernel and write what it shows as one page that opens offline.

    Args:
        path: The notebook; it is run in its own folder and is not changed.
        out: The HTML file to write; it is put in place whole or not at all.
        language: The language of the page, ``en`` or ``zh-CN``.

    Returns:
        The file that was written.

    Raises:
        EvaluationError: If a cell fails, or the page would load something from elsewhere.
        EduTargetsError: If what runs notebooks is not installed.
    """
    if not can_render():
        raise EduTargetsError(
            Fault(path.name, "what runs notebooks is not installed", HOW_TO_GET, code="no-notebooks")
        )
    check_place(out)
    page = _page(_executed(path), path.stem, language)
    loaded = external_references(page)
    if loaded:
        raise EvaluationError(
            Fault(path.name, f"the page would load {', '.join(loaded[:3])}", "a page that is whole in itself")
        )
    return write_text(page, out)


def external_references(page: str) -> tuple[str, ...]:
    """Return what a page would load from elsewhere when it is opened; a link to be clicked loads nothing.

    Examples:
        >>> external_references('<a href="https://a.example">a</a><img src="https://b.example/c.png">')
        ('<img src="https://b.example/c.png',)
    """
    return tuple(match[0] for match in _LOADED.finditer(page))


def _executed(path: Path) -> NotebookNode:
    import nbformat  # noqa: PLC0415  # an extra
    from nbclient.exceptions import CellExecutionError, DeadKernelError  # noqa: PLC0415  # an extra

    notebook: NotebookNode = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]  # untyped
    with tempfile.TemporaryDirectory(prefix="edt-") as folder:
        try:
            _client(notebook, path.parent, Path(folder)).execute(
                env={**os.environ, "IPYTHONDIR": folder, "JUPYTER_RUNTIME_DIR": folder}
            )
        except (CellExecutionError, DeadKernelError) as error:
            plain = _ESCAPES.sub("", str(error))
            last = [line for line in plain.splitlines() if line.strip()][-1]
            raise EvaluationError(Fault(path.name, f"a cell failed: {last}", code="notebook")) from error
    return notebook


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
        notebook, config=settings, timeout=_SECONDS, kernel_name="python3", resources=resources
    )


def _page(notebook: NotebookNode, title: str, language: str) -> str:
    from nbconvert import HTMLExporter  # noqa: PLC0415  # an extra

    exporter = HTMLExporter(  # type: ignore[no-untyped-call]  # untyped
        template_name=TEMPLATE.name,
        extra_template_basedirs=[str(TEMPLATE.parent)],
        language_code=language,
    )
    resources = {"metadata": {"name": title}}
    page, _ = exporter.from_notebook_node(notebook, resources=resources)
    return str(page)
