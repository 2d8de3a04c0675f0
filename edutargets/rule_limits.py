"""What values of one column a check lets through, where that can be told from its settings alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

from sqlglot import exp

from edutargets.rule_columns import condition_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic import JsonValue

    from edutargets.checks import Check
    from edutargets.tables import Column, Dictionary

__all__ = ["Limits", "limits_of"]

Value = Fraction | str
_MIRRORED: dict[type[exp.Expr], type[exp.Expr]] = {
    exp.GT: exp.LT,
    exp.GTE: exp.LTE,
    exp.LT: exp.GT,
    exp.LTE: exp.GTE,
    exp.EQ: exp.EQ,
}


@dataclass(frozen=True, slots=True)
class Limits:
    """Between which ends a value must lie, or among which values it must be.

    Args:
        lower: The smallest value; none where there is no end. Numbers are exact, dates are numbered days.
        upper: The largest value.
        open_lower: Whether the smallest value itself is out.
        open_upper: Whether the largest value itself is out.
        among: The only values; none where any value between the ends will do.
    """

    lower: Fraction | None = None
    upper: Fraction | None = None
    open_lower: bool = False
    open_upper: bool = False
    among: frozenset[Value] | None = None

    def lets(self, value: Value) -> bool:
        """Say whether a value passes.

        Examples:
            >>> Limits(lower=Fraction(0), open_lower=True).lets(Fraction(0))
            False
        """
        if self.among is not None and value not in self.among:
            return False
        if isinstance(value, str):
            return self.lower is None and self.upper is None
        above = self.lower is None or (value > self.lower if self.open_lower else value >= self.lower)
        below = self.upper is None or (value < self.upper if self.open_upper else value <= self.upper)
        return above and below

    def meets(self, other: Limits) -> bool:
        """Say whether any value passes both."""
        for one, two in ((self, other), (other, self)):
            if one.among is not None:
                return any(one.lets(value) and two.lets(value) for value in one.among)
        return _ordered(self, other) and _ordered(other, self)

    def within(self, other: Limits) -> bool:
        """Say whether whatever passes this one passes the other as well."""
        if self.among is not None:
            return all(other.lets(value) for value in self.among if self.lets(value))
        if other.among is not None:
            return False
        lower = other.lower is None or (
            self.lower is not None
            and (
                self.lower > other.lower
                or (self.lower == other.lower and (self.open_lower or not other.open_lower))
            )
        )
        upper = other.upper is None or (
            self.upper is not None
            and (
                self.upper < other.upper
                or (self.upper == other.upper and (self.open_upper or not other.open_upper))
            )
        )
        return lower and upper

    @property
    def says_nothing(self) -> bool:
        """Whether every value passes."""
        return self.lower is None and self.upper is None and self.among is None


def _ordered(one: Limits, two: Limits) -> bool:
    """Say whether the lower end of one leaves room below the upper end of the other."""
    if one.lower is None or two.upper is None:
        return True
    if one.open_lower or two.open_upper:
        return one.lower < two.upper
    return one.lower <= two.upper


def limits_of(check: Check, table: str, dictionary: Dictionary) -> tuple[str, Limits] | None:
    """Return the column a check is about and what it lets through; none where its settings do not tell.

    Understood are ranges and lists of values, and conditions that compare one column with numbers, texts or
    dates and join that with ``and``. A check that lets some rows fail (``mostly``) promises nothing.
    """
    if check.kwargs.get("mostly", 1) != 1:
        return None
    columns = dictionary.tables[table].columns
    name = check.kwargs.get("column")
    if isinstance(name, str) and name in columns:
        limits = _of_settings(check.type, check.kwargs)
        return (name, limits) if limits is not None else None
    condition = condition_of(check, table, dictionary)
    return _of_condition(condition, columns) if condition is not None else None


def _of_settings(kind: str, kwargs: Mapping[str, JsonValue]) -> Limits | None:
    if kind == "expect_column_values_to_be_between":
        return Limits(
            _end(kwargs.get("min_value")),
            _end(kwargs.get("max_value")),
            bool(kwargs.get("strict_min")),
            bool(kwargs.get("strict_max")),
        )
    values = kwargs.get("value_set")
    if kind == "expect_column_values_to_be_in_set" and isinstance(values, list):
        return Limits(
            among=frozenset(
                _value(str(value)) if isinstance(value, str) else _number(value) for value in values
            )
        )
    return None


def _number(value: object) -> Fraction:
    return Fraction(str(value)) if isinstance(value, int | float) else Fraction(0)


def _end(value: object) -> Fraction | None:
    """Return an end that is written as a number or as a day with its time."""
    if isinstance(value, str):
        found = _value(value)
        return None if isinstance(found, str) else found
    return None if value is None else _number(value)


def _value(text: str) -> Value:
    """Number the days, so that dates have an order."""
    try:
        return Fraction(date.fromisoformat(text[:10]).toordinal())
    except ValueError:
        return text


def _of_condition(condition: exp.Expr, columns: Mapping[str, Column]) -> tuple[str, Limits] | None:
    """Read `a >= 0 AND a <= 10` and the like; anything else is not understood."""
    parts = [part.unnest() for part in condition.flatten()] if isinstance(condition, exp.And) else [condition]
    found: list[tuple[str, Limits]] = []
    for part in parts:
        said = list(_of_comparison(part))
        if not said:
            return None
        found += said
    names = {name.lower() for name, _ in found}
    if len(names) != 1 or not names <= {name.lower() for name in columns}:
        return None
    (name,) = (known for known in columns if known.lower() in names)
    limits = found[0][1]
    for _, more in found[1:]:
        limits = _both(limits, more)
    return name, limits


def _of_comparison(part: exp.Expr) -> Iterator[tuple[str, Limits]]:
    if isinstance(part, exp.Between) and isinstance(part.this, exp.Column):
        low, high = _literal(part.args["low"]), _literal(part.args["high"])
        if isinstance(low, Fraction) and isinstance(high, Fraction):
            yield part.this.name, Limits(low, high)
    elif isinstance(part, exp.In) and isinstance(part.this, exp.Column):
        values = [_literal(value) for value in part.expressions]
        if values and None not in values:
            yield part.this.name, Limits(among=frozenset(value for value in values if value is not None))
    elif isinstance(part, exp.GT | exp.GTE | exp.LT | exp.LTE | exp.EQ):
        kind: type[exp.Expr] = type(part)
        column, value = part.this, _literal(part.expression)
        if isinstance(part.expression, exp.Column):
            column, value, kind = part.expression, _literal(part.this), _MIRRORED[type(part)]
        if isinstance(column, exp.Column) and kind is exp.EQ and value is not None:
            yield column.name, Limits(among=frozenset({value}))
        elif isinstance(column, exp.Column) and isinstance(value, Fraction):
            yield column.name, _one_sided(kind, value)


def _one_sided(kind: type[exp.Expr], value: Fraction) -> Limits:
    if kind in {exp.GT, exp.GTE}:
        return Limits(lower=value, open_lower=kind is exp.GT)
    return Limits(upper=value, open_upper=kind is exp.LT)


def _literal(node: exp.Expr) -> Value | None:
    """Return a number, a text or a date that is written out."""
    if isinstance(node, exp.Cast | exp.Date) and isinstance(node.this, exp.Literal):
        node = node.this
    negative = isinstance(node, exp.Neg)
    literal = node.this if negative else node
    if not isinstance(literal, exp.Literal):
        return None
    if literal.is_string:
        return None if negative else _value(str(literal.this))
    return -Fraction(literal.this) if negative else Fraction(literal.this)


def _both(one: Limits, two: Limits) -> Limits:
    """Return what passes both."""
    values = one.among if one.among is not None else two.among
    if values is not None:
        return Limits(among=frozenset(value for value in values if one.lets(value) and two.lets(value)))
    lower, open_lower = one.lower, one.open_lower
    if two.lower is not None and (lower is None or two.lower >= lower):
        open_lower = two.open_lower or (open_lower and two.lower == lower)
        lower = two.lower
    upper, open_upper = one.upper, one.open_upper
    if two.upper is not None and (upper is None or two.upper <= upper):
        open_upper = two.open_upper or (open_upper and two.upper == upper)
        upper = two.upper
    return Limits(lower, upper, open_lower, open_upper)
