"""What cannot be told of a table on the borders of a boundary set, and what is only estimated there.

An area that is divided among units by shares that nobody knows could lie in any of them: each of these units is *not
available* in that period, never a sum that is too small; totals over them are whole all the same. A move of which it is not
known whether it crossed a border makes both streams of its period not available.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from qonys.analyse.members import Counts
from qonys.concepts.table_design import INSIDE, TableDesign
from qonys.concepts.text import TOTAL
from qonys.datasets.territory import DIVIDED
from qonys.queries.tables import DIVIDED_STREAM

_AREAS = ("area", "partner_area")


@dataclass(frozen=True)
class Divided:
    """What the counts of a table say of divided areas.

    Args:
        units: period -> units of which some moves may lie elsewhere.
        streams: periods in which some move may be interregional or not.
        estimated: keys of the counts, with arrivals or departures before them, into which some move came by a share.
    """

    units: Mapping[str, frozenset[str]] = field(default_factory=dict)
    streams: frozenset[str] = frozenset()
    estimated: frozenset[tuple[str, ...]] = frozenset()

    def hides(self, design: TableDesign, at: Mapping[str, str]) -> bool:
        """The cell at these codes cannot be told."""
        units = self.units.get(at["period"], frozenset())
        if any(at.get(name) in units for name in _AREAS):
            return True
        if design.universe == "interregional" and units and all(at.get(name, TOTAL) == TOTAL for name in _AREAS):
            return True
        return at["period"] in self.streams and at.get("stream") in INSIDE


def divided(design: TableDesign, counts: Counts, estimated: frozenset[tuple[str, ...]]) -> Divided:
    """Read the divided areas and streams from the counts of a table; nothing where it is on the borders of the day."""
    if design.boundaries is None:
        return Divided()
    names = ("period", *design.dimensions)
    units: dict[str, set[str]] = {}
    streams = set()
    for key in counts:
        for name, code in zip(names, key, strict=True):
            if code.startswith(DIVIDED):
                units.setdefault(key[0], set()).update(code.removeprefix(DIVIDED).split("+"))
            elif code == DIVIDED_STREAM and name == "stream":
                streams.add(key[0])
    return Divided({period: frozenset(found) for period, found in units.items()}, frozenset(streams), estimated)
