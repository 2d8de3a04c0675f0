"""Numbers are cut out of real lines as a reader would mark them."""

from fractions import Fraction

import pytest

from edutargets.plan_numbers import NumberPhrase, numbers_in


def found(line: str) -> list[str]:
    """Return the words of the numbers of a line."""
    return [phrase.text for phrase in numbers_in(line)]


def only(line: str) -> NumberPhrase:
    """Return the one number of a line."""
    (phrase,) = numbers_in(line)
    return phrase


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "到2025年,全区规划投入4800万元,新(改)建公办幼儿园6所,扩充学前教育公办学位3500个;规划投入近6亿元",
            ["2025年", "4800万元", "6所", "3500个", "6亿元"],
        ),
        ("小学、初中专任教师本科以上学历比例分别达到83%、92%", ["83%", "92%"]),
        ("每年开展1-2次专项检查、交流展示活动", ["1-2次"]),
        (
            "抓牢创建二个核心任务,坚持三个有机结合,实施四个工程,抓好五项改革",
            ["二个", "三个", "四个", "五项"],
        ),
        ("打造“十佳精品课堂”活动,以“六大抓手”创新,科学谋划“12345”发展思路", ["十佳", "六大", "12345"]),
        ("涉及3项一级指标、14项二级指标,43个主要观测点", ["3项", "一级", "14项", "二级", "43个"]),
        ("2022年9月至2022年12月,开展工作筹备;2025年12月,完成", ["2022年9月至2022年12月", "2025年12月"]),
        ("时间为:2023年10月~2023年3月,具体分3个步骤", ["2023年10月~2023年3月", "3个"]),
        ("(2022~2023年)(粤发(2022)13号)", ["2022~2023年", "(2022)13号"]),
        ("××府〔2023〕2号", ["〔2023〕2号"]),
        ("九年义务教育巩固率保持在96%以上", ["九年", "96%"]),
        ("占比为百分之八十", ["百分之八十"]),
    ],
)
def test_the_numbers_of_a_line_are_cut_with_what_they_count(line: str, expected: list[str]) -> None:
    """Quantities with their counters, ranges, numerals in words, dates and document numbers."""
    assert found(line) == expected


@pytest.mark.parametrize(
    "line",
    [
        "一是进度上报制度。",
        "#### 2.提升校长办学治校能力。",
        "2.××区教育高质量发展专项行动",
        "## 一、提高认识,健全机构",
        "进一步深化,统一招聘,以区第一初中、第二小学为牵头校",
        "第五代移动通信技术(5G)网络",
        "基于IPv6的网络",
        "深入贯彻党的二十大精神",
        "新建一批公办幼儿园,落实“一把手”负责制",
    ],
)
def test_list_numbers_names_and_words_that_only_look_like_numbers_are_none(line: str) -> None:
    """一是, 第一, 5G and 进一步 promise nothing that could be counted."""
    assert found(line) == []


@pytest.mark.parametrize(
    ("line", "kind", "values"),
    [
        ("1.23亿元", "quantity", [123_000_000]),
        ("4800万元", "quantity", [48_000_000]),
        ("11,000个", "quantity", [11_000]),
        ("1-2次", "range", [1, 2]),
        ("十二年", "numeral", [12]),
        ("三百五十个", "numeral", [350]),
        ("两万名", "numeral", [20_000]),
        ("第6版", "ordinal", [6]),
        ("2.5%", "quantity", [Fraction(5, 2)]),
    ],
)
def test_a_number_has_its_value(line: str, kind: str, values: list[Fraction]) -> None:
    """Multiples such as 万 are in it; a share keeps its percent."""
    phrase = only(line)
    assert (phrase.kind, list(phrase.values)) == (kind, values)


@pytest.mark.parametrize(
    ("line", "days"),
    [
        ("2023年3月~6月", [(2023, 3, 0), (2023, 6, 0)]),
        ("2022-2024年", [(2022, 0, 0), (2024, 0, 0)]),
        ("2023年3月9日", [(2023, 3, 9)]),
        ("2023-10-01", [(2023, 10, 1)]),
        ("2023—2025年", [(2023, 0, 0), (2025, 0, 0)]),
    ],
)
def test_a_date_has_its_days(line: str, days: list[tuple[int, int, int]]) -> None:
    """Both ends of a span; what the text does not say is 0."""
    phrase = only(line)
    assert (phrase.kind, list(phrase.days)) == ("date", days)


def test_a_number_knows_its_place_in_the_text() -> None:
    """A quote binds it by its place."""
    (phrase,) = numbers_in("建设6个", start=100)
    assert (phrase.start, phrase.end) == (102, 104)
