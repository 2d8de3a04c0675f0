"""The tables of the promises to every school, from a random stream of their own."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from invented_district import (
    school_claims,
    school_duties,
    school_meetings,
    school_provisions,
    school_resources,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from invented_district.roster import Row

__all__ = ["school_tables"]

_SEED = 20230311


def school_tables(given: Mapping[str, list[Row]]) -> dict[str, list[Row]]:
    """Make them up, given the roster, the classes, the staff and what else was made up before."""
    rng = Random(_SEED)  # noqa: S311  # it must give the same district every time
    parts = school_resources.school_part_rows(rng, given)
    return {
        "institution_duties": school_duties.duty_rows(rng, given),
        "institution_ratings": school_duties.rating_rows(rng, given),
        "provisions": school_provisions.provision_rows(rng, given),
        "entitlements": school_claims.entitlement_rows(rng, given),
        "earmarked_funds": school_claims.earmarked_fund_rows(rng),
        "reward_pay": school_claims.reward_pay_rows(rng, given),
        "special_schooling": school_duties.special_schooling_rows(given),
        "three_schools": school_resources.three_school_rows(given),
        "school_parts": parts,
        "group_indicators": school_resources.group_indicator_rows(rng, given, parts),
        "partnerships": school_resources.partnership_rows(given),
        "ledger_entries": school_meetings.ledger_rows(rng, given),
        "project_units": school_meetings.unit_rows(),
        "meetings": school_meetings.meeting_rows(rng),
    }
