"""What an explanation rests on, as data: exact numbers and who they belong to, for programs and for tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edutargets.check_first import doubts
from edutargets.contributions import Roster, contributions
from edutargets.exact_records import Json, exact_record
from edutargets.result_rows import record
from edutargets.tipping_points import tipping_point

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from edutargets.attainment import Attainment
    from edutargets.contributions import Contributions

__all__ = ["facts_of", "facts_record"]


def _by_town(attainment: Attainment) -> Contributions | None:
    return _contributions(attainment, "town")


def _by_reporter(attainment: Attainment) -> Contributions | None:
    return _contributions(attainment, "reporter")


def _contributions(attainment: Attainment, by: str) -> Contributions | None:
    if attainment.dictionary is None or attainment.basis is None:
        return None
    roster = Roster(attainment.dictionary, attainment.basis.admitted, "en")
    return contributions(attainment, roster, "town" if by == "town" else "reporter")


_FACTS: Mapping[str, Callable[[Attainment], object]] = {
    "tipping": tipping_point,
    "towns": _by_town,
    "reporters": _by_reporter,
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
