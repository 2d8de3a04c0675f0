"""A plan's text is cut by its headings and its punctuation, and quotes are found in their clause."""

import pytest

from edutargets.plan_texts import PlanText, cut
from edutargets.plans import read_pack

TEXT = """\
# 方案

为贯彻精神,制定本方案。

## 一、目标

### (一)总体

到2025年,建成8所学校,办好“普惠、优质”学校(含3所新建,另有2所改建);每年检查1-2次。

### (二)具体

#### 1.学前。

建成8所学校。

一是继续办好。
"""


@pytest.fixture(scope="module")
def plan() -> PlanText:
    """Return the tiny text, cut up."""
    return cut("plan", TEXT)


@pytest.fixture(scope="module")
def district() -> PlanText:
    """Return the text of the district plan, cut up."""
    text = read_pack("jieyang-district-2023").texts["district_plan_2023"]
    return cut("district_plan_2023", text.text)


def test_sentences_end_at_full_stops_semicolons_and_line_ends(plan: PlanText) -> None:
    """Headings are a kind of their own."""
    said = [one.text for one in plan.sentences if one.kind == "sentence"]
    assert said == [
        "为贯彻精神,制定本方案。",
        "到2025年,建成8所学校,办好“普惠、优质”学校(含3所新建,另有2所改建);",
        "每年检查1-2次。",
        "建成8所学校。",
        "一是继续办好。",
    ]
    assert [one.text for one in plan.sentences if one.kind == "heading"][-1] == "#### 1.学前。"


def test_a_sentence_has_its_clause_and_line(plan: PlanText) -> None:
    """As a reader would cite it."""
    places = [(one.clause, one.line) for one in plan.sentences if one.kind == "sentence"]
    assert places == [("", 3), ("一(一)", 9), ("一(一)", 9), ("一(二)1", 15), ("一(二)1", 17)]


def test_phrases_end_at_commas_outside_brackets_and_a_date_alone_is_none(plan: PlanText) -> None:
    """What stands in brackets belongs to its phrase; 到2025年 says only when."""
    sentence = plan.sentences[4]
    assert [one.text for one in sentence.phrases] == [
        "建成8所学校,",
        "办好“普惠、优质”学校(含3所新建,另有2所改建);",
    ]
    assert [one.text for one in sentence.numbers] == ["2025年", "8所", "3所", "2所"]


def test_a_quote_is_found_in_its_clause(plan: PlanText) -> None:
    """The same words in two clauses are two places; the clause says which."""
    assert [plan.line_at(span[0]) for span in plan.locate("建成8所学校", "一(二)1")] == [15]
    assert [plan.line_at(span[0]) for span in plan.locate("建成8所学校", "一(二)")] == [15]
    assert [plan.line_at(span[0]) for span in plan.locate("建成8所学校", "一（一）")] == [9]


@pytest.mark.parametrize("clause", ["", "序言", "七", "一"])
def test_a_clause_that_the_headings_do_not_know_leaves_every_place(plan: PlanText, clause: str) -> None:
    """Better two places than none."""
    assert [plan.line_at(span[0]) for span in plan.locate("建成8所学校", clause)] == [9, 15]


def test_a_clause_is_read_as_far_as_the_headings_have_it(plan: PlanText) -> None:
    """一(二)第一阶段1 lies somewhere below 一(二)."""
    assert [plan.line_at(span[0]) for span in plan.locate("建成8所学校", "一(二)第一阶段1")] == [15]


def test_a_quote_may_run_over_blanks_and_line_ends(plan: PlanText) -> None:
    """Only blanks may differ."""
    ((start, end),) = plan.locate("制定 本方案。\n##一、目标")
    assert TEXT[start:end] == "制定本方案。\n\n## 一、目标"


def test_a_quote_that_is_not_there_is_not_found(plan: PlanText) -> None:
    """And neither is an empty one."""
    assert plan.locate("建成9所") == plan.locate("  ") == ()


def test_the_district_plan_is_cut_into_its_sentences_and_numbers(district: PlanText) -> None:
    """Counted once by hand, so that a change of the rules is seen."""
    kinds = [one.kind for one in district.sentences]
    assert (kinds.count("sentence"), kinds.count("heading")) == (162, 44)
    assert len(district.numbers) == 161
    share = district.locate("高中阶段学校专任教师研究生学历比例达到14%", "六(三)3")
    assert [district.clause_at(span[0]) for span in share] == ["六(三)3"]
