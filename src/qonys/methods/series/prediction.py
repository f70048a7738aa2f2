"""What a model believes of the values to come: normal distributions, and mixtures of them.

Law: a quantile of a mixture lies between the smallest and the largest of its members' quantiles.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from qonys.errors import StatisticianError
from qonys.methods.series.monthly import Values

_HALVINGS = 60
"""More than the digits of a double: halving again changes nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """Normal distributions of the values to come, on the scale of the model.

    Args:
        mean: any shape, horizons last.
        deviation: standard deviations, same shape, above 0.

    Raises:
        StatisticianError: a mean is not finite, or a deviation is not above 0.
    """

    mean: Values
    deviation: Values

    def __post_init__(self) -> None:
        if not (np.all(np.isfinite(self.mean)) and np.all(np.isfinite(self.deviation)) and np.all(self.deviation > 0)):
            raise StatisticianError(
                "A prediction needs finite means and standard deviations above 0.",
                next_step="Leave this model out, or see whether the series varies at all.",
            )

    def quantiles(self, probabilities: Values) -> Values:
        """The quantiles of the probabilities, shape (..., k)."""
        return np.asarray(self.mean[..., None] + self.deviation[..., None] * ndtri(probabilities))

    def widened(self, factor: float) -> Prediction:
        """The same means with deviations times a factor."""
        return Prediction(self.mean, self.deviation * factor)


def mixture_quantiles(predictions: Sequence[Prediction], weights: Values, probabilities: Values) -> Values:
    """Quantiles q of a weighted mixture: Σ wₘ Φ((q − μₘ)/σₘ) = p, found by halving.

    A mixture is as wide as its members disagree, so it does not claim more than they do together.

    >>> two = [Prediction(np.array([-2.0]), np.array([1.0])), Prediction(np.array([2.0]), np.array([1.0]))]
    >>> mixture_quantiles(two, np.array([0.5, 0.5]), np.array([0.1, 0.9])).round(2)
    array([[-2.84,  2.84]])

    Args:
        predictions: of m models, shapes (...).
        weights: shape (m,) or (m, ...) with the leading axes of the predictions, summing to 1 over models.
        probabilities: shape (k,), between 0 and 1.

    Returns:
        Shape (..., k).
    """
    mean = np.stack([one.mean for one in predictions])[..., None]
    deviation = np.stack([one.deviation for one in predictions])[..., None]
    share = np.reshape(weights, np.shape(weights) + (1,) * (mean.ndim - np.ndim(weights)))
    members = np.stack([one.quantiles(probabilities) for one in predictions])
    low, high = members.min(axis=0), members.max(axis=0)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        below = (share * ndtr((middle - mean) / deviation)).sum(axis=0) < probabilities
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return np.asarray((low + high) / 2)
