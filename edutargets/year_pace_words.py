"""Who is behind within a year, in words: hours against hours due, meetings against weeks that have ended."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from edutargets.entities import ENTITY_BY_NAME
from edutargets.goal_wording import entity_ruler
from edutargets.rosters import Roster
from edutargets.row_targets import Frequency
from edutargets.units import parse_unit
from edutargets.wording import Language, Ruler, chosen, unit_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edutargets.attainment import Attainment
    from edutargets.year_pace import FrequencyPace, PersonPace, YearPace

__all__ = ["frequency_pace_lines", "year_pace_lines"]

_NAMED = 10
_EVERY = {
    "week": ("weeks", "周"),
    "month": ("months", "月"),
    "quarter": ("quarters", "季度"),
    "year": ("years", "年"),
}


def year_pace_lines(attainment: Attainment, found: YearPace, language: Language) -> tuple[str, ...]:
    """Say how many are behind, with what, and who is furthest behind; nothing where nothing can be said."""
    attainment = attainment.original
    measure = attainment.measure
    if found.refused is not None or measure is None or found.due is None or found.owed is None:
        return ()
    if not found.persons:
        return (chosen(language, "nobody owes anything in that year", "该年没有应当履行的人"),)
    ruler = entity_ruler(measure, language)
    ruler = Ruler(ruler.unit, language, limits=(found.due,))
    counts = unit_words(parse_unit(_counts(attainment))[1], language, Fraction(len(found.persons)))
    counter = ENTITY_BY_NAME[_counts(attainment)].counter
    last = _last(found)
    due, *_ = ruler.in_order([found.due, *(one.done for one in last)])
    day, owed = found.as_of, ruler.text(found.owed)
    due = f"{due} {ruler.words(found.due)}"
    count, share = len(found.persons), _share(found.behind, len(found.persons), language)
    lines = [
        chosen(
            language,
            f"by {day} each owes {due}, of {owed} in the whole year",
            f"截至 {day} 每人应完成 {due}（全年 {owed}）",
        ),
        chosen(
            language,
            f"{found.behind} of {count} {counts} are behind ({share})",
            f"{count} {counts}中 {found.behind} {counter}滞后（{share}）",
        ),
    ]
    if found.open:
        lines.append(chosen(language, f"of {found.open} that is not known", f"另有 {found.open} 个无法确定"))
    lines.append(_together(found, ruler, language))
    lines += _by_month(found, ruler, language) + _furthest(attainment, found, ruler, language)
    return (*lines, *(one.in_language(language) for one in found.caveats))


def _together(found: YearPace, ruler: Ruler, language: Language) -> str:
    """Say what all have done together, without a limit that would decide its digits."""
    plain = Ruler(ruler.unit, language)
    done, wanted = plain.text(found.done), plain.text(found.due_in_all)
    return chosen(
        language,
        f"together {done} of {wanted} due; what one has too much does not help another",
        f"合计已完成 {done}，应完成 {wanted}；多者不能抵补少者",
    )


def _counts(attainment: Attainment) -> str:
    measure = attainment.measure
    assert measure is not None  # its callers looked
    assert measure.entities is not None  # as above
    return measure.entities.relation.counts


def _share(part: int, whole: int, language: Language) -> str:
    return Ruler(None, language, percent=True, limits=(Fraction(0), Fraction(1))).text(Fraction(part, whole))


def _by_month(found: YearPace, ruler: Ruler, language: Language) -> list[str]:
    if not found.months:
        return []
    plain = Ruler(ruler.unit, language)
    said = [
        chosen(language, f"{month:%Y-%m} {plain.number(done)}", f"{month.month} 月 {plain.number(done)}")
        for month, done in found.months
    ]
    joined = chosen(language, ", ", "、").join(said)
    return [chosen(language, f"by month: {joined}", f"逐月：{joined}")]


def _last(found: YearPace) -> list[PersonPace]:
    """Return those who are furthest behind."""
    behind = (one for one in found.persons if one.behind)
    return sorted(behind, key=lambda one: (one.done, one.code))[:_NAMED]


def _furthest(attainment: Attainment, found: YearPace, ruler: Ruler, language: Language) -> list[str]:
    """Name those who are furthest behind, in digits that keep them below what was due."""
    last = _last(found)
    if not last or found.due is None:
        return []
    _, *done = ruler.in_order([found.due, *(one.done for one in last)])
    unit = ruler.words(Fraction(2))
    called = [_called(attainment, one, language) for one in last]
    names = [f"{name} {number} {unit}" for name, number in zip(called, done, strict=True)]
    more = found.behind - len(names)
    joined = chosen(language, ", ", "、").join(names)
    rest = chosen(language, f" and {more} more", f"等，另有 {more} 个") if more else ""
    return [chosen(language, f"furthest behind: {joined}{rest}", f"最为滞后：{joined}{rest}")]


def _called(attainment: Attainment, one: PersonPace, language: Language) -> str:
    assert attainment.measure is not None  # its callers looked
    assert attainment.measure.entities is not None  # as above
    table = attainment.measure.entities.relation.table
    return _names(attainment, table, [(one.code, one.reporter)], language)[0]


def _names(
    attainment: Attainment, table: str, wanted: Sequence[tuple[str, str]], language: Language
) -> list[str]:
    """Name each by its code and by who reports it, as far as the submission says."""
    basis = attainment.basis
    known = {} if basis is None else Roster(basis.dictionary, basis.admitted, language).of_table(table)
    said = []
    for code, reporter in wanted:
        name = known[reporter][0] if reporter in known else ""
        said.append(f"{name} ({code})" if name else code)
    return said


def frequency_pace_lines(attainment: Attainment, found: FrequencyPace, language: Language) -> tuple[str, ...]:
    """Say how many weeks, months or quarters have ended, and who has missed any of them."""
    attainment = attainment.original
    target, measure = attainment.target, attainment.measure
    if found.refused is not None or not isinstance(target, Frequency) or measure is None:
        return ()
    if not found.owing:
        return (
            chosen(language, f"nothing was owed by {found.as_of}", f"截至 {found.as_of} 尚无应履行的事项"),
        )
    every = chosen(language, *_EVERY[target.at_least.every])
    count = len(found.owing)
    counts = unit_words(parse_unit(_counts(attainment))[1], language, Fraction(count))
    share = _share(found.behind, count, language)
    lines = [
        chosen(
            language,
            f"by {found.as_of}, {found.missed} of {found.owed} {every} owed have too little on record",
            f"截至 {found.as_of}，按{every}计应履行 {found.owed} 次，其中 {found.missed} 次记录不足",
        ),
        chosen(
            language,
            f"{found.behind} of {count} {counts} have missed something ({share})",
            f"{count} {counts}中有 {found.behind} 个出现缺漏（{share}）",
        ),
    ]
    if found.open:
        lines.append(chosen(language, f"of {found.open} that is not known", f"另有 {found.open} 个无法确定"))
    missing = sorted((one for one in found.owing if one.missed), key=lambda one: (-len(one.missed), one.code))
    if missing:
        assert measure.entities is not None  # bound so
        table = measure.entities.relation.table
        named = _names(attainment, table, [(one.code, one.reporter) for one in missing[:_NAMED]], language)
        said = [f"{name} {len(one.missed)}" for name, one in zip(named, missing, strict=False)]
        joined = chosen(language, ", ", "、").join(said)
        lines.append(chosen(language, f"{every} missed: {joined}", f"缺漏次数（按{every}计）：{joined}"))
    return tuple(lines)
