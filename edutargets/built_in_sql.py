"""The built-in checks that say the same as a condition in SQL: which rows fail, on exact values, in one scan.

Only what a test holds against Great Expectations itself on random faulty rows stands here; a kind, a column
type, a setting or a null rule that does not is left to Great Expectations. A row with an empty cell in a
named column is not judged (`judged_rows`), except by the two checks for blanks.
"""

from __future__ import annotations

import re
from datetime import datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from itertools import combinations
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pydantic import JsonValue

    from edutargets.checks import Check

__all__ = ["failing_condition", "judged_rows"]

_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}", re.ASCII)
_OF_BLANKS = frozenset({"expect_column_values_to_not_be_null", "expect_column_values_to_be_null"})
_DIGITS = 38
_INT64 = 2**63


def failing_condition(check: Check, schema: pa.Schema) -> str | None:
    """Return what a row fails by, or nothing where only Great Expectations can say.

    Args:
        check: A check of a built-in kind; its settings are as its suite has them.
        schema: The columns that were handed in.
    """
    columns = check.named_columns
    if not columns or any(name not in schema.names for name in columns):
        return None
    kwargs = {name: value for name, value in check.kwargs.items() if value is not None}
    types = [schema.field(name).type for name in columns]
    names = [_quoted(name) for name in columns]
    kind = check.type.removeprefix("expect_")
    if len(columns) == 1 and "column" in kwargs:
        return _of_one(kind, names[0], types[0], kwargs)
    if kwargs.get("ignore_row_if") in {"either_value_is_missing", "any_value_is_missing"}:
        return _of_several(kind, names, types, kwargs)
    return None


def judged_rows(check: Check, rows: pa.Table) -> int:
    """Count the rows that a check judges: those without a blank in its columns.

    Args:
        check: A check for which there is a `failing_condition`.
        rows: The table.
    """
    columns = [rows.column(name) for name in check.named_columns]
    if check.type in _OF_BLANKS or not any(column.null_count for column in columns):
        return int(rows.num_rows)
    filled = columns[0].is_valid()
    for column in columns[1:]:
        filled = pc.and_(filled, column.is_valid())
    return int(pc.sum(filled).as_py() or 0)


def _of_one(kind: str, name: str, type_: pa.DataType, kwargs: Mapping[str, JsonValue]) -> str | None:
    match kind:
        case "column_values_to_not_be_null":
            return f"{name} IS NULL" if not pa.types.is_floating(type_) else None
        case "column_values_to_be_null":
            return f"{name} IS NOT NULL" if not pa.types.is_floating(type_) else None
        case "column_values_to_be_unique":
            return _repeated([name], [type_])
        case "column_values_to_be_in_set":
            listed = _listed(kwargs.get("value_set"), type_)
            return f"{name} NOT IN ({listed})" if listed else None
        case "column_values_to_not_be_in_set":
            listed = _listed(kwargs.get("value_set"), type_)
            return f"{name} IN ({listed})" if listed else None
        case "column_values_to_be_between":
            return _outside(name, type_, kwargs)
        case "column_value_lengths_to_be_between" if _is_text(type_):
            bounds = [kwargs[bound] for bound in ("min_value", "max_value") if bound in kwargs]
            whole = all(_whole(bound) is not None for bound in bounds)
            return _outside(f"length({name})", pa.int64(), kwargs) if whole else None
        case "column_value_lengths_to_equal" if _is_text(type_):
            length = _whole(kwargs.get("value"))
            return None if length is None else f"length({name}) <> {length}"
    return None


def _of_several(
    kind: str, names: Sequence[str], types: Sequence[pa.DataType], kwargs: Mapping[str, JsonValue]
) -> str | None:
    if kind == "compound_columns_to_be_unique":
        return _repeated(names, types)
    if not _are_alike(types):
        return None
    filled = " AND ".join(f"{name} IS NOT NULL" for name in names)
    match kind:
        case "column_pair_values_a_to_be_greater_than_b" if not _is_text(types[0]):
            less = "<" if kwargs.get("or_equal") else "<="
            return f"{names[0]} {less} {names[1]}"
        case "column_pair_values_to_be_equal":
            return f"{names[0]} <> {names[1]}"
        case "select_column_values_to_be_unique_within_record":
            same = " OR ".join(f"{one} = {other}" for one, other in combinations(names, 2))
            return f"{filled} AND ({same})"
        case "multicolumn_sum_to_equal" if pa.types.is_integer(types[0]):
            total = _whole(kwargs.get("sum_total"))
            added = " + ".join(f"CAST({name} AS HUGEINT)" for name in names)
            return None if total is None else f"{added} <> {total}"
    return None


def _repeated(names: Sequence[str], types: Sequence[pa.DataType]) -> str | None:
    """Say that another row has the same values; a row with a blank repeats nothing."""
    if any(_kind_of(type_) is None for type_ in types):
        return None
    filled = " AND ".join(f"{name} IS NOT NULL" for name in names)
    listed = ", ".join(names)
    several = f"SELECT ({listed}) FROM {{batch}} WHERE {filled} GROUP BY {listed} HAVING count(*) > 1"  # noqa: S608  # quoted names
    return f"{filled} AND ({listed}) IN ({several})"


def _outside(name: str, type_: pa.DataType, kwargs: Mapping[str, JsonValue]) -> str | None:
    """Say that a value lies outside its bounds, which are first brought to the column's own last place."""
    low, high = kwargs.get("min_value"), kwargs.get("max_value")
    if low is None and high is None:
        return None
    least, most = _comparable(low, type_), _comparable(high, type_)
    if (low is not None and least is None) or (high is not None and most is None):
        return None
    if least is not None and most is not None and least > most:  # type: ignore[operator]  # both of one type
        return None
    below = "<=" if kwargs.get("strict_min") else "<"
    above = ">=" if kwargs.get("strict_max") else ">"
    parts = [
        *([_against(name, below, least, type_)] if least is not None else ()),
        *([_against(name, above, most, type_)] if most is not None else ()),
    ]
    return None if None in parts else " OR ".join(str(part) for part in parts)


def _comparable(bound: JsonValue, type_: pa.DataType) -> Decimal | datetime | None:
    if pa.types.is_date(type_) and isinstance(bound, str) and _MOMENT.fullmatch(bound):
        try:
            return datetime.fromisoformat(bound)
        except ValueError:
            return None
    if isinstance(bound, bool) or not (pa.types.is_integer(type_) or pa.types.is_decimal(type_)):
        return None
    if isinstance(bound, int | float):
        number = Decimal(repr(bound))
        return number if number.is_finite() else None
    return None


def _against(name: str, sign: str, bound: Decimal | datetime, type_: pa.DataType) -> str | None:
    """Compare with a bound that the column's type can hold: `n < 0.5` is `n < 1`, `n > 0.5` is `n > 0`."""
    if isinstance(bound, datetime):
        return f"{name} {sign} TIMESTAMP '{bound:%Y-%m-%d %H:%M:%S}'" if bound.year >= 1000 else None  # noqa: PLR2004  # four digits
    up = sign in {"<", ">="}
    place = Decimal(1).scaleb(-type_.scale) if pa.types.is_decimal(type_) else Decimal(1)
    if bound.adjusted() + 1 - int(place.adjusted()) > _DIGITS - 10:
        return None
    return f"{name} {sign} {bound.quantize(place, ROUND_CEILING if up else ROUND_FLOOR):f}"


def _listed(values: JsonValue, type_: pa.DataType) -> str:
    """Write a set of texts or of whole numbers; nothing where it holds anything else."""
    if not isinstance(values, list) or not values:
        return ""
    if _is_text(type_) and all(isinstance(value, str) and "\0" not in value for value in values):
        return ", ".join("'" + str(value).replace("'", "''") + "'" for value in values)
    if pa.types.is_integer(type_) and all(_whole(value) is not None for value in values):
        return ", ".join(str(value) for value in values)
    return ""


def _whole(value: JsonValue) -> int | None:
    return value if type(value) is int and -_INT64 <= value < _INT64 else None


def _are_alike(types: Sequence[pa.DataType]) -> bool:
    kinds = {_kind_of(type_) for type_ in types}
    return len(kinds) == 1 and None not in kinds


def _kind_of(type_: pa.DataType) -> str | None:
    """Name the family of a type whose values compare in SQL as they do in Great Expectations."""
    families = {
        "text": _is_text,
        "integer": pa.types.is_integer,
        "decimal": pa.types.is_decimal,
        "date": pa.types.is_date,
    }
    return next((name for name, belongs in families.items() if belongs(type_)), None)


def _is_text(type_: pa.DataType) -> bool:
    return bool(pa.types.is_string(type_) or pa.types.is_large_string(type_))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
