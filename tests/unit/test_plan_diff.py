"""Two plans held against each other: what was added, dropped, loosened, tightened, moved, reworded."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from edutargets import cli
from edutargets.goal_changes import together
from edutargets.plan_diff_words import diff_json, diff_markdown, diff_text
from edutargets.plan_diffs import PlanDiff, diff_packs
from edutargets.plans import PACKS, pack_names, read_pack
from edutargets.yaml_files import write_yaml

TABLES = """
tables:
  schools:
    counts: school
    period: year
    key: [school_id, year]
    reports: school_id
    columns:
      school_id: {type: code}
      year: {type: year}
      kind: {type: category, values: {primary: {}, junior: {}}}
      pupils: {type: integer, unit: student}
      area: {type: integer, unit: square_metre}
      books: {type: integer, unit: book}
      funds: {type: integer, unit: CNY}
      first_day: {type: date}
      last_day: {type: date}
    views:
      primaries: {where: "kind = 'primary'", counts: school}
  meetings:
    counts: meeting
    key: [meeting_id]
    reports: school_id
    columns:
      meeting_id: {type: code}
      school_id: {type: code, references: schools.school_id, absent: zero}
      held_on: {type: date}
      title: {type: text, required: false}
      number: {type: text, required: false}
"""
TEXT = "# 方案\n## 一、目标\n建成8所学校。占比达到85%。占比达到83%。\n"
CITE = {"document": "plan", "clause": "一", "quote": "占比达到85%"}
Fields = dict[str, object]

RATIO: Fields = {
    "type": "ratio",
    "from": "schools",
    "numerator": "sum(pupils) filter (where kind = 'primary')",
    "denominator": "sum(pupils)",
    "at_least": "85 %",
    "by": "2025-12-31",
}
COUNT: Fields = {
    "type": "count",
    "from": "schools",
    "count": "count(*)",
    "at_least": "6 school",
    "in": "2025",
}
TOTAL: Fields = {
    "type": "amount",
    "from": "schools",
    "amount": "sum(funds)",
    "at_least": "12 CNY",
    "total_over": ["2023", "2025"],
}
EACH: Fields = {
    "type": "duty",
    "each": "schools",
    "amount": "sum(books)",
    "at_least": "90 book",
    "every": "year",
    "during": ["2023", "2025"],
}
LIMITS: Fields = {
    **EACH,
    "at_least": {"primary": "45 book", "junior": "50 book"},
    "by_column": "kind",
}
TREND: Fields = {
    "type": "trend",
    "from": "schools",
    "value": "sum(funds)",
    "never_decreasing": {"from": "2022"},
}
OFTEN: Fields = {
    "type": "frequency",
    "each": "schools",
    "events": "count(meetings.*)",
    "dated_by": "meetings.held_on",
    "at_least": "1 per week",
    "during": ["2023", "2025"],
}
STANDARDS: Fields = {
    "type": "k_of_n",
    "each": "schools",
    "conditions": [
        {"name": "books", "value": "sum(books) / sum(pupils)", "at_least": "20 book/student"},
        {"name": "area", "value": "sum(area) / sum(pupils)", "at_least": "4 square_metre/student"},
    ],
    "at_least": "1",
    "others_at_least": "85 %",
    "by": "2025-12-31",
}
MILESTONE: Fields = {
    "type": "milestone",
    "from": "meetings",
    "done_on": "held_on",
    "evidence": ["title"],
    "by": "2025-12-31",
}
UNEQUAL: Fields = {
    "type": "dispersion",
    "over": "schools",
    "value": "sum(area)",
    "weight": "sum(pupils)",
    "at_most": "0.50",
    "by": "2025-12-31",
}
AGAINST: Fields = {
    "type": "comparison",
    "from": "schools",
    "value": "sum(books)",
    "at_least": {"value": "sum(books) filter (where kind = 'primary')"},
    "by": "2025-12-31",
}


@pytest.fixture
def diff(tmp_path: Path) -> Callable[..., PlanDiff]:
    """Compare two plans, each written as its targets without ids, or as targets with them."""

    def compared(before: Fields, after: Fields, **texts: str) -> PlanDiff:
        sides = []
        for name, fields in (("old", before), ("new", after)):
            folder = tmp_path / name
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            documents = {"plan": {"title": {"zh": "方案"}, "file": "plan.md"}}
            (folder / "pack.yaml").write_text(
                write_yaml({"id": name, "documents": documents}), encoding="utf-8"
            )
            (folder / "plan.md").write_text(TEXT, encoding="utf-8")
            (folder / "tables.yaml").write_text(texts.get(name, TABLES), encoding="utf-8")
            targets = fields.get("targets", [{"id": "a.b", **fields}])
            (folder / "plan.yaml").write_text(write_yaml({"targets": targets}), encoding="utf-8")
            sides.append(read_pack(folder))
        return diff_packs(*sides)

    return compared


def kinds(found: PlanDiff) -> tuple[str, ...]:
    """Return what is said of the only target that differs; nothing where both are the same."""
    return found.targets[0].kinds if found.targets else ()


# loosened, tightened ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "change", "expected"),
    [
        (RATIO, {"at_least": "83 %"}, ("loosened",)),
        (RATIO, {"at_least": "0.83"}, ("loosened",)),
        (RATIO, {"at_least": None, "above": "85 %"}, ("tightened",)),
        (RATIO, {"at_least": None, "exactly": "85 %"}, ("tightened",)),
        (RATIO, {"at_least": None, "between": ["85 %", "90 %"]}, ("tightened",)),
        (RATIO, {"at_least": None, "at_most": "85 %"}, ("changed",)),
        (RATIO, {"at_least": None, "between": ["80 %", "90 %"]}, ("changed",)),
        ({**RATIO, "at_least": None, "at_most": "10 %"}, {"at_most": "12 %"}, ("loosened",)),
        (
            {**RATIO, "at_least": None, "between": ["10 %", "30 %"]},
            {"between": ["15 %", "20 %"]},
            ("tightened",),
        ),
        (
            {**RATIO, "at_least": None, "about": "50 %", "tolerance": "5 %"},
            {"tolerance": "10 %"},
            ("loosened",),
        ),
        (COUNT, {"at_least": "5 school"}, ("loosened",)),
        (TOTAL, {"at_least": "0.0013 万元"}, ("tightened",)),
        (EACH, {"at_least": "80 book"}, ("loosened",)),
        (LIMITS, {"at_least": {"primary": "40 book", "junior": "50 book"}}, ("loosened",)),
        (LIMITS, {"at_least": {"primary": "40 book", "junior": "60 book"}}, ("changed",)),
        (LIMITS, {"at_least": {"primary": "45 book"}}, ("changed",)),
        (LIMITS, {"at_least": "45 book", "by_column": None}, ("changed",)),
        (TREND, {"never_decreasing": {"from": "2023"}}, ("loosened",)),
        (TREND, {"never_decreasing": None, "never_increasing": {"from": "2022"}}, ("changed",)),
        (OFTEN, {"at_least": "2 per week"}, ("tightened",)),
        (OFTEN, {"at_least": "4 per month"}, ("changed",)),
        (STANDARDS, {"at_least": "2"}, ("tightened",)),
        (STANDARDS, {"others_at_least": None}, ("loosened",)),
        (STANDARDS, {"others_at_least": "90 %"}, ("tightened",)),
        (MILESTONE, {"evidence": ["title", "number"]}, ("tightened",)),
        (UNEQUAL, {"at_most": "0.45"}, ("tightened",)),
        (AGAINST, {"at_least": None, "at_most": AGAINST["at_least"]}, ("changed",)),
    ],
)
def test_a_goal_is_looser_where_more_is_enough(
    diff: Callable[..., PlanDiff], fields: Fields, change: Fields, expected: tuple[str, ...]
) -> None:
    """What is enough after must hold all, or be part, of what was enough before; else nothing is said."""
    before = {name: value for name, value in fields.items() if value is not None}
    after = {name: value for name, value in {**fields, **change}.items() if value is not None}
    assert kinds(diff(before, after)) == expected
    turned = {"loosened": "tightened", "tightened": "loosened"}
    assert kinds(diff(after, before)) == tuple(turned.get(kind, kind) for kind in expected)


def test_each_standard_has_its_own_direction(diff: Callable[..., PlanDiff]) -> None:
    """One raised tightens; one raised and one lowered is undecided; another formula is another measure."""
    first, second = ({**one} for one in STANDARDS["conditions"])  # type: ignore[attr-defined]
    higher = {**first, "at_least": "30 book/student"}
    lower = {**second, "at_least": "3 square_metre/student"}
    other = {**first, "value": "sum(books) * 2 / sum(pupils)"}
    assert kinds(diff(STANDARDS, {**STANDARDS, "conditions": [higher, second]})) == ("tightened",)
    assert kinds(diff(STANDARDS, {**STANDARDS, "conditions": [higher, lower]})) == ("changed",)
    assert "measured" in kinds(diff(STANDARDS, {**STANDARDS, "conditions": [other, second]}))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"at_least": "85 %"}, {"at_least": "0.85"}),
        ({"numerator": "sum(pupils)"}, {"numerator": "SUM( pupils )"}),
        ({"from": "primaries"}, {"where": "kind = 'primary'"}),
    ],
)
def test_how_something_is_written_makes_no_difference(
    diff: Callable[..., PlanDiff], before: Fields, after: Fields
) -> None:
    """Two ways to write one and the same promise are one promise."""
    assert diff({**RATIO, **before}, {**RATIO, **after}).same


def test_counts_are_whole_so_more_than_five_is_at_least_six(diff: Callable[..., PlanDiff]) -> None:
    """Between 5 and 6 schools there is none."""
    above = {name: value for name, value in COUNT.items() if name != "at_least"} | {"above": "5 school"}
    assert diff(COUNT, above).same


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"each": None, "share_of": "schools", "share_at_least": "95 %"}, ("loosened",)),
        ({"each": None, "share_of": "schools", "share_at_least": "100 %"}, ()),
        ({"each": None, "mean_of": "schools"}, ("loosened",)),
        ({"each": "primaries"}, ("measured",)),
    ],
)
def test_of_each_asks_more_than_of_a_share_or_of_the_mean(
    diff: Callable[..., PlanDiff], change: Fields, expected: tuple[str, ...]
) -> None:
    """Another group is another measure, and nothing is guessed about it."""
    after = {name: value for name, value in {**EACH, **change}.items() if value is not None}
    assert kinds(diff(EACH, after)) == expected


def test_a_larger_share_asks_more(diff: Callable[..., PlanDiff]) -> None:
    """95 % instead of 90 % of the schools; a share and a mean cannot be compared."""
    share = {name: value for name, value in EACH.items() if name != "each"} | {"share_of": "schools"}
    mean = {name: value for name, value in EACH.items() if name != "each"} | {"mean_of": "schools"}
    less, more = ({**share, "share_at_least": said} for said in ("90 %", "95 %"))
    assert kinds(diff(less, more)) == ("tightened",)
    assert kinds(diff(more, less)) == ("loosened",)
    assert kinds(diff(more, mean)) == ("changed",)


@pytest.mark.parametrize(
    ("fields", "change", "expected"),
    [
        (RATIO, {"by": "2026-12-31"}, ("loosened", "moved")),
        (RATIO, {"by": "2025-06-30"}, ("tightened", "moved")),
        (MILESTONE, {"by": "2026-12-31"}, ("loosened", "moved")),
        (EACH, {"every": None, "during": None, "by": "2025-12-31"}, ("loosened", "moved")),
        (EACH, {"every": None, "during": None, "by": "2022-12-31"}, ("moved",)),
        (EACH, {"during": ["2023", "2026"]}, ("tightened", "moved")),
        (EACH, {"during": ["2024", "2025"]}, ("loosened", "moved")),
        (EACH, {"during": ["2024", "2026"]}, ("moved",)),
        (EACH, {"every": None, "during": None, "at_every": "snapshot"}, ("moved",)),
        (OFTEN, {"during": ["2024", "2025"]}, ("loosened", "moved")),
        (TOTAL, {"total_over": ["2023", "2026"]}, ("loosened", "moved")),
        (TOTAL, {"total_over": ["2024", "2026"]}, ("moved",)),
        (TOTAL, {"by": "2025-12-31"}, ("moved",)),
        (COUNT, {"in": "2026"}, ("moved",)),
    ],
)
def test_later_is_looser_and_every_year_is_tighter(
    diff: Callable[..., PlanDiff], fields: Fields, change: Fields, expected: tuple[str, ...]
) -> None:
    """A change of time is always told; which way it goes only where it is certain."""
    after = {name: value for name, value in {**fields, **change}.items() if value is not None}
    assert kinds(diff(fields, after)) == expected


def test_directions_that_disagree_decide_nothing() -> None:
    """A promise that asks more on one side and less on the other has changed, no more can be said."""
    assert together(["same", "same"]) == "same"
    assert together(["loosened", "tightened"]) == "changed"


# measured differently --------------------------------------------------------------------------------------


def test_another_measure_is_told_and_its_number_not_compared(diff: Callable[..., PlanDiff]) -> None:
    """83 % of something else is neither more nor less than 85 %."""
    found = diff(RATIO, {**RATIO, "denominator": "sum(pupils) filter (where pupils > 9)", "at_least": "83 %"})
    assert kinds(found) == ("measured", "changed")
    assert [change.what for change in found.targets[0].changes] == ["measure", "goal"]


def test_a_view_that_means_something_else_changes_the_measure(diff: Callable[..., PlanDiff]) -> None:
    """The same words over other tables are another measure."""
    fields = {**RATIO, "from": "primaries"}
    found = diff(fields, fields, new=TABLES.replace("kind = 'primary'\"", "kind = 'junior'\""))
    assert kinds(found) == ("measured",)
    assert "tables mean something else" in diff_text(found)


def test_the_evidence_of_a_milestone_is_its_measure(diff: Callable[..., PlanDiff]) -> None:
    """Which rows prove it is measured; by when, and what must be filled in, is the goal."""
    assert kinds(diff(MILESTONE, {**MILESTONE, "where": "title is not null"})) == ("measured",)


def test_another_type_is_another_measure(diff: Callable[..., PlanDiff]) -> None:
    """A density and the same number for each hundred are two promises."""
    density = {
        "type": "density",
        "from": "schools",
        "numerator": "sum(books)",
        "denominator": "sum(pupils)",
        "at_least": "20 book/student",
        "by": "2025-12-31",
    }
    found = diff(density, {**density, "type": "per_hundred"})
    assert kinds(found)[0] == "measured"
    assert "measure" not in [change.what for change in found.targets[0].changes]


# words -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"cite": CITE}, {"cite": {**CITE, "quote": "占比达到83%"}}, ("reworded",)),
        ({"cite": CITE}, {"cite": {**CITE, "clause": "一(一)"}}, ("reworded",)),
        ({"cite": CITE}, {"cite": {**CITE, "quote": "占比 达到\n85%"}}, ()),
        ({"cite": CITE}, {"cite": {**CITE, "verified": "false"}}, ("changed",)),
        ({"title": {"en": "a"}}, {"title": {"en": "b"}}, ("reworded",)),
        ({"reading": "of all"}, {"reading": "of some"}, ("re_read",)),
        ({}, {"lead": ["教育局"]}, ("changed",)),
        ({}, {"gross": "true"}, ("changed",)),
        ({"note": "x"}, {"note": "y"}, ()),
    ],
)
def test_words_readings_and_departments_are_told_apart(
    diff: Callable[..., PlanDiff], before: Fields, after: Fields, expected: tuple[str, ...]
) -> None:
    """Blanks and notes make no difference; another quote, reading or department does."""
    assert kinds(diff({**RATIO, **before}, {**RATIO, **after})) == expected


def test_bundles_and_aliases_are_compared_by_their_members(diff: Callable[..., PlanDiff]) -> None:
    """All of more is tighter, any of more is looser."""
    parts = [{"id": name, **RATIO} for name in ("p.a", "p.b", "p.c")]

    def plan(**fields: object) -> Fields:
        return {"targets": [*parts, {"id": "z.z", **fields}]}

    def bundle(word: str, *members: str) -> Fields:
        return plan(type="composite", **{word: list(members)})

    assert kinds(diff(bundle("all_of", "p.a"), bundle("all_of", "p.a", "p.b"))) == ("tightened",)
    assert kinds(diff(bundle("any_of", "p.a"), bundle("any_of", "p.a", "p.b"))) == ("loosened",)
    assert kinds(diff(bundle("all_of", "p.a", "p.b"), bundle("any_of", "p.a", "p.b"))) == ("loosened",)
    assert kinds(diff(bundle("all_of", "p.a"), bundle("all_of", "p.b"))) == ("changed",)
    aliases = [plan(type="alias", same_as=name) for name in ("p.a", "p.b")]
    assert kinds(diff(*aliases)) == ("changed",)


def test_added_and_dropped_targets_keep_their_place(diff: Callable[..., PlanDiff]) -> None:
    """A dropped target stands behind its neighbour of before."""
    old = {"targets": [{"id": name, **RATIO} for name in ("a", "b", "c")]}
    new = {"targets": [{"id": name, **RATIO} for name in ("a", "c", "d")]}
    found = diff(old, new)
    assert [(target.id, target.kinds) for target in found.targets] == [("b", ("dropped",)), ("d", ("added",))]
    assert found.counts == {"dropped": 1, "added": 1}


def test_the_texts_name_both_sides_and_their_quotes(diff: Callable[..., PlanDiff]) -> None:
    """Goal and quote of before and after stand beside each other, in either language."""
    after = {**RATIO, "at_least": "83 %", "cite": {**CITE, "quote": "占比达到83%"}}
    found = diff({**RATIO, "cite": CITE}, after)
    text = diff_text(found)
    assert text.splitlines()[0] == "old → new: 1 loosened, 1 reworded"
    for line in (
        "goal: at least 85 % → at least 83 % (loosened)",
        "before: 一 “占比达到85%”",
        "after: 一 “占比达到83%”",
    ):
        assert f"      {line}" in text.splitlines()
    assert "目标值: 不低于 85 % → 不低于 83 %（放宽）" in diff_text(found, "zh")
    assert diff_markdown(found).count("\n- **") == 1
    record = json.loads(diff_json(found))
    assert record["targets"][0]["kinds"] == ["loosened", "reworded"]
    assert record["targets"][0]["after"]["quote"] == "占比达到83%"


def test_words_of_a_plan_cannot_become_markup(diff: Callable[..., PlanDiff]) -> None:
    """A title is shown as it was typed."""
    found = diff({**RATIO, "title": {"en": "a"}}, {**RATIO, "title": {"en": "<b>[x](http://y)</b>"}})
    assert "<b>" not in diff_markdown(found)
    assert r"\[x\](http:&#8203;//y)" in diff_markdown(found)


# real packs and the command --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", pack_names())
def test_a_pack_does_not_differ_from_itself(name: str) -> None:
    """Reading it twice changes nothing."""
    assert diff_packs(read_pack(name), read_pack(name)).same


def test_a_real_plan_loosened_in_one_place_is_told_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """18 % of master's degrees becomes 16 %: one target, exit code 1; the same pack ends with 0."""
    name = "chenghu-modernisation"
    shutil.copytree(PACKS / name, tmp_path / name)
    plan = tmp_path / name / "plan.yaml"
    text = plan.read_text(encoding="utf-8")
    plan.write_text(text.replace("at_least: 18 %", "at_least: 16 %"), encoding="utf-8")
    for arguments, code in (((name, tmp_path / name), 1), ((name, name), 0), ((name, tmp_path / "none"), 2)):
        with pytest.raises(SystemExit) as ended:
            cli.main(["diff", *map(str, arguments), "--format", "json"])
        assert (ended.value.code or 0) == code
        out = capsys.readouterr().out
        if code == 1:
            assert json.loads(out)["counts"] == {"loosened": 1}
