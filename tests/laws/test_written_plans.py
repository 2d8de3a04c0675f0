"""A plan, written down and read again, is the same plan; editors are told what the models accept."""

from __future__ import annotations

import json
import pickle
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edutargets import errors
from edutargets.errors import DefinitionError, EduTargetsError, Fault
from edutargets.plans import Plan, pack_names, read_pack
from edutargets.schemas import schema_for
from edutargets.targets import TARGET_TYPES

PLAN = jsonschema.Draft202012Validator(schema_for("plan"))
TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
BILINGUAL = st.fixed_dictionaries({}, optional={"en": TEXT, "zh": TEXT})
YEAR = st.integers(2015, 2035)
SPAN = st.tuples(YEAR, YEAR).map(sorted)
DAY = st.dates().filter(lambda day: day.year >= 1900).map(str)
NUMBER = st.one_of(
    st.integers(-(10**12), 10**12).map(str), st.decimals(-1000, 1000, places=3).map(lambda d: f"{d:f}")
)
UNIT = st.sampled_from(
    [
        "",
        "%",
        " %",
        " CNY",
        "元",
        " 万元",
        "亿元",
        " 元/生/年",
        " CNY/student/year",
        " teacher/year",
        "学时",
        " 名",
        "所",
    ]
)
QUANTITY = st.builds(lambda number, unit: number + unit, NUMBER, UNIT)
SHARE = st.integers(0, 100).map(lambda number: f"{number} %")
NAME = st.from_regex(r"[a-z0-9]+([.-][a-z0-9]+)*", fullmatch=True)
CITE = st.fixed_dictionaries(
    {"document": TEXT, "quote": TEXT},
    optional={"clause": TEXT, "href": TEXT, "verified": st.booleans(), "note": TEXT},
)
SPARE = {
    "title": BILINGUAL,
    "cite": CITE,
    "reading": st.one_of(TEXT, BILINGUAL),
    "where": TEXT,
    "lead": st.lists(TEXT),
    "note": TEXT,
}
TIME = st.one_of(
    st.just({}),
    st.builds(lambda day: {"by": day}, DAY),
    st.builds(lambda span: {"every": "year", "during": span}, SPAN),
    st.builds(lambda year: {"in": year}, YEAR),
    st.just({"at_every": "snapshot"}),
)
GOAL = st.one_of(
    st.builds(
        lambda word, quantity: {word: quantity},
        st.sampled_from(["at_least", "at_most", "above", "below", "exactly", "printed"]),
        QUANTITY,
    ),
    st.builds(lambda one, other: {"between": [one, other]}, QUANTITY, QUANTITY),
    st.builds(lambda one, share: {"about": one, "tolerance": share}, QUANTITY, SHARE),
)
WHO = st.one_of(
    st.just({}),
    st.builds(lambda name: {"from": name}, TEXT),
    st.builds(lambda word, name: {word: name}, st.sampled_from(["each", "mean_of"]), TEXT),
    st.builds(lambda name, share: {"share_of": name, "share_at_least": share}, TEXT, SHARE),
)
AGAINST = st.fixed_dictionaries({"value": TEXT}, optional={"from": TEXT, "where": TEXT})
BY_VALUE = st.dictionaries(TEXT, QUANTITY, min_size=1, max_size=3)
CONDITION = st.one_of(
    st.fixed_dictionaries({"name": TEXT, "value": TEXT, "at_least": QUANTITY}),
    st.fixed_dictionaries(
        {"name": TEXT, "value": TEXT, "at_most": BY_VALUE, "by_column": st.just("schools.stage")}
    ),
)
OFTEN = st.fixed_dictionaries(
    {"dated_by": TEXT, "at_least": st.sampled_from(["1 per week", "2/quarter", " 12 per year "])},
    optional={"during": SPAN, "active": st.tuples(TEXT, TEXT).map(list), "by": DAY},
)
PLAIN = (
    "ratio",
    "per_student_amount",
    "density",
    "per_hundred",
    "training_hours",
    "duty",
    "count",
    "amount",
    "growth",
    "coefficient",
)


def _merged(*parts: dict[str, Any]) -> dict[str, Any]:
    return {key: value for part in parts for key, value in part.items()}


def _so_many(conditions: list[dict[str, Any]], enough: int, who: dict[str, Any]) -> dict[str, Any]:
    least = {"at_least": min(enough, len(conditions))}
    return {"conditions": conditions, **least, **who, "others_at_least": f"{10 * enough} %"}


def _of_type(kind: str) -> st.SearchStrategy[dict[str, Any]]:
    model = next(one for one in TARGET_TYPES if one.model_fields["type"].default == kind)
    head = st.fixed_dictionaries(
        {"id": NAME, "type": st.just(kind), **dict.fromkeys(model.parts, TEXT)}, optional=SPARE
    )
    if kind in PLAIN:
        return st.builds(_merged, head, TIME, GOAL, WHO)
    own: dict[str, st.SearchStrategy[dict[str, Any]]] = {
        "trend": st.builds(
            lambda way, year: {way: {"from": year, "basis": "nominal"}},
            st.sampled_from(["never_decreasing", "never_increasing"]),
            YEAR,
        ),
        "comparison": st.builds(
            lambda way, other: {way: other}, st.sampled_from(["at_least", "at_most"]), AGAINST
        ),
        "milestone": st.builds(
            lambda table, column, day, seen: {"from": table, "done_on": column, "by": day, "evidence": seen},
            TEXT,
            TEXT,
            DAY,
            st.lists(TEXT, max_size=2),
        ),
        "dispersion": st.builds(_merged, TIME, GOAL, st.fixed_dictionaries({"over": TEXT})),
        "frequency": st.builds(_merged, OFTEN, WHO.filter(lambda who: {"each", "share_of"} & set(who))),
        "k_of_n": st.builds(
            _so_many,
            st.lists(CONDITION, min_size=1, max_size=4, unique_by=lambda one: one["name"]),
            st.integers(1, 4),
            WHO.filter(lambda who: {"each", "share_of"} & set(who)),
        ),
        "alias": st.builds(lambda name: {"same_as": name}, NAME),
        "composite": st.builds(
            lambda word, ids: {word: ids}, st.sampled_from(["all_of", "any_of"]), st.lists(NAME, min_size=1)
        ),
    }
    if kind == "alias":
        head = head.map(lambda fields: {name: value for name, value in fields.items() if name != "where"})
    return st.builds(_merged, head, own[kind])


KINDS = [str(kind.model_fields["type"].default) for kind in TARGET_TYPES]
TARGET = st.sampled_from(KINDS).flatmap(_of_type)
QUICK = settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))


def test_every_type_is_tried() -> None:
    """A type that joins later is written down here too."""
    for kind in KINDS:
        _of_type(kind)


@QUICK
@given(st.lists(TARGET, max_size=3, unique_by=lambda target: target["id"]))
def test_a_plan_written_down_and_read_again_is_the_same_plan(targets: list[dict[str, Any]]) -> None:
    """Whatever characters its texts hold; and writing it a second time changes no letter."""
    plan = Plan.from_fields(targets)
    written = plan.to_yaml()
    again = Plan.from_yaml(written)
    assert again == plan
    assert again.to_yaml() == written
    assert [target.model_dump(mode="json") for target in again] == [
        target.model_dump(mode="json") for target in plan
    ]


@QUICK
@given(TARGET)
def test_what_the_models_accept_the_json_schema_accepts(target: dict[str, Any]) -> None:
    """An editor marks nothing as wrong that can be read, as written by hand and as written by us."""
    written = yaml.safe_load(Plan.from_fields([target]).to_yaml())
    PLAN.validate({"targets": [target]})
    PLAN.validate(written)


@QUICK
@given(TARGET, st.sampled_from(["id", "type", "misspelled", "in", "at_least"]))
def test_what_the_json_schema_refuses_the_models_refuse_too(target: dict[str, Any], spoiled: str) -> None:
    """A missing name, an unknown field or a year in words is wrong in an editor and in the program."""
    wrong = {**target, spoiled: [[]]}
    assert not PLAN.is_valid({"targets": [wrong]})
    with pytest.raises(DefinitionError):
        Plan.from_fields([wrong])


@pytest.mark.parametrize("name", pack_names())
@pytest.mark.parametrize(
    ("kind", "file"), [("plan", "plan.yaml"), ("tables", "tables.yaml"), ("plan", "figures.yaml")]
)
def test_the_shipped_files_keep_their_json_schema(name: str, kind: Any, file: str) -> None:  # noqa: ANN401  # a literal
    """Whoever opens a pack in an editor sees no false alarm."""
    path = read_pack(name).folder / file
    if path.is_file():
        written = json.loads(json.dumps(yaml.safe_load(path.read_text(encoding="utf-8")), default=str))
        jsonschema.Draft202012Validator(schema_for(kind)).validate(written)


@pytest.mark.parametrize(
    "kind",
    [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, EduTargetsError)],
    ids=lambda kind: kind.__name__,
)
def test_an_error_survives_being_sent_from_another_process(kind: type[EduTargetsError]) -> None:
    """All faults with their places, and the same sentence."""
    error = kind(Fault("plan.yaml:3", "found", "accepted", "example", "code"), Fault("", "另一处"))
    again = pickle.loads(pickle.dumps(error))  # noqa: S301  # our own
    assert type(again) is kind
    assert (again.faults, str(again), again.exit_code) == (error.faults, str(error), error.exit_code)
