"""Which file of a report holds what, and how to get there from another one."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from edutargets.report_sections import anchor

if TYPE_CHECKING:
    from edutargets.verdict_words import Language

__all__ = ["TARGETS", "Links", "report_name", "target_name", "whole_name"]

TARGETS = "targets"
"""The folder with a page for each target."""
_LONGEST = 120


def report_name(language: str) -> str:
    """Name the page that a leader opens: the summary, the chapters, the gate, the provenance.

    Examples:
        >>> report_name("zh"), whole_name("en"), target_name("preschool.share", "en")
        ('report.zh.html', 'all.en.html', 't-preschool.share.en.html')
    """
    return f"report.{language}.html"


def whole_name(language: str) -> str:
    """Name the file with everything in one, to be printed."""
    return f"all.{language}.html"


def target_name(name: str, language: str) -> str:
    """Name the page of a target; a name too long for a file is cut, with a few digits of its own."""
    if len(name) > _LONGEST:
        name = f"{name[:_LONGEST]}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
    return f"t-{name}.{language}.html"


@dataclass(frozen=True, slots=True)
class Links:
    """The addresses of the places of a report, as seen from one of its files.

    Args:
        language: The language of the file.
        here: The report, everything in one file, or the page of a target.

    Examples:
        >>> Links("en", "report").target("a.b"), Links("en", "whole").target("a.b")
        ('targets/t-a.b.en.html', '#t-a.b')
        >>> Links("en", "target").target("a.b"), Links("en", "target").place("gate")
        ('t-a.b.en.html', '../report.en.html#gate')
    """

    language: Language
    here: Literal["report", "whole", "target"]

    def target(self, name: str) -> str:
        """Return the address of a target."""
        if self.here == "whole":
            return f"#{anchor(name)}"
        folder = f"{TARGETS}/" if self.here == "report" else ""
        return f"{folder}{target_name(name, self.language)}"

    def place(self, name: str) -> str:
        """Return the address of a chapter, of the gate or of the provenance."""
        return f"{self.file(report_name(self.language)) if self.here == 'target' else ''}#{name}"

    def file(self, name: str) -> str:
        """Return the address of a file that stands in the report's folder."""
        return f"../{name}" if self.here == "target" else name
