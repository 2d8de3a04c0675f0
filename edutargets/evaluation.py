"""One value of one target, from exact totals: its parts, its range, and why there may be none."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from edutargets.bounds import Interval, exactly
from edutargets.expressions import Aggregate, Arithmetic, Column, Node, Number

if TYPE_CHECKING:
    from collections.abc import Callable

    from edutargets.exact_columns import Cell
    from edutargets.tables import Dictionary

    Ranges = Callable[[Node], Interval | None]

__all__ = ["NoValueError", "Part", "interval_of", "part_of"]


class NoValueError(Exception):
    """There is no value, and this is why; it becomes the reason of ``not_evaluable``."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en, zh)
        self.en, self.zh = en, zh


@dataclass(frozen=True, slots=True)
class Part:
    """A number and the range in which it must lie, given what is missing or rounded.

    Args:
        value: The number on what is known.
        bounds: The range.
    """

    value: Fraction
    bounds: Interval

    @property
    def is_exact(self) -> bool:
        """Whether nothing is missing or rounded."""
        return self.bounds.is_exact


def part_of(
    node: Node, totals: Callable[[Aggregate], Cell], dictionary: Dictionary, ranges: Ranges | None = None
) -> Part:
    """Compute a number from exact totals; the only division happens here, in fractions.

    Args:
        node: The number, as the measure has it.
        totals: The exact totals.
        dictionary: The tables, with the plausible range of each column.
        ranges: What is known more closely of the range of a number; ``None`` where nothing is.

    Raises:
        NoValueError: If a denominator is zero, or nothing is known.
    """
    match node:
        case Number(value=value):
            return Part(value, exactly(value))
        case Aggregate():
            return _aggregate(node, totals(node), dictionary, ranges)
        case Arithmetic(operator=operator, left=left, right=right):
            sides = (part_of(side, totals, dictionary, ranges) for side in (left, right))
            found = _combined(operator, *sides)
            closer = ranges(node) if ranges is not None and not found.is_exact else None
            return found if closer is None else Part(found.value, closer)
    message = f"{type(node).__name__} belongs to a row, not to a total"
    raise TypeError(message)


def _combined(operator: str, left: Part, right: Part) -> Part:
    if operator == "+":
        return Part(left.value + right.value, left.bounds + right.bounds)
    if operator == "-":
        return Part(left.value - right.value, left.bounds - right.bounds)
    if operator == "*":
        return Part(left.value * right.value, left.bounds * right.bounds)
    if right.value == 0:
        raise NoValueError("the denominator is zero", "分母为零")
    if right.bounds.lower <= 0 <= right.bounds.upper:
        raise NoValueError(
            "the denominator could be zero once what is missing is known", "补齐缺失数据后分母可能为零"
        )
    return Part(left.value / right.value, left.bounds / right.bounds)


def _aggregate(aggregate: Aggregate, cell: Cell, dictionary: Dictionary, ranges: Ranges | None) -> Part:
    is_open = ranges is not None and (cell.unsure or cell.blank)
    closer = ranges(aggregate) if ranges is not None and is_open else None
    if aggregate.kind in {"count", "distinct"}:
        value = Fraction(cell.known)
        blank = cell.blank if aggregate.kind == "distinct" else 0
        return Part(value, closer or Interval(value, value + cell.unsure + blank))
    if cell.known + cell.blank + cell.unsure == 0:
        raise NoValueError(
            f"{aggregate.table} has no row for {aggregate.kind}({_operand(aggregate)}): none is not zero",
            f"表“{_zh(aggregate.table, dictionary)}”中没有可供计算的行(没有数据不等于零)",
        )
    if cell.value is None:
        raise NoValueError(
            f"every {_operand(aggregate)} of {aggregate.table} is blank",
            f"表“{_zh(aggregate.table, dictionary)}”中相应数值全部为空",
        )
    value = cell.value / cell.known if aggregate.kind == "avg" else cell.value
    return Part(value, closer or interval_of(aggregate, cell, dictionary))


def interval_of(aggregate: Aggregate, cell: Cell, dictionary: Dictionary) -> Interval:
    """Return the range of a sum, a mean or an extreme, given its rounding and its blank cells.

    Raises:
        NoValueError: If cells are blank and the column has no plausible range.
    """
    value = cell.value if cell.value is not None else Fraction(0)
    known = Interval(value - cell.step / 2, value + cell.step / 2)
    if cell.blank == 0 and cell.unsure == 0:
        return (
            known if aggregate.kind != "avg" else Interval(known.lower / cell.known, known.upper / cell.known)
        )
    low, high = _range(aggregate, cell, dictionary)
    if aggregate.kind == "min":
        return Interval(min(known.lower, low), known.upper)
    if aggregate.kind == "max":
        return Interval(known.lower, max(known.upper, high))
    least = known.lower + cell.blank * low
    most = known.upper + cell.blank * high
    if aggregate.kind == "sum":
        return Interval(
            least + cell.unsure * min(low, Fraction(0)), most + cell.unsure * max(high, Fraction(0))
        )
    rows = cell.known + cell.blank
    ends = [
        (total + unsure * end) / (rows + unsure)
        for total, end in ((least, low), (most, high))
        for unsure in (0, cell.unsure)
    ]
    return Interval(min(ends), max(ends))


def _range(aggregate: Aggregate, cell: Cell, dictionary: Dictionary) -> tuple[Fraction, Fraction]:
    """Return between which values a blank cell must lie, as the data dictionary says."""
    operand = aggregate.operand
    if isinstance(operand, Column):
        found = dictionary.tables[operand.table].columns[operand.name].range
        if found is not None:
            return found
        name = f"{operand.table}.{operand.name}"
    else:
        name = aggregate.table
    count = cell.blank + cell.unsure
    raise NoValueError(
        f"{count} rows have no value in {name}, and tables.yaml gives it no plausible range",
        f"{name} 有 {count} 行缺少数值,且数据字典未给出合理范围",
    )


def _operand(aggregate: Aggregate) -> str:
    return aggregate.operand.name if isinstance(aggregate.operand, Column) else "value"


def _zh(table: str, dictionary: Dictionary) -> str:
    return dictionary.tables[table].title.in_language("zh") or table
