"""How a template looks: what the colours mean, fonts that hold Chinese, what stands at the foot of a page."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import xlsxwriter
    from xlsxwriter.format import Format

    from edutargets.templates import Template, TemplateColumn

__all__ = ["ASKED", "KNOWN", "OPTIONAL", "Styles", "header_text"]

FONT = "微软雅黑"
DARK, INK, GRID, QUIET = "#1F3864", "#1A1A1A", "#A6A6A6", "#595959"
KNOWN, ASKED, OPTIONAL = "#E7E6E6", "#FFF2A8", "#FFFBE6"
LONGEST_PART = 70  # characters; the three parts of a foot together may have 255
TEXT, DATE = "@", "yyyy-mm-dd"


@dataclass
class Styles:
    """The formats of a workbook, each made once."""

    book: xlsxwriter.Workbook
    made: dict[tuple[tuple[str, object], ...], Format] = field(default_factory=dict)

    def of(self, **properties: object) -> Format:
        """Return a format with the font of the template."""
        whole = {"font_name": FONT, "font_size": 10, "font_color": INK, "valign": "vcenter", **properties}
        key = tuple(sorted(whole.items()))
        if key not in self.made:
            self.made[key] = self.book.add_format(whole)
        return self.made[key]

    @property
    def plain(self) -> Format:
        """What nobody is to write into."""
        return self.of()

    @property
    def title(self) -> Format:
        """The first line."""
        return self.of(bold=True, font_size=15, font_color=DARK)

    @property
    def rule(self) -> Format:
        """The second line."""
        return self.of(font_color=QUIET)

    @property
    def heading(self) -> Format:
        """A heading."""
        return self.of(
            bold=True,
            font_color="#FFFFFF",
            bg_color=DARK,
            align="center",
            text_wrap=True,
            border=1,
            border_color=GRID,
        )

    @property
    def unit(self) -> Format:
        """A unit below a heading."""
        return self.of(
            italic=True,
            font_size=9,
            font_color=QUIET,
            bg_color="#D9E1F2",
            align="center",
            border=1,
            border_color=GRID,
        )

    def known(self, column: TemplateColumn) -> Format:
        """A cell that is filled in beforehand."""
        return self.of(bg_color=KNOWN, border=1, border_color=GRID, **_kept(column))

    def asked(self, column: TemplateColumn) -> Format:
        """A cell to be filled in; paler where it may stay blank."""
        colour = ASKED if column.required else OPTIONAL
        return self.of(bg_color=colour, border=1, border_color=GRID, locked=False, **_kept(column))

    def free(self, column: TemplateColumn) -> Format:
        """A cell below those that are laid out: it takes further rows."""
        return self.of(locked=False, **_kept(column))

    def footer(self, template: Template) -> str:
        """Return what stands at the foot of every page: pack, page, edition."""
        meta = template.meta
        edition = f"{meta.pack} · {meta.plan[:12]}"
        page = "Page &P of &N" if template.lang == "en" else "第 &P 页，共 &N 页"
        name = "template" if template.lang == "en" else "模板"
        return f"&L{header_text(edition)}&C{page}&R{name} {meta.edition}"


def _kept(column: TemplateColumn) -> dict[str, object]:
    """Say how what is typed is kept: codes as text, days as days, numbers as they are typed."""
    if column.is_text:
        return {"num_format": TEXT, "align": "left", "indent": 1}
    if column.entry.kind == "date":
        return {"num_format": DATE, "align": "center"}
    return {"align": "center"} if column.entry.kind == "list" else {}


def header_text(text: str) -> str:
    """Return a text for the head or foot of a page, where & begins a command.

    Examples:
        >>> header_text("A & B")
        'A && B'
    """
    return text[:LONGEST_PART].replace("&", "&&")
