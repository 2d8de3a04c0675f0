"""Who has to do what: the first schools and persons of a number needed, as a table of the explanation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edutargets.entities import ENTITY_BY_NAME
from edutargets.entity_conditions import split
from edutargets.expressions import aggregates_of, unit_of
from edutargets.identity_masks import masked
from edutargets.rosters import Roster
from edutargets.two_sides import sides_of
from edutargets.units import factors_of
from edutargets.wording import Ruler, chosen, decimal_text, decimals_of, unit_words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction

    import pint

    from edutargets.attainment import Attainment
    from edutargets.needs import Need, NeededRow
    from edutargets.wording import Language

__all__ = ["need_table"]

_MOST = 10
_TOLD = frozenset({"each", "some", "standards", "spread"})
Table = tuple[str, tuple[str, ...], tuple[tuple[str, ...], ...], frozenset[int]]


def need_table(attainment: Attainment, needs: Sequence[Need], language: Language) -> Table | None:
    """Tell who lacks how much, those with the most first; what was missed in time is told elsewhere.

    Args:
        attainment: The judged target.
        needs: The numbers needed.
        language: ``en`` or ``zh``.

    Returns:
        How many of them are told, the headings, the rows, and which columns hold numbers.
    """
    attainment = attainment.original
    need = next((one for one in needs if one.kind in _TOLD and one.rows), None)
    if need is None or attainment.dictionary is None:
        return None
    if need.kind == "standards":
        return _of_standards(attainment, need, language)
    rows = _most_first(need.rows)[:_MOST]
    names = _names(attainment, need, rows, language)
    adds, has = _change_heads(need, language)
    has_now, changes = _column([row.has for row in rows]), _column([row.amount for row in rows])
    heads = (chosen(language, "unit", "单位"), *_key_heads(attainment, need, rows, language), has, adds)
    cells = tuple(
        (*name, now, change.removeprefix("-") if need.amount < 0 else change)
        for name, now, change in zip(names, has_now, changes, strict=True)
    )
    return _told(need.rows, language), heads, cells, frozenset({len(heads) - 2, len(heads) - 1})


def _column(numbers: Sequence[Fraction]) -> list[str]:
    """Write exact numbers below each other, with the decimals that the longest of them needs."""
    digits = [decimals_of(number) for number in numbers]
    known = [one for one in digits if one is not None]
    if len(known) < len(digits):
        return Ruler(None).column(numbers)
    return [decimal_text(number, max(known)) for number in numbers]


def _most_first(rows: Sequence[NeededRow]) -> list[NeededRow]:
    return sorted(rows, key=lambda row: (-abs(row.amount), row.reporter, str(row.key)))


def _told(rows: Sequence[object], language: Language) -> str:
    """Say that only the first are told."""
    if len(rows) <= _MOST:
        return ""
    return chosen(
        language, f"below: the first {_MOST} of {len(rows):,}", f"下表列出前 {_MOST} 行，共 {len(rows):,} 行"
    )


def _change_heads(need: Need, language: Language) -> tuple[str, str]:
    unit = _noun(need.unit, language)
    ended = chosen(language, f" ({unit})", f"（{unit}）") if unit else ""
    less = need.amount < 0
    adds = chosen(language, "too many" if less else "more", "须减少" if less else "须增加")
    return f"{adds}{ended}", chosen(language, f"has{ended}", f"现有{ended}")


def _noun(unit: pint.Unit | None, language: Language) -> str:
    """Say what is counted as a heading does, without the counter before it: 教师, not 名教师."""
    factors = factors_of(unit) if unit is not None else {}
    (name, power) = next(iter(factors.items()), ("", 0))
    if language == "zh" and len(factors) == 1 and power == 1 and name in ENTITY_BY_NAME:
        return ENTITY_BY_NAME[name].zh
    return unit_words(unit, language)


# names ---------------------------------------------------------------------------------------------


def _table_of(attainment: Attainment, need: Need) -> str:
    """Return the table whose rows are told: that of the group, of the dispersion, of the totals."""
    measure = attainment.measure
    assert measure is not None  # it has a need
    if measure.rows is not None and "rows" in measure.rows.lists:
        return measure.rows.lists["rows"].table
    if measure.entities is not None and need.rows[0].key:
        return measure.entities.relation.table
    sides = sides_of(measure.value)
    assert sides is not None  # every school has sides of its own
    return aggregates_of(sides.above)[0].table


def _own_keys(attainment: Attainment, table: str, rows: Sequence[NeededRow]) -> list[str]:
    """Name the columns that tell apart the rows of one who reports; the year is told already."""
    assert attainment.dictionary is not None  # its callers look
    declared = attainment.dictionary.tables[table]
    known = [name for name, _ in rows[0].key]
    return [name for name in known if name not in {declared.reports, declared.period}]


def _key_heads(
    attainment: Attainment, need: Need, rows: Sequence[NeededRow], language: Language
) -> tuple[str, ...]:
    assert attainment.dictionary is not None  # its callers look
    table = _table_of(attainment, need)
    columns = attainment.dictionary.tables[table].columns
    keys = _own_keys(attainment, table, rows)
    return tuple(columns[name].title.in_language(language) or name for name in keys)


def _names(
    attainment: Attainment, need: Need, rows: Sequence[NeededRow], language: Language
) -> list[tuple[str, ...]]:
    """Name who reports each row, and what else its key says."""
    assert attainment.dictionary is not None  # its callers look
    table = _table_of(attainment, need)
    admitted = attainment.basis.admitted if attainment.basis is not None else None
    roster = Roster(attainment.dictionary, admitted, language).of_table(table)
    columns = attainment.dictionary.tables[table].columns
    keys = _own_keys(attainment, table, rows)
    found = []
    for row in rows:
        known = roster.get(row.reporter)
        name = known[0] if known is not None else ""
        who = f"{name} ({row.reporter})" if name and name != row.reporter else row.reporter
        values = dict(row.key)
        others = []
        for key in keys:
            text = str(values[key])
            label = columns[key].values[text].in_language(language) if text in columns[key].values else ""
            others.append(label or masked(text))
        found.append((masked(who), *others))
    return found


# several standards ---------------------------------------------------------------------------------


def _of_standards(attainment: Attainment, need: Need, language: Language) -> Table:
    """Tell for each school which standards to lift, and by how much."""
    measure, dictionary = attainment.measure, attainment.dictionary
    assert measure is not None  # it has a need
    assert measure.entities is not None  # it is held against standards
    assert dictionary is not None  # it was evaluated
    rows = need.rows[:_MOST]
    names, bound = _names(attainment, need, rows, language), measure.entities.standards
    heads = (
        chosen(language, "unit", "单位"),
        *_key_heads(attainment, need, rows, language),
        chosen(language, "standard", "标准"),
        chosen(language, "has", "现有"),
        chosen(language, "change", "增减"),
    )
    cells = []
    for name, row in zip(names, rows, strict=True):
        standard = bound[row.standard - 1]
        _, above, _ = split(standard.value)
        unit = unit_of(above if row.lever is None else row.lever, dictionary)
        cells.append(
            (
                *name,
                standard.name.in_language(language),
                _amount(unit, row.has, language),
                f"{'+' if row.amount > 0 else '-'}{_amount(unit, abs(row.amount), language)}",
            )
        )
    return _told(need.rows, language), heads, tuple(cells), frozenset({len(heads) - 2, len(heads) - 1})


def _amount(unit: pint.Unit, amount: Fraction, language: Language) -> str:
    return Ruler(unit, language).text(amount)
