"""The parts of an explanation, one function each; a part that does not fit a target is left out."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from edutargets.change_words import changed, changed_units
from edutargets.check_first import check_first
from edutargets.explanation_groups import reporters, towns
from edutargets.explanation_rows import evidence, falling_short, standards
from edutargets.explanation_section import Section
from edutargets.goal_wording import goal_words, ruler_of, who_words
from edutargets.goals import Verdict
from edutargets.judged_words import (
    comparison_words,
    deciding_parts,
    part_ruler,
    part_words,
    plain,
    value_words,
)
from edutargets.left_out_rows import left_out
from edutargets.line_honesty import at_the_line
from edutargets.need_tables import need_table
from edutargets.need_words import need_words, shortfall_words, small_count_words
from edutargets.needs_of_targets import numbers_needed
from edutargets.pace_words import pace
from edutargets.price_words import real
from edutargets.range_words import range_words
from edutargets.row_targets import Dispersion
from edutargets.row_words import missed, overlapping, spread, spread_equation
from edutargets.spread_words import spread_groups
from edutargets.targets import Alias, Comparison, Composite, Growth, KOfN, PerHundred, Trend
from edutargets.tipping_words import tipping
from edutargets.totals_sql import formula_of, pieces_of
from edutargets.wording import Language, chosen, period_words, verdict_text

if TYPE_CHECKING:
    from edutargets.attainment import Attainment
    from edutargets.judging import Result

__all__ = ["SECTIONS", "WRITTEN", "Section", "same_as"]

_LONGEST = 64
Part = Callable[["Attainment", Language], Section | None]


def _clause(attainment: Attainment, language: Language) -> Section | None:
    cite = attainment.target.cite
    if cite is None:
        return None
    documents = attainment.basis.pack.file.documents if attainment.basis is not None else {}
    known = documents.get(cite.document)
    title = (known.title.in_language(language) if known is not None else "") or cite.document
    place = chosen(language, ", ", "，").join(part for part in (title, cite.clause) if part)
    quoted = f"「{cite.quote}」" if "“" in cite.quote else f"“{cite.quote}”"
    lines = [quoted, place]
    if not cite.verified:
        note = f" {cite.note}" if cite.note else ""
        lines.append(
            chosen(
                language,
                f"nobody has held the quote against the original.{note}",
                f"引文尚未与原件核对。{note.strip()}",
            )
        )
    return Section("clause", chosen(language, "the plan says", "原文"), tuple(lines))


def _reading(attainment: Attainment, language: Language) -> Section | None:
    reading = attainment.target.reading
    if reading is None:
        return None
    return Section("reading", chosen(language, "read as", "理解"), (reading.in_language(language),))


def same_as(attainment: Attainment, language: Language) -> Section | None:
    """Say which promise it is that is said a second time here."""
    if not isinstance(attainment.target, Alias):
        return None
    same = attainment.original.target
    title = same.title.in_language(language)
    line = f"{title} ({same.id})" if title else same.id
    return Section("same_as", chosen(language, "the same as", "同一目标"), (line,))


def _reason(attainment: Attainment, language: Language) -> Section | None:
    if attainment.reason is None or attainment.verdict in {Verdict.UNDETERMINED, Verdict.NOT_EVALUABLE}:
        return None
    label = chosen(language, "because", "原因")
    return Section("reason", label, (attainment.reason.in_language(language),))


# arithmetic ----------------------------------------------------------------------------------------


def _arithmetic(attainment: Attainment, language: Language) -> Section | None:
    result = attainment.deciding
    if result is None or result.value is None or attainment.measure is None:
        return None
    told = attainment.measure.extras if isinstance(attainment.target, KOfN) else {}
    names = [name for name in result.parts if name not in told]
    rows = [_part_row(attainment, result, name, language) for name in names]
    rows += _piece_rows(attainment, result, language)
    columns = ("", chosen(language, "number", "数"), chosen(language, "unit", "单位"), "SQL")
    used = 4 if any(row[3] for row in rows) else 3
    line = _equation(attainment, result, language)
    label = chosen(language, "computed", "计算")
    cells = tuple(row[:used] for row in rows)
    return Section("arithmetic", label, (line,) if line else (), columns[:used], cells, frozenset({1}))


def _part_row(
    attainment: Attainment, result: Result, name: str, language: Language
) -> tuple[str, str, str, str]:
    value = result.parts[name].value
    words = part_words(name, language)
    if name in {"before", "after"} and result.years:
        year = result.years[0 if name == "before" else -1]
        words = period_words(str(year), language)
    ruler = part_ruler(attainment, name, language)
    if name in {"before", "after", "value", "against"}:
        other = {"before": "after", "after": "before", "value": "against", "against": "value"}[name]
        both = [result.parts[one].value for one in (name, other) if one in result.parts]
        number = ruler.in_order(both)[0]
    else:
        number = ruler.number(value)
    expressions = attainment.target.expressions()
    written = expressions.get("value" if name == "after" else name, "")
    if name == "meeting" and not isinstance(attainment.target, KOfN):
        written = " / ".join(expressions.values())
    if name == "against" and isinstance(attainment.target, Comparison):
        written = attainment.target.against.value
    return (words, number, ruler.words(value), _cut(" ".join(written.split())))


def _cut(expression: str) -> str:
    """Cut a long expression; the statement below has all of it."""
    return expression if len(expression) <= _LONGEST else f"{expression[: _LONGEST - 1]}…"


def _piece_rows(
    attainment: Attainment, result: Result, language: Language
) -> list[tuple[str, str, str, str]]:
    """Return the totals that a part with a division of its own is made of."""
    if attainment.statistics is None or isinstance(attainment.target, Trend | Growth):
        return []
    assert attainment.measure is not None  # its caller looked
    rows = []
    for piece in pieces_of(attainment):
        if piece.name in {*result.parts, *attainment.measure.parts, *attainment.measure.extras}:
            continue
        value = piece.value(attainment.statistics, result.years or None)
        if value is not None:
            rows.append((piece.name, plain(value), "", ""))
    single = any(name.endswith("_count") and number == "1" for name, number, _, _ in rows)
    told = [(part_words(name, language), number, unit, sql) for name, number, unit, sql in rows]
    return told if len(told) > 1 and not single else []


def _equation(attainment: Attainment, result: Result, language: Language) -> str:
    """Write numerator / denominator = value, or the formula of a value that is made of several totals."""
    assert attainment.measure is not None  # its caller looked
    names = deciding_parts(attainment, result)
    ruler = ruler_of(attainment.measure, language, result.goal)
    if isinstance(attainment.target, Dispersion):
        return spread_equation(attainment, result, language)
    if isinstance(attainment.target, Growth):
        before, after = (plain(result.parts[name].value) for name in ("before", "after"))
        assert result.value is not None  # a growth that was judged has a value, and it can be zero
        return f"{after} / {before} - 1 = {ruler.text(result.value)}"
    if isinstance(attainment.target, Trend | Comparison):
        formulas = [
            f"{part_words(name, language)} = {formula}"
            for name in ("value", "against")
            if (formula := formula_of(attainment, name)) != name
            and not formula.endswith("_count")
            and formula != f"{name}_numerator / {name}_denominator"  # which says nothing
        ]
        return "; ".join(formulas)
    if len(names) != 2 or result.value is None:  # noqa: PLR2004  # a numerator and a denominator
        return ""
    above, below = (plain(result.parts[name].value) for name in names)
    hundred = "100 × " if isinstance(attainment.target, PerHundred) else ""
    return f"{hundred}{above} / {below} = {ruler.text(result.value)}"


def _comparison(attainment: Attainment, language: Language) -> Section | None:
    line = comparison_words(attainment, language)
    return Section("comparison", chosen(language, "compared", "比较"), (line,)) if line else None


def _range(attainment: Attainment, language: Language) -> Section | None:
    lines = range_words(attainment, language)
    return Section("range", chosen(language, "not exact", "区间"), lines) if lines else None


def _shortfall(attainment: Attainment, language: Language) -> Section | None:
    line = shortfall_words(attainment, language)
    return Section("shortfall", chosen(language, "short by", "差距"), (line,)) if line else None


def _need(attainment: Attainment, language: Language) -> Section | None:
    needs = numbers_needed(attainment)
    lines = need_words(attainment, language, needs)
    if not lines:
        return None
    label, table = chosen(language, "to meet it", "达成所需"), need_table(attainment, needs, language)
    if table is None:
        return Section("need", label, lines)
    told, columns, rows, right = table
    return Section("need", label, (*lines, *([told] if told else [])), columns, rows, right)


def _small(attainment: Attainment, language: Language) -> Section | None:
    line = small_count_words(attainment, language)
    return Section("small", chosen(language, "one counts", "单位影响"), (line,)) if line else None


# years, groups, members ----------------------------------------------------------------------------


def _years(attainment: Attainment, language: Language) -> Section | None:
    if len(attainment.results) < 2:  # noqa: PLR2004  # one year is told already
        return None
    rows = tuple(
        (
            period_words(result.period, language),
            verdict_text(result.verdict, language),
            value_words(attainment, result, language)
            if result.value is not None or result.reason is None
            else result.reason.in_language(language),
        )
        for result in attainment.results
    )
    columns = (
        chosen(language, "year", "年度"),
        chosen(language, "verdict", "结论"),
        chosen(language, "value", "数值"),
    )
    return Section("years", chosen(language, "each year", "历年"), (), columns, rows)


def _members(attainment: Attainment, language: Language) -> Section | None:
    if not isinstance(attainment.target, Composite):
        return None
    rows = []
    for member in attainment.members:
        judged = member.original
        result = judged.deciding
        value = value_words(judged, result, language) if result is not None else ""
        title = member.target.title.in_language(language) or judged.target.title.in_language(language)
        title = title or member.target.id
        goal = goal_words(judged.target, judged.measure, language)
        rows.append((verdict_text(member.verdict, language), title, value, goal))
    columns = (
        chosen(language, "verdict", "结论"),
        chosen(language, "target", "目标"),
        chosen(language, "value", "数值"),
        chosen(language, "goal", "要求"),
    )
    return Section("members", chosen(language, "made of", "组成"), (), columns, tuple(rows))


def _group_of(attainment: Attainment, language: Language) -> Section | None:
    measure = attainment.measure
    if measure is None or measure.entities is None or attainment.dictionary is None:
        return None
    return Section(
        "group", chosen(language, "for", "对象"), (who_words(measure, attainment.dictionary, language),)
    )


def _data(attainment: Attainment, language: Language) -> Section | None:

    basis = attainment.basis
    if basis is None:
        return None
    lines = list(basis.cautions(language))
    if not lines:
        lines.append(chosen(language, "accepted by the gate", "数据已通过质量检查"))
    made = basis.provenance
    lines.append(
        chosen(
            language,
            f"pack {made.pack}, edutargets {made.library}, everything together {made.sha256[:12]}",
            f"目标包 {made.pack}，edutargets {made.library}，全部输入的校验码 {made.sha256[:12]}",
        )
    )
    return Section("data", chosen(language, "the data", "数据"), tuple(lines))


WRITTEN: tuple[Part, ...] = (_clause, _reading)
SECTIONS: tuple[Part, ...] = (
    _group_of,
    _reason,
    _arithmetic,
    _comparison,
    at_the_line,
    _range,
    tipping,
    _shortfall,
    _need,
    _small,
    _members,
    evidence,
    left_out,
    _years,
    pace,
    real,
    spread,
    spread_groups,
    missed,
    standards,
    towns,
    falling_short,
    reporters,
    overlapping,
    changed,
    changed_units,
    check_first,
    _data,
)
