"""A milestone bound to the dictionary: its evidence, dated in time, with nothing left blank."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from edutargets.bound_measures import Measure
from edutargets.bounds import exactly
from edutargets.entity_conditions import all_filled, one_blank
from edutargets.errors import Fault, near_names
from edutargets.expressions import Aggregate, Column, Compare, Day, Node, all_of
from edutargets.goals import Goal
from edutargets.units import parse_unit

if TYPE_CHECKING:
    from edutargets.tables import Dictionary, Relation
    from edutargets.targets import Milestone

__all__ = ["milestone_measure"]


def milestone_measure(
    target: Milestone,
    dictionary: Dictionary,
    group: tuple[Relation, Node | None],
    place: str,
    faults: list[Fault],
) -> Measure | None:
    """Bind a milestone: the rows that prove it, and those that would if nothing of them were blank.

    Args:
        target: The promise.
        dictionary: The tables.
        group: The table or view of evidence, and which of its rows are meant.
        place: Where it stands, for messages.
        faults: What is wrong is added here.
    """
    scope, where = group
    wrong = _faults(target, dictionary, scope, place)
    faults.extend(wrong)
    if wrong:
        return None

    def counted(condition: Node | None) -> Aggregate:
        return Aggregate("count", scope.table, None, all_of(where, in_time, condition), scope.counts)

    columns = tuple(Column(scope.table, name) for name in target.evidence)
    in_time = Compare("<=", Column(scope.table, target.done_on), Day(target.by))
    evidence = counted(all_filled(columns))
    extras: dict[str, Node] = {"incomplete": counted(one_blank(columns))} if columns else {}
    return Measure(
        target,
        MappingProxyType({"evidence": evidence}),
        evidence,
        parse_unit(scope.counts)[1],
        Goal("at_least", lower=exactly(1)),
        (scope.table,),
        extras=MappingProxyType(extras),
    )


def _faults(target: Milestone, dictionary: Dictionary, scope: Relation, place: str) -> list[Fault]:
    """Say which columns are not there, or are no date."""
    known, found = dictionary.tables[scope.table].columns, []
    column = known.get(target.done_on)
    if column is None or column.type != "date":
        said = f"`done_on` names {target.done_on!r}, which is no date column of {scope.table!r}"
        found.append(Fault(place, said, "a column of type date", code="unknown-column"))
    for name in target.evidence:
        if name not in known:
            said = f"`evidence` names {name!r}, which is no column of {scope.table!r}"
            found.append(Fault(place, said, near_names(name, known), code="unknown-column"))
    return found
