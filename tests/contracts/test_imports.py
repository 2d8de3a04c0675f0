"""What `import edutargets` may cost: nothing that a first look at a plan does not need."""

import subprocess
import sys

import pytest

LATER = (
    "great_expectations",
    "pyspark",
    "jupyter",
    "jupyterlab",
    "IPython",
    "ipykernel",
    "nbclient",
    "nbconvert",
    "nbformat",
    "scipy",
    "altair",
    "fontTools",
    "resvg_py",
    "matplotlib",
    "duckdb",
    "openpyxl",
    "python_calamine",
    "rich",
    "typer",
)


@pytest.fixture(scope="module")
def loaded() -> set[str]:
    """Return the top-level modules that a fresh interpreter holds after `import edutargets`."""
    program = "import sys, edutargets; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    done = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


@pytest.mark.parametrize("name", LATER)
def test_import_edutargets_does_not_load(name: str, loaded: set[str]) -> None:
    """A heavy or optional package is imported by the function that needs it, when it is called."""
    assert name not in loaded


def test_import_edutargets_prints_nothing() -> None:
    """A library is silent when it is imported, also with every warning shown."""
    command = [sys.executable, "-I", "-W", "always", "-c", "import edutargets"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
