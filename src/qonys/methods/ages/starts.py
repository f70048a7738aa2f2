"""Where the search for a model schedule begins.

Positions and speeds are taken from a fixed list of shapes that schedules have been seen to have; the levels that fit
the data best with such a shape follow by least squares that are not negative, since the curve is linear in them.

Laws: without a generator the starts depend on the data only; levels are positive, so that no curve starts switched off.
"""

from __future__ import annotations

from itertools import product

import numpy as np
from scipy.optimize import nnls

from qonys.methods.ages.derivatives import values_and_gradient
from qonys.methods.ages.posterior import Posterior
from qonys.methods.ages.rates import Array

_EARLY_AND_STEEP, _LATE_AND_ROUND = (0.1, 0.4), (0.2, 0.15)
_SHAPES = {
    ("mu2",): ((20.0,), (25.0,)),
    ("alpha2", "lambda2"): (_EARLY_AND_STEEP, _LATE_AND_ROUND),
    ("mu3",): ((65.0,), (80.0,)),
    ("alpha3", "lambda3"): ((0.3, 0.4), (0.15, 0.1)),
    ("lambda4",): ((0.005,), (0.03,)),
}
_CHILDREN = 0.1
_LEAST_LEVEL = 0.01
"""A curve starts with at least this share of the mean rate."""
_RANDOM_SPREAD = 0.5
"""Deviation of the logarithm of a random speed, and, in ten years, of a random position."""


def starts(posterior: Posterior, most: int, generator: np.random.Generator | None = None) -> list[Array]:
    """Vectors of parameters to start from, the most promising first.

    Args:
        posterior: of the schedule; its names say which curves there are.
        most: how many to give.
        generator: where given, as many random variations of the list are given besides.

    >>> from qonys.methods.ages.likelihoods import RateLikelihood
    >>> from qonys.methods.ages.priors import published_priors
    >>> posterior = Posterior(np.arange(60.0), RateLikelihood(np.full(60, 0.01), 53), published_priors(7, 0.01))
    >>> len(starts(posterior, most=3))
    3
    """
    shapes = _listed_shapes(posterior.priors.names)
    found = _most_promising(posterior, shapes, most)
    if generator is not None:
        found += _most_promising(posterior, [_varied(shape, generator) for shape in shapes], most)
    return found


def joined(posterior: Posterior, names: tuple[str, ...], vector: Array) -> Array:
    """A start out of the parameters of a schedule with fewer curves, the others nearly switched off.

    Args:
        posterior: of the schedule with more curves.
        names: of the parameters with fewer.
        vector: those parameters.

    >>> from qonys.methods.ages.likelihoods import RateLikelihood
    >>> from qonys.methods.ages.priors import published_priors
    >>> posterior = Posterior(np.arange(60.0), RateLikelihood(np.full(60, 0.01), 53), published_priors(9, 0.01))
    >>> joined(posterior, ("a1", "c"), np.array([0.02, 0.003]))[[0, 6, 8]]
    array([0.02  , 0.0001, 0.003 ])
    """
    known = dict(zip(names, vector, strict=True))
    level = _LEAST_LEVEL * float(posterior.likelihood.rates.mean())
    shape = {"alpha1": _CHILDREN} | {
        name: value for group, choices in _SHAPES.items() for name, value in zip(group, choices[0], strict=True)
    }
    return np.array([known.get(name, shape.get(name, level)) for name in posterior.priors.names])


def _most_promising(posterior: Posterior, shapes: list[dict[str, float]], most: int) -> list[Array]:
    points = [posterior.at(_with_levels(posterior, shape)) for shape in shapes]
    return [point.vector for point in sorted(points, key=lambda point: point.loss)[:most]]


def _listed_shapes(names: tuple[str, ...]) -> list[dict[str, float]]:
    groups = [(group, choices) for group, choices in _SHAPES.items() if group[0] in names]
    return [
        {"alpha1": _CHILDREN}
        | {
            name: value
            for (group, _), choice in zip(groups, choices, strict=True)
            for name, value in zip(group, choice, strict=True)
        }
        for choices in product(*(choices for _, choices in groups))
    ]


def _varied(shape: dict[str, float], generator: np.random.Generator) -> dict[str, float]:
    drawn = dict(zip(shape, generator.normal(0, _RANDOM_SPREAD, len(shape)), strict=True))
    return {
        name: value + 10 * drawn[name] if name.startswith("mu") else value * float(np.exp(drawn[name]))
        for name, value in shape.items()
    }


def _with_levels(posterior: Posterior, shape: dict[str, float]) -> Array:
    names, rates = posterior.priors.names, posterior.likelihood.rates
    vector = np.array([shape.get(name, 0.0) for name in names])
    levels = [place for place, name in enumerate(names) if name not in shape]
    _, gradient = values_and_gradient(posterior.ages, names, vector)
    best, _ = nnls(gradient[levels].T, rates)
    vector[levels] = np.maximum(best, _LEAST_LEVEL * rates.mean())
    return vector
