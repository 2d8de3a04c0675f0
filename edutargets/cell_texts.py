"""The text of a cell as a person sees it, and the type in which a column's values are held."""

from __future__ import annotations

import math
from datetime import datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, SupportsFloat

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from edutargets.tables import Column

__all__ = ["DIGITS", "arrow_type", "cell_text", "column_texts", "type_fits"]

DIGITS = 18  # an unscaled number of 18 digits fits into 64 bits
SEEN_DIGITS = 15  # what a spreadsheet keeps of a number, and shows


def arrow_type(column: Column) -> pa.DataType:
    """Return how the values of a column are held: money is decimal, never binary fractions."""
    if column.type == "decimal":
        return pa.decimal128(DIGITS, column.scale or 0)
    types = {"integer": pa.int64(), "year": pa.int64(), "boolean": pa.bool_(), "date": pa.date32()}
    return types.get(column.type, pa.string())


def type_fits(found: pa.DataType, column: Column) -> bool:
    """Whether a typed file's column can hold what the data dictionary says: text always can."""
    if isinstance(found, pa.DictionaryType):
        found = found.value_type
    kinds = pa.types
    if (
        kinds.is_string(found)
        or kinds.is_large_string(found)
        or kinds.is_string_view(found)
        or kinds.is_null(found)
    ):
        return True
    number = kinds.is_integer(found) or kinds.is_floating(found) or kinds.is_decimal(found)
    if column.type == "boolean":
        return bool(kinds.is_boolean(found) or kinds.is_integer(found))
    if column.type == "date":
        return bool(kinds.is_date(found) or kinds.is_timestamp(found))
    return bool(number)


def cell_text(value: object) -> str | None:
    """Write a cell's value as a person sees it; ``None`` for an empty one.

    A number keeps the fifteen digits that a spreadsheet keeps, so 0.1 + 0.2 is 0.3.

    Examples:
        >>> cell_text(54.0), cell_text(0.1 + 0.2), cell_text(True), cell_text(0.00001)
        ('54', '0.3', 'true', '0.00001')
    """
    if value is None or value is pd.NaT or value is pd.NA:
        return None
    if isinstance(value, float | np.floating | Decimal):
        return _number_text(value)
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, datetime) and value.time() == time():
        value = value.date()
    return str(value)


def _number_text(number: SupportsFloat) -> str | None:
    if isinstance(number, Decimal):
        return None if number.is_nan() else format(number, "f")
    if math.isnan(number):
        return None
    if math.isinf(number):
        return "#ERROR!"  # a number too large for any spreadsheet
    text = f"{float(number):.{SEEN_DIGITS}g}"
    return format(Decimal(text), "f") if "e-" in text else text


def column_texts(values: pa.Array) -> pa.Array:
    """Write a whole column of a typed file as a person sees it."""
    if isinstance(values.type, pa.DictionaryType):
        values = values.dictionary_decode()
    kinds = pa.types
    by_hand = kinds.is_float64(values.type) or (kinds.is_decimal(values.type) and values.type.scale > 6)  # noqa: PLR2004  # then Arrow writes 1E-7
    if by_hand:
        return pa.array([cell_text(value) for value in values.to_pylist()], pa.string())
    texts = pc.cast(values, pa.string())
    return pc.if_else(pc.equal(texts, "nan"), None, texts) if kinds.is_floating(values.type) else texts
