"""A plan and the pack it comes in: read, held against its tables and its source text, written back."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from edutargets.errors import DefinitionError, Fault, UnknownTargetError, near_names
from edutargets.pack_files import PackFile, plan_files, read_tables, source_texts
from edutargets.plan_checks import Entry, checked_measures
from edutargets.plan_links import link_faults
from edutargets.plan_remarks import Remarks, read_remarks
from edutargets.shown import Shown
from edutargets.stub_marks import stubs_in
from edutargets.targets import AnyTarget, Target
from edutargets.yaml_files import (
    Definition,
    Written,
    parse_yaml,
    read_definition,
    read_yaml,
    survey_yaml,
    write_yaml,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from edutargets.measures import Measure
    from edutargets.sources import SourceText
    from edutargets.tables import Dictionary

__all__ = [
    "SHIPPED_FROM",
    "Pack",
    "PackFile",
    "Plan",
    "PlanFile",
    "bind_all",
    "check_pack",
    "pack_folder",
    "pack_names",
    "read_pack",
    "shipped",
    "suites_folder",
]

PACKS = Path(__file__).parent / "packs"
SHIPPED_FROM = "EDUTARGETS_SHIPPED"
"""The variable that names another folder with packs, suites and samples than the package's own."""


class PlanFile(Definition):
    """What stands in a plan file: targets, and published figures to be reproduced."""

    targets: tuple[AnyTarget, ...] = ()
    figures: tuple[AnyTarget, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan(Shown):
    """A set of targets with unique names, in the order of the text.

    Examples:
        >>> plan = Plan.from_yaml('''
        ... targets:
        ...   - {id: schools.count, type: count, from: schools, count: count(*), at_least: 3 school, in: 2025}
        ... ''')
        >>> plan["schools.count"].at_least
        Quantity(number=Fraction(3, 1), unit='school', written='3 school')
        >>> Plan.from_yaml(plan.to_yaml()) == plan
        True
    """

    targets: tuple[Target, ...]

    def __post_init__(self) -> None:
        ids = [target.id for target in self.targets]
        twice = sorted({name for name in ids if ids.count(name) > 1})
        if twice:
            raise DefinitionError(
                *(
                    Fault("plan", f"the id {name!r} is used twice", "each id once", code="duplicate-id")
                    for name in twice
                )
            )

    @classmethod
    def from_yaml(cls, text: str) -> Plan:
        """Read a plan from YAML text."""
        return cls(read_definition(parse_yaml(text, "plan"), PlanFile).targets)

    @classmethod
    def from_fields(cls, targets: Sequence[Mapping[str, object]]) -> Plan:
        """Build a plan from fields as they stand in YAML, e.g. in a notebook."""
        return cls.from_yaml(write_yaml({"targets": [dict(target) for target in targets]}))

    def to_yaml(self) -> str:
        """Write the plan so that it can be read back as the same plan."""
        return write_yaml({"targets": [written(target) for target in self.targets]})

    def __getitem__(self, name: str) -> Target:
        for target in self.targets:
            if target.id == name:
                return target
        near = near_names(name, self.ids)
        raise UnknownTargetError(Fault("plan", f"there is no target {name!r}", near, code="unknown-target"))

    def __iter__(self) -> Iterator[Target]:
        return iter(self.targets)

    def __len__(self) -> int:
        return len(self.targets)

    @property
    def ids(self) -> tuple[str, ...]:
        """The names of the targets, in the order of the text."""
        return tuple(target.id for target in self.targets)


def written(target: Target) -> dict[str, object]:
    """Return a target's fields as they stand in YAML, the name and the type first."""
    fields = target.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude={"id", "type"})
    return {"id": target.id, "type": target.type, **fields}


@dataclass(frozen=True, slots=True)
class Pack:
    """A plan with all that is needed to judge it: tables, suites, source texts, figures to reproduce.

    Args:
        folder: Where it lies.
        file: What ``pack.yaml`` says.
        dictionary: The tables.
        plan: The targets.
        figures: Published figures that the tables must reproduce.
        texts: The source texts, by document.
        measures: Every target and figure, bound to the tables.
        remarks: What readers wrote beside the plan: exclusions, faults of the text, waivers.
    """

    folder: Path
    file: PackFile
    dictionary: Dictionary
    plan: Plan
    figures: Plan
    texts: Mapping[str, SourceText]
    measures: Mapping[str, Measure]
    remarks: Remarks = field(default_factory=Remarks)

    @property
    def id(self) -> str:
        """Its short name."""
        return self.file.id

    @property
    def suites_folder(self) -> Path:
        """Where its data-quality suites lie: in the pack itself, or beside the package."""
        return suites_folder(self.folder, self.file.id)


def suites_folder(folder: Path, pack: str) -> Path:
    """Return where the data-quality suites of a pack lie: beside the package, or in the pack's own folder."""
    own, beside = folder / "expectations", shipped("expectations") / pack
    return beside if beside.is_dir() and not own.is_dir() else own


def shipped(name: str) -> Path:
    """Return a folder that travels with the package: inside an installed one, beside it in a checkout.

    A review that was packed brings its own (``EDUTARGETS_SHIPPED``): it is judged on what it was made from.
    """
    given, package = os.environ.get(SHIPPED_FROM), Path(__file__).parent
    own = Path(given) / name if given else package / name
    inside = own if own.is_dir() else package / name
    return inside if inside.is_dir() else package.parent / name


def pack_names() -> tuple[str, ...]:
    """Name the packs that come with the package."""
    return tuple(sorted(path.parent.name for path in shipped("packs").glob("*/pack.yaml")))


def read_pack(name: str | Path) -> Pack:
    """Read a pack by its name or by its folder, and hold every target against its tables and its text.

    Raises:
        DefinitionError: With every fault of all its files.

    Examples:
        >>> read_pack("no-such-pack")  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        ...
        edutargets.errors.DefinitionError: no-such-pack: there is no such pack
            accepted: a folder with a pack.yaml, or one of chenghu-modernisation, ...
    """
    pack, faults = _read(name)
    if faults or pack is None:
        raise DefinitionError(*faults)
    return pack


def bind_all(plan: Plan, dictionary: Dictionary) -> dict[str, Measure]:
    """Hold every target of a plan against the tables, whatever pack they come from.

    Raises:
        DefinitionError: With every fault of all targets.
    """
    faults: list[Fault] = []
    entries = [Entry(target, target.id, is_figure=False) for target in plan if target.cite is None]
    entries += [
        Entry(target.model_copy(update={"cite": None}), target.id, is_figure=False)
        for target in plan
        if target.cite
    ]
    measures = checked_measures(entries, dictionary, {}, faults)
    if faults:
        raise DefinitionError(*faults)
    return measures


def check_pack(name: str | Path) -> tuple[Fault, ...]:
    """Return every fault of a pack at once; nothing where it is sound."""
    try:
        return tuple(_read(name)[1])
    except DefinitionError as error:
        return error.faults


def _read(name: str | Path) -> tuple[Pack | None, list[Fault]]:
    folder = pack_folder(name)
    file = read_definition(read_yaml(folder / "pack.yaml"), PackFile)
    faults: list[Fault] = []
    texts = source_texts(folder, file, faults)
    entries: list[Entry] = []
    for source in plan_files(folder, file, faults):
        entries += _entries(folder / source, source, faults)
    places = {entry.target.id: entry.place for entry in entries}
    remarks = read_remarks(folder, (file.exclusions, file.findings), texts, places, faults)
    try:
        dictionary = read_tables(folder, file)
    except DefinitionError as error:
        return None, [*faults, *error.faults]
    measures = checked_measures(entries, dictionary, texts, faults)
    faults.extend(link_faults(entries, dictionary, measures, texts))
    if faults:
        return None, faults
    targets = Plan(tuple(entry.target for entry in entries if not entry.is_figure))
    figures = Plan(tuple(entry.target for entry in entries if entry.is_figure))
    return Pack(folder, file, dictionary, targets, figures, texts, measures, remarks), faults


def pack_folder(name: str | Path) -> Path:
    """Find the folder of a pack by its name, or by where it lies.

    Raises:
        DefinitionError: If there is no such pack.
    """
    for folder in (Path(name), shipped("packs") / str(name)):
        if (folder / "pack.yaml").is_file():
            return folder
    raise DefinitionError(
        Fault(
            str(name),
            "there is no such pack",
            f"a folder with a pack.yaml, or one of {', '.join(pack_names())}",
            code="unknown-pack",
        )
    )


def _entries(path: Path, name: str, faults: list[Fault]) -> list[Entry]:
    try:
        source = survey_yaml(path, name)
    except DefinitionError as error:
        faults.extend(error.faults)
        return []
    faults.extend(source.faults)
    found: list[Entry] = []
    value = source.value if isinstance(source.value, dict) else {}
    for key in ("targets", "figures"):
        items = value.get(key)
        for index in range(len(items) if isinstance(items, list) else 0):
            found += _entry(source, key, index, faults)
    if not found and not faults and stubs_in(path.read_text(encoding="utf-8-sig")) is None:
        faults.append(
            Fault(
                name,
                "holds no targets",
                "a list under `targets:`",
                "targets:\n  - id: a.b",
                "empty-plan",
            )
        )
    faults.extend(
        Fault(
            source.where((key,)),
            f"unknown field {key!r}",
            near_names(key, PlanFile.model_fields),
            code="extra-forbidden",
        )
        for key in value
        if key not in PlanFile.model_fields
    )
    return found


def _called(raw: object) -> str:
    """Return the name and the clause of a target that may be at fault."""
    fields = raw if isinstance(raw, dict) else {}
    cite = fields.get("cite")
    clause = cite.get("clause") if isinstance(cite, dict) else None
    return f"{fields.get('id') or 'a target without id'}" + (f" ({clause})" if clause else "")


def _entry(source: Written, key: str, index: int, faults: list[Fault]) -> list[Entry]:
    """Read one target on its own, so that its faults name it and hide no other's."""
    assert isinstance(source.value, dict)
    items = source.value[key]
    assert isinstance(items, list)
    raw = items[index]
    shifted = {spot[2:]: line for spot, line in source.lines.items() if spot[:2] == (key, index)}
    alone = Written(
        source.name, {"targets": [raw]}, {("targets", 0, *spot): line for spot, line in shifted.items()}
    )
    name = _called(raw)
    line = source.lines[(key, index)]
    try:
        (target,) = read_definition(alone, PlanFile).targets
    except DefinitionError as error:
        for fault in error.faults:
            where = fault.where.replace("targets[0].", "").replace("targets[0]", f"{key}[{index}]")
            faults.append(
                Fault(
                    f"{where} of {name}",
                    fault.found,
                    fault.accepted,
                    fault.example,
                    fault.code,
                )
            )
        return []
    clause = f" ({target.cite.clause})" if target.cite and target.cite.clause else ""
    return [Entry(target, f"{source.name}:{line}: {target.id}{clause}", key == "figures")]
