"""Who holds a target back, as parts of an explanation: the towns, and those who report."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Literal
from weakref import WeakKeyDictionary

from edutargets.contributions import Contribution, Contributions, contributions, roster_of
from edutargets.entities import ENTITY_BY_NAME
from edutargets.explanation_section import Section
from edutargets.goal_wording import ruler_of
from edutargets.judged_words import part_ruler, part_words
from edutargets.targets import KOfN, PerHundred
from edutargets.wording import Language, chosen, unit_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edutargets.attainment import Attainment, Basis

__all__ = ["reporters", "towns"]

_MOST = 10


def towns(attainment: Attainment, language: Language) -> Section | None:
    """Say what every town adds to the gap, where the data tell who belongs to which."""
    return _groups(attainment, language, "town")


def reporters(attainment: Attainment, language: Language) -> Section | None:
    """Say what every school or office adds to the gap; of several standards, those are told row by row."""
    if isinstance(attainment.target, KOfN):
        return None
    return _groups(attainment, language, "reporter")


def _groups(attainment: Attainment, language: Language, by: str) -> Section | None:
    if attainment.dictionary is None:
        return None
    by_town = _found(attainment, language, "town")
    found = by_town if by == "town" else _found(attainment, language, "reporter")
    if found is None or not found.groups:
        return None
    if by == "reporter" and by_town is not None and by_town.of == found.of and found.kind != "failing":
        return None
    label = chosen(language, "towns", "各镇街") if by == "town" else chosen(language, "who", "各单位")
    columns, right = _group_columns(attainment, found, language)
    first = found.groups[:_MOST]
    amounts = part_ruler(attainment, next(iter(first[0].parts)), language).column(
        [one.amount for one in first]
    )
    values: list[tuple[str, ...]] = [()] * len(first)
    if found.kind in {"gap", "excess"}:
        values = [(value,) for value in _own_values(attainment, first, language)]
    rows = tuple(
        (*_group_row(attainment, found, group, language), *value, amount)
        for group, value, amount in zip(first, values, amounts, strict=True)
    )
    return Section(
        f"{by}s", label, (_group_line(found, language, sure=_is_sure(attainment)),), columns, rows, right
    )


_FOUND: WeakKeyDictionary[Basis, dict[tuple[str, Language, str], Contributions | None]] = WeakKeyDictionary()


def _found(
    attainment: Attainment, language: Language, by: Literal["town", "reporter"]
) -> Contributions | None:
    """Return who adds what; worked out once, as towns and schools are told one after the other."""
    roster = roster_of(attainment, language)
    if roster is None or attainment.basis is None:
        return None
    known, key = _FOUND.setdefault(attainment.basis, {}), (attainment.target.id, language, by)
    if key not in known:
        for other in [one for one in known if one[:2] != key[:2]]:
            del known[other]  # one target at a time: a plan has hundreds
        known[key] = contributions(attainment, roster, by)
    return known[key]


def _is_sure(attainment: Attainment) -> bool:
    """Whether everybody who does not count as reaching the goal is known not to."""
    result = attainment.deciding
    return result is None or all(part.is_exact for part in result.parts.values())


def _group_line(found: Contributions, language: Language, *, sure: bool) -> str:
    some, of = len(found.groups), found.of
    noun = chosen(language, "towns", "个镇街") if found.by == "town" else chosen(language, "units", "个单位")
    said = {
        "gap": ("are below what the goal asks", "未到目标水平"),
        "excess": ("are above what the goal allows", "超过限值"),
        "failing": ("have someone who falls short", "有未达到要求的"),
        "part": ("have a part in it", "有数"),
        "change": ("fell from the year before", "比上年减少"),
    }[found.kind]
    if found.kind == "failing" and not sure:
        said = ("have someone who is not known to reach it", "有未确认达到要求的")
    first = chosen(language, f"; the first {_MOST}", f"，列出前 {_MOST} 个") if some > _MOST else ""
    return chosen(
        language, f"{some} of {of} {noun} {said[0]}{first}", f"{of} {noun}中 {some} 个{said[1]}{first}"
    )


def _group_columns(
    attainment: Attainment, found: Contributions, language: Language
) -> tuple[tuple[str, ...], frozenset[int]]:
    names = list(found.groups[0].parts)
    heads = [chosen(language, "town", "镇街")] if found.by == "town" else [chosen(language, "unit", "单位")]
    if found.by == "reporter" and any(group.town for group in found.groups):
        heads.append(chosen(language, "town", "镇街"))
    texts = len(heads)
    if found.kind != "part":
        heads += [part_words(name, language) for name in names]
    if found.kind in {"gap", "excess"}:
        heads.append(_value_head(attainment, language))
    ruler = part_ruler(attainment, names[0], language)
    entity = ENTITY_BY_NAME.get(unit_words(ruler.unit, "en", Fraction(1)).replace(" ", "_"))
    unit = entity.zh if entity is not None and language == "zh" else unit_words(ruler.unit, language)
    said = {
        "gap": ("lacks", "差额"),
        "excess": ("too many", "超出"),
        "failing": ("fall short", "未达到"),
        "part": ("has", "数量"),
        "change": ("fell by", "减少"),
    }[found.kind]
    last = chosen(language, *said)
    heads.append(f"{last} ({unit})" if language == "en" else f"{last}（{unit}）")
    return tuple(heads), frozenset(range(texts, len(heads)))


def _value_head(attainment: Attainment, language: Language) -> str:
    """Name the column of each group's own value, with the unit where it is no share."""
    assert attainment.measure is not None  # there are contributions
    ruler = ruler_of(attainment.measure, language)
    unit = "" if ruler.percent else ruler.words()
    head = chosen(language, "value", "数值")
    return head if not unit else chosen(language, f"{head} ({unit})", f"{head}（{unit}）")


def _own_values(attainment: Attainment, groups: Sequence[Contribution], language: Language) -> list[str]:
    """Return the value of every group by itself, as if it alone were judged."""
    result = attainment.deciding
    assert attainment.measure is not None  # there are contributions
    assert result is not None  # there are contributions
    hundred = 100 if isinstance(attainment.target, PerHundred) else 1
    ruler = ruler_of(attainment.measure, language, result.goal)
    sides = [tuple(group.parts.values()) for group in groups]
    texts = iter(ruler.aligned([hundred * above / below for above, below in sides if below]))
    percent = " %" if ruler.percent else ""
    return [f"{next(texts)}{percent}" if below else "—" for _, below in sides]


def _group_row(
    attainment: Attainment, found: Contributions, group: Contribution, language: Language
) -> tuple[str, ...]:
    names = list(group.parts)
    rulers = {name: part_ruler(attainment, name, language) for name in names}
    code = f" ({group.code})" if found.by == "reporter" and group.label != group.code else ""
    cells = [(group.label or chosen(language, "not known", "未知")) + code]
    if found.by == "reporter" and any(one.town for one in found.groups):
        cells.append(group.town)
    if found.kind != "part":
        cells += [rulers[name].number(group.parts[name]) for name in names]
    return tuple(cells)
