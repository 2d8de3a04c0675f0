"""What tests open: a JupyterLab of our own, a real browser, axe-core; nothing of the user's.

The browser is asked through its own debugging protocol: no driver is needed.
"""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tarfile
import time
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import websocket

from edutargets.attainment import evaluate
from edutargets.checking import check_submission, sample_data
from edutargets.display import language
from edutargets.explanations import explain
from edutargets.plans import read_pack
from edutargets.shown import mimebundle
from edutargets.submissions import read_submission

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

TOKEN = "only-for-this-test"  # noqa: S105  # it opens a server that lives for seconds
PATIENCE = 60.0
OWN = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")
OWN += ("JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR", "IPYTHONDIR")


@dataclass
class LabServer:
    """A server that runs.

    Args:
        url: Its address.
        folder: The working folder.
        log: What it said.
        process: The server.
    """

    url: str
    folder: Path
    log: Path
    process: subprocess.Popen[bytes]
    token: str = TOKEN

    def ask(self, path: str) -> dict[str, object]:
        """Ask the server's API, waiting until it is there."""
        until = time.monotonic() + PATIENCE
        request = urllib.request.Request(self.url + path, headers={"Authorization": f"token {TOKEN}"})  # noqa: S310
        while True:
            assert self.process.poll() is None, self.log.read_text(encoding="utf-8")
            try:
                with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310  # our own server
                    found: dict[str, object] = json.load(answer)
                    return found
            except OSError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.3)


@pytest.fixture(scope="module")
def lab_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabServer]:
    """Start `edutargets lab` and stop it afterwards."""
    place = tmp_path_factory.mktemp("lab")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = {
        **os.environ,
        **{name: str(place / name) for name in OWN},
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    options = [f"--port={port}", "--ServerApp.port_retries=0", f"--IdentityProvider.token={TOKEN}"]
    options += ["--LabApp.expose_app_in_browser=True"]  # as window.jupyterapp, for tests in a browser
    command = [sys.executable, "-m", "edutargets", "lab", str(place / "mine"), "--no-browser", *options]
    log = place / "log"
    with log.open("wb") as out, subprocess.Popen(command, env=env, stdout=out, stderr=out) as process:
        try:
            yield LabServer(f"http://127.0.0.1:{port}", place / "mine", log, process)
        finally:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()


# a browser ----------------------------------------------------------------------------------------

CHROMIUM = next((found for name in ("chromium", "chromium-browser") if (found := shutil.which(name))), None)
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

    def value(self, script: str) -> Any:  # noqa: ANN401  # what a script gives
        """Return what a script gives; a promise is waited for."""
        answer = self.ask("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        result = answer["result"]
        assert isinstance(result, dict)
        return result.get("value")

    def wait(self, script: str, patience: float = PATIENCE) -> object:
        """Return what a script gives as soon as it is something."""
        until = time.monotonic() + patience
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

    def open(self, url: str) -> None:
        """Go to a page and wait until it is there."""
        self.ask("Page.navigate", url=url)
        self.wait(f"location.href.startsWith({json.dumps(url)}) && document.readyState === 'complete'")

    def keep_picture(self, path: Path, element: str = "") -> None:
        """Keep what is to be seen, or one element."""
        clip = {}
        if element:
            self.value(f"{element}.scrollIntoView()")
            box = f"(one => [one.x, one.y, one.width, one.height])({element}.getBoundingClientRect())"
            x, y, width, height = self.value(box)
            clip = {"clip": {"x": x, "y": y, "width": width, "height": min(height, 640), "scale": 1}}
        picture = self.ask("Page.captureScreenshot", format="png", **clip)["data"]
        assert isinstance(picture, str)
        path.write_bytes(base64.b64decode(picture))

    def axe_faults(self, axe: str, where: str = "document") -> object:
        """Return what axe-core finds wrong: the rule, how often, and the first place."""
        self.value(f"if (!window.axe) {{ {axe} }}; 0")
        found = "violations.map(one => [one.id, one.nodes.length, one.nodes[0].html.slice(0, 150)])"
        # a corner of a table by pandas is its own
        look = f"{{include: {where}, exclude: [['table.dataframe']]}}"
        return self.value(
            f"axe.run({look}, {{resultTypes: ['violations']}}).then(({{violations}}) => {found})"
        )


@dataclass
class Browser:
    """A browser that runs, with nothing of the user's.

    Args:
        address: Where it listens.
    """

    address: str

    @contextmanager
    def page(self) -> Iterator[Page]:
        """Open a page of its own, and close it afterwards."""
        found = self._asked("new?about:blank")
        page = Page(str(found["webSocketDebuggerUrl"]))
        try:
            yield page
        finally:
            page.close()
            self._asked(f"close/{found['id']}")

    def _asked(self, what: str) -> dict[str, object]:
        request = urllib.request.Request(f"http://{self.address}/json/{what}", method="PUT")
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310  # our own browser
            said = answer.read().decode()
        found: dict[str, object] = json.loads(said) if said.startswith("{") else {}
        return found


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Start one browser for all tests, and stop it afterwards."""
    if CHROMIUM is None:
        pytest.skip("no chromium on this machine: .ci/run installs it where it can")
    place = tmp_path_factory.mktemp("browser")
    log = place / "log"
    command = [CHROMIUM, *OPTIONS, f"--user-data-dir={place / 'profile'}", "about:blank"]
    with log.open("wb") as out, subprocess.Popen(command, stdout=out, stderr=out) as process:
        try:
            yield Browser(_address(log))
        finally:
            process.terminate()
            process.wait(30)


def _address(log: Path) -> str:
    """Find out where the browser listens: it writes that down."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        listening = re.search(r"DevTools listening on ws://([^/]+)/", log.read_text(errors="replace"))
        if listening:
            return listening[1]
        time.sleep(0.2)
    raise AssertionError(log.read_text(errors="replace"))


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Open a page that knows nothing of the one before."""
    with browser.page() as found:
        yield found


# axe-core -----------------------------------------------------------------------------------------

AXE = (
    "axe-core@4.14.1",
    "sha512-FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ==",
)


@pytest.fixture(scope="session")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return axe-core, the program that looks for what keeps people out, as npm's registry has it."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("no npm on this machine: it fetches axe-core, which looks at the pages")
    place = tmp_path_factory.mktemp("axe")
    name, hashed = AXE
    command = [npm, "pack", name, "--silent"]
    done = subprocess.run(command, cwd=place, capture_output=True, text=True, check=False, timeout=120)
    packed = next(place.glob("*.tgz"), None)
    if packed is None:
        pytest.skip(f"npm could not fetch {name}: {done.stderr.strip()[-200:]}")
    found = base64.b64encode(hashlib.sha512(packed.read_bytes()).digest()).decode()
    assert f"sha512-{found}" == hashed
    with tarfile.open(packed) as files:
        script = files.extractfile("package/axe.min.js")
        assert script is not None
        return script.read().decode()


# what is shown ------------------------------------------------------------------------------------

PACK = "china-education-bulletins"


@pytest.fixture(scope="session")
def displays(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    """Return what each kind of result shows in a notebook, as text and as HTML, in both languages."""
    pack = read_pack(PACK)
    folder = tmp_path_factory.mktemp("mistyped") / "data"
    shutil.copytree(sample_data(PACK), folder)
    figures = (folder / "students.csv").read_text(encoding="utf-8").splitlines()
    mistyped = [
        line if at % 9 else re.sub(r",(\d+),", r",约\1,", line, count=1) for at, line in enumerate(figures)
    ]
    (folder / "students.csv").write_text("\n".join(mistyped) + "\n", encoding="utf-8")
    submission = read_submission(sample_data(PACK), pack.dictionary)
    gate = check_submission(pack, submission)
    refused = check_submission(pack, read_submission(folder, pack.dictionary))
    assert refused.findings
    results = evaluate(pack, gate.admit())
    found, before = {}, language()
    for tongue in ("en", "zh"):
        language(tongue)
        explained = explain(results["preschool.three-goals"], tongue)
        kinds = {"target": pack.plan["preschool.public-share"], "plan": pack.plan, "submission": submission}
        kinds |= {"gate": gate, "refused": refused, "results": results, "explanation": explained}
        kinds |= {"attainment": results["senior.gross-enrolment"]}
        for kind, shown in kinds.items():
            bundle = mimebundle(shown)
            found[f"{kind}.{tongue}"] = {"text": str(bundle["text/plain"]), "html": str(bundle["text/html"])}
    language(before)
    return found
