"""One flow from two reports: the sending area counts departures, the receiving area counts arrivals of the same moves.

Each sender and each receiver gets a factor; the factors bring the two reports of the same flow as near to each other
as they can be brought, with one report's factor, the benchmark, fixed at 1.

Laws: no factor is negative; a factor that no flow reported by both sides determines is nan, and so is a flow that is
known from such a report only; reporters that no chain of common flows compares with the benchmark are refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from qonys.errors import StatisticianError
from qonys.methods.estimation.amounts import Matrix, double_reports

Side: TypeAlias = Literal["sender", "receiver"]
Mask: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Harmonised:
    """Flows on the benchmark's definition, and the factors that brought the reports to it.

    Args:
        flows: persons by origin (rows) and destination (columns), shape (n, n); nan where no usable report is.
        sender_factors: α by which the departures that an area reports are multiplied, shape (n,).
        receiver_factors: β by which the arrivals that an area reports are multiplied, shape (n,).
        reports: how many adjusted reports each flow rests on, 0, 1 or 2, shape (n, n).
        unexplained: share of the squares of the adjusted double reports that their differences are, Σ(αE − βI)² /
            Σ((αE)² + (βI)²); 0 where the reports agree after adjustment.
    """

    flows: Matrix
    sender_factors: Matrix
    receiver_factors: Matrix
    reports: NDArray[np.int64]
    unexplained: float


def harmonised_flows(
    by_senders: ArrayLike, by_receivers: ArrayLike, *, benchmark: tuple[Side, int], names: Sequence[str] | None = None
) -> Harmonised:
    """Flows as the mean of both adjusted reports, or the one adjusted report there is.

    The factors make Σ (αᵢ E_ij − βⱼ I_ij)² over the flows reported by both sides least, the benchmark's being 1.

    Args:
        by_senders: E, departures reported by the origin (rows) by destination (columns), shape (n, n); nan where not
            reported; the diagonal is left out.
        by_receivers: I, arrivals reported by the destination (columns) by origin (rows), shape (n, n), alike.
        benchmark: whose report is taken as it is: its side and its number, such as ("receiver", 3).
        names: of the areas, for messages; their numbers where None.

    Raises:
        StatisticianError: shapes differ, a report is negative, the benchmark has no flow in common with anyone, or
            some reporters cannot be compared with the benchmark; they are named.

    Source: Poulain, M. (1993), Confrontation des statistiques de migrations intra-européennes: vers plus
    d'harmonisation?, European Journal of Population 9; de Beer, J., Raymer, J., van der Erf, R. and van Wissen, L.
    (2010), Overcoming the problems of inconsistent international migration data, European Journal of Population 26.

    >>> nan = float("nan")
    >>> by_senders = [[nan, 50, 40], [30, nan, 20], [40, 40, nan]]
    >>> by_receivers = [[nan, 100, 40], [60, nan, 40], [20, 40, nan]]
    >>> found = harmonised_flows(by_senders, by_receivers, benchmark=("receiver", 2))
    >>> found.sender_factors.round(2), found.receiver_factors.round(2)
    (array([1. , 2. , 0.5]), array([1. , 0.5, 1. ]))
    """
    sent, received = double_reports(by_senders, by_receivers)
    n = len(sent)
    both = ~np.isnan(sent) & ~np.isnan(received)
    fixed = benchmark[1] + (n if benchmark[0] == "receiver" else 0)
    if not 0 <= benchmark[1] < n:
        raise StatisticianError(f"The benchmark is area {benchmark[1]}, of {n} areas counted from 0.")
    compared = _compared(both & (sent > 0) & (received > 0), fixed, names or [str(area) for area in range(n)])
    fitted = both & compared[:n, None] & compared[None, n:]
    factors = _factors(np.where(fitted, sent, 0.0), np.where(fitted, received, 0.0), compared, fixed)
    alpha, beta = factors[:n], factors[n:]
    adjusted = np.stack([alpha[:, None] * sent, beta * received])
    known = ~np.isnan(adjusted)
    reports = known.sum(axis=0)
    total = np.where(known, adjusted, 0.0).sum(axis=0)
    flows = np.divide(total, reports, out=np.full((n, n), np.nan), where=reports > 0)
    return Harmonised(flows, alpha, beta, reports, _unexplained(adjusted[:, fitted]))


def _compared(linked: Mask, fixed: int, names: Sequence[str]) -> Mask:
    """Which of the 2n reporters a chain of common flows compares with the benchmark; others must be in no chain."""
    n = len(linked)
    sender, receiver = np.nonzero(linked)
    graph = coo_array((np.ones(len(sender)), (sender, n + receiver)), shape=(2 * n, 2 * n))
    _, group = connected_components(graph, directed=False)
    chained = np.concatenate([linked.any(axis=1), linked.any(axis=0)])
    told = [f"sender {name}" for name in names] + [f"receiver {name}" for name in names]
    if not chained[fixed]:
        raise StatisticianError(
            f"The benchmark, {told[fixed]}, has no flow that the other side reports too.",
            next_step="Choose a benchmark with flows that both sides report.",
        )
    compared: Mask = chained & (group == group[fixed])
    apart = np.flatnonzero(chained & ~compared)
    if len(apart):
        raise StatisticianError(
            f"Reporters cannot be compared with the benchmark: {', '.join(told[number] for number in apart)}.",
            next_step="Add a flow that links them, or harmonise them apart with a benchmark of their own.",
        )
    return compared


def _factors(sent: Matrix, received: Matrix, compared: Mask, fixed: int) -> Matrix:
    """Least squares over the 2n factors, one of them 1.

    The normal equations without the benchmark have a positive diagonal and no positive element elsewhere, which is
    why no factor comes out negative.
    """
    n = len(sent)
    normal = np.zeros((2 * n, 2 * n))
    normal[:n, n:] = -sent * received
    normal[n:, :n] = normal[:n, n:].T
    normal += np.diag(np.concatenate([(sent**2).sum(axis=1), (received**2).sum(axis=0)]))
    free = np.flatnonzero(compared & (np.arange(2 * n) != fixed))
    # Scaled to a diagonal of ones, so that large and small areas are solved for equally well.
    scale = 1 / np.sqrt(np.diag(normal)[free])
    solved = np.linalg.solve(normal[np.ix_(free, free)] * np.outer(scale, scale), -normal[free, fixed] * scale) * scale
    factors = np.full(2 * n, np.nan)
    factors[fixed], factors[free] = 1.0, np.maximum(solved, 0.0)
    return factors


def _unexplained(adjusted: Matrix) -> float:
    return float(((adjusted[0] - adjusted[1]) ** 2).sum() / max(float((adjusted**2).sum()), 1e-300))
