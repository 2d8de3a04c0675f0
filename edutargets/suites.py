"""Suites as files: `expectations/<pack>/<table>.json`, read so that no check can go missing unseen."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from pydantic import Field, JsonValue, ValidationError

from edutargets.checks import KINDS, Check, CheckOutcome, Severity, Status, Suite
from edutargets.errors import DefinitionError, Fault, SuiteError, near_names
from edutargets.json_files import read_json
from edutargets.own_kinds import OWN
from edutargets.sources import Bilingual
from edutargets.yaml_files import Definition, Written, faults_of_validation

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from edutargets.tables import Dictionary
    from edutargets.yaml_files import Spot

__all__ = ["Check", "CheckOutcome", "Severity", "Status", "Suite", "read_suites"]

RESERVED_CODES = frozenset(
    {
        "absent-column", "absent-table", "checksum", "empty-cell", "empty-table", "missing-report",
        "repeated-key", "type", "unknown-reference", "vocabulary",
    }
)  # fmt: skip
_OF_A_COLUMN = ("empty-cell.", "checksum.", "unknown-reference.")
_EXAMPLE = (
    '{"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "town"}, "severity": "critical", '
    '"meta": {"code": "SC-01", "says": {"zh": "…", "en": "…"}, "mend": {"zh": "…", "en": "…"}}}'
)


class _Words(Definition):
    """A sentence that must be there in both languages."""

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)

    def bilingual(self) -> Bilingual:
        return Bilingual(zh=self.zh, en=self.en)


class _CheckMeta(Definition):
    code: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    says: _Words
    mend: _Words
    source: str = ""
    columns: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    blanks: Literal["pass", "fail"] | None = None


class CheckEntry(Definition):
    type: str
    kwargs: dict[str, JsonValue] = Field(default_factory=dict)
    severity: Severity
    meta: _CheckMeta
    notes: str | list[str] | None = None


class _SuiteMeta(Definition):
    table: str
    version: str = ""


class SuiteEntry(Definition):
    name: str
    meta: _SuiteMeta
    expectations: list[JsonValue]
    notes: str | list[str] | None = None


def read_suites(
    folder: Path, dictionary: Dictionary, targets: Collection[str] | None = None
) -> Mapping[str, Suite]:
    """Read the data-quality rules of a pack: one file for each table.

    Args:
        folder: The pack's suites; the file `<table>.json` holds the checks of that table.
        dictionary: The tables and columns the checks may name.
        targets: The targets they may name; not asked where none are given.

    Returns:
        The suites by table, in the order of the dictionary.

    Raises:
        SuiteError: With every fault of every file, each with its line: a check that is misspelled,
            names no column, says nothing in one language or would pass whatever the data are.
    """
    faults = _reserved_names(dictionary)
    if not folder.is_dir():
        accepted = "a folder of <table>.json files; it may be empty"
        raise SuiteError(Fault(str(folder), "there is no such folder", accepted, code="no-file"))
    codes: dict[str, str] = {}
    suites: dict[str, Suite] = {}
    for path in sorted(folder.glob("*.json")):
        try:
            reading = _Reading(read_json(path), dictionary, codes, targets)
        except DefinitionError as error:
            faults += error.faults
            continue
        suite = reading.suite(path.stem)
        faults += reading.faults
        if suite is not None:
            suites[suite.table] = suite
    if faults:
        raise SuiteError(*faults)
    return MappingProxyType({name: suites[name] for name in dictionary.tables if name in suites})


def _reserved_names(dictionary: Dictionary) -> list[Fault]:
    uses, accepted = {"row_id": "checks name rows", "row_admitted": "the gate marks rows"}, "another name"
    tables = [
        (name, f"a column may not be called {column}: {use} by it")
        for name, table in dictionary.tables.items()
        for column, use in uses.items()
        if column in table.columns
    ]
    return [Fault(name, found, accepted, code="reserved-name") for name, found in tables]


@dataclass
class _Reading:
    """One suite file on its way to a suite; it gathers every fault on the way."""

    written: Written
    dictionary: Dictionary
    codes: dict[str, str]
    targets: Collection[str] | None = None
    faults: list[Fault] = field(default_factory=list)

    def suite(self, stem: str) -> Suite | None:
        """Return the suite, or nothing if the file is no suite at all."""
        try:
            entry = SuiteEntry.model_validate(self.written.value)
        except ValidationError as error:
            self.faults += faults_of_validation(error, self.written)
            return None
        table = entry.meta.table
        if table not in self.dictionary.tables:
            self._fault(
                ("meta", "table"),
                f"unknown table {table!r}",
                near_names(table, self.dictionary.tables),
                "unknown-table",
            )
            return None
        if stem != table:
            self._fault(("meta", "table"), f"the file is called {stem}.json", f"{table}.json", "file-name")
        if not entry.name.endswith(f"--{table}") or "." in entry.name:
            accepted = f"<pack>--{table}, without a dot"
            self._fault(("name",), f"the suite is called {entry.name!r}", accepted, "suite-name")
        if not entry.expectations:
            self._fault(
                ("expectations",),
                "the suite is empty: it would pass whatever the data are",
                "at least one check",
                "empty-suite",
            )
        found = [self._check(raw, ("expectations", at), table) for at, raw in enumerate(entry.expectations)]
        checks = tuple(check for check in found if check is not None)
        return Suite(
            name=entry.name, table=table, checks=checks, version=entry.meta.version, file=self.written.name
        )

    def _check(self, raw: JsonValue, spot: Spot, table: str) -> Check | None:
        """Return a check; what can be said of a broken one is said all the same."""
        if not isinstance(raw, dict):
            self._fault(
                spot, f"{raw!r} is no check", "an object with type, kwargs, severity, meta", "no-check"
            )
            return None
        self._settings(raw, spot, table)
        self._code_and_columns(raw.get("meta"), (*spot, "meta"), table)
        try:
            entry = CheckEntry.model_validate(raw)
        except ValidationError as error:
            self.faults += faults_of_validation(error, self.written, spot)
            return None
        return Check(
            code=entry.meta.code,
            type=entry.type,
            kwargs=MappingProxyType(entry.kwargs),
            severity=entry.severity,
            says=entry.meta.says.bilingual(),
            mend=entry.meta.mend.bilingual(),
            source=entry.meta.source,
            about=entry.meta.columns,
            where=self.written.where(spot),
            targets=entry.meta.targets,
            blanks=entry.meta.blanks or "",
        )

    def _settings(self, raw: Mapping[str, JsonValue], spot: Spot, table: str) -> None:
        from edutargets.settings_of_checks import faults_of_settings  # noqa: PLC0415  # sqlglot: see measures

        kind, kwargs = raw.get("type"), raw.get("kwargs", {})
        if not isinstance(kind, str):
            return
        if kind not in KINDS:
            accepted = near_names(kind, KINDS)
            self._fault((*spot, "type"), f"unknown kind of check {kind!r}", accepted, "unknown-check")
            return
        graveness = OWN[kind].severities if kind in OWN else tuple(Severity)
        if raw.get("severity") in tuple(Severity) and raw["severity"] not in graveness:
            found = f"{kind} raises a question: it may not be {raw['severity']}"
            self._fault((*spot, "severity"), found, " or ".join(graveness), "severity")
        if isinstance(kwargs, dict):
            for step, fault in faults_of_settings(kind, kwargs, table, self.dictionary):
                place = (*spot, "kwargs", *step) if "kwargs" in raw else spot
                self.faults.append(fault.at(self.written.where(place)))

    def _code_and_columns(self, meta: JsonValue, spot: Spot, table: str) -> None:
        if not isinstance(meta, dict):
            return
        code, columns = meta.get("code"), meta.get("columns", [])
        if isinstance(code, str) and (code in RESERVED_CODES or code.startswith(_OF_A_COLUMN)):
            self._fault(
                (*spot, "code"),
                f"the code {code!r} is this package's own",
                "another code, e.g. SC-01",
                "reserved-code",
            )
        elif isinstance(code, str):
            here = self.written.where((*spot, "code")).split(": ", maxsplit=1)[0]
            if code in self.codes:
                self._fault(
                    (*spot, "code"),
                    f"the code {code!r} is repeated (first in {self.codes[code]})",
                    "each code once in a pack",
                    "repeated-code",
                )
            self.codes.setdefault(code, here)
        self._targets(meta.get("targets", []), (*spot, "targets"))
        known = self.dictionary.tables[table].columns
        for at, name in enumerate(columns if isinstance(columns, list) else []):
            if isinstance(name, str) and name not in known:
                self._fault(
                    (*spot, "columns", at),
                    f"unknown column {name!r} of {table}",
                    near_names(name, known),
                    "unknown-column",
                )

    def _targets(self, names: JsonValue, spot: Spot) -> None:
        known = self.targets
        for at, name in enumerate(names if isinstance(names, list) and known is not None else []):
            if isinstance(name, str) and known is not None and name not in known:
                accepted = near_names(name, known)
                self._fault((*spot, at), f"unknown target {name!r}", accepted, "unknown-target")

    def _fault(self, spot: Spot, found: str, accepted: str, code: str) -> None:
        example = _EXAMPLE if code in {"no-check", "empty-suite"} else ""
        self.faults.append(Fault(self.written.where(spot), found, accepted, example, code))
