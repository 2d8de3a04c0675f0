"""The numbers of a change in one language and so many decimals, so that every sum that is shown adds up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from edutargets.goal_wording import ruler_of
from edutargets.judged_words import part_ruler
from edutargets.rounded_sums import adding_up, signed
from edutargets.targets import Comparison, Growth, Trend
from edutargets.wording import Ruler, chosen, decimal_text, period_words, rounded

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction

    from edutargets.attainment import Attainment
    from edutargets.changes import Change
    from edutargets.wording import Language

__all__ = ["ChangeFigures", "change_ruler", "fewest_digits"]


def change_ruler(attainment: Attainment, change: Change, language: Language) -> Ruler:
    """Return how the value of both periods is written, one and the same for everything told of them."""
    measure, result = attainment.measure, attainment.deciding
    assert measure is not None  # there is a change
    assert result is not None  # as above
    if isinstance(attainment.target, Trend | Growth | Comparison):
        return part_ruler(attainment, "value", language)
    if change.kind == "total":
        return part_ruler(attainment, next(iter(measure.parts)), language)
    return ruler_of(measure, language, result.goal)


def fewest_digits(ruler: Ruler, change: Change) -> int:
    """Return the decimals that keep both values apart, and each on its side of every limit."""
    values = change.ends
    if change.kind == "total" and all(value.denominator == 1 for value in values):
        return 0
    own = 2 if ruler.percent or ruler.words() else 4
    texts = [*map(ruler.number, values), *ruler.in_order(values)]
    return max(own, *(len(text.partition(".")[2]) for text in texts))


@dataclass(frozen=True, slots=True)
class ChangeFigures:
    """A change in one language and so many decimals.

    Args:
        attainment: The judged target.
        change: What changed.
        language: ``en`` or ``zh``.
        ruler: How its values are written.
        digits: The decimals of everything that is added up.
    """

    attainment: Attainment
    change: Change
    language: Language
    ruler: Ruler
    digits: int

    def scaled(self, value: Fraction) -> Fraction:
        """Return a number in the unit it is printed in."""
        return value * 100 if self.ruler.percent else value / self.ruler.scale

    @property
    def printed(self) -> tuple[Fraction, Fraction]:
        """Both values as they are printed."""
        before, after = (rounded(self.scaled(value), self.digits) for value in self.change.ends)
        return before, after

    @property
    def total(self) -> Fraction:
        """The change as it is printed: the one printed value less the other."""
        before, after = self.printed
        return after - before

    def shared_out(self, values: Sequence[Fraction], total: Fraction) -> list[Fraction]:
        """Round numbers so that they add up to a printed total.

        Raises:
            ValueError: If that takes more decimals.
        """
        return adding_up([self.scaled(value) for value in values], self.digits, total)

    def terms(self) -> dict[str, Fraction]:
        """Return what adds up to the printed change, by kind."""
        terms = self.change.terms
        return dict(zip(terms, self.shared_out(list(terms.values()), self.total), strict=True))

    def chosen(self, en: str, zh: str) -> str:
        """Return one of two texts."""
        return chosen(self.language, en, zh)

    def number(self, value: Fraction) -> str:
        """Write a rounded number."""
        return decimal_text(value, self.digits)

    def signed(self, value: Fraction, shown: Fraction) -> str:
        """Write a rounded part of a change with its sign."""
        return signed(value, shown, self.digits)

    def unit(self, value: Fraction | None = None) -> str:
        """Say the unit of a change: percentage points for shares."""
        if not self.ruler.percent:
            return self.ruler.words(value)
        one = value is not None and abs(value) == 1
        return self.chosen("percentage point" if one else "percentage points", "个百分点")

    def years(self, span: tuple[int, ...]) -> str:
        """Say the years of a period."""
        text = str(span[0]) if len(span) == 1 else f"{span[0]}–{span[-1]}"
        return period_words(text, self.language)
