"""First and second derivatives of a model schedule by its parameters.

Every curve but c is an amount times a shape, a · g(x; s), and the logarithm of the shape has simple derivatives u = ∂ ln g.
So ∂m/∂a = g, ∂m/∂s = a g u and ∂²m/∂s∂t = a g (u_s u_t + ∂u_s/∂t).

Laws: a vector of parameters has the order of `NAMES`; the values are those of `schedule`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from qonys.methods.ages.rates import Array

_LARGEST_EXPONENT = 700.0
_HIGHEST = 60.0
"""Shapes end at e to the power of this: a search that strays there learns that the curve is far too high, not that it
is infinite."""


@dataclass(frozen=True, slots=True)
class _Curve:
    """One curve: places of its parameters (amount first), its shape, and derivatives of the logarithm of the shape."""

    places: list[int]
    amount: float
    shape: Array
    first: list[Array]
    second: dict[tuple[int, int], Array | float]


def values_and_gradient(ages: Array, names: tuple[str, ...], vector: Array) -> tuple[Array, Array]:
    """Rates of a schedule, shape (n,), and their derivatives by each parameter, shape (p, n).

    Args:
        ages: shape (n,).
        names: of the parameters, in the order of the vector, shape (p,).
        vector: the parameters, shape (p,).

    >>> values, gradient = values_and_gradient(
    ...     np.array([0.0]), ("a1", "alpha1", "a2", "alpha2", "mu2", "lambda2", "c"),
    ...     np.array([0.02, 0.1, 0.06, 0.1, 20, 0.4, 0.003]))
    >>> values.round(4), gradient[0], gradient[-1]
    (array([0.023]), array([1.]), array([1.]))
    """
    gradient = np.ones((len(names), ages.size))
    values = np.full(ages.size, vector[names.index("c")])
    for curve in _curves(ages, names, vector):
        curve_values = curve.amount * curve.shape
        values += curve_values
        gradient[curve.places[0]] = curve.shape
        for place, first in zip(curve.places[1:], curve.first, strict=True):
            gradient[place] = curve_values * first
    return values, gradient


def weighted_curvature(ages: Array, names: tuple[str, ...], vector: Array, weights: Array) -> Array:
    """Second derivatives of a weighted sum of the rates, Σₓ wₓ ∂²m(x), shape (p, p).

    Args:
        ages: shape (n,).
        names: of the parameters, shape (p,).
        vector: the parameters, shape (p,).
        weights: w of each age, shape (n,).

    >>> names = ("a1", "alpha1", "a2", "alpha2", "mu2", "lambda2", "c")
    >>> vector = np.array([0.02, 0.1, 0.06, 0.1, 20, 0.4, 0.003])
    >>> weighted_curvature(np.array([10.0]), names, vector, np.array([1.0]))[0, 1].round(4)  # −x · e^(−α1 x)
    np.float64(-3.6788)
    """
    curvature = np.zeros((len(names), len(names)))
    for curve in _curves(ages, names, vector):
        level, *shape = curve.places
        weighted = weights * curve.shape
        for i, place in enumerate(shape):
            curvature[level, place] = curvature[place, level] = weighted @ curve.first[i]
            for j in range(i, len(shape)):
                bent = curve.first[i] * curve.first[j] + curve.second.get((i, j), 0.0)
                curvature[place, shape[j]] = curvature[shape[j], place] = curve.amount * float(weighted @ bent)
    return curvature


def _curves(ages: Array, names: tuple[str, ...], vector: Array) -> Iterator[_Curve]:
    place = {name: index for index, name in enumerate(names)}
    children = [place["a1"], place["alpha1"]]
    yield _Curve(children, vector[children[0]], np.exp(-vector[children[1]] * ages), [-ages], {})
    for number in ("2", "3"):
        if f"a{number}" in place:
            yield _hump(ages, [place[name + number] for name in ("a", "alpha", "mu", "lambda")], vector)
    if "a4" in place:
        old = [place["a4"], place["lambda4"]]
        yield _Curve(old, vector[old[0]], np.exp(np.minimum(vector[old[1]] * ages, _HIGHEST)), [ages], {})


def _hump(ages: Array, places: list[int], vector: Array) -> _Curve:
    amount, alpha, mu, rise = vector[places]
    past = ages - mu
    rising = np.exp(np.minimum(-rise * past, _LARGEST_EXPONENT))
    shape = np.exp(np.minimum(-alpha * past - rising, _HIGHEST))
    rising = np.where(shape > 0, rising, 0.0)  # where the shape is 0 so are its derivatives: 0 · ∞ is meant as 0
    first = [-past, alpha - rise * rising, rising * past]
    second: dict[tuple[int, int], Array | float] = {
        (0, 1): 1.0,
        (1, 1): -(rise**2) * rising,
        (1, 2): rise * rising * past - rising,
        (2, 2): -rising * past**2,
    }
    return _Curve(places, amount, shape, first, second)
