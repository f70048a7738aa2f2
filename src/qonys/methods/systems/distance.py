"""How far people move: mean and median distance, and how flows spread over bands of distance.

Laws: each migrant counts once, with the distance between the two areas; moves within an area have none. Distances may
differ by direction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from qonys.errors import StatisticianError
from qonys.methods.systems.flows import Values, distance_matrix, flow_matrix, migrants, off_diagonal

_EARTH_RADIUS = 6371.0088
"""Mean radius of the Earth, km (International Union of Geodesy and Geophysics)."""


@dataclass(frozen=True, slots=True, eq=False)
class DistanceBands:
    """Migrants by band of distance.

    Args:
        edges: the bounds of the bands, in the unit of the distances, shape (bands + 1,).
        migrants: persons who moved at least the lower and less than the upper bound, shape (bands,).
        shares: their parts of all migrants, shape (bands,), which sum to 1.
    """

    edges: Values
    migrants: Values
    shares: Values


def great_circle_distances(longitudes: ArrayLike, latitudes: ArrayLike) -> Values:
    """Distances between places along great circles of a sphere, in kilometres.

    2R · arcsin √(sin²(Δφ/2) + cos φᵢ · cos φⱼ · sin²(Δλ/2)) with R = 6371.0088 km, the mean radius of the Earth; exact
    to rounding for places that are near each other too.

    Args:
        longitudes: λ, degrees, shape (n,).
        latitudes: φ, degrees, shape (n,).

    Returns:
        Shape (n, n), symmetric, 0 on the diagonal.

    Raises:
        StatisticianError: a coordinate is missing, the numbers differ, or a latitude is beyond a pole.

    Source: Sinnott, R. W. (1984), Virtues of the haversine, Sky and Telescope 68(2).

    >>> great_circle_distances([0, 90], [0, 0]).round(1)
    array([[    0. , 10007.6],
           [10007.6,     0. ]])
    """
    east, north = np.asarray(longitudes, dtype=float), np.asarray(latitudes, dtype=float)
    if east.ndim != 1 or east.shape != north.shape or not (np.isfinite(east).all() and (np.abs(north) <= 90).all()):
        raise StatisticianError(
            "Places need one longitude and one latitude each, in degrees.",
            next_step="Complete the coordinates; a latitude lies between −90 and 90.",
        )
    east, north = np.radians(east), np.radians(north)
    half_chord = (
        np.sin(np.subtract.outer(north, north) / 2) ** 2
        + np.multiply.outer(np.cos(north), np.cos(north)) * np.sin(np.subtract.outer(east, east) / 2) ** 2
    )
    kilometres: Values = 2 * _EARTH_RADIUS * np.arcsin(np.sqrt(np.clip(half_chord, 0.0, 1.0)))
    return kilometres


def mean_distance(flows: ArrayLike, distances: ArrayLike) -> float:
    """Mean distance of a move between areas: Σd·M / ΣM, in the unit of the distances.

    Args:
        flows: persons, shape (n, n); the diagonal is not read.
        distances: shape (n, n); the diagonal is not read.

    Raises:
        UndefinedIndicatorError: nobody moved, or there are fewer than two areas.
        StatisticianError: a figure is missing or negative, or the shapes differ.

    >>> mean_distance([[0, 30], [10, 0]], [[0, 8], [4, 0]])
    7.0
    """
    far, moved = _pairs(flows, distances)
    return float((far * moved).sum() / moved.sum())


def lower_median_distance(flows: ArrayLike, distances: ArrayLike) -> float:
    """The least distance that at least half of the migrants did not exceed: always a distance of two areas.

    Args:
        flows: persons, shape (n, n); the diagonal is not read.
        distances: shape (n, n); the diagonal is not read.

    Raises:
        UndefinedIndicatorError: nobody moved, or there are fewer than two areas.
        StatisticianError: a figure is missing or negative, or the shapes differ.

    >>> lower_median_distance([[0, 5, 2], [0, 0, 3], [0, 0, 0]], [[0, 1, 4], [0, 0, 9], [0, 0, 0]])
    1.0
    """
    far, moved = _by_distance(*_pairs(flows, distances))
    reached = np.cumsum(moved)
    return float(far[np.searchsorted(reached, reached[-1] / 2)])


def median_distance(flows: ArrayLike, distances: ArrayLike) -> float:
    """Median distance of a move, interpolated between pairs of areas.

    Pairs are put in the order of their distance; each stands at the middle of its own migrants, that is at the number
    of migrants before it plus half of its own, and the median is read off the straight line between the two pairs
    around half of all migrants. Below the first and above the last middle it is their distance. Pairs of the same
    distance, as both directions mostly are, come in the order of their flows, so that the order of areas is without
    influence; R's matrixStats::weightedMedian interpolates alike, but leaves that order to its sorting.

    Args:
        flows: persons, shape (n, n); the diagonal is not read.
        distances: shape (n, n); the diagonal is not read.

    Raises:
        UndefinedIndicatorError: nobody moved, or there are fewer than two areas.
        StatisticianError: a figure is missing or negative, or the shapes differ.

    >>> median_distance([[0, 40, 60], [0, 0, 0], [0, 0, 0]], [[0, 10, 20], [0, 0, 0], [0, 0, 0]])
    16.0
    """
    far, moved = _by_distance(*_pairs(flows, distances))
    middle = np.cumsum(moved) - moved / 2
    return float(np.interp(moved.sum() / 2, middle, far))


def distance_bands(flows: ArrayLike, distances: ArrayLike, edges: Sequence[float]) -> DistanceBands:
    """Migrants by how far they moved.

    Args:
        flows: persons, shape (n, n); the diagonal is not read.
        distances: shape (n, n); the diagonal is not read.
        edges: ascending bounds; a band holds its lower bound and not its upper. The last may be infinite.

    Raises:
        UndefinedIndicatorError: nobody moved, or there are fewer than two areas.
        StatisticianError: bounds do not ascend, a move lies outside all bands, or a figure is missing or negative.

    >>> distance_bands([[0, 30], [10, 0]], [[0, 80], [40, 0]], [0, 50, float("inf")]).shares
    array([0.25, 0.75])
    """
    bounds = np.asarray(edges, dtype=float)
    if bounds.ndim != 1 or len(bounds) < 2 or not bool(np.all(np.diff(bounds) > 0)):
        raise StatisticianError(
            f"Bounds of bands ascend and are at least two, not {list(edges)}.",
            next_step="Sort them and drop repetitions.",
        )
    far, moved = _pairs(flows, distances)
    band = np.searchsorted(bounds, far, side="right") - 1
    outside = (band < 0) | (band >= len(bounds) - 1)
    if bool(outside.any()):
        raise StatisticianError(
            f"{moved[outside].sum():,.0f} migrants moved by a distance outside all bands, as far as {far[outside].max():g}.",
            next_step="Let the first bound be 0 and the last one infinite.",
        )
    counts: Values = np.bincount(band, weights=moved, minlength=len(bounds) - 1).astype(float)
    return DistanceBands(bounds, counts, counts / moved.sum())


def _pairs(flows: ArrayLike, distances: ArrayLike) -> tuple[Values, Values]:
    """Distance and migrants of each pair of areas with migrants."""
    matrix = flow_matrix(flows)
    migrants(matrix, "distance of moves")
    moved = off_diagonal(matrix).ravel()
    far = off_diagonal(distance_matrix(distances, len(matrix))).ravel()
    return far[moved > 0], moved[moved > 0]


def _by_distance(far: Values, moved: Values) -> tuple[Values, Values]:
    order = np.lexsort((moved, far))
    return far[order], moved[order]
