"""A target bound to the data dictionary: what is computed, in which unit, against which exact goal."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from edutargets.bounds import exactly
from edutargets.entity_conditions import condition_of, divides, split
from edutargets.errors import DefinitionError, Fault, UnitError
from edutargets.expressions import (
    Aggregate,
    Arithmetic,
    ChildValue,
    Column,
    Compare,
    Day,
    Node,
    Number,
    aggregates_of,
    all_of,
    rounding_lost,
    unit_of,
    walk,
)
from edutargets.goal_units import goal_in_unit
from edutargets.goals import Goal
from edutargets.targets import (
    Comparison,
    Composite,
    Growth,
    Milestone,
    PerHundred,
    Quotient,
    Target,
    Trend,
)
from edutargets.units import parse_unit

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pint

    from edutargets.tables import Dictionary, Relation

__all__ = ["Entities", "Measure", "bind"]

_EXTREMES: Mapping[str, Literal["min", "max"]] = {"lowest": "min", "highest": "max"}
_HUNDRED = Number(Fraction(100))


@dataclass(frozen=True, slots=True)
class Entities:
    """Those who must each fulfil a promise.

    Args:
        relation: The table or view they are rows of.
        where: Which of its rows they are.
        value: What each of them has.
        meets: The condition that each must hold; ``None`` where their mean is judged.
        unit: The unit of each one's value.
        goal: What each must reach.
    """

    relation: Relation
    where: Node | None
    value: Node
    meets: Node | None
    unit: pint.Unit
    goal: Goal


@dataclass(frozen=True, slots=True)
class Measure:
    """What a target computes, ready for any engine.

    Args:
        target: The target it belongs to.
        parts: The named totals, in the order they are shown.
        value: How the totals make the value.
        unit: The unit of the value.
        goal: What is enough, in that unit; ``None`` where the rule needs no number (a trend).
        against: The other side of a comparison.
        entities: Those who must each fulfil it.
        tables: All tables that must have reported.
        per_hundred: Whether the value is for each hundred.
    """

    target: Target
    parts: Mapping[str, Node]
    value: Node
    unit: pint.Unit
    goal: Goal | None
    tables: tuple[str, ...]
    against: Node | None = None
    entities: Entities | None = None
    extras: Mapping[str, Node] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def per_hundred(self) -> bool:
        """Whether the value is for each hundred of what stands below."""
        return isinstance(self.target, PerHundred)

    def aggregates(self) -> tuple[Aggregate, ...]:
        """Return everything an engine must count or add up for it."""
        nodes = [
            *self.parts.values(),
            self.value,
            *([self.against] if self.against else []),
            *self.extras.values(),
        ]
        return tuple(dict.fromkeys(aggregate for node in nodes for aggregate in aggregates_of(node)))

    def needs(self) -> tuple[frozenset[str], frozenset[tuple[str, str]]]:
        """Return the tables and the columns that must be there, those only looked up included."""
        nodes = [node for aggregate in self.aggregates() for node in walk(aggregate)]
        columns = frozenset((node.table, node.name) for node in nodes if isinstance(node, Column))
        children = [node for node in nodes if isinstance(node, ChildValue)]
        columns |= {(child.aggregate.table, mine) for child in children for mine, _ in child.link}
        tables = frozenset(node.table for node in nodes if isinstance(node, Column | Aggregate))
        return tables, columns


def bind(target: Target, dictionary: Dictionary, place: str = "") -> Measure:
    """Hold a target against the data dictionary, before any data are read.

    Raises:
        DefinitionError: With every fault: unknown tables, columns and values, units that break the
            contract of the target's type, goals in another unit.
    """
    binder = _Binder(target, dictionary, place)
    measure = binder.measure()
    for name in rounding_lost(measure.aggregates() if measure else (), dictionary):
        binder.fault(
            f"{name} is rounded, and is used otherwise than in sum(…), avg(…), min(…) or max(…)",
            "the column by itself: only there its rounding is kept",
            "rounding-lost",
        )
    if binder.faults or measure is None:
        raise DefinitionError(*binder.faults)
    return measure


class _Binder:
    """Bind one target, keeping every fault."""

    def __init__(self, target: Target, dictionary: Dictionary, place: str) -> None:
        self.target, self.dictionary, self.place = target, dictionary, place
        self.faults: list[Fault] = []

    def measure(self) -> Measure | None:
        if isinstance(self.target, Composite):
            message = f"{self.target.id} is a composite: its members are bound, not itself"
            raise TypeError(message)
        if isinstance(self.target, Milestone):
            return self._milestone(self.target)
        scope = self._scope(self.target.entities or self.target.from_)
        if self.faults:
            return None
        where = self._where(scope, self.target.where)
        parts = {
            name: self._expression(name, text, scope, where)
            for name, text in self.target.expressions().items()
        }
        against = self._against()
        if self.faults:
            return None
        bound = {name: node for name, node in parts.items() if node is not None}
        units = {name: unit_of(node, self.dictionary, self.place) for name, node in bound.items()}
        if against is not None:
            units["against"] = unit_of(against, self.dictionary, self.place)
        for fault in self.target.unit_faults(units):
            self.fault(fault, f"for a {self.target.type}: {self.target.contract}", "unit-contract")
        if self.faults:
            return None
        return self._whole(bound, units, against, scope, where)

    # reading

    def fault(self, found: str, accepted: str = "", code: str = "target", example: str = "") -> None:
        self.faults.append(Fault(self.place, found, accepted, example, code))

    def _scope(self, name: str | None) -> Relation | None:
        if name is None:
            return None
        try:
            return self.dictionary.relation(name, self.place)
        except DefinitionError as error:
            self.faults.extend(error.faults)
            return None

    def _where(self, scope: Relation | None, text: str | None) -> Node | None:
        if scope is None:
            if text is not None and not self.faults:
                self.fault("`where` without `from`", "the table that is filtered", "target", "from: staff")
            return None
        from edutargets.sql_reading import read_condition  # noqa: PLC0415  # sqlglot: needed once a plan is read

        conditions = []
        for name, written in ((f"view {scope.name}", scope.where), (f"{self.place}.where", text)):
            if written is None:
                continue
            try:
                conditions.append(read_condition(written, self.dictionary, scope, name))
            except DefinitionError as error:
                self.faults.extend(error.faults)
        return all_of(*conditions)

    def _expression(self, part: str, text: str, scope: Relation | None, where: Node | None) -> Node | None:
        from edutargets.sql_reading import read_measure  # noqa: PLC0415  # sqlglot: needed once a plan is read

        place = f"{self.place}.{part}"
        try:
            node = read_measure(
                text, self.dictionary, scope, place, where=where, entity=self.target.entities is not None
            )
            unit_of(node, self.dictionary, place)
        except DefinitionError as error:
            self.faults.extend(error.faults)
            return None
        return node

    def _against(self) -> Node | None:
        if not isinstance(self.target, Comparison):
            return None
        other = self.target.against
        scope = self._scope(other.from_ or self.target.from_)
        where = self._where(scope, other.where if other.from_ or other.where else self.target.where)
        return self._expression("against", other.value, scope, where)

    # putting together

    def _whole(
        self,
        parts: dict[str, Node],
        units: dict[str, pint.Unit],
        against: Node | None,
        scope: Relation | None,
        where: Node | None,
    ) -> Measure | None:
        value, unit = self._value(parts, units)
        tables = self._tables([*parts.values(), *([against] if against else [])], scope)
        self._check_time(tables)
        goal = self._goal(unit)
        if self.faults:
            return None
        if self.target.entities is not None:
            assert scope is not None
            assert goal is not None
            return self._for_entities(scope, where, value, unit, goal, tables)
        return Measure(self.target, MappingProxyType(parts), value, unit, goal, tables, against)

    def _value(self, parts: dict[str, Node], units: dict[str, pint.Unit]) -> tuple[Node, pint.Unit]:
        if not isinstance(self.target, Quotient):
            (name,) = parts
            return parts[name], units[name]
        value = Arithmetic("/", parts["numerator"], parts["denominator"])
        unit = units["numerator"] / units["denominator"]
        return (Arithmetic("*", _HUNDRED, value) if isinstance(self.target, PerHundred) else value), unit

    def _tables(self, nodes: list[Node], scope: Relation | None) -> tuple[str, ...]:
        """Return the tables whose rows are counted; those only looked up are no sources of their own."""
        found = {node.table for root in nodes for node in walk(root) if isinstance(node, Aggregate)}
        if self.target.entities is not None and scope is not None:
            found.add(scope.table)
        return tuple(sorted(found))

    def _check_time(self, tables: tuple[str, ...]) -> None:
        target = self.target
        undated = [name for name in tables if self.dictionary.tables[name].period is None]
        dated = target.every or target.total_over or target.in_ or isinstance(target, Growth | Trend)
        if undated and dated:
            self.fault(
                f"the table {undated[0]!r} has no period column",
                "`period:` in tables.yaml, or `by:` a date",
                "no-period",
            )
        if (
            not isinstance(target, Trend)
            and len(undated) < len(tables)
            and not any((target.by, target.every, target.total_over, target.in_, target.at_every))
        ):
            self.fault(
                "no time is said",
                "by, every + during, total_over, in, or at_every",
                "no-time",
                "by: 2025-12-31",
            )
        if target.entities is not None and (
            target.total_over or isinstance(target, Growth | Trend | Comparison)
        ):
            self.fault(
                f"`{'total_over' if target.total_over else target.type}` for each of a group",
                "one value per year and entity",
                "quantifier",
            )

    def _goal(self, unit: pint.Unit) -> Goal | None:
        try:
            return goal_in_unit(self.target, unit)
        except UnitError as error:
            self.faults.extend(fault.at(f"{self.place}.{self.target.stated[0]}") for fault in error.faults)
            return None

    # each of a group

    def _for_entities(
        self,
        scope: Relation,
        where: Node | None,
        value: Node,
        unit: pint.Unit,
        goal: Goal,
        tables: tuple[str, ...],
    ) -> Measure:
        everyone = Aggregate("count", scope.table, None, where, scope.counts)
        if self.target.mean_of is not None:
            total = Aggregate("sum", scope.table, value, where, scope.counts)
            parts = MappingProxyType({"total": total, "all": everyone})
            mean, per = Arithmetic("/", total, everyone), unit / parse_unit(scope.counts)[1]
            entities = Entities(scope, where, value, None, unit, goal)
            return Measure(self.target, parts, mean, per, goal, tables, None, entities)
        meets = self._condition(goal, value)
        meeting = Aggregate("count", scope.table, None, all_of(where, meets), scope.counts)
        parts = MappingProxyType({"meeting": meeting, "all": everyone})
        share = exactly(self.target.share_at_least.to("") if self.target.share_at_least else Fraction(1))
        extremes = (
            {}
            if divides(value)
            else {
                name: Aggregate(kind, scope.table, value, where, scope.counts)
                for name, kind in _EXTREMES.items()
            }
        )
        return Measure(
            self.target,
            parts,
            Arithmetic("/", meeting, everyone),
            parse_unit("")[1],
            Goal("at_least", lower=share),
            tables,
            None,
            Entities(scope, where, value, meets, unit, goal),
            MappingProxyType(extremes),
        )

    def _condition(self, goal: Goal, value: Node) -> Node | None:
        """Say what each must reach; one division can be taken apart, two cannot."""
        _, above, below = split(value)
        if any(divides(side) for side in (above, below) if side is not None):
            self.fault(
                "a division inside a sum or a product, for each row",
                "one division, e.g. sum(a) * 100 / sum(b)",
                "expression",
            )
        return condition_of(goal, value)

    def _milestone(self, target: Milestone) -> Measure | None:
        scope = self._scope(target.from_)
        where = self._where(scope, target.where)
        if scope is None or self.faults:
            return None
        column = self.dictionary.tables[scope.table].columns.get(target.done_on)
        if column is None or column.type != "date":
            self.fault(
                f"`done_on` names {target.done_on!r}, which is no date column of {scope.table!r}",
                "a column of type date",
                "unknown-column",
            )
            return None
        in_time = Compare("<=", Column(scope.table, target.done_on), Day(target.by))
        evidence = Aggregate("count", scope.table, None, all_of(where, in_time), scope.counts)
        goal = Goal("at_least", lower=exactly(1))
        return Measure(
            target,
            MappingProxyType({"evidence": evidence}),
            evidence,
            parse_unit(scope.counts)[1],
            goal,
            (scope.table,),
        )
