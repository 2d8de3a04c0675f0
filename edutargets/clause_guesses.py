"""The clauses of a plan that name a number, each with what it may promise: guesses for a reader to settle."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from edutargets.counted_words import counted_thing, counter_of, named_group
from edutargets.units import Quantity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from edutargets.plan_numbers import Day, NumberPhrase
    from edutargets.plan_texts import PlanText, Sentence

__all__ = ["GoalGuess", "NumericClause", "numeric_clauses", "plan_years"]

Word = Literal[
    "at_least", "at_most", "above", "below", "about", "between", "never_decreasing", "never_increasing"
]
_COUNTED = frozenset({"quantity", "range", "numeral"})
_NAMING = frozenset({"", "年", "岁", "月", "日", "号", "版", "份"})
_NAMING_NUMERALS = _NAMING | {"级", "大", "类", "届", "轮"}
_OWED = frozenset({"天", "节", "课时"})
_NAME = "perhaps part of a name or a length of time, and no target: then an exclusion with its reason"
_LISTED = re.compile(r"[、和及与或]?\s*")
_GOALS: tuple[tuple[Word, str], ...] = (
    ("at_most", r"不得?超过|不高于|不多于|不大于|控制在|至多|最多|降[至到]|下降到|压[缩减][至到]"),
    (
        "at_least",
        r"不得?少于|不得?低于|不小于|至少|达到?|到达|[提增][高升加][到至]|增至|(?:保持|稳定)在|最低",
    ),
    ("above", r"(?<!不)(?<!不得)超过|(?<!不)(?:高于|大于|多于)|突破|>"),
    ("below", r"(?<!不)(?<!不得)(?:低于|少于|小于)|<"),
    ("about", r"(?:近|约|大约)$"),
)
_BEHIND: tuple[tuple[Word, str], ...] = (
    ("at_least", r"[及或]?以上|及其以上"),
    ("at_most", r"[及或]?以下|以内|之内"),
    ("about", r"左右|上下"),
)
_TRENDS: tuple[tuple[Word, str], ...] = (
    ("never_decreasing", r"只增不减|只升不降|不降低|逐年(?:提高|增长|增加|上升|递增)"),
    ("never_increasing", r"只减不增|只降不升|逐年(?:下降|降低|减少|递减)"),
)
_OFTEN = {"周": "week", "月": "month", "季": "quarter"}
_QUOTED = re.compile(r"“[^”]*”|‘[^’]*’")
_ENDS = " \t,，:：。；！？;!?、"


@dataclass(frozen=True, slots=True)
class GoalGuess:
    """What one number of a clause may ask for.

    Args:
        number: Its words; empty for a trend.
        word: The goal word; ``None`` where the number is perhaps no goal at all.
        limit: What may be written behind it.
        type: The type of target.
        sign: The words of the text that the goal word was guessed from; empty where nothing said it.
        decide: What its reader has to decide.
    """

    number: str
    word: Word | None
    limit: str | tuple[str, str] = ""
    type: str = ""
    sign: str = ""
    decide: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NumericClause:
    """A phrase of a plan that names a number, or says that a series never falls.

    Args:
        clause: The clause by the headings above it.
        line: Its line in the text.
        start: Where it begins.
        quote: Its words.
        goals: What its numbers may ask for, in their order.
        yearly: Whether it says 每年.
        due: The date named last before it or in it, if there is one.
        group: Those of whom each is meant, and the name they may have as a view.
        decide: What its reader has to decide, whatever its numbers are.
    """

    clause: str
    line: int
    start: int
    quote: str
    goals: tuple[GoalGuess, ...]
    yearly: bool = False
    due: Day | None = None
    group: tuple[str, str] | None = None
    decide: tuple[str, ...] = ()


def plan_years(text: PlanText) -> tuple[int, int] | None:
    """Guess the first and the last year of a plan: the year it runs to, and the span that ends there.

    Examples:
        >>> from edutargets.plan_texts import cut
        >>> plan_years(cut("plan", "2023-2025年的方案。到2025年,建成8所。"))
        (2023, 2025)
    """
    dates = [number for number in text.numbers if number.kind == "date" and number.years]
    due = Counter(max(date.years) for date in dates if text.text[: date.start].endswith(("到", "至")))
    spans = Counter((min(date.years), max(date.years)) for date in dates if len(date.years) > 1)
    if not due:
        due = Counter(last for _, last in spans.elements()) or Counter(max(date.years) for date in dates)
    if not due:
        return None
    last = due.most_common(1)[0][0]
    whole = [span for span, _ in spans.most_common() if span[1] == last]
    return whole[0] if whole else (last, last)


def numeric_clauses(text: PlanText) -> tuple[NumericClause, ...]:
    """Return every phrase that names a number, or a trend, in the order of the text.

    Dates, the numbers of documents and ordinals name no quantity; a phrase that has only those is none.
    """
    return tuple(clause for sentence in text.sentences for clause in _of_sentence(sentence))


def _of_sentence(sentence: Sentence) -> Iterator[NumericClause]:
    words = sentence.text.lstrip("#")
    heading = [(sentence.start + len(sentence.text) - len(words.lstrip()), words.strip())]
    phrases = [(one.start, one.text) for one in sentence.phrases] or heading
    yearly_before = False
    for start, phrase in phrases:
        end = start + len(phrase)
        numbers = [one for one in sentence.numbers if one.kind in _COUNTED and start <= one.start < end]
        dates = [one for one in _due_dates(sentence) if one.start < end]
        yearly = "每年" in phrase or "逐年" in phrase
        goals = _goals(phrase, start, numbers)
        if goals:
            group = named_group(phrase)
            said = tuple(_decisions(phrase, goals, yearly_before=yearly_before and not yearly))
            due = dates[-1].days[-1] if dates and dates[-1].days[-1][0] else None
            quote = phrase.strip(_ENDS)
            yield NumericClause(sentence.clause, sentence.line, start, quote, goals, yearly, due, group, said)
        yearly_before = yearly_before or yearly


def _due_dates(sentence: Sentence) -> list[NumberPhrase]:
    """Return the dates by which something may be due: neither the beginning of something nor in a title."""
    titles = [match.span() for match in re.finditer(r"《[^》]*》", sentence.text)]
    found = []
    for number in sentence.numbers:
        first, last = number.start - sentence.start, number.end - sentence.start
        begins = re.match(r"起|以来|印发|发布", sentence.text[last:])
        if number.kind == "date" and not begins and not any(a <= first < b for a, b in titles):
            found.append(number)
    return found


def _decisions(phrase: str, goals: Sequence[GoalGuess], *, yearly_before: bool) -> Iterator[str]:
    promised = [goal for goal in goals if goal.word is not None]
    if len(promised) > 1:
        yield f"{len(promised)} numbers: one target each, in this order, or one target and its condition"
    if yearly_before:
        yield "每年 stands earlier in this sentence: does it hold here too?"
    if re.search(r"各\d", phrase):
        yield "各 before the number: each of the things listed has it, so a target for each"
    if "只增不减" in phrase or "逐年" in phrase:
        yield "which year begins the series, and is it money of the day?"


def _goals(phrase: str, start: int, numbers: Sequence[NumberPhrase]) -> tuple[GoalGuess, ...]:
    found: list[GoalGuess] = []
    said = [one for one in numbers if not _is_name(one, phrase, one.start - start)]
    begin, carried = 0, None
    for number in numbers:
        if number not in said:
            found.append(GoalGuess(number.text, None, decide=(_NAME,)))
            continue
        first, last = number.start - start, number.end - start
        later = [one.start - start for one in said if one.start > number.start]
        before, after = phrase[begin:first], phrase[last : min(later, default=len(phrase))]
        carried = _goal(number, phrase, (before, after), carried if _LISTED.fullmatch(before) else None)
        found.append(carried)
        begin = last
    for word, pattern in _TRENDS:
        match = re.search(pattern, phrase)
        if match and not said:
            found.append(GoalGuess("", word, type="trend", sign=match[0]))
            break
    return tuple(found)


def _goal(number: NumberPhrase, phrase: str, around: tuple[str, str], carried: GoalGuess | None) -> GoalGuess:
    before, after = around
    word, sign = _word(before, after)
    if word is None:
        word, sign = (carried.word, carried.sign) if carried is not None else (None, "")
    decide: list[str] = []
    if word is None and number.kind != "range":
        decide.append("at least so many, or exactly? The text only gives the number")
    if re.match(r"[及或]?以[上下][^,，、]*的|以[上下]随", after) and not _word(before, "")[0]:
        decide.append("perhaps it says who is meant (so many or more), and the promise is another")
    if word == "about":
        decide.append("the tolerance of an approximate number")
    guessed = "between" if number.kind == "range" else word or "at_least"
    if number.kind == "numeral" and not sign:
        decide.append("a number in words: so many of something, or part of a name?")
    type_, unit = _type_and_unit(number, phrase, around)
    if not unit and type_ in {"count", "duty"}:
        decide.append("what is counted; the bare number stands for it")
    if unit == "percentage_point":
        unit = "%"
        decide.append("percentage points above which year?")
    return GoalGuess(number.text, guessed, _limit(number, unit), type_, sign, tuple(decide))


def _is_name(number: NumberPhrase, phrase: str, at: int) -> bool:
    """Whether a number is more likely part of a name (“三所学校”, 5085, 四级) or a length of time."""
    counter = counter_of(number.text)
    quoted = any(match.start() <= at < match.end() for match in _QUOTED.finditer(phrase))
    if number.kind != "numeral":
        return counter in _NAMING
    if re.search(r"(?:至少|不少于|不低于|达到)\S{0,4}$", phrase[:at]):
        return False
    only_a = number.text[0] == "一" and counter in {"个", "项"}
    return only_a or counter in _NAMING_NUMERALS or (quoted and "十" not in number.text)


def _word(before: str, after: str) -> tuple[Word | None, str]:
    """Return the goal word next to a number, and the words that say so; those right behind it win."""
    for word, pattern in _BEHIND:
        match = re.match(pattern, after.strip())
        if match:
            return word, match[0]
    found = [
        (match.end(), word, match[0])
        for word, pattern in _GOALS
        for match in re.finditer(pattern, before.strip())
    ]
    return max(found)[1:] if found else (None, "")


def _type_and_unit(number: NumberPhrase, phrase: str, around: tuple[str, str]) -> tuple[str, str]:
    before, after = around
    counter = counter_of(number.text)
    if counter in {"%", "％", "‰", "个百分点"} or number.text.startswith("百分之"):
        grows = bool(re.search(r"增长\S{0,3}$|增幅", before))
        return ("growth" if grows else "ratio"), {"‰": "‰", "个百分点": "percentage_point"}.get(counter, "%")
    if counter == "元":
        learner = re.search(r"每(?:名|位|个)?(?:生|学生|幼儿)|生均", phrase)
        return ("per_student_amount", "CNY/student/year") if learner else ("amount", "CNY")
    often = re.search(r"每个?([周月季])", phrase)
    if often and counter in {"次", "场", "期"}:
        return "frequency", f"per {_OFTEN[often[1]]}"
    behind = re.sub(r"^[及或]?以[上下]|[“‘(（][^”’)）]*[”’)）]", "", after).strip(_ENDS)
    thing = counted_thing(counter, "" if behind else before, behind)
    if re.search(r"每百[名个位]?", phrase):
        return "per_hundred", thing
    if thing == "training_hour":
        return "training_hours", thing
    return ("duty" if named_group(phrase) or counter in _OWED else "count"), thing


def _limit(number: NumberPhrase, unit: str) -> str | tuple[str, str]:
    if number.kind == "range":
        return str(Quantity(number.values[0], unit)), str(Quantity(number.values[-1], unit))
    if unit == "CNY":
        return re.sub(r"^([\d.,]+)\s*", r"\1 ", number.text)
    return str(Quantity(number.values[0], unit))
