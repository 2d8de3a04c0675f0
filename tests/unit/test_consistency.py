"""A plan held against itself: every rule finds what it is for, and passes over what only looks like it."""

import json
import warnings
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from edutargets.consistency import plan_findings, populations_of
from edutargets.gate import UncheckedDataWarning, admit_unchecked
from edutargets.plan_findings import PlanFinding, finding_text
from edutargets.plans import check_pack, read_pack
from edutargets.submissions import Submission

TEXT = """\
# 方案

## 一、目标

总投入12亿元。学前投入近6亿元,高中投入6亿元,装备投入4亿元。全部学校都要就近6所办学。

建设6个共同体。入学率达到97%,毛入园率达到105%,达标率达到100%。

公办占比50%以上,普惠占比85%以上,实现“5085”目标,实现“5086”目标,构建“12345”体系。

创建3所平安校,共120所学校。每5人设一室,建成4所。

## 二、措施

创建6个以上共同体。入学率要达到97%,入学率要达到96%。

一阶段(2023年10月~2023年3月),二阶段(2023年3月~6月),三阶段2022-2024年。
"""
TABLES = """\
tables:
  projects:
    counts: project
    period: year
    key: [id, year]
    reports: id
    columns:
      id: {type: code}
      year: {type: year}
      stage: {type: category, values: {preschool: {en: p, zh: 学前}, senior: {en: s, zh: 高中}}}
      paid: {type: decimal, scale: 2, unit: CNY}
  schools:
    counts: school
    period: year
    key: [id, year]
    reports: id
    columns:
      id: {type: code}
      year: {type: year}
      pupils: {type: integer, unit: student}
      enrolled: {type: integer, unit: student}
      safe: {type: boolean}
    views:
      safe_schools: {where: safe, counts: school}
  pairings:
    counts: school
    period: year
    key: [id, year, pair]
    reports: id
    columns:
      id: {type: code, references: schools.id}
      year: {type: year}
      pair: {type: code}
  ratings:
    counts: school
    period: year
    key: [id, year, field]
    reports: id
    columns:
      id: {type: code, references: schools.id}
      year: {type: year}
      field: {type: category, values: {safety: {}, health: {}}}
      books: {type: integer, unit: book}
"""
MONEY = "type: amount, from: projects, amount: sum(paid), total_over: [2023, 2025]"
SHARE = "type: ratio, from: schools, numerator: sum(enrolled), denominator: sum(pupils), by: 2025-12-31"
SCHOOLS = "type: count, from: schools, count: count(*) filter (where safe), by: 2025-12-31"

Found = Callable[..., list[PlanFinding]]


def target(name: str, fields: str, quote: str, clause: str = "一") -> str:
    """Write a target as one line of YAML."""
    return f"- {{id: {name}, {fields}, cite: {{document: d, clause: {clause}, quote: '{quote}'}}}}\n"


@pytest.fixture
def found(tmp_path: Path) -> Found:
    """Return what is found in a plan of some targets, the reader's findings and the waivers given as YAML."""

    def find(*targets: str, findings: str = "", window: str = "", text: str = TEXT) -> list[PlanFinding]:
        (tmp_path / "pack.yaml").write_text(
            "id: p\nfindings: findings.yaml\ndocuments: {d: {title: {zh: 方案}, file: d.md}}\n" + window,
            encoding="utf-8",
        )
        (tmp_path / "d.md").write_text(text, encoding="utf-8")
        (tmp_path / "tables.yaml").write_text(TABLES, encoding="utf-8")
        (tmp_path / "plan.yaml").write_text("targets:\n" + "".join(targets), encoding="utf-8")
        (tmp_path / "findings.yaml").write_text(findings or "findings: []\n", encoding="utf-8")
        assert check_pack(tmp_path) == ()
        return [
            one
            for one in plan_findings(read_pack(tmp_path))
            if one.code != "backwards-period" or one.targets or text != TEXT
        ]

    return find


def codes(findings: list[PlanFinding]) -> list[tuple[str, str]]:
    """Return the names and weights of findings."""
    return [(one.code, one.severity) for one in findings]


# parts against their total ---------------------------------------------------------------------------

TOTAL = target("m.all", f"{MONEY}, at_least: 12 亿元", "总投入12亿元")
PRESCHOOL = target(
    "m.preschool",
    f"{MONEY}, where: stage = 'preschool', about: 6 亿元, tolerance: 5 %, part_of: m.all",
    "学前投入近6亿元",
)
SENIOR = target(
    "m.senior", f"{MONEY}, where: stage = 'senior', at_least: 6 亿元, part_of: m.all", "高中投入6亿元"
)
EQUIPMENT = target(
    "m.equipment", f"{MONEY}, where: id = 'e', at_least: 4 亿元, part_of: m.all", "装备投入4亿元"
)


def test_parts_that_cannot_make_their_total_are_found(found: Found) -> None:
    """6 ± 0.3, 6 and 4 never make 12."""
    (finding,) = found(TOTAL, PRESCHOOL, SENIOR, EQUIPMENT)
    assert (finding.code, finding.severity) == ("parts-against-total", "warning")
    assert "1,570,000,000 CNY to 1,630,000,000 CNY" in finding.says.en
    assert [place.target for place in finding.places] == ["m.all", "m.preschool", "m.senior", "m.equipment"]


def test_parts_that_may_make_their_total_are_told_as_open(found: Found) -> None:
    """6 ± 0.3 and 6 make 12 only if 近6 is 6."""
    assert codes(found(TOTAL, PRESCHOOL, SENIOR)) == [("parts-against-total", "info")]


def test_parts_that_make_their_total_exactly_are_no_finding(found: Found) -> None:
    """6 and 6 are 12."""
    other = target(
        "m.other", f"{MONEY}, where: id = 'o', at_least: 60000 万元, part_of: m.all", "高中投入6亿元"
    )
    assert found(TOTAL, SENIOR, other) == []


# said twice ------------------------------------------------------------------------------------------


def test_one_measure_with_two_goals_is_a_contradiction(found: Found) -> None:
    """97 % and 96 % of the same at the same time."""
    (finding,) = found(
        target("a.one", f"{SHARE}, at_least: 97 %", "入学率要达到97%", "二"),
        target("a.two", f"{SHARE}, at_least: 96 %", "入学率要达到96%", "二"),
    )
    assert (finding.code, finding.severity) == ("same-promise-twice", "warning")
    assert "at_least 96 %" in finding.says.en


def test_one_measure_with_one_goal_written_twice_is_a_repetition(found: Found) -> None:
    """It should be one target and an alias; blanks do not hide it."""
    spaced = SHARE.replace("sum(enrolled)", "sum( enrolled )").replace("sum( enrolled )", "sum(enrolled)  ")
    repeated = found(
        target("a.one", f"{SHARE}, at_least: 97 %", "入学率达到97%"),
        target("a.two", f"{spaced}, at_least: 97 %", "入学率要达到97%", "二"),
    )
    assert codes(repeated) == [("same-promise-twice", "info")]


@pytest.mark.parametrize(
    "other", [f"{SHARE.replace('2025', '2024')}, at_least: 96 %", f"{SHARE}, at_most: 96 %, where: safe"]
)
def test_another_time_or_another_measure_is_another_promise(found: Found, other: str) -> None:
    """A milestone on the way to 97 % contradicts nothing."""
    first = target("a.one", f"{SHARE}, at_least: 97 %", "入学率要达到97%", "二")
    assert found(first, target("a.two", other, "入学率要达到96%", "二")) == []


def test_a_floor_and_a_ceiling_of_one_measure_are_two_promises(found: Found) -> None:
    """At least 96 % and at most 97 % live together."""
    first = target("a.one", f"{SHARE}, at_most: 97 %", "入学率要达到97%", "二")
    assert found(first, target("a.two", f"{SHARE}, at_least: 96 %", "入学率要达到96%", "二")) == []


SIX = target(
    "c.six",
    "type: count, from: schools, count: count(*), by: 2025-12-31, at_least: 6",
    "创建6个以上共同体",
    "二",
)
FULL = target("a.one", f"{SHARE}, at_least: 97 %", "入学率要达到97%", "二")


@pytest.mark.parametrize(
    ("first", "same_as", "quote", "clause", "severity", "said"),
    [
        (SIX, "c.six", "建设6个共同体", "一", "warning", "in other words: at least and no bound"),
        (FULL, "a.one", "入学率达到97%", "一", "info", "with the same number"),
        (FULL, "a.one", "入学率要达到96%", "二", "warning", "another number"),
    ],
)
def test_an_alias_is_held_against_what_it_stands_for(  # noqa: PLR0913, PLR0917  # the columns of a table
    found: Found, first: str, same_as: str, quote: str, clause: str, severity: str, said: str
) -> None:
    """6 against 6以上, 97 % twice, 97 % against 96 %."""
    (finding,) = found(first, target("x.again", f"type: alias, same_as: {same_as}", quote, clause))
    assert (finding.code, finding.severity) == ("same-promise-twice", severity)
    assert said in finding.says.en
    assert finding.targets == {same_as, "x.again"}


def test_two_aliases_of_one_promise_are_no_repetition_of_their_own(found: Found) -> None:
    """Each says of itself what it repeats; only the place with the same number is told."""
    again = target("x.again", "type: alias, same_as: a.one", "入学率达到97%")
    words = target("x.words", "type: alias, same_as: a.one", "所办学")
    (finding,) = found(FULL, again, words)
    assert finding.targets == {"a.one", "x.again"}


def test_an_alias_without_a_number_says_nothing_twice(found: Found) -> None:
    """Words alone may be repeated."""
    assert found(FULL, target("x.again", "type: alias, same_as: a.one", "入学率", "二")) == []


# periods and deadlines ---------------------------------------------------------------------------------


def test_a_period_that_ends_before_it_begins_is_found_in_the_text(tmp_path: Path, found: Found) -> None:
    """March to June of one year runs forwards, and so do two years."""
    found(FULL)
    (finding,) = plan_findings(read_pack(tmp_path))
    assert (finding.code, finding.severity) == ("backwards-period", "warning")
    assert finding.says.zh == "2023年10月~2023年3月的终点早于起点"
    assert [(place.clause, place.line) for place in finding.places] == [("二", 17)]


@pytest.mark.parametrize(
    ("by", "expected"), [("2021-12-31", [("deadline-before-data", "warning")]), ("2022-01-01", [])]
)
def test_a_deadline_before_the_data_is_found(found: Found, by: str, expected: list[tuple[str, str]]) -> None:
    """The first day of the window is early enough."""
    fields = f"{SHARE}, at_least: 97 %".replace("2025-12-31", by)
    first = target("a.one", fields, "入学率要达到97%", "二")
    assert codes(found(first, window="window: {start: 2022-01-01, end: 2025-12-31}\n")) == expected


def test_without_a_window_no_deadline_is_too_early(found: Found) -> None:
    """Nobody said when the data begin."""
    fields = f"{SHARE}, at_least: 97 %".replace("2025-12-31", "1999-12-31")
    assert found(target("a.one", fields, "入学率要达到97%", "二")) == []


# shares and populations ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("goal", "quote", "expected"),
    [
        ("at_least: 105 %", "毛入园率达到105%", [("share-above-100", "critical")]),
        ("at_least: 105 %, gross: true", "毛入园率达到105%", []),
        ("at_least: 100 %", "达标率达到100%", []),
        ("exactly: 100 %", "达标率达到100%", []),
        ("above: 100 %", "达标率达到100%", [("share-above-100", "critical")]),
        ("at_most: 105 %", "毛入园率达到105%", [("share-above-100", "warning")]),
    ],
)
def test_more_than_the_whole_is_found_unless_it_is_a_gross_rate(
    found: Found, goal: str, quote: str, expected: list[tuple[str, str]]
) -> None:
    """100 % itself is all of them."""
    assert codes(found(target("a.one", f"{SHARE}, {goal}", quote))) == expected


@pytest.mark.parametrize(
    ("number", "expected"), [("2 school", [("count-larger-than-population", "critical")]), ("3 school", [])]
)
def test_a_count_larger_than_a_population_that_is_written_down_is_found(
    found: Found, number: str, expected: list[tuple[str, str]]
) -> None:
    """All of them is possible."""
    population = f"population: {{number: {number}, cite: {{document: d, clause: 一, quote: 共120所学校}}}}"
    assert (
        codes(found(target("s.safe", f"{SCHOOLS}, at_least: 3, {population}", "创建3所平安校"))) == expected
    )


@pytest.mark.parametrize(("population", "larger"), [("schools", False), ("safe_schools", True)])
def test_with_data_a_count_is_held_against_the_rows_there_are(
    tmp_path: Path, found: Found, population: str, *, larger: bool
) -> None:
    """Three schools, two of them in the view, in the last year that was reported."""
    promise = target("s.safe", f"{SCHOOLS}, at_least: 3, population: {population}", "创建3所平安校")
    assert found(promise) == []
    pack = read_pack(tmp_path)
    rows = [(2023, 9, True)] + [(2025, number, number > 1) for number in range(1, 4)]
    frame = pd.DataFrame(
        [{"id": f"s{n}", "year": y, "pupils": 1, "enrolled": 1, "safe": safe} for y, n, safe in rows]
    )
    submission = Submission.from_frames({"schools": frame}, pack.dictionary)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UncheckedDataWarning)
        counted = populations_of(pack, admit_unchecked(submission, reason="rows of a test"))
    assert counted == {population: 2 if larger else 3}
    hits = [one for one in plan_findings(pack, counted) if one.code == "count-larger-than-population"]
    assert bool(hits) is larger


# rows ------------------------------------------------------------------------------------------------

YEAR, SPAN = "by: 2025-12-31", "total_over: [2023, 2025]"
SAFETY = "from: ratings, where: \"field = 'safety'\""


@pytest.mark.parametrize(
    ("counted", "column", "more"),
    [
        (f"from: pairings, count: count(*), at_least: 3 school, {YEAR}", "id", "pair"),
        (f"from: ratings, count: count(*), at_least: 3 school, {YEAR}", "id", "field"),
        (f"{SAFETY}, count: count(*), at_least: 3 school, {SPAN}", "id", "year"),
        (f"from: pairings, count: count(*), at_least: 3 school, {SPAN}", "id", "year, pair"),
    ],
)
def test_rows_counted_where_one_school_has_several_are_found(
    found: Found, counted: str, column: str, more: str
) -> None:
    """The unit is a school, the row is a school in a pair, in a field, in a year."""
    (finding,) = found(target("s.three", f"type: count, {counted}", "创建3所平安校"))
    assert (finding.code, finding.severity) == ("one-in-several-rows", "warning")
    assert f"differ by {more}: count(distinct {column})?" in finding.says.en
    assert f"count(distinct {column})" in finding.says.zh


def test_a_group_of_which_one_has_several_rows_is_asked_about(found: Found) -> None:
    """Whether each row is judged by itself is for a planner to say; the schools' own table has one each."""
    duty = "amount: sum(books), at_least: 6 book, by: 2025-12-31"
    (finding,) = found(target("s.six", f"type: duty, each: ratings, {duty}", "就近6所办学"))
    assert finding.code == "one-in-several-rows"
    assert "is every row to be judged by itself?" in finding.says.en
    pupils = "type: duty, each: schools, amount: sum(pupils), at_least: 6 student, by: 2025-12-31"
    assert found(target("s.six", pupils, "就近6所办学")) == []


@pytest.mark.parametrize(
    "counted",
    [
        f"from: pairings, count: count(distinct id), at_least: 3 school, {SPAN}",
        f"{SAFETY}, count: count(*), at_least: 3 school, {YEAR}",
        f"from: ratings, count: count(*) filter (where field = 'safety'), at_least: 3 school, {YEAR}",
        f"from: schools, count: count(*) filter (where safe), at_least: 3 school, {YEAR}",
    ],
)
def test_rows_of_which_each_school_has_one_are_no_finding(found: Found, counted: str) -> None:
    """Each counts once, or year and condition leave one row for each, or the table is the schools' own."""
    assert found(target("s.three", f"type: count, {counted}", "创建3所平安校")) == []


# words -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("goal", "expected"),
    [
        ("at_least: 6 亿元", [("approximate-without-tolerance", "warning")]),
        ("about: 6 亿元, tolerance: 5 %", []),
    ],
)
def test_an_approximate_number_needs_a_tolerance(
    found: Found, goal: str, expected: list[tuple[str, str]]
) -> None:
    """近6亿元 is no threshold."""
    assert codes(found(target("m.one", f"{MONEY}, {goal}", "学前投入近6亿元"))) == expected


def test_a_word_that_only_ends_like_an_approximate_one_is_none(found: Found) -> None:
    """就近 is nearby, not nearly."""
    fields = "type: count, from: schools, count: count(*), by: 2025-12-31, at_least: 6"
    assert found(target("c.near", fields, "就近6所办学")) == []


PUBLIC = target("p.public", f"{SHARE}, at_least: 50 %", "公办占比50%以上")
INCLUSIVE = target("p.inclusive", f"{SHARE}, where: safe, at_least: 85 %", "普惠占比85%以上")


@pytest.mark.parametrize(
    ("quote", "members", "expected"),
    [
        ("实现“5085”目标", "p.public, p.inclusive", []),
        ("实现“5085”目标", "p.inclusive, p.public", []),
        ("实现“5086”目标", "p.public, p.inclusive", [("alias-disagrees", "warning")]),
        ("实现“5085”目标", "p.public", [("alias-disagrees", "warning")]),
    ],
)
def test_a_bundle_named_by_digits_is_made_of_these_numbers(
    found: Found, quote: str, members: str, expected: list[tuple[str, str]]
) -> None:
    """“5085” is 50 and 85, in whatever order they are written down."""
    bundle = target("p.bundle", f"type: composite, all_of: [{members}]", quote)
    assert codes(found(PUBLIC, INCLUSIVE, bundle)) == expected


def test_a_bundle_of_members_without_numbers_has_no_digits_to_check(found: Found) -> None:
    """“12345” names five lists, not five thresholds."""
    inner = target("p.inner", "type: composite, all_of: [p.public, p.inclusive]", "实现“5085”目标")
    outer = target("p.outer", "type: composite, all_of: [p.inner, p.public]", "构建“12345”体系")
    assert found(PUBLIC, INCLUSIVE, inner, outer) == []


def test_a_number_that_is_quoted_and_used_by_no_target_is_told(found: Found) -> None:
    """The 5 of “5 or more” must stand somewhere in the measure."""
    quote = "每5人设一室,建成4所"
    (finding,) = found(target("r.rooms", f"{SCHOOLS}, at_least: 4", quote))
    assert (finding.code, finding.severity) == ("number-in-quote-not-in-target", "info")
    assert "5人" in finding.says.en
    used = SCHOOLS.replace("where safe", "where safe and pupils >= 5")
    assert found(target("r.rooms", f"{used}, at_least: 4", quote)) == []


def test_a_number_that_another_target_of_the_same_words_uses_is_used(found: Found) -> None:
    """Two targets share one quote; each takes one number."""
    quote = "公办占比50%以上,普惠占比85%以上"
    assert (
        found(
            target("p.public", f"{SHARE}, at_least: 50 %", quote),
            target("p.inclusive", f"{SHARE}, where: safe, at_least: 85 %", quote),
        )
        == []
    )


def test_a_quote_cited_from_another_clause_is_told(found: Found) -> None:
    """The clause leads a reader to the words; one that the headings do not know is let be."""
    assert codes(found(target("a.one", f"{SHARE}, at_least: 97 %", "入学率要达到97%", "一"))) == [
        ("quote-in-another-clause", "warning")
    ]
    assert found(target("a.one", f"{SHARE}, at_least: 97 %", "入学率要达到97%", "序言")) == []


# readers and waivers ---------------------------------------------------------------------------------

READER = """\
findings:
- code: list-missing
  severity: critical
  clauses: [{clause: 一, quote: 构建“12345”体系}]
  says: {en: never listed, zh: 没有列出}
waivers:
- {code: %s, %s, reason: {en: agreed with the office, zh: 已与部门核实}}
"""


def test_a_readers_finding_stands_in_the_same_list_and_is_marked(found: Found) -> None:
    """With clause, line and words, the weightiest first."""
    (finding,) = [one for one in found(FULL, findings=READER % ("x", "targets: [a.one]")) if one.places]
    assert finding.found_by == "reader"
    assert finding_text(finding).splitlines() == [
        "critical: list-missing (found by a reader): never listed",
        "    一, line 9: “构建“12345”体系”",
    ]
    assert finding_text(finding, "zh").startswith("严重: list-missing（人工发现）: 没有列出")
    assert json.dumps(finding.to_dict(), ensure_ascii=False)


@pytest.mark.parametrize(
    ("code", "of", "waived"),
    [
        ("share-above-100", "targets: [a.one]", True),
        ("share-above-100", "quote: 毛入园率达到105%", True),
        ("share-above-100", "quote: 达标率达到100%", False),
        ("share-above-200", "targets: [a.one]", False),
    ],
)
def test_a_waiver_answers_one_finding_and_a_waiver_of_nothing_is_one(
    found: Found, code: str, of: str, *, waived: bool
) -> None:
    """What is accepted stays in the list with its reason, at its end."""
    findings = READER.partition("waivers")[2] % (code, of)
    all_found = found(
        target("a.one", f"{SHARE}, at_least: 105 %", "毛入园率达到105%"), findings=f"waivers{findings}"
    )
    share = next(one for one in all_found if one.code == "share-above-100")
    assert (share.waived is not None) is waived
    assert ("waiver-without-finding" in [one.code for one in all_found]) is not waived
    if waived:
        assert "    waived: agreed with the office" in finding_text(share).splitlines()


# the shipped packs -------------------------------------------------------------------------------------


def test_the_money_of_the_district_plan_is_found_to_hang_on_an_approximate_number() -> None:
    """0.48 + about 6 + 1.23 + 4.5 against 12 hundred million."""
    found = plan_findings(read_pack("jieyang-district-2023"))
    (money,) = [one for one in found if one.code == "parts-against-total"]
    assert "1,221,000,000 CNY in the middle" in money.says.en
    assert "按中值" not in money.says.zh
    assert {"finance.total-investment", "finance.compulsory-investment"} <= money.targets
    assert [one for one in found if one.code == "backwards-period"] == []
