"""What to check before anybody acts on a verdict: rows set aside, figures explained, who has most of it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from edutargets.checks import Severity
from edutargets.contributions import contributions_of
from edutargets.explanation_section import Section
from edutargets.fed_targets import fed_targets
from edutargets.sources import Bilingual
from edutargets.wording import Language, chosen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edutargets.attainment import Attainment, Basis
    from edutargets.findings import Finding

__all__ = ["Doubt", "check_first", "doubts"]

_HALF = Fraction(1, 2)
_WHAT = {
    "gap": ("what is lacking", "差额"),
    "excess": ("what is too much", "超出部分"),
    "failing": ("those who fall short", "未达到者"),
    "change": ("the fall", "减少部分"),
}
_FEW = 3  # groups below which one of them having most of it says nothing


@dataclass(frozen=True, slots=True)
class Doubt:
    """One thing to look at before a verdict is acted on.

    Args:
        kind: ``set_aside`` rows, ``open`` warnings, ``explained`` figures, ``one_unit`` that makes up most of
            the gap.
        count: How many rows, figures or units it is about.
        says: The sentence.
        place: Where the first of them stands, as one would look for it; empty where it is no cell.
    """

    kind: str
    count: int
    says: Bilingual
    place: str = ""


def doubts(attainment: Attainment, language: Language = "en") -> tuple[Doubt, ...]:
    """Return what should be looked at first, what matters most at the top.

    Args:
        attainment: The judged target.
        language: Of the names of those who report.
    """
    judged = attainment.original
    return (*_set_aside(judged), *_warned(judged), *_one_unit(judged, language))


def check_first(attainment: Attainment, language: Language) -> Section | None:
    """Say what to look at first; nothing where nothing stands out."""
    lines = tuple(one.says.in_language(language) for one in doubts(attainment, language))
    return Section("check_first", chosen(language, "check first", "先核对"), lines) if lines else None


# rows that were set aside --------------------------------------------------------------------------


def _set_aside(attainment: Attainment) -> Iterator[Doubt]:
    """Tell of the rows without which a value is not exact."""
    basis, measure = attainment.basis, attainment.measure
    if basis is None or measure is None or _is_exact(attainment):
        return
    tables, _ = measure.needs()
    rows = [row for row in basis.admitted.rejected_rows if row.table in tables]
    if not rows:
        return
    first, names = rows[0], list(dict.fromkeys(row.table for row in rows))
    titles = [basis.dictionary.tables[name].title.in_language("en") or name for name in names]
    title = basis.dictionary.tables[names[0]].title
    key = "·".join(value for _, value in first.key)
    why = ", ".join(first.codes)
    en = f"{len(rows):,} {'row' if len(rows) == 1 else 'rows'} of “{'”, “'.join(titles)}” set aside"
    zh = f"“{title.in_language('zh') or names[0]}”{'等表' if len(names) > 1 else ''}有 {len(rows):,} 行被剔除"
    yield Doubt(
        "set_aside",
        len(rows),
        Bilingual(en=f"{en}, first {key} ({why})", zh=f"{zh}，首先是 {key}（{why}）"),
        key,
    )


def _is_exact(attainment: Attainment) -> bool:
    return all(one.bounds is not None and one.bounds.is_exact for one in attainment.results)


# warnings ------------------------------------------------------------------------------------------


def _warned(attainment: Attainment) -> Iterator[Doubt]:
    """Tell of figures a check asked about: those explained instead of corrected, and those still open."""
    basis = attainment.basis
    found = [] if basis is None else list(_feeding(attainment, basis))
    said = {
        "open": ("in columns it is computed from are asked about and not explained", "被提示核实而尚无说明"),
        "explained": ("in columns it is computed from were explained, not corrected", "是经说明后保留的"),
    }
    for kind, (en, zh) in said.items():
        own = [one for one in found if bool(one.explained) == (kind == "explained")]
        if not own:
            continue
        first = own[0]
        told = f"{first.place} {first.code}".strip()
        reason_en = f": “{first.explained}”" if first.explained else f": {first.says.in_language('en')}"
        reason_zh = f"：“{first.explained}”" if first.explained else f"：{first.says.in_language('zh')}"
        one_en = f"figures {en}" if len(own) > 1 else f"figure {_of_one(en)}"
        yield Doubt(
            kind,
            len(own),
            Bilingual(
                en=f"{len(own):,} {one_en}, first {told}{reason_en}",
                zh=f"所用的列中有 {len(own):,} 处数据{zh}，首先是 {told}{reason_zh}",
            ),
            first.place,
        )


def _of_one(words: str) -> str:
    """Put the sentence about several figures for one."""
    return words.replace(" are asked", " is asked").replace(" were explained", " was explained")


def _feeding(attainment: Attainment, basis: Basis) -> Iterator[Finding]:
    """Yield the warnings in columns that this verdict rests on."""
    gate = basis.admitted.gate
    if gate is None or attainment.measure is None:
        return
    fed = gate.fed or fed_targets(basis.pack)
    tables, _ = attainment.measure.needs()
    for report in gate.tables:
        if report.table not in tables or Severity.WARNING not in report.severities:
            continue
        resting = {
            outcome.check.code: attainment.target.id in fed.of_check(outcome.check, report.table)
            for outcome in report.outcomes
            if outcome.check.severity is Severity.WARNING
        }
        for finding in report.findings:
            if finding.severity is Severity.WARNING and resting.get(finding.code, False):
                yield finding


# who alone -----------------------------------------------------------------------------------------


def _one_unit(attainment: Attainment, language: Language) -> Iterator[Doubt]:
    """Tell of the one school or office that makes up half of the gap or more."""
    if attainment.verdict != "not_met":
        return
    found = contributions_of(attainment, language, "reporter")
    if found is None or found.kind not in _WHAT or found.of < _FEW or not found.groups:
        return
    first = found.groups[0]
    en, zh = _WHAT[found.kind]
    share = first.amount / sum((one.amount for one in found.groups), Fraction(0))
    if share <= _HALF:
        return
    named, percent = (
        f"{first.label} ({first.code})" if first.label != first.code else first.code,
        int(share * 100),
    )
    yield Doubt(
        "one_unit",
        1,
        Bilingual(
            en=f"{named} alone makes up {percent} % of {en}: hold its rows against its own records",
            zh=f"仅 {named} 一家就占{zh}的 {percent} %：先将其数据与原始记录核对",
        ),
    )
