"""Two sets of results held against each other: which target's number moved from what to what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from edutargets.baselines import EXPLAINED, SHOWN
from edutargets.installed_packages import MATTER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from edutargets.baselines import Baseline, Fields

__all__ = ["Change", "Moved", "input_changes", "moved", "moved_between"]

_TELLING = frozenset({"edutargets", "python", *MATTER})
_BY_CHANCE = frozenset({"lock", "packages"})
Kind = Literal["changed", "added", "removed"]
_FIRST = ("verdict", "value", "period", "goal", "unit", "agreement", "reason_en")
_FOLLOW = ("shortfall", "needed", "lower", "upper", "parts.", "years.", "members.", "reason_zh")
"""What moves with a value and is told only where no value did."""


@dataclass(frozen=True, slots=True)
class Change:
    """One field, or one input, that is not what it was.

    Args:
        field: Its name.
        old: What it was; nothing where it was not there.
        new: What it is now; nothing where it is gone.
    """

    field: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class Moved:
    """One target of which something is not what it was.

    Args:
        id: The target, or what else the record is of.
        block: Where in the notebook it is shown.
        kind: Whether it changed, came or went.
        changes: Every field that differs, those that say most first.
        old: The record as it was.
        new: The record as it is.
    """

    id: str
    block: str
    kind: Kind
    changes: tuple[Change, ...]
    old: Fields
    new: Fields

    @property
    def is_text(self) -> bool:
        """Whether it is the text of a cell, not a record of a target or of a gate."""
        return self.block.endswith(SHOWN)

    @property
    def telling(self) -> tuple[Change, ...]:
        """The changes that say it: parts and years follow the value, and are left out beside it."""
        leading = tuple(one for one in self.changes if not one.field.startswith(_FOLLOW))
        return leading or self.changes[:3]


def moved(old: Baseline, new: Baseline) -> tuple[Moved, ...]:
    """Return every target that moved, once, wherever it is shown; a verdict that turned comes first.

    A notebook shows a target in a table and again explained: what was told of the one is not told again of
    the other. What is told is decided by the target's id and the field.
    """
    blocks = sorted({*old.results, *new.results}, key=lambda name: (name.endswith(EXPLAINED), name))
    found: list[Moved] = []
    told: set[str] = set()
    known: set[tuple[str, tuple[Change, ...]]] = set()
    for block in blocks:
        for one in moved_between(old.results.get(block, {}), new.results.get(block, {}), block):
            again = block.endswith(EXPLAINED) and one.kind == "changed" and one.id in told
            if not again and (one.id, one.changes) not in known:
                found.append(one)
                known.add((one.id, one.changes))
        told = {one.id for one in found}
    return tuple(sorted(found, key=_weight))


def _weight(one: Moved) -> int:
    if any(change.field == "verdict" for change in one.changes):
        return 0
    return 3 if one.is_text else 1 if one.kind != "changed" else 2


def moved_between(old: Mapping[str, Fields], new: Mapping[str, Fields], block: str) -> Iterator[Moved]:
    """Yield the records that differ, in the order in which they stood; what is new comes last."""
    for name in [*old, *(name for name in new if name not in old)]:
        before, after = old.get(name, {}), new.get(name, {})
        kind: Kind = "changed" if name in old and name in new else "removed" if name in old else "added"
        changes = tuple(_changes(before, after))
        if changes or kind != "changed":
            yield Moved(name, block, kind, changes, before, after)


def _changes(old: Fields, new: Fields) -> Iterable[Change]:
    names = sorted({*old, *new}, key=lambda name: (_rank(name), name))
    return [
        Change(name, _text(old.get(name)), _text(new.get(name)))
        for name in names
        if _differ(old.get(name), new.get(name))
    ]


def _differ(old: object, new: object) -> bool:
    return type(old) is not type(new) or old != new


def _rank(name: str) -> int:
    return _FIRST.index(name) if name in _FIRST else len(_FIRST)


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def input_changes(old: Baseline, new: Baseline) -> tuple[Change, ...]:
    """Return what the results were made from that is not the same: parameters, data, plan, cells, versions.

    A lock file is compared only where both runs had one: an installed package has none. So is the version of
    a package that no number passes through: an extra may be installed here and not there.
    """
    found: list[Change] = []
    pairs: tuple[tuple[str, Mapping[str, object], Mapping[str, object]], ...] = (
        ("parameter ", old.parameters, new.parameters),
        ("", old.inputs, new.inputs),
        ("version ", old.versions, new.versions),
    )
    for kind, before, after in pairs:
        for name in sorted({*before, *after}, key=lambda name: (name not in _TELLING, name)):
            one = Change(f"{kind}{name}", _text(before.get(name)), _text(after.get(name)))
            by_chance = name in _BY_CHANCE or (kind == "version " and name not in _TELLING)
            if one.old != one.new and not (by_chance and None in {one.old, one.new}):
                found.append(one)
    return tuple(found)
