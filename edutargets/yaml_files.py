"""YAML read so that nothing changes its meaning: every scalar stays text, every value knows its line."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from edutargets.errors import DefinitionError, Fault, near_names

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pydantic_core import ErrorDetails

__all__ = [
    "Definition",
    "Spot",
    "Value",
    "Written",
    "faults_of_validation",
    "parse_yaml",
    "read_definition",
    "read_yaml",
    "survey_yaml",
    "write_yaml",
]

Value = dict[str, "Value"] | list["Value"] | str | None
Spot = tuple[str | int, ...]

_SEXAGESIMAL = re.compile(r"[-+]?\d+(:\d+)+")
_LARGEST = 5_000_000
_NULLS = {"", "~", "null", "Null", "NULL"}


class Definition(BaseModel):
    """What people write down in a pack: frozen, and a misspelled field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, defer_build=True)


DefinitionT = TypeVar("DefinitionT", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Written:
    """A YAML file as it was written.

    Args:
        name: The file's name, for messages.
        value: Nested dictionaries, lists and texts; an empty value is ``None``.
        lines: The line of every value, by its path.
        faults: What is wrong with the writing itself: repeated keys, values that readers disagree about.
        names: The files that parts of it came from, by their paths, where it was put together from several.
    """

    name: str
    value: Value
    lines: Mapping[Spot, int] = field(repr=False)
    faults: tuple[Fault, ...] = ()
    names: Mapping[Spot, str] = field(default_factory=dict, repr=False)

    def where(self, spot: Spot) -> str:
        """Say in which file and line a value stands, e.g. ``plan.yaml:14: targets[2].at_least``."""
        known = spot
        while known and known not in self.lines:
            known = known[:-1]
        path = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in spot).lstrip(".")
        homes = (self.names.get(spot[:length]) for length in range(len(spot), -1, -1))
        name = next((home for home in homes if home is not None), self.name)
        return f"{name}:{self.lines.get(known, 1)}" + (f": {path}" if path else "")


def read_yaml(path: Path, name: str | None = None) -> Written:
    """Read a YAML file of a pack.

    Args:
        path: Where it lies.
        name: What messages call it; its own name if nothing else is said.

    Raises:
        DefinitionError: If the file is missing, too large, not UTF-8 or not YAML, repeats a key, or holds a
            value that YAML readers disagree about (``25:1``).
    """
    return _sound(survey_yaml(path, name))


def survey_yaml(path: Path, name: str | None = None) -> Written:
    """Read a YAML file whose writing may be at fault, so that the rest of it can be looked at as well.

    Args:
        path: Where it lies.
        name: What messages call it; its own name if nothing else is said.

    Raises:
        DefinitionError: If the file is missing, too large, not UTF-8 or not YAML at all.
    """
    where = str(path)
    try:
        size = path.stat().st_size
        text = path.read_text(encoding="utf-8-sig") if size <= _LARGEST else ""
    except FileNotFoundError as error:
        raise DefinitionError(Fault(where, "there is no such file", "a YAML file")) from error
    except (UnicodeDecodeError, OSError) as error:
        found = f"cannot be read as UTF-8 text ({error})"
        raise DefinitionError(Fault(where, found, "a YAML file in UTF-8")) from error
    if size > _LARGEST:
        raise DefinitionError(Fault(where, f"has {size:,} bytes", f"at most {_LARGEST:,}; split the plan"))
    return _composed(text, name or path.name)


def parse_yaml(text: str, name: str = "yaml") -> Written:
    r"""Read YAML text without letting any scalar change its meaning.

    Examples:
        >>> parse_yaml("a: NO\nb: 010").value
        {'a': 'NO', 'b': '010'}
    """
    return _sound(_composed(text, name))


def _sound(written: Written) -> Written:
    if written.faults:
        raise DefinitionError(*written.faults)
    return written


def _composed(text: str, name: str) -> Written:
    def unreadable(where: str, found: str) -> DefinitionError:
        return DefinitionError(Fault(where, found, "YAML, such as a list of targets", "id: a.b", "yaml"))

    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        reader = _Reader(name)
        value = None if node is None else reader.value(node, ())
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise unreadable(f"{name}:{line}", f"not YAML: {error.problem}") from error
    except yaml.YAMLError as error:
        raise unreadable(name, f"not YAML: {error}") from error
    except RecursionError as error:
        raise unreadable(name, "nested too deeply to be read") from error
    return Written(name, value, reader.lines, tuple(reader.faults))


class _Reader:
    """Walk the composed nodes once, noting lines and faults."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.lines: dict[Spot, int] = {}
        self.faults: list[Fault] = []
        self._seen: set[int] = set()

    def value(self, node: yaml.Node, spot: Spot) -> Value:
        self.lines[spot] = node.start_mark.line + 1
        if id(node) in self._seen:
            self._fault(node, "an alias (*name) repeats another value", "the value written out", "yaml-alias")
            return None
        self._seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, spot)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*spot, index)) for index, item in enumerate(node.value)]
        return self._scalar(node)

    def _mapping(self, node: yaml.MappingNode, spot: Spot) -> dict[str, Value]:
        found: dict[str, Value] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            if key in found:
                first = self.lines[(*spot, key)]
                self._fault(
                    key_node,
                    f"the key {key!r} is repeated (first on line {first})",
                    "each key once",
                    "repeated-key",
                )
                continue
            found[key] = self.value(value_node, (*spot, key))
            self.lines[(*spot, key)] = key_node.start_mark.line + 1
        return found

    def _scalar(self, node: yaml.Node) -> str | None:
        text = str(node.value)
        plain = getattr(node, "style", None) is None
        if plain and text in _NULLS:
            return None
        if plain and _SEXAGESIMAL.fullmatch(text):
            self._fault(
                node,
                f"{text} is read as a clock time or as base 60 by YAML readers",
                "a number with its unit, or the text in quotes",
                "sexagesimal",
                f"{text.split(':', maxsplit=1)[0]} student/teacher",
            )
        return text

    def _fault(self, node: yaml.Node, found: str, accepted: str, code: str, example: str = "") -> None:
        self.faults.append(Fault(f"{self.name}:{node.start_mark.line + 1}", found, accepted, example, code))


def read_definition(written: Written, model: type[DefinitionT]) -> DefinitionT:
    """Turn a written file into its model.

    Raises:
        DefinitionError: With every fault of the file, each with its line.
    """
    try:
        return model.model_validate(written.value)
    except ValidationError as error:
        raise DefinitionError(*faults_of_validation(error, written)) from error


def faults_of_validation(error: ValidationError, written: Written, spot: Spot = ()) -> list[Fault]:
    """Say pydantic's findings in our words, with file and line and the names that are allowed."""
    return [_fault_of(details, written, spot) for details in error.errors()]


def _fault_of(details: ErrorDetails, written: Written, spot: Spot) -> Fault:
    place = _resolve(written.value, (*spot, *details["loc"]))
    found, accepted = details["msg"], ""
    kind = details["type"]
    context = details.get("ctx", {})
    if kind == "extra_forbidden":
        found = f"unknown field {details['loc'][-1]!r}"
        accepted = "a field of this kind of entry (see `edutargets schema`)"
    elif kind == "missing":
        found = f"the field {details['loc'][-1]!r} is missing"
        accepted = f"`{details['loc'][-1]}:` with its value (see `edutargets schema`)"
    elif kind in {"union_tag_invalid", "literal_error", "enum"}:
        known = str(context.get("expected_tags") or context.get("expected", "")).replace(" or ", ", ")
        names = [name.strip(" '\"") for name in known.split(",")]
        wrong = str(context.get("tag", details["input"]))
        found, accepted = f"{wrong!r} is not one of them", near_names(wrong, names)
    elif kind == "value_error":
        found = str(context.get("error", details["msg"]))
    else:
        found = f"{details['msg']} (found {details['input']!r})"
    return Fault(written.where(place), found, accepted, code=kind.replace("_", "-"))


def _resolve(value: Value, spot: Spot) -> Spot:
    """Keep the steps of a pydantic location that exist in the file: union tags do not."""
    kept: list[str | int] = []
    for position, step in enumerate(spot):
        last = position == len(spot) - 1
        if isinstance(value, dict) and value.get("type") == step and (not last or step not in value):
            continue  # the tag of a union, such as `count`, which may also be the name of a field
        if isinstance(value, dict) and step in value:
            value = value[str(step)]
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        elif not last:
            continue
        elif not isinstance(value, dict):
            break
        kept.append(step)
    return tuple(kept)


class _Dumper(yaml.SafeDumper):
    """Block style, order kept, quotes only where they are needed."""

    def ignore_aliases(self, data: object) -> bool:
        """Write a value out wherever it stands, also one that two targets share."""
        del data
        return True


def _text_node(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    """Quote what only our reader would take for a clock time, and what block style would fold away."""
    style = "'" if _SEXAGESIMAL.fullmatch(text) else '"' if "\x85" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text_node)


def write_yaml(value: object) -> str:
    """Write definitions as YAML text that :func:`parse_yaml` reads back as the same texts."""
    return yaml.dump(value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110)
