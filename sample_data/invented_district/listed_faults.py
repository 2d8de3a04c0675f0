"""Faults that stand in a list, table by table; the head of `town_faults.yaml` says how."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from invented_district.planting import Planter

__all__ = ["plant_listed"]


def plant_listed(planter: Planter, path: Path) -> None:
    """Plant all faults of a list."""
    faults = yaml.safe_load(path.read_text(encoding="utf-8"))
    for first in (True, False):  # what is dropped moves the rows below it
        for table, listed in faults.items():
            used: set[int] = set()
            for code, how, where, written, words in listed:
                if (how == "drop") is first:
                    _plant(planter, table, used, (code, how, where, written, words))


def _plant(
    planter: Planter,
    table: str,
    used: set[int],
    fault: tuple[str, str, Mapping[str, object], Mapping[str, object], str],
) -> None:
    """Plant one fault: change the first such row that is still sound, append one like it, or take it away."""
    code, how, where, written, words = fault
    kind, _, says = words.partition(": ")
    rows = planter.sheets[table].rows
    like = [at for at, row in enumerate(rows) if all(str(row[key]) == str(is_) for key, is_ in where.items())]
    if how == "drop":
        planter.sheets[table].rows = [row for at, row in enumerate(rows) if at not in like]
    if how == "hide":
        rows[like[0]].update(written)
    if how == "hide" or (how == "drop" and not written):
        planter.note_missing(table, rows[like[0]], kind=kind, code=code, says=says)
        return
    if how == "drop":
        at = planter.find(table, **written)
        planter.note(table, at, planter.sheets[table].columns[0], kind=kind, code=code, says=says)
        return
    column = next(iter(written), planter.sheets[table].columns[0])
    if how == "add":
        rows.append({**rows[like[0]], **written})
        at = len(rows) - 1
    else:
        at = next(at for at in like if at not in used)
        rows[at].update(written)
    used.add(at)
    planter.note(table, at, column, kind=kind, code=code, says=says)
