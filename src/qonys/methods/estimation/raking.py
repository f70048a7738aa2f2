"""Raking a table to its margins, in any number of dimensions (iterative proportional fitting).

Laws: a cell that is zero in the seed is zero in the result; the ratios of cells that no margin fixes are those of the
seed; margins that no table with these zeros has are refused, and the message says which of them fail.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import inf, isnan

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import linprog
from scipy.sparse import coo_array, eye_array, hstack

from qonys.errors import InfeasibleError, StatisticianError
from qonys.methods.estimation.amounts import Matrix, amounts

_SAME = 1e-9
"""Totals that differ by less than this share of them are the same."""
_UNMET = 1e-7
"""A margin that must be missed by more than this share of the grand total cannot be met."""
_TOLD = 3
"""So many unmet places are named in a message."""


@dataclass(frozen=True, slots=True, eq=False)
class Margin:
    """Wanted sums of a table over all its axes but some.

    Args:
        axes: the axes that the totals have, in their order: (0, 2) are the sums over axis 1 of a cube.
        totals: the wanted sums.
        name: what a message calls this margin; its axes where empty.
    """

    axes: tuple[int, ...]
    totals: ArrayLike
    name: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Raked:
    """A raked table and how well it got there.

    Args:
        matrix: the fitted table, shape of the seed.
        iterations: how often all margins were scaled.
        largest_error: largest distance of a sum from its margin, in the unit of the margins.
        converged: the largest error is within the tolerance.
        worst_margin: name of the margin with the largest error.
    """

    matrix: Matrix
    iterations: int
    largest_error: float
    converged: bool
    worst_margin: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class _Wanted:
    """A margin laid out for a table: its totals with axes of length 1 where the table is summed."""

    name: str
    axes: tuple[int, ...]
    over: tuple[int, ...]
    totals: Matrix

    def sums(self, table: Matrix) -> Matrix:
        found: Matrix = table.sum(axis=self.over, keepdims=True)
        return found

    def error(self, table: Matrix) -> float:
        largest = float(np.abs(self.sums(table) - self.totals).max(initial=0.0))
        return inf if isnan(largest) else largest


def rake(seed: ArrayLike, margins: Sequence[Margin], *, tolerance: float = 1e-9, most_iterations: int = 2_000) -> Raked:
    """The table with these margins that is nearest to a seed in the sense of Kullback and Leibler.

    The table is scaled to each margin in turn, x ← x · wanted sum / found sum, until all margins hold. An offset o of
    a log-linear model is the seed eᵒ.

    Args:
        seed: non-negative weights of any number of dimensions; a zero is structural.
        margins: the wanted sums; any set of axes each, overlapping or not, with the same sums where they overlap.
        tolerance: allowed error, relative to the grand total.
        most_iterations: when to stop where the limit is approached without being reached.

    Raises:
        StatisticianError: the margins do not fit the table or contradict each other, and are named; or weights of the
            seed are too unequal to compute with.
        InfeasibleError: no table with these zeros has the margins; the message names places where they fail.

    Source: Deming, W. E. and Stephan, F. F. (1940), On a least squares adjustment of a sampled frequency table when
    the expected marginal totals are known, Annals of Mathematical Statistics 11(4).

    >>> raked = rake([[5, 2], [1, 7]], [Margin((0,), [18, 20]), Margin((1,), [16, 22])])
    >>> raked.matrix.round(2)
    array([[13.25,  4.75],
           [ 2.75, 17.25]])
    """
    table = amounts("seed", seed)
    wanted = [_laid_out(margin, table.shape) for margin in margins]
    _fail_if_contradictory(wanted)
    allowed = tolerance * max((float(margin.totals.sum()) for margin in wanted), default=0.0)
    allowed = max(allowed, tolerance)
    for margin in wanted:
        _fail_if_unsupported(margin, table)
    support, iteration = table > 0, 0
    error, worst = _largest_error(table, wanted)
    # Where margins cannot be met, factors may grow beyond all numbers: that ends the iterations as an infinite error.
    with np.errstate(over="ignore", invalid="ignore"):
        while allowed < error < inf and iteration < most_iterations:
            for margin in wanted:
                table *= _factors(margin.totals, margin.sums(table))
            error, worst = _largest_error(table, wanted)
            iteration += 1
    if error > allowed:
        _fail_if_infeasible(support, wanted)
    if error == inf:
        raise StatisticianError(
            "The weights of the seed are too unequal to be scaled to the margins.",
            next_step="Raise the smallest weights, or make them structural zeros.",
        )
    return Raked(table, iteration, error, error <= allowed, worst)


def rake_matrix(
    seed: ArrayLike,
    row_totals: ArrayLike,
    column_totals: ArrayLike,
    *,
    tolerance: float = 1e-9,
    most_iterations: int = 2_000,
) -> Raked:
    """The matrix with these row and column totals that keeps the cross-product ratios of a seed.

    Args:
        seed: non-negative weights, shape (m, n); a zero is structural.
        row_totals: wanted row sums, shape (m,).
        column_totals: wanted column sums, shape (n,), with the same total.
        tolerance: allowed error, relative to the grand total.
        most_iterations: when to stop where the limit is approached without being reached.

    Raises:
        StatisticianError: shapes, signs or totals contradict each other.
        InfeasibleError: no matrix with these zeros has the margins.

    >>> rake_matrix([[1, 1], [1, 1]], [2, 4], [3, 3]).matrix
    array([[1., 1.],
           [2., 2.]])
    """
    margins = (Margin((0,), row_totals, "rows"), Margin((1,), column_totals, "columns"))
    return rake(seed, margins, tolerance=tolerance, most_iterations=most_iterations)


def _laid_out(margin: Margin, shape: tuple[int, ...]) -> _Wanted:
    name = margin.name or f"axes {margin.axes}"
    if len(set(margin.axes)) != len(margin.axes) or not set(margin.axes) <= set(range(len(shape))):
        raise StatisticianError(f"A table of {shape} has no margin over the {name}: each axis once, counted from 0.")
    totals = amounts(name, margin.totals)
    if totals.shape != tuple(shape[axis] for axis in margin.axes):
        raise StatisticianError(f"A table of {shape} cannot have {name} of {totals.shape}.")
    totals = totals.transpose(np.argsort(margin.axes))
    kept = tuple(sorted(margin.axes))
    over = tuple(axis for axis in range(len(shape)) if axis not in kept)
    return _Wanted(name, kept, over, np.expand_dims(totals, over))


def _factors(wanted: Matrix, found: Matrix) -> Matrix:
    return np.divide(wanted, found, out=np.zeros_like(wanted), where=found > 0)


def _largest_error(table: Matrix, wanted: Sequence[_Wanted]) -> tuple[float, str]:
    return max(((margin.error(table), margin.name) for margin in wanted), default=(0.0, ""), key=lambda pair: pair[0])


def _fail_if_contradictory(wanted: Sequence[_Wanted]) -> None:
    """Two margins must have the same sums over the axes that they share, the grand total among them."""
    for one, other in combinations(wanted, 2):
        first = one.totals.sum(axis=tuple(set(one.axes) - set(other.axes)), keepdims=True)
        second = other.totals.sum(axis=tuple(set(other.axes) - set(one.axes)), keepdims=True)
        gap = np.abs(first - second)
        if gap.max(initial=0.0) > _SAME * max(float(one.totals.sum()), float(other.totals.sum()), 1.0):
            place = np.unravel_index(int(gap.argmax()), gap.shape)
            shared = sorted(set(one.axes) & set(other.axes))
            where = f" where axes {tuple(shared)} are {tuple(int(place[axis]) for axis in shared)}" if shared else ""
            raise StatisticianError(
                f"The margins contradict each other{where}: "
                f"{one.name} sum to {first[place]:,.6g}, {other.name} to {second[place]:,.6g}.",
                next_step="Both must be the same total.",
            )


def _fail_if_unsupported(margin: _Wanted, seed: Matrix) -> None:
    empty = (margin.totals > 0) & (margin.sums(seed) == 0)
    if np.any(empty):
        raise InfeasibleError(
            f"No table with zeros in these places has these margins: {margin.name} at {_place(margin, empty.argmax())} "
            f"want {margin.totals[empty][0]:,.6g}, and every cell there is zero.",
            next_step="Allow more cells (a positive seed) or mend the margins.",
        )


def _fail_if_infeasible(support: np.ndarray, wanted: Sequence[_Wanted]) -> None:
    """Refuse where even the table that misses the margins least misses them (a linear programme)."""
    missed = _least_missed(support, wanted)
    limit = _UNMET * max(float(margin.totals.sum()) for margin in wanted)
    places = [
        (float(gap), margin, index)
        for margin, gaps in zip(wanted, missed, strict=True)
        for index, gap in enumerate(gaps)
        if gap > limit
    ]
    if places:
        worst = sorted(places, key=lambda place: -place[0])[:_TOLD]
        told = ", ".join(f"{margin.name} at {_place(margin, index)} by {gap:,.6g}" for gap, margin, index in worst)
        raise InfeasibleError(
            f"No table with zeros in these places has these margins: at best it misses {told}.",
            next_step="Allow more cells (a positive seed) or mend the margins.",
        )


def _least_missed(support: np.ndarray, wanted: Sequence[_Wanted]) -> list[Matrix]:
    """By margin and place, what is missed by the table of these cells that misses the margins least in sum."""
    cells = np.flatnonzero(support)
    indices = np.indices(support.shape, sparse=True)
    rows, start = [], 0
    for margin in wanted:
        place = np.ravel_multi_index([indices[axis] for axis in margin.axes], [support.shape[a] for a in margin.axes])
        rows.append(start + np.broadcast_to(place, support.shape).ravel()[cells])
        start += margin.totals.size
    columns = np.tile(np.arange(len(cells)), len(wanted))
    sums = coo_array((np.ones(len(columns)), (np.concatenate(rows), columns)), shape=(start, len(cells)))
    solution = linprog(
        np.concatenate([np.zeros(len(cells)), np.ones(2 * start)]),
        A_eq=hstack([sums, eye_array(start), -eye_array(start)], format="csr"),
        b_eq=np.concatenate([margin.totals.ravel() for margin in wanted]),
        method="highs",
    )
    # The programme always has a solution; were the solver to find none, nothing would be shown to be missed.
    slack = np.zeros(start) if solution.x is None else solution.x[len(cells) :].reshape(2, start).sum(axis=0)
    ends = np.cumsum([margin.totals.size for margin in wanted])[:-1]
    return list(np.split(slack, ends))


def _place(margin: _Wanted, index: int | np.intp) -> tuple[int, ...]:
    """The indices on the margin's own axes of its index-th total."""
    indices = np.unravel_index(int(index), margin.totals.shape)
    return tuple(int(indices[axis]) for axis in margin.axes)
