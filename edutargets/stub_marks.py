"""The clauses of a started plan that wait for a target: stubs are comments, and each begins with its mark."""

from __future__ import annotations

import re

__all__ = ["STARTED", "UNDECIDED", "stub_mark", "stubs_in"]

STARTED = "## started by `edutargets new-plan`"
"""The first line of a plan file that was started from a text: it may stay without a target."""
UNDECIDED = "to decide"
"""What stands in a stub where nobody can guess."""
_STUB = re.compile(r"^[ \t]*## stub \d+ of \d+:", re.MULTILINE)


def stub_mark(number: int, of: int, place: str) -> str:
    """Return the first line of a stub; whoever has dealt with the clause deletes it."""
    return f"  ## stub {number} of {of}: {place}"


def stubs_in(text: str) -> int | None:
    r"""Count the stubs that are left in a plan file; ``None`` where it was not started from a text.

    Examples:
        >>> stubs_in("## started by `edutargets new-plan`\ntargets:\n  ## stub 2 of 9: 三(二)\n")
        1
        >>> stubs_in("targets: []\n") is None
        True
    """
    found = len(_STUB.findall(text))
    return found if found or STARTED in text else None
