"""Several standards for each school against a few lines of plain Python over fractions, on random schools."""

from __future__ import annotations

import random
import warnings
from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edutargets.attainment import Attainment, evaluate
from edutargets.gate import UncheckedDataWarning, admit_unchecked
from edutargets.goals import Verdict
from edutargets.listing_sql import listed_rows, listing_statement
from edutargets.plans import Pack, PackFile, Plan, bind_all
from edutargets.submissions import Submission
from edutargets.tables import Dictionary
from edutargets.yaml_files import parse_yaml, read_definition

TABLES = """
tables:
  parts:
    counts: school
    period: year
    key: [school, stage, year]
    reports: school
    columns:
      school: {type: code}
      year: {type: year}
      stage: {type: category, values: {primary: {}, junior: {}}, required: false}
      pupils: {type: integer, unit: student, required: false}
      teachers: {type: integer, unit: teacher, required: false}
      rooms: {type: decimal, scale: 2, unit: square_metre, required: false}
      money: {type: decimal, scale: 2, unit: CNY, required: false}
      largest: {type: integer, unit: student, required: false}
"""
DICTIONARY = read_definition(parse_yaml(TABLES), Dictionary)
STAGES = ("primary", "junior")
Row = dict[str, object]
Truth = bool | None
PROMISES = 4
MANY = settings(
    max_examples=300, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None
)


@dataclass(frozen=True)
class Rule:
    """One standard: what a row has, on which side it is enough, and the limit of each stage."""

    column: str
    factor: int
    divided: bool
    word: str
    limits: dict[str, Fraction]

    @property
    def by_stage(self) -> bool:
        """Whether the stage decides."""
        return len(set(self.limits.values())) > 1

    def value(self, row: Row) -> Fraction | None:
        """Return what a row has; nothing where it is blank or where there is nothing to divide by."""
        if row[self.column] is None or (self.divided and row["pupils"] in {None, 0}):
            return None
        below = Fraction(str(row["pupils"])) if self.divided else Fraction(1)
        return self.factor * Fraction(str(row[self.column])) / below

    def holds(self, row: Row, share: Fraction) -> Truth:
        """Say whether a row has a share of its limit."""
        value = self.value(row)
        if value is None or (self.by_stage and row["stage"] is None):
            return None
        limit = self.limits[str(row["stage"] or "primary")]
        return value >= limit * share if self.word == "at_least" else value <= limit / share

    def fields(self, number: int) -> Row:
        """Return it as it stands in a plan."""
        divided = " / sum(pupils)" if self.divided else ""
        factor = f" * {self.factor}" if self.factor != 1 else ""
        unit = {"rooms": " square_metre", "money": " CNY"}.get(self.column, "")
        unit += "/student" if unit and self.divided else ""
        written = {stage: f"{_decimal(limit)}{unit}" for stage, limit in self.limits.items()}
        limit: object = written if self.by_stage else written["primary"]
        by = {"by_column": "stage"} if self.by_stage else {}
        return {
            "name": f"rule {number}",
            "value": f"sum({self.column}){factor}{divided}",
            self.word: limit,
            **by,
        }


def _decimal(value: Fraction) -> str:
    return f"{value.numerator * 1000 // value.denominator / 1000:.3f}"


@dataclass(frozen=True)
class Case:
    """A promise and the schools it is held against."""

    rules: tuple[Rule, ...]
    enough: int
    share: Fraction | None
    smallest: int | None
    wanted: Fraction | None
    rows: tuple[Row, ...]

    def counts(self, row: Row) -> Truth:
        """Say whether a school is large enough to be judged."""
        if self.smallest is None:
            return True
        return None if row["pupils"] is None else int(str(row["pupils"])) >= self.smallest

    def meets(self, row: Row) -> Truth:
        """Say whether a school meets it, whatever the blank cells hold; nothing where they could turn it."""
        reached = [rule.holds(row, Fraction(1)) for rule in self.rules]
        near = [rule.holds(row, self.share) if self.share else True for rule in self.rules]
        if False in near or len(self.rules) - reached.count(False) < self.enough:
            return False
        return True if reached.count(True) >= self.enough and None not in near else None

    def target(self) -> Row:
        """Return it as it stands in a plan."""
        who: Row = {"each": "parts"}
        if self.wanted is not None:
            who = {"share_of": "parts", "share_at_least": f"{_decimal(self.wanted * 100)} %"}
        own: Row = {} if self.share is None else {"others_at_least": f"{_decimal(self.share * 100)} %"}
        own |= {} if self.smallest is None else {"where": f"pupils >= {self.smallest}"}
        conditions = [rule.fields(number) for number, rule in enumerate(self.rules)]
        return {
            "id": "t",
            "type": "k_of_n",
            **who,
            "conditions": conditions,
            "at_least": self.enough,
            **own,
            "in": 2025,
        }


def random_rule(rng: random.Random) -> Rule:
    """Make a standard near what the random schools have, so that limits are often hit exactly."""
    column = rng.choice(("teachers", "rooms", "money", "largest"))
    if column == "largest":
        return Rule(column, 1, divided=False, word="at_most", limits=_limits(rng, (45, 50, 51)))
    factor = 100 if column == "teachers" else 1
    limits = {"teachers": ("4.2", "5.3", "1", "0.9"), "rooms": ("4.5", "5.8"), "money": ("20", "25")}[column]
    word = "at_least" if rng.random() < 0.9 else "at_most"
    return Rule(column, factor, divided=True, word=word, limits=_limits(rng, limits))


def _limits(rng: random.Random, numbers: tuple[object, ...]) -> dict[str, Fraction]:
    one = Fraction(str(rng.choice(numbers)))
    other = Fraction(str(rng.choice(numbers))) if rng.random() < 0.5 else one
    return dict(zip(STAGES, (one, other), strict=True))


def random_row(rng: random.Random, number: int, blanks: float) -> Row:
    """Make a school; its numbers lie on, just below and far below the limits and their floors."""
    pupils = rng.choice((0, 20, 50, 100, 100, 1000))
    of = Fraction(pupils, 1000)
    steps = (
        Fraction(1),
        Fraction(1),
        Fraction(85, 100),
        Fraction(9, 10),
        Fraction(999, 1000),
        Fraction(8499, 10000),
        Fraction(1, 2),
        Fraction(5, 4),
    )
    row: Row = {
        "school": f"S{number:02d}",
        "year": 2025,
        "stage": rng.choice(STAGES),
        "pupils": pupils,
        "teachers": int(of * rng.choice((42, 53, 10, 9)) * rng.choice(steps)),
        "rooms": _decimal(of * rng.choice((4500, 5800)) * rng.choice(steps))[:-1],
        "money": _decimal(of * rng.choice((20000, 25000)) * rng.choice(steps))[:-1],
        "largest": rng.choice((40, 45, 46, 50, 51, 53, 60)),
    }
    for column in ("pupils", "stage", "teachers", "rooms", "money", "largest"):
        if rng.random() < blanks:
            row[column] = None
    return row


def random_case(rng: random.Random, rows: tuple[Row, ...]) -> Case:
    """Make a promise about some schools."""
    rules = tuple(random_rule(rng) for _ in range(rng.randint(1, 7)))
    enough = max(1, len(rules) - rng.choice((0, 1, 1, 2)))
    share = rng.choice((None, Fraction(85, 100), Fraction(85, 100), Fraction(1, 2), Fraction(9, 10)))
    wanted = rng.choice((None, Fraction(1, 2), Fraction(3, 4)))
    return Case(rules, enough, share, rng.choice((None, None, 50)), wanted, rows)


def random_cases(seed: int) -> tuple[Case, ...]:
    """Make four promises about one handful of schools."""
    rng = random.Random(seed)
    blanks = rng.choice((0, 0, 0.05, 0.2))
    rows = tuple(random_row(rng, number, blanks) for number in range(rng.randint(1, 8)))
    return tuple(random_case(rng, rows) for _ in range(PROMISES))


def judged(cases: tuple[Case, ...]) -> list[tuple[Case, Attainment]]:
    """Evaluate the promises on their schools."""
    frame = pd.DataFrame(list(cases[0].rows), dtype=object)
    submission = Submission.from_frames({"parts": frame}, DICTIONARY)
    assert submission.faults == ()
    plan = Plan.from_fields([{**case.target(), "id": f"t.n{at}"} for at, case in enumerate(cases)])
    measures = bind_all(plan, DICTIONARY)
    pack = Pack(Path(__file__).parent, PackFile(id="o"), DICTIONARY, plan, Plan(()), {}, measures)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UncheckedDataWarning)
        results = evaluate(pack, admit_unchecked(submission, reason="an oracle"))
    return list(zip(cases, results.values(), strict=True))


def by_hand(case: Case) -> tuple[int, int, int, int]:
    """Count who surely counts and meets, who might, who surely counts, who might."""
    truths = [(case.counts(row), case.meets(row)) for row in case.rows]
    surely = [both for both in truths if both == (True, True)]
    maybe = [both for both in truths if False not in both]
    return (
        len(surely),
        len(maybe),
        sum(one is True for one, _ in truths),
        sum(one is not False for one, _ in truths),
    )


@settings(MANY, max_examples=100)
@given(st.integers(0, 10**9))
def test_how_many_meet_it_is_what_plain_fractions_say(seed: int) -> None:
    """Value and range of who meets it and of all, the misses of each standard, the verdict, the listing."""
    _held_against_fractions(seed)


@pytest.mark.slow
@settings(MANY, max_examples=400)
@given(st.integers(0, 10**9))
def test_how_many_meet_it_is_what_plain_fractions_say_of_many_more(seed: int) -> None:
    """The same on four times as many."""
    _held_against_fractions(seed)


def _held_against_fractions(seed: int) -> None:
    for case, found in judged(random_cases(seed)):
        met, might, everyone, most = by_hand(case)
        statement = listing_statement(found)
        if found.verdict is Verdict.NOT_EVALUABLE:
            assert everyone == 0
            assert statement is None
            continue
        (result,) = found.results
        meeting, total = result.parts["meeting"], result.parts["all"]
        assert (meeting.value, meeting.bounds.lower, meeting.bounds.upper) == (met, met, might)
        assert (total.value, total.bounds.upper) == (everyone, most)
        judged_ones = [row for row in case.rows if case.counts(row) is True]
        for number, rule in enumerate(case.rules, start=1):
            missed = [row for row in judged_ones if rule.holds(row, Fraction(1)) is False]
            assert result.parts[f"missed_{number}"].value == len(missed)
        if (met, everyone) == (might, most):
            wanted = case.wanted if case.wanted is not None else Fraction(1)
            assert found.verdict is (Verdict.MET if Fraction(met, everyone) >= wanted else Verdict.NOT_MET)
        assert statement is not None
        listed = sorted(str(row["school"]) for row in listed_rows(found, statement))
        assert listed == sorted(str(row["school"]) for row in judged_ones if case.meets(row) is not True)


def test_the_random_schools_come_out_in_every_way() -> None:
    """Met, not met and open; exactly on a limit and exactly on a floor: else the law would say little."""
    cases = [case for seed in range(60) for case in random_cases(seed)]
    seen = Counter(case.meets(row) for case in cases for row in case.rows)
    assert min(seen[truth] for truth in (True, False, None)) > 50
    values = [
        (rule, rule.value(row), row["stage"], case.share)
        for case in cases
        for row in case.rows
        for rule in case.rules
    ]
    on_limit = [1 for rule, value, stage, _ in values if stage and value == rule.limits[str(stage)]]
    on_floor = [
        1
        for rule, value, stage, share in values
        if stage and share and value == rule.limits[str(stage)] * share
    ]
    assert min(len(on_limit), len(on_floor)) > 50


FILLINGS = {
    "pupils": (0, 49, 50, 100, 1000),
    "stage": STAGES,
    "teachers": (0, 4, 42, 1000),
    "rooms": ("0", "382.5", "450", "99999"),
    "money": ("0", "1700", "2500", "999999"),
    "largest": (0, 45, 50, 52, 99),
}


@MANY
@given(st.integers(0, 10**9))
def test_no_filling_of_the_blanks_contradicts_the_verdict(seed: int) -> None:
    """Whatever plausible numbers are put into the blank cells, what was said for sure stays true."""
    rng = random.Random(seed)
    case = random_cases(seed)[0]
    row = random_row(rng, 1, 0.3)
    blanks = [name for name in FILLINGS if row[name] is None][:3]
    row |= {name: FILLINGS[name][0] for name in FILLINGS if row[name] is None and name not in blanks}
    said = case.meets(row)
    if said is None:
        return
    for numbers in product(*(FILLINGS[name] for name in blanks)):
        full = {**row, **dict(zip(blanks, numbers, strict=True))}
        assert case.meets(full) in {said, None}
