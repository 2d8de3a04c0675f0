"""What a column's cells say: texts, as a person sees them, into exact typed values, or the reason why not."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from edutargets.cell_problems import PLACEHOLDERS, Problem, broken_cell
from edutargets.cell_readers import reader_of
from edutargets.cell_texts import DIGITS, arrow_type
from edutargets.identity_masks import masked, masked_whole

if TYPE_CHECKING:
    from collections.abc import Callable

    from edutargets.cell_readers import Plain
    from edutargets.tables import Column

__all__ = ["BadCell", "read_cells"]

FOUND_LENGTH = 60
_IDLE_ZEROS = r"^(-?[0-9]+)(?:\.0+|(\.[0-9]*[1-9])0+)$"
_PLAIN_CODE = r"^[A-Za-z0-9]{1,64}$"
_BROKEN = r"^(?:#[A-Z/0-9]+[!?]|#N/A|#N/D|=[A-Za-z0-9+(@-].*|#(?:MERGED|SHOWN)! .*|#ERROR!)$|\x{FFFD}|锟斤拷"
_BROKEN += r"|[0-9][0-9 -]{5}\*{7,}[0-9 -]?[0-9Xx]"  # what `identity_masks` leaves of a number
_STROKES = pa.array(sorted(word for word in PLACEHOLDERS if word.isalnum() and word.isascii()))


@dataclass(frozen=True, slots=True)
class BadCell:
    """A cell of one column that cannot be read: its row position, what stands there, and why not."""

    position: int
    found: str
    problem: Problem


def read_cells(
    texts: pa.Array, column: Column, factor: Fraction = Fraction(1)
) -> tuple[pa.Array, list[BadCell]]:
    """Turn the texts of one column into exact values of its type.

    Args:
        texts: What stands in the cells, ``None`` where nothing does.
        column: What the data dictionary says about them.
        factor: What one unit of the heading is worth in the column's unit.

    Returns:
        The values, NULL where a cell is empty or bad, and the bad cells.

    Examples:
        >>> from edutargets.tables import Column
        >>> values, bad = read_cells(
        ...     pa.array(["0.1", " ", "many"]), Column(type="decimal", scale=2), Fraction(10000)
        ... )
        >>> values.to_pylist(), [(cell.position, cell.found) for cell in bad]
        ([Decimal('1000.00'), None, None], [(2, "'many'")])
    """
    trimmed = pc.utf8_trim_whitespace(texts)
    trimmed = pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)
    broken = _matches(trimmed, _BROKEN)
    wrong: dict[str, Problem] = {}
    if pc.any(broken).as_py():
        wrong = {text: broken_cell(text) for text in pc.unique(trimmed.filter(broken)).to_pylist()}
        trimmed = pc.if_else(broken, pa.scalar(None, pa.string()), trimmed)
    if column.type == "text":
        kept = pc.if_else(pc.is_valid(trimmed), texts, pa.scalar(None, pa.string()))
        return kept, _located(texts, wrong, column)
    values, problems = _typed(trimmed, column, factor)
    return values, _located(texts, wrong | problems, column)


def _located(texts: pa.Array, wrong: dict[str, Problem], column: Column) -> list[BadCell]:
    """Find where the texts that mean nothing stand."""
    if not wrong:
        return []
    trimmed = pc.utf8_trim_whitespace(texts)
    positions = np.flatnonzero(
        pc.is_in(trimmed, value_set=pa.array(list(wrong), pa.string())).to_numpy(zero_copy_only=False)
    )
    bad = zip(
        positions.tolist(),
        texts.take(positions).to_pylist(),
        trimmed.take(positions).to_pylist(),
        strict=True,
    )
    return [BadCell(position, _shown(text, column), wrong[key]) for position, text, key in bad]


def _shown(text: str, column: Column) -> str:
    """Quote a cell, masked before it is cut: a cut identity number would no longer look like one."""
    shown = repr(masked_whole(text) if column.checksum == "gb11643" else masked(text))
    return shown if len(shown) <= FOUND_LENGTH else f"{shown[: FOUND_LENGTH - 1]}…"


def _typed(texts: pa.Array, column: Column, factor: Fraction) -> tuple[pa.Array, dict[str, Problem]]:
    kind = arrow_type(column)
    if column.type in {"integer", "decimal"}:
        return _numbers(texts, column, factor)
    if column.type == "code":
        strokes = pc.is_in(pc.utf8_lower(texts), value_set=_STROKES)
        clean = pc.and_(_matches(texts, _PLAIN_CODE), pc.invert(strokes))
        fast = pc.if_else(clean, texts, pa.scalar(None, pa.string()))
        return _fast_or_slow(fast, clean, texts, reader_of(column, factor), kind)
    return _by_unique(texts, reader_of(column, factor), kind)


def _by_unique(
    texts: pa.Array, reader: Callable[[str], Plain | Problem], kind: pa.DataType
) -> tuple[pa.Array, dict[str, Problem]]:
    """Read each different text once."""
    encoded = texts.dictionary_encode()
    read = [(text, reader(text)) for text in encoded.dictionary.to_pylist()]
    values = pa.array([None if isinstance(value, Problem) else value for _, value in read], kind)
    problems = {text: value for text, value in read if isinstance(value, Problem)}
    return values.take(encoded.indices), problems


def _fast_or_slow(
    fast: pa.Array,
    clean: pa.Array,
    texts: pa.Array,
    reader: Callable[[str], Plain | Problem],
    kind: pa.DataType,
) -> tuple[pa.Array, dict[str, Problem]]:
    """Keep what was read in one go because it is clean, and look at the rest text by text."""
    rest = pc.if_else(clean, pa.scalar(None, pa.string()), texts)
    if rest.null_count == len(rest):
        return fast, {}
    slow, problems = _by_unique(rest, reader, kind)
    return pc.coalesce(fast, slow), problems


def _matches(texts: pa.Array, pattern: str) -> pa.Array:
    return pc.fill_null(pc.match_substring_regex(texts, pattern), fill_value=False)


def _numbers(texts: pa.Array, column: Column, factor: Fraction) -> tuple[pa.Array, dict[str, Problem]]:
    kind, scale = arrow_type(column), column.scale or 0
    places = _places(factor, scale)
    reader = reader_of(column, factor)
    if places is None:
        return _by_unique(texts, reader, kind)
    decimals = rf"(?:\.[0-9]{{1,{places}}})?" if places else ""
    pattern = rf"^-?[0-9]{{1,{DIGITS - places}}}{decimals}$"
    plain, clean = texts, _matches(texts, pattern)
    if pc.sum(clean).as_py() != len(texts) - texts.null_count:
        plain = pc.replace_substring_regex(texts, _IDLE_ZEROS, r"\1\2")
        clean = _matches(plain, pattern)
    plain = pc.if_else(clean, plain, pa.scalar(None, pa.string()))
    if column.type == "integer" and not places:
        return _fast_or_slow(pc.cast(plain, kind), clean, texts, reader, kind)
    raw = pc.cast(plain, pa.decimal128(38, places))
    moved = pa.Array.from_buffers(
        pa.decimal128(DIGITS, scale), len(raw), raw.buffers(), raw.null_count, raw.offset
    )
    return _fast_or_slow(pc.cast(moved, kind), clean, texts, reader, kind)


def _places(factor: Fraction, scale: int) -> int | None:
    """Return how many decimals a heading's numbers may have if its unit only moves the point."""
    for power in range(-9, 13):
        if factor == Fraction(10) ** power:
            places = scale + power
            return places if 0 <= places < DIGITS else None
    return None
