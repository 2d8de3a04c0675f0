"""Each kind of check that is SQL says what a few lines of plain Python say, on whatever rows."""

import math
import statistics
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from itertools import pairwise
from math import comb

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import JsonValue

from edutargets.cell_texts import arrow_type
from edutargets.check_sql import predicate_of, query_of
from edutargets.checks import Check
from edutargets.tables import Dictionary

Row = dict[str, object]
COLUMNS = {
    "id": {"type": "code"},
    "year": {"type": "year"},
    "who": {"type": "code", "references": "roster.who"},
    "a": {"type": "integer"},
    "b": {"type": "integer"},
    "total": {"type": "integer"},
    "begins": {"type": "date"},
    "ends": {"type": "date"},
    "name": {"type": "text"},
    "number": {"type": "code"},
}
DICTIONARY = Dictionary.model_validate(
    {
        "tables": {
            "t": {
                "counts": "record",
                "period": "year",
                "key": ["id", "year"],
                "reports": "who",
                "columns": COLUMNS,
            },
            "child": {
                "counts": "record",
                "period": "year",
                "key": ["id", "year"],
                "reports": "who",
                "columns": COLUMNS,
            },
            "roster": {
                "counts": "institution",
                "period": "year",
                "key": ["who", "year"],
                "reports": "who",
                "columns": {"who": {"type": "code"}, "year": {"type": "year"}},
            },
        }
    }
)
blank_or = st.none().__or__
who, year = blank_or(st.sampled_from("xyz")), blank_or(st.integers(2021, 2024))
small = blank_or(st.integers(-3, 9))
days = blank_or(st.integers(1, 9).map(lambda day: date(2024, 1, day)))
row = st.fixed_dictionaries(
    {"id": blank_or(st.sampled_from("pqr")), "year": year, "who": who, "a": small, "b": small, "total": small}
)
rows_of_t = st.lists(row, max_size=14)
rows_of_roster = st.lists(st.fixed_dictionaries({"who": who, "year": year}), max_size=8)
few = settings(max_examples=60, deadline=None)


def arrow(name: str, rows: Sequence[Row]) -> pa.Table:
    """Make typed rows."""
    columns = DICTIONARY.tables[name].columns.items()
    return pa.table({c: pa.array([r.get(c) for r in rows], arrow_type(column)) for c, column in columns})


def found(
    kind: str, rows: Sequence[Row], others: Mapping[str, Sequence[Row]] | None = None, **kwargs: JsonValue
) -> list[tuple[object, ...]]:
    """Return what a check finds: the row first, then what stands beside it."""
    check = Check(code="C", type=kind, kwargs=kwargs)
    predicate = predicate_of(check, "t", DICTIONARY)
    query = query_of(check, "t", DICTIONARY)
    statement = query or f"SELECT row_id FROM {{batch}} WHERE NOT ({predicate})"  # noqa: S608
    connection = duckdb.connect(":memory:")
    for name in ("child", "roster"):
        connection.register(name, arrow(name, (others or {}).get(name, ())))
    connection.register(
        "batch", arrow("t", rows).append_column("row_id", pa.array(range(len(rows)), pa.int64()))
    )
    return connection.execute(statement.replace("{batch}", "batch")).fetchall()


def rows_found(*args: object, **kwargs: object) -> list[object]:
    """Return the rows alone."""
    return [one[0] for one in found(*args, **kwargs)]  # type: ignore[arg-type]


def known(one: Row, *names: str) -> bool:
    """Whether a row has all of these."""
    return all(one.get(name) is not None for name in names)


def grouped(rows: Iterable[Row], *names: str) -> dict[tuple[object, ...], list[tuple[int, Row]]]:
    """Put rows with the same values together, those with a blank among them left out."""
    groups = defaultdict(list)
    for at, one in enumerate(rows):
        if known(one, *names):
            groups[tuple(one[name] for name in names)].append((at, one))
    return groups


def whole_sum(rows: Iterable[tuple[int, Row]], name: str) -> int | None:
    """Add up, unless one is not known."""
    values = [one.get(name) for _, one in rows]
    return None if None in values else sum(values)  # type: ignore[arg-type]


# Check characters

CREDIT = "0123456789ABCDEFGHJKLMNPQRTUWXY"
digits_of_identity = st.builds(
    lambda day, rest: f"110105{day:%Y%m%d}{rest:03}",
    st.dates(date(1900, 1, 1), date(2024, 12, 31)),
    st.integers(0, 999),
)
credit_beginnings = st.from_regex(f"[{CREDIT}]{{2}}[0-9]{{6}}[{CREDIT}]{{9}}", fullmatch=True)


def identity(digits: str) -> str:
    """Complete an identity number: the whole, weighted by powers of two, leaves 1 modulo 11."""
    return next(digits + last for last in "0123456789X" if leaves_one(digits + last))


def leaves_one(number: str) -> bool:
    """Say what ISO 7064 MOD 11-2 says."""
    values = [10 if character == "X" else int(character) for character in number]
    return sum(value * 2 ** (17 - at) for at, value in enumerate(values)) % 11 == 1


def credit(beginning: str) -> str:
    """Complete a credit code: the whole, weighted by powers of three, leaves 0 modulo 31."""
    return next(
        beginning + last
        for last in CREDIT
        if (sum(CREDIT.index(c) * 3**at for at, c in enumerate(beginning)) + CREDIT.index(last)) % 31 == 0
    )


def wrong(numbers: Sequence[str], checksum: str) -> list[object]:
    """Return which of some numbers are found."""
    rows: list[Row] = [{"number": number} for number in numbers]
    return rows_found("expect_column_values_to_pass_checksum", rows, column="number", checksum=checksum)


@few
@given(digits_of_identity)
def test_every_wrong_digit_and_every_swap_of_neighbours_in_an_identity_number_is_caught(digits: str) -> None:
    """All 153 + 10 single errors and all swaps of neighbours that differ."""
    right = identity(digits)
    assert wrong([right, right.lower()], "gb11643") == []
    errors = [
        right[:at] + other + right[at + 1 :]
        for at in range(18)
        for other in "0123456789"
        if right[at] != other
    ]
    swaps = [
        right[:at] + right[at + 1] + right[at] + right[at + 2 :]
        for at in range(17)
        if right[at] != right[at + 1]
    ]
    assert wrong(errors + swaps, "gb11643") == list(range(len(errors) + len(swaps)))


@few
@given(credit_beginnings)
def test_every_wrong_character_and_every_swap_of_neighbours_in_a_credit_code_is_caught(
    beginning: str,
) -> None:
    """31 is prime and the weights differ, so none of them can cancel out."""
    right = credit(beginning)
    assert wrong([right, right.lower()], "gb32100") == []
    errors = [
        right[:at] + other + right[at + 1 :] for at in range(18) for other in CREDIT if right[at] != other
    ]
    swaps = [
        right[:at] + right[at + 1] + right[at] + right[at + 2 :]
        for at in range(17)
        if right[at] != right[at + 1]
    ]
    assert wrong(errors + swaps, "gb32100") == list(range(len(errors) + len(swaps)))


@few
@given(st.lists(st.text(max_size=20), min_size=1))
def test_a_note_never_shows_the_middle_of_a_number(texts: list[str]) -> None:
    """Whatever somebody typed there."""
    rows: list[Row] = [{"number": text} for text in texts]
    for checksum in ("gb11643", "gb32100"):
        for at, shown, _ in found(
            "expect_column_values_to_pass_checksum", rows, column="number", checksum=checksum
        ):
            text = texts[int(str(at))].upper()
            assert set(str(shown)[6:-2] if len(str(shown)) > 10 else str(shown)) <= {"*"}
            assert len(text) <= 1 or set(text) == {"*"} or str(shown) != text


# Text

chinese = st.text(
    st.characters(codec="gb2312", min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=2, max_size=9
)


@few
@given(st.lists(chinese, min_size=1, max_size=20))
def test_chinese_text_passes_and_its_bytes_read_as_latin_do_not(texts: list[str]) -> None:
    """Whichever of the two encodings they were written in."""
    assert rows_found("expect_readable_text", [{"name": text} for text in texts], column="name") == []
    for encoding in ("gb2312", "utf-8"):
        rows: list[Row] = [{"name": text.encode(encoding).decode("latin-1")} for text in texts]
        assert sorted(rows_found("expect_readable_text", rows, column="name")) == list(range(len(texts)))  # type: ignore[type-var]


# Sums

RELATIONS: Mapping[str, Callable[[Fraction, Fraction, Fraction], bool]] = {
    "equal": lambda added, figure, allowed: abs(figure - added) <= allowed,
    "at_most": lambda added, figure, allowed: added <= figure + allowed,
    "at_least": lambda added, figure, allowed: added >= figure - allowed,
}
limits = st.fixed_dictionaries(
    {
        "relation": st.sampled_from(sorted(RELATIONS)),
        "tolerance": st.sampled_from([0, 1, 0.5]),
        "relative_tolerance": st.sampled_from([0.1, 0.25, 1]),
    }
)


def agrees(added: int, figure: int, limit: Mapping[str, JsonValue]) -> bool:
    """Compare exactly."""
    allowed = Fraction(str(limit["tolerance"])) + Fraction(str(limit["relative_tolerance"])) * abs(figure)
    return RELATIONS[str(limit["relation"])](Fraction(added), Fraction(figure), allowed)


@few
@given(rows_of_t, limits, st.sampled_from(["skip", "zero"]))
def test_parts_are_added_up_as_by_hand(rows: list[Row], limit: dict[str, JsonValue], blanks: str) -> None:
    """Relation, tolerance and blanks as they are said."""
    expected = []
    for at, one in enumerate(rows):
        parts = [0 if one[name] is None and blanks == "zero" else one[name] for name in ("a", "b")]
        if one["total"] is not None and None not in parts and not agrees(sum(parts), one["total"], limit):  # type: ignore[arg-type]
            expected.append(at)
    assert (
        rows_found("expect_columns_to_add_up", rows, total="total", parts=["a", "b"], blanks=blanks, **limit)
        == expected
    )


@few
@given(rows_of_t, rows_of_t, limits, st.sampled_from([None, "b"]))
def test_rows_of_another_table_are_added_up_as_by_hand(
    rows: list[Row], children: list[Row], limit: dict[str, JsonValue], sum_of: str | None
) -> None:
    """Only periods of which the other table has a row; no row is zero; a blank makes a sum unknown."""
    theirs = grouped(children, "who", "year")
    periods = {one["year"] for one in children}
    expected = []
    for key, group in grouped(rows, "who", "year").items():
        figure = whole_sum(group, "total")
        added = whole_sum(theirs[key], sum_of) if sum_of else len(theirs[key])
        if (
            key[1] in periods
            and figure is not None
            and added is not None
            and not agrees(added, figure, limit)
        ):
            expected.append(min(at for at, _ in group))
    kwargs: dict[str, JsonValue] = {"column": "total", "child": "child", "on": ["who", "year"], **limit}
    kwargs |= {"sum_of": sum_of} if sum_of else {}
    assert rows_found("expect_column_to_match_child_rows", rows, {"child": children}, **kwargs) == sorted(
        expected
    )


# Rosters


@few
@given(rows_of_t, rows_of_roster, st.booleans())
def test_references_are_looked_up_as_by_hand(rows: list[Row], roster: list[Row], any_period: bool) -> None:  # noqa: FBT001
    """In the row's own period unless any will do."""
    there = {(one["who"], None if any_period else one["year"]) for one in roster}
    expected = [
        at
        for at, one in enumerate(rows)
        if known(one, "who") and (any_period or known(one, "year")) and roster
        and (one["who"], None if any_period else one["year"]) not in there
    ]  # fmt: skip
    kwargs: dict[str, JsonValue] = {"any_period": True} if any_period else {}
    assert (
        rows_found("expect_references_to_exist", rows, {"roster": roster}, column="who", **kwargs) == expected
    )


@few
@given(rows_of_t, rows_of_roster, st.booleans(), st.booleans())
def test_missing_reports_are_named_as_by_hand(
    rows: list[Row],
    roster: list[Row],
    every: bool,  # noqa: FBT001  # drawn
    one_each: bool,  # noqa: FBT001  # drawn
) -> None:
    """Who is due and did not come, and whose rows are too many."""
    handed = grouped(rows, "who", "year")
    periods = {one["year"] for one in rows}
    due = {
        (one["who"], one["year"])
        for one in roster
        if known(one, "who", "year") and (every or one["year"] in periods)
    }
    expected = [(None, *key, 0) for key in due if key not in handed]
    if one_each:
        expected += [(at, *key, len(group)) for key, group in handed.items() for at, _ in group[1:]]
    answer = found(
        "expect_everyone_to_report",
        rows,
        {"roster": roster},
        roster="roster",
        every_period=every,
        exactly_one=one_each,
    )
    assert sorted(answer, key=str) == sorted(expected, key=str)


# Periods


def series(rows: list[Row]) -> dict[object, dict[int, tuple[int, int | None]]]:
    """Return of each who and year the first row and the sum."""
    found: dict[object, dict[int, tuple[int, int | None]]] = defaultdict(dict)
    for (one, when), group in grouped(rows, "who", "year").items():
        found[one][when] = (group[0][0], whole_sum(group, "a"))  # type: ignore[index]
    return found


@few
@given(rows_of_t, st.sampled_from([0.1, 0.5, 1]), st.sampled_from([0, 2]))
def test_jumps_are_found_as_by_hand(rows: list[Row], share: float, floor: int) -> None:
    """More than the share of the year before, and more than the floor."""
    expected = []
    for seen in series(rows).values():
        for when, (at, now) in seen.items():
            _, before = seen.get(when - 1, (0, None))
            if now is None or not before:
                continue
            apart = abs(now - before)
            if apart > Fraction(str(share)) * abs(before) and apart > floor:
                expected.append(at)
    kwargs: dict[str, JsonValue] = {"column": "a", "share": share, "floor": floor, "by": ["who"]}
    assert rows_found("expect_column_changes_to_stay_within", rows, **kwargs) == sorted(expected)


@few
@given(rows_of_t)
def test_falls_are_found_as_by_hand(rows: list[Row]) -> None:
    """Below the last known value."""
    expected = []
    for seen in series(rows).values():
        values = [(at, now) for _, (at, now) in sorted(seen.items()) if now is not None]
        expected += [at for (_, before), (at, now) in pairwise(values) if now < before]
    assert rows_found("expect_column_to_never_fall", rows, column="a", by=["who"]) == sorted(expected)


@few
@given(rows_of_t)
def test_changes_are_found_as_by_hand(rows: list[Row]) -> None:
    """Other than the row before of the same one."""
    expected = []
    for group in grouped(rows, "id").values():
        values = [(one["year"], at, one["a"]) for at, one in group if known(one, "year", "a")]
        expected += [at for (_, _, before), (_, at, now) in pairwise(sorted(values)) if now != before]  # type: ignore[type-var]
    assert rows_found("expect_column_to_never_change", rows, column="a", by=["id"]) == sorted(expected)


# Persons

dated = st.lists(
    st.fixed_dictionaries(
        {
            "id": blank_or(st.sampled_from("pq")),
            "year": st.just(2024),
            "who": who,
            "begins": days,
            "ends": days,
        }
    ),
    max_size=8,
)


@few
@given(dated, st.booleans())
def test_persons_in_two_places_are_found_as_by_hand(rows: list[Row], by_date: bool) -> None:  # noqa: FBT001
    """In one period, or in times that overlap by more than the day of moving."""
    for_ever = date(9999, 12, 31)

    def overlap(one: Row, other: Row) -> bool:
        if not by_date:
            return True
        if not (known(one, "begins") and known(other, "begins")):
            return False
        until = min(one["ends"] or for_ever, other["ends"] or for_ever)  # type: ignore[type-var]
        return max(one["begins"], other["begins"]) < until  # type: ignore[type-var, operator]

    expected = [
        at
        for group in grouped(rows, "id", "year").values()
        for at, one in group
        if any(
            known(one, "who") and known(other, "who") and one["who"] != other["who"] and overlap(one, other)
            for _, other in group
        )
    ]
    kwargs: dict[str, JsonValue] = {"begins": "begins", "ends": "ends"} if by_date else {}
    assert rows_found("expect_one_place_at_a_time", rows, column="id", **kwargs) == sorted(expected)


WIDE = "".join(chr(ord(letter) + 0xFEE0) for letter in "LI-NA")
names = blank_or(st.sampled_from(["王小明", "王 小明", "王·小明", "Li Na", WIDE, "liná", "李娜", " ", ""]))
SAME = {"王小明": 1, "王 小明": 1, "王·小明": 1, "Li Na": 2, WIDE: 2, "liná": 2, "李娜": 3}
named = st.lists(
    st.fixed_dictionaries(
        {"id": blank_or(st.sampled_from("pq")), "year": year, "name": names, "a": blank_or(st.just(1))}
    ),
    max_size=9,
)


@few
@given(named)
def test_similar_persons_are_found_as_by_hand(rows: list[Row]) -> None:
    """One folded name, one birth date, two codes."""
    expected = []
    for at, one in enumerate(rows):
        for other in rows:
            both = known(one, "id", "year", "name", "a") and known(other, "id", "year", "name", "a")
            if both and one["year"] == other["year"] and one["id"] != other["id"]:
                fold = SAME.get(str(one["name"]))
                if fold is not None and fold == SAME.get(str(other["name"])):
                    expected.append(at)
                    break
    assert rows_found("expect_no_similar_persons", rows, name="name", same=["a"], person="id") == expected


# Neighbours


@few
@given(rows_of_t, st.integers(1, 4))
def test_copied_blocks_are_found_as_by_hand(rows: list[Row], distinct: int) -> None:
    """The same numbers in any order, enough of them different and not zero."""
    blocks: dict[object, dict[object, tuple[int, list[str]]]] = defaultdict(dict)
    for (one, when), group in grouped(rows, "who", "year").items():
        values = {value for _, r in group for value in (r["a"], r["b"]) if value}
        if len(values) >= distinct:
            lines = sorted(str((r["a"], r["b"])) for _, r in group)
            blocks[when][one] = (group[0][0], lines)
    expected = [
        at
        for seen in blocks.values()
        for one, (at, lines) in seen.items()
        if any(lines == others for other, (_, others) in seen.items() if other != one)
    ]
    answer = rows_found("expect_no_copied_blocks", rows, columns=["a", "b"], distinct=distinct)
    assert answer == sorted(expected)


@few
@given(
    st.lists(
        st.fixed_dictionaries(
            {"year": year, "a": blank_or(st.sampled_from([0, 1, 9, 10, 11, 12, 100, 1000, 100_000, 6667]))}
        ),
        max_size=20,
    )
)
def test_slips_of_the_unit_are_found_as_by_hand(rows: list[Row]) -> None:
    """Near a factor, and far outside the spread of the peers."""
    expected = []
    for group in grouped(rows, "year").values():
        sizes = {at: math.log10(one["a"]) for at, one in group if one["a"]}  # type: ignore[arg-type]
        if len(sizes) < 5:
            continue
        middle = statistics.median(sizes.values())
        away = {at: abs(size - middle) for at, size in sizes.items()}
        spread = statistics.median(away.values())
        distances = [math.log10(factor) for factor in (10, 100, 10_000, 666.7)]
        expected += [
            at
            for at, d in away.items()
            if d > 4 * 1.4826 * spread and min(abs(d - f) for f in distances) <= 0.35
        ]
    answer = rows_found("expect_column_values_in_usual_unit", rows, column="a", peers=["year"], min_group=5)
    assert answer == sorted(expected)


@few
@given(
    st.lists(st.integers(0, 12), min_size=5, max_size=11),
    st.sampled_from([0.001, 0.05]),
    st.sampled_from(["at_least", "at_most"]),
)
def test_heaps_are_found_as_by_hand(counts: list[int], p_value: float, limit: str) -> None:
    """Exact binomial tails in whole numbers."""
    window = len(counts) // 2
    values = [90 + at - window for at, many in enumerate(counts[: 2 * window + 1]) for _ in range(many)]
    near, here = len(values), values.count(90)
    below, above = sum(v < 90 for v in values), sum(v > 90 for v in values)
    short = above if limit == "at_most" else below
    cells = 2 * window + 1
    heap = Fraction(
        sum(comb(near, k) * (cells - 1) ** (near - k) for k in range(here, near + 1)), cells**near
    )
    thin = Fraction(sum(comb(near - here, k) for k in range(short + 1)), 2 ** (near - here))
    unlikely = near >= 10 and max(heap, thin) <= Fraction(str(p_value)) and here * cells >= 1.5 * near
    if min(abs(float(p) / p_value - 1) for p in (heap, thin)) < 1e-9:
        pytest.skip("exactly at the limit")
    rows: list[Row] = [{"a": value} for value in values]
    kwargs: dict[str, JsonValue] = {
        "column": "a",
        "threshold": 90,
        "window": window,
        "min_rows": 10,
        "p_value": p_value,
        "limit": limit,
    }
    assert (rows_found("expect_no_heaping", rows, **kwargs) == [None]) is unlikely
