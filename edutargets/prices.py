"""Money of one year as money of another, exactly: the price index of both years, or all between them."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from edutargets.bounds import exactly
from edutargets.evaluation import NoValueError, Part, part_of

if TYPE_CHECKING:
    from edutargets.exact_columns import Statistics
    from edutargets.price_measures import PriceMeasure
    from edutargets.tables import Dictionary

__all__ = ["in_prices_of", "index_of", "price_factor"]


def index_of(prices: PriceMeasure, year: int, statistics: Statistics, dictionary: Dictionary) -> Part:
    """Return the price index of a year, as it was handed in.

    Raises:
        NoValueError: If there is not exactly one, or it could be zero.
    """
    cell = statistics.total(prices.index, (year,))
    rows = cell.known + cell.blank + cell.unsure
    if rows != 1:
        raise NoValueError(
            f"there is no price index for {year}" if rows == 0 else f"{rows} price indices stand for {year}",
            f"没有 {year} 年的价格指数" if rows == 0 else f"{year} 年有 {rows} 个价格指数",
        )
    found = part_of(prices.index, lambda one: statistics.total(one, (year,)), dictionary)
    if found.bounds.lower <= 0:
        raise NoValueError(f"the price index of {year} is not above zero", f"{year} 年的价格指数不是正数")
    return found


def price_factor(
    prices: PriceMeasure, year: int, base: int, statistics: Statistics, dictionary: Dictionary
) -> Part:
    """Return by what money of a year is multiplied to be money of the base year.

    Raises:
        NoValueError: If the index of a year that is needed is not there.
    """
    if prices.form == "previous_year":
        chain = Part(Fraction(1), exactly(1))
        for step in range(min(year, base) + 1, max(year, base) + 1):
            chain = _times(chain, _hundredth(index_of(prices, step, statistics, dictionary)))
        return chain if year < base else _over(Part(Fraction(1), exactly(1)), chain)
    if year == base:
        return Part(Fraction(1), exactly(1))
    there, here = (index_of(prices, one, statistics, dictionary) for one in (base, year))
    return _over(there, here)


def in_prices_of(
    money: Part, prices: PriceMeasure, years: tuple[int, int], statistics: Statistics, dictionary: Dictionary
) -> Part:
    """Return money of one year as money of another.

    Args:
        money: The money of the day.
        prices: The price index.
        years: The year of the money, and the year whose prices are meant.
        statistics: The exact columns.
        dictionary: The tables.

    Raises:
        NoValueError: If the index of a year that is needed is not there.
    """
    return _times(money, price_factor(prices, *years, statistics, dictionary))


def _hundredth(part: Part) -> Part:
    return _over(part, Part(Fraction(100), exactly(100)))


def _times(left: Part, right: Part) -> Part:
    return Part(left.value * right.value, left.bounds * right.bounds)


def _over(left: Part, right: Part) -> Part:
    return Part(left.value / right.value, left.bounds / right.bounds)
