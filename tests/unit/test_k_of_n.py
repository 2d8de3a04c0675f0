"""So many of several standards: what is refused before any data, and how a school's misses are told."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from edutargets.attainment import Attainment, PlanAttainment
from edutargets.engine import DuckDB
from edutargets.errors import DefinitionError
from edutargets.explanations import explain
from edutargets.goals import Verdict
from edutargets.listing_sql import listed_rows, listing_statement
from edutargets.plans import Plan, bind_all
from edutargets.tables import Dictionary
from edutargets.yaml_files import parse_yaml, read_definition

TABLES = read_definition(
    parse_yaml("""
tables:
  towns:
    counts: town
    key: [town]
    reports: town
    columns:
      town: {type: code}
      belt: {type: category, values: {inner: {en: Inner, zh: 城区}, outer: {en: Outer, zh: 乡镇}}}
  parts:
    title: {en: Parts of schools, zh: 学校学段}
    counts: school
    period: year
    key: [school, stage, year]
    reports: school
    columns:
      school: {type: code}
      name: {type: text, required: false}
      town: {type: code, references: towns.town, required: false}
      stage:
        type: category
        title: {en: Stage, zh: 学段}
        values: {primary: {en: Primary, zh: 小学}, junior: {en: Junior, zh: 初中}}
      year: {type: year}
      pupils: {type: integer, unit: student}
      teachers: {type: integer, unit: teacher, required: false}
      area: {type: decimal, scale: 2, unit: square_metre, required: false}
      money: {type: decimal, scale: 2, unit: CNY/year, required: false}
      girls: {type: integer, unit: student, required: false}
      largest: {type: integer, unit: student, required: false}
"""),
    Dictionary,
)
TEACHERS = {
    "name": {"en": "teachers", "zh": "教师"},
    "value": "sum(teachers) * 100 / sum(pupils)",
    "at_least": {"primary": 4.2, "junior": 5.3},
    "by_column": "stage",
}
AREA = {
    "name": {"en": "rooms", "zh": "用房"},
    "value": "sum(area) / sum(pupils)",
    "at_least": "4.5 square_metre/student",
}
CLASSES = {"name": {"en": "largest class", "zh": "最大班额"}, "value": "largest", "at_most": 45}
PROMISE = {
    "type": "k_of_n",
    "each": "parts",
    "conditions": [TEACHERS, AREA, CLASSES],
    "at_least": 2,
    "others_at_least": "85 %",
    "in": 2025,
}
GOOD = {"stage": "primary", "year": 2025, "pupils": 100, "teachers": 5, "area": 450, "largest": 45}
Judge = Callable[..., PlanAttainment]


def _parts(*rows: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    return {"parts": [{"school": f"S{number}", **GOOD, **row} for number, row in enumerate(rows, start=1)]}


def _one(judged: Judge, *rows: dict[str, Any], **fields: Any) -> Attainment:  # noqa: ANN401  # fields of YAML
    return judged(_parts(*rows), {**PROMISE, **fields}, dictionary=TABLES)["t.n0"]


def _refused(**fields: Any) -> str:  # noqa: ANN401  # fields of YAML
    with pytest.raises(DefinitionError) as caught:
        bind_all(Plan.from_fields([{"id": "t", **PROMISE, **fields}]), TABLES)
    return str(caught.value)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"at_least": 4}, "how many of the 3 conditions"),
        ({"at_least": 0}, "how many of the 3 conditions"),
        ({"at_least": "1.5"}, "how many of the 3 conditions"),
        ({"at_least": "2 teacher"}, "how many of the 3 conditions"),
        ({"at_least": None, "at_most": 2}, "how many of the 3 conditions"),
        ({"each": None}, "does not say who"),
        ({"each": None, "mean_of": "parts"}, "does not say who"),
        ({"others_at_least": "0 %"}, "above 0 % and up to 100 %"),
        ({"others_at_least": "101 %"}, "above 0 % and up to 100 %"),
        ({"conditions": []}, "conditions"),
        ({"conditions": [AREA, AREA]}, "two conditions are called 'rooms'"),
        ({"conditions": [{**AREA, "at_most": 5}, CLASSES]}, "not both"),
        ({"conditions": [{"name": "x", "value": "pupils"}, CLASSES]}, "needs at_least or at_most"),
        ({"conditions": [{**AREA, "by_column": "stage"}, CLASSES]}, "belong together"),
        ({"conditions": [{**TEACHERS, "by_column": None}, CLASSES]}, "belong together"),
        ({"conditions": [{**TEACHERS, "by_column": "stage) or (1"}, CLASSES]}, "by_column"),
        ({"conditions": [{**AREA, "at_least": "-1 square_metre/student"}, CLASSES]}, "below zero"),
        ({"conditions": [{**AREA, "value": "sum(area) / sum(pupils) + 1"}, CLASSES]}, "adds square_metre"),
        (
            {"conditions": [{**AREA, "value": "sum(area) / sum(pupils) + sum(area) / sum(pupils)"}, CLASSES]},
            "a division inside a sum",
        ),
        ({"in": None}, "no time is said"),
        ({"in": None, "total_over": [2024, 2025]}, "`total_over` for each of a group"),
    ],
)
def test_a_promise_that_cannot_be_judged_is_refused(fields: dict[str, Any], said: str) -> None:
    """Before any data are read, in words that say what would be right."""
    assert said in _refused(**fields)


def test_all_faults_of_all_conditions_are_told_at_once() -> None:
    """Units, vocabulary, columns and expressions: one round of mending is enough."""
    wrong = [
        {**TEACHERS, "at_least": {"primary": "4.2 CNY", "juniour": 5.3}},
        {**AREA, "at_least": "4.5 CNY/student"},
        {"name": "money", "value": "sum(money) / sum(pupils)", "at_least": 2000},
        {"name": "share", "value": "sum(girls) / sum(pupils)", "at_least": 45},
        {"name": "nothing", "value": "sum(nothing)", "at_least": 1},
        {**TEACHERS, "name": "by nothing", "by_column": "stge"},
    ]
    said = _refused(conditions=wrong, where="colour = 'red'")
    for part in (
        "unknown column 'colour'",
        "conditions[0].at_least.primary: the standard 4.2 CNY is in CNY",
        "did you mean junior",
        "conditions[1].at_least: the standard 4.5 CNY/student is in CNY/student",
        "conditions[2].at_least: the standard 2000 has no unit",
        "2000 CNY/student/year",
        "45 %",
        "unknown column 'nothing'",
        "did you mean stage",
    ):
        assert part in said
    assert said.count("unknown column 'stge'") == 1


@pytest.mark.parametrize(
    ("written", "enough"),
    [("4.2", True), ("4.2 teacher/百student", True), ("0.042 teacher/student", True), ("4.21", False)],
)
def test_what_is_counted_for_each_hundred_may_be_bare_or_have_its_unit(
    judged: Judge,
    written: str,
    enough: bool,  # noqa: FBT001  # a case
) -> None:
    """A factor of a hundred over a division is read as `for each hundred`."""
    condition = {"name": "teachers", "value": "sum(teachers) * 100 / sum(pupils)", "at_least": written}
    found = _one(judged, {"pupils": 1000, "teachers": 42}, conditions=[condition], at_least=1)
    assert (found.verdict is Verdict.MET) is enough


def test_a_share_in_percent_stands_in_percent(judged: Judge) -> None:
    """With a factor of a hundred, bare or with its sign; without one, with its sign."""
    for value in ("sum(girls) * 100 / sum(pupils)", "100 * (sum(girls) / sum(pupils))"):
        for written in ("45", "45 %"):
            condition = {"name": "girls", "value": value, "at_least": written}
            assert _one(judged, {"girls": 45}, conditions=[condition], at_least=1).verdict is Verdict.MET
            assert _one(judged, {"girls": 44}, conditions=[condition], at_least=1).verdict is Verdict.NOT_MET
    bare = {"name": "girls", "value": "sum(girls) / sum(pupils)", "at_least": "45 %"}
    assert _one(judged, {"girls": 45}, conditions=[bare], at_least=1).verdict is Verdict.MET


def test_a_yearly_amount_may_be_written_with_or_without_its_year(judged: Judge) -> None:
    """2,000 yuan for each pupil in a year."""
    for written in ("2000 CNY/student", "2000 元/生/年"):
        condition = {"name": "money", "value": "sum(money) / sum(pupils)", "at_least": written}
        found = _one(judged, {"money": "200000"}, {"money": "199999.99"}, conditions=[condition], at_least=1)
        assert found.results[0].parts["meeting"].value == 1


def test_the_column_that_decides_may_stand_in_a_table_that_is_looked_up(judged: Judge) -> None:
    """The belt of the school's town, not a column of the school."""
    condition = {**CLASSES, "at_most": {"inner": 45, "outer": 50}, "by_column": "towns.belt"}
    rows = _parts({"town": "a", "largest": 46}, {"town": "b", "largest": 46}, {"town": None, "largest": 1})
    rows["towns"] = [{"town": "a", "belt": "inner"}, {"town": "b", "belt": "outer"}]
    found = judged(rows, {**PROMISE, "conditions": [condition], "at_least": 1}, dictionary=TABLES)["t.n0"]
    (result,) = found.results
    assert (result.parts["meeting"].bounds.lower, result.parts["meeting"].bounds.upper) == (1, 2)
    statement = listing_statement(found)
    assert statement is not None
    assert [(row["school"], row["towns_belt"]) for row in listed_rows(found, statement)] == [
        ("S1", "inner"),
        ("S3", None),
    ]


def test_the_explanation_says_who_misses_what(judged: Judge) -> None:
    """Each standard with its misses, each school with its value, the limit and the floor it breaks."""
    found = _one(
        judged,
        {"name": "One"},
        {"name": "Two", "teachers": 3, "largest": 60},
        {"name": "Three", "stage": "junior", "teachers": 5, "area": "449.99"},
        {"name": "Four", "teachers": None, "largest": 46},
    )
    said = explain(found)
    assert said["standards"].lines == ("missed most often: teachers, largest class (2 of 4 schools)",)
    assert said["standards"].rows == (
        ("teachers", "at least 4.2 (Primary) or 5.3 (Junior) teachers per 100 students", "2", "1"),
        ("largest class", "at most 45 students", "2", "0"),
        ("rooms", "at least 4.5 m²/student", "1", "0"),
    )
    assert said["falling_short"].lines == ("3 schools are not known to meet it",)
    assert said["falling_short"].rows == (
        (
            "Two (S2)",
            "Primary",
            "1 / 3",
            "teachers (3 < 4.2, below even 3.57); largest class (60 > 45, above even 52.94)",
        ),
        ("Three (S3)", "Junior", "1 / 3", "teachers (5 < 5.3); rooms (4.4999 < 4.5)"),
        ("Four (S4)", "Primary", "1 / 3", "teachers not known; largest class (46 > 45)"),
    )
    assert "reporters" not in said
    assert "each one at least 2 of 3 standards, the others at least 85 % of theirs" in said.headline
    zh = explain(found, "zh")
    assert zh["standards"].rows[0][1] == "不低于 4.2（小学）、5.3（初中）名教师/百名学生"
    assert (
        zh["falling_short"].rows[0][-1]
        == "教师（3 < 4.2，低于底线 3.57）；最大班额（60 > 45，高于底线 52.94）"
    )
    assert "逐一达到 3 项标准中的至少 2 项，其余各项不低于标准的 85 %" in zh.headline


def test_only_the_deciding_year_is_told_school_by_school(judged: Judge) -> None:
    """The listing runs over every year that was judged; the explanation speaks of the worst."""
    found = _one(
        judged,
        {"year": 2024, "teachers": 0},
        {"year": 2025},
        **{"in": None, "every": "year", "during": [2024, 2025]},
    )
    assert [row[0] for row in explain(found)["falling_short"].rows] == ["S1"]


def test_every_standard_is_said_so(judged: Judge) -> None:
    """Three of three are all of them, and nothing is said of others."""
    found = _one(judged, {}, at_least=3)
    assert found.verdict is Verdict.MET
    assert "each one all 3 standards" in explain(found).headline
    assert explain(found)["standards"].lines == ("none is known to miss any of them",)
    assert "falling_short" not in explain(found)


def test_the_statement_runs_as_printed_and_gives_the_same_numbers(judged: Judge) -> None:
    """Meeting, all, and the misses of each standard; no statement divides."""
    found = _one(judged, {}, {"teachers": 0}, {"teachers": None})
    explanation = explain(found)
    totals, _ = explanation.statements
    assert found.basis is not None
    tables = {name: table.rows for name, table in found.basis.admitted.tables.items()}
    assert DuckDB(tables).run(totals.sql) == [(2025, 1, 3, 1, 0, 0)]
    assert [piece.name for piece in totals.pieces] == ["meeting", "all", "missed_1", "missed_2", "missed_3"]
    assert not re.search(r"\s/\s", explanation.script)


def test_a_value_that_equals_a_floor_without_an_end_is_written(judged: Judge) -> None:
    """45 / 85 % is 52.94…, which no number of decimals tells from itself."""
    condition = {"name": "children", "value": "sum(girls) * 10 / sum(pupils)", "at_most": "45"}
    rows = {"girls": 90, "pupils": 17}, {"girls": 91, "pupils": 17}
    found = _one(judged, *rows, conditions=[condition, CLASSES, AREA], at_least=2)
    said = [row[-1] for row in explain(found)["falling_short"].rows]
    assert said == ["children (53.5294 > 45, above even 52.9412)"]
