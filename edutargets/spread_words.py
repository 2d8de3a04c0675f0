"""Where a dispersion comes from, as a part of an explanation: between towns, within them, who moves it."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from edutargets.decompositions import added
from edutargets.dispersion_groups import by_group, moves_most
from edutargets.dispersions import root, spread_of
from edutargets.evaluation import NoValueError
from edutargets.explanation_section import Section
from edutargets.judged_words import part_ruler
from edutargets.rosters import roster_of
from edutargets.rounded_sums import adding_up
from edutargets.row_targets import Dispersion
from edutargets.wording import Ruler, chosen, decimal_text, limits_of, rounded, unit_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edutargets.attainment import Attainment
    from edutargets.dispersion_groups import GroupSpread
    from edutargets.dispersions import Share, Spread
    from edutargets.judging import Result
    from edutargets.rosters import Roster
    from edutargets.wording import Language

__all__ = ["spread_groups"]

_MOST = 10
_DIGITS = 2
_HUNDRED = Fraction(100)


def spread_groups(attainment: Attainment, language: Language) -> Section | None:
    """Say how much of a dispersion lies between towns and within them, and which school moves it most."""
    result, measure, roster = attainment.deciding, attainment.measure, roster_of(attainment, language)
    if not isinstance(attainment.target, Dispersion) or attainment.statistics is None or roster is None:
        return None
    if result is None or result.value is None or measure is None or measure.rows is None:
        return None
    listed = measure.rows.lists["rows"]
    try:
        found = spread_of(attainment.statistics.listed(listed, result.years or None))
    except NoValueError:
        return None
    if not found.variance:
        return None
    year = result.years[-1] if result.years else None
    places = {one.reporter: roster.place(listed.table, one.reporter, year) for one in found.shares}
    towns = by_group(found, lambda share: (places[share.reporter] or ("", "", ""))[1])
    lines = [*_first_lines(found, language), *_moved_line(attainment, result, found, roster, language)]
    label = chosen(language, "apart, where", "差异构成")
    if not roster.has_towns(listed.table) or len(towns) < 2:  # noqa: PLR2004  # one alone is the whole
        return Section("spread_groups", label, tuple(lines)) if lines else None
    between = _percent([added(one.between for one in towns), added(one.within for one in towns)], found)
    split = [decimal_text(one, _DIGITS) for one in between]
    line = chosen(
        language,
        f"of S², {split[0]} % lies between towns and {split[1]} % within them",
        f"S² 中镇街之间占 {split[0]} %，镇街之内占 {split[1]} %",
    )
    names = {place[1]: place[2] for place in places.values() if place is not None}
    columns, rows = _table(attainment, found, towns, names, language)
    return Section("spread_groups", label, (line, *lines), columns, rows, frozenset(range(1, len(columns))))


def _percent(parts: Sequence[Fraction], spread: Spread, total: Fraction = _HUNDRED) -> list[Fraction]:
    """Write parts of the square in percent of it, so that they add up."""
    return adding_up([one / spread.variance * 100 for one in parts], _DIGITS, total)


def _first_lines(spread: Spread, language: Language) -> list[str]:
    """Say what those told one by one make of it, and what the others do."""
    first, rest = spread.shares[:_MOST], spread.shares[_MOST:]
    if not rest:
        return []
    parts = _percent([added(one.square for one in first), added(one.square for one in rest)], spread)
    one, other = (decimal_text(part, _DIGITS) for part in parts)
    return [
        chosen(
            language,
            f"the first {len(first)} make {one} % of S², the other {len(rest):,} make {other} %",
            f"前 {len(first)} 个合计占 S² 的 {one} %，其余 {len(rest):,} 个占 {other} %",
        )
    ]


def _moved_line(
    attainment: Attainment, result: Result, spread: Spread, roster: Roster, language: Language
) -> list[str]:
    """Say which one moves the coefficient most, and what it would be without it."""
    found = moves_most(spread)
    if found is None:
        return []
    share, square = found
    assert attainment.measure is not None  # it has a value
    assert attainment.measure.rows is not None  # it is a dispersion
    table = attainment.measure.rows.lists["rows"].table
    place = roster.place(table, share.reporter, result.years[-1] if result.years else None)
    name = f"{place[0]} ({share.reporter})" if place and place[0] != share.reporter else share.reporter
    others = [one for one in spread.shares if one.reporter == share.reporter]
    if len(others) > 1:
        name = " · ".join([name, *_told_apart(share, others)])
    ruler = Ruler(None, language, limits=limits_of(result.goal))
    with_, without = ruler.in_order([_root(spread.square, ruler), _root(square, ruler)])
    return [
        chosen(
            language,
            f"{name} moves it most: without it the coefficient is {without} instead of {with_}",
            f"影响最大的是{name}：不含该单位时差异系数为 {without}，而不是 {with_}",
        )
    ]


def _told_apart(share: Share, others: Sequence[Share]) -> list[str]:
    """Return what tells one row of a school from its others, e.g. the stage."""
    return [
        own
        for at, own in enumerate(share.key)
        if len({one.key[at] for one in others}) > 1 and own != share.reporter
    ]


def _root(square: Fraction, ruler: Ruler) -> Fraction:
    return root(square, ruler.limits)


def _table(
    attainment: Attainment,
    spread: Spread,
    towns: Sequence[GroupSpread],
    names: dict[str, str],
    language: Language,
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Tell the towns that add most, the others together, and all."""
    each, weighed = _units(attainment, language)
    first, rest = towns[:_MOST], towns[_MOST:]
    labels = [names.get(one.group) or chosen(language, "not known", "未知") for one in first]
    sums = [(one.value, one.weight, one.between, one.within) for one in first]
    if rest:
        labels.append(chosen(language, f"the other {len(rest):,}", f"其余 {len(rest):,} 个"))
        fields = ("value", "weight", "between", "within")
        value_, weight_, between_, within_ = (added(getattr(one, name) for one in rest) for name in fields)
        sums.append((value_, weight_, between_, within_))
    parts = [[one[at] for one in sums] for at in (2, 3)]
    totals = _percent([added(part) for part in parts], spread)
    between, within = (
        [*_percent(part, spread, total), total] for part, total in zip(parts, totals, strict=True)
    )
    means = Ruler(None).column([*(one[0] / one[1] for one in sums), spread.mean])
    weights = Ruler(None).column([*(one[1] for one in sums), spread.weight])
    heads = (
        chosen(language, "town", "镇街"),
        chosen(language, f"weight ({weighed})", f"权重（{weighed}）"),
        chosen(language, f"own mean ({each})", f"各自均值（{each}）"),
        chosen(language, "between towns", "镇街之间"),
        chosen(language, "within the town", "镇街之内"),
        chosen(language, "part of S²", "占 S² 比重"),
    )
    labels.append(chosen(language, "all together", "合计"))
    percents = [
        [f"{decimal_text(rounded(one, _DIGITS), _DIGITS)} %" for one in column]
        for column in (between, within, [one + other for one, other in zip(between, within, strict=True)])
    ]
    return heads, tuple(zip(labels, weights, means, *percents, strict=True))


def _units(attainment: Attainment, language: Language) -> tuple[str, str]:
    """Say the unit of a mean and that of a weight."""
    value, weight = (part_ruler(attainment, name, language) for name in ("total_value", "total_weight"))
    assert value.unit is not None  # parts have a unit
    assert weight.unit is not None  # parts have a unit
    return unit_words(value.unit / weight.unit, language), weight.words()
