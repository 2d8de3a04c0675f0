"""What changed, as parts of an explanation: arithmetic that adds up to the last digit, and says no cause."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from edutargets.changes import changes
from edutargets.contributions import Roster
from edutargets.decompositions import added, together
from edutargets.explanation_section import Section
from edutargets.goal_wording import ruler_of
from edutargets.judged_words import part_ruler, part_words, plain
from edutargets.rounded_sums import adding_up, signed
from edutargets.targets import Comparison, Growth, Trend
from edutargets.wording import Ruler, chosen, decimal_text, period_words, rounded

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from edutargets.attainment import Attainment
    from edutargets.changes import Change, GroupChange
    from edutargets.decompositions import Periods
    from edutargets.wording import Language

__all__ = ["changed", "changed_units"]

_MOST = 10
_MOST_DIGITS = 12
_TERMS = {
    "rate": ("rate effect", "率效应"),
    "between": ("mix between towns", "镇街间结构效应"),
    "mix": ("mix effect", "结构效应"),
    "opened": ("opened", "新设单位"),
    "closed": ("closed", "撤并单位"),
    "moved": ("now in another town", "调整镇街的单位"),
    "once": ("with a figure in one period only", "仅一期有数的单位"),
}
_COUNTED = frozenset({"opened", "closed", "moved", "once"})


def changed(attainment: Attainment, language: Language, since: int | None = None) -> Section | None:
    """Say what changed since the period before, and what every town adds to it (every unit, without towns).

    Args:
        attainment: The judged target.
        language: ``en`` or ``zh``.
        since: The earlier year; the one before where none is given.
    """
    told = _told(attainment, language, since)
    if told is None:
        return None
    label = chosen(language, "what changed", "变化")
    groups = told.change.towns if told.in_towns else told.change.units
    columns, rows, texts = told.table(groups)
    return Section("changed", label, told.lines(), columns, rows, frozenset(range(texts, len(columns))))


def changed_units(attainment: Attainment, language: Language, since: int | None = None) -> Section | None:
    """Say what every school or office adds to what changed, where towns are told already."""
    told = _told(attainment, language, since)
    if told is None or not told.in_towns or len(told.change.towns) >= len(told.change.units):
        return None
    columns, rows, texts = told.table(told.change.units)
    if not rows:
        return None
    label = chosen(language, "changed, who", "各单位变化")
    return Section("changed_units", label, (), columns, rows, frozenset(range(texts, len(columns))))


def _told(attainment: Attainment, language: Language, since: int | None) -> _Told | None:
    attainment = attainment.original
    if attainment.dictionary is None or attainment.basis is None or attainment.measure is None:
        return None
    change = changes(attainment, Roster(attainment.dictionary, attainment.basis.admitted, language), since)
    if change is None:
        return None
    ruler = _ruler(attainment, change, language)
    for digits in range(_fewest(ruler, change), _MOST_DIGITS + 1):
        told = _Told(attainment, change, language, ruler, digits)
        if told.adds_up:
            return told
    return None


def _ruler(attainment: Attainment, change: Change, language: Language) -> Ruler:
    """Return how the value of both periods is written, one and the same for everything told of them."""
    measure, result = attainment.measure, attainment.deciding
    assert measure is not None  # its caller looked
    assert result is not None  # there is a change
    if isinstance(attainment.target, Trend | Growth | Comparison):
        return part_ruler(attainment, "value", language)
    if change.kind == "total":
        return part_ruler(attainment, next(iter(measure.parts)), language)
    return ruler_of(measure, language, result.goal)


def _fewest(ruler: Ruler, change: Change) -> int:
    """Return the decimals that keep both values apart, and each on its side of every limit."""
    values = change.values
    if change.kind == "total" and all(value.denominator == 1 for value in values):
        return 0
    own = 2 if ruler.percent or ruler.words() else 4
    texts = [*map(ruler.number, values), *ruler.in_order(values)]
    return max(own, *(len(text.partition(".")[2]) for text in texts))


@dataclass(frozen=True, slots=True)
class _Told:
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

    # numbers

    def scaled(self, value: Fraction) -> Fraction:
        return value * 100 if self.ruler.percent else value / self.ruler.scale

    @property
    def total(self) -> Fraction:
        """The change as it is printed: the one printed value less the other."""
        before, after = (rounded(self.scaled(value), self.digits) for value in self.change.values)
        return after - before

    def shared_out(self, values: Sequence[Fraction], total: Fraction) -> list[Fraction]:
        return adding_up([self.scaled(value) for value in values], self.digits, total)

    def terms(self) -> dict[str, Fraction]:
        """Return what adds up to the printed change."""
        terms = self.change.terms
        return dict(zip(terms, self.shared_out(list(terms.values()), self.total), strict=True))

    @property
    def in_towns(self) -> bool:
        return bool(self.change.towns)

    @property
    def adds_up(self) -> bool:
        """Whether every sum that is shown can be shown in so many decimals."""
        try:
            self.lines()
            self.table(self.change.towns)
            self.table(self.change.units)
        except ValueError:
            return False
        return True

    def chosen(self, en: str, zh: str) -> str:
        return chosen(self.language, en, zh)

    def signed(self, value: Fraction, shown: Fraction) -> str:
        return signed(value, shown, self.digits)

    # sentences

    def lines(self) -> tuple[str, ...]:
        """Say the change, what it is made of, and that this is no cause."""
        change, found = self.change, [self._headline()]
        if not change.total and not any(self._moves(one) for one in (*change.units, *change.towns)):
            return (*found, *self._unknown())
        found += self._made_of()
        if change.sides is not None:
            found.append(self._by_side(change.sides))
        found += self._unknown()
        caution = self.chosen("arithmetic, not a cause", "以上为算术分解，不说明原因")
        if change.kind == "rate" and change.terms:
            caution = self.chosen(
                "rate effect: own values changed; mix effect: those with a higher or lower value came to weigh "
                "more or less (Kitagawa 1955; who comes or goes apart, as Griliches and Regev 1995). "
                "This is arithmetic, not a cause",
                "率效应：各单位自身数值的变化；结构效应：数值高低不同的单位所占比重的变化"
                "（Kitagawa 1955；增减的单位另列，Griliches 和 Regev 1995）。以上为算术分解，不说明原因",
            )
        return (*found, caution)

    def _headline(self) -> str:
        change = self.change
        before, after = (decimal_text(rounded(self.scaled(one), self.digits), self.digits) for one in change.values)
        unit, years = self.ruler.words(), [self._years(span) for span in (change.before, change.after)]
        behind = unit if unit == "%" else ""
        before = f"{before} {behind}".rstrip()
        after = f"{after} {unit}".rstrip()
        span = " → ".join(years)
        if not change.total:
            return self.chosen(f"{span}: unchanged at {after}", f"{span}：保持 {after}")
        size = f"{decimal_text(abs(self.total), self.digits)} {self._difference_words()}".rstrip()
        rises = change.total > 0
        zh = ("增加" if rises else "减少") if change.kind == "total" else ("上升" if rises else "下降")
        return self.chosen(
            f"{span}: from {before} to {after}, {'up' if rises else 'down'} {size}",
            f"{span}：由 {before} 变为 {after}，{zh} {size}",
        )

    def _difference_words(self) -> str:
        if not self.ruler.percent:
            return self.ruler.words(self.total)
        one = abs(self.total) == 1
        return self.chosen("percentage point" if one else "percentage points", "个百分点")

    def _years(self, span: tuple[int, ...]) -> str:
        text = str(span[0]) if len(span) == 1 else f"{span[0]}–{span[-1]}"
        return period_words(text, self.language)

    def _made_of(self) -> list[str]:
        exact = self.change.terms
        if not exact:
            return []
        said = [
            f"{self._term(name)} {self.signed(exact[name], shown)}"
            for name, shown in self.terms().items()
            if exact[name] or name == "rate"
        ]
        joined = self.chosen(", ", "，").join(said)
        total = self.signed(self.change.total, self.total)
        return [self.chosen(f"{total} = {joined}", f"{total} = {joined}")]

    def _term(self, name: str) -> str:
        en, zh = _TERMS[name]
        if name == "rate" and self.change.kind == "total":
            en, zh = "there in both periods", "两期均有的单位"
        if name == "mix" and self.in_towns:
            en, zh = "mix within towns", "镇街内结构效应"
        if name not in _COUNTED:
            return self.chosen(en, zh)
        told = self.change.units or self.change.towns
        number = len({one.code for one in told if one.presence == name and self._moves(one)})
        return self.chosen(f"{en} ({number})", f"{zh}（{number} 个）")

    def _moves(self, one: GroupChange) -> bool:
        effects = one.effects
        return any((effects.rate, effects.mix, effects.entry, effects.exit))

    def _by_side(self, sides: tuple[Fraction, Fraction]) -> str:
        parts = self.change.parts
        names = ("numerator", "denominator")
        if self.attainment.measure is not None and len(self.attainment.measure.parts) == len(names):
            first, second = self.attainment.measure.parts
            names = (first, second)
        above, below = self.shared_out(sides, self.total)
        moves = (
            (names[0], parts.before.above, parts.after.above, self.signed(sides[0], above)),
            (names[1], parts.before.below, parts.after.below, self.signed(sides[1], below)),
        )
        said = [
            f"{part_words(name, self.language)} {plain(before)} → {plain(after)}: {effect}"
            if self.language == "en"
            else f"{part_words(name, self.language)} {plain(before)} → {plain(after)}，{effect}"
            for name, before, after, effect in moves
        ]
        return self.chosen(
            f"by side: {'; '.join(said)} (each by itself, the mean of both orders)",
            f"按分子分母：{'；'.join(said)}（各自单独变化，取两种次序的平均）",
        )

    def _unknown(self) -> list[str]:
        count = self.change.unknown
        if not count:
            return []
        noun = "unit" if count == 1 else "units"
        return [
            self.chosen(
                f"of {count:,} {noun} a figure is missing: this is the change of what is known",
                f"有 {count:,} 个单位数据不全，以上按已知部分计算",
            )
        ]

    # tables

    def table(self, groups: Sequence[GroupChange]) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...], int]:
        """Return headings, rows and how many columns are texts: the first, the others, all together."""
        told = [one for one in groups if self._moves(one)]
        step = isinstance(self.attainment.target, Trend | Growth) and self.change.kind == "total"
        if not told or step:
            return (), (), 0
        by_town = groups is self.change.towns
        named = not by_town and any(one.town for one in told)
        first = told[:_MOST]
        rest = [one for one in groups if one not in first] if len(groups) - len(first) < _MOST else []
        rest = [one for one in groups if id(one) not in {id(known) for known in first}]
        heads = [self.chosen("town", "镇街") if by_town else self.chosen("unit", "单位")]
        heads += [self.chosen("town", "镇街")] if named else []
        texts = len(heads)
        names = [self._names(one, named=named) for one in first]
        sums = [one.parts for one in first]
        if rest:
            names.append((self._others(len(rest)), *([""] if named else [])))
            sums.append(together(one.parts for one in rest))
        columns = self._effects(first, rest, by_town=by_town)
        between = not by_town and self.in_towns and self.change.kind == "rate" and bool(self.change.terms["between"])
        values = self._values([*sums, self.change.parts])
        rows = [(*name, *value) for name, value in zip(names, values, strict=False)]
        if between:
            rows.append((self.chosen("between towns", "镇街之间"), *([""] if named else []), "", ""))
        rows.append((self.chosen("all together", "合计"), *([""] if named else []), *values[-1]))
        heads += [self._years(self.change.before), self._years(self.change.after), *columns]
        cells = list(zip(*columns.values(), strict=True))
        return tuple(heads), tuple((*row, *cell) for row, cell in zip(rows, cells, strict=True)), texts
