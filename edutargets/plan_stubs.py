"""The first plan file of a new pack: a commented stub for every clause that names a number."""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from collections import Counter
from typing import TYPE_CHECKING

from edutargets.clause_guesses import numeric_clauses, plan_years
from edutargets.plan_headings import headings_above
from edutargets.stub_marks import STARTED, UNDECIDED, stub_mark

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from edutargets.clause_guesses import GoalGuess, NumericClause
    from edutargets.plan_numbers import Day
    from edutargets.plan_texts import PlanText

__all__ = ["stub_file"]

_PARTS: Mapping[str, tuple[str, ...]] = {
    "ratio": ("from", "numerator", "denominator"),
    "per_student_amount": ("from", "numerator", "denominator"),
    "per_hundred": ("from", "numerator", "denominator"),
    "training_hours": ("hours",),
    "duty": ("amount",),
    "count": ("from", "count"),
    "amount": ("from", "amount"),
    "growth": ("from", "value"),
    "trend": ("from", "value"),
    "frequency": ("events", "dated_by"),
}
_PLAIN = re.compile(r"[A-Za-z0-9][\w./ -]*%?")
_OF_EACH = frozenset({"training_hours", "duty", "frequency"})
_TRENDS = frozenset({"never_decreasing", "never_increasing"})
_NUMERALS = {word: str(number) for number, word in enumerate("一二三四五六七八九十", start=1)}
_HEAD = """\
{started} from {text}: {count} clauses name a number, each has a stub below.
##
## A stub is a comment, so this file is a plan already: `edutargets check` says how many stubs are waiting.
## To make a target of one, take the `# ` off its lines, put tables and columns in the place of `{undecided}`,
## settle what is to be decided, and delete the lines that begin with `##`. To make none of it, delete it, and
## write its quote with a reason into exclusions.yaml: `edutargets coverage` lists what is not accounted for.
## All goal words, types, units and times below are guesses from the words around the number.
targets:
"""


def stub_file(text: PlanText, name: str) -> str:
    """Return the text of ``plan.yaml``: no target yet, and a stub for each numeric clause, in their order.

    Args:
        text: The plan's text, cut up; its document is the one that the stubs cite.
        name: The name of the text's file.
    """
    clauses = numeric_clauses(text)
    years = plan_years(text)
    seen: Counter[str] = Counter()
    stubs = [
        "\n".join(_stub(text, clause, (number, len(clauses)), years, seen))
        for number, clause in enumerate(clauses, start=1)
    ]
    head = _HEAD.format(started=STARTED, text=name, count=len(clauses), undecided=UNDECIDED)
    return head + "\n" + "\n\n".join(stubs) + "\n" if stubs else head


def _stub(
    text: PlanText,
    clause: NumericClause,
    place: tuple[int, int],
    years: tuple[int, int] | None,
    seen: Counter[str],
) -> Iterator[str]:
    above = " > ".join(heading.text for heading in headings_above(text, clause.start))
    where = ", ".join(part for part in (clause.clause, f"line {clause.line}") if part)
    yield stub_mark(*place, where)
    if above:
        yield f"  ##   under: {above}"
    yield f"  ##   quote: {clause.quote}"
    for goal in clause.goals:
        yield f"  ##   found: {_found(goal)}"
    if clause.group is not None:
        yield f"  ##   found: {clause.group[0]}: of each"
    if clause.yearly:
        yield "  ##   found: 每年 or 逐年: every year"
    for said in _decisions(clause, years):
        yield f"  ##   {UNDECIDED}: {said}"
    promised = [goal for goal in clause.goals if goal.word is not None]
    for goal in promised:
        seen[clause.clause] += 1
        fields = _fields(text, clause, goal, years)
        cite = fields.pop("cite")
        assert isinstance(cite, dict)  # written so
        if len(promised) > 1:
            cite["promises"] = len(promised)
        yield f"  # - id: {_id(clause.clause, seen[clause.clause])}"
        yield from (f"  #   {name}: {_value(value)}" for name, value in {**fields, "cite": cite}.items())


def _value(value: object) -> str:
    """Write a value on one line; the words of the text are quoted, so that nothing in them is markup."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {_value(one)}" for name, one in value.items()) + "}"
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    text = str(value)
    return text if _PLAIN.fullmatch(text) else "'" + text.replace("'", "''") + "'"


def _found(goal: GoalGuess) -> str:
    if goal.word is None:
        return goal.number
    limit = " to ".join(goal.limit) if isinstance(goal.limit, tuple) else goal.limit
    what = ", ".join(part for part in (f"{goal.word} {limit}".strip(), goal.type) if part)
    return f"{goal.number or goal.sign} -> {what}" + (f" ({goal.sign})" if goal.number and goal.sign else "")


def _decisions(clause: NumericClause, years: tuple[int, int] | None) -> Iterator[str]:
    several = len(clause.goals) > 1
    for goal in clause.goals:
        yield from (f"{goal.number}: {said}" if several else said for said in goal.decide)
    yield from clause.decide
    if not any(goal.word for goal in clause.goals):
        return
    if clause.yearly and (years is None or years[0] == years[1]):
        yield "the first and the last year: the text names no span"
    elif not clause.yearly and clause.due is None:
        yield "by when: no date stands beside it" + ("; the plan's last year is taken" if years else "")
    if clause.group is None and any(goal.type in _OF_EACH for goal in clause.goals):
        yield "of whom: each, share_of or mean_of"


def _fields(
    text: PlanText, clause: NumericClause, goal: GoalGuess, years: tuple[int, int] | None
) -> dict[str, object]:
    """Return the fields of the target that a stub may become, in the order of the notation."""
    parts = dict.fromkeys(_PARTS[goal.type], UNDECIDED)
    group = (
        clause.group
        if goal.type not in {"per_student_amount", "count", "amount", "growth", "trend"}
        else None
    )
    if group is not None or goal.type in _OF_EACH:
        parts.pop("from", None)
        parts = {"each": (group[1] if group is not None else "") or UNDECIDED, **parts}
    limit = list(goal.limit) if isinstance(goal.limit, tuple) else goal.limit
    if goal.word in _TRENDS:
        asked: dict[str, object] = {goal.word: {"from": str(years[0] if years else UNDECIDED)}}
    else:
        asked = {str(goal.word): limit}
    if goal.word == "about":
        asked["tolerance"] = UNDECIDED
    time = {} if goal.word in _TRENDS else _time(clause, goal, years)
    title = {"zh": clause.quote}
    cite = {"document": text.document, "clause": clause.clause, "quote": clause.quote}
    cite = {name: said for name, said in cite.items() if said}
    return {"type": goal.type, "title": title, **parts, **asked, **time, "cite": cite}


def _time(clause: NumericClause, goal: GoalGuess, years: tuple[int, int] | None) -> dict[str, object]:
    span = [str(year) for year in years] if years else [UNDECIDED, UNDECIDED]
    if goal.type == "frequency":
        return {"during": span}
    if (clause.yearly and goal.type != "per_student_amount") or goal.type == "growth":
        return {"every": "year", "during": span}
    if clause.due is not None:
        return {"by": _last_day(clause.due)}
    return {"by": f"{years[1]}-12-31" if years else UNDECIDED}


def _last_day(day: Day) -> str:
    year, month, date = day
    month = month or 12
    return f"{year}-{month:02d}-{date or monthrange(year, month)[1]:02d}"


def _id(clause: str, number: int) -> str:
    """Make a name from the clause: c6-3-3.n2 is the second number of 六(三)3."""
    plain = unicodedata.normalize("NFKC", clause)
    steps = [_number(step) for step in re.findall(r"[一二三四五六七八九十]+|\d+", plain)]
    return f"c{'-'.join(steps) or '0'}.n{number}"


def _number(words: str) -> str:
    if words.isdecimal() or len(words) == 1:
        return _NUMERALS.get(words, words)
    tens, _, ones = words.partition("十")
    return f"{_NUMERALS.get(tens, '1')}{_NUMERALS.get(ones, '0')}"
