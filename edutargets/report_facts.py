"""What every form of a report says around the targets, in words: counts, turns, gate, inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edutargets import judged_words
from edutargets.gate_words import doubted_line, headline
from edutargets.goal_wording import ruler_of
from edutargets.goals import Verdict
from edutargets.judged_words import part_ruler
from edutargets.result_rows import row_of
from edutargets.targets import Comparison, Composite, Milestone, Trend
from edutargets.text_tables import width_of
from edutargets.wording import chosen, verdict_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from edutargets.attainment_reports import AttainmentReport, ReportTarget
    from edutargets.previous_results import Turn
    from edutargets.verdict_words import Language

__all__ = [
    "MOST_RULES",
    "chapter_rows",
    "figure_columns",
    "figure_rows",
    "gate_lines",
    "gate_rules",
    "made_from",
    "range_text",
    "said_again",
    "short_title",
    "target_columns",
    "turn_groups",
    "turn_lines",
    "verdict_heads",
]

MOST_RULES = 12
"""How many broken rules a report names; the gate's own page has all."""
_WIDEST = 60
_HALF = 2


def short_title(title: str) -> str:
    """Cut a heading that is a whole sentence.

    Examples:
        >>> short_title("(一)加强组织领导。"), len(short_title("很长的标题" * 20))
        ('(一)加强组织领导', 30)
    """
    words = title.rstrip("。.")
    if width_of(words) <= _WIDEST:
        return words
    while width_of(words) > _WIDEST - 2:
        words = words[:-1]
    return f"{words.rstrip()}…"


def chapter_rows(report: AttainmentReport) -> Iterator[tuple[int, str, int, Mapping[Verdict, int]]]:
    """Yield a row for each chapter: its number, its title, its depth, its verdicts.

    A chapter that holds more than half of the plan is told part by part, too.
    """
    whole = sum(sum(chapter.counts.values()) for chapter in report.chapters)
    for number, chapter in enumerate(report.chapters, start=1):
        yield number, chapter.title, 0, chapter.counts
        if sum(chapter.counts.values()) * _HALF > whole and len(chapter.parts) > 1:
            for part in chapter.parts:
                yield number, part.title or _itself(report.language), 1, part.counts


def _itself(language: Language) -> str:
    return chosen(language, "below the chapter's own heading", "章首")


def said_again(report: AttainmentReport) -> str:
    """Say how many targets repeat others; nothing where none does."""
    language = report.language
    again = sum(one.same_as is not None for one in report.targets.values())
    if not again:
        return ""
    return chosen(
        language,
        f"{again} more {'is' if again == 1 else 'are'} said a second time and counted once",
        f"另有 {again} 项为重复表述，不重复计数",
    )


def target_columns(language: Language) -> tuple[str, ...]:
    """Name the columns of a table of targets."""
    return (
        chosen(language, "verdict", "结论"),
        chosen(language, "target", "目标"),
        chosen(language, "value", "数值"),
        chosen(language, "unit", "单位"),
        chosen(language, "goal", "要求"),
        chosen(language, "period", "年度"),
        chosen(language, "short by", "差距"),
    )


def range_text(target: ReportTarget, language: Language) -> str:
    """Say between what a value lies that is not exact; nothing where it is shown as a range already."""
    attainment = target.attainment.original
    result, measure, kind = attainment.deciding, attainment.measure, attainment.target
    if result is None or result.value is None or measure is None or isinstance(kind, Composite | Milestone):
        return ""
    if attainment.verdict is Verdict.UNDETERMINED and not isinstance(kind, Trend | Comparison):
        return ""
    ruler, bounds = ruler_of(measure, language, result.goal, [result.value]), result.bounds
    if isinstance(kind, Trend | Comparison):
        name = "after" if isinstance(kind, Trend) else "value"
        ruler, bounds = part_ruler(attainment, name, language), result.parts[name].bounds
    if bounds is None or bounds.is_exact:
        return ""
    return " – ".join(ruler.ends(bounds))


# published figures ---------------------------------------------------------------------------------


def figure_columns(language: Language) -> tuple[str, ...]:
    """Name the columns of a table of published figures."""
    return (
        chosen(language, "agreement", "是否一致"),
        chosen(language, "figure", "数据"),
        chosen(language, "computed", "复算值"),
        chosen(language, "unit", "单位"),
        chosen(language, "printed", "公布值"),
        chosen(language, "period", "年度"),
    )


def figure_rows(report: AttainmentReport) -> Iterator[tuple[str, ...]]:
    """Yield the published figures computed again, those that do not agree first."""
    language = report.language
    words = {
        "no": chosen(language, "✘ not as printed", "✘ 不一致"),
        "interval": chosen(language, "◐ within the rounding", "◐ 计入舍入后一致"),
        "rounding": chosen(language, "✔ as printed", "✔ 一致"),
    }
    figures = list((report.figures or {}).values())
    agreements = [judged_words.agreement(one) for one in figures]
    for kind, said in words.items():
        for one, found in zip(figures, agreements, strict=True):
            if found == kind:
                row = row_of(one, language)
                yield said, row.title, row.number, row.unit, row.goal, row.period


# what turned ---------------------------------------------------------------------------------------


def turn_groups(report: AttainmentReport) -> Iterator[tuple[str, Sequence[Turn]]]:
    """Yield what turned since last time: lost, then won, then the rest; empty groups are left out."""
    if report.turns is None:
        return
    language = report.language
    groups = (
        (chosen(language, "No longer met", "由达成转为其他"), report.turns.lost()),
        (chosen(language, "Met now", "转为达成"), report.turns.met()),
        (chosen(language, "Turned otherwise", "其他变化"), report.turns.other()),
    )
    for label, turns in groups:
        if turns:
            yield f"{label} ({len(turns)})" if language == "en" else f"{label}（{len(turns)}）", turns


def turn_lines(report: AttainmentReport) -> tuple[str, ...]:
    """Say what else changed since last time: values, targets, the plan itself."""
    turns, language = report.turns, report.language
    if turns is None:
        return ()
    lines = []
    if not turns.turned:
        lines.append(chosen(language, "No verdict has turned.", "没有结论发生变化。"))
    if turns.moved:
        en = f"{turns.moved} {'value' if turns.moved == 1 else 'values'} moved without turning a verdict."
        lines.append(chosen(language, en, f"另有 {turns.moved} 项数值有变动，结论不变。"))
    if turns.new:
        lines.append(chosen(language, f"New: {', '.join(turns.new)}", f"新增目标：{'、'.join(turns.new)}"))
    if turns.gone:
        lines.append(
            chosen(
                language, f"No longer there: {', '.join(turns.gone)}", f"已删除目标：{'、'.join(turns.gone)}"
            )
        )
    if not turns.same_plan:
        lines.append(
            chosen(
                language,
                "The plan or its tables are not those of last time: a change may be the plan's own.",
                "规划目标或数据字典与上次不同，变化可能来自目标本身。",
            )
        )
    return tuple(lines)


# the gate and the provenance -----------------------------------------------------------------------


def gate_lines(report: AttainmentReport) -> tuple[str, ...]:
    """Say what the gate decided, and which verdicts rest on doubtful rows."""
    language, cautions = report.language, report.results.cautions(report.language)
    if report.gate is None:
        return cautions or (chosen(language, "No gate saw these data.", "数据未经质量检查。"),)
    facts = report.gate.facts
    lines = (headline(facts, language), doubted_line(facts, language), *cautions)
    return tuple(line for line in lines if line)


def gate_rules(report: AttainmentReport) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return the rules most often broken: headings, and a row for each."""
    language = report.language
    columns = (
        chosen(language, "rule", "规则"),
        chosen(language, "table", "数据表"),
        chosen(language, "what is wrong", "问题"),
        chosen(language, "severity", "程度"),
        chosen(language, "places", "处数"),
        chosen(language, "schools", "单位数"),
        chosen(language, "targets resting on it", "涉及目标数"),
    )
    if report.gate is None:
        return columns, []
    found: list[tuple[str, ...]] = []
    titles = {table.table: table.headline(language) for table in report.gate.tables}
    weights = {
        "critical": chosen(language, "✘ critical", "✘ 必须改正"),
        "warning": chosen(language, "◐ warning", "◐ 改正或说明"),
        "info": chosen(language, "ⓘ information", "ⓘ 提示"),
    }
    found += [
        (
            rule.code,
            titles.get(rule.table, rule.table),
            rule.says.in_language(language),
            weights.get(rule.severity, rule.severity),
            f"{rule.findings:,}",
            f"{rule.schools:,}",
            f"{len(rule.targets):,}",
        )
        for rule in report.gate.rules[:MOST_RULES]
    ]
    return columns, found


def made_from(report: AttainmentReport) -> list[tuple[str, str]]:
    """Return what the report was made from: names and hashes, no time and no place."""
    language, made = report.language, report.results.provenance
    none = chosen(language, "none: the data were not checked", "无：数据未经检查")
    rows = [
        (chosen(language, "pack", "目标包"), made.pack),
        (chosen(language, "everything together", "全部依据"), made.sha256),
        (chosen(language, "the plan and its tables", "规划目标与数据字典"), made.plan),
        (chosen(language, "the checks", "检查规则"), made.suites or none),
    ]
    rows += [
        (chosen(language, f"data: {name}", f"数据：{name}"), digest)
        for name, digest in sorted(made.data.items())
    ]
    if report.previous is not None:
        label = chosen(language, "last time's plan and tables", "上次的规划目标与数据字典")
        rows.append((label, report.previous.plan))
    rows += [(chosen(language, "lock file", "依赖锁定文件"), made.lock)] if made.lock else []
    rows.append((chosen(language, "versions of all packages", "全部依赖包的版本"), made.packages))
    return [*rows, ("edutargets", made.library), *sorted(made.versions.items())]


def verdict_heads(language: Language) -> tuple[str, ...]:
    """Name the verdicts as headings of columns."""
    return tuple(verdict_text(verdict, language) for verdict in Verdict)
