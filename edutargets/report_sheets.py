"""The annex of a report as a workbook: numbers to work on; nothing typed becomes a formula."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from edutargets.goals import Verdict
from edutargets.judged_words import value_words
from edutargets.need_words import need_words
from edutargets.plain_texts import visible
from edutargets.report_facts import (
    chapter_rows,
    figure_columns,
    figure_rows,
    gate_lines,
    gate_rules,
    made_from,
    target_columns,
    turn_groups,
    turn_lines,
    verdict_heads,
)
from edutargets.result_rows import exact_text, unit_name
from edutargets.text_tables import width_of
from edutargets.wording import chosen, period_words, verdict_text
from edutargets.written_files import replaced

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import xlsxwriter
    from xlsxwriter.format import Format

    from edutargets.attainment_reports import AttainmentReport, ReportTarget

__all__ = ["write_report_sheets"]

MADE = datetime(2000, 1, 1)  # noqa: DTZ001  # the same report gives the same bytes, so no time of day enters
_LONGEST = 32_000  # characters of a cell; Excel takes 32,767
_COLOURS = {
    Verdict.MET: ("#0d6b54", "#d9f0e8"),
    Verdict.NOT_MET: ("#a3241a", "#fbe1de"),
    Verdict.UNDETERMINED: ("#7a4a00", "#fbe9cc"),
    Verdict.NOT_EVALUABLE: ("#4d555e", "#e9ebee"),
}
_LINE, _MOST_LINES = 15, 20  # points; a row has at most 409
_READ = 11  # the first columns of the targets are read on paper, the others are for computing
_NARROW, _USUAL, _WIDE, _WIDEST = 10, 16, 34, 60


@dataclass(frozen=True, slots=True)
class _Sheet:
    """One sheet: its name, its headings with their widths, its rows, how many columns are printed."""

    name: str
    columns: tuple[tuple[str, int], ...]
    rows: list[tuple[str | int | float | Verdict | None, ...]]
    printed: int = 0


def write_report_sheets(report: AttainmentReport, path: Path) -> Path:
    """Write the annex, whole or not at all; the same report gives the same bytes.

    Args:
        report: What it says.
        path: Where it goes.

    Raises:
        OutputError: If it cannot be put there.
    """
    import xlsxwriter  # noqa: PLC0415  # only who writes workbooks pays for it

    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    with replaced(path) as partial, xlsxwriter.Workbook(str(partial), options) as book:
        book.set_properties({"title": _text(report.title)[:255], "created": MADE})
        styles = _styles(book)
        for sheet in _sheets(report):
            _write(book, sheet, styles, report)
    return path


def _sheets(report: AttainmentReport) -> tuple[_Sheet, ...]:
    figures = (_figures(report),) if report.figures is not None else ()
    return (_counts(report), _targets(report), _years(report), _gate(report), *figures, _made(report))


def _styles(book: xlsxwriter.Workbook) -> dict[str, Format]:
    plain = {"valign": "top", "text_wrap": True, "border": 1, "border_color": "#d5d9de"}
    styles = {
        "head": book.add_format({**plain, "bold": True, "bg_color": "#f3f5f7"}),
        "text": book.add_format(plain),
        "number": book.add_format({**plain, "text_wrap": False}),
    }
    for verdict, (ink, paper) in _COLOURS.items():
        look = {**plain, "font_color": ink, "bg_color": paper}
        styles[verdict.value] = book.add_format(look)
    return styles


def _text(text: str) -> str:
    """Make a text fit for a cell: nothing unseen in it, and not too long."""
    seen = visible(text)
    return seen if len(seen) <= _LONGEST else f"{seen[:_LONGEST]}…"


def _write(
    book: xlsxwriter.Workbook, sheet: _Sheet, styles: dict[str, Format], report: AttainmentReport
) -> None:
    page = book.add_worksheet(sheet.name)
    for column, (heading, width) in enumerate(sheet.columns):
        page.set_column(column, column, width)
        page.write_string(0, column, _text(heading), styles["head"])
    for at, row in enumerate(sheet.rows, start=1):
        page.set_row(at, _height(row, sheet.columns))
        for column, value in enumerate(row):
            match value:
                case Verdict():
                    said = verdict_text(value, report.language)
                    page.write_string(at, column, said, styles[value.value])
                case int() | float():
                    page.write_number(at, column, value, styles["number"])
                case None | "":
                    page.write_blank(at, column, None, styles["text"])
                case _:
                    page.write_string(at, column, _text(value), styles["text"])
    page.freeze_panes(1, 0)
    if sheet.rows:
        page.autofilter(0, 0, len(sheet.rows), len(sheet.columns) - 1)
    page.set_landscape()
    page.set_paper(9)  # A4
    page.repeat_rows(0)
    page.fit_to_pages(1, 0)
    page.print_area(0, 0, max(len(sheet.rows), 1), (sheet.printed or len(sheet.columns)) - 1)
    page.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
    page.set_footer("&R&P / &N")


def _height(row: Sequence[str | int | float | Verdict | None], columns: Sequence[tuple[str, int]]) -> int:
    """Return how high a row must be for its texts to be read whole."""
    texts = zip(row, columns, strict=False)
    lines = (-(-width_of(text) // (width - 1)) for text, (_, width) in texts if type(text) is str)
    return min(max(lines, default=1), _MOST_LINES) * _LINE


def _wide(headings: Sequence[str], widths: Sequence[int]) -> tuple[tuple[str, int], ...]:
    return tuple(zip(headings, widths, strict=True))


def _counts(report: AttainmentReport) -> _Sheet:
    language = report.language
    heads = (chosen(language, "chapter", "章节"), *verdict_heads(language))
    rows: list[tuple[str | int | float | Verdict | None, ...]] = [
        (f"{'    ' * depth}{title}", *counts.values()) for _, title, depth, counts in chapter_rows(report)
    ]
    whole = report.results.verdicts.values()
    rows.append((chosen(language, "all", "合计"), *whole))
    rows += [(caution,) for caution in report.results.cautions(language)]
    for label, turns in turn_groups(report):
        rows += [
            (f"{label}: {report.targets[one.id].row.title} ({one.id})", None, one.before, one.now)
            for one in turns
        ]
    rows += [(line,) for line in turn_lines(report)]
    name = chosen(language, "Summary", "摘要")
    return _Sheet(name, _wide(heads, (_WIDEST, _USUAL, _USUAL, _USUAL, _USUAL)), rows)


def _targets(report: AttainmentReport) -> _Sheet:
    language = report.language
    verdict, title, *others = target_columns(language)
    heads = (
        chosen(language, "chapter", "章节"),
        chosen(language, "clause", "条款"),
        chosen(language, "id", "编号"),
        title,
        verdict,
        *others,
        chosen(language, "to meet it", "达成所需"),
        chosen(language, "number", "数值（供计算）"),
        chosen(language, "exact", "精确值"),
        chosen(language, "smallest it can be", "可能的最小值"),
        chosen(language, "largest it can be", "可能的最大值"),
        chosen(language, "unit of the exact value", "精确值单位"),
        chosen(language, "why there is no verdict", "无结论的原因"),
        chosen(language, "the same as", "同一目标"),
    )
    widths = (18, 12, 26, _WIDE, 14, 12, _NARROW, _WIDE, 12, _USUAL, _WIDE, 12, *(_USUAL,) * 3, 12, _WIDE, 20)
    rows = [
        _target_row(chapter.title, target, report)
        for chapter in report.chapters
        for target in chapter.targets
    ]
    return _Sheet(chosen(language, "Targets", "目标"), _wide(heads, widths), rows, _READ)


def _target_row(
    chapter: str, target: ReportTarget, report: AttainmentReport
) -> tuple[str | int | float | Verdict | None, ...]:
    language, row, judged = report.language, target.row, target.attainment.original
    value, reason = judged.value, judged.reason
    needs = chosen(language, "; ", "；").join(need_words(target.attainment, language))
    return (
        chapter,
        target.clause,
        target.id,
        row.title,
        target.attainment.verdict,
        row.number,
        row.unit,
        row.goal,
        row.period,
        row.short,
        needs,
        float(value) if value is not None else None,
        exact_text(value),
        exact_text(judged.lower),
        exact_text(judged.upper),
        unit_name(judged),
        reason.in_language(language) if reason is not None else None,
        target.same_as,
    )


def _years(report: AttainmentReport) -> _Sheet:
    language = report.language
    heads = (
        chosen(language, "id", "编号"),
        chosen(language, "target", "目标"),
        chosen(language, "year", "年度"),
        chosen(language, "verdict", "结论"),
        chosen(language, "value", "数值"),
        chosen(language, "number", "数值（供计算）"),
        chosen(language, "exact", "精确值"),
    )
    rows = [row for target in report.targets.values() for row in _year_rows(target, report)]
    widths = (26, _WIDE, 12, 14, _WIDE, 12, _USUAL)
    return _Sheet(chosen(language, "Each year", "历年"), _wide(heads, widths), rows)


def _year_rows(
    target: ReportTarget, report: AttainmentReport
) -> Iterator[tuple[str | int | float | Verdict | None, ...]]:
    if target.same_as is not None:
        return
    for one in target.attainment.results:
        yield (
            target.id,
            target.row.title,
            period_words(one.period, report.language),
            one.verdict,
            value_words(target.attainment, one, report.language),
            float(one.value) if one.value is not None else None,
            exact_text(one.value),
        )


def _gate(report: AttainmentReport) -> _Sheet:
    columns, found = gate_rules(report)
    widths = (12, _USUAL, _WIDEST, 14, _NARROW, _NARROW, 14)
    rows: list[tuple[str | int | float | Verdict | None, ...]] = [*found]
    rows += [(None, None, line) for line in gate_lines(report)]
    return _Sheet(chosen(report.language, "Data quality", "数据质量"), _wide(columns, widths), rows)


def _figures(report: AttainmentReport) -> _Sheet:
    rows: list[tuple[str | int | float | Verdict | None, ...]] = [*figure_rows(report)]
    name = chosen(report.language, "Published figures", "已发布数据")
    return _Sheet(name, _wide(figure_columns(report.language), (22, _WIDEST, 14, 12, 22, 12)), rows)


def _made(report: AttainmentReport) -> _Sheet:
    kind = chosen(report.language, "sha256 or version", "校验码（sha256）或版本")
    heads = (chosen(report.language, "input", "输入"), kind)
    rows: list[tuple[str | int | float | Verdict | None, ...]] = [*made_from(report)]
    return _Sheet(chosen(report.language, "Made from", "依据"), _wide(heads, (_WIDE, 70)), rows)
