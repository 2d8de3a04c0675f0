"""Great Expectations' own pages of what a gate found, written by Great Expectations itself.

Nothing runs again: its result objects are filled with what the gate found, so its pages cannot say otherwise.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from edutargets import _gx_expectations
from edutargets._gx_engine import quiet
from edutargets.errors import Fault
from edutargets.written_files import OutputError

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # importing it warns about its own use of deprecated modules
    import great_expectations as gx
    from great_expectations.core import ExpectationSuiteValidationResult, ExpectationValidationResult
    from great_expectations.core.run_identifier import RunIdentifier
    from great_expectations.data_context.types.base import ProgressBarsConfig
    from great_expectations.data_context.types.resource_identifiers import (
        ExpectationSuiteIdentifier,
        ValidationResultIdentifier,
    )
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
    from great_expectations.expectations.metadata_types import FailureSeverity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from great_expectations.data_context.data_context.ephemeral_data_context import EphemeralDataContext

    from edutargets.checks import Check

__all__ = ["write_site"]

_SITE = "edutargets"
_OWN = _gx_expectations.__name__
"""Loading that module registers this package's kinds, with the words they have in these pages."""

Result = tuple["Check", bool, "Mapping[str, Any]", str]
"""A check, whether it passed, what GX shows of it, why it could not run."""


def write_site(
    results: Mapping[str, Sequence[Result]], folder: Path, *, submission: str, moment: datetime
) -> Path:
    """Write the pages: one for each suite, one for what came out, and an index.

    Args:
        results: Of each table, every check and how it ended; nothing in them is masked here.
        folder: Where to write.
        submission: What the submission is called.
        moment: When it was checked.

    Returns:
        The index.
    """
    with quiet():
        context = _context(folder)
        run = RunIdentifier(run_name=submission, run_time=moment)
        for table, found in results.items():
            told = [_result(check, shown, error, is_passed=passed) for check, passed, shown, error in found]
            suite = gx.ExpectationSuite(name=table)
            suite.expectations = [one for check, *_ in found if (one := _built(check)) is not None]
            context.suites.add(suite)
            key = ValidationResultIdentifier(ExpectationSuiteIdentifier(table), run, table)
            context.validation_results_store.set(key, _validated(table, told, run))
        context.build_data_docs(site_names=[_SITE])
    pages = list((folder / "validations").rglob("*.html"))
    if len(pages) != len(results):  # it only logs what it could not write
        lost = f"Great Expectations wrote {len(pages)} of {len(results)} pages"
        raise OutputError(Fault(str(folder), lost, "a page for each table", code="lost-page"))
    return folder / "index.html"


def _context(folder: Path) -> EphemeralDataContext:
    """Return a context that keeps nothing, sends nothing and has one site, in the folder."""
    context = gx.get_context(mode="ephemeral")
    context.enable_analytics(enable=False)
    context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
    for site in list(context.get_site_names()):
        context.delete_data_docs_site(site)
    settings: Any = {
        "class_name": "SiteBuilder",
        "show_how_to_buttons": False,
        "store_backend": {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(folder)},
        "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
    }
    context.add_data_docs_site(_SITE, settings)
    return context


def _configuration(check: Check) -> ExpectationConfiguration:
    words = " / ".join(dict.fromkeys(text for text in (check.says.zh, check.says.en) if text))
    return ExpectationConfiguration(
        type=check.type,
        kwargs=dict(check.kwargs),
        severity=FailureSeverity(check.severity.value),
        meta={
            "code": check.code,
            "zh": check.says.zh,
            "en": check.says.en,
            "notes": {"format": "string", "content": [f"{check.code}: {words}"]},
        },
    )


def _built(check: Check) -> Any:  # noqa: ANN401  # whatever GX makes of it
    try:
        return _configuration(check).to_domain_obj()
    except Exception:  # noqa: BLE001  # the gate has told already that this check could not run
        return None


def _result(
    check: Check, shown: Mapping[str, Any], error: str, *, is_passed: bool
) -> ExpectationValidationResult:
    raised = {
        "raised_exception": bool(error),
        "exception_message": error or None,
        "exception_traceback": "",
    }
    return ExpectationValidationResult(
        success=is_passed,
        expectation_config=_configuration(check),
        result=dict(shown),
        meta={},
        exception_info=raised,
    )


def _validated(
    table: str, results: Sequence[ExpectationValidationResult], run: RunIdentifier
) -> ExpectationSuiteValidationResult:
    passed = sum(bool(one.success) for one in results)
    batch = {
        "datasource_name": _SITE,
        "data_connector_name": "gate",
        "data_asset_name": table,
        "batch_identifiers": {},
    }
    meta: Any = {
        "run_id": run,
        "great_expectations_version": gx.__version__,
        "active_batch_definition": batch,
    }
    return ExpectationSuiteValidationResult(
        success=passed == len(results),
        results=list(results),
        suite_name=table,
        statistics={
            "evaluated_expectations": len(results),
            "successful_expectations": passed,
            "unsuccessful_expectations": len(results) - passed,
            "success_percent": 100 * passed / len(results) if results else None,
        },
        meta=meta,
    )
