"""What is wrong with a plan as a text: findings, each with its clauses, and the waivers that answer them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from edutargets.plan_texts import cut
from edutargets.sources import Bilingual
from edutargets.verdict_words import Language, chosen

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from edutargets.plan_remarks import Severity, Waiver
    from edutargets.plans import Pack
    from edutargets.promises import Target

__all__ = ["PlanFinding", "PlanPlace", "finding_text", "in_order", "place_of", "waived"]

_ORDER = ("critical", "warning", "info")
_WORDS = {"critical": "严重", "warning": "警告", "info": "提示"}


@dataclass(frozen=True, slots=True)
class PlanPlace:
    """Where a finding shows: the clause, the line, the words, and the target that quotes them.

    Args:
        document: The document's name in the pack.
        clause: The clause.
        line: The line of the document's file; 0 if it is not in the text.
        quote: The words.
        target: The target that quotes them, if there is one.
    """

    document: str
    clause: str
    line: int
    quote: str
    target: str = ""

    def words(self, language: Language) -> str:
        """Say where it is, on one line."""
        line = chosen(language, f"line {self.line}", f"第{self.line}行") if self.line else ""
        place = ", ".join(part for part in (self.clause, line) if part)
        name = f" ({self.target})" if self.target else ""
        return f"{place}{name}: “{self.quote}”" if self.quote else f"{place}{name}".strip()


@dataclass(frozen=True, slots=True)
class PlanFinding:
    """Something that does not agree with itself in a plan; it is no fault of the files, and stops nothing.

    Args:
        code: Short stable name of the rule, or of what the reader found.
        severity: ``critical``: cannot be so; ``warning``: needs a decision; ``info``: good to know.
        says: What it is, in both languages.
        places: All the clauses it shows in.
        found_by: Whether a rule found it or a reader.
        waived: Why it is accepted; ``None`` where nobody accepted it.
    """

    code: str
    severity: Severity
    says: Bilingual
    places: tuple[PlanPlace, ...]
    found_by: Literal["rule", "reader"] = "rule"
    waived: Bilingual | None = None

    @property
    def targets(self) -> frozenset[str]:
        """The targets it is about."""
        return frozenset(place.target for place in self.places if place.target)

    def to_dict(self) -> dict[str, object]:
        """Return it as plain values, for JSON."""
        return {
            "code": self.code,
            "severity": self.severity,
            "found_by": self.found_by,
            "says": {"en": self.says.in_language("en"), "zh": self.says.in_language("zh")},
            "clauses": [
                {
                    "document": place.document,
                    "clause": place.clause,
                    "line": place.line or None,
                    "quote": place.quote,
                    "target": place.target or None,
                }
                for place in self.places
            ],
            "waived": None if self.waived is None else self.waived.in_language("en"),
        }


def place_of(pack: Pack, target: Target) -> PlanPlace:
    """Return where a target is written."""
    cite = target.cite
    if cite is None:
        return PlanPlace("", "", 0, "", target.id)
    text = pack.texts[cite.document].text
    plan = cut(cite.document, text)
    spans = plan.locate(cite.quote, cite.clause)
    line = plan.line_at(spans[0][0]) if spans else 0
    return PlanPlace(cite.document, cite.clause, line, cite.quote, target.id)


def finding_text(finding: PlanFinding, language: Language = "en") -> str:
    """Say a finding: its weight, its name, what it is, and every clause it shows in."""
    weight = chosen(language, finding.severity, _WORDS[finding.severity])
    reader = chosen(language, " (found by a reader)", "（人工发现）") if finding.found_by == "reader" else ""
    lines = [f"{weight}: {finding.code}{reader}: {finding.says.in_language(language)}"]
    lines += [f"    {words}" for place in finding.places if (words := place.words(language))]
    if finding.waived is not None:
        lines.append(f"    {chosen(language, 'waived', '已豁免')}: {finding.waived.in_language(language)}")
    return "\n".join(lines)


def in_order(findings: Iterable[PlanFinding]) -> tuple[PlanFinding, ...]:
    """Return the weightiest first, what is waived last, otherwise as they were found."""
    return tuple(sorted(findings, key=lambda one: (one.waived is not None, _ORDER.index(one.severity))))


def waived(findings: Sequence[PlanFinding], waivers: Sequence[Waiver]) -> list[PlanFinding]:
    """Mark what is waived; a waiver that waives nothing is a finding of its own."""
    marked = list(findings)
    for waiver in waivers:
        hits = [at for at, finding in enumerate(marked) if _answers(waiver, finding)]
        for at in hits:
            marked[at] = replace(marked[at], waived=waiver.reason)
        if not hits:
            named = waiver.quote or ", ".join(waiver.targets)
            says = Bilingual(
                en=f"a waiver of {waiver.code!r} for {named!r} waives nothing: it may be dropped",
                zh=f"对“{waiver.code}”（{named}）的豁免没有对应的问题，可以删去",
            )
            marked.append(PlanFinding("waiver-without-finding", "warning", says, ()))
    return marked


def _answers(waiver: Waiver, finding: PlanFinding) -> bool:
    if waiver.code != finding.code:
        return False
    if waiver.quote is None:
        return set(waiver.targets) <= finding.targets
    words = re.sub(r"\s+", "", waiver.quote)
    return any(words in re.sub(r"\s+", "", place.quote) for place in finding.places)
