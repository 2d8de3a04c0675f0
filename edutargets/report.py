"""Notebooks as reports: run in a fresh kernel, written as one HTML page that asks nothing of any network."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from edutargets.errors import EvaluationError, Fault
from edutargets.notebook_runs import HOW_TO_GET, not_installed, read_notebook, run_notebook
from edutargets.written_files import check_place, write_text

if TYPE_CHECKING:
    from nbformat import NotebookNode

__all__ = ["HOW_TO_GET", "can_render", "external_references", "render_notebook"]

TEMPLATE = Path(__file__).parent / "report_template"
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
        raise not_installed(path.name)
    check_place(out)
    page = _page(run_notebook(read_notebook(path), path.parent, path.name), path.stem, language)
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
