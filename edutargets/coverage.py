"""Which words and numbers of a plan's text some target evaluates, and which nobody has accounted for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from edutargets.errors import EvaluationError, Fault
from edutargets.pack_files import plan_documents
from edutargets.plan_texts import PlanText, cut
from edutargets.targets import Alias, Composite, Trend

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from edutargets.plan_numbers import NumberPhrase
    from edutargets.plan_remarks import Exclusion
    from edutargets.plan_texts import Sentence, Span
    from edutargets.plans import Pack
    from edutargets.promises import Target

__all__ = ["Binder", "Coverage", "CoveredSentence", "CoveredText", "Part", "coverage_of"]

_ENDS = ",，;；.。:：!！?？"
PartKind = Literal["phrase", "number", "quote"]


@dataclass(frozen=True, slots=True)
class Binder:
    """What accounts for words of the plan: a target that quotes them, or an exclusion with its reason.

    Args:
        id: Its name.
        spans: Where its quote stands.
        target: The target or published figure.
        exclusion: Or the exclusion.
    """

    id: str
    spans: tuple[Span, ...]
    target: Target | None = None
    exclusion: Exclusion | None = None

    @property
    def promises(self) -> int:
        """How many promises its words make."""
        cite = self.target.cite if self.target is not None else self.exclusion
        return cite.promises if cite is not None else 1


@dataclass(frozen=True, slots=True)
class Part:
    """A phrase, a number, or words that make several promises, with all that accounts for it.

    Args:
        kind: Which of the three.
        start: Where it begins in the text.
        end: Where it ends.
        text: Its words.
        binders: The ids of what accounts for it.
        needed: How many are needed; more than one where the words make several promises.
    """

    kind: PartKind
    start: int
    end: int
    text: str
    binders: tuple[str, ...]
    needed: int = 1

    @property
    def bound(self) -> bool:
        """Whether it is accounted for."""
        return len(self.binders) >= self.needed


@dataclass(frozen=True, slots=True)
class CoveredSentence:
    """A sentence with what accounts for each of its phrases and numbers."""

    sentence: Sentence
    parts: tuple[Part, ...]

    @property
    def bound(self) -> bool:
        """Whether all of it is accounted for."""
        return all(part.bound for part in self.parts)

    @property
    def unbound(self) -> tuple[Part, ...]:
        """What is not."""
        return tuple(part for part in self.parts if not part.bound)


@dataclass(frozen=True, slots=True)
class CoveredText:
    """One plan text with what accounts for it."""

    text: PlanText
    sentences: tuple[CoveredSentence, ...]
    binders: tuple[Binder, ...]


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of a plan's text is accounted for.

    A sentence is bound if each of its phrases (cut at commas and colons) is touched by a quote and each of
    its numbers lies in one; a date also if a target of its sentence falls due then. A heading need not be
    bound, its numbers must.
    """

    pack: Pack
    texts: tuple[CoveredText, ...]

    def _parts(self) -> Iterator[Part]:
        for text in self.texts:
            for sentence in text.sentences:
                yield from sentence.parts

    @property
    def sentences(self) -> tuple[int, int]:
        """How many sentences are bound, and how many there are; headings without a number do not count."""
        counted = [
            one.bound
            for text in self.texts
            for one in text.sentences
            if one.parts or one.sentence.kind == "sentence"
        ]
        return sum(counted), len(counted)

    @property
    def numbers(self) -> tuple[int, int]:
        """How many numbers are bound, and how many there are."""
        counted = [part.bound for part in self._parts() if part.kind == "number"]
        return sum(counted), len(counted)

    @property
    def whole(self) -> bool:
        """Whether nothing is left over."""
        return all(part.bound for part in self._parts())

    @property
    def unnoticed(self) -> tuple[str, ...]:
        """The targets that could be deleted without anybody noticing: their words have other binders.

        ``promises:`` in their ``cite`` says how many targets the words need. One that another target names
        is missed by that one, which is then at fault.
        """
        named = {one.part_of for one in self.pack.plan}
        named |= {
            name for one in self.pack.plan if isinstance(one, Alias | Composite) for name in one.members
        }
        noticed: set[str | None] = named - {None}
        for part in self._parts():
            if len(part.binders) <= part.needed:
                noticed.update(part.binders)
        quoted = (binder for text in self.texts for binder in text.binders if binder.target is not None)
        return tuple(dict.fromkeys(binder.id for binder in quoted if binder.id not in noticed))

    @property
    def exclusions(self) -> tuple[Exclusion, ...]:
        """The words that are no target, with their reasons."""
        return self.pack.remarks.exclusions


def coverage_of(pack: Pack, without: Iterable[str] = ()) -> Coverage:
    """Hold the text of a plan against its targets, word by word.

    Args:
        pack: The pack.
        without: Targets to leave out, to see what only they account for.

    Raises:
        EvaluationError: If no document is marked as a plan's text.
    """
    documents = plan_documents(pack.file)
    if not documents:
        raise EvaluationError(
            Fault("pack.yaml: documents", "no document is a plan's text", "a document", "plan_text: true")
        )
    left_out = frozenset(without)
    texts = tuple(_covered(pack, name, left_out) for name in documents)
    return Coverage(pack, texts)


def _covered(pack: Pack, document: str, left_out: frozenset[str]) -> CoveredText:
    text = cut(document, pack.texts[document].text)
    binders = tuple(_binders(pack, text, left_out))
    sentences = tuple(CoveredSentence(one, tuple(_parts(one, text, binders))) for one in text.sentences)
    return CoveredText(text, sentences, binders)


def _binders(pack: Pack, text: PlanText, left_out: frozenset[str]) -> Iterator[Binder]:
    for target in (*pack.plan, *pack.figures):
        cite = target.cite
        if cite is not None and cite.document == text.document and target.id not in left_out:
            yield Binder(target.id, text.locate(cite.quote, cite.clause), target=target)
    for exclusion in pack.remarks.exclusions:
        if exclusion.document in {None, text.document}:
            spans = text.locate(exclusion.quote, exclusion.clause)
            if spans:
                yield Binder(exclusion.id, spans, exclusion=exclusion)


def _parts(sentence: Sentence, text: PlanText, binders: Sequence[Binder]) -> Iterator[Part]:
    near = [one for one in binders if _touches(one, (sentence.start, sentence.end))]
    for phrase in sentence.phrases:
        words = phrase.text.rstrip(_ENDS)
        span = (phrase.start, phrase.start + len(words))
        ids = tuple(one.id for one in near if _touches(one, span))
        yield Part("phrase", *span, words, ids)
    for number in sentence.numbers:
        ids = tuple(one.id for one in near if _holds(one, (number.start, number.end)) or _due(one, number))
        yield Part("number", number.start, number.end, number.text, ids)
    promised: dict[Span, int] = {}
    for binder in near:
        for span in binder.spans if binder.promises > 1 else ():
            if sentence.start <= span[0] < sentence.end:
                promised[span] = max(promised.get(span, 1), binder.promises)
    for (first, last), needed in promised.items():
        ids = tuple(one.id for one in binders if any(first <= a and b <= last for a, b in one.spans))
        yield Part("quote", first, last, text.text[first:last], ids, needed)


def _touches(binder: Binder, span: Span) -> bool:
    return any(first < span[1] and span[0] < last for first, last in binder.spans)


def _holds(binder: Binder, span: Span) -> bool:
    return any(first <= span[0] and span[1] <= last for first, last in binder.spans)


def _due(binder: Binder, number: NumberPhrase) -> bool:
    """Whether a date of a sentence is the time of a target that is promised there."""
    target = binder.target
    if number.kind != "date" or target is None:
        return False
    spans = (target.during or (), target.total_over or ())
    years = {year for span in spans for year in span} | {target.in_, target.last_year}
    if isinstance(target, Trend):
        years.add(target.direction.from_)
    return bool(years & number.years)
