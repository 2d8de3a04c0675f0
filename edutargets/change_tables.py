"""What every town or school adds to a change, as a table whose columns add up to their printed totals."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from edutargets.decompositions import added, together
from edutargets.targets import Growth, Trend
from edutargets.wording import decimal_text, rounded

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from edutargets.change_figures import ChangeFigures
    from edutargets.changes import GroupChange
    from edutargets.decompositions import Periods, Sides

__all__ = ["ChangeTable", "change_table"]

_MOST = 10
_COMING = ("opened", "closed", "moved", "once")


@dataclass(frozen=True, slots=True)
class ChangeTable:
    """A table of an explanation.

    Args:
        columns: Its headings.
        rows: Its cells.
        right: The columns of numbers.
    """

    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    right: frozenset[int] = frozenset()


def change_table(told: ChangeFigures, groups: Sequence[GroupChange]) -> ChangeTable:
    """Tell the groups that add most, the others in one row, and all together.

    Raises:
        ValueError: If its columns add up only in more decimals.
    """
    if not groups or told.change.is_still:
        return ChangeTable()
    if isinstance(told.attainment.target, Trend | Growth) and told.change.kind == "total":
        return ChangeTable()  # who fell, or fell behind, is told by itself
    by_town = groups is told.change.towns
    first = [one for one in groups[:_MOST] if _shows(told, one)] or list(groups[:1])
    kept = {id(one) for one in first}
    rest = [one for one in groups if id(one) not in kept]
    is_total = told.change.kind == "total"
    columns = _totals(told, first, rest) if is_total else _rates(told, first, rest, by_town=by_town)
    named = not by_town and any(one.town for one in groups)
    heads = [told.chosen("town", "镇街") if by_town else told.chosen("unit", "单位")]
    heads += [told.chosen("town", "镇街")] if named else []
    names = [_name(told, one, by_town=by_town) for one in first]
    parts: list[Periods | None] = [one.parts for one in first]
    if rest:
        names.append(told.chosen(f"the other {len(rest):,}", f"其余 {len(rest):,} 个"))
        parts.append(together(one.parts for one in rest))
    if len(next(iter(columns.values()))) > len(parts) + 1:
        names.append(told.chosen("between towns", "镇街之间"))
        parts.append(None)
    names.append(told.chosen("all together", "合计"))
    parts.append(told.change.parts)
    values = _values(told, parts)
    places = [one.town for one in first] + [""] * (len(names) - len(first))
    cells = zip(names, *([places] if named else []), *values, *columns.values(), strict=True)
    years = [told.years(told.change.before), told.years(told.change.after)]
    texts, columns_in_all = len(heads), len(heads) + 2 + len(columns)
    return ChangeTable((*heads, *years, *columns), tuple(cells), frozenset(range(texts, columns_in_all)))


def _shows(told: ChangeFigures, one: GroupChange) -> bool:
    """Whether anything of a group is still to be seen in the decimals that are printed."""
    effects, half = one.effects, Fraction(1, 2 * 10**told.digits)
    sizes = (effects.rate, effects.mix, effects.entry + effects.exit)
    return any(abs(told.scaled(size)) >= half for size in sizes)


def _name(told: ChangeFigures, one: GroupChange, *, by_town: bool) -> str:
    label = one.label or told.chosen("not known", "未知")
    return label if by_town or label == one.code else f"{label} ({one.code})"


def _values(told: ChangeFigures, parts: Sequence[Periods | None]) -> tuple[list[str], list[str]]:
    """Write the own values of groups in both periods, all with one number of decimals."""
    before, after = ([_own(told, side) for side in sides] for sides in _by_period(parts))
    known = [value for value in (*before, *after) if value is not None]
    texts = told.ruler.column(known) if told.change.kind == "total" else told.ruler.aligned(known)
    digits = max(told.digits, *(len(text.partition(".")[2]) for text in texts))
    unit = " %" if told.ruler.percent else ""

    def text(value: Fraction | None, part: Periods | None) -> str:
        if value is None:
            return "—" if part else ""
        return f"{decimal_text(rounded(told.scaled(value), digits), digits)}{unit}"

    first, second = (
        [text(value, part) for value, part in zip(values, parts, strict=True)] for values in (before, after)
    )
    return first, second


def _by_period(parts: Sequence[Periods | None]) -> tuple[list[Sides | None], list[Sides | None]]:
    return [one.before if one else None for one in parts], [one.after if one else None for one in parts]


def _own(told: ChangeFigures, side: Sides | None) -> Fraction | None:
    """Return the own value of a group in one period, if it has one."""
    if side is None:
        return None
    if told.change.kind == "total":
        return told.change.factor * side.above
    return told.change.factor * side.rate if side.below else None


def _column(told: ChangeFigures, values: Sequence[Fraction], total: Fraction) -> list[str]:
    """Write the effects of the rows."""
    return [told.signed(*pair) for pair in zip(values, told.shared_out(values, total), strict=True)]


def _totals(
    told: ChangeFigures, first: Sequence[GroupChange], rest: Sequence[GroupChange]
) -> dict[str, list[str]]:
    values = _with_rest([one.effects.total for one in first], [one.effects.total for one in rest])
    cells = [*_column(told, values, told.total), told.signed(told.change.total, told.total)]
    return {_with_unit(told, "change", "变化"): cells}


def _with_rest(first: Sequence[Fraction], rest: Sequence[Fraction]) -> list[Fraction]:
    return [*first, added(rest)] if rest else list(first)


def _rates(
    told: ChangeFigures, first: Sequence[GroupChange], rest: Sequence[GroupChange], *, by_town: bool
) -> dict[str, list[str]]:
    """Return the columns of rate effect, mix effect, and what came or went, if anything did."""
    kinds: dict[str, Callable[[GroupChange], Fraction]] = {
        "rate": lambda one: one.effects.rate,
        "mix": lambda one: one.effects.mix,
        "gone": lambda one: one.effects.entry + one.effects.exit,
    }
    terms = told.change.terms
    wholes = {"rate": terms["rate"], "mix": terms["mix"], "gone": added(terms[one] for one in _COMING)}
    effects = {}
    for kind, effect in kinds.items():
        own = [effect(one) for one in first]
        if by_town:
            effects[kind] = _with_rest(own, [effect(one) for one in rest])
        else:
            effects[kind] = [*own, wholes[kind] - added(own)] if rest else own
    totals = _totals_by_kind(told, effects, by_town=by_town)
    between = Fraction(0) if by_town else told.change.terms["between"]
    columns = {}
    for kind, values in effects.items():
        if kind == "gone" and not any(values):
            continue
        cells, exact, shown = _column(told, values, totals[kind]), added(values), totals[kind]
        if between:
            apart = told.terms()["between"]
            cells.append(told.signed(between, apart) if kind == "mix" else "")
            exact, shown = (exact + between, shown + apart) if kind == "mix" else (exact, shown)
        columns[_head(told, kind, by_town=by_town)] = [*cells, told.signed(exact, shown)]
    return columns


def _totals_by_kind(
    told: ChangeFigures, effects: Mapping[str, Sequence[Fraction]], *, by_town: bool
) -> dict[str, Fraction]:
    """Return the printed totals of the columns: those of the sentence, as far as it says them."""
    shown = told.terms()
    if not by_town:
        gone = sum((shown[one] for one in _COMING), Fraction(0))
        return {"rate": shown["rate"], "mix": shown["mix"], "gone": gone}
    own = [added(effects[kind]) for kind in ("rate", "gone")]
    rate, gone = told.shared_out(own, told.total - shown["between"])
    return {"rate": rate, "mix": shown["between"], "gone": gone}


def _head(told: ChangeFigures, kind: str, *, by_town: bool) -> str:
    en, zh = {
        "rate": ("rate effect", "率效应"),
        "mix": ("mix effect", "结构效应"),
        "gone": ("came or went", "增减单位"),
    }[kind]
    if by_town and len(told.change.units) > len(told.change.towns):
        en, zh = {"rate": ("within the town", "镇街内"), "mix": ("between towns", "镇街间")}.get(
            kind, (en, zh)
        )
    return _with_unit(told, en, zh)


def _with_unit(told: ChangeFigures, en: str, zh: str) -> str:
    unit = told.unit()
    return told.chosen(f"{en} ({unit})", f"{zh}（{unit}）") if unit else told.chosen(en, zh)
