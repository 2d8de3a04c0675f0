"""A JupyterLab of our own: `edutargets lab`, started with nothing of the user's."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

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
