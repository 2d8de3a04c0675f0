"""The complete district with one fault in one row of one school: what is left open because of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from invented_district.files import COMPLETE, sheets_of
from invented_district.planting import Planted, Planter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from invented_district.files import Columns, Sheet
    from invented_district.roster import Row

__all__ = ["ONLY_WHAT_DIFFERS", "one_row"]

YEAR = 2024  # 136 recruits of the two groups, as many as are promised
ONLY_WHAT_DIFFERS = "# The files that stand here; every other one is as in this sample.\nlike: complete\n"


def one_row(tables: Mapping[str, list[Row]], columns: Columns) -> tuple[Sheet, list[Planted]]:
    """Return the one file that differs, and what was spoilt in it."""
    rows = [row for row in tables["recruits"] if row["year"] == YEAR]
    (sheet,) = sheets_of({"recruits": rows}, COMPLETE, columns)
    planter = Planter({sheet.table: sheet}, [])
    at = planter.find("recruits", category="高层次", degree="硕士研究生")
    says = "a high-level teacher with a bachelor's degree: one of the two cells is wrong"
    planter.spoil("recruits", at, "degree", "本科", kind="contradiction", code="RE-05", says=says)
    return sheet, planter.planted
