"""Charts as files: SVG and PNG with Chinese words, the same on machines without any font."""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from edutargets import chart_glyphs, cli
from edutargets.attainment import PlanAttainment, evaluate
from edutargets.checking import check_submission, sample_data
from edutargets.display_html import COLOURS, MARK, bar_parts
from edutargets.errors import EduTargetsError
from edutargets.gate import UncheckedDataWarning, admit_unchecked
from edutargets.goals import Verdict
from edutargets.plans import read_pack
from edutargets.result_rows import row_of
from edutargets.submissions import read_submission
from edutargets.written_files import OutputError

if TYPE_CHECKING:
    from edutargets.verdict_words import Language

WHY = "the extra `charts` is not installed: python3 run.py test installs it"
pytest.importorskip("fontTools", reason=WHY)
pytest.importorskip("resvg_py", reason=WHY)
charts = pytest.importorskip("edutargets.charts")

ROOT = Path(__file__).parents[2]
PACK = "china-education-bulletins"
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(scope="module")
def results() -> PlanAttainment:
    """Judge the bulletins' plan."""
    pack = read_pack(PACK)
    submission = read_submission(sample_data(PACK), pack.dictionary)
    return evaluate(pack, check_submission(pack, submission).admit())


@pytest.fixture(scope="module")
def known() -> frozenset[int]:
    """Return the characters of the font."""
    return frozenset(chart_glyphs._face()._names)


# the font -----------------------------------------------------------------------------------------


def test_the_font_has_every_character_of_the_packs_and_of_our_own_words(known: frozenset[int]) -> None:
    """What a plan says and what we say of it is never a box; two signs are drawn, two are the gate's."""
    names = ("*word*", "explanation*", "result_rows", "units", "report_drawings", "charts")
    files = [path for name in names for path in (ROOT / "edutargets").glob(f"{name}.py")]
    files += [path for path in (ROOT / "edutargets" / "packs").rglob("*") if path.suffix in {".yaml", ".md"}]
    written = {one for path in files for one in path.read_text(encoding="utf-8") if one.isprintable()}
    chinese = {one for one in written if "\u2000" <= one <= "\uffee"} - set("✔✘ⓘ✎")
    assert {one for one in chinese if ord(one) not in known} == set()


def test_the_font_has_all_of_gb_2312_and_carries_its_licence(known: frozenset[int]) -> None:
    """Names of people and places are in it; it is no other font's name, and the OFL lies beside it."""
    both = (bytes((high, low)) for high in range(0xB0, 0xF8) for low in range(0xA1, 0xFF))
    characters = {one.decode("gb2312", "ignore") for one in both} - {""}
    assert len(characters) == 6763
    assert {one for one in characters if ord(one) not in known} == set()
    assert chart_glyphs._face()._font["name"].getDebugName(1) == "EduTargets Sans SC"
    assert "SIL OPEN FONT LICENSE" in (chart_glyphs.FONT.parent / "OFL.txt").read_text(encoding="utf-8")
    assert chart_glyphs.FONT.stat().st_size < 2_000_000


def test_a_character_that_the_font_lacks_is_named() -> None:
    """A box never comes silently."""
    with pytest.warns(chart_glyphs.MissingGlyphWarning, match=r"U\+20BB7"):
        drawn = chart_glyphs.outline("𠮷", (0, 0), 12)
    assert drawn


def test_lines_are_as_wide_as_they_may_be_and_begin_with_no_full_stop() -> None:
    """Nothing is lost at the end of a line, and no line is wider than its room."""
    draw = random.Random(4)
    words = [
        *"目标达成率不低于全区学校教师",
        "师，",
        "校。",
        "人）",
        "（含",
        "2025 ",
        "2025，",
        "at ",
        "83 % ",
    ]
    for _ in range(300):
        text = "".join(draw.choices(words, k=draw.randint(1, 60)))
        lines = chart_glyphs.wrapped(text, 12, 150)
        assert re.sub(r"\s", "", "".join(lines)) == re.sub(r"\s", "", text)
        assert [line for line in lines[1:] if line[:1] in set("，。）")] == []
        for line in lines:
            assert chart_glyphs.width_in(line, 12) <= 150 or len(chart_glyphs.wrapped(line, 12, 1)) == 1


# the charts ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_chart_is_whole_in_itself_and_says_its_words_to_those_who_listen(
    results: PlanAttainment, language: Language
) -> None:
    """No text that would need a font, no reference to anything; the title holds verdict, value and goal."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        drawn = {one.target.id: charts.chart_svg(one, language) for one in results.values()}
        drawn["the plan"] = charts.chart_svg(results, language)
    for name, svg in drawn.items():
        root = ET.fromstring(svg)  # noqa: S314  # our own
        tags = {one.tag.rpartition("}")[2] for one in root.iter()}
        assert tags <= {"svg", "title", "g", "path", "rect", "circle"}, name
        assert not re.search(r"href|url\(|font-|<script|rgba", svg)
        said = root.findtext("{http://www.w3.org/2000/svg}title") or ""
        if name in results:
            row = row_of(results[name], language)
            assert row.title in said
            assert row.verdict.partition(" ")[2] in said
        assert all(float(one) >= 0 for one in root.attrib["viewBox"].split())


@pytest.mark.parametrize("width", [60, 120, 632])
def test_a_bar_of_any_width_stays_on_its_side_of_the_mark(results: PlanAttainment, width: int) -> None:
    """Where the goal is not met from below the bar ends before the mark; where it is met, not before it."""
    seen = 0
    for attainment in results.values():
        parts = bar_parts(attainment, width)
        assert not parts or (parts[0][1], parts[-1][2]) == (0, width)
        solid = [end for colour, _, end in parts if colour == COLOURS[attainment.verdict][0]]
        marks = [start for colour, start, _ in parts if colour == MARK]
        if attainment.target.at_least is None or not solid:
            continue
        seen += 1
        if attainment.verdict is Verdict.NOT_MET:
            assert max(solid) < marks[0]
        elif attainment.verdict is Verdict.MET:
            assert max(solid) > marks[0]
    assert seen > 5


def test_a_machine_without_fonts_writes_the_same_bytes(results: PlanAttainment, tmp_path: Path) -> None:
    """An empty home, a font configuration that knows no folder: the same PNG, with Chinese and no boxes."""
    here = charts.write_chart(results["senior.gross-enrolment"], tmp_path / "here.png", "zh")
    (tmp_path / "none.conf").write_text("<fontconfig></fontconfig>", encoding="utf-8")
    there = tmp_path / "there.png"
    nothing = {"HOME": str(tmp_path), "FONTCONFIG_FILE": str(tmp_path / "none.conf"), "PYTHONHASHSEED": "7"}
    options = ["--target", "senior.gross-enrolment", "--lang", "zh", "-o", str(there)]
    done = subprocess.run(
        [sys.executable, "-m", "edutargets", "chart", PACK, f"sample:{PACK}", *options],
        env={**os.environ, **nothing, "PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, sys.path)])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert there.read_bytes() == here.read_bytes()
    assert here.read_bytes().startswith(PNG)


def test_chinese_words_are_no_boxes(results: PlanAttainment, monkeypatch: pytest.MonkeyPatch) -> None:
    """The picture differs from the one in which every character is the box of a missing glyph."""
    right = charts.chart_png(results["senior.gross-enrolment"], "zh")
    box = chart_glyphs._face()._draw(".notdef")
    monkeypatch.setattr(chart_glyphs._Face, "glyph", lambda _self, _one: box)
    boxes = charts.chart_png(results["senior.gross-enrolment"], "zh")
    assert right != boxes
    monkeypatch.undo()
    outlines = {chart_glyphs.outline(one, (0, 0), 12) for one in "教育目标达成"}
    assert len(outlines) == 6


@pytest.mark.parametrize("name", ["chart.pdf", "chart"])
def test_another_ending_is_refused_with_what_is_accepted(results: PlanAttainment, name: str) -> None:
    """The name says what is written."""
    with pytest.raises(OutputError, match=r"\.svg or \.png"):
        charts.write_chart(results, Path(name))


def test_an_unknown_target_is_told_before_anything_is_computed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With near names; no file is left."""
    options = ["--target", "senior.gross-enrolmnt", "-o", str(tmp_path / "a.png")]
    with pytest.raises(SystemExit) as ended:
        cli.main(["chart", PACK, f"sample:{PACK}", *options])
    assert ended.value.code == 2
    assert "senior.gross-enrolment" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_without_the_extra_it_is_said_how_to_get_it(
    results: PlanAttainment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Charts are an extra; no number needs them."""
    chart_glyphs._face.cache_clear()
    monkeypatch.setattr(chart_glyphs, "find_spec", lambda _name: None)
    with pytest.raises(EduTargetsError, match=r"edutargets\[charts\]"):
        charts.chart_svg(results)
    chart_glyphs._face.cache_clear()


def test_every_target_of_a_whole_plan_can_be_drawn(tmp_path: Path) -> None:
    """Whatever the report's drawing shows (a goal mark, a range, earlier years) the chart shows too."""
    pack = read_pack("jieyang-district-2023")
    submission = read_submission(sample_data("jieyang-district-2023/complete"), pack.dictionary)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UncheckedDataWarning)
        found = evaluate(pack, admit_unchecked(submission, reason="a test of pictures"))
    for name, attainment in found.items():
        file = tmp_path / f"{name}.svg"
        charts.write_chart(attainment, file, "zh")
        assert ET.parse(file).getroot().tag.endswith("svg"), name  # noqa: S314  # our own file
