"""Checks between periods as SQL: jumps, cumulative counts that fall, values that should never change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edutargets.asked_checks import quoted

if TYPE_CHECKING:
    from edutargets.asked_checks import Asked

__all__ = ["change_query", "falling_query", "jump_query"]


def _series(asked: Asked) -> str:
    """Return one value for each series and period: rows that belong together are added up.

    A sum with a blank in it is unknown. The first row of each is named.
    """
    column = asked.text("column")
    by = ", ".join(quoted(name) for name in (*asked.series, *asked.period))
    known = " AND ".join(f"{quoted(name)} IS NOT NULL" for name in (*asked.series, *asked.period))
    is_number = asked.table.columns[column].is_number
    value = asked.exact(column) if is_number else quoted(column)
    added = f"{'sum' if is_number else 'max'}({value})"
    return f"""
        SELECT {by}, min(row_id) AS row_id,
            CASE WHEN count(*) = count({value}) THEN {added} END AS " seen"
        FROM {asked.rows} WHERE {known} GROUP BY {by}
    """  # noqa: S608


def jump_query(asked: Asked) -> str:
    """Find values that rose or fell by more than a share of last period's value, and by more than the floor.

    Who has no row in the period before (new) or no row now (closed) is not judged, nor who had nothing
    before: there is no share of zero. The share shown is rounded away from zero.
    """
    period = quoted(asked.table.period or "")
    same = " AND ".join(f"n.{quoted(name)} = p.{quoted(name)}" for name in asked.series)
    apart = 'abs(n." seen" - p." seen")'
    share = f'CAST({apart} AS DOUBLE) / CAST(abs(p." seen") AS DOUBLE)'
    percent = f"CAST(ceil(1000 * {share}) / 10 AS VARCHAR)"
    return f"""
        WITH t AS ({_series(asked)})
        SELECT n.row_id, p.{period} AS before_period, p." seen" AS before, n." seen" AS now,
            n." seen" - p." seen" AS difference,
            CASE WHEN n." seen" > p." seen" THEN '+' ELSE '-' END || {percent} || ' %' AS change
        FROM t n JOIN t p ON {same} AND p.{period} = n.{period} - 1
        WHERE p." seen" <> 0 AND {apart} > {asked.number("share")} * abs(p." seen")
            AND {apart} > {asked.number("floor")}
        ORDER BY n.row_id
    """  # noqa: S608


def falling_query(asked: Asked) -> str:
    """Find values below the last known value of an earlier period."""
    by = ", ".join(quoted(name) for name in asked.series)
    period = quoted(asked.table.period or "")
    window = f"OVER (PARTITION BY {by} ORDER BY {period})"
    return f"""
        WITH t AS ({_series(asked)})
        SELECT row_id, " before_period" AS before_period, " before" AS before, " seen" AS now
        FROM (
            SELECT *, lag(" seen") {window} AS " before", lag({period}) {window} AS " before_period"
            FROM t WHERE " seen" IS NOT NULL
        )
        WHERE " seen" < " before" ORDER BY row_id
    """  # noqa: S608


def change_query(asked: Asked) -> str:
    """Find rows whose value differs from the one known before of the same person or thing.

    Before means the last earlier row with a value; rows of one period are taken as they stand in the file.
    The note says who had handed in the other value.
    """
    column, reports = asked.text("column"), quoted(asked.table.reports)
    by = ", ".join(quoted(name) for name in asked.names("by"))
    known = " AND ".join(
        f"{quoted(name)} IS NOT NULL" for name in (column, *asked.names("by"), *asked.period)
    )
    window = f"OVER (PARTITION BY {by} ORDER BY {', '.join([*map(quoted, asked.period), 'row_id'])})"
    dated = f', lag({quoted(asked.period[0])}) {window} AS " before_period"' if asked.period else ""
    when = ', " before_period" AS before_period' if asked.period else ""
    now = asked.shown(column)
    before = now.replace(quoted(column), '" before_value"')
    return f"""
        SELECT row_id{when}, {before} AS before, {now} AS now, " before_by" AS before_by
        FROM (
            SELECT *, lag({quoted(column)}) {window} AS " before_value",
                lag({reports}) {window} AS " before_by"{dated}
            FROM {asked.rows} WHERE {known}
        )
        WHERE {quoted(column)} <> " before_value" ORDER BY row_id
    """  # noqa: S608
