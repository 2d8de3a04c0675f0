"""A plan documented: every target with its clause, reading, measure in words and SQL, and the data needed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from edutargets.explanation_section import Section
from edutargets.goal_wording import goal_words, time_words, type_words
from edutargets.measure_sql import measure_sql
from edutargets.measure_words import measure_lines, table_words
from edutargets.plan_headings import headings_above
from edutargets.plan_texts import cut
from edutargets.promises import Population
from edutargets.targets import Alias, Comparison, Composite, Milestone, PerHundred
from edutargets.units import parse_unit
from edutargets.verdict_words import chosen
from edutargets.wording import unit_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from edutargets.measures import Measure
    from edutargets.plans import Pack, Plan
    from edutargets.promises import Target
    from edutargets.verdict_words import Language

__all__ = ["CONTRACTS", "Catalogue", "CatalogueEntry", "Chapter", "catalogue_of"]

CONTRACTS = {
    "ratio": "分子与分母为同一计数单位或同一币种",
    "per_student_amount": "分子为金额（或每年金额），分母为学生或幼儿",
    "density": "两种不同的计数单位",
    "per_hundred": "两种不同的计数单位",
    "training_hours": "学时，逐人计算",
    "duty": "一种计数单位，逐一计算",
    "count": "一种计数单位",
    "amount": "金额",
    "growth": "任一有单位的数值，增长率本身无单位",
    "trend": "任一有单位的数值",
    "comparison": "两侧单位相同",
    "coefficient": "无单位",
    "dispersion": "各单位的数额及其人数",
    "frequency": "有日期的记录数，逐一计算",
    "k_of_n": "各项标准各有单位，目标值为达标项数",
    "milestone": "含日期列的佐证数据表",
    "composite": "本规划其他目标的编号",
    "alias": "本规划另一目标的编号",
}
"""The unit contracts in Chinese; each type says its own in English."""


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """One target of a catalogue.

    Args:
        id: Its name.
        language: The language it is in.
        title: What it is called.
        headline: What is enough, and when.
        sections: Everything else, part by part.
        sql: The statements that return what it is computed from.
        clause: Where it is written.
    """

    id: str
    language: Language
    title: str
    headline: str
    sections: tuple[Section, ...]
    sql: tuple[str, ...]
    clause: str = ""


@dataclass(frozen=True, slots=True)
class Chapter:
    """The targets of one chapter of a plan.

    Args:
        title: The chapter's heading.
        parts: The headings below it, each with its targets in the order of the plan; the first may be empty.
    """

    title: str
    parts: tuple[tuple[str, tuple[CatalogueEntry, ...]], ...]

    @property
    def entries(self) -> tuple[CatalogueEntry, ...]:
        """All its targets."""
        return tuple(entry for _, entries in self.parts for entry in entries)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All targets of a pack, by the chapters of their text.

    Args:
        id: The pack's name.
        title: What it is called.
        language: The language of what is said around the text.
        chapters: The chapters, in the order of the text; published figures behind the targets.
    """

    id: str
    title: str
    language: Language
    chapters: tuple[Chapter, ...]

    @property
    def entries(self) -> tuple[CatalogueEntry, ...]:
        """All targets, in the order they are shown."""
        return tuple(entry for chapter in self.chapters for entry in chapter.entries)


def catalogue_of(pack: Pack, language: Language = "en") -> Catalogue:
    """Document a pack: its targets, then its published figures, by the chapters they are written in."""
    title = pack.file.title.in_language(language) or pack.id
    chapters = [*_chapters(pack, pack.plan, language, ""), *_chapters(pack, pack.figures, language, _FIGURES)]
    return Catalogue(pack.id, title, language, tuple(chapters))


_FIGURES = "figures"
_Place = tuple[tuple[int, int], str]
"""Which document, where in it, and the heading there."""


def _chapters(pack: Pack, plan: Plan, language: Language, kind: str) -> Iterator[Chapter]:
    before = chosen(language, "Published figures: ", "公布数据：") if kind == _FIGURES else ""
    found: dict[_Place, dict[_Place, list[CatalogueEntry]]] = {}
    for target in plan:
        chapter, part = _places(pack, target, language)
        parts = found.setdefault(chapter, {})
        parts.setdefault(part, []).append(_entry(pack, plan, target, language))
    for (_, title), below in sorted(found.items()):
        parts_in_order = tuple((words, tuple(entries)) for (_, words), entries in sorted(below.items()))
        yield Chapter(f"{before}{title}", parts_in_order)


def _places(pack: Pack, target: Target, language: Language) -> tuple[_Place, _Place]:
    """Return where the chapter of a target stands in the texts, and the heading below it, with their words.

    A file that holds several documents has its documents for chapters.
    """
    none: _Place = ((-1, -1), "")
    cite = target.cite
    if cite is None:
        return ((len(pack.texts), 0), chosen(language, "Not in the text", "文本之外")), none
    at = list(pack.texts).index(cite.document)
    document = pack.file.documents[cite.document]
    title = document.title.in_language(language) or cite.document
    if sum(one.file == document.file for one in pack.file.documents.values()) > 1:
        return ((at, -1), title), none
    text = cut(cite.document, pack.texts[cite.document].text)
    spans = text.locate(cite.quote, cite.clause)
    above = headings_above(text, spans[0][0]) if spans else ()
    several = len(pack.file.documents) > 1
    if not above:
        said = title if several else chosen(language, "Before the first chapter", "正文之前")
        return ((at, -1), said), none
    chapter = ((at, above[0].start), f"{title}: {above[0].text}" if several else above[0].text)
    return chapter, ((at, above[1].start), above[1].text) if len(above) > 1 else none


# one target ----------------------------------------------------------------------------------------


def _entry(pack: Pack, plan: Plan, target: Target, language: Language) -> CatalogueEntry:
    measure = pack.measures.get(target.id)
    title = target.title.in_language(language) or target.id
    goal, when = _goal(target, measure, language)
    headline = chosen(language, ", ", "，").join(part for part in (goal, when) if part)
    sections = (
        *_written(pack, target, language),
        *_asked(pack, target, measure, language),
        *_measured(pack, target, measure, language),
        *_linked(plan, target, language),
    )
    sql = measure_sql(measure, pack.dictionary) if measure is not None else ()
    clause = target.cite.clause if target.cite is not None else ""
    return CatalogueEntry(target.id, language, title, headline, sections, sql, clause)


def _written(pack: Pack, target: Target, language: Language) -> Iterator[Section]:
    cite = target.cite
    if cite is not None:
        document = pack.file.documents[cite.document].title.in_language(language) or cite.document
        place = chosen(language, ", ", "，").join(part for part in (document, cite.clause) if part)
        unsure = chosen(language, "nobody has held the quote against the original", "引文尚未与原件核对")
        quoted = f"「{cite.quote}」" if "“" in cite.quote else f"“{cite.quote}”"
        lines = [quoted, place, *([] if cite.verified else [unsure])]
        yield Section("clause", chosen(language, "the plan says", "原文"), tuple(lines))
    if target.reading is not None:
        yield Section("reading", chosen(language, "read as", "理解"), (target.reading.in_language(language),))
    if target.lead:
        lead = chosen(language, ", ", "、").join(target.lead)
        yield Section("lead", chosen(language, "lead departments", "牵头部门"), (lead,))


def _asked(pack: Pack, target: Target, measure: Measure | None, language: Language) -> Iterator[Section]:
    contract = CONTRACTS[target.type] if language == "zh" else target.contract
    kind = f"{type_words(target, language)} ({target.type})"
    label = chosen(language, "type", "类型")
    yield Section("type", label, (chosen(language, f"{kind}: {contract}", f"{kind}：{contract}"),))
    goal, when = _goal(target, measure, language)
    if goal:
        yield Section("goal", chosen(language, "enough is", "目标值"), (goal,))
    if when:
        yield Section("time", chosen(language, "when", "时间"), (when,))
    if target.entities is not None:
        word = {
            "each": ("each of", "逐一"),
            "share_of": ("a share of", "一定比例"),
            "mean_of": ("the mean of", "平均"),
        }
        used = next((one for one in word if getattr(target, one) is not None), "each")
        named = table_words(target.entities, pack.dictionary, language)
        said = chosen(language, f"{word[used][0]} {named}", f"{word[used][1]}：{named}")
        yield Section("who", chosen(language, "of whom", "对象"), (f"{said} ({target.entities})",))
    if measure is not None and not isinstance(target, Milestone):
        yield Section("unit", chosen(language, "unit", "单位"), (_unit(measure, language),))


def _goal(target: Target, measure: Measure | None, language: Language) -> tuple[str, str]:
    """Say what is enough, and when; the goal of a milestone says both."""
    when = "" if isinstance(target, Milestone) else time_words(target, language).strip()
    return goal_words(target, measure, language), when


def _unit(measure: Measure, language: Language) -> str:
    unit = measure.unit if measure.entities is None else measure.entities.unit
    words = unit_words(unit, language, hundred=isinstance(measure.target, PerHundred))
    return words or chosen(language, "a pure number or a share", "无单位（比率）")


def _measured(pack: Pack, target: Target, measure: Measure | None, language: Language) -> Iterator[Section]:
    if measure is None:
        return
    lines = measure_lines(measure, pack.dictionary, language)
    rows = tuple(_expressions(target))
    columns = (chosen(language, "part", "组成"), chosen(language, "as written in SQL", "SQL 写法"))
    yield Section("measure", chosen(language, "measure", "算法"), lines, columns, rows)
    needed = tuple(_needed(pack, measure, language))
    heads = (("table", "数据表"), ("column", "列"), ("is", "含义"), ("unit", "单位"))
    names = tuple(chosen(language, *head) for head in heads)
    yield Section("data", chosen(language, "data needed", "所需数据"), (), names, needed)


def _expressions(target: Target) -> Iterator[tuple[str, str]]:
    """Yield the measure as the plan file has it, part by part."""
    source = target.entities or target.from_
    if source is not None:
        yield "from", source
    if target.where is not None:
        yield "where", " ".join(target.where.split())
    for name, written in target.expressions().items():
        yield name, " ".join(written.split())
    if isinstance(target, Comparison):
        against = target.against
        for name, said in (("from", against.from_), ("where", against.where), ("value", against.value)):
            if said is not None:
                yield f"against: {name}", " ".join(said.split())
    for name in ("dated_by", "done_on", "over", "by_column"):
        said = getattr(target, name, None)
        if said is not None and said != source:
            yield name, said


def _needed(pack: Pack, measure: Measure, language: Language) -> Iterator[tuple[str, ...]]:
    """Yield a row for each column that must be there; the columns that name and date a row are among them."""
    tables, columns = measure.needs()
    for rows in measure.row_lists():
        more = rows.needs()
        tables, columns = tables | more[0], columns | more[1]
    for name, table in pack.dictionary.tables.items():
        if name not in tables:
            continue
        title = table_words(name, pack.dictionary, language)
        for column, declared in table.columns.items():
            if column in table.key or (name, column) in columns:
                unit = unit_words(parse_unit(declared.unit)[1], language) if declared.unit else ""
                said = declared.title.in_language(language) or column
                shown = f"{title} ({name})" if title != name else name
                yield shown, column, said, unit or declared.type


# beside others -------------------------------------------------------------------------------------


def _linked(plan: Plan, target: Target, language: Language) -> Iterator[Section]:
    """Tell which other targets it is made of, is a part of, or is said again as."""
    others = list(plan)
    members = target.members if isinstance(target, Composite | Alias) else ()
    bundles = [one.id for one in others if isinstance(one, Composite) and target.id in one.members]
    again = [one.id for one in others if isinstance(one, Alias) and one.same_as == target.id]
    parts = [one.id for one in others if one.part_of == target.id]
    whole = [target.part_of] if target.part_of is not None else []
    same = isinstance(target, Alias)
    for key, said, names in (
        ("members", ("the same as", "同一目标") if same else ("made of", "组成目标"), members),
        ("bundles", ("belongs to", "所属组合"), bundles),
        ("again", ("said again as", "重复表述"), again),
        ("part_of", ("its number is a part of", "数值属于"), whole),
        ("parts", ("its parts", "分项"), parts),
    ):
        if names:
            yield Section(key, chosen(language, *said), tuple(_called(plan, names, language)))
    if target.population is not None:
        given = target.population
        most = str(given.number) if isinstance(given, Population) else given
        yield Section("population", chosen(language, "cannot outgrow", "总体"), (most,))


def _called(plan: Plan, names: Iterable[str] | Sequence[str], language: Language) -> Iterator[str]:
    for name in names:
        title = plan[name].title.in_language(language) if name in plan.ids else ""
        yield f"{title} ({name})" if title else name
