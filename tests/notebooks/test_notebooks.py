"""The shipped notebooks, each run in a fresh kernel and opened as the page that a reviewer gets."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from pathlib import Path

import nbformat
import pytest

from edutargets.baselines import baseline_path
from edutargets.report import external_references, render_notebook

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
CHINESE = [path for path in NOTEBOOKS if path.name.endswith(".zh.ipynb")]
SAYS = {
    "01_quickstart": ("17 targets", "undetermined", "Inclusive coverage by 2025", "accepted"),
    "02_district_review": ("312 targets", "rejected", "261 / 263", "SELECT", "达成所需"),
    "02_district_review.zh": (
        "共 312 项",
        "退回",
        "261 / 263",
        "SELECT",
        "达成所需",
        "差一点达标",
        "未达成",
    ),
    "04_gate_a_submission": (
        "约1030",
        "在校学生情况.csv!D100",
        "an approximate figure: write the exact number",
        "CH3029-金穗职业技术学校.xlsx",
        "has expired: the data have changed since",
        "5,280 &lt; 4,600 × 1.15",
        "accepted_in_part",
        "undetermined",
    ),
    "04_gate_a_submission.zh": (
        "约1030",
        "在校学生情况.csv!D100",
        "约数：请填准确数字",
        "CH3029-金穗职业技术学校.xlsx",
        "已失效：数据已变动，请重新说明",
        "5,280 &lt; 4,600 × 1.15",
        "部分通过：剔除 2 行",
        "尚不能判定",
    ),
    "05_explain_a_shortfall": (
        "261 / 263",
        "each year",
        "云山镇第1初级中学",
        "达成所需",
        "reading.mean",
        "rate effect",
        "引进教师名册_2024.csv!C19",
        "compound growth to 2025",
        "分子须再增加 1 名教师；差额最大的是南田镇",
        "停用的802平方米未计入",
    ),
    "06_write_your_own_plan": ("5 targets", "1,653 / 1,823", "MI-01", "5000 CNY/student/year", "美元/生/年"),
}
HOLDS = {
    "05_explain_a_shortfall": (
        ("261 of 263 looks like a rounding error", "evaluate", "not_met 261/263"),
        ("Four heads in four places", "who", "城西街道第6小学 principal P010844 0.0 90.0"),
        ("half an hour short", "who", "云山镇第1初级中学 principal P010913 89.5 0.5"),
        ("a third short", "who", "白沙镇第5幼儿园 kindergarten_head P011008 60.0 30.0"),
        ("two hours short", "who", "石桥镇第1小学 principal P010780 88.0 2.0"),
        ("179 fell short in 2022, nobody in 2023", "before", "2022 250 179 45.0 77.0 1 2023 255 0"),
        ("Those of 2024 made it in 2025", "twice", "True"),
        ("In the worst year, two more heads", "need", "2 more of the 263 principals must reach it"),
        ("these four are all there is to it", "what-if", "met 1"),
        ("the mean, which the plan does not promise", "readings", "The heads' mean 2025 17657/180 met"),
        ("a tolerance that nobody wrote", "readings", "99 of 100 heads 2025 134/135 met"),
        ("Looking at 2025", "readings", "Every head, in 2025 alone 2025 134/135 not_met 2"),
        ("leaving the kindergartens out", "readings", "not of kindergartens 2024 147/149 not_met 2"),
        ("the same 180.70 yuan", "changed", "from 6,295.06 to 6,475.76 CNY/student/year, up 180.70"),
        ("nearly all of it is the *rate effect*", "changed", "rate effect +179.13, mix between towns +0.67"),
        ("took 49.31 back", "changed", "+230.01; denominator 774 → 780: -49.31"),
        ("Six that opened made nearly all", "opened", "+2.69 = rate effect 0,"),
        ("Six that opened made nearly all", "opened", "opened (6) +2.31"),
        ("one of the 2,400 gets the degree", "ways", "converted 1 True"),
        ("13 if they are newly hired", "ways", "added 13 True"),
        ("at 20 of the 43 schools", "ways", "each 45 False 20 of 43"),
        ("once more with one step less", "tried", "converted met (0.920000000000) not_met (0.919583333333)"),
        ("once more with one step less", "tried", "added met (0.920016576875) not_met (0.919983416252)"),
        ("With 3,486,914.81 yuan", "spread", "3,486,914.81 CNY more, given to the 25 of 42 units"),
        ("with a fen less it is above", "spread-tried", "met (0.449999999969) not_met (0.450000000037)"),
        ("Four classrooms, 70 m² and 3 m²", "standards", "+4 classrooms"),
        ("Four classrooms, 70 m² and 3 m²", "standards", "1,700 m² +70 m²"),
        ("the rule allows it the other", "standards-tried", "met (1.000000000000) not_met (0.993421052632)"),
        ("One target of all of them", "unknown", "high-level-recruits-per-year: met → undetermined"),
        ("135 or 136", "range", "2024 Interval(135 … 136) sharp"),
        ("the words that decide", "tipping", "P003435 of 城西街道第7小学 (JY1074)"),
        (
            "the words that decide",
            "tipping",
            "High-level or Shortage subject, it is met; if not",
        ),
        ("The same for a program", "tipping-point", "JY1074 ('RE-05',)"),
        ("The three of the education office", "ask", "区教育局 Chengdong 3 3"),
        ("2.54 were gained each year", "pace", "so far 2.54 percentage points each year"),
        (
            "a straight line ends at 49.86 %",
            "pace",
            "line 49.86 % (not enough), compound growth 50.08 %",
        ),
        ("Counted from 2023 both fall short", "pace", "2023 49.27 % (not enough) 49.35 % (not enough)"),
        ("In the end it was a half exactly", "pace-came", "met 1/2"),
        ("112 of 263 heads were behind", "year", "112 of 263 principals are behind"),
        ("Both. And 110 others", "summer", "True"),
        ("if it is rounded as the plan writes", "line", "rounded like the goal it would read 92 %"),
        ("its 1.2 billion by one fen", "misleads", "finance.total-investment not_met met 0.000000001%"),
        (
            "in both languages",
            "brief",
            "1 more teacher in the numerator, of the 2,400",
        ),
        ("exact numbers", "facts", "Fraction(121, 2400), Fraction(1, 1)"),
        ("any other program", "json", "'distance': '1'"),
        ("explained instead of corrected", "check", "was explained, not corrected, first"),
    ),
    "06_write_your_own_plan": (
        ("It goes back and forth without loss", "yaml", "True"),
        ("somebody promises yuan", "slip", "5000 CNY/student/year is in CNY/student/year"),
        ("quotes a sentence that is", "slip", "0.25' is not found in plan.md"),
        ("Six schools", "submission", "6 findings"),
        ("Four of five verdicts rest on them", "rests", "4 of 5 verdicts rest on doubtful rows"),
        ("what was answered stand in its report", "explained", "no accounts at hand"),
        ("The average is kept, the floor is not", "verdicts", "✔ met Spending per student"),
        ("about one school in", "floor", "1,653 of 1,823 schools (90.67 %)"),
        ("some of those the gate asked about", "even", "50230 · 04106"),
        ("In Chinese", "zh", "5,486.51 美元/生/年（对照值 4,854.09）"),
        ("The same number, without edutargets", "again", "pandas: 0.217055 edutargets: 0.217055"),
    ),
}
"""What a notebook says in words, and what the cell that it stands beside must show for it."""
BROWSER = next((found for name in ("chromium", "chromium-browser") if (found := shutil.which(name))), None)

pytestmark = pytest.mark.notebooks


def output_of(page: str, cell: str) -> str:
    """Return what a cell of a page shows, as one line of words."""
    shown = page.split(f'id="cell-id={cell}"', 1)[1].split('id="cell-id=', 1)[0]
    shown = shown.split("jp-Cell-outputWrapper", 1)[-1]
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", shown)).split())


def numbers_of(path: Path) -> dict[str, object]:
    """Return what a notebook's baseline holds that is said in no language: records, and each first sum."""
    results = json.loads(baseline_path(path).read_text(encoding="utf-8"))["results"]
    found = {block: records for block, records in results.items() if not block.endswith(": shown")}
    for block in (one for one in found if one.endswith(" explained")):
        found[block] = {target: record.get("arithmetic.1") for target, record in found[block].items()}
    return found


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Run every notebook once; a cell that fails, fails here with its error."""
    folder = tmp_path_factory.mktemp("pages")
    return {
        path.stem: render_notebook(
            path, folder / f"{path.stem}.html", language="zh-CN" if path.suffixes[:-1] else "en"
        )
        for path in NOTEBOOKS
    }


def test_every_notebook_is_known_here() -> None:
    """A new notebook says what its page must show."""
    assert {path.stem for path in NOTEBOOKS} == set(SAYS)


@pytest.mark.parametrize("name", SAYS)
def test_a_notebook_runs_in_a_fresh_kernel_and_shows_its_results(name: str, pages: dict[str, Path]) -> None:
    """Its page holds the verdicts, and no trace of an error or of anything written to stderr."""
    page = pages[name].read_text(encoding="utf-8")
    assert [said for said in SAYS[name] if said not in page] == []
    assert "Traceback" not in page
    assert 'data-mime-type="application/vnd.jupyter.stderr"' not in page


@pytest.mark.parametrize("name", HOLDS)
def test_the_key_sentences_of_a_notebook_hold(name: str, pages: dict[str, Path]) -> None:
    """What the text concludes is what its cells show, number by number."""
    page = pages[name].read_text(encoding="utf-8")
    notebook = nbformat.read(NOTEBOOKS[0].parent / f"{name}.ipynb", as_version=4)
    text = " ".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    assert [said for said, _, _ in HOLDS[name] if said not in " ".join(text.split())] == []
    assert [(cell, seen) for _, cell, seen in HOLDS[name] if seen not in output_of(page, cell)] == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_stored_without_outputs_and_with_cells_that_keep_their_names(path: Path) -> None:
    """A change of a notebook is a change of its words or its code, and a review finds each cell again."""
    notebook = nbformat.read(path, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.id for cell in code if cell.outputs or cell.execution_count is not None] == []
    assert [cell.id for cell in notebook.cells if not re.fullmatch(r"[a-z][a-z0-9-]*", cell.id)] == []
    assert notebook.metadata.kernelspec.name == "python3"


@pytest.mark.parametrize("path", CHINESE, ids=lambda path: path.stem)
def test_a_chinese_notebook_has_the_cells_and_the_numbers_of_the_english_one(path: Path) -> None:
    """It is the same review in other words: cell by cell, and every record of every target."""
    english = path.with_name(path.name.replace(".zh.", "."))
    theirs, ours = (nbformat.read(one, as_version=4).cells for one in (english, path))
    assert [(cell.id, cell.cell_type) for cell in ours] == [(cell.id, cell.cell_type) for cell in theirs]
    words = [cell for cell in ours if cell.cell_type == "markdown"]
    assert [cell.id for cell in words if not re.search("[\u4e00-\u9fff]", cell.source)] == []
    assert numbers_of(path) == numbers_of(english)


@pytest.mark.parametrize("name", SAYS)
def test_a_page_asks_nothing_of_any_network(name: str, pages: dict[str, Path]) -> None:
    """A reviewer opens it offline; a province's machine may have no network at all."""
    assert external_references(pages[name].read_text(encoding="utf-8")) == ()


@pytest.mark.browser
@pytest.mark.skipif(BROWSER is None, reason="no chromium on this machine: .ci/run installs it where it can")
@pytest.mark.parametrize("name", SAYS)
def test_a_real_browser_shows_the_page_without_a_network(
    name: str, pages: dict[str, Path], tmp_path: Path
) -> None:
    """With every host name unknown, the tables stand there all the same."""
    assert BROWSER is not None
    done = subprocess.run(
        [
            BROWSER,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--host-resolver-rules=MAP * ~NOTFOUND",
            f"--user-data-dir={tmp_path}",
            "--dump-dom",
            pages[name].as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert [said for said in SAYS[name] if said not in done.stdout] == []
    written = pages[name].read_text(encoding="utf-8")
    assert done.stdout.count("linear-gradient") == written.count("linear-gradient") > 0
