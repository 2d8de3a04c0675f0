"""What readers wrote beside a plan: words that are no target and why, faults they found, waivers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

from pydantic import Field, model_validator

from edutargets.errors import DefinitionError, Fault, near_names
from edutargets.promises import Text  # pydantic needs it when the models are built
from edutargets.sources import Bilingual  # pydantic needs it when the models are built
from edutargets.yaml_files import Definition, Written, read_definition, read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from edutargets.sources import SourceText

__all__ = [
    "Exclusion",
    "ExclusionsFile",
    "FindingsFile",
    "Passage",
    "ReaderFinding",
    "Remarks",
    "Severity",
    "Waiver",
    "read_remarks",
]

Severity = Literal["info", "warning", "critical"]
Name = Annotated[str, Field(pattern=r"^[a-z0-9]+([.-][a-z0-9]+)*$")]


class Passage(Definition):
    """Words of the plan, as they stand there; without a document, whichever text holds them."""

    document: str | None = None
    clause: str = ""
    quote: str


class Exclusion(Passage):
    """Words of the plan that no target evaluates, and the reason why.

    ``promises: 2`` says that the words carry another promise as well, a target or exclusion of its own.
    """

    id: Name
    reason: Text
    promises: Annotated[int, Field(ge=1)] = 1


class ReaderFinding(Definition):
    """A fault of the plan that it takes a reader to see, with the words it shows in."""

    code: Name
    severity: Severity
    clauses: Annotated[tuple[Passage, ...], Field(min_length=1)]
    says: Bilingual


class Waiver(Definition):
    """A finding that stands and is accepted: of which targets, or which words, and why."""

    code: Name
    targets: tuple[str, ...] = ()
    quote: str | None = None
    reason: Text

    @model_validator(mode="after")
    def _names_something(self) -> Waiver:
        if bool(self.targets) == (self.quote is not None):
            message = "a waiver names `targets: [ids]` or a `quote`, so that it waives nothing else"
            raise ValueError(message)
        return self


class ExclusionsFile(Definition):
    """What stands in ``exclusions.yaml``."""

    exclusions: tuple[Exclusion, ...] = ()


class FindingsFile(Definition):
    """What stands in ``findings.yaml``: what readers found, and the findings of any kind that are waived."""

    findings: tuple[ReaderFinding, ...] = ()
    waivers: tuple[Waiver, ...] = ()


FileT = TypeVar("FileT", ExclusionsFile, FindingsFile)


@dataclass(frozen=True, slots=True)
class Remarks:
    """Everything that was written beside a plan."""

    exclusions: tuple[Exclusion, ...] = ()
    findings: tuple[ReaderFinding, ...] = ()
    waivers: tuple[Waiver, ...] = ()


def read_remarks(
    folder: Path,
    files: tuple[str | None, str | None],
    texts: Mapping[str, SourceText],
    places: Mapping[str, str],
    faults: list[Fault],
) -> Remarks:
    """Read what readers wrote beside a plan; what is wrong is added to ``faults``.

    Args:
        folder: The folder of the pack.
        files: The names of the files of exclusions and of findings, where there are any.
        texts: The source texts, in which every quote must be found.
        places: Where each target stands, by its id.
        faults: Takes what is wrong, each with file and line.
    """
    written, exclusions = _read(folder, files[0], ExclusionsFile(), faults)
    if written is not None:
        faults.extend(_exclusion_faults(exclusions, written, texts, places))
    written, findings = _read(folder, files[1], FindingsFile(), faults)
    if written is not None:
        faults.extend(_finding_faults(findings, written, texts, places))
    return Remarks(exclusions.exclusions, findings.findings, findings.waivers)


def _read(folder: Path, name: str | None, empty: FileT, faults: list[Fault]) -> tuple[Written | None, FileT]:
    """Read one file; without a name, or where it cannot be read, there is nothing in it."""
    if name is None:
        return None, empty
    try:
        written = read_yaml(folder / name, name)
        return written, read_definition(written, type(empty))
    except DefinitionError as error:
        faults.extend(error.faults)
        return None, empty


def _exclusion_faults(
    file: ExclusionsFile, written: Written, texts: Mapping[str, SourceText], places: Mapping[str, str]
) -> Iterator[Fault]:
    seen = dict(places)
    for index, exclusion in enumerate(file.exclusions):
        where = written.where(("exclusions", index))
        if exclusion.id in seen:
            found = f"the id {exclusion.id!r} is used twice (first at {seen[exclusion.id]})"
            accepted = "a promise is a target or an exclusion, once"
            yield Fault(f"{where}.id", found, accepted, code="duplicate-id")
        seen.setdefault(exclusion.id, where)
        yield from _quote_faults(exclusion, where, texts)
        if not exclusion.reason.in_language("en").strip():
            yield Fault(f"{where}.reason", "says nothing", "why it is no target", code="no-reason")


def _finding_faults(
    file: FindingsFile, written: Written, texts: Mapping[str, SourceText], places: Mapping[str, str]
) -> Iterator[Fault]:
    for index, finding in enumerate(file.findings):
        for at, passage in enumerate(finding.clauses):
            yield from _quote_faults(passage, written.where(("findings", index, "clauses", at)), texts)
    for index, waiver in enumerate(file.waivers):
        where = written.where(("waivers", index))
        for name in waiver.targets:
            if name not in places:
                near = near_names(name, places)
                yield Fault(f"{where}.targets", f"there is no target {name!r}", near, code="unknown-target")


def _quote_faults(passage: Passage, where: str, texts: Mapping[str, SourceText]) -> Iterator[Fault]:
    if passage.document is not None and passage.document not in texts:
        found = f"unknown document {passage.document!r}"
        yield Fault(f"{where}.document", found, near_names(passage.document, texts), code="unknown-document")
        return
    held = [texts[passage.document]] if passage.document is not None else list(texts.values())
    if not any(text.holds(passage.quote) for text in held):
        names = " or ".join(dict.fromkeys(text.name for text in held)) or "any document"
        yield Fault(
            f"{where}.quote",
            f"the quote {passage.quote!r} is not found in {names}",
            "the words of the text, exactly as they stand there",
            code="quote-not-found",
        )
