"""So many of several standards, bound to the tables: three-valued, so that a blank is never a miss."""

from __future__ import annotations

from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING

from edutargets.bound_measures import Entities, Measure
from edutargets.bounds import exactly
from edutargets.entity_conditions import divides, split
from edutargets.errors import DefinitionError, Fault, UnitError
from edutargets.expressions import (
    Aggregate,
    Arithmetic,
    Case,
    ChildValue,
    Column,
    Compare,
    Flag,
    IsNull,
    Logic,
    Negated,
    Node,
    Number,
    Tally,
    all_of,
    children,
    unit_of,
)
from edutargets.goals import ByValue, Goal, limit_goal
from edutargets.row_lists import RowList, RowMeasure
from edutargets.standards import BoundStandard, Limits, bound_limits
from edutargets.units import ENTITIES, factors_of, parse_unit, registry, unit_text

if TYPE_CHECKING:
    import pint

    from edutargets.k_of_n import KOfN, Standard
    from edutargets.tables import Dictionary, Relation
    from edutargets.units import Quantity

__all__ = ["bound_standards", "k_of_n_measure"]

_HUNDRED = Fraction(100)
_COUNTED = frozenset({*(entity.name for entity in ENTITIES), "year"})


def bound_standards(
    target: KOfN, dictionary: Dictionary, scope: Relation, place: str, faults: list[Fault]
) -> tuple[BoundStandard, ...]:
    """Hold every standard against the tables; what is wrong with any of them is added to ``faults``."""
    share = target.others_at_least.to("") if target.others_at_least is not None else None
    found = []
    for number, standard in enumerate(target.conditions):
        try:
            found.append(_bound(standard, share, (dictionary, scope, f"{place}.conditions[{number}]")))
        except DefinitionError as error:
            faults.extend(error.faults)
    return tuple(found)


def _bound(standard: Standard, share: Fraction | None, at: tuple[Dictionary, Relation, str]) -> BoundStandard:
    from edutargets.sql_reading import read_measure  # noqa: PLC0415  # sqlglot: needed once a plan is read

    dictionary, scope, place = at
    value = read_measure(standard.value, dictionary, scope, f"{place}.value", entity=True)
    unit = unit_of(value, dictionary, f"{place}.value")
    factor, above, below = split(value)
    if any(divides(side) for side in (above, below) if side is not None):
        fault = "a division inside a sum or a product, for each row"
        accepted = "one division, e.g. sum(a) * 100 / sum(b)"
        raise DefinitionError(Fault(f"{place}.value", fault, accepted, code="expression"))
    hundred = below is not None and factor == _HUNDRED
    limits = _limits(standard, unit, (hundred, below is not None and factor == 1), at)
    if share is not None and any(limit < 0 for limit in limits.numbers):
        fault = "a standard below zero, of which a share says nothing"
        raise DefinitionError(Fault(f"{place}.{standard.word}", fault, "zero or more", code="goal"))
    floor = limits.floor(share) if share is not None else None
    return BoundStandard(standard.name, value, unit, hundred, limits, floor)


def _limits(
    standard: Standard, unit: pint.Unit, form: tuple[bool, bool], at: tuple[Dictionary, Relation, str]
) -> Limits:
    def convert(quantity: Quantity) -> Fraction:
        return _in_unit(quantity, unit, hundred=form[0], share=form[1])

    if isinstance(standard.limit, ByValue):
        assert standard.by_column is not None  # both or none: it would not have been read
        return bound_limits(standard.word, standard.limit, standard.by_column, convert, at)
    try:
        return Limits(MappingProxyType({"": limit_goal(standard.word, convert(standard.limit))}))
    except UnitError as error:
        raise DefinitionError(*(fault.at(f"{at[2]}.{standard.word}") for fault in error.faults)) from error


def _in_unit(quantity: Quantity, unit: pint.Unit, *, hundred: bool, share: bool) -> Fraction:
    """Bring a limit into the unit of its value; what is counted for each hundred may stand bare."""
    own, year = quantity.pint_unit, registry().Unit("year")
    if quantity.unit:
        for accepted in (unit, unit / year, unit * year):
            if own.dimensionality == accepted.dimensionality:
                return quantity.to(accepted) * (_HUNDRED if hundred else 1)
        named = unit_text(unit) or "a pure number"
        found = f"the standard {quantity} is in {unit_text(own) or 'a pure number'}"
        raise UnitError(Fault("", found, f"the unit of its value, {named}", code="goal-unit"))
    factors = set(factors_of(unit))
    if not factors and share and abs(quantity.number) > 1:
        found = f"the standard {quantity} has no unit"
        raise UnitError(Fault("", found, "a share, with its %", f"{quantity} %", "goal-unit"))
    if factors <= _COUNTED:
        return quantity.number
    named = unit_text(unit)
    found = f"the standard {quantity} has no unit"
    raise UnitError(Fault("", found, f"a number in {named}", f"{quantity} {named}", "goal-unit"))


def k_of_n_measure(
    target: KOfN,
    scope: Relation,
    where: Node | None,
    standards: tuple[BoundStandard, ...],
    tables: tuple[str, ...],
) -> Measure:
    """Put the standards together: who surely meets the promise, who surely does not, who is open."""

    def counted(condition: Node | None) -> Aggregate:
        return Aggregate("count", scope.table, None, all_of(where, condition), scope.counts)

    meets, reached = _meets(target.enough, standards), Tally(tuple(one.meets for one in standards), 0)
    meeting, everyone = counted(meets), counted(None)
    extras: dict[str, Node] = {
        f"missed_{number}": counted(Negated(one.meets)) for number, one in enumerate(standards, start=1)
    }
    share = target.share_at_least.to("") if target.share_at_least is not None else Fraction(1)
    unit, goal = parse_unit("indicator")[1], Goal("at_least", lower=exactly(target.enough))
    return Measure(
        target,
        MappingProxyType({"meeting": meeting, "all": everyone}),
        Arithmetic("/", meeting, everyone),
        parse_unit("")[1],
        Goal("at_least", lower=exactly(share)),
        tables,
        None,
        Entities(scope, where, reached, meets, unit, goal, standards=standards),
        MappingProxyType(extras),
        RowMeasure(MappingProxyType({"open": _open_rows(scope, where, standards, meets)})),
    )


def _open_rows(
    scope: Relation, where: Node | None, standards: tuple[BoundStandard, ...], meets: Node
) -> RowList:
    """Tell the rows of which it is not known whether they belong or meet it, with all that is looked at."""
    belongs: Node = Flag(value=True) if where is None else where
    columns: list[tuple[str, Node]] = [("there", Flag(value=True)), ("belongs", belongs)]
    for at, one in enumerate(standards, start=1):
        columns.append((f"meets_{at}", one.meets))
        columns += [(f"near_{at}", one.near)] if one.near is not None else []
    roots = [belongs, *(node for _, node in columns)]
    columns += [(f"cell_{at}", node) for at, node in enumerate(_cells(roots))]
    is_open: Node = IsNull(meets)
    if where is not None:
        is_open = Logic("or", (IsNull(where), Logic("and", (where, is_open))))
    return RowList(scope.table, tuple(columns), is_open)


def _cells(roots: list[Node]) -> tuple[Node, ...]:
    """Return the columns that are looked at, and what child rows amount to."""
    found: dict[Node, None] = {}
    for root in roots:
        if isinstance(root, Column | ChildValue):
            found[root] = None
        else:
            found.update(dict.fromkeys(_cells(list(children(root)))))
    return tuple(found)


def _meets(enough: int, standards: tuple[BoundStandard, ...]) -> Node:
    """Say who meets it: true and false only where no blank cell could turn it."""
    conditions, limit = tuple(one.meets for one in standards), Number(Fraction(enough))
    reached = Case(
        (
            (Compare(">=", Tally(conditions, 0), limit), Flag(value=True)),
            (Compare("<", Tally(conditions, 1), limit), Flag(value=False)),
        ),
        None,
    )
    found = all_of(reached, *(one.near for one in standards))
    assert found is not None  # it holds one condition at least
    return found
