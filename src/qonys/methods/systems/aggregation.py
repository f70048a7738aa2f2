"""What the choice of areas does to the indices: many random aggregations of small areas into zones (the MAUP).

Each index of a system depends on how many areas there are (scale) and on where their borders run (zonation). Here the
areas are merged at random into a number of zones, again and again, and the indices of every merged system are told.

Laws: an aggregation conserves population and all migrants between zones; those within a zone are no migrants of the
system any more. Every zone has an area. With neighbours given, every zone is contiguous. The same generator, in the
same state, gives the same aggregations.

Source: Openshaw, S. (1984), The modifiable areal unit problem, Concepts and Techniques in Modern Geography 38;
Stillwell, J., Daras, K., Bell, M. and Lomax, N. (2014), The IMAGE Studio: a tool for internal migration analysis and
modelling, Applied Spatial Analysis and Policy 7(1).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

from qonys.errors import StatisticianError
from qonys.methods.systems.flows import Flags, Values, ratio
from qonys.methods.systems.summary import summary_of_system
from qonys.methods.systems.system import MigrationSystem

Labels: TypeAlias = NDArray[np.int64]
Weighting: TypeAlias = Literal["flow", "population"]
Indices: TypeAlias = Callable[[MigrationSystem], Mapping[str, float]]


@dataclass(frozen=True, slots=True, eq=False)
class ScaleEffects:
    """Indices of randomly merged systems.

    Args:
        scales: numbers of zones, as given.
        values: each index by its name, shape (scales, repetitions); nan where it has no value in that system.
    """

    scales: tuple[int, ...]
    values: Mapping[str, Values]

    def quantiles(self, index: str, probabilities: Sequence[float]) -> Values:
        """Quantiles of an index over the repetitions that have a value, shape (scales, probabilities); nan if none."""
        rows = [row[~np.isnan(row)] for row in self.values[index]]
        nothing = np.full(len(probabilities), np.nan)
        return np.array([np.quantile(row, probabilities) if len(row) else nothing for row in rows])

    def columns(self, probabilities: Sequence[float] = (0.05, 0.5, 0.95)) -> dict[str, list[str | float]]:
        """A table with one row an index and scale: its mean, its quantiles and in how many systems it had no value."""
        table: dict[str, list[str | float]] = {"index": [], "zones": [], "mean": [], "undefined": []}
        table |= {f"quantile_{probability:g}": [] for probability in probabilities}
        for index, found in self.values.items():
            undefined = np.isnan(found).sum(axis=1)
            known = found.shape[1] - undefined
            table["index"] += [index] * len(self.scales)
            table["zones"] += self.scales
            table["mean"] += ratio(np.nansum(found, axis=1), known.astype(float)).tolist()
            table["undefined"] += undefined.tolist()
            quantiles = self.quantiles(index, probabilities)
            for place, probability in enumerate(probabilities):
                table[f"quantile_{probability:g}"] += quantiles[:, place].tolist()
        return table


def all_indices(system: MigrationSystem) -> Mapping[str, float]:
    """All indices of `system_summary` by name."""
    return summary_of_system(system).values


def scale_effects(
    system: MigrationSystem,
    scales: Sequence[int],
    repetitions: int,
    draw: np.random.Generator,
    *,
    neighbours: ArrayLike | None = None,
    distances_weighted_by: Weighting = "flow",
    indices: Indices = all_indices,
) -> ScaleEffects:
    """Indices of a system whose areas are merged at random into fewer zones, many times for each number of zones.

    Args:
        system: the system of small areas.
        scales: numbers of zones, each from 2 to the number of areas.
        repetitions: how often the areas are merged at each scale.
        draw: where chance comes from.
        neighbours: True where two areas touch, shape (n, n); zones are then contiguous. None: any areas may merge.
        distances_weighted_by: see `merged`.
        indices: what is computed for each merged system; few indices take less time than all.

    Raises:
        StatisticianError: a scale or the number of repetitions is impossible, or neighbours have another shape.

    Source: Openshaw, S. (1984), The modifiable areal unit problem, Concepts and Techniques in Modern Geography 38;
    Stillwell, J., Daras, K., Bell, M. and Lomax, N. (2014), The IMAGE Studio: a tool for internal migration analysis
    and modelling, Applied Spatial Analysis and Policy 7(1).
    """
    _fail_if_impossible(system, scales, repetitions)
    touching = None if neighbours is None else _neighbours(neighbours, len(system.areas))
    found: dict[str, Values] = {}
    for place, zones in enumerate(scales):
        for repetition in range(repetitions):
            labels = random_zones(len(system.areas), zones, draw) if touching is None else touching.zones(zones, draw)
            values = indices(merged(system, labels, distances_weighted_by=distances_weighted_by))
            for index, value in values.items():
                empty = found.setdefault(index, np.full((len(scales), repetitions), np.nan))
                empty[place, repetition] = value
    return ScaleEffects(tuple(scales), MappingProxyType(found))


def merged(system: MigrationSystem, labels: ArrayLike, *, distances_weighted_by: Weighting = "flow") -> MigrationSystem:
    """The system of the zones: flows and population summed, distances averaged.

    The distance between two zones is the mean over pairs of their areas. Weighted by flow (Σd·M / ΣM), the mean
    distance of the migrants who are left is conserved, but it depends on the flows, and two zones without a flow fall
    back to population. Weighted by population (Σd·Pᵢ·Pⱼ / ΣPᵢ·Pⱼ), it depends on where people live alone; zones without
    inhabitants get the plain mean.

    Args:
        system: the system of small areas.
        labels: the zone of each area, whole numbers 0 … z − 1 all of which occur, shape (n,).
        distances_weighted_by: `flow` or `population`.

    Raises:
        StatisticianError: a label is missing or out of place, or there is but one zone.

    >>> small = MigrationSystem((0, 1, 2), np.array([[0, 5, 1], [5, 0, 3], [2, 2, 0.0]]), np.array([9, 6, 5.0]), None)
    >>> merged(small, [0, 0, 1]).flows
    array([[0., 4.],
           [4., 0.]])
    """
    zones = _Zones(_labels(labels, len(system.areas)))
    flows = zones.sums(system.flows)
    np.fill_diagonal(flows, 0.0)
    distances = None
    if system.distances is not None:
        distances = _zone_distances(system, system.distances, zones, distances_weighted_by)
    names = tuple(range(len(zones.starts)))
    return MigrationSystem(names, flows, np.add.reduceat(system.population[zones.order], zones.starts), distances)


def random_zones(areas: int, zones: int, draw: np.random.Generator) -> Labels:
    """A zone for each area by chance, none of them empty, wherever the areas lie.

    Args:
        areas: how many areas there are.
        zones: how many zones they become, at most as many.
        draw: where chance comes from.

    Returns:
        Labels 0 … zones − 1, shape (areas,).
    """
    labels = np.concatenate([np.arange(zones), draw.integers(zones, size=areas - zones)])
    return np.asarray(draw.permutation(labels), dtype=np.int64)


def random_contiguous_zones(neighbours: ArrayLike, zones: int, draw: np.random.Generator) -> Labels:
    """A zone for each area by chance, each zone of one piece.

    Zones grow from areas drawn at random: of all borders between a zone and an area that is in none, one is drawn, and
    the area joins, until no area is left. This is done at once: with independent exponential lengths of the borders,
    each area belongs to the nearest of the first areas, since such lengths have no memory.

    Args:
        neighbours: True where two areas touch, shape (n, n); one direction is enough.
        zones: how many, at least one for every piece of the territory (an island is a piece).
        draw: where chance comes from.

    Returns:
        Labels 0 … zones − 1, shape (n,).

    Raises:
        StatisticianError: there are fewer zones than pieces or more than areas, or the shape is wrong.
    """
    return _neighbours(neighbours, len(np.atleast_1d(neighbours))).zones(zones, draw)


@dataclass(frozen=True, slots=True, eq=False)
class _Neighbours:
    """Borders of the territory, as ends of pairs, and the piece of each area."""

    areas: int
    rows: Labels
    columns: Labels
    piece: Labels

    def zones(self, zones: int, draw: np.random.Generator) -> Labels:
        first = self._first_areas(zones, draw)
        lengths = draw.exponential(size=len(self.rows)) + np.finfo(float).tiny
        borders = csr_array((lengths, (self.rows, self.columns)), shape=(self.areas, self.areas))
        nearest = dijkstra(borders, directed=False, indices=first, min_only=True, return_predecessors=True)[2]
        label = np.empty(self.areas, dtype=np.int64)
        label[first] = np.arange(zones)
        return label[nearest]

    def _first_areas(self, zones: int, draw: np.random.Generator) -> Labels:
        """One area of each piece, and others of any."""
        shuffled = draw.permutation(self.areas)
        _, of_piece = np.unique(self.piece[shuffled], return_index=True)
        if not len(of_piece) <= zones <= self.areas:
            raise StatisticianError(
                f"{self.areas} areas in {len(of_piece)} pieces cannot become {zones} contiguous zones.",
                next_step="Ask for at least one zone a piece, or let islands touch the nearest coast.",
            )
        others = np.delete(shuffled, of_piece)[: zones - len(of_piece)]
        return np.concatenate([shuffled[of_piece], others])


def _neighbours(neighbours: ArrayLike, areas: int) -> _Neighbours:
    touching: Flags = np.array(neighbours, dtype=bool)
    if touching.shape != (areas, areas):
        raise StatisticianError(
            f"Neighbours of {areas} areas have a shape of ({areas}, {areas}), not {touching.shape}.",
            next_step="Mark each pair of areas with True or False.",
        )
    rows, columns = np.nonzero(np.triu(touching | touching.T, k=1))
    pairs = csr_array((np.ones(len(rows)), (rows, columns)), shape=(areas, areas))
    piece = connected_components(pairs, directed=False)[1]
    return _Neighbours(areas, rows, columns, np.asarray(piece, dtype=np.int64))


class _Zones:
    """The areas in the order of their zones, so that a zone is a run of rows and columns."""

    def __init__(self, labels: Labels) -> None:
        self.order = np.argsort(labels, kind="stable")
        self.starts = np.searchsorted(labels[self.order], np.arange(int(labels.max()) + 1))

    def sums(self, matrix: Values) -> Values:
        """Sums of a matrix over pairs of zones."""
        by_row = np.add.reduceat(matrix[self.order], self.starts, axis=0)
        return np.asarray(np.add.reduceat(by_row[:, self.order], self.starts, axis=1))

    def means(self, matrix: Values, weights: Values) -> Values:
        """Weighted means over pairs of different zones, 0 on the diagonal; nan where all weights are 0."""
        means = ratio(self.sums(matrix * weights), self.sums(weights))
        np.fill_diagonal(means, 0.0)
        return means


def _zone_distances(system: MigrationSystem, distances: Values, zones: _Zones, weighted_by: Weighting) -> Values:
    by_population = zones.means(distances, np.outer(system.population, system.population))
    nobody = np.isnan(by_population)
    if bool(nobody.any()):
        by_population = np.where(nobody, zones.means(distances, np.ones_like(distances)), by_population)
    if weighted_by == "population":
        return by_population
    by_flow = zones.means(distances, system.flows)
    return np.where(np.isnan(by_flow), by_population, by_flow)


def _labels(labels: ArrayLike, areas: int) -> Labels:
    zones = np.asarray(labels)
    whole = zones.shape == (areas,) and np.issubdtype(zones.dtype, np.integer) and int(zones.min(initial=0)) >= 0
    if not whole or len(np.unique(zones)) != int(zones.max()) + 1:
        raise StatisticianError(
            f"{areas} areas need a zone each, numbered from 0 without a gap.", next_step="Number the zones anew."
        )
    if int(zones.max()) < 1:
        raise StatisticianError("One zone has nobody who moves between zones.", next_step="Make two zones or more.")
    return zones.astype(np.int64)


def _fail_if_impossible(system: MigrationSystem, scales: Sequence[int], repetitions: int) -> None:
    areas = len(system.areas)
    if wrong := [zones for zones in scales if not 2 <= zones <= areas]:
        raise StatisticianError(
            f"{areas} areas cannot become {wrong[0]} zones with moves between them.",
            next_step=f"Name numbers of zones from 2 to {areas}.",
        )
    if not scales or repetitions < 1:
        raise StatisticianError(
            "At least one number of zones and one repetition are needed.",
            next_step="Name them, such as 10 zones, 100 times.",
        )
