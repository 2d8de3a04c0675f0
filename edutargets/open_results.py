"""What is open of a result, row by row: who could settle it, with what, and what it would come to then.

This is what tipping points and the value of a school's data are computed from.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from edutargets.engine import DuckDB
from edutargets.judging import Judge
from edutargets.open_row_choices import open_target
from edutargets.open_sources import Sources
from edutargets.sharp_bounds import SharpBounds
from edutargets.told_rows import Known, are_open, judged_aggregates, told_rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from edutargets.attainment import Attainment, Basis
    from edutargets.judging import Result
    from edutargets.measures import Measure
    from edutargets.open_rows import OpenGroup, OpenTarget

__all__ = ["OpenResult", "open_result", "settled"]


@dataclass(frozen=True, slots=True)
class OpenResult:
    """A result with all that is open of it.

    Args:
        result: The result.
        target: Its open rows, each told by itself with the row to ask for.
    """

    result: Result
    target: OpenTarget
    measure: Measure = field(repr=False)
    basis: Basis = field(repr=False)

    @property
    def groups(self) -> tuple[OpenGroup, ...]:
        """What can be chosen independently: a row, or all that share unknown cells of one they look up."""
        return self.target.groups

    def by_reporter(self) -> Mapping[str, tuple[OpenGroup, ...]]:
        """Return the open groups of everybody who could tell; the name is empty where nobody knows who."""
        found: dict[str, list[OpenGroup]] = {}
        for group in self.groups:
            for reporter in group.reporters or ("",):
                found.setdefault(reporter, []).append(group)
        return {reporter: tuple(own) for reporter, own in found.items()}

    def judged(self, groups: Sequence[OpenGroup]) -> Result:
        """Judge the same period again, with other groups in place of its own.

        A group that is left out counts as it is known today, as if nothing more came; one that was settled
        (:func:`settled`) adds what was chosen. The value stays that of today; range and verdict are new.
        """
        statistics = self.basis.statistics
        closer = SharpBounds(self.target.only(tuple(groups)), statistics)
        return Judge(self.measure, statistics, self.basis.dictionary, closer).again(self.result)


def settled(group: OpenGroup, way: int = 0, choices: Sequence[int] | None = None) -> OpenGroup:
    """Return a group of which everything is known.

    Args:
        group: The group.
        way: Which way its shared cells are filled.
        choices: Which outcome each of its rows has; the first of each where none are given.
    """
    rows = group.alternatives[way]
    chosen = choices if choices is not None else [0] * len(rows)
    known = tuple(replace(row, choices=(row.choices[at],)) for row, at in zip(rows, chosen, strict=True))
    return replace(group, alternatives=(known,), shared=group.shared[way : way + 1])


def open_result(attainment: Attainment, result: Result | None = None) -> OpenResult | None:
    """Say what is open of a result; ``None`` where nothing is, or where it cannot be told row by row.

    Args:
        attainment: The evaluated target.
        result: One of its results; the deciding one where none is given.
    """
    attainment = attainment.original
    measure, basis = attainment.measure, attainment.basis
    result = result or attainment.deciding
    if measure is None or basis is None or result is None or result.bounds is None:
        return None
    wanted = judged_aggregates(measure)
    if not wanted or not are_open(wanted, basis.statistics):
        return None
    aside, tables = basis.admitted.set_aside, basis.admitted.engine_tables()
    marked = frozenset(aside.marks) if aside is not None else frozenset[str]()
    within = basis.pack.file.gate.within
    known = Known(basis.pack.dictionary, basis.dictionary, marked, frozenset(tables), within)
    told = told_rows(wanted, DuckDB(tables), known, named=True)
    target = open_target(wanted, told, Sources(basis.pack.dictionary, aside))
    if target is None:
        return None
    years = result.years
    groups = tuple(group for group in target.groups if not years or _in(group, years))
    return OpenResult(result, target.only(groups), measure, basis)


def _in(group: OpenGroup, years: tuple[int, ...]) -> bool:
    return any(row.year is None or row.year in years for way in group.alternatives for row in way)
