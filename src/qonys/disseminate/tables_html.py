"""A table as HTML: a semantic table in a region of its own that scrolls, with its downloads above and its notes below.

Laws: a mark is explained above the table; a cell without a value carries a symbol with a spoken meaning, never a blank;
what it shows is that of `said_cells`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from qonys.concepts.status import DataStatus
from qonys.datasets.output import OutputTable
from qonys.disseminate.said_cells import SaidCell, said_cell
from qonys.disseminate.table_layout import Head, RowHead, TableLayout
from qonys.disseminate.words import Words

_OPEN, _CLOSE, _NOTHING = Markup("<td>"), Markup("</td>"), Markup()
"""Of a plain cell; a text that is joined to them is escaped."""


@dataclass(frozen=True, slots=True)
class StatusLabel:
    """A data status as a page says it."""

    id: str
    name: str
    mark: str


@dataclass(frozen=True, slots=True)
class HtmlRow:
    """A row: its heads (None: spanned from above) and its cells, as HTML and as they are said."""

    heads: tuple[RowHead | None, ...]
    cells: tuple[Markup, ...]
    depth: int
    said: tuple[SaidCell, ...] = ()


@dataclass(frozen=True, slots=True)
class HtmlTable:
    """Everything the template needs of one table."""

    anchor: str
    title: str
    unit: str
    cut_off: str
    status: StatusLabel
    others: tuple[StatusLabel, ...]
    symbols: tuple[tuple[str, str], ...]
    corner: tuple[str, ...]
    head_rows: tuple[tuple[Head, ...], ...]
    rows: tuple[HtmlRow, ...]
    notes: tuple[str, ...]
    downloads: Mapping[str, str]


def html_table(table: OutputTable, words: Words, *, cut_off: str, downloads: Mapping[str, str]) -> HtmlTable:
    """A table in one language.

    Args:
        table: the table.
        words: words of the language.
        cut_off: the data cut-off's date, written.
        downloads: name of a format -> address relative to the page.
    """
    layout = TableLayout(table, words, for_eyes=True)
    prevailing = table.prevailing_status
    return HtmlTable(
        anchor=f"table-{table.id}",
        title=layout.title,
        unit=layout.unit,
        cut_off=cut_off,
        status=status_label(prevailing, words),
        others=tuple(status_label(s, words) for s in table.data_statuses if s is not prevailing),
        symbols=tuple((words[f"symbol.{key}"], words[f"symbol.{key}.meaning"]) for key in layout.symbols),
        corner=layout.row_dimensions,
        head_rows=layout.head_rows,
        rows=tuple(_row(layout, index, prevailing) for index in range(len(layout.row_codes))),
        notes=tuple(note[words.language] for note in table.notes),
        downloads=downloads,
    )


def status_label(status: DataStatus, words: Words) -> StatusLabel:
    """A data status in the words of a language."""
    key = f"status.{status.value}"
    return StatusLabel(status.value, words[key], words[f"{key}.mark"])


def _row(layout: TableLayout, index: int, prevailing: DataStatus) -> HtmlRow:
    codes = layout.row_codes[index]
    heads = layout.row_heads[index]
    innermost = heads[-1]
    said = tuple(said_cell(layout, codes, column, prevailing) for column in layout.column_codes)
    return HtmlRow(
        heads,
        tuple(cell_html(one, "none" if one.empty else "") for one in said),
        innermost.depth if innermost else 1,
        said,
    )


def cell_html(said: SaidCell, kind: str = "") -> Markup:
    """A cell as a page writes it; ``kind`` is its class, where it has one."""
    opened = Markup("<td class={}>").format(kind) if kind else _OPEN
    if said.spoken:
        return Markup('{}<span aria-hidden="true">{}</span><span class="vh">{}</span>{}</td>').format(
            opened, said.text, said.spoken, _marks(said)
        )
    return opened + said.text + _marks(said) + _CLOSE


def _marks(said: SaidCell) -> Markup:
    """Marks, and unseen what they mean in a few words, for they stand in many cells; the legend says it in full."""
    if not said.marks:
        return _NOTHING
    signs = "".join(sign for sign, _ in said.marks)
    spoken = ", ".join(meaning.partition(":")[0] for _, meaning in said.marks)
    return Markup("<sup>{}<i> {}</i></sup>").format(signs, spoken.lower())
