"""What a number of a plan's text may count, guessed from the words around it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from edutargets.entities import ENTITIES, ENTITY_BY_NAME

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["counted_thing", "counter_of", "named_group"]

_NUMERAL = "[一二两三四五六七八九十百千万亿多余来]"
_COUNTER = re.compile(rf"(?:[\d,.]+\s*[百千万亿]*|{_NUMERAL}+)\s*")
_BY_COUNTER = {
    "所": "school",
    "名": "person",
    "位": "person",
    "人": "person",
    "期": "training_session",
    "门": "course",
    "次": "event",
    "场": "event",
    "节": "lesson",
    "课时": "lesson",
    "天": "work_day",
    "学时": "training_hour",
    "间": "classroom",
    "份": "document",
    "台": "computer",
    "平方米": "square_metre",
}
_FIXED = frozenset({"学时", "课时", "节", "天", "平方米"})
_NOUNS = {
    **{entity.zh: entity.name for entity in ENTITIES if len(entity.zh) > 1},
    "校(园)长": "principal",
    "园长": "principal",
    "校园": "school",
    "中小学": "school",
    "实验室": "classroom",
    "工作推进会议": "meeting",
    "报告": "document",
}
_GROUP = re.compile(r"(?:每一?[名位个所]|每(?=[校园班生])|各(?!项[^目]|类|种|级|地|部门|方面|有关|相关|\d))")


def counter_of(number: str) -> str:
    """Return the measure word behind a number.

    Examples:
        >>> counter_of("1.23亿元"), counter_of("30个"), counter_of("十二所"), counter_of("5085")
        ('元', '个', '所', '')
    """
    return _COUNTER.sub("", number.rsplit("-", maxsplit=1)[-1], count=1)


def counted_thing(counter: str, before: str, after: str) -> str:
    """Guess the name of what is counted; empty where nothing tells it.

    The noun behind the number that takes its measure word, else any noun behind it; then those before it.

    Args:
        counter: The measure word.
        before: The words of the phrase before the number.
        after: The words behind it.

    Examples:
        >>> (
        ...     counted_thing("个", "建设", "区级学校德育研究课题"),
        ...     counted_thing("名", "引进急需紧缺专业教师", ""),
        ... )
        ('research_topic', 'teacher')
    """
    if counter in _FIXED:
        return _BY_COUNTER[counter]
    for words in (after, before):
        nouns = _nouns(words)
        suiting = [
            name for name in nouns if name in ENTITY_BY_NAME and ENTITY_BY_NAME[name].counter == counter
        ]
        if suiting:
            return suiting[-1]
        if nouns and counter not in _BY_COUNTER:
            return nouns[-1]
    return _BY_COUNTER.get(counter, "")


def named_group(phrase: str) -> tuple[str, str] | None:
    """Find those of whom each is meant: their words, and the name they may have as a view.

    Examples:
        >>> named_group("全区每名校长每年接受不少于90学时的培训"), named_group("各项工作")
        (('每名校长', 'principals'), None)
    """
    match = _GROUP.search(phrase)
    if match is None:
        return None
    noun = next(_found_nouns(phrase[match.end() :]), None)
    if noun is None:
        return match[0], ""
    name = ENTITY_BY_NAME[_NOUNS[noun[0]]].plural.replace(" ", "_")
    return phrase[match.start() : match.end() + noun.end()], name


def _nouns(words: str) -> list[str]:
    """Return the things that some words name, in their order."""
    return [_NOUNS[match[0]] for match in _found_nouns(words)]


def _found_nouns(words: str) -> Iterator[re.Match[str]]:
    """Find the nouns in some words; of nested ones the longest."""
    return re.finditer("|".join(sorted(map(re.escape, _NOUNS), key=len, reverse=True)), words)
