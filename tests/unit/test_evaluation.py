"""Values and ranges: what is blank, unsure or rounded is never taken for zero."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from edutargets.attainment import Attainment, PlanAttainment
from edutargets.bounds import Interval
from edutargets.evaluation import NoValueError, part_of
from edutargets.exact_columns import Cell
from edutargets.expressions import Aggregate, Arithmetic, Column, Node, Number
from edutargets.goals import Verdict
from edutargets.tables import Dictionary

Judged = Callable[..., PlanAttainment]
LESSONS, PAY = Column("staff", "lessons"), Column("staff", "pay")


def _aggregate(kind: Any, operand: Node | None = LESSONS) -> Aggregate:  # noqa: ANN401  # a literal
    return Aggregate(kind, "staff", operand, None, "person")


@pytest.mark.parametrize(
    ("kind", "cell", "value", "low", "high"),
    [
        ("sum", Cell(Fraction(20), 2), 20, 20, 20),
        ("sum", Cell(Fraction(20), 2, blank=1), 20, 25, 32),
        ("sum", Cell(Fraction(20), 2, unsure=1), 20, 20, 32),
        ("sum", Cell(Fraction(20), 2, step=Fraction(4)), 20, 18, 22),
        ("avg", Cell(Fraction(20), 2), 10, 10, 10),
        ("avg", Cell(Fraction(20), 2, blank=2), 10, "30/4", "44/4"),
        ("avg", Cell(Fraction(20), 2, unsure=2), 10, "30/4", "44/4"),
        ("avg", Cell(Fraction(20), 2, step=Fraction(4)), 10, 9, 11),
        ("min", Cell(Fraction(8), 2, blank=1), 8, 5, 8),
        ("max", Cell(Fraction(8), 2, unsure=1), 8, 8, 12),
        ("min", Cell(Fraction(8), 2, step=Fraction(2)), 8, 7, 9),
        ("count", Cell(Fraction(2), 2, unsure=3), 2, 2, 5),
        ("count", Cell(None, 0), 0, 0, 0),
    ],
)
def test_the_range_of_a_total_holds_every_possible_value(
    tables: Dictionary, kind: str, cell: Cell, value: int, low: str, high: str
) -> None:
    """Blank cells lie anywhere in 5 … 12, unsure rows may not belong, rounded ones are ± half a step."""
    found = part_of(_aggregate(kind), lambda _: cell, tables)
    assert (found.value, found.bounds) == (value, Interval(Fraction(low), Fraction(high)))


@pytest.mark.parametrize(
    ("node", "cell", "said"),
    [
        (_aggregate("sum"), Cell(), "none is not zero"),
        (_aggregate("avg"), Cell(None, 0, blank=3), "is blank"),
        (_aggregate("sum", PAY), Cell(Fraction(5), 1, blank=1), "no plausible range"),
        (
            Arithmetic("/", _aggregate("sum"), _aggregate("count", None)),
            Cell(Fraction(0), 0, blank=1),
            "zero",
        ),
        (
            Arithmetic(
                "/", _aggregate("sum"), Arithmetic("-", _aggregate("count", None), Number(Fraction(2)))
            ),
            Cell(Fraction(9), 2, unsure=2),
            "zero",
        ),
        (
            Arithmetic(
                "/", Number(Fraction(1)), Arithmetic("-", _aggregate("count", None), Number(Fraction(3)))
            ),
            Cell(Fraction(2), 2, unsure=2),
            "could be zero",
        ),
    ],
)
def test_where_nothing_can_be_said_the_reason_is_told(
    tables: Dictionary, node: Node, cell: Cell, said: str
) -> None:
    """No rows, only blanks, no plausible range, a denominator that could be zero: never NaN, never zero."""
    with pytest.raises(NoValueError, match=said) as told:
        part_of(node, lambda _: cell, tables)
    assert told.value.zh


SCHOOL = {"school_id": "A", "year": 2024, "kind": "school", "location": "rural", "enrolment": 100}


def _staff(person: str, **cells: object) -> dict[str, object]:
    return {"person_id": person, "school_id": "A", "year": 2024, "role": "teacher", **cells}


def _one(judged: Judged, rows: dict[str, list[dict[str, object]]], **fields: Any) -> Attainment:  # noqa: ANN401
    target = {"in": 2024, **{key.rstrip("_"): value for key, value in fields.items()}}
    return judged(rows, target)["t.n0"]


def test_an_unknown_condition_leaves_a_count_open(judged: Judged) -> None:
    """A blank degree may be a bachelor's: one of three is met at most two times."""
    rows = {
        "staff": [_staff("1", degree="bachelor"), _staff("2", degree="college"), _staff("3", degree=None)]
    }
    found = _one(
        judged,
        rows,
        type="ratio",
        from_="staff",
        numerator="count(*) filter (where degree >= 'bachelor')",
        denominator="count(*)",
        at_least="50 %",
    )
    assert (found.value, found.lower, found.upper) == (Fraction(1, 3), Fraction(1, 3), Fraction(2, 3))
    assert found.verdict is Verdict.UNDETERMINED


@pytest.mark.parametrize(
    ("condition", "low", "high"),
    [
        ("degree = 'college' or full_time", 1, 1),
        ("degree = 'college' and full_time", 0, 1),
        ("not (degree = 'college')", 0, 1),
        ("degree is null", 1, 1),
        ("degree is not null", 0, 0),
        ("degree in ('college', 'bachelor')", 0, 1),
        ("degree in ('college', 'bachelor', 'master')", 1, 1),
        ("degree > 'master'", 0, 0),
        ("degree = 'college' and not full_time", 0, 0),
    ],
)
def test_unknown_is_neither_yes_nor_no(judged: Judged, condition: str, low: int, high: int) -> None:
    """An unknown degree decides nothing, unless the other side or every degree there is does."""
    rows = {"staff": [_staff("1", degree=None, full_time=True)]}
    found = _one(
        judged, rows, type="count", from_="staff", count=f"count(*) filter (where {condition})", at_least=0
    )
    assert (found.lower, found.upper) == (low, high)


def test_a_case_whose_condition_is_unknown_may_have_either_value(judged: Judged) -> None:
    """An unknown branch does not fall through to `else`: the eight lessons count, or they do not."""
    rows = {"staff": [_staff("1", degree="college", lessons=8), _staff("2", degree=None, lessons=8)]}
    value = "sum(case when degree = 'college' then lessons else 0 end)"
    found = _one(judged, rows, type="count", from_="staff", count=value, at_least="9 lesson")
    assert (found.value, found.lower, found.upper) == (8, 8, 16)
    assert found.verdict is Verdict.UNDETERMINED


def test_blank_cells_have_the_plausible_range_of_their_column(judged: Judged) -> None:
    """A blank timetable of 5 … 12 lessons: met where even the least is enough, and then nothing is short."""
    rows = {"staff": [_staff("1", lessons=10), _staff("2", lessons=None)]}
    fields = {"type": "duty", "mean_of": "staff", "amount": "lessons"}
    enough, open_, short = (
        _one(judged, rows, **fields, at_least=f"{limit} lesson") for limit in ("7.5", "8", "11.5")
    )
    assert (enough.lower, enough.upper) == (Fraction(15, 2), 11)
    assert [one.verdict for one in (enough, open_, short)] == [
        Verdict.MET,
        Verdict.UNDETERMINED,
        Verdict.NOT_MET,
    ]
    assert enough.shortfall == 0
    assert short.shortfall is not None
    assert short.shortfall > 0


def test_a_missing_parent_leaves_its_children_open(judged: Judged) -> None:
    """A teacher of a school that is not on the list may be rural or not."""
    rows = {"schools": [SCHOOL], "staff": [_staff("1"), {**_staff("2"), "school_id": "Z"}]}
    found = _one(
        judged,
        rows,
        type="count",
        from_="staff",
        count="count(*) filter (where schools.location = 'rural')",
        at_least=2,
    )
    assert (found.lower, found.upper, found.verdict) == (1, 2, Verdict.UNDETERMINED)


def test_a_sum_over_rows_that_no_filter_passes_is_no_zero(judged: Judged) -> None:
    """No rural school reported: the sum of their children is not zero but unknown."""
    found = _one(
        judged,
        {"schools": [SCHOOL]},
        type="count",
        from_="schools",
        count="sum(enrolment) filter (where location = 'urban')",
        at_most=5,
    )
    assert found.verdict is Verdict.NOT_EVALUABLE


def test_a_zero_denominator_is_a_reason(judged: Judged) -> None:
    """Nothing over nothing is no share."""
    found = _one(
        judged,
        {"staff": [_staff("1", role="principal")]},
        type="ratio",
        from_="teachers",
        numerator="count(*)",
        denominator="count(*)",
        at_least="5 %",
    )
    assert found.verdict is Verdict.NOT_EVALUABLE
    assert found.reason is not None
    assert "denominator is zero" in found.reason.en
    assert found.reason.zh == "分母为零"


def _figure(what: str, heads: int, step: int) -> dict[str, object]:
    return {"year": 2024, "what": what, "heads": heads, "step": step}


@pytest.mark.parametrize(
    ("limit", "verdict"),
    [
        ("49 %", Verdict.MET),
        ("50 %", Verdict.UNDETERMINED),
        ("50.7 %", Verdict.UNDETERMINED),
        ("51 %", Verdict.NOT_MET),
    ],
)
def test_a_rounded_figure_decides_only_beyond_its_rounding(
    judged: Judged, limit: str, verdict: Verdict
) -> None:
    """500 to the nearest 10, of 1000 to the nearest 10, is between 49.25 % and 50.75 %."""
    rows = {"figures": [_figure("a", 500, 10), _figure("b", 1000, 10)]}
    found = _one(
        judged,
        rows,
        type="ratio",
        from_="figures",
        numerator="sum(heads) filter (where what = 'a')",
        denominator="sum(heads) filter (where what = 'b')",
        at_least=limit,
    )
    assert (found.lower, found.upper) == (Fraction(495, 1005), Fraction(505, 995))
    assert found.verdict is verdict


def test_the_smallest_of_many_rounded_figures_is_off_by_one_rounding_only(judged: Judged) -> None:
    """A hundred figures to the nearest 10 do not make their smallest uncertain by a thousand."""
    rows = {"figures": [_figure(f"f{number}", 500 + number, 10) for number in range(100)]}
    found = _one(judged, rows, type="count", from_="figures", count="min(heads)", at_least="1 student")
    assert (found.lower, found.upper) == (495, 505)


@pytest.mark.parametrize("money", ["-0.01", "0.00", "9999999999999999.99", "-9999999999999999.99"])
def test_the_smallest_and_the_largest_money_there_is_are_exact(judged: Judged, money: str) -> None:
    """Negative sums, cents and eighteen digits are kept."""
    rows = {"staff": [_staff(str(number), pay=money) for number in range(3)]}
    found = _one(judged, rows, type="amount", from_="staff", amount="sum(pay)", at_least="0 CNY")
    assert found.value == 3 * Fraction(money)
    assert found.verdict is (Verdict.MET if Fraction(money) >= 0 else Verdict.NOT_MET)


@pytest.mark.parametrize(
    "name", ["学校“甲”", "O'Brien", "a''b", "\\", '"', "%", "校长😀", " x ".strip(), "; drop table staff"]
)
def test_a_text_in_a_condition_is_that_very_text(judged: Judged, name: str) -> None:
    """Quotes, backslashes and characters of any script are compared as they are."""
    rows = {"staff": [_staff("1", name=name), _staff("2", name="other")]}
    condition = "name = '" + name.replace("'", "''") + "'"
    found = _one(
        judged, rows, type="count", from_="staff", count=f"count(*) filter (where {condition})", exactly=1
    )
    assert found.verdict is Verdict.MET
