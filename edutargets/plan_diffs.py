"""What changed from one plan to another: added, dropped, loosened, tightened, moved, reworded, re-read."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from edutargets.goal_changes import goal_direction, time_direction, who_direction
from edutargets.goal_wording import goal_words, time_words, type_words
from edutargets.measure_sql import evidence_rows
from edutargets.promises import Population
from edutargets.sources import Bilingual
from edutargets.targets import Alias, Comparison, Composite, Frequency, KOfN, Milestone
from edutargets.verdict_words import chosen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from edutargets.bound_measures import Measure
    from edutargets.goal_changes import Direction
    from edutargets.plans import Pack
    from edutargets.promises import Target
    from edutargets.verdict_words import Language

__all__ = ["KINDS", "Change", "Kind", "PlanDiff", "TargetDiff", "diff_packs"]

Kind = Literal[
    "dropped", "loosened", "tightened", "moved", "measured", "added", "re_read", "reworded", "changed"
]
KINDS: tuple[Kind, ...] = (
    "dropped",
    "loosened",
    "tightened",
    "moved",
    "measured",
    "added",
    "re_read",
    "reworded",
    "changed",
)
"""What can be said of a target, the weightiest first."""
What = Literal[
    "type",
    "measure",
    "goal",
    "who",
    "time",
    "quote",
    "clause",
    "title",
    "reading",
    "lead",
    "part_of",
    "population",
    "promises",
    "verified",
    "gross",
]
_OTHERS: tuple[What, ...] = ("lead", "part_of", "population", "gross")


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is different about a target.

    Args:
        what: Which side of it.
        kinds: What that means for the promise; ``moved`` may stand beside ``loosened`` or ``tightened``.
        before: What it was, in words.
        after: What it is.
    """

    what: What
    kinds: tuple[Kind, ...]
    before: Bilingual
    after: Bilingual


@dataclass(frozen=True, slots=True)
class TargetDiff:
    """A target or published figure that is not the same in both packs.

    Args:
        id: Its name in both.
        before: What it was; ``None`` if it was added.
        after: What it is; ``None`` if it was dropped.
        changes: What is different.
        figure: Whether it is a published figure to be reproduced.
    """

    id: str
    before: Target | None
    after: Target | None
    changes: tuple[Change, ...] = ()
    figure: bool = False

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """All that can be said of it, the weightiest first."""
        if self.before is None:
            return ("added",)
        if self.after is None:
            return ("dropped",)
        said = {kind for change in self.changes for kind in change.kinds}
        return tuple(kind for kind in KINDS if kind in said)


@dataclass(frozen=True, slots=True)
class PlanDiff:
    """All that is different between two packs, in the order of the later plan.

    Args:
        before: The name of the first pack.
        after: The name of the second.
        targets: The targets that differ.
    """

    before: str
    after: str
    targets: tuple[TargetDiff, ...]

    @property
    def same(self) -> bool:
        """Whether both promise the same in the same words."""
        return not self.targets

    @property
    def counts(self) -> Mapping[Kind, int]:
        """How many targets each can be said of; one target may stand under several."""
        found = Counter(kind for target in self.targets for kind in target.kinds)
        return {kind: found[kind] for kind in KINDS if found[kind]}


def diff_packs(before: Pack, after: Pack) -> PlanDiff:
    """Hold the targets of two packs against each other, by their ids.

    Loosened and tightened are said only where it is certain: the same measure, in the same unit, with exact
    numbers. What is measured differently is called so, and nothing is guessed about it. How something is
    written down (85 % or 0.85, blanks in an expression) makes no difference.
    """
    found: list[TargetDiff] = []
    for figure in (False, True):
        old, new = ((pack.figures if figure else pack.plan) for pack in (before, after))
        later = {target.id: target for target in new}
        earlier = {target.id: target for target in old}
        for name in _in_order(list(earlier), list(later)):
            sides = earlier.get(name), later.get(name)
            changes: tuple[Change, ...] = ()
            if sides[0] is not None and sides[1] is not None:
                known = before.measures.get(name), after.measures.get(name)
                changes = tuple(_changes((sides[0], known[0]), (sides[1], known[1])))
                if not changes:
                    continue
            found.append(TargetDiff(name, *sides, changes, figure))
    return PlanDiff(before.id, after.id, tuple(found))


def _in_order(old: list[str], new: list[str]) -> list[str]:
    """Put the names into the order of the later plan, each dropped one behind its last neighbour there."""
    order = list(new)
    place = 0
    for name in old:
        if name in order:
            place = order.index(name) + 1
        else:
            order.insert(place, name)
            place += 1
    return order


# one target ----------------------------------------------------------------------------------------

Sides = tuple["Target", "Measure | None"]


def _changes(before: Sides, after: Sides) -> Iterator[Change]:
    old, new = before[0], after[0]
    measured = _measured(*before) == _measured(*after)
    if old.type != new.type:
        yield Change("type", ("measured",), _said(type_words, old), _said(type_words, new))
    if not measured and (old.type == new.type or _expressions(old) != _expressions(new)):
        yield Change("measure", ("measured",), *_measures(old, new))
    goal = goal_direction(before, after)
    if not measured and goal in {"loosened", "tightened"}:
        goal = "changed"
    if goal != "same" and (old.type == new.type or _goal(*before) != _goal(*after)):
        yield Change("goal", _kinds(goal), *_told(_goal(*before), _goal(*after), old, new))
    grouped = old.entities is not None and new.entities is not None
    who: Direction = who_direction(old, new) if grouped else "same" if measured else "changed"
    if who != "same" and _who(old) != _who(new):
        decided = who if measured else "changed"
        yield Change("who", _kinds(decided), Bilingual(en=_who(old)), Bilingual(en=_who(new)))
    yield from _moved(old, new)
    yield from _words(old, new)
    yield from _rest(old, new)


def _kinds(direction: Direction) -> tuple[Kind, ...]:
    return (
        ("loosened",)
        if direction == "loosened"
        else ("tightened",)
        if direction == "tightened"
        else ("changed",)
    )


def _measured(target: Target, measure: Measure | None) -> object:
    """Return what is computed, the goal and the time left out: two that are equal compute the same."""
    if measure is None:
        return target.type
    if isinstance(target, Milestone):
        return target.type, evidence_rows(measure), target.done_on
    rows = None
    if measure.rows is not None and not isinstance(target, KOfN):  # its list follows from its standards
        rows = (dict(measure.rows.lists), measure.rows.zero_if_absent)
    if measure.entities is not None:
        group = measure.entities
        value: object = [one.value for one in group.standards] if group.standards else group.value
        return target.type, group.relation.table, group.where, value, str(group.unit), rows
    return target.type, dict(measure.parts), measure.against, str(measure.unit), rows


def _measures(old: Target, new: Target) -> tuple[Bilingual, Bilingual]:
    before, after = _expressions(old), _expressions(new)
    if before != after:
        return Bilingual(en=before), Bilingual(en=after)
    said = "the same words, by which its tables mean something else", "字面相同,但数据表的定义不同"
    return Bilingual(en=before), Bilingual(en=f"{after} ({said[0]})", zh=f"{after}（{said[1]}）")


def _expressions(target: Target) -> str:
    """Return the measure as it is written, on one line."""
    named: dict[str, object] = {"from": target.entities or target.from_, "where": target.where}
    named |= target.expressions()
    if isinstance(target, KOfN):
        named |= {f"condition {at}": one.value for at, one in enumerate(target.conditions, start=1)}
    if isinstance(target, Comparison):
        named["against"] = "; ".join(
            str(one) for one in (target.against.from_, target.against.value, target.against.where) if one
        )
    if isinstance(target, Frequency):
        named |= {"dated_by": target.dated_by, "active": target.active and ", ".join(target.active)}
    if isinstance(target, Milestone):
        named["done_on"] = target.done_on
    return "; ".join(f"{name}: {' '.join(str(said).split())}" for name, said in named.items() if said)


def _goal(target: Target, measure: Measure | None) -> Bilingual:
    if isinstance(target, Composite | Alias):
        return Bilingual(en=", ".join(target.members))
    return Bilingual(en=goal_words(target, measure, "en"), zh=goal_words(target, measure, "zh"))


def _told(before: Bilingual, after: Bilingual, old: Target, new: Target) -> tuple[Bilingual, Bilingual]:
    """Return both goals in words; as they are written, or with what proves them, where the words agree."""
    if before != after:
        return before, after
    written = [
        "; ".join(map(str, target.evidence if isinstance(target, Milestone) else target.quantities))
        for target in (old, new)
    ]
    if isinstance(old, KOfN) and isinstance(new, KOfN):
        written = ["; ".join(f"{one.word} {one.limit}" for one in target.conditions) for target in (old, new)]
    return (
        Bilingual(en=f"{before.en} ({written[0]})", zh=f"{before.zh}（{written[0]}）"),
        Bilingual(en=f"{after.en} ({written[1]})", zh=f"{after.zh}（{written[1]}）"),
    )


def _who(target: Target) -> str:
    if target.share_of is not None:
        return f"share_of: {target.share_of}, at least {target.share_at_least}"
    word = "each" if target.each is not None else "mean_of"
    return f"{word}: {target.entities}" if target.entities is not None else "all together"


def _moved(old: Target, new: Target) -> Iterator[Change]:
    direction = time_direction(old, new)
    if direction == "same":
        return
    kinds: tuple[Kind, ...] = ("moved",) if direction == "changed" else (*_kinds(direction), "moved")
    yield Change("time", kinds, _said(_when, old), _said(_when, new))


def _when(target: Target, language: Language) -> str:
    words = time_words(target, language).strip()
    due = str(target.by) if target.by is not None and str(target.by) not in words else ""
    until = chosen(language, f"until {due}", f"截至 {due}") if due else ""
    return ", ".join(part for part in (words, until) if part) or chosen(language, "no time", "未写明")


def _said(words: Callable[[Target, Language], str], target: Target) -> Bilingual:
    return Bilingual(en=words(target, "en"), zh=words(target, "zh"))


def _words(old: Target, new: Target) -> Iterator[Change]:
    """Tell what reads differently; blanks and line breaks make no difference."""
    sides = [
        {
            "quote": target.cite.quote if target.cite else "",
            "clause": target.cite.clause if target.cite else "",
        }
        for target in (old, new)
    ]
    for what in ("quote", "clause"):
        before, after = (side[what] for side in sides)
        if re.sub(r"\s+", "", before) != re.sub(r"\s+", "", after):
            yield Change(what, ("reworded",), Bilingual(en=before), Bilingual(en=after))
    if old.title != new.title:
        yield Change("title", ("reworded",), old.title, new.title)
    if old.reading != new.reading:
        none = Bilingual()
        yield Change("reading", ("re_read",), old.reading or none, new.reading or none)


def _rest(old: Target, new: Target) -> Iterator[Change]:
    for what in _OTHERS:
        before, after = (_shown(getattr(target, what, None)) for target in (old, new))
        if before != after:
            yield Change(what, ("changed",), Bilingual(en=before), Bilingual(en=after))
    if old.cite is None or new.cite is None:
        return
    pairs: tuple[tuple[What, object, object], ...] = (
        ("promises", old.cite.promises, new.cite.promises),
        ("verified", old.cite.verified, new.cite.verified),
    )
    for what, was, now in pairs:
        if was != now:
            yield Change(what, ("changed",), Bilingual(en=str(was)), Bilingual(en=str(now)))


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    if isinstance(value, Population):
        return str(value.number)
    return "" if value is None or value is False else str(value)
