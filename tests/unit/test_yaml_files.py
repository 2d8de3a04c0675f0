"""YAML that means what it says: no scalar changes, no key is lost, every value knows its line."""

import pytest

from edutargets.errors import DefinitionError
from edutargets.plans import PlanFile
from edutargets.yaml_files import parse_yaml, read_definition, read_yaml, write_yaml

TRICKY = (
    "NO",
    "yes",
    "on",
    "010",
    "0x10",
    "1e3",
    "1_000",
    ".5",
    "5.0",
    "2025-12-31",
    "25:1",
    "12:345",
    "-1:99",
    "1:2:3",
    "null",
    "Null",
    "~",
    "",
    " x",
    "x ",
    "x\n",
    "a\n\nb",
    "- a",
    "a: b",
    "#x",
    "!!x",
    "&a",
    "*a",
    "%",
    "@",
    "=",
    "<<",
    "\x85",
    "\u2028",
    "\u3000x",
    "\ufeff",
    "\x07",
    "😀",
    "达到50%以上",
    "'",
    '"',
    "\\n",
    "\t",
    "|",
    ">",
    "[a",
    "{a",
    "?",
    "true",
)


@pytest.mark.parametrize("text", TRICKY)
def test_what_is_written_is_read_back_as_the_same_text(text: str) -> None:
    """Codes, clock times, dates and odd characters survive a file."""
    assert parse_yaml(write_yaml({"a": [text], text or "k": text})).value == {"a": [text], text or "k": text}


def test_scalars_stay_text() -> None:
    """Norway is no truth value and 010 no octal number."""
    text = "a: NO\nb: 010\nc: 2025-12-31\nd: 1e3\ne: ~\nf:\ng: 'null'\nh: 5.0"
    assert parse_yaml(text).value == {
        "a": "NO",
        "b": "010",
        "c": "2025-12-31",
        "d": "1e3",
        "e": None,
        "f": None,
        "g": "null",
        "h": "5.0",
    }


@pytest.mark.parametrize(
    ("text", "said", "line"),
    [
        ("a: 1\nb: 25:1", "base 60", 2),
        ("a: 1\nb: 2\na: 3", "repeated", 3),
        ("a: &x 1\nb: *x", "alias", 1),
        ("a: [1\nb: 2", "not YAML", 2),
        ("a: 1\n---\nb: 2", "not YAML", 2),
        ("a:\n\t- 1", "not YAML", 2),
        ("a: \x00", "not YAML", None),
        ("[" * 5000, "nested", None),
    ],
)
def test_what_readers_would_disagree_about_is_refused(text: str, said: str, line: int | None) -> None:
    """A clock time, a repeated key, an alias, a torn bracket, a second document: refused with its line."""
    with pytest.raises(DefinitionError, match=said) as refused:
        parse_yaml(text, "plan.yaml")
    assert line is None or f"plan.yaml:{line}" in str(refused.value)


def test_all_faults_of_a_text_are_told_at_once() -> None:
    """Nobody mends a file fault by fault."""
    with pytest.raises(DefinitionError) as refused:
        parse_yaml("a: 25:1\nb: 2\nb: 3\nc: 16:1")
    assert len(refused.value.faults) == 3


def test_a_value_in_quotes_may_look_like_a_clock_time() -> None:
    """Quotes say that a text is meant."""
    assert parse_yaml("a: '25:1'").value == {"a": "25:1"}


def test_a_fault_names_file_line_and_field() -> None:
    """The place of a wrong value is found without searching, the near name is given."""
    text = "targets:\n  - id: a.b\n    type: raito\n  - id: a.c\n    type: count\n    cuont: count(*)\n"
    with pytest.raises(DefinitionError) as refused:
        read_definition(parse_yaml(text, "plan.yaml"), PlanFile)
    told = str(refused.value)
    assert "plan.yaml:2" in told or "plan.yaml:3" in told
    assert "did you mean ratio" in told
    assert "plan.yaml:6" in told
    assert "'cuont'" in told


def test_a_type_that_is_called_like_a_field_does_not_mislead() -> None:
    """`type: count` has a field `count`; a wrong `in` is told at its own line."""
    text = "targets:\n  - id: a.b\n    type: count\n    count: count(*)\n    at_least: 3\n    in: soon\n"
    with pytest.raises(DefinitionError, match=r"plan.yaml:6: targets\[0\].in:"):
        read_definition(parse_yaml(text, "plan.yaml"), PlanFile)


@pytest.mark.parametrize(("data", "said"), [(None, "no such file"), (b"a: \xff\xfe", "UTF-8")])
def test_a_file_that_is_not_there_or_not_utf8_is_refused(
    tmp_path: object, data: bytes | None, said: str
) -> None:
    """What cannot be read says so instead of guessing an encoding."""
    path = tmp_path / "plan.yaml"  # type: ignore[operator]
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(DefinitionError, match=said):
        read_yaml(path)


def test_a_byte_order_mark_is_no_part_of_the_first_key(tmp_path: object) -> None:
    """Editors on Windows write one."""
    path = tmp_path / "plan.yaml"  # type: ignore[operator]
    path.write_bytes("a: 1".encode("utf-8-sig"))
    assert read_yaml(path).value == {"a": "1"}
