"""What an intruder can deduce of counts from sums and differences of them: the least and the most that each can be.

Laws: bounds contain every table of whole numbers that agrees with what is published, so they contain the truth; propagation
gives bounds that are never tighter than those of a linear programme, which are never tighter than those of whole numbers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds as Box
from scipy.optimize import LinearConstraint, milp
from scipy.sparse import csr_array

from qonys.errors import StatisticianError

Counts: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]

UNBOUNDED = 2**40
"""Stands for no upper bound: more than any count of persons."""
NO_BOUND = 2**60
"""Stands for no bound of a sum that takes counts many times: its sums still fit 64 bits."""
_MOST_NODES = 500
"""Nodes of a search, not seconds: an audit finds the same on a slower machine."""


@dataclass(frozen=True, slots=True)
class CountBounds:
    """The least and the most that each count can be, shape (cells,) each."""

    least: Counts
    most: Counts

    def recoverable(self, threshold: int) -> Flags:
        """Counts that are known to lie from 1 to k - 1."""
        return (self.least >= 1) & (self.most < threshold)


def propagated(
    sums: csr_array, values: Counts | CountBounds, start: CountBounds, *, most_rounds: int = 100
) -> CountBounds:
    """Bounds that follow from each sum alone, again and again: what the others leave for a count.

    a_ij x_j ≥ v_i - Σ_{k≠j} max(a_ik x_k) and a_ij x_j ≤ w_i - Σ_{k≠j} min(a_ik x_k) for every sum i, from v_i to w_i.

    Args:
        sums: how often each count is in each published sum, whole numbers: 1 for a part of it, -1 for what is taken off, as
            departures are from a net; shape (sums, cells).
        values: the published sums, shape (sums,), or the least and the most that each can be: from -`NO_BOUND` to `NO_BOUND`.
        start: what is known of each count by itself.
        most_rounds: when to stop where bounds still creep.

    Raises:
        StatisticianError: the sums contradict each other or the bounds.

    Example:
        >>> import numpy as np
        >>> from scipy.sparse import csr_array
        >>> known = CountBounds(np.array([0, 0]), np.array([2, 5]))
        >>> found = propagated(csr_array(np.array([[1, 1]])), np.array([6]), known)
        >>> found.least.tolist(), found.most.tolist()
        ([1, 4], [2, 5])
    """
    least, most = start.least.astype(np.int64), np.minimum(start.most, UNBOUNDED).astype(np.int64)
    told = values if isinstance(values, CountBounds) else CountBounds(values, values)
    places = sums.tocoo()
    row, column, times = places.row, places.col, places.data.astype(np.int64)
    size, added = np.abs(times), times > 0
    positive, negative = csr_array(sums.maximum(0)), csr_array((-sums).maximum(0))
    for _ in range(most_rounds):
        low, high = positive @ least - negative @ most, positive @ most - negative @ least
        over, under = (high - told.least)[row] // size, (told.most - low)[row] // size
        new_least, new_most = least.copy(), most.copy()
        np.maximum.at(new_least, column, most[column] - np.where(added, over, under))
        np.minimum.at(new_most, column, least[column] + np.where(added, under, over))
        if (new_least > new_most).any():
            raise StatisticianError(
                "What is published contradicts itself: no counts have all these sums.",
                next_step="Sums and parts were protected apart from each other; protect them together.",
            )
        if (new_least == least).all() and (new_most == most).all():
            break
        least, most = new_least, new_most
    return CountBounds(least, most)


@dataclass(frozen=True, slots=True)
class Searched:
    """Bounds that were searched.

    Args:
        bounds: of all counts.
        cut_short: counts of which a search ended at its last node: their bounds hold, and might be closer; shape (cells,).
    """

    bounds: CountBounds
    cut_short: Flags


def tightened(
    sums: csr_array, values: Counts | CountBounds, start: CountBounds, cells: Iterable[int], *, whole: bool = True
) -> CountBounds:
    """The exact bounds of some counts: see `searched`.

    Raises:
        StatisticianError: no counts have all these sums.
    """
    return searched(sums, values, start, cells, whole=whole).bounds


def searched(
    sums: csr_array, values: Counts | CountBounds, start: CountBounds, cells: Iterable[int], *, whole: bool = True
) -> Searched:
    """The exact bounds of some counts: the least and the most over all tables that agree with what is published.

    Args:
        sums: how often each count is in each published sum, shape (sums, cells).
        values: the published sums, shape (sums,), or the least and the most that each can be.
        start: what is known of each count, such as the result of `propagated`.
        cells: the counts to bound; the others keep what is known of them.
        whole: over tables of whole numbers; else over all, which is quicker and not quite as tight.

    Raises:
        StatisticianError: no counts have all these sums.
    """
    least, most, cut_short = start.least.copy(), start.most.copy(), np.zeros(len(start.least), bool)
    told = values if isinstance(values, CountBounds) else CountBounds(values, values)
    for cell in cells:
        low, low_ended = _extreme(sums, told, start, cell, 1, whole=whole)
        high, high_ended = _extreme(sums, told, start, cell, -1, whole=whole)
        least[cell], most[cell] = max(least[cell], low), min(most[cell], -high)
        cut_short[cell] = not (low_ended and high_ended)
    return Searched(CountBounds(least, most), cut_short)


def _extreme(
    sums: csr_array, told: CountBounds, start: CountBounds, cell: int, sign: int, *, whole: bool
) -> tuple[int, bool]:
    """The least of a count, or with sign -1 of what is taken from 0, and whether the search came to its end."""
    cost = np.zeros(sums.shape[1])
    cost[cell] = sign
    found = milp(
        cost,
        constraints=LinearConstraint(sums, -_or_infinite(-told.least), _or_infinite(told.most)),
        bounds=Box(start.least, _or_infinite(start.most)),
        integrality=np.full(sums.shape[1], int(whole), np.int64),
        options={"node_limit": _MOST_NODES},
    )
    if found.status == 2:
        raise StatisticianError("No counts have all these sums.", next_step="What is published contradicts itself.")
    # A search that ended at its last node has proved a bound, unless it found no table at all.
    reached = found.fun if found.status == 0 else found.mip_dual_bound
    known = sign * int((start.least if sign > 0 else start.most)[cell])
    if reached is None or not np.isfinite(reached):
        return known, found.status == 3
    return int(np.ceil(reached - 1e-6)), found.status == 0


def _or_infinite(most: Counts) -> NDArray[np.float64]:
    return np.where(most >= UNBOUNDED, np.inf, most)
