"""Checks of persons as SQL: in two places at one time, and one person under two codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edutargets.asked_checks import SHOWN, first_of, others_of, quoted, text_literal

if TYPE_CHECKING:
    from edutargets.asked_checks import Asked

__all__ = ["places_query", "similar_query"]

_WIDE = "".join(chr(code) for code in range(0xFF01, 0xFF5F))
_NARROW = "".join(chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F))
_IDLE = r"[\s\x{00A0}\x{2000}-\x{200F}\x{3000}\x{FEFF}.,'·•‧∙⋅・･。－–—-]"
_FOR_EVER = "DATE '9999-12-31'"
_STAYS = 200


def places_query(asked: Asked) -> str:
    """Find rows of a person who stands elsewhere as well in the same period, or in overlapping times.

    Leaving on the day of arriving elsewhere is no overlap; no end means still there; no beginning, a blank
    person or place is not judged.
    """
    person, place = quoted(asked.text("column")), quoted(asked.text("place", asked.table.reports))
    whose = [person, *map(quoted, asked.period)]
    known = " AND ".join(f"{name} IS NOT NULL" for name in (*whose, place))
    if asked.text("begins"):
        return _overlaps(asked, place, whose, known)
    one = ", ".join(whose)
    return f"""
        WITH t AS (SELECT row_id, {place}, {one} FROM {asked.rows} WHERE {known}),
        p AS (
            SELECT {one}, {first_of(place)} AS " others" FROM t
            GROUP BY {one} HAVING count(DISTINCT {place}) > 1
        )
        SELECT row_id, {others_of('" others"', place)} AS also_at FROM t JOIN p USING ({one}) ORDER BY row_id
    """  # noqa: S608


def _overlaps(asked: Asked, place: str, whose: list[str], known: str) -> str:
    """Find times in one place that overlap with times in another.

    A number with more stays than anybody can have was made up; its rows are held against the first of them.
    """
    begins, ends, one = quoted(asked.text("begins")), asked.text("ends"), ", ".join(whose)
    end = f"coalesce({quoted(ends)}, {_FOR_EVER})" if ends else _FOR_EVER
    same = " AND ".join(f"a.{name} = b.{name}" for name in whose)
    return f"""
        WITH t AS (
            SELECT row_id, {one}, {place}, {begins} AS " begins", {end} AS " ends"
            FROM {asked.rows} WHERE {known} AND {begins} IS NOT NULL
        ),
        p AS (
            SELECT {one}, {place}, " begins", " ends" FROM t
            QUALIFY row_number() OVER (PARTITION BY {one} ORDER BY " begins", row_id) <= {_STAYS}
        )
        SELECT a.row_id, array_to_string({first_of(f"b.{place}")}, ' ') AS also_at
        FROM t a JOIN p b ON {same} AND greatest(a." begins", b." begins") < least(a." ends", b." ends")
        WHERE a.{place} <> b.{place} GROUP BY a.row_id ORDER BY a.row_id
    """  # noqa: S608


def folded(name: str) -> str:
    """Return SQL for a name without what hands type differently: spaces, width, case, dots, accents."""
    narrow = f"translate({name}, {text_literal(_WIDE)}, {text_literal(_NARROW)})"
    return f"strip_accents(lower(regexp_replace({narrow}, {text_literal(_IDLE)}, '', 'g')))"


def similar_query(asked: Asked) -> str:
    """Find rows whose name, written the same way, stands under another code as well.

    Only rows of one period are compared. A blank name, code or other column is not judged. The note names
    the other code and who handed it in, never the other name.
    """
    name, person = quoted(asked.text("name")), quoted(asked.text("person"))
    same = [*map(quoted, asked.names("same")), *map(quoted, asked.period)]
    known = " AND ".join(f"{column} IS NOT NULL" for column in (name, person, *same))
    twins = ", ".join(['" folded"', *same])
    shown = asked.shown(asked.text("person")).replace(person, "other.code")
    others = f'list_filter(" others", lambda other: other.code <> " code")[1:{SHOWN}]'
    pair = """{'code': " code", 'reporter': " reporter"}"""
    return f"""
        WITH t AS (
            SELECT row_id, {folded(name)} AS " folded", {person} AS " code",
                {quoted(asked.table.reports)} AS " reporter", {", ".join(same)}
            FROM {asked.rows} WHERE {known}
        ),
        p AS (
            SELECT {twins}, {first_of(pair)} AS " others" FROM t
            WHERE " folded" <> '' GROUP BY {twins} HAVING count(DISTINCT " code") > 1
        )
        SELECT row_id,
            array_to_string(list_transform({others}, lambda other: {shown}), ' ') AS also_as,
            array_to_string(list_transform({others}, lambda other: other.reporter), ' ') AS handed_in_by
        FROM t JOIN p USING ({twins}) ORDER BY row_id
    """  # noqa: S608
