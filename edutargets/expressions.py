"""Measure expressions: the small frozen tree that a SQL aggregate becomes once it was allowed and bound."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from edutargets.errors import Fault, UnitError
from edutargets.units import parse_unit, unit_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date
    from fractions import Fraction

    import pint

    from edutargets.tables import Dictionary

__all__ = [
    "Aggregate",
    "Arithmetic",
    "Case",
    "ChildValue",
    "Column",
    "Compare",
    "Day",
    "Flag",
    "IsIn",
    "IsNull",
    "Logic",
    "Negated",
    "Node",
    "Number",
    "Tally",
    "Text",
    "aggregates_of",
    "all_of",
    "children",
    "rounding_lost",
    "transform",
    "unit_of",
]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table of the dictionary."""

    table: str
    name: str


@dataclass(frozen=True, slots=True)
class Number:
    """An exact number written in an expression."""

    value: Fraction


@dataclass(frozen=True, slots=True)
class Text:
    """A text written in an expression: a code or the key of a vocabulary."""

    value: str


@dataclass(frozen=True, slots=True)
class Day:
    """A date written in an expression."""

    value: date


@dataclass(frozen=True, slots=True)
class Flag:
    """True or false, written in an expression."""

    value: bool


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """Two numbers put together; ``/`` only between aggregates, so that it is done once and exactly."""

    operator: Literal["+", "-", "*", "/"]
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Compare:
    """Two values held against each other."""

    operator: Literal["=", "<>", "<", "<=", ">", ">="]
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Logic:
    """Conditions joined by ``and`` or by ``or``."""

    operator: Literal["and", "or"]
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Negated:
    """The opposite of a condition."""

    item: Node


@dataclass(frozen=True, slots=True)
class IsIn:
    """Whether a value is one of a list."""

    item: Node
    values: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class IsNull:
    """Whether a cell is blank."""

    item: Node


@dataclass(frozen=True, slots=True)
class Case:
    """The value of the first condition that holds."""

    branches: tuple[tuple[Node, Node], ...]
    default: Node | None


@dataclass(frozen=True, slots=True)
class Aggregate:
    """The only thing that an engine computes: a count, a sum, a smallest or a largest value of rows.

    Args:
        kind: ``count``, ``sum``, ``min``, ``max``; ``avg`` is a sum over a count, done later; ``distinct``
            counts each value once, whoever reports it and in whatever year, so it adds up to nothing.
        table: The table whose rows are taken.
        operand: What is added up; ``None`` counts rows.
        where: Which rows are taken; ``None`` takes all.
        counts: The entity of one row.
    """

    kind: Literal["count", "sum", "min", "max", "avg", "distinct"]
    table: str
    operand: Node | None
    where: Node | None
    counts: str


@dataclass(frozen=True, slots=True)
class ChildValue:
    """What the rows of a child table amount to for one row of its parent: the hours of one principal.

    Args:
        aggregate: The count or sum over the child table.
        link: Pairs of (column of the child, column of the parent).
        absent_is_zero: Whether no row means zero.
    """

    aggregate: Aggregate
    link: tuple[tuple[str, str], ...]
    absent_is_zero: bool


@dataclass(frozen=True, slots=True)
class Tally:
    """How many of several conditions hold for a row: the surely true ones, or also those not known.

    Args:
        items: The conditions.
        unknown: What a condition adds of which it is not known whether it holds: 0 or 1.
    """

    items: tuple[Node, ...]
    unknown: Literal[0, 1]


Node = (
    Column
    | Number
    | Text
    | Day
    | Flag
    | Arithmetic
    | Compare
    | Logic
    | Negated
    | IsIn
    | IsNull
    | Case
    | Aggregate
    | ChildValue
    | Tally
)


def children(node: Node) -> tuple[Node, ...]:
    """Return the nodes directly below a node."""
    match node:
        case Arithmetic(left=left, right=right) | Compare(left=left, right=right):
            return (left, right)
        case Logic(items=items) | Tally(items=items):
            return items
        case Negated(item=item) | IsNull(item=item):
            return (item,)
        case IsIn(item=item, values=values):
            return (item, *values)
        case Case(branches=branches, default=default):
            return (*(part for branch in branches for part in branch), *((default,) if default else ()))
        case Aggregate(operand=operand, where=where):
            return tuple(part for part in (operand, where) if part is not None)
        case ChildValue(aggregate=aggregate):
            return (aggregate,)
    return ()


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and everything below it."""
    yield node
    for child in children(node):
        yield from walk(child)


def aggregates_of(node: Node) -> tuple[Aggregate, ...]:
    """Return the outermost aggregates of a tree, each once, in the order they are written."""
    if isinstance(node, Aggregate):
        return (node,)
    found: dict[Aggregate, None] = {}
    for child in children(node):
        found.update(dict.fromkeys(aggregates_of(child)))
    return tuple(found)


def rounding_lost(aggregates: Iterable[Aggregate], dictionary: Dictionary) -> tuple[str, ...]:
    """Name the rounded columns that are compared or computed with: their rounding would be forgotten."""
    found: dict[str, None] = {}
    for aggregate in aggregates:
        parts = [part for part in children(aggregate) if not isinstance(part, Column)]
        used = [node for part in parts for node in walk(part) if isinstance(node, Column)]
        for column in used:
            if dictionary.tables[column.table].columns[column.name].rounded_to:
                found[f"{column.table}.{column.name}"] = None
    return tuple(found)


def transform(node: Node, change: Transform) -> Node:
    """Rebuild an arithmetic tree, replacing what ``change`` answers for."""
    replaced = change(node)
    if replaced is not None:
        return replaced
    if isinstance(node, Arithmetic):
        return Arithmetic(node.operator, transform(node.left, change), transform(node.right, change))
    return node


def all_of(*conditions: Node | None) -> Node | None:
    """Join conditions by ``and``; ``None`` holds always.

    Examples:
        >>> all_of(None, Flag(True), None)
        Flag(value=True)
    """
    kept = tuple(condition for condition in conditions if condition is not None)
    if not kept:
        return None
    return kept[0] if len(kept) == 1 else Logic("and", kept)


def unit_of(node: Node, dictionary: Dictionary, where: str = "") -> pint.Unit:
    """Infer what a number counts, from the units of the columns it is made of.

    Raises:
        UnitError: If two numbers are added that do not count the same thing; both units are named.
    """
    match node:
        case Column(table=table, name=name):
            return dictionary.tables[table].columns[name].pint_unit
        case Aggregate(kind="count" | "distinct", counts=counts):
            return parse_unit(counts)[1]
        case Aggregate(operand=operand) if operand is not None:
            return unit_of(operand, dictionary, where)
        case ChildValue(aggregate=aggregate):
            return unit_of(aggregate, dictionary, where)
        case Arithmetic(operator=operator, left=left, right=right):
            return _combined(
                operator, unit_of(left, dictionary, where), unit_of(right, dictionary, where), where
            )
        case Case(branches=branches, default=default):
            units = [unit_of(value, dictionary, where) for _, value in branches]
            units += [unit_of(default, dictionary, where)] if default and default != Number(value=0) else []  # type: ignore[arg-type]
            for unit in units[1:]:
                _combined("+", units[0], unit, where)
            return units[0]
    return parse_unit("")[1]


def _combined(operator: str, left: pint.Unit, right: pint.Unit, where: str) -> pint.Unit:
    if operator in {"*", "/"}:
        found: pint.Unit = left * right if operator == "*" else left / right
        return found
    if left.dimensionality != right.dimensionality:
        mine, theirs = (unit_text(unit) or "a pure number" for unit in (left, right))
        verb = "adds" if operator == "+" else "subtracts"
        raise UnitError(
            Fault(where, f"{verb} {mine} and {theirs}", "two numbers of one unit", code="unit-mismatch")
        )
    return left


if TYPE_CHECKING:
    from collections.abc import Callable

    Transform = Callable[[Node], Node | None]
