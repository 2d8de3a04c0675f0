"""A promise for every year drawn: each year's value, what is enough, the deadline, and the line to it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from html import escape
from typing import TYPE_CHECKING

from edutargets.goal_wording import goal_words, ruler_of
from edutargets.judged_words import part_ruler
from edutargets.plain_texts import visible
from edutargets.targets import Comparison, Milestone, Trend
from edutargets.wording import chosen, limits_of, verdict_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from edutargets.attainment import Attainment
    from edutargets.goals import Verdict
    from edutargets.verdict_words import Language

__all__ = ["trajectory"]

_WIDTH, _HEIGHT = 460, 150
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 390, 34, 118
_FEWEST = 2


@dataclass(frozen=True, slots=True)
class _Point:
    """One year: what it reached, in numbers and in words, and what is enough; nothing where it is open."""

    year: int
    value: Fraction | None
    words: str
    verdict: Verdict | None
    limits: tuple[Fraction, ...]


def trajectory(attainment: Attainment, language: Language) -> str:
    """Draw the years of a promise that is judged each year; nothing where there are no two of them.

    What is drawn also stands in the table of the years; those who listen hear it from the label.
    """
    points = _points(attainment, language)
    if sum(point.value is not None for point in points) < _FEWEST:
        return ""
    return _Drawing(attainment, points, language).svg()


def _points(attainment: Attainment, language: Language) -> tuple[_Point, ...]:
    attainment = attainment.original
    target, measure = attainment.target, attainment.measure
    if isinstance(target, Milestone) or measure is None or len(attainment.results) < _FEWEST:
        return ()
    if any(not result.years for result in attainment.results):
        return ()
    if isinstance(target, Trend | Comparison):
        return tuple(_of_two(attainment, language))
    found = []
    for result in attainment.results:
        value = result.value
        words = ruler_of(measure, language, result.goal, [value]).text(value) if value is not None else ""
        limits = limits_of(result.goal)
        found.append(_Point(result.years[-1], value, words, result.verdict, limits))
    return tuple(found)


def _of_two(attainment: Attainment, language: Language) -> Iterator[_Point]:
    """Yield the years of a promise that compares: a trend has the year before the first as its beginning."""
    is_trend = isinstance(attainment.target, Trend)
    first, other = ("after", "before") if is_trend else ("value", "against")
    for number, result in enumerate(attainment.results):
        verdict = result.verdict
        if first not in result.parts or other not in result.parts:
            yield _Point(result.years[-1], None, "", verdict, ())
            continue
        values = [result.parts[name].value for name in (first, other)]
        shown = part_ruler(attainment, first, language).in_order(values)
        if is_trend and number == 0:
            yield _Point(result.years[0], values[1], shown[1], None, ())
        yield _Point(result.years[-1], values[0], shown[0], verdict, () if is_trend else (values[1],))


class _Drawing:
    """One picture."""

    def __init__(self, attainment: Attainment, points: Sequence[_Point], language: Language) -> None:
        self.attainment, self.points, self.language = attainment, points, language
        values = [point.value for point in points if point.value is not None]
        values += [limit for point in points for limit in point.limits]
        low, high = min(values), max(values)
        room = (high - low) / 6 or abs(high) / 6 or Fraction(1)
        self.low, self.high = low - room, high + room
        self.first, self.last = points[0].year, max(points[-1].year, self._due or points[-1].year)

    @property
    def _due(self) -> int | None:
        """The year in which the promise ends."""
        target = self.attainment.original.target
        if target.during is not None:
            return target.during[1]
        return target.by.year if target.by is not None else None

    def _x(self, year: int) -> int:
        return _LEFT + (_RIGHT - _LEFT) * (year - self.first) // max(self.last - self.first, 1)

    def _y(self, value: Fraction) -> int:
        return round(_BOTTOM - (_BOTTOM - _TOP) * (value - self.low) / (self.high - self.low))

    def svg(self) -> str:
        """Return the picture with its words for those who do not see it."""
        body = "".join((*self._deadline(), *self._goals(), *self._way(), *self._values()))
        label = escape(visible(self._label()))
        return (
            f'<svg role="img" width="{_WIDTH}" height="{_HEIGHT}" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
            f'fill="none" stroke-width="2"><title>{label}</title>{body}</svg>'
        )

    def _label(self) -> str:
        said = []
        for point in self.points:
            words = point.words or chosen(self.language, "no value", "无数值")
            verdict = f" ({verdict_text(point.verdict, self.language)})" if point.verdict else ""
            said.append(f"{point.year}: {words}{verdict}")
        target = self.attainment.original
        goal = goal_words(target.target, target.measure, self.language)
        said.append(f"{chosen(self.language, 'goal', '目标')}: {goal}")
        return "; ".join(said)

    def _deadline(self) -> Iterator[str]:
        if self._due is None:
            return
        x = self._x(self._due)
        yield f'<path class="due" d="M{x} {_TOP - 14}V{_BOTTOM + 8}"/>'
        word = chosen(self.language, "deadline", "期限")
        yield f'<text class="soft" x="{x + 20}" y="{_BOTTOM + 22}">{word}</text>'
        if all(point.year != self._due for point in self.points):
            yield f'<text class="soft" x="{x}" y="{_BOTTOM + 22}" text-anchor="middle">{self._due}</text>'

    def _goals(self) -> Iterator[str]:
        """Draw what is enough in each year, each limit a dashed line."""
        sides = max(len(point.limits) for point in self.points)
        for side in range(sides):
            places = [
                (self._x(point.year), self._y(point.limits[side]))
                for point in self.points
                if len(point.limits) > side
            ]
            yield f'<path class="goal" d="{_path(places)}"/>'
            if side == 0:
                x, y = places[-1]
                word = chosen(self.language, "goal", "目标")
                yield f'<text class="soft" x="{x + 14}" y="{y + 4}">{word}</text>'

    def _way(self) -> Iterator[str]:
        """Draw the line from the last known value to what is enough at the deadline."""
        known = [point for point in self.points if point.value is not None]
        limits = [point for point in self.points if point.limits]
        if not known or not limits or self._due is None or known[-1].year >= self._due:
            return
        start, value = known[-1], known[-1].value
        assert value is not None  # it is known
        limit = min(limits[-1].limits, key=lambda one: abs(one - value))
        places = [(self._x(start.year), self._y(value)), (self._x(self._due), self._y(limit))]
        yield f'<path class="way" d="{_path(places)}"/>'

    def _values(self) -> Iterator[str]:
        known = [point for point in self.points if point.value is not None]
        places = [(self._x(point.year), self._y(point.value or Fraction(0))) for point in known]
        yield f'<path class="value" d="{_path(places)}"/>'
        for point, (x, y) in zip(known, places, strict=True):
            kind = point.verdict.value if point.verdict is not None else "not_evaluable"
            glyph = verdict_text(point.verdict, self.language).partition(" ")[0] if point.verdict else ""
            words = escape(visible(f"{glyph} {point.words}".strip()))
            yield f'<circle class="p-{kind}" cx="{x}" cy="{y}" r="4.5"/>'
            yield f'<text x="{x}" y="{y - 9}" text-anchor="middle">{words}</text>'
        for point in self.points:
            x = self._x(point.year)
            yield f'<text class="soft" x="{x}" y="{_BOTTOM + 22}" text-anchor="middle">{point.year}</text>'


def _path(places: Sequence[tuple[int, int]]) -> str:
    return "M" + "L".join(f"{x} {y}" for x, y in places)
