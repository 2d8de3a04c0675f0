"""Small integer programmes: which columns to change, and by how many whole steps, so that enough rules hold.

Solved by HiGHS (through scipy), whose numbers are floating-point; so its plan is only taken once it was held
against every rule in exact arithmetic.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from edutargets.needs import Optimality
    from edutargets.whole_steps import Ends

__all__ = ["Lever", "Line", "least_levers"]

_MARGIN = 1e-6


@dataclass(frozen=True, slots=True)
class Lever:
    """Something that can change in whole steps and never falls below zero.

    Args:
        name: Its name.
        has: What it is today.
        step: The step it changes by.
        asked: What amounts of it are measured against.
    """

    name: str
    has: Fraction
    step: Fraction
    asked: Fraction


@dataclass(frozen=True, slots=True)
class Line:
    """A rule over several levers: a sum that must lie between two ends.

    Args:
        weights: How much the sum rises with one more of each lever.
        has: The sum today.
        full: The ends between which the rule holds.
        floor: The ends between which the sum must lie in any case.
    """

    weights: Mapping[str, Fraction]
    has: Fraction
    full: Ends
    floor: Ends

    def after(self, changes: Mapping[str, Fraction]) -> Fraction:
        """Return the sum after some changes."""
        return self.has + sum((weight * changes[name] for name, weight in self.weights.items()), Fraction(0))


def least_levers(
    levers: Sequence[Lever], lines: Sequence[Line], enough: int
) -> tuple[dict[str, Fraction], Optimality] | None:
    """Return the changes with which enough rules hold: the fewest levers, then the smallest amounts.

    Args:
        levers: What can change.
        lines: The rules.
        enough: How many of them must hold.

    Returns:
        The change of each lever, and ``proved`` where no better one exists; ``None`` where there is none.

    Examples:
        >>> book = Lever("books", Fraction(10), Fraction(1), Fraction(20))
        >>> rule = Line({"books": Fraction(1)}, Fraction(10), (Fraction(25, 2), None), (None, None))
        >>> least_levers([book], [rule], 1)
        ({'books': Fraction(3, 1)}, 'proved')
    """
    if len(lines) < enough or not levers:
        return None
    for margin in (0.0, _MARGIN):
        programme = _Programme(levers, lines, enough, margin)
        first = programme.solved(programme.touched, None)
        if first is None:
            return None
        second = programme.solved(programme.amounts, round(float(first @ programme.touched)))
        found = programme.changes(first if second is None else second)
        if _holds(levers, lines, enough, found):
            return found, "proved" if second is not None and not margin else "bound"
    return None


def _holds(
    levers: Sequence[Lever], lines: Sequence[Line], enough: int, changes: Mapping[str, Fraction]
) -> bool:
    """Whether a plan does what it should, in exact arithmetic."""
    sums = [line.after(changes) for line in lines]
    return (
        all(lever.has + changes[lever.name] >= 0 for lever in levers)
        and all(_between(total, line.floor) for total, line in zip(sums, lines, strict=True))
        and sum(_between(total, line.full) for total, line in zip(sums, lines, strict=True)) >= enough
    )


def _between(total: Fraction, ends: Ends) -> bool:
    low, high = ends
    return (low is None or total >= low) and (high is None or total <= high)


class _Programme:
    """Columns: of each lever its steps up and down and whether it moves; of each rule whether it holds."""

    def __init__(self, levers: Sequence[Lever], lines: Sequence[Line], enough: int, margin: float) -> None:
        import numpy as np  # noqa: PLC0415  # only where a plan must be found

        self.levers, self.lines, self.margin = levers, lines, margin
        self.width = 3 * len(levers) + len(lines)
        self.touched = np.zeros(self.width)
        self.amounts = np.zeros(self.width)
        self.highest = np.ones(self.width)
        self.rules: list[tuple[Any, float, float]] = []
        most = [self._most(lever) for lever in levers]
        finest = min(lever.step / lever.asked for lever in levers)  # else it is lost in the solver's gap
        for at, lever in enumerate(levers):
            up, down, moves = range(3 * at, 3 * at + 3)
            self.touched[moves] = 1
            self.amounts[up] = self.amounts[down] = float(lever.step / lever.asked / finest)
            self.highest[up], self.highest[down] = most[at], min(most[at], int(lever.has / lever.step))
            self.rules.append((self._row({up: 1, down: 1, moves: -most[at]}), -np.inf, 0))
        for at, line in enumerate(lines):
            self._add_line(3 * len(levers) + at, line, most)
        holds = {3 * len(levers) + at: 1 for at in range(len(lines))}
        self.rules.append((self._row(holds), enough, np.inf))

    def _row(self, numbers: Mapping[int, float]) -> Any:  # noqa: ANN401  # an array of the solver
        import numpy as np  # noqa: PLC0415  # as above

        row = np.zeros(self.width)
        for at, number in numbers.items():
            row[at] = number
        return row

    def _most(self, lever: Lever) -> int:
        """Return more steps than a lever ever needs: what all rules lack, and what it has."""
        steps = lever.has / lever.step
        for line in self.lines:
            weight = line.weights.get(lever.name)
            if weight:
                ends = [end for end in (*line.full, *line.floor) if end is not None]
                steps += sum((abs(end - line.has) for end in ends), Fraction(0)) / abs(weight) / lever.step
        return int(steps) + 1

    def _add_line(self, holds: int, line: Line, most: Sequence[int]) -> None:
        import numpy as np  # noqa: PLC0415  # as above

        ends = [abs(end) for end in (*line.full, *line.floor) if end is not None]
        size = max([Fraction(1), *ends])
        numbers: dict[int, float] = {}
        reach = float(abs(line.has) / size) + 1
        for at, lever in enumerate(self.levers):
            weight = float(line.weights.get(lever.name, Fraction(0)) * lever.step / size)
            numbers |= {3 * at: weight, 3 * at + 1: -weight}
            reach += abs(weight) * most[at]
        has = float(line.has / size)
        for end, sign in ((line.full[0], 1), (line.full[1], -1)):
            if end is not None:
                row = self._row({at: sign * number for at, number in numbers.items()} | {holds: -2 * reach})
                limit = sign * (float(end / size) - has) + self.margin
                self.rules.append((row, limit - 2 * reach, np.inf))
        low, high = (None if end is None else float(end / size) - has for end in line.floor)
        if low is not None or high is not None:
            least = -np.inf if low is None else low + self.margin
            greatest = np.inf if high is None else high - self.margin
            self.rules.append((self._row(numbers), least, greatest))

    def solved(self, wanted: Any, touched: int | None) -> Any:  # noqa: ANN401  # arrays of the solver
        """Minimise, perhaps with no more than so many levers that move; ``None`` where nothing is optimal."""
        import numpy as np  # noqa: PLC0415  # as above
        from scipy.optimize import Bounds, LinearConstraint, milp  # noqa: PLC0415  # as above

        rules = [*self.rules, *([] if touched is None else [(self.touched, 0, touched)])]
        rows, least, greatest = zip(*rules, strict=True)
        found = milp(
            wanted,
            integrality=np.ones(self.width),
            bounds=Bounds(np.zeros(self.width), self.highest),
            constraints=LinearConstraint(np.array(rows), np.array(least), np.array(greatest)),
            options={"mip_rel_gap": 0},
        )
        return found.x if found.status == 0 else None

    def changes(self, found: Any) -> dict[str, Fraction]:  # noqa: ANN401  # an array of the solver
        """Read whole steps from the solver's numbers."""
        return {
            lever.name: lever.step * (round(float(found[3 * at])) - round(float(found[3 * at + 1])))
            for at, lever in enumerate(self.levers)
        }
