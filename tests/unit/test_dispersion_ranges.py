"""A dispersion with blank cells: its range, why it may have no coefficient at all, and what its words say."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from edutargets.engine import DuckDB
from edutargets.explanations import explain
from edutargets.goals import Verdict
from edutargets.tables import Dictionary
from edutargets.totals_sql import total_statements
from edutargets.yaml_files import parse_yaml, read_definition

if TYPE_CHECKING:
    from collections.abc import Callable

    from edutargets.attainment import PlanAttainment

    Judged = Callable[..., PlanAttainment]

TABLES = """
tables:
  schools:
    counts: school
    key: [school]
    reports: school
    columns:
      school: {type: code}
      pupils: {type: integer, unit: student, required: false, range: [LEAST, 2000]}
      books: {type: integer, unit: book, required: false, range: [0, 40000]}
"""
SPREAD = {"type": "dispersion", "over": "schools", "value": "sum(books)", "weight": "sum(pupils)"}
KNOWN = ((100, 1500), (200, 3500), (300, 5500))


def _judged(
    judged: Judged, goal: str, *schools: tuple[int | None, int | None], least: int = 50
) -> PlanAttainment:
    dictionary = read_definition(parse_yaml(TABLES.replace("LEAST", str(least)), "tables.yaml"), Dictionary)
    rows: list[dict[str, Any]] = [
        {"school": f"S{at}", "pupils": pupils, "books": books}
        for at, (pupils, books) in enumerate((*KNOWN, *schools))
    ]
    return judged({"schools": rows}, {**SPREAD, "at_most": goal, "by": "2025-12-31"}, dictionary=dictionary)


def test_a_blank_amount_gives_a_range_with_both_ends_in_some_completion(judged: Judged) -> None:
    """0 books give the largest spread here, and the mean of the others the smallest."""
    one = _judged(judged, "0.5", (400, None))["t.n0"]
    (result,) = one.results
    assert (one.verdict, result.sharpness) == (Verdict.UNDETERMINED, "sharp")
    known = sum(Fraction(books * books, pupils) for pupils, books in KNOWN)
    squares = [
        1000 * (known + Fraction(books * books, 400)) / (10_500 + books) ** 2 - 1 for books in range(40_001)
    ]
    bounds = result.parts["square"].bounds
    assert (bounds.lower, bounds.upper) == (min(squares), max(squares))
    assert result.bounds is not None
    assert result.bounds.lower**2 <= bounds.lower
    assert bounds.upper <= result.bounds.upper**2


def test_a_school_that_may_have_books_and_no_pupils_leaves_no_verdict(judged: Judged) -> None:
    """Every coefficient there can be is below 20, but there may be none: met would say too much."""
    one = _judged(judged, "20", (None, 4000), least=0)["t.n0"]
    assert one.verdict is Verdict.UNDETERMINED
    assert one.reason is not None
    assert "without any weight" in one.reason.en
    (line,) = explain(one)["comparison"].lines
    assert line.startswith("the whole range ")
    assert "; but what is not known could be an amount without any weight" in line
    assert _judged(judged, "20", (None, 4000))["t.n0"].verdict is Verdict.MET


def test_the_printed_totals_are_those_of_the_known_schools(judged: Judged) -> None:
    """Pupils of a school whose books are blank are in no mean, so the statement leaves them out too."""
    results = _judged(judged, "0.5", (400, None), (500, 9500))
    one = results["t.n0"]
    (statement,) = total_statements(one)
    engine = DuckDB({name: table.rows for name, table in results.admitted.tables.items()})
    parts = one.results[0].parts
    assert engine.run(statement.sql) == [(parts["total_value"].value, parts["total_weight"].value)]
    assert (parts["total_value"].value, parts["total_weight"].value) == (20_000, 1_100)


def test_what_is_left_out_of_the_list_of_schools_is_said(judged: Judged) -> None:
    """A school that is not known in full stands nowhere in the list, and that is told."""
    one = _judged(judged, "0.5", (400, None))["t.n0"]
    assert explain(one)["spread"].lines[-1] == (
        "1 row is not known in full: left out here, but part of the range"
    )
    assert explain(one, "zh")["spread"].lines[-1] == "有 1 行数据不全，未列入，其影响已计入区间"
    assert "spread" in explain(_judged(judged, "0.5", (None, None), (400, None))["t.n0"])
