"""The first sheet of a template: how to fill it in, what the colours mean, who fills in what by when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edutargets.sources import Bilingual
from edutargets.template_entries import said
from edutargets.template_styles import ASKED, KNOWN, OPTIONAL, Styles

if TYPE_CHECKING:
    import xlsxwriter
    from xlsxwriter.worksheet import Worksheet

    from edutargets.templates import Template

__all__ = ["COVER", "write_cover"]

COVER = Bilingual(zh="填报说明", en="Notes")
WIDTHS = (5, 44, 40, 44)
_STEPS = (
    Bilingual(
        zh="只填黄色和浅黄色的格；灰色格已经填好，深色表头不能改。",
        en="Fill in the yellow and pale yellow cells only; grey cells are filled in already.",
    ),
    Bilingual(
        zh="选中一个格会显示填写要求；把鼠标移到表头上可看到指标说明和审核规则。",
        en="Select a cell to see what it takes; point at a heading for its meaning and its rules.",
    ),
    Bilingual(
        zh="有下拉列表的请选择，不要另写；数字不写单位，单位见表头下一行。",
        en="Choose from the list where there is one; write numbers without units, see below the heading.",
    ),
    Bilingual(
        zh="没有的填 0，不清楚的先空着并问清楚；不要写“约”“无”“/”，不要合并单元格，不要用公式。",
        en="Write 0 for none; leave blank and ask where unsure; no “about”, no merged cells, no formulas.",
    ),
    Bilingual(
        zh="黄色的行不够时，在下面接着填，可填到第 5000 行；不要改表名、表头和列的顺序。",
        en="More rows may follow below, down to row 5000; leave sheet names and headings as they are.",
    ),
    Bilingual(
        zh="从别处复制时，请用“选择性粘贴—数值”，以免带走填写要求。",
        en="When copying from elsewhere paste values only, so that the checks of the cells stay.",
    ),
    Bilingual(zh="保存为 .xlsx 后报送，不加密码。", en="Save as .xlsx, without a password, and hand it in."),
)
_COLOURS = (
    (ASKED, Bilingual(zh="黄色：必填", en="yellow: required")),
    (OPTIONAL, Bilingual(zh="浅黄色：选填，没有可不填", en="pale yellow: may be left blank")),
    (
        KNOWN,
        Bilingual(
            zh="灰色：已填好，不能改；有误请联系下发单位", en="grey: filled in; if wrong, ask who sent it"
        ),
    ),
)


def write_cover(book: xlsxwriter.Workbook, template: Template, styles: Styles) -> None:
    """Write the first sheet."""
    name = COVER.in_language("en" if template.lang == "en" else "zh")
    sheet = book.add_worksheet(name)
    sheet.hide_gridlines(2)
    for position, width in enumerate(WIDTHS):
        sheet.set_column(position, position, width)
    row = _opening(sheet, template, styles)
    row = _steps(sheet, row, template, styles)
    row = _colours(sheet, row, template, styles)
    last = _contents(sheet, row, template, styles)
    sheet.protect("", {"format_columns": True, "format_rows": True, "select_locked_cells": True})
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.5, right=0.5, top=0.7, bottom=0.7)
    sheet.set_footer(styles.footer(template))
    sheet.print_area(0, 0, last, len(WIDTHS) - 1)


def _opening(sheet: Worksheet, template: Template, styles: Styles) -> int:
    """Write what it is, for whom and by when; return the next row."""
    lang = template.lang
    sheet.set_row(0, 30)
    sheet.write_string(0, 0, template.title.in_language("en" if lang == "en" else "zh"), styles.title)
    lines = [
        *([template.title.en] if lang == "both" and template.title.en != template.title.zh else []),
        *_facts(template),
    ]
    for row, line in enumerate(lines, start=1):
        sheet.write_string(row, 0, line, styles.of(bold=row > 1 or lang != "both"))
    return len(lines) + 2


def _facts(template: Template) -> list[str]:
    facts = []
    if template.member is not None:
        facts.append((Bilingual(zh="填报单位", en="For"), template.member.label))
    if template.year is not None:
        facts.append((Bilingual(zh="填报年度", en="Year"), str(template.year)))
    if template.deadline is not None:
        facts.append((Bilingual(zh="截止日期", en="Due"), template.deadline.isoformat()))
    return [f"{said(words, template.lang)}：{text}" for words, text in facts]


def _headline(sheet: Worksheet, row: int, words: Bilingual, template: Template, styles: Styles) -> int:
    sheet.set_row(row, 22)
    sheet.write_string(row, 0, said(words, template.lang), styles.of(bold=True, font_size=12, bottom=1))
    for column in range(1, len(WIDTHS)):
        sheet.write_blank(row, column, None, styles.of(bottom=1))
    return row + 1


def _steps(sheet: Worksheet, row: int, template: Template, styles: Styles) -> int:
    row = _headline(sheet, row, Bilingual(zh="怎样填", en="How to fill it in"), template, styles)
    for number, step in enumerate(_STEPS, start=1):
        texts = [step.in_language(one) for one in ("zh", "en") if template.lang in {one, "both"}]
        sheet.write_string(row, 0, f"{number}.", styles.of(align="right"))
        for text in texts:
            sheet.set_row(row, 17)
            sheet.write_string(
                row, 1, text, styles.rule if text == step.en and len(texts) > 1 else styles.plain
            )
            row += 1
    return row + 1


def _colours(sheet: Worksheet, row: int, template: Template, styles: Styles) -> int:
    row = _headline(sheet, row, Bilingual(zh="颜色", en="Colours"), template, styles)
    for colour, words in _COLOURS:
        sheet.write_blank(row, 0, None, styles.of(bg_color=colour, border=1))
        sheet.write_string(row, 1, said(words, template.lang), styles.plain)
        row += 1
    return row + 1


def _contents(sheet: Worksheet, row: int, template: Template, styles: Styles) -> int:
    """List the sheets with links, what a row of each is and who fills it in; return the last row."""
    row = _headline(sheet, row, Bilingual(zh="要填的表", en="Sheets to fill in"), template, styles)
    heads = (
        Bilingual(zh="表", en="Sheet"),
        Bilingual(zh="一行是什么", en="What a row is"),
        Bilingual(zh="谁填", en="Who fills it in"),
    )
    for column, words in enumerate(heads, start=1):
        sheet.write_string(row, column, said(words, template.lang), styles.heading)
    sheet.write_string(row, 0, "№", styles.heading)
    link = styles.of(font_color="#0563C1", underline=1, border=1, text_wrap=True)
    cell = styles.of(border=1, text_wrap=True)
    strong = styles.of(border=1, text_wrap=True, bold=True)
    for number, table in enumerate(template.tables, start=1):
        row += 1
        sheet.set_row(row, 18)
        sheet.write_number(row, 0, number, cell)
        quoted = table.sheet.replace("'", "''")
        sheet.write_url(row, 1, f"internal:'{quoted}'!A1", link, table.sheet)
        sheet.write_string(row, 2, said(table.row_is, template.lang), cell)
        sheet.write_string(row, 3, said(table.who, template.lang), strong if table.must else cell)
    return row
