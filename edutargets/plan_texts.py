"""The text of a plan cut up: clauses by its headings, sentences, phrases, and where a quote stands."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from edutargets.plan_numbers import NumberPhrase, numbers_in

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Piece", "PlanText", "Sentence", "Span", "cut"]

Span = tuple[int, int]
Path = tuple[str, ...]

_LIST = "[一二三四五六七八九十]+"
_LEVELS = (
    re.compile(rf"({_LIST})、"),
    re.compile(rf"(\({_LIST}\))"),
    re.compile(r"(\d{1,2})[.、]"),
)
_CLAUSE = re.compile(rf"({_LIST})?(\({_LIST}\))?(\d{{1,2}})?")
_WHOLE = r"《[^》]*》|“[^”]*”|‘[^’]*’|[(（][^()（）]*[)）]"
_SENTENCE_ENDS = re.compile(rf"{_WHOLE}|(?P<end>[。；！？;!?]+)|.")
_PHRASE_ENDS = re.compile(rf"{_WHOLE}|(?P<end>[,，:：])|.")
_LIST_WORD = re.compile(rf"{_LIST}是要?")
_TIME_WORD = re.compile(r"[\W_]|[到至前起以从自底末年]")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the text.

    Args:
        start: Where it begins.
        end: Where it ends.
        text: Its words.
    """

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Sentence(Piece):
    """A sentence of a plan, or a heading, with its place.

    Args:
        kind: A heading promises nothing by itself; its numbers do.
        clause: The clause by the headings above it, e.g. 三(二)3.
        line: Its line in the file.
        phrases: What stands between its commas and colons and says something; dates alone do not.
        numbers: Its numbers.
    """

    kind: Literal["heading", "sentence"]
    clause: str
    line: int
    phrases: tuple[Piece, ...]
    numbers: tuple[NumberPhrase, ...]


@dataclass(frozen=True, slots=True)
class PlanText:
    """A plan's text, cut up.

    Args:
        document: The document's name in the pack.
        text: The words.
        sentences: Its sentences and headings, in order.
    """

    document: str
    text: str
    sentences: tuple[Sentence, ...]
    _sections: tuple[tuple[int, Path], ...] = field(repr=False)
    _joined: str = field(repr=False)
    _places: tuple[int, ...] = field(repr=False)

    @property
    def numbers(self) -> tuple[NumberPhrase, ...]:
        """All its numbers, in order."""
        return tuple(number for sentence in self.sentences for number in sentence.numbers)

    def locate(self, quote: str, clause: str = "") -> tuple[Span, ...]:
        """Find where a quote stands: in its clause if it stands there, else wherever it does.

        Args:
            quote: The words; blanks and line breaks do not matter.
            clause: The clause they are cited from, as far as the headings know it.
        """
        found = self.occurrences(quote)
        inside = tuple(span for span in found if self.holds(clause, span[0]))
        return inside or found

    def occurrences(self, quote: str) -> tuple[Span, ...]:
        """Find a quote everywhere."""
        words = re.sub(r"\s+", "", quote)
        spans: list[Span] = []
        at = self._joined.find(words) if words else -1
        while at >= 0:
            spans.append((self._places[at], self._places[at + len(words) - 1] + 1))
            at = self._joined.find(words, at + 1)
        return tuple(spans)

    def holds(self, clause: str, at: int) -> bool:
        """Whether a place lies in a clause or one below it; a clause without a heading is the whole text."""
        path = self._known(clause)
        return self._path_at(at)[: len(path)] == path

    def clause_at(self, at: int) -> str:
        """Return the clause of a place, e.g. 三(二)3."""
        return "".join(self._path_at(at))

    def line_at(self, at: int) -> int:
        """Return the line of a place, the first being 1."""
        return self.text.count("\n", 0, at) + 1

    def _path_at(self, at: int) -> Path:
        found: Path = ()
        for start, path in self._sections:
            if start > at:
                break
            found = path
        return found

    def _known(self, clause: str) -> Path:
        """Read a cited clause as far as the headings have it."""
        plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", clause))
        match = _CLAUSE.match(plain)
        path = tuple(step for step in match.groups() if step) if match else ()
        known = {known[:length] for _, known in self._sections for length in range(len(known) + 1)}
        while path and path not in known:
            path = path[:-1]
        return path


@lru_cache(maxsize=64)
def cut(document: str, text: str) -> PlanText:
    r"""Cut a plan's text into sentences, at 。；！？ and at the ends of lines.

    Examples:
        >>> plan = cut("plan", "## 三、目标\n### (二)具体\n到2025年,建成8所;办好学校。\n")
        >>> [(part.clause, part.text) for part in plan.sentences if part.kind == "sentence"]
        [('三(二)', '到2025年,建成8所;'), ('三(二)', '办好学校。')]
    """
    sections: list[tuple[int, Path]] = []
    sentences: list[Sentence] = []
    path: Path = ()
    start = 0
    for number, line in enumerate(text.split("\n"), start=1):
        if line.startswith("#"):
            path = _below(path, line)
            sections.append((start, path))
        sentences += _sentences(line, start, number, "".join(path))
        start += len(line) + 1
    places = tuple(at for at, sign in enumerate(text) if not sign.isspace())
    joined = "".join(text[at] for at in places)
    return PlanText(document, text, tuple(sentences), tuple(sections), joined, places)


def _below(path: Path, heading: str) -> Path:
    """Return the clause that a heading begins; an unnumbered one ends all clauses."""
    words = unicodedata.normalize("NFKC", heading.lstrip("#").strip())
    for level, pattern in enumerate(_LEVELS):
        match = pattern.match(words)
        if match:
            kept = [step for step in path if _level_of(step) < level]
            return (*kept, match[1])
    return ()


def _level_of(step: str) -> int:
    return 1 if step.startswith("(") else 2 if step.isdecimal() else 0


def _sentences(line: str, start: int, number: int, clause: str) -> Iterator[Sentence]:
    numbers = numbers_in(line, start)
    pieces = [_piece(line, (0, len(line)), start)] if line.startswith("#") else None
    for piece in pieces or [_piece(line, span, start) for span in _cut_at(_SENTENCE_ENDS, line)]:
        own = tuple(one for one in numbers if piece.start <= one.start < piece.end)
        if not re.search(r"\w|×", piece.text):
            continue
        if pieces:
            yield Sentence(piece.start, piece.end, piece.text, "heading", clause, number, (), own)
            continue
        phrases = [_piece(piece.text, span, piece.start) for span in _cut_at(_PHRASE_ENDS, piece.text)]
        said = tuple(phrase for phrase in phrases if _says_something(phrase, own))
        yield Sentence(piece.start, piece.end, piece.text, "sentence", clause, number, said, own)


def _piece(line: str, span: Span, start: int) -> Piece:
    """Return a stretch of a line without the blanks around it."""
    first, last = span
    text = line[first:last]
    first += len(text) - len(text.lstrip())
    return Piece(start + first, start + first + len(text.strip()), text.strip())


def _cut_at(ends: re.Pattern[str], text: str) -> Iterator[Span]:
    """Yield the stretches up to and with each end; brackets and quotation marks stay whole."""
    begin = 0
    for match in ends.finditer(text):
        if match["end"]:
            yield begin, match.end()
            begin = match.end()
    if begin < len(text):
        yield begin, len(text)


def _says_something(phrase: Piece, numbers: tuple[NumberPhrase, ...]) -> bool:
    """Whether a phrase holds more than a date (到2025年) or the word of a list (一是)."""
    words = phrase.text
    for number in numbers:
        if number.kind == "date" and phrase.start <= number.start < phrase.end:
            words = words.replace(number.text, "", 1)
    return bool(_TIME_WORD.sub("", _LIST_WORD.sub("", words, count=1)) or "×" in words)
