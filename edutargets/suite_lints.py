"""Rules held against each other and against what they can mean: what contradicts, repeats or never applies.

The loader refuses what is wrong; a lint tells what is right as a file and yet no good as a rule. Nothing here
needs data; which rules no sample ever trips is told by `untripped`.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import TYPE_CHECKING, Literal

from edutargets.checks import Severity, Status
from edutargets.rule_columns import columns_of
from edutargets.rule_limits import limits_of
from edutargets.sql_lints import lints_of_pattern, lints_of_sql

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from edutargets.checks import Check, Suite
    from edutargets.gate import GateReport
    from edutargets.rule_limits import Limits
    from edutargets.tables import Dictionary, Table

__all__ = ["SuiteLint", "lint_suites", "untripped"]

_FIRST_YEAR, _LAST_YEAR = Fraction(1900), Fraction(2199)
_GRAVITY = {Severity.CRITICAL: 0, Severity.WARNING: 1, Severity.INFO: 2}


@dataclass(frozen=True, slots=True)
class SuiteLint:
    """One thing about the rules themselves that their author should look at.

    Args:
        code: Short stable name, e.g. ``contradiction``.
        weight: ``warning``: the rules do not do what they seem to; ``info``: good to know.
        where: File and line of the rule; of the column's table where there is no rule.
        says: What it is.
        mend: What to do.
    """

    code: str
    weight: Literal["warning", "info"]
    where: str
    says: str
    mend: str = ""

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        return f"{self.weight}: {place}{self.says} [{self.code}]" + (
            f"\n    {self.mend}" if self.mend else ""
        )


def lint_suites(suites: Mapping[str, Suite], dictionary: Dictionary) -> tuple[SuiteLint, ...]:
    """Say what is doubtful about the rules of a pack, in the order of the tables.

    Args:
        suites: The rules by table, as the strict loader read them.
        dictionary: The tables.
    """
    found: list[SuiteLint] = []
    for table, suite in suites.items():
        for check in suite.checks:
            found += _of_one(check, table, dictionary)
        found += _of_pairs(suite, dictionary)
    found += _unwatched(suites, dictionary)
    return tuple(found)


def _of_one(check: Check, table: str, dictionary: Dictionary) -> Iterator[SuiteLint]:
    for code, weight, says, mend in (
        *lints_of_pattern(check),
        *lints_of_sql(check, table, dictionary),
        *_of_settings(check, table, dictionary),
    ):
        yield SuiteLint(code, weight, check.where, f"{check.code} {says}", mend)


def _of_settings(
    check: Check, table: str, dictionary: Dictionary
) -> Iterator[tuple[str, Literal["warning", "info"], str, str]]:
    columns = dictionary.tables[table].columns
    decimals = [name for name in check.named_columns if columns[name].type == "decimal"]
    if check.type in _EXACT and decimals:
        yield (
            "exact-float",
            "warning",
            f"asks whether {', '.join(decimals)} is exactly equal, in binary fractions: 0.1 + 0.2 is not 0.3",
            "expect_rows compares decimals exactly: " + " = ".join(check.named_columns),
        )
    a, b = check.kwargs.get("column_A"), check.kwargs.get("column_B")
    if a is not None and a == b:
        yield "vacuous", "warning", f"compares {a} with itself", "name two columns"
    named = limits_of(check, table, dictionary)
    if named is not None:
        yield from _of_limits(*named, table, dictionary)


_EXACT = frozenset({"expect_multicolumn_sum_to_equal", "expect_column_pair_values_to_be_equal"})


def _of_limits(
    name: str, limits: Limits, table: str, dictionary: Dictionary
) -> Iterator[tuple[str, Literal["warning", "info"], str, str]]:
    column = dictionary.tables[table].columns[name]
    if limits.among == frozenset() or not limits.meets(limits):
        yield "contradiction", "warning", f"lets no value of {name} through", "mend its conditions"
    elif column.type == "category" and limits.among is not None and set(column.values) <= limits.among:
        yield (
            "vacuous",
            "warning",
            f"lists the whole vocabulary of {name}",
            "reading holds it to that already",
        )
    elif column.type == "year" and limits.lets(_FIRST_YEAR) and limits.lets(_LAST_YEAR):
        yield "vacuous", "warning", f"lets every year through that {name} can be read as", "narrow it"
    elif limits.says_nothing:
        yield "vacuous", "warning", f"lets every value of {name} through", "give it a limit"


def _of_pairs(suite: Suite, dictionary: Dictionary) -> Iterator[SuiteLint]:
    """Hold the limits that several checks set for one column against each other."""
    by_column: dict[str, list[tuple[Check, Limits]]] = defaultdict(list)
    for check in suite.checks:
        named = limits_of(check, suite.table, dictionary)
        if named is not None and not named[1].says_nothing:
            by_column[named[0]].append((check, named[1]))
    for name, all_limits in by_column.items():
        for (first, one), (second, two) in combinations(all_limits, 2):
            both = f"{first.code} and {second.code}"
            if not one.meets(two):
                says, mend = (
                    f"{both} contradict each other: no {name} passes both",
                    "drop or mend one of them",
                )
                yield SuiteLint("contradiction", "warning", second.where, says, mend)
            else:
                yield from _implied(first, one, second, two, name)


def _implied(first: Check, one: Limits, second: Check, two: Limits, name: str) -> Iterator[SuiteLint]:
    """Tell of a check that another one, at least as grave, says already."""
    for weaker, wide, stronger, narrow in ((first, one, second, two), (second, two, first, one)):
        if narrow.within(wide) and _GRAVITY[stronger.severity] <= _GRAVITY[weaker.severity]:
            says = f"{weaker.code} says nothing that {stronger.code} does not say of {name}"
            yield SuiteLint("implied", "warning", weaker.where, says, f"drop {weaker.code}")
            return


def _unwatched(suites: Mapping[str, Suite], dictionary: Dictionary) -> Iterator[SuiteLint]:
    """Tell of columns that no rule looks at, besides what the dictionary and the reader hold them to."""
    watched = {
        column
        for table, suite in suites.items()
        for check in suite.checks
        for column in columns_of(check, table, dictionary)
    }
    for name, table in dictionary.tables.items():
        alone = [column for column in _open(table) if (name, column) not in watched]
        if name not in suites:
            yield SuiteLint("table-without-rules", "warning", name, "no suite looks at this table")
        elif alone:
            says = f"no rule looks at {', '.join(alone)}"
            mend = "a range, a condition or a total that they belong to"
            yield SuiteLint("column-without-rule", "info", f"{name}.json", says, mend)


def _open(table: Table) -> Iterator[str]:
    """Yield the columns in which any number or date passes; others have a vocabulary, a key or a link."""
    for name, column in table.columns.items():
        if column.type in {"integer", "decimal", "date"} and name not in table.key:
            yield name


def untripped(suites: Mapping[str, Suite], reports: Iterable[GateReport]) -> tuple[SuiteLint, ...]:
    """Tell of the rules that no fixture trips: nobody has ever seen them find anything.

    Args:
        suites: The rules by table.
        reports: What the gate said of each fixture.
    """
    tripped = {
        outcome.check.code
        for report in reports
        for table in report.tables
        for outcome in table.outcomes
        if outcome.status is Status.FAILED
    }
    return tuple(
        SuiteLint(
            "untripped", "info", check.where, f"{check.code}: no fixture trips it", "plant a fault for it"
        )
        for suite in suites.values()
        for check in suite.checks
        if check.code not in tripped
    )
