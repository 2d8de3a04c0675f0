"""Every sentence and number of a plan's text is bound to a target, or excluded with a reason, or told."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from edutargets import cli
from edutargets.coverage import Coverage, coverage_of
from edutargets.coverage_html import coverage_html
from edutargets.coverage_words import counted_text, coverage_json, coverage_text
from edutargets.errors import EvaluationError
from edutargets.pack_files import plan_documents
from edutargets.plans import pack_names, read_pack
from edutargets.report import external_references
from edutargets.targets import Alias, Composite

TEXT = """\
# 方案(2023-2025年)

## 一、目标

到2025年,建成8所学校,入学率、巩固率分别达到97%、96%;<办好>教育。

## 二、分组设五个组

建成8所学校。加强领导。
"""
TABLES = """\
tables:
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
"""
COUNT = "type: count, from: schools, count: count(*), at_least: 8, by: 2025-12-31"
SHARE = "type: ratio, from: schools, numerator: sum(enrolled), denominator: sum(pupils), by: 2025-12-31"
Covered = Callable[..., Coverage]


def target(name: str, fields: str, quote: str, clause: str = "一", more: str = "") -> str:
    """Write a target as one line of YAML."""
    return f"- {{id: {name}, {fields}, cite: {{document: d, clause: {clause}, quote: '{quote}'{more}}}}}\n"


def exclusion(name: str, quote: str, clause: str = "") -> str:
    """Write an exclusion as one line of YAML."""
    return (
        f"- {{id: {name}, clause: '{clause}', quote: '{quote}', reason: {{en: no <promise>, zh: 无承诺}}}}\n"
    )


EIGHT = target("s.eight", COUNT, "建成8所学校")
ENROLMENT = target(
    "a.enrolment", f"{SHARE}, at_least: 97 %", "入学率、巩固率分别达到97%、96%", more=", promises: 2"
)
RETENTION = target("a.retention", f"{SHARE}, at_least: 96 %", "入学率、巩固率分别达到97%、96%")
AGAIN = target("s.again", "type: alias, same_as: s.eight", "建成8所学校", "二")
TARGETS = (EIGHT, ENROLMENT, RETENTION, AGAIN)
EXCLUSIONS = (
    exclusion("x.title", "2023-2025年"),
    exclusion("x.run", "<办好>教育", "一"),
    exclusion("x.groups", "设五个组"),
    exclusion("x.lead", "加强领导", "二"),
)


@pytest.fixture
def covered(tmp_path: Path) -> Covered:
    """Return the coverage of the tiny text by some targets and exclusions."""

    def cover(
        targets: tuple[str, ...] = TARGETS, exclusions: tuple[str, ...] = EXCLUSIONS, document: str = ""
    ) -> Coverage:
        (tmp_path / "pack.yaml").write_text(
            f"id: p\ntitle: {{en: A <plan>, zh: 规划}}\nexclusions: exclusions.yaml\n"
            f"documents: {{d: {{title: {{zh: 方案}}, file: d.md{document}}}}}\n",
            encoding="utf-8",
        )
        (tmp_path / "d.md").write_text(TEXT, encoding="utf-8")
        (tmp_path / "tables.yaml").write_text(TABLES, encoding="utf-8")
        (tmp_path / "plan.yaml").write_text("targets:\n" + "".join(targets), encoding="utf-8")
        (tmp_path / "exclusions.yaml").write_text("exclusions:\n" + "".join(exclusions), encoding="utf-8")
        return coverage_of(read_pack(tmp_path))

    return cover


def unbound(coverage: Coverage) -> list[tuple[str, str, str]]:
    """Return what is not bound: clause, kind and words."""
    return [
        (one.sentence.clause, part.kind, part.text)
        for text in coverage.texts
        for one in text.sentences
        for part in one.unbound
    ]


def test_a_text_of_which_every_word_is_accounted_for_is_whole(covered: Covered) -> None:
    """Targets, an alias, and exclusions; the date is the deadline of the targets of its sentence."""
    coverage = covered()
    assert unbound(coverage) == []
    assert coverage.whole
    assert coverage.sentences == (6, 6)
    assert coverage.numbers == (7, 7)
    assert coverage.unnoticed == ()


@pytest.mark.parametrize(
    ("left_out", "expected"),
    [
        (0, [("一", "phrase", "建成8所学校"), ("一", "number", "8所")]),
        (1, []),
        (2, [("一", "quote", "入学率、巩固率分别达到97%、96%")]),
        (3, [("二", "phrase", "建成8所学校"), ("二", "number", "8所")]),
    ],
)
def test_without_one_target_its_clause_is_unbound(
    covered: Covered, left_out: int, expected: list[tuple[str, str, str]]
) -> None:
    """Also one that shares its words, if those that stay say how many promises the words make."""
    targets = tuple(one for at, one in enumerate(TARGETS) if at != left_out)
    if left_out == 0:
        targets = targets[:-1]
        expected = [*expected, ("二", "phrase", "建成8所学校"), ("二", "number", "8所")]
    assert unbound(covered(targets)) == expected


def test_a_target_that_could_be_deleted_unnoticed_is_named(covered: Covered) -> None:
    """Only the one that says `promises: 2` could go; both must say it."""
    targets = (EIGHT, ENROLMENT.replace(", promises: 2", ""), RETENTION, AGAIN)
    coverage = covered(targets)
    assert coverage.whole
    assert coverage.unnoticed == ("a.enrolment", "a.retention")
    assert "could be deleted unnoticed" in coverage_text(coverage)


@pytest.mark.parametrize(
    ("dropped", "expected"),
    [
        (0, [("", "number", "2023-2025年")]),
        (1, [("一", "phrase", "<办好>教育")]),
        (2, [("二", "number", "五个")]),
        (3, [("二", "phrase", "加强领导")]),
    ],
)
def test_without_an_exclusion_its_words_are_unbound(
    covered: Covered, dropped: int, expected: list[tuple[str, str, str]]
) -> None:
    """A heading need not be bound, but a number in it must."""
    exclusions = tuple(one for at, one in enumerate(EXCLUSIONS) if at != dropped)
    assert unbound(covered(exclusions=exclusions)) == expected


def test_a_date_is_bound_only_by_a_target_that_falls_due_then(covered: Covered) -> None:
    """到2025年 of a sentence whose targets are of 2024 is accounted for by nobody."""
    targets = tuple(one.replace("2025-12-31", "2024-12-31") for one in TARGETS)
    assert unbound(covered(targets)) == [("一", "number", "2025年")]


def test_a_quote_binds_the_place_in_its_own_clause(covered: Covered) -> None:
    """The same words in the other clause need an alias of their own."""
    assert unbound(covered((EIGHT, ENROLMENT, RETENTION))) == [
        ("二", "phrase", "建成8所学校"),
        ("二", "number", "8所"),
    ]


def test_the_text_and_the_json_say_the_same(covered: Covered) -> None:
    """Clause, line, words; and each exclusion with its reason."""
    coverage = covered((EIGHT, ENROLMENT, RETENTION))
    text = coverage_text(coverage)
    assert "  sentences bound: 5 of 6 (83.3 %)" in text
    assert "  二, line 9: “建成8所学校”; the number “8所”" in text
    assert "x.lead (二): “加强领导”\n    no <promise>" in text
    record = json.loads(coverage_json(coverage))
    assert record["sentences"] == {"bound": 5, "total": 6}
    assert record["whole"] is False
    parts = [part for one in record["texts"][0]["sentences"] for part in one["parts"] if not part["bound"]]
    assert [part["text"] for part in parts] == ["建成8所学校", "8所"]
    assert "未对应: 1" in coverage_text(coverage, "zh")


def test_a_share_is_100_percent_only_if_it_is_all() -> None:
    """9999 of 10000 is not rounded up."""
    assert counted_text((9999, 10000)) == "9999 of 10000 (99.9 %)"


def test_a_pack_without_a_plan_text_is_refused(covered: Covered) -> None:
    """Excerpts of bulletins have no coverage."""
    with pytest.raises(EvaluationError, match="plan_text"):
        covered(document=", plan_text: false")


# the page ----------------------------------------------------------------------------------------------


def test_the_page_shows_the_text_in_its_order_and_loads_nothing(covered: Covered) -> None:
    """One file, escaped, with every word of the text."""
    page = coverage_html(covered((EIGHT, ENROLMENT, RETENTION)))
    assert external_references(page) == ()
    assert "http" not in page.replace("http-equiv", "")
    assert "<script" not in page
    assert "<办好>" not in page
    assert "<plan>" not in page
    assert "no <promise>" not in page
    body = re.sub(r"<sup.*?</sup>|<a class=\"mark\".*?</a>|<[^>]+>", "", page)
    assert "到2025年,建成8所学校,入学率、巩固率分别达到97%、96%;&lt;办好&gt;教育。" in body
    assert '<span class="unbound"' in page
    assert "@media print" in page


def test_each_clause_has_a_mark_for_each_of_its_targets(covered: Covered) -> None:
    """Two targets in one quote are two marks, each leading to its row."""
    page = coverage_html(covered())
    sentence = next(line for line in page.splitlines() if 'id="line-d-5"' in line)
    assert re.findall(r'href="#target-([\w.]+)"', sentence) == ["s.eight", "a.enrolment", "a.retention"]
    assert 'id="target-a.retention"' in page


def test_the_page_of_the_district_is_coloured_by_verdicts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A sign, a word in the title and in the list: no verdict is told by its colour alone."""
    page = tmp_path / "page.html"
    name = "jieyang-district-2023"
    with pytest.raises(SystemExit) as ended:
        cli.main(["coverage", name, "--html", str(page), "--data", f"sample:{name}/complete", "--lang", "zh"])
    assert ended.value.code in {0, 1}
    assert "已对应的句子" in capsys.readouterr().out
    written = page.read_text(encoding="utf-8")
    assert external_references(written) == ()
    (mark,) = re.findall(
        r'<a class="mark" href="#target-pe.fitness-good-rate" title="([^"]+)">(.)\d+</a>', written
    )
    assert mark[0].startswith(("✔ 达成", "✘ 未达成"))
    assert mark[0][0] == mark[1]
    assert len(re.findall(r'<tr id="target-', written)) >= 37


# the shipped packs --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", pack_names())
def test_deleting_a_target_leaves_its_clause_unbound(name: str) -> None:
    """Ten of them, spread over the plan; one that a bundle names is missed by the bundle."""
    pack = read_pack(name)
    if not plan_documents(pack.file):
        pytest.skip("excerpts of bulletins are no plan")
    whole = {(one[0], one[1], one[2]) for one in unbound(coverage_of(pack))}
    assert coverage_of(pack).unnoticed == ()
    (text,) = coverage_of(pack).texts
    bundled = {name for one in pack.plan if isinstance(one, Alias | Composite) for name in one.members}
    quoted = [one for one in text.binders if one.target is not None and one.id not in bundled]
    for one in quoted[:: max(len(quoted) // 10, 1)]:
        left = [part for part in unbound(coverage_of(pack, without=[one.id])) if part not in whole]
        clauses = {text.text.clause_at(start) for start, _ in one.spans}
        assert {clause for clause, _, _ in left} & clauses, one.id
