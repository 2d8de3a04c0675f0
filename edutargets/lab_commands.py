"""The command for those who compute: `lab` opens JupyterLab in a working folder of their own."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edutargets.command_options import Lang  # noqa: TC001  # typer needs it
from edutargets.errors import EduTargetsError, Fault
from edutargets.terminal import say, warn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edutargets.findings import Language
    from edutargets.lab_folders import LabFolder

__all__ = ["PASSED_ON", "lab", "lab_options", "where_and_options"]

FOLDER = "edutargets-lab"
SETTINGS = Path(__file__).parent / "lab_settings"
"""JupyterLab's defaults for this process: no pop-up that asks for news, no look for updates."""
PASSED_ON = {"allow_extra_args": True, "ignore_unknown_options": True}
"""What typer must know to leave JupyterLab's own options to JupyterLab."""

_SAID: dict[Language, dict[str, str]] = {
    "en": {
        "folder": "Working folder: {folder}",
        "copied": "copied: {copied} files; there already: {unchanged}",
        "kept": "kept, because yours differs: {name}",
    },
    "zh": {
        "folder": "工作文件夹：{folder}",
        "copied": "已复制 {copied} 个文件；原已存在 {unchanged} 个",
        "kept": "保留您改动过的文件，未覆盖：{name}",
    },
}

Given = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[FOLDER] [OPTIONS OF JUPYTERLAB]...",
        help=f"The folder to work in (./{FOLDER}), then what `jupyter lab` takes, e.g. --port=8899.",
    ),
]
NoBrowser = Annotated[bool, typer.Option("--no-browser", help="Start the server; print its address only.")]


def lab(given: Given = None, *, no_browser: NoBrowser = False, lang: Lang = "en") -> None:
    """Open JupyterLab in a folder with the notebooks and the samples copied in.

    What is in the folder already is never overwritten; what was kept is named. Exit code 2 where JupyterLab
    is not installed or the folder cannot be written to, else JupyterLab's own.
    """
    if find_spec("jupyterlab") is None:
        from edutargets.notebook_runs import HOW_TO_GET

        raise EduTargetsError(
            Fault("edutargets lab", "JupyterLab is not installed", HOW_TO_GET, code="no-notebooks")
        )
    from edutargets.lab_folders import fill_folder

    folder, options = where_and_options(given or ())
    filled = fill_folder(folder)
    _tell(filled, lang)
    _open(lab_options(folder, options, no_browser=no_browser))


def where_and_options(given: Sequence[str]) -> tuple[Path, tuple[str, ...]]:
    """Tell the folder from what is passed on: it comes first, or it is the usual one.

    Examples:
        >>> folder, options = where_and_options(["--port", "8899"])
        >>> folder.name, options
        ('edutargets-lab', ('--port', '8899'))
    """
    if given and not given[0].startswith("-"):
        return Path(given[0]), tuple(given[1:])
    return Path(FOLDER), tuple(given)


def lab_options(folder: Path, options: Sequence[str], *, no_browser: bool) -> list[str]:
    """Say what JupyterLab is started with."""
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    own = [f"--ServerApp.root_dir={folder.resolve()}"]
    own += ["--no-browser"] if no_browser else []
    own += ["--allow-root"] if is_root else []  # it refuses root otherwise, e.g. in a container
    return [*own, *options]


def _tell(filled: LabFolder, language: Language) -> None:
    said = _SAID[language]
    say(said["folder"].format(folder=filled.folder.resolve()))
    say(said["copied"].format(copied=len(filled.copied), unchanged=filled.unchanged))
    for name in filled.kept:
        warn(said["kept"].format(name=name))


def _open(options: Sequence[str]) -> None:
    """Become JupyterLab: its signals, its log and its exit code are its own."""
    beside = os.environ.get("JUPYTER_CONFIG_PATH")
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join([*([beside] if beside else []), str(SETTINGS)])
    from jupyterlab.labapp import LabApp

    LabApp.launch_instance(argv=list(options))
