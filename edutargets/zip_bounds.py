"""What a packed workbook may hold: bounded before it is unpacked, and nothing that a reader would misread."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING
from xml.parsers import expat

from edutargets.grids import refuse

if TYPE_CHECKING:
    from edutargets.errors import SubmissionError

__all__ = ["Parts", "broken_workbook", "parsed", "refuse_two_texts"]

MOST_PARTS = 10_000
MOST_UNPACKED = 1_500_000_000
ONE_PART = 1_000_000_000
SMALL = 50_000_000  # below it the ratio does no harm
MOST_RATIO = 250  # sheets of real tables pack 5 to 60 times
_HEADER = struct.Struct("<4s22xHH")
_ENCODING = re.compile(rb"""^<\?xml[^>]*?encoding\s*=\s*["']([^"']*)["']""")
_TWO_TEXTS = re.compile(rb"<(?:\w+:)?t(?:\s[^>]*)?(?:/>|>[^<]*</(?:\w+:)?t\s*>)\s*<(?:\w+:)?t[\s>/]")
_UTF8 = {b"utf-8", b"utf8", b"us-ascii", b"ascii"}


def broken_workbook(name: str, why: str = "broken or no workbook") -> SubmissionError:
    """Make the error for a workbook that cannot be opened."""
    return refuse(name, f"not a readable workbook: {why}", "an .xlsx workbook that opens in a spreadsheet")


class Parts:
    """The parts of a zipped workbook, unpacked one by one and never beyond what they say they hold.

    Args:
        name: The file's name, for messages.
        data: Its bytes.

    Raises:
        SubmissionError: If it is no zip file, or says that it holds absurdly much.
    """

    def __init__(self, name: str, data: bytes) -> None:
        self._name, self._data = name, data
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as inside:
                parts = inside.infolist()
        except (
            zipfile.BadZipFile,
            NotImplementedError,
            ValueError,
            EOFError,
            OSError,
            struct.error,
        ) as error:
            raise broken_workbook(name) from error
        self._parts = {part.filename: part for part in parts}
        if len(self._parts) != len(parts):
            raise broken_workbook(name, "a part stands in it twice")
        self._refuse_absurd(parts)

    def _refuse_absurd(self, parts: list[zipfile.ZipInfo]) -> None:
        unpacked = sum(part.file_size for part in parts)
        absurd = [
            part
            for part in parts
            if part.file_size > ONE_PART
            or (part.file_size > SMALL and part.file_size > MOST_RATIO * max(part.compress_size, 1))
        ]
        if absurd or unpacked > MOST_UNPACKED or len(parts) > MOST_PARTS:
            raise refuse(
                self._name,
                f"it would unpack to {unpacked:,} bytes in {len(parts):,} parts",
                "a workbook without stray cells or pictures: copy the tables into a new one",
                "too-large",
            )

    def __contains__(self, part: str) -> bool:
        return part in self._parts

    def names(self) -> list[str]:
        """Return the names of the parts."""
        return list(self._parts)

    def read(self, part: str) -> bytes:
        """Unpack a part.

        Raises:
            SubmissionError: If it is locked, broken, or holds another amount than it says.
        """
        about = self._parts[part]
        if about.flag_bits & 1:
            raise refuse(self._name, "locked by a password", "a workbook without a password", "password")
        start = about.header_offset
        header = self._data[start : start + _HEADER.size]
        if len(header) < _HEADER.size or not header.startswith(b"PK\x03\x04"):
            raise broken_workbook(self._name)
        _, named, extra = _HEADER.unpack(header)
        start += _HEADER.size + named + extra
        packed = self._data[start : start + about.compress_size]
        text = self._inflated(packed, about)
        if text is None or len(text) != about.file_size or zlib.crc32(text) != about.CRC:
            raise broken_workbook(self._name, f"its part {part} is damaged")
        return text

    def _inflated(self, packed: bytes, about: zipfile.ZipInfo) -> bytes | None:
        if about.compress_type == zipfile.ZIP_STORED:
            return packed
        if about.compress_type != zipfile.ZIP_DEFLATED:
            return None
        inflate = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            text = inflate.decompress(packed, about.file_size + 1)
        except zlib.error:
            return None
        return text if inflate.eof or not inflate.unconsumed_tail else None

    def xml(self, part: str) -> bytes:
        """Unpack a part that is XML in UTF-8, as every spreadsheet writes it."""
        text = self.read(part)
        declared = _ENCODING.match(text[:200])
        if b"\0" in text or (declared and declared[1].lower() not in _UTF8):
            raise broken_workbook(self._name, f"its part {part} is not in UTF-8")
        return text


def parsed(name: str, part: str, text: bytes, parser: expat.XMLParserType | None = None) -> None:
    """Run a parser over a part, and refuse what no spreadsheet writes: entities, torn elements.

    Raises:
        SubmissionError: If the part is not well-formed, or declares a document type.
    """
    parser = parser or expat.ParserCreate()

    def forbid(*_: object) -> None:
        raise broken_workbook(name, f"its part {part} declares entities, which no spreadsheet writes")

    parser.StartDoctypeDeclHandler = forbid
    try:
        parser.Parse(text, True)  # noqa: FBT003  # it is positional
    except expat.ExpatError as error:
        raise broken_workbook(name, f"its part {part} is torn ({error})") from error


def refuse_two_texts(name: str, part: str, text: bytes) -> None:
    """Refuse two texts in the place of one: one reader joins them, another takes the last."""
    if _TWO_TEXTS.search(text):
        raise broken_workbook(name, f"its part {part} has two texts in one")
