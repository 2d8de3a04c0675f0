"""Rules that hold the words of a plan against its targets: periods, approximate words, named digits."""

from __future__ import annotations

import json
import re
from functools import cached_property
from itertools import permutations
from typing import TYPE_CHECKING

from edutargets.pack_files import plan_documents
from edutargets.plan_findings import PlanFinding, PlanPlace, place_of
from edutargets.plan_numbers import numbers_in
from edutargets.plan_texts import PlanText, cut
from edutargets.plans import written
from edutargets.sources import Bilingual
from edutargets.targets import Alias, Composite
from edutargets.units import parse_unit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from fractions import Fraction

    from edutargets.plan_numbers import Day, NumberPhrase
    from edutargets.plans import Pack
    from edutargets.promises import Target
    from edutargets.units import Quantity

__all__ = ["quote_findings"]

_COUNTED = frozenset({"quantity", "range"})
_NO_MEASURE = frozenset({"id", "type", "title", "cite", "reading", "lead", "note", "part_of"})
_APPROXIMATE_BEFORE = re.compile(r"(?<![最附就临])(?:近|约|大约|将近|接近)$")
_APPROXIMATE_AFTER = re.compile(r"左右|上下")
_BOUNDS = {
    "at least": re.compile(r"以上|不少于|不低于|至少|不小于|不足"),
    "at most": re.compile(r"以下|不超过|不高于|不多于|至多|以内"),
    "about": re.compile(r"(?<![最附就临])近(?=\d)|约(?=\d)|左右|上下"),
}
_DIGIT_NAME = re.compile(r"[“\"‘](\d{3,})[”\"’]")
_MOST_MEMBERS = 6


def quote_findings(pack: Pack) -> Iterator[PlanFinding]:
    """Yield what the words of a plan say against themselves or against the targets that quote them."""
    words = _Words(pack)
    yield from words.backwards_periods()
    for target in pack.plan:
        yield from words.approximate(target)
        yield from words.digits_of_a_name(target)
        yield from words.another_wording(target)
        yield from words.another_clause(target)
    yield from words.unused_numbers()


class _Words:
    """The texts of a pack, cut up once, with what each target uses of them."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self.targets = {target.id: target for target in pack.plan}
        self._used: dict[str, frozenset[Fraction]] = {}

    @cached_property
    def texts(self) -> dict[str, PlanText]:
        cited = {target.cite.document for target in self.targets.values() if target.cite is not None}
        return {name: cut(name, text.text) for name, text in self.pack.texts.items() if name in cited}

    def used(self, target: Target) -> frozenset[Fraction]:
        """Return every number that a target or its members are written with, in words and in units."""
        if target.id not in self._used:
            self._used[target.id] = frozenset()  # a bundle that contains itself is a fault elsewhere
            found = set(_numbers_of(target))
            members = target.members if isinstance(target, Alias | Composite) else ()
            for name in members:
                found |= self.used(self.targets[name]) if name in self.targets else frozenset()
            self._used[target.id] = frozenset(found)
        return self._used[target.id]

    # rules

    def backwards_periods(self) -> Iterator[PlanFinding]:
        """Find periods that end before they begin, wherever the text has them."""
        for name in plan_documents(self.pack.file):
            text = cut(name, self.pack.texts[name].text)
            found: dict[str, list[PlanPlace]] = {}
            for sentence in text.sentences:
                for number in sentence.numbers:
                    if _runs_backwards(number.days):
                        place = PlanPlace(name, sentence.clause, sentence.line, sentence.text)
                        found.setdefault(number.text, []).append(place)
            for period, places in found.items():
                says = Bilingual(en=f"{period} ends before it begins", zh=f"{period}的终点早于起点")
                yield PlanFinding("backwards-period", "warning", says, tuple(places))

    def approximate(self, target: Target) -> Iterator[PlanFinding]:
        """Find an approximate word beside the number of a goal that is exact."""
        if target.cite is None or target.about is not None or target.between is not None:
            return
        quote = target.cite.quote
        goal = {value for quantity in target.quantities for value in _both(quantity)}
        for number in numbers_in(quote):
            before = _APPROXIMATE_BEFORE.search(quote[: number.start])
            after = _APPROXIMATE_AFTER.match(quote, number.end)
            word = before[0] if before else after[0] if after else ""
            if word and goal & set(number.values):
                says = Bilingual(
                    en=f"the text says {word} {number.text}, the goal is exact: `about:` with a `tolerance:`",
                    zh=f"原文为“{word}”{number.text}，而目标是精确数：宜用 `about:` 并写明 `tolerance:`",
                )
                place = place_of(self.pack, target)
                yield PlanFinding("approximate-without-tolerance", "warning", says, (place,))

    def digits_of_a_name(self, target: Target) -> Iterator[PlanFinding]:
        """Hold a bundle that is named by digits (“5085”) against the numbers of its members."""
        name = _DIGIT_NAME.search(target.cite.quote) if target.cite is not None else None
        if name is None or not isinstance(target, Composite) or len(target.members) > _MOST_MEMBERS:
            return
        members = [self.targets[one] for one in target.members if one in self.targets]
        numbers = [_digits(member) for member in members]
        if not all(numbers) or any(
            "".join(order) == name[1] for order in permutations([one for one in numbers if one])
        ):
            return
        said = ", ".join(one for one in numbers if one)
        says = Bilingual(
            en=f"“{name[1]}” is made of targets of {said}: its digits do not say the same",
            zh=f"“{name[1]}”所含目标为{said}，与名称中的数字不符",
        )
        places = tuple(place_of(self.pack, one) for one in (target, *members))
        yield PlanFinding("alias-disagrees", "warning", says, places)

    def another_wording(self, target: Target) -> Iterator[PlanFinding]:
        """Hold the words of a promise that is made a second time against those of the first."""
        first = self._first(target)
        if first is None or first.cite is None or target.cite is None:
            return
        mine, theirs = _counted(target.cite.quote), _counted(first.cite.quote)
        numbers = {value for number in mine for value in number.values}
        if not numbers:
            return
        known = {value for number in theirs for value in number.values} | self.used(first)
        bounds, other = _bounds(target.cite.quote), _bounds(first.cite.quote)
        places = (place_of(self.pack, first), place_of(self.pack, target))
        if not numbers <= known:
            says = Bilingual(en="said twice, with another number", zh="两处表述，数字不同")
        elif theirs and bounds != other:
            said = [" and ".join(one) or "no bound" for one in (other, bounds)]
            says = Bilingual(
                en=f"said twice with the same number, in other words: {said[0]} and {said[1]}",
                zh="两处表述数字相同，措辞不同（以上、不少于、约等）",
            )
        else:
            says = Bilingual(en="said twice, with the same number", zh="两处表述，数字相同")
            yield PlanFinding("same-promise-twice", "info", says, places)
            return
        yield PlanFinding("same-promise-twice", "warning", says, places)

    def another_clause(self, target: Target) -> Iterator[PlanFinding]:
        """Find a quote that stands in another clause than the one it is cited from."""
        cite = target.cite
        if cite is None:
            return
        text = self.texts[cite.document]
        spans = text.occurrences(cite.quote)
        if any(text.holds(cite.clause, span[0]) for span in spans):
            return
        where = ", ".join(dict.fromkeys(text.clause_at(span[0]) for span in spans))
        says = Bilingual(
            en=f"cited from {cite.clause}, but the words stand in {where}",
            zh=f"引自{cite.clause}，而原文在{where}",
        )
        yield PlanFinding("quote-in-another-clause", "warning", says, (place_of(self.pack, target),))

    def unused_numbers(self) -> Iterator[PlanFinding]:
        """Find the numbers inside quotes that no target quoting them uses."""
        quoting: dict[tuple[str, int], list[Target]] = {}
        numbers: dict[tuple[str, int], NumberPhrase] = {}
        for target in self.targets.values():
            if target.cite is None:
                continue
            text = self.texts[target.cite.document]
            spans = text.locate(target.cite.quote, target.cite.clause)
            for number in text.numbers:
                if any(first <= number.start and number.end <= last for first, last in spans):
                    quoting.setdefault((text.document, number.start), []).append(target)
                    numbers[(text.document, number.start)] = number
        for key in sorted(quoting):
            number, targets = numbers[key], quoting[key]
            named = _DIGIT_NAME.fullmatch(self.texts[key[0]].text[number.start - 1 : number.end + 1])
            if number.kind not in _COUNTED or named:
                continue
            if any(set(number.values) <= self.used(target) for target in targets):
                continue
            if all(isinstance(target, Alias) for target in targets):
                continue  # held against the promise that it repeats
            says = Bilingual(
                en=f"{number.text} is quoted, but no target uses the number",
                zh=f"引文中的“{number.text}”没有目标使用",
            )
            places = tuple(place_of(self.pack, target) for target in targets)
            yield PlanFinding("number-in-quote-not-in-target", "info", says, places)

    def _first(self, target: Target) -> Target | None:
        """Follow an alias to what it stands for."""
        seen: set[str] = set()
        found: Target | None = target
        while isinstance(found, Alias) and found.id not in seen:
            seen.add(found.id)
            found = self.targets.get(found.same_as)
        return found if found is not target else None


def _counted(quote: str) -> list[NumberPhrase]:
    return [number for number in numbers_in(quote) if number.kind in _COUNTED]


def _bounds(quote: str) -> tuple[str, ...]:
    return tuple(name for name, words in _BOUNDS.items() if words.search(quote))


def _runs_backwards(days: tuple[Day, ...]) -> bool:
    """Whether a span ends before it begins, as far as both its ends are said."""
    if len(days) != 2:  # noqa: PLR2004  # a span has two ends
        return False
    said = min(sum(part > 0 for part in day) for day in days)
    return days[1][:said] < days[0][:said]


def _both(quantity: Quantity) -> set[Fraction]:
    """Return a quantity's number as written and without multiples such as 万元."""
    return {quantity.number, quantity.number * parse_unit(quantity.unit)[0]}


def _numbers_of(target: Target) -> Iterator[Fraction]:
    """Yield every number in the fields of a target that say what is measured and what is enough."""
    for quantity in target.quantities:
        yield from _both(quantity)
    fields = {key: value for key, value in written(target).items() if key not in _NO_MEASURE}
    text = json.dumps(fields, ensure_ascii=False)
    for match in re.finditer(r"(?<![\d.])\d+(?:\.\d+)?(?:\s*[百千万亿]+)?", text):
        for number in numbers_in(f" {match[0]}"):
            yield from number.values


def _digits(target: Target) -> str | None:
    """Return the digits of the one number of a goal, e.g. 50 for 50 %."""
    numbers = target.quantities
    if len(numbers) != 1 or numbers[0].number.denominator != 1:
        return None
    return str(numbers[0].number.numerator)
