"""Results as they are shown: right when sanitised, the same in HTML as in text, exact in the records."""

import csv
import io
import json
import re
import warnings
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from html.parser import HTMLParser

import pytest

from edutargets import display
from edutargets.attainment import PlanAttainment, evaluate, reproduce
from edutargets.checking import check_submission, sample_data
from edutargets.display_html import bullet
from edutargets.errors import DefinitionError
from edutargets.explanations import explain
from edutargets.gate import GateReport, UncheckedDataWarning, admit_unchecked
from edutargets.goals import Verdict
from edutargets.judging import Result
from edutargets.plans import read_pack, shipped
from edutargets.result_rows import record
from edutargets.shown import mimebundle
from edutargets.submissions import Submission, read_submission
from edutargets.text_tables import width_of
from edutargets.wording import Language, limits_of

NATION, DISTRICT = "china-education-bulletins", "jieyang-district-2023"
FOLDERS = {NATION: NATION, DISTRICT: f"{DISTRICT}/complete"}
LANGUAGES: tuple[Language, ...] = ("en", "zh")
KEPT_TAGS = {
    *("div", "p", "span", "strong", "code", "pre", "br", "table", "caption", "thead", "tbody", "tr", "th"),
    *("td", "details", "summary"),
}
KEPT_ATTRIBUTES = {"style", "scope", "lang", "dir", "title"}
LOST_IN_STYLES = re.compile(r"var\(|currentColor|light-dark|url\(|expression|@|position:")


@cache
def both(pack_name: str) -> tuple[PlanAttainment, PlanAttainment]:
    """Evaluate a shipped pack on its shipped data: the targets, and the printed figures."""
    pack = read_pack(pack_name)
    submission = read_submission(shipped("sample_data") / FOLDERS[pack_name], pack.dictionary)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UncheckedDataWarning)
        admitted = admit_unchecked(submission, reason="a <b>test</b> & more")
    return evaluate(pack, admitted), reproduce(pack, admitted)


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test starts in English and leaves no language behind."""
    monkeypatch.setattr(display, "_settings", {})
    monkeypatch.delenv("EDUTARGETS_LANGUAGE", raising=False)


class Page(HTMLParser):
    """What a piece of HTML is made of."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.texts: list[str] = []
        self.open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag and its attributes."""
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Hold an end against its beginning."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Note a text."""
        self.texts.append(data)


def htmls() -> Iterator[str]:
    """Yield every kind of HTML that results, explanations and inputs show themselves as."""
    for name in (NATION, DISTRICT):
        for results in both(name):
            yield str(mimebundle(results)["text/html"])
            for attainment in list(results.values())[:20]:
                yield explain(attainment, "zh").to_html()
        assert results.admitted is not None
        yield str(mimebundle(results.admitted.submission)["text/html"])
        yield str(mimebundle(results.pack.plan)["text/html"])
        yield from (str(mimebundle(target)["text/html"]) for target in results.pack.plan)
        yield str(mimebundle(GateReport(results.admitted.submission, ()))["text/html"])


def test_the_html_survives_being_sanitised() -> None:
    """An untrusted notebook loses styles, scripts, ids, SVG and aria: nothing here depends on them."""
    for html in htmls():
        page = Page(html)
        assert page.open == []
        assert set(page.tags) <= KEPT_TAGS
        assert {name for name, _ in page.attributes} <= KEPT_ATTRIBUTES
        assert not any(LOST_IN_STYLES.search(value) for name, value in page.attributes if name == "style")


def test_every_table_refuses_the_fixed_layout_of_its_host() -> None:
    """JupyterLab's fixed tables cut bars off before the mark, so that every target looked met."""
    for html in htmls():
        tables = re.findall(r"<table[^>]*>", html)
        assert all("table-layout:auto" in table and "max-width:none" in table for table in tables)


def test_what_a_sender_wrote_never_becomes_markup() -> None:
    """A reason with tags is shown as it was written."""
    results, _ = both(NATION)
    html = str(mimebundle(results)["text/html"])
    assert "<b>" not in html
    assert "a &lt;b&gt;test&lt;/b&gt; &amp; more" in html
    assert "<b>" not in display.to_markdown(results)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", [NATION, DISTRICT])
def test_the_html_says_nothing_that_the_text_does_not(name: str, language: Language) -> None:
    """Terminals, screen readers and diffs get every value, goal and verdict."""
    display.language(language)
    results, _ = both(name)
    bundle = mimebundle(results)
    text = str(bundle["text/plain"])
    html = str(bundle["text/html"]).partition("<details>")[0]
    cells = {cell.strip() for cell in Page(html).texts if cell.strip()}
    heads = {"value against goal", "与要求相比", *"✔✘◐∅"}
    assert {cell for cell in cells if cell not in heads and " ".join(cell.split()) not in text} == set()


def test_the_text_table_is_aligned_by_the_columns_of_a_terminal() -> None:
    """Every row puts its unit at the same place, Chinese titles or not."""
    results, _ = both(DISTRICT)
    lines = display.results_table(results, "zh").splitlines()
    rule = next(at for at, line in enumerate(lines) if line.startswith("──"))
    starts = [match.start() for match in re.finditer(r"─+", lines[rule])]
    for line in lines[rule + 1 :]:
        for start in starts[1:]:
            before = ""
            while width_of(before) < start and len(before) < len(line):
                before = line[: len(before) + 1]
            assert before[-1:] in {" ", ""} or len(before) == len(line)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", [NATION, DISTRICT])
def test_no_shown_value_contradicts_its_verdict(name: str, language: Language) -> None:
    """Each number of the table, read back, has the verdict that stands beside it."""
    for results in both(name):
        for row, attainment in zip(
            csv.DictReader(io.StringIO(display.to_csv(results, language))), results.values(), strict=True
        ):
            result = attainment.deciding
            if result is None or result.goal is None or not re.fullmatch(r"-?[\d,.]+", row["shown"]):
                continue
            if attainment.target.type in {"trend", "comparison"} or result.goal.word == "printed":
                continue
            scale = {"%": Fraction(1, 100), "万元": Fraction(10**4), "亿元": Fraction(10**8)}
            seen = Fraction(row["shown"].replace(",", "")) * scale.get(row["shown_unit"], Fraction(1))
            for limit in limits_of(result.goal):
                assert result.value is not None
                assert (seen > limit) == (result.value > limit), row
                assert (seen < limit) == (result.value < limit), row


# bullets


def drawn(html: str) -> list[tuple[str, int, int]]:
    """Return the colour stops of a bullet."""
    return [
        (colour, int(start), int(end))
        for colour, start, end in re.findall(r"(#\w+|rgba\([^)]*\)|transparent) (\d+)px (\d+)px", html)
    ]


def test_a_bar_never_touches_the_mark_of_a_goal_that_is_not_met() -> None:
    """3,003 of 3,004 ends before the mark, though the difference is less than a pixel."""
    results, _ = both(DISTRICT)
    seen = 0
    for attainment in results.values():
        goal = attainment.deciding.goal if attainment.deciding else None
        if attainment.verdict is not Verdict.NOT_MET or goal is None or goal.lower is None:
            continue
        if attainment.value is not None and attainment.value > goal.lower.lower:
            continue  # exactly so many, and there are more: the bar ends behind the mark
        stops = drawn(bullet(attainment))
        mark = min(start for colour, start, _ in stops if colour == "#7d8590")
        filled = max((end for colour, _, end in stops if colour == "#d13f34"), default=0)
        assert filled < mark - 1, attainment.target.id
        seen += 1
    assert seen >= 10


def test_a_bar_reaches_the_mark_of_a_goal_that_is_met() -> None:
    """Just met looks met."""
    results, _ = both(DISTRICT)
    for attainment in results.values():
        result = attainment.deciding
        if attainment.verdict is not Verdict.MET or result is None or result.goal is None:
            continue
        if result.goal.lower is None or result.goal.upper is not None:
            continue
        stops = drawn(bullet(attainment))
        mark = min(start for colour, start, _ in stops if colour == "#7d8590")
        assert max(end for colour, _, end in stops if colour == "#12876a") >= mark - 1, attainment.target.id


def test_no_value_is_a_dashed_line_and_no_empty_bar() -> None:
    """Missing is never zero, not in a picture either."""
    results, _ = both(NATION)
    missing = [one for one in results.values() if one.verdict is Verdict.NOT_EVALUABLE]
    assert missing
    assert all("dashed" in bullet(one) and "gradient" not in bullet(one) for one in missing)


# records


def test_records_hold_exact_numbers_and_a_key() -> None:
    """A review compares the numbers of this object, not the digits that were shown."""
    results, _ = both(DISTRICT)
    content = mimebundle(results)[display.RESULTS_TYPE]
    assert isinstance(content, dict)
    assert (content["version"], content["name"], content["key"]) == (1, DISTRICT, "id")
    by_id = {one["id"]: one for one in content["records"]}
    assert list(by_id) == list(results)
    assert json.loads(json.dumps(content)) == content
    for name, attainment in results.items():
        if attainment.value is not None:
            assert Fraction(by_id[name]["value"]) == attainment.value


def test_json_is_versioned_in_the_plans_order_and_the_same_each_time() -> None:
    """No time, no path, no random name: two runs give the same bytes."""
    results, _ = both(DISTRICT)
    text = display.to_json(results)
    content = json.loads(text)
    assert content["schema"] == "edutargets/results/1"
    assert [one["id"] for one in content["targets"]] == list(results.pack.plan.ids)
    assert content["unchecked"] == "a <b>test</b> & more"
    assert content["verdicts"] == {verdict.value: count for verdict, count in results.verdicts.items()}
    both.cache_clear()
    again, _ = both(DISTRICT)
    assert display.to_json(again) == text
    assert mimebundle(again) == mimebundle(results)


def test_a_record_tells_every_year() -> None:
    """A target judged in each year has a verdict and a value for each."""
    results, _ = both(DISTRICT)
    years = record(results["principals.training-hours"])["years"]
    assert isinstance(years, list)
    periods = [one["period"] for one in years if isinstance(one, dict)]
    assert periods == ["2023", "2024", "2025"]


def test_the_frame_is_tidy_and_exact() -> None:
    """One row for each target; floats for pictures, fractions for everything else."""
    results, figures = both(NATION)
    frame = display.to_frame(results).set_index("target")
    assert list(frame.index) == list(results)
    assert frame["value"].dtype == "float64"
    exact = frame.loc["preschool.inclusive-coverage", "exact"]
    assert Fraction(str(exact)) == results["preschool.inclusive-coverage"].value
    counted = display.to_frame(figures)["agreement"].value_counts()
    assert {
        kind: len(names) for kind, names in display.agreement(figures).items() if names
    } == counted.to_dict()


def test_a_frame_is_made_of_whatever_results_are_at_hand() -> None:
    """All targets, some of them by name or in a list, one alone: the rows are the same."""
    results, _ = both(DISTRICT)
    names = ["finance.total-investment", "special.per-pupil-amount"]
    whole = display.to_frame(results).set_index("target").loc[names]
    some = {name: results[name] for name in names}
    for given in (some, list(some.values()), tuple(some.values())):
        assert display.to_frame(given).set_index("target").to_json() == whole.to_json()
    assert list(display.to_frame(some[names[0]])["target"]) == names[:1]
    assert list(display.to_frame({})) == list(display.to_frame(results))


@pytest.mark.parametrize("given", ["results.json", 3, {"a": 3}, [None]])
def test_what_holds_no_results_makes_no_frame(given: object) -> None:
    """A table without a row would be taken for a plan without a target."""
    with pytest.raises(DefinitionError, match=r"(?s)to_frame: was given a .*evaluate\(\)"):
        display.to_frame(given)  # type: ignore[arg-type]  # the fault


def test_the_frame_of_a_gate_report_is_its_findings() -> None:
    """One function for tables, whatever is at hand."""
    pack = read_pack(DISTRICT)
    report = check_submission(pack, read_submission(sample_data(f"{DISTRICT}/faulty"), pack.dictionary))
    assert list(display.to_frame(report)["code"]) == [found.code for found in report.findings]


def test_the_frame_says_goals_and_reasons_in_the_language_asked_for() -> None:
    """In Chinese no goal of a Chinese table stands in English; numbers and codes are the same."""
    results, _ = both(DISTRICT)
    english, chinese = display.to_frame(results), display.to_frame(results, "zh")
    assert not re.search(r"\b(at|least|most|each|met|by|done)\b", " ".join(chinese["goal"]))
    assert re.search(r"\bat least\b", " ".join(english["goal"]))
    rest = [name for name in english if name not in {"goal", "reason"}]
    assert english[rest].equals(chinese[rest])


def test_csv_has_what_is_shown_and_what_is_exact() -> None:
    """A spreadsheet user sees both, and no line is broken by a comma."""
    results, _ = both(DISTRICT)
    rows = list(csv.DictReader(io.StringIO(display.to_csv(results))))
    assert [row["id"] for row in rows] == list(results)
    row = next(row for row in rows if row["id"] == "finance.total-investment")
    assert row["shown"] == "1,199,999,999.99"
    assert row["value"] == "119999999999/100"


# languages


def test_the_language_of_a_session_is_chosen_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """By a call, or by an environment variable where nothing was called."""
    results, _ = both(DISTRICT)
    assert "met" in str(mimebundle(results)["text/plain"])
    monkeypatch.setenv("EDUTARGETS_LANGUAGE", "zh")
    assert "达成" in str(mimebundle(results)["text/plain"])
    assert 'lang="zh-CN"' in str(mimebundle(results)["text/html"])
    assert display.language("en") == "en"
    assert "达成" not in str(mimebundle(results)["text/plain"])


def test_an_unknown_language_is_refused_with_what_is_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    """A typing mistake in the environment is not silently English."""
    monkeypatch.setenv("EDUTARGETS_LANGUAGE", "cn")
    with pytest.raises(DefinitionError, match="en or zh"):
        display.language()


def test_inputs_show_themselves_too() -> None:
    """A plan, a submission, an explanation and its parts are tables in a notebook, not addresses."""
    results, _ = both(DISTRICT)
    assert results.admitted is not None
    shown = results.admitted.submission
    assert isinstance(shown, Submission)
    attainment = results["teachers.junior-bachelor-share"]
    assert isinstance(attainment.deciding, Result)
    for one in (results.pack.plan, shown, attainment, explain(attainment), explain(attainment)["towns"]):
        bundle = mimebundle(one)
        assert len(str(bundle["text/plain"]).splitlines()) > 5
        assert "<table" in str(bundle["text/html"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_target_shows_itself_by_its_words_and_no_field_that_is_empty(language: Language) -> None:
    """Its title, its clause word for word, its goal and its measure; in HTML what is in the text."""
    display.language(language)
    results, _ = both(DISTRICT)
    for target in results.pack.plan:
        bundle = mimebundle(target)
        text, html = str(bundle["text/plain"]), Page(str(bundle["text/html"]))
        assert text.startswith(target.title.in_language(language) or target.id)
        assert target.cite is None or target.cite.quote in text
        assert all(written in text for written in target.expressions().values() if written != "None")
        assert "None" not in text.split()
        assert [cell for cell in html.texts if cell.strip() and cell.strip() not in text] == []


def test_an_empty_cell_is_no_heading() -> None:
    """Who listens to a table hears no heading without words."""
    for html in htmls():
        assert not re.search(r"<th[^>]*></th>", html)
