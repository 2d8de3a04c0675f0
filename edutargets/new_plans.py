"""A pack started from the text of a plan: a folder that passes `check` at once and waits for its targets."""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from edutargets.errors import DefinitionError, Fault, SubmissionError
from edutargets.pack_files import PackFile, plan_files
from edutargets.plan_stubs import stub_file
from edutargets.plan_texts import cut
from edutargets.plans import pack_folder
from edutargets.stub_marks import stubs_in
from edutargets.written_files import OutputError, check_place
from edutargets.yaml_files import read_definition, read_yaml, write_yaml

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["StartedPack", "start_pack", "title_of", "waiting_stubs"]

_LARGEST = 5_000_000
_KINDS = (".md", ".txt")
_ID = re.compile(r"[a-z0-9]+([.-][a-z0-9]+)*")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
_LINE_ENDS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_LEVELS = (r"[一二三四五六七八九十]+、", r"[(（][一二三四五六七八九十]+[)）]", r"\d{1,2}[.、．](?!\d)")
_LONGEST_HEADING = 40
_TABLES = """\
# The data dictionary: what a row of each table is, and the only place where a column's unit is written.
# Nobody has to send in anything yet. Write the first table in the place of the braces, for instance:
#
# tables:
#   schools:
#     title: {en: Schools, zh: 学校}
#     counts: school
#     period: year
#     key: [school_id, year]
#     reports: school_id
#     roster: true
#     columns:
#       school_id: {type: code, title: {en: School code, zh: 学校代码}}
#       year: {type: year, title: {en: Year, zh: 年度}}
#       location:
#         type: category
#         title: {en: Urban or rural, zh: 城乡类别}
#         values: {urban: {en: Urban, zh: 城镇}, rural: {en: Rural, zh: 乡村}}
#       enrolment: {type: integer, unit: student, title: {en: Students, zh: 在校生数}, range: [0, 8000]}
#     views:
#       rural_schools: {where: "location = 'rural'", counts: school, title: {en: Rural schools, zh: 农村学校}}
tables: {}
"""
_SUITES = """\
# The rules that data must pass

One file for each table, `<table>.json`: what must hold of its rows before anything is computed from them.
`edutargets schema --for suite` prints what may stand there.
"""
_EXCLUSIONS = """\
# Words of the plan that are no target, with their reasons, so that `edutargets coverage` lets them pass.
# Write the first one in the place of the brackets, for instance:
#
# exclusions:
#   - id: preamble.three-kinds-of-schools
#     clause: 三(一)
#     quote: the words of the text, exactly as they stand there
#     reason: {en: a name and no promise, zh: 名称,不是承诺}
exclusions: []
"""


@dataclass(frozen=True, slots=True)
class StartedPack:
    """A pack that was started.

    Args:
        folder: Where it lies.
        id: Its name.
        title: What it is called, as the text's first lines have it.
        stubs: How many clauses wait for a target.
    """

    folder: Path
    id: str
    title: str
    stubs: int


def start_pack(text: Path, folder: Path, name: str | None = None) -> StartedPack:
    """Start a pack from the text of a plan; nothing that is there already is touched.

    Args:
        text: A .md or .txt file in UTF-8 or GB18030. Of a .txt, lines that are numbered like headings
            (一、, (一), 1.) are marked as such; nothing else is changed but line ends.
        folder: Where the pack shall be; it must not be there yet.
        name: The pack's name; made from the folder's if nothing else is said.

    Raises:
        SubmissionError: If the text cannot be read.
        DefinitionError: If the name is none.
        OutputError: If the folder is there already, or cannot be made.
    """
    if folder.exists():
        accepted = "the name of a folder that is not there yet"
        raise OutputError(Fault(str(folder), "is there already", accepted, code="folder-exists"))
    check_place(folder)
    words = _read(text)
    chosen = _named(name, folder)
    marked = _with_headings(words) if text.suffix.lower() == ".txt" and "\n#" not in f"\n{words}" else words
    title = title_of(words) or text.stem
    file = f"{text.stem}.md" if marked != words else text.name
    plan = stub_file(cut("plan", marked), file)
    files = {
        "pack.yaml": write_yaml(_pack(chosen, title, file, marked=marked != words)),
        "plan.yaml": plan,
        "tables.yaml": _TABLES,
        "exclusions.yaml": _EXCLUSIONS,
        "expectations/README.md": _SUITES,
        file: marked,
    }
    _put(files, folder)
    return StartedPack(folder, chosen, title, stubs_in(plan) or 0)


def _pack(name: str, title: str, file: str, *, marked: bool) -> dict[str, object]:
    note = "The lines that begin a clause are marked with #; the words are those of the file it came from."
    document = {"title": {"zh": title}, "file": file, "plan_text": True, **({"note": note} if marked else {})}
    return {
        "id": name,
        "title": {"zh": title},
        "documents": {"plan": document},
        "plan": "plan.yaml",
        "tables": "tables.yaml",
        "exclusions": "exclusions.yaml",
    }


def title_of(text: str) -> str:
    r"""Guess what a plan is called: its first heading or line, or what a notice (关于印发《…》的通知) issues.

    Examples:
        >>> title_of("×府〔2023〕2号\\n\\n# 关于印发《教育提升方案(2023—2025年)》的通知\\n")
        '教育提升方案(2023—2025年)'
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    headings = [line.lstrip("#").strip() for line in lines if line.startswith("#")]
    plain = [line for line in lines if not re.search(r"〔\d{4}〕.{0,8}号$|[。；;]$", line)]
    first = next(iter([*headings, *plain]), "")
    issued = re.search(r"印发《(.+)》的通知", first)
    return issued[1] if issued else first


def waiting_stubs(name: str | Path) -> int | None:
    """Count the stubs that a pack's plan files still hold; ``None`` where none was started from a text.

    Raises:
        DefinitionError: If there is no such pack, or its ``pack.yaml`` is at fault.
    """
    folder = pack_folder(name)
    file = read_definition(read_yaml(folder / "pack.yaml"), PackFile)
    found = []
    for path in plan_files(folder, file, []):
        try:
            found.append(stubs_in((folder / path).read_text(encoding="utf-8-sig")))
        except (OSError, UnicodeDecodeError):
            continue
    known = [one for one in found if one is not None]
    return sum(known) if known else None


def _read(path: Path) -> str:
    if path.suffix.lower() not in _KINDS:
        found = f"ends in {path.suffix!r}" if path.suffix else "has no ending"
        raise SubmissionError(Fault(str(path), found, "a text file: .md or .txt", code="no-text"))
    try:
        size = path.stat().st_size
        data = path.read_bytes() if size <= _LARGEST else b""
    except OSError as error:
        found = f"cannot be read ({error.strerror})"
        raise SubmissionError(Fault(str(path), found, "a text file: .md or .txt", code="no-text")) from error
    if size > _LARGEST:
        found = f"has {size:,} bytes"
        raise SubmissionError(Fault(str(path), found, f"at most {_LARGEST:,}", code="too-large"))
    text = _decoded(data)
    if text is None or _CONTROLS.search(text):
        raise SubmissionError(
            Fault(str(path), "is no text in UTF-8 or GB18030", "a file saved as UTF-8", code="encoding")
        )
    if not text.strip():
        raise SubmissionError(Fault(str(path), "holds no words", "the text of a plan", code="empty-text"))
    return _LINE_ENDS.sub("\n", text)


def _decoded(data: bytes) -> str | None:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _named(name: str | None, folder: Path) -> str:
    made = re.sub(r"[^a-z0-9]+", "-", folder.name.lower()).strip("-") or "new-plan"
    chosen = made if name is None else name
    if not _ID.fullmatch(chosen):
        accepted = "small letters, digits, - and ."
        raise DefinitionError(Fault("--id", f"{chosen!r} is no name of a pack", accepted, made, "name"))
    return chosen


def _with_headings(text: str) -> str:
    """Mark the lines that begin a clause, so that its quotes can be found by it."""
    lines = text.split("\n")
    titled = False
    for at, line in enumerate(lines):
        words = line.strip()
        if not words or len(words) > _LONGEST_HEADING or words[-1] in "。；;，,":
            continue
        level = next((level for level, sign in enumerate(_LEVELS, start=2) if re.match(sign, words)), 0)
        if level:
            lines[at] = f"{'#' * level} {words}"
        elif not titled and words == title_of(text):
            lines[at] = f"# {words}"
        titled = True
    return "\n".join(lines)


def _put(files: Mapping[str, str], folder: Path) -> None:
    """Write the files into a folder of another name, and give it its own once all are there."""
    with tempfile.TemporaryDirectory(prefix=".edutargets-", dir=folder.parent) as place:
        made = Path(place) / folder.name
        for name, text in files.items():
            path = made / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        try:
            made.rename(folder)
        except OSError as error:
            found = f"cannot be made ({error.strerror})"
            raise OutputError(Fault(str(folder), found, "a folder that is not there yet")) from error
