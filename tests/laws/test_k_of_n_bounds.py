"""The share of those who meet several standards: its range is that of all completions of small tables."""

from __future__ import annotations

import random
from collections import Counter
from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest

from edutargets.goals import Verdict
from edutargets.tables import Dictionary
from edutargets.yaml_files import parse_yaml, read_definition

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from edutargets.attainment import Attainment, PlanAttainment

    Judged = Callable[..., PlanAttainment]

TABLES = """
tables:
  schools:
    counts: school
    key: [school]
    reports: school
    columns:
      school: {type: code}
      location: {type: category, values: {rural: {}, urban: {}}}
      stage: {type: category, values: {primary: {}, junior: {}}}
      pupils: {type: integer, unit: student, range: [1, 5]}
      books: {type: integer, unit: book, range: [0, 6]}
      rooms: {type: integer, unit: classroom, range: [2, 4]}
"""
DICTIONARY = read_definition(parse_yaml(TABLES, "tables.yaml"), Dictionary)
EVERY: dict[str, list[Any]] = {
    "location": ["rural", "urban"],
    "stage": ["primary", "junior"],
    "pupils": [*range(1, 6)],
    "books": [*range(7)],
    "rooms": [*range(2, 5)],
}
MOST_COMPLETIONS = 20_000
Row = dict[str, Any]
Rule = tuple[str, str, str, dict[str, Fraction]]


def _rules(draw: random.Random) -> list[Rule]:
    """Draw standards: the column above, the column below or none, the word, and the limit of each stage."""
    found = []
    for _ in range(draw.randint(1, 3)):
        above = draw.choice(["books", "rooms", "pupils"])
        below = draw.choice(["", "pupils"]) if above != "pupils" else ""
        limit = Fraction(draw.randint(1, 4 if below else 5))
        other = Fraction(draw.randint(1, 4)) if draw.random() < 0.3 else limit
        word = draw.choice(["at_least", "at_least", "at_most"])
        found.append((above, below, word, {"primary": limit, "junior": other}))
    return found


def _fields(rules: list[Rule], enough: int, share: Fraction | None, *, rural: bool) -> dict[str, Any]:
    units = {"books": "book", "rooms": "classroom", "pupils": "student"}
    conditions = []
    for number, (above, below, word, limits) in enumerate(rules):
        unit = f"{units[above]}{'/student' if below else ''}"
        written: Any = {stage: f"{limit} {unit}" for stage, limit in limits.items()}
        own = {word: written, "by_column": "stage"}
        if len(set(limits.values())) == 1:
            own = {word: written["primary"]}
        value = f"sum({above})" + (f" / sum({below})" if below else "")
        conditions.append({"name": f"rule {number}", "value": value, **own})
    fields = {"type": "k_of_n", "share_of": "schools", "share_at_least": "50 %", "conditions": conditions}
    fields |= {"at_least": enough, "by": "2025-12-31"}
    fields |= {"others_at_least": f"{int(share * 100)} %"} if share else {}
    return fields | ({"where": "location = 'rural'"} if rural else {})


def _meets(row: Row, rules: list[Rule], enough: int, share: Fraction | None) -> bool:
    reached, near = 0, True
    for above, below, word, limits in rules:
        value, limit = Fraction(row[above], row[below] if below else 1), limits[row["stage"]]
        reached += value >= limit if word == "at_least" else value <= limit
        if share:
            near = near and (value >= limit * share if word == "at_least" else value <= limit / share)
    return near and reached >= enough


def _table(draw: random.Random) -> list[Row]:
    rows = [
        {"school": f"S{at}"} | {name: draw.choice(values) for name, values in EVERY.items()}
        for at in range(draw.randint(2, 4))
    ]
    for _ in range(draw.choice([1, 2, 3])):
        draw.choice(rows)[draw.choice(list(EVERY))] = None
    return rows


def _truths(rows: list[Row]) -> Iterator[list[Row]]:
    every = [EVERY[name] if row[name] is None else [row[name]] for row in rows for name in EVERY]
    for chosen in product(*every):
        cells = iter(chosen)
        yield [{name: next(cells) for name in EVERY} for _ in rows]


def _number(rows: list[Row]) -> int:
    number = 1
    for row in rows:
        for name, values in EVERY.items():
            number *= len(values) if row[name] is None else 1
    return number


def _held(judged: Judged, seed: int, counted: Counter[str]) -> None:
    draw = random.Random(seed)
    rows = _table(draw)
    if _number(rows) > MOST_COMPLETIONS:
        return
    cases = []
    for _ in range(4):
        rules = _rules(draw)
        share = draw.choice([None, Fraction(1, 2), Fraction(17, 20)])
        cases.append((rules, draw.randint(1, len(rules)), share, draw.random() < 0.5))
    fields = [_fields(rules, enough, share, rural=rural) for rules, enough, share, rural in cases]
    found = judged({"schools": rows}, *fields, dictionary=DICTIONARY)
    truths = list(_truths(rows))
    for at, (rules, enough, share, rural) in enumerate(cases):
        shares = []
        for truth in truths:
            kept = [row for row in truth if not rural or row["location"] == "rural"]
            met = sum(_meets(row, rules, enough, share) for row in kept)
            shares.append(Fraction(met, len(kept)) if kept else None)
        _compared(found[f"t.n{at}"], shares, counted, f"{seed} {rows} {fields[at]}")


def _compared(one: Attainment, shares: list[Fraction | None], counted: Counter[str], case: str) -> None:
    counted["cases"] += 1
    if one.verdict is Verdict.NOT_EVALUABLE:
        counted["none"] += 1
        return
    told = [share for share in shares if share is not None]
    bounds = one.results[0].bounds
    assert bounds is not None
    assert bounds.lower <= min(told) <= max(told) <= bounds.upper, case
    sharpness = one.results[0].sharpness
    counted[sharpness] += 1
    if sharpness != "outer":
        assert (bounds.lower, bounds.upper) == (min(told), max(told)), case
    counted["width"] += int(10**6 * (bounds.upper - bounds.lower))
    counted["true width"] += int(10**6 * (max(told) - min(told)))
    if one.verdict is not Verdict.UNDETERMINED:
        half = Fraction(1, 2)
        assert {share is not None and share >= half for share in shares} == {one.verdict is Verdict.MET}, case


def test_the_share_that_meets_several_standards_is_that_of_its_completions(judged: Judged) -> None:
    """What is called sharp has both ends in some completion; the rest holds all and is little wider."""
    counted: Counter[str] = Counter()
    for seed in range(60):
        _held(judged, seed, counted)
    assert counted["cases"] > 150
    assert counted["sharp"] > 3 * counted["outer"]
    assert counted["width"] <= Fraction(11, 10) * counted["true width"]


@pytest.mark.slow
def test_the_share_that_meets_several_standards_is_that_of_its_completions_in_thousands_of_cases(
    judged: Judged,
) -> None:
    """The same for more than 3,000 promises."""
    counted: Counter[str] = Counter()
    for seed in range(1000, 1900):
        _held(judged, seed, counted)
    assert counted["cases"] > 3000
    assert counted["width"] <= Fraction(11, 10) * counted["true width"]
