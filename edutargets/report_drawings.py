"""The years of a promise drawn: each value and its range, what is enough, the deadline, the line to it."""

from __future__ import annotations

from fractions import Fraction
from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING

from edutargets.goal_wording import goal_words
from edutargets.plain_texts import visible
from edutargets.text_tables import width_of
from edutargets.trajectories import trajectory_of
from edutargets.wording import chosen, verdict_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from edutargets.attainment import Attainment
    from edutargets.trajectories import Point, Trajectory
    from edutargets.verdict_words import Language

__all__ = ["trajectory"]

_WIDTH, _HEIGHT = 520, 160
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 400, 36, 126
_CAP, _TICK = 4, 9
_LONGEST = 16
_CLOSE = 13
_LETTER = 6


def trajectory(attainment: Attainment, language: Language) -> str:
    """Draw the years of a promise; nothing where there are no two of them.

    What is drawn also stands in words; those who listen hear it from the label.
    """
    found = trajectory_of(attainment, language)
    return _Drawing(attainment.original, found, language).svg() if found is not None else ""


class _Drawing:
    """One picture."""

    def __init__(self, attainment: Attainment, found: Trajectory, language: Language) -> None:
        self.attainment, self.found, self.language = attainment, found, language
        self.points = found.points
        self.known = [(point, point.value) for point in self.points if point.value is not None]
        self.low, self.high = self._ends()
        years = [point.year for point in self.points] + [year for year, _ in found.way or ()]
        years += [found.due] if found.due is not None else []
        self.first, self.last = min(years), max(years)

    def _ends(self) -> tuple[Fraction, Fraction]:
        """Return what is shown: all values and limits, and of a wide range as much as leaves these apart."""
        values = [value for _, value in self.known]
        values += [limit for point in self.points for limit in point.limits]
        values += [value for _, value in self.found.way or ()]
        low, high = min(values), max(values)
        span = high - low or abs(high) or Fraction(1)
        ranges = [point.bounds for point in self.points if point.bounds is not None]
        low = max(min([low, *(one.lower for one in ranges)]), low - span)
        high = min(max([high, *(one.upper for one in ranges)]), high + span)
        room = (high - low) / 6 or abs(high) / 6 or Fraction(1)
        return low - room, high + room

    def _x(self, year: int) -> int:
        return _LEFT + (_RIGHT - _LEFT) * (year - self.first) // max(self.last - self.first, 1)

    def _y(self, value: Fraction) -> int:
        inside = min(max(value, self.low), self.high)
        return round(_BOTTOM - (_BOTTOM - _TOP) * (inside - self.low) / (self.high - self.low))

    def svg(self) -> str:
        """Return the picture with its words for those who do not see it."""
        parts = (self._deadline(), self._goals(), self._way(), self._ranges(), self._values(), self._years())
        body = "".join(piece for part in parts for piece in part)
        label = escape(visible(self._label()))
        return (
            f'<svg role="img" width="{_WIDTH}" height="{_HEIGHT}" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
            f'fill="none" stroke-width="2"><title>{label}</title>{body}</svg>'
        )

    def _label(self) -> str:
        said = []
        for point in self.points:
            words = point.words or chosen(self.language, "no value", "无数值")
            if point.ends is not None:
                low, high = point.ends
                words += chosen(self.language, f", between {low} and {high}", f"，介于 {low} 与 {high} 之间")
            verdict = f" ({verdict_text(point.verdict, self.language)})" if point.verdict else ""
            said.append(f"{point.year}: {words}{verdict}")
        target = self.attainment
        goal = goal_words(target.target, target.measure, self.language)
        said.append(f"{chosen(self.language, 'goal', '目标')}: {goal}")
        return "; ".join(said)

    def _deadline(self) -> Iterator[str]:
        if self.found.due is None:
            return
        x = self._x(self.found.due)
        yield f'<path class="due" d="M{x} {_TOP - 14}V{_BOTTOM + 8}"/>'
        word = chosen(self.language, "deadline", "期限")
        yield f'<text class="soft" x="{x + 20}" y="{_BOTTOM + 22}">{word}</text>'

    def _goals(self) -> Iterator[str]:
        """Draw what is enough: in each year a dashed line, at a deadline alone a mark."""
        sides = max((len(point.limits) for point in self.points), default=0)
        for side in range(sides):
            places = [
                (self._x(point.year), self._y(point.limits[side]))
                for point in self.points
                if len(point.limits) > side
            ]
            x, y = places[-1]
            path = _path(places) if len(places) > 1 else f"M{x - _TICK} {y}H{x + _TICK}"
            yield f'<path class="goal{"" if len(places) > 1 else " mark"}" d="{path}"/>'
            if side == 0:
                yield self._goal_word(x, y)

    def _goal_word(self, x: int, y: int) -> str:
        """Write beside a mark what it is, out of the way of the words above a value in the same year."""
        word = chosen(self.language, "goal", "目标")
        number = self.found.goal if len(self.found.goal) <= _LONGEST else ""
        below = f'<tspan x="{x + 14}" dy="13">{escape(visible(number))}</tspan>' if number else ""
        top = y - 2 if below else y + 4
        for point, value in self.known:
            here = self._y(value)
            if self._x(point.year) == x and top - _CLOSE < here and top + _CLOSE > here - 2 * _CLOSE:
                top = max(top, here + 8)
        return f'<text class="soft" x="{x + 14}" y="{top}">{word}{below}</text>'

    def _way(self) -> Iterator[str]:
        """Draw the straight line to what is enough at the deadline."""
        if self.found.way is not None:
            places = [(self._x(year), self._y(value)) for year, value in self.found.way]
            yield f'<path class="way" d="{_path(places)}"/>'

    def _ranges(self) -> Iterator[str]:
        """Draw between what a value lies; an end that is out of the picture has no cap."""
        for point, _ in self.known:
            if point.bounds is None:
                continue
            x, low, high = self._x(point.year), self._y(point.bounds.lower), self._y(point.bounds.upper)
            caps = "".join(
                f"M{x - _CAP} {self._y(end)}h{2 * _CAP}"
                for end in (point.bounds.lower, point.bounds.upper)
                if self.low <= end <= self.high
            )
            yield f'<path class="range" d="M{x} {low}V{high}{caps}"/>'

    def _values(self) -> Iterator[str]:
        places = [(self._x(point.year), self._y(value)) for point, value in self.known]
        yield f'<path class="value" d="{_path(places)}"/>'
        said = [point.words for point, _ in self.known]
        if _crowded(places, said):  # the unit stands behind the last number, and in the label
            said = [*(words.partition(" ")[0] for words in said[:-1]), said[-1]]
        crowded = _crowded(places, said)
        for at, ((point, _), (x, y)) in enumerate(zip(self.known, places, strict=True)):
            kind = point.verdict.value if point.verdict is not None else "unjudged"
            glyph = verdict_text(point.verdict, self.language).partition(" ")[0] if point.verdict else ""
            words = escape(visible(f"{glyph} {said[at]}".strip()))
            yield f'<circle class="p-{kind}" cx="{x}" cy="{y}" r="4.5"/>'
            place = y + 19 if crowded and at % 2 else self._above(point, y)
            yield f'<text x="{x}" y="{place}" text-anchor="middle">{words}</text>'

    def _above(self, point: Point, y: int) -> int:
        """Return where the words of a point stand: above it, and above its range where that ends near."""
        top = self._y(point.bounds.upper) if point.bounds is not None else y
        return (top if y - top < _CLOSE else y) - 9

    def _years(self) -> Iterator[str]:
        """Write the years below, and the one in which the line begins."""
        years = {point.year for point in self.points} | {self.found.due or self.first, self.first}
        for year in sorted(years):
            x = self._x(year)
            yield f'<text class="soft" x="{x}" y="{_BOTTOM + 22}" text-anchor="middle">{year}</text>'


def _crowded(places: Sequence[tuple[int, int]], said: Sequence[str]) -> bool:
    """Whether words beside each other, all above their points, would stand in one another."""
    widths = [_LETTER * (width_of(words) + 1) for words in said]
    pairs = zip(pairwise(places), pairwise(widths), strict=True)
    return any((wide + next_wide) / 2 > after[0] - before[0] for (before, after), (wide, next_wide) in pairs)


def _path(places: Sequence[tuple[int, int]]) -> str:
    return "M" + "L".join(f"{x} {y}" for x, y in places)
