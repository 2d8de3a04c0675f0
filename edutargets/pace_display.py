"""How a pace and a published method's answer show themselves: as an explanation of one section."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from edutargets.explanation_section import Section
from edutargets.pace_words import pace_section, status_with_reasons
from edutargets.progress_methods import METHODS
from edutargets.wording import Language, chosen
from edutargets.year_pace import FrequencyPace, YearPace
from edutargets.year_pace_words import frequency_pace_lines, year_pace_lines

if TYPE_CHECKING:
    from edutargets.attainment import Attainment
    from edutargets.pace import Pace
    from edutargets.progress_terms import Progress

__all__ = ["Told", "told_pace", "told_progress", "told_within_year"]


@dataclass(frozen=True, slots=True)
class Told:
    """What is written down of a pace, in one language.

    Args:
        id: The target's name, or the method's.
        language: ``en`` or ``zh``.
        title: What it is called.
        headline: The first sentence.
        sections: The rest.
        sql: No statements: they stand in the explanation of the target.
    """

    id: str
    language: Language
    title: str
    headline: str
    sections: tuple[Section, ...]
    sql: tuple[str, ...] = ()


def told_pace(found: Pace, language: Language) -> Told:
    """Put a pace into words; where there is no path, the reason is the headline."""
    section = pace_section(found.attainment, found, language) if found.attainment is not None else None
    if section is None:
        reason = found.refused.in_language(language) if found.refused is not None else ""
        return _told(found.id, found.attainment, language, reason, ())
    rest = Section("pace", section.label, section.lines[1:], section.columns, section.rows, section.right)
    return _told(found.id, found.attainment, language, section.lines[0], (rest,))


def told_within_year(found: YearPace | FrequencyPace, language: Language) -> Told:
    """Put a pace within a year into words."""
    if found.refused is not None or found.attainment is None:
        reason = found.refused.in_language(language) if found.refused is not None else ""
        return _told(found.id, found.attainment, language, reason, ())
    if isinstance(found, YearPace):
        lines = year_pace_lines(found.attainment, found, language)
    else:
        lines = frequency_pace_lines(found.attainment, found, language)
    label = chosen(language, "this year", "年内进度")
    return _told(found.id, found.attainment, language, lines[0], (Section("year", label, lines[1:]),))


def told_progress(found: Progress, language: Language) -> Told:
    """Put a published method's answer into words: its status, its number, from which year it counts."""
    title = METHODS[found.method].title.in_language(language)
    facts = [
        (
            "value",
            chosen(language, "value", "指标值"),
            "" if found.value is None else f"{float(found.value):.4f}",
        ),
        (
            "score",
            chosen(language, "score", "得分"),
            "" if found.score is None else f"{float(found.score):.2f}",
        ),
        (
            "base",
            chosen(language, "counted from", "起算年"),
            "" if found.base_reason is None else found.base_reason.in_language(language),
        ),
        ("source", chosen(language, "source", "出处"), METHODS[found.method].source),
    ]
    sections = tuple(Section(key, label, (line,)) for key, label, line in facts if line)
    return Told(found.method, language, title, status_with_reasons(found, language), sections)


def _told(
    name: str, attainment: Attainment | None, language: Language, headline: str, sections: tuple[Section, ...]
) -> Told:
    title = attainment.target.title.in_language(language) if attainment is not None else ""
    return Told(
        name, language, title or name, headline, tuple(one for one in sections if one.lines or one.rows)
    )
