"""The slow clear fit of a model schedule: scipy's L-BFGS over derivatives that it makes by differences.

Likelihoods are those of scipy.stats; nothing is shared with the fast fit but the curve itself and the priors' figures.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize
from scipy.stats import norm, poisson

from qonys.methods.ages.model_schedule import NAMES, parameters_of, schedule

LEVEL, SPEED = (0.0, 0.1, 0.0, 1.0), (0.0, 1.0, 0.0, 4.0)
FIGURES = {
    **dict.fromkeys(("a1", "a2", "a3"), LEVEL),
    "a4": (0.0, 0.05, 0.0, 1.0),
    "mu2": (25.0, 1.0, 0.0, 120.0),
    "mu3": (65.0, 1.0, 0.0, 120.0),
    "lambda4": (0.0, 0.01, 0.0, 0.05),
}
BEGINNINGS = (
    {"mu2": 25.0, "alpha2": 0.2, "lambda2": 0.15, "alpha3": 0.15, "lambda3": 0.1, "lambda4": 0.005},
    {"mu2": 20.0, "alpha2": 0.1, "lambda2": 0.4, "alpha3": 0.3, "lambda3": 0.4, "lambda4": 0.03},
)


def figures_of(count: int, least_rate: float) -> np.ndarray:
    """Mean, deviation and bounds of the published prior of each parameter, shape (4, p)."""
    known = FIGURES | {"c": (least_rate, 0.1, 0.0, 1.0)}
    return np.array([known.get(name, SPEED) for name in NAMES[count]]).T


def log_posterior(vector: np.ndarray, ages: np.ndarray, migrants: np.ndarray, population: np.ndarray) -> float:
    """Logarithm of the posterior density of counts, up to a constant."""
    figures = figures_of(len(vector), float((migrants / population).min()))
    expected = population * np.maximum(schedule(ages, parameters_of(vector)), 1e-12)
    counted = poisson.logpmf(np.rint(migrants), expected) - poisson.logpmf(
        np.rint(migrants), np.maximum(migrants, 1e-9)
    )
    return float(counted.sum() + norm.logpdf(vector, figures[0], figures[1]).sum())


def slowly_fitted(ages: np.ndarray, migrants: np.ndarray, population: np.ndarray, count: int) -> np.ndarray:
    """The vector of parameters with the greatest posterior density that a few long searches find."""
    rates = migrants / population
    _, _, lower, upper = figures_of(count, float(rates.min()))
    unit = np.array([{"mu": 1.0, "al": 0.1, "la": 0.1}.get(name[:2], float(rates.max())) for name in NAMES[count]])
    found = []
    for beginning in BEGINNINGS:
        start = {"alpha1": 0.1, "mu3": 65.0} | beginning
        vector = np.array([start.get(name, float(rates.mean()) / 2) for name in NAMES[count]])
        for _ in range(3):  # again from where it stopped, with its memory cleared
            vector = minimize(
                lambda scaled: -log_posterior(np.clip(scaled * unit, lower, upper), ages, migrants, population),
                vector / unit,
                method="L-BFGS-B",
                bounds=list(zip(lower / unit, upper / unit, strict=True)),
                options={"maxiter": 400, "maxfun": 20_000, "ftol": 1e-13, "gtol": 1e-8},
            ).x
            vector = np.clip(vector * unit, lower, upper)
        found.append(vector)
    return max(found, key=lambda vector: log_posterior(vector, ages, migrants, population))
