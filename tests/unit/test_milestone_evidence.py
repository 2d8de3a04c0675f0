"""A milestone wants to see its evidence, title, number, file; a row that leaves one blank proves nothing."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from edutargets.attainment import Attainment, PlanAttainment
from edutargets.display import results_table
from edutargets.errors import DefinitionError
from edutargets.explanations import explain
from edutargets.goals import Verdict
from edutargets.listing_sql import listed_rows
from edutargets.plans import Plan, bind_all
from edutargets.tables import Dictionary
from edutargets.yaml_files import parse_yaml, read_definition

TABLES = read_definition(
    parse_yaml("""
tables:
  documents:
    title: {en: Documents, zh: 文件}
    counts: document
    period: year
    key: [code]
    reports: office
    columns:
      code: {type: code, title: {en: Code, zh: 编号}}
      office: {type: code, title: {en: Office, zh: 单位}}
      year: {type: year}
      kind: {type: category, values: {plan: {}, report: {}}}
      title: {type: text, required: false, title: {en: Title, zh: 标题}}
      number: {type: text, required: false, title: {en: Number, zh: 文号}}
      issued_on: {type: date, required: false, title: {en: Issued on, zh: 印发日期}}
      file_sha256: {type: code, required: false, title: {en: File, zh: 文件校验码}}
"""),
    Dictionary,
)
ISSUED = {
    "type": "milestone",
    "from": "documents",
    "where": "kind = 'plan'",
    "done_on": "issued_on",
    "by": "2025-12-31",
    "evidence": ["title", "number", "file_sha256"],
}
WHOLE = {"title": "Plan A", "number": "No. 3", "issued_on": "2025-03-01", "file_sha256": "ab" * 32}
Judge = Callable[..., PlanAttainment]


def _one(judged: Judge, *rows: dict[str, Any], **fields: Any) -> Attainment:  # noqa: ANN401  # fields of YAML
    head = {"office": "O", "year": 2025, "kind": "plan"}
    documents = [{"code": f"D{number}", **head, **WHOLE, **row} for number, row in enumerate(rows, start=1)]
    return judged({"documents": documents}, {**ISSUED, **fields}, dictionary=TABLES)["t.n0"]


def test_a_whole_row_in_time_meets_it(judged: Judge) -> None:
    """Another one that leaves something blank does no harm."""
    assert _one(judged, {}).verdict is Verdict.MET
    found = _one(judged, {"number": None}, {})
    assert (found.verdict, found.value, found.upper) == (Verdict.MET, Fraction(1), Fraction(2))


@pytest.mark.parametrize("blank", ["title", "number", "file_sha256"])
def test_a_row_that_leaves_evidence_blank_leaves_it_open(judged: Judge, blank: str) -> None:
    """Not met would be unjust, met would be rash; the reason says what to hand in."""
    found = _one(judged, {blank: None})
    assert (found.verdict, found.lower, found.upper) == (Verdict.UNDETERMINED, Fraction(0), Fraction(1))
    assert found.reason is not None
    assert found.reason.en == "the row exists but its evidence is incomplete"
    assert found.reason.zh == "已有记录，但佐证不全"
    assert "1 document in time, but incomplete evidence" in explain(found).headline
    assert "期限内有 1 份文件，但佐证不全" in explain(found, "zh").headline


def test_a_blank_of_white_space_is_blank(judged: Judge) -> None:
    """A number of two blanks is no number."""
    assert _one(judged, {"number": "  "}).verdict is Verdict.UNDETERMINED


def test_what_was_not_asked_for_may_be_blank(judged: Judge) -> None:
    """Only the columns that the plan names count."""
    assert _one(judged, {"number": None}, evidence=["title"]).verdict is Verdict.MET
    assert _one(judged, {"number": None, "title": None}, evidence=[]).verdict is Verdict.MET


def test_a_row_too_late_or_of_another_kind_is_none(judged: Judge) -> None:
    """However complete it is, and however incomplete."""
    late = {"issued_on": "2026-01-01"}
    for rows in ([late], [{**late, "number": None}], [{"kind": "report", "number": None}]):
        found = _one(judged, *rows)
        assert (found.verdict, found.upper) == (Verdict.NOT_MET, Fraction(0))


def test_a_blank_date_leaves_it_open_for_another_reason(judged: Judge) -> None:
    """The evidence is there; when it was issued is not known."""
    found = _one(judged, {"issued_on": None})
    assert found.verdict is Verdict.UNDETERMINED
    assert found.reason is not None
    assert "evidence" not in found.reason.en


def test_a_column_that_was_not_handed_in_is_told(judged: Judge) -> None:
    """A submission without the column of hashes cannot prove anything."""
    row = {"code": "D", "office": "O", "year": 2025, "kind": "plan", **WHOLE}
    found = judged(
        {"documents": [{k: v for k, v in row.items() if k != "number"}]}, ISSUED, dictionary=TABLES
    )["t.n0"]
    assert found.verdict is Verdict.NOT_EVALUABLE
    assert found.reason is not None
    assert "number of documents was not submitted" in found.reason.en


def test_the_explanation_lists_the_evidence_that_was_found(judged: Judge) -> None:
    """Title, number, file and date of every row in time, with its gaps; the listing runs as printed."""
    found = _one(
        judged,
        {},
        {"number": None, "issued_on": "2025-01-02"},
        {"issued_on": "2026-01-01"},
        {"kind": "report"},
    )
    explanation = explain(found)
    section = explanation["evidence"]
    assert section.columns == ("Title", "Number", "File", "Issued on")
    assert section.rows == (
        ("Plan A", "(blank)", "abababababab…", "2025-01-02"),
        ("Plan A", "No. 3", "abababababab…", "2025-03-01"),
    )
    assert explain(found, "zh")["evidence"].columns == ("标题", "文号", "文件校验码", "印发日期")
    totals, listing = explanation.statements
    assert [row["code"] for row in listed_rows(found, listing)] == ["D2", "D1"]
    assert found.basis is not None
    assert "AS evidence" in totals.sql
    assert "AS incomplete" in totals.sql


def test_a_milestone_without_named_evidence_lists_what_names_its_rows(judged: Judge) -> None:
    """Whose it is, its key and its date."""
    found = _one(judged, {}, evidence=[])
    assert explain(found)["evidence"].columns == ("Office", "Code", "Issued on")
    assert explain(found)["evidence"].rows == (("O", "D1", "2025-03-01"),)
    assert "evidence" not in explain(_one(judged, {"kind": "report"}))


def test_only_the_first_rows_are_listed(judged: Judge) -> None:
    """Ten are enough to look at; the statement gives them all."""
    section = explain(_one(judged, *[{} for _ in range(12)]))["evidence"]
    assert (len(section.rows), section.lines) == (10, ("the first 10 of 12",))


def test_the_table_of_results_shows_an_open_milestone(judged: Judge) -> None:
    """Nothing or one, and the reason."""
    row = {"code": "D", "office": "O", "year": 2025, "kind": "plan", **WHOLE, "number": None}
    results = judged({"documents": [row]}, ISSUED, dictionary=TABLES)
    assert "◐ undetermined" in results_table(results)


def test_evidence_that_is_no_column_is_refused() -> None:
    """All wrong names at once, beside a date that is none."""
    with pytest.raises(DefinitionError) as caught:
        bind_all(
            Plan.from_fields([{"id": "t", **ISSUED, "evidence": ["titel", "nmber"], "done_on": "title"}]),
            TABLES,
        )
    assert [fault.accepted for fault in caught.value.faults] == [
        "a column of type date",
        "did you mean title?",
        "did you mean number?",
    ]
