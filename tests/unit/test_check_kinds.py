"""Each kind of check of this package: a hit, a near miss, blanks, nothing at all, rows that come twice."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from pydantic import JsonValue

from edutargets.cell_texts import arrow_type
from edutargets.check_sql import predicate_of, query_of
from edutargets.checks import Check, Severity, checks_of_dictionary
from edutargets.errors import DefinitionError, SuiteError
from edutargets.own_kinds import OWN
from edutargets.settings_of_checks import faults_of_settings
from edutargets.suites import read_suites
from edutargets.tables import Dictionary

DICTIONARY = Dictionary.model_validate(
    {
        "tables": {
            "schools": {
                "counts": "school",
                "period": "year",
                "key": ["school_id", "year"],
                "reports": "school_id",
                "roster": True,
                "columns": {
                    "school_id": {"type": "code"},
                    "year": {"type": "year"},
                    "name": {"type": "text"},
                    "credit_code": {"type": "code", "checksum": "gb32100"},
                    "stage": {"type": "category", "values": {"primary": {}, "junior": {}}},
                    "students": {"type": "integer", "unit": "student"},
                    "boys": {"type": "integer", "unit": "student"},
                    "girls": {"type": "integer", "unit": "student"},
                    "full_time": {"type": "integer", "unit": "teacher"},
                    "budget": {"type": "decimal", "scale": 2, "unit": "CNY"},
                },
                "views": {"primary_schools": {"where": "stage = 'primary'", "counts": "school"}},
            },
            "classes": {
                "counts": "class",
                "period": "year",
                "key": ["class_id", "year"],
                "reports": "school_id",
                "expected_from": "schools",
                "columns": {
                    "class_id": {"type": "code"},
                    "year": {"type": "year"},
                    "school_id": {"type": "code", "references": "schools.school_id"},
                    "students": {"type": "integer", "unit": "student"},
                    "area": {"type": "decimal", "scale": 2, "unit": "square_metre"},
                },
            },
            "staff": {
                "counts": "person",
                "period": "year",
                "key": ["person_id", "year"],
                "reports": "school_id",
                "columns": {
                    "person_id": {"type": "code"},
                    "year": {"type": "year"},
                    "school_id": {"type": "code", "references": "schools.school_id"},
                    "name": {"type": "text"},
                    "identity": {"type": "code", "checksum": "gb11643"},
                    "born_on": {"type": "date"},
                    "hired_on": {"type": "date"},
                    "left_on": {"type": "date"},
                    "full_time": {"type": "boolean"},
                    "hours": {"type": "decimal", "scale": 1, "unit": "training_hour"},
                },
            },
            "documents": {
                "counts": "document",
                "key": ["number"],
                "reports": "school_id",
                "columns": {"number": {"type": "code"}, "school_id": {"type": "code"}},
            },
        }
    }
)
Row = Mapping[str, object]
Found = list[tuple[int | None, str]]
# The identity number is the standard's own example; the credit codes are real ones.
IDENTITY = "11010519491231002X"
CREDIT = ("91350100M000100Y43", "53640000MJX173680A")


def arrow(table: str, rows: Sequence[Row]) -> pa.Table:
    """Make the typed rows of a table; what is not said is blank."""
    columns = DICTIONARY.tables[table].columns
    return pa.table(
        {
            name: pa.array([row.get(name) for row in rows], arrow_type(column))
            for name, column in columns.items()
        }
    )


def found(
    kind: str,
    table: str,
    rows: Sequence[Row],
    others: Mapping[str, Sequence[Row]] | None = None,
    **kwargs: JsonValue,
) -> Found:
    """Run one check on rows as the gate does, with the other tables of the submission beside it."""
    check = Check(code="C-1", type=kind, kwargs=kwargs)
    assert not list(faults_of_settings(kind, kwargs, table, DICTIONARY))
    predicate, query = predicate_of(check, table, DICTIONARY), query_of(check, table, DICTIONARY)
    assert (predicate is None) != (query is None)
    statement = query or f"SELECT row_id FROM {{batch}} WHERE NOT ({predicate}) ORDER BY row_id"  # noqa: S608
    connection = duckdb.connect(":memory:")
    for name in DICTIONARY.tables:
        connection.register(name, arrow(name, rows if name == table else (others or {}).get(name, ())))
    batch = arrow(table, rows)
    connection.register("batch", batch.append_column("row_id", pa.array(range(len(batch)), pa.int64())))
    answer = connection.execute(statement.replace("{batch}", "batch"))
    names = [column[0] for column in answer.description]
    at = names.index("row_id")
    return [
        (
            row[at],
            ", ".join(f"{name}={value}" for name, value in zip(names, row, strict=True) if name != "row_id"),
        )
        for row in answer.fetchall()
    ]


def rows_of(answer: Found) -> list[int | None]:
    """Return which rows were found."""
    return [row for row, _ in answer]


def school(number: str, year: int = 2024, **values: object) -> Row:
    """Make a row of the roster."""
    return {"school_id": number, "year": year, **values}


# Every kind


@pytest.mark.parametrize("kind", sorted(OWN))
def test_the_example_of_each_kind_has_all_that_it_needs(kind: str) -> None:
    """It is there to be pasted into a suite."""
    example = OWN[kind].example
    assert set(OWN[kind].required) <= set(example) <= set(OWN[kind].settings)


@pytest.mark.parametrize(
    ("kind", "table", "kwargs"),
    [
        ("expect_column_values_to_pass_checksum", "staff", {"column": "identity", "checksum": "gb11643"}),
        ("expect_readable_text", "schools", {"column": "name"}),
        ("expect_columns_to_add_up", "schools", {"total": "students", "parts": ["boys", "girls"]}),
        (
            "expect_column_to_match_child_rows",
            "schools",
            {"column": "students", "child": "classes", "sum_of": "students"},
        ),
        ("expect_references_to_exist", "staff", {"column": "school_id"}),
        ("expect_everyone_to_report", "classes", {"roster": "schools", "exactly_one": True}),
        ("expect_column_changes_to_stay_within", "schools", {"column": "students", "share": 0.3}),
        ("expect_column_to_never_fall", "schools", {"column": "students"}),
        ("expect_column_to_never_change", "staff", {"column": "hired_on", "by": ["person_id"]}),
        ("expect_one_place_at_a_time", "staff", {"column": "person_id"}),
        ("expect_no_similar_persons", "staff", {"name": "name", "same": ["born_on"], "person": "person_id"}),
        ("expect_no_copied_blocks", "classes", {}),
        ("expect_column_values_in_usual_unit", "schools", {"column": "budget", "peers": ["year"]}),
        ("expect_no_heaping", "staff", {"column": "hours", "threshold": 90}),
    ],
)
@pytest.mark.parametrize("rows", [[], [{}], [{}, {}]])
def test_nothing_and_blanks_are_never_a_finding(
    kind: str, table: str, kwargs: dict[str, JsonValue], rows: list[Row]
) -> None:
    """What is not known is not wrong; a check for blanks says that it is missing."""
    assert found(kind, table, rows, **kwargs) == []


HOSTILE = [
    *(
        "row",
        "rows",
        "t",
        "c",
        "n",
        "p",
        "f",
        "b",
        "d",
        "i",
        "code",
        "seen",
        "now",
        "before",
        "number",
        "why",
    ),
    *(
        "total",
        "parts",
        "sum_of_parts",
        "figure",
        "there",
        "added",
        "found",
        "known",
        "many",
        "nth",
        "folded",
    ),
    *("reporter", "block", "value", "size", "middle", "away", "spread", "factor", "distance", "bin", "near"),
    *("here", "below", "above", "groups", "select", '"quoted"', "it's"),
]


def test_columns_and_tables_may_be_called_what_they_like() -> None:
    """Names within the statements are their own; a column called `size` or `select` is what it is."""
    columns: dict[str, object] = {name: {"type": "integer"} for name in HOSTILE}
    columns |= {
        "who": {"type": "code", "references": "c.code"},
        "year": {"type": "year"},
        "day": {"type": "date"},
    }
    columns |= {name: {"type": "code"} for name in ("code", "name", "number", "value")}
    table = {
        "counts": "record",
        "period": "year",
        "key": ["code", "year"],
        "reports": "who",
        "columns": columns,
    }
    names = ("t", "c", "f", "known", "figures", "blocks")
    dictionary = Dictionary.model_validate({"tables": dict.fromkeys(names, table)})
    connection = duckdb.connect(":memory:")
    schema = [(name, arrow_type(column)) for name, column in dictionary.tables["t"].columns.items()]
    rows = pa.schema(schema).empty_table()
    for name in names:
        connection.register(name, rows)
    connection.register("rows under check", rows.append_column("row_id", pa.array([], pa.int64())))
    numbers = [name for name in HOSTILE if columns[name] == {"type": "integer"}]
    asked: list[tuple[str, dict[str, JsonValue]]] = [
        ("expect_column_values_to_pass_checksum", {"column": "number", "checksum": "gb11643"}),
        ("expect_columns_to_add_up", {"total": "parts", "parts": numbers}),
        (
            "expect_column_to_match_child_rows",
            {"column": "figure", "child": "c", "sum_of": "added", "on": ["code", "year", "there"]},
        ),
        ("expect_column_to_match_child_rows", {"column": "found", "child": "figures", "on": numbers}),
        ("expect_references_to_exist", {"column": "who"}),
        ("expect_references_to_exist", {"column": "number", "references": "known.code"}),
        ("expect_everyone_to_report", {"roster": "f", "on": ["code", *numbers], "exactly_one": True}),
        ("expect_column_changes_to_stay_within", {"column": "now", "share": 0.5, "by": ["code", *numbers]}),
        ("expect_column_to_never_fall", {"column": "before", "by": ["code", *numbers]}),
        ("expect_column_to_never_change", {"column": "now", "by": ["code", *numbers]}),
        (
            "expect_one_place_at_a_time",
            {"column": "code", "place": "value", "begins": "day", "where": "size > 1"},
        ),
        ("expect_no_similar_persons", {"name": "name", "same": ["day", *numbers], "person": "code"}),
        ("expect_no_copied_blocks", {"columns": numbers, "where": "year IN (SELECT year FROM t)"}),
        (
            "expect_column_values_in_usual_unit",
            {"column": "size", "per": "middle", "peers": ["away", "code"]},
        ),
        ("expect_no_heaping", {"column": "bin", "threshold": 5, "by": [*numbers, "who"]}),
    ]
    for kind, kwargs in asked:
        query = query_of(Check(code="C", type=kind, kwargs=kwargs), "t", dictionary)
        assert query is not None
        assert connection.execute(query.replace("{batch}", '"rows under check"')).fetchall() == [], kind


# Check characters


@pytest.mark.parametrize("code", [*CREDIT, CREDIT[0].lower()])
def test_a_credit_code_with_the_right_check_character_passes(code: str) -> None:
    """GB 32100: weights 3^(i-1) mod 31."""
    kwargs: dict[str, JsonValue] = {"column": "credit_code", "checksum": "gb32100"}
    assert (
        found("expect_column_values_to_pass_checksum", "schools", [school("a", credit_code=code)], **kwargs)
        == []
    )


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("91350100M000100Y44", "check character"),
        ("91350100M000100Y4", "length"),
        ("91350100M000100Y431", "length"),
        ("91350100I000100Y43", "characters"),
        ("9135O100M000100Y43", "characters"),
        ("", "length"),
    ],
)
def test_a_wrong_credit_code_is_found_with_the_reason(code: str, why: str) -> None:
    """Length, characters (no I, O, S, V, Z), check character, in this order; shown with its middle hidden."""
    rows = [school("a"), school("b", credit_code=code)]
    [(row, note)] = found(
        "expect_column_values_to_pass_checksum", "schools", rows, column="credit_code", checksum="gb32100"
    )
    assert row == 1
    assert f"why={why} " in note
    assert not code or code not in note


@pytest.mark.parametrize("number", [IDENTITY, IDENTITY.lower(), "44010619800101001" + "0"])
def test_an_identity_number_with_the_right_check_character_passes(number: str) -> None:
    """GB 11643, ISO 7064 MOD 11-2; a small x means X."""
    number = numbered(number[:17]) if number.isdigit() else number
    rows = [{"year": 2024, "identity": number}]
    assert (
        found("expect_column_values_to_pass_checksum", "staff", rows, column="identity", checksum="gb11643")
        == []
    )


def check_character(digits: str) -> str:
    """Compute the last character of an identity number, by the book."""
    total = sum(int(digit) * pow(2, 17 - at, 11) for at, digit in enumerate(digits))
    return "10X98765432"[total % 11]


def numbered(digits: str) -> str:
    """Complete an identity number."""
    return digits + check_character(digits)


@pytest.mark.parametrize(
    ("number", "why"),
    [
        ("110105194912310022", "check character"),
        ("11010519491231002", "length"),
        ("110105491231002", "length"),
        ("1101051949123100211", "length"),
        ("11010519491231002A", "characters"),
        ("1101O5194912310021", "characters"),
        (numbered("00010519491231002"), "region"),
        (numbered("99010519491231002"), "region"),
        (numbered("11010519490230002"), "birth date"),
        (numbered("11010518991231002"), "birth date"),
        (numbered("11010520251231002"), "birth date"),
    ],
)
def test_a_wrong_identity_number_is_found_with_the_reason_and_never_shown(number: str, why: str) -> None:
    """Also a birth after the year that is reported; whatever its length, its middle is hidden."""
    rows = [{"year": 2024, "identity": number}]
    [(_, note)] = found(
        "expect_column_values_to_pass_checksum", "staff", rows, column="identity", checksum="gb11643"
    )
    assert f"why={why} " in note
    assert number not in note
    assert number[6:14] not in note


def test_a_number_from_abroad_and_one_of_taiwan_may_begin_as_they_do() -> None:
    """Permanent residents from abroad have a 9 before the province, Taiwan's people 83."""
    rows = [
        {"year": 2024, "identity": numbered(start + "19800101001")}
        for start in ("911056", "830000", "710000")
    ]
    assert (
        found("expect_column_values_to_pass_checksum", "staff", rows, column="identity", checksum="gb11643")
        == []
    )


# Text


@pytest.mark.parametrize(
    "text", ["第一小学", "Zoë", "José·María", "阿依古丽·买买提", "A校(东区)?", "Ünal", "€100", "𠮷田"]
)
def test_readable_names_pass(text: str) -> None:
    """Accents, middle dots and rare characters belong into names."""
    assert found("expect_readable_text", "schools", [school("a", name=text)], column="name") == []


@pytest.mark.parametrize(
    "text",
    [
        "第一小学".encode("gbk").decode("latin-1"),
        "第一小学".encode().decode("latin-1"),
        "教育局".encode().decode("cp1252", errors="ignore"),
        "锟斤拷学校",
        "烫烫烫",
        "张??",
        "第\ufffd小学",
        "第\ue000小学",
        "第\x07小学",
    ],
)
def test_text_that_was_decoded_wrongly_is_found(text: str) -> None:
    """GB or UTF-8 read as Latin-1, lost characters, private ones, bells."""
    assert rows_of(
        found("expect_readable_text", "schools", [school("a"), school("b", name=text)], column="name")
    ) == [1]


# Sums


def test_parts_that_do_not_add_up_are_found_with_the_difference() -> None:
    """Both sides stand in the note; a blank part or total is not judged."""
    rows = [
        school("a", students=10, boys=4, girls=6),
        school("b", students=1731, boys=900, girls=834),
        school("c", students=10, boys=4),
        school("d", boys=4, girls=6),
    ]
    answer = found("expect_columns_to_add_up", "schools", rows, total="students", parts=["boys", "girls"])
    assert answer == [(1, "students=1731, sum_of_parts=1734, difference=-3")]


def test_blank_parts_may_count_as_zero() -> None:
    """Where a form says so."""
    rows = [school("a", students=10, boys=4), school("b", students=4, boys=4)]
    answer = found(
        "expect_columns_to_add_up", "schools", rows, total="students", parts=["boys", "girls"], blanks="zero"
    )
    assert answer == [(0, "students=10, sum_of_parts=4, difference=6")]


@pytest.mark.parametrize(
    ("settings", "rows"),
    [
        ({}, [0, 1, 2, 3]),
        ({"tolerance": 1}, [0, 3]),
        ({"relative_tolerance": 0.01}, [3]),
        ({"tolerance": 1, "relative_tolerance": 0.01}, []),
        ({"relation": "at_most"}, [2, 3]),
        ({"relation": "at_least"}, [0, 1]),
        ({"relation": "at_most", "tolerance": 1}, [3]),
        ({"where": "school_id <> 'a'"}, [1, 2, 3]),
    ],
)
def test_a_tolerance_is_kept_to_the_last_unit(settings: dict[str, JsonValue], rows: list[int]) -> None:
    """Exactly at it passes, one beyond does not; 1 % of 100 is one, of 50 it is a half."""
    at = [
        school("a", students=200, boys=198),
        school("b", students=100, boys=99),
        school("c", students=100, boys=101),
        school("d", students=50, boys=51),
    ]
    at[3] = school("d", students=100, boys=102)
    assert (
        rows_of(
            found("expect_columns_to_add_up", "schools", at, total="students", parts=["boys"], **settings)
        )
        == rows
    )


def test_decimals_add_up_exactly() -> None:
    """0.1 + 0.2 is 0.3, and a column of cents beside one of whole numbers stays exact."""
    rows = [
        school("a", budget=Decimal("0.30"), boys=0),
        school("b", budget=Decimal("9007199254740993.01"), boys=9007199254740993),
    ]
    answer = found("expect_columns_to_add_up", "schools", rows, total="budget", parts=["boys"], tolerance=0.3)
    assert answer == []
    answer = found(
        "expect_columns_to_add_up", "schools", rows, total="budget", parts=["boys"], tolerance=0.29
    )
    assert rows_of(answer) == [0]


CLASSES = [
    {"class_id": "1", "year": 2024, "school_id": "a", "students": 30},
    {"class_id": "2", "year": 2024, "school_id": "a", "students": 34},
    {"class_id": "3", "year": 2024, "school_id": "b", "students": 30},
    {"class_id": "4", "year": 2024, "school_id": "b"},
    {"class_id": "5", "year": 2024, "school_id": "e", "students": 1},
]


def test_rows_of_another_table_are_added_up_against_the_figure() -> None:
    """Both sides and the difference; no row at all is said; a blank in the sum is not judged."""
    rows = [school(name, students=61) for name in "abcd"] + [
        school("a", 2023, students=61),
        school("x", students=0),
        school("y"),
    ]
    answer = found(
        "expect_column_to_match_child_rows",
        "schools",
        rows,
        {"classes": CLASSES},
        column="students",
        child="classes",
        sum_of="students",
    )
    assert answer == [
        (0, "students=61, classes_students=64, difference=-3"),
        (2, "students=61, classes_students=no rows, difference=61"),
        (3, "students=61, classes_students=no rows, difference=61"),
    ]


def test_without_a_column_rows_are_counted() -> None:
    """Full-time teachers in the staff table are the figure in the school table."""
    staff = [{"person_id": str(n), "year": 2024, "school_id": "a", "full_time": n != 3} for n in range(5)]
    rows = [school("a", full_time=4), school("b", full_time=0), school("c", full_time=2)]
    kwargs: dict[str, JsonValue] = {"column": "full_time", "child": "staff", "child_where": "full_time"}
    assert found("expect_column_to_match_child_rows", "schools", rows, {"staff": staff}, **kwargs) == [
        (2, "full_time=2, staff_rows=no rows, difference=2")
    ]
    rows = [school("a", full_time=5)]
    assert found("expect_column_to_match_child_rows", "schools", rows, {"staff": staff}, **kwargs) == [
        (0, "full_time=5, staff_rows=4, difference=1")
    ]


def test_a_figure_to_which_a_row_may_or_may_not_belong_is_not_judged() -> None:
    """One teacher's post cannot be read: four or five full-time teachers are both right, and so is six."""
    posts = [True, True, True, True, None]
    staff = [
        {"person_id": str(n), "year": 2024, "school_id": "a", "full_time": post}
        for n, post in enumerate(posts)
    ]
    kwargs: dict[str, JsonValue] = {"column": "full_time", "child": "staff", "child_where": "full_time"}
    rows = [school("a", full_time=6), school("b", full_time=1)]
    assert found("expect_column_to_match_child_rows", "schools", rows, {"staff": staff}, **kwargs) == [
        (1, "full_time=1, staff_rows=no rows, difference=1")
    ]


def test_rows_that_belong_together_are_added_up_on_both_sides() -> None:
    """A finding names the first of them; views and links with two names work as well."""
    rows = [school("a", stage="primary", students=40), school("a", stage="junior", students=25)]
    kwargs: dict[str, JsonValue] = {
        "column": "students",
        "child": "classes",
        "sum_of": "students",
        "on": ["school_id=school_id", "year"],
    }
    answer = found("expect_column_to_match_child_rows", "schools", rows, {"classes": CLASSES}, **kwargs)
    assert answer == [(0, "students=65, classes_students=64, difference=1")]


def test_a_table_that_was_not_handed_in_contradicts_nobody() -> None:
    """That it is missing is told once, by the gate itself."""
    assert (
        found(
            "expect_column_to_match_child_rows",
            "schools",
            [school("a", students=3)],
            column="students",
            child="classes",
            sum_of="students",
        )
        == []
    )


# Rosters


def test_a_code_that_is_not_on_the_roster_of_its_year_is_found() -> None:
    """The note says in which years it was; a blank points nowhere."""
    staff = [
        {"person_id": "1", "year": 2024, "school_id": "a"},
        {"person_id": "2", "year": 2024, "school_id": "old"},
        {"person_id": "3", "year": 2024, "school_id": "zz"},
        {"person_id": "4", "year": 2024},
        {"person_id": "5", "school_id": "zz"},
    ]
    roster = [school("a"), school("a"), school("old", 2022), school("old", 2023)]
    answer = found("expect_references_to_exist", "staff", staff, {"schools": roster}, column="school_id")
    assert answer == [
        (1, "school_id=old, year=2024, known_in=2022/2023"),
        (2, "school_id=zz, year=2024, known_in=None"),
    ]
    answer = found(
        "expect_references_to_exist", "staff", staff, {"schools": roster}, column="school_id", any_period=True
    )
    assert answer == [(2, "school_id=zz"), (4, "school_id=zz")]


def test_a_code_may_be_held_against_a_view() -> None:
    """Only primary schools have such staff."""
    roster = [school("a", stage="primary"), school("b", stage="junior")]
    staff = [{"person_id": "1", "year": 2024, "school_id": name} for name in "ab"]
    answer = found(
        "expect_references_to_exist",
        "staff",
        staff,
        {"schools": roster},
        column="school_id",
        references="primary_schools.school_id",
    )
    assert rows_of(answer) == [1]


def test_who_is_on_the_roster_and_handed_in_nothing_is_named() -> None:
    """In each period of which this table has a row at all; what is missing has no row."""
    roster = [school(name, year) for name in "ba" for year in (2023, 2024, 2025)]
    classes = [
        {"class_id": "1", "year": 2024, "school_id": "a"},
        {"class_id": "2", "year": 2024, "school_id": "a"},
        {"class_id": "1", "year": 2023, "school_id": "b"},
    ]
    answer = found("expect_everyone_to_report", "classes", classes, {"schools": roster}, roster="schools")
    assert answer == [(None, "school_id=a, year=2023, rows=0"), (None, "school_id=b, year=2024, rows=0")]
    answer = found(
        "expect_everyone_to_report",
        "classes",
        classes,
        {"schools": roster},
        roster="schools",
        every_period=True,
    )
    assert [note for _, note in answer] == [
        "school_id=a, year=2023, rows=0", "school_id=a, year=2025, rows=0",
        "school_id=b, year=2024, rows=0", "school_id=b, year=2025, rows=0",
    ]  # fmt: skip
    answer = found(
        "expect_everyone_to_report",
        "classes",
        classes,
        {"schools": roster},
        roster="schools",
        exactly_one=True,
    )
    assert answer[1] == (1, "school_id=a, year=2024, rows=2")


def test_a_table_without_periods_is_due_from_the_last_roster() -> None:
    """A school that was closed owes nothing any more."""
    roster = [school("old", 2023), school("a", 2023), school("a"), school("b")]
    answer = found(
        "expect_everyone_to_report",
        "documents",
        [{"number": "1", "school_id": "b"}],
        {"schools": roster},
        roster="schools",
    )
    assert answer == [(None, "school_id=a, rows=0")]


def test_only_a_view_of_the_roster_may_be_due() -> None:
    """Junior schools hand in nothing here; what does not count as handed in is left out by `where`."""
    roster = [school("a", stage="primary"), school("b", stage="junior"), school("c", stage="primary")]
    classes = [
        {"class_id": "1", "year": 2024, "school_id": "a"},
        {"class_id": "2", "year": 2024, "school_id": "c", "students": 0},
    ]
    answer = found(
        "expect_everyone_to_report",
        "classes",
        classes,
        {"schools": roster},
        roster="primary_schools",
        where="students IS NULL",
    )
    assert answer == [(None, "school_id=c, year=2024, rows=0")]


# Periods


def test_a_jump_beyond_the_limit_is_found_and_exactly_at_it_is_not() -> None:
    """New and closed schools, those that had nothing before, and small changes are left alone."""
    rows = [
        school("a", 2023, students=100), school("a", 2024, students=130),
        school("b", 2023, students=100), school("b", 2024, students=131),
        school("c", 2023, students=100), school("c", 2024, students=69),
        school("new", 2024, students=900), school("closed", 2023, students=900),
        school("gap", 2022, students=100), school("gap", 2024, students=900),
        school("zero", 2023, students=0), school("zero", 2024, students=900),
        school("small", 2023, students=10), school("small", 2024, students=30),
        school("blank", 2023), school("blank", 2024, students=30),
        school("gone", 2023, students=300), school("gone", 2024, students=0),
    ]  # fmt: skip
    answer = found(
        "expect_column_changes_to_stay_within", "schools", rows, column="students", share=0.3, floor=20
    )
    assert answer == [
        (3, "before_period=2023, before=100, now=131, difference=31, change=+31.0 %"),
        (5, "before_period=2023, before=100, now=69, difference=-31, change=-31.0 %"),
        (17, "before_period=2023, before=300, now=0, difference=-300, change=-100.0 %"),
    ]


def test_a_change_is_never_shown_as_small_as_the_limit_it_exceeds() -> None:
    """30.001 % is written as 30.1 %, not as 30.0 %."""
    rows = [school("a", 2023, students=100_000), school("a", 2024, students=130_001)]
    [(_, note)] = found("expect_column_changes_to_stay_within", "schools", rows, column="students", share=0.3)
    assert note.endswith("change=+30.1 %")


def test_rows_of_one_series_are_added_up_before_they_are_compared() -> None:
    """Classes of a school by year, if only the school is said."""
    classes = [
        {"class_id": str(n), "year": year, "school_id": "a", "students": n}
        for year, n in ((2023, 40), (2023, 60), (2024, 10), (2024, 20))
    ]
    answer = found(
        "expect_column_changes_to_stay_within",
        "classes",
        classes,
        column="students",
        share=0.5,
        by=["school_id"],
    )
    assert answer == [(2, "before_period=2023, before=100, now=30, difference=-70, change=-70.0 %")]


def test_a_count_since_the_beginning_never_falls() -> None:
    """Held against the last known value, over gaps; equal is no fall; a later row does not fall again."""
    rows = [
        school("a", 2021, students=5),
        school("a", 2022),
        school("a", 2023, students=4),
        school("a", 2024, students=4),
        school("b", 2023, students=9),
    ]
    assert found("expect_column_to_never_fall", "schools", rows[::-1], column="students") == [
        (2, "before_period=2021, before=5, now=4")
    ]


def test_what_belongs_to_a_person_never_changes() -> None:
    """The hire date of a teacher who moved is still the same; the note says who had said otherwise."""
    staff = [
        {"person_id": "1", "year": 2022, "school_id": "a", "hired_on": date(2010, 9, 1)},
        {"person_id": "1", "year": 2023, "school_id": "b"},
        {"person_id": "1", "year": 2024, "school_id": "b", "hired_on": date(2011, 9, 1)},
        {"person_id": "2", "year": 2022, "school_id": "a", "hired_on": date(2010, 9, 1)},
        {"person_id": "2", "year": 2023, "school_id": "a", "hired_on": date(2010, 9, 1)},
        {"year": 2024, "school_id": "a", "hired_on": date(2010, 9, 1)},
    ]
    answer = found("expect_column_to_never_change", "staff", staff, column="hired_on", by=["person_id"])
    assert answer == [(2, "before_period=2022, before=2010-09-01, now=2011-09-01, before_by=a")]


def test_an_identity_number_that_changed_is_not_shown() -> None:
    """Only its ends are."""
    staff = [
        {"person_id": "1", "year": year, "school_id": "a", "identity": number}
        for year, number in ((2023, IDENTITY), (2024, "44052419800101001X"))
    ]
    [(_, note)] = found("expect_column_to_never_change", "staff", staff, column="identity", by=["person_id"])
    assert note == "before_period=2023, before=110105**********2X, now=440524**********1X, before_by=a"


# Persons


def test_one_person_full_time_in_two_schools_is_found_in_both() -> None:
    """Each school reads where else; another year, and a second row in the same school, are no matter."""
    staff = [
        {"person_id": "1", "year": 2024, "school_id": "a", "full_time": True},
        {"person_id": "1", "year": 2024, "school_id": "b", "full_time": True},
        {"person_id": "1", "year": 2024, "school_id": "b", "full_time": True},
        {"person_id": "1", "year": 2024, "school_id": "c", "full_time": False},
        {"person_id": "1", "year": 2023, "school_id": "d", "full_time": True},
        {"year": 2024, "school_id": "e", "full_time": True},
        {"year": 2024, "school_id": "f", "full_time": True},
    ]
    answer = found("expect_one_place_at_a_time", "staff", staff, column="person_id", where="full_time")
    assert answer == [(0, "also_at=b"), (1, "also_at=a"), (2, "also_at=a")]


@pytest.mark.parametrize(
    ("left", "arrives", "overlap"),
    [
        (date(2024, 6, 30), date(2024, 6, 30), False),
        (date(2024, 6, 30), date(2024, 6, 29), True),
        (None, date(2030, 1, 1), True),
        (date(2024, 6, 30), None, False),
    ],
)
def test_leaving_on_the_day_of_arriving_elsewhere_is_no_overlap(
    left: date | None,
    arrives: date | None,
    overlap: bool,  # noqa: FBT001  # a parameter
) -> None:
    """No end means still there; no beginning is not judged."""
    staff = [
        {"person_id": "1", "year": 2024, "school_id": "a", "hired_on": date(2020, 9, 1), "left_on": left},
        {"person_id": "1", "year": 2024, "school_id": "b", "hired_on": arrives},
    ]
    answer = found(
        "expect_one_place_at_a_time", "staff", staff, column="person_id", begins="hired_on", ends="left_on"
    )
    assert rows_of(answer) == ([0, 1] if overlap else [])


@pytest.mark.parametrize(
    "other", ["阿依古丽•买买提", " 阿依古丽 · 买买提", "阿依古丽买买提", "阿依古丽．买买提"]
)
def test_one_name_written_in_two_ways_with_one_birth_date_is_asked_about(other: str) -> None:
    """Blanks, dots, width and case; the note names the other code and school, not the other name."""
    born = date(1990, 3, 7)
    staff = [
        {"person_id": "1", "year": 2024, "school_id": "a", "name": "阿依古丽·买买提", "born_on": born},
        {"person_id": "2", "year": 2024, "school_id": "b", "name": other, "born_on": born},
        {"person_id": "3", "year": 2024, "school_id": "b", "name": other, "born_on": date(1990, 3, 8)},
        {"person_id": "4", "year": 2023, "school_id": "b", "name": other, "born_on": born},
        {"person_id": "5", "year": 2024, "school_id": "b", "name": "阿依古丽", "born_on": born},
        {"person_id": "6", "year": 2024, "school_id": "b", "name": other},
    ]
    answer = found(
        "expect_no_similar_persons", "staff", staff, name="name", same=["born_on"], person="person_id"
    )
    assert answer == [(0, "also_as=2, handed_in_by=b"), (1, "also_as=1, handed_in_by=a")]


def test_latin_names_are_folded_as_well() -> None:
    """Letters of full width are letters; a code that is an identity number stays hidden."""
    staff = [
        {
            "person_id": str(n),
            "year": 2024,
            "school_id": "a",
            "name": name,
            "identity": number,
            "born_on": date(1990, 3, 7),
        }
        for n, (name, number) in enumerate(
            [("\uff37ang \uff2ci", IDENTITY), ("WANG-LI", "44052419800101001X"), ("Wang Lin", "4")]
        )
    ]
    answer = found(
        "expect_no_similar_persons", "staff", staff, name="name", same=["born_on"], person="identity"
    )
    assert answer == [
        (0, "also_as=440524**********1X, handed_in_by=a"),
        (1, "also_as=110105**********2X, handed_in_by=a"),
    ]


# Neighbours


def block(who: str, numbers: Sequence[int], year: int = 2024) -> list[Row]:
    """Make the classes of a school."""
    return [
        {"class_id": f"{who}{n}", "year": year, "school_id": who, "students": number}
        for n, number in enumerate(numbers)
    ]


def test_the_same_numbers_from_two_schools_are_asked_about() -> None:
    """In whatever order; one number other, another year, or too few different numbers are left alone."""
    numbers = [31, 42, 35, 38, 40, 44]
    rows = [
        *block("a", numbers),
        *block("b", numbers[::-1]),
        *block("c", [*numbers[:5], 45]),
        *block("d", numbers, 2023),
    ]
    answer = found("expect_no_copied_blocks", "classes", rows, columns=["students"])
    assert answer == [(0, "same_as=b, rows=6"), (6, "same_as=a, rows=6")]
    few = [*block("a", [40, 40, 40, 0, 0]), *block("b", [40, 40, 40, 0, 0])]
    assert found("expect_no_copied_blocks", "classes", few) == []
    assert rows_of(found("expect_no_copied_blocks", "classes", few, distinct=1)) == [0, 5]


def peers(*budgets: float | None) -> list[Row]:
    """Make schools of one year with a budget for each student."""
    return [
        school(str(n), students=100, budget=None if b is None else Decimal(str(b)))
        for n, b in enumerate(budgets)
    ]


USUAL = [90, 95, 100, 105, 110, 98, 102, 99]


@pytest.mark.parametrize(
    ("value", "factor"),
    [
        (1_000_000, "÷10000"),
        (0.01, "×10000"),
        (1000, "÷10"),
        (10_000, "÷100"),
        (66_670, "÷666.7"),
        (300, None),
        (100, None),
        (0, None),
        (-1_000_000, None),
        (None, None),
    ],
)
def test_a_value_in_another_unit_than_its_peers_is_asked_about_with_the_factor(
    value: float | None, factor: str | None
) -> None:
    """万元 for 元, 人 for 十人, 亩 for 平方米; three times the median is no slip of the unit."""
    answer = found(
        "expect_column_values_in_usual_unit", "schools", peers(*USUAL, value), column="budget", peers=["year"]
    )
    assert rows_of(answer) == ([] if factor is None else [8])
    assert factor is None or answer[0][1].endswith(f"likely_factor={factor}")


def test_a_small_group_has_no_usual_unit() -> None:
    """Seven neighbours say nothing, unless the pack says they do."""
    rows = peers(*USUAL[:5], 1_000_000)
    assert found("expect_column_values_in_usual_unit", "schools", rows, column="budget", peers=["year"]) == []
    assert rows_of(
        found(
            "expect_column_values_in_usual_unit",
            "schools",
            rows,
            column="budget",
            peers=["year"],
            min_group=6,
        )
    ) == [5]


def test_big_and_small_schools_are_no_slip_of_the_unit() -> None:
    """Where sizes differ by a hundred anyhow, ten times the median is usual; per student it is not."""
    rows = [school(str(n), students=10 * 2**n, budget=Decimal(1000 * 2**n)) for n in range(9)]
    assert found("expect_column_values_in_usual_unit", "schools", rows, column="budget", peers=["year"]) == []
    rows[0] = school("0", students=10, budget=Decimal("0.1"))
    [(row, note)] = found(
        "expect_column_values_in_usual_unit", "schools", rows, column="budget", per="students", peers=["year"]
    )
    assert (row, note) == (
        0,
        "budget=0.10, peer_median_per_students=100, times_median=0.0001, likely_factor=×10000",
    )


def hours(who: str, *values: float) -> list[Row]:
    """Make the training hours of a school's staff."""
    return [
        {"person_id": f"{who}{n}", "year": 2024, "school_id": who, "hours": Decimal(str(v))}
        for n, v in enumerate(values)
    ]


def test_a_heap_at_the_threshold_with_too_few_below_is_asked_about() -> None:
    """Most of those just below were moved up; the school reads it at its first row there."""
    heaped = hours("a", *[90] * 30, 87, *[91, 92, 93, 94, 95] * 5)
    even = hours("b", *[85, 86, 87, 88, 89, 90, 91, 92, 93, 94, 95] * 6)
    answer = found(
        "expect_no_heaping", "staff", [*even, *heaped], column="hours", threshold=90, by=["school_id"]
    )
    assert rows_of(answer) == [len(even)]
    assert answer[0][1].startswith("school_id=a, at_90=30, expected=5.1, below=1, above=25, p=")


@pytest.mark.parametrize(
    "values",
    [
        [90] * 60,  # everybody took the same course: nothing is missing on either side
        [90] * 30 + [85, 86, 87, 88, 89, 91, 92, 93, 94, 95] * 3,  # a heap, but as many below as above
        [85, 86, 87, 88, 89, 90] * 9,  # a limit that nobody exceeds
        [90] * 12 + [91, 92, 93] * 4,  # too few rows to say anything
    ],
)
def test_a_heap_alone_proves_nothing(values: list[float]) -> None:
    """Courses of ninety hours exist."""
    assert (
        found(
            "expect_no_heaping", "staff", hours("a", *values), column="hours", threshold=90, by=["school_id"]
        )
        == []
    )


def test_among_very_many_rows_a_small_heap_is_no_question() -> None:
    """Everything is unlikely among thousands of rows; half as many again must lie there."""
    rows = hours("a", *[86, 87, 88, 89] * 600, *[90] * 900, *[91, 92, 93, 94] * 800)
    kwargs: dict[str, JsonValue] = {"column": "hours", "threshold": 90, "by": ["school_id"], "window": 4}
    assert found("expect_no_heaping", "staff", rows, **kwargs) == []
    assert len(found("expect_no_heaping", "staff", rows, excess=1.2, **kwargs)) == 1


def test_totals_of_a_person_may_heap_as_well() -> None:
    """A year's ninety hours are seldom one course; a blank among them makes the total unknown."""
    half = hours("a", *[45] * 30, 40, *[46, 47, 48, 49, 46] * 5)
    more = hours("a", *[45] * 30, 47, *[45] * 25)
    blank = [{**half[0], "hours": None}]
    kwargs: dict[str, JsonValue] = {"column": "hours", "threshold": 90, "by": ["school_id"]}
    totals: list[JsonValue] = ["person_id", "school_id", "year"]
    assert found("expect_no_heaping", "staff", [*half, *more], **kwargs) == []
    [(row, note)] = found("expect_no_heaping", "staff", [*half, *more, *blank], totals_by=totals, **kwargs)
    assert row == 1
    assert note.startswith("school_id=a, at_90=29, expected=5.0, below=1, above=25, p=")


def test_under_an_upper_limit_the_thin_side_is_above() -> None:
    """Classes of exactly 45 and none of 46; asked of all together it names no row."""
    rows = block("a", [45] * 30 + [40, 41, 42, 43, 44] * 5 + [46])
    assert found("expect_no_heaping", "classes", rows, column="students", threshold=45) == []
    [(row, note)] = found(
        "expect_no_heaping", "classes", rows, column="students", threshold=45, limit="at_most"
    )
    assert row is None
    assert note.startswith("at_45=30, expected=5.1, below=25, above=1, p=")


# Settings


@pytest.mark.parametrize(
    ("kind", "table", "kwargs", "code"),
    [
        (
            "expect_column_values_to_pass_checksum",
            "schools",
            {"column": "credit_cod", "checksum": "gb32100"},
            "unknown-column",
        ),
        (
            "expect_column_values_to_pass_checksum",
            "schools",
            {"column": "credit_code", "checksum": "gb3210"},
            "choice",
        ),
        (
            "expect_column_values_to_pass_checksum",
            "schools",
            {"column": "students", "checksum": "gb32100"},
            "column-type",
        ),
        ("expect_column_values_to_pass_checksum", "schools", {"column": "credit_code"}, "missing-setting"),
        ("expect_columns_to_add_up", "schools", {"total": "students", "parts": "boys"}, "column-list"),
        ("expect_columns_to_add_up", "schools", {"total": "students", "parts": ["boy"]}, "unknown-column"),
        (
            "expect_columns_to_add_up",
            "schools",
            {"total": "students", "parts": ["boys"], "tolerence": 1},
            "unknown-setting",
        ),
        (
            "expect_columns_to_add_up",
            "schools",
            {"total": "students", "parts": ["boys"], "tolerance": -1},
            "number",
        ),
        (
            "expect_columns_to_add_up",
            "schools",
            {"total": "students", "parts": ["boys"], "tolerance": "1"},
            "number",
        ),
        (
            "expect_columns_to_add_up",
            "schools",
            {"total": "students", "parts": ["boys"], "relative_tolerance": 5},
            "share",
        ),
        (
            "expect_columns_to_add_up",
            "schools",
            {"total": "students", "parts": ["boys"], "where": "boyz > 1"},
            "unknown-column",
        ),
        (
            "expect_columns_to_add_up",
            "schools",
            {"total": "students", "parts": ["boys"], "where": "boys >"},
            "sql",
        ),
        (
            "expect_column_to_match_child_rows",
            "schools",
            {"column": "students", "child": "clases"},
            "unknown-table",
        ),
        (
            "expect_column_to_match_child_rows",
            "schools",
            {"column": "students", "child": "classes", "sum_of": "pupils"},
            "unknown-column",
        ),
        (
            "expect_column_to_match_child_rows",
            "schools",
            {"column": "students", "child": "documents"},
            "missing-setting",
        ),
        (
            "expect_column_to_match_child_rows",
            "schools",
            {"column": "students", "child": "classes", "on": ["year = yaer"]},
            "unknown-column",
        ),
        (
            "expect_column_to_match_child_rows",
            "schools",
            {"column": "students", "child": "classes", "child_where": "boys > 1"},
            "unknown-column",
        ),
        ("expect_references_to_exist", "documents", {"column": "school_id"}, "missing-setting"),
        (
            "expect_references_to_exist",
            "documents",
            {"column": "school_id", "references": "schools.id"},
            "unknown-column",
        ),
        (
            "expect_references_to_exist",
            "documents",
            {"column": "school_id", "references": "shools.school_id"},
            "unknown-table",
        ),
        ("expect_references_to_exist", "staff", {"column": "school_id", "any_period": "yes"}, "flag"),
        ("expect_everyone_to_report", "classes", {"roster": "school"}, "unknown-table"),
        ("expect_column_changes_to_stay_within", "schools", {"column": "students", "share": 30}, "share"),
        (
            "expect_column_changes_to_stay_within",
            "schools",
            {"column": "students", "share": 0.3, "by": ["school_id", "year"]},
            "by-period",
        ),
        ("expect_column_to_never_fall", "documents", {"column": "number"}, "no-period"),
        (
            "expect_one_place_at_a_time",
            "staff",
            {"column": "person_id", "ends": "left_on"},
            "missing-setting",
        ),
        ("expect_one_place_at_a_time", "staff", {"column": "person_id", "begins": "name"}, "column-type"),
        ("expect_no_copied_blocks", "classes", {"distinct": 0}, "number"),
        (
            "expect_column_values_in_usual_unit",
            "schools",
            {"column": "budget", "peers": ["year"], "factors": [1]},
            "number",
        ),
        ("expect_no_heaping", "staff", {"column": "hours", "threshold": 90, "window": 2.5}, "number"),
        ("expect_no_heaping", "staff", {"column": "hours", "threshold": 90, "step": 0}, "number"),
        (
            "expect_no_heaping",
            "staff",
            {"column": "hours", "threshold": 90, "by": ["school_id"], "totals_by": ["person_id"]},
            "by-totals",
        ),
        ("expect_no_heaping", "staff", {"column": "hours", "threshold": {"$PARAMETER": "t"}}, "parameter"),
    ],
)
def test_a_setting_that_can_mean_nothing_is_refused(
    kind: str, table: str, kwargs: dict[str, JsonValue], code: str
) -> None:
    """Before any data are read, with the near names."""
    faults = [fault for _, fault in faults_of_settings(kind, kwargs, table, DICTIONARY)]
    assert code in [fault.code for fault in faults]


def test_near_names_are_offered() -> None:
    """As everywhere."""
    [(_, fault)] = faults_of_settings(
        "expect_references_to_exist", {"column": "shool_id"}, "staff", DICTIONARY
    )
    assert "school_id" in fault.accepted


def suite_of(folder: Path, kind: str, severity: str, code: str, **kwargs: JsonValue) -> Path:
    """Write a suite of one check."""
    says = {"zh": "不对", "en": "wrong"}
    meta = {"code": code, "says": says, "mend": says}
    check = {"type": kind, "kwargs": kwargs, "severity": severity, "meta": meta}
    suite = {"name": "pack--staff", "meta": {"table": "staff"}, "expectations": [check]}
    (folder / "staff.json").write_text(json.dumps(suite), encoding="utf-8")
    return folder


HEAPING: dict[str, JsonValue] = {"column": "hours", "threshold": 90}
SIMILAR: dict[str, JsonValue] = {"name": "name", "same": ["born_on"], "person": "person_id"}


@pytest.mark.parametrize(
    ("kind", "severity", "kwargs"),
    [
        ("expect_no_heaping", "critical", HEAPING),
        ("expect_no_heaping", "warning", HEAPING),
        ("expect_no_similar_persons", "critical", SIMILAR),
    ],
)
def test_a_question_may_not_reject_anybody(
    tmp_path: Path, kind: str, severity: str, kwargs: dict[str, JsonValue]
) -> None:
    """A heap is told, never held against a school; similar names are at most to be explained."""
    with pytest.raises(SuiteError, match="raises a question") as caught:
        read_suites(suite_of(tmp_path, kind, severity, "S-1", **kwargs), DICTIONARY)
    [fault] = caught.value.faults
    assert "severity" in fault.where
    assert fault.accepted.endswith("info")
    assert list(read_suites(suite_of(tmp_path, kind, "info", "S-1", **kwargs), DICTIONARY)) == ["staff"]


@pytest.mark.parametrize(
    "code", ["missing-report", "unknown-reference.school_id", "checksum.identity", "checksum"]
)
def test_the_codes_of_the_dictionarys_own_checks_are_taken(tmp_path: Path, code: str) -> None:
    """Findings are told apart by them."""
    with pytest.raises(SuiteError, match="this package's own"):
        read_suites(suite_of(tmp_path, "expect_no_heaping", "info", code, **HEAPING), DICTIONARY)


# What the data dictionary demands by itself


def test_the_dictionary_demands_checksums_references_and_reports() -> None:
    """Nobody has to write these checks."""
    demanded = {check.code: check for check in checks_of_dictionary(DICTIONARY.tables["classes"], [])}
    assert demanded["unknown-reference.school_id"].severity is Severity.CRITICAL
    assert dict(demanded["missing-report"].kwargs) == {"roster": "schools"}
    assert "checksum.credit_code" in [c.code for c in checks_of_dictionary(DICTIONARY.tables["schools"], [])]


@pytest.mark.parametrize(
    ("kind", "kwargs", "about"),
    [
        ("expect_references_to_exist", {"column": "school_id"}, ()),
        (
            "expect_no_rows",
            {"query": "SELECT row_id FROM {batch} b LEFT JOIN schools USING (school_id) WHERE name IS NULL"},
            ("school_id",),
        ),
        (
            "expect_no_rows",
            {"query": "SELECT row_id FROM {batch} WHERE school_id NOT IN (SELECT school_id FROM schools)"},
            ("school_id",),
        ),
    ],
)
def test_what_a_suite_says_already_is_not_said_twice(
    kind: str, kwargs: dict[str, JsonValue], about: tuple[str, ...]
) -> None:
    """Also where it is written as a query by hand."""
    declared = [Check(code="C-1", type=kind, kwargs=kwargs, about=about)]
    codes = [check.code for check in checks_of_dictionary(DICTIONARY.tables["classes"], declared)]
    assert "unknown-reference.school_id" not in codes
    assert "missing-report" in codes


def test_a_check_of_part_of_the_rows_does_not_stand_for_all() -> None:
    """The dictionary asks of every row."""
    declared = [
        Check(
            code="C-1",
            type="expect_references_to_exist",
            kwargs={"column": "school_id", "where": "year > 2020"},
        ),
        Check(
            code="C-2",
            type="expect_everyone_to_report",
            kwargs={"roster": "schools", "where": "students > 0"},
        ),
    ]
    codes = [check.code for check in checks_of_dictionary(DICTIONARY.tables["classes"], declared)]
    assert {"unknown-reference.school_id", "missing-report"} <= set(codes)


def test_a_column_that_was_not_handed_in_is_not_held_against_anything() -> None:
    """That it is missing is told already."""
    codes = [check.code for check in checks_of_dictionary(DICTIONARY.tables["classes"], [], {"school_id"})]
    assert not {"unknown-reference.school_id", "missing-report"} & set(codes)


@pytest.mark.parametrize(
    ("roster", "found_text"), [("school", "did you mean schools"), ("documents", "does not point there")]
)
def test_a_roster_that_nobody_can_be_found_on_is_refused(roster: str, found_text: str) -> None:
    """`expected_from` must name a table or view that this table's reporters point to."""
    tables = DICTIONARY.model_dump(exclude_defaults=True)["tables"]
    tables["classes"]["expected_from"] = roster
    tables["classes"]["columns"]["school_id"] = {"type": "code"}
    tables["documents"]["columns"] = {"number": {"type": "code"}, "sender": {"type": "code"}}
    tables["documents"]["reports"] = "sender"
    with pytest.raises((DefinitionError, ValueError), match=found_text):
        Dictionary.model_validate({"tables": tables})
