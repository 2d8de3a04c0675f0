"""What is missing where records count: the weeks without an event, the evidence of a milestone."""

from __future__ import annotations

from collections import Counter
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

from edutargets.expressions import unit_of
from edutargets.frequencies import organisers_of
from edutargets.needs import Need, NeededRow
from edutargets.needs_of_groups import chosen_rows, still_wanted
from edutargets.rates import first_day
from edutargets.row_targets import Frequency
from edutargets.targets import Milestone

if TYPE_CHECKING:
    from edutargets.attainment import Attainment
    from edutargets.frequencies import Organiser
    from edutargets.judging import Result

__all__ = ["needs_of_evidence", "needs_of_frequency"]


def needs_of_frequency(attainment: Attainment, result: Result) -> tuple[Need, ...]:
    """Return the events that are missing, one organiser by one; the cheapest where a share is enough."""
    measure, statistics, target = attainment.measure, attainment.statistics, attainment.target
    if not isinstance(target, Frequency) or measure is None or measure.rows is None or statistics is None:
        return ()
    assert attainment.dictionary is not None  # there are statistics
    every, times = target.at_least.every, target.at_least.times
    held: Counter[tuple[str, date]] = Counter()
    for row in statistics.listed(measure.rows.lists["events"], None):
        code, day = row.values
        if code is not None and isinstance(day, date):
            held[str(code), first_day(day, every)] += row.sure
    everyone = organisers_of(measure, statistics, result.years)
    told = []
    for one in everyone:
        if one.owes and one.meets is False:
            lacking = tuple(times - held[one.code, first] for first in one.missed)
            told.append((sum(lacking), _row(one, lacking)))
    wanted = still_wanted(result)
    chosen, unknown = chosen_rows(told, wanted, all_of=target.each is not None)
    if not chosen:
        return ()
    amount = sum((row.amount for row in chosen), Fraction(0))
    need = Need(
        kind="gaps",
        part="events",
        unit=unit_of(measure.value, attainment.dictionary),
        amount=amount,
        step=Fraction(1),
        years=result.years,
        count=len(chosen),
        of=sum(1 for one in everyone if one.owes),
        rows=tuple(chosen),
        unknown=unknown,
        known_only=any(not part.is_exact for part in result.parts.values()),
        lower_bound=amount,
    )
    return (need,)


def _row(one: Organiser, lacking: tuple[int, ...]) -> NeededRow:
    return NeededRow(
        reporter=one.reporter,
        key=(("code", one.code),),
        amount=Fraction(sum(lacking)),
        has=Fraction(one.events),
        days=one.missed,
        lacking=lacking,
    )


def needs_of_evidence(attainment: Attainment, result: Result) -> tuple[Need, ...]:
    """Return the record that a milestone lacks: one, dated in time, with all its evidence."""
    if not isinstance(attainment.target, Milestone) or attainment.measure is None:
        return ()
    assert attainment.dictionary is not None  # it was evaluated
    (name,) = tuple(attainment.measure.parts)[:1]
    unit = unit_of(attainment.measure.parts[name], attainment.dictionary)
    one = Fraction(1)
    return (
        Need(kind="record", part=name, unit=unit, amount=one, step=one, years=result.years, lower_bound=one),
    )
