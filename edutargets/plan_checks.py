"""What a plan's targets are held against before any data are read: names, tables, units, quotes, members."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from edutargets.errors import DefinitionError, Fault, near_names
from edutargets.measures import Measure, bind
from edutargets.targets import Alias, Composite, Target

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from edutargets.sources import SourceText
    from edutargets.tables import Dictionary

__all__ = ["Entry", "checked_measures"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A target with the place where it is written."""

    target: Target
    place: str
    is_figure: bool


def checked_measures(
    entries: Sequence[Entry], dictionary: Dictionary, texts: Mapping[str, SourceText], faults: list[Fault]
) -> dict[str, Measure]:
    """Hold every entry against tables, texts and the other entries; what is wrong is added to ``faults``."""
    measures: dict[str, Measure] = {}
    places: dict[str, str] = {}
    for entry in entries:
        target = entry.target
        if target.id in places:
            faults.append(
                Fault(
                    entry.place,
                    f"the id {target.id!r} is used twice (first at {places[target.id]})",
                    "each id once",
                    code="duplicate-id",
                )
            )
            continue
        places[target.id] = entry.place
        faults.extend(_cite_faults(entry, texts))
        if isinstance(target, Composite | Alias):
            continue
        try:
            measures[target.id] = bind(target, dictionary, entry.place)
        except DefinitionError as error:
            faults.extend(error.faults)
    faults.extend(_resting_faults(entries))
    return measures


def _cite_faults(entry: Entry, texts: Mapping[str, SourceText]) -> Iterator[Fault]:
    cite = entry.target.cite
    if cite is None:
        return
    if cite.document not in texts:
        yield Fault(
            f"{entry.place}.cite",
            f"unknown document {cite.document!r}",
            near_names(cite.document, texts),
            code="unknown-document",
        )
    elif not texts[cite.document].holds(cite.quote):
        yield Fault(
            f"{entry.place}.cite",
            f"the quote {cite.quote!r} is not found in {texts[cite.document].name}",
            "the words of the text, exactly as they stand there",
            code="quote-not-found",
        )


def _resting_faults(entries: Sequence[Entry]) -> Iterator[Fault]:
    """Yield members that do not exist, and composites and aliases that lead back to themselves."""
    for entry in entries:
        if not isinstance(entry.target, Composite | Alias):
            continue
        known = {other.target.id: other.target for other in entries if other.is_figure == entry.is_figure}
        for member in entry.target.members:
            if member not in known:
                yield Fault(
                    entry.place,
                    f"there is no target {member!r}",
                    near_names(member, known),
                    code="unknown-target",
                )
        if _leads_to(entry.target.id, entry.target, known, set()):
            bundle = isinstance(entry.target, Composite)
            found = "the composite contains itself" if bundle else "the alias leads back to itself"
            yield Fault(entry.place, found, "other targets", code=f"{entry.target.type}-cycle")


def _leads_to(name: str, target: Composite | Alias, known: Mapping[str, Target], seen: set[str]) -> bool:
    for member in target.members:
        if member == name:
            return True
        below = known.get(member)
        if isinstance(below, Composite | Alias) and member not in seen:
            seen.add(member)
            if _leads_to(name, below, known, seen):
                return True
    return False
