"""Pace for programs: every number exact as text, every sentence in both languages."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from edutargets.result_rows import exact_text, unit_name

if TYPE_CHECKING:
    from edutargets.attainment import Attainment
    from edutargets.bounds import Interval
    from edutargets.pace import Pace
    from edutargets.projections import Projection
    from edutargets.sources import Bilingual
    from edutargets.year_pace import FrequencyPace, YearPace

__all__ = ["frequency_pace_record", "pace_record", "year_pace_record"]

Record = dict[str, object]


def pace_record(attainment: Attainment, found: Pace) -> Record:
    """Return a pace for JSON."""
    told: Record = {
        "target": found.id,
        "as_of": None if found.as_of is None else str(found.as_of),
        "refused": _said(found.refused),
    }
    if found.refused is not None:
        return told
    return told | {
        "unit": unit_name(attainment.original),
        "due": found.due,
        "limit": exact_text(found.limit),
        "wanted": "more" if found.sign > 0 else "less",
        "series": [
            {"year": one.year, "value": exact_text(one.value), **_ends(one.bounds)} for one in found.series
        ],
        "base_reason": _said(found.base_reason),
        "gap": exact_text(found.gap),
        "gap_bounds": None if found.gap_bounds is None else _ends(found.gap_bounds),
        "needed_per_year": exact_text(found.needed),
        "so_far_per_year": exact_text(found.so_far),
        "line": exact_text(found.line),
        "line_reason": _said(found.line_reason),
        "standing": found.standing,
        "projections": [_projection(one) for one in found.projections],
        "method": found.method,
        "grid": [
            {
                "base_year": one.year,
                "linear": _projection(one.linear),
                "compound": _projection(one.compound),
                "published": {name: told.to_dict() for name, told in one.published.items()},
            }
            for one in found.grid
        ],
        "caveats": [_said(one) for one in found.caveats],
    }


def _ends(bounds: Interval) -> Record:
    return {"lower": exact_text(bounds.lower), "upper": exact_text(bounds.upper)}


def _said(text: Bilingual | None) -> dict[str, str] | None:
    return None if text is None else {"en": text.en, "zh": text.zh}


def _projection(one: Projection) -> Record:
    """Return a projection; a number that a root was drawn for is a float, any other exact."""
    value = one.value
    return {
        "method": one.method,
        "value": exact_text(value) if isinstance(value, Fraction) else value,
        "reaches": one.reaches,
        "refused": _said(one.refused),
    }


def year_pace_record(found: YearPace) -> Record:
    """Return a pace within a year for JSON."""
    share = found.share_behind
    return {
        "target": found.id,
        "as_of": None if found.as_of is None else str(found.as_of),
        "refused": _said(found.refused),
        "owed": exact_text(found.owed),
        "due": exact_text(found.due),
        "persons": len(found.persons),
        "behind": found.behind,
        "not_known": found.open,
        "share_behind": None if share is None else _ends(share),
        "done": exact_text(found.done),
        "due_in_all": exact_text(found.due_in_all),
        "months": {f"{month:%Y-%m}": exact_text(done) for month, done in found.months},
        "each": [
            {
                "code": one.code,
                "reporter": one.reporter,
                "done": exact_text(one.done),
                "lower": exact_text(one.bounds[0]),
                "upper": exact_text(one.bounds[1]),
                "behind": one.behind,
            }
            for one in found.persons
        ],
        "caveats": [_said(one) for one in found.caveats],
    }


def frequency_pace_record(found: FrequencyPace) -> Record:
    """Return for JSON who has missed what up to a day."""
    return {
        "target": found.id,
        "as_of": None if found.as_of is None else str(found.as_of),
        "refused": _said(found.refused),
        "organisers": len(found.owing),
        "behind": found.behind,
        "not_known": found.open,
        "owed": found.owed,
        "missed": found.missed,
        "each": [
            {
                "code": one.code,
                "reporter": one.reporter,
                "owed": len(one.owed),
                "missed": [str(day) for day in one.missed],
                "meets": one.meets,
            }
            for one in found.owing
        ],
    }
