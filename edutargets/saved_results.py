"""A saved result (`evaluate --format json`) computed again from its data, and held against itself."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, cast

from edutargets.attainment import evaluate, reproduce
from edutargets.baselines import Baseline, fields_of, hashes_of
from edutargets.checking import check_submission, read_data
from edutargets.errors import DefinitionError, EduTargetsError, Fault
from edutargets.gate import UncheckedDataWarning, admit_unchecked
from edutargets.json_files import read_json
from edutargets.plans import read_pack
from edutargets.result_rows import SCHEMA, plan_record
from edutargets.reviews import Review, compared

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from edutargets.attainment import PlanAttainment
    from edutargets.plans import Pack
    from edutargets.result_rows import Json

__all__ = ["review_result"]


def review_result(path: Path, data: str, pack: str | None = None) -> Review:
    """Compute a saved result again, and hold it against what was saved.

    A result on data that no gate had seen is computed in the same way, for the same reason.

    Args:
        path: The saved result.
        data: The folder handed in, or a sample's name.
        pack: The pack's folder, where it is none of those that come with the package.

    Returns:
        What differs, in the order of the plan; what cannot be computed is in it as ``failed``.
    """
    try:
        saved = _read(path)
        found = read_pack(pack or str(saved["pack"]))
        again = plan_record(_recomputed(found, data, saved))
    except EduTargetsError as error:
        return Review(path.name, failed=str(error))
    return compared(path.name, _baseline(saved), _baseline(again))


def _read(path: Path) -> Mapping[str, Json]:
    content = cast("object", read_json(path).value)
    fault = Fault(path.name, "is no saved result", f"the schema {SCHEMA}, from evaluate --format json")
    if not isinstance(content, dict) or content.get("schema") != SCHEMA:
        raise DefinitionError(fault)
    targets, made = content.get("targets"), content.get("provenance")
    if (
        not isinstance(targets, list)
        or not isinstance(made, dict)
        or not isinstance(content.get("pack"), str)
    ):
        raise DefinitionError(fault)
    if not all(isinstance(one, dict) and isinstance(one.get("id"), str) for one in targets):
        raise DefinitionError(fault)
    return cast("Mapping[str, Json]", content)


def _recomputed(pack: Pack, data: str, saved: Mapping[str, Json]) -> PlanAttainment:
    """Evaluate the plan, or recompute the published figures where it is these that were saved."""
    submission, reason = read_data(pack, data), saved.get("unchecked")
    if isinstance(reason, str) and reason.strip():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UncheckedDataWarning)
            admitted = admit_unchecked(submission, reason=reason)
    else:
        admitted = check_submission(pack, submission).admit()
    names = set(_records(saved))
    judge = reproduce if names & set(pack.figures.ids) and not names & set(pack.plan.ids) else evaluate
    return judge(pack, admitted)


def _records(saved: Mapping[str, Json]) -> dict[str, Mapping[str, Json]]:
    targets = cast("list[Mapping[str, Json]]", saved["targets"])
    return {str(one["id"]): one for one in targets}


def _baseline(saved: Mapping[str, Json]) -> Baseline:
    """Return a saved result in the form in which results are held against each other."""
    made = cast("Mapping[str, Json]", saved["provenance"])
    results = {name: fields_of(one) for name, one in _records(saved).items()}
    inputs, known = dict(hashes_of(made)), made.get("versions")
    if made.get("packages"):
        inputs["packages"] = str(made["packages"])
    versions = {"edutargets": str(made.get("edutargets", ""))}
    versions |= {name: str(one) for name, one in known.items()} if isinstance(known, dict) else {}
    return Baseline({str(saved["pack"]): results}, inputs, versions)
