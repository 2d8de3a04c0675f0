"""The evaluated plan: for each target the exact parts, the range, the verdict and the reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

from edutargets.canonical_plans import hash_of_plan, hash_of_suites
from edutargets.engine import DuckDB, Engine, collect
from edutargets.errors import Fault, UnknownTargetError, near_names
from edutargets.exact_columns import Statistics
from edutargets.expressions import Aggregate
from edutargets.goals import Verdict
from edutargets.installed_packages import lock_hash, packages_hash, versions
from edutargets.judging import Judge, Result
from edutargets.list_statements import list_statement
from edutargets.provenance import VERSION, Provenance
from edutargets.shown import Shown
from edutargets.sources import Bilingual
from edutargets.statistics import statements
from edutargets.targets import Alias, Composite, Target
from edutargets.told_rows import Known, sharp_bounds
from edutargets.unsettled import plausible, unsettled
from edutargets.unsure_rows import guarded, guarded_list

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from fractions import Fraction

    from edutargets.findings import Language
    from edutargets.gate import AdmittedSubmission
    from edutargets.measures import Measure
    from edutargets.plans import Pack
    from edutargets.sharp_bounds import SharpBounds
    from edutargets.tables import Dictionary

__all__ = ["Attainment", "Basis", "PlanAttainment", "Result", "evaluate", "reproduce"]

_WITHIN: Mapping[Language, str] = {
    "en": "an unknown number is taken to lie within {share} of the year before, in an admitted row of that "
    "name: a choice of this pack",
    "zh": "未知数值按上年同一行已采纳数据上下 {share} 估计范围：这是本规划数据包的设定",
}


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Basis:
    """What a plan was evaluated on.

    Args:
        pack: The plan with its tables and texts.
        admitted: What the gate let through.
        statistics: The exact columns that the engine handed back.
        provenance: The hashes of all of it.
        dictionary: The tables; where rows were set aside, with ranges that hold all that was admitted.
    """

    pack: Pack
    admitted: AdmittedSubmission
    statistics: Statistics
    provenance: Provenance
    dictionary: Dictionary

    @property
    def unchecked(self) -> str | None:
        """The reason why data were evaluated that no gate accepted, if so."""
        return self.admitted.unchecked_reason

    def cautions(self, language: Language) -> tuple[str, ...]:
        """Return what must stand beside every number: no gate saw the data, or rows were set aside."""
        found = []
        if self.unchecked is not None:
            said = "数据未经任何检查，原因：" if language == "zh" else "NOT CHECKED by any gate: "
            found.append(f"{said}{self.unchecked}")
        if self.admitted.set_aside is not None:
            found.append(self.admitted.set_aside.sentence(language))
        within = self.pack.file.gate.unknown_within
        if within is not None:
            found.append(_WITHIN[language].format(share=within))
        return tuple(found)


@dataclass(frozen=True)
class Attainment(Shown):
    """What became of one target.

    Args:
        target: The promise.
        results: Each year or span that was judged.
        verdict: What can be said of the promise as a whole.
        measure: What was computed; ``None`` for a composite.
        members: The attainments a composite is made of; of an alias the one it stands for.
        reason: Why there is no verdict, if there is none.
        basis: What it was computed from.
    """

    target: Target
    results: tuple[Result, ...]
    verdict: Verdict
    measure: Measure | None = None
    members: tuple[Attainment, ...] = ()
    reason: Bilingual | None = None
    basis: Basis | None = field(default=None, repr=False, compare=False)

    @property
    def original(self) -> Attainment:
        """The attainment that was judged: itself, or of an alias that of the target it stands for."""
        return self.members[0].original if isinstance(self.target, Alias) else self

    @property
    def statistics(self) -> Statistics | None:
        """The exact columns it was computed from."""
        return self.basis.statistics if self.basis is not None else None

    @property
    def dictionary(self) -> Dictionary | None:
        """The tables they come from."""
        return self.basis.pack.dictionary if self.basis is not None else None

    @property
    def deciding(self) -> Result | None:
        """The result that decides: the worst year where each must hold, else the latest."""
        same = [result for result in self.results if result.verdict == self.verdict]
        if self.verdict is Verdict.NOT_MET and same:
            return max(same, key=lambda result: (result.shortfall or 0, result.years))
        return next(reversed(same or self.results), None)

    @property
    def value(self) -> Fraction | None:
        """The number that decides, in the measure's unit."""
        return self.deciding.value if self.deciding else None

    @property
    def lower(self) -> Fraction | None:
        """The smallest that number can be, given what is missing or rounded."""
        return self.deciding.bounds.lower if self.deciding and self.deciding.bounds else None

    @property
    def upper(self) -> Fraction | None:
        """The largest that number can be, given what is missing or rounded."""
        return self.deciding.bounds.upper if self.deciding and self.deciding.bounds else None

    @property
    def shortfall(self) -> Fraction | None:
        """How much is missing to the goal, never below zero, in the measure's unit."""
        return self.deciding.shortfall if self.deciding else None


@dataclass(frozen=True)
class PlanAttainment(Shown, Mapping[str, Attainment]):
    """What became of every target of a plan; verdicts are counted, never averaged.

    Args:
        attainments: By the target's name, in the order of the text.
        basis: What the plan was evaluated on.
    """

    attainments: Mapping[str, Attainment] = field(repr=False)
    basis: Basis = field(repr=False)

    @property
    def pack(self) -> Pack:
        """The pack that was evaluated."""
        return self.basis.pack

    @property
    def admitted(self) -> AdmittedSubmission:
        """The data."""
        return self.basis.admitted

    @property
    def provenance(self) -> Provenance:
        """From what it was made."""
        return self.basis.provenance

    @property
    def unchecked(self) -> str | None:
        """The reason why data were evaluated that no gate accepted, if so."""
        return self.basis.unchecked

    def cautions(self, language: Language) -> tuple[str, ...]:
        """Return what must stand beside every number: no gate saw the data, or rows were set aside."""
        return self.basis.cautions(language)

    def __getitem__(self, name: str) -> Attainment:
        if name not in self.attainments:
            found = f"there is no target {name!r}"
            near = near_names(name, self.attainments)
            raise UnknownTargetError(Fault("plan", found, near, code="unknown-target"))
        return self.attainments[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.attainments)

    def __len__(self) -> int:
        return len(self.attainments)

    def __contains__(self, name: object) -> bool:
        return name in self.attainments

    @cached_property
    def verdicts(self) -> Mapping[Verdict, int]:
        """How many targets have which verdict; what the plan says a second time counts once."""
        own = [one for one in self.attainments.values() if not isinstance(one.target, Alias)]
        counted = Counter(attainment.verdict for attainment in own)
        return MappingProxyType({verdict: counted[verdict] for verdict in Verdict})


def evaluate(
    pack: Pack,
    admitted: AdmittedSubmission,
    *,
    engine: Engine | None = None,
    notify: Callable[[str], None] | None = None,
) -> PlanAttainment:
    """Say of every target of the plan whether it is met, from data that a gate accepted.

    Args:
        pack: The plan with its tables.
        admitted: What the gate let through.
        engine: Runs the statements; the embedded DuckDB where none is given.
        notify: Told the table before each statement.

    Raises:
        EvaluationError: If the engine refuses a statement.
    """
    return _evaluated(pack, pack.plan.targets, admitted, engine, notify)


def reproduce(pack: Pack, admitted: AdmittedSubmission, *, engine: Engine | None = None) -> PlanAttainment:
    """Recompute every published figure of the pack: ``met`` means that it agrees with what was printed."""
    return _evaluated(pack, pack.figures.targets, admitted, engine, None)


def _evaluated(
    pack: Pack,
    targets: Sequence[Target],
    admitted: AdmittedSubmission,
    engine: Engine | None,
    notify: Callable[[str], None] | None,
) -> PlanAttainment:
    measures = {target.id: pack.measures[target.id] for target in targets if target.id in pack.measures}
    tables, aside = admitted.engine_tables(), admitted.set_aside
    lacking = {name: _lacking(measure, admitted, pack.dictionary) for name, measure in measures.items()}
    if aside is not None:
        lacking = {
            name: reason or unsettled(measures[name], aside, tables, pack.dictionary)
            for name, reason in lacking.items()
        }
    ready = [measure for name, measure in measures.items() if lacking[name] is None]
    marked = frozenset(aside.marks) if aside is not None else frozenset()
    used = engine or DuckDB(tables)
    statistics = _counted(ready, pack.dictionary, (used, marked), tables, notify)
    ranges = pack.dictionary if aside is None else plausible(pack.dictionary, tables)
    known = Known(pack.dictionary, ranges, marked, frozenset(tables), pack.file.gate.within)
    closer = sharp_bounds(ready, statistics, used, known)
    basis = Basis(pack, admitted, statistics, _provenance(pack, admitted), ranges)
    found: dict[str, Attainment] = {}
    for target in targets:
        if target.id in measures:
            measure = measures[target.id]
            found[target.id] = _attained(measure, lacking[target.id], basis, closer.get(target.id))
    for target in targets:
        if isinstance(target, Composite | Alias) and target.id not in found:
            found[target.id] = _resting(target, basis, found)
    return PlanAttainment(MappingProxyType({target.id: found[target.id] for target in targets}), basis)


def _counted(
    measures: Sequence[Measure],
    dictionary: Dictionary,
    engine: tuple[Engine, frozenset[str]],
    present: Iterable[str],
    notify: Callable[[str], None] | None,
) -> Statistics:
    """Count and add up everything that some targets need; rows that were set aside count as not known."""
    used, marked = engine
    tables = sorted({name for measure in measures for name in measure.tables})
    wanted = [aggregate for measure in measures for aggregate in measure.aggregates()]
    asked = {one: guarded(one, marked) for one in (*wanted, *(_rows_of(name, dictionary) for name in tables))}
    listed = {rows: guarded_list(rows, marked) for measure in measures for rows in measure.row_lists()}
    found = collect(
        statements(dict.fromkeys(asked.values()), dictionary),
        used,
        frozenset(present),
        notify,
        (list_statement(rows, dictionary) for rows in dict.fromkeys(listed.values())),
    )
    names = {one: found.names[known] for one, known in asked.items() if known in found.names}
    lists = {rows: found.lists[known] for rows, known in listed.items() if known in found.lists}
    return Statistics(found.tables, names, lists)


def _rows_of(table: str, dictionary: Dictionary) -> Aggregate:
    """Count the rows of a table, so that it is known which years it has, even if it is only joined."""
    return Aggregate("count", table, None, None, dictionary.tables[table].counts)


def _provenance(pack: Pack, admitted: AdmittedSubmission) -> Provenance:
    checked = hash_of_suites(pack) if admitted.unchecked_reason is None else ""
    data = {file.name: file.sha256 for file in admitted.submission.files}
    installed = (lock_hash(), packages_hash(), versions())
    return Provenance(pack.id, hash_of_plan(pack), checked, data, VERSION, *installed)


def _lacking(measure: Measure, admitted: AdmittedSubmission, dictionary: Dictionary) -> Bilingual | None:
    """Say which table or column of a measure was not handed in."""
    tables, columns = measure.needs()
    for table in sorted(tables - set(admitted.tables)):
        title = dictionary.tables[table].title
        return Bilingual(
            en=f"the table {table} was not submitted", zh=f"未报送表“{title.in_language('zh') or table}”"
        )
    for table in measure.tables:
        period = dictionary.tables[table].period
        undated = admitted.tables[table].rows[period].null_count if period else 0
        if undated:
            heading = dictionary.tables[table].title.in_language("zh") or table
            return Bilingual(
                en=f"{undated:,} rows of {table} have no year", zh=f"表“{heading}”有 {undated:,} 行没有年度"
            )
    for table, column in sorted(columns):
        absent = {absent.column for absent in admitted.submission.absent_columns.get(table, ())}
        declared, cells = dictionary.tables[table].columns[column], admitted.tables[table].rows[column]
        if column in absent or (declared.optional_column and cells.null_count == len(cells)):
            heading = declared.title.in_language("zh") or column
            return Bilingual(
                en=f"the column {column} of {table} was not submitted",
                zh=f"未报送“{heading}”一列({table}.{column})",
            )
    return None


# one target


def _attained(
    measure: Measure, lacking: Bilingual | None, basis: Basis, closer: SharpBounds | None
) -> Attainment:
    if lacking is not None:
        return Attainment(measure.target, (), Verdict.NOT_EVALUABLE, measure, (), lacking, basis)
    results = Judge(measure, basis.statistics, basis.dictionary, closer).results()
    verdict, reason = _together(results)
    return Attainment(measure.target, results, verdict, measure, (), reason, basis)


def _together(results: Sequence[Result]) -> tuple[Verdict, Bilingual | None]:
    """Every year must hold: one that does not settles it, one that is unknown leaves it open."""
    for verdict in (Verdict.NOT_MET, Verdict.NOT_EVALUABLE, Verdict.UNDETERMINED):
        for result in results:
            if result.verdict is verdict:
                return verdict, result.reason
    if not results:
        return Verdict.NOT_EVALUABLE, Bilingual(en="no year was reported", zh="没有任何年度的数据")
    return Verdict.MET, results[-1].reason


# composites and aliases


def _resting(target: Composite | Alias, basis: Basis, found: dict[str, Attainment]) -> Attainment:
    """Judge what rests on other targets, once those are judged."""
    members, pack = [], basis.pack
    for name in target.members:
        member = pack.plan[name] if name in pack.plan.ids else pack.figures[name]
        if name not in found and isinstance(member, Composite | Alias):
            found[name] = _resting(member, basis, found)
        members.append(found[name])
    if isinstance(target, Composite):
        return _composite(target, basis, members)
    (same,) = members
    return Attainment(target, same.results, same.verdict, None, (same,), same.reason, basis)


def _composite(target: Composite, basis: Basis, members: list[Attainment]) -> Attainment:
    """Judge a bundle by its members: each must hold, or one is enough."""
    verdicts = [member.verdict for member in members]
    settled, other = (Verdict.NOT_MET, Verdict.MET) if target.all_of else (Verdict.MET, Verdict.NOT_MET)
    if settled in verdicts:
        verdict = settled
    elif set(verdicts) == {other}:
        verdict = other
    else:
        verdict = Verdict.UNDETERMINED if Verdict.UNDETERMINED in verdicts else Verdict.NOT_EVALUABLE
    open_ones = [
        member.target.id
        for member in members
        if member.verdict in {Verdict.UNDETERMINED, Verdict.NOT_EVALUABLE}
    ]
    reason = None
    if verdict in {Verdict.UNDETERMINED, Verdict.NOT_EVALUABLE}:
        reason = Bilingual(en=f"open: {', '.join(open_ones)}", zh=f"尚无结论:{'、'.join(open_ones)}")
    return Attainment(target, (), verdict, None, tuple(members), reason, basis)
