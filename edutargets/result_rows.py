"""The results of a plan as rows: cells for readers, exact records for programs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from edutargets.exact_records import Json
from edutargets.goal_wording import goal_words, ruler_of, type_words
from edutargets.goals import Verdict
from edutargets.judged_words import agreement, part_ruler, plain
from edutargets.need_words import needed, of_prices, shortfall_words
from edutargets.targets import Alias, Comparison, Composite, Growth, Milestone, Trend
from edutargets.units import parse_unit, unit_text
from edutargets.wording import Language, chosen, period_words, unit_words, verdict_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction

    from edutargets.attainment import Attainment, PlanAttainment
    from edutargets.judging import Result
    from edutargets.set_aside import RejectedRow

__all__ = ["Json", "Row", "counts_text", "exact_text", "plan_record", "record", "row_of", "unit_name"]

SCHEMA = "edutargets/results/1"


@dataclass(frozen=True, slots=True)
class Row:
    """One target as a table shows it.

    Args:
        verdict: The verdict with its sign.
        title: What the target is called.
        number: The value, without its unit.
        unit: The unit.
        goal: What is enough.
        period: The year or span that decided.
        short: How much is missing.
        id: The target's name.
        kind: What kind of promise it is.
    """

    verdict: str
    title: str
    number: str
    unit: str
    goal: str
    period: str
    short: str
    id: str
    kind: str


def row_of(attainment: Attainment, language: Language) -> Row:
    """Return a target as a table shows it."""
    target, result = attainment.target, attainment.deciding
    if isinstance(target, Alias):
        same = row_of(attainment.original, language)
        title = target.title.in_language(language) or same.title
        said = chosen(language, f"the same as {same.id}", f"与 {same.id} 相同")
        return replace(same, title=title, goal=said, id=target.id, kind=type_words(target, language))
    number, unit = _value_cells(attainment, result, language)
    return Row(
        verdict_text(attainment.verdict, language),
        target.title.in_language(language) or target.id,
        number,
        unit,
        _goal_cell(attainment, result, language),
        period_words(result.period, language) if result is not None else "",
        shortfall_words(attainment, language, brief=True),
        target.id,
        type_words(target, language),
    )


def _value_cells(attainment: Attainment, result: Result | None, language: Language) -> tuple[str, str]:
    target, measure = attainment.target, attainment.measure
    if isinstance(target, Composite):
        met = sum(member.verdict is Verdict.MET for member in attainment.members)
        return f"{met} / {len(attainment.members)}", chosen(language, "targets met", "项目标")
    if result is None or result.value is None or measure is None:
        return "—", ""
    if measure.entities is not None and target.mean_of is None:
        everyone = result.parts["all"].value
        unit = unit_words(parse_unit(measure.entities.relation.counts)[1], language, everyone)
        return f"{plain(result.parts['meeting'].value)} / {plain(everyone)}", unit
    if isinstance(target, Trend | Comparison):
        first, other = ("after", "before") if isinstance(target, Trend) else ("value", "against")
        numbers = [result.parts[name].value for name in (first, other)]
        ruler = part_ruler(attainment, first, language)
        return ruler.in_order(numbers)[0], ruler.words(numbers[0])
    if isinstance(target, Milestone):
        ruler = part_ruler(attainment, "evidence", language)
    else:
        ruler = ruler_of(measure, language, result.goal, [result.value])
    if attainment.verdict is Verdict.UNDETERMINED and result.bounds is not None:
        return " – ".join(ruler.ends(result.bounds)), ruler.words()
    return ruler.number(result.value), ruler.words(result.value)


def _goal_cell(attainment: Attainment, result: Result | None, language: Language) -> str:
    """Say the goal; the other side of a comparison, and the year before of a trend, with its number."""
    target = attainment.target
    if result is None or result.value is None or not isinstance(target, Trend | Comparison):
        values = [result.value] if result is not None and result.value is not None else []
        return goal_words(target, attainment.measure, language, values)
    first, other = ("after", "before") if isinstance(target, Trend) else ("value", "against")
    ruler = part_ruler(attainment, first, language)
    number = ruler.in_order([result.parts[name].value for name in (first, other)])[1]
    rises = result.goal is not None and result.goal.lower is not None
    en, zh = ("at least", "不低于") if rises else ("at most", "不高于")
    if isinstance(target, Trend):
        before = result.years[0]
        prices = of_prices(attainment, language)
        return chosen(
            language, f"{en} {number} as in {before}{prices}", f"{zh} {before} 年的 {number}{prices}"
        )
    return chosen(language, f"{en} {number} (the other side)", f"{zh}对照值 {number}")


def counts_text(results: PlanAttainment, language: Language) -> str:
    """Count the verdicts in words; a verdict that nothing has is left out."""
    found = [(verdict, count) for verdict, count in results.verdicts.items() if count]
    said = " · ".join(f"{verdict_text(verdict, language)} {count}" for verdict, count in found)
    own = sum(results.verdicts.values())
    again = len(results) - own
    en = f"; {again} more {'is' if again == 1 else 'are'} said a second time" if again else ""
    zh = f"；另有 {again} 项为重复表述" if again else ""
    noun = "target" if own == 1 else "targets"
    return chosen(language, f"{own} {noun}: {said}{en}", f"共 {own} 项：{said}{zh}")


# records -------------------------------------------------------------------------------------------


def exact_text(value: Fraction | None) -> str | None:
    """Write an exact number as a fraction, or as a whole number; nothing where there is none.

    Examples:
        >>> from fractions import Fraction
        >>> exact_text(Fraction(5321, 6411)), exact_text(Fraction(4, 2)), exact_text(None)
        ('5321/6411', '2', None)
    """
    return None if value is None else str(value)


def unit_name(attainment: Attainment) -> str:
    """Name the unit of the exact value: a share has none, whatever way it is shown."""
    attainment = attainment.original
    measure = attainment.measure
    if measure is None or isinstance(attainment.target, Growth):
        return ""
    unit = unit_text(measure.unit)
    return f"{unit}*100" if measure.per_hundred else unit


def record(attainment: Attainment) -> dict[str, Json]:
    """Return a result for programs: every number exact, nothing rounded."""
    target, result = attainment.target, attainment.deciding
    if isinstance(target, Alias):
        members: list[Json] = [member.target.id for member in attainment.members]
        own: dict[str, Json] = {"id": target.id, "type": target.type, "members": members}
        titles: dict[str, Json] = {"title_en": target.title.en, "title_zh": target.title.zh}
        return {**record(attainment.original), **own, **titles}
    reason = attainment.reason
    printed = result is not None and result.goal is not None and result.goal.word == "printed"
    parts = result.parts if result is not None else {}
    years: list[Json] = [_year_record(one) for one in attainment.results]
    return {
        "id": target.id,
        "type": target.type,
        "title_en": target.title.en,
        "title_zh": target.title.zh,
        "verdict": attainment.verdict.value,
        "period": result.period if result is not None else "",
        "value": exact_text(attainment.value),
        "lower": exact_text(attainment.lower),
        "upper": exact_text(attainment.upper),
        "sharpness": result.sharpness if result is not None else None,
        "unit": unit_name(attainment),
        "goal": goal_words(target, attainment.measure),
        "shortfall": exact_text(attainment.shortfall),
        "needed": exact_text(needed(attainment)),
        "agreement": agreement(attainment) if printed else None,
        "reason_en": reason.en if reason is not None else None,
        "reason_zh": reason.zh if reason is not None else None,
        "parts": {name: exact_text(part.value) for name, part in parts.items()},
        "members": [member.target.id for member in attainment.members],
        "years": years,
    }


def _year_record(result: Result) -> dict[str, Json]:
    return {
        "period": result.period,
        "verdict": result.verdict.value,
        "value": exact_text(result.value),
        "lower": exact_text(result.bounds.lower) if result.bounds is not None else None,
        "upper": exact_text(result.bounds.upper) if result.bounds is not None else None,
        "shortfall": exact_text(result.shortfall),
    }


def _set_aside(row: RejectedRow) -> dict[str, Json]:
    return {
        "table": row.table,
        "key": dict(row.key),
        "reporter": row.reporter,
        "codes": list(row.codes),
        "missing": row.position is None,
        "there": row.there,
    }


def _made(one: object) -> Json:
    return {str(name): str(value) for name, value in one.items()} if isinstance(one, dict) else str(one)


def plan_record(results: PlanAttainment) -> dict[str, Json]:
    """Return all results for programs, in the order of the plan, with what they were made from."""
    made: Mapping[str, object] = results.provenance.to_dict()
    return {
        "schema": SCHEMA,
        "pack": results.pack.id,
        "unchecked": results.unchecked,
        "set_aside": [_set_aside(row) for row in results.basis.admitted.rejected_rows],
        "verdicts": {verdict.value: count for verdict, count in results.verdicts.items()},
        "targets": [record(attainment) for attainment in results.values()],
        "provenance": {name: _made(one) for name, one in made.items()},
    }
