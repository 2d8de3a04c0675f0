"""Money of the day and money of one year side by side: both series, both verdicts, and which one binds."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from edutargets.evaluation import NoValueError, Part, part_of
from edutargets.explanation_section import Section
from edutargets.goals import Verdict
from edutargets.judged_words import part_ruler, plain
from edutargets.judging import Judge
from edutargets.prices import in_prices_of, index_of
from edutargets.targets import Growth, Trend
from edutargets.wording import Language, chosen, period_words, verdict_words

if TYPE_CHECKING:
    from edutargets.attainment import Attainment
    from edutargets.sources import Bilingual

__all__ = ["MoneyOfYear", "NominalAndReal", "nominal_and_real", "real"]


@dataclass(frozen=True, slots=True)
class MoneyOfYear:
    """One year of a series of money.

    Args:
        year: The year.
        nominal: The money of the day.
        index: The price index of the year; ``None`` where it is not needed and not known.
        real: The same money in prices of the base year.
    """

    year: int
    nominal: Part
    index: Part | None
    real: Part | None


@dataclass(frozen=True, slots=True)
class NominalAndReal:
    """A series of money told twice, and judged twice.

    Args:
        base_year: In whose prices the real series is.
        form: Whether the price index is a ``level``, or told against the ``previous_year``.
        binds: The basis that the promise is judged on.
        years: Each year of the series.
        nominal: What the verdict is on money of the day.
        real: What it is in prices of the base year.
        reason: Why there is no real verdict.
    """

    base_year: int
    form: str
    binds: str
    years: tuple[MoneyOfYear, ...]
    nominal: Verdict
    real: Verdict
    reason: Bilingual | None = None


_INDEX = {
    "level": ("price index", "价格指数"),
    "previous_year": ("price index (the year before = 100)", "价格指数（上年=100）"),
}


def nominal_and_real(attainment: Attainment) -> NominalAndReal | None:
    """Tell a series of money in money of the day and in prices of its first year; ``None`` for anything else.

    Both are judged by the same rule on the same exact columns: money of a year times the index of the base
    year over that of the year, in fractions.
    """
    attainment = attainment.original
    measure, basis, target = attainment.measure, attainment.basis, attainment.target
    if measure is None or measure.prices is None or basis is None or not isinstance(target, Growth | Trend):
        return None
    years = sorted({year for result in attainment.results for year in result.years})
    if not years:
        return None
    verdicts = {}
    for binds in (False, True):
        turned = replace(measure, prices=replace(measure.prices, binds=binds))
        verdicts[binds] = _together(Judge(turned, basis.statistics, basis.dictionary))
    base = years[0]
    told = tuple(one for year in years if (one := _of_year(attainment, year, base)) is not None)
    nominal, reals = verdicts[False], verdicts[True]
    return NominalAndReal(base, measure.prices.form, target.basis, told, nominal[0], reals[0], reals[1])


def _together(judge: Judge) -> tuple[Verdict, Bilingual | None]:
    """Every step must hold: one that does not settles it, one that is unknown leaves it open."""
    results = judge.results()
    for verdict in (Verdict.NOT_MET, Verdict.NOT_EVALUABLE, Verdict.UNDETERMINED):
        for result in results:
            if result.verdict is verdict:
                return verdict, result.reason
    return (Verdict.MET if results else Verdict.NOT_EVALUABLE), None


def _of_year(attainment: Attainment, year: int, base: int) -> MoneyOfYear | None:
    measure, basis = attainment.measure, attainment.basis
    assert measure is not None  # its caller looked
    assert measure.prices is not None  # as above
    assert basis is not None  # as above
    statistics, dictionary = basis.statistics, basis.dictionary
    try:
        nominal = part_of(measure.value, lambda one: statistics.total(one, (year,)), dictionary)
    except NoValueError:
        return None
    index, in_base = None, None
    with suppress(NoValueError):
        index = index_of(measure.prices, year, statistics, dictionary)
    with suppress(NoValueError):
        in_base = in_prices_of(nominal, measure.prices, (year, base), statistics, dictionary)
    return MoneyOfYear(year, nominal, index, in_base)


def real(attainment: Attainment, language: Language) -> Section | None:
    """Show a series of money in money of the day and in prices of one year, and say which one decides."""
    found = nominal_and_real(attainment)
    if found is None or not found.years:
        return None
    ruler = part_ruler(attainment.original, "after", language)
    nominals = ruler.in_order([one.nominal.value for one in found.years])
    known = [one.real.value for one in found.years if one.real is not None]
    reals = iter(ruler.in_order(known) if known else ())
    rows = tuple(
        (
            period_words(str(one.year), language),
            nominal,
            "" if one.index is None else plain(one.index.value),
            "" if one.real is None else next(reals),
        )
        for one, nominal in zip(found.years, nominals, strict=True)
    )
    base, unit = found.base_year, ruler.words(found.years[0].nominal.value)
    columns = (
        chosen(language, "year", "年度"),
        chosen(language, f"money of the day ({unit})", f"当年价格（{unit}）"),
        chosen(language, *_INDEX[found.form]),
        chosen(language, f"prices of {base} ({unit})", f"{base} 年价格（{unit}）"),
    )
    label = chosen(language, f"in prices of {base}", f"按 {base} 年价格")
    return Section("real", label, _sentences(found, language), columns, rows, frozenset({1, 2, 3}))


def _sentences(found: NominalAndReal, language: Language) -> tuple[str, ...]:
    nominal, reals = (verdict_words(one, language) for one in (found.nominal, found.real))
    both = chosen(
        language,
        f"in money of the day (nominal): {nominal}; in prices of {found.base_year} (real): {reals}",
        f"按当年价格（名义）：{nominal}；按 {found.base_year} 年价格（实际）：{reals}",
    )
    binding = chosen(
        language,
        "the promise is read in money of the day: the nominal series decides"
        if found.binds == "nominal"
        else f"the promise is read in prices of {found.base_year}: the real series decides",
        "该承诺按当年价格理解，以名义数列为准"
        if found.binds == "nominal"
        else f"该承诺按 {found.base_year} 年价格理解，以实际数列为准",
    )
    said = [both, binding]
    if found.nominal is not found.real and {found.nominal, found.real} <= {Verdict.MET, Verdict.NOT_MET}:
        said.append(chosen(language, "the reading turns the verdict", "两种理解的结论不同"))
    if found.real is Verdict.NOT_EVALUABLE and found.reason is not None:
        reason = found.reason.in_language(language)
        said.append(chosen(language, f"no real verdict: {reason}", f"无法按不变价格判断：{reason}"))
    return tuple(said)
