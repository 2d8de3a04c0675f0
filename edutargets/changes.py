"""What changed between two periods, by town and by school: parts that add up to the change exactly."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from operator import itemgetter
from typing import TYPE_CHECKING, ClassVar, Literal

from edutargets.decompositions import Effects, Frame, Periods, Sides, added, nested, side_effects, together
from edutargets.evaluation import NoValueError, Part, part_of
from edutargets.reported_totals import (
    lines_of,
    mostly_shared,
    not_known,
    tables_of,
    taken_apart,
    totals_by_reporter,
)
from edutargets.row_targets import Dispersion, Frequency
from edutargets.targets import Milestone

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from edutargets.attainment import Attainment
    from edutargets.expressions import Node
    from edutargets.judging import Result
    from edutargets.rosters import Roster

__all__ = ["Change", "GroupChange", "Presence", "changes"]

Presence = Literal["both", "opened", "closed", "once", "moved"]
Side = Literal["value", "against"]
_ONE = Fraction(1)
_STEPS = 10**60


@dataclass(frozen=True, slots=True)
class GroupChange:
    """What one town, school or office adds to the change of the whole.

    Args:
        code: Its code, or the key of the town.
        label: What it is called.
        town: The town of a school, where that is known.
        parts: What it has above and below the line in both periods.
        presence: ``both`` times with a figure; ``opened`` or ``closed`` as the roster has it, ``moved`` to or
            from another town, ``once``: it has a figure in one of the periods only.
        known: Whether all its figures are known; else the effects are those of what is known.
        frame: What it is held against; ``None`` for a total.
        factor: By what the quotient is multiplied.
    """

    code: str
    label: str
    town: str
    parts: Periods
    presence: Presence = "both"
    known: bool = True
    frame: Frame | None = field(default=None, repr=False)
    factor: Fraction = _ONE
    RECORDED: ClassVar[tuple[str, ...]] = ("effects",)

    @property
    def effects(self) -> Effects:
        """What it adds, in the unit of the value; of a total, ``rate`` is its own change."""
        if self.frame is not None:
            return self.frame.effects(self.parts).times(self.factor)
        old, new = self.parts.before.above, self.parts.after.above
        return Effects(rate=new - old) if self.presence == "both" else Effects(entry=new, exit=-old)


@dataclass(frozen=True, slots=True)
class Change:
    """What a value was, what it is, and what lies between: arithmetic, which says nothing of causes.

    Args:
        kind: ``rate`` of one total over another, or a ``total``.
        before: The years of the earlier period.
        after: The years of the later one.
        parts: What stands above and below the line for all together.
        factor: By what the quotient is multiplied, e.g. 100 for each hundred.
        towns: Every town against the whole: its mix effect lies between towns. Empty where towns are not
            known, or there is one.
        units: Everybody who reports: against its town where there are towns, else against the whole.
        sides: What the numerator alone and the denominator alone would have changed, the mean of both orders;
            ``None`` for a total.
        terms: What adds up to the change. ``rate``: the own values of units, or of towns where only those
            are told; ``between``: the shares of towns; ``mix``: the shares of units, in their towns where
            there are towns; ``opened``, ``closed``, ``moved``, ``once``: units that are not there with a
            value in both periods. Empty where nobody is told apart.
        unknown: Of how many units a figure is missing: the change is that of what is known.
        is_rounded: Whether it is made of figures that are rounded themselves.
    """

    kind: Literal["rate", "total"]
    before: tuple[int, ...]
    after: tuple[int, ...]
    parts: Periods
    factor: Fraction
    towns: tuple[GroupChange, ...]
    units: tuple[GroupChange, ...]
    sides: tuple[Fraction, Fraction] | None
    terms: Mapping[str, Fraction]
    unknown: int = 0
    is_rounded: bool = False
    RECORDED: ClassVar[tuple[str, ...]] = ("ends", "total")

    @property
    def ends(self) -> tuple[Fraction, Fraction]:
        """The value of both periods."""
        return self.factor * self.parts.before.rate, self.factor * self.parts.after.rate

    @property
    def total(self) -> Fraction:
        """The change: the later value less the earlier one."""
        return self.ends[1] - self.ends[0]

    @property
    def is_still(self) -> bool:
        """Whether nothing moved, not even in directions that offset each other."""
        largest = (*self.towns[:1], *self.units[:1])
        return not any((self.total, *self.terms.values(), *(one.effects.total for one in largest)))


def changes(
    attainment: Attainment, roster: Roster, since: int | None = None, side: Side = "value"
) -> Change | None:
    """Say what changed between the period that decides and the one before, or a year that is given.

    A quotient is split as Kitagawa (1955) does it, between towns and within them; a total is the sum of what
    everybody added. ``None`` where there is no earlier period, or no value in it, or no sum behind the value.

    Args:
        attainment: The judged target.
        roster: Names and towns, year by year.
        since: The earlier year; the one before the deciding period where none is given.
        side: Of a comparison, which side is told.
    """
    attainment = attainment.original
    result, measure, statistics = attainment.deciding, attainment.measure, attainment.statistics
    if result is None or result.value is None or measure is None or statistics is None:
        return None
    if isinstance(attainment.target, Milestone | Dispersion | Frequency) or measure.is_real:
        return None  # nothing adds up; nor does money of two years, in the prices of one of them
    if result.goal is not None and result.goal.word == "printed":
        return None
    node = measure.value if side == "value" else measure.against
    lines = None if node is None else lines_of(measure) if side == "value" else taken_apart(node)
    spans = _spans(attainment, result, since)
    values = _values(attainment, node, spans) if node is not None and spans is not None else ()
    if lines is None or spans is None or not values:
        return None
    found = _Counted(attainment, roster, lines, spans).change()
    if found is None or found.unknown or all(value.is_exact for value in values):
        return found
    return replace(found, is_rounded=True)


def _spans(
    attainment: Attainment, result: Result, since: int | None
) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
    """Return the years of both periods; a span is held against itself without its last year."""
    assert attainment.measure is not None  # its caller looked
    assert attainment.statistics is not None  # its caller looked
    if not result.years:
        return None
    if attainment.target.sums_years:
        last = result.years[-1] - 1 if since is None else since
        earlier = tuple(year for year in result.years if year <= last)
        return (earlier, result.years) if earlier and earlier != result.years else None
    found = [attainment.statistics.years(table) for table in attainment.measure.tables]
    reported = set.intersection(*({*one} for one in found if one is not None))
    latest = result.years[-1]
    if since is None and len(result.years) > 1:
        since = result.years[0]
    years = [year for year in reported if year < latest and since in {None, year}]
    return ((max(years),), (latest,)) if years else None


def _values(attainment: Attainment, node: Node, spans: Sequence[tuple[int, ...]]) -> tuple[Part, ...]:
    """Return the value of both periods; nothing where one has none, as what is missing is never zero."""
    statistics, basis = attainment.statistics, attainment.basis
    assert statistics is not None  # its caller looked
    assert basis is not None  # there are statistics
    try:
        return tuple(
            part_of(node, lambda one, years=years: statistics.total(one, years), basis.dictionary)  # type: ignore[misc]  # bound at once
            for years in spans
        )
    except NoValueError:
        return ()


class _Counted:
    """What everybody has above and below the line, in both periods."""

    def __init__(
        self,
        attainment: Attainment,
        roster: Roster,
        lines: tuple[Fraction, Node, Node | None],
        spans: tuple[tuple[int, ...], tuple[int, ...]],
    ) -> None:
        statistics = attainment.statistics
        assert statistics is not None  # its caller looked
        self.roster, self.spans, self.factor = roster, spans, lines[0]
        self.is_total = lines[2] is None
        nodes = [node for node in lines[1:] if node is not None]
        self.tables = tables_of(*nodes)
        own = [[totals_by_reporter(statistics, node, years) for node in nodes] for years in spans]
        self.rows = [frozenset().union(*found) for found in own]
        self.lines = [frozenset(one).union(other) for one, other in zip(*own, strict=True)]
        self.open_ones = {
            code for node in nodes for years in spans for code in not_known(statistics, node, years)
        }
        self.members = {
            code: found
            for code in sorted(self.rows[0] | self.rows[1])
            if not (found := Periods(*(_sides(one, code) for one in own))).is_empty or code in self.open_ones
        }

    def change(self) -> Change | None:
        """Return the change with everybody's part in it."""
        whole = together(self.members.values())
        if self.is_total:
            whole = Periods(Sides(whole.before.above, _ONE), Sides(whole.after.above, _ONE))
        if not whole.comparable:
            return None
        towns, units, terms = self._groups()
        sides = None
        if not self.is_total:
            above, below = side_effects(whole, whole)
            sides = (self.factor * above, self.factor * below)
        kind: Literal["rate", "total"] = "total" if self.is_total else "rate"
        told = _sorted(towns), _sorted(units)
        return Change(kind, *self.spans, whole, self.factor, *told, sides, terms, len(self.open_ones))

    def _groups(self) -> tuple[list[GroupChange], list[GroupChange], Mapping[str, Fraction]]:
        """Return towns, units and the sums of their effects; none where they have nothing in common."""
        if not self.roster.alike(self.tables) or not self.rows[0] & self.rows[1]:
            return [], [], {}
        inside = self._by_town() if self.roster.has_towns(self.tables[0]) else {}
        by_town = self._compares([together(one.values()) for one in inside.values()], self._towns_of_lines())
        by_unit = self._compares(list(self.members.values()), self.lines)
        if not (by_town or by_unit):
            return [], [], {}
        if not by_town:
            inside = {"": self.members}
        split = None if self.is_total else nested(inside)
        towns, units = [], []
        for town, members in inside.items():
            if by_town:
                towns.append(self._group(town, members, None if split is None else split.outer))
            if by_unit:
                frame = None if split is None else split.inner[town]
                units += [self._unit(code, town, one, frame) for code, one in members.items()]
        return towns, units, _terms(towns, units)

    def _compares(self, groups: Sequence[Periods], lines: Sequence[frozenset[str]]) -> bool:
        """Whether there are two groups at least, and most have what stands on both sides of the line."""
        if len(groups) < 2 or not mostly_shared(lines[0], lines[-1]):  # noqa: PLR2004  # one alone is the whole
            return False
        return self.is_total or any(one.comparable for one in groups)

    def _towns_of_lines(self) -> list[frozenset[str]]:
        return [frozenset(self._town(code, 1) for code in line) for line in self.lines]

    # places

    def _by_town(self) -> dict[str, dict[str, Periods]]:
        """Lay everybody at the door of the town it was in; who moved was in one and is in another."""
        found: dict[str, dict[str, Periods]] = {}
        for code, one in self.members.items():
            before, after = (self._town(code, at) for at in (0, 1))
            if before == after or one.is_empty:
                found.setdefault(after, {})[code] = one
                continue
            if one.before != Sides():
                found.setdefault(before, {})[code] = Periods(before=one.before)
            if one.after != Sides():
                found.setdefault(after, {})[code] = Periods(after=one.after)
        return found

    def _town(self, code: str, at: int) -> str:
        place = self.roster.place(self.tables[0], code, self.spans[at][-1])
        return place[1] if place else ""

    def _town_label(self, town: str) -> str:
        places = self.roster.of_table(self.tables[0]).values()
        return next((label for _, key, label in places if key == town), town)

    def _group(self, town: str, members: Mapping[str, Periods], frame: Frame | None) -> GroupChange:
        known, parts = not self.open_ones & set(members), together(members.values())
        return GroupChange(town, self._town_label(town), "", parts, "both", known, frame, self.factor)

    def _unit(self, code: str, town: str, parts: Periods, frame: Frame | None) -> GroupChange:
        place = self.roster.place(self.tables[0], code, self.spans[1][-1])
        label, there = (place[0] or code, place[2]) if place else (code, "")
        if place is not None and town and place[1] != town:
            there = self._town_label(town)
        presence, known = self._presence(code, parts), code not in self.open_ones
        return GroupChange(code, label, there, parts, presence, known, frame, self.factor)

    def _presence(self, code: str, parts: Periods) -> Presence:
        """Say whether one is there in both periods; if not, whether the roster has it in one only."""
        whole = self.members[code]
        if whole.comparable or (self.is_total and code in self.rows[0] and code in self.rows[1]):
            return "both" if parts == whole else "moved"
        rosters = [self.roster.of_year(self.tables[0], years[-1]) for years in self.spans]
        listed = [code in roster if roster else None for roster in rosters]
        if listed == [False, True]:
            return "opened"
        if listed == [True, False]:
            return "closed"
        return "both" if self.is_total else "once"


def _terms(towns: Sequence[GroupChange], units: Sequence[GroupChange]) -> dict[str, Fraction]:
    """Add up the effects of all, by kind."""
    told = units or towns
    groups: dict[tuple[int, Presence], list[GroupChange]] = {}
    for one in told:
        groups.setdefault((id(one.frame), one.presence), []).append(one)
    found = dict.fromkeys(("rate", "between", "mix", "opened", "closed", "moved", "once"), Fraction(0))
    found["between"] = added(one.effects.mix for one in towns)
    for (_, presence), same in groups.items():
        effects = _together(same)
        found["rate"] += effects.rate
        found["mix"] += effects.mix if units else 0
        found["once" if presence == "both" else presence] += effects.entry + effects.exit
    return found


def _together(groups: Sequence[GroupChange]) -> Effects:
    """Return the effects of several that are held against the same."""
    first = groups[0]
    if first.frame is not None:
        return first.frame.sums(one.parts for one in groups).times(first.factor)
    parts = together(one.parts for one in groups)
    return GroupChange("", "", "", parts, first.presence).effects


def _sides(lines: Sequence[Mapping[str, Fraction]], code: str) -> Sides:
    zero = Fraction(0)
    return Sides(lines[0].get(code, zero), lines[1].get(code, zero) if len(lines) > 1 else zero)


def _sorted(groups: Sequence[GroupChange]) -> tuple[GroupChange, ...]:
    """Sort by what each adds, the largest first; alike, by code."""
    keys = zip(_sizes(groups), (one.code for one in groups), (one.town for one in groups), strict=True)
    return tuple(one for _, one in sorted(zip(keys, groups, strict=True), key=itemgetter(0)))


def _sizes(groups: Sequence[GroupChange]) -> list[int]:
    """Return minus how much each adds, in steps so small that no two look alike that are not."""
    frames = {id(one.frame): one.frame for one in groups}
    slopes = {
        key: [int(slope * _STEPS) for slope in frame.slopes] if frame is not None else [_STEPS, 0, _STEPS, 0]
        for key, frame in frames.items()
    }
    found = []
    for one in groups:
        up, down, over, under = slopes[id(one.frame)]
        before, after = one.parts.before, one.parts.after
        above, below, old, under_it = map(_plain, (after.above, after.below, before.above, before.below))
        size = up * above - down * below - over * old + under * under_it
        found.append(-abs(size.numerator // size.denominator))
    return found


def _plain(number: Fraction) -> Fraction | int:
    """Return a whole number as such: it is multiplied much faster."""
    return number.numerator if number.denominator == 1 else number
