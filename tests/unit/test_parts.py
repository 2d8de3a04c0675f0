"""What may be asked of one school's rows alone."""
# ruff: noqa: S608  # the queries are put together of texts that stand here

import pytest

from edutargets.checks import Check, Severity
from edutargets.part_queries import is_certain, tables_of
from edutargets.parts import BureauPart, SchoolPart
from edutargets.sources import Bilingual
from edutargets.tables import Dictionary

DICTIONARY = Dictionary.model_validate(
    {
        "tables": {
            "roster": {
                "counts": "school",
                "key": ["id"],
                "reports": "id",
                "roster": True,
                "columns": {"id": {"type": "code"}, "town": {"type": "text"}},
            },
            "classes": {
                "counts": "class",
                "key": ["class_id"],
                "reports": "school",
                "columns": {
                    "class_id": {"type": "code"},
                    "school": {"type": "code", "references": "roster.id"},
                    "teacher": {"type": "code", "references": "staff.person"},
                    "size": {"type": "integer"},
                },
            },
            "staff": {
                "counts": "person",
                "key": ["person"],
                "reports": "school",
                "columns": {
                    "person": {"type": "code"},
                    "school": {"type": "code", "references": "roster.id"},
                    "lessons": {"type": "integer"},
                },
            },
        }
    }
)
REPORTERS = {name: table.reports for name, table in DICTIONARY.tables.items()}
B = "SELECT b.row_id FROM {batch} b"
CERTAIN = {
    "a condition on the row": "SELECT row_id FROM {batch} WHERE size < 0",
    "nothing on the roster": B + " LEFT JOIN roster r ON r.id = b.school WHERE r.id IS NULL",
    "the same twice": B + " JOIN {batch} o ON o.teacher = b.teacher AND o.school <> b.school",
    "more than one": B + " JOIN (SELECT teacher FROM {batch} GROUP BY teacher "
    "HAVING count(*) > 1) d ON d.teacher = b.teacher",
    "its own sum": B + " JOIN (SELECT school, sum(lessons) AS n FROM staff GROUP BY school) s "
    "ON s.school = b.school WHERE s.n < b.size",
    "its own lack": B + " LEFT JOIN staff s ON s.school = b.school WHERE s.school IS NULL",
    "a town of the roster": B + " WHERE b.school IN (SELECT id FROM roster WHERE town = 'x')",
    "who lacks a kind": "SELECT CAST(NULL AS BIGINT) AS row_id, r.id FROM roster r "
    "CROSS JOIN (SELECT DISTINCT size FROM {batch}) d "
    "LEFT JOIN {batch} b ON b.school = r.id AND b.size = d.size WHERE b.school IS NULL",
    "a named query": "WITH s AS (SELECT school, count(*) AS n FROM staff GROUP BY school) "
    + B
    + " JOIN s ON s.school = b.school WHERE s.n < b.size",
}
UNCERTAIN = {
    "nobody's person": B + " LEFT JOIN staff s ON s.person = b.teacher WHERE s.person IS NULL",
    "a sum over all": B + " JOIN (SELECT sum(lessons) AS n FROM staff) s ON s.n < b.size",
    "fewer than": B + " JOIN (SELECT teacher FROM {batch} GROUP BY teacher "
    "HAVING count(*) < 2) d ON d.teacher = b.teacher",
    "not exists": B + " WHERE NOT EXISTS (SELECT 1 FROM staff s WHERE s.person = b.teacher)",
    "not in": "SELECT row_id FROM {batch} WHERE teacher NOT IN (SELECT person FROM staff)",
    "the first of all": "SELECT row_id FROM {batch} WHERE size < (SELECT max(size) FROM {batch})",
    "a share": "SELECT row_id FROM (SELECT row_id, size / sum(size) OVER () AS x FROM {batch}) WHERE x > 0.5",
    "except": "SELECT row_id FROM {batch} EXCEPT " + B + " JOIN staff s ON s.person = b.teacher",
    "an average": B + " CROSS JOIN (SELECT avg(size) AS mean FROM {batch}) m WHERE size > mean",
    "a tie to another": B + " JOIN roster r ON r.town = b.teacher "
    "LEFT JOIN staff s ON s.school = r.id WHERE s.school IS NULL",
    "no SQL": "SELEKT",
    "another table": B + " JOIN elsewhere e ON e.x = b.size",
}


@pytest.mark.parametrize("query", CERTAIN.values(), ids=CERTAIN)
def test_a_rule_that_more_rows_cannot_turn_is_asked_of_a_part(query: str) -> None:
    """Rows of others could only add findings, or are held apart by who reports them."""
    assert is_certain(query, "classes", REPORTERS, {"roster"})


@pytest.mark.parametrize("query", UNCERTAIN.values(), ids=UNCERTAIN)
def test_a_rule_that_more_rows_could_turn_waits(query: str) -> None:
    """What is missing, a total, a share: others may still send it. What cannot be read waits too."""
    assert not is_certain(query, "classes", REPORTERS, {"roster"})


def check(kind: str, **kwargs: object) -> Check:
    """Return a critical check."""
    return Check(code="X", type=kind, kwargs=kwargs, says=Bilingual(zh="错", en="wrong"))  # type: ignore[arg-type]


SCHOOL = SchoolPart("A", DICTIONARY, frozenset({"roster"}))
LINKED = {"column": "size", "child": "staff", "sum_of": "lessons"}


@pytest.mark.parametrize(
    ("one", "severity"),
    [
        (check("expect_column_values_to_not_be_null", column="size"), Severity.CRITICAL),
        (check("expect_column_values_to_not_be_null", column="size", mostly=0.9), Severity.INFO),
        (check("expect_column_max_to_be_between", column="size", max_value=50), Severity.CRITICAL),
        (check("expect_references_to_exist", column="school"), Severity.CRITICAL),
        (check("expect_references_to_exist", column="teacher"), Severity.INFO),
        (check("expect_column_to_match_child_rows", **LINKED, on=["school"]), Severity.CRITICAL),
        (check("expect_column_to_match_child_rows", **LINKED, on=["teacher=person"]), Severity.INFO),
        (check("expect_column_values_in_usual_unit", column="size", peers=["school"]), Severity.INFO),
        (check("expect_no_rows", query=UNCERTAIN["not in"]), Severity.INFO),
        (check("expect_rows", predicate="size > 0"), Severity.CRITICAL),
        (check("expect_rows", predicate="size > (SELECT avg(size) FROM classes)"), Severity.INFO),
    ],
)
def test_what_is_uncertain_is_a_question_and_returns_nobody(one: Check, severity: Severity) -> None:
    """The sentence says that it will be settled once all have submitted."""
    (asked,) = SCHOOL.asked("classes", [one])
    assert asked.severity is severity
    assert ("全部单位" in asked.says.zh) == (severity is Severity.INFO)


@pytest.mark.parametrize(
    "kind",
    [
        "expect_table_row_count_to_equal",
        "expect_column_mean_to_be_between",
        "expect_column_sum_to_be_between",
        "expect_column_distinct_values_to_equal_set",
    ],
)
def test_a_total_over_all_schools_is_not_asked_of_one(kind: str) -> None:
    """It would have no meaning there."""
    assert SCHOOL.asked("classes", [check(kind, column="size")]) == ()


def test_of_the_bureaus_tables_a_school_is_asked_only_what_it_lacks() -> None:
    """The roster's own faults are not a school's to mend."""
    row = check("expect_column_values_to_not_be_null", column="town")
    lack = check("expect_no_rows", query=CERTAIN["its own lack"].replace("b.school", "b.id"))
    assert SCHOOL.asked("roster", [row, lack]) == (lack,)


def test_before_the_round_the_bureau_is_asked_only_about_its_own_tables() -> None:
    """The schools' tables are still empty then."""
    bureau = BureauPart(DICTIONARY, frozenset({"roster"}))
    row = check("expect_column_values_to_not_be_null", column="town")
    own = check("expect_no_rows", query="SELECT b.row_id FROM {batch} b JOIN roster r ON r.town = b.town")
    others = check("expect_no_rows", query=CERTAIN["its own lack"])
    everyone = check("expect_everyone_to_report", roster="classes")
    assert bureau.asked("roster", [row, own, others, everyone]) == (row, own)


def test_the_tables_of_a_query_are_those_it_looks_into() -> None:
    """Names that the query gives itself are no tables."""
    assert tables_of(CERTAIN["a named query"]) == {"staff"}
    assert tables_of("SELEKT") == {""}
