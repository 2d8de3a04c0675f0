"""Policy cases in plan words: every `*.yaml` beside this file; to add one takes no programming.

A case gives rows, targets and what is expected of each target. A case of a tricky reading gives, in place of
targets and expectations, the reading `taken` by the plan and the readings `not_taken`, on the same rows: a
reviewer sees side by side what the reading decides. `about` names the plan's targets it is decided for, and
`question` one of `questions.yaml`, where every kind of question the two plans leave open is listed.
"""

import warnings
from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
from pydantic import Field, model_validator

from edutargets.attainment import Attainment, PlanAttainment, evaluate
from edutargets.errors import DefinitionError
from edutargets.gate import UncheckedDataWarning, admit_unchecked
from edutargets.goals import Verdict
from edutargets.plans import Pack, PackFile, Plan, bind_all, read_pack
from edutargets.promises import Target
from edutargets.submissions import Submission
from edutargets.tables import read_dictionary
from edutargets.targets import TARGET_TYPES, Alias
from edutargets.yaml_files import Definition, parse_yaml, read_definition, read_yaml

HERE = Path(__file__).parent
DICTIONARY = read_dictionary(HERE / "tables.yaml")
NO_CASES = {"tables.yaml", "questions.yaml"}
PACKS = ("jieyang-district-2023", "chenghu-modernisation")
TAKEN = "taken"
Fields = Mapping[str, object]


class Expected(Definition):
    """What must come out; a number is written exactly, `none` is no number."""

    verdict: Verdict
    value: str | None = None
    lower: str | None = None
    upper: str | None = None
    shortfall: str | None = None
    years: Mapping[str, Verdict] = Field(default_factory=dict)
    reason: str | None = None


class Reading(Definition):
    """One way to read the text: in words, as a target (its id is given), and what comes out."""

    reading: str
    target: Fields
    expect: Expected


class Case(Definition):
    """Rows, and what comes out of them: for each target, or for each way to read one."""

    name: str
    about: tuple[str, ...] = ()
    question: str | None = None
    rows: Mapping[str, tuple[Fields, ...]]
    targets: tuple[Fields, ...] = ()
    expect: Mapping[str, Expected] = Field(default_factory=dict)
    taken: Reading | None = None
    not_taken: tuple[Reading, ...] = ()
    refused: str | None = None

    @model_validator(mode="after")
    def _both_sides(self) -> "Case":
        if (self.taken is None) != (not self.not_taken):
            message = "the reading `taken` and those `not_taken` belong together"
            raise ValueError(message)
        if self.taken and not (self.about and self.question):
            message = "a reading needs `about` (targets of a plan) and its `question`"
            raise ValueError(message)
        return self

    @property
    def readings(self) -> dict[str, Reading]:
        """The readings, by the id under which each is judged."""
        others = {f"not-taken.{number}": one for number, one in enumerate(self.not_taken, start=1)}
        return {TAKEN: self.taken, **others} if self.taken else {}

    @property
    def all_targets(self) -> list[Fields]:
        """The targets, and the readings as targets."""
        return [
            *self.targets,
            *({"id": name, **one.target} for name, one in self.readings.items()),
        ]

    @property
    def all_expected(self) -> dict[str, Expected]:
        """What is expected of the targets and of the readings."""
        return {**self.expect, **{name: one.expect for name, one in self.readings.items()}}


class CaseFile(Definition):
    """A file of cases."""

    cases: tuple[Case, ...]


class Question(Definition):
    """What a plan's words leave open; it has cases, or is `text_only` for a reason."""

    asks: str
    such_as: tuple[str, ...]
    text_only: str | None = None


class QuestionFile(Definition):
    """All kinds of questions."""

    questions: Mapping[str, Question]


def cases() -> dict[str, Case]:
    """Read every case of every file, by the file's name and its own."""
    found: dict[str, Case] = {}
    for path in sorted(HERE.glob("*.yaml")):
        if path.name not in NO_CASES:
            for case in read_definition(read_yaml(path), CaseFile).cases:
                found[f"{path.stem}: {case.name}"] = case
    return found


CASES = cases()
REFUSED = {name: CASES.pop(name) for name, case in tuple(CASES.items()) if case.refused}
READINGS = {name: case for name, case in CASES.items() if case.taken}
QUESTIONS = read_definition(read_yaml(HERE / "questions.yaml"), QuestionFile).questions


@cache
def judged(name: str) -> PlanAttainment:
    """Evaluate the targets of a case on its rows, as they would be handed in: every cell is text."""
    case = CASES[name]
    frames = {
        table: pd.DataFrame([dict(row) for row in rows], dtype=object) for table, rows in case.rows.items()
    }
    plan = Plan.from_fields(case.all_targets)
    submission = Submission.from_frames(frames, DICTIONARY)
    assert submission.faults == ()
    pack = Pack(HERE, PackFile(id="cases"), DICTIONARY, plan, Plan(()), {}, bind_all(plan, DICTIONARY))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UncheckedDataWarning)
        return evaluate(pack, admit_unchecked(submission, reason="a case, not data"))


@cache
def promises() -> dict[str, Target]:
    """Read the targets of both plans; what is said again elsewhere is the promise itself."""
    found = {target.id: target for name in PACKS for target in read_pack(name).plan}

    def itself(target: Target) -> Target:
        return itself(found[target.same_as]) if isinstance(target, Alias) else target

    return {name: itself(target) for name, target in found.items()}


def exact(text: str | None) -> Fraction | None:
    """Read a number of a case; `none` is no number."""
    return None if text in {None, "none"} else Fraction(str(text))


def comparable(expected: Expected) -> dict[str, object]:
    """Return what a case expects, of that what it names, the reason apart."""
    numbers = {"value", "lower", "upper", "shortfall"}
    named = {name: getattr(expected, name) for name in expected.model_fields_set - {"reason"}}
    return {name: exact(value) if name in numbers else value for name, value in named.items()}


def found_of(attainment: Attainment, names: Mapping[str, object]) -> dict[str, object]:
    """Return what came out, of that what the case names."""
    numbers = {name: getattr(attainment, name) for name in ("value", "lower", "upper", "shortfall")}
    years = {result.period: result.verdict for result in attainment.results}
    known: dict[str, object] = {"verdict": attainment.verdict, **numbers, "years": years}
    return {name: known[name] for name in names}


def shape(target: Target) -> tuple[object, ...]:
    """Return how a promise is put: type, goal word, time words, and of whom it is asked."""
    times = ("by", "every", "total_over", "in_", "at_every")
    whom = next((word for word in ("each", "share_of", "mean_of") if getattr(target, word)), None)
    other = [
        word
        for word in ("all_of", "any_of", "never_decreasing", "never_increasing")
        if getattr(target, word, None)
    ]
    return (
        target.type,
        target.stated,
        tuple(word for word in times if getattr(target, word) is not None),
        whom,
        tuple(other),
    )


@pytest.mark.parametrize("name", CASES)
def test_a_case_comes_out_as_a_planner_says(name: str) -> None:
    """Verdict, exact value, range, shortfall and reason are those written down beside the rows."""
    results = judged(name)
    for target, expected in CASES[name].all_expected.items():
        wanted = comparable(expected)
        assert found_of(results[target], wanted) == wanted, target
        if expected.reason is not None:
            reason = results[target].reason
            assert reason is not None, target
            assert expected.reason in reason.in_language("en"), target


@pytest.mark.parametrize("name", REFUSED)
def test_a_target_that_cannot_be_judged_rightly_is_refused(name: str) -> None:
    """No verdict is better than one on a rounded number."""
    with pytest.raises(DefinitionError, match=REFUSED[name].refused):
        bind_all(Plan.from_fields(REFUSED[name].all_targets), DICTIONARY)


def test_the_cases_are_many_and_each_is_named_once() -> None:
    """A case that another one replaces unseen would not be run."""
    texts = "".join(path.read_text(encoding="utf-8") for path in HERE.glob("*.yaml"))
    assert len(CASES) + len(REFUSED) == texts.count("\n  - name: ")
    assert len(CASES) >= 150
    assert len(READINGS) >= 60


def test_every_target_of_a_case_is_expected_something() -> None:
    """A target that nobody expects anything of is there for a bundle only."""
    for name, case in CASES.items():
        targets = {str(target["id"]): target for target in case.all_targets}
        members = {
            str(member)
            for target in targets.values()
            for field in ("all_of", "any_of")
            for member in (target.get(field) or [])  # type: ignore[attr-defined]
        }
        members |= {str(target["same_as"]) for target in targets.values() if "same_as" in target}
        assert set(targets) - members <= set(case.all_expected), name


@pytest.mark.parametrize("name", READINGS)
def test_a_reading_that_was_not_taken_gives_another_verdict(name: str) -> None:
    """Two readings with one verdict would show a reviewer nothing."""
    case = READINGS[name]
    assert case.taken is not None
    for other in case.not_taken:
        assert other.expect.verdict != case.taken.expect.verdict, other.reading


@pytest.mark.parametrize("name", READINGS)
def test_the_reading_taken_is_put_as_the_plan_puts_it(name: str) -> None:
    """A case about a promise that the plan reads otherwise by now would mislead whoever reviews it."""
    taken = shape(next(one for one in Plan.from_fields(READINGS[name].all_targets) if one.id == TAKEN))
    for target in READINGS[name].about:
        assert taken == shape(promises()[target]), target


def test_a_case_is_about_what_the_plans_say() -> None:
    """A promise that no plan has, as a target or as an exclusion, decides nothing."""
    named = {target: name for name, case in CASES.items() for target in case.about}
    named |= {target: name for name, question in QUESTIONS.items() for target in question.such_as}
    excluded = {one.id for pack in PACKS for one in read_pack(pack).remarks.exclusions}
    assert {target: name for target, name in named.items() if target not in {*promises(), *excluded}} == {}


def test_every_question_the_plans_leave_open_has_cases_or_says_why_not() -> None:
    """A kind of ambiguity without a case, and a case of a kind nobody listed, are both found."""
    asked = {case.question for case in CASES.values() if case.question}
    assert {name for name, question in QUESTIONS.items() if not question.text_only} == asked


def test_every_type_has_cases_of_each_verdict() -> None:
    """Each type is met, not met, and left open by some rows."""
    found = set()
    for name, case in CASES.items():
        types = {target.id: target.type for target in Plan.from_fields(case.all_targets)}
        for target, expected in case.all_expected.items():
            settled = expected.verdict in {Verdict.MET, Verdict.NOT_MET}
            found.add((types[target], expected.verdict.value if settled else "open"))
        assert judged(name)
    names = [kind.model_fields["type"].default for kind in TARGET_TYPES]
    wanted = {(kind, verdict) for kind in names for verdict in ("met", "not_met", "open")}
    assert wanted - found == set()


def test_a_misspelled_word_of_a_case_is_an_error() -> None:
    """An expectation that nobody reads would never fail."""
    text = "cases:\n  - name: One\n    rows: {}\n    expect: {one: {verdict: met, shortfal: 1}}\n"
    with pytest.raises(DefinitionError, match="shortfal"):
        read_definition(parse_yaml(text, "one.yaml"), CaseFile)
