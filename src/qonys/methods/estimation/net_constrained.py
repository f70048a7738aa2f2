"""The flows nearest to a prior whose net migration is given.

Nearest in the sense of Kullback and Leibler spreads the change over all flows; nearest in the sum of absolute
differences changes few flows and leaves the others as they are.

Laws: arrivals less departures of an area are its net migration; a flow that the prior does not have is not made;
nets that no flows along these pairs can have are refused with the areas where they fail.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import linprog
from scipy.sparse import coo_array, csr_array, eye_array, hstack

from qonys.errors import InfeasibleError, StatisticianError
from qonys.methods.estimation.amounts import Matrix, amounts, numbers, order

_SAME = 1e-9
"""Nets that sum to less than this share of their absolute sum, sum to zero."""
_UNMET = 1e-7
"""A net that must be missed by more than this share of all flows cannot be met."""
_TOLD = 3
"""So many areas are named in a message."""
_STEEPEST = 1.0
"""A step changes no balancing factor by more than e to the power of this."""


@dataclass(frozen=True, slots=True, eq=False)
class NetConstrained:
    """Flows with given nets, and how near they are to the nets and to the prior.

    Args:
        flows: persons by origin (rows) and destination (columns), shape (n, n); the diagonal is 0.
        factors: αᵢ with M_ij = αᵢ / αⱼ · prior_ij, shape (n,); nan where the flows are no such product.
        distance: of the flows from the prior, in the measure that was made least.
        iterations: steps taken.
        largest_error: largest distance of a net from the wanted one, in persons.
        converged: the largest error is within the tolerance.
    """

    flows: Matrix
    factors: Matrix
    distance: float
    iterations: int
    largest_error: float
    converged: bool


def kl_nearest_flows(
    prior: ArrayLike, net: ArrayLike, *, tolerance: float = 1e-9, most_iterations: int = 200
) -> NetConstrained:
    """The flows with these nets that have the least divergence Σ M ln(M / prior) − M + prior from a prior.

    They are M_ij = αᵢ · prior_ij / αⱼ. The logarithms u of α make Σ prior_ij e^(uᵢ − uⱼ) + Σ netᵢ uᵢ least, a convex
    function, which Newton's method finds in few steps.

    Args:
        prior: flows by origin (rows) and destination (columns), shape (n, n); a zero is structural, the diagonal is
            left out.
        net: wanted arrivals less departures of each area, shape (n,), summing to 0.
        tolerance: allowed error of a net, relative to all flows of the prior and half the absolute nets together.
        most_iterations: when to stop where a limit is approached without being reached.

    Raises:
        StatisticianError: the nets do not sum to 0, or an input is no amount.
        InfeasibleError: no flows along the pairs of the prior have the nets.

    Source: Abel, G. J. and Smith, P. W. F. (2022), Estimating bilateral migration flows to match known net migration
    totals, European Population Conference.

    >>> kl_nearest_flows([[0, 10], [10, 0]], [15, -15]).flows
    array([[ 0.,  5.],
           [20.,  0.]])
    """
    start, wanted = _inputs(prior, net)
    size = float(start.sum() + np.abs(wanted).sum() / 2)
    potential, iteration = np.zeros(len(wanted)), 0
    flows = start
    gap = _net(flows) - wanted
    while np.abs(gap).max() > tolerance * size and iteration < most_iterations:
        potential += _step(flows, gap)
        flows = start * np.exp(potential[:, None] - potential)
        gap, iteration = _net(flows) - wanted, iteration + 1
    error = float(np.abs(gap).max())
    if error > tolerance * size:
        _fail_if_infeasible(start > 0, wanted, size)
    ratio = np.divide(flows, start, out=np.ones_like(flows), where=start > 0)
    divergence = float((flows * np.log(np.where(ratio > 0, ratio, 1.0)) - flows + start).sum())
    return NetConstrained(flows, np.exp(potential), divergence, iteration, error, error <= tolerance * size)


def l1_nearest_flows(prior: ArrayLike, net: ArrayLike) -> NetConstrained:
    """Flows with these nets whose absolute differences from a prior have the least sum (a linear programme).

    The programme's variables are what each flow rises and falls, no flow falling by more than it is, so flows that
    need no change stay as in the prior. Several solutions may be equally near; one of them is returned.

    Args:
        prior: flows by origin (rows) and destination (columns), shape (n, n); a zero is structural, the diagonal is
            left out.
        net: wanted arrivals less departures of each area, shape (n,), summing to 0.

    Raises:
        StatisticianError: the nets do not sum to 0, or an input is no amount.
        InfeasibleError: no flows along the pairs of the prior have the nets.

    >>> l1_nearest_flows([[0, 10], [10, 0]], [15, -15]).distance
    15.0
    """
    start, wanted = _inputs(prior, net)
    size = float(start.sum() + np.abs(wanted).sum() / 2)
    _fail_if_infeasible(start > 0, wanted, size)
    change, iterations = _least_change(start, wanted - _net(start), max(size, 1.0))
    error = float(np.abs(_net(start + change) - wanted).max())
    unknown, distance = np.full(len(wanted), np.nan), float(np.abs(change).sum())
    return NetConstrained(start + change, unknown, distance, iterations, error, error <= _UNMET * max(size, 1.0))


def _least_change(start: Matrix, of_net: Matrix, unit: float) -> tuple[Matrix, int]:
    """The change of flows, no flow by more than it has to lose, that changes the nets; and the solver's steps."""
    change, cells = np.zeros_like(start), np.flatnonzero(start > 0)
    if len(cells) == 0:
        return change, 0
    present, effect = start.ravel()[cells], _effect(start > 0)
    most = np.concatenate([np.full(len(cells), np.inf), present / unit])
    solution = linprog(  # type: ignore[call-overload]  # its stubs know no arrays of bounds
        np.ones(2 * len(cells)),
        A_eq=hstack([effect, -effect], format="csr"),
        b_eq=of_net / unit,
        bounds=np.column_stack([np.zeros_like(most), most]),
        method="highs",
    )
    if solution.x is not None:
        rise, fall = np.split(solution.x * unit, 2)
        change.ravel()[cells] = np.maximum(rise - fall, -present)
    return change, int(solution.nit)


def _inputs(prior: ArrayLike, net: ArrayLike) -> tuple[Matrix, Matrix]:
    n = order("prior flows", prior)
    flows, wanted = amounts("prior flows", prior, (n, n)), numbers("nets", net, (n,))
    np.fill_diagonal(flows, 0.0)
    if abs(wanted.sum()) > _SAME * max(float(np.abs(wanted).sum()), 1.0):
        raise StatisticianError(
            f"The nets sum to {wanted.sum():,.6g}; flows between the areas can only have nets that sum to 0.",
            next_step="Add the rest of the world as an area, or mend the nets.",
        )
    return flows, wanted


def _net(flows: Matrix) -> Matrix:
    found: Matrix = flows.sum(axis=0) - flows.sum(axis=1)
    return found


def _step(flows: Matrix, gap: Matrix) -> Matrix:
    """Newton's step for the logarithms of the factors, shortened where it would overshoot.

    The second derivatives are the Laplacian of the flows; it leaves one level of each separate group of areas free.
    """
    both = flows + flows.T
    laplacian = np.diag(both.sum(axis=1)) - both
    step = np.asarray(np.linalg.lstsq(laplacian, gap, rcond=1e-13)[0], dtype=np.float64)
    return step * min(1.0, _STEEPEST / max(float(np.abs(step).max()), 1e-300))


def _effect(support: np.ndarray) -> csr_array[np.float64]:
    """How one more person in each possible flow changes the nets: −1 at the origin, +1 at the destination."""
    origin, destination = np.nonzero(support)
    number = np.tile(np.arange(len(origin)), 2)
    sign = np.repeat([-1.0, 1.0], len(origin))
    shape = (len(support), len(origin))
    return coo_array((sign, (np.concatenate([origin, destination]), number)), shape=shape).tocsr()


def _fail_if_infeasible(support: np.ndarray, wanted: Matrix, size: float) -> None:
    """Refuse where even the flows that miss the nets least miss them (a linear programme)."""
    n, unit = len(wanted), max(size, 1.0)
    effect = _effect(support)
    solution = linprog(
        np.r_[np.zeros(effect.shape[1]), np.ones(2 * n)],
        A_eq=hstack([effect, eye_array(n), -eye_array(n)], format="csr"),
        b_eq=wanted / unit,
        method="highs",
    )
    missed = np.zeros(n) if solution.x is None else solution.x[-2 * n :].reshape(2, n).sum(axis=0)
    unmet = np.argsort(-missed, kind="stable")[: (missed > _UNMET).sum()]
    if len(unmet):
        told = ", ".join(f"area {area} by {missed[area] * unit:,.6g}" for area in unmet[:_TOLD])
        raise InfeasibleError(
            f"No flows between these pairs of areas have these nets: at best they miss them in {told}.",
            next_step="Allow more flows in the prior, or mend the nets.",
        )
