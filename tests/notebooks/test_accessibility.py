"""Whom a page keeps out: axe-core looks at every page and every display, in light and in dark."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from edutargets import coverage_html, gate_summary_html, report_pages
from edutargets.attainment import evaluate
from edutargets.attainment_reports import report_of
from edutargets.catalogue import catalogue_of
from edutargets.catalogue_pages import catalogue_html
from edutargets.checking import check_submission, sample_data
from edutargets.coverage import coverage_of
from edutargets.plans import read_pack
from edutargets.report import render_notebook
from edutargets.submissions import read_submission

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from edutargets.verdict_words import Language

    Page = Any  # of conftest.py, which no test may import

pytestmark = [pytest.mark.browser, pytest.mark.notebooks]
ROOT = Path(__file__).parents[2]
SCHEMES = ("light", "dark")
PAPER = {"light": "#ffffff", "dark": "#111111"}
INK = {"light": "#111111", "dark": "#e6e8eb"}
OPENED = "document.querySelectorAll('details').forEach(one => {one.open = true}); 0"
SMALL, LARGE = "china-education-bulletins", "jieyang-district-2023"


def faults(page: Page, axe: str, path: Path, scheme: str) -> object:
    """Open a page in a scheme, with everything unfolded, and return what axe-core finds."""
    page.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    page.open(path.as_uri())
    page.value(OPENED)
    return page.axe_faults(axe)


def pages_of(name: str, faulty: str, language: Language) -> Iterator[tuple[str, str]]:
    """Write every kind of page of a pack: its report, whole and in chapters, the gate, its text, its list."""
    pack = read_pack(name)
    refused = check_submission(pack, read_submission(sample_data(faulty), pack.dictionary))
    yield "gate", gate_summary_html.as_html(refused.facts, language)
    whole = name if name == SMALL else f"{name}/complete"
    gate = check_submission(pack, read_submission(sample_data(whole), pack.dictionary))
    results = evaluate(pack, gate.admit())
    report = report_of(results, language, gate=gate.facts)
    first, target, *_, whole_report = report_pages.report_pages(report, ("en", "zh"))
    yield from (first, ("target", target[1]), whole_report)  # the leader's page, one target's, all of it
    yield "catalogue", catalogue_html(catalogue_of(pack, language))
    if name == LARGE:
        yield "coverage", coverage_html.coverage_html(coverage_of(pack), results, language)


@pytest.mark.parametrize(
    ("name", "faulty", "language"),
    [
        (SMALL, SMALL, "en"),
        pytest.param(LARGE, f"{LARGE}/faulty", "zh", marks=pytest.mark.slow),
    ],
)
def test_axe_finds_nothing_on_any_page(
    name: str, faulty: str, language: Language, page: Page, axe: str, tmp_path: Path
) -> None:
    """Reports, the gate's page, the plan's text and the catalogue: contrast, headings, landmarks, names."""
    found = {}
    for title, written in pages_of(name, faulty, language):
        path = tmp_path / f"{title}.html"
        path.write_text(written, encoding="utf-8")
        for scheme in SCHEMES:
            found[title, scheme] = faults(page, axe, path, scheme)
    assert len(found) >= 10
    assert {place: what for place, what in found.items() if what} == {}


def test_axe_finds_nothing_in_any_display(
    displays: dict[str, dict[str, str]], page: Page, axe: str, tmp_path: Path
) -> None:
    """Each display on white and on black, with the host's ink."""
    found = {}
    for scheme in SCHEMES:
        look = f"background:{PAPER[scheme]};color:{INK[scheme]}"
        for title, shown in displays.items():
            path = tmp_path / f"{title}.html"
            head = f'<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title></head>'
            body = f'<body style="{look}"><main><h1>{escape(title)}</h1>{shown["html"]}</main></body></html>'
            path.write_text(f"<!doctype html>{head}{body}", encoding="utf-8")
            found[title, scheme] = faults(page, axe, path, scheme)
    assert {place: what for place, what in found.items() if what} == {}


@pytest.mark.slow
def test_axe_finds_nothing_on_the_page_of_a_notebook(page: Page, axe: str, tmp_path: Path) -> None:
    """What nbconvert makes with our template can be read by everybody, and paper cuts nothing off."""
    written = render_notebook(ROOT / "notebooks" / "06_write_your_own_plan.ipynb", tmp_path / "page.html")
    assert faults(page, axe, written, "light") == []
    page.ask("Emulation.setEmulatedMedia", media="print")
    outputs = "[...document.querySelectorAll('.jp-OutputArea-output')]"
    cut = f"{outputs}.map(one => getComputedStyle(one).overflowX)"
    assert set(page.value(cut)) == {"visible"}


def test_axe_finds_a_fault_where_there_is_one(page: Page, axe: str, tmp_path: Path) -> None:
    """The test can fail: a page with pale words, an empty heading and no title is not let through."""
    path = tmp_path / "bad.html"
    path.write_text("<html><body><h1></h1><p style='color:#ccc'>pale</p></body></html>", encoding="utf-8")
    rules = {rule for rule, _, _ in faults(page, axe, path, "light")}  # type: ignore[attr-defined]
    assert {"color-contrast", "empty-heading", "document-title", "html-has-lang"} <= rules
