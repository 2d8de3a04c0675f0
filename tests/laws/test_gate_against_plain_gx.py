"""The gate's fast path held against plain Great Expectations: same failing rows on random faulty tables."""

from __future__ import annotations

import datetime as dt
import warnings
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

import great_expectations as gx
import pandas as pd
import pyarrow as pa
import pytest
from great_expectations.data_context.types.base import ProgressBarsConfig
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from edutargets import _gx
from edutargets._gx import SuiteRunner
from edutargets._gx_engine import quiet
from edutargets.checks import KINDS, OWN_KINDS, Check, Status

if TYPE_CHECKING:
    from pydantic import JsonValue

    Ended = tuple[Status, tuple[int | None, ...]]

GENERATE = (Phase.explicit, Phase.generate)  # to shrink a table takes minutes and shows no more
EXAMPLES, MANY, TOGETHER = 5, 100, 12
KEY = "row"
BETWEEN = "expect_column_values_to_be_between"
WHOLE, MONEY, TEXT, DAY = ("n", "m", "no_n"), ("a", "b", "no_a"), ("s", "t", "no_s"), ("d", "e", "no_d")
COLUMNS = (*WHOLE, *MONEY, *TEXT, *DAY, "flag")
BUILT_INS = sorted(set(KINDS) - OWN_KINDS)

small = st.sampled_from([-2, -1, 0, 1, 2])
cents = st.sampled_from([Decimal(text) for text in ("-2", "-0.01", "0", "0.01", "0.1", "0.3", "1", "2")])
wholes = st.none() | small | small | st.integers(-(2**53), 2**53)
amounts = st.none() | cents | cents | st.decimals(-(10**12), 10**12, places=2)
texts = st.none() | st.sampled_from(
    ["", " ", "a", "b", "A", "ab", "1", "\N{FULLWIDTH DIGIT ONE}", "学校", "a\nb", "e\u0301", "😀", "'"]
)
near = st.dates(dt.date(2023, 12, 30), dt.date(2024, 1, 2))
days = st.none() | near | near | st.dates(dt.date(1700, 1, 1))
flags = st.none() | st.booleans()
rows_of_values = st.tuples(wholes, wholes, amounts, amounts, texts, texts, days, days, flags)


@st.composite
def tables(draw: st.DrawFn) -> pa.Table:
    """Draw a typed table with blanks, repeated rows, extreme values and columns without a value."""
    rows = draw(st.lists(rows_of_values, min_size=1, max_size=24))
    rows += draw(st.lists(st.sampled_from(rows), max_size=4))
    n, m, a, b, s, t, d, e, flag = (list(column) for column in zip(*rows, strict=True))
    money = pa.decimal128(18, 2)
    whole, text, day, nothing = pa.int64(), pa.string(), pa.date32(), [None] * len(rows)
    whole_numbers = {"n": pa.array(n, whole), "m": pa.array(m, whole), "no_n": pa.array(nothing, whole)}
    amounts_ = {"a": pa.array(a, money), "b": pa.array(b, money), "no_a": pa.array(nothing, money)}
    texts_ = {"s": pa.array(s, text), "t": pa.array(t, text), "no_s": pa.array(nothing, text)}
    days_ = {"d": pa.array(d, day), "e": pa.array(e, day), "no_d": pa.array(nothing, day)}
    others = {"flag": pa.array(flag, pa.bool_()), KEY: pa.array(range(len(rows)), whole)}
    columns = {**whole_numbers, **amounts_, **texts_, **days_, **others}
    return pa.table(columns)


mostly = st.sampled_from([{}, {}, {"mostly": 0.5}, {"mostly": 0.8}, {"mostly": 0}])
strict = st.fixed_dictionaries({}, optional={"strict_min": st.booleans(), "strict_max": st.booleans()})
fractions = st.sampled_from([0.1, 0.3, 0.005, -0.01, -0.5, 0.5, -2.675, 2**53, -(10**12)])
numbers = small | small | fractions
moments = st.sampled_from(["2023-12-31T00:00:00", "2024-01-01T00:00:00", "2024-01-01T12:30:00"])
FAMILIES = (WHOLE, MONEY, TEXT, DAY)


def one_of(*groups: tuple[str, ...]) -> st.SearchStrategy[str]:
    """Draw a column of these groups."""
    return st.sampled_from([name for group in groups for name in group])


@st.composite
def bounds(draw: st.DrawFn, of: st.SearchStrategy[Any] = numbers) -> dict[str, JsonValue]:
    """Draw one bound or two in their order, strict or not."""
    low, high = sorted([draw(of), draw(of)])
    both: list[dict[str, JsonValue]] = [
        {"min_value": low, "max_value": high},
        {"min_value": low},
        {"max_value": high},
    ]
    return {**draw(st.sampled_from(both)), **draw(strict)}


def sets(column: str) -> st.SearchStrategy[list[Any]]:
    """Draw a set of values for a column."""
    if column in TEXT:
        return st.lists(st.sampled_from(["a", "b", "", "1", "学校", "'", "zz"]), min_size=1, unique=True)
    return st.lists(st.integers(-4, 4), min_size=1, unique=True)


def several(*families: tuple[str, ...]) -> st.SearchStrategy[list[str]]:
    """Draw two or three columns of one family."""
    return st.sampled_from(families).flatmap(
        lambda family: st.lists(st.sampled_from(family), min_size=2, max_size=3, unique=True)
    )


@st.composite
def settings_of(draw: st.DrawFn, kind: str) -> dict[str, JsonValue]:
    """Draw settings that the loader of suites would accept for a kind."""
    taken = KINDS[kind].settings
    kwargs: dict[str, Any] = {}
    if "column" in taken:
        kwargs["column"] = draw(_column_for(kind))
    if "value_set" in taken:
        kwargs["value_set"] = draw(sets(kwargs["column"]))
    if "regex" in taken:
        kwargs["regex"] = draw(st.sampled_from(["^[0-9]$", "^[a-z]+$", "[a-z]", "^$", "学"]))
    if KINDS[kind].is_bounded:
        kwargs |= draw(_bounds_for(kind, kwargs.get("column", "")))
    if "value" in taken:
        kwargs["value"] = draw(st.integers(0, 16))
    if "column_A" in taken:
        kwargs |= draw(_pair_for(kind))
    if "column_list" in taken:
        families = (WHOLE, MONEY) if "sum_total" in taken else (*FAMILIES, ("n", "s", "d"))
        kwargs["column_list"] = draw(several(*families))
        rules = ["any_value_is_missing", "any_value_is_missing", "all_values_are_missing", "never"]
        kwargs["ignore_row_if"] = draw(st.sampled_from(rules))
    if "sum_total" in taken:
        kwargs["sum_total"] = draw(st.integers(-4, 4))
    return {**kwargs, **(draw(mostly) if "mostly" in taken else {})}


def _column_for(kind: str) -> st.SearchStrategy[str]:
    if "regex" in kind or "lengths" in kind:
        return one_of(TEXT)
    if "set" in kind:
        return one_of(WHOLE, TEXT)
    if "_values_to_be_between" in kind or "_max_" in kind or "_min_" in kind:
        return one_of(WHOLE, MONEY, DAY)
    if any(word in kind for word in ("mean", "median", "sum", "stdev")):
        return one_of(WHOLE, MONEY)
    return st.sampled_from(COLUMNS)


def _bounds_for(kind: str, column: str) -> st.SearchStrategy[dict[str, JsonValue]]:
    if column in DAY and "proportion" not in kind and "count" not in kind:
        return bounds(moments)
    if "lengths" in kind or "count" in kind:
        return bounds(st.integers(0, 5))
    return bounds(st.sampled_from([0, 0.5, 1])) if "proportion" in kind else bounds()


@st.composite
def _pair_for(draw: st.DrawFn, kind: str) -> dict[str, JsonValue]:
    families = (
        [WHOLE, TEXT] if "in_set" in kind else [WHOLE, MONEY, DAY] if "greater" in kind else [*FAMILIES]
    )
    first, second = draw(several(*families))[:2]
    rules = ["either_value_is_missing", "either_value_is_missing", "both_values_are_missing", "neither"]
    pair: dict[str, Any] = {
        "column_A": first,
        "column_B": second,
        "ignore_row_if": draw(st.sampled_from(rules)),
    }
    if "greater" in kind:
        pair |= draw(st.sampled_from([{}, {"or_equal": True}, {"or_equal": False}]))
    if "in_set" in kind:
        pair["value_pairs_set"] = draw(
            st.lists(st.tuples(sets(first), sets(second)).map(lambda p: [p[0][0], p[1][0]]), min_size=1)
        )
    return pair


@cache
def _plain_asset() -> Any:  # noqa: ANN401  # Great Expectations' own
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
    return context.data_sources.add_pandas("plain").add_dataframe_asset("rows")


def plain_frame(table: pa.Table) -> pd.DataFrame:
    """Make the frame a user of pandas would hand over; a blank turns no number into another."""
    kinds = {pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype()}
    frame = table.to_pandas(types_mapper=kinds.get, date_as_object=False)
    for name in MONEY:
        frame[name] = pd.Series(
            [None if v is None else float(v) for v in table[name].to_pylist()], dtype="float64"
        )
    return frame


def by_plain_gx(table: pa.Table, *checks: Check) -> dict[str, Ended]:
    """Let Great Expectations judge by itself: its own engine, all rows, with a column as their key."""
    suite = gx.ExpectationSuite(name="plain")
    for check in checks:
        meta = {"code": check.code}
        configuration = ExpectationConfiguration(type=check.type, kwargs=dict(check.kwargs), meta=meta)
        suite.expectations.append(configuration.to_domain_obj())
    batch = _plain_asset().get_batch(_plain_asset().build_batch_request({"dataframe": plain_frame(table)}))
    wanted = {"result_format": "COMPLETE", "unexpected_index_column_names": [KEY]}
    with quiet(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        results = batch.validate(suite, result_format=wanted).results
    return {result.expectation_config.meta["code"]: _ended(result) for result in results}


def _ended(result: Any) -> Ended:  # noqa: ANN401  # Great Expectations' own
    details = dict(result.result or {})
    if result.success:
        return Status.PASSED, ()
    if "unexpected_count" in details:
        return Status.FAILED, tuple(
            sorted(int(key[KEY]) for key in details.get("unexpected_index_list") or ())
        )
    known = details.get("observed_value")
    lacks = known is None or (isinstance(known, float) and known != known)  # noqa: PLR0124  # not a number
    return (Status.COULD_NOT_RUN if lacks else Status.FAILED), ()


def by_the_gate(table: pa.Table, *checks: Check) -> dict[str, Ended]:
    """Let the gate's runner judge."""
    with SuiteRunner({"t": table}) as runner:
        return {one.check.code: (one.status, one.rows) for one in runner.run("t", checks)}


def by_the_engine(table: pa.Table, *checks: Check) -> dict[str, Ended]:
    """The same, nothing in SQL: Great Expectations computes on the frames that are made for it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_gx, "failing_condition", lambda *_: None)
        return by_the_gate(table, *checks)


def hold(kind: str, data: st.DataObject) -> None:
    """Fail unless all ways say the same of several checks of a kind, run together."""
    table = data.draw(tables())
    drawn = data.draw(st.lists(settings_of(kind), min_size=TOGETHER // 3, max_size=TOGETHER))
    checks = [Check(code=f"C-{at}", type=kind, kwargs=kwargs) for at, kwargs in enumerate(drawn)]
    plain = by_plain_gx(table, *checks)
    assert by_the_gate(table, *checks) == plain
    assert by_the_engine(table, *checks) == plain


few = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), phases=GENERATE)
many = settings(max_examples=MANY, deadline=None, suppress_health_check=list(HealthCheck), phases=GENERATE)


@pytest.mark.parametrize("kind", BUILT_INS)
@few
@given(data=st.data())
def test_every_built_in_finds_the_rows_that_plain_great_expectations_finds(
    kind: str, data: st.DataObject
) -> None:
    """Null rules, shares, strict bounds, repeated rows, extreme values, columns without a value included."""
    hold(kind, data)


def at_the_edge() -> pa.Table:
    """Return values beside and on the bounds that are asked, and pairs of equal, unequal and blank values."""
    in_cents = ["-0.51", "-0.5", "-0.49", "0", "0.01", "0.49", "0.5", "0.51", "1", None]
    money = [None if text is None else Decimal(text) for text in in_cents]
    other = [Decimal("-0.5"), *money[:4], None, *money[6:9], None]
    return pa.table(
        {
            "n": pa.array([-2, -1, 0, 1, 2, 3, None, -1, 0, 1], pa.int64()),
            "m": pa.array([-2, 0, -1, 1, None, 3, None, 2, 0, 0], pa.int64()),
            **dict.fromkeys(("a", "no_a"), pa.array(money, pa.decimal128(18, 2))),
            "b": pa.array(other, pa.decimal128(18, 2)),
            "d": pa.array([dt.date(2024, 1, 1 + at % 3) for at in range(10)]),
            "e": pa.array([dt.date(2024, 1, 1 + at % 2) for at in range(10)]),
            KEY: pa.array(range(10), pa.int64()),
        }
    )


def edges() -> list[tuple[str, dict[str, JsonValue]]]:
    """Return checks whose bound or other side is met exactly by some row."""
    in_numbers: list[JsonValue] = [-1, -0.5, 0, 0.005, 0.01, 0.3, 0.5, 1, 1.5]
    in_days: list[JsonValue] = [f"2024-01-02T{time}:00" for time in ("00:00", "12:30")]
    asked = [(name, bound) for name in ("n", "a") for bound in in_numbers] + [("d", day) for day in in_days]
    bounded: list[tuple[str, dict[str, JsonValue]]] = [
        (BETWEEN, {"column": name, f"{side}_value": bound, f"strict_{side}": strict_})
        for name, bound in asked
        for side, strict_ in (("min", False), ("min", True), ("max", False), ("max", True))
    ]
    pairs: list[tuple[str, dict[str, JsonValue]]] = [
        (kind, {"column_A": one, "column_B": other, "ignore_row_if": rule, **further})
        for one, other in (("n", "m"), ("a", "b"), ("d", "e"))
        for rule in ("either_value_is_missing", "both_values_are_missing", "neither")
        for kind, further in (
            ("expect_column_pair_values_a_to_be_greater_than_b", {"or_equal": True}),
            ("expect_column_pair_values_a_to_be_greater_than_b", {}),
            ("expect_column_pair_values_to_be_equal", {}),
        )
    ]
    return bounded + pairs


def test_values_at_the_very_edge_fall_on_the_side_on_which_plain_great_expectations_sees_them() -> None:
    """Each bound, alone, strict or not, and each pair under each null rule, whole numbers, cents and days."""
    checks = [Check(code=f"C-{at}", type=kind, kwargs=kwargs) for at, (kind, kwargs) in enumerate(edges())]
    plain = by_plain_gx(at_the_edge(), *checks)
    assert by_the_gate(at_the_edge(), *checks) == plain
    assert by_the_engine(at_the_edge(), *checks) == plain


@pytest.mark.slow
@pytest.mark.parametrize("kind", BUILT_INS)
@many
@given(data=st.data())
def test_every_built_in_agrees_with_plain_great_expectations_on_many_tables(
    kind: str, data: st.DataObject
) -> None:
    """The same as above, more often."""
    hold(kind, data)


TWINS: list[tuple[str, dict[str, JsonValue], str]] = [
    ("expect_column_values_to_not_be_null", {"column": "s"}, "s IS NOT NULL"),
    ("expect_column_values_to_be_null", {"column": "n"}, "n IS NULL"),
    (BETWEEN, {"column": "n", "min_value": -1, "max_value": 2}, "n BETWEEN -1 AND 2"),
    (BETWEEN, {"column": "a", "min_value": 0.005, "strict_min": True}, "a > 0.005"),
    (BETWEEN, {"column": "d", "min_value": "2024-01-01T00:00:00"}, "d >= '2024-01-01'"),
    ("expect_column_values_to_be_in_set", {"column": "s", "value_set": ["a", ""]}, "s IN ('a', '')"),
    ("expect_column_values_to_not_be_in_set", {"column": "n", "value_set": [0, 1]}, "n NOT IN (0, 1)"),
    ("expect_column_values_to_match_regex", {"column": "s", "regex": "[a-z]"}, "regexp_matches(s, '[a-z]')"),
    ("expect_column_value_lengths_to_equal", {"column": "s", "value": 1}, "length(s) = 1"),
    ("expect_column_value_lengths_to_be_between", {"column": "s", "max_value": 1}, "length(s) <= 1"),
    (
        "expect_column_pair_values_a_to_be_greater_than_b",
        {"column_A": "n", "column_B": "m", "or_equal": True, "ignore_row_if": "either_value_is_missing"},
        "n >= m",
    ),
    (
        "expect_column_pair_values_to_be_equal",
        {"column_A": "a", "column_B": "b", "ignore_row_if": "either_value_is_missing"},
        "a = b",
    ),
    (
        "expect_multicolumn_sum_to_equal",
        {"column_list": ["n", "m"], "sum_total": 0, "ignore_row_if": "any_value_is_missing"},
        "n + m = 0",
    ),
    (
        "expect_compound_columns_to_be_unique",
        {"column_list": ["n", "s"], "ignore_row_if": "any_value_is_missing"},
        "n IS NULL OR s IS NULL OR (n, s) NOT IN (SELECT (n, s) FROM t GROUP BY n, s HAVING count(*) > 1)",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "kwargs", "predicate"), TWINS, ids=[f"{k[7:]}-{p}" for k, _, p in TWINS])
@few
@given(table=tables())
def test_a_condition_in_sql_finds_the_rows_of_its_built_in_twin(
    kind: str, kwargs: dict[str, JsonValue], predicate: str, table: pa.Table
) -> None:
    """Whoever writes a rule as `expect_rows` gets what plain Great Expectations would have found."""
    twin = by_the_gate(table, Check(code="C", type="expect_rows", kwargs={"predicate": predicate}))
    assert twin == by_plain_gx(table, Check(code="C", type=kind, kwargs=kwargs))


def test_most_kinds_of_checks_on_rows_run_in_the_common_scan() -> None:
    """If a release changes what can be said in SQL, the gate must not fall back to the slow way unnoticed."""
    table = pa.table({"n": [1], "m": [1], "a": pa.array([Decimal(1)], pa.decimal128(18, 2)), "s": ["a"]})
    null_rule: dict[str, JsonValue] = {"ignore_row_if": "either_value_is_missing"}
    asked: list[tuple[str, dict[str, JsonValue]]] = [
        (kind, kwargs) for kind, kwargs, _ in TWINS if "regex" not in kind
    ]
    asked += [("expect_column_pair_values_to_be_equal", {"column_A": "n", "column_B": "m", **null_rule})]
    schema = table.append_column("d", pa.array([dt.date(2024, 1, 1)])).append_column("b", table["a"]).schema
    left = [
        kind
        for kind, kwargs in asked
        if _gx.failing_condition(Check(code="C", type=kind, kwargs=kwargs), schema) is None
    ]
    assert left == []
