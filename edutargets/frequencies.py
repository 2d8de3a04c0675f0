"""Whether something happens often enough: what every organiser owes by the calendar, and what it missed."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import accumulate
from typing import TYPE_CHECKING

from edutargets.bounds import Interval
from edutargets.evaluation import NoValueError, Part
from edutargets.rates import first_day, last_day, whole_buckets
from edutargets.row_targets import Frequency

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from edutargets.bound_measures import Measure
    from edutargets.exact_columns import Statistics
    from edutargets.rates import Every
    from edutargets.row_lists import ListedRow

__all__ = [
    "Lent",
    "Organiser",
    "buckets_of",
    "is_sharp",
    "lent_events",
    "organisers_of",
    "parts_of_organisers",
]

Truth = bool | None


@dataclass(frozen=True, slots=True)
class Organiser:
    """One who owes events, by the calendar.

    Args:
        code: What names it.
        reporter: Who reports it.
        owed: The first days of the weeks, months, quarters or years in which it owes events.
        unsure: Those of which it is not known whether it owes them.
        missed: Those owed without enough events on record.
        meets: Whether it missed none; ``None`` where that is not known.
        events: How many events it has on record in what it owes.
        borrows: How many events of which nobody knows whose they are it would need at least to miss none.
    """

    code: str
    reporter: str
    owed: tuple[date, ...]
    unsure: tuple[date, ...]
    missed: tuple[date, ...]
    meets: Truth
    events: int
    borrows: int = 0

    @property
    def owes(self) -> Truth:
        """Whether it owes anything; ``None`` where that is not known."""
        return True if self.owed else None if self.unsure else False


@dataclass(frozen=True, slots=True)
class _Events:
    """The events of one organiser: known, possible, and those without a date."""

    known: Counter[date]
    possible: Counter[date]
    undated: int
    any_record: bool  # one that surely belongs to it


def buckets_of(target: Frequency, years: Sequence[int]) -> tuple[tuple[date, date], ...]:
    """Return the first and last days of whatever can be owed in some years; years between may be missing."""
    first, last = date(min(years), 1, 1), date(max(years), 12, 31)
    every, known = target.at_least.every, frozenset(years)
    starts = whole_buckets(first, last if target.by is None else min(last, target.by), every)
    ends = ((start, last_day(start, every)) for start in starts)
    return tuple((start, end) for start, end in ends if {start.year, end.year} <= known)


def organisers_of(measure: Measure, statistics: Statistics, years: Sequence[int]) -> tuple[Organiser, ...]:
    """Return what everyone owed in some years, and what was missed; who owes nothing stands there too."""
    target, rows = measure.target, measure.rows
    assert isinstance(target, Frequency)  # its callers look
    assert rows is not None  # bound so
    every, buckets = target.at_least.every, buckets_of(target, years)
    events = _events(statistics.listed(rows.lists["events"], None), every)
    alike: dict[str, list[ListedRow]] = {}
    for row in statistics.listed(rows.lists["organisers"], None):
        if row.values[0] is not None:
            alike.setdefault(str(row.values[0]), []).append(row)
    return tuple(
        _judged(code, own, buckets, events, target.at_least.times, zero=rows.zero_if_absent)
        for code, own in sorted(alike.items())
    )


def _events(rows: Iterable[ListedRow], every: Every) -> dict[str | None, _Events]:
    """Sort events by organiser; ``None`` holds those of whom nobody knows whose they are."""
    found: dict[str | None, _Events] = {}
    for row in rows:
        code, day = row.values
        name = None if code is None else str(code)
        one = found.setdefault(name, _NONE)
        if one is _NONE or (row.sure and not one.any_record):
            one = _Events(Counter(one.known), Counter(one.possible), one.undated, any_record=row.sure > 0)
            found[name] = one
        if not isinstance(day, date):
            undated = one.undated + row.sure + row.unsure
            found[name] = _Events(one.known, one.possible, undated, one.any_record)
            continue
        first = first_day(day, every)
        one.known[first] += row.sure
        one.possible[first] += row.sure + row.unsure
    return found


_NONE = _Events(Counter(), Counter(), 0, any_record=False)


def _judged(
    code: str,
    rows: Sequence[ListedRow],
    buckets: Sequence[tuple[date, date]],
    events: Mapping[str | None, _Events],
    times: int,
    *,
    zero: bool,
) -> Organiser:
    """Say what one organiser owes and missed; whatever is unknown may help it or hold it back."""
    truths = [(first, _is_owed(rows, first, end)) for first, end in buckets]
    owed = tuple(first for first, truth in truths if truth)
    unsure = tuple(first for first, truth in truths if truth is None)
    own, others = events.get(code, _NONE), events.get(None, _NONE)
    missed = tuple(first for first in owed if own.known[first] < times)
    lacking = sum(max(0, times - own.possible[first] - others.possible[first]) for first in owed)
    can_meet = lacking <= own.undated + others.undated or not (own.any_record or zero)
    surely = not missed and all(own.known[first] >= times for first in unsure)
    meets = True if surely else None if can_meet else False
    held = sum(own.known[first] for first in owed)
    needs = [max(0, times - own.possible[first]) for first in owed]
    least = sum(needs) if owed else min((max(0, times - own.possible[first]) for first in unsure), default=0)
    borrows = max(0, least - own.undated) if own.any_record or zero else 0
    return Organiser(code, rows[0].reporter, owed, unsure, missed, meets, held, borrows)


def _is_owed(rows: Sequence[ListedRow], first: date, end: date) -> Truth:
    """Whether the whole of it lies in the duty: in a row of the year of its first and of its last day."""
    found: list[Truth] = []
    for year in {first.year, end.year}:
        truths = [_covers(row, first, end) for row in rows if row.year in {None, year}]
        found.append(True if True in truths else None if None in truths else False)
    return False if False in found else None if None in found else True


def _covers(row: ListedRow, first: date, end: date) -> Truth:
    """Whether a row's duty runs from the first to the last day; a blank end is not known, not open."""
    active = [day if isinstance(day, date) else None for day in row.values[1:]]
    known = [day for day in active if day is not None]
    backwards = len(known) == 2 and known[0] > known[1]  # noqa: PLR2004  # from and to
    truth: Truth = None if backwards or None in active else True
    if active and not backwards and ((active[0] or first) > first or (active[1] or end) < end):
        return False
    return truth if row.sure else None


@dataclass(frozen=True, slots=True)
class Lent:
    """Events of which nobody knows whose they are: each can help one organiser.

    Args:
        events: How many there are at most.
        dated: Whether the day of any of them is known.
    """

    events: int
    dated: bool


def lent_events(measure: Measure, statistics: Statistics) -> Lent:
    """Return the events of which nobody knows whose they are."""
    assert measure.rows is not None  # bound so
    rows = [row for row in statistics.listed(measure.rows.lists["events"], None) if row.values[0] is None]
    return Lent(sum(row.sure + row.unsure for row in rows), any(row.values[1] is not None for row in rows))


def is_sharp(found: Sequence[Organiser], lent: Lent) -> bool:
    """Whether something that may be true gives either end of the range of the share."""
    borrowing = sum(1 for one in found if one.meets is None and one.borrows)
    return not (lent.dated and borrowing > 1) and not any(one.unsure for one in found)


def parts_of_organisers(found: Sequence[Organiser], lent: Lent) -> tuple[Part, dict[str, Part]]:
    """Return the share of those who missed nothing, with the number of them and of all who owe anything.

    Args:
        found: What everyone owed and missed.
        lent: The events that may be anybody's.

    Raises:
        NoValueError: If nobody owes anything, or that is not known.
    """
    owing = [one for one in found if one.owes]
    open_ones = [one for one in found if one.owes is None]
    if not owing:
        if open_ones:
            raise NoValueError(
                "it is not known whether anybody owes anything", "无法确定是否有应当履行的对象"
            )
        raise NoValueError(
            "nobody owes anything: no span holds a whole week, month, quarter or year of it",
            "没有应当履行的对象(履行期内不含任何一个完整的周、月、季或年)",
        )
    met = sum(1 for one in owing if one.meets is True)
    helping = sum(1 for one in open_ones if one.meets is True)
    hurting = len(open_ones) - helping
    everyone = len(owing)
    best, most = _best(met, owing, open_ones, lent.events)
    share = Interval(Fraction(met, everyone + hurting), best)
    parts = {
        "meeting": Part(Fraction(met), Interval(Fraction(met), Fraction(most))),
        "all": Part(Fraction(everyone), Interval(Fraction(everyone), Fraction(everyone + len(open_ones)))),
    }
    return Part(Fraction(met, everyone), share), parts


def _best(
    met: int, owing: Sequence[Organiser], open_ones: Sequence[Organiser], lent: int
) -> tuple[Fraction, int]:
    """Return the largest share and number of those who may meet it, as long as there are events to lend."""
    needed = [
        list(accumulate(sorted(one.borrows for one in ones if one.meets is None), initial=0))
        for ones in (owing, open_ones)
    ]
    free = sum(1 for one in open_ones if one.meets is True)
    best, most = Fraction(0), 0
    for joining, used in enumerate(needed[1]):
        if used > lent:
            break
        helped = bisect_right(needed[0], lent - used) - 1
        number = met + free + helped + joining
        best, most = max(best, Fraction(number, len(owing) + free + joining)), max(most, number)
    return best, most
