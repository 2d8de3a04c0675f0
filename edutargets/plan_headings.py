"""The headings that stand above a place of a plan's text, from the chapter down."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edutargets.plan_texts import PlanText

__all__ = ["Heading", "headings_above"]

_STEPS = re.compile(r"\([^()]*\)|[一二三四五六七八九十]+|\d+")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of a plan.

    Args:
        start: Where it stands in the text.
        text: Its words, without the signs that mark it.
        clause: The clause that it begins; empty where it has no number.
    """

    start: int
    text: str
    clause: str


def headings_above(text: PlanText, at: int) -> tuple[Heading, ...]:
    r"""Return the headings above a place, the chapter first; the title of the whole text is none.

    Examples:
        >>> from edutargets.plan_texts import cut
        >>> text = cut("plan", "# 方案\n## 三、目标\n### (二)具体\n建成8所。\n## 四、保障\n")
        >>> [heading.text for heading in headings_above(text, text.text.index("8"))]
        ['三、目标', '(二)具体']
    """
    found: tuple[Heading, ...] = ()
    for start, path in _paths(text):
        if start > at:
            break
        found = path
    return found


@lru_cache(maxsize=64)
def _paths(text: PlanText) -> tuple[tuple[int, tuple[Heading, ...]], ...]:
    paths: list[tuple[int, tuple[Heading, ...]]] = []
    above: list[tuple[tuple[int, int], Heading]] = []
    for sentence in text.sentences:
        if sentence.kind != "heading":
            continue
        words = sentence.text.lstrip("#")
        marks, level = len(sentence.text) - len(words), len(_STEPS.findall(sentence.clause))
        above = [(depth, heading) for depth, heading in above if depth < (marks, level)]
        heading = Heading(sentence.start, words.strip(), sentence.clause)
        if marks > 1 or level:
            above.append(((marks, level), heading))
        else:
            above = []
        paths.append((sentence.start, tuple(one for _, one in above)))
    return tuple(paths)
