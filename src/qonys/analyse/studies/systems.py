"""The migration system of the units of a table of origins and destinations: its indices by year, the effect of distance.

Laws: who moved within a unit is no migrant of the system; what a slip does not state of an end is no unit; indices are
of years of which every flow is published.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from qonys.analyse.studies.study import Study, parts_of, value_at
from qonys.concepts.period import Period
from qonys.concepts.text import NOT_STATED
from qonys.datasets.analysis import Analysed, Centre
from qonys.errors import UndefinedIndicatorError
from qonys.methods.systems.distance import great_circle_distances
from qonys.methods.systems.gravity import gravity_model
from qonys.methods.systems.impact import aggregate_net_migration_rate
from qonys.methods.systems.summary import system_summary

_INDICES = (
    "crude_migration_intensity", "migration_effectiveness", "aggregate_net_migration_rate", "migration_weighted_gini",
    "connectivity",
)  # fmt: skip
_OF_DISTANCE = ("mean_distance", "median_distance")

Centres: TypeAlias = Mapping[str, Centre]
"""Centres by area."""


def system_indices(study: Study, centres: Centres) -> Analysed:
    """Indices of the system in each year that the table tells."""
    areas = _areas(study)
    years = dict(_years(study, areas))
    if not years:
        return study.refused("no_flows")
    populations = {year: _population(study, areas, year) for year in years}
    if any(not np.isfinite(persons).all() for persons in populations.values()):
        return study.refused("no_population")
    distances = _distances(areas, centres)
    indices = _INDICES if distances is None else (*_INDICES, *_OF_DISTANCE)
    values: dict[tuple[str, ...], float] = {}
    for year, flows in years.items():
        summary = system_summary(flows, populations[year], distances)
        values["migrants", year] = summary.migrants
        values |= {(index, year): summary[index] for index in indices}
    rows, columns = study.measures(("migrants", *indices)), study.periods(years)
    return study.result([rows], [columns], values, aggregate_net_migration_rate, {"areas": len(areas)})


def gravity(study: Study, centres: Centres) -> Analysed:
    """The exponent of distance in each year that the table tells."""
    areas = _areas(study)
    distances = _distances(areas, centres)
    if distances is None:
        return study.refused("no_distances")
    years = dict(_years(study, areas))
    values: dict[tuple[str, ...], float] = {}
    for year, flows in years.items():
        try:
            model = gravity_model(flows, distances)
        except UndefinedIndicatorError:
            return study.refused("no_exponent")
        scatter = max(model.dispersion, 1.0) if np.isfinite(model.dispersion) else 1.0
        values["distance_exponent", year] = model.exponent
        values["standard_error", year] = model.standard_error * scatter**0.5
        values["dispersion", year] = model.dispersion
    if not years:
        return study.refused("no_flows")
    rows = study.measures(("distance_exponent", "standard_error", "dispersion"))
    return study.result([rows], [study.periods(years)], values, gravity_model, {"areas": len(areas)})


def _areas(study: Study) -> tuple[str, ...]:
    return tuple(code for code in parts_of(study.source, "area") if code != NOT_STATED)


def _years(study: Study, areas: tuple[str, ...]) -> Iterator[tuple[str, NDArray[np.float64]]]:
    """Each year and its flows, origins in rows; years with a flow that is not published are passed over."""
    table, measure = study.source, study.entry.measures[0]
    for year in table.dimension("period").codes:
        at = {**study.entry.at, "period": year, "measure": measure}
        flows = np.array(
            [[value_at(table, {**at, "partner_area": origin, "area": end}) for end in areas] for origin in areas]
        )
        if np.isfinite(flows[~np.eye(len(areas), dtype=bool)]).all():
            yield year, np.where(np.isfinite(flows), flows, 0.0)


def _population(study: Study, areas: tuple[str, ...], year: str) -> NDArray[np.float64]:
    """Average population of each unit in a year; nan where it is not known."""
    known = study.setting.populations
    found = [known.average({"area": area}, Period.parse(year), None) if known else None for area in areas]
    return np.array([float("nan") if one is None else one.persons for one in found])


def _distances(areas: tuple[str, ...], centres: Centres) -> NDArray[np.float64] | None:
    if any(area not in centres for area in areas):
        return None
    places = [centres[area] for area in areas]
    return great_circle_distances([p.longitude for p in places], [p.latitude for p in places])
