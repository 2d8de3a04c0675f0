"""Warnings and what was said to them: corrected or explained, as the English school census does it.

An explanation holds for one finding: the same rule, table, school and row, with the same values in it. Its
mark says so. Where the data have changed since, it has expired, and the question is asked again.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING

from edutargets.checks import Severity
from edutargets.explanation_files import Explanation, plain
from edutargets.findings import Finding, Findings, masked, shown
from edutargets.headings import table_named
from edutargets.sources import Bilingual

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from edutargets.findings import TableReport
    from edutargets.submissions import Submission
    from edutargets.tables import Dictionary

__all__ = ["FOR_NOTHING", "explained_reports", "has_open", "is_open", "mark_of", "with_explanation"]

FOR_NOTHING = "explanation-for-nothing"
_PLACES = 12
_FEWEST = 2  # letters or digits, below which a text explains nothing
_LONGEST = 500

_Named = tuple[str, str, str, str]


def mark_of(code: str, table: str, reporter: str, key: str, row: Mapping[str, object], note: str) -> str:
    """Return the mark of a finding: another one as soon as anything in the row changes.

    Args:
        code: The check.
        table: The table.
        reporter: Who handed the row in.
        key: What names the row.
        row: Its typed values, of which blank ones leave no trace; nothing where the whole table is meant.
        note: What the check computed beside it.

    Examples:
        >>> mark_of("SC-01", "schools", "S1", "school_id=S1", {"enrolment": 731}, "")
        '4587920caa3f'
    """
    values = {name: str(value) for name, value in row.items() if value is not None}
    parts = [code, table, reporter, key, values, note]
    text = json.dumps(parts, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_PLACES]


def is_open(finding: Finding) -> bool:
    """Whether a finding must still be corrected or explained."""
    return finding.severity is Severity.WARNING and not finding.explained


def has_open(report: TableReport) -> bool:
    """Whether a table has a finding that must still be corrected or explained."""
    if Severity.WARNING not in report.severities:
        return False
    return isinstance(report.findings, Findings) or any(is_open(finding) for finding in report.findings)


def with_explanation(submission: Submission, finding: Finding, text: str) -> Submission:
    """Enter why a figure that the gate asks about is right; it counts until the data change.

    The same as a row of the table 数据说明 in what was handed in; the gate reads it when it is asked again.

    Args:
        submission: What was handed in.
        finding: The warning, as the gate's report lists it.
        text: Why the figure is right.

    Returns:
        The same data with the explanation beside them.
    """
    said = Explanation(
        rule=finding.code,
        mark=finding.mark,
        text=text,
        reporter=finding.reporter,
        table=finding.table,
        key=_key_of(finding),
    )
    return replace(submission, explanations=(*submission.explanations, said))


def explained_reports(
    reports: Sequence[TableReport], explanations: Iterable[Explanation], dictionary: Dictionary
) -> tuple[TableReport, ...]:
    """Put explanations to the findings they explain; say of the others why they do not count.

    Args:
        reports: What the gate found, table by table.
        explanations: What was handed in to explain it.
        dictionary: The tables, by whose names and titles explanations name them.
    """
    found = tuple(explanations)
    if not found:
        return tuple(reports)
    book = _Book(reports, dictionary)
    for explanation in found:
        book.enter(explanation)
    return book.reports()


class _Book:
    """All findings of a gate, and what was said to them."""

    def __init__(self, reports: Sequence[TableReport], dictionary: Dictionary) -> None:
        self._reports, self._dictionary = reports, dictionary
        self._findings = [list(report.findings) for report in reports]
        self._marked: dict[tuple[str, str], list[tuple[int, int]]] = {}
        self._named: dict[_Named, list[tuple[int, int]]] = {}
        for at, findings in enumerate(self._findings):
            for position, finding in enumerate(findings):
                self._marked.setdefault((finding.code, finding.mark), []).append((at, position))
                self._named.setdefault(_name_of(finding), []).append((at, position))

    def enter(self, explanation: Explanation) -> None:
        """Put one explanation to its finding."""
        table = self._table(explanation)
        same = [spot for spot in self._alike(explanation, table) if self._fits(spot, explanation, table)]
        if same:
            self._accept(same, explanation)
            return
        name = explanation.rule, table, explanation.reporter, _folded_key(explanation.key)
        near = self._named.get(name, [])
        if not near:
            self._tell(explanation, table)
        for at, position in near:
            finding = self._findings[at][position]
            if finding.severity is Severity.CRITICAL:
                self._remark(at, position, _refused(explanation))
            elif finding.severity is Severity.WARNING and not finding.explained:
                self._remark(at, position, _expired(explanation))

    def reports(self) -> tuple[TableReport, ...]:
        """Return the reports with all that was entered."""
        pairs = zip(self._reports, self._findings, strict=True)
        return tuple(
            replace(report, findings=tuple(sorted(findings, key=lambda one: one.order)))
            for report, findings in pairs
        )

    def _alike(self, explanation: Explanation, table: str) -> list[tuple[int, int]]:
        if not explanation.mark:
            return []
        found = self._marked.get((explanation.rule, explanation.mark.lower()), [])
        return [spot for spot in found if not table or self._findings[spot[0]][spot[1]].table == table]

    def _fits(self, spot: tuple[int, int], explanation: Explanation, table: str) -> bool:
        """Whether nothing that was written beside the mark speaks against it."""
        finding = self._findings[spot[0]][spot[1]]
        _, _, reporter, key = _name_of(finding)
        written = explanation.reporter, _folded_key(explanation.key), table
        return all(
            not said or said == own for said, own in zip(written, (reporter, key, finding.table), strict=True)
        )

    def _accept(self, spots: Iterable[tuple[int, int]], explanation: Explanation) -> None:
        text = _kept(explanation.text)
        for at, position in spots:
            finding = self._findings[at][position]
            if finding.severity is not Severity.WARNING or finding.explained:
                continue
            if sum(letter.isalnum() for letter in text) < _FEWEST:
                self._remark(at, position, _too_short(explanation))
            else:
                self._findings[at][position] = replace(finding, explained=text)

    def _remark(self, at: int, position: int, remark: Bilingual) -> None:
        finding = self._findings[at][position]
        says = Bilingual(zh=f"{finding.says.zh}（{remark.zh}）", en=f"{finding.says.en} ({remark.en})")
        self._findings[at][position] = replace(finding, says=says)

    def _table(self, explanation: Explanation) -> str:
        return table_named(explanation.table, self._dictionary).table or explanation.table

    def _tell(self, explanation: Explanation, table: str) -> None:
        """Say that an explanation explains nothing that was found: it is mended, or was copied wrongly."""
        names = [report.table for report in self._reports]
        at = names.index(table) if table in names else 0
        if not self._reports:
            return
        finding = Finding(
            code=FOR_NOTHING,
            severity=Severity.INFO,
            table=names[at],
            says=Bilingual(
                zh=f"没有与这条说明对应的问题（规则 {shown(explanation.rule)}）",
                en=f"this explanation belongs to nothing that was found (rule {shown(explanation.rule)})",
            ),
            mend=Bilingual(
                zh="问题已改正的可删去本行；否则请照报告抄写规则、单位代码、记录和校验码",
                en="delete the row if it is mended; else copy rule, reporter, key and mark from the report",
            ),
            reporter=shown(explanation.reporter),
            file=explanation.file,
            sheet=explanation.sheet,
            row=explanation.row,
            found=shown(explanation.text),
        )
        self._findings[at].append(finding)


def _name_of(finding: Finding) -> _Named:
    return finding.code, finding.table, plain(finding.reporter), _folded_key(_key_of(finding))


def _key_of(finding: Finding) -> str:
    return ", ".join(f"{name}={value}" for name, value in finding.key)


def _folded_key(text: str) -> str:
    """Return a key as a report writes it, whatever commas and blanks it came with; numbers stay hidden."""
    parts = (part.strip() for part in masked(plain(text)).replace(";", ",").replace("、", ",").split(","))
    return ",".join(sorted(part.replace(" ", "") for part in parts if part))


def _kept(text: str) -> str:
    hidden = masked(text)
    return hidden if len(hidden) <= _LONGEST else hidden[: _LONGEST - 1] + "…"


def _expired(explanation: Explanation) -> Bilingual:
    said = shown(explanation.text)
    if not explanation.mark:
        return Bilingual(
            zh=f"说明“{said}”没有校验码，不予采纳；请照报告填写校验码",
            en=f"the explanation “{said}” has no mark and does not count; copy the mark from the report",
        )
    return Bilingual(
        zh=f"此前的说明“{said}”已失效：数据已变动，请重新说明",
        en=f"the earlier explanation “{said}” has expired: the data have changed since; explain it again",
    )


def _refused(explanation: Explanation) -> Bilingual:
    said = shown(explanation.text)
    return Bilingual(
        zh=f"说明“{said}”不予采纳：此项必须改正，不能以说明代替",
        en=f"the explanation “{said}” is not accepted: this must be corrected, no explanation will do",
    )


def _too_short(explanation: Explanation) -> Bilingual:
    return Bilingual(
        zh=f"说明“{shown(explanation.text)}”过短，请写明原因",
        en=f"the explanation “{shown(explanation.text)}” says nothing; write why it is so",
    )
