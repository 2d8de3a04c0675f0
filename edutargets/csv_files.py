"""CSV files: bytes into text, text into records, and nothing guessed on the way."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from typing import TYPE_CHECKING, cast

from edutargets.grids import Sheet, refuse

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["bytes_of", "csv_sheet"]

LONGEST_LINE = 1_000_000  # also the size of the blocks in which a file is read
_LOST = re.compile("\ufffd|锟斤拷|\0")
_HIGH = re.compile("[\x80-\xff]{2}")
_CHINESE = re.compile("[\u3400-\u9fff]")
_MIXED_UP = (
    ("latin-1", "utf-8"),
    ("cp1252", "utf-8"),
    ("latin-1", "gb18030"),
    ("cp1252", "gb18030"),
    ("gb18030", "utf-8"),
)


def bytes_of(path: Path, name: str, *, lines: bool) -> tuple[bytes, str]:
    """Read a file block by block, and stop at a line that no table has."""
    blocks: list[bytes] = []
    digest = hashlib.sha256()
    run, number = 0, 1
    with path.open("rb") as stream:
        while block := stream.read(LONGEST_LINE):
            if lines:
                first, last = _line_ends(block)
                run = run + (first if first >= 0 else len(block))
                if run > LONGEST_LINE:
                    raise refuse(
                        f"{name}:{number}",
                        f"a line of more than {LONGEST_LINE:,} bytes",
                        "one line for each record",
                    )
                number += block.count(b"\n")
                run = run if first < 0 else len(block) - last - 1
            digest.update(block)
            blocks.append(block)
    return b"".join(blocks), digest.hexdigest()


def _line_ends(block: bytes) -> tuple[int, int]:
    ends = [end for end in (block.find(b"\n"), block.find(b"\r")) if end >= 0]
    return (min(ends), max(block.rfind(b"\n"), block.rfind(b"\r"))) if ends else (-1, -1)


def _decoded(name: str, data: bytes) -> tuple[str, str]:
    """Decode as UTF-8, else as GB18030; text that was damaged before is refused, not guessed."""
    wanted = "text in UTF-8 or GB18030"
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return _decoded_wide(name, data)
    encoding = "utf-8-sig" if data.startswith(b"\xef\xbb\xbf") else "utf-8"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        loose = data.decode("utf-8", "replace")
        if encoding == "utf-8-sig" or len(_CHINESE.findall(loose)) > loose.count("\ufffd"):
            raise refuse(
                f"{name}:{line}", "the UTF-8 text is damaged", "the file as it was first saved", "encoding"
            ) from error
        encoding = "gb18030"
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError as worse:
            line = data.count(b"\n", 0, worse.start) + 1
            raise refuse(
                f"{name}:{line}", "bytes that are neither UTF-8 nor GB18030", wanted, "encoding"
            ) from worse
    _refuse_mojibake(name, text)
    return text, encoding


def _decoded_wide(name: str, data: bytes) -> tuple[str, str]:
    """Decode UTF-16, which says itself in its first two bytes that it is."""
    try:
        text = data.decode("utf-16")
    except UnicodeDecodeError as error:
        raise refuse(
            name, "the UTF-16 text is damaged", "the file as it was first saved", "encoding"
        ) from error
    _refuse_mojibake(name, text)
    return text, "utf-16"


def _refuse_mojibake(name: str, text: str) -> None:
    """Refuse text that was once decoded wrongly and saved so."""
    if lost := _LOST.search(text):
        line = text.count("\n", 0, lost.start()) + 1
        shown = "NUL" if lost[0] == "\0" else repr(lost[0])
        raise refuse(
            f"{name}:{line}", f"{shown}: characters were lost in an earlier conversion", code="encoding"
        )
    heading = text.lstrip().partition("\n")[0]
    for wrong, right in _MIXED_UP:
        if wrong != "gb18030" and not _HIGH.search(heading):
            continue
        try:
            meant = heading.encode(wrong).decode(right)
        except UnicodeError:
            continue
        if meant != heading and _CHINESE.search(meant):
            found = f"the headings read {heading[:30]!r}, but meant {meant[:30]!r}"
            raise refuse(
                f"{name}:1", found, "the file as it was first saved, in UTF-8 or GB18030", "encoding"
            )


def csv_sheet(name: str, data: bytes) -> tuple[Sheet, str]:
    """Read a CSV file's records.

    Args:
        name: The file's name, for messages.
        data: Its bytes.

    Returns:
        Its cells, and the encoding they were written in.

    Raises:
        SubmissionError: If it cannot be decoded or a quote is torn.
    """
    text, encoding = _decoded(name, data)
    records: list[list[object]] = []
    numbers: list[int] = []
    start = 1
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=_delimiter(text))
    try:
        for record in reader:
            if "".join(record).strip():
                records.append(cast("list[object]", record))
                numbers.append(start)
            start = reader.line_num + 1
    except csv.Error as error:
        raise refuse(
            f"{name}:{start}",
            f"a torn quote or cell: {error}",
            'each quoted cell closed: "…", with " inside it doubled',
            "torn-quote",
        ) from error
    if not records:
        raise refuse(name, "the file is empty", "a row of headings and one row for each record", "empty-file")
    return Sheet(name, "", records, numbers), encoding


def _delimiter(text: str) -> str:
    """Return what parts the cells: a tab where a spreadsheet saved "Unicode text", else a comma."""
    lines = text[:10_000].splitlines()
    tabs, commas = (max((line.count(mark) for line in lines), default=0) for mark in "\t,")
    return "\t" if tabs > commas else ","
