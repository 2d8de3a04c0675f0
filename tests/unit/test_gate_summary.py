"""The bureau's page: whole in itself, readable without colour or mouse, and nothing typed becomes markup."""

import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from edutargets import gate_summary_html
from edutargets.checking import check_submission, read_data, sample_data
from edutargets.checks import Check, Severity, Suite
from edutargets.gate import GateReport, gate_submission
from edutargets.gate_facts import GateFacts
from edutargets.gate_summary import summary_of
from edutargets.gate_summary_html import as_html
from edutargets.gate_summary_words import GLYPHS, PAGE_WORDS
from edutargets.plans import read_pack
from edutargets.report import external_references
from edutargets.slips import slips_of
from edutargets.sources import Bilingual
from edutargets.submissions import read_grids, read_submission
from edutargets.tables import Dictionary
from edutargets.whose_findings import findings_by_school

Page = Callable[..., GateFacts]
DICTIONARY = Dictionary.model_validate(
    {
        "tables": {
            "schools": {
                "title": {"en": "Schools", "zh": "学校"},
                "counts": "school",
                "key": ["school_id"],
                "reports": "school_id",
                "roster": True,
                "columns": {
                    "school_id": {"type": "code", "title": {"zh": "学校代码"}},
                    "name": {"type": "text", "required": False, "title": {"zh": "名称"}},
                },
            },
            "classes": {
                "title": {"en": "Classes", "zh": "班级"},
                "counts": "class",
                "key": ["class_id"],
                "reports": "school_id",
                "expected_from": "schools",
                "columns": {
                    "class_id": {"type": "code", "title": {"zh": "班级代码"}},
                    "school_id": {"type": "code", "title": {"zh": "学校代码"}},
                    "students": {
                        "type": "integer",
                        "unit": "student",
                        "title": {"zh": "学生数", "en": "Students"},
                    },
                },
            },
            "plans": {
                "title": {"en": "Plans", "zh": "计划"},
                "counts": "document",
                "key": ["school_id"],
                "reports": "school_id",
                "columns": {"school_id": {"type": "code", "title": {"zh": "学校代码"}}},
            },
        }
    }
)
LARGE = Check(
    code="CL-01",
    type="expect_rows",
    kwargs={"predicate": "students <= 55"},
    says=Bilingual(zh="班额过大", en="the class is too large"),
    about=("students",),
)
ODD = Check(
    code="CL-02",
    type="expect_rows",
    kwargs={"predicate": "students <> 13"},
    severity=Severity.WARNING,
    says=Bilingual(zh="人数可疑", en="an odd number"),
    about=("students",),
)
WILD = '<img src=x onerror=alert(1)>"&\x1b[31m\u202e'


@pytest.fixture
def page(tmp_path: Path) -> Page:
    """Gate a roster and its classes."""

    def run(schools: str, classes: str) -> GateFacts:
        (tmp_path / "schools.csv").write_text(f"学校代码,名称\n{schools}", encoding="utf-8")
        (tmp_path / "classes.csv").write_text(f"班级代码,学校代码,学生数\n{classes}", encoding="utf-8")
        suite = Suite(name="t--classes", table="classes", checks=(LARGE, ODD))
        return gate_submission(read_submission(tmp_path, DICTIONARY), {"classes": suite}).facts

    return run


class Read(HTMLParser):
    """What a reader without eyes and mouse meets: links, targets, tags."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: list[str] = []
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what can be followed and what can be led to; no attribute is a script."""
        found = dict(attrs)
        self.tags.add(tag)
        assert not any(name.startswith("on") or name == "style" for name in found)
        if tag == "a":
            self.links.append(str(found["href"]))
        if "id" in found:
            self.ids.append(str(found["id"]))
        if tag not in {"meta", "br", "input"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Hold that every element is closed where it should be."""
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def faulty() -> GateReport:
    """Gate the faulty sample."""
    pack = read_pack("jieyang-district-2023")
    return check_submission(pack, read_data(pack, "sample:jieyang-district-2023/faulty"))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_loads_nothing_and_every_link_of_it_leads_somewhere_on_it(
    faulty: GateReport, language: str
) -> None:
    """It opens offline; each cell with findings links to their list, and the list back to its cell."""
    text = as_html(faulty.facts, "zh" if language == "zh" else "en")
    read = Read(text)
    assert external_references(text) == ()
    assert not {"script", "img", "iframe", "link", "object"} & read.tags
    assert len(set(read.ids)) == len(read.ids)
    assert {link.removeprefix("#") for link in read.links} <= set(read.ids)
    assert all(link.startswith("#") for link in read.links)
    assert read.open == []
    assert text == as_html(faulty.facts, "zh" if language == "zh" else "en")


def test_the_numbers_of_the_map_are_those_of_the_report(faulty: GateReport) -> None:
    """Every finding is in exactly one cell, and those with most to mend stand first."""
    summary = summary_of(faulty.facts)
    found = [one for school in summary.schools for cell in school.cells.values() for one in cell.findings]
    assert sorted(map(id, found)) == sorted(map(id, summary.facts.findings))
    worst = [school.counts["critical"] for school in summary.schools if school.code]
    assert worst == sorted(worst, reverse=True)
    assert sum(rule.findings for rule in summary.rules) == len(found)


def test_the_page_and_the_slips_give_each_finding_to_the_same_school(faulty: GateReport) -> None:
    """A bureau that holds a slip against the page finds the same numbers."""
    folder, dictionary = sample_data("jieyang-district-2023/faulty"), faulty.submission.dictionary
    slips = slips_of(faulty, lambda name: read_grids(folder / name, name, dictionary))
    on_slips = {slip.reporter: len(slip.lines) for slip in slips}
    found = findings_by_school(faulty.facts.findings, faulty.submission)
    assert on_slips == {school: len(findings) for school, findings in found.items()}


def test_a_cell_says_by_sign_number_and_word_what_its_colour_says(page: Page) -> None:
    """Never by colour alone: printed grey, or heard, it says the same."""
    text = as_html(page("A1,甲\nA2,乙\n", "C1,A1,60\nC2,A1,70\nC3,A2,13\n"), "zh")
    assert f">{GLYPHS['critical']} 2<small>改正</small></a>" in text
    assert f">{GLYPHS['open']} 1<small>说明</small></a>" in text
    assert 'title="A1, 班级: 2 必须改正"' in text
    for language in ("en", "zh"):
        assert {f"cell {kind}" for kind in GLYPHS} | set(GLYPHS) <= set(PAGE_WORDS[language])
    assert set(PAGE_WORDS["en"]) == set(PAGE_WORDS["zh"])
    for key, english in PAGE_WORDS["en"].items():
        assert set(re.findall(r"\{(\w+)", english)) == set(re.findall(r"\{(\w+)", PAGE_WORDS["zh"][key]))


def test_the_page_says_what_is_missing_and_from_whom(page: Page) -> None:
    """A school that sent no class, and a table that nobody handed in."""
    facts = page("A1,甲校\nA2,乙校\n", "C1,A1,30\n")
    summary = summary_of(facts)
    missing = {one.table: one.whom for one in summary.missing}
    assert missing == {"classes": ("A2 乙校",), "plans": ("",)}
    cells = {school.code: school.cells for school in summary.schools}
    assert cells["A2"]["classes"].is_missing
    assert cells[""]["plans"].is_missing
    assert not cells["A1"]["classes"].is_missing
    text = as_html(facts, "zh")
    assert "<bdi>A2 乙校</bdi>" in text
    assert f"{GLYPHS['missing']}<small>缺报</small>" in text


def test_nothing_a_school_calls_itself_becomes_markup(page: Page) -> None:
    """A name may hold HTML, quotes, escapes and right-to-left marks; they are shown, not obeyed."""
    quoted = WILD.replace('"', '""')
    facts = page(f'"{quoted}","{quoted}"\n', f'C1,"{quoted}",60\n')
    text = as_html(replace(facts, name=f"</title>{WILD}"), "en")
    Read(text)
    assert "<img" not in text
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert text.count("</title>") == 1
    assert "&lt;img src=x onerror=alert(1)&gt;" in text


def test_an_identity_number_is_masked_on_the_page(page: Page) -> None:
    """Also where a school gives one as its code or its name."""
    number = "110101199003070003"
    text = as_html(page(f"{number},{number}\n", f"{number},{number},60\n"), "zh")
    assert number not in text
    assert "110101**********03" in text


def test_a_long_list_is_cut_and_says_where_the_rest_is(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page of a million findings would not open; the failure table holds them all."""
    classes = "".join(f"C{at},A1,60\n" for at in range(50))
    text = as_html(page("A1,x\n", classes), "en")
    assert text.count("<code>CL-01</code>") == 1 + 20
    assert "… and 30 more, see the failure table" in text
    monkeypatch.setattr(gate_summary_html, "_MOST_IN_ALL", 4)
    assert as_html(page("A1,x\n", classes), "en").count("<code>CL-01</code>") == 1 + 3


def test_more_schools_than_a_page_can_hold_are_counted(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those with most to mend are on it; sums and rules count them all; no link leads nowhere."""
    monkeypatch.setattr(gate_summary_html, "_MOST_SCHOOLS", 3)
    monkeypatch.setattr(gate_summary_html, "_MOST_IN_ALL", 2)
    schools = "".join(f"A{at},x\n" for at in range(9))
    text = as_html(page(schools, "".join(f"C{at},A{at},60\n" for at in range(9))), "en")
    read = Read(text)
    assert {link.removeprefix("#") for link in read.links} <= set(read.ids)
    assert "… and 7 more</th>" in text
    assert f"{GLYPHS['critical']} 9</span>" in text
    assert "… and 8 more, see the failure table" in text


def test_a_sound_submission_has_a_page_too(page: Page, tmp_path: Path) -> None:
    """It says that nothing was found, and whose data it looked at."""
    (tmp_path / "plans.csv").write_text("学校代码\nA1\n", encoding="utf-8")
    text = as_html(page("A1,x\n", "C1,A1,30\n"), "en")
    Read(text)
    assert "✔ Accepted" in text
    assert "Nothing was found." in text
    assert "✔<small>ok</small>" in text
