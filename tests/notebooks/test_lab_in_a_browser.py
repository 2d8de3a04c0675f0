"""The lab as a person meets it: a real browser, JupyterLab's own menu, light and dark, no other host."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

if TYPE_CHECKING:
    from typing import Any

    LabServer = Any  # of conftest.py, which no test may import
    Page = Any

pytestmark = [pytest.mark.browser, pytest.mark.notebooks]
THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}
APP = "window.jupyterapp"
NOTEBOOK = f"{APP}?.shell?.currentWidget"
READY = f"{NOTEBOOK}?.sessionContext?.session?.kernel?.status === 'idle' && {NOTEBOOK}.context.isReady"
CODE = f"{NOTEBOOK}.content.model.toJSON().cells.filter(cell => cell.cell_type === 'code')"
DONE = f"{CODE}.every(cell => cell.execution_count)"
DONE += f" && {NOTEBOOK}.sessionContext.session.kernel.status === 'idle'"
FAILED = f"{CODE}.filter(cell => cell.outputs.some(one => ['error', 'stream'].includes(one.output_type)"
FAILED += " && one.name !== 'stdout')).map(cell => cell.id)"
WHOLE = f"(() => {{ const all = {NOTEBOOK}.content;"
WHOLE += " all.notebookConfig = {...all.notebookConfig, windowingMode: 'none'}; })()"
OPENED = "document.querySelectorAll('.jp-OutputArea-output details').forEach(one => {one.open = true})"
DRAWN = "one.style.background.includes('linear-gradient')"
BULLETS = f"""[...document.querySelectorAll('.jp-OutputArea-output td span')]
.filter(one => {DRAWN}).map(one => {{
    const box = one.getBoundingClientRect(), cell = one.closest('td').getBoundingClientRect();
    return [box.width, box.left - cell.left, cell.right - box.right];
}})"""
WRITTEN = f"""{CODE}.flatMap(cell => cell.outputs).map(one => [one.data?.['text/html'] ?? ''].flat().join(''))
    .join('').split('linear-gradient').length - 1"""
INK = (
    "getComputedStyle(document.querySelector('.jp-OutputArea-output td')).color.match(/[0-9]+/g).slice(0, 3)"
)
NARROWEST = 60
LONGEST = 300.0
FAST = "01_quickstart"
OTHERS = ("02_district_review", "04_gate_a_submission", "04_gate_a_submission.zh", "05_explain_a_shortfall")
OTHERS += ("06_write_your_own_plan",)
RUNS = [pytest.param(FAST, "light"), pytest.param(FAST, "dark")]
RUNS += [pytest.param(one, "light", marks=pytest.mark.slow) for one in OTHERS]
RUNS += [pytest.param("02_district_review.zh", "dark", marks=pytest.mark.slow)]


def opened(page: Page, lab_server: LabServer, name: str, theme: str) -> None:
    """Open a notebook in the lab, in a theme, with every cell on the page at once."""
    lab_server.ask("/api/status")
    page.ask("Page.navigate", url=f"{lab_server.url}/lab/tree/{name}?reset&token={lab_server.token}")
    page.wait(READY)
    page.value(f"{APP}.commands.execute('apputils:change-theme', {{theme: {json.dumps(THEMES[theme])}}})")
    page.wait(f"document.body.dataset.jpThemeLight === {json.dumps(json.dumps(theme == 'light'))}")
    page.wait("!document.querySelector('#jupyterlab-splash, .jp-mod-splash, [id*=splash]')")
    page.value(f"{WHOLE}; 0")


def keep(page: Page, name: str, folder: Path) -> None:
    """Keep a picture, for those who look, where EDUTARGETS_PICTURES says."""
    page.keep_picture(Path(os.environ.get("EDUTARGETS_PICTURES", folder)) / f"{name}.png")


def test_every_notebook_is_opened_here() -> None:
    """A new notebook is run in the lab too, once in light or in dark."""
    shipped = {path.stem for path in (Path(__file__).parents[2] / "notebooks").glob("*.ipynb")}
    assert {run.values[0] for run in RUNS} == shipped


@pytest.mark.parametrize(("name", "theme"), RUNS)
def test_all_cells_run_through_the_menu_and_nothing_is_asked_elsewhere(
    name: str, theme: str, page: Page, lab_server: LabServer, tmp_path: Path
) -> None:
    """Run, Run All Cells: no cell fails, no bullet is clipped, ink can be read, no other host is asked."""
    opened(page, lab_server, f"{name}.ipynb", theme)
    assert page.value("document.querySelectorAll('.Toastify__toast').length") == 0  # no pop-up
    page.click(".lm-MenuBar-itemLabel", "Run")
    page.click(".lm-Menu-itemLabel", "Run All Cells")
    page.wait(DONE, LONGEST)
    assert page.value(FAILED) == []
    written = page.value(WRITTEN)
    page.wait(f"{BULLETS}.length >= {written}")
    page.value(f"{OPENED}; 0")
    bullets = page.value(BULLETS)
    keep(page, f"lab-{name}-{theme}", tmp_path)
    assert isinstance(bullets, list)
    assert len(bullets) == written
    assert [one for one in bullets if one[0] < NARROWEST or min(one[1:]) < -1] == []
    brightness = sum(map(int, page.value(INK))) / 3
    assert brightness < 128 if theme == "light" else brightness > 128
    elsewhere = [url for url in page.requests if not url.startswith((lab_server.url, "data:", "blob:"))]
    assert page.requests
    assert elsewhere == []
    page.value(f"{NOTEBOOK}.sessionContext.shutdown()")


# notebooks that somebody else ran -----------------------------------------------------------------

SHOWN = "[...document.querySelectorAll('.jp-OutputArea-output.jp-RenderedHTMLCommon')]"
LOST = f"""(() => {{
    const kept = {SHOWN}, found = [];
    const given = {CODE}.map(cell => [cell.id, cell.outputs[0].data['text/html']]);
    for (const [at, [id, html]] of given.entries()) {{
        const page = new DOMParser().parseFromString([html].flat().join(''), 'text/html').body;
        const before = [...page.querySelectorAll('*')], after = [...kept[at].querySelectorAll('*')];
        if (before.length !== after.length) found.push([id, 'elements']);
        if (page.textContent.trim() !== kept[at].textContent.trim()) found.push([id, 'words']);
        for (const [number, one] of before.entries()) {{
            const other = after[number];
            for (const name of one.style)
                if (!other?.style.getPropertyValue(name)) found.push([id, name]);
            for (const name of ['scope', 'lang', 'dir'])
                if (one.getAttribute(name) !== other?.getAttribute(name)) found.push([id, name]);
        }}
    }}
    return [...new Map(found.map(one => [one.join(), one])).values()];
}})()"""
TRUSTED = f"{NOTEBOOK}.content.widgets.map(one => one.model.trusted)"
TAKEN = {"color", "font-variant-numeric", "print-color-adjust"}
"""What the sanitiser takes away: none of it changes what is read (a colour is only ever inherited)."""
OUTPUTS = "[['.jp-OutputArea-output']]"


def as_received(folder: Path, name: str, displays: dict[str, dict[str, str]]) -> None:
    """Write a notebook with what somebody else's run has shown."""
    cells = []
    for kind, shown in displays.items():
        cell = new_code_cell(kind, execution_count=1)
        cell["id"] = kind.replace(".", "-")
        data = {"text/html": shown["html"], "text/plain": shown["text"]}
        cell.outputs = [new_output("execute_result", data, execution_count=1)]
        cells.append(cell)
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(new_notebook(cells=cells, metadata=kernel), folder / name)


@pytest.mark.parametrize("theme", THEMES)
def test_a_notebook_that_is_not_trusted_shows_the_same(
    theme: str,
    page: Page,
    lab_server: LabServer,
    displays: dict[str, dict[str, str]],
    axe: str,
    tmp_path: Path,
) -> None:
    """JupyterLab's sanitiser takes away no word, no style, no heading; axe-core finds nothing."""
    lab_server.ask("/api/status")
    as_received(lab_server.folder, f"received-{theme}.ipynb", displays)
    opened(page, lab_server, f"received-{theme}.ipynb", theme)
    assert set(page.value(TRUSTED)) == {False}
    page.wait(f"{SHOWN}.length === {len(displays)}")
    page.value(f"{OPENED}; 0")
    keep(page, f"untrusted-{theme}", tmp_path)
    assert {one[-1] for one in page.value(LOST)} <= TAKEN
    assert page.axe_faults(axe, OUTPUTS) == []
    for kind in displays if "EDUTARGETS_PICTURES" in os.environ else ():
        place = page.value(f"{CODE}.findIndex(cell => cell.id === {json.dumps(kind.replace('.', '-'))})")
        page.keep_picture(
            Path(os.environ["EDUTARGETS_PICTURES"]) / f"{kind}-{theme}.png", f"{SHOWN}[{place}]"
        )
    bullets = page.value(BULLETS)
    assert len(bullets) == sum(one["html"].count("linear-gradient") for one in displays.values()) > 0
    assert [one for one in bullets if one[0] < NARROWEST or min(one[1:]) < -1] == []
    page.value(f"{NOTEBOOK}.sessionContext.shutdown()")
