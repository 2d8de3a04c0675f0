"""Every kind of check of this package is a proper expectation: built, run, written and shown by GX itself."""

import json
import re
from collections.abc import Iterator

import great_expectations as gx
import pandas as pd
import pyarrow as pa
import pytest
from great_expectations.core import ExpectationSuiteValidationResult
from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
from great_expectations.expectations.registry import get_expectation_impl
from great_expectations.render.renderer.page_renderer import (
    ExpectationSuitePageRenderer,
    ValidationResultsPageRenderer,
)
from great_expectations.render.view import DefaultJinjaPageView

from edutargets._gx import SuiteRunner
from edutargets._gx_expectations import CLASSES, Offending, offending
from edutargets.cell_texts import arrow_type
from edutargets.check_sql import predicate_of, query_of
from edutargets.checks import OWN_KINDS, Check, Status
from edutargets.own_kinds import OWN
from edutargets.tables import Dictionary

SAYS = {"zh": "不对<script>alert(1)</script>", "en": "wrong"}
COLUMNS = {
    "institution_id": {"type": "code", "references": "institutions.institution_id"},
    "person_id": {"type": "code"},
    "year": {"type": "year"},
    "grade": {"type": "category", "values": {"g01": {}, "g02": {}}},
    "stage": {"type": "category", "values": {"primary": {}, "junior": {}}},
    "credit_code": {"type": "code"},
    "name": {"type": "text"},
    "birth_date": {"type": "date"},
    "hired_on": {"type": "date"},
    "full_time": {"type": "boolean"},
    "budget": {"type": "decimal", "scale": 2},
    "hours": {"type": "decimal", "scale": 1},
    **{name: {"type": "integer"} for name in ("students", "girls", "boys", "teachers_trained_so_far")},
}
TABLE = {
    "counts": "record",
    "period": "year",
    "key": ["person_id", "year"],
    "reports": "institution_id",
    "columns": COLUMNS,
}
DICTIONARY = Dictionary.model_validate(
    {
        "tables": {
            "all": TABLE,
            "classes": TABLE,
            "institutions": {
                "counts": "institution",
                "period": "year",
                "key": ["institution_id", "year"],
                "reports": "institution_id",
                "columns": {"institution_id": {"type": "code"}, "year": {"type": "year"}},
                "views": {"schools": {"where": "year > 0", "counts": "school"}},
            },
        }
    }
)
KINDS = sorted(OWN)


def configured(kind: str, code: str = "K-1") -> ExpectationConfiguration:
    """Write a check down as a suite's file has it."""
    meta = {"code": code, "says": SAYS}
    return ExpectationConfiguration(type=kind, kwargs=dict(OWN[kind].example), severity="info", meta=meta)


def built(kind: str) -> Expectation:
    """Let Great Expectations build it."""
    return configured(kind).to_domain_obj()


@pytest.fixture
def found() -> Iterator[dict[str, Offending | Exception]]:
    """Stand in for the runner: what it computed for each code."""
    computed: dict[str, Offending | Exception] = {}
    token = offending.set(computed)
    yield computed
    offending.reset(token)


@pytest.fixture(scope="module")
def batch() -> Iterator[gx.datasource.fluent.interfaces.Batch]:
    """Return a batch of two rows, from a context of its own that draws no bars."""
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False, "metric_calculations": False}
    asset = context.data_sources.add_pandas("kinds").add_dataframe_asset("kinds")
    frame = pd.DataFrame({"x": [1, 2]})
    yield asset.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": frame})
    context.data_sources.delete("kinds")


def shown(page: str) -> str:
    """Return the words of a page as a browser shows them."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).replace("&lt;", "<").replace("&gt;", ">").split())


def page_of(result: ExpectationSuiteValidationResult) -> str:
    """Let Data Docs make its page of results."""
    return str(DefaultJinjaPageView().render(ValidationResultsPageRenderer().render(result)))


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_registered_under_its_name_with_its_settings(kind: str) -> None:
    """One list of kinds; the classes are made from it."""
    made = get_expectation_impl(kind)
    assert made is CLASSES[kind]
    assert made.expectation_type == kind
    assert set(OWN[kind].settings) <= set(made.__fields__)
    assert {name for name, one in made.__fields__.items() if one.required} == set(OWN[kind].required)
    assert OWN[kind].expects.en in str(made.__doc__)


def test_the_base_of_them_is_no_kind_by_itself() -> None:
    """A suite cannot ask for it."""
    assert {"expect_rows", "expect_no_rows"} < set(CLASSES) == OWN_KINDS
    with pytest.raises(gx.exceptions.ExpectationNotFoundError):
        get_expectation_impl("_own_expectation")


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_goes_into_a_suites_json_and_back(kind: str) -> None:
    """Nothing is lost or added, the code is found again in `meta`."""
    suite = gx.ExpectationSuite(name="there", expectations=[built(kind)])
    written = json.loads(json.dumps(suite.to_json_dict(), ensure_ascii=False))
    again = gx.ExpectationSuite(name="back", expectations=written["expectations"])
    [one], [other] = suite.expectations, again.expectations
    assert one == other
    assert type(other) is CLASSES[kind]
    assert other.configuration.kwargs == {**OWN[kind].example, "code": "K-1"}
    assert other.configuration.meta == {"code": "K-1", "says": SAYS}


@pytest.mark.parametrize("kind", KINDS)
def test_a_misspelled_setting_of_a_kind_is_refused(kind: str) -> None:
    """As Great Expectations does with its own."""
    configuration = configured(kind)
    configuration.kwargs["colum"] = "x"
    with pytest.raises(ValueError, match="colum"):
        configuration.to_domain_obj()


@pytest.mark.parametrize("kind", KINDS)
def test_great_expectations_judges_each_kind_by_what_the_runner_found(
    kind: str, batch: gx.datasource.fluent.interfaces.Batch, found: dict[str, Offending | Exception]
) -> None:
    """No rows passes, rows fail with their notes, an exception is one, and nothing computed is no pass."""
    found["K-1"] = []
    assert batch.validate(built(kind)).success
    found["K-1"] = [(3, "a=1"), (None, "b=2")]
    result = batch.validate(built(kind), result_format="COMPLETE")
    assert not result.success
    assert result.result["unexpected_index_list"] == [3, None]
    assert result.result["details"]["notes"] == ["a=1", "b=2"]
    found["K-1"] = ValueError("boom")
    result = batch.validate(built(kind))
    assert (result.success, "boom" in str(result.exception_info)) == (False, True)
    del found["K-1"]
    result = batch.validate(built(kind))
    assert (result.success, "nothing was computed" in str(result.exception_info)) == (False, True)


@pytest.mark.parametrize("kind", KINDS)
def test_data_docs_show_each_kind_in_words(
    kind: str,
    batch: gx.datasource.fluent.interfaces.Batch,
    found: dict[str, Offending | Exception],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Its sentence in both languages, the check's own, the rows; nothing of a sender's text is run."""
    found["K-1"] = [(3, "name=<script>alert(2)</script>"), (None, "id=110101199003070003")]
    suite = gx.ExpectationSuite(name="docs", expectations=[built(kind)])
    page = page_of(batch.validate(suite, result_format="COMPLETE"))
    words = shown(page)
    for expected in ("K-1:", "→ 不对", "/ wrong", "2 rows", "id=110101**********03"):
        assert expected in words
    for text in (OWN[kind].expects.en, OWN[kind].expects.zh):
        assert max(re.split(r"\$\w+", text), key=len).strip() in words
    assert all(str(value) in words for value in OWN[kind].example.values() if isinstance(value, str))
    assert "<script>alert" not in page
    suite_page = str(DefaultJinjaPageView().render(ExpectationSuitePageRenderer().render(suite)))
    assert "K-1:" in shown(suite_page)
    assert "<script>alert" not in suite_page
    assert "An unexpected Exception occurred" not in capsys.readouterr().out


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_kind_of_rendering_finds_the_sentence_as_well(kind: str) -> None:
    """What GX calls atomic content."""
    expectation = built(kind)
    expectation.render()
    rendered = json.dumps([one.to_json_dict() for one in expectation.rendered_content], ensure_ascii=False)
    assert "K-1:" in rendered


def test_a_check_that_could_not_run_says_so_in_data_docs(
    batch: gx.datasource.fluent.interfaces.Batch, found: dict[str, Offending | Exception]
) -> None:
    """Its exception is shown, as text."""
    found["K-1"] = ValueError("boom <b>loud</b>")
    suite = gx.ExpectationSuite(name="docs", expectations=[built("expect_rows")])
    page = page_of(batch.validate(suite, result_format="COMPLETE"))
    assert "boom &lt;b&gt;loud&lt;/b&gt;" in page


def rows(count: int) -> pa.Table:
    """Make rows in which every cell is blank."""
    columns = DICTIONARY.tables["all"].columns.items()
    return pa.table({name: pa.nulls(count, arrow_type(column)) for name, column in columns})


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_runs_through_the_gates_runner(kind: str) -> None:
    """The example of each kind is SQL that DuckDB runs; blanks are no finding."""
    check = Check(code="K-1", type=kind, kwargs=OWN[kind].example)
    assert (predicate_of(check, "all", DICTIONARY) is None) != (query_of(check, "all", DICTIONARY) is None)
    roster = pa.table({"institution_id": pa.array(["a"]), "year": pa.array([2024])})
    tables = {"all": rows(3), "classes": rows(2), "institutions": roster}
    with SuiteRunner(tables, DICTIONARY) as runner:
        [outcome] = runner.run("all", [check])
    assert (outcome.status, outcome.text) == (Status.PASSED, "")
