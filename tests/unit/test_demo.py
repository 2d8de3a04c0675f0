"""The demonstration and the reports: what they promise to show, offline."""

import csv
import json
import re
from pathlib import Path

import pytest

from edutargets import cli, demo, report
from edutargets.checking import check_submission, read_data, sample_data
from edutargets.errors import EduTargetsError, EvaluationError
from edutargets.plans import read_pack

KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


def notebook(path: Path, *cells: str, text: str = "# 结果") -> Path:
    """Write a notebook of one text and some code."""
    code = [
        {
            "cell_type": "code",
            "id": f"c{at}",
            "metadata": {},
            "execution_count": None,
            "outputs": [],
            "source": one,
        }
        for at, one in enumerate(cells)
    ]
    words = {"cell_type": "markdown", "id": "words", "metadata": {}, "source": text}
    content = {
        "cells": [words, *code],
        "metadata": {"kernelspec": KERNEL},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "page",
    [
        '<script src="https://a.example/x.js"></script>',
        "<img alt='' src='http://a.example/x.png'>",
        '<link rel="stylesheet" href="//a.example/x.css">',
        '<script>import("https://a.example/x.mjs")</script>',
        "<script type=module>import x from 'x'; import 'https://a.example/x.mjs'</script>",
        "<style>@import url(https://a.example/x.css)</style>",
        "<style>a {background: url('http://a.example/x.png')}</style>",
        '<iframe title="x" src="https://a.example"></iframe>',
    ],
)
def test_whatever_a_page_would_load_from_elsewhere_is_seen(page: str) -> None:
    """A report is opened in an office without a network, years later."""
    assert report.external_references(page)


@pytest.mark.parametrize(
    "page",
    [
        '<a href="https://a.example/bulletin.html">the bulletin</a>',
        '<svg xmlns="http://www.w3.org/2000/svg"></svg>',
        '<img src="data:image/svg+xml;base64,AAAA" alt="">',
        "<p>see https://a.example</p>",
    ],
)
def test_what_loads_nothing_is_allowed(page: str) -> None:
    """A link to the source is to be clicked; nothing leaves the page by itself."""
    assert report.external_references(page) == ()


@pytest.mark.notebooks
def test_a_notebook_becomes_one_page_that_opens_offline(tmp_path: Path) -> None:
    """Run in this very Python, in the notebook's folder; the notebook itself stays as it was."""
    source = notebook(
        tmp_path / "a.ipynb", "import os, sys\nprint(sys.prefix)\nprint(os.listdir('.'))\n6 * 7"
    )
    before = source.read_bytes()
    page = report.render_notebook(source, tmp_path / "a.html").read_text(encoding="utf-8")
    assert report.external_references(page) == ()
    assert "结果" in page
    assert ">42<" in page.replace("\n", "")
    assert "a.ipynb" in page
    assert source.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.html", "a.ipynb"]


@pytest.mark.notebooks
def test_a_notebook_with_a_failing_cell_makes_no_report(tmp_path: Path) -> None:
    """Half a report would be read as a whole one."""
    source = notebook(tmp_path / "a.ipynb", "1 / 0")
    with pytest.raises(EvaluationError, match=r"a\.ipynb: cell .*code cell 1.* failed: ZeroDivisionError"):
        report.render_notebook(source, tmp_path / "a.html")
    assert not (tmp_path / "a.html").exists()


@pytest.mark.notebooks
def test_a_notebook_that_shows_a_picture_from_elsewhere_makes_no_report(tmp_path: Path) -> None:
    """The page would be another one tomorrow."""
    source = notebook(tmp_path / "a.ipynb", text="![x](https://a.example/x.png)")
    with pytest.raises(EvaluationError, match="would load"):
        report.render_notebook(source, tmp_path / "a.html")


def test_without_what_runs_notebooks_the_way_to_get_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Notebooks are an extra: every number is there without them."""
    monkeypatch.setattr(report, "find_spec", lambda _: None)
    assert not report.can_render()
    with pytest.raises(EduTargetsError, match="pip install"):
        report.render_notebook(tmp_path / "a.ipynb", tmp_path / "a.html")


def test_every_planted_fault_is_found_at_its_place_under_its_code() -> None:
    """The list of planted faults is held against what the gate found, row by row."""
    pack = read_pack(demo.DISTRICT)
    found = check_submission(pack, read_data(pack, f"sample:{demo.FAULTY}"))
    planted = demo.planted_faults(sample_data(demo.FAULTY).parent / demo.PLANTED)
    assert len({fault["kind"] for fault in planted}) >= 20
    assert demo.not_found(planted, found) == []
    moved = [{**fault, "row": "999999"} for fault in planted]
    assert demo.not_found(moved, found) == moved


def test_the_list_of_planted_faults_reads_as_csv(tmp_path: Path) -> None:
    """Any spreadsheet opens and saves it."""
    rows = demo.planted_faults(sample_data(demo.FAULTY).parent / demo.PLANTED)
    path = tmp_path / "saved.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    assert demo.planted_faults(path) == rows


@pytest.mark.notebooks
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_demonstration_comes_out_as_expected(
    lang: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Verdicts of both packs, the count of figures, the rejected submission, the paths of the reports."""
    if lang == "zh":
        monkeypatch.setattr(demo, "can_render", lambda: False)
    with pytest.raises(SystemExit) as ended:
        cli.main(["demo", "-o", str(tmp_path / "reports"), "--lang", lang])
    said = capsys.readouterr().out
    assert ended.value.code == 0, said
    for pack in (demo.BULLETINS, demo.DISTRICT):
        assert all(target in said for target in read_pack(pack).plan.ids)
    assert re.search(r"\b81\D+81\b|\b81\b", said)
    assert ("Rejected." if lang == "en" else "退回。") in said
    assert ("Planted faults found: " if lang == "en" else "埋入的错误") in said
    pages = sorted((tmp_path / "reports").glob("*.html"))
    assert bool(pages) == (lang == "en")
    assert all(str(page) in said for page in pages)
    assert all(not report.external_references(page.read_text(encoding="utf-8")) for page in pages)


@pytest.mark.notebooks
def test_a_notebook_whose_packages_are_not_there_is_left_out_and_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The demonstration ends well without an extra; what it could not show, and how to get it, is said."""
    able = notebook(tmp_path / "able.ipynb", "%time 6 * 7", "import json\n6 * 7")
    unable = notebook(tmp_path / "unable.ipynb", "import nowhere_installed.inner as it\nit.data()")
    monkeypatch.setattr(demo, "notebooks_in", lambda _: [able, unable])
    for language, said in (("en", "unable.ipynb is left out"), ("zh", "跳过 unable.ipynb")):
        told = demo.Demonstration(language)
        demo._reports(told, tmp_path / language)  # the rest takes a minute
        assert told.surprises == []
        line = next(line for line in capsys.readouterr().out.splitlines() if said in line)
        assert "nowhere_installed" in line
        assert report.HOW_TO_GET in line
        assert [page.name for page in (tmp_path / language).iterdir()] == ["able.html"]


def test_the_demonstration_fails_where_something_is_not_as_expected(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is a smoke test: a planted fault that is not found ends it with 1."""
    monkeypatch.setattr(demo, "can_render", lambda: False)
    monkeypatch.setattr(demo, "not_found", lambda planted, _: list(planted[:1]))
    assert demo.show(tmp_path / "reports") == 1
    assert "Not as expected: 1 planted faults were not found" in capsys.readouterr().out
