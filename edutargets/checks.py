"""What a data-quality check is, which kinds there are, and how one can end."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from edutargets.own_kinds import OWN
from edutargets.sources import Bilingual

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from pydantic import JsonValue

    from edutargets.tables import Column, Table

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
OWN_KINDS = frozenset(OWN)
KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        **{name: Kind.taking(settings) for name, settings in _BUILT_INS.items()},
        **{name: Kind(kind.required, kind.optional) for name, kind in OWN.items()},
    }
)
_COLUMN_SETTINGS = ("column", "column_A", "column_B", "column_list")


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
        targets: Targets that rest on it besides those its columns tell.
        blanks: What an empty cell means to its SQL, where its author said so.
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
    targets: tuple[str, ...] = ()
    blanks: str = ""

    @property
    def named_columns(self) -> tuple[str, ...]:
        """The columns that its settings name; those of SQL text are not among them.

        Examples:
            >>> Check(
            ...     code="C-1", type="expect_column_values_to_not_be_null", kwargs={"column": "town"}
            ... ).named_columns
            ('town',)
        """
        settings = OWN[self.type].columns if self.is_own else _COLUMN_SETTINGS
        written = [self.kwargs[name] for name in settings if name in self.kwargs]
        names = [name for one in written for name in (one if isinstance(one, list) else [one])]
        own = (name.partition("=")[0].strip() for name in names if isinstance(name, str))
        return tuple(dict.fromkeys(own))

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
    """Return what the data dictionary itself demands and the suite does not say.

    No blanks, no row twice; every number with a check character has the right one, everything pointed to
    exists, and everybody who is expected has handed in.

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
    there = {name: column for name, column in table.columns.items() if name not in absent}
    checks += [
        _checksum(name, column)
        for name, column in there.items()
        if column.checksum and not _says_checksum(whole, name, column.checksum)
    ]
    checks += [
        _reference(name, column)
        for name, column in there.items()
        if column.references and not _says_reference(whole, name, column.references)
    ]
    if table.expected_from and table.reports in there and not _says_roster(whole, table.expected_from):
        checks.append(_missing_report(table, table.expected_from))
    return tuple(checks)


def _says_checksum(declared: Iterable[Check], column: str, checksum: str) -> bool:
    said = {"column": column, "checksum": checksum}
    return any(c.type == "expect_column_values_to_pass_checksum" and c.kwargs == said for c in declared)


def _says_reference(declared: Iterable[Check], column: str, references: str) -> bool:
    """Whether a check holds a column against the same table, also one written as a query by hand."""
    said = [{"column": column}, {"column": column, "references": references}]
    table = references.partition(".")[0]
    return any(
        (check.type == "expect_references_to_exist" and check.kwargs in said)
        or (check.columns[:1] == (column,) and _is_anti_join(check, table))
        for check in declared
    )


def _says_roster(declared: Iterable[Check], roster: str) -> bool:
    return any(
        (
            c.type == "expect_everyone_to_report"
            and c.kwargs.get("roster") == roster
            and "where" not in c.kwargs
        )
        or (_is_anti_join(c, roster) and re.search(r"null as row_id", str(c.kwargs["query"]), re.IGNORECASE))
        for c in declared
    )


def _is_anti_join(check: Check, table: str) -> bool:
    """Whether a query asks for what has no counterpart in another table."""
    query = str(check.kwargs.get("query", "")) if check.type == "expect_no_rows" else ""
    joins = re.search(rf"\b(?:from|join)\s+{re.escape(table)}\b", query, re.IGNORECASE)
    return bool(joins and re.search(r"is null|not exists|not in\b", query, re.IGNORECASE))


_UNIQUE = {"expect_column_values_to_be_unique", "expect_compound_columns_to_be_unique"}


def _filled(table: Table, column: str) -> Check:
    zh, en = _titles(column, table.columns[column])
    return Check(
        code=f"empty-cell.{column}",
        type="expect_column_values_to_not_be_null",
        kwargs={"column": column},
        says=Bilingual(zh=f"“{zh}”没有填写", en=f"“{en}” is empty"),
        mend=Bilingual(zh=f"请填写“{zh}”", en=f"fill in “{en}”"),
    )


def _titles(name: str, column: Column) -> tuple[str, str]:
    return column.title.in_language("zh") or name, column.title.in_language("en") or name


_CHECKSUMS = {
    "gb32100": ("统一社会信用代码", "unified social credit code"),
    "gb11643": ("身份证号码", "identity number"),
}


def _checksum(name: str, column: Column) -> Check:
    zh, en = _titles(name, column)
    number_zh, number_en = _CHECKSUMS[str(column.checksum)]
    return Check(
        code=f"checksum.{name}",
        type="expect_column_values_to_pass_checksum",
        kwargs={"column": name, "checksum": column.checksum},
        says=Bilingual(zh=f"“{zh}”不是有效的{number_zh}", en=f"“{en}” is no valid {number_en}"),
        mend=Bilingual(zh="请对照证件逐位核对", en="compare it with the certificate, character by character"),
    )


def _reference(name: str, column: Column) -> Check:
    zh, en = _titles(name, column)
    return Check(
        code=f"unknown-reference.{name}",
        type="expect_references_to_exist",
        kwargs={"column": name},
        says=Bilingual(
            zh=f"“{zh}”所指的记录不存在（同一时期）",
            en=f"what “{en}” points to does not exist in that period",
        ),
        mend=Bilingual(zh="请核对代码；新设的先登记", en="check the code; what is new is entered first"),
    )


def _missing_report(table: Table, roster: str) -> Check:
    zh, en = table.title.zh or "本表", table.title.en or "this table"
    return Check(
        code="missing-report",
        type="expect_everyone_to_report",
        kwargs={"roster": roster},
        says=Bilingual(
            zh=f"该单位在名录上，却没有报送“{zh}”",
            en=f"this unit is on the roster and has handed in no row of “{en}”",
        ),
        mend=Bilingual(zh="请补报；已撤销的请更正名录", en="hand it in; correct the roster if it was closed"),
        about=(table.reports,),
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
