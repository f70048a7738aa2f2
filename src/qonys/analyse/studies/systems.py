"""The migration system of the units of a table of origins and destinations: its indices by year, the effect of distance.

Laws: who moved within a unit is no migrant of the system; what a slip does not state of an end is no unit; indices are
of years of which every flow is published.
"""

from __future__ import annotations

import numpy as np

from qonys.analyse.studies.area_flows import Centres, areas_of, average_population, distances_between, flows_by_year
from qonys.analyse.studies.distance_bands import with_distance_bands
from qonys.analyse.studies.study import Study
from qonys.datasets.analysis import Analysed
from qonys.errors import UndefinedIndicatorError
from qonys.methods.systems.gravity import gravity_model
from qonys.methods.systems.impact import aggregate_net_migration_rate
from qonys.methods.systems.summary import system_summary

_INDICES = (
    "crude_migration_intensity", "migration_effectiveness", "aggregate_net_migration_rate", "migration_weighted_gini",
    "connectivity",
)  # fmt: skip
_OF_DISTANCE = ("mean_distance", "median_distance")


def system_indices(study: Study, centres: Centres) -> Analysed:
    """Indices of the system in each year that the table tells."""
    areas = areas_of(study)
    years = dict(flows_by_year(study, areas))
    if not years:
        return study.refused("no_flows")
    populations = {year: average_population(study, areas, year) for year in years}
    if any(not np.isfinite(persons).all() for persons in populations.values()):
        return study.refused("no_population")
    distances = distances_between(areas, centres)
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
    areas = areas_of(study)
    distances = distances_between(areas, centres)
    if distances is None:
        return study.refused("no_distances")
    years = dict(flows_by_year(study, areas))
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
    result = study.result([rows], [study.periods(years)], values, gravity_model, {"areas": len(areas)})
    return with_distance_bands(study, result, (list(years)[-1], flows), distances)
