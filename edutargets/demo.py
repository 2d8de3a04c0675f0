"""`edutargets demo`: two packs from the gate to the verdicts, a faulty submission turned back, reports."""

from __future__ import annotations

import csv
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from edutargets.attainment import evaluate, reproduce
from edutargets.checking import check_submission, read_data, sample_data
from edutargets.display import agreement, results_table
from edutargets.findings import Decision
from edutargets.notebook_runs import HOW_TO_GET, missing_modules, read_notebook
from edutargets.plans import read_pack, shipped
from edutargets.provenance import VERSION
from edutargets.report import can_render, render_notebook
from edutargets.reproduced_words import agreement_count
from edutargets.terminal import progress, say
from edutargets.written_files import made_folder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from edutargets.attainment import PlanAttainment
    from edutargets.findings import Finding, Language
    from edutargets.gate import GateReport
    from edutargets.plans import Pack

__all__ = ["Demonstration", "not_found", "notebooks_in", "planted_faults", "show"]

BULLETINS = "china-education-bulletins"
DISTRICT = "jieyang-district-2023"
COMPLETE = "jieyang-district-2023/complete"
FAULTY = "jieyang-district-2023/faulty"
PLANTED = "planted_faults.csv"
CHINESE = ".zh.ipynb"
_FIRST = 10

_WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "title": "edutargets {version}: two plans, from the data to the verdicts",
        "real": "real figures of published bulletins",
        "invented": "an invented district of the plan's size",
        "faulty": "A faulty submission is turned back",
        "planted": "Planted faults found: {found} of {planted}",
        "missed": "not found: {missed}",
        "more": "… and {count:,} more",
        "reports": "Reports, to be opened in a browser, offline",
        "no reports": "No HTML reports: what runs notebooks is not installed ({how})",
        "skipped": "  {name} is left out: it needs {missing}, which is not installed ({how})",
        "good": "Everything came out as expected.",
        "bad": "Not as expected: {what}",
    },
    "zh": {
        "title": "edutargets {version}：两份规划，从数据到结论",
        "real": "已发布公报中的真实数据",
        "invented": "按规划规模虚构的一个区",
        "faulty": "有错的报送被退回",
        "planted": "埋入的错误：{planted} 处中找到 {found} 处",
        "missed": "未找到：{missed}",
        "more": "……另有 {count:,} 处",
        "reports": "报告（用浏览器打开，无需联网）",
        "no reports": "没有生成 HTML 报告：未安装运行笔记本所需的组件（{how}）",
        "skipped": "  跳过 {name}：未安装它所需的 {missing}（{how}）",
        "good": "一切与预期一致。",
        "bad": "与预期不符：{what}",
    },
}


@dataclass
class Demonstration:
    """What the demonstration did, and what did not come out as it should.

    Args:
        language: In which it speaks.
        surprises: What was not as expected; empty where all is well.
    """

    language: Language
    surprises: list[str] = field(default_factory=list)

    def tell(self, word: str, **values: object) -> None:
        """Print a sentence."""
        say(_WORDS[self.language][word].format(**values))

    def heading(self, text: str) -> None:
        """Print a line that stands out."""
        say(f"\n{text}\n{'=' * sum(2 if unicodedata.east_asian_width(one) in 'WF' else 1 for one in text)}")

    def expect(self, what: str, *, holds: bool) -> None:
        """Note what must hold for the demonstration to end well."""
        if not holds:
            self.surprises.append(what)

    def judged(self, pack: Pack, data: str, words: str) -> PlanAttainment | None:
        """Gate a sample that must be accepted, evaluate its plan and print the verdicts."""
        title = pack.file.title.in_language(self.language)
        self.heading(f"{title} ({pack.id}; {_WORDS[self.language][words]})")
        with progress(f"{pack.id}: checking") as notify:
            report = check_submission(pack, read_data(pack, data))
            say(report.to_text(self.language).splitlines()[0])
            self.expect(f"the gate did not accept {data}", holds=report.decision is Decision.ACCEPTED)
            if report.decision is not Decision.ACCEPTED:
                say("\n".join(_lines(report.findings, self.language)))
                return None
            results = evaluate(pack, report.admit(), notify=notify)
        say("\n" + results_table(results, self.language))
        return results


def show(out: Path, language: Language = "en") -> int:
    """Run the whole demonstration.

    Args:
        out: The folder the HTML reports go to; it is made if need be.
        language: In which it speaks.

    Returns:
        The exit code: 0 only if everything came out as expected.
    """
    demo = Demonstration(language)
    demo.tell("title", version=VERSION)
    bulletins, district = read_pack(BULLETINS), read_pack(DISTRICT)
    national = demo.judged(bulletins, f"sample:{BULLETINS}", "real")
    if national is not None and national.admitted is not None:
        _figures(demo, reproduce(bulletins, national.admitted))
    demo.judged(district, f"sample:{COMPLETE}", "invented")
    _turned_back(demo, district)
    _reports(demo, out)
    if demo.surprises:
        demo.tell("bad", what="; ".join(demo.surprises))
        return 1
    demo.tell("good")
    return 0


def _figures(demo: Demonstration, figures: PlanAttainment) -> None:
    """Say how many published figures come out as printed; all of them must."""
    say(agreement_count(figures, demo.language))
    wrong = agreement(figures)["no"]
    demo.expect(f"not as printed: {', '.join(wrong)}", holds=not wrong)


def _turned_back(demo: Demonstration, pack: Pack) -> None:
    """Put the faulty submission before the gate, and hold what it finds against what was planted."""
    demo.heading(_WORDS[demo.language]["faulty"])
    with progress(f"{FAULTY}: checking"):
        report = check_submission(pack, read_data(pack, f"sample:{FAULTY}"))
    demo.expect("the gate did not reject the faulty submission", holds=report.decision is Decision.REJECTED)
    say(report.to_text(demo.language).splitlines()[0])
    say("\n".join(_lines(report.findings, demo.language)))
    planted = planted_faults(sample_data(FAULTY).parent / PLANTED)
    missed = not_found(planted, report)
    demo.tell("planted", found=len(planted) - len(missed), planted=len(planted))
    if missed:
        demo.tell("missed", missed=", ".join(f"{one['fault']} ({one['kind']})" for one in missed))
    demo.expect(f"{len(missed)} planted faults were not found", holds=not missed)


def _lines(findings: Sequence[Finding], language: Language) -> list[str]:
    """Say the first findings, one on each line: where, what stands there, what is wrong."""
    lines = []
    for one in findings[:_FIRST]:
        found = f" ({one.found})" if one.found else ""
        says = one.says.in_language(language)
        lines.append(f"  {one.place or one.table} {one.column}{found}: {says} [{one.code}]")
    if len(findings) > _FIRST:
        lines.append("  " + _WORDS[language]["more"].format(count=len(findings) - _FIRST))
    return lines


def planted_faults(path: Path) -> list[dict[str, str]]:
    """Read the list of the faults that were planted in a submission, one for each line."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def not_found(planted: Sequence[dict[str, str]], report: GateReport) -> list[dict[str, str]]:
    """Return the planted faults that the gate did not find at their place, under their code."""
    found = {(one.code, one.table, one.file, one.sheet, str(one.row or "")) for one in report.findings}
    place = ("code", "table", "file", "sheet", "row")
    return [fault for fault in planted if tuple(fault[name] for name in place) not in found]


def _reports(demo: Demonstration, out: Path) -> None:
    """Run the notebooks that come with the package into pages that open offline."""
    notebooks = notebooks_in(demo.language)
    if not can_render():
        demo.tell("no reports", how=HOW_TO_GET)
        return
    demo.heading(_WORDS[demo.language]["reports"])
    made_folder(out)
    for path in notebooks:
        missing = missing_modules(read_notebook(path))
        if missing:
            demo.tell("skipped", name=path.name, missing=", ".join(missing), how=HOW_TO_GET)
            continue
        with progress(path.name):
            spoken = "zh-CN" if path.name.endswith(CHINESE) else "en"
            page = render_notebook(path, out / f"{path.stem}.html", language=spoken)
        say(f"  {page.resolve()}")
    demo.expect("there are no notebooks", holds=bool(notebooks))


def notebooks_in(language: Language) -> list[Path]:
    """Return every notebook that comes with the package once, in Chinese where it is asked for and there."""
    plain = [path for path in sorted(shipped("notebooks").glob("*.ipynb")) if not path.name.endswith(CHINESE)]
    if language == "en":
        return plain
    return [found if (found := path.with_suffix(CHINESE)).is_file() else path for path in plain]
