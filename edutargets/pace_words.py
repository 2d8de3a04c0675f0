"""The pace of a target in words: what is missing, what it takes a year, where it leads if it goes on."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from edutargets.explanation_section import Section
from edutargets.goal_wording import ruler_of
from edutargets.pace import Pace, pace_of
from edutargets.progress_methods import METHODS, status_words
from edutargets.wording import Language, Ruler, chosen, period_words

if TYPE_CHECKING:
    from edutargets.attainment import Attainment
    from edutargets.pace import BaseYear
    from edutargets.progress_terms import Progress
    from edutargets.projections import Projection

__all__ = ["PACE_COLUMNS", "pace", "pace_lines", "pace_row", "pace_section", "status_with_reasons"]

PACE_COLUMNS = (
    ("target", "目标"),
    ("today", "目前"),
    ("wanted", "要求"),
    ("missing", "差距"),
    ("each year", "每年须"),
    ("path", "与路径相比"),
    ("straight line", "直线外推"),
    ("compound growth", "复合增长"),
)

_PROJECTIONS = {
    "linear": ("a straight line", "直线外推"),
    "compound": ("compound growth", "复合增长"),
    "least_squares": ("least squares over all years", "最小二乘（全部年度）"),
}
_STANDING = {
    "ahead": ("ahead of", "超前于"),
    "on_line": ("exactly on", "恰好处于"),
    "behind": ("behind", "落后于"),
    "open": ("perhaps ahead of, perhaps behind,", "尚不能判定超前还是落后于"),
}

_SHORT_STANDING = {
    "ahead": ("ahead", "超前"),
    "on_line": ("on it", "持平"),
    "behind": ("behind", "落后"),
    "open": ("open", "待定"),
}


def pace(attainment: Attainment, language: Language) -> Section | None:
    """Say how far a target is on its way, where its deadline is still to come."""
    return pace_section(attainment, pace_of(attainment), language)


def pace_section(attainment: Attainment, found: Pace, language: Language) -> Section | None:
    """Say a pace that was told; nothing where there is no path."""
    if found.refused is not None or found.today is None:
        return None
    ruler = _ruler(attainment, found, language)
    rows = tuple(_grid_row(found, one, ruler) for one in found.grid) if len(found.grid) > 1 else ()
    columns = (
        chosen(language, "counted from", "起算年"),
        chosen(language, f"straight line to {found.due}", f"直线外推至 {found.due} 年"),
        chosen(language, f"compound growth to {found.due}", f"复合增长至 {found.due} 年"),
        METHODS[found.method].title.in_language(language),
    )
    label = chosen(language, "pace", "进度")
    return Section("pace", label, pace_lines(attainment, found, language), columns if rows else (), rows)


def _ruler(attainment: Attainment, found: Pace, language: Language) -> Ruler:
    measure = attainment.original.measure
    assert measure is not None  # there is a path
    limits = tuple(one for one in (found.limit, found.line) if one is not None)
    values = [one.value for one in found.series]
    return replace(ruler_of(measure, language, measure.goal, values), limits=tuple(dict.fromkeys(limits)))


def pace_lines(attainment: Attainment, found: Pace, language: Language) -> tuple[str, ...]:
    """Return the sentences, the most urgent first."""
    ruler = _ruler(attainment, found, language)
    lines = [_missing(found, ruler), _since(found, ruler), _against_line(found, ruler)]
    lines += [_carried(found, ruler), _by_method(found, language), _by_base(found, language)]
    lines += [one.in_language(language) for one in found.caveats]
    return tuple(line for line in lines if line)


def pace_row(attainment: Attainment, found: Pace, language: Language) -> tuple[str, ...]:
    """Return the cells of a target in a table of all, under `PACE_COLUMNS`."""
    assert found.today is not None  # its caller has left out what has no path
    ruler, year = _ruler(attainment, found, language), period_words(str(found.today.year), language)
    today = f"{ruler.text(found.today.value)}{chosen(language, f' ({year})', f'（{year}）')}"
    limit = f"{ruler.goal_text(found.limit or Fraction(0))}"
    due = period_words(str(found.due), language)
    missing, needed = (ruler.difference().text(one or Fraction(0)) for one in (found.gap, found.needed))
    shown = {one.method: _projected(found, one, ruler) for one in found.projections if one.value is not None}
    standing = chosen(language, *_SHORT_STANDING[found.standing]) if found.standing is not None else ""
    return (
        attainment.target.id,
        today,
        f"{limit}{chosen(language, f' ({due})', f'（{due}）')}",
        missing if found.gap else "",
        needed if found.gap else "",
        standing,
        shown.get("linear", ""),
        shown.get("compound", ""),
    )


def _missing(found: Pace, ruler: Ruler) -> str:
    """Say what is missing today and what that takes a year."""
    assert found.gap is not None  # there is a path
    assert found.needed is not None  # as above
    assert found.today is not None  # as above
    language, left = ruler.language, found.years_left or 0
    year, limit = found.today.year, ruler.goal_text(found.limit or Fraction(0))
    value = ruler.text(found.today.value)
    if not found.gap:
        return _enough(found, ruler, f"{value}", limit)
    difference = ruler.difference()
    gap, needed = difference.text(found.gap), difference.text(found.needed)
    less = found.sign < 0
    en = f"{value} in {year}: {gap} {'above' if less else 'short of'} {limit}"
    zh = f"{year} 年为 {value}，" + (f"比 {limit} 高出 {gap}" if less else f"距 {limit} 还差 {gap}")
    if left == 1:
        en, zh = (
            f"{en}, to be made good by {found.due}, in one year",
            f"{zh}，须在到 {found.due} 年的一年内补上",
        )
    else:
        en = f"{en}; until {found.due} that takes {needed} {'less ' if less else ''}each year"
        zh = f"{zh}；到 {found.due} 年须每年{'降低' if less else '推进'} {needed}"
    bounds = found.gap_bounds
    if bounds is not None and not bounds.is_exact:
        between = difference.range(bounds)
        en, zh = f"{en} (missing: {between})", f"{zh}（差距在 {between} 之间）"
    return chosen(language, en, zh)


def _enough(found: Pace, ruler: Ruler, value: str, limit: str) -> str:
    """Say that nothing is missing on what is known, and how much may be all the same."""
    assert found.today is not None  # its caller looked
    year, language, bounds = found.today.year, ruler.language, found.gap_bounds
    if bounds is not None and bounds.upper > 0:
        most = ruler.difference().text(bounds.upper)
        return chosen(
            language,
            f"{value} in {year}: enough for {limit} on what is known, but up to {most} may be missing",
            f"{year} 年为 {value}，按已知数据达到 {limit} 的要求，但仍可能差至多 {most}",
        )
    return chosen(
        language,
        f"{value} in {year}: enough for {limit} already, to be kept until {found.due}",
        f"{year} 年为 {value}，已达到 {limit} 的要求，须保持到 {found.due} 年",
    )


def _since(found: Pace, ruler: Ruler) -> str:
    """Say how fast it went, and from when on that is counted."""
    language, reason = ruler.language, found.base_reason
    if found.so_far is None or reason is None:
        return ""
    signed = found.so_far * found.sign
    pace_text = ruler.difference().text(abs(found.so_far))
    counted = reason.in_language(language)
    if not signed:
        return chosen(
            language, f"no change since then (counted from {counted})", f"至今没有变化（起算：{counted}）"
        )
    way = ("towards it", "向目标推进") if signed > 0 else ("away from it", "背离目标")
    return chosen(
        language,
        f"so far {pace_text} each year {way[0]} (counted from {counted})",
        f"至今平均每年{way[1]} {pace_text}（起算：{counted}）",
    )


def _against_line(found: Pace, ruler: Ruler) -> str:
    if found.standing is None or found.line is None or found.line_reason is None or found.today is None:
        return ""
    language = ruler.language
    en, zh = _STANDING[found.standing]
    path, line = found.line_reason.in_language(language), ruler.text(found.line)
    return chosen(
        language,
        f"{en} {path}, which stands at {line} in {found.today.year}",
        f"{zh}{path}（{found.today.year} 年应为 {line}）",
    )


def _carried(found: Pace, ruler: Ruler) -> str:
    """Say where the series would be at the deadline, in several ways side by side."""
    language, said = ruler.language, []
    for one in found.projections:
        if one.value is None:
            continue
        en, zh = _PROJECTIONS[one.method]
        said.append(f"{chosen(language, en, zh)} {_projected(found, one, ruler)}")
    if not said:
        return ""
    joined = chosen(language, ", ", "；").join(said)
    return chosen(
        language, f"if it went on like that, in {found.due}: {joined}", f"照此推算，{found.due} 年：{joined}"
    )


def _projected(found: Pace, one: Projection, ruler: Ruler) -> str:
    """Write a projected value so that it stands on the side of the goal on which it was decided to be."""
    if one.value is None:
        return one.refused.in_language(ruler.language) if one.refused is not None else ""
    limit, value = found.limit or Fraction(0), Fraction(one.value)
    low, high = found.within
    if high is not None and value > high:
        text = chosen(
            ruler.language, f"at {ruler.text(high)} before then", f"在此之前即达 {ruler.text(high)}"
        )
    elif low is not None and value < low:
        text = chosen(
            ruler.language, f"at {ruler.text(low)} before then", f"在此之前即降至 {ruler.text(low)}"
        )
    elif (found.sign * (value - limit) >= 0) == one.reaches:
        text = ruler.text(value)
    else:  # a float beside the line, which exact numbers have put on the other side
        text = chosen(
            ruler.language, f"as good as {ruler.goal_text(limit)}", f"几乎等于 {ruler.goal_text(limit)}"
        )
    enough = chosen(
        ruler.language, "enough" if one.reaches else "not enough", "可达" if one.reaches else "不达"
    )
    return chosen(ruler.language, f"{text} ({enough})", f"{text}（{enough}）")


def _by_method(found: Pace, language: Language) -> str:
    told = found.progress
    if told is None:
        return ""
    title, colon = METHODS[found.method].title.in_language(language), chosen(language, ": ", "：")
    return f"{title}{colon}{status_with_reasons(told, language)}"


def status_with_reasons(told: Progress, language: Language) -> str:
    """Say the status of a method, and why there is no number or what must be known of it."""
    said = status_words(told.status, language)
    why = [told.refused] if told.refused is not None else list(told.caveats)
    reasons = chosen(language, "; ", "；").join(one.in_language(language) for one in why)
    return f"{said}{chosen(language, f' ({reasons})', f'（{reasons}）')}" if reasons else said


def _by_base(found: Pace, language: Language) -> str:
    """Say whether the choice of the base year decides."""
    ways = [{one.linear.reaches, one.compound.reaches} - {None} for one in found.grid]
    if len(found.grid) < 2:  # noqa: PLR2004  # there is no choice
        return ""
    statuses = {one.published[found.method].status for one in found.grid}
    if len(set().union(*ways)) > 1 or len(statuses) > 1:
        return chosen(
            language,
            "the answer hangs on the base year and the way of carrying on: see each below",
            "结果取决于起算年和推算方法，见下表",
        )
    return chosen(
        language,
        "whichever year it is counted from, the answer is the same",
        "无论从哪一年起算，结果相同",
    )


def _grid_row(found: Pace, one: BaseYear, ruler: Ruler) -> tuple[str, ...]:
    language = ruler.language
    return (
        period_words(str(one.year), language),
        _projected(found, one.linear, ruler),
        _projected(found, one.compound, ruler),
        status_words(one.published[found.method].status, language),
    )
