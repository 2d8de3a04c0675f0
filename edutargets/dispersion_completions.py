"""Rows of a dispersion of which not everything is known: between what their amounts and weights must lie."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from edutargets.bounds import Interval, exactly
from edutargets.dispersions import exact_cell
from edutargets.evaluation import NoValueError
from edutargets.expressions import Arithmetic, Case, Column, Node, Number

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from edutargets.dispersions import Spread
    from edutargets.row_lists import ListedRow, RowList
    from edutargets.tables import Dictionary

__all__ = ["Completions", "OpenRow", "Plausible", "completions_of", "plausible_cell"]


@dataclass(frozen=True, slots=True)
class Plausible:
    """What an unknown number can be.

    Args:
        bounds: The smallest and the largest number.
        step: The numbers lie so far apart; ``None`` where not every step of the range may be possible.
    """

    bounds: Interval
    step: Fraction | None = None


@dataclass(frozen=True, slots=True)
class OpenRow:
    """A row of which not everything is known; its weight, where it counts at all, is above zero.

    Args:
        amount: What its amount can be.
        weight: What its weight can be.
        optional: Whether it may not count at all.
    """

    amount: Plausible
    weight: Plausible
    optional: bool


@dataclass(frozen=True, slots=True)
class Completions:
    """All that rows of a dispersion can be: the totals of those that are known, and the open ones.

    Args:
        weight: The total weight of the known rows.
        amount: The total of their amounts.
        squares: The total of amount² ÷ weight.
        open_rows: The others, each whatever it can be, whatever the others are.
        valueless: Whether some of what they can be gives no coefficient, as an amount without weight does.
    """

    weight: Fraction
    amount: Fraction
    squares: Fraction
    open_rows: tuple[OpenRow, ...]
    valueless: bool

    def totals(self) -> tuple[Interval, Interval]:
        """Return between what the totals of the amounts and of the weights lie."""
        found = []
        for closed, cells in (
            (self.amount, [(row.amount, row.optional) for row in self.open_rows]),
            (self.weight, [(row.weight, row.optional) for row in self.open_rows]),
        ):
            zero = Fraction(0)
            low = sum((min(one.bounds.lower, zero) if may else one.bounds.lower for one, may in cells), zero)
            high = sum((max(one.bounds.upper, zero) if may else one.bounds.upper for one, may in cells), zero)
            found.append(Interval(closed + low, closed + high))
        return found[0], found[1]


def completions_of(
    rows: Sequence[ListedRow], listed: RowList, dictionary: Dictionary, known: Spread
) -> Completions:
    """Return all that the rows of a dispersion can be, given what is blank, doubtful or set aside.

    Args:
        rows: The rows; their last two columns are amount and weight.
        listed: What they were told by.
        dictionary: The tables, with the plausible range of every column.
        known: The known rows.

    Raises:
        NoValueError: If an unknown cell has no plausible range, or the mean could be zero or below.
    """
    (_, amount), (_, weight) = listed.columns[-2:]
    open_rows, valueless = [], False
    for row in rows:
        if not row.unsure and None not in row.values[-2:]:
            continue
        cells = [
            Plausible(exactly(exact_cell(cell))) if cell is not None else _plausible(node, row, dictionary)
            for cell, node in zip(row.values[-2:], (amount, weight), strict=True)
        ]
        sure = row.sure if None in row.values[-2:] else 0  # where both are known, it is closed
        for count, optional in ((sure, False), (row.unsure, True)):
            found, may_fail = (
                _open_row(cells[0], cells[1], row, optional=optional) if count else (None, False)
            )
            open_rows += [found] * count if found is not None else []
            valueless = valueless or may_fail
    whole = Completions(known.weight, known.value, known.squares, tuple(open_rows), valueless)
    if whole.totals()[0].lower <= 0:
        raise NoValueError(
            "the mean could be zero or below once what is missing is known", "补齐缺失数据后均值可能不为正"
        )
    return whole


def _open_row(
    amount: Plausible, weight: Plausible, row: ListedRow, *, optional: bool
) -> tuple[OpenRow | None, bool]:
    """Return what a row can be, ``None`` where it adds nothing, and whether it may leave no coefficient."""
    empty = amount.bounds.lower <= 0 <= amount.bounds.upper
    if weight.bounds.lower > 0:
        return OpenRow(amount, weight, optional), False
    may_fail = weight.bounds.lower < 0 or amount.bounds != exactly(0)
    least = weight.step or (weight.bounds.upper if weight.bounds.is_exact else None)
    if weight.bounds.upper <= 0 or (least is not None and least > weight.bounds.upper):
        if weight.bounds.upper < 0 or not (empty or optional):
            raise _weightless(row)
        return None, may_fail
    if least is None:
        raise _weightless(row)
    above = Plausible(Interval(least, weight.bounds.upper), weight.step)
    return OpenRow(amount, above, optional or empty), may_fail


def _weightless(row: ListedRow) -> NoValueError:
    name = " · ".join(str(one) for one in row.values[:-2] if one is not None) or row.reporter
    return NoValueError(
        f"{name} could have an amount and no weight, so it has no value of its own",
        f"{name} 可能有数额而权重(如学生数)为零,无法计算其均值",
    )


def _plausible(node: Node, row: ListedRow, dictionary: Dictionary) -> Plausible:
    found = plausible_cell(node, row.reporter, dictionary)
    own = isinstance(node, Column)
    return found if own else Plausible(found.bounds)


def plausible_cell(node: Node, reporter: str, dictionary: Dictionary) -> Plausible:
    """Return what a number of one row can be where it is not known.

    Raises:
        NoValueError: If the dictionary gives no plausible range.
    """
    match node:
        case Column(table=table, name=name):
            column = dictionary.tables[table].columns[name]
            if column.range is not None:
                step = (
                    Fraction(1, 10 ** (column.scale or 0)) if column.type in {"integer", "decimal"} else None
                )
                return _on_steps(Interval(*map(Fraction, column.range)), step)
            raise NoValueError(
                f"{reporter} has no value in {table}.{name}, and tables.yaml gives it no plausible range",
                f"{reporter} 缺少 {table}.{name} 的数值,且数据字典未给出合理范围",
            )
        case Number(value=value):
            return Plausible(exactly(value))
        case Arithmetic(operator=operator, left=left, right=right):
            one, other = (plausible_cell(side, reporter, dictionary).bounds for side in (left, right))
            return Plausible({"+": one.__add__, "-": one.__sub__, "*": one.__mul__}[operator](other))
        case Case(branches=branches, default=default):
            nodes = [*(value for _, value in branches), *([default] if default is not None else [])]
            return Plausible(_hull(plausible_cell(one, reporter, dictionary).bounds for one in nodes))
    raise NoValueError(
        f"{reporter} has no amount or no weight, and nothing says between what it lies",
        f"{reporter} 缺少数额或权重,且无法给出合理范围",
    )


def _on_steps(bounds: Interval, step: Fraction | None) -> Plausible:
    """Draw the ends of a range in to numbers that a column can hold."""
    if step is None:
        return Plausible(bounds)
    low, high = -(-bounds.lower // step) * step, bounds.upper // step * step
    return Plausible(Interval(low, high), step) if low <= high else Plausible(bounds)


def _hull(found: Iterable[Interval]) -> Interval:
    every = list(found)
    return Interval(min(one.lower for one in every), max(one.upper for one in every))
