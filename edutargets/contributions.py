"""Who holds a target back: the exact contribution of every town and of everybody who reports."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING, Literal
from weakref import WeakKeyDictionary

from edutargets.expressions import Aggregate, Arithmetic, Node, Number, aggregates_of
from edutargets.targets import Amount, Count, Growth, Milestone, PerHundred, Trend

if TYPE_CHECKING:
    import pyarrow as pa

    from edutargets.attainment import Attainment, Basis
    from edutargets.gate import AdmittedSubmission
    from edutargets.goals import Goal
    from edutargets.judging import Result
    from edutargets.tables import Dictionary, Table
    from edutargets.wording import Language

__all__ = ["Contribution", "Contributions", "Roster", "contributions", "roster_of"]

Kind = Literal["gap", "excess", "failing", "part", "change"]
_NAMES = ("name", "title", "school_name")
_TOWN = "town"
_ZERO, _NOWHERE = Fraction(0), ("", "", "")


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one town, school or office adds to the gap.

    Args:
        code: Its code, or the key of the town.
        label: What it is called.
        parts: Its own totals.
        amount: What it adds: above zero holds the target back (for ``part``: its share of the total).
        town: The town a school belongs to, where that is known.
    """

    code: str
    label: str
    parts: Mapping[str, Fraction]
    amount: Fraction
    town: str = ""


@dataclass(frozen=True, slots=True)
class Contributions:
    """The groups of a target, those that matter most first.

    Args:
        by: ``town`` or ``reporter``.
        kind: ``gap`` to the goal or ``excess`` over it, in the numerator's unit, ``failing`` entities,
            ``part`` of a total, ``change`` from the year before.
        groups: All groups that add something, sorted.
        of: How many groups there are in all.
    """

    by: Literal["town", "reporter"]
    kind: Kind
    groups: tuple[Contribution, ...]
    of: int


class Roster:
    """What those who report are called and where they are, as far as the submission says.

    Args:
        dictionary: The tables there are.
        admitted: The data; without them only codes are known.
    """

    def __init__(
        self, dictionary: Dictionary, admitted: AdmittedSubmission | None, language: Language
    ) -> None:
        self.dictionary, self.admitted, self.language = dictionary, admitted, language
        self._known: dict[str, dict[str, tuple[str, str, str]]] = {}

    def of_table(self, table: str) -> Mapping[str, tuple[str, str, str]]:
        """Return name, town key and town label of everybody who reports a table."""
        home = self._home(table)
        if home is None:
            return {}
        if home not in self._known:
            self._known[home] = self._read(*home.split("."))
        return self._known[home]

    def has_towns(self, table: str) -> bool:
        """Whether a table's rows can be laid at a town's door."""
        home = self._home(table)
        return home is not None and self._town(self.dictionary.tables[home.split(".")[0]]) is not None

    def _home(self, table: str) -> str | None:
        """Return the table and column that say more about who reports: the one referenced, or itself."""
        declared = self.dictionary.tables[table]
        reference = declared.columns[declared.reports].references
        for home in (reference, f"{table}.{declared.reports}"):
            if home and (
                self._town(self.dictionary.tables[home.split(".")[0]])
                or self._name(self.dictionary.tables[home.split(".")[0]])
            ):
                return home
        return None

    def _town(self, table: Table) -> str | None:
        return _TOWN if _TOWN in table.columns and table.columns[_TOWN].type == "category" else None

    def _name(self, table: Table) -> str | None:
        return next((name for name in _NAMES if name in table.columns), None)

    def _read(self, table: str, code: str) -> dict[str, tuple[str, str, str]]:
        """Read the roster once; the latest year's name counts."""
        if self.admitted is None or table not in self.admitted.tables:
            return {}
        declared = self.dictionary.tables[table]
        name, town = self._name(declared), self._town(declared)
        rows: pa.Table = self.admitted.tables[table].rows
        if declared.period:
            columns = list(dict.fromkeys(one for one in (code, name, town, declared.period) if one))
            rows = rows.select(columns).sort_by(declared.period)
        blank = [None] * len(rows)
        cells = [rows[one].to_pylist() if one else blank for one in (code, name, town)]
        latest = {own: (called, place) for own, called, place in zip(*cells, strict=True)}
        towns = {place: self._label(declared, town, str(place or "")) for _, place in latest.values()}
        return {
            str(own): (self._label(declared, name, str(called or "")), str(place or ""), towns[place])
            for own, (called, place) in latest.items()
        }

    def _label(self, table: Table, column: str | None, value: str) -> str:
        if column is None or value not in table.columns[column].values:
            return value
        label = table.columns[column].values[value]
        return label.in_language(self.language) or value


_ROSTERS: WeakKeyDictionary[Basis, dict[Language, Roster]] = WeakKeyDictionary()


def roster_of(attainment: Attainment, language: Language) -> Roster | None:
    """Return the names and towns of those who report; read once for all targets of a plan."""
    basis = attainment.basis
    if basis is None:
        return None
    known = _ROSTERS.setdefault(basis, {})
    if language not in known:
        known[language] = Roster(basis.pack.dictionary, basis.admitted, language)
    return known[language]


# contributions -------------------------------------------------------------------------------------


def contributions(
    attainment: Attainment, roster: Roster, by: Literal["town", "reporter"]
) -> Contributions | None:
    """Say what every town, or everybody who reports, adds to the gap; ``None`` where nothing adds up.

    Args:
        attainment: The judged target.
        roster: Names and towns.
        by: Whether towns or those who report are told.
    """
    attainment = attainment.original
    result = attainment.deciding
    if result is None or result.value is None or attainment.statistics is None:
        return None
    found = _kind_of(attainment, result)
    if found is None:
        return None
    kind, nodes, amount = found
    tables = {one.table for node in nodes.values() for one in aggregates_of(node)}
    if not (all(map(roster.has_towns, tables)) if by == "town" else len(tables) == 1):
        return None
    cells = _cells(attainment, result, nodes, roster, by)
    if len(cells) < 2:  # noqa: PLR2004  # one alone is the whole
        return None
    groups = []
    called = _names(roster, tables, by)
    for code, parts in cells.items():
        whole = {name: parts.get(name, _ZERO) for name in nodes}
        label, town = called.get(code, (code, ""))
        groups.append(Contribution(code, label, whole, amount(whole), town))
    number = sum(1 for group in groups if any(group.parts.values()))
    if number < 2:  # noqa: PLR2004  # one alone is the whole
        return None
    compares = kind in {"gap", "excess", "change"}
    open_ones = _not_known(attainment, result, nodes, roster, by) if compares else set()
    adding = [group for group in groups if group.amount.numerator > 0 and group.code not in open_ones]
    return Contributions(by, kind, _largest_first(adding), number)


def _names(roster: Roster, tables: set[str], by: str) -> dict[str, tuple[str, str]]:
    """Return the label of every group, and the town of a school."""
    found: dict[str, tuple[str, str]] = {}
    for table in sorted(tables, reverse=True):
        for code, (name, place, town) in roster.of_table(table).items():
            if by == "town":
                found[place] = (town, "")
            else:
                found[code] = (name or code, town)
    return found


def _largest_first(groups: Sequence[Contribution]) -> tuple[Contribution, ...]:
    """Sort groups by what they add, as whole numbers: fractions are compared slowly."""
    unit = lcm(*{group.amount.denominator for group in groups})
    added = [group.amount.numerator * (unit // group.amount.denominator) for group in groups]
    order = sorted(range(len(groups)), key=lambda at: (-added[at], groups[at].code))
    return tuple(groups[at] for at in order)


def _cells(
    attainment: Attainment, result: Result, nodes: Mapping[str, Node], roster: Roster, by: str
) -> dict[str, dict[str, Fraction]]:
    """Return the parts of every group, in the exact columns the verdict was made of."""
    found: dict[str, dict[str, Fraction]] = {}
    for name, node in nodes.items():
        values = _by_reporter(attainment, node, _years_of(name, result))
        places = roster.of_table(aggregates_of(node)[0].table)
        for reporter, value in values.items():
            code = places.get(reporter, _NOWHERE)[1] if by == "town" else reporter
            group = found.setdefault(code, {})
            group[name] = group[name] + value if name in group else value
    return found


def _not_known(
    attainment: Attainment, result: Result, nodes: Mapping[str, Node], roster: Roster, by: str
) -> set[str]:
    """Return the groups of which a figure is not known: what they add is not known either."""
    assert attainment.statistics is not None  # its caller looked
    found: set[str] = set()
    for name, node in nodes.items():
        for one in aggregates_of(node):
            places = roster.of_table(one.table)
            cells = attainment.statistics.by_reporter(one, _years_of(name, result))
            blank = [reporter for reporter, cell in cells.items() if cell.blank or cell.unsure]
            found |= {places.get(reporter, _NOWHERE)[1] if by == "town" else reporter for reporter in blank}
    return found


def _years_of(name: str, result: Result) -> tuple[int, ...] | None:
    if name in {"before", "after"}:
        return (result.years[0 if name == "before" else -1],)
    return result.years or None


def _by_reporter(attainment: Attainment, node: Node, years: tuple[int, ...] | None) -> dict[str, Fraction]:
    assert attainment.statistics is not None  # its caller looked
    if isinstance(node, Aggregate):
        cells = attainment.statistics.by_reporter(node, years)
        return {
            reporter: Fraction(cell.known) if node.kind == "count" else cell.value or _ZERO
            for reporter, cell in cells.items()
        }
    assert isinstance(node, Arithmetic)  # _adds_up has looked
    if isinstance(node.left, Number):
        right = _by_reporter(attainment, node.right, years)
        return {reporter: node.left.value * value for reporter, value in right.items()}
    left, right = (_by_reporter(attainment, side, years) for side in (node.left, node.right))
    sign = 1 if node.operator == "+" else -1
    everyone = sorted({*left, *right})
    return {one: left.get(one, Fraction(0)) + sign * right.get(one, Fraction(0)) for one in everyone}


def _adds_up(node: Node) -> bool:
    """Whether the totals of groups add up to the total of all."""
    if isinstance(node, Aggregate):
        return node.kind in {"count", "sum"}
    if not isinstance(node, Arithmetic) or node.operator == "/":
        return False
    if node.operator == "*":
        return isinstance(node.left, Number) and _adds_up(node.right)
    return _adds_up(node.left) and _adds_up(node.right)


Amounts = Callable[[Mapping[str, Fraction]], Fraction]


def _kind_of(attainment: Attainment, result: Result) -> tuple[Kind, dict[str, Node], Amounts] | None:
    measure, target = attainment.measure, attainment.target
    if measure is None or result.goal is None or result.goal.word == "printed":
        return None
    parts = {name: node for name, node in measure.parts.items() if _adds_up(node)}
    if len(parts) != len(measure.parts) or isinstance(target, Milestone):
        return None
    if isinstance(target, Growth | Trend):
        nodes = {"before": measure.value, "after": measure.value}
        rises = isinstance(target, Trend) and target.never_increasing is not None
        sign = -1 if rises else 1
        return "change", nodes, lambda one: sign * (one["before"] - one["after"])
    if measure.entities is not None and target.mean_of is None:
        return "failing", parts, lambda one: one["all"] - one["meeting"]
    if isinstance(target, Count | Amount):
        (name,) = parts
        return "part", parts, lambda one: one[name]
    if set(parts) == {"numerator", "denominator"} or set(parts) == {"total", "all"}:
        above, below = parts
        hundred = 100 if isinstance(target, PerHundred) else 1
        limit, sign = _side(result.goal, result.value or Fraction(0))
        return (
            "gap" if sign > 0 else "excess",
            parts,
            lambda one: sign * (limit / hundred * one[below] - one[above]),
        )
    return None


def _side(goal: Goal, value: Fraction) -> tuple[Fraction, int]:
    """Return the limit that matters and on which side it lies: too little (1) or too much (-1)."""
    if goal.upper is not None and (goal.lower is None or value > goal.upper.upper):
        return goal.upper.upper, -1
    assert goal.lower is not None  # a goal has one end at least
    return goal.lower.lower, 1
