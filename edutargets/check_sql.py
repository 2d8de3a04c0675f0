"""What each of this package's kinds of checks computes, as SQL over the tables of a submission.

`{batch}` stands for the rows of the checked table, which have their position in `row_id` (from 0). A
condition on a row is true where all is well; a query returns the rows that are not, with what is worth
showing beside them. Unknown (NULL) is never a finding.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from edutargets.asked_checks import Asked
from edutargets.sql_of_cells import checksum_query, readable_predicate
from edutargets.sql_of_neighbours import copied_query, heaping_query, unit_query
from edutargets.sql_of_periods import change_query, falling_query, jump_query
from edutargets.sql_of_persons import places_query, similar_query
from edutargets.sql_of_rosters import everyone_query, reference_query
from edutargets.sql_of_sums import adding_up_query, child_rows_query

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from edutargets.checks import Check
    from edutargets.tables import Dictionary

__all__ = ["predicate_of", "query_of"]

_PREDICATES: Mapping[str, Callable[[Asked], str]] = MappingProxyType(
    {"expect_readable_text": readable_predicate}
)
_QUERIES: Mapping[str, Callable[[Asked], str]] = MappingProxyType(
    {
        "expect_column_values_to_pass_checksum": checksum_query,
        "expect_columns_to_add_up": adding_up_query,
        "expect_column_to_match_child_rows": child_rows_query,
        "expect_references_to_exist": reference_query,
        "expect_everyone_to_report": everyone_query,
        "expect_column_changes_to_stay_within": jump_query,
        "expect_column_to_never_fall": falling_query,
        "expect_column_to_never_change": change_query,
        "expect_one_place_at_a_time": places_query,
        "expect_no_similar_persons": similar_query,
        "expect_no_copied_blocks": copied_query,
        "expect_column_values_in_usual_unit": unit_query,
        "expect_no_heaping": heaping_query,
    }
)


def predicate_of(check: Check, table: str, dictionary: Dictionary) -> str | None:
    """Return the condition that every row must fulfil; nothing for a kind that needs more than its row.

    Args:
        check: A check of this package's own kinds.
        table: The table it belongs to.
        dictionary: All tables.
    """
    if check.type == "expect_rows":
        return str(check.kwargs["predicate"])
    write = _PREDICATES.get(check.type)
    return write(Asked(check.kwargs, table, dictionary)) if write else None


def query_of(check: Check, table: str, dictionary: Dictionary) -> str | None:
    """Return the query that finds what is wrong, in a fixed order; nothing for a condition on a row.

    Args:
        check: A check of this package's own kinds.
        table: The table it belongs to.
        dictionary: All tables.

    Raises:
        SuiteError: If the settings do not say how two tables belong together.
    """
    if check.type == "expect_no_rows":
        return str(check.kwargs["query"])
    write = _QUERIES.get(check.type)
    return write(Asked(check.kwargs, table, dictionary)) if write else None
