"""What is to be shown of many rows at once: place, school, key and values, fetched column by column."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from edutargets.findings import shown
from edutargets.identity_masks import masked_whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from edutargets.submissions import TableRows

__all__ = ["ShownRows"]


class ShownRows:
    """Some rows of a table as a report shows them; every list has their order.

    Args:
        rows: The table as it was read.
        positions: The rows that are needed, in any order, also several times.
    """

    def __init__(self, rows: TableRows, positions: NDArray[np.int64]) -> None:
        self._rows = rows
        self._positions = np.unique(positions)
        self._taken = pa.array(self._positions)
        self._texts: dict[str, list[str]] = {}

    def numbers_of(self, positions: Sequence[int] | NDArray[np.int64]) -> NDArray[np.int64]:
        """Return where in the lists given rows stand."""
        return np.searchsorted(self._positions, np.asarray(positions, np.int64))

    def texts(self, column: str) -> list[str]:
        """Return the values of a column, on one line, cut, identity numbers masked; blanks are empty."""
        if column not in self._texts:
            hides = self._rows.table.columns[column].checksum == "gb11643"
            values = self._rows.rows.column(column).take(self._taken).to_pylist()
            self._texts[column] = [
                masked_whole(str(value)) if hides and value is not None else shown(value) for value in values
            ]
        return self._texts[column]

    def found(self, columns: Sequence[str]) -> list[str]:
        """Return what stands in the columns a check is about; of several each with its name."""
        if len(columns) == 1:
            return self.texts(columns[0])
        each = zip(*(self.texts(column) for column in columns), strict=True)
        if not columns:
            return [""] * len(self._positions)
        return [shown(", ".join(map("=".join, zip(columns, values, strict=True)))) for values in each]

    @cached_property
    def reporters(self) -> list[str]:
        """Who handed each row in."""
        return self.texts(self._rows.table.reports)

    @cached_property
    def keys(self) -> list[tuple[tuple[str, str], ...]]:
        """The columns that name each row with their values."""
        names = self._rows.table.key
        values = zip(*(self.texts(name) for name in names), strict=True)
        return [tuple(zip(names, row, strict=True)) for row in values]

    @cached_property
    def places(self) -> list[tuple[str, str, int | None]]:
        """File, sheet and row of each."""
        origin = self._rows.origin.take(self._taken)
        files, sheets = (_shared(origin.column(name)) for name in ("file", "sheet"))
        return list(zip(files, sheets, origin.column("row").to_pylist(), strict=True))

    @cached_property
    def ranks(self) -> NDArray[np.int64]:
        """The rank of each row by file, sheet and row."""
        order = [(file, sheet, row or 0) for file, sheet, row in self.places]
        ranks = np.empty(len(order), np.int64)
        ranks[sorted(range(len(order)), key=order.__getitem__)] = np.arange(len(order))
        return ranks

    def cells(self, column: str) -> list[str]:
        """Return the address of each row's cell in a column, empty where columns have no letters."""
        letters = {place: columns.get(column, "") for place, columns in self._rows.columns_at.items()}
        found = ((letters.get((file, sheet), ""), row) for file, sheet, row in self.places)
        return [f"{letter}{row}" if letter and row is not None else "" for letter, row in found]

    @cached_property
    def typed(self) -> list[dict[str, object]]:
        """The whole rows with their typed values."""
        return list(self._rows.rows.take(self._taken).to_pylist())


def _shared(column: pa.ChunkedArray) -> list[str]:
    """Return texts that occur often, each made once."""
    coded = column.combine_chunks().dictionary_encode() if column.num_chunks else column
    if isinstance(coded, pa.ChunkedArray):
        return []
    words = [str(word) for word in coded.dictionary.to_pylist()]
    return ["" if at is None else words[at] for at in coded.indices.to_pylist()]
