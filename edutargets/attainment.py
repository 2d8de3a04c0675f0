"""The evaluated plan: for each target the exact parts, the range, the verdict and the reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

from edutargets.bounds import Interval
from edutargets.engine import DuckDB, Engine, collect
from edutargets.errors import EvaluationError, Fault, near_names
from edutargets.evaluation import NoValueError, Part, part_of, parts_of
from edutargets.expressions import Aggregate
from edutargets.goals import Goal, Verdict
from edutargets.measures import Measure
from edutargets.provenance import Provenance, hash_of_files, library_version
from edutargets.shown import Shown
from edutargets.sources import Bilingual
from edutargets.statistics import Statistics, statements
from edutargets.targets import Composite, Growth, Target, Trend

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from edutargets.gate import AdmittedSubmission
    from edutargets.plans import Pack
    from edutargets.tables import Dictionary

__all__ = ["Attainment", "PlanAttainment", "Result", "evaluate", "reproduce"]

_ONE = Fraction(1)


@dataclass(frozen=True, slots=True)
class Result:
    """A target judged once: for a year, or for a span whose years are added up.

    Args:
        period: The year or span, as it is shown.
        years: The years it is made of.
        verdict: What can be said.
        value: The number on what is known, in the measure's unit; ``None`` where there is none.
        bounds: The range in which the number must lie.
        parts: The totals it is made of, by name.
        goal: What is enough.
        shortfall: How much is missing to it, never below zero.
        reason: Why there is no verdict, or what must be known about it.
    """

    period: str
    years: tuple[int, ...]
    verdict: Verdict
    value: Fraction | None = None
    bounds: Interval | None = None
    parts: Mapping[str, Part] = field(default_factory=lambda: MappingProxyType({}))
    goal: Goal | None = None
    shortfall: Fraction | None = None
    reason: Bilingual | None = None


@dataclass(frozen=True)
class Attainment(Shown):
    """What became of one target.

    Args:
        target: The promise.
        results: Each year or span that was judged.
        verdict: What can be said of the promise as a whole.
        measure: What was computed; ``None`` for a composite.
        members: The attainments a composite is made of.
        reason: Why there is no verdict, if there is none.
        statistics: The exact columns it was computed from.
        dictionary: The tables they come from.
    """

    target: Target
    results: tuple[Result, ...]
    verdict: Verdict
    measure: Measure | None = None
    members: tuple[Attainment, ...] = ()
    reason: Bilingual | None = None
    statistics: Statistics | None = field(default=None, repr=False)
    dictionary: Dictionary | None = field(default=None, repr=False)

    @property
    def deciding(self) -> Result | None:
        """The result that decides: the worst year where each must hold, else the latest."""
        same = [result for result in self.results if result.verdict == self.verdict]
        if self.verdict is Verdict.NOT_MET and same:
            return max(same, key=lambda result: (result.shortfall or 0, result.years))
        return (same or list(self.results) or [None])[-1]

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
        pack: The pack that was evaluated.
        attainments: By the target's name, in the order of the text.
        provenance: From what it was made.
        unchecked: The reason why data were evaluated that no gate accepted, if so.
        admitted: The data.
    """

    pack: Pack = field(repr=False)
    attainments: Mapping[str, Attainment] = field(repr=False)
    provenance: Provenance
    unchecked: str | None = None
    admitted: AdmittedSubmission | None = field(default=None, repr=False)

    def __getitem__(self, name: str) -> Attainment:
        if name not in self.attainments:
            raise EvaluationError(
                Fault(
                    "plan",
                    f"there is no target {name!r}",
                    near_names(name, self.attainments),
                    code="unknown-target",
                )
            )
        return self.attainments[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.attainments)

    def __len__(self) -> int:
        return len(self.attainments)

    def __contains__(self, name: object) -> bool:
        return name in self.attainments

    @cached_property
    def verdicts(self) -> Mapping[Verdict, int]:
        """How many targets have which verdict."""
        counted = Counter(attainment.verdict for attainment in self.attainments.values())
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
    lacking = {name: _lacking(measure, admitted, pack.dictionary) for name, measure in measures.items()}
    ready = [measure for name, measure in measures.items() if lacking[name] is None]
    wanted = [aggregate for measure in ready for aggregate in measure.aggregates()]
    wanted += [_rows_of(table, pack.dictionary) for table in sorted({name for measure in ready for name in measure.tables})]
    used = engine or DuckDB({name: table.rows for name, table in admitted.tables.items()})
    statistics = collect(
        statements(dict.fromkeys(wanted), pack.dictionary), used, frozenset(admitted.tables), notify
    )
    found: dict[str, Attainment] = {}
    for target in targets:
        if target.id in measures:
            found[target.id] = _attained(measures[target.id], lacking[target.id], statistics, pack.dictionary)
    for target in targets:
        if isinstance(target, Composite):
            found[target.id] = _composite(target, pack, found)
    ordered = MappingProxyType({target.id: found[target.id] for target in targets})
    return PlanAttainment(pack, ordered, _provenance(pack, admitted), admitted.unchecked_reason, admitted)


def _rows_of(table: str, dictionary: Dictionary) -> Aggregate:
    """Count the rows of a table, so that it is known which years it has, even if it is only joined."""
    return Aggregate("count", table, None, None, dictionary.tables[table].counts)


def _provenance(pack: Pack, admitted: AdmittedSubmission) -> Provenance:
    suites = pack.suites_folder
    files = [
        suites / f"{name}.json" for name in pack.dictionary.tables if (suites / f"{name}.json").is_file()
    ]
    checked = hash_of_files(files) if admitted.unchecked_reason is None else ""
    own = [path for path in pack.folder.iterdir() if path.is_file()]
    data = {file.name: file.sha256 for file in admitted.submission.files}
    return Provenance(pack.id, hash_of_files(own), checked, data, library_version())


def _lacking(measure: Measure, admitted: AdmittedSubmission, dictionary: Dictionary) -> Bilingual | None:
    """Say which table or column of a measure was not handed in."""
    tables, columns = measure.needs()
    for table in sorted(tables - set(admitted.tables)):
        title = dictionary.tables[table].title
        return Bilingual(
            en=f"the table {table} was not submitted", zh=f"未报送表“{title.in_language('zh') or table}”"
        )
    for table, column in sorted(columns):
        absent = {absent.column for absent in admitted.submission.absent_columns.get(table, ())}
        if column in absent or column not in admitted.tables[table].rows.column_names:
            title = dictionary.tables[table].columns[column].title.in_language("zh") or column
            return Bilingual(
                en=f"the column {column} of {table} was not submitted",
                zh=f"未报送“{title}”一列({table}.{column})",
            )
    return None


# one target ------------------------------------------------------------------------------------------------------


def _attained(
    measure: Measure, lacking: Bilingual | None, statistics: Statistics, dictionary: Dictionary
) -> Attainment:
    if lacking is not None:
        return Attainment(measure.target, (), Verdict.NOT_EVALUABLE, measure, (), lacking)
    judge = _Judge(measure, statistics, dictionary)
    results = judge.results()
    verdict, reason = _together(results)
    return Attainment(measure.target, results, verdict, measure, (), reason, statistics, dictionary)


def _together(results: Sequence[Result]) -> tuple[Verdict, Bilingual | None]:
    """Every year must hold: one that does not settles it, one that is unknown leaves it open."""
    for verdict in (Verdict.NOT_MET, Verdict.NOT_EVALUABLE, Verdict.UNDETERMINED):
        for result in results:
            if result.verdict is verdict:
                return verdict, result.reason
    if not results:
        return Verdict.NOT_EVALUABLE, Bilingual(en="no year was reported", zh="没有任何年度的数据")
    return Verdict.MET, results[-1].reason


class _Judge:
    """Judge one bound target on exact columns."""

    def __init__(self, measure: Measure, statistics: Statistics, dictionary: Dictionary) -> None:
        self.measure, self.statistics, self.dictionary = measure, statistics, dictionary
        years = [statistics.years(table) for table in measure.tables]
        dated = [set(found) for found in years if found is not None]
        self.undated = not dated
        self.reported = tuple(sorted(set.intersection(*dated))) if dated else ()

    def results(self) -> tuple[Result, ...]:
        target = self.measure.target
        if self.undated:
            return (self._judged("", ()),)
        years = target.years(self.reported)
        if isinstance(target, Growth | Trend):
            return self._series(years)
        if target.sums_years:
            return (self._span(years),)
        if not years:
            return (
                self._none(
                    "", (), "no year up to the deadline was reported", "截止日期之前没有任何年度的数据"
                ),
            )
        return tuple(self._year(year) for year in years)

    def _none(self, period: str, years: tuple[int, ...], en: str, zh: str) -> Result:
        return Result(
            period, years, Verdict.NOT_EVALUABLE, goal=self.measure.goal, reason=Bilingual(en=en, zh=zh)
        )

    def _not_reported(self, year: int) -> Result | None:
        """Say which table has no rows for a year, if one has none."""
        for table in self.measure.tables:
            found = self.statistics.years(table)
            if found is not None and year not in found:
                title = self.dictionary.tables[table].title.in_language("zh") or table
                return self._none(
                    str(year), (year,), f"{table} has no rows for {year}", f"表“{title}”没有 {year} 年的数据"
                )
        return None

    def _year(self, year: int) -> Result:
        return self._not_reported(year) or self._judged(str(year), (year,))

    def _span(self, years: tuple[int, ...]) -> Result:
        """Judge the sum of a span; years still to come leave the verdict of today standing."""
        last = max(self.reported, default=0)
        due = tuple(year for year in years if year <= last)
        for year in due:
            missing = self._not_reported(year)
            if missing is not None:
                return replace(missing, period=_span(years), years=years)
        if not due:
            return self._none(
                _span(years), years, "no year of the span was reported", "该时期没有任何年度的数据"
            )
        judged = self._judged(_span(due), due)
        if due == years or judged.verdict is not Verdict.NOT_MET:
            return judged
        until = f"so far: {years[-1]} has not been reported", f"截至目前:{years[-1]} 年尚未报送"
        return replace(judged, reason=Bilingual(en=until[0], zh=until[1]))

    def _judged(self, period: str, years: tuple[int, ...]) -> Result:
        measure = self.measure
        chosen = years or None
        try:
            parts = dict(
                parts_of(measure.parts, lambda one: self.statistics.total(one, chosen), self.dictionary)
            )
            found = part_of(measure.value, lambda one: self.statistics.total(one, chosen), self.dictionary)
            parts |= self._extras(chosen)
            judged = found
            if measure.against is not None:
                against = part_of(
                    measure.against, lambda one: self.statistics.total(one, chosen), self.dictionary
                )
                parts |= {"value": found, "against": against}
                judged = Part(found.value - against.value, found.bounds - against.bounds)
        except NoValueError as error:
            return self._none(period, years, error.en, error.zh)
        assert measure.goal is not None  # noqa: S101  # only a trend has none, and it is judged by its steps
        return _result(period, years, found, judged, parts, measure.goal)

    def _extras(self, years: tuple[int, ...] | None) -> dict[str, Part]:
        """Return what is told beside the verdict, such as the lowest value of all, where it is known."""
        found = {}
        for name, node in self.measure.extras.items():
            with suppress(NoValueError):
                found[name] = part_of(node, lambda one: self.statistics.total(one, years), self.dictionary)
        return found

    # series ----------------------------------------------------------------------------------------------------

    def _series(self, years: tuple[int, ...]) -> tuple[Result, ...]:
        """Judge each step from one year to the next."""
        since = years if isinstance(self.measure.target, Growth) else years[1:]
        return tuple(self._step(year - 1, year) for year in since)

    def _step(self, before: int, after: int) -> Result:
        period, years = f"{before}→{after}", (before, after)
        for year in years:
            missing = self._not_reported(year)
            if missing is not None:
                return replace(missing, period=period, years=years)
        try:
            old, new = (
                part_of(
                    self.measure.value,
                    lambda one, year=year: self.statistics.total(one, (year,)),
                    self.dictionary,
                )  # type: ignore[misc]
                for year in years
            )
            parts = {"before": old, "after": new}
            return (
                self._grown(period, years, old, new, parts)
                if isinstance(self.measure.target, Growth)
                else self._fallen(period, years, old, new, parts)
            )
        except NoValueError as error:
            return self._none(period, years, error.en, error.zh)

    def _grown(
        self, period: str, years: tuple[int, ...], old: Part, new: Part, parts: Mapping[str, Part]
    ) -> Result:
        if old.bounds.lower <= 0:
            raise NoValueError(
                "the year before is zero or below, so there is no growth rate",
                "上年数值不为正,无法计算增长率",
            )
        one = Interval(_ONE, _ONE)
        found = Part(new.value / old.value - 1, new.bounds / old.bounds - one)
        assert self.measure.goal is not None  # noqa: S101  # growth has a goal
        return _result(period, years, found, found, parts, self.measure.goal)

    def _fallen(
        self, period: str, years: tuple[int, ...], old: Part, new: Part, parts: Mapping[str, Part]
    ) -> Result:
        target = self.measure.target
        assert isinstance(target, Trend)  # noqa: S101  # its caller asked
        change = Part(new.value - old.value, new.bounds - old.bounds)
        zero = Interval(Fraction(0), Fraction(0))
        goal = (
            Goal("never_decreasing", lower=zero)
            if target.never_decreasing
            else Goal("never_increasing", upper=zero)
        )
        return _result(period, years, new, change, parts, goal)


def _result(
    period: str, years: tuple[int, ...], found: Part, judged: Part, parts: Mapping[str, Part], goal: Goal
) -> Result:
    verdict = goal.judge(judged.bounds)
    reason = None
    if verdict is Verdict.UNDETERMINED:
        reason = Bilingual(en="what is missing or rounded could turn it", zh="缺失或取整的数据可能改变结论")
    shortfall = goal.shortfall(judged.value)
    return Result(
        period,
        years,
        verdict,
        found.value,
        found.bounds,
        MappingProxyType(dict(parts)),
        goal,
        shortfall,
        reason,
    )


def _span(years: Sequence[int]) -> str:
    if not years:
        return ""
    return str(years[0]) if len(years) == 1 else f"{years[0]}–{years[-1]}"


# composites ------------------------------------------------------------------------------------------------------


def _composite(target: Composite, pack: Pack, found: dict[str, Attainment]) -> Attainment:
    """Judge a bundle by its members: each must hold, or one is enough."""
    members = []
    for name in target.members:
        member = pack.plan[name] if name in pack.plan.ids else pack.figures[name]
        if name not in found and isinstance(member, Composite):
            found[name] = _composite(member, pack, found)
        members.append(found[name])
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
    return Attainment(target, (), verdict, None, tuple(members), reason)
