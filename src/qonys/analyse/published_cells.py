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


SIGNS: Mapping[str, tuple[int, int]] = {"arrivals": (1, 0), "departures": (0, 1), "net": (1, -1), "turnover": (1, 1)}
"""How often arrivals and departures of a cell are in a measure."""


class CellOfAll(NamedTuple):
    """One count, whatever table shows it.

    Args:
        universe: of the moves.
        vintage: data cut-off.
        period: a year or a month.
        side: arrivals or departures; empty for moves within the country, each of which is both.
        codes: dimension and code, in the order of the dimensions' names; the restrictions of the design among them,
            where the cell is not at a code of its own.
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
    universe = _universe(design, key)
    inside = universe not in ("all", "external")
    names: Mapping[str, str] = _ENDS[side] if inside else {}
    told = zip(design.dimensions, key[1:], strict=True)
    codes = {names.get(name, name): code for name, code in told if code != TOTAL and name != "stream"}
    codes |= {f"only {name}": "+".join(some) for name, some in design.only.items() if _restricts(design, name, key)}
    codes |= {"youngest": str(design.youngest)} if design.youngest is not None else {}
    codes |= {"boundaries": design.boundaries} if design.boundaries else {}
    return CellOfAll(universe, vintage, key[0], "" if inside else side, tuple(sorted(codes.items())))


def cells_in(design: TableDesign, vintage: str, measure: str, key: tuple[str, ...]) -> dict[CellOfAll, int]:
    """The counts of which a number of a table is made, with how often each is in it; none where they cancel.

    Args:
        design: the table.
        vintage: data cut-off from which it is drawn.
        measure: arrivals, departures, net or turnover.
        key: period and the design's dimensions.
    """
    found: dict[CellOfAll, int] = {}
    for side, sign in zip(("arrivals", "departures"), SIGNS[measure], strict=True):
        if sign:
            cell = cell_of_all(design, vintage, side, key)
            found[cell] = found.get(cell, 0) + sign
    return {cell: often for cell, often in found.items() if often}


def _restricts(design: TableDesign, name: str, key: tuple[str, ...]) -> bool:
    """A cell at a code of its own counts the same, whatever other codes its table shows; a total or a group does not."""
    return dict(zip(design.dimensions, key[1:], strict=True)).get(name, TOTAL) == TOTAL or name in design.groups


def _universe(design: TableDesign, key: tuple[str, ...]) -> str:
    """The universe of a cell: that of its table, or the stream that it shows alone."""
    shown = dict(zip(design.dimensions, key[1:], strict=True)).get("stream", TOTAL)
    return design.universe if shown == TOTAL else shown
