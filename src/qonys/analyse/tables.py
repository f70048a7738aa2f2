"""Builds the published table from a design: counts, derived measures, order, statuses.

Zero, not available and not applicable are different things. A period of which nothing was delivered, and a side of the
flows that the sources do not hold, are *not available*, never 0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import product

import pyarrow as pa

from qonys.analyse.divided import Divided, divided
from qonys.analyse.indicator_cells import Bases, indicator_cell, notes_on_indicators
from qonys.analyse.indicators import counts_of_measures
from qonys.analyse.members import Counts, Setting, dimension_of
from qonys.concepts.layout import Stream
from qonys.concepts.period import Period
from qonys.concepts.status import ConfidentialityStatus, DataStatus, ObservationStatus
from qonys.concepts.table_design import TableDesign
from qonys.concepts.text import NOT_STATED, TOTAL, Text
from qonys.datasets.output import Cell, MeasureForm, OutputTable

_INTERNAL_STREAMS = ("interregional", "intraregional", NOT_STATED)
_NEEDS: dict[str, tuple[Stream, ...]] = {
    "arrivals": ("external_in",),
    "departures": ("external_out",),
    "net": ("external_in", "external_out"),
    "turnover": ("external_in", "external_out"),
    "arrivals_share": ("external_in",),
    "departures_share": ("external_out",),
}
_SHARE_DECIMALS = 1


def output_table(
    design: TableDesign,
    counts: pa.Table,
    setting: Setting,
    vintage: str | None = None,
    hides: Callable[[tuple[str, ...]], bool] | None = None,
    bases: Mapping[str, pa.Table] | None = None,
) -> OutputTable:
    """The published table of a design.

    Args:
        design: the table.
        counts: result of `queries.tables.table_query`.
        setting: what all tables of the release share.
        vintage: data cut-off that the counts are of; the design's own by default.
        hides: whether the cells at a key (period and the design's dimensions) are confidential; without it, none is.
        bases: counts of other data cut-offs, by name, against which some growth is.

    Returns:
        A table whose every combination of members has a cell.
    """
    named = vintage or design.vintage
    covered = _covered(design, setting)
    counted = counts_by_key(design, counts)
    against = {name: counts_by_key(design, table) for name, table in (bases or {}).items()}
    unsure = divided(design, counted, _estimated(design, counts))
    dimensions = tuple(dimension_of(name, design, counted, setting) for name in (*design.rows, *design.columns))
    names = [dimension.id for dimension in dimensions]
    cells = {
        key: _cell(design, dict(zip(names, key, strict=True)), counted, setting, named, unsure, against)
        for key in product(*(dimension.codes for dimension in dimensions))
    }
    for key in [key for key in cells if hides and _is_hidden(key, names, hides, setting)]:
        cells[key] = cells[key]._replace(value=None, confidentiality=ConfidentialityStatus.CONFIDENTIAL)
    return OutputTable(
        id=design.id,
        title={language: title.replace("{period}", covered[language]) for language, title in design.title.items()},
        period=str(setting.period),
        vintage=named,
        cut_off=setting.cut_offs[named],
        rows=design.rows,
        columns=design.columns,
        dimensions=dimensions,
        measures={measure: _form(measure, setting) for measure in design.measures},
        notes=(*design.notes, *notes_on_indicators(design, cells.values(), setting, named)),
        cells=cells,
    )


def counts_by_key(design: TableDesign, counts: pa.Table) -> Counts:
    """Counts of a table by period and the design's dimensions."""
    names = ("period", *design.dimensions)
    return {tuple(row[name] for name in names): (row["arrivals"], row["departures"]) for row in counts.to_pylist()}


def _is_hidden(
    key: tuple[str, ...], names: list[str], hides: Callable[[tuple[str, ...]], bool], setting: Setting
) -> bool:
    """A cell is hidden where its count is, a growth where its base is too: it would tell it."""
    at = dict(zip(names, key, strict=True))
    indicator = setting.indicators.get(at.pop("measure"))
    period, *others = (at.pop("period"), *at.values())
    earlier = str(Period.parse(period).years_back(1))
    of_growth = indicator is not None and indicator.function == "growth"
    return hides((period, *others)) or (of_growth and hides((earlier, *others)))


def _estimated(design: TableDesign, counts: pa.Table) -> frozenset[tuple[str, ...]]:
    """Keys of the counts, with arrivals or departures before them, into which some flow came by a share of its area."""
    names = ("period", *design.dimensions)
    whole = design.universe != "interregional" and "stream" not in design.dimensions
    found = set()
    for row in counts.to_pylist() if design.boundaries else ():
        areas = [row[name] for name in ("area", "partner_area") if name in names]
        if not (whole and all(area == TOTAL for area in areas)):
            key = tuple(row[name] for name in names)
            found |= {(side, *key) for side in ("arrivals", "departures") if row[f"{side}_estimated"]}
    return frozenset(found)


def _cell(
    design: TableDesign, at: dict[str, str], counted: Counts, setting: Setting, vintage: str, unsure: Divided,
    bases: Bases,
) -> Cell:  # fmt: skip
    indicator = setting.indicators.get(at["measure"])
    measure = indicator.of if indicator else at["measure"]
    status = data_status(design, {**at, "measure": measure, "vintage": vintage}, setting)
    earlier = {**at, "period": str(Period.parse(at["period"]).years_back(1))}
    is_unsure = unsure.hides(design, at) or bool(
        indicator and indicator.function == "growth" and unsure.hides(design, earlier)
    )
    if is_unsure or not is_available(design, at, measure, setting, vintage):
        return Cell(None, ObservationStatus.NOT_AVAILABLE, status)
    key = tuple(at[name] for name in ("period", *design.dimensions))
    sides = (measure,) if measure in ("arrivals", "departures") else ("arrivals", "departures")
    estimated = any((side, *key) in unsure.estimated for side in sides)
    if indicator:
        made = indicator_cell(indicator, design, at, counted, setting, vintage, status, bases)
        return made.marked(ObservationStatus.ESTIMATED) if estimated and made.value is not None else made
    arrivals, departures = counted.get(key, (0, 0))
    if measure in ("arrivals_share", "departures_share"):
        of = design.dimensions[0]
        total = counted.get(tuple(TOTAL if name == of else at[name] for name in ("period", *design.dimensions)), (0, 0))
        part, whole = (arrivals, total[0]) if measure == "arrivals_share" else (departures, total[1])
        if whole == 0:
            return Cell(None, ObservationStatus.NOT_APPLICABLE, status)
        return Cell(100 * part / whole, data=status)
    counts = counts_of_measures(arrivals, departures)
    how = ObservationStatus.ESTIMATED if estimated else ObservationStatus.NORMAL
    return Cell(float(counts[measure]), how, status)


def is_available(design: TableDesign, at: Mapping[str, str], measure: str, setting: Setting, vintage: str) -> bool:
    """The sources hold the sides that a measure counts, and something of the period was delivered."""
    if not was_counted(at["period"], vintage, setting):
        return False
    return is_covered(design, at, measure, setting.covers)


def is_covered(design: TableDesign, at: Mapping[str, str], measure: str, covers: frozenset[Stream]) -> bool:
    """The sources hold the sides that a measure counts."""
    stream = at.get("stream", "")
    if design.universe in ("internal", "interregional") or stream in _INTERNAL_STREAMS:
        return "internal" in covers
    needed = set(_NEEDS[measure]) | ({"internal"} if design.universe == "all" and stream != "external" else set())
    return needed <= covers


def was_counted(period: str, vintage: str, setting: Setting) -> bool:
    """Something of a period was delivered by a data cut-off."""
    return not setting.delivered[vintage].isdisjoint(Period.parse(period).months)


def data_status(design: TableDesign, at: Mapping[str, str], setting: Setting) -> DataStatus:
    """The data status of the counts at some codes; ``measure`` and ``vintage``, their data cut-off, are among them."""
    if not setting.synthetic:
        return DataStatus.COMPILED
    for part in design.parts:
        if all(at[name] in codes for name, codes in part.at.items()):
            return part.status
    return design.data_status


def _covered(design: TableDesign, setting: Setting) -> Text:
    last = setting.period.year_so_far
    return setting.words.covered(last.years_back(design.years - 1), last)


def _form(measure: str, setting: Setting) -> MeasureForm:
    if indicator := setting.indicators.get(measure):
        return MeasureForm(indicator.decimals, indicator.unit)
    if measure in ("arrivals_share", "departures_share"):
        return MeasureForm(_SHARE_DECIMALS, setting.words.units["percent"])
    return MeasureForm(0, setting.words.units["persons"])
