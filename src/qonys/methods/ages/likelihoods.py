"""How far a curve of rates is from what was observed.

Laws: the loss is a negative log-likelihood less that of a perfect curve, so it is not negative and 0 at best; slope
and weights are its derivatives by the rate of each age.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy.special import xlogy

from qonys.methods.ages.rates import Array

_LEAST_RATE = 1e-100
_FINEST = 1e-6
"""A curve nearer to the rates than this share of the highest one is as good as perfect."""


class Likelihood(Protocol):
    """What the search for a curve asks of the data."""

    @property
    def rates(self) -> Array:
        """Observed rates, shape (n,)."""
        ...

    def loss(self, values: Array) -> float:
        """Distance of a curve from the data."""
        ...

    def slope(self, values: Array) -> Array:
        """First derivatives of the loss by the rates, shape (n,)."""
        ...

    def information(self, values: Array, gradient: Array) -> Array:
        """Expected second derivatives of the loss by the parameters, shape (p, p)."""
        ...

    def curvature(self, values: Array, gradient: Array) -> Array:
        """Second derivatives of the loss by the parameters, but for those of the curve itself, shape (p, p)."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class CountLikelihood:
    """Counts with a Poisson distribution around population times rate; the loss is half the deviance.

    Args:
        migrants: shape (n,).
        population: shape (n,); an age without population says nothing.
    """

    migrants: Array
    population: Array

    @property
    def rates(self) -> Array:
        """Observed rates; 0 where nobody is at risk."""
        return np.divide(self.migrants, self.population, out=np.zeros_like(self.migrants), where=self.population > 0)

    def loss(self, values: Array) -> float:
        """Half the deviance, Σ E − y + y ln(y / E) with E the population times the rate."""
        expected = np.maximum(self.population * values, _LEAST_RATE)
        return float(np.sum(expected - self.migrants + xlogy(self.migrants, self.migrants / expected)))

    def slope(self, values: Array) -> Array:
        """Population less migrants over the rate."""
        return self.population - self.migrants / np.maximum(values, _LEAST_RATE)

    def information(self, values: Array, gradient: Array) -> Array:
        """Weights population over rate."""
        weighted: Array = gradient * (self.population / np.maximum(values, self._floor))
        return weighted @ gradient.T

    def curvature(self, values: Array, gradient: Array) -> Array:
        """Weights migrants over the squared rate."""
        weighted: Array = gradient * (self.migrants / np.maximum(values, self._floor) ** 2)
        return weighted @ gradient.T

    def chi_square(self, values: Array) -> float:
        """Pearson's χ², Σ (y − E)² / E."""
        expected = np.maximum(self.population * values, _LEAST_RATE)
        return float(np.sum((self.migrants - expected) ** 2 / expected))

    @property
    def _floor(self) -> float:
        return _FINEST * float(self.rates.max())


@dataclass(frozen=True, slots=True, eq=False)
class RateLikelihood:
    """Rates with a normal distribution around the curve, of one unknown deviation, which is profiled out.

    Args:
        rates: shape (n,).
        freedom: number of rates less number of parameters.
    """

    rates: Array
    freedom: int

    def loss(self, values: Array) -> float:
        """Half of n times ln(S / least S), with S the sum of squared residuals and a floor."""
        return self.rates.size / 2 * float(np.log(self._squares(values) / self._floor))

    def slope(self, values: Array) -> Array:
        """Residuals times n / S."""
        return self.rates.size * (values - self.rates) / self._squares(values)

    def information(self, values: Array, gradient: Array) -> Array:
        """Weights one over the residual variance."""
        return (gradient @ gradient.T) * (self.freedom / self._squares(values))

    def curvature(self, values: Array, gradient: Array) -> Array:
        """That of the logarithm of S."""
        squares, count = self._squares(values), self.rates.size
        pull = gradient @ (values - self.rates)
        return count / squares * (gradient @ gradient.T) - 2 * count / squares**2 * np.outer(pull, pull)

    def _squares(self, values: Array) -> float:
        residual = values - self.rates
        return float(residual @ residual) + self._floor

    @property
    def _floor(self) -> float:
        return self.rates.size * (_FINEST * float(self.rates.max())) ** 2
