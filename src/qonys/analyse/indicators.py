"""The functions of indicators: what the entries of indicators.yaml name.

Each takes the counts of a cell and gives a number, or None where it is undefined: a rate of nobody, a growth from nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from qonys.analyse.members import Counts
from qonys.analyse.populations import AveragePopulation
from qonys.concepts.indicator import WITH_POPULATION, Indicator, IndicatorFunction
from qonys.concepts.period import Period
from qonys.concepts.table_design import TableDesign
from qonys.concepts.text import TOTAL

_OF_THE_SYSTEM = ("system_effectiveness", "aggregate_net_rate")


@dataclass(frozen=True, slots=True)
class Given:
    """What an indicator is computed from.

    Args:
        count: persons of the cell.
        base: persons of the same cell a year earlier; None where that is not in the table or not available.
        net: arrivals minus departures of the cell.
        turnover: arrivals plus departures.
        events: moves behind the number: of a balance all who came and went.
        areas: arrivals and departures of each area, where the cell is their total.
        population: average population in persons; None where it is not known.
        per: so many persons of it.
        days: days of the period.
        days_in_year: days of its year.
    """

    count: float
    base: float | None
    net: float
    turnover: float
    events: float
    areas: Sequence[tuple[float, float]]
    population: float | None
    per: int
    days: int
    days_in_year: int


def rate(given: Given) -> float | None:
    """Moves per so many persons of the average population in a year.

    per · X / P̄ · (days of the year / days of the period): the rate of a month is annualised by its days. None where the
    population is not known or nobody.

    >>> year = Given(29282, None, 16550, 42014, 29282, (), 20158620.5, 1000, 366, 366)
    >>> f"{rate(year):.2f}"
    '1.45'
    """
    if not given.population:
        return None
    return given.per * given.count / given.population * given.days_in_year / given.days


def growth(given: Given) -> float | None:
    """Change on the same period of the previous year, in percent: 100 · (X / X₋₁ - 1); undefined where that was 0."""
    return 100 * (given.count / given.base - 1) if given.base else None


def effectiveness(given: Given) -> float | None:
    """Share of the turnover of an area that changes its population, in percent: 100 · (A - D) / (A + D)."""
    return 100 * given.net / given.turnover if given.turnover else None


def system_effectiveness(given: Given) -> float | None:
    """Migration effectiveness index: 100 · Σ|Aᵢ - Dᵢ| / Σ(Aᵢ + Dᵢ) over areas; 0 where every area balances."""
    turnover = sum(arrivals + departures for arrivals, departures in given.areas)
    return 100 * sum(abs(a - d) for a, d in given.areas) / turnover if turnover else None


def aggregate_net_rate(given: Given) -> float | None:
    """Aggregate net migration rate, in percent: 100 · ½ Σ|Aᵢ - Dᵢ| / P̄, annualised by days."""
    if not given.areas or not given.population:
        return None
    moved = sum(abs(arrivals - departures) for arrivals, departures in given.areas) / 2
    return 100 * moved / given.population * given.days_in_year / given.days


FUNCTIONS: Mapping[IndicatorFunction, Callable[[Given], float | None]] = {
    "rate": rate,
    "growth": growth,
    "effectiveness": effectiveness,
    "system_effectiveness": system_effectiveness,
    "aggregate_net_rate": aggregate_net_rate,
}


def needs_population(indicator: Indicator) -> bool:
    """It is computed from an average population."""
    return indicator.function in WITH_POPULATION


def is_of_total_alone(indicator: Indicator) -> bool:
    """It speaks of all areas together, and of none by itself."""
    return indicator.function in _OF_THE_SYSTEM


def given_for(
    indicator: Indicator,
    design: TableDesign,
    at: Mapping[str, str],
    counted: Counts,
    before: Counts,
    population: AveragePopulation | None,
    days: tuple[date, date],
) -> Given:
    """What an indicator is computed from in one cell.

    Args:
        indicator: the indicator.
        design: the table.
        at: codes of the cell.
        counted: the counts of the table.
        before: the counts that hold the base of a growth.
        population: the average population of the cell.
        days: first day of what is counted, and the first day after.
    """
    names, period = ("period", *design.dimensions), Period.parse(at["period"])
    key = tuple(at[name] for name in names)
    arrivals, departures = counted.get(key, (0, 0))
    earlier = str(period.years_back(1))
    is_counted = indicator.function == "growth" and any(other[0] == earlier for other in before)
    base = before.get((earlier, *key[1:]), (0, 0)) if is_counted else None
    return Given(
        count=counts_of_measures(arrivals, departures)[indicator.of],
        base=None if base is None else counts_of_measures(*base)[indicator.of],
        net=arrivals - departures,
        turnover=arrivals + departures,
        events=_events(indicator.of, arrivals, departures),
        areas=_areas(names, key, counted),
        population=population.persons if population else None,
        per=indicator.per,
        days=(days[1] - days[0]).days,
        days_in_year=days_in(period.year),
    )


def days_in(year: int) -> int:
    """Days of a year."""
    return (date(year + 1, 1, 1) - date(year, 1, 1)).days


def counts_of_measures(arrivals: float, departures: float) -> dict[str, float]:
    """Every count by its measure."""
    net, turnover = arrivals - departures, arrivals + departures
    return {"arrivals": arrivals, "departures": departures, "net": net, "turnover": turnover}


def _events(of: str, arrivals: float, departures: float) -> float:
    return {"arrivals": arrivals, "departures": departures}.get(of, arrivals + departures)


def _areas(names: Sequence[str], key: tuple[str, ...], counted: Counts) -> list[tuple[float, float]]:
    if "area" not in names or key[names.index("area")] != TOTAL:
        return []
    at = names.index("area")
    return [
        values for other, values in counted.items()
        if other[at] != TOTAL and other[:at] == key[:at] and other[at + 1 :] == key[at + 1 :]
    ]  # fmt: skip
