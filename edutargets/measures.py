"""A target bound to the data dictionary: what is computed, in which unit, against which exact goal."""

from __future__ import annotations

from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from edutargets.bound_measures import Entities, Measure
from edutargets.bounds import exactly
from edutargets.entity_conditions import condition_of, divides, split
from edutargets.errors import DefinitionError, Fault, UnitError
from edutargets.expressions import (
    Aggregate,
    Arithmetic,
    Node,
    Number,
    all_of,
    rounding_lost,
    unit_of,
    walk,
)
from edutargets.goal_units import goal_in_unit, quantity_in_unit
from edutargets.goals import Goal
from edutargets.k_of_n_measures import bound_standards, k_of_n_measure
from edutargets.milestone_measures import milestone_measure
from edutargets.price_measures import price_measure
from edutargets.row_measures import dispersion_measure, frequency_measure
from edutargets.row_targets import Dispersion, Frequency
from edutargets.standards import bound_limits
from edutargets.targets import (
    Alias,
    Comparison,
    Composite,
    Count,
    Growth,
    KOfN,
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

    from edutargets.goals import ByValue
    from edutargets.standards import Limits
    from edutargets.tables import Dictionary, Relation
    from edutargets.units import Quantity

__all__ = ["Entities", "Measure", "bind"]

_EXTREMES: Mapping[str, Literal["min", "max"]] = {"lowest": "min", "highest": "max"}
_HUNDRED = Number(Fraction(100))


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
        self.limits: Limits | None = None

    def measure(self) -> Measure | None:
        if isinstance(self.target, Composite | Alias):
            message = f"{self.target.id} rests on other targets: those are bound, not itself"
            raise TypeError(message)
        if isinstance(self.target, Milestone):
            return self._milestone(self.target)
        scope = self._scope(self.target.entities or self.target.from_)
        if self.faults:
            return None
        where = self._where(scope, self.target.where)
        if isinstance(self.target, KOfN):
            return self._k_of_n(self.target, scope, where)
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
        from edutargets.sql_reading import read_count, read_measure  # noqa: PLC0415  # sqlglot: needed once a plan is read

        place = f"{self.place}.{part}"
        try:
            if isinstance(self.target, Frequency):
                node = read_measure(text, self.dictionary, scope, place)
            elif self.target.entities is None and (
                isinstance(self.target, Count | Growth | Trend) or part == "numerator"
            ):
                node = read_count(text, self.dictionary, scope, place, where=where)
            else:
                entity = self.target.entities is not None
                node = read_measure(text, self.dictionary, scope, place, where=where, entity=entity)
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
        if isinstance(self.target, Dispersion | Frequency):
            assert scope is not None  # both name their rows
            return self._by_rows(self.target, parts, (scope, where))
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
        prices = price_measure(self.target, self.dictionary, unit, self.fault)
        bound = MappingProxyType(parts)
        return Measure(self.target, bound, value, unit, goal, tables, against, prices=prices)

    def _by_rows(
        self, target: Dispersion | Frequency, parts: dict[str, Node], group: tuple[Relation, Node | None]
    ) -> Measure | None:
        """Bind what no total can judge."""
        try:
            if isinstance(target, Frequency):
                return frequency_measure(target, self.dictionary, self.place, group, parts["events"])
            sides = parts["value"], parts["weight"]
            self._check_time(self._tables(list(sides), group[0]))
            goal = self._goal(parse_unit("")[1])
            if self.faults or goal is None:
                return None
            return dispersion_measure(target, self.dictionary, self.place, group, sides, goal)
        except DefinitionError as error:
            self.faults.extend(error.faults)
            return None

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
            if self.target.by_value is not None:
                self.limits = self._limits(self.target.by_value, unit)
                return next(iter(self.limits.goals.values()))
            return goal_in_unit(self.target, unit)
        except UnitError as error:
            self.faults.extend(fault.at(f"{self.place}.{self.target.stated[0]}") for fault in error.faults)
        except DefinitionError as error:
            self.faults.extend(error.faults)
        return None

    def _limits(self, limit: ByValue, unit: pint.Unit) -> Limits:
        """Bind the limits that a column decides."""
        target = self.target
        assert target.entities is not None  # it would not have been read
        assert target.by_column is not None  # as above
        at = (self.dictionary, self.dictionary.relation(target.entities), self.place)

        def convert(quantity: Quantity) -> Fraction:
            return quantity_in_unit(target, quantity, unit)

        return bound_limits(target.stated[0], limit, target.by_column, convert, at)

    # each of a group

    def _mean(self, entities: Entities, everyone: Aggregate, goal: Goal, tables: tuple[str, ...]) -> Measure:
        """Bind what the members of a group must come to on average."""
        scope, value = entities.relation, entities.value
        if divides(value):
            self.fault(
                "a mean of quotients, which no statement adds up exactly",
                "the total over the total without `mean_of`, or `each`/`share_of`",
                "expression",
            )
        total = Aggregate("sum", scope.table, value, entities.where, scope.counts)
        parts = MappingProxyType({"total": total, "all": everyone})
        mean, per = Arithmetic("/", total, everyone), entities.unit / parse_unit(scope.counts)[1]
        return Measure(self.target, parts, mean, per, goal, tables, None, entities)

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
            return self._mean(Entities(scope, where, value, None, unit, goal), everyone, goal, tables)
        checked = self._condition(goal, value)
        meets = checked if self.limits is None else self.limits.condition(value)
        meeting = Aggregate("count", scope.table, None, all_of(where, meets), scope.counts)
        parts = MappingProxyType({"meeting": meeting, "all": everyone})
        share = exactly(self.target.share_at_least.to("") if self.target.share_at_least else Fraction(1))
        extremes = (
            {}
            if divides(value) or self.limits is not None
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
            Entities(scope, where, value, meets, unit, goal, self.limits),
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

    def _k_of_n(self, target: KOfN, scope: Relation | None, where: Node | None) -> Measure | None:
        assert scope is not None  # it says who
        standards = bound_standards(target, self.dictionary, scope, self.place, self.faults)
        tables = self._tables([one.value for one in standards], scope)
        self._check_time(tables)
        return None if self.faults else k_of_n_measure(target, scope, where, standards, tables)

    def _milestone(self, target: Milestone) -> Measure | None:
        scope = self._scope(target.from_)
        where = self._where(scope, target.where)
        if scope is None or self.faults:
            return None
        return milestone_measure(target, self.dictionary, (scope, where), self.place, self.faults)
