"""Within a year: what everybody has done by a day against what was due by then, and who is behind."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

from edutargets.bounds import Interval
from edutargets.dated_records import Records, dating_of, listed, most_of_one
from edutargets.expressions import ChildValue
from edutargets.frequencies import organisers_of
from edutargets.judging import Judge
from edutargets.row_targets import Frequency
from edutargets.shown import Shown
from edutargets.sources import Bilingual
from edutargets.targets import Duty, TrainingHours

if TYPE_CHECKING:
    from edutargets.attainment import Attainment, Basis
    from edutargets.bound_measures import Measure
    from edutargets.frequencies import Organiser
    from edutargets.goals import Goal
    from edutargets.row_lists import ListedRow

__all__ = ["FrequencyPace", "PersonPace", "YearPace", "due_by", "frequency_pace_of", "year_pace_of"]

_DECEMBER = 12, 31


@dataclass(frozen=True, slots=True)
class PersonPace:
    """One who owes something in the year.

    Args:
        code: What names it.
        reporter: Who reports it.
        done: What is on record by the day.
        bounds: Between what it lies, given what is missing; no upper end where a cell may hold anything.
        behind: Whether less was done than was due by the day; ``None`` where that is not known.
    """

    code: str
    reporter: str
    done: Fraction
    bounds: tuple[Fraction, Fraction | None]
    behind: bool | None


@dataclass(frozen=True, slots=True)
class YearPace(Shown):
    """What a group has done in a year by a day, against what it owed by then.

    Args:
        id: The target's name.
        as_of: The day.
        owed: What each of them owes in the whole year.
        due: What each of them owes by the day: the same share of it as of the days of the year.
        persons: Each of them, by code.
        months: What was done in each month, by all of them, where the records have a date.
        caveats: What must be known of it.
        refused: Why nothing can be said.
        attainment: The judged target it is told of.
    """

    id: str
    as_of: date | None = None
    owed: Fraction | None = None
    due: Fraction | None = None
    persons: tuple[PersonPace, ...] = ()
    months: tuple[tuple[date, Fraction], ...] = ()
    caveats: tuple[Bilingual, ...] = ()
    refused: Bilingual | None = None
    attainment: Attainment | None = field(default=None, repr=False, compare=False)

    @property
    def behind(self) -> int:
        """How many are surely behind."""
        return sum(one.behind is True for one in self.persons)

    @property
    def open(self) -> int:
        """Of how many that is not known."""
        return sum(one.behind is None for one in self.persons)

    @property
    def share_behind(self) -> Interval | None:
        """Which share of them is behind, at least and at most; nothing where there is nobody."""
        if not self.persons:
            return None
        count = len(self.persons)
        return Interval(Fraction(self.behind, count), Fraction(self.behind + self.open, count))

    @property
    def done(self) -> Fraction:
        """What all of them have done together."""
        return sum((one.done for one in self.persons), Fraction(0))

    @property
    def due_in_all(self) -> Fraction:
        """What was due of all of them together; too much of one does not make good for another."""
        return (self.due or Fraction(0)) * len(self.persons)


@dataclass(frozen=True, slots=True)
class FrequencyPace(Shown):
    """Whether something has happened often enough up to a day.

    Args:
        id: The target's name.
        as_of: The day; what has not ended by then is not owed yet.
        organisers: Everyone with what it owed and missed so far.
        refused: Why nothing can be said.
        attainment: The judged target it is told of.
    """

    id: str
    as_of: date | None = None
    organisers: tuple[Organiser, ...] = ()
    refused: Bilingual | None = None
    attainment: Attainment | None = field(default=None, repr=False, compare=False)

    @property
    def owing(self) -> tuple[Organiser, ...]:
        """Those who owed something by the day."""
        return tuple(one for one in self.organisers if one.owes)

    @property
    def behind(self) -> int:
        """How many have surely missed something."""
        return sum(one.meets is False for one in self.owing)

    @property
    def open(self) -> int:
        """Of how many that is not known."""
        return sum(one.meets is None for one in self.owing)

    @property
    def owed(self) -> int:
        """How many weeks, months, quarters or years were owed by all of them."""
        return sum(len(one.owed) for one in self.owing)

    @property
    def missed(self) -> int:
        """How many of those have too little on record."""
        return sum(len(one.missed) for one in self.owing)


def due_by(owed: Fraction, day: date) -> Fraction:
    """Return which part of a year's duty is due by the end of a day: as many days as have passed.

    Examples:
        >>> due_by(Fraction(90), date(2024, 6, 30))
        Fraction(2730, 61)
        >>> due_by(Fraction(90), date(2025, 12, 31))
        Fraction(90, 1)
    """
    first, last = date(day.year, 1, 1), date(day.year, *_DECEMBER)
    return owed * Fraction((day - first).days + 1, (last - first).days + 1)


# hours and days ------------------------------------------------------------------------------------


def year_pace_of(attainment: Attainment, *, as_of: date | None = None) -> YearPace:
    """Tell who is behind with the training, or another duty, that each owes in a year.

    Args:
        attainment: The judged target.
        as_of: The day; without it the last day of the last reported year. No clock is read.
    """
    attainment = attainment.original
    found = YearPace(attainment.target.id, as_of, attainment=attainment)
    measure, basis = attainment.measure, attainment.basis
    why = _no_duty(attainment)
    if why is not None or measure is None or basis is None:
        return replace(found, refused=why or _NOTHING)
    judge = Judge(measure, basis.statistics, basis.dictionary)
    day = as_of or date(max(judge.reported, default=1), *_DECEMBER)
    if day.year not in judge.reported:
        return replace(found, refused=_no_year(day.year))
    assert measure.entities is not None  # _no_duty has looked
    limit = measure.entities.goal.lower
    assert limit is not None  # as above
    found = replace(found, as_of=day, owed=limit.lower, due=due_by(limit.lower, day))
    return _counted(found, measure, basis, day)


_NOTHING = Bilingual(en="nothing is computed for it", zh="没有可计算的数值")


def _no_year(year: int) -> Bilingual:
    return Bilingual(en=f"nothing was reported for {year}", zh=f"{year} 年没有任何数据")


def _no_duty(attainment: Attainment) -> Bilingual | None:
    """Say why nobody can be behind with it within a year."""
    target, measure = attainment.target, attainment.measure
    if not isinstance(target, TrainingHours | Duty):
        return Bilingual(en="it is no duty of persons", zh="不是按人履行的义务")
    if measure is None or measure.entities is None:
        return attainment.reason or _NOTHING
    entities = measure.entities
    if not (target.every or target.at_every):
        return Bilingual(en="it is not owed in each year", zh="不是逐年履行的义务")
    if entities.limits is not None or not _is_floor(entities.goal):
        return Bilingual(en="it is no amount that each must reach", zh="不是每人须达到的数量")
    if not isinstance(entities.value, ChildValue) or entities.value.aggregate.kind not in {"sum", "count"}:
        return Bilingual(en="it does not come together record by record", zh="数值不是逐条记录累计的")
    if not attainment.results and attainment.reason is not None:
        return attainment.reason
    return None


def _is_floor(goal: Goal) -> bool:
    return goal.lower is not None and goal.upper is None and not goal.open_ended


def _counted(found: YearPace, measure: Measure, basis: Basis, day: date) -> YearPace:
    """Add up everyone's records up to the day."""
    assert measure.entities is not None  # its caller looked
    value = measure.entities.value
    assert isinstance(value, ChildValue)  # as above
    dating = dating_of(value.aggregate.table, basis)
    persons, rows = listed(measure, value, dating, basis)
    records = Records(rows, day, dating, most_of_one(value, basis), sums=value.aggregate.kind == "sum")
    due = found.due or Fraction(0)
    owing = [one for one in persons if one.year in {None, day.year}]
    people = [_person(row, records, due, value) for row in owing for _ in range(row.sure + row.unsure)]
    months = tuple(sorted(records.by_month({one.code for one in people}).items()))
    whole = (day.month, day.day) == _DECEMBER
    return replace(
        found,
        persons=tuple(sorted(people, key=lambda one: (one.code, one.reporter))),
        months=months if dating.column else (),
        caveats=() if dating.column or whole else (_UNDATED[dating.several],),
    )


_UNDATED = {
    True: Bilingual(
        en="its records have several dates, so nobody knows which of them were done by the day",
        zh="记录有多个日期列，无法确定截至该日已完成的部分",
    ),
    False: Bilingual(
        en="its records have no date, so nobody knows which of them were done by the day",
        zh="记录没有日期，无法确定截至该日已完成的部分",
    ),
}


def _person(row: ListedRow, records: Records, due: Fraction, value: ChildValue) -> PersonPace:
    code = "" if row.values[0] is None else str(row.values[0])
    done, (low, high) = records.of(code)
    behind: bool | None = None
    if low >= due:
        behind = False
    elif high is not None and high < due:
        behind = True
    if not value.absent_is_zero and code not in records.known:
        behind = None if due else False
        high = None
    if not row.sure or not code:
        behind = None
    return PersonPace(code, row.reporter, done, (low, high), behind)


# how often -----------------------------------------------------------------------------------------


def frequency_pace_of(attainment: Attainment, *, as_of: date | None = None) -> FrequencyPace:
    """Tell who has missed a week, month or quarter by a day; what has not ended by then is not owed yet.

    Args:
        attainment: The judged target.
        as_of: The day; without it the last day of the last reported year.
    """
    attainment = attainment.original
    target, measure, basis = attainment.target, attainment.measure, attainment.basis
    found = FrequencyPace(target.id, as_of, attainment=attainment)
    if not isinstance(target, Frequency):
        return replace(found, refused=Bilingual(en="nothing must happen so often", zh="不是频次要求"))
    if measure is None or basis is None or not attainment.results:
        return replace(found, refused=attainment.reason or _NOTHING)
    reported = Judge(measure, basis.statistics, basis.dictionary).reported
    day = as_of or date(max(reported, default=1), *_DECEMBER)
    years = tuple(year for year in target.years(reported) if year in reported and year <= day.year)
    if day.year not in reported or not years:
        return replace(found, refused=_no_year(day.year))
    until = target.model_copy(update={"by": day if target.by is None else min(day, target.by)})
    told = organisers_of(replace(measure, target=until), basis.statistics, years)
    return replace(found, as_of=day, organisers=told)
