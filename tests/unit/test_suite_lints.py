"""Rules held against each other: what contradicts, repeats, never applies or is never tripped."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from edutargets import cli
from edutargets.fed_targets import fed_targets
from edutargets.plans import pack_names, read_pack
from edutargets.rule_columns import columns_of
from edutargets.suite_lints import lint_suites
from edutargets.suites import read_suites
from edutargets.tables import Dictionary

DICTIONARY = Dictionary.model_validate(
    {
        "tables": {
            "schools": {
                "counts": "school",
                "key": ["school_id", "year"],
                "period": "year",
                "reports": "school_id",
                "columns": {
                    "school_id": {"type": "code"},
                    "year": {"type": "year"},
                    "level": {
                        "type": "category",
                        "ordered": True,
                        "values": {"low": {}, "mid": {}, "top": {}},
                    },
                    "students": {"type": "integer"},
                    "girls": {"type": "integer", "required": False},
                    "budget": {"type": "decimal", "scale": 2},
                    "spent": {"type": "decimal", "scale": 2},
                    "opened": {"type": "date"},
                },
            }
        }
    }
)
Lints = Callable[..., list[tuple[str, str]]]


def rule(kind: str, code: str = "S-1", severity: str = "critical", **kwargs: object) -> dict[str, object]:
    """Write one check as a file has it."""
    words = {"zh": "不对", "en": "wrong"}
    meta = {"code": code, "says": words, "mend": words}
    return {"type": kind, "kwargs": kwargs, "severity": severity, "meta": meta}


def between(code: str, low: object, high: object, severity: str = "critical") -> dict[str, object]:
    """Write a range of students."""
    limits = {name: value for name, value in (("min_value", low), ("max_value", high)) if value is not None}
    return rule("expect_column_values_to_be_between", code, severity, column="students", **limits)


def rows(predicate: str, code: str = "S-1") -> dict[str, object]:
    """Write a condition on every row."""
    return rule("expect_rows", code, predicate=predicate)


@pytest.fixture
def lints(tmp_path: Path) -> Lints:
    """Return the lints of some rules as (code, what it says), without those of columns nobody looks at."""

    def lint(*rules: Mapping[str, object]) -> list[tuple[str, str]]:
        content = {"name": "p--schools", "meta": {"table": "schools"}, "expectations": rules}
        (tmp_path / "schools.json").write_text(json.dumps(content), encoding="utf-8")
        found = lint_suites(read_suites(tmp_path, DICTIONARY), DICTIONARY)
        assert all(one.where.startswith("schools.json") for one in found)
        return [(one.code, one.says) for one in found if one.code != "column-without-rule"]

    return lint


def codes(found: list[tuple[str, str]]) -> list[str]:
    """Return the names of lints."""
    return [code for code, _ in found]


# together -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (between("S-1", 0, 10), between("S-2", 20, 30)),
        (between("S-1", 0, 10), rows("students > 10", "S-2")),
        (rows("students < 5 AND students >= 0"), rows("students = 5", "S-2")),
        (
            rule("expect_column_values_to_be_in_set", column="level", value_set=["low"]),
            rule("expect_column_values_to_be_in_set", "S-2", column="level", value_set=["mid", "top"]),
        ),
        (rows("opened < DATE '2020-01-01'"), rows("opened >= DATE '2020-01-01'", "S-2")),
    ],
)
def test_two_rules_that_no_value_passes_contradict_each_other(
    lints: Lints, first: dict[str, object], second: dict[str, object]
) -> None:
    """Every submission would be sent back, whatever it says."""
    assert codes(lints(first, second)) == ["contradiction"]


@pytest.mark.parametrize(
    ("wide", "narrow"),
    [
        (between("S-1", 0, 100), between("S-2", 10, 50)),
        (between("S-1", 0, 100), between("S-2", 0, 100)),
        (rows("students >= 0"), between("S-2", 0, 100)),
        (rows("students between 0 and 9"), rows("students in (1, 2)", "S-2")),
    ],
)
def test_a_rule_that_another_one_says_already_is_told(
    lints: Lints, wide: dict[str, object], narrow: dict[str, object]
) -> None:
    """Nobody reads two reasons for one mistake."""
    assert codes(lints(wide, narrow)) == ["implied"]


def test_a_narrow_warning_beside_a_wide_critical_rule_is_how_it_should_be(lints: Lints) -> None:
    """Impossible values are turned back, unlikely ones are asked about."""
    assert lints(between("S-1", 0, 8000), between("S-2", 10, 5000, "warning")) == []


def test_a_wide_warning_beside_a_narrow_critical_rule_never_speaks(lints: Lints) -> None:
    """Whatever it finds is turned back already."""
    assert codes(lints(between("S-1", 10, 5000), between("S-2", 0, 8000, "warning"))) == ["implied"]


def test_touching_ranges_do_not_contradict(lints: Lints) -> None:
    """Ten is in both; beyond it either one says something of its own."""
    assert lints(between("S-1", 0, 10), between("S-2", 10, 20)) == []
    assert codes(lints(between("S-1", 0, 10), rows("students > 10", "S-2"))) == ["contradiction"]


def test_a_rule_that_some_rows_may_fail_contradicts_nothing(lints: Lints) -> None:
    """`mostly` promises nothing about a single value."""
    first = between("S-1", 0, 10)
    first["kwargs"] = {"column": "students", "min_value": 0, "max_value": 10, "mostly": 0.9}
    assert lints(first, between("S-2", 20, 30)) == []


# alone --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("alone", "code"),
    [
        (rows("1 = 1"), "vacuous"),
        (rows("students = students"), "vacuous"),
        (rows("students >= 0 OR TRUE"), "vacuous"),
        (rows("students > 5 AND students < 3"), "contradiction"),
        (
            rule("expect_column_values_to_be_in_set", column="level", value_set=["low", "mid", "top"]),
            "vacuous",
        ),
        (
            rule("expect_column_values_to_be_between", column="year", min_value=1900, max_value=2199),
            "vacuous",
        ),
        (rule("expect_column_values_to_match_regex", column="school_id", regex=".*"), "vacuous"),
        (
            rule(
                "expect_column_pair_values_a_to_be_greater_than_b",
                column_A="students",
                column_B="students",
                or_equal=True,
                ignore_row_if="either_value_is_missing",
            ),
            "vacuous",
        ),
        (rule("expect_column_values_to_match_regex", column="school_id", regex="[0-9]{6}"), "unanchored"),
        (rule("expect_column_values_to_match_regex", column="school_id", regex=r"^\w+$"), "character-class"),
        (rows(r"regexp_full_match(school_id, '\d+')"), "character-class"),
        (rows("students = NULL"), "never-applies"),
        (rows("school_id NOT IN ('a', NULL)"), "never-applies"),
        (
            rule(
                "expect_no_rows",
                query="SELECT row_id FROM {batch} WHERE students NOT IN (SELECT girls FROM schools)",
            ),
            "never-applies",
        ),
        (rows("level >= 'mid'"), "text-order"),
        (rows("girls <= students"), "null-policy"),
        (rows("budget / students = 7000"), "exact-float"),
        (
            rule(
                "expect_column_pair_values_to_be_equal",
                column_A="budget",
                column_B="spent",
                ignore_row_if="either_value_is_missing",
            ),
            "exact-float",
        ),
    ],
)
def test_a_rule_that_does_not_do_what_it_seems_to_is_told(
    lints: Lints, alone: dict[str, object], code: str
) -> None:
    """It is right as a file and no good as a rule."""
    assert codes(lints(alone)) == [code]


@pytest.mark.parametrize(
    "sound",
    [
        rows("students >= 0"),
        rows("girls IS NULL OR girls <= students"),
        rows("coalesce(girls, 0) <= students"),
        rows("level in ('mid', 'top') OR students < 100"),
        rows("budget = 7000 * students"),
        rows("abs(budget / students - 7000) < 1"),
        rule("expect_column_values_to_match_regex", column="school_id", regex="^[0-9]{6}$"),
        rule("expect_column_values_to_be_between", column="opened", min_value="1949-10-01T00:00:00"),
        rule(
            "expect_no_rows",
            query="SELECT row_id FROM {batch} WHERE students NOT IN "
            "(SELECT girls FROM schools WHERE girls IS NOT NULL)",
        ),
    ],
)
def test_a_sound_rule_is_left_alone(lints: Lints, sound: dict[str, object]) -> None:
    """A lint that cries wolf is switched off."""
    assert lints(sound) == []


def test_an_author_may_say_what_a_blank_means(lints: Lints) -> None:
    """Then nobody needs to be told."""
    said = rows("girls <= students")
    said["meta"] = {**said["meta"], "blanks": "pass"}  # type: ignore[dict-item]  # a mapping, as written above
    assert lints(said) == []


def test_columns_that_no_rule_looks_at_are_named(tmp_path: Path) -> None:
    """Any number would pass there."""
    content = {
        "name": "p--schools",
        "meta": {"table": "schools"},
        "expectations": [rows("girls <= students")],
    }
    (tmp_path / "schools.json").write_text(json.dumps(content), encoding="utf-8")
    (open_columns,) = [
        one
        for one in lint_suites(read_suites(tmp_path, DICTIONARY), DICTIONARY)
        if one.code == "column-without-rule"
    ]
    assert open_columns.says == "no rule looks at budget, spent, opened"
    assert open_columns.weight == "info"


# what a rule looks at, and what rests on it -------------------------------------------------------------


def test_a_rule_looks_at_the_columns_its_sql_names(tmp_path: Path) -> None:
    """In every table it reads, whatever they are called there."""
    query = "SELECT b.row_id FROM {batch} b JOIN schools AS s ON s.school_id = b.school_id WHERE s.budget < 0"
    content = {
        "name": "p--schools",
        "meta": {"table": "schools"},
        "expectations": [rule("expect_no_rows", query=query)],
    }
    (tmp_path / "schools.json").write_text(json.dumps(content), encoding="utf-8")
    (check,) = read_suites(tmp_path, DICTIONARY)["schools"].checks
    assert columns_of(check, "schools", DICTIONARY) == {("schools", "school_id"), ("schools", "budget")}


def test_a_rule_about_a_figure_feeds_the_targets_made_of_it() -> None:
    """What names or dates a row feeds every target on its table."""
    fed = fed_targets(read_pack("jieyang-district-2023"))
    assert "special.per-pupil-amount" in fed.of_columns("special_finance", ["public_funds"])
    assert set(fed.of_columns("special_finance", ["public_funds"])) <= set(
        fed.of_columns("special_finance", ["institution_id"])
    )
    assert fed.of_columns("special_finance", ["institution_id"]) == fed.of_columns("special_finance", [])


def test_a_bundle_rests_on_what_its_members_rest_on() -> None:
    """5085 falls with the figures of public and of inclusive kindergartens."""
    fed = fed_targets(read_pack("jieyang-district-2023"))
    resting = [targets for targets in fed.columns.values() if "preschool.public-enrolment-share" in targets]
    assert resting
    assert all({"preschool.5085", "preschool.5085-goal"} <= set(targets) for targets in resting)


# the shipped packs --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", pack_names())
def test_the_shipped_rules_have_no_warnings(name: str) -> None:
    """What we ask of others we keep ourselves."""
    pack = read_pack(name)
    rules = read_suites(pack.suites_folder, pack.dictionary, pack.plan.ids)
    assert [str(one) for one in lint_suites(rules, pack.dictionary) if one.weight == "warning"] == []


def test_the_command_ends_with_1_where_a_rule_is_no_good(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """So that it can stand in a workflow."""
    source = read_pack("china-education-bulletins").folder
    folder = tmp_path / "china-education-bulletins"
    folder.mkdir()
    for path in source.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    (folder / "expectations").mkdir()
    suite = {
        "name": "p--schools",
        "meta": {"table": "schools"},
        "expectations": [rows("1 = 1", "SC-1")],
    }
    (folder / "expectations" / "schools.json").write_text(json.dumps(suite), encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        cli.main(["suites", "lint", str(folder), "--no-fixtures"])
    assert ended.value.code == 1
    assert "schools.json:1" in capsys.readouterr().out
