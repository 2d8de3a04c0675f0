"""Great Expectations on rows in memory: its own validation, without what it would do for nothing.

What stays its own: the suite, the validator, the metrics of its built-ins, the verdict. What is left out: the
fingerprint of the whole frame (an md5, twice a run), columns that no check of the run names, the keys of
failing rows (their positions are enough), the query that would find them again. One datasource serves a
whole run; it is taken away afterwards, or its last frame would stay in memory.
"""

from __future__ import annotations

import logging
import warnings
from contextlib import contextmanager
from datetime import date
from functools import cache
from itertools import count
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # importing it warns about its own use of deprecated modules
    import great_expectations as gx
    from great_expectations.core.batch import BatchMarkers
    from great_expectations.core.batch_spec import RuntimeDataBatchSpec
    from great_expectations.data_context.types.base import ProgressBarsConfig
    from great_expectations.datasource.fluent.pandas_datasource import DataFrameAsset, PandasDatasource
    from great_expectations.execution_engine.pandas_batch_data import PandasBatchData
    from great_expectations.execution_engine.pandas_execution_engine import PandasExecutionEngine

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import TracebackType
    from typing import Self

    from great_expectations.core import ExpectationValidationResult
    from great_expectations.core.batch_spec import PandasBatchSpecProtocol
    from great_expectations.core.id_dict import BatchSpec
    from great_expectations.data_context.data_context.ephemeral_data_context import EphemeralDataContext
    from great_expectations.expectations.expectation import Expectation

__all__ = ["RowsEngine", "RowsOfRun", "context", "frame", "quiet"]

_ALL_ROWS = {"result_format": "COMPLETE", "return_unexpected_index_query": False}
_NANOSECONDS = (date(1677, 12, 31), date(2262, 1, 1))
_names = count(1)


class RowsEngine(PandasExecutionEngine):
    """The pandas engine for a frame in memory, taken as it is: nobody asks for its fingerprint."""

    def get_batch_data_and_markers(
        self, batch_spec: BatchSpec | PandasBatchSpecProtocol
    ) -> tuple[PandasBatchData, BatchMarkers]:
        """Hand the frame over; anything else is read as Great Expectations reads it."""
        if not isinstance(batch_spec, RuntimeDataBatchSpec):
            return super().get_batch_data_and_markers(batch_spec)
        rows = batch_spec.batch_data
        if not isinstance(rows, pd.DataFrame):
            return super().get_batch_data_and_markers(batch_spec)
        batch_spec.batch_data = "PandasDataFrame"
        return PandasBatchData(self, rows), BatchMarkers({"ge_load_time": ""})


class RowsDatasource(PandasDatasource):
    """The kind of datasource that uses this engine; all others in the process keep their own."""

    type: Literal["edutargets_rows"] = "edutargets_rows"  # type: ignore[assignment]  # how GX tells them apart
    asset_types: ClassVar[Any] = [DataFrameAsset]
    execution_engine_override: ClassVar[Any] = RowsEngine


@cache
def context() -> EphemeralDataContext:
    """Return the one context of this process: it writes nothing, sends nothing, draws nothing."""
    made = gx.get_context(mode="ephemeral")
    made.enable_analytics(enable=False)
    made.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
    return made


@contextmanager
def quiet() -> Iterator[None]:
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


class RowsOfRun:
    """The datasource of one run, made when it is first needed and taken away at the end."""

    def __init__(self) -> None:
        self._name = f"rows-{next(_names)}"
        self._asset: DataFrameAsset | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Take the datasource away and with it the last frame."""
        if self._asset is not None:
            self._asset = None
            context().data_sources.delete(self._name)

    def results(
        self, rows: pd.DataFrame, expectations: Sequence[Expectation]
    ) -> list[ExpectationValidationResult]:
        """Let Great Expectations validate a suite on a frame, in an order of its own.

        Args:
            rows: The columns its built-ins name, under an index from 0; their positions are in the results.
            expectations: The suite.
        """
        with quiet():
            if self._asset is None:
                source: Any = context().data_sources.add_edutargets_rows(self._name)
                self._asset = source.add_dataframe_asset("rows")
            asset: Any = self._asset
            batch = asset.get_batch(asset.build_batch_request({"dataframe": rows}))
            suite = gx.ExpectationSuite(name=self._name, expectations=list(expectations))
            return list(batch.validate(suite, result_format=_ALL_ROWS).results)


def frame(rows: pa.Table, columns: Sequence[str]) -> pd.DataFrame:
    """Give columns the form in which GX's built-ins find every failing row, under a fresh index."""
    asked = {name: rows.column(name) for name in rows.column_names if name in set(columns)}
    unit = "ns" if all(map(_fits_nanoseconds, asked.values())) else "s"  # one for all: they may be compared
    named = {name: _series(column, unit) for name, column in asked.items()}
    return pd.DataFrame(named, index=pd.RangeIndex(rows.num_rows), copy=False)


def _series(column: pa.ChunkedArray, unit: str) -> pd.Series[Any]:
    """Give a column a type in which an empty cell changes no other value: no integer becomes a float."""
    kind = column.type
    series: pd.Series[Any]
    if pa.types.is_integer(kind) and column.null_count:
        series = column.cast(pa.int64()).to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get)
    elif pa.types.is_boolean(kind):
        series = column.to_pandas(types_mapper={pa.bool_(): pd.BooleanDtype()}.get)
    elif pa.types.is_date(kind):
        series = column.cast(pa.timestamp(unit)).to_pandas()
    elif pa.types.is_decimal(kind):
        # Arrow's own cast to float is off by one unit in the last place for every fourth number.
        minor = pc.multiply(column, pa.scalar(10**kind.scale, pa.decimal128(kind.scale + 1, 0)))
        series = minor.cast(pa.int64()).to_pandas().astype("float64") / 10**kind.scale
    else:
        series = column.to_pandas()
    return series


def _fits_nanoseconds(column: pa.ChunkedArray) -> bool:
    """Whether dates fit the one type of pandas that Great Expectations compares all at once."""
    if not pa.types.is_date(column.type):
        return True
    ends = pc.min_max(column).as_py()
    return ends["min"] is None or _NANOSECONDS[0] < ends["min"] <= ends["max"] < _NANOSECONDS[1]
