"""One target by itself, as a notebook shows it before there are any data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from edutargets.explanation_section import Section
from edutargets.goal_wording import time_words, type_words
from edutargets.input_html import written_goal
from edutargets.targets import Milestone
from edutargets.wording import Language, chosen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edutargets.promises import Target

__all__ = ["TargetCard", "card_of"]

_WHO = {
    "each": ("each of", "逐一"),
    "share_of": ("a share of", "一定比例"),
    "mean_of": ("the mean of", "平均"),
}


@dataclass(frozen=True, slots=True)
class TargetCard:
    """One target, ready to be written as text or HTML.

    Args:
        id: Its name.
        language: The language it is in.
        title: What it is called.
        headline: What is enough, and when.
        sections: Everything else, part by part.
        sql: Nothing: without the tables there are no statements yet.
    """

    id: str
    language: Language
    title: str
    headline: str
    sections: tuple[Section, ...]
    sql: tuple[str, ...] = ()


def card_of(target: Target, language: Language = "en") -> TargetCard:
    """Say what a target promises, where that is written, and what it is measured by.

    Examples:
        >>> from edutargets.targets import Ratio
        >>> share = {"numerator": "sum(public)", "denominator": "sum(enrolment)", "from": "kindergartens"}
        >>> card_of(Ratio(id="public", at_least="50 %", by="2025-12-31", **share)).headline
        'at least 50 %, by 2025-12-31'
    """
    when = "" if isinstance(target, Milestone) else time_words(target, language).strip()
    goal = written_goal(target, language)
    headline = chosen(language, ", ", "，").join(part for part in (goal, when) if part)
    sections = (*_written(target, language), *_asked(target, language), *_measured(target, language))
    return TargetCard(
        target.id, language, target.title.in_language(language) or target.id, headline, sections
    )


def _written(target: Target, language: Language) -> Iterator[Section]:
    """Quote the plan, and say how it was read."""
    cite = target.cite
    if cite is not None:
        quoted = f"「{cite.quote}」" if "“" in cite.quote else f"“{cite.quote}”"
        place = chosen(language, ", ", "，").join(part for part in (cite.document, cite.clause) if part)
        unsure = chosen(language, "nobody has held the quote against the original", "引文尚未与原件核对")
        lines = (quoted, place, *(() if cite.verified else (unsure,)))
        yield Section("clause", chosen(language, "the plan says", "原文"), lines)
    if target.reading is not None:
        yield Section("reading", chosen(language, "read as", "理解"), (target.reading.in_language(language),))
    if target.lead:
        lead = chosen(language, ", ", "、").join(target.lead)
        yield Section("lead", chosen(language, "lead departments", "牵头部门"), (lead,))


def _asked(target: Target, language: Language) -> Iterator[Section]:
    """Say what kind of promise it is, and of whom."""
    kind = type_words(target, language)
    said = chosen(language, f"{kind} ({target.type})", f"{kind}（{target.type}）")
    yield Section("type", chosen(language, "type", "类型"), (said,))
    for word, (en, zh) in _WHO.items():
        if (group := getattr(target, word)) is not None:
            yield Section(
                "who",
                chosen(language, "of whom", "对象"),
                (chosen(language, f"{en} {group}", f"{zh}：{group}"),),
            )


def _measured(target: Target, language: Language) -> Iterator[Section]:
    """Show the measure as the plan file has it, part by part."""
    members = getattr(target, "all_of", ()) or getattr(target, "any_of", ()) or ()
    standards = [one.name.in_language(language) for one in getattr(target, "conditions", ())]
    if members or standards:
        label = chosen(language, "made of", "组成") if members else chosen(language, "standards", "各项标准")
        yield Section("members", label, tuple(members) or tuple(standards))
    rows = [(name, text) for name, text in target.expressions().items() if text != "None"]
    rows += [(name, text) for name, text in (("from", target.from_), ("where", target.where)) if text]
    if rows:
        columns = (chosen(language, "part", "组成"), chosen(language, "as written in SQL", "SQL 写法"))
        yield Section("measure", chosen(language, "measure", "算法"), (), columns, tuple(rows))
