"""A slip laid out cell by cell, before anybody writes it to a file."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache
from math import ceil
from typing import TYPE_CHECKING

from edutargets.checks import Severity
from edutargets.severity_words import SEVERITY_WORDS
from edutargets.slip_words import (
    DECISIONS,
    EXPLANATION_HEADINGS,
    EXPLANATION_SHEET,
    HEADINGS,
    LABELS,
    SLIP_SHEET,
    STEPS,
    below,
    beside,
    safe_text,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from edutargets.slip_sheets import SlipSheet
    from edutargets.slips import Slip, SlipLine

__all__ = ["Page", "PageCell", "comments_of", "data_page", "explanation_page", "first_page", "link_to"]

_WIDTHS = (6.0, 13.0, 22.0, 26.0, 18.0, 24.0, 36.0, 36.0, 12.0)
_LINE_HEIGHT, _HIGHEST = 13.5, 400.0
_LONGEST_COMMENT = 2_000
_MOST_COMMENTS = 5_000  # of one sheet; spreadsheets grow slow with more


@dataclass(frozen=True, slots=True)
class PageCell:
    """A cell: its text, its looks, and where a click on it leads.

    Args:
        text: What it says; never a formula or an address, whatever it begins with.
        style: A name of :data:`edutargets.slip_styles.STYLES`.
        link: A sheet of the same workbook and a cell on it.
        comment: What its comment says.
        across: How many columns it reaches over.
    """

    text: str | int = ""
    style: str = "plain"
    link: tuple[str, str] | None = None
    comment: str = ""
    across: int = 1


@dataclass(slots=True)
class Page:
    """A sheet to be written.

    Args:
        name: Its name.
        rows: The cells of each row, from the top.
        widths: How wide each column is, in characters.
        heights: How high each row must be for its texts, by row from 0; the others as usual.
        heading: The row, from 0, that is printed on every page; the first one also stays in sight.
    """

    name: str
    rows: list[list[PageCell]] = field(default_factory=list)
    widths: tuple[float, ...] = ()
    heights: dict[int, float] = field(default_factory=dict)
    heading: int = 0

    def add(self, *cells: PageCell) -> None:
        """Add a row as high as its texts need: not every spreadsheet finds that by itself."""
        needed, position = 1, 0
        for cell in cells:
            room = sum(self.widths[position : position + cell.across]) - 1
            lines = sum(max(1, ceil(_width(line) / room)) for line in str(cell.text).split("\n"))
            needed, position = max(needed, lines), position + cell.across
        if needed > 1:
            self.heights[len(self.rows)] = min(_LINE_HEIGHT * needed + 2, _HIGHEST)
        self.rows.append(list(cells))


def link_to(sheet: str, cell: str) -> str:
    """Write the address of a cell on another sheet.

    Examples:
        >>> link_to("学校's", "C7")
        "'学校''s'!C7"
    """
    quoted = sheet.replace("'", "''")
    return f"'{quoted}'!{cell}"


@lru_cache(maxsize=8192)  # the same sentences stand on most slips
def _width(text: str) -> float:
    """Return how many columns of characters a text fills; a Chinese one fills two."""
    return sum(2.0 if unicodedata.east_asian_width(c) in "WF" else 1.0 for c in text)


def first_page(slip: Slip) -> Page:
    """Lay out the sheet that a school reads first: what was decided, what to do, and one line each."""
    page = Page(SLIP_SHEET, widths=_WIDTHS)
    page.add(PageCell(beside(LABELS["slip"]), "title", across=len(_WIDTHS)))
    page.heights[0] = 30.0
    facts = [*_facts(slip), *_numbered(_steps(slip))]
    for label, text in facts:
        page.add(
            PageCell(label, "label", across=2), PageCell(safe_text(text), "text", across=len(_WIDTHS) - 2)
        )
    page.add()
    page.heading = len(page.rows)
    page.add(*(PageCell(below(heading), "head") for heading in HEADINGS))
    for line in slip.lines:
        page.add(*_line(line))
    return page


def _numbered(steps: Iterator[str]) -> Iterator[tuple[str, str]]:
    for number, text in enumerate(steps, 1):
        yield below(LABELS["steps"]) if number == 1 else "", f"{number}. {text}"


def _facts(slip: Slip) -> Iterator[tuple[str, str]]:
    who = " ".join(text for text in (slip.reporter, slip.name) if text) or beside(LABELS["bureau"])
    if not slip.is_listed:
        who += f"（{beside(LABELS['not on the roster'])}）"
    yield below(LABELS["school"]), who
    yield below(LABELS["own"]), beside(DECISIONS[slip.outcome])
    yield below(LABELS["whole"]), beside(DECISIONS[slip.decision.value])
    counts = (f"{beside(words)} {slip.counts[severity]}" for severity, words in SEVERITY_WORDS.items())
    yield below(LABELS["counts"]), " · ".join(counts)
    files = "\n".join(f"{file.name}  SHA-256 {file.sha256}" for file in slip.files)
    if files:
        yield below(LABELS["files"]), files


def _steps(slip: Slip) -> Iterator[str]:
    """Yield what to do with this slip: only what it needs."""
    marked = {mark.severity for sheet in slip.sheets for mark in sheet.marks.values()}
    named = {
        "correct": Severity.CRITICAL in marked,
        "explain": bool(slip.counts[Severity.WARNING]),
        "look": Severity.INFO in marked,
        "missing": any(not line.cell for line in slip.lines),
        "hidden": bool(slip.hidden),
        "lost": any("\N{REPLACEMENT CHARACTER}" in safe_text(text) for text in _texts(slip)),
        "return": bool(slip.sheets),
    }
    for name, is_needed in named.items():
        if is_needed:
            yield below(STEPS[name])


def _texts(slip: Slip) -> Iterator[str]:
    return (text for sheet in slip.sheets for row in sheet.rows for text in row)


def _line(line: SlipLine) -> list[PageCell]:
    finding = line.finding
    severity = finding.severity.value
    here = f"{line.sheet}!{line.cell}" if line.cell else ""
    column = below(line.column) or below(LABELS["whole table"] if finding.row is None else line.table)
    place = finding.place or below(line.table)
    found = finding.found or (below(LABELS["empty"]) if finding.row is not None and finding.column else "")
    return [
        PageCell(line.number, "number"),
        PageCell(below(SEVERITY_WORDS[finding.severity]), severity),
        PageCell(safe_text(here), "link" if here else "cell", (line.sheet, line.cell) if here else None),
        PageCell(safe_text(place), "cell"),
        PageCell(safe_text(column), "cell"),
        PageCell(safe_text(found), "cell"),
        PageCell(safe_text(below(finding.says)), "cell"),
        PageCell(
            safe_text(below(finding.mend) or below(LABELS["hand in"] if not here else finding.mend)), "cell"
        ),
        PageCell(finding.code, "code"),
    ]


def data_page(sheet: SlipSheet) -> Page:
    """Lay out a school's rows of one table as they were typed, with the marks."""
    page = Page(sheet.name)
    texts = [sheet.headings, *sheet.rows]
    page.widths = tuple(
        min(max(max(_width(row[position]) for row in texts[:200]) + 2, 8.0), 40.0)
        for position in range(len(sheet.headings))
    )
    hidden_columns = {position for _, position in sheet.hidden}
    comments = comments_of(sheet)
    page.rows.append(
        [
            PageCell(
                safe_text(heading),
                _looks(sheet, 1, position, "heading"),
                comment=comments.get(
                    (1, position), below(STEPS["hidden"]) if position in hidden_columns else ""
                ),
            )
            for position, heading in enumerate(sheet.headings)
        ]
    )
    for number, row in zip(sheet.numbers, sheet.rows, strict=True):
        page.rows.append(
            [
                PageCell(
                    safe_text(text),
                    _looks(sheet, number, position, "data"),
                    comment=comments.get((number, position), ""),
                )
                for position, text in enumerate(row)
            ]
        )
    return page


def comments_of(sheet: SlipSheet) -> Mapping[tuple[int, int], str]:
    """Return the comment of each marked cell, several reasons joined."""
    said = [(spot, mark) for spot, mark in sheet.marks.items() if mark.comments][:_MOST_COMMENTS]
    texts = {spot: "\n".join(mark.comments) for spot, mark in said}
    return {
        spot: safe_text(text if len(text) <= _LONGEST_COMMENT else f"{text[: _LONGEST_COMMENT - 1]}…")
        for spot, text in texts.items()
    }


def _looks(sheet: SlipSheet, row: int, position: int, otherwise: str) -> str:
    mark = sheet.marks.get((row, position))
    if mark is not None:
        return f"{otherwise} {mark.severity.value}"
    return f"{otherwise} hidden" if (row, position) in sheet.hidden else otherwise


def explanation_page(slip: Slip) -> Page | None:
    """Lay out the sheet on which a school explains what is right although it looks wrong."""
    asked = [line for line in slip.lines if line.finding.severity is Severity.WARNING]
    if not asked:
        return None
    page = Page(EXPLANATION_SHEET, widths=(12.0, 18.0, 24.0, 40.0, 16.0, 44.0, 60.0))
    page.rows.append([PageCell(heading, "heading") for heading in EXPLANATION_HEADINGS])
    for line in asked:
        finding = line.finding
        key = ", ".join(f"{name}={value}" for name, value in finding.key)
        question = "\n".join(text for text in (finding.place, below(finding.says)) if text)
        fixed = (finding.code, finding.reporter, finding.table, key, finding.mark, question)
        answer = PageCell(safe_text(finding.explained), "answer")
        page.add(*(PageCell(safe_text(text), "fixed") for text in fixed), answer)
    return page
