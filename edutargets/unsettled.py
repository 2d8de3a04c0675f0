"""What no range can say once rows were set aside: they could be anybody's, or of any year."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow.compute as pc

from edutargets.expressions import ChildValue, walk
from edutargets.row_targets import Frequency
from edutargets.set_aside import ROW_ADMITTED
from edutargets.sources import Bilingual

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pyarrow as pa

    from edutargets.bound_measures import Measure
    from edutargets.set_aside import SetAside
    from edutargets.tables import Column, Dictionary

__all__ = ["plausible", "unsettled"]

_NAMED = 5


def unsettled(
    measure: Measure, aside: SetAside, tables: Mapping[str, pa.Table], dictionary: Dictionary
) -> Bilingual | None:
    """Say why a target has no verdict, and no range either; ``None`` where it has.

    Args:
        measure: The target, bound to the tables.
        aside: What was set aside.
        tables: The rows as an engine counts them.
        dictionary: All tables.
    """
    needed, _ = measure.needs()
    for table in sorted(needed & set(aside.incomplete)):
        return _not_reported(table, aside.incomplete[table], dictionary)
    for table in sorted(set(measure.tables) & set(aside.marks)):
        found = _of_any_year(table, tables[table], dictionary)
        if found is not None:
            return found
    for child in _children(measure):
        table = child.aggregate.table
        if table not in aside.marks:
            continue
        for mine, _ in child.link:
            number = _blank(tables[table], mine)
            if number:
                return _of_anybody(table, number, dictionary)
    if isinstance(measure.target, Frequency) and measure.rows is not None:
        owing = measure.rows.lists["organisers"].table
        if owing in aside.marks and len(aside.doubtful[owing]):
            return _of_anybody(owing, len(aside.doubtful[owing]), dictionary)
    return None


def _children(measure: Measure) -> Iterator[ChildValue]:
    """Yield whatever child rows amount to for each of a group."""
    roots = [*measure.aggregates(), *(node for rows in measure.row_lists() for node in rows.nodes())]
    return (node for root in roots for node in walk(root) if isinstance(node, ChildValue))


def _blank(rows: pa.Table, column: str) -> int:
    """Return how many rows that were set aside do not say what they point to."""
    admitted = pc.fill_null(rows[ROW_ADMITTED], fill_value=False)
    return int(pc.sum(pc.and_(pc.is_null(rows[column]), pc.invert(admitted))).as_py() or 0)


def _of_any_year(table: str, rows: pa.Table, dictionary: Dictionary) -> Bilingual | None:
    period = dictionary.tables[table].period
    if period is None:
        return None
    title = _zh(table, dictionary)
    undated = rows[period].null_count
    if undated:
        return Bilingual(
            en=f"{undated:,} rows of {table} were set aside and could be of any year",
            zh=f"表“{title}”有 {undated:,} 行被剔除，可能属于任何年度",
        )
    there = rows.filter(pc.is_valid(rows[ROW_ADMITTED]))
    doubtful = set(pc.unique(rows[period]).to_pylist()) - set(pc.unique(there[period]).to_pylist())
    if not doubtful:
        return None
    year = min(doubtful)
    return Bilingual(
        en=f"every row of {table} for {year} was set aside", zh=f"表“{title}”{year} 年的数据全部被剔除"
    )


def _not_reported(table: str, who: tuple[str, ...], dictionary: Dictionary) -> Bilingual:
    named, many = who[:_NAMED], len(who) > _NAMED
    more, all_zh = f" and {len(who) - _NAMED:,} more" if many else "", f"等 {len(who):,} 家" if many else ""
    return Bilingual(
        en=f"{table} was not handed in by {', '.join(named)}{more}",
        zh=f"下列单位没有报送表“{_zh(table, dictionary)}”：{'、'.join(named)}{all_zh}",
    )


def _of_anybody(table: str, number: int, dictionary: Dictionary) -> Bilingual:
    return Bilingual(
        en=f"{number:,} rows of {table} were set aside and could be anybody's",
        zh=f"表“{_zh(table, dictionary)}”有 {number:,} 行被剔除，可能属于任何单位或个人",
    )


def _zh(table: str, dictionary: Dictionary) -> str:
    return dictionary.tables[table].title.in_language("zh") or table


def plausible(dictionary: Dictionary, tables: Mapping[str, pa.Table]) -> Dictionary:
    """Return the tables with ranges that hold every value that was admitted: what is unknown may be as odd.

    Args:
        dictionary: The tables as the pack has them.
        tables: The rows that were handed in.
    """
    wider = {}
    for name, table in dictionary.tables.items():
        if name not in tables:
            continue
        columns = {
            column: _wider(declared, tables[name][column])
            for column, declared in table.columns.items()
            if declared.range is not None and declared.is_number
        }
        if any(columns[column] is not table.columns[column] for column in columns):
            wider[name] = table.model_copy(update={"columns": {**table.columns, **columns}})
    if not wider:
        return dictionary
    return dictionary.model_copy(update={"tables": {**dictionary.tables, **wider}})


def _wider(column: Column, values: pa.ChunkedArray) -> Column:
    assert column.range is not None  # its caller looked
    ends = pc.min_max(values).as_py()
    if ends["min"] is None or (column.range[0] <= ends["min"] and ends["max"] <= column.range[1]):
        return column
    kind = type(column.range[0])
    low, high = min(column.range[0], kind(ends["min"])), max(column.range[1], kind(ends["max"]))
    return column.model_copy(update={"range": (low, high)})
