"""Two years of one town of the invented district, with a fault for nearly every rule: `town_faults.yaml`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from invented_district.files import Form, sheets_of
from invented_district.listed_faults import plant_listed
from invented_district.planting import Planted, Planter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from invented_district.files import Columns, Sheet
    from invented_district.roster import Row

__all__ = ["TOWN", "YEARS", "town_sheets"]

TOWN, YEARS = "t05", (2024, 2025)
_LIST = Path(__file__).with_suffix(".yaml")
_DISTRICT = "JY900"  # how the codes of the district's own offices begin


def town_sheets(tables: Mapping[str, list[Row]], columns: Columns) -> tuple[list[Sheet], list[Planted]]:
    """Return what the town hands in, with faults in it, and the list of the faults."""
    forms = {name: Form(f"{name}.csv", chinese=False) for name in tables}
    planter = Planter({sheet.table: sheet for sheet in sheets_of(_of_town(tables), forms, columns)}, [])
    plant_listed(planter, _LIST)
    return list(planter.sheets.values()), planter.planted


def _of_town(tables: Mapping[str, list[Row]]) -> dict[str, list[Row]]:
    """Return the rows of the town and of the district's own offices."""
    towns = {str(row["institution_id"]): row["town"] for row in tables["institutions"]}
    own = {code for code, town in towns.items() if town == TOWN or code.startswith(_DISTRICT)}
    return {
        name: [
            dict(row) for row in rows if row["institution_id"] in own and row.get("year", YEARS[-1]) in YEARS
        ]
        for name, rows in tables.items()
    }
