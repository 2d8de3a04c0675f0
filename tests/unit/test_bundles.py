"""Targets that rest on others: bundles of bundles, and promises that the plan makes a second time."""

import json
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from edutargets.attainment import PlanAttainment
from edutargets.display import results_table, to_frame, to_json, to_markdown
from edutargets.display_html import bullet, plan_html
from edutargets.errors import DefinitionError
from edutargets.explanations import explain
from edutargets.goals import Verdict
from edutargets.input_html import plan_rows
from edutargets.judged_words import agreement, comparison_words, value_words
from edutargets.listing_sql import listing_statement
from edutargets.need_words import need_words, needed, shortfall_words, small_count_words
from edutargets.plans import Plan, bind_all
from edutargets.range_words import range_words
from edutargets.tables import Dictionary
from edutargets.totals_sql import total_statements

COUNT = {
    "type": "count",
    "from": "schools",
    "count": "count(*)",
    "in": 2024,
    "title": {"en": "Schools", "zh": "学校数"},
}
MET, MISSED = {**COUNT, "at_least": 2}, {**COUNT, "at_least": 3}
ROWS = {"schools": [{"school_id": name, "year": 2024, "enrolment": 5} for name in "AB"]}
Judge = Callable[..., PlanAttainment]


def _again(of: str, **fields: Any) -> dict[str, Any]:  # noqa: ANN401  # fields of YAML
    return {"type": "alias", "same_as": of, **fields}


def _bundle(word: str, *members: str) -> dict[str, Any]:
    return {"type": "composite", word: list(members)}


def test_an_alias_has_the_verdict_the_numbers_and_the_reason_of_the_other(judged: Judge) -> None:
    """Whatever became of it: value, range, shortfall, years."""
    results = judged(ROWS, MISSED, _again("t.n0"), _again("t.n1"))
    for name in ("t.n1", "t.n2"):
        found = results[name]
        assert found.verdict is Verdict.NOT_MET
        assert (found.value, found.shortfall, found.results) == (
            Fraction(2),
            Fraction(1),
            results["t.n0"].results,
        )
        assert found.original is results["t.n0"]
    assert results["t.n0"].original is results["t.n0"]


def test_an_alias_is_shown_and_not_counted_a_second_time(judged: Judge) -> None:
    """The verdicts are those of the promises, however often the plan repeats them."""
    results = judged(ROWS, MET, MISSED, _again("t.n1"), _again("t.n1"))
    assert len(results) == 4
    assert results.verdicts[Verdict.NOT_MET] == 1
    assert sum(results.verdicts.values()) == 2
    assert "2 targets: ✔ met 1 · ✘ not met 1; 2 more are said a second time" in results_table(results)
    assert "共 2 项：✔ 达成 1 · ✘ 未达成 1；另有 2 项为重复表述" in results_table(results, "zh")
    one = judged(ROWS, MET, _again("t.n0"))
    assert "1 target: ✔ met 1; 1 more is said a second time" in results_table(one)


def test_an_alias_shows_whose_verdict_it_has(judged: Judge) -> None:
    """In every table and in the explanation, with its own clause, title and reading."""
    own = {"en": "Said again", "zh": "重申"}
    results = judged(ROWS, MISSED, _again("t.n0", title=own, reading="the same schools"), _again("t.n0"))
    for text in (results_table(results), to_markdown(results), plan_html(results, "en")):
        assert "the same as t.n0" in text
        assert "Said again" in text
    explanation = explain(results["t.n1"])
    assert explanation.title == "Said again"
    assert explanation.headline.startswith(
        "✘ not met. The same as t.n0. 2024: 2 schools; goal: at least 3 schools"
    )
    assert explanation["same_as"].lines == ("Schools (t.n0)",)
    assert explanation["reading"].lines == ("the same schools",)
    assert explanation.sql == explain(results["t.n0"]).sql
    assert "reading" not in explain(results["t.n2"])
    assert explain(results["t.n2"], "zh").headline.startswith("✘ 未达成。与 t.n0 相同。2024 年：2 所学校")
    assert explain(results["t.n2"], "zh").title == "学校数"
    assert bullet(results["t.n1"]) == bullet(results["t.n0"])
    _, rows = plan_rows(results.pack.plan, "zh")
    assert rows[1][1:3] == ("重复表述", "与 t.n0 相同")


def test_a_record_of_an_alias_carries_the_numbers_and_names_the_other(judged: Judge) -> None:
    """A program that counts verdicts sees by the type what not to count twice."""
    results = judged(ROWS, MISSED, _again("t.n0"))
    first, second = json.loads(to_json(results))["targets"]
    assert second == {
        **first, "id": "t.n1", "type": "alias", "members": ["t.n0"], "title_en": "", "title_zh": ""
    }  # fmt: skip
    assert list(to_frame(results)["value"]) == [2.0, 2.0]


def test_bundles_hold_bundles_aliases_and_milestones(judged: Judge) -> None:
    """Whatever stands first in the plan; each level by its own word."""
    rows = {**ROWS, "visits": [{"visit_id": 1, "school_id": "A", "year": 2024, "held_on": "2024-05-01"}]}
    results = judged(
        rows,
        _bundle("all_of", "t.n1", "t.n2"),
        _bundle("any_of", "t.n4", "t.n5"),
        _again("t.n3"),
        {"type": "milestone", "from": "visits", "done_on": "held_on", "by": "2024-12-31"},
        MISSED,
        _again("t.n6"),
        MET,
        _again("t.n0"),
    )
    verdicts = {name: found.verdict.value for name, found in results.items()}
    assert verdicts == {
        **dict.fromkeys(("t.n0", "t.n1", "t.n2", "t.n3", "t.n5", "t.n6", "t.n7"), "met"), "t.n4": "not_met"
    }  # fmt: skip
    made_of = explain(results["t.n1"])["members"].rows
    assert made_of[1] == ("✔ met", "Schools", "2 schools", "at least 2 schools")
    assert explain(results["t.n7"])["members"].rows == explain(results["t.n0"])["members"].rows


def test_an_open_member_leaves_a_bundle_of_bundles_open(judged: Judge) -> None:
    """And says which one, by its own name."""
    later = {**MET, "in": 2030}
    results = judged(
        ROWS, MET, later, _again("t.n1"), _bundle("all_of", "t.n0", "t.n2"), _bundle("all_of", "t.n3")
    )
    for name, open_one in (("t.n3", "t.n2"), ("t.n4", "t.n3")):
        found = results[name]
        assert found.verdict is Verdict.NOT_EVALUABLE
        assert found.reason is not None
        assert found.reason.en == f"open: {open_one}"


@pytest.mark.parametrize(
    ("targets", "said"),
    [
        ([_again("t.n0")], "the alias leads back to itself"),
        ([_again("t.n1"), _again("t.n0")], "the alias leads back to itself"),
        ([_again("t.n1"), _bundle("any_of", "t.n0")], "the composite contains itself"),
        ([MET, _again("t.n")], "did you mean t.n1 or t.n0"),
        ([MET, _again("t.n0", at_least=3)], "an alias takes no at_least"),
        ([MET, _again("t.n0", **{"in": 2024})], "an alias takes everything from t.n0; `in` belongs there"),
        ([MET, _again("t.n0", where="true", each="schools")], "`where` and `each` belongs there"),
        ([MET, {"type": "alias"}], "same_as"),
    ],
)
def test_an_alias_that_stands_for_nothing_is_refused(
    tables: Dictionary, targets: list[dict[str, Any]], said: str
) -> None:
    """A circle, a name that is not there, or something of its own."""
    with pytest.raises(DefinitionError) as caught:
        bind_all(Plan.from_fields([{"id": f"t.n{at}", **one} for at, one in enumerate(targets)]), tables)
    assert said in str(caught.value)


def test_a_circle_that_a_sound_target_leads_to_is_told_of_the_circle_alone(tables: Dictionary) -> None:
    """Who only points at it is not in it."""
    targets = [_again("t.n1"), _again("t.n2"), _again("t.n1")]
    with pytest.raises(DefinitionError) as caught:
        bind_all(Plan.from_fields([{"id": f"t.n{at}", **one} for at, one in enumerate(targets)]), tables)
    assert [fault.where for fault in caught.value.faults] == ["t.n1", "t.n2"]


def test_whatever_is_asked_of_an_alias_is_said_of_what_it_stands_for(judged: Judge) -> None:
    """Words, numbers and statements, one by one and not only in an explanation."""
    first, again = judged(ROWS, MISSED, _again("t.n0")).values()
    assert first.deciding is not None
    assert value_words(again, first.deciding, "en") == value_words(first, first.deciding, "en") == "2 schools"
    for said in (comparison_words, shortfall_words, need_words, range_words, small_count_words):
        assert said(again, "zh") == said(first, "zh")
    assert needed(again) == needed(first) == 1
    assert agreement(again) == agreement(first)
    assert total_statements(again) == total_statements(first) != ()
    assert listing_statement(again) is None
