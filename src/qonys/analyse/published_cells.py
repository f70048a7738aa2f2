"""Which cells of different tables are one and the same count.

An arrival in one unit from another is a departure from that other: tables of moves within the country say the same by
either side. A cell is known by its universe, period and codes; a code at its total says nothing and is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from qonys.concepts.table_design import TableDesign
from qonys.concepts.text import TOTAL

_ENDS = {
    "arrivals": {"area": "destination", "partner_area": "origin", "locality": "to", "partner_locality": "from"},
    "departures": {"area": "origin", "partner_area": "destination", "locality": "from", "partner_locality": "to"},
}


class CellOfAll(NamedTuple):
    """One count, whatever table shows it.

    Args:
        universe: of the moves.
        vintage: data cut-off.
        period: a year or a month.
        side: arrivals or departures; empty for moves within the country, each of which is both.
        codes: dimension and code, in the order of the dimensions' names; restrictions of the design among them.
    """

    universe: str
    vintage: str
    period: str
    side: str
    codes: tuple[tuple[str, str], ...]


def cell_of_all(design: TableDesign, vintage: str, side: str, key: tuple[str, ...]) -> CellOfAll:
    """The count that a cell of a table shows.

    Args:
        design: the table.
        vintage: data cut-off from which it is drawn.
        side: arrivals or departures.
        key: period and the design's dimensions.
    """
    inside = design.universe in ("internal", "interregional")
    names: Mapping[str, str] = _ENDS[side] if inside else {}
    codes = {
        names.get(name, name): code for name, code in zip(design.dimensions, key[1:], strict=True) if code != TOTAL
    }
    restricted = {name: "+".join(some) for name, some in design.only.items()}
    codes |= {f"only {name}": some for name, some in restricted.items()}
    codes |= {"youngest": str(design.youngest)} if design.youngest is not None else {}
    codes |= {"boundaries": design.boundaries} if design.boundaries else {}
    return CellOfAll(design.universe, vintage, key[0], "" if inside else side, tuple(sorted(codes.items())))
