"""The house rules that a program can check: sizes, names, floors, and nothing of any one machine."""

import ast
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted((ROOT / "edutargets").rglob("*.py"))
SIZED = [*MODULES, ROOT / "run.py"]
LONGEST_MODULE = 400
LONGEST_FUNCTION = 40
DRAWERS = {"common", "helper", "helpers", "manager", "managers", "misc", "util", "utils"}
LINT_IMPORTS = "from importlinter.cli import lint_imports_command as run; run()"
FRONT_DOOR_USERS = {"__main__", "cli", "demo"}

# Written in pieces, so that this file does not name what it forbids.
HOSTS = (
    "py" + "pi.org",
    "python" + "hosted.org",
    "registry.npm" + "js",
    "conda." + "anaconda.org",
    "deb." + "debian.org",
    "npm" + "mirror.com",
    "mirrors." + "aliyun",
    "tuna." + "tsinghua",
)
PLACES = (
    r"file:" + r"//+",
    r"(?<![\w.])/wor" + r"k/",
    r"\.\./sha" + r"red\b",
    r"/roo" + r"t/",
    r"/opt/py" + r"pi",
)
FORBIDDEN = re.compile("|".join([*map(re.escape, HOSTS), *PLACES]).encode())


def name_of(path: Path) -> str:
    """Return a path as seen from the checkout, for a test's id."""
    return path.relative_to(ROOT).as_posix()


def files_of_the_project() -> list[Path]:
    """Return what git tracks or would track."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("not a git checkout")
    return [path for name in done.stdout.split("\0") if name and (path := ROOT / name).is_file()]


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield every function of a module, nested ones and methods too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@pytest.mark.parametrize("path", SIZED, ids=name_of)
def test_a_module_is_at_most_400_lines(path: Path) -> None:
    """A module that outgrows a sitting's reading is two modules."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_MODULE


@pytest.mark.parametrize("path", SIZED, ids=name_of)
def test_a_function_is_at_most_40_lines(path: Path) -> None:
    """A function fits on a screen, docstring included."""
    long = {
        f"{function.name} (line {function.lineno})": lines
        for function in functions(path)
        if (lines := (function.end_lineno or function.lineno) - function.lineno + 1) > LONGEST_FUNCTION
    }
    assert long == {}


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_is_named_after_what_it_knows(path: Path) -> None:
    """No drawers (`utils`, `helpers`, `common`, `manager`): a thing lives where a reader looks for it."""
    assert DRAWERS.isdisjoint(path.stem.split("_"))


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_only_gx_imports_great_expectations(path: Path) -> None:
    """One module knows Great Expectations, so its next release changes one (imports in functions count)."""
    imported = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            imported.add((node.module or "").partition(".")[0])
    assert path.stem.startswith("_gx") or "great_expectations" not in imported


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_the_package_does_not_use_its_own_front_door(path: Path) -> None:
    """A module names the floor it imports from; `from edutargets import X` would walk around the floors."""
    if path.stem in FRONT_DOOR_USERS:
        return
    known = {module.stem for module in MODULES}
    through_the_door = [
        alias.name
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and (node.module, node.level) in {("edutargets", 0), (None, 1)}
        for alias in node.names
        if alias.name not in known
    ]
    assert through_the_door == []


def test_every_module_imports_only_from_the_floors_below() -> None:
    """import-linter holds the floors declared in pyproject.toml; a module that nobody placed fails too."""
    command = [sys.executable, "-c", LINT_IMPORTS, "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_file_names_a_registry_or_a_place_on_one_machine() -> None:
    """A clone works anywhere: no registry's host, no file address, no path of its author's machine."""
    found = {
        name_of(path): sorted({match.decode() for match in matches})
        for path in files_of_the_project()
        if (matches := FORBIDDEN.findall(path.read_bytes()))
    }
    assert found == {}
