"""Checks of totals as SQL: parts against their total, rows of another table against a figure of this one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edutargets.asked_checks import quoted

if TYPE_CHECKING:
    from edutargets.asked_checks import Asked

__all__ = ["adding_up_query", "child_rows_query"]

# Names of our own begin with a blank, as no column and no table does.
_FIGURE, _FOUND, _ADDED, _THERE = '" figure"', '" found"', '" added"', '" there"'


def adding_up_query(asked: Asked) -> str:
    """Find rows whose parts do not agree with their total.

    A row with a blank total is not judged; a row with a blank part neither, unless `blanks` is `zero`.
    """
    total, parts = asked.text("total"), asked.names("parts")
    numbers = [asked.exact(part, (total, *parts)) for part in parts]
    if asked.text("blanks") == "zero":
        numbers = [f"coalesce({number}, 0)" for number in numbers]
    return f"""
        SELECT row_id, total AS {quoted(total)}, parts AS sum_of_parts, total - parts AS difference
        FROM (
            SELECT row_id, {asked.exact(total, parts)} AS total, {" + ".join(numbers)} AS parts
            FROM {asked.rows}
        )
        WHERE NOT ({_agree(asked, "parts", "total")}) ORDER BY row_id
    """  # noqa: S608


def _agree(asked: Asked, found: str, figure: str) -> str:
    """Return the comparison of what was added up with the figure it belongs to."""
    allowed = asked.number("tolerance")
    if "relative_tolerance" in asked.settings:
        allowed = f"{allowed} + {asked.number('relative_tolerance')} * abs({figure})"
    relation = asked.text("relation", "equal")
    if relation == "equal":
        return f"abs({figure} - {found}) <= {allowed}"
    return f"{found} - {figure} <= {allowed}" if relation == "at_most" else f"{figure} - {found} <= {allowed}"


def child_rows_query(asked: Asked) -> str:
    """Find figures with which the rows of another table do not agree, each with both sides.

    Rows of this table that belong together are added up first; the first of them is named. A figure that is
    blank, a sum with a blank in it, and one to which some row may or may not belong, is not judged. No row in
    the other table is zero, and said; only periods are compared of which the other table has a row at all.
    """
    child, column = asked.text("child"), asked.text("column")
    home = asked.dictionary.relation(child).table
    links = asked.links("on", [(mine, theirs) for theirs, mine in _parents(asked, home)])
    mine = ", ".join(quoted(name) for name, _ in links)
    theirs = ", ".join(quoted(name) for _, name in links)
    added = asked.text("sum_of")
    value = asked.exact(added, table=home) if added else "1"
    joined = " AND ".join(f"f.{quoted(here)} = c.{quoted(there)}" for here, there in links)
    note = quoted(f"{child}_{added or 'rows'}")
    return f"""
        WITH " figures" AS (
            SELECT {mine}, min(row_id) AS row_id, {_whole_sum(asked.exact(column))} AS {_FIGURE}
            FROM {asked.rows} GROUP BY {mine}
        ),
        " children" AS (
            SELECT {theirs}, true AS {_THERE}, {_whole_sum(value)} AS {_ADDED}
            FROM {asked.relation(child, asked.text("child_where"))} GROUP BY {theirs}
        ),
        " both" AS (
            SELECT f.*, {_THERE}, CASE WHEN {_THERE} THEN {_ADDED} ELSE 0 END AS {_FOUND}
            FROM " figures" f LEFT JOIN " children" c ON {joined}
            WHERE {_asked_for(asked, links, home)}{_settled(asked, child, links)}
        )
        SELECT row_id, {_FIGURE} AS {quoted(column)},
            CASE WHEN {_THERE} THEN CAST({_FOUND} AS VARCHAR) ELSE 'no rows' END AS {note},
            {_FIGURE} - {_FOUND} AS difference
        FROM " both" WHERE NOT ({_agree(asked, _FOUND, _FIGURE)}) ORDER BY row_id
    """  # noqa: S608


def _settled(asked: Asked, child: str, links: tuple[tuple[str, str], ...]) -> str:
    """Return that of no row of the other table it is unknown whether it belongs to the figure."""
    relation = asked.dictionary.relation(child)
    parts = [f"(\n{part}\n)" for part in (relation.where, asked.text("child_where")) if part]
    if not parts:
        return ""
    names = ", ".join(f"{quoted(there)} AS {quoted(here)}" for here, there in links)
    same = " AND ".join(f"u.{quoted(here)} = f.{quoted(here)}" for here, _ in links)
    unsure = f"SELECT {names} FROM {quoted(relation.table)} WHERE ({' AND '.join(parts)}) IS NULL"  # noqa: S608
    return f" AND NOT EXISTS (SELECT 1 FROM ({unsure}) u WHERE {same})"  # noqa: S608


def _parents(asked: Asked, child: str) -> tuple[tuple[str, str], ...]:
    return asked.dictionary.parent(child, asked.name) or ()


def _whole_sum(value: str) -> str:
    """Return a sum that is unknown as soon as one of its parts is."""
    return f"CASE WHEN count(*) = count({value}) THEN sum({value}) END"


def _asked_for(asked: Asked, links: tuple[tuple[str, str], ...], home: str) -> str:
    """Return which figures can be compared: all links known, and the other table there for the period."""
    known = [f"f.{quoted(here)} IS NOT NULL" for here, _ in links]
    period = asked.dictionary.tables[home].period
    dated = [(here, there) for here, there in links if there == period and here in asked.period]
    there = (
        f"f.{quoted(dated[0][0])} IN (SELECT {quoted(dated[0][1])} FROM {quoted(home)})"  # noqa: S608
        if dated
        else f"EXISTS (SELECT 1 FROM {quoted(home)})"  # noqa: S608
    )
    return " AND ".join([*known, there])
