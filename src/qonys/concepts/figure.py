"""A figure of a release: which cells of which table are drawn, how, and what the picture says.

Laws: a figure is drawn from one table and from nothing else, but for the arrows of a map of flows, which have a table of
their own; its title says the finding, in words whose numbers are
computed like those of a key point.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from qonys.concepts.text import Text
from qonys.concepts.value import Value

LineMark: TypeAlias = Literal["line", "faint", "dots", "lower", "upper"]
FigureKind: TypeAlias = Literal[
    "lines", "bars", "shares", "pyramid", "heat_map", "tiles", "multiples", "chord", "flow_map"
]  # fmt: skip


class FigureDesign(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One figure.

    Args:
        id: name of the figure in files, on the page and in sections.
        kind: how it is drawn.
        table: table whose cells are drawn.
        measures: measures that are drawn.
        along: dimension whose members are the points, rows or tiles.
        by: dimension whose members are the series, parts or columns; ``measure`` where nothing else is named.
        series: codes of ``by`` that are drawn, in this order; all that are no total where none is named.
        highlight: code of the series that stands out of the others.
        marks: of lines: how a series is drawn where it is no plain line: ``faint``, ``dots`` without a line, or as the
            ``lower`` or ``upper`` edge of a shaded band.
        at: code of a dimension that is neither ``along`` nor ``by``; without it, its total, or the release's period.
        top: how many members or parts are drawn, the others being added up where they can be; of a chord: how many of the
            largest flows the page lists; of a map of flows: how many are arrows.
        rest: with ``top``: codes of members or parts that are never among those drawn, but added up with the others: a class
            of whatever has none of its own, which would stand beside *all others* as a second remainder.
        flows: of a map of flows: table of origins by destinations whose largest flows are its arrows.
        title: what the figure says: the finding.
        subtitle: measure, unit, period and coverage.
        finding: the finding in a whole sentence, for who does not see the picture.
        values: what the three texts say, as of a key point.
    """

    id: str
    kind: FigureKind
    table: str
    measures: tuple[str, ...]
    along: str
    title: Text
    subtitle: Text
    finding: Text
    by: str = "measure"
    series: tuple[str, ...] = ()
    highlight: str = ""
    marks: dict[str, LineMark] = {}
    at: dict[str, str] = {}
    top: int | None = None
    rest: tuple[str, ...] = ()
    flows: str = ""
    values: dict[str, Value] = {}
