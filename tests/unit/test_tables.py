"""The data dictionary: it is the only place where a column's unit is written, so it must not be wrong."""

import pytest

from edutargets.errors import DefinitionError
from edutargets.tables import Dictionary
from edutargets.yaml_files import parse_yaml, read_definition

HEAD = """
tables:
  schools:
    counts: school
    key: [id, year]
    period: year
    reports: id
    columns:
"""
PLAIN = "      id: {type: code}\n      year: {type: year}\n"


def _read(columns: str = "", more: str = "") -> Dictionary:
    return read_definition(parse_yaml(HEAD + PLAIN + columns + more, "tables.yaml"), Dictionary)


def _second(columns: str, rest: str = "counts: person, key: [p], reports: p, period: year") -> str:
    return f"  staff: {{{rest}, columns: {{p: {{type: code}}, year: {{type: year}}, {columns}}}}}\n"


@pytest.mark.parametrize(
    ("column", "said"),
    [
        ("{type: decimal, unit: CNY}", "scale"),
        ("{type: integer, scale: 2}", "scale"),
        ("{type: category}", "values"),
        ("{type: text, values: {a: {}}}", "values"),
        ("{type: text, unit: CNY}", "unit"),
        ("{type: integer, unit: 万元}", "multiples"),
        ("{type: integer, unit: studnet}", "did you mean student"),
        ("{type: integer, range: [5, 1]}", "backwards"),
        ("{type: integer, range: [5]}", "range"),
        ("{type: integr}", "did you mean integer"),
        ("{type: integer, heading_units: [blorp]}", "blorp"),
        ("{type: integer, rounded_to: step}", "rounded_to"),
        ("{type: integer, unti: CNY}", "unti"),
        ("{type: code, references: school.id}", "school.id"),
        ("{type: code, references: schools.idd}", "schools.idd"),
        ("{type: code, checksum: luhn}", "luhn"),
    ],
)
def test_a_column_that_contradicts_itself_is_refused(column: str, said: str) -> None:
    """A unit on a text, a decimal without its places or a reference to nowhere is a mistake with a line."""
    with pytest.raises(DefinitionError, match=said) as refused:
        _read(f"      x: {column}\n")
    assert "tables.yaml:" in str(refused.value)


@pytest.mark.parametrize(
    ("rest", "said"),
    [
        ("counts: persn, key: [p], reports: p", "did you mean person"),
        ("counts: person, key: [q], reports: p", "key"),
        ("counts: person, key: [p], reports: q", "reports"),
        ("counts: person, key: [p], reports: p, period: q", "period"),
        ("counts: person, key: [p], reports: p, period: p", "no column of type year"),
        ("counts: person, key: [p]", "reports"),
    ],
)
def test_a_table_must_name_its_own_columns(rest: str, said: str) -> None:
    """Key, reporter and period are columns of the table, and only a year dates its rows."""
    with pytest.raises(DefinitionError, match=said):
        _read(more=_second("x: {type: code}", rest))


def test_two_tables_or_views_never_answer_to_one_name() -> None:
    """A target could not say which one it means."""
    with pytest.raises(DefinitionError, match="two tables"):
        _read(more="    views: {staff: {where: 'true', counts: school}}\n" + _second("x: {type: code}"))


def test_an_unknown_table_is_refused_with_its_near_name() -> None:
    """Views are among the names."""
    with pytest.raises(DefinitionError, match="did you mean schools"):
        _read().relation("shcools")


def test_a_reference_carries_the_year_where_both_tables_have_one() -> None:
    """A teacher of 2024 belongs to the school as it was in 2024."""
    dictionary = _read(more=_second("s: {type: code, references: schools.id}"))
    assert dictionary.parent("staff", "schools") == (("s", "id"), ("year", "year"))
    assert dictionary.parent("schools", "staff") is None


def test_a_reference_carries_no_year_where_the_key_has_none() -> None:
    """A register of all years is looked up whatever the year."""
    rest = "counts: person, key: [p], reports: p"
    dictionary = _read("      head: {type: code, references: staff.p}\n", _second("x: {type: code}", rest))
    assert dictionary.parent("schools", "staff") == (("head", "p"),)


def test_two_references_to_one_table_are_refused_where_they_are_used() -> None:
    """Nobody said whether the school a pupil left or the one he came to is meant."""
    dictionary = _read(
        more=_second("a: {type: code, references: schools.id}, b: {type: code, references: schools.id}")
    )
    with pytest.raises(DefinitionError, match="a and b"):
        dictionary.parent("staff", "schools")


def test_absence_is_zero_only_where_the_reference_says_so() -> None:
    """It is a choice, so it is written down."""
    zero = _read(more=_second("s: {type: code, references: schools.id, absent: zero}"))
    unsaid = _read(more=_second("s: {type: code, references: schools.id}"))
    assert zero.absent_is_zero("staff", "schools")
    assert not unsaid.absent_is_zero("staff", "schools")


def test_a_range_is_exact() -> None:
    """0.1 is a tenth, not the float next to it."""
    column = (
        _read("      x: {type: decimal, scale: 1, range: [0.1, '1,000']}\n").tables["schools"].columns["x"]
    )
    assert column.range is not None
    assert [str(end) for end in column.range] == ["1/10", "1000"]
