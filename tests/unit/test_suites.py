"""Suites are files that people edit by hand: nothing in them may be dropped, misread or pass by itself."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from edutargets.checks import Check, Severity, checks_of_dictionary
from edutargets.errors import SuiteError
from edutargets.suites import Suite, read_suites
from edutargets.tables import Dictionary

DICTIONARY = Dictionary.model_validate(
    {
        "tables": {
            "schools": {
                "title": {"en": "Schools", "zh": "学校"},
                "counts": "school",
                "period": "year",
                "key": ["school_id", "year"],
                "reports": "school_id",
                "columns": {
                    "school_id": {"type": "code", "title": {"en": "School code", "zh": "学校代码"}},
                    "year": {"type": "year"},
                    "kind": {"type": "category", "values": {"primary": {}, "junior": {}}},
                    "students": {"type": "integer", "unit": "student"},
                    "girls": {"type": "integer", "unit": "student", "required": False},
                    "budget": {"type": "decimal", "scale": 2, "unit": "CNY"},
                    "opened_on": {"type": "date", "required": False},
                    "boarding": {"type": "boolean", "required": False},
                },
            },
            "staff": {
                "counts": "person",
                "key": ["person_id"],
                "reports": "school_id",
                "columns": {"person_id": {"type": "code"}, "school_id": {"type": "code"}},
            },
        }
    }
)
SAYS = {"zh": "不对", "en": "wrong"}
MEND = {"zh": "改", "en": "mend it"}
META = {"code": "S-1", "says": SAYS, "mend": MEND}


def entry(kind: str, kwargs: Mapping[str, object], code: str = "S-1", **other: object) -> dict[str, object]:
    """Write one check as a file has it."""
    meta = META | {"code": code}
    return {"type": kind, "kwargs": dict(kwargs), "severity": "critical", "meta": meta} | other


def between(code: str = "S-1", **kwargs: object) -> dict[str, object]:
    """Write a check of a range."""
    return entry("expect_column_values_to_be_between", kwargs, code)


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write the suite of a table and return the folder of its pack."""

    def write(*expectations: object, table: str = "schools", **other: object) -> Path:
        folder = tmp_path / "pack"
        folder.mkdir(exist_ok=True)
        content = {
            "name": f"pack--{table}",
            "meta": {"table": table},
            "expectations": list(expectations),
        } | other
        (folder / f"{table}.json").write_text(
            json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8"
        )
        return folder

    return write


def codes_of(folder: Path) -> list[str]:
    """Return the codes of all faults of a folder of suites."""
    with pytest.raises(SuiteError) as caught:
        read_suites(folder, DICTIONARY, {"a.one"})
    return [fault.code for fault in caught.value.faults]


def test_a_suite_is_read_as_it_is_written(write: Callable[..., Path]) -> None:
    """Order, settings, severity and both sentences arrive unchanged."""
    first = between(column="students", min_value=0, max_value=8000)
    second = entry("expect_rows", {"predicate": "girls <= students"}, "S-2", severity="warning")
    second["meta"] = {
        "code": "S-2",
        "says": SAYS,
        "mend": MEND,
        "source": "form 3",
        "columns": ["girls", "students"],
    }
    suite = read_suites(write(first, second), DICTIONARY)["schools"]
    assert [check.code for check in suite.checks] == ["S-1", "S-2"]
    assert dict(suite.checks[0].kwargs) == {"column": "students", "min_value": 0, "max_value": 8000}
    assert suite.checks[1].severity is Severity.WARNING
    assert suite.checks[1].mend.in_language("zh") == "改"
    assert suite.checks[1].columns == ("girls", "students")
    assert suite.checks[0].where.startswith("schools.json:")


def test_a_byte_order_mark_is_no_fault(write: Callable[..., Path]) -> None:
    """Editors under Windows write one."""
    path = write(between(column="students", min_value=0)) / "schools.json"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert list(read_suites(path.parent, DICTIONARY)) == ["schools"]


def test_a_misspelled_kind_of_check_names_the_near_one_and_its_line(write: Callable[..., Path]) -> None:
    """The check would otherwise vanish and the suite succeed."""
    folder = write(
        between(column="students", min_value=0),
        entry("expect_column_values_to_be_beetween", {"column": "students", "min_value": 0}, "S-2"),
    )
    with pytest.raises(SuiteError, match="did you mean expect_column_values_to_be_between") as caught:
        read_suites(folder, DICTIONARY)
    lines = (folder / "schools.json").read_text(encoding="utf-8").splitlines()
    line = next(number for number, text in enumerate(lines, start=1) if "be_beetween" in text)
    assert caught.value.faults[0].where == f"schools.json:{line}: expectations[1].type"


@pytest.mark.parametrize(
    ("check", "code"),
    [
        (between(column="studnets", min_value=0), "unknown-column"),
        (between(column="students", minimum=0, max_value=1), "unknown-setting"),
        (between(column="students"), "no-bounds"),
        (between(column="students", min_value=None, max_value=None), "no-bounds"),
        (between(column="students", min_value=9, max_value=1), "bounds-backwards"),
        (between(column="students", min_value="0"), "bound"),
        (between(column="students", min_value=True), "bound"),
        (between(column="students", min_value={"$PARAMETER": "low"}), "parameter"),
        (between(column="opened_on", min_value="2025-01-01"), "date-without-time"),
        (between(column="opened_on", min_value="2025-01-01T00:00"), "date-without-time"),
        (between(column="kind", min_value=0), "column-type"),
        (between(column="students", min_value=0, mostly=95), "mostly"),
        (between(column="students", min_value=0, row_condition="year == 2024"), "unknown-setting"),
        (between(min_value=0), "missing-setting"),
        (
            entry("expect_column_values_to_match_regex", {"column": "school_id", "regex": r"^\d{4}$"}),
            "regex-digit",
        ),
        (entry("expect_column_values_to_match_regex", {"column": "school_id", "regex": "("}), "regex"),
        (entry("expect_column_values_to_match_regex", {"column": "budget", "regex": "^1"}), "column-type"),
        (
            entry("expect_column_values_to_be_in_set", {"column": "kind", "value_set": ["primry"]}),
            "unknown-value",
        ),
        (
            entry("expect_column_values_to_be_in_set", {"column": "kind", "value_set": [["primary"]]}),
            "unknown-value",
        ),
        (entry("expect_column_values_to_be_in_set", {"column": "kind", "value_set": "primary"}), "value-set"),
        (entry("expect_column_values_to_be_in_set", {"column": "year", "value_set": ["2024"]}), "value-set"),
        (entry("expect_column_values_to_be_in_set", {"column": "school_id", "value_set": [7]}), "value-set"),
        (
            entry("expect_column_values_to_be_in_set", {"column": "boarding", "value_set": ["yes"]}),
            "value-set",
        ),
        (
            entry("expect_column_values_to_be_in_set", {"column": "opened_on", "value_set": ["2025-01-01"]}),
            "value-set",
        ),
        (entry("expect_column_values_to_be_in_set", {"column": "kind", "value_set": []}), "missing-setting"),
        (
            entry("expect_column_pair_values_to_be_equal", {"column_A": "girls", "column_B": "students"}),
            "missing-setting",
        ),
        (
            entry(
                "expect_column_pair_values_to_be_equal",
                {"column_A": "girls", "column_B": "students", "ignore_row_if": "either_value_missing"},
            ),
            "null-rule",
        ),
        (
            entry("expect_compound_columns_to_be_unique", {"column_list": ["school_id", "yearx"]}),
            "unknown-column",
        ),
        (entry("expect_rows", {"predicate": "grils <= students"}), "unknown-column"),
        (entry("expect_rows", {"predicate": "girls <= "}), "sql"),
        (entry("expect_rows", {"predicate": "true) OR (false"}), "sql"),
        (entry("expect_rows", {"predicate": "true; DROP TABLE schools"}), "sql"),
        (entry("expect_rows", {"predicate": ""}), "missing-setting"),
        (entry("expect_no_rows", {"query": "SELECT row_id FROM schools"}), "sql"),
        (entry("expect_no_rows", {"query": "SELECT girls FROM {batch}"}), "sql"),
        (entry("expect_no_rows", {"query": "DELETE FROM {batch}"}), "sql"),
        (
            entry("expect_no_rows", {"query": "SELECT row_id FROM {batch} JOIN stuff USING (school_id)"}),
            "unknown-table",
        ),
        (between(column="students", min_value=0) | {"severity": "fatal"}, "enum"),
        (between(column="students", min_value=0) | {"severityx": "info"}, "extra-forbidden"),
        (between(column="students", min_value=0) | {"meta": {"says": SAYS, "mend": MEND}}, "missing"),
        (between(column="students", min_value=0) | {"meta": {"code": "S-1", "mend": MEND}}, "missing"),
        (between(column="students", min_value=0) | {"meta": {"code": "S-1", "says": SAYS}}, "missing"),
        (between(column="students", min_value=0) | {"meta": META | {"says": {"en": "wrong"}}}, "missing"),
        (
            between(column="students", min_value=0) | {"meta": META | {"says": {"zh": "", "en": "x"}}},
            "string-too-short",
        ),
        (
            between(column="students", min_value=0) | {"meta": META | {"columns": ["pupils"]}},
            "unknown-column",
        ),
        (between(column="students", min_value=0) | {"meta": META | {"targets": ["a.oen"]}}, "unknown-target"),
        (between(column="students", min_value=0) | {"meta": META | {"blanks": "skip"}}, "literal-error"),
        (between("repeated-key", column="students", min_value=0), "reserved-code"),
        ("expect_rows", "no-check"),
    ],
)
def test_a_check_that_would_not_check_is_refused(
    write: Callable[..., Path], check: object, code: str
) -> None:
    """Each of these would pass, vanish, fail everywhere or raise when it is too late."""
    assert codes_of(write(check)) == [code]


def test_all_faults_of_all_files_are_told_at_once(write: Callable[..., Path]) -> None:
    """Nobody mends a file fault by fault."""
    write(between("S-1", column="nope", min_value=0), between("S-1", column="students"))
    folder = write(between("T-1", column="person_id", min_value=0), table="staff")
    assert codes_of(folder) == ["unknown-column", "no-bounds", "repeated-code", "column-type"]


def test_a_code_repeated_in_another_table_is_refused(write: Callable[..., Path]) -> None:
    """Codes stand in reports and explanations, where the table may not be named."""
    write(between("S-1", column="students", min_value=0))
    folder = write(entry("expect_column_values_to_be_unique", {"column": "person_id"}, "S-1"), table="staff")
    with pytest.raises(
        SuiteError, match=r"'S-1' is repeated \(first in schools.json:\d+\)|first in staff.json"
    ):
        read_suites(folder, DICTIONARY)


def test_an_empty_suite_is_refused(write: Callable[..., Path]) -> None:
    """It would succeed whatever the data are."""
    assert codes_of(write()) == ["empty-suite"]


def test_a_suite_for_an_unknown_table_names_the_near_ones(write: Callable[..., Path]) -> None:
    """A misspelled table would leave the right one unchecked."""
    folder = write(between(column="students", min_value=0), table="school")
    with pytest.raises(SuiteError, match="did you mean schools"):
        read_suites(folder, DICTIONARY)


def test_a_suite_under_another_name_than_its_table_is_refused(write: Callable[..., Path]) -> None:
    """One file for each table, so that two suites of a table cannot hide each other."""
    path = write(between(column="students", min_value=0)) / "schools.json"
    path.rename(path.with_name("staff.json"))
    assert codes_of(path.parent) == ["file-name"]
    assert codes_of(write(between(column="students", min_value=0), name="v1.2")) == [
        "suite-name",
        "file-name",
        "repeated-code",
    ]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b'{"name": "pack--schools",', "json"),
        (b'{"name": "a", "name": "b"}', "repeated-key"),
        (b'{"name": NaN}', "json"),
        (b"[" * 100_000, "json"),
        ('{"name": "幼儿园"}'.encode("gb18030"), "encoding"),
        (b"", "json"),
        (b"[]", "model-type"),
    ],
)
def test_a_file_that_is_no_suite_is_refused(tmp_path: Path, content: bytes, code: str) -> None:
    """Torn, in another encoding, with a repeated key, or something else altogether."""
    (tmp_path / "schools.json").write_bytes(content)
    assert codes_of(tmp_path) == [code]


def test_a_missing_folder_is_an_error_not_an_empty_set_of_rules(tmp_path: Path) -> None:
    """A mistyped path must not switch all checks off."""
    assert codes_of(tmp_path / "nowhere") == ["no-file"]


def test_a_query_may_use_other_tables_and_its_own_steps(write: Callable[..., Path]) -> None:
    """A check over several tables is written as one SELECT, with WITH where that reads better."""
    query = (
        "WITH counted AS (SELECT school_id, count(*) AS n FROM staff GROUP BY school_id) "
        "SELECT b.row_id, n FROM {batch} b LEFT JOIN counted USING (school_id) WHERE n IS NULL"
    )
    assert (
        len(read_suites(write(entry("expect_no_rows", {"query": query})), DICTIONARY)["schools"].checks) == 1
    )


def test_a_column_called_row_id_is_refused(tmp_path: Path) -> None:
    """Checks name rows by it."""
    columns = {"row_id": {"type": "code"}}
    table = {"counts": "school", "key": ["row_id"], "reports": "row_id", "columns": columns}
    with pytest.raises(SuiteError, match="row_id"):
        read_suites(tmp_path, Dictionary.model_validate({"tables": {"schools": table}}))


def test_the_dictionary_adds_only_what_the_suite_does_not_say() -> None:
    """Required cells and keys are checked once, by the suite's own sentence where it has one."""
    own = (
        Check(code="S-1", type="expect_column_values_to_not_be_null", kwargs={"column": "students"}),
        Check(
            code="S-2", type="expect_column_values_to_not_be_null", kwargs={"column": "kind", "mostly": 0.5}
        ),
    )
    added = checks_of_dictionary(DICTIONARY.tables["schools"], own, absent={"budget"})
    assert [check.code for check in added] == [
        "empty-cell.school_id",
        "empty-cell.year",
        "empty-cell.kind",
        "repeated-key",
    ]
    unique = Check(
        code="S-3", type="expect_compound_columns_to_be_unique", kwargs={"column_list": ["year", "school_id"]}
    )
    assert "repeated-key" not in [
        c.code for c in checks_of_dictionary(DICTIONARY.tables["schools"], [unique])
    ]


def test_a_suite_can_be_made_in_python() -> None:
    """What files say, a notebook can say."""
    suite = Suite(name="pack--staff", table="staff", checks=(Check(code="T-1", type="expect_rows"),))
    assert suite.checks[0].is_own
    assert not suite.checks[0].columns
