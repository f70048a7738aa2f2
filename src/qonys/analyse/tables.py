"""Builds the published table from a design: counts, derived measures, order, statuses.

Zero, not available and not applicable are different things. A period of which nothing was delivered, and a side of the
flows that the sources do not hold, are *not available*, never 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product

import pyarrow as pa

from qonys.analyse.divided import Divided, divided
from qonys.analyse.indicators import FUNCTIONS, given_for, is_of_total_alone, needs_population
from qonys.analyse.members import Counts, Setting, dimension_of
from qonys.concepts.indicator import Indicator
from qonys.concepts.layout import Stream
from qonys.concepts.period import Period
from qonys.concepts.status import ConfidentialityStatus, DataStatus, ObservationStatus
from qonys.concepts.table_design import TableDesign
from qonys.concepts.text import NOT_STATED, TOTAL, Text
from qonys.datasets.output import Cell, Dimension, MeasureForm, OutputTable

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
) -> OutputTable:
    """The published table of a design.

    Args:
        design: the table.
        counts: result of `queries.tables.table_query`.
        setting: what all tables of the release share.
        vintage: data cut-off that the counts are of; the design's own by default.
        hides: whether the cells at a key (period and the design's dimensions) are confidential; without it, none is.

    Returns:
        A table whose every combination of members has a cell.
    """
    named = vintage or design.vintage
    covered = _years_covered(design, setting.period)
    counted = {
        tuple(row[name] for name in ("period", *design.dimensions)): (row["arrivals"], row["departures"])
        for row in counts.to_pylist()
    }
    unsure = divided(design, counted, _estimated(design, counts))
    dimensions = tuple(dimension_of(name, design, counted, setting) for name in (*design.rows, *design.columns))
    cells = {
        key: _cell(design, dict(zip((d.id for d in dimensions), key, strict=True)), counted, setting, named, unsure)
        for key in product(*(dimension.codes for dimension in dimensions))
    }
    for key in [key for key in cells if hides and hides(_without_measure(key, dimensions))]:
        cells[key] = cells[key]._replace(value=None, confidentiality=ConfidentialityStatus.CONFIDENTIAL)
    return OutputTable(
        id=design.id,
        title={language: title.replace("{period}", covered) for language, title in design.title.items()},
        period=str(setting.period),
        vintage=named,
        cut_off=setting.cut_offs[named],
        rows=design.rows,
        columns=design.columns,
        dimensions=dimensions,
        measures={measure: _form(measure, setting) for measure in design.measures},
        notes=(*design.notes, *_notes_on_indicators(design, dimensions, setting, named)),
        cells=cells,
    )


def _notes_on_indicators(
    design: TableDesign, dimensions: tuple[Dimension, ...], setting: Setting, vintage: str
) -> Iterator[Text]:
    """Of whose population a rate is, as of when; against which figures a growth is."""
    used = [setting.indicators[measure] for measure in design.measures if measure in setting.indicators]
    if any(needs_population(indicator) for indicator in used) and setting.populations:
        periods = [
            Period.parse(code) for dimension in dimensions if dimension.id == "period" for code in dimension.codes
        ]
        averages = [setting.populations.average({}, period, design.boundaries) for period in periods]
        figures = dict.fromkeys((f.source, f.vintage) for average in averages if average for f in average.figures)
        sources = ", ".join(f"{source} ({as_of})" if as_of else source for source, as_of in figures)
        if sources:
            yield {language: f"{text} {sources}." for language, text in setting.words.notes["population"].items()}
    if any(indicator.function == "growth" for indicator in used):
        as_of = setting.cut_offs[vintage]
        yield {language: f"{text} {as_of}." for language, text in setting.words.notes["growth"].items()}


def _without_measure(key: tuple[str, ...], dimensions: tuple[Dimension, ...]) -> tuple[str, ...]:
    """Period and the design's dimensions of a cell, in their order."""
    at = dict(zip((dimension.id for dimension in dimensions), key, strict=True))
    return (at.pop("period"), *(code for name, code in at.items() if name != "measure"))


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
    design: TableDesign, at: dict[str, str], counted: Counts, setting: Setting, vintage: str, unsure: Divided
) -> Cell:
    indicator = setting.indicators.get(at["measure"])
    measure = indicator.of if indicator else at["measure"]
    status = _data_status(design, {**at, "measure": measure}, setting)
    if not _is_available(design, at, measure, setting, vintage) or unsure.hides(design, at):
        return Cell(None, ObservationStatus.NOT_AVAILABLE, status)
    if indicator:
        return _indicator_cell(indicator, design, at, counted, setting, status)
    key = tuple(at[name] for name in ("period", *design.dimensions))
    arrivals, departures = counted.get(key, (0, 0))
    if measure in ("arrivals_share", "departures_share"):
        of = design.dimensions[0]
        total = counted.get(tuple(TOTAL if name == of else at[name] for name in ("period", *design.dimensions)), (0, 0))
        part, whole = (arrivals, total[0]) if measure == "arrivals_share" else (departures, total[1])
        if whole == 0:
            return Cell(None, ObservationStatus.NOT_APPLICABLE, status)
        return Cell(100 * part / whole, data=status)
    counts = {
        "arrivals": arrivals,
        "departures": departures,
        "net": arrivals - departures,
        "turnover": arrivals + departures,
    }
    sides = (measure,) if measure in ("arrivals", "departures") else ("arrivals", "departures")
    estimated = any((side, *key) in unsure.estimated for side in sides)
    how = ObservationStatus.ESTIMATED if estimated else ObservationStatus.NORMAL
    return Cell(float(counts[measure]), how, status)


def _indicator_cell(
    indicator: Indicator, design: TableDesign, at: dict[str, str], counted: Counts, setting: Setting, status: DataStatus
) -> Cell:
    """Undefined is not applicable; too few persons are flagged; a population that is not known makes it not available."""
    if is_of_total_alone(indicator) and at.get("area", TOTAL) != TOTAL:
        return Cell(None, ObservationStatus.NOT_APPLICABLE, status)
    period = Period.parse(at["period"])
    population = setting.populations.average(at, period, design.boundaries) if setting.populations else None
    if needs_population(indicator) and population is None:
        return Cell(None, ObservationStatus.NOT_AVAILABLE, status)
    given = given_for(indicator, design, at, counted, population)
    if indicator.function == "growth" and given.base is None:
        return Cell(None, ObservationStatus.NOT_AVAILABLE, status)
    few = abs(given.count) < indicator.least_count or (
        given.base is not None and abs(given.base) < indicator.least_count
    )
    if few or (given.population or indicator.least_population) < indicator.least_population:
        return Cell(None, ObservationStatus.LOW_RELIABILITY, status)
    value = FUNCTIONS[indicator.function](given)
    if value is None:
        return Cell(None, ObservationStatus.NOT_APPLICABLE, status)
    provisional = needs_population(indicator) and population is not None and population.provisional
    return Cell(value, ObservationStatus.PROVISIONAL if provisional else ObservationStatus.NORMAL, status)


def _is_available(design: TableDesign, at: dict[str, str], measure: str, setting: Setting, vintage: str) -> bool:
    period = Period.parse(at["period"])
    if not setting.delivered[vintage].intersection(period.months):
        return False
    stream = at.get("stream", "")
    if design.universe in ("internal", "interregional") or stream in _INTERNAL_STREAMS:
        return "internal" in setting.covers
    needed = set(_NEEDS[measure]) | ({"internal"} if design.universe == "all" and stream != "external" else set())
    return needed <= setting.covers


def _data_status(design: TableDesign, at: dict[str, str], setting: Setting) -> DataStatus:
    if not setting.synthetic:
        return DataStatus.COMPILED
    for part in design.parts:
        if all(at[name] in codes for name, codes in part.at.items()):
            return part.status
    return design.data_status


def _years_covered(design: TableDesign, last: Period) -> str:
    return str(last) if design.years == 1 else f"{last.year - design.years + 1}–{last}"


def _form(measure: str, setting: Setting) -> MeasureForm:
    if indicator := setting.indicators.get(measure):
        return MeasureForm(indicator.decimals, indicator.unit)
    if measure in ("arrivals_share", "departures_share"):
        return MeasureForm(_SHARE_DECIMALS, setting.words.units["percent"])
    return MeasureForm(0, setting.words.units["persons"])
