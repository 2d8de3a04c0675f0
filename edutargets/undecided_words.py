"""The open verdicts of a plan in words: what decides each of them, and whom to ask first."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from edutargets.exact_records import exact_record
from edutargets.text_tables import markdown_table, markdown_text, text_table
from edutargets.tipping_words import tipping
from edutargets.wording import Language, chosen

if TYPE_CHECKING:
    from edutargets.attainment import PlanAttainment
    from edutargets.whom_to_ask import Asking, Undecided

__all__ = ["undecided_json", "undecided_lines", "undecided_markdown", "undecided_text"]

_RIGHT = frozenset({2, 3, 4})
_MOST = 20


def undecided_text(found: Undecided, results: PlanAttainment, language: Language) -> str:
    """Write for a terminal what decides each open verdict, and whom to ask."""
    lines = [_headline(found, language), ""]
    for name, said in _each(found, results, language):
        lines += [_titled(name, results, language), *(f"    {line}" for line in said)]
    if found.asking:
        rows = _rows(found, language)
        lines += ["", chosen(language, "Whom to ask first", "先向谁核实"), ""]
        lines += text_table(_columns(language), rows, _RIGHT)
    return "\n".join(line.rstrip() for line in lines).rstrip() + "\n"


def undecided_markdown(found: Undecided, results: PlanAttainment, language: Language) -> str:
    """Write the same as Markdown."""
    lines = [f"**{markdown_text(_headline(found, language))}**", ""]
    for name, said in _each(found, results, language):
        told = "<br>".join(markdown_text(line) for line in said)
        lines.append(f"- {markdown_text(_titled(name, results, language))}<br>{told}")
    if found.asking:
        lines += ["", f"### {chosen(language, 'Whom to ask first', '先向谁核实')}", ""]
        lines += markdown_table(_columns(language), _rows(found, language), _RIGHT)
    return "\n".join(lines) + "\n"


def undecided_lines(found: Undecided, language: Language, most: int = 3) -> tuple[str, ...]:
    """Say in a few lines how many verdicts are open for want of data, and whom to ask first; nothing if none.

    Args:
        found: The open verdicts of a plan.
        language: ``en`` or ``zh``.
        most: How many of those to ask are named.
    """
    if not found.points and not found.others:
        return ()
    return (_headline(found, language), *(_asking_line(one, language) for one in found.asking[:most]))


def _asking_line(one: Asking, language: Language) -> str:
    rows, settles = f"{one.rows:,}", len(one.settles)
    row = "row" if one.rows == 1 else "rows"
    open_en = f"{len(one.targets)} open {'verdict' if len(one.targets) == 1 else 'verdicts'}"
    alone = f"can settle {settles} of {open_en} alone" if settles else f"{open_en} rest on them among others"
    alone_zh = f"单独可决定其中 {settles} 项" if settles else "须与其他数据一起才能决定"
    return chosen(
        language,
        f"{_name_of(one, language)}: {rows} unknown {row}; {alone}",
        f"{_name_of(one, language)}：{rows} 行未知数据，涉及 {len(one.targets)} 项未决目标，{alone_zh}",
    )


def _name_of(one: Asking, language: Language) -> str:
    code = f" ({one.reporter})" if one.label != one.reporter else ""
    return f"{one.label}{code}" if one.reporter else chosen(language, "not known", "未知")


def undecided_json(found: Undecided) -> str:
    """Write the same for a program; every number is exact."""
    points = {name: exact_record(point) for name, point in found.points}
    told = {"schema": "edutargets/undecided/1", "targets": points, "others": list(found.others)}
    return json.dumps({**told, "asking": exact_record(found.asking)}, ensure_ascii=False, indent=2) + "\n"


def _headline(found: Undecided, language: Language) -> str:
    count = len(found.points) + len(found.others)
    if not count:
        return chosen(language, "No verdict is open for want of data.", "没有因数据未知而不能判定的目标。")
    verdicts = "verdict is" if count == 1 else "verdicts are"
    return chosen(
        language, f"{count} {verdicts} open for want of data.", f"{count} 项目标因数据未知而尚不能判定。"
    )


def _each(found: Undecided, results: PlanAttainment, language: Language) -> list[tuple[str, tuple[str, ...]]]:
    told: list[tuple[str, tuple[str, ...]]] = []
    for name, _ in found.points:
        section = tipping(results[name], language)
        told.append((name, section.lines if section is not None else ()))
    for name in found.others:
        reason = results[name].reason
        told.append((name, (reason.in_language(language),) if reason is not None else ()))
    order = {name: at for at, name in enumerate(results)}
    return sorted(told, key=lambda one: order[one[0]])


def _titled(name: str, results: PlanAttainment, language: Language) -> str:
    title = results[name].target.title.in_language(language)
    return f"{title} ({name})" if title else name


def _columns(language: Language) -> tuple[str, ...]:
    return (
        chosen(language, "who to ask", "应询问的单位"),
        chosen(language, "town", "镇街"),
        chosen(language, "unknown rows", "未知行数"),
        chosen(language, "open verdicts", "涉及未决目标"),
        chosen(language, "settled by them alone", "单独可决定"),
    )


def _rows(found: Undecided, language: Language) -> list[tuple[str, ...]]:
    return [
        (_name_of(one, language), one.town, f"{one.rows:,}", str(len(one.targets)), str(len(one.settles)))
        for one in found.asking[:_MOST]
    ]
