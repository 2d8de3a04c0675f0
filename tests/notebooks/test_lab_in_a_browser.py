"""The lab as a person meets it: a real browser, JupyterLab's own menu, light and dark, no other host.

The browser is asked through its own debugging protocol: no driver is needed and nothing is downloaded.
"""

from __future__ import annotations

import base64
import itertools
import json
import os
import re
import shutil
import subprocess
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import websocket

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    LabServer = Any  # of conftest.py, which no test may import

CHROMIUM = next((found for name in ("chromium", "chromium-browser") if (found := shutil.which(name))), None)
PATIENCE = 60.0
OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-port=0",
    "--window-size=1400,1000",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


class Page:
    """One page of the browser; what it asks of anybody is noted."""

    def __init__(self, address: str) -> None:
        self._socket = websocket.create_connection(address, timeout=PATIENCE, suppress_origin=True)
        self._numbers = itertools.count(1)
        self.requests: list[str] = []
        for domain in ("Page", "Network", "Runtime"):
            self.ask(f"{domain}.enable")
        self.ask("Emulation.setFocusEmulationEnabled", enabled=True)  # a window that a person looks at

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def ask(self, method: str, **parameters: object) -> dict[str, object]:
        """Send a command and return its answer; what happens meanwhile is noted."""
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            said = json.loads(self._socket.recv())
            if said.get("method") == "Network.requestWillBeSent":
                self.requests.append(said["params"]["request"]["url"])
            if said.get("id") == number:
                assert "error" not in said, said
                found: dict[str, object] = said["result"]
                return found

    def value(self, script: str) -> object:
        """Return what a script gives; a promise is waited for."""
        answer = self.ask("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        result = answer["result"]
        assert isinstance(result, dict)
        return result.get("value")

    def wait(self, script: str) -> object:
        """Return what a script gives as soon as it is something."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            if found := self.value(script):
                return found
            time.sleep(0.2)
        raise AssertionError(script)

    def click(self, selector: str, text: str) -> None:
        """Click with the mouse on the element that says this, as a person would."""
        place = self.wait(
            f"(() => {{ const one = [...document.querySelectorAll({json.dumps(selector)})]"
            f".find(one => one.innerText.trim() === {json.dumps(text)}); if (!one) return null;"
            " const box = one.getBoundingClientRect();"
            " return box.width ? [box.x + box.width / 2, box.y + box.height / 2] : null; })()"
        )
        assert isinstance(place, list)
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            mouse = {"x": place[0], "y": place[1], "button": "left", "clickCount": 1}
            self.ask("Input.dispatchMouseEvent", type=kind, **mouse)

    def keep_picture(self, path: Path) -> None:
        """Keep what is to be seen."""
        picture = self.ask("Page.captureScreenshot", format="png")["data"]
        assert isinstance(picture, str)
        path.write_bytes(base64.b64decode(picture))


@contextmanager
def opened_page(folder: Path) -> Iterator[Page]:
    """Start a browser with nothing of the user's, and stop it afterwards."""
    assert CHROMIUM is not None
    log = folder / "browser.log"
    command = [CHROMIUM, *OPTIONS, f"--user-data-dir={folder / 'browser'}", "about:blank"]
    with log.open("wb") as out, subprocess.Popen(command, stdout=out, stderr=out) as process:
        try:
            page = Page(_address(log))
            try:
                yield page
            finally:
                page.close()
        finally:
            process.terminate()
            process.wait(30)


def _address(log: Path) -> str:
    """Find the address of the first page: the browser writes down where it listens."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        listening = re.search(r"DevTools listening on ws://([^/]+)/", log.read_text(errors="replace"))
        if listening:
            with urllib.request.urlopen(f"http://{listening[1]}/json/list") as answer:  # our own
                pages = [one for one in json.load(answer) if one["type"] == "page"]
            if pages:
                return str(pages[0]["webSocketDebuggerUrl"])
        time.sleep(0.2)
    raise AssertionError(log.read_text(errors="replace"))


# the lab ------------------------------------------------------------------------------------------

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
SCROLL = f"(async () => {{ const all = {NOTEBOOK}.content;"
SCROLL += " const at = all.widgets.findIndex(one => one.model.id === 'verdicts');"
SCROLL += " all.activeCellIndex = at; await all.scrollToItem(at, 'start'); return at; })()"
BULLETS = """[...document.querySelectorAll('.jp-OutputArea-output td span')].filter(
    one => one.style.background.includes('linear-gradient')
).map(one => {
    const box = one.getBoundingClientRect(), cell = one.closest('td').getBoundingClientRect();
    return [box.width, box.left - cell.left, cell.right - box.right];
}).filter(([width]) => width)"""
INK = (
    "getComputedStyle(document.querySelector('.jp-OutputArea-output td')).color.match(/[0-9]+/g).slice(0, 3)"
)
NARROWEST = 60


@pytest.fixture
def page(lab_server: LabServer, tmp_path: Path) -> Iterator[Page]:
    """Open a browser that knows nothing of the one before."""
    if CHROMIUM is None:
        pytest.skip("no chromium on this machine: .ci/run installs it where it can")
    lab_server.ask("/api/status")
    with opened_page(tmp_path) as found:
        yield found


@pytest.mark.parametrize("theme", THEMES)
def test_all_cells_run_through_the_menu_and_nothing_is_asked_elsewhere(
    theme: str, page: Page, lab_server: LabServer, tmp_path: Path
) -> None:
    """Run, Run All Cells: no cell fails, no bullet is clipped, ink can be read, no other host is asked."""
    shutil.copy(lab_server.folder / "01_quickstart.ipynb", lab_server.folder / f"{theme}.ipynb")
    page.ask("Page.navigate", url=f"{lab_server.url}/lab/tree/{theme}.ipynb?reset&token={lab_server.token}")
    page.wait(READY)
    page.value(f"{APP}.commands.execute('apputils:change-theme', {{theme: {json.dumps(THEMES[theme])}}})")
    page.wait(f"document.body.dataset.jpThemeLight === {json.dumps(json.dumps(theme == 'light'))}")
    page.wait("!document.querySelector('#jupyterlab-splash, .jp-mod-splash, [id*=splash]')")
    assert page.value("document.querySelectorAll('.Toastify__toast').length") == 0  # no pop-up
    page.click(".lm-MenuBar-itemLabel", "Run")
    page.click(".lm-Menu-itemLabel", "Run All Cells")
    page.wait(DONE)
    assert page.value(FAILED) == []
    page.value(SCROLL)
    bullets = page.wait(f"(() => {{ const found = {BULLETS}; return found.length > 10 ? found : null; }})()")
    page.keep_picture(Path(os.environ.get("EDUTARGETS_PICTURES", tmp_path)) / f"lab-{theme}.png")
    assert isinstance(bullets, list)
    assert [one for one in bullets if one[0] < NARROWEST or min(one[1:]) < -1] == []
    brightness = sum(map(int, page.value(INK))) / 3  # type: ignore[arg-type, call-overload]  # three numbers
    assert brightness < 128 if theme == "light" else brightness > 128
    elsewhere = [url for url in page.requests if not url.startswith((lab_server.url, "data:", "blob:"))]
    assert page.requests
    assert elsewhere == []
