"""Which queries of the suites may judge one school's rows alone: what they find must stay true with all rows.

A query may count the rows of other schools, or ask for what is missing among them; on one school's part it
would find what is no fault. It is certain on a part only where every table that is not there as a whole is
held together with the others by who reports it, or where more rows could only add to what it finds.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

__all__ = ["is_certain", "tables_of"]

_BATCH = "the_batch"
_Column = tuple[str, str]


def is_certain(query: str, batch: str, reporters: Mapping[str, str], whole: Collection[str]) -> bool:
    """Whether what a query finds on one school's part it would find among all rows too.

    Args:
        query: The query of an ``expect_no_rows``, with ``{batch}``.
        batch: The table that it checks.
        reporters: The column that names who reports a row, by table.
        whole: The tables of which all rows are there, such as the roster.

    Examples:
        >>> reporters = {"staff": "school_id", "classes": "school_id"}
        >>> twice = "SELECT b.row_id FROM {batch} b JOIN staff s ON s.person_id = b.person_id"
        >>> is_certain(twice, "staff", reporters, ())
        True
        >>> nowhere = twice.replace("JOIN", "LEFT JOIN") + " WHERE s.person_id IS NULL"
        >>> is_certain(nowhere, "staff", reporters, ())
        False
    """
    try:
        tree = sqlglot.parse_one(query.replace("{batch}", _BATCH), read="duckdb")
    except (SqlglotError, RecursionError):
        return False
    known = dict(reporters)
    if batch in known:
        known[_BATCH] = known[batch]
    complete = {*whole, *([_BATCH] if batch in whole else [])}
    if _relation(tree, known, complete, {}).certain:
        return True
    return (
        isinstance(tree, exp.Select) and not tree.ctes and _Select(tree, known, complete, {}).names_who_lacks
    )


@dataclass(frozen=True)
class _Relation:
    """What is known of a table or a query in a query.

    Args:
        whole: Whether it needs no row that is not there.
        certain: Whether its rows would be there with all rows too.
        exact: Whether a reporter's rows are all there, where that reporter's are.
        reporters: Its columns that name the reporter.
    """

    whole: bool
    certain: bool
    exact: bool = False
    reporters: frozenset[str] = frozenset()


_UNKNOWN = _Relation(whole=False, certain=False)
_Known = dict[str, _Relation]


def _relation(
    node: exp.Expr, reporters: Mapping[str, str], whole: Collection[str], named: _Known
) -> _Relation:
    """Say what is known of a table, a query or a query in brackets."""
    if isinstance(node, exp.Table):
        name = node.name
        if name in named:
            return named[name]
        if name not in reporters:
            return _UNKNOWN
        return _Relation(name in whole, certain=True, exact=True, reporters=frozenset({reporters[name]}))
    if isinstance(node, exp.Subquery):
        return _relation(node.this, reporters, whole, named)
    if isinstance(node, exp.Union):
        sides = [_relation(side, reporters, whole, named) for side in (node.left, node.right)]
        return _Relation(all(side.whole for side in sides), all(side.certain for side in sides))
    if isinstance(node, exp.Select):
        common = dict(named)
        for with_ in node.ctes:
            common[with_.alias] = _relation(with_.this, reporters, whole, common)
        return _Select(node, reporters, whole, common).relation
    return _UNKNOWN


class _Select:
    """One SELECT: its sources, what holds them together, what it does to them."""

    def __init__(
        self, select: exp.Select, reporters: Mapping[str, str], whole: Collection[str], named: _Known
    ) -> None:
        self.select = select
        self.sources: _Known = {}
        self.outer: list[str] = []
        first = select.args.get("from_") or select.args.get("from")
        joins: list[exp.Join] = select.args.get("joins") or []
        for node in ([first.this] if first is not None else []) + [join.this for join in joins]:
            self.sources[node.alias_or_name] = _relation(node, reporters, whole, named)
        self.outer = [join.this.alias_or_name for join in joins if join.side or join.kind in {"ANTI", "SEMI"}]
        self.odd = any(
            join.side in {"RIGHT", "FULL"} or join.kind in {"ANTI", "SEMI"} or join.args.get("using")
            for join in joins
        )
        self.conditions = [join.args["on"] for join in joins if join.args.get("on") is not None]
        self.inner = self._inner(reporters, whole, named)

    def _inner(self, reporters: Mapping[str, str], whole: Collection[str], named: _Known) -> bool:
        """Whether the queries among its conditions and columns need nothing that is not there."""
        nested = [node for node in _own(self.select) if isinstance(node, exp.Query)]
        return all(_relation(node, reporters, whole, named).whole for node in nested)

    @cached_property
    def relation(self) -> _Relation:
        """What is known of its result."""
        if all(source.whole for source in self.sources.values()) and self.inner:
            return _Relation(whole=True, certain=True, exact=True, reporters=self._shown(self._tied()))
        if not self.inner or self.odd or not all(s.certain for s in self.sources.values()):
            return _UNKNOWN
        tied = self._tied()
        together = all(
            source.whole or (source.exact and any(name == alias for name, _ in tied))
            for alias, source in self.sources.items()
        )
        if together and all(self._is_tied(alias, tied) for alias in self.outer):
            if not self._groups or self._grouped_by(tied):
                return _Relation(whole=False, certain=True, exact=True, reporters=self._shown(tied))
            return _Relation(whole=False, certain=self._only_grows)
        missing = [alias for alias in self.outer if not self.sources[alias].whole]
        grows = not missing and (not self._groups or self._only_grows)
        return _Relation(whole=False, certain=grows)

    @property
    def names_who_lacks(self) -> bool:
        """Whether it says of each reporter on a whole table what of that reporter's own rows is missing."""
        lacking = [alias for alias in self.outer if not self.sources[alias].whole]
        sound = self.inner and not self.odd and not self._groups
        if not sound or not all(source.certain for source in self.sources.values()):
            return False
        shown = {self._key(one) for one in self.select.expressions if isinstance(one, exp.Column)}
        for alias, source in self.sources.items():
            ties = [self._tied((alias, name)) for name in source.reporters if source.whole]
            for tied in ties:
                named = shown & {*tied, *((one, "row_id") for one, _ in tied if one not in self.outer)}
                if named and all(self.sources[one].exact and self._is_tied(one, tied) for one in lacking):
                    return True
        return False

    def _is_tied(self, alias: str, tied: frozenset[_Column]) -> bool:
        return self.sources[alias].whole or any(name == alias for name, _ in tied)

    @property
    def _groups(self) -> bool:
        """Whether it puts several rows together."""
        return bool(
            self.select.args.get("group")
            or self.select.args.get("distinct")
            or any(isinstance(node, exp.AggFunc | exp.Window) for node in _own(self.select))
        )

    def _grouped_by(self, tied: frozenset[_Column]) -> bool:
        """Whether only rows of one reporter are put together."""
        if any(isinstance(node, exp.Window) for node in _own(self.select)):
            return False
        group = self.select.args.get("group")
        keys = (
            group.expressions
            if group
            else self.select.expressions
            if self.select.args.get("distinct")
            else []
        )
        return any(isinstance(key, exp.Column) and self._key(key) in tied for key in keys)

    @property
    def _only_grows(self) -> bool:
        """Whether more rows can only add to it: it keeps groups of more than so many, and shows no total."""
        having = self.select.args.get("having")
        if any(
            isinstance(node, exp.AggFunc | exp.Window)
            for one in self.select.expressions
            for node in one.walk()
        ):
            return False
        return having is None or all(
            isinstance(one, exp.GT | exp.GTE) and isinstance(one.this, exp.Count) and one.expression.is_int
            for one in _conjuncts(having.this)
        )

    def _key(self, column: exp.Column) -> _Column:
        return (column.table or (next(iter(self.sources)) if len(self.sources) == 1 else ""), column.name)

    def _tied(self, root: _Column | None = None) -> frozenset[_Column]:
        """Return the reporters' columns that equal one everywhere, or the first that is partial."""
        where = self.select.args.get("where")
        pairs = [
            (self._key(one.this), self._key(one.expression))
            for condition in [*self.conditions, *([where.this] if where else [])]
            for one in _conjuncts(condition)
            if isinstance(one, exp.EQ)
            and isinstance(one.this, exp.Column)
            and isinstance(one.expression, exp.Column)
        ]
        columns = {(alias, name) for alias, source in self.sources.items() for name in source.reporters}
        partial = [alias for alias, source in self.sources.items() if not source.whole]
        first = partial[0] if partial else next(iter(self.sources), "")
        tied = {column for column in columns if column[0] == first} if root is None else {root}
        while True:
            more = {
                two for one, two in [*pairs, *((b, a) for a, b in pairs)] if one in tied and two in columns
            }
            if more <= tied:
                return frozenset(tied)
            tied |= more

    def _shown(self, tied: frozenset[_Column]) -> frozenset[str]:
        """Return under which names its result shows the reporter."""
        return frozenset(
            one.alias_or_name
            for one in self.select.expressions
            if isinstance(one.unalias(), exp.Column) and self._key(one.unalias()) in tied
        )


def _conjuncts(condition: exp.Expr) -> Iterator[exp.Expr]:
    """Yield what must hold all together."""
    if isinstance(condition, exp.Paren):
        yield from _conjuncts(condition.this)
    elif isinstance(condition, exp.And):
        yield from _conjuncts(condition.left)
        yield from _conjuncts(condition.right)
    else:
        yield condition


def _own(select: exp.Select) -> Iterator[exp.Expr]:
    """Yield the nodes of a SELECT's columns and conditions; of a query in them only its head."""
    joins = [join.args["on"] for join in select.args.get("joins") or [] if join.args.get("on") is not None]
    parts = [select.args.get(name) for name in ("where", "having", "group", "qualify", "order")]
    waiting = [*select.expressions, *joins, *(part for part in parts if part is not None)]
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, exp.Query):
            waiting.extend(node.iter_expressions())


def tables_of(query: str) -> frozenset[str]:
    """Name the tables that a query looks into besides the one it checks; all there are, if it cannot be read.

    Examples:
        >>> sorted(tables_of("SELECT b.row_id FROM {batch} b JOIN staff s ON s.school_id = b.school_id"))
        ['staff']
    """
    try:
        tree = sqlglot.parse_one(query.replace("{batch}", _BATCH), read="duckdb")
    except (SqlglotError, RecursionError):
        tree = None
    if not isinstance(tree, exp.Query):
        return frozenset({""})
    own = {_BATCH, *(with_.alias for with_ in tree.find_all(exp.CTE))}
    return frozenset(node.name for node in tree.find_all(exp.Table)) - own
