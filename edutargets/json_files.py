"""JSON read strictly: a repeated key is an error, and every value knows its line."""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from typing import TYPE_CHECKING, cast

from edutargets.errors import DefinitionError, Fault
from edutargets.yaml_files import Written

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic import JsonValue

    from edutargets.yaml_files import Spot, Value

__all__ = ["parse_json", "read_json"]

_BLANK = re.compile(r"[ \t\n\r]*")


def read_json(path: Path) -> Written:
    """Read a JSON file that people edit by hand.

    Raises:
        DefinitionError: If the file is missing, is not UTF-8 or not JSON, or repeats a key.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError as error:
        raise DefinitionError(
            Fault(str(path), "there is no such file", "a JSON file", code="no-file")
        ) from error
    except (UnicodeDecodeError, OSError) as error:
        found = f"cannot be read as UTF-8 text ({error})"
        raise DefinitionError(Fault(str(path), found, "a JSON file in UTF-8", code="encoding")) from error
    return parse_json(text, path.name)


def parse_json(text: str, name: str = "json") -> Written:
    r"""Read JSON text and note on which line every value stands.

    Examples:
        >>> written = parse_json('{\n  "limits": [1,\n 2]}', "suite.json")
        >>> written.where(("limits", 1))
        'suite.json:3: limits[1]'
    """
    try:
        json.loads(text, parse_constant=_no_number)
        reader = _Reader(name, text)
        value, _ = reader.value(0, ())
    except json.JSONDecodeError as error:
        where = f"{name}:{error.lineno}"
        raise DefinitionError(
            Fault(where, f"not JSON: {error.msg} (column {error.colno})", "JSON", code="json")
        ) from error
    except (ValueError, RecursionError) as error:
        raise DefinitionError(Fault(name, f"not JSON: {error}", "JSON", code="json")) from error
    if reader.faults:
        raise DefinitionError(*reader.faults)
    # `Written` holds what YAML gives: texts only. The paths and lines, all it is asked for, are the same.
    return Written(name, cast("Value", value), reader.lines)


def _no_number(constant: str) -> JsonValue:
    message = f"{constant} is no number"
    raise ValueError(message)


class _Reader:
    """Walk text that is known to be JSON once, noting lines and repeated keys."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.text = text
        self.lines: dict[Spot, int] = {}
        self.faults: list[Fault] = []
        self._breaks = [match.start() for match in re.finditer("\n", text)]
        self._decoder = json.JSONDecoder()

    def value(self, at: int, spot: Spot) -> tuple[JsonValue, int]:
        """Return the value that starts at or after an offset, and where it ends."""
        at = self._skip(at)
        self.lines[spot] = self._line(at)
        if self.text[at] == "{":
            return self._object(at, spot)
        if self.text[at] == "[":
            return self._array(at, spot)
        value, end = self._decoder.raw_decode(self.text, at)
        return cast("JsonValue", value), end

    def _object(self, at: int, spot: Spot) -> tuple[JsonValue, int]:
        found: dict[str, JsonValue] = {}
        at = self._skip(at + 1)
        while self.text[at] != "}":
            line = self._line(at)
            key, end = self._decoder.raw_decode(self.text, at)
            if key in found:
                first = self.lines[(*spot, key)]
                fault = f"the key {key!r} is repeated (first on line {first})"
                self.faults.append(Fault(f"{self.name}:{line}", fault, "each key once", code="repeated-key"))
            found[key], at = self.value(self._skip(end) + 1, (*spot, key))
            self.lines[(*spot, key)] = line
            at = self._next(at)
        return found, at + 1

    def _array(self, at: int, spot: Spot) -> tuple[JsonValue, int]:
        found: list[JsonValue] = []
        at = self._skip(at + 1)
        while self.text[at] != "]":
            item, at = self.value(at, (*spot, len(found)))
            found.append(item)
            at = self._next(at)
        return found, at + 1

    def _next(self, at: int) -> int:
        at = self._skip(at)
        return self._skip(at + 1) if self.text[at] == "," else at

    def _skip(self, at: int) -> int:
        match = _BLANK.match(self.text, at)
        return match.end() if match else at

    def _line(self, at: int) -> int:
        return bisect_left(self._breaks, at) + 1
