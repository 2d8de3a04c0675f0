"""A report put in place as a folder, whole or not at all; nobody's own files are ever written over."""

from __future__ import annotations

import hashlib
import json
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from edutargets.display import to_json
from edutargets.errors import EvaluationError, Fault
from edutargets.report import external_references
from edutargets.report_markdown import report_markdown
from edutargets.report_pages import report_pages
from edutargets.report_sheets import write_report_sheets
from edutargets.written_files import OutputError, check_place, write_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from edutargets.attainment_reports import AttainmentReport

__all__ = ["RESULTS", "check_report_folder", "write_report"]

RESULTS = "results.json"
"""The exact results; they are what `--previous` takes next time."""
_LIST = ".report.json"
_MOST = 5


def write_report(
    reports: Sequence[AttainmentReport], out: Path, *, overwrite: bool = False
) -> tuple[str, ...]:
    """Write a report as pages, Markdown, annex and exact results, and return the names of the files.

    Args:
        reports: The same results, once in each language.
        out: The folder; if the writer fails, what stood there still stands there.
        overwrite: Whether a report that nobody has touched since it was written may be replaced.

    Raises:
        OutputError: If something else is there, or a report that somebody has changed.
        EvaluationError: If a page would load something from elsewhere.
    """
    with _folder(out, overwrite=overwrite) as folder:
        for report in reports:
            others = tuple(one.language for one in reports if one is not report)
            for name, page in report_pages(report, others).items():
                loaded = external_references(page)
                if loaded:
                    found = f"the page would load {', '.join(loaded[:3])}"
                    raise EvaluationError(Fault(name, found, "a page that is whole in itself"))
                write_text(page, folder / name)
            write_text(report_markdown(report), folder / f"report.{report.language}.md")
            write_report_sheets(report, folder / f"annex.{report.language}.xlsx")
        write_text(to_json(reports[0].results).rstrip("\n") + "\n", folder / RESULTS)
        return tuple(sorted(path.name for path in folder.iterdir()))


@contextmanager
def _folder(out: Path, *, overwrite: bool) -> Iterator[Path]:
    """Give a folder to write to; once all is written it stands under its own name."""
    check_report_folder(out, overwrite=overwrite)
    with tempfile.TemporaryDirectory(prefix=".edutargets-", dir=out.parent) as place:
        partial, earlier = Path(place) / "report", Path(place) / "earlier"
        partial.mkdir()
        yield partial
        hashes = {path.name: _hash(path) for path in sorted(partial.iterdir())}
        write_text(json.dumps({"report": hashes}, ensure_ascii=False, indent=1) + "\n", partial / _LIST)
        if out.is_dir():
            out.rename(earlier)
        try:
            partial.rename(out)
        except OSError:
            if earlier.is_dir():
                earlier.rename(out)
            raise


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def check_report_folder(out: Path, *, overwrite: bool = False) -> None:
    """Say at once that a report cannot be written to a folder, before anything long is computed for it.

    Raises:
        OutputError: If something else is there, or a report that somebody has changed.
    """
    check_place(out.parent / f"{out.name}.report")
    if out.exists() and not out.is_dir():
        raise OutputError(Fault(str(out), "is a file", "the name of a folder", code="is-a-file"))
    if not out.is_dir() or not any(out.iterdir()):
        return
    known = _listed(out)
    touched = sorted(
        path.name
        for path in out.iterdir()
        if path.name != _LIST and (not path.is_file() or known.get(path.name) != _hash(path))
    )
    if not known or touched:
        more = f", … ({len(touched) - _MOST} more)" if len(touched) > _MOST else ""
        found = "holds files that are no report, or that were changed since it was written: "
        accepted = "a new or an empty folder"
        raise OutputError(
            Fault(str(out), f"{found}{', '.join(touched[:_MOST])}{more}", accepted, code="folder-in-use")
        )
    if not overwrite:
        found, accepted = "holds a report written earlier", "another folder, or --overwrite"
        raise OutputError(Fault(str(out), found, accepted, code="folder-in-use"))


def _listed(out: Path) -> dict[str, str]:
    """Read which files were written here, with their hashes; nothing where it is no list of ours."""
    try:
        content = json.loads((out / _LIST).read_text(encoding="utf-8"))
        return {str(name): str(digest) for name, digest in content["report"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
