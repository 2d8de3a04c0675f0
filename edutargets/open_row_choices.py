"""From told rows to what is open of a target: each row with its outcomes, shared cells chosen first."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import product
from math import prod
from operator import itemgetter
from typing import TYPE_CHECKING

from edutargets.cell_choices import Domain, NoRangeError, Span, UncutError, completions, domain_of
from edutargets.child_ranges import ChildRanges, Outcomes, Told, cells_in, found_by, mark_of
from edutargets.expressions import ChildValue, Column, IsNull, walk
from edutargets.linear_forms import terms_of
from edutargets.open_rows import Choice, OpenGroup, OpenRow, OpenTarget
from edutargets.open_statements import below_of
from edutargets.row_contributions import Filled, OpenValues, may_lack_an_answer
from edutargets.row_values import Cell, RowValues, cells_of
from edutargets.set_aside import ROW_ADMITTED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from edutargets.expressions import Aggregate
    from edutargets.open_rows import Source
    from edutargets.open_sources import Sources
    from edutargets.open_statements import Below, ToldRow, ToldTable

__all__ = ["LINEAR", "open_target"]

LINEAR = frozenset({"count", "sum", "avg"})
_MOST = 256
Key = tuple[tuple[str, object], ...]


def open_target(
    aggregates: Sequence[Aggregate], told: Told, sources: Sources | None = None
) -> OpenTarget | None:
    """Say what is open of some totals; ``None`` where that cannot be told row by row.

    Args:
        aggregates: The counts, sums and means of one target.
        told: The open rows of their tables.
        sources: Finds the rows to ask for, where each row was told by itself.
    """
    wanted = [one for one in dict.fromkeys(aggregates) if one.kind in LINEAR]
    for one in wanted:
        asked = [node for part in (one.operand, one.where) if part for node in walk(part)]
        if any(isinstance(node, IsNull) and isinstance(node.item, ChildValue) for node in asked):
            return None
    builder = _Builder(wanted, told, sources)
    try:
        return builder.target()
    except (NoRangeError, UncutError, KeyError):
        return None


@dataclass(slots=True, eq=False)
class _Member:
    """Rows that are alike, on their way to their outcomes."""

    told: ToldRow
    table: str
    values: OpenValues
    shared: frozenset[Column] = frozenset()
    sharp: bool = True


if TYPE_CHECKING:
    _Found = tuple[_Member, Sequence[object]]


@dataclass
class _Builder:
    """Build what is open of one target."""

    aggregates: Sequence[Aggregate]
    told: Told
    sources: Sources | None = None
    outcomes: Outcomes = field(default_factory=Outcomes)
    _choices: dict[tuple[int, str], tuple[Choice, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.below = ChildRanges(self.told, self.outcomes)
        self.terms = terms_of(self.aggregates)
        self.of_table: dict[str, list[Aggregate]] = {}
        for one in self.aggregates:
            self.of_table.setdefault(one.table, []).append(one)
        self.looked_up = found_by(self.aggregates, self.told.dictionary)
        self.used_below: set[Below] = set()
        self._kept: dict[object, list[OpenGroup]] = {}

    def target(self) -> OpenTarget:
        groups: list[OpenGroup] = []
        sharing: dict[tuple[str, Key], list[_Found]] = {}
        open_tables = set()
        for table in self.of_table:
            for rows in self._alike(table):
                member = self._member(table, self.told.rows[table].row(rows[0]))
                parent, alone = self._shared(member), rows
                if parent is not None:
                    keys = [(self._key(member, parent, row), row) for row in rows]
                    for key, row in keys:
                        if key is not None:
                            sharing.setdefault((parent, key), []).append((member, row))
                    open_tables.add(table)
                    alone = [row for key, row in keys if key is None]
                    member = replace(member, shared=frozenset(), sharp=False)
                found = self._rows([(member, row) for row in alone])
                groups += [OpenGroup(((row,),)) for row in found]
                open_tables |= {table} if found else set()
        for where, members in sharing.items():
            groups += self._group(where, members)
        below = {table for table, _ in self.used_below}
        apart = len(below) == len(self.used_below) and not below & open_tables
        free = tuple(group for group in groups if not group.is_certain)
        certain = tuple(group for group in groups if group.is_certain)
        return OpenTarget(self.terms, free, apart, certain)

    def _alike(self, table: str) -> list[list[Sequence[object]]]:
        """Put rows together that are alike in all this target looks at, their open child rows included."""
        told = self.told.rows[table]
        if not told.rows:
            return []
        cells = dict.fromkeys(cell for one in self.of_table[table] for cell in cells_in(one))
        tables = {table, *(cell.table for cell in cells if isinstance(cell, Column))}
        below = [cell for cell in cells if isinstance(cell, ChildValue)]
        columns = [
            at
            for at, head in enumerate(told.heads)
            if isinstance(head, Column)
            and (head in cells or (head.name == ROW_ADMITTED and head.table in tables))
        ]
        numbers = [told.at((value, kind)) for value in below for kind in ("value", "blank")]
        numbers += [at for at, head in enumerate(told.heads) if isinstance(head, tuple) and head[1] in cells]
        blank = [told.at((value, "blank")) for value in below]
        lacking = [told.at((value, "value")) for value in below if not value.absent_is_zero]
        empty, get = (
            itemgetter(*[*columns, *lacking, -1, -1]),  # -1 twice: of one alone it would be no tuple
            itemgetter(*[*columns, *numbers, told.at("year"), -1]),
        )
        unanswered = any(map(may_lack_an_answer, self.of_table[table]))
        found: dict[tuple[object, ...], list[Sequence[object]]] = {}
        for row in told.rows:
            if unanswered or None in empty(row) or any(row[at] for at in blank):
                found.setdefault(get(row)[:-1], []).append(row)
        for value in below:
            found = self._by_children(value, told, found)
        return list(found.values())

    def _by_children(
        self, value: ChildValue, told: ToldTable, found: Mapping[tuple[object, ...], list[Sequence[object]]]
    ) -> dict[tuple[object, ...], list[Sequence[object]]]:
        """Part rows whose open child rows are not alike."""
        blank = told.at((value, "blank"))
        names = [told.at(("name", theirs)) for _, theirs in value.link]
        told_apart = self.below.told_apart(value)
        parted: dict[tuple[object, ...], list[Sequence[object]]] = {}
        for key, rows in found.items():
            if not rows[0][blank]:
                parted[key] = rows
                continue
            for row in rows:
                alike = told_apart(tuple([row[at] for at in names]))
                parted.setdefault((*key, alike), []).append(row)
        return parted

    # one row

    def _member(self, table: str, told: ToldRow) -> _Member:
        """Say of each cell what is known of it, and what it may hold."""
        dictionary, marked = self.told.dictionary, self.told.marked
        values: dict[Cell, object] = {}
        blank: dict[Column, bool | None] = {}
        domains: dict[Cell, Domain] = {}
        there, sharp = mark_of(told, table, marked) is not None, True
        tables_below: list[str] = []
        for cell in dict.fromkeys(cell for one in self.of_table[table] for cell in cells_in(one)):
            if isinstance(cell, ChildValue):
                number, open_ones = told.below[cell]
                values[cell] = None
                sharp = sharp and there
                if there and not open_ones:
                    values[cell] = Fraction(0) if number is None and cell.absent_is_zero else number
                    sharp = sharp and values[cell] is not None
                elif there:
                    tables_below.append(cell.aggregate.table)
                    self.used_below.add(below_of(cell))
                    span = self.below.span(cell, told)
                    sharp = sharp and span is not None
                    if span is not None:
                        domains[cell] = span
                continue
            values[cell] = told.cells[cell]
            if values[cell] is None:
                admitted = cell.table not in marked or mark_of(told, cell.table, marked) is True
                blank[cell] = True if admitted else None
                domain = domain_of(cell, dictionary)
                if isinstance(domain, Span) and self.told.within is not None and cell in told.before:
                    domain = domain.within(self.told.within, told.before[cell])
                domains[cell] = domain
        sharp = sharp and len(tables_below) == len(set(tables_below))
        return _Member(told, table, OpenValues(RowValues(values, blank), domains, there), sharp=sharp)

    def _rows(self, found: Sequence[_Found], filled: Mapping[Column, object] | None = None) -> list[OpenRow]:
        """Return rows with their outcomes, without those of which nothing is open after all.

        Rows that are alike are told once, or each by itself where the rows to ask for are wanted.
        """
        rows: list[OpenRow] = []
        alike: dict[_Member, list[Sequence[object]]] = {}
        for member, row in found:
            alike.setdefault(member, []).append(row)
        for member, own in alike.items():
            values = member.values if filled is None else _given(member, filled)
            one = self._row(member, values)
            if one is None:
                continue
            if self.sources is None:
                rows.append(replace(one, rows=sum(int(str(row[-1])) for row in own)))
                continue
            for row in own:
                told = self.told.rows[member.table].row(row)
                key, asked = self.sources.key(member.table, told.names), self._sources(member, told)
                rows.append(replace(one, rows=told.rows, key=key, reporter=told.reporter, sources=asked))
        return rows

    def _row(self, member: _Member, values: OpenValues) -> OpenRow | None:
        own = self.of_table[member.table]
        outcomes, attained = self.outcomes.of(own, values)
        key = (id(outcomes), member.table)
        if key not in self._choices:
            self._choices[key] = self._told_apart(own, outcomes)
        choices = self._choices[key]
        sharp = member.sharp and attained
        return OpenRow(member.table, member.told.year, choices, sharp=sharp) if choices else None

    def _told_apart(self, own: Sequence[Aggregate], outcomes: Sequence[Filled]) -> tuple[Choice, ...]:
        """Return outcomes by what they add to each total; none where nothing is open after all."""
        at = {one: number for number, one in enumerate(own)}
        found = []
        for outcome in outcomes:
            adds = tuple(
                outcome.adds[at[term.aggregate]][term.of == "sum"] if term.aggregate in at else Fraction(0)
                for term in self.terms
            )
            alike = () if self.sources is None else tuple(map(_named, outcome.alike))
            found.append(Choice(adds, _named(outcome.cells), outcome.there, alike))
        return tuple(found) if any(any(choice.adds) for choice in found) else ()

    def _sources(self, member: _Member, told: ToldRow) -> tuple[Source, ...]:
        """Return the rows to ask for: itself, those it looks up one by one, its child rows."""
        sources, found = self.sources, []
        assert sources is not None  # its caller looked
        unknown = [cell for cell in member.values.domains if isinstance(cell, Column)]
        own = [cell.name for cell in unknown if cell.table == member.table and cell not in member.shared]
        if own or not member.values.there:
            found.append(sources.of_row(member.table, told, own))
        for table in dict.fromkeys(cell.table for cell in unknown if cell.table != member.table):
            cells = [cell for cell in unknown if cell.table == table and cell not in member.shared]
            link = self.told.dictionary.parent(member.table, table) or ()
            key = sorted(
                (theirs, str(told.names[mine])) for mine, theirs in link if told.names.get(mine) is not None
            )
            found += [sources.of_parent(cells, told, tuple(key))] if cells else []
        for value in member.values.row.values:
            if isinstance(value, ChildValue) and told.below[value][1]:
                names = tuple(told.names[theirs] for _, theirs in value.link)
                children = self.told.below[below_of(value)]
                for child in map(children.table.row, children.of.get(names, ())):
                    empty = [cell.name for cell in cells_in(value.aggregate) if isinstance(cell, Column)]
                    columns = [
                        name for name in empty if child.cells[Column(value.aggregate.table, name)] is None
                    ]
                    found.append(sources.of_row(value.aggregate.table, child, columns))
        return tuple(dict.fromkeys(found))

    # rows that share a cell

    def _shared(self, member: _Member) -> str | None:
        """Say in which table unknown cells stand that others look up as well; ``None`` for none."""
        unknown = [cell for cell in member.values.domains if isinstance(cell, Column)]
        tables = {cell.table for cell in unknown if cell.table != member.table}
        own = self.looked_up.get(member.table, {})
        if any(cell.table == member.table and _in(cell, own) for cell in unknown):
            tables.add(member.table)
        if not tables:
            member.sharp = member.sharp and (member.values.there or not own)
            return None
        (parent, *more) = sorted(tables)
        member.shared = frozenset(
            cell for cell in unknown if cell.table == parent and (parent != member.table or _in(cell, own))
        )
        asked = self._asked(member.table) & member.shared
        unsure = any(member.values.row.blank.get(cell, False) is None for cell in asked)
        if more or unsure or len(self.looked_up[parent]) > 1:
            member.sharp, member.shared = False, frozenset()
            return None
        return parent

    def _asked(self, table: str) -> frozenset[Column]:
        """Return the cells of which it is asked whether they are blank."""
        roots = [
            part for one in self.of_table[table] for part in (one.operand, one.where) if part is not None
        ]
        asks = [node for root in roots for node in walk(root) if isinstance(node, IsNull)]
        found = {cell for node in asks for cell in cells_of(node) if isinstance(cell, Column)}
        counted = [one.operand for one in self.of_table[table] if one.kind == "count"]
        return frozenset(found | {node for node in counted if isinstance(node, Column)})

    def _key(self, member: _Member, parent: str, row: Sequence[object]) -> Key | None:
        """Return the names of the row that is looked up; ``None`` where they are not known."""
        if parent == member.table:
            if not member.values.there:
                return None
            (theirs,) = self.looked_up[parent]
            link: Sequence[tuple[str, str]] = [(name, name) for name in theirs]
        else:
            link = self.told.dictionary.parent(member.table, parent) or ()
        told = self.told.rows[member.table]
        pairs = [(theirs, row[told.at(("name", mine))]) for mine, theirs in link]
        return None if any(value is None for _, value in pairs) else tuple(sorted(pairs))

    def _group(self, where: tuple[str, Key], found: Sequence[_Found]) -> list[OpenGroup]:
        """Choose the shared cells first; each row then chooses what is left to it."""
        counted: Counter[_Member] = Counter()
        for member, row in found:
            counted[member] += int(str(row[-1]))
        alike = frozenset(counted.items())
        if self.sources is None and alike in self._kept:
            return self._kept[alike]
        members = list(dict.fromkeys(member for member, _ in found))
        cells = sorted({cell for member in members for cell in member.shared}, key=repr)
        try:
            options = self._options(members, cells)
        except UncutError:
            apart = [(replace(member, shared=frozenset(), sharp=False), row) for member, row in found]
            return [OpenGroup(((row,),)) for row in self._rows(apart)]
        alternatives, shared = [], []
        for chosen in product(*options.values()):
            filled = dict(zip(cells, chosen, strict=True))
            alternatives.append(tuple(self._rows(found, filled)))
            shared.append(tuple((_name(cell), value) for cell, value in filled.items()))
        source = None
        if self.sources is not None:
            member, row = found[0]
            key = tuple((name, str(value)) for name, value in where[1])
            source = self.sources.of_parent(cells, self.told.rows[member.table].row(row), key)
        kept = [OpenGroup(tuple(alternatives), tuple(shared), source)] if any(alternatives) else []
        self._kept[alike] = kept
        return kept

    def _options(
        self, members: Sequence[_Member], cells: Sequence[Column]
    ) -> dict[Column, dict[object, None]]:
        """Return the values that shared cells may take, those that matter to any row that looks them up."""
        options: dict[Column, dict[object, None]] = {cell: {} for cell in cells}
        for member in members:
            own = self.of_table[member.table]
            conditions = [one.where for one in own if one.where is not None]
            operands = [one.operand for one in own if one.operand is not None]
            ways, _ = completions(member.values.row, member.values.domains, conditions, operands)
            for cell in member.shared:
                domain = member.values.domains[cell]
                options[cell] |= dict.fromkeys(domain if isinstance(domain, tuple) else ())
                options[cell] |= dict.fromkeys(way.filled[cell] for way in ways if cell in way.filled)
        if prod(len(values) for values in options.values()) > _MOST:
            raise UncutError
        return options


def _in(cell: Column, looked_up: Mapping[tuple[str, ...], set[str]]) -> bool:
    return any(cell.name in names for names in looked_up.values())


def _given(member: _Member, filled: Mapping[Column, object]) -> OpenValues:
    """Return a row whose shared cells are filled."""
    values = member.values
    mine: dict[Cell, object] = {cell: value for cell, value in filled.items() if cell in member.shared}
    row = RowValues({**values.row.values, **mine}, values.row.blank)
    domains = {cell: domain for cell, domain in values.domains.items() if cell not in mine}
    return replace(values, row=row, domains=domains, told=values.row)


def _named(cells: Sequence[tuple[Cell, object]]) -> tuple[tuple[str, object], ...]:
    return tuple((_name(cell), value) for cell, value in cells)


def _name(cell: Cell) -> str:
    return f"{cell.table}.{cell.name}" if isinstance(cell, Column) else cell.aggregate.table
