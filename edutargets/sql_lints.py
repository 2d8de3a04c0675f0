"""What is doubtful about the SQL or the pattern of a check, told from its text alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from sqlglot import exp
from sqlglot.optimizer.simplify import simplify

from edutargets.rule_columns import columns_of, condition_of, select_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edutargets.checks import Check
    from edutargets.tables import Dictionary

    Lint = tuple[str, Literal["warning", "info"], str, str]

__all__ = ["lints_of_pattern", "lints_of_sql"]

_ODD_TEXTS = ("", " ", "a", "7", "\N{FULLWIDTH DIGIT THREE}", "学校", "a\nb", "-1.5", "%", "x" * 40)
_CLASSES = re.compile(r"(?<!\\)(?:\\\\)*\\[dws]")
_ORDERED = (exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between)


def lints_of_pattern(check: Check) -> Iterator[Lint]:
    """Tell of a pattern that anything matches, or that a part of the text is enough for."""
    pattern = check.kwargs.get("regex")
    if not isinstance(pattern, str):
        return
    if "_not_match_" not in check.type and all(re.search(pattern, text) for text in _ODD_TEXTS):
        yield (
            "vacuous",
            "warning",
            f"has a pattern that anything matches: {pattern}",
            "say what must stand there",
        )
    elif "_not_match_" not in check.type and not (pattern.startswith("^") and pattern.endswith("$")):
        example = f"^{pattern.removeprefix('^').removesuffix('$')}$"
        yield "unanchored", "warning", f"is content with a part of the text: {pattern}", f"write {example}"
    if re.search(r"(?<!\\)(?:\\\\)*\\[ws]", pattern):
        yield (
            "character-class",
            "warning",
            rf"uses \w or \s, which let full-width letters and blanks through: {pattern}",
            "name the characters: [0-9A-Za-z]",
        )


def lints_of_sql(check: Check, table: str, dictionary: Dictionary) -> Iterator[Lint]:
    """Tell of SQL that is always true, never true, blind to blanks, or compares what has no order."""
    select = select_of(check, table, dictionary) if check.type in {"expect_rows", "expect_no_rows"} else None
    if select is None:
        return
    condition = condition_of(check, table, dictionary)
    if condition is not None:
        yield from _constant(condition)
        yield from _blanks(check, condition, table, dictionary)
    yield from _null_comparisons(select)
    yield from _not_in(select, check, table, dictionary)
    yield from _classes(select)
    yield from _text_order(select, check, table, dictionary)
    yield from _quotients(select)


def _constant(condition: exp.Expr) -> Iterator[Lint]:
    """A condition without a column, or one that simplifies to true or false, tells nothing about a row."""
    simple = simplify(condition.copy())
    if isinstance(simple, exp.Boolean) or simple.find(exp.Column) is None:
        always = "true" if not isinstance(simple, exp.Boolean) or simple.this else "false"
        yield "vacuous", "warning", f"has a condition that is always {always}", "name what must hold"
        return
    for node in simple.find_all(exp.EQ, exp.GTE, exp.LTE):
        if node.this == node.expression:
            yield "vacuous", "warning", f"compares {node.this.sql()} with itself", "name two things"


def _blanks(check: Check, condition: exp.Expr, table: str, dictionary: Dictionary) -> Iterator[Lint]:
    """A condition over a blank cell is unknown, and unknown passes: somebody must say so."""
    if check.blanks:
        return
    columns = dictionary.tables[table].columns
    handled = {
        column.name.lower()
        for node in condition.find_all(exp.Is, exp.Coalesce, exp.NullSafeEQ, exp.NullSafeNEQ)
        for column in node.find_all(exp.Column)
    }
    named = sorted({column.name for column in condition.find_all(exp.Column)})
    left = [
        name
        for name in named
        if name in columns and not columns[name].required and name.lower() not in handled
    ]
    if left:
        yield (
            "null-policy",
            "info",
            f"does not say what a blank {', '.join(left)} means: the rule does not apply there",
            'say so in its meta: "blanks": "pass"; or write … and x is not null',
        )


def _null_comparisons(select: exp.Expr) -> Iterator[Lint]:
    for node in select.find_all(exp.EQ, exp.NEQ, exp.GT, exp.LT, exp.GTE, exp.LTE):
        if isinstance(node.this, exp.Null) or isinstance(node.expression, exp.Null):
            yield "never-applies", "warning", f"compares with NULL: {node.sql()}", "write IS NULL"


def _not_in(select: exp.Expr, check: Check, table: str, dictionary: Dictionary) -> Iterator[Lint]:
    """`x NOT IN (…)` is unknown as soon as one of the values is: such a rule never finds anything."""
    optional = {
        name
        for owner, name in columns_of(check, table, dictionary)
        if not dictionary.tables[owner].columns[name].required
    }
    for node in select.find_all(exp.Not):
        inside = node.this.unnest()
        if not isinstance(inside, exp.In):
            continue
        query = inside.args.get("query")
        shown = [column.name for column in query.find_all(exp.Column)] if query is not None else []
        listed = any(isinstance(value, exp.Null) for value in inside.expressions)
        if listed or (set(shown) & optional and query is not None and query.find(exp.Is) is None):
            yield (
                "never-applies",
                "warning",
                f"asks NOT IN of values that may be blank, which is never true: {inside.sql()[:80]}",
                "write NOT EXISTS, or leave the blanks out inside",
            )


def _classes(select: exp.Expr) -> Iterator[Lint]:
    for node in select.find_all(exp.Literal):
        if node.is_string and _CLASSES.search(node.this):
            yield (
                "character-class",
                "warning",
                rf"uses \d, \w or \s in SQL: {node.this}",
                "name the characters: [0-9]",
            )


def _text_order(select: exp.Expr, check: Check, table: str, dictionary: Dictionary) -> Iterator[Lint]:
    """SQL of a suite compares the keys of a vocabulary as texts, whatever order they are written in."""
    ordered = {
        name
        for owner, name in columns_of(check, table, dictionary)
        if dictionary.tables[owner].columns[name].type == "category"
    }
    for node in select.find_all(*_ORDERED):
        sides = [node.args.get(part) for part in ("this", "expression", "low", "high")]
        names = [side.name for side in sides if isinstance(side, exp.Column) and side.name in ordered]
        if names:
            yield (
                "text-order",
                "warning",
                f"compares the words of {names[0]} by the alphabet: {node.sql()[:80]}",
                f"list them: {names[0]} in ('…', '…')",
            )


def _quotients(select: exp.Expr) -> Iterator[Lint]:
    """A quotient and an average are binary fractions in DuckDB; whether two are equal is chance."""
    for node in select.find_all(exp.EQ, exp.NEQ):
        sides = [side for side in (node.this, node.expression) if side.find(exp.Div, exp.Avg) is not None]
        if sides and node.find(exp.Round) is None:
            yield (
                "exact-float",
                "warning",
                f"asks whether a quotient is exactly equal: {node.sql()[:80]}",
                "multiply instead of dividing, or compare with a tolerance",
            )
