"""Numbers, units, goals and verdicts in both languages, as their readers write them."""

from fractions import Fraction

import pytest

from edutargets.bounds import Interval, exactly
from edutargets.goal_wording import goal_words, limit_words, time_words
from edutargets.goals import Goal, Verdict, goal_of
from edutargets.plans import Plan
from edutargets.promises import Target
from edutargets.text_tables import markdown_table, text_table
from edutargets.units import parse_unit
from edutargets.wording import (
    Language,
    Ruler,
    limits_of,
    period_words,
    shown,
    unit_words,
    verdict_text,
)


def target(**fields: object) -> Target:
    """Return a count with these fields."""
    return Plan.from_fields([{"id": "a", "type": "count", "count": "count(*)", **fields}])["a"]


@pytest.mark.parametrize(
    ("value", "name", "language", "text"),
    [
        (Fraction(136), "teacher", "en", "136 teachers"),
        (Fraction(136), "teacher", "zh", "136 名教师"),
        (Fraction(1), "school", "en", "1 school"),
        (Fraction(0), "school", "en", "0 schools"),
        (Fraction(1, 2), "school", "en", "0.5 schools"),
        (Fraction(9), "school", "zh", "9 所学校"),
        (Fraction(7000), "CNY/student/year", "en", "7,000 CNY/student/year"),
        (Fraction(7000), "CNY/student/year", "zh", "7,000 元/生/年"),
        (Fraction(90), "training_hour/year", "en", "90 training hours/year"),
        (Fraction(90), "training_hour/year", "zh", "90 学时/年"),
        (Fraction(1), "work_day", "en", "1 day"),
        (Fraction(2), "civil_servant", "en", "2 civil servants"),
        (Fraction(83, 100), "", "zh", "83 %"),
        (Fraction(5321, 6411), "", "en", "83.00 %"),
        (Fraction(50, 3), "student/teacher", "en", "16.67 students per teacher"),
    ],
)
def test_a_quantity_reads_as_its_readers_write_it(
    value: Fraction, name: str, language: Language, text: str
) -> None:
    """Thousands are separated, English has plurals, Chinese has measure words, a share is in percent."""
    assert shown(value, parse_unit(name)[1], language=language) == text


@pytest.mark.parametrize(
    ("yuan", "text"),
    [
        ("123000000", "1.23 亿元"),
        ("1200000000", "12 亿元"),
        ("48000000", "4,800 万元"),
        ("49120000", "4,912 万元"),
        ("1199999999.99", "1,199,999,999.99 元"),
        ("9999", "9,999 元"),
        ("10000", "1 万元"),
    ],
)
def test_chinese_money_is_in_yi_and_wan_only_where_that_is_exact(yuan: str, text: str) -> None:
    """A fen that is missing to 12 亿 is not rounded away by the multiple."""
    assert shown(Fraction(yuan), parse_unit("CNY")[1], language="zh") == text


def test_money_per_student_has_no_multiple() -> None:
    """12,330.58 元/生/年 is what a bureau reads."""
    assert (
        shown(Fraction("12330.58"), parse_unit("CNY/student/year")[1], language="zh") == "12,330.58 元/生/年"
    )


def test_value_and_goal_share_one_multiple() -> None:
    """“12 亿元” beside “1,199,999,999.99 元” would hide the fen."""
    goal = Goal("at_least", lower=exactly(1_200_000_000))
    ruler = Ruler(parse_unit("CNY")[1], "zh", limits=limits_of(goal)).fitted([Fraction("1199999999.99")])
    assert ruler.goal_text(Fraction(1_200_000_000)) == "1,200,000,000 元"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(8997, 10000), "89.97 %"),
        (Fraction(89996, 100000), "89.996 %"),
        (Fraction(9, 10) - Fraction(1, 10**9), "89.9999999 %"),
        (Fraction(9, 10), "90 %"),
        (Fraction(9, 10) + Fraction(1, 3 * 10**5), "90.0003 %"),
    ],
)
def test_a_share_has_as_many_digits_as_its_verdict_needs(value: Fraction, text: str) -> None:
    """A share just below its goal never looks like the goal."""
    assert shown(value, None, Goal("at_least", lower=exactly(Fraction(9, 10)))) == text


def test_a_range_is_shown_with_both_ends() -> None:
    """“92 %” alone would hide that the printed rate stands for anything from 91.995 to 92.005."""
    bounds = Interval(Fraction("0.91995"), Fraction("0.92005"))
    assert Ruler(None, "en", percent=True).range(bounds) == "91.995 % – 92.005 %"
    assert Ruler(None, "zh", percent=True).range(bounds) == "91.995 % ～ 92.005 %"


def test_small_differences_keep_two_digits_that_say_something() -> None:
    """0.00065 yuan a child is not 0.001."""
    ruler = Ruler(parse_unit("CNY/student")[1]).difference()
    assert ruler.text(Fraction(650523, 10**9)) == "0.00065 CNY/student"


def test_a_difference_of_shares_is_in_percentage_points() -> None:
    """Percent and percentage points differ."""
    ruler = Ruler(None, "en", percent=True).difference()
    assert ruler.text(Fraction(154, 10000)) == "1.54 percentage points"
    assert ruler.text(Fraction(1, 100)) == "1 percentage point"
    assert Ruler(None, "zh", percent=True).difference().text(Fraction(154, 10000)) == "1.54 个百分点"


def test_teachers_per_hundred_students_name_the_hundred() -> None:
    """4.2 teachers per student would be another matter."""
    found = parse_unit("teacher/student")[1]
    assert unit_words(found, "en", hundred=True) == "teachers per 100 students"
    assert unit_words(found, "zh", hundred=True) == "名教师/百名学生"


@pytest.mark.parametrize("verdict", list(Verdict))
def test_a_verdict_has_a_sign_and_a_word(verdict: Verdict) -> None:
    """Never a sign or a colour alone."""
    for language in ("en", "zh"):
        glyph, _, word = verdict_text(verdict, "zh" if language == "zh" else "en").partition(" ")
        assert len(glyph) == 1
        assert word


def test_periods_are_said_in_both_languages() -> None:
    """A span has a Chinese dash and 年."""
    assert period_words("2023–2025", "zh") == "2023—2025 年"
    assert period_words("2023–2025", "en") == "2023–2025"
    assert period_words("", "zh") == ""


@pytest.mark.parametrize(
    ("fields", "en", "zh"),
    [
        ({"at_least": "83"}, "at least 83 teachers", "不低于 83 名教师"),
        ({"at_most": "83"}, "at most 83 teachers", "不超过 83 名教师"),
        ({"above": "83"}, "more than 83 teachers", "高于 83 名教师"),
        ({"below": "83"}, "less than 83 teachers", "低于 83 名教师"),
        ({"exactly": "0"}, "exactly 0 teachers", "等于 0 名教师"),
        ({"between": ["1", "2"]}, "between 1 and 2 teachers", "1 ～ 2 名教师"),
        (
            {"about": "600", "tolerance": "5 %"},
            "about 600 teachers (±5 %)",
            "约 600 名教师（±5 %）",
        ),
        ({"printed": "80.24"}, "as printed: 80.24 teachers", "与印出的 80.24 名教师相符"),
    ],
)
def test_a_goal_is_said_in_both_languages(fields: dict[str, object], en: str, zh: str) -> None:
    """Every goal word has a short natural form."""
    promise = target(by="2025-12-31", **fields)
    goal = goal_of(promise, lambda quantity: quantity.number if quantity.unit != "%" else quantity.to(""))
    said = {
        language: limit_words(
            goal, Ruler(parse_unit("teacher")[1], language, limits=limits_of(goal)), promise
        )
        for language in ("en", "zh")
    }
    assert said == {"en": en, "zh": zh}


def test_a_trend_says_that_it_may_never_fall() -> None:
    """只增不减 needs no number."""
    fields = {"id": "a", "type": "trend", "value": "sum(x)", "never_decreasing": {"from": 2022}}
    trend = Plan.from_fields([fields])["a"]
    assert goal_words(trend, None) == "never decreasing since 2022"
    assert goal_words(trend, None, "zh") == "自 2022 年起只增不减"


@pytest.mark.parametrize(
    ("fields", "en", "zh"),
    [
        ({"by": "2025-12-31"}, "by 2025-12-31", "截至 2025-12-31 "),
        ({"every": "year", "during": [2023, 2025]}, "in each year 2023–2025", "2023—2025 年逐年"),
        ({"total_over": [2023, 2025]}, "in total 2023–2025", "2023—2025 年合计"),
        ({"in": 2020}, "in 2020", "2020 年"),
        ({"at_every": "snapshot"}, "in every year reported", "每个填报年度"),
    ],
)
def test_a_time_is_said_in_both_languages(fields: dict[str, object], en: str, zh: str) -> None:
    """When a promise is judged is part of the goal."""
    promise = target(at_least="1", **fields)
    assert (time_words(promise), time_words(promise, "zh")) == (en, zh)


def test_a_text_table_is_aligned_where_chinese_takes_two_columns() -> None:
    """Numbers stand under each other in a terminal."""
    lines = text_table(("目标", "n"), [("a", "1"), ("学校数", "12")], frozenset({1}))
    assert lines == ["目标     n", "──────  ──", "a        1", "学校数  12"]


def test_nothing_in_a_markdown_cell_becomes_markup() -> None:
    """A school may be called anything."""
    (_, _, row) = markdown_table(("a",), [("x|y <b>*z*",)])
    assert row == r"| x\|y &lt;b&gt;\*z\* |"


def test_a_value_on_a_limit_without_an_end_is_written_all_the_same() -> None:
    """No number of decimals tells 900/17 from itself."""
    limit = Fraction(900, 17)
    ruler = Ruler(None, limits=(limit,))
    assert ruler.number(limit) == "52.9412"
    assert ruler.range(Interval(limit, limit + 1)) == "52.9 – 54.0"
