"""What else becomes of a notebook: nbconvert, `jupyter execute`, papermill, a lab's folder, a packed one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
import pytest

from edutargets import report
from edutargets.baselines import baseline_of, baseline_path, read_baseline
from edutargets.checking import sample_data
from edutargets.demo import notebooks_in
from edutargets.lab_folders import fill_folder
from edutargets.notebook_runs import INJECTED
from edutargets.review_packs import pack_review
from edutargets.reviews import lock_of, review_notebook

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from edutargets.baselines import Fields

ROOT = Path(__file__).parents[2]
QUICKSTART = ROOT / "notebooks" / "01_quickstart.ipynb"
PACK = "china-education-bulletins"
TARGET = "preschool.inclusive-coverage"
FIGURES = "students.csv"
VERDICTS = f"verdicts: {PACK}"

pytestmark = pytest.mark.notebooks


def ran(folder: Path, *command: str) -> None:
    """Run a tool of Jupyter's in a folder, with nothing of the user's."""
    own = {
        name: str(folder / ".jupyter") for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR")
    }
    env = {
        **os.environ,
        **own,
        "EDUTARGETS_LANGUAGE": "en",
        "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path]),
    }
    done = subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr


def numbers_of(path: Path) -> dict[str, dict[str, Fields]]:
    """Return the records that a notebook holds which somebody else has run."""
    notebook: NotebookNode = nbformat.read(path, as_version=4)
    found = baseline_of(notebook, lock_of(QUICKSTART), {})
    return {block: dict(records) for block, records in found.results.items()}


def committed() -> dict[str, dict[str, Fields]]:
    """Return the records of the committed baseline."""
    return {block: dict(one) for block, one in read_baseline(baseline_path(QUICKSTART), "").results.items()}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return the first notebook, alone in a folder of its own."""
    return Path(shutil.copy(QUICKSTART, tmp_path))


@pytest.fixture
def newer(tmp_path: Path) -> Path:
    """Return a folder with the sample's figures, of which one is another."""
    folder = tmp_path / "newer figures"
    shutil.copytree(sample_data(PACK), folder)
    text = (folder / FIGURES).read_text(encoding="utf-8")
    row = next(line for line in text.splitlines() if line.startswith("2025") and ",inclusive" in line)
    cells = row.split(",")
    at = next(at for at, cell in enumerate(cells) if at > 2 and cell.isdigit() and int(cell) > 1000)
    cells[at] = str(int(cells[at]) - 5_000_000)
    (folder / FIGURES).write_text(text.replace(row, ",".join(cells)), encoding="utf-8")
    return folder


def test_nbconvert_makes_a_page_of_it_with_the_shipped_template(copy: Path) -> None:
    """Whoever uses nbconvert itself gets our page: whole, and silent on the network."""
    template = [f"--template={report.TEMPLATE.name}"]
    template += [f"--TemplateExporter.extra_template_basedirs={report.TEMPLATE.parent}"]
    ran(copy.parent, "-m", "nbconvert", "--to=html", "--execute", *template, copy.name)
    page = copy.with_suffix(".html").read_text(encoding="utf-8")
    assert report.external_references(page) == ()
    assert "Inclusive coverage by 2025" in page
    assert "linear-gradient" in page
    assert "Traceback" not in page


def test_jupyter_execute_shows_the_committed_numbers(copy: Path) -> None:
    """What it leaves in the notebook are the records of the baseline, one and all."""
    ran(copy.parent, "-m", "jupyter", "execute", "--inplace", copy.name)
    assert numbers_of(copy) == committed()


def test_a_parameter_of_a_review_changes_what_is_judged(newer: Path) -> None:
    """`-p data=FOLDER`: the promise that rests on the changed figure moves, the parameter is named."""
    review = review_notebook(QUICKSTART, {"data": str(newer)})
    assert review.failed is None
    assert TARGET in {one.id for one in review.moved}
    assert {"parameter data", f"data {FIGURES}"} <= {one.field for one in review.inputs}


@pytest.fixture
def milled(copy: Path, newer: Path) -> Path:
    """Return what papermill makes of the first notebook with the other figures."""
    pytest.importorskip("papermill", reason="papermill is not installed: python3 run.py test installs it")
    out = copy.with_name("out.ipynb")
    quiet = ["--no-progress-bar", "--log-level=ERROR"]
    ran(copy.parent, "-m", "papermill", copy.name, out.name, "-p", "data", str(newer), *quiet)
    return out


def test_papermill_sets_the_same_parameters(milled: Path, newer: Path) -> None:
    """Its cell stands behind ours, and the promises are judged on the other figures."""
    cells = nbformat.read(milled, as_version=4).cells
    tags = [cell.metadata.get("tags", []) for cell in cells]
    place = next(at for at, found in enumerate(tags) if INJECTED in found)
    assert "parameters" in tags[place - 1]
    assert f'data = "{newer}"' in cells[place].source
    shown, before = numbers_of(milled), committed()
    assert set(shown) == set(before)
    assert shown[VERDICTS][TARGET] != before[VERDICTS][TARGET]


@pytest.mark.slow
def test_what_papermill_wrote_is_reviewed_like_ours(milled: Path) -> None:
    """The review's cell takes the place of papermill's, and the numbers are those of the baseline again."""
    again = review_notebook(milled, {"data": f"sample:{PACK}"}, baseline_path(QUICKSTART))
    assert (again.failed, again.moved) == (None, ())


def test_a_chinese_notebook_goes_wherever_the_others_go(tmp_path: Path) -> None:
    """Its name has two dots: the lab copies it with its baseline, the demo takes one of each pair."""
    filled = fill_folder(tmp_path / "mine")
    names = {"02_district_review.zh.ipynb", "02_district_review.zh.results.json"}
    assert names <= set(filled.copied)
    english, chinese = ([path.name for path in notebooks_in(one)] for one in ("en", "zh"))
    assert len(english) == len(chinese)
    assert [name for name in english if ".zh." in name] == []
    assert {"02_district_review.zh.ipynb", "04_gate_a_submission.zh.ipynb"} <= set(chinese)
    assert "02_district_review.ipynb" not in chinese


@pytest.mark.slow
def test_a_chinese_review_is_packed_under_its_own_name(tmp_path: Path) -> None:
    """The baseline beside it is its own, not that of the English one."""
    names = pack_review(ROOT / "notebooks" / "02_district_review.zh.ipynb", tmp_path / "r.zip")
    assert "notebook/02_district_review.zh.ipynb" in names
    assert "notebook/02_district_review.zh.results.json" in names
