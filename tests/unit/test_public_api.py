"""The front door: what `import edutargets as et` offers, and that it is documented."""

import inspect
import re
import warnings
from pathlib import Path

import pytest

import edutargets as et

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
VERBS = {
    "admit_unchecked",
    "check_pack",
    "check_submission",
    "connect",
    "evaluate",
    "explain",
    "frequency_pace_of",
    "near_the_line",
    "numbers_needed",
    "open_round",
    "pace_of",
    "pack_names",
    "progress",
    "read_pack",
    "read_round",
    "read_submission",
    "reproduce",
    "sample_data",
    "template_for",
    "tipping_point",
    "to_frame",
    "tried",
    "undecided",
    "with_explanation",
    "write_chart",
    "write_slips",
    "write_template",
    "year_pace_of",
}
NAME = "china-education-bulletins"


def test_the_public_names_are_sorted_and_each_stands_once() -> None:
    """A list that a reader can search."""
    assert list(et.__all__) == sorted(set(et.__all__))


def test_nothing_else_is_public() -> None:
    """A name without an underscore that is no module is in the list."""
    public = {
        name for name in dir(et) if not name.startswith("_") and not inspect.ismodule(getattr(et, name))
    }
    assert public == set(et.__all__)


def test_every_verb_is_there() -> None:
    """From a folder to an explanation without a second import."""
    assert {name for name in et.__all__ if name.islower()} == VERBS


@pytest.mark.parametrize("name", et.__all__)
def test_a_public_name_says_in_one_sentence_what_it_means(name: str) -> None:
    """The first line of a docstring is for a planner: a sentence, not a signature."""
    text = inspect.getdoc(getattr(et, name))
    assert text
    first = text.splitlines()[0]
    assert len(first) > 10
    assert first[0].isupper()
    assert first.endswith((".", ":"))


@pytest.mark.parametrize("name", sorted(VERBS))
def test_a_verb_says_what_each_argument_is(name: str) -> None:
    """An argument that is not explained in words has a name and a type that say it."""
    verb = getattr(et, name)
    hints = inspect.signature(verb)
    for parameter in hints.parameters.values():
        assert parameter.annotation is not inspect.Parameter.empty
        assert "Any" not in str(parameter.annotation)
    assert hints.return_annotation is not inspect.Signature.empty


def test_every_error_is_an_error_of_this_package() -> None:
    """One `except` is enough, and every error carries its faults and its exit code."""
    errors = [getattr(et, name) for name in et.__all__ if name.endswith("Error")]
    assert len(errors) > 5
    assert all(issubclass(error, et.EduTargetsError) for error in errors)
    assert {error.exit_code for error in errors} <= {1, 2}


def test_the_tour_of_the_module_is_its_first_lines() -> None:
    """`help(edutargets)` begins with what it is for; the example in it is run as a doctest."""
    text = et.__doc__ or ""
    assert text.splitlines()[0].endswith(".")
    assert text.count(">>> ") >= 5


def test_five_lines_lead_from_a_folder_to_a_reason() -> None:
    """The shortest honest way, with real figures."""
    pack = et.read_pack(NAME)
    submission = et.read_submission(et.sample_data(NAME), pack.dictionary)
    results = et.evaluate(pack, et.check_submission(pack, submission).admit())
    explanation = et.explain(results["preschool.inclusive-coverage"])
    assert "普惠性幼儿园覆盖率达到85%以上" in str(explanation)
    assert list(et.to_frame(results)["target"]) == list(results)


def test_printed_sql_runs_on_a_connection_to_the_admitted_tables() -> None:
    """The numbers of an explanation come out again from its own SQL."""
    pack = et.read_pack(NAME)
    submission = et.read_submission(et.sample_data(NAME), pack.dictionary)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", et.UncheckedDataWarning)
        admitted = et.admit_unchecked(submission, reason="a test of the connection")
    results = et.evaluate(pack, admitted)
    for statement in et.explain(results["preschool.inclusive-coverage"]).sql:
        assert et.connect(admitted).execute(statement).fetchall()


def test_a_sample_that_does_not_exist_is_refused_with_its_near_name() -> None:
    """A name typed wrong is told what was probably meant."""
    with pytest.raises(et.SubmissionError, match="did you mean jieyang-district-2023/faulty"):
        et.sample_data("jieyang-district-2023/fualty")


def test_the_readme_uses_public_names_only() -> None:
    """What the README shows can be typed as it stands."""
    used = set(re.findall(r"\bet\.([A-Za-z_]+)", README.read_text(encoding="utf-8")))
    assert len(used) > 5
    assert used <= set(et.__all__)
