"""Whether the settings of this package's own kinds of checks can mean anything: columns, tables, SQL."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from edutargets.errors import DefinitionError, Fault, near_names
from edutargets.own_kinds import OWN

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic import JsonValue

    from edutargets.own_kinds import Setting
    from edutargets.tables import Dictionary, Table

__all__ = ["Placed", "faults_of_own_settings"]

Step = tuple[str | int, ...]
Placed = tuple[Step, Fault]

_OF_PERIODS = frozenset({"expect_column_changes_to_stay_within", "expect_column_to_never_fall"})


def faults_of_own_settings(
    kind: str, kwargs: Mapping[str, JsonValue], table: str, dictionary: Dictionary
) -> Iterator[Placed]:
    """Say what is wrong with the settings of one of this package's kinds, each with the path to it.

    Args:
        kind: One of `own_kinds.OWN`.
        kwargs: Its known settings as written, empty ones left out.
        table: The table it belongs to.
        dictionary: All tables; settings and SQL may name the others.
    """
    settings = OWN[kind].settings
    reading = _Reading(kwargs, table, dictionary)
    for name, value in kwargs.items():
        if name in settings:
            yield from reading.setting(name, value, settings[name])
    yield from _together(kind, kwargs, table, dictionary)


@dataclass(frozen=True)
class _Reading:
    """The settings of one check, looked at one after the other."""

    kwargs: Mapping[str, JsonValue]
    name: str
    dictionary: Dictionary

    @property
    def table(self) -> Table:
        return self.dictionary.tables[self.name]

    def setting(self, name: str, value: JsonValue, setting: Setting) -> Iterator[Placed]:
        """Say what is wrong with one setting."""
        step = (name,)
        match setting.takes:
            case "number" | "share" | "whole":
                return _number(step, value, setting.takes)
            case "choice":
                return _choice(step, value, setting)
            case "flag":
                return _flag(step, value)
            case "query":
                return _query(value, self.dictionary)
            case _:
                return self._names(step, value, setting)

    def _names(self, step: Step, value: JsonValue, setting: Setting) -> Iterator[Placed]:
        """Say what is wrong with a setting that names columns and tables, or conditions on them."""
        match setting.takes:
            case "column":
                return self._column(step, value, setting)
            case "relation":
                return self._relation(step, value)
            case "reference":
                return self._reference(step, value)
            case "condition":
                return self._condition(step, value, setting)
            case _:
                return self._list(step, value, setting)

    def _condition(self, step: Step, value: JsonValue, setting: Setting) -> Iterator[Placed]:
        home = self._home(setting)
        if home is not None:
            yield from _condition(step, value, home, self.dictionary.tables[home])

    def _home(self, setting: Setting) -> str | None:
        """Return the table that a column or condition belongs to; nothing where it is not known."""
        if not setting.of:
            return self.name
        try:
            return self.dictionary.relation(str(self.kwargs.get(setting.of))).table
        except DefinitionError:
            return None

    def _column(self, step: Step, value: JsonValue, setting: Setting) -> Iterator[Placed]:
        home = self._home(setting)
        if home is None:
            return
        columns = self.dictionary.tables[home].columns
        column = columns.get(value) if isinstance(value, str) else None
        if column is None:
            accepted = near_names(str(value), columns)
            yield _wrong(step, "unknown-column", f"unknown column {value!r} of {home}", accepted)
        elif setting.types and column.type not in setting.types:
            found = f"{value} holds a {column.type}"
            yield _wrong(step, "column-type", found, f"a column of type {', '.join(sorted(setting.types))}")

    def _list(self, step: Step, value: JsonValue, setting: Setting) -> Iterator[Placed]:
        if not isinstance(value, list):
            example = {"numbers": "[10, 10000]", "links": '["year"]'}.get(setting.takes, '["school_id"]')
            yield _wrong(step, "column-list", f"{value!r} is no list", "a list", example)
            return
        for at, one in enumerate(value):
            if setting.takes == "numbers":
                yield from _factor((*step, at), one)
            elif setting.takes == "links":
                yield from self._link((*step, at), one)
            else:
                yield from self._column((*step, at), one, setting)

    def _link(self, step: Step, value: JsonValue) -> Iterator[Placed]:
        """Look at ``"year"`` or ``"year = school_year"``: a column here and one there."""
        mine, _, theirs = (part.strip() for part in str(value).partition("="))
        other = next((self.kwargs[name] for name in ("child", "roster") if name in self.kwargs), None)
        try:
            home = self.dictionary.relation(str(other)).table
        except DefinitionError:
            home = self.name
            theirs = ""
        for column, table in ((mine, self.name), (theirs or mine, home)):
            if column not in self.dictionary.tables[table].columns:
                accepted = near_names(column, self.dictionary.tables[table].columns)
                yield _wrong(step, "unknown-column", f"unknown column {column!r} of {table}", accepted)

    def _relation(self, step: Step, value: JsonValue) -> Iterator[Placed]:
        try:
            self.dictionary.relation(str(value))
        except DefinitionError as error:
            fault = error.faults[0]
            yield _wrong(step, "unknown-table", fault.found, fault.accepted)

    def _reference(self, step: Step, value: JsonValue) -> Iterator[Placed]:
        relation, _, column = str(value).partition(".")
        try:
            home = self.dictionary.tables[self.dictionary.relation(relation).table]
        except DefinitionError as error:
            fault = error.faults[0]
            yield _wrong(step, "unknown-table", fault.found, fault.accepted, "institutions.institution_id")
            return
        if column not in home.columns:
            accepted = near_names(column, home.columns)
            yield _wrong(step, "unknown-column", f"unknown column {column!r} of {relation}", accepted)


def _together(
    kind: str, kwargs: Mapping[str, JsonValue], table: str, dictionary: Dictionary
) -> Iterator[Placed]:
    """Say what settings lack together, or of this table."""
    described = dictionary.tables[table]
    if kind in _OF_PERIODS and described.period is None:
        found = f"{table} has no `period`, so there is no period before"
        yield _wrong((), "no-period", found, "a table whose rows are dated by a year")
    if kind in _OF_PERIODS and described.period in _listed(kwargs.get("by")):
        found = f"`by` holds the period {described.period!r}, so every series has one value"
        yield _wrong(("by",), "by-period", found, "the columns that stay the same from period to period")
    column = described.columns.get(str(kwargs.get("column")))
    if kind == "expect_references_to_exist" and column and not (column.references or "references" in kwargs):
        found = f"the data dictionary does not say what {kwargs['column']} references"
        yield _wrong((), "missing-setting", found, "references", "institutions.institution_id")
    if kind == "expect_one_place_at_a_time" and "ends" in kwargs and "begins" not in kwargs:
        yield _wrong(("ends",), "missing-setting", "`ends` without `begins`", "both, or `begins` alone")
    if kind == "expect_no_heaping" and "totals_by" in kwargs:
        for name in _listed(kwargs.get("by")):
            if name not in _listed(kwargs["totals_by"]):
                accepted = f'"totals_by": […, "{name}"]'
                yield _wrong(("by",), "by-totals", f"the totals have no column {name!r}", accepted)
    if kind == "expect_column_to_match_child_rows" and "on" not in kwargs:
        yield from _unlinked("child", kwargs, table, dictionary)
    if kind == "expect_everyone_to_report" and "on" not in kwargs:
        yield from _unlinked("roster", kwargs, table, dictionary)


def _listed(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else []


def _unlinked(
    setting: str, kwargs: Mapping[str, JsonValue], table: str, dictionary: Dictionary
) -> Iterator[Placed]:
    """Say that nothing tells how two tables belong together."""
    name = str(kwargs.get(setting))
    try:
        home = dictionary.relation(name).table
        linked = dictionary.parent(home, table) if setting == "child" else dictionary.reporter_on(table, name)
    except DefinitionError:
        if name not in dictionary.tables:
            return  # said already: there is no such table
        linked = None
    if linked is None:
        found = f"nothing says how {table} and {home} belong together"
        yield _wrong((), "missing-setting", found, "`on`", '"on": ["institution_id", "year"]')


def _wrong(step: Step, code: str, found: str, accepted: str = "", example: str = "") -> Placed:
    return step, Fault("", found, accepted, example, code)


def _number(step: Step, value: JsonValue, takes: str) -> Iterator[Placed]:
    number = value if isinstance(value, int | float) and not isinstance(value, bool) else None
    if number is None or not math.isfinite(number):
        yield _wrong(step, "number", f"{value!r} is no number", "a finite number, without quotes")
    elif takes == "share" and not 0 < number <= 1:
        yield _wrong(step, "share", f"{step[0]} is {value!r}", "a share above 0, at most 1", "0.3")
    elif takes == "whole" and (not isinstance(number, int) or number < 1):
        yield _wrong(step, "number", f"{step[0]} is {value!r}", "a whole number of at least 1")
    elif step[0] != "threshold" and number < 0:
        yield _wrong(step, "number", f"{step[0]} is {value!r}", "a number of at least 0")
    elif step[0] == "step" and number == 0:
        yield _wrong(step, "number", "a step of 0 leads nowhere", "a number above 0", "1")


def _choice(step: Step, value: JsonValue, setting: Setting) -> Iterator[Placed]:
    if value not in setting.choices:
        yield _wrong(step, "choice", f"{step[0]} is {value!r}", near_names(str(value), setting.choices))


def _flag(step: Step, value: JsonValue) -> Iterator[Placed]:
    if not isinstance(value, bool):
        yield _wrong(step, "flag", f"{value!r} is neither true nor false", "true or false")


def _factor(step: Step, value: JsonValue) -> Iterator[Placed]:
    number = value if isinstance(value, int | float) and not isinstance(value, bool) else 0
    if not (math.isfinite(number) and number > 1):
        yield _wrong(step, "number", f"{value!r} is no factor between two units", "a number above 1", "10000")


def _condition(step: Step, text: JsonValue, table: str, described: Table) -> Iterator[Placed]:
    example = "female <= enrolment"
    sql = f"SELECT 1 FROM rows_of_table WHERE (\n{text}\n)"  # noqa: S608  # parsed only, never run
    select = _parsed(sql) if isinstance(text, str) else "it is no text"
    where = select if isinstance(select, str) else select.args.get("where")
    if isinstance(where, str) or where is None or not isinstance(where.this, exp.Paren):
        cause = f": {where}" if isinstance(where, str) else ""
        yield _wrong(step, "sql", f"{text!r} is no condition on a row{cause}", "one SQL condition", example)
        return
    if where.find(exp.Query, exp.Lambda) is not None:
        return  # names inside belong to other tables: DuckDB will tell
    known = {name.lower() for name in described.columns} | {"row_id"}
    for name in dict.fromkeys(column.name for column in where.find_all(exp.Column)):
        if name.lower() not in known:
            accepted = near_names(name, described.columns)
            yield _wrong(step, "unknown-column", f"unknown column {name!r} of {table}", accepted)


def _query(text: JsonValue, dictionary: Dictionary) -> Iterator[Placed]:
    step, example = ("query",), "SELECT row_id, female, enrolment FROM {batch} WHERE female > enrolment"
    if not isinstance(text, str) or "{batch}" not in text:
        accepted = "a SELECT over {batch} and other tables"
        yield _wrong(step, "sql", "the query does not read {batch}", accepted, example)
        return
    query = _parsed(text.replace("{batch}", "rows_of_table"))
    if isinstance(query, str):
        yield _wrong(step, "sql", f"not a query: {query}", "one SELECT", example)
        return
    if "row_id" not in [name.lower() for name in query.named_selects] and not query.is_star:
        yield _wrong(step, "sql", "the query does not return row_id", "SELECT row_id, …", example)
    own = {"rows_of_table", *(one.alias_or_name.lower() for one in query.find_all(exp.CTE))}
    tables = [one.name for one in query.find_all(exp.Table) if isinstance(one.this, exp.Identifier)]
    for name in dict.fromkeys(tables):
        if name.lower() not in own and name not in dictionary.tables:
            accepted = near_names(name, dictionary.tables)
            yield _wrong(step, "unknown-table", f"unknown table {name!r}", accepted)


def _parsed(sql: str) -> exp.Query | str:
    """Return the one query of a text, or why it is none."""
    try:
        statements = sqlglot.parse(sql, read="duckdb")
    except (SqlglotError, RecursionError) as error:
        return str(error).splitlines()[0] if isinstance(error, SqlglotError) else "it is nested too deeply"
    only = statements[0] if len(statements) == 1 else None
    return only if isinstance(only, exp.Query) else "it is not one SELECT"
