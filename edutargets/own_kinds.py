"""The kinds of checks a school's figures need and Great Expectations does not have: their settings, in words.

A kind is data here: what it expects, which settings it takes, how grave it may be, and an example that can be
pasted into a suite. `check_sql` says what it computes, `_gx_expectations` makes a proper expectation of it.
An empty cell is never wrong by itself: a comparison with something unknown does not apply (the check for
blanks is another one). A `where` keeps the rows to look at; a row of which it is not known is left out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from edutargets.sources import Bilingual

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import JsonValue

__all__ = ["OWN", "OwnKind", "Setting", "Takes"]

Takes = Literal[
    "column", "columns", "number", "share", "whole", "choice", "flag", "condition", "query", "relation",
    "reference", "links", "numbers",
]  # fmt: skip
_NUMBER = frozenset({"integer", "decimal"})
_ORDERED = _NUMBER | {"date", "year"}
_TEXT = frozenset({"code", "text", "category"})


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of a kind of check.

    Args:
        takes: What is written there.
        needed: Whether the check means nothing without it.
        types: The types a column must have; any if none is said.
        choices: The words that are accepted.
        of: The setting that names the table to which a column or a condition belongs; this table if none.
    """

    takes: Takes
    needed: bool = False
    types: frozenset[str] = frozenset()
    choices: tuple[str, ...] = ()
    of: str = ""


@dataclass(frozen=True, slots=True)
class OwnKind:
    """One kind of check of this package.

    Args:
        expects: What must hold, with ``$name`` where a setting stands.
        settings: What it takes.
        example: Settings as a suite has them, to be pasted.
        severities: How grave it may be said to be; a question may not reject anybody.
    """

    expects: Bilingual
    settings: Mapping[str, Setting]
    example: Mapping[str, JsonValue] = field(default_factory=dict)
    severities: tuple[str, ...] = ("critical", "warning", "info")

    @property
    def required(self) -> tuple[str, ...]:
        """Settings without which it means nothing."""
        return tuple(name for name, setting in self.settings.items() if setting.needed)

    @property
    def optional(self) -> tuple[str, ...]:
        """Further settings."""
        return tuple(name for name, setting in self.settings.items() if not setting.needed)

    @property
    def columns(self) -> tuple[str, ...]:
        """The settings that name columns of the table that is checked."""
        named = {"column", "columns", "links"}
        return tuple(name for name, one in self.settings.items() if one.takes in named and not one.of)


def _column(types: frozenset[str] = frozenset(), of: str = "") -> Setting:
    return Setting("column", needed=True, types=types, of=of)


def _any(takes: Takes, types: frozenset[str] = frozenset(), of: str = "") -> Setting:
    return Setting(takes, types=types, of=of)


_WHERE = {"where": _any("condition")}
_SERIES = {"by": _any("columns"), **_WHERE}
_RELATION = Setting("choice", choices=("equal", "at_most", "at_least"))
_TOLERANCE = {"relation": _RELATION, "tolerance": _any("number"), "relative_tolerance": _any("share")}

_SQL = {
    "expect_rows": OwnKind(
        Bilingual(en="in every row: $predicate", zh="每一行都应满足：$predicate"),
        {"predicate": Setting("condition", needed=True)},
        {"predicate": "girls <= students"},
    ),
    "expect_no_rows": OwnKind(
        Bilingual(en="this query finds nothing: $query", zh="下列查询应无结果：$query"),
        {"query": Setting("query", needed=True)},
        {"query": "SELECT row_id, girls, students FROM {batch} WHERE girls > students"},
    ),
}
_OF_A_CELL = {
    "expect_column_values_to_pass_checksum": OwnKind(
        Bilingual(
            en="$column holds numbers whose check character is right ($checksum)",
            zh="$column 的校验码正确（$checksum）",
        ),
        {
            "column": _column(_TEXT),
            "checksum": Setting("choice", needed=True, choices=("gb32100", "gb11643")),
            **_WHERE,
        },
        {"column": "credit_code", "checksum": "gb32100"},
    ),
    "expect_readable_text": OwnKind(
        Bilingual(
            en="$column is readable: no text decoded wrongly, no control or private characters",
            zh="$column 文字可读：没有乱码、控制字符或自造字符",
        ),
        {"column": _column(_TEXT)},
        {"column": "name"},
    ),
}
_OF_SUMS = {
    "expect_columns_to_add_up": OwnKind(
        Bilingual(en="$parts added up agree with $total", zh="$parts 之和与 $total 相符"),
        {
            "total": _column(_NUMBER),
            "parts": Setting("columns", needed=True, types=_NUMBER),
            **_TOLERANCE,
            "blanks": Setting("choice", choices=("skip", "zero")),
            **_WHERE,
        },
        {"total": "students", "parts": ["boys", "girls"]},
    ),
    "expect_column_to_match_child_rows": OwnKind(
        Bilingual(
            en="$column agrees with what the rows of $child add up to", zh="$column 与 $child 的合计相符"
        ),
        {
            "column": _column(_NUMBER),
            "child": Setting("relation", needed=True),
            "sum_of": _any("column", _NUMBER, of="child"),
            "on": _any("links", of=""),
            **_TOLERANCE,
            "child_where": _any("condition", of="child"),
            **_WHERE,
        },
        {
            "column": "students",
            "child": "classes",
            "sum_of": "students",
            "on": ["institution_id", "year", "grade"],
        },
    ),
}
_OF_ROSTERS = {
    "expect_references_to_exist": OwnKind(
        Bilingual(en="what $column points to exists", zh="$column 所指的对象存在"),
        {
            "column": _column(),
            "references": _any("reference"),
            "any_period": _any("flag"),
            **_WHERE,
        },
        {"column": "institution_id"},
    ),
    "expect_everyone_to_report": OwnKind(
        Bilingual(en="everyone on $roster hands in a row in each period", zh="$roster 上的单位每期都已报送"),
        {
            "roster": Setting("relation", needed=True),
            "on": _any("links"),
            "every_period": _any("flag"),
            "exactly_one": _any("flag"),
            **_WHERE,
        },
        {"roster": "schools"},
    ),
}
_OF_PERIODS = {
    "expect_column_changes_to_stay_within": OwnKind(
        Bilingual(
            en="$column changes from one period to the next by no more than its $share",
            zh="$column 与上期相比的变动不超过 $share",
        ),
        {
            "column": _column(_NUMBER),
            "share": Setting("share", needed=True),
            "floor": _any("number"),
            **_SERIES,
        },
        {"column": "students", "share": 0.3, "floor": 20},
    ),
    "expect_column_to_never_fall": OwnKind(
        Bilingual(
            en="$column, counted since the beginning, never falls", zh="$column 是累计数，不应比以前减少"
        ),
        {"column": _column(_ORDERED), **_SERIES},
        {"column": "teachers_trained_so_far"},
    ),
    "expect_column_to_never_change": OwnKind(
        Bilingual(en="$column is always the same for the same $by", zh="同一 $by 的 $column 始终不变"),
        {"column": _column(), "by": Setting("columns", needed=True), **_WHERE},
        {"column": "hired_on", "by": ["person_id"]},
    ),
}
_OF_PERSONS = {
    "expect_one_place_at_a_time": OwnKind(
        Bilingual(en="nobody ($column) is in two places at one time", zh="同一人（$column）同一时间只在一处"),
        {
            "column": _column(_TEXT),
            "place": _any("column"),
            "begins": _any("column", frozenset({"date"})),
            "ends": _any("column", frozenset({"date"})),
            **_WHERE,
        },
        {"column": "person_id", "place": "institution_id", "where": "full_time"},
    ),
    "expect_no_similar_persons": OwnKind(
        Bilingual(
            en="no two persons ($person) have nearly the same $name and the same $same",
            zh="没有两人（$person）的 $name 几乎相同而 $same 相同",
        ),
        {
            "name": _column(frozenset({"text", "code"})),
            "same": Setting("columns", needed=True),
            "person": _column(_TEXT),
            **_WHERE,
        },
        {"name": "name", "same": ["birth_date"], "person": "person_id"},
        ("warning", "info"),
    ),
}
_OF_NEIGHBOURS = {
    "expect_no_copied_blocks": OwnKind(
        Bilingual(
            en="no two reporters hand in the same block of numbers", zh="没有两个单位报送完全相同的一组数字"
        ),
        {"columns": _any("columns", _NUMBER), "distinct": _any("whole"), **_WHERE},
        {"columns": ["students", "girls"], "distinct": 8},
    ),
    "expect_column_values_in_usual_unit": OwnKind(
        Bilingual(
            en="$column is written in the same unit as that of its peers (same $peers)",
            zh="$column 与同类（$peers 相同）的计量单位一致",
        ),
        {
            "column": _column(_NUMBER),
            "peers": Setting("columns", needed=True),
            "per": _any("column", _NUMBER),
            "factors": _any("numbers"),
            "width": _any("number"),
            "outlying": _any("number"),
            "min_group": _any("whole"),
            **_WHERE,
        },
        {"column": "budget", "per": "students", "peers": ["year", "stage"]},
    ),
    "expect_no_heaping": OwnKind(
        Bilingual(
            en="$column does not heap at $threshold, with too little just below it",
            zh="$column 没有在 $threshold 处异常集中（而紧挨其下的偏少）",
        ),
        {
            "column": _column(_NUMBER),
            "threshold": Setting("number", needed=True),
            "totals_by": _any("columns"),
            "step": _any("number"),
            "limit": Setting("choice", choices=("at_least", "at_most")),
            "window": _any("whole"),
            "min_rows": _any("whole"),
            "excess": _any("number"),
            "p_value": _any("share"),
            **_SERIES,
        },
        {"column": "hours", "threshold": 90, "by": ["institution_id"]},
        ("info",),
    ),
}
OWN: Mapping[str, OwnKind] = MappingProxyType(
    _SQL | _OF_A_CELL | _OF_SUMS | _OF_ROSTERS | _OF_PERIODS | _OF_PERSONS | _OF_NEIGHBOURS
)
