"""Which table and column a name in an expression means, and over which table an aggregate runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlglot import exp

from edutargets.errors import DefinitionError, ExpressionError, Fault, near_names
from edutargets.expressions import Aggregate, Column, Node, all_of, walk
from edutargets.sql_text import ALLOWED, cut

if TYPE_CHECKING:
    from collections.abc import Callable

    from edutargets.tables import Dictionary, Relation

__all__ = ["Names"]


@dataclass
class Names:
    """The names that an expression may use, given the table it is written for.

    Args:
        dictionary: The tables there are.
        scope: The table or view that plain columns and ``count(*)`` mean.
        place: Where the expression stands, for messages.
        text: The expression as written, for messages.
        read_view: Reads the condition of a view.
        scope_filter: A filter that every aggregate over the scope's table carries.
        entity: Whether the value belongs to each row of the scope.
        distinct: Whether ``count(distinct column)`` may be used.
    """

    dictionary: Dictionary
    scope: Relation | None
    place: str
    text: str
    read_view: Callable[[Relation], Node]
    scope_filter: Node | None = None
    entity: bool = False
    distinct: bool = False
    _views: dict[str, Node] = field(default_factory=dict)

    def refused(
        self, found: str, accepted: str = ALLOWED, code: str = "expression", example: str = ""
    ) -> ExpressionError:
        """Return the error that says what was found and what is accepted."""
        return ExpressionError(Fault(self.place, f"{found} in {cut(self.text)!r}", accepted, example, code))

    def named_views(self) -> tuple[Node, ...]:
        """Return the conditions of the other views that were named so far."""
        return tuple(self._views.values())

    def _column(self, node: exp.Column) -> Column:
        if node.args.get("db") or node.args.get("catalog"):
            raise self.refused(f"{node.sql()} names a schema", "table.column")
        table = self._table(node.table) if node.table else self._scope_table(node.name)
        columns = self.dictionary.tables[table].columns
        if node.name not in columns:
            raise self.refused(
                f"unknown column {cut(node.name)!r} of table {table!r}",
                near_names(node.name, columns),
                "unknown-column",
            )
        return Column(table, node.name)

    def _own_column(self, node: exp.Column) -> Column:
        """Find a column of the very row that a value belongs to; another view would bring its condition."""
        self._views.clear()
        column = self._column(node)
        if self._views:
            raise self.refused(
                f"{node.sql()} names another view",
                f"a column of the table, {column.table}.{column.name}",
                "view-or-table",
            )
        return column

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
            raise self.refused(f"{column!r} belongs to no table", hint, "unknown-table")
        return self.scope.table

    def _table(self, name: str) -> str:
        """Resolve a qualifier; a view brings its condition along."""
        if self.scope is not None and name in {self.scope.name, self.scope.table}:
            return self.scope.table
        relation = self._relation(name)
        if relation.where is not None and relation.name not in self._views:
            self._views[relation.name] = self.read_view(relation)
        return relation.table

    def _relation(self, name: str) -> Relation:
        try:
            return self.dictionary.relation(name, self.place)
        except DefinitionError as error:
            raise ExpressionError(*error.faults) from error

    def _base(self, operand: Node | None, condition: Node | None, counted: str | None) -> tuple[str, str]:
        """Find the one table whose rows are aggregated, and what a row of it is."""
        used = {
            node.table
            for part in (operand, condition)
            if part is not None
            for node in walk(part)
            if isinstance(node, Column)
        }
        scope = self.scope
        if counted and scope is not None and counted == scope.table != scope.name:
            raise self.refused(
                f"count({counted}.*) inside the view {scope.name!r}",
                f"count(*), or `from: {counted}`",
                "view-or-table",
            )
        if counted and (scope is None or counted not in {scope.name, scope.table}):
            named = self._relation(counted)
            self._table(counted)
            return self._with_parents(named.table, used), named.counts
        plain = counted is not None or not used
        if scope is not None and (plain or (scope.table in used and not self._is_looked_up(scope, used))):
            return self._with_parents(scope.table, used), scope.counts
        if not used:
            self._scope_table("count(*)")
        bases = [
            table
            for table in sorted(used)
            if all(other == table or self.dictionary.parent(table, other) for other in used)
        ]
        if not bases:
            raise self.refused(
                f"one aggregate over {' and '.join(sorted(used))}, which are not linked",
                "columns of one table and of the tables it references",
            )
        views = [view for view in self._views if self.dictionary.relation(view).table == bases[0]]
        return bases[0], self.dictionary.relation(views[0] if views else bases[0]).counts

    def _counted_once(self, node: exp.Distinct, condition: Node | None) -> Aggregate:
        """Count the values of a column, each once: what the view, or the table it points to, is made of."""
        columns = node.expressions
        if node.args.get("on") or len(columns) != 1 or not isinstance(columns[0], exp.Column):
            raise self.refused(f"count({cut(node.sql())})", "count(distinct column)")
        column = self._column(columns[0])
        table, counts = self._base(column, condition, None)
        reference = self.dictionary.tables[column.table].columns[column.name].references
        if counts == self.dictionary.tables[table].counts and reference:
            counts = self.dictionary.tables[reference.partition(".")[0]].counts
        return Aggregate("distinct", table, column, all_of(self._view_condition(table), condition), counts)

    def _is_looked_up(self, scope: Relation, used: set[str]) -> bool:
        """Whether the scope's table is only looked up from another table's rows."""
        return any(other != scope.table and self.dictionary.parent(other, scope.table) for other in used)

    def _with_parents(self, table: str, used: set[str]) -> str:
        for other in sorted(used - {table}):
            if self.dictionary.parent(table, other) is None:
                raise self.refused(
                    f"{table!r} does not reference {other!r}",
                    "columns of the table itself or of one it references",
                    "unlinked-table",
                )
        return table

    def _view_condition(self, table: str) -> Node | None:
        in_scope = self.scope is not None and self.scope.table == table and not self.entity
        if (
            self.scope is not None
            and self.scope_filter is not None
            and not (in_scope or self.entity)
            and self.dictionary.parent(table, self.scope.table)
        ):
            raise self.refused(
                f"an aggregate over {table!r}, to which the filter of {self.scope.name!r} does not reach,",
                f"the filter said again: filter (where {self.scope.table}.… = …), without `where` and view",
                "filter-not-applied",
            )
        return all_of(self.scope_filter if in_scope else None, *self._views.values())
