"""Where it is written: documents, clauses and quotes."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from edutargets.yaml_files import Definition

__all__ = ["Bilingual", "Cite", "Document", "SourceText"]


class Bilingual(Definition):
    """A text that its readers get in Chinese or in English.

    Examples:
        >>> Bilingual(en="Schools", zh="学校").in_language("zh")
        '学校'
    """

    en: str = ""
    zh: str = ""

    def in_language(self, language: str) -> str:
        """Return the text in ``zh`` or ``en``; the other one where that is missing."""
        return (self.zh or self.en) if language == "zh" else (self.en or self.zh)


class Document(Definition):
    """A published text that makes promises: its title, where it came from, the file that holds it.

    ``plan_text: true`` marks a plan of which every sentence must be accounted for; where no document is
    marked, the first one is meant.
    """

    title: Bilingual
    file: str
    plan_text: bool | None = None
    url: str | None = None
    published: str | None = None
    retrieved: str | None = None
    note: str | None = None


class Cite(Definition):
    """Where a promise is written: the document, the clause, and its words as they stand there.

    ``verified: false`` says that nobody has held the quote against the original; ``note`` says why.
    ``promises: 2`` says that the quoted words carry two promises, parts of bundles included, each a target
    or an exclusion of its own; were one deleted, `edutargets coverage` would tell.
    """

    document: str
    clause: str = ""
    quote: str
    promises: Annotated[int, Field(ge=1)] = 1
    href: str | None = None
    verified: bool = True
    note: str | None = None


@dataclass(frozen=True, slots=True)
class SourceText:
    """The words of a document, in which every quote must be found as it is.

    Line breaks and blanks may differ; nothing else may.
    """

    name: str
    text: str

    @property
    def sha256(self) -> str:
        """The hash of the text, so that a quote can be held against the very same words."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def holds(self, quote: str) -> bool:
        r"""Whether the quote stands in the text word for word.

        Examples:
            >>> SourceText("plan", "每名校长每年\n接受培训").holds("每年接受")
            True
        """
        return bool(_joined(quote)) and _joined(quote) in _joined(self.text)


def _joined(text: str) -> str:
    return re.sub(r"\s+", "", text)
