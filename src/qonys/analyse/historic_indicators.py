"""Indicators of years that were published and not counted, and growth on the last of them.

Law: each is computed from the figures of its own place by the same functions as any other; where one that it needs was not
published, it is not available.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from qonys.analyse.indicator_cells import Bases, computed_cell, loosest_of, population_of
from qonys.analyse.indicators import Given, counts_of_measures, days_in, is_of_total_alone, needs_population
from qonys.analyse.members import Counts, Setting
from qonys.analyse.tables import data_status, is_available, was_counted
from qonys.concepts.history import HistoryFigure
from qonys.concepts.indicator import Indicator
from qonys.concepts.period import Period
from qonys.concepts.status import DataStatus, ObservationStatus
from qonys.concepts.table_design import TableDesign
from qonys.datasets.output import Cell, Reference

_NOTHING = Cell(None, ObservationStatus.NOT_AVAILABLE, DataStatus.PUBLISHED)
_NO_BASE = Reference("")

Figures = Mapping[tuple[str, ...], HistoryFigure]


@dataclass(frozen=True, slots=True)
class Counted:
    """The counts of a table by data cut-off, and the one that it is of."""

    counts: Bases
    vintage: str


@dataclass(frozen=True, slots=True)
class _Before:
    value: float
    status: DataStatus
    reference: Reference


def reference_to(figure: HistoryFigure) -> Reference:
    """Where a figure stands, and in which vintage."""
    return Reference(figure.source, figure.vintage)


def historic_indicator(
    indicator: Indicator, at: Mapping[str, str], known: Figures, design: TableDesign, setting: Setting, counted: Counted
) -> Cell:
    """The cell of an indicator in a year of which figures were published; growth on a counted year is on its counts.

    Args:
        indicator: the indicator.
        at: codes of the cell.
        known: the figures by the key of their cell.
        design: the table.
        setting: what all tables of the release share.
        counted: what was counted of other years.
    """
    of, arrivals, departures = (known.get(_key(at, name)) for name in (indicator.of, "arrivals", "departures"))
    if of is None or is_of_total_alone(indicator):
        return _NOTHING
    used, net, turnover = [of], of.value, abs(of.value)
    if arrivals and departures:
        net, turnover = arrivals.value - departures.value, arrivals.value + departures.value
    if indicator.function == "effectiveness":
        if not (arrivals and departures):
            return _NOTHING
        used = [arrivals, departures]
    before = _before(indicator, at, known, design, setting, counted) if indicator.function == "growth" else None
    population = population_of(design, at, setting) if needs_population(indicator) else None
    given = _given(indicator, at, of.value, net, turnover)
    given = replace(given, base=before.value if before else None, population=population.persons if population else None)
    status = loosest_of(*(DataStatus(figure.status) for figure in used), *([before.status] if before else []))
    cell = computed_cell(indicator, at, given, population, status, before.reference if before else _NO_BASE)
    return cell if cell.value is None else cell._replace(taken_from=tuple(dict.fromkeys(map(reference_to, used))))


def _before(
    indicator: Indicator, at: Mapping[str, str], known: Figures, design: TableDesign, setting: Setting, counted: Counted
) -> _Before | None:
    """The figure of the year before: as counted at the indicator's base where it was counted, else as published."""
    earlier = {**at, "measure": indicator.of, "period": str(Period.parse(at["period"]).years_back(1))}
    base = indicator.base or counted.vintage
    if was_counted(earlier["period"], base, setting):
        sides = counted.counts.get(base, {}).get(tuple(earlier[name] for name in ("period", *design.dimensions)))
        if sides is None or not is_available(design, earlier, indicator.of, setting, base):
            return None
        value = counts_of_measures(*sides)[indicator.of]
        return _Before(
            value, data_status(design, {**earlier, "vintage": base}, setting), Reference(base, setting.cut_offs[base])
        )
    figure = known.get(_key(at, indicator.of, 1))
    return _Before(figure.value, DataStatus(figure.status), reference_to(figure)) if figure else None


def growth_on_history(
    cell: Cell,
    at: Mapping[str, str],
    known: Figures,
    design: TableDesign,
    setting: Setting,
    counted: Counts,
    vintage: str,
) -> Cell:
    """The growth of the first counted year on the figure of the last published one; any other cell as it is.

    Args:
        cell: the cell as it was counted.
        at: codes of the cell.
        known: the figures by the key of their cell.
        design: the table.
        setting: what all tables of the release share.
        counted: the counts of the table, where they are published as they are.
        vintage: data cut-off that they are of.
    """
    indicator = setting.indicators.get(at["measure"])
    sides = counted.get(tuple(at[name] for name in ("period", *design.dimensions)))
    if indicator is None or indicator.function != "growth" or indicator.base or cell.value is not None or not sides:
        return cell
    before = known.get(_key(at, indicator.of, 1))
    is_without_base = cell.observation is ObservationStatus.NOT_AVAILABLE and is_available(
        design, at, indicator.of, setting, vintage
    )
    if before is None or not is_without_base or design.boundaries:
        return cell
    counts = counts_of_measures(*sides)
    given = _given(indicator, at, counts[indicator.of], counts["net"], counts["turnover"])
    status = loosest_of(cell.data, DataStatus(before.status))
    return computed_cell(indicator, at, replace(given, base=before.value), None, status, reference_to(before))


def _key(at: Mapping[str, str], measure: str, years_back: int = 0) -> tuple[str, ...]:
    period = str(Period.parse(at["period"]).years_back(years_back))
    return tuple({**at, "measure": measure, "period": period}.values())


def _given(indicator: Indicator, at: Mapping[str, str], count: float, net: float, turnover: float) -> Given:
    """What an indicator of a whole year is computed from, as yet without base and population."""
    days = days_in(Period.parse(at["period"]).year)
    events = count if indicator.of in ("arrivals", "departures") else turnover
    return Given(count, None, net, turnover, events, (), None, indicator.per, days, days)
