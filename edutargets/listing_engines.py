"""One open engine on the rows a plan was evaluated on, for whoever lists some of them one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from edutargets.engine import DuckDB

if TYPE_CHECKING:
    from edutargets.attainment import Basis

__all__ = ["listing_engine"]

_OPEN: WeakKeyDictionary[Basis, DuckDB] = WeakKeyDictionary()


def listing_engine(basis: Basis) -> DuckDB:
    """Return the engine on the admitted rows of a basis; opened once, gone with the basis.

    Args:
        basis: What a plan was evaluated on.
    """
    if basis not in _OPEN:
        _OPEN[basis] = DuckDB({name: table.rows for name, table in basis.admitted.tables.items()})
    return _OPEN[basis]
