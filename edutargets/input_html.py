"""What goes in, as it shows itself in a notebook: a plan, a submission, a gate's report."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from edutargets.checks import Severity, Status
from edutargets.display_html import cell, html_table
from edutargets.findings import Decision
from edutargets.gate_words import doubted_line
from edutargets.goal_wording import goal_words, k_of_n_words, time_words, type_words
from edutargets.goals import ByValue
from edutargets.rates import Rate
from edutargets.targets import Alias, Comparison, Composite, KOfN, Milestone, Trend
from edutargets.text_tables import text_table, width_of
from edutargets.units import Quantity, parse_unit
from edutargets.wording import Language, Ruler, chosen, decimal_text, decimals_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edutargets.findings import Finding
    from edutargets.gate import GateReport
    from edutargets.plans import Plan
    from edutargets.promises import Target
    from edutargets.submissions import Submission

__all__ = ["gate_html", "plan_rows", "plan_table_html", "submission_html", "submission_text", "written_goal"]

_MOST = 20
_SHORT = 16
_DECISIONS = {
    Decision.ACCEPTED: ("✔", "accepted", "通过", "#12876a"),
    Decision.ACCEPTED_IN_PART: (
        "✔",
        "accepted in part: rows were set aside",
        "部分通过：部分行已剔除",
        "#b26a00",
    ),
    Decision.NEEDS_EXPLANATION: (
        "?",
        "not accepted yet: warnings to be corrected or explained",
        "暂未通过：有待改正或说明",
        "#b26a00",
    ),
    Decision.REJECTED: ("✘", "rejected", "退回", "#d13f34"),
    Decision.COULD_NOT_RUN: (
        "◐",
        "not decided: a check could not run",
        "有检查未能运行，未作决定",
        "#b26a00",
    ),
}
_WRITTEN = {
    "at_least": ("at least {}", "不低于 {}"),
    "at_most": ("at most {}", "不超过 {}"),
    "above": ("more than {}", "高于 {}"),
    "below": ("less than {}", "低于 {}"),
    "exactly": ("exactly {}", "等于 {}"),
    "about": ("about {}", "约 {}"),
    "printed": ("as printed: {}", "与印出的 {} 相符"),
}


# plans ---------------------------------------------------------------------------------------------


def written_goal(target: Target, language: Language) -> str:
    """Say the goal as it is written; the plan alone does not know the unit of every measure."""
    if isinstance(target, Composite | Milestone | Trend | Comparison | Alias):
        return goal_words(target, None, language)
    word = target.stated[0]
    if target.between is not None:
        low, high = target.between
        first, last = decimal_text(low.number, decimals_of(low.number) or 0), _quantity(high, language)
        return chosen(language, f"between {first} and {last}", f"{first} ～ {last}")
    en, zh = (text.format(_limit(getattr(target, word), language)) for text in _WRITTEN[word])
    said = k_of_n_words(target, language) if isinstance(target, KOfN) else chosen(language, en, zh)
    if target.share_at_least is not None:
        share = target.share_at_least
        return chosen(language, f"{said}, for at least {share} of them", f"至少 {share} 的对象{said}")
    each = chosen(language, "each one ", "逐一") if target.each is not None else ""
    mean = chosen(language, "on average ", "平均") if target.mean_of is not None else ""
    return f"{each}{mean}{said}"


def _limit(limit: Quantity | ByValue | Rate, language: Language) -> str:
    """Say a written limit, or what it is for each value of a column, or how often."""
    if isinstance(limit, Rate):
        zh = {"week": "每周", "month": "每月", "quarter": "每季度", "year": "每年"}[limit.every]
        return chosen(language, str(limit), f"{zh} {limit.times} 次")
    if not isinstance(limit, ByValue):
        return _quantity(limit, language)
    texts = [(_quantity(one, language), value) for value, one in limit.limits]
    en = " or ".join(f"{text} ({value})" for text, value in texts)
    return chosen(language, en, "、".join(f"{text}（{value}）" for text, value in texts))


def _quantity(quantity: Quantity, language: Language) -> str:
    """Say a written quantity in the reader's language."""
    factor, unit = parse_unit(quantity.unit)
    value = quantity.number * factor
    return Ruler(unit, language).fitted([value]).goal_text(value)


def plan_rows(plan: Plan, language: Language) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return the headings and rows of a plan: what is promised, until when, where it is written."""
    columns = (
        chosen(language, "target", "目标"),
        chosen(language, "kind", "类型"),
        chosen(language, "goal", "要求"),
        chosen(language, "when", "时间"),
        chosen(language, "clause", "条款"),
        chosen(language, "id", "编号"),
    )
    rows: list[tuple[str, ...]] = [
        (
            target.title.in_language(language) or target.id,
            type_words(target, language),
            written_goal(target, language),
            time_words(target, language).strip(),
            target.cite.clause if target.cite is not None else "",
            target.id,
        )
        for target in plan
    ]
    return columns, rows


def plan_table_html(plan: Plan, language: Language) -> str:
    """Return a plan as a table."""
    columns, rows = plan_rows(plan, language)
    caption = chosen(language, f"{len(plan)} targets", f"共 {len(plan)} 项目标")
    return _plain_table(columns, rows, escape(caption), frozenset())


def _head(at: int, text: str) -> str:
    """Make the first cell of a row its heading; an empty one is none."""
    return "row" if at == 0 and text else ""


def _wraps(text: str) -> str:
    """Keep a short cell on one line: a date is not broken in two."""
    return ";white-space:nowrap" if width_of(text) <= _SHORT else ";max-width:28em"


def _plain_table(
    columns: Sequence[str], rows: Sequence[Sequence[str]], caption: str, right: frozenset[int]
) -> str:
    heads = [cell(escape(name), head="col", right=at in right) for at, name in enumerate(columns)]
    body = [
        "".join(
            cell(
                escape(text),
                head=_head(at, text),
                right=at in right,
                style=_wraps(text),
            )
            for at, text in enumerate(row)
        )
        for row in rows
    ]
    return html_table(heads, body, caption)


# submissions ---------------------------------------------------------------------------------------


def _submission_rows(
    submission: Submission, language: Language
) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    columns = (
        chosen(language, "table", "表"),
        chosen(language, "rows", "行数"),
        chosen(language, "cells that cannot be read", "无法读取的单元格"),
        chosen(language, "name", "编号"),
    )
    rows: list[tuple[str, ...]] = [
        (one.table.title.in_language(language) or name, f"{len(one):,}", f"{len(one.faults):,}", name)
        for name, one in submission.tables.items()
    ]
    return columns, rows


def _submission_line(submission: Submission, language: Language) -> str:
    files, tables = len(submission.files), len(submission.tables)
    years = "–".join(str(year) for year in dict.fromkeys((*submission.periods[:1], *submission.periods[-1:])))
    en = f"submission: {tables} tables from {files} files{f', {years}' if years else ''}"
    zh = f"报送数据：{files} 个文件，{tables} 张表{f'，{years} 年' if years else ''}"
    return chosen(language, en, zh)


def submission_text(submission: Submission, language: Language) -> str:
    """Return a submission as a table for a terminal."""
    columns, rows = _submission_rows(submission, language)
    lines = [_submission_line(submission, language), "", *text_table(columns, rows, frozenset({1, 2}))]
    return "\n".join(lines) + "\n"


def submission_html(submission: Submission, language: Language) -> str:
    """Return a submission as a table."""
    columns, rows = _submission_rows(submission, language)
    caption = f"<strong>{escape(_submission_line(submission, language))}</strong>"
    return _plain_table(columns, rows, caption, frozenset({1, 2}))


# gate reports --------------------------------------------------------------------------------------


def gate_html(report: GateReport, language: Language) -> str:
    """Return a gate's report: the decision, every table, and the first things to be mended."""
    glyph, en, zh, colour = _DECISIONS[report.decision]
    columns = (
        chosen(language, "table", "表"),
        chosen(language, "rows", "行数"),
        chosen(language, "checks passed", "通过的检查"),
        chosen(language, "failed", "未通过"),
        chosen(language, "could not run", "未能运行"),
        chosen(language, "must be mended", "必须改正"),
        chosen(language, "to explain", "待说明"),
        chosen(language, "explained", "已说明"),
        chosen(language, "for information", "提示"),
    )
    rows = []
    for table in report.tables:
        critical = sum(one.severity is Severity.CRITICAL for one in table.findings)
        explained = sum(bool(one.explained) for one in table.findings)
        asked = sum(one.severity is Severity.WARNING for one in table.findings) - explained
        rows.append(
            (
                table.headline(language),
                chosen(language, "not handed in", "未报送") if table.rows is None else f"{table.rows:,}",
                f"{table.count(Status.PASSED):,} / {len(table.outcomes):,}",
                f"{table.count(Status.FAILED):,}",
                f"{table.count(Status.COULD_NOT_RUN):,}",
                f"{critical:,}",
                f"{asked:,}",
                f"{explained:,}",
                f"{len(table.findings) - critical - asked - explained:,}",
            )
        )
    caption = (
        f'<span style="border-left:4px solid {colour};padding-left:.5em"><strong>{glyph}</strong> '
        f"{escape(chosen(language, en, zh))}</span>"
    )
    doubted = doubted_line(report.facts, language)
    table_html = _plain_table(columns, rows, caption, frozenset(range(1, 9)))
    doubts = f"<p>{escape(doubted)}</p>" if doubted else ""
    return table_html + doubts + _findings_html(report.findings, language)


def _findings_html(findings: Sequence[Finding], language: Language) -> str:
    if not findings:
        return ""
    columns = (
        chosen(language, "school or office", "单位"),
        chosen(language, "place", "位置"),
        chosen(language, "found", "填写内容"),
        chosen(language, "what is wrong", "问题"),
        chosen(language, "to do", "改法"),
        chosen(language, "code", "代码"),
    )
    worst = sorted(findings, key=lambda one: one.severity is not Severity.CRITICAL)
    rows = [
        (
            one.reporter,
            f"{one.place} {one.column}".strip(),
            one.found,
            one.says.in_language(language),
            chosen(language, f"explained: {one.explained}", f"已说明：{one.explained}")
            if one.explained
            else one.mend.in_language(language),
            one.code,
        )
        for one in worst[:_MOST]
    ]
    more = len(findings) - len(rows)
    left = chosen(language, f"; the first {_MOST}", f"，列出前 {_MOST} 处") if more else ""
    summary = chosen(language, f"{len(findings):,} findings{left}", f"发现 {len(findings):,} 处{left}")
    table = _plain_table(columns, rows, "", frozenset())
    return f"<details><summary>{escape(summary)}</summary>{table}</details>"
