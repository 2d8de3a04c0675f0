"""A plan's text as a page: every clause in the colour of its target's verdict, what is unbound marked."""

from __future__ import annotations

from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING

from edutargets.coverage_words import counted_text, part_text
from edutargets.goal_wording import goal_words, time_words
from edutargets.goals import Verdict
from edutargets.wording import Language, chosen, verdict_glyph, verdict_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from edutargets.attainment import PlanAttainment
    from edutargets.coverage import Binder, Coverage, CoveredSentence, CoveredText
    from edutargets.plan_texts import Span

__all__ = ["coverage_html"]

_ORDER = (Verdict.NOT_MET, Verdict.UNDETERMINED, Verdict.NOT_EVALUABLE, Verdict.MET)
_STYLE = """
body{font-family:"PingFang SC","Microsoft YaHei","Noto Sans CJK SC","Noto Sans SC",sans-serif;line-height:1.9;
max-width:52em;margin:2em auto;padding:0 1em;color:#1c2024;background:#fff}
h1{font-size:1.3em}h2{font-size:1.1em;margin-top:2em}h3,h4,h5{font-size:1em;margin:1.2em 0 .3em}
p{margin:.4em 0}table{border-collapse:collapse;font-size:.85em;line-height:1.45}
td,th{padding:.25em .7em .25em 0;text-align:left;vertical-align:top;border-bottom:1px solid #d5d9de}
span,a{-webkit-print-color-adjust:exact;print-color-adjust:exact}
.met{background:#d6efe6;border-bottom:2px solid #12876a}
.not_met{background:#fadcd9;border-bottom:3px double #d13f34}
.undetermined{background:#fbe7c6;border-bottom:2px dashed #b26a00}
.not_evaluable{background:#e6e8eb;border-bottom:2px dotted #7d8590}
.bound{background:#dbe9fb;border-bottom:2px solid #2f6fbf}
.excluded{color:#5d656e;font-style:italic}
.unbound{background:#fff3a3;border-bottom:3px solid #b00020}
a.mark{font-size:.7em;vertical-align:super;text-decoration:none;color:#1c2024;margin:0 .1em}
:target{outline:2px solid #2f6fbf}
@media print{body{max-width:none;margin:0;font-size:10pt}a{color:inherit}tr{break-inside:avoid}}
"""


def coverage_html(
    coverage: Coverage, results: PlanAttainment | None = None, language: Language = "en"
) -> str:
    """Return the text of a plan as one page that opens offline and can be printed.

    Args:
        coverage: What accounts for which words.
        results: The verdicts that colour the clauses; without them they are only bound or not.
        language: Of what is said around the text.
    """
    page = _Page(coverage, results, language)
    title = escape(coverage.pack.file.title.in_language(language) or coverage.pack.id)
    tongue = chosen(language, "en", "zh-CN")
    return (
        f'<!doctype html>\n<html lang="{tongue}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n"
        f"{page.summary()}\n{page.unbound()}\n{page.texts()}\n{page.targets()}\n{page.exclusions()}\n"
        "</main>\n</body>\n</html>\n"
    )


class _Page:
    """The parts of the page."""

    def __init__(self, coverage: Coverage, results: PlanAttainment | None, language: Language) -> None:
        self.coverage, self.results, self.language = coverage, results, language
        bound = {one.id: one for text in coverage.texts for one in text.binders if one.target is not None}
        self.numbers = {name: at for at, name in enumerate(bound, start=1)}
        self.binders = bound

    def _said(self, en: str, zh: str) -> str:
        return escape(chosen(self.language, en, zh))

    def _verdict(self, name: str) -> Verdict | None:
        known = self.results is not None and name in self.results
        return self.results[name].verdict if known and self.results is not None else None

    def _glyph(self, name: str) -> str:
        verdict = self._verdict(name)
        return verdict_glyph(verdict) if verdict is not None else "●"

    def _word(self, name: str) -> str:
        verdict = self._verdict(name)
        return verdict_text(verdict, self.language) if verdict is not None else ""

    # above the text

    def summary(self) -> str:
        """Say how much is bound, and explain the signs."""
        names = [("bound", "●", self._said("bound to a target", "已对应目标"))]
        if self.results is not None:
            names = [(one.value, "", escape(verdict_text(one, self.language))) for one in Verdict]
        names += [
            ("excluded", "", self._said("no target, with a reason", "排除（有理由）")),
            ("unbound", "⚠", self._said("not accounted for", "未对应")),
        ]
        legend = " · ".join(f'<span class="{kind}">{sign} {word}</span>' for kind, sign, word in names)
        cautions = self.results.cautions(self.language) if self.results is not None else ()
        warned = "".join(f"<p><strong>⚠ {escape(caution)}</strong></p>" for caution in cautions)
        return (
            f"<p>{self._said('sentences: ', '句子：')}"
            f"{escape(counted_text(self.coverage.sentences, self.language))} · "
            f"{self._said('numbers: ', '数字：')}"
            f"{escape(counted_text(self.coverage.numbers, self.language))}</p>"
            f"{warned}<p>{legend}</p>"
        )

    def unbound(self) -> str:
        """List what is not accounted for."""
        rows = [
            f'<tr><td><a href="#line-{text.text.document}-{one.sentence.line}">{escape(_place(one))}</a></td>'
            f"<td>{escape('; '.join(part_text(part, self.language) for part in one.unbound))}</td></tr>"
            for text in self.coverage.texts
            for one in text.sentences
            if not one.bound
        ]
        if not rows:
            return ""
        return f"<h2>⚠ {self._said('Not accounted for', '未对应')}</h2>\n<table>{''.join(rows)}</table>"

    # the text

    def texts(self) -> str:
        """Write the text in its order, line by line."""
        blocks: list[str] = []
        for text in self.coverage.texts:
            document = self.coverage.pack.file.documents[text.text.document]
            heading = document.title.in_language(self.language) or text.text.document
            blocks.append(f"<h2>{escape(heading)}</h2>")
            lines: dict[int, list[CoveredSentence]] = {}
            for one in text.sentences:
                lines.setdefault(one.sentence.line, []).append(one)
            for number, sentences in lines.items():
                words = "".join(self._sentence(one, text) for one in sentences)
                level = _level(sentences[0])
                anchor = escape(f"line-{text.text.document}-{number}", quote=True)
                blocks.append(f'<{level} id="{anchor}">{words}</{level}>')
        return "\n".join(blocks)

    def _sentence(self, one: CoveredSentence, text: CoveredText) -> str:
        """Cut a sentence where quotes and unbound parts begin and end, and colour each stretch."""
        whole = (one.sentence.start, one.sentence.end)
        near = [(binder, span) for binder in text.binders for span in binder.spans if _overlap(span, whole)]
        ends = {*whole, *(end for _, span in near for end in span)}
        ends |= {end for part in one.unbound for end in (part.start, part.end)}
        cuts = sorted(end for end in ends if whole[0] <= end <= whole[1])
        words = text.text.text
        return "".join(
            self._stretch((first, last), words[first:last], one, near) for first, last in pairwise(cuts)
        )

    def _stretch(
        self, span: Span, words: str, one: CoveredSentence, near: Sequence[tuple[Binder, Span]]
    ) -> str:
        """Write one stretch: its words, why they have their colour, the marks of the quotes that end here."""
        if one.sentence.kind == "heading" and span[0] == one.sentence.start:
            words = words.lstrip("#").lstrip()
        here = [(binder, quoted) for binder, quoted in near if _overlap(quoted, span)]
        missing = [part for part in one.unbound if _overlap((part.start, part.end), span)]
        titles = [self._title(binder) for binder, _ in here]
        titles += [self._missing(part_text(part, self.language)) for part in missing]
        if not titles:
            return escape(words)
        kind = "unbound" if missing else self._kind([binder for binder, _ in here])
        sign = "⚠" if missing and span[1] == max(part.end for part in missing) else ""
        marks = "".join(
            self._mark(binder)
            for binder, quoted in here
            if binder.target is not None and span[1] == min(quoted[1], one.sentence.end)
        )
        title = "&#10;".join(escape(one, quote=True) for one in titles)
        return f'<span class="{kind}" title="{title}">{escape(words)}{sign}</span>{marks}'

    def _kind(self, binders: Sequence[Binder]) -> str:
        """Return the colour of words: the gravest verdict of those that quote them."""
        targets = [binder.id for binder in binders if binder.target is not None]
        if not targets:
            return "excluded"
        verdicts = [self._verdict(name) for name in targets]
        return next((verdict.value for verdict in _ORDER if verdict in verdicts), "bound")

    def _mark(self, binder: Binder) -> str:
        number = self.numbers[binder.id]
        title = escape(self._title(binder), quote=True)
        anchor = escape(binder.id, quote=True)
        return f'<a class="mark" href="#target-{anchor}" title="{title}">{self._glyph(binder.id)}{number}</a>'

    def _missing(self, words: str) -> str:
        return chosen(self.language, f"not accounted for: {words}", f"未对应：{words}")

    def _title(self, binder: Binder) -> str:
        if binder.exclusion is not None:
            reason = binder.exclusion.reason.in_language(self.language)
            return chosen(self.language, f"no target: {reason}", f"排除：{reason}")
        assert binder.target is not None
        title = binder.target.title.in_language(self.language) or binder.id
        return " ".join(part for part in (self._word(binder.id), f"{title} ({binder.id})") if part)

    # below the text

    def targets(self) -> str:
        """List the targets with their verdicts, so that a printed page needs no mouse."""
        rows = []
        for name, binder in self.binders.items():
            target = binder.target
            assert target is not None
            cite = target.cite
            cells = (
                f"{self.numbers[name]}",
                escape(self._word(name) or self._glyph(name)),
                f"{escape(target.title.in_language(self.language))}<br><code>{escape(name)}</code>",
                escape(self._goal(binder)),
                escape(cite.clause if cite is not None else ""),
            )
            row = "".join(f"<td>{cell}</td>" for cell in cells)
            rows.append(f'<tr id="target-{escape(name, quote=True)}">{row}</tr>')
        heading = self._said("Targets", "目标")
        return f"<h2>{heading}</h2>\n<table>{''.join(rows)}</table>" if rows else ""

    def _goal(self, binder: Binder) -> str:
        target = binder.target
        assert target is not None
        measure = self.coverage.pack.measures.get(binder.id)
        when = time_words(target, self.language).strip()
        return " ".join(part for part in (goal_words(target, measure, self.language), when) if part)

    def exclusions(self) -> str:
        """List the words that are no target, with their reasons."""
        rows = "".join(self._exclusion_rows())
        heading = self._said("No target, and why", "排除的文字及理由")
        return f"<h2>{heading}</h2>\n<table>{rows}</table>" if rows else ""

    def _exclusion_rows(self) -> Iterator[str]:
        for one in self.coverage.exclusions:
            cells = (one.clause, f"“{one.quote}”", one.reason.in_language(self.language))
            yield f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"


def _overlap(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _place(one: CoveredSentence) -> str:
    return ", ".join(part for part in (one.sentence.clause, f"{one.sentence.line}") if part)


def _level(one: CoveredSentence) -> str:
    """Return the HTML element of a line."""
    if one.sentence.kind == "sentence":
        return "p"
    depth = len(one.sentence.text) - len(one.sentence.text.lstrip("#"))
    return f"h{min(depth + 1, 5)}"
