"""A plan held against itself before any data are read: what the rules find, and what its readers found."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from edutargets import attainment
from edutargets.plan_findings import PlanFinding, PlanPlace, in_order, waived
from edutargets.plan_texts import cut
from edutargets.plans import Plan, bind_all
from edutargets.quote_rules import quote_findings
from edutargets.target_rules import target_findings
from edutargets.targets import Count
from edutargets.units import Quantity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from edutargets.gate import AdmittedSubmission
    from edutargets.plans import Pack

__all__ = ["plan_findings", "populations_of"]


def plan_findings(pack: Pack, populations: Mapping[str, int] | None = None) -> tuple[PlanFinding, ...]:
    """Say what does not agree with itself in a plan: by rule, and as its readers recorded it.

    Args:
        pack: The pack; what is found stops nothing.
        populations: How many rows a table or view has, from :func:`populations_of`, where data are at hand.

    Returns:
        The findings, the weightiest first, those that somebody waived last.
    """
    found = [*target_findings(pack, populations or {}), *quote_findings(pack), *_of_readers(pack)]
    return in_order(waived(found, pack.remarks.waivers))


def populations_of(pack: Pack, admitted: AdmittedSubmission) -> dict[str, int]:
    """Count the rows of every table or view that a target names as its population, in the last year."""
    names = sorted({target.population for target in pack.plan if isinstance(target.population, str)})
    counts = tuple(
        Count.model_validate(
            {
                "id": f"population.{at}",
                "type": "count",
                "from": name,
                "count": "count(*)",
                "at_least": Quantity.parse(f"0 {pack.dictionary.relation(name).counts}"),
                "at_every": "snapshot",
            }
        )
        for at, name in enumerate(names)
    )
    plan = Plan(counts)
    counted = replace(pack, plan=plan, measures=bind_all(plan, pack.dictionary))
    results = attainment.evaluate(counted, admitted) if counts else None
    found: dict[str, int] = {}
    for name, count in zip(names, counts, strict=True):
        last = [one for one in results[count.id].results if one.value is not None] if results else []
        if last and last[-1].value is not None:
            found[name] = int(last[-1].value)
    return found


def _of_readers(pack: Pack) -> Iterator[PlanFinding]:
    for finding in pack.remarks.findings:
        places = []
        for passage in finding.clauses:
            names = [passage.document] if passage.document is not None else list(pack.texts)
            name = next(one for one in names if pack.texts[one].holds(passage.quote))
            text = cut(name, pack.texts[name].text)
            line = text.line_at(text.locate(passage.quote, passage.clause)[0][0])
            places.append(PlanPlace(name, passage.clause, line, passage.quote))
        yield PlanFinding(finding.code, finding.severity, finding.says, tuple(places), "reader")
