"""Which targets rest on which columns, so that a doubtful row can be told from a doubtful verdict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from edutargets.targets import Alias, Composite

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from edutargets.checks import Check
    from edutargets.plans import Pack
    from edutargets.promises import Target

__all__ = ["FedTargets", "fed_targets"]


@dataclass(frozen=True, slots=True)
class FedTargets:
    """For every column and table of a pack, the targets whose verdict rests on it.

    Args:
        pack: The pack.
        columns: The targets by table and column, in the order of the plan.
        tables: The targets by table.
    """

    pack: Pack
    columns: Mapping[tuple[str, str], tuple[str, ...]]
    tables: Mapping[str, tuple[str, ...]]

    def of_check(self, check: Check, table: str) -> tuple[str, ...]:
        """Return the targets whose verdict rests on what a check looks at.

        What names or dates a row, or says who reports it, feeds every target on its table: a row told twice
        is counted twice. Targets that the suite names itself come on top.

        Args:
            check: The check.
            table: The table it belongs to.
        """
        from edutargets.rule_columns import columns_of  # noqa: PLC0415  # sqlglot: see measures

        looked_at = columns_of(check, table, self.pack.dictionary)
        return self._in_order((*self._of(looked_at), *check.targets))

    def of_columns(self, table: str, columns: Iterable[str]) -> tuple[str, ...]:
        """Return the targets whose verdict rests on some columns of a table, or on all of it."""
        names = [(table, name) for name in columns if name]
        return self._in_order(self._of(names)) if names else self.tables.get(table, ())

    def _of(self, columns: Iterable[tuple[str, str]]) -> Iterable[str]:
        for table, column in columns:
            declared = self.pack.dictionary.tables[table]
            whole = column in {*declared.key, declared.reports, declared.period}
            yield from (self.tables if whole else {}).get(table, ())
            yield from self.columns.get((table, column), ())

    def _in_order(self, names: Iterable[str]) -> tuple[str, ...]:
        wanted = set(names)
        return tuple(name for name in self.pack.plan.ids if name in wanted)


def fed_targets(pack: Pack) -> FedTargets:
    """Find out which targets of a pack rest on which columns; what bundles or repeats others rests on theirs.

    Args:
        pack: The pack.

    Examples:
        >>> from edutargets.plans import read_pack
        >>> fed = fed_targets(read_pack("jieyang-district-2023"))
        >>> "special.per-pupil-amount" in fed.columns["special_finance", "public_funds"]
        True
    """
    columns: dict[tuple[str, str], set[str]] = {}
    tables: dict[str, set[str]] = {}
    targets = {target.id: target for target in pack.plan}
    for target in targets.values():
        for name in (target.id, *_members(target, targets)):
            if name not in pack.measures:
                continue
            needed, named = pack.measures[name].needs()
            for table in needed:
                tables.setdefault(table, set()).add(target.id)
            for column in named:
                columns.setdefault(column, set()).add(target.id)
    order = {name: at for at, name in enumerate(targets)}
    return FedTargets(
        pack,
        {column: tuple(sorted(names, key=order.__getitem__)) for column, names in columns.items()},
        {table: tuple(sorted(names, key=order.__getitem__)) for table, names in tables.items()},
    )


def _members(target: Target, targets: Mapping[str, Target]) -> Iterable[str]:
    """Yield everything that a bundle or a repetition stands for, down to targets with a measure."""
    for member in target.members if isinstance(target, Composite | Alias) else ():
        yield member
        yield from _members(targets[member], targets)
