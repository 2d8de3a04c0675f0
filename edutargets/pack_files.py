"""The files of a pack: what ``pack.yaml`` names, found, put together and read."""

from __future__ import annotations

from collections.abc import Mapping  # pydantic needs it when the models are built
from datetime import date  # pydantic needs it when the models are built
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from pydantic import Field, model_validator

from edutargets.errors import DefinitionError, Fault, UnitError
from edutargets.goals import QuantityText  # pydantic needs it when the models are built
from edutargets.sources import Bilingual, Document, SourceText
from edutargets.tables import Dictionary
from edutargets.yaml_files import Definition, Written, read_definition, survey_yaml

if TYPE_CHECKING:
    from pathlib import Path

    from edutargets.yaml_files import Spot, Value

__all__ = ["GateRule", "PackFile", "Window", "plan_documents", "plan_files", "read_tables", "source_texts"]


class Window(Definition):
    """The days that the tables of a pack can tell about: no promise can fall due before."""

    start: date
    end: date | None = None

    @model_validator(mode="after")
    def _forwards(self) -> Window:
        if self.end is not None and self.end < self.start:
            message = f"the window runs backwards: {self.start} to {self.end}"
            raise ValueError(message)
        return self


class GateRule(Definition):
    """What becomes of rows that fail a critical check: all is returned, or those rows are set aside.

    Rows that were set aside count as unknown, and so do reports that are missing: a target that they could
    turn has no verdict.

    Args:
        rejected_rows: ``refuse`` returns the whole submission; ``set_aside`` admits the rest of it.
        at_most: Up to which share of a table's rows may be set aside; more of them return the submission.
        unknown_within: How far a number that is not known may lie from what stood in the row of the same name
            the year before, e.g. 10 %; where there is no such row, and where this is not said, it may lie
            anywhere in the range of its column. It is printed beside every number.

    Examples:
        >>> GateRule(rejected_rows="set_aside", at_most="5 %").share
        Fraction(1, 20)
    """

    rejected_rows: Literal["refuse", "set_aside"] = "refuse"
    at_most: QuantityText | None = None
    unknown_within: QuantityText | None = None

    @model_validator(mode="after")
    def _within_is_a_share(self) -> GateRule:
        try:
            within = self.within
        except UnitError as error:
            message = f"`unknown_within` is a share, e.g. 10 %, found {self.unknown_within}"
            raise ValueError(message) from error
        if within is not None and within < 0:
            message = f"`unknown_within` is a share from 0 % up, found {self.unknown_within}"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _share_is_said(self) -> GateRule:
        if (self.rejected_rows == "set_aside") != (self.at_most is not None):
            message = "`rejected_rows: set_aside` and `at_most` belong together, e.g. at_most: 5 %"
            raise ValueError(message)
        try:
            share = self.share
        except UnitError as error:
            message = f"`at_most` is a share, e.g. 5 %, found {self.at_most}"
            raise ValueError(message) from error
        if not 0 <= share < 1:
            message = f"`at_most` is a share from 0 % to below 100 %, found {self.at_most}"
            raise ValueError(message)
        return self

    @property
    def share(self) -> Fraction:
        """The share of a table's rows that may be set aside: none where everything is returned."""
        return Fraction(0) if self.at_most is None else self.at_most.to("")

    @property
    def within(self) -> Fraction | None:
        """How far an unknown number may lie from the year before; ``None`` where nothing is said."""
        return None if self.unknown_within is None else self.unknown_within.to("")


class PackFile(Definition):
    """What stands in ``pack.yaml``: the documents, and the files that hold everything else.

    ``tables`` may be a list of files, each table in one of them; ``plan`` a list of files or a pattern such
    as ``plan/*.yaml``, read in the order of their names.
    """

    id: str
    title: Bilingual = Bilingual()
    documents: Mapping[str, Document] = Field(default_factory=dict)
    tables: str | tuple[str, ...] = "tables.yaml"
    plan: str | tuple[str, ...] = "plan.yaml"
    figures: str | None = None
    exclusions: str | None = None
    findings: str | None = None
    window: Window | None = None
    gate: GateRule = Field(default_factory=GateRule)
    note: str | None = None


def plan_documents(file: PackFile) -> tuple[str, ...]:
    """Name the documents of which every sentence must be accounted for.

    Those that ``plan_text: true`` marks; where none is marked, the first one, unless ``false`` says it is
    no plan.
    """
    marked = tuple(name for name, document in file.documents.items() if document.plan_text)
    first = next(iter(file.documents), None)
    if marked or first is None or file.documents[first].plan_text is False:
        return marked
    return (first,)


def plan_files(folder: Path, file: PackFile, faults: list[Fault]) -> list[str]:
    """Name the files that hold a pack's targets and figures, in order; patterns are followed."""
    named = [file.plan] if isinstance(file.plan, str) else list(file.plan)
    found: list[str] = []
    for name in named:
        if "*" not in name:
            found.append(name)
            continue
        matches = sorted(path.relative_to(folder).as_posix() for path in folder.glob(name) if path.is_file())
        if not matches:
            faults.append(
                Fault("pack.yaml: plan", f"no file matches {name!r}", "files of targets", code="no-plan")
            )
        found += [match for match in matches if match not in found]
    return [*found, *([file.figures] if file.figures else [])]


def read_tables(folder: Path, file: PackFile) -> Dictionary:
    """Read the data dictionary of a pack, from one file or put together from several.

    Raises:
        DefinitionError: With every fault of all files, each with its line; a table in two files is one.
    """
    names = [file.tables] if isinstance(file.tables, str) else list(file.tables)
    tables: dict[str, Value] = {}
    others: dict[str, Value] = {}
    lines: dict[Spot, int] = {}
    homes: dict[Spot, str] = {}
    faults: list[Fault] = []
    for name in names:
        try:
            written = survey_yaml(folder / name, name)
        except DefinitionError as error:
            faults.extend(error.faults)
            continue
        faults.extend(written.faults)
        value = written.value if isinstance(written.value, dict) else {}
        own = value.get("tables")
        if not isinstance(own, dict):
            found = "holds no tables"
            faults.append(
                Fault(name, found, "a mapping under `tables:`", "tables:\n  schools: …", "no-tables")
            )
            own = {}
        others |= {key: other for key, other in value.items() if key != "tables"}
        homes |= {(key,): name for key in value if key != "tables"}
        faults.extend(_twice(own, homes, written))
        tables |= {key: table for key, table in own.items() if ("tables", key) not in homes}
        homes |= {("tables", key): name for key in own if ("tables", key) not in homes}
        lines |= {spot: line for spot, line in written.lines.items() if homes.get(spot[:2], name) == name}
    if faults:
        raise DefinitionError(*faults)
    return read_definition(Written(names[0], {"tables": tables, **others}, lines, (), homes), Dictionary)


def _twice(own: Mapping[str, Value], homes: Mapping[Spot, str], written: Written) -> list[Fault]:
    return [
        Fault(
            written.where(("tables", key)),
            f"the table {key!r} is already in {homes[('tables', key)]}",
            "each table in one file",
            code="duplicate-table",
        )
        for key in own
        if ("tables", key) in homes
    ]


def source_texts(folder: Path, file: PackFile, faults: list[Fault]) -> dict[str, SourceText]:
    """Read the documents of a pack; those that cannot be read are added to ``faults``."""
    texts = {}
    for name, document in file.documents.items():
        path = folder / document.file
        try:
            texts[name] = SourceText(document.file, path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            faults.append(
                Fault(
                    f"pack.yaml: documents.{name}",
                    f"{document.file} cannot be read ({error})",
                    "a UTF-8 text file",
                    code="no-text",
                )
            )
    return texts
