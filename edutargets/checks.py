"""What a data-quality check is, which kinds there are, and how one can end."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from edutargets.sources import Bilingual

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from pydantic import JsonValue

    from edutargets.tables import Table

__all__ = [
    "KINDS",
    "OWN_KINDS",
    "Check",
    "CheckOutcome",
    "Kind",
    "Severity",
    "Status",
    "Suite",
    "checks_of_dictionary",
]


class Severity(StrEnum):
    """What a failed check does: only ``critical`` rejects; the others are told and admitted."""

    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"


class Status(StrEnum):
    """How a check ended; one that could not run says nothing about the data."""

    PASSED = "passed"
    FAILED = "failed"
    COULD_NOT_RUN = "could_not_run"


@dataclass(frozen=True, slots=True)
class Kind:
    """One type of check: which settings it takes, and which of them name columns.

    Args:
        required: Settings without which it would not check what it seems to check.
        optional: Further settings it takes.
    """

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()

    @classmethod
    def taking(cls, settings: str) -> Kind:
        """Read ``"column value_set mostly?"``; a question mark means optional."""
        names = settings.split()
        return cls(tuple(n for n in names if n[-1] != "?"), tuple(n[:-1] for n in names if n[-1] == "?"))

    @property
    def settings(self) -> tuple[str, ...]:
        """Every setting it takes."""
        return (*self.required, *self.optional)

    @property
    def is_bounded(self) -> bool:
        """Whether it holds something between two bounds, of which one must be given."""
        return "min_value" in self.optional


_BOUNDS = "min_value? max_value? strict_min? strict_max?"
# The built-ins of Great Expectations that mean something on typed tables. Not among them: checks of a
# column's type (the reader gives it), of text that is parsed already, row conditions (`expect_rows`).
# A check that compares several columns must say what an empty cell does (`ignore_row_if`).
_BUILT_INS = {
    "expect_column_values_to_not_be_null": "column mostly?",
    "expect_column_values_to_be_null": "column mostly?",
    "expect_column_values_to_be_unique": "column mostly?",
    "expect_column_values_to_be_between": f"column mostly? {_BOUNDS}",
    "expect_column_values_to_be_in_set": "column value_set mostly?",
    "expect_column_values_to_not_be_in_set": "column value_set mostly?",
    "expect_column_values_to_match_regex": "column regex mostly?",
    "expect_column_values_to_not_match_regex": "column regex mostly?",
    "expect_column_value_lengths_to_be_between": f"column mostly? {_BOUNDS}",
    "expect_column_value_lengths_to_equal": "column value mostly?",
    "expect_column_pair_values_a_to_be_greater_than_b": "column_A column_B ignore_row_if or_equal? mostly?",
    "expect_column_pair_values_to_be_equal": "column_A column_B ignore_row_if mostly?",
    "expect_column_pair_values_to_be_in_set": "column_A column_B value_pairs_set ignore_row_if mostly?",
    "expect_compound_columns_to_be_unique": "column_list ignore_row_if? mostly?",
    "expect_select_column_values_to_be_unique_within_record": "column_list ignore_row_if mostly?",
    "expect_multicolumn_sum_to_equal": "column_list sum_total ignore_row_if mostly?",
    "expect_column_max_to_be_between": f"column {_BOUNDS}",
    "expect_column_min_to_be_between": f"column {_BOUNDS}",
    "expect_column_mean_to_be_between": f"column {_BOUNDS}",
    "expect_column_median_to_be_between": f"column {_BOUNDS}",
    "expect_column_sum_to_be_between": f"column {_BOUNDS}",
    "expect_column_stdev_to_be_between": f"column {_BOUNDS}",
    "expect_column_unique_value_count_to_be_between": f"column {_BOUNDS}",
    "expect_column_proportion_of_unique_values_to_be_between": f"column {_BOUNDS}",
    "expect_column_proportion_of_non_null_values_to_be_between": f"column {_BOUNDS}",
    "expect_column_distinct_values_to_be_in_set": "column value_set",
    "expect_column_distinct_values_to_contain_set": "column value_set",
    "expect_column_distinct_values_to_equal_set": "column value_set",
    "expect_table_row_count_to_be_between": _BOUNDS,
    "expect_table_row_count_to_equal": "value",
}
OWN_KINDS = frozenset({"expect_rows", "expect_no_rows"})
KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        **{name: Kind.taking(settings) for name, settings in _BUILT_INS.items()},
        "expect_rows": Kind(("predicate",)),
        "expect_no_rows": Kind(("query",)),
    }
)
_COLUMN_SETTINGS = ("column", "column_A", "column_B")


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that must hold in a table, with the sentence its sender reads if it does not.

    Args:
        code: Short stable name, unique in the pack, e.g. ``KG-03``.
        type: A kind of check, see ``KINDS``.
        kwargs: Its settings.
        severity: Whether a failure rejects the submission.
        says: What is wrong, in the words of a school.
        mend: What the sender should do about it.
        source: Where the rule is written.
        about: The columns it is about; the first one is shown as the cell.
        where: File and line.
    """

    code: str
    type: str
    kwargs: Mapping[str, JsonValue] = field(default_factory=dict)
    severity: Severity = Severity.CRITICAL
    says: Bilingual = field(default_factory=Bilingual)
    mend: Bilingual = field(default_factory=Bilingual)
    source: str = ""
    about: tuple[str, ...] = ()
    where: str = ""

    @property
    def named_columns(self) -> tuple[str, ...]:
        """The columns that its settings name; those of SQL text are not among them.

        Examples:
            >>> Check(
            ...     code="C-1", type="expect_column_values_to_not_be_null", kwargs={"column": "town"}
            ... ).named_columns
            ('town',)
        """
        single = [self.kwargs[name] for name in _COLUMN_SETTINGS if name in self.kwargs]
        several = self.kwargs.get("column_list")
        names = [*single, *(several if isinstance(several, list) else [])]
        return tuple(dict.fromkeys(name for name in names if isinstance(name, str)))

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns to show: those it is said to be about, or else those its settings name."""
        return self.about or self.named_columns

    @property
    def is_own(self) -> bool:
        """Whether it is one of this package's kinds, which run as SQL on exact values."""
        return self.type in OWN_KINDS


@dataclass(frozen=True, slots=True)
class CheckOutcome:
    """How one check ended on one table.

    Args:
        check: The check.
        status: Passed, failed or could not run.
        rows: Positions of the rows that fail it, ascending; none for what has no row in this table;
            empty where the table as a whole fails.
        notes: For each row what the check computed beside it (``class_sum=1734``); empty if nothing.
        text: Why it could not run, or what was observed on the whole table.
    """

    check: Check
    status: Status
    rows: tuple[int | None, ...] = ()
    notes: tuple[str, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """The checks of one table, in the order in which they are written.

    Args:
        name: ``<pack>--<table>``.
        table: The table of the data dictionary.
        checks: At least one.
        version: The edition of the rules.
        file: The file it was read from.
    """

    name: str
    table: str
    checks: tuple[Check, ...]
    version: str = ""
    file: str = ""


def checks_of_dictionary(
    table: Table, declared: Iterable[Check], absent: Collection[str] = ()
) -> tuple[Check, ...]:
    """Return what the data dictionary itself demands and the suite does not say: no blanks, no row twice.

    Args:
        table: The table as its pack describes it.
        declared: The checks of its suite; what they say already is not said twice.
        absent: Columns that were not handed in.
    """
    declared = tuple(declared)
    whole = [check for check in declared if "mostly" not in check.kwargs]
    filled = {c.kwargs.get("column") for c in whole if c.type == "expect_column_values_to_not_be_null"}
    checks = [
        _filled(table, name)
        for name, column in table.columns.items()
        if column.required and name not in filled and name not in absent
    ]
    unique = {frozenset(check.named_columns) for check in whole if check.type in _UNIQUE}
    if frozenset(table.key) not in unique and not set(table.key) & set(absent):
        checks.append(_unique(table))
    return tuple(checks)


_UNIQUE = {"expect_column_values_to_be_unique", "expect_compound_columns_to_be_unique"}


def _filled(table: Table, column: str) -> Check:
    title = table.columns[column].title
    zh, en = title.in_language("zh") or column, title.in_language("en") or column
    return Check(
        code=f"empty-cell.{column}",
        type="expect_column_values_to_not_be_null",
        kwargs={"column": column},
        says=Bilingual(zh=f"“{zh}”没有填写", en=f"“{en}” is empty"),
        mend=Bilingual(zh=f"请填写“{zh}”", en=f"fill in “{en}”"),
    )


def _unique(table: Table) -> Check:
    titles = [table.columns[name].title for name in table.key]
    zh = "、".join(title.in_language("zh") or name for title, name in zip(titles, table.key, strict=True))
    en = ", ".join(title.in_language("en") or name for title, name in zip(titles, table.key, strict=True))
    compound = len(table.key) > 1
    return Check(
        code="repeated-key",
        type="expect_compound_columns_to_be_unique" if compound else "expect_column_values_to_be_unique",
        kwargs={"column_list": list(table.key), "ignore_row_if": "any_value_is_missing"}
        if compound
        else {"column": table.key[0]},
        says=Bilingual(zh=f"{zh}相同的记录出现了两次以上", en=f"more than one row has the same {en}"),
        mend=Bilingual(zh="请只保留正确的一条", en="keep the right one only"),
    )
