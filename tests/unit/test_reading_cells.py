import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pyarrow as pa
import pytest

from edutargets.cells import read_cells
from edutargets.tables import Column

COUNT = Column.model_validate({"type": "integer", "unit": "student"})
MONEY = Column.model_validate({"type": "decimal", "scale": 2, "unit": "CNY/year", "heading_units": ["万元"]})
PERCENT = Column.model_validate({"type": "decimal", "scale": 2, "unit": "percent"})
SHARE = Column.model_validate({"type": "decimal", "scale": 4, "range": [0, 1]})
RATE = Column.model_validate({"type": "decimal", "scale": 4})
DAY = Column(type="date")
YEAR = Column(type="year")
CODE = Column(type="code")
WORD = Column(type="text")
CHOICE = Column.model_validate({"type": "category", "values": {"yes": {"zh": "有"}, "no": {"zh": "无"}}})
IDENTITY = Column(type="code", checksum="gb11643")


def value(text: str, column: Column, factor: Fraction = Fraction(1)) -> object:
    """Read one cell that means something."""
    values, bad = read_cells(pa.array([text]), column, factor)
    assert not bad
    return values.to_pylist()[0]


def problem(text: str, column: Column, factor: Fraction = Fraction(1)) -> tuple[str, str, str]:
    """Read one cell that means nothing: its rule and both sentences."""
    values, bad = read_cells(pa.array([text]), column, factor)
    assert values.to_pylist() == [None]
    (cell,) = bad
    return cell.problem.rule, cell.problem.message.en, cell.problem.message.zh


@pytest.mark.parametrize(
    "text",
    [
        "1234",
        "1,234",
        "\uff11\uff12\uff13\uff14",
        "\uff11，\uff12\uff13\uff14",
        " 1234 ",
        "1234.0",
        "1,234.00",
        "　1234",
    ],
)
def test_a_number_is_read_however_it_is_spaced(text: str) -> None:
    """Commas of thousands, full-width digits and idle zeros carry no meaning."""
    assert value(text, COUNT) == 1234


@pytest.mark.parametrize("text", ["1,23", "12,34", "1,2345", "1234,567", ",123", "1，23"])
def test_commas_that_part_no_thousands_are_refused(text: str) -> None:
    """12,34 may be 12.34 or 1234."""
    assert problem(text, COUNT)[0] == "type"


@pytest.mark.parametrize(
    ("text", "column", "expected"),
    [
        ("48.8%", PERCENT, Decimal("48.80")),
        ("48.8 ％", PERCENT, Decimal("48.80")),
        ("48.8", PERCENT, Decimal("48.80")),
        ("0.488", PERCENT, Decimal("0.49")),
        ("48.8%", SHARE, Decimal("0.4880")),
        ("0.488", SHARE, Decimal("0.4880")),
    ],
)
def test_percent_is_percent_in_columns_of_percent_and_a_hundredth_in_columns_of_shares(
    text: str, column: Column, expected: Decimal
) -> None:
    """48.8 % of a share is 0.488; what was typed without a sign is in the column's own unit."""
    if text == "0.488" and column is PERCENT:
        assert problem(text, column)[0] == "scale"
    else:
        assert value(text, column) == expected


def test_a_percentage_elsewhere_is_refused() -> None:
    """A count and a pure number that may be above 1 hold no percentages."""
    assert problem("48.8%", COUNT)[0] == "type"
    assert problem("48.8%", RATE)[0] == "type"
    assert "percentages" in problem("5‰", PERCENT)[1]


@pytest.mark.parametrize(
    ("text", "en", "zh"),
    [
        ("约5所", "approximate", "约数"),
        ("近6亿", "approximate", "约数"),
        ("300余", "approximate", "约数"),
        ("5左右", "approximate", "约数"),
        (">50", "approximate", "约数"),
        ("一百", "in words", "阿拉伯数字"),
        ("三百二十", "in words", "阿拉伯数字"),
        ("5-6", "a range", "范围"),
        ("5至6人", "a range", "范围"),
        ("多", "not a number", "不是数值"),
        ("1e3", "not a number", "不是数值"),
    ],
)
def test_a_figure_that_is_none_says_why_in_both_languages(text: str, en: str, zh: str) -> None:
    """Tired people write what they would say; the sentence tells them what to write."""
    rule, said, gesagt = problem(text, COUNT)
    assert rule == "type"
    assert en in said
    assert zh in gesagt


@pytest.mark.parametrize(
    ("text", "column", "factor", "meant"),
    [
        ("12万元", MONEY, 1, "120000"),
        ("12万元", MONEY, 10_000, "12"),
        ("120000元", MONEY, 10_000, "12"),
        ("1.2万", COUNT, 1, "12000"),
        ("54人", COUNT, 1, "54"),
        ("1亿元", MONEY, 10_000, "10000"),
        ("0.5亩", MONEY, 1, ""),
        ("12.5美元", MONEY, 1, ""),
        ("1.23456万", COUNT, 1, ""),
    ],
)
def test_a_cell_with_a_unit_of_its_own_is_refused_and_told_what_to_write(
    text: str, column: Column, factor: int, meant: str
) -> None:
    """万元 and 元 mixed in one column are flagged, never converted; the number to write stands there."""
    rule, en, zh = problem(text, column, Fraction(factor))
    assert rule == "own-unit"
    assert (f", {meant} if" in en and f"请填 {meant}" in zh) if meant else ("if that" not in en)


@pytest.mark.parametrize(
    "text",
    ["/", "／", "-", "—", "——", "无", "NA", "n/a", "N/A", "暂无", "不详", "null", "nan", "…", "?", "同上"],
)
def test_a_placeholder_is_neither_zero_nor_blank(text: str) -> None:
    """无 may mean none or not known, so the writer says which: an empty cell or 0."""
    for column in (COUNT, MONEY, DAY, YEAR, CODE):
        rule, en, zh = problem(text, column)
        assert rule == "placeholder"
        assert "leave the cell empty" in en
        assert "留空" in zh
    assert "0" in problem(text, COUNT)[2]
    assert value(text, WORD) == text


def test_a_word_of_the_vocabulary_is_no_placeholder() -> None:
    """无 in a column of 有 and 无 is an answer."""
    assert value("无", CHOICE) == "no"
    assert problem("/", CHOICE)[0] == "placeholder"


@pytest.mark.parametrize(
    "text", ["#N/A", "#DIV/0!", "#REF!", "#NAME?", "#ERROR!", "=SUM(A1:A3)", "#SHOWN! 12345"]
)
def test_what_a_spreadsheet_left_behind_is_refused_in_every_column(text: str) -> None:
    """An error value is no text, no code and no number."""
    for column in (COUNT, CODE, WORD, DAY):
        assert problem(text, column)[0] in {"formula", "format"}


@pytest.mark.parametrize(
    "text",
    [
        *("2025-12-31", "2025/12/31", "2025.12.31", "20251231", "2025年12月31日", "2025年12月31号"),
        *(
            "\uff12\uff10\uff12\uff15年\uff11\uff12月\uff13\uff11日",
            "2025 年 12 月 31 日",
            "2025-12-31 00:00:00",
            "2025/12/31 0:00",
            "2025-12-31T00:00",
        ),
    ],
)
def test_a_day_is_read_in_every_spelling_with_the_year_first(text: str) -> None:
    """Year, month, day in this order mean one day only."""
    assert value(text, DAY) == dt.date(2025, 12, 31)


@pytest.mark.parametrize("text", ["2025-1-5", "2025/1/05", "2025.01.5", "20250105", "2025年1月5日"])
def test_months_and_days_need_no_zeros(text: str) -> None:
    """2025/1/5 is the fifth of January, as the year stands first."""
    assert value(text, DAY) == dt.date(2025, 1, 5)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("12/31/2025", "year first"),
        ("5/1/2025", "year first"),
        ("25-12-31", "year first"),
        ("2025年12月", "no day"),
        ("2025-12", "no day"),
        ("202512", "no day"),
        ("2025-02-30", "no calendar"),
        ("20251331", "no calendar"),
        ("45657", "spreadsheet's number"),
        ("2025-12-31 08:30", "year first"),
        ("2025-12/31", "year first"),
    ],
)
def test_a_day_that_is_unsure_is_refused_with_the_reason(text: str, why: str) -> None:
    """5/1/2025 is two different days in two countries."""
    rule, en, _ = problem(text, DAY)
    assert (rule, why in en) == ("type", True)


@pytest.mark.parametrize(
    "text", ["2024", "2024年", "2024年度", "\uff12\uff10\uff12\uff14", "2024.0", "2024 年", "2024学年"]
)
def test_a_year_may_say_that_it_is_one(text: str) -> None:
    """2024年 names one year, and so does 2024学年: as in the names of files."""
    assert value(text, YEAR) == 2024


@pytest.mark.parametrize("text", ["2023-2024学年", "2023-2024", "2023—2024学年度", "2023/24", "2023至2024"])
def test_a_school_year_is_not_guessed_to_be_one_of_its_two_years(text: str) -> None:
    """Offices differ in which of the two they mean."""
    assert "two years" in problem(text, YEAR)[1]


def test_identity_numbers_are_masked_before_they_are_cut_and_at_any_length() -> None:
    """What a fault shows can never be put together again to a person's number."""
    number = "110101199003070003"
    text = "备注里写了很长的一段话，其中还有身份证号码，它刚好站在截断的地方，请注意：" + number
    for column in (COUNT, DAY):
        _, bad = read_cells(pa.array([text, f"x{number}y", f"'{number}"]), column)
        assert all("1199003" not in cell.found and "070003" not in cell.found for cell in bad)
    _, bad = read_cells(pa.array(["1101\u200b01199003", "1.1E+17", "/"]), IDENTITY)
    assert [cell.found for cell in bad[1:]] == ["'*******'", "'*'"]
    assert "0119" not in bad[0].found
