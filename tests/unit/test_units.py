"""What a number counts: spellings, exact conversion, and what must never be put together."""

from fractions import Fraction

import pytest

from edutargets.entities import CURRENCIES, ENTITIES
from edutargets.errors import UnitError
from edutargets.units import Quantity, factors_of, parse_unit, unit_text


@pytest.mark.parametrize(
    ("text", "unit", "number"),
    [
        ("4800万元", "CNY", 48_000_000),
        ("12亿元", "CNY", 1_200_000_000),
        ("1.23 亿元", "CNY", 123_000_000),
        ("3 百万元", "CNY", 3_000_000),
        ("\uff11\uff12 亿元", "CNY", 1_200_000_000),
        ("7000元/生/年", "CNY/student/year", 7000),
        ("90学时", "training_hour", 90),
        ("90 学时/年", "training_hour/year", 90),
        ("5 名", "person", 5),
        ("6 名校长", "principal", 6),
        ("16 所", "school", 16),
        ("2.10万人", "person", 21_000),
        ("1.2万学位", "place", 12_000),
        ("11,000 place", "place", 11_000),
        ("83 %", "", Fraction(83, 100)),
        ("83%", "", Fraction(83, 100)),
        ("5 ‰", "", Fraction(5, 1000)),
        ("-3 %", "", Fraction(-3, 100)),
        (".5", "", Fraction(1, 2)),
        ("12 亿", "", 1_200_000_000),
        ("600 元/生/月", "CNY/student/year", 7200),
        ("3.5 m²", "square_metre", Fraction(7, 2)),
        ("0.1 CNY", "CNY", Fraction(1, 10)),
        ("4.2 teacher/百student", "teacher/student", Fraction(42, 1000)),
        ("5000 US dollars/pupil/year", "USD/student/year", 5000),
        ("1 US dollar", "USD", 1),
        ("5000 US$/student/year", "USD/student/year", 5000),
        ("5000美元/生/年", "USD/student/year", 5000),
        ("3.7 亿美元", "USD", 370_000_000),
    ],
)
def test_a_quantity_is_read_exactly_in_either_language(text: str, unit: str, number: Fraction) -> None:
    """A plan's number keeps every digit, whatever multiple and language it is written in."""
    assert Quantity.parse(text).to(unit) == number


@pytest.mark.parametrize(
    "text",
    [
        "",
        "元",
        "%",
        "1/3 CNY",
        "½ CNY",
        "1,5 CNY",
        "1,2000 CNY",
        "1e3 CNY",
        "∞ CNY",
        "5 yaun",
        "5 dollars",  # whose? they are spent in Hong Kong, too
        "5 %%",
        "5 CNY//year",
        "five",
    ],
)
def test_what_is_no_quantity_is_refused(text: str) -> None:
    """A number that two readers would read differently, or a unit nobody knows, is refused."""
    with pytest.raises(UnitError):
        Quantity.parse(text)


def test_a_misspelled_unit_is_refused_with_its_near_name() -> None:
    """The writer is told which unit was meant."""
    with pytest.raises(UnitError, match="training_hour"):
        parse_unit("trainng_hour")


@pytest.mark.parametrize(
    ("one", "other", "named"),
    [
        ("7000 CNY/student", "90 training_hour", ("CNY/student", "training_hour")),
        ("83 %", "7000 CNY", ("%", "CNY")),
        ("3 percentage_point", "3 %", ("percentage_point", "%")),
        ("3 个百分点", "3 %", ("percentage_point", "%")),
        ("3 student", "3 teacher", ("student", "teacher")),
        ("3 student", "3 child", ("student", "child")),
        ("3 student", "3", ("student", "a pure number")),
        ("3 CNY", "3 USD", ("CNY", "USD")),
        ("3 CNY/year", "3 CNY", ("CNY/year", "CNY")),
    ],
)
def test_what_does_not_count_the_same_cannot_be_put_together(
    one: str, other: str, named: tuple[str, str]
) -> None:
    """Adding, subtracting or comparing two kinds of things raises, and both units are named."""
    left, right = Quantity.parse(one), Quantity.parse(other)
    for attempt in (lambda: left + right, lambda: left - right, lambda: left < right, lambda: left >= right):
        with pytest.raises(UnitError) as refused:
            attempt()
        assert all(name in str(refused.value) for name in named)


def test_quantities_of_one_kind_are_added_and_compared_across_multiples() -> None:
    """万元 and yuan are the same money; months and years the same time."""
    assert (Quantity.parse("1 万元") + Quantity.parse("5 CNY")).to("CNY") == 10_005
    assert Quantity.parse("1 亿元") > Quantity.parse("9999 万元")
    assert Quantity.parse("50 %") <= Quantity.parse("0.5")
    assert Quantity.parse("600 CNY/student/month") >= Quantity.parse("7200 CNY/student/year")
    assert (Quantity.parse("1 %") - Quantity.parse("1 ‰")).to("") == Fraction(9, 1000)


def test_a_percentage_point_is_no_percent() -> None:
    """A rate that rises by three percentage points does not rise by three percent."""
    with pytest.raises(UnitError):
        Quantity.parse("3 percentage_point").to("%")


@pytest.mark.parametrize("entity", ENTITIES, ids=lambda entity: entity.name)
def test_every_counted_thing_is_read_in_every_spelling(entity: object) -> None:
    """Its name, its plural and its Chinese noun, with and without the measure word, are one unit."""
    name = getattr(entity, "name", "")
    spellings = {getattr(entity, part, "") for part in ("name", "plural", "zh")}
    spellings.add(getattr(entity, "counter", "") + getattr(entity, "zh", ""))
    for spelling in spellings - {""}:
        assert factors_of(parse_unit(spelling)[1]) == {name: 1}, spelling


@pytest.mark.parametrize(
    ("unit", "en", "zh"),
    [
        ("CNY/student/year", "CNY/student/year", "元/生/年"),
        ("teacher", "teacher", "名教师"),
        ("place", "place", "个学位"),
        ("school", "school", "所学校"),
        ("training_hour/year", "training_hour/year", "学时/年"),
        ("%", "%", "%"),
        ("percentage_point", "percentage_point", "个百分点"),
        ("", "", ""),
    ],
)
def test_a_unit_is_printed_in_both_languages(unit: str, en: str, zh: str) -> None:
    """What is read is printed the way its readers write it."""
    parsed = parse_unit(unit)[1]
    assert (unit_text(parsed), unit_text(parsed, "zh")) == (en, zh)


@pytest.mark.parametrize(
    "name",
    [*CURRENCIES, "student/class", "percentage_point/year", "CNY/student/month", "square_metre/school"],
)
def test_a_printed_unit_is_read_back_as_the_same_unit(name: str) -> None:
    """Printing and reading lose nothing."""
    unit = parse_unit(name)[1]
    assert parse_unit(unit_text(unit))[1] == unit
    assert parse_unit(unit_text(unit, "zh"))[1] == unit


@pytest.mark.parametrize(
    "number", [Fraction(1, 2), Fraction(-1, 8), Fraction(7), Fraction(1, 10**18), Fraction(0)]
)
def test_a_computed_quantity_can_be_written_down(number: Fraction) -> None:
    """A number made in Python is written so that a plan file can hold it."""
    assert Quantity.parse(str(Quantity(number, "CNY"))).number == number
