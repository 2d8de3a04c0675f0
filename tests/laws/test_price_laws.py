"""Laws of real money: exact, the same by levels and by yearly rises, the same whatever year is 100."""

from __future__ import annotations

from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from edutargets.bounds import exactly
from edutargets.evaluation import Part
from edutargets.exact_columns import Statistics, TableColumns
from edutargets.expressions import Aggregate, Column
from edutargets.price_measures import PriceMeasure
from edutargets.prices import in_prices_of
from edutargets.tables import Dictionary

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

INDEX = Aggregate("sum", "prices", Column("prices", "cpi"), None, "figure")
DICTIONARY = Dictionary.model_validate(
    {
        "tables": {
            "prices": {
                "counts": "figure",
                "period": "year",
                "key": ["year"],
                "reports": "year",
                "columns": {
                    "year": {"type": "year"},
                    "cpi": {"type": "decimal", "scale": 3, "range": [50, 200], "required": False},
                },
            }
        }
    }
)
LEVELS = st.lists(st.integers(50, 200), min_size=2, max_size=6)
MONEY = st.fractions(min_value=0, max_value=10**9, max_denominator=100)


def told(indices: list[int | None], first: int = 2020) -> Statistics:
    """Return the exact columns of a price index, one number a year."""
    years = [first + at for at in range(len(indices))]
    known = [0 if one is None else 1 for one in indices]
    blank = [1 - one for one in known]
    columns: dict[str, Sequence[int | Decimal | None]] = {"v": indices, "k": known, "b": blank}
    table = TableColumns([str(year) for year in years], years, columns)
    return Statistics({"prices": table}, MappingProxyType({INDEX: ("v", "k", "", "b", "")}))


def carried(money: Fraction, indices: list[int | None], years: tuple[int, int], form: str = "level") -> Part:
    """Return money of one year in prices of another."""
    prices = PriceMeasure(INDEX, "level" if form == "level" else "previous_year", binds=True)
    return in_prices_of(Part(money, exactly(money)), prices, years, told(indices), DICTIONARY)


@given(levels=LEVELS, money=MONEY, at=st.tuples(st.integers(0, 5), st.integers(0, 5)))
def test_money_is_multiplied_by_the_ratio_of_the_levels(
    levels: list[int], money: Fraction, at: tuple[int, int]
) -> None:
    """Money × index of the base ÷ index of the year, in fractions."""
    year, base = (one % len(levels) for one in at)
    found = carried(money, list(levels), (2020 + year, 2020 + base))
    assert found.value == money * levels[base] / levels[year]
    assert found.is_exact


@given(rises=LEVELS, money=MONEY, at=st.tuples(st.integers(0, 5), st.integers(0, 5)))
def test_yearly_rises_are_chained_to_levels(rises: list[int], money: Fraction, at: tuple[int, int]) -> None:
    """上年=100: the product of the rises between two years, whichever of them is first."""
    year, base = (one % len(rises) for one in at)
    level = [Fraction(1)]
    for rise in rises[1:]:
        level.append(level[-1] * rise / 100)
    found = carried(money, list(rises), (2020 + year, 2020 + base), "previous_year")
    assert found.value == money * level[base] / level[year]


@given(levels=LEVELS, money=MONEY)
def test_there_and_back_is_the_same_money(levels: list[int], money: Fraction) -> None:
    """Nothing is lost by a root or a rounding."""
    last = 2020 + len(levels) - 1
    there = carried(money, list(levels), (2020, last)).value
    assert carried(there, list(levels), (last, 2020)).value == money


@given(levels=LEVELS, money=MONEY, off=st.lists(st.integers(-5, 5), min_size=6, max_size=6))
def test_a_rounded_index_leaves_a_range_that_holds_the_truth(
    levels: list[int], money: Fraction, off: list[int]
) -> None:
    """Printed to whole points, an index may be half a point off: the real money lies between the ends."""
    last = 2020 + len(levels) - 1
    table = told(list(levels)).tables["prices"]
    columns = {**table.columns, "s": [1] * len(levels)}
    rounded = TableColumns(table.reporters, table.years, columns)
    statistics = Statistics({"prices": rounded}, MappingProxyType({INDEX: ("v", "k", "", "b", "s")}))
    prices = PriceMeasure(INDEX, "level", binds=True)
    found = in_prices_of(Part(money, exactly(money)), prices, (2020, last), statistics, DICTIONARY)
    true = [level + Fraction(shift, 10) for level, shift in zip(levels, off, strict=False)]
    exact = money * true[-1] / true[0]
    assert found.bounds.lower <= exact <= found.bounds.upper
    assert found.value == money * levels[-1] / levels[0]
