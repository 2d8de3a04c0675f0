"""One tree of errors: each says where, what was found, what is accepted, and gives an example to paste."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "DefinitionError",
    "EduTargetsError",
    "EvaluationError",
    "ExpressionError",
    "Fault",
    "GateClosedError",
    "SubmissionError",
    "SuiteError",
    "UnitError",
    "UnknownTargetError",
    "near_names",
]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, said so that its author can mend it.

    Args:
        where: File and line, or target and field, as the reader would look for it.
        found: What stands there.
        accepted: What would be right.
        example: Text that can be pasted in its place.
        code: Short stable name of the kind of fault, e.g. ``unknown-column``.

    Examples:
        >>> print(
        ...     Fault(
        ...         "plan.yaml:14", "unknown unit 'yaun'", "a known unit, e.g. CNY", "7000 CNY/student/year"
        ...     )
        ... )
        plan.yaml:14: unknown unit 'yaun'
            accepted: a known unit, e.g. CNY
            for instance: 7000 CNY/student/year
    """

    where: str
    found: str
    accepted: str = ""
    example: str = ""
    code: str = "fault"

    def __str__(self) -> str:
        lines = [f"{self.where}: {self.found}" if self.where else self.found]
        if self.accepted:
            lines.append(f"    accepted: {self.accepted}")
        if self.example:
            lines.append(f"    for instance: {self.example}")
        return "\n".join(lines)

    def at(self, where: str) -> Fault:
        """Return the same fault, placed: ``where`` goes in front of what is known already."""
        place = f"{where}: {self.where}" if self.where else where
        return Fault(place, self.found, self.accepted, self.example, self.code)


class EduTargetsError(Exception):
    r"""Whatever this package refuses: it carries every fault that was found, not only the first.

    Examples:
        >>> str(EduTargetsError(Fault("a", "one"), Fault("b", "two")))
        'a: one\nb: two'
    """

    exit_code = 2

    def __init__(self, *faults: Fault) -> None:
        super().__init__(*faults)
        self.faults = faults

    def __str__(self) -> str:
        return "\n".join(str(fault) for fault in self.faults)


class DefinitionError(EduTargetsError, ValueError):
    """A plan, a target or a data dictionary that cannot mean what it says."""


class ExpressionError(DefinitionError):
    """A measure expression that is not allowed or names what does not exist."""


class UnitError(DefinitionError):
    """Two numbers that do not count the same thing, or a unit nobody knows."""


class SuiteError(DefinitionError):
    """A data-quality suite that would not check what it seems to check."""


class SubmissionError(EduTargetsError, ValueError):
    """Input that cannot be read at all."""


class EvaluationError(EduTargetsError):
    """A question that the admitted data or the plan cannot be asked."""


class UnknownTargetError(EduTargetsError, KeyError):
    """A target was asked for that the plan does not have; near names are given."""


class GateClosedError(EduTargetsError):
    """Rejected data were about to be evaluated."""

    exit_code = 1


def near_names(name: str, names: Iterable[str], most: int = 3) -> str:
    """Say which known names the writer may have meant, or list what there is.

    Args:
        name: The name that was not found.
        names: Those that exist.
        most: How many near names to give at the most.

    Examples:
        >>> near_names("enrolement", ["town", "enrolment"])
        'did you mean enrolment?'
        >>> near_names("JY10O5", ["JY1005", "JY9105"])  # a letter for a digit
        'did you mean JY1005?'
        >>> near_names("x", ["town", "enrolment"])
        'there are: enrolment, town'
    """
    known = sorted(set(names))
    alike = [one for one in known if _seen(one) == _seen(name)]
    close = alike[:most] or get_close_matches(name, known, n=most, cutoff=0.6)
    if close:
        return f"did you mean {' or '.join(close)}?"
    shown = ", ".join(known[:20]) + (f", … ({len(known) - 20} more)" if len(known) > 20 else "")  # noqa: PLR2004  # a screenful
    return f"there are: {shown}" if known else "there are none"


_ALIKE = str.maketrans("oil|", "0111")


def _seen(name: str) -> str:
    """Return a name as the eye takes it: without wide digits, capitals, O for 0 and I or l for 1."""
    return unicodedata.normalize("NFKC", name).casefold().translate(_ALIKE)
