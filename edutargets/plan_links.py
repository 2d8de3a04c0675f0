"""What targets say of each other and of a population: parts of a total, and a count's upper end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edutargets.errors import DefinitionError, Fault, UnitError, near_names
from edutargets.promises import Population
from edutargets.targets import Count
from edutargets.units import unit_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from edutargets.measures import Measure
    from edutargets.plan_checks import Entry
    from edutargets.sources import SourceText
    from edutargets.tables import Dictionary

__all__ = ["link_faults"]


def link_faults(
    entries: Sequence[Entry],
    dictionary: Dictionary,
    measures: Mapping[str, Measure],
    texts: Mapping[str, SourceText],
) -> Iterator[Fault]:
    """Yield totals that do not exist or count something else, and populations that cannot be counted."""
    places = {entry.target.id: entry.place for entry in entries}
    for entry in entries:
        if entry.target.part_of is not None:
            yield from _part_faults(entry, entry.target.part_of, measures, places)
        population = entry.target.population
        if population is None:
            continue
        if not isinstance(entry.target, Count):
            found = f"`population` on a target of type {entry.target.type}"
            yield Fault(f"{entry.place}.population", found, "a target of type count", code="population")
        elif isinstance(population, Population):
            yield from _number_faults(entry, population, measures, texts)
        else:
            try:
                dictionary.relation(population, f"{entry.place}.population")
            except DefinitionError as error:
                yield from error.faults


def _part_faults(
    entry: Entry, total: str, measures: Mapping[str, Measure], places: Mapping[str, str]
) -> Iterator[Fault]:
    where = f"{entry.place}.part_of"
    if total not in places:
        yield Fault(where, f"there is no target {total!r}", near_names(total, places), code="unknown-target")
        return
    if total == entry.target.id:
        yield Fault(where, "the target is a part of itself", "the id of its total", code="part-of")
        return
    mine, whole = measures.get(entry.target.id), measures.get(total)
    if mine is None or whole is None:
        return  # not bound: that is a fault of its own, or a bundle, which the rule passes over
    if mine.unit.dimensionality != whole.unit.dimensionality:
        units = f"{unit_text(mine.unit) or 'a pure number'} and {unit_text(whole.unit) or 'a pure number'}"
        found = f"the part and its total {total!r} do not count the same thing: {units}"
        yield Fault(where, found, "a total in the same unit", code="part-of-unit")


def _number_faults(
    entry: Entry, population: Population, measures: Mapping[str, Measure], texts: Mapping[str, SourceText]
) -> Iterator[Fault]:
    measure = measures.get(entry.target.id)
    if measure is not None:
        try:
            population.number.to(measure.unit)
        except UnitError as error:
            yield from (fault.at(f"{entry.place}.population.number") for fault in error.faults)
    cite = population.cite
    if cite is not None and (cite.document not in texts or not texts[cite.document].holds(cite.quote)):
        yield Fault(
            f"{entry.place}.population.cite",
            f"the quote {cite.quote!r} is not found in {cite.document!r}",
            "the words of one of the pack's documents, exactly as they stand there",
            code="quote-not-found",
        )
