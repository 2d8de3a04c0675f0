"""A check written as SQL and its built-in twin find the same rows, whatever the data."""

from collections.abc import Mapping

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import JsonValue

from edutargets._gx import SuiteRunner
from edutargets.checks import Check, Status

NUMBERS = st.none() | st.integers(-5, 5) | st.integers(-(2**62), 2**62)
TEXTS = st.none() | st.sampled_from(["a", "b", "A", "", "1", "\N{FULLWIDTH DIGIT ONE}", "ab", "学校", "a\nb"])
ROWS = st.lists(st.tuples(NUMBERS, NUMBERS, TEXTS), min_size=1, max_size=30)
BOUND = st.integers(-6, 6) | st.integers(-(2**62), 2**62)
SETTINGS = settings(max_examples=25, deadline=None)
Cells = list[tuple[int | None, int | None, str | None]]
IGNORE: dict[str, JsonValue] = {"ignore_row_if": "either_value_is_missing"}


def rows_of(cells: Cells) -> pa.Table:
    """Make a typed table of three columns."""
    n, m, text = (list(column) for column in zip(*cells, strict=True))
    return pa.table(
        {"n": pa.array(n, pa.int64()), "m": pa.array(m, pa.int64()), "text": pa.array(text, pa.string())}
    )


def failing(
    table: pa.Table, kind: str, kwargs: Mapping[str, JsonValue], predicate: str
) -> list[tuple[int | None, ...]]:
    """Return the rows that fail the built-in check, and those that fail its twin."""
    checks = [
        Check(code="built-in", type=kind, kwargs=kwargs),
        Check(code="twin", type="expect_rows", kwargs={"predicate": predicate}),
    ]
    with SuiteRunner({"t": table}) as runner:
        outcomes = runner.run("t", checks)
    assert [outcome.text for outcome in outcomes if outcome.status is Status.COULD_NOT_RUN] == []
    return [outcome.rows for outcome in outcomes]


@SETTINGS
@given(ROWS, BOUND, BOUND, st.booleans())
def test_between_finds_the_same_rows(cells: Cells, one: int, other: int, strict: bool) -> None:  # noqa: FBT001  # drawn
    """A blank is not compared, an integer is not rounded, a bound belongs to its range unless strict."""
    low, high = sorted((one, other))
    kwargs: dict[str, JsonValue] = {"column": "n", "min_value": low, "max_value": high, "strict_min": strict}
    built_in, twin = failing(
        rows_of(cells),
        "expect_column_values_to_be_between",
        kwargs,
        f"n {'>' if strict else '>='} {low} AND n <= {high}",
    )
    assert built_in == twin


@SETTINGS
@given(ROWS, st.sampled_from(["n", "text"]))
def test_not_null_finds_the_same_rows(cells: Cells, column: str) -> None:
    """An empty text is not blank for either: the reader has already made blanks of empty cells."""
    built_in, twin = failing(
        rows_of(cells), "expect_column_values_to_not_be_null", {"column": column}, f"{column} IS NOT NULL"
    )
    assert built_in == twin


@SETTINGS
@given(ROWS, st.sets(st.sampled_from(["a", "b", "1", "", "学校"]), min_size=1))
def test_in_set_finds_the_same_rows(cells: Cells, known: set[str]) -> None:
    """Case and width count; a blank belongs to no set and is not held against one."""
    listed = ", ".join(f"'{value}'" for value in sorted(known))
    kwargs: dict[str, JsonValue] = {"column": "text", "value_set": sorted(known)}
    built_in, twin = failing(
        rows_of(cells), "expect_column_values_to_be_in_set", kwargs, f"text IN ({listed})"
    )
    assert built_in == twin


@SETTINGS
@given(ROWS, st.sampled_from(["^[0-9]$", "^[a-z]+$", "[a-z]", "^$"]))
def test_a_pattern_finds_the_same_rows(cells: Cells, pattern: str) -> None:
    """A pattern is looked for anywhere in the text unless it is tied to its ends, in both."""
    built_in, twin = failing(
        rows_of(cells),
        "expect_column_values_to_match_regex",
        {"column": "text", "regex": pattern},
        f"regexp_matches(text, '{pattern}')",
    )
    assert built_in == twin


@SETTINGS
@given(ROWS)
def test_a_comparison_of_columns_finds_the_same_rows(cells: Cells) -> None:
    """With the null rule that the loader demands, a row with a blank is not compared."""
    kwargs: dict[str, JsonValue] = {"column_A": "n", "column_B": "m", "or_equal": True, **IGNORE}
    built_in, twin = failing(
        rows_of(cells), "expect_column_pair_values_a_to_be_greater_than_b", kwargs, "n >= m"
    )
    assert built_in == twin


@SETTINGS
@given(ROWS)
def test_unique_finds_the_same_rows(cells: Cells) -> None:
    """All rows of a repeated value are named, and blanks repeat nothing."""
    built_in, twin = failing(
        rows_of(cells),
        "expect_column_values_to_be_unique",
        {"column": "n"},
        "n IS NULL OR n IN (SELECT n FROM t WHERE n IS NOT NULL GROUP BY n HAVING count(*) = 1)",
    )
    assert built_in == twin


@pytest.mark.parametrize("offset", [0, 3])
def test_a_slice_of_a_table_is_checked_by_its_own_positions(offset: int) -> None:
    """Arrow tables may be views into others."""
    table = pa.table({"n": pa.array([-1, 1, 1, -1, 1, -1], pa.int64())}).slice(offset)
    built_in, twin = failing(
        table, "expect_column_values_to_be_between", {"column": "n", "min_value": 0}, "n >= 0"
    )
    assert built_in == twin == ((0, 3, 5) if offset == 0 else (0, 2))
