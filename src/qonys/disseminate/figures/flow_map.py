"""Maps of flows: areas in the shade of their rate, and the largest flows between them as arrows.

Laws: what share of all moves between areas the arrows are is said in the picture; an area too small for its outline is a
circle, whichever area it is; moves inside an area are no arrows; nothing is drawn without a file of outlines.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

import msgspec

from qonys.concepts.figure import FigureDesign
from qonys.concepts.outline import Outline
from qonys.concepts.period import Period
from qonys.concepts.text import NOT_STATED
from qonys.concepts.tile import Tile
from qonys.datasets.output import OutputTable
from qonys.disseminate.figures.chord import Chord, Flow
from qonys.disseminate.figures.drawn_areas import DrawnArea, DrawnAreas, drawn_areas
from qonys.disseminate.figures.plotted import Plotted, Point, codes_along, plotted, why_not_drawn
from qonys.disseminate.figures.shades import Shades
from qonys.disseminate.figures.tile_map import TileMap
from qonys.disseminate.numbers import listed, percent
from qonys.disseminate.wording import numbered
from qonys.disseminate.words import Words

ARROWS = 12
"""How many flows are arrows where the design says nothing else."""
_WIDEST, _NARROWEST = 11.0, 1.2


@dataclass(frozen=True)
class FlowMap:
    """A map of the rates of areas (points) and of the flows between them.

    Args:
        plotted: the rates.
        flows: origins (points) by destinations (series).
        outlines: the outlines of the areas.
        tiles: squares of the profile, for short names.
        count: how many of the largest flows are arrows.
        measure: what the flows count.
        title: title of their table.
    """

    plotted: Plotted
    flows: Plotted
    outlines: tuple[Outline, ...]
    tiles: Sequence[Tile]
    count: int
    measure: str
    title: str

    @cached_property
    def drawn(self) -> DrawnAreas:
        return drawn_areas(self.outlines)

    @cached_property
    def areas(self) -> list[tuple[DrawnArea, Point]]:
        """The areas that have a number, symbols last, so that they lie on top."""
        points = {point.code: point for point in self.plotted.heads}
        found = [(area, points[code]) for code, area in self.drawn.areas.items() if code in points]
        return sorted(found, key=lambda one: one[0].is_symbol)

    @cached_property
    def largest(self) -> list[Flow]:
        """The flows that are arrows, largest first."""
        return list(Chord(self.flows).flows[: self.count])

    @cached_property
    def share(self) -> Decimal:
        """Percentage of all moves between areas that the arrows are."""
        return 100 * sum((flow.value for flow in self.largest), Decimal(0)) / Chord(self.flows).moves

    @cached_property
    def squares(self) -> TileMap:
        """The same rates as a map of squares, whose shades the areas have."""
        return TileMap(self.plotted, self.tiles)

    @property
    def shades(self) -> Shades:
        return self.squares.shades

    def fill(self, point: Point) -> str:
        return self.squares.fill(point)

    def width(self, value: Decimal) -> float:
        """How wide the arrow of a flow is, in pixels."""
        return max(_NARROWEST, _WIDEST * float(value / self.largest[0].value))

    def label(self, code: str) -> str:
        """The whole name of an area."""
        labels = {series.code: series.label for series in self.flows.series}
        labels |= {point.code: point.label for point in (*self.flows.heads, *self.plotted.heads)}
        return labels.get(code, code)

    def name(self, code: str, language: str) -> str:
        """The short name of an area: that of its square, or the whole one."""
        return next((tile.names[language] for tile in self.tiles if tile.code == code), self.label(code))


def flows_design(one: FigureDesign, table: OutputTable) -> FigureDesign:
    """The design of the flows of a map: all of them between areas, by the first measure of their table."""
    measure = next(iter(table.measures))
    return msgspec.structs.replace(
        one, kind="chord", table=table.id, measures=(measure,), along="partner_area", by="area", series=(), at={}, highlight=""
    )  # fmt: skip


def why_no_map(
    one: FigureDesign, tables: Mapping[str, OutputTable], period: Period, tiles: Sequence[Tile], outlines: Sequence[Outline]
) -> str:  # fmt: skip
    """Why a map cannot be drawn: an area of its table has no place on it, or nobody moved; empty where it can."""
    if one.kind not in ("tiles", "flow_map"):
        return ""
    is_of_flows = one.kind == "flow_map" and bool(outlines)
    placed = {place.code for place in (outlines if is_of_flows else tiles)}
    codes = codes_along(one, tables[one.table])
    lacking = [code for code in codes if code not in placed and code != NOT_STATED]
    if lacking:
        return (
            f"the file of outlines has none for {', '.join(lacking)}"
            if is_of_flows
            else (f"areas/tiles.csv has no square for {lacking[0]}")
        )
    if not is_of_flows:
        return ""
    if one.flows not in tables:
        return f"there is no table {one.flows}"
    return why_not_drawn(flows_design(one, tables[one.flows]), tables, period)


def flow_map_of(
    one: FigureDesign, rates: Plotted, tables: Mapping[str, OutputTable], words: Words, period: Period,
    tiles: Sequence[Tile], outlines: tuple[Outline, ...],
) -> FlowMap | None:  # fmt: skip
    """The map of flows of a design; None of other kinds, and where there are no outlines: it is a map of tiles then."""
    if one.kind != "flow_map" or not outlines:
        return None
    table = tables[one.flows]
    flows = plotted(flows_design(one, table), table, words, period)
    measure = next(iter(table.measures))
    names = {member.code: member.label[words.language] for member in table.dimension("measure").members}
    return FlowMap(rates, flows, outlines, tiles, one.top or ARROWS, names[measure], table.title[words.language])


def notes(chart: FlowMap, words: Words) -> list[str]:
    """What the picture says of its arrows and circles."""
    language, count = words.language, len(chart.largest)
    said = [words("figure.arrows", count=numbered(count, language), share=percent(chart.share, language, 0))]
    circles = [chart.label(area.code) for area, _ in chart.areas if area.is_symbol]
    if circles:
        said.append(words("figure.circles", names=listed(circles, language)))
    return said


def status_of_flows(chart: FlowMap, words: Words) -> list[str]:
    """The data status of the arrows where it is not that of the rates."""
    if chart.flows.status is chart.plotted.status:
        return []
    key = f"status.{chart.flows.status.value}"
    return [words("figure.arrows_status", status=words[key], meaning=words[f"{key}.meaning"].rstrip("."))]


def flows_said(chart: FlowMap, words: Words) -> str:
    """The arrows for who does not see them: their share, and the largest."""
    first = chart.largest[0]
    return " ".join(
        (
            notes(chart, words)[0],
            words(
                "figure.largest_arrow",
                origin=chart.label(first.origin),
                destination=chart.label(first.destination),
                count=first.point.said,
            ),
        )
    )
