"""The lab's server: it serves the working folder, and no pop-up asks for news."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from typing import Any

    LabServer = Any  # of conftest.py, which no test may import

pytestmark = pytest.mark.notebooks


def test_the_lab_serves_the_folder_and_asks_nobody_about_news(lab_server: LabServer) -> None:
    """No pop-up covers the first page, and no look for updates leaves an office without a network."""
    listed = lab_server.ask("/api/contents/")["content"]
    assert {"01_quickstart.ipynb", "sample_data"} <= {entry["name"] for entry in listed}
    settings = lab_server.ask("/lab/api/settings/@jupyterlab/apputils-extension:notification")
    assert settings["raw"] == "{}"  # nothing was written into the user's own settings
    properties = settings["schema"]["properties"]
    defaults = {name: properties[name]["default"] for name in ("fetchNews", "checkForUpdates")}
    assert defaults == {"fetchNews": "false", "checkForUpdates": False}
