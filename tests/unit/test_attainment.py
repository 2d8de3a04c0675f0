"""Verdicts: each year, each of a group, series, spans, milestones and bundles, and why there may be none."""

import pickle
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from itertools import product
from typing import Any

import pytest

from edutargets.attainment import Attainment, PlanAttainment
from edutargets.errors import UnknownTargetError
from edutargets.goals import Verdict

Judged = Callable[..., PlanAttainment]
MET, NOT, OPEN, NONE = Verdict.MET, Verdict.NOT_MET, Verdict.UNDETERMINED, Verdict.NOT_EVALUABLE


def _schools(**enrolment: int | None) -> list[dict[str, object]]:
    """Return one school; the keywords are its enrolment in the years y2023, y2024 and so on."""
    return [
        {"school_id": "A", "year": int(year[1:]), "enrolment": number} for year, number in enrolment.items()
    ]


def _one(judged: Judged, rows: Any, **fields: Any) -> Attainment:  # noqa: ANN401  # rows and fields as they stand in files
    return judged(rows, {key.rstrip("_"): value for key, value in fields.items()})["t.n0"]


def _reason(found: Attainment) -> str:
    assert found.reason is not None
    assert found.reason.zh
    return found.reason.en


# time ---------------------------------------------------------------------------------------------


def test_by_a_date_the_latest_year_decides(judged: Judged) -> None:
    """What was so before, or comes after the deadline, does not matter."""
    rows = {"schools": _schools(y2023=1, y2024=9, y2026=1)}
    found = _one(
        judged, rows, type="count", from_="schools", count="sum(enrolment)", at_least=5, by="2025-12-31"
    )
    assert (found.verdict, found.value, [one.period for one in found.results]) == (MET, 9, ["2024"])


@pytest.mark.parametrize(
    ("years", "verdict"),
    [
        ({"y2023": 5, "y2024": 5, "y2025": 5}, MET),
        ({"y2023": 5, "y2024": 4, "y2025": 9}, NOT),
        ({"y2023": 5, "y2025": 5}, NONE),
        ({"y2023": 4, "y2025": 5}, NOT),
        ({"y2023": 5, "y2024": 5}, NONE),
        ({"y2023": 5, "y2024": None, "y2025": 5}, NONE),
    ],
)
def test_every_year_must_hold(judged: Judged, years: dict[str, int | None], verdict: Verdict) -> None:
    """One year that fails settles it; one that is not reported leaves it without a verdict."""
    found = _one(
        judged,
        {"schools": _schools(**years)},
        type="count",
        from_="schools",
        count="sum(enrolment)",
        at_least=5,
        every="year",
        during=[2023, 2025],
    )
    assert found.verdict is verdict
    assert [one.period for one in found.results] == ["2023", "2024", "2025"]


def test_the_year_that_decides_is_the_worst_one(judged: Judged) -> None:
    """The number shown is the one furthest from the goal."""
    found = _one(
        judged,
        {"schools": _schools(y2023=3, y2024=1, y2025=9)},
        type="count",
        from_="schools",
        count="sum(enrolment)",
        at_least=5,
        every="year",
        during=[2023, 2025],
    )
    assert (found.value, found.shortfall) == (1, 4)


def test_every_snapshot_counts_also_one_that_a_table_misses(judged: Judged) -> None:
    """A year in which only one of two tables was handed in is no year that holds."""
    staff = [{"person_id": "P", "school_id": "A", "year": 2023, "role": "teacher"}]
    found = _one(
        judged,
        {"schools": _schools(y2023=5, y2024=99), "staff": staff},
        type="density",
        at_every="snapshot",
        numerator="sum(schools.enrolment)",
        denominator="count(teachers.*)",
        at_most=10,
    )
    assert [one.verdict for one in found.results] == [MET, NONE]
    assert found.verdict is NONE
    assert "staff has no rows for 2024" in _reason(found)


@pytest.mark.parametrize(
    ("years", "verdict", "value", "period"),
    [
        ({"y2023": 2, "y2024": 3, "y2025": 5}, MET, 10, "2023–2025"),
        ({"y2023": 2, "y2024": 3, "y2025": 4}, NOT, 9, "2023–2025"),
        ({"y2023": 2, "y2025": 8}, NONE, None, "2023–2025"),
        ({"y2023": 2, "y2024": 3}, NOT, 5, "2023–2024"),
        ({"y2023": 2, "y2024": 8}, MET, 10, "2023–2024"),
        ({"y2022": 99, "y2023": 2, "y2024": 3, "y2025": 4, "y2026": 99}, NOT, 9, "2023–2025"),
        ({"y2022": 99}, NONE, None, "2023–2025"),
        ({"y2026": 99}, NONE, None, "2023–2025"),
    ],
)
def test_a_total_over_a_span_needs_every_year_but_those_to_come(
    judged: Judged, years: dict[str, int | None], verdict: Verdict, value: int | None, period: str
) -> None:
    """A missing middle year is missing; a year still to come leaves the verdict of today standing."""
    found = _one(
        judged,
        {"schools": _schools(**years)},
        type="count",
        from_="schools",
        count="sum(enrolment)",
        at_least=10,
        total_over=[2023, 2025],
    )
    (result,) = found.results
    assert (found.verdict, found.value, result.period) == (verdict, value, period)
    if "y2025" not in years and verdict is NOT:
        assert "2025 has not been reported" in _reason(found)


def test_a_row_without_a_year_stops_the_verdict(judged: Judged) -> None:
    """It could belong to any year; it is not counted in all of them."""
    rows = {"schools": [*_schools(y2023=5, y2024=5), {"school_id": "B", "year": None, "enrolment": 900}]}
    found = _one(judged, rows, type="count", from_="schools", count="sum(enrolment)", at_least=900, in_=2024)
    assert found.verdict is NONE
    assert "1 rows of schools have no year" in _reason(found)


def test_a_table_without_years_is_judged_once(judged: Judged) -> None:
    """A register has no year, and needs none."""
    rows = {"heads": [{"head_id": "a", "age": 40}, {"head_id": "b", "age": 50}]}
    found = _one(judged, rows, type="count", from_="heads", count="count(*)", exactly=2)
    assert (found.verdict, found.results[0].years) == (MET, ())


# what is not there --------------------------------------------------------------------------------


def test_an_absent_table_is_named(judged: Judged) -> None:
    """No table is no zero."""
    found = _one(
        judged,
        {"schools": _schools(y2024=5)},
        type="count",
        from_="staff",
        count="count(*)",
        exactly=0,
        in_=2024,
    )
    assert found.verdict is NONE
    assert _reason(found) == "the table staff was not submitted"


def test_an_absent_lookup_table_is_named(judged: Judged) -> None:
    """Also one that is only looked up."""
    staff = [{"person_id": "P", "school_id": "A", "year": 2024}]
    found = _one(
        judged,
        {"staff": staff},
        type="count",
        from_="staff",
        count="count(*) filter (where schools.location = 'rural')",
        exactly=0,
        in_=2024,
    )
    assert _reason(found) == "the table schools was not submitted"


@pytest.mark.parametrize(
    ("gone", "hours"),
    [
        ("hours", "sum(training.hours)"),
        ("person_id", "sum(training.hours)"),
        ("person_id", "sum(training.hours) * 2"),
    ],
)
def test_an_absent_column_is_named(judged: Judged, gone: str, hours: str) -> None:
    """Records that cannot be laid at anybody's door are not zero hours for everybody."""
    staff = [{"person_id": "P", "school_id": "A", "year": 2024}]
    record = {"record_id": "1", "person_id": "P", "school_id": "A", "year": 2024, "hours": "90"}
    rows = {"staff": staff, "training": [{key: value for key, value in record.items() if key != gone}]}
    found = _one(judged, rows, type="training_hours", each="staff", hours=hours, at_least="9 学时", in_=2024)
    assert found.verdict is NONE
    assert f"the column {gone} of training was not submitted" == _reason(found)


def test_a_column_that_may_be_left_out_and_was_is_named(judged: Judged) -> None:
    """It may be left out, but nothing can be said of it then."""
    fields = {
        "type": "count",
        "from": "schools",
        "count": "count(*) filter (where note = 'x')",
        "exactly": 0,
        "in": 2024,
    }
    assert (
        _reason(_one(judged, {"schools": _schools(y2024=5)}, **fields))
        == "the column note of schools was not submitted"
    )
    assert _one(judged, {"schools": [{**_schools(y2024=5)[0], "note": "y"}]}, **fields).verdict is MET


# each of a group ----------------------------------------------------------------------------------


def _people(*names: str) -> list[dict[str, object]]:
    return [
        {"person_id": name, "school_id": "A", "year": 2024, "role": "principal", "full_time": None}
        for name in names
    ]


def _records(**hours: str | None) -> list[dict[str, object]]:
    return [
        {
            "record_id": name,
            "person_id": name.partition("_")[0],
            "school_id": "A",
            "year": 2024,
            "hours": found,
        }
        for name, found in hours.items()
    ]


@pytest.mark.parametrize(
    ("hours", "verdict", "share"),
    [
        ({"P": "90", "Q": "90"}, MET, "1"),
        ({"P": "90", "Q_1": "45.5", "Q_2": "44.5"}, MET, "1"),
        ({"P": "90", "Q": "89.9"}, NOT, "1/2"),
        ({"P": "90"}, NOT, "1/2"),
        ({"P": "90", "Q": None}, OPEN, "1/2"),
        ({"P": "80", "Q": None}, NOT, "0"),
    ],
)
def test_each_of_a_group_is_judged_by_itself(
    judged: Judged, hours: dict[str, str | None], verdict: Verdict, share: str
) -> None:
    """A mean does not do; nobody without a record is left out; a blank record leaves its person open."""
    rows = {"staff": _people("P", "Q"), "training": [*_records(**hours), *_records(Z="90")]}
    found = _one(
        judged,
        rows,
        type="training_hours",
        each="principals",
        hours="sum(training.hours)",
        at_least="90 学时/年",
        in_=2024,
    )
    assert (found.verdict, found.value) == (verdict, Fraction(share))


@pytest.mark.parametrize(("share", "verdict"), [("74.9 %", MET), ("75 %", MET), ("75.1 %", NOT)])
def test_a_share_of_a_group_may_be_enough(judged: Judged, share: str, verdict: Verdict) -> None:
    """Three of four are exactly three quarters."""
    rows = {"staff": _people("P", "Q", "R", "S"), "training": _records(P="90", Q="91", R="90")}
    found = _one(
        judged,
        rows,
        type="training_hours",
        share_of="principals",
        share_at_least=share,
        hours="sum(training.hours)",
        at_least="90 学时",
        in_=2024,
    )
    assert (found.verdict, found.value) == (verdict, Fraction(3, 4))


def test_the_mean_of_a_group_counts_those_without_a_record(judged: Judged) -> None:
    """Ninety hours for one of two are forty-five on average."""
    rows = {"staff": _people("P", "Q"), "training": _records(P="90")}
    found = _one(
        judged,
        rows,
        type="training_hours",
        mean_of="principals",
        hours="sum(training.hours)",
        at_least="45 学时",
        in_=2024,
    )
    assert (found.verdict, found.value) == (MET, 45)


def test_no_record_is_unknown_where_nobody_declared_it_zero(judged: Judged) -> None:
    """Visits carry no `absent: zero`: a school without a visit may have forgotten its list."""
    rows = {
        "schools": _schools(y2024=5),
        "visits": [
            {"visit_id": "1", "school_id": "B", "year": 2024, "held_on": date(2024, 1, 1), "guests": 3}
        ],
    }
    fields = {"type": "duty", "each": "schools", "at_least": "1 event", "in": 2024}
    assert _one(judged, rows, **fields, amount="count(visits.*)").verdict is OPEN
    assert (
        _one(judged, rows, **{**fields, "at_least": "1 person"}, amount="sum(visits.guests)").verdict is OPEN
    )


def test_a_group_of_nobody_has_no_verdict(judged: Judged) -> None:
    """Everyone of no one is not “all”."""
    rows = {"staff": [{**_people("P")[0], "role": "teacher"}], "training": _records(P="90")}
    found = _one(
        judged,
        rows,
        type="training_hours",
        each="principals",
        hours="sum(training.hours)",
        at_least="1 学时",
        in_=2024,
    )
    assert found.verdict is NONE
    assert "denominator is zero" in _reason(found)


def _per_school(*schools: tuple[int | None, int]) -> list[dict[str, object]]:
    return [
        {"school_id": f"S{n}", "year": 2024, "enrolment": pupils, "funds": f"{funds}.00"}
        for n, (pupils, funds) in enumerate(schools)
    ]


@pytest.mark.parametrize(
    ("schools", "verdict", "share"),
    [
        (((10, 1000), (20, 2000)), MET, "1"),
        (((10, 1000), (20, 1999)), NOT, "1/2"),
        (((10, 1000), (0, 500)), OPEN, "1/2"),
        (((10, 999), (0, 0)), NOT, "0"),
        (((10, 1000), (None, 2000)), OPEN, "1/2"),
    ],
)
def test_the_ratio_of_each_school_is_its_own(
    judged: Judged, schools: tuple[tuple[int | None, int], ...], verdict: Verdict, share: str
) -> None:
    """School by school, never the total; a school without pupils has no ratio, and a blank is no zero."""
    found = _one(
        judged,
        {"schools": _per_school(*schools)},
        type="per_student_amount",
        each="schools",
        numerator="funds",
        denominator="enrolment",
        at_least="100 CNY/student/year",
        in_=2024,
    )
    assert (found.verdict, found.value) == (verdict, Fraction(share))


def test_a_ratio_is_of_totals_not_a_mean_of_ratios(judged: Judged) -> None:
    """3000 yuan for 30 pupils is 100 each, whatever the schools' own ratios are."""
    found = _one(
        judged,
        {"schools": _per_school((10, 2500), (20, 500))},
        type="per_student_amount",
        from_="schools",
        numerator="sum(funds)",
        denominator="sum(enrolment)",
        exactly="100 CNY/student/year",
        in_=2024,
    )
    assert found.verdict is MET


@pytest.mark.parametrize(("limit", "verdict"), [("1.5", MET), ("1.51", NOT), ("1.5 teacher/百student", MET)])
def test_teachers_per_hundred_are_per_hundred(judged: Judged, limit: str, verdict: Verdict) -> None:
    """Three teachers for two hundred pupils are one and a half for each hundred."""
    staff = [{**row, "role": "teacher"} for row in _people("P", "Q", "R")]
    fields = {
        "type": "per_hundred",
        "numerator": "count(teachers.*)",
        "denominator": "sum(schools.enrolment)",
    }
    found = _one(judged, {"schools": _schools(y2024=200), "staff": staff}, **fields, at_least=limit, in_=2024)
    assert (found.verdict, found.value) == (verdict, Fraction(3, 2))


# series -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("years", "verdict", "steps"),
    [
        ({"y2022": 5, "y2023": 5, "y2024": 6}, MET, [MET, MET]),
        ({"y2022": 5, "y2023": 4, "y2024": 6}, NOT, [NOT, MET]),
        ({"y2022": 5, "y2024": 6}, NONE, [NONE, NONE]),
        ({"y2022": 5}, NONE, [NONE]),
        ({"y2021": 9, "y2022": 5, "y2023": 5}, MET, [MET]),
        ({"y2023": 5, "y2024": 6}, NONE, [NONE, MET]),
        ({"y2022": 0, "y2023": 0}, MET, [MET]),
    ],
)
def test_a_series_never_falls_from_year_to_year(
    judged: Judged, years: dict[str, int | None], verdict: Verdict, steps: list[Verdict]
) -> None:
    """Equal is no fall (只增不减); a gap is no proof; years before the start do not count."""
    found = _one(
        judged,
        {"schools": _schools(**years)},
        type="trend",
        from_="schools",
        value="sum(enrolment)",
        never_decreasing={"from": 2022},
    )
    assert (found.verdict, [one.verdict for one in found.results]) == (verdict, steps)


def test_a_series_that_must_not_rise_may_stay(judged: Judged) -> None:
    """The other direction, with the fall and its size told."""
    rows = {"schools": _schools(y2022=5, y2023=5, y2024=7)}
    found = _one(
        judged, rows, type="trend", from_="schools", value="sum(enrolment)", never_increasing={"from": 2022}
    )
    assert [one.verdict for one in found.results] == [MET, NOT]
    assert (found.value, found.shortfall, found.results[1].period) == (7, 2, "2023→2024")


def test_a_fall_after_the_deadline_is_not_held_against_the_plan(judged: Judged) -> None:
    """A trend with a time word ends where it ends."""
    rows = {"schools": _schools(y2022=5, y2023=6, y2024=7, y2025=1)}
    fields = {
        "type": "trend",
        "from": "schools",
        "value": "sum(enrolment)",
        "never_decreasing": {"from": 2022},
    }
    assert _one(judged, rows, **fields).verdict is NOT
    assert _one(judged, rows, **fields, by="2024-12-31").verdict is MET
    assert _one(judged, rows, **fields, every="year", during=[2023, 2024]).verdict is MET


@pytest.mark.parametrize(
    ("before", "after", "verdict", "value"),
    [
        (100, 115, MET, "3/20"),
        (100, 114, NOT, "7/50"),
        (100, 0, NOT, "-1"),
        (0, 10, NONE, None),
        (0, 0, NONE, None),
        (3, 4, MET, "1/3"),
        (None, 4, NONE, None),
    ],
)
def test_growth_is_measured_from_the_year_before(
    judged: Judged, before: int | None, after: int, verdict: Verdict, value: str | None
) -> None:
    """15 % is decided exactly; from zero there is no growth rate."""
    found = _one(
        judged,
        {"schools": _schools(y2023=before, y2024=after)},
        type="growth",
        from_="schools",
        value="sum(enrolment)",
        at_least="15 %",
        in_=2024,
    )
    assert (found.verdict, found.value) == (verdict, None if value is None else Fraction(value))


def test_growth_of_each_year_needs_the_year_before_the_first(judged: Judged) -> None:
    """Growth in 2023 is held against 2022."""
    rows = {"schools": _schools(y2022=100, y2023=120, y2024=120)}
    found = _one(
        judged,
        rows,
        type="growth",
        from_="schools",
        value="sum(enrolment)",
        at_least="0 %",
        every="year",
        during=[2023, 2024],
    )
    assert [(one.period, one.value) for one in found.results] == [
        ("2022→2023", Fraction(1, 5)),
        ("2023→2024", 0),
    ]
    assert (
        _one(
            judged,
            {"schools": rows["schools"][1:]},
            type="growth",
            from_="schools",
            value="sum(enrolment)",
            at_least="0 %",
            every="year",
            during=[2023, 2024],
        ).verdict
        is NONE
    )


@pytest.mark.parametrize(
    ("teacher", "head", "verdict"), [("10.00", "10.00", MET), ("9.99", "10.00", NOT), ("10.01", "10.00", MET)]
)
def test_two_sides_are_compared_to_the_cent(
    judged: Judged, teacher: str, head: str, verdict: Verdict
) -> None:
    """Equal pay is “not lower than”."""
    people = [{**_people("P")[0], "pay": head}, {**_people("Q")[0], "role": "teacher", "pay": teacher}]
    found = _one(
        judged,
        {"staff": people},
        type="comparison",
        from_="teachers",
        value="avg(pay)",
        at_least={"value": "avg(pay)", "from": "principals"},
        in_=2024,
    )
    assert (found.verdict, found.value) == (verdict, Fraction(teacher))
    assert (found.shortfall == 0) == (verdict is MET)


# milestones ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "verdict"),
    [
        ([date(2024, 12, 31)], MET),
        ([date(2025, 1, 1)], NOT),
        ([date(2025, 1, 1), date(2023, 5, 1)], MET),
        ([date(2025, 1, 1), None], OPEN),
    ],
)
def test_a_milestone_on_the_deadline_day_is_in_time(
    judged: Judged, days: list[date | None], verdict: Verdict
) -> None:
    """The last day counts; a day later does not; one piece of evidence is enough; a blank date is unknown."""
    visits = [
        {"visit_id": str(n), "school_id": "A", "year": 2024, "held_on": day} for n, day in enumerate(days)
    ]
    found = _one(
        judged, {"visits": visits}, type="milestone", from_="visits", done_on="held_on", by="2024-12-31"
    )
    assert found.verdict is verdict


def test_evidence_of_an_earlier_year_counts(judged: Judged) -> None:
    """What was done stays done."""
    visits = [
        {"visit_id": str(year), "school_id": "A", "year": year, "held_on": date(year, 6, 1)}
        for year in (2022, 2025)
    ]
    found = _one(
        judged, {"visits": visits}, type="milestone", from_="visits", done_on="held_on", by="2024-12-31"
    )
    assert (found.verdict, found.value) == (MET, 1)


# bundles ------------------------------------------------------------------------------------------

_MEMBERS: dict[Verdict, dict[str, Any]] = {
    MET: {"type": "count", "from": "staff", "count": "count(*)", "at_least": 1, "in": 2024},
    NOT: {"type": "count", "from": "staff", "count": "count(*)", "at_least": 9, "in": 2024},
    OPEN: {
        "type": "count",
        "from": "staff",
        "count": "count(*) filter (where full_time)",
        "at_least": 1,
        "in": 2024,
    },
    NONE: {"type": "count", "from": "schools", "count": "count(*)", "at_least": 1, "in": 2024},
}


def _all(one: Verdict, other: Verdict) -> Verdict:
    return next(verdict for verdict in (NOT, OPEN, NONE, MET) if verdict in (one, other))


def _any(one: Verdict, other: Verdict) -> Verdict:
    return next(verdict for verdict in (MET, OPEN, NONE, NOT) if verdict in (one, other))


def test_a_bundle_follows_its_truth_table(judged: Judged) -> None:
    """All of: one miss settles it. Any of: one hit does. Otherwise what is open stays open, and is named."""
    kinds = list(_MEMBERS)
    targets = [{"id": f"m.{kind.value.replace('_', '-')}", **_MEMBERS[kind]} for kind in kinds]
    names = [str(target["id"]) for target in targets]
    pairs = list(product(range(4), repeat=2))
    bundles = [
        {"id": f"b.{word[:3]}.n{a}{b}", "type": "composite", word: [names[a], names[b]]}
        for word in ("all_of", "any_of")
        for a, b in pairs
    ]
    found = judged({"staff": _people("P")}, *bundles, *targets)
    assert [found[name].verdict for name in names] == kinds
    for a, b in pairs:
        every, some = found[f"b.all.n{a}{b}"], found[f"b.any.n{a}{b}"]
        assert every.verdict is _all(kinds[a], kinds[b]), (kinds[a], kinds[b])
        assert some.verdict is _any(kinds[a], kinds[b]), (kinds[a], kinds[b])
        if every.verdict in {OPEN, NONE}:
            assert any(name in _reason(every) for name in (names[a], names[b]))


def test_a_bundle_of_bundles_is_judged_wherever_it_stands(judged: Judged) -> None:
    """“5085” may be part of a larger promise that the text makes first."""
    found = judged(
        {"staff": _people("P")},
        {"id": "c", "type": "composite", "all_of": ["b", "a"]},
        {"id": "b", "type": "composite", "any_of": ["a"]},
        {"id": "a", **_MEMBERS[MET]},
    )
    assert list(found) == ["c", "b", "a"]
    assert {one.verdict for one in found.values()} == {MET}
    assert [member.target.id for member in found["c"].members] == ["b", "a"]


# the whole ----------------------------------------------------------------------------------------


def test_verdicts_are_counted_never_averaged(judged: Judged) -> None:
    """Each verdict has its number, none is left out."""
    found = judged({"staff": _people("P")}, *_MEMBERS.values())
    assert dict(found.verdicts) == {MET: 1, NOT: 1, OPEN: 1, NONE: 1}
    assert found.unchecked == "rows of a test"


def test_an_unknown_target_is_refused_with_the_near_name(judged: Judged) -> None:
    """And `in` and `get` answer without raising."""
    found = judged({"staff": _people("P")}, _MEMBERS[MET])
    assert "t.n0" in found
    assert "t.n9" not in found
    with pytest.raises(UnknownTargetError, match=r"t\.n0"):
        found["t.n9"]


def test_a_result_survives_being_sent_elsewhere(judged: Judged) -> None:
    """Verdicts and reasons can be pickled."""
    found = judged({"staff": _people("P")}, _MEMBERS[OPEN])["t.n0"]
    sent = (found.verdict, found.reason, found.target)
    assert pickle.loads(pickle.dumps(sent)) == sent  # noqa: S301  # our own


def test_evidence_handed_in_the_year_after_counts(judged: Judged) -> None:
    """The date decides, not the year of the table it stands in."""
    rows = [
        {"visit_id": "1", "school_id": "A", "year": 2025, "held_on": date(2024, 12, 2)},
        {"visit_id": "0", "school_id": "A", "year": 2024, "held_on": date(2025, 1, 2)},
    ]
    fields = {"type": "milestone", "from": "visits", "done_on": "held_on", "by": "2024-12-31"}
    assert judged({"visits": rows}, fields)["t.n0"].verdict is MET


def test_a_cap_on_a_span_is_not_met_for_good_before_its_end(judged: Judged) -> None:
    """One pupil in 2023 says nothing about 2025, and the result says so."""
    rows = [{"school_id": "A", "year": 2023, "enrolment": 1}]
    fields = {"type": "count", "from": "schools", "count": "sum(enrolment)", "total_over": [2023, 2025]}
    capped = judged({"schools": rows}, {**fields, "at_most": 5})["t.n0"]
    assert (capped.verdict, _reason(capped)) == (MET, "so far: 2025 has not been reported")
    floored = judged({"schools": rows}, {**fields, "at_least": 1})["t.n0"]
    assert (floored.verdict, floored.reason) == (MET, None)
