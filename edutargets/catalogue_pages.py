"""A catalogue written down: as Markdown, or as one HTML page that opens offline and can be printed."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from edutargets.explanation_writing import as_html, as_markdown
from edutargets.text_tables import markdown_text
from edutargets.verdict_words import chosen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edutargets.catalogue import Catalogue, CatalogueEntry

__all__ = ["catalogue_html", "catalogue_markdown"]

_FONT = "'PingFang SC','Microsoft YaHei','Noto Sans CJK SC','Noto Sans SC',sans-serif"
_BODY = f"font-family:{_FONT};line-height:1.5;max-width:62em;margin:2em auto;padding:0 1em"
_ENTRY = "border-top:1px solid rgba(128,128,128,.35);padding:.6em 0;overflow-x:auto;break-inside:avoid-page"


def catalogue_markdown(catalogue: Catalogue) -> str:
    """Write a catalogue as Markdown; nothing that stands in a plan can become markup."""
    language = catalogue.language
    lines = [f"# {markdown_text(catalogue.title)}", "", _counts(catalogue), ""]
    lines += [f"## {chosen(language, 'Contents', '目录')}", ""]
    for number, chapter in enumerate(catalogue.chapters, start=1):
        lines.append(f"- [{markdown_text(chapter.title)}](#chapter-{number})")
        for title, entries in chapter.parts:
            lines += [f"  - {markdown_text(title)}"] if title else []
            gap = "    " if title else "  "
            lines += [f"{gap}- [{markdown_text(_line(entry))}](#target-{entry.id})" for entry in entries]
    for number, chapter in enumerate(catalogue.chapters, start=1):
        lines += ["", f'<a id="chapter-{number}"></a>', "", f"## {markdown_text(chapter.title)}"]
        for entry in chapter.entries:
            lines += ["", f'<a id="target-{entry.id}"></a>', "", as_markdown(entry).rstrip()]
    return "\n".join(lines) + "\n"


def catalogue_html(catalogue: Catalogue) -> str:
    """Write a catalogue as one page; it brings its styles along and loads nothing."""
    language = catalogue.language
    name = escape(catalogue.title)
    contents, body = [], []
    for number, chapter in enumerate(catalogue.chapters, start=1):
        heading = escape(chapter.title)
        links = "".join(_links(title, entries) for title, entries in chapter.parts)
        contents.append(f'<li><a href="#chapter-{number}">{heading}</a>{links}</li>')
        body.append(f'<h2 id="chapter-{number}" style="font-size:1.2em;margin-top:2em">{heading}</h2>')
        for title, entries in chapter.parts:
            body += [f'<h3 style="font-size:1.05em">{escape(title)}</h3>'] if title else []
            body += [
                f'<section id="target-{entry.id}" style="{_ENTRY}">{as_html(entry)}</section>'
                for entry in entries
            ]
    return (
        f'<!doctype html>\n<html lang="{chosen(language, "en", "zh-CN")}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<title>{name}</title>\n</head>\n<body style="{_BODY}">\n'
        f'<header><h1 style="font-size:1.5em">{name}</h1>\n<p>{escape(_counts(catalogue))}</p></header>\n'
        f'<nav aria-label="{chosen(language, "Contents", "目录")}"><ul>{"".join(contents)}</ul></nav>\n'
        "<main>\n" + "\n".join(body) + "\n</main>\n</body>\n</html>\n"
    )


def _links(title: str, entries: Sequence[CatalogueEntry]) -> str:
    links = "".join(f'<li><a href="#target-{entry.id}">{escape(_line(entry))}</a></li>' for entry in entries)
    return f"<ul><li>{escape(title)}<ul>{links}</ul></li></ul>" if title else f"<ul>{links}</ul>"


def _counts(catalogue: Catalogue) -> str:
    count, chapters = len(catalogue.entries), len(catalogue.chapters)
    return chosen(
        catalogue.language,
        f"{count} target{'s' if count != 1 else ''} in {chapters} chapter{'s' if chapters != 1 else ''}",
        f"共 {chapters} 章 {count} 项目标",
    )


def _line(entry: CatalogueEntry) -> str:
    return " ".join(part for part in (entry.clause, entry.title) if part)
