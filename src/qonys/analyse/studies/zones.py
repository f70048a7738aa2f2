"""What the choice of areas does to the indices: the areas merged at random into fewer zones, again and again.

Laws: the figures of a number of zones depend on the seed and on that number alone, not on which others are asked for;
with as many zones as areas they are the indices of the system itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np

from qonys.analyse.studies.area_flows import Centres, areas_of, average_population, distances_between, flows_by_year
from qonys.analyse.studies.study import Study
from qonys.concepts.period import Period
from qonys.datasets.analysis import Analysed, Said
from qonys.datasets.output import Dimension, Member
from qonys.methods.systems.aggregation import scale_effects
from qonys.methods.systems.neighbours import gabriel_neighbours
from qonys.methods.systems.summary import chosen_indices
from qonys.methods.systems.system import MigrationSystem, migration_system

_INDICES = (
    "crude_migration_intensity", "courgeau_k", "migration_effectiveness", "aggregate_net_migration_rate",
    "field_gini_out", "field_gini_in", "mean_distance", "distance_exponent",
)  # fmt: skip
_SPREAD = {"lower": 0.05, "median": 0.5, "upper": 0.95}
_MOST_SCALES = 8
_LEAST_AREAS = 3


def indices_by_zones(study: Study, centres: Centres) -> Analysed:
    """Indices of the last year of the table by number of zones: their median over random zones, and how they spread.

    Zones are of one piece where the centres of all areas are known, by the neighbours that these tell; else any areas
    may become a zone, and no index of distance is told.

    Raises:
        StatisticianError: the entry asks for more zones than there are areas, or for fewer than two.
    """
    areas = areas_of(study)
    if len(areas) < _LEAST_AREAS:
        return study.refused("too_few_areas")
    years = dict(flows_by_year(study, areas))
    if not years:
        return study.refused("no_flows")
    year = max(years)
    population = average_population(study, areas, year)
    if not np.isfinite(population).all():
        return study.refused("no_population")
    distances = distances_between(areas, centres)
    system = migration_system(years[year], population, distances)
    scales = study.entry.zones or _usual_scales(len(areas))
    found = dict(_spreads(study, system, scales))
    indices = tuple(name for name in _INDICES if any(key[0] == name for key in found))
    keys = product(indices, map(str, scales), _SPREAD)
    values: dict[tuple[str, ...], float] = {
        (index, zones, year, at): found[index, zones, at] for index, zones, at in keys
    }
    note: dict[str, Said] = {
        "year": study.setting.words.period(Period.parse(year)),
        "areas": len(areas),
        "repetitions": study.entry.repetitions,
        "seed": str(study.entry.seed),
        "pieces": "none" if distances is None else "one",
    }
    rows = [study.measures(indices), _numbers_of_zones(study, scales)]
    return study.result(rows, [study.periods([year]), _spread(study)], values, scale_effects, note)


def _usual_scales(areas: int) -> tuple[int, ...]:
    """Numbers of zones from 2 to that of the areas, evenly spaced in their logarithm."""
    return tuple(dict.fromkeys(int(zones) for zones in np.rint(np.geomspace(2, areas, _MOST_SCALES))))


def _spreads(
    study: Study, system: MigrationSystem, scales: tuple[int, ...]
) -> Iterator[tuple[tuple[str, str, str], float]]:
    """Index, number of zones and place in the spread -> value; every merging of all areas apart is the same."""
    neighbours = None if system.distances is None else gabriel_neighbours(system.distances)
    indices = chosen_indices(_INDICES)
    for zones in scales:
        repetitions = 1 if zones == len(system.areas) else study.entry.repetitions
        draw = np.random.default_rng((study.entry.seed, zones))
        effects = scale_effects(
            system, (zones,), repetitions, draw,
            neighbours=neighbours, distances_weighted_by="population", indices=indices,
        )  # fmt: skip
        for index in effects.values:
            found = effects.quantiles(index, tuple(_SPREAD.values()))[0]
            yield from (((index, str(zones), at), float(v)) for at, v in zip(_SPREAD, found, strict=True))


def _numbers_of_zones(study: Study, scales: tuple[int, ...]) -> Dimension:
    members = tuple(Member(str(zones), study.say("analysis.zones.number", {"zones": zones})) for zones in scales)
    return Dimension("zones", study.setting.words.dimensions["zones"], members)


def _spread(study: Study) -> Dimension:
    members = tuple(Member(at, study.say(f"analysis.zones.{at}")) for at in _SPREAD)
    return Dimension("spread", study.setting.words.dimensions["spread"], members)
