"""The bureau's page: schools by tables, each cell with a sign, a number and a word; it opens offline."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from edutargets.checks import Status
from edutargets.gate_summary import summary_of
from edutargets.gate_summary_style import STYLE
from edutargets.gate_summary_words import GLYPHS, PAGE_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from edutargets.findings import Finding, Language, TableReport
    from edutargets.gate_facts import GateFacts
    from edutargets.gate_summary import SummaryCell, SummarySchool

__all__ = ["as_html"]

_MOST_RULES = 20
_MOST_NAMES = 40
_MOST_IN_CELL = 20
_MOST_IN_ALL = 6_000
_MOST_SCHOOLS = 3_000
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_MANY, _VERY_MANY = 3, 10
_KINDS = ("critical", "open", "explained", "info")


def as_html(facts: GateFacts, language: Language = "en") -> str:
    """Return the page: a map of schools and tables, the rules most often broken, what is missing or in doubt.

    Args:
        facts: What the gate found.
        language: The language of the page.
    """
    page = _Page(facts, language)
    title = escape(f"{page.words['title']}: {facts.called}")
    tongue = "zh-CN" if language == "zh" else "en"
    return (
        f'<!doctype html>\n<html lang="{tongue}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n"
        f"{page.totals()}\n{page.map()}\n{page.rules()}\n{page.missing()}\n{page.doubted()}\n{page.lists()}\n"
        f'<p class="soft">{escape(page.words["offline"])}</p>\n</main>\n</body>\n</html>\n'
    )


class _Page:
    """The parts of the page."""

    def __init__(self, facts: GateFacts, language: Language) -> None:
        self.facts, self.language = facts, language
        self.words = PAGE_WORDS[language]
        self.summary = summary_of(facts)
        self.titles = {table.table: self._title(table) for table in facts.tables}
        self.shown = self.summary.schools[:_MOST_SCHOOLS]
        self.listed = self._listed()

    def _listed(self) -> dict[tuple[int, int], tuple[Finding, ...]]:
        """Choose what is listed: the first of each cell, as long as there is room."""
        room, listed = _MOST_IN_ALL, {}
        for at, school in enumerate(self.shown):
            for column, table in enumerate(self.summary.tables):
                cell = school.cells.get(table.table)
                kept = cell.findings[: min(_MOST_IN_CELL, room)] if cell is not None else ()
                if kept:
                    listed[at, column] = kept
                    room -= len(kept)
        return listed

    def _title(self, table: TableReport) -> str:
        return table.title.in_language(self.language) or table.table

    def _word(self, key: str, **numbers: object) -> str:
        return escape(self.words[key].format(**numbers))

    # what was decided

    def totals(self) -> str:
        """Say what was decided, how much was handed in and checked, and explain the signs."""
        tables, decision = self.facts.tables, self.facts.decision
        counts = {status: sum(table.count(status) for table in tables) for status in Status}
        handed = self._word(
            "handed",
            rows=sum(table.rows or 0 for table in tables),
            tables=sum(table.rows is not None for table in tables),
            all=len(tables),
            schools=sum(bool(school.code) for school in self.summary.schools),
        )
        ran = self._word(
            "ran",
            checks=sum(counts.values()),
            passed=counts[Status.PASSED],
            failed=counts[Status.FAILED],
            unrun=counts[Status.COULD_NOT_RUN],
        )
        sign = "✔" if decision.opens else "✘" if decision.value == "rejected" else "◐"
        school = f"{self._word('of school', school=self.facts.school)}: " if self.facts.school else ""
        said = f"{sign} {school}{escape(self.words[decision.value])}"
        kind = "good" if decision.opens else "bad"
        return f'<p class="decision {kind}">{said}</p>\n<p>{handed}<br>{ran}</p>\n{self._legend()}'

    def _legend(self) -> str:
        found = dict.fromkeys(_KINDS, 0)
        for school in self.summary.schools:
            for kind, count in school.counts.items():
                found[kind] += count
        classes = {
            "critical": "c2",
            "open": "w",
            "explained": "x",
            "info": "n",
            "missing": "m",
            "ok": "ok",
            "none": "none",
        }
        items = [
            f'<li class="{css}">{GLYPHS[kind]} {f"{found[kind]:,} " if kind in found else ""}'
            f"{escape(self.words[kind])}</li>"
            for kind, css in classes.items()
        ]
        return f'<ul class="legend">{"".join(items)}</ul>'

    # the map

    def map(self) -> str:
        """Draw schools by tables; those in which nothing was found are there, and folded away."""
        schools, tables = self.summary.schools, self.summary.tables
        quiet = self.summary.quiet_tables
        still = sum(school.is_quiet for school in schools)
        said = self._word(
            "quiet",
            schools=still,
            all_schools=sum(bool(school.code) for school in schools),
            tables=len(quiet),
            all_tables=len(tables),
        )
        heads = "".join(
            f'<th scope="col"{_quiet(table.table in quiet)}>{escape(self.titles[table.table])}</th>'
            for table in tables
        )
        rows = "\n".join(self._row(at, school) for at, school in enumerate(self.shown))
        rows += self._hidden_row()
        corner, total = self._word("school"), self._word("total")
        nothing = f"<p>✔ {self._word('nothing')}</p>\n" if len(quiet) == len(tables) else ""
        label = f'<label class="switch" for="whole">{self._word("whole map")}</label>'
        whole = f'<input type="checkbox" id="whole"> {label}\n'
        return (
            f'<h2 id="map">{self._word("map")}</h2>\n{nothing}<p class="soft">{said}</p>\n{whole}'
            f'<div class="scroll" tabindex="0" role="region" aria-labelledby="map"><table class="map">'
            f'<thead><tr><th scope="col">{corner}</th><th scope="col">{total}</th>{heads}</tr></thead>\n'
            f"<tbody>\n{rows}\n</tbody>\n<tfoot>{self._foot()}</tfoot></table></div>"
        )

    def _row(self, at: int, school: SummarySchool) -> str:
        quiet = self.summary.quiet_tables
        code = escape(school.code) or self._word("at large")
        name = f"<bdi>{escape(school.name)}</bdi>" if school.name else ""
        total = _mark(school.counts, self.words) or f'<span class="ok">{GLYPHS["ok"]}</span>'
        cells = "".join(
            self._cell(at, column, school, table.table, hide=table.table in quiet)
            for column, table in enumerate(self.summary.tables)
        )
        head = f'<th scope="row"><b><bdi>{code}</bdi></b>{name}</th>'
        return f"<tr{_quiet(school.is_quiet)}>{head}<td>{total}</td>{cells}</tr>"

    def _hidden_row(self) -> str:
        """Count the schools that a page cannot hold; those with most to mend are on it."""
        left = len(self.summary.schools) - len(self.shown)
        return f'\n<tr><th scope="row">{self._word("more", count=left)}</th></tr>' if left else ""

    def _cell(self, at: int, column: int, school: SummarySchool, table: str, *, hide: bool) -> str:
        cell = school.cells.get(table)
        kind, shown = self._sign(cell)
        css = f"{kind} quiet" if hide else kind
        if cell is None or not cell.findings:
            return f'<td class="{css}"><span>{shown}</span></td>'
        said = ", ".join(f"{count:,} {self.words[one]}" for one, count in cell.counts.items() if count)
        label = escape(f"{school.code or self.words['at large']}, {self.titles[table]}: {said}", quote=True)
        if (at, column) not in self.listed:
            return f'<td class="{css}" title="{label}"><span>{shown}</span></td>'
        link = f'<a href="#f-{at}-{column}" title="{label}">{shown}</a>'
        return f'<td id="c-{at}-{column}" class="{css}">{link}</td>'

    def _sign(self, cell: SummaryCell | None) -> tuple[str, str]:
        """Return the colour of a cell, and its sign, number and word."""
        if cell is None:
            return "none", self._said("none")
        if cell.is_missing:
            return "m", self._said("missing")
        counts = cell.counts
        kind = next((one for one in _KINDS if counts[one]), "ok" if cell.rows else "none")
        css = {"open": "w", "explained": "x", "info": "n"}.get(kind, kind)
        if kind == "critical":
            css = "c1" if counts[kind] < _MANY else "c2" if counts[kind] < _VERY_MANY else "c3"
        return css, self._said(kind, counts.get(kind, 0))

    def _said(self, kind: str, count: int = 0) -> str:
        number = f" {count:,}" if count else ""
        return f"{GLYPHS[kind]}{number}<small>{escape(self.words[f'cell {kind}'])}</small>"

    def _foot(self) -> str:
        cells = []
        quiet = self.summary.quiet_tables
        for table in self.summary.tables:
            found = [
                school.cells[table.table] for school in self.summary.schools if table.table in school.cells
            ]
            counts = {kind: sum(cell.counts[kind] for cell in found) for kind in _KINDS}
            shown = _mark(counts, self.words) or f"<span>{GLYPHS['ok']}</span>"
            cells.append(f"<td{_quiet(table.table in quiet)}>{shown}</td>")
        return f'<tr><th scope="row">{self._word("total")}</th><td></td>{"".join(cells)}</tr>'

    # below the map

    def _list(self, heading: str, heads: Sequence[str], rows: Iterable[Sequence[str]], note: str = "") -> str:
        """Write a table; a cell is HTML already, one that begins with a blank is a number."""
        body = "\n".join(f"<tr>{''.join(_td(cell) for cell in row)}</tr>" for row in rows)
        if not body:
            return ""
        titles = "".join(f'<th scope="col">{escape(self.words.get(head, head))}</th>' for head in heads)
        said = f'<p class="soft">{note}</p>\n' if note else ""
        return (
            f"<h2>{heading}</h2>\n{said}"
            f'<div class="scroll" tabindex="0" role="region" aria-label="{heading}">'
            f'<table class="list"><thead><tr>{titles}</tr></thead>\n<tbody>\n{body}\n</tbody></table></div>'
        )

    def rules(self) -> str:
        """List the rules most often broken."""
        rules = self.summary.rules
        rows = [
            (
                f"<code>{escape(rule.code)}</code>",
                escape(self.titles.get(rule.table, rule.table)),
                self._weight(rule.severity),
                f" {rule.findings:,}",
                f" {rule.schools:,}",
                escape(rule.says.in_language(self.language)),
                f" {len(rule.targets):,}",
            )
            for rule in rules[:_MOST_RULES]
        ]
        heads = ("rule", "table", "severity", "places", "schools", "says", "verdicts")
        note = self._word("top", count=_MOST_RULES, all=len(rules)) if len(rules) > _MOST_RULES else ""
        return self._list(self._word("rules"), heads, rows, note)

    def missing(self) -> str:
        """Say what was not handed in, and by whom."""
        rows = [
            (
                escape(self.titles.get(one.table, one.table)),
                escape(one.says.in_language(self.language)),
                f" {len(one.whom):,}",
                self._names([who or self.words["from all"] for who in one.whom]),
            )
            for one in self.summary.missing
        ]
        heads = ("table", "says", "places", "from")
        return self._list(self._word("missing heading"), heads, rows)

    def _weight(self, severity: str) -> str:
        kind = "open" if severity == "warning" else severity
        return f"{GLYPHS[kind]} {escape(self.words[kind])}"

    def _names(self, names: Sequence[str]) -> str:
        more = f" {self._word('more', count=len(names) - _MOST_NAMES)}" if len(names) > _MOST_NAMES else ""
        return " · ".join(f"<bdi>{escape(name)}</bdi>" for name in names[:_MOST_NAMES]) + more

    def doubted(self) -> str:
        """List the targets whose verdicts rest on something doubtful."""
        doubted = self.facts.doubted
        titles = self.facts.target_titles(self.language)
        rows = [
            (
                f"{escape(titles.get(one.target, ''))}<br><code>{escape(one.target)}</code>",
                f" {one.critical:,}",
                f" {one.open:,}",
                f" {one.unchecked:,}",
                escape(" · ".join(self.titles.get(table, table) for table in one.tables)),
            )
            for one in sorted(doubted, key=lambda one: (-one.critical, -one.open, -one.unchecked))
        ]
        heads = ("target", "critical", "open", "unchecked", "tables")
        note = self._word("doubted of", count=len(doubted), all=self.facts.target_count)
        return self._list(self._word("doubted"), heads, rows, note)

    # the lists

    def lists(self) -> str:
        """List what was found, school by school and table by table; what has no room is counted."""
        sections = [self._section(at, column, kept) for (at, column), kept in self.listed.items()]
        left = len(self.facts.findings) - sum(map(len, self.listed.values()))
        note = f'<p class="soft">{self._word("not listed", count=left)}</p>\n' if left else ""
        heading = f"<h2>{self._word('list')}</h2>\n{note}"
        return heading + "\n".join(sections) if sections else ""

    def _section(self, at: int, column: int, kept: Sequence[Finding]) -> str:
        school, table = self.shown[at], self.summary.tables[column]
        who = " ".join(part for part in (school.code or self.words["at large"], school.name) if part)
        body = "\n".join(f"<tr>{''.join(_td(cell) for cell in self._finding(one))}</tr>" for one in kept)
        heads = "".join(
            f'<th scope="col">{self._word(head)}</th>'
            for head in ("severity", "place", "column", "found", "todo", "rule")
        )
        left = len(school.cells[table.table].findings) - len(kept)
        more = f'<p class="soft">{self._word("not listed", count=left)}</p>' if left else ""
        heading = f"<bdi>{escape(who)}</bdi> · {escape(self.titles[table.table])}"
        return (
            f'<section id="f-{at}-{column}" tabindex="-1"><h3>{heading} '
            f'<a class="soft" href="#c-{at}-{column}">↑ {self._word("back")}</a></h3>\n'
            f'<div class="scroll"><table class="list"><thead><tr>{heads}</tr></thead>\n'
            f"<tbody>\n{body}\n</tbody></table></div>{more}</section>"
        )

    def _finding(self, finding: Finding) -> Iterator[str]:
        weight = "open" if finding.severity.value == "warning" else finding.severity.value
        kind = "explained" if finding.explained else weight
        yield f"{GLYPHS[kind]} {escape(self.words[kind])}"
        yield f"<bdi>{escape(finding.place)}</bdi>"
        yield escape(self._column(finding))
        yield f"<bdi>{escape(finding.found)}</bdi>"
        said = (one.in_language(self.language) for one in (finding.says, finding.mend))
        mark = f"{self.words['mark']} {finding.mark}" if finding.mark else ""
        explained = f"{self.words['explained']}: {finding.explained}" if finding.explained else ""
        lines = [*said, " · ".join(part for part in (mark, explained) if part)]
        yield '<div class="wide">' + "<br>".join(escape(line) for line in lines if line) + "</div>"
        yield f"<code>{escape(finding.code)}</code>"

    def _column(self, finding: Finding) -> str:
        table = self.facts.submission.dictionary.tables[finding.table]
        known = finding.column in table.columns
        title = table.columns[finding.column].title.in_language(self.language) if known else ""
        return title or finding.column


def _td(cell: str) -> str:
    return f'<td class="num">{cell[1:]}</td>' if cell.startswith(" ") else f"<td>{cell}</td>"


def _quiet(is_quiet: bool) -> str:  # noqa: FBT001  # a mark or none
    return ' class="quiet"' if is_quiet else ""


def _mark(counts: Mapping[str, int], words: Mapping[str, str]) -> str:
    """Write the sums of a row or a column, each with its sign and, for those who listen, its word."""
    parts = [
        f'<span title="{escape(words[kind], quote=True)}">{GLYPHS[kind]} {counts[kind]:,}</span>'
        for kind in _KINDS
        if counts[kind]
    ]
    return "".join(parts)
