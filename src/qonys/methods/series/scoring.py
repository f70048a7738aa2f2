"""How good an interval is once the value is known.

Laws: scores are losses in the unit of the values, smaller is better; they are proper, so that nobody gains by stating an
interval other than the one believed in.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from qonys.errors import StatisticianError
from qonys.methods.series.monthly import Values


@dataclass(frozen=True, slots=True)
class Calibration:
    """Intervals beside the values that came true.

    Args:
        level: nominal share of values inside.
        intervals: how many there are.
        coverage: share of values inside, ends included.
        interval_score: mean interval score, unit of the values.
        bias: mean of estimate less value over mean of the values; nan where that mean is zero.
        widening: what standard errors must be multiplied with so that the share inside would have been the level; nan
            where there are none above zero.
    """

    level: float
    intervals: int
    coverage: float
    interval_score: float
    bias: float
    widening: float


def interval_score(values: Values, lower: Values, upper: Values, level: float) -> Values:
    """Width of an interval, plus 2/α times the distance by which a value misses it, α = 1 − level.

    >>> interval_score(np.array([5.0, 12.0]), np.array([0.0, 0.0]), np.array([10.0, 10.0]), 0.8)
    array([10., 30.])

    Args:
        values: what came true, any shape.
        lower: lower ends, same shape.
        upper: upper ends, same shape.
        level: nominal share of values inside, between 0 and 1.

    Raises:
        StatisticianError: the level is not between 0 and 1.

    Source: Gneiting, T. and Raftery, A. E. (2007), Strictly proper scoring rules, prediction, and estimation, Journal
    of the American Statistical Association 102(477).
    """
    fail_if_no_level(level)
    missed = np.maximum(lower - values, 0) + np.maximum(values - upper, 0)
    return upper - lower + 2 / (1 - level) * missed


def pinball_loss(values: Values, quantiles: Values, probabilities: Values) -> Values:
    """The loss of a quantile q of probability p: p · (y − q) where the value y is above, (1 − p) · (q − y) where below.

    >>> pinball_loss(np.array([10.0, 10.0]), np.array([[8.0], [14.0]]), np.array([0.9]))
    array([[1.8],
           [0.4]])

    Args:
        values: what came true, shape (...).
        quantiles: shape (..., k).
        probabilities: of the quantiles, shape (k,).

    Source: Koenker, R. and Bassett, G. (1978), Regression quantiles, Econometrica 46(1).
    """
    above = np.asarray(values)[..., None] - quantiles
    return np.maximum(probabilities * above, (probabilities - 1) * above)


def calibration(
    values: Values, point: Values, lower: Values, upper: Values, standard_error: Values, level: float
) -> Calibration:
    """How intervals did against the values that came true.

    Args:
        values: shape (k,).
        point: estimates, shape (k,).
        lower: lower ends, shape (k,).
        upper: upper ends, shape (k,).
        standard_error: of the estimates, shape (k,).
        level: nominal share inside.

    Raises:
        StatisticianError: there is no value, or no such level.
    """
    fail_if_no_level(level)
    if len(values) == 0:
        raise StatisticianError("Without a value that came true no interval can be judged.", next_step="Hold out more.")
    mean, uncertain = float(np.mean(values)), standard_error > 0
    standardised = np.abs(values - point)[uncertain] / standard_error[uncertain]
    return Calibration(
        level=level,
        intervals=len(values),
        coverage=float(np.mean((values >= lower) & (values <= upper))),
        interval_score=float(np.mean(interval_score(values, lower, upper, level))),
        bias=float(np.mean(point - values)) / mean if mean else np.nan,
        widening=float(np.quantile(standardised, level) / ndtri((1 + level) / 2)) if len(standardised) else np.nan,
    )


def fail_if_no_level(level: float) -> None:
    """Fail if a share of values inside is not between 0 and 1.

    Raises:
        StatisticianError: it is not.
    """
    if not 0 < level < 1:
        raise StatisticianError(f"No interval holds a share of {level}.", next_step="Take a level between 0 and 1.")
