"""One way to meet a target in words: how much, of whom, and what stays as it is."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from edutargets.entities import ENTITY_BY_NAME
from edutargets.expressions import unit_of
from edutargets.judged_words import part_ruler, plain
from edutargets.targets import Comparison
from edutargets.two_sides import sides_of
from edutargets.units import factors_of, parse_unit
from edutargets.wording import Ruler, chosen, unit_words

if TYPE_CHECKING:
    import pint

    from edutargets.attainment import Attainment
    from edutargets.needs import Need
    from edutargets.wording import Language

__all__ = ["more_words", "size_words", "way_words"]


def size_words(unit: pint.Unit | None, amount: Fraction, language: Language) -> str:
    """Say an amount with its unit, exactly, whichever way it goes."""
    size = abs(amount)
    return Ruler(unit, language, limits=(Fraction(0),)).fitted([size]).text(size)


def more_words(unit: pint.Unit | None, amount: Fraction, language: Language) -> str:
    """Say so many more or fewer: ``6 more teachers``, ``减少 10 名学生``."""
    text = size_words(unit, amount, language)
    if language == "zh":
        return f"{'再增加' if amount > 0 else '减少'} {text}"
    if unit is None or not factors_of(unit) or any(name.isupper() for name in factors_of(unit)):
        return f"{text} {'more' if amount > 0 else 'less'}"
    number, _, counted = text.partition(" ")
    return f"{number} {'more' if amount > 0 else 'fewer'} {counted}".rstrip()


def way_words(attainment: Attainment, need: Need, first: Need, language: Language) -> tuple[str, ...]:
    """Say one way to meet a target.

    Args:
        attainment: The judged target.
        need: The way.
        first: The way that is told first: others are told beside it.
        language: ``en`` or ``zh``.
    """
    is_first = need is first
    match need.kind:
        case "each" if not need.asked:
            return _each_reporter(need, first, language)
        case "each" | "some" | "gaps" | "standards":
            return _of_group(attainment, need, language)
        case "whole":
            return _whole(attainment, need, first, language)
        case "spread":
            return _spread(attainment, need, language)
        case "added" | "others":
            return (_new_ones(need, language, is_first=is_first),)
        case "other":
            return (_other_side(attainment, need, language),)
    return (_of_total(attainment, need, language, is_first=is_first),)


# totals --------------------------------------------------------------------------------------------


def _of_total(attainment: Attainment, need: Need, language: Language, *, is_first: bool) -> str:
    said = more_words(need.unit, need.amount, language)
    if isinstance(attainment.target, Comparison):
        return _one_side(attainment, need, said, language)
    if need.stays is None:
        return said
    stays = size_words(_other_unit(attainment, need), need.stays, language)
    if need.kind == "below":
        en, zh = f"{said}, at {stays}", f"分子 {stays}不变时，分母须{said}"
    elif need.kind == "converted":
        en = f"{said} in the numerator, of the {stays} already counted"
        zh = f"分母 {stays}不变时，分子须{said}"
    else:
        en = f"{said} in the numerator, the denominator staying at {stays}"
        zh = f"分母 {stays}不变时，分子须{said}"
    return chosen(language, en if is_first else f"or {en}", zh if is_first else f"或者{zh}")


def _other_unit(attainment: Attainment, need: Need) -> pint.Unit | None:
    """Return the unit of what stays: of the other side of the line."""
    measure, dictionary = attainment.measure, attainment.dictionary
    assert measure is not None  # it has a need
    assert dictionary is not None  # it has a need
    names = tuple(measure.parts)
    if len(names) == 2:  # noqa: PLR2004  # an upper and a lower side
        return part_ruler(attainment, names[0 if need.kind == "below" else 1], "en").unit
    node = measure.against if need.kind == "other" else measure.value
    assert node is not None  # what changes is there
    sides = sides_of(node)
    return None if sides is None or sides.below is None else unit_of(sides.below, dictionary)


def _one_side(attainment: Attainment, need: Need, said: str, language: Language) -> str:
    along = chosen(
        language,
        "the other side, which counts them too, moving along"
        if need.along
        else "the other side staying as it is",
        "对照值因同样计入而随之变动" if need.along else "对照值不变",
    )
    if need.stays is None:
        return chosen(language, f"{said} on this side, {along}", f"{along}时，本项须{said}")
    below = size_words(_other_unit(attainment, need), need.stays, language)
    return chosen(
        language,
        f"{said} in the numerator of this side, its denominator staying at {below}, {along}",
        f"{along}、本项分母 {below}不变时，分子须{said}",
    )


def _other_side(attainment: Attainment, need: Need, language: Language) -> str:
    said = more_words(need.unit, need.amount, language)
    if need.stays is None:
        return chosen(
            language, f"or {said} on the other side, this side staying", f"或者本项不变时，对照值须{said}"
        )
    below = size_words(_other_unit(attainment, need), need.stays, language)
    return chosen(
        language,
        f"or {said} in the numerator of the other side, its denominator staying at {below}, "
        "this side staying as it is",
        f"或者本项不变、对照值分母 {below}不变时，对照值的分子须{said}",
    )


def _new_ones(need: Need, language: Language, *, is_first: bool) -> str:
    """Say how many new ones are enough; who is new is counted below as well."""
    size = size_words(need.unit, need.amount, language)
    number, _, counted = size.partition(" ")
    added = need.kind == "added"
    money = need.unit is None or any(name.isupper() for name in factors_of(need.unit))
    en = f"{size} in addition" if money else f"{number} new {counted}"
    en = f"{en}, counted {'in the numerator and the denominator' if added else 'in the denominator only'}"
    zh = f"另外新增 {size}，{'同时计入分子和分母' if added else '只计入分母'}"
    return chosen(language, en if is_first else f"or {en}", zh if is_first else f"或者{zh}")


def _each_reporter(need: Need, first: Need, language: Language) -> tuple[str, ...]:
    said, everyone = more_words(need.unit, need.amount, language), plain(Fraction(need.of))
    at = plain(Fraction(need.count))
    if need.amount == first.amount:
        short = f"{at} of them {'falls' if need.count == 1 else 'fall'} short"
        en = f"the same number is enough for each of the {everyone} units by itself: {short}"
        return (chosen(language, en, f"同一数量也足以使 {everyone} 个单位各自达到，其中 {at} 个单位有缺口"),)
    en = f"the target is judged on the total; if each of the {everyone} units had to reach it by itself: "
    return (
        chosen(
            language,
            f"{en}{said} in all, at {at} of them",
            f"本目标按总体判定；若 {everyone} 个单位须各自达到，合计须{said}，涉及 {at} 个单位",
        ),
    )


# groups --------------------------------------------------------------------------------------------


def _of_group(attainment: Attainment, need: Need, language: Language) -> tuple[str, ...]:
    """Say how many must come to reach it, and how much they lack."""
    measure = attainment.measure
    assert measure is not None  # it has a need
    assert measure.entities is not None  # its kind says so
    counts = measure.entities.relation.counts
    unit, counter = parse_unit(counts)[1], ENTITY_BY_NAME[counts].counter
    wanted = Fraction(need.count + need.unknown)
    judged = (one for one in attainment.results if one.years == need.years and "all" in one.parts)
    everyone = next((one.parts["all"].value for one in judged), Fraction(need.of))
    below = f"{plain(everyone)} {unit_words(unit, language, everyone)}"
    lines = [
        chosen(
            language,
            f"{plain(wanted)} more of the {below} must reach it",
            f"{below}中须再有 {plain(wanted)} {counter}达到",
        )
    ]
    lines.append(_lifted(need, language) if need.kind == "standards" else _lacking(need, counter, language))
    if need.unknown:
        more = plain(Fraction(need.unknown))
        lines.append(
            chosen(
                language,
                f"{more} of them {'is' if need.unknown == 1 else 'are'} of those whose gap is not known",
                f"其中 {more} {counter}的缺口因数据不全无法计算",
            )
        )
    return tuple(lines)


def _lacking(need: Need, counter: str, language: Language) -> str:
    """Say how much is missing one by one, in all and at most."""
    if need.kind == "gaps":
        size = size_words(need.unit, need.amount, language)
        return chosen(language, f"that takes {size} in the periods missed", f"所缺的时段内须有 {size}")
    amounts = {row.amount for row in need.rows}
    size, most = (size_words(need.unit, one, language) for one in (need.amount, need.longest))
    too_much = need.longest < 0
    if len(need.rows) == 1:
        who, one = ("one of them", f"其中 1 {counter}") if need.unknown else ("it", "")
        en, zh = ("is above it by", "超出") if too_much else ("lacks", "尚缺")
        return chosen(language, f"{who} {en} {size}", f"{one}{zh} {size}")
    if len({amount > 0 for amount in amounts}) > 1:
        en = f"some are above it and some lack: {size} to change in all, the farthest of them {most}"
        return chosen(language, en, f"有的超出、有的不足，合计须增减 {size}，最多的 {most}")
    if len(amounts) == 1:
        en = f"each is {most} above it, {size} in all" if too_much else f"each lacks {most}, {size} in all"
        zh = f"各{'超出' if too_much else '缺'} {most}，合计 {size}"
        return chosen(language, en, zh)
    word = ("are above it by", "超出") if too_much else ("lack", "缺")
    if need.kind == "some":
        count = plain(Fraction(need.count))
        en = f"the {count} nearest to it {word[0]} {size} in all, the farthest of them {most}"
        zh = f"差距最小的 {count} {counter}合计{word[1]} {size}，其中最多的{word[1]} {most}"
        return chosen(language, en, zh)
    return chosen(
        language,
        f"they {word[0]} {size} in all, the farthest of them {most}",
        f"合计{word[1]} {size}，最多的{word[1]} {most}",
    )


def _lifted(need: Need, language: Language) -> str:
    number = plain(need.amount)
    many = need.amount != 1
    en = f"{number} standard{'s' if many else ''} to lift: the fewest, and of those the smallest amounts"
    return chosen(
        language,
        f"{en} against what each asks for",
        f"须提升 {number} 项标准：先取项数最少，再取相对于标准要求增量最小的方案",
    )


def _whole(attainment: Attainment, need: Need, first: Need, language: Language) -> tuple[str, ...]:
    if need.amount == first.amount:
        return ()
    measure = attainment.measure
    assert measure is not None  # it has a need
    assert measure.entities is not None  # its kind says so
    if not need.amount:
        en, zh = "the total of all reaches it already", "按总体计算已经达到"
    else:
        said = more_words(need.unit, need.amount, language)
        en, zh = f"the total of all would need {said}", f"若按总体计算，只须{said}"
    return (chosen(language, f"the target asks it of each one; {en}", f"本目标逐一判定；{zh}"),)


def _spread(attainment: Attainment, need: Need, language: Language) -> tuple[str, ...]:
    said = more_words(need.unit, need.amount, language)
    count, everyone = plain(Fraction(need.count)), plain(Fraction(need.of))
    weight = unit_words(part_ruler(attainment, "total_weight", "en").unit, language, Fraction(1))
    return (
        chosen(
            language,
            f"{said}, given to the {count} of {everyone} units that have least per {weight}",
            f"{said}，全部用于均值最低的 {count} 个单位（共 {everyone} 个）",
        ),
    )
