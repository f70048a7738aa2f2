"""How widely the pairs of areas are used: connectivity, and inequality of the flows, both as shares from 0 to 1."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from qonys.errors import StatisticianError
from qonys.methods.systems.flows import flow_matrix, migrants
from qonys.methods.systems.quasi_independence import quasi_independence


def connectivity(flows: ArrayLike) -> float:
    """Share of the ordered pairs of areas between which somebody moved: #{Mᵢⱼ > 0} / (n(n − 1)).

    Args:
        flows: persons, shape (n, n); the diagonal is not read.

    Raises:
        UndefinedIndicatorError: there are fewer than two areas.
        StatisticianError: a flow is missing or negative.

    Source: Bell, M. et al. (2002), Cross-national comparison of internal migration: issues and measures, Journal of
    the Royal Statistical Society A 165(3).

    >>> connectivity([[0, 1, 0], [0, 0, 5], [2, 0, 0]])
    0.5
    """
    matrix = flow_matrix(flows)
    return int(np.count_nonzero(matrix)) / (len(matrix) * (len(matrix) - 1))


def inequality_from_equal(flows: ArrayLike) -> float:
    """Share of the migrants who would have to move otherwise for all flows to be equal: ½ · Σ|Mᵢⱼ/M − 1/(n(n − 1))|.

    Args:
        flows: persons, shape (n, n); the diagonal is not read.

    Returns:
        From 0, all flows equal, to 1 − 1/(n(n − 1)), one flow only.

    Raises:
        UndefinedIndicatorError: nobody moved, or there are fewer than two areas.
        StatisticianError: a flow is missing or negative.

    Source: Bell, M. et al. (2002), Cross-national comparison of internal migration: issues and measures, Journal of
    the Royal Statistical Society A 165(3).

    >>> inequality_from_equal([[0, 30], [10, 0]])
    0.25
    """
    matrix = flow_matrix(flows)
    equal = np.ones_like(matrix)
    np.fill_diagonal(equal, 0.0)
    return inequality(matrix, equal)


def inequality_from_independence(flows: ArrayLike) -> float:
    """Share of the migrants who would have to move otherwise for only the sizes of the ends to count.

    ½ · Σ|Mᵢⱼ/M − Eᵢⱼ/M| with E the flows of quasi-independence, those of a Poisson regression on origin and
    destination; 0 where these two alone explain the flows.

    Args:
        flows: persons, shape (n, n); the diagonal is not read.

    Raises:
        UndefinedIndicatorError: nobody moved, there are fewer than two areas, or see `quasi_independence`.
        StatisticianError: a flow is missing or negative.
    """
    matrix = flow_matrix(flows)
    return inequality(matrix, quasi_independence(matrix).fitted)


def inequality(flows: ArrayLike, expected: ArrayLike) -> float:
    """Share of the migrants who would have to move otherwise to reach expected flows: ½ · Σ|Mᵢⱼ/M − Eᵢⱼ/E|.

    Args:
        flows: persons, shape (n, n); the diagonal is not read.
        expected: flows of a model in any unit, shape (n, n); the diagonal is not read.

    Raises:
        UndefinedIndicatorError: nobody moved, nobody was expected to, or there are fewer than two areas.
        StatisticianError: a flow is missing or negative, or the shapes differ.
    """
    matrix, model = flow_matrix(flows), flow_matrix(expected)
    if matrix.shape != model.shape:
        raise StatisticianError(
            f"The flows have a shape of {matrix.shape}, those expected one of {model.shape}.",
            next_step="Give both for the same areas in the same order.",
        )
    shares, wanted = (each / migrants(each, "inequality") for each in (matrix, model))
    return 0.5 * float(np.abs(shares - wanted).sum())
