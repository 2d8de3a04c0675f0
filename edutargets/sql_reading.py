"""SQL text to a bound expression: parsed by sqlglot, held against an allow-list and the data dictionary."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Literal, NoReturn

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from edutargets.errors import ExpressionError, Fault, near_names
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

if TYPE_CHECKING:
    from edutargets.tables import Dictionary, Relation

__all__ = ["read_condition", "read_measure"]

_LONGEST = 4000
_EXAMPLE = "sum(enrolment) filter (where ownership = 'public')"
_AGGREGATES: dict[type[exp.Expression], Literal["count", "sum", "min", "max", "avg"]] = {
    exp.Count: "count",
    exp.Sum: "sum",
    exp.Min: "min",
    exp.Max: "max",
    exp.Avg: "avg",
}
_ARITHMETIC: dict[type[exp.Expression], Literal["+", "-", "*", "/"]] = {
    exp.Add: "+",
    exp.Sub: "-",
    exp.Mul: "*",
    exp.Div: "/",
}
_COMPARISONS: dict[type[exp.Expression], Literal["=", "<>", "<", "<=", ">", ">="]] = {
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
_ALLOWED = "columns, numbers, 'texts', + - * /, comparisons, and/or/not, in, between, is null, case, sum/count/avg/min/max(…) filter (where …)"


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
    reader = _Reader(dictionary, scope, place, text, scope_filter=where, entity=entity)
    measure = reader.number(_parsed(text, place), inside=False)
    if isinstance(measure, Text | Flag | Day | Number):
        reader.refuse("a constant is no measure", "something computed from a table", example=_EXAMPLE)
    return measure


def read_condition(text: str, dictionary: Dictionary, scope: Relation, place: str = "") -> Node:
    """Read which rows are meant, e.g. ``stage = 'primary' and full_time``.

    Raises:
        ExpressionError: If anything outside the allow-list or an unknown name is used.
    """
    return _Reader(dictionary, scope, place, text).condition(_parsed(text, place), inside=True)


def _parsed(text: str, place: str) -> exp.Expression:
    """Parse one expression; a statement, a comment or a second statement is refused."""

    def refuse(found: str) -> NoReturn:
        raise ExpressionError(Fault(place, found, _ALLOWED, _EXAMPLE, "expression"))

    if len(text) > _LONGEST:
        refuse(f"the expression has {len(text):,} characters")
    try:
        statements = sqlglot.parse(f"SELECT {text}", read="duckdb")
    except (SqlglotError, RecursionError) as error:
        cause = str(error).splitlines()[0] if isinstance(error, SqlglotError) else "it is nested too deeply"
        refuse(f"{_cut(text)!r} is not an expression: {cause}")
    select = statements[0] if len(statements) == 1 else None
    if not isinstance(select, exp.Select) or len(select.expressions) != 1:
        refuse(f"{_cut(text)!r} is not one expression")
    others = [name for name, value in select.args.items() if value and name not in {"expressions", "kind"}]
    if others or any(node.comments for node in select.walk()):
        refuse(f"{_cut(text)!r} holds more than an expression ({', '.join(others) or 'a comment'})")
    found: exp.Expression = select.expressions[0]
    return found


def _cut(text: str) -> str:
    return text if len(text) <= 80 else text[:77] + "…"  # noqa: PLR2004  # a line of an error


@dataclass
class _Reader:
    dictionary: Dictionary
    scope: Relation | None
    place: str
    text: str
    scope_filter: Node | None = None
    entity: bool = False
    _views: dict[str, Node] = field(default_factory=dict)

    def refuse(
        self, found: str, accepted: str = _ALLOWED, code: str = "expression", example: str = ""
    ) -> NoReturn:
        raise ExpressionError(Fault(self.place, f"{found} in {_cut(self.text)!r}", accepted, example, code))

    # numbers ---------------------------------------------------------------------------------------------------

    def number(self, node: exp.Expression, *, inside: bool) -> Node:
        """Read a value; ``inside`` an aggregate it belongs to a row, outside to the district."""
        node = node.unnest()
        if type(node) in _ARITHMETIC:
            return self._arithmetic(node, inside=inside)
        if isinstance(node, exp.Filter) or type(node) in _AGGREGATES:
            if inside:
                self.refuse(f"an aggregate inside another ({node.sql()})", "one aggregate at a time")
            return self._aggregate(node)
        if isinstance(node, exp.Neg):
            return Arithmetic("*", Number(Fraction(-1)), self.number(node.this, inside=inside))
        if isinstance(node, exp.Literal):
            return Text(str(node.this)) if node.is_string else Number(Fraction(str(node.this)))
        if isinstance(node, exp.Boolean):
            return Flag(value=bool(node.this))
        if isinstance(node, exp.Cast) and node.to.is_type("date") and isinstance(node.this, exp.Literal):
            return self._day(str(node.this.this))
        if isinstance(node, exp.Column):
            if not inside and not self.entity:
                self.refuse(
                    f"the column {node.sql()} stands outside an aggregate",
                    "sum(…), count(…), avg(…), min(…) or max(…)",
                    example=_EXAMPLE,
                )
            return self._column(node)
        if isinstance(node, exp.Case) and (inside or self.entity):
            return self._case(node, inside=inside)
        self.refuse(f"{_cut(node.sql())} ({type(node).__name__}) is not allowed")

    def _arithmetic(self, node: exp.Expression, *, inside: bool) -> Node:
        operator = _ARITHMETIC[type(node)]
        if operator == "/" and inside:
            self.refuse(
                "a division of single rows",
                "a division of totals, done once and exactly",
                example="sum(a) / sum(b)",
            )
        left, right = self.number(node.left, inside=inside), self.number(node.right, inside=inside)  # type: ignore[attr-defined]
        for side in (left, right):
            if self._kind(side) != "number":
                self.refuse(f"{operator} needs numbers on both sides", "numeric columns and numbers")
        result = Arithmetic(operator, left, right)
        unit_of(result, self.dictionary, self.place)
        return result

    def _case(self, node: exp.Case, *, inside: bool) -> Node:
        if node.this is not None:
            self.refuse("case with a value", "case when … then … else … end")
        branches = tuple(
            (self.condition(branch.this, inside=inside), self.number(branch.args["true"], inside=inside))
            for branch in node.args["ifs"]
        )
        default = node.args.get("default")
        empty = default is None or isinstance(default, exp.Null)
        return Case(branches, None if empty else self.number(default, inside=inside))

    def _day(self, text: str) -> Day:
        try:
            return Day(date.fromisoformat(text))
        except ValueError:
            self.refuse(f"{text!r} is no date", "a date as year-month-day", example="'2025-12-31'")

    # columns and tables ----------------------------------------------------------------------------------------

    def _column(self, node: exp.Column) -> Column:
        if node.args.get("db") or node.args.get("catalog"):
            self.refuse(f"{node.sql()} names a schema", "table.column")
        table = self._table(node.table) if node.table else self._scope_table(node.name)
        columns = self.dictionary.tables[table].columns
        if node.name not in columns:
            self.refuse(
                f"unknown column {node.name!r} of table {table!r}",
                near_names(node.name, columns),
                "unknown-column",
            )
        return Column(table, node.name)

    def _scope_table(self, column: str) -> str:
        if self.scope is None:
            holders = sorted(
                name for name, table in self.dictionary.tables.items() if column in table.columns
            )
            hint = (
                f"`from: {holders[0]}` or {holders[0]}.{column}"
                if holders
                else "`from: <table>`, or table.column"
            )
            self.refuse(f"{column!r} belongs to no table", hint, "unknown-table")
        return self.scope.table

    def _table(self, name: str) -> str:
        """Resolve a qualifier; a view brings its condition along."""
        if self.scope is not None and name in {self.scope.name, self.scope.table}:
            return self.scope.table
        relation = self.dictionary.relation(name, self.place)
        if relation.where is not None and relation.name not in self._views:
            self._views[relation.name] = read_condition(
                relation.where, self.dictionary, relation, f"view {relation.name}"
            )
        return relation.table

    def _aggregate(self, node: exp.Expression) -> Node:
        self._views.clear()
        condition = None
        if isinstance(node, exp.Filter):
            condition, node = self.condition(node.expression.this, inside=True), node.this
        if type(node) not in _AGGREGATES:
            self.refuse(f"{_cut(node.sql())} is no aggregate of the list")
        kind = _AGGREGATES[type(node)]
        extra = [name for name, value in node.args.items() if value and name not in {"this", "big_int"}]
        if extra or isinstance(node.this, exp.Distinct):
            self.refuse(
                f"{_cut(node.sql())} uses {', '.join(extra) or 'distinct'}",
                "one value per aggregate; count rows of a table keyed by what is counted",
            )
        operand, counted = self._operand(kind, node)
        table, counts = self._base(operand, condition, counted)
        joined = all_of(self._view_condition(table), condition)
        return self._for_entity(Aggregate(kind, table, operand, joined, counts))

    def _operand(self, kind: str, node: exp.Expression) -> tuple[Node | None, str | None]:
        """Return what is aggregated, or for ``count(*)`` and ``count(table.*)`` the table that is counted."""
        this = node.this
        if isinstance(this, exp.Star) or (isinstance(this, exp.Column) and isinstance(this.this, exp.Star)):
            if kind != "count":
                self.refuse(f"{kind}(*)", "count(*), or a column", example=_EXAMPLE)
            return None, this.table if isinstance(this, exp.Column) and this.table else ""
        if this is None:
            self.refuse(f"{kind}() of nothing", f"{kind}(column)")
        operand = self.number(this, inside=True)
        if kind != "count" and self._kind(operand) != "number":
            self.refuse(
                f"{kind}({_cut(this.sql())}) of something that is no number",
                "count(*) filter (where …) counts rows",
                example=_EXAMPLE,
            )
        return operand, None

    def _base(self, operand: Node | None, condition: Node | None, counted: str | None) -> tuple[str, str]:
        """Find the one table whose rows are aggregated, and what a row of it is."""
        used = {
            node.table
            for part in (operand, condition)
            if part is not None
            for node in walk(part)
            if isinstance(node, Column)
        }
        if counted and self.scope and counted in {self.scope.name, self.scope.table}:
            counted = ""
        if counted:
            named = self.dictionary.relation(counted, self.place)
            self._table(counted)
            return self._with_parents(named.table, used), named.counts
        if (counted == "" and self.scope) or (
            self.scope and self.scope.table in used and not self._is_parent_only(used)
        ):
            assert self.scope is not None  # noqa: S101  # said by the condition above
            return self._with_parents(self.scope.table, used), self.scope.counts
        bases = [
            table
            for table in sorted(used)
            if all(other == table or self.dictionary.parent(table, other) for other in used)
        ]
        if not bases:
            self._scope_table("count(*)") if not used else self.refuse(
                f"one aggregate over {' and '.join(sorted(used))}, which are not linked",
                "columns of one table and of the tables it references",
            )
        views = [view for view in self._views if self.dictionary.relation(view).table == bases[0]]
        return bases[0], self.dictionary.relation(views[0] if views else bases[0]).counts

    def _is_parent_only(self, used: set[str]) -> bool:
        """Whether the scope's table is only looked up from another table's rows."""
        assert self.scope is not None  # noqa: S101  # its caller asked
        return any(
            other != self.scope.table and self.dictionary.parent(other, self.scope.table) for other in used
        )

    def _with_parents(self, table: str, used: set[str]) -> str:
        for other in sorted(used - {table}):
            if self.dictionary.parent(table, other) is None:
                self.refuse(
                    f"{table!r} does not reference {other!r}",
                    "columns of the table itself or of one it references",
                    "unlinked-table",
                )
        return table

    def _view_condition(self, table: str) -> Node | None:
        mine = [
            condition
            for name, condition in self._views.items()
            if self.dictionary.relation(name).table == table
        ]
        in_scope = self.scope is not None and self.scope.table == table and not self.entity
        return all_of(self.scope_filter if in_scope else None, *mine)

    def _for_entity(self, aggregate: Aggregate) -> Node:
        """Take an aggregate as the value of one row, where the target asks for each."""
        if not self.entity or self.scope is None:
            return aggregate
        if aggregate.table == self.scope.table:
            value = aggregate.operand if aggregate.kind != "count" else Number(Fraction(1))
            assert value is not None  # noqa: S101  # only count has no operand
            return (
                value if aggregate.where is None else Case(((aggregate.where, value),), Number(Fraction(0)))
            )
        if aggregate.kind not in {"sum", "count"}:
            self.refuse(f"{aggregate.kind} over another table for each {self.scope.name}", "sum or count")
        link = self.dictionary.parent(aggregate.table, self.scope.table)
        if link is None:
            self.refuse(
                f"{aggregate.table!r} does not reference {self.scope.table!r}",
                "a column with `references:` in tables.yaml",
                "unlinked-table",
            )
        return ChildValue(aggregate, link, self.dictionary.absent_is_zero(aggregate.table, self.scope.table))

    # conditions ------------------------------------------------------------------------------------------------

    def condition(self, node: exp.Expression, *, inside: bool) -> Node:
        """Read what holds or does not hold for a row."""
        node = node.unnest()
        if isinstance(node, exp.And | exp.Or):
            operator: Literal["and", "or"] = "and" if isinstance(node, exp.And) else "or"
            return Logic(
                operator,
                (self.condition(node.left, inside=inside), self.condition(node.right, inside=inside)),
            )
        if isinstance(node, exp.Not):
            return Negated(self.condition(node.this, inside=inside))
        if isinstance(node, exp.Is) and isinstance(node.expression, exp.Null):
            return IsNull(self.number(node.this, inside=inside))
        if type(node) in _COMPARISONS:
            return self._compare(
                _COMPARISONS[type(node)],
                self.number(node.left, inside=inside),
                self.number(node.right, inside=inside),
            )  # type: ignore[attr-defined]
        if isinstance(node, exp.Between):
            item = self.number(node.this, inside=inside)
            low, high = (self.number(node.args[end], inside=inside) for end in ("low", "high"))
            return Logic("and", (self._compare(">=", item, low), self._compare("<=", item, high)))
        if isinstance(node, exp.In) and node.expressions and not node.args.get("query"):
            return self._is_in(
                self.number(node.this, inside=inside),
                [self.number(value, inside=inside) for value in node.expressions],
            )
        if isinstance(node, exp.Column | exp.Boolean):
            value = self.number(node, inside=inside)
            if self._kind(value) != "boolean":
                self.refuse(f"{node.sql()} is no condition", "a comparison, or a yes/no column")
            return value
        self.refuse(f"{_cut(node.sql())} ({type(node).__name__}) is not allowed as a condition")

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
            self.refuse(
                f"compares a {kinds[0]} with a {kinds[1]}",
                "two values of one kind (codes and texts stand in quotes)",
                "kind-mismatch",
            )
        if kinds[0] == "text" and operator not in {"=", "<>"}:
            self.refuse(
                f"{operator} between texts", "= or <>; `ordered: true` on a category gives it an order"
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
            self.refuse(
                f"{value!r} is not in the vocabulary of {column.table}.{column.name}",
                near_names(value, keys),
                "unknown-value",
            )
        if operator in {"=", "<>"}:
            return Compare(operator, column, Text(value))
        if not declared.ordered:
            self.refuse(
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
