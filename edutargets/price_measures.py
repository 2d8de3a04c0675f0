"""A series of money bound to the price index of its tables: which column turns it into money of one year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from edutargets.expressions import Aggregate, Column
from edutargets.targets import Growth, Target, Trend
from edutargets.units import factors_of, is_currency, unit_text

if TYPE_CHECKING:
    from collections.abc import Callable

    import pint

    from edutargets.tables import Dictionary

__all__ = ["PriceMeasure", "price_measure"]


@dataclass(frozen=True, slots=True)
class PriceMeasure:
    """The price index beside a series of money.

    Args:
        index: Its one number of a year.
        form: Whether it is a level, or told against the year before.
        binds: Whether the promise is about money of one year; else it is only shown beside.
    """

    index: Aggregate
    form: Literal["level", "previous_year"]
    binds: bool


def price_measure(
    target: Target, dictionary: Dictionary, unit: pint.Unit, fault: Callable[[str, str, str, str], None]
) -> PriceMeasure | None:
    """Bind a series of money to the price index; none where there is none, or nothing that it tells of.

    Args:
        target: The promise.
        dictionary: The tables.
        unit: What the series counts.
        fault: Told what was found, what is accepted, a code and an example, where money of one year is
            promised and cannot be computed.
    """
    if not isinstance(target, Growth | Trend):
        return None
    real, declared = target.basis == "real", dictionary.price_index
    money = any(is_currency(name) and power == 1 for name, power in factors_of(unit).items())
    if real and not money:
        counted = unit_text(unit) or "a pure number"
        fault(f"`basis: real` of {counted}, which is no money", "`basis: nominal`", "price-basis", "")
    elif real and declared is None:
        example = "price_index: {table: prices, index: cpi}"
        fault("`basis: real` needs a price index", "`price_index:` in tables.yaml", "price-basis", example)
    if declared is None or not money:
        return None
    table = dictionary.tables[declared.table]
    index = Aggregate("sum", declared.table, Column(declared.table, declared.index), None, table.counts)
    return PriceMeasure(index, declared.form, real)
