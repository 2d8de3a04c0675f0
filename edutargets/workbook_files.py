"""Workbooks by what is in them, whatever their names end in: xlsx, xls and ods, or why they are not read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edutargets.errors import Fault
from edutargets.grids import refuse

if TYPE_CHECKING:
    from edutargets.grids import Sheet

__all__ = ["other_kind", "workbook_sheets"]

_OLD, _ZIPPED = b"\xd0\xcf\x11\xe0", b"PK"
_MIME = b"mimetypeapplication/vnd.oasis.opendocument"
_SAVE = "save it as .xlsx / 请在电子表格软件中另存为 .xlsx 后再报送"
_ADVICE = {
    **dict.fromkeys((".xlsm", ".xltm", ".xlsb", ".xltx", ".xlt", ".numbers", ".fods", ".sxc"), _SAVE),
    **dict.fromkeys((".et", ".ett", ".wps", ".wpt", ".dps"), _SAVE),
    **dict.fromkeys((".zip", ".rar", ".7z", ".gz", ".tar"), "unpack it into the folder / 请解压后再报送"),
    **dict.fromkeys(
        (".pdf", ".doc", ".docx", ".jpg", ".jpeg", ".png", ".ofd"),
        "the table itself, not its picture or print / 请报送电子表格，不是扫描件或文档",
    ),
}


def other_kind(name: str, suffix: str, kinds: tuple[str, ...]) -> Fault:
    """Say of a file that is not read what to do with it."""
    advice = _ADVICE.get(suffix.lower(), "")
    return Fault(
        name,
        f"files ending in {suffix or 'nothing'} are not read",
        ", ".join(kinds) + (f"; {advice}" if advice else ""),
        code="unknown-kind",
    )


def workbook_sheets(name: str, data: bytes) -> tuple[list[Sheet], str]:
    """Read every sheet that has cells.

    Args:
        name: The file's name, for messages.
        data: Its bytes.

    Returns:
        The sheets, and the kind of workbook that it is.

    Raises:
        SubmissionError: If it is none of them, broken, locked or absurdly large.
    """
    if data.startswith(_OLD):
        from edutargets.xls_files import xls_sheets  # noqa: PLC0415  # only who sends .xls pays

        return xls_sheets(name, data), "xls"
    if data.startswith(_ZIPPED) and _MIME in data[:200]:
        from edutargets.ods_files import ods_sheets  # noqa: PLC0415  # as above

        return ods_sheets(name, data), "ods"
    if data.startswith(_ZIPPED):
        from edutargets.xlsx_files import xlsx_sheets  # noqa: PLC0415  # as above

        return xlsx_sheets(name, data), "xlsx"
    if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        raise refuse(name, "a web page or XML under the name of a workbook", _SAVE)
    raise refuse(name, "not a readable workbook: none by its content", _SAVE)
