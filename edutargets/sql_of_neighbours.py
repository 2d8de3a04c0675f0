"""Checks against others as SQL: copied blocks, values in another unit than their peers', heaps.

They raise questions: what they find is unlikely, not impossible.
"""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING

from edutargets.asked_checks import first_of, literal, others_of, quoted

if TYPE_CHECKING:
    from edutargets.asked_checks import Asked

__all__ = ["copied_query", "heaping_query", "unit_query"]

_DISTINCT = 6
_FACTORS = (10, 100, 10_000, 666.7)
_WIDTH = 0.35
_OUTLYING = 4
_SMALLEST_GROUP = 8
_NORMAL = 1.4826
"""How many median deviations make one standard deviation of a normal distribution."""
_WINDOW = 5
_SMALLEST_HEAP = 30
_UNLIKELY = 0.001
_EXCESS = 1.5
# Names of our own begin with a blank, as no column of a table does.
_HERE, _NEAR, _BELOW, _ABOVE = '" here"', '" near"', '" below"', '" above"'


def copied_query(asked: Asked) -> str:
    """Find reporters whose rows of a period hold the same numbers as somebody else's, in whatever order.

    Only blocks with enough different numbers other than zero: a few small numbers agree by chance. The first
    row of each block is named. A blank is like a blank.
    """
    key = {*asked.table.key, *asked.period}
    numbers = [n for n, column in asked.table.columns.items() if column.is_number and n not in key]
    columns = [quoted(name) for name in asked.names("columns") or numbers]
    who, when = quoted(asked.table.reports), [quoted(name) for name in asked.period]
    by = ", ".join([who, *when])
    known = " AND ".join(f"{name} IS NOT NULL" for name in (who, *when))
    line = " || '|' || ".join(f"coalesce(CAST({name} AS VARCHAR), '')" for name in columns)
    values = ", ".join(f"CAST({name} AS DECIMAL(38, 9))" for name in columns)
    twins = ", ".join(['" block"', *when])
    return f"""
        WITH t AS (SELECT * FROM {asked.rows} WHERE {known}),
        blocks AS (
            SELECT {by}, min(row_id) AS row_id, count(*) AS " many",
                string_agg({line}, ';' ORDER BY {line}) AS " block"
            FROM t GROUP BY {by}
        ),
        varied AS (
            SELECT {by} FROM (SELECT {by}, unnest([{values}]) AS " value" FROM t) WHERE " value" <> 0
            GROUP BY {by} HAVING count(DISTINCT " value") >= {asked.whole("distinct", _DISTINCT)}
        ),
        b AS (SELECT * FROM blocks SEMI JOIN varied USING ({by})),
        same AS (
            SELECT {twins}, {first_of(who)} AS " others" FROM b
            GROUP BY {twins} HAVING count(*) > 1
        )
        SELECT row_id, {others_of('" others"', who)} AS same_as, " many" AS "rows"
        FROM b JOIN same USING ({twins}) ORDER BY row_id
    """  # noqa: S608


def unit_query(asked: Asked) -> str:
    """Find values that are about 10, 100, 10,000 or 666.7 times their peers' median, or that part of it.

    A value counts only if it lies far outside the spread of its own peers, so that big and small schools are
    not taken for slips of the unit; amounts are best asked for `per` something. Zero, negative and blank
    values and groups that are too small are not judged. Nothing is mended: the note proposes the factor.
    """
    column, per = asked.text("column"), asked.text("per")
    peers = [quoted(name) for name in asked.names("peers")]
    value = f"CAST({quoted(column)} AS DOUBLE)" + (f" / CAST({quoted(per)} AS DOUBLE)" if per else "")
    asked_for = [f"{quoted(name)} > 0" for name in (column, per) if name]
    asked_for += [f"{name} IS NOT NULL" for name in peers]
    by = ", ".join(peers)
    return f"""
        WITH t AS (
            SELECT row_id, {quoted(column)}, {by}, log10({value}) AS " size"
            FROM {asked.rows} WHERE {" AND ".join(asked_for)}
        ),
        m AS (
            SELECT {by}, median(" size") AS " middle" FROM t
            GROUP BY {by} HAVING count(*) >= {asked.whole("min_group", _SMALLEST_GROUP)}
        ),
        d AS (SELECT t.*, " middle", " size" - " middle" AS " away" FROM t JOIN m USING ({by})),
        s AS (SELECT {by}, median(abs(" away")) AS " spread" FROM d GROUP BY {by}),
        f(" factor", " distance") AS (VALUES {_factors(asked)})
        SELECT row_id, {quoted(column)}, format('{{:.4g}}', pow(10, " middle")) AS {quoted(_median(per))},
            format('{{:.4g}}', pow(10, " away")) AS times_median,
            CASE WHEN " away" > 0 THEN '÷' ELSE '×' END || " factor" AS likely_factor
        FROM d JOIN s USING ({by})
        JOIN f ON abs(abs(" away") - " distance") <= {asked.number("width", _WIDTH)}
        WHERE abs(" away") > {asked.number("outlying", _OUTLYING)} * {_NORMAL} * " spread"
        QUALIFY 1 = row_number() OVER (
            PARTITION BY row_id ORDER BY abs(abs(" away") - " distance"), " distance"
        )
        ORDER BY row_id
    """  # noqa: S608


def _median(per: str) -> str:
    return f"peer_median_per_{per}" if per else "peer_median"


def _factors(asked: Asked) -> str:
    written = asked.settings.get("factors")
    factors = [n for n in written if isinstance(n, int | float)] if isinstance(written, list) else _FACTORS
    return ", ".join(f"('{literal(n)}', {math.log10(n)!r})" for n in factors)


def heaping_query(asked: Asked) -> str:
    """Find groups with far more values at a threshold than chance allows, and far too few short of it.

    Within `window` steps on either side every step is taken to be equally likely; both tails are exact
    binomial ones, and the limit is divided by the number of groups. Since among thousands of rows everything
    is unlikely, there must also be `excess` times as many as expected at the threshold. With `at_most` the
    side that must be thin is the one above. Where the groups are those who report, the first row at the
    threshold is named. With `totals_by` rows are added up first: the hours of a person in a year.
    """
    column, by = asked.text("column"), [quoted(name) for name in asked.names("by")]
    window = asked.whole("window", _WINDOW)
    cells = 2 * window + 1
    threshold = asked.number("threshold")
    short, beyond = (_ABOVE, _BELOW) if asked.text("limit") == "at_most" else (_BELOW, _ABOVE)
    known = " AND ".join(f"{name} IS NOT NULL" for name in (quoted(column), *by))
    group = f"GROUP BY {', '.join(by)}" if by else ""
    named = '" first_at"' if asked.table.reports in asked.names("by") else "CAST(NULL AS BIGINT)"
    limit = asked.number("p_value", _UNLIKELY)
    listed = "".join(f"{name}, " for name in by)
    return f"""
        WITH t AS (SELECT *, {_bin(asked, column)} AS " bin" FROM {_totals(asked, column)} WHERE {known}),
        g AS (
            SELECT {listed}count(*) AS {_NEAR}, count(*) FILTER (" bin" = 0) AS {_HERE},
                count(*) FILTER (" bin" < 0) AS {_BELOW}, count(*) FILTER (" bin" > 0) AS {_ABOVE},
                min(row_id) FILTER (" bin" = 0) AS " first_at"
            FROM t WHERE " bin" BETWEEN -{window} AND {window} {group}
            HAVING count(*) >= {asked.whole("min_rows", _SMALLEST_HEAP)}
        ),
        p AS (
            SELECT *, {_tail(_HERE, _NEAR, _NEAR, 1 / cells)} AS " p_heap",
                {_tail("0", short, f"{short} + {beyond}", 0.5)} AS " p_short", count(*) OVER () AS " groups"
            FROM g
        )
        SELECT {named} AS row_id, {listed}{_HERE} AS at_{_name(threshold)},
            round({_NEAR} / {cells}, 1) AS expected, {_BELOW} AS below, {_ABOVE} AS above,
            format('{{:.0e}}', greatest(" p_heap", " p_short")) AS p
        FROM p WHERE greatest(" p_heap", " p_short") <= {limit} / " groups"
            AND {_HERE} * {cells} >= {asked.number("excess", _EXCESS)} * {_NEAR}
        ORDER BY row_id, {listed}{_HERE}
    """  # noqa: S608


def _totals(asked: Asked, column: str) -> str:
    """Return the rows, or what those that belong together add up to; a blank makes a total unknown."""
    by = [quoted(name) for name in asked.names("totals_by")]
    if not by:
        return asked.rows
    value, listed = asked.exact(column), ", ".join(by)
    return f"""(
        SELECT {listed}, min(row_id) AS row_id,
            CASE WHEN count(*) = count({value}) THEN sum({value}) END AS {quoted(column)}
        FROM {asked.rows} WHERE {" AND ".join(f"{name} IS NOT NULL" for name in by)} GROUP BY {listed}
    )"""  # noqa: S608


def _name(number: str) -> str:
    return number.replace(".", "_").replace("-", "minus_")


def _bin(asked: Asked, column: str) -> str:
    """Return how many whole steps a value lies above the threshold, exactly: -1 is the step below it."""
    threshold, step = asked.number("threshold"), asked.number("step", 1)
    places = [asked.table.columns[column].scale or 0, *(len(n.partition(".")[2]) for n in (threshold, step))]
    unit = 10 ** max(places)
    above = f"CAST(({quoted(column)} - {threshold}) * {unit} AS HUGEINT)"
    width = int(Decimal(step) * unit)
    return f"(({above} - ({above} % {width} + {width}) % {width}) // {width})"


def _tail(low: str, high: str, many: str, chance: float) -> str:
    """Return the exact chance that between `low` and `high` of so many draws succeed."""
    term = (
        f"exp(lgamma({many} + 1) - lgamma(i + 1) - lgamma({many} - i + 1) "
        f"+ i * ln({chance!r}) + ({many} - i) * ln(1 - {chance!r}))"
    )
    return f"coalesce(list_sum(list_transform(range({low}, {high} + 1), lambda i: {term})), 0)"
