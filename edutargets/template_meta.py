"""What a workbook says about the template it came from: edition, pack, plan, which sheet is which table."""

from __future__ import annotations

import io
import zipfile
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from edutargets.errors import Fault, SubmissionError
from edutargets.sources import Bilingual

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = [
    "EDITION",
    "LISTS_SHEET",
    "META_SHEET",
    "TemplateMeta",
    "template_meta",
    "template_remark",
    "template_remarks",
]

EDITION = "1"
"""The edition of the templates' layout; a new one makes those that were sent out before say so."""
META_SHEET = "_meta"
LISTS_SHEET = "_lists"
_SHEET = "sheet."
_LARGEST = 10_000_000  # bytes of the list of sheets


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateMeta:
    """From which template a workbook was filled in; it can be forged or lost, so the headings count as well.

    Args:
        edition: The edition of the layout.
        pack: The pack's id.
        plan: The hash of the pack's files.
        school: The code of the school it was prefilled for; empty for everybody's.
        year: The year it asks about; empty where its rows say.
        sheets: The table of each sheet.
    """

    edition: str
    pack: str
    plan: str
    school: str = ""
    year: str = ""
    sheets: Mapping[str, str] = field(default_factory=dict)

    def rows(self) -> tuple[tuple[str, str], ...]:
        """Return what stands in the hidden sheet, heading first."""
        return (
            ("key", "value"),
            ("edition", self.edition),
            ("pack", self.pack),
            ("plan", self.plan),
            ("school", self.school),
            ("year", self.year),
            *((f"{_SHEET}{sheet}", table) for sheet, table in self.sheets.items()),
        )


def template_meta(workbook: Path | bytes) -> TemplateMeta | None:
    """Read from which template a workbook came.

    Args:
        workbook: The file or its bytes.

    Returns:
        What its hidden sheet says; nothing for a workbook that came from no template, or is none.
    """
    from python_calamine import CalamineError, CalamineWorkbook  # noqa: PLC0415  # only who sends xlsx pays

    data = workbook if isinstance(workbook, bytes) else workbook.read_bytes()
    if not _is_marked(data):
        return None
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        rows = book.get_sheet_by_name(META_SHEET).to_python(skip_empty_area=False)
    except (CalamineError, OSError, ValueError):
        return None
    said = {str(row[0]): str(row[1]).removesuffix(".0") for row in rows if len(row) > 1}
    if not {"edition", "pack", "plan"} <= set(said):
        return None
    return TemplateMeta(
        edition=said["edition"],
        pack=said["pack"],
        plan=said["plan"],
        school=said.get("school", ""),
        year=said.get("year", ""),
        sheets={name.removeprefix(_SHEET): table for name, table in said.items() if name.startswith(_SHEET)},
    )


def _is_marked(data: bytes) -> bool:
    """Whether a workbook has a sheet of a template's, told without reading its cells."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as inside:
            about = inside.getinfo("xl/workbook.xml")
            return about.file_size <= _LARGEST and f'"{META_SHEET}"'.encode() in inside.read(about)
    except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError, EOFError, OSError, zlib.error):
        return False


def template_remarks(folder: Path, pack: str, plan: str) -> tuple[tuple[str, Bilingual], ...]:
    """Hold every workbook of a submission against the pack it was handed in for.

    Args:
        folder: What was handed in.
        pack: The pack's id.
        plan: The hash of the pack's files.

    Returns:
        Each file that came from an older template, and what its sender should know.

    Raises:
        SubmissionError: With every file that came from the template of another pack.
    """
    told: list[tuple[str, Bilingual]] = []
    faults: list[Fault] = []
    for path in sorted(folder.rglob("*.xlsx")):
        name = path.relative_to(folder).as_posix()
        if any(part.startswith((".", "~$")) for part in name.split("/")) or not path.is_file():
            continue
        meta = template_meta(path)
        try:
            remark = template_remark(meta, pack, plan, name) if meta else None
        except SubmissionError as error:
            faults += error.faults
        else:
            told += [(name, remark)] if remark else []
    if faults:
        raise SubmissionError(*faults)
    return tuple(told)


def template_remark(meta: TemplateMeta, pack: str, plan: str, where: str) -> Bilingual | None:
    """Hold a workbook's template against the pack it was handed in for.

    An older template whose headings still fit does no harm, so it is only told; headings that do not fit
    are refused where they are read. A template of another pack asks about something else.

    Args:
        meta: What the workbook says.
        pack: The id of the pack it was handed in for.
        plan: The hash of that pack's files.
        where: The file, for the message.

    Returns:
        What its sender should know; nothing where the template is the one of today.

    Raises:
        SubmissionError: If it is the template of another pack.
    """
    if meta.pack != pack:
        raise SubmissionError(
            Fault(
                where,
                f"filled in on the template of another pack, {meta.pack!r}",
                f"the template of {pack!r}",
                f"edutargets template {pack} -o templates",
                "other-template",
            )
        )
    if meta.edition == EDITION and meta.plan == plan:
        return None
    return Bilingual(
        zh="所用模板不是最新版本：表头仍然一致，可以使用；下次请用新模板",
        en="filled in on an earlier template; its headings still fit, please use the new one next time",
    )
