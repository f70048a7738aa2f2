"""The distribution of greatest entropy among those that satisfy linear equalities and inequalities.

Laws: the problem is convex, so the answer is unique and does not depend on a start; what is returned satisfies every
constraint to 1e-9, or there is an error.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from qonys.errors import StatisticianError

Vector: TypeAlias = NDArray[np.float64]
Matrix: TypeAlias = NDArray[np.float64]

_MOST_STEPS = 200
_TOLERANCE = 1e-10
_FIRST_GAP = 0.1
_LEAST_SLACK = 1e-4
_SHORTER_THAN_THE_BORDER = 0.99
_CENTRING = 0.1
"""Each step aims at a tenth of the gap that is left: slower than the best choice, and it never stalls."""


@dataclass(frozen=True, slots=True)
class LinearConstraints:
    """Equalities A p = b and inequalities G p ≤ h.

    Args:
        equal: A, shape (equalities, n).
        equal_to: b, shape (equalities,).
        less: G, shape (inequalities, n).
        less_than: h, shape (inequalities,).
    """

    equal: Matrix
    equal_to: Vector
    less: Matrix
    less_than: Vector


def maximum_entropy(constraints: LinearConstraints, start: Vector | None = None) -> Vector:
    """The positive p of greatest entropy -Σ pᵢ ln pᵢ under the constraints.

    A primal-dual interior-point method: Newton's method on the conditions of Karush, Kuhn and Tucker, with
    λ·slack = μ in place of 0 and μ going to 0.

    Args:
        constraints: with at least one p that satisfies all inequalities strictly; Σ p = 1 is one of the equalities that
            the caller gives.
        start: a positive p where the search begins, shape (n,); the nearer to the constraints, the fewer steps. The
            uniform one where there is none.

    Returns:
        Shape (n,).

    Raises:
        StatisticianError: no p satisfies the constraints, or only such as lie on their border.

    Example:
        A die whose mean is at least 4 (the mean of a fair one is 3.5):

        >>> faces = np.arange(1.0, 7.0)
        >>> at_least_4 = LinearConstraints(np.ones((1, 6)), np.ones(1), -faces[None], np.array([-4.0]))
        >>> maximum_entropy(at_least_4).round(4).tolist()
        [0.1031, 0.1227, 0.1461, 0.174, 0.2072, 0.2468]

    Source: Boyd, S. and Vandenberghe, L. (2004), Convex Optimization, Cambridge University Press, chapter 11.
    """
    now = _first(constraints, start)
    for _ in range(_MOST_STEPS):
        residuals = _residuals(now, constraints)
        if _largest(now.p * residuals[0], *residuals[1:]) < _TOLERANCE:
            return now.p
        try:
            now = _after_a_step(now, residuals, constraints)
        except np.linalg.LinAlgError:
            break
    raise StatisticianError(
        "No distribution satisfies these constraints with room to spare.", next_step="Loosen one of the constraints."
    )


@dataclass(frozen=True, slots=True)
class _Iterate:
    p: Vector
    slack: Vector
    price: Vector
    """λ, the multiplier of each inequality"""
    balance: Vector
    """ν, the multiplier of each equality"""


def _first(given: LinearConstraints, start: Vector | None) -> _Iterate:
    n = given.equal.shape[1]
    p = np.full(n, 1.0 / n) if start is None else start
    slack = np.maximum(given.less_than - given.less @ p, _LEAST_SLACK)
    return _Iterate(p, slack, _FIRST_GAP / slack, np.zeros(len(given.equal_to)))


def _residuals(now: _Iterate, given: LinearConstraints) -> tuple[Vector, Vector, Vector, Vector]:
    """How far the gradient, the equalities, the inequalities and the products of price and slack are from 0."""
    gradient = 1.0 + np.log(now.p) + given.equal.T @ now.balance + given.less.T @ now.price
    return (
        gradient,
        given.equal @ now.p - given.equal_to,
        given.less @ now.p + now.slack - given.less_than,
        now.price * now.slack,
    )


def _after_a_step(
    now: _Iterate, residuals: tuple[Vector, Vector, Vector, Vector], given: LinearConstraints
) -> _Iterate:
    """One step of Newton's method, solved for the multipliers: this never divides by a p that is next to 0."""
    gradient, equal, less, product = residuals
    centred = product - _CENTRING * product.sum() / max(len(product), 1)
    all_rows = np.concatenate([given.equal, given.less])
    softness = np.concatenate([np.zeros(len(equal)), now.slack / now.price])
    system = (all_rows * now.p) @ all_rows.T + np.diag(softness)
    wanted = np.concatenate([equal, less - centred / now.price]) - all_rows @ (now.p * gradient)
    step = np.linalg.solve(system, wanted)
    balance, price = step[: len(equal)], step[len(equal) :]
    p = -now.p * (gradient + all_rows.T @ step)
    slack = -(centred + now.slack * price) / now.price
    length = min(1.0, _longest(now.p, p), _longest(now.slack, slack), _longest(now.price, price))
    return _Iterate(
        now.p + length * p, now.slack + length * slack, now.price + length * price, now.balance + length * balance
    )


def _largest(*parts: Vector) -> float:
    return max(float(np.abs(part).max(initial=0.0)) for part in parts)


def _longest(values: Vector, step: Vector) -> float:
    """The longest step under which positive values stay positive, less a little."""
    falling = step < 0
    return _SHORTER_THAN_THE_BORDER * float(np.min(-values[falling] / step[falling], initial=np.inf))
