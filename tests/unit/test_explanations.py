"""Explanations: the arithmetic can be worked out again, the SQL runs as printed, no number is made up."""

import re
import warnings
from fractions import Fraction
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from edutargets.attainment import Attainment, PlanAttainment, evaluate, reproduce
from edutargets.engine import DuckDB
from edutargets.explanations import Explanation, agreement, explain
from edutargets.gate import UncheckedDataWarning, admit_unchecked
from edutargets.goals import Verdict
from edutargets.listing_sql import listing_statement
from edutargets.needs_of_targets import needed, numbers_needed
from edutargets.plans import Pack, PackFile, Plan, bind_all, read_pack, shipped
from edutargets.submissions import Submission, read_submission
from edutargets.tables import Dictionary
from edutargets.totals_sql import total_statements

NATION, DISTRICT = "china-education-bulletins", "jieyang-district-2023"
FOLDERS = {NATION: NATION, DISTRICT: f"{DISTRICT}/complete"}
LANGUAGES = ("en", "zh")
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
                    "name": {"type": "text", "required": False},
                    "year": {"type": "year"},
                    "town": {
                        "type": "category",
                        "values": {"n": {"en": "North", "zh": "北镇"}, "s": {"en": "South", "zh": "南镇"}},
                    },
                    "students": {"type": "integer", "unit": "student", "range": [0, 1000], "required": False},
                    "girls": {"type": "integer", "unit": "student", "range": [0, 1000], "required": False},
                    "teachers": {"type": "integer", "unit": "teacher"},
                    "budget": {"type": "decimal", "scale": 2, "unit": "CNY/year"},
                },
            }
        }
    }
)
COLUMNS = ("school", "name", "year", "town", "students", "girls", "teachers", "budget")
ROWS: list[dict[str, object]] = [
    dict(zip(COLUMNS, row, strict=True))
    for row in (
        ("A", "One", 2024, "n", 100, 50, 5, 700),
        ("A", "One", 2025, "n", 100, 40, 4, 690),
        ("B", "Two", 2024, "s", 300, 160, 12, 2100),
        ("B", "Two", 2025, "s", 200, 105, 10, 1400),
    )
]
Fields = dict[str, object]
GIRLS: Fields = {
    "type": "ratio",
    "from": "schools",
    "numerator": "sum(girls)",
    "denominator": "sum(students)",
}
TEACHERS: Fields = {"type": "count", "from": "schools", "count": "sum(teachers)"}
BUDGET: Fields = {"type": "amount", "from": "schools", "amount": "sum(budget)"}
PER_STUDENT: Fields = {**GIRLS, "type": "per_student_amount", "numerator": "sum(budget)"}
DENSITY: Fields = {**GIRLS, "type": "density", "numerator": "sum(students)", "denominator": "sum(teachers)"}
DUTY: Fields = {"type": "duty", "each": "schools", "amount": "sum(teachers)", "at_least": "5 teacher"}
TREND: Fields = {
    "type": "trend",
    "from": "schools",
    "value": "sum(budget)",
    "never_decreasing": {"from": 2024},
}
GROWTH: Fields = {"type": "growth", "from": "schools", "value": "sum(teachers)", "at_least": "1 %"}
RATE: Fields = {"type": "coefficient", "from": "schools", "value": "sum(girls) / sum(students)"}
SIDES = ("numerator", "denominator")
DUE: Fields = {"by": "2025-12-31"}


@cache
def shipped_results(pack_name: str) -> tuple[PlanAttainment, ...]:
    """Evaluate a shipped pack on its shipped data: the targets, and the printed figures."""
    pack = read_pack(pack_name)
    submission = read_submission(shipped("sample_data") / FOLDERS[pack_name], pack.dictionary)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UncheckedDataWarning)
        admitted = admit_unchecked(submission, reason="a test")
    return evaluate(pack, admitted), reproduce(pack, admitted)


def judged(*targets: dict[str, object], rows: list[dict[str, object]] | None = None) -> PlanAttainment:
    """Evaluate targets on a few rows."""
    plan = Plan.from_fields(list(targets))
    frame = pd.DataFrame(rows or ROWS, dtype=object)
    submission = Submission.from_frames({"schools": frame}, DICTIONARY)
    assert submission.faults == ()
    here, measures = Path(__file__).parent, bind_all(plan, DICTIONARY)
    pack = Pack(here, PackFile(id="tiny"), DICTIONARY, plan, Plan(()), {}, measures)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UncheckedDataWarning)
        return evaluate(pack, admit_unchecked(submission, reason="a test"))


def told(target: Fields, language: str = "en") -> Explanation:
    """Explain one target on a few rows."""
    results = judged({"id": "t", **DUE, **target})
    return explain(results["t"], "zh" if language == "zh" else "en")


def lines(explanation: Explanation, key: str) -> str:
    """Return the sentences of a part."""
    return "\n".join(explanation[key].lines)


# the SQL


def of(attainment: Attainment) -> list[list[Fraction | int | None]]:
    """Return what the statements of a target should return, from the columns its verdict was made of."""
    attainment = attainment.original
    found = [result for result in attainment.results if result.value is not None]
    years = sorted({year for result in found for year in result.years})
    groups = (
        [result.years for result in found] if attainment.target.sums_years else [(year,) for year in years]
    )
    rows: list[list[Fraction | int | None]] = []
    for statement in total_statements(attainment):
        for group in groups or [None]:
            assert attainment.statistics is not None
            head = [group[0]] if statement.dated and group else []
            rows.append([*head, *(piece.value(attainment.statistics, group) for piece in statement.pieces)])
    return rows


@pytest.mark.parametrize("pack", [NATION, DISTRICT])
def test_every_printed_statement_runs_and_returns_the_parts_shown(pack: str) -> None:
    """A reader pastes the SQL into DuckDB and gets the very numbers of the explanation."""
    for results in shipped_results(pack):
        engine = engine_of(results)
        for name, attainment in results.items():
            got = [
                [None if cell is None else Fraction(str(cell)) for cell in row]
                for statement in total_statements(attainment)
                for row in engine.run(statement.sql)
            ]
            assert got == of(attainment), name


@pytest.mark.parametrize("pack", [NATION, DISTRICT])
def test_the_pieces_of_the_sql_are_the_parts_of_the_verdict(pack: str) -> None:
    """The columns carry the parts' own names and the parts' own values."""
    for results in shipped_results(pack):
        for name, attainment in results.items():
            assert attainment.statistics is not None or not total_statements(attainment)
            for statement in total_statements(attainment):
                for piece in statement.pieces:
                    for result in attainment.results:
                        if piece.name in result.parts and attainment.statistics is not None:
                            found = piece.value(attainment.statistics, result.years or None)
                            assert found == result.parts[piece.name].value, name


def test_the_listing_names_everybody_who_falls_short_and_nobody_else() -> None:
    """As many rows as the explanation says fall short, in every year that was judged."""
    results, _ = shipped_results(DISTRICT)
    engine = engine_of(results)
    listed = 0
    for name, attainment in results.items():
        statement = listing_statement(attainment)
        if statement is None or attainment.original.target.type == "milestone":
            continue
        short = sum(
            one.parts["all"].value - one.parts["meeting"].value for one in attainment.results if one.parts
        )
        assert len(engine.run(statement.sql)) == short, name
        listed += 1
    assert listed >= 4


def engine_of(results: PlanAttainment) -> DuckDB:
    """Return an engine over the admitted tables."""
    assert results.admitted is not None
    return DuckDB({name: table.rows for name, table in results.admitted.tables.items()})


def test_one_whose_value_is_not_known_is_listed_with_an_empty_value() -> None:
    """Who is not known to reach the goal is among those to be asked."""
    rows: list[Fields] = [{**ROWS[1]}, {**ROWS[3], "girls": None}]
    duty: Fields = {**DUTY, **DUE, "amount": "sum(girls)", "at_least": "40 student"}
    results = judged({"id": "t", **duty}, rows=rows)
    statement = listing_statement(results["t"])
    assert statement is not None
    assert engine_of(results).run(statement.sql) == [("B", 2025, None)]
    assert "not known to reach it" in explain(results["t"]).to_text()


def test_a_count_of_nothing_still_returns_a_row() -> None:
    """The zero that meets “exactly 0” comes out of the printed SQL as well."""
    none: Fields = {**TEACHERS, **DUE, "count": "count(*)", "where": "teachers = 0", "exactly": "0"}
    results = judged({"id": "t", **none})
    (statement,) = total_statements(results["t"])
    assert engine_of(results).run(statement.sql) == [(2025, 0)]


# the arithmetic


def test_the_comparison_is_done_in_whole_numbers() -> None:
    """145 of 300 is held against 50 % without a single rounding."""
    said = told({**GIRLS, "at_least": "50 %"})
    assert lines(said, "comparison") == "145 × 100 = 14,500 < 50 × 300 = 15,000"
    assert lines(said, "arithmetic") == "145 / 300 = 48.33 %"


NEEDS: list[tuple[Fields, str, str]] = [
    (
        {**GIRLS, **DUE, "at_least": "50 %"},
        (
            "5 more students in the numerator, of the 300 students already counted\n"
            "or 10 new students, counted in the numerator and the denominator\n"
            "the target is judged on the total; if each of the 2 units had to reach it by itself: "
            "10 more students in all, at 1 of them"
        ),
        (
            "分母 300 名学生不变时，分子须再增加 5 名学生\n或者另外新增 10 名学生，同时计入分子和分母\n"
            "本目标按总体判定；若 2 个单位须各自达到，合计须再增加 10 名学生，涉及 1 个单位"
        ),
    ),
    (
        {**GIRLS, **DUE, "at_most": "45 %"},
        (
            "10 fewer students in the numerator, of the 300 students already counted\n"
            "or 23 new students, counted in the denominator only\n"
            "the target is judged on the total; if each of the 2 units had to reach it by itself: "
            "15 fewer students in all, at 1 of them"
        ),
        (
            "分母 300 名学生不变时，分子须减少 10 名学生\n或者另外新增 23 名学生，只计入分母\n"
            "本目标按总体判定；若 2 个单位须各自达到，合计须减少 15 名学生，涉及 1 个单位"
        ),
    ),
    ({**TEACHERS, **DUE, "at_least": "20 teacher"}, "6 more teachers", "再增加 6 名教师"),
    ({**TEACHERS, **DUE, "exactly": "13 teacher"}, "1 fewer teacher", "减少 1 名教师"),
    ({**BUDGET, **DUE, "at_least": "2090.01 CNY"}, "0.01 CNY/year more", "再增加 0.01 元/年"),
    (
        {**PER_STUDENT, **DUE, "at_least": "7 CNY/student"},
        (
            "10 CNY/year more in the numerator, the denominator staying at 300 students\n"
            "the same number is enough for each of the 2 units by itself: 1 of them falls short"
        ),
        (
            "分母 300 名学生不变时，分子须再增加 10 元/年\n"
            "同一数量也足以使 2 个单位各自达到，其中 1 个单位有缺口"
        ),
    ),
    (
        {**DENSITY, **DUE, "at_most": "20"},
        (
            "1 more teacher, at 300 students\n"
            "or 20 fewer students in the numerator, the denominator staying at 14 teachers\n"
            "the same number is enough for each of the 2 units by itself: 1 of them falls short"
        ),
        (
            "分子 300 名学生不变时，分母须再增加 1 名教师\n或者分母 14 名教师不变时，分子须减少 20 名学生\n"
            "同一数量也足以使 2 个单位各自达到，其中 1 个单位有缺口"
        ),
    ),
    (
        {**DUTY, **DUE},
        "1 more of the 2 schools must reach it\nit lacks 1 teacher",
        "2 所学校中须再有 1 所达到\n尚缺 1 名教师",
    ),
    (TREND, "710 CNY/year more", "再增加 710 元/年"),
    ({**GROWTH, "in": 2025}, "4 more teachers", "再增加 4 名教师"),
]


@pytest.mark.parametrize(("target", "en", "zh"), NEEDS)
def test_what_it_takes_is_said_in_exact_numbers(target: Fields, en: str, zh: str) -> None:
    """People and schools are whole; money is exact; both languages say the same."""
    results = judged({"id": "t", **target})
    assert lines(explain(results["t"], "en"), "need") == en
    assert lines(explain(results["t"], "zh"), "need") == zh


def test_adding_what_it_takes_meets_the_goal_and_one_less_does_not() -> None:
    """The number needed is the smallest one: checked on every missed share, count and amount shipped."""
    results, _ = shipped_results(DISTRICT)
    checked = 0
    for name, attainment in results.items():
        gap, result = needed(attainment), attainment.deciding
        if (
            gap is None
            or result is None
            or result.goal is None
            or set(result.parts) != {"numerator", "denominator"}
        ):
            continue
        above, below = (result.parts[part].value for part in SIDES)
        (need, *_) = numbers_needed(attainment)
        above, below = (above, below + gap) if need.kind == "below" else (above + gap, below)
        less = (above, below - 1) if need.kind == "below" else (above - 1, below)
        assert result.goal.shortfall(above / below) == 0, name
        assert result.goal.shortfall(less[0] / less[1]) > 0, name
        checked += 1
    assert checked >= 5


def test_what_no_number_can_say_is_said_in_words() -> None:
    """A highest value is no sum of parts; no count of schools is invented for it."""
    rate = {**RATE, "value": "max(girls) / sum(students)"}
    results = judged({"id": "t", **DUE, **rate, "at_least": "0.9"})
    assert "no number" in lines(explain(results["t"]), "need")
    assert needed(results["t"]) is None


def test_a_met_target_lacks_nothing() -> None:
    """No shortfall and no advice where none is needed."""
    said = told({**GIRLS, "at_least": "40 %"})
    assert "shortfall" not in said
    assert "need" not in said


def test_the_limit_itself_is_not_enough_for_more_than() -> None:
    """“More than” at the very limit lacks nothing and is not met: the explanation says which."""
    said = told({**TEACHERS, "above": "14 teacher"})
    assert lines(said, "shortfall") == "nothing: the limit itself is not enough"
    assert lines(said, "need") == "1 more teacher"


# who holds it back


def test_contributions_add_up_to_what_is_lacking() -> None:
    """South is above the line by what North lacks more: the table shows exact parts of the gap."""
    said = told({**GIRLS, "at_least": "50 %"})
    assert said["towns"].rows == (
        ("North", "40", "100", "40.00 %", "10"),
        ("1 at or above it", "105", "200", "52.50 %", "-5"),
        ("all together", "145", "300", "48.33 %", "5"),
    )
    assert said["towns"].lines == (
        "1 of 2 towns is below what the goal asks",
        "it lacks 10 students; 1 above it makes up for 5; in all 5 is lacking",
    )


def test_schools_are_named_in_the_readers_language() -> None:
    """A town has its label, a school its name and code."""
    said = told(DUTY, "zh")
    together = (("1 个全部达到", "1", "1", "0"), ("合计", "1", "2", "1"))
    assert said["towns"].rows == (("北镇", "0", "1", "1"), *together)
    assert said["reporters"].rows[0] == ("One (A)", "北镇", "0", "1", "1")


def test_unchecked_data_are_named_in_every_explanation() -> None:
    """A number from unchecked data never looks like one from checked data."""
    for language in LANGUAGES:
        assert "a test" in lines(told({**GIRLS, "at_least": "50 %"}, language), "data")


def test_the_quote_is_told_word_for_word_with_its_document() -> None:
    """The plan's own words, and where they stand."""
    results, _ = shipped_results(DISTRICT)
    cite = results["teachers.junior-bachelor-share"].target.cite
    assert cite is not None
    said = lines(explain(results["teachers.junior-bachelor-share"], "zh"), "clause")
    assert cite.quote in said
    assert cite.clause in said


def test_a_quote_nobody_verified_says_so() -> None:
    """A goal from memory is not a goal from a document."""
    results, _ = shipped_results(NATION)
    assert "nobody has held the quote" in lines(explain(results["preschool.three-goals"]), "clause")


def test_one_student_weighs_little_only_where_there_are_many() -> None:
    """Small numbers are told to be small."""
    assert lines(told({**GIRLS, "at_least": "50 %"}), "small") == "one student is 0.33 percentage points"


def test_printed_figures_agree_by_rounding_or_only_within_it() -> None:
    """All printed figures agree; the demo says how many of them only by interval arithmetic."""
    _, figures = shipped_results(NATION)
    kinds = [agreement(attainment) for attainment in figures.values()]
    assert kinds.count("no") == sum(attainment.verdict is not Verdict.MET for attainment in figures.values())
    assert agreement(figures["pk-inst-2020"]) == "interval"
    assert agreement(figures["fin-f22018-3"]) == "rounding"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("pack", [NATION, DISTRICT])
def test_every_explanation_is_whole_in_all_three_forms(pack: str, language: str) -> None:
    """Text, Markdown and HTML say the same sentences; no part is empty, no None shows."""
    for results in shipped_results(pack):
        for attainment in results.values():
            said = explain(attainment, "zh" if language == "zh" else "en")
            text = said.to_text()
            assert str(said) == text
            assert not re.search(r"None|[{}]|\bnan\b", text)
            for section in said.sections:
                assert section.lines or section.rows
                assert all(line.strip() == line for line in section.lines), section
                assert all(len(row) == len(section.columns) for row in section.rows)
            assert said.to_markdown().startswith("### ")
            assert said.to_html().count("<table") == said.to_html().count("</table>")


def test_chinese_and_english_explain_the_same_parts() -> None:
    """Nobody reads less for reading another language."""
    results, _ = shipped_results(DISTRICT)
    for attainment in results.values():
        en, zh = (explain(attainment, language) for language in ("en", "zh"))
        assert [section.key for section in en.sections] == [section.key for section in zh.sections]
        assert en.sql == zh.sql


def test_the_statements_as_one_script_end_in_semicolons() -> None:
    """A script can be fed to DuckDB whole."""
    said = told({**GIRLS, "at_least": "50 %"})
    assert said.script == ";\n\n".join(said.sql) + ";"


def test_no_growth_at_all_is_shown_as_zero() -> None:
    """A value of zero is a value: the total of the year must not be shown in its place."""
    rows = [{**row, "year": year} for row in ROWS if row["year"] == 2025 for year in (2024, 2025)]
    results = judged({"id": "t", **GROWTH, "in": 2025}, rows=rows)
    assert results["t"].value == 0
    assert "- 1 = 0 %" in explain(results["t"]).to_text()


def test_who_holds_a_target_back_is_not_said_of_somebody_whose_figure_is_missing() -> None:
    """A blank is no zero: that all students of a school are gone must not stand in an explanation."""
    third: list[dict[str, object]] = [
        dict(zip(COLUMNS, ("C", "Three", year, "s", students, 1, 1, 1), strict=True))
        for year, students in ((2024, 100), (2025, None))
    ]
    growth = {**GROWTH, "value": "sum(students)", "in": 2025}
    found = explain(judged({"id": "t", **growth}, rows=[*ROWS, *third])["t"])
    text = found.to_text()
    assert "Three (C)" in found["tipping"].lines[0]  # who is asked for the figure, not who holds it back
    assert "below what the goal asks" in text
    assert "Two (B)" in text
    assert "1 with a figure missing" in text
    assert "Three (C)" not in text.split("what changed")[0].replace(found["tipping"].lines[0], "")
