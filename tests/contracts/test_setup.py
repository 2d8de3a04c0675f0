"""A clone sets itself up: run.py, the lock file, the Makefile and the notebooks as they are committed."""

import ast
import importlib.util
import json
import re
import sys
import tomllib
from pathlib import Path
from types import ModuleType

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


def run_py() -> ModuleType:
    """Return run.py as a module; importing it starts nothing."""
    spec = importlib.util.spec_from_file_location("edutargets_run", ROOT / "run.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def jobs() -> list[str]:
    """Return the jobs that run.py knows."""
    return list(run_py().JOBS)


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


def test_verify_takes_every_notebook_where_none_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """`run.py verify` is the review of all; `run.py verify review.zip` is that of an outsider."""
    module, asked = run_py(), []
    monkeypatch.setattr(module, "module", lambda *arguments: asked.append(arguments) or 3)
    assert module.job_verify(["--accept"]) == 3
    assert module.job_verify(["review.zip"]) == 3
    every, one = asked
    assert every == (
        "edutargets",
        "review",
        "verify",
        "--accept",
        *sorted((ROOT / "notebooks").glob("*.ipynb")),
    )
    assert one == ("edutargets", "review", "verify", "review.zip")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_has_its_baseline_beside_it(path: Path) -> None:
    """What it showed is committed: sorted, without a place of any machine."""
    text = path.with_name(f"{path.stem}.results.json").read_text(encoding="utf-8")
    content = json.loads(text)
    assert text == json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    assert str(ROOT) not in text


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
