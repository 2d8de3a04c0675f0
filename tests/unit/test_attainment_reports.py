"""A report: whole in itself, the same bytes again, and nothing that somebody typed becomes markup."""

import json
import os
import posixpath
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction
from functools import cache
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from edutargets import cli, report_folders, report_pages
from edutargets.attainment import PlanAttainment, evaluate, reproduce
from edutargets.attainment_reports import FIRST, AttainmentReport, report_of
from edutargets.checking import check_submission, read_data, sample_data
from edutargets.display import to_json
from edutargets.errors import EvaluationError, SubmissionError
from edutargets.gate_facts import GateFacts
from edutargets.goals import Verdict
from edutargets.judging import Judge
from edutargets.plans import read_pack
from edutargets.previous_results import read_previous, turns_since
from edutargets.report import external_references
from edutargets.report_drawings import trajectory
from edutargets.report_folders import write_report
from edutargets.report_markdown import report_markdown
from edutargets.report_places import TARGETS, report_name, target_name, whole_name
from edutargets.report_sheets import write_report_sheets
from edutargets.reproduced_words import agreement_count
from edutargets.row_targets import Frequency
from edutargets.targets import Alias, Comparison, Composite, Growth, Milestone, Trend
from edutargets.trajectories import trajectory_of
from edutargets.verdict_words import verdict_text
from edutargets.wording import Language
from edutargets.written_files import OutputError

PACK = "chenghu-modernisation"
SAMPLE = f"sample:{PACK}/complete"
LANGUAGES = ("en", "zh")
HOSTILE = '"><img src="https://evil.example/x.png"><script>alert(1)</script>\u202eurl(https://evil.example/y)'
Judged = Callable[..., PlanAttainment]


class Page(HTMLParser):
    """What stands in a page: its elements, the places it has, the places it points to, its words."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep an element."""
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        """Keep what is read."""
        self.words.append(data)

    @property
    def places(self) -> list[str]:
        """The places that can be pointed to."""
        return [found["id"] or "" for _, found in self.elements if "id" in found]

    @property
    def links(self) -> list[str]:
        """What it points to."""
        return [found["href"] or "" for tag, found in self.elements if tag == "a"]


Pages = Mapping[str, Mapping[str, str]]


@pytest.fixture(scope="module")
def results_and_gate() -> tuple[PlanAttainment, GateFacts]:
    """Judge the smaller plan on its sample, through the gate."""
    pack = read_pack(PACK)
    gate = check_submission(pack, read_data(pack, SAMPLE))
    return evaluate(pack, gate.admit()), gate.facts


@pytest.fixture(scope="module")
def results(results_and_gate: tuple[PlanAttainment, GateFacts]) -> PlanAttainment:
    """Return the results alone."""
    return results_and_gate[0]


@pytest.fixture(scope="module")
def reports(results_and_gate: tuple[PlanAttainment, GateFacts]) -> dict[str, AttainmentReport]:
    """Report on the smaller plan in both languages."""
    results, gate = results_and_gate
    return {language: report_of(results, language, gate=gate) for language in LANGUAGES}


@pytest.fixture(scope="module")
def pages(reports: Mapping[str, AttainmentReport]) -> Pages:
    """Return the pages of both reports, by language and by the names of their files."""
    return {
        language: dict(report_pages.report_pages(report, [one for one in LANGUAGES if one != language]))
        for language, report in reports.items()
    }


def whole_of(report: AttainmentReport) -> str:
    """Return the one page of a report that has everything."""
    return dict(report_pages.report_pages(report))[whole_name(report.language)]


def hostile_plan(judged: Judged) -> PlanAttainment:
    """Judge a plan whose titles, readings and school names are all out for mischief."""
    schools = [
        {
            "school_id": HOSTILE.replace("\u202e", str(number)),
            "year": year,
            "kind": "school",
            "enrolment": 10 + year - 2023 - number,
        }
        for number in (1, 2)
        for year in (2023, 2024)
    ]
    common = {"title": {"en": f"=1+1{HOSTILE}", "zh": f"=1+1{HOSTILE}"}, "reading": HOSTILE}
    counted = {
        "type": "count",
        "from": "schools",
        "count": "sum(enrolment)",
        "at_least": "90 student",
        **common,
    }
    each = {
        "type": "amount",
        "each": "schools",
        "amount": "sum(funds)",
        "at_least": "1 CNY/year",
        "every": "year",
        "during": [2023, 2024],
        **common,
    }
    rows = [{**school, "funds": 0.5} for school in schools]
    during = {"every": "year", "during": [2023, 2024]}
    return judged({"schools": rows}, {**counted, **during}, each)


# what it says --------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_target_has_a_page_a_row_and_a_section_in_the_whole(
    language: str, pages: Pages, results: PlanAttainment
) -> None:
    """Nothing of a plan is left out, and nothing stands twice."""
    own = [f"{TARGETS}/{target_name(name, language)}" for name in results]
    assert sorted(pages[language]) == sorted([report_name(language), whole_name(language), *own])
    for name in (report_name(language), whole_name(language)):
        places = Page(pages[language][name]).places
        assert sorted(one for one in places if one.startswith("t-")) == sorted(f"t-{one}" for one in results)
        assert len(set(places)) == len(places)
    for name, file in zip(results, own, strict=True):
        assert f"t-{name}" in Page(pages[language][file]).places


def test_every_link_of_every_page_leads_somewhere(pages: Pages) -> None:
    """From the summary to each target and back, to its neighbours, to the other language: no dead end."""
    found = {name: Page(text) for one in pages.values() for name, text in one.items()}
    places = {name: set(page.places) for name, page in found.items()}
    for name, page in found.items():
        assert page.links
        for link in page.links:
            if link.startswith("https://"):
                continue
            file, _, place = link.partition("#")
            target = posixpath.normpath(posixpath.join(posixpath.dirname(name), file)) if file else name
            assert target in found, (name, link)
            assert not place or place in places[target], (name, link)


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_can_walk_from_the_first_target_to_the_last_and_back(
    language: str, pages: Pages, reports: Mapping[str, AttainmentReport]
) -> None:
    """Each page leads to the one before and to the next, in the order of the plan."""
    order = [target_name(name, language) for name in reports[language].targets]
    for before, after in pairwise(order):
        for name, kind, other in ((before, "next", after), (after, "prev", before)):
            page = Page(pages[language][f"{TARGETS}/{name}"])
            (link,) = [one["href"] for tag, one in page.elements if tag == "a" and one.get("rel") == kind]
            assert link == other


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_has_one_first_heading_and_says_its_language(language: str, pages: Pages) -> None:
    """Whoever listens to a page hears first what it is, in the right tongue."""
    for name, text in pages[language].items():
        tags = [tag for tag, _ in Page(text).elements]
        assert (tags.count("h1"), tags.count("main")) == (1, 1), name
        assert f'<html lang="{"en" if language == "en" else "zh-CN"}">' in text


def test_a_page_that_is_read_alone_says_what_every_number_needs(judged: Judged) -> None:
    """That no gate saw the data, and from what the numbers come, stands on the page of each target."""
    target = {"type": "count", "from": "schools", "count": "count(*)", "at_least": "1 school", "in": 2023}
    results = judged({"schools": [{"school_id": "a", "year": 2023, "kind": "school"}]}, target)
    for name, text in report_pages.report_pages(report_of(results)):
        assert "NOT CHECKED by any gate: rows of a test" in text, name
        assert results.provenance.sha256 in text, name


def test_a_name_too_long_for_a_file_is_cut_and_stays_its_own() -> None:
    """Two long names that begin alike have two pages."""
    first, second = (target_name(f"{'a' * 300}.{end}", "zh") for end in "bc")
    assert first != second
    assert len(first) < 160
    assert target_name("con", "en") == "t-con.en.html"  # no file may be called `con` on Windows


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_chapters_count_every_verdict_once(
    language: str, reports: Mapping[str, AttainmentReport], results: PlanAttainment
) -> None:
    """The numbers of the chapters add up to those of the plan; what is said again counts once."""
    for verdict in Verdict:
        assert (
            sum(chapter.counts[verdict] for chapter in reports[language].chapters)
            == results.verdicts[verdict]
        )


def test_an_alias_points_to_the_target_it_repeats(reports: Mapping[str, AttainmentReport]) -> None:
    """A repetition shows its own clause and a link, and explains nothing a second time."""
    report = reports["en"]
    (alias,) = [target for target in report.targets.values() if isinstance(target.attainment.target, Alias)]
    section = whole_of(report).partition(f'id="t-{alias.id}">')[2].partition("</section>")[0]
    assert f'href="#t-{alias.same_as}"' in section
    assert "<blockquote>" in section
    assert "<pre>" not in section


def test_what_to_do_first_is_not_met_and_nearest_to_it(reports: Mapping[str, AttainmentReport]) -> None:
    """Five targets with a distance, the smallest part of what is wanted first; no bundle, no repetition."""
    first = reports["en"].first
    assert len(first) == FIRST
    for one in first:
        assert one.target.attainment.verdict is Verdict.NOT_MET
        assert not isinstance(one.target.attainment.target, Alias | Composite | Milestone)
        assert one.short
        assert one.needs
    assert [one.target.id for one in first] == [one.target.id for one in reports["zh"].first]


def test_the_nearest_target_comes_first_whatever_its_unit(judged: Judged) -> None:
    """Distances are compared as parts of what is wanted: 9 of 10 yuan are nearer than 80 of 100 students."""
    school = {"school_id": "a", "year": 2023, "kind": "school", "enrolment": 80, "funds": 9}
    far = {"type": "count", "from": "schools", "count": "sum(enrolment)", "at_least": "100 student"}
    near = {"type": "amount", "from": "schools", "amount": "sum(funds)", "at_least": "10 CNY/year"}
    report = report_of(judged({"schools": [school]}, {**far, "in": 2023}, {**near, "in": 2023}))
    assert [one.target.id for one in report.first] == ["t.n1", "t.n0"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_verdict_is_shown_by_sign_and_word(
    language: str, reports: Mapping[str, AttainmentReport]
) -> None:
    """No colour stands alone: whatever has a verdict's colour has its sign and its word."""
    text = whole_of(reports[language])
    known = {verdict_text(verdict, language) for verdict in Verdict}
    chips = re.findall(r'<span class="v \w+">(.*?)</span>', text)
    assert chips
    assert {re.sub(r"<[^>]+>", "", chip) for chip in chips} <= known


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_report_says_clause_headline_and_explanation_of_each_target(
    language: str, reports: Mapping[str, AttainmentReport]
) -> None:
    """The quote, the line with value and goal, and what it would take stand there word for word."""
    pages = dict(report_pages.report_pages(reports[language]))
    words = "".join(Page(pages[whole_name(language)]).words)
    for target in reports[language].targets.values():
        own = "".join(Page(pages[f"{TARGETS}/{target_name(target.id, language)}"]).words)
        cite = target.attainment.target.cite
        assert cite is not None
        for said in (target.explanation.headline, cite.quote):
            assert said in words
            assert said in own
    for one in reports[language].first:
        assert all(need in words for need in one.needs)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_gate_and_the_hashes_of_all_inputs_stand_behind_the_chapters(
    language: str, reports: Mapping[str, AttainmentReport], results: PlanAttainment
) -> None:
    """A reader sees whether the data were sound, and a reviewer from what the numbers came."""
    made = results.provenance
    words = "".join(Page(dict(report_pages.report_pages(reports[language]))[report_name(language)]).words)
    assert all(digest in words for digest in made.data.values())
    assert all(one in words for one in (made.sha256, made.plan, made.suites, made.lock, made.packages))
    assert all(f"{name}{version}" in words for name, version in made.versions.items())
    assert ("checks passed" if language == "en" else "项检查中") in words


def test_data_that_no_gate_saw_are_called_so(judged: Judged) -> None:
    """The reason for skipping the gate stands on the first page, in the Markdown and in the annex."""
    target = {"type": "count", "from": "schools", "count": "count(*)", "at_least": "1 school", "in": 2023}
    report = report_of(judged({"schools": [{"school_id": "a", "year": 2023, "kind": "school"}]}, target))
    text = dict(report_pages.report_pages(report))["report.en.html"]
    for written in (text.partition("<h2")[0], report_markdown(report)):
        assert "NOT CHECKED by any gate: rows of a test" in written


# what turned ---------------------------------------------------------------------------------------


def earlier(results: PlanAttainment, folder: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    """Write results as they might have been last time."""
    content = json.loads(to_json(results))
    change(content)
    path = folder / "previous.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def test_what_turned_since_last_time_is_named_with_both_verdicts(
    results: PlanAttainment, tmp_path: Path
) -> None:
    """Lost, won and otherwise turned are told apart; moved values are counted, new and gone targets named."""
    own = {name: one for name, one in results.items() if not isinstance(one.target, Alias)}
    met = [name for name, one in own.items() if one.verdict is Verdict.MET and one.value is not None]
    missed = [name for name, one in own.items() if one.verdict is Verdict.NOT_MET]

    def change(content: dict[str, Any]) -> None:
        records = {one["id"]: one for one in content["targets"]}
        records[met[0]]["verdict"] = "not_met"
        records[missed[0]]["verdict"] = "met"
        records[missed[1]]["verdict"] = "undetermined"
        records[met[1]]["value"] = "12345/7"
        content["targets"].append({**records[met[2]], "id": "once.there"})
        content["targets"].remove(records[met[3]])

    previous = read_previous(earlier(results, tmp_path, change), PACK)
    turns = turns_since(previous, results)
    assert [one.id for one in turns.met()] == [met[0]]
    assert [one.id for one in turns.lost()] == [missed[0]]
    assert [one.id for one in turns.other()] == [missed[1]]
    assert (turns.moved, turns.new, turns.gone, turns.same_plan) == (1, (met[3],), ("once.there",), True)
    text = dict(report_pages.report_pages(report_of(results, "zh", previous=previous)))["report.zh.html"]
    words = "".join(Page(text).words)
    assert "✘ 未达成 → ✔ 达成" in words
    assert "✔ 达成 → ✘ 未达成" in words


def test_the_same_results_turn_nothing(results: PlanAttainment, tmp_path: Path) -> None:
    """A report held against itself says that no verdict has turned."""
    previous = read_previous(earlier(results, tmp_path, lambda _: None), PACK)
    turns = turns_since(previous, results)
    assert (turns.turned, turns.moved, turns.new, turns.gone) == ((), 0, (), ())
    text = dict(report_pages.report_pages(report_of(results, previous=previous)))["report.en.html"]
    assert "No verdict has turned." in text


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("no JSON", "holds no results"),
        ("[1, 2]", "holds no results"),
        ('{"schema": "edutargets/results/1", "targets": 3}', "holds no results"),
        (
            '{"schema": "other", "pack": "p", "provenance": {"plan": ""}, "targets": []}',
            "is of the form 'other'",
        ),
        (
            '{"schema": "edutargets/results/1", "pack": "p", "provenance": {"plan": ""}, "targets": []}',
            "of the pack 'p'",
        ),
    ],
)
def test_previous_results_that_are_none_are_refused(content: str, said: str, tmp_path: Path) -> None:
    """A file of another kind, or of another plan, is no last time; the error says what is accepted."""
    path = tmp_path / "previous.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(SubmissionError, match=re.escape(said)) as error:
        read_previous(path, PACK)
    assert "edutargets evaluate" in str(error.value)


# what others typed ---------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_typed_becomes_markup_or_is_loaded(language: str, judged: Judged) -> None:
    """Titles, readings and names of schools are shown as they are written, and steer nothing."""
    report = report_of(hostile_plan(judged), language)
    for _, text in report_pages.report_pages(report):
        assert external_references(text) == ()
        elements = {tag for tag, _ in Page(text).elements}
        assert not elements & {"img", "script", "iframe", "object", "link", "base", "form"}
        assert "\u202e" not in text
        assert "<script>alert(1)</script>" in "".join(Page(text).words)
    written = report_markdown(report)
    assert not re.search(r"<(img|script)", written)
    assert "https://" not in written


def test_no_text_of_the_annex_becomes_a_formula(judged: Judged, tmp_path: Path) -> None:
    """A title that begins with an equals sign is a text in the workbook."""
    path = write_report_sheets(report_of(hostile_plan(judged)), tmp_path / "annex.xlsx")
    with zipfile.ZipFile(path) as archive:
        sheets = [archive.read(name) for name in archive.namelist() if "worksheets" in name]
    assert sheets
    assert not any(b"<f>" in sheet or b"hyperlink" in sheet for sheet in sheets)
    cells = [cell for sheet in openpyxl.load_workbook(path) for row in sheet.iter_rows() for cell in row]
    assert any(str(cell.value).startswith("=1+1") for cell in cells)
    assert all(cell.data_type != "f" for cell in cells)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_annex_has_every_target_with_its_exact_value(
    language: str, reports: Mapping[str, AttainmentReport], results: PlanAttainment, tmp_path: Path
) -> None:
    """Each target is one row: what is shown, a number to work on, and the fraction itself."""
    path = write_report_sheets(reports[language], tmp_path / "annex.xlsx")
    sheet = openpyxl.load_workbook(path).worksheets[1]
    rows = {row[2]: row for row in sheet.iter_rows(min_row=2, values_only=True)}
    assert set(rows) == set(results)
    for name, attainment in results.items():
        assert rows[name][4] == verdict_text(attainment.verdict, language)
        value = attainment.original.value
        assert rows[name][12] == (None if value is None else str(value))
        lower, upper = attainment.original.lower, attainment.original.upper
        assert rows[name][13:15] == tuple(None if one is None else str(one) for one in (lower, upper))
        if value is not None:
            assert rows[name][11] == pytest.approx(float(value), rel=1e-14)  # a workbook keeps 16 digits


# pictures of years ---------------------------------------------------------------------------------


def test_each_year_is_drawn_and_told_to_those_who_do_not_see_it(judged: Judged) -> None:
    """The picture has a label with each year's value and verdict, and the goal; the deadline is marked."""
    rows = [
        {"school_id": "a", "year": year, "kind": "school", "enrolment": heads}
        for year, heads in ((2023, 80), (2024, 95))
    ]
    target = {"type": "count", "from": "schools", "count": "sum(enrolment)", "at_least": "90 student"}
    years = {"every": "year", "during": [2023, 2025]}
    (attainment,) = judged({"schools": rows}, {**target, **years}).values()
    drawn = trajectory(attainment, "en")
    label = drawn.partition("<title>")[2].partition("</title>")[0]
    assert label.startswith("2023: 80 students (✘ not met); 2024: 95 students (✔ met); 2025: no value")
    assert "goal: each year" in label or "goal: at least 90 students" in label
    assert 'class="way"' in drawn  # from 2024 on to the deadline
    assert drawn.count("<circle") == 2


def schools(heads: Mapping[int, object], **more: object) -> dict[str, list[dict[str, object]]]:
    """Return one school with its students in each year."""
    return {
        "schools": [
            {"school_id": "a", "year": year, "kind": "school", "enrolment": number, **more}
            for year, number in heads.items()
        ]
    }


COUNT = {"type": "count", "from": "schools", "count": "sum(enrolment)", "at_least": "90 student"}


def test_a_deadline_has_the_years_before_it_and_the_line_from_the_first_to_the_goal(judged: Judged) -> None:
    """Only the last year is judged; the line is the one from the first reported year to the goal."""
    (attainment,) = judged(schools({2022: 60, 2023: 66, 2024: 72}), {**COUNT, "by": "2025-12-31"}).values()
    found = trajectory_of(attainment)
    assert found is not None
    assert [(point.year, point.value) for point in found.points] == [
        (2022, 60),
        (2023, 66),
        (2024, 72),
        (2025, None),
    ]
    assert [point.verdict for point in found.points] == [None, None, Verdict.NOT_MET, None]
    assert found.way == ((2022, Fraction(60)), (2025, Fraction(90)))
    assert (found.due, found.goal) == (2025, "90 students")
    drawn = trajectory(attainment, "en")
    assert drawn.count("<circle") == 3
    assert 'class="way"' in drawn
    assert 'class="due"' in drawn


def test_a_year_behind_the_deadline_is_not_drawn_and_one_on_it_is_judged(judged: Judged) -> None:
    """What came later kept no promise; the year of the deadline has the verdict."""
    years = {2023: 80, 2024: 85, 2025: 95}
    (attainment,) = judged(schools(years), {**COUNT, "by": "2024-12-31"}).values()
    found = trajectory_of(attainment)
    assert found is not None
    assert [(point.year, point.verdict) for point in found.points] == [(2023, None), (2024, Verdict.NOT_MET)]


def test_a_total_is_drawn_as_it_adds_up_from_nothing(judged: Judged) -> None:
    """By each year what had been added up by then; the line begins with nothing the year before."""
    span = {"total_over": [2023, 2025]}
    (attainment,) = judged(schools({2022: 7, 2023: 20, 2024: 30, 2025: 50}), {**COUNT, **span}).values()
    found = trajectory_of(attainment)
    assert found is not None
    assert [(point.year, point.value) for point in found.points] == [(2023, 20), (2024, 50), (2025, 100)]
    assert found.way == ((2022, Fraction(0)), (2025, Fraction(90)))


def test_who_begins_beyond_the_goal_has_no_line_to_it(judged: Judged) -> None:
    """A line down to a floor would look like a plan to fall."""
    (attainment,) = judged(schools({2023: 99, 2024: 97}), {**COUNT, "by": "2025-12-31"}).values()
    found = trajectory_of(attainment)
    assert found is not None
    assert found.way is None


def test_the_number_drawn_for_a_year_is_the_one_judged_in_it() -> None:
    """Every year of every dated target, computed again as a promise for that year alone, is the same."""
    seen, (results, _) = 0, published()
    for name, attainment in results.items():
        found, judged = trajectory_of(attainment), attainment.original
        target = judged.target
        if found is None or target.by is None or target.total_over is not None or target.every is not None:
            continue
        if isinstance(target, Trend | Growth | Comparison):
            continue
        assert judged.measure is not None
        assert judged.statistics is not None
        for point in found.points:
            if point.value is not None:
                alone = target.model_copy(update={"by": date(point.year, 12, 31)})
                measure = replace(judged.measure, target=alone)
                again = Judge(measure, judged.statistics, results.pack.dictionary).results()
                assert [one.value for one in again] == [point.value], name
                seen += 1
    assert seen > 20


def test_every_dated_target_with_a_number_and_two_years_is_drawn(results: PlanAttainment) -> None:
    """Nothing that could be drawn is left out: only what is dated by a fact or counted by the week."""
    for name, attainment in results.items():
        target = attainment.original.target
        if isinstance(target, Composite | Milestone | Frequency) or attainment.original.value is None:
            continue
        years = {year for one in attainment.original.results for year in one.years}
        if len(years) > 1:
            assert trajectory(attainment, "zh"), name


def test_a_range_is_drawn_and_said_and_never_wider_than_the_picture(judged: Judged) -> None:
    """A value that is not exact has a whisker; of one that could be anything only a part is shown."""
    rows = schools({2022: 60, 2023: 66, 2024: 72})
    rows["schools"].append({"school_id": "b", "year": 2023, "kind": "school", "enrolment": None})
    (attainment,) = judged(rows, {**COUNT, "by": "2024-12-31"}).values()
    found = trajectory_of(attainment)
    assert found is not None
    inexact = [point for point in found.points if point.bounds is not None]
    assert [point.year for point in inexact] == [2023]
    drawn = trajectory(attainment, "en")
    assert drawn.count('class="range"') == 1
    low, high = inexact[0].ends or ("", "")
    assert f"2023: 66 students, between {low} and {high}" in drawn
    ends = re.findall(r'class="range" d="M\d+ (\d+)V(\d+)', drawn)
    assert all(0 <= int(height) <= 160 for pair in ends for height in pair)


@cache
def published() -> tuple[PlanAttainment, PlanAttainment]:
    """Judge the national plans and compute the published figures again."""
    pack = read_pack("china-education-bulletins")
    admitted = check_submission(pack, read_data(pack, f"sample:{pack.id}")).admit()
    return evaluate(pack, admitted), reproduce(pack, admitted)


def test_a_range_stands_beside_its_value_wherever_targets_are_listed() -> None:
    """Published figures are rounded: the table says between what the value lies, met or not."""
    results, figures = published()
    report = report_of(results, "en", figures=figures)
    table = dict(report_pages.report_pages(report))["report.en.html"]
    row = table.partition('id="t-preschool.inclusive-coverage"')[2].partition("</tr>")[0]
    assert re.search(r"91\.49<br><span[^>]*>91\.4909 – 91\.4916<", row)
    assert "91.49 (91.4909 – 91.4916)" in report_markdown(report)


@pytest.mark.parametrize("language", LANGUAGES)
def test_published_figures_are_a_chapter_of_their_own(language: Language, tmp_path: Path) -> None:
    """Each one with what was printed, what comes out, and whether it agrees; in every form of the report."""
    results, figures = published()
    report = report_of(results, language, figures=figures)
    pages = dict(report_pages.report_pages(report))
    path = write_report_sheets(report, tmp_path / "annex.xlsx")
    sheet = openpyxl.load_workbook(path)["Published figures" if language == "en" else "已发布数据"]
    assert sheet.max_row == len(figures) + 1
    count = agreement_count(figures, language)
    for text in (pages[report_name(language)], pages[whole_name(language)], report_markdown(report)):
        words = "".join(Page(text).words)
        assert count in words
        assert all(one.target.title.in_language(language) in words for one in figures.values())
    none = report_of(results, language)
    assert 'id="figures"' not in dict(report_pages.report_pages(none))[report_name(language)]


def test_one_year_is_not_drawn(judged: Judged) -> None:
    """A line needs two points."""
    rows = [{"school_id": "a", "year": 2023, "kind": "school", "enrolment": 80}]
    target = {"type": "count", "from": "schools", "count": "sum(enrolment)", "at_least": "90 student"}
    (attainment,) = judged({"schools": rows}, {**target, "in": 2023}).values()
    assert trajectory(attainment, "en") == ""


# pages and folders ---------------------------------------------------------------------------------


def test_a_report_is_written_whole_and_replaced_only_if_nobody_touched_it(
    reports: Mapping[str, AttainmentReport], tmp_path: Path
) -> None:
    """Own files may be replaced with overwrite; a changed one, or anybody else's, never."""
    out = tmp_path / "report"
    names = write_report([reports["zh"], reports["en"]], out)
    assert tuple(name for name in names if "/" not in name) == (
        "all.en.html",
        "all.zh.html",
        "annex.en.xlsx",
        "annex.zh.xlsx",
        "report.en.html",
        "report.en.md",
        "report.zh.html",
        "report.zh.md",
        "results.json",
    )
    before = {name: (out / name).read_bytes() for name in names}
    with pytest.raises(OutputError, match="--overwrite"):
        write_report([reports["en"]], out)
    write_report([reports["zh"], reports["en"]], out, overwrite=True)
    assert {name: (out / name).read_bytes() for name in names} == before
    (out / "report.en.md").write_text("a note of mine", encoding="utf-8")
    with pytest.raises(OutputError, match=r"report\.en\.md"):
        write_report([reports["en"]], out, overwrite=True)
    assert (out / "report.en.md").read_text(encoding="utf-8") == "a note of mine"
    assert list(tmp_path.iterdir()) == [out]


def test_a_report_in_one_language_has_pages_of_that_language_only(
    reports: Mapping[str, AttainmentReport], tmp_path: Path
) -> None:
    """Who asks for Chinese gets no English file, and no link to one."""
    names = write_report([reports["zh"]], tmp_path / "report")
    assert not [name for name in names if ".en." in name]
    for name in names:
        if name.endswith(".html"):
            assert ".en.html" not in (tmp_path / "report" / name).read_text(encoding="utf-8")


def test_a_folder_of_somebody_else_and_one_that_is_nowhere_are_refused(
    reports: Mapping[str, AttainmentReport], tmp_path: Path
) -> None:
    """Nothing is written beside other files, into a file, or into a folder whose parent does not exist."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear", encoding="utf-8")
    (tmp_path / "file").write_text("", encoding="utf-8")
    for out in (tmp_path / "mine", tmp_path / "file", tmp_path / "nowhere" / "report"):
        with pytest.raises(OutputError):
            write_report([reports["en"]], out, overwrite=True)
    (tmp_path / "empty").mkdir()
    assert write_report([reports["en"]], tmp_path / "empty")


def test_a_page_that_would_load_something_is_not_written(
    reports: Mapping[str, AttainmentReport], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last look before writing: whatever slipped in, no report asks anything of any network."""
    page = '<img src="https://evil.example/x.png">'
    monkeypatch.setattr(report_folders, "report_pages", lambda *_: [("report.en.html", page)])
    with pytest.raises(EvaluationError, match="would load"):
        write_report([reports["en"]], tmp_path / "report")
    assert list(tmp_path.iterdir()) == []


# the command ---------------------------------------------------------------------------------------


def run(out: Path, folder: Path, **environment: str) -> dict[str, bytes]:
    """Write a report in a process of its own, somewhere, and return its files."""
    data = folder / "handed in"
    shutil.copytree(sample_data(f"{PACK}/complete"), data)
    for path in data.rglob("*"):
        os.utime(path, (len(str(folder)) * 1e7,) * 2)
    command = [
        sys.executable,
        "-m",
        "edutargets",
        "report",
        PACK,
        str(data),
        "-o",
        str(out),
        "--lang",
        "both",
    ]
    package = str(Path(cli.__file__).parents[1])
    known = {**os.environ, "PYTHONPATH": package, **environment}
    subprocess.run(
        [*command, "--unchecked", "a test"], cwd=folder, env=known, check=True, capture_output=True
    )
    files = (path for path in out.rglob("*") if path.is_file())
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in files}


def test_two_runs_give_the_same_bytes_whatever_the_machine_says(tmp_path: Path) -> None:
    """Hash seed, time zone, locale, user, folder and times of files leave no trace, nor does any path."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    one = {"PYTHONHASHSEED": "1", "TZ": "UTC", "LC_ALL": "C", "USER": "wang", "HOME": str(tmp_path)}
    other = {"PYTHONHASHSEED": "2", "TZ": "Asia/Shanghai", "LC_ALL": "C.UTF-8", "USER": "li", "COLUMNS": "40"}
    first = run(tmp_path / "one", tmp_path, **one)
    second = run(elsewhere / "two", elsewhere, **other)
    assert first == second
    assert len(first) > 2 * len(read_pack(PACK).plan)
    for name, content in first.items():
        assert str(tmp_path).encode() not in content, name


def test_the_command_says_what_it_wrote_and_refuses_before_it_computes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line names the files; a folder in use, and a last time that is none, end with exit code 2."""
    arguments = ["report", PACK, SAMPLE, "-o", str(tmp_path / "report"), "--unchecked", "a test"]
    with pytest.raises(SystemExit) as done:
        cli.main(arguments)
    assert done.value.code in {0, None}
    assert "report.en.html" in capsys.readouterr().err
    for more in ([], ["--overwrite", "--previous", str(tmp_path / "none.json")]):
        with pytest.raises(SystemExit) as done:
            cli.main([*arguments, *more])
        assert done.value.code == 2


def test_data_that_the_gate_turns_back_make_no_report(tmp_path: Path) -> None:
    """A rejected submission ends with the gate's exit code, and nothing is written."""
    with pytest.raises(SystemExit) as done:
        cli.main(["report", PACK, f"sample:{PACK}/faulty", "-o", str(tmp_path / "report")])
    assert done.value.code == 1
    assert list(tmp_path.iterdir()) == []
