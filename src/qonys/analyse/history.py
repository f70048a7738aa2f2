"""Years before the register: published aggregates beside what was counted, each cell with its own status.

Laws: a year that was counted is shown as counted, never replaced by what was published; a year that was not is shown as it was
published, derived or rounded, and never summed with the others; where both are known and differ, that is found and told. A break
in a series is a mark on its first cell after it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product

import msgspec

from qonys.analyse.members import Setting
from qonys.concepts.history import Break, HistoryFigure
from qonys.concepts.period import Period
from qonys.concepts.status import DataStatus, ObservationStatus
from qonys.concepts.table_design import TableDesign
from qonys.concepts.text import TOTAL, Text
from qonys.datasets.outcome import Finding, Outcome
from qonys.datasets.output import Cell, Dimension, Member, OutputTable

Key = tuple[str, ...]
_STATUS = {"published": DataStatus.PUBLISHED, "derived": DataStatus.DERIVED, "rounded": DataStatus.ROUNDED}


def with_history(
    table: OutputTable, design: TableDesign, figures: Sequence[HistoryFigure], setting: Setting
) -> Outcome[OutputTable]:
    """A yearly table from the year on that its design names, earlier years from its series.

    Args:
        table: the table as it was counted.
        design: its design.
        figures: all figures that the profile carries.
        setting: what all tables of the release share.
    """
    if design.history is None or design.since is None:
        return Outcome(table)
    names = [dimension.id for dimension in table.dimensions]
    known = {_key(figure, names): figure for figure in figures if figure.series == design.history}
    counted = table.dimension("period").codes
    first = Period.parse(counted[0]).year
    earlier = [str(year) for year in range(design.since, first)]
    dimensions = tuple(
        _with_years(dimension, earlier, setting) if dimension.id == "period" else dimension
        for dimension in table.dimensions
    )
    cells = {key: table.cells.get(key) or _cell(known.get(key)) for key in product(*(d.codes for d in dimensions))}
    used = [known[key] for key in cells if key in known and key not in table.cells]
    longer = msgspec.structs.replace(
        table,
        title={
            language: design.title[language].replace("{period}", f"{design.since}–{counted[-1]}")
            for language in table.title
        },
        dimensions=dimensions,
        notes=(*table.notes, *_note(used, setting)),
        cells=cells,
    )
    return Outcome(longer, tuple(_differences(table, known)))


def with_breaks(table: OutputTable, breaks: Sequence[Break], setting: Setting) -> OutputTable:
    """The table with the breaks of its series marked and told below it."""
    periods, cells, told = table.dimension("period").codes, dict(table.cells), list[Text]()
    place = [dimension.id for dimension in table.dimensions].index("period")
    for one in breaks:
        if table.id not in one.tables or one.period not in periods[1:]:
            continue
        for key, cell in table.cells.items():
            if key[place] == one.period and cell.value is not None and cell.observation is ObservationStatus.NORMAL:
                cells[key] = cell._replace(observation=ObservationStatus.BREAK)
        label = setting.words.period(Period.parse(one.period))
        told.append({language: f"{label[language]}: {text}" for language, text in one.text.items()})
    return msgspec.structs.replace(table, cells=cells, notes=(*table.notes, *told)) if told else table


def _key(figure: HistoryFigure, names: Sequence[str]) -> Key:
    at = {
        "period": figure.period,
        "measure": figure.measure,
        "area": figure.area or TOTAL,
        "locality": figure.locality or TOTAL,
    }
    return tuple(at.get(name, TOTAL) for name in names)


def _with_years(dimension: Dimension, earlier: Sequence[str], setting: Setting) -> Dimension:
    years = tuple(Member(year, setting.words.period(Period.parse(year))) for year in earlier)
    return msgspec.structs.replace(dimension, members=(*years, *dimension.members))


def _cell(figure: HistoryFigure | None) -> Cell:
    if figure is None:
        return Cell(None, ObservationStatus.NOT_AVAILABLE, DataStatus.PUBLISHED)
    return Cell(figure.value, data=_STATUS[figure.status])


def _note(used: Sequence[HistoryFigure], setting: Setting) -> Iterator[Text]:
    if not used:
        return
    years: dict[tuple[str, str], list[str]] = {}
    for figure in used:
        years.setdefault((figure.source, str(figure.as_of or "")), []).append(figure.period)
    told = "; ".join(
        f"{min(of)}–{max(of)}: {source}{f' ({as_of})' if as_of else ''}" for (source, as_of), of in years.items()
    )
    yield {language: f"{text} {told}." for language, text in setting.words.notes["history"].items()}


def _differences(table: OutputTable, known: Mapping[Key, HistoryFigure]) -> Iterator[Finding]:
    for key, figure in known.items():
        cell = table.cells.get(key)
        if cell is not None and cell.value is not None and cell.value != figure.value and figure.status == "published":
            yield Finding(
                f"Counted are {cell.value:.0f}, published were {figure.value:.0f} ({figure.source}).",
                where=f"table {table.id}, {', '.join(key)}",
                next_step="The counted figure is shown; see which of them should be mended.",
            )
