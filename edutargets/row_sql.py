"""The SQL that shows the rows behind a verdict: what each school has, which weeks were missed by whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edutargets.expressions import Aggregate
from edutargets.frequencies import buckets_of
from edutargets.row_targets import Dispersion, Frequency
from edutargets.sql_writing import identifier, render
from edutargets.statistics import Joins
from edutargets.totals_sql import PrintedStatement

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from edutargets.attainment import Attainment
    from edutargets.expressions import Node
    from edutargets.rates import Every
    from edutargets.row_lists import RowList
    from edutargets.tables import Dictionary

__all__ = ["row_statement"]

_STEPS: Mapping[Every, str] = {"week": "7 DAY", "month": "1 MONTH", "quarter": "3 MONTH", "year": "1 YEAR"}


def row_statement(attainment: Attainment) -> PrintedStatement | None:
    """Write the statement that lists the rows of a dispersion, or all that was missed of a frequency."""
    measure, dictionary, result = attainment.measure, attainment.dictionary, attainment.deciding
    if (
        measure is None
        or measure.rows is None
        or dictionary is None
        or result is None
        or result.value is None
    ):
        return None
    if isinstance(attainment.target, Dispersion):
        return _spread(measure.rows.lists["rows"], result.years, dictionary)
    if isinstance(attainment.target, Frequency):
        return _missed(attainment.target, measure.rows.lists, result.years, dictionary)
    return None


def _joined(rows: RowList, dictionary: Dictionary) -> tuple[Joins, str]:
    """Return the look-ups of some rows, and the table with them."""
    joins = Joins(rows.table, dictionary)
    for node in rows.nodes():
        joins.add(Aggregate("count", rows.table, node, None, dictionary.tables[rows.table].counts))
    return joins, f"{identifier(rows.table)}{joins.sql()}"


def _filtered(where: Node | None, joins: Joins, *more: str) -> str:
    own = [f"({render(where, joins.names)})"] if where is not None else []
    conditions = [*own, *(one for one in more if one)]
    return "\nWHERE " + "\n  AND ".join(conditions) if conditions else ""


def _years(column: str, years: Sequence[int]) -> str:
    return f"{column} IN ({', '.join(map(str, years))})" if len(years) > 1 else f"{column} = {years[0]}"


def _spread(rows: RowList, years: Sequence[int], dictionary: Dictionary) -> PrintedStatement:
    joins, source = _joined(rows, dictionary)
    *keys, (_, value), (_, weight) = rows.columns
    names = [render(node, joins.names) for _, node in keys]
    heads = [*names, f"{render(value, joins.names)} AS value", f"{render(weight, joins.names)} AS weight"]
    period = dictionary.tables[rows.table].period
    dated = _years(f"{identifier(rows.table)}.{identifier(period)}", years) if period and years else ""
    lines = ",\n    ".join(heads)
    kept, order = _filtered(rows.where, joins, dated), ", ".join(names)
    sql = f"SELECT\n    {lines}\nFROM {source}{kept}\nORDER BY {order}"
    return PrintedStatement("listing", rows.table, sql)


def _missed(
    target: Frequency, lists: Mapping[str, RowList], years: Sequence[int], dictionary: Dictionary
) -> PrintedStatement | None:
    """List whoever owed a week, month, quarter or year and has too few events in it."""
    buckets = buckets_of(target, years)
    if not buckets:
        return None
    owing, events = lists["organisers"], lists["events"]
    calendar, owed, held = (_free(name, dictionary) for name in ("calendar", "owed", "held"))
    every = target.at_least.every
    first, step = f"DATE '{buckets[0][0]}'", f"INTERVAL {_STEPS[every]}"
    days = f"generate_series({first}, DATE '{buckets[-1][0]}', {step})"
    joins, source = _joined(events, dictionary)
    code, day = (render(node, joins.names) for _, node in events.columns)
    both = f"{held}.organiser = {owed}.organiser AND {held}.day BETWEEN {owed}.first_day AND {owed}.last_day"
    sql = f"""WITH {calendar} AS (
    SELECT CAST(day AS DATE) AS first_day, CAST(day + {step} - INTERVAL 1 DAY AS DATE) AS last_day
    FROM (SELECT UNNEST({days}) AS day)
),
{owed} AS (
{_owed(owing, calendar, years, every, dictionary)}
),
{held} AS (
SELECT {code} AS organiser, {day} AS day
FROM {source}{_filtered(events.where, joins)}
)
SELECT {owed}.organiser, {owed}.first_day, {owed}.last_day, COUNT({held}.day) AS events
FROM {owed}
LEFT JOIN {held} ON {both}
GROUP BY {owed}.organiser, {owed}.first_day, {owed}.last_day
HAVING COUNT({held}.day) < {target.at_least.times}
ORDER BY {owed}.organiser, {owed}.first_day"""  # noqa: S608  # quoted names and bound conditions
    return PrintedStatement("listing", events.table, sql)


def _free(name: str, dictionary: Dictionary) -> str:
    """Return a name that no table has."""
    while name in dictionary.tables:
        name += "_"
    return name


def _owed(rows: RowList, calendar: str, years: Sequence[int], every: Every, dictionary: Dictionary) -> str:
    """Say what everyone owes: all that lies wholly in the duty, in the years of its first and last day."""
    joins, source = _joined(rows, dictionary)
    code, *active = (render(node, joins.names) for _, node in rows.columns)
    period = dictionary.tables[rows.table].period
    ends = [f"{end} <= {calendar}.first_day" for end in active[:1]]
    ends += [f"{end} >= {calendar}.last_day" for end in active[1:]]
    gaps = len(years) <= max(years) - min(years)
    ends += [_years(f"YEAR({calendar}.{end})", years) for end in ("first_day", "last_day") if gaps]
    sides = []
    for end in ("first_day", "last_day") if every == "week" and period else ("first_day",):
        dated = f"{identifier(rows.table)}.{identifier(period)} = YEAR({calendar}.{end})" if period else ""
        sides.append(
            f"SELECT DISTINCT {code} AS organiser, {calendar}.first_day, {calendar}.last_day\n"
            f"FROM {source}\nCROSS JOIN {calendar}"
            f"{_filtered(rows.where, joins, *ends, dated, f'{code} IS NOT NULL')}"
        )
    return "\nINTERSECT\n".join(sides)
