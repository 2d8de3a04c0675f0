"""What changed and who, on random panels of schools that open, close, move or have nothing: it adds up."""

from __future__ import annotations

import random
import warnings
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from edutargets.attainment import Attainment, evaluate
from edutargets.changes import Change, changes
from edutargets.contributions import contributions
from edutargets.decompositions import Effects, Periods, Sides, nested, rate_and_mix, side_effects, together
from edutargets.dispersion_groups import by_group, moves_most, square_without
from edutargets.dispersions import spread_of
from edutargets.explanations import explain
from edutargets.gate import UncheckedDataWarning, admit_unchecked
from edutargets.plans import Pack, PackFile, Plan, bind_all
from edutargets.rosters import roster_of
from edutargets.rounded_sums import adding_up
from edutargets.row_lists import ListedRow
from edutargets.submissions import Submission
from edutargets.tables import Dictionary
from edutargets.wording import rounded

if TYPE_CHECKING:
    from collections.abc import Mapping


Row = dict[str, object]
CASES = 300
TOWNS = ("east", "north", "south")
COUNTED = {"type": "integer", "unit": "student", "range": [0, 900], "required": False}
DICTIONARY = Dictionary.model_validate(
    {
        "tables": {
            "schools": {
                "counts": "school",
                "period": "year",
                "key": ["school", "year"],
                "reports": "school",
                "columns": {
                    "school": {"type": "code"},
                    "name": {"type": "text"},
                    "year": {"type": "year"},
                    "town": {"type": "category", "values": {town: {} for town in TOWNS}},
                },
            },
            "pupils": {
                "counts": "record",
                "period": "year",
                "key": ["school", "year", "stage"],
                "reports": "school",
                "columns": {
                    "school": {"type": "code", "references": "schools.school"},
                    "year": {"type": "year"},
                    "stage": {"type": "category", "values": {"primary": {}, "junior": {}}},
                    "students": COUNTED,
                    "girls": COUNTED,
                    "teachers": {"type": "integer", "unit": "teacher", "range": [0, 900]},
                    "budget": {"type": "decimal", "scale": 2, "unit": "CNY/year", "range": [-900, 900]},
                },
            },
        }
    }
)
SIDES = {"from": "pupils", "numerator": "sum(girls)", "denominator": "sum(students)"}
DUE = {"by": "2025-12-31"}
MONEY = {**SIDES, "numerator": "sum(budget)"}
STEPS = {"from": "pupils", "every": "year", "during": [2025, 2025]}
TARGETS: tuple[dict[str, object], ...] = (
    {"type": "ratio", **SIDES, **DUE, "at_least": "50 %"},
    {"type": "ratio", **SIDES, **DUE, "at_most": "40 %"},
    {"type": "ratio", **SIDES, **DUE, "where": "stage = 'junior'", "at_least": "50 %"},
    {"type": "per_student_amount", **MONEY, **DUE, "at_least": "3 CNY/student"},
    {"type": "density", **SIDES, **DUE, "numerator": "sum(students)", "denominator": "sum(teachers)"}
    | {"at_most": "15"},
    {"type": "per_hundred", **SIDES, **DUE, "numerator": "sum(teachers)", "at_least": "7"},
    {
        "type": "coefficient",
        "from": "pupils",
        **DUE,
        "value": "2 * sum(girls) / sum(students)",
        "at_least": "1",
    },
    {"type": "duty", "share_of": "pupils", **DUE, "amount": "sum(teachers)", "share_at_least": "80 %"}
    | {"at_least": "3 teacher"},
    {"type": "duty", "mean_of": "pupils", **DUE, "amount": "sum(teachers)", "at_least": "3 teacher"},
    {"type": "count", "from": "pupils", **DUE, "count": "sum(students)", "at_least": "99 student"},
    {"type": "amount", "from": "pupils", **DUE, "amount": "sum(budget)", "at_least": "99 CNY"},
    {"type": "count", "from": "pupils", "total_over": [2024, 2025], "count": "sum(girls)"}
    | {"at_least": "500 student"},
    {"type": "trend", "from": "pupils", "value": "sum(budget) / sum(students)"}
    | {"never_decreasing": {"from": 2024}},
    {"type": "trend", "from": "pupils", "value": "avg(teachers)", "never_increasing": {"from": 2024}},
    {"type": "trend", "from": "pupils", "value": "sum(budget)", "never_decreasing": {"from": 2024}},
    {"type": "growth", **STEPS, "value": "sum(girls) / sum(students)", "at_least": "5 %"},
    {"type": "growth", **STEPS, "value": "sum(students)", "at_least": "5 %"},
    {"type": "comparison", "from": "pupils", **DUE, "value": "sum(girls) / sum(students)"}
    | {"at_least": {"value": "sum(teachers) * 4 / sum(teachers) / 8"}},
    {"type": "comparison", "from": "pupils", **DUE, "value": "sum(girls)"}
    | {"at_least": {"value": "sum(students) filter (where stage = 'primary')"}},
)


# panels, and Kitagawa by hand ------------------------------------------------------------------------


def panel(rng: random.Random) -> tuple[list[Row], list[Row]]:
    """Draw two years of schools: some open, close, move, report nothing or leave a cell blank."""
    roster, pupils = [], []
    for number in range(rng.randint(2, 7)):
        town, fate = (
            rng.choice(TOWNS),
            rng.choice(["stays", "stays", "stays", "opens", "closes", "moves", "once"]),
        )
        for year in (2024, 2025):
            if (fate, year) in {("opens", 2024), ("closes", 2025)}:
                continue
            if fate == "moves" and year == 2025:
                town = rng.choice(TOWNS)
            roster.append({"school": f"S{number}", "name": f"No. {number}", "year": year, "town": town})
            if fate == "once" and rng.random() < 0.5:
                continue
            for stage in ("primary", "junior"):
                students = rng.choice([0, rng.randint(1, 60)])
                girls: int | None = rng.randint(0, students)
                teachers = rng.choice([0, rng.randint(1, 6)])
                if rng.random() < 0.03:
                    girls = None
                own: Row = {"school": f"S{number}", "year": year, "stage": stage, "students": students}
                pupils.append(
                    {**own, "girls": girls, "teachers": teachers, "budget": rng.randint(-90, 400) / 4}
                )
    return roster, pupils


def judged(target: Mapping[str, object], roster: list[Row], pupils: list[Row]) -> Attainment | None:
    """Evaluate one target on a panel; nothing where no school reported."""
    if not roster or not pupils:
        return None
    plan = Plan.from_fields([{"id": "t", **target}])
    frames = {"schools": pd.DataFrame(roster, dtype=object), "pupils": pd.DataFrame(pupils, dtype=object)}
    submission = Submission.from_frames(frames, DICTIONARY)
    assert submission.faults == ()
    measures = bind_all(plan, DICTIONARY)
    pack = Pack(Path(__file__).parent, PackFile(id="tiny"), DICTIONARY, plan, Plan(()), {}, measures)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UncheckedDataWarning)
        return evaluate(pack, admit_unchecked(submission, reason="a test"))["t"]


def changed(attainment: Attainment | None) -> Change | None:
    """Say what changed in a judged target."""
    roster = roster_of(attainment, "en") if attainment is not None else None
    return changes(attainment, roster) if attainment is not None and roster is not None else None


def drawn_members(rng: random.Random, *, all_there: bool = False) -> dict[str, Periods]:
    """Draw groups with numerators and denominators, some of them nothing."""

    def side() -> Sides:
        if not all_there and rng.random() < 0.2:
            return Sides()
        return Sides(
            Fraction(rng.randint(-5, 60), rng.randint(1, 4)), Fraction(rng.randint(int(all_there), 9))
        )

    return {f"S{number}": Periods(side(), side()) for number in range(rng.randint(1, 8))}


def by_hand(members: Mapping[str, Periods]) -> dict[str, tuple[Fraction, Fraction]]:
    """Kitagawa as the paper has it, of groups that are all there: mean share × change, and mean rate."""
    old, new = (sum(getattr(one, at).below for one in members.values()) for at in ("before", "after"))
    found = {}
    for name, one in members.items():
        shares = one.before.below / old, one.after.below / new
        rates = one.before.above / one.before.below, one.after.above / one.after.below
        found[name] = (
            (shares[0] + shares[1]) / 2 * (rates[1] - rates[0]),
            (rates[0] + rates[1]) / 2 * (shares[1] - shares[0]),
        )
    return found


def value_of(one: Periods) -> Fraction | None:
    """The change of a whole; nothing without a denominator."""
    return one.after.rate - one.before.rate if one.comparable else None


# the arithmetic --------------------------------------------------------------------------------------


def test_without_coming_and_going_the_sums_are_those_of_kitagawa() -> None:
    """The rate effect of every group is hers, and so are both sums; her mix effects add up to ours."""
    rng = random.Random(1)
    for _ in range(CASES):
        members = drawn_members(rng, all_there=True)
        ours, hers = rate_and_mix(members), by_hand(members)
        assert {name: one.rate for name, one in ours.items()} == {
            name: rate for name, (rate, _) in hers.items()
        }
        assert sum(one.mix for one in ours.values()) == sum(mix for _, mix in hers.values())
        assert all(one.entry == one.exit == 0 for one in ours.values())


def test_all_effects_add_up_to_the_change_whatever_comes_and_goes() -> None:
    """Groups that open, close or have no denominator: not one part is lost, and sums need no single parts."""
    rng, tried = random.Random(2), 0
    for _ in range(CASES):
        members = drawn_members(rng)
        whole = value_of(together(members.values()))
        if whole is None:
            continue
        tried += 1
        found = rate_and_mix(members)
        assert sum(one.total for one in found.values()) == whole
    assert tried > CASES / 2


def test_effects_within_towns_and_between_towns_add_up_to_the_change() -> None:
    """Two levels: the mix effects of towns and all that schools do within theirs are the change."""
    rng, tried = random.Random(3), 0
    for _ in range(CASES):
        towns = {town: drawn_members(rng) for town in TOWNS}
        whole = value_of(together(one for members in towns.values() for one in members.values()))
        if whole is None:
            continue
        tried += 1
        split = nested(towns)
        outer = {town: split.outer.effects(split.sums[town]) for town in towns}
        assert sum(one.total for one in outer.values()) == whole
        for town, members in towns.items():
            frame = split.inner[town]
            inside = [frame.effects(one) for one in members.values()]
            assert sum(one.total for one in inside) == outer[town].total - outer[town].mix
            assert [one.total for one in inside] == [frame.total(one) for one in members.values()]
            assert _added(inside) == frame.sums(members.values())
    assert tried > CASES / 2


def _added(effects: list[Effects]) -> Effects:
    zero = Fraction(0)
    names = ("rate", "mix", "entry", "exit")
    return Effects(*(sum((getattr(one, name) for one in effects), zero) for name in names))


def test_numerator_and_denominator_are_each_the_mean_of_both_orders() -> None:
    """Change one side first and last and take the mean: by hand, and adding up over any groups."""
    rng, tried = random.Random(4), 0
    for _ in range(CASES):
        members = drawn_members(rng)
        whole = together(members.values())
        change = value_of(whole)
        if change is None:
            continue
        tried += 1
        (old_n, old_d), (new_n, new_d) = ((one.above, one.below) for one in (whole.before, whole.after))
        above = ((new_n - old_n) / old_d + (new_n - old_n) / new_d) / 2
        below = ((new_n / new_d - new_n / old_d) + (old_n / new_d - old_n / old_d)) / 2
        assert side_effects(whole, whole) == (above, below)
        assert above + below == change
        single = [side_effects(one, whole) for one in members.values()]
        assert (sum(one for one, _ in single), sum(other for _, other in single)) == (above, below)
    assert tried > CASES / 2


# targets ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("target", TARGETS, ids=lambda one: f"{one['type']}-{TARGETS.index(one)}")
def test_every_type_of_target_splits_its_change_exactly(target: dict[str, object]) -> None:
    """Towns, schools, kinds of change and both sides of the line: each adds up to later less earlier."""
    rng, tried = random.Random(str(target)), 0
    for _ in range(25):
        roster, pupils = panel(rng)
        attainment = judged(target, roster, pupils)
        found = changed(attainment)
        if attainment is None or found is None:
            continue
        deciding = attainment.deciding
        assert deciding is not None
        if not {"before", "against"} & set(deciding.parts):
            assert found.ends[1] == deciding.value
        assert found.total == found.ends[1] - found.ends[0]
        if found.sides is not None:
            assert sum(found.sides) == found.total
        if not found.terms:
            continue
        tried += 1
        assert sum(found.terms.values()) == found.total
        if found.towns:
            assert sum(one.effects.total for one in found.towns) == found.total
            assert together(one.parts for one in found.towns).before.above == found.parts.before.above
        if found.units:
            between = sum(one.effects.mix for one in found.towns)
            assert sum(one.effects.total for one in found.units) + between == found.total
            _check_terms(found)
    assert tried >= 5


def _check_terms(found: Change) -> None:
    """Hold the sums of kinds against the single schools."""
    coming = {kind: Fraction(0) for kind in ("opened", "closed", "moved", "once")}
    for one in found.units:
        coming["once" if one.presence == "both" else one.presence] += one.effects.entry + one.effects.exit
    told = {kind: found.terms[kind] for kind in coming}
    assert told == coming
    assert found.terms["rate"] == sum(one.effects.rate for one in found.units)
    assert found.terms["mix"] == sum(one.effects.mix for one in found.units)


@pytest.mark.parametrize("target", TARGETS, ids=lambda one: f"{one['type']}-{TARGETS.index(one)}")
def test_what_everybody_adds_is_the_whole_gap(target: dict[str, object]) -> None:
    """Those who lack and those who make up for them: together what the goal asks less what there is."""
    rng, tried = random.Random(f"who {target}"), 0
    for _ in range(15):
        attainment = judged(target, *panel(rng))
        roster = roster_of(attainment, "en") if attainment is not None else None
        if attainment is None or roster is None:
            continue
        wholes = set()
        for by in ("town", "reporter"):
            found = contributions(attainment, roster, "town" if by == "town" else "reporter")
            if found is None:
                continue
            tried += 1
            assert found.whole == sum(one.amount for one in found.everyone)
            told = [one.code for one in (*found.groups, *found.others)]
            assert sorted(told) == sorted(one.code for one in found.everyone)
            wholes.add((found.kind, found.whole))
            if found.kind in {"gap", "excess"} and not {"before", "against"} & set(found.nodes):
                assert _gap(attainment, found.kind) == found.whole
        assert len(wholes) <= 1
    of_quotients = target["type"] in {"trend", "growth"} and target["value"] not in {
        "sum(budget)",
        "sum(students)",
    }
    assert (tried >= 3) != of_quotients  # whose fall is told by what changed


def _gap(attainment: Attainment, kind: str) -> Fraction:
    """Work out the gap of a quotient from its value alone."""
    result, measure = attainment.deciding, attainment.measure
    assert result is not None
    assert result.goal is not None
    assert measure is not None
    assert result.value is not None
    assert attainment.statistics is not None
    from edutargets.evaluation import part_of  # noqa: PLC0415  # the oracle of one test
    from edutargets.reported_totals import lines_of  # noqa: PLC0415  # as above

    lines = lines_of(measure)
    assert lines is not None
    assert lines[2] is not None
    total = attainment.statistics.total
    below = part_of(lines[2], lambda one: total(one, result.years), DICTIONARY).value
    ends = (result.goal.lower, result.goal.upper)
    limit = next(end.lower for end in ends if end is not None)
    if "against" in result.parts:
        limit = result.parts["against"].value
    return (limit - result.value) * below / lines[0] * (1 if kind == "gap" else -1)


def test_two_years_that_are_alike_change_nothing() -> None:
    """Every effect of every school is zero, and one line says so."""
    rng = random.Random(5)
    for target in TARGETS:
        roster, pupils = panel(rng)
        same = [{**row, "year": year} for row in roster if row["year"] == 2025 for year in (2024, 2025)]
        rows = [{**row, "year": year} for row in pupils if row["year"] == 2025 for year in (2024, 2025)]
        attainment = judged(target, same, rows)
        found = changed(attainment)
        if attainment is None or found is None or target.get("total_over"):
            continue
        assert found.is_still
        effects = [one.effects for one in (*found.towns, *found.units)]
        assert not any((one.rate, one.mix, one.total) != (0, 0, 0) for one in effects)
        said = explain(attainment)["changed"]
        assert len(said.lines) == 1 + bool(found.unknown)
        assert said.rows == ()
        assert "unchanged at" in said.lines[0]


def test_neither_names_nor_the_order_of_rows_change_what_is_told() -> None:
    """Other codes and a shuffled table: the same effects, town by town and school by school."""
    rng = random.Random(6)
    for target in TARGETS:
        roster, pupils = panel(rng)
        first = changed(judged(target, roster, pupils))
        renamed = {row["school"]: f"X{rng.random()}" for row in roster}
        rows = [[{**row, "school": renamed[row["school"]]} for row in table] for table in (roster, pupils)]
        for table in rows:
            rng.shuffle(table)
        second = changed(judged(target, *rows))
        assert (first is None) == (second is None)
        if first is None or second is None:
            continue
        assert (first.ends, first.terms, first.sides) == (second.ends, second.terms, second.sides)
        assert [one.effects for one in first.towns] == [one.effects for one in second.towns]
        told = [(renamed[one.code], one.town, one.presence, str(one.effects)) for one in first.units]
        theirs = [(one.code, one.town, one.presence, str(one.effects)) for one in second.units]
        assert sorted(told) == sorted(theirs)


# words -----------------------------------------------------------------------------------------------


def test_every_column_that_is_printed_adds_up_to_its_last_row() -> None:
    """The reader adds the digits shown, not the fractions behind them: nothing is off by one."""
    rng, tried = random.Random(7), 0
    for number in range(4 * len(TARGETS)):
        attainment = judged(TARGETS[number % len(TARGETS)], *panel(rng))
        if attainment is None:
            continue
        said = explain(attainment, "zh" if number % 2 else "en")
        for key in ("changed", "changed_units", "towns", "reporters"):
            if key not in said or len(said[key].rows) < 2:
                continue
            section = said[key]
            heads = [at for at, head in enumerate(section.columns) if _adds(head)]
            for at in heads:
                cells = [Fraction(row[at].replace(",", "")) for row in section.rows if row[at]]
                assert sum(cells[:-1]) == cells[-1], (section.columns[at], section.rows)
                tried += 1
        if "changed" in said and len(said["changed"].lines) > 1 and " = " in said["changed"].lines[1]:
            tried += _check_sentence(said["changed"].lines)
    assert tried > 50


_HEADS = ("effect", "within", "between", "came", "change", "lacks", "too many", "has", "fell by", "rose by")
_HEADS_ZH = ("效应", "镇街内", "镇街间", "增减", "变化", "差额", "超出", "数量", "减少", "增加", "未达到")


def _adds(head: str) -> bool:
    return head.startswith(_HEADS) or any(word in head for word in (*_HEADS_ZH, "fall short", "effect"))


def _check_sentence(lines: tuple[str, ...]) -> int:
    """Hold the printed change against the printed kinds of change."""
    import re  # noqa: PLC0415  # as above

    total, parts = lines[1].split(" = ")
    numbers = re.findall(r"(?<![\d.,])([+-][\d,]+(?:\.\d+)?|0)(?=[,，]? |[,，]|$)", parts)
    assert sum(Fraction(one.replace(",", "")) for one in numbers) == Fraction(total.replace(",", "")), lines
    return 1


def test_rounding_goes_to_a_neighbour_and_adds_up() -> None:
    """Random numbers in few digits: each is rounded up or down, none that is exact moves."""
    rng = random.Random(8)
    for _ in range(2000):
        values = [Fraction(rng.randint(-999, 999), rng.randint(1, 30)) for _ in range(rng.randint(1, 9))]
        digits = rng.randint(0, 3)
        found = adding_up(values, digits)
        assert sum(found) == rounded(sum(values, Fraction(0)), digits)
        for exact, shown in zip(values, found, strict=True):
            assert abs(exact - shown) < Fraction(1, 10**digits)
            assert (exact * 10**digits).denominator != 1 or exact == shown
    with pytest.raises(ValueError, match="cannot add up"):
        adding_up([Fraction(1, 3)], 0, Fraction(5))


# dispersions -----------------------------------------------------------------------------------------


def test_shares_of_a_dispersion_by_town_add_up_and_who_moves_it_is_found_by_trying() -> None:
    """Between and within are the square; leaving each school out in turn finds the same one."""
    rng, tried = random.Random(9), 0
    for _ in range(CASES):
        rows = [
            ListedRow(f"S{at}", 2025, (f"S{at}", rng.randint(1, 90), rng.randint(1, 9)), 1, 0)
            for at in range(rng.randint(1, 8))
        ]
        spread = spread_of(rows)
        towns = {f"S{at}": rng.choice(TOWNS) for at in range(8)}
        groups = by_group(spread, lambda share, towns=towns: towns[share.reporter])  # type: ignore[misc]  # bound at once
        assert sum(one.between + one.within for one in groups) == spread.variance
        assert all(one.between >= 0 <= one.within for one in groups)
        found = moves_most(spread)
        tries = {}
        for row in rows:
            others = [one for one in rows if one is not row]
            if others:
                tries[row.reporter] = spread_of(others).square
        moved = {
            name: abs(float(square) ** 0.5 - float(spread.square) ** 0.5) for name, square in tries.items()
        }
        if found is None:
            assert len(rows) == 1 or not any(moved.values())
            continue
        tried += 1
        share, square = found
        assert square == tries[share.reporter] == square_without(spread, share)
        assert moved[share.reporter] >= max(moved.values()) - 1e-9
    assert tried > CASES / 2
