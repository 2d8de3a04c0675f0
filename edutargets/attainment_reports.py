"""What a report on a plan says, as data: chapters, verdicts, what turned, what to do first, the gate."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from edutargets.catalogue import catalogue_of
from edutargets.explanations import explain
from edutargets.gate_summary import summary_of
from edutargets.goals import Verdict
from edutargets.need_words import need_words, needed, shortfall_words
from edutargets.plan_texts import cut
from edutargets.previous_results import turns_since
from edutargets.result_rows import row_of
from edutargets.targets import Alias, Comparison, Composite, Milestone, Trend
from edutargets.undecided_words import undecided_lines
from edutargets.whom_to_ask import undecided

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from fractions import Fraction

    from edutargets.attainment import Attainment, PlanAttainment
    from edutargets.explanations import Explanation
    from edutargets.gate_facts import GateFacts
    from edutargets.gate_summary import Summary
    from edutargets.plan_texts import PlanText
    from edutargets.previous_results import PreviousResults, Turns
    from edutargets.result_rows import Row
    from edutargets.verdict_words import Language

__all__ = [
    "FIRST",
    "AttainmentReport",
    "ReportChapter",
    "ReportPart",
    "ReportTarget",
    "ToDo",
    "report_of",
]

FIRST = 5
"""How many things to do first the summary names: as many as are read."""


@dataclass(frozen=True, slots=True)
class ReportTarget:
    """One target of a report.

    Args:
        attainment: What became of it.
        row: The same as cells for readers.
        explanation: Why.
        clause: Where it is written.
    """

    attainment: Attainment
    row: Row
    explanation: Explanation = field(repr=False)
    clause: str

    @property
    def id(self) -> str:
        """Its name."""
        return self.row.id

    @property
    def same_as(self) -> str | None:
        """The target that it says again, if it does."""
        return self.attainment.original.target.id if isinstance(self.attainment.target, Alias) else None


@dataclass(frozen=True, slots=True)
class ReportPart:
    """The targets below one heading of a chapter.

    Args:
        title: The heading; empty for what stands right below the chapter's own.
        targets: In the order of the text.
    """

    title: str
    targets: tuple[ReportTarget, ...]

    @property
    def counts(self) -> Mapping[Verdict, int]:
        """How many have which verdict; what is said a second time counts once."""
        return _counted(self.targets)


@dataclass(frozen=True, slots=True)
class ReportChapter:
    """A chapter of a plan.

    Args:
        title: Its heading.
        parts: What stands below it.
    """

    title: str
    parts: tuple[ReportPart, ...]

    @property
    def targets(self) -> tuple[ReportTarget, ...]:
        """All its targets."""
        return tuple(target for part in self.parts for target in part.targets)

    @property
    def counts(self) -> Mapping[Verdict, int]:
        """How many have which verdict; what is said a second time counts once."""
        return _counted(self.targets)


@dataclass(frozen=True, slots=True)
class ToDo:
    """A target that is not met but near to it.

    Args:
        target: The target.
        short: How much is missing.
        needs: What it would take.
    """

    target: ReportTarget
    short: str
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AttainmentReport:
    """All that a report says, in one language.

    Args:
        results: What became of the plan.
        language: ``en`` or ``zh``.
        title: What the plan is called.
        chapters: In the order of the text.
        first: The targets to see to first, the nearest to met before the others.
        undecided: How many verdicts are open for want of data, and whom to ask first; empty where none is.
        turns: What has changed since last time; ``None`` where there is no last time.
        previous: The results of last time.
        gate: What the gate found; ``None`` where no gate saw the data.
        figures: Published figures computed again; ``None`` where the pack has none.
    """

    results: PlanAttainment = field(repr=False)
    language: Language
    title: str
    chapters: tuple[ReportChapter, ...]
    first: tuple[ToDo, ...]
    undecided: tuple[str, ...] = ()
    turns: Turns | None = None
    previous: PreviousResults | None = field(default=None, repr=False)
    gate: Summary | None = field(default=None, repr=False)
    figures: PlanAttainment | None = field(default=None, repr=False)

    @property
    def targets(self) -> Mapping[str, ReportTarget]:
        """All targets by their names, in the order they are shown."""
        return {target.id: target for chapter in self.chapters for target in chapter.targets}


def report_of(
    results: PlanAttainment,
    language: Language = "en",
    *,
    gate: GateFacts | None = None,
    previous: PreviousResults | None = None,
    figures: PlanAttainment | None = None,
) -> AttainmentReport:
    """Put together what a report on a plan says.

    Args:
        results: What became of the plan.
        language: ``en`` or ``zh``.
        gate: What the gate found in the data.
        previous: The results of last time.
        figures: What ``reproduce`` returned, where the pack has published figures.
    """
    pack = results.pack
    chapters = tuple(_chapters(results, language))
    return AttainmentReport(
        results=results,
        language=language,
        title=pack.file.title.in_language(language) or pack.id,
        chapters=chapters,
        first=_first((target for chapter in chapters for target in chapter.targets), language),
        undecided=undecided_lines(undecided(results, language), language),
        turns=turns_since(previous, results) if previous is not None else None,
        previous=previous,
        gate=summary_of(gate) if gate is not None else None,
        figures=figures or None,
    )


# chapters ------------------------------------------------------------------------------------------


def _chapters(results: PlanAttainment, language: Language) -> Iterator[ReportChapter]:
    """Yield the chapters as the catalogue has them; what this evaluation did not judge is left out."""
    place = _places(results)
    for chapter in catalogue_of(results.pack, language).chapters:
        parts = []
        for title, entries in chapter.parts:
            names = sorted((entry.id for entry in entries if entry.id in results), key=place)
            if names:
                found = tuple(_target(results[name], language) for name in names)
                parts.append(ReportPart(title, found))
        if parts:
            yield ReportChapter(chapter.title, tuple(parts))


def _places(results: PlanAttainment) -> Callable[[str], tuple[int, int]]:
    """Return where a target stands: its words in the text, then its place in the plan."""
    pack = results.pack
    texts: dict[str, PlanText] = {name: cut(name, text.text) for name, text in pack.texts.items()}
    order = {name: at for at, name in enumerate(results)}

    def place(name: str) -> tuple[int, int]:
        cite = results[name].target.cite
        spans = texts[cite.document].locate(cite.quote, cite.clause) if cite is not None else ()
        return spans[0][0] if spans else -1, order[name]

    return place


def _target(attainment: Attainment, language: Language) -> ReportTarget:
    cite = attainment.target.cite
    clause = cite.clause if cite is not None else ""
    return ReportTarget(attainment, row_of(attainment, language), explain(attainment, language), clause)


def _counted(targets: Iterable[ReportTarget]) -> Mapping[Verdict, int]:
    counted = Counter(one.attainment.verdict for one in targets if one.same_as is None)
    return {verdict: counted[verdict] for verdict in Verdict}


# what to do first ----------------------------------------------------------------------------------


def _first(targets: Iterable[ReportTarget], language: Language) -> tuple[ToDo, ...]:
    """Choose the targets that are not met and nearest to it; a bundle is met through its members."""
    gaps = ((gap, target) for target in targets if (gap := _gap(target.attainment)) is not None)
    nearest = sorted(gaps, key=lambda one: one[0])[:FIRST]
    return tuple(
        ToDo(
            target,
            shortfall_words(target.attainment, language, brief=True),
            need_words(target.attainment, language),
        )
        for _, target in nearest
    )


def _gap(attainment: Attainment) -> tuple[bool, Fraction] | None:
    """Return how far a target is from met, as a part of what is wanted; what wants nothing comes last."""
    target, result = attainment.target, attainment.deciding
    if isinstance(target, Alias | Composite | Milestone) or attainment.verdict is not Verdict.NOT_MET:
        return None
    if result is None or result.value is None or result.shortfall is None or needed(attainment) is None:
        return None
    wanted = _wanted(attainment)
    return (False, result.shortfall / wanted) if wanted else (True, result.shortfall)


def _wanted(attainment: Attainment) -> Fraction:
    """Return the size of the limit that is not reached: of a comparison the other side."""
    target, result = attainment.target, attainment.deciding
    assert result is not None  # its caller looked
    if isinstance(target, Trend | Comparison):
        return abs(result.parts["before" if isinstance(target, Trend) else "against"].value)
    goal, value = result.goal, result.value
    assert goal is not None  # what is needed is known only where there is a goal
    assert value is not None  # its caller looked
    if goal.lower is not None and (value < goal.lower.lower or goal.upper is None):
        return abs(goal.lower.lower)
    assert goal.upper is not None  # a goal has one end at least
    return abs(goal.upper.upper)
