"""The shipped notebooks, each run in a fresh kernel and opened as the page that a reviewer gets."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from edutargets.report import external_references, render_notebook

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
SAYS = {
    "01_quickstart": ("17 targets", "undetermined", "Inclusive coverage by 2025", "accepted"),
    "02_district_review": ("312 targets", "rejected", "261 / 263", "SELECT", "达成所需"),
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
}
BROWSER = next((found for name in ("chromium", "chromium-browser") if (found := shutil.which(name))), None)

pytestmark = pytest.mark.notebooks


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Run every notebook once; a cell that fails, fails here with its error."""
    folder = tmp_path_factory.mktemp("pages")
    return {path.stem: render_notebook(path, folder / f"{path.stem}.html") for path in NOTEBOOKS}


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
    assert done.stdout.count("linear-gradient") > 2
