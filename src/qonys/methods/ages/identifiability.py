"""How sure a fitted schedule is, and what the data could not tell.

Intervals are those of Laplace: the posterior is taken as normal around its mode with the inverse of the expected
curvature as covariance, and cut off at the bounds of the priors. They are narrow where the true posterior is lopsided.

Laws: an interval holds the fitted value; rates have no negative bounds; a share of the prior is between 0 (the data
decided) and 1 (the data said nothing).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from qonys.errors import StatisticianError
from qonys.methods.ages.posterior import Point, Posterior
from qonys.methods.ages.rates import Array

_AS_GOOD = 2.0
"""Ends of the search whose density is less than e² below the best are as good."""


@dataclass(frozen=True, slots=True, eq=False)
class Intervals:
    """Laplace intervals of a fitted schedule.

    Args:
        names: of the parameters, shape (p,).
        lower: of each parameter, shape (p,).
        upper: of each parameter, shape (p,).
        curve_lower: of the rate at each age, shape (n,).
        curve_upper: of the rate at each age, shape (n,).
        coverage: probability that each is meant to hold.
    """

    names: tuple[str, ...]
    lower: Array
    upper: Array
    curve_lower: Array
    curve_upper: Array
    coverage: float


@dataclass(frozen=True, slots=True, eq=False)
class Identifiability:
    """What the data told of the parameters.

    Args:
        names: of the parameters, shape (p,).
        eigenvalues: of the information of the data in units of the prior deviations, rising, shape (p,); a direction
            below 1 is told by the priors more than by the data.
        told_by_data: how many eigenvalues are 1 or more.
        condition: largest over smallest eigenvalue of the information of data and priors, its diagonal made 1.
        prior_share: posterior variance over prior variance of each parameter, shape (p,).
        on_bound: parameters that lie on a bound of their prior; their intervals are half ones.
        ends: how many ends of the search are as good as the best (by less than 2 in log density), itself included.
        tried: how many ends there are.
        parameter_spread: largest less smallest value of each parameter among these ends, shape (p,).
        curve_spread: largest difference of their curves at any age, moves per person and year.
    """

    names: tuple[str, ...]
    eigenvalues: Array
    told_by_data: int
    condition: float
    prior_share: Array
    on_bound: tuple[str, ...]
    ends: int
    tried: int
    parameter_spread: Array
    curve_spread: float


def intervals(posterior: Posterior, mode: Point, coverage: float) -> Intervals:
    """Laplace intervals around the mode of a posterior.

    An interval has the quantiles of the normal distribution around the mode, cut off at the bounds of the prior, or at
    0 for a rate, whose variance is ∇m' C ∇m with the covariance C of the parameters (delta method). What lies on a
    bound has that bound as an end of its interval.

    Args:
        posterior: of the schedule.
        mode: where its loss is least.
        coverage: between 0 and 1.

    Raises:
        StatisticianError: the coverage is not between 0 and 1.

    Source: Tierney, L. and Kadane, J. B. (1986), Accurate approximations for posterior moments and marginal
    densities, Journal of the American Statistical Association 81(393).

    >>> from qonys.methods.ages.likelihoods import RateLikelihood
    >>> from qonys.methods.ages.priors import published_priors
    >>> posterior = Posterior(np.arange(60.0), RateLikelihood(np.full(60, 0.01), 53), published_priors(7, 0.01))
    >>> found = intervals(posterior, posterior.at(np.array([0, 0, 0, 0, 25, 0, 0.02])), 0.95)
    >>> bool((found.curve_lower < 0.02).all()), bool((found.curve_upper > 0.02).all())
    (True, True)
    """
    if not 0 < coverage < 1:
        raise StatisticianError(f"The coverage is {coverage:g}, and must be between 0 and 1.")
    priors, root = posterior.priors, _covariance_root(posterior.information(mode))[0]
    tail = (1 - coverage) / 2
    lower, upper = _within(mode.vector, np.linalg.norm(root, axis=1), priors.lower, priors.upper, tail)
    spread = np.linalg.norm(root.T @ mode.gradient, axis=0)
    curve_lower, curve_upper = _within(mode.values, spread, np.zeros(spread.size), np.full(spread.size, np.inf), tail)
    return Intervals(priors.names, lower, upper, curve_lower, curve_upper, coverage)


def identifiability(posterior: Posterior, ends: Sequence[Point]) -> Identifiability:
    """What the data told of the parameters of a fitted schedule.

    Args:
        posterior: of the schedule.
        ends: where the search ended, the best first.

    >>> from qonys.methods.ages.likelihoods import RateLikelihood
    >>> from qonys.methods.ages.priors import published_priors
    >>> posterior = Posterior(np.arange(60.0), RateLikelihood(np.full(60, 0.01), 53), published_priors(7, 0.01))
    >>> identifiability(posterior, [posterior.at(np.array([0, 0, 0, 0, 25, 0, 0.01]))]).on_bound
    ('a1', 'alpha1', 'a2', 'alpha2', 'lambda2')
    """
    priors, best = posterior.priors, ends[0]
    root, scaled = _covariance_root(posterior.information(best))
    of_data = posterior.likelihood.information(best.values, best.gradient)
    eigenvalues = np.linalg.eigvalsh(of_data * np.outer(priors.deviation, priors.deviation)).clip(min=0)
    on_bound = (best.vector <= priors.lower) | (best.vector >= priors.upper)
    as_good = [end for end in ends if end.loss < best.loss + _AS_GOOD]
    return Identifiability(
        names=priors.names,
        eigenvalues=eigenvalues,
        told_by_data=int((eigenvalues >= 1).sum()),
        condition=float(scaled[-1] / scaled[0]),
        prior_share=(np.linalg.norm(root, axis=1) / priors.deviation) ** 2,
        on_bound=tuple(name for name, there in zip(priors.names, on_bound, strict=True) if there),
        ends=len(as_good),
        tried=len(ends),
        parameter_spread=np.ptp([end.vector for end in as_good], axis=0),
        curve_spread=float(np.ptp([end.values for end in as_good], axis=0).max()),
    )


def _within(mode: Array, deviation: Array, lower: Array, upper: Array, tail: float) -> tuple[Array, Array]:
    """Quantiles of normal distributions around modes, cut off at bounds."""
    below, above = ndtr((lower - mode) / deviation), ndtr((upper - mode) / deviation)
    ends = [mode + deviation * ndtri(below + (above - below) * share) for share in (tail, 1 - tail)]
    return (
        np.where(mode <= lower, lower, np.minimum(ends[0], mode)),
        np.where(mode >= upper, upper, np.maximum(ends[1], mode)),
    )


def _covariance_root(information: Array) -> tuple[Array, Array]:
    """R with R R' the inverse, and the eigenvalues of the information once its diagonal is 1, none below rounding."""
    unit = 1 / np.sqrt(np.diag(information))
    eigenvalues, axes = np.linalg.eigh(information * np.outer(unit, unit))
    eigenvalues = np.maximum(eigenvalues, np.finfo(float).eps * eigenvalues[-1])
    return unit[:, None] * axes / np.sqrt(eigenvalues), eigenvalues
