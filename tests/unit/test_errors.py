"""Near names: what a writer may have meant is offered first where the eye cannot tell the two apart."""

import pytest

from edutargets.errors import near_names

CODES = ["JY1001", "JY1005", "JY1015", "JY9105"]


WIDE = str.maketrans("JY015", "\uff2a\uff39\uff10\uff11\uff15")
WRITTEN = ["JY10O5", "JY10o5", "JYl005", "JYI005", "jy1005", "JY1005".translate(WIDE)]


@pytest.mark.parametrize("written", WRITTEN)
def test_a_code_that_looks_the_same_is_offered_alone(written: str) -> None:
    """The letter O for 0, I or l for 1, wide digits and letters, small letters."""
    assert near_names(written, CODES) == "did you mean JY1005?"


def test_a_code_that_looks_otherwise_is_offered_by_its_letters() -> None:
    """A digit mistyped has several neighbours."""
    assert near_names("JY1006", CODES) == "did you mean JY1005 or JY1001 or JY9105?"


def test_two_names_that_look_the_same_are_both_offered() -> None:
    """Nobody can tell which was meant."""
    assert near_names("Z1", ["Zl", "ZI", "Z2"]) == "did you mean ZI or Zl?"
