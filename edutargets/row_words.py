"""What rows say beside a verdict: which schools lie apart, what was missed, who stands in several lists."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from edutargets.dispersions import root, spread_of
from edutargets.explanation_section import Section
from edutargets.expressions import Aggregate, Column
from edutargets.frequencies import organisers_of
from edutargets.judged_words import part_ruler, plain
from edutargets.rates import bucket_name
from edutargets.rosters import roster_of
from edutargets.row_targets import Dispersion, Frequency
from edutargets.units import parse_unit
from edutargets.wording import Ruler, chosen, decimal_text, rounded, unit_words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from edutargets.attainment import Attainment, Basis
    from edutargets.dispersions import Share, Spread
    from edutargets.frequencies import Organiser
    from edutargets.judging import Result
    from edutargets.rates import Every
    from edutargets.rosters import Roster
    from edutargets.row_lists import ListedRow
    from edutargets.wording import Language

__all__ = ["missed", "overlapping", "spread", "spread_equation"]

_MOST = 10
_NAMED = 4
_DECIMALS = 4
_EVERY = {
    "week": ("week", "weeks", "周"),
    "month": ("month", "months", "个月"),
    "quarter": ("quarter", "quarters", "个季度"),
    "year": ("year", "years", "年"),
}


def _called(roster: Roster | None, table: str, reporter: str, code: str = "") -> str:
    """Return the name of who reports, with its code; the code alone where no name is known."""
    known = roster.of_table(table).get(reporter) if roster is not None else None
    shown = code or reporter
    return f"{known[0]} ({shown})" if known is not None and known[0] else shown


def _number(value: Fraction) -> str:
    """Write a number of an equation in four decimals, or in full where it has fewer."""
    text = decimal_text(rounded(value, _DECIMALS), _DECIMALS)
    return text if rounded(value, _DECIMALS) != value else plain(value)


# dispersion ----------------------------------------------------------------------------------------


def _listed(attainment: Attainment, result: Result) -> tuple[ListedRow, ...]:
    assert attainment.measure is not None  # it has a value
    assert attainment.measure.rows is not None  # it is a dispersion
    assert attainment.statistics is not None  # its callers look
    return attainment.statistics.listed(attainment.measure.rows.lists["rows"], result.years or None)


_SPREADS: WeakKeyDictionary[Basis, dict[tuple[str, str], Spread]] = WeakKeyDictionary()


def _spread_of(attainment: Attainment, result: Result) -> Spread:
    """Return how far the known rows lie apart; worked out once, as it is told in two places."""
    if attainment.basis is None:
        return spread_of(_listed(attainment, result))
    known, key = _SPREADS.setdefault(attainment.basis, {}), (attainment.target.id, result.period)
    if key not in known:
        known.clear()  # one at a time: a plan may have many
        known[key] = spread_of(_listed(attainment, result))
    return known[key]


def _left_out(attainment: Attainment, result: Result, language: Language) -> tuple[str, ...]:
    """Say how many rows are told nowhere, as something of them is not known."""
    told = _listed(attainment, result)
    number = sum(row.unsure + (row.sure if None in row.values[-2:] else 0) for row in told)
    if not number:
        return ()
    rows = "row is" if number == 1 else "rows are"
    return (
        chosen(
            language,
            f"{number:,} {rows} not known in full: left out here, but part of the range",
            f"有 {number:,} 行数据不全，未列入，其影响已计入区间",
        ),
    )


def spread_equation(attainment: Attainment, result: Result, language: Language) -> str:
    """Write mean, deviation and coefficient so that they can be worked out again."""
    if attainment.statistics is None or result.value is None:
        return ""
    found = _spread_of(attainment, result)
    value, weight = (part_ruler(attainment, name, language) for name in ("total_value", "total_weight"))
    mean = f"{plain(found.value)} / {plain(found.weight)} = {_number(found.mean)}"
    if value.unit is not None and weight.unit is not None:
        mean = f"{mean} {unit_words(value.unit / weight.unit, language)}".rstrip()
    deviation, shown = (
        _number(root(found.variance)),
        Ruler(None, language, limits=_limits(result)).number(result.value),
    )
    return chosen(
        language,
        f"mean {mean}; S = √Σ(weight / all weights × (own mean - mean)²) = {deviation}; S / mean = {shown}",
        f"均值 {mean}；标准差 S = √Σ（权重 / 权重合计 ×（各自均值 - 均值）²）= {deviation}；"
        f"差异系数 S / 均值 = {shown}",
    )


def _limits(result: Result) -> tuple[Fraction, ...]:
    goal = result.goal
    ends = [end for end in (goal.lower, goal.upper) if end is not None] if goal is not None else []
    return tuple(dict.fromkeys(number for end in ends for number in (end.lower, end.upper)))


def spread(attainment: Attainment, language: Language) -> Section | None:
    """Tell the schools that lie farthest from the mean, by what they add to the deviation."""
    result = attainment.deciding
    if not isinstance(attainment.target, Dispersion) or attainment.statistics is None:
        return None
    if result is None or result.value is None:
        return None
    found = _spread_of(attainment, result)
    first = found.shares[:_MOST]
    if not found.variance:
        same = chosen(language, "every row has the mean itself", "各单位均等于均值")
        lines = (same, *_left_out(attainment, result, language))
        return Section("spread", chosen(language, "apart", "差异来源"), lines)
    line = chosen(
        language,
        f"who adds most to S², the first {len(first)} of {len(found.shares)}",
        f"对 S² 贡献最大的前 {len(first)} 个（共 {len(found.shares)} 个）",
    )
    columns, rows = _spread_table(attainment, found, first, language)
    label = chosen(language, "apart", "差异来源")
    lines = (line, *_left_out(attainment, result, language))
    return Section("spread", label, lines, columns, rows, frozenset(range(1, len(columns))))


def _spread_table(
    attainment: Attainment, found: Spread, first: Sequence[Share], language: Language
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    value, weight = (part_ruler(attainment, name, language) for name in ("total_value", "total_weight"))
    assert value.unit is not None  # parts have a unit
    assert weight.unit is not None  # parts have a unit
    each = unit_words(value.unit / weight.unit, language)
    heads = (
        chosen(language, "unit", "单位"),
        *(chosen(language, "amount ({})", "数额（{}）").format(value.words()) for _ in (1,)),
        chosen(language, "weight ({})", "权重（{}）").format(weight.words()),
        chosen(language, "own mean ({})", "各自均值（{}）").format(each),
        chosen(language, "part of S²", "占 S² 比重"),
    )
    roster = roster_of(attainment, language)
    means = [share.value / share.weight for share in first]
    columns = zip(
        Ruler(None).column([share.value for share in first]),
        Ruler(None).column([share.weight for share in first]),
        Ruler(None).column([*means, found.mean]),
        Ruler(None, percent=True).column([share.square / found.variance for share in first]),
        strict=False,
    )
    names = [_row_name(attainment, share, roster, language) for share in first]
    return heads, tuple(
        (name, *cells[:3], f"{cells[3]} %") for name, cells in zip(names, columns, strict=True)
    )


def _row_name(attainment: Attainment, share: Share, roster: Roster | None, language: Language) -> str:
    """Name a row: who reports it, and what else its key says beside the year."""
    assert attainment.measure is not None  # it has a value
    assert attainment.measure.rows is not None  # it is a dispersion
    assert attainment.dictionary is not None  # it has statistics
    rows = attainment.measure.rows.lists["rows"]
    declared = attainment.dictionary.tables[rows.table]
    others = [
        label.in_language(language) or value
        if (label := declared.columns[name].values.get(value)) is not None
        else value
        for (name, _), value in zip(rows.columns[:-2], share.key, strict=True)
        if name not in {declared.period, declared.reports}
    ]
    return " · ".join([_called(roster, rows.table, share.reporter), *others])


# frequency -----------------------------------------------------------------------------------------


def missed(attainment: Attainment, language: Language) -> Section | None:
    """Tell who missed what: the weeks, months, quarters or years without enough events."""
    target, result, measure = attainment.target, attainment.deciding, attainment.measure
    if not isinstance(target, Frequency) or measure is None or attainment.statistics is None:
        return None
    if result is None or result.value is None:
        return None
    found = organisers_of(measure, attainment.statistics, result.years)
    late = sorted((one for one in found if one.missed), key=lambda one: (-len(one.missed), one.code))
    every = target.at_least.every
    lines = _missed_lines(found, every, language)
    label = chosen(language, "missed", "缺失情况")
    if not late:
        return Section("missed", label, lines)
    one, many, zh = _EVERY[every]
    columns = (
        chosen(language, "unit", "单位"),
        chosen(language, f"{many} owed", f"应履行（{zh.removeprefix('个')}）"),
        chosen(language, f"{many} missed", f"缺（{zh.removeprefix('个')}）"),
        chosen(language, f"which {one}", "具体时段"),
    )
    roster, table = (
        roster_of(attainment, language),
        measure.rows.lists["organisers"].table if measure.rows else "",
    )
    rows = tuple(
        (
            _organiser(one, roster, table),
            str(len(one.owed)),
            str(len(one.missed)),
            _buckets(one.missed, every, language),
        )
        for one in late[:_MOST]
    )
    if len(late) > _MOST:
        lines = (
            *lines,
            chosen(language, f"the first {_MOST} of {len(late)}", f"列出前 {_MOST} 个，共 {len(late)} 个"),
        )
    return Section("missed", label, lines, columns, rows, frozenset({1, 2}))


def _organiser(one: Organiser, roster: Roster | None, table: str) -> str:
    return _called(roster, table, one.reporter, one.code)


def _missed_lines(found: Sequence[Organiser], every: Every, language: Language) -> tuple[str, ...]:
    owed, short = sum(len(one.owed) for one in found), sum(len(one.missed) for one in found)
    one, many, zh = _EVERY[every]
    noun = one if owed == 1 else many
    lines = [
        chosen(
            language,
            f"{plain(Fraction(short))} of {plain(Fraction(owed))} {noun} owed "
            f"{'has' if short == 1 else 'have'} too few events on record",
            f"应履行 {plain(Fraction(owed))} {zh}，其中 {plain(Fraction(short))} {zh}记录的次数不足",
        )
        if short
        else chosen(
            language,
            f"none of {plain(Fraction(owed))} {noun} owed was missed",
            f"应履行 {plain(Fraction(owed))} {zh}，无一缺失",
        )
    ]
    idle = sum(1 for organiser in found if organiser.owes is False)
    if idle:
        lines.append(
            chosen(
                language,
                f"{idle} {'owes' if idle == 1 else 'owe'} nothing: no whole {one} lies in the span",
                f"另有 {idle} 个对象履行期内不含完整的{zh.removeprefix('个')}，不计",
            )
        )
    open_ones = sum(
        1 for organiser in found if organiser.owes is None or (organiser.owes and organiser.meets is None)
    )
    if open_ones:
        lines.append(
            chosen(
                language,
                f"of {open_ones} it is not known: a day, an organiser or a record is blank",
                f"有 {open_ones} 个对象无法确定（日期、单位或记录空缺）",
            )
        )
    return tuple(lines)


def _buckets(first_days: Sequence[date], every: Every, language: Language) -> str:
    names = [_bucket(day, every, language) for day in first_days[:_NAMED]]
    more = len(first_days) - len(names)
    text = chosen(language, ", ", "、").join(names)
    return f"{text}{chosen(language, f' and {more} more', f' 等 {len(first_days)} 个')}" if more else text


def _bucket(day: date, every: Every, language: Language) -> str:
    name = bucket_name(day, every)
    if every == "week":
        year, week, _ = day.isocalendar()
        return chosen(language, f"{name} (from {day})", f"{year} 年第 {week} 周（{day} 起）")
    if every == "quarter":
        return chosen(language, name, f"{day.year} 年第 {(day.month + 2) // 3} 季度")
    return chosen(language, name, f"{day.year} 年 {day.month} 月" if every == "month" else f"{day.year} 年")


# counted once --------------------------------------------------------------------------------------


def overlapping(attainment: Attainment, language: Language) -> Section | None:
    """Tell how many each unit has of what is counted once; one and the same may stand at several."""
    result, measure, statistics = attainment.deciding, attainment.measure, attainment.statistics
    if result is None or result.value is None or measure is None or statistics is None:
        return None
    once = [
        node for node in measure.parts.values() if isinstance(node, Aggregate) and node.kind == "distinct"
    ]
    if len(once) != 1 or len(measure.parts) != 1:
        return None
    cells = statistics.by_reporter(once[0], result.years or None)
    found = sorted((-cell.known, one) for one, cell in cells.items() if cell.known)
    blank = sum(cell.blank for cell in cells.values())
    called = _column_name(attainment, once[0], language)
    lines = [] if not blank else [_blank_words(blank, called, language)]
    label = chosen(language, "who", "各单位")
    if len(found) < 2:  # noqa: PLR2004  # one alone is the whole
        return Section("reporters", label, tuple(lines)) if lines else None
    roster = roster_of(attainment, language)
    rows = tuple((_called(roster, once[0].table, one), str(-less)) for less, one in found[:_MOST])
    added, ruler = -sum(less for less, _ in found), Ruler(parse_unit(once[0].counts)[1], language)
    several = chosen(
        language,
        f"each {called} counts once in the total; units may share one, and add up to {added}",
        f"合计中同一{called}只计一次；各单位之间可能重复，各单位相加为 {added}",
    )
    columns = (
        chosen(language, "unit", "单位"),
        chosen(language, "has ({})", "数量（{}）").format(ruler.words()),
    )
    return Section("reporters", label, (several, *lines), columns, rows, frozenset({1}))


def _column_name(attainment: Attainment, once: Aggregate, language: Language) -> str:
    """Name the column whose values count once: by its title in Chinese, by its name in English."""
    assert isinstance(once.operand, Column)  # read so
    if attainment.dictionary is None or language == "en":
        return once.operand.name
    column = attainment.dictionary.tables[once.operand.table].columns[once.operand.name]
    return column.title.in_language(language) or f" {once.operand.name} "


def _blank_words(blank: int, called: str, language: Language) -> str:
    return chosen(
        language,
        f"{blank:,} {'rows leave' if blank > 1 else 'row leaves'} {called} blank: "
        "somebody new, or somebody already counted",
        f"有 {blank:,} 行的{called}空缺，可能是新增的，也可能已计入",
    )
