"""The differences of two plans written down: for a terminal, as Markdown, as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from edutargets.text_tables import markdown_text
from edutargets.verdict_words import chosen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edutargets.plan_diffs import Change, Kind, PlanDiff, TargetDiff
    from edutargets.promises import Target
    from edutargets.sources import Bilingual
    from edutargets.verdict_words import Language

__all__ = ["diff_json", "diff_markdown", "diff_text"]

_KINDS: dict[Kind, tuple[str, str]] = {
    "dropped": ("dropped", "删去"),
    "loosened": ("loosened", "放宽"),
    "tightened": ("tightened", "收紧"),
    "moved": ("moved in time", "时间变动"),
    "measured": ("measured differently", "算法变动"),
    "added": ("added", "新增"),
    "re_read": ("re-read", "理解变动"),
    "reworded": ("reworded", "措辞变动"),
    "changed": ("otherwise changed", "其他变动"),
}
_SIDES: dict[str, tuple[str, str]] = {
    "type": ("type", "类型"),
    "measure": ("measure", "算法"),
    "goal": ("goal", "目标值"),
    "who": ("of whom", "对象"),
    "time": ("time", "时间"),
    "quote": ("quote", "原文"),
    "clause": ("clause", "条款"),
    "title": ("title", "名称"),
    "reading": ("read as", "理解"),
    "lead": ("lead departments", "牵头部门"),
    "part_of": ("part of", "所属目标"),
    "population": ("population", "总体"),
    "promises": ("promises in the quote", "原文含目标数"),
    "verified": ("held against the original", "与原件核对"),
    "gross": ("may pass 100 %", "可超过 100 %"),
}


def diff_text(diff: PlanDiff, language: Language = "en") -> str:
    """Write the differences for a terminal: under each heading its targets, with both sides' words."""
    lines = [_summary(diff, language)]
    for kind, targets in _grouped(diff):
        lines += ["", chosen(language, *_KINDS[kind])]
        for target in targets:
            lines.append(f"  {_name(target, language)}")
            lines += [f"      {line}" for line in _lines(target, language)]
    return "\n".join(lines)


def diff_markdown(diff: PlanDiff, language: Language = "en") -> str:
    """Write the differences as Markdown; nothing that stands in a plan can become markup."""
    lines = [markdown_text(_summary(diff, language))]
    for kind, targets in _grouped(diff):
        lines += ["", f"### {chosen(language, *_KINDS[kind])}"]
        for target in targets:
            lines += ["", f"- **{markdown_text(_name(target, language))}**"]
            lines += [f"  - {markdown_text(line)}" for line in _lines(target, language)]
    return "\n".join(lines) + "\n"


def diff_json(diff: PlanDiff) -> str:
    """Write the differences as JSON, in both languages."""
    targets = [
        {
            "id": target.id,
            "figure": target.figure,
            "kinds": list(target.kinds),
            "before": _side(target.before),
            "after": _side(target.after),
            "changes": [
                {
                    "what": change.what,
                    "kinds": list(change.kinds),
                    "before": _both(change.before),
                    "after": _both(change.after),
                }
                for change in target.changes
            ],
        }
        for target in diff.targets
    ]
    record = {
        "before": diff.before,
        "after": diff.after,
        "same": diff.same,
        "counts": dict(diff.counts),
        "targets": targets,
    }
    return json.dumps(record, ensure_ascii=False, indent=2)


def _both(said: Bilingual) -> dict[str, str]:
    return {language: said.in_language(language) for language in ("en", "zh")}


def _side(target: Target | None) -> dict[str, object] | None:
    if target is None:
        return None
    cite = target.cite
    return {
        "type": target.type,
        "title": _both(target.title),
        "document": cite.document if cite is not None else None,
        "clause": cite.clause if cite is not None else None,
        "quote": cite.quote if cite is not None else None,
    }


# what both texts share -----------------------------------------------------------------------------


def _summary(diff: PlanDiff, language: Language) -> str:
    names = f"{diff.before} → {diff.after}"
    if diff.same:
        return f"{names}: {chosen(language, 'no differences', '没有差异')}"
    counts = [f"{count} {chosen(language, *_KINDS[kind])}" for kind, count in diff.counts.items()]
    if language == "zh":
        counts = [f"{_KINDS[kind][1]} {count} 项" for kind, count in diff.counts.items()]
    return f"{names}: {chosen(language, ', ', '，').join(counts)}"


def _grouped(diff: PlanDiff) -> Iterator[tuple[Kind, list[TargetDiff]]]:
    """Yield the targets under the weightiest thing that can be said of each."""
    for kind in _KINDS:
        targets = [target for target in diff.targets if target.kinds[0] == kind]
        if targets:
            yield kind, targets


def _name(target: TargetDiff, language: Language) -> str:
    known = target.after or target.before
    title = known.title.in_language(language) if known is not None else ""
    more = [chosen(language, *_KINDS[kind]) for kind in target.kinds[1:]]
    figure = [chosen(language, "published figure", "公布数据")] if target.figure else []
    behind = f" [{chosen(language, ', ', '、').join([*figure, *more])}]" if figure or more else ""
    return f"{target.id}  {title}".rstrip() + behind


def _lines(target: TargetDiff, language: Language) -> Iterator[str]:
    for change in target.changes:
        if change.what not in {"quote", "clause"}:
            yield _change(change, language)
    before, after = _quoted(target.before), _quoted(target.after)
    if target.before is not None and target.after is not None and before == after:
        if after:
            yield f"{chosen(language, 'both', '两版')}: {after}"
        return
    for said, words in ((("before", "原"), before), (("after", "现"), after)):
        if words:
            yield f"{chosen(language, *said)}: {words}"


def _change(change: Change, language: Language) -> str:
    decided = [kind for kind in change.kinds if kind in {"loosened", "tightened"}]
    word = chosen(language, *_KINDS[decided[0]]) if decided else ""
    sign = chosen(language, f" ({word})", f"（{word}）") if decided else ""
    sides = [side.in_language(language) or "–" for side in (change.before, change.after)]
    return f"{chosen(language, *_SIDES[change.what])}: {' → '.join(sides)}{sign}"


def _quoted(target: Target | None) -> str:
    cite = target.cite if target is not None else None
    return f"{cite.clause} “{cite.quote}”".strip() if cite is not None else ""
