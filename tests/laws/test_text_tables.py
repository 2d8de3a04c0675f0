"""Tables for a terminal: every column begins at the same place, whatever is written in Chinese."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from edutargets.text_tables import padded, text_table, width_of

LETTERS = "abcXYZ 0189.,%()-–—→“”「」目标达成率公办园在园幼儿占比（），：；、。％ｱ가é\u0301\u200d✔✘◐∅①"
MARKS = ("\u0301", "\u200d")
CELLS = st.text(alphabet=LETTERS, max_size=14).map(str.strip).filter(lambda text: not text.startswith(MARKS))
TABLES = st.integers(1, 5).flatmap(
    lambda columns: st.lists(st.tuples(*[CELLS] * columns), min_size=2, max_size=8)
)
GAP = "  "


def columns_of(text: str) -> list[str]:
    """Lay a text out in a terminal's columns; a wide character takes two, a mark joins the one before."""
    found: list[str] = []
    for one in text:
        if unicodedata.category(one) in {"Mn", "Me", "Cf"}:
            if found:
                found[-1] += one
        else:
            found += [one, ""] if unicodedata.east_asian_width(one) in {"W", "F"} else [one]
    return found


@given(TABLES, st.sets(st.integers(0, 4)))
def test_every_cell_stands_in_its_column(rows: list[tuple[str, ...]], right: set[int]) -> None:
    """Cut at the same columns of a terminal, each line gives its cells back, left or right of their room."""
    heads, *body = rows
    lines = text_table(heads, body, frozenset(right), GAP)
    titled = any(heads)
    whole = [heads, *body] if titled else body
    shown = [line for at, line in enumerate(lines) if not (titled and at == 1)]
    widths = [max(len(columns_of(row[at])) for row in whole) for at in range(len(heads))]
    for row, line in zip(whole, shown, strict=True):
        laid, start = columns_of(line), 0
        for at, cell in enumerate(row):
            room = (laid + [" "] * 200)[start : start + widths[at]]
            blanks = [" "] * (widths[at] - len(columns_of(cell)))
            assert room == (blanks + columns_of(cell) if at in right else columns_of(cell) + blanks)
            start += widths[at] + len(GAP)


@given(CELLS, st.integers(0, 40))
def test_a_filled_text_is_as_wide_as_asked(text: str, width: int) -> None:
    """Never cut, and else exactly so many columns."""
    for right in (False, True):
        assert width_of(padded(text, width, right=right)) == max(width, len(columns_of(text)))
