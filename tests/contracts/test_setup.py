"""A clone sets itself up: run.py, the lock file, the Makefile and the notebooks as they are committed."""

import ast
import importlib.util
import json
import re
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
RUN = (ROOT / "run.py").read_text(encoding="utf-8")
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
NOTEBOOKS = sorted(
    path for path in (ROOT / "notebooks").rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts
)

ENTRY = re.compile(r"^(?P<name>[\w.-]+)==(?P<version>[^\s;]+)(?P<rest>.*(?:\n {4}.*)*)", re.MULTILINE)
PINS = {canonicalize_name(entry["name"]): entry for entry in ENTRY.finditer(LOCK)}


def declared() -> list[Requirement]:
    """Return what pyproject.toml asks for and the lock file must answer."""
    project = PROJECT["project"]
    extras = project["optional-dependencies"]
    return [Requirement(line) for line in project["dependencies"] + extras["notebooks"] + extras["dev"]]


def jobs() -> list[str]:
    """Return the jobs that run.py knows."""
    spec = importlib.util.spec_from_file_location("edutargets_run", ROOT / "run.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return list(module.JOBS)


def test_run_py_parses_with_python_3_6() -> None:
    """An old Python must get as far as the sentence that says which one is needed."""
    ast.parse(RUN, feature_version=(3, 6))


def test_run_py_needs_only_the_standard_library() -> None:
    """It runs before anything is installed."""
    imports = {
        (node.module if isinstance(node, ast.ImportFrom) else alias.name) or ""
        for node in ast.walk(ast.parse(RUN))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    assert {name.partition(".")[0] for name in imports} <= sys.stdlib_module_names


def test_run_py_never_mixes_in_another_python() -> None:
    """Variables that point a Python elsewhere are dropped before a job starts."""
    for name in ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "PYTHONDONTWRITEBYTECODE"):
        assert f'"{name}"' in RUN


def test_the_makefile_has_an_alias_for_every_job() -> None:
    """`make JOB` and `python3 run.py JOB` are the same thing."""
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(jobs()) <= targets


def test_the_lock_file_holds_hashes_for_every_package() -> None:
    """What is installed is what was locked, byte for byte."""
    assert PINS
    without = [name for name, entry in PINS.items() if "--hash=sha256:" not in entry["rest"]]
    assert without == []


def test_the_lock_file_names_no_host() -> None:
    """Each reader's own package index is used; a lock that names one breaks everywhere else."""
    assert "://" not in LOCK
    assert not re.search(r"^\s*--(?!hash)", LOCK, re.MULTILINE)


@pytest.mark.parametrize("requirement", declared(), ids=lambda requirement: requirement.name)
def test_the_lock_file_answers_what_the_project_asks_for(requirement: Requirement) -> None:
    """A dependency changed in pyproject.toml needs `python3 run.py lock` before it is committed."""
    entry = PINS[canonicalize_name(requirement.name)]
    assert requirement.specifier.contains(entry["version"], prereleases=True)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_is_stored_without_outputs(path: Path) -> None:
    """Numbers come from a run, never from the file: no outputs, no execution counts, one kernel name."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in cells)
    assert all(cell.get("id") for cell in notebook["cells"])
    assert notebook["metadata"]["kernelspec"]["name"] == "python3"
