"""Checks of single cells as SQL: check characters of codes, and text that was decoded wrongly."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edutargets.asked_checks import masked_sql, quoted, text_literal

if TYPE_CHECKING:
    from edutargets.asked_checks import Asked

__all__ = ["checksum_query", "readable_predicate"]

# GB 32100-2015: 31 characters without I, O, S, V, Z; weights 3^(i-1) mod 31.
_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
# GB 11643-1999, ISO 7064 MOD 11-2: weights 2^(18-i) mod 11.
_CHECK_CHARACTERS = "10X98765432"
# The provinces of GB/T 2260, 83 for the residence permits of Taiwan's people; a permanent resident from
# abroad has a 9 before the province.
_PROVINCES = (
    "1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]|9(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5])"
)
_NUMBER = '" number"'  # no column of a table begins with a blank
_EARLIEST = 1900
_LENGTH = 18
# Bytes of GB or UTF-8 read as Latin-1 or Windows-1252, UTF-8 read as GB, lost and private characters.
_UNREADABLE = (
    r"[\x{0080}-\x{00FF}]{3}"
    r"|[\x{00E2}-\x{00E9}][\x{0080}-\x{00BF}\x{0152}-\x{017E}\x{0192}\x{02C6}\x{02DC}\x{2013}-\x{203A}\x{20AC}\x{2122}]{2}"
    r"|锟斤拷|烫烫|屯屯屯|锘縨?|銆|鈥|[\x{FFFD}]|[?]{2}"
    r"|[\x{0001}-\x{0008}\x{000B}\x{000C}\x{000E}-\x{001F}\x{007F}-\x{009F}\x{E000}-\x{F8FF}]"
)


def checksum_query(asked: Asked) -> str:
    """Find numbers whose check character, shape, province or birth date cannot be right; blanks are none.

    The note says what is wrong and shows the ends of the number only.
    """
    value = quoted(asked.text("column"))
    reasons = _identity(asked) if asked.text("checksum") == "gb11643" else _credit()
    cases = " ".join(f"WHEN NOT ({right}) THEN {text_literal(why)}" for why, right in reasons)
    return f"""
        SELECT row_id, {masked_sql(_NUMBER)} AS number, " why" AS why
        FROM (
            SELECT *, CASE {cases} END AS " why"
            FROM (SELECT *, upper({value}) AS {_NUMBER} FROM {asked.rows} WHERE {value} IS NOT NULL)
        )
        WHERE " why" IS NOT NULL ORDER BY row_id
    """  # noqa: S608


def _identity(asked: Asked) -> list[tuple[str, str]]:
    """Return what must hold of an identity number, each after what it takes for granted."""
    born = "CAST(try_strptime(substr(\" number\", 7, 8), '%Y%m%d') AS DATE)"
    in_time = f"coalesce(year({born}) <= {quoted(asked.period[0])}, true)" if asked.period else "true"
    total = " + ".join(
        f'(ascii(substr(" number", {at}, 1)) - 48) * {2 ** (_LENGTH - at) % 11}' for at in range(1, _LENGTH)
    )
    check = f"substr('{_CHECK_CHARACTERS}', CAST(({total}) % 11 AS INTEGER) + 1, 1)"
    return [
        ("length 位数", f'length(" number") = {_LENGTH}'),
        ("characters 字符", "regexp_full_match(\" number\", '[0-9]{17}[0-9X]')"),
        ("region 地区", f"regexp_matches(\" number\", '^(?:{_PROVINCES})')"),
        ("birth date 出生日期", f"{born} IS NOT NULL AND year({born}) >= {_EARLIEST} AND {in_time}"),
        ("check character 校验码", f'substr(" number", {_LENGTH}, 1) = {check}'),
    ]


def _credit() -> list[tuple[str, str]]:
    """Return what must hold of a unified social credit code."""
    total = " + ".join(
        f"(strpos('{_CHARACTERS}', substr(\" number\", {at}, 1)) - 1) * {pow(3, at - 1, 31)}"
        for at in range(1, _LENGTH)
    )
    check = f"substr('{_CHARACTERS}', CAST((31 - ({total}) % 31) % 31 AS INTEGER) + 1, 1)"
    return [
        ("length 位数", f'length(" number") = {_LENGTH}'),
        (
            "characters 字符",
            f"regexp_full_match(\" number\", '[{_CHARACTERS}]{{2}}[0-9]{{6}}[{_CHARACTERS}]{{10}}')",
        ),
        ("check character 校验码", f'substr(" number", {_LENGTH}, 1) = {check}'),
    ]


def readable_predicate(asked: Asked) -> str:
    """Say that a text shows no trace of a wrong decoding; a blank is not judged."""
    return f"NOT regexp_matches({quoted(asked.text('column'))}, {text_literal(_UNREADABLE)})"
