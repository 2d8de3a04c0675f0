"""A pack's content without its form: the promises, the tables, the texts, the rules of the gate."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from edutargets.canonical_json import hash_of_content
from edutargets.plans import written

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from edutargets.plans import Pack
    from edutargets.tables import Dictionary

__all__ = ["canonical_plan", "hash_of_plan", "hash_of_suites"]

_LAYOUT = frozenset({"tables", "plan", "figures", "exclusions", "findings"})
"""What only says which file holds what."""


def hash_of_plan(pack: Pack) -> str:
    """Return one hash of what a plan promises and of the tables it is held against.

    A comment, the order of keys, quotes, or how the files are cut change nothing; a number, a unit, a quote
    or a word of a reading changes it.
    """
    return hash_of_content(canonical_plan(pack))


def canonical_plan(pack: Pack) -> Mapping[str, object]:
    """Return the content of a pack as plain values, ready to be written in one form."""
    file = pack.file.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude=set(_LAYOUT))
    return {
        "pack": file,
        "texts": {name: text.sha256 for name, text in pack.texts.items()},
        "tables": pack.dictionary.model_dump(mode="json", by_alias=True, exclude_defaults=True),
        "orders": dict(_orders(pack.dictionary)),
        "targets": [written(target) for target in pack.plan],
        "figures": [written(target) for target in pack.figures],
    }


def _orders(dictionary: Dictionary) -> Iterator[tuple[str, list[str]]]:
    """Yield the vocabularies that run from low to high: there the order of keys says something."""
    for name, table in dictionary.tables.items():
        for column_name, column in table.columns.items():
            if column.ordered:
                yield f"{name}.{column_name}", list(column.values)


def hash_of_suites(pack: Pack) -> str:
    """Return one hash of the checks of all tables of a pack, whatever the form of their files."""
    folder = pack.suites_folder
    found = {
        name: json.loads((folder / f"{name}.json").read_text(encoding="utf-8-sig"))
        for name in pack.dictionary.tables
        if (folder / f"{name}.json").is_file()
    }
    return hash_of_content(found)
