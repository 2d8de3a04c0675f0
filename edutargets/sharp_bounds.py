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
from edutargets.expressions import Column
from edutargets.linear_forms import Linear, Quotient, quotient_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edutargets.exact_columns import Statistics
    from edutargets.expressions import Node
    from edutargets.linear_forms import Term
    from edutargets.open_rows import OpenGroup, OpenRow, OpenTarget

__all__ = ["SharpBounds"]

_Pair = tuple[int, int]
_Way = tuple[tuple[tuple[_Pair, ...], int], ...]
"""Rows with what each may add above and below the line, and how many there are of it."""

Years = tuple[int, ...] | None


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
        """Whether two values have no open row in common, so that each reaches its ends whatever the other does."""
        sides = [self._quotient(*side) for side in (one, other)]
        if any(side is None for side in sides):
            return False
        left, right = (
            {at for at, group in enumerate(self.target.groups) if side and self._moves(group, side)}
            for side in sides
        )
        rounded = [
            {term.aggregate.operand for term in side.terms() if self._step(term)} for side in sides if side
        ]
        return not left & right and not rounded[0] & rounded[1]

    def _kept(self, node: Node, years: Years) -> tuple[Interval, bool] | None:
        key = (node, years)
        if key not in self._found:
            quotient = self._quotient(node, years)
            self._found[key] = None if quotient is None else self._ends(quotient)
        return self._found[key]

    def _quotient(self, node: Node, years: Years) -> Quotient | None:
        found = quotient_of(node, years)
        known = {term.aggregate for term in self.target.terms}
        if found is None or any(term.aggregate not in known for term in found.terms()):
            return None
        return found

    def _moves(self, group: OpenGroup, quotient: Quotient) -> bool:
        """Whether a group can change what a quotient is made of."""
        weights = (quotient.above, quotient.below)
        return any(
            any(any(self._added(row, adds, side)) for side in weights)
            for way in group.alternatives
            for row in way
            for adds in [choice.adds for choice in row.choices]
        )

    def _added(self, row: OpenRow, adds: Sequence[Fraction], side: Linear) -> list[Fraction]:
        """Return what an outcome adds to a sum of totals, total by total."""
        return [
            weight * adds[at]
            for term, weight in side.weights.items()
            for at, own in enumerate(self.target.terms)
            if own.aggregate == term.aggregate
            and own.of == term.of
            and (term.years is None or row.year is None or row.year in term.years)
        ]

    # the ends

    def _ends(self, quotient: Quotient) -> tuple[Interval, bool] | None:
        known = [self._known(side) for side in (quotient.above, quotient.below)]
        if known[0] is None or known[1] is None:
            return None
        groups = [group for group in self.target.groups if self._moves(group, quotient)]
        sharp = self.target.sharp and all(
            row.sharp for one in groups for way in one.alternatives for row in way
        )
        ways = [self._pairs(group, quotient) for group in groups]
        rounded, apart = self._rounded(quotient)
        ways += rounded
        scaled, start = _whole(ways, (known[0], known[1]))
        alike = Counter(scaled)
        below = [
            start[1] + sum(_best(group, 0, -sign)[1] * n for group, n in alike.items()) for sign in (1, -1)
        ]
        if below[0] <= 0 <= below[1]:
            return None
        turned = below[1] < 0
        if turned:
            start = (-start[0], -start[1])
            alike = Counter({_turned(group): n for group, n in alike.items()})
        least, most = (_extreme(alike, start, sign) for sign in (-1, 1))
        return Interval(least, most), sharp and apart

    def _known(self, side: Linear) -> Fraction | None:
        """Return what is known of a sum of totals; ``None`` where one of them has nothing known at all."""
        found = side.constant
        for term, weight in side.weights.items():
            cell = self.statistics.total(term.aggregate, term.years)
            if term.of == "sum" and cell.value is None:
                return None
            found += weight * (Fraction(cell.known) if term.of == "rows" else cell.value or Fraction(0))
        return found

    def _pairs(
        self, group: OpenGroup, quotient: Quotient
    ) -> list[list[tuple[list[tuple[Fraction, Fraction]], int]]]:
        """Return what each row of a group may add above and below the line, for each way of the shared cells."""
        return [
            [
                (
                    list(
                        dict.fromkeys(
                            (
                                sum(self._added(row, choice.adds, quotient.above), Fraction(0)),
                                sum(self._added(row, choice.adds, quotient.below), Fraction(0)),
                            )
                            for choice in row.choices
                        )
                    ),
                    row.rows,
                )
                for row in way
            ]
            for way in group.alternatives
        ]

    def _step(self, term: Term) -> Fraction:
        return self.statistics.total(term.aggregate, term.years).step if term.of == "sum" else Fraction(0)

    def _rounded(
        self, quotient: Quotient
    ) -> tuple[list[list[list[tuple[list[tuple[Fraction, Fraction]], int]]]], bool]:
        """Return how far rounding moves each total, and whether each total rounds cells of its own."""
        found, columns = [], []
        for term in quotient.terms():
            half = self._step(term) / 2
            if not half:
                continue
            above, below = (side.weights.get(term, Fraction(0)) for side in (quotient.above, quotient.below))
            found.append([[([(sign * half * above, sign * half * below) for sign in (-1, 1)], 1)]])
            columns.append(term.aggregate.operand if isinstance(term.aggregate.operand, Column) else None)
        return found, len(set(columns)) == len(columns)


# whole numbers --------------------------------------------------------------------------------------

_Group = tuple[_Way, ...]


def _whole(
    groups: Sequence[Sequence[Sequence[tuple[Sequence[tuple[Fraction, Fraction]], int]]]],
    known: tuple[Fraction, Fraction],
) -> tuple[list[_Group], _Pair]:
    """Bring everything to whole numbers, times one factor above and below the line."""
    scale = lcm(
        *(number.denominator for number in known),
        *(
            n.denominator
            for group in groups
            for way in group
            for pairs, _ in way
            for pair in pairs
            for n in pair
        ),
    )
    found = [
        tuple(
            tuple((tuple((int(a * scale), int(b * scale)) for a, b in pairs), rows) for pairs, rows in way)
            for way in group
        )
        for group in groups
    ]
    return found, (int(known[0] * scale), int(known[1] * scale))


def _turned(group: _Group) -> _Group:
    return tuple(tuple((tuple((-a, -b) for a, b in pairs), rows) for pairs, rows in way) for way in group)


def _best(group: _Group, above: int, below: int) -> _Pair:
    """Choose what makes ``above`` times the upper plus ``below`` times the lower side largest."""
    found: _Pair | None = None
    for way in group:
        top = bottom = 0
        for pairs, rows in way:
            chosen = (
                pairs[0]
                if len(pairs) == 1
                else max(pairs, key=lambda pair: above * pair[0] + below * pair[1])
            )
            top, bottom = top + chosen[0] * rows, bottom + chosen[1] * rows
        if found is None or above * top + below * bottom > above * found[0] + below * found[1]:
            found = (top, bottom)
    return found or (0, 0)


def _extreme(groups: Counter[_Group], start: _Pair, sign: int) -> Fraction:
    """Return the largest quotient, or with the sign turned the smallest; what is below the line is positive."""
    found: Fraction | None = None
    chosen = _sum(groups, start, 0, 1)
    while True:
        trial = Fraction(*chosen)
        if found is not None and trial * sign <= found * sign:
            return found
        found = trial
        chosen = _sum(groups, start, sign * trial.denominator, -sign * trial.numerator)


def _sum(groups: Counter[_Group], start: _Pair, above: int, below: int) -> _Pair:
    top, bottom = start
    for group, times in groups.items():
        one, two = _best(group, above, below)
        top, bottom = top + one * times, bottom + two * times
    return top, bottom
