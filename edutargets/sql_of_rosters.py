"""Checks against rosters as SQL: what is pointed to exists, and everybody has handed in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edutargets.asked_checks import quoted

if TYPE_CHECKING:
    from edutargets.asked_checks import Asked

__all__ = ["everyone_query", "reference_query", "referenced"]

# Names of our own begin with a blank, as no column and no table does.
_KNOWN, _THERE, _MANY, _NTH = '" known"', '" there"', '" many"', '" nth"'
_ROWS = '"rows"'


def referenced(asked: Asked) -> tuple[str, str]:
    """Return the table or view and the column that a column points to."""
    column = asked.table.columns[asked.text("column")]
    relation, _, target = asked.text("references", column.references or "").partition(".")
    return relation, target


def reference_query(asked: Asked) -> str:
    """Find rows that point to nothing in their period; the note says in which periods it did exist.

    A blank points nowhere and is not judged; nor is anything where the other table has no row at all.
    """
    column = asked.text("column")
    relation, target = referenced(asked)
    home = asked.dictionary.tables[asked.dictionary.relation(relation).table]
    dated = bool(asked.period and home.period and home.period in home.key) and not asked.flag("any_period")
    where = [f"k.code IS NULL AND b.{quoted(column)} IS NOT NULL"]
    there, same, when, ever = f"SELECT DISTINCT {quoted(target)} AS code", "", "", ""
    if dated:
        mine = f"b.{quoted(asked.period[0])}"
        there += f", {quoted(str(home.period))} AS period"
        same = f" AND k.period = {mine}"
        when = f", {mine}, e.known_in"
        where.append(f"{mine} IS NOT NULL")
        ever = f"""
        LEFT JOIN (
            SELECT code, string_agg(CAST(period AS VARCHAR), '/' ORDER BY period) AS known_in
            FROM {_KNOWN} GROUP BY code
        ) e ON e.code = b.{quoted(column)}"""  # noqa: S608
    return f"""
        WITH {_KNOWN} AS ({there} FROM {asked.relation(relation)})
        SELECT b.row_id, {asked.shown(column, "b.")} AS {quoted(column)}{when}
        FROM {asked.rows} b LEFT JOIN {_KNOWN} k ON k.code = b.{quoted(column)}{same}{ever}
        WHERE {" AND ".join(where)}
            AND EXISTS (SELECT 1 FROM {quoted(asked.dictionary.relation(relation).table)})
        ORDER BY b.row_id
    """  # noqa: S608


def everyone_query(asked: Asked) -> str:
    """Find who is on the roster and has handed in no row, and rows too many where each hands in one.

    The periods are those of this table; `every_period` asks for all periods of the roster. Without a period
    here, the roster's last one counts. What is missing has no row, so the note names it.
    """
    roster = asked.text("roster")
    home = asked.dictionary.tables[asked.dictionary.relation(roster).table]
    reporter = asked.dictionary.reporter_on(asked.name, roster)
    links = asked.links("on", [(asked.table.reports, reporter)] if reporter else ())
    links = tuple(link for link in links if link[0] not in asked.period)
    here = [quoted(mine) for mine, _ in links] + [quoted(name) for name in asked.period]
    due = _due(asked, links, home.period)
    same = " AND ".join(f"d.{name} = h.{name}" for name in here)
    missing = f"""
        SELECT CAST(NULL AS BIGINT) AS row_id, {", ".join(f"d.{name}" for name in here)}, 0 AS {_ROWS}
        FROM ({due}) d LEFT JOIN (SELECT DISTINCT {", ".join(here)}, true AS {_THERE} FROM {asked.rows}) h
            ON {same}
        WHERE h.{_THERE} IS NULL
    """  # noqa: S608
    twice = f" UNION ALL {_too_many(asked, here)}" if asked.flag("exactly_one") else ""
    return f"SELECT * FROM ({missing}{twice}) ORDER BY {', '.join(here)}, row_id"  # noqa: S608


def _too_many(asked: Asked, here: list[str]) -> str:
    """Return all rows but the first of those that hand in several."""
    listed, partition = ", ".join(here), f"PARTITION BY {', '.join(here)}"
    known = " AND ".join(f"{name} IS NOT NULL" for name in here)
    return f"""
        SELECT row_id, {listed}, {_MANY} AS {_ROWS}
        FROM (
            SELECT *, count(*) OVER ({partition}) AS {_MANY},
                row_number() OVER ({partition} ORDER BY row_id) AS {_NTH}
            FROM {asked.rows} WHERE {known}
        )
        WHERE {_NTH} > 1
    """  # noqa: S608


def _due(asked: Asked, links: tuple[tuple[str, str], ...], period: str | None) -> str:
    """Return who must hand in, and in which period, under the names of this table's columns."""
    roster = asked.relation(asked.text("roster"))
    names = ", ".join(f"r.{quoted(theirs)} AS {quoted(mine)}" for mine, theirs in links)
    known = " AND ".join(f"r.{quoted(theirs)} IS NOT NULL" for _, theirs in links)
    theirs = f"r.{quoted(period or '')}"
    if not asked.period:
        last = f" AND {theirs} = (SELECT max({quoted(period)}) FROM {roster})" if period else ""  # noqa: S608
        return f"SELECT DISTINCT {names} FROM {roster} r WHERE {known}{last}"  # noqa: S608
    mine = quoted(asked.period[0])
    handed_in = f"(SELECT DISTINCT {mine} FROM {{batch}} WHERE {mine} IS NOT NULL)"  # noqa: S608
    if not period:
        return f"SELECT DISTINCT {names}, p.{mine} FROM {roster} r CROSS JOIN {handed_in} p WHERE {known}"  # noqa: S608
    those = "" if asked.flag("every_period") else f" AND {theirs} IN {handed_in}"
    return (
        f"SELECT DISTINCT {names}, {theirs} AS {mine} FROM {roster} r "  # noqa: S608
        f"WHERE {known} AND {theirs} IS NOT NULL{those}"
    )
