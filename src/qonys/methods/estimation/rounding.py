"""Rounding a matrix so that its margins stay exact, and splitting totals into whole parts.

Laws: the result has exactly the given margins; each of its cells is the matrix's cell rounded down or up.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_array

from qonys.errors import StatisticianError
from qonys.methods.estimation.amounts import Counts, Matrix, amounts

_WHOLE = 1e-6
"""A cell this near to a whole number is that number: raking stops at a tolerance, not at the limit."""


def controlled_rounding(matrix: Matrix, row_totals: Counts, column_totals: Counts) -> Counts:
    """A matrix rounded to whole numbers, each cell down or up, with exactly these margins.

    With fractions fᵢⱼ, the rounding x ∈ {0, 1} maximises Σ fᵢⱼ xᵢⱼ subject to the row and column sums that are still
    missing. The fractions themselves satisfy these constraints, which are those of a transportation problem; its
    matrix is totally unimodular, so the best vertex of the linear programme is whole.

    Args:
        matrix: non-negative values, shape (m, n), whose margins are the given ones up to rounding error.
        row_totals: whole row sums, shape (m,).
        column_totals: whole column sums, shape (n,).

    Raises:
        StatisticianError: the margins are not those of the matrix, so rounding alone cannot meet them.

    >>> controlled_rounding(np.full((2, 2), 0.5), np.array([1, 1]), np.array([1, 1])).sum(axis=0)
    array([1, 1])
    """
    rows, columns = np.asarray(row_totals, dtype=np.int64), np.asarray(column_totals, dtype=np.int64)
    _fail_if_contradictory(amounts("matrix", matrix), rows, columns)
    floor = np.floor(matrix + _WHOLE).astype(np.int64)
    fraction = np.clip(matrix - floor, 0.0, 1.0)
    up = (fraction > _WHOLE).astype(float)
    missing = (rows - floor.sum(axis=1), columns - floor.sum(axis=0))
    for ceiling in (up, (matrix > 0).astype(float)):
        rounded_up = _transport(missing[0], missing[1], ceiling, fraction)
        if rounded_up is not None:
            return floor + rounded_up
    raise StatisticianError(
        "The matrix cannot be rounded to these margins: its own are others.",
        next_step="Rake it to the margins first, and see that raking converged.",
    )


def whole_shares(totals: Counts, shares: Matrix, offsets: Matrix) -> Counts:
    """Whole totals split by shares, each part within one of its exact value and the parts summing to the total.

    Part k of n is ⌊n·Sₖ + u⌋ − ⌊n·Sₖ₋₁ + u⌋ with the cumulated shares S and an offset u in [0, 1): rounding with a
    random start (systematic sampling), so that no part is favoured over many totals.

    Args:
        totals: shape (m,).
        shares: shares of the k parts, shape (k,) or (m, k), each row summing to 1.
        offsets: u of each total, shape (m,).

    Returns:
        Shape (m, k).

    >>> whole_shares(np.array([7]), np.array([0.5, 0.25, 0.25]), np.array([0.5]))
    array([[4, 1, 2]])
    """
    cumulated = np.cumsum(np.broadcast_to(shares, (len(totals), np.shape(shares)[-1])), axis=1)
    cumulated[:, -1] = 1.0
    reached = np.floor(totals[:, None] * cumulated + offsets[:, None]).astype(np.int64)
    return np.diff(reached, axis=1, prepend=0)


def _fail_if_contradictory(matrix: Matrix, rows: Counts, columns: Counts) -> None:
    if matrix.shape != (len(rows), len(columns)):
        raise StatisticianError(f"A matrix of {matrix.shape} cannot have {len(rows)} rows and {len(columns)} columns.")
    if np.any(rows < 0) or np.any(columns < 0):
        raise StatisticianError("The row and column totals must not be negative.")
    if rows.sum() != columns.sum():
        raise StatisticianError(
            f"The margins contradict each other: rows sum to {rows.sum():,}, columns to {columns.sum():,}.",
            next_step="Both must be the same total.",
        )


def _transport(rows: Counts, columns: Counts, ceiling: Matrix, worth: Matrix) -> Counts | None:
    """The vertex of greatest worth with these margins and 0 ≤ x ≤ ceiling; None: there is none."""
    m, n = worth.shape
    cells = np.flatnonzero(ceiling.ravel() > 0)
    result = np.zeros(m * n, dtype=np.int64)
    if len(cells) == 0:
        return result.reshape(m, n) if not rows.any() and not columns.any() else None
    places = np.concatenate([cells // n, m + cells % n])
    ones = (np.ones(2 * len(cells)), (places, np.tile(np.arange(len(cells)), 2)))
    solution = linprog(  # type: ignore[call-overload]  # its stubs know no sparse constraints
        -worth.ravel()[cells],
        A_eq=coo_array(ones, shape=(m + n, len(cells))).tocsr(),
        b_eq=np.concatenate([rows, columns]).astype(float),
        bounds=np.column_stack([np.zeros(len(cells)), ceiling.ravel()[cells]]),
        method="highs-ds",
    )
    if solution.status != 0:
        return None
    result[cells] = np.rint(solution.x).astype(np.int64)
    return result.reshape(m, n)
