"""Flows between two stocks of people by birthplace and residence (demographic accounting).

Within each birthplace the flows are the matrix whose margins are the two stocks. They are not unique: at one end as
many as possible stay where they were (minimum migration), at the other origin and destination are independent.

Laws: the flows of a birthplace, stayers included, have its two stocks as margins; the net migration of an area is the
change of its total in the account; a pair of areas that the seed excludes has no flow.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import ArrayLike

from qonys.errors import StatisticianError
from qonys.methods.estimation.amounts import Matrix, amounts, numbers, order
from qonys.methods.estimation.biproportional import Biproportional, biproportional
from qonys.methods.estimation.demographic_account import DemographicAccount, Matching, demographic_account

_NEGLIGIBLE = 1e-10
"""Movers below this share of their birthplace are what rounding left of stayers."""


@dataclass(frozen=True, slots=True, eq=False)
class _Variant:
    """One of the two ends, with its weight: stayers that are fixed, by birthplace and area, and raked matrices."""

    weight: float
    stayers: Matrix
    raked: Biproportional


@dataclass(frozen=True, slots=True, eq=False)
class StockFlows:
    """Flows between two stocks: persons who live elsewhere at the second date than at the first.

    Args:
        account: the stocks between which the flows lead.
        flows: persons by origin (rows) and destination (columns), shape (n, n); the diagonal is 0.
        stayers: persons who live in the same area at both dates, shape (n,).
        largest_error: largest distance of a sum of flows from its stock, in persons.
        converged: the stocks were matched, and the flows of every birthplace meet them, within the tolerance.
    """

    account: DemographicAccount
    flows: Matrix
    stayers: Matrix
    largest_error: float
    converged: bool
    _variants: tuple[_Variant, ...]

    def of_birthplace(self, birthplace: int) -> Matrix:
        """Persons born there by origin and destination, shape (n, n), with stayers on the diagonal."""
        parts = (
            variant.weight * (variant.raked.matrix(birthplace) + np.diag(variant.stayers[birthplace]))
            for variant in self._variants
        )
        return reduce(np.add, parts)


def stocks_to_flows(
    stock_start: ArrayLike,
    stock_end: ArrayLike,
    births: ArrayLike,
    deaths: ArrayLike,
    *,
    seed: ArrayLike | None = None,
    staying: float = 1.0,
    matching: Matching = "rescale",
) -> StockFlows:
    """Flows from stocks by birthplace and residence at two dates, births and deaths.

    Args:
        stock_start: persons by birthplace (rows) and residence (columns) at the first date, shape (n, n).
        stock_end: the same at the second date.
        births: births between the dates by area, shape (n,).
        deaths: deaths between the dates by area, shape (n,).
        seed: weights of pairs of areas by origin and destination, shape (n, n), such as `distance_seed`; a zero is a
            flow that cannot be. None: all pairs alike.
        staying: weight w of minimum migration, between 0 and 1. 1: as many stay as the stocks allow (Abel 2013).
            0: origin and destination are independent within a birthplace. Between: w · minimum + (1 − w) ·
            independence, the pseudo-Bayes estimate of Azose and Raftery (2019), who choose w by known flows.
        matching: how the two totals of a birthplace are made one; see `demographic_account`.

    Raises:
        StatisticianError: an input is no amount or has another shape, or the weight is not between 0 and 1.
        InfeasibleError: the stocks cannot be matched, or the seed excludes flows that the stocks need.

    Source: Abel (2013), Demographic Research 28(18); Abel and Sander (2014), Science 343; Abel and Cohen (2019),
    Bilateral international migration flow estimates for 200 countries, Scientific Data 6; Azose and Raftery (2019),
    Estimation of emigration, return migration, and transit migration between all pairs of countries, PNAS 116(1).

    >>> estimate = stocks_to_flows([[90, 10], [20, 80]], [[80, 20], [25, 75]], [0, 0], [0, 0])
    >>> estimate.flows
    array([[ 0., 10.],
           [ 5.,  0.]])
    """
    if not 0 <= staying <= 1:
        raise StatisticianError(f"The weight of minimum migration is {staying}; it must lie between 0 and 1.")
    account = demographic_account(stock_start, stock_end, births, deaths, matching=matching)
    variants = _variants(account, seed, staying)
    moves = reduce(np.add, (v.weight * (v.raked.total() + np.diag(v.stayers.sum(axis=0))) for v in variants))
    return StockFlows(
        account=account,
        flows=moves - np.diag(np.diag(moves)),
        stayers=np.diag(moves).copy(),
        largest_error=max(float(variant.raked.errors.max()) for variant in variants),
        converged=account.converged and all(bool(variant.raked.converged.all()) for variant in variants),
        _variants=variants,
    )


def distance_seed(distances: ArrayLike, power: float = 1.0) -> Matrix:
    """Weights of pairs of areas that fall with distance, 1 / dᵖ; the diagonal, where distance is 0, is 1.

    The diagonal matters to the independent variant only, whose stayers are not fixed.

    Args:
        distances: between areas, shape (n, n), positive off the diagonal.
        power: p; 0 gives equal weights.

    Raises:
        StatisticianError: a distance between two areas is not positive.

    >>> distance_seed([[0, 4], [4, 0]], power=0.5)
    array([[1. , 0.5],
           [0.5, 1. ]])
    """
    n = order("distances", distances)
    between = numbers("distances", distances, (n, n))
    np.fill_diagonal(between, 1.0)
    if np.any(between <= 0):
        raise StatisticianError("Distances between different areas must be positive.")
    weights: Matrix = between**-power
    return weights


def _variants(account: DemographicAccount, seed: ArrayLike | None, staying: float) -> tuple[_Variant, ...]:
    """Minimum migration and independence, those of them that have a weight."""
    shape = account.start.shape
    weights = np.ones(shape) if seed is None else amounts("seed", seed, shape)
    ends = ((staying, np.minimum(account.start, account.end)), (1.0 - staying, np.zeros(shape)))
    return tuple(_Variant(weight, stayers, _raked(account, stayers, weights)) for weight, stayers in ends if weight > 0)


def _raked(account: DemographicAccount, stayers: Matrix, seed: Matrix) -> Biproportional:
    """The matrices of those who are not fixed as stayers."""
    leaving, coming = account.start - stayers, account.end - stayers
    movers = np.minimum(leaving.sum(axis=1), coming.sum(axis=1))
    moving = movers > _NEGLIGIBLE * account.start.sum(axis=1)
    return biproportional(seed, _scaled(leaving, movers * moving), _scaled(coming, movers * moving))


def _scaled(people: Matrix, totals: Matrix) -> Matrix:
    """People with these totals by row; rounding has left two differences of large stocks a little apart."""
    found = people.sum(axis=1)
    scaled: Matrix = people * np.divide(totals, found, out=np.zeros_like(found), where=found > 0)[:, None]
    return scaled
