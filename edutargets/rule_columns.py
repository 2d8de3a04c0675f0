"""Which columns a check looks at, those that only its SQL names included."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from edutargets.check_sql import predicate_of, query_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edutargets.checks import Check
    from edutargets.tables import Dictionary

__all__ = ["columns_of", "condition_of", "select_of"]

_BATCH = "rows_of_table"


def columns_of(check: Check, table: str, dictionary: Dictionary) -> frozenset[tuple[str, str]]:
    """Return the columns that a check looks at, each with its table: what a failure of it casts doubt on.

    A name in SQL that several tables of the query have counts for all of them: rather one column too many
    than a doubtful one unseen.

    Args:
        check: The check.
        table: The table it belongs to.
        dictionary: All tables.
    """
    own = dictionary.tables[table].columns
    found = {(table, name) for name in (*check.about, *check.named_columns) if name in own}
    select = select_of(check, table, dictionary)
    if select is not None:
        found.update(_named(select, table, dictionary))
    return frozenset(found)


def condition_of(check: Check, table: str, dictionary: Dictionary) -> exp.Expr | None:
    """Return the condition that every row must meet, parsed; none for a check that is no such condition."""
    text = predicate_of(check, table, dictionary)
    if text is None:
        return None
    try:
        return sqlglot.parse_one(f"({text})", read="duckdb").unnest()
    except SqlglotError:
        return None


def select_of(check: Check, table: str, dictionary: Dictionary) -> exp.Expr | None:
    """Return the SQL of a check as one parsed statement; none for a check without SQL of its own."""
    predicate, query = predicate_of(check, table, dictionary), query_of(check, table, dictionary)
    if predicate is None and query is None:
        return None
    sql = query or f"SELECT row_id FROM {{batch}} WHERE NOT (\n{predicate}\n)"  # noqa: S608  # parsed only
    try:
        return sqlglot.parse_one(sql.replace("{batch}", _BATCH), read="duckdb")
    except SqlglotError:
        return None


def _named(select: exp.Expr, table: str, dictionary: Dictionary) -> Iterator[tuple[str, str]]:
    """Yield each column that SQL names, in every table of the statement that may be meant."""
    meant: dict[str, set[str]] = {}
    for node in select.find_all(exp.Table):
        name = table if node.name == _BATCH else node.name
        if name in dictionary.tables:
            meant.setdefault(node.alias_or_name.lower(), set()).add(name)
    everywhere = {name for names in meant.values() for name in names}
    for column in select.find_all(exp.Column):
        owners = meant.get(column.table.lower(), everywhere)
        for owner in owners:
            for name in dictionary.tables[owner].columns:
                if name.lower() == column.name.lower():
                    yield owner, name
