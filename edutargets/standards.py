"""What each of a group is held against, bound to the tables: one limit for all, or one for each stage."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003  # a field of a dataclass
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from edutargets.entity_conditions import condition_of
from edutargets.errors import DefinitionError, Fault, UnitError
from edutargets.expressions import Case, Column, Compare, Node, Text
from edutargets.goals import ByValue, Goal, limit_goal

if TYPE_CHECKING:
    from collections.abc import Callable
    from fractions import Fraction

    import pint

    from edutargets.sources import Bilingual
    from edutargets.tables import Dictionary, Label, Relation
    from edutargets.units import Quantity

__all__ = ["BoundStandard", "Limits", "bound_limits"]


@dataclass(frozen=True, slots=True)
class Limits:
    """What is enough for each row: the same for all, or what the value of a column decides.

    A row whose value is blank, or has no limit, is neither enough nor too little: nobody said what it owes.

    Args:
        goals: What is enough, by the value of the column; under an empty name where it is one for all.
        column: The column that decides, if one does.
        labels: What its values are called.
    """

    goals: Mapping[str, Goal]
    column: Column | None = None
    labels: Mapping[str, Label] = field(default_factory=lambda: MappingProxyType({}))

    def condition(self, value: Node) -> Node:
        """Return what a row's value must fulfil, without a division."""
        found = {name: condition_of(goal, value) for name, goal in self.goals.items()}
        if self.column is None:
            (one,) = found.values()
            assert one is not None  # a goal has one end at least
            return one
        branches = [
            (Compare("=", self.column, Text(name)), one) for name, one in found.items() if one is not None
        ]
        return Case(tuple(branches), None)

    @property
    def numbers(self) -> tuple[Fraction, ...]:
        """All limits."""
        ends = [end for goal in self.goals.values() for end in (goal.lower, goal.upper) if end is not None]
        return tuple(dict.fromkeys(number for end in ends for number in (end.lower, end.upper)))

    def goal_of(self, value: object) -> Goal | None:
        """Return what is enough for a row whose column has this value."""
        return self.goals.get("" if self.column is None else str(value))

    def floor(self, share: Fraction) -> Limits:
        """Return what is still near enough: a share of each limit; where less is better, over the share."""

        def near(goal: Goal) -> Goal:
            if goal.lower is not None:
                return limit_goal("at_least", goal.lower.lower * share)
            assert goal.upper is not None  # a goal has one end at least
            return limit_goal("at_most", goal.upper.upper / share)

        return replace(self, goals=MappingProxyType({name: near(one) for name, one in self.goals.items()}))


@dataclass(frozen=True, slots=True)
class BoundStandard:
    """One of several standards, bound to the tables.

    Args:
        name: What it is called.
        value: What a row has.
        unit: The unit of that; a factor of a hundred is not in it.
        hundred: Whether the value is for each hundred of what stands below the line, or in percent.
        limits: What is enough.
        floor: What is near enough where it is missed; ``None`` where a miss does not matter.
    """

    name: Bilingual
    value: Node
    unit: pint.Unit
    hundred: bool
    limits: Limits
    floor: Limits | None

    @property
    def meets(self) -> Node:
        """What a row must fulfil to reach it."""
        return self.limits.condition(self.value)

    @property
    def near(self) -> Node | None:
        """What a row must fulfil in any case."""
        return self.floor.condition(self.value) if self.floor is not None else None


def bound_limits(
    word: str,
    limit: ByValue,
    column: str,
    convert: Callable[[Quantity], Fraction],
    at: tuple[Dictionary, Relation, str],
) -> Limits:
    """Hold limits that a column decides against the tables and the unit of what they limit.

    Args:
        word: ``at_least``, ``at_most``, ``above``, ``below`` or ``exactly``.
        limit: The limits as they are written.
        column: The column that decides, as it is written.
        convert: Brings a written number into the unit of the value, or raises.
        at: The tables, the one whose rows are held against it, and the place where it is written.

    Raises:
        DefinitionError: With every fault: an unknown column, values outside its vocabulary, wrong units.
    """
    dictionary, scope, place = at
    faults: list[Fault] = []
    goals: dict[str, Goal] = {}
    found: Column | None = None
    unusable = False
    for value, quantity in limit.limits:
        try:
            found = found if unusable else _column(column, value, dictionary, scope, f"{place}.by_column")
        except DefinitionError as error:
            faults += error.faults
            unusable = any(fault.code != "unknown-value" for fault in error.faults)
        try:
            goals[value] = limit_goal(word, convert(quantity))
        except UnitError as error:
            faults += [fault.at(f"{place}.{word}.{value}") for fault in error.faults]
    if faults or found is None:
        raise DefinitionError(*faults)
    labels = dictionary.tables[found.table].columns[found.name].values
    return Limits(MappingProxyType(goals), found, labels)


def _column(column: str, value: str, dictionary: Dictionary, scope: Relation, place: str) -> Column:
    """Find the column that decides, and the value in its vocabulary."""
    from edutargets.sql_reading import read_condition  # noqa: PLC0415  # sqlglot: needed once a plan is read

    quoted = ".".join(f'"{name}"' for name in column.split("."))
    text = "'" + value.replace("'", "''") + "'"
    node = read_condition(f"{quoted} = {text}", dictionary, scope, place)
    if not isinstance(node, Compare) or not isinstance(node.left, Column):
        raise DefinitionError(
            Fault(place, f"{column!r} is no plain column of {scope.name!r}", "a category", code="by-column")
        )
    return node.left
