"""JSON Schemas of everything people write down, so that an editor completes it and marks what is wrong."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Literal, get_args

from edutargets.checks import KINDS
from edutargets.gate_json import report_schema
from edutargets.pack_files import PackFile
from edutargets.plan_remarks import ExclusionsFile, FindingsFile
from edutargets.plans import PlanFile
from edutargets.suites import CheckEntry, SuiteEntry
from edutargets.tables import Dictionary

if TYPE_CHECKING:
    from pydantic import BaseModel, JsonValue

    from edutargets.checks import Kind

__all__ = ["FILES", "DefinitionFile", "schema_for", "schema_text"]

DefinitionFile = Literal["plan", "tables", "pack", "suite", "exclusions", "findings", "gate-report"]
FILES: tuple[DefinitionFile, ...] = get_args(DefinitionFile)
_MODELS: dict[DefinitionFile, type[BaseModel]] = {
    "plan": PlanFile,
    "tables": Dictionary,
    "pack": PackFile,
    "exclusions": ExclusionsFile,
    "findings": FindingsFile,
}
_TITLES = {
    "plan": "plan.yaml of an edutargets pack",
    "tables": "tables.yaml of an edutargets pack",
    "pack": "pack.yaml of an edutargets pack",
    "suite": "expectations/<pack>/<table>.json of an edutargets pack",
    "exclusions": "exclusions.yaml of an edutargets pack",
    "findings": "findings.yaml of an edutargets pack",
    "gate-report": "what `edutargets gate --format json` writes",
}


def schema_for(file: DefinitionFile) -> dict[str, JsonValue]:
    """Return the JSON Schema of one kind of file of a pack.

    Examples:
        >>> sorted(schema_for("plan")["properties"])[-1]
        'targets'
    """
    own = {"suite": _suite, "gate-report": report_schema}
    found = own[file]() if file in own else _MODELS[file].model_json_schema(by_alias=True)
    if file not in own:
        _let_numbers_be_texts(found)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **found, "title": _TITLES[file]}


def _let_numbers_be_texts(schema: JsonValue) -> None:
    """Let a bare number stand where a text is meant: an editor sees `published: 2010` as a number."""
    if isinstance(schema, dict):
        if schema.get("type") == "string" and not {"const", "enum", "format", "pattern"} & set(schema):
            schema["type"] = ["string", "number"]
        schema = list(schema.values())
    for inner in schema if isinstance(schema, list) else []:
        _let_numbers_be_texts(inner)


def _suite() -> dict[str, JsonValue]:
    """Put the schema of a check into that of a suite: both are read one by one, to report every fault."""
    suite, check = SuiteEntry.model_json_schema(), CheckEntry.model_json_schema()
    parts = {**suite.pop("$defs", {}), **check.pop("$defs", {})}
    check["properties"]["type"]["enum"] = sorted(KINDS)
    check["allOf"] = [
        {
            "if": {"properties": {"type": {"const": name}}},
            "then": {
                "properties": {"kwargs": _settings(kind)},
                "required": ["kwargs"] if kind.required else [],
            },
        }
        for name, kind in sorted(KINDS.items())
    ]
    suite["properties"]["expectations"] = {
        "items": {"$ref": "#/$defs/Check"},
        "minItems": 1,
        "type": "array",
    }
    return {**suite, "$defs": {**parts, "Check": check}}


def _settings(kind: Kind) -> dict[str, JsonValue]:
    """Let an editor offer the settings of a kind of check, and mark the others."""
    return {
        "type": "object",
        "properties": {name: {} for name in kind.settings},
        "required": list(kind.required),
        "additionalProperties": False,
    }


def schema_text(file: DefinitionFile) -> str:
    """Return the JSON Schema as text for a file beside the pack."""
    return json.dumps(schema_for(file), ensure_ascii=False, indent=2) + "\n"
