"""How well parameters agree with the data and with what was believed before.

The loss is that of the data plus ½ Σ ((θ − mean) / deviation)²: up to a constant the negative logarithm of the
posterior density within the bounds of the priors.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qonys.methods.ages.derivatives import values_and_gradient, weighted_curvature
from qonys.methods.ages.likelihoods import Likelihood
from qonys.methods.ages.priors import Priors
from qonys.methods.ages.rates import Array


@dataclass(frozen=True, slots=True, eq=False)
class Point:
    """Parameters and all that is known of the loss there.

    Args:
        vector: parameters, shape (p,).
        loss: of data and priors.
        slope: first derivatives of the loss, shape (p,).
        values: rates of the curve, shape (n,).
        gradient: their derivatives, shape (p, n).
    """

    vector: Array
    loss: float
    slope: Array
    values: Array
    gradient: Array


@dataclass(frozen=True, slots=True, eq=False)
class Posterior:
    """Data, their ages, and priors of the parameters.

    Args:
        ages: shape (n,).
        likelihood: of the data at these ages.
        priors: of the parameters.
    """

    ages: Array
    likelihood: Likelihood
    priors: Priors

    def at(self, vector: Array) -> Point:
        """The loss at a vector of parameters, which is first brought within the bounds."""
        within = np.clip(vector, self.priors.lower, self.priors.upper)
        values, gradient = values_and_gradient(self.ages, self.priors.names, within)
        far = (within - self.priors.mean) / self.priors.deviation
        slope = gradient @ self.likelihood.slope(values) + far / self.priors.deviation
        return Point(within, self.likelihood.loss(values) + float(far @ far) / 2, slope, values, gradient)

    def information(self, point: Point) -> Array:
        """Expected second derivatives of the loss, shape (p, p); positive definite."""
        return self.likelihood.information(point.values, point.gradient) + np.diag(self.priors.deviation**-2)

    def curvature(self, point: Point) -> Array:
        """Second derivatives of the loss, shape (p, p)."""
        bent = weighted_curvature(self.ages, self.priors.names, point.vector, self.likelihood.slope(point.values))
        known = self.likelihood.curvature(point.values, point.gradient)
        return known + bent + np.diag(self.priors.deviation**-2)
