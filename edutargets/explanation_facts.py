"""What an explanation rests on, as data: exact numbers and who they belong to, for programs and for tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edutargets.changes import changes
from edutargets.check_first import doubts
from edutargets.contributions import contributions_of
from edutargets.exact_records import Json, exact_record
from edutargets.line_honesty import near_the_line
from edutargets.needs_of_targets import numbers_needed
from edutargets.pace import pace_of
from edutargets.price_words import nominal_and_real
from edutargets.result_rows import record
from edutargets.rosters import roster_of
from edutargets.tipping_points import tipping_point

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from edutargets.attainment import Attainment
    from edutargets.changes import Change
    from edutargets.contributions import Contributions
    from edutargets.pace import Pace
    from edutargets.rosters import Roster

__all__ = ["facts_of", "facts_record"]


def _by_town(attainment: Attainment) -> Contributions | None:
    return contributions_of(attainment, "en", "town")


def _by_reporter(attainment: Attainment) -> Contributions | None:
    return contributions_of(attainment, "en", "reporter")


def _changed(attainment: Attainment) -> Change | None:
    roster = _roster(attainment)
    return None if roster is None else changes(attainment, roster)


def _paced(attainment: Attainment) -> Pace | None:
    found = pace_of(attainment)
    return found if found.refused is None else None


def _roster(attainment: Attainment) -> Roster | None:
    return roster_of(attainment, "en")


_FACTS: Mapping[str, Callable[[Attainment], object]] = {
    "at_the_line": near_the_line,
    "tipping": tipping_point,
    "need": numbers_needed,
    "towns": _by_town,
    "reporters": _by_reporter,
    "changed": _changed,
    "pace": _paced,
    "real": nominal_and_real,
    "check_first": doubts,
}


def facts_of(attainment: Attainment) -> dict[str, object]:
    """Return everything an explanation says as typed objects, by the name of the part that says it.

    Args:
        attainment: The judged target.

    Returns:
        Only what there is: a target that is met has no need, one without schools has nobody to name.
    """
    found = {name: fact(attainment.original) for name, fact in _FACTS.items()}
    return {name: fact for name, fact in found.items() if fact not in (None, ())}


def facts_record(attainment: Attainment) -> dict[str, Json]:
    """Return the same for programs, with the result it explains; every number is exact."""
    facts = {name: exact_record(fact) for name, fact in facts_of(attainment).items()}
    return {"result": record(attainment), **facts}
