"""The smallest and the largest a value can be over every way of filling what is unknown, exactly.

A quotient of totals is pushed to its end by Dinkelbach's method: at a trial value each open row chooses by
itself what helps most, the quotient of these choices is the next trial value, and the first that cannot be
improved is the end. All in whole numbers; it stops, for there are finitely many choices.

Source: W. Dinkelbach, On Nonlinear Fractional Programming, Management Science 13 (1967) 492-498.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING

from edutargets.bounds import Interval
from edutargets.linear_forms import quotient_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edutargets.exact_columns import Statistics
    from edutargets.expressions import Node
    from edutargets.linear_forms import Linear, Quotient, Term
    from edutargets.open_rows import OpenGroup, OpenTarget

__all__ = ["SharpBounds"]

_Pair = tuple[Fraction, Fraction]
"""What is added above the line and below it."""
_Rows = tuple[tuple[_Pair, ...], int]
"""What each of some rows that are alike may add, and how many they are."""
_Group = tuple[tuple[_Rows, ...], ...]
"""The rows of a group, for each way of filling the cells they share."""
_WholePair = tuple[int, int]
_WholeGroup = tuple[tuple[tuple[tuple[_WholePair, ...], int], ...], ...]

Years = tuple[int, ...] | None
_ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class SharpBounds:
    """The ranges of what is made of a target's totals.

    Args:
        target: What is open of it.
        statistics: What is known of it.
    """

    target: OpenTarget
    statistics: Statistics
    _found: dict[tuple[Node, Years], tuple[Interval, bool] | None] = field(default_factory=dict, repr=False)

    def range_of(self, node: Node, years: Years) -> Interval | None:
        """Return between which numbers a value lies; ``None`` where it is no quotient of totals.

        Args:
            node: The value, as the measure has it.
            years: The years whose rows count; ``None`` takes all.
        """
        found = self._kept(node, years)
        return None if found is None else found[0]

    def is_sharp(self, node: Node, years: Years) -> bool:
        """Whether both ends of a value's range are reached by some way of filling what is unknown."""
        found = self._kept(node, years)
        return found is not None and found[1]

    def are_apart(self, one: tuple[Node, Years], other: tuple[Node, Years]) -> bool:
        """Whether nothing open moves two values at once: each reaches its ends whatever the other does."""
        moved: list[set[int]] = []
        rounded: list[set[Node | None]] = []
        for side in (one, other):
            quotient = self._quotient(*side)
            if quotient is None:
                return False
            free = len(self.target.groups)
            moved.append({at for at, _ in self._moved(quotient, side[1]) if at < free})
            rounded.append({term.aggregate.operand for term in quotient.terms() if self._step(term)})
        return not moved[0] & moved[1] and not rounded[0] & rounded[1]

    def _kept(self, node: Node, years: Years) -> tuple[Interval, bool] | None:
        key = (node, years)
        if key not in self._found:
            quotient = self._quotient(node, years)
            self._found[key] = None if quotient is None else self._ends(quotient, years)
        return self._found[key]

    def _quotient(self, node: Node, years: Years) -> Quotient | None:
        found = quotient_of(node, years)
        known = {term.aggregate for term in self.target.terms}
        if found is None or any(term.aggregate not in known for term in found.terms()):
            return None
        return found

    # what is open of a quotient

    def _moved(self, quotient: Quotient, years: Years) -> list[tuple[int, _Group]]:
        """Return the groups that can change it, with what they may add above and below its line."""
        above, below = (self._weights(side) for side in (quotient.above, quotient.below))
        kept: dict[int, tuple[_Pair, ...]] = {}
        found = []
        for at, group in enumerate((*self.target.groups, *self.target.certain)):
            ways = []
            for way in group.alternatives:
                rows = []
                for row in way:
                    if years is not None and row.year is not None and row.year not in years:
                        continue
                    key = id(row.choices)
                    if key not in kept:
                        pairs = ((_dot(above, one.adds), _dot(below, one.adds)) for one in row.choices)
                        kept[key] = tuple(dict.fromkeys(pairs))
                    if kept[key] != ((_ZERO, _ZERO),):
                        rows.append((kept[key], row.rows))
                ways.append(tuple(rows))
            if any(ways):
                found.append((at, tuple(ways)))
        return found

    def _weights(self, side: Linear) -> tuple[tuple[int, Fraction], ...]:
        """Return the weight of each of the target's totals in a sum of totals."""
        wanted = {(term.aggregate, term.of): weight for term, weight in side.weights.items()}
        own = ((at, wanted.get((term.aggregate, term.of))) for at, term in enumerate(self.target.terms))
        return tuple((at, weight) for at, weight in own if weight is not None)

    def _ends(self, quotient: Quotient, years: Years) -> tuple[Interval, bool] | None:
        above, below = (self._known(side) for side in (quotient.above, quotient.below))
        if above is None or below is None:
            return None
        moved = self._moved(quotient, years)
        every = (*self.target.groups, *self.target.certain)
        groups = (every[at] for at, _ in moved)
        sharp = self.target.sharp and all(_is_sharp(group, years) for group in groups)
        rounded, apart = self._rounded(quotient)
        alike, start = _whole(Counter([*(group for _, group in moved), *rounded]), (above, below))
        least, most = (_sum(alike, start, 0, sign)[1] for sign in (-1, 1))
        if least <= 0 <= most:
            return None
        if most < 0:
            alike, start = _turned(alike), (-start[0], -start[1])
        ends = (_extreme(alike, start, sign) for sign in (-1, 1))
        return Interval(*ends), sharp and apart

    def _known(self, side: Linear) -> Fraction | None:
        """Return what is known of a sum of totals; ``None`` where one of them has nothing known at all."""
        found = side.constant
        for term, weight in side.weights.items():
            cell = self.statistics.total(term.aggregate, term.years)
            if term.of == "sum" and cell.value is None:
                return None
            found += weight * (Fraction(cell.known) if term.of == "rows" else cell.value or _ZERO)
        return found

    def _step(self, term: Term) -> Fraction:
        return self.statistics.total(term.aggregate, term.years).step if term.of == "sum" else _ZERO

    def _rounded(self, quotient: Quotient) -> tuple[list[_Group], bool]:
        """Return how far rounding moves each total, and whether each total rounds cells of its own."""
        found: list[_Group] = []
        rounded: list[Node | None] = []
        for term in quotient.terms():
            half = self._step(term) / 2
            if half:
                above, below = (side.weights.get(term, _ZERO) for side in (quotient.above, quotient.below))
                pairs = tuple((sign * half * above, sign * half * below) for sign in (-1, 1))
                found.append((((pairs, 1),),))
                rounded.append(term.aggregate.operand)
        return found, len(set(rounded)) == len(rounded)


def _dot(weights: Sequence[tuple[int, Fraction]], adds: Sequence[Fraction]) -> Fraction:
    return sum((weight * adds[at] for at, weight in weights), _ZERO)


def _is_sharp(group: OpenGroup, years: Years) -> bool:
    return all(
        row.sharp
        for way in group.alternatives
        for row in way
        if years is None or row.year is None or row.year in years
    )


# whole numbers --------------------------------------------------------------------------------------


def _whole(groups: Counter[_Group], known: _Pair) -> tuple[Counter[_WholeGroup], _WholePair]:
    """Bring everything to whole numbers, times one factor above and below the line."""
    pairs = {pair for group in groups for way in group for own, _ in way for pair in own}
    scale = lcm(*(number.denominator for pair in (known, *pairs) for number in pair))

    def scaled(pair: _Pair) -> _WholePair:
        return int(pair[0] * scale), int(pair[1] * scale)

    found: Counter[_WholeGroup] = Counter()
    for group, times in groups.items():
        found[tuple(tuple((tuple(map(scaled, own)), rows) for own, rows in way) for way in group)] += times
    return found, scaled(known)


def _turned(groups: Counter[_WholeGroup]) -> Counter[_WholeGroup]:
    """Change the sign above and below the line: the quotient stays what it is."""
    found: Counter[_WholeGroup] = Counter()
    for group, times in groups.items():
        turned = (tuple((tuple((-a, -b) for a, b in own), rows) for own, rows in way) for way in group)
        found[tuple(turned)] += times
    return found


def _extreme(groups: Counter[_WholeGroup], start: _WholePair, sign: int) -> Fraction:
    """Return the largest quotient, or the smallest for a turned sign; below the line all is positive."""
    found: Fraction | None = None
    chosen = _sum(groups, start, 0, 1)
    while True:
        trial = Fraction(*chosen)
        if found is not None and trial * sign <= found * sign:
            return found
        found = trial
        chosen = _sum(groups, start, sign * trial.denominator, -sign * trial.numerator)


def _sum(groups: Counter[_WholeGroup], start: _WholePair, above: int, below: int) -> _WholePair:
    """Add up what groups add that each make ``above`` times the upper plus ``below`` times the lower most."""
    top, bottom = start
    for group, times in groups.items():
        one, two = _best(group, above, below)
        top, bottom = top + one * times, bottom + two * times
    return top, bottom


def _best(group: _WholeGroup, above: int, below: int) -> _WholePair:
    found: _WholePair | None = None
    for way in group:
        top = bottom = 0
        for own, rows in way:
            one, two = max(own, key=lambda pair: above * pair[0] + below * pair[1])
            top, bottom = top + one * rows, bottom + two * rows
        if found is None or above * top + below * bottom > above * found[0] + below * found[1]:
            found = (top, bottom)
    assert found is not None  # a group has one way at least
    return found
