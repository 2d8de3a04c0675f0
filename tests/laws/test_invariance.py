"""What must not change a verdict: order, files, names, company, units; and what must add up."""

# the random tables guard no secret

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edutargets.attainment import PlanAttainment
from edutargets.goals import Verdict

Judged = Callable[..., PlanAttainment]
Rows = dict[str, list[dict[str, Any]]]
DEGREES = ("college", "bachelor", "master", None)
SEEDS = st.integers(0, 2**32)
FEW = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))

SPAN = {"every": "year", "during": [2023, 2025]}
TARGETS: tuple[dict[str, Any], ...] = (
    {
        "type": "ratio",
        "from": "teachers",
        "numerator": "count(*) filter (where degree >= 'bachelor')",
        "denominator": "count(*)",
        "at_least": "50 %",
        "by": "2025-12-31",
    },
    {
        "type": "density",
        "numerator": "sum(schools.enrolment) filter (where schools.location = 'rural')",
        "denominator": "count(teachers.*) filter (where schools.location = 'rural')",
        "at_most": 30,
        **SPAN,
    },
    {
        "type": "amount",
        "from": "schools",
        "amount": "sum(funds)",
        "at_least": "600 CNY",
        "total_over": [2023, 2025],
    },
    {
        "type": "training_hours",
        "each": "principals",
        "hours": "sum(training.hours)",
        "at_least": "9 学时",
        **SPAN,
    },
    {
        "type": "training_hours",
        "share_of": "staff",
        "share_at_least": "40 %",
        "hours": "sum(training.hours)",
        "at_least": "4.5 学时",
        **SPAN,
    },
    {
        "type": "per_student_amount",
        "each": "schools",
        "numerator": "funds",
        "denominator": "enrolment",
        "at_least": "2 元/生/年",
        "in": 2024,
    },
    {
        "type": "per_hundred",
        "each": "schools",
        "numerator": "count(teachers.*)",
        "denominator": "enrolment",
        "at_least": "4.2",
        "in": 2024,
    },
    {
        "type": "growth",
        "from": "schools",
        "value": "sum(enrolment)",
        "at_least": "0 %",
        "every": "year",
        "during": [2024, 2025],
    },
    {
        "type": "trend",
        "from": "schools",
        "value": "sum(funds) / sum(enrolment)",
        "never_decreasing": {"from": 2023},
    },
    {
        "type": "comparison",
        "from": "teachers",
        "value": "avg(pay)",
        "at_least": {"value": "avg(pay)", "from": "principals"},
        **SPAN,
    },
    {
        "type": "count",
        "from": "staff",
        "count": "max(lessons)",
        "between": ["8 lesson", "11 lesson"],
        "at_every": "snapshot",
    },
    {"type": "composite", "any_of": ["t.n0", "t.n3"]},
)


def _world(rng: random.Random, blanks: float = 0.0) -> Rows:
    def maybe(value: object) -> object:
        return None if rng.random() < blanks else value

    schools = [
        {
            "school_id": school,
            "year": year,
            "location": maybe(rng.choice(["rural", "urban"])),
            "enrolment": maybe(rng.randint(0, 90)),
            "funds": maybe(f"{rng.randint(0, 20000) / 100:.2f}"),
        }
        for year in (2023, 2024, 2025)
        for school in "ABC"
    ]
    staff = [
        {
            "person_id": f"P{person}",
            "school_id": rng.choice("ABC"),
            "year": year,
            "role": rng.choice(["teacher", "teacher", "principal"]),
            "degree": maybe(rng.choice(DEGREES[:3])),
            "lessons": maybe(rng.randint(5, 12)),
            "pay": f"{rng.randint(0, 2000) / 100:.2f}",
        }
        for year in (2023, 2024, 2025)
        for person in range(rng.randint(2, 7))
    ]
    training = [
        {
            "record_id": f"{year}-{record}",
            "person_id": f"P{rng.randint(0, 7)}",
            "school_id": "A",
            "year": year,
            "hours": maybe(f"{rng.randint(0, 90) / 10:.1f}"),
        }
        for year in (2023, 2024, 2025)
        for record in range(rng.randint(1, 9))
    ]
    return {"schools": schools, "staff": staff, "training": training}


def _said(found: PlanAttainment) -> dict[str, object]:
    """Return everything a reader is told of every target."""
    return {
        name: (
            one.verdict,
            one.reason,
            [(r.period, r.verdict, r.value, r.bounds, r.shortfall, r.reason) for r in one.results],
        )
        for name, one in found.items()
    }


@FEW
@given(seed=SEEDS)
def test_the_order_of_the_rows_changes_nothing(judged: Judged, seed: int) -> None:
    """Whoever sorts the sheet gets the same verdicts."""
    rng = random.Random(seed)
    rows = _world(rng, 0.1)
    mixed = {name: rng.sample(found, len(found)) for name, found in rows.items()}
    assert _said(judged(rows, *TARGETS)) == _said(judged(mixed, *TARGETS))


@FEW
@given(seed=SEEDS)
def test_splitting_a_table_into_two_files_changes_nothing(judged: Judged, seed: int) -> None:
    """Whether a district hands in one file or one per half of its schools."""
    rng = random.Random(seed)
    rows = _world(rng, 0.1)
    titles = {"schools": "学校", "staff": "教职工", "training": "培训"}
    cuts = {name: rng.randint(1, len(found) - 1) if len(found) > 1 else 1 for name, found in rows.items()}
    split = {name: found[: cuts[name]] for name, found in rows.items()}
    split |= {titles[name]: found[cuts[name] :] for name, found in rows.items() if found[cuts[name] :]}
    assert _said(judged(rows, *TARGETS)) == _said(judged(split, *TARGETS))


@FEW
@given(seed=SEEDS)
def test_the_other_targets_of_a_plan_change_nothing(judged: Judged, seed: int) -> None:
    """A verdict is the same alone and in company."""
    rng = random.Random(seed)
    rows, together = _world(rng, 0.1), {}
    numbered = [{"id": f"t.n{number}", **target} for number, target in enumerate(TARGETS[:-1])]
    together = _said(judged(rows, *numbered))
    for target in rng.sample(numbered, 3):
        assert _said(judged(rows, target)) == {target["id"]: together[target["id"]]}


@FEW
@given(seed=SEEDS)
def test_the_names_of_schools_and_persons_change_nothing(judged: Judged, seed: int) -> None:
    """Codes are exchanged all over; which school is called A is no matter."""
    rng = random.Random(seed)
    rows = _world(rng, 0.1)
    schools = dict(zip("ABC", rng.sample(["学校甲", "o'Brien", 'quo"te'], 3), strict=True))
    people = dict(zip([f"P{n}" for n in range(8)], rng.sample([f"Q{n}" for n in range(8)], 8), strict=True))
    named = {
        name: [
            {
                key: schools.get(value, value)
                if key == "school_id"
                else people.get(value, value)
                if key == "person_id"
                else value
                for key, value in row.items()
            }
            for row in found
        ]
        for name, found in rows.items()
    }
    assert _said(judged(rows, *TARGETS)) == _said(judged(named, *TARGETS))


@FEW
@given(seed=SEEDS)
def test_a_second_district_just_like_the_first_changes_no_ratio(judged: Judged, seed: int) -> None:
    """Twice the schools with twice the people: shares, ratios, series and comparisons stay, sums double."""
    rows = _world(random.Random(seed))
    double = {
        name: [
            *found,
            *(
                {key: f"{value}2" if key.endswith("_id") else value for key, value in row.items()}
                for row in found
            ),
        ]
        for name, found in rows.items()
    }
    one, two = judged(rows, *TARGETS), judged(double, *TARGETS)
    assert two["t.n2"].value == 2 * (one["t.n2"].value or 0)
    same = [f"t.n{number}" for number in (0, 1, 3, 4, 5, 6, 7, 8, 9, 10)]
    assert {name: _said(two)[name] for name in same} == {name: _said(one)[name] for name in same}


@pytest.mark.parametrize(
    ("target", "written"),
    [
        (2, ["600 CNY", "600 元", "0.06 万元", "0.000006 亿元", "600.00 yuan"]),
        (0, ["50 %", "0.5", "500 ‰", "50.0%"]),
        (3, ["9 学时", "9 training_hour/year", "0.75 training_hour/month"]),
        (5, ["2 元/生/年", "0.0002 万元/生/年", "2 CNY/student"]),
        (6, ["4.2", "4.2 teacher/百student", "0.042 teacher/student"]),
    ],
)
def test_the_unit_a_goal_is_written_in_changes_nothing(
    judged: Judged, target: int, written: list[str]
) -> None:
    """600 yuan, 0.06 万元: the same promise, the same verdict, the same shortfall."""
    for seed in range(5):
        rows = _world(random.Random(seed), 0.1)
        told = [_said(judged(rows, {**TARGETS[target], "at_least": goal})) for goal in written]
        assert all(one == told[0] for one in told)


@FEW
@given(seed=SEEDS)
def test_the_parts_of_all_who_report_add_up_to_the_total(judged: Judged, seed: int) -> None:
    """Every count and sum of the district is that of its schools together, unsure and blank rows too."""
    found = judged(_world(random.Random(seed), 0.2), *TARGETS[:-1])
    for one in found.values():
        assert one.measure is not None
        assert one.statistics is not None
        for aggregate in one.measure.aggregates():
            if aggregate.kind not in {"count", "sum"}:
                continue
            total, parts = (
                one.statistics.total(aggregate, (2024,)),
                one.statistics.by_reporter(aggregate, (2024,)).values(),
            )
            assert (total.value or 0) == sum((part.value or Fraction(0) for part in parts), Fraction(0))
            assert (total.known, total.unsure, total.blank) == tuple(
                sum(getattr(part, name) for part in parts) for name in ("known", "unsure", "blank")
            )


@FEW
@given(seed=SEEDS, blanks=st.sampled_from([0.0, 0.2]))
def test_met_is_where_nothing_is_missing(judged: Judged, seed: int, blanks: float) -> None:
    """A closed goal is met only with shortfall zero; a miss always has something missing."""
    for one in judged(_world(random.Random(seed), blanks), *TARGETS).values():
        for result in one.results:
            assert (result.shortfall is None) == (result.verdict is Verdict.NOT_EVALUABLE)
            if result.verdict in {Verdict.MET, Verdict.NOT_MET}:
                assert (result.shortfall == 0) == (result.verdict is Verdict.MET), one.target
            if not blanks:
                assert (
                    result.verdict is not Verdict.UNDETERMINED
                    or "per_student" in one.target.type
                    or one.target.type == "per_hundred"
                )
