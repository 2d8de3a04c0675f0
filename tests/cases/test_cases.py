"""Policy cases in plan words: every `*.yaml` beside this file; to add one takes no programming."""

import warnings
from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest

from edutargets.attainment import Attainment, PlanAttainment, evaluate
from edutargets.gate import UncheckedDataWarning, admit_unchecked
from edutargets.plans import Pack, PackFile, Plan, bind_all
from edutargets.submissions import Submission
from edutargets.tables import read_dictionary
from edutargets.yaml_files import Value, read_yaml

HERE = Path(__file__).parent
DICTIONARY = read_dictionary(HERE / "tables.yaml")
Case = dict[str, Value]


def cases() -> dict[str, Case]:
    """Read every case of every file, by the file's name and its own."""
    found: dict[str, Case] = {}
    for path in sorted(HERE.glob("*.yaml")):
        if path.name == "tables.yaml":
            continue
        content = read_yaml(path).value
        assert isinstance(content, dict)
        assert isinstance(content["cases"], list)
        for case in content["cases"]:
            assert isinstance(case, dict)
            found[f"{path.stem}: {case['name']}"] = case
    return found


CASES = cases()


def mapping(value: Value) -> dict[str, Value]:
    """Return a mapping of a case."""
    assert isinstance(value, dict)
    return value


def sequence(value: Value) -> list[dict[str, Value]]:
    """Return a list of mappings of a case."""
    assert isinstance(value, list)
    return [mapping(one) for one in value]


def judged(case: Case) -> PlanAttainment:
    """Evaluate the targets of a case on its rows, as they would be handed in: every cell is text."""
    frames = {
        name: pd.DataFrame(sequence(rows), dtype=object) for name, rows in mapping(case["rows"]).items()
    }
    plan = Plan.from_fields([dict(target) for target in sequence(case["targets"])])
    submission = Submission.from_frames(frames, DICTIONARY)
    assert submission.faults == ()
    pack = Pack(HERE, PackFile(id="cases"), DICTIONARY, plan, Plan(()), {}, bind_all(plan, DICTIONARY))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UncheckedDataWarning)
        return evaluate(pack, admit_unchecked(submission, reason="a case, not data"))


def exact(text: Value) -> Fraction | None:
    """Read a number of a case; `none` is no number."""
    return None if text == "none" else Fraction(str(text))


def found_of(attainment: Attainment, wanted: dict[str, Value]) -> dict[str, object]:
    """Return what came out, of that what the case names."""
    numbers = {name: getattr(attainment, name) for name in ("value", "lower", "upper", "shortfall")}
    known: dict[str, object] = {
        "verdict": attainment.verdict.value,
        **numbers,
        "years": {result.period: result.verdict.value for result in attainment.results},
        "reason": attainment.reason.in_language("en") if attainment.reason else None,
    }
    return {name: known[name] for name in wanted}


@pytest.mark.parametrize("name", CASES)
def test_a_case_comes_out_as_a_planner_says(name: str) -> None:
    """Verdict, exact value, range, shortfall and reason are those written down beside the rows."""
    results = judged(CASES[name])
    for target, wanted in mapping(CASES[name]["expect"]).items():
        fields = mapping(wanted)
        found = found_of(results[target], fields)
        reason = fields.pop("reason", None)
        if reason is not None:
            assert str(reason) in str(found.pop("reason"))
        numbers = {"value", "lower", "upper", "shortfall"}
        assert found == {
            field: exact(value) if field in numbers else value for field, value in fields.items()
        }, target


def test_the_cases_are_many_and_each_is_named_once() -> None:
    """A case that another one replaces unseen would not be run."""
    texts = "".join(path.read_text(encoding="utf-8") for path in HERE.glob("*.yaml"))
    assert len(CASES) == texts.count("\n  - name: ")
    assert len(CASES) >= 40


def test_every_target_of_a_case_is_expected_something() -> None:
    """A target that nobody expects anything of is there for a bundle only."""
    for name, case in CASES.items():
        targets = {str(target["id"]): target for target in sequence(case["targets"])}
        members = {
            str(member)
            for target in targets.values()
            for field in ("all_of", "any_of")
            for member in (target.get(field) or [])
        }
        assert set(targets) - members <= set(mapping(case["expect"])), name
