"""A figure of a release in one language: its words, its picture, and its part of the page."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from qonys.disseminate.figures.frame import Picture
from qonys.disseminate.figures.plotted import Key, Plotted
from qonys.disseminate.tables_html import StatusLabel


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure, as the page, the bulletin and the files need it.

    Args:
        id: name of the figure design.
        table: table whose numbers it draws.
        table_title: title of that table.
        language: code of the language.
        title: the finding.
        subtitle: measure, unit, period.
        finding: text alternative: the finding in a whole sentence.
        cut_off: date of the table's data cut-off, written.
        status: data status of most of its numbers.
        legend: signs that occur in it, each with what it means.
        panels: its numbers; several where it shows several measures one beside the other.
        picture: the SVG file and its size in pixels; a bulletin embeds the same bytes.
        html: its part of the page.
        numbers: its numbers as a table that opens on demand; empty where its part of the page is read number by number.
        grid: keys of the cells that its part of the page shows as a table of rows and columns; empty where it is none.
    """

    id: str
    table: str
    table_title: str
    language: str
    title: str
    subtitle: str
    finding: str
    cut_off: str
    status: StatusLabel
    legend: tuple[tuple[str, str], ...]
    panels: tuple[Plotted, ...]
    picture: Picture
    html: Markup
    numbers: Markup
    grid: frozenset[Key]

    @property
    def plotted(self) -> Plotted:
        """The numbers of its first panel."""
        return self.panels[0]

    @property
    def anchor(self) -> str:
        """Its id on the page."""
        return f"figure-{self.id}"
