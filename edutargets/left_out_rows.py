"""The part of an explanation that names rows a view leaves out: all else holds, but a cell is blank."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from edutargets.engine import DuckDB
from edutargets.explanation_rows import shown_cell
from edutargets.explanation_section import Section
from edutargets.expressions import Aggregate, Column, IsNull, Logic, Negated, Node, all_of
from edutargets.listing_sql import listing_of
from edutargets.rosters import Roster
from edutargets.targets import Milestone
from edutargets.totals_sql import conjuncts
from edutargets.units import parse_unit
from edutargets.wording import Language, chosen, unit_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from edutargets.attainment import Attainment
    from edutargets.tables import Dictionary, Relation

__all__ = ["left_out"]

_MOST = 10


def left_out(attainment: Attainment, language: Language) -> Section | None:
    """Name the rows that a view leaves out only because cells that it asks for are blank.

    What a milestone wants to see as evidence has a part of its own.
    """
    attainment = attainment.original
    if attainment.deciding is None or attainment.basis is None or isinstance(attainment.target, Milestone):
        return None
    views = _views(attainment)
    for view, found in views.items():
        rows = _rows(attainment, view, found)
        if rows:
            return _section(attainment, view, rows, language)
    return None


def _views(attainment: Attainment) -> Mapping[Relation, Sequence[Aggregate]]:
    """Return the views that ask for cells to be filled, with what is counted of each."""
    assert attainment.measure is not None  # what was judged was measured
    assert attainment.dictionary is not None  # as above
    found: dict[Relation, list[Aggregate]] = {}
    for one in attainment.measure.aggregates():
        conditions = conjuncts(one.where)
        for view in _of_table(one.table, attainment.dictionary):
            parts = _parts(view, attainment.dictionary)
            if _filled(parts, view.table) and all(part in conditions for part in parts):
                found.setdefault(view, []).append(one)
    most = max((len(_parts(view, attainment.dictionary)) for view in found), default=0)
    return {v: own for v, own in found.items() if len(_parts(v, attainment.dictionary)) == most}


def _of_table(table: str, dictionary: Dictionary) -> Iterator[Relation]:
    return (dictionary.relation(name) for name in dictionary.tables[table].views)


def _parts(view: Relation, dictionary: Dictionary) -> tuple[Node, ...]:
    from edutargets.sql_reading import read_condition  # noqa: PLC0415  # sqlglot: see measures

    assert view.where is not None  # a view has a condition
    return conjuncts(read_condition(view.where, dictionary, view, f"view {view.name}"))


def _filled(parts: Sequence[Node], table: str) -> dict[str, Node]:
    """Return the conditions that a cell is not blank, by its column."""
    return {
        part.item.item.name: part
        for part in parts
        if isinstance(part, Negated)
        and isinstance(part.item, IsNull)
        and isinstance(part.item.item, Column)
        and part.item.item.table == table
    }


def _rows(
    attainment: Attainment, view: Relation, counted: Sequence[Aggregate]
) -> tuple[dict[str, object], ...]:
    """List the rows of which all else holds; what was set aside is told elsewhere."""
    assert attainment.basis is not None  # its caller looked
    filled = _filled(_parts(view, attainment.basis.dictionary), view.table)
    wanted = set(filled.values())
    others = [
        all_of(*(one for one in conjuncts(aggregate.where) if one not in wanted)) for aggregate in counted
    ]
    alternatives = tuple(dict.fromkeys(one for one in others if one is not None))
    anything = len(alternatives) < len(set(others)) or not alternatives
    kept = () if anything else alternatives if len(alternatives) == 1 else (Logic("or", alternatives),)
    heads = {name: Column(view.table, name) for name in filled}
    statement = listing_of(attainment, view.table, heads, kept, all_of(*filled.values()))
    admitted = attainment.basis.admitted
    tables = {name: table.rows for name, table in admitted.tables.items() if name in statement.sql}
    if admitted.set_aside is not None and view.table in admitted.set_aside.marks:
        tables[view.table] = tables[view.table].filter(admitted.set_aside.marks[view.table])
    names = [name for name, _ in statement.columns]
    return tuple(dict(zip(names, row, strict=True)) for row in DuckDB(tables).run(statement.sql))


def _section(
    attainment: Attainment, view: Relation, rows: Sequence[Mapping[str, object]], language: Language
) -> Section:
    assert attainment.basis is not None  # its caller looked
    table = attainment.basis.dictionary.tables[view.table]
    title = table.views[view.name].title.in_language(language) or view.name
    unit = unit_words(parse_unit(table.counts)[1], language, Fraction(len(rows)))
    verb = "is not counted: it leaves" if len(rows) == 1 else "are not counted: they leave"
    said = chosen(
        language,
        f"{len(rows):,} {unit} {verb} blank what “{title}” asks for",
        f"有 {len(rows):,} {unit}未计入：缺少“{title}”要求的内容",
    )
    more = chosen(language, f"; the first {_MOST}", f"，列出前 {_MOST} 条") if len(rows) > _MOST else ""
    names = list(rows[0])
    heads = tuple(table.columns[name].title.in_language(language) or name for name in names)
    known = Roster(attainment.basis.dictionary, attainment.basis.admitted, language).of_table(view.table)
    cells = []
    for row in rows[:_MOST]:
        code = str(row[table.reports])
        name = known[code][0] if code in known else ""
        who = f"{name} ({code})" if name and name != code else code
        cells.append(tuple(who if one == table.reports else shown_cell(row[one], language) for one in names))
    label = chosen(language, "left out", "未计入")
    return Section("left_out", label, (f"{said}{more}",), heads, tuple(cells))
