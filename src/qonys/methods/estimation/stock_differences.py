"""Flows from differences of stocks, and from rates: simple estimates to compare others with.

Laws: a flow that an estimate gives as negative is never passed on unseen; the diagonal is 0.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from qonys.errors import StatisticianError
from qonys.methods.estimation.amounts import Matrix, amounts, order

_SINGULAR = 1e12
"""A matrix with a condition number above this cannot be inverted."""


def stock_difference_flows(
    stock_start: ArrayLike, stock_end: ArrayLike, *, decreases: Literal["drop", "reverse"]
) -> Matrix:
    """Growth of the stock of each birthplace in each area, read as a flow from the birthplace to the area.

    M_ij = max(Δ_ij, 0) with Δ the change of the stock born in i and living in j; "reverse" adds max(−Δ_ji, 0), the
    return to i of those born in i who no longer live in j.

    Args:
        stock_start: persons by birthplace (rows) and residence (columns), shape (n, n).
        stock_end: the same at the second date.
        decreases: what a stock that shrank means. "drop": nothing. "reverse": a flow back to the birthplace.

    Raises:
        StatisticianError: the stocks are no amounts, or of different areas.

    Source: Beine, M., Bertoli, S. and Fernández-Huertas Moraga, J. (2016), A practitioners' guide to gravity models
    of international migration, The World Economy 39(4).

    >>> stock_difference_flows([[9, 3], [5, 9]], [[9, 7], [4, 9]], decreases="reverse")
    array([[0., 5.],
           [0., 0.]])
    """
    n = order("stocks at the start", stock_start)
    growth = amounts("stocks at the end", stock_end, (n, n)) - amounts("stocks at the start", stock_start, (n, n))
    np.fill_diagonal(growth, 0.0)
    flows: Matrix = np.maximum(growth, 0.0)
    return flows + np.maximum(-growth, 0.0).T if decreases == "reverse" else flows


def flows_in_proportion_to_stocks(stock: ArrayLike, total: float) -> Matrix:
    """A known total of all flows, split as the stocks of those who live outside their birthplace are.

    M_ij = M · S_ij / Σ_{i≠j} S_ij.

    Args:
        stock: persons by birthplace (rows) and residence (columns), shape (n, n).
        total: M, persons who moved.

    Raises:
        StatisticianError: nobody lives outside the birthplace, so there are no shares.

    Source: Dennett, A. (2015), Estimating an annual time series of global migration flows, in: Global Dynamics:
    Approaches from Complexity Science.

    >>> flows_in_proportion_to_stocks([[90, 10], [30, 80]], total=8)
    array([[0., 2.],
           [6., 0.]])
    """
    n = order("stocks", stock)
    away, moved = amounts("stocks", stock, (n, n)), amounts("total of flows", total, ())
    np.fill_diagonal(away, 0.0)
    if away.sum() == 0:
        raise StatisticianError(
            "Nobody lives outside the place of birth, so the stocks say nothing of flows.",
            next_step="Give stocks with people born elsewhere.",
        )
    flows: Matrix = away / away.sum() * moved
    return flows


def growth_rate_flows(
    stock_start: ArrayLike, stock_end: ArrayLike, *, negative: Literal["refuse", "keep"] = "refuse"
) -> Matrix:
    """Flows from the one matrix of rates that takes the stocks of all birthplaces from one date to the other.

    S₁ = S₀ G with stocks by birthplace (rows) and residence (columns); M_ij = residents of i at the start · G_ij.

    Args:
        stock_start: S₀, shape (n, n).
        stock_end: S₁, shape (n, n).
        negative: what to do with negative flows, which the method often gives. "refuse": an error. "keep": they are
            in the result.

    Raises:
        StatisticianError: the stocks at the start do not determine the rates, or a flow is negative.

    Source: Rogers, A. and von Rabenau, B. (1971), Estimation of interregional migration streams from
    place-of-birth-by-residence data, Demography 8(2).

    >>> growth_rate_flows([[90, 10], [10, 90]], [[82, 18], [18, 82]])
    array([[ 0., 10.],
           [10.,  0.]])
    """
    n = order("stocks at the start", stock_start)
    start, end = amounts("stocks at the start", stock_start, (n, n)), amounts("stocks at the end", stock_end, (n, n))
    if not np.linalg.cond(start) < _SINGULAR:
        raise StatisticianError(
            "The stocks at the start do not determine rates: birthplaces are distributed over the areas too alike.",
            next_step="Merge areas, or use demographic accounting.",
        )
    flows: Matrix = start.sum(axis=0)[:, None] * np.linalg.solve(start, end)
    np.fill_diagonal(flows, 0.0)
    # A zero that solving the equations has left just below zero is a zero.
    flows[np.abs(flows) < 1e-12 * start.sum()] = 0.0
    if negative == "refuse" and np.any(flows < 0):
        worst = tuple(int(index) for index in np.unravel_index(int(flows.argmin()), flows.shape))
        raise StatisticianError(
            f"{int((flows < 0).sum())} of the flows are negative; the least is {flows[worst]:,.6g}.",
            where=f"from area {worst[0]} to area {worst[1]}",
            next_step="Use demographic accounting, or keep negative flows knowingly.",
        )
    return flows
