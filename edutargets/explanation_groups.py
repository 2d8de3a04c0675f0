"""Who holds a target back, as parts of an explanation: the towns, and those who report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edutargets.contributions import contributions_of
from edutargets.decompositions import added
from edutargets.explanation_section import Section
from edutargets.group_tables import FEW, MOST, GroupTable, group_table, rises
from edutargets.targets import KOfN
from edutargets.wording import Language, chosen

if TYPE_CHECKING:
    from edutargets.attainment import Attainment
    from edutargets.contributions import Contributions

__all__ = ["reporters", "towns"]

_LINES = {  # of one, of several, in Chinese
    "gap": ("is below what the goal asks", "are below what the goal asks", "未到目标水平"),
    "excess": ("is above what the goal allows", "are above what the goal allows", "超过限值"),
    "failing": ("has some that fall short", "have some that fall short", "有未达到要求的"),
    "part": ("has a part in it", "have a part in it", "有数"),
    "change": ("fell from the year before", "fell from the year before", "比上年减少"),
}
_ALONE = ("falls short", "fall short", "未达到要求")  # where every unit is one of those who are judged
_NOT_KNOWN = ("has some not known to reach it", "have some not known to reach it", "有未确认达到要求的")
_ALONE_NOT_KNOWN = ("is not known to reach it", "are not known to reach it", "未确认达到要求")
_ROSE = ("rose from the year before", "rose from the year before", "比上年增加")
_BALANCES = {
    "gap": (
        ("together they lack {}", "合计差 {}"),
        ("above it {verb} up for {}", "高于目标水平，可抵 {}"),
        ("in all {} is lacking", "相抵后仍差 {}"),
        ("in all {} more than it asks", "相抵后高出 {}"),
    ),
    "excess": (
        ("together they are {} over", "合计超出 {}"),
        ("below it {verb} up for {}", "低于限值，可抵 {}"),
        ("in all {} over", "相抵后仍超出 {}"),
        ("in all {} below what it allows", "相抵后低于限值 {}"),
    ),
    "change": (
        ("together they fell by {}", "合计减少 {}"),
        ("rose, by {}", "有所增加，共增 {}"),
        ("in all a fall of {}", "相抵后减少 {}"),
        ("in all a rise of {}", "相抵后增加 {}"),
    ),
}
_RISING = (
    ("together they rose by {}", "合计增加 {}"),
    ("fell, by {}", "有所减少，共减 {}"),
    ("in all a rise of {}", "相抵后增加 {}"),
    ("in all a fall of {}", "相抵后减少 {}"),
)


def towns(attainment: Attainment, language: Language) -> Section | None:
    """Say what every town adds to the gap, where the data tell who belongs to which."""
    return _groups(attainment, language, "town")


def reporters(attainment: Attainment, language: Language) -> Section | None:
    """Say what every school or office adds to the gap; of several standards, those are told row by row."""
    if isinstance(attainment.target, KOfN):
        return None
    return _groups(attainment, language, "reporter")


def _groups(attainment: Attainment, language: Language, by: str) -> Section | None:
    by_town = contributions_of(attainment, language, "town")
    found = by_town if by == "town" else contributions_of(attainment, language, "reporter")
    if found is None or not found.groups:
        return None
    if by == "reporter" and by_town is not None and by_town.of == found.of and found.kind != "failing":
        return None
    label = chosen(language, "towns", "各镇街") if by == "town" else chosen(language, "who", "各单位")
    table = group_table(attainment, found, language)
    lines = [_group_line(attainment, found, language), *_balance(attainment, found, table, language)]
    if table.counted:
        one, several = table.counted
        en = f"where there are {FEW} {several} or fewer, what one {one} is of their own share is told"
        lines.append(chosen(language, en, f"分母不超过 {FEW} {several}的，列出 1 {one}在其自身占比中的分量"))
    return Section(f"{by}s", label, tuple(lines), table.columns, table.rows, table.right)


def _is_sure(attainment: Attainment) -> bool:
    """Whether everybody who does not count as reaching the goal is known not to."""
    result = attainment.deciding
    return result is None or all(part.is_exact for part in result.parts.values())


def _group_line(attainment: Attainment, found: Contributions, language: Language) -> str:
    some, of = len(found.groups), found.of
    noun = chosen(language, "towns", "个镇街") if found.by == "town" else chosen(language, "units", "个单位")
    said = _LINES[found.kind]
    if found.kind == "failing":
        alone = found.by == "reporter" and all(one.parts.get("all") == 1 for one in found.everyone)
        if _is_sure(attainment):
            said = _ALONE if alone else said
        else:
            said = _ALONE_NOT_KNOWN if alone else _NOT_KNOWN
    if rises(attainment):
        said = _ROSE
    first = chosen(language, f"; the first {MOST}", f"，列出前 {MOST} 个") if some > MOST else ""
    return chosen(
        language,
        f"{some} of {of} {noun} {said[0] if some == 1 else said[1]}{first}",
        f"{of} {noun}中 {some} 个{said[2]}{first}",
    )


def _balance(
    attainment: Attainment, found: Contributions, table: GroupTable, language: Language
) -> list[str]:
    """Say what those named add up to, how much others make up for, and what is left of it."""
    others = [one for one in found.others if one.amount < 0 and one.known]
    if found.kind not in _BALANCES or not others:
        return []
    lacks, made_up, left, beyond = _RISING if rises(attainment) else _BALANCES[found.kind]
    known = added(one.amount for one in found.everyone if one.known)
    open_ones = sum(1 for one in found.everyone if not one.known)
    last = left if known > 0 else beyond if known < 0 else ("nothing is left", "正好相抵")
    unit, joint = table.unit, chosen(language, "; ", "；")
    without = chosen(
        language, f", without {open_ones:,} not known in full", f"（数据不全的 {open_ones:,} 个未计）"
    )
    without = without if open_ones else ""
    verb = "makes" if len(others) == 1 else "make"
    number = f"{len(others):,} " if language == "en" else f"另有 {len(others):,} 个"
    return [
        joint.join(
            (
                _of_one(chosen(language, *lacks), len(found.groups)).format(f"{table.lacks} {unit}".rstrip()),
                f"{number}{chosen(language, *made_up).format(table.made_up, verb=verb)}",
                chosen(language, *last).format(table.left) + without,
            )
        )
    ]


def _of_one(words: str, some: int) -> str:
    """Put the sentence about several for one."""
    if some > 1:
        return words
    one = words.replace("together they lack", "it lacks").replace("together they are", "it is")
    return one.replace("together they", "it").replace("合计", "")
