"""The few values of unknown cells that decide: the ends of a range, and both sides of every line in it.

A condition turns only where a cell passes a number it is held against, and a sum of a row is a straight line
in between; so the smallest and the largest that any totals can come to are found at these values.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from itertools import product
from math import prod
from typing import TYPE_CHECKING

from edutargets.expressions import Arithmetic, Case, ChildValue, Column, Compare, IsIn, IsNull, Node, children
from edutargets.row_values import Cell, RowValues, cells_of, value_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from edutargets.tables import Dictionary

__all__ = [
    "Completion",
    "Domain",
    "NoRangeError",
    "Span",
    "UncutError",
    "candidates",
    "completions",
    "domain_of",
]

_MOST = 4096
_GRID = 1024


class UncutError(Exception):
    """A row whose unknown cells no few values stand for; only a safe outer range can be said."""


class NoRangeError(Exception):
    """An unknown cell is added up, and nothing says between which values it lies."""


@dataclass(frozen=True, slots=True)
class Span:
    """The numbers an unknown cell may hold.

    Args:
        lower: The smallest; ``None`` where nothing says so.
        upper: The largest; ``None`` where nothing says so.
        step: How far two neighbours lie apart.
        whole: Whether each step in between is possible.
    """

    lower: Fraction | None
    upper: Fraction | None
    step: Fraction = Fraction(1)
    whole: bool = True

    def holds(self, number: Fraction) -> bool:
        """Whether a number lies between both ends."""
        return (self.lower is None or self.lower <= number) and (self.upper is None or number <= self.upper)

    def within(self, share: Fraction, ends: tuple[Fraction, Fraction]) -> Span:
        """Return what lies no further than a share from what stood there before.

        Args:
            share: How far, e.g. 1/10 of it.
            ends: The smallest and the largest that stood there.
        """
        low, high = ends[0] - abs(ends[0]) * share, ends[1] + abs(ends[1]) * share
        lower, upper = -(-low // self.step) * self.step, high // self.step * self.step
        lower = lower if self.lower is None else max(self.lower, lower)
        upper = upper if self.upper is None else min(self.upper, upper)
        return replace(self, lower=lower, upper=upper) if lower <= upper else self


Domain = Span | tuple[object, ...] | None
"""Numbers, a vocabulary, or ``None`` for a text or a date: only what it is held against counts."""


@dataclass(frozen=True, slots=True)
class Completion:
    """One way of filling the unknown cells of a row.

    Args:
        row: All cells, with nothing unknown.
        filled: What was filled in.
    """

    row: RowValues
    filled: Mapping[Cell, object]


def domain_of(column: Column, dictionary: Dictionary) -> Domain:
    """Return what an unknown cell of a column may hold, as the data dictionary says."""
    declared = dictionary.tables[column.table].columns[column.name]
    if declared.type == "boolean":
        return (False, True)
    if declared.type == "category":
        return tuple(declared.values)
    if declared.type not in {"integer", "decimal", "year"}:
        return None
    step = Fraction(1, 10 ** (declared.scale or 0))
    if declared.range is None:
        return Span(None, None, step)
    low, high = declared.range
    return Span(-(-low // step) * step, high // step * step, step)


def completions(
    row: RowValues, domains: Mapping[Cell, Domain], conditions: Sequence[Node], operands: Sequence[Node]
) -> tuple[tuple[Completion, ...], bool]:
    """Fill the unknown cells of a row in every way that matters.

    Args:
        row: The row, its unknown cells ``None``.
        domains: What each unknown cell may hold.
        conditions: What is asked of the row.
        operands: What is added up of it.

    Returns:
        The ways, and whether totals reach their extremes at rows that are all possible.

    Raises:
        UncutError: If no few values stand for all.
        NoRangeError: If an unknown cell without a range is added up.
    """
    roots = (*conditions, *operands)
    looked_at = {cell for root in roots for cell in cells_of(root)}
    unknown = {cell: domain for cell, domain in domains.items() if cell in looked_at}
    atoms = _atoms(roots)
    spans = {cell: domain for cell, domain in unknown.items() if isinstance(domain, Span)}
    words = {cell: candidates(cell, row, unknown, atoms) for cell in unknown if cell not in spans}
    asked = _asked_blank(row, roots, operands)
    found: list[Completion] = []
    sharp = True
    for chosen in _products(words):
        known = RowValues({**row.values, **chosen}, row.blank)
        numbers, attained = _numbers(known, spans, atoms, operands)
        sharp = sharp and attained
        for filled in _products(numbers):
            values = {**known.values, **filled}
            found += [
                Completion(RowValues(values, {**row.blank, **blank}), {**chosen, **filled})  # type: ignore[dict-item]  # true and false
                for blank in _products(asked)
            ]
            if len(found) > _MOST:
                raise UncutError
    return tuple(found), sharp


def _products(options: Mapping[Cell, Sequence[object]]) -> Iterator[dict[Cell, object]]:
    if prod(len(values) for values in options.values()) > _MOST:
        raise UncutError
    for chosen in product(*options.values()):
        yield dict(zip(options, chosen, strict=True))


def _asked_blank(
    row: RowValues, roots: Sequence[Node], operands: Sequence[Node]
) -> dict[Cell, Sequence[object]]:
    """Return the cells of which it is asked whether they are blank, and nobody knows."""
    asks = [node for root in roots for node in _own(root) if isinstance(node, IsNull)]
    asked = {cell for node in asks for cell in cells_of(node)}
    asked |= {node for node in operands if isinstance(node, Column)}
    return {
        cell: (False, True)
        for cell in sorted(asked, key=repr)
        if isinstance(cell, Column) and row.blank.get(cell, False) is None
    }


def _atoms(roots: Iterable[Node]) -> tuple[Compare, ...]:
    """Return every comparison in some expressions, a list of values taken apart."""
    found: dict[Compare, None] = {}
    for node in (node for root in roots for node in _own(root)):
        if isinstance(node, Compare):
            found[node] = None
        if isinstance(node, IsIn):
            found |= {Compare("=", node.item, value): None for value in node.values}
    return tuple(found)


def _own(node: Node) -> Iterator[Node]:
    """Yield a node and what is below it; what stands inside child rows is theirs."""
    yield node
    if not isinstance(node, ChildValue):
        for part in children(node):
            yield from _own(part)


# words and dates ------------------------------------------------------------------------------------


def candidates(
    cell: Cell, row: RowValues, unknown: Mapping[Cell, Domain], atoms: Sequence[Compare]
) -> tuple[object, ...]:
    """Return the values of a vocabulary, a text or a date that some comparison tells apart."""
    named: dict[object, None] = {}
    domain = unknown[cell]
    if domain == (False, True):
        return (False, True)
    for atom in atoms:
        for mine, other in ((atom.left, atom.right), (atom.right, atom.left)):
            if mine != cell:
                continue
            if other in unknown:
                if domain is None:
                    raise UncutError
                return domain if isinstance(domain, tuple) else ()
            named[value_in(other, row)] = None
    constants = [value for value in named if value is not None]
    if isinstance(domain, tuple) and len(unknown) == 1:
        return domain
    if isinstance(domain, tuple):
        return (*(one for one in domain if one in named), *[one for one in domain if one not in named][:1])
    dates = [value for value in constants if isinstance(value, date)]
    if dates:
        near = {day + timedelta(days=shift) for day in dates for shift in (-1, 0, 1)}
        return tuple(sorted(near))
    return (*constants, "".join(map(str, constants)) + "?")


# numbers --------------------------------------------------------------------------------------------


def _numbers(
    row: RowValues, spans: Mapping[Cell, Span], atoms: Sequence[Compare], operands: Sequence[Node]
) -> tuple[dict[Cell, Sequence[object]], bool]:
    """Return the numbers at which something turns, and whether all of them are possible."""
    if not spans:
        return {}, True
    _refuse_products((*atoms, *operands), spans)
    added = {cell for operand in operands for cell in cells_of(operand)}
    if any(cell in added and None in (span.lower, span.upper) for cell, span in spans.items()):
        raise NoRangeError
    found = {cell: _ends(span) for cell, span in spans.items()}
    passed: dict[Cell, list[Compare]] = {cell: [] for cell in spans}
    joint: list[Compare] = []
    for atom in atoms:
        mine = [cell for cell in dict.fromkeys(cells_of(atom)) if cell in spans]
        if len(mine) == 1:
            turns = _turns(atom, mine[0], row, spans[mine[0]])
            if turns - found[mine[0]] or len(turns) > 1:
                passed[mine[0]].append(atom)
            found[mine[0]] |= turns
        elif mine and not _is_settled(atom, mine, row, spans):
            joint.append(atom)
            for cell in mine:
                passed[cell].append(atom)
    found |= _gridded(joint, spans, added)
    sharp = all(span.whole or _at_ends(passed[cell], cell in added) for cell, span in spans.items())
    return {cell: sorted(values or {Fraction(0)}) for cell, values in found.items()}, sharp


def _at_ends(passed: Sequence[Compare], added: bool) -> bool:  # noqa: FBT001  # said by its only caller
    """Whether all that matters of an unknown comes about at the ends of its range."""
    once = len(passed) == 1 and passed[0].operator not in {"=", "<>"}
    return not passed or (once and not added)


def _ends(span: Span) -> set[Fraction]:
    return {end for end in (span.lower, span.upper) if end is not None}


def _refuse_products(roots: Sequence[Node], spans: Mapping[Cell, Span]) -> None:
    """Refuse an unknown times itself, and one that decides between values inside a comparison."""
    for node in (node for root in roots for node in _own(root)):
        if isinstance(node, Arithmetic) and node.operator == "*":
            sides = (node.left, node.right)
            left, right = ({cell for cell in cells_of(side) if cell in spans} for side in sides)
            if left & right:
                raise UncutError
    for atom in (root for root in roots if isinstance(root, Compare)):
        for node in _own(atom):
            if isinstance(node, Case):
                asked = {cell for condition, _ in node.branches for cell in cells_of(condition)}
                if asked & set(spans):
                    raise UncutError


def _difference(atom: Compare, row: RowValues, filled: Mapping[Cell, object]) -> Fraction | None:
    at = RowValues({**row.values, **filled}, row.blank)
    left, right = value_in(atom.left, at), value_in(atom.right, at)
    if not isinstance(left, Fraction) or not isinstance(right, Fraction):
        return None
    return left - right


def _turns(atom: Compare, cell: Cell, row: RowValues, span: Span) -> set[Fraction]:
    """Return the possible numbers on both sides of where a comparison turns, and the line itself."""
    origin, one = (_difference(atom, row, {cell: Fraction(at)}) for at in (0, 1))
    if origin is None or one is None or origin == one:
        return set()
    line = origin / (origin - one)
    below = line // span.step * span.step
    near = {below, below + span.step} if below != line else {line - span.step, line, line + span.step}
    return {number for number in near if span.holds(number)}


def _is_settled(atom: Compare, mine: Sequence[Cell], row: RowValues, spans: Mapping[Cell, Span]) -> bool:
    """Whether a comparison of several unknown numbers comes out alike whatever they are."""
    ends = [(spans[cell].lower, spans[cell].upper) for cell in mine]
    if any(low is None or high is None for low, high in ends):
        return False
    found = [_difference(atom, row, dict(zip(mine, corner, strict=True))) for corner in product(*ends)]
    if None in found:
        return True
    signs = {(one > 0) - (one < 0) for one in found if one is not None}
    accepted = {">": [{1}, {0, -1}, {0}, {-1}], "<": [{-1}, {0, 1}, {0}, {1}]}
    if atom.operator in {"=", "<>"}:
        return signs in ({1}, {-1}, {0})
    strict = atom.operator if atom.operator in accepted else {">=": "<", "<=": ">"}[atom.operator]
    return signs in accepted[strict]


def _gridded(
    joint: Sequence[Compare], spans: Mapping[Cell, Span], added: set[Cell]
) -> dict[Cell, set[Fraction]]:
    """Return all numbers of the unknowns that are held against each other, where their ends are not enough.

    One such comparison comes out both ways at the corners; several of them, or one whose numbers are also
    added up, may need a number in between.
    """
    mine = {cell for atom in joint for cell in cells_of(atom) if cell in spans}
    if not joint or (len(joint) == 1 and joint[0].operator not in {"=", "<>"} and not mine & added):
        if any(spans[cell].lower is None or spans[cell].upper is None for cell in mine):
            raise UncutError
        return {}
    sizes = []
    for span in (spans[cell] for cell in mine):
        if span.lower is None or span.upper is None or not span.whole:
            raise UncutError
        sizes.append(int((span.upper - span.lower) / span.step) + 1)
    if prod(sizes) > _GRID:
        raise UncutError
    return {
        cell: {span.lower + at * span.step for at in range(int((span.upper - span.lower) / span.step) + 1)}
        for cell, span in ((cell, spans[cell]) for cell in mine)
        if span.lower is not None and span.upper is not None
    }
