"""How grave a finding is, in words: the same on every slip, template, page and report of the gate."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from edutargets.checks import Severity
from edutargets.sources import Bilingual

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["SEVERITY_WORDS", "severity_words"]

SEVERITY_WORDS: Mapping[Severity, Bilingual] = MappingProxyType(
    {
        Severity.CRITICAL: Bilingual(zh="必须改正", en="must be corrected"),
        Severity.WARNING: Bilingual(zh="改正或说明", en="correct or explain"),
        Severity.INFO: Bilingual(zh="提示", en="for your information"),
    }
)


def severity_words(severity: Severity, language: str) -> str:
    """Say what a finding of some weight asks of a school.

    Examples:
        >>> severity_words(Severity.WARNING, "en"), severity_words(Severity.CRITICAL, "zh")
        ('correct or explain', '必须改正')
    """
    return SEVERITY_WORDS[severity].in_language(language)
