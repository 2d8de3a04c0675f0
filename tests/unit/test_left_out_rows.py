"""What a view leaves out because a cell is blank is named where the number is explained."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from edutargets.attainment import Attainment, PlanAttainment, evaluate
from edutargets.explanations import explain
from edutargets.gate import gate_submission
from edutargets.goals import Verdict
from edutargets.pack_files import GateRule, PackFile
from edutargets.plans import Pack, Plan, bind_all
from edutargets.submissions import read_submission
from edutargets.tables import Dictionary
from edutargets.yaml_files import parse_yaml, read_definition

TABLES = read_definition(
    parse_yaml("""
tables:
  actions:
    title: {en: Actions, zh: 事项}
    counts: record
    period: year
    key: [code]
    reports: office
    columns:
      code: {type: code, title: {en: Code, zh: 编号}}
      office: {type: code, title: {en: Office, zh: 单位}}
      year: {type: year}
      kind: {type: category, values: {plan: {}, report: {}}}
      part: {type: text, required: false}
      shown_by: {type: text, required: false, title: {en: Evidence, zh: 佐证}}
      file: {type: code, required: false, title: {en: File, zh: 文件}}
    views:
      proven:
        where: kind = 'plan' and shown_by is not null and file is not null
        counts: record
        title: {en: Proven plans, zh: 有佐证的规划}
      plans: {where: kind = 'plan', counts: record}
      shown: {where: shown_by is not null, counts: record}
"""),
    Dictionary,
)
COUNT = {"type": "count", "from": "proven", "count": "count(*)", "at_least": 2, "by": "2025-12-31"}
Judge = Callable[..., PlanAttainment]


def _one(judged: Judge, *rows: dict[str, Any], **fields: Any) -> Attainment:  # noqa: ANN401  # fields of YAML
    whole = {"office": "O", "year": 2025, "kind": "plan", "part": "a", "shown_by": "Plan A", "file": "f" * 64}
    actions = [{"code": f"A{number}", **whole, **row} for number, row in enumerate(rows, start=1)]
    target = {name: value for name, value in {**COUNT, **fields}.items() if value is not None}
    return judged({"actions": actions}, target, dictionary=TABLES)["t.n0"]


def test_a_row_left_out_for_a_blank_is_named_with_what_it_lacks(judged: Judge) -> None:
    """The count is one short, and the reader sees of which record the evidence is missing."""
    found = _one(judged, {}, {"shown_by": None})
    assert (found.verdict, found.value) == (Verdict.NOT_MET, 1)
    told = explain(found)["left_out"]
    assert told.lines == ("1 record is not counted: it leaves blank what “Proven plans” asks for",)
    assert told.columns == ("Office", "Code", "Evidence", "File")
    assert told.rows == (("O", "A2", "(blank)", "ffffffffffff…"),)
    zh = explain(found, "zh")["left_out"]
    assert zh.lines == ("有 1 条记录未计入：缺少“有佐证的规划”要求的内容",)
    assert zh.rows[0][2] == "（空）"


def test_a_row_that_would_not_count_anyway_is_not_told(judged: Judge) -> None:
    """Another kind, another year, another part: nothing it lacks would change the number."""
    rows = (
        {},
        {"shown_by": None, "kind": "report"},
        {"file": None, "year": 2024},
        {"file": None, "part": "b"},
    )
    assert "left_out" not in explain(_one(judged, *rows, where="part = 'a'"))


def test_where_nothing_is_left_out_nothing_is_said(judged: Judge) -> None:
    """All is there, or the view asks for nothing to be filled, or the plan itself asks for what is blank."""
    assert "left_out" not in explain(_one(judged, {}, {}))
    blank = ({}, {"file": None})
    assert "left_out" not in explain(_one(judged, *blank, **{"from": "plans"}))
    assert "left_out" not in explain(_one(judged, *blank, **{"from": "plans", "where": "file is not null"}))


def test_what_either_side_of_a_share_leaves_out_is_told_once(judged: Judge) -> None:
    """Numerator and denominator are of the same view; so are several records of it."""
    share = {"type": "ratio", "numerator": "count(*) filter (where part = 'a')", "denominator": "count(*)"}
    rows = ({}, {"part": "b"}, {"file": None}, {"file": None, "part": "b"}, {"file": None, "kind": "report"})
    found = _one(judged, *rows, **share, count=None, at_least="60 %")
    told = explain(found)["left_out"]
    assert told.lines == ("2 records are not counted: they leave blank what “Proven plans” asks for",)
    assert [row[1] for row in told.rows] == ["A3", "A4"]


def test_a_row_that_was_set_aside_is_not_said_to_be_blank(tmp_path: Path) -> None:
    """What stands in it is not known; the range of the value says so."""
    rows = ["A1,O,2025,plan,a,x,f", "A2,O,2025,plan,a,,f", "A3,O,2025,?,a,x,f"]
    text = "\n".join(["code,office,year,kind,part,shown_by,file", *rows])
    (tmp_path / "actions.csv").write_text(text, encoding="utf-8")
    rule = GateRule(rejected_rows="set_aside", at_most="50 %")
    admitted = gate_submission(read_submission(tmp_path, TABLES), {}, rule=rule).admit()
    plan = Plan.from_fields([{"id": "t.n0", **COUNT, "from": "shown"}])
    pack = Pack(tmp_path, PackFile(id="tiny"), TABLES, plan, Plan(()), {}, bind_all(plan, TABLES))
    found = evaluate(pack, admitted)["t.n0"]
    assert (found.lower, found.upper) == (1, 2)
    assert [row[1] for row in explain(found)["left_out"].rows] == ["A2"]
