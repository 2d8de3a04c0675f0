"""This package's kinds of checks as expectations of Great Expectations, with their words for Data Docs.

They compute nothing themselves. Whoever runs them computes the offending rows of all checks beforehand, in
few scans, and lays them into `offending`; the one metric hands each expectation its own by the check's code.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from html import escape
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

from edutargets.findings import masked
from edutargets.own_kinds import OWN

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # importing it warns about its own use of deprecated modules
    from great_expectations.compatibility import pydantic
    from great_expectations.exceptions.exceptions import GreatExpectationsError
    from great_expectations.execution_engine.pandas_execution_engine import PandasExecutionEngine
    from great_expectations.expectations.expectation import BatchExpectation
    from great_expectations.expectations.metrics.metric_provider import metric_value
    from great_expectations.expectations.metrics.table_metric_provider import TableMetricProvider
    from great_expectations.render.components import (
        LegacyDiagnosticRendererType,
        LegacyRendererType,
        RenderedStringTemplateContent,
        RenderedTableContent,
    )
    from great_expectations.render.renderer.renderer import renderer
    from great_expectations.render.renderer_configuration import RendererValueType

if TYPE_CHECKING:
    from great_expectations.core import ExpectationValidationResult
    from great_expectations.execution_engine.execution_engine import ExecutionEngine
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
    from great_expectations.render.components import CollapseContent
    from great_expectations.render.renderer_configuration import RendererConfiguration

    from edutargets.own_kinds import OwnKind, Setting

__all__ = ["CLASSES", "METRIC", "ExpectNoRows", "ExpectRows", "Offending", "offending"]

Offending = Sequence[tuple[int | None, str]]
"""Positions of rows (none: what was found has no row here), each with what was computed beside it."""

METRIC = "edutargets.offending_rows"
_SHOWN = 20
_KEPT = 200  # as many as Great Expectations keeps of the values of its own kinds

offending: ContextVar[Mapping[str, Offending | Exception]] = ContextVar("edutargets_offending")
"""What the runner computed before it validates, by the code of the check."""


class OffendingRows(TableMetricProvider):
    """The rows that a check found, as the runner computed them; what it could not compute is raised here."""

    metric_name = METRIC
    value_keys = ("code",)

    @metric_value(engine=PandasExecutionEngine)
    def _pandas(  # GX binds the class itself and passes five keyword arguments
        cls,  # noqa: N805
        metric_value_kwargs: dict[str, str],
        **_: object,
    ) -> Offending:
        code = metric_value_kwargs["code"]
        found = offending.get({}).get(code)
        if found is None:
            message = f"nothing was computed for {code!r}: such checks run through the gate of edutargets"
            raise GreatExpectationsError(message)
        if isinstance(found, Exception):
            raise found
        return found


class _OwnExpectation(BatchExpectation):
    """What all kinds of this package have in common: a code, one metric, words."""

    code: str = ""
    metric_dependencies: ClassVar[tuple[str, ...]] = (METRIC,)
    success_keys: ClassVar[tuple[str, ...]] = ("code",)
    args_keys: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def is_abstract(cls) -> bool:
        """Whether it stands for a kind of check by itself, which only its subclasses do."""
        return cls.__name__ == "_OwnExpectation" or bool(super().is_abstract())

    @pydantic.root_validator(pre=True)
    def _code_of_meta(cls, values: dict[str, Any]) -> dict[str, Any]:  # noqa: N805  # as pydantic binds it
        """Take the code from `meta`, where a suite's file has it."""
        meta = values.get("meta")
        if not values.get("code") and isinstance(meta, Mapping) and meta.get("code"):
            return {**values, "code": meta["code"]}
        return values

    def _validate(
        self,
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any] | None = None,  # noqa: ARG002  # GX passes it
        execution_engine: ExecutionEngine[Any] | None = None,  # noqa: ARG002  # GX passes it
    ) -> dict[str, object]:
        """Say the result in GX's own form, so that its reports can show it."""
        found: Offending = metrics[METRIC]
        first = found[:_KEPT]
        result = {"unexpected_count": len(found), "unexpected_index_list": [row for row, _ in first]}
        return {
            "success": not found,
            "result": {**result, "details": {"notes": [note for _, note in first]}},
        }

    @classmethod
    def _prescriptive_template(
        cls, renderer_configuration: RendererConfiguration[Any]
    ) -> RendererConfiguration[Any]:
        kwargs = dict(renderer_configuration.kwargs or {})
        meta = getattr(renderer_configuration.configuration, "meta", None)
        text = _sentence(cls.expectation_type, kwargs, meta)
        renderer_configuration.add_param(name="text", param_type=RendererValueType.STRING, value=text)
        renderer_configuration.template_str = "$text"
        return renderer_configuration

    @classmethod
    @renderer(renderer_type=LegacyRendererType.PRESCRIPTIVE)
    def _prescriptive_renderer(
        cls,
        configuration: ExpectationConfiguration | None = None,
        result: ExpectationValidationResult | None = None,
        runtime_configuration: dict[str, Any] | None = None,  # noqa: ARG003  # GX passes it
        **_: object,
    ) -> list[RenderedStringTemplateContent]:
        if configuration is None and result is not None:
            configuration = result.expectation_config
        kwargs = dict(configuration.kwargs) if configuration else {}
        text = _sentence(cls.expectation_type, kwargs, configuration.meta if configuration else None)
        return [_words(text)]

    @classmethod
    @renderer(renderer_type=LegacyDiagnosticRendererType.OBSERVED_VALUE)
    def _diagnostic_observed_value_renderer(
        cls,
        configuration: ExpectationConfiguration | None = None,  # noqa: ARG003  # GX passes it
        result: ExpectationValidationResult | None = None,
        runtime_configuration: dict[str, Any] | None = None,  # noqa: ARG003  # GX passes it
        **_: object,
    ) -> str:
        count = (result.result or {}).get("unexpected_count") if result else None
        return "--" if count is None else "1 row" if count == 1 else f"{count:,} rows"

    @classmethod
    @renderer(renderer_type=LegacyDiagnosticRendererType.UNEXPECTED_STATEMENT)
    def _diagnostic_unexpected_statement_renderer(
        cls,
        configuration: ExpectationConfiguration | None = None,
        result: ExpectationValidationResult | None = None,
        runtime_configuration: dict[str, Any] | None = None,
    ) -> list[RenderedStringTemplateContent | CollapseContent]:
        """Say only what went wrong: how many rows failed stands beside it, a share of rows means nothing."""
        if result is None or "unexpected_count" in (result.result or {}):
            return []
        return list(
            super()._diagnostic_unexpected_statement_renderer(configuration, result, runtime_configuration)
        )

    @classmethod
    @renderer(renderer_type=LegacyDiagnosticRendererType.UNEXPECTED_TABLE)
    def _diagnostic_unexpected_table_renderer(
        cls,
        configuration: ExpectationConfiguration | None = None,  # noqa: ARG003  # GX passes it
        result: ExpectationValidationResult | None = None,
        runtime_configuration: dict[str, Any] | None = None,  # noqa: ARG003  # GX passes it
        **_: object,
    ) -> list[RenderedTableContent | CollapseContent] | None:
        found = (result.result or {}) if result else {}
        rows = list(found.get("unexpected_index_list") or ())[:_SHOWN]
        notes = list((found.get("details") or {}).get("notes") or ())[:_SHOWN]
        if not rows:
            return None
        cells = [  # GX writes the cells of a table into its page as they are
            [_where(row), escape(masked(str(note)))]
            for row, note in zip(rows, notes or [""] * len(rows), strict=True)
        ]
        styling = {"body": {"classes": ["table-bordered", "table-sm", "mt-3"]}}
        return [
            RenderedTableContent(
                content_block_type="table",
                table=cells,
                header_row=["Row", "What was computed"],
                styling=styling,
            )
        ]


def _where(row: int | None) -> str:
    """Name a row as its position counted from one; what was found may have none."""
    return "none" if row is None else f"{int(row) + 1:,}"


def _words(text: str) -> RenderedStringTemplateContent:
    """Put a text where GX escapes it: a parameter, for a template goes into the page as it is."""
    return RenderedStringTemplateContent(
        content_block_type="string_template", string_template={"template": "$text", "params": {"text": text}}
    )


def _sentence(kind: str, kwargs: Mapping[str, Any], meta: Mapping[str, Any] | None) -> str:
    """Say what a check expects, in both languages, with its code and the sentence its sender reads."""
    own, meta = OWN[kind], meta or {}
    settings = {name: value for name, value in kwargs.items() if name in own.settings and value is not None}
    en, zh = (_filled(text, settings) for text in (own.expects.en, own.expects.zh))
    said = [name for name in settings if f"${name}" not in own.expects.en]
    further = "; ".join(f"{name}: {_plain(settings[name])}" for name in said)
    says = meta.get("says") or meta
    reason = " / ".join(str(says[language]) for language in ("zh", "en") if says.get(language))
    code = meta.get("code") or kwargs.get("code")
    parts = [
        f"{code}:" if code else "",
        f"{en} / {zh}",
        f"({further})" if further else "",
        reason and f"→ {reason}",
    ]
    return " ".join(part for part in parts if part)


def _filled(text: str, settings: Mapping[str, Any]) -> str:
    for name in sorted(settings, key=len, reverse=True):
        text = text.replace(f"${name}", _plain(settings[name]))
    return text


def _plain(value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(_plain(one) for one in value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


_Number = pydantic.StrictInt | pydantic.StrictFloat
_TYPES: Mapping[str, Any] = MappingProxyType(
    {
        "column": str, "condition": str, "query": str, "relation": str, "reference": str, "choice": str,
        "columns": list[str], "links": list[str], "flag": pydantic.StrictBool, "whole": pydantic.StrictInt,
        "number": _Number, "share": _Number, "numbers": list[_Number],
    }
)  # fmt: skip


def _field(setting: Setting) -> tuple[Any, Any]:
    kind = _TYPES[setting.takes]
    return (kind, ...) if setting.needed else (kind | None, None)


def _made(name: str, kind: OwnKind) -> type[BatchExpectation]:
    """Make the class of a kind; Great Expectations registers it by its name."""
    title = "".join(word.capitalize() for word in name.split("_"))
    fields: dict[str, Any] = {setting: _field(one) for setting, one in kind.settings.items()}
    made: type[BatchExpectation] = pydantic.create_model(
        title, __base__=_OwnExpectation, __module__=__name__, **fields
    )
    example = json.dumps({"type": name, "kwargs": dict(kind.example)}, ensure_ascii=False)
    made.__doc__ = f"Expect that {kind.expects.en}.\n\n{kind.expects.zh}。\n\nExamples:\n    {example}\n"
    made.args_keys = tuple(kind.settings)
    made.success_keys = (*kind.settings, "code")
    return made


CLASSES: Mapping[str, type[BatchExpectation]] = MappingProxyType(
    {name: _made(name, kind) for name, kind in OWN.items()}
)
ExpectRows = CLASSES["expect_rows"]
ExpectNoRows = CLASSES["expect_no_rows"]
