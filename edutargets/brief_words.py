"""One sentence for a briefing: verdict, value, goal, what it would take, and where most of it is lacking."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edutargets.contributions import contributions_of
from edutargets.goals import Verdict
from edutargets.targets import Composite
from edutargets.verdict_words import chosen, verdict_text, verdict_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from edutargets.attainment import Attainment
    from edutargets.explanation_section import Section
    from edutargets.wording import Language

__all__ = ["brief_words"]

_ADDED = {"tipping": ("decided by: ", "取决于："), "need": ("to meet it: ", "达成所需：")}
_MOST = {
    "gap": ("the largest gap is in {}", "差额最大的是{}"),
    "excess": ("furthest above is {}", "超出最多的是{}"),
    "failing": ("the most are in {}", "未达到最多的是{}"),
    "change": ("the largest fall is in {}", "减少最多的是{}"),
}
_ONLY = ("all that fall short are in {}", "未达到的均在{}")
_FEW = 4


def brief_words(
    attainment: Attainment, headline: str, sections: Sequence[Section], language: Language
) -> str:
    """Return the one sentence of an explanation that a briefing needs, ended by a full stop.

    Args:
        attainment: What is explained; of a promise said twice, that of the promise itself.
        headline: Its verdict, value and goal.
        sections: The parts of its explanation.
        language: That of all of these.
    """
    verdict, title = attainment.verdict, attainment.target.title.in_language(language)
    said = headline.removeprefix(verdict_text(verdict, language)).strip(" .。").replace("Goal: ", "goal: ", 1)
    parts = [verdict_words(verdict, language), *([said] if said else [])]
    parts += _added(attainment, {one.key: one for one in sections}, language)
    joined = chosen(language, "; ", "；").join(parts)
    title = title or attainment.target.id
    return f"{title}{chosen(language, ': ', '：')}{joined}{chosen(language, '.', '。')}"


def _added(attainment: Attainment, sections: Mapping[str, Section], language: Language) -> Iterator[str]:
    """Yield what decides it, what it would take, and where most of it is lacking."""
    if attainment.verdict in {Verdict.MET, Verdict.NOT_EVALUABLE}:
        return
    has_label = not isinstance(attainment.target, Composite)  # its sentence says it
    for key, label in _ADDED.items():
        if key in sections and sections[key].lines:
            first = _first_few(attainment, _first(sections[key].lines, language).rstrip(".。"), language)
            yield f"{chosen(language, *label)}{first}" if has_label else first
    for name, by in (("towns", "town"), ("reporters", "reporter")):
        found = contributions_of(attainment, language, "town" if by == "town" else "reporter")
        if found is None or not found.groups or name not in sections or found.kind not in _MOST:
            continue
        first_two = found.groups[:2]
        if len(first_two) == 1 or first_two[0].amount > first_two[1].amount:
            said = _ONLY if found.kind == "failing" and len(found.groups) == 1 else _MOST[found.kind]
            yield chosen(language, *said).format(sections[name].rows[0][0])
        return


def _first(lines: Sequence[str], language: Language) -> str:
    """Return the first sentence; one that only announces the next is told with it."""
    if len(lines) > 1 and lines[0].endswith((":", "：")):
        return chosen(language, " ", "").join(lines[:2])
    return lines[0]


def _first_few(attainment: Attainment, line: str, language: Language) -> str:
    """Name only the first of many targets that a bundle still asks for."""
    joint = chosen(language, "; ", "；")
    titles = line.split(joint)
    open_ones = sum(1 for member in attainment.members if member.verdict is not Verdict.MET)
    if not isinstance(attainment.target, Composite) or open_ones != len(titles) or open_ones <= _FEW:
        return line
    rest = open_ones - _FEW + 1
    return joint.join((*titles[: _FEW - 1], chosen(language, f"and {rest} more", f"另有 {rest} 项")))
