"""What changed, as parts of an explanation: arithmetic that adds up to the last digit, and says no cause."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from edutargets.change_figures import ChangeFigures, change_ruler, fewest_digits
from edutargets.change_tables import change_table
from edutargets.changes import changes
from edutargets.explanation_section import Section
from edutargets.judged_words import part_words, plain
from edutargets.rosters import roster_of
from edutargets.wording import chosen

if TYPE_CHECKING:
    from fractions import Fraction

    from edutargets.attainment import Attainment, Basis
    from edutargets.changes import Change
    from edutargets.wording import Language

__all__ = ["changed", "changed_units"]

_MOST_DIGITS = 12
_CHANGES: WeakKeyDictionary[Basis, dict[tuple[str, Language, int | None], tuple[Change, int] | None]] = (
    WeakKeyDictionary()
)
"""The last change of each evaluation with its decimals: two parts of an explanation tell it."""
_TERMS = {
    "rate": ("rate effect", "率效应"),
    "between": ("mix between towns", "镇街间结构效应"),
    "mix": ("mix effect", "结构效应"),
    "opened": ("opened", "新设单位"),
    "closed": ("closed", "撤并单位"),
    "moved": ("now in another town", "调整镇街的单位"),
    "once": ("with a figure in one period only", "仅一期有数的单位"),
}
_COUNTED = frozenset({"opened", "closed", "moved", "once"})
_TWO = 2


def changed(attainment: Attainment, language: Language, since: int | None = None) -> Section | None:
    """Say what changed since the period before, and what every town adds to it (every unit, without towns).

    Args:
        attainment: The judged target.
        language: ``en`` or ``zh``.
        since: The earlier year; the one before where none is given.
    """
    told = _told(attainment, language, since)
    if told is None:
        return None
    label = chosen(language, "what changed", "变化")
    table = change_table(told, told.change.towns or told.change.units)
    return Section("changed", label, _lines(told), table.columns, table.rows, table.right)


def changed_units(attainment: Attainment, language: Language, since: int | None = None) -> Section | None:
    """Say what every school or office adds to what changed, where towns are told already."""
    told = _told(attainment, language, since)
    if told is None or not 0 < len(told.change.towns) < len(told.change.units):
        return None
    table = change_table(told, told.change.units)
    if not table.rows:
        return None
    label = chosen(language, "changed, who", "单位变化")
    line = chosen(language, "by unit", "按单位")
    return Section("changed_units", label, (line,), table.columns, table.rows, table.right)


def _told(attainment: Attainment, language: Language, since: int | None) -> ChangeFigures | None:
    """Return a change ready to be told, worked out once for all parts of an explanation."""
    attainment = attainment.original
    if attainment.basis is None:
        return None
    key, known = (attainment.target.id, language, since), _CHANGES.setdefault(attainment.basis, {})
    if key not in known:
        known.clear()
        told = _figures(attainment, language, since)
        known[key] = None if told is None else (told.change, told.digits)
    found = known[key]
    if found is None:
        return None
    change, digits = found
    return ChangeFigures(attainment, change, language, change_ruler(attainment, change, language), digits)


def _figures(attainment: Attainment, language: Language, since: int | None) -> ChangeFigures | None:
    """Return a change in as many decimals as every sum of it needs."""
    roster = roster_of(attainment, language)
    change = changes(attainment, roster, since) if roster is not None else None
    if change is None:
        return None
    ruler = change_ruler(attainment, change, language)
    for digits in range(fewest_digits(ruler, change), _MOST_DIGITS + 1):
        told = ChangeFigures(attainment, change, language, ruler, digits)
        if _adds_up(told):
            return told
    return None


def _adds_up(told: ChangeFigures) -> bool:
    """Whether every sum that is shown can be shown in so many decimals."""
    try:
        _lines(told)
        change_table(told, told.change.towns)
        change_table(told, told.change.units)
    except ValueError:
        return False
    return True


# sentences -----------------------------------------------------------------------------------------


def _lines(told: ChangeFigures) -> tuple[str, ...]:
    """Say the change, what it is made of, and that this is no cause."""
    change, found = told.change, [_headline(told)]
    if change.is_still:
        return (*found, *_unknown(told))
    if change.terms and not (change.kind == "total" and sum(map(bool, change.terms.values())) == 1):
        found.append(_made_of(told))
    below = change.parts.before.below, change.parts.after.below
    if change.sides is not None and set(below) != {1}:  # a printed rate has no numerator of its own
        found.append(_by_side(told, change.sides))
    found += _unknown(told)
    caution = told.chosen("this is arithmetic and says nothing of causes", "以上为算术分解，不说明原因")
    if change.kind == "rate" and change.terms:
        caution = told.chosen(
            "rate effect: own values changed; mix effect: shares of the whole changed (Kitagawa 1955; who "
            f"came or went apart, Griliches and Regev 1995); {caution}",
            "率效应：自身数值的变化；结构效应：所占比重的变化"
            f"（Kitagawa 1955；增减单位另列，Griliches 和 Regev 1995）；{caution}",
        )
    return (*found, caution)


def _headline(told: ChangeFigures) -> str:
    change = told.change
    unit, span = told.ruler.words(), " → ".join(map(told.years, (change.before, change.after)))
    before, after = (told.number(value) for value in told.printed)
    before, after = f"{before} %" if unit == "%" else before, f"{after} {_told_unit(told, unit)}".rstrip()
    if not change.total:
        return told.chosen(f"{span}: unchanged at {after}", f"{span}：保持 {after}")
    size = f"{told.number(abs(told.total))} {told.unit(abs(told.total))}".rstrip()
    rises = change.total > 0
    zh = ("增加" if rises else "减少") if change.kind == "total" else ("上升" if rises else "下降")
    return told.chosen(
        f"{span}: from {before} to {after}, {'up' if rises else 'down'} {size}",
        f"{span}：由 {before} 变为 {after}，{zh} {size}",
    )


def _told_unit(told: ChangeFigures, unit: str) -> str:
    """Return the unit of the later figure: one record, but 1.00 CNY/student."""
    whole = told.change.kind == "total" and unit != "%"
    return told.unit(abs(told.printed[1])) if whole else unit


def _made_of(told: ChangeFigures) -> str:
    exact, shown = told.change.terms, told.terms()
    names = [name for name in exact if exact[name] or name == "rate"]
    said = [
        f"{_term(told, name)} {told.signed(exact[name], shown[name])}".replace("） ", "）") for name in names
    ]
    total = told.signed(told.change.total, told.total)
    return f"{total} = {told.chosen(', ', '，').join(said)}"


def _term(told: ChangeFigures, name: str) -> str:
    change = told.change
    en, zh = _TERMS[name]
    if name == "rate" and change.kind == "total":
        en, zh = "there in both periods", "两期均有的单位"
    if name == "mix" and change.towns:
        en, zh = "mix within towns", "镇街内结构效应"
    if name not in _COUNTED:
        return told.chosen(en, zh)
    number = len({one.code for one in change.units or change.towns if one.presence == name})
    return told.chosen(f"{en} ({number:,})", f"{zh}（{number:,} 个）")


def _by_side(told: ChangeFigures, sides: tuple[Fraction, Fraction]) -> str:
    """Say what the numerator and the denominator would have changed, each by itself."""
    measure, parts = told.attainment.measure, told.change.parts
    names = tuple(measure.parts) if measure is not None and len(measure.parts) == _TWO else ()
    shown = told.shared_out(sides, told.total)
    ends = ((parts.before.above, parts.after.above), (parts.before.below, parts.after.below))
    colon, joint = told.chosen(": ", "，"), told.chosen("; ", "；")
    sides_told = zip(names or ("numerator", "denominator"), ends, map(told.signed, sides, shown), strict=True)
    said = joint.join(
        f"{part_words(name, told.language)} {plain(before)} → {plain(after)}{colon}{effect}"
        for name, (before, after), effect in sides_told
    )
    return told.chosen(
        f"by side of the line: {said} (each by itself, the mean of both orders)",
        f"按分子、分母：{said}（各自单独变化，取两种先后次序的平均）",
    )


def _unknown(told: ChangeFigures) -> list[str]:
    count = told.change.unknown
    if told.change.is_rounded:
        en = "the figures it is made of are rounded, and so is the change"
        return [told.chosen(en, "所用数据经过取整，变化亦为近似")]
    if not count:
        return []
    noun = "unit" if count == 1 else "units"
    en = f"of {count:,} {noun} a figure is missing: this is the change of what is known"
    return [told.chosen(en, f"有 {count:,} 个单位数据不全，以上按已知部分计算")]
