"""Dispersions, frequencies and distinct counts against plain fractions, sets and days, on random rows."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction
from itertools import combinations
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edutargets.attainment import PlanAttainment
from edutargets.goals import Verdict
from edutargets.tables import Dictionary
from edutargets.yaml_files import parse_yaml, read_definition

TABLES = """
tables:
  schools:
    counts: school
    key: [school, year]
    period: year
    reports: school
    columns:
      school: {type: code}
      year: {type: year}
      location: {type: category, values: {rural: {}, urban: {}}, required: false}
      pupils: {type: integer, unit: student, required: false}
      money: {type: decimal, scale: 2, unit: CNY, required: false}
  units:
    counts: project
    key: [unit]
    reports: unit
    columns:
      unit: {type: code}
      location: {type: category, values: {rural: {}, urban: {}}, required: false}
      starts: {type: date, required: false}
      ends: {type: date, required: false}
  meetings:
    counts: meeting
    key: [meeting]
    reports: unit
    columns:
      meeting: {type: code}
      unit: {type: code, references: units.unit, absent: zero, required: false}
      kind: {type: category, values: {progress: {}, other: {}}, required: false}
      held_on: {type: date, required: false}
  offices:
    counts: institution
    key: [office, year]
    period: year
    reports: office
    columns: {office: {type: code}, year: {type: year}}
  reports:
    counts: document
    key: [report]
    period: year
    reports: office
    columns:
      report: {type: code}
      year: {type: year}
      office: {type: code, references: offices.office, absent: zero}
      sent_on: {type: date}
  prizes:
    counts: award
    key: [prize]
    period: year
    reports: school
    columns:
      prize: {type: code}
      year: {type: year}
      school: {type: code}
      person: {type: code, required: false}
      location: {type: category, values: {rural: {}, urban: {}}, required: false}
"""
DICTIONARY = read_definition(parse_yaml(TABLES, "tables.yaml"), Dictionary)
MET, NOT, OPEN, NONE = Verdict.MET, Verdict.NOT_MET, Verdict.UNDETERMINED, Verdict.NOT_EVALUABLE
EVERY = ("week", "month", "quarter", "year")
SETTINGS = settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
SEEDS = st.integers(0, 2**32)

Judged = Callable[..., PlanAttainment]
Row = dict[str, Any]


# dispersion ----------------------------------------------------------------------------------------


def _schools(rng: random.Random) -> list[Row]:
    blank = 0.0 if rng.random() < 0.8 else 0.1
    return [
        {
            "school": f"S{number}",
            "year": year,
            "location": None if rng.random() < blank else rng.choice(["rural", "urban"]),
            "pupils": None if rng.random() < blank else rng.choice([0, 1, 2, 3, 3, 10, 400]),
            "money": None if rng.random() < blank else rng.choice(["0", "0.01", "1", "2.50", "10", "99.99"]),
        }
        for year in (2024, 2025)
        for number in range(rng.randint(1, 6))
    ]  # fmt: skip


def _squares(rows: list[Row], *, rural: bool, double: int) -> list[Fraction | None] | None:
    """Return CV² by its definition, of the rows that count for sure and then with those that may count.

    A row without a location may be rural or not. No column has a plausible range: a blank number leaves none.
    """
    kept = [row for row in rows if not rural or row["location"] in {"rural", None}]
    maybe = [row for row in kept if rural and row["location"] is None]
    if any(None in (row["pupils"], row["money"]) for row in kept):
        return None
    sure = [row for row in kept if row not in maybe]
    chosen = [some for number in range(len(maybe) + 1) for some in combinations(maybe, number)]
    return [_square([*sure, *some], double=double) for some in chosen]


def _square(kept: list[Row], *, double: int) -> Fraction | None:
    """Return CV² of rows that are known, term by term; nothing where it is not defined."""
    pairs = [(Fraction(row["money"]) * double, Fraction(row["pupils"])) for row in kept]
    if any(pupils == 0 and money for money, pupils in pairs):
        return None
    total, pupils = sum(money for money, _ in pairs), sum(weight for _, weight in pairs)
    if not pupils or not total:
        return None
    mean = Fraction(total, pupils)
    terms = [weight / pupils * (money / weight - mean) ** 2 for money, weight in pairs if weight]
    return sum(terms, Fraction(0)) / mean**2


@SETTINGS
@given(seed=SEEDS)
def test_a_dispersion_equals_its_definition_term_by_term(judged: Judged, seed: int) -> None:
    """The verdict holds squares of plain fractions against each other; its root agrees: 1,200 targets."""
    rng = random.Random(seed)  # no secret
    rows, targets, expected = _schools(rng), [], []
    for _ in range(10):
        rural, double, year = rng.random() < 0.4, rng.choice([1, 2]), rng.choice([2024, 2025])
        squares = _squares([row for row in rows if row["year"] == year], rural=rural, double=double)
        first = (squares or [None])[0] or Fraction(1, 4)
        near = Fraction(round(first ** Fraction(1, 2) * 100), 100)
        limit = rng.choice([Fraction(0), Fraction(1, 2), Fraction(9, 20), abs(near)])
        word = rng.choice(["at_most", "below", "at_least", "above", "exactly"])
        value = rng.choice(["money", "sum(money)"]) if double == 1 else "money * 2"
        fields: Row = {"type": "dispersion", "over": "schools", "value": value, "weight": "sum(pupils)"}
        fields |= {word: str(float(limit)), "in": year, **({"where": "location = 'rural'"} if rural else {})}
        targets.append(fields)
        expected.append((squares, limit, word))
    found = judged({"schools": rows}, *targets, dictionary=DICTIONARY)
    for number, (squares, limit, word) in enumerate(expected):
        one = found[f"t.n{number}"]
        if squares is None or squares[0] is None:
            assert (one.verdict, one.value) == (NONE, None), (targets[number], rows)
            assert one.reason is not None
            continue
        truths = {
            None if square is None else {
                "at_most": square <= limit**2,
                "below": square < limit**2,
                "at_least": square >= limit**2,
                "above": square > limit**2,
                "exactly": square == limit**2,
            }[word]
            for square in squares
        }  # fmt: skip
        told = [square for square in squares if square is not None]
        between = word == "exactly" and min(told) < limit**2 < max(told)
        expects = OPEN if len(truths) > 1 or between else MET if True in truths else NOT
        assert one.verdict is expects, (targets[number], rows)
        bounds = one.results[0].parts["square"].bounds
        assert (bounds.lower, bounds.upper) == (min(told), max(told))
        square = squares[0]
        assert one.value is not None
        assert abs(one.value**2 - square) <= Fraction(1, 10**11) * max(square, 1)
        assert (one.value > limit, one.value < limit) == (square > limit**2, square < limit**2)


# frequency -----------------------------------------------------------------------------------------


def _bucket(day: date, every: str) -> tuple[int, ...]:
    if every == "week":
        return day.isocalendar()[:2]
    return {"month": (day.year, day.month), "quarter": (day.year, (day.month - 1) // 3), "year": (day.year,)}[
        every
    ]


ALL_DAYS = [date(2022, 1, 1) + timedelta(days=number) for number in range(1900)]
DAYS_OF = {every: Counter(_bucket(day, every) for day in ALL_DAYS) for every in EVERY}


def _misses(duty: set[date], events: list[date], every: str, times: int) -> tuple[int, int]:
    """Return how much was owed and how much of it was missed, day by day."""
    inside = Counter(_bucket(day, every) for day in duty)
    owed = [bucket for bucket, days in inside.items() if days == DAYS_OF[every][bucket]]
    held = Counter(_bucket(day, every) for day in events)
    return len(owed), sum(1 for bucket in owed if held[bucket] < times)


def _days(first: date, last: date) -> set[date]:
    return {first + timedelta(days=number) for number in range((last - first).days + 1)}


def _some_day(rng: random.Random) -> date:
    return date(2023, 10, 1) + timedelta(days=rng.randint(0, 600))


def _units(rng: random.Random) -> list[Row]:
    found = []
    for number in range(rng.randint(1, 4)):
        starts = _some_day(rng)
        ends = starts + timedelta(days=rng.choice([0, 3, 6, 13, 20, 40, 100, 400]))
        location = rng.choice(["rural", "urban"])
        found.append({"unit": f"U{number}", "location": location, "starts": starts, "ends": ends})
    return found


def _meetings(rng: random.Random, units: list[Row]) -> list[Row]:
    """Hold meetings at a pace that is kept now and then."""
    found: list[Row] = []
    for unit in units:
        day, pace = date(2023, 10, 1), rng.choice([3, 5, 7, 20, 45])
        while day < date(2025, 8, 1) and len(found) < 400:
            kind = "progress" if rng.random() < 0.95 else "other"
            found.append({"meeting": len(found), "unit": unit["unit"], "kind": kind, "held_on": day})
            day += timedelta(days=rng.randint(1, 2 * pace))
    return found or [{"meeting": 0, "unit": units[0]["unit"], "kind": "progress", "held_on": _some_day(rng)}]


def _how_often(rng: random.Random, *, spans: bool = True) -> tuple[Row, Row]:
    """Return a target's fields, and what they mean by hand."""
    every, times = rng.choice(EVERY), rng.choice([1, 1, 2])
    span = rng.choice([(2023, 2025), (2024, 2024), (2024, 2025)])
    mean: Row = {"every": every, "times": times, "span": span, "active": spans and rng.random() < 0.7}
    mean |= {"rural": spans and rng.random() < 0.3, "share": rng.choice([None, "50 %", "100 %"])}
    fields: Row = {"type": "frequency", "at_least": f"{times} per {every}", "during": list(span)}
    fields |= {"active": ["starts", "ends"]} if mean["active"] else {}
    fields |= {"where": "location = 'rural'"} if mean["rural"] else {}
    who = "units" if spans else "offices"
    fields |= {"share_of": who, "share_at_least": mean["share"]} if mean["share"] else {"each": who}
    return fields, mean


MEETINGS = {
    "events": "count(meetings.*) filter (where meetings.kind = 'progress')",
    "dated_by": "meetings.held_on",
}


def _share(units: list[Row], meetings: list[Row], mean: Row) -> Fraction | None:
    """Return the share of those who missed nothing among those who owed anything."""
    owing = good = 0
    for unit in units:
        if mean["rural"] and unit["location"] != "rural":
            continue
        duty = _days(date(mean["span"][0], 1, 1), date(mean["span"][1], 12, 31))
        if mean["active"]:
            duty &= _days(unit["starts"], unit["ends"])
        own = [one for one in meetings if (one["unit"], one["kind"]) == (unit["unit"], "progress")]
        owed, missed = _misses(duty, [one["held_on"] for one in own], mean["every"], mean["times"])
        owing, good = owing + (owed > 0), good + (owed > 0 and missed == 0)
    return Fraction(good, owing) if owing else None


def _wanted(mean: Row) -> Fraction:
    return Fraction(1, 2) if mean["share"] == "50 %" else Fraction(1)


@SETTINGS
@given(seed=SEEDS)
def test_a_frequency_equals_counting_day_by_day(judged: Judged, seed: int) -> None:
    """Whole weeks, months, quarters and years of each duty, found day by day: 1,200 targets."""
    rng = random.Random(seed)  # no secret
    units = _units(rng)
    meetings, asked = _meetings(rng, units), [_how_often(rng) for _ in range(10)]
    found = judged(
        {"units": units, "meetings": meetings},
        *({**MEETINGS, **fields} for fields, _ in asked),
        dictionary=DICTIONARY,
    )
    for number, (fields, mean) in enumerate(asked):
        share, one = _share(units, meetings, mean), found[f"t.n{number}"]
        verdict = NONE if share is None else MET if share >= _wanted(mean) else NOT
        assert (one.value, one.verdict) == (share, verdict), (fields, units, meetings)


def _blanked(rng: random.Random, rows: list[Row], columns: tuple[str, ...], share: float) -> list[Row]:
    return [
        {name: None if name in columns and rng.random() < share else value for name, value in row.items()}
        for row in rows
    ]


def _filled(rng: random.Random, units: list[Row], meetings: list[Row]) -> tuple[list[Row], list[Row]]:
    """Fill every blank in some way that could be true."""
    codes = [unit["unit"] for unit in units]
    whole = []
    for unit in units:
        starts = unit["starts"] or (unit["ends"] or _some_day(rng)) - timedelta(days=rng.randint(0, 300))
        ends = unit["ends"] or starts + timedelta(days=rng.randint(0, 300))
        location = unit["location"] or rng.choice(["rural", "urban"])
        whole.append({**unit, "starts": starts, "ends": ends, "location": location})
    held = [
        {
            **one,
            "unit": one["unit"] or rng.choice([*codes, "nobody's"]),
            "kind": one["kind"] or rng.choice(["progress", "other"]),
            "held_on": one["held_on"] or _some_day(rng),
        }
        for one in meetings
    ]
    return whole, held


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=SEEDS)
def test_whatever_a_blank_hides_a_frequency_that_is_decided_stands(judged: Judged, seed: int) -> None:
    """Blank days, organisers, kinds and ends: the true share lies in the range, and verdicts hold."""
    rng = random.Random(seed)  # no secret
    units = _blanked(rng, _units(rng), ("starts", "ends", "location"), rng.choice([0, 0.2]))
    meetings = _blanked(rng, _meetings(rng, units), ("unit", "kind", "held_on"), rng.choice([0.01, 0.05]))
    asked = [_how_often(rng) for _ in range(6)]
    found = judged(
        {"units": units, "meetings": meetings},
        *({**MEETINGS, **fields} for fields, _ in asked),
        dictionary=DICTIONARY,
    )
    for number, (fields, mean) in enumerate(asked):
        one = found[f"t.n{number}"]
        for _ in range(4):
            share = _share(*_filled(rng, units, meetings), mean)
            if share is None or one.lower is None or one.upper is None:
                continue
            assert one.lower <= share <= one.upper, (fields, units, meetings)
            assert one.verdict in {OPEN, MET if share >= _wanted(mean) else NOT}, (fields, units, meetings)


@SETTINGS
@given(seed=SEEDS)
def test_an_organiser_of_a_year_owes_the_days_of_its_years(judged: Judged, seed: int) -> None:
    """Rows of a year are the duty of that year; a year not reported leaves it open: 1,200 targets."""
    rng = random.Random(seed)  # no secret
    offices = [
        {"office": f"O{n}", "year": y} for n in range(3) for y in (2023, 2024, 2025) if rng.random() < 0.7
    ]
    offices = offices or [{"office": "O0", "year": 2024}]
    days = [_some_day(rng) for _ in range(rng.choice([2, 8, 60, 300]))]
    days = [day for day in days if day.year in rng.choice([{2023, 2024, 2025}, {2024, 2025}, {2024}])] or [
        _some_day(rng)
    ]
    reports = [
        {"report": n, "year": day.year, "office": f"O{rng.randint(0, 2)}", "sent_on": day}
        for n, day in enumerate(days)
    ]
    asked = [_how_often(rng, spans=False) for _ in range(10)]
    events = {"events": "count(reports.*)", "dated_by": "sent_on"}
    found = judged(
        {"offices": offices, "reports": reports},
        *({**events, **fields} for fields, _ in asked),
        dictionary=DICTIONARY,
    )
    both = {row["year"] for row in offices} & {row["year"] for row in reports}
    for number, (fields, mean) in enumerate(asked):
        span = set(range(mean["span"][0], mean["span"][1] + 1))
        owing = good = 0
        for code in sorted({row["office"] for row in offices}):
            years = {row["year"] for row in offices if row["office"] == code} & span & both
            duty = {day for year in years for day in _days(date(year, 1, 1), date(year, 12, 31))}
            own = [row["sent_on"] for row in reports if row["office"] == code]
            owed, missed = _misses(duty, own, mean["every"], mean["times"])
            owing, good = owing + (owed > 0), good + (owed > 0 and missed == 0)
        share = Fraction(good, owing) if owing else None
        verdict = NONE if share is None else MET if share >= _wanted(mean) else NOT
        if verdict is MET and not span <= both:
            verdict = NONE
        assert found[f"t.n{number}"].verdict is verdict, (fields, offices, reports)


# distinct ------------------------------------------------------------------------------------------


def _prizes(rng: random.Random) -> list[Row]:
    blank = rng.choice([0, 0.2])
    return [
        {
            "prize": number,
            "year": rng.choice([2023, 2024, 2025]),
            "school": rng.choice("AB"),
            "person": None if rng.random() < blank else f"P{rng.randint(0, 5)}",
            "location": None if rng.random() < blank else rng.choice(["rural", "urban"]),
        }
        for number in range(rng.randint(1, 12))
    ]


@SETTINGS
@given(seed=SEEDS)
def test_a_distinct_count_equals_the_size_of_a_set(judged: Judged, seed: int) -> None:
    """Each value once, over schools and years; blanks and unknown filters widen the range: 1,200 targets."""
    rng = random.Random(seed)  # no secret
    rows, targets, asked = _prizes(rng), [], []
    for _ in range(10):
        rural, span, limit = rng.random() < 0.5, rng.choice([(2023, 2025), (2024, 2024)]), rng.randint(0, 6)
        filtered = " filter (where location = 'rural')" if rural else ""
        fields: Row = {"type": "count", "from": "prizes", "count": f"count(distinct person){filtered}"}
        targets.append({**fields, "at_least": f"{limit} award", "total_over": span})
        asked.append((rural, span, limit))
    found = judged({"prizes": rows}, *targets, dictionary=DICTIONARY)
    reported = {row["year"] for row in rows}
    for number, (rural, span, limit) in enumerate(asked):
        one = found[f"t.n{number}"]
        due = [year for year in range(span[0], span[1] + 1) if year <= max(reported)]
        if not due or not set(due) <= reported:
            assert one.verdict is NONE, (targets[number], rows)
            continue
        kept = [row for row in rows if row["year"] in due and (not rural or row["location"] != "urban")]
        sure = {row["person"] for row in kept if not rural or row["location"]} - {None}
        more = {row["person"] for row in kept} - {None} - sure
        most = len(sure) + len(more) + sum(row["person"] is None for row in kept)
        assert (one.value, one.lower, one.upper) == (len(sure), len(sure), most), (targets[number], rows)
        assert one.verdict is (MET if len(sure) >= limit else NOT if most < limit else OPEN)


# what the random rows reach ------------------------------------------------------------------------


def test_the_random_rows_reach_every_verdict(judged: Judged) -> None:
    """A test that never met a miss could not fail."""
    rng = random.Random(5)  # no secret
    often, apart = Counter[Verdict](), Counter[Verdict]()
    for turn in range(30):
        units = _units(rng)
        meetings = _meetings(rng, units)
        if turn % 2:
            meetings = _blanked(rng, meetings, ("unit", "kind", "held_on"), 0.05)
        asked = [{**MEETINGS, **_how_often(rng)[0]} for _ in range(6)]
        found = judged({"units": units, "meetings": meetings}, *asked, dictionary=DICTIONARY)
        often.update(one.verdict for one in found.values())
        fields = {"type": "dispersion", "over": "schools", "value": "money", "weight": "pupils", "in": 2024}
        limits = [{**fields, "at_most": limit} for limit in ("0.5", "1", "2")]
        apart.update(
            one.verdict for one in judged({"schools": _schools(rng)}, *limits, dictionary=DICTIONARY).values()
        )
    assert min(often[verdict] for verdict in (MET, NOT, OPEN, NONE)) >= 5
    assert min(apart[verdict] for verdict in (MET, NOT, NONE)) >= 10
