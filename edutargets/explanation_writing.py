"""An explanation written down: for a terminal, as Markdown, as a piece of HTML."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from edutargets.text_tables import markdown_table, markdown_text, padded, text_table, width_of
from edutargets.wording import chosen

if TYPE_CHECKING:
    from edutargets.explanation_section import Explained, Section

__all__ = ["as_html", "as_markdown", "as_text", "section_html", "section_text"]

_TABLE = "border-collapse:collapse;table-layout:auto;width:auto;max-width:none;margin:.3em 0;color:inherit"
_CELL = "padding:.15em .7em .15em 0;text-align:{side};vertical-align:top;border:0;background:none"
_PRE = "white-space:pre-wrap;background:none;color:inherit;margin:.3em 0"
_NUMBERS = ";font-variant-numeric:tabular-nums;white-space:nowrap"
_FONT = '"PingFang SC","Microsoft YaHei","Noto Sans CJK SC","Noto Sans SC",sans-serif'


def _sql_label(explanation: Explained) -> str:
    return chosen(explanation.language, "the SQL", "所用 SQL")


# text ----------------------------------------------------------------------------------------------


def as_text(explanation: Explained) -> str:
    """Write an explanation for a terminal: labels on the left, all else beside them."""
    labels = [*(section.label for section in explanation.sections), _sql_label(explanation)]
    width = max(width_of(label) for label in labels) + 3
    lines = [f"{explanation.title} ({explanation.id})", explanation.headline, ""]
    for section in explanation.sections:
        lines += _section_lines(section, width)
    for number, sql in enumerate(explanation.sql):
        label = _sql_label(explanation) if number == 0 else ""
        lines += _beside(label, [*sql.splitlines(), ""], width)
    return "\n".join(line.rstrip() for line in lines).rstrip() + "\n"


def section_text(section: Section) -> str:
    """Write one part by itself: its sentences, and its table below them."""
    return "\n".join(line.rstrip() for line in _own_lines(section)) + "\n"


def _section_lines(section: Section, width: int) -> list[str]:
    return _beside(section.label, _own_lines(section), width)


def _own_lines(section: Section) -> list[str]:
    return [*section.lines, *text_table(section.columns, section.rows, section.right)]


def _beside(label: str, lines: list[str], width: int) -> list[str]:
    return [f"  {padded(label if at == 0 else '', width)}{line}" for at, line in enumerate(lines)]


# markdown ------------------------------------------------------------------------------------------


def as_markdown(explanation: Explained) -> str:
    """Write an explanation as Markdown; nothing a sender typed can become markup."""
    lines = [
        f"### {markdown_text(explanation.title)} (`{explanation.id}`)",
        "",
        f"**{markdown_text(explanation.headline)}**",
    ]
    for section in explanation.sections:
        said = "<br>".join(markdown_text(line) for line in section.lines)
        lines += ["", f"- **{markdown_text(section.label)}**: {said}".rstrip(": ")]
        if section.rows:
            lines += ["", *markdown_table(section.columns, section.rows, section.right)]
    for sql in explanation.sql:
        lines += ["", "```sql", sql, "```"]
    return "\n".join(lines) + "\n"


# HTML ----------------------------------------------------------------------------------------------


def as_html(explanation: Explained) -> str:
    """Write an explanation as HTML with inline styles only, so that it survives being sanitised."""
    rows = "".join(_html_row(section) for section in explanation.sections)
    statements = "".join(f'<pre style="{_PRE}">{escape(one)}</pre>' for one in explanation.sql)
    sql = f"<details><summary>{escape(_sql_label(explanation))}</summary>{statements}</details>"
    language = chosen(explanation.language, "en", "zh-CN")
    head = (
        f'<p style="margin:.2em 0"><strong>{escape(explanation.title)}</strong> '
        f"<code>{escape(explanation.id)}</code></p>"
        f'<p style="margin:.2em 0;font-size:1.1em">{escape(explanation.headline)}</p>'
    )
    table = f'<table style="{_TABLE}"><tbody>{rows}</tbody></table>'
    return (
        f'<div lang="{language}" dir="ltr" style=\'font-family:{_FONT};line-height:1.5\'>'
        f"{head}{table}{sql if statements else ''}</div>"
    )


def section_html(section: Section) -> str:
    """Write one part by itself as HTML: its sentences, and its table below them."""
    return f"<div dir=\"ltr\" style='font-family:{_FONT};line-height:1.5'>{_html_lines(section)}</div>"


def _html_lines(section: Section) -> str:
    lines = "".join(f'<div style="max-width:60em">{escape(line)}</div>' for line in section.lines)
    return f"{lines}{_html_table(section)}"


def _html_row(section: Section) -> str:
    cell = _CELL.format(side="left")
    head = f'<th scope="row" style="{cell};font-weight:600;white-space:nowrap">{escape(section.label)}</th>'
    return f'<tr style="background:none">{head}<td style="{cell}">{_html_lines(section)}</td></tr>'


def _html_table(section: Section) -> str:
    if not section.rows:
        return ""

    def cells(row: tuple[str, ...], *, heads: bool) -> str:
        found = []
        for at, text in enumerate(row):
            tag = "th" if heads and text else "td"  # an empty heading is none
            numbers = _NUMBERS if at in section.right else ""
            look = f'style="{_CELL.format(side="right" if at in section.right else "left")}{numbers}"'
            scope = ' scope="col"' if tag == "th" else ""
            found.append(f"<{tag}{scope} {look}>{escape(text)}</{tag}>")
        return "".join(found)

    head = f'<thead><tr style="background:none">{cells(section.columns, heads=True)}</tr></thead>'
    body = "".join(f'<tr style="background:none">{cells(row, heads=False)}</tr>' for row in section.rows)
    return f'<table style="{_TABLE}">{head}<tbody>{body}</tbody></table>'
