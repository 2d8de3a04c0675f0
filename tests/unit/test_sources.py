"""Where it is written: a quote stands in its text word for word."""

import pytest

from edutargets.sources import Bilingual, SourceText

TEXT = SourceText("plan", "六、到2025年,\n全区公办幼儿园在园幼儿占比达到\n 50%以上。")


@pytest.mark.parametrize(
    ("quote", "holds"),
    [
        ("公办幼儿园在园幼儿占比达到50%以上", True),
        ("公办幼儿园\n在园幼儿 占比", True),
        ("公办幼儿园在园幼儿占比达到50％以上", False),
        ("公办幼儿园在园儿童占比", False),
        ("到2025年，全区", False),
        ("", False),
        (" \n ", False),
    ],
)
def test_only_blanks_and_line_breaks_may_differ(quote: str, *, holds: bool) -> None:
    """A comma of the other width is another text, and a quote of nothing proves nothing."""
    assert TEXT.holds(quote) is holds


def test_the_same_words_have_the_same_hash() -> None:
    """A quote can be held against the very text it was taken from."""
    assert SourceText("other", TEXT.text).sha256 == TEXT.sha256 != SourceText("plan", TEXT.text + "。").sha256


def test_a_missing_language_is_filled_by_the_other() -> None:
    """A title in one language is better than none."""
    assert Bilingual(zh="学校").in_language("en") == "学校"
    assert Bilingual(en="Schools").in_language("zh") == "Schools"
    assert Bilingual(en="Schools", zh="学校").in_language("en") == "Schools"
