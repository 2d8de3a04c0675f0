"""A dispersion or a frequency bound to the dictionary: which rows are told, by whom, on which days."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from edutargets.bound_measures import Entities, Measure
from edutargets.bounds import exactly
from edutargets.entity_conditions import divides
from edutargets.errors import ExpressionError, Fault, near_names
from edutargets.expressions import (
    Aggregate,
    Arithmetic,
    Case,
    ChildValue,
    Column,
    IsNull,
    Negated,
    Node,
    Number,
    all_of,
    unit_of,
    walk,
)
from edutargets.goals import Goal
from edutargets.row_lists import RowList, RowMeasure
from edutargets.units import parse_unit

if TYPE_CHECKING:
    from edutargets.row_targets import Dispersion, Frequency
    from edutargets.tables import Dictionary, Relation

__all__ = ["dispersion_measure", "frequency_measure"]


def dispersion_measure(
    target: Dispersion,
    dictionary: Dictionary,
    place: str,
    group: tuple[Relation, Node | None],
    sides: tuple[Node, Node],
    goal: Goal,
) -> Measure:
    """Bind a dispersion: value and weight of every row, and their totals.

    Args:
        target: The promise.
        dictionary: The tables.
        place: Where it stands, for messages.
        group: The table or view whose rows are told, and which of them.
        sides: The value and the weight of a row.
        goal: What is enough.

    Raises:
        ExpressionError: If a row's value divides, or rests on rounded figures.
    """
    (scope, where), (value, weight) = group, sides
    _check_rows(sides, dictionary, place, goal)
    keys = tuple((key, Column(scope.table, key)) for key in dictionary.tables[scope.table].key)
    rows = RowList(scope.table, (*keys, ("value", value), ("weight", weight)), where)
    sums = {"total_value": (value, weight), "total_weight": (weight, value)}
    parts = {name: _total(scope, where, both, dictionary) for name, both in sums.items()}
    units = {name: unit_of(node, dictionary, place) for name, node in parts.items()}
    units["square"] = pure = parse_unit("")[1]
    return Measure(
        target,
        MappingProxyType(parts),
        Arithmetic("/", *parts.values()),
        pure,
        goal,
        tuple(sorted({scope.table, *_counted(sides)})),
        rows=RowMeasure(MappingProxyType({"rows": rows}), MappingProxyType(units)),
    )


def _total(
    scope: Relation, where: Node | None, sides: tuple[Node, Node], dictionary: Dictionary
) -> Aggregate:
    """Add up one side; a row whose other side is blank has no mean of its own and is left out."""
    side, other = sides
    columns = [
        dictionary.tables[node.table].columns[node.name] for node in walk(other) if isinstance(node, Column)
    ]
    if not all(column.required for column in columns):
        where = all_of(where, Negated(IsNull(other)))
    return Aggregate("sum", scope.table, side, where, scope.counts)


def _refused(place: str, found: str, accepted: str, code: str, example: str = "") -> ExpressionError:
    return ExpressionError(Fault(place, found, accepted, example, code))


def _check_goal(goal: Goal, place: str) -> None:
    ends = [end for end in (goal.lower, goal.upper) if end is not None]
    if any(end.lower < 0 for end in ends):
        raise _refused(
            place, "the goal is below zero", "a coefficient of variation, e.g. at_most: 0.50", "goal"
        )


def _counted(sides: tuple[Node, ...]) -> set[str]:
    """Return the tables whose rows are counted for each row."""
    return {node.table for side in sides for node in walk(side) if isinstance(node, Aggregate)}


def _check_rows(sides: tuple[Node, Node], dictionary: Dictionary, place: str, goal: Goal) -> None:
    _check_goal(goal, place)
    for name, side in zip(("value", "weight"), sides, strict=True):
        if not _is_number(side, dictionary):
            found = f"the {name} of a row is no number"
            raise _refused(f"{place}.{name}", found, "a column of numbers", "kind-mismatch", "sum(equipment)")
        if divides(side):
            found = "a division for each row: the weights make the mean"
            raise _refused(
                f"{place}.{name}", found, "an amount and its students", "expression", "sum(equipment)"
            )
        for node in walk(side):
            if isinstance(node, Column) and dictionary.tables[node.table].columns[node.name].rounded_to:
                found = f"{node.table}.{node.name} is rounded, so no root of it is exact"
                raise _refused(f"{place}.{name}", found, "a column that is not rounded", "rounding-lost")


def _is_number(node: Node, dictionary: Dictionary) -> bool:
    match node:
        case Column(table=table, name=name):
            return dictionary.tables[table].columns[name].is_number
        case Case(branches=branches, default=default):
            values = [*(value for _, value in branches), *([default] if default is not None else [])]
            return all(_is_number(value, dictionary) for value in values)
    return isinstance(node, Number | Arithmetic | ChildValue)


# frequency -----------------------------------------------------------------------------------------


def frequency_measure(
    target: Frequency,
    dictionary: Dictionary,
    place: str,
    group: tuple[Relation, Node | None],
    events: Node,
) -> Measure:
    """Bind a frequency: the days of everyone's duty, and the days of the events.

    Args:
        target: The promise.
        dictionary: The tables.
        place: Where it stands, for messages.
        group: The table or view of the organisers, and which of its rows they are.
        events: What is counted.

    Raises:
        ExpressionError: If the records do not point to the organisers, or no date says when they were.
    """
    scope, where = group
    records, link = _records(target, events, dictionary, place, scope)
    columns = _columns(target, dictionary, place, (scope.table, records.table), link)
    lists = {
        "organisers": RowList(scope.table, columns[0], where),
        "events": RowList(records.table, columns[1], records.where),
    }
    units = dict.fromkeys(("meeting", "all"), parse_unit(scope.counts)[1])
    zero = dictionary.absent_is_zero(records.table, scope.table)
    share = target.share_at_least.to("") if target.share_at_least else 1
    enough = Goal("at_least", lower=exactly(target.at_least.times))
    return Measure(
        target,
        MappingProxyType({}),
        records,
        parse_unit("")[1],
        Goal("at_least", lower=exactly(share)),
        tuple(sorted({scope.table, records.table})),
        entities=Entities(scope, where, records, None, unit_of(records, dictionary, place), enough),
        rows=RowMeasure(MappingProxyType(lists), MappingProxyType(units), zero),
    )


def _columns(
    target: Frequency, dictionary: Dictionary, place: str, tables: tuple[str, str], link: tuple[str, str]
) -> tuple[tuple[tuple[str, Node], ...], tuple[tuple[str, Node], ...]]:
    """Return what is told of an organiser, and of an event."""
    organisers, events = tables
    _check_span(target, dictionary, place, tables)
    day = _date_column(target.dated_by, events, dictionary, f"{place}.dated_by")
    ends = [_date_column(name, organisers, dictionary, f"{place}.active") for name in target.active or ()]
    own = (("code", Column(organisers, link[1])), *zip(("first", "last"), ends, strict=False))
    return own, (("code", Column(events, link[0])), ("day", day))


def _records(
    target: Frequency, events: Node, dictionary: Dictionary, place: str, scope: Relation
) -> tuple[Aggregate, tuple[str, str]]:
    """Return the count of the events, and the columns by which they point to their organiser."""
    if not isinstance(events, Aggregate) or events.kind != "count" or events.table == scope.table:
        found = f"{target.events!r} counts no records of {scope.name!r}"
        example = "count(meetings.*) filter (where meetings.kind = 'progress')"
        raise _refused(
            f"{place}.events", found, "one count over the table of the events", "expression", example
        )
    link = dictionary.parent(events.table, scope.table)
    if link is None:
        found = f"{events.table!r} does not reference {scope.table!r}"
        accepted = "a column with `references:` in tables.yaml"
        raise _refused(f"{place}.events", found, accepted, "unlinked-table")
    return events, link[0]


def _date_column(name: str, table: str, dictionary: Dictionary, place: str) -> Column:
    """Find a date column of one table, named with or without the table."""
    said, _, plain = name.rpartition(".")
    columns = dictionary.tables[table].columns
    if said not in {"", table} or plain not in columns or columns[plain].type != "date":
        dates = [one for one, column in columns.items() if column.type == "date"]
        found = f"{name!r} is no date column of {table!r}"
        raise _refused(place, found, near_names(plain, dates), "unknown-column")
    return Column(table, plain)


def _check_span(target: Frequency, dictionary: Dictionary, place: str, tables: tuple[str, str]) -> None:
    """A span must have an end: weeks that nobody has reported yet are no misses."""
    organisers, events = (dictionary.tables[table].period for table in tables)
    if target.during or organisers or (target.active and events):
        return
    found = (
        "no span is said" if not target.active else f"nothing says which years of {tables[1]!r} are reported"
    )
    raise _refused(place, found, "the years of the duty", "no-time", "during: [2023, 2025]")
