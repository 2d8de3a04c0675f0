"""What Great Expectations does behind one's back, held against what the gate makes of it."""

import logging
import socket
import subprocess
import sys
import threading
from datetime import date
from decimal import Decimal

import great_expectations as gx
import pandas as pd
import pyarrow as pa
import pytest
from great_expectations.expectations.registry import get_expectation_impl
from pydantic import JsonValue

from edutargets import _gx, found_rows
from edutargets._gx import SuiteRunner
from edutargets._gx_engine import context
from edutargets.checks import KINDS, OWN_KINDS, Check, CheckOutcome, Severity, Status, Suite
from edutargets.errors import SuiteError
from edutargets.gate import gate_submission
from edutargets.submissions import Submission
from edutargets.tables import Dictionary
from edutargets.yaml_files import parse_yaml, read_definition

MEAN = "expect_column_mean_to_be_between"
ONE_TABLE = """
tables:
  things:
    title: {en: Things, zh: 物}
    counts: place
    key: [code]
    reports: code
    columns:
      code: {type: code}
      n: {type: integer, unit: place}
"""
BETWEEN = "expect_column_values_to_be_between"
NOT_NULL = "expect_column_values_to_not_be_null"
# Settings that the loader demands although Great Expectations has a default for them.
DEMANDED = {"ignore_row_if", "regex"}


def check(code: str, kind: str, severity: Severity = Severity.CRITICAL, **kwargs: JsonValue) -> Check:
    """Make a check without its sentences."""
    return Check(code=code, type=kind, kwargs=kwargs, severity=severity)


def run(rows: pa.Table, *checks: Check, **others: pa.Table) -> list[CheckOutcome]:
    """Run checks on a table called t, with other tables beside it."""
    with SuiteRunner({"t": rows, **others}) as runner:
        return list(runner.run("t", checks))


@pytest.fixture
def rows() -> pa.Table:
    """Return five rows with blanks in every column."""
    money = [Decimal("0.57"), None, Decimal("3.33"), Decimal(4), Decimal(5)]
    return pa.table(
        {
            "n": pa.array([1, None, 3, 4, 2**53 + 1], pa.int64()),
            "money": pa.array(money, pa.decimal128(18, 2)),
            "text": pa.array(["a", "b", None, "a", "c"], pa.string()),
            "flag": pa.array([True, None, False, True, True]),
            "day": pa.array([date(2024, 1, 1), None, date(1024, 5, 5), date(2025, 1, 1), date(9999, 1, 1)]),
            "blank": pa.nulls(5, pa.int64()),
        }
    )


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_of_check_exists_in_great_expectations_with_these_settings(kind: str) -> None:
    """The list that the strict loader keeps without importing Great Expectations agrees with it."""
    fields = get_expectation_impl(kind).__fields__
    assert set(KINDS[kind].settings) <= set(fields)
    required = {name for name, model in fields.items() if model.required}
    assert required <= set(KINDS[kind].required)
    assert set(KINDS[kind].required) - required <= DEMANDED


def test_great_expectations_still_drops_a_misspelled_check() -> None:
    """The trap itself: if this fails, the way round it can go."""
    suite = gx.ExpectationSuite(name="trap", expectations=[{"type": "expect_nothing", "kwargs": {}}])
    assert suite.expectations == []


def test_a_misspelled_check_never_vanishes(rows: pa.Table) -> None:
    """A suite made in Python, past the strict loader, still has one outcome for each check."""
    outcomes = run(
        rows, check("A", "expect_column_values_to_be_beetween", column="n"), check("B", NOT_NULL, column="n")
    )
    assert [outcome.status for outcome in outcomes] == [Status.COULD_NOT_RUN, Status.FAILED]
    assert "be_beetween" in outcomes[0].text


def test_a_check_with_a_misspelled_setting_could_not_run(rows: pa.Table) -> None:
    """Great Expectations would raise in the middle of building the suite."""
    assert run(rows, check("A", BETWEEN, column="n", minimum=1))[0].status is Status.COULD_NOT_RUN


def test_outcomes_come_in_the_order_of_the_suite(rows: pa.Table) -> None:
    """Great Expectations groups its results by column."""
    columns = ("n", "text", "n", "money", "text", "n")
    checks = [
        check(f"C-{at}", NOT_NULL, column=column, mostly=at / 10 + 0.1) for at, column in enumerate(columns)
    ]
    assert [outcome.check.code for outcome in run(rows, *checks)] == [c.code for c in checks]


def test_two_checks_with_one_code_are_refused(rows: pa.Table) -> None:
    """Results are matched by code; one would hide the other."""
    with pytest.raises(SuiteError, match="2 checks were declared and 1 came back"):
        run(rows, check("A", NOT_NULL, column="n"), check("A", NOT_NULL, column="money"))


def test_an_outcome_that_got_lost_is_an_error(rows: pa.Table, monkeypatch: pytest.MonkeyPatch) -> None:
    """Declared checks equal outcomes, or nothing is decided."""
    monkeypatch.setattr(_gx, "_by_code", lambda _: iter(()))
    with pytest.raises(SuiteError, match=r"\(A got lost\)"):
        run(rows, check("A", "expect_column_values_to_match_regex", column="text", regex="a"))


def test_a_table_without_rows_is_not_checked_at_all(rows: pa.Table) -> None:
    """Nearly every check passes on an empty frame."""
    with pytest.raises(SuiteError, match="without rows"):
        run(rows.slice(0, 0), check("A", NOT_NULL, column="n"))


def test_an_average_of_nothing_could_not_run(rows: pa.Table) -> None:
    """Great Expectations says failed; there is nothing that could be bad."""
    outcome = run(rows, check("A", "expect_column_mean_to_be_between", column="blank", min_value=1))[0]
    assert (outcome.status, outcome.text) == (Status.COULD_NOT_RUN, "there is no value to compute from")


@pytest.mark.parametrize(
    "broken",
    [
        check("A", BETWEEN, column="nowhere", min_value=1),
        check("A", BETWEEN, column="text", min_value=1),
        check("A", BETWEEN, column="day", min_value="2025-01-01"),
        check("A", BETWEEN, column="n", min_value={"$PARAMETER": "low"}),
        check("A", "expect_rows", predicate="nowhere > 1"),
        check("A", "expect_rows", predicate="cast(text AS INTEGER) > 1"),
        check("A", "expect_no_rows", query="SELECT row_id FROM {batch} JOIN nowhere USING (n)"),
        check("A", "expect_no_rows", query="SELECT n FROM {batch}"),
    ],
)
def test_a_check_that_could_not_run_is_not_bad_data(rows: pa.Table, broken: Check) -> None:
    """It has a text instead of rows, and spoils no other check's outcome."""
    good, outcome = run(rows, check("B", BETWEEN, column="money", min_value=0), broken)
    assert (good.status, outcome.status) == (Status.PASSED, Status.COULD_NOT_RUN)
    assert outcome.text
    assert outcome.rows == ()


def test_why_a_check_could_not_run_does_not_give_values_away() -> None:
    """Databases quote the value they stumbled over; an identity number stays masked."""
    table = pa.table({"text": ["G110101199003070003"]})
    outcome = run(table, check("A", "expect_rows", predicate="cast(text AS INTEGER) > 1"))[0]
    assert outcome.status is Status.COULD_NOT_RUN
    assert "110101**********03" in outcome.text


def test_a_blank_cell_is_judged_only_by_the_check_for_blanks(rows: pa.Table) -> None:
    """Unknown is neither in range nor out of it, for built-ins and for SQL alike."""
    outcomes = run(
        rows,
        check("A", BETWEEN, column="n", min_value=3),
        check("B", "expect_rows", predicate="n >= 3"),
        check("C", NOT_NULL, column="n"),
        check("D", BETWEEN, column="blank", min_value=3),
    )
    assert [outcome.rows for outcome in outcomes] == [(0,), (0,), (1,), ()]


def test_a_comparison_of_two_columns_leaves_out_rows_with_a_blank(rows: pa.Table) -> None:
    """Great Expectations counts a blank beside a number as a failure unless told otherwise."""
    outcome = run(
        rows,
        check(
            "A",
            "expect_column_pair_values_a_to_be_greater_than_b",
            column_A="n",
            column_B="money",
            ignore_row_if="either_value_is_missing",
        ),
    )[0]
    assert outcome.rows == (2, 3)


def test_a_large_integer_beside_a_blank_stays_exact(rows: pa.Table) -> None:
    """Pandas would make a float of the column and lose the last digit of 2^53 + 1."""
    assert run(rows, check("A", BETWEEN, column="n", max_value=2**53))[0].rows == (4,)


@pytest.mark.parametrize("scale", [1, 2, 3, 6])
def test_a_decimal_exactly_at_its_bound_passes(scale: int) -> None:
    """0.57 is not above 0.57: Arrow's own cast to float is off in the last place for many numbers."""
    numbers = [Decimal(minor).scaleb(-scale) for minor in range(1, 200)]
    table = pa.table({"money": pa.array(numbers, pa.decimal128(18, scale))})
    checks = [
        check(f"A-{number}", BETWEEN, column="money", min_value=float(number), max_value=float(number))
        for number in numbers[::10]
    ]
    assert [len(outcome.rows) for outcome in run(table, *checks)] == [198] * len(checks)


def test_a_date_far_away_is_compared_not_wrapped_round(rows: pa.Table) -> None:
    """Nanoseconds since 1970 end in 2262 and begin in 1677."""
    bounds: dict[str, JsonValue] = {"min_value": "2024-01-01T00:00:00", "max_value": "2025-01-01T00:00:00"}
    assert run(rows, check("A", BETWEEN, column="day", **bounds))[0].rows == (2, 4)


def test_positions_do_not_depend_on_how_the_rows_were_put_together(rows: pa.Table) -> None:
    """Frames joined from several files have an index that repeats; the runner makes its own."""
    frame = pd.concat([rows.to_pandas()[["n"]], rows.to_pandas()[["n"]]])
    assert list(frame.index) == [0, 1, 2, 3, 4] * 2
    joined = pa.concat_tables([rows, rows])
    again = pa.table({"n": pa.array(frame["n"].to_numpy(), from_pandas=True).cast(pa.int64(), safe=False)})
    for table in (joined, again):
        assert run(table, check("A", NOT_NULL, column="n"))[0].rows == (1, 6)


def test_every_failing_row_is_returned() -> None:
    """Great Expectations caps some lists at 20 or 200."""
    table = pa.table({"n": pa.array([-1] * 5_000 + [1], pa.int64())})
    outcomes = run(
        table, check("A", BETWEEN, column="n", min_value=0), check("B", "expect_rows", predicate="n >= 0")
    )
    assert [len(outcome.rows) for outcome in outcomes] == [5_000, 5_000]


def test_a_query_sees_the_other_tables_and_says_what_it_computed(rows: pa.Table) -> None:
    """Checks between tables are what Great Expectations cannot do on frames."""
    limits = pa.table({"text": ["a"], "most": pa.array([3], pa.int64())})
    query = "SELECT row_id, n, most FROM {batch} JOIN limits USING (text) WHERE n > most"
    outcome = run(rows, check("A", "expect_no_rows", query=query), limits=limits)[0]
    assert (outcome.rows, outcome.notes) == ((3,), ("n=4, most=3",))


def test_a_query_may_find_what_has_no_row_here(rows: pa.Table) -> None:
    """Somebody who should have reported and did not has no row."""
    roster = pa.table({"text": ["a", "z"]})
    query = (
        "SELECT NULL AS row_id, r.text FROM roster r LEFT JOIN {batch} b USING (text) WHERE b.row_id IS NULL"
    )
    outcome = run(rows, check("A", "expect_no_rows", query=query), roster=roster)[0]
    assert (outcome.rows, outcome.notes) == ((None,), ("text=z",))


def test_a_row_found_twice_by_a_join_counts_once(rows: pa.Table) -> None:
    """A join may meet a row several times; a sender mends it once."""
    twice = pa.table({"text": ["a", "a"]})
    query = "SELECT row_id FROM {batch} JOIN twice USING (text)"
    assert run(rows, check("A", "expect_no_rows", query=query), twice=twice)[0].rows == (0, 3)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT row_id FROM {batch} WHERE EXISTS (SELECT 1 FROM read_csv('/etc/hostname'))",
        "SELECT 0 AS row_id FROM '/etc/hostname', {batch}",
        "COPY {batch} TO 'stolen.csv'",
        "INSTALL httpfs",
        "SET enable_external_access = true",
        "ATTACH 'other.db'",
    ],
)
def test_a_rule_reads_the_submission_and_nothing_else(rows: pa.Table, statement: str) -> None:
    """Suites are data that travel; they may not open files or change settings."""
    outcome = run(rows, check("A", "expect_no_rows", query=statement))[0]
    assert outcome.status is Status.COULD_NOT_RUN


def test_the_same_rule_on_other_data_is_computed_anew(rows: pa.Table) -> None:
    """Nothing of one run is remembered in the next."""
    rule = check("A", "expect_rows", predicate="n < 3")
    with SuiteRunner({"t": rows, "u": rows.slice(0, 1)}) as runner:
        assert [runner.run(name, [rule])[0].rows for name in ("t", "u", "t")] == [(2, 3, 4), (), (2, 3, 4)]


def test_no_datasource_is_left_behind(rows: pa.Table) -> None:
    """Each would keep its frame in memory until the process ends."""
    run(rows, check("A", MEAN, column="n", max_value=3), check("B", "expect_rows", predicate="n > 1"))
    assert list(context().data_sources.all()) == []


def test_datasources_of_other_people_keep_their_engine(rows: pa.Table) -> None:
    """The faster engine is a kind of datasource of its own; nothing of Great Expectations is patched."""
    run(rows, check("A", MEAN, column="n", max_value=3))
    source = gx.get_context(mode="ephemeral").data_sources.add_pandas("theirs")
    assert type(source.get_execution_engine()).__name__ == "PandasExecutionEngine"


def test_one_broken_condition_leaves_the_others_of_the_common_scan_alone(rows: pa.Table) -> None:
    """All conditions run in one scan; where it breaks, each is asked by itself."""
    broken = ["nobody > 1", "n >", "sum(n) > 1", "n > (SELECT unnest([1, 2]))", "CAST(text AS INTEGER) > 0"]
    rules = [check(f"bad-{at}", "expect_rows", predicate=text) for at, text in enumerate(broken)]
    good = [check("A", "expect_rows", predicate="n < 4"), check("B", NOT_NULL, column="n")]
    outcomes = run(rows, *rules, *good)
    assert [outcome.status for outcome in outcomes[: len(rules)]] == [Status.COULD_NOT_RUN] * len(rules)
    assert [outcome.rows for outcome in outcomes[len(rules) :]] == [(3, 4), (1,)]


def test_a_condition_that_makes_two_rows_of_one_does_not_shift_the_others(rows: pa.Table) -> None:
    """Positions are told by the rows themselves, not by their number in the answer."""
    outcomes = run(
        rows,
        check("A", "expect_rows", predicate="unnest([true, n < 4])"),
        check("B", "expect_rows", predicate="n < 4"),
    )
    assert outcomes[1].rows == (3, 4)


def test_a_row_that_is_none_of_the_table_is_the_fault_of_the_rule(rows: pa.Table) -> None:
    """A query that returns some other table's numbers must not point at innocent rows, or crash the gate."""
    for number in ("7", "-1", "'x'"):
        query = f"SELECT {number} AS row_id FROM {{batch}}"  # noqa: S608  # ours
        assert run(rows, check("A", "expect_no_rows", query=query))[0].status is Status.COULD_NOT_RUN


def test_rows_come_in_order_and_of_several_notes_the_least_is_kept(rows: pa.Table) -> None:
    """The same data give the same findings, whatever DuckDB's threads did."""
    several = pa.table({"text": ["a", "a", "b"], "most": pa.array([9, 2, 5], pa.int64())})
    query = "SELECT most, row_id FROM {batch} JOIN several USING (text) ORDER BY row_id DESC"
    outcome = run(rows, check("A", "expect_no_rows", query=query), several=several)[0]
    assert (outcome.rows, outcome.notes) == ((0, 1, 3), ("most=2", "most=5", "most=2"))


def test_a_rule_that_finds_very_many_rows_names_all_and_annotates_the_first() -> None:
    """Nobody reads two million notes; what has no row here keeps its note: it is all that is known."""
    count = found_rows.NOTED + 50
    rows = pa.table({"n": pa.array(range(count), pa.int64())})
    query = "SELECT row_id, n FROM {batch} UNION ALL SELECT NULL, -1"
    outcome = run(rows, check("A", "expect_no_rows", query=query))[0]
    assert (len(outcome.rows), outcome.rows[-2:]) == (count + 1, (count - 1, None))
    assert outcome.notes[found_rows.NOTED - 1 :][:2] == (f"n={found_rows.NOTED - 1}", "")
    assert outcome.notes[-1] == "n=-1"


def test_a_built_in_that_sql_stumbles_over_is_left_to_great_expectations(
    rows: pa.Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The faster way may fail, the check may not."""
    monkeypatch.setattr(_gx, "failing_condition", lambda *_: "error('no')")
    outcome = run(rows, check("A", NOT_NULL, column="n"), check("B", BETWEEN, column="n", min_value=2))
    assert [one.rows for one in outcome] == [(1,), (0,)]


def test_built_ins_are_judged_by_their_own_classes(rows: pa.Table, monkeypatch: pytest.MonkeyPatch) -> None:
    """DuckDB counts, Great Expectations decides: shares and null rules are its own."""
    seen: list[dict[str, object]] = []

    def validate(_: object, metrics: dict[str, object], *__: object, **___: object) -> dict[str, bool]:
        seen.append(metrics)
        return {"success": True}

    monkeypatch.setattr(get_expectation_impl(BETWEEN), "_validate", validate)
    outcome = run(rows, check("A", BETWEEN, column="n", min_value=2))[0]
    assert outcome.status is Status.PASSED
    assert seen[0]["column_values.between.unexpected_count"] == 1
    assert seen[0]["column_values.nonnull.unexpected_count"] == 1


def test_a_check_that_does_not_fit_its_column_could_not_run(rows: pa.Table) -> None:
    """Bounds for a text, a day that is none: nothing is known about the data, so nothing is bad."""
    outcomes = run(
        rows,
        check("A", BETWEEN, column="text", min_value=1),
        check("C", BETWEEN, column="day", min_value="2024-02-30T00:00:00"),
        check("D", BETWEEN, column="n", min_value=3, max_value=1),
    )
    assert [outcome.status for outcome in outcomes] == [Status.COULD_NOT_RUN] * 3


def test_an_index_that_repeats_itself_and_not_a_number_change_no_finding() -> None:
    """Frames put together by hand have such an index; Great Expectations then names several rows for one."""
    dictionary = read_definition(parse_yaml(ONE_TABLE, "tables.yaml"), Dictionary)
    frame = pd.DataFrame(
        {"code": ["a", "b", None, "b"], "n": [1.0, float("nan"), 3.0, 900.0]}, index=[7, 7, 0, 0]
    )
    rule = check("A", BETWEEN, column="n", max_value=5)
    suite = Suite(name="x--things", table="things", checks=(rule,))
    report = gate_submission(Submission.from_frames({"things": frame}, dictionary), {"things": suite})
    found = {(finding.code, finding.position) for finding in report.findings}
    assert found == {
        ("A", 3),
        ("empty-cell.code", 2),
        ("empty-cell.n", 1),
        ("repeated-key", 1),
        ("repeated-key", 3),
    }


def test_runs_in_several_threads_do_not_mix(rows: pa.Table) -> None:
    """Each run has its own connection and its own tables."""
    found: dict[int, tuple[int | None, ...]] = {}

    def work(size: int) -> None:
        found[size] = run(rows.slice(0, size), check("A", "expect_rows", predicate="n < 0"))[0].rows

    threads = [threading.Thread(target=work, args=(size,)) for size in range(1, 6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {1: (0,), 2: (0,), 3: (0, 2), 4: (0, 2, 3), 5: (0, 2, 3, 4)}


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make every connection and every look-up of a name fail the test."""

    def refuse(*_: object, **__: object) -> None:
        pytest.fail("the gate tried to reach the network")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)


@pytest.mark.usefixtures("no_network")
def test_nothing_is_sent_and_analytics_are_off(rows: pa.Table) -> None:
    """Data about schools leave the machine only when their owner sends them."""
    context.cache_clear()
    run(rows, check("A", MEAN, column="n", max_value=3), check("B", "expect_rows", predicate="n > 1"))
    assert context().variables.analytics_enabled is False


def test_a_run_prints_warns_and_logs_nothing() -> None:
    """Progress bars and log lines would spoil notebooks and machine-read output."""
    program = """
import logging, sys, warnings
warnings.simplefilter("error")
logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
import pyarrow as pa
from edutargets._gx import SuiteRunner
from edutargets.checks import Check
between = "expect_column_values_to_be_between"
checks = [Check(code="A", type=between, kwargs={"column": "n", "min_value": 1}),
          Check(code="B", type=between, kwargs={"column": "x", "min_value": 1}),
          Check(code="C", type="expect_rows", kwargs={"predicate": "x > 1"}),
          Check(code="D", type="expect_nothing")]
with SuiteRunner({"t": pa.table({"n": [0, 1]})}) as runner:
    assert len(runner.run("t", checks)) == 4
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_level_of_the_callers_log_is_given_back(rows: pa.Table) -> None:
    """Somebody who uses Great Expectations beside this package keeps their settings."""
    logger = logging.getLogger("great_expectations")
    logger.setLevel(logging.INFO)
    try:
        run(rows, check("A", NOT_NULL, column="n"))
        assert logger.level == logging.INFO
    finally:
        logger.setLevel(logging.NOTSET)


def test_importing_the_gate_does_not_import_great_expectations() -> None:
    """It takes seconds; only a run of the gate pays for it."""
    program = (
        "import sys, edutargets.gate; print('great_expectations' in sys.modules, 'duckdb' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


def test_our_own_kinds_are_registered_expectations() -> None:
    """They stand in suites beside the built-ins and are run by Great Expectations itself."""
    assert {get_expectation_impl(kind).__module__ for kind in OWN_KINDS} == {"edutargets._gx_expectations"}
