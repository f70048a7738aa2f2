"""Flows between areas as they would be if only the sizes of origin and destination counted, with no diagonal.

Law: the fitted flows have the margins of the flows, are a product of an origin and a destination factor off the
diagonal, and are 0 on it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from qonys.errors import UndefinedIndicatorError
from qonys.methods.systems.flows import Values, arrivals, departures, flow_matrix, migrants

_TOLERANCE = 1e-13
"""Of the margins, relative to all migrants."""


@dataclass(frozen=True, slots=True, eq=False)
class QuasiIndependence:
    """The model mᵢⱼ = aᵢ · bⱼ for i ≠ j and 0 for i = j, fitted to the margins.

    Args:
        origin: factor aᵢ of each origin, shape (n,).
        destination: factor bⱼ of each destination, shape (n,), with the same sum as those of the origins.
        fitted: persons, shape (n, n).
    """

    origin: Values
    destination: Values
    fitted: Values


def quasi_independence(flows: ArrayLike, *, most_sweeps: int = 200_000) -> QuasiIndependence:
    """The flows that have the margins of the given ones and no association but that of the empty diagonal.

    They are those that a Poisson regression of flows on origin and destination fits off the diagonal. Each sweep of
    iterative proportional fitting needs only sums of factors: aᵢ = Oᵢ / (Σb − bᵢ), bⱼ = Dⱼ / (Σa − aⱼ).

    Where every move begins or ends in one area (a hub), no finite factors exist; the fitted flows are then the flows
    themselves, which is the limit of the model, and the factors are nan.

    Args:
        flows: persons, shape (n, n); the diagonal is not read.
        most_sweeps: when to stop.

    Raises:
        UndefinedIndicatorError: nobody moved, there are fewer than two areas, or the factors are not found within the
            sweeps, as where nearly every move begins or ends in one area.
        StatisticianError: a flow is missing or negative.

    Source: Goodman, L. A. (1968), The analysis of cross-classified data: independence, quasi-independence, and
    interactions in contingency tables with or without missing entries, Journal of the American Statistical
    Association 63(324).

    >>> quasi_independence([[0, 10, 20], [30, 0, 40], [20, 60, 0]]).fitted.round(2)
    array([[ 0.  , 15.79, 14.21],
           [24.21,  0.  , 45.79],
           [25.79, 54.21,  0.  ]])
    """
    matrix = flow_matrix(flows)
    total = migrants(matrix, "model of quasi-independence")
    left, came = departures(matrix), arrivals(matrix)
    if bool(np.any(left + came >= total * (1 - 1e-15))):
        unknown = np.full(len(matrix), np.nan)
        return QuasiIndependence(unknown, unknown.copy(), matrix)
    origin, destination = _factors(left / total, came / total, most_sweeps)
    scale = np.sqrt(total * destination.sum() / origin.sum())
    origin, destination = origin * scale, destination * (total / scale)
    fitted = np.outer(origin, destination)
    np.fill_diagonal(fitted, 0.0)
    return QuasiIndependence(origin, destination, fitted)


def _factors(left: Values, came: Values, most_sweeps: int) -> tuple[Values, Values]:
    """Factors of margins that sum to 1; the columns fit exactly, the rows within the tolerance."""
    destination = came.copy()
    for _ in range(most_sweeps):
        origin = left / (destination.sum() - destination)
        destination = came / (origin.sum() - origin)
        error = np.abs(origin * (destination.sum() - destination) - left).max()
        if error <= _TOLERANCE:
            return origin, destination
    raise UndefinedIndicatorError(
        f"Quasi-independence was not reached in {most_sweeps:,} sweeps; the margins are still off by {error:.1e} of all.",
        next_step="One area has nearly all moves at one of their ends: merge it or leave it out.",
    )
