"""Runs checks with Great Expectations: checks and rows in, outcomes out.

Every check is an expectation of Great Expectations, built by it from the suite's JSON; its class reads the
settings and gives the verdict. What the verdict rests on comes from one of two places. The failing rows of
our own kinds, and of built-ins that mean the same as a condition in SQL (`built_in_sql`), come from DuckDB,
all conditions of a table in one scan (`found_rows`); our own kinds read them through the metric they are
registered with. All other built-ins are computed by Great Expectations in its pandas engine (`_gx_engine`).

Its traps are closed here. Every check is built by itself, so that a misspelled one cannot vanish; what was
declared is counted against what came back; results are matched by code, never by order; a check that raised
is `could_not_run`, which is not bad data; rows are positions in a fresh frame, so no index can mix them up.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import pandas as pd

from edutargets._gx_engine import RowsOfRun, frame
from edutargets._gx_expectations import offending
from edutargets.built_in_sql import failing_condition, judged_rows
from edutargets.check_sql import predicate_of, query_of
from edutargets.checks import CheckOutcome, Status
from edutargets.errors import Fault, SuiteError
from edutargets.findings import masked
from edutargets.found_rows import FoundRows, RuleTables
from edutargets.tables import Dictionary

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # importing it warns about its own use of deprecated modules
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
    from great_expectations.expectations.metadata_types import FailureSeverity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from types import TracebackType
    from typing import Self

    import pyarrow as pa
    from great_expectations.core import ExpectationValidationResult
    from great_expectations.expectations.expectation import Expectation

    from edutargets.checks import Check

    Built = dict[str, tuple[Check, Expectation]]
    Found = dict[str, FoundRows | Exception]

__all__ = ["SuiteRunner"]

_LONGEST = 500


class SuiteRunner:
    """Runs checks over the tables of one submission.

    Args:
        tables: The typed rows of every table, absent columns left out; also tables without checks,
            because a check may look into them.
        dictionary: What is known about the tables; kinds of checks that look into other tables need it.
    """

    def __init__(self, tables: Mapping[str, pa.Table], dictionary: Dictionary | None = None) -> None:
        self._tables = tables
        self._dictionary = dictionary
        self._rules = RuleTables(tables)
        self._frames = RowsOfRun()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._rules.close()
        self._frames.close()

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
        built, outcomes = _built(checks)
        found = self._found(table, rows, built)
        fused = {code: pair for code, pair in built.items() if code in found and not pair[0].is_own}
        left = {code: pair for code, pair in built.items() if code not in fused}
        outcomes |= {code: _judged(*pair, rows, found[code]) for code, pair in fused.items()}
        token = offending.set(found)
        try:
            for columns, group in _by_columns(left):
                outcomes |= self._validated(frame(rows, columns), group, found)
        finally:
            offending.reset(token)
        lost = [check.code for check in checks if check.code not in outcomes]
        if lost or len(outcomes) != len(checks):
            counted = f"{len(checks)} checks were declared and {len(outcomes)} came back"
            text = f"{counted} ({', '.join(lost)} got lost)"
            raise SuiteError(Fault(table, text, "each check once, each with its own code", code="lost-check"))
        return tuple(outcomes[check.code] for check in checks)

    def _found(self, table: str, rows: pa.Table, built: Built) -> Found:
        """Ask DuckDB for all it can answer; a built-in it stumbles over is left to Great Expectations."""
        conditions: dict[str, str] = {}
        queries: dict[str, str] = {}
        found: Found = {}
        for code, (check, _) in built.items():
            try:
                condition, query = self._sql(table, rows.schema, check)
            except Exception as error:  # noqa: BLE001  # whatever is wrong, this check could not run
                found[code] = error
                continue
            if condition is not None:
                conditions[code] = condition
            elif query is not None:
                queries[code] = query
        with self._rules.checking(rows):
            found |= self._rules.failing(conditions)
            found |= {code: self._rules.found(query) for code, query in queries.items()}
        return {c: f for c, f in found.items() if built[c][0].is_own or not isinstance(f, Exception)}

    def _sql(self, table: str, schema: pa.Schema, check: Check) -> tuple[str | None, str | None]:
        """Return the condition that a row fails by, or the query that finds such rows, or neither."""
        if not check.is_own:
            return failing_condition(check, schema), None
        dictionary = self._dictionary or Dictionary(tables={})
        condition = predicate_of(check, table, dictionary)
        return (
            (None, query_of(check, table, dictionary))
            if condition is None
            else (f"NOT (\n{condition}\n)", None)
        )

    def _validated(self, rows: pd.DataFrame, built: Built, found: Found) -> dict[str, CheckOutcome]:
        """Let Great Expectations run checks together; where one breaks the whole run, each by itself."""
        try:
            results = self._frames.results(rows, [expectation for _, expectation in built.values()])
        except Exception as error:  # noqa: BLE001  # whatever GX raises, these checks could not run
            if len(built) > 1:
                alone = [self._validated(rows, {code: pair}, found) for code, pair in built.items()]
                return {code: outcome for one in alone for code, outcome in one.items()}
            return {code: _could_not_run(check, error) for code, (check, _) in built.items()}
        return {code: _outcome(built[code][0], result, found.get(code)) for code, result in _by_code(results)}


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
            unbuilt[check.code] = _could_not_run(check, error)
    return built, unbuilt


def _by_columns(built: Built) -> Iterator[tuple[tuple[str, ...], Built]]:
    """Put checks together that name the same columns: each group sees a frame of these and no others."""
    groups: dict[tuple[str, ...], Built] = {}
    for code, (check, expectation) in built.items():
        columns = () if check.is_own else tuple(sorted(check.named_columns))
        groups.setdefault(columns, {})[code] = (check, expectation)
    yield from groups.items()


def _judged(
    check: Check, expectation: Expectation, rows: pa.Table, found: FoundRows | Exception
) -> CheckOutcome:
    """Let a built-in's own class judge what DuckDB counted for it: how many failed, of how many."""
    assert isinstance(found, FoundRows)
    judged = judged_rows(check, rows)
    name = str(getattr(expectation, "map_metric", ""))
    metrics = {
        "table.row_count": rows.num_rows,
        "column_values.nonnull.unexpected_count": rows.num_rows - judged,
        f"{name}.filtered_row_count": judged,
        f"{name}.unexpected_count": len(found),
    }
    try:
        verdict: Any = expectation._validate(metrics, {"result_format": "BOOLEAN_ONLY"})  # noqa: SLF001  # GX's hook for verdicts
    except Exception as error:  # noqa: BLE001  # whatever GX raises, this check could not run
        return _could_not_run(check, error)
    if verdict["success"]:
        return CheckOutcome(check, Status.PASSED)
    return CheckOutcome(check, Status.FAILED, found.rows)


def _by_code(
    results: Sequence[ExpectationValidationResult],
) -> Iterator[tuple[str, ExpectationValidationResult]]:
    for result in results:
        configuration = result.expectation_config
        yield str((configuration.meta or {})["code"] if configuration else ""), result


def _outcome(
    check: Check, result: ExpectationValidationResult, found: FoundRows | Exception | None
) -> CheckOutcome:
    """Read one result; good ones may carry another check's exception, so evidence is looked at first."""
    details: dict[str, Any] = dict(result.result or {})
    if result.success:
        return CheckOutcome(check, Status.PASSED)
    if "unexpected_count" in details and isinstance(found, FoundRows):
        return CheckOutcome(check, Status.FAILED, found.rows, found.notes)
    if "unexpected_count" in details:
        positions = sorted(int(row) for row in details.get("unexpected_index_list") or ())
        return CheckOutcome(check, Status.FAILED, tuple(positions))
    observed = details.get("observed_value")
    if observed is not None and not (isinstance(observed, float) and pd.isna(observed)):
        return CheckOutcome(check, Status.FAILED, text=_cut(f"observed: {observed}"))
    if "observed_value" in details:
        return CheckOutcome(check, Status.COULD_NOT_RUN, text="there is no value to compute from")
    text = _cut(_exception_text(result.exception_info) or "no result")
    return CheckOutcome(check, Status.COULD_NOT_RUN, text=text)


def _could_not_run(check: Check, error: Exception) -> CheckOutcome:
    return CheckOutcome(check, Status.COULD_NOT_RUN, text=_cut(str(error)))


def _exception_text(info: Mapping[str, Any] | None) -> str:
    """Find the text of an exception: GX keys it by metric, or gives it flat."""
    flat = [info or {}, *(value for value in (info or {}).values() if isinstance(value, dict))]
    texts = [str(one["exception_message"]) for one in flat if one.get("exception_message")]
    return "; ".join(dict.fromkeys(texts))


def _cut(text: str) -> str:
    """Put a text on one line; an exception may quote values, so identity numbers are masked."""
    plain = masked(" ".join(text.split()))
    return plain if len(plain) <= _LONGEST else plain[: _LONGEST - 1] + "…"
