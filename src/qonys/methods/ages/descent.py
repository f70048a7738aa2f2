"""The way down to the parameters of least loss.

Steps of damped Newton type within bounds: a parameter that lies on its bound and would leave it is held, the others
move by |H|⁻¹ of the slope in the directions of the curvature H, damped until the loss falls. With the expected
curvature such steps find a good region from afar; with the full one they end exactly, also in the long bent valleys
that a model schedule has, where L-BFGS, at the same cost, at times ends a little short.

Laws: the loss never rises; every vector is within the bounds; the same start gives the same end.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qonys.methods.ages.posterior import Point, Posterior
from qonys.methods.ages.rates import Array

_FIRST_DAMPING, _LEAST_DAMPING, _RAISED, _LOWERED = 1e-2, 1e-9, 4.0, 0.2
_MOST_TRIALS = 16
_FLAT = 1e-9
"""A fall of the loss by less is the end of the way."""


@dataclass(frozen=True, slots=True, eq=False)
class Descent:
    """Where a way down ended.

    Args:
        end: the last point.
        steps: taken.
        converged: the loss could not be lowered further.
    """

    end: Point
    steps: int
    converged: bool


def descended(posterior: Posterior, start: Array, *, full_curvature: bool, most_steps: int) -> Descent:
    """The end of the way down from a start.

    Args:
        posterior: whose loss is lowered.
        start: vector of parameters, shape (p,).
        full_curvature: use the second derivatives themselves instead of what is expected of them.
        most_steps: when to stop on the way.

    >>> from qonys.methods.ages.likelihoods import RateLikelihood
    >>> from qonys.methods.ages.priors import published_priors
    >>> ages = np.arange(60.0)
    >>> rates = 0.02 * np.exp(-0.1 * ages) + 0.003
    >>> posterior = Posterior(ages, RateLikelihood(rates, 53), published_priors(7, 0.003))
    >>> start = np.array([0.01, 0.2, 0.0, 0.1, 25, 0.1, 0.003])
    >>> descended(posterior, start, full_curvature=False, most_steps=50).end.vector[:2].round(3)
    array([0.02, 0.1 ])
    """
    point, damping = posterior.at(start), _FIRST_DAMPING
    for step in range(most_steps):
        directions = _directions(posterior, point, full_curvature=full_curvature)
        found, damping = _lower(posterior, point, directions, damping)
        if found is None:
            return Descent(point, step, converged=True)
        fall, point = point.loss - found.loss, found
        if fall < _FLAT + 8 * np.finfo(float).eps * abs(point.loss):
            return Descent(point, step + 1, converged=True)
        damping = max(damping * _LOWERED, _LEAST_DAMPING)
    return Descent(point, most_steps, converged=False)


@dataclass(frozen=True, slots=True, eq=False)
class _Directions:
    """Directions of the curvature among the parameters that may move, in units that make its diagonal 1."""

    free: NDArray[np.bool_]
    axes: Array
    bend: Array
    slope: Array

    def step(self, damping: float) -> Array:
        move = np.zeros(self.free.size)
        move[self.free] = self.axes @ (self.slope / (self.bend + damping))
        return move


def _directions(posterior: Posterior, point: Point, *, full_curvature: bool) -> _Directions:
    priors, expected = posterior.priors, posterior.information(point)
    leaves_below = (point.vector <= priors.lower) & (point.slope > 0)
    leaves_above = (point.vector >= priors.upper) & (point.slope < 0)
    free = ~(leaves_below | leaves_above)
    unit = 1 / np.sqrt(np.diag(expected)[free])
    bend, axes = np.linalg.eigh(
        (posterior.curvature(point) if full_curvature else expected)[np.ix_(free, free)] * np.outer(unit, unit)
    )
    return _Directions(free, unit[:, None] * axes, np.abs(bend), axes.T @ (unit * point.slope[free]))


def _lower(posterior: Posterior, point: Point, directions: _Directions, damping: float) -> tuple[Point | None, float]:
    for _ in range(_MOST_TRIALS):
        found = posterior.at(point.vector - directions.step(damping))
        if found.loss < point.loss:
            return found, damping
        damping = max(damping * _RAISED, 1e-6)
    return None, damping
