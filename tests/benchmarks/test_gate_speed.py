"""What the gate costs beside masks written by hand and beside plain Great Expectations: ratios of one run.

Every side finds the failing rows of the same 30 rules on the same teachers' records and fetches their keys.
`python tests/benchmarks/test_gate_speed.py 2000000` measures one size, plain Great Expectations included.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
import warnings
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import great_expectations as gx
import pandas as pd
import pyarrow as pa
from great_expectations.data_context.types.base import ProgressBarsConfig
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

from edutargets import _gx
from edutargets._gx_engine import quiet
from edutargets.checks import Check, Status, Suite
from edutargets.gate import gate_submission
from edutargets.submissions import Submission, TableRows
from edutargets.tables import Dictionary
from edutargets.yaml_files import parse_yaml, read_definition

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Mask = Callable[[pd.DataFrame], pd.Series[bool]]
    Rule = tuple[str, str, dict[str, Any], str, Mask]
    Sides = dict[str, Callable[[], int]]

ROWS, FEWER, ROUNDS = 2_000_000, 200_000, 3
MOST_BY_OWN_RULES, MOST_BY_ENGINE, LEAST_BY_PLAIN, MOST_GB = 1.5, 4, 10, 0.7
KEYS = ["school_id", "teacher_no"]
SHARES = ["teaching", "research", "duties"]
UNIQUE_KEY = """school_id IS NULL OR (school_id, teacher_no) NOT IN (
  SELECT (school_id, teacher_no) FROM {batch} WHERE school_id IS NOT NULL
  GROUP BY school_id, teacher_no HAVING count(*) > 1)"""
NULL_RULE = {"ignore_row_if": "either_value_is_missing"}

TABLES = """
tables:
  teachers:
    title: {en: Teachers, zh: 教师}
    counts: teacher
    key: [school_id, teacher_no]
    reports: school_id
    columns:
      school_id: {type: code, required: false}
      teacher_no: {type: code, required: false}
      id_code: {type: code, required: false}
      name: {type: text, required: false}
      gender: {type: text, required: false}
      birth_date: {type: date, required: false}
      hired_on: {type: date, required: false}
      degree: {type: text, required: false}
      title: {type: text, required: false}
      stage: {type: text, required: false}
      subject: {type: text, required: false}
      phone: {type: code, required: false}
      email: {type: text, required: false}
      full_time: {type: boolean, required: false}
      hours: {type: integer, unit: training_hour, required: false}
      hours_online: {type: integer, unit: training_hour, required: false}
      lessons: {type: integer, unit: lesson, required: false}
      age: {type: integer, unit: year, required: false}
      classes: {type: integer, unit: class, required: false}
      teaching: {type: integer, unit: percent, required: false}
      research: {type: integer, unit: percent, required: false}
      duties: {type: integer, unit: percent, required: false}
      salary: {type: decimal, scale: 2, unit: CNY/year, required: false}
"""

# Each fault strikes one row in 200; `struck(3)` says which.
ROWS_OF = """
WITH ids AS (SELECT range AS i FROM range({count})),
faults AS (SELECT i, list_transform(range(12), lambda k: hash(i, k) % 200 = 0) AS f FROM ids)
SELECT
  CASE WHEN f[1] THEN NULL ELSE printf('S%05d', i // 100) END AS school_id,
  printf('T%07d', CASE WHEN f[2] THEN i - 1 ELSE i END) AS teacher_no,
  printf('G%015d', CASE WHEN f[3] THEN i // 2 ELSE i + 10000000 END) AS id_code,
  CASE WHEN f[4] THEN '王' ELSE '王' || (i % 999)::VARCHAR END AS name,
  CASE WHEN f[5] THEN '?' ELSE ['男', '女'][1 + i % 2] END AS gender,
  DATE '1960-01-01' + (hash(i, 21) % 14000)::INTEGER AS birth_date,
  CASE WHEN f[6] THEN DATE '1950-01-01' WHEN f[7] THEN NULL
    ELSE DATE '2000-01-01' + (hash(i, 22) % 8000)::INTEGER END AS hired_on,
  ['专科', '本科', '硕士'][1 + (hash(i, 23) % 3)::BIGINT] AS degree,
  ['一级', '二级', '高级'][1 + (hash(i, 24) % 3)::BIGINT] AS title,
  ['小学', '初中', '高中'][1 + (hash(i, 25) % 3)::BIGINT] AS stage,
  ['语文', '数学', '英语'][1 + (hash(i, 26) % 3)::BIGINT] AS subject,
  CASE WHEN f[8] THEN '1234' ELSE printf('1%010d', i) END AS phone,
  printf('t%d@example.cn', i) AS email,
  i % 9 > 0 AS full_time,
  CASE WHEN f[9] THEN 900 WHEN f[7] THEN NULL ELSE 20 + (hash(i, 27) % 90)::BIGINT END AS hours,
  (hash(i, 28) % CASE WHEN f[10] THEN 300 ELSE 20 END)::BIGINT AS hours_online,
  (hash(i, 29) % 30)::BIGINT AS lessons,
  CASE WHEN f[11] THEN 7 ELSE 22 + (hash(i, 30) % 40)::BIGINT END::BIGINT AS age,
  (hash(i, 31) % 9)::BIGINT AS classes,
  60::BIGINT AS teaching, 30::BIGINT AS research, CASE WHEN f[12] THEN 11 ELSE 10 END::BIGINT AS duties,
  (30000 + (hash(i, 32) % 9000000)::BIGINT / 100.0)::DECIMAL(18, 2) AS salary
FROM faults ORDER BY i
"""


def teachers(count: int) -> pa.Table:
    """Return records with faults; the same count gives the same records."""
    rows = duckdb.sql(ROWS_OF.format(count=count)).to_arrow_table()
    whole = [
        field.with_type(pa.int64()) if pa.types.is_unsigned_integer(field.type) else field
        for field in rows.schema
    ]
    return rows.cast(pa.schema(whole))


def column(kind: str, name: str, sql: str, mask: Mask, **kwargs: object) -> Rule:
    """Make a rule on one column."""
    return name, f"expect_column_{kind}", {"column": name, **kwargs}, sql, mask


def filled(name: str) -> Rule:
    """Make the rule that a column has no blank."""
    return column("values_to_not_be_null", name, f"{name} IS NOT NULL", lambda f: f[name].isna())


def between(name: str, low: float, high: float) -> Rule:
    """Make the rule that numbers lie between two bounds."""
    sql = f"{name} BETWEEN {low} AND {high}"
    mask: Mask = lambda f: (f[name] < low) | (f[name] > high)  # noqa: E731
    return column("values_to_be_between", name, sql, mask, min_value=low, max_value=high)


def known(name: str, *values: str) -> Rule:
    """Make the rule that texts are among known ones."""
    sql = f"{name} IN {values!r}"
    mask: Mask = lambda f: f[name].notna() & ~f[name].isin(values)  # noqa: E731
    return column("values_to_be_in_set", name, sql, mask, value_set=list(values))


def like(name: str, pattern: str) -> Rule:
    """Make the rule that texts have a form."""
    mask: Mask = lambda f: ~f[name].dropna().str.contains(pattern)  # noqa: E731
    return column("values_to_match_regex", name, f"regexp_matches({name}, '{pattern}')", mask, regex=pattern)


BORN = column(
    "values_to_be_between",
    "birth_date",
    "birth_date BETWEEN '1950-01-01' AND '2005-12-31'",
    lambda f: (f["birth_date"] < pd.Timestamp("1950-01-01")) | (f["birth_date"] > pd.Timestamp("2005-12-31")),
    min_value="1950-01-01T00:00:00",
    max_value="2005-12-31T00:00:00",
)
RULES: list[Rule] = [
    *map(filled, ["school_id", "teacher_no", "gender", "degree", "title", "stage", "subject", "hired_on"]),
    *(between("hours", 0, 720), between("lessons", 0, 40), between("age", 18, 70), between("classes", 0, 20)),
    *(between("salary", 0, 100_000), BORN),
    *(known("gender", "男", "女"), known("degree", "专科", "本科", "硕士")),
    *(known("title", "一级", "二级", "高级"), known("stage", "小学", "初中", "高中")),
    *(like("phone", "^1[0-9]{10}$"), like("email", "^[a-z0-9]+@[a-z.]+$")),
    *(like("teacher_no", "^T[0-9]{7}$"), like("school_id", "^S[0-9]{5}$")),
    (
        "key",
        "expect_compound_columns_to_be_unique",
        {"column_list": KEYS, "ignore_row_if": "any_value_is_missing"},
        UNIQUE_KEY,
        lambda f: f["school_id"].notna() & f.duplicated(KEYS, keep=False),
    ),
    column(
        "values_to_be_unique",
        "id_code",
        "id_code NOT IN (SELECT id_code FROM {batch} GROUP BY id_code HAVING count(*) > 1)",
        lambda f: f["id_code"].duplicated(keep=False),
    ),
    (
        "online",
        "expect_column_pair_values_a_to_be_greater_than_b",
        {"column_A": "hours", "column_B": "hours_online", "or_equal": True, **NULL_RULE},
        "hours >= hours_online",
        lambda f: f["hours"] < f["hours_online"],
    ),
    (
        "hired",
        "expect_column_pair_values_a_to_be_greater_than_b",
        {"column_A": "hired_on", "column_B": "birth_date", "or_equal": True, **NULL_RULE},
        "hired_on >= birth_date",
        lambda f: f["hired_on"] < f["birth_date"],
    ),
    (
        "shares",
        "expect_multicolumn_sum_to_equal",
        {"column_list": SHARES, "sum_total": 100, "ignore_row_if": "any_value_is_missing"},
        "teaching + research + duties = 100",
        lambda f: f["teaching"] + f["research"] + f["duties"] != 100,
    ),
    column(
        "value_lengths_to_be_between",
        "name",
        "length(name) BETWEEN 2 AND 20",
        lambda f: ~f["name"].str.len().between(2, 20),
        min_value=2,
        max_value=20,
    ),
]  # fmt: skip
OF_TABLES: list[tuple[str, str, dict[str, Any], str]] = [
    (
        "mean",
        "expect_column_mean_to_be_between",
        {"column": "hours", "min_value": 10, "max_value": 200},
        "SELECT NULL AS row_id, avg(hours) AS mean FROM {batch} HAVING avg(hours) NOT BETWEEN 10 AND 200",
    ),
    (
        "rows",
        "expect_table_row_count_to_be_between",
        {"min_value": 1, "max_value": 10_000_000},
        "SELECT NULL AS row_id, count(*) AS rows FROM {batch} HAVING count(*) > 10_000_000",
    ),
]


def by_hand(frame: pd.DataFrame) -> int:
    """Find the failing rows by masks and fetch their keys."""
    keys = frame[KEYS]
    found = 0
    for *_, mask in RULES:
        hit = mask(frame)
        found += len(keys.loc[hit[hit].index])
    assert 10 <= frame["hours"].mean() <= 200
    assert len(frame) <= 10_000_000
    return found


def by_the_gate(submission: Submission, checks: tuple[Check, ...]) -> int:
    """Let the gate decide and fetch the keys of the failing rows."""
    suite = Suite(name="speed--teachers", table="teachers", checks=checks)
    report = gate_submission(submission, {"teachers": suite})
    assert report.decision.value == "rejected"
    keys = submission.tables["teachers"].rows.select(KEYS)
    found = 0
    for outcome in report.tables[0].outcomes:
        assert outcome.status is not Status.COULD_NOT_RUN, (outcome.check.code, outcome.text)
        if outcome.check.code != "repeated-key":  # the dictionary's own, where the suite says it in SQL
            found += len(keys.take(pa.array(outcome.rows, pa.int64())))
    return found


def by_the_engine(submission: Submission, checks: tuple[Check, ...]) -> int:
    """The same, every built-in computed by Great Expectations in the gate's engine."""
    in_sql, _gx.failing_condition = _gx.failing_condition, lambda *_: None
    try:
        return by_the_gate(submission, checks)
    finally:
        _gx.failing_condition = in_sql


def by_plain_gx(frame: pd.DataFrame) -> int:
    """Validate one expectation after the other, all rows with their keys, as its documentation shows."""
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
    asset = context.data_sources.add_pandas("plain").add_dataframe_asset("rows")
    batch = asset.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": frame})
    wanted: Any = {"result_format": "COMPLETE", "unexpected_index_column_names": KEYS}
    found = 0
    for _, kind, kwargs, *_ in [*RULES, *OF_TABLES]:
        with quiet(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            expectation = ExpectationConfiguration(type=kind, kwargs=kwargs).to_domain_obj()
            result = dict(batch.validate(expectation, result_format=wanted).result or {})
        found += len(result.get("unexpected_index_list") or ())
    return found


def own_rules() -> tuple[Check, ...]:
    """Write the rules as conditions and queries in SQL."""
    rows = [(f"{at}", "expect_rows", {"predicate": sql}) for at, (*_, sql, _) in enumerate(RULES)]
    tables = [(code, "expect_no_rows", {"query": sql}) for code, _, _, sql in OF_TABLES]
    return tuple(Check(code=code, type=kind, kwargs=kwargs) for code, kind, kwargs in [*rows, *tables])


def built_ins() -> tuple[Check, ...]:
    """Write the rules as built-ins of Great Expectations."""
    rules = [(f"{at}", kind, kwargs) for at, (_, kind, kwargs, *_) in enumerate([*RULES, *OF_TABLES])]
    return tuple(Check(code=code, type=kind, kwargs=kwargs) for code, kind, kwargs in rules)


def submission_of(rows: pa.Table) -> Submission:
    """Make a submission of rows that were read."""
    dictionary = read_definition(parse_yaml(TABLES, "tables.yaml"), Dictionary)
    count = rows.num_rows
    places = [
        pa.repeat(pa.scalar("teachers.csv"), count),
        pa.repeat(pa.scalar(""), count),
        pa.array(range(2, count + 2)),
    ]
    origin = pa.table(places, names=["file", "sheet", "row"])
    described = dictionary.tables["teachers"]
    rows = rows.select(list(described.columns))
    return Submission(dictionary, {"teachers": TableRows("teachers", described, rows, origin)}, (), ())


def sides_of(count: int) -> Sides:
    """Return what is compared."""
    rows = teachers(count)
    submission = submission_of(rows)
    frame = rows.to_pandas(date_as_object=False)
    frame["salary"] = frame["salary"].astype("float64")
    return {
        "masks by hand": partial(by_hand, frame),
        "gate, own rules": partial(by_the_gate, submission, own_rules()),
        "gate, built-ins": partial(by_the_gate, submission, built_ins()),
        "gate, built-ins by the engine alone": partial(by_the_engine, submission, built_ins()),
        "plain Great Expectations": partial(by_plain_gx, frame),
    }


def best_of(sides: Sides, rounds: int) -> dict[str, tuple[float, float]]:
    """Time the sides in turns; return the least wall and processor seconds of each."""
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in sides}
    found: set[int] = set()
    for _ in range(rounds):
        for name, run in sides.items():
            wall, processor = time.perf_counter(), time.process_time()
            found.add(run())
            times[name].append((time.perf_counter() - wall, time.process_time() - processor))
    assert len(found) == 1, found
    return {name: (min(w for w, _ in all_), min(p for _, p in all_)) for name, all_ in times.items()}


def show(count: int, best: dict[str, tuple[float, float]], against: str) -> None:
    """Print ratios."""
    what = f"{count:,} rows x {len(RULES) + len(OF_TABLES)} rules"
    print(f"\n{what:<40}{'wall s':>10}{'x wall':>9}{'x processor':>13}")
    for name, (wall, processor) in best.items():
        print(f"{name:<40}{wall:>10.2f}{wall / best[against][0]:>9.2f}{processor / best[against][1]:>13.2f}")


def test_at_two_million_rows_the_gate_costs_about_what_masks_written_by_hand_cost() -> None:
    """A suite runs in one scan; where Great Expectations computes itself, it does nothing in vain."""
    sides = sides_of(ROWS)
    del sides["plain Great Expectations"]
    for run in sides.values():
        run()
    best = best_of(sides, ROUNDS)
    show(ROWS, best, "masks by hand")
    by_masks = best["masks by hand"][1]  # processor time: the stricter, and other jobs do not change it
    assert best["gate, own rules"][1] <= MOST_BY_OWN_RULES * by_masks
    assert best["gate, built-ins"][1] <= MOST_BY_OWN_RULES * by_masks
    assert best["gate, built-ins by the engine alone"][1] <= MOST_BY_ENGINE * by_masks


def test_the_gate_costs_a_tenth_of_the_same_suite_in_plain_great_expectations() -> None:
    """Expectation by expectation, with all failing rows and their keys, as its documentation shows it."""
    best = best_of(sides_of(FEWER), 2)
    show(FEWER, best, "gate, built-ins")
    plain = best["plain Great Expectations"][1]
    assert plain >= LEAST_BY_PLAIN * best["gate, built-ins"][1]
    assert plain >= LEAST_BY_PLAIN * best["gate, own rules"][1]


def test_at_two_million_rows_the_gate_needs_little_memory_beside_the_rows() -> None:
    """A bureau's laptop has the rows in memory already; each side runs in a process of its own."""
    print()
    for side in ("gate, own rules", "gate, built-ins", "gate, built-ins by the engine alone"):
        command = [sys.executable, str(Path(__file__)), str(ROWS), side]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        extra = float(re.findall(r"([0-9.]+) GB", said)[-1])
        print(f"{side:<40}{extra:>6.2f} GB beside the rows")
        assert extra <= MOST_GB


@contextmanager
def peak_shown() -> Iterator[None]:
    """Print how far the resident memory rose above what it was at the beginning (Linux)."""
    status = Path("/proc/self/status")
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    before = _kilobytes(status.read_text(encoding="ascii"), "VmRSS")
    yield
    print(f"{(_kilobytes(status.read_text(encoding='ascii'), 'VmHWM') - before) / 1e6:.3f} GB")


def _kilobytes(status: str, name: str) -> int:
    return int(re.findall(rf"{name}:\s+(\d+) kB", status)[0])


if __name__ == "__main__":
    all_sides = sides_of(int(sys.argv[1]))
    if len(sys.argv) > 2:
        by_the_gate(
            submission_of(teachers(1000)), built_ins()
        )  # what importing and starting take is not asked
        with peak_shown():
            all_sides[sys.argv[2]]()
    else:
        show(int(sys.argv[1]), best_of(all_sides, 1), "masks by hand")
