"""SQL text to a bound expression: parsed by sqlglot, held against an allow-list and the data dictionary."""

from __future__ import annotations

import re
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from sqlglot import exp

from edutargets.errors import near_names
from edutargets.expressions import (
    Aggregate,
    Arithmetic,
    Case,
    ChildValue,
    Column,
    Compare,
    Day,
    Flag,
    IsIn,
    IsNull,
    Logic,
    Negated,
    Node,
    Number,
    Text,
    all_of,
    unit_of,
    walk,
)
from edutargets.sql_names import Names
from edutargets.sql_text import EXAMPLE, cut, parse_expression

if TYPE_CHECKING:
    from collections.abc import Callable

    from edutargets.tables import Dictionary, Relation

__all__ = ["read_condition", "read_count", "read_measure"]

_DIGITS = re.compile(r"\d{1,30}(\.\d{0,18})?|\.\d{1,18}")
_AGGREGATES: dict[type[exp.Expr], Literal["count", "sum", "min", "max", "avg"]] = {
    exp.Count: "count",
    exp.Sum: "sum",
    exp.Min: "min",
    exp.Max: "max",
    exp.Avg: "avg",
}
_ARITHMETIC: dict[type[exp.Expr], Literal["+", "-", "*", "/"]] = {
    exp.Add: "+",
    exp.Sub: "-",
    exp.Mul: "*",
    exp.Div: "/",
}
_COMPARISONS: dict[type[exp.Expr], Literal["=", "<>", "<", "<=", ">", ">="]] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
}
_MIRRORED: dict[str, Literal["=", "<>", "<", "<=", ">", ">="]] = {
    "=": "=",
    "<>": "<>",
    "<": ">",
    "<=": ">=",
    ">": "<",
    ">=": "<=",
}


def read_measure(
    text: str,
    dictionary: Dictionary,
    scope: Relation | None,
    place: str = "",
    *,
    where: Node | None = None,
    entity: bool = False,
) -> Node:
    """Read what is computed from tables.

    Args:
        text: A SQL expression of aggregates.
        dictionary: The tables it may name.
        scope: The table or view that plain columns and ``count(*)`` mean.
        place: Where the text stands, for messages.
        where: A filter that every aggregate over the scope's table carries.
        entity: Whether the value belongs to each row of the scope, not to the district.

    Raises:
        ExpressionError: If anything outside the allow-list or an unknown name is used.
    """
    return _measured(_Reader(dictionary, scope, place, text, _view_reader(dictionary), where, entity))


def read_count(
    text: str, dictionary: Dictionary, scope: Relation | None, place: str = "", *, where: Node | None = None
) -> Node:
    """Read what a district counts, in all or by year; here alone `count(distinct column)` may stand.

    Raises:
        ExpressionError: If anything outside the allow-list or an unknown name is used.
    """
    view = _view_reader(dictionary)
    return _measured(_Reader(dictionary, scope, place, text, view, where, distinct=True))


def _measured(reader: _Reader) -> Node:
    measure = reader.number(parse_expression(reader.text, reader.place), inside=False)
    if isinstance(measure, Text | Flag | Day | Number):
        raise reader.refused("a constant is no measure", "something computed from a table", example=EXAMPLE)
    return measure


def read_condition(text: str, dictionary: Dictionary, scope: Relation, place: str = "") -> Node:
    """Read which rows are meant, e.g. ``stage = 'primary' and full_time``.

    Raises:
        ExpressionError: If anything outside the allow-list or an unknown name is used.
    """
    reader = _Reader(dictionary, scope, place, text, _view_reader(dictionary))
    condition = reader.condition(parse_expression(text, place), inside=True)
    return all_of(condition, *reader.named_views()) or condition


def _view_reader(dictionary: Dictionary) -> Callable[[Relation], Node]:
    return lambda view: read_condition(view.where or "true", dictionary, view, f"view {view.name}")


class _Reader(Names):
    """Turn a parsed expression into the bound tree."""

    def number(self, node: exp.Expr, *, inside: bool) -> Node:
        """Read a value; ``inside`` an aggregate it belongs to a row, outside to the district."""
        node = node.unnest()
        constant = self._constant(node)
        if constant is not None:
            return constant
        if type(node) in _ARITHMETIC:
            return self._arithmetic(node, inside=inside)
        if isinstance(node, exp.Filter) or type(node) in _AGGREGATES:
            if inside:
                raise self.refused(f"an aggregate inside another ({node.sql()})", "one aggregate at a time")
            return self._aggregate(node)
        if isinstance(node, exp.Neg):
            return Arithmetic("*", Number(Fraction(-1)), self.number(node.this, inside=inside))
        if isinstance(node, exp.Column):
            if not inside and not self.entity:
                found = f"the column {node.sql()} stands outside an aggregate"
                raise self.refused(found, "sum(…), count(…), avg(…), min(…) or max(…)", example=EXAMPLE)
            return self._column(node) if inside else self._own_column(node)
        if isinstance(node, exp.Case) and (inside or self.entity):
            return self._case(node, inside=inside)
        raise self.refused(f"{cut(node.sql())} ({type(node).__name__}) is not allowed")

    def _constant(self, node: exp.Expr) -> Node | None:
        if isinstance(node, exp.Literal):
            return Text(str(node.this)) if node.is_string else self._written_number(str(node.this))
        if isinstance(node, exp.Boolean):
            return Flag(value=bool(node.this))
        if isinstance(node, exp.Cast) and node.to.is_type("date") and isinstance(node.this, exp.Literal):
            return self._day(str(node.this.this))
        return None

    def _written_number(self, text: str) -> Number:
        """Read a plain decimal number; 1e999999999 would be written out in full."""
        if not _DIGITS.fullmatch(text):
            raise self.refused(f"the number {cut(text)}", "digits and at most one point", example="0.5")
        return Number(Fraction(text))

    def _arithmetic(self, node: exp.Expr, *, inside: bool) -> Node:
        operator = _ARITHMETIC[type(node)]
        if operator == "/" and inside:
            raise self.refused(
                "a division of single rows",
                "a division of totals, done once and exactly",
                example="sum(a) / sum(b)",
            )
        left, right = (self.number(node.args[end], inside=inside) for end in ("this", "expression"))
        for side in (left, right):
            if self._kind(side) != "number":
                raise self.refused(f"{operator} needs numbers on both sides", "numeric columns and numbers")
        result = Arithmetic(operator, left, right)
        unit_of(result, self.dictionary, self.place)
        return result

    def _case(self, node: exp.Case, *, inside: bool) -> Node:
        if node.this is not None:
            raise self.refused("case with a value", "case when … then … else … end")
        branches = tuple(
            (self.condition(branch.this, inside=inside), self.number(branch.args["true"], inside=inside))
            for branch in node.args["ifs"]
        )
        default = node.args.get("default")
        if default is None or isinstance(default, exp.Null):
            return Case(branches, None)
        return Case(branches, self.number(default, inside=inside))

    def _day(self, text: str) -> Day:
        try:
            return Day(date.fromisoformat(text))
        except ValueError as error:
            accepted = "a date as year-month-day"
            raise self.refused(f"{text!r} is no date", accepted, example="'2025-12-31'") from error

    def _aggregate(self, node: exp.Expr) -> Node:
        self._views.clear()
        condition = None
        if isinstance(node, exp.Filter):
            condition, node = self.condition(node.expression.this, inside=True), node.this
        if type(node) not in _AGGREGATES:
            raise self.refused(f"{cut(node.sql())} is no aggregate of the list")
        kind = _AGGREGATES[type(node)]
        extra = [name for name, value in node.args.items() if value and name not in {"this", "big_int"}]
        if isinstance(node.this, exp.Distinct) and kind == "count" and self.distinct and not extra:
            return self._counted_once(node.this, condition)
        if extra or isinstance(node.this, exp.Distinct):
            raise self.refused(
                f"{cut(node.sql())} uses {', '.join(extra) or 'distinct'}",
                "one value per aggregate; count rows of a table keyed by what is counted",
            )
        operand, counted = self._operand(kind, node)
        table, counts = self._base(operand, condition, counted)
        added = {part.table for part in walk(operand) if isinstance(part, Column)} if operand else set()
        if kind in {"sum", "avg"} and added and table not in added:
            raise self.refused(
                f"{kind} of what belongs to {added.pop()!r}, once for each row of {table!r}",
                "columns of the table whose rows are filtered",
                "double-count",
            )
        joined = all_of(self._view_condition(table), condition)
        return self._for_entity(Aggregate(kind, table, operand, joined, counts))

    def _operand(self, kind: str, node: exp.Expr) -> tuple[Node | None, str | None]:
        """Return what is aggregated, or for ``count(*)`` and ``count(table.*)`` the table that is counted."""
        this = node.this
        star = this.this if isinstance(this, exp.Column) else this
        if isinstance(star, exp.Star):
            placed = isinstance(this, exp.Column) and this.args.get("db")
            if kind != "count" or placed or any(star.args.values()):
                raise self.refused(f"{kind}({cut(this.sql())})", "count(*), or a column", example=EXAMPLE)
            return None, this.table if isinstance(this, exp.Column) and this.table else ""
        if this is None:
            raise self.refused(f"{kind}() of nothing", f"{kind}(column)")
        operand = self.number(this, inside=True)
        if kind == "count" and not isinstance(operand, Column | Number):
            raise self.refused(
                f"count({cut(this.sql())})", "count(*) filter (where …) counts rows", example=EXAMPLE
            )
        if kind != "count" and self._kind(operand) != "number":
            raise self.refused(
                f"{kind}({cut(this.sql())}) of something that is no number",
                "count(*) filter (where …) counts rows",
                example=EXAMPLE,
            )
        return operand, None

    def _for_entity(self, aggregate: Aggregate) -> Node:
        """Take an aggregate as the value of one row, where the target asks for each."""
        if not self.entity or self.scope is None:
            return aggregate
        if aggregate.table == self.scope.table:
            value = aggregate.operand if aggregate.kind != "count" else Number(Fraction(1))
            assert value is not None
            return (
                value if aggregate.where is None else Case(((aggregate.where, value),), Number(Fraction(0)))
            )
        if aggregate.kind not in {"sum", "count"}:
            raise self.refused(
                f"{aggregate.kind} over another table for each {self.scope.name}", "sum or count"
            )
        link = self.dictionary.parent(aggregate.table, self.scope.table)
        if link is None:
            raise self.refused(
                f"{aggregate.table!r} does not reference {self.scope.table!r}",
                "a column with `references:` in tables.yaml",
                "unlinked-table",
            )
        others = {part.table for part in walk(aggregate) if isinstance(part, Column)} - {aggregate.table}
        if others:
            raise self.refused(
                f"a filter on {min(others)!r} for the rows of {aggregate.table!r}",
                f"columns of {aggregate.table} alone",
                "unlinked-table",
            )
        dates = {self.dictionary.tables[name].period for name in (aggregate.table, self.scope.table)}
        if dates != {None} and len(link) == 1:
            raise self.refused(
                f"{aggregate.table!r} for each {self.scope.name}, whatever the year",
                f"a period in both tables, and in the key of {self.scope.table}",
                "no-period",
            )
        return ChildValue(aggregate, link, self.dictionary.absent_is_zero(aggregate.table, self.scope.table))

    def condition(self, node: exp.Expr, *, inside: bool) -> Node:
        """Read what holds or does not hold for a row."""
        node = node.unnest()
        match node:
            case exp.And():
                return Logic("and", self._both(node, inside=inside))
            case exp.Or():
                return Logic("or", self._both(node, inside=inside))
            case exp.Not():
                return Negated(self.condition(node.this, inside=inside))
            case exp.Is() if isinstance(node.expression, exp.Null):
                return IsNull(self.number(node.this, inside=inside))
            case exp.Between() if not node.args.get("symmetric"):
                item, low, high = (
                    self.number(node.args[end], inside=inside) for end in ("this", "low", "high")
                )
                return Logic("and", (self._compare(">=", item, low), self._compare("<=", item, high)))
            case exp.In() if node.expressions and not node.args.get("query"):
                values = [self.number(value, inside=inside) for value in node.expressions]
                return self._is_in(self.number(node.this, inside=inside), values)
            case exp.Column() | exp.Boolean():
                value = self.number(node, inside=inside)
                if self._kind(value) != "boolean":
                    raise self.refused(f"{node.sql()} is no condition", "a comparison, or a yes/no column")
                return value
        if type(node) in _COMPARISONS:
            left, right = (self.number(node.args[end], inside=inside) for end in ("this", "expression"))
            return self._compare(_COMPARISONS[type(node)], left, right)
        raise self.refused(f"{cut(node.sql())} ({type(node).__name__}) is not allowed as a condition")

    def _both(self, node: exp.Connector, *, inside: bool) -> tuple[Node, Node]:
        return self.condition(node.this, inside=inside), self.condition(node.expression, inside=inside)

    def _is_in(self, item: Node, values: list[Node]) -> Node:
        compared = [self._compare("=", item, value) for value in values]
        return IsIn(item, tuple(one.right for one in compared if isinstance(one, Compare)))

    def _compare(self, operator: Literal["=", "<>", "<", "<=", ">", ">="], left: Node, right: Node) -> Node:
        if isinstance(left, Text | Number | Day) and not isinstance(right, Text | Number | Day):
            left, right, operator = right, left, _MIRRORED[operator]
        kinds = self._kind(left), self._kind(right)
        if kinds == ("category", "text") and isinstance(left, Column) and isinstance(right, Text):
            return self._vocabulary(operator, left, right.value)
        if kinds == ("date", "text") and isinstance(right, Text):
            return Compare(operator, left, self._day(right.value))
        if kinds[0] != kinds[1]:
            raise self.refused(
                f"compares a {kinds[0]} with a {kinds[1]}",
                "two values of one kind (codes and texts stand in quotes)",
                "kind-mismatch",
            )
        if kinds[0] in {"text", "category", "boolean"} and operator not in {"=", "<>"}:
            raise self.refused(
                f"{operator} between two of kind {kinds[0]}",
                "= or <>; `ordered: true` on a category gives it an order",
            )
        if kinds[0] == "number" and not isinstance(left, Number) and not isinstance(right, Number):
            unit_of(Arithmetic("-", left, right), self.dictionary, self.place)
        return Compare(operator, left, right)

    def _vocabulary(
        self, operator: Literal["=", "<>", "<", "<=", ">", ">="], column: Column, value: str
    ) -> Node:
        """Hold a category against a value of its vocabulary; an order becomes a list."""
        declared = self.dictionary.tables[column.table].columns[column.name]
        keys = list(declared.values)
        if value not in keys:
            raise self.refused(
                f"{value!r} is not in the vocabulary of {column.table}.{column.name}",
                near_names(value, keys),
                "unknown-value",
            )
        if operator in {"=", "<>"}:
            return Compare(operator, column, Text(value))
        if not declared.ordered:
            raise self.refused(
                f"{operator} on {column.name}, whose vocabulary has no order",
                "= or in (…), or `ordered: true` in tables.yaml",
            )
        at = keys.index(value)
        kept = {"<": keys[:at], "<=": keys[: at + 1], ">": keys[at + 1 :], ">=": keys[at:]}[operator]
        return IsIn(column, tuple(Text(key) for key in kept))

    def _kind(self, node: Node) -> str:
        match node:
            case Column(table=table, name=name):
                declared = self.dictionary.tables[table].columns[name].type
                return {"code": "text", "integer": "number", "decimal": "number", "year": "number"}.get(
                    declared, declared
                )
            case Text():
                return "text"
            case Day():
                return "date"
            case Flag():
                return "boolean"
            case Case(branches=branches):
                return self._kind(branches[0][1])
        return "number"
