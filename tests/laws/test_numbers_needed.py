"""Numbers needed, carried out on random tables and evaluated again: enough, and one step less is not.

Many small worlds stand in the same tables, each with a promise of its own, so that a hundred promises are
judged, changed and judged again by three evaluations.
"""

from __future__ import annotations

import random
import warnings
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import combinations, product
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from edutargets.attainment import PlanAttainment, evaluate
from edutargets.gate import UncheckedDataWarning, admit_unchecked
from edutargets.goals import Verdict
from edutargets.needs_of_targets import numbers_needed
from edutargets.plans import Pack, PackFile, Plan, bind_all
from edutargets.submissions import Submission
from edutargets.tables import Dictionary
from edutargets.targets import KOfN
from edutargets.trial_tables import TrialTables
from edutargets.trials import CannotTryError, carry_out
from edutargets.units import Quantity
from edutargets.yaml_files import parse_yaml, read_definition

if TYPE_CHECKING:
    from collections.abc import Callable

    from edutargets.needs import Need

TABLES = """
tables:
  schools:
    counts: school
    key: [school, year]
    period: year
    reports: school
    columns:
      school: {type: code}
      world: {type: code}
      year: {type: year}
      kind: {type: category, values: {rural: {}, urban: {}}}
      students: {type: integer, unit: student}
      girls: {type: integer, unit: student}
      teachers: {type: integer, unit: teacher}
      helpers: {type: integer, unit: teacher}
      books: {type: integer, unit: book}
      budget: {type: decimal, scale: 2, unit: CNY}
  staff:
    counts: teacher
    key: [person, year]
    period: year
    reports: school
    columns:
      person: {type: code}
      school: {type: code}
      world: {type: code}
      year: {type: year}
      degree: {type: category, values: {college: {}, bachelor: {}}}
  training:
    counts: record
    key: [record]
    period: year
    reports: person
    columns:
      record: {type: code}
      person: {type: code, references: staff.person, absent: zero}
      year: {type: year}
      hours: {type: decimal, scale: 1, unit: training_hour}
  units:
    counts: institution
    key: [unit]
    reports: unit
    columns:
      unit: {type: code}
      world: {type: code}
  meetings:
    counts: meeting
    key: [meeting]
    period: year
    reports: unit
    columns:
      meeting: {type: code}
      unit: {type: code, references: units.unit, absent: zero}
      year: {type: year}
      held_on: {type: date}
"""
DICTIONARY = read_definition(parse_yaml(TABLES), Dictionary)
Row = dict[str, object]
Rows = dict[str, list[Row]]
WORLDS = 25
LIMITS = ("at_least", "above")
CAPS = ("at_most", "below")


# worlds --------------------------------------------------------------------------------------------


def school(rng: random.Random, world: str, number: int, year: int) -> Row:
    """Draw a school of a year."""
    students = rng.choice((1, 3, 10, 50, 97, 400))
    return {
        "school": f"{world}-{number}",
        "world": world,
        "year": year,
        "kind": ("rural", "urban")[number % 2],
        "students": students,
        "girls": rng.randint(0, students),
        "teachers": rng.randint(1, 30),
        "helpers": rng.randint(0, 10),
        "books": rng.randint(0, 900),
        "budget": Fraction(rng.randint(100, 900_000), 100),
    }


def world_rows(rng: random.Random, world: str) -> Rows:
    """Draw the tables of one world."""
    count = rng.randint(2, 5)
    schools = [school(rng, world, number, year) for number in range(count) for year in (2024, 2025)]
    staff: list[Row] = [
        {
            "person": f"{world}-p{number}",
            "school": f"{world}-{rng.randrange(count)}",
            "world": world,
            "year": 2025,
            "degree": ("college", "bachelor", "college")[number % 3 if number < 2 else rng.randrange(3)],
        }
        for number in range(rng.randint(2, 9))
    ]
    training: list[Row] = [
        {
            "record": f"{person['person']}-{at}",
            "person": person["person"],
            "year": 2025,
            "hours": Fraction(rng.randint(0, 600), 10),
        }
        for person in staff
        for at in range(rng.randint(0, 2))
    ]
    units: list[Row] = [{"unit": f"{world}-u{number}", "world": world} for number in range(rng.randint(1, 4))]
    meetings: list[Row] = [
        {"meeting": f"{unit['unit']}-{at}", "unit": unit["unit"], "year": 2025, "held_on": day}
        for unit in units
        for at, day in enumerate(
            date(2025, 1, 1) + timedelta(days=rng.randrange(365)) for _ in range(rng.randint(4, 30))
        )
    ]
    return {"schools": schools, "staff": staff, "training": training, "units": units, "meetings": meetings}


def number(value: Fraction, digits: int = 2) -> str:
    """Write a number with so many decimals."""
    return f"{float(round(value, digits)):.{digits}f}"


# promises ------------------------------------------------------------------------------------------

Promise = dict[str, object]


def limit(rng: random.Random, words: tuple[str, ...], low: Fraction, high: Fraction, unit: str) -> Promise:
    """Draw a limit somewhere between two numbers."""
    value = low + (high - low) * Fraction(rng.randint(0, 1000), 1000)
    return {rng.choice(words): f"{number(value, rng.choice((0, 1, 2)))} {unit}"}


def draw_count(rng: random.Random) -> Promise:
    """So many teachers, or so many with a degree; too few, too many, or not exactly so many."""
    if rng.random() < 0.5:
        goal = {rng.choice((*LIMITS, *CAPS, "exactly")): f"{rng.randint(1, 12)} teacher"}
        counted = "count(*) filter (where degree = 'bachelor')"
        return {"type": "count", "from": "staff", "count": counted, **goal}
    words = (*LIMITS, *CAPS, "exactly")
    goal = {rng.choice(words): f"{rng.randint(1, 120)} teacher"}
    return {"type": "count", "from": "schools", "count": "sum(teachers)", **goal}


def draw_amount(rng: random.Random) -> Promise:
    """So much money."""
    goal = limit(rng, (*LIMITS, *CAPS), Fraction(100), Fraction(40_000), "CNY")
    return {"type": "amount", "from": "schools", "amount": "sum(budget)", **goal}


def draw_ratio(rng: random.Random) -> Promise:
    """A share of students, or of teachers counted one by one."""
    goal = limit(rng, (*LIMITS, *CAPS), Fraction(1), Fraction(99), "%")
    if rng.random() < 0.5:
        top = "count(*) filter (where degree = 'bachelor')"
        return {"type": "ratio", "from": "staff", "numerator": top, "denominator": "count(*)", **goal}
    if rng.random() < 0.5:
        top = "sum(students) filter (where kind = 'rural')"
        return {"type": "ratio", "from": "schools", "numerator": top, "denominator": "sum(students)", **goal}
    sides = {"numerator": "sum(girls)", "denominator": "sum(students)"}
    return {"type": "ratio", "from": "schools", **sides, **goal}


def draw_per_student(rng: random.Random) -> Promise:
    """So much money for each student."""
    goal = limit(rng, (*LIMITS, *CAPS), Fraction(10), Fraction(300), "CNY/student")
    sides = {"numerator": "sum(budget)", "denominator": "sum(students)"}
    return {"type": "per_student_amount", "from": "schools", **sides, **goal}


def draw_density(rng: random.Random) -> Promise:
    """So many students for each teacher, or teachers for each hundred students."""
    if rng.random() < 0.5:
        goal = {rng.choice((*LIMITS, *CAPS)): number(Fraction(rng.randint(10, 400), 10), 1)}
        sides = {"numerator": "sum(students)", "denominator": "sum(teachers)"}
        return {"type": "density", "from": "schools", **sides, **goal}
    goal = {rng.choice((*LIMITS, *CAPS)): number(Fraction(rng.randint(10, 400), 10), 1)}
    sides = {"numerator": "sum(teachers)", "denominator": "sum(students)"}
    return {"type": "per_hundred", "from": "schools", **sides, **goal}


def draw_growth(rng: random.Random) -> Promise:
    """Growth from one year to the next, of people, of money, of money for each student."""
    value = rng.choice(("sum(teachers)", "sum(budget)", "sum(budget) / sum(students)"))
    goal = limit(rng, (*LIMITS, *CAPS), Fraction(-20), Fraction(40), "%")
    return {"type": "growth", "from": "schools", "value": value, **goal}


def draw_trend(rng: random.Random) -> Promise:
    """Never falling, or never rising."""
    value = rng.choice(("sum(teachers)", "sum(budget)", "sum(budget) / sum(students)"))
    word = rng.choice(("never_decreasing", "never_increasing"))
    return {"type": "trend", "from": "schools", "value": value, word: {"from": 2024}}


def draw_comparison(rng: random.Random) -> Promise:
    """The country held against the town, or against everybody."""
    top, below = rng.choice((("teachers", "students"), ("budget", "students"), ("books", "students")))
    own = f"sum({top}) filter (where kind = 'rural') / sum({below}) filter (where kind = 'rural')"
    other = rng.choice(
        (
            f"sum({top}) filter (where kind = 'urban') / sum({below}) filter (where kind = 'urban')",
            f"sum({top}) / sum({below})",
        )
    )
    word = rng.choice(("at_least", "at_most"))
    return {"type": "comparison", "from": "schools", "value": own, word: {"value": other}}


def draw_duty(rng: random.Random) -> Promise:
    """So many teachers at each school, at some of them, or on average."""
    words = ("each",) if rng.random() < 0.4 else ("share_of", "mean_of")
    word = rng.choice(words)
    share = {"share_at_least": f"{rng.randint(30, 95)} %"} if word == "share_of" else {}
    goal = {rng.choice((*LIMITS, *CAPS)): f"{rng.randint(2, 25)} teacher"}
    return {"type": "duty", word: "schools", "amount": "sum(teachers)", **share, **goal}


def draw_hours(rng: random.Random) -> Promise:
    """Hours of training for each teacher, for some of them, or on average."""
    word = rng.choice(("each", "share_of", "mean_of"))
    share = {"share_at_least": f"{rng.randint(30, 95)} %"} if word == "share_of" else {}
    goal = {"at_least": f"{number(Fraction(rng.randint(100, 900), 10), 1)} training_hour"}
    return {"type": "training_hours", word: "staff", "hours": "sum(training.hours)", **share, **goal}


def draw_ratio_of_each(rng: random.Random) -> Promise:
    """A share, or students for each teacher, at each school or at some of them."""
    word = rng.choice(("each", "share_of"))
    share = {"share_at_least": f"{rng.randint(30, 95)} %"} if word == "share_of" else {}
    if rng.random() < 0.5:
        sides = {"numerator": "sum(girls)", "denominator": "sum(students)"}
        goal = limit(rng, (*LIMITS, *CAPS), Fraction(5), Fraction(95), "%")
        return {"type": "ratio", word: "schools", **sides, **share, **goal}
    sides = {"numerator": "sum(students)", "denominator": "sum(teachers)"}
    goal = {rng.choice(CAPS): number(Fraction(rng.randint(10, 400), 10), 1)}
    return {"type": "density", word: "schools", **sides, **share, **goal}


def draw_standards(rng: random.Random) -> Promise:
    """So many of several standards for each school, or for some; at times two rest on one column."""
    conditions: list[Row] = [
        {
            "name": "a",
            "value": "sum(teachers) * 100 / sum(students)",
            "at_least": number(Fraction(rng.randint(10, 900), 10), 1),
        },
        {
            "name": "b",
            "value": "sum(books) / sum(students)",
            "at_least": number(Fraction(rng.randint(1, 200), 10), 1),
        },
        {
            "name": "c",
            "value": "sum(budget) / sum(students)",
            "at_least": f"{number(Fraction(rng.randint(10, 3000), 10), 1)} CNY/student",
        },
    ]
    if rng.random() < 0.5:
        both = "(sum(teachers) + sum(helpers)) * 100 / sum(students)"
        conditions.append({"name": "d", "value": both, "at_least": str(rng.randint(1, 90))})
    own: Row = {"others_at_least": f"{rng.choice((50, 85, 90))} %"} if rng.random() < 0.6 else {}
    who: Row = {"each": "schools"}
    if rng.random() < 0.4:
        who = {"share_of": "schools", "share_at_least": f"{rng.randint(30, 90)} %"}
    enough = rng.randint(1, len(conditions))
    return {"type": "k_of_n", **who, "conditions": conditions, "at_least": enough, **own}


def draw_dispersion(rng: random.Random) -> Promise:
    """How far schools lie apart in books, teachers or money."""
    value = rng.choice(("sum(books)", "sum(teachers)", "sum(budget)"))
    goal = {rng.choice(CAPS): number(Fraction(rng.randint(2, 90), 100), 2)}
    return {"type": "dispersion", "over": "schools", "value": value, "weight": "sum(students)", **goal}


def draw_frequency(rng: random.Random) -> Promise:
    """So many meetings a month, quarter or week for each unit, or for some."""
    who: Row = {"each": "units"}
    if rng.random() < 0.4:
        who = {"share_of": "units", "share_at_least": f"{rng.randint(30, 90)} %"}
    often = f"{rng.randint(1, 2)} per {rng.choice(('month', 'quarter'))}"
    counted = {"events": "count(meetings.*)", "dated_by": "meetings.held_on", "at_least": often}
    return {"type": "frequency", **who, **counted, "during": [2025, 2025]}


DRAWN: dict[str, Callable[[random.Random], Promise]] = {
    name.removeprefix("draw_"): draw for name, draw in list(globals().items()) if name.startswith("draw_")
}


# judging -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Batch:
    """Several worlds, each with a promise, judged together."""

    results: PlanAttainment
    rows: Rows


def frame(rows: list[Row]) -> pd.DataFrame:
    """Make a table; fractions are written as decimals."""
    written = [
        {name: str(float(cell)) if isinstance(cell, Fraction) else cell for name, cell in row.items()}
        for row in rows
    ]
    return pd.DataFrame(written, dtype=object)


def batch(kind: str, seed: int) -> Batch:
    """Draw worlds and their promises, and judge them."""
    rng = random.Random(f"{kind} {seed}")
    rows: Rows = {}
    targets: list[Promise] = []
    for at in range(WORLDS):
        world = f"w{at}"
        for table, own in world_rows(rng, world).items():
            rows.setdefault(table, []).extend(own)
        fields = DRAWN[kind](rng)
        spans = {"during", "never_decreasing", "never_increasing"}
        time: Promise = {} if spans & set(fields) else {"in": 2025}
        targets.append({"id": world, "where": f"world = '{world}'", **time, **fields})
    plan = Plan.from_fields(targets)
    frames = {table: frame(own) for table, own in rows.items()}
    submission = Submission.from_frames(frames, DICTIONARY)
    assert submission.faults == ()
    measures = bind_all(plan, DICTIONARY)
    pack = Pack(Path(__file__).parent, PackFile(id="tiny"), DICTIONARY, plan, Plan(()), {}, measures)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UncheckedDataWarning)
        return Batch(evaluate(pack, admit_unchecked(submission, reason="a law")), rows)


def ways(results: PlanAttainment, name: str) -> list[Need]:
    """Return the ways to meet a target that can be tried by its own verdict."""
    if results[name].verdict is not Verdict.NOT_MET:
        return []
    return [need for need in numbers_needed(results[name]) if need.asked or need.kind == "other"]


def check(kind: str, wanted: int) -> None:
    """Carry out needs until so many were checked: enough, and one step less is not."""
    checked = skipped = seed = without = 0
    while checked < wanted:
        found = batch(kind, seed)
        seed += 1
        assert seed < wanted, "hardly anything is not met"
        needs = {name: ways(found.results, name) for name in found.results}
        without += sum(
            1 for name, own in needs.items() if not own and found.results[name].verdict is Verdict.NOT_MET
        )
        for at in range(max(map(len, needs.values()), default=0)):
            chosen = {name: own[at] for name, own in needs.items() if at < len(own)}
            enough, short, tried = carried_out(found, chosen)
            skipped += len(chosen) - len(tried)
            for name in tried:
                need, said = chosen[name], (kind, seed, name, chosen[name])
                assert enough[name].verdict is Verdict.MET, said
                assert short[name].verdict is Verdict.NOT_MET, said
                assert need.optimality != "bound", said
            checked += len(tried)
    assert skipped <= checked // 10, "too many needs could not be carried out"
    assert without <= checked // 3, "too many targets have no number"


def carried_out(found: Batch, chosen: dict[str, Need]) -> tuple[PlanAttainment, PlanAttainment, list[str]]:
    """Carry out one need of each world in a copy of the tables, and one step less in another one."""
    basis = found.results.basis
    dictionary = basis.pack.dictionary
    copies = [TrialTables(basis.admitted, dictionary) for _ in range(2)]
    tried = []
    for name, need in chosen.items():
        try:
            for less, tables in enumerate(copies):
                carry_out(found.results[name], need, tables, less=less)
            tried.append(name)
        except CannotTryError:
            continue
    enough, short = (evaluate(basis.pack, tables.changed()) for tables in copies)
    return enough, short, tried


@pytest.mark.parametrize("kind", sorted(DRAWN))
def test_what_is_needed_is_enough_and_one_step_less_is_not(kind: str) -> None:
    """Carried out on the tables the target is met; with one step less it is not."""
    check(kind, 60)


@pytest.mark.slow
@pytest.mark.parametrize("kind", sorted(DRAWN))
def test_a_thousand_numbers_needed_of_every_type(kind: str) -> None:
    """The same rule on a thousand cases of every type."""
    check(kind, 1000)


# by hand -------------------------------------------------------------------------------------------


def schools_of(found: Batch, world: str) -> list[Row]:
    """Return the schools of a world in the year that is judged."""
    return [row for row in found.rows["schools"] if row["world"] == world and row["year"] == 2025]


def exact(cell: object) -> Fraction:
    """Return a cell as a number."""
    return Fraction(str(cell)) if not isinstance(cell, Fraction) else cell


COLUMNS = {
    "a": ("teachers", 100, Fraction(1)),
    "b": ("books", 1, Fraction(1)),
    "c": ("budget", 1, Fraction(1, 100)),
}


def least_for(row: Row, target: KOfN) -> tuple[int, Fraction]:
    """Try every choice of standards to lift, to stand on their floor or to leave, and return the cheapest."""
    share = target.others_at_least.to("") if target.others_at_least is not None else Fraction(0)
    ways: list[list[tuple[int, Fraction, bool]]] = []
    for one in target.conditions:
        column, factor, step = COLUMNS[one.name.in_language("en")]
        assert isinstance(one.at_least, Quantity)
        asked = one.at_least.number * exact(row["students"]) / factor
        own = []
        for wanted, reached in ((asked * share, False), (asked, True)):
            amount, has = Fraction(0), exact(row[column])
            if has < wanted:
                amount = -((has - wanted) // step) * step
            own.append((int(amount > 0), amount / asked, reached or has + amount >= asked))
        ways.append(own)
    costs = [
        (sum(one[0] for one in choice), sum((one[1] for one in choice), Fraction(0)))
        for choice in product(*ways)
        if sum(one[2] for one in choice) >= target.enough
    ]
    return min(costs)


def test_the_standards_to_lift_are_the_fewest_and_the_cheapest() -> None:
    """For every school each choice of standards was tried; none takes fewer, or smaller amounts."""
    checked = 0
    for seed in range(8):
        found = batch("standards", seed)
        for name, attainment in found.results.items():
            target = attainment.target
            assert isinstance(target, KOfN)
            if target.each is None or len(target.conditions) > 3 or attainment.verdict is not Verdict.NOT_MET:
                continue
            (need,) = numbers_needed(attainment)
            costs = [least_for(row, target) for row in schools_of(found, name)]
            assert need.optimality == "exact"
            assert need.amount == sum(cost[0] for cost in costs), (seed, name)
            limits = [one.at_least.number for one in target.conditions if isinstance(one.at_least, Quantity)]
            students = {str(row["school"]): exact(row["students"]) for row in schools_of(found, name)}
            factors = [COLUMNS[one.name.in_language("en")][1] for one in target.conditions]
            relative = sum(
                row.amount * factors[row.standard - 1] / limits[row.standard - 1] / students[row.reporter]
                for row in need.rows
            )
            assert relative == sum(cost[1] for cost in costs), (seed, name)
            checked += 1
    assert checked >= 20


def test_the_other_reading_is_what_every_school_lacks_by_itself() -> None:
    """Teachers are added one by one at every school until it has enough; the sum is told beside the total."""
    checked = 0
    for seed in range(24):
        found = batch("density", seed)
        for name, attainment in found.results.items():
            target = attainment.target
            limit_ = target.at_most
            if (
                target.type != "density"
                or not isinstance(limit_, Quantity)
                or attainment.verdict is not Verdict.NOT_MET
            ):
                continue
            own = [need for need in numbers_needed(attainment) if need.kind == "each"]
            sums = 0
            for row in schools_of(found, name):
                more = 0
                while exact(row["students"]) > limit_.number * (exact(row["teachers"]) + more):
                    more += 1
                sums += more
            assert [need.amount for need in own] == [sums], (seed, name)
            assert not own[0].asked
            assert own[0].amount >= numbers_needed(attainment)[0].amount
            checked += 1
    assert checked >= 5


def test_a_share_is_reached_by_those_who_lack_least() -> None:
    """Every set of so many who fall short was tried, and none lacks less in all."""
    checked = 0
    for seed in range(6):
        found = batch("hours", seed)
        for name, attainment in found.results.items():
            if attainment.target.share_of is None or attainment.verdict is not Verdict.NOT_MET:
                continue
            (need,) = numbers_needed(attainment)
            assert isinstance(attainment.target.at_least, Quantity)
            persons = [str(row["person"]) for row in found.rows["staff"] if row["world"] == name]
            held = {
                one: sum(
                    (exact(row["hours"]) for row in found.rows["training"] if row["person"] == one),
                    Fraction(0),
                )
                for one in persons
            }
            gaps = [attainment.target.at_least.number - hours for hours in held.values()]
            short = [gap for gap in gaps if gap > 0]
            assert need.amount == min(map(sum, combinations(short, need.count))), (seed, name)
            checked += 1
    assert checked >= 20
