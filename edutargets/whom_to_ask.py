"""Whom to ask first: those who report, by how many open verdicts theirs settle and narrow."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from edutargets.goals import Verdict
from edutargets.rosters import Roster
from edutargets.targets import Alias, Composite
from edutargets.tipping_points import tipping_point

if TYPE_CHECKING:
    from edutargets.attainment import PlanAttainment
    from edutargets.tipping_points import TippingPoint
    from edutargets.wording import Language

__all__ = ["Asking", "Undecided", "undecided"]


@dataclass(frozen=True, slots=True)
class Asking:
    """One who reports, with the open verdicts that wait for their data.

    Args:
        reporter: The code; empty for what nobody is known to hand in.
        label: What they are called.
        town: Where they are, where that is known.
        targets: The open targets that rest on their data, in the order of the plan.
        settles: Those of these that their data alone can settle, whatever the others say.
        rows: How many unknown rows are theirs, over all these targets, each once.
        weight: Their parts of what is open, added up over these targets: so much their data narrow them.
    """

    reporter: str
    label: str
    town: str
    targets: tuple[str, ...]
    settles: tuple[str, ...]
    rows: int
    weight: Fraction


@dataclass(frozen=True, slots=True)
class Undecided:
    """The open verdicts of a plan, and whom to ask first.

    Args:
        points: What decides each, by target, in the order of the plan.
        others: Open verdicts of which no sum says what decides them.
        asking: Those who could tell, first who can settle most.
    """

    points: tuple[tuple[str, TippingPoint], ...]
    others: tuple[str, ...]
    asking: tuple[Asking, ...]


def undecided(results: PlanAttainment, language: Language = "en") -> Undecided:
    """Say which verdicts of a plan are open, what decides each, and whose data are worth most.

    Args:
        results: The evaluated plan.
        language: Of the names of those who report.
    """
    points, others = [], []
    for name, attainment in results.items():
        if attainment.verdict is not Verdict.UNDETERMINED or isinstance(attainment.target, Alias | Composite):
            continue
        point = tipping_point(attainment)
        if point is None:
            others.append(name)
        else:
            points.append((name, point))
    return Undecided(tuple(points), tuple(others), _asking(points, results, language))


def _asking(
    points: list[tuple[str, TippingPoint]], results: PlanAttainment, language: Language
) -> tuple[Asking, ...]:
    roster = Roster(results.pack.dictionary, results.basis.admitted, language)
    found: dict[str, list[tuple[str, Fraction, bool]]] = {}
    rows: dict[str, set[tuple[object, ...]]] = {}
    for name, point in points:
        for one in point.asked:
            found.setdefault(one.reporter, []).append((name, one.weight, bool(one.settles)))
        for unknown in point.unknowns:
            rows.setdefault(unknown.reporter, set()).update(
                (source.table, source.key) for source in unknown.sources
            )
    told = []
    for reporter, own in found.items():
        label, town = _called(reporter, results, roster)
        told.append(
            Asking(
                reporter,
                label,
                town,
                tuple(name for name, *_ in own),
                tuple(name for name, _, settles in own if settles),
                len(rows[reporter]),
                sum((weight for _, weight, _ in own), Fraction(0)),
            )
        )
    return tuple(sorted(told, key=lambda one: (-len(one.settles), -one.weight, one.reporter)))


def _called(reporter: str, results: PlanAttainment, roster: Roster) -> tuple[str, str]:
    for table in results.pack.dictionary.tables:
        known = roster.of_table(table).get(reporter)
        if known is not None:
            return known[0] or reporter, known[2]
    return reporter, ""
