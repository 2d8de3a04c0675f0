"""The only module that knows Great Expectations: checks and rows in, outcomes out.

Its traps are closed here. Every check is built by itself, so that a misspelled one cannot vanish; what was
declared is counted against what came back; results are matched by code, never by order; a check that raised
is `could_not_run`, which is not bad data; rows are positions in a fresh frame, so no index can mix them up.
"""

from __future__ import annotations

import logging
import warnings
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from itertools import count
from typing import TYPE_CHECKING, Any, ClassVar

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from edutargets.checks import CheckOutcome, Status
from edutargets.errors import Fault, SuiteError
from edutargets.findings import masked

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # importing it warns about its own use of deprecated modules
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig
    from great_expectations.execution_engine.pandas_execution_engine import PandasExecutionEngine
    from great_expectations.expectations.expectation import BatchExpectation
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
    from great_expectations.expectations.metadata_types import FailureSeverity
    from great_expectations.expectations.metrics.metric_provider import metric_value
    from great_expectations.expectations.metrics.table_metric_provider import TableMetricProvider

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from types import TracebackType
    from typing import Self

    from great_expectations.core import ExpectationValidationResult
    from great_expectations.data_context.data_context.ephemeral_data_context import EphemeralDataContext
    from great_expectations.execution_engine.execution_engine import ExecutionEngine
    from great_expectations.expectations.expectation import Expectation

    from edutargets.checks import Check

    Built = dict[str, tuple[Check, Expectation]]

__all__ = ["ExpectNoRows", "ExpectRows", "SuiteRunner"]

_ALL_ROWS = {"result_format": "COMPLETE", "return_unexpected_index_query": False}
_LONGEST = 500


_submission: ContextVar[tuple[duckdb.DuckDBPyConnection, str]] = ContextVar("edutargets_submission")


def _offending(statement: str) -> list[tuple[int | None, str]]:
    """Return the rows a statement names (none: what it found has no row here) and what stands beside each."""
    connection, batch = _submission.get()
    answer = connection.execute(statement.replace("{batch}", f'"{batch}"'))
    names = [str(column[0]).lower() for column in answer.description or ()]
    rows = (
        answer.fetchall()
    )  # to the end, whatever it says: a connection with an open result runs nothing else
    if "row_id" not in names:
        raise ValueError("the query does not return row_id")
    at = names.index("row_id")
    found: dict[int | str, tuple[int | None, str]] = {}
    for row in rows:
        note = ", ".join(
            f"{name}={value}" for name, value in zip(names, row, strict=True) if name != "row_id"
        )
        found.setdefault(note if row[at] is None else int(row[at]), (row[at], note))
    return sorted(found.values(), key=lambda item: (item[0] is None, item[0] or 0, item[1]))


class RowsFailingPredicate(TableMetricProvider):
    """Rows of the table for which a condition is false; unknown (NULL) is not false."""

    metric_name = "edutargets.rows_failing_predicate"
    value_keys = ("predicate",)

    @metric_value(engine=PandasExecutionEngine)
    def _pandas(  # GX binds the class itself and passes five keyword arguments
        cls,  # noqa: N805
        metric_value_kwargs: dict[str, str],
        **_: object,
    ) -> list[tuple[int | None, str]]:
        # The condition is the suite author's own SQL; its connection reaches no file and no network.
        return _offending(f"SELECT row_id FROM {{batch}} WHERE NOT (\n{metric_value_kwargs['predicate']}\n)")  # noqa: S608


class RowsOfQuery(TableMetricProvider):
    """Rows that a query over all tables of the submission finds."""

    metric_name = "edutargets.rows_of_query"
    value_keys = ("query",)

    @metric_value(engine=PandasExecutionEngine)
    def _pandas(  # GX binds the class itself and passes five keyword arguments
        cls,  # noqa: N805
        metric_value_kwargs: dict[str, str],
        **_: object,
    ) -> list[tuple[int | None, str]]:
        return _offending(metric_value_kwargs["query"])


def _verdict(offending: list[tuple[int | None, str]]) -> dict[str, object]:
    """Say the result in GX's own form, so that its reports can show it."""
    result = {"unexpected_count": len(offending), "unexpected_index_list": [row for row, _ in offending]}
    return {
        "success": not offending,
        "result": {**result, "details": {"notes": [note for _, note in offending]}},
    }


class ExpectRows(BatchExpectation):
    """Expect a condition to hold in every row; a condition that is NULL does not apply to the row."""

    predicate: str
    metric_dependencies: ClassVar[tuple[str, ...]] = (RowsFailingPredicate.metric_name,)
    success_keys: ClassVar[tuple[str, ...]] = ("predicate",)
    args_keys: ClassVar[tuple[str, ...]] = ("predicate",)

    def _validate(
        self,
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any] | None = None,  # noqa: ARG002  # GX passes it
        execution_engine: ExecutionEngine[Any] | None = None,  # noqa: ARG002  # GX passes it
    ) -> dict[str, object]:
        return _verdict(metrics[RowsFailingPredicate.metric_name])


class ExpectNoRows(BatchExpectation):
    """Expect a query over the submission's tables to find nothing; it names rows of the table by `row_id`."""

    query: str
    metric_dependencies: ClassVar[tuple[str, ...]] = (RowsOfQuery.metric_name,)
    success_keys: ClassVar[tuple[str, ...]] = ("query",)
    args_keys: ClassVar[tuple[str, ...]] = ("query",)

    def _validate(
        self,
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any] | None = None,  # noqa: ARG002  # GX passes it
        execution_engine: ExecutionEngine[Any] | None = None,  # noqa: ARG002  # GX passes it
    ) -> dict[str, object]:
        return _verdict(metrics[RowsOfQuery.metric_name])


@cache
def _context() -> EphemeralDataContext:
    """Return the one context of this process: it writes nothing, sends nothing, draws nothing."""
    context = gx.get_context(mode="ephemeral")
    context.enable_analytics(enable=False)
    context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
    return context


_batches = count(1)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep GX's log lines and warnings away: what they tell is in the outcomes."""
    names = [
        "great_expectations",
        "great_expectations.data_context.types.base",
    ]  # the second sets its own level
    levels = {logger: logger.level for logger in map(logging.getLogger, names)}
    for logger in levels:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, level in levels.items():
            logger.setLevel(level)


class SuiteRunner:
    """Runs checks over the tables of one submission.

    Args:
        tables: The typed rows of every table, absent columns left out; also tables without checks,
            because a check may look into them.
    """

    def __init__(self, tables: Mapping[str, pa.Table]) -> None:
        self._tables = tables
        self._connection = duckdb.connect(":memory:")
        for name, rows in tables.items():
            self._connection.register(name, rows)
        # Rules are data: they may read the submission and nothing else.
        self._connection.execute("SET enable_external_access = false")
        self._connection.execute("SET python_enable_replacements = false")
        self._connection.execute("SET lock_configuration = true")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def run(self, table: str, checks: Sequence[Check]) -> tuple[CheckOutcome, ...]:
        """Run checks on a table, which must have rows: an empty one passes nearly every check.

        Returns:
            One outcome for each check, in the order of the checks.

        Raises:
            SuiteError: If two checks have one code, the table has no rows, or an outcome got lost.
        """
        rows = self._tables[table]
        if not rows.num_rows:
            raise SuiteError(Fault(table, "a table without rows cannot be checked", code="empty-table"))
        built, unbuilt = _built(checks)
        batch = f"rows of {table}"
        self._connection.register(
            batch, rows.append_column("row_id", pa.array(range(rows.num_rows), pa.int64()))
        )
        token = _submission.set((self._connection, batch))
        try:
            found = {**unbuilt, **_validated(_frame(rows, checks), built)} if built else unbuilt
        finally:
            _submission.reset(token)
            self._connection.unregister(batch)
        lost = [check.code for check in checks if check.code not in found]
        if lost or len(found) != len(checks):
            found_text = (
                f"{len(checks)} checks were declared and {len(found)} came back ({', '.join(lost)} got lost)"
            )
            raise SuiteError(
                Fault(table, found_text, "each check once, each with its own code", code="lost-check")
            )
        return tuple(found[check.code] for check in checks)


def _built(checks: Sequence[Check]) -> tuple[Built, dict[str, CheckOutcome]]:
    """Build every check by itself: a suite object would drop the ones it does not know."""
    built: Built = {}
    unbuilt: dict[str, CheckOutcome] = {}
    for check in checks:
        words = {"code": check.code, "zh": check.says.zh, "en": check.says.en}
        try:
            configuration = ExpectationConfiguration(
                type=check.type,
                kwargs=dict(check.kwargs),
                severity=FailureSeverity(check.severity.value),
                meta=words,
            )
            built[check.code] = (check, configuration.to_domain_obj())
        except Exception as error:  # noqa: BLE001  # whatever GX raises, this check could not run
            unbuilt[check.code] = CheckOutcome(check, Status.COULD_NOT_RUN, text=_cut(str(error)))
    return built, unbuilt


def _validated(frame: pd.DataFrame, built: Built) -> dict[str, CheckOutcome]:
    """Run checks together; where one of them breaks the whole run, each by itself."""
    try:
        with _quiet():
            results = _results(frame, [expectation for _, expectation in built.values()])
    except Exception as error:  # noqa: BLE001  # whatever GX raises, these checks could not run
        if len(built) > 1:
            alone = [_validated(frame, {code: pair}) for code, pair in built.items()]
            return {code: outcome for one in alone for code, outcome in one.items()}
        text = _cut(str(error))
        return {
            code: CheckOutcome(check, Status.COULD_NOT_RUN, text=text) for code, (check, _) in built.items()
        }
    return {code: _outcome(built[code][0], result) for code, result in _by_code(results)}


def _results(frame: pd.DataFrame, expectations: list[Expectation]) -> list[ExpectationValidationResult]:
    """Let GX look at a frame, and forget the frame: a datasource kept would keep it in memory."""
    name = f"rows-{next(_batches)}"
    sources = _context().data_sources
    try:
        asset = sources.add_pandas(name).add_dataframe_asset(name)
        batch = asset.add_batch_definition_whole_dataframe(name).get_batch({"dataframe": frame})
        suite = gx.ExpectationSuite(name=name, expectations=expectations)
        return list(batch.validate(suite, result_format=_ALL_ROWS).results)
    finally:
        sources.delete(name)


def _by_code(
    results: Sequence[ExpectationValidationResult],
) -> Iterator[tuple[str, ExpectationValidationResult]]:
    for result in results:
        configuration = result.expectation_config
        yield str((configuration.meta or {})["code"] if configuration else ""), result


def _outcome(check: Check, result: ExpectationValidationResult) -> CheckOutcome:
    """Read one result; good ones may carry another check's exception, so evidence is looked at first."""
    details: dict[str, Any] = dict(result.result or {})
    if result.success:
        return CheckOutcome(check, Status.PASSED)
    if "unexpected_count" in details:
        rows = tuple(row if row is None else int(row) for row in details.get("unexpected_index_list") or ())
        notes = (details.get("details") or {}).get("notes", ()) if check.is_own else ()
        order = sorted(range(len(rows)), key=lambda at: (rows[at] is None, rows[at] or 0))
        return CheckOutcome(check, Status.FAILED, tuple(rows[at] for at in order), tuple(notes))
    observed = details.get("observed_value")
    if observed is not None and not (isinstance(observed, float) and pd.isna(observed)):
        return CheckOutcome(check, Status.FAILED, text=_cut(f"observed: {observed}"))
    if "observed_value" in details:
        return CheckOutcome(check, Status.COULD_NOT_RUN, text="there is no value to compute from")
    return CheckOutcome(
        check, Status.COULD_NOT_RUN, text=_cut(_exception_text(result.exception_info) or "no result")
    )


def _exception_text(info: Mapping[str, Any] | None) -> str:
    """Find the text of an exception: GX keys it by metric, or gives it flat."""
    flat = [info or {}, *(value for value in (info or {}).values() if isinstance(value, dict))]
    texts = [str(one["exception_message"]) for one in flat if one.get("exception_message")]
    return "; ".join(dict.fromkeys(texts))


def _cut(text: str) -> str:
    """Put a text on one line; an exception may quote values, so identity numbers are masked."""
    plain = masked(" ".join(text.split()))
    return plain if len(plain) <= _LONGEST else plain[: _LONGEST - 1] + "…"


def _frame(rows: pa.Table, checks: Sequence[Check]) -> pd.DataFrame:
    """Hand GX the columns its built-ins ask for, under a fresh index."""
    asked = {name for check in checks for name in check.named_columns}
    names = [name for name in rows.column_names if name in asked] or rows.column_names[:1]
    return pd.DataFrame(
        {name: _series(rows.column(name)) for name in names}, index=pd.RangeIndex(rows.num_rows)
    )


def _series(column: pa.ChunkedArray) -> pd.Series[Any]:
    """Give a column a type in which an empty cell changes no other value: no integer becomes a float."""
    kind = column.type
    series: pd.Series[Any]
    if pa.types.is_integer(kind):
        series = column.cast(pa.int64()).to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get)
    elif pa.types.is_boolean(kind):
        series = column.to_pandas(types_mapper={pa.bool_(): pd.BooleanDtype()}.get)
    elif pa.types.is_date(kind):
        series = column.cast(pa.timestamp("s")).to_pandas()
    elif pa.types.is_decimal(kind):
        # Arrow's own cast to float is off by one unit in the last place for every fourth number.
        minor = pc.multiply(column, pa.scalar(10**kind.scale, pa.decimal128(kind.scale + 1, 0)))
        series = minor.cast(pa.int64()).to_pandas().astype("float64") / 10**kind.scale
    else:
        series = column.to_pandas()
    return series
