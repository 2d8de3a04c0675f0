"""The embedded engine: exact rows, in memory, and no way out of it."""

from decimal import Decimal

import pyarrow as pa
import pytest

from edutargets.engine import DuckDB
from edutargets.errors import EvaluationError

LARGEST = Decimal("9999999999999999.99")


def _engine(**columns: pa.Array) -> DuckDB:
    return DuckDB({"t": pa.table(columns)})


def test_sums_of_money_are_exact_over_millions_of_rows() -> None:
    """Two million times the largest amount there is, to the cent."""
    engine = _engine(pay=pa.repeat(pa.scalar(LARGEST, pa.decimal128(18, 2)), 2_000_000))
    assert engine.run("SELECT SUM(pay) FROM t") == [(LARGEST * 2_000_000,)]


def test_sums_of_whole_numbers_do_not_wrap_around() -> None:
    """Three times the largest 64-bit number is three times that number."""
    engine = _engine(n=pa.array([2**63 - 1] * 3, pa.int64()))
    assert engine.run("SELECT SUM(n) FROM t") == [(3 * (2**63 - 1),)]


def test_a_product_that_leaves_its_digits_is_refused_not_rounded() -> None:
    """The engine says so; it never falls back to floating point."""
    engine = _engine(pay=pa.array([LARGEST], pa.decimal128(18, 2)))
    with pytest.raises(EvaluationError, match="Overflow"):
        engine.run("SELECT SUM(pay * 7) FROM t")


def test_statements_run_one_after_another() -> None:
    """No result is left open that would block the next one."""
    engine = _engine(n=pa.array([1, 2], pa.int64()))
    assert [engine.run("SELECT COUNT(*) FROM t") for _ in range(3)] == [[(2,)]] * 3


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('/etc/hostname')",
        "SELECT * FROM '/etc/hostname'",
        "COPY t TO 'out.csv'",
        "INSTALL httpfs",
        "ATTACH 'x.db'",
        "SET enable_external_access = true",
        "SET threads = 1",
    ],
)
def test_the_engine_reaches_no_file_and_no_setting(sql: str) -> None:
    """A statement can read the admitted tables and nothing else."""
    with pytest.raises(EvaluationError):
        _engine(n=pa.array([1])).run(sql)


def test_a_broken_statement_is_told_with_its_text() -> None:
    """The reviewer sees what was run."""
    with pytest.raises(EvaluationError, match="SELECT nothing FROM t"):
        _engine(n=pa.array([1])).run("SELECT nothing FROM t")
