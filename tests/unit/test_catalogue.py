"""A plan documented: every target with its words, its contract, its measure and the data it needs."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from edutargets import cli
from edutargets.catalogue import CONTRACTS, Catalogue, CatalogueEntry, catalogue_of
from edutargets.catalogue_pages import catalogue_html, catalogue_markdown
from edutargets.checking import sample_data, sample_names
from edutargets.duckdb_files import connect
from edutargets.gate import UncheckedDataWarning, admit_unchecked
from edutargets.plans import Pack, pack_names, read_pack
from edutargets.submissions import read_submission
from edutargets.targets import TARGET_TYPES

DISTRICT = "jieyang-district-2023"
LANGUAGES = ("en", "zh")


@pytest.fixture(scope="module")
def packs() -> dict[str, Pack]:
    """Read every pack once."""
    return {name: read_pack(name) for name in pack_names()}


@pytest.fixture(scope="module")
def district(packs: dict[str, Pack]) -> dict[str, Catalogue]:
    """Document the district plan in both languages."""
    return {language: catalogue_of(packs[DISTRICT], language) for language in LANGUAGES}


def entry_of(catalogue: Catalogue, name: str) -> CatalogueEntry:
    """Return one target's entry."""
    return next(entry for entry in catalogue.entries if entry.id == name)


def said(entry: CatalogueEntry, key: str) -> tuple[str, ...]:
    """Return the lines of one part of an entry; nothing where it has no such part."""
    return next((section.lines for section in entry.sections if section.key == key), ())


# what stands in it -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", pack_names())
def test_every_target_and_figure_has_one_entry(name: str, packs: dict[str, Pack]) -> None:
    """Nothing of a plan is left out, and nothing stands twice."""
    found = [entry.id for entry in catalogue_of(packs[name]).entries]
    assert sorted(found) == sorted([*packs[name].plan.ids, *packs[name].figures.ids])


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_entry_says_clause_reading_type_goal_time_and_data(
    district: dict[str, Catalogue], packs: dict[str, Pack], language: str
) -> None:
    """Every quoted target shows its words; every measured one its measure, its unit and its columns."""
    pack = packs[DISTRICT]
    for entry in district[language].entries:
        target = pack.plan[entry.id]
        assert target.cite is not None
        assert target.cite.quote in said(entry, "clause")[0]
        assert entry.headline
        assert target.type in said(entry, "type")[0]
        if target.reading is not None:
            assert said(entry, "reading") == (target.reading.in_language(language),)
        if entry.id in pack.measures:
            assert said(entry, "measure")
            assert entry.sql
            (data,) = [section for section in entry.sections if section.key == "data"]
            tables, columns = pack.measures[entry.id].needs()
            shown = {(row[0].rpartition("(")[2].rstrip(")"), row[1]) for row in data.rows}
            assert columns <= shown
            assert {table for table, _ in shown} >= tables


def test_a_share_of_heads_reads_as_the_plan_means_it(district: dict[str, Catalogue]) -> None:
    """One real target, line by line, in Chinese."""
    entry = entry_of(district["zh"], "principals.training-hours")
    assert entry.headline == "逐一不低于 90 学时，2023—2025 年逐年"
    assert said(entry, "type") == ("培训学时 (training_hours)：学时，逐人计算",)
    assert said(entry, "who") == ("逐一：校(园)长 (principals)",)
    assert said(entry, "unit") == ("学时",)
    assert said(entry, "measure") == (
        "逐一计算：校(园)长（仅限岗位类别 = 校长或园长）",
        "数值：学时数合计",
    )


def test_conditions_are_told_with_titles_and_labels(district: dict[str, Catalogue]) -> None:
    """A reader of the plan knows the words of the tables, not the names of their columns."""
    entry = entry_of(district["en"], "teachers.primary-bachelor-share")
    group = "number of teachers in “Staff”, only where Role = Teacher and Full-time at this stage = yes"
    numerator, denominator = said(entry, "measure")
    assert denominator == f"denominator: {group} and Stage taught = Primary"
    degree = "Highest qualification = Bachelor, Master or Doctor"
    assert numerator == f"numerator: {group} and Stage taught = Primary and {degree}"


def test_bundles_aliases_and_parts_name_each_other(packs: dict[str, Pack]) -> None:
    """Who reads one target finds the others that rest on it."""
    pack = packs[DISTRICT]
    catalogue = catalogue_of(pack)
    for target in pack.plan:
        entry = entry_of(catalogue, target.id)
        for member in getattr(target, "members", ()):
            assert any(f"({member})" in line for line in said(entry, "members"))
            key = "again" if target.type == "alias" else "bundles"
            assert any(f"({target.id})" in line for line in said(entry_of(catalogue, member), key))
        if target.part_of is not None:
            assert any(
                f"({target.id})" in line for line in said(entry_of(catalogue, target.part_of), "parts")
            )


def test_chapters_follow_the_text(district: dict[str, Catalogue]) -> None:
    """The contents are those of the plan, in its order."""
    titles = [chapter.title for chapter in district["en"].chapters]
    assert titles == sorted(titles, key=lambda title: "一二三四五六七".index(title[0]))
    assert "六、工作措施" in titles
    (measures,) = [chapter for chapter in district["en"].chapters if chapter.title == "六、工作措施"]
    parts = [title for title, _ in measures.parts if title]
    assert [title[:3] for title in parts] == ["(一)", "(二)", "(三)", "(四)"]


def test_published_figures_stand_behind_the_targets_by_document(packs: dict[str, Pack]) -> None:
    """A file with several documents has them for chapters."""
    pack = packs["china-education-bulletins"]
    chapters = catalogue_of(pack).chapters
    figures = [chapter for chapter in chapters if chapter.title.startswith("Published figures: ")]
    assert sum(len(chapter.entries) for chapter in figures) == len(pack.figures)
    assert chapters[-len(figures) :] == tuple(figures)


def test_every_type_has_its_contract_in_both_languages() -> None:
    """A new type must say its contract in Chinese as well."""
    types = {kind.model_fields["type"].default: kind.contract for kind in TARGET_TYPES}
    assert set(CONTRACTS) == set(types)
    assert all(types.values())


# SQL -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", pack_names())
def test_every_statement_runs_as_it_is_printed(name: str, packs: dict[str, Pack]) -> None:
    """What is printed is what a reviewer runs on the admitted tables."""
    pack = packs[name]
    sample = next(sample for sample in sample_names() if sample.split("/")[0] == name)
    submission = read_submission(sample_data(sample), pack.dictionary)
    with pytest.warns(UncheckedDataWarning):
        admitted = admit_unchecked(submission, reason="a test")
    known = set(admitted.tables)
    ran = 0
    with connect(admitted) as connection:
        for entry in catalogue_of(pack).entries:
            measure = pack.measures.get(entry.id)
            if measure is None or not measure.needs()[0] <= known:
                continue
            for sql in entry.sql:
                connection.execute(sql).fetchall()
                ran += 1
    assert ran


# pages -----------------------------------------------------------------------------------------------------


class Page(HTMLParser):
    """What a browser would find on a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.attributes: set[str] = set()
        self.tags: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag; those that have no end are not waited for."""
        self.tags.add(tag)
        if tag not in {"meta", "br"}:
            self.open.append(tag)
        for name, value in attrs:
            self.attributes.add(name)
            if name == "id":
                self.ids.append(value or "")
            if name == "href":
                self.links.append(value or "")

    def handle_endtag(self, tag: str) -> None:
        """Every end belongs to the last beginning."""
        assert self.open.pop() == tag


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_whole_and_loads_nothing(district: dict[str, Catalogue], language: str) -> None:
    """It is opened offline: no script, no style sheet, no picture, only links within itself."""
    text = catalogue_html(district[language])
    page = Page(text)
    assert page.open == []
    assert not page.tags & {"script", "link", "img", "iframe", "style"}
    assert not page.attributes & {"src", "onclick", "onload"}
    assert len(page.ids) == len(set(page.ids))
    assert all(link.startswith("#") and link[1:] in page.ids for link in page.links)
    assert {f"target-{entry.id}" for entry in district[language].entries} <= set(page.ids)
    assert "http" not in re.sub(r"<[^>]*>", "", text).split("SELECT")[0]


def test_markdown_links_lead_to_their_entries(district: dict[str, Catalogue]) -> None:
    """The contents of the Markdown are links as well."""
    text = catalogue_markdown(district["en"])
    anchors = set(re.findall(r'<a id="([^"]+)"></a>', text))
    links = re.findall(r"\]\(#([^)]+)\)", text)
    assert links
    assert set(links) == anchors


def test_the_same_pack_gives_the_same_page(packs: dict[str, Pack]) -> None:
    """No date and no order of chance, so that a catalogue can be kept under version control."""
    pages = {catalogue_html(catalogue_of(read_pack("chenghu-modernisation"), "zh")) for _ in range(2)}
    pages.add(catalogue_html(catalogue_of(packs["chenghu-modernisation"], "zh")))
    assert len(pages) == 1


HOSTILE = "<script>alert(1)</script>|`*_[x](http://y)"
TINY = {
    "pack.yaml": "id: tiny\ndocuments: {plan: {title: {en: Plan}, file: plan.md}}\n",
    "tables.yaml": """
tables:
  schools:
    counts: school
    key: [school_id]
    reports: school_id
    columns:
      school_id: {type: code}
      pupils: {type: integer, unit: student}
      books: {type: integer, unit: book}
""",
    "plan.yaml": f"""
targets:
  - id: a.unequal
    type: dispersion
    over: schools
    value: sum(books)
    weight: sum(pupils)
    at_most: 0.5
    by: 2025-12-31
    reading: '{HOSTILE}'
    title: {{en: '{HOSTILE}'}}
  - id: a.standards
    type: k_of_n
    each: schools
    conditions: [{{name: Books, value: sum(books) / sum(pupils), at_least: 20 book/student}}]
    at_least: 1
    by: 2025-12-31
    cite: {{document: plan, quote: 办好}}
""",
    "plan.md": "# 方案\n办好学校。\n",
}


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """Write a tiny pack with hostile words."""
    for name, text in TINY.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_words_of_a_plan_cannot_become_markup(tiny: Path) -> None:
    """Titles and readings are shown as they were typed."""
    catalogue = catalogue_of(read_pack(tiny))
    assert "script" not in Page(catalogue_html(catalogue)).tags
    markdown = catalogue_markdown(catalogue)
    assert "<script>" not in markdown
    assert "](http" not in markdown.replace("\\](http", "")


def test_rows_and_standards_are_told_one_by_one(tiny: Path) -> None:
    """A dispersion names its amount and weight, a bundle of standards each of them."""
    catalogue = catalogue_of(read_pack(tiny))
    assert said(entry_of(catalogue, "a.unequal"), "measure") == (
        "of each of: schools",
        "amount: books",
        "weight: pupils",
    )
    assert said(entry_of(catalogue, "a.standards"), "measure")[1:] == ("1. Books: books ÷ pupils",)
    assert [chapter.title for chapter in catalogue.chapters] == [
        "Before the first chapter",
        "Not in the text",
    ]


def test_the_command_writes_either_form(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The ending of the file says which; --format says it aloud."""
    for arguments, begins in (
        (["-o", str(tiny / "a.html")], "<!doctype html>"),
        (["-o", str(tiny / "a.html"), "--format", "markdown"], "# "),
        (["-o", str(tiny / "a.md"), "--lang", "zh"], "# "),
        ([], "# tiny"),
    ):
        with pytest.raises(SystemExit) as ended:
            cli.main(["catalogue", str(tiny), *arguments])
        assert not ended.value.code
        written = Path(arguments[1]).read_text(encoding="utf-8") if arguments else capsys.readouterr().out
        assert written.startswith(begins)
