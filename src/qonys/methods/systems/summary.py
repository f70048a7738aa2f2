"""All indices of a migration system at once.

Laws: an index of the table is a figure of the module that it names, for the same data; an index that has no value is
nan, with the reason beside it, and never keeps the others from being told.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType

from qonys.errors import StatisticianError, UndefinedIndicatorError
from qonys.methods.systems import concentration, connectivity, distance, gini, impact, intensity, variation
from qonys.methods.systems.flows import Values
from qonys.methods.systems.gravity import gravity_model
from qonys.methods.systems.system import Flows, MigrationSystem, Population, migration_system

_OF_FLOWS: Mapping[str, tuple[str, Callable[[Values], float]]] = {
    "migration_effectiveness": ("percent", impact.migration_effectiveness),
    "connectivity": ("share", connectivity.connectivity),
    "inequality_from_equal": ("share", connectivity.inequality_from_equal),
    "inequality_from_independence": ("share", connectivity.inequality_from_independence),
    "gini_total": ("share", gini.gini_total),
    "gini_rows": ("share", gini.gini_rows),
    "gini_columns": ("share", gini.gini_columns),
    "gini_exchange": ("share", gini.gini_exchange),
    "standardised_gini_rows": ("percent", gini.standardised_gini_rows),
    "standardised_gini_columns": ("percent", gini.standardised_gini_columns),
    "standardised_gini_exchange": ("percent", gini.standardised_gini_exchange),
    "migration_weighted_gini_out": ("share", gini.migration_weighted_gini_out),
    "migration_weighted_gini_in": ("share", gini.migration_weighted_gini_in),
    "migration_weighted_gini": ("share", gini.migration_weighted_gini),
    "field_gini_out": ("share", gini.field_gini_out),
    "field_gini_in": ("share", gini.field_gini_in),
    "flow_variation": ("ratio", variation.flow_variation),
    "aggregate_variation_out": ("ratio", variation.aggregate_variation_out),
    "aggregate_variation_in": ("ratio", variation.aggregate_variation_in),
    "aggregate_variation": ("ratio", variation.aggregate_variation),
    "theil": ("nats", concentration.theil),
    "entropy": ("nats", concentration.entropy),
    "herfindahl": ("share", concentration.herfindahl),
}
_OF_FLOWS_AND_POPULATION: Mapping[str, tuple[str, Callable[[Values, Values], float]]] = {
    "crude_migration_intensity": ("percent", intensity.crude_migration_intensity),
    "courgeau_k": ("percent", intensity.courgeau_k),
    "aggregate_net_migration_rate": ("percent", impact.aggregate_net_migration_rate),
    "preference_sum": ("ratio", impact.preference_sum),
    "mean_preference": ("ratio", impact.mean_preference),
    "velocity_sum": ("migrants per inhabitant", impact.velocity_sum),
    "mean_velocity": ("migrants per inhabitant", impact.mean_velocity),
}
_OF_FLOWS_AND_DISTANCES: Mapping[str, tuple[str, Callable[[Values, Values], float]]] = {
    "mean_distance": ("unit of the distances", distance.mean_distance),
    "median_distance": ("unit of the distances", distance.median_distance),
    "lower_median_distance": ("unit of the distances", distance.lower_median_distance),
    "distance_exponent": ("exponent", lambda flows, distances: gravity_model(flows, distances).exponent),
}

UNITS: Mapping[str, str] = MappingProxyType(
    {
        name: unit
        for table in (_OF_FLOWS_AND_POPULATION, _OF_FLOWS, _OF_FLOWS_AND_DISTANCES)
        for name, (unit, _) in table.items()
    }
)
"""The unit of each index, in the order in which they are told."""


@dataclass(frozen=True, slots=True, eq=False)
class SystemSummary:
    """The indices of one system.

    Args:
        areas: how many there are.
        migrants: persons who moved between them.
        population: persons who live in them.
        values: each index by its name, in the units of `UNITS`; nan where it has no value.
        undefined: why an index has no value, by its name.
    """

    areas: int
    migrants: float
    population: float
    values: Mapping[str, float]
    undefined: Mapping[str, str]

    def __getitem__(self, index: str) -> float:
        return self.values[index]

    def columns(self) -> dict[str, list[str | float]]:
        """The summary as columns `index`, `value`, `unit` and `undefined` of a table with one row an index."""
        return {
            "index": list(self.values),
            "value": list(self.values.values()),
            "unit": [UNITS[name] for name in self.values],
            "undefined": [self.undefined.get(name, "") for name in self.values],
        }


def system_summary(flows: Flows, population: Population, distance: Flows | None = None) -> SystemSummary:
    """All indices of a migration system; those of distance only where distances are given.

    Args:
        flows: array of shape (n, n), origins in rows, or columns `origin`, `destination`, `flow`; the diagonal is not
            read.
        population: persons, shape (n,), or a mapping of area to persons.
        distance: array of shape (n, n), or columns `origin`, `destination`, `distance`.

    Raises:
        UndefinedIndicatorError: there are fewer than two areas.
        StatisticianError: what is given contradicts itself; see `migration_system`.

    >>> summary = system_summary([[0, 30], [20, 0]], [400, 600])
    >>> summary["crude_migration_intensity"], summary["migration_effectiveness"]
    (5.0, 20.0)
    >>> summary.undefined["field_gini_out"]
    'With two areas every field is one flow, so its Gini index has no value.'
    """
    return summary_of_system(migration_system(flows, population, distance))


def chosen_indices(names: Collection[str]) -> Callable[[MigrationSystem], Mapping[str, float]]:
    """What tells some indices of a system by their names, nan where one has no value.

    Those of distance are left out where the system has no distances.

    Args:
        names: of the indices in `UNITS`.

    Raises:
        StatisticianError: there is no such index.

    >>> chosen_indices(["connectivity"])(migration_system([[0, 30], [20, 0]], [400, 600]))
    {'connectivity': 1.0}
    """
    if unknown := [name for name in names if name not in UNITS]:
        raise StatisticianError(
            f"There is no index “{unknown[0]}” of a migration system.", next_step=f"There are: {', '.join(UNITS)}."
        )

    def told(system: MigrationSystem) -> Mapping[str, float]:
        return {name: _value(index) for name, index in _indices_of(system).items() if name in names}

    return told


def _value(index: Callable[[], float]) -> float:
    try:
        return index()
    except UndefinedIndicatorError:
        return float("nan")


def summary_of_system(system: MigrationSystem) -> SystemSummary:
    """All indices of a system that is already checked."""
    values: dict[str, float] = {}
    undefined: dict[str, str] = {}
    for name, index in _indices_of(system).items():
        try:
            values[name] = index()
        except UndefinedIndicatorError as reason:
            values[name], undefined[name] = float("nan"), reason.what
    migrants, persons = float(system.flows.sum()), float(system.population.sum())
    return SystemSummary(len(system.areas), migrants, persons, MappingProxyType(values), MappingProxyType(undefined))


def _indices_of(system: MigrationSystem) -> dict[str, Callable[[], float]]:
    flows, population, distances = system.flows, system.population, system.distances
    indices: dict[str, Callable[[], float]] = {}
    for name, (_, of_both) in _OF_FLOWS_AND_POPULATION.items():
        indices[name] = partial(of_both, flows, population)
    for name, (_, of_flows) in _OF_FLOWS.items():
        indices[name] = partial(of_flows, flows)
    if distances is not None:
        for name, (_, of_both) in _OF_FLOWS_AND_DISTANCES.items():
            indices[name] = partial(of_both, flows, distances)
    return indices
