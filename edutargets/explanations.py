"""Why a verdict is what it is: clause, reading, arithmetic, what it takes, who holds it back, the SQL."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from edutargets import explanation_writing
from edutargets.brief_words import brief_words
from edutargets.change_words import changed, changed_units
from edutargets.exact_records import exact_record
from edutargets.explanation_facts import facts_of, facts_record
from edutargets.explanation_parts import SECTIONS, WRITTEN, same_as
from edutargets.goal_wording import goal_words, time_words
from edutargets.judged_words import agreement, value_words
from edutargets.listing_sql import listing_statement
from edutargets.row_sql import row_statement
from edutargets.shown import Shown
from edutargets.targets import Alias, Composite, Milestone, Trend
from edutargets.totals_sql import total_statements
from edutargets.wording import Language, chosen, period_words, verdict_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from edutargets.attainment import Attainment
    from edutargets.explanation_parts import Part
    from edutargets.explanation_section import Section
    from edutargets.goals import Verdict
    from edutargets.provenance import Provenance
    from edutargets.targets import Target
    from edutargets.totals_sql import PrintedStatement

__all__ = ["Explanation", "agreement", "explain"]

SCHEMA = "edutargets/explanation/1"


@dataclass(frozen=True, slots=True)
class Explanation(Shown):
    """One verdict explained, part by part, in one language.

    Args:
        id: The target's name.
        language: ``en`` or ``zh``.
        title: What the target is called.
        verdict: What can be said of it.
        headline: The verdict with the value and the goal, in one line.
        sections: The parts, in the order they are read.
        statements: The SQL that made the numbers; it runs as printed on the admitted tables.
        attainment: What is explained.
    """

    id: str
    language: Language
    title: str
    verdict: Verdict
    headline: str
    sections: tuple[Section, ...]
    statements: tuple[PrintedStatement, ...] = field(repr=False)
    attainment: Attainment = field(repr=False, compare=False)

    def __getitem__(self, key: str) -> Section:
        """Return one part by its key, e.g. ``comparison`` or ``need``."""
        for section in self.sections:
            if section.key == key:
                return section
        raise KeyError(key)

    def __contains__(self, key: object) -> bool:
        return any(section.key == key for section in self.sections)

    @property
    def sql(self) -> tuple[str, ...]:
        """The statements; each runs as printed on the admitted tables."""
        return tuple(statement.sql for statement in self.statements)

    @property
    def script(self) -> str:
        """All statements as one text, each ended by a semicolon."""
        return "\n\n".join(f"{sql};" for sql in self.sql)

    @property
    def provenance(self) -> Provenance | None:
        """From what the verdict was made."""
        basis = self.attainment.basis
        return None if basis is None else basis.provenance

    @property
    def brief(self) -> str:
        """The one sentence that a briefing needs: verdict, value, goal, what it would take, and where."""
        same = self.attainment.original  # what is said twice is told once
        return brief_words(same, _headline(same, self.language), self.sections, self.language)

    @property
    def facts(self) -> Mapping[str, object]:
        """What it rests on as typed objects with exact numbers, by the key of the part that tells it."""
        return facts_of(self.attainment)

    def to_json(self) -> str:
        """Return it for a program: the sentences in its language, and every number behind them exact."""
        said = {
            name: getattr(self, name) for name in ("id", "language", "title", "verdict", "headline", "brief")
        }
        parts = exact_record({**said, "sections": self.sections, "sql": self.sql})
        assert isinstance(parts, dict)  # made of one
        found = {"schema": SCHEMA, **parts, "facts": facts_record(self.attainment)}
        return json.dumps(found, ensure_ascii=False, indent=2) + "\n"

    def to_text(self) -> str:
        """Return it for a terminal."""
        return explanation_writing.as_text(self)

    def to_markdown(self) -> str:
        """Return it for a pull request or a review page."""
        return explanation_writing.as_markdown(self)

    def to_html(self) -> str:
        """Return it as a piece of a page that needs nothing but itself."""
        return explanation_writing.as_html(self)

    def __str__(self) -> str:
        return self.to_text()


def explain(attainment: Attainment, language: Language = "en", *, since: int | None = None) -> Explanation:
    """Explain a verdict so that a reader can work it out again.

    Args:
        attainment: The judged target.
        language: ``en`` or ``zh``.
        since: The year that changes are counted from; the one before the deciding period where none is given.
    """
    target, judged = attainment.target, attainment.original
    statements = total_statements(judged)
    listing = listing_statement(judged)
    found = [section(attainment, language) for section in (*WRITTEN, same_as)]
    found += [_dated(section, since)(judged, language) for section in SECTIONS]
    return Explanation(
        id=target.id,
        language=language,
        title=target.title.in_language(language) or judged.target.title.in_language(language) or target.id,
        verdict=attainment.verdict,
        headline=_headline(attainment, language),
        sections=tuple(section for section in found if section is not None),
        statements=(*statements, *(one for one in (listing, row_statement(judged)) if one is not None)),
        attainment=attainment,
    )


def _dated(section: Part, since: int | None) -> Part:
    """Count changes from a given year; the other parts of an explanation know none."""
    for told in (changed, changed_units):
        if section is told:
            return partial(told, since=since)
    return section


def _in_time(target: Target, goal: str, time: str) -> str:
    """Put the time before the goal, as Chinese does; a bundle says it behind."""
    return f"{goal}，{time}".strip("， ") if isinstance(target, Composite) else f"{time}{goal}"


def _headline(attainment: Attainment, language: Language) -> str:
    """Say the verdict, the period, the value and the goal; of an alias first whose they are."""
    if isinstance(attainment.target, Alias):
        verdict, same = verdict_text(attainment.verdict, language), attainment.original
        rest = _headline(same, language).removeprefix(verdict)
        said = chosen(language, f". The same as {same.target.id}", f"。与 {same.target.id} 相同")
        return f"{verdict}{said}{rest}"
    target, result = attainment.target, attainment.deciding
    verdict = verdict_text(attainment.verdict, language)
    values = [result.value] if result is not None and result.value is not None else []
    goal = goal_words(target, attainment.measure, language, values)
    time = time_words(target, language)
    wanted = chosen(language, ", ".join(one for one in (goal, time) if one), _in_time(target, goal, time))
    period = period_words(result.period, language) if result is not None else ""
    if result is not None and result.value is not None:
        value = value_words(attainment, result, language)
    else:
        value = attainment.reason.in_language(language) if attainment.reason is not None else ""
    said = chosen(language, ": ", "：").join(part for part in (period, value) if part)
    if isinstance(target, Milestone | Trend):
        wanted = goal
    if language == "zh":
        return f"{verdict}。{said + '；' if said else ''}目标：{wanted}。"
    return f"{verdict}. {said + '; goal' if said else 'Goal'}: {wanted}."
