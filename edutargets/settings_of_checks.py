"""Whether the settings of a check can mean anything on its table: names, bounds, sets, patterns, SQL."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from edutargets.checks import KINDS
from edutargets.errors import Fault, near_names
from edutargets.own_kinds import OWN
from edutargets.settings_of_own_checks import faults_of_own_settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic import JsonValue

    from edutargets.settings_of_own_checks import Placed
    from edutargets.tables import Column, Dictionary, Table

__all__ = ["faults_of_settings"]

_TEXTS = frozenset({"code", "text", "category"})
_NUMBERS = frozenset({"integer", "decimal", "year"})
_OF_VALUES = frozenset(f"expect_column_{name}_to_be_between" for name in ("values", "max", "min"))
_OF_SUMS = frozenset(f"expect_column_{name}_to_be_between" for name in ("mean", "median", "sum", "stdev"))
_OF_TEXTS = frozenset({"expect_column_value_lengths_to_be_between", "expect_column_value_lengths_to_equal"})
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}", re.ASCII)
_NOTHING: tuple[JsonValue, ...] = (None, "", [])
_NULL_RULES_OF_PAIRS = ("either_value_is_missing", "both_values_are_missing", "neither")
_NULL_RULES_OF_LISTS = ("any_value_is_missing", "all_values_are_missing", "never")


def faults_of_settings(
    kind: str, kwargs: Mapping[str, JsonValue], table: str, dictionary: Dictionary
) -> Iterator[Placed]:
    """Say what is wrong with a check's settings, each with the path to it inside the settings.

    Args:
        kind: A known kind of check.
        kwargs: Its settings as written.
        table: The table it belongs to.
        dictionary: All tables; SQL may name the others.
    """
    described = dictionary.tables[table]
    yield from _names(kind, kwargs)
    parameters = {name for name, value in kwargs.items() if isinstance(value, dict)}
    kwargs = {
        name: value for name, value in kwargs.items() if value not in _NOTHING and name not in parameters
    }
    if kind in OWN:
        yield from faults_of_own_settings(kind, kwargs, table, dictionary)
        return
    yield from _columns(kwargs, table, described)
    name = kwargs.get("column")
    column = described.columns.get(name) if isinstance(name, str) else None
    if KINDS[kind].is_bounded and not parameters:
        yield from _bounds(kind, kwargs, column)
    if column is not None:
        yield from _column_type(kind, str(name), column)
    if "value_set" in kwargs:
        yield from _value_set(kwargs["value_set"], column)
    if "regex" in kwargs:
        yield from _regex(kwargs["regex"])
    yield from _rules(kind, kwargs)


def _wrong(
    step: tuple[str | int, ...], code: str, found: str, accepted: str = "", example: str = ""
) -> Placed:
    return step, Fault("", found, accepted, example, code)


def _names(kind: str, kwargs: Mapping[str, JsonValue]) -> Iterator[Placed]:
    known = KINDS[kind].settings
    for name, value in kwargs.items():
        if name in {"row_condition", "condition_parser"}:
            example = "kind <> 'boarding' or beds > 0"
            yield _wrong(
                (name,), "unknown-setting", "row conditions are not supported", "expect_rows", example
            )
        elif name not in known:
            found = f"{kind} has no setting {name!r}"
            yield _wrong((name,), "unknown-setting", found, near_names(name, known))
        elif isinstance(value, dict):
            found = f"{value!r} is no plain value"
            yield _wrong((name,), "parameter", found, "the value itself, no $PARAMETER")
    for name in KINDS[kind].required:
        if kwargs.get(name) in _NOTHING:
            pairs = (
                "either_value_is_missing (of two columns) or any_value_is_missing: blanks are not compared"
            )
            accepted = pairs if name == "ignore_row_if" else ""
            yield _wrong((), "missing-setting", f"{kind} needs the setting {name!r}", accepted)


def _columns(kwargs: Mapping[str, JsonValue], table: str, described: Table) -> Iterator[Placed]:
    named: list[tuple[tuple[str | int, ...], JsonValue]] = [
        ((name,), kwargs[name]) for name in ("column", "column_A", "column_B") if name in kwargs
    ]
    several = kwargs.get("column_list", [])
    if isinstance(several, list):
        named += [(("column_list", at), name) for at, name in enumerate(several)]
    else:
        yield _wrong(
            ("column_list",), "column-list", f"{several!r} is no list of columns", "two or more columns"
        )
    for step, name in named:
        if not isinstance(name, str) or name not in described.columns:
            accepted = near_names(str(name), described.columns)
            yield _wrong(step, "unknown-column", f"unknown column {name!r} of {table}", accepted)


def _bounds(kind: str, kwargs: Mapping[str, JsonValue], column: Column | None) -> Iterator[Placed]:
    given = {name: kwargs[name] for name in ("min_value", "max_value") if name in kwargs}
    if not given:
        found = "neither min_value nor max_value is given: it would pass always"
        yield _wrong((), "no-bounds", found, "one of them at least")
    dates = kind in _OF_VALUES and column is not None and column.type == "date"
    misfits = [name for name, value in given.items() if not (_is_day(value) if dates else _is_number(value))]
    for name in misfits:
        if dates:
            found = f"{given[name]!r} is no date with a time"
            yield _wrong((name,), "date-without-time", found, "a date with its time", "2025-01-01T00:00:00")
        else:
            yield _wrong((name,), "bound", f"{given[name]!r} is no number", "a finite number, without quotes")
    if misfits or len(given) == 1 or not given:
        return
    low, high = given["min_value"], given["max_value"]
    if str(low) > str(high) if dates else _number(low) > _number(high):
        found = f"the bounds run backwards: {low} to {high}"
        yield _wrong(("min_value",), "bounds-backwards", found, "the smaller one first")


def _column_type(kind: str, name: str, column: Column) -> Iterator[Placed]:
    fitting = None
    if kind in _OF_VALUES:
        fitting = _NUMBERS | {"date"}
    elif kind in _OF_SUMS:
        fitting = _NUMBERS
    elif kind in _OF_TEXTS:
        fitting = _TEXTS
    elif "regex" in kind:
        fitting = _TEXTS | {"integer", "year"}
    if fitting is not None and column.type not in fitting:
        found = f"{kind} cannot be asked of {name}, which holds a {column.type}"
        yield _wrong(("column",), "column-type", found, f"a column of type {', '.join(sorted(fitting))}")


def _value_set(values: JsonValue, column: Column | None) -> Iterator[Placed]:
    if not isinstance(values, list):
        yield _wrong(("value_set",), "value-set", f"{values!r} is no list of values", "a list of values")
    elif column is not None and column.type == "date":
        example = "day in (date '2025-09-01')"
        yield _wrong(("value_set",), "value-set", "dates are not held against a list", "expect_rows", example)
    elif column is not None:
        for at, value in enumerate(values):
            yield from _value(("value_set", at), value, column)


def _value(step: tuple[str | int, ...], value: JsonValue, column: Column) -> Iterator[Placed]:
    if column.type == "category" and (not isinstance(value, str) or value not in column.values):
        accepted = near_names(str(value), column.values)
        yield _wrong(step, "unknown-value", f"{value!r} is not in the vocabulary", accepted)
    elif column.type in _NUMBERS and not _is_number(value):
        yield _wrong(step, "value-set", f"{value!r} is no number, so no row could match", "a number")
    elif column.type in {"code", "text"} and not isinstance(value, str):
        yield _wrong(step, "value-set", f"{value!r} is no text, so no row could match", "a text in quotes")
    elif column.type == "boolean" and not isinstance(value, bool):
        yield _wrong(step, "value-set", f"{value!r} is neither true nor false", "true or false")


def _regex(pattern: JsonValue) -> Iterator[Placed]:
    step = ("regex",)
    if not isinstance(pattern, str):
        yield _wrong(step, "regex", f"{pattern!r} is no pattern", "a regular expression")
        return
    if re.search(r"(?<!\\)(?:\\\\)*\\d", pattern):
        accepted = r"[0-9]: \d also lets full-width digits through"
        yield _wrong(step, "regex-digit", r"\d in a pattern", accepted, pattern.replace(r"\d", "[0-9]"))
    try:
        re.compile(pattern)
    except re.error as error:
        found = f"{pattern!r} is no pattern: {error}"
        yield _wrong(step, "regex", found, "a regular expression", "^[0-9]{8}$")


def _rules(kind: str, kwargs: Mapping[str, JsonValue]) -> Iterator[Placed]:
    mostly = kwargs.get("mostly", 1)
    if not _is_number(mostly) or not 0 < _number(mostly) <= 1:
        yield _wrong(("mostly",), "mostly", f"mostly is {mostly!r}", "a share above 0, at most 1", "0.95")
    rule = kwargs.get("ignore_row_if")
    known = _NULL_RULES_OF_PAIRS if "_pair_" in kind else _NULL_RULES_OF_LISTS
    if rule is not None and rule not in known:
        found = f"{rule!r} is no rule for empty cells"
        yield _wrong(("ignore_row_if",), "null-rule", found, near_names(str(rule), known))


def _is_day(value: JsonValue) -> bool:
    return isinstance(value, str) and _DAY.fullmatch(value) is not None


def _is_number(value: JsonValue) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _number(value: JsonValue) -> float:
    return float(value) if isinstance(value, int | float) else math.nan
